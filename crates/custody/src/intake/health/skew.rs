//! How long PDUs take from interception to arrival, by two clocks: the operator's and ours.
//!
//! Below zero, the operator's clock is ahead of ours. Least and greatest are of the hour of the
//! last live PDU and the hour before it; the estimate moves a sixteenth of the way with each PDU.
//! Four numbers a line, however many PDUs come.
//!
//! Rules: TS 102 232-1 clause 5.2.6 (time of interception).
use lacre_term::Micros;
use serde::{Deserialize, Serialize};

const HOUR_MICROS: i64 = 3_600_000_000;
/// One part of so many that a PDU moves the estimate by.
const WEIGHT: i64 = 16;

/// Arrival less interception, in microseconds, of live deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skew {
    /// Hours since 1970 of the last PDU's receipt.
    hour: i64,
    now: Option<(i64, i64)>,
    before: Option<(i64, i64)>,
    estimate: i64,
}

impl Skew {
    /// Takes the two times of one live PDU.
    pub fn take(&mut self, received_at: Micros, intercepted_at: Micros) {
        let delay = received_at.0.saturating_sub(intercepted_at.0);
        let hour = received_at.0.div_euclid(HOUR_MICROS);
        let first = self.now.is_none() && self.before.is_none();
        // A clock of ours set back stays in the hour it was in.
        if hour > self.hour {
            self.before = if hour == self.hour.saturating_add(1) { self.now } else { None };
            self.now = None;
            self.hour = hour;
        }
        let span = self.now.map_or((delay, delay), |(low, high)| (low.min(delay), high.max(delay)));
        self.now = Some(span);
        let toward = delay.saturating_sub(self.estimate) / WEIGHT;
        self.estimate = if first { delay } else { self.estimate.saturating_add(toward) };
    }

    /// Least, moving estimate and greatest; `None` before the first live PDU.
    #[must_use]
    pub fn micros(&self) -> Option<(i64, i64, i64)> {
        let now = self.now?;
        let before = self.before.unwrap_or(now);
        Some((now.0.min(before.0), self.estimate, now.1.max(before.1)))
    }

    /// When the window ends, exclusive: after it the values are history.
    #[must_use]
    pub fn until(&self) -> Micros {
        Micros(self.hour.saturating_add(1).saturating_mul(HOUR_MICROS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: i64) -> Micros {
        Micros(n.saturating_mul(1_000_000))
    }

    #[test]
    fn a_clock_ahead_is_below_zero_and_an_outlier_does_not_move_the_estimate_far() {
        let mut skew = Skew::default();
        assert_eq!(skew.micros(), None, "nothing is known before the first");
        for n in 0..100 {
            skew.take(second(n), second(n + 3));
        }
        assert_eq!(skew.micros(), Some((-3_000_000, -3_000_000, -3_000_000)));
        skew.take(second(100), second(100 - 13));
        let (least, estimate, greatest) = skew.micros().unwrap();
        assert_eq!((least, greatest), (-3_000_000, 13_000_000));
        assert_eq!(estimate, -2_000_000, "a sixteenth of the way");
    }

    #[test]
    fn what_is_older_than_the_hour_before_is_forgotten() {
        let mut skew = Skew::default();
        skew.take(second(10), second(0));
        skew.take(second(3_610), second(3_609));
        assert_eq!(skew.micros().map(|it| it.2), Some(10_000_000), "the hour before still counts");
        skew.take(second(7_210), second(7_209));
        assert_eq!(skew.micros().map(|it| it.2), Some(1_000_000));
        assert_eq!(skew.until(), second(3 * 3_600));
    }

    #[test]
    fn a_clock_of_ours_set_back_and_times_at_the_edge_are_taken() {
        let mut skew = Skew::default();
        skew.take(second(7_200), second(7_199));
        skew.take(second(0), Micros(i64::MAX));
        skew.take(Micros(i64::MAX), Micros(i64::MIN));
        assert!(skew.micros().is_some());
    }
}
