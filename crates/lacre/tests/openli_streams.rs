//! Recorded streams of a mediation function nobody here wrote, through `lacre decode` and `lacre
//! intake`, against an independent decode: in any order of files, once and twice.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::{
    Expected, Measure, STREAMS, Site, UNCOVERED, comparable, expected, expected_of_all, number,
    quarantined, run, sha256, shuffled, stream, text, vector,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Microseconds of a time as the command writes it (UTC, six digits).
fn micros(written: &str) -> i64 {
    let field = |range: std::ops::Range<usize>| written[range].parse::<i64>().unwrap();
    let (year, month, day) = (field(0..4), field(5..7), field(8..10));
    // Days since 1970-03-01 of the proleptic Gregorian calendar, March being the first month.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + field(11..13) * 3_600 + field(14..16) * 60 + field(17..19);
    assert!(written.ends_with('Z') && written.len() == 27, "{written}");
    seconds * 1_000_000 + field(20..26)
}

/// Tells a story of each of these at the same time: most of it is waiting for disks and seconds.
fn at_once<T: Sync, R: Send>(these: &[T], story: impl Fn(&T) -> R + Sync) -> Vec<R> {
    std::thread::scope(|scope| {
        let told: Vec<_> = these.iter().map(|one| scope.spawn(|| story(one))).collect();
        told.into_iter().map(|story| story.join().unwrap()).collect()
    })
}

type Key = (String, u64);

fn key(row: &Value) -> Key {
    (text(row, "liid").to_owned(), number(row, "cin"))
}

/// What an order covers and keeps, by (LIID, CIN).
fn kept() -> BTreeMap<Key, Vec<Expected>> {
    let mut kept: BTreeMap<Key, Vec<Expected>> = BTreeMap::new();
    for pdu in expected_of_all() {
        if !pdu.is_keep_alive() && pdu.liid != UNCOVERED {
            kept.entry((pdu.liid.clone(), pdu.cin)).or_default().push(pdu);
        }
    }
    kept
}

/// Rows that say a restart was inferred, as (LIID, CIN).
fn inferred(rows: &[Value]) -> Vec<Key> {
    let flagged =
        |row: &&Value| row["flags"].as_array().unwrap().contains(&"inferred_restart".into());
    let mut found: Vec<Key> = rows.iter().filter(flagged).map(key).collect();
    found.sort();
    found
}

/// Takes all streams in this order in one command and checks the sums.
fn site_of(order: &[&str]) -> Site {
    let site = Site::dev_with_openli_order();
    let summary = site.intake_streams(order);
    assert_summary_of_all(&summary);
    site
}

fn assert_summary_of_all(summary: &Value) {
    let all = expected_of_all();
    let data = |pdu: &&Expected| pdu.payload != "TRI" && pdu.liid != UNCOVERED;
    let closed = all.iter().filter(|pdu| pdu.liid == UNCOVERED).count();
    let control = all.iter().filter(|pdu| pdu.payload == "TRI").count();
    let octets: u64 = all.iter().map(|pdu| pdu.octets).sum();
    let expected = json!({
        "schema": "lacre.intake/1",
        "received": all.len(), "stored": all.iter().filter(data).count(), "duplicates": 0,
        "conflicts": 0, "quarantined": {"unknown_liid": closed}, "control": control,
        "rejected": 0, "octets": octets, "parts_sealed": summary["parts_sealed"],
    });
    assert_eq!(*summary, expected);
}

