//! Numbers: telephone and subscriber numbers in the forms that signalling has for them.
//!
//! An international number gets its plus sign, because the octets say that it is one; a national
//! or unknown number stays the digits it is. Nothing is completed, and a wrong fill is no fault.
//!
//! Rules: ITU-T Q.763 clauses 3.9 and 3.10 (ISUP); EN 300 403-1 clauses 4.5.8 and 4.5.10 (DSS1);
//! TS 29.002 clause 17.7.8 (`AddressString`, `TBCD-STRING`).

/// A number and what its coding says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Number {
    /// Digits, with `+` when international.
    pub digits: String,
    /// Nature of address or type of number, the standard's word; empty when it says unknown.
    pub nature: &'static str,
    /// True when it may not be shown to the other party.
    pub restricted: bool,
}

impl Number {
    fn new(digits: String, nature: &'static str, restricted: bool) -> Option<Self> {
        if digits.is_empty() {
            return None;
        }
        let digits = if nature == "international" { format!("+{digits}") } else { digits };
        Some(Self { digits, nature, restricted })
    }
}

/// ISUP calling or called party number: nature, plan and screening, digits.
#[must_use]
pub fn isup(octets: &[u8]) -> Option<Number> {
    let (&first, rest) = octets.split_first()?;
    let (&second, rest) = rest.split_first()?;
    // The first bit says that the count of digits is odd: the last half octet is fill.
    let count = rest.len().saturating_mul(2).saturating_sub(usize::from(first & 0x80 != 0));
    let digits = half_octets(rest)
        .take(count)
        .filter_map(|half| match half {
            0..=9 => char::from_digit(u32::from(half), 10),
            // Codes 11 and 12 reach operators; 15 only ends the digits.
            11 => Some('B'),
            12 => Some('C'),
            _ => None,
        })
        .collect();
    let nature = match first & 0x7f {
        1 => "subscriber",
        3 => "national",
        4 => "international",
        5 => "network-specific",
        _ => "",
    };
    Number::new(digits, nature, second & 0x0c == 0x04)
}

/// DSS1 party number, without identifier and length: type and plan, presentation, IA5 digits.
#[must_use]
pub fn dss1(octets: &[u8]) -> Option<Number> {
    let (&first, mut rest) = octets.split_first()?;
    let mut restricted = false;
    if first & 0x80 == 0 {
        let (&second, after) = rest.split_first()?;
        restricted = second & 0x60 == 0x20;
        rest = after;
    }
    let digits = rest
        .iter()
        .map(|octet| char::from(octet & 0x7f))
        .filter(|digit| digit.is_ascii_digit() || matches!(digit, '*' | '#'))
        .collect();
    Number::new(digits, type_of_number(first), restricted)
}

/// MAP `AddressString`: type and plan, digits in swapped half octets.
#[must_use]
pub fn map(octets: &[u8]) -> Option<Number> {
    let (&first, rest) = octets.split_first()?;
    Number::new(tbcd(rest), type_of_number(first), false)
}

fn type_of_number(octet: u8) -> &'static str {
    match octet >> 4 & 0x07 {
        1 => "international",
        2 => "national",
        3 => "network-specific",
        4 => "subscriber",
        6 => "abbreviated",
        _ => "",
    }
}

/// Digits of a `TBCD-STRING`: an IMSI, IMEI or the digits of an address; fill is left out.
#[must_use]
pub fn tbcd(octets: &[u8]) -> String {
    half_octets(octets)
        .filter_map(|half| match half {
            0..=9 => char::from_digit(u32::from(half), 10),
            10 => Some('*'),
            11 => Some('#'),
            12 => Some('a'),
            13 => Some('b'),
            14 => Some('c'),
            _ => None,
        })
        .collect()
}

/// The low half of each octet, then its high half.
fn half_octets(octets: &[u8]) -> impl Iterator<Item = u8> + '_ {
    octets.iter().flat_map(|octet| [octet & 0x0f, octet >> 4])
}

/// Octets in lower-case hexadecimal digits.
#[must_use]
pub fn hex(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// The octets as text when every one of them is printable ASCII, else in hexadecimal digits.
#[must_use]
pub fn text_or_hex(octets: &[u8]) -> String {
    let printable = octets.iter().all(|octet| octet.is_ascii_graphic() || *octet == b' ');
    if printable && !octets.is_empty() {
        octets.iter().map(|octet| char::from(*octet)).collect()
    } else {
        hex(octets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_subscriber_reads_alike_in_every_coding() {
        let plus = "+34600000123";
        for (number, coding) in [
            (isup(b"\x84\x13\x43\x06\x00\x00\x21\x03"), "ISUP, odd, fill 0"),
            (dss1(b"\x11\x8034600000123"), "DSS1 with presentation"),
            (dss1(b"\x9134600000123"), "DSS1 without"),
            (map(b"\x91\x43\x06\x00\x00\x21\xf3"), "MAP"),
        ] {
            let number = number.unwrap();
            assert_eq!((number.digits.as_str(), number.restricted), (plus, false), "{coding}");
        }
    }

    #[test]
    fn a_national_or_service_number_gets_no_plus_sign() {
        assert_eq!(isup(b"\x83\x10\x06\x00\x00\x21\x03").unwrap().digits, "600000123");
        assert_eq!(isup(b"\x03\x10\x10\x21").unwrap().digits, "0112");
        let number = map(b"\xa1\x06\x00\x00\x21\xf3").unwrap();
        assert_eq!((number.digits.as_str(), number.nature), ("600000123", "national"));
        assert_eq!(dss1(b"\x81*31#").unwrap().digits, "*31#");
    }

    #[test]
    fn a_number_not_to_be_shown_says_so() {
        assert!(isup(b"\x84\x17\x43\x06\x00\x00\x21\x03").unwrap().restricted);
        assert!(dss1(b"\x11\xa034600000123").unwrap().restricted);
    }

    #[test]
    fn nothing_is_read_out_of_nothing() {
        for octets in [&b""[..], b"\x84", b"\x91\xff", b"\x84\xff\xff"] {
            assert_eq!((isup(octets), dss1(octets), map(octets)), (None, None, None));
        }
    }
}
