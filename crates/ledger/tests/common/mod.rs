//! What the ledger's stories share: a log in memory and a clock that only the story moves.
#![expect(clippy::unwrap_used, reason = "helpers of tests: what fails here fails the test")]
#![allow(dead_code, reason = "each test binary uses what it needs")]
use lacre_ledger::{Entered, Ledger, LedgerError};
use lacre_proof::{LogKey, hash::sha256};
use lacre_store::{Engine, memory::MemoryEngine};
use lacre_term::{Digest, Micros, Secret};

pub(crate) const ORIGIN: &str = "lacre.example/site-0000/node-1";
/// 2026-11-23T19:27:00Z.
pub(crate) const START: i64 = 1_795_462_020;

pub(crate) fn key() -> LogKey {
    LogKey::new(ORIGIN, &Secret::new([1; 32])).unwrap()
}

pub(crate) fn pad_key() -> Secret {
    Secret::new([2; 32])
}

pub(crate) fn create(engine: &Engine) -> Ledger {
    Ledger::create(engine, ORIGIN, key(), pad_key()).unwrap()
}

pub(crate) fn open(engine: &Engine) -> Result<Ledger, LedgerError> {
    Ledger::open(engine, ORIGIN, key(), pad_key())
}

pub(crate) fn memory() -> (MemoryEngine, Engine) {
    let memory = MemoryEngine::new();
    let engine = memory.engine();
    (memory, engine)
}

/// Second `number` of the story.
pub(crate) fn at(number: i64) -> Micros {
    Micros::from_seconds(START + number)
}

pub(crate) fn commitment(number: u64) -> Digest {
    sha256(&number.to_be_bytes())
}

pub(crate) fn commitments(numbers: std::ops::Range<u64>) -> Vec<Digest> {
    numbers.map(commitment).collect()
}

/// A log of `seconds` leaves, one commitment in every third second.
pub(crate) fn grown(engine: &Engine, seconds: i64) -> (Ledger, Vec<Entered>) {
    let ledger = create(engine);
    let mut entered = Vec::new();
    for second in 0..seconds {
        if second % 3 == 0 {
            let number = u64::try_from(second).unwrap();
            entered.extend(ledger.enter(&[commitment(number)], at(second)).unwrap());
        }
        ledger.tick(at(second + 1)).unwrap();
    }
    (ledger, entered)
}

pub(crate) fn known() -> [lacre_proof::LogVkey; 1] {
    [key().vkey().clone()]
}
