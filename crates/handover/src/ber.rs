//! Bounded BER reader: cursor over tag, length, value, zero copy.
//!
//! Takes all that X.690 calls legal: long and non-minimal lengths (126 length octets when the
//! value is small), indefinite lengths, constructed strings, tags of several octets. Depth is
//! bounded, no recursion follows the sender's nesting, no length is believed before it fits.
//!
//! Rules: X.690 clauses 8.1 (identifier, length, end-of-contents), 8.3, 8.7.
use crate::malformed::{Fault, Malformed};
use std::borrow::Cow;

pub(crate) mod plain;
pub mod write;

/// Deepest nesting followed.
pub const DEPTH_MAX: usize = 64;

/// Length octets beyond which a length is remarked upon, though legal.
const LENGTH_OCTETS_USUAL: usize = 8;

/// Tag classes (X.690 8.1.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Types of ASN.1 itself.
    Universal,
    /// Application-wide types.
    Application,
    /// Fields by position: nearly all that PS-PDUs hold.
    Context,
    /// By private agreement.
    Private,
}

impl Class {
    #[inline]
    fn of(first: u8) -> Self {
        match first >> 6 {
            0 => Self::Universal,
            1 => Self::Application,
            2 => Self::Context,
            _ => Self::Private,
        }
    }
}

/// An identifier: class, form and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// Tag class.
    pub class: Class,
    /// True when the element holds elements.
    pub constructed: bool,
    /// Tag number.
    pub number: u32,
}

impl Tag {
    /// True for the universal SEQUENCE.
    #[must_use]
    pub fn is_sequence(self) -> bool {
        self.class == Class::Universal && self.constructed && self.number == 16
    }

    /// Its number, with a letter before it unless context-specific: `u16`, `a3`, `42`, `p1`.
    #[must_use]
    pub fn shown(self) -> String {
        let class = match self.class {
            Class::Universal => "u",
            Class::Application => "a",
            Class::Context => "",
            Class::Private => "p",
        };
        format!("{class}{}", self.number)
    }
}

/// One element: its tag, its contents, and all its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Identifier.
    pub tag: Tag,
    /// Contents octets, without the end-of-contents of an indefinite length.
    pub content: &'a [u8],
    /// The whole element.
    pub whole: &'a [u8],
    /// Octets from the start of what is read to the start of this element.
    pub at: usize,
}

impl<'a> Tlv<'a> {
    /// The elements inside; none when primitive.
    #[must_use]
    pub fn children(&self) -> Elements<'a> {
        if self.tag.constructed {
            Elements { octets: self.content, at: 0, base: self.content_at() }
        } else {
            Elements { octets: &[], at: 0, base: self.at }
        }
    }

    /// Octets from the start of what is read to the contents. Not the difference of lengths: an
    /// indefinite length has octets after its contents too.
    #[must_use]
    pub fn content_at(&self) -> usize {
        let (whole, content) = (self.whole.as_ptr().addr(), self.content.as_ptr().addr());
        self.at.saturating_add(content.saturating_sub(whole))
    }

    /// The first child with context tag `number`.
    #[must_use]
    pub fn context(&self, number: u32) -> Option<Tlv<'a>> {
        self.children().find(|child| child.is_context(number))
    }

    /// True when the tag is context-specific `number`.
    #[must_use]
    pub fn is_context(&self, number: u32) -> bool {
        self.tag.class == Class::Context && self.tag.number == number
    }

    /// The octets of a string, segments joined; `None` when a segment is no string. Borrowed
    /// unless the sender segmented it.
    #[must_use]
    #[inline]
    pub fn string(&self) -> Option<Cow<'a, [u8]>> {
        if !self.tag.constructed {
            return Some(Cow::Borrowed(self.content));
        }
        joined(self).map(Cow::Owned)
    }

    /// The string as text, octets that are not UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.string().map(|octets| String::from_utf8_lossy(&octets).into_owned())
    }

    /// The value of a non-negative INTEGER or ENUMERATED up to 64 bits.
    #[must_use]
    pub fn unsigned(&self) -> Option<u64> {
        if self.tag.constructed { None } else { unsigned(self.content).map(|(value, _)| value) }
    }
}

