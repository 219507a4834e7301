//! Recorded streams of a real mediation function: each PDU equals an independent decode.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::extract::{Course, Medium, Summary};
use lacre_handover::frame::{Run, runs};
use lacre_handover::inspect::inspect_framed;
use lacre_handover::media::{AudioBuilder, Codec, TextBuilder, TextKind, packets, wav_input};
use lacre_handover::ps_pdu::{self, Pdu, iri_word};
use lacre_handover::{Flags, Limits, Verdict};
use lacre_term::{PayloadClass, liid::shown};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;

const STREAMS: [&str; 8] = [
    "openli-email-hi2",
    "openli-email-hi3",
    "openli-integ-hi2",
    "openli-integ-hi3",
    "openli-ip-hi2",
    "openli-ip-hi3",
    "openli-voip-hi2",
    "openli-voip-hi3",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover/openli")
}

fn octets_of(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.ber"))).unwrap()
}

fn hex(octets: &[u8]) -> String {
    let digest = Sha256::digest(octets);
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn pdus(octets: &[u8]) -> Vec<(usize, Pdu<'_>)> {
    let limits = Limits::default();
    let all = runs(octets, &limits).map(|run| match run {
        Run::Pdu { offset, octets } => (offset, ps_pdu::parse(octets).unwrap()),
        Run::Unframed { malformed, .. } => panic!("{malformed}"),
    });
    all.collect()
}

/// One line of the expectation, made from our decode.
fn line(offset: usize, pdu: &Pdu<'_>) -> String {
    let heading = pdu.heading();
    let first = pdu.payloads().next();
    let contents = first.as_ref().and_then(|payload| payload.contents).map(|c| c.kind);
    let (payload, kind, inner) = match pdu.class {
        PayloadClass::Iri => ("IRI", heading.iri_type.map(iri_word), contents),
        PayloadClass::Cc => ("CC", first.unwrap().direction.map(|d| d.word()), contents),
        PayloadClass::Hi1 => {
            let choice =
                usize::try_from(pdu.alternative().children().next().unwrap().tag.number).unwrap();
            ("HI1", None, ["", "liActivated", "liDeactivated", "liModified"].get(choice).copied())
        }
        PayloadClass::KeepAlive => ("TRI", None, Some("keep-alive")),
        PayloadClass::CinReset => ("TRI", None, Some("cINReset")),
        PayloadClass::FirstSegment => ("TRI", None, Some("firstSegmentFlag")),
        PayloadClass::LastSegment => ("TRI", None, Some("lastSegmentFlag")),
        PayloadClass::IntegrityHash => ("TRI", Some("hash"), Some("integrityCheck")),
        PayloadClass::IntegritySignature => ("TRI", Some("signature"), Some("integrityCheck")),
        other => panic!("not expected in a recorded stream: {other:?}"),
    };
    let dash = || "-".to_owned();
    [
        offset.to_string(),
        pdu.octets.len().to_string(),
        hex(pdu.octets),
        shown(heading.liid),
        heading.cin.map_or_else(dash, |cin| cin.to_string()),
        heading.sequence_number.to_string(),
        heading.intercepted_at.map_or_else(dash, |at| at.0.to_string()),
        payload.to_owned(),
        kind.map_or_else(dash, str::to_owned),
        inner.unwrap_or("-").to_owned(),
    ]
    .join("\t")
}

#[test]
fn every_pdu_equals_the_independent_decode() {
    for name in STREAMS {
        let octets = octets_of(name);
        let expected = std::fs::read_to_string(folder().join(format!("{name}.tsv"))).unwrap();
        let expected: Vec<&str> = expected.lines().filter(|line| !line.starts_with('#')).collect();
        let found = pdus(&octets);
        assert_eq!(found.len(), expected.len(), "{name}");
        for ((offset, pdu), expected) in found.iter().zip(&expected) {
            assert_eq!(line(*offset, pdu), *expected, "{name}");
        }
    }
}

/// A strict decoder refuses the access attempt without IP version; it must be kept and flagged,
/// and it is the only PDU of the eight streams with a remark.
#[test]
fn only_the_pdu_that_breaks_its_schema_is_flagged() {
    let mut flagged = Vec::new();
    for name in STREAMS {
        let octets = octets_of(name);
        for (offset, pdu) in pdus(&octets) {
            let finding = inspect_framed(pdu.octets);
            assert_ne!(finding.verdict, Verdict::Reject);
            if finding.verdict != Verdict::Accept {
                flagged.push((name, offset, finding.flags));
            }
        }
    }
    assert_eq!(flagged, [("openli-ip-hi2", 706, Flags::SERVICE_FIELD_MISSING)]);
}

/// The value of `"key": "text"` or `"key": number` at the start of what follows in `text`.
fn json_value<'t>(text: &'t str, key: &str) -> &'t str {
    let after = text.split(&format!("\"{key}\":")).nth(1).unwrap().trim_start();
    after.trim_start_matches('"').split(['"', ',', '\n']).next().unwrap()
}

