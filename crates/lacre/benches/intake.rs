//! Durable intake, end to end, of a generated stream, beside what the disk and one core can do.
//!
//! Method: a stream of 1 GiB lies in the page cache; each run makes a new `--dev` site on the disk
//! under test, takes the stream as a recorded file through the house (framing, decoding, binding,
//! recognising, encrypting, journal, seals, segments) and ends it; the clock stops when everything
//! is sealed, cut and durable. Between runs, (a) `dd oflag=dsync conv=notrunc bs=16M` over blocks
//! already written, and (b) `openssl dgst -sha256` of the same stream, of which 75 % counts.
//! Medians; the ratio is to the lower of (a) and (b).
//!
//! `LACRE_BENCH_MIB` is the size (1024), `LACRE_BENCH_RUNS` the runs of each stream (5),
//! `LACRE_BENCH_DIR` the folder (the build's own temporary one).
//!
//! Rules: DESIGN section 6; `docs/performance.md`.
#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]
use lacre_custody::register::{Author, new_vault};
use lacre_custody::site::{Plan, Site};
use lacre_custody::warrant::{Change, OrderAdded, OrderDocument, Peer};
use lacre_custody::{House, clock};
use lacre_engine::embedded;
use lacre_term::Micros;
use lacre_testkit::flood::{self, Flood, Mix};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn Error>>;

const OPERATOR: &str = "OP-FLOOD";
/// 2026-11-23T19:27:00Z.
const AT: i64 = 1_795_462_020;

/// One stream to be measured.
struct Stream {
    name: &'static str,
    mix: Mix,
    lines: u16,
}

/// What one run did.
struct Run {
    rate: f64,
    /// Megabytes a second of processor time, all threads.
    on_a_core: f64,
    written: f64,
    marks: u64,
}

fn main() -> Outcome<()> {
    let mib: u64 = setting("LACRE_BENCH_MIB", 1024)?;
    let runs: usize = setting("LACRE_BENCH_RUNS", 5)?;
    let folder = std::env::var("LACRE_BENCH_DIR")
        .map_or_else(|_| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from)
        .join("bench-intake");
    let _none_left = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    for stream in [
        Stream { name: "one line, IP packets of 1,500 octets", mix: Mix::OneLine, lines: 1 },
        Stream { name: "one call, RTP", mix: Mix::OneCall, lines: 1 },
        Stream { name: "500 lines mixed", mix: Mix::Lines { lines: 500 }, lines: 500 },
        Stream { name: "5,000 lines mixed", mix: Mix::Lines { lines: 5000 }, lines: 5000 },
    ] {
        measure(&stream, mib << 20, runs, &folder)?;
    }
    Ok(std::fs::remove_dir_all(&folder)?)
}

fn setting<T: std::str::FromStr>(name: &str, otherwise: T) -> Outcome<T> {
    match std::env::var(name) {
        Ok(text) => text.parse().map_err(|_| format!("{name} is not a number").into()),
        Err(_) => Ok(otherwise),
    }
}

fn measure(stream: &Stream, octets: u64, runs: usize, folder: &Path) -> Outcome<()> {
    let (file, scratch) = (folder.join("stream.ber"), folder.join("scratch"));
    let pdus = generate(stream, octets, &file)?;
    copy(&file, &scratch)?;
    let (mut disk, mut digest, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..runs {
        disk.push(copy(&file, &scratch)?);
        digest.push(0.75 * hash(&file)?);
        taken.push(take(stream, pdus, &file, &folder.join(format!("site-{run}")))?);
    }
    let rates = taken.iter().map(|run| run.rate).collect();
    let on_a_core = median(taken.iter().map(|run| run.on_a_core).collect());
    let (disk, digest, intake) = (median(disk), median(digest), median(rates));
    let (written, marks) = taken.last().map_or((0.0, 0), |run| (run.written, run.marks));
    println!(
        "{}: {intake:.0} MB/s, {:.0} % of the lower of disk {disk:.0} MB/s and digest \
         {digest:.0} MB/s; {on_a_core:.0} MB per processor second; {pdus} PDUs, {written:.2} \
         octets written per octet, {marks} commits (median of {runs})",
        stream.name,
        100.0 * intake / disk.min(digest),
    );
    Ok(())
}

fn generate(stream: &Stream, octets: u64, file: &Path) -> Outcome<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    let mut pdus = 0;
    for pdu in Flood::new(&stream.mix, OPERATOR, Micros::from_seconds(AT)).octets(octets) {
        out.write_all(&pdu)?;
        pdus += 1;
    }
    out.into_inner()?.sync_all()?;
    // Into the page cache, if it is not.
    std::io::copy(&mut File::open(file)?, &mut std::io::sink())?;
    Ok(pdus)
}

