//! Packet sessions, bearers and registrations: their events, causes, addresses and counters.
use crate::build::{c, detail, eps, etsi, names, p, packet, u, utc};
use lacre_handover::extract::{Course, Medium};

fn address(octets: &[u8]) -> Vec<u8> {
    c(1, &[p(1, &[u8::from(octets.len() == 16)]), c(2, &[p(1, octets)])])
}

#[test]
fn an_event_has_its_modules_word() {
    assert_eq!(packet(4, &[utc(3), p(20, &[10])]).event.as_deref(), Some("locationInfoUpdate"));
    assert_eq!(etsi(4, &[utc(3), p(20, &[10])]).event.as_deref(), Some("cellOrRAUpdate"));
    assert_eq!(packet(4, &[utc(3), p(20, &[14])]).event.as_deref(), Some("servingSystem"));
    let old = etsi(4, &[utc(3), p(20, &[14])]);
    assert_eq!(old.event.as_deref(), Some("endOfInterceptionWithPDPContextActive"));
    assert_eq!(eps(4, &[utc(3), p(20, &[1])]).event.as_deref(), Some("pDPContextActivation"));
    let last = eps(4, &[utc(3), p(20, &[54])]);
    assert_eq!(last.event.as_deref(), Some("startOfLIforProSeUEtoNWRelay"));
    let beyond = eps(4, &[utc(3), p(20, &[55])]);
    assert_eq!((beyond.event.as_deref(), beyond.unknown), (Some("55"), true));
}

#[test]
fn a_failed_activation_says_why_by_the_procedure() {
    for (event, code, cause) in [
        (4, 36, "36 regular deactivation"),
        (1, 27, "27 missing or unknown APN"),
        (5, 11, "11 PLMN not allowed"),
        (6, 10, "10 implicitly detached"),
        (1, 200, "200"),
    ] {
        let record = packet(4, &[utc(3), p(20, &[event]), p(22, &[code])]);
        assert_eq!(record.cause.as_deref(), Some(cause), "event {event}");
    }
    for (tag, code, cause) in [
        (8, 92, "92 user authentication failed"),
        (18, 12, "12 area not allowed"),
        (19, 3, "3 illegal UE"),
        (22, 8, "8 reactivation requested"),
        (26, 27, "27 missing or unknown APN"),
    ] {
        let record = eps(4, &[utc(3), p(20, &[21]), c(36, &[p(tag, &[code])])]);
        assert_eq!(record.cause.as_deref(), Some(cause), "field {tag}");
    }
}

#[test]
fn addresses_given_are_the_targets() {
    let six = b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01";
    let both = [&[3, 64][..], six, &[192, 0, 2, 9]].concat();
    let record = eps(1, &[utc(3), p(20, &[18]), c(36, &[p(1, &both), p(24, &[3])])]);
    assert!(names(&record, "target", "ip", "2001:db8::1"));
    assert!(names(&record, "target", "ip", "192.0.2.9"));
    assert_eq!(detail(&record, "PDN type"), Some("IPv4v6"));
    let data = c(
        1,
        &[c(1, &[address(six)]), p(2, b"\x03ims\x07example"), c(5, &[address(&[192, 0, 2, 8])])],
    );
    let party = u(16, &[p(0, &[3]), c(1, &[]), c(4, &[data])].concat());
    let record = packet(1, &[utc(3), p(20, &[1]), c(9, &[party])]);
    assert!(names(&record, "target", "ip", "2001:db8::1"));
    assert!(names(&record, "target", "ip", "192.0.2.8"));
    assert_eq!(record.services, ["ims.example"]);
    let odd = eps(1, &[utc(3), c(36, &[p(1, &[1, 2])])]);
    assert_eq!((detail(&odd, "address allocated"), odd.unknown), (Some("0102"), true));
}

#[test]
fn tunnels_of_other_procedures_are_read_too() {
    let record = eps(
        1,
        &[
            utc(3),
            p(20, &[27]),
            c(37, &[p(3, b"\x03ims"), p(9, &[192, 0, 2, 7]), p(12, b"\x12\xf4\x99")]),
        ],
    );
    assert!(names(&record, "target", "ip", "192.0.2.7"));
    assert_eq!(detail(&record, "serving network"), Some("214-99"));
    let record =
        eps(1, &[utc(3), p(20, &[34]), c(38, &[p(3, &[29, 6, 0, 0, 192, 0, 2, 6]), p(7, &[0])])]);
    assert!(names(&record, "target", "ip", "192.0.2.6"));
    let record =
        eps(1, &[utc(3), p(20, &[31]), c(39, &[p(2, &[192, 0, 2, 5]), p(3, &[198, 51, 100, 5])])]);
    assert!(names(&record, "target", "ip", "192.0.2.5"));
    assert_eq!(detail(&record, "care-of address"), Some("198.51.100.5"));
    assert_eq!((record.medium, record.unknown), (Some(Medium::Ip), false));
}

