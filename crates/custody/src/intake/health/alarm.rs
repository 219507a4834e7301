//! What is wrong with a line now.
//!
//! Rules: issue 3 (line health); `spec/line-health.md`, section "Alarms".
use super::{Kind, Line};
use lacre_term::{Micros, hex};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SECOND: i64 = 1_000_000;
/// An alarm about something that came stands so long after the last of it.
const RECENT: i64 = 24 * 3_600 * SECOND;
/// An operator's clock that is further ahead than this is wrong.
const AHEAD: i64 = 2 * SECOND;
/// A delivery of which every PDU takes longer than this is late, or its clock is behind.
const LATE: i64 = 60 * SECOND;
/// Undecodable PDUs above this share, in thousandths.
const UNDECODABLE_PERMILLE: u64 = 10;

/// Something a person should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// No IRI for longer than the measure's silence.
    Silent,
    /// Numbers were missed in the last 24 hours, and some are missing still.
    Gaps,
    /// Other octets came under a number already used, in the last 24 hours.
    Conflicts,
    /// Interception times lie more than 2 s after arrival.
    ClockAhead,
    /// Everything takes more than 60 s, or the operator's clock is behind.
    Late,
    /// More than 1 % of what came makes no sense to us, the last of it in the last 24 hours.
    Undecodable,
}

impl Alarm {
    /// The word in JSON and in acts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Gaps => "gaps",
            Self::Conflicts => "conflicts",
            Self::ClockAhead => "clock_ahead",
            Self::Late => "late",
            Self::Undecodable => "undecodable",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Silent => "no IRI for longer than the measure's silence: ask the operator",
            Self::Gaps => "sequence numbers are missing: ask the operator to send them again",
            Self::Conflicts => "a sequence number came twice with other octets: ask the operator",
            Self::ClockAhead => "the operator's clock is ahead of ours by more than 2 s",
            Self::Late => {
                "everything arrives more than 60 s after interception, or the operator's \
                           clock is behind"
            }
            Self::Undecodable => {
                "more than 1 % is quarantined or not understood: see \
                                  `lacre intake quarantine` and `lacre decode`"
            }
        }
    }
}

/// How long a measure may be silent, in hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// For every measure without one of its own.
    site: u32,
    /// By LIID in hexadecimal, then by operator.
    measures: BTreeMap<String, BTreeMap<String, u32>>,
}

impl Default for Silence {
    fn default() -> Self {
        Self { site: Self::HOURS, measures: BTreeMap::new() }
    }
}

impl Silence {
    /// Of a site that set nothing.
    pub const HOURS: u32 = 24;
    /// Longest that can be set: a year.
    pub const HOURS_MAX: u32 = 8_784;

    /// Hours for the line of `liid` at `operator`.
    #[must_use]
    pub fn hours(&self, liid: &[u8], operator: &str) -> u32 {
        let own = self.measures.get(&hex::encode(liid)).and_then(|it| it.get(operator));
        own.copied().unwrap_or(self.site)
    }

    /// Sets the hours of every measure without hours of its own.
    pub fn set_site(&mut self, hours: u32) {
        self.site = hours;
    }

    /// Sets the hours of one line.
    pub fn set(&mut self, liid: &[u8], operator: &str, hours: u32) {
        let of_liid = self.measures.entry(hex::encode(liid)).or_default();
        of_liid.insert(operator.to_owned(), hours);
    }
}

impl Line {
    /// Microseconds for which a measure in force since `from` has been without IRI.
    #[must_use]
    pub fn silent_for(&self, from: Micros, now: Micros) -> i64 {
        let heard = self.of(Kind::Iri).last.unwrap_or(i64::MIN).max(from.0);
        now.0.saturating_sub(heard).max(0)
    }

    /// True when that is longer than `hours`.
    #[must_use]
    pub fn is_silent(&self, from: Micros, hours: u32, now: Micros) -> bool {
        self.silent_for(from, now) > i64::from(hours).saturating_mul(3_600 * SECOND)
    }

    /// What is wrong at `now`. `in_force` is the beginning of the measure in force and the hours
    /// it may be silent; a measure that is not in force is not expected to be heard.
    #[must_use]
    pub fn alarms(&self, in_force: Option<(Micros, u32)>, now: Micros) -> Vec<Alarm> {
        let recent = |at: Option<i64>| at.is_some_and(|at| now.0.saturating_sub(at) < RECENT);
        let skew = self.skew.micros().filter(|_| recent(Some(self.skew.until().0)));
        let odd_at = self.odd_at.max(self.aside.closed_at);
        let found = [
            (Alarm::Silent, in_force.is_some_and(|(from, hours)| self.is_silent(from, hours, now))),
            (Alarm::Gaps, self.aside.missing > 0 && recent(self.aside.missed_at)),
            (Alarm::Conflicts, recent(self.conflict_at)),
            (Alarm::ClockAhead, skew.is_some_and(|(least, ..)| least < -AHEAD)),
            (Alarm::Late, skew.is_some_and(|(least, ..)| least > LATE)),
            (
                Alarm::Undecodable,
                self.undecodable_permille() > UNDECODABLE_PERMILLE && recent(odd_at),
            ),
        ];
        found.into_iter().filter(|(_, found)| *found).map(|(alarm, _)| alarm).collect()
    }
}
