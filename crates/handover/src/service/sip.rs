//! SIP and SDP, as far as a reader of evidence needs them.
//!
//! Header names are compared without case and in their compact forms; folded lines are joined;
//! a message cut short keeps what it has. No header is trusted to be there.
//!
//! Rules: RFC 3261 sections 7, 20; RFC 3325 (P-Asserted-Identity); RFC 3455, 7315 (P-Called-
//! Party-ID, P-Access-Network-Info); RFC 5806 (Diversion); RFC 7044 (History-Info); RFC 3326
//! (Reason); RFC 8866 (SDP).
use std::borrow::Cow;

pub mod body;
pub mod sdp;
pub mod uri;

pub use body::{Meaning, Part};
pub use sdp::{Flow, Format, MediaLine, Sdp};
pub use uri::{Address, Identity, identity};

pub(crate) use sdp::rtpmap;

/// First line of a SIP message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start<'a> {
    /// A request.
    Request {
        /// INVITE, BYE, MESSAGE …
        method: &'a str,
        /// Request-URI.
        uri: &'a str,
    },
    /// A response.
    Response {
        /// Three digits.
        status: u16,
        /// The words after them.
        reason: &'a str,
    },
}

/// A SIP message, read.
#[derive(Debug, Clone)]
pub struct Sip<'a> {
    /// First line.
    pub start: Start<'a>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Body, cut to Content-Length.
    pub body: &'a [u8],
}

/// Most header lines kept of one message.
pub const HEADERS_MAX: usize = 512;

/// Most values of one header looked at.
const VALUES_MAX: usize = 64;

/// Compact forms (RFC 3261, 7.3.3, and the registry of header fields).
const COMPACT: [(&str, &str); 13] = [
    ("Call-ID", "i"),
    ("From", "f"),
    ("To", "t"),
    ("Content-Length", "l"),
    ("Content-Type", "c"),
    ("Contact", "m"),
    ("Subject", "s"),
    ("Via", "v"),
    ("Supported", "k"),
    ("Content-Encoding", "e"),
    ("Refer-To", "r"),
    ("Referred-By", "b"),
    ("Event", "o"),
];

impl<'a> Sip<'a> {
    /// Reads a message; `None` when the first line is not SIP/2.0.
    #[must_use]
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        // Empty lines before the first keep a connection alive and mean nothing (7.5).
        let blank = octets.iter().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
        let (head, body) = split_head(octets.get(blank..)?);
        let mut lines = head.split(|octet| *octet == b'\n').map(without_line_end);
        let start = start_line(lines.next()?)?;
        let mut headers: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for line in lines {
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                if let Some((_, value)) = headers.last_mut() {
                    let joined = value.to_mut();
                    joined.push(' ');
                    joined.push_str(String::from_utf8_lossy(line.trim_ascii()).as_ref());
                }
            } else if headers.len() < HEADERS_MAX {
                headers.extend(header_line(line));
            }
        }
        let mut read = Self { start, headers, body };
        if let Some(length) = read.header("Content-Length").and_then(|text| text.parse().ok()) {
            read.body = body.get(..length).unwrap_or(body);
        }
        Some(read)
    }

    /// First value of the header `name`, also in its compact form.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.lines(name).next()
    }

    /// The lines of the header `name`, also in its compact form, in order.
    pub fn lines<'s, 'n>(
        &'s self,
        name: &'n str,
    ) -> impl Iterator<Item = &'s str> + use<'s, 'n, 'a> {
        let compact = COMPACT.iter().find(|(long, _)| long.eq_ignore_ascii_case(name));
        let compact = compact.map_or(name, |(_, short)| *short);
        self.headers
            .iter()
            .filter(move |(found, _)| {
                found.eq_ignore_ascii_case(name) || found.eq_ignore_ascii_case(compact)
            })
            .map(|(_, value)| value.as_ref())
            .take(VALUES_MAX)
    }

    /// Every value of a header that is a list, over all its lines.
    pub fn values<'s, 'n>(
        &'s self,
        name: &'n str,
    ) -> impl Iterator<Item = &'s str> + use<'s, 'n, 'a> {
        self.lines(name).flat_map(|line| uri::split(line, b',')).take(VALUES_MAX)
    }

    /// Everybody a header that is a list of addresses names.
    pub fn identities<'s, 'n>(
        &'s self,
        name: &'n str,
    ) -> impl Iterator<Item = Identity> + use<'s, 'n, 'a> {
        self.values(name).filter_map(identity)
    }

    /// Method of the request, or of the request a response answers.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        match self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => self.header("CSeq")?.split_whitespace().nth(1),
        }
    }

    /// Number of the request in its dialogue.
    #[must_use]
    pub fn sequence(&self) -> Option<u32> {
        self.header("CSeq")?.split_whitespace().next()?.parse().ok()
    }

    /// Request-URI.
    #[must_use]
    pub fn request_uri(&self) -> Option<&'a str> {
        match self.start {
            Start::Request { uri, .. } => Some(uri),
            Start::Response { .. } => None,
        }
    }

    /// Status of a response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.start {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// Call-ID.
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        self.header("Call-ID")
    }

    /// Tag of the From or To header.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<String> {
        Address::read(self.header(name)?)?.parameter("tag").filter(|tag| !tag.is_empty())
    }

    /// Who the message is from, as the sender says.
    #[must_use]
    pub fn from(&self) -> Option<Identity> {
        identity(self.header("From")?)
    }

    /// Who the message is to.
    #[must_use]
    pub fn to(&self) -> Option<Identity> {
        identity(self.header("To")?)
    }

    /// Who the network says the sender is, every value.
    pub fn asserted(&self) -> impl Iterator<Item = Identity> {
        self.identities("P-Asserted-Identity")
    }

    /// Why, by the Reason header or by a final status: `Q.850 16`, `SIP 486 Busy Here`.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let said: Vec<String> = self.values("Reason").take(4).filter_map(reason).collect();
        if !said.is_empty() {
            return Some(said.join(", "));
        }
        match self.start {
            Start::Response { status: status @ 300.., reason } => {
                Some(format!("SIP {status} {reason}").trim_end().to_owned())
            }
            _ => None,
        }
    }

    /// Media type of the body, lower case, without parameters.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        let value = self.header("Content-Type")?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }

    /// The parts of the body, envelopes opened; none without a body.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'a>> {
        match self.header("Content-Type") {
            Some(kind) if !self.body.is_empty() => body::parts(kind, self.body),
            _ => Vec::new(),
        }
    }

    /// The session description, when the body is one (alone or in a multipart).
    #[must_use]
    pub fn sdp(&self) -> Option<Sdp> {
        let parts = self.parts();
        let part = parts.iter().find(|part| part.meaning() == Meaning::Description)?;
        Some(Sdp::read(&String::from_utf8_lossy(&part.octets)))
    }
}