fn assert_rows(rows: &[Value]) {
    let numbers: Vec<u64> = rows.iter().map(|row| number(row, "n")).collect();
    let dense: Vec<u64> = (1..).take(rows.len()).collect();
    assert_eq!(numbers, dense, "numbers are dense from 1");
    let kept = kept();
    let known: BTreeSet<&Key> = kept.keys().collect();
    let found: BTreeSet<Key> = rows.iter().map(key).collect();
    assert_eq!(found.iter().collect::<BTreeSet<_>>(), known);
    for (of, pdus) in &kept {
        let own: Vec<&Value> = rows.iter().filter(|row| key(row) == *of).collect();
        let sum = |name: &str| own.iter().map(|row| number(row, name)).sum::<u64>();
        let count = |payload: &str| {
            u64::try_from(pdus.iter().filter(|pdu| pdu.payload == payload).count()).unwrap()
        };
        assert_eq!(sum("pdus_iri"), count("IRI"), "{of:?}");
        assert_eq!(sum("pdus_cc"), count("CC"), "{of:?}");
        assert_eq!(sum("octets"), pdus.iter().map(|pdu| pdu.octets).sum::<u64>(), "{of:?}");
        let times = |name: &str| own.iter().map(|row| micros(text(row, name))).collect::<Vec<_>>();
        assert_eq!(times("started_at").iter().min(), pdus.iter().map(|it| &it.time_us).min());
        assert_eq!(times("ended_at").iter().max(), pdus.iter().map(|it| &it.time_us).max());
        for row in own {
            assert_eq!((number(row, "gaps"), number(row, "conflicts")), (0, 0), "{row}");
            assert_eq!((text(row, "case"), text(row, "order")), ("DP-412-2026", common::ORDER));
            assert_eq!((text(row, "operator"), text(row, "state")), ("OPLAB-ES", "sealed"));
            assert_eq!(text(row, "medium"), medium(of), "{row}");
            assert_eq!(text(row, "root").len(), 64, "{row}");
        }
    }
}

fn medium((liid, cin): &Key) -> &'static str {
    match (liid.as_str(), *cin) {
        ("ES-VOIP-2026-0001", 2_143_205_285 | 985_793_600) => "message",
        // A registration, and what HI1 says of the measure.
        ("ES-VOIP-2026-0001", 2_091_149_334) | ("ES-HI1-2026-0010", 0) => "event",
        ("ES-VOIP-2026-0001" | "ES-VOIPINT-0004", _) => "voice",
        ("ES-MAIL-2026-0005", _) => "email",
        _ => "ip",
    }
}

#[test]
fn decode_tells_of_each_pdu_what_an_independent_decoder_read() {
    for name in STREAMS {
        let lines = run(&["decode".as_ref(), "--json".as_ref(), stream(name).as_os_str()]).ok();
        let lines = lines.lines();
        let expected = expected(name);
        assert_eq!(lines.len(), expected.len(), "{name}");
        for (line, pdu) in lines.iter().zip(&expected) {
            let kind = match pdu.payload.as_str() {
                "IRI" => "iRIPayloadSequence",
                "CC" => "cCPayloadSequence",
                "HI1" => "hI1-Operation",
                _ => &pdu.kind,
            };
            let data = matches!(pdu.payload.as_str(), "IRI" | "CC");
            assert_eq!(number(line, "offset"), pdu.offset, "{name} {line}");
            assert_eq!(number(line, "octets"), pdu.octets, "{name} {line}");
            assert_eq!(text(line, "sha256"), pdu.sha256, "{name} {line}");
            assert_eq!(text(line, "liid"), pdu.liid, "{name} {line}");
            assert_eq!(number(line, "cin"), pdu.cin, "{name} {line}");
            assert_eq!(number(line, "seq"), pdu.seq, "{name} {line}");
            assert_eq!(micros(text(line, "time")), pdu.time_us, "{name} {line}");
            assert_eq!(text(line, "kind"), kind, "{name} {line}");
            assert_eq!(line["service"].as_str(), data.then_some(&*pdu.kind), "{name} {line}");
            let iri = (pdu.payload == "IRI").then_some(&*pdu.of);
            assert_eq!(line["iri_type"].as_str(), iri, "{name} {line}");
            // What a real mediation function sends is never worse than odd.
            assert!(matches!(text(line, "verdict"), "accept" | "flag"), "{name} {line}");
        }
    }
}

