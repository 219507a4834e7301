//! Extract: what a communication was, out of its PDUs in order.
//!
//! Facts for the list page and the index: medium, direction, parties, times, counts. Bounded
//! whatever the PDUs hold. Everything here is what the operator's words say; where they
//! contradict each other a flag says so.
//!
//! Rules: decision 2 (a communication); TS 102 232-2, -3, -5, -7.
use crate::Pdu;
use crate::media::{Text, TextBuilder};
use crate::ps_pdu::{Contents, Direction, Payload};
use crate::service::{ip_access, messaging, mobile, multimedia, sip};
use lacre_term::{IriType, Micros, PayloadClass};
use std::collections::BTreeSet;

/// What kind of communication it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// A call.
    Voice,
    /// Short or instant messages.
    Message,
    /// E-mail.
    Email,
    /// An access session or its packets.
    Ip,
    /// Signalling alone: a registration, a location, an activation.
    Event,
    /// Nothing this version names.
    Other,
}

impl Medium {
    /// The word in JSON and tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Message => "message",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::Event => "event",
            Self::Other => "other",
        }
    }
}

/// Who began it, seen from the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// The target began it.
    Outgoing,
    /// Someone else began it.
    Incoming,
    /// Not known.
    Unknown,
}

impl Course {
    /// The word in JSON and tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
            Self::Unknown => "unknown",
        }
    }
}

/// Someone or something named in a communication.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party {
    /// `caller`, `called`, `sender`, `recipient`, `user`, `target`, `originating` …
    pub role: &'static str,
    /// `tel`, `sip`, `email`, `user`, `ip`, `imsi`, `imei`.
    pub kind: &'static str,
    /// The value as sent.
    pub value: String,
}

/// What a communication was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Kind of communication.
    pub medium: Medium,
    /// Who began it.
    pub direction: Course,
    /// Who is named in it, without repetition.
    pub parties: Vec<Party>,
    /// First interception time.
    pub started_at: Option<Micros>,
    /// Last interception time.
    pub ended_at: Option<Micros>,
    /// When the call was answered.
    pub answered_at: Option<Micros>,
    /// PDUs with IRI.
    pub pdus_iri: u64,
    /// PDUs with CC.
    pub pdus_cc: u64,
    /// PDUs of other kinds.
    pub pdus_other: u64,
    /// Octets of all PDUs.
    pub octets: u64,
    /// Words of what is odd, without repetition.
    pub flags: Vec<String>,
    /// True when an IRI-END came.
    pub ended_by_iri_end: bool,
    /// True when a location of the target was delivered.
    pub has_location: bool,
    /// Name and value of further facts, such as `access event` and `octets received`.
    pub details: Vec<(&'static str, String)>,
    /// Messages read in it.
    pub texts: Vec<Text>,
}

/// Most parties and details kept.
const ITEMS_MAX: usize = 256;

/// Most octets of e-mail sessions held.
const EMAIL_OCTETS_MAX: usize = 8 * 1024 * 1024;

/// Gathers facts PDU by PDU, in the order they were stored.
#[derive(Debug, Clone)]
pub struct Summary {
    facts: Facts,
    targets: Vec<String>,
    media: BTreeSet<Medium>,
    flags: crate::Flags,
    from: Option<String>,
    to: Option<String>,
    session: Option<Direction>,
    texts: TextBuilder,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            facts: Facts {
                medium: Medium::Other,
                direction: Course::Unknown,
                parties: Vec::new(),
                started_at: None,
                ended_at: None,
                answered_at: None,
                pdus_iri: 0,
                pdus_cc: 0,
                pdus_other: 0,
                octets: 0,
                flags: Vec::new(),
                ended_by_iri_end: false,
                has_location: false,
                details: Vec::new(),
                texts: Vec::new(),
            },
            targets: Vec::new(),
            media: BTreeSet::new(),
            flags: crate::Flags::NONE,
            from: None,
            to: None,
            session: None,
            texts: TextBuilder::with_octets_max(EMAIL_OCTETS_MAX),
        }
    }
}

impl Summary {
    /// Nothing known yet, nor who the target is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`Self::new`], with the target's numbers and addresses: operators leave the direction
    /// of a target's own calls *indeterminate*.
    #[must_use]
    pub fn for_targets(targets: &[String]) -> Self {
        Self { targets: targets.to_vec(), ..Self::default() }
    }

