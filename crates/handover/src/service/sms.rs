//! SMS: transfer-layer messages, alone or in an RP-DATA as IMS carries them.
//!
//! Seven-bit, eight-bit and UTF-16 text; header elements are read and a part's place given, the
//! parts are not joined here. A message cut short keeps the text it has. Characters of a national
//! table that this version does not hold are shown as missing, never as other letters.
//!
//! Rules: 3GPP TS 23.040 clauses 9.1.2 and 9.2 (TPDU), TS 23.038 clauses 4 and 6 and annex A
//! (alphabets), TS 24.011 clause 7.3 (RP-DATA).
use super::number::tbcd;
use crate::time;
use lacre_term::Micros;

mod alphabet;

use alphabet::{Alphabet, Tables};
pub use alphabet::{pack, unpack};

/// What a transfer-layer unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// From the service centre to the phone.
    #[default]
    Deliver,
    /// From the phone to the service centre.
    Submit,
    /// What became of a submitted message.
    StatusReport,
}

/// How long a submitted message is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For so many minutes after it was submitted.
    Minutes(u32),
    /// Until this time.
    Until(Micros),
}

/// One short message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sms {
    /// True for SMS-SUBMIT (from the phone), false for SMS-DELIVER (to it).
    pub submit: bool,
    /// The other party's number: destination of a submit, originator of a deliver, recipient of
    /// the message that a report is about.
    pub address: Option<String>,
    /// The text; empty for binary messages.
    pub text: String,
    /// Reference, parts, and this part's number, when the message has several parts.
    pub part: Option<(u16, u8, u8)>,
    /// Which unit it was.
    pub kind: Kind,
    /// Message reference of a submit or of the message a report is about.
    pub reference: Option<u8>,
    /// When the service centre took it (TP-SCTS).
    pub at: Option<Micros>,
    /// When the message of a report was delivered or given up (TP-DT).
    pub discharged_at: Option<Micros>,
    /// TP-ST of a report: 0 to 2 delivered, 32 to 63 still trying, 64 on given up.
    pub status: Option<u8>,
    /// How long a submitted message is valid.
    pub validity: Option<Validity>,
    /// Destination and source port, when an application is addressed.
    pub ports: Option<(u16, u16)>,
    /// Octets of an eight-bit message, without its header; at most 140.
    pub data: Vec<u8>,
    /// Number of a national table that the text needs and this version does not hold.
    pub unread_language: Option<u8>,
    /// True when the user data is compressed, which this version does not undo.
    pub compressed: bool,
    /// Numbers of header elements that this version does not read.
    pub other_elements: Vec<u8>,
}

/// Reads the RP-DATA of a `application/vnd.3gpp.sms` body.
#[must_use]
pub fn read_rp(octets: &[u8]) -> Option<Sms> {
    let (tpdu, from_phone) = rp_data(octets)?;
    read_tpdu(tpdu, from_phone)
}

/// The TPDU in an RP-DATA, and whether it comes from the phone.
fn rp_data(octets: &[u8]) -> Option<(&[u8], bool)> {
    let (&kind, rest) = octets.split_first()?;
    // RP-DATA from the phone is 0, to the phone 1; acknowledgements and errors carry no text.
    let from_phone = match kind & 0x07 {
        0 => true,
        1 => false,
        _ => return None,
    };
    let (_, rest) = rest.split_first()?;
    let (_, rest) = counted(rest)?;
    let (_, rest) = counted(rest)?;
    let (tpdu, _) = counted_lax(rest)?;
    Some((tpdu, from_phone))
}

fn counted(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = octets.split_first()?;
    rest.split_at_checked(usize::from(length))
}

fn counted_lax(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = octets.split_first()?;
    Some(rest.split_at_checked(usize::from(length)).unwrap_or((rest, &[])))
}

/// Reads a TPDU: SMS-SUBMIT when `from_phone`, else SMS-DELIVER; `None` for reports.
#[must_use]
pub fn read_tpdu(octets: &[u8], from_phone: bool) -> Option<Sms> {
    let (&first, _) = octets.split_first()?;
    match (first & 0x03, from_phone) {
        (1, true) => submit(octets),
        (0, false) => deliver(octets),
        _ => None,
    }
}

