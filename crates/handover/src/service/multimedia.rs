//! IP multimedia: SIP in IRI, RTP and MSRP in CC.
//!
//! What single records say is in [`observe`]; a call is told by [`super::dialogue`], digits by
//! [`super::dtmf`], words by [`crate::media::text`], all of them fed by what is read here.
//!
//! Rules: TS 102 232-5 annex A (`IPMMIRI`, `IPMMCC`), RFC 4975 (MSRP).
use super::packet::{Packet, Transport};
use super::rtp::{Rtcp, Rtp};
use super::sip::Sip;
use super::{ip_address, packet};
use crate::ber::{Elements, Tlv};
use crate::ps_pdu::Contents;
use lacre_term::Micros;
use std::borrow::Cow;
use std::net::IpAddr;

pub mod msrp;
mod observe;
pub mod place;

pub use msrp::{Msrp, msrp_send};
pub use observe::{observe, say};

/// Signalling in an IRI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalling<'a> {
    /// The standard's word for the alternative, such as `sIPMessage`.
    pub word: &'static str,
    /// Sender's address, when given.
    pub source: Option<IpAddr>,
    /// Receiver's address, when given.
    pub destination: Option<IpAddr>,
    /// The message's octets, without IP and UDP headers.
    pub message: Cow<'a, [u8]>,
    /// The IP packet around it, when the operator delivered one.
    pub packet: Option<Cow<'a, [u8]>>,
    /// True when the operator says content was taken out for an IRI-only order.
    pub iri_only: bool,
    /// True when a location of the target came with it.
    pub has_location: bool,
}

/// Reads the signalling of an `iPMMIRI`.
#[must_use]
pub fn signalling<'a>(contents: &Contents<'a>) -> Option<Signalling<'a>> {
    if !contents.iri || contents.tag != 11 {
        return None;
    }
    let choice = contents.tlv.context(1)?.children().next()?;
    let mut read = Signalling {
        source: None,
        destination: None,
        message: Cow::Borrowed(&[]),
        packet: None,
        word: word(choice.tag.number)?,
        iri_only: (5..=7).contains(&choice.tag.number),
        has_location: contents.tlv.context(2).is_some(),
    };
    match choice.tag.number {
        0 | 4 | 5 | 7 => from_packet(&mut read, choice.string()?),
        1 | 2 | 6 => {
            read.source = choice.context(0).and_then(|tlv| ip_address(&tlv));
            read.destination = choice.context(1).and_then(|tlv| ip_address(&tlv));
            let content = choice.context(2)?;
            // An H.323 content is a CHOICE around its octets; a SIP content is the octets.
            let octets = if choice.tag.number == 2 { content.children().next()? } else { content };
            read.message = octets.string()?;
        }
        _ => return None,
    }
    Some(read)
}

/// The word of an `IPIRIContents` alternative.
fn word(number: u32) -> Option<&'static str> {
    Some(match number {
        0 => "originalIPMMMessage",
        1 => "sIPMessage",
        2 => "h323Message",
        3 => "nationalIPMMIRIParameters",
        4 => "xCAPMessage",
        5 => "iRIOnlyOriginalIPMMMessage",
        6 => "iRIOnlySIPMessage",
        7 => "iRIOnlyRTPPacket",
        _ => return None,
    })
}

/// `originalIPMMMessage` is an IP packet in practice, and the bare message by the letter.
fn from_packet<'a>(read: &mut Signalling<'a>, octets: Cow<'a, [u8]>) {
    let found = packet::Packet::read(&octets).filter(|packet| !packet.payload().is_empty());
    if let Some(found) = found {
        read.source = Some(found.source);
        read.destination = Some(found.destination);
        read.message = match &octets {
            Cow::Borrowed(octets) => {
                let inner = Packet::read(octets).map(|packet| packet.payload());
                Cow::Borrowed(inner.unwrap_or_default())
            }
            Cow::Owned(_) => Cow::Owned(found.payload().to_vec()),
        };
        read.packet = Some(octets);
    } else {
        read.message = octets;
    }
}

/// The first SIP message of any IRI that carries one: `iPMMIRI`, `sIPMessage` of TS 33.108, or an
/// IMS event of TS 33.128.
#[must_use]
pub fn sip_octets<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    sip_messages(contents).into_iter().next().map(|(_, octets)| octets)
}

/// Every SIP message of an IRI, with its record's own time where it has one: records of TS 33.108
/// may come several in one payload.
#[must_use]
pub fn sip_messages<'a>(contents: &Contents<'a>) -> Vec<(Option<Micros>, Cow<'a, [u8]>)> {
    if let Some(signalling) = signalling(contents) {
        return vec![(None, signalling.message)];
    }
    match super::ts33128::ims_sip(contents) {
        Some(octets) => vec![(None, octets)],
        None => super::mobile::sip_messages(contents),
    }
}

/// Media of a CC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media<'a> {
    /// `frameType`: 0 IP, 1 UDP, 2 RTP, 3 audio, 4 TCP, 5 artificial RTP, 6 UDPTL, 7 MSRP.
    pub frame_type: Option<u64>,
    /// `mMCCprotocol`: 0 RTP, 1 MSRP, 2 UDPTL.
    pub protocol: Option<u64>,
    /// The operator's name for the stream.
    pub stream: Option<Cow<'a, [u8]>>,
    /// The frame's octets.
    pub octets: Cow<'a, [u8]>,
}

