//! Operators' integrity checks on the command line: a verdict a check, by a profile.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover")
}

fn decode(options: &[&str], file: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacre"));
    command.args(["decode", "--json"]).args(options).arg(vectors().join(file)).output().unwrap()
}

/// The verdict lines, by the offset of their check.
fn verdicts(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["schema"] == "lacre.integrity/1").collect()
}

#[test]
fn the_recorded_streams_get_an_independent_verifiers_verdicts() {
    let expected = std::fs::read_to_string(vectors().join("openli/openli-integrity.tsv")).unwrap();
    for name in ["openli-integ-hi2", "openli-integ-hi3"] {
        let found = verdicts(&decode(&["--profile", "openli"], &format!("openli/{name}.ber")));
        let found: Vec<String> = found
            .iter()
            .map(|row| {
                let holds = matches!(row["verdict"].as_str(), Some("matches" | "signature-valid"));
                assert_ne!(row["binds_hashes"], true, "OpenLI signs no hash values");
                format!("{name}\t{}\t{holds}", row["offset"])
            })
            .collect();
        let rows: Vec<&str> = expected.lines().filter(|row| row.starts_with(name)).collect();
        assert_eq!(found, rows);
    }
}

#[test]
fn without_a_profile_nothing_is_said_and_an_unknown_one_is_refused() {
    let file = "s010-integrity-order.ber";
    assert!(verdicts(&decode(&[], file)).is_empty());
    let refused = decode(&["--profile", "nobody"], file);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
}

/// A hash that differs is a verdict: the PDUs are decoded and the command succeeds.
#[test]
fn a_failed_check_says_so_and_fails_nothing() {
    let output = decode(&["--profile", "es-lab"], "s011-integrity-bad.ber");
    let found = verdicts(&output);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["verdict"], "differs");
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.matches("lacre.pdu/1").count(), 5);
}
