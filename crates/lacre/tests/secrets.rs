//! What a copy of the machine gives away: nothing of content, of a LIID or of a target. And what a
//! site does while nobody has brought its shares: it receives, and refuses every read.
//!
//! What is searched for is taken from the streams and from the order, never a marker of our own.
//!
//! Rules: DESIGN decisions 2, 6, 14; `docs/threat-model.md`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::search::{Needles, shown};
use common::serving::Serving;
use common::{
    Measure, ORDER, PEER, Ran, STREAMS, Site, expected, expected_of_all, files_below, number,
    openli_order, stream, text,
};
use lacre_custody::clock;
use lacre_testkit::mediation::deliver;
use lacre_testkit::scenario::Call;
use lacre_testkit::{Identity, Interface, Line, Mediation, MediationSettings, Scenario};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Runs of octets that `allowed` accepts and `wanted` recognises.
fn runs(octets: &[u8], allowed: fn(u8) -> bool, wanted: fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    let runs = octets.split(|octet| !allowed(*octet));
    runs.filter(|run| wanted(run)).map(<[u8]>::to_vec).collect()
}

fn is_of_address(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b".-_+@".contains(&octet)
}

fn is_address(run: &[u8]) -> bool {
    let at = run.iter().position(|octet| *octet == b'@');
    at.is_some_and(|at| at > 1 && run[at..].contains(&b'.'))
}

fn is_number(run: &[u8]) -> bool {
    let digits = run.strip_prefix(b"+").unwrap_or_default();
    digits.len() >= 9 && digits.iter().all(u8::is_ascii_digit)
}

/// Who is named in the streams: addresses and numbers as they stand in the octets.
fn named_in_streams() -> BTreeSet<Vec<u8>> {
    let mut named = BTreeSet::new();
    for name in STREAMS {
        let octets = std::fs::read(stream(name)).unwrap();
        named.extend(runs(&octets, is_of_address, is_address));
        named.extend(runs(&octets, |octet| octet == b'+' || octet.is_ascii_digit(), is_number));
    }
    named
}

/// LIIDs, as they are and as hexadecimal.
fn liids() -> BTreeSet<Vec<u8>> {
    let liids: BTreeSet<String> = expected_of_all().into_iter().map(|pdu| pdu.liid).collect();
    let hex = |liid: &String| liid.bytes().map(|it| format!("{it:02x}")).collect::<String>();
    let both = liids.iter().flat_map(|liid| [liid.clone(), hex(liid)]);
    both.map(String::into_bytes).collect()
}

/// What the order says of court, case and target.
fn named_in_order() -> Vec<Vec<u8>> {
    let order: serde_json::Value =
        serde_json::from_slice(&std::fs::read(openli_order()).unwrap()).unwrap();
    let measures = order["measures"].as_array().unwrap();
    let identities = measures.iter().map(|it| text(&it["identity"], "value"));
    let names = ["case", "order", "court"].into_iter().map(|name| text(&order, name));
    names.chain(identities).map(|it| it.as_bytes().to_vec()).collect()
}

/// Windows of 32 octets of what a PDU carries at its end: voices, packets, mails. Windows of few
/// different octets (silence, padding) are anywhere.
fn windows(octets: &[u8]) -> Option<Vec<u8>> {
    let end = octets.len().checked_sub(48)?;
    let window = octets.get(end..end + 32)?;
    (window.iter().collect::<BTreeSet<_>>().len() > 8).then(|| window.to_vec())
}

/// A window of every PDU with content of the recorded streams.
fn content() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for name in STREAMS {
        let octets = std::fs::read(stream(name)).unwrap();
        for pdu in expected(name).iter().filter(|pdu| pdu.payload != "TRI") {
            let from = usize::try_from(pdu.offset).unwrap();
            found.extend(windows(&octets[from..from + usize::try_from(pdu.octets).unwrap()]));
        }
    }
    found
}

fn everything_secret() -> Needles {
    let secret = named_in_streams().into_iter().chain(liids()).chain(named_in_order());
    Needles::new(secret.chain(content()))
}