#[cold]
fn joined(tlv: &Tlv<'_>) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    join(tlv, &mut joined, DEPTH_MAX)?;
    Some(joined)
}

fn join(tlv: &Tlv<'_>, joined: &mut Vec<u8>, depth: usize) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    for child in tlv.children() {
        if child.tag.class != Class::Universal {
            return None;
        }
        if child.tag.constructed {
            join(&child, joined, depth)?;
        } else {
            joined.extend_from_slice(child.content);
        }
    }
    Some(())
}

/// Reads a non-negative INTEGER of at most nine contents octets; the flag is true when it was
/// padded with zero octets (which X.690 8.3.2 forbids, and senders do).
#[must_use]
#[inline]
pub fn unsigned(content: &[u8]) -> Option<(u64, bool)> {
    let (first, rest) = content.split_first()?;
    if *first & 0x80 != 0 || content.len() > 9 || (content.len() == 9 && *first != 0) {
        return None;
    }
    let padded = *first == 0 && rest.first().is_some_and(|second| second & 0x80 == 0);
    let value = content.iter().fold(0_u64, |value, octet| (value << 8) | u64::from(*octet));
    Some((value, padded))
}

/// Elements one after the other. Stops at the first octet that is no element: check with
/// [`check`] first where that matters.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    octets: &'a [u8],
    at: usize,
    base: usize,
}

impl<'a> Elements<'a> {
    /// Over the elements in `octets`.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0, base: 0 }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tlv<'a>> {
        let rest = self.octets.get(self.at..)?;
        let head = head(rest, rest.len()).ok()?;
        let (content, whole) = match head.length {
            Length::Definite(length) => {
                let whole = rest.get(..head.size.checked_add(length)?)?;
                (whole.get(head.size..)?, whole)
            }
            Length::Indefinite => {
                let inner = rest.get(head.size..)?;
                let length = contents_of_indefinite(inner)?;
                let end = head.size.checked_add(length)?.checked_add(2)?;
                (inner.get(..length)?, rest.get(..end)?)
            }
        };
        if head.tag.class == Class::Universal && head.tag.number == 0 {
            return None;
        }
        let at = self.base.saturating_add(self.at);
        self.at = self.at.checked_add(whole.len())?;
        Some(Tlv { tag: head.tag, content, whole, at })
    }
}

/// Octets of the contents that an indefinite length opens, up to its end-of-contents.
fn contents_of_indefinite(octets: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    let mut open = 1_usize;
    loop {
        let rest = octets.get(at..)?;
        if rest.starts_with(&[0, 0]) {
            open = open.checked_sub(1)?;
            if open == 0 {
                return Some(at);
            }
            at = at.checked_add(2)?;
            continue;
        }
        let head = head(rest, rest.len()).ok()?;
        at = at.checked_add(head.size)?;
        match head.length {
            Length::Definite(length) => at = at.checked_add(length)?,
            Length::Indefinite => open = open.checked_add(1).filter(|open| *open <= DEPTH_MAX)?,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Definite(usize),
    Indefinite,
}

/// Identifier and length octets, read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    pub(crate) tag: Tag,
    pub(crate) length: Length,
    /// Identifier and length octets together.
    pub(crate) size: usize,
    /// More length octets than anyone needs, though legal.
    pub(crate) long: bool,
}

#[derive(Debug)]
pub(crate) enum HeadFault {
    /// At least so many octets are needed to tell.
    Incomplete(usize),
    Fault(Fault),
}

/// Reads identifier and length octets; a length over `limit` is refused as soon as the octets at
/// hand show it, before the rest of the length has come.
#[inline]
pub(crate) fn head(octets: &[u8], limit: usize) -> Result<Head, HeadFault> {
    // Nearly every element has a short tag and a length of at most four octets.
    if let [first, length, after @ ..] = octets
        && first & 0x1f != 0x1f
        && let Some((length, size)) = short_length(*length, after)
        && length <= limit
    {
        let constructed = first & 0x20 != 0;
        let tag = Tag { class: Class::of(*first), constructed, number: u32::from(first & 0x1f) };
        return Ok(Head { tag, length: Length::Definite(length), size, long: false });
    }
    slow_head(octets, limit)
}

/// A definite length that starts with the octet `length`, and the octets of it and of a short
/// tag together; `None` when it is of another form or has not come whole.
#[inline]
fn short_length(length: u8, after: &[u8]) -> Option<(usize, usize)> {
    match (length, after) {
        (0..=0x7f, _) => Some((usize::from(length), 2)),
        (0x81, [a, ..]) => Some((usize::from(*a), 3)),
        (0x82, [a, b, ..]) => Some((usize::from(u16::from_be_bytes([*a, *b])), 4)),
        (0x83, [a, b, c, ..]) => usize_of([0, *a, *b, *c]).map(|length| (length, 5)),
        (0x84, [a, b, c, d, ..]) => usize_of([*a, *b, *c, *d]).map(|length| (length, 6)),
        _ => None,
    }
}

#[inline]
fn usize_of(octets: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(octets)).ok()
}

