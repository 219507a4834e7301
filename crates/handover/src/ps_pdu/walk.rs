//! The usual PS-PDU, read in one walk: envelope, header, payloads, contents located, and every
//! element visited to the bottom, each once.
//!
//! It takes definite lengths, header fields of the form and order the standard gives them, and
//! payload alternatives whose contents are in the first payload. It gives nothing for everything
//! else, faults included, which the careful path then reads: nothing is judged twice, and what
//! both take they read alike (property test in `tests/walk.rs`).
//!
//! Rules: TS 102 232-1 clause 5 and annex A (`PSHeader`, `Payload`); X.690 clause 8.1.
use super::{Contents, Payload, Pdu, class_of, contents_kind};
use crate::ber::plain::{sound, take};
use crate::ber::{Class, Tag, Tlv, unsigned};
use crate::header::Header;
use crate::{Flags, time};
use lacre_term::PayloadClass;
use std::borrow::Cow;

/// Reads one framed PDU; `None` says nothing about it.
#[inline(always)]
pub(super) fn walk(octets: &[u8]) -> Option<Pdu<'_>> {
    let mut rest = octets;
    let mut parts = only(&mut rest, 0x30)?;
    let header = element(&mut parts, 0xa1)?;
    // The alternative is the payload's only element, and the payload ends the PDU.
    let whole = only(&mut parts, 0xa2)?;
    let mut rest = whole;
    let (first, content) = take(&mut rest)?;
    if !rest.is_empty() || first & 0xc0 != 0x80 || first & 0x1f == 0x1f {
        return None;
    }
    let header = Header::walk(header)?;
    let at = octets.len().saturating_sub(whole.len());
    let payload = Tlv { tag: context(first), content, whole, at };
    let mut flags = Flags::NONE;
    let (class, read) = match first {
        0xa0 | 0xa1 => {
            let iri = first == 0xa0;
            let mut payloads = content;
            let fields = element(&mut payloads, 0x30)?;
            let after = payloads.len().saturating_add(fields.len());
            let read = Payload::walk(fields, octets.len().saturating_sub(after), iri)?;
            if !sound(payloads) {
                return None;
            }
            (if iri { PayloadClass::Iri } else { PayloadClass::Cc }, Some(read))
        }
        _ if first & 0x20 == 0 || sound(content) => (class_of(&payload, &mut flags).ok()?, None),
        _ => return None,
    };
    Some(Pdu::put_together(octets, header, payload, (class, flags), read))
}

/// The contents of the next element, when its identifier is `identifier`.
#[inline(always)]
fn element<'a>(rest: &mut &'a [u8], identifier: u8) -> Option<&'a [u8]> {
    take(rest).filter(|(first, _)| *first == identifier).map(|(_, content)| content)
}

/// [`element`], when nothing follows.
#[inline(always)]
fn only<'a>(rest: &mut &'a [u8], identifier: u8) -> Option<&'a [u8]> {
    element(rest, identifier).filter(|_| rest.is_empty())
}

/// The tag of a context-specific identifier octet.
#[inline(always)]
fn context(first: u8) -> Tag {
    Tag { class: Class::Context, constructed: first & 0x20 != 0, number: u32::from(first & 0x1f) }
}

/// A primitive field. Its place is not known: it is only asked for what cannot fail.
#[inline(always)]
fn field(first: u8, content: &[u8]) -> Tlv<'_> {
    Tlv { tag: context(first), content, whole: content, at: 0 }
}

/// True when an operator or network element is named within its constraint.
#[inline(always)]
fn is_name(octets: &[u8]) -> bool {
    (1..=16).contains(&octets.len())
}

/// Both numbers of a `MicroSecondTimeStamp`.
#[inline(always)]
fn micro_second(mut content: &[u8]) -> Option<(u64, u64)> {
    let seconds = element(&mut content, 0x80)?;
    let micros = only(&mut content, 0x81)?;
    Some((unsigned(seconds)?.0, unsigned(micros)?.0))
}

