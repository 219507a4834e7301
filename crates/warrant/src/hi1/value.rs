//! Small values of a message: identifiers, dictionary entries, times, approvals, addresses.
//!
//! Promises: a value reads back to the same value, as XML and as JSON; one that breaks its pattern
//! cannot be read.
//!
//! Rules: TS 103 280 (ShortString, LongString, UUID, dates, addresses, ports); TS 103 120 clause 7.
use lacre_term::{Micros, hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// Characters of the schema's short text.
pub(super) const SHORT: usize = 255;
/// Characters of the schema's long text.
pub(super) const LONG: usize = 65_535;

/// Identifier of an object or a transaction: 16 octets, written in lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Reads `01234567-89ab-cdef-0123-456789abcdef`; lower case only, as the schema has it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let mut digits = String::with_capacity(32);
        for length in [8, 4, 4, 4, 12] {
            let part = parts.next().filter(|part| part.len() == length)?;
            digits.push_str(part);
        }
        let lower = digits.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
        if !lower || parts.next().is_some() {
            return None;
        }
        hex::decode_array(&digits).map(Self)
    }

    /// A random (version 4) identifier from 16 random octets.
    #[must_use]
    pub fn random(mut octets: [u8; 16]) -> Self {
        octets[6] = (octets[6] & 0x0f) | 0x40;
        octets[8] = (octets[8] & 0x3f) | 0x80;
        Self(octets)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, octet) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{octet:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Uuid {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("an identifier is a UUID in lower case"))
    }
}

/// One end of the interface: an authority or an operator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointId {
    /// ISO 3166 alpha-2, upper case.
    pub country: String,
    /// Its name there, at most 65,535 characters.
    pub identifier: String,
}

impl EndpointId {
    /// Reads `ES:LEA-0001`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (country, identifier) = text.split_once(':')?;
        let sound = is_country(country) && !identifier.is_empty() && identifier.len() <= SHORT;
        sound.then(|| Self { country: country.to_owned(), identifier: identifier.to_owned() })
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.country, self.identifier)
    }
}

pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|octet| octet.is_ascii_uppercase())
}

/// A word of a dictionary: who owns the dictionary, its name, the word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who owns the dictionary: `ETSI`, or a country.
    pub owner: String,
    /// The dictionary.
    pub name: String,
    /// The word.
    pub value: String,
}

impl Entry {
    /// A word of one of ETSI's dictionaries.
    #[must_use]
    pub fn etsi(name: &str, value: &str) -> Self {
        Self { owner: "ETSI".into(), name: name.into(), value: value.into() }
    }

    /// The word, when it is one of ETSI's dictionary `name`.
    #[must_use]
    pub fn word_of(&self, name: &str) -> Option<&str> {
        (self.owner == "ETSI" && self.name == name).then_some(self.value.as_str())
    }
}

/// A moment as the schema writes it: whole seconds with an offset. Kept as read.
#[must_use]
pub fn parse_time(text: &str) -> Option<Micros> {
    let digits = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    let whole = !text.contains('.') && !text.ends_with('z');
    let zone = text.ends_with('Z') || text.len() == 25;
    if digits && whole && zone { Micros::parse_rfc3339(text) } else { None }
}

/// Writes whole seconds in UTC; what is less than a second is cut.
#[must_use]
pub fn time_text(at: Micros) -> String {
    let text = at.rfc3339();
    format!("{}Z", text.split('.').next().unwrap_or_default())
}

/// `[start, end)`, either of which may be open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timespan {
    /// First moment.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::text::time_text::optional"
    )]
    pub start: Option<Micros>,
    /// First moment no longer in it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::text::time_text::optional"
    )]
    pub end: Option<Micros>,
}

/// How to reach who approved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// E.164 without `+`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Who approved a document, an authorisation or a task, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Its kind, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Who approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<Approver>,
    /// When.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::text::time_text::optional"
    )]
    pub at: Option<Micros>,
    /// True when it was given in urgency, to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<bool>,
}

/// Who approved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The role or court.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// How to reach them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

/// One value of a target, with the format it is written in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetValue {
    /// Who defines the format: `ETSI` for TS 103 280, else a country.
    pub owner: String,
    /// The format: `E164`, `IMSI`, `SIPURI` …
    pub format: String,
    /// The value. `Debug` does not print it.
    pub value: String,
}

impl fmt::Debug for TargetValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TargetValue({}:{}, ..)", self.owner, self.format)
    }
}

/// Where an operator is to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Address {
    /// One text in one of the schema's forms: `IPv4Address`, `FQDN`, `URL` …
    Text {
        /// The form, as the schema names the element.
        form: String,
        /// The address.
        value: String,
    },
    /// An address with a port, or with a range of ports.
    Port {
        /// IPv4, or IPv6 in eight full groups.
        address: String,
        /// UDP; else TCP.
        udp: bool,
        /// First port.
        start: u16,
        /// Last port of a range.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<u16>,
    },
    /// An endpoint, by its identifier.
    Endpoint {
        /// Which.
        endpoint: EndpointId,
    },
}

/// True for four decimal groups.
pub(super) fn is_ipv4(text: &str) -> bool {
    text.parse::<std::net::Ipv4Addr>().is_ok()
}

/// True for eight full groups in lower case, as TS 103 280 writes IPv6.
pub(super) fn is_ipv6(text: &str) -> bool {
    let group = |group: &str| {
        group.len() == 4 && group.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    text.len() == 39 && text.split(':').all(group)
}

fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit())
}

/// Checks a target's value against its format, where the format is one of TS 103 280 that a
/// measure can be bound by; another is taken as it stands.
pub(super) fn fits(target: &TargetValue) -> bool {
    let value = target.value.as_str();
    if value.is_empty() || crate::text::line(value, 256).is_err() {
        return false;
    }
    if target.owner != "ETSI" {
        return true;
    }
    match target.format.as_str() {
        "E164" | "InternationalE164" | "GPSIMSISDN" => digits(value, 1..=15),
        "IMSI" | "SUPIIMSI" => digits(value, 6..=15),
        "IMEI" | "PEIIMEI" => digits(value, 14..=14),
        "IMEICheckDigit" | "PEIIMEICheckDigit" => digits(value, 15..=15),
        "IMEISV" | "PEIIMEISV" => digits(value, 16..=16),
        "IPv4Address" | "Ipv4Address" => is_ipv4(value),
        "IPv6Address" | "Ipv6Address" => is_ipv6(value),
        "EmailAddress" | "InternationalizedEmailAddress" => value.contains('@'),
        "TCPPort" | "UDPPort" => value.parse::<u16>().is_ok(),
        _ => true,
    }
}
