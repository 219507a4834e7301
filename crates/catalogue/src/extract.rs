//! From decoded facts to a row and to the words it is found by.
//!
//! Promises: what the order does not grant enters neither the row nor the index: addresses without
//! origin and destination, texts without content, places without location, digits without both
//! content and origin and destination, services and causes without other traffic data. Folding the
//! facts of a whole communication into a fresh row gives the same row each time.
//!
//! Rules: DESIGN decisions 2 (fields beyond scope are withheld) and 17; `spec/catalogue.md`.
use crate::communication::{Direction, Medium, Party, Place, Row};
use lacre_handover::extract::{self, Course, Facts};
use lacre_handover::media::Text;
use lacre_handover::record;
use lacre_term::Scope;

/// The flag of a row whose addresses the order does not grant.
pub const PARTIES_WITHHELD: &str = "parties_withheld";

/// The flag of a row whose texts the order does not grant.
pub const TEXTS_WITHHELD: &str = "texts_withheld";

/// The flag of a row whose places the order does not grant.
pub const PLACES_WITHHELD: &str = "places_withheld";

/// The flag of a row whose digits the order does not grant: some are an address, some are content.
pub const DIGITS_WITHHELD: &str = "digits_withheld";

/// The flag of a row whose services and cause the order does not grant.
pub const TRAFFIC_WITHHELD: &str = "traffic_withheld";

/// Folds the facts of `row`'s next PDUs into it: counts add, times widen, a stronger medium
/// replaces a weaker one, the first direction stands.
///
/// Facts that need a communication's beginning (an e-mail session, who called) are whole only when
/// all its PDUs were summed at once: fold those into a row fresh from the ground.
pub fn fold(row: &mut Row, facts: &Facts, scope: &Scope) {
    let medium = medium_of(facts.medium);
    if strength(medium) > strength(row.medium) {
        row.medium = medium;
    }
    if scope.origin_destination {
        row.direction = row.direction.or(direction_of(facts.direction));
        for party in &facts.parties {
            row.party(party_of(party));
        }
    } else if !facts.parties.is_empty() {
        row.flag(PARTIES_WITHHELD);
    }
    if !scope.content && !facts.texts.is_empty() {
        row.flag(TEXTS_WITHHELD);
    }
    further(row, facts, scope);
    row.started_at = [row.started_at, facts.started_at].into_iter().flatten().min();
    row.ended_at = row.ended_at.max(facts.ended_at);
    row.pdus_iri = row.pdus_iri.saturating_add(facts.pdus_iri);
    row.pdus_cc = row.pdus_cc.saturating_add(facts.pdus_cc);
    row.octets = row.octets.saturating_add(facts.octets);
    for word in &facts.flags {
        row.flag(word);
    }
}

/// Places, digits, services and how it ended.
fn further(row: &mut Row, facts: &Facts, scope: &Scope) {
    row.answered_at = [row.answered_at, facts.answered_at].into_iter().flatten().min();
    row.duration_s = row.duration_s.max(facts.duration_s);
    if scope.location {
        for place in facts.places.iter().map(place_of) {
            if !row.places.contains(&place) {
                row.places.push(place);
            }
        }
        row.places.sort_by_key(|place| place.at);
    } else if facts.has_location || !facts.places.is_empty() {
        row.flag(PLACES_WITHHELD);
    }
    if scope.content && scope.origin_destination {
        row.digits.extend(facts.digits.iter().cloned());
    } else if !facts.digits.is_empty() {
        row.flag(DIGITS_WITHHELD);
    }
    if scope.other_traffic {
        row.cause = facts.cause.clone().or(row.cause.take());
        for service in &facts.services {
            if !row.services.contains(service) {
                row.services.push(service.clone());
            }
        }
    } else if facts.cause.is_some() || !facts.services.is_empty() {
        row.flag(TRAFFIC_WITHHELD);
    }
}

/// The words by which the communication is found, as far as the order grants them, one matter a
/// line: addresses, then each message with its subject, body and the names of its attachments.
#[must_use]
pub fn words(facts: &Facts, scope: &Scope) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = |text: &str| {
        if !text.trim().is_empty() {
            lines.push(text.trim().to_owned());
        }
    };
    if scope.origin_destination {
        for party in &facts.parties {
            line(&party.value);
        }
        for text in &facts.texts {
            text.from.iter().chain(&text.to).for_each(|address| line(address));
        }
    }
    if scope.content {
        for text in &facts.texts {
            text.subject.iter().for_each(|subject| line(subject));
            text.attachments.iter().for_each(|name| line(name));
        }
        joined(&facts.texts).iter().for_each(|body| line(body));
    }
    lines.join("\n")
}

/// The bodies, those of a long short message joined, so that a word cut in two is found whole.
fn joined(texts: &[Text]) -> Vec<String> {
    let mut bodies: Vec<String> = Vec::new();
    let mut before: Option<&Text> = None;
    for text in texts {
        let continues = before.is_some_and(|before| is_next_part(before, text));
        match bodies.last_mut() {
            Some(last) if continues => last.push_str(&text.body),
            _ => bodies.push(text.body.clone()),
        }
        before = Some(text);
    }
    bodies
}

