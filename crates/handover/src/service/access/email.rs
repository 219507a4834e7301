//! E-mail: one event of a mail server, as the operator saw it.
//!
//! Who wrote to whom stands in the envelope; the message itself comes as content. A password sent
//! with a log-on is not read.
//!
//! Rules: TS 102 232-2 clause 6, annexes D to F and annex A (`EmailIRI`, `EmailCC`).
use super::{address, end, is_field, number, word};
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::ps_pdu::Contents;
use crate::record::Record;

const EVENTS: [&str; 10] = [
    "",
    "e-mail-send",
    "e-mail-receive",
    "e-mail-download",
    "e-mail-logon-attempt",
    "e-mail-logon",
    "e-mail-logon-failure",
    "e-mail-logoff",
    "e-mail-partial-download",
    "e-mail-upload",
];
const PROTOCOLS: [&str; 5] = ["", "smtp", "pop3", "imap4", "webmail"];
const STATUSES: [&str; 4] = ["", "status-unknown", "operation-failed", "operation-succeeded"];
const VALIDITIES: [&str; 2] = ["validated", "nonvalidated"];
const RESULTS: [&str; 4] = ["", "resultUnknown", "aAAFailed", "aAASucceeded"];
const METHODS: [&str; 4] = ["", "undefinedAuthMethod", "cramMD5", "digestMD5"];

/// Most recipients read of one event; the rest is counted.
const RECIPIENTS_MAX: usize = crate::record::ITEMS_MAX;

/// The two ends of the session, address and port.
#[derive(Default)]
struct Ends {
    client: (Option<String>, Option<u64>),
    server: (Option<String>, Option<u64>),
}

/// Reads an `emailIRI`.
pub(super) fn event(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Email), ..Record::default() };
    let mut ends = Ends::default();
    // A POP3 or IMAP event names the mailbox's owner where SMTP names recipients.
    let protocol = contents.tlv.context(8).and_then(|field| field.unsigned());
    let role = if matches!(protocol, Some(2 | 3)) { "user" } else { "recipient" };
    let (mut listed, mut total) = (0_u64, None);
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 => {}
            10 => listed = recipients(&mut record, role, &field),
            12 => {
                total = field.unsigned();
                number(&mut record, "recipients", &field);
            }
            2..=5 => place(&mut record, &mut ends, &field),
            _ => told(&mut record, &field),
        }
    }
    let unnamed = total.and_then(|total| total.checked_sub(listed)).filter(|more| *more > 0);
    record.detail("recipients not named", unnamed.map(|more| more.to_string()));
    let Ends { client, server } = ends;
    if let (Some(address), port) = client {
        record.party("user", "ip", address.clone());
        record.detail("client", port.map(|port| end(&address, Some(port))));
    }
    if let (Some(address), port) = server {
        record.party("server", "ip", address.clone());
        record.detail("server", port.map(|port| end(&address, Some(port))));
    }
    record
}

/// The recipients of the envelope; how many there were.
fn recipients(record: &mut Record, role: &'static str, field: &Tlv<'_>) -> u64 {
    let mut listed = 0_u64;
    for recipient in field.children() {
        listed = listed.saturating_add(1);
        if listed <= u64::try_from(RECIPIENTS_MAX).unwrap_or(u64::MAX) {
            record.party(role, "email", recipient.text().unwrap_or_default());
        }
    }
    listed
}

fn place(record: &mut Record, ends: &mut Ends, field: &Tlv<'_>) {
    match field.tag.number {
        2 => ends.client.0 = address(record, field),
        3 => ends.server.0 = address(record, field),
        4 => ends.client.1 = field.unsigned(),
        _ => ends.server.1 = field.unsigned(),
    }
}

fn told(record: &mut Record, field: &Tlv<'_>) {
    match field.tag.number {
        1 => record.event = word(record, &EVENTS, field).map(str::to_owned),
        6 => number(record, "server octets", field),
        7 => number(record, "client octets", field),
        8 => {
            let undefined = field.unsigned() == Some(255);
            let protocol =
                if undefined { Some("undefined") } else { word(record, &PROTOCOLS, field) };
            record.detail("protocol", protocol);
        }
        9 => record.party("sender", "email", field.text().unwrap_or_default()),
        11 => {
            let status = word(record, &STATUSES, field);
            record.detail("status", status);
        }
        13 => record.detail("message id", field.text().filter(|text| !text.is_empty())),
        // Whatever a nation agreed on is octets to us.
        14 => record.detail("national parameters", Some("delivered")),
        15 => {
            record.detail("national parameters", field.context(1).and_then(|code| code.text()));
            record.unknown |= field.children().any(|own| !own.is_context(1));
        }
        16 => log_on(record, field),
        17 => {
            let validity = word(record, &VALIDITIES, field);
            record.detail("sender validity", validity);
        }
        _ => record.unknown = true,
    }
}

/// User name, method and result of a log-on: POP3 [0], SMTP [1] or IMAP [2].
fn log_on(record: &mut Record, field: &Tlv<'_>) {
    let Some(choice) = field.children().next() else { return };
    let smtp = match choice.tag.number {
        0 | 2 => false,
        1 => true,
        _ => {
            record.unknown = true;
            return;
        }
    };
    for part in choice.children() {
        match (part.tag.number, smtp) {
            (0, _) => record.party("user", "user", part.text().unwrap_or_default()),
            (1, true) => {
                let method = word(record, &METHODS, &part);
                record.detail("log-on method", method);
            }
            // The password, or the challenge and its answer.
            (1, false) | (2 | 3, true) => {}
            (2, false) | (4, true) => {
                let result = word(record, &RESULTS, &part);
                record.detail("log-on", result);
            }
            _ => record.unknown = true,
        }
    }
}

/// Reads an `emailCC`: its words are read session by session, not packet by packet.
pub(super) fn content(contents: &Contents<'_>) -> Record {
    let format = contents.tlv.context(1).and_then(|format| format.unsigned());
    let unknown = !matches!(format, Some(1 | 2));
    Record { medium: Some(Medium::Email), unknown, ..Record::default() }
}