impl<'a> Header<'a> {
    /// Reads the fields of a PSHeader.
    #[inline(always)]
    fn walk(mut rest: &'a [u8]) -> Option<Self> {
        let mut read = Self::default();
        let mut times = crate::header::Times::default();
        let mut seen = 0_u32;
        while !rest.is_empty() {
            let (first, content) = take(&mut rest)?;
            let bit = 1_u32.wrapping_shl(u32::from(first & 0x1f));
            // Every field before has a lower number.
            if seen >= bit {
                return None;
            }
            seen |= bit;
            match first {
                0x80 => read.version = read.domain(&field(0x80, content)).ok()?,
                0x81 => read.identity(&field(0x81, content)).ok()?,
                0x82 => {
                    read.authorization_country = Some(read.country(&field(0x82, content)).ok()?)
                }
                0x84 => {
                    let field = field(0x84, content);
                    read.sequence_number = read.number(&field, "sequenceNumber").ok()?;
                }
                0x85 => read.generalized(&field(0x85, content), &mut times),
                0x86 => read.point(&field(0x86, content), 8).ok()?,
                0x88 => read.qualifier(&field(0x88, content)),
                0x89 => read.point(&field(0x89, content), 65_535).ok()?,
                0x8a => read.function(&field(0x8a, content)).ok()?,
                0xa3 => read.walk_communication(content)?,
                0xa7 => {
                    let (seconds, micros) = micro_second(content)?;
                    let (at, flags) = time::from_parts(seconds, micros);
                    (read.time_seen, read.micro_second, times.micro_second) = (true, true, at);
                    read.flags.insert(flags);
                }
                _ => return None,
            }
        }
        // li-psDomainId, LIID, communicationIdentifier, sequenceNumber.
        if seen & 0b1_1011 != 0b1_1011 {
            return None;
        }
        read.settle(&times);
        Some(read)
    }

    #[inline(always)]
    fn walk_communication(&mut self, mut rest: &'a [u8]) -> Option<()> {
        let mut network = element(&mut rest, 0xa0)?;
        let operator = element(&mut network, 0x80).filter(|octets| is_name(octets))?;
        self.operator = Cow::Borrowed(operator);
        self.walk_element(network)?;
        let mut last = 0x80;
        while !rest.is_empty() {
            let (first, content) = take(&mut rest)?;
            if first <= last {
                return None;
            }
            last = first;
            let field = field(first, content);
            match first {
                0x81 => self.cin = Some(self.number(&field, "communicationIdentityNumber").ok()?),
                0x82 => self.delivery_country = Some(self.country(&field).ok()?),
                0xa3 if sound(content) => self.cin_extension = Some(content),
                _ => return None,
            }
        }
        Some(())
    }

    /// Reads what follows the operator in a networkIdentifier: the network element, by its
    /// identifier or by eTSI671NEID, not by both.
    #[inline(always)]
    fn walk_element(&mut self, mut rest: &'a [u8]) -> Option<()> {
        if rest.is_empty() {
            return Some(());
        }
        let (first, content) = take(&mut rest)?;
        let known = match first {
            0x81 => is_name(content),
            0x82 => true,
            0xa2 => sound(content),
            _ => false,
        };
        self.network_element = Some(Cow::Borrowed(content));
        (known && rest.is_empty()).then_some(())
    }
}

