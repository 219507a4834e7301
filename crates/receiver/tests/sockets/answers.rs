//! What the port answers, and when: keep-alives at once, acknowledgements when durable.
//!
//! Rules: TS 102 232-1 clauses 6.2.4, 6.2.7; DESIGN decision 16.

use crate::common::{NOW, Site, quick, until};
use lacre_testkit::Header;
use lacre_testkit::answer::{self, Answer};
use lacre_testkit::mediation::Mediation;
use lacre_testkit::pdu;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

fn header(number: u32) -> Header {
    Header::new(b"-", b"OP-A").seq(number).at(NOW)
}

pub(crate) async fn answer(socket: &mut TcpStream) -> Answer {
    let mut octets = Vec::new();
    loop {
        if let Some((answer, taken)) = answer::read(&octets).unwrap() {
            assert_eq!(taken, octets.len(), "one answer and nothing else");
            return answer;
        }
        let mut piece = [0; 512];
        let wait = timeout(Duration::from_secs(5), socket.read(&mut piece));
        let read = wait.await.expect("an answer within five seconds").unwrap();
        assert_ne!(read, 0, "closed instead of answering");
        octets.extend_from_slice(&piece[..read]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keep_alives_are_answered_with_their_own_numbers() {
    let site = Site::open(quick(), 64).await;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    for number in [1, 2, u32::MAX] {
        socket.write_all(&pdu::keep_alive(&header(number))).await.unwrap();
        let answer = answer(&mut socket).await;
        assert_eq!((answer.kind, answer.sequence_number), (4, number));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mediation_function_stays_connected_through_its_keep_alives() {
    let site = Site::open(quick(), 64).await;
    let mut settings = site.operator();
    settings.keep_alive_every = Duration::from_millis(30);
    let peer = Mediation::start(settings);
    until(|| peer.counts().keep_alives_answered >= 5).await;
    let counts = peer.close().await;
    assert_eq!((counts.connections, counts.lost, counts.wrong_answers), (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_comes_only_after_intake_says_durable() {
    let site = Site::open(quick(), 64).await;
    site.intake.hold(false, true);
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    socket.write_all(&pdu::test(&header(0))).await.unwrap();
    socket.write_all(&pdu::ack_request(&header(41))).await.unwrap();
    site.has(2).await;
    let silence = timeout(Duration::from_millis(300), socket.read_u8()).await;
    assert!(silence.is_err(), "answered before anything was durable");
    site.intake.hold(false, false);
    let answer = answer(&mut socket).await;
    assert_eq!((answer.kind, answer.sequence_number), (13, 41));
}

/// It asked, closed its side, and waits: the answer still comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_closed_its_side_still_gets_its_acknowledgement() {
    let site = Site::open(quick(), 64).await;
    site.intake.hold(false, true);
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    socket.write_all(&pdu::ack_request(&header(7))).await.unwrap();
    socket.shutdown().await.unwrap();
    sleep(Duration::from_millis(100)).await;
    site.intake.hold(false, false);
    assert_eq!(answer(&mut socket).await.kind, 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_acknowledged_is_sent_again_and_then_acknowledged() {
    let site = Site::open(quick(), 64).await;
    site.intake.hold(false, true);
    let mut settings = site.operator();
    settings.acknowledge_every = Some(3);
    let peer = Mediation::start(settings);
    for number in 0..3 {
        peer.send(pdu::test(&header(number))).await.unwrap();
    }
    until(|| peer.counts().acknowledgements_asked == 1).await;
    site.has(4).await;
    peer.cut(None).await.unwrap();
    // Let go only once the connection is gone: until then its answer could still get through.
    until(|| peer.counts().lost == 1).await;
    site.intake.hold(false, false);
    peer.flush().await.unwrap();
    let counts = peer.close().await;
    assert_eq!((counts.sent, counts.resent), (3, 3));
    assert!(counts.acknowledged >= 1);
}
