//! Line health over the life of a site: a line falls silent and is heard again, clocks disagree,
//! numbers are missed and come late, and whatever ends the process, no count is lost or doubled.
//!
//! Rules: issue 3 (line health); DESIGN decisions 1, 7 and 12; `spec/line-health.md`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a story stops where it breaks"
)]
mod common;

use common::handover::{self, LIIDS, OPERATOR, Sent};
use common::told::{self, Hours, ORDER};
use lacre_custody::intake::Intake;
use lacre_custody::intake::health::{Alarm, Kind, Line};
use lacre_custody::line_health::LineName;
use lacre_custody::register::Book;
use lacre_custody::{CustodyError, House, Site};
use lacre_store::Engine;
use lacre_store::memory::MemoryEngine;
use lacre_term::{IriType, Micros};
use lacre_testkit::Header;
use lacre_testkit::contents::unheard_of;
use lacre_testkit::pdu;
use std::sync::Arc;

fn site() -> (Engine, Hours) {
    let (memory, mut hours) = (MemoryEngine::new(), Hours::begin());
    told::make(memory.engine(), true, hours.now());
    let house = told::open(memory.engine(), hours.next()).unwrap();
    told::register(&house, &mut hours).unwrap();
    (memory.engine(), hours)
}

fn intake(engine: &Engine, hours: &mut Hours) -> Intake {
    let site = Arc::new(Site::open(engine.clone()).unwrap());
    let book = Book::load(&site, hours.now()).unwrap();
    Intake::open(site, book.table(), hours.next()).unwrap().0
}

fn house(engine: &Engine, hours: &mut Hours) -> House {
    told::open(engine.clone(), hours.next()).unwrap()
}

/// An IRI report of the first line, intercepted at `at`.
fn report(number: u32, at: Micros) -> Sent {
    let header = Header::new(LIIDS[0].as_bytes(), OPERATOR.as_bytes());
    let header = header.cin(40).seq(number).at(at);
    let octets = pdu::iri(&header, IriType::Continue, unheard_of(60, b"signalling"));
    Sent { octets, unframed: false }
}

fn lines(intake: &Intake) -> Vec<Line> {
    let of = |liid: &&str| intake.health().line(liid.as_bytes(), OPERATOR).unwrap().clone();
    LIIDS.iter().map(of).collect()
}

fn alarms(house: &House, now: Micros) -> Vec<Alarm> {
    let measures = house.measure_health(Some(ORDER), now).unwrap();
    assert_eq!(measures.len(), LIIDS.len());
    measures[0].alarms.clone()
}

fn acts(engine: &Engine) -> u64 {
    let head = engine.heads.read("acts").unwrap().unwrap();
    u64::from_be_bytes(head.value.try_into().unwrap())
}

#[test]
fn no_end_of_the_process_loses_or_doubles_a_count() {
    let (engine, mut hours) = site();
    let mut first = intake(&engine, &mut hours);
    for (at, slice) in handover::slices().iter().enumerate() {
        for sent in slice {
            first.take(sent.delivery(hours.now()), at == 0).unwrap();
        }
        first.commit(hours.next(), true).unwrap();
        // Once in the middle everything goes to the book, and files are retired.
        if at == 2 {
            first.cut(hours.next()).unwrap();
        }
    }
    let told = lines(&first);
    assert_eq!((told[0].conflicts, told[0].aside.duplicates), (1, 1), "{:?}", told[0]);
    assert!(told[1].aside.missed_at.is_some(), "number 2 was late: {:?}", told[1]);
    assert!(told[0].skew.micros().is_some(), "the first slice came live");
    assert!(told.iter().all(|line| line.not_understood > 0), "services nobody has heard of");
    assert_eq!(first.health().malformed(OPERATOR), 2, "a damaged PDU and a run without framing");
    let kept: u64 = told.iter().map(Line::kept).sum();
    let totals = first.totals();
    assert!(kept >= totals.stored + totals.conflicts, "control kept under the order counts too");
    // What is not durable is not counted after a crash.
    first.take(report(0, hours.now()).delivery(hours.now()), true).unwrap();
    assert_ne!(lines(&first), told);
    drop(first);
    // A crash, an orderly end, a start from the book alone.
    for _ in 0..3 {
        let mut again = intake(&engine, &mut hours);
        assert_eq!(lines(&again), told);
        assert_eq!(again.health().malformed(OPERATOR), 2);
        again.cut(hours.next()).unwrap();
    }
}

#[test]
fn what_comes_twice_is_counted_as_a_duplicate_and_breaks_no_silence() {
    let (engine, mut hours) = site();
    let mut intake = intake(&engine, &mut hours);
    let (sent, first) = (report(0, hours.now()), hours.now());
    intake.take(sent.delivery(first), true).unwrap();
    intake.take(sent.delivery(hours.pass(60)), true).unwrap();
    intake.commit(hours.next(), true).unwrap();
    let line = intake.health().line(LIIDS[0].as_bytes(), OPERATOR).unwrap();
    assert_eq!((line.kept(), line.aside.duplicates), (1, 1));
    assert_eq!(line.of(Kind::Iri).last, Some(first.0));
}

