//! Mediation functions deliver to `lacre serve` over TLS 1.3, TLS 1.2 and the fenced plain port:
//! what comes over a wire is stored as what comes in a file, and strangers get nothing.
//!
//! The recorded streams are of one day and a live port refuses times that are too old, so they are
//! moved whole days to yesterday, octet by octet in place.
//!
//! Rules: DESIGN decisions 16, 18 and 20; TS 102 232-1 clause 6.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::serving::Serving;
use common::{
    Measure, PEER, STREAMS, Site, comparable, expected, expected_of_all, number, quarantined,
    stream, text,
};
use lacre_custody::clock;
use lacre_term::Micros;
use lacre_testkit::mediation::{Chunks, deliver, replay};
use lacre_testkit::scenario::Call;
use lacre_testkit::{Identity, Interface, Line, Mediation, MediationSettings, Scenario};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

const DAY: i64 = 86_400;
/// Midnight of the day the streams were recorded, in seconds.
const RECORDED: i64 = 1_795_392_000;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Midnight of yesterday, the same for all stories even if they are told at midnight.
fn yesterday() -> i64 {
    static YESTERDAY: OnceLock<i64> = OnceLock::new();
    *YESTERDAY.get_or_init(|| clock::now().seconds().div_euclid(DAY) * DAY - DAY)
}

/// A recorded stream with its times moved to yesterday. Seconds since 1970 stand in INTEGERs of
/// four octets, dates in GeneralizedTime; nothing changes its length.
fn of_yesterday(name: &str) -> Vec<u8> {
    let mut octets = std::fs::read(stream(name)).unwrap();
    let yesterday = yesterday();
    let moved = yesterday - RECORDED;
    for at in 1..octets.len() - 4 {
        let seconds = i64::from(u32::from_be_bytes(octets[at..at + 4].try_into().unwrap()));
        if octets[at - 1] == 4 && (RECORDED..RECORDED + DAY).contains(&seconds) {
            let seconds = u32::try_from(seconds + moved).unwrap();
            octets[at..at + 4].copy_from_slice(&seconds.to_be_bytes());
        }
    }
    let date = Micros::from_seconds(yesterday).rfc3339()[..10].replace('-', "");
    for at in 0..octets.len() - 8 {
        if octets[at..at + 8] == *b"20261123" {
            octets[at..at + 8].copy_from_slice(date.as_bytes());
        }
    }
    octets
}

/// A site whose order covers the recorded streams at any time.
fn site_for_streams() -> Site {
    let site = Site::dev();
    let covered = [
        "ES-VOIP-2026-0001",
        "ES-VOIPINT-0004",
        "ES-IP-2026-0002",
        "ES-IPSTATIC-0006",
        "ES-IPINT-0008",
        "ES-HI1-2026-0010",
        "ES-MAIL-2026-0005",
    ];
    let measures: Vec<Measure<'_>> = covered.map(|liid| Measure::always(liid, PEER)).into();
    site.add_order("STREAMS", &measures);
    site
}

/// Registers a mediation function with a certificate of its own.
fn register(site: &Site, name: &str, operator: &str) -> Identity {
    let identity = Identity::generate(name).unwrap();
    let pem = site.write(&format!("{name}.pem"), &identity.certificate_pem);
    let mut command = site.command();
    command.args(["peer", "add", name, "--operator", operator, "--certificate"]).arg(pem);
    common::Ran::of(command.output().unwrap()).ok();
    identity
}

/// Settings of a connection over TLS of these versions.
fn over_tls(
    serving: &Serving<'_>,
    identity: &Identity,
    operator: &str,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> MediationSettings {
    let tls = identity.client_of(serving.certificate(), versions).unwrap();
    MediationSettings::new(operator, serving.addresses()[0], Some(tls))
}

/// What files of the same octets give, in a form that can be compared; made once.
fn rows_by_intake() -> &'static [String] {
    static ROWS: OnceLock<Vec<String>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let site = site_for_streams();
        let write = |name: &&str| site.write(name, of_yesterday(name));
        let files: Vec<PathBuf> = STREAMS.iter().map(write).collect();
        site.intake(&files);
        let rows = site.communications();
        let day = Micros::from_seconds(yesterday()).rfc3339();
        assert!(rows.iter().all(|row| text(row, "started_at")[..10] == day[..10]), "moved");
        comparable(&rows)
    })
}

