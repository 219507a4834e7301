//! Data of mobile records beside parties and places: nodes, causes, correlation, flows, groups.
//!
//! Rules: TS 33.108 annexes B.3, B.4 and B.9; TS 101 671 annex D.5.
use super::words::{self, word};
use super::{cause, party, place, stamp};
use crate::ber::{Class, Tlv};
use crate::extract::Course;
use crate::record::{ITEMS_MAX, Record};
use crate::service::number::{hex, text_or_hex};
use crate::service::{address_of, cells, ip_address};
use lacre_term::Micros;

/// `Network-Identifier`: its element as a detail; the operator is in the header.
pub(super) fn network(record: &mut Record, field: &Tlv<'_>) {
    let element = field.context(1).and_then(|element| party::element(&element));
    record.detail("network element", element);
}

/// National parameters: how many there are; what they mean is agreed nationally.
pub(super) fn national(record: &mut Record, field: &Tlv<'_>) {
    for parameter in field.children().take(ITEMS_MAX) {
        let octets = parameter.string().unwrap_or_default();
        record.detail("national parameter", Some(text_or_hex(&octets)));
    }
}

/// `callContentLinkInformation`: state, release and address of each link to us.
pub(super) fn links(record: &mut Record, field: &Tlv<'_>) {
    for link in field.children().take(2) {
        for part in link.children().take(ITEMS_MAX) {
            match part.tag.number {
                1 => {
                    let state = part.unsigned().and_then(|state| word(words::LINK_STATE, state));
                    record.unknown |= state.is_none();
                    record.detail("content link state", state);
                }
                2 => stamp::detail(record, "content link released", &part),
                3 => {
                    let why = part.string().and_then(|octets| cause::release(&octets));
                    record.detail("content link cause", why.map(|why| why.0));
                }
                4 => {
                    let address = part.children().next();
                    let number = address.and_then(|at| party::party_number(&at, true));
                    record.detail("content link address", number.map(|number| number.digits));
                }
                _ => record.unknown = true,
            }
        }
    }
}

/// A `DataNodeAddress` as a detail.
pub(super) fn node(record: &mut Record, name: &'static str, field: &Tlv<'_>) {
    party::node(record, field, |record, _, value| record.detail(name, Some(value)));
}

/// Sender's or recipient's address of a short message: an IP address, or the number that many
/// senders write where X.25 stands.
pub(super) fn message_address(record: &mut Record, role: &'static str, field: &Tlv<'_>) {
    party::node(record, field, |record, kind, value| {
        let digits = value.strip_prefix('+').unwrap_or(&value);
        let number = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
        let kind = match kind {
            "ip" => "ip",
            _ if number => "tel",
            _ => "user",
        };
        record.party(role, kind, value);
    });
}

/// `gPRSOperationErrorCode`: a session or mobility cause, by the event it came with.
pub(super) fn error(record: &mut Record, octets: &[u8]) {
    let Some(&code) = octets.last() else { return };
    let session = record.event.as_deref().is_none_or(|event| {
        !["Attach", "Detach", "Update", "Location"].iter().any(|part| event.contains(part))
    });
    let words = if session { cause::SESSION } else { cause::MOBILITY };
    record.cause = Some(cause::named(words, code));
}

/// `UmtsQos`: the octets, and the traffic class of the radio's form (TS 24.008, 10.5.6.5).
pub(super) fn quality(record: &mut Record, field: &Tlv<'_>) {
    let Some(choice) = field.children().next() else {
        record.unknown = true;
        return;
    };
    let octets = choice.string().unwrap_or_default();
    record.detail("QoS", Some(hex(&octets)));
    let class = octets.get(3).filter(|_| choice.tag.number == 1).map(|octet| octet >> 5);
    match class {
        Some(1) => record.service("conversational"),
        Some(2) => record.service("streaming"),
        Some(3) => record.service("interactive"),
        Some(4) => record.service("background"),
        _ => {}
    }
}