#[test]
fn each_direction_of_both_calls_is_the_speech_that_was_played() {
    let octets = octets_of("openli-voip-hi3");
    let mut calls: BTreeMap<u32, AudioBuilder> = BTreeMap::new();
    for (_, pdu) in pdus(&octets).iter().filter(|(_, pdu)| pdu.class == PayloadClass::Cc) {
        calls.entry(pdu.heading().cin.unwrap()).or_default().add(pdu);
    }
    let truth = std::fs::read_to_string(folder().join("openli-voip.audio-truth.json")).unwrap();
    let entries: Vec<&str> = truth.split("\"cin\":").skip(1).collect();
    assert_eq!(entries.len(), 4);
    for entry in entries {
        let entry = format!("\"cin\":{entry}");
        let audio = calls[&json_value(&entry, "cin").parse().unwrap()].clone().finish();
        let side = match json_value(&entry, "direction") {
            "fromTarget" => &audio.from_target,
            _ => &audio.to_target,
        };
        assert_eq!(hex(&side.payload()), json_value(&entry, "alawSha256"));
        let [stream] = &side.streams[..] else { panic!("one source a side") };
        assert_eq!((&stream.codec, stream.sample_rate), (&Codec::Pcma, 8000));
        assert_eq!(format!("{:08x}", stream.ssrc), json_value(&entry, "ssrc"));
        assert_eq!(stream.packets.to_string(), json_value(&entry, "packets"));
        assert_eq!((stream.missing, audio.other.is_empty()), (0, true));
        let wav = wav_input(&audio);
        assert_eq!(wav.sample_rate, 8000);
        // Both sides start within the network's own jitter and sound for eleven seconds or so.
        for track in [&wav.from_target, &wav.to_target] {
            let seconds = track.samples() / 8000;
            assert!((10..=12).contains(&seconds), "{seconds}");
            assert!(track.pcm().iter().any(|sample| sample.unsigned_abs() > 1000));
        }
    }
}

/// Arrival order does not matter to what is heard, nor do copies.
#[test]
fn packets_out_of_order_and_twice_sound_the_same() {
    let octets = octets_of("openli-voip-hi3");
    let all = pdus(&octets);
    let call = |pdu: &&Pdu<'_>| pdu.heading().cin == Some(298_101_748);
    let pdus: Vec<&Pdu<'_>> = all.iter().map(|(_, pdu)| pdu).filter(call).collect();
    let (mut plain, mut shuffled) = (AudioBuilder::new(), AudioBuilder::new());
    pdus.iter().for_each(|pdu| plain.add(pdu));
    for window in pdus.chunks(7) {
        window.iter().rev().for_each(|pdu| shuffled.add(pdu));
        shuffled.add(window[0]);
    }
    let (plain, shuffled) = (plain.finish(), shuffled.finish());
    assert_eq!(plain.from_target.payload(), shuffled.from_target.payload());
    assert!(shuffled.from_target.streams[0].duplicates > 0);
    assert_eq!(shuffled.from_target.missing(), 0);
}

fn summaries(name: &str, targets: &[&str]) -> BTreeMap<u32, Summary> {
    let octets = octets_of(name);
    let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
    let mut found = BTreeMap::new();
    for (_, pdu) in pdus(&octets).iter().filter(|(_, pdu)| !pdu.class.is_control()) {
        let cin = pdu.heading().cin.unwrap();
        found.entry(cin).or_insert_with(|| Summary::for_targets(&targets)).add(pdu);
    }
    found
}