/// Plays every stream, each over a connection of its own, all at once and in pieces.
fn play_all(settings: &MediationSettings) {
    runtime().block_on(async {
        let mut playing = Vec::new();
        for (seed, name) in (1..).zip(STREAMS) {
            let chunks = Chunks::Random { seed, octets_max: 3_000 };
            let settings = MediationSettings { chunks, ..settings.clone() };
            let octets = of_yesterday(name);
            playing.push((name, tokio::spawn(async move { replay(&settings, &octets).await })));
        }
        for (name, playing) in playing {
            let answers = playing.await.unwrap().unwrap();
            // Keep-alive response (4), each with the number it answers, in their order.
            let told: Vec<(u8, u64)> =
                answers.iter().map(|it| (it.kind, it.sequence_number.into())).collect();
            let asked = expected(name).into_iter().filter(|pdu| pdu.is_keep_alive());
            let asked: Vec<(u8, u64)> = asked.map(|pdu| (4, pdu.seq)).collect();
            assert_eq!(told, asked, "{name}");
        }
    });
}

/// Everything of the streams came in, and is the same as from files.
fn assert_same_as_files(site: &Site, serving: Serving<'_>) {
    let all = expected_of_all();
    let status = serving.received(u64::try_from(all.len()).unwrap());
    assert_eq!((number(&status, "conflicts"), number(&status, "rejected")), (0, 0), "{status}");
    assert_eq!(quarantined(&status), [("unknown_liid".to_owned(), 2)].into());
    let served = serving.stop();
    assert_eq!(served.code, Some(0), "{}", served.stderr);
    let rows = site.communications();
    assert!(rows.iter().all(|row| row["state"] == "sealed"), "a clean end seals everything");
    assert_eq!(comparable(&rows), rows_by_intake());
    site.run(&["ledger", "audit"]).ok();
}

#[test]
fn streams_over_tls_1_3_give_the_rows_that_files_give() {
    let site = site_for_streams();
    let identity = register(&site, "MF-13", PEER);
    let serving = Serving::dev(&site);
    play_all(&over_tls(&serving, &identity, PEER, &[&rustls::version::TLS13]));
    assert_same_as_files(&site, serving);
}

#[test]
fn streams_over_tls_1_2_give_the_rows_that_files_give() {
    let site = site_for_streams();
    let identity = register(&site, "MF-12", PEER);
    let serving = Serving::dev(&site);
    play_all(&over_tls(&serving, &identity, PEER, &[&rustls::version::TLS12]));
    assert_same_as_files(&site, serving);
}

#[test]
fn streams_over_the_fenced_plain_port_give_the_same_rows_and_are_shown_unauthenticated() {
    let site = site_for_streams();
    site.run(&["peer", "add", "MF-P", "--operator", PEER, "--plain", "127.0.0.1:0"]).ok();
    let peers = site.run(&["peer", "list", "--json"]).ok().lines();
    assert_eq!(peers[0]["unauthenticated"], true, "{peers:?}");
    let serving = Serving::start(&site, &["--dev", "--plain"], 1);
    play_all(&MediationSettings::new(PEER, serving.addresses()[0], None));
    assert_same_as_files(&site, serving);
}

#[test]
fn a_plain_peer_gets_no_port_unless_asked_and_none_outside_its_fence() {
    let site = Site::dev();
    site.run(&["peer", "add", "MF-P", "--plain", "127.0.0.1:0"]).ok();
    let serving = Serving::dev(&site);
    assert_eq!(serving.addresses().len(), 1, "plain listeners are off by default");
    assert_eq!(serving.stop().code, Some(0));
    let refused = site.run(&["peer", "add", "MF-Q", "--plain", "0.0.0.0:0"]);
    assert_ne!(refused.code, 0, "every interface is no loopback and no tunnel");
    assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
}

