//! The recorded vectors: each says what its decoded tree says, and none has a field unknown.
use crate::build::{detail, names, said, vector};
use lacre_handover::extract::{Course, Medium};
use lacre_handover::ps_pdu::parse;
use lacre_handover::record::{Cell, Record};
use lacre_handover::service::sms::Kind;
use lacre_term::Micros;

fn one(name: &str) -> Record {
    let mut found = said(name);
    assert_eq!(found.len(), 1, "{name}");
    let record = found.remove(0);
    assert!(!record.unknown, "{name}: {record:?}");
    record
}

fn at(text: &str) -> Option<Micros> {
    Some(Micros::parse_rfc3339(text).unwrap())
}

#[test]
fn a_call_is_answered_and_released_with_its_durations_and_cause() {
    let answer = one("v038-cs-iri-continue-answer");
    assert_eq!(answer.event.as_deref(), Some("answer"));
    assert_eq!(answer.medium, Some(Medium::Voice));
    assert_eq!(answer.local_time.as_deref(), Some("20260314093000"));
    assert_eq!((answer.at, answer.answered_at), (None, None), "no zone, no time");
    assert_eq!(detail(&answer, "season"), Some("winterTime"));
    assert_eq!(detail(&answer, "call state"), Some("connected"));
    assert_eq!(detail(&answer, "communication identity"), Some("7001"));
    let release = one("v039-cs-iri-end-release");
    assert_eq!(release.duration_s, Some(182), "three minutes and two seconds, as HHMMSS");
    assert_eq!(detail(&release, "ringing seconds"), Some("8"));
    assert_eq!(release.cause.as_deref(), Some("16 normal call clearing"));
    assert_eq!(detail(&release, "cause location"), Some("public network, local user"));
    let fixed = one("v035-671-iri-end-call");
    assert_eq!((fixed.duration_s, fixed.at), (Some(270), at("2026-03-14T08:35:00Z")));
    assert_eq!((fixed.ended_at, fixed.started_at), (fixed.at, None));
    assert_eq!(detail(&fixed, "network element"), Some("+34600999001"));
}

#[test]
fn every_record_of_an_aggregate_is_read() {
    let found = said("v036-671-iri-sequence");
    assert_eq!(found.len(), 2);
    for record in &found {
        assert_eq!(detail(record, "record kind inside"), Some("iRI-Report-record"));
        assert_eq!(record.local_time.as_deref(), Some("20260314093000"));
        assert_eq!((detail(record, "season"), record.unknown), (Some("winterTime"), false));
    }
}

#[test]
fn a_short_message_has_its_text_parties_and_course() {
    let record = one("v041-cs-iri-report-sms-mt");
    assert_eq!((record.medium, record.course), (Some(Medium::Message), Some(Course::Incoming)));
    assert_eq!(record.messages.len(), 1);
    assert_eq!(record.messages[0].text, "Si, de acuerdo. Ñ");
    assert_eq!(record.messages[0].kind, Kind::Deliver);
    assert_eq!(record.messages[0].at, at("2026-03-14T08:30:00Z"));
    assert!(names(&record, "sender", "tel", "+34600000456"));
    assert!(names(&record, "originating", "tel", "+34600000123"));
    assert!(names(&record, "originating", "imsi", "214990000000123"));
    assert!(names(&record, "originating", "imei", "356938035643800"));
    assert_eq!(detail(&record, "transfer"), Some("succeed-transfer"));
    let record = one("v042-cs-iri-report-sms-ucs2");
    assert_eq!(record.messages[0].text, "Café ☕ a las 5");
    let record = one("v054-eps-iri-report-sms-hightags");
    assert_eq!(
        (record.messages[0].text.as_str(), record.messages[0].part),
        ("Primera parte ", Some((9, 2, 1)))
    );
    assert_eq!(detail(&record, "visited network"), Some("mnc099.mcc214.gprs"));
    assert_eq!(detail(&record, "serving system"), Some("214-99"));
    assert_eq!(detail(&record, "roaming"), Some("roamingLBO"));
    assert_eq!(detail(&record, "national parameters of"), Some("ES"));
}

