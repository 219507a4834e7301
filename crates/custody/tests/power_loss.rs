//! Power lost at every write of a site's life, in both forms: written and not answered, not
//! written. What a mark said is durable is there, once; what was open is sealed; the ledger, the
//! chain, the acts and the register are whole; and the handover taken again ends as if nothing had
//! happened.
//!
//! `LACRE_POWER_SEEDS` asks for more: every write of either site, with so many ways of tearing
//! what no sync covered and of losing the power again during recovery.
//!
//! Rules: DESIGN decisions 1, 3, 4, 7, 12 and 16.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a story stops where it breaks"
)]
mod common;

use common::ground::{self, Ground};
use common::handover::{self, Slice};
use common::told::{self, Durable, Hours};
use lacre_custody::{CustodyError, House};
use lacre_store::faults::{Failure, Operation};
use lacre_store::memory::MemoryEngine;
use lacre_testkit::voice::Chance;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What an uninterrupted telling leaves, and how many writes it takes.
struct Calm {
    ground: Ground,
    conflicts: u64,
    writes: u64,
    slices: Vec<Slice>,
}

impl Calm {
    fn tell(dev: bool) -> Self {
        let (memory, mut hours) = (MemoryEngine::new(), Hours::begin());
        let shares = told::make(memory.engine(), dev, hours.now());
        memory.switches().reset();
        let slices = handover::slices();
        told::tell(&memory.engine(), &slices, &mut hours, &mut Durable::default()).unwrap();
        let writes = memory.switches().writes();
        let house = told::open(memory.engine(), hours.next()).unwrap();
        let ground = ground::look(&memory.engine(), &house, &shares);
        Self { ground, conflicts: house.totals().conflicts, writes, slices }
    }

    fn kept(&self) -> BTreeSet<&Vec<u8>> {
        self.ground.stored.values().flatten().collect()
    }
}

/// Where the power goes.
#[derive(Debug, Clone, Copy)]
struct Cut {
    dev: bool,
    write: u64,
    form: Failure,
    seed: u64,
}

/// Opens the house until it stays open: now and then the power goes again while it recovers.
fn reopen(memory: &MemoryEngine, hours: &mut Hours, chance: &mut Chance) -> House {
    for attempt in 0u64.. {
        let again = attempt < 3 && chance.below(2) == 0;
        if again {
            let form = Failure::BOTH[usize::from(chance.below(2) == 0)];
            memory.switches().cut_power_after(chance.below(12), form);
        }
        let opened = told::open(memory.engine(), hours.next());
        if memory.switches().power_is_out() {
            memory.crash(chance.draw());
            continue;
        }
        memory.switches().reset();
        return opened.unwrap();
    }
    unreachable!()
}

/// Tells the story once more; the power goes where `cut` says. Gives the seals made at restart.
fn suffer(calm: &Calm, cut: Cut) -> u64 {
    let (memory, mut hours) = (MemoryEngine::new(), Hours::begin());
    let mut chance = Chance::new(cut.seed ^ (cut.write << 8));
    // Given a site, when the power goes during one write,
    let shares = told::make(memory.engine(), cut.dev, hours.now());
    memory.switches().reset();
    memory.switches().cut_power_after(cut.write, cut.form);
    let mut durable = Durable::default();
    let _stopped = told::tell(&memory.engine(), &calm.slices, &mut hours, &mut durable);
    assert!(memory.switches().power_is_out(), "two tellings write differently");
    memory.crash(chance.draw());
    // then it opens, nothing is half done, and what was durable is there,
    let house = reopen(&memory, &mut hours, &mut chance);
    let found = ground::look(&memory.engine(), &house, &shares);
    assert_durable(calm, &durable, &house, &found);
    assert_sealed_from_readers(&house, cut.dev, &mut hours);
    let restarts = found.seals.iter().filter(|(seal, _)| seal.reason == "restart").count();
    drop(house);
    // nothing is left to do for a second opening,
    let house = told::open(memory.engine(), hours.next()).unwrap();
    let recovered = house.recovered();
    assert_eq!((recovered.sealed, recovered.completed), (0, 0), "{recovered:?}");
    drop(house);
    // and the same handover again ends where it would have ended.
    told::tell(&memory.engine(), &calm.slices, &mut hours, &mut Durable::default()).unwrap();
    let house = told::open(memory.engine(), hours.next()).unwrap();
    let ended = ground::look(&memory.engine(), &house, &shares);
    assert_same_end(calm, &ended, &house);
    assert_extends(&found, &ended);
    restarts as u64
}

