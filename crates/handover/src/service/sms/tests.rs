//! Short messages: each unit, alphabet and header element, and what is cut or none.
use super::*;
use proptest::prelude::*;

/// SMS-DELIVER from +34600000456 with this scheme and user data.
fn delivered(has_header: bool, scheme: u8, length: u8, data: &[u8]) -> Option<Sms> {
    let first = if has_header { 0x44 } else { 0x04 };
    let head = [first, 0x0b, 0x91, 0x43, 0x06, 0, 0, 0x54, 0xf6, 0, scheme];
    let stamp = [0x62, 0x30, 0x41, 0x90, 0x03, 0x00, 0x40];
    read_tpdu(&[&head[..], &stamp[..], &[length], data].concat(), false)
}

#[test]
fn a_delivered_message_in_seven_bits_is_read() {
    let sms = delivered(false, 0, 5, b"\xe8\x32\x9b\xfd\x06").unwrap();
    assert_eq!((sms.text.as_str(), sms.submit, sms.kind), ("hello", false, Kind::Deliver));
    assert_eq!(sms.address.as_deref(), Some("+34600000456"));
    assert_eq!(sms.at, Micros::parse_rfc3339("2026-03-14T08:30:00Z"), "four quarters east");
}

#[test]
fn a_service_centres_time_may_be_west_of_utc_or_no_time() {
    let stamp = |octets: &[u8]| timestamp(octets);
    let west = stamp(b"\x62\x30\x41\x90\x03\x00\x0a");
    assert_eq!(west, Micros::parse_rfc3339("2026-03-14T14:30:00Z"), "20 quarters west");
    assert_eq!(stamp(b"\x62\x31\x41\x90\x03\x00\x40"), None, "month 13");
    assert_eq!(stamp(b"\xff\xff\xff\xff\xff\xff\xff"), None);
    assert_eq!(stamp(b""), None);
}

#[test]
fn a_part_of_a_long_message_says_which_it_is() {
    let tpdu = b"\x41\x07\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x08\x0a\x05\x00\x03\x2a\x02\x01\
        \x00\x4f\x00\x6b";
    let sms = read_tpdu(tpdu, true).unwrap();
    assert_eq!((sms.text.as_str(), sms.part), ("Ok", Some((42, 2, 1))));
    assert_eq!((sms.kind, sms.reference), (Kind::Submit, Some(7)));
    let wide = delivered(true, 8, 9, b"\x06\x08\x04\x12\x34\x03\x02\x00\x41").unwrap();
    assert_eq!((wide.text.as_str(), wide.part), ("A", Some((0x1234, 3, 2))));
}

#[test]
fn seven_bit_text_after_a_header_starts_at_the_next_septet() {
    // Header of six octets: 48 bits, then one of fill.
    let (text, _) = pack("\u{40}\u{40}\u{40}\u{40}\u{40}\u{40}\u{40}Hola").unwrap();
    let mut data = text;
    data[..6].copy_from_slice(b"\x05\x00\x03\x09\x02\x01");
    let sms = delivered(true, 0, 11, &data).unwrap();
    assert_eq!((sms.text.as_str(), sms.part), ("Hola", Some((9, 2, 1))));
}

#[test]
fn an_astral_character_is_one_and_half_of_one_is_marked() {
    let sms = delivered(false, 8, 6, b"\xd8\x3d\xde\x00\x00!").unwrap();
    assert_eq!(sms.text, "\u{1f600}!");
    let sms = delivered(false, 8, 4, b"\xd8\x3d\x00!").unwrap();
    assert_eq!(sms.text, "\u{fffd}!");
}

#[test]
fn eight_bit_octets_are_text_only_when_they_are_plain_and_for_nobody_else() {
    let sms = delivered(false, 4, 3, b"Ok!").unwrap();
    assert_eq!((sms.text.as_str(), sms.data.as_slice()), ("Ok!", &b"Ok!"[..]));
    let sms = delivered(false, 4, 3, b"O\x01!").unwrap();
    assert_eq!((sms.text.as_str(), sms.data.len()), ("", 3));
    let sms = delivered(true, 4, 10, b"\x06\x05\x04\x0b\x84\x23\xf0abc").unwrap();
    assert_eq!((sms.ports, sms.text.as_str()), (Some((2948, 9200)), ""));
    assert_eq!(sms.data, b"abc");
    let sms = delivered(true, 4, 8, b"\x04\x04\x02\x10\x11abc").unwrap();
    assert_eq!(sms.ports, Some((16, 17)));
}

#[test]
fn a_national_table_is_used_and_one_not_held_is_named() {
    let sms = delivered(true, 0, 8, b"\x03\x24\x01\x02\x00\x00\x00\x00").unwrap();
    assert_eq!(sms.unread_language, None);
    let sms = delivered(true, 0, 8, b"\x03\x25\x01\x06\x00\x00\x00\x00").unwrap();
    assert_eq!(sms.unread_language, Some(6), "Hindi");
    assert!(sms.text.chars().all(|c| c == char::REPLACEMENT_CHARACTER), "{:?}", sms.text);
    let sms = delivered(true, 0, 8, b"\x03\x70\x01\x06\x00\x00\x00\x00").unwrap();
    assert_eq!(sms.other_elements, [0x70]);
}

