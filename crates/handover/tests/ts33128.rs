//! TS 33.128: what records of 5G, EPS, IMS and message functions say.
//!
//! The octets of the stories are built here, those of the vectors by an independent encoder.
//!
//! Rules: TS 33.128 annex A; TS 102 232-7; TS 102 232-1 (`hI4Payload`).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::extract::{Course, Medium};
use lacre_handover::media::{AudioBuilder, Codec, packets};
use lacre_handover::ps_pdu::{Contents, Pdu, parse};
use lacre_handover::record::{Cell, ITEMS_MAX, Point, Record, VALUE_OCTETS_MAX};
use lacre_handover::service::multimedia::with_sip;
use lacre_handover::service::{observe, ts33128};
use lacre_term::Micros;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn octets_of(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    std::fs::read(folder.join(name)).unwrap()
}

fn contents<'a>(pdu: &Pdu<'a>) -> Contents<'a> {
    pdu.payloads().next().unwrap().contents.unwrap()
}

fn record_of(name: &str) -> Record {
    let octets = octets_of(name);
    observe(&contents(&parse(&octets).unwrap())).remove(0)
}

/// An element with context tag `number`, as the encoder writes it.
fn tlv(number: u32, constructed: bool, content: &[u8]) -> Vec<u8> {
    let first = if constructed { 0xa0 } else { 0x80 };
    let mut octets = match u8::try_from(number).unwrap() {
        short @ 0..=30 => vec![first | short],
        long @ 31..=127 => vec![first | 0x1f, long],
        long => vec![first | 0x1f, 0x81, long & 0x7f],
    };
    octets.extend(length(content.len()));
    octets.extend_from_slice(content);
    octets
}

fn length(size: usize) -> Vec<u8> {
    match u8::try_from(size) {
        Ok(short @ 0..=0x7f) => vec![short],
        _ => [&[0x82][..], &u16::try_from(size).unwrap().to_be_bytes()].concat(),
    }
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    [&[0x30][..], &length(content.len()), &content].concat()
}

/// A value: context tag, primitive.
fn value(number: u32, content: &[u8]) -> Vec<u8> {
    tlv(number, false, content)
}

/// A field of fields.
fn of(number: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(number, true, &parts.concat())
}

/// What a payload says, and its word; `kind` 3 is an IRI, 4 a CC.
fn read(kind: u8, version: [u8; 2], choice: &[u8]) -> (Record, Option<&'static str>) {
    let oid = value(1, &[4, 19, version[0], version[1], kind]);
    read_octets(kind == 3, &sequence(&[oid, of(2, &[choice.to_vec()])]))
}

fn read_octets(iri: bool, payload: &[u8]) -> (Record, Option<&'static str>) {
    let tag = if iri { 19 } else { 23 };
    let octets = tlv(tag, false, payload);
    let tlv = lacre_handover::ber::Elements::new(&octets).next().unwrap();
    let contents = Contents { iri, tag, kind: "", tlv };
    (observe(&contents).remove(0), ts33128::event_word(&contents))
}

const R17: [u8; 2] = [17, 15];

fn named(record: &Record, role: &str) -> Vec<(&'static str, String)> {
    let parties = record.parties.iter().filter(|party| party.role == role);
    parties.map(|party| (party.kind, party.value.clone())).collect()
}

fn told<'a>(record: &'a Record, name: &str) -> Vec<&'a str> {
    let details = record.details.iter().filter(|(detail, _)| *detail == name);
    details.map(|(_, value)| value.as_str()).collect()
}

fn time(text: &str) -> Option<Micros> {
    Micros::parse_rfc3339(text)
}

#[test]
fn a_location_update_names_the_target_and_its_cell_with_area_site_and_time() {
    let record = record_of("v059-5g-iri-amf-location.ber");
    assert_eq!(record.event.as_deref(), Some("locationUpdate"));
    assert_eq!(record.medium, Some(Medium::Event));
    assert_eq!(
        named(&record, "target"),
        [("imsi", "214990000000123".to_owned()), ("tel", "+34600000123".to_owned())]
    );
    let [place] = record.places.as_slice() else { panic!("{:?}", record.places) };
    let plmn = "214-99".to_owned();
    let cell = Cell { kind: "ncgi", plmn, area: Some(0x1a2b), cell: Some(0x1_2345_6789) };
    assert_eq!(place.cell, Some(cell));
    let site = Point { latitude_e7: 404_167_750, longitude_e7: -37_037_900, uncertainty_m: None };
    assert_eq!((place.point, place.of), (Some(site), "target"));
    assert_eq!(place.at, time("2026-03-14T09:29:58Z"));
    assert_eq!(told(&record, "payload OID"), ["4.19.17.15.3"]);
    assert!(!record.unknown);
}

