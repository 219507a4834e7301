//! Access: IP access, layer 2, PSTN and ISDN, e-mail and messaging, one reader per part.
//!
//! Each reader takes every field of its module by number; a field, alternative or value that
//! this version does not name sets `unknown` and is otherwise passed over. Fields a sender left
//! out, mandatory or not, say nothing.
//!
//! Rules: TS 102 232-2, -3, -4 and -6, annex A of each; TS 102 232-1 annex A (`IPAddress`).
use super::{address_of, ip_access, messaging};
use crate::ber::{Class, Tlv};
use crate::ps_pdu::Contents;
use crate::record::Record;
use crate::time;
use lacre_term::Micros;
use std::net::IpAddr;

mod email;
pub mod ilhi;
mod l2;
mod pstn;
mod radius;
mod reports;

pub(super) use radius::radius_into;

/// What the payload says: one record, or none for a tag that is not of these services.
pub(super) fn observe(contents: &Contents<'_>) -> Vec<Record> {
    let read = match (contents.iri, contents.tag) {
        (true, 1) => email::event(contents),
        (false, 1) => email::content(contents),
        (true, 2) => ip_access::event(contents),
        (false, 2) => ip_access::content(contents),
        (true, 3) => reports::iri_only(contents),
        (true, 20) => reports::packet_report(contents),
        (true, 6) => l2::event(contents),
        (true, 7) => l2::iri_only(contents),
        (false, 6) => l2::content(contents),
        (true, 10) => pstn::event(contents),
        (false, 11) => pstn::content(contents),
        (true, 14) => messaging::event(contents),
        (false, 14) => messaging::content(contents),
        (false, 18) => messaging::multimedia_content(contents),
        _ => return Vec::new(),
    };
    vec![read]
}

/// True when the field is one by position; any other is unknown here.
pub(super) fn is_field(field: &Tlv<'_>) -> bool {
    field.tag.class == Class::Context
}

/// The word of an enumeration, by number; an empty word is a number the standard leaves free.
pub(super) fn word(
    record: &mut Record,
    names: &[&'static str],
    field: &Tlv<'_>,
) -> Option<&'static str> {
    let found = word_of(names, field);
    record.unknown |= found.is_none();
    found
}

fn word_of(names: &[&'static str], field: &Tlv<'_>) -> Option<&'static str> {
    let at = usize::try_from(field.unsigned()?).ok()?;
    names.get(at).copied().filter(|word| !word.is_empty())
}

/// A number as a detail; one that is no number up to 64 bits is unknown.
pub(super) fn number(record: &mut Record, name: &'static str, field: &Tlv<'_>) {
    let value = field.unsigned();
    record.unknown |= value.is_none();
    record.detail(name, value.map(|value| value.to_string()));
}

/// A time with its zone; one without goes to `local_time`, and as the detail `name`.
pub(super) fn instant(record: &mut Record, name: &'static str, field: &Tlv<'_>) -> Option<Micros> {
    let octets = field.string()?;
    let (at, flags) = time::generalized(&octets);
    if at.is_none() {
        let text = String::from_utf8_lossy(&octets).into_owned();
        if flags.contains(crate::Flags::TIME_WITHOUT_ZONE) {
            record.local_time.get_or_insert_with(|| text.chars().take(32).collect());
        }
        record.detail(name, Some(text));
    }
    at
}

const ASSIGNMENTS: [&str; 4] = ["", "static", "dynamic", "notKnown"];

/// An `IPAddress` as text, with its prefix when it is a range.
pub(super) fn address(record: &mut Record, tlv: &Tlv<'_>) -> Option<String> {
    let (mut text, mut binary, mut prefix) = (None, None, None);
    for field in tlv.children() {
        match field.tag.number {
            1 => record.unknown |= !matches!(field.unsigned(), Some(0 | 1)),
            2 => {
                let value = field.children().next()?;
                match value.tag.number {
                    1 => binary = value.string().and_then(|octets| address_of(&octets)),
                    2 => text = value.text().map(|text| text.trim().to_owned()),
                    _ => record.unknown = true,
                }
            }
            3 => record.unknown |= word_of(&ASSIGNMENTS, &field).is_none(),
            4 => prefix = field.unsigned(),
            5 => {
                let mask = field.string().and_then(|mask| <[u8; 4]>::try_from(mask.as_ref()).ok());
                prefix = mask.map(|mask| u64::from(u32::from_be_bytes(mask).count_ones()));
            }
            6 => {
                let translated = field.content.first().map(|truth| *truth != 0);
                record.detail("ip translated", translated.map(|yes| yes.to_string()));
            }
            _ => record.unknown = true,
        }
    }
    let Some(ip) = binary else {
        record.unknown |= text.is_none();
        return text;
    };
    let whole = if matches!(ip, IpAddr::V4(_)) { 32 } else { 128 };
    Some(match prefix {
        Some(prefix) if prefix < whole => format!("{ip}/{prefix}"),
        _ => ip.to_string(),
    })
}

