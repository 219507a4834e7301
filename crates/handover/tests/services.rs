//! Services beyond the recorded streams: short messages of mobile networks, MSRP, truncated and
//! aggregated packets, voice in other wrappings.
#![allow(clippy::unwrap_used, reason = "helpers of stories may panic: that is how a story fails")]
use lacre_handover::extract::{Medium, Summary};
use lacre_handover::media::{AudioBuilder, TextKind, packets, texts};
use lacre_handover::ps_pdu::parse;
use std::path::PathBuf;

fn octets_of(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    std::fs::read(folder.join(format!("{name}.ber"))).unwrap()
}

#[test]
fn short_messages_of_every_alphabet_are_read() {
    for (name, text) in [
        ("v041-cs-iri-report-sms-mt", "Si, de acuerdo. Ñ"),
        ("v042-cs-iri-report-sms-ucs2", "Café ☕ a las 5"),
        ("v054-eps-iri-report-sms-hightags", "Primera parte "),
    ] {
        let octets = octets_of(name);
        let found = texts(&parse(&octets).unwrap());
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!((found[0].kind, found[0].body.as_str()), (TextKind::Sms, text), "{name}");
    }
    let octets = octets_of("v054-eps-iri-report-sms-hightags");
    let part = texts(&parse(&octets).unwrap())[0].part.unwrap();
    assert_eq!((part.1, part.2), (2, 1), "the first of two");
    let octets = octets_of("v062-5g-iri-sms");
    let found = texts(&parse(&octets).unwrap());
    assert_eq!(found.len(), 1);
    assert!(found[0].body.starts_with("Mensaje"), "{found:?}");
}

#[test]
fn a_chat_over_msrp_is_a_message() {
    let octets = octets_of("v009-ipmm-cc-msrp");
    let pdu = parse(&octets).unwrap();
    let found = texts(&pdu);
    assert_eq!((found[0].kind, found[0].body.as_str()), (TextKind::Msrp, "hola"));
    let mut summary = Summary::new();
    summary.add(&pdu);
    assert_eq!(summary.finish().medium, Medium::Message);
}

#[test]
fn packets_cut_or_aggregated_are_given_one_by_one() {
    let octets = octets_of("v017-ip-cc-truncated");
    let cut = packets(&parse(&octets).unwrap());
    assert!(cut.len() == 1 && cut[0].cut);
    let octets = octets_of("v088-agg-cc-8");
    let found = packets(&parse(&octets).unwrap());
    assert_eq!(found.len(), 8);
    assert!(found.windows(2).all(|pair| pair[0].at < pair[1].at), "each with its own time");
    let octets = octets_of("v008-ipmm-cc-rtpframe-us");
    assert!(packets(&parse(&octets).unwrap()).is_empty(), "no IP header is made up");
}

#[test]
fn voice_is_heard_in_every_wrapping() {
    for name in [
        "v005-ipmm-cc-rtp",
        "v008-ipmm-cc-rtpframe-us",
        "v027-messaging-mmcc",
        "v033-pstn-cc",
        "v056-voip-cc-pdu",
        "v057-csvoice-cc-pdu",
        "v066-5g-cc-ims",
    ] {
        let octets = octets_of(name);
        let mut builder = AudioBuilder::new();
        builder.add(&parse(&octets).unwrap());
        let audio = builder.finish();
        let sides = [audio.from_target, audio.to_target, audio.other];
        let heard: Vec<u8> = sides.iter().flat_map(|side| side.payload()).collect();
        assert_eq!(heard, [0xd5; 160], "{name}");
    }
}

#[test]
fn parties_of_mobile_and_sip_events_are_named() {
    for (name, value) in [
        ("v041-cs-iri-report-sms-mt", "+34600000123"),
        ("v047-umts-iri-ims-sip", "+34600000456"),
        ("v021-email-iri-send", "ana@example.org"),
    ] {
        let octets = octets_of(name);
        let mut summary = Summary::new();
        summary.add(&parse(&octets).unwrap());
        let facts = summary.finish();
        let named = facts.parties.iter().any(|party| party.value == value);
        assert!(named, "{name}: {:?}", facts.parties);
    }
}