/// `Q.850;cause=16;text="…"` as protocol, number and text.
fn reason(value: &str) -> Option<String> {
    let (protocol, parameters) = value.split_once(';').unwrap_or((value, ""));
    let cause = uri::parameter(parameters, "cause").unwrap_or_default();
    let text = uri::parameter(parameters, "text").unwrap_or_default();
    let words = [protocol.trim(), cause.as_str(), text.as_str()];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    (words.len() > 1).then(|| words.join(" "))
}

fn without_line_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Name and value of a header line; octets that are not UTF-8 are replaced.
fn header_line(line: &[u8]) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let colon = line.iter().position(|octet| *octet == b':')?;
    let name = line.get(..colon)?.trim_ascii();
    let value = line.get(colon.saturating_add(1)..)?.trim_ascii();
    Some((String::from_utf8_lossy(name), String::from_utf8_lossy(value)))
}

fn start_line(line: &[u8]) -> Option<Start<'_>> {
    // Text that is not UTF-8 is read up to the first such octet; the version stands after it.
    let valid = line.utf8_chunks().next()?.valid();
    let is_version = |octets: &[u8]| octets.eq_ignore_ascii_case(b"SIP/2.0");
    if line.split_at_checked(7).is_some_and(|(version, _)| is_version(version)) {
        let words = valid.get(7..)?.strip_prefix(' ')?.trim_start();
        let (status, reason) = words.split_once(' ').unwrap_or((words, ""));
        let status = status.trim().parse().ok().filter(|status| (100..=999).contains(status))?;
        return Some(Start::Response { status, reason: reason.trim() });
    }
    let version = line.trim_ascii_end().rsplit(|octet| *octet == b' ').next()?;
    let mut words = valid.split(' ').filter(|word| !word.is_empty());
    let (method, uri) = (words.next()?, words.next()?);
    let token = method.len() <= 64 && method.bytes().all(|octet| octet.is_ascii_graphic());
    let uri_is_first = !is_version(uri.as_bytes());
    (token && uri_is_first && is_version(version)).then_some(Start::Request { method, uri })
}

