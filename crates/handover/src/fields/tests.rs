//! Stories of the field reader: what is unknown, odd, deep, long or in segments.
//!
//! Rules: X.690 clause 8; TS 102 232-1 clause 5.
use super::*;
use crate::ber::write::{element, unsigned, wrap};

/// A PS-PDU whose `pSHeader` and `payload` hold these octets.
fn pdu(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut parts = Vec::new();
    element(&mut parts, 0xa1, header);
    element(&mut parts, 0xa2, payload);
    let mut whole = Vec::new();
    element(&mut whole, 0x30, &parts);
    whole
}

fn lines(octets: &[u8]) -> Vec<String> {
    let tree = fields(octets, &Bounds::default());
    tree.leaves().map(|(path, field)| format!("{path} = {}", field.value)).collect()
}

#[test]
fn each_field_has_name_type_place_and_value() {
    let octets = pdu(b"\x81\x04LI-7\x84\x01\x05\x88\x01\x01", b"\xa2\x02\x83\x00");
    let tree = fields(&octets, &Bounds::default());
    let (path, field) = tree.leaves().nth(2).unwrap();
    assert_eq!(path, "pSHeader.timeStampQualifier");
    assert_eq!((field.type_name, field.depth), ("TimeStampQualifier", 2));
    assert_eq!((field.offset, field.octets), (13, 3));
    assert_eq!(field.value, Value::Word(1, Some("timeOfInterception")));
    assert_eq!(&octets[13..16], b"\x88\x01\x01");
    let last = tree.fields.last().unwrap();
    assert_eq!((last.name, &last.value), (Name::Named("keep-alive"), &Value::Null));
}

#[test]
fn what_the_tables_do_not_know_stays_as_octets_beside_the_rest() {
    let octets = pdu(b"\x81\x01L\x9f\x63\x02hi\x84\x01\x05\x88\x01\x63", b"\xbf\x2a\x02\x80\x00");
    assert_eq!(
        lines(&octets),
        [
            "pSHeader.lawfulInterceptionIdentifier = 4c",
            "pSHeader.?99 = 9f63026869",
            "pSHeader.sequenceNumber = 5",
            "pSHeader.timeStampQualifier = _ext_99",
            "payload.?42 = bf2a028000",
        ]
    );
}

/// A field twice has one name only once; out of order it keeps its name.
#[test]
fn a_second_field_of_a_tag_has_no_name_and_one_out_of_order_has() {
    let octets = pdu(b"\x84\x01\x05\x81\x01L\x84\x01\x06", b"");
    assert_eq!(
        lines(&octets)[..3],
        [
            "pSHeader.sequenceNumber = 5",
            "pSHeader.lawfulInterceptionIdentifier = 4c",
            "pSHeader.?4 = 840106",
        ]
    );
}

#[test]
fn an_element_that_is_not_of_its_type_is_kept_with_the_reason() {
    for (header, why) in [
        (&b"\x84\x00"[..], "an INTEGER has at least one octet"),
        (b"\x80\x02\x04\x80", "not an object identifier"),
        (b"\x83\x01\x00", "primitive where fields are required"),
        (b"\x85\x02\xff\x00", "text that is not UTF-8"),
        (b"\x85\x02a\x00", "a time that is not text"),
        (b"\xa4\x03\x02\x01\x05", "constructed where primitive is required"),
        (b"\xa3\x80\xa2\x80", "octets that are no element"),
    ] {
        let octets = pdu(header, b"");
        let tree = fields(&octets, &Bounds::default());
        let odd = tree.leaves().find_map(|(_, field)| match &field.value {
            Value::Unread(octets, why) => Some((octets.to_vec(), *why)),
            _ => None,
        });
        assert_eq!(odd, Some((header.to_vec(), why)), "{header:02x?}");
    }
    let null = pdu(b"", b"\xa2\x03\x83\x01\x00");
    assert_eq!(lines(&null)[1], "payload.tRIPayload.keep-alive = 830100");
}

#[test]
fn a_choice_tagged_and_empty_or_double_is_no_choice() {
    assert_eq!(lines(&pdu(b"", b""))[1], "payload = a200");
    let double = pdu(b"", b"\xa2\x04\x83\x00\x84\x00");
    assert_eq!(
        lines(&double)[1..],
        ["payload.tRIPayload.keep-alive = null", "payload.tRIPayload.?4 = 8400"]
    );
}

/// The same container: what it holds is read when it says it is in clear, and else left alone.
#[test]
fn an_octet_string_is_read_as_what_it_holds_only_when_it_says_so() {
    let held = b"\x30\x09\x80\x01\x07\xa1\x04\xa2\x02\x83\x00";
    let container = |kind: u8, octets: &[u8]| {
        let mut parts = Vec::new();
        unsigned(&mut parts, 0x80, u64::from(kind));
        element(&mut parts, 0x81, octets);
        let mut payload = Vec::new();
        element(&mut payload, 0xa4, &parts);
        pdu(b"\x81\x01L", &payload)
    };
    let clear = lines(&container(1, &[held, &[0; 5][..]].concat()));
    assert_eq!(
        clear[3..],
        [
            "payload.encryptionContainer.encryptedPayload/byteCounter = 7",
            "payload.encryptionContainer.encryptedPayload/payload.tRIPayload.keep-alive = null",
        ]
    );
    assert_eq!(lines(&container(3, held)).len(), 3, "encrypted octets are no fields");
    assert_eq!(lines(&container(1, b"\x30\x80\x04")).len(), 3, "nor are broken ones");
}