/// Reads the media frame of an `iPMMCC`, a `messagingMMCC`, or another CC that carries RTP
/// (PSTN/ISDN, VoIP and CS voice of 33.108, IMS of 33.128).
#[must_use]
pub fn media<'a>(contents: &Contents<'a>) -> Option<Media<'a>> {
    if contents.iri {
        return None;
    }
    let bare = |tlv: Tlv<'a>| {
        let octets = tlv.string()?;
        Some(Media { frame_type: None, protocol: None, stream: None, octets })
    };
    match contents.tag {
        12 => frame(&contents.tlv),
        18 => frame(&contents.tlv.context(3)?),
        11 => bare(contents.tlv.context(1)?),
        19..=21 => bare(contents.tlv.context(2)?),
        22 => bare(contents.tlv.context(1)?),
        23 => {
            let Cow::Borrowed(octets) = contents.tlv.string()? else {
                return None;
            };
            let pdu = Elements::new(octets).next()?.context(2)?.children().next()?;
            if pdu.tag.number == 6 { bare(pdu.context(1)?) } else { None }
        }
        _ => None,
    }
}

fn frame<'a>(tlv: &Tlv<'a>) -> Option<Media<'a>> {
    let number = |tag| tlv.context(tag).and_then(|field| field.unsigned());
    Some(Media {
        octets: tlv.context(1)?.string()?,
        frame_type: number(2),
        stream: tlv.context(3).and_then(|field| field.string()),
        protocol: number(4),
    })
}

impl Media<'_> {
    /// The RTP packet in the frame, whatever headers are around it.
    #[must_use]
    pub fn rtp(&self) -> Option<Rtp<'_>> {
        match self.frame_type {
            Some(2 | 5) => Rtp::read(&self.octets),
            Some(1) => Rtp::read(self.octets.get(8..)?),
            Some(0) => rtp_in_packet(&self.octets),
            Some(_) => None,
            None => rtp_in_packet(&self.octets).or_else(|| Rtp::read(&self.octets)),
        }
    }

    /// The MSRP text in the frame.
    #[must_use]
    pub fn msrp(&self) -> Option<&[u8]> {
        let octets = match self.frame_type {
            Some(0) => Packet::read(&self.octets)?.payload(),
            Some(4) => after_tcp(&self.octets)?,
            _ => &self.octets,
        };
        octets.starts_with(b"MSRP ").then_some(octets)
    }

    /// The piece of a TCP connection in the frame: its ports, first sequence number and octets.
    #[must_use]
    pub fn segment(&self) -> Option<(u16, u16, u32, &[u8])> {
        match self.frame_type {
            Some(0) => match Packet::read(&self.octets)?.transport {
                Transport::Tcp { source, destination, sequence, payload } => {
                    Some((source, destination, sequence, payload))
                }
                _ => None,
            },
            Some(4) => {
                let [s0, s1, d0, d1, q0, q1, q2, q3] = *self.octets.first_chunk::<8>()?;
                let ports = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
                let sequence = u32::from_be_bytes([q0, q1, q2, q3]);
                Some((ports.0, ports.1, sequence, after_tcp(&self.octets)?))
            }
            _ => None,
        }
    }

    /// The RTCP reports in the frame.
    #[must_use]
    pub fn rtcp(&self) -> Option<Rtcp> {
        match self.frame_type {
            Some(2 | 5) => Rtcp::read(&self.octets),
            Some(1) => Rtcp::read(self.octets.get(8..)?),
            Some(0) => Rtcp::read(Packet::read(&self.octets)?.payload()),
            Some(_) => None,
            None => {
                let inner = Packet::read(&self.octets);
                inner.and_then(|p| Rtcp::read(p.payload())).or_else(|| Rtcp::read(&self.octets))
            }
        }
    }

    /// The standard's word for the frame type.
    #[must_use]
    pub fn frame_word(&self) -> Option<&'static str> {
        const WORDS: [&str; 8] = [
            "ipFrame",
            "udpFrame",
            "rtpFrame",
            "audioFrame",
            "tcpFrame",
            "artificialRtpFrame",
            "udptlFrame",
            "msrpFrame",
        ];
        WORDS.get(usize::try_from(self.frame_type?).ok()?).copied()
    }

    /// True when the frame is a whole IP packet.
    #[must_use]
    pub fn is_packet(&self) -> bool {
        match self.frame_type {
            Some(kind) => kind == 0,
            None => Packet::read(&self.octets).is_some_and(|packet| !packet.payload().is_empty()),
        }
    }
}

/// What follows a TCP header, whose size is in its own first half octet of word 3.
fn after_tcp(octets: &[u8]) -> Option<&[u8]> {
    let words = usize::from(octets.get(12)? >> 4);
    octets.get(words.checked_mul(4).filter(|size| *size >= 20)?..)
}

fn rtp_in_packet(octets: &[u8]) -> Option<Rtp<'_>> {
    match Packet::read(octets)?.transport {
        Transport::Udp { payload, .. } => Rtp::read(payload),
        _ => None,
    }
}

/// Hands every SIP message of `contents` to `with`; its time is the record's own, else `at`.
pub fn each_sip(
    contents: &Contents<'_>,
    at: Option<Micros>,
    mut with: impl FnMut(&Sip<'_>, Option<Micros>),
) {
    for (own, octets) in sip_messages(contents) {
        if let Some(sip) = Sip::read(&octets) {
            with(&sip, own.or(at));
        }
    }
}

/// The first SIP message of `contents` and what `with` makes of it.
pub fn with_sip<T>(contents: &Contents<'_>, with: impl FnOnce(&Sip<'_>) -> T) -> Option<T> {
    let octets = sip_octets(contents)?;
    Sip::read(&octets).map(|sip| with(&sip))
}
