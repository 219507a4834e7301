//! Hostile octets through every door: `decode`, `intake`, a socket of `serve`.
//!
//! Nothing panics, memory stays under 200 MB, every octet ends in a class that is counted, and the
//! next good PDU on a new connection is kept.
//!
//! Rules: DESIGN decision 1 (totals), section 6 (memory); TS 102 232-1 annex A (framing).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a story stops where it breaks"
)]
mod common;

use common::{Site, assert_balanced, number};
use lacre_testkit::voice::Chance;
use lacre_testkit::{Header, pdu};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// 200 MB.
const MEMORY_KB_MAX: u64 = 200_000;
/// While as many of the largest PDUs as fit are under way at once, and a journal file of them
/// becomes objects. It does not grow with the number of connections.
const FLOODED_KB_MAX: u64 = 300_000;
const LIID: &str = "GOOD-LINE-1";

/// A site with one order over [`LIID`], valid for years: the wire is judged by today's clock.
fn site_with_order() -> Site {
    let site = Site::dev();
    let order = serde_json::json!({
        "case": "DP-7-2026", "order": "AUTO-7", "court": "T.I. Villademo, plaza 7",
        "profile": "es", "granted_at": "2026-01-01T00:00:00Z",
        "measures": [{
            "liid": LIID, "operator": common::PEER,
            "identity": { "type": "user", "value": "good@isp.example" },
            "from": "2026-01-01T00:00:00Z", "until": "2046-01-01T00:00:00Z",
            "scope": {
                "content": true, "origin_destination": true, "location": true,
                "other_traffic": true,
            },
        }],
    });
    let file = site.write("order.json", order.to_string());
    site.run(&["order", "add", file.to_str().unwrap()]).ok();
    site
}

/// Octets no sender should send, each with a name for what is wrong with them.
fn bombs() -> Vec<(String, Vec<u8>)> {
    let mut chance = Chance::new(7);
    let mut random =
        |octets: usize| -> Vec<u8> { (0..octets).map(|_| chance.below(256) as u8).collect() };
    let repeated = |octets: &[u8], times: usize| octets.repeat(times);
    let mut bombs = vec![
        ("gigabyte".to_owned(), [&[0x30, 0x84, 0x40, 0, 0, 0][..], &[0; 4096]].concat()),
        ("exabyte".to_owned(), [&[0x30, 0x88, 0x7f][..], &[0xff; 7]].concat()),
        ("just under the limit, never ending".to_owned(), {
            [&[0x30, 0x83, 0xff, 0xff, 0x00][..], &random(1 << 20)].concat()
        }),
        ("depth, definite".to_owned(), repeated(&[0x30, 0x84, 0, 0x7f, 0xff, 0xff], 200_000)),
        ("depth, indefinite".to_owned(), repeated(&[0x30, 0x80], 500_000)),
        ("a megabyte of ends of contents".to_owned(), vec![0; 1 << 20]),
        ("ends of contents inside".to_owned(), [&[0x30, 0x80][..], &vec![0; 1 << 20]].concat()),
        ("endless small elements".to_owned(), {
            [&[0x30, 0x80][..], &repeated(&[0x82, 0x00], 9 << 20)].concat()
        }),
        ("endless tag".to_owned(), [&[0x3f][..], &vec![0xff; 1 << 20]].concat()),
        ("random".to_owned(), random(1 << 20)),
        ("random in a sequence".to_owned(), [&[0x30, 0x80][..], &random(1 << 20)].concat()),
        ("empty sequences".to_owned(), repeated(&[0x30, 0x00], 100_000)),
    ];
    for seed in 0..8 {
        let mut octets = good(seed).repeat(50);
        for at in (7..octets.len()).step_by(97) {
            octets[at] ^= random(1)[0];
        }
        bombs.push((format!("good ones with changed octets, {seed}"), octets));
    }
    bombs
}

/// The hostile vectors, one file each.
fn vectors() -> Vec<PathBuf> {
    let folder = common::vector("handover");
    let mut files: Vec<PathBuf> = common::files_below(&folder);
    let hostile = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with('h') && path.extension().is_some_and(|ending| ending == "ber")
    };
    files.retain(hostile);
    assert!(files.len() > 50, "{}", folder.display());
    files
}