#[test]
fn a_string_in_segments_is_joined_and_what_it_holds_has_its_place() {
    let held = b"\x30\x07\x81\x05\x04\x13\x11\x0f\x03";
    let mut segments = Vec::new();
    held.chunks(4).for_each(|piece| element(&mut segments, 0x04, piece));
    let mut string = Vec::new();
    element(&mut string, 0xb3, &segments);
    let mut item = Vec::new();
    element(&mut item, 0xa2, &string);
    let mut list = Vec::new();
    wrap(&mut list, 0x30, &[&item]);
    let mut payload = Vec::new();
    wrap(&mut payload, 0xa0, &[&list]);
    let octets = pdu(b"\x81\x01L", &payload);
    let tree = fields(&octets, &Bounds::default());
    let string = "payload.iRIPayloadSequence[0].iRIContents.threeGPP33128DefinedIRI";
    let at = |wanted: &str| {
        let (_, _, field) = tree.paths().find(|(path, ..)| path == wanted).unwrap();
        (field.offset, field.value.to_string())
    };
    let (offset, joined) = at(string);
    assert_eq!(joined, "30078105041311 0f03".replace(' ', ""));
    assert_eq!(at(&format!("{string}/iRIPayloadOID")), (offset, "4.19.17.15.3".to_owned()));
}

#[test]
fn indefinite_lengths_give_the_same_fields_at_their_own_places() {
    let octets = b"\x30\x80\xa1\x80\x81\x01L\x84\x01\x05\0\0\xa2\x80\xa2\x80\x83\x00\0\0\0\0\0\0";
    assert_eq!(lines(octets), lines(&pdu(b"\x81\x01L\x84\x01\x05", b"\xa2\x02\x83\x00")));
    let tree = fields(octets, &Bounds::default());
    let places: Vec<(usize, usize)> = tree.fields.iter().map(|f| (f.offset, f.octets)).collect();
    assert_eq!(places, [(0, 24), (2, 10), (4, 3), (7, 3), (12, 10), (14, 6), (16, 2)]);
}

#[test]
fn a_tree_stops_at_its_bounds_and_says_where() {
    let item = b"\x02\x01\x05";
    let mut check = Vec::new();
    element(&mut check, 0xa0, &item.repeat(1_000));
    let mut payload = Vec::new();
    element(&mut payload, 0xa0, &check);
    let mut alternative = Vec::new();
    element(&mut alternative, 0xa2, &payload);
    let octets = pdu(b"", &alternative);
    let whole = fields(&octets, &Bounds::default());
    assert_eq!((whole.cut, whole.leaves().count()), (None, 1_001));
    let bounds = Bounds { fields_max: 100, ..Bounds::default() };
    let cut = fields(&octets, &bounds);
    assert_eq!((cut.fields.len(), cut.cut), (100, Some(whole.fields[100].offset)));
    let shallow = fields(&octets, &Bounds { depth_max: 3, ..Bounds::default() });
    assert!(shallow.fields.iter().all(|field| field.depth <= 3));
    assert!(matches!(shallow.fields.last().unwrap().value, Value::Unread(..)));
}

#[test]
fn octets_that_are_no_pdu_are_one_field_of_raw_octets() {
    for octets in [&b"garbage"[..], b"\x31\x00", b"\x30\x05\x00"] {
        let tree = fields(octets, &Bounds::default());
        assert_eq!(tree.fields.len(), 1, "{octets:02x?}");
        assert!(matches!(tree.fields[0].name, Name::Unknown(_) | Name::Rest));
    }
}

#[test]
fn values_of_every_kind_are_shown_on_one_line() {
    let shown = |value: Value<'_>| value.to_string();
    assert_eq!(shown(Value::Integer(i128::MIN)), i128::MIN.to_string());
    assert_eq!(shown(Value::Bits((&[0x12, 0x30][..]).into(), 12)), "1230/12");
    assert_eq!(shown(Value::Text("a\n\u{202e}\\ñ".into())), "a\\u{a}\\u{202e}\\u{5c}ñ");
    let of =
        |octets| fields_of("IPAccessPDU", "PacketReportIndications", octets, &Bounds::default());
    let bits = |octets| of(octets).fields[0].value.clone();
    assert_eq!(bits(b"\x03\x02\x04\xf0"), Value::Bits((&[0xf0][..]).into(), 4));
    assert!(matches!(bits(b"\x03\x02\x08\xf0"), Value::Unread(..)), "eight unused bits");
    assert!(matches!(bits(b"\x03\x00"), Value::Unread(..)), "no count of unused bits");
    let segments = b"\x23\x08\x03\x02\x00\xab\x03\x02\x04\xc0";
    assert_eq!(bits(segments), Value::Bits((&[0xab, 0xc0][..]).into(), 12));
    let early = b"\x23\x08\x03\x02\x04\xa0\x03\x02\x00\xc0";
    assert!(matches!(bits(early), Value::Unread(..)), "unused bits before the last segment");
}
