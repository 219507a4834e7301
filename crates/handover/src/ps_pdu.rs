//! One PS-PDU: header, payload kind, and where its payloads lie.
//!
//! Zero copy: everything borrows from the received octets, and nothing is allocated unless the
//! sender cut a header string into segments. Every element is visited once, so that what parses
//! here is well-formed BER to its last octet.
//!
//! Rules: TS 102 232-1 clause 5 and annex A (`PS-PDU`, `Payload`, `IRIPayload`, `CCPayload`).
use crate::ber::{self, Class, Elements, Tlv, check_careful};
use crate::header::Header;
use crate::malformed::{Fault, Malformed};
use crate::{Flags, time};
use lacre_term::{Heading, IriType, Micros, PayloadClass};

mod walk;

/// Which way octets went, as the operator says. Operators mean the caller's side as well as the
/// target's: OpenLI marks the caller's media `fromTarget` when the target is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the target.
    FromTarget,
    /// To the target.
    ToTarget,
    /// Not known.
    Indeterminate,
    /// Both mixed into one.
    Combined,
    /// Has no direction.
    NotApplicable,
}

impl Direction {
    /// Reads the enumeration's number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(Self::FromTarget),
            1 => Some(Self::ToTarget),
            2 => Some(Self::Indeterminate),
            3 => Some(Self::Combined),
            4 => Some(Self::NotApplicable),
            _ => None,
        }
    }

    /// The enumeration's number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::FromTarget => 0,
            Self::ToTarget => 1,
            Self::Indeterminate => 2,
            Self::Combined => 3,
            Self::NotApplicable => 4,
        }
    }

    /// The standard's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FromTarget => "fromTarget",
            Self::ToTarget => "toTarget",
            Self::Indeterminate => "indeterminate",
            Self::Combined => "combined",
            Self::NotApplicable => "notapplicable",
        }
    }
}

/// The standard's word for an IRI type.
#[must_use]
pub fn iri_word(iri: IriType) -> &'static str {
    match iri {
        IriType::Begin => "iRI-Begin",
        IriType::End => "iRI-End",
        IriType::Continue => "iRI-Continue",
        IriType::Report => "iRI-Report",
    }
}

/// A PS-PDU, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu<'a> {
    /// The PDU as received: the original.
    pub octets: &'a [u8],
    /// What is odd about it.
    pub flags: Flags,
    /// What it carries.
    pub class: PayloadClass,
    header: Header<'a>,
    payload: Tlv<'a>,
    iri_type: Option<IriType>,
    intercepted_at: Option<Micros>,
    contents: Option<Contents<'a>>,
}

/// Reads one framed PDU.
///
/// # Errors
/// [`Malformed`] when the octets are not one well-formed PS-PDU whose header can be attributed;
/// `framed` is false when they are not even one whole element.
pub fn parse(octets: &[u8]) -> Result<Pdu<'_>, Malformed> {
    let limits = crate::Limits { pdu_octets_max: usize::MAX, ..crate::Limits::default() };
    match crate::frame::next(octets, &limits) {
        crate::Framed::Pdu(whole) if whole.len() == octets.len() => {}
        crate::Framed::Pdu(whole) => {
            return Err(Malformed::unframed(whole.len(), Fault::Overrun));
        }
        crate::Framed::Incomplete { .. } => {
            return Err(Malformed::unframed(octets.len(), Fault::Truncated));
        }
        crate::Framed::Broken(malformed) => return Err(malformed),
    }
    parse_framed(octets)
}

/// Reads one PDU that [`crate::frame`] cut: as [`parse`], without looking for its end again.
/// One walk reads the usual PDU; what it does not take is read as [`parse_careful`] does.
///
/// # Errors
/// [`Malformed`], always with `framed` true.
pub fn parse_framed(octets: &[u8]) -> Result<Pdu<'_>, Malformed> {
    match walk::walk(octets) {
        Some(pdu) => Ok(pdu),
        None => parse_careful(octets),
    }
}