#[test]
fn decode_of_octets_that_are_no_pdu_says_so_and_still_ends_well() {
    let garbage = vector("handover/h092-random-4k.ber");
    let lines = run(&["decode".as_ref(), "--json".as_ref(), garbage.as_os_str()]).ok().lines();
    assert!(lines.iter().all(|line| line["verdict"] == "reject"), "{lines:?}");
    assert!(lines.iter().all(|line| !line["reasons"].as_array().unwrap().is_empty()));
}

#[test]
fn each_stream_alone_is_counted_and_listed_right() {
    at_once(&STREAMS, |name| {
        let site = Site::dev_with_openli_order();
        let summary = site.intake_streams(&[*name]);
        let pdus = expected(name);
        let count = |these: fn(&&Expected) -> bool| {
            u64::try_from(pdus.iter().filter(these).count()).unwrap()
        };
        let data = count(|pdu| pdu.payload != "TRI" && pdu.liid != UNCOVERED);
        assert_eq!(number(&summary, "stored"), data, "{name} {summary}");
        assert_eq!(number(&summary, "control"), count(|pdu| pdu.payload == "TRI"), "{name}");
        assert_eq!(number(&summary, "conflicts"), 0, "{name} {summary}");
        assert_eq!(number(&summary, "duplicates"), 0, "{name} {summary}");
        let rows = site.communications();
        let iri: u64 = rows.iter().map(|row| number(row, "pdus_iri")).sum();
        let cc: u64 = rows.iter().map(|row| number(row, "pdus_cc")).sum();
        assert_eq!(iri, count(|pdu| pdu.payload == "IRI"), "{name}");
        assert_eq!(cc, count(|pdu| pdu.payload == "CC"), "{name}");
        assert!(rows.iter().all(|row| number(row, "gaps") + number(row, "conflicts") == 0));
    });
}

#[test]
fn the_streams_give_the_same_rows_in_any_order_of_files() {
    let hi3_first: Vec<&str> =
        STREAMS.chunks_exact(2).flat_map(|pair| pair.iter().rev().copied()).collect();
    let orders = [STREAMS.to_vec(), hi3_first, shuffled(&STREAMS, 7), shuffled(&STREAMS, 412)];
    let told = at_once(&orders, |order| {
        let rows = site_of(order).communications();
        assert_rows(&rows);
        // A restart is inferred only where content came before the cINReset that explains it.
        let before = |hi3: &str, hi2: &str| {
            order.iter().position(|it| *it == hi3) < order.iter().position(|it| *it == hi2)
        };
        let mut explained_late: Vec<Key> = Vec::new();
        if before("openli-integ-hi3", "openli-integ-hi2") {
            explained_late.push(("ES-IPINT-0008".into(), 11));
        }
        if before("openli-ip-hi3", "openli-ip-hi2") {
            explained_late.push(("ES-IPSTATIC-0006".into(), 7));
        }
        assert_eq!(inferred(&rows), explained_late, "order {order:?}");
        comparable(&rows)
    });
    for (rows, order) in told.iter().zip(&orders) {
        assert_eq!(*rows, told[0], "order {order:?}");
    }
}

#[test]
fn the_content_of_a_communication_is_the_stored_pdus_octet_for_octet() {
    let site = site_of(&STREAMS);
    let mut found: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for row in site.communications() {
        let octets = site.content(number(&row, "n"), "raw");
        let path = site.write("raw", &octets);
        let lines = run(&["decode".as_ref(), "--json".as_ref(), path.as_os_str()]).ok().lines();
        assert_eq!(number(&row, "octets"), u64::try_from(octets.len()).unwrap(), "{row}");
        let hashes = found.entry(key(&row)).or_default();
        for line in lines {
            let from = usize::try_from(number(&line, "offset")).unwrap();
            let to = from + usize::try_from(number(&line, "octets")).unwrap();
            assert_eq!(text(&line, "sha256"), sha256(&octets[from..to]));
            hashes.push(text(&line, "sha256").to_owned());
        }
    }
    for (key, pdus) in kept() {
        let mut expected: Vec<String> = pdus.into_iter().map(|pdu| pdu.sha256).collect();
        let mut hashes = found.remove(&key).unwrap_or_default();
        expected.sort();
        hashes.sort();
        assert_eq!(hashes, expected, "{key:?}");
    }
    assert!(found.is_empty(), "nothing else is stored: {found:?}");
}

