//! The register end to end: who may deliver, who may act, what an order covers to the microsecond,
//! and what happens to everything it does not cover.
//!
//! Rules: DESIGN decisions 1, 2, 10 and 20.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::{Measure, Ran, Site, assert_balanced, number, quarantined, text, vector};
use serde_json::Value;
use std::path::PathBuf;

/// The operator and LIID of the vectors.
const OPERATOR: &str = "21499";
const LIID: &str = "ES-2026-000123";
/// Twelve content PDUs every 20 ms from 09:30:05 on, a segment flag without a time, a keep-alive.
const CLEAN: &str = "s001-clean";

fn handover(name: &str) -> PathBuf {
    vector(&format!("handover/{name}.ber"))
}

/// A site whose one order covers the LIID of the vectors as `measure` says.
fn site_with(measure: &Measure<'_>) -> Site {
    let site = Site::dev();
    site.add_order("O-1", std::slice::from_ref(measure));
    site
}

/// A second of the minute in which the vectors were made, such as `05.020`.
fn at(second: &str) -> String {
    format!("2026-03-14T09:30:{second}Z")
}

fn reasons<const N: usize>(expected: [(&str, u64); N]) -> std::collections::BTreeMap<String, u64> {
    expected.map(|(reason, count)| (reason.to_owned(), count)).into()
}

fn pdus_cc(site: &Site) -> u64 {
    site.communications().iter().map(|row| number(row, "pdus_cc")).sum()
}

#[test]
fn what_an_order_covers_is_stored() {
    let site = site_with(&Measure::of(LIID, OPERATOR));
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    // The keep-alive is used up; the segment flag has no time of its own and is judged by arrival.
    assert_eq!(number(&summary, "stored"), 12, "{summary}");
    assert_eq!(number(&summary, "received"), 14);
    assert_eq!(pdus_cc(&site), 12);
}

#[test]
fn a_liid_of_no_order_is_closed_away() {
    let site = site_with(&Measure::of("ES-2026-000124", OPERATOR));
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    assert_eq!(quarantined(&summary), reasons([("unknown_liid", 12)]));
    assert_eq!((number(&summary, "stored"), number(&summary, "control")), (0, 2));
    assert!(site.communications().is_empty());
    // LIIDs are octets: case matters.
    let site = site_with(&Measure::of("es-2026-000123", OPERATOR));
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    assert_eq!(quarantined(&summary), reasons([("unknown_liid", 12)]));
}

#[test]
fn an_order_begins_with_its_first_microsecond_and_ends_before_its_last() {
    let (from, until) = (at("05.020000"), at("05.060000"));
    let edges = Measure { from: &from, until: &until, ..Measure::of(LIID, OPERATOR) };
    let site = site_with(&edges);
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    assert_eq!(number(&summary, "stored"), 2, "05.020 and 05.040: {summary}");
    let (from, until) = (at("05.020001"), at("05.060001"));
    let moved = Measure { from: &from, until: &until, ..Measure::of(LIID, OPERATOR) };
    let site = site_with(&moved);
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    assert_eq!(number(&summary, "stored"), 2, "05.040 and 05.060: {summary}");
    assert_eq!(text(&site.communications()[0], "started_at"), at("05.040000"));
    assert_eq!(text(&site.communications()[0], "ended_at"), at("05.060000"));
    assert_eq!(quarantined(&summary).keys().collect::<Vec<_>>(), ["outside_validity"]);
}

#[test]
fn another_operators_peer_cannot_deliver_under_a_measure() {
    let site = site_with(&Measure::of(LIID, OPERATOR));
    let summary = site.intake_from(&[handover(CLEAN)], "OTHER");
    assert_eq!(quarantined(&summary), reasons([("wrong_operator", 13)]));
    // A second mediation function of the right operator can.
    site.run(&["peer", "add", "MF-2", "--operator", OPERATOR, "--file"]).ok();
    let summary = site.intake_from(&[handover(CLEAN)], "MF-2");
    assert_eq!(number(&summary, "stored"), 12, "{summary}");
}

#[test]
fn a_measure_without_content_keeps_signalling_and_closes_content_away() {
    let site = site_with(&Measure { content: false, ..Measure::of(LIID, OPERATOR) });
    let files = [handover(CLEAN), handover("v002-ipmm-iri-continue-200ok")];
    let summary = site.intake_from(&files, OPERATOR);
    assert_eq!(quarantined(&summary)["out_of_scope"], 12, "{summary}");
    assert_eq!(number(&summary, "stored"), 1, "the IRI record: {summary}");
    let rows = site.communications();
    assert!(rows.iter().all(|row| number(row, "pdus_cc") == 0), "{rows:?}");
}

