//! Services: what the payloads hold, one file per part of TS 102 232 and per protocol in them.
//!
//! All of it is derivative: a reader that understands nothing returns `None` and the octets stay.
//! Nothing here decides whether a PDU is kept.
//!
//! Rules: TS 102 232-2 (messaging), -3 (IP access), -4 (layer 2), -5 (IP multimedia), -6 (PSTN),
//! -7 (mobile).
use crate::ber::Tlv;
use crate::ps_pdu::Contents;
use crate::record::Record;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub mod access;
pub mod cells;
pub mod dialogue;
pub mod dtmf;
pub mod geo;
pub mod hi1_notice;
pub mod ip_access;
mod location;
pub mod mail;
pub mod messaging;
pub mod mobile;
pub mod multimedia;
pub mod number;
pub mod packet;
pub mod rtp;
pub mod sip;
pub mod sms;
pub mod ts33128;

/// What one payload says, record by record; empty when no service here reads it.
#[must_use]
pub fn observe(contents: &Contents<'_>) -> Vec<Record> {
    match (contents.iri, contents.tag) {
        (true, 1..=3 | 6 | 7 | 10 | 14 | 20) | (false, 1 | 2 | 6 | 11 | 14 | 18) => {
            access::observe(contents)
        }
        (true, 11) | (false, 12) => multimedia::observe(contents),
        (true, 19) | (false, 23) => ts33128::observe(contents),
        _ => mobile::observe(contents),
    }
}

/// Reads an `IPAddress` (binary or text form).
#[must_use]
pub fn ip_address(tlv: &Tlv<'_>) -> Option<IpAddr> {
    let value = tlv.context(2)?.children().next()?;
    let octets = value.string()?;
    match value.tag.number {
        1 => address_of(&octets),
        _ => std::str::from_utf8(&octets).ok()?.trim().parse().ok(),
    }
}

pub(crate) fn address_of(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return Some(IpAddr::V4(Ipv4Addr::from(four)));
    }
    <[u8; 16]>::try_from(octets).ok().map(|sixteen| IpAddr::V6(Ipv6Addr::from(sixteen)))
}
