//! RTP: header and payload of one packet.
//!
//! Rules: RFC 3550 section 5.1; RFC 5761 section 4 (telling RTCP apart).

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
}