/// [`parse_framed`] by the careful path alone, which takes every legal form and names faults.
/// The reference that the walk is tested and measured against: what both read is equal.
///
/// # Errors
/// [`Malformed`], always with `framed` true.
pub fn parse_careful(octets: &[u8]) -> Result<Pdu<'_>, Malformed> {
    let checked = check_careful(octets, ber::DEPTH_MAX)?;
    let missing = |field| Malformed::framed(0, Fault::Missing { field });
    let outer = Elements::new(octets).next().ok_or(missing("pSHeader"))?;
    let mut parts = outer.children();
    let header = parts.next().filter(|part| part.is_context(1)).ok_or(missing("pSHeader"))?;
    let payload = parts.next().filter(|part| part.is_context(2)).ok_or(missing("payload"))?;
    for (part, field) in [(&header, "pSHeader"), (&payload, "payload")] {
        if !part.tag.constructed {
            return Err(Malformed::framed(part.at, Fault::Form { field }));
        }
    }
    let header = Header::read(&header)?;
    let mut choices = payload.children();
    let alternative = choices
        .next()
        .filter(|choice| choice.tag.class == Class::Context)
        .ok_or(Malformed::framed(payload.at, Fault::Missing { field: "payload" }))?;
    if let Some(second) = choices.next() {
        return Err(Malformed::framed(second.at, Fault::TwoAlternatives));
    }
    let mut flags = Flags::NONE;
    flags.insert_if(checked.long_length, Flags::LONG_LENGTH);
    flags.insert_if(parts.next().is_some(), Flags::EXTRA_ELEMENT);
    let class = class_of(&alternative, &mut flags)?;
    let iri = class == PayloadClass::Iri;
    let first = match class {
        PayloadClass::Iri | PayloadClass::Cc => alternative.children().next(),
        _ => None,
    };
    let first = first.map(|first| Payload::read(&first, iri));
    Ok(Pdu::put_together(octets, header, alternative, (class, flags), first))
}

impl<'a> Pdu<'a> {
    /// The PDU of a header, a payload alternative, its class and flags, and its first payload.
    #[inline(always)]
    fn put_together(
        octets: &'a [u8],
        header: Header<'a>,
        payload: Tlv<'a>,
        (class, mut flags): (PayloadClass, Flags),
        first: Option<Payload<'a>>,
    ) -> Self {
        flags.insert(header.flags);
        let sequence = matches!(class, PayloadClass::Iri | PayloadClass::Cc);
        flags.insert_if(sequence && first.is_none(), Flags::PAYLOAD_EMPTY);
        let first = first.unwrap_or_default();
        flags.insert(first.flags);
        let data = sequence || class == PayloadClass::Encrypted;
        flags.insert_if(data && !header.time_seen && !first.time_seen, Flags::TIME_ABSENT);
        let unnumbered = header.cin.is_none() && header.cin_extension.is_none();
        flags.insert_if(data && unnumbered, Flags::CIN_ABSENT);
        let intercepted_at = header.time.or(first.intercepted_at);
        let (iri_type, contents) = (first.iri_type, first.contents);
        Pdu { octets, flags, class, header, payload, iri_type, intercepted_at, contents }
    }

    /// Who and when, for binding, numbering and duplicate detection. Borrows from the PDU, as a
    /// segmented LIID is joined there.
    #[must_use]
    pub fn heading(&self) -> Heading<'_> {
        let header = &self.header;
        Heading {
            liid: &header.liid,
            authorization_country: header.authorization_country.as_deref(),
            operator: &header.operator,
            network_element: header.network_element.as_deref(),
            cin: header.cin,
            cin_extension: header.cin_extension,
            delivery_country: header.delivery_country.as_deref(),
            sequence_number: header.sequence_number,
            intercepted_at: self.intercepted_at,
            class: self.class,
            iri_type: self.iri_type,
        }
    }

    /// Version of the ASN.1 module the sender names; no reliable guide to the fields it uses.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.header.version
    }

    /// The interception point, when named.
    #[must_use]
    pub fn interception_point(&self) -> Option<&[u8]> {
        self.header.interception_point.as_deref()
    }

    /// Whose time the header's is: 1 interception, 2 mediation, 3 aggregation.
    #[must_use]
    pub fn time_qualifier(&self) -> Option<u64> {
        self.header.qualifier
    }

    /// True when the header's time came as microSecondTimeStamp.
    #[must_use]
    pub fn has_micro_second_time(&self) -> bool {
        self.header.micro_second
    }

    /// The payload's alternative: tag number and contents.
    #[must_use]
    pub fn alternative(&self) -> Tlv<'a> {
        self.payload
    }

    /// The element inside a TRI payload, such as keep-alive or integrityCheck.
    #[must_use]
    pub fn tri(&self) -> Option<Tlv<'a>> {
        self.payload.is_context(2).then(|| self.payload.children().next())?
    }

    /// The standard's word for what the PDU carries.
    #[must_use]
    pub fn payload_word(&self) -> &'static str {
        match self.payload.tag.number {
            0 => "iRIPayloadSequence",
            1 => "cCPayloadSequence",
            2 => "tRIPayload",
            3 => "hI1-Operation",
            4 => "encryptionContainer",
            5 => "threeGPP-HI1-Operation",
            6 => "iLHIPayload",
            7 => "hI4Payload",
            _ => "unknown",
        }
    }

    /// The contents of the first IRI or CC payload, found while the PDU was read; those of
    /// aggregated payloads are in [`Self::payloads`].
    #[must_use]
    pub fn contents(&self) -> Option<&Contents<'a>> {
        self.contents.as_ref()
    }

    /// The IRI or CC payloads, in the sender's order; none for other classes.
    pub fn payloads(&self) -> impl Iterator<Item = Payload<'a>> + use<'a> {
        let iri = self.class == PayloadClass::Iri;
        let elements = match self.class {
            PayloadClass::Iri | PayloadClass::Cc => self.payload.children(),
            _ => Elements::new(&[]),
        };
        elements.map(move |element| Payload::read(&element, iri))
    }
}

