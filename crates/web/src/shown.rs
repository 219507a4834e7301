//! Figures and times as people read them.
//!
//! Stored in UTC, shown in official Spanish time with its offset, in either language. Thousands
//! are set apart by a narrow space that does not break.
//!
//! Rules: Directive 2000/84/EC (summer time: last Sundays of March and October, 01:00 UTC).
use crate::words::Language;
use lacre_term::Micros;

/// Digits in groups of three, from five digits on.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len().saturating_mul(2));
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Octets in a unit that leaves at most four digits: `2,1 MB`.
pub(crate) fn octets(number: u64, language: Language) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    for (unit, size) in units {
        if number >= size {
            let mark = if language == Language::Es { ',' } else { '.' };
            let tenths = (number % size) / (size / 10);
            return format!("{}{mark}{tenths} {unit}", count(number / size));
        }
    }
    format!("{number} B")
}

/// `23-11-2026 18:42:07 UTC+1`, or `23 Nov 2026 18:42:07 UTC+1`.
pub(crate) fn time(at: Micros, language: Language) -> String {
    let offset = if is_summer(at) { 2 } else { 1 };
    let local = at.plus_seconds(offset * 3600).rfc3339();
    let part = |range: std::ops::Range<usize>| local.get(range).unwrap_or_default();
    let clock = format!("{} UTC+{offset}", part(11..19));
    match language {
        Language::Es => format!("{}-{}-{} {clock}", part(8..10), part(5..7), part(0..4)),
        Language::En => {
            let names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
            let month = part(5..7).parse::<usize>().unwrap_or(1).saturating_sub(1);
            let name = names.split(' ').nth(month).unwrap_or_default();
            format!("{} {name} {} {clock}", part(8..10), part(0..4))
        }
    }
}

fn is_summer(at: Micros) -> bool {
    let year = at.rfc3339().get(..4).and_then(|year| year.parse().ok()).unwrap_or(1970);
    let begins = last_sunday(year, 3);
    let ends = last_sunday(year, 10);
    begins.is_some_and(|begins| at >= begins) && ends.is_some_and(|ends| at < ends)
}

/// 01:00 UTC on the last Sunday of a month of 31 days.
fn last_sunday(year: i64, month: i64) -> Option<Micros> {
    let last = Micros::from_civil((year, month, 31), (1, 0, 0), 0)?;
    // 1970-01-01 was a Thursday; Sunday is day 0.
    let weekday = (last.seconds().div_euclid(86_400) + 4).rem_euclid(7);
    Some(last.plus_seconds(-86_400 * weekday))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, language: Language) -> String {
        time(Micros::parse_rfc3339(text).unwrap(), language)
    }

    #[test]
    fn times_are_official_spanish_time_with_its_offset() {
        let winter = "2026-11-23T17:42:07Z";
        assert_eq!(shown(winter, Language::Es), "23-11-2026 18:42:07 UTC+1");
        assert_eq!(shown(winter, Language::En), "23 Nov 2026 18:42:07 UTC+1");
        assert_eq!(shown("2026-07-01T22:30:00Z", Language::Es), "02-07-2026 00:30:00 UTC+2");
    }

    #[test]
    fn summer_begins_and_ends_at_one_o_clock_utc() {
        assert!(shown("2026-03-29T00:59:59Z", Language::Es).ends_with("UTC+1"));
        assert!(shown("2026-03-29T01:00:00Z", Language::Es).ends_with("UTC+2"));
        assert!(shown("2026-10-25T00:59:59Z", Language::Es).ends_with("UTC+2"));
        assert!(shown("2026-10-25T01:00:00Z", Language::Es).ends_with("UTC+1"));
    }

    #[test]
    fn figures_are_grouped_from_five_digits_on() {
        assert_eq!(count(1284), "1284");
        assert_eq!(count(18_204_116), "18\u{202f}204\u{202f}116");
        assert_eq!(octets(2_150_000, Language::Es), "2,1 MB");
        assert_eq!(octets(999, Language::En), "999 B");
    }
}