/// Asserts that no file below `dir`, nor its name, holds a needle.
#[track_caller]
fn assert_nothing_below(dir: &Path, needles: &Needles) {
    let mut octets_searched = 0;
    for path in files_below(dir) {
        let octets = std::fs::read(&path).unwrap();
        octets_searched += octets.len();
        for (what, octets) in
            [("in", octets.as_slice()), ("named", path.as_os_str().as_encoded_bytes())]
        {
            let found: Vec<String> = needles.found_in(octets).into_iter().map(shown).collect();
            assert!(found.is_empty(), "{what} {}: {found:?}", path.display());
        }
    }
    assert!(octets_searched > 100_000, "there is something to search");
}

#[test]
fn the_needles_are_in_the_streams_and_the_order_they_were_taken_from() {
    let needles = everything_secret();
    let mut found: BTreeSet<Vec<u8>> = BTreeSet::new();
    let sources = STREAMS.iter().map(|name| stream(name)).chain([openli_order()]);
    for path in sources {
        let octets = std::fs::read(path).unwrap();
        found.extend(needles.found_in(&octets).into_iter().map(<[u8]>::to_vec));
    }
    // Hexadecimal LIIDs are ours.
    let missing = liids().iter().filter(|liid| !found.contains(*liid)).count();
    assert_eq!(found.len() + missing, needles.len());
    for sure in ["objetivo@correo.example.es", "+34600333444", "ES-VOIP-2026-0001", ORDER] {
        assert!(found.contains(sure.as_bytes()), "{sure}");
    }
    assert!(found.len() > 1_000, "{} needles", found.len());
}

#[test]
fn a_dev_site_that_was_read_holds_no_plaintext() {
    let site = Site::dev_with_openli_order();
    site.intake_streams(&STREAMS);
    // Everything that derives something: catalogue, content, texts, package.
    for row in site.communications() {
        if row["medium"] == "voice" {
            site.content(number(&row, "n"), "wav");
        }
    }
    site.run(&["communications", "--search", "hola*"]).ok();
    site.run(&["package", "make", "--order", ORDER, "--out", "p.asice"]).ok();
    assert_nothing_below(&site.dir, &everything_secret());
}

/// A real site with the order of the streams and their peer.
fn real_site() -> Site {
    let site = Site::real();
    site.run(&["peer", "add", PEER, "--file"]).ok();
    let added = site.run(&["order".as_ref(), "add".as_ref(), openli_order().as_os_str()]).ok();
    assert!(added.stderr.contains("NOT ACCREDITED"), "{}", added.stderr);
    site
}

#[test]
fn a_real_site_without_shares_receives_refuses_every_read_and_loses_nothing() {
    let site = real_site();
    let taken = site.intake_streams(&STREAMS);
    assert_eq!(number(&taken, "conflicts"), 0);
    let reads: [&[&str]; 8] = [
        &["communications"],
        &["communications", "--json"],
        &["communications", "show", "1"],
        &["communications", "content", "1", "--as", "raw", "--out", "x"],
        &["communications", "content", "1", "--as", "wav", "--out", "x"],
        &["package", "make", "--order", ORDER, "--out", "x.asice"],
        &["package", "list"],
        &["rebuild"],
    ];
    for read in reads {
        let refused = site.run(read).code(5);
        assert!(refused.stdout.is_empty(), "{read:?} {}", refused.text());
        assert!(refused.stderr.contains("lacre unseal"), "{read:?} {}", refused.stderr);
    }
    assert!(!site.file("x").exists() && !site.file("x.asice").exists());
    // Each command opened the site anew, without shares: counts go on, and nothing comes twice.
    let again = site.intake_streams(&STREAMS);
    assert_eq!((number(&again, "stored"), number(&again, "conflicts")), (0, 0), "{again}");
    let status = site.run(&["intake", "status", "--json"]).ok().last();
    assert_eq!(number(&status, "stored"), number(&taken, "stored"));
    assert_eq!(number(&status, "received"), 2 * number(&taken, "received"));
    site.run(&["ledger", "audit"]).ok();
    assert_nothing_below(&site.dir, &everything_secret());
    // Identities are known to the root alone.
    let measures = site.run(&["measure", "list", "--json"]).ok();
    assert!(!measures.text().contains("objetivo@correo.example.es"), "{}", measures.text());
}

/// `lacre unseal` with these files.
fn unseal(site: &Site, shares: &[PathBuf]) -> Ran {
    let mut command = site.command();
    command.arg("unseal");
    for share in shares {
        command.arg("--share").arg(share);
    }
    Ran::of(command.output().unwrap())
}