/// True when `text` is the part after `before` of the same long message.
fn is_next_part(before: &Text, text: &Text) -> bool {
    match (before.part, text.part) {
        (Some((a, of_a, at_a)), Some((b, of_b, at_b))) => {
            let same = a == b && of_a == of_b && before.from == text.from;
            same && at_a.checked_add(1) == Some(at_b)
        }
        _ => false,
    }
}

fn medium_of(medium: extract::Medium) -> Medium {
    match medium {
        extract::Medium::Voice => Medium::Voice,
        extract::Medium::Message => Medium::Message,
        extract::Medium::Email => Medium::Email,
        extract::Medium::Ip => Medium::Ip,
        extract::Medium::Event => Medium::Event,
        extract::Medium::Other => Medium::Other,
    }
}

/// A call with a registration in it is a call: the order in which the extractor itself decides.
fn strength(medium: Medium) -> u8 {
    match medium {
        Medium::Other => 0,
        Medium::Event => 1,
        Medium::Ip => 2,
        Medium::Message => 3,
        Medium::Email => 4,
        Medium::Voice => 5,
    }
}

fn direction_of(course: Course) -> Option<Direction> {
    match course {
        Course::Outgoing => Some(Direction::Out),
        Course::Incoming => Some(Direction::In),
        Course::Unknown => None,
    }
}

fn party_of(party: &extract::Party) -> Party {
    let (role, kind) = (party.role.to_owned(), party.kind.to_owned());
    Party { role, kind, value: party.value.clone() }
}

