//! Access services, vector by vector: IP access, layer 2, PSTN, e-mail and messaging say what an
//! independent encoder put in, and what no standard names is said to be unknown.
#![allow(clippy::unwrap_used, reason = "helpers of stories may panic: that is how a story fails")]
use lacre_handover::extract::{Facts, Medium, Summary};
use lacre_handover::ps_pdu::{Contents, parse};
use lacre_handover::record::Record;
use lacre_handover::service::observe;
use lacre_term::Micros;
use std::path::PathBuf;

fn octets_of(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    std::fs::read(folder.join(format!("{name}.ber"))).unwrap()
}

fn record_of(name: &str) -> Record {
    let octets = octets_of(name);
    let pdu = parse(&octets).unwrap();
    let contents = pdu.payloads().next().unwrap().contents.unwrap();
    let mut records = observe(&contents);
    assert_eq!(records.len(), 1, "{name}");
    records.remove(0)
}

fn facts_of(name: &str) -> Facts {
    let octets = octets_of(name);
    let mut summary = Summary::new();
    summary.add(&parse(&octets).unwrap());
    summary.finish()
}

fn named(record: &Record, role: &str, kind: &str, value: &str) -> bool {
    let is = |party: &lacre_handover::extract::Party| {
        (party.role, party.kind, party.value.as_str()) == (role, kind, value)
    };
    record.parties.iter().any(is)
}

fn detail<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    let found = record.details.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn counters_beyond_32_and_63_bits_are_read_whole() {
    let interim = record_of("v011-ip-iri-continue-interim");
    assert_eq!(interim.event.as_deref(), Some("interimUpdate"));
    assert_eq!(interim.octets_down, Some(1_099_511_627_781));
    assert_eq!(interim.octets_up, Some(123_456_789));
    assert_eq!(detail(&interim, "access type"), Some("fTTx"));
    assert_eq!(detail(&interim, "ip version"), Some("iPV4andV6"));
    assert!(named(&interim, "target", "user", "adsl-synth-0001@isp.example"));
    let end = record_of("v012-ip-iri-end");
    assert_eq!(end.octets_down, Some(9_223_372_036_854_775_809));
    assert_eq!(end.octets_up, Some(u64::MAX));
    assert_eq!(end.cause.as_deref(), Some("regularLogoff"));
    assert_eq!(end.ended_at, Micros::parse_rfc3339("2026-03-14T10:29:59Z"));
    assert!(!interim.unknown && !end.unknown);
}

#[test]
fn the_end_of_a_session_gives_the_row_its_cause_and_counters() {
    let facts = facts_of("v012-ip-iri-end");
    assert_eq!((facts.medium, facts.cause.as_deref()), (Medium::Ip, Some("regularLogoff")));
    assert_eq!(facts.octets_up, Some(u64::MAX));
    assert_eq!(facts.unknown, 0);
}

#[test]
fn packet_reports_name_the_flow_and_its_sum() {
    let header = record_of("v018-ip-iri-packetreport-header");
    assert_eq!(detail(&header, "flow"), Some("udp 192.0.2.55:53124 > 198.51.100.53:53"));
    let sum = record_of("v020-ip-iri-only-pdsr");
    assert_eq!(detail(&sum, "flow"), Some("tcp 192.0.2.55:40000 > 203.0.113.80:80"));
    assert_eq!(detail(&sum, "flow octets"), Some("9000"));
    assert_eq!(detail(&sum, "flow packets"), Some("10"));
    assert!(!header.unknown && !sum.unknown);
}

