//! Stories of the fold, with records made by hand.
use super::*;
use crate::record::{Cell, Point};
use crate::service::sms::Sms;

const CALLER: &str = "+34600000123";
const CALLED: &str = "+34600000456";

fn at(seconds: i64) -> Option<Micros> {
    seconds.checked_mul(Micros::PER_SECOND).map(Micros)
}

fn cell(of: &'static str, number: u64) -> Place {
    let cell = Cell { kind: "ecgi", plmn: "214-99".into(), area: None, cell: Some(number) };
    Place { of, cell: Some(cell), ..Place::default() }
}

fn call(role: &'static str, value: &str) -> Record {
    let mut record = Record { medium: Some(Medium::Voice), ..Record::default() };
    record.party(role, "tel", value);
    record
}

fn folded(targets: &[&str], records: Vec<(i64, Record)>) -> super::super::Facts {
    let targets: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
    let mut summary = Summary::for_targets(&targets);
    for (seconds, record) in records {
        summary.record(record, at(seconds), (true, 15));
    }
    summary.finish()
}

#[test]
fn a_number_is_one_party_however_it_is_spelled() {
    let spellings = ["600000123", "0034600000123", CALLER, "34600000123"];
    let facts = folded(&[], spellings.iter().map(|one| (1, call("caller", one))).collect());
    assert_eq!(facts.parties.len(), 1);
    assert_eq!(facts.parties[0].value, "0034600000123", "a spelling with its country stands");
    let others = folded(&[], vec![(1, call("caller", CALLER)), (2, call("caller", CALLED))]);
    assert_eq!(others.parties.len(), 2);
}

#[test]
fn the_first_message_names_the_sides_and_a_turned_one_does_not_swap_them() {
    let (mut first, mut turned) = (call("caller", CALLER), call("caller", CALLED));
    first.party("called", "tel", CALLED);
    turned.party("called", "tel", "600000123");
    let facts = folded(&[], vec![(1, first), (2, turned)]);
    let named: Vec<_> = facts.parties.iter().map(|p| (p.role, p.value.as_str())).collect();
    assert_eq!(named, [("caller", CALLER), ("called", CALLED)]);
    let mut own = call("caller", CALLER);
    own.party("called", "tel", CALLER);
    assert_eq!(folded(&[], vec![(1, own)]).parties.len(), 2, "one may call one's own mailbox");
}

#[test]
fn the_course_is_seen_from_the_target_in_any_of_its_spellings() {
    let both = || {
        let mut record = call("caller", "600000123");
        record.party("called", "tel", CALLED);
        record
    };
    let course = |targets: &[&str], record| folded(targets, vec![(1, record)]).direction;
    assert_eq!(course(&[CALLER], both()), Course::Outgoing);
    assert_eq!(course(&["0034600000123"], both()), Course::Outgoing);
    assert_eq!(course(&["sip:+34600000456@ims.example.es"], both()), Course::Incoming);
    assert_eq!(course(&["+34600000789"], both()), Course::Unknown);
    let mut said = both();
    said.course = Some(Course::Incoming);
    assert_eq!(course(&[CALLER], said), Course::Incoming, "the record's own word comes first");
    let mut named = both();
    named.party("target", "tel", CALLED);
    assert_eq!(course(&[], named), Course::Incoming, "the record says who the target is");
}

#[test]
fn cumulative_counters_are_not_added_up() {
    let count = |down, up| Record {
        medium: Some(Medium::Ip),
        octets_down: Some(down),
        octets_up: Some(up),
        ..Record::default()
    };
    let records = vec![(1, count(5, 1 << 40)), (2, count(9, 3)), (3, count(7, u64::MAX))];
    let facts = folded(&[], records);
    assert_eq!((facts.octets_down, facts.octets_up), (Some(9), Some(u64::MAX)));
    assert!(facts.details.contains(&("octets received", "9".to_owned())));
}

#[test]
fn a_calls_duration_is_as_said_or_from_answer_to_end() {
    let answered = Record { answered_at: at(100), ..call("caller", CALLER) };
    let ended = Record { ended_at: at(142), cause: Some("16".into()), ..Record::default() };
    let facts = folded(&[], vec![(90, answered.clone()), (142, ended.clone())]);
    assert_eq!((facts.duration_s, facts.cause.as_deref()), (Some(42), Some("16")));
    let said = Record { duration_s: Some(41), ..ended };
    assert_eq!(folded(&[], vec![(90, answered), (142, said)]).duration_s, Some(41));
    let unanswered = Record { ended_at: at(142), ..call("caller", CALLER) };
    assert_eq!(folded(&[], vec![(90, unanswered)]).duration_s, None, "nobody spoke");
}

