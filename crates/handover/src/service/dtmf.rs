//! DTMF: the digits keyed during a call, from RTP events and from SIP INFO, in order.
//!
//! One press is one digit however often its packets and its end are repeated, and whichever
//! order they come in. Which payload type carries events is what a description says; where none
//! does, a dynamic type is believed only when its packets behave as events do. Bounded.
//!
//! Rules: RFC 4733 sections 2.3, 2.5 (events, retransmitted ends, long events); RFC 6086 and
//! `application/dtmf-relay` (INFO); TS 102 232-5 clause 5.2.8.1 (`iRIOnlyRTPPacket`).
use super::multimedia;
use super::packet::Packet;
use super::rtp::Rtp;
use super::sip::{Sip, body};
use crate::Pdu;
use crate::ps_pdu::{Contents, Direction};
use lacre_term::Micros;
use std::collections::{BTreeMap, BTreeSet};

/// Most digits of one communication.
pub const DIGITS_MAX: usize = 10_000;

/// Presses looked back at for a packet that comes late.
const LATE_MAX: usize = 64;

/// How a digit was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// A telephone event in RTP.
    Rtp,
    /// A SIP INFO.
    Info,
}

/// One digit keyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// `0` to `9`, `*`, `#`, `A` to `D`.
    pub digit: char,
    /// Interception time of the first that told of it.
    pub at: Option<Micros>,
    /// Which way, as the operator says.
    pub direction: Option<Direction>,
    /// How long, in milliseconds, where told.
    pub duration_ms: Option<u32>,
    /// How it was sent; a sender may use both for the same key.
    pub means: Means,
}

/// Collects digits PDU by PDU, in the order they were stored.
#[derive(Debug, Clone, Default)]
pub struct Digits {
    events: Vec<Event>,
    infos: Vec<Press>,
    seen: BTreeSet<String>,
    /// What descriptions call each dynamic payload type: clock rate of events, or another codec.
    named: BTreeMap<u8, Named>,
    cut: bool,
}

#[derive(Debug, Clone, Default)]
struct Named {
    event_rate: Option<u32>,
    other: bool,
}

/// One event in RTP.
#[derive(Debug, Clone)]
struct Event {
    digit: char,
    number: u8,
    direction: Option<Direction>,
    ssrc: u32,
    payload_type: u8,
    /// Time stamp of its first packet, and of the segment now growing.
    timestamp: u32,
    segment: u32,
    /// Time stamp units: of whole segments before, and of this one.
    before: u32,
    duration: u16,
    at: Option<Micros>,
    packets: u32,
    ended: bool,
    /// The operator says that it is one (`iRIOnlyRTPPacket`).
    sure: bool,
}

impl Digits {
    /// Nothing heard yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the digits of one PDU, and what its descriptions say of payload types.
    pub fn add(&mut self, pdu: &Pdu<'_>) {
        let header_time = pdu.heading().intercepted_at;
        for payload in pdu.payloads() {
            let Some(contents) = payload.contents else {
                continue;
            };
            let at = payload.intercepted_at.or(header_time);
            if contents.iri {
                self.signalling(&contents, payload.direction, at);
            } else if let Some(media) = multimedia::media(&contents)
                && let Some(rtp) = media.rtp()
            {
                self.packet(&rtp, payload.direction, at, false);
            }
        }
    }

    fn signalling(
        &mut self,
        contents: &Contents<'_>,
        direction: Option<Direction>,
        at: Option<Micros>,
    ) {
        let event = multimedia::signalling(contents).filter(|s| s.word == "iRIOnlyRTPPacket");
        if let Some(signalling) = event {
            let packet = signalling.packet.as_deref().and_then(Packet::read);
            let octets = packet.map_or(signalling.message.as_ref(), |packet| packet.payload());
            if let Some(rtp) = Rtp::read(octets) {
                self.packet(&rtp, direction, at, true);
            }
            return;
        }
        multimedia::each_sip(contents, at, |sip, at| self.message(sip, direction, at));
    }

