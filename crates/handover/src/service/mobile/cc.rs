//! Content headers of mobile networks: correlation, number, direction, and the packet behind them.
//!
//! A sender may also deliver content as plain octets with a header of its own form (GLIC, ULIC),
//! or with none; the packet is looked for behind each.
//!
//! Rules: TS 33.108 clause C.1 and annexes B.5 to B.14 (`…CC-PDU`); TS 101 671 annex F.3 (GLIC).
use super::words::{self, Words, word};
use super::{data, group, stamp};
use crate::ber::{Elements, Tlv};
use crate::extract::{Course, Medium};
use crate::ps_pdu::{Contents, Direction};
use crate::record::{ITEMS_MAX, Record};
use crate::service::number::{hex, text_or_hex};
use crate::service::packet::Packet;
use std::borrow::Cow;

/// Octets of a GLIC or ULIC header of version 0: the form of GTP version 0.
const HEADER_OCTETS: usize = 20;

/// How the headers of one alternative are numbered.
struct Shape {
    header: u32,
    payload: u32,
    way: Words,
    ice: Words,
    medium: Option<Medium>,
}

fn shape(tag: u32) -> Option<Shape> {
    let (way, ice) = (words::WAY, words::ICE);
    let voice = Some(Medium::Voice);
    let packets = Shape { header: 1, payload: 2, way, ice, medium: Some(Medium::Ip) };
    Some(match tag {
        16 | 17 => packets,
        19 => Shape { way: words::WAY_CONF, ice: &[], medium: voice, ..packets },
        20 => Shape { way: words::WAY_VOICE, ice: words::ICE_VOICE, medium: voice, ..packets },
        21 => Shape { ice: &[], medium: voice, ..packets },
        22 => Shape { header: 0, payload: 1, way: words::WAY_VOICE, ice: &[], medium: voice },
        _ => return None,
    })
}

/// A header of plain octets.
struct Plain<'a> {
    /// The direction bit: true when from the target.
    from_target: bool,
    sequence: u16,
    correlation: &'a [u8],
    payload: &'a [u8],
}

/// Reads a GLIC or ULIC header of version 0; `None` when its type or length does not fit.
fn plain(octets: &[u8]) -> Option<Plain<'_>> {
    let (header, payload) = octets.split_at_checked(HEADER_OCTETS)?;
    let [first, 255, length_high, length_low, high, low, ..] = *header else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([length_high, length_low]));
    if first >> 5 != 0 || length != payload.len() {
        return None;
    }
    Some(Plain {
        from_target: first & 0x02 != 0,
        sequence: u16::from_be_bytes([high, low]),
        correlation: header.get(12..)?,
        payload,
    })
}

/// The alternative's `CC-PDU`: by its own tag, or as octets that hold one.
fn pdu<'a>(contents: &Contents<'a>) -> Option<(Tlv<'a>, u32)> {
    match contents.tag {
        16 | 17 | 19..=22 => Some((contents.tlv, contents.tag)),
        tag @ (4 | 15) => {
            let Cow::Borrowed(octets) = contents.tlv.string()? else {
                return None;
            };
            let inner = Elements::new(octets).next()?;
            let whole = inner.tag.is_sequence() && inner.whole.len() == octets.len();
            whole.then_some((inner, if tag == 4 { 16 } else { 17 }))
        }
        _ => None,
    }
}

/// The IP packet in content of the packet domain or EPS; `None` for other content.
pub(super) fn packet<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    if contents.iri || !matches!(contents.tag, 4 | 15 | 16 | 17) {
        return None;
    }
    let octets = match pdu(contents) {
        Some((pdu, _)) => pdu.context(2)?.string()?,
        None => behind(contents.tlv.string()?),
    };
    Packet::read(&octets).is_some().then_some(octets)
}

/// What is behind a header of plain octets, or the octets where there is none.
fn behind(octets: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match octets {
        Cow::Borrowed(octets) => Cow::Borrowed(plain(octets).map_or(octets, |plain| plain.payload)),
        Cow::Owned(octets) => match plain(&octets) {
            Some(plain) => Cow::Owned(plain.payload.to_vec()),
            None => Cow::Owned(octets),
        },
    }
}

