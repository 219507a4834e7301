//! Line health told row by row: silence, gaps, conflicts, clocks, quarantine, and taken up again.
//!
//! Rules: issue 3 (line health); `spec/line-health.md`.
use super::*;
use lacre_term::{Digest, Liid, Scope, VaultId};
use lacre_warrant::{BindingRow, Peer};

const HOUR: i64 = 3_600_000_000;
const LIID: &[u8] = b"LINE-1";
const HEX: &str = "4c494e452d31";

fn row(class: PayloadClass, received_at: i64) -> Row {
    Row {
        part: 0,
        number: 0,
        class,
        sequence_number: 0,
        intercepted_at: Some(Micros(received_at - 1_000_000)),
        received_at: Micros(received_at),
        octets: 100,
        conflict: false,
        marks: Marks::LIVE,
        fingerprint: [0; 16],
        leaf: Digest([0; 32]),
    }
}

fn table() -> BindingTable {
    let row = |operator: &str| BindingRow {
        liid: Liid::parse(LIID).unwrap(),
        operator: operator.into(),
        from: Micros(0),
        until: Micros(HOUR * 1_000),
        scope: Scope {
            content: true,
            origin_destination: true,
            location: true,
            other_traffic: true,
        },
        case: "DP-1".into(),
        order: "AUTO-1".into(),
        vault: VaultId([7; 16]),
        not_accredited: false,
    };
    let peers = ["A", "B", "C"].map(Peer::of_files).to_vec();
    BindingTable::new(1, vec![row("A"), row("B")], peers)
}

#[test]
fn a_line_goes_silent_for_want_of_iri_whatever_content_comes_and_is_heard_again() {
    let mut health = Health::default();
    let place = health.place(LIID, "A");
    health.take(place, &row(PayloadClass::Iri, HOUR));
    let alarms = |health: &Health, now: i64| {
        health.line(LIID, "A").unwrap().alarms(Some((Micros(0), 24)), Micros(now))
    };
    assert_eq!(alarms(&health, 25 * HOUR), [], "exactly 24 hours are not longer than 24 hours");
    assert_eq!(alarms(&health, 25 * HOUR + 1), [Alarm::Silent]);
    health.take(place, &row(PayloadClass::Cc, 26 * HOUR));
    assert_eq!(alarms(&health, 26 * HOUR), [Alarm::Silent], "content is no IRI");
    health.take(place, &row(PayloadClass::Iri, 27 * HOUR));
    assert_eq!(alarms(&health, 27 * HOUR), []);
}

#[test]
fn a_measure_never_heard_is_silent_from_its_beginning_and_one_not_in_force_never() {
    let line = Line::default();
    let begun = Micros(100 * HOUR);
    assert_eq!(line.alarms(Some((begun, 2)), Micros(102 * HOUR)), []);
    assert_eq!(line.alarms(Some((begun, 2)), Micros(103 * HOUR)), [Alarm::Silent]);
    assert_eq!(line.alarms(None, Micros(103 * HOUR)), []);
}

#[test]
fn a_silence_is_told_once_and_so_is_its_end() {
    let mut health = Health::default();
    assert!(!health.tell_silent(LIID, "A", false), "nothing was silent");
    assert!(health.tell_silent(LIID, "A", true));
    assert!(!health.tell_silent(LIID, "A", true));
    assert!(health.tell_silent(LIID, "A", false));
}

#[test]
fn numbers_missed_raise_an_alarm_until_they_come() {
    let mut health = Health::default();
    let place = health.place(LIID, "A");
    health.miss(place, 2, Micros(HOUR));
    let missing = |health: &Health| {
        let line = health.line(LIID, "A").unwrap();
        (line.aside.missing, line.alarms(None, Micros(2 * HOUR)))
    };
    assert_eq!(missing(&health), (2, vec![Alarm::Gaps]));
    health.miss(place, -1, Micros(HOUR));
    assert_eq!(missing(&health), (1, vec![Alarm::Gaps]));
    health.miss(place, -1, Micros(HOUR));
    assert_eq!(missing(&health), (0, vec![]));
    health.miss(place, -1, Micros(HOUR));
    assert_eq!(missing(&health).0, 0, "never below none");
}