#[test]
fn a_session_tells_its_addresses_network_slice_and_access() {
    let record = record_of("v060-5g-iri-smf-begin.ber");
    assert_eq!(record.event.as_deref(), Some("pDUSessionEstablishment"));
    let target = named(&record, "target");
    for party in [("imei", "3569380356438001"), ("ip", "192.0.2.220"), ("ip", "2001:db8:214::1")] {
        assert!(target.contains(&(party.0, party.1.to_owned())), "{party:?}");
    }
    assert_eq!(record.services, ["internet"]);
    for (name, value) in [
        ("sNSSAI", "1-000001"),
        ("accessType", "threeGPPAccess"),
        ("rATType", "nR"),
        ("pDUSessionID", "5"),
        ("gTPTunnelID", "0x0a0b0c0d 198.51.100.90"),
    ] {
        assert_eq!(told(&record, name), [value], "{name}");
    }
}

#[test]
fn a_short_message_has_sender_recipient_text_and_direction() {
    let record = record_of("v062-5g-iri-sms.ber");
    assert_eq!((record.medium, record.course), (Some(Medium::Message), Some(Course::Outgoing)));
    assert_eq!(named(&record, "recipient"), [("tel", "+34600000456".to_owned())]);
    assert!(named(&record, "target").is_empty(), "who is the target, the direction says");
    assert_eq!((record.messages[0].text.as_str(), record.messages[0].submit), ("Mensaje 5G", true));
}

#[test]
fn an_event_of_a_high_tag_is_read_like_any_other() {
    let record = record_of("v063-eps-33128-mme-attach.ber");
    assert_eq!(record.event.as_deref(), Some("mMEAttach"));
    assert_eq!(told(&record, "attachResult"), ["ePSOnly"]);
    assert!(named(&record, "target").contains(&("imei", "35693803564380".to_owned())));
}

#[test]
fn a_release_not_known_is_flagged_and_read() {
    let record = record_of("h088-33128-wrong-oid.ber");
    assert!(record.unknown);
    assert_eq!(record.event.as_deref(), Some("mMEAttach"));
}

#[test]
fn a_notification_tells_who_is_intercepted_and_since_when() {
    let octets = octets_of("v071-hi4-33128.ber");
    let notices = ts33128::notifications(&parse(&octets).unwrap());
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].event.as_deref(), Some("activation"));
    assert_eq!(notices[0].started_at, time("2026-03-14T00:00:00Z"));
    assert_eq!(named(&notices[0], "target"), [("tel", "+34600000123".to_owned())]);
    let other = octets_of("v059-5g-iri-amf-location.ber");
    assert!(ts33128::notifications(&parse(&other).unwrap()).is_empty(), "an IRI is none");
}

#[test]
fn the_other_form_of_a_notification_names_the_authorisation() {
    let target = [value(1, b"ETSI"), value(2, b"InternationalE164"), value(3, b"34600000123")];
    let notice = of(
        2,
        &[
            value(1, b"20260314000000Z"),
            value(2, b"20260614000000Z"),
            of(3, &[of(1, &target)]),
            value(6, &[2]),
            value(8, b"DP-00123/2026"),
        ],
    );
    let payload = of(7, &[of(2, &[notice])]);
    let header = octets_of("v071-hi4-33128.ber");
    let outer = lacre_handover::ber::Elements::new(&header).next().unwrap();
    let header = outer.context(1).unwrap().whole.to_vec();
    let octets = sequence(&[header, of(2, &[payload])]);
    let notices = ts33128::notifications(&parse(&octets).unwrap());
    assert_eq!((notices.len(), notices[0].unknown), (1, false));
    assert_eq!(notices[0].event.as_deref(), Some("liDeactivated"));
    assert_eq!(notices[0].ended_at, time("2026-06-14T00:00:00Z"));
    assert_eq!(named(&notices[0], "target"), [("tel", "+34600000123".to_owned())]);
    assert_eq!(told(&notices[0], "authorizationReference"), ["DP-00123/2026"]);
    assert_eq!(told(&notices[0], "interceptType"), ["iriOnly"]);
}

