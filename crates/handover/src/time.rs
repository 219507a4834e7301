//! Times on the wire: GeneralizedTime, UTCTime, microSecondTimeStamp.
//!
//! A PDU is never lost over its time: what cannot be read is flagged and has no value. Local time
//! without a zone has no value either, because its meaning depends on an agreement we do not hold.
//!
//! Rules: X.680 clauses 46, 47; TS 102 232-1 clause 5.2.6.
use crate::{Flags, ber::Tlv};
use lacre_term::Micros;

/// Microseconds of 2000-01-01 and of 2101-01-01: outside of these, a time is remarked upon.
const PLAUSIBLE: std::ops::Range<i64> = 946_684_800_000_000..4_133_980_800_000_000;

/// Reads GeneralizedTime. The flag says what is odd; a time may be odd and usable.
#[must_use]
pub fn generalized(octets: &[u8]) -> (Option<Micros>, Flags) {
    match parse(octets, 4) {
        Parsed::Utc(at) if PLAUSIBLE.contains(&at.0) => (Some(at), Flags::NONE),
        Parsed::Utc(at) => (Some(at), Flags::TIME_IMPLAUSIBLE),
        Parsed::NoZone => (None, Flags::TIME_WITHOUT_ZONE),
        Parsed::Coarse => (None, Flags::TIME_COARSE),
        Parsed::Unusable => (None, Flags::TIME_UNUSABLE),
    }
}

/// Reads UTCTime, `None` when it cannot be. Years 50 to 99 are of the last century (X.509).
#[must_use]
pub fn utc(octets: &[u8]) -> Option<Micros> {
    match parse(octets, 2) {
        Parsed::Utc(at) => Some(at),
        _ => None,
    }
}

/// Reads a `MicroSecondTimeStamp`.
///
/// Seconds that fit the type but no calendar (2^64 - 1) are no time and no fault.
#[must_use]
pub fn micro_second(tlv: &Tlv<'_>) -> (Option<Micros>, Flags) {
    let field = |number| tlv.context(number).and_then(|field| field.unsigned());
    let (Some(seconds), Some(micros)) = (field(0), field(1)) else {
        return (None, Flags::TIME_UNUSABLE);
    };
    from_parts(seconds, micros)
}

/// [`micro_second`], of its two numbers.
#[inline]
pub(crate) fn from_parts(seconds: u64, micros: u64) -> (Option<Micros>, Flags) {
    if micros > 999_999 {
        return (None, Flags::TIME_UNUSABLE);
    }
    let at = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(Micros::PER_SECOND))
        .and_then(|whole| whole.checked_add(i64::try_from(micros).ok()?));
    match at {
        Some(at) if PLAUSIBLE.contains(&at) => (Some(Micros(at)), Flags::NONE),
        Some(at) => (Some(Micros(at)), Flags::TIME_IMPLAUSIBLE),
        None => (None, Flags::NONE),
    }
}

/// Writes GeneralizedTime in UTC with milliseconds.
#[must_use]
pub fn to_generalized(at: Micros) -> Vec<u8> {
    let text = at.rfc3339();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (whole, fraction) = digits.split_at_checked(14).unwrap_or((digits.as_str(), "000"));
    format!("{whole}.{}Z", fraction.get(..3).unwrap_or("000")).into_bytes()
}

enum Parsed {
    Utc(Micros),
    NoZone,
    Coarse,
    Unusable,
}

fn parse(octets: &[u8], year_digits: usize) -> Parsed {
    read(octets, year_digits).unwrap_or(Parsed::Unusable)
}

