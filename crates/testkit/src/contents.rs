//! What a PDU carries, service by service.
//!
//! Each function gives the alternative of `IRIContents` or `CCContents` for [`crate::pdu::iri`]
//! and [`crate::pdu::cc`].
//!
//! Rules: TS 102 232-2 (e-mail), -3 (IP access), -5 (IP multimedia).
use crate::ber::{Element, group, integer, octets, sequence, text, utf8};
use crate::pdu::generalized;
use lacre_term::Micros;
use std::net::IpAddr;

/// `IPAddress` under context tag `number`: type, binary value, dynamic assignment.
fn address(number: u32, address: IpAddr) -> Element {
    let (kind, value) = match address {
        IpAddr::V4(four) => (0, four.octets().to_vec()),
        IpAddr::V6(six) => (1, six.octets().to_vec()),
    };
    group(number, vec![integer(1, kind), group(2, vec![octets(1, &value)]), integer(3, 2)])
}

/// IP multimedia IRI: one SIP message with its addresses.
#[must_use]
pub fn sip(from: IpAddr, to: IpAddr, message: &[u8]) -> Element {
    let body = vec![address(0, from), address(1, to), octets(2, message)];
    group(11, vec![octets(0, &[5, 5, 6, 1]), group(1, vec![group(1, body)])])
}

/// IP multimedia IRI with the place of the target (an EPS location of the operator's making).
#[must_use]
pub fn sip_with_place(from: IpAddr, to: IpAddr, message: &[u8], place: &[u8]) -> Element {
    let body = vec![address(0, from), address(1, to), octets(2, message)];
    let place = group(2, vec![group(1, vec![octets(1, place)])]);
    group(11, vec![octets(0, &[5, 5, 6, 1]), group(1, vec![group(1, body)]), place])
}

/// IP multimedia CC: one whole IP packet that carries RTP.
#[must_use]
pub fn rtp_packet(packet: &[u8]) -> Element {
    group(12, vec![octets(0, &[5, 5, 6, 2]), octets(1, packet), integer(2, 0), integer(4, 0)])
}

/// What happened to an IP session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpEvent {
    /// Access accepted, session begins.
    Start,
    /// Counters on the way.
    Interim,
    /// Session over.
    End,
}

/// Facts of an IP session's IRI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpSession {
    /// Who logged in.
    pub username: String,
    /// Address given to the target.
    pub address: IpAddr,
    /// When the session began.
    pub started_at: Micros,
    /// When it ended, in the last record.
    pub ended_at: Option<Micros>,
    /// Octets to the target so far.
    pub octets_received: u64,
    /// Octets from the target so far.
    pub octets_transmitted: u64,
}

/// IP access IRI.
#[must_use]
pub fn ip_iri(event: IpEvent, session: &IpSession) -> Element {
    let kind = match event {
        IpEvent::Start => 4,
        IpEvent::Interim => 6,
        IpEvent::End => 5,
    };
    let version = if session.address.is_ipv4() { 1 } else { 2 };
    let mut body = vec![
        integer(0, kind),
        text(1, &session.username),
        integer(2, 6),
        integer(3, version),
        address(4, session.address),
        text(10, &generalized(session.started_at)),
    ];
    body.extend(session.ended_at.map(|at| text(11, &generalized(at))));
    body.extend(session.ended_at.map(|_| integer(12, 1)));
    body.push(integer(13, session.octets_received));
    body.push(integer(14, session.octets_transmitted));
    group(2, vec![octets(0, &[5, 3, 10, 1]), group(1, body)])
}

/// IP access CC: one IP packet.
#[must_use]
pub fn ip_packet(packet: &[u8]) -> Element {
    group(2, vec![octets(0, &[5, 3, 10, 2]), group(1, vec![octets(0, packet)])])
}

/// What happened to a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailEvent {
    /// The target sends (SMTP).
    Send,
    /// The target's server receives (SMTP).
    Receive,
    /// Log on (POP3).
    Logon,
    /// Download (POP3).
    Download,
}

/// Facts of an e-mail IRI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// Client's address and port.
    pub client: (IpAddr, u16),
    /// Server's address and port.
    pub server: (IpAddr, u16),
    /// Octets sent by server and by client.
    pub octets: (u64, u64),
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipients.
    pub recipients: Vec<String>,
    /// `Message-ID`, with its angle brackets.
    pub message_id: String,
}

/// E-mail IRI.
#[must_use]
pub fn email_iri(event: EmailEvent, email: &Email) -> Element {
    let (kind, protocol) = match event {
        EmailEvent::Send => (1, 1),
        EmailEvent::Receive => (2, 1),
        EmailEvent::Download => (3, 2),
        EmailEvent::Logon => (5, 2),
    };
    let recipients: Vec<Element> = email.recipients.iter().map(|to| utf8(to)).collect();
    let count = u64::try_from(recipients.len()).unwrap_or(0);
    group(
        1,
        vec![
            octets(0, &[5, 2, 15, 1]),
            integer(1, kind),
            address(2, email.client.0),
            address(3, email.server.0),
            integer(4, u64::from(email.client.1)),
            integer(5, u64::from(email.server.1)),
            integer(6, email.octets.0),
            integer(7, email.octets.1),
            integer(8, protocol),
            text(9, &email.sender),
            group(10, recipients),
            integer(11, 3),
            integer(12, count),
            text(13, &email.message_id),
        ],
    )
}

/// E-mail CC in format *application*: octets of the mail protocol.
#[must_use]
pub fn email_cc(octets_of_protocol: &[u8]) -> Element {
    group(1, vec![octets(0, &[5, 2, 15, 2]), integer(1, 2), octets(2, octets_of_protocol)])
}

/// E-mail CC in format *ip-packet*.
#[must_use]
pub fn email_packet(packet: &[u8]) -> Element {
    group(1, vec![octets(0, &[5, 2, 15, 2]), integer(1, 1), octets(2, packet)])
}

/// An alternative no version names yet, to be kept whole.
#[must_use]
pub fn unheard_of(number: u32, inside: &[u8]) -> Element {
    group(number, vec![octets(0, &[5, 9, 1, 1]), sequence(vec![octets(1, inside)])])
}
