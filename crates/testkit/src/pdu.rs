//! PS-PDUs as an operator's mediation function writes them.
//!
//! A header and a payload; anything optional can be left out, to build what a careless sender
//! would.
//!
//! Rules: TS 102 232-1 `LI-PS-PDU` (header, payload choice, TRI).
use crate::ber::{
    Element, Lengths, group, integer, null, octets, sequence, text, universal_integer,
};
use lacre_term::{IriType, Micros};

/// How the time of a header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stamp {
    /// `microSecondTimeStamp`.
    #[default]
    Micro,
    /// `timeStamp`, a GeneralizedTime in milliseconds ending in `Z`.
    Generalized,
}

/// The direction of a CC payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `fromTarget`.
    FromTarget,
    /// `toTarget`.
    ToTarget,
    /// `indeterminate`.
    Indeterminate,
}

impl Direction {
    fn number(self) -> u64 {
        match self {
            Self::FromTarget => 0,
            Self::ToTarget => 1,
            Self::Indeterminate => 2,
        }
    }
}

/// The header of a PDU to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// LIID octets; any length, so that a wrong one can be sent.
    pub liid: Vec<u8>,
    /// Authorization country code.
    pub authorization_country: Option<String>,
    /// Operator identifier.
    pub operator: Vec<u8>,
    /// Network element identifier.
    pub network_element: Option<Vec<u8>>,
    /// Communication identity number.
    pub cin: Option<u32>,
    /// Delivery country code.
    pub delivery_country: Option<String>,
    /// Sequence number within the context.
    pub sequence_number: u32,
    /// Time of interception.
    pub at: Option<Micros>,
    /// How the time is written.
    pub stamp: Stamp,
    /// Module version in the domain identifier.
    pub version: u8,
    /// How lengths are written.
    pub lengths: Lengths,
}

impl Header {
    /// A header for `liid` delivered by `operator`: Spain, CIN 0, number 0, no time, version 17.
    #[must_use]
    pub fn new(liid: &[u8], operator: &[u8]) -> Self {
        Self {
            liid: liid.to_vec(),
            authorization_country: Some("ES".to_owned()),
            operator: operator.to_vec(),
            network_element: Some(b"MF-1".to_vec()),
            cin: Some(0),
            delivery_country: Some("ES".to_owned()),
            sequence_number: 0,
            at: None,
            stamp: Stamp::Micro,
            version: 17,
            lengths: Lengths::Minimal,
        }
    }

    /// With communication identity number `cin`.
    #[must_use]
    pub fn cin(mut self, cin: u32) -> Self {
        self.cin = Some(cin);
        self
    }

    /// With sequence number `number`.
    #[must_use]
    pub fn seq(mut self, number: u32) -> Self {
        self.sequence_number = number;
        self
    }

    /// Intercepted at `at`.
    #[must_use]
    pub fn at(mut self, at: Micros) -> Self {
        self.at = Some(at);
        self
    }

    /// From network element `element`.
    #[must_use]
    pub fn network_element(mut self, element: &[u8]) -> Self {
        self.network_element = Some(element.to_vec());
        self
    }

    /// With lengths written as `lengths` says.
    #[must_use]
    pub fn lengths(mut self, lengths: Lengths) -> Self {
        self.lengths = lengths;
        self
    }

    fn element(&self) -> Element {
        let mut network = vec![octets(0, &self.operator)];
        network.extend(self.network_element.as_deref().map(|element| octets(1, element)));
        let mut communication = vec![group(0, network)];
        communication.extend(self.cin.map(|cin| integer(1, u64::from(cin))));
        communication.extend(self.delivery_country.as_deref().map(|country| text(2, country)));

        let mut header = vec![octets(0, &[4, 0, 2, 2, 5, 1, self.version]), octets(1, &self.liid)];
        header.extend(self.authorization_country.as_deref().map(|country| text(2, country)));
        header.push(group(3, communication));
        header.push(integer(4, u64::from(self.sequence_number)));
        match (self.at, self.stamp) {
            (Some(at), Stamp::Micro) => header.push(group(
                7,
                vec![
                    integer(0, u64::try_from(at.seconds()).unwrap_or(0)),
                    integer(1, u64::try_from(at.micros()).unwrap_or(0)),
                ],
            )),
            (Some(at), Stamp::Generalized) => header.push(text(5, &generalized(at))),
            (None, _) => {}
        }
        group(1, header)
    }
}

/// `at` as GeneralizedTime in milliseconds, UTC.
#[must_use]
pub fn generalized(at: Micros) -> String {
    let digits: String = at.rfc3339().chars().filter(char::is_ascii_digit).collect();
    let (seconds, fraction) = digits.split_at(digits.len().min(14));
    format!("{seconds}.{}Z", fraction.get(..3).unwrap_or("000"))
}

/// A whole PDU: `header` and any payload alternative.
#[must_use]
pub fn pdu(header: &Header, payload: Element) -> Vec<u8> {
    sequence(vec![header.element(), group(2, vec![payload])]).encode(header.lengths)
}

/// One IRI record with `contents` (see [`crate::contents`]).
#[must_use]
pub fn iri(header: &Header, kind: IriType, contents: Element) -> Vec<u8> {
    let number = match kind {
        IriType::Begin => 1,
        IriType::End => 2,
        IriType::Continue => 3,
        IriType::Report => 4,
    };
    let record = sequence(vec![integer(0, number), group(2, vec![contents])]);
    pdu(header, group(0, vec![record]))
}

/// One CC payload with `contents`.
#[must_use]
pub fn cc(header: &Header, direction: Direction, contents: Element) -> Vec<u8> {
    aggregated_cc(header, vec![(direction, contents)])
}

