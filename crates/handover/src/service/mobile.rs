//! Mobile (TS 33.108 and TS 33.128) and TS 101 671: calls, sessions, short messages, parties.
//!
//! Each record of an aggregated IRI is read by itself. The record kind that these standards repeat
//! inside is not trusted over the outer IRI type: it is given as a detail, `record kind inside`,
//! for whoever holds the outer one to compare. What is not named here sets `unknown`, and the
//! octets stay as they are.
//!
//! Rules: TS 102 232-7; TS 33.108 annexes B and C; TS 33.128 (`SMSMessage`); TS 101 671 annex D.
use super::sms::{Kind, Sms};
use super::ts33128;
use crate::ber::{Class, Tlv};
use crate::ps_pdu::{Contents, Direction};
use crate::record::{Record, bounded};
use hi2::Family;
use lacre_term::Micros;
use std::borrow::Cow;

mod cause;
mod cc;
mod components;
mod data;
mod eps;
mod group;
mod hi2;
mod message;
mod party;
mod place;
mod signalling;
mod stamp;
mod words;

/// Records followed in one aggregated IRI.
const RECORDS_MAX: usize = 64;

/// The parameters of each record in a 33.108 or 101 671 IRI.
fn records<'a>(contents: &Contents<'a>) -> Vec<Tlv<'a>> {
    let mut found = Vec::new();
    if !contents.iri || !matches!(contents.tag, 4 | 5 | 15) {
        return Vec::new();
    }
    for choice in contents.tlv.children() {
        collect(&choice, None, &mut found, 4);
    }
    found.into_iter().map(|(_, record)| record).collect()
}

/// Descends the untagged choices (record kinds 1 to 4, sequences of them) to the parameters,
/// which begin with a domain OID [0]. Each is given with the record kind around it.
fn collect<'a>(
    tlv: &Tlv<'a>,
    kind: Option<u32>,
    found: &mut Vec<(Option<u32>, Tlv<'a>)>,
    depth: usize,
) {
    if found.len() >= RECORDS_MAX {
        return;
    }
    let is_record = tlv.context(0).is_some_and(|oid| !oid.tag.constructed)
        || tlv.context(3).is_some_and(|_| tlv.context(1).is_some_and(|id| !id.tag.constructed));
    if is_record {
        found.push((kind, *tlv));
        return;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for child in tlv.children() {
        if child.tag.constructed && matches!(child.tag.class, Class::Context | Class::Universal) {
            let kind = (child.tag.class == Class::Context).then_some(child.tag.number).or(kind);
            collect(&child, kind, found, depth);
        }
    }
}

/// The SIP messages of a 33.108 IRI, each with its record's own time.
pub(super) fn sip_messages<'a>(contents: &Contents<'a>) -> Vec<(Option<Micros>, Cow<'a, [u8]>)> {
    let message = |record: &Tlv<'a>| {
        let octets = record.context(30)?.string()?;
        Some((record.context(3).and_then(|time| stamp::read(&time).at), octets))
    };
    records(contents).iter().filter_map(message).collect()
}

/// Short messages of an IRI, of whichever standard; status reports are none.
#[must_use]
pub fn short_messages(contents: &Contents<'_>) -> Vec<Sms> {
    if contents.iri && contents.tag == 19 {
        return ts33128::messages(contents).into_iter().flat_map(|said| said.messages).collect();
    }
    records(contents)
        .iter()
        .filter_map(|record| message::read(&record.context(14)?))
        .filter(|sms| sms.kind != Kind::StatusReport)
        .collect()
}

/// Adds the places of a `UmtsHI2Location`, or of an `ETSI671HI2Location` with `etsi`.
pub(super) fn location(record: &mut Record, tlv: &Tlv<'_>, etsi: bool) {
    place::location(record, tlv, if etsi { place::Form::Etsi } else { place::Form::Umts });
}

/// Adds the places of an `EPSLocation`.
pub(super) fn eps_location(record: &mut Record, tlv: &Tlv<'_>) {
    place::eps(record, tlv, None);
}

/// True when the record or event carries a location.
#[must_use]
pub fn has_location(contents: &Contents<'_>) -> bool {
    records(contents).iter().any(|record| {
        // EPS has one of its own in its GTPv2 parameters.
        let of_eps = || record.context(36).and_then(|parameters| parameters.context(23));
        record.context(8).is_some() || of_eps().is_some()
    })
}

/// The IP packet in content of the packet domain or EPS (`uMTSCC`, `ePSCC`, and their CC-PDUs).
#[must_use]
pub fn packet<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    cc::packet(contents)
}

/// The direction that mobile content's own header says, for senders that leave the outer one out.
#[must_use]
pub fn direction(contents: &Contents<'_>) -> Option<Direction> {
    cc::direction(contents)
}

/// What the payload says, record by record.
pub(super) fn observe(contents: &Contents<'_>) -> Vec<Record> {
    if !contents.iri {
        return cc::read(contents).into_iter().collect();
    }
    if !matches!(contents.tag, 4 | 5 | 15..=18) {
        return Vec::new();
    }
    let mut records = Vec::new();
    for choice in contents.tlv.children().take(RECORDS_MAX) {
        let number = choice.tag.number;
        let known = match contents.tag {
            4 => number <= 3,
            _ => number <= 1,
        };
        let mut found = Vec::new();
        if known && choice.tag.class == Class::Context {
            // The parameters alone, or a choice of records and sequences of them.
            let depth = if number & 1 == 0 { 0 } else { 4 };
            collect(&choice, None, &mut found, depth);
        }
        if found.is_empty() {
            records.push(Record { unknown: true, ..Record::default() });
        }
        let read = found.iter().map(|(kind, record)| one(contents.tag, number, *kind, record));
        records.extend(read.take(RECORDS_MAX.saturating_sub(records.len())));
    }
    records
}

/// Reads one record by the module it follows, and notes the record kind around it.
fn one(tag: u32, choice: u32, kind: Option<u32>, parameters: &Tlv<'_>) -> Record {
    let inside = kind.map(|kind| match (kind, tag) {
        // Proximity records are reports, whose tag is 1.
        (1, 17) => 4,
        (kind, _) => kind,
    });
    let mut record = match (tag, choice) {
        (4, 2 | 3) => hi2::read(parameters, Family::Circuit, inside),
        (4, _) => hi2::read(parameters, Family::Packet, inside),
        (5, _) => hi2::read(parameters, Family::Etsi, inside),
        (15, _) => hi2::read(parameters, Family::Eps, inside),
        (16, _) => group::conference(parameters, inside),
        (17, _) => group::prose(parameters, inside),
        _ => group::gcse(parameters, inside),
    };
    let word = match inside {
        Some(1) => Some("iRI-Begin-record"),
        Some(2) => Some("iRI-End-record"),
        Some(3) => Some("iRI-Continue-record"),
        Some(4) => Some("iRI-Report-record"),
        Some(_) => {
            record.unknown = true;
            None
        }
        None => None,
    };
    record.detail("record kind inside", word);
    // A cause may be free text.
    record.cause = record.cause.map(bounded);
    record
}