fn assert_durable(calm: &Calm, durable: &Durable, house: &House, found: &Ground) {
    let there: BTreeSet<&Vec<u8>> = found.stored.values().flatten().collect();
    let kept = calm.kept();
    let promised = calm.slices.iter().flatten().take(durable.deliveries);
    for sent in promised.filter(|sent| kept.contains(&sent.octets)) {
        assert!(there.contains(&sent.octets), "a durable PDU is lost");
    }
    assert!(there.is_subset(&kept), "a PDU nobody sent");
    if let Some(mark) = &durable.mark {
        let totals = house.totals();
        assert!(totals.received >= mark.totals.received, "{totals:?} after {mark:?}");
        assert!(totals.quarantined_total() >= mark.totals.quarantined_total());
    }
    assert_eq!(there.is_empty(), found.stored.is_empty());
}

/// A site whose shares nobody brought has done all of the above, and shows nothing.
fn assert_sealed_from_readers(house: &House, dev: bool, hours: &mut Hours) {
    assert_eq!(house.site().is_unsealed(), dev);
    if dev {
        assert!(house.with_book(|book, site| book.full(site)).is_ok());
        return;
    }
    if house.with_book(|book, _| book.register().changes() > 0) {
        let full = house.with_book(|book, site| book.full(site));
        assert!(matches!(full, Err(CustodyError::Refused { .. })));
    }
    let rows = house.communications(
        &lacre_custody::browse::Asked::default(),
        &told::author(),
        hours.next(),
    );
    assert!(matches!(rows, Err(CustodyError::Refused { .. })));
    let acts = lacre_custody::act::read(house.site());
    assert!(matches!(acts, Err(CustodyError::Refused { .. })));
}

fn assert_same_end(calm: &Calm, ended: &Ground, house: &House) {
    let words = |ground: &Ground| -> BTreeMap<u64, Vec<String>> {
        let short =
            |octets: &Vec<u8>| format!("{}", lacre_proof::hash::sha256(octets))[..8].to_owned();
        ground.stored.iter().map(|(n, pdus)| (*n, pdus.iter().map(short).collect())).collect()
    };
    assert_eq!(words(&calm.ground), words(ended), "the same PDUs under the same n, in order");
    assert_eq!(house.totals().conflicts, calm.conflicts);
    assert_eq!(ended.changes, calm.ground.changes);
    let gaps = |ground: &Ground| -> BTreeMap<u64, String> {
        let of = |(seal, _): &(lacre_custody::package::Seal, _)| {
            (seal.communication, format!("{:?}", seal.gaps))
        };
        ground.seals.iter().map(of).collect()
    };
    assert_eq!(gaps(&calm.ground), gaps(ended), "gaps as the last part of each tells them");
    assert_eq!(calm.ground.chain.communications, ended.chain.communications);
    for (liid, measure) in &calm.ground.chain.measures {
        let now = &ended.chain.measures[liid];
        assert_eq!(
            (measure.communications, measure.pdus, measure.octets, measure.conflicts),
            (now.communications, now.pdus, now.octets, now.conflicts),
        );
    }
}

/// What was there after the crash is there at the end, as it was.
fn assert_extends(before: &Ground, after: &Ground) {
    assert!(after.acts >= before.acts && after.changes >= before.changes);
    let same = before.seals.iter().zip(&after.seals).all(|(a, b)| a.1 == b.1);
    assert!(same && before.seals.len() <= after.seals.len(), "a seal changed");
    for (n, pdus) in &before.stored {
        assert!(after.stored[n].starts_with(pdus), "n {n} was given again");
    }
}

