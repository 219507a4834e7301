//! Pieces of scripts: who is at which end, what a mail dialogue says, packets of a page.
//!
//! Rules: RFC 5321 (SMTP), RFC 9110 (HTTP).
use crate::packet;
use crate::sip::Dialogue;
use crate::voice::Chance;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub(super) fn uri(number: &str) -> String {
    format!("sip:+{number}@ims.example")
}

pub(super) type End<'a> = (&'a str, IpAddr);

pub(super) fn ends<'a>(incoming: bool, target: End<'a>, other: End<'a>) -> (End<'a>, End<'a>) {
    if incoming { (other, target) } else { (target, other) }
}

pub(super) fn dialogue(caller: End<'_>, callee: End<'_>, cin: u32) -> Dialogue {
    Dialogue {
        caller: uri(caller.0),
        callee: uri(callee.0),
        caller_at: caller.1,
        callee_at: callee.1,
        call_id: format!("c{cin}"),
    }
}

/// Turns of an SMTP dialogue: `true` where the client speaks.
pub(super) fn smtp(sender: &str, recipient: &str, body: &str) -> Vec<(bool, String)> {
    vec![
        (false, "220 mail.example ESMTP\r\n".to_owned()),
        (true, "EHLO client.example\r\n".to_owned()),
        (false, "250 mail.example\r\n".to_owned()),
        (true, format!("MAIL FROM:<{sender}>\r\n")),
        (false, "250 ok\r\n".to_owned()),
        (true, format!("RCPT TO:<{recipient}>\r\n")),
        (false, "250 ok\r\n".to_owned()),
        (true, "DATA\r\n".to_owned()),
        (false, "354 go ahead\r\n".to_owned()),
        (true, body.to_owned()),
        (false, "250 queued\r\n".to_owned()),
        (true, "QUIT\r\n".to_owned()),
        (false, "221 bye\r\n".to_owned()),
    ]
}

/// A packet of a page being fetched; every fourth goes out.
pub(super) fn ip_packet(home: IpAddr, count: u32, chance: &mut Chance) -> (bool, Vec<u8>) {
    let here = SocketAddr::new(home, 52_000);
    let there = SocketAddr::new(Ipv4Addr::new(203, 0, 113, 80).into(), 80);
    if count.is_multiple_of(4) {
        let asked = format!("GET /page/{count} HTTP/1.1\r\nHost: www.example\r\n\r\n");
        return (true, packet::tcp(here, there, (count, count), asked.as_bytes()));
    }
    let size = usize::try_from(200 + chance.below(1200)).unwrap_or(200);
    let body: Vec<u8> =
        (0..size).map(|_| u8::try_from(0x20 + chance.below(95)).unwrap_or(b' ')).collect();
    (false, packet::tcp(there, here, (count, count), &body))
}
