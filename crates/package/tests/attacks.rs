//! What an attacker may do to a package, with and without keys, and how the verifier answers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a story stops where it breaks"
)]
mod sample;

use lacre_package::{
    Options, Report, Verdict,
    report::{Code, Lang, render},
    verify,
};
use lacre_proof::hash::sha256;
use lacre_term::Micros;
use sample::{
    Built, Plan, START, Site, build,
    forge::{Dice, Files, file, pack, places, sign_again, unpack},
};
use std::io::Cursor;

fn check(file: &[u8], options: &Options) -> Report {
    verify(Cursor::new(file), options).unwrap()
}

fn trusting(built: &Built) -> Options {
    Options { trust: Some(built.sheet.clone()), head: None }
}

/// Refused whether or not the keys are trusted, and the thing is named.
fn refused(built: &Built, octets: &[u8], place: &str) -> Report {
    let without = check(octets, &Options::default());
    assert_eq!(without.exit_code, 3, "without sheet: {place}");
    let report = check(octets, &trusting(built));
    assert_eq!((report.verdict, report.exit_code), (Verdict::NotIntact, 3), "{place}");
    let named = report.findings.iter().any(|one| one.place.contains(place));
    assert!(named, "{place} is not named:\n{}", render(&report, Lang::En));
    report
}

fn has(report: &Report, code: Code) -> bool {
    report.findings.iter().any(|one| one.code == code)
}

fn made_at() -> Micros {
    Micros::from_seconds(START + 120)
}

/// Changes the files of a package and lets the site itself sign it again: an insider without the
/// log's key.
fn insider(site: &Site, built: &Built, change: impl FnOnce(&mut Files)) -> Vec<u8> {
    let mut files = unpack(&built.file);
    change(&mut files);
    sign_again(&mut files, &site.identity, made_at(), made_at());
    pack(&files)
}

#[test]
fn a_good_package_is_intact_with_the_sheet_and_of_unchecked_origin_without() {
    let built = build(&Site::new(1), &Plan::default());
    let with = check(&built.file, &trusting(&built));
    assert_eq!((with.verdict, with.exit_code), (Verdict::Intact, 0), "{:?}", with.findings);
    assert_eq!((with.counts.parts, with.counts.pdus), (4, 20));
    assert!(has(&with, Code::SelfAsserted));
    let without = check(&built.file, &Options::default());
    assert_eq!((without.verdict, without.exit_code), (Verdict::OriginNotChecked, 4));
    let page = render(&without, Lang::Es);
    assert!(page.starts_with("NO ESTÁ ROTO; ORIGEN SIN COMPROBAR"), "{page}");
    let json = serde_json::to_value(&with).unwrap();
    assert_eq!(json["verdict"], "intact");
    assert_eq!(json["fingerprints"][2]["named_by_sheet"], true);
}

#[test]
fn the_forgers_workbench_and_the_writer_agree() {
    let site = Site::new(1);
    let built = build(&site, &Plan::default());
    assert_eq!(pack(&unpack(&built.file)), built.file);
    let again = insider(&site, &built, |_| {});
    assert_eq!(check(&again, &trusting(&built)).exit_code, 0);
}

/// One bit of every octet of the signature and the stamp, of every second octet of the headers, and
/// a sample elsewhere. (All bits of those structures: beside the code that reads them.)
#[test]
fn one_flipped_bit_anywhere_is_refused_and_the_file_is_named() {
    let plan = Plan { communications: vec![2], pdus: 2, derivative: None, ..Plan::default() };
    let built = build(&Site::new(1), &plan);
    let places = places(&built.file);
    let of = |at: usize| places.iter().find(|(_, range)| range.contains(&at));
    let mut dice = Dice(7);
    let chosen: Vec<(usize, usize)> = (0..built.file.len())
        .map(|at| (at, dice.below(8)))
        .filter(|(at, bit)| match of(*at) {
            Some((name, _)) => {
                name.contains(".p7s") || name.contains(".tsr") || (at + bit) % 29 == 0
            }
            None => at % 2 == 0,
        })
        .collect();
    assert!(chosen.len() > 3000, "{}", chosen.len());
    std::thread::scope(|scope| {
        for half in chosen.chunks(chosen.len().div_ceil(2)) {
            let (built, of) = (&built, &of);
            scope.spawn(move || {
                let mut octets = built.file.clone();
                for (at, bit) in half {
                    octets[*at] ^= 1 << bit;
                    let report = check(&octets, &trusting(built));
                    assert_eq!(report.exit_code, 3, "octet {at}, bit {bit}");
                    if let Some((name, _)) = of(*at) {
                        let named = report.findings.iter().any(|one| one.place.contains(name));
                        assert!(named, "octet {at} of {name}:\n{}", render(&report, Lang::En));
                    }
                    octets[*at] ^= 1 << bit;
                }
            });
        }
    });
}

