//! The PSHeader, read field by field in the standard's order.
//!
//! A header that cannot attribute its PDU (no LIID, foreign OID, mandatory field missing, fields
//! out of order, an integer that is none) is malformed; everything else is a flag. Unknown
//! extension fields are skipped and stay in the octets.
//!
//! Rules: TS 102 232-1 clause 5.2 and annex A (`PSHeader`, `CommunicationIdentifier`).
use crate::ber::{Class, Tlv, unsigned};
use crate::malformed::{Fault, Malformed};
use crate::{Flags, time};
use lacre_term::{Liid, Micros};
use std::borrow::Cow;

/// Octets of a string field: borrowed, unless the sender segmented them.
pub(crate) type Octets<'a> = Cow<'a, [u8]>;

/// `li-psDomainId` up to the version: 0.4.0.2.2.5.1.
const DOMAIN: [u8; 6] = [0x04, 0x00, 0x02, 0x02, 0x05, 0x01];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) version: u32,
    pub(crate) liid: Octets<'a>,
    pub(crate) authorization_country: Option<Octets<'a>>,
    pub(crate) operator: Octets<'a>,
    pub(crate) network_element: Option<Octets<'a>>,
    pub(crate) cin: Option<u32>,
    pub(crate) cin_extension: Option<&'a [u8]>,
    pub(crate) delivery_country: Option<Octets<'a>>,
    pub(crate) sequence_number: u32,
    pub(crate) time: Option<Micros>,
    pub(crate) time_seen: bool,
    pub(crate) micro_second: bool,
    pub(crate) interception_point: Option<Octets<'a>>,
    pub(crate) qualifier: Option<u64>,
    pub(crate) flags: Flags,
}

/// Both times as sent, until they are compared.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) generalized: Option<Micros>,
    pub(crate) micro_second: Option<Micros>,
}

impl<'a> Header<'a> {
    pub(crate) fn read(header: &Tlv<'a>) -> Result<Self, Malformed> {
        let mut read = Self::default();
        let mut times = Times::default();
        let mut seen = Seen::new("PSHeader");
        for field in header.children() {
            let number = seen.accept(&field)?;
            read.field(number, &field, &mut times)?;
        }
        for (number, field) in [
            (0, "li-psDomainId"),
            (1, "lawfulInterceptionIdentifier"),
            (3, "communicationIdentifier"),
            (4, "sequenceNumber"),
        ] {
            seen.require(number, field, header.at)?;
        }
        read.settle(&times);
        Ok(read)
    }

