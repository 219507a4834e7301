//! Mail: finds e-mail messages in the octets of SMTP, POP3 and IMAP sessions.
//!
//! Works on what was delivered, one string of octets per direction; pieces that are missing leave
//! a message cut short, never a fault.
//!
//! Rules: RFC 5321 section 4.5.2 (dots), RFC 1939, RFC 9051 section 4.3 (literals), RFC 5322.
use mail_parser::{MessageParser, MimeHeaders};

/// One e-mail message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// Message-ID.
    pub message_id: Option<String>,
    /// Sender addresses.
    pub from: Vec<String>,
    /// Recipient addresses, copies included.
    pub to: Vec<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Text of the body.
    pub body: String,
    /// Names of attachments.
    pub attachments: Vec<String>,
}

/// Most messages taken from one session.
const MESSAGES_MAX: usize = 1000;

/// Every message in one direction of a session.
#[must_use]
pub fn messages(stream: &[u8]) -> Vec<Mail> {
    let mut found: Vec<Mail> = Vec::new();
    let raw = smtp(stream).into_iter().chain(pop3(stream)).chain(imap(stream));
    for mail in raw.filter_map(|octets| read(&octets)) {
        let is_same =
            |known: &Mail| known.message_id.is_some() && known.message_id == mail.message_id;
        match found.iter().position(is_same).and_then(|at| found.get_mut(at)) {
            // Clients fetch headers first and the body later: keep the fuller reading.
            Some(known) if known.body.len() < mail.body.len() => *known = mail,
            Some(_) => {}
            None => found.push(mail),
        }
    }
    found
}

/// Reads one RFC 5322 message.
#[must_use]
pub fn read(octets: &[u8]) -> Option<Mail> {
    let message = MessageParser::default().parse(octets)?;
    let addresses = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
        let all = list.into_iter().flat_map(|list| list.iter());
        all.filter_map(|one| one.address().map(str::to_owned)).take(256).collect()
    };
    let mut to = addresses(message.to());
    to.extend(addresses(message.cc()));
    let body = message.body_text(0).map(|text| text.into_owned()).unwrap_or_default();
    let attachments = message
        .attachments()
        .filter_map(|part| part.attachment_name().map(str::to_owned))
        .take(256)
        .collect();
    let mail = Mail {
        message_id: message.message_id().map(str::to_owned),
        from: addresses(message.from()),
        to,
        subject: message.subject().map(str::to_owned),
        body,
        attachments,
    };
    (!mail.from.is_empty() || mail.subject.is_some()).then_some(mail)
}

/// The text of one part whose media type and transfer encoding are known.
#[must_use]
pub fn decoded(kind: &str, encoding: &str, octets: &[u8]) -> Option<String> {
    if [kind, encoding].iter().any(|header| header.contains(['\r', '\n'])) {
        return None;
    }
    let head = format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
    let part = [head.as_bytes(), octets].concat();
    let message = MessageParser::default().parse(&part)?;
    message.body_text(0).map(|text| text.into_owned())
}

fn find(octets: &[u8], from: usize, mark: &[u8]) -> Option<usize> {
    let rest = octets.get(from..)?;
    let is_mark = |window: &[u8]| window.eq_ignore_ascii_case(mark);
    rest.windows(mark.len()).position(is_mark)?.checked_add(from)
}

/// What follows a DATA command, up to the lone dot.
fn smtp(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    while found.len() < MESSAGES_MAX {
        let Some(data) = find(stream, at, b"DATA\r\n") else {
            break;
        };
        let start = data.saturating_add(6);
        let at_line_start = data == 0 || stream.get(..data).is_some_and(|b| b.ends_with(b"\n"));
        if !at_line_start {
            at = start;
            continue;
        }
        let end = find(stream, start, b"\r\n.\r\n").unwrap_or(stream.len());
        found.push(unstuffed(stream.get(start..end).unwrap_or_default()));
        at = end;
    }
    found
}

