//! Content of mobile networks: each header's direction and number, and the packet behind it.
use crate::build::{c, detail, names, p, u, utc, with_content};
use lacre_handover::extract::Course;
use lacre_handover::ps_pdu::Direction;
use lacre_handover::record::Record;
use lacre_handover::service::mobile::{direction, packet};
use lacre_handover::service::observe;

/// An IPv4 packet with UDP and the word `quic?`.
const PACKET: &[u8] = b"\x45\x00\x00\x21\x00\x01\x40\x00\x40\x11\x3b\xfc\xc0\x00\x02\xc9\xcb\x00\
    \x71\x05\x13\x88\x01\xbb\x00\x0d\xd1\xe8\x71\x75\x69\x63\x3f";

fn said(tag: u32, octets: &[u8]) -> Option<Record> {
    with_content(tag, octets, |contents| observe(contents).into_iter().next())
}

fn bearer(way: u8) -> Vec<Vec<u8>> {
    let header =
        [p(0, b"\x04"), p(3, b"\x00\x0a"), utc(4), p(5, b"\x01\x00"), p(6, &[way]), p(8, &[4])];
    vec![c(1, &header), p(2, PACKET)]
}

#[test]
fn a_bearers_content_says_its_direction_number_and_gateway() {
    for (way, course, side) in [
        (1, Some(Course::Outgoing), Some(Direction::FromTarget)),
        (2, Some(Course::Incoming), Some(Direction::ToTarget)),
        (3, None, Some(Direction::Indeterminate)),
        (9, None, None),
    ] {
        let octets = c(17, &bearer(way));
        let record = said(17, &octets).unwrap();
        assert_eq!((record.course, with_content(17, &octets, direction)), (course, side), "{way}");
        assert_eq!(record.unknown, way == 9);
        assert_eq!(detail(&record, "correlation number"), Some("000a"));
        assert_eq!(detail(&record, "content sequence number"), Some("256"));
        assert_eq!(detail(&record, "intercepted at"), Some("pDN-GW"));
        assert_eq!(with_content(17, &octets, |c| packet(c).unwrap().into_owned()), PACKET);
    }
}

#[test]
fn content_in_plain_octets_is_found_behind_any_header() {
    let ulic = |first: u8| {
        let head = [first, 255, 0, 33, 0, 7, 0, 0, 255, 255, 255, 255];
        [&head[..], b"CORR-NUM", PACKET].concat()
    };
    let whole = u(16, &bearer(1).concat());
    for (octets, side) in [
        (ulic(0x1e), Some(Direction::FromTarget)),
        (ulic(0x1c), Some(Direction::ToTarget)),
        (whole, Some(Direction::FromTarget)),
        (PACKET.to_vec(), None),
    ] {
        for tag in [4, 15] {
            let field = p(tag, &octets);
            assert_eq!(with_content(tag, &field, |c| packet(c).unwrap().into_owned()), PACKET);
            assert_eq!(with_content(tag, &field, direction), side);
        }
    }
    let record = said(4, &p(4, &ulic(0x1e))).unwrap();
    assert_eq!(detail(&record, "correlation number"), Some("CORR-NUM"));
    assert_eq!(detail(&record, "content sequence number"), Some("7"));
    assert_eq!(said(4, &p(4, b"no packet at all")), None);
    assert!(with_content(4, &p(4, b"no packet at all"), |c| packet(c).is_none()));
}

#[test]
fn voice_headers_name_codec_session_and_speaker() {
    let description = c(9, &[p(2, &[8]), p(3, b"rtpmap:8 PCMA/8000")]);
    let header = c(
        1,
        &[
            p(0, b"\x04"),
            p(3, b"c-1"),
            p(5, &[1]),
            p(6, &[2]),
            p(8, &[9]),
            description,
            p(11, b"s-1"),
        ],
    );
    let record = said(20, &c(20, &[header, p(2, b"\x80")])).unwrap();
    assert_eq!(
        (record.services.as_slice(), record.course),
        (&["PCMA".to_owned()][..], Some(Course::Incoming))
    );
    assert_eq!(detail(&record, "intercepted at"), Some("lmISF"));
    let speaker = c(1, &[c(1, &[c(3, &[u(16, &p(1, b"sip:uno@example.org"))])])]);
    let header = c(
        1,
        &[
            p(0, b"\x04"),
            c(3, &[p(2, b"c-2")]),
            p(5, &[1]),
            p(6, &[7]),
            c(9, &[speaker, p(2, b"audio")]),
        ],
    );
    let record = said(19, &c(19, &[header, p(2, b"\x80")])).unwrap();
    assert!(names(&record, "originating", "sip", "uno@example.org"));
    assert_eq!(detail(&record, "content direction"), Some("combined"));
    let header =
        c(1, &[p(1, b"\x04"), p(3, b"c-3"), p(5, &[1]), p(6, &[1]), c(8, &[p(2, b"audio")])]);
    let record = said(21, &c(21, &[header, p(2, b"\x80")])).unwrap();
    assert_eq!((detail(&record, "stream"), record.unknown), (Some("audio"), false));
}
