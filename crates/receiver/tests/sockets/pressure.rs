//! Floods, garbage, stalls: bounded memory, and a clean end.
//!
//! Rules: DESIGN decisions 16, 19.

use crate::common::{NOW, Site, quick, until};
use lacre_testkit::flood::{Flood, Mix};
use lacre_testkit::{Header, pdu};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn closed_with_fin(mut socket: TcpStream) {
    let mut rest = Vec::new();
    let wait = timeout(Duration::from_secs(10), socket.read_to_end(&mut rest));
    wait.await.expect("closed in time").expect("closed with FIN, not reset");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_handed_over_as_one_run_and_the_connection_closed_with_fin() {
    let site = Site::open(quick(), 64).await;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    let good = pdu::test(&Header::new(b"-", b"OP-A").at(NOW));
    socket.write_all(&[&good[..], b"GET / HTTP/1.1\r\n\r\n"].concat()).await.unwrap();
    closed_with_fin(socket).await;
    site.has(2).await;
    let kept = site.intake.kept.lock().unwrap().clone();
    assert!(!kept[0].is_unframed() && kept[0].octets()[..] == good);
    assert!(kept[1].is_unframed() && kept[1].octets()[..] == b"GET / HTTP/1.1\r\n\r\n"[..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_garbage_is_kept_up_to_its_bound_and_no_further() {
    let mut limits = quick();
    limits.unframed_octets_max = 100_000;
    let site = Site::open(limits, 64).await;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    let garbage = vec![0xee; 1_000_000];
    socket.write_all(&garbage).await.unwrap();
    closed_with_fin(socket).await;
    site.has(1).await;
    let kept = site.intake.octets().remove(0).len();
    assert!((100_000..200_000).contains(&kept), "{kept}");
    until(|| {
        let counts = site.receiver.counts();
        counts.octets == counts.unframed_octets + counts.discarded_octets
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_of_one_gigabyte_is_refused_before_anything_is_waited_for() {
    let site = Site::open(quick(), 64).await;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    socket.write_all(&[0x30, 0x84, 0x40, 0, 0, 0, 0xa1]).await.unwrap();
    closed_with_fin(socket).await;
    site.has(1).await;
    assert!(site.intake.kept.lock().unwrap()[0].is_unframed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdu_fed_octet_by_octet_runs_out_of_time() {
    let mut limits = quick();
    limits.pdu_wait = Duration::from_millis(600);
    let site = Site::open(limits, 64).await;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    socket.write_all(&[0x30, 0x83, 0x0f, 0, 0]).await.unwrap();
    closed_with_fin(socket).await;
    site.has(1).await;
    assert_eq!(site.receiver.counts().halves, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_large_pdus_share_one_room() {
    let mut limits = quick();
    limits.held_octets_max = 300_000;
    let site = Site::open(limits, 64).await;
    let start = [&[0x30, 0x83, 0x0f, 0, 0][..], &[0; 250_000]].concat();
    let mut first = TcpStream::connect(site.plain()).await.unwrap();
    first.write_all(&start).await.unwrap();
    until(|| site.receiver.counts().octets == 250_005).await;
    let mut second = TcpStream::connect(site.plain()).await.unwrap();
    second.write_all(&start).await.unwrap();
    closed_with_fin(second).await;
    until(|| site.receiver.connections().len() == 1).await;
    first.write_all(&[0; 10]).await.unwrap();
    until(|| site.receiver.counts().octets == 500_020).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_is_closed_after_its_time() {
    let mut limits = quick();
    limits.idle_wait = Duration::from_millis(300);
    let site = Site::open(limits, 64).await;
    closed_with_fin(TcpStream::connect(site.plain()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_peer_has_so_many_connections_and_no_more() {
    let mut limits = quick();
    limits.per_peer_max = 2;
    let site = Site::open(limits, 64).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(TcpStream::connect(site.plain()).await.unwrap());
    }
    until(|| site.receiver.connections().len() == 2).await;
    closed_with_fin(TcpStream::connect(site.plain()).await.unwrap()).await;
    assert_eq!(site.receiver.connections().len(), 2);
}

/// Intake takes nothing: what stands read stays within the window, the sender's window closes,
/// and before the sender gives up on its keep-alive the connection is closed, not reset.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_against_a_stalled_intake_is_pushed_back_then_closed() {
    let site = Site::open(quick(), 16).await;
    site.intake.hold(true, true);
    let socket = TcpStream::connect(site.plain()).await.unwrap();
    let (mut reader, mut writer) = socket.into_split();
    let sending = tokio::spawn(async move {
        for pdu in Flood::new(&Mix::OneCall, "OP-A", NOW).octets(200_000_000) {
            if writer.write_all(&pdu).await.is_err() {
                return false;
            }
        }
        true
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let read = site.receiver.counts().octets;
    assert!(read <= 1_200_000, "{read} octets stand read");
    let mut rest = Vec::new();
    let ended = timeout(Duration::from_secs(10), reader.read_to_end(&mut rest)).await;
    ended.expect("closed in time").expect("closed with FIN, not reset");
    sending.abort();
    let stalled = |event: &String| event.contains("intake did not keep up");
    until(|| site.events().iter().any(stalled)).await;
    site.intake.hold(false, false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_durable_stays_within_the_window() {
    let site = Site::open(quick(), 100_000).await;
    site.intake.hold(false, true);
    let socket = TcpStream::connect(site.plain()).await.unwrap();
    let (_reader, mut writer) = socket.into_split();
    let stream: Vec<u8> =
        Flood::new(&Mix::OneCall, "OP-A", NOW).octets(8_000_000).flatten().collect();
    let length = stream.len();
    let sending = tokio::spawn(async move {
        writer.write_all(&stream).await.unwrap();
        writer
    });
    until(|| site.receiver.counts().octets >= 1_000_000).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let read = site.receiver.counts().octets;
    assert!(read < 1_200_000, "{read} octets stand read");
    site.intake.hold(false, false);
    let writer = sending.await.unwrap();
    until(|| site.receiver.counts().octets == u64::try_from(length).unwrap()).await;
    drop(writer);
    until(|| site.intake.octets().iter().map(Vec::len).sum::<usize>() == length).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_reads_no_answers_is_closed() {
    let mut limits = quick();
    limits.write_wait = Duration::from_millis(300);
    let site = Site::open(limits, 4096).await;
    let mut socket = TcpStream::connect(site.plain()).await.unwrap();
    let alive = pdu::keep_alive(&Header::new(b"-", b"OP-A").at(NOW)).repeat(1000);
    let sending = async { while socket.write_all(&alive).await.is_ok() {} };
    timeout(Duration::from_secs(10), sending).await.expect("closed in time");
    let ended = |event: &String| event.contains("does not take our answers");
    until(|| site.events().iter().any(ended)).await;
}
