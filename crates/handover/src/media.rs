//! Media: what can be heard, seen as packets, and read, out of a communication's PDUs.
//!
//! All of it is derived and can be made again from the stored octets. Content is put where the
//! operator's direction says, right or wrong; time gaps stay gaps.
//!
//! Rules: TS 102 232-3, -5; RFC 3550 (order and time); ITU-T G.711.
use crate::Pdu;
use crate::ps_pdu::Direction;
use crate::service::{ip_access, messaging, mobile, multimedia, ts33128};
use lacre_term::Micros;

pub mod audio;
pub mod g711;
pub mod text;

pub use audio::{Audio, AudioBuilder, Codec, Side, Stream, Track, WavInput, wav_input};
pub use text::{Text, TextBuilder, TextKind, texts};

/// An IP packet of the content, for a packet capture file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedPacket {
    /// When it was intercepted: its payload's time, else the header's.
    pub at: Option<Micros>,
    /// Which way, as the operator says.
    pub direction: Option<Direction>,
    /// The packet from its IP header on.
    pub octets: Vec<u8>,
    /// True when the operator delivered only its start.
    pub cut: bool,
}

/// The IP packets of one PDU, in the sender's order. RTP delivered without IP headers gives none:
/// no header is made up.
#[must_use]
pub fn packets(pdu: &Pdu<'_>) -> Vec<CapturedPacket> {
    let header_time = pdu.heading().intercepted_at;
    let mut found = Vec::new();
    for payload in pdu.payloads() {
        let Some(contents) = payload.contents else {
            continue;
        };
        let mut push = |octets: Vec<u8>, cut: bool| {
            let at = payload.intercepted_at.or(header_time);
            let direction = payload.direction.or_else(|| mobile::direction(&contents));
            found.push(CapturedPacket { at, direction, octets, cut });
        };
        if let Some((octets, cut)) = ip_access::packet(&contents) {
            push(octets.into_owned(), cut);
        } else if let Some(octets) = mobile::packet(&contents) {
            push(octets.into_owned(), false);
        } else if let Some(messaging::EmailContent::Packet(octets)) =
            messaging::email_content(&contents)
        {
            push(octets.into_owned(), false);
        } else if let Some(packet) = multimedia::signalling(&contents).and_then(|s| s.packet) {
            push(packet.into_owned(), false);
        } else if let Some(media) = multimedia::media(&contents).filter(|media| media.is_packet()) {
            push(media.octets.into_owned(), false);
        } else if let Some(packet) = ts33128::packet(&contents) {
            push(packet.into_owned(), false);
        }
    }
    found
}
