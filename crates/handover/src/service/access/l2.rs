//! Layer 2: sessions below IP, their circuits and frames.
//!
//! Its events are numbered otherwise than those of IP access from 7 on.
//!
//! Rules: TS 102 232-4 clause 6 and annex A (`L2IRI`, `L2IRIOnly`, `L2CC`).
use super::{instant, is_field, network_id, number, word};
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::ps_pdu::Contents;
use crate::record::{Place, Record};
use crate::service::ip_access::{ACCESS_TYPES, AUTHENTICATION, END_REASONS, raw_aaa};

const EVENTS: [&str; 14] = [
    "accessAttempt",
    "accessAccept",
    "accessReject",
    "accessFailed",
    "sessionStart",
    "sessionEnd",
    "interimUpdate",
    "unknown",
    "startOfInterceptionWithSessionActive",
    "accessEnd",
    "endOfInterceptionWithSessionActive",
    "startOfInterceptionWithoutNetworkSession",
    "endOfInterceptionWithoutNetworkSession",
    "sessionExpired",
];
const PROTOCOLS: [&str; 9] =
    ["", "l2TP", "l2F", "pPTP", "pPP", "ethernet", "undefined", "l2ATM2684", "l2FR2427"];
const FRAMES: [&str; 8] = ["", "l2TP", "l2F", "pPTP", "pPP", "ethernet", "l2ATM2684", "l2FR2427"];

fn blank() -> Record {
    Record { medium: Some(Medium::Ip), ..Record::default() }
}

/// Reads an `l2IRI`.
pub(super) fn event(contents: &Contents<'_>) -> Record {
    let mut record = blank();
    let Some(fields) = contents.tlv.context(1) else {
        record.unknown = true;
        return record;
    };
    for field in fields.children() {
        let read = is_field(&field) && (session(&mut record, &field) || who(&mut record, &field));
        record.unknown |= !read;
    }
    record
}

fn session(record: &mut Record, field: &Tlv<'_>) -> bool {
    match field.tag.number {
        0 => record.event = word(record, &EVENTS, field).map(str::to_owned),
        2 => {
            // The last of the types of IP access is not one of layer 2.
            let types = ACCESS_TYPES.get(..9).unwrap_or_default();
            let kind = word(record, types, field);
            record.detail("access type", kind);
        }
        10 => record.started_at = instant(record, "start", field),
        11 => record.ended_at = instant(record, "end", field),
        12 => record.cause = word(record, &END_REASONS, field).map(str::to_owned),
        13 => record.octets_down = field.unsigned(),
        14 => record.octets_up = field.unsigned(),
        15 => raw_aaa(record, field),
        16 => {
            let kind = word(record, &AUTHENTICATION, field);
            record.detail("authentication", kind);
        }
        _ => return false,
    }
    true
}

fn who(record: &mut Record, field: &Tlv<'_>) -> bool {
    match field.tag.number {
        5 => network_id(record, "target", &field.text().unwrap_or_default()),
        6 => record.detail("equipment id", field.text()),
        7 => record.place(Place { of: "target", civic: field.text(), ..Place::default() }),
        8 => number(record, "access port", field),
        9 => {
            let number = field.text().unwrap_or_default();
            record.detail("call-back number", Some(number.clone()));
            record.party("target", "tel", number);
        }
        _ => return false,
    }
    true
}

/// Reads an `l2IRIOnly`.
pub(super) fn iri_only(contents: &Contents<'_>) -> Record {
    let mut record = blank();
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 => {}
            2 => {
                let protocol = word(&mut record, &PROTOCOLS, &field);
                record.detail("protocol", protocol);
            }
            3 => number(&mut record, "flow packets", &field),
            4 => number(&mut record, "flow octets", &field),
            _ => record.unknown = true,
        }
    }
    record
}

/// Reads an `l2CC`: which protocol its frames are of.
pub(super) fn content(contents: &Contents<'_>) -> Record {
    let mut record = blank();
    let choice = contents.tlv.context(1).and_then(|choice| choice.children().next());
    // Whole frames are 1 to 7, the same in their order cut short 8 to 14.
    let number = choice.filter(is_field).and_then(|choice| match choice.tag.number {
        whole @ 1..=7 => usize::try_from(whole).ok(),
        cut @ 8..=14 => usize::try_from(cut.saturating_sub(7)).ok(),
        _ => None,
    });
    record.unknown = number.is_none();
    record.detail("protocol", number.and_then(|number| FRAMES.get(number).copied()));
    record
}
