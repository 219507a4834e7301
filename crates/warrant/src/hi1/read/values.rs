//! Small values of a message, element by element.
//!
//! Promises: as its parent's; a field of another profile is named and never dropped.
//!
//! Rules: TS 103 280; TS 103 120 clause 7; schemas V1.12.1 to V1.15.1.
use super::Read;
use crate::hi1::error::ReadError;
use crate::hi1::value::{
    Approval, Approver, Contact, EndpointId, Entry, LONG, SHORT, Timespan, Uuid, is_country,
    parse_time,
};
use crate::hi1::xml::{Element, Fields, Space, leaf};
use Space::{Common as C, Core};
use lacre_term::Micros;

pub(super) fn approvals(fields: &mut Fields<'_>, space: Space, name: &str) -> Read<Vec<Approval>> {
    fields.every(space, name).into_iter().map(approval).collect()
}

pub(super) fn approval(element: &Element) -> Read<Approval> {
    let mut fields = Fields::of(element)?;
    let kind = fields.text(C, "ApprovalType", LONG)?;
    let description = fields.text(C, "ApprovalDescription", LONG)?;
    let reference = fields.text(C, "ApprovalReference", LONG)?;
    let approver = fields.maybe(C, "ApproverDetails").map(approver).transpose()?;
    let at = moment(fields.maybe(C, "ApprovalTimestamp"))?;
    let emergency = fields.maybe(C, "ApprovalIsEmergency").map(truth).transpose()?;
    unsupported(&mut fields, C, "ApprovalDigitalSignature")?;
    unsupported(&mut fields, C, "ApprovalNationalDetails")?;
    fields.end()?;
    Ok(Approval { kind, description, reference, approver, at, emergency })
}

pub(super) fn approver(element: &Element) -> Read<Approver> {
    let mut fields = Fields::of(element)?;
    let name = fields.text(C, "ApproverName", LONG)?;
    let role = fields.text(C, "ApproverRole", LONG)?;
    unsupported(&mut fields, C, "ApproverIdentity")?;
    let mut contacts = Vec::new();
    for element in fields.every(C, "ApproverContactDetails") {
        let mut fields = Fields::of(element)?;
        let name = fields.text(C, "ApproverAlternateName", LONG)?;
        let email = fields.text(C, "ApproverEmailAddress", SHORT)?;
        let phone = fields.text(C, "ApproverPhoneNumber", SHORT)?;
        fields.end()?;
        contacts.push(Contact { name, email, phone });
    }
    fields.end()?;
    Ok(Approver { name, role, contacts })
}

/// A field of the schema whose meaning is another profile's: refused by name, never dropped.
pub(super) fn unsupported(fields: &mut Fields<'_>, space: Space, name: &'static str) -> Read<()> {
    match fields.maybe(space, name) {
        None => Ok(()),
        Some(_) => Err(ReadError::NotTaken { element: name }),
    }
}

pub(super) fn entries(list: Option<&Element>, space: Space, name: &str) -> Read<Vec<Entry>> {
    let Some(list) = list else { return Ok(Vec::new()) };
    let mut fields = Fields::of(list)?;
    let every = fields.every(space, name);
    fields.end()?;
    every.into_iter().map(entry).collect()
}

pub(super) fn entry(element: &Element) -> Read<Entry> {
    let mut fields = Fields::of(element)?;
    let owner = leaf(fields.must(C, "Owner")?, SHORT)?;
    let name = leaf(fields.must(C, "Name")?, SHORT)?;
    let value = leaf(fields.must(C, "Value")?, SHORT)?;
    fields.end()?;
    Ok(Entry { owner, name, value })
}

pub(super) fn endpoint(element: &Element) -> Read<EndpointId> {
    let mut fields = Fields::of(element)?;
    let country = country(fields.must(Core, "CountryCode")?)?;
    let identifier = leaf(fields.must(Core, "UniqueIdentifier")?, LONG)?;
    fields.end()?;
    Ok(EndpointId { country, identifier })
}

pub(super) fn span(element: Option<&Element>, space: Space) -> Read<Option<Timespan>> {
    let Some(element) = element else { return Ok(None) };
    let mut fields = Fields::of(element)?;
    let start = moment(fields.maybe(space, "StartTime"))?;
    let end = moment(fields.maybe(space, "EndTime"))?;
    fields.end()?;
    Ok(Some(Timespan { start, end }))
}

pub(super) fn moment(element: Option<&Element>) -> Read<Option<Micros>> {
    let Some(element) = element else { return Ok(None) };
    let text = leaf(element, SHORT)?;
    let read = parse_time(text.trim());
    read.map(Some).ok_or_else(|| odd(element, "a moment in whole seconds with an offset"))
}

pub(super) fn country(element: &Element) -> Read<String> {
    let text = leaf(element, SHORT)?.trim().to_owned();
    if is_country(&text) { Ok(text) } else { Err(odd(element, "two capital letters")) }
}

pub(super) fn uuid(element: &Element) -> Read<Uuid> {
    Uuid::parse(leaf(element, SHORT)?.trim()).ok_or_else(|| odd(element, "a UUID in lower case"))
}

pub(super) fn number(element: &Element) -> Read<u64> {
    let text = leaf(element, SHORT)?;
    text.trim().parse().map_err(|_| odd(element, "a number from 0"))
}

pub(super) fn truth(element: &Element) -> Read<bool> {
    match leaf(element, SHORT)?.trim() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(odd(element, "true or false")),
    }
}

pub(super) fn odd(element: &Element, due: &str) -> ReadError {
    ReadError::structure(&element.name, format!("does not hold {due}"))
}