    /// Takes a SIP message: what it describes, and the digit of an INFO.
    pub fn message(&mut self, sip: &Sip<'_>, direction: Option<Direction>, at: Option<Micros>) {
        for (number, name, rate) in sip.sdp().into_iter().flat_map(|sdp| sdp.codecs) {
            let named = self.named.entry(number).or_default();
            if name == "TELEPHONE-EVENT" {
                named.event_rate = Some(rate);
            } else {
                named.other = true;
            }
        }
        if sip.request_uri().is_none() || sip.method() != Some("INFO") {
            return;
        }
        let digit = sip.parts().iter().find_map(body::info_digit);
        let Some((digit, duration_ms)) = digit else {
            return;
        };
        if self.infos.len() >= DIGITS_MAX {
            self.cut = true;
            return;
        }
        // A retransmission, or the same message on its next hop, is no second press.
        let [id, sequence, tag] = [sip.call_id(), sip.header("CSeq"), sip.header("From")];
        let name = [id, sequence, tag].map(Option::unwrap_or_default).join("\n");
        if self.seen.insert(name) {
            let means = Means::Info;
            self.infos.push(Press { digit, at, direction, duration_ms, means });
        }
    }

    /// Takes one RTP packet; `sure` when the operator says that it carries events.
    pub fn packet(
        &mut self,
        rtp: &Rtp<'_>,
        direction: Option<Direction>,
        at: Option<Micros>,
        sure: bool,
    ) {
        // Events have no payload type of their own: the static ones are codecs.
        if !(96..=127).contains(&rtp.payload_type) {
            return;
        }
        let known = self.named.get(&rtp.payload_type).is_some_and(|n| n.event_rate.is_some());
        let (blocks, rest) = rtp.payload.as_chunks::<4>();
        if !rest.is_empty() || blocks.len() > 8 || blocks.len() > 1 && !known && !sure {
            return;
        }
        let mut timestamp = rtp.timestamp;
        for (index, [number, flags, high, low]) in blocks.iter().enumerate() {
            let duration = u16::from_be_bytes([*high, *low]);
            let Some(digit) = digit(*number).filter(|_| flags & 0x40 == 0) else {
                return;
            };
            let fresh = Event {
                digit,
                number: *number,
                direction,
                ssrc: rtp.ssrc,
                payload_type: rtp.payload_type,
                timestamp,
                segment: timestamp,
                before: 0,
                duration,
                at,
                packets: 1,
                ended: flags & 0x80 != 0,
                sure,
            };
            self.event(fresh, rtp.marker && index == 0);
            timestamp = timestamp.wrapping_add(u32::from(duration));
        }
    }

    fn event(&mut self, fresh: Event, marker: bool) {
        let near = self.events.iter_mut().rev().take(LATE_MAX);
        let mut same = near.filter(|event| event.same_source(&fresh));
        if let Some(event) = same.find(|event| event.continues(&fresh, marker)) {
            event.join(&fresh);
        } else if self.events.len() < DIGITS_MAX {
            self.events.push(fresh);
        } else {
            self.cut = true;
        }
    }

    /// The digits in the order of their times, and whether some were left out.
    #[must_use]
    pub fn finish(self) -> (Vec<Press>, bool) {
        let named = &self.named;
        let believed = self.events.iter().filter(|event| event.believed(named));
        let rate = |event: &Event| {
            let rate = named.get(&event.payload_type).and_then(|named| named.event_rate);
            rate.filter(|rate| *rate > 0).unwrap_or(8000)
        };
        let mut found: Vec<Press> = believed
            .map(|event| {
                let units = u64::from(event.before.saturating_add(u32::from(event.duration)));
                let ms = units.saturating_mul(1000).checked_div(u64::from(rate(event)));
                Press {
                    digit: event.digit,
                    at: event.at,
                    direction: event.direction,
                    duration_ms: ms.and_then(|ms| u32::try_from(ms).ok()),
                    means: Means::Rtp,
                }
            })
            .collect();
        found.extend(self.infos);
        if found.iter().all(|press| press.at.is_some()) {
            found.sort_by_key(|press| press.at);
        }
        (found, self.cut)
    }
}