#[test]
fn a_conflict_is_an_alarm_for_a_day_and_counted_for_good() {
    let mut health = Health::default();
    let place = health.place(LIID, "A");
    health.take(place, &Row { conflict: true, ..row(PayloadClass::Iri, HOUR) });
    let line = health.line(LIID, "A").unwrap();
    assert_eq!(line.alarms(None, Micros(2 * HOUR)), [Alarm::Conflicts]);
    assert_eq!(line.alarms(None, Micros(25 * HOUR)), []);
    assert_eq!(line.conflicts, 1);
}

#[test]
fn clocks_are_judged_by_live_deliveries_alone() {
    let ahead =
        Row { intercepted_at: Some(Micros(HOUR + 3_000_000)), ..row(PayloadClass::Cc, HOUR) };
    let late = Row { intercepted_at: Some(Micros(0)), ..row(PayloadClass::Cc, HOUR) };
    for (row, alarm) in [(ahead, Alarm::ClockAhead), (late, Alarm::Late)] {
        let mut health = Health::default();
        let place = health.place(LIID, "A");
        health.take(place, &Row { marks: Marks::default(), ..row });
        assert_eq!(
            health.line(LIID, "A").unwrap().alarms(None, Micros(HOUR)),
            [],
            "a recorded file"
        );
        health.take(place, &row);
        assert_eq!(health.line(LIID, "A").unwrap().alarms(None, Micros(HOUR)), [alarm]);
        let next_week = Micros(HOUR * 24 * 7);
        assert_eq!(health.line(LIID, "A").unwrap().alarms(None, next_week), [], "history");
    }
}

#[test]
fn what_is_quarantined_counts_at_the_peers_operator_and_at_all_when_it_has_no_measure() {
    let (mut health, table) = (Health::default(), table());
    let closed = |health: &Health, operator: &str| health.line(LIID, operator).map(Line::closed);
    health.close(&table, "A", LIID, Reason::OutsideValidity, Micros(HOUR));
    assert_eq!((closed(&health, "A"), closed(&health, "B")), (Some(1), None));
    health.close(&table, "C", LIID, Reason::WrongOperator, Micros(HOUR));
    assert_eq!((closed(&health, "A"), closed(&health, "B")), (Some(2), Some(1)));
    assert_eq!(health.line(LIID, "A").unwrap().alarms(None, Micros(HOUR)), [Alarm::Undecodable]);
    health.release(&table, "A", LIID, Reason::OutsideValidity);
    assert_eq!(closed(&health, "A"), Some(1));
    health.close(&table, "A", b"NOBODY", Reason::UnknownLiid, Micros(HOUR));
    assert!(health.line(b"NOBODY", "A").is_none(), "no memory for what nobody registered");
    health.undecodable(&table, "A");
    health.undecodable(&table, "stranger");
    assert_eq!((health.malformed("A"), health.malformed("stranger")), (1, 0));
}

#[test]
fn what_a_book_and_blocks_say_is_counted_once() {
    let mut health = Health::default();
    let place = health.place(LIID, "A");
    health.take(place, &row(PayloadClass::Iri, HOUR));
    health.duplicate(place);
    let book = health.write(5);
    health.written();
    assert_eq!(health.delta(), None, "nothing changed beside rows");
    let late = Row { marks: Marks(Marks::LIVE.0 | Marks::FLAGGED.0), ..row(PayloadClass::Cc, 9) };
    health.take(place, &late);
    health.miss(place, 3, Micros(9));
    let delta = health.delta().unwrap();
    let text = serde_json::to_string(&(&book, &delta)).unwrap();
    let (book, delta): (Written, Delta) = serde_json::from_str(&text).unwrap();
    let mut replay = Replay::begin(book).unwrap();
    // Block 4 is in the book.
    replay.row(4, HEX, "A", &row(PayloadClass::Iri, HOUR)).unwrap();
    replay.delta(4, Delta::default()).unwrap();
    replay.row(5, HEX, "A", &late).unwrap();
    replay.delta(5, delta).unwrap();
    let again = replay.end();
    assert_eq!(again.line(LIID, "A"), health.line(LIID, "A"));
    assert_eq!(again.line(LIID, "A").unwrap().kept(), 2);
    let damaged =
        Written { lines: vec![("zz".into(), "A".into(), Line::default())], ..Written::default() };
    assert!(Replay::begin(damaged).is_none());
}