#[test]
fn octets_before_after_or_missing_are_refused() {
    let built = build(&Site::new(1), &Plan::default());
    for (octets, what) in [
        ([&built.file[..], b"x"].concat(), "one more"),
        ([b"x", &built.file[..]].concat(), "one before"),
        (built.file[..built.file.len() - 1].to_vec(), "one less"),
        (built.file[1..].to_vec(), "first missing"),
        (vec![], "nothing"),
        (b"PK\x05\x06".to_vec(), "a beginning of an end"),
    ] {
        let report = check(&octets, &trusting(&built));
        assert_eq!(report.exit_code, 3, "{what}");
        assert!(has(&report, Code::NotAContainer), "{what}");
    }
}

#[test]
fn a_file_dropped_added_renamed_or_swapped_is_named() {
    let built = build(&Site::new(1), &Plan::default());
    let altered = |change: &dyn Fn(&mut Files)| {
        let mut files = unpack(&built.file);
        change(&mut files);
        pack(&files)
    };
    let victim = "data/communications/2/part-1/pdus.ber";
    let dropped = altered(&|files| files.retain(|(name, _)| name != victim));
    assert!(has(&refused(&built, &dropped, victim), Code::Missing));
    let extra = ("data/communications/2/note.txt".to_owned(), b"trust me".to_vec());
    let added = altered(&|files| files.insert(9, extra.clone()));
    assert!(has(&refused(&built, &added, "note.txt"), Code::Extra));
    let hidden = ("META-INF/hidden.txt".to_owned(), b"unsigned".to_vec());
    let added = altered(&|files| files.push(hidden.clone()));
    assert!(has(&refused(&built, &added, "META-INF/hidden.txt"), Code::Extra));
    let renamed = altered(&|files| {
        let found = files.iter_mut().find(|(name, _)| name == victim).unwrap();
        found.0 = "data/communications/2/part-1/pdus.bin".into();
    });
    refused(&built, &renamed, "pdus.bin");
    refused(&built, &renamed, victim);
    let swapped = altered(&|files| {
        let other = file(files, "data/communications/3/part-1/pdus.ber").clone();
        let one = std::mem::replace(file(files, victim), other);
        *file(files, "data/communications/3/part-1/pdus.ber") = one;
    });
    assert!(has(&refused(&built, &swapped, victim), Code::Altered));
    let moved = altered(&|files| files.swap(3, 4));
    refused(&built, &moved, "data/communications/1/part-1");
    let twice = altered(&|files| {
        let copy = files[5].clone();
        files.insert(6, copy);
    });
    assert!(has(&refused(&built, &twice, "data/communications/1/part-1"), Code::NameTwice));
    let climbing = altered(&|files| files.push(("../out.txt".into(), vec![])));
    assert!(has(&refused(&built, &climbing, "../out.txt"), Code::NameRefused));
}

#[test]
fn signed_again_under_another_ca_the_sheet_does_not_know_the_key() {
    let built = build(&Site::new(1), &Plan::default());
    let mut files = unpack(&built.file);
    sign_again(&mut files, &Site::new(2).identity, made_at(), made_at());
    let forged = pack(&files);
    let report = check(&forged, &trusting(&built));
    assert_eq!(report.exit_code, 3);
    assert!(has(&report, Code::KeyNotNamed));
    assert!(report.findings.iter().any(|one| one.place == "data/keys/seal-ca.pem"));
    assert_eq!(check(&forged, &Options::default()).exit_code, 4);
}

