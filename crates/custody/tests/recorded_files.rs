//! Recorded files on a disk that fails, and across a crash in the middle of a large one.
//!
//! Rules: DESIGN decisions 1, 3 and 16.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a story stops where it breaks"
)]
mod common;

use common::handover::{BASE, LIIDS, OPERATOR};
use common::told::{self, Hours};
use lacre_custody::House;
use lacre_store::faults::{Failure, Operation};
use lacre_store::memory::MemoryEngine;
use lacre_term::Micros;
use lacre_testkit::Header;
use lacre_testkit::contents::unheard_of;
use lacre_testkit::pdu::{self, Direction};
use std::sync::Arc;

const SIZE: usize = 64 << 10;

/// Content number `number` of one communication, `SIZE` octets of `words`.
fn content(number: u32, at_ms: i64, words: u8) -> Vec<u8> {
    let at = Micros(BASE.0 + at_ms * 1_000);
    let header = Header::new(LIIDS[0].as_bytes(), OPERATOR.as_bytes()).cin(7).seq(number).at(at);
    pdu::cc(&header, Direction::FromTarget, unheard_of(60, &vec![words; SIZE]))
}

fn site(memory: &MemoryEngine, hours: &mut Hours) -> House {
    told::make(memory.engine(), true, hours.now());
    let house = told::open(memory.engine(), hours.next()).unwrap();
    told::register(&house, hours).unwrap();
    house
}

fn take(house: &House, octets: &[u8]) -> Result<usize, lacre_custody::CustodyError> {
    let (mut reader, mut marks) = (octets, 0);
    house.take_file(&mut reader, &Arc::from(OPERATOR), &mut |_| marks += 1)?;
    Ok(marks)
}

/// Whoever reads ahead is not waited for when nothing is kept any more.
#[test]
fn a_disk_that_fails_ends_the_taking_with_its_error() {
    for operation in [Operation::Append, Operation::Sync] {
        let (memory, mut hours) = (MemoryEngine::new(), Hours::begin());
        let house = site(&memory, &mut hours);
        let file: Vec<u8> = (0..400).flat_map(|n| content(n, i64::from(n), 1)).collect();
        memory.switches().fail_next(operation, Failure::NotPersisted);
        let error = take(&house, &file).unwrap_err();
        assert!(error.to_string().contains("journal"), "{error}");
        // and the site, opened again, takes the file whole.
        drop(house);
        let house = told::open(memory.engine(), hours.next()).unwrap();
        assert!(take(&house, &file).unwrap() > 1);
        assert_eq!(house.totals().stored, 400);
    }
}

/// A first number that came again was kept as a conflict; then the process dies, after its journal
/// files became segments. The successor that repeats too still tells that the sender began anew.
#[test]
fn a_restart_that_was_waited_for_is_recognised_after_a_crash() {
    let (memory, mut hours) = (MemoryEngine::new(), Hours::begin());
    let house = site(&memory, &mut hours);
    // Enough to close journal files twice over.
    let mut file: Vec<u8> = (0..1200).flat_map(|n| content(n, i64::from(n), 1)).collect();
    file.extend(content(0, 5_000, 2));
    file.extend((1200..2400).flat_map(|n| content(n, i64::from(n), 1)));
    take(&house, &file).unwrap();
    assert_eq!((house.totals().stored, house.totals().conflicts), (2400, 1));
    let cut = memory.engine().objects.list("segment/").unwrap().len();
    assert!(cut > 1, "{cut} segments");
    drop(house);
    memory.crash(7);

    let house = told::open(memory.engine(), hours.next()).unwrap();
    assert_eq!(house.recovered().sealed, 1);
    let again: Vec<u8> = (1..4).flat_map(|n| content(n, 5_000 + i64::from(n), 2)).collect();
    take(&house, &again).unwrap();
    assert_eq!((house.totals().stored, house.totals().conflicts), (2403, 1));
    // What the first file said is known still, whichever of its parts said it.
    take(&house, &file).unwrap();
    assert_eq!((house.totals().stored, house.totals().duplicates), (2403, 2401));
    // The twin: a number in the middle with other octets is a conflict, crash or not.
    take(&house, &content(700, 701, 3)).unwrap();
    assert_eq!(house.totals().conflicts, 2);
    house.end_intake(hours.next()).unwrap();
    let left = memory.engine().journal.list().unwrap();
    assert!(left.iter().all(|name| !name.ends_with(".sights")), "{left:?}");
}
