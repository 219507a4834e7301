//! The package of recorded streams, made by the command, in the hands of people who have nothing
//! of ours, of someone who alters it, and of an insider who holds every key.
//!
//! Strangers run without any network. A missing tool fails: it never skips.
//!
//! Rules: DESIGN decisions 13, 17 and 26; `spec/package.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a story stops where it breaks"
)]
mod common;

use common::{ORDER, Ran, STREAMS, Site, number, sha256, text};
use lacre_testkit::voice::Chance;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Runs a command in a network namespace with nothing in it.
fn offline(directory: &Path, command: &[&str]) -> Output {
    static PLAIN: OnceLock<bool> = OnceLock::new();
    // Root may open a namespace; others need a user namespace around it.
    let plain = *PLAIN.get_or_init(|| {
        let tried = Command::new("unshare").args(["-n", "true"]).output();
        tried.expect("unshare (Debian util-linux) is needed").status.success()
    });
    let mut unshared = Command::new("unshare");
    unshared.args([if plain { "-n" } else { "-rn" }, "--"]).args(command);
    unshared.current_dir(directory).output().expect("unshare (Debian util-linux) is needed")
}

/// The exit code and everything that was said.
fn run(directory: &Path, command: &[&str]) -> (i32, String) {
    let output = offline(directory, command);
    let said = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

#[track_caller]
fn passes(directory: &Path, command: &[&str]) -> String {
    let (code, said) = run(directory, command);
    assert_eq!(code, 0, "{command:?}: {said}");
    said
}

/// The Go program, built once with Debian's libraries only.
fn go_verifier() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join("court-go");
        std::fs::create_dir_all(&room).unwrap();
        let program = room.join("verify-package");
        let source = format!("{ROOT}/validators/verify-package.go");
        let output = Command::new("go")
            .args(["build", "-o"])
            .args([program.as_os_str(), source.as_ref()])
            .env("GO111MODULE", "off")
            .env("GOPATH", "/usr/share/gocode")
            .env("GOCACHE", room.join("cache"))
            .current_dir(&room)
            .output()
            .expect("go is needed: Debian golang-go golang-golang-x-mod-dev (cargo xtask setup)");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "Debian golang-golang-x-mod-dev is needed: {said}");
        program
    })
}

fn bagit() -> String {
    let path =
        std::env::var("LACRE_BAGIT").unwrap_or_else(|_| format!("{ROOT}/target/venv/bin/bagit.py"));
    assert!(Path::new(&path).exists(), "no {path}: run `cargo xtask setup`, or set LACRE_BAGIT");
    std::fs::canonicalize(path).unwrap().to_str().unwrap().to_owned()
}

/// A site filled from the recorded streams, and the package of its order.
struct Court {
    site: Site,
    package: PathBuf,
}

impl Court {
    fn new() -> Self {
        let site = Site::dev_with_openli_order();
        site.intake_streams(&STREAMS);
        let package = make(&site, "p.asice");
        Self { site, package }
    }

    fn trust(&self) -> PathBuf {
        self.site.handover.join("trust.json")
    }
}

fn make(site: &Site, name: &str) -> PathBuf {
    let made = site.run(&["package", "make", "--order", ORDER, "--out", name, "--json"]).ok();
    assert_eq!(made.last()["schema"], "lacre.package-made/1");
    site.file(name)
}

/// `lacre verify --json` with no site and no network.
fn verify(package: &Path, trust: Option<&Path>, head: Option<&Path>) -> (i32, Value) {
    let mut command = vec![env!("CARGO_BIN_EXE_lacre"), "verify", package.to_str().unwrap()];
    command.push("--json");
    for (flag, path) in [("--trust", trust), ("--head", head)] {
        if let Some(path) = path {
            command.extend([flag, path.to_str().unwrap()]);
        }
    }
    let output = offline(Path::new("/"), &command);
    let ran = Ran::of(output);
    (ran.code, serde_json::from_slice(&ran.stdout).unwrap_or(Value::Null))
}