#[test]
fn a_session_packet_comes_out_of_its_tunnel() {
    let octets = octets_of("v065-5g-cc-upf.ber");
    let found = packets(&parse(&octets).unwrap());
    assert_eq!(found.len(), 1);
    assert!(found[0].octets.starts_with(&[0x45, 0, 0, 0x20]), "the inner packet, not the tunnel");
    assert!(found[0].octets.ends_with(b"data"));
    let record = record_of("v065-5g-cc-upf.ber");
    assert_eq!((record.event.as_deref(), record.medium), (Some("uPFCCPDU"), Some(Medium::Ip)));
}

#[test]
fn media_of_an_ims_session_is_heard_with_the_codec_its_description_names() {
    let octets = octets_of("v066-5g-cc-ims.ber");
    let pdu = parse(&octets).unwrap();
    let found = ts33128::content(&contents(&pdu)).unwrap();
    assert!(matches!(&found, ts33128::Content::Ims(rtp) if rtp.len() == 172), "{found:?}");
    let descriptions = ts33128::descriptions(&contents(&pdu));
    let named = |number: u8| {
        let codec = descriptions[0].codecs.iter().find(|codec| codec.0 == number);
        codec.map(|(_, name, rate)| (name.to_ascii_lowercase(), *rate))
    };
    assert_eq!(named(101), Some(("telephone-event".to_owned(), 8000)));
    let mut builder = AudioBuilder::new();
    builder.add(&pdu);
    assert_eq!(builder.finish().to_target.streams[0].codec, Codec::Pcma);
}

#[test]
fn an_event_this_version_does_not_name_is_flagged_and_told_by_its_tag() {
    let (record, word) = read(3, R17, &of(120, &[value(1, b"x")]));
    assert!(record.unknown && record.event.is_none() && word.is_none());
    assert_eq!(told(&record, "unknown"), ["IRIEvent 120"]);
    let (record, word) = read(3, R17, &of(88, &[value(1, &[1]), value(2, &[1])]));
    assert!(!record.unknown);
    assert_eq!((record.event.as_deref(), word), (Some("mMEDetach"), Some("mMEDetach")));
}

#[test]
fn a_field_or_number_of_a_later_version_is_flagged_and_the_rest_is_read() {
    let known = [value(3, b"214990000000123"), value(4, b"35693803564380")];
    let later = [value(40, b"later")];
    let (record, _) = read(3, R17, &of(88, &[&known[..], &later[..]].concat()));
    assert!(record.unknown);
    assert_eq!(told(&record, "unknown"), ["MMEDetach 40"]);
    assert_eq!(named(&record, "target").len(), 2);
    let (record, _) = read(3, R17, &of(88, &[value(1, &[9]), known[0].clone()]));
    assert!(record.unknown);
    assert_eq!(told(&record, "detachDirection"), ["9"], "the number as sent");
}

#[test]
fn tags_that_changed_their_meaning_are_read_by_the_version_named() {
    let email = of(135, &[value(2, b"t1"), value(17, b"Hola")]);
    let (record, word) = read(3, [17, 13], &email);
    assert_eq!((word, record.unknown), (Some("mMSConvertedToEmail"), false));
    assert_eq!(told(&record, "subject"), ["Hola"]);
    assert_eq!(read(3, R17, &email).1, None);
    assert_eq!(read(4, [16, 9], &value(4, b"x")).1, Some("pTCCCPDU"));
    assert_eq!(read(4, R17, &value(4, b"x")).1, Some("nIDDCCPDU"));
}

#[test]
fn a_session_that_ended_tells_octets_times_and_cause() {
    let release = of(
        8,
        &[
            of(1, &[value(1, b"214990000000123")]),
            value(4, &[5]),
            value(5, b"20260314093000Z"),
            value(6, b"20260314101500.25Z"),
            value(7, &[0x01, 0x00]),
            value(8, &[0x05, 0xf5, 0xe1, 0x00]),
            of(12, &[value(1, &[1]), value(2, &[20])]),
            value(13, &[36]),
        ],
    );
    let (record, _) = read(3, R17, &release);
    assert_eq!((record.octets_up, record.octets_down), (Some(256), Some(100_000_000)));
    assert_eq!(record.started_at, time("2026-03-14T09:30:00Z"));
    assert_eq!(record.ended_at, time("2026-03-14T10:15:00.25Z"));
    assert_eq!(record.cause.as_deref(), Some("1/20"));
    assert_eq!(told(&record, "fiveGMMCause"), ["36"]);
}

