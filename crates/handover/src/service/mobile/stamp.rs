//! Time stamps of mobile records: UTC, or local time with no more than a season.
//!
//! A local time that carries a zone all the same is a time; one without is given as text, because
//! only the operator's profile knows where its clocks stand.
//!
//! Rules: TS 101 671 annex D.5 (`TimeStamp`, `LocalTimeStamp`); X.680 clauses 46 and 47.
use super::words::{SEASON, word};
use crate::ber::Tlv;
use crate::record::{Record, bounded};
use crate::time;
use lacre_term::Micros;

/// A time stamp, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    /// The time, where it says its zone.
    pub(super) at: Option<Micros>,
    /// The local time as delivered, where it does not.
    pub(super) local: Option<String>,
    /// `winterTime` or `summerTime`.
    pub(super) season: Option<&'static str>,
    /// True when it is neither, or cannot be read.
    pub(super) unknown: bool,
}

/// Reads the `TimeStamp` inside `tlv`, the field that holds it.
pub(super) fn read(tlv: &Tlv<'_>) -> Stamp {
    let mut stamp = Stamp::default();
    let choice = tlv.children().next();
    let octets = match choice {
        Some(local) if local.is_context(0) => {
            let season = local.context(1).and_then(|season| season.unsigned());
            stamp.season = season.and_then(|season| word(SEASON, season));
            local.context(0).and_then(|time| time.string())
        }
        Some(utc) if utc.is_context(1) => utc.string(),
        _ => None,
    };
    let Some(octets) = octets else {
        stamp.unknown = true;
        return stamp;
    };
    let is_local = choice.is_some_and(|choice| choice.is_context(0));
    stamp.at = if is_local { time::generalized(&octets).0 } else { time::utc(&octets) };
    let zoneless = octets.iter().all(|octet| octet.is_ascii_digit() || b".,".contains(octet));
    if stamp.at.is_none() && zoneless && !octets.is_empty() {
        stamp.local = Some(String::from_utf8_lossy(&octets).into_owned());
    }
    stamp.unknown = stamp.at.is_none() && stamp.local.is_none();
    stamp
}

/// Reads the record's own time.
pub(super) fn of_record(record: &mut Record, tlv: &Tlv<'_>) {
    let stamp = read(tlv);
    record.at = stamp.at;
    record.local_time = stamp.local.map(bounded);
    record.unknown |= stamp.unknown;
    record.detail("season", stamp.season.filter(|season| *season != "notProvided"));
}

/// Reads another time of the record, as a detail of this name.
pub(super) fn detail(record: &mut Record, name: &'static str, tlv: &Tlv<'_>) {
    let stamp = read(tlv);
    record.unknown |= stamp.unknown;
    record.detail(name, stamp.at.map(Micros::rfc3339).or(stamp.local));
}
