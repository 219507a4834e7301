//! Parties of mobile records: who they are, and what signalling said with them.
//!
//! Rules: TS 33.108 annexes B.3, B.4, B.9 and TS 101 671 annex D.5 (`PartyInformation`,
//! `Services-Information`, `Supplementary-Services`, `Services-Data-Information`).
use super::words::{INDICATION, PDP_TYPE, ROLE, VALIDITY, word};
use super::{components, signalling};
use crate::ber::{Class, Tlv};
use crate::record::{ITEMS_MAX, Record};
use crate::service::ip_address;
use crate::service::number::{Number, dss1, hex, isup, map, tbcd, text_or_hex};
use crate::service::sip;

/// Which numbering of `partyIdentity` above 8 is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// TS 101 671, and the circuit domain of TS 33.108.
    Etsi,
    /// The packet domain of UMTS.
    Umts,
    /// EPS.
    Eps,
}

/// Reads one `PartyInformation`; the role is the qualifier's unless `role` gives one.
pub(super) fn read(record: &mut Record, tlv: &Tlv<'_>, form: Form, role: Option<&'static str>) {
    let qualifier = tlv.context(0).and_then(|qualifier| qualifier.unsigned());
    let named = qualifier.and_then(|qualifier| word(ROLE, qualifier));
    record.unknown |= qualifier.is_some() && named.is_none();
    let role = role.or(named).unwrap_or("target");
    for field in tlv.children().take(ITEMS_MAX) {
        match field.tag.number {
            0 => {}
            1 => identity(record, &field, form, role),
            2 => services(record, &field, role),
            3 => supplementary(record, &field, role),
            4 => data(record, &field, role),
            _ => record.unknown = true,
        }
    }
}

/// Names a party by a number in one of the forms of signalling.
pub(super) fn number(record: &mut Record, role: &'static str, number: Option<Number>) {
    let Some(Number { digits, nature, restricted }) = number else {
        record.unknown = true;
        return;
    };
    if !matches!(nature, "" | "international") {
        record.detail("number nature", Some(format!("{digits} {nature}")));
    }
    if restricted {
        record.detail("presentation restricted", Some(digits.clone()));
    }
    record.party(role, "tel", digits);
}

/// Names a party by a URI; what is none is kept as a user's name.
pub(super) fn uri(record: &mut Record, role: &'static str, text: &str) {
    match sip::identity(text) {
        Some(identity) => record.party(role, identity.kind, identity.value),
        None => record.party(role, "user", text),
    }
}

fn identity(record: &mut Record, tlv: &Tlv<'_>, form: Form, role: &'static str) {
    for field in tlv.children().take(ITEMS_MAX) {
        let octets = field.string().unwrap_or_default();
        let text = || String::from_utf8_lossy(&octets).into_owned();
        match (field.tag.number, form) {
            (1, _) => record.party(role, "imei", tbcd(&octets)),
            (2, Form::Etsi) => record.detail("TEI", Some(hex(&octets))),
            (3, _) => record.party(role, "imsi", tbcd(&octets)),
            (4 | 5, Form::Etsi) => {
                let called = field.tag.number == 5;
                number(
                    record,
                    role,
                    field.children().next().and_then(|f| party_number(&f, called)),
                );
            }
            (6, _) => number(record, role, map(&octets)),
            (7, _) => number(record, role, isup(&octets)),
            (8, _) => uri(record, role, &text()),
            // Some senders leave the scheme out.
            (9, _) if octets.starts_with(b"+") => record.party(role, "tel", text()),
            (9, _) => uri(record, role, &text()),
            (10, Form::Etsi) => {
                let validity = field.unsigned().and_then(|number| word(VALIDITY, number));
                record.unknown |= validity.is_none();
                record.detail("party validity", validity.map(|word| format!("{role} {word}")));
            }
            (11, Form::Etsi) | (11, Form::Umts) | (12, Form::Eps) => {
                record.party(role, "user", text());
            }
            (10, Form::Eps) | (13, Form::Eps) => record.party(role, "nai", text()),
            (10, Form::Umts) | (11, Form::Eps) => uri(record, role, text().trim_matches('"')),
            _ => record.unknown = true,
        }
    }
}

/// The choice of a calling or called party number: the two number their forms differently.
pub(super) fn party_number(format: &Tlv<'_>, called: bool) -> Option<Number> {
    let octets = format.string()?;
    match (format.tag.number, called) {
        (1, _) => isup(&octets),
        (2, false) | (3, true) => dss1(&octets),
        (3, false) | (2, true) => map(&octets),
        _ => None,
    }
}