/// How an address was given to the target: once and for all, or for a session.
pub(super) fn assignment(record: &mut Record, address: &Tlv<'_>) {
    let how = address.context(3).and_then(|field| word_of(&ASSIGNMENTS, &field));
    record.detail("ip assignment", how);
}

/// Address and port as one text: `192.0.2.1:25`, `[2001:db8::1]:25`.
pub(super) fn end(address: &str, port: Option<u64>) -> String {
    match port {
        Some(port) if address.contains(':') => format!("[{address}]:{port}"),
        Some(port) => format!("{address}:{port}"),
        None => address.to_owned(),
    }
}

/// Digits dialled, within the bounds of a record.
pub(super) fn digits(record: &mut Record, digits: String) {
    let room = record.digits.len() < crate::record::ITEMS_MAX;
    if room && !digits.is_empty() && digits.len() <= crate::record::VALUE_OCTETS_MAX {
        record.digits.push(digits);
    }
}

/// A network's name for the target: a MAC address, a telephone number, or something of its own.
pub(super) fn network_id(record: &mut Record, role: &'static str, text: &str) {
    let text = text.trim();
    let plain: String = text.chars().filter(|c| !":-.".contains(*c)).collect();
    let separated = plain.len() < text.len();
    if separated && plain.len() == 12 && plain.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        record.party(role, "mac", text);
        return;
    }
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number =
        (5..=15).contains(&digits.len()) && digits.bytes().all(|octet| octet.is_ascii_digit());
    if is_number {
        record.party(role, "tel", text);
    } else {
        record.detail("network id", (!text.is_empty()).then_some(text));
    }
}

/// Six octets as `02:00:5e:10:00:01`.
pub(super) fn mac(octets: &[u8]) -> Option<String> {
    if octets.len() != 6 {
        return None;
    }
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    Some(pairs.join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ber::Elements;

    fn element(octets: &[u8]) -> Tlv<'_> {
        Elements::new(octets).next().unwrap()
    }

    #[test]
    fn addresses_are_read_with_their_prefix_and_a_host_without_one() {
        let mut record = Record::default();
        for (octets, text) in [
            (&b"\xa4\x0b\x81\x01\x00\xa2\x06\x81\x04\xc0\x00\x02\x01"[..], "192.0.2.1"),
            (
                b"\xa4\x11\x81\x01\x00\xa2\x06\x81\x04\xc0\x00\x02\x08\x85\x04\xff\xff\xff\xf8",
                "192.0.2.8/29",
            ),
            (b"\xa4\x10\x81\x01\x00\xa2\x0b\x82\x09192.0.2.1", "192.0.2.1"),
            (
                b"\xa4\x1a\x81\x01\x01\xa2\x12\x81\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\0\
                  \x84\x01\x38",
                "2001:db8::/56",
            ),
        ] {
            assert_eq!(address(&mut record, &element(octets)).as_deref(), Some(text));
        }
        assert!(!record.unknown);
        let odd = element(b"\xa4\x0b\x81\x01\x00\xa2\x06\x87\x04\xc0\x00\x02\x01");
        assert_eq!(address(&mut record, &odd), None);
        assert!(record.unknown, "an alternative this version does not name");
    }

    #[test]
    fn a_network_id_is_what_it_looks_like_and_nothing_more() {
        let mut record = Record::default();
        network_id(&mut record, "target", "02-00-5E-10-00-01");
        network_id(&mut record, "target", "+34910000001");
        network_id(&mut record, "target", "dslam-7 slot 3");
        network_id(&mut record, "target", "02005e100001");
        let named: Vec<_> = record.parties.iter().map(|party| party.kind).collect();
        assert_eq!(named, ["mac", "tel"]);
        assert_eq!(record.details[0], ("network id", "dslam-7 slot 3".to_owned()));
        assert_eq!(record.details[1].1, "02005e100001", "twelve digits alone are no MAC address");
    }
}
