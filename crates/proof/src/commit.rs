//! The commitment of a document: what the ledger holds instead of the document.
//!
//! The ledger must never hold personal data, so an entry is 32 octets from which nobody can guess
//! the document without its salt. Erase document and salt, and the commitment says nothing.
//!
//! Rules: `spec/ledger-entry.md`, "Commitment".
use crate::hash::{sha256, sha256_of};
use lacre_term::Digest;

const LABEL: &[u8] = b"lacre/commitment/1";

/// Commitment of `document`: SHA-256 of label, salt and SHA-256 of its octets as written.
#[must_use]
pub fn commitment(salt: &[u8; 32], document: &[u8]) -> Digest {
    sha256_of(&[LABEL, salt, &sha256(document).0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_binds_its_document_and_hides_it_behind_the_salt() {
        let one = commitment(&[1; 32], b"{}");
        assert_eq!(one, commitment(&[1; 32], b"{}"));
        assert_ne!(one, commitment(&[1; 32], b"{ }"));
        assert_ne!(one, commitment(&[2; 32], b"{}"));
    }
}
