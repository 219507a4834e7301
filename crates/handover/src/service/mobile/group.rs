//! Groups: conference, group communication and proximity records.
//!
//! Rules: TS 33.108 annexes B.10 (`ConfIRI-Parameters`), B.12 (`GcseIRI-Parameters`) and B.13
//! (`ProSeIRI-Parameters`).
use super::words::{self, word};
use super::{data, party, place, stamp};
use crate::ber::Tlv;
use crate::extract::{Course, Medium};
use crate::record::{ITEMS_MAX, Record};
use crate::service::ip_address;
use crate::service::number::{hex, tbcd, text_or_hex};

fn event(record: &mut Record, field: &Tlv<'_>, words: words::Words) {
    let number = field.unsigned();
    let known = number.and_then(|number| word(words, number));
    record.unknown |= known.is_none();
    record.event = known.map(str::to_owned).or(number.map(|number| number.to_string()));
}

/// Sets of the times a group call began and ended, from the record kind.
fn settle(record: &mut Record, kind: Option<u32>) {
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

/// Identities of the IP multimedia system: a SIP and a telephone URI.
fn ims_identity(record: &mut Record, role: &'static str, tlv: &Tlv<'_>) {
    for part in tlv.children().take(ITEMS_MAX) {
        match part.tag.number {
            1 | 2 => party::uri(record, role, &part.text().unwrap_or_default()),
            _ => record.unknown = true,
        }
    }
}

/// `PartyIdentity` of a conference: public and private identities.
fn member(record: &mut Record, role: &'static str, tlv: &Tlv<'_>) {
    for set in tlv.children().take(ITEMS_MAX) {
        match set.tag.number {
            3 | 4 => {
                for identity in set.children().take(ITEMS_MAX) {
                    ims_identity(record, role, &identity);
                }
            }
            _ => record.unknown = true,
        }
    }
}

/// `ConfPartyInformation`: a member and its media.
pub(super) fn joined(record: &mut Record, role: &'static str, tlv: &Tlv<'_>) {
    for part in tlv.children().take(ITEMS_MAX) {
        match part.tag.number {
            1 => member(record, role, &part),
            2 => {
                for side in part.children().take(2) {
                    record.detail("SDP", side.text());
                }
            }
            _ => record.unknown = true,
        }
    }
}

fn each(tlv: &Tlv<'_>, mut with: impl FnMut(&Tlv<'_>)) {
    tlv.children().take(ITEMS_MAX).for_each(|part| with(&part));
}

/// Reads one conference record.
pub(super) fn conference(parameters: &Tlv<'_>, kind: Option<u32>) -> Record {
    let mut record = Record { medium: Some(Medium::Voice), ..Record::default() };
    let read = &mut record;
    for field in parameters.children().take(2 * ITEMS_MAX) {
        match field.tag.number {
            0 | 1 => {}
            2 => stamp::of_record(read, &field),
            3 => each(&field, |party| member(read, "target", party)),
            4 => data::national(read, &field),
            5 => data::network(read, &field),
            6 => event(read, &field, words::CONF_EVENT),
            7 => data::correlation(read, &field),
            8 | 9 => conference_identity(read, &field),
            10 => each(&field, |party| member(read, "recipient", party)),
            11 | 14 | 25 => each(&field, |party| joined(read, "party", party)),
            12 | 13 | 24 => joined(read, "party", &field),
            15 => match field.children().next() {
                Some(choice) if choice.tag.number == 1 => {
                    read.detail("initiator", Some("conference server"));
                }
                Some(choice) if choice.tag.number == 2 => {
                    read.course = Some(Course::Outgoing);
                    member(read, "target", &choice);
                }
                Some(choice) if choice.tag.number == 3 => {
                    read.course = Some(Course::Incoming);
                    member(read, "originating", &choice);
                }
                _ => read.unknown = true,
            },
            16 => read.cause = field.children().next().and_then(|reason| reason.text()),
            17 => read.cause = field.text(),
            18 => stamp::detail(read, "planned start", &field),
            19 => stamp::detail(read, "planned end", &field),
            20 => read.detail("recurrence", field.context(3).and_then(|text| text.text())),
            21 => each(&field, |party| member(read, "server", party)),
            23 => {
                let words = &[(1, "add"), (2, "remove"), (3, "change"), (4, "unknown")];
                let change = field.unsigned().and_then(|change| word(words, change));
                read.unknown |= change.is_none();
                read.detail("media change", change);
            }
            _ => read.unknown = true,
        }
    }
    settle(read, kind);
    record
}

fn conference_identity(record: &mut Record, tlv: &Tlv<'_>) {
    for part in tlv.children().take(2) {
        record.detail("conference", part.text());
    }
}