#[test]
fn an_e_mail_event_names_every_party_and_nothing_twice() {
    let send = record_of("v021-email-iri-send");
    assert_eq!(send.event.as_deref(), Some("e-mail-send"));
    assert!(named(&send, "sender", "email", "ana@example.org"));
    assert!(named(&send, "recipient", "email", "luis@example.net"));
    assert!(named(&send, "recipient", "email", "josé@example.net"));
    assert!(named(&send, "user", "user", "ana"));
    assert!(named(&send, "server", "ip", "198.51.100.25"));
    for (name, value) in [
        ("protocol", "smtp"),
        ("status", "operation-succeeded"),
        ("message id", "<synt1@example.org>"),
        ("client", "192.0.2.77:51000"),
        ("server", "198.51.100.25:587"),
        ("sender validity", "validated"),
        ("log-on", "aAASucceeded"),
        ("log-on method", "cramMD5"),
    ] {
        assert_eq!(detail(&send, name), Some(value), "{name}");
    }
    assert_eq!(detail(&send, "recipients not named"), None, "two counted, two named");
    let logon = record_of("v024-email-iri-imap-logon");
    assert_eq!(logon.event.as_deref(), Some("e-mail-logon"));
    assert_eq!(detail(&logon, "protocol"), Some("imap4"));
    assert!(!send.unknown && !logon.unknown);
}

#[test]
fn fixed_calls_and_layer_2_say_how_their_content_is_coded() {
    for name in ["v032-pstn-iri-suppl", "v033-pstn-cc"] {
        let record = record_of(name);
        assert_eq!(record.services, ["PCMA/8000"], "{name}: said three times, listed once");
        assert_eq!(detail(&record, "media"), Some("audio 203.0.113.10:49170"), "{name}");
        assert_eq!(detail(&record, "media direction"), Some("fromTarget"), "{name}");
        assert!(!record.unknown, "{name}");
        assert_eq!(facts_of(name).medium, Medium::Voice, "{name}");
    }
    assert_eq!(detail(&record_of("v029-l2-cc-ethernet"), "protocol"), Some("ethernet"));
    assert_eq!(detail(&record_of("v030-l2-cc-truncated-ppp"), "protocol"), Some("pPP"));
}

#[test]
fn attachments_of_a_message_are_told_by_type_and_size() {
    let record = record_of("v026-messaging-cc-png");
    assert_eq!(detail(&record, "content"), Some("image/png, 17 octets"));
    assert_eq!(facts_of("v027-messaging-mmcc").medium, Medium::Message);
}

#[test]
fn a_pdu_handed_over_by_another_centre_is_read_through() {
    let facts = facts_of("v097-ilhi");
    let value = |value: &str| facts.parties.iter().any(|party| party.value == value);
    assert!(value("+34600000123") && value("+34600000456"), "{:?}", facts.parties);
    assert_eq!((facts.medium, facts.unknown), (Medium::Voice, 0));
}

#[test]
fn nothing_of_a_known_version_is_called_unknown() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with('v') {
            continue;
        }
        let octets = std::fs::read(&path).unwrap();
        let pdu = parse(&octets).unwrap();
        for contents in pdu.payloads().filter_map(|payload| payload.contents) {
            if is_ours(&contents) {
                seen += 1;
                assert!(observe(&contents).iter().all(|record| !record.unknown), "{name}");
            }
        }
    }
    assert!(seen >= 20, "{seen}");
}

fn is_ours(contents: &Contents<'_>) -> bool {
    let tags: &[u32] =
        if contents.iri { &[1, 2, 3, 6, 7, 10, 14, 20] } else { &[1, 2, 6, 11, 14, 18] };
    tags.contains(&contents.tag)
}

/// One octet changed at a time: whatever an enumeration or a tag becomes, the rest is still read
/// and nothing panics; an event out of range is unknown.
#[test]
fn a_changed_octet_is_unknown_or_read_and_never_a_fault() {
    for name in ["v012-ip-iri-end", "v021-email-iri-send", "v033-pstn-cc", "v020-ip-iri-only-pdsr"]
    {
        let octets = octets_of(name);
        let mut unknown = 0;
        for at in 0..octets.len() {
            for bits in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = octets.clone();
                changed[at] ^= bits;
                let Ok(pdu) = parse(&changed) else { continue };
                for contents in pdu.payloads().filter_map(|payload| payload.contents) {
                    unknown += usize::from(observe(&contents).iter().any(|read| read.unknown));
                }
                let mut summary = Summary::new();
                summary.add(&pdu);
                let _facts = summary.finish();
            }
        }
        assert!(unknown > 0, "{name}");
    }
}
