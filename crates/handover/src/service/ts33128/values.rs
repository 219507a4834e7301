//! Values: strings of TS 33.128 as text, numbers and coordinates.
//!
//! What has not the form the standard gives it is `None`; nothing is guessed or corrected.
//!
//! Rules: X.690 clauses 8.6, 8.20; TS 23.003 clauses 2, 28; TS 23.032 clauses 6, 7; TS 29.572
//! clause 6.1.6; ITU-T Q.763 clause 3.88; TS 23.040 clause 9.1.2.5; TS 103 280
//! (names of formats).
use crate::ber::Tlv;
use crate::record::Point;
use crate::service::address_of;
use crate::service::sms::semi_octets;

/// Arcs of a RELATIVE-OID, sixteen at most.
pub(super) fn arcs(octets: &[u8]) -> Option<Vec<u64>> {
    let mut arcs = Vec::new();
    let mut arc = 0_u64;
    for octet in octets {
        if arcs.len() >= 16 || arc > u64::MAX >> 7 {
            return None;
        }
        arc = (arc << 7) | u64::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let ended = octets.last().is_some_and(|last| last & 0x80 == 0);
    ended.then_some(arcs)
}

/// Hexadecimal, upper case.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// The number in a BIT STRING of at most 64 bits.
pub(super) fn bits(tlv: &Tlv<'_>) -> Option<u64> {
    let octets = tlv.string()?;
    let (unused, value) = octets.split_first()?;
    if *unused > 7 || value.is_empty() || value.len() > 8 {
        return None;
    }
    Some(number(value) >> unused)
}

/// Octets as a number, the last eight of them.
pub(super) fn number(octets: &[u8]) -> u64 {
    octets.iter().fold(0_u64, |value, octet| (value << 8) | u64::from(*octet))
}

/// A hardware address.
pub(super) fn mac(octets: &[u8]) -> String {
    let pairs: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    pairs.join(":")
}

/// The address in a field of 4 or 16 octets.
pub(super) fn ip(tlv: &Tlv<'_>) -> Option<String> {
    address_of(&tlv.string()?).map(|address| address.to_string())
}

/// A number in international form.
pub(super) fn e164(digits: &str) -> String {
    let number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if number { format!("+{digits}") } else { digits.to_owned() }
}

/// Kind and value of an identifier by the name of its format (TS 103 280).
pub(super) fn formatted(format: &str, value: String) -> (&'static str, String) {
    let kind = match format.to_ascii_lowercase().as_str() {
        "internationale164" | "e164number" | "msisdn" => return ("tel", e164(&value)),
        "sipuri" => {
            let address = value.strip_prefix("sip:").or_else(|| value.strip_prefix("sips:"));
            return ("sip", address.unwrap_or(&value).to_owned());
        }
        "teluri" => return ("tel", value.strip_prefix("tel:").unwrap_or(&value).to_owned()),
        "imsi" | "supiimsi" => "imsi",
        "imei" | "imeisv" | "peiimei" | "peiimeisv" => "imei",
        "emailaddress" | "internationalizedemailaddress" => "email",
        "ipv4address" | "ipv6address" | "ipv4cidr" | "ipv6cidr" => "ip",
        "macaddress" => "mac",
        "nai" | "impi" => "nai",
        "supinai" => "supi",
        "gpsinai" => "gpsi",
        _ => "user",
    };
    (kind, value)
}

/// TP-OA or TP-DA, with its count of digits in front or, as some send it, without.
pub(super) fn sms_address(octets: &[u8]) -> Option<String> {
    let (&first, rest) = octets.split_first()?;
    let (kind, digits) =
        if first & 0x80 == 0 { rest.split_first()? } else { (octets.first()?, rest) };
    if kind >> 4 & 0x07 == 5 {
        return None; // letters: the TPDU itself tells them
    }
    let number = semi_octets(digits);
    Some(if kind >> 4 & 0x07 == 1 { e164(&number) } else { number })
}

/// `MCC-MNC` of a PLMNID, whose fields are the first two.
pub(super) fn plmn(tlv: &Tlv<'_>) -> Option<String> {
    Some(format!("{}-{}", tlv.context(1)?.text()?, tlv.context(2)?.text()?))
}

/// `SST` or `SST-SD` of a slice.
pub(super) fn slice(tlv: &Tlv<'_>) -> Option<String> {
    let kind = tlv.context(1)?.unsigned()?;
    let differentiator = tlv.context(2).and_then(|field| field.string());
    Some(match differentiator {
        Some(octets) => format!("{kind}-{}", hex(&octets)),
        None => kind.to_string(),
    })
}

/// A concealed identifier in the form of TS 23.003 clause 28.7.3.
pub(super) fn suci(tlv: &Tlv<'_>) -> Option<String> {
    let number = |tag| tlv.context(tag).and_then(|field| field.unsigned());
    let text = |tag| tlv.context(tag).and_then(|field| field.text());
    let octets = |tag| tlv.context(tag).and_then(|field| field.string());
    let home = match (text(9), text(1), text(2)) {
        (Some(home), ..) => home,
        (None, Some(country), Some(network)) => format!("{country}-{network}"),
        _ => return None,
    };
    let length = usize::try_from(number(7).unwrap_or(1).clamp(1, 4)).unwrap_or(1);
    let routing = format!("{:0length$}", number(3)?);
    let key = super::values::number(&octets(5)?);
    let output = hex(&octets(6)?);
    let kind = number(8).unwrap_or(0);
    Some(format!("suci-{kind}-{home}-{routing}-{}-{key}-{output}", number(4)?))
}

/// `TEID address …` of a tunnel's end.
pub(super) fn tunnel(tlv: &Tlv<'_>) -> Option<String> {
    let mut text = format!("0x{:08x}", tlv.context(1)?.unsigned()?);
    for address in [2, 3].into_iter().filter_map(|tag| tlv.context(tag)).filter_map(|a| ip(&a)) {
        text.push(' ');
        text.push_str(&address);
    }
    Some(text)
}

/// A temporary identity: its numbers in order, octets in hexadecimal.
pub(super) fn joined(tlv: &Tlv<'_>, binary: bool) -> String {
    let part = |(at, field): (usize, Tlv<'_>)| match (at, binary) {
        (0 | 1, _) => field.text(),
        (_, true) => field.string().map(|octets| hex(&octets)),
        (_, false) => field.unsigned().map(|number| number.to_string()),
    };
    let parts: Vec<String> = tlv.children().take(8).enumerate().filter_map(part).collect();
    parts.join("-")
}

/// Ten-millionths of a degree; decimal (`-3.70379`) or degrees, minutes and seconds with their
/// hemisphere (`40 25 0.39N`). `most` is 90 or 180.
pub(super) fn degrees(text: &str, most: i64) -> Option<i32> {
    let text = text.trim();
    let (body, sign) = match text.chars().last()?.to_ascii_uppercase() {
        'N' | 'E' => (text.get(..text.len().checked_sub(1)?)?, 1),
        'S' | 'W' => (text.get(..text.len().checked_sub(1)?)?, -1),
        _ => (text, 1),
    };
    let (body, sign) = match body.strip_prefix('-') {
        Some(rest) => (rest, -1_i64),
        None => (body.strip_prefix('+').unwrap_or(body), sign),
    };
    let mut total = 0_i64;
    let mut parts = 0_i64;
    for (part, unit) in body.split_whitespace().zip([1_i64, 60, 3600]) {
        total = total.checked_add(decimal(part, 7)?.checked_div(unit)?)?;
        parts = parts.checked_add(1)?;
    }
    let bound = most.checked_mul(10_000_000)?;
    if parts == 0 || body.split_whitespace().count() > 3 || total > bound {
        return None;
    }
    i32::try_from(total.checked_mul(sign)?).ok()
}

/// A decimal number of so many places, as an integer; further digits are cut off.
pub(super) fn decimal(text: &str, places: usize) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let cut = fraction.get(..places.min(fraction.len()))?;
    format!("{whole}{cut:0<places$}").parse().ok()
}

