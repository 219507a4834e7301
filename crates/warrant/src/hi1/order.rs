//! Between HI1 objects and an order with its measures.
//!
//! Promises: an order made of objects goes through [`OrderDocument::parse`], the rules of an order
//! file; a measure written as a task reads back as that measure.
//!
//! Rules: TS 103 120 clauses 7.2, 7.3, 8.2; TS 103 280 (formats, LIID); DESIGN decision 2.
use super::error::{ErrorInformation, code};
use super::object::{Authorisation, Document, Task};
use super::value::{Entry, TargetValue};
use crate::order::OrderDocument;
use lacre_term::{Liid, Micros, Scope, hex};
use serde_json::{Value, json};

/// Kinds of identity that people write in order files, and the formats of TS 103 280 they are.
const FORMATS: [(&str, &str); 12] = [
    ("msisdn", "InternationalE164"),
    ("imsi", "IMSI"),
    ("imei", "IMEI"),
    ("mac", "MACAddress"),
    ("ipv4", "IPv4Address"),
    ("ipv6", "IPv6Address"),
    ("email", "EmailAddress"),
    ("sip-uri", "SIPURI"),
    ("tel-uri", "TELURI"),
    ("nai", "NAI"),
    ("impu", "IMPU"),
    ("impi", "IMPI"),
];
const SEVERAL: &str = "several";
/// Who owns the dictionary of scopes that ETSI's delivery types cannot say.
const OURS: &str = "LACRE";
const SCOPE: &str = "Scope";

/// A task with the authorisation and the documents it stands under.
pub(super) struct Parts<'p> {
    pub(super) authorisation: &'p Authorisation,
    pub(super) documents: Vec<&'p Document>,
    pub(super) tasks: Vec<&'p Task>,
    /// The operator when no object names one.
    pub(super) receiver: &'p str,
    /// The law's profile.
    pub(super) profile: &'p str,
}

fn wrong(code: u64, text: impl AsRef<str>) -> ErrorInformation {
    ErrorInformation::new(code, text)
}

/// A LIID as a task writes it: text of 1 to 25 printable octets, or 26 to 50 hexadecimal digits.
pub(super) fn liid(text: &str) -> Option<Liid> {
    match text.len() {
        1..=25 => Liid::parse(lacre_term::liid::text_form(text.as_bytes())?.as_bytes()).ok(),
        26..=50 => {
            let lower = text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
            Liid::parse(&hex::decode(text).filter(|_| lower)?).ok()
        }
        _ => None,
    }
}

/// A LIID in the schema's form; `None` for octets that are neither text nor 13 or more.
pub(super) fn liid_text(liid: &Liid) -> Option<String> {
    let text = liid.text().map_or_else(|| hex::encode(liid.octets()), str::to_owned);
    (super::order::liid(&text)? == *liid).then_some(text)
}

/// The order that the parts make.
pub(super) fn document(parts: &Parts<'_>) -> Result<OrderDocument, ErrorInformation> {
    let missing = |what: &str| wrong(code::MISSING, format!("{what} is missing: an order has one"));
    let reference = parts.authorisation.reference.as_deref();
    let case = reference.ok_or_else(|| missing("AuthorisationReference"))?;
    let order = parts.documents.iter().find_map(|it| it.reference.as_deref()).unwrap_or(case);
    let court = court(parts).ok_or_else(|| {
        missing("the court (AuthorisationLegalEntity, AuthorisationJurisdiction or ApproverRole)")
    })?;
    let granted_at = granted_at(parts.authorisation, &parts.documents)
        .ok_or_else(|| missing("when it was granted (ApprovalTimestamp)"))?;
    let measures = parts.tasks.iter().map(|task| measure(parts, task));
    let measures = measures.collect::<Result<Vec<Value>, _>>()?;
    let file = json!({
        "case": case, "order": order, "court": court, "profile": parts.profile,
        "granted_at": granted_at.rfc3339(), "measures": measures,
    });
    let parsed = OrderDocument::parse(file.to_string().as_bytes());
    parsed.map_err(|error| wrong(code::VALUE, error.to_string()))
}

