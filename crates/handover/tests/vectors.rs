//! Every vector file gets the verdict that `vectors/handover/EXPECT.tsv` expects of it.
//!
//! Two files over 100 KB are not kept: the test makes them itself.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::compose::{Body, Composer, Stamp, email_cc};
use lacre_handover::frame::{Run, runs};
use lacre_handover::inspect::inspect;
use lacre_handover::{Direction, Limits, Verdict, ps_pdu};
use lacre_term::Micros;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover")
}

fn octets_of(name: &str) -> Vec<u8> {
    match name {
        "v094-ip-cc-1MiB" => {
            let composer = Composer::new(b"ES-2026-000300", b"21499", Some(4001));
            let contents = email_cc(&vec![0x5a; 1024 * 1024]);
            let body = Body::Cc { direction: Direction::FromTarget, contents: &contents };
            composer.pdu(0, Stamp::Generalized(Micros::from_seconds(1_773_480_600)), &body)
        }
        "h091-indef-1M-eoc" => [&[0x30, 0x80][..], &vec![0; 1_000_000]].concat(),
        _ => std::fs::read(folder().join(format!("{name}.ber"))).unwrap(),
    }
}

fn expectations() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder().join("EXPECT.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn every_vector_gets_its_expected_verdict() {
    let limits = Limits::default();
    let mut wrong = Vec::new();
    let rows = expectations();
    for row in rows.iter().filter(|row| row[1] != "stream") {
        let octets = octets_of(&row[0]);
        let finding = inspect(&octets, &limits);
        if finding.verdict.word() != row[1] {
            wrong.push(format!("{} {:?} {:?}", row[0], finding.verdict, finding.reasons));
        }
        assert_eq!(finding.reasons.is_empty(), finding.verdict == Verdict::Accept, "{}", row[0]);
        if let Ok(consumed) = row[2].parse::<usize>() {
            assert_eq!(finding.consumed, consumed, "{}", row[0]);
            let all: Vec<Run<'_>> = runs(&octets, &limits).collect();
            assert!(matches!(all[0], Run::Pdu { offset: 0, .. }), "{}", row[0]);
            let Run::Unframed { offset, octets: rest, malformed } = &all[1] else {
                panic!("{}: what follows must be a framing error", row[0]);
            };
            assert_eq!((*offset, offset + rest.len()), (consumed, octets.len()));
            assert!(!malformed.framed);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_stream_is_framed_at_its_offsets() {
    let limits = Limits::default();
    for row in expectations().iter().filter(|row| row[1] == "stream") {
        let octets = octets_of(&row[0]);
        let mut offsets = Vec::new();
        for run in runs(&octets, &limits) {
            let Run::Pdu { offset, octets } = run else { panic!("{}: {run:?}", row[0]) };
            offsets.push(offset.to_string());
            assert!(ps_pdu::parse(octets).is_ok(), "{} at {offset}", row[0]);
        }
        assert_eq!(offsets.join(","), row[3], "{}", row[0]);
        assert_eq!(offsets.len().to_string(), row[2], "{}", row[0]);
    }
}

#[test]
fn every_vector_file_is_listed() {
    let listed: BTreeSet<String> = expectations().into_iter().map(|row| row[0].clone()).collect();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".ber") {
            assert!(listed.contains(name), "{name} is not in EXPECT.tsv");
        }
    }
    assert_eq!(listed.len(), 142);
}

/// Intake keeps a framed PDU as *malformed* and a run without framing as *unframed*; a rejected
/// file is one or the other, and the header faults of the vectors are all framed.
#[test]
fn rejected_files_say_whether_they_are_framed() {
    let framed = |name: &str| {
        let octets = octets_of(name);
        inspect(&octets, &Limits::default()).malformed.unwrap().framed
    };
    for name in [
        "h017-deep-nesting-def",
        "h023-indef-primitive",
        "h025-child-longer-than-parent",
        "h028-swapped",
        "h029-missing-payload",
        "h031-missing-seqno",
        "h034-order-swapped-fields",
        "h047-null-with-content",
        "h052-seqno-20octets",
        "h079-oid-foreign",
        "h083-high-tag-leading-80",
        "h091-indef-1M-eoc",
    ] {
        assert!(framed(name), "{name}");
    }
    for name in [
        "h010-truncated-1",
        "h014-truncated-714",
        "h016-deep-nesting-indef",
        "h019-huge-length-8",
        "h020-huge-length-4",
        "h022-length-ff-reserved",
        "h026-wrong-outer-tag-set",
        "h092-random-4k",
    ] {
        assert!(!framed(name), "{name}");
    }
}

/// Odd lengths and segments change the octets, never what they say.
#[test]
fn indefinite_long_and_segmented_forms_read_alike() {
    let plain = octets_of("h007-trailing-garbage");
    let plain = ps_pdu::parse(&plain[..715]).unwrap();
    for name in ["h001-indefinite-all", "h002-nonminimal-len-2", "h005-constructed-octetstring"] {
        let octets = octets_of(name);
        let other = ps_pdu::parse(&octets).unwrap();
        assert_eq!(plain.heading(), other.heading(), "{name}");
        let message = |pdu: &ps_pdu::Pdu<'_>| {
            let contents = pdu.payloads().next().unwrap().contents.unwrap();
            let octets = lacre_handover::service::multimedia::sip_octets(&contents).unwrap();
            octets.into_owned()
        };
        assert_eq!(message(&plain), message(&other), "{name}");
    }
}