impl Event {
    fn same_source(&self, other: &Self) -> bool {
        (self.ssrc, self.direction, self.payload_type, self.number)
            == (other.ssrc, other.direction, other.payload_type, other.number)
    }

    /// True when `fresh` is another packet of this press: the same segment, or the next one of
    /// an event longer than a segment can tell (RFC 4733, 2.5.1.3).
    fn continues(&self, fresh: &Self, marker: bool) -> bool {
        let next = self.segment.wrapping_add(u32::from(self.duration));
        let longer = !self.ended && !marker && self.duration == u16::MAX;
        fresh.timestamp == self.segment
            || fresh.timestamp == self.timestamp
            || longer && fresh.timestamp == next
    }

    fn join(&mut self, fresh: &Self) {
        self.packets = self.packets.saturating_add(1);
        self.ended |= fresh.ended;
        self.sure |= fresh.sure;
        self.at = [self.at, fresh.at].into_iter().flatten().min();
        if fresh.timestamp == self.segment {
            self.duration = self.duration.max(fresh.duration);
        } else if fresh.timestamp != self.timestamp {
            self.before = self.before.saturating_add(u32::from(self.duration));
            (self.segment, self.duration) = (fresh.timestamp, fresh.duration);
        }
    }

    fn believed(&self, named: &BTreeMap<u8, Named>) -> bool {
        // A codec's packets have time stamps of their own; only events share one and end.
        let behaves = self.packets >= 2 && self.ended;
        match named.get(&self.payload_type) {
            _ if self.sure => true,
            Some(Named { event_rate: Some(_), other: false }) => true,
            Some(Named { event_rate: None, .. }) => false,
            _ => behaves,
        }
    }
}

/// The digit of an event (RFC 4733, table 3); a hook flash is no digit.
#[must_use]
pub fn digit(number: u8) -> Option<char> {
    match number {
        0..=9 => char::from_digit(u32::from(number), 10),
        10 => Some('*'),
        11 => Some('#'),
        12 => Some('A'),
        13 => Some('B'),
        14 => Some('C'),
        15 => Some('D'),
        _ => None,
    }
}