fn good(number: u32) -> Vec<u8> {
    let at = lacre_custody::clock::now();
    let header = Header::new(LIID.as_bytes(), common::PEER.as_bytes())
        .network_element(b"MF-1")
        .cin(4711)
        .seq(number);
    pdu::cc(
        &header.at(at),
        pdu::Direction::FromTarget,
        lacre_testkit::contents::ip_packet(&[0x45; 300]),
    )
}

/// Largest resident memory of a process so far.
fn peak_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// How a command ended under a watch on its memory.
struct Watched {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
    peak_kb: u64,
}

fn watched(mut command: Command) -> Watched {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (out, err) = (
        std::thread::spawn(move || {
            let mut octets = Vec::new();
            out.read_to_end(&mut octets).unwrap();
            octets
        }),
        std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        }),
    );
    let mut peak = 0;
    let status = loop {
        // A process that has ended but was not waited for has no memory any more.
        peak = peak.max(peak_kb(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let (stdout, stderr) = (out.join().unwrap(), err.join().unwrap());
    Watched { code: status.code(), stdout, stderr, peak_kb: peak }
}

fn assert_calm(name: &str, watched: &Watched) {
    assert_eq!(watched.code, Some(0), "{name}: {}", watched.stderr);
    assert!(!watched.stderr.contains("panicked"), "{name}: {}", watched.stderr);
    assert!(watched.peak_kb < MEMORY_KB_MAX, "{name}: {} kB", watched.peak_kb);
}

fn decode(file: &Path) -> Watched {
    let mut command = common::lacre();
    command.arg("decode").arg(file).arg("--json");
    watched(command)
}

#[test]
fn decode_reads_hostile_octets_to_their_end_in_bounded_memory() {
    let site = Site::dev();
    let bombs = bombs().into_iter().enumerate().map(|(at, (name, octets))| {
        let path = site.write(&format!("bomb-{at}"), octets);
        (name, path)
    });
    let vectors = vectors().into_iter().map(|path| (path.display().to_string(), path));
    for (name, path) in bombs.chain(vectors) {
        let read = decode(&path);
        assert_calm(&name, &read);
        let lines = common::json_lines(&read.stdout);
        let octets: u64 = lines.iter().map(|line| number(line, "octets")).sum();
        assert_eq!(octets, path.metadata().unwrap().len(), "{name}: octets were lost");
    }
}

#[test]
fn intake_counts_hostile_octets_and_keeps_none_of_them_under_an_order() {
    let site = site_with_order();
    // Some of the vectors can be read; no order covers them.
    let mut files = vectors();
    for (at, (_, octets)) in bombs().into_iter().enumerate().filter(|(at, _)| *at < 12) {
        files.push(site.write(&format!("bomb-{at}"), octets));
    }
    let mut command = site.command();
    command.arg("intake").args(&files).args(["--operator", common::PEER, "--json"]);
    let taken = watched(command);
    assert_calm("intake", &taken);
    let summary: Value = common::json_lines(&taken.stdout).pop().unwrap();
    assert_balanced(&summary);
    for nothing in ["stored", "duplicates", "conflicts"] {
        assert_eq!(number(&summary, nothing), 0, "{summary}");
    }
    assert!(number(&summary, "rejected") > 10, "{summary}");
    let octets: u64 = files.iter().map(|file| file.metadata().unwrap().len()).sum();
    assert_eq!(number(&summary, "octets"), octets, "{summary}");
    let good_ones = site.write("good.ber", [good(0), good(1)].concat());
    assert_eq!(number(&site.intake(&[good_ones]), "stored"), 2);
}

/// One file a site cannot be brought down with: bad in the middle, the rest in quarantine, and
/// the next file is read from its own start.
#[test]
fn a_bomb_inside_a_file_closes_what_follows_and_nothing_else() {
    let site = site_with_order();
    let file = [good(0), good(1), vec![0x30, 0x84, 0x40, 0, 0, 0], good(2)].concat();
    let file = site.write("middle.ber", file);
    let next = site.write("next.ber", good(3));
    let summary = site.intake(&[file, next]);
    assert_eq!((number(&summary, "stored"), number(&summary, "rejected")), (3, 1), "{summary}");
}

struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Plain on loopback, where anyone can send anything.
    fn start(site: &Site) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let plain = address.to_string();
        let add = ["peer", "add", "mf", "--operator", common::PEER, "--plain", &plain];
        site.run(&add).ok();
        let mut command = site.command();
        command.args(["serve", "--dev", "--plain", "--json"]).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("lacre.listening/1") {
            line.clear();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "the server ended");
        }
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Self { child, address }
    }

    /// Sends until the server has closed its side: it may do so before everything is written.
    fn send(&self, octets: &[u8]) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
        let _closed_by_the_server = stream.write_all(octets);
        let _closed_by_the_server = stream.shutdown(Shutdown::Write);
        let mut answers = Vec::new();
        let ended = stream.read_to_end(&mut answers);
        let waited = ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!waited, "the server keeps a dead connection open");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

