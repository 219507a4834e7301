//! Walk: one reader for every event, along the tables.
//!
//! Identities become parties with the role their field gives them, cells and shapes places, times
//! the record's, every other number, word and text a detail under its field's name. Bounded: so
//! many elements, as deep as the tables go, and the record's own bounds.
//!
//! Rules: TS 33.128 annex A and the clauses its events name; X.690 clause 8.9.
use super::place::{Frame, Shape};
use super::tables::{Field, Leaf, Type};
use super::values;
use crate::ber::{Class, Tlv};
use crate::extract::Course;
use crate::record::{ITEMS_MAX, Place, Record};
use crate::service::{sip, sms};
use crate::time;
use lacre_term::Micros;

/// Most elements visited in one payload.
const ELEMENTS_MAX: usize = 16_384;

/// Deeper than any type of the tables.
const DEPTH_MAX: usize = 32;

/// Fields within fields whose details come first: those of an event and of its choices and lists.
const NEAR: usize = 3;

/// Most unknown fields told by name.
const UNKNOWNS_MAX: usize = 8;

/// Fields that describe rules, keys, settings or expectations, and nobody's doing or whereabouts:
/// followed for what is unknown in them, told not at all.
const SILENT: &[&str] = &[
    "pCCRules",
    "pFDDataForApp",
    "pFDDataForApps",
    "uPPathChange",
    "protocolConfigurationOptions",
    "uaStarParams",
    "expectedUEMovingTrajectory",
    "expectedTimeAndDayOfWeekInTrajectory",
    "associatedQOSFlowList",
    "bearerQOS",
];

/// Where in the tables a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// The field or alternative.
    pub(super) name: &'static str,
    /// The field around it.
    pub(super) parent: &'static str,
    /// The type that has the field.
    pub(super) owner: &'static str,
    /// Whose identities are here; empty for nobody's.
    pub(super) role: &'static str,
}

impl Spot {
    /// The name a detail takes: an old identity stays an old one.
    fn label(self) -> &'static str {
        if self.parent.starts_with("old") { self.parent } else { self.name }
    }
}

/// Reads elements into a record.
#[derive(Debug)]
pub(super) struct Walk<'r> {
    pub(super) record: &'r mut Record,
    pub(super) frame: Option<Frame>,
    pub(super) shape: Option<Shape>,
    start: Spot,
    left: usize,
    silent: bool,
    unknowns: usize,
    nested: usize,
    far: Vec<(&'static str, String)>,
    tpdus: Vec<Vec<u8>>,
    message_type: Option<u64>,
    packet_octets: Option<u64>,
}

impl<'r> Walk<'r> {
    /// Reads into `record`; identities that no field gives a role have this one.
    pub(super) fn over(record: &'r mut Record, role: &'static str) -> Self {
        Self {
            record,
            frame: None,
            shape: None,
            start: Spot { name: "", parent: "", owner: "", role },
            left: ELEMENTS_MAX,
            silent: false,
            unknowns: 0,
            nested: 0,
            far: Vec::new(),
            tpdus: Vec::new(),
            message_type: None,
            packet_octets: None,
        }
    }

    /// Reads `tlv`, whatever its own tag, as `kind`.
    pub(super) fn root(mut self, tlv: &Tlv<'_>, kind: &'static Type) {
        self.value(tlv, kind, self.start, 0);
        self.finish();
    }

    /// Reads the alternative `tlv` of a choice.
    pub(super) fn alternative_of(&mut self, tlv: &Tlv<'_>, field: &'static Field) {
        self.field(tlv, field, self.start, 0);
    }

    /// Reads the fields of `tlv` but the one already read and the first, which is its OID.
    pub(super) fn others(&mut self, tlv: &Tlv<'_>, kind: &'static Type, read: u32) {
        let Type::Sequence(owner, fields) = kind else { return };
        for child in tlv.children().filter(|child| !child.is_context(read)) {
            self.child(&child, owner, fields, self.start, 0);
        }
    }

