//! Vectors that another implementation (Go's `x/mod/sumdb`) wrote, right and wrong, in
//! `vectors/proof`; each wrong file is named for its fault.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests: what fails here fails the test"
)]
use lacre_proof::{
    LogVkey, NoteError, ProofError, TlogProof, checkpoint, commit, merkle, pdu, second::SecondEntry,
};
use lacre_term::{Digest, Micros, hex};
use std::collections::BTreeMap;

fn vector(name: &str) -> String {
    let path = format!("{}/../../vectors/proof/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rows(name: &str) -> Vec<Vec<String>> {
    let rows = vector(name);
    let rows = rows.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|number| merkle::leaf_hash(number.to_string().as_bytes())).collect()
}

fn roots() -> BTreeMap<u64, Digest> {
    let rows = rows("roots.txt").into_iter();
    rows.map(|row| (row[0].parse().unwrap(), Digest::from_hex(&row[1]).unwrap())).collect()
}

fn path(text: &str) -> Vec<Digest> {
    let hashes = text.split(',').filter(|hash| *hash != "-");
    hashes.map(|hash| Digest::from_hex(hash).unwrap()).collect()
}

fn known() -> [LogVkey; 1] {
    [LogVkey::parse(vector("log.vkey").trim_end()).unwrap()]
}

/// The eight leaves and roots that Certificate Transparency implementations share.
#[test]
fn the_roots_of_certificate_transparency_come_out() {
    let data = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves = data.map(|data| merkle::leaf_hash(&hex::decode(data).unwrap()));
    for (count, root) in (1..).zip(roots) {
        assert_eq!(merkle::root(&leaves[..count]).to_hex(), root, "{count} leaves");
    }
}

#[test]
fn roots_and_paths_are_the_ones_go_computed() {
    let roots = roots();
    for (size, root) in &roots {
        assert_eq!(merkle::root(&leaves(*size)), *root, "{size} leaves");
    }
    for row in rows("inclusion.txt") {
        let (index, size) = (row[0].parse().unwrap(), row[1].parse().unwrap());
        let (all, path) = (leaves(size), path(&row[2]));
        assert_eq!(merkle::inclusion_path(&all, index).unwrap(), path, "{row:?}");
        let leaf = all[usize::try_from(index).unwrap()];
        assert_eq!(merkle::verify_inclusion(&leaf, index, size, &path, &roots[&size]), Ok(()));
    }
    for row in rows("consistency.txt") {
        let (old, new) = (row[0].parse().unwrap(), row[1].parse().unwrap());
        let path = path(&row[2]);
        assert_eq!(merkle::consistency_path(&leaves(new), old).unwrap(), path, "{row:?}");
        let old_root = merkle::root(&leaves(old));
        assert_eq!(merkle::verify_consistency(old, &old_root, new, &roots[&new], &path), Ok(()));
    }
}

#[test]
fn a_checkpoint_go_signed_opens_and_a_witness_nobody_knows_does_no_harm() {
    let expected = roots()[&300];
    for name in ["checkpoint", "checkpoint-with-unknown-witness"] {
        let opened = checkpoint::open(&vector(name), &known()).unwrap();
        assert_eq!((opened.size, opened.root), (300, expected), "{name}");
        assert_eq!(opened.origin, known()[0].name());
    }
}

#[test]
fn what_we_sign_is_octet_for_octet_what_go_signs() {
    let seed = hex::decode_array(vector("log.seed.hex").trim_end()).unwrap();
    let name = "lacre.example/site-0000/node-1";
    let key = lacre_proof::LogKey::new(name, &lacre_term::Secret::new(seed)).unwrap();
    let text = lacre_proof::Checkpoint { origin: name.into(), size: 300, root: roots()[&300] };
    assert_eq!(key.sign(&text.to_text()).unwrap(), vector("checkpoint"));
    assert_eq!(format!("{}\n", key.vkey()), vector("log.vkey"));
}

#[test]
fn each_spoiled_checkpoint_is_refused_for_its_fault() {
    let open = |name: &str| checkpoint::open(&vector(name), &known()).unwrap_err();
    for name in ["checkpoint-size-altered", "checkpoint-signature-altered"] {
        let wrong = NoteError::WrongSignature { name: known()[0].name().into() };
        assert_eq!(open(name), ProofError::Note(wrong), "{name}");
    }
    let unsigned = ProofError::Note(NoteError::Unsigned { known: 1 });
    assert_eq!(open("checkpoint-signed-by-witness-only"), unsigned);
    for name in ["checkpoint-unsigned", "checkpoint-without-empty-line"] {
        assert!(matches!(open(name), ProofError::Note(NoteError::Form { .. })), "{name}");
    }
    for name in ["checkpoint-with-extension-line", "checkpoint-size-with-leading-zero"] {
        assert!(matches!(open(name), ProofError::Format { .. }), "{name}");
    }
    assert!(matches!(open("checkpoint-of-another-log"), ProofError::WrongOrigin { .. }));
}

#[test]
fn a_portable_proof_holds_and_each_spoiled_one_is_refused() {
    let leaf = merkle::leaf_hash(b"123");
    let verify = |name: &str| {
        TlogProof::parse(&vector(name)).and_then(|proof| proof.verify(&leaf, &known()))
    };
    assert_eq!(verify("leaf-123.tlog-proof").unwrap().size, 300);
    assert_eq!(verify("leaf-123-one-bit.tlog-proof"), Err(ProofError::WrongRoot));
    assert_eq!(verify("leaf-123-index-altered.tlog-proof"), Err(ProofError::WrongRoot));
    for name in ["leaf-123-path-short.tlog-proof", "leaf-123-path-long.tlog-proof"] {
        assert!(matches!(verify(name), Err(ProofError::PathLength { .. })), "{name}");
    }
}

/// Our own formats, computed a second time by the Go program that wrote the file.
#[test]
fn commitment_pdu_leaf_and_second_entry_are_those_of_the_second_implementation() {
    for row in rows("lacre.txt") {
        let digest = |at: usize| Digest::from_hex(&row[at]).unwrap();
        match row[0].as_str() {
            "commitment" => {
                let salt = hex::decode_array(&row[1]).unwrap();
                assert_eq!(commit::commitment(&salt, row[2].as_bytes()), digest(3));
            }
            "pdu" => {
                let (salt, number) = (hex::decode_array(&row[1]).unwrap(), row[2].parse().unwrap());
                let at = Micros(row[3].parse().unwrap());
                assert_eq!(pdu::leaf(&salt, number, at, &row[4], &digest(5)), digest(6));
            }
            "second" => {
                let entry = SecondEntry { second: row[1].parse().unwrap(), root: digest(2) };
                assert_eq!(hex::encode(&entry.encode()), row[3]);
                assert_eq!(merkle::leaf_hash(&entry.encode()), digest(4));
            }
            other => panic!("a row of an unknown kind: {other}"),
        }
    }
}
