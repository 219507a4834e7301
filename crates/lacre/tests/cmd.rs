//! The command as people meet it: help, exit codes, one line for an error, data apart from talk.
//!
//! Rules: DESIGN section 4; exit codes in `crates/lacre/src/main.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::{Ran, Site, lacre, run, stream};
use std::path::Path;

/// Every command, as it is typed.
const COMMANDS: [&str; 44] = [
    "demo",
    "init",
    "unseal",
    "serve",
    "peer",
    "peer add",
    "peer list",
    "peer remove",
    "user",
    "user add",
    "user list",
    "user remove",
    "case",
    "case add",
    "case list",
    "order",
    "order add",
    "order extend",
    "order cease",
    "order confirm",
    "order list",
    "measure",
    "measure list",
    "intake",
    "intake status",
    "intake gaps",
    "intake quarantine",
    "intake quarantine list",
    "intake quarantine release",
    "intake quarantine destroy",
    "decode",
    "communications",
    "communications show",
    "communications content",
    "package",
    "package make",
    "package list",
    "verify",
    "ledger",
    "ledger checkpoint",
    "ledger prove",
    "ledger audit",
    "ledger head",
    "rebuild",
];

#[test]
fn every_command_explains_itself_and_its_options() {
    for command in COMMANDS {
        let mut args: Vec<&str> = command.split(' ').collect();
        args.push("--help");
        let help = run(&args).ok();
        assert!(help.stderr.is_empty(), "{command}: {}", help.stderr);
        assert!(help.text().contains("Usage: lacre"), "{command}: {}", help.text());
        let wide = help.text().lines().map(|line| line.chars().count()).max().unwrap();
        assert!(wide <= 100, "{command}: a line of {wide}");
    }
    let top = run(&["--help"]).ok().text();
    for command in COMMANDS.iter().filter(|command| !command.contains(' ')) {
        assert!(top.contains(command), "{command} is not in the help");
    }
    assert!(run(&["--version"]).ok().text().starts_with("lacre 0."));
}

#[test]
fn wrong_usage_is_exit_2_and_writes_no_data() {
    let wrong: [&[&str]; 15] = [
        &[],
        &["fly"],
        &["peer"],
        &["peer", "add"],
        &["decode"],
        &["decode", "a", "b"],
        &["init"],
        &["intake"],
        &["intake", "quarantine", "destroy"],
        &["unseal"],
        &["package", "make", "--order", "O"],
        &["communications", "content", "uno", "--as", "wav", "--out", "x"],
        &["communications", "content", "1", "--as", "mp3", "--out", "x"],
        &["serve", "--listen", "here"],
        &["peer", "add", "P", "--file", "--plain", "127.0.0.1:1"],
    ];
    for args in wrong {
        let refused = run(args).code(2);
        assert!(refused.stdout.is_empty(), "{args:?}: {}", refused.text());
        assert!(!refused.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_site_that_is_not_named_or_not_there_is_exit_2() {
    let nowhere = tempfile::tempdir().unwrap();
    let missing = nowhere.path().join("site");
    let commands: [&[&str]; 3] = [&["order", "list"], &["communications"], &["ledger", "audit"]];
    for command in commands {
        let unnamed = run(command).code(2);
        assert!(unnamed.stderr.contains("--site DIR or LACRE_SITE"), "{}", unnamed.stderr);
        let mut args: Vec<&Path> = command.iter().map(Path::new).collect();
        args.extend([Path::new("--site"), &missing]);
        let gone = run(&args).code(2);
        assert!(gone.stderr.contains("lacre init"), "{}", gone.stderr);
        assert_eq!(gone.stderr.matches("error:").count(), 1, "{}", gone.stderr);
        assert!(!missing.exists(), "looking for a site makes none");
    }
}

#[test]
fn a_site_is_made_only_in_an_empty_folder_and_its_keys_leave_it() {
    let site = Site::real();
    let again = Ran::of(lacre().arg("init").arg(&site.dir).output().unwrap()).code(2);
    assert!(again.stderr.contains("not empty"), "{}", again.stderr);
    let inside = site.file("other");
    let mut command = lacre();
    command.arg("init").arg(&inside).arg("--out").arg(inside.join("keys"));
    let refused = Ran::of(command.output().unwrap()).code(2);
    assert!(refused.stderr.contains("must not lie inside"), "{}", refused.stderr);
    for (shares, threshold) in [("2", "3"), ("0", "0"), ("3", "1")] {
        let mut command = lacre();
        command.arg("init").arg(&inside).args(["--shares", shares, "--threshold", threshold]);
        let made = Ran::of(command.output().unwrap());
        assert_eq!(made.code, 2, "{threshold} of {shares}: {}", made.stderr);
        assert_eq!(made.stderr.matches("error:").count(), 1, "{}", made.stderr);
    }
}

#[test]
fn what_was_handed_over_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::real();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in ["share-1.txt", "share-5.txt", "court-key-1.txt", "court-key-2.txt"] {
        assert_eq!(mode(&site.handover.join(name)), 0o600, "{name}");
    }
    assert_eq!((mode(&site.dir), mode(&site.handover)), (0o700, 0o700));
    assert!(!site.handover.join("share-6.txt").exists());
    let dev = Site::dev();
    assert!(!dev.handover.join("share-1.txt").exists(), "a dev site's share lies inside");
}

#[test]
fn a_dev_site_is_loudly_marked() {
    let room = tempfile::tempdir().unwrap();
    let mut command = lacre();
    command.arg("init").arg(room.path().join("site")).arg("--dev");
    let made = Ran::of(command.output().unwrap()).ok();
    assert!(made.stderr.contains("DEV SITE"), "{}", made.stderr);
    let mut command = lacre();
    command.arg("init").arg(room.path().join("sitio")).args(["--dev", "--lang", "es"]);
    let made = Ran::of(command.output().unwrap()).ok();
    assert!(made.stderr.contains("SITIO DE PRUEBAS"), "{}", made.stderr);
}

#[test]
fn data_goes_to_stdout_talk_to_stderr_and_a_reader_may_leave() {
    let file = stream("openli-voip-hi3");
    let decoded = run(&["decode".as_ref(), file.as_os_str()]).ok();
    assert!(decoded.stderr.is_empty(), "{}", decoded.stderr);
    assert_eq!(decoded.text().lines().count(), 2261);
    // `lacre decode … | head -1`: a reader that has seen enough is no failure of ours.
    let mut pipe = std::process::Command::new("sh");
    pipe.arg("-c").arg("\"$0\" decode \"$1\" --json | head -1").arg(env!("CARGO_BIN_EXE_lacre"));
    let piped = Ran::of(pipe.arg(&file).output().unwrap()).ok();
    assert_eq!(piped.lines().len(), 1);
    assert!(piped.stderr.is_empty(), "{}", piped.stderr);
}
