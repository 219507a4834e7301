//! Texts: short messages, instant messages and e-mail of a communication.
//!
//! A message that comes twice (a retransmission, a copy on the next hop) is given once; one that
//! comes in chunks is given whole. What only says that somebody writes or has read is no message.
//!
//! Rules: RFC 3428 (SIP MESSAGE), RFC 3862 (CPIM), RFC 4975 (MSRP), TS 24.341 (SMS over IMS),
//! RFC 5322.
use crate::Pdu;
use crate::extract::Party;
use crate::ps_pdu::{Contents, Direction};
use crate::service::messaging::{self, EmailContent};
use crate::service::multimedia::msrp::{self, Chunks, Msrp};
use crate::service::packet::{Packet, Transport};
use crate::service::sip::{Meaning, Part};
use crate::service::sms::{self, Sms};
use crate::service::{self, mail, mobile, multimedia, sip};
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
    wires: HashMap<(u16, u16), Wire>,
    chunks: Chunks,
    octets_left: usize,
    cut: bool,
}

/// One direction of a connection that carries MSRP: what is not yet a whole message.
#[derive(Debug, Clone, Default)]
struct Wire {
    octets: Vec<u8>,
    next: Option<u32>,
}

/// Most octets of one MSRP message on the wire.
const WIRE_OCTETS_MAX: usize = 256 * 1024;

/// Most connections followed.
const WIRES_MAX: usize = 64;

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
            wires: HashMap::new(),
            chunks: Chunks::default(),
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
        let mut wires: Vec<((u16, u16), Wire)> =
            std::mem::take(&mut self.wires).into_iter().collect();
        wires.sort_by_key(|(ports, _)| *ports);
        for (_, wire) in wires {
            self.chat(&wire.octets, None);
        }
        for left in std::mem::take(&mut self.chunks).finish() {
            // Nobody told when the rest would have come.
            msrp_words(&left, None).into_iter().for_each(|text| self.push(text));
        }
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
        multimedia::each_sip(contents, at, |sip, at| {
            let (name, texts) = sip_texts(sip, at);
            if !texts.is_empty() && self.is_new(name) {
                texts.into_iter().for_each(|text| self.push(text));
            }
        });
        if mobile::short_messages(contents).is_empty() {
            return;
        }
        for record in service::observe(contents) {
            for sms in &record.messages {
                let phone = phone_of(sms, &record.parties);
                self.push(sms_text(sms, phone, record.at.or(at)));
            }
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
        if let Some((source, destination, sequence, octets)) = media.segment() {
            self.segment((source, destination), sequence, octets, at);
            return;
        }
        let mut rest = media.msrp().unwrap_or_default();
        while let Some(frame) = msrp::frame(rest) {
            self.chat(frame.octets, at);
            rest = frame.rest;
        }
        // A message cut short by the operator keeps what it has.
        self.chat(rest, at);
    }

    /// Takes a piece of a connection that carries MSRP, and the messages it completes.
    fn segment(&mut self, ports: (u16, u16), sequence: u32, octets: &[u8], at: Option<Micros>) {
        let begins = octets.starts_with(b"MSRP ");
        let opens = begins && self.wires.len() < WIRES_MAX;
        let follows = self.wires.contains_key(&ports) || opens;
        if octets.is_empty() || !follows {
            self.cut |= begins;
            return;
        }
        let mut wire = self.wires.remove(&ports).unwrap_or_default();
        let hole = wire.next.is_some_and(|next| ahead(sequence, next) > 0);
        let fresh = beyond(&mut wire.next, sequence, octets);
        if hole || wire.octets.len().saturating_add(fresh.len()) > WIRE_OCTETS_MAX {
            self.cut |= !wire.octets.is_empty();
            wire.octets.clear();
        }
        wire.octets.extend_from_slice(fresh);
        // What follows a hole makes sense from the next message on.
        if !wire.octets.starts_with(b"MSRP ") {
            let start = wire.octets.windows(5).position(|window| window == b"MSRP ");
            wire.octets.drain(..start.unwrap_or(wire.octets.len()));
        }
        let mut rest = wire.octets.as_slice();
        while let Some(frame) = msrp::frame(rest) {
            self.chat(frame.octets, at);
            rest = frame.rest;
        }
        wire.octets = rest.to_vec();
        self.wires.insert(ports, wire);
    }

    fn chat(&mut self, octets: &[u8], at: Option<Micros>) {
        let Some(send) = multimedia::msrp_send(octets) else {
            return;
        };
        let whole = match self.chunks.add(send) {
            Ok(whole) => whole,
            Err(chunk) => {
                self.cut = true;
                Some(*chunk)
            }
        };
        let Some(whole) = whole else { return };
        let copy = whole.message_id.as_ref().is_some_and(|id| {
            let from = whole.from.as_deref().unwrap_or_default();
            !self.is_new(format!("MSRP {id} {from}"))
        });
        if !copy {
            msrp_words(&whole, at).into_iter().for_each(|text| self.push(text));
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
        if let Some(sequence) = sequence {
            octets = beyond(&mut session.next, sequence, octets);
        }
        let taken = octets.get(..self.octets_left.min(octets.len())).unwrap_or_default();
        self.cut |= taken.len() < octets.len();
        self.octets_left = self.octets_left.saturating_sub(taken.len());
        session.octets.extend_from_slice(taken);
    }
}

