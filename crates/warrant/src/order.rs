//! The order as a person writes it: one JSON file per judge's order, with its measures.
//!
//! Promises: what [`OrderDocument::parse`] accepts is bounded, has at least one measure, and no two
//! measures that claim the same LIID of the same operator at the same moment. An error names the
//! field, what was found there and what to write instead.
//!
//! Rules: DESIGN decision 2; LECrim 588 bis c.3 (contents of an order); `spec/register.md`.
use crate::text::{self, ScopeFlags};
use lacre_term::{Liid, Micros, Scope, hex};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Octets of the largest order file.
pub const FILE_OCTETS_MAX: usize = 1024 * 1024;
/// Measures of the largest order.
pub const MEASURES_MAX: usize = 1000;
/// Octets of a case's or an order's name.
pub const NAME_OCTETS_MAX: usize = 64;
/// Octets of an operator's name.
pub const OPERATOR_OCTETS_MAX: usize = 64;
const COURT_OCTETS_MAX: usize = 200;
const PROFILE_OCTETS_MAX: usize = 16;
const IDENTITY_TYPE_OCTETS_MAX: usize = 32;
const IDENTITY_OCTETS_MAX: usize = 256;
const PARTICULAR_OCTETS_MAX: usize = 4096;
const DOCUMENT_OCTETS_MAX: usize = 1024;

/// One judge's order: who granted it, when, and what it authorises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawOrder", into = "RawOrder")]
pub struct OrderDocument {
    /// The case (*pieza*) it belongs to.
    pub case: String,
    /// The order's own name, unique on a site.
    pub order: String,
    /// The court that granted it.
    pub court: String,
    /// The law's profile, such as `es`.
    pub profile: String,
    /// When it was granted.
    pub granted_at: Micros,
    /// What it authorises, at least one.
    pub measures: Vec<Measure>,
    /// The person under investigation, in the order's words.
    pub person: Option<Particular>,
    /// The offence.
    pub offence: Option<Particular>,
    /// The police unit in charge.
    pub unit: Option<Particular>,
    /// Who is obliged to deliver.
    pub obliged_party: Option<Particular>,
    /// Form and period of the reports to the judge.
    pub reporting: Option<Particular>,
    /// The form of the interception.
    pub form: Option<Particular>,
    /// Path of the judge's signed file, as the order file gives it; resolved by the caller.
    pub document: Option<String>,
}

/// One LIID that an order authorises at one operator, over `[from, until)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The identifier under which the operator delivers.
    pub liid: Liid,
    /// The operator that delivers, as its peers name it.
    pub operator: String,
    /// What is intercepted.
    pub identity: Identity,
    /// First moment of the validity, included.
    pub from: Micros,
    /// End of the validity, excluded.
    pub until: Micros,
    /// What may be kept and shown.
    pub scope: Scope,
}

/// The intercepted identity. `Debug` does not print its value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Its kind in free text: `sip-uri`, `msisdn`, `imsi`, `ipv4` …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value, as the order writes it.
    pub value: String,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}, ..)", self.kind)
    }
}

/// A particular of the order that people read and no rule here judges: a text, or fields of texts.
/// `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Particular(Value);

impl Particular {
    /// A particular that is one text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(Value::String(text.to_owned()))
    }

    /// One line for people: the text itself, or the fields as JSON.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.0 {
            Value::String(text) => text.clone(),
            fields => fields.to_string(),
        }
    }
}

impl fmt::Debug for Particular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Particular(..)")
    }
}

/// The order file cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// It is not an order file at all.
    #[error("order file has {octets} octets, at most {FILE_OCTETS_MAX} are read: is it the order?")]
    TooLarge {
        /// Octets of the file.
        octets: usize,
    },
    /// Correct the JSON at that place.
    #[error("order file is not as expected at line {line}, column {column}: {what}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What stands there, and what was expected.
        what: String,
    },
    /// Correct that field.
    #[error("order field `{field}`: {found}; {remedy}")]
    Field {
        /// The field's path, such as `measures[0].until`.
        field: String,
        /// What was found there.
        found: String,
        /// What to write instead.
        remedy: String,
    },
}

