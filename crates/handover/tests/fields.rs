//! Every field of every vector is what an independent decoder read.
//!
//! `vectors/handover/fields/NAME.txt` has a line for each field of NAME that its decode has:
//! path and value, long values as a hash. The octets are those of `vectors.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::Limits;
use lacre_handover::fields::{Bounds, FieldTree, Value, fields};
use lacre_handover::frame::{Run, runs};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover")
}

/// A PDU of 1 MiB is too large to keep: its octets before the content, which then repeats.
const MEBIBYTE_HEAD: &str = "\
    308310007fa15380070400020205012b810e45532d323032362d30303032303082024553a31ca012\
    8005323134393981094d462d4d41442d303181020bb98202455384010c8513323032363033313430\
    39333030302e3030305aa283100025a183100020308310001b800100a283100013a18310000e8004\
    050214028101028283100000";

fn octets_of(name: &str) -> Vec<u8> {
    if name == "v094-ip-cc-1MiB" {
        let pairs = MEBIBYTE_HEAD.as_bytes().chunks(2);
        let octet = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let head: Vec<u8> = pairs.map(octet).collect();
        return [head, b"0123456789abcdef".repeat(65_536)].concat();
    }
    std::fs::read(folder().join(format!("{name}.ber"))).unwrap()
}

/// A value as the recorded decodes write it. Their decoder gives each time a zone, seconds and a
/// short fraction, and bits no count; ours keeps both as delivered, so the test does that.
fn recorded(value: &Value<'_>) -> String {
    let text = match value {
        Value::Time(time) => as_their_time(time),
        Value::Bits(octets, _) => Value::Octets(octets.clone()).to_string(),
        other => other.to_string(),
    };
    short(text)
}

fn shortened(value: &Value<'_>) -> String {
    short(value.to_string())
}

fn short(text: String) -> String {
    if text.len() <= 200 { text } else { format!("sha256:{}:{}", hash(&text), text.len()) }
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn as_their_time(time: &str) -> String {
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    // An hour without minutes is ten digits; UTCTime has twelve with seconds.
    let clock = if clock.len() == 10 { format!("{clock}0000") } else { clock.to_owned() };
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let zone = if zone.is_empty() { "Z" } else { zone };
    format!("{clock}{point}{fraction}{zone}")
}

fn lines(tree: &FieldTree<'_>) -> BTreeMap<String, String> {
    let known = tree.leaves().filter(|(path, _)| !path.contains('?'));
    known.map(|(path, field)| (path, recorded(&field.value))).collect()
}

#[test]
fn every_field_of_every_vector_is_what_an_independent_decoder_read() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder().join("fields")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".txt").unwrap();
        let text = std::fs::read_to_string(folder().join(format!("fields/{name}.txt"))).unwrap();
        let octets = octets_of(name);
        let tree = fields(&octets, &Bounds::default());
        let ours = lines(&tree);
        let theirs: BTreeMap<&str, &str> =
            text.lines().map(|line| line.split_once(" = ").unwrap()).collect();
        for (path, value) in &theirs {
            seen += 1;
            match ours.get(*path) {
                Some(ours) if ours == value => {}
                ours => wrong.push(format!("{name}: {path}: theirs {value}, ours {ours:?}")),
            }
        }
        for (path, value) in &ours {
            if !theirs.contains_key(path.as_str()) && !path.contains('/') {
                wrong.push(format!("{name}: {path}: ours alone {value}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen > 1_400, "{seen} fields compared");
}

/// Recorded streams: one short hash for each PDU of what an independent decoder read in it. It
/// refuses a single PDU, for a mandatory field that is missing; we read that one all the same.
#[test]
fn every_pdu_of_the_recorded_streams_has_the_fields_an_independent_decoder_read() {
    let text = std::fs::read_to_string(folder().join("openli/FIELDS.txt")).unwrap();
    let (mut all, mut refused) = (0, 0);
    for line in text.lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let count: usize = words.next().unwrap().parse().unwrap();
        let octets = std::fs::read(folder().join(format!("openli/{name}.ber"))).unwrap();
        let pdus: Vec<_> = runs(&octets, &Limits::default()).collect();
        let digests: Vec<&str> = words.collect();
        assert_eq!(pdus.len(), digests.len(), "{name}");
        let mut fields_seen = 0;
        for (number, (run, digest)) in pdus.iter().zip(digests).enumerate() {
            let Run::Pdu { octets, .. } = run else { panic!("{name}: {run:?}") };
            let tree = fields(octets, &Bounds::default());
            assert!(tree.leaves().all(|(path, _)| !path.contains('?')), "{name} PDU {number}");
            let lines: BTreeSet<_> =
                tree.leaves().map(|(path, field)| (path, shortened(&field.value))).collect();
            all += 1;
            if digest == "-" {
                refused += 1;
                continue;
            }
            fields_seen += lines.len();
            let text: String = lines.iter().map(|(p, v)| format!("{p} = {v}\n")).collect();
            assert_eq!(&hash(&text)[..8], digest, "{name} PDU {number}:\n{text}");
        }
        assert_eq!(fields_seen, count, "{name}");
    }
    assert_eq!((all, refused), (4_208, 1));
}