/// The direction that the content's own header says.
pub(super) fn direction(contents: &Contents<'_>) -> Option<Direction> {
    if contents.iri {
        return None;
    }
    let Some((pdu, tag)) = pdu(contents) else {
        let octets = contents.tlv.string().filter(|_| matches!(contents.tag, 4 | 15))?;
        let from_target = plain(&octets)?.from_target;
        return Some(if from_target { Direction::FromTarget } else { Direction::ToTarget });
    };
    let shape = shape(tag)?;
    let way = pdu.context(shape.header)?.context(6)?.unsigned()?;
    Some(match word(shape.way, way)? {
        "from-target" | "to-mixer" => Direction::FromTarget,
        "to-target" | "from-mixer" => Direction::ToTarget,
        "combined" => Direction::Combined,
        _ => Direction::Indeterminate,
    })
}

/// Reads the content's header as a record; `None` when it has none.
pub(super) fn read(contents: &Contents<'_>) -> Option<Record> {
    let mut record = Record::default();
    if let Some((pdu, tag)) = pdu(contents) {
        let shape = shape(tag)?;
        record.medium = shape.medium;
        for part in pdu.children().take(ITEMS_MAX) {
            match part.tag.number {
                number if number == shape.header => header(&mut record, &part, tag, &shape),
                number if number == shape.payload => {}
                _ => record.unknown = true,
            }
        }
    } else {
        let octets = contents.tlv.string().filter(|_| matches!(contents.tag, 4 | 15))?;
        record.medium = Some(Medium::Ip);
        let plain = plain(&octets)?;
        record.detail("correlation number", Some(text_or_hex(plain.correlation)));
        record.detail("content sequence number", Some(plain.sequence.to_string()));
    }
    match direction(contents) {
        Some(Direction::FromTarget) => record.course = Some(Course::Outgoing),
        Some(Direction::ToTarget) => record.course = Some(Course::Incoming),
        _ => {}
    }
    Some(record)
}

fn header(record: &mut Record, tlv: &Tlv<'_>, tag: u32, shape: &Shape) {
    for field in tlv.children().take(ITEMS_MAX) {
        let octets = || field.string().unwrap_or_default();
        match (field.tag.number, tag) {
            (0, _) => {}
            // The domain's OID of GCSE has tag 1, where other headers have version or LIID.
            (1, 16 | 17 | 21 | 22) => {}
            (2, 22) => {
                let number = field.context(0).and_then(|number| number.string());
                record.detail("communication identity", number.map(|n| text_or_hex(&n)));
            }
            (2, _) => {}
            (3, 19) => data::correlation(record, &field),
            (3, 22) => record.detail("call content link", Some(text_or_hex(&octets()))),
            (3, _) => record.detail("correlation number", Some(text_or_hex(&octets()))),
            (4, _) => stamp::of_record(record, &field),
            (5, _) => {
                let number = field.unsigned().map(|number| number.to_string());
                record.detail("content sequence number", number);
            }
            (6, _) => {
                let way = field.unsigned().and_then(|way| word(shape.way, way));
                record.unknown |= way.is_none();
                record.detail("content direction", way);
            }
            (7, _) => {
                let country = field.context(1).and_then(|code| code.text());
                record.detail("national parameters of", country);
            }
            (8, 16 | 17 | 20) => {
                let ice = field.unsigned().and_then(|ice| word(shape.ice, ice));
                record.unknown |= ice.is_none();
                record.detail("intercepted at", ice);
            }
            (8, 22) | (9, 20) => description(record, &field),
            (8, 21) | (9, 19) => media(record, &field, tag),
            (10, 20) => data::network(record, &field),
            (11, 20) => record.detail("session", field.text()),
            _ => record.unknown = true,
        }
    }
}

/// `Payload-description`: SDP, payload type, attributes.
fn description(record: &mut Record, tlv: &Tlv<'_>) {
    for part in tlv.children().take(ITEMS_MAX) {
        match part.tag.number {
            1 => record.detail("SDP", part.text()),
            2 => record.detail("payload type", part.unsigned().map(|kind| kind.to_string())),
            3 => {
                let line = part.text().unwrap_or_default();
                let codec = line.split("rtpmap:").nth(1).and_then(crate::service::sip::rtpmap);
                codec.into_iter().for_each(|(_, name, _)| record.service(name));
                record.detail("media attributes", Some(line));
            }
            _ => record.unknown = true,
        }
    }
}

/// `MediaID`: whose stream it is, and its name.
fn media(record: &mut Record, tlv: &Tlv<'_>, tag: u32) {
    for part in tlv.children().take(ITEMS_MAX) {
        match (part.tag.number, tag) {
            (1, 19) => group::joined(record, "originating", &part),
            (1, _) => group::group_member(record, "originating", &part),
            (2, _) => {
                let stream = part.string().map(|octets| text_or_hex(&octets));
                record.detail("stream", stream.or_else(|| Some(hex(part.content))));
            }
            _ => record.unknown = true,
        }
    }
}
