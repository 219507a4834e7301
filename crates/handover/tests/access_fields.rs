//! Fields of the access services beyond the vectors, encoded here by their tag numbers.
#![allow(clippy::unwrap_used, reason = "helpers of stories may panic: that is how a story fails")]
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::extract::{Course, Facts, Medium, Summary};
use lacre_handover::ps_pdu::parse;
use lacre_handover::record::Record;
use lacre_handover::service::observe;
use lacre_term::{IriType, Micros};

/// A primitive field.
fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    element(0x80 | tag, content)
}

/// A field that holds fields.
fn holds(tag: u8, fields: &[Vec<u8>]) -> Vec<u8> {
    element(0xa0 | tag, &fields.concat())
}

fn element(identifier: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[identifier, 0x82][..], &length, content].concat()
}

fn ip(tag: u8, octets: &[u8], more: &[Vec<u8>]) -> Vec<u8> {
    let value = vec![holds(2, &[field(1, octets)])];
    holds(tag, &[value, more.to_vec()].concat())
}

fn pdu(contents: &[u8]) -> Vec<u8> {
    let composer = Composer::new(b"LI-7", b"OPLAB-ES", Some(1));
    let body = Body::Iri { kind: IriType::Report, session_direction: None, contents };
    composer.pdu(1, Stamp::Micro(Micros(1_795_457_522_000_000)), &body)
}

fn record(contents: &[u8]) -> Record {
    let octets = pdu(contents);
    let parsed = parse(&octets).unwrap();
    observe(&parsed.payloads().next().unwrap().contents.unwrap()).remove(0)
}

fn facts(contents: &[u8], targets: &[&str]) -> Facts {
    let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
    let mut summary = Summary::for_targets(&targets);
    summary.add(&parse(&pdu(contents)).unwrap());
    summary.finish()
}

fn parties(record: &Record) -> Vec<(&str, &str, &str)> {
    record.parties.iter().map(|p| (p.role, p.kind, p.value.as_str())).collect()
}

fn access_event() -> Vec<u8> {
    let prefix = field(4, &[56]);
    let other = ip(0, &[192, 0, 2, 8], &[field(5, &[255, 255, 255, 248])]);
    let cell = b"\x08\x12\xf4\x99\x00\x2a";
    holds(
        2,
        &[
            field(0, &[5, 3, 20, 1]),
            holds(
                1,
                &[
                    field(0, &[8]),
                    field(1, b"adsl-0001@isp.example"),
                    field(2, &[1]),
                    field(3, &[3]),
                    ip(4, &[192, 0, 2, 1], &[field(3, &[2])]),
                    field(5, b"02:00:5e:10:00:01"),
                    field(6, b"relay-7 port 3"),
                    field(7, b"hotspot plaza 4"),
                    field(8, &[42]),
                    field(9, b"+34910000001"),
                    field(10, b"20260314093000Z"),
                    field(11, b"20260314103000"),
                    field(12, &[2]),
                    field(16, b"20260315093000Z"),
                    field(17, b"+34900000002"),
                    holds(18, &[field(1, &[2, 0, 0x5e, 0x10, 0, 2])]),
                    ip(19, &[198, 51, 100, 1], &[]),
                    ip(21, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[prefix]),
                    field(22, &[2]),
                    holds(23, &[other]),
                    holds(24, &[holds(1, &[field(1, cell)])]),
                    field(25, b"0/0/1:4001"),
                    holds(26, &[field(0, b"198.51.100.0/24 192.0.2.1 1")]),
                ],
            ),
        ],
    )
}

#[test]
fn every_field_of_an_access_event_is_said() {
    let read = record(&access_event());
    assert!(!read.unknown);
    assert_eq!(
        parties(&read),
        [
            ("target", "user", "adsl-0001@isp.example"),
            ("target", "ip", "192.0.2.1"),
            ("target", "mac", "02:00:5e:10:00:01"),
            ("target", "tel", "+34910000001"),
            ("called", "tel", "+34900000002"),
            ("server", "mac", "02:00:5e:10:00:02"),
            ("server", "ip", "198.51.100.1"),
            ("target", "ip", "2001:db8::/56"),
            ("target", "ip", "192.0.2.8/29"),
        ]
    );
    assert_eq!(
        (read.event.as_deref(), read.cause.as_deref()),
        (Some("accessEnd"), Some("connectionLoss"))
    );
    assert_eq!(read.started_at, Micros::parse_rfc3339("2026-03-14T09:30:00Z"));
    assert_eq!(read.ended_at, None, "a local time is not put on the time line");
    assert_eq!(read.local_time.as_deref(), Some("20260314103000"));
    assert_eq!(read.digits, ["+34900000002"]);
    let places: Vec<_> =
        read.places.iter().map(|p| (p.civic.as_deref(), p.cell.as_ref())).collect();
    assert_eq!(places[0].0, Some("hotspot plaza 4"));
    assert_eq!((places[1].1.unwrap().kind, places[1].1.unwrap().area), ("tai", Some(42)));
    for (name, value) in [
        ("access type", "dialUp"),
        ("ip assignment", "dynamic"),
        ("equipment id", "relay-7 port 3"),
        ("access port", "42"),
        ("call-back number", "+34910000001"),
        ("expected end", "2026-03-15T09:30:00.000000Z"),
        ("authentication", "radiusAAA"),
        ("access port id", "0/0/1:4001"),
        ("framed route", "198.51.100.0/24 192.0.2.1 1"),
    ] {
        assert!(read.details.contains(&(name, value.to_owned())), "{name}: {:?}", read.details);
    }
}

