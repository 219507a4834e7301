//! Calls and short messages of the circuit domain, built field by field.
use crate::build::{c, circuit, detail, etsi, head, iri, names, p, u, utc};
use lacre_handover::extract::{Course, Medium};
use lacre_handover::service::sms::{Kind, pack};
use lacre_term::Micros;

fn party(qualifier: u8, identity: &[Vec<u8>], rest: &[Vec<u8>]) -> Vec<u8> {
    u(16, &[&[p(0, &[qualifier]), c(1, identity)], rest].concat().concat())
}

/// A local time without zone.
fn local(season: u8) -> Vec<u8> {
    c(3, &[c(0, &[p(0, b"20260329023000"), p(1, &[season])])])
}

#[test]
fn a_call_names_each_party_in_its_role_and_coding() {
    let isup = b"\x84\x13\x43\x06\x00\x00\x21\x03";
    let dss1 = b"\x8034600000456";
    let dss1 = [&[0x11][..], dss1].concat();
    let map = b"\x91\x43\x06\x00\x00\x87\xf9";
    let parties = c(
        9,
        &[
            party(0, &[c(4, &[p(1, isup)]), p(3, b"\x12\x94\x09\x00\x00\x00\x21\xf3")], &[]),
            party(1, &[c(5, &[p(3, &dss1)])], &[]),
            party(2, &[c(5, &[p(2, map)]), p(10, &[1])], &[]),
            party(0, &[p(11, "Ana Pérez".as_bytes()), p(8, b"sip:ana@ims.example.org")], &[]),
        ],
    );
    let record = etsi(1, &[utc(3), p(4, &[1]), p(5, &[2]), parties, p(12, &[0])]);
    assert!(names(&record, "originating", "tel", "+34600000123"));
    assert!(names(&record, "originating", "imsi", "214990000000123"));
    assert!(names(&record, "terminating", "tel", "+34600000456"));
    assert!(names(&record, "forwarded-to", "tel", "+34600000789"));
    assert!(names(&record, "originating", "user", "Ana Pérez"));
    assert!(names(&record, "originating", "sip", "ana@ims.example.org"));
    assert_eq!(detail(&record, "party validity"), Some("forwarded-to untrusted"));
    assert_eq!((record.course, record.medium), (Some(Course::Outgoing), Some(Medium::Voice)));
    assert_eq!(record.started_at, Micros::parse_rfc3339("2026-03-14T08:30:00Z"));
    assert_eq!((record.answered_at, record.unknown), (None, false));
}

#[test]
fn the_called_and_the_calling_number_count_their_forms_differently() {
    let number = b"\x91\x43\x06\x00\x00\x21\xf3";
    let record = etsi(1, &[utc(3), c(9, &[party(0, &[c(4, &[p(3, number)])], &[])])]);
    assert!(names(&record, "originating", "tel", "+34600000123"), "MAP is the third of calling");
    let record = etsi(1, &[utc(3), c(9, &[party(1, &[c(5, &[p(2, number)])], &[])])]);
    assert!(names(&record, "terminating", "tel", "+34600000123"), "and the second of called");
}

#[test]
fn a_local_time_without_zone_is_text_and_no_time() {
    let record = circuit(3, &[local(2), p(33, &[2])]);
    assert_eq!((record.at, record.answered_at), (None, None));
    assert_eq!(record.local_time.as_deref(), Some("20260329023000"));
    assert_eq!((detail(&record, "season"), record.unknown), (Some("summerTime"), false));
    let zoned = c(3, &[c(0, &[p(0, b"20260329033000+0200"), p(1, &[2])])]);
    let record = circuit(3, &[zoned]);
    assert_eq!(record.at, Micros::parse_rfc3339("2026-03-29T01:30:00Z"));
    assert_eq!(record.local_time, None);
    let broken = c(3, &[c(0, &[p(0, b"yesterday"), p(1, &[0])])]);
    let record = circuit(3, &[broken]);
    assert!(record.unknown && record.at.is_none() && record.local_time.is_none());
}

