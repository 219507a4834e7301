//! IP packets with right checksums, as a probe copies them off the wire.
//!
//! Rules: RFC 791, 768, 9293, 8200, 3550.
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The sum of RFC 1071 over `parts`.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum: u64 = 0;
    for part in parts {
        for pair in part.chunks(2) {
            let high = pair.first().copied().unwrap_or(0);
            let low = pair.get(1).copied().unwrap_or(0);
            sum = sum.wrapping_add(u64::from(u16::from_be_bytes([high, low])));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

fn length(octets: usize) -> [u8; 2] {
    u16::try_from(octets).unwrap_or(u16::MAX).to_be_bytes()
}

/// A UDP datagram in its IP packet. `from` and `to` are of one family; `identification` counts
/// packets of IPv4.
#[must_use]
pub fn udp(from: SocketAddr, to: SocketAddr, identification: u16, payload: &[u8]) -> Vec<u8> {
    let size = length(payload.len().saturating_add(8));
    let mut segment = Vec::with_capacity(payload.len().saturating_add(8));
    segment.extend_from_slice(&from.port().to_be_bytes());
    segment.extend_from_slice(&to.port().to_be_bytes());
    segment.extend_from_slice(&size);
    segment.extend_from_slice(&[0, 0]);
    segment.extend_from_slice(payload);
    let sum = match transport_sum(from.ip(), to.ip(), 17, &segment) {
        0 => u16::MAX,
        sum => sum,
    };
    put(&mut segment, 6, &sum.to_be_bytes());
    ip(from.ip(), to.ip(), 17, identification, &segment)
}

/// A TCP segment (acknowledgement and push set) in its IP packet.
#[must_use]
pub fn tcp(from: SocketAddr, to: SocketAddr, number: (u32, u32), payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::with_capacity(payload.len().saturating_add(20));
    segment.extend_from_slice(&from.port().to_be_bytes());
    segment.extend_from_slice(&to.port().to_be_bytes());
    segment.extend_from_slice(&number.0.to_be_bytes());
    segment.extend_from_slice(&number.1.to_be_bytes());
    segment.extend_from_slice(&[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(payload);
    let sum = transport_sum(from.ip(), to.ip(), 6, &segment);
    put(&mut segment, 16, &sum.to_be_bytes());
    let identification = u16::try_from(number.0 & 0xffff).unwrap_or(0);
    ip(from.ip(), to.ip(), 6, identification, &segment)
}

/// An RTP packet: payload type 8 (A-law), no marker unless `sequence_number` is 0.
#[must_use]
pub fn rtp(sequence_number: u16, timestamp: u32, ssrc: u32, alaw: &[u8]) -> Vec<u8> {
    let marker = if sequence_number == 0 { 0x80 } else { 0 };
    let mut packet = vec![0x80, marker | 8];
    packet.extend_from_slice(&sequence_number.to_be_bytes());
    packet.extend_from_slice(&timestamp.to_be_bytes());
    packet.extend_from_slice(&ssrc.to_be_bytes());
    packet.extend_from_slice(alaw);
    packet
}

fn transport_sum(from: IpAddr, to: IpAddr, protocol: u8, segment: &[u8]) -> u16 {
    let size = length(segment.len());
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            checksum(&[&from.octets(), &to.octets(), &[0, protocol], &size, segment])
        }
        (from, to) => {
            let (from, to) = (six(from), six(to));
            checksum(&[&from, &to, &[0, 0], &size, &[0, 0, 0, protocol], segment])
        }
    }
}

fn six(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().octets(),
        IpAddr::V6(six) => six.octets(),
    }
}

fn ip(from: IpAddr, to: IpAddr, protocol: u8, identification: u16, inside: &[u8]) -> Vec<u8> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => ip_four(from, to, protocol, identification, inside),
        (from, to) => {
            let mut packet = vec![0x60, 0, 0, 0];
            packet.extend_from_slice(&length(inside.len()));
            packet.extend_from_slice(&[protocol, 64]);
            packet.extend_from_slice(&six(from));
            packet.extend_from_slice(&six(to));
            packet.extend_from_slice(inside);
            packet
        }
    }
}

fn ip_four(from: Ipv4Addr, to: Ipv4Addr, protocol: u8, id: u16, inside: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&length(inside.len().saturating_add(20)));
    packet.extend_from_slice(&id.to_be_bytes());
    packet.extend_from_slice(&[0x40, 0, 64, protocol, 0, 0]);
    packet.extend_from_slice(&from.octets());
    packet.extend_from_slice(&to.octets());
    let sum = checksum(&[&packet]);
    put(&mut packet, 10, &sum.to_be_bytes());
    packet.extend_from_slice(inside);
    packet
}

/// Overwrites octets from `at`.
pub(crate) fn put(octets: &mut [u8], at: usize, with: &[u8]) {
    octets.iter_mut().skip(at).zip(with).for_each(|(old, new)| *old = *new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_with_its_checksum_sums_to_zero() {
        let (from, to) = ("192.0.2.1:5000".parse().unwrap(), "192.0.2.2:6000".parse().unwrap());
        let packet = udp(from, to, 7, b"abc");
        assert_eq!(packet.len(), 31);
        assert_eq!(checksum(&[&packet[..20]]), 0);
        let pseudo = [192, 0, 2, 1, 192, 0, 2, 2, 0, 17, 0, 11];
        assert_eq!(checksum(&[&pseudo, &packet[20..]]), 0);
    }

    #[test]
    fn six_and_four_have_headers_of_their_own_length() {
        let (from, to) = ("[2001:db8::1]:1".parse().unwrap(), "[2001:db8::2]:2".parse().unwrap());
        assert_eq!(tcp(from, to, (1, 1), b"").len(), 60);
        assert_eq!(rtp(0, 0, 1, &[0; 160]).len(), 172);
    }
}
