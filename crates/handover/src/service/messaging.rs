//! Messaging: e-mail events and content, unified messaging.
//!
//! Rules: TS 102 232-2 annex A (`EmailIRI`, `EmailCC`, `MessagingIRI`, `MessagingCC`).
use super::ip_address;
use crate::ber::Tlv;
use crate::ps_pdu::Contents;
use std::borrow::Cow;
use std::net::IpAddr;

/// One e-mail event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmailEvent {
    /// `eventType`, the standard's word.
    pub event: Option<&'static str>,
    /// `protocol-ID`: `smtp`, `pop3`, `imap4`, `webmail`, `undefined`.
    pub protocol: Option<&'static str>,
    /// Client's address and port.
    pub client: (Option<IpAddr>, Option<u64>),
    /// Server's address and port.
    pub server: (Option<IpAddr>, Option<u64>),
    /// Envelope sender.
    pub sender: Option<String>,
    /// Envelope recipients; for POP3 the owner of the mailbox.
    pub recipients: Vec<String>,
    /// `status`, the standard's word.
    pub status: Option<&'static str>,
    /// Message-ID.
    pub message_id: Option<String>,
    /// User name of the log-on. The password field, when sent, is not read.
    pub username: Option<String>,
}

const EVENTS: [&str; 10] = [
    "unknown",
    "e-mail-send",
    "e-mail-receive",
    "e-mail-download",
    "e-mail-logon-attempt",
    "e-mail-logon",
    "e-mail-logon-failure",
    "e-mail-logoff",
    "e-mail-partial-download",
    "e-mail-upload",
];

/// Most recipients kept.
const RECIPIENTS_MAX: usize = 256;

/// Reads an `emailIRI`.
#[must_use]
pub fn email_event(contents: &Contents<'_>) -> Option<EmailEvent> {
    if !contents.iri || contents.tag != 1 {
        return None;
    }
    let mut read = EmailEvent::default();
    for field in contents.tlv.children() {
        match field.tag.number {
            1 => read.event = word(&EVENTS, &field),
            2 => read.client.0 = ip_address(&field),
            3 => read.server.0 = ip_address(&field),
            4 => read.client.1 = field.unsigned(),
            5 => read.server.1 = field.unsigned(),
            8 => {
                read.protocol = match field.unsigned() {
                    Some(1) => Some("smtp"),
                    Some(2) => Some("pop3"),
                    Some(3) => Some("imap4"),
                    Some(4) => Some("webmail"),
                    _ => Some("undefined"),
                }
            }
            9 => read.sender = field.text(),
            10 => {
                let recipients = field.children().filter_map(|recipient| recipient.text());
                read.recipients = recipients.take(RECIPIENTS_MAX).collect();
            }
            11 => {
                let words = ["", "status-unknown", "operation-failed", "operation-succeeded"];
                read.status = word(&words, &field);
            }
            13 => read.message_id = field.text(),
            16 => {
                let logon = field.children().next();
                read.username = logon.and_then(|logon| logon.context(0)?.text());
            }
            _ => {}
        }
    }
    Some(read)
}

fn word(names: &[&'static str], tlv: &Tlv<'_>) -> Option<&'static str> {
    names.get(usize::try_from(tlv.unsigned()?).ok()?).copied().filter(|word| !word.is_empty())
}

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

/// Content of a unified-messaging `messagingCC`: media type and octets.
#[must_use]
pub fn message_content<'a>(contents: &Contents<'a>) -> Option<(String, Cow<'a, [u8]>)> {
    if contents.iri || contents.tag != 14 {
        return None;
    }
    let kind = contents.tlv.context(5)?.text()?.to_ascii_lowercase();
    Some((kind, contents.tlv.context(6)?.string()?))
}

/// Parties and subject of a `messagingIRI`.
#[must_use]
pub fn message_parties(contents: &Contents<'_>) -> Option<(Vec<String>, Option<String>)> {
    if !contents.iri || contents.tag != 14 {
        return None;
    }
    let parties = contents.tlv.context(5).map(|set| set.children().take(RECIPIENTS_MAX).collect());
    let name = |party: &Tlv<'_>| party.context(1)?.children().next()?.text();
    let parties: Vec<Tlv<'_>> = parties.unwrap_or_default();
    let subject = contents.tlv.context(7).and_then(|list| {
        list.children().find(|property| property.is_context(6)).and_then(|s| s.text())
    });
    Some((parties.iter().filter_map(name).collect(), subject))
}