#[test]
fn calls_and_messages_are_told_apart_with_parties_and_direction() {
    let found = summaries("openli-voip-hi2", &["+34600111222"]);
    let facts = |cin| found[&cin].clone().finish();
    let call = facts(298_101_748_u32);
    assert_eq!((call.medium, call.direction), (Medium::Voice, Course::Outgoing));
    assert!(call.ended_by_iri_end && call.answered_at.is_some() && call.has_location);
    let named = |role, value: &str| {
        call.parties.iter().any(|party| party.role == role && party.value == value)
    };
    assert!(named("caller", "+34600111222"), "{:?}", call.parties);
    assert!(named("called", "+34600333444"), "{:?}", call.parties);
    assert_eq!(facts(1_991_888_581).direction, Course::Incoming);
    assert_eq!(facts(2_091_149_334).medium, Medium::Event, "a registration");
    let message = facts(2_143_205_285);
    assert_eq!(message.medium, Medium::Message);
    assert_eq!(message.texts.len(), 1);
    assert_eq!(message.texts[0].kind, TextKind::SipMessage);
    assert!(!message.texts[0].body.is_empty());
    let sms = facts(985_793_600);
    assert_eq!((sms.medium, sms.texts[0].kind), (Medium::Message, TextKind::Sms));
    assert!(!sms.texts[0].body.is_empty(), "{:?}", sms.texts);
}

#[test]
fn the_e_mail_sent_received_and_fetched_can_be_read() {
    let octets = octets_of("openli-email-hi3");
    let mut sessions: BTreeMap<u32, TextBuilder> = BTreeMap::new();
    for (_, pdu) in pdus(&octets).iter().filter(|(_, pdu)| pdu.class == PayloadClass::Cc) {
        sessions.entry(pdu.heading().cin.unwrap()).or_default().add(pdu);
    }
    let texts = |cin: u32| sessions[&cin].clone().finish().0;
    let sent = texts(4_206_994_557);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].subject.is_some() && !sent[0].body.is_empty() && !sent[0].to.is_empty());
    let received = texts(2_763_453_423);
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].attachments.len(), 1, "{received:?}");
    assert!(!texts(697_452_412).is_empty(), "POP3");
    assert!(!texts(62_738_535).is_empty(), "IMAP");
    assert!(texts(48_792_695).is_empty(), "a failed log-on holds no message");
    let mail = summaries("openli-email-hi2", &[])[&4_206_994_557].clone().finish();
    assert_eq!(mail.medium, Medium::Email);
    assert!(mail.parties.iter().any(|party| party.role == "sender"));
}

#[test]
fn access_sessions_give_user_addresses_and_counters() {
    let facts = summaries("openli-ip-hi2", &[])[&2_126_798_570].clone().finish();
    assert_eq!(facts.medium, Medium::Ip);
    let has = |kind, value: &str| facts.parties.iter().any(|p| p.kind == kind && p.value == value);
    assert!(has("user", "fibra-00042@isp.example.es") && has("ip", "10.50.0.7"));
    assert_eq!(facts.octets_down, Some(223_456), "cumulative: 0, 123456, 223456 are no sum");
    assert!(facts.details.contains(&("octets received", "223456".to_owned())));
    assert_eq!((facts.cause.as_deref(), facts.unknown), (Some("regularLogoff"), 0));
    assert!(facts.ended_by_iri_end);
}

#[test]
fn every_ip_cc_gives_a_whole_packet_with_its_time() {
    let octets = octets_of("openli-ip-hi3");
    let (mut v4, mut v6) = (0, 0);
    for (_, pdu) in pdus(&octets).iter().filter(|(_, pdu)| pdu.class == PayloadClass::Cc) {
        let found = packets(pdu);
        let [packet] = &found[..] else { panic!("one packet a PDU") };
        assert!(packet.at.is_some() && packet.direction.is_some() && !packet.cut);
        match packet.octets[0] >> 4 {
            4 => v4 += 1,
            6 => v6 += 1,
            other => panic!("IP version {other}"),
        }
    }
    assert_eq!(v4 + v6, 368);
    assert!(v4 > 0 && v6 > 0);
}
