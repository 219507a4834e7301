//! Option negotiation over real sockets, both sides; operator messages; and what may not happen.
//!
//! Rules: TS 102 232-1 clause 6.2, annex A (`OptionRequest`, `OperatorLeaMessage`); decision 16.
use crate::answers::answer;
use crate::common::{NOW, Site, quick, until};
use lacre_testkit::Header;
use lacre_testkit::answer::{self as answers, Answer};
use lacre_testkit::mediation::Mediation;
use lacre_testkit::pdu;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

fn header(number: u32) -> Header {
    Header::new(b"-", b"OP-A").seq(number).at(NOW)
}

async fn connected(site: &Site) -> TcpStream {
    TcpStream::connect(site.plain()).await.unwrap()
}

/// The next answers, `count` of them and no more octets.
async fn several(socket: &mut TcpStream, count: usize) -> Vec<Answer> {
    let (mut octets, mut heard) = (Vec::new(), Vec::new());
    while heard.len() < count {
        let mut piece = [0; 2048];
        let read = timeout(Duration::from_secs(5), socket.read(&mut piece)).await.unwrap().unwrap();
        assert_ne!(read, 0, "closed instead of answering");
        octets.extend_from_slice(&piece[..read]);
        while let Some((answer, taken)) = answers::read(&octets).unwrap() {
            octets.drain(..taken);
            heard.push(answer);
        }
    }
    assert!(octets.is_empty() && heard.len() == count, "{count} answers and nothing else");
    heard
}

fn told(answers: &[Answer]) -> Vec<(u8, u32)> {
    answers.iter().map(|answer| (answer.kind, answer.sequence_number)).collect()
}

async fn is_silent(socket: &mut TcpStream) -> bool {
    timeout(Duration::from_millis(300), socket.read_u8()).await.is_err()
}

/// Reads to the end, which comes without a reset; gives the octets before it.
async fn to_the_end(socket: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = timeout(Duration::from_secs(5), socket.read_to_end(&mut rest));
    read.await.expect("closed within five seconds").expect("with FIN, not with a reset");
    rest
}

async fn entered(site: &Site, words: &str) {
    until(|| site.events().iter().any(|event| event.contains(words))).await;
}