/// Metres of an uncertainty code (TS 23.032 clause 6.2), rounded up.
pub(super) fn uncertainty(code: u8) -> u32 {
    // Ten metres times 1.1 to the power of the code, less ten, in millionths.
    let grown = (0..code & 0x7f)
        .fold(10_000_000_u64, |value, _| value.saturating_mul(11).checked_div(10).unwrap_or(value));
    u32::try_from(grown.saturating_sub(10_000_000).div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

/// A point with its uncertainty as TS 23.032 clause 7.3.1 and 7.3.2 encode it.
pub(super) fn geographical(octets: &[u8]) -> Option<Point> {
    let (kind, rest) = octets.split_first()?;
    point(rest, kind >> 4 == 1).filter(|_| matches!(kind >> 4, 0 | 1))
}

/// A location as ITU-T Q.763 clause 3.88 encodes it: screening, type of shape, shape.
pub(super) fn geodetic(octets: &[u8]) -> Option<Point> {
    let (kind, rest) = octets.get(1..)?.split_first()?;
    point(rest, kind & 0x7f == 1).filter(|_| matches!(kind & 0x7f, 0 | 1))
}

fn point(octets: &[u8], circle: bool) -> Option<Point> {
    let field = |range| octets.get(range).map(number).and_then(|value| i64::try_from(value).ok());
    let (latitude, longitude) = (field(0..3)?, field(3..6)?);
    let size = latitude & 0x7f_ffff;
    let latitude_e7 = size.checked_mul(900_000_000)?.checked_div(0x80_0000)?;
    let turn = if longitude >= 0x80_0000 { 0x100_0000 } else { 0 };
    let longitude = longitude.checked_sub(turn)?.checked_mul(3_600_000_000)?;
    let uncertainty_m = if circle { Some(uncertainty(*octets.get(6)?)) } else { None };
    let sign = if latitude & 0x80_0000 == 0 { 1 } else { -1 };
    Some(Point {
        latitude_e7: i32::try_from(latitude_e7.checked_mul(sign)?).ok()?,
        longitude_e7: i32::try_from(longitude.checked_div(0x100_0000)?).ok()?,
        uncertainty_m,
    })
}

/// Octets of a hexadecimal string.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() > 64 || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_in_both_forms_and_only_within_the_earth() {
        assert_eq!(degrees("40.416775", 90), Some(404_167_750));
        assert_eq!(degrees("-3.703790", 180), Some(-37_037_900));
        assert_eq!(degrees("40 25 0.39N", 90), Some(404_167_749));
        assert_eq!(degrees("3 42 13.644W", 180), Some(-37_037_900));
        for wrong in ["", "-", "N", "1e3", "91", "4 5 6 7", "40,4", "٤٠", "-0x4", "1 -2"] {
            assert_eq!(degrees(wrong, 90), None, "{wrong}");
        }
    }

    #[test]
    fn an_uncertainty_code_is_metres() {
        for (code, metres) in
            [(0, 0), (1, 1), (10, 16), (35, 272), (127, 1_806_628), (0xff, 1_806_628)]
        {
            assert_eq!(uncertainty(code), metres, "{code}");
        }
    }

    #[test]
    fn binary_points_have_signs_of_their_own() {
        let north_west = geographical(&[0x10, 0x39, 0x7b, 0x4c, 0xfd, 0x5d, 0xbf, 35]).unwrap();
        assert_eq!(
            (north_west.latitude_e7 / 1000, north_west.longitude_e7 / 1000),
            (404_167, -37_037)
        );
        assert_eq!(north_west.uncertainty_m, Some(272));
        let south = geodetic(&[0, 1, 0xb9, 0x7b, 0x4c, 0x02, 0xa2, 0x41, 0, 0]).unwrap();
        assert_eq!((south.latitude_e7 / 1000, south.longitude_e7 / 1000), (-404_167, 37_037));
        assert_eq!(geographical(&[0x50, 1, 2, 3, 4, 5, 6, 7]), None, "a polygon is no point");
        assert_eq!(geographical(&[0x10, 1, 2, 3]), None);
    }

    #[test]
    fn addresses_of_short_messages_are_read_with_and_without_their_count() {
        for octets in [&b"\x0b\x91\x43\x06\x00\x00\x54\xf6"[..], b"\x91\x43\x06\x00\x00\x54\xf6"] {
            assert_eq!(sms_address(octets).as_deref(), Some("+34600000456"));
        }
        assert_eq!(sms_address(b"\x07\xd0\x4f\x6b\x3a\x01"), None);
        assert_eq!(sms_address(&[]), None);
    }
}
