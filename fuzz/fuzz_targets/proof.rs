//! Notes, checkpoints, proofs, tiles and frontiers: what parses is what would be written.
#![no_main]
use lacre_proof::merkle::{Frontier, verify_consistency, verify_inclusion};
use lacre_proof::{Checkpoint, LogKey, LogVkey, SecondEntry, TlogProof, note, tile};
use lacre_term::{Digest, Secret};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static KEY: LazyLock<LogKey> =
    LazyLock::new(|| LogKey::new("lacre.example/a", &Secret::new([1; 32])).expect("a good name"));

fuzz_target!(|data: &[u8]| {
    octets(data);
    if let Ok(text) = std::str::from_utf8(data) {
        texts(text);
    }
});

fn texts(text: &str) {
    let known = [KEY.vkey().clone()];
    assert!(note::open(text, &known).is_err(), "only our key signs for it");
    if let Ok(vkey) = LogVkey::parse(text) {
        assert_eq!(vkey.to_string(), text);
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_text(), text);
    }
    if let Ok(proof) = TlogProof::parse(text) {
        assert_eq!(TlogProof::parse(&proof.to_text()), Ok(proof.clone()));
        assert!(proof.verify(&Digest([7; 32]), &known).is_err());
    }
    // Signed by us, so that what comes after the signature check is reached as well.
    if let Ok(signed) = KEY.sign(text) {
        assert_eq!(note::verify_note(&signed, &known).as_deref(), Ok(text));
        let _ = lacre_proof::checkpoint::open(&signed, &known);
    }
}

fn octets(data: &[u8]) {
    if let Ok(frontier) = Frontier::decode(data) {
        assert_eq!(frontier.encode(), data);
        let (count, mut grown) = (frontier.count(), frontier.clone());
        if count < u64::MAX {
            grown.push(Digest([3; 32]));
            assert_eq!(grown.count(), count + 1);
        }
        let _ = (frontier.root(), grown.root());
    }
    if let Ok(entry) = SecondEntry::decode(data) {
        assert_eq!(entry.encode(), data);
    }
    let Some((numbers, rest)) = data.split_first_chunk::<18>() else { return };
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = *numbers;
    let width = u16::from_be_bytes([q, r]);
    if let Ok(entries) = tile::decode_bundle(rest, width) {
        assert_eq!(tile::encode_bundle(&entries).as_deref(), Ok(rest));
    }
    if let Ok(hashes) = tile::decode_hashes(rest, width) {
        assert_eq!(tile::encode_hashes(&hashes), rest);
    }
    let old = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let new = u64::from_be_bytes([i, j, k, l, m, n, o, p]);
    let path: Vec<Digest> = rest.as_chunks::<32>().0.iter().copied().map(Digest).collect();
    let (leaf, root) = (Digest([1; 32]), Digest([2; 32]));
    if verify_inclusion(&leaf, old, new, &path, &root).is_ok() {
        panic!("a root of our choosing was reached");
    }
    if verify_consistency(old, &leaf, new, &root, &path).is_ok() {
        assert_eq!(old, 0, "two roots of our choosing were joined");
    }
}
