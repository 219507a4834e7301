//! Records: the parameters of one IRI record of TS 33.108 (CS, PS, EPS) and TS 101 671.
//!
//! The four modules share their tags up to 32 and each goes its own way after; a packet domain
//! field is read under the EPS module's number for the same thing.
//!
//! Rules: TS 33.108 annexes B.3 (`UmtsIRI-Parameters`), B.4 (`UmtsCS-IRI-Parameters`), B.9
//! (`EpsIRI-Parameters`); TS 101 671 annex D.5 (`HI2-IRI-Parameters`).
use super::words::{self, Words, word};
use super::{cause, data, eps, message, party, place, stamp};
use crate::ber::{Class, Tlv};
use crate::extract::{Course, Medium};
use crate::record::{ITEMS_MAX, Record};
use crate::service::number::{isup, map, tbcd, text_or_hex};

/// Which module a record follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// `UmtsCS-IRI-Parameters`.
    Circuit,
    /// `UmtsIRI-Parameters`.
    Packet,
    /// `EpsIRI-Parameters`.
    Eps,
    /// `HI2-IRI-Parameters`.
    Etsi,
}

impl Family {
    fn party(self) -> party::Form {
        match self {
            Self::Circuit | Self::Etsi => party::Form::Etsi,
            Self::Packet => party::Form::Umts,
            Self::Eps => party::Form::Eps,
        }
    }

    fn place(self) -> place::Form {
        match self {
            Self::Circuit | Self::Packet => place::Form::Umts,
            Self::Eps => place::Form::Eps,
            Self::Etsi => place::Form::Etsi,
        }
    }

    /// The EPS module's tag for a field above 32 that two of the 33.108 modules share.
    fn shared(self, tag: u32) -> Option<u32> {
        const PACKET: &[(u32, u32)] = &[
            (34, 34),
            (35, 35),
            (36, 42),
            (37, 43),
            (38, 44),
            (39, 45),
            (40, 46),
            (41, 47),
            (42, 48),
            (43, 49),
            (44, 50),
            (45, 56),
            (46, 57),
            (47, 58),
            (48, 60),
            (49, 61),
            (50, 62),
            (51, 63),
            (52, 64),
            (53, 65),
            (54, 66),
            (55, 71),
            (56, 72),
            (57, 77),
            (58, 78),
            (59, 79),
        ];
        const CIRCUIT: &[(u32, u32)] =
            &[(34, 66), (35, 61), (36, 62), (37, 63), (38, 64), (39, 65), (40, 71), (41, 72)];
        let table = match self {
            Self::Eps => return Some(tag),
            Self::Packet => PACKET,
            Self::Circuit => CIRCUIT,
            Self::Etsi => return matches!(tag, 34 | 35).then_some(tag),
        };
        table.iter().find(|(own, _)| *own == tag).map(|(_, eps)| *eps)
    }
}

/// Reads one record; `kind` is the record kind inside: 1 begin, 2 end, 3 continue, 4 report.
pub(super) fn read(parameters: &Tlv<'_>, family: Family, kind: Option<u32>) -> Record {
    let mut record = Record::default();
    for field in parameters.children().take(2 * ITEMS_MAX) {
        if field.tag.class != Class::Context {
            record.unknown = true;
            continue;
        }
        match field.tag.number {
            0..=9 | 11..=14 => common(&mut record, &field, family),
            10 | 15..=32 => network(&mut record, &field, family),
            33 if family == Family::Circuit => event(&mut record, &field, words::CS_EVENT),
            // Cable and TETRA reports wrapped in a record of the old module.
            33 | 36..=39 if family == Family::Etsi => {
                record.detail("other network's report", Some(field.tag.number.to_string()));
            }
            40 if family == Family::Etsi => {
                record.detail("serving system", party::element(&field));
            }
            255 => country(&mut record, &field),
            tag => match family.shared(tag) {
                Some(tag) => later(&mut record, &field, tag, family),
                None => record.unknown = true,
            },
        }
    }
    settle(&mut record, family, kind);
    record
}

/// Medium, times of the call, and places without a time of their own.
fn settle(record: &mut Record, family: Family, kind: Option<u32>) {
    let says = |words: &[&str]| record.event.as_deref().is_some_and(|event| words.contains(&event));
    let circuit = says(&[
        "call-establishment",
        "answer",
        "supplementary-Service",
        "handover",
        "release",
        "subscriber-Controlled-Input",
    ]);
    let session = record.event.as_deref().is_some_and(|event| {
        ["DPContext", "earer", "PDN", "Tunnel", "Pdn", "MIP", "Mip", "mIP"]
            .iter()
            .any(|part| event.contains(part))
    });
    let connected = record.details.contains(&("call state", "connected".to_owned()));
    let of_call = |name: &str| matches!(name, "call state" | "ringing seconds");
    let call = circuit
        || record.duration_s.is_some()
        || record.details.iter().any(|(name, _)| of_call(name));
    let message = says(&["sMS", "sMSOverIMS"]) || !record.messages.is_empty();
    let found = if message {
        Some(Medium::Message)
    } else if session {
        Some(Medium::Ip)
    } else if call {
        Some(Medium::Voice)
    } else {
        record.event.is_some().then_some(Medium::Event)
    };
    let answered = says(&["answer"]) || record.event.is_none() && connected && kind == Some(3);
    // An IMS event is what its SIP message says.
    if family == Family::Circuit || !says(&["unfilteredSIPmessage", "sIPheaderOnly"]) {
        record.medium = record.medium.or(found);
    } else {
        record.medium = None;
    }
    if answered {
        record.answered_at = record.at;
    }
    match kind {
        Some(1) => record.started_at = record.at,
        Some(2) => record.ended_at = record.at,
        _ => {}
    }
    let at = record.at;
    for place in &mut record.places {
        place.at = place.at.or(at);
    }
}