    /// What could only be told at the end.
    pub(super) fn finish(mut self) {
        let from_phone = match self.message_type {
            Some(1) => false,
            Some(6) => true,
            _ => self.record.course != Some(Course::Incoming),
        };
        for tpdu in std::mem::take(&mut self.tpdus) {
            let read = sms::read_tpdu(&tpdu, from_phone);
            let read = read.or_else(|| sms::read_tpdu(&tpdu, !from_phone));
            self.record.messages.extend(read);
        }
        for (name, value) in std::mem::take(&mut self.far) {
            self.record.detail(name, Some(value));
        }
        // A summary counts one direction; which one, it says elsewhere.
        match (self.packet_octets, self.record.course.take()) {
            (Some(octets), Some(Course::Outgoing)) => self.record.octets_up = Some(octets),
            (Some(octets), Some(Course::Incoming)) => self.record.octets_down = Some(octets),
            (_, course) => self.record.course = course,
        }
    }

    /// Flags and tells something that the tables do not have.
    pub(super) fn unknown(&mut self, owner: &'static str, tag: u32) {
        self.record.unknown = true;
        if self.unknowns < UNKNOWNS_MAX {
            self.unknowns = self.unknowns.saturating_add(1);
            self.record.detail("unknown", Some(format!("{owner} {tag}")));
        }
    }

    fn value(&mut self, tlv: &Tlv<'_>, kind: &'static Type, spot: Spot, depth: usize) {
        let Some(left) = self.left.checked_sub(1).filter(|_| depth < DEPTH_MAX) else {
            self.record.unknown = true;
            return;
        };
        self.left = left;
        match kind {
            Type::Sequence(owner, fields) => self.sequence(tlv, (owner, fields), spot, depth),
            Type::Choice(owner, fields) => {
                let spot = Spot { parent: spot.name, ..spot };
                self.child(tlv, owner, fields, spot, depth.saturating_add(1));
            }
            Type::List(item) => {
                for child in tlv.children() {
                    self.value(&child, item, spot, depth.saturating_add(1));
                }
            }
            Type::Words(words) => self.word(tlv, words, spot),
            Type::Leaf(leaf) if !self.silent => self.leaf(tlv, *leaf, spot),
            Type::Leaf(_) => {}
        }
    }

    /// A field; before a CHOICE its tag is explicit, and the alternative is inside.
    fn field(&mut self, tlv: &Tlv<'_>, field: &'static Field, around: Spot, depth: usize) {
        let role = role_of(field.name).unwrap_or(around.role);
        let spot = Spot { name: field.name, role, ..around };
        let (was, nested) = (self.silent, self.nested);
        self.silent |= SILENT.contains(&field.name);
        self.nested = nested.saturating_add(1);
        if let Type::Choice(owner, _) = field.kind {
            let mut inside = tlv.children();
            match inside.next() {
                Some(inside) => self.value(&inside, field.kind, spot, depth.saturating_add(1)),
                None => self.record.unknown = true,
            }
            if let Some(second) = inside.next() {
                self.unknown(owner, second.tag.number);
            }
        } else {
            self.value(tlv, field.kind, spot, depth.saturating_add(1));
        }
        (self.silent, self.nested) = (was, nested);
    }

    fn child(
        &mut self,
        tlv: &Tlv<'_>,
        owner: &'static str,
        fields: &'static [Field],
        around: Spot,
        depth: usize,
    ) {
        let context = tlv.tag.class == Class::Context;
        match fields.iter().find(|field| context && field.tag == tlv.tag.number) {
            Some(field) => self.field(tlv, field, Spot { owner, ..around }, depth),
            None => self.unknown(owner, tlv.tag.number),
        }
    }

    fn fields(
        &mut self,
        tlv: &Tlv<'_>,
        (owner, fields): (&'static str, &'static [Field]),
        spot: Spot,
        depth: usize,
    ) {
        let spot = Spot { parent: spot.name, ..spot };
        for child in tlv.children() {
            self.child(&child, owner, fields, spot, depth);
        }
    }

