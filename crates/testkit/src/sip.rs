//! SIP messages of invented people on a network that does not exist.
//!
//! Rules: RFC 3261, 3264, 3428; SDP per RFC 8866 with one A-law stream.
use std::net::{IpAddr, SocketAddr};

/// The two ends of a SIP dialogue, as the signalling names and places them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialogue {
    /// `sip:` URI of who calls.
    pub caller: String,
    /// `sip:` URI of who is called.
    pub callee: String,
    /// Caller's signalling address.
    pub caller_at: IpAddr,
    /// Callee's signalling address.
    pub callee_at: IpAddr,
    /// Call-ID without its host.
    pub call_id: String,
}

impl Dialogue {
    fn lines(&self, first: &str, number: u32, method: &str, answer: bool) -> String {
        let tag = if answer { format!(";tag=b{}", self.call_id) } else { String::new() };
        format!(
            "{first}\r\nVia: SIP/2.0/UDP {at}:5060;branch=z9hG4bK{id}{number}\r\n\
             From: <{from}>;tag=a{id}\r\nTo: <{to}>{tag}\r\nCall-ID: {id}@{at}\r\n\
             CSeq: {number} {method}\r\nMax-Forwards: 70\r\n",
            at = self.caller_at,
            id = self.call_id,
            from = self.caller,
            to = self.callee,
        )
    }

    fn with_body(head: &str, kind: &str, body: &[u8]) -> Vec<u8> {
        let mut message =
            format!("{head}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len())
                .into_bytes();
        message.extend_from_slice(body);
        message
    }

    fn without_body(head: &str) -> Vec<u8> {
        format!("{head}Content-Length: 0\r\n\r\n").into_bytes()
    }

    /// `INVITE`, offering A-law at `media`.
    #[must_use]
    pub fn invite(&self, media: SocketAddr) -> Vec<u8> {
        let first = format!("INVITE {} SIP/2.0", self.callee);
        let head = format!(
            "{}Contact: <sip:{}:5060>\r\nP-Asserted-Identity: <{}>\r\n",
            self.lines(&first, 1, "INVITE", false),
            self.caller_at,
            self.caller
        );
        Self::with_body(&head, "application/sdp", description(media).as_bytes())
    }

    /// `180 Ringing`.
    #[must_use]
    pub fn ringing(&self) -> Vec<u8> {
        Self::without_body(&self.lines("SIP/2.0 180 Ringing", 1, "INVITE", true))
    }

    /// `200 OK` to the `INVITE`, answering with A-law at `media`.
    #[must_use]
    pub fn answered(&self, media: SocketAddr) -> Vec<u8> {
        let head = self.lines("SIP/2.0 200 OK", 1, "INVITE", true);
        Self::with_body(&head, "application/sdp", description(media).as_bytes())
    }

    /// `ACK`.
    #[must_use]
    pub fn acknowledged(&self) -> Vec<u8> {
        let first = format!("ACK {} SIP/2.0", self.callee);
        Self::without_body(&self.lines(&first, 1, "ACK", true))
    }

    /// `BYE` of the caller.
    #[must_use]
    pub fn bye(&self) -> Vec<u8> {
        let first = format!("BYE {} SIP/2.0", self.callee);
        Self::without_body(&self.lines(&first, 2, "BYE", true))
    }

    /// `200 OK` to the `BYE`.
    #[must_use]
    pub fn bye_ok(&self) -> Vec<u8> {
        Self::without_body(&self.lines("SIP/2.0 200 OK", 2, "BYE", true))
    }

    /// `MESSAGE` with a body of type `kind`.
    #[must_use]
    pub fn message(&self, kind: &str, body: &[u8]) -> Vec<u8> {
        let first = format!("MESSAGE {} SIP/2.0", self.callee);
        let head = format!(
            "{}P-Asserted-Identity: <{}>\r\n",
            self.lines(&first, 1, "MESSAGE", false),
            self.caller
        );
        Self::with_body(&head, kind, body)
    }

    /// `202 Accepted` to the `MESSAGE`.
    #[must_use]
    pub fn message_accepted(&self) -> Vec<u8> {
        Self::without_body(&self.lines("SIP/2.0 202 Accepted", 1, "MESSAGE", true))
    }
}

fn description(media: SocketAddr) -> String {
    let family = if media.is_ipv4() { "IP4" } else { "IP6" };
    let (at, port) = (media.ip(), media.port());
    format!(
        "v=0\r\no=- 1 1 IN {family} {at}\r\ns=-\r\nc=IN {family} {at}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n"
    )
}