fn read(octets: &[u8], year_digits: usize) -> Option<Parsed> {
    let digits = octets.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (date, rest) = octets.split_at_checked(digits)?;
    let two = |at: usize| number(date.get(at..at.checked_add(2)?)?);
    let mut year = number(date.get(..year_digits)?)?;
    if year_digits == 2 {
        year = year.saturating_add(if year >= 50 { 1900 } else { 2000 });
    }
    let base = year_digits;
    let (month, day) = (two(base)?, two(base.checked_add(2)?)?);
    let hour = two(base.checked_add(4)?)?;
    let minute = two(base.checked_add(6)?);
    let second = two(base.checked_add(8)?);
    let expected = match (minute, second) {
        (None, _) => 6,
        (_, None) => 8,
        _ => 10,
    };
    if digits != base.checked_add(expected)? {
        return None;
    }
    let (micros, rest) = fraction(rest)?;
    let time = (hour, minute.unwrap_or(0), second.unwrap_or(0));
    let at = Micros::from_civil((year, month, day), time, micros)?;
    let offset = match rest {
        b"" => return Some(Parsed::NoZone),
        b"Z" => 0,
        _ => offset_seconds(rest)?,
    };
    if second.is_none() && year_digits == 4 {
        return Some(Parsed::Coarse);
    }
    Some(Parsed::Utc(at.plus_seconds(offset.checked_neg()?)))
}

/// Microseconds of `.123` or `,123`, cut after six digits, and what follows.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.' | b',', after)) = rest.split_first() else {
        return Some((0, rest));
    };
    let digits = after.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (fraction, rest) = after.split_at_checked(digits).filter(|_| digits > 0)?;
    let micros = (0..6).fold(0_i64, |value, index| {
        let digit = fraction.get(index).map_or(0, |octet| i64::from(octet & 0x0f));
        value.saturating_mul(10).saturating_add(digit)
    });
    Some((micros, rest))
}

fn offset_seconds(rest: &[u8]) -> Option<i64> {
    let (sign, digits) = rest.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        2 => (number(digits)?, 0),
        4 => (number(digits.get(..2)?)?, number(digits.get(2..)?)?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
    seconds.checked_mul(sign)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |value, octet| {
        octet
            .is_ascii_digit()
            .then(|| value.saturating_mul(10).saturating_add(i64::from(octet & 0x0f)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_fractions_and_leap_seconds_are_read() {
        let utc = |text: &str| Micros::parse_rfc3339(text);
        for (wire, text) in [
            ("20260314093000.123Z", "2026-03-14T09:30:00.123Z"),
            ("20260314093000,5Z", "2026-03-14T09:30:00.5Z"),
            ("20260314103000+0100", "2026-03-14T09:30:00Z"),
            ("20260314073000-02", "2026-03-14T09:30:00Z"),
            ("20260314093000.1234567890123Z", "2026-03-14T09:30:00.123456Z"),
            ("20261231235960Z", "2027-01-01T00:00:00Z"),
        ] {
            assert_eq!(generalized(wire.as_bytes()), (utc(text), Flags::NONE), "{wire}");
        }
        assert_eq!(super::utc(b"261123181316Z"), utc("2026-11-23T18:13:16Z"));
    }

    #[test]
    fn what_cannot_be_judged_has_no_value_and_a_flag() {
        for (wire, flag) in [
            ("20260314093000.123", Flags::TIME_WITHOUT_ZONE),
            ("2026031409Z", Flags::TIME_COARSE),
            ("202603140930Z", Flags::TIME_COARSE),
            ("20260229093000Z", Flags::TIME_UNUSABLE),
            ("20261314093000Z", Flags::TIME_UNUSABLE),
            ("20260314240000Z", Flags::TIME_UNUSABLE),
            ("20260314093000.Z", Flags::TIME_UNUSABLE),
            ("20260314093000+01000", Flags::TIME_UNUSABLE),
            ("", Flags::TIME_UNUSABLE),
        ] {
            assert_eq!(generalized(wire.as_bytes()), (None, flag), "{wire}");
        }
    }

    #[test]
    fn a_written_time_reads_back_to_the_millisecond() {
        let at = Micros(1_795_457_522_691_700);
        assert_eq!(generalized(&to_generalized(at)).0, Some(Micros(1_795_457_522_691_000)));
    }
}
