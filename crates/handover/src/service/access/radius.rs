//! RADIUS: what an accounting or access packet delivered as raw AAA data says of the session.
//!
//! Octets that are no whole RADIUS packet (DHCP, Diameter, a cut) say nothing; attributes that are
//! not asked for here are passed over.
//!
//! Rules: RFC 2865 sections 3, 5; RFC 2866 section 5; RFC 2869 section 5 (gigawords); RFC 3162,
//! RFC 4818 (prefixes).
use super::network_id;
use crate::record::Record;
use crate::service::address_of;
use std::net::{IpAddr, Ipv6Addr};

const CAUSES: [&str; 19] = [
    "",
    "User-Request",
    "Lost-Carrier",
    "Lost-Service",
    "Idle-Timeout",
    "Session-Timeout",
    "Admin-Reset",
    "Admin-Reboot",
    "Port-Error",
    "NAS-Error",
    "NAS-Request",
    "NAS-Reboot",
    "Port-Unneeded",
    "Port-Preempted",
    "Port-Suspended",
    "Service-Unavailable",
    "Callback",
    "User-Error",
    "Host-Request",
];
const STATUS: [&str; 4] = ["", "Start", "Stop", "Interim-Update"];

/// Low and high words of the counters. *Input* is what came in from the user.
#[derive(Default)]
struct Counters {
    up: [Option<u64>; 2],
    down: [Option<u64>; 2],
}

/// Adds what the packet says, where the event itself was silent.
pub(in crate::service) fn radius_into(record: &mut Record, octets: &[u8]) {
    let Some(attributes) = attributes(octets) else { return };
    let mut counters = Counters::default();
    for (kind, value) in attributes {
        counted(&mut counters, kind, value);
        named(record, kind, value);
        told(record, kind, value);
    }
    record.octets_up = record.octets_up.or(joined(counters.up));
    record.octets_down = record.octets_down.or(joined(counters.down));
}

/// Type and value of each attribute of one whole packet.
fn attributes(octets: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let length = usize::from(u16::from_be_bytes(octets.get(2..4)?.try_into().ok()?));
    let known = matches!(octets.first()?, 1..=5 | 11 | 40..=45);
    if !known || length > octets.len() {
        return None;
    }
    let mut rest = octets.get(20..length)?;
    let mut found = Vec::new();
    while let [kind, size, ..] = rest {
        let (attribute, after) = rest.split_at_checked(usize::from(*size))?;
        found.push((*kind, attribute.get(2..)?));
        rest = after;
    }
    rest.is_empty().then_some(found)
}

fn counted(counters: &mut Counters, kind: u8, value: &[u8]) {
    let slot = match kind {
        42 => counters.up.first_mut(),
        52 => counters.up.last_mut(),
        43 => counters.down.first_mut(),
        53 => counters.down.last_mut(),
        _ => return,
    };
    if let Some(slot) = slot {
        *slot = four(value);
    }
}

fn joined([low, high]: [Option<u64>; 2]) -> Option<u64> {
    let high = high.unwrap_or(0).checked_shl(32)?;
    low?.checked_add(high)
}

/// Who is named.
fn named(record: &mut Record, kind: u8, value: &[u8]) {
    let text = || String::from_utf8_lossy(value).into_owned();
    let mut ip = |role, address: Option<IpAddr>| {
        record.party(role, "ip", address.map(|ip| ip.to_string()).unwrap_or_default());
    };
    match kind {
        1 => record.party("target", "user", text()),
        4 => ip("server", address_of(value).filter(IpAddr::is_ipv4)),
        8 => ip("target", address_of(value).filter(IpAddr::is_ipv4)),
        95 => ip("server", address_of(value).filter(IpAddr::is_ipv6)),
        31 => network_id(record, "target", &text()),
        32 => record.party("server", "user", text()),
        97 | 123 => record.party("target", "ip", prefix(value).unwrap_or_default()),
        _ => {}
    }
}

