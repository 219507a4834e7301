//! PSTN and ISDN: what accompanies the voice of a fixed call.
//!
//! The call itself, its numbers and services, comes in records of TS 101 671; these payloads say
//! how its sound is coded and which part of it they speak of. A media key is said to be there and
//! never copied.
//!
//! Rules: TS 102 232-6 clauses 6.2, 6.3 and annex A (`PstnIsdnIRI`, `PstnIsdnCC`); RFC 3551
//! section 6 (payload types); RFC 4566.
use super::{is_field, number, word};
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::ps_pdu::{Contents, Direction};
use crate::record::Record;
use crate::service::sip::{Sdp, rtpmap};

const FRAMES: [&str; 5] =
    ["ipFrame", "udpFrame", "applicationFrame", "audioFrame", "artificialRtpFrame"];
const PROTOCOLS: [&str; 2] = ["", "uDPTL"];

/// Payload types that need no attribute to be known.
const STATIC: [(u64, &str); 9] = [
    (0, "PCMU/8000"),
    (3, "GSM/8000"),
    (4, "G723/8000"),
    (8, "PCMA/8000"),
    (9, "G722/8000"),
    (12, "QCELP/8000"),
    (13, "CN/8000"),
    (15, "G728/8000"),
    (18, "G729/8000"),
];

/// Reads a `pstnIsdnIRI`.
pub(super) fn event(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Voice), ..Record::default() };
    match contents.tlv.context(1).and_then(|choice| choice.children().next()) {
        Some(info) if info.is_context(0) => supplementary(&mut record, &info),
        _ => record.unknown = true,
    }
    record
}

/// Reads a `pstnIsdnCC`, but for its sound.
pub(super) fn content(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Voice), ..Record::default() };
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 | 1 => {}
            2 => number(&mut record, "link", &field),
            3 => supplementary(&mut record, &field),
            _ => record.unknown = true,
        }
    }
    record
}

fn supplementary(record: &mut Record, info: &Tlv<'_>) {
    let mut format = None;
    let before = record.services.len();
    for field in info.children() {
        let text = || field.text().map(|text| text.trim().to_owned());
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 => applies_to(record, &field),
            1 => format = field.unsigned(),
            2 => attributes(record, &text().unwrap_or_default()),
            3 => record.detail("media key", Some("delivered")),
            4 => record.detail("session name", text()),
            5 => record.detail("session information", text()),
            6 => description(record, &text().unwrap_or_default()),
            7 => {
                let kind = word(record, &FRAMES, &field);
                record.detail("frame", kind);
            }
            8 => {
                let protocol = word(record, &PROTOCOLS, &field);
                record.detail("media protocol", protocol);
            }
            _ => record.unknown = true,
        }
    }
    // The attribute names the codec better than its number does.
    if record.services.len() == before
        && let Some(format) = format
    {
        let named = STATIC.iter().find(|(number, _)| *number == format);
        let codec = named.map_or_else(|| format!("payload type {format}"), |(_, n)| (*n).into());
        record.service(codec);
    }
}

fn applies_to(record: &mut Record, field: &Tlv<'_>) {
    for part in field.children() {
        match part.tag.number {
            0 => {
                let way = part.unsigned().and_then(Direction::from_number);
                record.unknown |= way.is_none();
                record.detail("media direction", way.map(Direction::word));
            }
            1 => number(record, "link", &part),
            2 => number(record, "from PDU", &part),
            _ => record.unknown = true,
        }
    }
}

/// Attribute lines, with or without their `a=`.
fn attributes(record: &mut Record, text: &str) {
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("a=").unwrap_or(line);
        if let Some((_, name, rate)) = line.strip_prefix("rtpmap:").and_then(rtpmap) {
            record.service(format!("{name}/{rate}"));
        }
    }
}

fn description(record: &mut Record, text: &str) {
    let sdp = Sdp::read(text);
    for line in &sdp.media {
        let end = super::end(line.address.as_deref().unwrap_or("-"), Some(line.port.into()));
        record.detail("media", Some(format!("{} {end}", line.kind)));
    }
    // Telephone events are signals within a codec's stream, no codec.
    for (_, name, rate) in sdp.codecs.iter().filter(|(_, name, _)| name != "TELEPHONE-EVENT") {
        record.service(format!("{name}/{rate}"));
    }
}