#[test]
fn compressed_text_is_kept_and_not_guessed() {
    let sms = delivered(false, 0x20, 5, b"\xe8\x32\x9b\xfd\x06").unwrap();
    assert_eq!((sms.text.as_str(), sms.compressed, sms.data.len()), ("", true, 5));
}

#[test]
fn a_sender_may_be_a_word() {
    let (name, septets) = pack("Banco").unwrap();
    let semi_octets = u8::try_from((septets * 7).div_ceil(4)).unwrap();
    let head = [&[0x04, semi_octets, 0xd0][..], &name, &[0, 0], &[0; 7], &[0]].concat();
    assert_eq!(read_tpdu(&head, false).unwrap().address.as_deref(), Some("Banco"));
}

#[test]
fn validity_is_minutes_or_a_time() {
    let submit = |first: u8, validity: &[u8]| {
        let head = [first, 0, 0x0b, 0x91, 0x43, 0x06, 0, 0, 0x54, 0xf6, 0, 0];
        read_tpdu(&[&head[..], validity, &[0]].concat(), true).unwrap().validity
    };
    for (octet, minutes) in [(0, 5), (143, 720), (167, 1440), (168, 2880), (255, 635_040)] {
        assert_eq!(submit(0x11, &[octet]), Some(Validity::Minutes(minutes)), "{octet}");
    }
    let at = Micros::parse_rfc3339("2026-03-14T08:30:00Z").unwrap();
    assert_eq!(submit(0x19, b"\x62\x30\x41\x90\x03\x00\x40"), Some(Validity::Until(at)));
    assert_eq!(submit(0x01, b""), None);
}

#[test]
fn a_report_says_what_became_of_a_message_and_is_no_message() {
    let report = b"\x06\x2a\x0b\x91\x43\x06\x00\x00\x54\xf6\x62\x30\x41\x90\x03\x00\x40\
        \x62\x30\x41\x90\x13\x00\x40\x00";
    let sms = read_any(report, false).unwrap();
    assert_eq!((sms.kind, sms.reference, sms.status), (Kind::StatusReport, Some(42), Some(0)));
    assert_eq!(sms.address.as_deref(), Some("+34600000456"));
    assert_eq!(sms.discharged_at, Micros::parse_rfc3339("2026-03-14T08:31:00Z"));
    assert_eq!(read_tpdu(report, false), None);
}

#[test]
fn an_rp_data_gives_its_message_either_way() {
    let tpdu = b"\x01\x07\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x00\x02\x41\x61";
    let rp = [&b"\x00\x01\x00\x02\x91\x43"[..], &[15], tpdu].concat();
    assert!(read_rp(&rp).is_some_and(|sms| sms.submit && sms.text == "AB"));
    assert!(read_any(&rp, true).is_some_and(|sms| sms.submit && sms.text == "AB"));
    assert!(read_any(tpdu, false).is_some_and(|sms| sms.submit), "the way was wrong");
}

#[test]
fn reports_and_cuts_are_no_message_and_no_panic() {
    assert_eq!(read_rp(&[2, 1]), None);
    assert_eq!(read_tpdu(&[0x02, 0, 0], false), None);
    let whole = b"\x01\x07\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x00\x0a\xcd\xb2\x7b";
    for cut in 0..whole.len() {
        let _ = read_tpdu(&whole[..cut], true);
    }
}

proptest! {
    #[test]
    fn text_that_packs_unpacks_to_itself(
        text in "[@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !A-Za-z0-9ÄÖÑÜ§¿äöñüà^{}\\\\\\[~\\]|€\n\r]{0,170}"
    ) {
        let (octets, septets) = pack(&text).unwrap();
        prop_assert_eq!(octets.len(), septets.saturating_mul(7).div_ceil(8));
        prop_assert_eq!(unpack(&octets, septets), text);
    }

    #[test]
    fn septets_that_unpack_without_escape_pack_to_themselves(
        septets in proptest::collection::vec(0_u8..0x80, 0..160)
    ) {
        let text: String = septets.iter().filter(|s| **s != 0x1b).map(|s| {
            unpack(&[*s], 1)
        }).collect();
        let (octets, count) = pack(&text).unwrap();
        prop_assert_eq!(unpack(&octets, count), text);
    }

    #[test]
    fn octets_of_any_kind_are_read_without_panic_and_within_bounds(
        octets in proptest::collection::vec(any::<u8>(), 0..300), from_phone: bool
    ) {
        let alone = read_tpdu(&octets, from_phone);
        for sms in [read_any(&octets, from_phone), alone, read_rp(&octets)].into_iter().flatten() {
            prop_assert!(sms.text.chars().count() <= 255 && sms.data.len() <= 255);
        }
    }
}