#[test]
fn wholly_rebuilt_by_someone_else_is_refused_with_the_sheet_and_never_green_without() {
    let (ours, theirs) = (build(&Site::new(1), &Plan::default()), Site::new(2));
    let rebuilt = build(&theirs, &Plan { communications: vec![1, 2], ..Plan::default() });
    let report = check(&rebuilt.file, &trusting(&ours));
    assert_eq!(report.exit_code, 3);
    let keys = report.findings.iter().filter(|one| one.code == Code::KeyNotNamed);
    assert_eq!(keys.count(), 3, "seal CA, TSA CA and log");
    assert_eq!(check(&rebuilt.file, &Options::default()).verdict, Verdict::OriginNotChecked);
}

#[test]
fn an_insider_with_every_key_who_drops_one_communication_is_caught_by_the_courts_head() {
    let site = Site::new(1);
    let honest = build(&site, &Plan::default());
    let rewritten = build(&site, &Plan { communications: vec![1, 3], ..Plan::default() });
    assert_eq!(check(&rewritten.file, &trusting(&honest)).exit_code, 0, "by itself it is whole");
    let with_head = Options { head: Some(honest.head.clone()), ..trusting(&honest) };
    let report = check(&rewritten.file, &with_head);
    assert_eq!(report.exit_code, 3);
    let named = |report: &Report| -> Vec<String> {
        let missing = report.findings.iter().filter(|one| one.code == Code::CourtHeadMissing);
        missing.map(|one| one.args[0].clone()).collect()
    };
    assert_eq!(named(&report), ["2"], "{}", render(&report, Lang::En));
    assert!(has(&report, Code::CourtHeadNotExtended));
    assert!(render(&report, Lang::Es).contains("falta la comunicación 2"));
    // The honest package extends the same head, and a later one extends an earlier head.
    assert_eq!(check(&honest.file, &with_head).exit_code, 0);
    let later = build(&site, &Plan { communications: vec![1, 2, 3, 4, 5], ..Plan::default() });
    assert_eq!(check(&later.file, &with_head).exit_code, 0);
    // An older package does not contain what the court already knows.
    let older = Options { head: Some(later.head), ..trusting(&honest) };
    assert_eq!(named(&check(&honest.file, &older)), ["4", "5"]);
}

#[test]
fn a_head_of_another_order_is_said_to_be_one() {
    let built = build(&Site::new(1), &Plan::default());
    let other = String::from_utf8(built.head.clone()).unwrap().replace("AUTO-2026-88", "AUTO-9");
    let options = Options { head: Some(other.into_bytes()), ..trusting(&built) };
    assert!(has(&check(&built.file, &options), Code::CourtHeadOther));
    let nonsense = Options { head: Some(b"{}".to_vec()), ..Options::default() };
    assert!(verify(Cursor::new(&built.file), &nonsense).is_err());
}

#[test]
fn an_insider_with_the_seal_key_cannot_change_a_pdu_nor_its_row() {
    let site = Site::new(1);
    let built = build(&site, &Plan::default());
    let directory = "data/communications/2/part-1";
    let changed = insider(&site, &built, |files| {
        file(files, &format!("{directory}/pdus.ber"))[10] ^= 1;
    });
    assert!(has(&refused(&built, &changed, directory), Code::Pdu));
    let with_row = insider(&site, &built, |files| {
        let pdus = file(files, &format!("{directory}/pdus.ber"));
        let length = usize::from(pdus[1]) + 2;
        let old = sha256(&pdus[..length]).to_hex();
        pdus[10] ^= 1;
        let new = sha256(&pdus[..length]).to_hex();
        let rows = file(files, &format!("{directory}/leaves.csv"));
        *rows = String::from_utf8(rows.clone()).unwrap().replace(&old, &new).into_bytes();
    });
    assert!(has(&refused(&built, &with_row, directory), Code::Root));
    let with_seal = insider(&site, &built, |files| {
        for name in [format!("{directory}/seal.json"), "data/chain.jsonl".into()] {
            let text = String::from_utf8(file(files, &name).clone()).unwrap();
            let text = text.replacen("\"iri_end\"", "\"idle__\"", 4);
            *file(files, &name) = text.into_bytes();
        }
    });
    assert!(has(&refused(&built, &with_seal, directory), Code::Ledger));
    assert!(has(&refused(&built, &with_seal, "data/chain.jsonl"), Code::Chain));
}