/// What is not sealed in the register's working copy, so that an order is the same either way.
fn court<'p>(parts: &Parts<'p>) -> Option<&'p str> {
    let of_authorisation = &parts.authorisation;
    let role = |approval: &'p super::value::Approval| approval.approver.as_ref()?.role.as_deref();
    let signatures = parts.documents.iter().flat_map(|it| &it.signatures);
    of_authorisation
        .legal_entity
        .as_deref()
        .or(of_authorisation.jurisdiction.as_deref())
        .or_else(|| signatures.chain(&of_authorisation.approvals).find_map(role))
}

/// When it was granted: the newest approval of a document, else of the authorisation.
pub(super) fn granted_at(it: &Authorisation, documents: &[&Document]) -> Option<Micros> {
    let signed = documents.iter().flat_map(|it| &it.signatures).filter_map(|it| it.at).max();
    signed.or_else(|| it.approvals.iter().filter_map(|it| it.at).max()).or(it.created_at)
}

fn measure(parts: &Parts<'_>, task: &Task) -> Result<Value, ErrorInformation> {
    let missing = |what: &str| wrong(code::MISSING, format!("{what} is missing: a task has one"));
    let liid = task.reference.as_deref().and_then(liid).ok_or_else(|| missing("Reference"))?;
    let (from, until) = window(parts.authorisation, task)?;
    let operator = match (&task.operator, parts.authorisation.operators.as_slice()) {
        (Some(operator), _) => operator.identifier.as_str(),
        (None, [only]) => only.identifier.as_str(),
        (None, _) => parts.receiver,
    };
    let identity = identity(&task.targets)?;
    let scope = scope(task.delivery_type.as_ref(), task.handling.as_ref())?;
    Ok(json!({
        "liid_hex": hex::encode(liid.octets()), "operator": operator,
        "identity": {"type": identity.0, "value": identity.1},
        "from": from.rfc3339(), "until": until.rfc3339(),
        "scope": {
            "content": scope.content, "origin_destination": scope.origin_destination,
            "location": scope.location, "other_traffic": scope.other_traffic,
        },
    }))
}

/// The task's validity, which must lie within the authorisation's.
pub(super) fn window(
    authorisation: &Authorisation,
    task: &Task,
) -> Result<(Micros, Micros), ErrorInformation> {
    let outer = authorisation.timespan.unwrap_or_default();
    let inner = task.timespan.unwrap_or_default();
    let (Some(first), Some(last)) = (outer.start, outer.end) else {
        return Err(wrong(code::MISSING, "AuthorisationTimespan needs StartTime and EndTime"));
    };
    let (from, until) = (inner.start.unwrap_or(first), inner.end.unwrap_or(last));
    if from < first || until > last {
        let text = "Timespan of the task exceeds that of its authorisation: keep it within";
        return Err(wrong(code::VALUE, text));
    }
    if until <= from {
        return Err(wrong(code::VALUE, "EndTime is not after StartTime"));
    }
    Ok((from, until))
}

/// The identity of a measure. Several values of one target are used together (clause 8.2.5).
fn identity(targets: &[TargetValue]) -> Result<(String, String), ErrorInformation> {
    let kind_of = |target: &TargetValue| {
        if target.owner != "ETSI" {
            return format!("{}:{}", target.owner, target.format);
        }
        let format = if target.format == "E164" { "InternationalE164" } else { &target.format };
        let known = FORMATS.iter().find(|(_, name)| *name == format);
        known.map_or(format, |(kind, _)| kind).to_owned()
    };
    let value_of = |target: &TargetValue| match kind_of(target).as_str() {
        "msisdn" => format!("+{}", target.value),
        _ => target.value.clone(),
    };
    match targets {
        [] => Err(wrong(code::MISSING, "TargetIdentifierValue is missing: a task has one")),
        [only] => Ok((kind_of(only), value_of(only))),
        several => {
            let pair = |target: &TargetValue| format!("{}={}", kind_of(target), value_of(target));
            if several.iter().any(|target| target.value.contains("; ")) {
                let text = "a value beside others may not hold `; `: give it a task of its own";
                return Err(wrong(code::VALUE, text));
            }
            Ok((SEVERAL.to_owned(), several.iter().map(pair).collect::<Vec<_>>().join("; ")))
        }
    }
}

