//! Bodies of SIP and MSRP messages: multiparts opened, CPIM envelopes taken off, what is written
//! told apart from what only says that somebody is writing.
//!
//! Depth, parts and octets are bounded; a part cut short keeps what it has.
//!
//! Rules: RFC 5621, RFC 2046 section 5.1 (multipart); RFC 3862 (CPIM); RFC 5438 (disposition);
//! RFC 3994 (is-composing); TS 24.341 (SMS).
use super::split_head;
use super::uri::parameter;
use std::borrow::Cow;

/// Deepest envelope opened.
const DEPTH_MAX: usize = 4;

/// Most parts of one body.
const PARTS_MAX: usize = 32;

/// One part of a body that is no envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// Media type, lower case, without parameters.
    pub kind: String,
    /// Its octets, transfer encoding undone.
    pub octets: Cow<'a, [u8]>,
    /// Sender and recipients that an envelope names, as sent.
    pub from: Option<String>,
    /// See `from`.
    pub to: Vec<String>,
    /// Subject that an envelope gives.
    pub subject: Option<String>,
    /// Character set named.
    charset: Option<String>,
}

/// What a part is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Words somebody wrote.
    Words,
    /// A short message or its acknowledgement.
    Sms,
    /// A session description.
    Description,
    /// A document that may hold a location.
    Presence,
    /// Somebody is writing, or has read: no words.
    Notice(&'static str),
    /// Digits pressed.
    Digits,
    /// Anything else.
    Other,
}

impl Part<'_> {
    /// What the part is to a reader.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.kind.as_str() {
            "application/vnd.3gpp.sms" => Meaning::Sms,
            "application/sdp" => Meaning::Description,
            "application/pidf+xml" => Meaning::Presence,
            "application/im-iscomposing+xml" => Meaning::Notice("is composing"),
            "message/imdn+xml" => Meaning::Notice("disposition notification"),
            "application/dtmf-relay" | "application/dtmf" | "audio/telephone-event" => {
                Meaning::Digits
            }
            kind if kind.starts_with("text/") => Meaning::Words,
            _ => Meaning::Other,
        }
    }

    /// The part as text, by the character set it names.
    #[must_use]
    pub fn text(&self) -> String {
        let charset = self.charset.as_deref().unwrap_or_default();
        let latin = ["iso-8859-1", "latin1", "iso-8859-15", "windows-1252"];
        if latin.iter().any(|name| charset.eq_ignore_ascii_case(name)) {
            return self.octets.iter().map(|octet| char::from(*octet)).collect();
        }
        String::from_utf8_lossy(&self.octets).into_owned()
    }
}

/// The parts of a body whose Content-Type header is `content_type`, envelopes opened.
#[must_use]
pub fn parts<'a>(content_type: &str, octets: &'a [u8]) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    open(Cow::Borrowed(octets), content_type, &Envelope::default(), DEPTH_MAX, &mut found);
    found
}

/// What an envelope around a part says.
#[derive(Debug, Clone, Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
    subject: Option<String>,
}

fn open<'a>(
    octets: Cow<'a, [u8]>,
    content_type: &str,
    envelope: &Envelope,
    depth: usize,
    found: &mut Vec<Part<'a>>,
) {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let kind = kind.trim().to_ascii_lowercase();
    let depth = depth.checked_sub(1);
    if let (Some(depth), true) = (depth, kind.starts_with("multipart/")) {
        if let Some(boundary) = parameter(parameters, "boundary") {
            for (from, to) in pieces(&octets, &boundary) {
                inside(range(&octets, from, to), envelope, depth, found);
            }
        }
    } else if let (Some(depth), "message/cpim") = (depth, kind.as_str()) {
        let (head, _) = split_head(&octets);
        let start = octets.len().saturating_sub(split_head(&octets).1.len());
        let envelope = cpim_envelope(&String::from_utf8_lossy(head));
        inside(range(&octets, start, octets.len()), &envelope, depth, found);
    } else if found.len() < PARTS_MAX {
        let Envelope { from, to, subject } = envelope.clone();
        let charset = parameter(parameters, "charset");
        found.push(Part { kind, octets, from, to, subject, charset });
    }
}