/// An address with type and length before it (TS 23.003, 5.1), or bare.
pub(super) fn coded_address(octets: &[u8]) -> Option<String> {
    let coded = octets.split_first().and_then(|(head, rest)| {
        (usize::from(head & 0x3f) == rest.len()).then(|| address_of(rest))?
    });
    let address = coded.or_else(|| address_of(octets)).map(|address| address.to_string());
    address.or_else(|| (!octets.is_empty()).then(|| text_or_hex(octets)))
}

/// An address in octets or text.
pub(super) fn any_address(octets: &[u8]) -> String {
    address_of(octets).map_or_else(|| text_or_hex(octets), |address| address.to_string())
}

/// A network code in three octets, or as text.
pub(super) fn network_code(octets: &[u8]) -> String {
    let code = octets.get(..3).filter(|_| octets.len() <= 5).and_then(cells::plmn);
    code.unwrap_or_else(|| text_or_hex(octets))
}

/// Correlation of records and content: every octet string in it.
pub(super) fn correlation(record: &mut Record, field: &Tlv<'_>) {
    gather(record, field, 5);
}

fn gather(record: &mut Record, tlv: &Tlv<'_>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for part in tlv.children().take(ITEMS_MAX) {
        if part.tag.constructed {
            gather(record, &part, depth);
        } else {
            record.detail("correlation", Some(text_or_hex(part.content)));
        }
    }
}

/// SIP headers and session descriptions given beside a message, by the EPS module's number.
pub(super) fn session_description(record: &mut Record, field: &Tlv<'_>, tag: u32) {
    let name = match tag {
        44 => "SIP header offer",
        45 => "SIP header answer",
        46 => "SDP offer",
        _ => "SDP answer",
    };
    record.detail(name, field.text());
}

/// Time of the location information.
pub(super) fn uli_time(record: &mut Record, octets: &[u8]) {
    record.detail("location time", place::uli_time(octets).map(Micros::rfc3339));
}

/// `logicalFunctionInformation`, a `DataNodeIdentifier`.
pub(super) fn function(record: &mut Record, field: &Tlv<'_>) {
    for part in field.children().take(ITEMS_MAX) {
        match part.tag.number {
            1 => node(record, "node address", &part),
            2 => {
                let words = &[(0, "pDNGW"), (1, "mME"), (2, "sGW"), (3, "ePDG"), (4, "hSS")];
                let kind = part.unsigned().and_then(|kind| word(words, kind));
                record.unknown |= kind.is_none();
                record.detail("node type", kind);
            }
            3 => record.detail("node name", part.text()),
            _ => record.unknown = true,
        }
    }
}

/// Serving systems now and before: each as its field's octets say.
pub(super) fn systems(record: &mut Record, field: &Tlv<'_>) {
    for part in field.children().take(ITEMS_MAX) {
        if part.tag.constructed {
            function(record, &part);
        } else {
            let octets = part.string().unwrap_or_default();
            record.detail("system now or before", Some(network_code(&octets)));
        }
    }
}

/// Identities that changed: new ones are the target's; old ones are details.
pub(super) fn changed(record: &mut Record, field: &Tlv<'_>, form: party::Form) {
    for part in field.children().take(ITEMS_MAX) {
        let tag = part.tag.number;
        let old = if form == party::Form::Eps && tag <= 4 { tag > 2 } else { tag & 1 == 0 };
        if !old {
            party::read(record, &part, form, Some("target"));
            continue;
        }
        let mut before = Record::default();
        party::read(&mut before, &part, form, Some("target"));
        record.unknown |= before.unknown;
        for party in before.parties {
            record.detail("previous identity", Some(format!("{} {}", party.kind, party.value)));
        }
    }
}

/// `ExtendedLocParameters`: what a location service adds.
pub(super) fn extended(record: &mut Record, field: &Tlv<'_>) {
    for part in field.children().take(ITEMS_MAX) {
        let name = match part.tag.number {
            0 => "position method",
            2 => "altitude",
            3 => "speed",
            4 => "direction of travel",
            5 => "confidence",
            8 => "floor",
            9 => "location information",
            1 | 6 | 7 | 10 => continue,
            _ => {
                record.unknown = true;
                continue;
            }
        };
        let text = if part.tag.constructed {
            part.children().next().and_then(|first| first.text())
        } else {
            part.text()
        };
        record.detail(name, text);
    }
}

