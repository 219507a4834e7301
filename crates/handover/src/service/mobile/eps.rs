//! EPS: the parameters of GTPv2, PMIP, DSMIP and MIP procedures in an EPS record.
//!
//! Rules: TS 33.108 annex B.9; TS 29.274 clauses 8.14 (PAA), 8.15 (bearer QoS), 8.17 (RAT type);
//! TS 24.301 clauses 9.9.3 and 9.9.4.
use super::words::{self, Words, word};
use super::{cause, party, place};
use crate::ber::{Class, Tlv};
use crate::record::{ITEMS_MAX, Record};
use crate::service::address_of;
use crate::service::number::{hex, text_or_hex};

fn octets<'a>(tlv: &Tlv<'a>) -> std::borrow::Cow<'a, [u8]> {
    tlv.string().unwrap_or_default()
}

/// A coded octet as a detail: its word, or its number.
fn coded(record: &mut Record, name: &'static str, octet: Option<u8>, words: Words) {
    let Some(octet) = octet else {
        record.unknown = true;
        return;
    };
    match word(words, u64::from(octet)) {
        Some(word) => record.detail(name, Some(word)),
        None => record.detail(name, Some(octet.to_string())),
    }
}

/// `EPS-GTPV2-SpecificParameters`.
pub(super) fn gtp(record: &mut Record, tlv: &Tlv<'_>) {
    let stamped = tlv.context(28).and_then(|at| place::uli_time(&at.string()?));
    for field in tlv.children().take(2 * ITEMS_MAX) {
        if field.tag.class != Class::Context {
            record.unknown = true;
            continue;
        }
        let octets = octets(&field);
        let first = octets.first().copied();
        match field.tag.number {
            1 => allocated(record, &octets),
            2 => record.service(party::apn(&octets)),
            3 | 12 | 14 | 15 | 17 | 27 | 35 => procedure(record, &field),
            4 => coded(record, "attach type", first.map(|octet| octet & 7), words::ATTACH),
            5 => record.detail("bearer", first.map(|octet| (octet & 0x0f).to_string())),
            6 => {
                coded(record, "detach type", first.map(|octet| octet & 7), words::DETACH);
                let off = first.is_some_and(|octet| octet & 0x08 != 0);
                record.detail("detach", off.then_some("switch off"));
            }
            7 => coded(record, "RAT type", first, words::RAT),
            8 | 16 | 22 => why(record, first, cause::GTP),
            9 => quality(record, &octets),
            10 => {
                let kind = field.unsigned().and_then(|kind| word(words::BEARER, kind));
                record.unknown |= kind.is_none();
                kind.into_iter().for_each(|kind| record.service(kind));
            }
            21 => {
                let kind = field.unsigned().and_then(|kind| word(words::BEARER, kind));
                record.unknown |= kind.is_none();
                record.detail("deactivated", kind);
            }
            11 => rates(record, &octets),
            13 => record.detail("linked bearer", first.map(|octet| (octet & 0x0f).to_string())),
            18 | 19 => why(record, first, cause::MOBILITY),
            20 => record.detail("serving MME", field.text()),
            23 => place::eps(record, &field, stamped),
            24 => coded(record, "PDN type", first.map(|octet| octet & 7), words::PDN_TYPE),
            25 => coded(record, "request type", first.map(|octet| octet & 7), words::REQUEST),
            26 => why(record, first, cause::SESSION),
            28 => {}
            29 => address(record, "local address", &octets),
            30 => {
                let port = <[u8; 2]>::try_from(octets.as_ref()).ok().map(u16::from_be_bytes);
                record.detail("local UDP port", port.map(|port| port.to_string()));
            }
            31 => record.detail("TWAN", Some(text_or_hex(&octets))),
            32 => {}
            33 => remote(record, &field),
            34 => record.detail("remote UE disconnected", Some(text_or_hex(&octets))),
            _ => record.unknown = true,
        }
    }
}

/// Fields that steer the procedure and name nobody and nothing of the communication.
fn procedure(record: &mut Record, field: &Tlv<'_>) {
    let name = match field.tag.number {
        15 => "handover",
        27 => "extended handover",
        35 => "secondary RAT used",
        _ => return,
    };
    record.detail(name, Some("indicated"));
}

fn why(record: &mut Record, octet: Option<u8>, words: Words) {
    match octet {
        Some(octet) => record.cause = Some(cause::named(words, octet)),
        None => record.unknown = true,
    }
}

/// QCI out of a bearer's quality of service: the priority stands before it.
fn quality(record: &mut Record, octets: &[u8]) {
    match octets {
        [_, qci, ..] => record.detail("QCI", Some(qci.to_string())),
        _ => record.unknown = true,
    }
}