impl<'a> Payload<'a> {
    /// Reads the fields of an IRIPayload or CCPayload, which start `at` octets into the PDU.
    #[inline(always)]
    fn walk(fields: &'a [u8], at: usize, iri: bool) -> Option<Self> {
        let mut read = Self::default();
        let mut fine = None;
        let mut rest = fields;
        while !rest.is_empty() {
            let (first, content) = take(&mut rest)?;
            match (first, iri) {
                (0x80, true) => read.iri_type(&field(first, content)),
                (0x80, false) | (0x86, true) => read.direction = read.way(&field(first, content)),
                (0x81, _) => {
                    let (time, flags) = time::generalized(content);
                    (read.intercepted_at, read.time_seen) = (time, true);
                    read.flags.insert(flags);
                }
                (0xa2, _) => {
                    let after = rest.len().saturating_add(content.len());
                    let before = fields.len().saturating_sub(after);
                    read.contents = Some(Contents::walk(content, at.saturating_add(before), iri)?);
                }
                (0xa3, _) => {
                    let (seconds, micros) = micro_second(content)?;
                    let (time, flags) = time::from_parts(seconds, micros);
                    (fine, read.time_seen) = (time, true);
                    read.flags.insert(flags);
                }
                (0x84, _) => {
                    let known = unsigned(content).is_some_and(|(value, _)| value <= 3);
                    read.flags.insert_if(!known, Flags::QUALIFIER_UNKNOWN);
                }
                (0x85, true) => read.session_direction = read.way(&field(first, content)),
                _ => return None,
            }
        }
        read.intercepted_at = fine.or(read.intercepted_at);
        read.contents.is_some().then_some(read)
    }
}

impl<'a> Contents<'a> {
    /// Locates the element in `field`, which starts `at` octets into the PDU, and checks it.
    #[inline(always)]
    fn walk(field: &'a [u8], at: usize, iri: bool) -> Option<Self> {
        let mut rest = field;
        let (first, content) = take(&mut rest)?;
        let whole = field.get(..field.len().saturating_sub(rest.len()))?;
        if first & 0xc0 != 0x80 || first & 0x1f == 0x1f || !sound(rest) {
            return None;
        }
        if first & 0x20 != 0 && !sound(content) {
            return None;
        }
        let tlv = Tlv { tag: context(first), content, whole, at };
        let (kind, flags) = contents_kind(tlv.tag.number, iri);
        flags.is_empty().then_some(Self { iri, tag: tlv.tag.number, kind, tlv })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Run, runs};

    /// If the walk gave up on what operators send, nothing would be wrong and everything slow.
    #[test]
    fn every_pdu_of_recorded_deliveries_is_taken_by_the_walk() {
        for octets in [
            &include_bytes!("../../../../vectors/handover/openli/openli-voip-hi2.ber")[..],
            include_bytes!("../../../../vectors/handover/openli/openli-voip-hi3.ber"),
            include_bytes!("../../../../vectors/handover/openli/openli-ip-hi2.ber"),
            include_bytes!("../../../../vectors/handover/openli/openli-ip-hi3.ber"),
            include_bytes!("../../../../vectors/handover/openli/openli-integ-hi3.ber"),
            include_bytes!("../../../../vectors/handover/openli/openli-email-hi3.ber"),
            include_bytes!("../../../../vectors/handover/v088-agg-cc-8.ber"),
            include_bytes!("../../../../vectors/handover/v091-hdr-maximal.ber"),
        ] {
            for run in runs(octets, &crate::Limits::default()) {
                let Run::Pdu { offset, octets } = run else { panic!("{run:?}") };
                let pdu = walk(octets).unwrap_or_else(|| panic!("not taken at {offset}"));
                let data = matches!(pdu.class, PayloadClass::Iri | PayloadClass::Cc);
                assert_eq!(pdu.contents().is_some(), data, "at {offset}");
            }
        }
    }

    /// What only the careful path judges.
    #[test]
    fn indefinite_lengths_foreign_fields_and_faults_are_left_to_the_careful_path() {
        for octets in [
            &include_bytes!("../../../../vectors/handover/h001-indefinite-all.ber")[..],
            include_bytes!("../../../../vectors/handover/h004-nonminimal-len-126.ber"),
            include_bytes!("../../../../vectors/handover/h005-constructed-octetstring.ber"),
            include_bytes!("../../../../vectors/handover/h025-child-longer-than-parent.ber"),
            include_bytes!("../../../../vectors/handover/h037-unknown-ext-header.ber"),
        ] {
            assert!(walk(octets).is_none());
        }
    }
}