/// [`head`], for any identifier and length.
fn slow_head(octets: &[u8], limit: usize) -> Result<Head, HeadFault> {
    let Some(first) = octets.first() else {
        return Err(HeadFault::Incomplete(1));
    };
    let class = Class::of(*first);
    let constructed = first & 0x20 != 0;
    let (number, mut size) =
        if first & 0x1f == 0x1f { high_tag(octets)? } else { (u32::from(first & 0x1f), 1_usize) };
    let tag = Tag { class, constructed, number };
    let Some(start) = octets.get(size) else {
        return Err(HeadFault::Incomplete(size.saturating_add(1)));
    };
    size = size.saturating_add(1);
    match *start {
        short if short < 0x80 => {
            let length = usize::from(short);
            if length > limit {
                return Err(HeadFault::Fault(Fault::TooLong { limit }));
            }
            Ok(Head { tag, length: Length::Definite(length), size, long: false })
        }
        0x80 if constructed => Ok(Head { tag, length: Length::Indefinite, size, long: false }),
        0x80 => Err(HeadFault::Fault(Fault::IndefinitePrimitive)),
        0xff => Err(HeadFault::Fault(Fault::ReservedLength)),
        long => {
            let count = usize::from(long & 0x7f);
            let length = long_length(octets, size, count, limit)?;
            size = size.saturating_add(count);
            let long = count > LENGTH_OCTETS_USUAL;
            Ok(Head { tag, length: Length::Definite(length), size, long })
        }
    }
}

fn high_tag(octets: &[u8]) -> Result<(u32, usize), HeadFault> {
    let mut number = 0_u32;
    let mut size = 1_usize;
    loop {
        let Some(octet) = octets.get(size) else {
            return Err(HeadFault::Incomplete(size.saturating_add(2)));
        };
        if (size == 1 && *octet == 0x80) || number > u32::MAX >> 7 {
            return Err(HeadFault::Fault(Fault::BadTag));
        }
        number = (number << 7) | u32::from(octet & 0x7f);
        size = size.saturating_add(1);
        if octet & 0x80 == 0 {
            // Numbers up to 30 have a short form, which is then the only one (8.1.2.2).
            return if number < 31 {
                Err(HeadFault::Fault(Fault::BadTag))
            } else {
                Ok((number, size))
            };
        }
    }
}

