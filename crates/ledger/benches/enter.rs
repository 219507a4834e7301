//! How many acts a second the sequencer enters on the memory engine, alone and with callers at the
//! same time, and what a tick costs. The engine's own sync is not in these figures.
//! `cargo bench -p lacre-ledger`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and stops when something fails"
)]
use lacre_ledger::{Ledger, audit};
use lacre_proof::{LogKey, hash::sha256};
use lacre_store::memory::MemoryEngine;
use lacre_term::{Digest, Micros, Secret};
use std::time::Instant;

const ORIGIN: &str = "lacre.example/site-0000/node-1";

fn ledger() -> (lacre_store::Engine, Ledger) {
    let engine = MemoryEngine::new().engine();
    let key = LogKey::new(ORIGIN, &Secret::new([1; 32])).unwrap();
    let ledger = Ledger::create(&engine, ORIGIN, key, Secret::new([2; 32])).unwrap();
    (engine, ledger)
}

fn commitments(count: u64) -> Vec<Digest> {
    (0..count).map(|number| sha256(&number.to_be_bytes())).collect()
}

fn per_second(what: &str, count: u32, began: Instant) {
    println!("{what:<48} {:>12.0}/s", f64::from(count) / began.elapsed().as_secs_f64());
}

fn main() {
    let (_, one) = ledger();
    let acts = commitments(20_000);
    let began = Instant::now();
    for (second, group) in (0..).zip(acts.chunks(2_000)) {
        for act in group {
            one.enter(&[*act], Micros::from_seconds(second)).unwrap();
        }
        one.tick(Micros::from_seconds(second + 1)).unwrap();
    }
    per_second("acts, one a call, 2,000 a second of the log", 20_000, began);

    let (_, many) = ledger();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for act in acts.iter().take(2_500) {
                    many.enter(&[*act], Micros::from_seconds(1)).unwrap();
                }
            });
        }
    });
    per_second("acts, one a call, 8 callers", 20_000, began);

    let (engine, quiet) = ledger();
    let began = Instant::now();
    for second in 0..5_000 {
        quiet.tick(Micros::from_seconds(second)).unwrap();
    }
    per_second("ticks, nothing entered", 5_000, began);
    let began = Instant::now();
    let report = audit::audit(&engine, quiet.vkey());
    assert_eq!(report.findings, []);
    per_second("audited leaves", 5_000, began);
}