/// The targets of a task for an identity as an order has it. A value that does not fit the format
/// its kind stands for is written under the country's own.
pub(super) fn targets(country: &str, kind: &str, value: &str) -> Vec<TargetValue> {
    let one = |kind: &str, value: &str| {
        let known = FORMATS.iter().find(|(name, _)| *name == kind).map(|(_, format)| *format);
        let (owner, format) = match (known, kind.split_once(':')) {
            (Some(format), _) => ("ETSI", format),
            (None, Some((owner, format))) => (owner, format),
            (None, None) if kind.starts_with(|c: char| c.is_ascii_uppercase()) => ("ETSI", kind),
            (None, None) => (country, kind),
        };
        let bare =
            if format == "InternationalE164" { value.trim_start_matches('+') } else { value };
        let target = TargetValue { owner: owner.into(), format: format.into(), value: bare.into() };
        if super::value::fits(&target) {
            return target;
        }
        TargetValue { owner: country.into(), format: kind.into(), value: value.into() }
    };
    let pairs: Option<Vec<_>> = value.split("; ").map(|pair| pair.split_once('=')).collect();
    match pairs.filter(|_| kind == SEVERAL) {
        Some(pairs) => pairs.into_iter().map(|(kind, value)| one(kind, value)).collect(),
        None => vec![one(kind, value)],
    }
}

/// What may be kept: the delivery type, or less where our own word says so.
fn scope(delivery: Option<&Entry>, handling: Option<&Entry>) -> Result<Scope, ErrorInformation> {
    let all = |content: bool, iri: bool| Scope {
        content,
        origin_destination: iri,
        location: iri,
        other_traffic: iri,
    };
    let Some(delivery) = delivery else {
        return Err(wrong(code::MISSING, "DeliveryType is missing: a task has one"));
    };
    let widest = match delivery.word_of("TaskDeliveryType") {
        Some("IRIandCC") => all(true, true),
        Some("IRIOnly") => all(false, true),
        Some("CCOnly") => all(true, false),
        _ => return Err(wrong(code::VALUE, "DeliveryType is IRIOnly, CCOnly or IRIandCC of ETSI")),
    };
    let ours = handling.filter(|it| it.owner == OURS && it.name == SCOPE);
    let Some(words) = ours.map(|it| it.value.as_str()) else { return Ok(widest) };
    let said: Vec<&str> = words.split('+').collect();
    let known = ["content", "origin_destination", "location", "other_traffic", "nothing"];
    if said.iter().any(|word| !known.contains(word)) {
        return Err(wrong(code::VALUE, "HandlingProfile LACRE Scope holds an unknown word"));
    }
    let both = |word: &str, wide: bool| wide && said.contains(&word);
    Ok(Scope {
        content: both("content", widest.content),
        origin_destination: both("origin_destination", widest.origin_destination),
        location: both("location", widest.location),
        other_traffic: both("other_traffic", widest.other_traffic),
    })
}

/// Delivery type for a scope, and our own word where the delivery type says too much.
pub(super) fn delivery(scope: Scope) -> (Entry, Option<Entry>) {
    let flags = [
        ("content", scope.content),
        ("origin_destination", scope.origin_destination),
        ("location", scope.location),
        ("other_traffic", scope.other_traffic),
    ];
    let said: Vec<&str> = flags.iter().filter(|(_, set)| *set).map(|(word, _)| *word).collect();
    let iri = flags.iter().skip(1).filter(|(_, set)| *set).count();
    let (word, exact) = match (scope.content, iri) {
        (true, 0) => ("CCOnly", true),
        (true, count) => ("IRIandCC", count == 3),
        (false, count) => ("IRIOnly", count == 3),
    };
    let value = if said.is_empty() { "nothing".to_owned() } else { said.join("+") };
    let ours = Entry { owner: OURS.into(), name: SCOPE.into(), value };
    (Entry::etsi("TaskDeliveryType", word), (!exact).then_some(ours))
}