#[test]
fn an_event_or_field_of_a_later_version_is_unknown_and_the_rest_is_read() {
    for odd in [field(0, &[14]), field(27, b"?"), holds(23, &[field(9, b"?")]), field(12, &[5])] {
        let contents = holds(2, &[holds(1, &[odd.clone(), field(1, b"ana")])]);
        let read = record(&contents);
        assert!(read.unknown, "{odd:02x?}");
        assert_eq!(parties(&read), [("target", "user", "ana")]);
        assert_eq!(facts(&contents, &[]).unknown, 1);
    }
}

#[test]
fn layer_2_numbers_its_events_otherwise() {
    let of = |event: u8| {
        let fields = [field(0, &[event]), field(5, b"02-00-5E-10-00-01"), field(8, &[7])];
        record(&holds(6, &[field(0, &[5, 4, 10, 1]), holds(1, &fields)]))
    };
    let ended = of(9);
    assert_eq!((ended.event.as_deref(), ended.unknown), (Some("accessEnd"), false));
    assert_eq!(parties(&ended), [("target", "mac", "02-00-5E-10-00-01")]);
    assert_eq!(of(7).event.as_deref(), Some("unknown"));
    assert!(of(14).unknown);
    let sums = record(&holds(7, &[field(2, &[5]), field(3, &[9]), field(4, &[1, 0, 0])]));
    assert!(sums.details.contains(&("protocol", "ethernet".to_owned())));
    assert!(sums.details.contains(&("flow octets", "65536".to_owned())));
}

fn messaging_event(sender: Vec<u8>) -> Vec<u8> {
    let party = |side: u8, identity: Vec<u8>| {
        element(0x30, &[field(0, &[side]), holds(1, &[identity])].concat())
    };
    let sip = field(11, b"sip:+34600000456@ims.example.es;user=phone");
    let mail = holds(2, &[element(0x0c, b"luis@example.net")]);
    holds(
        14,
        &[
            field(0, &[5, 2, 20, 3]),
            field(1, &[1]),
            holds(3, &[field(0, &[1])]),
            field(4, &[3]),
            holds(
                5,
                &[party(1, sender), party(2, sip), party(2, mail), party(3, field(4, b"buzon"))],
            ),
            field(6, &[1]),
            holds(7, &[field(0, b"1234"), field(6, b"hola"), field(12, b"20260314093000Z")]),
            field(8, &[1]),
            field(11, &[3]),
        ],
    )
}

#[test]
fn a_messaging_event_names_its_parties_in_every_form_and_no_code() {
    let read = record(&messaging_event(field(0, b"\x91\x43\x06\x00\x00\x10\xf2")));
    assert!(!read.unknown);
    assert_eq!(
        (read.event.as_deref(), read.medium),
        (Some("message deposit"), Some(Medium::Message))
    );
    assert_eq!(
        parties(&read),
        [
            ("sender", "tel", "+34600000012"),
            ("recipient", "tel", "+34600000456"),
            ("recipient", "email", "luis@example.net"),
            ("party", "user", "buzon"),
        ]
    );
    assert_eq!(read.at, Micros::parse_rfc3339("2026-03-14T09:30:00Z"));
    assert!(read.details.contains(&("subject", "hola".to_owned())));
    assert!(read.details.iter().all(|(_, value)| !value.contains("1234")), "the code stays there");
    for (form, value) in [
        (field(1, b"\x84\x10\x43\x06\x00\x00\x10\x02"), "+34600000012"),
        (field(6, b"\x12\x94\x99\x21\x43\x65\x87\xf9"), "214999123456789"),
        (field(8, b"fax:+34910000002"), "+34910000002"),
        (field(13, b"ana@nai.example"), "ana@nai.example"),
        (ip(3, &[192, 0, 2, 4], &[]), "192.0.2.4"),
        (holds(5, &[ip(0, &[192, 0, 2, 5], &[]), field(1, &[0x13, 0xc4])]), "192.0.2.5"),
    ] {
        assert_eq!(record(&messaging_event(form)).parties[0].value, value);
    }
    assert!(record(&messaging_event(field(14, b"?"))).unknown);
}

#[test]
fn a_message_of_the_target_is_outgoing_and_one_to_it_incoming() {
    let contents = messaging_event(field(0, b"\x91\x43\x06\x00\x00\x10\xf2"));
    assert_eq!(facts(&contents, &["600000012"]).direction, Course::Outgoing);
    assert_eq!(facts(&contents, &["0034600000456"]).direction, Course::Incoming);
    assert_eq!(facts(&contents, &["+34600000099"]).direction, Course::Unknown);
}

#[test]
fn recipients_an_event_counts_and_does_not_name_are_told() {
    let list = holds(10, &[element(0x0c, b"a@example.org"), element(0x0c, b"b@example.org")]);
    let contents =
        holds(1, &[field(1, &[1]), field(8, &[1]), field(9, b""), list, field(12, &[5])]);
    let read = record(&contents);
    assert_eq!(read.parties.len(), 2, "an empty sender is nobody");
    assert!(read.details.contains(&("recipients not named", "3".to_owned())));
}
