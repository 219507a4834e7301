//! Messaging: content of e-mail sessions, events and content of unified messaging.
//!
//! Codes and passwords that came with an event are said to be there and never copied.
//!
//! Rules: TS 102 232-2 clause 7 and annex A (`EmailCC`, `MessagingIRI`, `MessagingCC`,
//! `MessagingMMCC`); RFC 2045 (transfer encodings).
use super::access::{address, end, instant, is_field, number, word};
use super::{mail, sip, sms};
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::media::{Text, TextKind};
use crate::ps_pdu::Contents;
use crate::record::{ITEMS_MAX, Record};
use std::borrow::Cow;

mod words;

/// Content of an e-mail session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailContent<'a> {
    /// A whole IP packet.
    Packet(Cow<'a, [u8]>),
    /// Octets of the session, without IP and TCP headers.
    Application(Cow<'a, [u8]>),
}

/// Reads an `emailCC`.
#[must_use]
pub fn email_content<'a>(contents: &Contents<'a>) -> Option<EmailContent<'a>> {
    if contents.iri || contents.tag != 1 {
        return None;
    }
    let octets = contents.tlv.context(2)?.string()?;
    match contents.tlv.context(1)?.unsigned()? {
        1 => Some(EmailContent::Packet(octets)),
        _ => Some(EmailContent::Application(octets)),
    }
}

/// Content of a unified-messaging `messagingCC`: media type and octets, the transfer encoding of
/// a text undone.
#[must_use]
pub fn message_content<'a>(contents: &Contents<'a>) -> Option<(String, Cow<'a, [u8]>)> {
    if contents.iri || contents.tag != 14 {
        return None;
    }
    let kind = contents.tlv.context(5)?.text()?.to_ascii_lowercase();
    let octets = contents.tlv.context(6)?.string()?;
    let encoding = contents.tlv.context(7).and_then(|encoding| encoding.text());
    let encoding = encoding.unwrap_or_default().trim().to_ascii_lowercase();
    if kind.starts_with("text/")
        && matches!(encoding.as_str(), "base64" | "quoted-printable")
        && let Some(text) = mail::decoded(&kind, &encoding, &octets)
    {
        return Some((kind, Cow::Owned(text.into_bytes())));
    }
    Some((kind, octets))
}

/// Reads a `messagingIRI`.
pub(super) fn event(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Message), ..Record::default() };
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 => {}
            1 => detail(&mut record, "system type", &words::SYSTEMS, &field),
            2 => record.detail("system", field.text()),
            3 => category(&mut record, &field),
            4 => detail(&mut record, "status", &words::STATUSES, &field),
            5 => field.children().take(ITEMS_MAX).for_each(|party| who(&mut record, &party)),
            6 => detail(&mut record, "trigger", &words::TRIGGERS, &field),
            7 => field.children().take(ITEMS_MAX).for_each(|one| property(&mut record, &one)),
            8 => number(&mut record, "event id", &field),
            9 => original(&mut record, &field),
            10 => record.detail("box", field.text()),
            11 => number(&mut record, "recipients", &field),
            _ => record.unknown = true,
        }
    }
    record
}

fn detail(record: &mut Record, name: &'static str, words: &[&'static str], field: &Tlv<'_>) {
    let value = word(record, words, field);
    record.detail(name, value);
}