/// Several CC payloads in one PDU (aggregation).
#[must_use]
pub fn aggregated_cc(header: &Header, payloads: Vec<(Direction, Element)>) -> Vec<u8> {
    let payloads = payloads
        .into_iter()
        .map(|(direction, contents)| {
            sequence(vec![integer(0, direction.number()), group(2, vec![contents])])
        })
        .collect();
    pdu(header, group(1, payloads))
}

fn tri(header: &Header, alternative: Element) -> Vec<u8> {
    pdu(header, group(2, vec![alternative]))
}

/// TRI: test PDU.
#[must_use]
pub fn test(header: &Header) -> Vec<u8> {
    tri(header, null(1))
}

/// TRI: padding of `length` octets.
#[must_use]
pub fn padding(header: &Header, length: usize) -> Vec<u8> {
    tri(header, octets(2, &vec![0; length]))
}

/// TRI: keep-alive.
#[must_use]
pub fn keep_alive(header: &Header) -> Vec<u8> {
    tri(header, null(3))
}

/// TRI: first segment flag; carries no time whatever the header says.
#[must_use]
pub fn first_segment(header: &Header) -> Vec<u8> {
    tri(&Header { at: None, ..header.clone() }, null(5))
}

/// TRI: last segment flag; carries no time whatever the header says.
#[must_use]
pub fn last_segment(header: &Header) -> Vec<u8> {
    tri(&Header { at: None, ..header.clone() }, null(6))
}

/// TRI: CIN reset.
#[must_use]
pub fn cin_reset(header: &Header) -> Vec<u8> {
    tri(header, null(7))
}

/// TRI: operator message, informational.
#[must_use]
pub fn operator_message(header: &Header, message: &str) -> Vec<u8> {
    tri(header, group(8, vec![integer(0, 2), text(1, message)]))
}

/// TRI: option request for PDU acknowledgement.
#[must_use]
pub fn option_request(header: &Header) -> Vec<u8> {
    tri(header, group(9, vec![group(0, vec![null(0)])]))
}

/// TRI: option request for each of `options`, by tag number and content.
#[must_use]
pub fn option_request_for(header: &Header, options: &[(u32, &[u8])]) -> Vec<u8> {
    let options = options.iter().map(|(number, content)| octets(*number, content)).collect();
    tri(header, group(9, vec![group(0, options)]))
}

/// TRI: option response that accepts PDU acknowledgement, which only a LEMF has to send.
#[must_use]
pub fn option_response(header: &Header) -> Vec<u8> {
    tri(header, group(10, vec![group(0, vec![null(0)]), group(1, Vec::new())]))
}

/// TRI: option complete.
#[must_use]
pub fn option_complete(header: &Header) -> Vec<u8> {
    tri(header, null(11))
}

/// TRI: PDU acknowledgement request.
#[must_use]
pub fn ack_request(header: &Header) -> Vec<u8> {
    tri(header, null(12))
}

/// TRI: an integrity check by SHA-256 over `numbers` of IRI (`cc` false) or CC (`cc` true).
#[must_use]
pub fn integrity_hash(header: &Header, numbers: &[u32], cc: bool, value: &[u8]) -> Vec<u8> {
    let numbers = numbers.iter().map(|number| universal_integer(u64::from(*number))).collect();
    let kind = integer(2, if cc { 2 } else { 1 });
    let check = vec![group(0, numbers), integer(1, 1), kind, octets(3, value), integer(4, 2)];
    tri(header, group(0, check))
}

/// HI1 notification `liActivated` (1), `liDeactivated` (2) or `liModified` (3).
#[must_use]
pub fn hi1_notice(header: &Header, notice: u32) -> Vec<u8> {
    let utc: String = header
        .at
        .unwrap_or_default()
        .rfc3339()
        .chars()
        .filter(char::is_ascii_digit)
        .skip(2)
        .take(12)
        .collect();
    let body = vec![
        octets(0, &[4, 0, 2, 2, 0, 1, 6]),
        octets(1, &header.liid),
        group(3, vec![text(1, &format!("{utc}Z"))]),
    ];
    pdu(header, group(3, vec![group(notice, body)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keep_alive_is_the_octets_the_standard_gives() {
        let mut header = Header::new(b"-", b"OP").seq(7);
        header.network_element = None;
        let expected = [
            &[0x30, 0x29, 0xa1, 0x21][..],
            &[0x80, 7, 4, 0, 2, 2, 5, 1, 17],
            &[0x81, 1, b'-', 0x82, 2, b'E', b'S'],
            &[0xa3, 13, 0xa0, 4, 0x80, 2, b'O', b'P', 0x81, 1, 0, 0x82, 2, b'E', b'S'],
            &[0x84, 1, 7],
        ]
        .concat();
        let built = keep_alive(&header);
        assert_eq!(built.get(4..).unwrap()[..expected.len() - 4], expected[4..]);
        assert_eq!(built[built.len() - 6..], [0xa2, 4, 0xa2, 2, 0x83, 0]);
        assert_eq!(usize::from(built[1]) + 2, built.len());
    }

    #[test]
    fn generalized_time_is_in_milliseconds() {
        let at = Micros::parse_rfc3339("2026-11-23T19:27:00.123456Z").unwrap();
        assert_eq!(generalized(at), "20261123192700.123Z");
    }

    #[test]
    fn segment_flags_carry_no_time() {
        let timed = Header::new(b"LI-7", b"OP").at(Micros(1_000_000));
        let untimed = Header::new(b"LI-7", b"OP");
        assert_eq!(first_segment(&timed), first_segment(&untimed));
        assert_ne!(cin_reset(&timed), cin_reset(&untimed));
    }
}
