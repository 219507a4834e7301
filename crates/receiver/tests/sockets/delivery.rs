//! What arrives, arrives as it was sent: over real sockets, in whatever pieces.
//!
//! Rules: TS 102 232-1 clause 6; DESIGN decisions 1, 16.

use crate::common::{NOW, Site, quick, until};
use lacre_testkit::mediation::{Chunks, Mediation, deliver, replay};
use lacre_testkit::scenario::{Call, Interface, MessageForm};
use lacre_testkit::{Line, Scenario};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn busy() -> Scenario {
    let mut scenario = Scenario::new();
    let line = scenario.line(Line::new("DEMO-0001", "OP-A", "34000000001"));
    let call = Call {
        other: "34000000002".into(),
        incoming: true,
        length: Duration::from_secs(3),
        seed: 1,
    };
    scenario.call(line, 7, Duration::ZERO, &call);
    let text = (MessageForm::Sms, "A las ocho en el muelle");
    scenario.message(line, 8, Duration::from_secs(1), ("34000000002", false), text);
    scenario.email(
        line,
        9,
        Duration::from_secs(1),
        ("ana@mail.example", "luis@mail.example", false),
        ("Hola", "Nos vemos."),
    );
    scenario.ip_session(line, 10, Duration::ZERO, (Duration::from_secs(2), 30, 5));
    scenario
}

fn recorded() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover/openli");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .expect("vectors/handover/openli is part of the repository")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "ber"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// Cuts a recorded stream with nothing but definite outer lengths.
fn cut(stream: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut pdus) = (0, Vec::new());
    while at < stream.len() {
        let (count, long) = (usize::from(stream[at + 1] & 0x7f), stream[at + 1] & 0x80 != 0);
        let (head, length) = match long {
            false => (2, count),
            true => (
                2 + count,
                stream[at + 2..at + 2 + count].iter().fold(0, |n, o| n << 8 | usize::from(*o)),
            ),
        };
        pdus.push(stream[at..at + head + length].to_vec());
        at += head + length;
    }
    pdus
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_streams_arrive_pdu_by_pdu_whatever_the_pieces() {
    for (name, stream) in recorded() {
        let site = Site::open(quick(), 256).await;
        let sent = cut(&stream);
        let mut settings = site.operator();
        settings.chunks = Chunks::Random { seed: 9, octets_max: 3000 };
        let answers = replay(&settings, &stream).await.unwrap();
        site.has(sent.len()).await;
        assert!(site.intake.octets() == sent, "{name}");
        assert!(answers.iter().all(|answer| answer.kind == 4), "keep-alives and nothing else");
        assert!(!answers.is_empty(), "each recording holds some");
        let peers: Vec<_> =
            site.intake.kept.lock().unwrap().iter().map(|d| d.peer.clone()).collect();
        assert!(peers.iter().all(|peer| &**peer == "OP-A"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_scenario_arrives_whole_over_two_connections() {
    let site = Site::open(quick(), 256).await;
    let (hi2, hi3) = (Mediation::start(site.operator()), Mediation::start(site.operator()));
    let scenario = busy();
    let sent = deliver(&scenario, 0, (&hi2, &hi3), || NOW).await.unwrap();
    hi2.flush().await.unwrap();
    hi3.flush().await.unwrap();
    let expected: u32 = scenario.sent().iter().map(|sent| sent.iri + sent.cc).sum();
    assert_eq!(sent, u64::from(expected));
    site.has(usize::try_from(sent).unwrap() + 2).await;
    assert_eq!(site.receiver.connections().len(), 2);
    let in_time = scenario.pdus(NOW);
    assert!(in_time.windows(2).all(|pair| pair[0].after <= pair[1].after));
    hi2.close().await;
    hi3.close().await;
    until(|| site.receiver.connections().is_empty()).await;
}

/// As a mediation function without acknowledgements does: what it still has, it sends again.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_peer_sends_again_after_a_lost_connection_is_passed_on_again() {
    let site = Site::open(quick(), 256).await;
    let peer = Mediation::start(site.operator());
    let pdus: Vec<_> = busy().pdus(NOW).into_iter().take(20).map(|timed| timed.octets).collect();
    for pdu in &pdus[..10] {
        peer.send(pdu.clone()).await.unwrap();
    }
    peer.flush().await.unwrap();
    peer.cut(None).await.unwrap();
    for pdu in &pdus[10..] {
        peer.send(pdu.clone()).await.unwrap();
    }
    peer.flush().await.unwrap();
    let counts = peer.close().await;
    assert_eq!((counts.sent, counts.resent, counts.connections), (20, 10, 2));
    site.has(32).await;
    let kept = site.intake.octets();
    let again = [&pdus[..10], &kept[10..11], &pdus[..10], &pdus[10..], &kept[31..]].concat();
    assert!(kept == again, "old, keep-alive, old again, new, keep-alive");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_inside_a_pdu_gives_the_half_and_then_the_whole() {
    let site = Site::open(quick(), 256).await;
    let peer = Mediation::start(site.operator());
    let pdu = busy().pdus(NOW).remove(0).octets;
    peer.cut(Some(pdu.clone())).await.unwrap();
    peer.flush().await.unwrap();
    peer.close().await;
    site.has(3).await;
    let kept = site.intake.kept.lock().unwrap().clone();
    assert!(kept[0].is_unframed() && kept[0].octets()[..] == pdu[..pdu.len() / 2]);
    assert!(!kept[1].is_unframed() && kept[1].octets()[..] == pdu);
    assert_eq!(site.receiver.counts().halves, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_the_port_closes_in_order_and_loses_nothing_that_was_sent() {
    let site = Site::open(quick(), 4096).await;
    let mut raw = TcpStream::connect(site.plain()).await.unwrap();
    let stream = busy().stream(Interface::Hi3, NOW);
    raw.write_all(&stream).await.unwrap();
    let (intake, Site { receiver, .. }) = (site.intake.clone(), site);
    until(|| intake.count() > 0).await;
    let stopping = tokio::spawn(receiver.stop());
    let mut rest = Vec::new();
    raw.read_to_end(&mut rest).await.expect("closed with FIN, not reset");
    drop(raw);
    let counts = stopping.await.unwrap();
    assert!(rest.is_empty(), "nothing unsolicited is ever sent");
    assert_eq!(counts.octets, u64::try_from(stream.len()).unwrap());
    until(|| intake.octets().concat() == stream).await;
}
