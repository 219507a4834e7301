//! One delivery connection, without its socket: octets in, PDUs out, answers to write back.
//!
//! Keep-alives are answered at once. An acknowledgement request is answered only after the caller
//! says that everything before it is durable. Lost framing ends the session with all the octets
//! that follow, so that the caller can keep them; nothing is dropped and nothing is skipped.
//! Options are negotiated when the sender asks ([`Agreed`]); a negotiation that breaks ends all
//! answers, and the caller closes. Whatever was agreed, nothing is sent that was not asked for.
//!
//! Rules: TS 102 232-1 clause 6; decisions 1, 16.
use crate::malformed::{Fault, Malformed};
use crate::ps_pdu::{Pdu, parse_framed};
use crate::tri::{Answer, keep_alive_response};
use crate::{FrameReader, Limits};
use lacre_term::{Micros, PayloadClass};
use negotiation::Negotiation;
use std::collections::VecDeque;

mod negotiation;
pub use negotiation::{Agreed, Breach};

/// Acknowledgements that may wait at once; an answer to a later request covers earlier ones.
const PENDING_MAX: usize = 1024;

/// What happened on the connection.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "used at once; a box would allocate for every PDU")]
pub enum Event<'a> {
    /// A PDU came.
    Pdu {
        /// Its place on this connection, from 0.
        ordinal: u64,
        /// The PDU, borrowed until the next call.
        pdu: Pdu<'a>,
    },
    /// A framed PDU came that cannot be attributed. The connection goes on.
    Malformed {
        /// Its place on this connection, from 0.
        ordinal: u64,
        /// Its octets.
        octets: &'a [u8],
        /// Why.
        malformed: Malformed,
    },
    /// Framing is lost: keep `octets` and close. The last event.
    Broken {
        /// All octets received and not given before.
        octets: &'a [u8],
        /// Why.
        malformed: Malformed,
    },
}

/// State of one connection.
#[derive(Debug, Clone)]
pub struct Session {
    frames: FrameReader,
    given: u64,
    durable: u64,
    waiting: VecDeque<(u64, Answer)>,
    answers: Vec<u8>,
    negotiation: Negotiation,
}

