//! TRI: the delivery session's own messages, and our answers to them.
//!
//! This receiver negotiates no options: a sender that asks for some gets the keep-alive answered
//! and nothing else, which the standard reads as "without support". Acknowledgement by agreement
//! is answered once what it covers is durable. OpenLI disconnects on any answer but the response
//! to its keep-alive with the same number.
//!
//! Rules: TS 102 232-1 clauses 6.3 (keep-alive), 6.4 (acknowledgement), annex A (`TRIPayload`).
use crate::Pdu;
use crate::ber::write::element;
use crate::compose::{Body, Composer, Stamp};
use lacre_term::{Micros, PayloadClass};

/// The answer to a keep-alive: same header and sequence number, our time.
#[must_use]
pub fn keep_alive_response(of: &Pdu<'_>, now: Micros) -> Vec<u8> {
    Answer::to(of, PayloadClass::KeepAliveResponse).write(now)
}

/// The answer to an acknowledgement request: all PDUs up to it are durable.
#[must_use]
pub fn ack_response(of: &Pdu<'_>, now: Micros) -> Vec<u8> {
    Answer::to(of, PayloadClass::AckResponse).write(now)
}

/// An answer that may have to wait: what it needs of the request, without its octets.
#[derive(Debug, Clone)]
pub struct Answer {
    composer: Composer,
    sequence_number: u32,
    micro_second: bool,
    class: PayloadClass,
}

impl Answer {
    /// An answer of `class` to the request `of`.
    #[must_use]
    pub fn to(of: &Pdu<'_>, class: PayloadClass) -> Self {
        let heading = of.heading();
        Self {
            composer: Composer::of(&heading),
            sequence_number: heading.sequence_number,
            micro_second: of.has_micro_second_time(),
            class,
        }
    }

    /// The answer's octets, with the time in the form the request used.
    #[must_use]
    pub fn write(&self, now: Micros) -> Vec<u8> {
        let stamp = if self.micro_second { Stamp::Micro(now) } else { Stamp::Generalized(now) };
        let body = match self.class {
            PayloadClass::AckResponse => Body::TriNull(13),
            PayloadClass::OptionComplete => Body::TriNull(11),
            _ => Body::TriNull(4),
        };
        self.composer.pdu(self.sequence_number, stamp, &body)
    }
}

/// An integrity check, as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrityCheck {
    /// Numbers of the PDUs covered, in hashing order.
    pub included: Vec<u32>,
    /// 1 hash, 2 signature.
    pub check_type: u64,
    /// 1 IRI, 2 CC, 3 ILHI.
    pub data_type: Option<u64>,
    /// Hash or signature octets.
    pub check_value: Vec<u8>,
    /// 1 SHA-1, 2 SHA-256, 3 SHA-384, 4 SHA-512.
    pub hash_algorithm: Option<u64>,
    /// 1 DSA, 2 ECDSA, 3 EdDSA.
    pub signature_algorithm: Option<u64>,
}

/// Reads the integrity check of a PDU that carries one.
#[must_use]
pub fn integrity_check(pdu: &Pdu<'_>) -> Option<IntegrityCheck> {
    let check = pdu.tri().filter(|tri| tri.is_context(0))?;
    let number = |tag| check.context(tag).and_then(|field| field.unsigned());
    let included = check.context(0)?.children();
    Some(IntegrityCheck {
        included: included.filter_map(|n| u32::try_from(n.unsigned()?).ok()).collect(),
        check_type: number(1)?,
        data_type: number(2),
        check_value: check.context(3)?.string()?.into_owned(),
        hash_algorithm: number(4),
        signature_algorithm: number(5),
    })
}

/// The text of an operator message, and whether it reports an error.
#[must_use]
pub fn operator_message(pdu: &Pdu<'_>) -> Option<(bool, String)> {
    let message = pdu.tri().filter(|tri| tri.is_context(8))?;
    let error = message.context(0).and_then(|field| field.unsigned()) == Some(1);
    Some((error, message.context(1)?.text()?))
}

/// The payload alternative of an option request for PDU acknowledgement, for synthetic senders.
#[must_use]
pub fn option_request() -> Vec<u8> {
    let (mut options, mut request, mut tri, mut out) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    element(&mut options, 0x80, &[]);
    element(&mut request, 0xa0, &options);
    element(&mut tri, 0xa9, &request);
    element(&mut out, 0xa2, &tri);
    out
}
