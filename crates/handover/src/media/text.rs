//! Texts: short messages, instant messages and e-mail of a communication.
//!
//! A message that comes twice (a retransmission, a copy on the next hop) is given once.
//!
//! Rules: RFC 3428 (SIP MESSAGE), RFC 4975 (MSRP), TS 24.341 (SMS over IMS), RFC 5322.
use crate::Pdu;
use crate::ps_pdu::{Contents, Direction};
use crate::service::messaging::{self, EmailContent};
use crate::service::packet::{Packet, Transport};
use crate::service::{mail, mobile, multimedia, sip, sms};
use lacre_term::Micros;
use std::collections::HashMap;

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A short message.
    Sms,
    /// A SIP MESSAGE.
    SipMessage,
    /// An MSRP message.
    Msrp,
    /// An e-mail.
    Email,
    /// A message of a unified-messaging system.
    Message,
}

impl TextKind {
    /// The word in JSON and tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::SipMessage => "sip_message",
            Self::Msrp => "msrp",
            Self::Email => "email",
            Self::Message => "message",
        }
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Kind of message.
    pub kind: TextKind,
    /// When it was intercepted.
    pub at: Option<Micros>,
    /// Sender.
    pub from: Option<String>,
    /// Recipients.
    pub to: Vec<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Body.
    pub body: String,
    /// Names of attachments.
    pub attachments: Vec<String>,
    /// Reference, parts, and number, for one part of a long short message.
    pub part: Option<(u16, u8, u8)>,
}

/// Most octets of e-mail sessions held for one communication, by default.
const OCTETS_MAX: usize = 64 * 1024 * 1024;

/// Most messages of one communication.
const TEXTS_MAX: usize = 10_000;

/// The messages of one PDU on its own. E-mail comes in pieces: use [`TextBuilder`] for it.
#[must_use]
pub fn texts(pdu: &Pdu<'_>) -> Vec<Text> {
    let mut builder = TextBuilder::new();
    builder.add(pdu);
    builder.finish().0
}

/// Collects messages PDU by PDU, in the order they were stored.
#[derive(Debug, Clone)]
pub struct TextBuilder {
    texts: Vec<Text>,
    seen: Vec<String>,
    sessions: HashMap<Option<Direction>, Session>,
    octets_left: usize,
    cut: bool,
}

/// One direction of an e-mail session.
#[derive(Debug, Clone, Default)]
struct Session {
    at: Option<Micros>,
    octets: Vec<u8>,
    next: Option<u32>,
}

impl Default for TextBuilder {
    fn default() -> Self {
        Self::with_octets_max(OCTETS_MAX)
    }
}

impl TextBuilder {
    /// Nothing read yet; holds at most 64 MiB of e-mail sessions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Like [`Self::new`], holding at most `octets_max` of e-mail sessions.
    #[must_use]
    pub fn with_octets_max(octets_max: usize) -> Self {
        Self {
            texts: Vec::new(),
            seen: Vec::new(),
            sessions: HashMap::new(),
            octets_left: octets_max,
            cut: false,
        }
    }

    /// Takes the messages of one PDU.
    pub fn add(&mut self, pdu: &Pdu<'_>) {
        let header_time = pdu.heading().intercepted_at;
        for payload in pdu.payloads() {
            let Some(contents) = payload.contents else {
                continue;
            };
            let at = payload.intercepted_at.or(header_time);
            if contents.iri {
                self.signalling(&contents, at);
            } else {
                self.content(&contents, payload.direction, at);
            }
        }
    }

