//! Packet reports: headers and sums of an access session, without its content.
//!
//! Who of the two ends is the target is not said here: the payload's direction says it.
//!
//! Rules: TS 102 232-3 clauses 6.2.4, 6.2.5 and annex A (`IPIRIOnly`, `IPIRIPacketReport`).
use super::{end, instant, is_field, number, word};
use crate::ber::Tlv;
use crate::extract::Medium;
use crate::ps_pdu::Contents;
use crate::record::Record;
use crate::service::address_of;
use crate::service::packet::{Packet, Transport};

const SUMMARY_TRIGGERS: [&str; 5] =
    ["startOfFlow", "timerExpiry", "packetCount", "byteCount", "endOfFlow"];
const REPORT_TRIGGERS: [&str; 11] = [
    "",
    "flowStart",
    "flowEnd",
    "flowTimeout",
    "flowTimerExpiration",
    "flowPacketCount",
    "flowByteCount",
    "sessionTimerExpiration",
    "sessionPacketCount",
    "sessionByteCount",
    "reportEnd",
];

/// Names both ends of a flow, and the flow.
fn flow(
    record: &mut Record,
    protocol: &str,
    source: (String, Option<u64>),
    destination: (String, Option<u64>),
) {
    let ends = [&source, &destination].map(|(address, port)| end(address, *port));
    record.detail("flow", Some(format!("{protocol} {}", ends.join(" > ")).trim().to_owned()));
    record.party("originating", "ip", source.0);
    record.party("terminating", "ip", destination.0);
}

/// Reads an `iPIRIOnly`.
pub(super) fn iri_only(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Ip), ..Record::default() };
    let (mut hosts, mut ports, mut protocol) = ((None, None), (None, None), "");
    for field in contents.tlv.children() {
        match field.tag.number {
            _ if !is_field(&field) => record.unknown = true,
            0 => {}
            1 => hosts = both_hosts(&mut record, &field),
            2 => (protocol, ports) = both_ports(&mut record, &field),
            3 => number(&mut record, "flow packets", &field),
            4 => number(&mut record, "flow octets", &field),
            5 => summary(&mut record, &field, [0, 3, 4, 1, 2], &SUMMARY_TRIGGERS),
            _ => record.unknown = true,
        }
    }
    if let (Some(source), Some(destination)) = hosts {
        flow(&mut record, protocol, (source, ports.0), (destination, ports.1));
    }
    record
}

/// Source and destination of an `IPInformation`.
fn both_hosts(record: &mut Record, field: &Tlv<'_>) -> (Option<String>, Option<String>) {
    let choice = field.children().next();
    let Some((choice, first)) = choice.and_then(|choice| match choice.tag.number {
        0 => Some((choice, 8)),
        1 => Some((choice, 5)),
        _ => None,
    }) else {
        record.unknown = true;
        return (None, None);
    };
    let host = |tag| Some(address_of(&choice.context(tag)?.string()?)?.to_string());
    (host(first), host(first.saturating_add(1)))
}

/// Protocol and both ports of a `ProtocolInformation`.
fn both_ports(record: &mut Record, field: &Tlv<'_>) -> (&'static str, (Option<u64>, Option<u64>)) {
    let Some(choice) = field.children().next() else { return ("", (None, None)) };
    let protocol = match choice.tag.number {
        0 => "",
        1 => "tcp",
        2 => "udp",
        _ => {
            record.unknown = true;
            ""
        }
    };
    let port = |tag| {
        let octets = choice.context(tag)?.string()?;
        Some(u64::from(u16::from_be_bytes(octets.as_ref().try_into().ok()?)))
    };
    (protocol, (port(0), port(1)))
}

/// Trigger, counts and times of a sum, at the tags given in that order.
fn summary(record: &mut Record, sum: &Tlv<'_>, tags: [u32; 5], triggers: &[&'static str]) {
    let [trigger, packets, octets, first, last] = tags;
    for field in sum.children() {
        match field.tag.number {
            tag if tag == trigger => {
                record.event = word(record, triggers, &field).map(str::to_owned);
            }
            tag if tag == packets => number(record, "flow packets", &field),
            tag if tag == octets => number(record, "flow octets", &field),
            tag if tag == first => record.started_at = instant(record, "first packet", &field),
            tag if tag == last => record.ended_at = instant(record, "last packet", &field),
            // The packet's header, and what was blanked in it.
            1 | 2 => {}
            _ => record.unknown = true,
        }
    }
}

/// Reads an `iPIRIPacketReport`.
pub(super) fn packet_report(contents: &Contents<'_>) -> Record {
    let mut record = Record { medium: Some(Medium::Ip), ..Record::default() };
    let Some(report) = contents.tlv.context(1).and_then(|report| report.children().next()) else {
        record.unknown = true;
        return record;
    };
    match report.tag.number {
        1 => record.unknown |= report.children().any(|field| !field.is_context(1)),
        2 => summary(&mut record, &report, [3, 4, 5, 6, 7], &REPORT_TRIGGERS),
        _ => {
            record.unknown = true;
            return record;
        }
    }
    if let Some(header) = report.context(1).and_then(|header| header.string()) {
        header_flow(&mut record, &header);
    }
    record
}

fn header_flow(record: &mut Record, header: &[u8]) {
    let Some(packet) = Packet::read(header) else { return };
    let protocol = match packet.transport {
        Transport::Udp { .. } => "udp",
        Transport::Tcp { .. } => "tcp",
        Transport::Other => "",
    };
    let (source, destination) = packet.ends();
    let host = |end: std::net::SocketAddr| {
        let port = (!protocol.is_empty()).then(|| u64::from(end.port()));
        (end.ip().to_string(), port)
    };
    flow(record, protocol, host(source), host(destination));
}
