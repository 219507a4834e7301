//! Operators' integrity checks and encrypted PDUs: what each vector and each recorded stream
//! must be told, and what a changed, missing, swapped or foreign octet does to it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use aws_lc_rs::digest;
use lacre_handover::Limits;
use lacre_handover::ber::write::{element, unsigned};
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::encryption_container::{Cipher, ContainerKey, OpenError, cipher, open};
use lacre_handover::frame::{Run, runs};
use lacre_handover::integrity::{Check, DataType, Finding, Keys, OperatorKey, Shelf, Verdict};
use lacre_handover::profile::{
    Conventions, HashAlgorithm, HashInput, IvConvention, SignatureInput,
};
use lacre_handover::ps_pdu::{self, parse};
use lacre_term::PayloadClass;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn read(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    std::fs::read(folder.join(name)).unwrap()
}

fn pdus(octets: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let limits = Limits::default();
    let all = runs(octets, &limits).map(|run| match run {
        Run::Pdu { offset, octets } => (offset, octets.to_vec()),
        Run::Unframed { malformed, .. } => panic!("{malformed}"),
    });
    all.collect()
}

/// The key of the vectors: octets 0 to 23.
fn vector_key() -> ContainerKey {
    ContainerKey::new(&(0..24).collect::<Vec<u8>>()).unwrap()
}

fn signer(name: &str) -> Keys {
    Keys { signature: vec![OperatorKey::read(name, &read(name)).unwrap()], encryption: Vec::new() }
}

/// OpenLI's ways, as `profiles/operators/openli.toml` has them.
fn openli() -> Conventions {
    Conventions {
        hash_inputs: vec![HashInput::AsReceived],
        signature_inputs: vec![SignatureInput::OwnNumbers],
        ..Conventions::default()
    }
}

fn findings(pdus: &[(usize, Vec<u8>)], conventions: &Conventions, keys: &Keys) -> Vec<Finding> {
    let mut shelf = Shelf::new(conventions, keys, None);
    pdus.iter().for_each(|(_, octets)| shelf.put(octets).unwrap());
    shelf.findings().map(|(_, finding)| finding).collect()
}

fn only(name: &str, keys: &Keys) -> Finding {
    let mut all = findings(&pdus(&read(name)), &Conventions::default(), keys);
    assert_eq!(all.len(), 1, "{name}");
    all.remove(0)
}

#[test]
fn the_order_of_the_list_is_the_order_of_hashing() {
    let found = only("s010-integrity-order.ber", &Keys::default());
    assert_eq!(found.numbers, [0, 2, 1, 3]);
    assert_eq!((found.data, found.hash), (Some(DataType::Cc), Some(HashAlgorithm::Sha256)));
    assert_eq!(found.verdict, Verdict::Matches { input: HashInput::AsReceived });
}

#[test]
fn a_hash_that_is_anothers_differs_and_says_both() {
    let found = only("s011-integrity-bad.ber", &Keys::default());
    let Verdict::Differs { sent, found } = found.verdict else { panic!("{found:?}") };
    assert_eq!((sent.len(), found.len()), (32, 32));
    assert_ne!(sent, found);
}

#[test]
fn a_sha_512_over_iri_matches() {
    let found = only("s013-integrity-sha512-iri.ber", &Keys::default());
    assert_eq!((found.data, found.hash), (Some(DataType::Iri), Some(HashAlgorithm::Sha512)));
    assert!(found.verdict.holds(), "{found:?}");
}

#[test]
fn a_signature_over_the_hash_pdus_element_is_valid_and_binds_the_hashes() {
    let keys = signer("s014-integrity-signed.pem");
    let pdus = pdus(&read("s014-integrity-signed.ber"));
    let found = findings(&pdus, &Conventions::default(), &keys);
    assert!(!found[0].signature && found[0].verdict.holds());
    let input = SignatureInput::HashChecks;
    let key = "s014-integrity-signed.pem".to_owned();
    assert_eq!(found[1].verdict, Verdict::SignatureValid { input, key });
    assert!(found[1].signature && input.binds_hashes());
}