/// Octets from `next` to `sequence`; negative when it was passed before.
fn ahead(sequence: u32, next: u32) -> i32 {
    i32::from_ne_bytes(sequence.wrapping_sub(next).to_ne_bytes())
}

/// What of a segment was not delivered before; a hole is stepped over. `next` moves past it.
fn beyond<'o>(next: &mut Option<u32>, sequence: u32, octets: &'o [u8]) -> &'o [u8] {
    let length = u32::try_from(octets.len()).unwrap_or(0);
    let behind = next.map_or(0, |next| ahead(sequence, next)).min(0).unsigned_abs();
    let fresh = octets.get(usize::try_from(behind).unwrap_or(usize::MAX)..).unwrap_or_default();
    if !fresh.is_empty() || next.is_none() {
        *next = Some(sequence.wrapping_add(length));
    }
    fresh
}

fn plain(kind: TextKind, at: Option<Micros>, body: String) -> Text {
    let (from, to, subject, attachments, part) = (None, Vec::new(), None, Vec::new(), None);
    Text { kind, at, from, to, subject, body, attachments, part }
}

/// Whose phone sent (a submit) or received (a deliver) the message: the target where the record
/// names it, else whom the record puts on that side. The service centre is nobody's phone.
pub(crate) fn phone_of(sms: &Sms, parties: &[Party]) -> Option<String> {
    let roles = if sms.submit {
        ["target", "sender", "originating"]
    } else {
        ["target", "recipient", "terminating"]
    };
    let other = sms.address.as_deref();
    let of = |role| {
        let named = move |party: &&Party| party.role == role && party.kind == "tel";
        parties.iter().filter(named).find(move |party| Some(party.value.as_str()) != other)
    };
    roles.into_iter().find_map(of).map(|party| party.value.clone())
}

/// The text of a short message; `phone` is whose phone sent or received it.
pub(crate) fn sms_text(sms: &Sms, phone: Option<String>, at: Option<Micros>) -> Text {
    let mut text = plain(TextKind::Sms, at, sms.text.clone());
    text.part = sms.part;
    let other = sms.address.clone();
    let (from, to) = if sms.submit { (phone, other) } else { (other, phone) };
    (text.from, text.to) = (from, to.into_iter().collect());
    text
}

/// The messages in a SIP request, and the name it is known by.
fn sip_texts(sip: &sip::Sip<'_>, at: Option<Micros>) -> (String, Vec<Text>) {
    let name =
        format!("{} {}", sip.call_id().unwrap_or_default(), sip.header("CSeq").unwrap_or_default());
    let mut texts = sip_words(sip, at);
    if matches!(sip.start, sip::Start::Request { method: "MESSAGE", .. }) {
        for part in sip.parts().iter().filter(|part| part.meaning() == Meaning::Sms) {
            if let Some(sms) = sms::read_rp(&part.octets) {
                let to = || sip.to().map(|identity| identity.value);
                let target = if sms.submit { sender(sip) } else { to() };
                texts.push(sms_text(&sms, target, at));
            }
        }
    }
    (name, texts)
}

fn sender(sip: &sip::Sip<'_>) -> Option<String> {
    let asserted = sip.asserted().next();
    asserted.or_else(|| sip.from()).map(|identity| identity.value)
}

/// The words in a SIP MESSAGE, and the first ones of a chat in the INVITE that opens it.
pub(crate) fn sip_words(sip: &sip::Sip<'_>, at: Option<Micros>) -> Vec<Text> {
    let sip::Start::Request { method: method @ ("MESSAGE" | "INVITE"), .. } = sip.start else {
        return Vec::new();
    };
    let parts = sip.parts();
    let words = parts.iter().filter(|part| part.meaning() == Meaning::Words);
    let words = words.filter(|part| method == "MESSAGE" || part.from.is_some());
    words
        .map(|part| {
            let mut text = plain(TextKind::SipMessage, at, part.text());
            text.from = sender(sip);
            text.to = sip.to().map(|identity| identity.value).into_iter().collect();
            text.subject =
                part.subject.clone().or_else(|| sip.header("Subject").map(str::to_owned));
            enveloped(&mut text, part);
            text
        })
        .collect()
}

/// The words in an MSRP message.
pub(crate) fn msrp_words(send: &Msrp, at: Option<Micros>) -> Vec<Text> {
    let parts = send.parts();
    let words = parts.iter().filter(|part| part.meaning() == Meaning::Words);
    words
        .map(|part| {
            let mut text = plain(TextKind::Msrp, at, part.text());
            (text.from, text.to) = (send.from.clone(), send.to.clone().into_iter().collect());
            text.subject.clone_from(&part.subject);
            enveloped(&mut text, part);
            text
        })
        .collect()
}

/// Who an envelope says wrote and reads it: behind a chat server the message itself cannot tell.
fn enveloped(text: &mut Text, part: &Part<'_>) {
    let name = |value: &String| {
        let known = sip::identity(value).filter(|who| !who.value.ends_with("anonymous.invalid"));
        known.map(|identity| identity.value)
    };
    text.from = part.from.as_ref().and_then(name).or_else(|| text.from.take());
    let to: Vec<String> = part.to.iter().filter_map(name).collect();
    if !to.is_empty() {
        text.to = to;
    }
}
