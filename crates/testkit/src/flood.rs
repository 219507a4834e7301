//! Large streams for benches, made as fast as they can be taken.
//!
//! Each PDU is a copy of a template with its number, time and first octets of content written over,
//! so that no two are equal. The same settings give the same stream.
//!
//! Rules: TS 102 232-1, -3, -5.
use crate::contents;
use crate::packet::{put, rtp, tcp, udp};
use crate::pdu::{self, Direction, Header};
use crate::voice::Chance;
use lacre_term::Micros;

/// What a stream is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mix {
    /// One line, one IP session, packets of 1,500 octets.
    OneLine,
    /// One line, one call: RTP, about 330 octets a PDU.
    OneCall,
    /// `lines` lines in turn: mostly RTP, one IP packet in eight.
    Lines {
        /// How many LIIDs take turns, at most 65,535.
        lines: u16,
    },
}

/// The first sequence number of each context: four octets wide from the start, so that templates
/// keep their length. Receivers may not assume a first number.
pub const FIRST_NUMBER: u32 = 0x0100_0000;

struct Template {
    octets: Vec<u8>,
    number_at: usize,
    micros_at: usize,
    content_at: usize,
    next: u32,
}

/// An endless stream; take what is needed, or [`Flood::octets`] of it.
pub struct Flood {
    templates: Vec<Template>,
    turn: usize,
    count: u64,
}

/// LIID of line `index` in a flood.
#[must_use]
pub fn liid(index: u16) -> String {
    format!("DEMO-FLOOD-{index:05}")
}

impl Flood {
    /// A stream of `mix` by `operator`, everything intercepted in the second at `at`.
    #[must_use]
    pub fn new(mix: &Mix, operator: &str, at: Micros) -> Self {
        let templates = match mix {
            Mix::OneLine => vec![template(0, operator, at, true)],
            Mix::OneCall => vec![template(0, operator, at, false)],
            Mix::Lines { lines } => (0..*lines)
                .map(|index| template(index, operator, at, index.is_multiple_of(8)))
                .collect(),
        };
        Self { templates, turn: 0, count: 0 }
    }

    /// PDUs until at least `octets` octets have been given.
    pub fn octets(self, octets: u64) -> impl Iterator<Item = Vec<u8>> {
        let mut given = 0u64;
        self.take_while(move |pdu| {
            let go_on = given < octets;
            given = given.saturating_add(u64::try_from(pdu.len()).unwrap_or(0));
            go_on
        })
    }
}

impl Iterator for Flood {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let turns = self.templates.len();
        let template = self.templates.get_mut(self.turn)?;
        self.turn = self.turn.saturating_add(1).checked_rem(turns)?;
        self.count = self.count.wrapping_add(1);
        let mut pdu = template.octets.clone();
        put(&mut pdu, template.number_at, &template.next.to_be_bytes());
        template.next = template.next.wrapping_add(1);
        // Three octets from 65,536 up, always below one million.
        let micros = u32::try_from(0x01_0000 + self.count % 900_000).unwrap_or(0x01_0000);
        put(&mut pdu, template.micros_at, micros.to_be_bytes().get(1..).unwrap_or(&[]));
        put(&mut pdu, template.content_at, &self.count.to_be_bytes());
        Some(pdu)
    }
}

const NUMBER: [u8; 4] = [0x31, 0x41, 0x59, 0x26];
const MICROS: [u8; 3] = [0x05, 0x35, 0x89];
const CONTENT: [u8; 8] = *b"\xf1CONTEN\xf2";

fn template(index: u16, operator: &str, at: Micros, ip: bool) -> Template {
    let micros = Micros::from_seconds(at.seconds()).0.saturating_add(0x05_3589);
    let header = Header::new(liid(index).as_bytes(), operator.as_bytes())
        .cin(1000)
        .seq(u32::from_be_bytes(NUMBER))
        .at(Micros(micros));
    let mut chance = Chance::new(u64::from(index));
    let size = if ip { 1460 } else { 160 };
    let mut body: Vec<u8> =
        (0..size).map(|_| u8::try_from(chance.below(128)).unwrap_or(0)).collect();
    put(&mut body, 0, &CONTENT);
    let [high, low] = index.to_be_bytes();
    let here = std::net::SocketAddr::from(([10, 0, high, low], 40_000));
    let there = std::net::SocketAddr::from(([198, 51, 100, 1], 50_000));
    let content = if ip {
        contents::ip_packet(&tcp(there, here, (1, 1), &body))
    } else {
        contents::rtp_packet(&udp(here, there, 1, &rtp(1, 160, u32::from(index), &body)))
    };
    let octets = pdu::cc(&header, Direction::ToTarget, content);
    let find = |needle: &[u8]| {
        octets.windows(needle.len()).position(|window| window == needle).unwrap_or(usize::MAX)
    };
    let (number_at, micros_at, content_at) = (find(&NUMBER), find(&MICROS), find(&CONTENT));
    Template { octets, number_at, micros_at, content_at, next: FIRST_NUMBER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pdus_of_a_flood_are_equal_and_all_are_of_one_length() {
        let at = Micros::from_seconds(1_795_462_020);
        let pdus: Vec<Vec<u8>> = Flood::new(&Mix::OneCall, "OP", at).octets(1_000_000).collect();
        let distinct: std::collections::BTreeSet<&Vec<u8>> = pdus.iter().collect();
        assert_eq!(distinct.len(), pdus.len());
        assert!(pdus.iter().all(|pdu| pdu.len() == pdus[0].len()));
        assert!((260..400).contains(&pdus[0].len()), "{}", pdus[0].len());
    }

    #[test]
    fn the_number_and_the_time_are_written_where_they_belong() {
        let at = Micros::from_seconds(1_795_462_020);
        let first = Flood::new(&Mix::OneLine, "OP", at).next().unwrap();
        let number = [&[0x84, 4][..], &FIRST_NUMBER.to_be_bytes()].concat();
        let micros = [0x81, 3, 1, 0, 1];
        assert!(first.windows(6).any(|window| window == number));
        assert!(first.windows(5).any(|window| window == micros));
        assert!(first.len() > 1500);
    }
}