#[test]
fn another_operators_key_makes_a_signature_invalid_and_none_leaves_it_open() {
    let pdus = pdus(&read("s014-integrity-signed.ber"));
    let others = signer("openli/openli-integrity-pub.pem");
    let found = findings(&pdus, &Conventions::default(), &others);
    assert_eq!(found[1].verdict, Verdict::SignatureInvalid);
    let found = findings(&pdus, &Conventions::default(), &Keys::default());
    assert_eq!(found[1].verdict, Verdict::NoKey);
    // Nor is it valid under a convention that its operator does not have.
    let keys = signer("s014-integrity-signed.pem");
    assert_eq!(findings(&pdus, &openli(), &keys)[1].verdict, Verdict::SignatureInvalid);
}

#[test]
fn what_was_encrypted_is_hashed_as_it_was_before() {
    let keys = Keys { signature: Vec::new(), encryption: vec![vector_key()] };
    let found = only("s019-encrypted-integrity.ber", &keys);
    assert_eq!(found.verdict, Verdict::Matches { input: HashInput::BeforeEncryption });
}

#[test]
fn without_the_key_an_encrypted_hash_stays_open_and_does_not_differ() {
    let wrong = ContainerKey::new(&[7; 24]).unwrap();
    for encryption in [Vec::new(), vec![wrong]] {
        let keys = Keys { signature: Vec::new(), encryption };
        let found = only("s019-encrypted-integrity.ber", &keys);
        assert_eq!(found.verdict, Verdict::NotOpened { numbers: vec![0, 1, 2] });
    }
}

#[test]
fn a_wrong_key_among_right_ones_does_no_harm() {
    let wrong = ContainerKey::new(&[7; 24]).unwrap();
    let longer = ContainerKey::new(&[7; 32]).unwrap();
    let keys = Keys { signature: Vec::new(), encryption: vec![longer, wrong, vector_key()] };
    assert!(only("s019-encrypted-integrity.ber", &keys).verdict.holds());
}

/// Every check of both streams, against an independent verifier; OpenLI's hashes over iPCC never
/// hold, and the PDUs they are about are evidence all the same.
#[test]
fn the_recorded_streams_get_the_verdicts_of_an_independent_verifier() {
    let expected = String::from_utf8(read("openli/openli-integrity.tsv")).unwrap();
    let keys = signer("openli/openli-integrity-pub.pem");
    let conventions = openli();
    let mut seen = 0;
    for name in ["openli-integ-hi2", "openli-integ-hi3"] {
        let rows = expected.lines().filter_map(|line| line.strip_prefix(&format!("{name}\t")));
        let expected: BTreeMap<usize, bool> = rows
            .map(|row| row.split_once('\t').unwrap())
            .map(|(at, holds)| (at.parse().unwrap(), holds == "true"))
            .collect();
        let pdus = pdus(&read(&format!("openli/{name}.ber")));
        let mut shelf = Shelf::new(&conventions, &keys, None);
        pdus.iter().for_each(|(_, octets)| shelf.put(octets).unwrap());
        let found: BTreeMap<usize, Finding> = shelf
            .findings()
            .map(|(octets, finding)| {
                let at = pdus.iter().find(|(_, other)| other == octets).unwrap().0;
                (at, finding)
            })
            .collect();
        assert_eq!(found.len(), expected.len(), "{name}");
        for (at, finding) in &found {
            assert_eq!(finding.verdict.holds(), expected[at], "{name} {at} {finding:?}");
            assert!(finding.missing.is_empty(), "{name} {at}");
            let differs = matches!(finding.verdict, Verdict::Differs { .. });
            assert_eq!(differs, !expected[at], "{name} {at}");
        }
        seen += found.len();
    }
    assert_eq!(seen, 43);
}

/// What an OpenLI signature is worth: it holds though every hash was changed.
#[test]
fn a_signature_over_its_own_numbers_does_not_bind_the_hashes() {
    let keys = signer("openli/openli-integrity-pub.pem");
    let mut pdus = pdus(&read("openli/openli-integ-hi2.ber"));
    for (_, octets) in &mut pdus {
        if parse(octets).unwrap().class == PayloadClass::IntegrityHash {
            let at = octets.len() - 10;
            octets[at] ^= 1;
        }
    }
    let found = findings(&pdus, &openli(), &keys);
    assert!(found.iter().filter(|it| it.signature).all(|it| it.verdict.holds()));
    let differs = |it: &Finding| matches!(it.verdict, Verdict::Differs { .. });
    assert!(found.iter().filter(|it| !it.signature).all(differs));
    assert!(!SignatureInput::OwnNumbers.binds_hashes());
}