#[test]
fn services_and_digits_come_out_of_signalling() {
    let dialled = [&[0x70, 9][..], b"\x81\x39\x36\x30\x30\x30\x30\x31\x32"].concat();
    let services = c(
        2,
        &[c(1, &[u(4, &[0x02, 1, 3])]), c(2, &[u(4, b"\x04\x03\x80\x90\xa3"), u(4, &dialled)])],
    );
    let redirecting = [&[0x0b, 8][..], b"\x84\x13\x43\x06\x00\x00\x21\x03"].concat();
    let hidden = [&[0x0c, 8][..], b"\x84\x17\x43\x06\x00\x00\x87\x09"].concat();
    let ussd = [
        &b"\xa1\x14\x02\x01\x01\x02\x01\x3b\x30\x0c\x04\x01\x0f\x04\x07"[..],
        &pack("*123#\r\r").unwrap().0,
    ]
    .concat();
    let supplementary = c(
        3,
        &[
            c(1, &[c(1, &[u(4, &redirecting), u(4, &hidden)]), c(8, &[u(4, b"\x21")])]),
            c(1, &[c(2, &[u(4, b"\x2c\x04*31#"), u(4, b"\x7e\x05\x04Hola")])]),
            c(1, &[c(9, &[u(4, &ussd), u(4, b"\xa1\x06\x02\x01\x02\x02\x01\x7c")])]),
            c(2, &[p(1, &[2]), p(2, b"5")]),
        ],
    );
    let party = party(0, &[], &[services, supplementary]);
    let record = circuit(3, &[utc(3), c(9, &[party]), p(33, &[3])]);
    let services = [
        "3.1 kHz audio",
        "speech",
        "cfu",
        "processUnstructuredSS-Request",
        "buildMPTY",
        "call-on-hold-Indication",
    ];
    assert_eq!(record.services, services);
    assert_eq!(record.digits, ["96000012", "*31#", "*123#", "5"]);
    assert_eq!(detail(&record, "redirecting number"), Some("+34600000123"));
    assert_eq!(detail(&record, "user-to-user"), Some("originating: Hola"));
    assert!(names(&record, "forwarded-to", "tel", "+34600000789"));
    assert_eq!(detail(&record, "presentation restricted"), Some("+34600000789"));
    assert!(!record.unknown, "{record:?}");
}

#[test]
fn links_to_us_have_their_state_and_release() {
    let link = c(
        10,
        &[c(
            1,
            &[
                p(1, &[3]),
                utc(2),
                p(3, b"\x82\x91"),
                c(4, &[p(1, b"\x84\x10\x43\x19\x00\x00\x21\x03")]),
            ],
        )],
    );
    let record = circuit(2, &[utc(3), link, p(15, b"00000001"), p(33, &[5])]);
    assert_eq!(detail(&record, "content link state"), Some("callReleased"));
    assert_eq!(detail(&record, "content link released"), Some("2026-03-14T08:30:00.000000Z"));
    assert_eq!(detail(&record, "content link cause"), Some("17 user busy"));
    assert_eq!(detail(&record, "content link address"), Some("+34910000123"));
    assert_eq!(record.ended_at, record.at);
}

#[test]
fn a_report_of_delivery_is_told_and_is_no_message() {
    let report = b"\x06\x2a\x0b\x91\x43\x06\x00\x00\x54\xf6\x62\x30\x41\x90\x03\x00\x40\
        \x62\x30\x41\x90\x13\x00\x40\x30";
    let sms = c(14, &[c(3, &[p(1, &[1]), p(2, &[0]), p(4, report)])]);
    let record = circuit(4, &[utc(3), sms, p(33, &[6])]);
    assert!(record.messages.is_empty());
    assert_eq!(detail(&record, "delivery status"), Some("48 still trying"));
    assert_eq!(detail(&record, "delivered at"), Some("2026-03-14T08:31:00.000000Z"));
    assert!(names(&record, "recipient", "tel", "+34600000456"));
}

#[test]
fn a_message_of_the_old_module_may_come_decoded() {
    let text: Vec<u8> = "Sí 😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let content = c(5, &[p(1, &text), p(2, &[5])]);
    let sms = c(14, &[c(1, &[]), utc(2), c(3, &[p(1, &[0]), content])]);
    let record = etsi(4, &[utc(3), sms, p(12, &[1])]);
    assert_eq!(record.messages.len(), 1);
    assert_eq!(
        (record.messages[0].text.as_str(), record.messages[0].kind),
        ("Sí 😀", Kind::Submit)
    );
    assert_eq!((record.medium, record.course), (Some(Medium::Message), Some(Course::Outgoing)));
    assert!(!record.unknown);
}

