//! Signalling inside mobile records: single parameters of ISUP and DSS1.
//!
//! What a parameter names is taken; a parameter that is not read here is kept as a detail in
//! hexadecimal digits, so that a reader sees that it was there.
//!
//! Rules: ITU-T Q.763 clause 3 (parameters); EN 300 403-1 clause 4.5 (elements); EN 300 286-1.
use super::party;
use super::words::{Words, word};
use crate::record::{ITEMS_MAX, Record, bounded};
use crate::service::number::{self, hex, text_or_hex};

/// Transmission medium (Q.763, 3.54).
const MEDIUM: Words = &[
    (0, "speech"),
    (2, "64 kbit/s unrestricted"),
    (3, "3.1 kHz audio"),
    (6, "64 kbit/s preferred"),
    (7, "2 x 64 kbit/s unrestricted"),
    (8, "384 kbit/s unrestricted"),
    (9, "1536 kbit/s unrestricted"),
    (10, "1920 kbit/s unrestricted"),
];

/// Information transfer capability (EN 300 403-1, 4.5.5; Q.763, 3.57), its five low bits.
const BEARER: Words = &[
    (0, "speech"),
    (8, "unrestricted digital"),
    (9, "restricted digital"),
    (16, "3.1 kHz audio"),
    (17, "unrestricted digital with tones"),
    (24, "video"),
];

/// Generic notification (Q.763, 3.25; Q.931, 4.5.22), its seven low bits.
const NOTIFICATION: Words = &[
    (0, "user suspended"),
    (1, "user resumed"),
    (4, "call completion delay"),
    (0x42, "conference established"),
    (0x43, "conference disconnected"),
    (0x44, "other party added"),
    (0x45, "isolated"),
    (0x46, "reattached"),
    (0x47, "other party isolated"),
    (0x48, "other party reattached"),
    (0x49, "other party split"),
    (0x4a, "other party disconnected"),
    (0x4b, "conference floating"),
    (0x60, "call is a waiting call"),
    (0x68, "diversion activated"),
    (0x69, "call transfer, alerting"),
    (0x6a, "call transfer, active"),
    (0x79, "remote hold"),
    (0x7a, "remote retrieval"),
    (0x7b, "call is diverting"),
];

/// Why a call was redirected (Q.763, 3.45), its four bits.
const REDIRECTION: Words = &[
    (1, "user busy"),
    (2, "no reply"),
    (3, "unconditional"),
    (4, "deflection during alerting"),
    (5, "deflection immediate response"),
    (6, "mobile subscriber not reachable"),
];

/// Takes a digit string within bounds.
pub(super) fn push_digits(record: &mut Record, digits: String) {
    let fits = record.digits.len() < ITEMS_MAX && !record.digits.contains(&digits);
    if fits && !digits.is_empty() {
        record.digits.push(bounded(digits));
    }
}

fn digits_of(octets: &[u8]) -> String {
    let text = octets.iter().map(|octet| char::from(octet & 0x7f));
    text.filter(|digit| digit.is_ascii_digit() || matches!(digit, '*' | '#' | 'A'..='D')).collect()
}

