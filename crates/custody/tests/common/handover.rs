//! A small recorded handover of two lines, in slices that are committed one by one.
//!
//! Everything that makes intake think is in it once: duplicates, a conflict, a gap that is filled
//! late, a silent restart, resets of one communication and of a whole line, two network elements,
//! keep-alives, an unknown LIID, a PDU that cannot be read and octets that are no PDU.
use lacre_custody::door::Delivery;
use lacre_term::{IriType, Micros};
use lacre_testkit::Header;
use lacre_testkit::contents::unheard_of;
use lacre_testkit::pdu::{self, Direction};
use std::sync::Arc;

/// The operator, and the peer that delivers its files.
pub const OPERATOR: &str = "OP-NORTE";
/// The two lines.
pub const LIIDS: [&str; 2] = ["POWER-LINE-1", "POWER-LINE-2"];
/// 2026-11-23T19:27:00Z, when the first PDU is intercepted.
pub const BASE: Micros = Micros(1_795_462_020_000_000);

/// What is delivered in one go.
pub type Slice = Vec<Sent>;

/// One delivery of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub octets: Vec<u8>,
    pub unframed: bool,
}

impl Sent {
    /// As intake takes it.
    pub fn delivery(&self, received_at: Micros) -> Delivery {
        let (peer, octets) = (Arc::from(OPERATOR), self.octets.clone().into());
        let of = if self.unframed { Delivery::of_run } else { Delivery::of_pdu };
        of(peer, octets, received_at)
    }
}

fn framed(octets: Vec<u8>) -> Sent {
    Sent { octets, unframed: false }
}

fn header(line: usize, cin: u32, number: u32, at_ms: i64) -> Header {
    let at = Micros(BASE.0 + at_ms * 1_000);
    Header::new(LIIDS[line].as_bytes(), OPERATOR.as_bytes()).cin(cin).seq(number).at(at)
}

fn iri(kind: IriType, header: &Header) -> Sent {
    framed(pdu::iri(header, kind, unheard_of(60, b"signalling")))
}

fn cc(header: &Header, words: &str) -> Sent {
    framed(pdu::cc(header, Direction::FromTarget, unheard_of(60, words.as_bytes())))
}

/// Header of line 2, CIN 9, as its other network element writes it.
fn elsewhere(number: u32, at_ms: i64) -> Header {
    header(1, 9, number, at_ms).network_element(b"MF-2")
}

/// The handover.
pub fn slices() -> Vec<Slice> {
    vec![begun(), going_on(), begun_anew(), ended(), late()]
}

fn begun() -> Slice {
    let mut slice = vec![iri(IriType::Begin, &header(0, 7, 0, 0))];
    slice.extend((0..5).map(|at| cc(&header(0, 7, at, 10 + i64::from(at)), "one")));
    slice.push(framed(pdu::keep_alive(&header(0, 7, 0, 20))));
    slice.push(iri(IriType::Report, &header(1, 1, 0, 30)));
    slice.extend((0..3).map(|at| cc(&header(1, 5, at, 40 + i64::from(at)), "three")));
    slice
}

fn going_on() -> Slice {
    let mut slice = vec![iri(IriType::Begin, &header(1, 9, 0, 100))];
    // Number 2 is late: see `begun_anew`.
    slice.extend([0, 1, 3].map(|at| cc(&header(1, 9, at, 110 + i64::from(at)), "two")));
    slice.push(cc(&elsewhere(0, 112), "two elsewhere"));
    let stranger = Header::new(b"NOBODY", OPERATOR.as_bytes()).at(BASE);
    slice.push(cc(&stranger, "whose?"));
    slice.push(framed(vec![0x30, 0x03, 0x01, 0x02, 0x03]));
    slice.push(Sent { octets: b"no PDU at all".to_vec(), unframed: true });
    slice.push(cc(&header(0, 7, 5, 120), "one"));
    slice.push(cc(&header(0, 7, 2, 12), "one"));
    slice.push(cc(&header(0, 7, 3, 13), "one, otherwise"));
    slice
}

fn begun_anew() -> Slice {
    let mut slice: Slice =
        (0..3).map(|at| cc(&header(0, 7, at, 300 + i64::from(at)), "one again")).collect();
    slice.push(framed(pdu::cin_reset(&header(1, 9, 0, 400))));
    slice.push(iri(IriType::Continue, &header(1, 9, 0, 410)));
    slice.extend((0..2).map(|at| cc(&header(1, 9, at, 411 + i64::from(at)), "two again")));
    slice.push(cc(&header(1, 9, 2, 112), "two"));
    slice.push(framed(pdu::keep_alive(&header(1, 9, 1, 420))));
    // A restart that its reset explains only afterwards.
    slice.extend((0..2).map(|at| cc(&header(1, 5, at, 450 + i64::from(at)), "three again")));
    slice.push(framed(pdu::cin_reset(&header(1, 5, 0, 449))));
    slice
}

fn ended() -> Slice {
    let mut slice = vec![
        iri(IriType::Begin, &header(1, 5, 0, 455)),
        iri(IriType::Continue, &header(0, 7, 1, 500)),
        iri(IriType::End, &header(0, 7, 2, 510)),
        iri(IriType::End, &header(1, 9, 1, 520)),
        framed(pdu::cin_reset(&header(0, 0, 0, 600))),
        iri(IriType::Begin, &header(0, 7, 0, 610)),
    ];
    slice.extend((0..2).map(|at| cc(&header(0, 7, at, 611 + i64::from(at)), "one, third time")));
    slice
}

fn late() -> Slice {
    let mut slice =
        vec![cc(&header(0, 7, 6, 130), "one, late"), cc(&header(1, 9, 4, 140), "two, late")];
    slice.extend((0..2).map(|at| cc(&elsewhere(at, 430 + i64::from(at)), "two elsewhere again")));
    slice.push(iri(IriType::Report, &header(1, 2, 0, 700)));
    slice
}
