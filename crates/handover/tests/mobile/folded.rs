//! Mobile records folded into the facts of a communication: signalling inside them, local times,
//! kinds that contradict each other, and whose a message was.
use crate::build::{c, head, p, utc};
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::extract::{Course, Facts, Medium, Summary};
use lacre_handover::profile::Zone;
use lacre_handover::ps_pdu::{Direction, parse};
use lacre_term::{IriType, Micros};

const NOW: Micros = Micros(1_795_457_522_000_000);

fn whole(body: &Body<'_>) -> Vec<u8> {
    Composer::new(b"ES-2026-000600", b"OPLAB-ES", Some(1)).pdu(1, Stamp::Micro(NOW), body)
}

fn iri(kind: IriType, contents: &[u8]) -> Vec<u8> {
    whole(&Body::Iri { kind, session_direction: None, contents })
}

fn folded(summary: Summary, pdus: &[Vec<u8>]) -> Facts {
    let mut summary = summary;
    for octets in pdus {
        summary.add(&parse(octets).unwrap());
    }
    summary.finish()
}

/// An EPS record of this kind, with these fields after its head.
fn eps(kind: u32, fields: &[Vec<u8>]) -> Vec<u8> {
    c(15, &[c(1, &[c(kind, &[&[head()], fields].concat())])])
}

/// A record of an IMS event, with its time and its message.
fn ims(second: u8, message: &str) -> Vec<u8> {
    let time = format!("2603140830{second:02}Z");
    let fields = [c(3, &[p(1, time.as_bytes())]), p(29, &[1]), p(30, message.as_bytes())];
    eps(4, &fields)
}

fn sip(first: &str, to_tag: &str, sequence: &str) -> String {
    format!(
        "{first}\r\nFrom: <sip:+34600000123@ims.example.es>;tag=a\r\n\
         To: <sip:+34600000456@ims.example.es>{to_tag}\r\nCall-ID: call-1\r\nCSeq: {sequence}\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

#[test]
fn a_call_signalled_inside_mobile_records_is_told_by_its_dialogue() {
    let uri = "sip:+34600000456@ims.example.es SIP/2.0";
    let messages = [
        ims(0, &sip(&format!("INVITE {uri}"), "", "1 INVITE")),
        ims(7, &sip("SIP/2.0 200 OK", ";tag=b", "1 INVITE")),
        ims(49, &sip(&format!("BYE {uri}"), ";tag=b", "2 BYE")),
    ];
    let pdus: Vec<Vec<u8>> = messages.iter().map(|one| iri(IriType::Report, one)).collect();
    let facts = folded(Summary::for_targets(&["+34600000123".to_owned()]), &pdus);
    assert_eq!((facts.medium, facts.direction), (Medium::Voice, Course::Outgoing));
    assert_eq!(facts.answered_at, Micros::parse_rfc3339("2026-03-14T08:30:07Z"));
    assert_eq!(facts.duration_s, Some(42), "by the records' own times, not the headers'");
    let named: Vec<_> = facts.parties.iter().map(|p| (p.role, p.value.as_str())).collect();
    assert!(named.contains(&("caller", "+34600000123")), "{named:?}");
    assert!(named.contains(&("called", "+34600000456")), "{named:?}");
    let unanswered = folded(Summary::new(), &pdus[..1]);
    assert_eq!((unanswered.answered_at, unanswered.duration_s), (None, None));
}

fn local(time: &[u8], season: &[u8]) -> Vec<u8> {
    let stamp = c(3, &[c(0, &[p(0, time), p(1, season)])]);
    iri(IriType::Begin, &eps(1, &[stamp, p(20, &[16])]))
}

#[test]
fn a_local_time_stays_as_delivered_unless_its_zone_is_known() {
    let madrid = || Summary::new().with_zone(Zone::from_word("Europe/Madrid").unwrap());
    let winter = local(b"20260115120000", &[0]);
    let unknown = folded(Summary::new(), std::slice::from_ref(&winter));
    assert_eq!(
        (unknown.local_times.as_slice(), unknown.began_at),
        (&["20260115120000".to_owned()][..], None)
    );
    let known = folded(madrid(), std::slice::from_ref(&winter));
    assert_eq!(known.began_at, Micros::parse_rfc3339("2026-01-15T11:00:00Z"));
    assert!(known.local_times.is_empty());
    let twice = |season: &[u8]| folded(madrid(), &[local(b"20261025023000", season)]);
    assert_eq!(twice(&[0]).local_times, ["20261025023000"], "an hour that came twice");
    assert_eq!(twice(&[1]).began_at, Micros::parse_rfc3339("2026-10-25T01:30:00Z"));
    assert_eq!(twice(&[2]).began_at, Micros::parse_rfc3339("2026-10-25T00:30:00Z"));
}

#[test]
fn a_record_whose_kind_is_not_the_one_outside_leaves_a_flag() {
    let record = eps(2, &[utc(3), p(20, &[18])]);
    let flags = |kind| folded(Summary::new(), &[iri(kind, &record)]).flags;
    assert!(flags(IriType::Report).contains(&"record_kind_mismatch".to_owned()));
    assert!(!flags(IriType::End).contains(&"record_kind_mismatch".to_owned()));
}

#[test]
fn the_way_of_a_packet_is_not_who_began_the_session() {
    let header = [p(0, b"\x04"), p(3, b"\x00\x0a"), utc(4), p(5, b"\x01"), p(6, &[2]), p(8, &[4])];
    let content = c(17, &[c(1, &header), p(2, b"\x45")]);
    let body = Body::Cc { direction: Direction::ToTarget, contents: &content };
    let facts = folded(Summary::new(), &[whole(&body)]);
    assert_eq!((facts.medium, facts.direction), (Medium::Ip, Course::Unknown));
}