/// Where each file's content stands in the container, read by its local headers.
fn places(container: &[u8]) -> Vec<(String, std::ops::Range<usize>)> {
    let number = |at: usize, size: usize| {
        container[at..at + size].iter().rev().fold(0, |sum, octet| sum * 256 + usize::from(*octet))
    };
    let (mut places, mut at) = (Vec::new(), 0);
    while container[at..].starts_with(b"PK\x03\x04") {
        let (size, name) = (number(at + 18, 4), number(at + 26, 2));
        let content = at + 30 + name + number(at + 28, 2);
        let name = String::from_utf8(container[at + 30..at + 30 + name].to_vec()).unwrap();
        places.push((name, content..content + size));
        at = content + size;
    }
    places
}

#[test]
fn the_package_is_good_with_the_sheet_and_nobody_says_so_without_it() {
    let court = Court::new();
    let (code, report) = verify(&court.package, None, None);
    assert_eq!(code, 4, "{report}");
    let (code, report) = verify(&court.package, Some(&court.trust()), None);
    // The recorded streams have gaps, and the package declares them.
    assert!(code == 0 || report["verdict"] == "intact_with_gaps", "{code} {report}");
    let again = court.site.run(&["package", "make", "--order", ORDER, "--out", "p.asice"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    let list = court.site.run(&["package", "list", "--json"]).ok().lines();
    assert_eq!(list.len(), 1);
}

#[test]
fn strangers_without_a_network_find_it_good() {
    let court = Court::new();
    let room = court.site.room();
    let sheet: Value = serde_json::from_slice(&std::fs::read(court.trust()).unwrap()).unwrap();
    court.site.write("seal-ca.pem", text_of(&sheet["seal_cas"][0]));
    court.site.write("tsa-ca.pem", text_of(&sheet["tsa_cas"][0]["pem"]));
    let trust = court.trust();
    let go = go_verifier().to_str().unwrap();
    let said = passes(room, &[go, "p.asice", trust.to_str().unwrap()]);
    assert!(said.contains("communications"), "{said}");
    assert_eq!(run(room, &[go, "p.asice"]).0, 4);
    let script = format!("{ROOT}/validators/verify-package.sh");
    passes(room, &["bash", &script, "p.asice", "seal-ca.pem", "tsa-ca.pem"]);
    passes(room, &["unzip", "-q", "p.asice", "-d", "p"]);
    let p = room.join("p");
    let cms = "openssl cms -verify -binary -cades -purpose any -inform DER \
               -in META-INF/signature.p7s -content META-INF/ASiCManifest.xml \
               -CAfile ../seal-ca.pem -out /dev/null";
    let said = passes(&p, &cms.split_whitespace().collect::<Vec<_>>());
    assert!(said.contains("successful"), "{said}");
    let ts = "openssl ts -verify -data META-INF/signature.p7s -in META-INF/signature.tsr \
              -CAfile ../tsa-ca.pem";
    let said = passes(&p, &ts.split_whitespace().collect::<Vec<_>>());
    assert!(said.contains("Verification: OK"), "{said}");
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        passes(&p, &["sha256sum", "-c", "--quiet", "--strict", list]);
    }
    passes(&p, &[&bagit(), "--validate", "."]);
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// One bit at places sampled over the whole container, and in every kind of file in it.
#[test]
fn one_bit_anywhere_is_refused_and_the_file_is_named() {
    let court = Court::new();
    let good = std::fs::read(&court.package).unwrap();
    let places = places(&good);
    let mut chance = Chance::new(5);
    let mut flips: Vec<usize> = (0..24).map(|_| chance.below(good.len() as u64) as usize).collect();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, range) in places.iter().filter(|(_, range)| !range.is_empty()) {
        let kind = name.rsplit(['/', '.']).next().unwrap();
        kinds.entry(kind).or_insert(range.start + range.len() / 2);
    }
    flips.extend(kinds.values());
    flips.extend([0, good.len() - 1]);
    for at in flips {
        let mut bad = good.clone();
        bad[at] ^= 1 << chance.below(8);
        let file = court.site.write("bad.asice", &bad);
        let (code, report) = verify(&file, Some(&court.trust()), None);
        assert_eq!(code, 3, "octet {at}: {report}");
        if let Some((name, _)) = places.iter().find(|(_, range)| range.contains(&at)) {
            assert!(report.to_string().contains(name.as_str()), "{name}, octet {at}: {report}");
        }
    }
}

#[test]
fn another_sites_sheet_refuses_it() {
    let court = Court::new();
    let other = Site::dev();
    let (code, report) = verify(&court.package, Some(&other.handover.join("trust.json")), None);
    assert_eq!(code, 3, "{report}");
}

/// Wholly rebuilt on another site and signed with that site's keys: nothing in it is broken.
#[test]
fn the_same_streams_signed_by_someone_else_are_refused() {
    let (court, other) = (Court::new(), Court::new());
    assert_eq!(verify(&other.package, Some(&other.trust()), None).0, 0);
    let (code, report) = verify(&other.package, Some(&court.trust()), None);
    assert_eq!(code, 3, "{report}");
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

/// The streams in one file, without one communication when it is named by LIID and CIN.
fn streams_without(site: &Site, name: &str, dropped: Option<(&str, u64)>) -> PathBuf {
    let mut octets = Vec::new();
    for stream in STREAMS {
        let all = std::fs::read(common::stream(stream)).unwrap();
        for pdu in common::expected(stream) {
            if dropped != Some((pdu.liid.as_str(), pdu.cin)) {
                let from = pdu.offset as usize;
                octets.extend_from_slice(&all[from..from + pdu.octets as usize]);
            }
        }
    }
    site.write(name, octets)
}

/// Holds machine, site and signing keys; goes back to before, leaves one call out, signs again.
#[test]
fn an_insider_who_drops_a_communication_is_named_by_the_courts_head() {
    let site = Site::dev_with_openli_order();
    let before = site.file("before");
    copy(&site.dir, &before);
    let all = streams_without(&site, "all.ber", None);
    site.intake(&[all]);
    let honest = make(&site, "honest.asice");
    let rows = site.communications();
    site.run(&["ledger", "head", "--order", ORDER, "--out", "head.json"]).ok();
    let (trust, head) = (site.handover.join("trust.json"), site.file("head.json"));
    let (code, report) = verify(&honest, Some(&trust), Some(&head));
    assert_eq!(code, 0, "{report}");

    std::fs::remove_dir_all(&site.dir).unwrap();
    copy(&before, &site.dir);
    let call = rows.iter().find(|row| row["medium"] == "voice").unwrap();
    let dropped = (text(call, "liid"), number(call, "cin"));
    let fewer = streams_without(&site, "fewer.ber", Some(dropped));
    site.intake(&[fewer]);
    let forged = make(&site, "forged.asice");
    assert_eq!(site.communications().len(), rows.len() - 1);
    let (code, report) = verify(&forged, Some(&trust), Some(&head));
    assert_eq!(code, 3, "{report}");
    // Numbers are dense: one fewer is the last number missing, whichever was left out.
    let missing = format!("communication {} missing", rows.len());
    let said = site.run(&[
        "verify".as_ref(),
        forged.as_os_str(),
        "--trust".as_ref(),
        trust.as_os_str(),
        "--head".as_ref(),
        head.as_os_str(),
        "--lang".as_ref(),
        "en".as_ref(),
    ]);
    let plain = said.text();
    assert!(said.code == 3 && plain.contains(&missing), "{missing}: {plain}");
}

/// No judge granted where the line was: whatever tells it stays behind, as a stub with a hash.
#[test]
fn what_is_beyond_the_orders_scope_is_withheld_as_a_stub() {
    let site = Site::dev();
    let octets = std::fs::read(common::openli_order()).unwrap();
    let mut order: Value = serde_json::from_slice(&octets).unwrap();
    for measure in order["measures"].as_array_mut().unwrap() {
        measure["scope"]["location"] = false.into();
        measure["scope"]["content"] = false.into();
    }
    let file = site.write("narrow.json", order.to_string());
    site.run(&["order", "add", file.to_str().unwrap()]).ok();
    site.intake_streams(&STREAMS);
    let package = make(&site, "p.asice");
    let made = site.run(&["package", "make", "--order", ORDER, "--out", "q.asice", "--json"]);
    let made = made.ok().last();
    assert!(number(&made, "withheld") > 0, "{made}");
    let trust = site.handover.join("trust.json");
    let (code, report) = verify(&package, Some(&trust), None);
    assert!(code == 0 || code == 4, "{code} {report}");
    let container = std::fs::read(&package).unwrap();
    let voice = site.communications();
    let names: Vec<String> = places(&container).into_iter().map(|(name, _)| name).collect();
    for row in voice.iter().filter(|row| row["medium"] == "voice") {
        let folder = format!("data/communications/{}/", number(row, "n"));
        let inside: Vec<_> = names.iter().filter(|name| name.starts_with(&folder)).collect();
        let told = inside.iter().any(|name| name.ends_with("pdus.ber") || name.ends_with(".wav"));
        assert!(!told, "{inside:?}");
    }
}

#[test]
fn a_rebuilt_catalogue_has_the_same_rows() {
    let site = Site::dev_with_openli_order();
    site.intake_streams(&STREAMS);
    let before = site.communications();
    let rebuilt = site.run(&["rebuild", "--json"]).ok().last();
    assert_eq!(number(&rebuilt, "rows"), before.len() as u64);
    assert_eq!(site.communications(), before);
    for file in common::files_below(&site.dir.join("catalogue")) {
        std::fs::remove_file(file).unwrap();
    }
    assert_eq!(site.communications(), before);
}

/// A-law octets of one channel of a 16-bit WAV file; silence between is not of the call.
fn spoken(wav: &[u8], channel: usize) -> Vec<i16> {
    let reader = hound::WavReader::new(wav).unwrap();
    let channels = usize::from(reader.spec().channels);
    let samples: Vec<i16> = reader.into_samples::<i16>().map(Result::unwrap).collect();
    let side = samples.chunks_exact(channels).map(|frame| frame[channel]);
    side.filter(|sample| *sample != 0).collect()
}

/// The court hears what the site plays, and `audio.rs` shows that to be what was said.
#[test]
fn the_packages_audio_is_the_stores() {
    let court = Court::new();
    let container = std::fs::read(&court.package).unwrap();
    let places = places(&container);
    let rows = court.site.communications();
    let mut heard = 0;
    for row in rows.iter().filter(|row| row["medium"] == "voice") {
        let n = number(row, "n");
        let wav = court.site.content(n, "wav");
        let folder = format!("data/communications/{n}/");
        let of_call = |(name, _): &&(String, std::ops::Range<usize>)| {
            name.starts_with(&folder) && name.ends_with(".wav")
        };
        let sides: Vec<Vec<i16>> = [0, 1].map(|channel| spoken(&wav, channel)).into();
        let inside: Vec<_> = places.iter().filter(of_call).collect();
        assert!(!inside.is_empty(), "{folder}");
        for (name, range) in inside {
            let file = &container[range.clone()];
            let channels = hound::WavReader::new(file).unwrap().spec().channels;
            if channels == 1 && !name.contains("mix") {
                let side = spoken(file, 0);
                let known = sides.contains(&side);
                assert!(known, "{name}: {}", sha256(file));
                heard += 1;
            }
        }
        let raw = court.site.content(n, "raw");
        let originals: Vec<u8> = places
            .iter()
            .filter(|(name, _)| name.starts_with(&folder) && name.ends_with("pdus.ber"))
            .flat_map(|(_, range)| container[range.clone()].to_vec())
            .collect();
        assert_eq!(sha256(&originals), sha256(&raw));
    }
    assert!(heard >= 4, "{heard}");
}