impl OrderDocument {
    /// Reads an order file.
    ///
    /// # Errors
    /// [`OrderError`] naming the place, what was found and what to do.
    pub fn parse(octets: &[u8]) -> Result<Self, OrderError> {
        if octets.len() > FILE_OCTETS_MAX {
            return Err(OrderError::TooLarge { octets: octets.len() });
        }
        let raw: RawOrder = serde_json::from_slice(octets).map_err(|error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            OrderError::Json {
                line: error.line(),
                column: error.column(),
                what: error.to_string().replace(&place, ""),
            }
        })?;
        Self::try_from(raw)
    }
}

/// Windows `[from, until)` that share a moment; an empty one shares none.
pub(crate) fn overlap(a: (Micros, Micros), b: (Micros, Micros)) -> bool {
    a.0 < a.1 && b.0 < b.1 && a.0 < b.1 && b.0 < a.1
}

/// The JSON of the order file, field by field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrder {
    case: String,
    order: String,
    court: String,
    profile: String,
    granted_at: String,
    measures: Vec<RawMeasure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    person: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offence: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    obliged_party: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reporting: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<String>,
}

/// The JSON of one measure.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    liid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    liid_hex: Option<String>,
    operator: String,
    identity: Identity,
    from: String,
    until: String,
    scope: ScopeFlags,
}

fn wrong(field: &str, found: impl Into<String>, remedy: impl Into<String>) -> OrderError {
    OrderError::Field { field: field.to_owned(), found: found.into(), remedy: remedy.into() }
}

fn line(field: &str, value: &str, octets_max: usize) -> Result<(), OrderError> {
    let remedy = || format!("write one line of 1 to {octets_max} octets");
    text::line(value, octets_max).map_err(|error| wrong(field, error.to_string(), remedy()))
}

fn time(field: &str, value: &str) -> Result<Micros, OrderError> {
    let shown: String = value.chars().take(40).collect();
    Micros::parse_rfc3339(value).ok_or_else(|| {
        let remedy = "write date, time and offset, such as 2026-11-23T20:27:00+01:00";
        wrong(field, format!("found {shown:?}"), remedy)
    })
}

fn particular(field: &str, value: Option<Value>) -> Result<Option<Particular>, OrderError> {
    let Some(value) = value else { return Ok(None) };
    if let Value::String(text) = &value {
        line(field, text, PARTICULAR_OCTETS_MAX)?;
        return Ok(Some(Particular(value)));
    }
    let octets = value.to_string().len();
    if octets > PARTICULAR_OCTETS_MAX {
        let remedy = format!("shorten it to {PARTICULAR_OCTETS_MAX} octets");
        return Err(wrong(field, format!("it has {octets} octets of JSON"), remedy));
    }
    match hidden_in(&value) {
        None => Ok(Some(Particular(value))),
        Some(code) => {
            let found =
                format!("it holds the character U+{code:04X}, which a reader would not see");
            Err(wrong(field, found, "take it out"))
        }
    }
}

