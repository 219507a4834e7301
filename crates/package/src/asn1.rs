//! A DER writer of the few shapes we sign, and a reader that only finds its way in them.
//!
//! Writing is the truth: whoever checks a signature reads out the few values that may vary, writes
//! the whole structure again and compares octets. A bit that means nothing cannot hide anywhere.
//!
//! Rules: X.690 (DER); RFC 5652, 5035, 3161, 5280.
use der::asn1::ObjectIdentifier;
use lacre_term::Micros;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;

pub(crate) const ECDSA_WITH_SHA256: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
pub(crate) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// One tag, its length in DER, its content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let used: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
            out.push(0x80 | u8::try_from(used.len()).unwrap_or(0x7f));
            out.extend_from_slice(&used);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A tag around several encodings.
pub(crate) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// SEQUENCE of encodings.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    wrap(SEQUENCE, parts)
}

/// The content of a SET OF: encodings in DER's order.
pub(crate) fn set_content(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    parts.concat()
}

/// OBJECT IDENTIFIER.
pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, oid.as_bytes())
}

/// INTEGER of an unsigned big-endian number.
pub(crate) fn unsigned(octets: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = octets.iter().copied().skip_while(|octet| *octet == 0).collect();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    tlv(INTEGER, &content)
}

/// OCTET STRING.
pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    tlv(OCTET_STRING, content)
}

/// BIT STRING of whole octets.
pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    wrap(BIT_STRING, &[&[0], content])
}

/// AlgorithmIdentifier without parameters.
pub(crate) fn algorithm(id: ObjectIdentifier) -> Vec<u8> {
    sequence(&[&oid(id)])
}

/// GeneralizedTime in whole seconds, UTC.
pub(crate) fn generalized_time(at: Micros) -> Vec<u8> {
    tlv(GENERALIZED_TIME, format!("{}Z", digits(at)).as_bytes())
}

/// Time of X.509 and CMS: UTCTime for years 1950 to 2049, GeneralizedTime for others.
pub(crate) fn time(at: Micros) -> Vec<u8> {
    let digits = digits(at);
    match (digits.get(..4), digits.get(2..)) {
        (Some(year), Some(short)) if ("1950"..="2049").contains(&year) => {
            tlv(UTC_TIME, format!("{short}Z").as_bytes())
        }
        _ => generalized_time(at),
    }
}

/// `yyyymmddhhmmss`.
fn digits(at: Micros) -> String {
    at.rfc3339().chars().filter(char::is_ascii_digit).take(14).collect()
}

/// Reads what [`time`] and [`generalized_time`] write.
pub(crate) fn read_time(tag: u8, content: &[u8]) -> Option<Micros> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let full = match tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    if full.len() != 14 || !full.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| full.get(from..to);
    Micros::parse_rfc3339(&format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    ))
}

/// Walks encodings one after another; borrowed, bounded, never panics.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    /// The next element: its tag, its content, and all of its octets.
    pub(crate) fn element(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (tag, after) = self.rest.split_first()?;
        let (first, after) = after.split_first()?;
        let (length, body) = if *first < 0x80 {
            (usize::from(*first), after)
        } else {
            let count = usize::from(*first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (length, body) = after.split_at_checked(count)?;
            let length = length.iter().try_fold(0_usize, |sum, octet| {
                sum.checked_mul(256)?.checked_add(usize::from(*octet))
            })?;
            (length, body)
        };
        let (content, rest) = body.split_at_checked(length)?;
        let whole = self.rest.get(..self.rest.len().checked_sub(rest.len())?)?;
        self.rest = rest;
        Some((*tag, content, whole))
    }

    /// The content of the next element when it has this tag.
    pub(crate) fn content(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element().filter(|(found, _, _)| *found == tag).map(|(_, content, _)| content)
    }

    /// Steps into the next element when it has this tag.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.content(tag).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_fewest_octets() {
        assert_eq!(tlv(4, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(tlv(4, &[0; 128])[..3], [4, 0x81, 128]);
        assert_eq!(tlv(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
    }

    #[test]
    fn unsigned_numbers_stay_positive_and_minimal() {
        assert_eq!(unsigned(&[0]), [2, 1, 0]);
        assert_eq!(unsigned(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
    }

    #[test]
    fn times_read_back_to_the_second() {
        let at = Micros::parse_rfc3339("2026-11-23T19:27:00.654321Z").unwrap();
        let whole = Micros::parse_rfc3339("2026-11-23T19:27:00Z");
        let short = time(at);
        assert_eq!(short, [&[0x17, 13][..], b"261123192700Z"].concat());
        assert_eq!(read_time(UTC_TIME, &short[2..]), whole);
        assert_eq!(read_time(GENERALIZED_TIME, &generalized_time(at)[2..]), whole);
        let late = Micros::parse_rfc3339("2051-01-01T00:00:00Z").unwrap();
        assert_eq!(time(late)[0], GENERALIZED_TIME);
        assert_eq!(read_time(UTC_TIME, b"2611231927Z"), None);
    }

    #[test]
    fn a_length_that_lies_ends_the_walk() {
        for bad in [&[0x30][..], &[0x30, 5, 0], &[0x30, 0x80], &[0x30, 0x85, 1, 1, 1, 1, 1]] {
            assert!(Walk::new(bad).element().is_none(), "{bad:?}");
        }
        assert!(Walk::new(&[4, 1, 9]).content(OCTET_STRING) == Some(&[9]));
    }
}