/// Multi-line answers that look like a message.
fn pop3(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    while found.len() < MESSAGES_MAX {
        let Some(ok) = find(stream, at, b"+OK") else {
            break;
        };
        let Some(line_end) = find(stream, ok, b"\r\n") else {
            break;
        };
        let start = line_end.saturating_add(2);
        at = start;
        if starts_like_mail(stream.get(start..).unwrap_or_default()) {
            let end = find(stream, start, b"\r\n.\r\n").unwrap_or(stream.len());
            found.push(unstuffed(stream.get(start..end).unwrap_or_default()));
            at = end;
        }
    }
    found
}

/// Literals `{n}` and `{n+}` that look like a message.
fn imap(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    while found.len() < MESSAGES_MAX {
        let Some(open) = find(stream, at, b"{") else {
            break;
        };
        at = open.saturating_add(1);
        let rest = stream.get(at..).unwrap_or_default();
        let digits = rest.iter().take_while(|octet| octet.is_ascii_digit()).count();
        let length = rest.get(..digits).and_then(|text| std::str::from_utf8(text).ok());
        let Some(length) = length.and_then(|text| text.parse::<usize>().ok()) else {
            continue;
        };
        let after = rest.get(digits..).unwrap_or_default();
        let after = after.strip_prefix(b"+").unwrap_or(after);
        let Some(literal) = after.strip_prefix(b"}\r\n") else {
            continue;
        };
        let literal = literal.get(..length.min(literal.len())).unwrap_or_default();
        if starts_like_mail(literal) {
            found.push(literal.to_vec());
            at = at.saturating_add(digits).saturating_add(literal.len());
        }
    }
    found
}

/// True when the first line is a header field.
fn starts_like_mail(octets: &[u8]) -> bool {
    let line = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let Some(colon) = line.iter().position(|octet| *octet == b':') else {
        return false;
    };
    let name = line.get(..colon).unwrap_or_default();
    !name.is_empty() && name.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
}

fn unstuffed(octets: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(octets.len());
    for (index, line) in octets.split(|octet| *octet == b'\n').enumerate() {
        if index > 0 {
            plain.push(b'\n');
        }
        plain.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "From: Ana <ana@example.org>\r\nTo: luis@example.net\r\n\
        Subject: =?utf-8?q?Ma=C3=B1ana?=\r\nMessage-ID: <1@example.org>\r\n\r\nA las cinco.\r\n";

    #[test]
    fn a_submission_a_download_and_a_fetch_give_the_same_message() {
        let stuffed = MESSAGE.replace("A las", "..A las");
        for stream in [
            format!("EHLO x\r\nMAIL FROM:<a>\r\nDATA\r\n{stuffed}\r\n.\r\nQUIT\r\n"),
            format!("+OK ready\r\n+OK 99 octets\r\n{stuffed}\r\n.\r\n+OK bye\r\n"),
            format!("* 1 FETCH (BODY[] {{{}}}\r\n{MESSAGE})\r\n", MESSAGE.len()),
        ] {
            let mails = messages(stream.as_bytes());
            assert_eq!(mails.len(), 1, "{stream}");
            assert_eq!(mails[0].from, ["ana@example.org"]);
            assert_eq!(mails[0].to, ["luis@example.net"]);
            assert_eq!(mails[0].subject.as_deref(), Some("Mañana"));
            assert!(mails[0].body.contains("A las cinco."));
        }
    }

    #[test]
    fn headers_fetched_first_give_way_to_the_whole_message() {
        let head = MESSAGE.split_inclusive("\r\n\r\n").next().unwrap();
        let stream = format!("{{{}}}\r\n{head} {{{}}}\r\n{MESSAGE}", head.len(), MESSAGE.len());
        let mails = messages(stream.as_bytes());
        assert_eq!(mails.len(), 1);
        assert!(mails[0].body.contains("cinco"));
    }

    #[test]
    fn a_session_without_a_message_gives_none() {
        assert!(messages(b"EHLO x\r\nRSET\r\nQUIT\r\n").is_empty());
        assert!(messages(b"+OK {99999999999999999999}\r\n{4}\r\n").is_empty());
    }
}