#[test]
fn one_bit_of_one_pdu_makes_its_check_differ_and_no_other() {
    let keys = signer("openli/openli-integrity-pub.pem");
    let original = pdus(&read("openli/openli-integ-hi3.ber"));
    let whole = findings(&original, &openli(), &keys);
    let mut changed = original.clone();
    let victim = |octets: &[u8]| {
        let pdu = parse(octets).unwrap();
        let heading = pdu.heading();
        pdu.class == PayloadClass::Cc
            && heading.liid == b"ES-VOIPINT-0004"
            && heading.sequence_number == 321
    };
    let (_, octets) = changed.iter_mut().find(|(_, octets)| victim(octets)).unwrap();
    *octets.last_mut().unwrap() ^= 1;
    let found = findings(&changed, &openli(), &keys);
    let turned: Vec<(u32, bool)> = whole
        .iter()
        .zip(&found)
        .filter(|(before, after)| before.verdict.word() != after.verdict.word())
        .map(|(_, after)| (after.sequence_number, after.numbers.contains(&321)))
        .collect();
    assert_eq!(turned, [(7, true)]);
}

#[test]
fn a_pdu_that_is_not_there_is_named() {
    let mut some = pdus(&read("s010-integrity-order.ber"));
    let gone = parse(&some.remove(2).1).unwrap().heading().sequence_number;
    let found = findings(&some, &Conventions::default(), &Keys::default());
    assert_eq!(found[0].verdict, Verdict::MissingPdus);
    assert_eq!(found[0].missing, [gone]);
}

#[test]
fn a_list_in_another_order_differs() {
    let mut some = pdus(&read("s010-integrity-order.ber"));
    let check = &mut some[4].1;
    let list = [2, 1, 0, 2, 1, 2, 2, 1, 1, 2, 1, 3];
    let at = check.windows(12).position(|window| window == list).unwrap();
    check[at + 5] = 1;
    check[at + 8] = 2;
    let found = findings(&some, &Conventions::default(), &Keys::default());
    assert_eq!(found[0].numbers, [0, 1, 2, 3]);
    assert!(matches!(found[0].verdict, Verdict::Differs { .. }));
}

/// Arrival does not matter, nor do copies; and of two PDUs with one number the hash tells which
/// one the operator had counted.
#[test]
fn overtaking_copies_and_conflicts_do_not_turn_a_check() {
    let pdus = pdus(&read("s010-integrity-order.ber"));
    let mut late: Vec<_> = pdus.iter().rev().cloned().collect();
    late.extend(pdus.iter().cloned());
    let found = findings(&late, &Conventions::default(), &Keys::default());
    assert_eq!(found.len(), 1);
    assert!(found[0].verdict.holds());
    let mut forged = pdus[1].clone();
    *forged.1.last_mut().unwrap() ^= 1;
    let mut both = vec![pdus[0].clone(), forged];
    both.extend(pdus[1..].iter().cloned());
    let found = findings(&both, &Conventions::default(), &Keys::default());
    assert!(found[0].verdict.holds(), "{:?}", found[0]);
}

/// The store's way: a plan says what it wants, and takes nothing else.
#[test]
fn a_check_takes_the_pdu_it_wants_and_no_other() {
    let pdus = pdus(&read("s010-integrity-order.ber"));
    let (conventions, keys) = (Conventions::default(), Keys::default());
    let plan = |octets| Check::plan(&parse(octets).unwrap(), None, &conventions, &keys);
    assert!(plan(&pdus[0].1).is_none(), "a CC is no check");
    let mut check = plan(&pdus[4].1).unwrap();
    assert_eq!(check.wanted(), Some((PayloadClass::Cc, 0)));
    // They came in the order of hashing: 0, 2, 1, 3.
    let refused = check.feed(&parse(&pdus[2].1).unwrap()).unwrap_err();
    assert_eq!((refused.wanted, refused.got), (Some(0), 1));
    for (_, octets) in &pdus[..4] {
        check.feed(&parse(octets).unwrap()).unwrap();
    }
    assert_eq!(check.wanted(), None);
    assert!(check.feed(&parse(&pdus[0].1).unwrap()).is_err());
    assert!(check.finish().verdict.holds());
}