fn long_length(octets: &[u8], at: usize, count: usize, limit: usize) -> Result<usize, HeadFault> {
    let over = || HeadFault::Fault(Fault::TooLong { limit });
    let need = at.saturating_add(count);
    let length = octets.get(at..need.min(octets.len())).unwrap_or_default();
    let zeros = length.iter().take_while(|octet| **octet == 0).count();
    let significant = length.get(zeros..).unwrap_or_default();
    if significant.len() > 8 {
        return Err(over());
    }
    let value = significant.iter().fold(0_u64, |value, octet| (value << 8) | u64::from(*octet));
    let to_come = need.saturating_sub(octets.len().max(at));
    // The octets still to come can only multiply what is there.
    let shift = u32::try_from(to_come.saturating_mul(8)).unwrap_or(u32::MAX);
    let least = match (value, shift) {
        (0, _) => 0,
        (_, 0..64) => u128::from(value) << shift,
        _ => u128::MAX,
    };
    match usize::try_from(least) {
        Ok(least) if least <= limit && to_come == 0 => Ok(least),
        Ok(least) if least <= limit => Err(HeadFault::Incomplete(need)),
        _ => Err(over()),
    }
}

/// What [`check`] noticed besides faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// A length had more than eight octets.
    pub long_length: bool,
}

/// Visits every element in `octets`, which must be exactly one element, and what it holds.
///
/// # Errors
/// [`Malformed`] (with `framed` true) at the first octet that breaks X.690.
pub fn check(octets: &[u8], depth_max: usize) -> Result<Checked, Malformed> {
    if depth_max >= plain::DEPTH && !octets.is_empty() && plain::sound(octets) {
        return Ok(Checked { long_length: false });
    }
    check_careful(octets, depth_max)
}

/// [`check`] for any form, without trying first whether all is plain.
pub(crate) fn check_careful(octets: &[u8], depth_max: usize) -> Result<Checked, Malformed> {
    let depth_max = depth_max.min(DEPTH_MAX);
    // Where each open element ends; `usize::MAX` for an indefinite length.
    let mut ends = [0_usize; DEPTH_MAX];
    let mut depth = 0_usize;
    let mut end = octets.len();
    let mut indefinite = false;
    let mut at = 0_usize;
    let mut long_length = false;
    loop {
        while at >= end {
            if indefinite || depth == 0 {
                return if depth == 0 && at > 0 {
                    Ok(Checked { long_length })
                } else {
                    Err(Malformed::framed(at, Fault::Unclosed))
                };
            }
            (depth, end, indefinite) = leave(&ends, depth, octets.len());
        }
        let rest = octets.get(at..end.min(octets.len())).unwrap_or_default();
        if let [first, length @ 0..0x80, ..] = rest
            && is_short_primitive(*first)
            && usize::from(*length) <= rest.len().saturating_sub(2)
        {
            at = at.saturating_add(2).saturating_add(usize::from(*length));
            continue;
        }
        if rest.starts_with(&[0, 0]) {
            if !indefinite {
                return Err(Malformed::framed(at, Fault::StrayEndOfContents));
            }
            at = at.saturating_add(2);
            (depth, end, indefinite) = leave(&ends, depth, octets.len());
            continue;
        }
        let head = inner_head(rest, at)?;
        long_length |= head.long;
        at = at.saturating_add(head.size);
        if !head.tag.constructed {
            if let Length::Definite(length) = head.length {
                at = at.saturating_add(length);
            }
            continue;
        }
        let Some(slot) = ends.get_mut(depth).filter(|_| depth < depth_max) else {
            return Err(Malformed::framed(at, Fault::TooDeep { limit: depth_max }));
        };
        *slot = if indefinite { usize::MAX } else { end };
        depth = depth.saturating_add(1);
        match head.length {
            Length::Definite(length) => (end, indefinite) = (at.saturating_add(length), false),
            Length::Indefinite => indefinite = true,
        }
    }
}

/// True for the identifier of most elements: primitive, short, and not universal 0.
#[inline]
fn is_short_primitive(first: u8) -> bool {
    first & 0x20 == 0 && first & 0x1f != 0x1f && first != 0
}