/// `Services-Information`: ISUP, DSS1 and MAP parameters of the basic service.
fn services(record: &mut Record, tlv: &Tlv<'_>, role: &'static str) {
    for set in tlv.children().take(ITEMS_MAX) {
        for parameter in set.children().take(ITEMS_MAX) {
            let octets = parameter.string().unwrap_or_default();
            match set.tag.number {
                1 => signalling::isup(record, &octets, role),
                2 => signalling::dss1(record, &octets, role),
                3 => record.detail("MAP parameter", Some(hex(&octets))),
                _ => record.unknown = true,
            }
        }
    }
}

fn supplementary(record: &mut Record, tlv: &Tlv<'_>, role: &'static str) {
    for field in tlv.children().take(ITEMS_MAX) {
        match field.tag.number {
            1 => standard(record, &field, role),
            2 => {
                for entry in field.children().take(ITEMS_MAX) {
                    match entry.tag.number {
                        1 => {
                            let named = entry.unsigned().and_then(|n| word(INDICATION, n));
                            record.unknown |= named.is_none();
                            named.into_iter().for_each(|word| record.service(word));
                        }
                        2 => {
                            let octets = entry.string().unwrap_or_default();
                            signalling::controlled_input(record, &octets);
                        }
                        _ => record.unknown = true,
                    }
                }
            }
            3 => {
                for entry in field.children().take(ITEMS_MAX) {
                    let octets = entry.string().unwrap_or_default();
                    record.detail("other service", Some(text_or_hex(&octets)));
                }
            }
            _ => record.unknown = true,
        }
    }
}

fn standard(record: &mut Record, tlv: &Tlv<'_>, role: &'static str) {
    for set in tlv.children().take(ITEMS_MAX) {
        for parameter in set.children().take(ITEMS_MAX) {
            let octets = parameter.string().unwrap_or_default();
            match set.tag.number {
                1 => signalling::isup(record, &octets, role),
                2 => signalling::dss1(record, &octets, role),
                3..=6 => record.detail("DSS1 parameter", Some(hex(&octets))),
                7 => components::dss1(record, &octets),
                8 => components::map_parameter(record, &octets),
                9 => components::map(record, &octets),
                _ => record.unknown = true,
            }
        }
    }
}

/// `Services-Data-Information`: PDP address, APN and type.
fn data(record: &mut Record, tlv: &Tlv<'_>, role: &'static str) {
    let Some(parameters) = tlv.context(1) else {
        record.unknown |= tlv.children().next().is_some();
        return;
    };
    for field in parameters.children().take(ITEMS_MAX) {
        match field.tag.number {
            1 | 5 => node(record, &field, |record, kind, value| {
                if kind == "ip" {
                    record.party(role, "ip", value);
                } else {
                    record.detail("X.25 address", Some(value));
                }
            }),
            2 => record.service(apn(&field.string().unwrap_or_default())),
            3 => {
                let octets = field.string().unwrap_or_default();
                let number = octets.last().copied().unwrap_or(0);
                match word(PDP_TYPE, u64::from(number)) {
                    Some(kind) => record.detail("PDP type", Some(kind)),
                    None => record.detail("PDP type", Some(hex(&octets))),
                }
            }
            4 => record.detail("NSAPI", field.string().map(|nsapi| hex(&nsapi))),
            _ => record.unknown = true,
        }
    }
}

/// A `DataNodeAddress`: its kind, `ip` or `x25`, and value.
pub(super) fn node(
    record: &mut Record,
    tlv: &Tlv<'_>,
    with: impl FnOnce(&mut Record, &'static str, String),
) {
    let choice = tlv.children().next();
    match choice.filter(|choice| choice.tag.class == Class::Context) {
        Some(ip) if ip.tag.number == 1 => match ip_address(&ip) {
            Some(address) => with(record, "ip", address.to_string()),
            None => record.unknown = true,
        },
        Some(x25) if x25.tag.number == 2 => {
            with(record, "x25", text_or_hex(&x25.string().unwrap_or_default()));
        }
        _ => record.unknown = true,
    }
}

/// An access point name: labels with their lengths, or already with dots.
pub(super) fn apn(octets: &[u8]) -> String {
    let mut labels = Vec::new();
    let mut rest = octets;
    while let Some((&length, after)) = rest.split_first() {
        match after.split_at_checked(usize::from(length)) {
            Some((label, after)) if length > 0 && label.iter().all(u8::is_ascii_graphic) => {
                labels.push(String::from_utf8_lossy(label).into_owned());
                rest = after;
            }
            _ => return text_or_hex(octets),
        }
    }
    labels.join(".")
}

/// A `Network-Element-Identifier`.
pub(super) fn element(tlv: &Tlv<'_>) -> Option<String> {
    let choice = tlv.children().next()?;
    match choice.tag.number {
        1 => isup(&choice.string()?).map(|number| number.digits),
        2..=4 => Some(text_or_hex(&choice.string()?)),
        5 => ip_address(&choice).map(|address| address.to_string()),
        _ => None,
    }
}