/// Reads what a mobile record holds as the content of a short message: a TPDU whose way is only
/// probable, in an RP-DATA or bare; status reports too.
#[must_use]
pub fn read_any(octets: &[u8], from_phone: bool) -> Option<Sms> {
    if let Some((tpdu, from_phone)) = rp_data(octets).filter(|_| is_whole_rp(octets)) {
        return read_tpdu(tpdu, from_phone).or_else(|| status_report(tpdu).filter(|_| !from_phone));
    }
    // The same two bits mean another unit each way; a report's shape fits nearly anything, so it
    // is tried only for the probable way.
    if octets.first()? & 0x03 == 2 && !from_phone {
        return status_report(octets);
    }
    // A report the other way has no address where a message has one.
    let other = || read_tpdu(octets, !from_phone).filter(|sms| sms.address.is_some());
    read_tpdu(octets, from_phone).or_else(other)
}

/// True when the octets are an RP-DATA to the last of them: the phone's own side is empty.
fn is_whole_rp(octets: &[u8]) -> bool {
    let [kind @ (0 | 1), _, rest @ ..] = octets else {
        return false;
    };
    let sides = counted(rest).and_then(|(from, rest)| Some((from, counted(rest)?)));
    let Some((from, (to, rest))) = sides else {
        return false;
    };
    let phone = if *kind == 0 { from } else { to };
    phone.is_empty() && counted(rest).is_some_and(|(_, after)| after.is_empty())
}

fn deliver(octets: &[u8]) -> Option<Sms> {
    let (&first, rest) = octets.split_first()?;
    let (address, rest) = address(rest)?;
    let [_, scheme, ..] = *rest else {
        return None;
    };
    let (stamp, rest) = rest.get(2..)?.split_at_checked(7)?;
    let at = timestamp(stamp);
    let mut sms = Sms { kind: Kind::Deliver, address, at, ..Sms::default() };
    user_data(&mut sms, first & 0x40 != 0, scheme, rest)?;
    Some(sms)
}

fn submit(octets: &[u8]) -> Option<Sms> {
    let (&first, rest) = octets.split_first()?;
    let (&reference, rest) = rest.split_first()?;
    let (address, rest) = address(rest)?;
    let [_, scheme, ..] = *rest else {
        return None;
    };
    let rest = rest.get(2..)?;
    let (validity, rest) = match first >> 3 & 0x03 {
        0 => (None, rest),
        2 => {
            let (&relative, rest) = rest.split_first()?;
            (Some(Validity::Minutes(relative_validity(relative))), rest)
        }
        3 => {
            let (absolute, rest) = rest.split_at_checked(7)?;
            (timestamp(absolute).map(Validity::Until), rest)
        }
        _ => (None, rest.get(7..)?),
    };
    let (submit, reference) = (true, Some(reference));
    let kind = Kind::Submit;
    let mut sms = Sms { submit, kind, reference, address, validity, ..Sms::default() };
    user_data(&mut sms, first & 0x40 != 0, scheme, rest)?;
    Some(sms)
}

fn status_report(octets: &[u8]) -> Option<Sms> {
    let rest = octets.get(1..)?;
    let (&reference, rest) = rest.split_first()?;
    let (address, rest) = address(rest)?;
    let (taken, rest) = rest.split_at_checked(7)?;
    let (discharged, rest) = rest.split_at_checked(7)?;
    let (&status, _) = rest.split_first()?;
    Some(Sms {
        kind: Kind::StatusReport,
        reference: Some(reference),
        address,
        at: timestamp(taken),
        discharged_at: timestamp(discharged),
        status: Some(status),
        ..Sms::default()
    })
}

/// TP-VP in its relative form, in minutes (TS 23.040, 9.2.3.12.1).
fn relative_validity(octet: u8) -> u32 {
    let octet = u32::from(octet);
    match octet {
        0..=143 => octet.saturating_add(1).saturating_mul(5),
        144..=167 => octet.saturating_sub(143).saturating_mul(30).saturating_add(720),
        168..=196 => octet.saturating_sub(166).saturating_mul(24 * 60),
        _ => octet.saturating_sub(192).saturating_mul(7 * 24 * 60),
    }
}