/// MB/s of `octets` since `begun`.
fn rate(octets: u64, begun: Instant) -> Outcome<f64> {
    let megabytes = f64::from(u32::try_from(octets / 1000)?) / 1000.0;
    Ok(megabytes / begun.elapsed().as_secs_f64())
}

fn copy(from: &Path, to: &Path) -> Outcome<f64> {
    let begun = Instant::now();
    let status = Command::new("dd")
        .arg(format!("if={}", from.display()))
        .arg(format!("of={}", to.display()))
        .args(["bs=16M", "oflag=dsync", "conv=notrunc"])
        .stderr(Stdio::null())
        .status()?;
    if status.success() { rate(from.metadata()?.len(), begun) } else { Err("dd failed".into()) }
}

fn hash(file: &Path) -> Outcome<f64> {
    let begun = Instant::now();
    let mut command = Command::new("openssl");
    let status = command.args(["dgst", "-sha256"]).arg(file).stdout(Stdio::null()).status()?;
    if status.success() { rate(file.metadata()?.len(), begun) } else { Err("openssl".into()) }
}

/// Measures of one order here; an order's file holds a megabyte at most.
const MEASURES: u16 = 1000;

fn order(first: u16, lines: u16) -> Outcome<OrderDocument> {
    let measure = |index| {
        serde_json::json!({
            "liid": flood::liid(index), "operator": OPERATOR,
            "identity": { "type": "user", "value": format!("line-{index}@isp.example") },
            "from": "2026-01-01T00:00:00Z", "until": "2036-01-01T00:00:00Z",
            "scope": {
                "content": true, "origin_destination": true, "location": true,
                "other_traffic": true,
            },
        })
    };
    let here = first..lines.min(first.saturating_add(MEASURES));
    let text = serde_json::json!({
        "case": "DP-1-2026", "order": format!("AUTO-{first}"), "court": "T.I. Villademo, plaza 1",
        "profile": "es", "granted_at": "2026-01-01T00:00:00Z",
        "measures": here.map(measure).collect::<Vec<_>>(),
    });
    Ok(OrderDocument::parse(text.to_string().as_bytes())?)
}

fn house(lines: u16, dir: &Path) -> Outcome<House> {
    std::fs::create_dir_all(dir)?;
    let now = clock::now();
    let plan = Plan { name: "lacre.example/bench".into(), dev: true, shares: 1, threshold: 1 };
    let (site, _) = Site::create(embedded::open(dir)?, &plan, now)?;
    let house = House::open(site, dir.join("catalogue"), now)?;
    let author = Author { person: "bench".into(), role: "dev".into(), reason: None };
    house.change(Change::PeerAdded(Peer::of_files(OPERATOR)), &author, now)?;
    for first in (0..lines).step_by(usize::from(MEASURES)) {
        let order = order(first, lines)?;
        let added = OrderAdded { vault: new_vault()?, document: None, order };
        house.change(Change::OrderAdded(Box::new(added)), &author, now)?;
    }
    Ok(house)
}

/// Octets this process had written to disks.
fn written() -> Outcome<u64> {
    let mut text = String::new();
    File::open("/proc/self/io")?.read_to_string(&mut text)?;
    let line = text.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.ok_or("no wchar in /proc/self/io")?.parse()?)
}

/// Processor time this process has used, user and system, in seconds.
fn processor_seconds() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(") ").ok_or("no fields in /proc/self/stat")?;
    let mut ticks = fields.split(' ').skip(11).take(2);
    let mut next = || ticks.next().and_then(|it| it.parse::<u32>().ok());
    let (user, system) = (next().ok_or("no user time")?, next().ok_or("no system time")?);
    // Linux counts hundredths here, whatever its clock does.
    Ok(f64::from(user + system) / 100.0)
}

fn take(stream: &Stream, pdus: u64, file: &Path, dir: &Path) -> Outcome<Run> {
    let house = house(stream.lines, dir)?;
    let octets = file.metadata()?.len();
    let (before, begun, cpu) = (written()?, Instant::now(), processor_seconds()?);
    let mut marks = 0;
    house.take_file(&mut File::open(file)?, &Arc::from(OPERATOR), &mut |_| marks += 1)?;
    house.end_intake(clock::now())?;
    let rate = rate(octets, begun)?;
    let used = processor_seconds()? - cpu;
    let written = written()?.saturating_sub(before);
    let totals = house.totals();
    if totals.stored != pdus {
        return Err(format!("{} of {pdus} PDUs were stored: {totals:?}", totals.stored).into());
    }
    drop(house);
    std::fs::remove_dir_all(dir)?;
    let mib = |octets: u64| u32::try_from(octets >> 10).map(f64::from);
    let on_a_core = f64::from(u32::try_from(octets / 1000)?) / 1000.0 / used.max(0.01);
    Ok(Run { rate, on_a_core, written: mib(written)? / mib(octets)?, marks })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
