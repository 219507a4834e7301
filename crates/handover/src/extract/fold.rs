//! Fold: what single records say, gathered into the facts of a communication.
//!
//! Cumulative counters count once, at their highest; names are not repeated in other spellings;
//! the first record to name the sides of a call names them for good. Everything is bounded, and
//! what a bound cuts leaves a flag.
//!
//! Rules: DESIGN decisions 1, 2; TS 102 232-3 clause 6.2 (counters); TS 33.108 (directions).
use super::{Course, ITEMS_MAX, Medium, Party, Summary, number};
use crate::media::text::{phone_of, sms_text};
use crate::record::{Place, Record};
use crate::time;
use lacre_term::Micros;

/// Most places held before those that repeat each other are left out.
const PLACES_HELD_MAX: usize = 4096;

/// Most places of one communication.
const PLACES_MAX: usize = 256;

/// Most messages taken out of records.
const MESSAGES_MAX: usize = 10_000;

impl Summary {
    /// Takes what one record says; `at` is its payload's time, `source` where it came from.
    pub(super) fn record(&mut self, mut record: Record, at: Option<Micros>, source: (bool, u32)) {
        let at = self.own_time(&mut record).or(at);
        self.facts.unknown = self.facts.unknown.saturating_add(u64::from(record.unknown));
        self.media.extend(record.medium);
        if let Some(course @ (Course::Outgoing | Course::Incoming)) = record.course {
            self.course.get_or_insert(course);
        }
        self.messages(&record, at, source);
        self.moments(&record);
        for place in record.places {
            self.place(place, at);
        }
        for party in record.parties {
            self.party(party.role, party.kind, party.value);
        }
        // Digits in SIP and RTP are gathered on their own: each press comes more than once.
        let of_builder = matches!(record.event.as_deref(), Some("INFO" | "iRIOnlyRTPPacket"));
        self.detail("event", record.event);
        for (name, value) in record.details {
            self.detail(name, Some(value));
        }
        let facts = &mut self.facts;
        facts.cause = record.cause.or(facts.cause.take());
        facts.octets_down = facts.octets_down.max(record.octets_down);
        facts.octets_up = facts.octets_up.max(record.octets_up);
        for service in record.services {
            if facts.services.len() < ITEMS_MAX && !facts.services.contains(&service) {
                facts.services.push(service);
            }
        }
        if !of_builder {
            let room = ITEMS_MAX.saturating_sub(facts.digits.len());
            facts.digits.extend(record.digits.into_iter().take(room));
        }
    }

    /// The record's own time; a local time becomes one where its sender's zone is known, and what
    /// the record says of that moment with it. Any other stays as delivered.
    fn own_time(&mut self, record: &mut Record) -> Option<Micros> {
        let Some(local) = record.local_time.take() else {
            return record.at;
        };
        let says = |name, value: &str| {
            record.details.iter().any(|(known, said)| *known == name && said == value)
        };
        let season = [("summerTime", true), ("winterTime", false)];
        let summer = season.into_iter().find(|(word, _)| says("season", word)).map(|(_, is)| is);
        // Read as if it were UTC; what its zone makes of it is the zone's answer alone.
        let civil = time::generalized(format!("{local}Z").as_bytes()).0;
        let zone = self.zone.filter(|_| record.at.is_none());
        let moment = zone.zip(civil).and_then(|(zone, civil)| zone.resolve(civil).moment(summer));
        let Some(at) = moment else {
            let held = &mut self.facts.local_times;
            if held.len() < ITEMS_MAX && !held.contains(&local) {
                held.push(local);
            }
            return record.at;
        };
        if says("record kind inside", "iRI-Begin-record") {
            record.started_at = record.started_at.or(moment);
        }
        if says("record kind inside", "iRI-End-record") {
            record.ended_at = record.ended_at.or(moment);
        }
        if record.event.as_deref() == Some("answer") {
            record.answered_at = record.answered_at.or(moment);
        }
        record.at = Some(at);
        record.at
    }

    /// When it began, was answered and ended, as the records themselves say.
    fn moments(&mut self, record: &Record) {
        let facts = &mut self.facts;
        let first = |a: Option<Micros>, b| [a, b].into_iter().flatten().min();
        facts.began_at = first(facts.began_at, record.started_at);
        facts.answered_at = first(facts.answered_at, record.answered_at);
        facts.over_at = facts.over_at.max(record.ended_at);
        facts.duration_s = facts.duration_s.max(record.duration_s);
    }

    fn place(&mut self, mut place: Place, at: Option<Micros>) {
        self.facts.has_location = true;
        place.at = place.at.or(at);
        if self.facts.places.contains(&place) {
            return;
        }
        if self.facts.places.len() < PLACES_HELD_MAX {
            self.facts.places.push(place);
        } else {
            self.places_cut = true;
        }
    }