#[test]
fn flows_have_ends_counts_and_octets() {
    let flow = |way: u8| {
        let ends = [
            c(1, &[p(1, &[0]), c(2, &[p(1, &[192, 0, 2, 1])])]),
            p(2, b"\x13\x88"),
            c(3, &[p(1, &[0]), c(2, &[p(1, &[198, 51, 100, 1])])]),
            p(4, b"\x01\xbb"),
            p(5, &[17]),
            p(6, b"\x05\xdc"),
            p(8, &[3]),
            p(9, &[way]),
        ];
        c(43, &[c(1, &[c(1, &ends)])])
    };
    let up = packet(4, &[utc(3), p(20, &[16]), flow(1)]);
    let text = "192.0.2.1 port 5000 to 198.51.100.1 port 443 protocol 17 packets 3 octets 1500";
    assert_eq!(detail(&up, "flow"), Some(text));
    assert_eq!((up.octets_up, up.octets_down), (Some(1500), None));
    let down = packet(4, &[utc(3), p(20, &[16]), flow(2)]);
    assert_eq!((down.octets_up, down.octets_down), (None, Some(1500)));
}

#[test]
fn an_identity_that_changed_is_the_targets_and_the_old_one_is_told() {
    let identity = |octets: &[u8]| [p(0, &[3]), c(1, &[p(6, octets)])];
    let (new, old) = (b"\x91\x43\x06\x00\x00\x21\xf3", b"\x91\x43\x06\x00\x00\x54\xf6");
    let changed = c(51, &[c(1, &identity(new)), c(2, &identity(old))]);
    let record = packet(4, &[utc(3), p(20, &[17]), changed]);
    assert!(names(&record, "target", "tel", "+34600000123"));
    assert!(!names(&record, "target", "tel", "+34600000456"));
    assert_eq!(detail(&record, "previous identity"), Some("tel +34600000456"));
    let changed = c(63, &[c(2, &identity(new)), c(3, &identity(old))]);
    let record = eps(4, &[utc(3), p(20, &[44]), changed]);
    assert!(names(&record, "target", "tel", "+34600000123"), "EPS: the second is new");
    assert_eq!(detail(&record, "previous identity"), Some("tel +34600000456"));
}

#[test]
fn the_service_centre_is_a_server_and_no_side_of_the_message() {
    let centre = c(13, &[p(0, &[3]), c(1, &[p(7, b"\x84\x10\x43\x06\x90\x99\x00\x01")])]);
    let record = packet(4, &[utc(3), p(4, &[2]), p(20, &[11]), centre]);
    assert!(names(&record, "server", "tel", "+34600999001"));
    assert_eq!((record.course, record.medium), (Some(Course::Incoming), Some(Medium::Message)));
}

#[test]
fn numbers_in_an_addresss_place_are_numbers() {
    let record = packet(
        4,
        &[utc(3), p(20, &[11]), c(27, &[p(2, b"34600000123")]), c(28, &[address(&[192, 0, 2, 4])])],
    );
    assert!(names(&record, "sender", "tel", "34600000123"));
    assert!(names(&record, "recipient", "ip", "192.0.2.4"));
}

#[test]
fn push_to_talk_has_its_own_event_parties_and_course() {
    let ptc = c(
        58,
        &[
            p(13, &[3]),
            c(12, &[p(1, b"260314083000Z")]),
            p(28, &[0]),
            p(43, b"patrol"),
            p(46, b"sip:uno@example.org"),
            p(48, b"sip:dos@example.org, tel:+34600000123"),
        ],
    );
    let record = packet(1, &[utc(3), ptc]);
    assert_eq!(record.event.as_deref(), Some("pTCSessionInitiation"));
    assert_eq!((record.course, detail(&record, "group")), (Some(Course::Incoming), Some("patrol")));
    assert!(names(&record, "originating", "sip", "uno@example.org"));
    assert!(names(&record, "party", "tel", "+34600000123"));
}

#[test]
fn correlation_of_records_and_content_is_told_however_nested() {
    let both =
        c(35, &[c(2, &[c(0, &[c(0, &[u(4, b"cc-1")]), p(1, b"iri-1")]), p(1, b"\x01\xff")])]);
    let record = eps(1, &[utc(3), p(18, b"\x00\x0a"), both]);
    let told: Vec<&str> = record
        .details
        .iter()
        .filter(|(name, _)| *name == "correlation")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(told, ["cc-1", "iri-1", "01ff"]);
    assert_eq!(detail(&record, "correlation number"), Some("000a"));
}

#[test]
fn quality_of_service_is_named_where_its_coding_has_a_name() {
    let quality = c(25, &[p(1, b"\x23\x93\x1f\x71")]);
    let record = packet(1, &[utc(3), p(20, &[13]), quality]);
    assert_eq!(
        (record.services.as_slice(), detail(&record, "QoS")),
        (&["interactive".to_owned()][..], Some("23931f71"))
    );
    let rates = [&1_000_u32.to_be_bytes()[..], &2_000_u32.to_be_bytes()].concat();
    let record = eps(1, &[utc(3), c(36, &[p(9, &[0x2c, 9, 0, 0]), p(11, &rates)])]);
    assert_eq!(detail(&record, "QCI"), Some("9"));
    assert_eq!(detail(&record, "APN-AMBR"), Some("up 1000 kbit/s, down 2000 kbit/s"));
}
