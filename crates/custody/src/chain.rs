//! The chain of seals of one vault on this node, as far as this machine must know it: the next
//! number, the last hash, what a vault head will say. Wrapped to the machine; holds no content.
//!
//! Rules: DESIGN decisions 4 and 5; `spec/seal-and-chain.md`.
use crate::error::CustodyError;
use crate::state;
use lacre_package::document::MeasureTotals;
use lacre_store::Engine;
use lacre_term::{Digest, VaultId};
use lacre_vault::MachineKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// Number the next seal gets; equally the count of seals.
    pub next: u64,
    /// SHA-256 of the last seal's octets in hexadecimal; of the registration before any.
    pub last: String,
    /// Ranges of `n` that have a seal.
    pub communications: Vec<[u64; 2]>,
    /// Totals per measure, by LIID as shown.
    pub measures: BTreeMap<String, MeasureTotals>,
    /// Number the next vault head gets.
    pub heads: u64,
}

/// A chain and the version of the head it was read from.
#[derive(Debug, Clone)]
pub struct Versioned {
    /// The chain.
    pub chain: Chain,
    version: u64,
}

fn name(vault: VaultId) -> String {
    format!("chain/{vault}")
}

/// Key of the seal numbered `number` of `part`: a folder for each 4,096.
#[must_use]
pub fn seal_key(vault: VaultId, number: u64, part: &str) -> String {
    format!("{}{number:016x}-{part}", seal_folder(vault, number))
}

/// The folder seal `number` is in.
#[must_use]
pub fn seal_folder(vault: VaultId, number: u64) -> String {
    format!("seal/{vault}/{:013x}/", number / 4096)
}

impl Chain {
    /// A chain that begins at the registration of its order.
    #[must_use]
    pub fn begin(registration: Digest) -> Self {
        Self {
            next: 0,
            last: registration.to_hex(),
            communications: Vec::new(),
            measures: BTreeMap::new(),
            heads: 0,
        }
    }

    /// Takes the seal numbered `number` into the account.
    pub fn take(&mut self, number: u64, sha256: Digest, counted: &Counted) {
        self.next = number.saturating_add(1);
        self.last = sha256.to_hex();
        let n = counted.n;
        let first_part = !self.communications.iter().any(|[from, to]| (*from..=*to).contains(&n));
        if first_part {
            add_to_ranges(&mut self.communications, n);
        }
        let liid = &counted.liid;
        let totals = self.measures.entry(liid.clone()).or_insert_with(|| MeasureTotals {
            liid: liid.clone(),
            communications: 0,
            parts: 0,
            pdus: 0,
            octets: 0,
            gaps: 0,
            conflicts: 0,
        });
        totals.communications = totals.communications.saturating_add(u64::from(first_part));
        totals.parts = totals.parts.saturating_add(1);
        totals.pdus = totals.pdus.saturating_add(counted.pdus);
        totals.octets = totals.octets.saturating_add(counted.octets);
        totals.gaps = totals.gaps.saturating_add(counted.gaps);
        totals.conflicts = totals.conflicts.saturating_add(counted.conflicts);
    }
}

/// What a sealed part adds to the totals of its measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// LIID as shown.
    pub liid: String,
    /// Number of the communication.
    pub n: u64,
    /// PDUs in the part.
    pub pdus: u64,
    /// Their octets.
    pub octets: u64,
    /// Gaps recorded.
    pub gaps: u64,
    /// Conflicts kept.
    pub conflicts: u64,
}

fn add_to_ranges(ranges: &mut Vec<[u64; 2]>, n: u64) {
    ranges.push([n, n]);
    ranges.sort_unstable();
    let mut merged: Vec<[u64; 2]> = Vec::with_capacity(ranges.len());
    for [from, to] in ranges.drain(..) {
        match merged.last_mut() {
            Some([_, end]) if from <= end.saturating_add(1) => *end = (*end).max(to),
            _ => merged.push([from, to]),
        }
    }
    *ranges = merged;
}

/// Reads where the chain of `vault` stands.
///
/// # Errors
/// [`CustodyError::Damaged`] when there is none: an order's registration makes it.
pub fn read(
    engine: &Engine,
    machine: &MachineKey,
    vault: VaultId,
) -> Result<Versioned, CustodyError> {
    let damaged = |what| CustodyError::Damaged { key: name(vault), what };
    let kept = state::read(engine, machine, &name(vault))?.ok_or(damaged("is missing"))?;
    let chain = serde_json::from_slice(&kept.text).map_err(|_| damaged("is not a chain"))?;
    Ok(Versioned { chain, version: kept.version })
}

/// Makes the chain of a new vault.
///
/// # Errors
/// The engine's refusal; a chain that exists is one.
pub fn create(
    engine: &Engine,
    machine: &MachineKey,
    vault: VaultId,
    chain: &Chain,
) -> Result<(), CustodyError> {
    swap(engine, machine, vault, None, chain).map(|_| ())
}

/// Moves the chain on.
///
/// # Errors
/// The engine's refusal: someone else moved it, which one process a site forbids.
pub fn write(
    engine: &Engine,
    machine: &MachineKey,
    vault: VaultId,
    versioned: &mut Versioned,
) -> Result<(), CustodyError> {
    let version = swap(engine, machine, vault, Some(versioned.version), &versioned.chain)?;
    versioned.version = version;
    Ok(())
}

fn swap(
    engine: &Engine,
    machine: &MachineKey,
    vault: VaultId,
    expected: Option<u64>,
    chain: &Chain,
) -> Result<u64, CustodyError> {
    let text = serde_json::to_vec(chain)
        .map_err(|error| CustodyError::Broken(format!("chain is not JSON: {error}")))?;
    state::write(engine, machine, &name(vault), expected, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_n_grow_and_join() {
        let mut ranges = Vec::new();
        for n in [1, 2, 5, 3, 9, 4] {
            add_to_ranges(&mut ranges, n);
        }
        assert_eq!(ranges, [[1, 5], [9, 9]]);
    }
}