    fn sequence(
        &mut self,
        tlv: &Tlv<'_>,
        of: (&'static str, &'static [Field]),
        spot: Spot,
        depth: usize,
    ) {
        if !tlv.tag.constructed {
            self.record.unknown = true;
            return;
        }
        if let Some(text) = composite(tlv, of.0) {
            // Followed for what is unknown in it, then told as one.
            self.quietly(tlv, of, spot, depth);
            if of.0 == "NGAPCauseInt" {
                self.cause(text.as_deref(), spot);
            }
            match (text, of.0) {
                (Some(suci), "SUCI") => self.party(spot, "supi", suci),
                (text, _) => self.detail(spot.label(), text),
            }
        } else if of.0 == "TargetIdentifierFormat" {
            self.quietly(tlv, of, spot, depth);
            let text = |tag| tlv.context(tag).and_then(|field| field.text()).unwrap_or_default();
            let (kind, value) = values::formatted(&text(2), text(3));
            self.party(spot, kind, value);
        } else if Frame::is(of.0) {
            let around = self.frame.replace(Frame::default());
            self.fields(tlv, of, spot, depth);
            let frame = std::mem::replace(&mut self.frame, around);
            self.places(frame.map(Frame::places).unwrap_or_default());
        } else if Shape::is(of.0) {
            let around = self.shape.replace(Shape::default());
            self.fields(tlv, of, spot, depth);
            let shape = std::mem::replace(&mut self.shape, around);
            let at = self.frame.as_ref().and_then(|frame| frame.at);
            self.detail("polygon", shape.as_ref().and_then(Shape::corners));
            let point = shape.and_then(|shape| shape.point());
            self.places(vec![Place { at, of: "target", point, ..Place::default() }]);
        } else if Frame::is_part(of.0) {
            self.quietly(tlv, of, spot, depth);
            if !self.silent {
                self.part(tlv, of.0, spot);
            }
        } else {
            self.fields(tlv, of, spot, depth);
        }
    }

    fn quietly(
        &mut self,
        tlv: &Tlv<'_>,
        of: (&'static str, &'static [Field]),
        spot: Spot,
        depth: usize,
    ) {
        let was = std::mem::replace(&mut self.silent, true);
        self.fields(tlv, of, spot, depth);
        self.silent = was;
    }

    pub(super) fn places(&mut self, places: Vec<Place>) {
        for place in places.into_iter().filter(|_| !self.silent) {
            self.record.place(place);
        }
    }