    /// Takes one PDU.
    pub fn add(&mut self, pdu: &Pdu<'_>) {
        let facts = &mut self.facts;
        let count = match pdu.class {
            PayloadClass::Iri => &mut facts.pdus_iri,
            PayloadClass::Cc => &mut facts.pdus_cc,
            _ => &mut facts.pdus_other,
        };
        *count = count.saturating_add(1);
        let octets = u64::try_from(pdu.octets.len()).unwrap_or(u64::MAX);
        facts.octets = facts.octets.saturating_add(octets);
        let at = pdu.heading().intercepted_at;
        self.time(at);
        self.flags.insert(pdu.flags);
        if pdu.class == PayloadClass::Hi1 {
            self.media.insert(Medium::Event);
        }
        for payload in pdu.payloads() {
            self.flags.insert(payload.flags);
            self.time(payload.intercepted_at);
            self.payload(&payload, payload.intercepted_at.or(at));
        }
        self.texts.add(pdu);
    }

    /// The facts gathered.
    #[must_use]
    pub fn finish(mut self) -> Facts {
        let (texts, cut) = std::mem::take(&mut self.texts).finish();
        self.facts.medium = self.medium(&texts);
        self.facts.texts = texts;
        self.facts.direction = self.course();
        self.facts.flags = self.flags.words().map(str::to_owned).collect();
        if cut {
            self.facts.flags.push("texts_cut".to_owned());
        }
        self.facts
    }

    fn time(&mut self, at: Option<Micros>) {
        let Some(at) = at else { return };
        let facts = &mut self.facts;
        facts.started_at = Some(facts.started_at.map_or(at, |first| first.min(at)));
        facts.ended_at = Some(facts.ended_at.map_or(at, |last| last.max(at)));
    }

    fn payload(&mut self, payload: &Payload<'_>, at: Option<Micros>) {
        self.facts.ended_by_iri_end |= payload.iri_type == Some(IriType::End);
        if let Some(way @ (Direction::FromTarget | Direction::ToTarget)) = payload.session_direction
        {
            self.session.get_or_insert(way);
        }
        let Some(contents) = payload.contents else {
            return;
        };
        self.media.extend(medium_of(&contents));
        if !contents.iri {
            return;
        }
        self.facts.has_location |= mobile::has_location(&contents)
            || multimedia::signalling(&contents).is_some_and(|signalling| signalling.has_location);
        multimedia::with_sip(&contents, |sip| self.sip(sip, at));
        self.access(&contents);
        self.email(&contents);
        if let Some((parties, subject)) = messaging::message_parties(&contents) {
            for value in parties {
                self.party("party", "user", value);
            }
            self.detail("subject", subject);
        }
        for party in mobile::parties(&contents) {
            self.party(party.role, party.kind, party.value);
        }
    }

    fn sip(&mut self, sip: &sip::Sip<'_>, at: Option<Micros>) {
        let asserted: Vec<sip::Identity> = sip.asserted().take(8).collect();
        if let sip::Start::Request { method, .. } = sip.start {
            let is_call =
                matches!(method, "INVITE" | "ACK" | "BYE" | "CANCEL" | "PRACK" | "UPDATE");
            let medium = match method {
                "MESSAGE" => Medium::Message,
                _ if is_call => Medium::Voice,
                _ => Medium::Event,
            };
            self.media.insert(medium);
            if matches!(method, "INVITE" | "MESSAGE" | "REGISTER") {
                self.detail("method", Some(method.to_owned()));
            }
        } else if sip.method() == Some("INVITE") {
            if matches!(sip.status(), Some(200..=299)) {
                self.facts.answered_at = self.facts.answered_at.or(at);
            }
            if let Some(status @ 300..) = sip.status() {
                self.detail("final status", Some(status.to_string()));
            }
        }
        self.detail("call id", sip.call_id().map(str::to_owned));
        // Only the first message names the sides: the called may send a BYE or a new INVITE.
        let first = self.from.is_none() && self.to.is_none();
        if first {
            let caller = asserted.first().cloned().or_else(|| sip.from());
            self.from = caller.map(|caller| caller.value);
            self.to = sip.to().map(|called| called.value);
            let named = [("caller", sip.from()), ("called", sip.to())];
            for (role, identity) in named.into_iter().filter_map(|(role, id)| Some((role, id?))) {
                self.party(role, identity.kind, identity.value);
            }
        }
        // The network's word on a response is about who answers.
        let side = if sip.status().is_some() { "called" } else { "caller" };
        if first || sip.status().is_some() && sip.method() == Some("INVITE") {
            for identity in asserted {
                self.party(side, identity.kind, identity.value);
            }
        }
    }