/// One IRIPayload or CCPayload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payload<'a> {
    /// IRI type; `None` for CC, when absent, or when unknown.
    pub iri_type: Option<IriType>,
    /// Which way the content went.
    pub direction: Option<Direction>,
    /// Who began the session, for IRI.
    pub session_direction: Option<Direction>,
    /// The payload's own time.
    pub intercepted_at: Option<Micros>,
    /// What it holds; `None` when there is nothing.
    pub contents: Option<Contents<'a>>,
    /// What is odd about it.
    pub flags: Flags,
    time_seen: bool,
}

/// The contents alternative of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents<'a> {
    /// True for IRIContents, false for CCContents.
    pub iri: bool,
    /// Tag number: which service.
    pub tag: u32,
    /// The standard's word, `unknown` for tags this version does not name.
    pub kind: &'static str,
    /// The element.
    pub tlv: Tlv<'a>,
}

impl<'a> Payload<'a> {
    fn read(element: &Tlv<'a>, iri: bool) -> Self {
        let mut read = Self::default();
        if !element.tag.is_sequence() {
            read.flags.insert(Flags::PAYLOAD_SHAPE);
            return read;
        }
        let mut fine = None;
        for field in element.children() {
            if field.tag.class != Class::Context {
                read.flags.insert(Flags::PAYLOAD_SHAPE);
                continue;
            }
            match (field.tag.number, iri) {
                (0, true) => read.iri_type(&field),
                (0, false) | (6, true) => read.direction = read.way(&field),
                (1, _) => {
                    let (at, flags) = match field.string() {
                        Some(octets) => time::generalized(&octets),
                        None => (None, Flags::TIME_UNUSABLE),
                    };
                    (read.intercepted_at, read.time_seen) = (at, true);
                    read.flags.insert(flags);
                }
                (2, _) => read.contents(&field, iri),
                (3, _) => {
                    let (at, flags) = time::micro_second(&field);
                    (fine, read.time_seen) = (at, true);
                    read.flags.insert(flags);
                }
                (4, _) => {
                    let known = field.unsigned().is_some_and(|value| value <= 3);
                    read.flags.insert_if(!known, Flags::QUALIFIER_UNKNOWN);
                }
                (5, true) => read.session_direction = read.way(&field),
                _ => {}
            }
        }
        read.intercepted_at = fine.or(read.intercepted_at);
        read.flags.insert_if(read.contents.is_none(), Flags::PAYLOAD_SHAPE);
        read
    }

    fn way(&mut self, field: &Tlv<'_>) -> Option<Direction> {
        let direction = field.unsigned().and_then(Direction::from_number);
        self.flags.insert_if(direction.is_none(), Flags::DIRECTION_UNKNOWN);
        direction
    }

    fn iri_type(&mut self, field: &Tlv<'_>) {
        self.iri_type = match field.unsigned() {
            Some(1) => Some(IriType::Begin),
            Some(2) => Some(IriType::End),
            Some(3) => Some(IriType::Continue),
            Some(4) => Some(IriType::Report),
            _ => None,
        };
        self.flags.insert_if(self.iri_type.is_none(), Flags::IRI_TYPE_UNKNOWN);
    }

    fn contents(&mut self, field: &Tlv<'a>, iri: bool) {
        let Some(tlv) = field.children().next() else {
            return;
        };
        let tag = tlv.tag.number;
        let (kind, flag) = contents_kind(tag, iri);
        self.flags.insert(flag);
        self.flags.insert_if(tlv.tag.class != Class::Context, Flags::PAYLOAD_SHAPE);
        self.contents = Some(Contents { iri, tag, kind, tlv });
    }
}

fn contents_kind(tag: u32, iri: bool) -> (&'static str, Flags) {
    let kind = if iri { iri_kind(tag) } else { cc_kind(tag) };
    match (kind, iri, tag) {
        (Some(kind), ..) => (kind, Flags::NONE),
        (None, true, 0 | 12 | 13) | (None, false, 0 | 3 | 5 | 13) => {
            ("deprecated", Flags::CONTENTS_DEPRECATED)
        }
        _ => ("unknown", Flags::CONTENTS_UNKNOWN),
    }
}