fn event(record: &mut Record, field: &Tlv<'_>, words: Words) {
    let Some(number) = field.unsigned() else {
        record.unknown = true;
        return;
    };
    let known = word(words, number);
    record.unknown |= known.is_none();
    let text = known.map_or_else(|| number.to_string(), str::to_owned);
    // An IMS event beside a bearer event is the narrower of the two.
    if record.event.is_some() {
        record.detail("event", Some(text));
    } else {
        record.event = Some(text);
    }
}

/// A word of an enumeration as a detail; an unknown one is its number.
fn detail(record: &mut Record, name: &'static str, field: &Tlv<'_>, words: Words) {
    let Some(number) = field.unsigned() else {
        record.unknown = true;
        return;
    };
    let known = word(words, number);
    record.unknown |= known.is_none();
    record.detail(name, Some(known.map_or_else(|| number.to_string(), str::to_owned)));
}

/// Fields 1 to 14, which nearly mean the same in every module.
fn common(record: &mut Record, field: &Tlv<'_>, family: Family) {
    let call = matches!(family, Family::Circuit | Family::Etsi);
    match field.tag.number {
        0 | 1 => {}
        2 if call => {
            let number = field.context(0).and_then(|number| number.string());
            record.detail("communication identity", number.map(|octets| text_or_hex(&octets)));
            let network = field.context(1);
            network.into_iter().for_each(|network| data::network(record, &network));
        }
        3 => stamp::of_record(record, field),
        4 => {
            record.course = match field.unsigned() {
                Some(1) => Some(Course::Outgoing),
                Some(2) => Some(Course::Incoming),
                Some(0) => None,
                _ => {
                    record.unknown = true;
                    None
                }
            }
        }
        5 if call => detail(record, "call state", field, words::CALL_STATE),
        6 if call => {
            let ringing = seconds(field);
            record.unknown |= ringing.is_none();
            record.detail("ringing seconds", ringing.map(|seconds| seconds.to_string()));
        }
        7 if call => {
            record.duration_s = seconds(field);
            record.unknown |= record.duration_s.is_none();
        }
        8 => place::location(record, field, family.place()),
        9 => {
            for entry in field.children().take(ITEMS_MAX) {
                party::read(record, &entry, family.party(), None);
            }
        }
        11 if call => {
            if let Some((cause, place)) = field.string().and_then(|at| cause::release(&at)) {
                record.cause = Some(cause);
                record.detail("cause location", place);
            }
        }
        12 if call => {
            record.medium = match field.unsigned() {
                Some(0 | 3 | 6 | 8) => Some(Medium::Voice),
                Some(1 | 2 | 7) => Some(Medium::Message),
                Some(4 | 5) => Some(Medium::Ip),
                _ => None,
            };
            detail(record, "nature of call", field, words::NATURE);
        }
        // The centre is a network's server and no party of the communication.
        13 => {
            let mut centre = Record::default();
            party::read(&mut centre, field, family.party(), Some("server"));
            record.unknown |= centre.unknown;
            for party in centre.parties {
                record.party("server", party.kind, party.value);
            }
        }
        14 => message::report(record, field),
        _ => record.unknown = true,
    }
}

/// `HHMMSS`, a digit each half octet, the high half first.
fn seconds(field: &Tlv<'_>) -> Option<u64> {
    let octets = field.string()?;
    let mut parts = [0_u64; 3];
    if octets.len() != parts.len() {
        return None;
    }
    for (part, octet) in parts.iter_mut().zip(octets.iter()) {
        let (tens, units) = (u64::from(octet >> 4), u64::from(octet & 0x0f));
        if tens > 9 || units > 9 {
            return None;
        }
        *part = tens.saturating_mul(10).saturating_add(units);
    }
    let [hours, minutes, seconds] = parts;
    let sum = hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60));
    Some(sum.saturating_add(seconds))
}

