//! Inspect: the full check of one PDU, with a verdict and its reasons.
//!
//! Intake stores whatever [`crate::ps_pdu::parse`] takes; this looks further, into every payload
//! and the service contents, and finds what an expert would remark upon. It can only add
//! remarks: what parses is never rejected here.
//!
//! Rules: TS 102 232-1 clause 5; -2, -3, -5 (mandatory fields); TS 33.128 (payload OIDs).
use crate::ber::{self, Elements, Tlv, check};
use crate::frame::{Framed, Limits, next};
use crate::malformed::Malformed;
use crate::ps_pdu::{Contents, Pdu, parse_framed};
use crate::{Fault, Flags};
use lacre_term::PayloadClass;

/// What a receiver does with a run of octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Kept, nothing to remark.
    Accept,
    /// Kept, with remarks.
    Flag,
    /// Kept closed, as no order covers it: given by binding, never by decoding alone.
    Quarantine,
    /// No attributable PDU; kept closed, as *malformed* or *unframed*.
    Reject,
}

impl Verdict {
    /// The word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Flag => "flag",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

/// What was found in one run of octets.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, one sentence part each; empty when accepted.
    pub reasons: Vec<String>,
    /// Flags, also of the service contents.
    pub flags: Flags,
    /// The PDU, unless rejected.
    pub pdu: Option<Pdu<'a>>,
    /// The fault, when rejected. `framed` tells *malformed* from *unframed*.
    pub malformed: Option<Malformed>,
    /// Octets of the PDU; what follows belongs to the next run.
    pub consumed: usize,
}

/// Checks the PDU at the start of `octets`.
#[must_use]
pub fn inspect<'a>(octets: &'a [u8], limits: &Limits) -> Finding<'a> {
    match next(octets, limits) {
        Framed::Pdu(whole) => inspect_framed(whole),
        Framed::Incomplete { .. } => {
            rejected(octets.len(), Malformed::unframed(octets.len(), Fault::Truncated))
        }
        Framed::Broken(malformed) => rejected(octets.len(), malformed),
    }
}

/// Checks one framed PDU.
#[must_use]
pub fn inspect_framed(octets: &[u8]) -> Finding<'_> {
    let pdu = match parse_framed(octets) {
        Ok(pdu) => pdu,
        Err(malformed) => return rejected(octets.len(), malformed),
    };
    let mut flags = pdu.flags;
    for payload in pdu.payloads() {
        flags.insert(payload.flags);
        if let Some(contents) = payload.contents {
            flags.insert(service_flags(&contents));
        }
    }
    match pdu.class {
        PayloadClass::Encrypted => flags.insert(container_flags(&pdu.alternative())),
        PayloadClass::Hi4 => {
            for notification in pdu.alternative().children().filter(|child| child.is_context(1)) {
                flags.insert(release_flags(notification.content));
            }
        }
        _ => {}
    }
    Finding {
        verdict: if flags.is_empty() { Verdict::Accept } else { Verdict::Flag },
        reasons: flags.reasons().map(str::to_owned).collect(),
        flags,
        pdu: Some(pdu),
        malformed: None,
        consumed: octets.len(),
    }
}

fn rejected<'a>(consumed: usize, malformed: Malformed) -> Finding<'a> {
    Finding {
        verdict: Verdict::Reject,
        reasons: vec![malformed.to_string()],
        flags: Flags::NONE,
        pdu: None,
        malformed: Some(malformed),
        consumed,
    }
}

/// Contents of the services: part of TS 102 232 whose OID they carry, and mandatory fields.
fn service_flags(contents: &Contents<'_>) -> Flags {
    const NOTHING: &[u32] = &[];
    let (part, fields): (u8, &[u32]) = match (contents.iri, contents.tag) {
        (true, 1) => (2, &[1, 6, 7, 8, 11]),
        (false, 1) => (2, &[1, 2]),
        (true, 14) => (2, &[1, 4, 6]),
        (false, 14) => (2, &[1, 5, 6]),
        (false, 18) => (2, &[1, 3]),
        (true, 2) => (3, &[1]),
        (false, 2) => (3, &[1]),
        (true, 3 | 20) => (3, &[1]),
        (_, 6) | (true, 7) => (4, NOTHING),
        (true, 11) | (false, 12) => (5, &[1]),
        (true, 10) | (false, 11) => (6, &[1]),
        (true, 19) | (false, 23) => return octets_33128(&contents.tlv),
        _ => return Flags::NONE,
    };
    let tlv = &contents.tlv;
    let mut flags = Flags::NONE;
    match tlv.context(0) {
        Some(oid) => {
            let known = matches!(oid.content, [5, second, _, ..] if *second == part);
            flags.insert_if(!known || oid.tag.constructed, Flags::SERVICE_OID);
        }
        None => flags.insert(Flags::SERVICE_FIELD_MISSING),
    }
    let complete = |tlv: &Tlv<'_>, fields: &[u32]| fields.iter().all(|n| tlv.context(*n).is_some());
    flags.insert_if(!complete(tlv, fields), Flags::SERVICE_FIELD_MISSING);
    if contents.iri && contents.tag == 2 {
        let whole = tlv.context(1).is_some_and(|inner| complete(&inner, &[0, 1, 2, 3]));
        flags.insert_if(!whole, Flags::SERVICE_FIELD_MISSING);
    }
    flags
}

/// An octet string that holds a TS 33.128 payload.
fn octets_33128(tlv: &Tlv<'_>) -> Flags {
    match tlv.string() {
        Some(octets) if check(&octets, ber::DEPTH_MAX).is_ok() => {
            match Elements::new(&octets).next() {
                Some(payload) => release_flags(payload.content),
                None => Flags::SERVICE_UNREADABLE,
            }
        }
        _ => Flags::SERVICE_UNREADABLE,
    }
}

/// The relative OID 4.19.release.version.kind of TS 33.128; releases 15 to 19 are known.
fn release_flags(fields: &[u8]) -> Flags {
    let oid = Elements::new(fields).find(|field| field.is_context(1));
    match oid.map(|oid| oid.content) {
        Some([4, 19, 15..=19, _, _]) => Flags::NONE,
        Some(_) => Flags::SERVICE_OID,
        None => Flags::SERVICE_FIELD_MISSING,
    }
}

/// A container said to be in clear must hold an `EncryptedPayload` and zero padding.
fn container_flags(container: &Tlv<'_>) -> Flags {
    let mut flags = Flags::NONE;
    let kind = container.context(0).and_then(|kind| kind.unsigned());
    match (container.context(1), kind) {
        (None, _) => flags.insert(Flags::SERVICE_FIELD_MISSING),
        (Some(payload), Some(1)) => {
            let readable = payload.string().is_some_and(|octets| clear_payload(&octets));
            flags.insert_if(!readable, Flags::ENCRYPTION_UNREADABLE);
        }
        _ => {}
    }
    flags
}

fn clear_payload(octets: &[u8]) -> bool {
    let Some(plain) = Elements::new(octets).next() else {
        return false;
    };
    plain.tag.is_sequence()
        && check(plain.whole, ber::DEPTH_MAX).is_ok()
        && plain.context(1).is_some_and(|payload| payload.children().next().is_some())
}