#[test]
fn a_summary_of_packets_counts_for_the_direction_it_names_alone() {
    let summary = |direction: u8| {
        of(
            15,
            &[
                value(1, &[5]),
                of(2, &[value(1, &[192, 0, 2, 1])]),
                value(3, &[0x04, 0xd2]),
                of(4, &[value(1, &[198, 51, 100, 7])]),
                value(8, &[direction]),
                value(13, &[0x10, 0x00]),
            ],
        )
    };
    let (record, _) = read(3, R17, &summary(1));
    assert_eq!((record.octets_up, record.octets_down, record.course), (Some(4096), None, None));
    assert_eq!(named(&record, "originating"), [("ip", "192.0.2.1".to_owned())]);
    let (record, _) = read(3, R17, &summary(2));
    assert_eq!((record.octets_up, record.octets_down), (None, Some(4096)));
}

#[test]
fn a_sip_message_is_handed_over_octet_for_octet() {
    let sip = b"INVITE sip:b@example.org SIP/2.0\r\n\r\n";
    let message = [of(1, &[value(1, &[192, 0, 2, 1])]), value(3, sip)];
    for (tag, field) in [(105, of(1, &[of(1, &message)])), (103, of(2, &message))] {
        let oid = value(1, &[4, 19, 17, 15, 3]);
        let payload = sequence(&[oid, of(2, &[of(tag, &[field])])]);
        let octets = tlv(19, false, &payload);
        let tlv = lacre_handover::ber::Elements::new(&octets).next().unwrap();
        let contents = Contents { iri: true, tag: 19, kind: "", tlv };
        assert_eq!(ts33128::ims_sip(&contents).as_deref(), Some(&sip[..]), "{tag}");
        let method = with_sip(&contents, |sip| sip.method().map(str::to_owned));
        assert_eq!(method.flatten().as_deref(), Some("INVITE"), "read like any other SIP");
        let record = observe(&contents).remove(0);
        assert!(record.parties.is_empty(), "a proxy's address is nobody's");
        assert_eq!(told(&record, "iPSourceAddress").len() + told(&record, "iPv4Address").len(), 1);
    }
}

fn nr_location(fields: &[Vec<u8>]) -> Vec<u8> {
    of(3, &[of(6, &[of(1, &[of(1, &[of(2, fields)])])])])
}

fn plmn() -> Vec<u8> {
    of(1, &[value(1, b"214"), value(2, b"99")])
}

/// NR cell 0x123456789 and tracking area 1a2b.
fn cell_and_area() -> [Vec<u8>; 2] {
    let cell = value(2, &[4, 0x12, 0x34, 0x56, 0x78, 0x90]);
    [of(1, &[plmn(), value(2, &[0, 0x1a, 0x2b])]), of(2, &[plmn(), cell])]
}

#[test]
fn a_cell_to_be_ignored_is_no_place_and_its_area_is() {
    let [area, cell] = cell_and_area();
    let (record, _) = read(3, R17, &nr_location(&[area.clone(), cell.clone()]));
    assert_eq!(record.places.len(), 1);
    assert_eq!(record.places[0].cell.as_ref().unwrap().kind, "ncgi");
    let (record, _) = read(3, R17, &nr_location(&[area, cell, value(9, &[0xff])]));
    assert_eq!(record.places.len(), 1);
    let found = record.places[0].cell.as_ref().unwrap();
    assert_eq!((found.kind, found.area, found.cell), ("tai", Some(0x1a2b), None));
    assert_eq!(told(&record, "ignoreNCGI"), ["true"], "and the operator's word is kept");
}

#[test]
fn areas_a_phone_may_be_paged_in_are_not_where_it_was() {
    let area = sequence(&[plmn(), value(2, &[0, 0x1a, 0x2b])]);
    let (record, _) = read(3, R17, &of(1, &[of(11, &[area])]));
    assert!(record.places.is_empty());
    assert_eq!(told(&record, "fiveGSTAIList"), ["tai 214-99 1a2b"]);
}

/// A location report that holds `area`, an alternative of GeographicArea.
fn shape(area: Vec<u8>) -> Record {
    let location = of(4, &[of(2, &[of(1, &[of(1, &[area])])])]);
    read(3, R17, &of(13, &[location])).0
}