/// What is told of the session.
fn told(record: &mut Record, kind: u8, value: &[u8]) {
    let text = || Some(String::from_utf8_lossy(value).into_owned());
    let of = |names: &[&'static str]| {
        let at = four(value).and_then(|number| usize::try_from(number).ok())?;
        names.get(at).copied().filter(|word| !word.is_empty())
    };
    match kind {
        30 => record.detail("called station", text()),
        40 => record.detail("accounting", of(&STATUS)),
        44 => record.detail("session id", text()),
        46 => record.duration_s = record.duration_s.or(four(value)),
        47 => record.detail("packets transmitted", four(value).map(|n| n.to_string())),
        48 => record.detail("packets received", four(value).map(|n| n.to_string())),
        49 if record.cause.is_none() => record.cause = of(&CAUSES).map(str::to_owned),
        87 => record.detail("access port id", text()),
        _ => {}
    }
}

fn four(value: &[u8]) -> Option<u64> {
    <[u8; 4]>::try_from(value).ok().map(|octets| u64::from(u32::from_be_bytes(octets)))
}

/// A reserved octet, the prefix's length, and as many octets as it needs.
fn prefix(value: &[u8]) -> Option<String> {
    let (&[_, length], octets) = value.split_first_chunk::<2>()?;
    let mut whole = [0_u8; 16];
    whole.get_mut(..octets.len())?.copy_from_slice(octets);
    (length <= 128).then(|| format!("{}/{length}", Ipv6Addr::from(whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(attributes: &[(u8, &[u8])]) -> Vec<u8> {
        let mut octets = vec![4, 7, 0, 0];
        octets.extend_from_slice(&[0; 16]);
        for (kind, value) in attributes {
            octets.extend([*kind, u8::try_from(value.len().saturating_add(2)).unwrap()]);
            octets.extend_from_slice(value);
        }
        let length = u16::try_from(octets.len()).unwrap();
        octets[2..4].copy_from_slice(&length.to_be_bytes());
        octets
    }

    #[test]
    fn counters_over_four_gibibytes_are_joined_from_both_words() {
        let octets = packet(&[
            (1, b"adsl-0001@isp.example"),
            (4, &[192, 0, 2, 1]),
            (42, &[0, 0, 0, 5]),
            (52, &[0, 0, 0, 2]),
            (43, &[0xff, 0xff, 0xff, 0xff]),
            (46, &[0, 0, 14, 16]),
            (49, &[0, 0, 0, 1]),
            (97, &[0, 56, 0x20, 0x01, 0x0d, 0xb8]),
        ]);
        let mut record = Record::default();
        radius_into(&mut record, &octets);
        assert_eq!(record.octets_up, Some(2 * (1 << 32) + 5));
        assert_eq!(record.octets_down, Some(0xffff_ffff));
        assert_eq!(
            (record.duration_s, record.cause.as_deref()),
            (Some(3600), Some("User-Request"))
        );
        let values: Vec<&str> = record.parties.iter().map(|party| party.value.as_str()).collect();
        assert_eq!(values, ["adsl-0001@isp.example", "192.0.2.1", "2001:db8::/56"]);
    }

    #[test]
    fn what_the_event_itself_counted_is_not_overruled() {
        let mut record = Record { octets_up: Some(9), ..Record::default() };
        radius_into(&mut record, &packet(&[(42, &[0, 0, 0, 5])]));
        assert_eq!(record.octets_up, Some(9));
    }

    #[test]
    fn what_is_no_radius_packet_says_nothing() {
        let mut whole = packet(&[(42, &[0, 0, 0, 5])]);
        let mut cut = whole.clone();
        cut.pop();
        whole[21] = 0;
        for bad in [&b""[..], b"\x01\x00", &cut, &whole, &[0x30; 40]] {
            let mut record = Record::default();
            radius_into(&mut record, bad);
            assert_eq!(record, Record::default(), "{bad:02x?}");
        }
    }
}