/// Seven swapped octets: year, month, day, hour, minute, second, quarters of an hour from UTC.
fn timestamp(octets: &[u8]) -> Option<Micros> {
    let digits = |octet: &u8| {
        let (low, high) = (octet & 0x0f, octet >> 4);
        (low <= 9 && high <= 9).then(|| low.saturating_mul(10).saturating_add(high))
    };
    let (zone, date) = octets.split_last()?;
    let mut text = String::new();
    for octet in date {
        text.push_str(&format!("{:02}", digits(octet)?));
    }
    // The sign is the high bit of the first digit, which is the low half of the octet.
    let quarters = digits(&(zone & !0x08)).filter(|quarters| *quarters <= 95)?;
    let (hours, minutes) = (quarters >> 2, (quarters & 3).saturating_mul(15));
    let sign = if zone & 0x08 == 0 { '+' } else { '-' };
    time::utc(format!("{text}{sign}{hours:02}{minutes:02}").as_bytes())
}

/// TP-UDL and TP-UD; counts beyond what came are cut to it.
fn user_data(sms: &mut Sms, has_header: bool, scheme: u8, octets: &[u8]) -> Option<()> {
    let (&length, data) = octets.split_first()?;
    let mut header_octets = 0_usize;
    let mut tables = Tables::default();
    if has_header {
        let size = usize::from(*data.first()?);
        header_octets = size.saturating_add(1);
        let elements = data.get(1..header_octets.min(data.len())).unwrap_or_default();
        header_elements(sms, &mut tables, elements);
    }
    let alphabet = alphabet::of_scheme(scheme);
    sms.compressed = matches!(scheme, 0x20..=0x3f | 0x60..=0x7f);
    let octet_end = usize::from(length).min(data.len());
    let body = data.get(header_octets..octet_end).unwrap_or_default();
    if sms.compressed {
        sms.data = body.to_vec();
        return Some(());
    }
    match alphabet {
        Alphabet::Seven => {
            let text = alphabet::seven_bit(data, usize::from(length), header_octets, tables);
            sms.text = text;
            sms.unread_language = tables.unread();
        }
        Alphabet::Ucs2 => sms.text = alphabet::utf_16(body),
        Alphabet::Eight => {
            let plain = |octet: &u8| octet.is_ascii_graphic() || b" \r\n\t".contains(octet);
            if sms.ports.is_none() && body.iter().all(plain) {
                sms.text = String::from_utf8_lossy(body).into_owned();
            }
            sms.data = body.to_vec();
        }
    }
    Some(())
}

/// Header elements (TS 23.040, 9.2.3.24): the first of each kind counts.
fn header_elements(sms: &mut Sms, tables: &mut Tables, mut elements: &[u8]) {
    while let Some((&kind, rest)) = elements.split_first() {
        let Some((value, after)) = counted(rest) else {
            return;
        };
        match (kind, value) {
            (0x00, [reference, parts, number]) => {
                sms.part = sms.part.or(Some((u16::from(*reference), *parts, *number)));
            }
            (0x08, [high, low, parts, number]) => {
                let reference = u16::from_be_bytes([*high, *low]);
                sms.part = sms.part.or(Some((reference, *parts, *number)));
            }
            (0x04, [to, from]) => {
                sms.ports = sms.ports.or(Some((u16::from(*to), u16::from(*from))));
            }
            (0x05, [a, b, c, d]) => {
                let ports = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
                sms.ports = sms.ports.or(Some(ports));
            }
            (0x24, [language]) => tables.single = tables.single.or(Some(*language)),
            (0x25, [language]) => tables.locking = tables.locking.or(Some(*language)),
            _ if !sms.other_elements.contains(&kind) => sms.other_elements.push(kind),
            _ => {}
        }
        elements = after;
    }
}

/// TP-OA, TP-DA or TP-RA: count of semi-octets, type, digits.
fn address(octets: &[u8]) -> Option<(Option<String>, &[u8])> {
    let (&digits, rest) = octets.split_first()?;
    let (&kind, rest) = rest.split_first()?;
    let size = usize::from(digits).div_ceil(2);
    let (value, rest) = rest.split_at_checked(size)?;
    if value.is_empty() {
        return Some((None, rest));
    }
    if kind >> 4 & 0x07 == 5 {
        let septets = usize::from(digits).saturating_mul(4).checked_div(7).unwrap_or(0);
        let name = alphabet::seven_bit(value, septets, 0, Tables::default());
        return Some((Some(name), rest));
    }
    let mut text = String::new();
    if kind >> 4 & 0x07 == 1 {
        text.push('+');
    }
    text.push_str(&tbcd(value));
    Some((Some(text), rest))
}

/// Digits of swapped semi-octets (TS 23.040, 9.1.2.3), without fill.
#[must_use]
pub fn semi_octets(octets: &[u8]) -> String {
    tbcd(octets)
}

#[cfg(test)]
mod tests;