#[test]
fn three_shares_of_this_site_unseal_it_and_nothing_less() {
    let (site, other) = (Site::real(), Site::real());
    let share = |of: &Site, n: u8| of.handover.join(format!("share-{n}.txt"));
    let two = unseal(&site, &[share(&site, 1), share(&site, 4)]).code(5);
    assert!(two.stderr.contains("3 different shares"), "{}", two.stderr);
    unseal(&site, &[share(&site, 1), share(&site, 4), share(&site, 4)]).code(5);
    unseal(&site, &[share(&other, 1), share(&other, 2), share(&other, 3)]).code(5);
    unseal(&site, &[share(&site, 1), share(&site, 2), share(&other, 3)]).code(5);
    unseal(&site, &[share(&site, 5), share(&site, 1), share(&site, 3)]).ok();
    unseal(&site, &[1, 2, 3, 4, 5].map(|n| share(&site, n))).ok();
    let damaged = std::fs::read_to_string(share(&site, 2)).unwrap().replace(['a', 'b'], "c");
    let damaged = site.write("damaged.txt", damaged);
    unseal(&site, &[share(&site, 1), damaged, share(&site, 3)]).code(5);
    // No share stays in the site.
    let shares: Vec<Vec<u8>> = (1..=5).map(|n| std::fs::read(share(&site, n)).unwrap()).collect();
    let secret = shares.iter().map(|text| text.trim_ascii().to_vec());
    let needles = Needles::new(secret.chain([b"lacre-share-1:".to_vec()]));
    for path in files_below(&site.dir) {
        assert!(needles.found_in(&std::fs::read(&path).unwrap()).is_empty(), "{}", path.display());
    }
}

#[test]
fn an_order_is_accredited_by_its_document_and_a_court_role_and_by_nothing_less() {
    let site = real_site();
    let accredited = || {
        let orders = site.run(&["order", "list", "--json"]).ok().lines();
        let list =
            |it: &serde_json::Value| (text(it, "order").to_owned(), it["accredited"] == true);
        orders.iter().map(list).collect::<Vec<_>>()
    };
    assert_eq!(accredited(), [(ORDER.to_owned(), false)]);
    assert!(site.run(&["order", "list"]).ok().text().contains("NOT ACCREDITED"));
    let measures = site.run(&["measure", "list", "--json"]).ok().lines();
    assert!(measures.iter().all(|measure| measure["accredited"] == false));
    // With its document it still waits for the court.
    site.write("auto.pdf", b"%PDF-1.7 signed by nobody");
    let mut order = common::order("WITH-DOCUMENT", &[Measure::of("LI-1", PEER)]);
    order["document"] = "auto.pdf".into();
    let path = site.write("order.json", order.to_string());
    site.run(&["order".as_ref(), "add".as_ref(), path.as_os_str()]).ok();
    assert_eq!(accredited()[1], ("WITH-DOCUMENT".to_owned(), false));
    for (name, role) in [("jueza", "judge"), ("ana", "investigator")] {
        site.run(&["user", "add", name, "--role", role]).ok();
    }
    let refused = site.run(&["order", "confirm", "WITH-DOCUMENT", "--person", "ana"]).code(2);
    assert!(refused.stderr.contains("judge"), "{}", refused.stderr);
    let refused = site.run(&["order", "confirm", "WITH-DOCUMENT"]);
    assert_ne!(refused.code, 0, "an account is not the court: {}", refused.stderr);
    site.run(&["order", "confirm", "WITH-DOCUMENT", "--person", "jueza"]).ok();
    assert_eq!(accredited()[1], ("WITH-DOCUMENT".to_owned(), true));
    // A confirmation does not stand in for a document.
    site.run(&["order", "confirm", ORDER, "--person", "jueza"]).ok();
    assert_eq!(accredited()[0], (ORDER.to_owned(), false));
}

/// The least that a window of 32 octets of speech travels in.
const PDU_OCTETS_MIN: usize = 300;
/// A TLS record with its header, and what is read with it (RFC 8446, 5.2).
const RECORD_OCTETS_MAX: usize = (16 << 10) + 256 + 5 + (4 << 10);

