//! SMS: transfer-layer messages, alone or in an RP-DATA as IMS carries them.
//!
//! Seven-bit, eight-bit and UCS-2 text; concatenation headers are read and their place given, the
//! parts are not joined here. A message cut short keeps the text it has.
//!
//! Rules: 3GPP TS 23.040 clause 9.2 (TPDU), TS 23.038 (alphabets), TS 24.011 clause 7.3 (RP-DATA).

/// One short message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sms {
    /// True for SMS-SUBMIT (from the phone), false for SMS-DELIVER (to it).
    pub submit: bool,
    /// The other party's number: destination of a submit, originator of a deliver.
    pub address: Option<String>,
    /// The text; empty for binary messages.
    pub text: String,
    /// Reference, parts, and this part's number, when the message has several parts.
    pub part: Option<(u16, u8, u8)>,
}

/// Reads the RP-DATA of a `application/vnd.3gpp.sms` body.
#[must_use]
pub fn read_rp(octets: &[u8]) -> Option<Sms> {
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
    read_tpdu(tpdu, from_phone)
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
    let (&first, mut rest) = octets.split_first()?;
    let header = first & 0x40 != 0;
    match (first & 0x03, from_phone) {
        (1, true) => {
            rest = rest.get(1..)?; // message reference
        }
        (0, false) => {}
        _ => return None,
    }
    let (address, after) = address(rest)?;
    let scheme = *after.get(1)?;
    rest = after.get(2..)?;
    let skip = match (from_phone, first >> 3 & 0x03) {
        (false, _) => 7, // service centre time stamp
        (true, 0) => 0,
        (true, 2) => 1,
        (true, _) => 7,
    };
    let (&length, data) = rest.get(skip..)?.split_first()?;
    let mut sms = Sms { submit: from_phone, address, ..Sms::default() };
    let mut header_octets = 0_usize;
    if header {
        let size = usize::from(*data.first()?);
        header_octets = size.saturating_add(1);
        sms.part = concatenation(data.get(1..header_octets).unwrap_or_default());
    }
    sms.text = match alphabet(scheme) {
        Alphabet::Seven => seven_bit(data, usize::from(length), header_octets),
        Alphabet::Ucs2 => {
            let body = data.get(header_octets..usize::from(length).min(data.len()));
            let units = body.unwrap_or_default().chunks_exact(2);
            let units = units.filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Alphabet::Eight => String::new(),
    };
    Some(sms)
}

/// TP-OA or TP-DA: count of semi-octets, type, digits.
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
        return Some((Some(seven_bit(value, septets, 0)), rest));
    }
    let mut text = String::new();
    if kind >> 4 & 0x07 == 1 {
        text.push('+');
    }
    text.push_str(&semi_octets(value));
    Some((Some(text), rest))
}

/// Digits of swapped semi-octets (TS 23.040, 9.1.2.3), without fill.
#[must_use]
pub fn semi_octets(octets: &[u8]) -> String {
    octets
        .iter()
        .flat_map(|octet| [octet & 0x0f, octet >> 4])
        .filter_map(|digit| match digit {
            0..=9 => char::from_digit(u32::from(digit), 10),
            10 => Some('*'),
            11 => Some('#'),
            _ => None,
        })
        .collect()
}

fn concatenation(mut elements: &[u8]) -> Option<(u16, u8, u8)> {
    while let Some((&kind, rest)) = elements.split_first() {
        let (value, after) = counted(rest)?;
        match (kind, value) {
            (0x00, [reference, parts, number]) => {
                return Some((u16::from(*reference), *parts, *number));
            }
            (0x08, [high, low, parts, number]) => {
                return Some((u16::from_be_bytes([*high, *low]), *parts, *number));
            }
            _ => elements = after,
        }
    }
    None
}

enum Alphabet {
    Seven,
    Eight,
    Ucs2,
}

/// TP-DCS (TS 23.038 clause 4).
fn alphabet(scheme: u8) -> Alphabet {
    match scheme >> 4 {
        0x0..=0x7 => match scheme >> 2 & 0x03 {
            1 => Alphabet::Eight,
            2 => Alphabet::Ucs2,
            _ => Alphabet::Seven,
        },
        0xe => Alphabet::Ucs2,
        0xf if scheme & 0x04 != 0 => Alphabet::Eight,
        _ => Alphabet::Seven,
    }
}

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Unpacks `septets` septets that start with the octets of a header, and reads the text after it.
fn seven_bit(octets: &[u8], septets: usize, header_octets: usize) -> String {
    let skip = header_octets.saturating_mul(8).div_ceil(7);
    let mut text = String::new();
    let mut escaped = false;
    for index in skip..septets {
        let bit = index.saturating_mul(7);
        let at = bit >> 3;
        let Some(low) = octets.get(at) else { break };
        let high = octets.get(at.saturating_add(1)).copied().unwrap_or(0);
        let pair = u16::from_le_bytes([*low, high]) >> (bit & 7) & 0x7f;
        let Ok(septet) = u8::try_from(pair) else {
            break;
        };
        match (escaped, septet) {
            (false, 0x1b) => escaped = true,
            (true, _) => {
                text.push(extension(septet));
                escaped = false;
            }
            (false, _) => text.push(BASIC.chars().nth(usize::from(septet)).unwrap_or(' ')),
        }
    }
    text
}

fn extension(septet: u8) -> char {
    match septet {
        0x0a => '\u{c}',
        0x14 => '^',
        0x28 => '{',
        0x29 => '}',
        0x2f => '\\',
        0x3c => '[',
        0x3d => '~',
        0x3e => ']',
        0x40 => '|',
        0x65 => '€',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basic_alphabet_has_128_characters() {
        assert_eq!(BASIC.chars().count(), 128);
    }

    #[test]
    fn a_delivered_message_in_seven_bits_is_read() {
        let tpdu = b"\x04\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x00\x62\x30\x41\x90\x03\x00\x40\x05\
            \xe8\x32\x9b\xfd\x06";
        let sms = read_tpdu(tpdu, false).unwrap();
        assert_eq!((sms.text.as_str(), sms.submit), ("hello", false));
        assert_eq!(sms.address.as_deref(), Some("+34600000456"));
    }

    #[test]
    fn a_part_of_a_long_message_says_which_it_is() {
        let tpdu = b"\x41\x07\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x08\x0a\x05\x00\x03\x2a\x02\x01\
            \x00\x4f\x00\x6b";
        let sms = read_tpdu(tpdu, true).unwrap();
        assert_eq!((sms.text.as_str(), sms.part), ("Ok", Some((42, 2, 1))));
    }

    #[test]
    fn reports_and_cuts_are_no_message_and_no_panic() {
        assert_eq!(read_rp(&[2, 1]), None);
        assert_eq!(read_tpdu(&[0x02, 0, 0], false), None);
        let whole = b"\x01\x07\x0b\x91\x43\x06\x00\x00\x54\xf6\x00\x00\x0a\xcd\xb2\x7b";
        for cut in 0..whole.len() {
            let _ = read_tpdu(&whole[..cut], true);
        }
    }
}
