//! A short message as IMS carries it: RP-DATA with a TPDU inside.
//!
//! Rules: TS 24.011 (RP), TS 23.040 (TPDU), TS 23.038 (alphabets), TS 24.341 (SMS over IP).

/// `application/vnd.3gpp.sms` body of a message submitted by the phone to `number` (digits).
#[must_use]
pub fn submit(reference: u8, number: &str, text: &str) -> Vec<u8> {
    let (coding, count, packed) = user_data(text);
    let mut tpdu = vec![0x01, reference];
    tpdu.extend(address(number));
    tpdu.extend_from_slice(&[0, coding, count]);
    tpdu.extend_from_slice(&packed);
    let mut body = vec![0x00, reference, 0x00];
    body.extend(service_centre());
    body.push(octet(tpdu.len()));
    body.extend_from_slice(&tpdu);
    body
}

/// `application/vnd.3gpp.sms` body of a message delivered to the phone from `number` (digits).
#[must_use]
pub fn deliver(reference: u8, number: &str, text: &str) -> Vec<u8> {
    let (coding, count, packed) = user_data(text);
    let mut tpdu = vec![0x04];
    tpdu.extend(address(number));
    // Service centre time stamp: 2026-11-23 19:30:00, UTC.
    tpdu.extend_from_slice(&[0, coding, 0x62, 0x11, 0x32, 0x91, 0x03, 0x00, 0x00, count]);
    tpdu.extend_from_slice(&packed);
    let mut body = vec![0x01, reference];
    body.extend(service_centre());
    body.push(0x00);
    body.push(octet(tpdu.len()));
    body.extend_from_slice(&tpdu);
    body
}

fn octet(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

fn service_centre() -> Vec<u8> {
    let digits = semi_octets("34000000099");
    let mut out = vec![octet(digits.len().saturating_add(1)), 0x91];
    out.extend_from_slice(&digits);
    out
}

/// Address field of a TPDU: count of digits, international, digits.
fn address(number: &str) -> Vec<u8> {
    let mut out = vec![octet(number.len()), 0x91];
    out.extend(semi_octets(number));
    out
}

fn semi_octets(number: &str) -> Vec<u8> {
    let digits: Vec<u8> = number.bytes().map(|digit| digit.wrapping_sub(b'0') & 0x0f).collect();
    digits
        .chunks(2)
        .map(|pair| {
            pair.first().copied().unwrap_or(0) | (pair.get(1).copied().unwrap_or(0x0f) << 4)
        })
        .collect()
}

/// Data coding scheme, user data length and user data; 7-bit where the text allows, else UCS-2.
fn user_data(text: &str) -> (u8, u8, Vec<u8>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,:;!?()+-*/=\"'&%#<>\n".contains(c);
    if text.chars().all(plain) {
        let septets: Vec<u8> = text.bytes().take(160).collect();
        return (0x00, octet(septets.len()), pack(&septets));
    }
    let units: Vec<u8> = text.encode_utf16().take(70).flat_map(u16::to_be_bytes).collect();
    (0x08, octet(units.len()), units)
}

fn pack(septets: &[u8]) -> Vec<u8> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0u16, 0u32);
    for septet in septets {
        held |= u16::from(*septet) << bits;
        bits += 7;
        if bits >= 8 {
            out.push(u8::try_from(held & 0xff).unwrap_or(0));
            held >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.push(u8::try_from(held & 0xff).unwrap_or(0));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example every GSM programmer knows.
    #[test]
    fn hellohello_packs_into_nine_octets() {
        let packed = [0xe8, 0x32, 0x9b, 0xfd, 0x46, 0x97, 0xd9, 0xec, 0x37];
        assert_eq!(user_data("hellohello"), (0, 10, packed.to_vec()));
    }

    #[test]
    fn accents_go_out_as_ucs_2() {
        let (coding, count, octets) = user_data("añ");
        assert_eq!((coding, count, octets), (8, 4, vec![0, b'a', 0, 0xf1]));
    }

    #[test]
    fn numbers_are_swapped_digit_by_digit() {
        assert_eq!(semi_octets("34600"), [0x43, 0x06, 0xf0]);
    }
}
