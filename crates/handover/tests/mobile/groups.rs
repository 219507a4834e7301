//! Conferences, group communications and proximity: who takes part, and how it ended.
use crate::build::{c, detail, head, iri, names, p, record, u, utc};
use lacre_handover::extract::{Course, Medium};
use lacre_term::Micros;

fn uri(text: &[u8]) -> Vec<u8> {
    c(3, &[u(16, &p(1, text))])
}

#[test]
fn a_conference_names_its_members_and_who_began_it() {
    let joined = u(16, &c(1, &[uri(b"tel:+34600000456")]));
    let fields = [
        utc(2),
        c(3, &[u(16, &uri(b"sip:target@example.org"))]),
        p(6, &[1]),
        c(7, &[p(2, b"conf-1")]),
        c(8, &[p(1, b"sip:room@example.org")]),
        c(11, &[joined]),
        c(15, &[c(3, &[uri(b"sip:host@example.org")])]),
        c(18, &[p(1, b"260314090000Z")]),
    ];
    let record = record(16, 1, 1, &fields);
    assert_eq!(record.event.as_deref(), Some("confStartSuccessfull"));
    assert_eq!((record.medium, record.course), (Some(Medium::Voice), Some(Course::Incoming)));
    assert!(names(&record, "target", "sip", "target@example.org"));
    assert!(names(&record, "originating", "sip", "host@example.org"));
    assert!(names(&record, "party", "tel", "+34600000456"));
    assert_eq!(detail(&record, "conference"), Some("sip:room@example.org"));
    assert_eq!(detail(&record, "correlation"), Some("conf-1"));
    assert_eq!(record.started_at, Micros::parse_rfc3339("2026-03-14T08:30:00Z"));
    assert!(!record.unknown, "{record:?}");
}

#[test]
fn a_conference_that_failed_says_why() {
    let fields = [utc(2), p(6, &[2]), c(16, &[p(1, b"no resources")])];
    assert_eq!(record(16, 1, 4, &fields).cause.as_deref(), Some("no resources"));
    assert!(record(16, 1, 4, &[utc(2), p(6, &[77]), p(40, b"")]).unknown);
}

#[test]
fn a_group_communication_names_users_and_places() {
    let member =
        u(16, &[p(2, b"\x12\x94\x09\x00\x00\x00\x21\xf3"), uri(b"sip:uno@example.org")].concat());
    let location = c(19, &[p(1, b"\x10\x12\xf4\x99\x00\x00\x00\x0a")]);
    let upstream =
        c(2, &[p(1, &[1]), c(2, &[c(2, &[p(1, &[0]), c(2, &[p(1, &[192, 0, 2, 3])])])])]);
    let fields = [
        utc(2),
        c(3, &[member]),
        p(6, &[3]),
        c(8, &[p(1, &[255]), upstream]),
        c(16, &[uri(b"sip:dos@example.org")]),
        p(18, b"finished"),
        location,
    ];
    let record = record(18, 1, 3, &fields);
    assert_eq!(
        (record.event.as_deref(), record.cause.as_deref()),
        (Some("userAdded"), Some("finished"))
    );
    assert!(names(&record, "target", "imsi", "214990000000123"));
    assert!(names(&record, "target", "ip", "192.0.2.3"));
    assert!(names(&record, "party", "sip", "dos@example.org"));
    assert_eq!(record.places.len(), 1);
    assert_eq!((record.places[0].at, record.unknown), (record.at, false));
}

#[test]
fn proximity_is_reported_alone_or_in_a_sequence() {
    let discovery = c(
        0,
        &[
            p(0, &[2]),
            p(1, b"\x12\x94\x09\x00\x00\x00\x21\xf3"),
            p(2, &[2]),
            c(3, &[p(1, b"214-99"), p(2, b"app.example"), p(3, &[7; 23]), p(5, &[60])]),
            p(5, b"\x12\x94\x09\x00\x00\x00\x54\xf6"),
        ],
    );
    let report = c(1, &[head(), utc(2), c(3, &[p(0, b"21499")]), c(4, &[discovery])]);
    for found in [
        iri(17, &[c(1, &[c(1, std::slice::from_ref(&report))])]),
        iri(17, &[c(1, &[c(2, &[report.clone(), report])])]),
    ] {
        assert!(!found.is_empty());
        for record in found {
            assert_eq!(record.event.as_deref(), Some("proseMatchReport"));
            assert!(names(&record, "target", "imsi", "214990000000123"));
            assert!(names(&record, "party", "imsi", "214990000000456"));
            assert_eq!(detail(&record, "target's role"), Some("monitoringUE"));
            assert_eq!(detail(&record, "record kind inside"), Some("iRI-Report-record"));
            assert!(!record.unknown, "{record:?}");
        }
    }
}