/// Until the port could negotiate, only the keep-alive was answered here. A sender that asks for
/// nothing still gets nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn options_are_negotiated_as_the_standard_has_it() {
    let site = Site::open(quick(), 64).await;
    let mut socket = connected(&site).await;
    let both = [pdu::option_request(&header(5)), pdu::keep_alive(&header(6))].concat();
    socket.write_all(&both).await.unwrap();
    let answers = several(&mut socket, 3).await;
    assert_eq!(told(&answers), [(10, 5), (4, 6), (11, 5)]);
    assert_eq!(answers[0].options(), Some((vec![0], vec![])));
    socket.write_all(&pdu::option_complete(&header(7))).await.unwrap();
    assert!(is_silent(&mut socket).await, "a completion ends it");
    socket.write_all(&pdu::test(&header(0))).await.unwrap();
    socket.shutdown().await.unwrap();
    assert!(to_the_end(&mut socket).await.is_empty());
    site.has(4).await;
    entered(&site, "OP-P: options agreed: PDU acknowledgement").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mediation_function_negotiates_on_each_connection_and_then_delivers() {
    let site = Site::open(quick(), 64).await;
    let mut settings = site.operator();
    settings.negotiate = true;
    settings.acknowledge_every = Some(2);
    let peer = Mediation::start(settings);
    for number in 0..2 {
        peer.send(pdu::test(&header(number))).await.unwrap();
    }
    peer.flush().await.unwrap();
    peer.cut(None).await.unwrap();
    peer.send(pdu::test(&header(2))).await.unwrap();
    peer.flush().await.unwrap();
    let counts = peer.close().await;
    assert_eq!((counts.negotiated, counts.wrong_answers), (2, 0));
    assert!(counts.acknowledged >= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreed_acknowledgement_still_waits_for_durability() {
    let site = Site::open(quick(), 64).await;
    site.intake.hold(false, true);
    let mut socket = connected(&site).await;
    let both = [pdu::option_request(&header(1)), pdu::keep_alive(&header(1))].concat();
    socket.write_all(&both).await.unwrap();
    several(&mut socket, 3).await;
    socket.write_all(&pdu::option_complete(&header(1))).await.unwrap();
    socket.write_all(&pdu::test(&header(0))).await.unwrap();
    socket.write_all(&pdu::ack_request(&header(41))).await.unwrap();
    site.has(5).await;
    assert!(is_silent(&mut socket).await, "answered before anything was durable");
    site.intake.hold(false, false);
    let answer = answer(&mut socket).await;
    assert_eq!((answer.kind, answer.sequence_number), (13, 41));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_option_is_declined_by_its_number_and_noted() {
    let site = Site::open(quick(), 64).await;
    let mut socket = connected(&site).await;
    let asked = pdu::option_request_for(&header(1), &[(0, b""), (9, b"now"), (0, b"\x01")]);
    socket.write_all(&asked).await.unwrap();
    let response = answer(&mut socket).await;
    assert_eq!(response.options(), Some((vec![0], vec![9, 0])));
    entered(&site, "2 options declined: not known here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_before_completion_is_kept_and_the_connection_closed() {
    let site = Site::open(quick(), 64).await;
    let mut socket = connected(&site).await;
    socket.write_all(&pdu::option_request(&header(1))).await.unwrap();
    answer(&mut socket).await;
    let early = [pdu::test(&header(0)), pdu::ack_request(&header(2))].concat();
    socket.write_all(&early).await.unwrap();
    // What it still sends while it is being closed is kept too.
    socket.write_all(&pdu::test(&header(1))).await.unwrap();
    socket.shutdown().await.unwrap();
    assert!(to_the_end(&mut socket).await.is_empty(), "and nothing more is answered");
    site.has(4).await;
    entered(&site, "closed: another message within an option negotiation; 4 PDUs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_or_a_response_that_nobody_asked_for_changes_nothing() {
    let site = Site::open(quick(), 64).await;
    let mut socket = connected(&site).await;
    socket.write_all(&pdu::option_complete(&header(1))).await.unwrap();
    socket.write_all(&pdu::option_response(&header(2))).await.unwrap();
    assert!(is_silent(&mut socket).await);
    socket.write_all(&pdu::keep_alive(&header(3))).await.unwrap();
    assert_eq!(answer(&mut socket).await.kind, 4);
    socket.shutdown().await.unwrap();
    to_the_end(&mut socket).await;
    entered(&site, "session closed by the peer").await;
    let events = site.events().join("\n");
    assert!(events.contains("option responses or completions unasked for"), "{events}");
    assert!(!events.contains("options agreed"), "{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absurd_request_gets_no_answer_and_delivery_goes_on() {
    let site = Site::open(quick(), 64).await;
    let mut socket = connected(&site).await;
    let many: Vec<(u32, &[u8])> = (1..=17).map(|number| (number, &b""[..])).collect();
    socket.write_all(&pdu::option_request_for(&header(1), &many)).await.unwrap();
    let long = [(1, &[0; 4000][..])];
    socket.write_all(&pdu::option_request_for(&header(2), &long)).await.unwrap();
    socket.write_all(&pdu::keep_alive(&header(3))).await.unwrap();
    assert_eq!(told(&[answer(&mut socket).await]), [(4, 3)]);
    socket.write_all(&pdu::test(&header(0))).await.unwrap();
    site.has(4).await;
    entered(&site, "option requests not answered: unreadable").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_requests_closes_the_connection_and_every_pdu_is_kept() {
    let site = Site::open(quick(), 4096).await;
    let mut socket = connected(&site).await;
    let flood: Vec<u8> =
        (0..1000).flat_map(|number| pdu::option_request(&header(number))).collect();
    socket.write_all(&flood).await.unwrap();
    socket.shutdown().await.unwrap();
    let mut rest = &to_the_end(&mut socket).await[..];
    let mut answered = 0;
    while let Some((answer, taken)) = answers::read(rest).unwrap() {
        assert_eq!(answer.kind, 10);
        answered += 1;
        rest = &rest[taken..];
    }
    assert_eq!(answered, 8);
    site.has(1000).await;
    entered(&site, "closed: option requests without end").await;
}

/// The text itself goes where every octet goes; the entry must not tell a target.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_message_is_handed_over_and_entered_without_its_text() {
    let site = Site::open(quick(), 64).await;
    let mut socket = connected(&site).await;
    let said = "Line 34000555001 fails from 10:00";
    let sent = pdu::operator_message(&header(1), said);
    socket.write_all(&sent).await.unwrap();
    site.has(1).await;
    assert_eq!(site.intake.octets(), [sent], "kept octet for octet");
    entered(&site, "OP-P: operator message, informational, 33 octets, SHA-256 ").await;
    assert!(site.events().iter().all(|event| !event.contains("34000555001")));
    assert!(is_silent(&mut socket).await, "it asks for no answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_operator_messages_is_kept_whole_and_entered_once() {
    let site = Site::open(quick(), 4096).await;
    let mut socket = connected(&site).await;
    let flood: Vec<u8> =
        (0..500).flat_map(|number| pdu::operator_message(&header(number), "again")).collect();
    socket.write_all(&flood).await.unwrap();
    socket.shutdown().await.unwrap();
    to_the_end(&mut socket).await;
    site.has(500).await;
    entered(&site, "closed by the peer; 500 PDUs").await;
    let entries = site.events().into_iter().filter(|event| event.contains("operator message"));
    assert!((1..=2).contains(&entries.count()), "batches, not one entry for each");
}
