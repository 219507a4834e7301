//! Documents: JSON text, put once, closed to a site key that only k of n people open, committed to
//! in the ledger by a salted hash.
//!
//! Anyone in the process can file; reading back needs the root. The octets filed are the truth:
//! hashes are over them, nothing is ever serialised again.
//!
//! Rules: DESIGN decisions 11, 12, 15; `spec/ledger-entry.md` (commitment),
//! `spec/key-hierarchy.md`.
use crate::error::CustodyError;
use lacre_proof::{commit, hash};
use lacre_store::Engine;
use lacre_term::Digest;
use lacre_vault::{Drawer, MachineKey, Root, SiteKeys, provider};
use serde::Serialize;

/// A document ready to be filed: its octets, its salt, its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// JSON text as written.
    pub octets: Vec<u8>,
    /// The 32 octets that keep the commitment from being guessed.
    pub salt: [u8; 32],
}

impl Document {
    /// Writes `value` down once, with a fresh salt.
    ///
    /// # Errors
    /// [`CustodyError::Broken`] when the value cannot be written as JSON.
    pub fn of<T: Serialize>(value: &T) -> Result<Self, CustodyError> {
        let octets = serde_json::to_vec(value)
            .map_err(|error| CustodyError::Broken(format!("document is not JSON: {error}")))?;
        Ok(Self { octets, salt: provider::random()? })
    }

    /// SHA-256 of the octets.
    #[must_use]
    pub fn sha256(&self) -> Digest {
        hash::sha256(&self.octets)
    }

    /// What the ledger is told.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        commit::commitment(&self.salt, &self.octets)
    }
}

/// The part of a filed document this machine can read without the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slip {
    /// 16 octets its maker chose: a part id, or zeros.
    pub tag: [u8; 16],
    /// SHA-256 of the document.
    pub sha256: Digest,
    /// Its commitment.
    pub commitment: Digest,
}

const MAGIC: &[u8; 12] = b"lacre-doc-1\n";

/// Files `document` under `key`. A document already there under that key is an error: keys are
/// dense numbers and two writers would have chosen the same.
///
/// # Errors
/// [`CustodyError::Put`] when the engine refuses; nothing was filed or, after a failed sync, the
/// site must be reopened.
pub fn file(
    engine: &Engine,
    machine: &MachineKey,
    keys: &SiteKeys,
    drawer: Drawer,
    key: &str,
    tag: [u8; 16],
    document: &Document,
) -> Result<Slip, CustodyError> {
    let (slip, object) = object(machine, keys, drawer, key, tag, document)?;
    match engine.objects.put(key, &object) {
        Ok(()) => Ok(slip),
        Err(source) => Err(CustodyError::Put { key: key.to_owned(), source }),
    }
}

/// The slip of `document` and the object that is to stand under `key`.
///
/// # Errors
/// The vault's refusal to seal it.
pub fn object(
    machine: &MachineKey,
    keys: &SiteKeys,
    drawer: Drawer,
    key: &str,
    tag: [u8; 16],
    document: &Document,
) -> Result<(Slip, Vec<u8>), CustodyError> {
    let slip = Slip { tag, sha256: document.sha256(), commitment: document.commitment() };
    let mut clear = Vec::with_capacity(80);
    clear.extend_from_slice(&slip.tag);
    clear.extend_from_slice(&slip.sha256.0);
    clear.extend_from_slice(&slip.commitment.0);
    let wrapped = machine.wrap("document", &clear)?;
    let mut inner = Vec::with_capacity(document.octets.len() + 32);
    inner.extend_from_slice(&document.salt);
    inner.extend_from_slice(&document.octets);
    let sealed = keys.seal(drawer, key, &inner)?;
    let length = u16::try_from(wrapped.len())
        .map_err(|_| CustodyError::Broken("slip is longer than 65,535 octets".into()))?;
    let mut object = Vec::with_capacity(sealed.len() + wrapped.len() + 14);
    object.extend_from_slice(MAGIC);
    object.extend_from_slice(&length.to_be_bytes());
    object.extend_from_slice(&wrapped);
    object.extend_from_slice(&sealed);
    Ok((slip, object))
}

fn split<'a>(key: &str, object: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), CustodyError> {
    let damaged = || CustodyError::Damaged { key: key.to_owned(), what: "is not a document" };
    let rest = object.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(damaged)?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or_else(damaged)
}

/// Reads the slip of the document filed under `key`; no root needed.
///
/// # Errors
/// [`CustodyError::Get`] or [`CustodyError::Damaged`].
pub fn slip(engine: &Engine, machine: &MachineKey, key: &str) -> Result<Slip, CustodyError> {
    let object = engine
        .objects
        .get(key)
        .map_err(|source| CustodyError::Get { key: key.to_owned(), source })?;
    let (wrapped, _) = split(key, &object)?;
    let clear = machine.unwrap("document", wrapped)?;
    let damaged = || CustodyError::Damaged { key: key.to_owned(), what: "has a damaged slip" };
    let (tag, rest) = clear.split_first_chunk::<16>().ok_or_else(damaged)?;
    let (sha256, rest) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
    let commitment: [u8; 32] = rest.try_into().map_err(|_| damaged())?;
    Ok(Slip { tag: *tag, sha256: Digest(*sha256), commitment: Digest(commitment) })
}

/// Opens the document filed under `key`.
///
/// # Errors
/// [`CustodyError::Get`], [`CustodyError::Damaged`], or the vault's refusal when the root is wrong.
pub fn open(
    engine: &Engine,
    keys: &SiteKeys,
    root: &Root,
    drawer: Drawer,
    key: &str,
) -> Result<Document, CustodyError> {
    let object = engine
        .objects
        .get(key)
        .map_err(|source| CustodyError::Get { key: key.to_owned(), source })?;
    let (_, sealed) = split(key, &object)?;
    let inner = keys.open(root, drawer, key, sealed)?;
    let (salt, octets) = inner
        .split_first_chunk::<32>()
        .ok_or(CustodyError::Damaged { key: key.to_owned(), what: "is shorter than its salt" })?;
    Ok(Document { octets: octets.to_vec(), salt: *salt })
}
