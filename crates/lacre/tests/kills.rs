//! Killed at random moments: what a mark said is durable is there, once; what was open is sealed
//! without any key; what comes again is not stored again.
//!
//! `kill -9` of `lacre intake` over files and of `lacre serve` under a mediation function, on
//! `--dev` sites and on sites of five shares of which none is ever brought. Half of the kills come
//! after the first mark a run prints. Seeded: a run says its seed, and repeats the same draws.
//!
//! Rules: DESIGN decisions 3, 7 and 16.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a story stops where it breaks, and says what it did"
)]
mod common;
#[path = "kills/ground.rs"]
mod ground;
#[path = "kills/live.rs"]
mod live;
#[path = "kills/victim.rs"]
mod victim;

use common::{Site, number};
use ground::{Ground, Stream};
use lacre_testkit::voice::Chance;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use victim::{End, Victim};

/// Kills of one site before it may finish.
const KILLS_A_SITE: u64 = 5;
/// Sites under way at once.
const ABREAST: usize = 4;

/// What was done, over all sites.
#[derive(Debug, Default)]
struct Tally {
    kills: AtomicU64,
    after_a_mark: AtomicU64,
    of_recovery: AtomicU64,
    restarts_sealed: AtomicU64,
}

fn one(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// How long a run takes that nobody kills: the window kills are drawn from.
fn window(stream: &Stream) -> Duration {
    let site = Ground::dev();
    let file = site.site.write("calm.ber", &stream.octets);
    let begun = Instant::now();
    site.site.intake_from(&[file], ground::OPERATOR);
    // Sites run abreast, so each takes longer than this one did.
    begun.elapsed() * 3 / 2
}

/// Kills the first command after a kill as well: recovery itself is interrupted.
fn kill_recovery(site: &Site, chance: &mut Chance, tally: &Tally) {
    let mut victim = Victim::start(site, &["intake", "status", "--json"]);
    thread::sleep(Duration::from_millis(chance.below(60)));
    if let End::Killed(_) = victim.kill() {
        one(&tally.of_recovery);
    }
}

/// Everything up to `mark` is there once; the ledger is whole; what was open is sealed.
fn assert_survived(ground: &mut Ground, streams: &[Stream], marks: &[Value], tally: &Tally) {
    let audit = ground.site.run(&["ledger", "audit", "--json"]).ok().last();
    assert_eq!(audit["whole"], true, "{audit}");
    let status = ground.site.run(&["intake", "status", "--json"]).ok().last();
    common::assert_balanced(&status);
    let stored = ground.stored();
    assert!(stored.values().all(|times| *times == 1), "stored twice");
    assert_eq!(number(&status, "stored"), stored.len() as u64, "{status}");
    let (done, current) = streams.split_at(streams.len() - 1);
    let offset = marks.last().map_or(0, |mark| number(mark, "offset"));
    let due = done.iter().flat_map(|stream| &stream.pdus);
    for pdu in due.chain(current[0].up_to(offset)) {
        assert!(stored.contains_key(pdu), "a PDU before the mark at {offset} is not there");
    }
    let known: usize = streams.iter().map(|stream| stream.pdus.len()).sum();
    let in_streams = |pdu| streams.iter().any(|stream| stream.pdus.contains(pdu));
    assert!(stored.len() <= known && stored.keys().all(in_streams), "stored what nobody sent");
    let whole = offset == current[0].octets.len() as u64;
    for seal in ground.new_seals() {
        if seal.reason == "restart" {
            one(&tally.restarts_sealed);
        } else {
            assert!(whole && seal.reason == "intake_end", "{} before its end", seal.reason);
        }
    }
    ground.assert_all_sealed();
}

/// Files taken by `lacre intake --json`, killed and taken again until they are whole.
fn files(real: bool, kills: u64, seed: u64, (tally, window): (&Tally, Duration)) {
    let mut ground = if real { Ground::real() } else { Ground::dev() };
    let mut chance = Chance::new(seed);
    let (mut streams, mut paths): (Vec<Stream>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    let (mut done, mut whole, mut window) = (0, true, window);
    while done < kills {
        if whole {
            let round = streams.len() as u32;
            let stream = Stream::recorded(round);
            paths.push(ground.site.write(&format!("round-{round}.ber"), &stream.octets));
            streams.push(stream);
        }
        let path = paths.last().unwrap().to_str().unwrap();
        let args = ["intake", path, "--operator", ground::OPERATOR, "--json"];
        let mut victim = Victim::start(&ground.site, &args);
        if done % 2 == 1 {
            victim.wait_for(|line| line["schema"] == "lacre.mark/1");
        }
        thread::sleep(Duration::from_micros(chance.below(window.as_micros() as u64)));
        let (lines, killed) = match victim.kill() {
            End::Killed(lines) => (lines, true),
            End::Ended(code, lines) => {
                assert_eq!(code, Some(0), "seed {seed}");
                (lines, false)
            }
        };
        let marks: Vec<Value> =
            lines.iter().filter(|line| line["schema"] == "lacre.mark/1").cloned().collect();
        whole = lines.iter().any(|line| line["schema"] == "lacre.intake/1");
        if killed {
            done += 1;
            one(&tally.kills);
            if !marks.is_empty() {
                one(&tally.after_a_mark);
            }
            if chance.below(4) == 0 {
                kill_recovery(&ground.site, &mut chance, tally);
            }
            assert_survived(&mut ground, &streams, &marks, tally);
        } else {
            // Sealed by the end it came to. Runs are shorter than was thought.
            ground.new_seals();
            window = window * 2 / 3;
        }
    }
    finish_files(&mut ground, &streams, &paths);
}

/// Taken again to the end: stored once, sums hold, and the same as if nothing had happened.
fn finish_files(ground: &mut Ground, streams: &[Stream], paths: &[PathBuf]) {
    let before = ground.site.run(&["intake", "status", "--json"]).ok().last();
    let summary = ground.site.intake_from(paths, ground::OPERATOR);
    let known: usize = streams.iter().map(|stream| stream.pdus.len()).sum();
    assert_eq!(number(&summary, "received"), known as u64);
    assert_eq!(number(&before, "stored") + number(&summary, "stored"), known as u64);
    for nothing in ["conflicts", "rejected", "control"] {
        assert_eq!(number(&summary, nothing), 0, "{summary}");
    }
    let stored = ground.stored();
    assert_eq!(stored.len(), known);
    assert!(stored.values().all(|times| *times == 1));
    let audit = ground.site.run(&["ledger", "audit", "--json"]).ok().last();
    assert_eq!(audit["whole"], true, "{audit}");
    ground.assert_all_sealed();
    if ground.real {
        ground.site.run(&["communications", "--json"]).code(5);
        return;
    }
    // What a person sees is the same as on a site where nothing was killed.
    let calm = Ground::dev();
    calm.site.intake_from(paths, ground::OPERATOR);
    assert_eq!(ground::rows(&ground.site), ground::rows(&calm.site));
    let mut shown: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    for row in ground.site.communications() {
        let raw = ground.site.content(number(&row, "n"), "raw");
        for pdu in ground::cut(&raw) {
            *shown.entry(pdu.to_vec()).or_default() += 1;
        }
    }
    assert_eq!(shown, stored);
}

/// As many sites as `kills` needs, four at a time; files and live, `--dev` and real, in turn.
fn run(kills: u64) {
    let seed = std::env::var("LACRE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(2026);
    let tally = Tally::default();
    let window = window(&Stream::recorded(0));
    println!("seed {seed}, {kills} kills, drawn from {} ms", window.as_millis());
    let next = AtomicU64::new(0);
    let given = Mutex::new(0u64);
    thread::scope(|scope| {
        for _ in 0..ABREAST {
            scope.spawn(|| {
                loop {
                    let mine = {
                        let mut given = given.lock().unwrap();
                        let mine = KILLS_A_SITE.min(kills - *given);
                        *given += mine;
                        mine
                    };
                    if mine == 0 {
                        return;
                    }
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    let (seed, real) = (seed ^ (job << 32), job % 4 >= 2);
                    let begun = Instant::now();
                    if job.is_multiple_of(2) {
                        files(real, mine, seed, (&tally, window));
                    } else {
                        live::live(real, mine, seed, &tally);
                    }
                    println!("site {job}: {mine} kills in {} s", begun.elapsed().as_secs());
                }
            });
        }
    });
    println!("{tally:?}");
    assert_eq!(tally.kills.load(Ordering::Relaxed), kills);
    assert!(tally.after_a_mark.load(Ordering::Relaxed) * 2 >= kills, "{tally:?}");
    assert!(tally.restarts_sealed.load(Ordering::Relaxed) > 0, "{tally:?}");
}

fn asked(otherwise: u64) -> u64 {
    std::env::var("LACRE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn kills_short() {
    run(asked(20));
}

#[test]
#[ignore = "minutes: cargo xtask soak kills"]
fn soak_kills() {
    run(asked(200));
}