#[test]
fn an_insider_with_the_seal_key_cannot_drop_a_communication_or_a_part() {
    let site = Site::new(1);
    let built = build(&site, &Plan::default());
    let drop = |n: &str| {
        insider(&site, &built, |files| {
            let directory = format!("data/communications/{n}/");
            files.retain(|(name, _)| !name.starts_with(&directory));
            let index = String::from_utf8(file(files, "data/index.json").clone()).unwrap();
            let row = |line: &&str| !line.starts_with(&format!("{{\"n\":{n},"));
            let kept: Vec<_> = index.lines().filter(row).collect();
            *file(files, "data/index.json") = kept.join("\n").into_bytes();
            let table = String::from_utf8(file(files, "data/index.csv").clone()).unwrap();
            let row = |line: &&str| !line.starts_with(&format!("{n},"));
            let kept: String = table.lines().filter(row).map(|line| format!("{line}\n")).collect();
            *file(files, "data/index.csv") = kept.into_bytes();
        })
    };
    let report = refused(&built, &drop("2"), "data/communications/2");
    let missing = report.findings.iter().find(|one| one.code == Code::CommunicationMissing);
    assert_eq!(missing.unwrap().what(Lang::En), "communication 2 of 3 missing");
    assert!(has(&report, Code::NotInPackage));
    let part = insider(&site, &built, |files| {
        files.retain(|(name, _)| !name.starts_with("data/communications/1/part-2/"));
    });
    assert!(has(&refused(&built, &part, "data/communications/1/part-2"), Code::Missing));
}

#[test]
fn what_is_withheld_is_counted_and_cannot_be_left_uncounted() {
    let site = Site::new(1);
    let built = build(&site, &Plan { withheld: vec![2], ..Plan::default() });
    let report = check(&built.file, &trusting(&built));
    assert_eq!((report.exit_code, report.counts.withheld), (0, 1), "{:?}", report.findings);
    assert!(has(&report, Code::Withheld));
    let uncounted = insider(&site, &built, |files| {
        let index = String::from_utf8(file(files, "data/index.json").clone()).unwrap();
        let (before, _) = index.split_once("\"stubs\":[").unwrap();
        *file(files, "data/index.json") = format!("{before}\"stubs\":[\n]}}\n").into_bytes();
    });
    let report = refused(&built, &uncounted, "data/communications/2");
    assert!(has(&report, Code::NotCounted) && has(&report, Code::CommunicationMissing));
}

#[test]
fn declared_gaps_are_exit_4_and_an_order_without_court_is_marked() {
    let built = build(&Site::new(1), &Plan { gap: true, accredited: false, ..Plan::default() });
    let report = check(&built.file, &trusting(&built));
    assert_eq!((report.verdict, report.exit_code), (Verdict::IntactWithGaps, 4));
    let gap = report.findings.iter().find(|one| one.code == Code::GapDeclared).unwrap();
    assert_eq!(gap.what(Lang::En), "the seal declares a gap in cc: numbers 7 to 9");
    assert!(has(&report, Code::NotAccredited));
    let page = String::from_utf8(file(&mut unpack(&built.file), "LEEME.html").clone()).unwrap();
    assert!(page.contains("Auto no acreditado"));
}