fn status(site: &Site) -> Value {
    site.run(&["intake", "status", "--json"]).ok().last()
}

/// Waits until `stored` PDUs are durable.
fn until_stored(site: &Site, stored: u64) -> Value {
    let begun = Instant::now();
    loop {
        let status = status(site);
        if number(&status, "stored") == stored {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{stored}: {status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_server_outlives_hostile_connections_and_keeps_the_next_good_pdu() {
    let site = site_with_order();
    let server = Server::start(&site);
    let vectors = vectors()
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()));
    let hostile = bombs().into_iter().filter(|(name, _)| !name.starts_with("good")).chain(vectors);
    for (sent, (name, octets)) in (0..).zip(hostile) {
        server.send(&octets);
        if sent % 8 == 0 {
            server.send(&good(sent / 8));
            let status = until_stored(&site, u64::from(sent / 8) + 1);
            assert_balanced(&status);
        }
        let peak = peak_kb(server.child.id()).unwrap_or_else(|| panic!("{name}: the server died"));
        assert!(peak < MEMORY_KB_MAX, "{name}: {peak} kB");
    }
    let last = status(&site);
    assert_balanced(&last);
    assert!(number(&last, "rejected") > 10, "{last}");
    site.run(&["ledger", "audit"]).ok();
}

/// Many at once: some never finish what they announce, some finish it, none of it is a PDU that
/// can be read.
#[test]
fn the_largest_pdus_on_many_connections_take_bounded_memory() {
    let site = site_with_order();
    let server = Server::start(&site);
    let bags = site.dir.join("objects/quarantine");
    let whole = [&[0x30, 0x83, 0xf0, 0x00, 0x00][..], &vec![0xa1; 0xf0_0000]].concat();
    let mut held = Vec::new();
    for at in 0..12 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
        let unfinished = whole.len() - (at % 2);
        let _closed_or_full = stream.write_all(&whole[..unfinished]);
        held.push(stream);
    }
    std::thread::sleep(Duration::from_millis(500));
    drop(held);
    // More than one journal file, which becomes objects meanwhile. Under pressure a connection may
    // be closed before its octets are taken: whoever sends tries again.
    let begun = Instant::now();
    while number(&status(&site), "octets") <= 10 * (whole.len() as u64) {
        assert!(begun.elapsed() < Duration::from_secs(120), "the server takes nothing");
        server.send(&whole);
    }
    server.send(&good(0));
    let status = until_stored(&site, 1);
    assert_balanced(&status);
    let begun = Instant::now();
    while common::files_below(&site.dir).iter().all(|file| !file.starts_with(&bags)) {
        assert!(begun.elapsed() < Duration::from_secs(20), "no journal file became objects");
        std::thread::sleep(Duration::from_millis(50));
    }
    let peak = peak_kb(server.child.id()).expect("the server lives");
    assert!(peak < FLOODED_KB_MAX, "{peak} kB");
}