#[test]
fn places_are_kept_in_time_and_a_long_stay_by_its_first_and_last_sighting() {
    let seen = |number| {
        let mut record = Record::default();
        record.place(cell("target", number));
        record
    };
    let records =
        vec![(4, seen(2)), (1, seen(1)), (2, seen(1)), (3, seen(1)), (5, seen(1)), (5, seen(1))];
    let facts = folded(&[], records);
    let found: Vec<_> = facts
        .places
        .iter()
        .map(|place| (place.at, place.cell.as_ref().and_then(|cell| cell.cell)))
        .collect();
    assert_eq!(found, [(at(1), Some(1)), (at(3), Some(1)), (at(4), Some(2)), (at(5), Some(1))]);
    assert!(facts.has_location);
}

#[test]
fn a_place_keeps_its_own_time_and_whose_it_was() {
    let point = Point { latitude_e7: 1, longitude_e7: 2, uncertainty_m: None };
    let mut record = Record::default();
    record.place(Place { at: at(7), of: "called", point: Some(point), ..Place::default() });
    let facts = folded(&[], vec![(90, record)]);
    assert_eq!((facts.places[0].at, facts.places[0].of), (at(7), "called"));
}

#[test]
fn more_places_than_are_kept_leave_a_flag() {
    let records = (0..300_u32).map(|number| {
        let mut record = Record::default();
        record.place(cell("target", number.into()));
        (number.into(), record)
    });
    let facts = folded(&[], records.collect());
    assert_eq!(facts.places.len(), 256);
    assert!(facts.flags.iter().any(|flag| flag == "places_cut"));
}

#[test]
fn parts_of_a_message_in_several_records_are_one_text() {
    let part = |number, text: &str| {
        let mut record = call("target", CALLER);
        record.messages.push(Sms {
            submit: true,
            address: Some(CALLED.into()),
            text: text.into(),
            part: Some((9, 2, number)),
            ..Sms::default()
        });
        record
    };
    let facts = folded(&[CALLER], vec![(2, part(2, "llega")), (1, part(1, "la mercancía "))]);
    assert_eq!(facts.texts.len(), 1);
    assert_eq!(facts.texts[0].body, "la mercancía llega");
    assert_eq!(facts.texts[0].from.as_deref(), Some(CALLER));
    assert_eq!(facts.texts[0].to, [CALLED]);
}

#[test]
fn what_is_not_named_here_is_counted_and_what_is_said_is_not_repeated() {
    let mut record = Record { unknown: true, event: Some("accessEnd".into()), ..Record::default() };
    record.service("ims");
    record.digits.push("4321#".into());
    record.detail("protocol", Some("smtp"));
    let facts = folded(&[], vec![(1, record.clone()), (2, record)]);
    assert_eq!((facts.unknown, facts.services.len(), facts.digits.len()), (2, 1, 2));
    let said = |name| facts.details.iter().filter(|(known, _)| *known == name).count();
    assert_eq!((said("event"), said("protocol")), (1, 1));
}

#[test]
fn whose_a_message_was_goes_by_its_roles_and_not_by_who_stands_first() {
    let received = |roles: [(&'static str, &str); 2]| {
        let mut record = Record::default();
        for (role, value) in roles {
            record.party(role, "tel", value);
        }
        record.messages.push(Sms {
            address: Some(CALLER.into()),
            text: "llega".into(),
            ..Sms::default()
        });
        let text = folded(&[], vec![(1, record)]).texts.remove(0);
        (text.from, text.to)
    };
    let told = (Some(CALLER.to_owned()), vec![CALLED.to_owned()]);
    assert_eq!(received([("originating", CALLER), ("terminating", CALLED)]), told);
    assert_eq!(received([("sender", CALLER), ("target", CALLED)]), told);
    let nobody = (Some(CALLER.to_owned()), Vec::new());
    assert_eq!(received([("originating", CALLER), ("server", CALLED)]), nobody);
}