    fn access(&mut self, contents: &Contents<'_>) {
        let Some(event) = ip_access::access_event(contents) else {
            return;
        };
        self.facts.has_location |= event.has_location;
        self.detail("access event", event.event.map(str::to_owned));
        self.detail("access type", event.access_type.map(str::to_owned));
        self.detail("end reason", event.end_reason.map(str::to_owned));
        self.detail("octets received", event.octets_received.map(|n| n.to_string()));
        self.detail("octets transmitted", event.octets_transmitted.map(|n| n.to_string()));
        if let Some(username) = event.username {
            self.party("target", "user", username);
        }
        for address in event.addresses {
            self.party("target", "ip", address.to_string());
        }
    }

    fn email(&mut self, contents: &Contents<'_>) {
        let Some(event) = messaging::email_event(contents) else {
            return;
        };
        self.detail("e-mail event", event.event.map(str::to_owned));
        self.detail("protocol", event.protocol.map(str::to_owned));
        self.detail("status", event.status.map(str::to_owned));
        self.detail("message id", event.message_id);
        // A POP3 event names the mailbox's owner where SMTP names recipients.
        let role = if event.protocol == Some("pop3") { "user" } else { "recipient" };
        if let Some(sender) = event.sender.filter(|sender| !sender.is_empty()) {
            self.party("sender", "email", sender);
        }
        for recipient in event.recipients {
            self.party(role, "email", recipient);
        }
        if let Some(username) = event.username.filter(|name| !name.is_empty()) {
            self.party("user", "user", username);
        }
    }

    fn party(&mut self, role: &'static str, kind: &'static str, value: String) {
        let party = Party { role, kind, value };
        let parties = &mut self.facts.parties;
        if parties.len() < ITEMS_MAX && !parties.contains(&party) {
            parties.push(party);
        }
    }

    fn detail(&mut self, name: &'static str, value: Option<String>) {
        let Some(detail) = value.map(|value| (name, value)) else {
            return;
        };
        let details = &mut self.facts.details;
        if details.len() < ITEMS_MAX && !details.contains(&detail) {
            details.push(detail);
        }
    }

    /// The strongest of what was seen: a call with a registration in it is a call.
    fn medium(&self, texts: &[Text]) -> Medium {
        let seen = |medium| self.media.contains(&medium);
        let order = [Medium::Voice, Medium::Email, Medium::Message, Medium::Ip, Medium::Event];
        match order.into_iter().find(|medium| seen(*medium)) {
            Some(Medium::Event) | None if !texts.is_empty() => Medium::Message,
            Some(medium) => medium,
            None => Medium::Other,
        }
    }

    fn course(&self) -> Course {
        match self.session {
            Some(Direction::FromTarget) => return Course::Outgoing,
            Some(Direction::ToTarget) => return Course::Incoming,
            _ => {}
        }
        let is_target = |value: &Option<String>| {
            value.as_ref().is_some_and(|value| self.targets.contains(value))
        };
        match (is_target(&self.from), is_target(&self.to)) {
            (true, _) => Course::Outgoing,
            (false, true) => Course::Incoming,
            (false, false) => Course::Unknown,
        }
    }
}

fn medium_of(contents: &Contents<'_>) -> Option<Medium> {
    match (contents.iri, contents.tag) {
        (_, 1) => Some(Medium::Email),
        (_, 2 | 6) | (true, 3 | 7 | 20) | (false, 15..=17) => Some(Medium::Ip),
        (true, 14) | (false, 14 | 18) => Some(Medium::Message),
        (false, 12) => {
            let media = multimedia::media(contents)?;
            let msrp = media.protocol == Some(1) || media.frame_type == Some(7);
            Some(if msrp { Medium::Message } else { Medium::Voice })
        }
        (true, 10) | (false, 11 | 19..=22) => Some(Medium::Voice),
        (true, 4 | 5 | 15) if !mobile::short_messages(contents).is_empty() => Some(Medium::Message),
        (true, 5) => Some(Medium::Voice),
        (true, 19) if mobile::short_messages(contents).is_empty() => Some(Medium::Event),
        (true, 19) => Some(Medium::Message),
        (true, 4 | 8 | 9 | 15..=18) => Some(Medium::Event),
        _ => None,
    }
}
