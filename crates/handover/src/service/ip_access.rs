//! IP access: session events and counters in IRI, packets in CC.
//!
//! Rules: TS 102 232-3 annex A (`IPIRI`, `IPCC`).
use super::ip_address;
use crate::ber::Tlv;
use crate::ps_pdu::Contents;
use crate::time;
use lacre_term::Micros;
use std::borrow::Cow;
use std::net::IpAddr;

/// One event of an access session. Missing mandatory fields are simply `None`: senders leave
/// them out (OpenLI's access attempts have no IP version).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessEvent {
    /// `accessEventType`, the standard's word.
    pub event: Option<&'static str>,
    /// User name of the target's session.
    pub username: Option<String>,
    /// `internetAccessType`, the standard's word.
    pub access_type: Option<&'static str>,
    /// 1 IPv4, 2 IPv6, 3 both.
    pub ip_version: Option<u64>,
    /// Addresses given to the target.
    pub addresses: Vec<IpAddr>,
    /// Network identifier of the target, such as a MAC address.
    pub network_id: Option<String>,
    /// Identifier of the customer's equipment.
    pub equipment_id: Option<String>,
    /// Number called, for dial-up.
    pub call_back_number: Option<String>,
    /// Start of the session.
    pub started_at: Option<Micros>,
    /// End of the session.
    pub ended_at: Option<Micros>,
    /// `endReason`, the standard's word.
    pub end_reason: Option<&'static str>,
    /// Octets the target received.
    pub octets_received: Option<u64>,
    /// Octets the target sent.
    pub octets_transmitted: Option<u64>,
    /// Address of the access server.
    pub access_server: Option<IpAddr>,
    /// True when a location came with it.
    pub has_location: bool,
}

const EVENTS: [&str; 14] = [
    "accessAttempt",
    "accessAccept",
    "accessReject",
    "accessFailed",
    "sessionStart",
    "sessionEnd",
    "interimUpdate",
    "startOfInterceptionWithSessionActive",
    "accessEnd",
    "endOfInterceptionWithSessionActive",
    "unknown",
    "startOfInterceptionWithoutNetworkSession",
    "endOfInterceptionWithoutNetworkSession",
    "sessionExpired",
];
const ACCESS_TYPES: [&str; 10] = [
    "undefined",
    "dialUp",
    "xDSL",
    "cableModem",
    "lAN",
    "wirelessLAN",
    "fTTx",
    "wIMAX-HIPERMAN",
    "satellite",
    "wireless-other",
];
const END_REASONS: [&str; 5] =
    ["undefined", "regularLogoff", "connectionLoss", "connectionTimeout", "leaseExpired"];

fn word(names: &[&'static str], tlv: &Tlv<'_>) -> Option<&'static str> {
    names.get(usize::try_from(tlv.unsigned()?).ok()?).copied()
}

/// Reads an `iPIRI`.
#[must_use]
pub fn access_event(contents: &Contents<'_>) -> Option<AccessEvent> {
    if !contents.iri || contents.tag != 2 {
        return None;
    }
    let mut read = AccessEvent::default();
    for field in contents.tlv.context(1)?.children() {
        match field.tag.number {
            0 => read.event = word(&EVENTS, &field),
            1 => read.username = field.text(),
            2 => read.access_type = word(&ACCESS_TYPES, &field),
            3 => read.ip_version = field.unsigned(),
            4 | 21 => read.addresses.extend(ip_address(&field)),
            5 => read.network_id = field.text(),
            6 => read.equipment_id = field.text(),
            7 | 24 => read.has_location = true,
            9 => read.call_back_number = field.text(),
            10 => read.started_at = field.string().and_then(|at| time::generalized(&at).0),
            11 => read.ended_at = field.string().and_then(|at| time::generalized(&at).0),
            12 => read.end_reason = word(&END_REASONS, &field),
            13 => read.octets_received = field.unsigned(),
            14 => read.octets_transmitted = field.unsigned(),
            19 => read.access_server = ip_address(&field),
            _ => {}
        }
    }
    Some(read)
}

/// The IP packet of an `iPCC`, and whether the operator cut it short.
#[must_use]
pub fn packet<'a>(contents: &Contents<'a>) -> Option<(Cow<'a, [u8]>, bool)> {
    if contents.iri || contents.tag != 2 {
        return None;
    }
    let choice = contents.tlv.context(1)?.children().next()?;
    match choice.tag.number {
        0 => Some((choice.string()?, false)),
        1 => Some((choice.context(0)?.string()?, true)),
        _ => None,
    }
}
