//! Random PDUs of every part read as an independent decoder reads them, field by field.
//!
//! `differential/generate.py` makes them from the published ASN.1 modules, which are not in this
//! repository, with pycrate; what it wrote for one seed is kept in `vectors/handover` and replayed
//! here. `cargo xtask soak differential` makes 5,000 anew from the folder LACRE_ASN1_MODULES.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::fields::{Bounds, Name, Value, fields};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// One PDU and the lines its decode has.
struct Case {
    octets: Vec<u8>,
    fields: BTreeSet<(String, String)>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut path = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(hex) = line.strip_prefix("@ ") {
            let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
            let octets = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
            cases.push(Case { octets, fields: BTreeSet::new() });
            path.clear();
            continue;
        }
        let (shared, rest) = line.split_once(' ').unwrap();
        let (rest, value) = rest.split_once(" = ").unwrap();
        path.truncate(shared.parse().unwrap());
        path.push_str(rest);
        cases.last_mut().unwrap().fields.insert((path.clone(), value.to_owned()));
    }
    cases
}

fn short(value: &Value<'_>) -> String {
    // An empty SEQUENCE or list is a line of its own; there a choice is never empty.
    let text = value.to_string();
    if text.len() <= 200 {
        return text;
    }
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("sha256:{hex}:{}", text.len())
}

/// Differences of one case, as lines.
fn differences(case: &Case) -> Vec<String> {
    let tree = fields(&case.octets, &Bounds::default());
    let ours: BTreeSet<(String, String)> =
        tree.leaves().map(|(path, field)| (path, short(&field.value))).collect();
    let alone = |whose, (path, value): &(String, String)| format!("{whose} {path} = {value}");
    let mut found: Vec<String> =
        case.fields.difference(&ours).map(|it| alone("theirs", it)).collect();
    found.extend(ours.difference(&case.fields).map(|it| alone("ours", it)));
    for field in &tree.fields {
        if matches!(field.name, Name::Unknown(_) | Name::Rest) {
            found.push(format!("without a name: {field:?}"));
        }
        let inside = field.offset.checked_add(field.octets).is_some_and(|end| {
            end <= case.octets.len() || tree.fields.iter().any(|f| f.name == Name::Held)
        });
        if !inside {
            found.push(format!("outside the PDU: {field:?}"));
        }
    }
    found
}

fn compare(text: &str) -> (usize, usize) {
    let cases = cases(text);
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        compared += case.fields.len();
        let found = differences(case);
        if !found.is_empty() {
            wrong.push(format!("PDU {number}:\n  {}", found.join("\n  ")));
        }
    }
    let shown: Vec<&String> = wrong.iter().take(20).collect();
    assert!(wrong.is_empty(), "{} of {} differ: {shown:#?}", wrong.len(), cases.len());
    (cases.len(), compared)
}

#[test]
fn a_recorded_sample_of_every_part_reads_as_the_independent_decoder_read_it() {
    let path = root().join("vectors/handover/differential.txt");
    let (pdus, compared) = compare(&std::fs::read_to_string(path).unwrap());
    assert!(pdus >= 209 && compared > 5_000, "{pdus} PDUs, {compared} fields");
}

/// The comparison itself notices a value, a name and a field too many.
#[test]
fn one_octet_changed_is_a_difference() {
    let path = root().join("vectors/handover/differential.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let mut case = cases(&text).swap_remove(0);
    assert_eq!(differences(&case), [""; 0]);
    let (path, value) = case.fields.pop_first().unwrap();
    assert_eq!(differences(&case), [format!("ours {path} = {value}")]);
    case.fields.insert((path, format!("{value}x")));
    assert_eq!(differences(&case).len(), 2);
}

/// By hand: `cargo xtask soak differential`.
#[test]
#[ignore = "needs the ASN.1 modules, named by LACRE_ASN1_MODULES, and minutes"]
fn soak_differential() {
    let modules = std::env::var("LACRE_ASN1_MODULES").unwrap();
    let count = std::env::var("LACRE_DIFFERENTIAL").unwrap_or_else(|_| "5000".into());
    let seed = std::env::var("LACRE_DIFFERENTIAL_SEED").unwrap_or_else(|_| "1".into());
    let out = std::env::temp_dir().join(format!("lacre-differential-{}", std::process::id()));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/generate.py");
    let python = root().join("target/venv/bin/python");
    let mut generate = std::process::Command::new(python);
    generate.arg(script).arg(modules).arg(&count).arg(&seed).arg(&out);
    assert!(generate.status().unwrap().success(), "the generator failed");
    let text = std::fs::read_to_string(&out).unwrap();
    std::fs::remove_file(&out).unwrap();
    let (pdus, compared) = compare(&text);
    println!("{pdus} PDUs, seed {seed}, {compared} fields compared, no difference");
    assert_eq!(pdus.to_string(), count);
}