#[test]
fn what_cannot_be_true_or_read_is_kept_closed_with_its_reason() {
    let site = site_with(&Measure::of(LIID, OPERATOR));
    for (name, reason) in [
        ("h058-time-year9999", "implausible_time"),
        ("h029-missing-payload", "malformed"),
        ("h031-missing-seqno", "malformed"),
        ("h079-oid-foreign", "malformed"),
    ] {
        let summary = site.intake_from(&[handover(name)], OPERATOR);
        assert_eq!(quarantined(&summary), reasons([(reason, 1)]), "{name}");
        assert_eq!((number(&summary, "stored"), number(&summary, "rejected")), (0, 0), "{name}");
    }
    let summary = site.intake_from(&[handover("h092-random-4k")], OPERATOR);
    assert_eq!((number(&summary, "rejected"), number(&summary, "octets")), (1, 4096));
    // Octets without framing are kept too, every one.
    let bags = site.run(&["intake", "quarantine", "list", "--json"]).ok().lines();
    let unframed = |bag: &Value| bag["reasons"]["unframed"].as_u64().unwrap_or(0);
    assert_eq!(bags.iter().map(unframed).sum::<u64>(), 1, "{bags:?}");
    // A PDU before garbage is not lost with it.
    let summary = site.intake_from(&[handover("h007-trailing-garbage")], OPERATOR);
    assert_eq!((number(&summary, "stored"), number(&summary, "rejected")), (1, 1), "{summary}");
}

fn release(site: &Site, key: &PathBuf) -> Ran {
    let mut command = site.command();
    command.args(["intake", "quarantine", "release", "--json", "--court-key"]).arg(key);
    Ran::of(command.output().unwrap())
}

fn bags(site: &Site) -> Vec<Value> {
    site.run(&["intake", "quarantine", "list", "--json"]).ok().lines()
}

#[test]
fn either_court_key_releases_what_an_order_covers_now() {
    for key in ["court-key-1.txt", "court-key-2.txt"] {
        let site = Site::dev();
        site.intake_from(&[handover(CLEAN)], OPERATOR);
        let key = site.handover.join(key);
        // Nothing covers it yet: opened, looked at, closed again.
        let released = release(&site, &key).ok().last();
        assert_eq!(number(&released, "still_closed"), 12, "{released}");
        site.add_order("O-1", &[Measure::of(LIID, OPERATOR)]);
        let released = release(&site, &key).ok().last();
        assert_eq!(number(&released, "still_closed"), 0, "{released}");
        assert_eq!(number(&released["totals"], "stored"), 12, "{released}");
        assert_eq!(pdus_cc(&site), 12);
        // Received once, and in one class: the count moved.
        let status = site.run(&["intake", "status", "--json"]).ok().last();
        assert_balanced(&status);
        assert_eq!((number(&status, "received"), number(&status, "stored")), (14, 12));
        assert!(quarantined(&status).is_empty(), "{status}");
        // Released again, or delivered again: nothing is stored twice.
        assert_eq!(number(&release(&site, &key).ok().last()["totals"], "stored"), 0);
        let again = site.intake_from(&[handover(CLEAN)], OPERATOR);
        assert_eq!((number(&again, "stored"), number(&again, "duplicates")), (0, 12), "{again}");
        assert_eq!(pdus_cc(&site), 12);
    }
}

#[test]
fn no_other_key_opens_quarantine() {
    let (site, other) = (Site::dev(), Site::dev());
    site.intake_from(&[handover(CLEAN)], OPERATOR);
    site.add_order("O-1", &[Measure::of(LIID, OPERATOR)]);
    let refused = release(&site, &other.handover.join("court-key-1.txt")).code(5);
    assert!(refused.stderr.contains("court key"), "{}", refused.stderr);
    let refused = release(&site, &site.write("key.txt", "no key")).code(2);
    assert!(refused.stderr.contains("court"), "{}", refused.stderr);
    assert!(site.communications().is_empty());
    assert_eq!(bags(&site).len(), 1, "it is still there");
}

#[test]
fn a_destroyed_bag_is_gone_for_every_key() {
    let site = Site::dev();
    site.intake_from(&[handover(CLEAN)], OPERATOR);
    let bag = text(&bags(&site)[0], "bag").to_owned();
    let refused = site.run(&["intake", "quarantine", "destroy", "--bag", "0011"]).code(2);
    assert!(refused.stderr.contains("quarantine list"), "{}", refused.stderr);
    let destroyed = site.run(&["intake", "quarantine", "destroy", "--bag", &bag]).ok();
    assert_eq!(destroyed.text().trim(), "12");
    assert!(bags(&site).is_empty());
    site.add_order("O-1", &[Measure::of(LIID, OPERATOR)]);
    let released = release(&site, &site.handover.join("court-key-1.txt")).ok().last();
    assert_eq!(number(&released["totals"], "stored"), 0, "{released}");
    // What was received stays counted.
    let status = site.run(&["intake", "status", "--json"]).ok().last();
    assert_eq!(quarantined(&status), reasons([("unknown_liid", 12)]));
}