/// `PacketDataHeaderInformation`: who exchanged packets with whom, and how many.
pub(super) fn packets(record: &mut Record, field: &Tlv<'_>) {
    let Some(report) = field.children().next() else {
        return;
    };
    match report.tag.number {
        1 => match report.children().next().filter(|choice| choice.is_context(1)) {
            Some(mapped) => flow(record, &mapped, (8, 6), mapped.context(9)),
            None => {
                let copy = report.children().next();
                let header = copy.and_then(|copy| copy.context(2)?.string());
                record.detail("packet header", header.map(|header| hex(&header)));
            }
        },
        2 => {
            for summary in report.children().take(ITEMS_MAX) {
                flow(record, &summary, (8, 9), None);
            }
        }
        _ => record.unknown = true,
    }
}

/// One flow: `tags` are those of the count and of the octets.
fn flow(record: &mut Record, tlv: &Tlv<'_>, tags: (u32, u32), way: Option<Tlv<'_>>) {
    let end = |address: u32, port: u32| {
        let address = tlv.context(address).and_then(|at| ip_address(&at))?;
        let port = tlv.context(port).and_then(|port| port.unsigned()).unwrap_or(0);
        Some(format!("{address} port {port}"))
    };
    let number = |tag| tlv.context(tag).and_then(|field| field.unsigned());
    let (Some(from), Some(to)) = (end(1, 2), end(3, 4)) else {
        record.unknown = true;
        return;
    };
    let mut text = format!("{from} to {to} protocol {}", number(5).unwrap_or(0));
    for (tag, word) in [(tags.0, "packets"), (tags.1, "octets")] {
        if let Some(count) = number(tag) {
            text.push_str(&format!(" {word} {count}"));
        }
    }
    match way.and_then(|way| way.unsigned()) {
        Some(1) => record.octets_up = number(tags.1).or(record.octets_up),
        Some(2) => record.octets_down = number(tags.1).or(record.octets_down),
        _ => {}
    }
    record.detail("flow", Some(text));
}

/// `PTC`: push-to-talk, with its own event, parties and location.
pub(super) fn push_to_talk(record: &mut Record, field: &Tlv<'_>, form: place::Form) {
    for part in field.children().take(2 * ITEMS_MAX) {
        if part.tag.class != Class::Context {
            record.unknown = true;
            continue;
        }
        match part.tag.number {
            1 => record.cause = part.text(),
            12 => stamp::detail(record, "push-to-talk time", &part),
            13 => {
                let kind = part.unsigned().and_then(|kind| word(words::PTC_TYPE, kind));
                record.unknown |= kind.is_none();
                record.event = kind.map(str::to_owned).or(record.event.take());
            }
            14 => record.cause = part.text().or(record.cause.take()),
            16 | 54 => {
                let uri = part.context(0).and_then(|uri| uri.text()).unwrap_or_default();
                party::uri(record, "party", &uri);
            }
            27 | 48..=50 => {
                let text = part.text().unwrap_or_default();
                for one in text.split([',', ';']).take(ITEMS_MAX) {
                    party::uri(record, "party", one.trim());
                }
            }
            28 => {
                record.course = match part.unsigned() {
                    Some(0) => Some(Course::Incoming),
                    Some(1) => Some(Course::Outgoing),
                    _ => record.course,
                }
            }
            33 | 43 => record.detail("group", part.text()),
            34 => party::uri(record, "target", &part.text().unwrap_or_default()),
            36 => place::location(record, &part, form),
            46 => party::uri(record, "originating", &part.text().unwrap_or_default()),
            51 => record.detail("session", part.text()),
            52 => party::uri(record, "server", &part.text().unwrap_or_default()),
            1..=17 | 19..=21 | 23..=38 | 40..=65 => {}
            _ => record.unknown = true,
        }
    }
}
