//! How fast octets become durable: append and sync in blocks, as the journal does.
//!
//! Beside it the same writes over blocks that were written before, which is what a disk can do
//! when a file need not grow. Set `LACRE_BENCH_DIR` to measure another disk than that of the
//! temporary folder, and `LACRE_BENCH_MIB` for another amount than 256 MiB.
//!
//! Rule: DESIGN.md section 6 (intake is measured against the disk it runs on).
#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use lacre_engine::embedded;

const MIB: u32 = 1 << 20;
const RUNS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let base = env::var_os("LACRE_BENCH_DIR").map_or_else(env::temp_dir, Into::into);
    let total_mib: u32 = env::var("LACRE_BENCH_MIB").map_or(Ok(256), |text| text.parse())?;
    let dir = tempfile::tempdir_in(base)?;
    println!("median of {RUNS} runs of {total_mib} MiB each; MB = 1,000,000 octets");
    for block_mib in [1, 16] {
        let block = vec![0x5a; usize::try_from(block_mib * MIB)?];
        let (mut grown, mut over) = (Vec::new(), Vec::new());
        // Interleaved, so that a disk with moods has them for both.
        for run in 0..RUNS {
            let name = format!("bench-{block_mib}-{run}");
            grown.push(append(dir.path(), &name, &block, total_mib / block_mib)?);
            over.push(overwrite(dir.path(), &name, &block, total_mib / block_mib)?);
        }
        report("append + sync", block_mib, total_mib, grown);
        report("overwrite + sync", block_mib, total_mib, over);
    }
    Ok(())
}

fn append(site: &Path, name: &str, block: &[u8], blocks: u32) -> Outcome<Duration> {
    let engine = embedded::open(site)?;
    let mut file = engine.journal.create(name)?;
    let started = Instant::now();
    for _ in 0..blocks {
        file.append(block)?;
        file.sync()?;
    }
    Ok(started.elapsed())
}

/// Writes over the file that [`append`] made, then removes it.
fn overwrite(site: &Path, name: &str, block: &[u8], blocks: u32) -> Outcome<Duration> {
    let file = OpenOptions::new().write(true).open(site.join("journal").join(name))?;
    let started = Instant::now();
    let mut offset = 0;
    for _ in 0..blocks {
        file.write_all_at(block, offset)?;
        file.sync_data()?;
        offset += u64::try_from(block.len())?;
    }
    let took = started.elapsed();
    embedded::open(site)?.journal.remove(name)?;
    Ok(took)
}

fn report(what: &str, block_mib: u32, total_mib: u32, mut took: Vec<Duration>) {
    took.sort_unstable();
    let median = took.get(RUNS / 2).copied().unwrap_or_default();
    let octets = f64::from(total_mib) * f64::from(MIB);
    let rate = octets / 1e6 / median.as_secs_f64();
    let blocks = total_mib / block_mib;
    let each_ms = median.as_secs_f64() * 1e3 / f64::from(blocks.max(1));
    println!("{what:>16} {block_mib:>3} MiB blocks: {rate:>8.1} MB/s, {each_ms:>7.2} ms a block");
}