/// The first character that a reader would not see, in any text of `value`. serde_json bounds the
/// depth, so the recursion is bounded too.
fn hidden_in(value: &Value) -> Option<u32> {
    let in_text = |text: &str| text.chars().find(|c| text::is_hidden(*c)).map(u32::from);
    match value {
        Value::String(text) => in_text(text),
        Value::Array(items) => items.iter().find_map(hidden_in),
        Value::Object(fields) => {
            fields.iter().find_map(|(name, item)| in_text(name).or_else(|| hidden_in(item)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

impl TryFrom<RawOrder> for OrderDocument {
    type Error = OrderError;

    fn try_from(raw: RawOrder) -> Result<Self, OrderError> {
        line("case", &raw.case, NAME_OCTETS_MAX)?;
        line("order", &raw.order, NAME_OCTETS_MAX)?;
        line("court", &raw.court, COURT_OCTETS_MAX)?;
        text::name(&raw.profile, PROFILE_OCTETS_MAX)
            .map_err(|error| wrong("profile", error.to_string(), "write a profile, such as es"))?;
        if let Some(document) = &raw.document {
            line("document", document, DOCUMENT_OCTETS_MAX)?;
        }
        let count = raw.measures.len();
        if !(1..=MEASURES_MAX).contains(&count) {
            let remedy = format!("write 1 to {MEASURES_MAX}, one for each LIID");
            return Err(wrong("measures", format!("there are {count}"), remedy));
        }
        let mut measures: Vec<Measure> = Vec::with_capacity(count);
        for (at, raw) in raw.measures.into_iter().enumerate() {
            let measure = measure(at, raw)?;
            refuse_overlap(at, &measure, &measures)?;
            measures.push(measure);
        }
        Ok(Self {
            granted_at: time("granted_at", &raw.granted_at)?,
            case: raw.case,
            order: raw.order,
            court: raw.court,
            profile: raw.profile,
            measures,
            person: particular("person", raw.person)?,
            offence: particular("offence", raw.offence)?,
            unit: particular("unit", raw.unit)?,
            obliged_party: particular("obliged_party", raw.obliged_party)?,
            reporting: particular("reporting", raw.reporting)?,
            form: particular("form", raw.form)?,
            document: raw.document,
        })
    }
}

fn measure(at: usize, raw: RawMeasure) -> Result<Measure, OrderError> {
    let field = |name: &str| format!("measures[{at}].{name}");
    let liid = liid(&field("liid"), raw.liid.as_deref(), raw.liid_hex.as_deref())?;
    line(&field("operator"), &raw.operator, OPERATOR_OCTETS_MAX)?;
    line(&field("identity.type"), &raw.identity.kind, IDENTITY_TYPE_OCTETS_MAX)?;
    line(&field("identity.value"), &raw.identity.value, IDENTITY_OCTETS_MAX)?;
    let from = time(&field("from"), &raw.from)?;
    let until = time(&field("until"), &raw.until)?;
    if until <= from {
        let found = format!("{until} is not after `from`, {from}");
        return Err(wrong(&field("until"), found, "write the first moment no longer authorised"));
    }
    let (operator, identity, scope) = (raw.operator, raw.identity, raw.scope.into());
    Ok(Measure { liid, operator, identity, from, until, scope })
}

fn liid(field: &str, text: Option<&str>, digits: Option<&str>) -> Result<Liid, OrderError> {
    match (text, digits) {
        (Some(text), None) => lacre_term::liid::text_form(text.as_bytes())
            .ok_or_else(|| {
                let found = "it holds a character that is not printable ASCII";
                wrong(field, found, "write its octets in hexadecimal as `liid_hex`")
            })
            .and_then(|text| {
                Liid::parse(text.as_bytes())
                    .map_err(|error| wrong(field, error.to_string(), "write it as delivered"))
            }),
        (None, Some(digits)) => text::liid_of_hex(digits).map_err(|()| {
            let found = format!("{} characters that are not 1 to 25 octets", digits.len());
            wrong(&format!("{field}_hex"), found, "write 2 hexadecimal digits for each octet")
        }),
        (None, None) => Err(wrong(field, "it is missing", "write `liid`, or `liid_hex`")),
        (Some(_), Some(_)) => {
            Err(wrong(field, "`liid_hex` is there as well", "write one of the two"))
        }
    }
}

fn refuse_overlap(at: usize, new: &Measure, before: &[Measure]) -> Result<(), OrderError> {
    let clash = before.iter().position(|old| {
        old.liid == new.liid
            && old.operator == new.operator
            && overlap((old.from, old.until), (new.from, new.until))
    });
    match clash {
        None => Ok(()),
        Some(old) => {
            let found = format!("measures[{old}] names the same LIID at that operator and time");
            Err(wrong(&format!("measures[{at}]"), found, "part their times, or keep one"))
        }
    }
}

impl From<OrderDocument> for RawOrder {
    fn from(order: OrderDocument) -> Self {
        let value = |particular: Option<Particular>| particular.map(|Particular(value)| value);
        Self {
            case: order.case,
            order: order.order,
            court: order.court,
            profile: order.profile,
            granted_at: order.granted_at.rfc3339(),
            measures: order.measures.into_iter().map(RawMeasure::from).collect(),
            person: value(order.person),
            offence: value(order.offence),
            unit: value(order.unit),
            obliged_party: value(order.obliged_party),
            reporting: value(order.reporting),
            form: value(order.form),
            document: order.document,
        }
    }
}

impl From<Measure> for RawMeasure {
    fn from(measure: Measure) -> Self {
        let text = measure.liid.text().map(str::to_owned);
        let digits = text.is_none().then(|| hex::encode(measure.liid.octets()));
        Self {
            liid: text,
            liid_hex: digits,
            operator: measure.operator,
            identity: measure.identity,
            from: measure.from.rfc3339(),
            until: measure.until.rfc3339(),
            scope: measure.scope.into(),
        }
    }
}

#[cfg(test)]
#[path = "order/tests.rs"]
mod tests;
