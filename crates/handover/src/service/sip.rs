//! SIP and SDP, as far as a reader of evidence needs them.
//!
//! Header names are compared without case and in their compact forms; folded lines are joined;
//! a message cut short keeps what it has. No header is trusted to be there.
//!
//! Rules: RFC 3261 sections 7, 20; RFC 3325 (P-Asserted-Identity); RFC 8866 (SDP); RFC 3966 (tel).
use std::borrow::Cow;

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
    headers: Vec<(&'a str, Cow<'a, str>)>,
    /// Body, cut to Content-Length.
    pub body: &'a [u8],
}

/// Someone named in a message: a telephone number or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `tel` for telephone numbers, `sip` otherwise.
    pub kind: &'static str,
    /// The number, or user@host.
    pub value: String,
}

impl<'a> Sip<'a> {
    /// Reads a message; `None` when the first line is not SIP/2.0.
    #[must_use]
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        let (head, body) = split_head(octets);
        // Header text that is not UTF-8 is read up to the first such octet.
        let head = match std::str::from_utf8(head) {
            Ok(head) => head,
            Err(at) => std::str::from_utf8(head.get(..at.valid_up_to())?).ok()?,
        };
        let mut lines = head.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let start = start_line(lines.next()?)?;
        let mut headers: Vec<(&str, Cow<'_, str>)> = Vec::new();
        for line in lines {
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = headers.last_mut() {
                    let joined = value.to_mut();
                    joined.push(' ');
                    joined.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim(), Cow::Borrowed(value.trim())));
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
        let compact = match name {
            "Call-ID" => "i",
            "From" => "f",
            "To" => "t",
            "Content-Length" => "l",
            "Content-Type" => "c",
            "Contact" => "m",
            "Subject" => "s",
            "Via" => "v",
            _ => name,
        };
        let named = |(found, _): &&(&str, Cow<'_, str>)| {
            found.eq_ignore_ascii_case(name) || found.eq_ignore_ascii_case(compact)
        };
        self.headers.iter().find(named).map(|(_, value)| value.as_ref())
    }

    /// Method of the request, or of the request a response answers.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        match self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => self.header("CSeq")?.split_whitespace().nth(1),
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
        self.headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("P-Asserted-Identity"))
            .flat_map(|(_, value)| value.split(','))
            .filter_map(identity)
    }

    /// Media type of the body, lower case, without parameters.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        let value = self.header("Content-Type")?;
        Some(value.split(';').next()?.trim().to_ascii_lowercase())
    }

    /// The session description, when the body is one (alone or in a multipart).
    #[must_use]
    pub fn sdp(&self) -> Option<Sdp> {
        let kind = self.content_type()?;
        if kind != "application/sdp" && !kind.starts_with("multipart/") {
            return None;
        }
        Some(Sdp::read(&String::from_utf8_lossy(self.body)))
    }
}

fn start_line(line: &str) -> Option<Start<'_>> {
    if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        return Some(Start::Response { status: status.parse().ok()?, reason });
    }
    let mut words = line.split(' ');
    let (method, uri, version) = (words.next()?, words.next()?, words.next()?);
    let token = !method.is_empty() && method.bytes().all(|octet| octet.is_ascii_graphic());
    (token && version == "SIP/2.0").then_some(Start::Request { method, uri })
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

/// The identity in a header value or URI: `"Name" <sip:user@host;p>;tag=x`, `tel:+34…`.
#[must_use]
pub fn identity(value: &str) -> Option<Identity> {
    let uri = match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next()?,
        None => value.split(';').next()?.trim(),
    };
    let (scheme, rest) = uri.split_once(':')?;
    let address = rest.split([';', '?']).next()?.trim();
    if address.is_empty() {
        return None;
    }
    let user = address.split('@').next().unwrap_or(address);
    let digits = user.strip_prefix('+').unwrap_or(user);
    let number = |text: &str| {
        text.len() >= 3
            && text.bytes().all(|octet| octet.is_ascii_digit() || b"-.()".contains(&octet))
    };
    let telephone = scheme.eq_ignore_ascii_case("tel") || number(digits);
    let known =
        ["sip", "sips", "tel", "im", "mailto"].iter().any(|s| scheme.eq_ignore_ascii_case(s));
    if !known {
        return None;
    }
    if telephone {
        let plain = user.chars().filter(|c| !"-.()".contains(*c)).collect();
        return Some(Identity { kind: "tel", value: plain });
    }
    Some(Identity { kind: "sip", value: address.to_owned() })
}

/// A session description: which codec each payload type means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sdp {
    /// (payload type, encoding name, clock rate), in order of mention.
    pub codecs: Vec<(u8, String, u32)>,
    /// (media, port, connection address) of each media line.
    pub media: Vec<(String, u16, Option<String>)>,
}

impl Sdp {
    /// Most codecs and media kept; a description with more is cut.
    const ITEMS_MAX: usize = 64;

    /// Reads what it can of `text`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut sdp = Self::default();
        let mut session_address = None;
        for line in text.lines() {
            let line = line.trim_end();
            if let Some(rest) = line.strip_prefix("c=") {
                let address = rest.split_whitespace().nth(2).map(str::to_owned);
                match sdp.media.last_mut() {
                    Some((.., own)) => *own = address,
                    None => session_address = address,
                }
            } else if let Some(rest) = line.strip_prefix("m=") {
                let mut words = rest.split_whitespace();
                let kind = words.next().unwrap_or_default().to_owned();
                let port = words.next().and_then(|p| p.split('/').next()?.parse().ok());
                if sdp.media.len() < Self::ITEMS_MAX {
                    sdp.media.push((kind, port.unwrap_or(0), session_address.clone()));
                }
            } else if let Some(rest) = line.strip_prefix("a=rtpmap:") {
                sdp.codecs.extend(rtpmap(rest).filter(|_| sdp.codecs.len() < Self::ITEMS_MAX));
            }
        }
        sdp
    }
}

/// `8 PCMA/8000` as payload type, name and clock rate.
pub(crate) fn rtpmap(text: &str) -> Option<(u8, String, u32)> {
    let (number, codec) = text.trim().split_once(' ')?;
    let mut parts = codec.trim().split('/');
    let name = parts.next()?.to_ascii_uppercase();
    Some((number.parse().ok()?, name, parts.next()?.trim().parse().ok()?))
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
        assert_eq!(sip.to().unwrap().value, "+34600333444");
        let asserted: Vec<String> = sip.asserted().map(|identity| identity.value).collect();
        assert_eq!(asserted, ["+34600111222", "ana@ims.example.es"]);
        let sdp = sip.sdp().unwrap();
        assert_eq!(sdp.codecs, [(101, "TELEPHONE-EVENT".to_owned(), 8000)]);
        assert_eq!(sdp.media, [("audio".to_owned(), 6000, Some("10.9.0.1".to_owned()))]);
        assert!(!sip.body.ends_with(b"trailing"), "the body ends at Content-Length");
    }

    #[test]
    fn what_is_not_sip_is_none() {
        for bad in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", b"SIP/2.0 x\r\n\r\n", b"\xff\xfe"] {
            assert!(Sip::read(bad).is_none());
        }
        assert_eq!(identity("nonsense"), None);
        assert_eq!(identity("<sip:>"), None);
    }
}