/// Category and event, such as `message deposit`.
fn category(record: &mut Record, field: &Tlv<'_>) {
    let Some(choice) = field.children().next() else {
        record.unknown = true;
        return;
    };
    let (name, words, medium): (_, &[&'static str], _) = match choice.tag.number {
        0 => ("message", &words::MESSAGE_EVENTS, Medium::Message),
        1 => ("message-box", &words::BOX_EVENTS, Medium::Event),
        2 => ("message-notification", &words::NOTIFICATION_EVENTS, Medium::Message),
        3 => ("call", &words::CALL_EVENTS, Medium::Voice),
        _ => {
            record.unknown = true;
            return;
        }
    };
    record.medium = Some(medium);
    let event = word(record, words, &choice);
    record.event = event.map(|event| format!("{name} {event}"));
}

/// One party: which side, and one identity.
fn who(record: &mut Record, party: &Tlv<'_>) {
    let mut role = "party";
    let mut identity = None;
    for field in party.children() {
        match field.tag.number {
            0 => match field.unsigned() {
                Some(1) => role = "sender",
                Some(2) => role = "recipient",
                Some(0 | 3) => {}
                _ => record.unknown = true,
            },
            1 => identity = field.children().next(),
            2 => detail(record, "party validity", &words::VALIDITIES, &field),
            3 => detail(record, "copy", &words::COPIES, &field),
            _ => record.unknown = true,
        }
    }
    if let Some(identity) = identity {
        name(record, role, &identity);
    }
}

fn name(record: &mut Record, role: &'static str, identity: &Tlv<'_>) {
    let octets = identity.string().unwrap_or_default();
    let text = String::from_utf8_lossy(&octets).trim().to_owned();
    let (kind, value) = match identity.tag.number {
        0 => ("tel", msisdn(&octets)),
        1 => ("tel", isup(&octets)),
        2 => {
            for address in identity.children().take(ITEMS_MAX) {
                record.party(role, "email", address.text().unwrap_or_default());
            }
            return;
        }
        3 => ("ip", address(record, identity).unwrap_or_default()),
        4 => ("user", text),
        5 => {
            let ip = identity.context(0).and_then(|ip| address(record, &ip)).unwrap_or_default();
            let port = identity.context(1).and_then(|port| port.unsigned());
            record.detail("port", port.map(|port| end(&ip, Some(port))));
            ("ip", ip)
        }
        6 => ("imsi", sms::semi_octets(&octets)),
        7 => ("imei", sms::semi_octets(&octets)),
        8 | 10 => ("tel", text.split_once(':').map_or(text.clone(), |(_, rest)| rest.to_owned())),
        9 | 11 | 12 => match sip::identity(&text) {
            Some(named) => (named.kind, named.value),
            None => (if identity.tag.number == 9 { "tel" } else { "sip" }, text),
        },
        13 => ("nai", text),
        _ => {
            record.unknown = true;
            return;
        }
    };
    record.party(role, kind, value);
}

/// An `AddressString` of MAP: the kind of number, then swapped digits (TS 29.002, 17.7.8).
fn msisdn(octets: &[u8]) -> String {
    match octets.split_first() {
        Some((kind, rest)) if kind & 0xf0 == 0x90 => format!("+{}", sms::semi_octets(rest)),
        Some((kind, rest)) if kind & 0x80 != 0 => sms::semi_octets(rest),
        _ => sms::semi_octets(octets),
    }
}

/// A calling party number of ISUP: nature, plan, digits (ITU-T Q.763, 3.10).
fn isup(octets: &[u8]) -> String {
    let Some((nature, rest)) = octets.split_first() else { return String::new() };
    let mut digits = sms::semi_octets(rest.get(1..).unwrap_or_default());
    // The first bit says that the count of digits is odd: the last half octet is fill.
    if nature & 0x80 != 0 && digits.len().checked_rem(2) == Some(0) {
        digits.pop();
    }
    if nature & 0x7f == 4 { format!("+{digits}") } else { digits }
}

fn property(record: &mut Record, one: &Tlv<'_>) {
    match one.tag.number {
        0 => record.detail("pin code", Some("delivered")),
        1 => detail(record, "priority", &words::PRIORITIES, one),
        2 => detail(record, "greeting", &words::GREETINGS, one),
        3 => detail(record, "notification", &words::NOTIFICATIONS, one),
        4 => record.detail("language", one.text()),
        5 => record.detail("message id", one.text()),
        6 => record.detail("subject", one.text()),
        7 => record.detail("user agent", one.text()),
        8 => record.detail("password", Some("delivered")),
        9 => detail(record, "message status", &words::MESSAGE_STATUSES, one),
        10 => detail(record, "reports", &words::REPORTS, one),
        11 => {
            let at = instant(record, "expires", one);
            record.detail("expires", at.map(|at| at.to_string()));
        }
        12 => record.at = instant(record, "message date", one),
        _ => record.unknown = true,
    }
}

/// The message the event is about, where its octets are a message.
fn original(record: &mut Record, field: &Tlv<'_>) {
    record.detail("original message", Some(format!("{} octets", field.content.len())));
    let Some(read) = field.string().and_then(|octets| mail::read(&octets)) else { return };
    let mail::Mail { from, to, subject, body, attachments, .. } = read;
    record.texts.push(Text {
        kind: TextKind::Message,
        at: None,
        from: from.into_iter().next(),
        to,
        subject,
        body,
        attachments,
        part: None,
    });
}

/// Reads a `messagingCC`, but for its text.
pub(super) fn content(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Message), ..Record::default() };
    let (mut kind, mut octets, mut first) = (None, 0, true);
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 | 2 | 4 | 7 => {}
            1 => number(&mut record, "event id", &field),
            3 => first = matches!(field.unsigned(), Some(0 | 1)),
            5 => kind = field.text(),
            6 => octets = field.content.len(),
            _ => record.unknown = true,
        }
    }
    // One line a content, not one for each piece of it.
    let kind = kind.filter(|_| first);
    record.detail("content", kind.map(|kind| format!("{kind}, {octets} octets")));
    record
}

/// Reads a `messagingMMCC`, but for its media.
pub(super) fn multimedia_content(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Message), ..Record::default() };
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 | 2 | 3 => {}
            1 => number(&mut record, "event id", &field),
            _ => record.unknown = true,
        }
    }
    record
}