#[test]
fn a_prorroga_covers_what_came_after_the_first_end_and_a_cease_ends_it_sooner() {
    let until = at("05.060000");
    let site = site_with(&Measure { until: &until, ..Measure::of(LIID, OPERATOR) });
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    assert_eq!(number(&summary, "stored"), 3, "{summary}");
    site.run(&["order", "extend", "O-1", "--until", &at("06")]).ok();
    let released = release(&site, &site.handover.join("court-key-1.txt")).ok().last();
    assert_eq!(number(&released["totals"], "stored"), 9, "{released}");
    let order = site.run(&["order", "list", "--json"]).ok().last();
    assert_eq!((number(&order, "extensions"), text(&order, "until")), (1, &*at("06.000000")));
    // The same vault: one communication goes on.
    let rows = site.communications();
    assert_eq!((rows.len(), number(&rows[0], "pdus_cc")), (1, 12), "{rows:?}");
    // Ceased before it was delivered: outside.
    let site = site_with(&Measure::of(LIID, OPERATOR));
    site.run(&["order", "cease", "O-1", "--at", &at("05.100")]).ok();
    let summary = site.intake_from(&[handover(CLEAN)], OPERATOR);
    assert_eq!(number(&summary, "stored"), 5, "05.000 to 05.080: {summary}");
    let measure = site.run(&["measure", "list", "--json"]).ok().last();
    assert_eq!(text(&measure, "ceased_at"), at("05.100000"));
}

#[test]
fn peers_users_and_cases_are_listed_as_they_were_registered() {
    let site = Site::dev();
    site.run(&["peer", "add", "MF-1", "--file", "--operator", "OP", "--operator-id", "21401"]).ok();
    let certificate = lacre_testkit::Identity::generate("MF-2").unwrap();
    let pem = site.write("mf2.pem", &certificate.certificate_pem);
    let mut add = site.command();
    add.args(["peer", "add", "MF-2", "--operator", "OP", "--certificate"]).arg(pem);
    Ran::of(add.output().unwrap()).ok();
    let peers = site.run(&["peer", "list", "--json"]).ok().lines();
    let names: Vec<&str> = peers.iter().map(|peer| text(peer, "name")).collect();
    assert_eq!(names, ["MF-1", "MF-2"]);
    assert_eq!(peers[0]["operator_ids"], serde_json::json!(["21401"]));
    assert!(peers[1].to_string().contains(&certificate.sha256().to_hex()), "{}", peers[1]);
    site.run(&["peer", "remove", "MF-1"]).ok();
    assert_eq!(site.run(&["peer", "list", "--json"]).ok().lines().len(), 1);
    site.run(&["user", "add", "ana", "--role", "li-operator"]).ok();
    site.run(&["user", "add", "jueza", "--role", "judge"]).ok();
    site.run(&["user", "remove", "ana"]).ok();
    let users = site.run(&["user", "list", "--json"]).ok().lines();
    assert_eq!(users.len(), 1);
    assert_eq!((text(&users[0], "name"), text(&users[0], "role")), ("jueza", "judge"));
    site.run(&["case", "add", "DP-9-2026", "--court", "T.I. Villademo, plaza 9"]).ok();
    site.add_order("O-1", &[Measure::of(LIID, OPERATOR)]);
    let cases = site.run(&["case", "list", "--json"]).ok().lines();
    let orders: Vec<(&str, &Value)> =
        cases.iter().map(|case| (text(case, "case"), &case["orders"])).collect();
    let (none, one) = (serde_json::json!([]), serde_json::json!(["O-1"]));
    assert_eq!(orders, [("DP-1-2026", &one), ("DP-9-2026", &none)]);
}