#[test]
fn the_same_files_taken_twice_store_nothing_twice() {
    let site = site_of(&STREAMS);
    let before = site.communications();
    let again = site.intake_streams(&shuffled(&STREAMS, 3));
    // What no order covers is not remembered, so it is closed away again, and a session's own PDUs
    // are counted again; all else is a duplicate.
    let all = expected_of_all();
    let keep_alives = all.iter().filter(|pdu| pdu.is_keep_alive()).count();
    let closed = all.iter().filter(|pdu| pdu.liid == UNCOVERED).count();
    assert_eq!((number(&again, "stored"), number(&again, "conflicts")), (0, 0), "{again}");
    assert_eq!(
        number(&again, "duplicates"),
        u64::try_from(all.len() - keep_alives - closed).unwrap()
    );
    assert_eq!(number(&again, "control"), u64::try_from(keep_alives).unwrap());
    assert_eq!(quarantined(&again)["unknown_liid"], u64::try_from(closed).unwrap());
    assert_eq!(number(&again, "parts_sealed"), 0);
    assert_eq!(site.communications(), before);
    let status = site.run(&["intake", "status", "--json"]).ok().last();
    common::assert_balanced(&status);
    assert_eq!(number(&status, "received"), u64::try_from(2 * all.len()).unwrap(), "{status}");
}

#[test]
fn a_file_cut_in_the_middle_of_a_pdu_and_taken_whole_afterwards_stores_the_rest_once() {
    let site = Site::dev_with_openli_order();
    let octets = std::fs::read(stream("openli-voip-hi3")).unwrap();
    let pdus = expected("openli-voip-hi3");
    let cut = usize::try_from(pdus[1_000].offset).unwrap() + 17;
    let first = site.intake(&[site.write("cut.ber", &octets[..cut])]);
    assert_eq!(number(&first, "rejected"), 1, "half a PDU is kept closed, never lost: {first}");
    let whole = site.intake_streams(&["openli-voip-hi3"]);
    let data = u64::try_from(pdus.iter().filter(|pdu| pdu.payload == "CC").count()).unwrap();
    assert_eq!(number(&first, "stored") + number(&whole, "stored"), data);
    assert_eq!(number(&whole, "duplicates"), number(&first, "stored"));
    let rows = site.communications();
    assert_eq!(rows.iter().map(|row| number(row, "pdus_cc")).sum::<u64>(), data);
    assert!(rows.iter().all(|row| number(row, "gaps") + number(row, "conflicts") == 0));
}

/// Takes two files one command after the other, and gives the rows.
fn rows_after(first: &str, second: &str) -> Vec<Value> {
    let site = Site::dev_with_openli_order();
    for name in [first, second] {
        let summary = site.intake_streams(&[name]);
        assert_eq!(number(&summary, "conflicts"), 0, "{summary}");
    }
    site.communications()
}

#[test]
fn the_silent_restart_of_content_is_one_inferred_restart_and_no_conflict() {
    // HI3 alone: the numbers begin anew and nothing says why.
    let site = Site::dev_with_openli_order();
    let summary = site.intake_streams(&["openli-ip-hi3"]);
    assert_eq!(number(&summary, "conflicts"), 0, "{summary}");
    let rows = site.communications();
    let restarted: Key = ("ES-IPSTATIC-0006".into(), 7);
    let own: Vec<&Value> = rows.iter().filter(|row| key(row) == restarted).collect();
    assert_eq!(own.len(), 2, "two communications: before and after");
    assert_eq!(inferred(&rows), std::slice::from_ref(&restarted), "one inferred restart");
    let counts: Vec<u64> = own.iter().map(|row| number(row, "pdus_cc")).collect();
    assert_eq!(counts, [186, 91]);
}