/// Header part and body, at the first empty line.
pub(crate) fn split_head(octets: &[u8]) -> (&[u8], &[u8]) {
    let at = |mark: &[u8]| octets.windows(mark.len()).position(|window| window == mark);
    let (head, skip) = match (at(b"\r\n\r\n"), at(b"\n\n")) {
        (Some(crlf), Some(lf)) if lf < crlf => (lf, 2),
        (Some(crlf), _) => (crlf, 4),
        (None, Some(lf)) => (lf, 2),
        (None, None) => return (octets, &[]),
    };
    let body = octets.get(head.saturating_add(skip)..).unwrap_or_default();
    (octets.get(..head).unwrap_or_default(), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &[u8] = b"INVITE sip:+34600333444@ims.example.es SIP/2.0\r\n\
        f: \"Ana\" <sip:+34600111222@ims.example.es;user=phone>;tag=1\r\n\
        To: <tel:+34-600-333-444>\r\nP-Asserted-Identity: <tel:+34600111222>,\r\n \
        <sip:ana@ims.example.es>\r\ni: 1-22865@10.9.0.1\r\nCSeq: 1 INVITE\r\n\
        c: application/sdp\r\nContent-Length: 87\r\n\r\n\
        v=0\r\nc=IN IP4 10.9.0.1\r\nm=audio 6000 RTP/AVP 8 101\r\n\
        a=rtpmap:101 telephone-event/8000\r\ntrailing";

    #[test]
    fn an_invite_gives_its_parties_call_and_media() {
        let sip = Sip::read(INVITE).unwrap();
        assert_eq!(sip.method(), Some("INVITE"));
        assert_eq!(sip.call_id(), Some("1-22865@10.9.0.1"));
        assert_eq!(sip.from().unwrap(), Identity { kind: "tel", value: "+34600111222".into() });
        assert_eq!(sip.tag("From").as_deref(), Some("1"));
        assert_eq!(sip.to().unwrap().value, "+34600333444");
        let asserted: Vec<String> = sip.asserted().map(|identity| identity.value).collect();
        assert_eq!(asserted, ["+34600111222", "ana@ims.example.es"]);
        let sdp = sip.sdp().unwrap();
        assert_eq!(sdp.codecs, [(101, "TELEPHONE-EVENT".to_owned(), 8000)]);
        let audio = &sdp.media[0];
        assert_eq!((audio.port, audio.address.as_deref()), (6000, Some("10.9.0.1")));
        assert!(!sip.body.ends_with(b"trailing"), "the body ends at Content-Length");
    }

    #[test]
    fn what_is_not_sip_is_none() {
        for bad in [
            &b""[..],
            b"GET / HTTP/1.1\r\n\r\n",
            b"SIP/2.0 x\r\n\r\n",
            b"SIP/2.0 20\r\n\r\n",
            b"SIP/2.00 200 OK\r\n\r\n",
            b"INVITE SIP/2.0\r\n\r\n",
            b"\xff\xfe",
            b"\r\n\r\n",
        ] {
            assert!(Sip::read(bad).is_none(), "{bad:?}");
        }
    }

    /// In the manner of RFC 4475: legal, and unlike anything a phone sends.
    #[test]
    fn torture_is_read() {
        let octets = b"\r\n\r\nINVITE sip:eva@example.com;oddity SIP/2.0\r\n\
            TO :\r\n sip:eva@example.com ;   tag    = 77n\r\n\
            from   : \"A. Ana \\\\\\\"\"       <sip:ana@example.com>\r\n  ;\r\n  tag = 98\r\n\
            MaX-fOrWaRdS: 0070\r\nCall-ID: w\xe9@192.0.2.1\r\nCSeq: 0009\r\n  INVITE\r\n\
            v:  SIP  / 2.0  / UDP\r\n    192.0.2.2;branch=3, SIP/2.0/TCP [2001:db8::9];b\r\n\
            X-Unheard-Of:   whatever\r\nno colon here\r\n : nameless\r\n\
            Reason: Q.850 ;cause=16 ;text=\"All, \\\"ok\\\"\", SIP;cause=200\r\n\r\n";
        let sip = Sip::read(octets).unwrap();
        assert_eq!(sip.to().unwrap().value, "eva@example.com");
        assert_eq!(sip.tag("To").as_deref(), Some("77n"));
        assert_eq!(
            (sip.from().unwrap().value.as_str(), sip.sequence()),
            ("ana@example.com", Some(9))
        );
        assert_eq!(sip.tag("From").as_deref(), Some("98"));
        assert_eq!((sip.method(), sip.values("Via").count()), (Some("INVITE"), 2));
        assert_eq!(sip.call_id(), Some("w\u{fffd}@192.0.2.1"), "what follows is still read");
        assert_eq!(sip.cause().as_deref(), Some("Q.850 16 All, \"ok\", SIP 200"));
    }

    #[test]
    fn a_request_line_with_foreign_octets_keeps_its_method() {
        let sip = Sip::read(b"MESSAGE sip:\xe9va@example.org SIP/2.0\r\nTo: x\r\n\r\n").unwrap();
        assert_eq!(sip.start, Start::Request { method: "MESSAGE", uri: "sip:" });
        let sip = Sip::read(b"SIP/2.0 486 Ocup\xe9\r\n\r\n").unwrap();
        assert_eq!((sip.status(), sip.cause().as_deref()), (Some(486), Some("SIP 486 Ocup")));
    }

    #[test]
    fn headers_without_end_are_cut() {
        let many = format!("OPTIONS sip:x SIP/2.0\r\n{}", "Via: a,b,c\r\n".repeat(5000));
        let sip = Sip::read(many.as_bytes()).unwrap();
        assert_eq!(sip.headers.len(), HEADERS_MAX);
        assert_eq!(sip.values("Via").count(), VALUES_MAX);
    }
}
