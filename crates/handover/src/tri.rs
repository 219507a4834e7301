//! TRI: the delivery session's own messages, and our answers to them.
//!
//! An acknowledgement is answered once what it covers is durable, whether it was negotiated or
//! agreed on paper. Of the options only PDU acknowledgement is known; what else a sender asks for
//! is declined by the octets that named it. OpenLI disconnects on any answer but the response to
//! its keep-alive with the same number: it asks for no options, and gets no other answer.
//!
//! Rules: TS 102 232-1 clauses 6.2 (options), 6.2.4 (keep-alive), 6.2.7
//! (acknowledgement), annex A (`TRIPayload`).
use crate::Pdu;
use crate::ber::write::{element, wrap};
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
        let body = match self.class {
            PayloadClass::AckResponse => Body::TriNull(13),
            PayloadClass::OptionComplete => Body::TriNull(11),
            _ => Body::TriNull(4),
        };
        self.write_body(now, &body)
    }

    pub(crate) fn write_body(&self, now: Micros, body: &Body<'_>) -> Vec<u8> {
        let stamp = if self.micro_second { Stamp::Micro(now) } else { Stamp::Generalized(now) };
        self.composer.pdu(self.sequence_number, stamp, body)
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

/// Characters of an operator message that are shown. The standard allows 255 octets.
const MESSAGE_SHOWN_MAX: usize = 500;

/// What an operator says to the authority's people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorMessage {
    /// `messagePriority`: 1 error, 2 informational; others are kept as they came.
    pub priority: Option<u64>,
    /// The message's octets, whole. Their encoding is a national matter.
    pub message: Vec<u8>,
}

impl OperatorMessage {
    /// The word of its priority.
    #[must_use]
    pub fn priority_word(&self) -> &'static str {
        match self.priority {
            Some(1) => "error",
            Some(2) => "informational",
            _ => "unknown priority",
        }
    }

    /// Its first 500 characters, for a screen: octets that are not UTF-8 and control characters
    /// replaced.
    #[must_use]
    pub fn text(&self) -> String {
        let read = String::from_utf8_lossy(&self.message);
        let harmless = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        read.chars().take(MESSAGE_SHOWN_MAX).map(harmless).collect()
    }
}

/// Reads the operator message of a PDU that carries one.
#[must_use]
pub fn operator_message(pdu: &Pdu<'_>) -> Option<OperatorMessage> {
    let message = pdu.tri().filter(|tri| tri.is_context(8))?;
    let priority = message.context(0).and_then(|field| field.unsigned());
    Some(OperatorMessage { priority, message: message.context(1)?.string()?.into_owned() })
}

/// Octets of an option request that is answered.
const REQUEST_OCTETS_MAX: usize = 2048;
/// Options of one request.
const OPTIONS_MAX: usize = 16;
/// Octets of one option: the only one there is has two.
const OPTION_OCTETS_MAX: usize = 64;

/// What an option request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedOptions<'a> {
    /// PDU acknowledgement.
    pub acknowledgement: bool,
    /// Every other option, as sent; at most 16 of at most 64 octets.
    pub declined: Vec<&'a [u8]>,
}

/// Reads the option request of a PDU that carries one. `None` for another PDU, and for a request
/// that is not of the standard's form or passes a bound: 2,048 octets, 16 options, 64 octets each.
#[must_use]
pub fn asked_options<'a>(pdu: &Pdu<'a>) -> Option<AskedOptions<'a>> {
    let request = pdu.tri().filter(|tri| tri.is_context(9))?;
    let options = request.context(0).filter(|options| options.tag.constructed)?;
    if pdu.octets.len() > REQUEST_OCTETS_MAX {
        return None;
    }
    let mut asked = AskedOptions { acknowledgement: false, declined: Vec::new() };
    let mut read = 0_usize;
    for (count, option) in options.children().enumerate() {
        if count >= OPTIONS_MAX || option.whole.len() > OPTION_OCTETS_MAX {
            return None;
        }
        read = read.saturating_add(option.whole.len());
        let is_null = !option.tag.constructed && option.content.is_empty();
        if option.is_context(0) && is_null {
            asked.acknowledgement = true;
        } else {
            asked.declined.push(option.whole);
        }
    }
    (read == options.content.len()).then_some(asked)
}

/// The payload alternative of the response: what is accepted, and the rest as it was named.
#[must_use]
pub fn option_response(acknowledgement: bool, declined: &[&[u8]]) -> Vec<u8> {
    let (mut accepted, mut both, mut tri, mut out) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if acknowledgement {
        element(&mut accepted, 0x80, &[]);
    }
    element(&mut both, 0xa0, &accepted);
    wrap(&mut both, 0xa1, declined);
    element(&mut tri, 0xaa, &both);
    element(&mut out, 0xa2, &tri);
    out
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Composer;
    use crate::ps_pdu::parse;

    fn said(message: &[u8]) -> Option<OperatorMessage> {
        let (mut fields, mut tri, mut out) = (Vec::new(), Vec::new(), Vec::new());
        element(&mut fields, 0x80, &[1]);
        element(&mut fields, 0x81, message);
        element(&mut tri, 0xa8, &fields);
        element(&mut out, 0xa2, &tri);
        let composer = Composer::new(b"-", b"OPLAB-ES", None);
        let pdu = composer.pdu(1, Stamp::Absent, &Body::Raw(&out));
        operator_message(&parse(&pdu).unwrap())
    }

    #[test]
    fn an_operator_message_has_its_priority_and_its_octets_whole() {
        let said = said("Corte en la línea".as_bytes()).unwrap();
        assert_eq!((said.priority_word(), said.text().as_str()), ("error", "Corte en la línea"));
        assert_eq!(said.message, "Corte en la línea".as_bytes());
    }

    #[test]
    fn a_hostile_text_is_shown_short_and_without_control_characters() {
        let octets = [&b"\x1b[2J\r\n\xff"[..], &[b'x'; 5000]].concat();
        let said = said(&octets).unwrap();
        assert_eq!(said.message, octets, "what is kept is not cut");
        assert_eq!(said.text().chars().count(), 500);
        assert!(said.text().starts_with("\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}xx"));
    }
}
