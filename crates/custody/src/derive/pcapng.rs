//! Packets as a capture file any analyser opens.
//!
//! One section, one interface of raw IP (link type 101), microsecond time stamps, one enhanced
//! packet block a packet, with its direction where the operator gave one.
//!
//! Rules: IETF draft-ietf-opsawg-pcapng; big numbers are little-endian as the section says.
use lacre_handover::media::CapturedPacket;
use lacre_handover::ps_pdu::Direction;

const LINKTYPE_RAW: u16 = 101;

/// Writes `packets` in their order.
#[must_use]
pub(super) fn write(packets: &[CapturedPacket]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut section = Vec::new();
    section.extend_from_slice(&0x1A2B_3C4Du32.to_le_bytes());
    section.extend_from_slice(&1u16.to_le_bytes());
    section.extend_from_slice(&0u16.to_le_bytes());
    section.extend_from_slice(&(-1i64).to_le_bytes());
    block(&mut out, 0x0A0D_0D0A, &section);
    let mut interface = Vec::new();
    interface.extend_from_slice(&LINKTYPE_RAW.to_le_bytes());
    interface.extend_from_slice(&0u16.to_le_bytes());
    interface.extend_from_slice(&0u32.to_le_bytes());
    block(&mut out, 1, &interface);
    for packet in packets {
        block(&mut out, 6, &enhanced(packet));
    }
    out
}

fn enhanced(packet: &CapturedPacket) -> Vec<u8> {
    let micros = packet.at.and_then(|at| u64::try_from(at.0).ok()).unwrap_or(0);
    let [a, b, c, d, e, f, g, h] = micros.to_be_bytes();
    let length = u32::try_from(packet.octets.len()).unwrap_or(u32::MAX);
    let mut body = Vec::with_capacity(packet.octets.len().saturating_add(40));
    body.extend_from_slice(&0u32.to_le_bytes());
    body.extend_from_slice(&u32::from_be_bytes([a, b, c, d]).to_le_bytes());
    body.extend_from_slice(&u32::from_be_bytes([e, f, g, h]).to_le_bytes());
    body.extend_from_slice(&length.to_le_bytes());
    // A packet the operator cut is longer than what is captured; how much longer it did not say.
    let original = length.saturating_add(u32::from(packet.cut));
    body.extend_from_slice(&original.to_le_bytes());
    body.extend_from_slice(&packet.octets);
    pad(&mut body);
    let flags: u32 = match packet.direction {
        Some(Direction::ToTarget) => 1,
        Some(Direction::FromTarget) => 2,
        _ => 0,
    };
    if flags != 0 {
        // Option epb_flags: inbound 1, outbound 2, seen from the target.
        body.extend_from_slice(&2u16.to_le_bytes());
        body.extend_from_slice(&4u16.to_le_bytes());
        body.extend_from_slice(&flags.to_le_bytes());
        body.extend_from_slice(&[0; 4]);
    }
    body
}

fn pad(body: &mut Vec<u8>) {
    while !body.len().is_multiple_of(4) {
        body.push(0);
    }
}

fn block(out: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let total = u32::try_from(body.len().saturating_add(12)).unwrap_or(u32::MAX);
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&total.to_le_bytes());
    out.extend_from_slice(body);
    out.extend_from_slice(&total.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_term::Micros;

    #[test]
    fn blocks_are_whole_and_their_lengths_agree_at_both_ends() {
        let packet = CapturedPacket {
            at: Some(Micros(1_795_457_522_000_001)),
            direction: Some(Direction::ToTarget),
            octets: vec![0x45; 21],
            cut: false,
        };
        let file = write(&[packet]);
        let mut at = 0;
        let mut kinds = Vec::new();
        while at < file.len() {
            let word = |from: usize| u32::from_le_bytes(file[from..from + 4].try_into().unwrap());
            let total = usize::try_from(word(at + 4)).unwrap();
            assert_eq!(total % 4, 0);
            assert_eq!(word(at + total - 4), word(at + 4));
            kinds.push(word(at));
            at += total;
        }
        assert_eq!(kinds, [0x0A0D_0D0A, 1, 6]);
    }
}
