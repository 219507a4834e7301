//! IP access: session events and counters in IRI, packets in CC.
//!
//! Counters are cumulative and of 64 bits; where the operator left them out, those of the RADIUS
//! record delivered with the event stand in.
//!
//! Rules: TS 102 232-3 clause 6.2 and annex A (`IPIRI`, `IPCC`).
use super::access::{self, address, assignment, instant, is_field, mac, network_id, number, word};
use super::location::location;
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::ps_pdu::Contents;
use crate::record::{Place, Record};
use std::borrow::Cow;

const EVENTS: [&str; 14] = [
    "accessAttempt",
    "accessAccept",
    "accessReject",
    "accessFailed",
    "sessionStart",
    "sessionEnd",
    "interimUpdate",
    "startOfInterceptionWithSessionActive",
    "accessEnd",
    "endOfInterceptionWithSessionActive",
    "unknown",
    "startOfInterceptionWithoutNetworkSession",
    "endOfInterceptionWithoutNetworkSession",
    "sessionExpired",
];
pub(super) const ACCESS_TYPES: [&str; 10] = [
    "undefined",
    "dialUp",
    "xDSL",
    "cableModem",
    "lAN",
    "wirelessLAN",
    "fTTx",
    "wIMAX-HIPERMAN",
    "satellite",
    "wireless-other",
];
pub(super) const END_REASONS: [&str; 5] =
    ["undefined", "regularLogoff", "connectionLoss", "connectionTimeout", "leaseExpired"];
pub(super) const AUTHENTICATION: [&str; 5] =
    ["unknown", "static", "radiusAAA", "dhcpAAA", "diameterAAA"];
const VERSIONS: [&str; 4] = ["", "iPV4", "iPV6", "iPV4andV6"];

/// Most routes and further addresses read of one event.
const LIST_MAX: usize = 64;

/// Reads an `iPIRI`.
pub(super) fn event(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Ip), ..Record::default() };
    let Some(fields) = contents.tlv.context(1) else {
        record.unknown = true;
        return record;
    };
    for field in fields.children() {
        let read = is_field(&field)
            && (session(&mut record, &field)
                || who(&mut record, &field)
                || access_point(&mut record, &field));
        record.unknown |= !read;
    }
    record
}

/// What happened, when and how much; false for other fields.
fn session(record: &mut Record, field: &Tlv<'_>) -> bool {
    match field.tag.number {
        0 => record.event = word(record, &EVENTS, field).map(str::to_owned),
        2 => {
            let kind = word(record, &ACCESS_TYPES, field);
            record.detail("access type", kind);
        }
        3 => {
            let version = word(record, &VERSIONS, field);
            record.detail("ip version", version);
        }
        10 => record.started_at = instant(record, "start", field),
        11 => record.ended_at = instant(record, "end", field),
        12 => record.cause = word(record, &END_REASONS, field).map(str::to_owned),
        13 => record.octets_down = field.unsigned(),
        14 => record.octets_up = field.unsigned(),
        15 => raw_aaa(record, field),
        16 => {
            let expected = instant(record, "expected end", field);
            record.detail("expected end", expected.map(|at| at.to_string()));
        }
        22 => {
            let kind = word(record, &AUTHENTICATION, field);
            record.detail("authentication", kind);
        }
        _ => return false,
    }
    true
}

/// The operator's own record of the session. Fields of the event are read in the order of their
/// numbers, so that its counters are there already.
pub(super) fn raw_aaa(record: &mut Record, field: &Tlv<'_>) {
    if let Some(octets) = field.string() {
        access::radius_into(record, &octets);
    }
}

/// Who and from where; false for other fields.
fn who(record: &mut Record, field: &Tlv<'_>) -> bool {
    match field.tag.number {
        1 => record.party("target", "user", field.text().unwrap_or_default()),
        4 | 21 => {
            assignment(record, field);
            let value = address(record, field);
            record.party("target", "ip", value.unwrap_or_default());
        }
        5 => network_id(record, "target", &field.text().unwrap_or_default()),
        6 => record.detail("equipment id", field.text()),
        7 => record.place(Place { of: "target", civic: field.text(), ..Place::default() }),
        9 => {
            // The number by which the access server calls back is one of the target's.
            let number = field.text().unwrap_or_default();
            record.detail("call-back number", Some(number.clone()));
            record.party("target", "tel", number);
        }
        20 => {
            record.detail("national parameters", field.context(1).and_then(|code| code.text()));
            record.unknown |= field.children().any(|own| !own.is_context(1));
        }
        23 => {
            for other in field.children().take(LIST_MAX) {
                if other.is_context(0) {
                    let value = address(record, &other);
                    record.party("target", "ip", value.unwrap_or_default());
                } else {
                    record.unknown = true;
                }
            }
        }
        24 => location(record, field),
        26 => {
            for route in field.children().take(LIST_MAX) {
                record.unknown |= !route.is_context(0);
                record.detail("framed route", route.text());
            }
        }
        _ => return false,
    }
    true
}

/// The point of presence: what the target is connected to; false for other fields.
fn access_point(record: &mut Record, field: &Tlv<'_>) -> bool {
    match field.tag.number {
        8 => number(record, "access port", field),
        17 => {
            let number = field.text().unwrap_or_default();
            record.party("called", "tel", number.clone());
            access::digits(record, number);
        }
        18 => match field.children().next() {
            Some(name) if name.is_context(0) => {
                record.party("server", "user", name.text().unwrap_or_default());
            }
            Some(name) if name.is_context(1) => {
                let address = name.string().and_then(|octets| mac(&octets));
                record.party("server", "mac", address.unwrap_or_default());
            }
            Some(name) if name.is_context(2) => {
                let value = address(record, &name);
                record.party("server", "ip", value.unwrap_or_default());
            }
            _ => record.unknown = true,
        },
        19 => {
            let value = address(record, field);
            record.party("server", "ip", value.unwrap_or_default());
        }
        25 => record.detail("access port id", field.text()),
        _ => return false,
    }
    true
}

/// Reads an `iPCC`: its packet is for the capture file, not for the facts.
pub(super) fn content(contents: &Contents<'_>) -> Record {
    let choice = contents.tlv.context(1).and_then(|choice| choice.children().next());
    let known = choice.is_some_and(|choice| choice.is_context(0) || choice.is_context(1));
    Record { medium: Some(Medium::Ip), unknown: !known, ..Record::default() }
}

/// The IP packet of an `iPCC`, and whether the operator cut it short.
#[must_use]
pub fn packet<'a>(contents: &Contents<'a>) -> Option<(Cow<'a, [u8]>, bool)> {
    if contents.iri || contents.tag != 2 {
        return None;
    }
    let choice = contents.tlv.context(1)?.children().next()?;
    match choice.tag.number {
        0 => Some((choice.string()?, false)),
        1 => Some((choice.context(0)?.string()?, true)),
        _ => None,
    }
}
