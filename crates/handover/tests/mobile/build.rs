//! Octets for the stories: elements of any tag, and the alternatives of IRIContents around them.
use lacre_handover::ber::Elements;
use lacre_handover::ps_pdu::{Contents, parse};
use lacre_handover::record::Record;
use lacre_handover::service::observe;
use std::path::PathBuf;

fn element(class: u8, number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if number < 31 {
        out.push(class | u8::try_from(number).unwrap());
    } else {
        out.push(class | 0x1f);
        if number > 127 {
            out.push(0x80 | u8::try_from(number >> 7).unwrap());
        }
        out.push(u8::try_from(number & 0x7f).unwrap());
    }
    match content.len() {
        short @ 0..0x80 => out.push(u8::try_from(short).unwrap()),
        long => out.extend([&[0x82][..], &u16::try_from(long).unwrap().to_be_bytes()].concat()),
    }
    out.extend_from_slice(content);
    out
}

/// A primitive context element.
pub(crate) fn p(number: u32, content: &[u8]) -> Vec<u8> {
    element(0x80, number, content)
}

/// A constructed context element.
pub(crate) fn c(number: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    element(0xa0, number, &parts.concat())
}

/// A universal element: constructed for SEQUENCE and SET.
pub(crate) fn u(number: u32, content: &[u8]) -> Vec<u8> {
    element(if matches!(number, 16 | 17) { 0x20 } else { 0 }, number, content)
}

/// `timeStamp` [number] in UTC: 2026-03-14 08:30:00.
pub(crate) fn utc(number: u32) -> Vec<u8> {
    c(number, &[p(1, b"260314083000Z")])
}

/// The domain and LIID that every record begins with.
pub(crate) fn head() -> Vec<u8> {
    [p(0, b"\x04\x00\x02\x02\x04\x01"), p(1, b"ES-2026-000600")].concat()
}

/// What IRIContents alternative `tag` with this content says.
pub(crate) fn iri(tag: u32, content: &[Vec<u8>]) -> Vec<Record> {
    let octets = c(tag, content);
    let tlv = Elements::new(&octets).next().unwrap();
    observe(&Contents { iri: true, tag, kind: "", tlv })
}

/// One record alone: alternative `tag`, its choice, the record kind, its fields after the head.
pub(crate) fn record(tag: u32, choice: u32, kind: u32, fields: &[Vec<u8>]) -> Record {
    let parts = [&[head()], fields].concat();
    let mut found = iri(tag, &[c(choice, &[c(kind, &parts)])]);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// A circuit call of TS 33.108.
pub(crate) fn circuit(kind: u32, fields: &[Vec<u8>]) -> Record {
    record(4, 3, kind, fields)
}

/// A packet domain record of TS 33.108.
pub(crate) fn packet(kind: u32, fields: &[Vec<u8>]) -> Record {
    record(4, 1, kind, fields)
}

/// An EPS record.
pub(crate) fn eps(kind: u32, fields: &[Vec<u8>]) -> Record {
    record(15, 1, kind, fields)
}

/// A record of TS 101 671.
pub(crate) fn etsi(kind: u32, fields: &[Vec<u8>]) -> Record {
    record(5, 1, kind, fields)
}

/// What CCContents alternative `tag` with this element says.
pub(crate) fn with_content<T>(tag: u32, octets: &[u8], with: impl Fn(&Contents<'_>) -> T) -> T {
    let tlv = Elements::new(octets).next().unwrap();
    with(&Contents { iri: false, tag, kind: "", tlv })
}

/// The octets of a vector.
pub(crate) fn vector(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    std::fs::read(folder.join(format!("{name}.ber"))).unwrap()
}

/// What the first payload of a vector says.
pub(crate) fn said(name: &str) -> Vec<Record> {
    let octets = vector(name);
    let pdu = parse(&octets).unwrap();
    let payload = pdu.payloads().next().unwrap();
    observe(&payload.contents.unwrap())
}

/// The value of the detail `name`.
pub(crate) fn detail<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    record.details.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// True when this party is named.
pub(crate) fn names(record: &Record, role: &str, kind: &str, value: &str) -> bool {
    let same = |party: &lacre_handover::extract::Party| {
        (party.role, party.kind, party.value.as_str()) == (role, kind, value)
    };
    record.parties.iter().any(same)
}
