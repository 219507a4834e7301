//! Extract: what a communication was, out of its PDUs in order.
//!
//! Facts for the list page and the index: medium, direction, parties, times, counts, places.
//! Bounded whatever the PDUs hold. Everything here is what the operator's words say; where they
//! contradict each other a flag says so.
//!
//! Rules: decision 2 (a communication); TS 102 232-2 to -7; TS 103 462 (PDUs within PDUs).
use crate::Pdu;
use crate::media::{Text, TextBuilder};
use crate::profile::Zone;
use crate::ps_pdu::{self, Contents, Direction, Payload};
use crate::record::{Place, Record};
use crate::service::dialogue::Dialogue;
use crate::service::dtmf::Digits;
use crate::service::{self, access::ilhi, mobile, multimedia};
use lacre_term::{IriType, Micros, PayloadClass};
use std::collections::{BTreeMap, BTreeSet};

mod call;
mod fold;
mod messages;
mod number;

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
    /// `tel`, `sip`, `email`, `user`, `ip`, `imsi`, `imei`, `nai`, `mac`, `supi`, `gpsi`, `pei`.
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
    /// When the call or session began, as the records themselves say; it may be long before the
    /// interception.
    pub began_at: Option<Micros>,
    /// When it was over, as the records themselves say.
    pub over_at: Option<Micros>,
    /// Conversation or session, in seconds: as said, else from its answer or beginning to its end.
    pub duration_s: Option<u64>,
    /// Why it ended, in the standard's word or number.
    pub cause: Option<String>,
    /// Services named, without repetition.
    pub services: Vec<String>,
    /// Where parties were, in the order of time.
    pub places: Vec<Place>,
    /// Digits dialled and keyed, as they came.
    pub digits: Vec<String>,
    /// Octets the target received, the highest count that came.
    pub octets_down: Option<u64>,
    /// Octets the target sent, the highest count that came.
    pub octets_up: Option<u64>,
    /// Records with something that this version does not name.
    pub unknown: u64,
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
    /// Local times of records that came without a zone, as delivered, where none is known.
    pub local_times: Vec<String>,
    /// Name and value of further facts, such as `access event` and `octets received`.
    pub details: Vec<(&'static str, String)>,
    /// Messages read in it.
    pub texts: Vec<Text>,
}

/// Most parties and details kept.
const ITEMS_MAX: usize = 256;

/// Most octets of e-mail sessions held, and of texts out of records.
const EMAIL_OCTETS_MAX: usize = 8 * 1024 * 1024;

