//! The sum that must hold: received = stored + duplicates + conflicts + quarantined + control +
//! rejected (DESIGN decision 1).
use lacre_term::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts since the site was made. Every PDU is in exactly one class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// PDUs and unframed runs received.
    pub received: u64,
    /// Kept under an order.
    pub stored: u64,
    /// Octets already stored under the same (LIID, CIN).
    pub duplicates: u64,
    /// Other octets under a number already used: kept, and alarmed.
    pub conflicts: u64,
    /// Kept closed to the court's keys, by reason.
    pub quarantined: BTreeMap<String, u64>,
    /// TRI PDUs, kept or only counted.
    pub control: u64,
    /// Runs of octets without PDU framing, kept in quarantine.
    pub rejected: u64,
    /// Octets received.
    pub octets: u64,
}

/// The classes did not add up to what was received: intake stops rather than go on with a wrong
/// count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "received {received} is not the sum of its classes {classes}: intake stopped; reopen the site"
)]
pub struct Unbalanced {
    received: u64,
    classes: u64,
}

impl Totals {
    /// All quarantined, whatever the reason.
    #[must_use]
    pub fn quarantined_total(&self) -> u64 {
        self.quarantined.values().sum()
    }

    /// Counts one quarantined PDU.
    pub fn quarantine(&mut self, reason: Reason) {
        let count = self.quarantined.entry(reason.word().to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// Checks the sum; `held` PDUs are received and not yet classed.
    ///
    /// # Errors
    /// [`Unbalanced`] when it does not hold: a broken invariant.
    pub fn balance(&self, held: u64) -> Result<(), Unbalanced> {
        let classes = [
            self.stored,
            self.duplicates,
            self.conflicts,
            self.quarantined_total(),
            self.control,
            self.rejected,
            held,
        ]
        .into_iter()
        .sum();
        if classes == self.received {
            Ok(())
        } else {
            Err(Unbalanced { received: self.received, classes })
        }
    }

    /// What was added since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut quarantined = BTreeMap::new();
        for (reason, count) in &self.quarantined {
            let added = count.saturating_sub(before.quarantined.get(reason).copied().unwrap_or(0));
            if added > 0 {
                quarantined.insert(reason.clone(), added);
            }
        }
        Self {
            received: self.received.saturating_sub(before.received),
            stored: self.stored.saturating_sub(before.stored),
            duplicates: self.duplicates.saturating_sub(before.duplicates),
            conflicts: self.conflicts.saturating_sub(before.conflicts),
            quarantined,
            control: self.control.saturating_sub(before.control),
            rejected: self.rejected.saturating_sub(before.rejected),
            octets: self.octets.saturating_sub(before.octets),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pdu_in_no_class_is_noticed() {
        let mut totals = Totals { received: 2, stored: 1, ..Totals::default() };
        assert!(totals.balance(0).is_err());
        totals.quarantine(Reason::UnknownLiid);
        assert!(totals.balance(0).is_ok());
        assert!(totals.balance(1).is_err());
    }
}
