//! Composes PS-PDUs: this side's answers, and the deliveries of synthetic operators.
//!
//! Minimal definite lengths, fields in the standard's order. Received octets are never passed
//! through here.
//!
//! Rules: TS 102 232-1 clause 5 and annex A.
use crate::ber::write::{element, unsigned, wrap};
use crate::{Direction, time};
use lacre_term::{Heading, IriType, Micros};
use std::net::Ipv4Addr;

/// Newest module version this side knows.
pub const VERSION: u8 = 43;

/// The header fields that stay the same from PDU to PDU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composer {
    /// LIID octets.
    pub liid: Vec<u8>,
    /// Authorization country code.
    pub authorization_country: Option<Vec<u8>>,
    /// Operator identifier.
    pub operator: Vec<u8>,
    /// Network element identifier.
    pub network_element: Option<Vec<u8>>,
    /// Communication identity number.
    pub cin: Option<u32>,
    /// Delivery country code.
    pub delivery_country: Option<Vec<u8>>,
}

/// How the header's time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// `timeStamp`, to the millisecond.
    Generalized(Micros),
    /// `microSecondTimeStamp`.
    Micro(Micros),
    /// No time.
    Absent,
}

/// What a PDU carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body<'a> {
    /// One IRI payload; `contents` is an IRIContents element.
    Iri {
        /// Kind of record.
        kind: IriType,
        /// Who began the session.
        session_direction: Option<Direction>,
        /// IRIContents element.
        contents: &'a [u8],
    },
    /// One CC payload; `contents` is a CCContents element.
    Cc {
        /// Which way.
        direction: Direction,
        /// CCContents element.
        contents: &'a [u8],
    },
    /// A TRI NULL, by tag number: 1 test, 3 keep-alive, 4 its response, 5 and 6 segment flags,
    /// 7 CIN reset, 11 option complete, 12 acknowledgement request, 13 its response.
    TriNull(u8),
    /// A whole `Payload` alternative.
    Raw(&'a [u8]),
}

impl Composer {
    /// A header for `liid` delivered by `operator`.
    #[must_use]
    pub fn new(liid: &[u8], operator: &[u8], cin: Option<u32>) -> Self {
        Self {
            liid: liid.to_vec(),
            authorization_country: Some(b"ES".to_vec()),
            operator: operator.to_vec(),
            network_element: None,
            cin,
            delivery_country: None,
        }
    }

    /// The header of a received PDU, for an answer to it.
    #[must_use]
    pub fn of(heading: &Heading<'_>) -> Self {
        Self {
            liid: heading.liid.to_vec(),
            authorization_country: heading.authorization_country.map(<[u8]>::to_vec),
            operator: heading.operator.to_vec(),
            network_element: heading.network_element.map(<[u8]>::to_vec),
            cin: heading.cin,
            delivery_country: heading.delivery_country.map(<[u8]>::to_vec),
        }
    }

    /// One PDU.
    #[must_use]
    pub fn pdu(&self, sequence_number: u32, stamp: Stamp, body: &Body<'_>) -> Vec<u8> {
        let mut header = Vec::with_capacity(128);
        element(&mut header, 0x80, &[0x04, 0x00, 0x02, 0x02, 0x05, 0x01, VERSION]);
        element(&mut header, 0x81, &self.liid);
        if let Some(country) = &self.authorization_country {
            element(&mut header, 0x82, country);
        }
        self.communication(&mut header);
        unsigned(&mut header, 0x84, u64::from(sequence_number));
        match stamp {
            Stamp::Generalized(at) => element(&mut header, 0x85, &time::to_generalized(at)),
            Stamp::Micro(at) => {
                let mut parts = Vec::new();
                unsigned(&mut parts, 0x80, u64::try_from(at.seconds()).unwrap_or(0));
                unsigned(&mut parts, 0x81, u64::try_from(at.micros()).unwrap_or(0));
                element(&mut header, 0xa7, &parts);
            }
            Stamp::Absent => {}
        }
        let (mut first, mut second, mut out) = (Vec::new(), Vec::new(), Vec::new());
        element(&mut first, 0xa1, &header);
        element(&mut second, 0xa2, &payload(body));
        wrap(&mut out, 0x30, &[&first, &second]);
        out
    }