fn iri_kind(tag: u32) -> Option<&'static str> {
    Some(match tag {
        1 => "emailIRI",
        2 => "iPIRI",
        3 => "iPIRIOnly",
        4 => "uMTSIRI",
        5 => "eTSI671IRI",
        6 => "l2IRI",
        7 => "l2IRIOnly",
        8 => "tARGETACTIVITYMONITOR-1",
        9 => "tARGETACTIVITYMONITOR-2",
        10 => "pstnIsdnIRI",
        11 => "iPMMIRI",
        14 => "messagingIRI",
        15 => "ePSIRI",
        16 => "confIRI",
        17 => "proseIRI",
        18 => "gcseIRI",
        19 => "threeGPP33128DefinedIRI",
        20 => "iPIRIPacketReport",
        _ => return None,
    })
}

fn cc_kind(tag: u32) -> Option<&'static str> {
    Some(match tag {
        1 => "emailCC",
        2 => "iPCC",
        4 => "uMTSCC",
        6 => "l2CC",
        7 => "tTRAFFIC-1",
        8 => "cTTRAFFIC-1",
        9 => "tTRAFFIC-2",
        10 => "cTTRAFFIC-2",
        11 => "pstnIsdnCC",
        12 => "iPMMCC",
        14 => "messagingCC",
        15 => "ePSCC",
        16 => "uMTSCC-CC-PDU",
        17 => "ePSCC-CC-PDU",
        18 => "messagingMMCC",
        19 => "confCC-CC-PDU",
        20 => "voipCC-CC-PDU",
        21 => "gcseCC-CC-PDU",
        22 => "cSvoice-CC-PDU",
        23 => "threeGPP33128DefinedCC",
        _ => return None,
    })
}

fn class_of(alternative: &Tlv<'_>, flags: &mut Flags) -> Result<PayloadClass, Malformed> {
    let number = alternative.tag.number;
    if number <= 7 && !alternative.tag.constructed {
        let fault = Fault::Form { field: "payload" };
        return Err(Malformed::framed(alternative.at, fault));
    }
    Ok(match number {
        0 => PayloadClass::Iri,
        1 => PayloadClass::Cc,
        2 => return tri_class(alternative, flags),
        3 | 5 => PayloadClass::Hi1,
        4 => {
            let known = alternative
                .context(0)
                .and_then(|kind| kind.unsigned())
                .is_some_and(|kind| (1..=7).contains(&kind));
            flags.insert_if(!known, Flags::ENCRYPTION_UNKNOWN);
            PayloadClass::Encrypted
        }
        6 => PayloadClass::Ilhi,
        7 => PayloadClass::Hi4,
        _ => {
            flags.insert(Flags::PAYLOAD_UNKNOWN);
            PayloadClass::Other
        }
    })
}

fn tri_class(payload: &Tlv<'_>, flags: &mut Flags) -> Result<PayloadClass, Malformed> {
    let mut choices = payload.children();
    let tri = choices
        .next()
        .filter(|tri| tri.tag.class == Class::Context)
        .ok_or(Malformed::framed(payload.at, Fault::Missing { field: "tRIPayload" }))?;
    if let Some(second) = choices.next() {
        return Err(Malformed::framed(second.at, Fault::TwoAlternatives));
    }
    let null = |class| {
        if tri.tag.constructed || !tri.content.is_empty() {
            return Err(Malformed::framed(tri.at, Fault::NullWithContent));
        }
        Ok(class)
    };
    match tri.tag.number {
        0 => {
            let kind = tri.context(1).and_then(|kind| kind.unsigned());
            flags.insert_if(!matches!(kind, Some(1 | 2)), Flags::CHECK_TYPE_UNKNOWN);
            match kind {
                Some(1) => Ok(PayloadClass::IntegrityHash),
                Some(2) => Ok(PayloadClass::IntegritySignature),
                _ => Ok(PayloadClass::OtherTri),
            }
        }
        1 => null(PayloadClass::Test),
        2 => Ok(PayloadClass::Padding),
        3 => null(PayloadClass::KeepAlive),
        4 => null(PayloadClass::KeepAliveResponse),
        5 => null(PayloadClass::FirstSegment),
        6 => null(PayloadClass::LastSegment),
        7 => null(PayloadClass::CinReset),
        8 => Ok(PayloadClass::OperatorMessage),
        9 => Ok(PayloadClass::OptionRequest),
        10 => Ok(PayloadClass::OptionResponse),
        11 => null(PayloadClass::OptionComplete),
        12 => null(PayloadClass::AckRequest),
        13 => null(PayloadClass::AckResponse),
        _ => {
            flags.insert(Flags::PAYLOAD_UNKNOWN);
            Ok(PayloadClass::OtherTri)
        }
    }
}