    /// Names a party once; another spelling of a number already named is the same party.
    pub(super) fn party(&mut self, role: &'static str, kind: &'static str, value: String) {
        let parties = &mut self.facts.parties;
        let same = |party: &Party| {
            party.value == value || kind == "tel" && number::is_same(&party.value, &value)
        };
        // A request from the called side turns its headers round, not the call.
        let other_side = match role {
            "caller" => "called",
            "called" => "caller",
            _ => "",
        };
        let named = |role| parties.iter().any(move |party: &Party| party.role == role);
        if named(role) && parties.iter().any(|party| party.role == other_side && same(party)) {
            return;
        }
        let is_known = |party: &Party| party.role == role && party.kind == kind && same(party);
        if let Some(at) = parties.iter().position(is_known) {
            let known = parties.get_mut(at).filter(|known| {
                number::is_international(&value) && !number::is_international(&known.value)
            });
            if let Some(known) = known {
                known.value = value;
            }
        } else if parties.len() < ITEMS_MAX {
            parties.push(Party { role, kind, value });
        }
    }

    pub(super) fn detail(&mut self, name: &'static str, value: Option<String>) {
        let Some(detail) = value.map(|value| (name, value)) else {
            return;
        };
        let details = &mut self.facts.details;
        if details.len() < ITEMS_MAX && !details.contains(&detail) {
            details.push(detail);
        }
    }

    fn messages(&mut self, record: &Record, at: Option<Micros>, source: (bool, u32)) {
        let target = record
            .parties
            .iter()
            .find(|party| party.kind == "tel" && (party.role == "target" || self.is_target(party)));
        let target = target.map(|party| party.value.clone());
        let own = record.messages.iter().map(|sms| {
            sms_text(sms, target.clone().or_else(|| phone_of(sms, &record.parties)), None)
        });
        let held = self.record_texts.entry(source).or_default();
        for mut text in own.chain(record.texts.iter().cloned()) {
            text.at = text.at.or(at);
            let left = self.text_octets_left.checked_sub(text.body.len());
            if let Some(left) = left.filter(|_| held.len() < MESSAGES_MAX) {
                self.text_octets_left = left;
                held.push(text);
            } else {
                self.texts_cut = true;
            }
        }
    }

    fn is_target(&self, party: &Party) -> bool {
        number::is_among(&self.targets, party.kind, &party.value)
    }

    /// Who began it: the session's direction, else a record's, else whose side the target is on.
    pub(super) fn course(&self) -> Course {
        use crate::ps_pdu::Direction;
        match self.session {
            Some(Direction::FromTarget) => return Course::Outgoing,
            Some(Direction::ToTarget) => return Course::Incoming,
            _ => {}
        }
        if let Some(course) = self.course {
            return course;
        }
        if matches!(self.facts.medium, Medium::Ip | Medium::Other) {
            return Course::Unknown;
        }
        let parties = &self.facts.parties;
        let named: Vec<String> = parties
            .iter()
            .filter(|party| party.role == "target")
            .map(|party| party.value.clone())
            .collect();
        let on = |roles: [&str; 3]| {
            parties.iter().filter(|party| roles.contains(&party.role)).any(|party| {
                self.is_target(party) || number::is_among(&named, party.kind, &party.value)
            })
        };
        if on(["caller", "originating", "sender"]) {
            Course::Outgoing
        } else if on(["called", "terminating", "recipient"]) {
            Course::Incoming
        } else {
            Course::Unknown
        }
    }

    /// Ends the fold: what follows from all records together.
    pub(super) fn conclude(&mut self) {
        let facts = &mut self.facts;
        let end = facts.over_at.or(self.iri_ended_at);
        let from = match facts.medium {
            Medium::Voice => facts.answered_at,
            _ => facts.began_at,
        };
        let seconds = from.zip(end).and_then(|(from, end)| {
            let micros = end.0.checked_sub(from.0)?.checked_div(Micros::PER_SECOND)?;
            u64::try_from(micros).ok()
        });
        facts.duration_s = facts.duration_s.or(seconds);
        let (down, up) = (facts.octets_down, facts.octets_up);
        self.detail("octets received", down.map(|octets| octets.to_string()));
        self.detail("octets transmitted", up.map(|octets| octets.to_string()));
        self.conclude_places();
    }

    /// Places in the order of their times; of a row of sightings at one place, first and last.
    fn conclude_places(&mut self) {
        let mut all = std::mem::take(&mut self.facts.places);
        all.sort_by_key(|place| place.at);
        let is_same = |a: &Place, b: &Place| {
            (&a.cell, &a.point, &a.civic, a.of) == (&b.cell, &b.point, &b.civic, b.of)
        };
        let mut kept: Vec<Place> = Vec::new();
        for place in all {
            let goes_on = matches!(kept.as_slice(), [.., a, b]
                if is_same(a, b) && is_same(b, &place));
            if goes_on {
                kept.pop();
            }
            kept.push(place);
        }
        self.places_cut |= kept.len() > PLACES_MAX;
        kept.truncate(PLACES_MAX);
        self.facts.places = kept;
    }
}

#[cfg(test)]
mod tests;