fn place_of(place: &record::Place) -> Place {
    let cell = place.cell.as_ref();
    let kind = match (cell, place.point) {
        (Some(cell), _) => cell.kind,
        (None, Some(_)) => "point",
        (None, None) => "civic",
    };
    Place {
        at: place.at,
        of: place.of.to_owned(),
        kind: kind.to_owned(),
        plmn: cell.map(|cell| cell.plmn.clone()).filter(|plmn| !plmn.is_empty()),
        area: cell.and_then(|cell| cell.area),
        cell: cell.and_then(|cell| cell.cell),
        latitude: place.point.map(|point| point.latitude_e7),
        longitude: place.point.map(|point| point.longitude_e7),
        uncertainty_m: place.point.and_then(|point| point.uncertainty_m),
        civic: place.civic.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::communication::Ground;
    use lacre_handover::extract::Summary;
    use lacre_handover::media::TextKind;
    use lacre_term::{CommunicationKey, Liid, Micros, VaultId};

    const ALL: Scope =
        Scope { content: true, origin_destination: true, location: true, other_traffic: true };

    fn row() -> Row {
        let key = CommunicationKey {
            liid: Liid::parse(b"LI-7").unwrap(),
            cin: Some(1),
            cin_extension: None,
            operator: (*b"OPLAB-ES").into(),
            network_element: None,
            delivery_country: None,
        };
        let (case, order) = ("DP-1".to_owned(), "AUTO-1".to_owned());
        Row::from_ground(&Ground { case, order, vault: VaultId([1; 16]), n: 1, key })
    }

    fn text(body: &str, part: Option<(u16, u8, u8)>) -> Text {
        Text {
            kind: TextKind::Sms,
            at: None,
            from: Some("+34000555031".into()),
            to: vec!["+34000555032".into()],
            subject: Some("albarán".into()),
            body: body.into(),
            attachments: vec!["ruta.pdf".into()],
            part,
        }
    }

    fn facts(medium: extract::Medium, started_at: i64, ended_at: i64) -> Facts {
        let party = |role, value: &str| {
            let value = value.to_owned();
            extract::Party { role, kind: "tel", value }
        };
        Facts {
            medium,
            direction: Course::Incoming,
            parties: vec![party("caller", "+34000555031"), party("called", "+34000555032")],
            started_at: Some(Micros(started_at)),
            ended_at: Some(Micros(ended_at)),
            pdus_iri: 2,
            pdus_cc: 5,
            octets: 700,
            flags: vec!["time_coarse".into()],
            texts: vec![text("la merc", Some((9, 2, 1))), text("ancía llega", Some((9, 2, 2)))],
            ..Summary::new().finish()
        }
    }

    #[test]
    fn facts_fill_a_fresh_row_and_later_ones_widen_it() {
        let mut row = row();
        fold(&mut row, &facts(extract::Medium::Event, 100, 200), &ALL);
        fold(&mut row, &facts(extract::Medium::Voice, 50, 150), &ALL);
        fold(&mut row, &facts(extract::Medium::Event, 120, 180), &ALL);
        assert_eq!((row.medium, row.direction), (Medium::Voice, Some(Direction::In)));
        assert_eq!((row.started_at, row.ended_at), (Some(Micros(50)), Some(Micros(200))));
        assert_eq!((row.pdus_iri, row.pdus_cc, row.octets), (6, 15, 2100));
        assert_eq!(row.parties.len(), 2, "named three times, listed once");
        assert_eq!(row.flags, ["time_coarse"]);
    }

    #[test]
    fn a_communication_that_says_nothing_leaves_its_row_as_it_was() {
        let mut folded = row();
        fold(&mut folded, &Summary::new().finish(), &ALL);
        assert!(folded == row());
        assert_eq!(words(&Summary::new().finish(), &ALL), "");
    }

    #[test]
    fn words_are_addresses_subjects_and_bodies_with_long_messages_joined() {
        let found = words(&facts(extract::Medium::Message, 1, 2), &ALL);
        for word in ["+34000555031", "albarán", "ruta.pdf", "la mercancía llega"] {
            assert!(found.contains(word), "{word}");
        }
    }

    #[test]
    fn parts_of_two_messages_are_not_joined() {
        let texts =
            [text("uno", Some((9, 2, 1))), text("dos", Some((8, 2, 2))), text("tres", None)];
        assert_eq!(joined(&texts), ["uno", "dos", "tres"]);
    }

    #[test]
    fn texts_without_content_in_scope_enter_no_index_and_leave_a_flag() {
        let facts = facts(extract::Medium::Message, 1, 2);
        let scope = Scope { content: false, ..ALL };
        let found = words(&facts, &scope);
        assert!(found.contains("+34000555031"));
        for word in ["albarán", "ruta", "mercancía"] {
            assert!(!found.contains(word), "{word}");
        }
        let mut row = row();
        fold(&mut row, &facts, &scope);
        assert!(row.flags.iter().any(|flag| flag == TEXTS_WITHHELD));
    }

    fn placed() -> Facts {
        let cell = record::Cell { kind: "ecgi", plmn: "214-99".into(), area: None, cell: Some(7) };
        let point = record::Point { latitude_e7: 1, longitude_e7: -2, uncertainty_m: Some(9) };
        let at = |seconds| Some(Micros(seconds));
        let place = |at, cell, point| record::Place { at, of: "target", cell, point, civic: None };
        Facts {
            answered_at: at(60),
            duration_s: Some(42),
            cause: Some("16".into()),
            services: vec!["PCMA/8000".into()],
            places: vec![place(at(70), Some(cell), None), place(at(50), None, Some(point))],
            digits: vec!["4321#".into()],
            has_location: true,
            ..facts(extract::Medium::Voice, 50, 150)
        }
    }

    #[test]
    fn places_digits_and_services_enter_the_row_when_the_order_grants_them() {
        let mut row = row();
        fold(&mut row, &placed(), &ALL);
        assert_eq!((row.answered_at, row.duration_s), (Some(Micros(60)), Some(42)));
        assert_eq!((row.cause.as_deref(), row.services.len()), (Some("16"), 1));
        assert_eq!(row.digits, ["4321#"]);
        let kinds: Vec<&str> = row.places.iter().map(|place| place.kind.as_str()).collect();
        assert_eq!(kinds, ["point", "ecgi"], "by time");
        assert_eq!((row.places[0].latitude, row.places[0].plmn.as_deref()), (Some(1), None));
        assert_eq!((row.places[1].cell, row.places[1].plmn.as_deref()), (Some(7), Some("214-99")));
        assert!(row.flags.iter().all(|flag| !flag.ends_with("_withheld")));
    }

    #[test]
    fn what_the_order_does_not_grant_leaves_a_flag_and_no_value() {
        let none = Scope { location: false, other_traffic: false, ..ALL };
        let silent = |scope: Scope| {
            let mut row = row();
            fold(&mut row, &placed(), &scope);
            row
        };
        let row = silent(none);
        assert!(row.places.is_empty() && row.services.is_empty() && row.cause.is_none());
        for flag in [PLACES_WITHHELD, TRAFFIC_WITHHELD] {
            assert!(row.flags.iter().any(|held| held == flag), "{flag}");
        }
        assert_eq!(row.digits, ["4321#"]);
        for scope in [Scope { content: false, ..ALL }, Scope { origin_destination: false, ..ALL }] {
            let row = silent(scope);
            assert!(row.digits.is_empty(), "a digit may be an address or content");
            assert!(row.flags.iter().any(|held| held == DIGITS_WITHHELD));
            assert_eq!(row.places.len(), 2);
        }
    }

    #[test]
    fn a_location_nobody_could_read_is_withheld_by_name_too() {
        let mut row = row();
        let facts = Facts { places: Vec::new(), ..placed() };
        fold(&mut row, &facts, &Scope { location: false, ..ALL });
        assert!(row.flags.iter().any(|held| held == PLACES_WITHHELD));
    }

    #[test]
    fn addresses_without_origin_and_destination_enter_neither_row_nor_index() {
        let facts = facts(extract::Medium::Voice, 1, 2);
        let scope = Scope { origin_destination: false, ..ALL };
        let mut row = row();
        fold(&mut row, &facts, &scope);
        assert!(row.parties.is_empty() && row.direction.is_none());
        assert!(row.flags.iter().any(|flag| flag == PARTIES_WITHHELD));
        let found = words(&facts, &scope);
        assert!(!found.contains("+3400055503") && found.contains("mercancía"));
    }
}
