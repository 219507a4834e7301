//! RTP: header and payload of one packet, and what RTCP says of its sender.
//!
//! Rules: RFC 3550 sections 5.1, 6.4.1, 6.5, 6.6; RFC 5761 section 4 (telling RTCP apart).

/// One RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rtp<'a> {
    /// Payload type.
    pub payload_type: u8,
    /// Marker bit.
    pub marker: bool,
    /// Sequence number.
    pub sequence: u16,
    /// Media time stamp.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
    /// Media octets, without header extension and padding.
    pub payload: &'a [u8],
}

impl<'a> Rtp<'a> {
    /// Reads one packet; `None` for anything but RTP version 2, RTCP included.
    #[must_use]
    pub fn read(octets: &'a [u8]) -> Option<Self> {
        let (header, mut rest) = octets.split_first_chunk::<12>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *header;
        let payload_type = second & 0x7f;
        if first >> 6 != 2 || (72..=76).contains(&payload_type) {
            return None;
        }
        let sources = usize::from(first & 0x0f).checked_mul(4)?;
        rest = rest.get(sources..)?;
        if first & 0x10 != 0 {
            let (extension, after) = rest.split_first_chunk::<4>()?;
            let words = usize::from(u16::from_be_bytes([extension[2], extension[3]]));
            rest = after.get(words.checked_mul(4)?..)?;
        }
        if first & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            payload_type,
            marker: second & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            payload: rest,
        })
    }
}

/// What a compound RTCP packet says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rtcp {
    /// Source of the first report.
    pub ssrc: u32,
    /// The sender's wall clock (microseconds since 1970) and the RTP time stamp it stands for.
    pub clock: Option<(i64, u32)>,
    /// The sender's canonical name, as sent.
    pub name: Option<String>,
    /// True when the source leaves.
    pub bye: bool,
}

/// Most packets of a compound looked at.
const COMPOUND_MAX: usize = 16;

/// Seconds from 1900, where NTP counts from, to 1970.
const NTP_TO_UNIX_S: i64 = 2_208_988_800;

impl Rtcp {
    /// Reads a compound packet; `None` when its first is no RTCP packet.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        let mut rest = octets;
        for index in 0..COMPOUND_MAX {
            let Some(([first, kind, l0, l1], after)) = rest.split_first_chunk::<4>() else {
                break;
            };
            if first >> 6 != 2 || !(200..=207).contains(kind) {
                break;
            }
            let size = usize::from(u16::from_be_bytes([*l0, *l1])).checked_mul(4)?;
            let Some((body, next)) = after.split_at_checked(size) else {
                break;
            };
            if index == 0 {
                read.ssrc = word(body, 0)?;
            }
            match kind {
                200 => read.clock = clock(body).or(read.clock),
                202 => read.name = read.name.or_else(|| canonical_name(body)),
                203 => read.bye = true,
                _ => {}
            }
            rest = next;
        }
        (rest.len() < octets.len()).then_some(read)
    }
}

fn word(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk::<4>().map(|four| u32::from_be_bytes(*four))
}

/// NTP and RTP time stamps of a sender report; a clock that was never set says nothing.
fn clock(body: &[u8]) -> Option<(i64, u32)> {
    let (seconds, fraction, stamp) = (word(body, 4)?, word(body, 8)?, word(body, 12)?);
    let micros = i64::from(fraction).checked_mul(1_000_000)? >> 32;
    let seconds = i64::from(seconds).checked_sub(NTP_TO_UNIX_S).filter(|seconds| *seconds > 0)?;
    Some((seconds.checked_mul(1_000_000)?.checked_add(micros)?, stamp))
}

/// CNAME of the first chunk of a source description.
fn canonical_name(body: &[u8]) -> Option<String> {
    let mut items = body.get(4..)?;
    loop {
        let ([kind, length], rest) = items.split_first_chunk::<2>()?;
        let (value, after) = rest.split_at_checked(usize::from(*length))?;
        match kind {
            0 => return None,
            1 => return Some(String::from_utf8_lossy(value).into_owned()),
            _ => items = after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(first: u8, second: u8, rest: &[u8]) -> Vec<u8> {
        [&[first, second, 3, 0xea, 0, 2, 0x72, 0x40, 0xb2, 0xb2, 0xb2, 0xb2], rest].concat()
    }

    #[test]
    fn sources_extension_and_padding_are_cut_off() {
        let octets = packet(0xb1, 0x88, b"\0\0\0\x01\xbe\xde\0\x01EXT!audio\0\0\x03");
        let rtp = Rtp::read(&octets).unwrap();
        assert_eq!((rtp.payload, rtp.payload_type, rtp.marker), (&b"audio"[..], 8, true));
        assert_eq!((rtp.sequence, rtp.timestamp, rtp.ssrc), (1002, 160_320, 0xb2b2_b2b2));
    }

    #[test]
    fn rtcp_short_packets_and_lies_about_padding_are_not_rtp() {
        assert_eq!(Rtp::read(&packet(0x80, 200, b"")), None);
        assert_eq!(Rtp::read(&packet(0x40, 8, b"")), None);
        assert_eq!(Rtp::read(&packet(0xa0, 8, b"\xff")), None);
        assert_eq!(Rtp::read(&[0x80; 11]), None);
    }

    #[test]
    fn a_sender_report_tells_clock_and_name_and_a_cut_one_what_it_has() {
        let report = b"\x80\xc8\0\x06\0\0\0\x07\xe8\0\0\0\x80\0\0\0\0\0\x03\xe8\0\0\0\x01\
            \0\0\0\x02\x81\xca\0\x04\0\0\0\x07\x01\x08ana@x.es\0\0\x81\xcb\0\x01\0\0\0\x07";
        let rtcp = Rtcp::read(report).unwrap();
        assert_eq!((rtcp.ssrc, rtcp.name.as_deref(), rtcp.bye), (7, Some("ana@x.es"), true));
        let seconds = i64::from(0xe800_0000_u32) - NTP_TO_UNIX_S;
        assert_eq!(rtcp.clock, Some((seconds * 1_000_000 + 500_000, 1000)));
        assert_eq!(Rtp::read(report), None);
        let cut = Rtcp::read(&report[..40]).unwrap();
        assert_eq!((cut.name, cut.bye), (None, false));
        for size in 0..report.len() {
            let _ = Rtcp::read(&report[..size]);
        }
        assert_eq!(Rtcp::read(b"\x80\x08\0\0\0\0\0\0"), None, "RTP is no RTCP");
    }
}
