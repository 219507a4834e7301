//! Zones of local times that came without one.
//!
//! Fixed offsets, and the two civil times of Spain with the rule of Directive 2000/84/EC, valid
//! from 1996 (its forerunner had the same days) until a law changes it: summer time from 01:00
//! UTC of the last Sunday of March to 01:00 UTC of the last Sunday of October. The hour that
//! comes twice in October has two answers, the one that is left out in March none: neither is
//! guessed.
//!
//! Rules: TS 102 232-1 clause 5.2.6; TS 33.108 and TS 101 671 (`LocalTimeStamp`); Directive
//! 2000/84/EC articles 2 and 3; RD 236/2002.
use lacre_term::Micros;

/// First year in which both ends of summer time fall on those days.
const RULE_FROM_YEAR: i64 = 1996;
/// Widest offset that any zone has had, in seconds.
const OFFSET_SECONDS_MAX: i64 = 14 * 3600;

/// A zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Seconds east of UTC, all year.
    Fixed(i64),
    /// Seconds east of UTC in winter, an hour more in summer, by the Union's rule.
    European(i64),
}

/// What a local time may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// One moment.
    One(Micros),
    /// The hour that comes twice: in summer time, and in winter time.
    Two(Micros, Micros),
    /// The hour that was left out.
    None,
}

impl Local {
    /// The moment, with what the sender says of summer time, if anything (`winterSummerIndication`
    /// of TS 101 671); `None` when that does not decide it.
    #[must_use]
    pub fn moment(self, summer: Option<bool>) -> Option<Micros> {
        match (self, summer) {
            (Self::One(at), _)
            | (Self::Two(at, _), Some(true))
            | (Self::Two(_, at), Some(false)) => Some(at),
            _ => None,
        }
    }
}

impl Zone {
    /// Reads `UTC`, `+hh:mm`, `-hh:mm`, `Europe/Madrid` or `Atlantic/Canary`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "UTC" => return Some(Self::Fixed(0)),
            "Europe/Madrid" => return Some(Self::European(3600)),
            "Atlantic/Canary" => return Some(Self::European(0)),
            _ => {}
        }
        let (sign, rest) = match word.split_at_checked(1)? {
            ("+", rest) => (1_i64, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let two = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_digit());
            digits.then(|| text.parse::<i64>().ok())?
        };
        let minutes = two(minutes).filter(|minutes| *minutes < 60)?;
        let seconds = two(hours)?.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?;
        (seconds <= OFFSET_SECONDS_MAX).then_some(Self::Fixed(seconds.checked_mul(sign)?))
    }

    /// The moments that local time `civil` may be; `civil` is the time as if it were UTC.
    #[must_use]
    pub fn resolve(self, civil: Micros) -> Local {
        match self {
            Self::Fixed(east) => Local::One(back(civil, east)),
            Self::European(winter) => {
                let summer = winter.saturating_add(3600);
                let (as_summer, as_winter) = (back(civil, summer), back(civil, winter));
                match (is_summer(as_summer), is_summer(as_winter)) {
                    (true, true) => Local::One(as_summer),
                    (false, false) => Local::One(as_winter),
                    (true, false) => Local::Two(as_summer, as_winter),
                    (false, true) => Local::None,
                }
            }
        }
    }
}

fn back(civil: Micros, east: i64) -> Micros {
    civil.plus_seconds(east.saturating_neg())
}

/// True when summer time holds at the moment, by the Union's rule.
fn is_summer(at: Micros) -> bool {
    let year = at.rfc3339().split('-').next().and_then(|year| year.parse::<i64>().ok());
    let Some(year) = year.filter(|year| *year >= RULE_FROM_YEAR) else {
        return false;
    };
    match (last_sunday(year, 3), last_sunday(year, 10)) {
        (Some(from), Some(until)) => (from..until).contains(&at),
        _ => false,
    }
}

/// 01:00 UTC of the last Sunday of a month of 31 days.
fn last_sunday(year: i64, month: i64) -> Option<Micros> {
    let last = Micros::from_civil((year, month, 31), (1, 0, 0), 0)?;
    // 1970-01-01 was a Thursday: day 3 was a Sunday.
    let days = last.seconds().div_euclid(86_400).checked_sub(3)?.rem_euclid(7);
    Some(last.plus_seconds(days.checked_mul(-86_400)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn civil(text: &str) -> Micros {
        Micros::parse_rfc3339(&format!("{text}Z")).unwrap()
    }

    fn madrid(text: &str) -> Local {
        Zone::from_word("Europe/Madrid").unwrap().resolve(civil(text))
    }

    #[test]
    fn madrid_is_an_hour_ahead_in_winter_and_two_in_summer() {
        assert_eq!(madrid("2026-01-15T12:00:00"), Local::One(civil("2026-01-15T11:00:00")));
        assert_eq!(madrid("2026-07-15T12:00:00"), Local::One(civil("2026-07-15T10:00:00")));
        let canary = Zone::from_word("Atlantic/Canary").unwrap();
        let at = canary.resolve(civil("2026-07-15T12:00:00"));
        assert_eq!(at.moment(None), Some(civil("2026-07-15T11:00:00")));
    }

    #[test]
    fn the_hour_left_out_has_no_answer_and_the_hour_that_comes_twice_has_two() {
        assert_eq!(madrid("2026-03-29T01:59:59"), Local::One(civil("2026-03-29T00:59:59")));
        assert_eq!(madrid("2026-03-29T02:30:00"), Local::None);
        assert_eq!(madrid("2026-03-29T03:00:00"), Local::One(civil("2026-03-29T01:00:00")));
        let twice = madrid("2026-10-25T02:30:00");
        let (first, second) = (civil("2026-10-25T00:30:00"), civil("2026-10-25T01:30:00"));
        assert_eq!(twice, Local::Two(first, second));
        assert_eq!(twice.moment(None), None, "nothing is guessed");
        assert_eq!(twice.moment(Some(true)), Some(first));
        assert_eq!(twice.moment(Some(false)), Some(second));
        assert_eq!(madrid("2026-10-25T03:00:00"), Local::One(civil("2026-10-25T02:00:00")));
    }

    #[test]
    fn offsets_are_read_and_anything_else_is_refused() {
        assert_eq!(Zone::from_word("+01:00"), Some(Zone::Fixed(3600)));
        assert_eq!(Zone::from_word("-05:30"), Some(Zone::Fixed(-19_800)));
        assert_eq!(Zone::from_word("UTC"), Some(Zone::Fixed(0)));
        for bad in ["", "+1:00", "+15:00", "+01:60", "01:00", "Europe/Paris", "+0x:00", "é"] {
            assert_eq!(Zone::from_word(bad), None, "{bad}");
        }
    }
}