#[test]
fn a_packet_session_has_its_address_access_point_and_area() {
    let record = one("v044-umts-iri-begin-pdp");
    assert_eq!(record.event.as_deref(), Some("pDPContextActivation"));
    assert_eq!((record.medium, record.course), (Some(Medium::Ip), Some(Course::Outgoing)));
    assert_eq!(record.started_at, at("2026-03-14T08:30:00Z"));
    assert!(names(&record, "target", "ip", "192.0.2.201"));
    assert_eq!(record.services, ["internet"]);
    assert_eq!(detail(&record, "PDP type"), Some("IPv4"));
    assert_eq!(detail(&record, "SGSN address"), Some("198.51.100.30"));
    assert_eq!(detail(&record, "correlation number"), Some("00000000A1"));
    let plmn = "214-99".to_owned();
    let cell = Cell { kind: "sai", plmn, area: Some(0x0a0b), cell: Some(0x1c2d) };
    assert_eq!(record.places[0].cell, Some(cell));
    assert_eq!(record.places[0].at, at("2026-03-14T08:30:00Z"));
    let record = one("v045-umts-iri-end-pdp");
    assert_eq!(record.cause.as_deref(), Some("36 regular deactivation"));
    assert_eq!(record.ended_at, at("2026-03-14T08:30:00Z"));
}

#[test]
fn a_bearer_has_its_cell_and_the_identities_of_its_phone() {
    let record = one("v050-eps-iri-begin-bearer");
    assert_eq!(record.event.as_deref(), Some("bearerActivation"));
    assert_eq!(record.services, ["internet", "defaultBearer"]);
    assert!(names(&record, "target", "ip", "192.0.2.210"));
    assert!(names(
        &record,
        "target",
        "nai",
        "0214990000000123@nai.epc.mnc099.mcc214.3gppnetwork.org"
    ));
    let kinds: Vec<&str> =
        record.places.iter().filter_map(|place| Some(place.cell.as_ref()?.kind)).collect();
    assert_eq!(kinds, ["tai", "ecgi"]);
    assert_eq!(detail(&record, "RAT type"), Some("EUTRAN"));
    assert_eq!(detail(&record, "bearer"), Some("5"));
    assert_eq!(detail(&record, "network element"), Some("198.51.100.40"));
    assert_eq!(one("v051-eps-iri-continue-tau").event.as_deref(), Some("bearerModification"));
    let record = one("v053-eps-iri-report-attach");
    assert_eq!(
        (record.event.as_deref(), record.medium),
        (Some("e-UTRANAttach"), Some(Medium::Event))
    );
    assert_eq!(detail(&record, "attach type"), Some("combined EPS/IMSI attach"));
    assert_eq!(detail(&record, "last visited area"), Some("tai 214-99 1"));
}

#[test]
fn a_sip_message_in_a_record_is_left_to_sip() {
    let record = one("v047-umts-iri-ims-sip");
    assert_eq!((record.event.as_deref(), record.medium), (Some("unfilteredSIPmessage"), None));
}

#[test]
fn content_headers_give_correlation_number_and_direction() {
    let record = one("v048-umts-cc-pdu");
    assert_eq!((record.course, record.medium), (Some(Course::Outgoing), Some(Medium::Ip)));
    assert_eq!(record.at, at("2026-03-14T08:30:01Z"));
    assert_eq!(detail(&record, "correlation number"), Some("00000000A1"));
    assert_eq!(detail(&record, "content sequence number"), Some("0"));
    assert_eq!(detail(&record, "intercepted at"), Some("ggsn"));
    let octets = vector("v048-umts-cc-pdu");
    let packets = lacre_handover::media::packets(&parse(&octets).unwrap());
    assert_eq!((packets.len(), packets[0].octets.len()), (1, 33));
    let record = one("v056-voip-cc-pdu");
    assert_eq!((record.course, detail(&record, "content direction")), (None, Some("combined")));
    assert_eq!(detail(&record, "correlation number"), Some("corr-0001"));
    let record = one("v057-csvoice-cc-pdu");
    assert_eq!(
        (record.services.as_slice(), record.course),
        (&["PCMA".to_owned()][..], Some(Course::Outgoing))
    );
    assert_eq!(detail(&record, "call content link"), Some("00000001"));
}