#[test]
fn shapes_become_a_point_with_a_radius_that_covers_them() {
    let at = |tag: u32| of(tag, &[value(1, b"40.416775"), value(2, b"-3.703790")]);
    let other = sequence(&[value(1, b"40.416875"), value(2, b"-3.703690")]);
    let same = sequence(&[value(1, b"40.416775"), value(2, b"-3.703790")]);
    let ellipse = of(2, &[value(1, &[0]), value(2, &[0]), value(3, &[90]), value(4, b"120.4")]);
    for (area, radius) in [
        (of(1, &[at(1)]), None),
        (of(2, &[at(1), value(2, &[35])]), Some(272)),
        (of(2, &[at(1), value(2, &[0]), value(3, b"25.5")]), Some(26)),
        (of(3, &[at(1), ellipse, value(3, &[67])]), Some(121)),
        (of(7, &[at(1), value(2, &[2, 0]), value(3, &[10])]), Some(528)),
    ] {
        let record = shape(area);
        let point = record.places[0].point.unwrap();
        assert_eq!((point.latitude_e7, point.longitude_e7), (404_167_750, -37_037_900));
        assert_eq!((point.uncertainty_m, record.places[0].cell.is_none()), (radius, true));
    }
    let record = shape(of(4, &[of(1, &[same.clone(), other, same])]));
    let point = record.places[0].point.unwrap();
    assert_eq!((point.latitude_e7, point.longitude_e7), (404_168_250, -37_037_400));
    assert_eq!(point.uncertainty_m, Some(8));
    assert!(told(&record, "polygon")[0].starts_with("40.4167750 -3.7037900, 40.4168750"));
}

#[test]
fn an_address_and_a_raw_answer_are_kept_as_written() {
    let civic = of(5, &[value(1, b"ES"), value(4, b"Madrid"), value(7, "Calle Mayor".as_bytes())]);
    let location = of(4, &[of(2, &[of(1, &[civic])])]);
    let (record, _) = read(3, R17, &of(13, &[location]));
    assert_eq!(record.places[0].civic.as_deref(), Some("ES, Madrid, Calle Mayor"));
    let raw = b"<coord><X>40 25 0.39N</X><Y>3 42 13.644W</Y></coord>";
    let location = of(4, &[of(2, &[of(2, &[value(1, raw)])])]);
    let (record, _) = read(3, R17, &of(13, &[location]));
    assert_eq!(record.places[0].point.unwrap().longitude_e7, -37_037_900);
    assert_eq!(record.places[1].civic.as_deref().unwrap().as_bytes(), raw);
}

#[test]
fn a_local_time_stays_text_and_a_message_has_its_subject_and_people() {
    let party = |number: u32, content: &[u8]| sequence(&[of(1, &[value(number, content)])]);
    let send = |time: &[u8]| {
        of(
            17,
            &[
                value(3, time),
                of(4, &[of(1, &[value(1, b"34600000123")])]),
                of(5, &[party(2, b"eva@example.org"), party(1, b"34600000456")]),
                value(8, &[0]),
                value(9, "¿Mañana?".as_bytes()),
            ],
        )
    };
    let (record, _) = read(3, R17, &send(b"20260314093000"));
    assert_eq!((record.at, record.local_time.as_deref()), (None, Some("20260314093000")));
    assert_eq!((record.course, record.medium), (Some(Course::Outgoing), Some(Medium::Message)));
    assert_eq!(named(&record, "sender"), [("tel", "+34600000123".to_owned())]);
    let recipients = [("email", "eva@example.org".to_owned()), ("tel", "+34600000456".to_owned())];
    assert_eq!(named(&record, "recipient"), recipients);
    assert_eq!(told(&record, "subject"), ["¿Mañana?"]);
    let (record, _) = read(3, R17, &send(b"20260314093000+0100"));
    assert_eq!((record.at, record.local_time), (time("2026-03-14T08:30:00Z"), None));
}

#[test]
fn a_payload_in_segments_is_read_like_a_whole_one() {
    let payload = &payloads("events-2")[0];
    let (first, second) = payload.split_at(payload.len() / 2);
    let segment = |octets: &[u8]| [&[4][..], &length(octets.len()), octets].concat();
    let octets = of(19, &[segment(first), segment(second)]);
    let tlv = lacre_handover::ber::Elements::new(&octets).next().unwrap();
    let contents = Contents { iri: true, tag: 19, kind: "", tlv };
    assert_eq!(observe(&contents), [read_octets(true, payload).0]);
}