impl Session {
    /// A connection that has just been accepted.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            frames: FrameReader::new(limits),
            given: 0,
            durable: 0,
            waiting: VecDeque::new(),
            answers: Vec::new(),
            negotiation: Negotiation::default(),
        }
    }

    /// Takes octets that were read. Poll to the end before feeding more, to bound memory.
    pub fn feed(&mut self, octets: &[u8]) {
        self.frames.push(octets);
    }

    /// The next event; `None` when more octets are needed, and for ever after `Broken`.
    pub fn poll(&mut self, now: Micros) -> Option<Event<'_>> {
        let range = match self.frames.next_range()? {
            Ok(range) => range,
            Err(malformed) => {
                return Some(Event::Broken { octets: self.frames.rest(), malformed });
            }
        };
        let ordinal = self.given;
        self.given = ordinal.saturating_add(1);
        let octets = self.frames.octets(range);
        match parse_framed(octets) {
            Ok(pdu) => {
                self.answers.extend_from_slice(&self.negotiation.before(&pdu, now));
                match pdu.class {
                    // A peer that broke its negotiation is told nothing more.
                    _ if self.negotiation.breach.is_some() => self.waiting.clear(),
                    PayloadClass::KeepAlive => {
                        self.answers.extend_from_slice(&keep_alive_response(&pdu, now));
                        let completion = self.negotiation.after_keep_alive(now);
                        self.answers.extend_from_slice(&completion.unwrap_or_default());
                    }
                    PayloadClass::AckRequest => {
                        let answer = Answer::to(&pdu, PayloadClass::AckResponse);
                        if ordinal <= self.durable {
                            self.answers.extend_from_slice(&answer.write(now));
                        } else {
                            if self.waiting.len() >= PENDING_MAX {
                                self.waiting.pop_front();
                            }
                            self.waiting.push_back((ordinal, answer));
                        }
                    }
                    _ => {}
                }
                Some(Event::Pdu { ordinal, pdu })
            }
            Err(malformed) => {
                self.negotiation.malformed();
                if self.negotiation.breach.is_some() {
                    self.waiting.clear();
                }
                Some(Event::Malformed { ordinal, octets, malformed })
            }
        }
    }

    /// Gives back the room that large PDUs took. Call when everything was polled.
    pub fn settle(&mut self) {
        self.frames.settle();
    }

    /// Says that every PDU with an ordinal below `up_to` is durable; answers the acknowledgement
    /// requests that waited for it.
    pub fn durable(&mut self, up_to: u64, now: Micros) {
        self.durable = self.durable.max(up_to);
        while self.waiting.front().is_some_and(|(ordinal, _)| *ordinal <= self.durable) {
            if let Some((_, answer)) = self.waiting.pop_front() {
                self.answers.extend_from_slice(&answer.write(now));
            }
        }
    }

    /// Takes the octets to write back.
    #[must_use]
    pub fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// What was negotiated so far.
    #[must_use]
    pub fn agreed(&self) -> Agreed {
        self.negotiation.agreed
    }

    /// Why the negotiation broke, when it did: close, and keep what still comes.
    #[must_use]
    pub fn breach(&self) -> Option<Breach> {
        self.negotiation.breach
    }

    /// PDUs given so far, malformed ones included.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Ends the session. The octets of a PDU that came in part, when there are any: an old
    /// connection may end so, and the sender sends that PDU again whole.
    #[must_use]
    pub fn close(self) -> Option<(Vec<u8>, Malformed)> {
        if self.frames.rest().is_empty() || self.frames.broken().is_some() {
            return None;
        }
        let rest = self.frames.into_rest();
        let malformed = Malformed::unframed(rest.len(), Fault::Truncated);
        Some((rest, malformed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Body, Composer, Stamp};
    use crate::ps_pdu::parse;

    const NOW: Micros = Micros(1_795_457_522_000_000);

    fn tri(number: u8, sequence: u32) -> Vec<u8> {
        let composer = Composer::new(b"-", b"OPLAB-ES", Some(0));
        composer.pdu(sequence, Stamp::Micro(NOW), &Body::TriNull(number))
    }

    #[test]
    fn a_keep_alive_is_answered_at_once_with_its_own_number() {
        let mut session = Session::new(Limits::default());
        session.feed(&tri(3, 77));
        assert!(matches!(session.poll(NOW), Some(Event::Pdu { ordinal: 0, .. })));
        let answer = session.take_answers();
        let read = parse(&answer).unwrap();
        assert_eq!(read.class, PayloadClass::KeepAliveResponse);
        assert_eq!(read.heading().sequence_number, 77);
        assert!(session.take_answers().is_empty());
    }

    #[test]
    fn an_acknowledgement_waits_until_what_it_covers_is_durable() {
        let mut session = Session::new(Limits::default());
        session.feed(&[tri(1, 1), tri(1, 2), tri(12, 9)].concat());
        while session.poll(NOW).is_some() {}
        session.durable(1, NOW);
        assert!(session.take_answers().is_empty(), "PDU 1 is not durable yet");
        session.durable(2, NOW);
        let answer = session.take_answers();
        let read = parse(&answer).unwrap();
        assert_eq!(read.class, PayloadClass::AckResponse);
        assert_eq!(read.heading().sequence_number, 9);
    }

    #[test]
    fn lost_framing_gives_all_that_follows_and_ends() {
        let mut session = Session::new(Limits::default());
        session.feed(&[tri(1, 0), b"\x31garbage".to_vec()].concat());
        assert!(matches!(session.poll(NOW), Some(Event::Pdu { .. })));
        match session.poll(NOW) {
            Some(Event::Broken { octets, malformed }) => {
                assert_eq!(octets, b"\x31garbage");
                assert!(!malformed.framed);
            }
            other => panic!("expected lost framing, got {other:?}"),
        }
        assert!(session.poll(NOW).is_none());
        assert!(session.close().is_none(), "its octets were given already");
    }

    #[test]
    fn a_connection_that_ends_inside_a_pdu_gives_the_part_back() {
        let mut session = Session::new(Limits::default());
        let whole = tri(1, 0);
        session.feed(&whole[..20]);
        assert!(session.poll(NOW).is_none());
        let (octets, malformed) = session.close().unwrap();
        assert_eq!((octets.as_slice(), malformed.fault), (&whole[..20], Fault::Truncated));
    }
}
