//! The ledger's entry: one second, one root, 41 octets, always the same size.
//!
//! Rules: `spec/ledger-entry.md`, "Second entry" and "Padding".
use crate::error::ProofError;
use lacre_term::Digest;

/// Fewest commitments under a second's root, so that a quiet second looks like a busy one.
pub const COMMITMENTS_MIN: u64 = 64;

/// What one leaf of the log says: the root over the commitments entered in one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondEntry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub second: u64,
    /// RFC 6962 root over the second's padded commitments.
    pub root: Digest,
}

impl SecondEntry {
    /// Length of an entry, in octets.
    pub const OCTETS: usize = 41;
    const VERSION: u8 = 1;

    /// Version, second (big-endian), root.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::OCTETS] {
        let mut entry = [0; Self::OCTETS];
        let fields =
            [Self::VERSION].into_iter().chain(self.second.to_be_bytes()).chain(self.root.0);
        for (to, from) in entry.iter_mut().zip(fields) {
            *to = from;
        }
        entry
    }

    /// Reads [`Self::encode`].
    ///
    /// # Errors
    /// [`ProofError::Format`] for another length or version.
    pub fn decode(octets: &[u8]) -> Result<Self, ProofError> {
        let refused = |rule| ProofError::format("second entry", rule);
        let octets: &[u8; Self::OCTETS] =
            octets.try_into().map_err(|_| refused("it must have 41 octets"))?;
        let [version, rest @ ..] = octets;
        if *version != Self::VERSION {
            return Err(refused("only version 1 is known"));
        }
        let (second, root) = rest.split_first_chunk().ok_or(refused("it must have 41 octets"))?;
        let root = root.try_into().map_err(|_| refused("it must have 41 octets"))?;
        Ok(Self { second: u64::from_be_bytes(*second), root: Digest(root) })
    }
}

/// Commitments under the root of a second with `real` ones: 64 or the next power of two. `None`
/// when no such power exists.
#[must_use]
pub fn padded_size(real: u64) -> Option<u64> {
    real.max(COMMITMENTS_MIN).checked_next_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_and_another_version_or_length_is_refused() {
        let entry = SecondEntry { second: 1_795_462_020, root: Digest([9; 32]) };
        let mut octets = entry.encode();
        assert_eq!(SecondEntry::decode(&octets), Ok(entry));
        assert!(SecondEntry::decode(&octets[..40]).is_err());
        octets[0] = 2;
        assert!(SecondEntry::decode(&octets).is_err());
    }

    #[test]
    fn no_commitment_and_sixty_four_look_alike() {
        let sizes = [(0, 64), (64, 64), (65, 128), (25_000, 32_768)];
        for (real, padded) in sizes {
            assert_eq!(padded_size(real), Some(padded));
        }
        assert_eq!(padded_size(u64::MAX), None);
    }
}