#[test]
fn keys_are_never_told() {
    let (record, _) =
        read(3, R17, &of(92, &[value(1, b"aka@example.org"), value(3, b"SECRETKEY")]));
    assert!(!record.unknown);
    assert!(!format!("{record:?}").contains("SECRET") && !format!("{record:?}").contains("534543"));
}

#[test]
fn what_is_no_payload_is_unknown_and_never_a_panic() {
    for octets in [&b""[..], b"\x30", b"\x30\x80", b"\x04\x01\x00", b"\x30\x02\xa2\x00", &[0xff; 9]]
    {
        for iri in [true, false] {
            let (record, word) = read_octets(iri, octets);
            assert!(record.unknown && word.is_none(), "{octets:02x?}");
        }
    }
}

/// The payloads of a vector file, one after the other.
fn payloads(name: &str) -> Vec<Vec<u8>> {
    let octets = octets_of(&format!("ts33128/{name}.ber"));
    lacre_handover::ber::Elements::new(&octets).map(|payload| payload.whole.to_vec()).collect()
}

#[test]
fn every_event_of_the_standard_is_named_and_its_fields_are_known() {
    let mut events = 0;
    for number in 1..=5 {
        let name = format!("events-{number}");
        let expected = String::from_utf8(octets_of(&format!("ts33128/{name}.tsv"))).unwrap();
        let rows: Vec<&str> = expected.lines().skip(1).collect();
        let payloads = payloads(&name);
        assert_eq!(payloads.len(), rows.len());
        for (row, octets) in rows.iter().zip(&payloads) {
            let [_, event, words, who] = *row.split('\t').collect::<Vec<_>>() else {
                panic!("{row}")
            };
            let (record, word) = read_octets(true, octets);
            assert_eq!((word, record.event.as_deref()), (Some(event), Some(event)));
            assert!(!record.unknown, "{event}: {:?}", told(&record, "unknown"));
            for (name, value) in words.split(';').filter_map(|pair| pair.split_once('=')) {
                let found = record.details.iter().any(|(n, v)| *n == name && v == value);
                assert!(found, "{event}: {name} {value}: {:?}", record.details);
            }
            let named = record.parties.iter().map(|who| format!("{}={}", who.kind, who.value));
            let who = who.split(';').filter(|who| *who != "-").map(str::to_owned);
            assert_eq!(named.collect::<BTreeSet<_>>(), who.collect(), "{event}");
            events += 1;
        }
    }
    assert_eq!(events, 115, "all of release 17");
}

/// Octets that are nearly payloads: one of the standard's events, hurt.
fn hurt() -> impl Strategy<Value = Vec<u8>> {
    let whole: Vec<Vec<u8>> =
        (1..=5).flat_map(|number| payloads(&format!("events-{number}"))).collect();
    (
        0..whole.len(),
        proptest::collection::vec((any::<Index>(), any::<u8>()), 0..12),
        any::<Index>(),
    )
        .prop_map(move |(which, changes, cut)| {
            let mut octets = whole[which].clone();
            for (index, octet) in changes {
                let at = index.index(octets.len());
                octets[at] = octet;
            }
            let keep = octets.len().saturating_sub(cut.index(octets.len()) / 8);
            octets.truncate(keep);
            octets
        })
}

/// What holds of every record, whatever the octets.
fn is_bounded(octets: &[u8]) {
    for iri in [true, false] {
        let (record, _) = read_octets(iri, octets);
        assert!(record.parties.len() <= ITEMS_MAX && record.details.len() <= ITEMS_MAX);
        assert!(record.places.len() <= ITEMS_MAX && record.messages.len() <= ITEMS_MAX);
        let values = record.details.iter().map(|(_, value)| value);
        let values = values.chain(record.parties.iter().map(|party| &party.value));
        let civic = record.places.iter().filter_map(|place| place.civic.as_ref());
        assert!(values.chain(civic).all(|value| value.len() <= VALUE_OCTETS_MAX));
    }
}

proptest! {
    #[test]
    fn an_event_that_was_hurt_stops_no_reader(octets in hurt()) {
        is_bounded(&octets);
    }

    #[test]
    fn octets_of_any_kind_stop_no_reader(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
        is_bounded(&octets);
        is_bounded(&sequence(&[value(1, &[4, 19, 17, 15, 3]), of(2, &[octets])]));
    }
}