    fn field(&mut self, number: u32, field: &Tlv<'a>, times: &mut Times) -> Result<(), Malformed> {
        match number {
            0 => self.version = self.domain(field)?,
            1 => self.identity(field)?,
            2 => self.authorization_country = Some(self.country(field)?),
            3 => self.communication(field)?,
            4 => self.sequence_number = self.number(field, "sequenceNumber")?,
            5 => self.generalized(field, times),
            6 => self.point(field, 8)?,
            7 => {
                self.time_seen = true;
                self.micro_second = true;
                let (at, flags) = time::micro_second(field);
                times.micro_second = at;
                self.flags.insert(flags);
            }
            8 => self.qualifier(field),
            9 => self.point(field, 65_535)?,
            10 => self.function(field)?,
            _ => {}
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn identity(&mut self, field: &Tlv<'a>) -> Result<(), Malformed> {
        self.liid = string(field, "lawfulInterceptionIdentifier")?;
        if self.liid.is_empty() {
            return Err(Malformed::framed(field.at, Fault::EmptyLiid));
        }
        self.flags.insert_if(self.liid.len() > Liid::OCTETS_MAX, Flags::LIID_SIZE);
        Ok(())
    }

    #[inline]
    pub(crate) fn generalized(&mut self, field: &Tlv<'a>, times: &mut Times) {
        self.time_seen = true;
        let (at, flags) = match field.string() {
            Some(octets) => time::generalized(&octets),
            None => (None, Flags::TIME_UNUSABLE),
        };
        times.generalized = at;
        self.flags.insert(flags);
    }

    #[inline]
    pub(crate) fn qualifier(&mut self, field: &Tlv<'a>) {
        self.qualifier = field.unsigned();
        let known = self.qualifier.is_some_and(|value| value <= 3);
        self.flags.insert_if(!known, Flags::QUALIFIER_UNKNOWN);
    }

    #[inline]
    pub(crate) fn point(&mut self, field: &Tlv<'a>, octets_max: usize) -> Result<(), Malformed> {
        let point = string(field, "interceptionPointID")?;
        let text = octets_max > 8 || point.iter().all(|octet| (b' '..=b'~').contains(octet));
        let allowed = (1..=octets_max).contains(&point.len()) && text;
        self.flags.insert_if(!allowed, Flags::INTERCEPTION_POINT);
        self.interception_point = Some(point);
        Ok(())
    }

    #[inline]
    pub(crate) fn function(&mut self, field: &Tlv<'a>) -> Result<(), Malformed> {
        let length = string(field, "networkFunctionIdentifier")?.len();
        self.flags.insert_if(!(1..=65_535).contains(&length), Flags::INTERCEPTION_POINT);
        Ok(())
    }

    #[inline]
    pub(crate) fn domain(&mut self, field: &Tlv<'a>) -> Result<u32, Malformed> {
        let fault = |fault| Err(Malformed::framed(field.at, fault));
        if field.tag.constructed {
            return fault(Fault::Form { field: "li-psDomainId" });
        }
        let octets = field.content;
        // Each sub-identifier ends with an octet below 0x80 and does not start with 0x80.
        let mut starts = true;
        for octet in octets {
            if starts && *octet == 0x80 {
                return fault(Fault::BadOid);
            }
            starts = octet & 0x80 == 0;
        }
        if octets.is_empty() || !starts {
            return fault(Fault::BadOid);
        }
        let Some(version) = octets.strip_prefix(&DOMAIN).filter(|rest| !rest.is_empty()) else {
            return fault(Fault::ForeignOid);
        };
        let arc = version.iter().take_while(|octet| **octet & 0x80 != 0).count();
        let value = version
            .iter()
            .take(arc.saturating_add(1))
            .fold(0_u32, |value, octet| value.saturating_mul(128) | u32::from(octet & 0x7f));
        self.flags.insert_if(value == 0, Flags::VERSION);
        Ok(value)
    }

    #[inline]
    pub(crate) fn country(&mut self, field: &Tlv<'a>) -> Result<Octets<'a>, Malformed> {
        let code = string(field, "country code")?;
        let allowed = code.len() == 2 && code.iter().all(u8::is_ascii_uppercase);
        self.flags.insert_if(!allowed, Flags::COUNTRY_CODE);
        Ok(code)
    }

    #[inline]
    pub(crate) fn number(&mut self, field: &Tlv<'a>, name: &'static str) -> Result<u32, Malformed> {
        if field.tag.constructed {
            return Err(Malformed::framed(field.at, Fault::Form { field: name }));
        }
        let read = unsigned(field.content)
            .and_then(|(value, padded)| Some((u32::try_from(value).ok()?, padded)));
        let Some((value, padded)) = read else {
            return Err(Malformed::framed(field.at, Fault::BadInteger { field: name }));
        };
        self.flags.insert_if(padded, Flags::PADDED_INTEGER);
        Ok(value)
    }

    fn communication(&mut self, communication: &Tlv<'a>) -> Result<(), Malformed> {
        constructed(communication, "communicationIdentifier")?;
        let mut seen = Seen::new("communicationIdentifier");
        for field in communication.children() {
            match seen.accept(&field)? {
                0 => self.network(&field)?,
                1 => self.cin = Some(self.number(&field, "communicationIdentityNumber")?),
                2 => self.delivery_country = Some(self.country(&field)?),
                3 => {
                    constructed(&field, "cINExtension")?;
                    self.cin_extension = Some(field.content);
                }
                _ => {}
            }
        }
        seen.require(0, "networkIdentifier", communication.at)
    }

    fn network(&mut self, network: &Tlv<'a>) -> Result<(), Malformed> {
        constructed(network, "networkIdentifier")?;
        let mut seen = Seen::new("networkIdentifier");
        let sized = |octets: &Octets<'_>| (1..=16).contains(&octets.len());
        for field in network.children() {
            match seen.accept(&field)? {
                0 => {
                    self.operator = string(&field, "operatorIdentifier")?;
                    let allowed = sized(&self.operator);
                    self.flags.insert_if(!allowed, Flags::NETWORK_IDENTIFIER_SIZE);
                }
                1 => {
                    let element = string(&field, "networkElementIdentifier")?;
                    self.flags.insert_if(!sized(&element), Flags::NETWORK_IDENTIFIER_SIZE);
                    self.network_element = Some(element);
                }
                2 if self.network_element.is_none() => {
                    self.network_element = Some(Cow::Borrowed(field.content));
                }
                _ => {}
            }
        }
        seen.require(0, "operatorIdentifier", network.at)
    }

    /// Settles which time is the header's: the finer one, unless the two contradict each other.
    #[inline]
    pub(crate) fn settle(&mut self, times: &Times) {
        self.time = match (times.generalized, times.micro_second) {
            (Some(coarse), Some(fine)) => {
                let apart = coarse.0.saturating_sub(fine.0).saturating_abs();
                let disagree = apart > Micros::PER_SECOND;
                self.flags.insert_if(disagree, Flags::TIMES_DISAGREE);
                Some(if disagree { coarse } else { fine })
            }
            (coarse, fine) => fine.or(coarse),
        };
    }
}

/// The tags met in one SEQUENCE: increasing, context-specific, none twice.
struct Seen {
    sequence: &'static str,
    last: Option<u32>,
    tags: u32,
}

impl Seen {
    fn new(sequence: &'static str) -> Self {
        Self { sequence, last: None, tags: 0 }
    }

    #[inline]
    fn accept(&mut self, field: &Tlv<'_>) -> Result<u32, Malformed> {
        let number = field.tag.number;
        let foreign = field.tag.class != Class::Context;
        if foreign || self.last.is_some_and(|last| number <= last) {
            let fault = Fault::Order { field: self.sequence };
            return Err(Malformed::framed(field.at, fault));
        }
        self.last = Some(number);
        self.tags |= 1_u32.checked_shl(number).unwrap_or(0);
        Ok(number)
    }

    fn require(&self, number: u32, field: &'static str, at: usize) -> Result<(), Malformed> {
        if self.tags & 1_u32.checked_shl(number).unwrap_or(0) == 0 {
            return Err(Malformed::framed(at, Fault::Missing { field }));
        }
        Ok(())
    }
}

#[inline]
fn string<'a>(field: &Tlv<'a>, name: &'static str) -> Result<Octets<'a>, Malformed> {
    field.string().ok_or(Malformed::framed(field.at, Fault::Form { field: name }))
}

fn constructed(field: &Tlv<'_>, name: &'static str) -> Result<(), Malformed> {
    if field.tag.constructed {
        Ok(())
    } else {
        Err(Malformed::framed(field.at, Fault::Form { field: name }))
    }
}