#[test]
fn a_line_that_falls_silent_and_is_heard_again_is_told_once_each() {
    let (engine, mut hours) = site();
    let mut taken = intake(&engine, &mut hours);
    taken.take(report(0, hours.now()).delivery(hours.now()), true).unwrap();
    taken.commit(hours.next(), true).unwrap();
    drop(taken);
    let before = house(&engine, &mut hours);
    // The second line was never heard.
    assert_eq!(before.watch_lines(hours.next()).unwrap(), 1);
    assert!(!alarms(&before, hours.now()).contains(&Alarm::Silent));
    let (now, entered) = (hours.pass(25 * 3600), acts(&engine));
    assert!(alarms(&before, now).contains(&Alarm::Silent));
    assert_eq!(before.watch_lines(now).unwrap(), 1);
    assert_eq!(before.watch_lines(hours.pass(60)).unwrap(), 0, "told already");
    assert_eq!(acts(&engine), entered + 1);
    before.end_intake(hours.next()).unwrap();
    drop(before);
    let again = house(&engine, &mut hours);
    assert_eq!(again.watch_lines(hours.next()).unwrap(), 0, "a restart tells nothing anew");
    drop(again);
    let mut taken = intake(&engine, &mut hours);
    taken.take(report(1, hours.now()).delivery(hours.now()), true).unwrap();
    taken.commit(hours.next(), true).unwrap();
    drop(taken);
    let heard = house(&engine, &mut hours);
    assert_eq!(heard.watch_lines(hours.next()).unwrap(), 1);
    assert!(!alarms(&heard, hours.now()).contains(&Alarm::Silent));
}

#[test]
fn a_silence_is_set_for_a_line_or_for_all_and_nonsense_is_refused() {
    let (engine, mut hours) = site();
    let house = house(&engine, &mut hours);
    let hours_of = |house: &House, now: Micros| -> Vec<u32> {
        house.measure_health(None, now).unwrap().iter().map(|it| it.silence_hours).collect()
    };
    let set = |line: Option<LineName<'_>>, of: u32, now: Micros| {
        house.set_silence(line, of, &told::author(), now)
    };
    assert_eq!(hours_of(&house, hours.now()), [24, 24]);
    let one = LineName { liid: LIIDS[0], operator: OPERATOR };
    set(Some(one), 2, hours.next()).unwrap();
    set(None, 48, hours.next()).unwrap();
    assert_eq!(hours_of(&house, hours.now()), [2, 48]);
    let entered = acts(&engine);
    let stranger = LineName { operator: "OP-SUR", ..one };
    for (line, of) in [(None, 0), (None, 9_000), (Some(stranger), 2)] {
        let refused = set(line, of, hours.next());
        assert!(matches!(refused, Err(CustodyError::Input(_))), "{line:?} {of}");
    }
    assert_eq!((hours_of(&house, hours.now()), acts(&engine)), (vec![2, 48], entered));
    assert!(house.measure_health(Some("AUTO-0"), hours.now()).is_err(), "no such order");
}

#[test]
fn a_gap_a_conflict_and_a_clock_ahead_are_alarms_and_a_good_line_has_none() {
    let (engine, mut hours) = site();
    let mut taken = intake(&engine, &mut hours);
    let now = hours.now();
    let good = [0, 1, 2].map(|number| report(number, now.plus_seconds(-1)));
    for sent in &good {
        taken.take(sent.delivery(now), true).unwrap();
    }
    taken.commit(hours.next(), true).unwrap();
    let line = |intake: &Intake| lines_of_first(intake).alarms(Some((now, 24)), now);
    // Contents that nobody has heard of are no fault of the clock or of the numbers.
    assert_eq!(line(&taken), [Alarm::Undecodable]);
    taken.take(report(5, now.plus_seconds(4)).delivery(now), true).unwrap();
    taken.take(report(2, now.plus_seconds(2)).delivery(now), true).unwrap();
    taken.commit(hours.next(), true).unwrap();
    let all = [Alarm::Gaps, Alarm::Conflicts, Alarm::ClockAhead, Alarm::Undecodable];
    assert_eq!(line(&taken), all);
    for number in [3, 4] {
        taken.take(report(number, now).delivery(now), true).unwrap();
    }
    assert_eq!(lines_of_first(&taken).aside.missing, 0);
    assert!(!line(&taken).contains(&Alarm::Gaps), "what came late is missing no more");
}

#[test]
fn a_notice_of_what_was_not_ordered_is_told_once_and_one_as_ordered_never() {
    let (engine, mut hours) = site();
    let house = house(&engine, &mut hours);
    let at = Micros(told::order().measures[0].from.0).plus_seconds(86_400);
    let notice = |liid: &str, told: u32, number: u32| {
        let header = Header::new(liid.as_bytes(), OPERATOR.as_bytes()).seq(number).at(at);
        pdu::hi1_notice(&header, told)
    };
    let file = [
        notice("NOBODY", 1, 0),
        notice("NOBODY", 1, 1),
        notice("NOBODY", 2, 2),
        notice(LIIDS[0], 1, 0),
        notice(LIIDS[0], 3, 1),
        notice(LIIDS[0], 2, 2),
    ];
    let entered = acts(&engine);
    let peer = Arc::from(OPERATOR);
    house.take_file(&mut file.concat().as_slice(), &peer, &mut |_| {}).unwrap();
    house.end_intake(hours.next()).unwrap();
    let told = [("activated_not_ordered", 2), ("deactivated_in_force", 1)];
    let told = told.map(|(word, count)| (word.to_owned(), count)).into();
    assert_eq!(house.measure_health(None, hours.now()).unwrap()[0].notices, told);
    assert_eq!(acts(&engine), entered + 2, "once for each line and kind");
    let totals = house.totals();
    assert_eq!(totals.received, 6);
    assert!(totals.quarantined_total() >= 3, "who is not ordered is quarantined as ever");
    drop(house);
    let again = told::open(engine.clone(), hours.next()).unwrap();
    assert_eq!(again.measure_health(None, hours.now()).unwrap()[0].notices, told);
}

fn lines_of_first(intake: &Intake) -> Line {
    intake.health().line(LIIDS[0].as_bytes(), OPERATOR).unwrap().clone()
}