/// Back to the element around: its depth, end, and whether it is indefinite. The end of an
/// indefinite element is that of the nearest definite one outside it.
fn leave(ends: &[usize; DEPTH_MAX], depth: usize, last: usize) -> (usize, usize, bool) {
    let depth = depth.saturating_sub(1);
    match ends.get(depth) {
        Some(&usize::MAX) => {
            let outside = ends.get(..depth).unwrap_or_default();
            let end = outside.iter().rev().find(|end| **end != usize::MAX);
            (depth, end.copied().unwrap_or(last), true)
        }
        Some(end) => (depth, *end, false),
        None => (depth, last, false),
    }
}

fn inner_head(rest: &[u8], at: usize) -> Result<Head, Malformed> {
    let head = head(rest, rest.len()).map_err(|fault| {
        let fault = match fault {
            HeadFault::Incomplete(_) | HeadFault::Fault(Fault::TooLong { .. }) => Fault::Overrun,
            HeadFault::Fault(fault) => fault,
        };
        Malformed::framed(at, fault)
    })?;
    if head.tag.class == Class::Universal && head.tag.number == 0 {
        return Err(Malformed::framed(at, Fault::StrayEndOfContents));
    }
    match head.length {
        Length::Definite(length) if head.size.saturating_add(length) > rest.len() => {
            Err(Malformed::framed(at, Fault::Overrun))
        }
        _ => Ok(head),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_padded_are_read_and_remarked_and_too_long_ones_are_none() {
        assert_eq!(unsigned(&[5]), Some((5, false)));
        assert_eq!(unsigned(&[0, 0x85]), Some((0x85, false)));
        assert_eq!(unsigned(&[0, 0, 5]), Some((5, true)));
        assert_eq!(unsigned(&[0, 255, 255, 255, 255, 255, 255, 255, 255]), Some((u64::MAX, false)));
        for bad in [&[][..], &[0x80], &[1; 9], &[0; 10]] {
            assert_eq!(unsigned(bad), None, "{bad:02x?}");
        }
    }

    #[test]
    fn strings_in_segments_of_segments_are_joined() {
        let octets = b"\xa1\x80\x04\x02LI\x24\x03\x04\x01-\x04\x017\0\0";
        let tlv = Elements::new(octets).next().unwrap();
        assert_eq!(tlv.string().unwrap().as_ref(), b"LI-7");
        assert_eq!(tlv.whole, octets);
        let odd = Elements::new(b"\xa1\x02\x80\x00").next().unwrap();
        assert_eq!(odd.string(), None, "a context element is no segment");
    }

    #[test]
    fn places_inside_an_indefinite_length_count_no_octet_of_its_end() {
        for octets in [&b"\x30\x80\x80\x01\x05\0\0"[..], b"\x30\x03\x80\x01\x05"] {
            let outer = Elements::new(octets).next().unwrap();
            assert_eq!(outer.children().next().unwrap().at, 2, "{octets:02x?}");
        }
    }

    #[test]
    fn each_rule_of_the_encoding_has_its_fault_at_its_octet() {
        for (octets, at, fault) in [
            (&b"\x30\x03\x80\x05\x00"[..], 2, Fault::Overrun),
            (b"\x30\x80\x84\x01\x01", 5, Fault::Unclosed),
            (b"\x30\x02\x00\x00", 2, Fault::StrayEndOfContents),
            (b"\x30\x02\x84\x80", 2, Fault::IndefinitePrimitive),
            (b"\x30\x02\x84\xff", 2, Fault::ReservedLength),
            (b"\x30\x03\x9f\x04\x00", 2, Fault::BadTag),
            (b"\x30\x04\x9f\x80\x20\x00", 2, Fault::BadTag),
            (b"\x30\x01\x84", 2, Fault::Overrun),
        ] {
            let malformed = check(octets, DEPTH_MAX).unwrap_err();
            assert_eq!((malformed.offset, malformed.fault), (at, fault), "{octets:02x?}");
        }
        let high = b"\x30\x05\x9f\x81\x7f\x01\x05";
        assert!(check(high, DEPTH_MAX).is_ok());
        let tag = Elements::new(high).next().unwrap().children().next().unwrap().tag;
        assert_eq!(tag, Tag { class: Class::Context, constructed: false, number: 255 });
    }
}