#[test]
fn a_container_opens_to_a_pdu_that_decodes_and_the_container_stays() {
    let octets = read("v086-enc-aes192.ber");
    let pdu = parse(&octets).unwrap();
    assert_eq!(cipher(&pdu), Some(Cipher::Aes192Cbc));
    let clear = open(&pdu, &[vector_key()], IvConvention::SequenceNumber).unwrap();
    let derived = clear.derived_pdu(&pdu);
    let inner = ps_pdu::parse(&derived).unwrap();
    assert_eq!(inner.class, PayloadClass::Iri);
    assert_eq!(inner.payloads().next().unwrap().contents.unwrap().kind, "iPMMIRI");
    assert_eq!(inner.heading().sequence_number, pdu.heading().sequence_number);
    assert_eq!(pdu.octets, octets);
    assert_eq!(format!("{clear:?} {:?}", vector_key()).matches("octets").count(), 2);
    // The container said to be in clear holds the same payload, and needs no key.
    let octets = read("v085-enc-none.ber");
    let plain = open(&parse(&octets).unwrap(), &[], IvConvention::Zero).unwrap();
    assert_eq!(plain.alternative(), clear.alternative());
}

#[test]
fn a_wrong_key_a_wrong_vector_and_changed_octets_give_an_error_and_nothing_else() {
    let octets = read("v086-enc-aes192.ber");
    let pdu = parse(&octets).unwrap();
    let sequence = IvConvention::SequenceNumber;
    let wrong = ContainerKey::new(&[7; 24]).unwrap();
    assert_eq!(open(&pdu, &[wrong], sequence).unwrap_err(), OpenError::Unreadable);
    assert_eq!(open(&pdu, &[], sequence).unwrap_err(), OpenError::NoKey { need: 24 });
    let zero = open(&pdu, &[vector_key()], IvConvention::Zero);
    // Number 7 as the vector changes octets of the first block, and with it the tags.
    assert_eq!(zero.unwrap_err(), OpenError::Unreadable);
    assert!(ContainerKey::new(&[0; 16]).is_err(), "AES-128 is not among the types");
    let mut last = octets.clone();
    let at = last.len() - 4;
    last[at] ^= 1;
    let last = parse(&last).unwrap();
    let opened = open(&last, &[vector_key()], sequence);
    assert_eq!(opened.unwrap_err(), OpenError::Unreadable, "the padding is no longer zero");
    for (name, expected) in [
        ("h085-enc-unknown-type.ber", OpenError::Unsupported { word: "unknown" }),
        ("h086-enc-none-garbage.ber", OpenError::Unreadable),
        ("v072-tri-keepalive.ber", OpenError::NotContainer),
    ] {
        let octets = read(name);
        let opened = open(&parse(&octets).unwrap(), &[vector_key()], sequence);
        assert_eq!(opened.unwrap_err(), expected, "{name}");
    }
}

/// A field of an integrity check: identifier octet and contents.
type Field<'a> = (u8, &'a [u8]);

