//! A ledger that takes no entries: receiving goes on, what it should have been told waits on disk
//! in order, nothing is read; when it can again, everything that waited is entered.
//!
//! Rules: DESIGN decision 12.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a story stops where it breaks")]
mod common;

use common::told::{self, Durable, Hours};
use common::{ground, handover};
use lacre_custody::CustodyError;
use lacre_custody::browse::Asked;
use lacre_store::memory::MemoryEngine;
use lacre_store::{Engine, Head, HeadError, Heads, Swap, SwapError};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Heads that refuse to move those of the ledger, and no others, while it is unable.
struct WithoutLedger {
    inner: Arc<dyn Heads>,
    unable: Arc<AtomicBool>,
}

impl WithoutLedger {
    fn check(&self, name: &str) -> Result<(), SwapError> {
        if self.unable.load(Ordering::Relaxed) && name.starts_with("ledger/") {
            let source = io::Error::other("the ledger's heads do not move");
            return Err(SwapError::Failed { name: name.to_owned(), source });
        }
        Ok(())
    }
}

impl Heads for WithoutLedger {
    fn read(&self, name: &str) -> Result<Option<Head>, HeadError> {
        self.inner.read(name)
    }

    fn swap(&self, name: &str, expected: Option<u64>, value: &[u8]) -> Result<u64, SwapError> {
        self.check(name)?;
        self.inner.swap(name, expected, value)
    }

    fn swap_all(&self, swaps: &[Swap]) -> Result<(), SwapError> {
        swaps.iter().try_for_each(|swap| self.check(&swap.name))?;
        self.inner.swap_all(swaps)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, HeadError> {
        self.inner.list(prefix)
    }
}

/// A registered site, and the switch of its ledger.
fn site() -> (Engine, Arc<AtomicBool>, Vec<String>, Hours) {
    let (plain, mut hours) = (MemoryEngine::new().engine(), Hours::begin());
    let shares = told::make(plain.clone(), true, hours.now());
    let unable = Arc::new(AtomicBool::new(false));
    let heads = WithoutLedger { inner: plain.heads.clone(), unable: Arc::clone(&unable) };
    let engine = Engine { heads: Arc::new(heads), ..plain };
    told::register(&told::open(engine.clone(), hours.next()).unwrap(), &mut hours).unwrap();
    (engine, unable, shares, hours)
}

fn waiting(engine: &Engine) -> usize {
    engine.objects.list("unentered/").unwrap().len()
}

#[test]
fn intake_goes_on_without_the_ledger_and_what_waited_is_entered() {
    // Given a ledger that takes no entries, when a whole handover comes,
    let (engine, unable, shares, mut hours) = site();
    let slices = handover::slices();
    unable.store(true, Ordering::Relaxed);
    let mut durable = Durable::default();
    told::deliver(&engine, &slices, &mut hours, &mut durable).unwrap();
    // then all of it is durable, and batches and seals wait on disk,
    assert_eq!(durable.deliveries, slices.iter().map(Vec::len).sum::<usize>());
    let waited = waiting(&engine);
    assert!(waited > slices.len(), "{waited} wait");
    // also over a restart without it, which loses and enters nothing.
    drop(told::open(engine.clone(), hours.next()).unwrap());
    assert_eq!(waiting(&engine), waited);
    // When it can again, the next opening enters everything: each seal is found in the ledger.
    unable.store(false, Ordering::Relaxed);
    let house = told::open(engine.clone(), hours.next()).unwrap();
    assert_eq!(waiting(&engine), 0);
    let found = ground::look(&engine, &house, &shares);
    assert!(found.seals.len() > 6);
}

/// The other side of the rule: no entry, no reading and no change of the register.
#[test]
fn nothing_is_read_and_nothing_registered_without_the_ledger() {
    let (engine, unable, _, mut hours) = site();
    told::deliver(&engine, &handover::slices(), &mut hours, &mut Durable::default()).unwrap();
    let house = told::open(engine.clone(), hours.next()).unwrap();
    unable.store(true, Ordering::Relaxed);
    let rows = house.communications(&Asked::default(), &told::author(), hours.next());
    assert!(matches!(rows, Err(CustodyError::Ledger(_))), "{rows:?}");
    let changes = house.with_book(|book, _| book.register().changes());
    let removed = told::remove_peer(&house, hours.next());
    assert!(matches!(removed, Err(CustodyError::Ledger(_))), "{removed:?}");
    assert_eq!(house.with_book(|book, _| book.register().changes()), changes);
    // A ledger that failed stays closed until the site is opened again, and then all is well.
    unable.store(false, Ordering::Relaxed);
    drop(house);
    let house = told::open(engine, hours.next()).unwrap();
    told::remove_peer(&house, hours.next()).unwrap();
}
