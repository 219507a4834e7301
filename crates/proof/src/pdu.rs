//! The leaf of one PDU in its part's seal.
//!
//! The salt keeps a leaf from being guessed from outside (a short PDU has few possible octets)
//! and is erased with the part's data key.
//!
//! Rules: `spec/ledger-entry.md`, "PDU leaf".
use crate::hash::{Sha256Stream, hmac_sha256};
use lacre_term::{Digest, Micros, Secret};

const LABEL: &[u8] = b"lacre/pdu/1";

/// Leaf hash of PDU `number` of a part (numbers start at 0), received from `peer` at
/// `received_at`. A peer's name of 65,535 octets or more is written with that length, and is
/// still told apart by the length of the whole.
#[must_use]
pub fn leaf(
    salt: &[u8; 16],
    number: u64,
    received_at: Micros,
    peer: &str,
    octets_sha256: &Digest,
) -> Digest {
    let peer_len = u16::try_from(peer.len()).unwrap_or(u16::MAX);
    let mut stream = Sha256Stream::new();
    stream.update(&[0x00]);
    stream.update(LABEL);
    stream.update(salt);
    stream.update(&number.to_be_bytes());
    stream.update(&received_at.0.to_be_bytes());
    stream.update(&peer_len.to_be_bytes());
    stream.update(peer.as_bytes());
    stream.update(&octets_sha256.0);
    stream.finish()
}

/// Salt of PDU `number`: the first 16 octets of HMAC-SHA-256(salt key, number).
#[must_use]
pub fn salt(salt_key: &Secret, number: u64) -> [u8; 16] {
    let mac = hmac_sha256(salt_key, &[&number.to_be_bytes()]);
    let mut salt = [0; 16];
    for (to, from) in salt.iter_mut().zip(mac.0) {
        *to = from;
    }
    salt
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::sha256, merkle};

    #[test]
    fn a_pdu_leaf_is_the_rfc_6962_leaf_of_its_data_in_the_order_of_the_spec() {
        let (salt, octets) = ([7; 16], sha256(b"PS-PDU"));
        let data = [
            b"lacre/pdu/1".as_slice(),
            &salt,
            &3_u64.to_be_bytes(),
            &(-5_i64).to_be_bytes(),
            &[0, 2],
            b"op",
            &octets.0,
        ]
        .concat();
        assert_eq!(leaf(&salt, 3, Micros(-5), "op", &octets), merkle::leaf_hash(&data));
    }

    #[test]
    fn changing_any_field_changes_the_leaf() {
        let octets = sha256(b"PS-PDU");
        let all = [
            leaf(&[7; 16], 3, Micros(5), "op", &octets),
            leaf(&[8; 16], 3, Micros(5), "op", &octets),
            leaf(&[7; 16], 4, Micros(5), "op", &octets),
            leaf(&[7; 16], 3, Micros(6), "op", &octets),
            leaf(&[7; 16], 3, Micros(5), "oq", &octets),
            leaf(&[7; 16], 3, Micros(5), "op", &sha256(b"PS-PDV")),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn salts_of_two_numbers_and_of_two_keys_differ() {
        let (one, two) = (Secret::new([1; 32]), Secret::new([2; 32]));
        assert_eq!(salt(&one, 0), salt(&one, 0));
        assert_ne!(salt(&one, 0), salt(&one, 1));
        assert_ne!(salt(&one, 0), salt(&two, 0));
    }
}
