//! Record: what one IRI record or one CC payload says, in words every service shares.
//!
//! Each service reads its own structures into these; gathering them into the facts of a
//! communication happens once, in `extract`. All of it is derivative and bounded whatever the
//! octets hold; a value is as the operator sent it, never corrected.
//!
//! Rules: TS 102 232-1 clause 5 (derived from -2 to -7); DESIGN decisions 1, 2, 19.
use crate::extract::{Course, Medium, Party};
use crate::media::Text;
use crate::service::sms::Sms;
use lacre_term::Micros;

/// What one record says. Empty fields say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The standard's word for what happened, such as `bearerActivation`.
    pub event: Option<String>,
    /// Kind of communication, where the record itself tells.
    pub medium: Option<Medium>,
    /// Who began it, seen from the target.
    pub course: Option<Course>,
    /// Who is named.
    pub parties: Vec<Party>,
    /// The record's own time.
    pub at: Option<Micros>,
    /// A local time without a zone, as delivered; the operator's profile gives the zone.
    pub local_time: Option<String>,
    /// When the call or session began, was answered and ended, as the record says.
    pub started_at: Option<Micros>,
    /// When it was answered.
    pub answered_at: Option<Micros>,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// Conversation or session, in seconds.
    pub duration_s: Option<u64>,
    /// Why it ended, in the standard's word or number.
    pub cause: Option<String>,
    /// Services named: supplementary services, bearer, APN, codec.
    pub services: Vec<String>,
    /// Where the target, or another party, was.
    pub places: Vec<Place>,
    /// Short messages read.
    pub messages: Vec<Sms>,
    /// Other words written: chat, e-mail.
    pub texts: Vec<Text>,
    /// Digits dialled or keyed during a call.
    pub digits: Vec<String>,
    /// Octets the target received and sent, as counted by the network.
    pub octets_down: Option<u64>,
    /// Octets the target sent.
    pub octets_up: Option<u64>,
    /// Name and value of further facts.
    pub details: Vec<(&'static str, String)>,
    /// True when a field or alternative was met that this version does not name.
    pub unknown: bool,
}

/// A cell, an area or a point, and when the network said so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// When; the record's time where the place has none of its own.
    pub at: Option<Micros>,
    /// `target` or the party's role.
    pub of: &'static str,
    /// The cell or area.
    pub cell: Option<Cell>,
    /// The point.
    pub point: Option<Point>,
    /// The civic address or free text, as sent.
    pub civic: Option<String>,
}

/// A cell or area of a mobile network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// `cgi`, `sai`, `rai`, `lai`, `tai`, `ecgi`, `ncgi`, `wlan`, `wireline`, `other`.
    pub kind: &'static str,
    /// Mobile country and network code, such as `214-99`; empty where there is none.
    pub plmn: String,
    /// Location, routing or tracking area code.
    pub area: Option<u32>,
    /// Cell, service area or NR cell identity.
    pub cell: Option<u64>,
}

/// A point on the earth (WGS 84), with what the network says of its error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Ten-millionths of a degree, north positive.
    pub latitude_e7: i32,
    /// Ten-millionths of a degree, east positive.
    pub longitude_e7: i32,
    /// Radius of uncertainty in metres.
    pub uncertainty_m: Option<u32>,
}

/// Most items of one kind taken from one record.
pub const ITEMS_MAX: usize = 64;

/// Most octets of one value.
pub const VALUE_OCTETS_MAX: usize = 1024;

impl Record {
    /// Names a party, once, within [`ITEMS_MAX`]; an empty value names nobody.
    pub fn party(&mut self, role: &'static str, kind: &'static str, value: impl Into<String>) {
        let party = Party { role, kind, value: bounded(value.into()) };
        if !party.value.is_empty()
            && self.parties.len() < ITEMS_MAX
            && !self.parties.contains(&party)
        {
            self.parties.push(party);
        }
    }

    /// Adds a further fact, within [`ITEMS_MAX`]; `None` adds nothing.
    pub fn detail(&mut self, name: &'static str, value: Option<impl Into<String>>) {
        let Some(value) = value else { return };
        let detail = (name, bounded(value.into()));
        if self.details.len() < ITEMS_MAX && !self.details.contains(&detail) {
            self.details.push(detail);
        }
    }

    /// Names a service, once, within [`ITEMS_MAX`].
    pub fn service(&mut self, value: impl Into<String>) {
        let value = bounded(value.into());
        if self.services.len() < ITEMS_MAX && !self.services.contains(&value) {
            self.services.push(value);
        }
    }

    /// Adds a place that says something, within [`ITEMS_MAX`].
    pub fn place(&mut self, place: Place) {
        let says = place.cell.is_some() || place.point.is_some() || place.civic.is_some();
        if says && self.places.len() < ITEMS_MAX && !self.places.contains(&place) {
            self.places.push(place);
        }
    }
}

/// The value, cut at a character within [`VALUE_OCTETS_MAX`].
pub(crate) fn bounded(mut value: String) -> String {
    if value.len() > VALUE_OCTETS_MAX {
        let cut = value.floor_char_boundary(VALUE_OCTETS_MAX);
        value.truncate(cut);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_takes_no_more_than_its_bounds() {
        let mut record = Record::default();
        for number in 0..2 * ITEMS_MAX {
            record.party("caller", "tel", format!("+3460000{number:04}"));
            record.detail("cause", Some(number.to_string()));
            record.service(number.to_string());
        }
        record.party("called", "tel", "");
        assert_eq!(
            (record.parties.len(), record.details.len(), record.services.len()),
            (ITEMS_MAX, ITEMS_MAX, ITEMS_MAX)
        );
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let mut record = Record::default();
        record.party("caller", "user", "ñ".repeat(VALUE_OCTETS_MAX));
        assert_eq!(record.parties[0].value.len(), VALUE_OCTETS_MAX);
        record.party("caller", "user", format!("x{}", "ñ".repeat(VALUE_OCTETS_MAX)));
        assert_eq!(record.parties[1].value.len(), VALUE_OCTETS_MAX - 1);
    }
}