/// A piece of octets, borrowed where they are.
fn range<'a>(octets: &Cow<'a, [u8]>, from: usize, to: usize) -> Cow<'a, [u8]> {
    match octets {
        Cow::Borrowed(octets) => Cow::Borrowed(octets.get(from..to).unwrap_or_default()),
        Cow::Owned(octets) => Cow::Owned(octets.get(from..to).unwrap_or_default().to_vec()),
    }
}

/// Opens a part that has MIME headers of its own.
fn inside<'a>(octets: Cow<'a, [u8]>, envelope: &Envelope, depth: usize, found: &mut Vec<Part<'a>>) {
    if found.len() >= PARTS_MAX {
        return;
    }
    let (mut content_type, mut base64) = ("text/plain".to_owned(), false);
    // A part may begin with the empty line: it has no headers then.
    let bare = [&b"\r\n"[..], b"\n"].into_iter().find(|mark| octets.starts_with(mark));
    let start = match bare {
        Some(mark) => mark.len(),
        None => {
            let (head, body) = split_head(&octets);
            for (name, value) in headers(&String::from_utf8_lossy(head)) {
                match name.as_str() {
                    "content-type" => content_type = value,
                    "content-transfer-encoding" => base64 = value.eq_ignore_ascii_case("base64"),
                    _ => {}
                }
            }
            octets.len().saturating_sub(body.len())
        }
    };
    let mut body = range(&octets, start, octets.len());
    if base64 {
        body = Cow::Owned(decode_base64(&body));
    }
    open(body, &content_type, envelope, depth, found);
}

/// Names in lower case and values of header lines, folded ones joined.
pub(crate) fn headers(head: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':')
            && found.len() < PARTS_MAX
        {
            found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

fn cpim_envelope(head: &str) -> Envelope {
    let mut envelope = Envelope::default();
    for (name, value) in headers(head) {
        match name.as_str() {
            "from" => envelope.from = Some(value),
            "to" | "cc" => envelope.to.push(value),
            "subject" => envelope.subject = Some(value),
            _ => {}
        }
    }
    envelope
}

/// Where the parts of a multipart begin and end.
fn pieces(octets: &[u8], boundary: &str) -> Vec<(usize, usize)> {
    let mark = [b"--", boundary.as_bytes()].concat();
    let mut found = Vec::new();
    // RFC 2046 allows 70 characters; an empty one would end a part at each double dash.
    if boundary.is_empty() || boundary.len() > 200 {
        return found;
    }
    let mut open: Option<usize> = None;
    let mut at = 0_usize;
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        let after = at.saturating_add(line.len());
        if let Some(rest) = line.strip_prefix(mark.as_slice()) {
            if let Some(start) = open.take() {
                found.push((start, before_line_end(octets, start, at)));
            }
            if rest.starts_with(b"--") || found.len() >= PARTS_MAX {
                return found;
            }
            open = Some(after);
        }
        at = after;
    }
    found.extend(open.map(|start| (start, octets.len())));
    found
}

/// The line end before a boundary belongs to the boundary.
fn before_line_end(octets: &[u8], start: usize, at: usize) -> usize {
    let body = octets.get(start..at).unwrap_or_default();
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    let body = body.strip_suffix(b"\r").unwrap_or(body);
    start.saturating_add(body.len())
}

/// Undoes base64, leniently: octets outside the alphabet are passed over.
fn decode_base64(octets: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(octets.len());
    let (mut held, mut bits) = (0_u32, 0_u32);
    for octet in octets {
        let value = match octet {
            b'A'..=b'Z' => octet.saturating_sub(b'A'),
            b'a'..=b'z' => octet.saturating_sub(b'a').saturating_add(26),
            b'0'..=b'9' => octet.saturating_sub(b'0').saturating_add(52),
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        held = (held << 6 | u32::from(value)) & 0x00ff_ffff;
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            decoded.extend(u8::try_from(held >> bits & 0xff));
        }
    }
    decoded
}

