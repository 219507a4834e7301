//! A server killed under a mediation function that buffers, reconnects and sends again.
//!
//! The function forgets only what was acknowledged: had the server acknowledged anything that did
//! not survive, it would be missing at the end.
use crate::common::number;
use crate::ground::{Ground, LIVE, OPERATOR, Stream, scenario};
use crate::victim::{End, Victim};
use crate::{Tally, kill_recovery, one};
use lacre_custody::certificate;
use lacre_testkit::scenario::{Interface, Timed};
use lacre_testkit::voice::Chance;
use lacre_testkit::{Identity, Mediation, MediationSettings};
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

/// A script lasts this long in its own time, and is played this many times as fast.
const SECONDS: u64 = 24;
const SPEED: u32 = 2;

fn start(ground: &Ground, listen: &str) -> (Victim, SocketAddr) {
    let mut args = vec!["serve", "--listen", listen, "--json"];
    if !ground.real {
        args.push("--dev");
    }
    let mut server = Victim::start(&ground.site, &args);
    let listening = server.wait_for(|line| line["schema"] == "lacre.listening/1").unwrap();
    (server, listening["address"].as_str().unwrap().parse().unwrap())
}

fn settings(identity: &Identity, dir: &Path, address: SocketAddr) -> MediationSettings {
    let pem = std::fs::read(dir.join("handover-port.pem")).unwrap();
    let server = certificate::fingerprint(&pem).unwrap();
    let tls = identity.client(server).unwrap();
    let mut settings = MediationSettings::new(OPERATOR, address, Some(tls));
    settings.acknowledge_every = Some(25);
    settings.reconnect_after = Duration::from_millis(50);
    settings
}

/// Delivers every PDU at its time, whatever happens to the server, and waits until all is
/// acknowledged.
async fn play(pdus: Vec<Timed>, settings: MediationSettings) {
    let hi2 = Mediation::start(settings.clone());
    let hi3 = Mediation::start(settings);
    let begun = Instant::now();
    for timed in pdus {
        tokio::time::sleep_until(begun + timed.after / SPEED).await;
        let way = if timed.interface == Interface::Hi2 { &hi2 } else { &hi3 };
        way.send(timed.octets).await.unwrap();
    }
    hi2.flush().await.unwrap();
    hi3.flush().await.unwrap();
    for counts in [hi2.close().await, hi3.close().await] {
        assert_eq!(counts.wrong_answers, 0);
    }
}

/// Kills the server `kills` times while a script is delivered, then lets it end.
pub(crate) fn live(real: bool, kills: u64, seed: u64, tally: &Tally) {
    let mut ground = if real { Ground::real() } else { Ground::dev() };
    let mut chance = Chance::new(seed);
    let identity = Identity::generate("mf.example").unwrap();
    let pem = ground.site.write("mf.pem", &identity.certificate_pem);
    let pem = pem.to_str().unwrap();
    let add = ["peer", "add", LIVE, "--operator", OPERATOR, "--certificate", pem];
    ground.site.run(&add).ok();
    let (mut server, address) = start(&ground, "127.0.0.1:0");
    let listen = address.to_string();
    let settings = settings(&identity, &ground.site.dir, address);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let script = scenario(0, (SECONDS, SECONDS / 2));
    let early = i64::try_from(script.length().as_micros()).unwrap();
    let base = lacre_term::Micros(lacre_custody::clock::now().0 - early);
    let pdus = script.pdus(base);
    let sent = Stream::of(pdus.iter().map(|timed| timed.octets.clone()));
    let playing = runtime.spawn(play(pdus, settings));
    for kill in 0..kills {
        if kill > 0 {
            (server, _) = start(&ground, &listen);
        }
        if kill % 2 == 1 {
            server.wait_for(|line| line["schema"] == "lacre.mark/1");
        }
        thread::sleep(Duration::from_millis(chance.below(700)));
        let End::Killed(lines) = server.kill() else { panic!("the server ended by itself") };
        one(&tally.kills);
        let mark = lines.iter().rev().find(|line| line["schema"] == "lacre.mark/1");
        if mark.is_some() {
            one(&tally.after_a_mark);
        }
        if chance.below(4) == 0 {
            kill_recovery(&ground.site, &mut chance, tally);
        }
        let promised = mark.map_or(0, |mark| number(mark, "stored"));
        assert_survived(&mut ground, &sent, promised, tally);
    }
    (server, _) = start(&ground, &listen);
    runtime.block_on(playing).unwrap();
    server.terminate();
    let (code, _) = server.wait();
    assert_eq!(code, Some(0));
    assert_whole(&mut ground, &sent);
}

fn assert_survived(ground: &mut Ground, sent: &Stream, promised: u64, tally: &Tally) {
    let audit = ground.site.run(&["ledger", "audit", "--json"]).ok().last();
    assert_eq!(audit["whole"], true, "{audit}");
    let status = ground.site.run(&["intake", "status", "--json"]).ok().last();
    crate::common::assert_balanced(&status);
    let stored = ground.stored();
    assert!(stored.values().all(|times| *times == 1), "stored twice");
    assert_eq!(number(&status, "stored"), stored.len() as u64, "{status}");
    assert!(stored.len() as u64 >= promised, "{} of {promised} promised", stored.len());
    assert!(stored.keys().all(|pdu| sent.pdus.contains(pdu)), "stored what nobody sent");
    for seal in ground.new_seals() {
        match seal.reason.as_str() {
            "restart" => one(&tally.restarts_sealed),
            // Messages and calls that ended while the server lived.
            "iri_end" | "idle" => {}
            other => panic!("sealed for {other}"),
        }
    }
    ground.assert_all_sealed();
}

fn assert_whole(ground: &mut Ground, sent: &Stream) {
    let stored = ground.stored();
    assert!(stored.values().all(|times| *times == 1));
    let missing = sent.pdus.iter().filter(|pdu| !stored.contains_key(*pdu)).count();
    assert_eq!((missing, stored.len()), (0, sent.pdus.len()));
    let status = ground.site.run(&["intake", "status", "--json"]).ok().last();
    assert_eq!(number(&status, "stored"), sent.pdus.len() as u64);
    for nothing in ["conflicts", "rejected"] {
        assert_eq!(number(&status, nothing), 0, "{status}");
    }
    let audit = ground.site.run(&["ledger", "audit", "--json"]).ok().last();
    assert_eq!(audit["whole"], true, "{audit}");
    ground.assert_all_sealed();
}