#[test]
fn a_binary_message_and_one_that_cannot_be_read_leave_their_octets() {
    let tpdu = b"\x44\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x04\x62\x30\x41\x90\x03\x00\x40\x0a\
        \x06\x05\x04\x0b\x84\x23\xf0\x01\x02\xff";
    let record = circuit(4, &[utc(3), c(14, &[c(3, &[p(1, &[1]), p(4, tpdu)])])]);
    assert_eq!(detail(&record, "ports"), Some("to 2948 from 9200"));
    assert_eq!(detail(&record, "binary message"), Some("0102ff"));
    let record = circuit(4, &[utc(3), c(14, &[c(3, &[p(1, &[1]), p(4, b"\x03\x01")])])]);
    assert_eq!((detail(&record, "short message"), record.unknown), (Some("0301"), true));
}

#[test]
fn what_is_not_named_here_is_noticed_and_the_rest_is_read() {
    let record = circuit(3, &[utc(3), p(33, &[99]), p(90, b"x")]);
    assert_eq!((record.event.as_deref(), record.unknown), (Some("99"), true));
    assert!(record.at.is_some());
    let record = circuit(7, &[utc(3)]);
    assert!(record.unknown && detail(&record, "record kind inside").is_none());
    let found = iri(4, &[c(9, &[c(1, &[head()])])]);
    assert!(found.len() == 1 && found[0].unknown, "an alternative of a later version");
    assert!(iri(5, &[c(1, &[])])[0].unknown, "nothing inside");
}

#[test]
fn the_parameters_may_come_without_a_record_around_them() {
    let found = iri(4, &[c(2, &[head(), utc(3), p(33, &[1])])]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].event.as_deref(), Some("call-establishment"));
    assert_eq!((detail(&found[0], "record kind inside"), found[0].started_at), (None, None));
}

#[test]
fn sequences_in_sequences_are_read_in_order_within_a_bound() {
    let one = |number: u8| c(3, &[head(), utc(3), p(33, &[number])]);
    let inner = u(16, &[one(2), one(3)].concat());
    let found = iri(4, &[c(3, &[u(16, &[one(1), inner, one(5)].concat())])]);
    let events: Vec<_> = found.iter().filter_map(|record| record.event.as_deref()).collect();
    assert_eq!(events, ["call-establishment", "answer", "supplementary-Service", "release"]);
    let many: Vec<u8> = (0..200).flat_map(|_| one(1)).collect();
    assert_eq!(iri(4, &[c(3, &[u(16, &many)])]).len(), 64);
}

#[test]
fn a_message_whose_sender_is_not_told_is_read_by_its_own_bits() {
    let deliver = b"\x04\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x00\x62\x30\x41\x90\x03\x00\x40\x05\
        \xe8\x32\x9b\xfd\x06";
    let record = circuit(4, &[utc(3), c(14, &[c(3, &[p(1, &[2]), p(4, deliver)])])]);
    assert_eq!((record.messages[0].text.as_str(), record.course), ("hello", None));
    let report = b"\x06\x2a\x0b\x91\x43\x06\x00\x00\x54\xf6\x62\x30\x41\x90\x03\x00\x40\
        \x62\x30\x41\x90\x13\x00\x40\x00";
    let record = circuit(4, &[utc(3), c(14, &[c(3, &[p(1, &[2]), p(4, report)])])]);
    assert_eq!(detail(&record, "delivery status"), Some("0 delivered"));
    // From the target, the same two bits are no report of delivery.
    let record = circuit(4, &[utc(3), c(14, &[c(3, &[p(1, &[0]), p(4, report)])])]);
    assert_eq!((detail(&record, "delivery status"), record.unknown), (None, true));
}

#[test]
fn a_call_in_progress_is_a_call_before_anyone_answers() {
    let record = etsi(3, &[utc(3), p(5, &[2]), p(6, b"\x00\x00\x12")]);
    assert_eq!((record.medium, record.answered_at), (Some(Medium::Voice), None));
    assert_eq!(detail(&record, "ringing seconds"), Some("12"));
    let record = etsi(3, &[utc(3), p(5, &[3])]);
    assert_eq!((record.medium, record.answered_at), (Some(Medium::Voice), record.at));
    let wrong = etsi(2, &[utc(3), p(7, b"\x00\x0a\x00")]);
    assert_eq!((wrong.duration_s, wrong.unknown), (None, true), "no digits");
}