/// `GcsePartyIdentity`.
pub(super) fn group_member(record: &mut Record, role: &'static str, tlv: &Tlv<'_>) {
    for part in tlv.children().take(ITEMS_MAX) {
        let octets = part.string().unwrap_or_default();
        match part.tag.number {
            1 => record.party(role, "imei", tbcd(&octets)),
            2 => record.party(role, "imsi", tbcd(&octets)),
            3 | 4 => each(&part, |identity| ims_identity(record, role, identity)),
            6 => each(&part, |id| {
                record.detail("ProSe UE", id.string().map(|octets| hex(&octets)));
            }),
            7 => {
                let other = part.context(2).and_then(|other| other.string());
                let text = other.map(|other| text_or_hex(&other)).unwrap_or_default();
                record.party(role, "user", text);
            }
            _ => record.unknown = true,
        }
    }
}

/// Reads one group communication record.
pub(super) fn gcse(parameters: &Tlv<'_>, kind: Option<u32>) -> Record {
    let mut record = Record { medium: Some(Medium::Voice), ..Record::default() };
    let read = &mut record;
    for field in parameters.children().take(2 * ITEMS_MAX) {
        let octets = || field.string().unwrap_or_default();
        match field.tag.number {
            0 | 1 => {}
            2 => stamp::of_record(read, &field),
            3 => each(&field, |party| group_member(read, "target", party)),
            4 => data::national(read, &field),
            5 => data::network(read, &field),
            6 => event(read, &field, words::GCSE_EVENT),
            7 => read.detail("correlation", Some(text_or_hex(&octets()))),
            8 => connection(read, &field),
            9 | 10 => each(&field, |party| group_member(read, "party", party)),
            11 => {
                let mut group = Record::default();
                group_member(&mut group, "party", &field);
                read.unknown |= group.unknown;
                for party in group.parties {
                    read.detail("group", Some(party.value));
                }
            }
            12 => {
                let what = field.context(2).and_then(|what| what.string());
                read.detail("group characteristics", what.map(|octets| text_or_hex(&octets)));
            }
            13 => read.detail("TMGI", Some(hex(&octets()))),
            14 => read.detail("TMGI reserved for", Some(hex(&octets()))),
            15 => read.detail("visited network", field.text()),
            16 | 17 => group_member(read, "party", &field),
            18 => read.cause = field.text(),
            19 => place::eps(read, &field, None),
            _ => read.unknown = true,
        }
    }
    settle(read, kind);
    record
}

fn connection(record: &mut Record, tlv: &Tlv<'_>) {
    for part in tlv.children().take(ITEMS_MAX) {
        match part.tag.number {
            1 => {
                let on = part.content.first().is_some_and(|octet| *octet != 0);
                record.detail("target", Some(if on { "connected" } else { "not connected" }));
            }
            2 | 3 => {
                let words = &[(1, "ePS-Unicast"), (2, "ePS-Multicast")];
                let access = part.context(1).and_then(|access| access.unsigned());
                let access = access.and_then(|access| word(words, access));
                record.unknown |= access.is_none();
                record.detail("access", access);
                let id = part.context(2).and_then(|id| id.children().next());
                if let Some(address) = id.and_then(|id| ip_address(&id)) {
                    record.party("target", "ip", address.to_string());
                }
            }
            _ => record.unknown = true,
        }
    }
}

/// Reads one proximity record.
pub(super) fn prose(parameters: &Tlv<'_>, kind: Option<u32>) -> Record {
    let mut record = Record { medium: Some(Medium::Event), ..Record::default() };
    let read = &mut record;
    for field in parameters.children().take(2 * ITEMS_MAX) {
        match field.tag.number {
            0 | 1 | 6 => {}
            2 => stamp::of_record(read, &field),
            3 => data::network(read, &field),
            4 => match field.context(0) {
                Some(discovery) => discovered(read, &discovery),
                None => read.unknown = true,
            },
            5 => data::national(read, &field),
            _ => read.unknown = true,
        }
    }
    settle(read, kind);
    record
}

fn discovered(record: &mut Record, tlv: &Tlv<'_>) {
    for part in tlv.children().take(ITEMS_MAX) {
        let octets = || part.string().unwrap_or_default();
        match part.tag.number {
            0 => event(record, &part, words::PROSE_EVENT),
            1 => record.party("target", "imsi", tbcd(&octets())),
            2 => {
                let words = &[(1, "announcingUE"), (2, "monitoringUE")];
                let role = part.unsigned().and_then(|role| word(words, role));
                record.unknown |= role.is_none();
                record.detail("target's role", role);
            }
            3 => {
                record.detail("discovery network", part.context(1).and_then(|at| at.text()));
                record.detail("application", part.context(2).and_then(|name| name.text()));
                let code = part.context(3).and_then(|code| code.string());
                record.detail("application code", code.map(|code| hex(&code)));
                let timer = part.context(5).and_then(|timer| timer.unsigned());
                record.detail("timer", timer.map(|timer| timer.to_string()));
            }
            4 => record.detail("metadata", part.text()),
            5 => record.party("party", "imsi", tbcd(&octets())),
            _ => record.unknown = true,
        }
    }
}