    /// The messages, and whether some were left out because of their number or size.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Text>, bool) {
        let mut sessions: Vec<(Option<Direction>, Session)> =
            std::mem::take(&mut self.sessions).into_iter().collect();
        sessions.sort_by_key(|(way, session)| (session.at, way.map(Direction::number)));
        for (_, session) in sessions {
            for mail in mail::messages(&session.octets) {
                let mail::Mail { from, to, subject, body, attachments, .. } = mail;
                let from = from.into_iter().next();
                let (kind, at, part) = (TextKind::Email, session.at, None);
                self.push(Text { kind, at, from, to, subject, body, attachments, part });
            }
        }
        (self.texts, self.cut)
    }

    fn push(&mut self, text: Text) {
        if self.texts.len() < TEXTS_MAX {
            self.texts.push(text);
        } else {
            self.cut = true;
        }
    }

    /// True the first time `name` is met.
    fn is_new(&mut self, name: String) -> bool {
        let new = !self.seen.contains(&name);
        if new && self.seen.len() < 256 {
            self.seen.push(name);
        }
        new
    }

    fn signalling(&mut self, contents: &Contents<'_>, at: Option<Micros>) {
        let from_sip = multimedia::with_sip(contents, |sip| sip_message(sip, at)).flatten();
        if let Some((name, text)) = from_sip
            && self.is_new(name)
        {
            self.push(text);
        }
        for sms in mobile::short_messages(contents) {
            let parties = mobile::parties(contents);
            let target = parties.iter().find(|party| party.kind == "tel");
            self.push(sms_text(sms, target.map(|party| party.value.clone()), at));
        }
    }

    fn content(
        &mut self,
        contents: &Contents<'_>,
        direction: Option<Direction>,
        at: Option<Micros>,
    ) {
        match messaging::email_content(contents) {
            Some(EmailContent::Application(octets)) => self.append(direction, at, &octets, None),
            Some(EmailContent::Packet(octets)) => {
                let packet = Packet::read(&octets).map(|packet| packet.transport);
                if let Some(Transport::Tcp { sequence, payload, .. }) = packet {
                    self.append(direction, at, payload, Some(sequence));
                }
            }
            None => {}
        }
        if let Some((kind, octets)) = messaging::message_content(contents)
            && kind.starts_with("text/")
        {
            let body = String::from_utf8_lossy(&octets).into_owned();
            self.push(plain(TextKind::Message, at, body));
        }
        let Some(media) = multimedia::media(contents) else {
            return;
        };
        let Some(send) = media.msrp().and_then(multimedia::msrp_send) else {
            return;
        };
        if send.content_type.as_deref().is_some_and(|kind| kind.starts_with("text/")) {
            let mut text = plain(TextKind::Msrp, at, String::from_utf8_lossy(&send.body).into());
            (text.from, text.to) = (send.from, send.to.into_iter().collect());
            self.push(text);
        }
    }

    fn append(
        &mut self,
        direction: Option<Direction>,
        at: Option<Micros>,
        mut octets: &[u8],
        sequence: Option<u32>,
    ) {
        let session = self.sessions.entry(direction).or_default();
        session.at = session.at.or(at);
        if let (Some(sequence), Some(next)) = (sequence, session.next) {
            // Octets delivered before are skipped; a hole is stepped over.
            let ahead = i32::from_ne_bytes(sequence.wrapping_sub(next).to_ne_bytes());
            if ahead < 0 {
                let known = usize::try_from(ahead.unsigned_abs()).unwrap_or(usize::MAX);
                octets = octets.get(known..).unwrap_or_default();
                if octets.is_empty() {
                    return;
                }
                session.next = Some(next);
            } else {
                session.next = Some(sequence);
            }
        } else {
            session.next = sequence;
        }
        let taken = octets.get(..self.octets_left.min(octets.len())).unwrap_or_default();
        self.cut |= taken.len() < octets.len();
        self.octets_left = self.octets_left.saturating_sub(taken.len());
        session.octets.extend_from_slice(taken);
        let length = u32::try_from(octets.len()).unwrap_or(0);
        session.next = session.next.map(|next| next.wrapping_add(length));
    }
}

fn plain(kind: TextKind, at: Option<Micros>, body: String) -> Text {
    let (from, to, subject, attachments, part) = (None, Vec::new(), None, Vec::new(), None);
    Text { kind, at, from, to, subject, body, attachments, part }
}

fn sms_text(sms: sms::Sms, target: Option<String>, at: Option<Micros>) -> Text {
    let mut text = plain(TextKind::Sms, at, sms.text);
    text.part = sms.part;
    if sms.submit {
        (text.from, text.to) = (target, sms.address.into_iter().collect());
    } else {
        (text.from, text.to) = (sms.address, target.into_iter().collect());
    }
    text
}

/// The message in a SIP MESSAGE request, and the name it is known by.
fn sip_message(sip: &sip::Sip<'_>, at: Option<Micros>) -> Option<(String, Text)> {
    if !matches!(sip.start, sip::Start::Request { method: "MESSAGE", .. }) {
        return None;
    }
    let name =
        format!("{} {}", sip.call_id().unwrap_or_default(), sip.header("CSeq").unwrap_or_default());
    let asserted = sip.asserted().next();
    let from = asserted.or_else(|| sip.from()).map(|identity| identity.value);
    let kind = sip.content_type().unwrap_or_default();
    if kind == "application/vnd.3gpp.sms" {
        let sms = sms::read_rp(sip.body)?;
        let target = if sms.submit { from } else { sip.to().map(|identity| identity.value) };
        return Some((name, sms_text(sms, target, at)));
    }
    if !kind.starts_with("text/") && kind != "message/cpim" {
        return None;
    }
    let mut text = plain(TextKind::SipMessage, at, String::from_utf8_lossy(sip.body).into_owned());
    text.from = from;
    text.to = sip.to().map(|identity| identity.value).into_iter().collect();
    Some((name, text))
}