/// The number asked for, if any.
fn seeds() -> Option<u64> {
    std::env::var("LACRE_POWER_SEEDS").ok().and_then(|text| text.parse().ok())
}

/// Every write, both forms, every seed; one write of `thin` when no number of seeds is asked for.
/// Gives the seals made at restarts.
fn every_write(dev: bool, thin: usize) -> u64 {
    let calm = Calm::tell(dev);
    assert_story_says_what_it_should(&calm);
    let (step, seeds) = seeds().map_or((thin, 1), |seeds| (1, seeds));
    let cuts: Vec<Cut> = (0..calm.writes)
        .step_by(step)
        .flat_map(|write| Failure::BOTH.map(|form| (write, form)))
        .flat_map(|(write, form)| (0..seeds).map(move |seed| Cut { dev, write, form, seed }))
        .collect();
    let (next, restarts) = (AtomicUsize::new(0), AtomicU64::new(0));
    let broken = Mutex::new(Vec::new());
    let work = || {
        while let Some(cut) = cuts.get(next.fetch_add(1, Ordering::Relaxed)) {
            match catch_unwind(AssertUnwindSafe(|| suffer(&calm, *cut))) {
                Ok(sealed) => _ = restarts.fetch_add(sealed, Ordering::Relaxed),
                Err(said) => broken.lock().unwrap().push(format!("{cut:?}: {}", words(&*said))),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), cuts.len(), broken.join("\n"));
    restarts.into_inner()
}

/// What a panic said.
fn words(said: &(dyn std::any::Any + Send)) -> String {
    let text = said.downcast_ref::<String>().cloned();
    text.or_else(|| said.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// The handover is worth its cuts: everything that can happen to a PDU happens in it.
fn assert_story_says_what_it_should(calm: &Calm) {
    let pdus = calm.ground.stored.values().flatten().count();
    assert!(calm.conflicts > 0 && calm.ground.quarantined.len() == 3, "{:?}", calm.ground);
    assert!(
        calm.ground.stored.len() > 6 && pdus > 25,
        "{} n, {pdus} PDUs",
        calm.ground.stored.len()
    );
    let later = calm.ground.seals.iter().filter(|(seal, _)| seal.part_index > 1).count();
    assert!(later > 0, "something came late");
}

#[test]
fn a_site_survives_power_loss_at_every_write() {
    let restarts = every_write(true, 1);
    assert!(restarts > 0);
}

/// The same without a share in the house: it receives, recovers and seals, and shows nothing.
#[test]
fn a_site_of_three_shares_recovers_without_any_of_them() {
    let restarts = every_write(false, 8);
    assert!(restarts > 0);
}

/// One head that does not move, and a process that goes on: the change under way is finished at
/// the next opening, as it was made, and not by the one that came after it.
#[test]
fn a_change_half_made_is_not_mixed_with_the_next() {
    for form in Failure::BOTH {
        for swap in 0.. {
            // Given a change of the register that failed at some head,
            let (memory, mut hours) = (MemoryEngine::new(), Hours::begin());
            let shares = told::make(memory.engine(), true, hours.now());
            let house = told::open(memory.engine(), hours.next()).unwrap();
            memory.switches().fail_after(Operation::Swap, swap, form);
            if told::add_peer(&house, "FIRST", hours.next()).is_ok() {
                assert!(swap > 2, "a change moves heads");
                break;
            }
            // when the same process tries another and is then opened again,
            let _stopped_or_made = told::add_peer(&house, "SECOND", hours.next());
            drop(house);
            let house = told::open(memory.engine(), hours.next()).unwrap();
            // then what is filed is what is in effect, and the register goes on.
            ground::look(&memory.engine(), &house, &shares);
            told::add_peer(&house, "THIRD", hours.next()).unwrap();
            ground::look(&memory.engine(), &house, &shares);
        }
    }
}
