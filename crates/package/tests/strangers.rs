//! The package in the hands of people who have nothing of ours: openssl, sha256sum, bagit.py, a Go
//! program, a shell script, each without any network. A missing tool fails: it never skips.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::disallowed_methods,
    reason = "a story stops where it breaks"
)]
mod sample;

use lacre_package::report::Lang;
use sample::{
    Plan, Site, build,
    forge::{file, pack, places, unpack},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A directory of this test's own, empty.
fn room(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("strangers-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a command in a network namespace with nothing in it.
fn offline(directory: &Path, command: &[&str]) -> Output {
    static PLAIN: OnceLock<bool> = OnceLock::new();
    // Root may open a namespace; others need a user namespace around it.
    let plain = *PLAIN.get_or_init(|| {
        let tried = Command::new("unshare").args(["-n", "true"]).output();
        tried.expect("unshare (Debian util-linux) is needed").status.success()
    });
    let flags = if plain { "-n" } else { "-rn" };
    Command::new("unshare")
        .args([flags, "--"])
        .args(command)
        .current_dir(directory)
        .output()
        .expect("unshare (Debian util-linux) is needed")
}

/// The exit code and everything that was said.
fn run(directory: &Path, command: &[&str]) -> (i32, String) {
    let output = offline(directory, command);
    let said = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

fn passes(directory: &Path, command: &[&str]) -> String {
    let (code, said) = run(directory, command);
    assert_eq!(code, 0, "{command:?}: {said}");
    said
}

/// What the court and the parties have: the package, the sheet, its two CA certificates, the head.
struct Hands {
    room: PathBuf,
    built: sample::Built,
    site: Site,
}

impl Hands {
    fn new(name: &str, plan: &Plan) -> Self {
        let (room, site) = (room(name), Site::new(1));
        let built = build(&site, plan);
        fs::write(room.join("p.asice"), &built.file).unwrap();
        fs::write(room.join("trust.json"), built.sheet.to_octets().unwrap()).unwrap();
        fs::write(room.join("seal-ca.pem"), &built.sheet.seal_cas[0]).unwrap();
        fs::write(room.join("tsa-ca.pem"), &built.sheet.tsa_cas[0].pem).unwrap();
        fs::write(room.join("head.json"), &built.head).unwrap();
        Self { room, built, site }
    }

    /// Replaces the package.
    fn package(&self, octets: &[u8]) {
        fs::write(self.room.join("p.asice"), octets).unwrap();
    }

    /// The package as `unzip` lays it out.
    fn unpacked(&self) -> PathBuf {
        let to = self.room.join("p");
        let _ = fs::remove_dir_all(&to);
        passes(&self.room, &["unzip", "-q", "p.asice", "-d", "p"]);
        to
    }

    fn verifier(&self, more: &[&str]) -> (i32, String) {
        run(&self.room, &[&[env!("CARGO_BIN_EXE_lacre-verify"), "p.asice"], more].concat())
    }

    fn go(&self, more: &[&str]) -> (i32, String) {
        let program = go_verifier();
        run(&self.room, &[&[program.to_str().unwrap(), "p.asice"], more].concat())
    }

    fn shell(&self, more: &[&str]) -> (i32, String) {
        let script = format!("{ROOT}/validators/verify-package.sh");
        run(&self.room, &[&["bash", &script, "p.asice"], more].concat())
    }
}

/// The Go program, built once with Debian's libraries only.
fn go_verifier() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go");
        fs::create_dir_all(&room).unwrap();
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
    fs::canonicalize(path).unwrap().to_str().unwrap().to_owned()
}

#[test]
fn a_good_package_passes_in_every_strangers_hands() {
    let hands = Hands::new("good", &Plan { withheld: vec![3], ..Plan::default() });
    let (code, said) = hands.verifier(&["--trust", "trust.json", "--lang", "es"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("ÍNTEGRO Y COMPLETO"), "{said}");
    let (code, said) = hands.go(&["trust.json"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("2 communications, 1 withheld, 3 parts, 15 PDUs, 4 seals"), "{said}");
    let (code, said) = hands.shell(&["seal-ca.pem", "tsa-ca.pem"]);
    assert_eq!(code, 0, "{said}");
    let p = hands.unpacked();
    let said = passes(
        &p,
        &[
            "openssl",
            "cms",
            "-verify",
            "-binary",
            "-cades",
            "-purpose",
            "any",
            "-inform",
            "DER",
            "-in",
            "META-INF/signature.p7s",
            "-content",
            "META-INF/ASiCManifest.xml",
            "-CAfile",
            "../seal-ca.pem",
            "-out",
            "/dev/null",
        ],
    );
    assert!(said.contains("successful"), "{said}");
    let said = passes(
        &p,
        &[
            "openssl",
            "ts",
            "-verify",
            "-data",
            "META-INF/signature.p7s",
            "-in",
            "META-INF/signature.tsr",
            "-CAfile",
            "../tsa-ca.pem",
        ],
    );
    assert!(said.contains("Verification: OK"), "{said}");
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        passes(&p, &["sha256sum", "-c", "--quiet", "--strict", list]);
    }
    passes(&p, &[&bagit(), "--validate", "."]);
    for page in ["LEEME.html", "README.html"] {
        let said = passes(&p, &["xmllint", "--html", "--noout", "--nonet", page]);
        let complaints = said.lines().filter(|line| line.contains("error"));
        // libxml2 knows HTML 4: it does not know these elements of HTML 5.
        assert!(complaints.clone().all(|line| line.contains("Tag main")), "{page}: {said}");
    }
}

#[test]
fn without_the_sheet_nobody_says_it_is_good() {
    let hands = Hands::new("unknown", &Plan::default());
    for (code, said) in [hands.verifier(&[]), hands.go(&[]), hands.shell(&[])] {
        assert_eq!(code, 4, "{said}");
    }
    let (code, said) = hands.verifier(&["--json"]);
    assert_eq!(code, 4);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["verdict"], "origin_not_checked");
}

#[test]
fn someone_elses_package_is_refused_by_all_who_have_the_sheet() {
    let hands = Hands::new("other", &Plan::default());
    hands.package(&build(&Site::new(2), &Plan::default()).file);
    for (code, said) in [
        hands.verifier(&["--trust", "trust.json"]),
        hands.go(&["trust.json"]),
        hands.shell(&["seal-ca.pem", "tsa-ca.pem"]),
    ] {
        assert_eq!(code, 3, "{said}");
    }
    let p = hands.unpacked();
    let (code, _) = run(
        &p,
        &[
            "openssl",
            "ts",
            "-verify",
            "-data",
            "META-INF/signature.p7s",
            "-in",
            "META-INF/signature.tsr",
            "-CAfile",
            "../tsa-ca.pem",
        ],
    );
    assert_ne!(code, 0);
}

#[test]
fn one_bit_in_one_call_is_found_by_every_one_of_them() {
    let hands = Hands::new("bit", &Plan::default());
    let victim = "data/communications/2/part-1/pdus.ber";
    let mut files = unpack(&hands.built.file);
    file(&mut files, victim)[33] ^= 0x10;
    // The container is whole again, so that only the content tells.
    hands.package(&pack(&files));
    let (code, said) = hands.verifier(&["--trust", "trust.json"]);
    assert_eq!(code, 3);
    assert!(said.contains(victim) && said.contains("PDU 0 is not the one received"), "{said}");
    let (code, said) = hands.go(&["trust.json"]);
    assert!(code == 3 && said.contains(victim), "{said}");
    let (code, said) = hands.shell(&["seal-ca.pem", "tsa-ca.pem"]);
    assert!(code == 3 && said.contains(victim), "{said}");
    let p = hands.unpacked();
    assert_ne!(run(&p, &["sha256sum", "-c", "--quiet", "manifest-sha256.txt"]).0, 0);
    assert_ne!(run(&p, &[&bagit(), "--validate", "."]).0, 0);
}

#[test]
fn a_row_and_a_list_made_to_fit_are_still_caught_by_the_go_program() {
    let hands = Hands::new("fit", &Plan::default());
    let mut files = unpack(&hands.built.file);
    let rows = file(&mut files, "data/communications/2/part-1/leaves.csv");
    // A receipt time one microsecond later: no file but the row and the lists says so.
    let text = String::from_utf8(rows.clone()).unwrap().replacen("2100,", "2101,", 1);
    assert_ne!(text.as_bytes(), &rows[..]);
    *rows = text.into_bytes();
    let at = lacre_term::Micros::from_seconds(sample::START + 120);
    sample::forge::sign_again(&mut files, &hands.site.identity, at, at);
    hands.package(&pack(&files));
    let (code, said) = hands.go(&["trust.json"]);
    assert!(code == 3 && said.contains("do not make the seal"), "{said}");
    assert_eq!(hands.verifier(&["--trust", "trust.json"]).0, 3);
}

#[test]
fn an_unsigned_file_is_refused_though_everything_signed_is_there() {
    let hands = Hands::new("unsigned", &Plan::default());
    let mut files = unpack(&hands.built.file);
    files.push(("extra.txt".into(), b"believe me".to_vec()));
    hands.package(&pack(&files));
    let (code, said) = hands.shell(&["seal-ca.pem", "tsa-ca.pem"]);
    assert!(code == 3 && said.contains("extra.txt"), "{said}");
    assert_eq!(hands.verifier(&["--trust", "trust.json"]).0, 3);
}

#[test]
fn the_courts_head_names_what_an_insider_dropped() {
    let hands = Hands::new("head", &Plan::default());
    let dropped = Plan { communications: vec![1, 3], ..Plan::default() };
    hands.package(&build(&hands.site, &dropped).file);
    let (code, said) =
        hands.verifier(&["--trust", "trust.json", "--head", "head.json", "--lang", "en"]);
    assert!(code == 3 && said.contains("communication 2 missing"), "{said}");
}

#[test]
fn the_command_line_says_what_it_wants() {
    let hands = Hands::new("usage", &Plan::default());
    for wrong in [&["--trust"][..], &["--nonsense"], &["second.asice"], &["--lang", "xx"]] {
        let (code, said) = hands.verifier(wrong);
        assert!(code == 2 && said.contains("usage:"), "{wrong:?}: {said}");
    }
    assert_eq!(hands.verifier(&["--trust", "seal-ca.pem"]).0, 2);
    let (code, said) = hands.verifier(&["--help"]);
    assert!(code == 0 && said.starts_with("usage:"));
    assert_eq!(Lang::of_locale("es_ES.UTF-8"), Lang::Es);
}

/// What a lay person is told to type works as printed.
#[test]
fn the_commands_of_the_page_work_as_printed() {
    let hands = Hands::new("page", &Plan::default());
    let page = String::from_utf8(file(&mut unpack(&hands.built.file), "LEEME.html").clone());
    let page = page.unwrap();
    let commands: Vec<String> = page
        .split("<pre><code>")
        .skip(1)
        .map(|rest| rest.split("</code>").next().unwrap().replace("&amp;", "&"))
        .collect();
    assert_eq!(commands.len(), 7);
    let row = places(&hands.built.file)
        .into_iter()
        .find(|(name, _)| name == "data/communications/1/part-1/leaves.csv")
        .map(|(_, range)| String::from_utf8(hands.built.file[range].to_vec()).unwrap())
        .unwrap();
    let row: Vec<_> = row.lines().nth(1).unwrap().split(',').collect();
    fs::rename(hands.room.join("p.asice"), hands.room.join("paquete.asice")).unwrap();
    let numbered = commands[5].replace("OFFSET", row[1]).replace("LENGTH", row[2]);
    let all = [&commands[..5], &[numbered]].concat().join("\n");
    let said = passes(&hands.room, &["bash", "-e", "-o", "pipefail", "-c", &all]);
    for wanted in ["\n1\n", "successful", "Verification: OK", "Fingerprint=", row[row.len() - 1]] {
        assert!(said.contains(wanted) || said.starts_with(wanted.trim()), "{wanted}: {said}");
    }
}