    fn communication(&self, header: &mut Vec<u8>) {
        let mut network = Vec::new();
        element(&mut network, 0x80, &self.operator);
        if let Some(network_element) = &self.network_element {
            element(&mut network, 0x81, network_element);
        }
        let mut communication = Vec::new();
        element(&mut communication, 0xa0, &network);
        if let Some(cin) = self.cin {
            unsigned(&mut communication, 0x81, u64::from(cin));
        }
        if let Some(country) = &self.delivery_country {
            element(&mut communication, 0x82, country);
        }
        element(header, 0xa3, &communication);
    }
}

fn payload(body: &Body<'_>) -> Vec<u8> {
    let (mut fields, mut sequence, mut out) = (Vec::new(), Vec::new(), Vec::new());
    match body {
        Body::Iri { kind, session_direction, contents } => {
            let number = match kind {
                IriType::Begin => 1,
                IriType::End => 2,
                IriType::Continue => 3,
                IriType::Report => 4,
            };
            element(&mut fields, 0x80, &[number]);
            element(&mut fields, 0xa2, contents);
            if let Some(direction) = session_direction {
                element(&mut fields, 0x85, &[direction.number()]);
            }
            element(&mut sequence, 0x30, &fields);
            element(&mut out, 0xa0, &sequence);
        }
        Body::Cc { direction, contents } => {
            element(&mut fields, 0x80, &[direction.number()]);
            element(&mut fields, 0xa2, contents);
            element(&mut sequence, 0x30, &fields);
            element(&mut out, 0xa1, &sequence);
        }
        Body::TriNull(number) => {
            element(&mut fields, 0x80 | (number & 0x1f), &[]);
            element(&mut out, 0xa2, &fields);
        }
        Body::Raw(alternative) => out.extend_from_slice(alternative),
    }
    out
}

/// IRIContents: a SIP message between two addresses (`iPMMIRI`, TS 102 232-5).
#[must_use]
pub fn sip_iri(source: Ipv4Addr, destination: Ipv4Addr, sip: &[u8]) -> Vec<u8> {
    let (mut message, mut choice, mut fields, mut out) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    address(&mut message, 0xa0, source);
    address(&mut message, 0xa1, destination);
    element(&mut message, 0x82, sip);
    element(&mut choice, 0xa1, &message);
    element(&mut fields, 0x80, &[5, 5, 17, 1]);
    element(&mut fields, 0xa1, &choice);
    element(&mut out, 0xab, &fields);
    out
}

fn address(out: &mut Vec<u8>, identifier: u8, address: Ipv4Addr) {
    let (mut value, mut fields) = (Vec::new(), Vec::new());
    element(&mut value, 0x81, &address.octets());
    element(&mut fields, 0x81, &[0]);
    element(&mut fields, 0xa2, &value);
    element(&mut fields, 0x83, &[1]);
    element(out, identifier, &fields);
}

/// CCContents: an IP packet with RTP in it (`iPMMCC`, frameType ipFrame, TS 102 232-5).
#[must_use]
pub fn rtp_cc(ip_packet: &[u8]) -> Vec<u8> {
    let (mut fields, mut out) = (Vec::new(), Vec::new());
    element(&mut fields, 0x80, &[5, 5, 17, 2]);
    element(&mut fields, 0x81, ip_packet);
    element(&mut fields, 0x82, &[0]);
    element(&mut fields, 0x84, &[0]);
    element(&mut out, 0xac, &fields);
    out
}

/// CCContents: an IP packet (`iPCC`, TS 102 232-3).
#[must_use]
pub fn ip_cc(ip_packet: &[u8]) -> Vec<u8> {
    let (mut choice, mut fields, mut out) = (Vec::new(), Vec::new(), Vec::new());
    element(&mut choice, 0x80, ip_packet);
    element(&mut fields, 0x80, &[5, 3, 20, 2]);
    element(&mut fields, 0xa1, &choice);
    element(&mut out, 0xa2, &fields);
    out
}

/// CCContents: a piece of an e-mail session without IP and TCP headers (`emailCC`, TS 102 232-2).
#[must_use]
pub fn email_cc(application: &[u8]) -> Vec<u8> {
    let (mut fields, mut out) = (Vec::new(), Vec::new());
    element(&mut fields, 0x80, &[5, 2, 20, 2]);
    element(&mut fields, 0x81, &[2]);
    element(&mut fields, 0x82, application);
    element(&mut out, 0xa1, &fields);
    out
}