#[test]
fn a_wrong_input_is_refused_whole_and_says_what_to_do() {
    let site = site_with(&Measure::of(LIID, OPERATOR));
    site.run(&["peer", "add", "MF-1", "--file"]).ok();
    site.run(&["user", "add", "ana", "--role", "clerk"]).ok();
    site.write("twice.json", common::order("O-1", &[Measure::of("LI-2", OPERATOR)]).to_string());
    site.write("broken.json", "{\"case\": 1}");
    site.write("empty.json", common::order("O-2", &[]).to_string());
    let backwards = Measure { from: &at("06"), until: &at("05"), ..Measure::of("L", OPERATOR) };
    site.write("backwards.json", common::order("O-3", &[backwards]).to_string());
    let mut more = common::order("O-4", &[Measure::of("L", OPERATOR)]);
    more["surprise"] = true.into();
    site.write("more.json", more.to_string());
    let mut lost = common::order("O-5", &[Measure::of("L", OPERATOR)]);
    lost["document"] = "nowhere.pdf".into();
    site.write("lost.json", lost.to_string());
    let list = |command: &str| site.run(&[command, "list", "--json"]).ok().text();
    let before = ["order", "peer", "user", "case", "measure"].map(list);
    let wrong: [(&[&str], &str); 21] = [
        (&["order", "add", "twice.json"], "already registered"),
        (&["order", "add", "broken.json"], "line 1"),
        (&["order", "add", "empty.json"], "measure"),
        (&["order", "add", "backwards.json"], "until"),
        (&["order", "add", "more.json"], "surprise"),
        (&["order", "add", "lost.json"], "nowhere.pdf"),
        (&["order", "add", "nowhere.json"], "nowhere.json"),
        (&["order", "extend", "O-9", "--until", "2028-01-01T00:00:00Z"], "not registered"),
        (&["order", "extend", "O-1", "--until", "2026-02-01T00:00:00Z"], "cease"),
        (&["order", "extend", "O-1", "--until", "tomorrow"], "2026-11-23T20:00:00Z"),
        (&["order", "cease", "O-1", "--liid", "LI-9"], "lacre measure list"),
        (&["peer", "add", "MF-1", "--file"], "already registered"),
        (&["peer", "add", "MF-3"], "--certificate"),
        (&["peer", "add", "MF-3", "--certificate", "twice.json"], "X.509"),
        (&["peer", "remove", "MF-9"], "not registered"),
        (&["user", "add", "ana", "--role", "judge"], "already registered"),
        (&["user", "add", "eva", "--role", "king"], "--help"),
        (&["user", "remove", "eva"], "not registered"),
        (&["case", "add", "DP-1-2026"], "already registered"),
        (&["intake", "twice.json"], "--operator"),
        (&["intake", "nowhere.ber", "--operator", "MF-1"], "nowhere.ber"),
    ];
    for (args, words) in wrong {
        let refused = site.run(args).code(2);
        assert!(refused.stderr.contains(words), "{args:?}: {}", refused.stderr);
        assert_eq!(refused.stderr.matches("error:").count(), 1, "{args:?}: {}", refused.stderr);
    }
    assert_eq!(["order", "peer", "user", "case", "measure"].map(list), before, "nothing changed");
}

#[test]
fn a_real_site_takes_files_only_from_a_peer_it_knows() {
    let site = Site::real();
    let refused = site.run(&[
        "intake".as_ref(),
        handover(CLEAN).as_os_str(),
        "--operator".as_ref(),
        OPERATOR.as_ref(),
    ]);
    let refused = refused.code(5);
    assert!(refused.stderr.contains("lacre peer add"), "{}", refused.stderr);
    site.run(&["peer", "add", OPERATOR, "--file"]).ok();
    site.add_order("O-1", &[Measure::of(LIID, OPERATOR)]);
    assert_eq!(number(&site.intake_from(&[handover(CLEAN)], OPERATOR), "stored"), 12);
    // A person who is named must be registered.
    let refused = site.run(&["case", "add", "C", "--person", "nadie"]).code(5);
    assert!(refused.stderr.contains("lacre user add"), "{}", refused.stderr);
}

#[test]
fn the_health_of_a_measure_is_shown_without_shares() {
    let site = Site::real();
    site.run(&["peer", "add", OPERATOR, "--file"]).ok();
    site.add_order("O-1", &[Measure::always(LIID, OPERATOR)]);
    let health = |order: &str| site.run(&["measure", "health", "--json", "--order", order]);
    let before = health("O-1").ok().last();
    assert_eq!(before["alarms"], serde_json::json!(["silent"]), "{before}");
    assert_eq!(before["received"]["cc"]["last_received"], Value::Null);
    for _ in 0..2 {
        site.intake_from(&[handover(CLEAN)], OPERATOR);
    }
    let told = health("O-1").ok().last();
    assert_eq!(text(&told, "schema"), "lacre.measure-health/1");
    assert_eq!(told["received"]["cc"]["pdus"], 12, "{told}");
    assert_eq!((number(&told, "duplicates"), number(&told, "missing")), (13, 0), "{told}");
    assert_eq!(told["delay_micros"], Value::Null, "a recorded file says nothing of clocks");
    site.run(&["measure", "silence", "8784"]).ok();
    assert_eq!(number(&health("O-1").ok().last(), "silence_hours"), 8784);
    let words = site.run(&["measure", "health"]).ok().text();
    assert!(words.contains("ALARM") && words.contains("no IRI"), "{words}");
    // No such order, no such measure, no hours at all: refused.
    health("O-2").code(2);
    site.run(&["measure", "silence", "0"]).code(2);
    site.run(&["measure", "silence", "5", "--liid", "X", "--operator", "Y"]).code(2);
}