#[test]
fn a_reset_that_comes_before_or_after_the_content_it_explains_gives_the_same_rows() {
    let restarted: Key = ("ES-IPSTATIC-0006".into(), 7);
    let late = rows_after("openli-ip-hi3", "openli-ip-hi2");
    let early = rows_after("openli-ip-hi2", "openli-ip-hi3");
    assert_eq!(comparable(&late), comparable(&early));
    assert_eq!(inferred(&late), [restarted]);
    assert!(inferred(&early).is_empty(), "a reset in time leaves nothing to infer");
    let late = rows_after("openli-integ-hi3", "openli-integ-hi2");
    let early = rows_after("openli-integ-hi2", "openli-integ-hi3");
    assert_eq!(comparable(&late), comparable(&early));
}

/// A site whose order covers the LIIDs of the vectors, after taking one of them.
fn rows_of_vector(name: &str) -> (Value, Vec<Value>) {
    let site = Site::dev();
    let measures = [Measure::of("ES-2026-000123", "21499"), Measure::of("ES-2026-000999", "21499")];
    site.add_order("VECTORS", &measures);
    let summary = site.intake_from(&[vector(&format!("handover/{name}.ber"))], "21499");
    (summary, site.communications())
}

#[test]
fn two_missing_numbers_are_counted_and_nothing_is_a_conflict() {
    let (summary, rows) = rows_of_vector("s002-gap");
    assert_eq!((number(&summary, "stored"), number(&summary, "conflicts")), (6, 0));
    assert_eq!(rows.len(), 1);
    assert_eq!((number(&rows[0], "gaps"), number(&rows[0], "conflicts")), (2, 0), "3 and 4");
}

#[test]
fn another_content_under_a_used_number_is_kept_beside_the_first_as_a_conflict() {
    let (summary, rows) = rows_of_vector("s004-duplicate-different");
    assert_eq!((number(&summary, "stored"), number(&summary, "conflicts")), (5, 1), "{summary}");
    assert_eq!(rows.len(), 1);
    assert_eq!((number(&rows[0], "conflicts"), number(&rows[0], "pdus_cc")), (1, 6), "both kept");
    assert!(inferred(&rows).is_empty());
}

#[test]
fn numbers_out_of_order_leave_neither_gap_nor_conflict() {
    let (summary, rows) = rows_of_vector("s005-reorder");
    assert_eq!((number(&summary, "stored"), number(&summary, "conflicts")), (4, 0));
    assert_eq!((number(&rows[0], "gaps"), number(&rows[0], "conflicts")), (0, 0), "{rows:?}");
}

#[test]
fn numbers_that_restart_after_a_reset_are_neither_duplicates_nor_conflicts() {
    let (summary, rows) = rows_of_vector("s007-cinreset");
    assert_eq!((number(&summary, "stored"), number(&summary, "control")), (5, 1), "{summary}");
    assert_eq!((number(&summary, "duplicates"), number(&summary, "conflicts")), (0, 0));
    let counts: Vec<u64> =
        rows.iter().map(|row| number(row, "pdus_cc")).filter(|count| *count > 0).collect();
    assert_eq!(counts.iter().sum::<u64>(), 5, "{rows:?}");
    assert!(rows.iter().all(|row| number(row, "gaps") + number(row, "conflicts") == 0));
}

#[test]
fn interleaved_communications_keep_their_numbers_apart() {
    let (summary, rows) = rows_of_vector("s008-two-cin-interleaved");
    assert_eq!((number(&summary, "stored"), number(&summary, "conflicts")), (15, 0));
    let counts: Vec<(Key, u64)> =
        rows.iter().map(|row| (key(row), number(row, "pdus_cc"))).collect();
    let of = |liid: &str, cin| ((liid.to_owned(), cin), 5);
    let (target, other) = ("ES-2026-000123", "ES-2026-000999");
    assert_eq!(counts, [of(target, 2001), of(target, 2002), of(other, 2001)]);
    assert!(rows.iter().all(|row| number(row, "gaps") + number(row, "conflicts") == 0));
}
