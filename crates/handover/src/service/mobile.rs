//! Mobile (TS 33.108 and TS 33.128) and TS 101 671: short messages, SIP, parties.
//!
//! Only what a reader of evidence asks first; the rest stays in the octets. The record kind that
//! these standards repeat inside is not trusted over the outer IRI type.
//!
//! Rules: TS 102 232-7; TS 33.108 annex B; TS 33.128 (`SMSMessage`); TS 101 671 annex D.
use super::sms::{Sms, read_tpdu, semi_octets};
use crate::ber::{Class, Elements, Tlv};
use crate::ps_pdu::Contents;
use std::borrow::Cow;

/// Records followed in one aggregated IRI.
const RECORDS_MAX: usize = 64;

/// The parameters of each record in a 33.108 or 101 671 IRI.
fn records<'a>(contents: &Contents<'a>) -> Vec<Tlv<'a>> {
    let mut found = Vec::new();
    if !contents.iri || !matches!(contents.tag, 4 | 5 | 15) {
        return found;
    }
    for choice in contents.tlv.children() {
        collect(&choice, &mut found, 4);
    }
    found
}

/// Descends the untagged choices (record kinds 1 to 4, sequences of them) to the parameters,
/// which begin with a domain OID [0].
fn collect<'a>(tlv: &Tlv<'a>, found: &mut Vec<Tlv<'a>>, depth: usize) {
    if found.len() >= RECORDS_MAX {
        return;
    }
    let is_record = tlv.context(0).is_some_and(|oid| !oid.tag.constructed)
        || tlv.context(3).is_some_and(|_| tlv.context(1).is_some_and(|id| !id.tag.constructed));
    if is_record {
        found.push(*tlv);
        return;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for child in tlv.children() {
        if child.tag.constructed && matches!(child.tag.class, Class::Context | Class::Universal) {
            collect(&child, found, depth);
        }
    }
}

/// The SIP message of a 33.108 IRI.
pub(super) fn sip_octets<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    records(contents).iter().find_map(|record| record.context(30).and_then(|sip| sip.string()))
}

/// Short messages of an IRI, of whichever standard.
#[must_use]
pub fn short_messages(contents: &Contents<'_>) -> Vec<Sms> {
    if contents.iri && contents.tag == 19 {
        return short_message_33128(contents).into_iter().collect();
    }
    records(contents)
        .iter()
        .filter_map(|record| {
            let report = record.context(14)?.context(3)?;
            // The initiator says who sent: 0 the target, 1 the server.
            let initiator = report.context(1).and_then(|who| who.unsigned());
            let octets = report.context(4)?.string()?;
            either(&octets, initiator != Some(1))
        })
        .collect()
}

fn short_message_33128(contents: &Contents<'_>) -> Option<Sms> {
    let octets = contents.tlv.string()?;
    let event = Elements::new(&octets).next()?.context(2)?.children().next()?;
    // sMSMessage [12] of IRIEvent.
    if event.tag.number != 12 {
        return None;
    }
    let from_target = event.context(3).and_then(|way| way.unsigned()) == Some(1);
    let tpdu = event.context(9)?.context(1)?.string()?;
    either(&tpdu, from_target)
}

/// Reads a TPDU whose direction is only probable.
fn either(octets: &[u8], from_phone: bool) -> Option<Sms> {
    read_tpdu(octets, from_phone).or_else(|| read_tpdu(octets, !from_phone))
}

/// A party named in a 33.108 or 101 671 record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MobileParty {
    /// `originating`, `terminating`, `forwarded-to` or `target`.
    pub role: &'static str,
    /// `imei`, `imsi` or `tel`.
    pub kind: &'static str,
    /// Digits.
    pub value: String,
}

/// Parties of every record.
#[must_use]
pub fn parties(contents: &Contents<'_>) -> Vec<MobileParty> {
    let mut found = Vec::new();
    for record in records(contents) {
        let Some(set) = record.context(9) else {
            continue;
        };
        for party in set.children().take(RECORDS_MAX) {
            let role = match party.context(0).and_then(|role| role.unsigned()) {
                Some(0) => "originating",
                Some(1) => "terminating",
                Some(2) => "forwarded-to",
                _ => "target",
            };
            let Some(identity) = party.context(1) else {
                continue;
            };
            for field in identity.children() {
                let kind = match field.tag.number {
                    1 => "imei",
                    3 => "imsi",
                    4 | 5 => {
                        let number = field.children().next().and_then(|format| isup(&format));
                        found.extend(number.map(|value| MobileParty { role, kind: "tel", value }));
                        continue;
                    }
                    6 => "tel",
                    _ => continue,
                };
                let Some(octets) = field.string() else {
                    continue;
                };
                found.push(MobileParty { role, kind, value: digits(kind, &octets) });
            }
        }
    }
    found
}

/// A number in ISUP form: nature, plan, digits (ITU-T Q.763, 3.9 and 3.10).
fn isup(format: &Tlv<'_>) -> Option<String> {
    if format.tag.number != 1 {
        return None;
    }
    let octets = format.string()?;
    let (&nature, rest) = octets.split_first()?;
    let mut digits = semi_octets(rest.get(1..)?);
    // The first bit says that the count of digits is odd: the last half octet is fill.
    if nature & 0x80 != 0 {
        digits.pop();
    }
    Some(if nature & 0x7f == 4 { format!("+{digits}") } else { digits })
}

fn digits(kind: &str, octets: &[u8]) -> String {
    match octets.split_first() {
        // An MSISDN starts with its numbering plan; 0x91 is international E.164.
        Some((0x91, rest)) if kind == "tel" => format!("+{}", semi_octets(rest)),
        Some((plan, rest)) if kind == "tel" && plan & 0x80 != 0 => semi_octets(rest),
        _ => semi_octets(octets),
    }
}

/// True when the record or event carries a location.
#[must_use]
pub fn has_location(contents: &Contents<'_>) -> bool {
    records(contents).iter().any(|record| record.context(8).is_some())
}

/// What the payload says, record by record.
pub(super) fn observe(_contents: &Contents<'_>) -> Vec<crate::record::Record> {
    Vec::new()
}