/// One line with a call and a message, for a mediation function of operator OP.
fn scenario() -> Scenario {
    let mut scenario = Scenario::new();
    let line = scenario.line(Line::new("LI-1", "OP", "34600000001"));
    let call = Call {
        other: "34600000002".into(),
        incoming: false,
        length: Duration::from_secs(4),
        seed: 9,
    };
    scenario.call(line, 1, Duration::ZERO, &call);
    scenario
}

fn site_for_scenario() -> Site {
    let site = Site::dev();
    site.add_order("O-1", &[Measure::always("LI-1", "OP")]);
    site
}

#[test]
fn a_live_call_is_acknowledged_once_durable_and_its_keep_alives_are_answered() {
    let site = site_for_scenario();
    let identity = register(&site, "MF-1", "OP");
    let serving = Serving::dev(&site);
    let settings = over_tls(&serving, &identity, "OP", rustls::DEFAULT_VERSIONS);
    let scenario = scenario();
    let (hi2, hi3) = runtime().block_on(async {
        let every = Some(16);
        let settings = MediationSettings { acknowledge_every: every, ..settings };
        // HI2 asks for no acknowledgement: keep-alives say that everything was taken.
        let plain = MediationSettings { acknowledge_every: None, ..settings.clone() };
        let (hi2, hi3) = (Mediation::start(plain), Mediation::start(settings));
        deliver(&scenario, 0, (&hi2, &hi3), clock::now).await.unwrap();
        hi2.flush().await.unwrap();
        hi3.flush().await.unwrap();
        (hi2.close().await, hi3.close().await)
    });
    assert!(hi2.keep_alives > 0 && hi2.keep_alives == hi2.keep_alives_answered, "{hi2:?}");
    assert!(hi3.acknowledged > 1 && hi3.acknowledged == hi3.acknowledgements_asked, "{hi3:?}");
    assert_eq!((hi2.wrong_answers, hi3.wrong_answers, hi2.lost, hi3.lost), (0, 0, 0, 0));
    // What was acknowledged is durable now, whatever happens to the server.
    let sent = &scenario.sent()[0];
    let status = serving.status();
    assert_eq!(number(&status, "stored"), u64::from(sent.iri + sent.cc), "{status}");
    let row = &site.communications()[0];
    assert_eq!(
        (number(row, "pdus_iri"), number(row, "pdus_cc")),
        (sent.iri.into(), sent.cc.into())
    );
    assert_eq!((number(row, "gaps"), number(row, "conflicts")), (0, 0));
    assert_eq!(serving.stop().code, Some(0));
    assert_eq!(text(&site.communications()[0], "state"), "sealed");
}

/// Plays the scenario with its start at `base`; gives the counts once all came in.
fn play_at(base: Micros) -> Value {
    let site = site_for_scenario();
    let identity = register(&site, "MF-1", "OP");
    let serving = Serving::dev(&site);
    let settings = over_tls(&serving, &identity, "OP", rustls::DEFAULT_VERSIONS);
    let scenario = scenario();
    let octets = scenario.stream(Interface::Hi2, base);
    runtime().block_on(replay(&settings, &octets)).unwrap();
    let status = serving.received(scenario.sent()[0].iri.into());
    assert_eq!(serving.stop().code, Some(0));
    status
}

#[test]
fn a_live_peer_may_be_days_late_but_not_weeks_nor_ahead() {
    let now = clock::now();
    let pdus = u64::from(scenario().sent()[0].iri);
    let late = play_at(now.plus_seconds(-6 * DAY));
    assert_eq!(number(&late, "stored"), pdus, "an operator may have buffered for days: {late}");
    let stale = play_at(now.plus_seconds(-8 * DAY));
    assert_eq!(quarantined(&stale), [("implausible_time".to_owned(), pdus)].into());
    let ahead = play_at(now.plus_seconds(600));
    assert_eq!(quarantined(&ahead), [("implausible_time".to_owned(), pdus)].into());
}

