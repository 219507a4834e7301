//! Microseconds since 1970-01-01T00:00:00Z. Reading a clock is `custody::clock`'s alone.
use std::fmt;

/// UTC microseconds since the Unix epoch; negative before it. Names of fields say whose time it
/// is: `intercepted_at` (the operator's word), `received_at` (ours), `sealed_at` (ours).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub i64);

impl Micros {
    /// Microseconds in a second.
    pub const PER_SECOND: i64 = 1_000_000;

    /// From whole seconds, saturating.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(Self::PER_SECOND))
    }

    /// Whole seconds, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(Self::PER_SECOND)
    }

    /// Microseconds within the second, 0 to 999,999.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.rem_euclid(Self::PER_SECOND)
    }

    /// `self` plus `seconds`, saturating.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(Self::PER_SECOND)))
    }

    /// RFC 3339 in UTC with microseconds: `2026-11-23T19:27:00.000000Z`. Years outside 0 to 9999
    /// are written as they fall, so that nothing is lost.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let (year, month, day) = civil(self.seconds().div_euclid(86_400));
        let second = self.seconds().rem_euclid(86_400);
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}Z",
            second / 3600,
            second / 60 % 60,
            second % 60,
            self.micros()
        )
    }

    /// From a UTC calendar date and time of day; `None` when a field is out of range. Second 60 (a
    /// leap second) is read as the next second's start, as POSIX time has no other place for it.
    #[must_use]
    pub fn from_civil(date: (i64, i64, i64), time: (i64, i64, i64), micros: i64) -> Option<Self> {
        let ((year, month, day), (hour, minute, second)) = (date, time);
        let in_range = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..=60).contains(&second)
            && (0..Self::PER_SECOND).contains(&micros);
        if !in_range {
            return None;
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Some(Self(seconds * Self::PER_SECOND + micros))
    }

    /// Reads RFC 3339 text (`Z` or numeric offset, up to nine fraction digits, cut to
    /// microseconds); `None` on anything else.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let digits = text.get(range)?;
            digits.bytes().all(|octet| octet.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let mark = |at: usize| text.as_bytes().get(at).copied();
        let separated = mark(4) == Some(b'-')
            && mark(7) == Some(b'-')
            && matches!(mark(10), Some(b'T' | b't' | b' '))
            && mark(13) == Some(b':')
            && mark(16) == Some(b':');
        if !separated {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut micros = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if !(1..=9).contains(&digits) {
                return None;
            }
            let padded = format!("{:0<6}", fraction.get(..digits.min(6))?);
            micros = padded.parse().ok()?;
            rest = fraction.get(digits..)?;
        }
        let at = Self::from_civil(
            (number(0..4)?, number(5..7)?, number(8..10)?),
            (number(11..13)?, number(14..16)?, number(17..19)?),
            micros,
        )?;
        let offset = offset_seconds(rest)?;
        Some(at.plus_seconds(-offset))
    }
}

fn offset_seconds(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, body) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = body.split_once(':')?;
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|octet| octet.is_ascii_digit()))
            .then(|| part.parse::<i64>().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a count of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl fmt::Debug for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_number_agree_both_ways() {
        for (text, number) in [
            ("1970-01-01T00:00:00.000000Z", 0),
            ("2026-11-23T19:27:00.123456Z", 1_795_462_020_123_456),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
            ("1969-12-31T23:59:59.000000Z", -1_000_000),
        ] {
            assert_eq!(Micros::parse_rfc3339(text), Some(Micros(number)), "{text}");
            assert_eq!(Micros(number).rfc3339(), text);
        }
    }

    #[test]
    fn offsets_are_applied_and_nonsense_is_refused() {
        let madrid = Micros::parse_rfc3339("2026-11-23T20:27:00+01:00");
        assert_eq!(madrid, Micros::parse_rfc3339("2026-11-23T19:27:00Z"));
        for bad in ["2026-02-30T00:00:00Z", "2026-11-23", "2026-11-23T20:27:00", "x"] {
            assert_eq!(Micros::parse_rfc3339(bad), None, "{bad}");
        }
    }
}