/// Gathers facts PDU by PDU, in the order they were stored.
#[derive(Debug, Clone)]
pub struct Summary {
    facts: Facts,
    targets: Vec<String>,
    media: BTreeSet<Medium>,
    flags: crate::Flags,
    course: Option<Course>,
    session: Option<Direction>,
    iri_ended_at: Option<Micros>,
    texts: BTreeMap<(bool, u32), TextBuilder>,
    record_texts: BTreeMap<(bool, u32), Vec<Text>>,
    text_octets_left: usize,
    texts_cut: bool,
    places_cut: bool,
    kinds_differ: bool,
    zone: Option<Zone>,
    dialogue: Dialogue,
    digits: Digits,
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
                began_at: None,
                over_at: None,
                duration_s: None,
                cause: None,
                services: Vec::new(),
                places: Vec::new(),
                digits: Vec::new(),
                octets_down: None,
                octets_up: None,
                unknown: 0,
                pdus_iri: 0,
                pdus_cc: 0,
                pdus_other: 0,
                octets: 0,
                flags: Vec::new(),
                ended_by_iri_end: false,
                has_location: false,
                local_times: Vec::new(),
                details: Vec::new(),
                texts: Vec::new(),
            },
            targets: Vec::new(),
            media: BTreeSet::new(),
            flags: crate::Flags::NONE,
            course: None,
            session: None,
            iri_ended_at: None,
            texts: BTreeMap::new(),
            record_texts: BTreeMap::new(),
            text_octets_left: EMAIL_OCTETS_MAX,
            texts_cut: false,
            places_cut: false,
            kinds_differ: false,
            zone: None,
            dialogue: Dialogue::new(),
            digits: Digits::new(),
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

    /// The same, with the zone that its operator's profile gives local times; without it none is
    /// guessed.
    #[must_use]
    pub fn with_zone(self, zone: Zone) -> Self {
        Self { zone: Some(zone), ..self }
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
        self.payloads(pdu, at);
        self.digits.add(pdu);
        for record in ilhi::observe(pdu) {
            self.record(record, at, (true, 0));
        }
        // What another centre hands over is read once, never a PDU within that.
        for octets in ilhi::inner(pdu) {
            match ps_pdu::parse(&octets) {
                Ok(inner) => self.payloads(&inner, inner.heading().intercepted_at.or(at)),
                Err(_) => self.facts.unknown = self.facts.unknown.saturating_add(1),
            }
        }
    }

    fn payloads(&mut self, pdu: &Pdu<'_>, at: Option<Micros>) {
        let mut source = None;
        for payload in pdu.payloads() {
            self.flags.insert(payload.flags);
            self.time(payload.intercepted_at);
            source = source.or(payload.contents.map(|contents| source_of(&contents)));
            self.payload(&payload, payload.intercepted_at.or(at));
        }
        if let Some(source) = source {
            let fresh = || TextBuilder::with_octets_max(EMAIL_OCTETS_MAX);
            self.texts.entry(source).or_insert_with(fresh).add(pdu);
        }
    }

    /// The facts gathered.
    #[must_use]
    pub fn finish(mut self) -> Facts {
        let mut sources = Vec::new();
        for builder in std::mem::take(&mut self.texts).into_values() {
            let (texts, cut) = builder.finish();
            self.texts_cut |= cut;
            sources.push(texts);
        }
        sources.extend(std::mem::take(&mut self.record_texts).into_values());
        self.facts.texts = messages::merged(sources);
        self.facts.medium = self.medium();
        self.call();
        self.facts.direction = self.course();
        self.conclude();
        self.facts.flags = self.flags.words().map(str::to_owned).collect();
        for (is, word) in [
            (self.texts_cut, "texts_cut"),
            (self.places_cut, "places_cut"),
            (self.kinds_differ, "record_kind_mismatch"),
        ] {
            if is {
                self.facts.flags.push(word.to_owned());
            }
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
        if payload.iri_type == Some(IriType::End) {
            self.facts.ended_by_iri_end = true;
            self.iri_ended_at = self.iri_ended_at.max(at);
        }
        if let Some(way @ (Direction::FromTarget | Direction::ToTarget)) = payload.session_direction
        {
            self.session.get_or_insert(way);
        }
        let Some(contents) = payload.contents else {
            return;
        };
        if matches!(contents.kind, "unknown" | "deprecated") {
            self.facts.unknown = self.facts.unknown.saturating_add(1);
        }
        // A location that nobody here reads was delivered all the same.
        self.facts.has_location |= mobile::has_location(&contents)
            || multimedia::signalling(&contents).is_some_and(|signalling| signalling.has_location);
        let mut records = service::observe(&contents);
        self.kinds_differ |= records.iter().any(|record| differs(record, payload.iri_type));
        for record in &mut records {
            // The way of a packet is not who began the communication.
            record.course = record.course.filter(|_| contents.iri);
        }
        if records.iter().all(|record| record.medium.is_none()) {
            self.media.extend(medium_of(&contents));
        }
        let mut signalled = Vec::new();
        multimedia::each_sip(&contents, at, |sip, at| {
            self.dialogue.add(sip, at, payload.session_direction);
            // A record of IP multimedia is its message; any other has one beside what it says.
            if contents.tag != 11 {
                let mut record = Record { at, ..Record::default() };
                multimedia::say(sip, &mut record);
                signalled.push(record);
            }
        });
        for mut record in records {
            // What kind of communication an IMS event was, its message knows better.
            record.medium = record.medium.filter(|_| signalled.is_empty() || contents.tag != 19);
            self.record(record, at, source_of(&contents));
        }
        for record in signalled {
            self.record(record, at, source_of(&contents));
        }
    }

    /// The strongest of what was seen: a call with a registration in it is a call.
    fn medium(&self) -> Medium {
        let texts = &self.facts.texts;
        let seen = |medium| self.media.contains(&medium);
        let order = [Medium::Voice, Medium::Email, Medium::Message, Medium::Ip, Medium::Event];
        match order.into_iter().find(|medium| seen(*medium)) {
            Some(Medium::Event) | None if !texts.is_empty() => Medium::Message,
            Some(medium) => medium,
            None => Medium::Other,
        }
    }
}

/// True when a record's own kind is not the one that its payload has outside.
fn differs(record: &Record, outside: Option<IriType>) -> bool {
    let word = match outside {
        Some(IriType::Begin) => "iRI-Begin-record",
        Some(IriType::End) => "iRI-End-record",
        Some(IriType::Continue) => "iRI-Continue-record",
        Some(IriType::Report) => "iRI-Report-record",
        None => return false,
    };
    let mut inside = record.details.iter().filter(|(name, _)| *name == "record kind inside");
    inside.any(|(_, kind)| kind != word)
}

/// Which service's IRI or CC it is: copies of one message come in different ones.
fn source_of(contents: &Contents<'_>) -> (bool, u32) {
    (contents.iri, contents.tag.min(31))
}

/// The kind of a payload whose records do not say.
fn medium_of(contents: &Contents<'_>) -> Option<Medium> {
    match (contents.iri, contents.tag) {
        (false, 15..=17) => Some(Medium::Ip),
        (false, 12) => {
            let media = multimedia::media(contents)?;
            let msrp = media.protocol == Some(1) || media.frame_type == Some(7);
            Some(if msrp { Medium::Message } else { Medium::Voice })
        }
        (false, 19..=22) => Some(Medium::Voice),
        (true, 4 | 5 | 15) if !mobile::short_messages(contents).is_empty() => Some(Medium::Message),
        (true, 5) => Some(Medium::Voice),
        (true, 19) if mobile::short_messages(contents).is_empty() => Some(Medium::Event),
        (true, 19) => Some(Medium::Message),
        (true, 4 | 8 | 9 | 15..=18) => Some(Medium::Event),
        _ => None,
    }
}