#[test]
fn a_stranger_leaves_nothing_but_the_entry_that_it_was_refused() {
    let site = site_for_scenario();
    let known = register(&site, "MF-1", "OP");
    let serving = Serving::dev(&site);
    let octets = scenario().stream(Interface::Hi2, clock::now().plus_seconds(-60));
    let stranger = Identity::generate("MF-1").unwrap();
    let settings = over_tls(&serving, &stranger, "OP", rustls::DEFAULT_VERSIONS);
    let refused = runtime().block_on(replay(&settings, &octets));
    assert!(refused.is_err(), "the same name with another certificate is a stranger");
    assert_eq!(number(&serving.status(), "received"), 0);
    // Nor does one without TLS get a word in.
    let plain = MediationSettings::new("OP", serving.addresses()[0], None);
    let _closed_or_reset = runtime().block_on(replay(&plain, &octets));
    assert_eq!(number(&serving.status(), "received"), 0);
    // The one that is registered is not disturbed, until it is removed.
    let settings = over_tls(&serving, &known, "OP", rustls::DEFAULT_VERSIONS);
    runtime().block_on(replay(&settings, &octets)).unwrap();
    serving.received(scenario().sent()[0].iri.into());
    site.run(&["peer", "remove", "MF-1"]).ok();
    assert!(runtime().block_on(replay(&settings, &octets)).is_err());
    assert_eq!(serving.stop().code, Some(0));
}

#[test]
fn commands_run_through_the_server_while_it_owns_the_site() {
    let site = Site::dev_with_openli_order();
    let serving = Serving::dev(&site);
    let summary = site.intake_streams(&["openli-voip-hi2", "openli-voip-hi3"]);
    assert_eq!(number(&summary, "conflicts"), 0);
    assert_eq!(site.communications().len(), 5);
    let made =
        site.run(&["package", "make", "--order", common::ORDER, "--out", "a.asice", "--json"]);
    assert_eq!(text(&made.ok().last(), "schema"), "lacre.package-made/1");
    assert!(site.file("a.asice").exists(), "relative to where the user stands");
    let trust = site.handover.join("trust.json");
    let mut verify = common::lacre();
    verify.arg("verify").arg(site.file("a.asice")).arg("--trust").arg(trust);
    common::Ran::of(verify.output().unwrap()).ok();
    // Errors come through with their code and their words.
    let refused = site.run(&["communications", "show", "99"]).code(2);
    assert!(refused.stderr.contains("lacre communications"), "{}", refused.stderr);
    assert_eq!(refused.stderr.matches("error:").count(), 1);
    // Another server cannot have it.
    let second = site.run(&["serve", "--dev", "--listen", "127.0.0.1:0"]).code(6);
    assert!(second.stderr.contains("in use"), "{}", second.stderr);
    let served = serving.stop();
    assert_eq!(served.code, Some(0), "{}", served.stderr);
    assert!(!site.dir.join("lacre.sock").exists());
    assert_eq!(site.communications().len(), 5, "the site opens again");
}

#[test]
fn what_is_wrong_with_a_server_is_said_before_it_opens() {
    let site = Site::dev();
    let refused = site.run(&["serve", "--listen", "127.0.0.1:0"]).code(5);
    assert!(refused.stderr.contains("--dev"), "a dev site says what it is: {}", refused.stderr);
    let nowhere = site.run(&["serve", "--dev"]).code(2);
    assert!(nowhere.stderr.contains("--listen"), "{}", nowhere.stderr);
    let taken = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = site.run(&["serve", "--dev", "--listen", &address]).code(6);
    assert!(refused.stderr.contains(&address), "{}", refused.stderr);
}