/// Fields 10 and 15 to 32: links, correlation, events and nodes.
fn network(record: &mut Record, field: &Tlv<'_>, family: Family) {
    let call = matches!(family, Family::Circuit | Family::Etsi);
    let octets = || field.string().unwrap_or_default();
    match field.tag.number {
        10 if call => data::links(record, field),
        15 if call => record.detail("call content link", Some(text_or_hex(&octets()))),
        16 => data::national(record, field),
        // A version says nothing about the communication.
        23 => {}
        _ if family == Family::Circuit => record.unknown = true,
        18 => record.detail("correlation number", Some(text_or_hex(&octets()))),
        20 => match family {
            Family::Eps if field.unsigned().is_some_and(|number| number > 15) => {
                event(record, field, words::EPS_EVENT);
            }
            Family::Etsi
                if field.unsigned().is_some_and(|n| word(words::GPRS_EVENT_671, n).is_some()) =>
            {
                event(record, field, words::GPRS_EVENT_671);
            }
            _ => event(record, field, words::GPRS_EVENT),
        },
        21 => data::node(record, "SGSN address", field),
        22 => data::error(record, &octets()),
        24 => data::node(record, "GGSN address", field),
        25 => data::quality(record, field),
        26 => data::network(record, field),
        27 => data::message_address(record, "sender", field),
        28 => data::message_address(record, "recipient", field),
        29 => event(record, field, words::IMS_EVENT),
        // The message itself is read as SIP, with every other one.
        30 => {}
        31 => {
            let octets = octets();
            let number = map(&octets).or_else(|| isup(&octets)).map(|number| number.digits);
            record.detail("serving SGSN", number);
        }
        32 => record.detail("serving SGSN address", data::coded_address(&octets())),
        _ => record.unknown = true,
    }
}

/// Fields above 33 of the 33.108 modules, by the EPS module's number.
fn later(record: &mut Record, field: &Tlv<'_>, tag: u32, family: Family) {
    let octets = || field.string().unwrap_or_default();
    match tag {
        34 => detail(record, "interception area", field, words::LDI_EVENT),
        35 | 57 => data::correlation(record, field),
        36 => eps::gtp(record, field),
        37 => eps::pmip(record, field),
        38 => eps::dsmip(record, field),
        39 => eps::mip(record, field),
        40 => record.detail("serving node", Some(data::any_address(&octets()))),
        41 => record.detail("visited network", field.text()),
        // Keys of the media are for the media's reader, not for a list.
        42 => record.detail("media keys", Some("delivered")),
        43 => record.detail("serving S4-SGSN", field.text()),
        44..=47 => data::session_description(record, field, tag),
        48 => data::uli_time(record, &octets()),
        49 => data::packets(record, field),
        50 => record.detail("media security", Some("genericFailure")),
        51 => record.detail("CSG identity", Some(text_or_hex(&octets()))),
        52 => record.detail("HeNB identity", Some(text_or_hex(&octets()))),
        53 => {
            let address = crate::service::ip_address(field).map(|address| address.to_string());
            record.detail("HeNB address", address);
        }
        54 => place::eps(record, field, None),
        55 => record.detail("tunnel", Some("delivered")),
        56 => place::access_network(record, field, family.place()),
        58 => record.detail("XCAP", field.text()),
        59 => data::function(record, field),
        60 => record.detail("content unavailable", field.text()),
        61 => record.detail("operator's data", Some(text_or_hex(&octets()))),
        62 => data::systems(record, field),
        63 => data::changed(record, field, family.party()),
        64 => record.detail("requesting network", Some(data::network_code(&octets()))),
        65 => detail(record, "requesting node", field, words::NODE),
        66 => record.detail("serving system", Some(data::network_code(&octets()))),
        67 => detail(record, "ProSe", field, &[(1, "pRoSeRemoteUE"), (2, "pRoSeUEtoNwRelay")]),
        68 => party::number(record, "party", map(&octets())),
        69 => record.party("party", "imsi", tbcd(&octets())),
        70 => record.party("party", "imei", tbcd(&octets())),
        71 => data::extended(record, field),
        72 => {
            let code = field.unsigned().map(|code| code.to_string());
            record.detail("location error", code);
        }
        73 => {
            for entry in field.children().take(ITEMS_MAX) {
                party::read(record, &entry, family.party(), Some("target"));
            }
        }
        74 => {
            let reason = field.children().next().and_then(|reason| reason.unsigned());
            record.cause = reason.map(|reason| reason.to_string()).or(record.cause.take());
        }
        75 => record.detail("requesting node identity", Some(text_or_hex(&octets()))),
        76 => detail(record, "roaming", field, &[(1, "roamingLBO"), (2, "roamingS8HR")]),
        77 => detail(record, "event", field, &[(1, "cSREventMessage")]),
        78 => data::push_to_talk(record, field, family.place()),
        79 => record.detail("push-to-talk keys", Some("delivered")),
        80 => place::additional(record, field),
        _ => record.unknown = true,
    }
}

fn country(record: &mut Record, field: &Tlv<'_>) {
    let code = field.context(1).and_then(|code| code.text());
    record.detail("national parameters of", code);
}