/// A check of nobody's over `numbers`.
fn forged(numbers: &[u32], kind: u8, more: &[Field<'_>]) -> Vec<u8> {
    let (mut list, mut fields, mut tri, mut payload) = (vec![], vec![], vec![], vec![]);
    numbers.iter().for_each(|number| unsigned(&mut list, 0x02, u64::from(*number)));
    element(&mut fields, 0xa0, &list);
    element(&mut fields, 0x81, &[kind]);
    more.iter().for_each(|(tag, octets)| element(&mut fields, *tag, octets));
    element(&mut tri, 0xa0, &fields);
    element(&mut payload, 0xa2, &tri);
    let stamp = Stamp::Absent;
    Composer::new(b"ES-7", b"21499", Some(1)).pdu(1, stamp, &Body::Raw(&payload))
}

fn verdict(pdu: Vec<u8>, keys: &Keys) -> Verdict {
    findings(&[(0, pdu)], &Conventions::default(), keys).remove(0).verdict
}

#[test]
fn a_check_that_cannot_be_judged_says_why() {
    let value: Field<'_> = (0x83, &[0; 32]);
    let (cc, sha256): (Field<'_>, Field<'_>) = ((0x82, &[2]), (0x84, &[2]));
    let none = Keys::default();
    let hash = |numbers: &[u32], more: &[Field<'_>]| verdict(forged(numbers, 1, more), &none);
    let unreadable = |verdict: Verdict, part: &str| match verdict {
        Verdict::Unreadable { why } => assert!(why.contains(part), "{why}"),
        other => panic!("{part}: {other:?}"),
    };
    assert_eq!(hash(&[4, 5], &[cc, value, sha256]), Verdict::MissingPdus);
    unreadable(hash(&[4, 5, 4], &[cc, value, sha256]), "twice");
    unreadable(hash(&[], &[cc, value, sha256]), "no PDU");
    unreadable(hash(&[4], &[value, sha256]), "IRI or CC");
    unreadable(hash(&[4], &[(0x82, &[9]), value, sha256]), "IRI or CC");
    unreadable(hash(&[4], &[cc, sha256]), "checkValue");
    let many: Vec<u32> = (0..70_000).collect();
    unreadable(hash(&many, &[cc, value, sha256]), "more PDUs");
    assert_eq!(hash(&[4], &[cc, value]), Verdict::UnknownAlgorithm { number: None });
    let odd = Verdict::UnknownAlgorithm { number: Some(9) };
    assert_eq!(hash(&[4], &[cc, value, (0x84, &[9])]), odd);
    let keys = signer("s014-integrity-signed.pem");
    let signature = |number: &[u8]| verdict(forged(&[1], 2, &[cc, value, (0x85, number)]), &keys);
    assert_eq!(signature(&[1]), Verdict::UnsupportedAlgorithm { name: "DSA" });
    assert_eq!(signature(&[7]), Verdict::UnknownAlgorithm { number: Some(7) });
    assert_eq!(signature(&[3]), Verdict::NoKey, "EdDSA, and the key is ECDSA");
    assert_eq!(signature(&[2]), Verdict::MissingPdus, "the hash PDU is not there");
}

/// SHA-1 still matches, and says that it is weak.
#[test]
fn sha_1_matches_and_is_called_weak() {
    let pdus = pdus(&read("s010-integrity-order.ber"));
    let hashed: Vec<u8> = pdus[..4].iter().flat_map(|(_, octets)| octets.clone()).collect();
    let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &hashed);
    let more: [Field<'_>; 3] = [(0x82, &[2]), (0x83, sha1.as_ref()), (0x84, &[1])];
    let check = forged(&[0, 2, 1, 3], 1, &more);
    let (conventions, keys) = (Conventions::default(), Keys::default());
    let check = parse(&check).unwrap();
    let mut check = Check::plan(&check, None, &conventions, &keys).unwrap();
    pdus[..4].iter().for_each(|(_, octets)| check.feed(&parse(octets).unwrap()).unwrap());
    let found = check.finish();
    assert!(found.verdict.holds() && found.hash.unwrap().is_weak());
}

/// One octet changed anywhere in a stream with checks and containers: nothing panics, and where
/// the octet is one that was hashed, not every check holds.
#[test]
fn no_octet_changed_stops_the_verifier() {
    let keys = Keys { encryption: vec![vector_key()], ..signer("s014-integrity-signed.pem") };
    let conventions = Conventions::default();
    // How many checks each has, and where the octets end that its hash is over.
    for (name, checks, hashed) in
        [("s019-encrypted-integrity.ber", 1, 984), ("s014-integrity-signed.ber", 2, 1288)]
    {
        let sound = read(name);
        for at in (0..sound.len()).step_by(3) {
            let mut octets = sound.clone();
            octets[at] ^= 0x21;
            let limits = Limits::default();
            let mut shelf = Shelf::new(&conventions, &keys, None);
            for run in runs(&octets, &limits) {
                let Run::Pdu { octets, .. } = run else { break };
                let _ = shelf.put(octets);
            }
            let found: Vec<Finding> = shelf.findings().map(|(_, finding)| finding).collect();
            let holds = |finding: &Finding| finding.verdict.holds();
            let unseen = found.len() == checks && found.iter().all(holds);
            assert!(!unseen || at >= hashed, "{name}: octet {at} was changed and nobody saw it");
        }
    }
}
