//! Short messages in mobile records: `SMS-report`, with the message read out of its TPDU.
//!
//! A status report is no message: what it says becomes details and a party.
//!
//! Rules: TS 33.108 annex B.3 and TS 101 671 annex D.5 (`SMS-report`); TS 23.040 clause 9.2.
use super::words::{TRANSFER, word};
use crate::ber::Tlv;
use crate::extract::Course;
use crate::record::{ITEMS_MAX, Record};
use crate::service::number::{hex, text_or_hex};
use crate::service::sms::{self, Kind, Sms};
use lacre_term::Micros;

/// The short message of an `SMS-report`; `None` when there is none or it cannot be read.
pub(super) fn read(report: &Tlv<'_>) -> Option<Sms> {
    let contents = report.context(3)?;
    // The initiator says who sent: 0 the target, 1 the server.
    let from_target = contents.context(1).and_then(|who| who.unsigned()) != Some(1);
    if let Some(octets) = contents.context(4).and_then(|content| content.string()) {
        // With no word on who sent it, two bits alone tell a report from a command nobody sends.
        let undefined = contents.context(1).is_none_or(|who| who.unsigned() == Some(2));
        let report = octets.first().is_some_and(|first| first & 0x03 == 2);
        return sms::read_any(&octets, from_target && !(undefined && report));
    }
    enhanced(&contents.context(5)?, from_target)
}

/// `enhancedContent` of TS 101 671: octets in a named coding, without a TPDU around them.
fn enhanced(tlv: &Tlv<'_>, submit: bool) -> Option<Sms> {
    let octets = tlv.context(1)?.string()?;
    let coding = tlv.context(2).and_then(|coding| coding.unsigned());
    let units = || {
        let units = octets.chunks_exact(2);
        units.filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)))
    };
    let text = match coding {
        Some(0 | 1 | 4) => String::from_utf8_lossy(&octets).into_owned(),
        Some(3 | 5) => char::decode_utf16(units())
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
        _ => String::new(),
    };
    let kind = if submit { Kind::Submit } else { Kind::Deliver };
    let data = if text.is_empty() { octets.into_owned() } else { Vec::new() };
    Some(Sms { submit, kind, text, data, ..Sms::default() })
}

/// Reads `SMS-report` into the record.
pub(super) fn report(record: &mut Record, field: &Tlv<'_>) {
    let Some(contents) = field.context(3) else {
        record.unknown = true;
        return;
    };
    record.unknown |= field.children().any(|part| !matches!(part.tag.number, 1..=3));
    for part in contents.children().take(ITEMS_MAX) {
        match (part.tag.number, part.unsigned()) {
            (1, Some(0)) => record.course = record.course.or(Some(Course::Outgoing)),
            (1, Some(1)) => record.course = record.course.or(Some(Course::Incoming)),
            (1, Some(2)) | (3, Some(0..=2)) | (4 | 5, _) => {}
            (2, Some(number)) => {
                let status = word(TRANSFER, number);
                record.unknown |= status.is_none();
                record.detail("transfer", status);
            }
            _ => record.unknown = true,
        }
    }
    let Some(sms) = read(field) else {
        let octets = contents.context(4).and_then(|content| content.string());
        record.unknown |= octets.is_some();
        return record.detail("short message", octets.map(|octets| hex(&octets)));
    };
    parties(record, &sms);
    record.detail("service centre time", sms.at.map(Micros::rfc3339));
    if let Some((to, from)) = sms.ports {
        record.detail("ports", Some(format!("to {to} from {from}")));
    }
    record.unknown |= sms.unread_language.is_some() || sms.compressed;
    match sms.kind {
        Kind::StatusReport => {
            let status = sms.status.map(|status| match status {
                0..=2 => format!("{status} delivered"),
                32..=63 => format!("{status} still trying"),
                _ => format!("{status} not delivered"),
            });
            record.detail("delivery status", status);
            record.detail("delivered at", sms.discharged_at.map(Micros::rfc3339));
        }
        Kind::Deliver | Kind::Submit => {
            if sms.text.is_empty() && !sms.data.is_empty() {
                record.detail("binary message", Some(text_or_hex(&sms.data)));
            }
            if record.messages.len() < ITEMS_MAX {
                record.messages.push(sms);
            }
        }
    }
}

/// The other side of the message, in the role that its unit gives it.
fn parties(record: &mut Record, sms: &Sms) {
    let Some(address) = &sms.address else { return };
    let role = match sms.kind {
        Kind::Deliver => "sender",
        Kind::Submit | Kind::StatusReport => "recipient",
    };
    let digits = address.strip_prefix('+').unwrap_or(address);
    let number = !digits.is_empty() && digits.bytes().all(|octet| b"0123456789*#".contains(&octet));
    record.party(role, if number { "tel" } else { "user" }, address);
}
