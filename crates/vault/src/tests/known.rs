//! Known answers, the same as in `spec/key-hierarchy.md`: a second implementer gets these octets,
//! and so must every later version of ours.
use super::*;
use crate::{
    envelope::{self, KeyPair},
    provider,
};
use lacre_term::{Secret, hex};

const RECORD: &str = "8cfd4408d7c8a07ca3c5567b611615d807785c7ba435f33a87ade6f8a37c3db04b8ffbafe2d9";
const WRAPPED: &str =
    "0126237fa068b55601e0d8f814e7b03a9ad58b2284ee43a5d68780967716a22970e63c02979b";
const DERIVED: &str = "9ba072c0dd257489c44f2a78d3ddaa793c199c340fa3c0afd7a6ba46ef24dd03";
const PRIVATE: &str = "848bef728cb2da793c45fc935f852ed28bd27b1dc6d320f783e34b1cb9a21c80";
const PUBLIC: &str = "\
    0467a12632858288967b2ad5a078fdf044066b104ff8eb336218046aa777ee9a5cad7bf782e78e74\
    025abea6576c5af0fe7d77aa82d9c157dfec9a9b00eec5c870";
const ENVELOPE: &str = "\
    0418554bccc18a5ee593e2c41a694ac85ccf7f13a104779f33f5e72c971f59b2b98c8ad17b9f83c8\
    23585c61efcfee2f49e1596d2bbc4f2da04e53563fa03069526bea1da3ef8a7150fd4266010e9286\
    c60b56dfb187";

fn secret(octet: u8) -> Secret {
    Secret::new([octet; 32])
}

#[test]
fn a_record_and_its_salt_have_the_octets_of_the_specification() {
    let mut keys = PartKeys::of(VAULT, part(1), secret(1), secret(2), Some(0)).unwrap();
    let record = RecordClear { received_at: Micros(1), peer: "p", flags: 2, octets: b"content" };
    assert_eq!(hex::encode(&keys.encrypt(7, &record).unwrap()), RECORD);
    assert_eq!(hex::encode(&keys.salt(7)), "f3de4f871c1ae7acc45b16a3a7f25500");
}

#[test]
fn a_drawer_key_is_derived_as_the_specification_says() {
    let derived = provider::hkdf(&secret(3), &[], &[b"lacre/root/1", b"vaults"]).unwrap();
    assert_eq!(hex::encode(derived.expose()), DERIVED);
    let pair = KeyPair::derive(&derived).unwrap();
    assert_eq!(hex::encode(pair.private().expose()), PRIVATE);
    assert_eq!(hex::encode(&pair.public().0), PUBLIC);

    let sealed = hex::decode(ENVELOPE).unwrap();
    let clear = envelope::open(&pair, "label", &[b"a", b"bc"], &sealed, "it").unwrap();
    assert_eq!(clear, b"clear");
    assert!(envelope::open(&pair, "label", &[b"ab", b"c"], &sealed, "it").is_err());
    assert!(envelope::open(&pair, "other", &[b"a", b"bc"], &sealed, "it").is_err());
}

#[test]
fn a_wrapped_text_opens_as_the_specification_says() {
    let wrapped = hex::decode(WRAPPED).unwrap();
    let open = |label, bound: &[&[u8]]| provider::unwrap(&secret(4), label, bound, &wrapped, "it");
    assert_eq!(open("label", &[b"a", b"bc"]).unwrap(), b"clear");
    assert!(open("label", &[b"ab", b"c"]).is_err());
    assert!(open("other", &[b"a", b"bc"]).is_err());
}