    fn word(&mut self, tlv: &Tlv<'_>, words: &'static [(u64, &'static str)], spot: Spot) {
        let Some(number) = tlv.unsigned() else {
            self.record.unknown = true;
            return;
        };
        let word = words.iter().find(|(value, _)| *value == number).map(|(_, word)| *word);
        self.record.unknown |= word.is_none();
        if self.silent {
            return;
        }
        match (spot.name, word) {
            ("notificationType", word) => self.record.event = word.map(str::to_owned),
            ("direction" | "sessionDirection" | "pTCDirection" | "pTCIPADirection", _) => {
                self.record.course = match word {
                    Some("fromTarget") => Some(Course::Outgoing),
                    Some("toTarget") => Some(Course::Incoming),
                    _ => Some(Course::Unknown),
                };
            }
            ("messageType", _) => self.message_type = Some(number),
            _ => {}
        }
        let text = word.map_or_else(|| number.to_string(), str::to_owned);
        self.cause(Some(&text), spot);
        self.detail(spot.label(), Some(text));
    }

    /// The first cause is the record's; those of single bearers are details.
    fn cause(&mut self, text: Option<&str>, spot: Spot) {
        const CAUSES: &[&str] = &[
            "cause",
            "failureCause",
            "releaseCause",
            "removalCause",
            "nGAPCause",
            "fiveGMMCause",
            "fiveGSMCause",
            "eMMCause",
            "eSMCause",
            "uDMDefinedCause",
            "pTCAbandonCause",
            "pTCSessionEndCause",
            "pTCFailureCode",
            "cCUnavailableReason",
        ];
        let bearer = spot.owner.starts_with("EPSBearer") || spot.owner.starts_with("EPSDelete");
        if self.record.cause.is_none() && !self.silent && !bearer && CAUSES.contains(&spot.name) {
            self.record.cause = text.map(|text| text.chars().take(ITEMS_MAX).collect());
        }
    }

    fn leaf(&mut self, tlv: &Tlv<'_>, leaf: Leaf, spot: Spot) {
        match leaf {
            Leaf::Text => self.text(&tlv.text().unwrap_or_default(), spot),
            Leaf::Integer => self.integer(tlv, spot),
            Leaf::Boolean => {
                let value = tlv.content.first().map(|octet| *octet != 0);
                if let (Some(value), Some(frame)) = (value, self.frame.as_mut()) {
                    frame.ignore(spot.name, value);
                }
                self.detail(spot.name, value.map(|value| value.to_string()));
            }
            Leaf::Time => self.time(tlv, spot),
            // Each payload's own OID is told first of all.
            Leaf::Oid if spot.name.ends_with("PayloadOID") => {}
            Leaf::Oid => {
                let arcs = tlv.string().and_then(|octets| values::arcs(&octets));
                let words = arcs.map(|arcs| arcs.iter().map(u64::to_string).collect::<Vec<_>>());
                self.detail(spot.name, words.map(|words| words.join(".")));
            }
            Leaf::Octets | Leaf::Bits => {}
            Leaf::Tpdu => {
                let octets = tlv.string().filter(|_| self.tpdus.len() < ITEMS_MAX);
                self.tpdus.extend(octets.map(|octets| octets.into_owned()));
            }
            Leaf::Dnn => {
                let name = tlv.text().unwrap_or_default();
                self.record.service(name.clone());
                self.detail(spot.name, Some(name));
            }
            Leaf::Uncertainty | Leaf::UncertaintyMetres => {
                if let Some(shape) = self.shape.as_mut() {
                    shape.uncertainty(tlv, leaf, spot.name);
                }
            }
            Leaf::Geographical | Leaf::Geodetic => self.binary(tlv, leaf),
            Leaf::UserLocation => self.user_location(tlv),
            _ => self.identity(tlv, leaf, spot),
        }
    }

    fn identity(&mut self, tlv: &Tlv<'_>, leaf: Leaf, spot: Spot) {
        let text = || tlv.text().unwrap_or_default();
        let octets = || tlv.string().map(|octets| octets.into_owned()).unwrap_or_default();
        let (kind, value) = match leaf {
            Leaf::Imsi => ("imsi", text()),
            Leaf::Imei => ("imei", text()),
            Leaf::Msisdn => ("tel", values::e164(&text())),
            Leaf::Nai => match spot.owner {
                "SUPI" => ("supi", text()),
                "GPSI" => ("gpsi", text()),
                _ => ("nai", text()),
            },
            Leaf::Email => ("email", text()),
            Leaf::Address => ("ip", values::ip(tlv).unwrap_or_default()),
            Leaf::Mac => ("mac", values::mac(&octets())),
            Leaf::Eui64 => ("pei", values::mac(&octets())),
            Leaf::SmsAddress => ("tel", values::sms_address(&octets()).unwrap_or_default()),
            _ => return self.uri(&text(), spot),
        };
        self.party(spot, kind, value);
    }

    fn uri(&mut self, text: &str, spot: Spot) {
        match sip::identity(text) {
            Some(identity) => self.party(spot, identity.kind, identity.value),
            None => self.party(spot, "user", text.to_owned()),
        }
    }

    fn party(&mut self, spot: Spot, kind: &'static str, value: String) {
        if self.silent {
            return;
        }
        if spot.role.is_empty() || spot.parent.starts_with("old") {
            self.detail(spot.label(), Some(value.clone()));
        }
        if !spot.role.is_empty() {
            self.record.party(spot.role, kind, value);
        }
    }

    fn text(&mut self, text: &str, spot: Spot) {
        match spot.name {
            "mCPTTID" | "sTIRSHAKENURI" | "pTCServerURI" | "terminatingSMSParty" => {
                return self.uri(text, spot);
            }
            "geographicalInformation" | "geodeticInformation" => {
                let octets = values::unhex(text).unwrap_or_default();
                let binary = match spot.name {
                    "geographicalInformation" => values::geographical(&octets),
                    _ => values::geodetic(&octets),
                };
                return self.estimate(binary);
            }
            "mLPPositionData" => return self.mlp(text),
            "bSSID" => {
                if let Some(frame) = self.frame.as_mut() {
                    frame.wireless(text);
                }
            }
            _ => {}
        }
        self.cause(Some(text), spot);
        self.detail(spot.name, Some(text.to_owned()).filter(|text| !text.is_empty()));
    }

    fn integer(&mut self, tlv: &Tlv<'_>, spot: Spot) {
        let Some(number) = tlv.unsigned() else { return };
        match spot.name {
            "uplinkVolume" => self.record.octets_up = Some(number),
            "downlinkVolume" => self.record.octets_down = Some(number),
            "byteCount" => self.packet_octets = Some(number),
            "innerRadius" => {
                if let Some(shape) = self.shape.as_mut() {
                    shape.inner = u32::try_from(number).ok();
                }
            }
            _ => {}
        }
        let text = number.to_string();
        self.cause(Some(&text), spot);
        self.detail(spot.name, Some(text));
    }

    fn time(&mut self, tlv: &Tlv<'_>, spot: Spot) {
        let Some(octets) = tlv.string() else { return };
        let at = time::generalized(&octets).0;
        let message = spot.owner.starts_with("MMS");
        let earlier = |was: Option<Micros>| [was, at].into_iter().flatten().min();
        let later = |was: Option<Micros>| [was, at].into_iter().flatten().max();
        match spot.name {
            "uELocationTimestamp" | "timeOfLocation" => {
                if let Some(frame) = self.frame.as_mut() {
                    frame.at = at;
                }
            }
            "timeOfFirstPacket"
            | "firstPacketTimestamp"
            | "timeOfSessionEstablishment"
            | "appliedStartTime"
            | "activationTime" => self.record.started_at = earlier(self.record.started_at),
            "timeOfLastPacket" | "lastPacketTimestamp" | "appliedEndTime" | "deactivationTime" => {
                self.record.ended_at = later(self.record.ended_at);
            }
            "timestamp" => self.record.at = at,
            "dateTime" | "mMSDateTime" if message => {
                self.record.at = at;
                if at.is_none() {
                    self.record.local_time = tlv.text().filter(|text| text.len() <= ITEMS_MAX);
                }
            }
            _ => return self.detail(spot.name, at.map(Micros::rfc3339).or_else(|| tlv.text())),
        }
        if at.is_none() {
            self.detail(spot.name, tlv.text());
        }
    }

    /// Tells a detail; what stands deep inside waits, lest it crowds out what the event says.
    pub(super) fn detail(&mut self, name: &'static str, value: Option<String>) {
        let Some(value) = value.filter(|_| !self.silent) else { return };
        if self.nested <= NEAR {
            self.record.detail(name, Some(value));
        } else if self.far.len() < ITEMS_MAX {
            self.far.push((name, value));
        }
    }
}

/// The role that a field gives to the identities in it; `None` keeps that of the field around.
fn role_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "targetIdentifiers" | "appliedTargetID" | "pTCTargetInformation" => "target",
        "originatingSMSParty"
        | "originatingMMSParty"
        | "previouslySentByParty"
        | "pTCGroupAdSender" => "sender",
        "terminatingSMSParty" | "terminatingMMSParty" | "cCRecipients" | "bCCRecipients" => {
            "recipient"
        }
        "originatingId" | "pTCOriginatingID" | "originator" | "sourceIPAddress" => "originating",
        "terminatingId" | "destination" | "destinationIPAddress" => "terminating",
        "pTCParticipants" | "pTCHost" | "pTCIPAPartyID" | "pTCPartyDrop" | "pTCHoldID"
        | "pTCIDList" | "pTCFloorSpeakerID" | "pTCContactID" | "presenceID"
        | "diversionIdentity" | "diversion" => "party",
        "peerNFAddress" | "sGWIPAddress" | "pTCServerURI" => "server",
        // Nodes on the way, and numbers of places: nobody's.
        "hI2DeliveryIPAddress"
        | "hI3DeliveryIPAddress"
        | "iPSourceAddress"
        | "iPDestinationAddress"
        | "rTPSetting"
        | "locationNumber" => "",
        _ => return None,
    })
}

/// What a type whose fields are parts of one value says as a whole; `None` for other types.
fn composite(tlv: &Tlv<'_>, owner: &str) -> Option<Option<String>> {
    Some(match owner {
        "SNSSAI" => values::slice(tlv),
        "PLMNID" => values::plmn(tlv),
        "SUCI" => values::suci(tlv),
        "FTEID" => values::tunnel(tlv),
        "FiveGGUTI" => Some(values::joined(tlv, false)),
        "GUTI" => Some(values::joined(tlv, true)),
        "DictionaryEntry" => {
            let text = |tag| tlv.context(tag).and_then(|field| field.text()).unwrap_or_default();
            Some(format!("{} {} {}", text(1), text(2), text(3)))
        }
        "NGAPCauseInt" => {
            let part = |tag| tlv.context(tag).and_then(|part| part.unsigned());
            part(1).zip(part(2)).map(|(group, value)| format!("{group}/{value}"))
        }
        _ => return None,
    })
}
