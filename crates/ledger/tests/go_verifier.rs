//! A stranger's verifier, made of the Go team's code, accepts what the ledger published and refuses
//! it with one bit changed. Needs Debian's golang-go and golang-golang-x-mod-dev; without them
//! these stories fail.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests: what fails here fails the test"
)]
mod common;

use common::{at, commitments, create, memory};
use lacre_store::Engine;
use lacre_term::{Digest, hex};
use std::{
    fs::{File, create_dir_all},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Builds the Go program once.
fn verifier() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = scratch.join("verify_log");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_log.go");
        let built = Command::new("go")
            .args(["build", "-o"])
            .args([&program, &source])
            .env("GO111MODULE", "off")
            .env("GOPATH", "/usr/share/gocode")
            .env("GOCACHE", scratch.join("go-cache"))
            .output();
        let built = built.unwrap_or_else(|error| {
            panic!("go did not start ({error}): apt-get install golang-go golang-golang-x-mod-dev")
        });
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "install golang-golang-x-mod-dev? {said}");
        program
    })
}

fn write(path: &Path, octets: &[u8]) {
    create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(octets).unwrap();
}

/// Lays the published folder out as files.
fn lay_out(engine: &Engine, folder: &Path) {
    for name in engine.log.list().unwrap() {
        write(&folder.join(&name), &engine.log.read(&name).unwrap());
    }
}

fn lines(path: &[Digest]) -> String {
    path.iter().map(|hash| format!("{}\n", hex::base64(&hash.0))).collect()
}

/// A log of `size` leaves with an earlier checkpoint at `old`, and the proof of a commitment.
fn published(size: i64, old: i64) -> (tempfile::TempDir, Vec<PathBuf>) {
    let (_, engine) = memory();
    let ledger = create(&engine);
    let entered = ledger.enter(&commitments(0..70), at(0)).unwrap()[67];
    ledger.tick(at(0)).unwrap();
    for second in 1..old {
        ledger.tick(at(second)).unwrap();
    }
    ledger.tick(at(old)).unwrap();
    let earlier = ledger.checkpoint();
    for second in old..size {
        ledger.tick(at(second + 1)).unwrap();
    }
    let (_, path) = ledger.consistency(u64::try_from(old).unwrap()).unwrap();
    let proof = ledger.prove(&entered.commitment(), entered.at()).unwrap();
    let inner = format!(
        "{}\n{}\n{}\n{}\n{}",
        hex::encode(&proof.entry),
        entered.commitment(),
        proof.index_in_second,
        proof.second_size,
        lines(&proof.second_path)
    );
    let folder = tempfile::tempdir().unwrap();
    lay_out(&engine, &folder.path().join("log"));
    let files = [
        ("old", earlier),
        ("consistency", lines(&path)),
        ("leaf.tlog-proof", proof.tlog.to_text()),
        ("inner", inner),
    ];
    let mut paths = vec![folder.path().join("log")];
    for (name, text) in files {
        write(&folder.path().join(name), text.as_bytes());
        paths.push(folder.path().join(name));
    }
    (folder, paths)
}

fn verify(paths: &[PathBuf]) -> (bool, String) {
    let ran = Command::new(verifier()).args(paths).output().unwrap();
    (ran.status.success(), String::from_utf8_lossy(&ran.stdout).into_owned())
}

#[test]
fn go_accepts_checkpoint_consistency_tiles_entries_and_proof() {
    for (size, old) in [(1, 1), (255, 254), (256, 255), (257, 256), (700, 600), (700, 3)] {
        let (_folder, paths) = published(size, old);
        let (accepted, said) = verify(&paths);
        assert!(accepted, "{size} {old}: {said}");
        assert!(said.contains(&format!("checkpoint holds, size {size}\n")), "{said}");
        assert!(said.contains("entry and commitment are included"), "{said}");
    }
}

#[test]
fn go_refuses_one_bit_changed_in_any_file_it_reads() {
    let (folder, paths) = published(600, 590);
    let read = [
        "log/checkpoint",
        "log/log.vkey",
        "log/tile/0/000",
        "log/tile/0/002.p/88",
        "log/tile/1/000.p/2",
        "log/tile/entries/001",
        "log/tile/entries/002.p/88",
        "old",
        "consistency",
        "leaf.tlog-proof",
        "inner",
    ];
    for name in read {
        let path = folder.path().join(name);
        let good = std::fs::read(&path).unwrap();
        for part in 1..4 {
            let mut bad = good.clone();
            // Bit 1: turns no base64 or hexadecimal letter into its other case.
            let place = bad.len() * part / 4;
            bad[place] ^= 2;
            write(&path, &bad);
            let (accepted, said) = verify(&paths);
            assert!(!accepted, "{name}, octet {place}: {said}");
        }
        write(&path, &good);
    }
    assert!(verify(&paths).0);
}