/// Greatest bit rates of an access point, up and down, in kbit/s (TS 29.274, 8.7).
fn rates(record: &mut Record, octets: &[u8]) {
    let rate = |range: std::ops::Range<usize>| {
        Some(u32::from_be_bytes(octets.get(range)?.try_into().ok()?))
    };
    match (rate(0..4), rate(4..8)) {
        (Some(up), Some(down)) => {
            record.detail("APN-AMBR", Some(format!("up {up} kbit/s, down {down} kbit/s")));
        }
        _ => record.detail("APN-AMBR", Some(hex(octets))),
    }
}

/// The address given: PDN type, then IPv4, IPv6 with its prefix length, or both. The form of
/// TS 24.301 has only the interface's half of an IPv6 address, which names nobody.
fn allocated(record: &mut Record, octets: &[u8]) {
    let Some((&kind, rest)) = octets.split_first() else {
        return;
    };
    let (six, four) = match (kind & 7, rest.len()) {
        (1, 4..) => (None, rest.get(..4)),
        (2, 17..) => (rest.get(1..17), None),
        (3, 21..) => (rest.get(1..17), rest.get(17..21)),
        (3, 12) => (None, rest.get(8..12)),
        (2, 8) => (None, None),
        _ => {
            record.unknown = true;
            return record.detail("address allocated", Some(hex(octets)));
        }
    };
    for address in [six, four].into_iter().flatten().filter_map(address_of) {
        if !address.is_unspecified() {
            record.party("target", "ip", address.to_string());
        }
    }
}

/// An address in octets: the target's when `name` is empty.
fn address(record: &mut Record, name: &'static str, octets: &[u8]) {
    match address_of(octets).map(|address| address.to_string()) {
        Some(address) if name.is_empty() => record.party("target", "ip", address),
        Some(address) => record.detail(name, Some(address)),
        None => record.detail(name, Some(text_or_hex(octets)).filter(|text| !text.is_empty())),
    }
}

fn remote(record: &mut Record, field: &Tlv<'_>) {
    for context in field.children().take(ITEMS_MAX) {
        let user = context.context(1).and_then(|user| user.string());
        record.detail("remote UE", user.map(|user| text_or_hex(&user)));
        record.unknown |= context.children().any(|part| !matches!(part.tag.number, 1 | 2));
    }
}

fn number(record: &mut Record, name: &'static str, field: &Tlv<'_>) {
    record.detail(name, field.unsigned().map(|number| number.to_string()));
}

/// `EPS-PMIP-SpecificParameters`.
pub(super) fn pmip(record: &mut Record, tlv: &Tlv<'_>) {
    for field in tlv.children().take(ITEMS_MAX) {
        let octets = octets(&field);
        match field.tag.number {
            1 => number(record, "lifetime", &field),
            2 => coded(record, "access technology", octets.last().copied(), &[]),
            3 => record.service(party::apn(&octets)),
            // Prefix length and flags stand before the prefix.
            4 => address(record, "", octets.get(4..).unwrap_or_default()),
            5 | 6 | 13 => {}
            7 => record.cause = field.unsigned().map(|status| status.to_string()),
            8 => number(record, "revocation trigger", &field),
            9 => address(record, "", &octets),
            10 | 11 => address(record, "care-of address", &octets),
            12 => record.detail("serving network", crate::service::cells::plmn(&octets)),
            14 => place::eps(record, &field, None),
            _ => record.unknown = true,
        }
    }
}

/// `EPS-DSMIP-SpecificParameters`.
pub(super) fn dsmip(record: &mut Record, tlv: &Tlv<'_>) {
    for field in tlv.children().take(ITEMS_MAX) {
        let octets = octets(&field);
        let tail = octets.len().saturating_sub(4);
        match field.tag.number {
            1 => number(record, "lifetime", &field),
            2 => record.detail("home prefix asked for", Some(hex(&octets))),
            // An option of eight octets ends with its IPv4 address.
            3 => address(record, "", octets.get(tail..).unwrap_or_default()),
            4 => address(record, "care-of address", octets.get(tail..).unwrap_or_default()),
            5 => address(record, "care-of address", &octets),
            6 => record.service(party::apn(&octets)),
            7 => record.cause = field.unsigned().map(|status| status.to_string()),
            8 => record.detail("AAA server", Some(text_or_hex(&octets))),
            9 => record.detail("PDN gateway", Some(text_or_hex(&octets))),
            _ => record.unknown = true,
        }
    }
}

/// `EPS-MIP-SpecificParameters`.
pub(super) fn mip(record: &mut Record, tlv: &Tlv<'_>) {
    for field in tlv.children().take(ITEMS_MAX) {
        let octets = octets(&field);
        match field.tag.number {
            1 => number(record, "lifetime", &field),
            2 => address(record, "", &octets),
            3 => address(record, "care-of address", &octets),
            4 => address(record, "home agent", &octets),
            5 => record.cause = field.unsigned().map(|code| code.to_string()),
            7 => address(record, "foreign agent", &octets),
            _ => record.unknown = true,
        }
    }
}