#[test]
fn an_old_stamp_and_a_stamp_of_something_else_are_told_apart() {
    let site = Site::new(1);
    let built = build(&site, &Plan::default());
    let mut old = unpack(&built.file);
    sign_again(&mut old, &site.identity, made_at(), made_at().plus_seconds(-3600));
    assert!(has(&refused(&built, &pack(&old), "signature.tsr"), Code::StampTime));
    let mut other = unpack(&built.file);
    *file(&mut other, "META-INF/signature.tsr") = site.identity.stamp(b"x", made_at()).unwrap();
    assert!(has(&refused(&built, &pack(&other), "signature.tsr"), Code::Stamp));
    let mut stale = unpack(&built.file);
    *file(&mut stale, "META-INF/signature.p7s") = site.identity.sign(b"x", made_at()).unwrap();
    assert!(has(&refused(&built, &pack(&stale), "signature.p7s"), Code::Signature));
}

#[test]
fn the_order_and_its_document_are_those_registered() {
    let site = Site::new(1);
    let built = build(&site, &Plan::default());
    let forged = insider(&site, &built, |files| file(files, "data/order/document.pdf").push(b'!'));
    assert!(has(&refused(&built, &forged, "document.pdf"), Code::OrderDocument));
    let wider = insider(&site, &built, |files| {
        *file(files, "data/order/order.json") = b"{\"case\":\"DP-412-2026\"}".to_vec();
    });
    assert!(has(&refused(&built, &wider, "data/order/order.json"), Code::OrderDiffers));
}

#[test]
fn a_sheet_that_asks_for_witnesses_is_not_silently_satisfied() {
    let built = build(&Site::new(1), &Plan::default());
    let mut sheet = built.sheet.clone();
    sheet.quorum = 2;
    let report = check(&built.file, &Options { trust: Some(sheet), head: None });
    assert_eq!(report.exit_code, 4);
    assert!(has(&report, Code::Witnesses));
}

/// Cuts, copies, overwrites and long runs of one octet, 1,500 times: an answer each time.
#[test]
fn whatever_the_file_holds_there_is_an_answer() {
    let built = build(&Site::new(1), &Plan { withheld: vec![3], ..Plan::default() });
    let mut dice = Dice(99);
    for round in 0..1500 {
        let mut octets = built.file.clone();
        for _ in 0..=dice.below(4) {
            let (at, to) = (dice.below(octets.len()), dice.below(octets.len()));
            let run = dice.below(40).min(octets.len() - at.max(to));
            match dice.below(4) {
                0 => octets.copy_within(at..at + run, to),
                1 => octets[at..at + run].fill([0, 0xff, b'9'][dice.below(3)]),
                2 => drop(octets.drain(at..at + run)),
                _ => octets[at] = dice.below(256) as u8,
            }
        }
        let report = check(&octets, &trusting(&built));
        assert!(report.exit_code == 3 || octets == built.file, "round {round}");
    }
}

/// Insiders write hostile documents too: each is signed well and says something impossible.
#[test]
fn signed_nonsense_gets_an_answer() {
    let site = Site::new(1);
    let built = build(&site, &Plan::default());
    let huge = u64::MAX.to_string();
    for (name, from, to) in [
        ("data/index.json", "\"index\":1", format!("\"index\":{huge}")),
        ("data/index.json", "\"number\":0", format!("\"number\":{huge}")),
        ("data/index.json", "{\"n\":1,", format!("{{\"n\":{huge},")),
        ("data/communications/1/part-1/leaves.csv", "0,0,", format!("0,{huge},")),
        ("data/communications/1/part-1/inner.json", "\"size\":64", format!("\"size\":{huge}")),
        ("data/head/head.json", "[[1,3]]", format!("[[1,{huge}]]")),
        ("data/head/head.json", "[[1,3]]", format!("[[{huge},0]]")),
        ("data/chain.jsonl", "\"number\":0", format!("\"number\":{huge}")),
        ("data/keys/log.vkey", "lacre", "+++".into()),
    ] {
        let forged = insider(&site, &built, |files| {
            let text = String::from_utf8(file(files, name).clone()).unwrap();
            assert!(text.contains(from), "{name}");
            *file(files, name) = text.replacen(from, &to, 1).into_bytes();
        });
        assert_eq!(check(&forged, &trusting(&built)).exit_code, 3, "{name} {to}");
    }
}