/// The digit in the body of an INFO, with its duration in milliseconds when given.
#[must_use]
pub fn info_digit(part: &Part<'_>) -> Option<(char, Option<u32>)> {
    let text = part.text();
    if part.kind != "application/dtmf-relay" {
        // `application/dtmf` is the digit alone.
        return number_or_digit(text.trim()).map(|digit| (digit, None));
    }
    let field = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once('='));
        let mut named = lines.filter(|(found, _)| found.trim().eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    };
    let duration = field("Duration").and_then(|text| text.parse().ok());
    Some((number_or_digit(field("Signal")?)?, duration))
}

/// `5`, `#`, or the event numbers 10 and 11 that some senders write.
fn number_or_digit(text: &str) -> Option<char> {
    match text {
        "10" => Some('*'),
        "11" => Some('#'),
        _ => {
            let mut letters = text.chars();
            let first = letters.next()?;
            letters.next().is_none().then_some(first).filter(|letter| is_digit(*letter))
        }
    }
}

fn is_digit(letter: char) -> bool {
    matches!(letter, '0'..='9' | '*' | '#' | 'A'..='D' | 'a'..='d')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_within_parts_are_found_with_what_their_envelope_says() {
        let body = b"preamble\r\n--b1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n\
            --b1\r\nContent-Type: message/cpim\r\n\r\nFrom: Ana <sip:ana@example.org>\r\n\
            To: <sip:eva@example.org>\r\nSubject: cita\r\n\r\n\
            Content-Type: text/plain;\r\n charset=utf-8\r\n\
            Content-Transfer-Encoding: base64\r\n\r\naG9sYQ==\r\n--b1--\r\nepilogue";
        let found = parts("Multipart/Mixed; Boundary=\"b1\"", body);
        let [sdp, words] = &found[..] else { panic!("{found:?}") };
        assert_eq!((sdp.meaning(), sdp.octets.as_ref()), (Meaning::Description, &b"v=0\r\n"[..]));
        assert_eq!((words.meaning(), words.text().as_str()), (Meaning::Words, "hola"));
        assert_eq!(words.from.as_deref(), Some("Ana <sip:ana@example.org>"));
        assert_eq!(words.subject.as_deref(), Some("cita"));
        assert!(sdp.from.is_none(), "an envelope says nothing of what is beside it");
    }

    #[test]
    fn notices_are_no_words() {
        for (kind, notice) in [
            ("application/im-iscomposing+xml", "is composing"),
            ("message/imdn+xml", "disposition notification"),
        ] {
            let body = format!("From: <sip:a@x>\r\n\r\nContent-Type: {kind}\r\n\r\n<x/>");
            let found = parts("message/cpim", body.as_bytes());
            assert_eq!(found[0].meaning(), Meaning::Notice(notice));
        }
        assert_eq!(parts("text/html", b"<b>hola</b>")[0].meaning(), Meaning::Words);
    }

    #[test]
    fn envelopes_without_end_stop_at_their_bounds() {
        let deep = "Content-Type: message/cpim\r\n\r\nFrom: a\r\n\r\n".repeat(100);
        assert!(parts("message/cpim", deep.as_bytes()).len() <= 1);
        let wide = "--b\r\n\r\nx\r\n".repeat(1000);
        assert_eq!(parts("multipart/mixed;boundary=b", wide.as_bytes()).len(), PARTS_MAX);
        assert!(parts("multipart/mixed;boundary=\"\"", b"----\n").is_empty());
        assert!(parts("multipart/mixed", b"--b\n\nx").is_empty());
    }

    #[test]
    fn digits_of_an_info_are_read_and_words_are_not() {
        let digit =
            |kind: &str, body: &str| parts(kind, body.as_bytes()).first().and_then(info_digit);
        let relay = "application/dtmf-relay";
        assert_eq!(digit(relay, "Signal= 5\r\nDuration= 160\r\n"), Some(('5', Some(160))));
        assert_eq!(digit(relay, "signal=11\n"), Some(('#', None)));
        assert_eq!(digit("application/dtmf", " *\r\n"), Some(('*', None)));
        assert_eq!(digit("application/dtmf", "hola"), None);
        assert_eq!(digit(relay, "Duration=160"), None);
    }

    #[test]
    fn latin_letters_are_read_by_their_character_set() {
        let found = parts("text/plain;charset=ISO-8859-1", b"ma\xf1ana");
        assert_eq!(found[0].text(), "ma\u{f1}ana");
    }
}