/// Everything a process can read of itself, in pieces.
fn memory_of(pid: u32) -> Vec<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = std::fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut pieces = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        // What can be written is what can hold something; the rest is the program.
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let of_hex = |text: &str| u64::from_str_radix(text, 16).unwrap();
        let (from, to) = (of_hex(from), of_hex(to));
        let mut piece = vec![0; usize::try_from(to - from).unwrap()];
        // A piece that cannot be read, such as a guard, holds nothing.
        if memory.read_exact_at(&mut piece, from).is_ok() {
            pieces.push(piece);
        }
    }
    pieces
}

/// A server that has no shares, has received a call over TLS and has sealed it.
#[test]
fn a_running_receiver_remembers_nothing_of_what_it_sealed() {
    let site = Site::real();
    site.add_order("O-1", &[Measure::always("LI-SECRET-1", "OP")]);
    let identity = Identity::generate("MF-1").unwrap();
    let pem = site.write("mf.pem", &identity.certificate_pem);
    let mut add = site.command();
    add.args(["peer", "add", "MF-1", "--operator", "OP", "--certificate"]).arg(pem);
    Ran::of(add.output().unwrap()).ok();
    let serving = Serving::start(&site, &["--listen", "127.0.0.1:0"], 1);
    let mut scenario = Scenario::new();
    let line = scenario.line(Line::new("LI-SECRET-1", "OP", "34600000001"));
    let other = "34600000002".to_owned();
    let call = Call { other, incoming: false, length: Duration::from_secs(8), seed: 31 };
    scenario.call(line, 1, Duration::ZERO, &call);
    let tls = identity.client(serving.certificate()).unwrap();
    let settings = MediationSettings::new("OP", serving.addresses()[0], Some(tls));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (hi2, hi3) = runtime.block_on(async {
        let open = (Mediation::start(settings.clone()), Mediation::start(settings));
        deliver(&scenario, 0, (&open.0, &open.1), clock::now).await.unwrap();
        open
    });
    let sent = &scenario.sent()[0];
    let pdus = u64::from(sent.iri + sent.cc);
    serving.received(pdus);
    // Sealed a few seconds after its IRI-END; the chain of its vault says so.
    let since = Instant::now();
    let sealed = || {
        let measures = site.run(&["intake", "gaps", "--json"]).ok().lines();
        measures.iter().map(|it| number(it, "pdus")).sum::<u64>()
    };
    while sealed() < pdus {
        assert!(since.elapsed() < Duration::from_secs(30), "the call is not sealed");
        std::thread::sleep(Duration::from_millis(200));
    }
    let (from, to) = sent.voices.clone().unwrap();
    let first_half = |voice: &[u8]| voice[..voice.len() / 2].to_vec();
    let early = spoken([first_half(&from), first_half(&to)]);
    let all = spoken([from, to]);
    assert!(early.len() > 200 && all.len() > 500, "{} of {}", early.len(), all.len());
    let sent = scenario.stream(Interface::Hi3, clock::now());
    assert_eq!(all.found_in(&sent).len(), all.len(), "they are in what was sent");
    // While a connection is open our own buffers hold nothing that was taken; the TLS library's
    // buffer of one record may.
    let left = left_in_memory(serving.pid(), &early);
    assert!(left * PDU_OCTETS_MIN <= RECORD_OCTETS_MAX, "{left} of {} windows", early.len());
    runtime.block_on(async { tokio::join!(hi2.close(), hi3.close()) });
    let since = Instant::now();
    while left_in_memory(serving.pid(), &all) > 0 {
        let left = left_in_memory(serving.pid(), &all);
        assert!(since.elapsed() < Duration::from_secs(5), "{left} of {} windows", all.len());
    }
    assert_eq!(serving.stop().code, Some(0));
}

/// A window of 32 octets of each frame of these voices.
fn spoken(voices: [Vec<u8>; 2]) -> Needles {
    let frames = voices.iter().flat_map(|voice| voice.chunks_exact(160));
    Needles::new(frames.filter_map(windows))
}

/// How many needles stand in the memory of a process.
fn left_in_memory(pid: u32, needles: &Needles) -> usize {
    let memory = memory_of(pid);
    let octets: usize = memory.iter().map(Vec::len).sum();
    assert!(octets > 1 << 20, "the memory was read: {octets} octets");
    memory.iter().map(|piece| needles.found_in(piece).len()).sum()
}