/// The digits as one string for each direction and means, in order of first use.
#[must_use]
pub fn strings(presses: &[Press]) -> Vec<(Option<Direction>, Means, String)> {
    let mut found: Vec<(Option<Direction>, Means, String)> = Vec::new();
    for press in presses {
        let of = |entry: &&mut (Option<Direction>, Means, String)| {
            (entry.0, entry.1) == (press.direction, press.means)
        };
        match found.iter_mut().find(of) {
            Some((.., digits)) => digits.push(press.digit),
            None => found.push((press.direction, press.means, press.digit.to_string())),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One packet of an event: sequence is of no interest here.
    fn event(digits: &mut Digits, number: u8, stamp: u32, duration: u16, end: bool, ms: i64) {
        let [high, low] = duration.to_be_bytes();
        let payload = [number, if end { 0x8a } else { 0x0a }, high, low];
        let rtp = Rtp {
            payload_type: 101,
            marker: duration == 160,
            sequence: 0,
            timestamp: stamp,
            ssrc: 7,
            payload: &payload,
        };
        digits.packet(
            &rtp,
            Some(Direction::FromTarget),
            Some(Micros(ms.saturating_mul(1000))),
            false,
        );
    }

    fn press(digits: &mut Digits, number: u8, stamp: u32, ms: i64) {
        for (duration, later) in [(160, 20), (320, 40), (480, 60), (640, 80), (800, 100)] {
            event(digits, number, stamp, duration, false, ms.saturating_add(later));
        }
        for _ in 0..3 {
            event(digits, number, stamp, 960, true, ms.saturating_add(120));
        }
    }

    fn keyed(digits: Digits) -> String {
        digits.finish().0.iter().map(|press| press.digit).collect()
    }

    #[test]
    fn repeated_ends_count_once_and_the_same_key_twice_counts_twice() {
        let mut digits = Digits::new();
        press(&mut digits, 1, 1000, 0);
        press(&mut digits, 1, 3000, 500);
        press(&mut digits, 11, 5000, 900);
        event(&mut digits, 1, 1000, 960, true, 1000);
        let (presses, cut) = digits.finish();
        let strings = strings(&presses);
        assert_eq!(strings, [(Some(Direction::FromTarget), Means::Rtp, "11#".to_owned())]);
        assert_eq!((presses[0].duration_ms, cut), (Some(120), false));
        assert_eq!(presses[1].at, Some(Micros(520_000)));
    }

    #[test]
    fn a_press_that_lost_its_start_or_its_end_is_still_heard_when_described() {
        let sdp = b"INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n\
            m=audio 1 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/16000\r\n";
        let mut digits = Digits::new();
        event(&mut digits, 5, 100, 480, false, 0);
        event(&mut digits, 6, 9000, 1600, true, 100);
        assert_eq!(keyed(digits.clone()), "", "one packet of a type nobody named is no press");
        // The description may be stored after the content it describes.
        digits.message(&Sip::read(sdp).unwrap(), None, None);
        let presses = digits.finish().0;
        assert_eq!(presses.iter().map(|press| press.digit).collect::<String>(), "56");
        assert_eq!(presses[1].duration_ms, Some(100));
    }

    #[test]
    fn a_type_that_descriptions_give_to_a_codec_keys_nothing() {
        let sdp = b"INVITE sip:x SIP/2.0\r\nc: application/sdp\r\n\r\n\
            m=audio 1 RTP/AVP 101\r\na=rtpmap:101 AMR/8000\r\n";
        let mut digits = Digits::new();
        press(&mut digits, 1, 1000, 0);
        digits.message(&Sip::read(sdp).unwrap(), None, None);
        assert_eq!(keyed(digits), "");
    }

    #[test]
    fn a_key_held_longer_than_a_segment_is_one_press() {
        let mut digits = Digits::new();
        event(&mut digits, 9, 0, 160, false, 0);
        event(&mut digits, 9, 0, u16::MAX, false, 8000);
        event(&mut digits, 9, 65_535, 800, false, 8100);
        event(&mut digits, 9, 65_535, 1600, true, 8200);
        event(&mut digits, 9, 0, u16::MAX, false, 8300);
        let presses = digits.finish().0;
        assert_eq!((presses.len(), presses[0].duration_ms), (1, Some(8391)));
    }

    #[test]
    fn an_info_that_comes_twice_is_one_digit_and_its_answer_is_none() {
        let info = |sequence: u8, digit: char| {
            format!(
                "INFO sip:x SIP/2.0\r\nCall-ID: 1\r\nCSeq: {sequence} INFO\r\n\
                 Content-Type: application/dtmf-relay\r\n\r\nSignal={digit}\r\nDuration=100\r\n"
            )
        };
        let mut digits = Digits::new();
        for (sequence, digit) in [(1, '4'), (1, '4'), (2, '4'), (3, '#')] {
            let text = info(sequence, digit);
            digits.message(&Sip::read(text.as_bytes()).unwrap(), None, None);
        }
        let answer = info(4, '9').replacen("INFO sip:x SIP/2.0", "SIP/2.0 200 OK", 1);
        digits.message(&Sip::read(answer.as_bytes()).unwrap(), None, None);
        let presses = digits.finish().0;
        assert_eq!(strings(&presses), [(None, Means::Info, "44#".to_owned())]);
        assert_eq!(presses[0].duration_ms, Some(100));
    }

    #[test]
    fn digits_without_end_are_cut() {
        let mut digits = Digits::new();
        for number in 0..20_000_u32 {
            event(&mut digits, 1, number * 1000, 960, true, 0);
        }
        assert!(digits.events.len() == DIGITS_MAX && digits.finish().1);
    }
}