/// One ISUP parameter: its code, length and value.
pub(super) fn isup(record: &mut Record, octets: &[u8], role: &'static str) {
    let [code, length, rest @ ..] = octets else {
        // Version 1 senders put a zero where there is nothing to say.
        record.unknown |= octets != [0] && !octets.is_empty();
        return;
    };
    let value = rest.get(..usize::from(*length)).unwrap_or(rest);
    let first = value.first().copied();
    match *code {
        0x02 | 0x3e => service(record, MEDIUM, first, "transmission medium"),
        0x04 => party::number(record, "terminating", number::isup(value)),
        0x0a => party::number(record, "originating", number::isup(value)),
        0x21 => party::number(record, "terminating", number::isup(value)),
        0x0c => party::number(record, "forwarded-to", number::isup(value)),
        0x0b => other_number(record, "redirecting number", number::isup(value)),
        0x28 => other_number(record, "original called number", number::isup(value)),
        // A qualifier stands before a generic number.
        0xc0 => {
            let generic = value.get(1..).and_then(number::isup);
            other_number(record, "generic number", generic);
        }
        0x13 => {
            let reason = value.get(1).map(|octet| octet & 0x0f);
            named(record, "redirection reason", REDIRECTION, reason);
        }
        0x36 => {
            let reason = first.map(|octet| octet >> 3 & 0x0f);
            named(record, "redirection reason", REDIRECTION, reason);
        }
        0x2c => service(record, NOTIFICATION, first.map(|octet| octet & 0x7f), "notification"),
        0x1d => service(record, BEARER, first.map(|octet| octet & 0x1f), "bearer"),
        0x20 => user_to_user(record, value, role),
        0x1a => record.detail("closed user group", Some(hex(value))),
        _ => record.detail("ISUP parameter", Some(hex(octets))),
    }
}

/// One DSS1 information element: identifier, length and value.
pub(super) fn dss1(record: &mut Record, octets: &[u8], role: &'static str) {
    let [code, length, rest @ ..] = octets else {
        record.unknown |= octets != [0] && !octets.is_empty();
        return;
    };
    let value = rest.get(..usize::from(*length)).unwrap_or(rest);
    let first = value.first().copied();
    match *code {
        0x04 => service(record, BEARER, first.map(|octet| octet & 0x1f), "bearer"),
        0x27 => service(record, NOTIFICATION, first.map(|octet| octet & 0x7f), "notification"),
        0x2c => push_digits(record, digits_of(value)),
        0x4c => party::number(record, "terminating", number::dss1(value)),
        0x6c => party::number(record, "originating", number::dss1(value)),
        // With the calling party it is what was dialled, before the network changed it.
        0x70 => {
            let dialled = number::dss1(value);
            if role == "originating" {
                push_digits(record, dialled.map(|number| number.digits).unwrap_or_default());
            } else {
                party::number(record, "terminating", dialled);
            }
        }
        0x74 => other_number(record, "redirecting number", number::dss1(value)),
        0x6d => record.detail("calling subaddress", Some(text_or_hex(value))),
        0x71 => record.detail("called subaddress", Some(text_or_hex(value))),
        0x7e => user_to_user(record, value, role),
        0x7c => record.detail("low layer compatibility", Some(hex(value))),
        0x7d => record.detail("high layer compatibility", Some(hex(value))),
        _ => record.detail("DSS1 parameter", Some(hex(octets))),
    }
}

/// Subscriber controlled input: digits keyed, as IA5 or as they came.
pub(super) fn controlled_input(record: &mut Record, octets: &[u8]) {
    let digits = digits_of(octets);
    if digits.len() == octets.len() {
        push_digits(record, digits);
    } else {
        record.detail("subscriber controlled input", Some(text_or_hex(octets)));
    }
}

/// User-to-user information: a protocol discriminator, then text when that says IA5.
fn user_to_user(record: &mut Record, value: &[u8], role: &'static str) {
    let Some((&discriminator, rest)) = value.split_first() else {
        return;
    };
    let said = if discriminator == 4 { String::from_utf8_lossy(rest).into() } else { hex(value) };
    record.detail("user-to-user", Some(format!("{role}: {said}")));
}

fn other_number(record: &mut Record, name: &'static str, number: Option<number::Number>) {
    record.unknown |= number.is_none();
    record.detail(name, number.map(|number| number.digits));
}

fn named(record: &mut Record, name: &'static str, words: Words, number: Option<u8>) {
    let Some(number) = number else { return };
    match word(words, u64::from(number)) {
        Some(word) => record.detail(name, Some(word)),
        None => record.detail(name, Some(number.to_string())),
    }
}

fn service(record: &mut Record, words: Words, number: Option<u8>, name: &'static str) {
    let Some(number) = number else { return };
    match word(words, u64::from(number)) {
        Some(word) => record.service(word),
        None => record.detail(name, Some(number.to_string())),
    }
}
