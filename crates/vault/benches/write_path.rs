//! What encrypting and journalling cost: one core, memory disk, best of five.
//!
//! Figures and method: docs/performance.md. Budget: 1.5 µs for 330 octets, 1 GB/s for large ones.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark stops where a test would")]

use lacre_store::memory::MemoryEngine;
use lacre_term::{Micros, PartId, VaultId};
use lacre_vault::{Journal, MachineKey, PartKeys, RecordClear};
use std::time::{Duration, Instant};

fn best(mut run: impl FnMut() -> Duration) -> Duration {
    (0..5).map(|_| run()).min().unwrap_or_default()
}

fn main() {
    let engine = MemoryEngine::new().engine();
    let machine = MachineKey::create(engine.keys.as_ref()).unwrap();
    for (octets, count) in [(330_usize, 200_000_u32), (1_500, 100_000), (65_536, 4_000)] {
        let content = vec![0x5a; octets];
        let record =
            RecordClear { received_at: Micros(0), peer: "operator", flags: 0, octets: &content };
        let encrypt = best(|| {
            let mut keys = PartKeys::generate(VaultId([1; 16]), PartId([2; 16])).unwrap();
            let mut out = Vec::with_capacity(octets.saturating_mul(2));
            let start = Instant::now();
            for number in 0..count {
                out.clear();
                keys.encrypt_onto(u64::from(number), &record, &mut out).unwrap();
            }
            start.elapsed()
        });
        let salts = best(|| {
            let keys = PartKeys::generate(VaultId([1; 16]), PartId([2; 16])).unwrap();
            let start = Instant::now();
            for number in 0..count {
                std::hint::black_box(keys.salt(u64::from(number)));
            }
            start.elapsed()
        });
        let journal = best(|| {
            let engine = MemoryEngine::new().engine();
            let (mut journal, _) = Journal::open(engine.journal, &machine).unwrap();
            let mut keys = PartKeys::generate(VaultId([1; 16]), PartId([2; 16])).unwrap();
            let start = Instant::now();
            for number in 0..count {
                journal.append_clear(&mut keys, u64::from(number), &record).unwrap();
                if journal.pending_octets() >= 1 << 20 {
                    journal.commit(b"").unwrap();
                }
            }
            journal.commit(b"").unwrap();
            start.elapsed()
        });
        let each = |spent: Duration| spent.as_secs_f64() * 1e9 / f64::from(count);
        let per_second = |spent: Duration| {
            let octets = u32::try_from(octets).unwrap_or(u32::MAX);
            f64::from(count) * f64::from(octets) / spent.as_secs_f64() / 1e9
        };
        println!(
            "{octets:>6} octets: encrypt {:>6.0} ns ({:.2} GB/s), salt {:.0} ns, \
             journal {:>6.0} ns ({:.2} GB/s)",
            each(encrypt),
            per_second(encrypt),
            each(salts),
            each(journal),
            per_second(journal)
        );
    }
}
