//! TS 33.128: records and content of 5G, EPS, IMS and message functions.
//!
//! The payload is BER inside an OCTET STRING; its types are data (`tables`), read by one bounded
//! walk. Every alternative has the standard's word; a field, number or alternative that this
//! version does not name sets `unknown` and is told with its tag, and its octets stay where they
//! are. Keys and other octet strings are never told: they remain in the evidence alone.
//!
//! Rules: TS 102 232-7 (`threeGPP33128DefinedIRI`, `threeGPP33128DefinedCC`); TS 33.128 annex A;
//! TS 29.281 clause 5 (GTP-U).
use super::sip::Sdp;
use crate::ber::{self, Class, Elements, Tlv};
use crate::extract::Medium;
use crate::ps_pdu::Contents;
use crate::record::Record;
use std::borrow::Cow;
use tables::{CCPDU, Field, IRIEvent, IRIPayload, Type, UserLocation};
use walk::Walk;

mod notice;
mod place;
mod tables;
mod values;
mod walk;

pub use notice::notifications;

/// Most session descriptions read in one event.
const DESCRIPTIONS_MAX: usize = 64;

/// What the payload says: one record for an IRI or a CC of TS 33.128, none for other contents. A
/// payload that cannot be read gives a record whose `unknown` is true and that says nothing else.
#[must_use]
pub fn observe(contents: &Contents<'_>) -> Vec<Record> {
    let Some(octets) = payload_octets(contents) else { return Vec::new() };
    let mut record = Record::default();
    record.unknown |= ber::check(&octets, ber::DEPTH_MAX).is_err();
    match Elements::new(&octets).next().filter(|payload| payload.tag.is_sequence()) {
        Some(payload) if contents.iri => iri(&payload, &mut record),
        Some(payload) => cc(&payload, &mut record),
        None => record.unknown = true,
    }
    vec![record]
}

/// What an event about messages says; nothing for every other event, which is not read for it.
pub(super) fn messages(contents: &Contents<'_>) -> Option<Record> {
    let octets = payload_octets(contents).filter(|_| contents.iri)?;
    let payload = Elements::new(&octets).next()?;
    let event = event_field(&payload.context(2)?.children().next()?, &payload)?;
    let of_messages = medium(event.tag) == Medium::Message;
    of_messages.then(|| observe(contents).into_iter().next())?
}

/// Adds the places of a `UserLocation`.
pub(super) fn user_location(record: &mut Record, tlv: &Tlv<'_>) {
    Walk::over(record, "target").root(tlv, &UserLocation);
}

/// The standard's word for what happened (IRI) or for the form of the content (CC), such as
/// `pDUSessionEstablishment`; `None` for other contents and for what this version does not name.
#[must_use]
pub fn event_word(contents: &Contents<'_>) -> Option<&'static str> {
    let octets = payload_octets(contents)?;
    let payload = Elements::new(&octets).next()?;
    let choice = payload.context(2)?.children().next()?;
    let field = if contents.iri {
        event_field(&choice, &payload)
    } else {
        content_field(&choice, &payload)
    };
    field.map(|field| field.name)
}

/// The SIP message of an IMS or STIR/SHAKEN event, octet for octet.
#[must_use]
pub fn ims_sip<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    if !contents.iri {
        return None;
    }
    within(contents, |octets| {
        let event = Elements::new(octets).next()?.context(2)?.children().next()?;
        let message = match event.tag.number {
            103 => event.context(2)?,
            104 => event.context(6)?,
            105 => event.context(1)?.context(1)?,
            _ => return None,
        };
        message.context(3)?.string()
    })
}

/// Session descriptions of an IMS event or of IMS content: the codecs of its media.
#[must_use]
pub fn descriptions(contents: &Contents<'_>) -> Vec<Sdp> {
    let Some(octets) = payload_octets(contents) else { return Vec::new() };
    let Some(choice) = chosen(&octets) else { return Vec::new() };
    let states = match (contents.iri, choice.tag.number) {
        (true, 106) => choice.context(3).map(|states| states.children().collect()),
        (true, 107) | (false, 6) => choice.context(2).map(|state| vec![state]),
        _ => None,
    };
    let states: Vec<Tlv<'_>> = states.unwrap_or_default();
    let texts = states.iter().take(DESCRIPTIONS_MAX).filter_map(Tlv::text);
    texts.map(|text| Sdp::read(&text)).collect()
}

/// What a CC carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<'a> {
    /// An IP packet of a PDU session, without the tunnel's header.
    Packet(Cow<'a, [u8]>),
    /// A frame of an Ethernet session.
    Ethernet(Cow<'a, [u8]>),
    /// Octets of an unstructured session, or a tunnel message that holds no packet.
    Unstructured(Cow<'a, [u8]>),
    /// A multimedia message, encoded as its protocol has it.
    Mms(Cow<'a, [u8]>),
    /// Data of a device over the exposure function.
    Nidd(Cow<'a, [u8]>),
    /// Push-to-talk media.
    Ptc(Cow<'a, [u8]>),
    /// Media of an IMS session: RTP or MSRP, with or without IP headers.
    Ims(Cow<'a, [u8]>),
}

/// The content of a CC; `None` for other contents and forms this version does not name.
#[must_use]
pub fn content<'a>(contents: &Contents<'a>) -> Option<Content<'a>> {
    if contents.iri {
        return None;
    }
    let octets = payload_octets(contents)?;
    let payload = Elements::new(&octets).next()?;
    let word = content_field(&payload.context(2)?.children().next()?, &payload)?.name;
    let bare = |number: Option<u32>| {
        within(contents, |octets| match number {
            Some(number) => chosen(octets)?.context(number)?.string(),
            None => chosen(octets)?.string(),
        })
    };
    Some(match word {
        "uPFCCPDU" => tunnelled(bare(None)?),
        "extendedUPFCCPDU" => {
            let kind = chosen(&octets)?.context(1)?.children().next()?.tag.number;
            let inner =
                within(contents, |octets| chosen(octets)?.context(1)?.children().next()?.string())?;
            match kind {
                1 => tunnelled(inner),
                2 => Content::Ethernet(inner),
                _ => Content::Unstructured(inner),
            }
        }
        "mMSCCPDU" => Content::Mms(bare(Some(3))?),
        "nIDDCCPDU" => Content::Nidd(bare(None)?),
        "pTCCCPDU" => Content::Ptc(bare(None)?),
        "iMSCCPDU" => Content::Ims(bare(Some(1))?),
        _ => return None,
    })
}

/// The IP packet of a CC: what a capture file takes.
#[must_use]
pub fn packet<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    match content(contents)? {
        Content::Packet(packet) => Some(packet),
        _ => None,
    }
}

fn iri(payload: &Tlv<'_>, record: &mut Record) {
    release(payload, record);
    let event = payload.context(2).and_then(|event| event.children().next());
    let field = event.and_then(|event| event_field(&event, payload));
    record.event = field.map(|field| field.name.to_owned());
    record.medium = field.map(|field| medium(field.tag));
    // Reserved in IRIEvent, though senders know their names.
    record.unknown |= field.is_none_or(|field| matches!(field.tag, 100 | 101));
    let mut walk = Walk::over(record, "target");
    if let (Some(event), Some(field)) = (event, field) {
        walk.alternative_of(&event, field);
    } else if let Some(event) = event {
        walk.unknown("IRIEvent", event.tag.number);
    }
    // The target identifiers and where it was mediated from, without the event again.
    walk.others(payload, &IRIPayload, 2);
    walk.finish();
}

fn cc(payload: &Tlv<'_>, record: &mut Record) {
    release(payload, record);
    let form = payload.context(2).and_then(|form| form.children().next());
    let field = form.and_then(|form| content_field(&form, payload));
    record.event = field.map(|field| field.name.to_owned());
    record.unknown |= field.is_none();
    record.medium = field.map(|field| match field.name {
        "mMSCCPDU" => Medium::Message,
        "pTCCCPDU" | "iMSCCPDU" => Medium::Voice,
        _ => Medium::Ip,
    });
    let mut walk = Walk::over(record, "party");
    if let (Some(form), Some(field)) = (form, field) {
        walk.alternative_of(&form, field);
    } else if let Some(form) = form {
        walk.unknown("CCPDU", form.tag.number);
    }
    walk.finish();
}

/// Tells the payload's RELATIVE-OID; a release that is none of 15 to 19 is unknown.
fn release(payload: &Tlv<'_>, record: &mut Record) {
    let arcs = payload.context(1).and_then(|oid| oid.string()).and_then(|oid| values::arcs(&oid));
    record.unknown |= !matches!(arcs.as_deref(), Some([4, 19, 15..=19, ..]));
    let words = arcs.map(|arcs| arcs.iter().map(u64::to_string).collect::<Vec<_>>().join("."));
    record.detail("payload OID", words);
}

/// Release and version that the payload names.
fn version(payload: &Tlv<'_>) -> Option<(u64, u64)> {
    let oid = payload.context(1)?.string()?;
    match values::arcs(&oid)?.as_slice() {
        [4, 19, release, version, ..] => Some((*release, *version)),
        _ => None,
    }
}

fn event_field(event: &Tlv<'_>, payload: &Tlv<'_>) -> Option<&'static Field> {
    let tag = match (event.tag.number, version(payload)) {
        // Where two versions of release 17 had these events, before they were renumbered.
        (134, Some((17, 12 | 13))) => 165,
        (135, Some((17, 12 | 13))) => 166,
        (tag, _) => tag,
    };
    alternative(&IRIEvent, event, tag)
}

fn content_field(form: &Tlv<'_>, payload: &Tlv<'_>) -> Option<&'static Field> {
    let tag = match (form.tag.number, version(payload)) {
        // Release 16 had push-to-talk here.
        (4, Some((16, _))) => 5,
        (tag, _) => tag,
    };
    alternative(&CCPDU, form, tag)
}

fn alternative(choice: &'static Type, tlv: &Tlv<'_>, tag: u32) -> Option<&'static Field> {
    let Type::Choice(_, fields) = choice else { return None };
    let context = tlv.tag.class == Class::Context;
    fields.iter().find(|field| context && field.tag == tag)
}

/// Kind of communication of an event.
fn medium(tag: u32) -> Medium {
    match tag {
        6..=10 | 14 | 15 | 57..=61 | 64..=69 | 76..=80 => Medium::Ip,
        12 | 17..=35 | 56 | 74 | 85 | 165 | 166 => Medium::Message,
        37..=49 | 103 | 104 | 106 | 107 => Medium::Voice,
        _ => Medium::Event,
    }
}

fn payload_octets<'a>(contents: &Contents<'a>) -> Option<Cow<'a, [u8]>> {
    match (contents.iri, contents.tag) {
        (true, 19) | (false, 23) => contents.tlv.string(),
        _ => None,
    }
}

/// The alternative inside a payload's second field.
fn chosen<'a>(octets: &'a [u8]) -> Option<Tlv<'a>> {
    Elements::new(octets).next()?.context(2)?.children().next()
}

/// What `find` finds in the payload: borrowed when the sender did not segment the payload.
fn within<'a>(
    contents: &Contents<'a>,
    find: impl for<'b> Fn(&'b [u8]) -> Option<Cow<'b, [u8]>>,
) -> Option<Cow<'a, [u8]>> {
    match payload_octets(contents)? {
        Cow::Borrowed(octets) => find(octets),
        Cow::Owned(octets) => find(&octets).map(|found| Cow::Owned(found.into_owned())),
    }
}

/// Takes the tunnel's header off (TS 29.281 clause 5.1), where there is one.
fn tunnelled(octets: Cow<'_, [u8]>) -> Content<'_> {
    let Some(size) = tunnel_header(&octets) else { return Content::Unstructured(octets) };
    match octets {
        Cow::Borrowed(octets) => {
            Content::Packet(Cow::Borrowed(octets.get(size..).unwrap_or_default()))
        }
        Cow::Owned(mut octets) => Content::Packet(Cow::Owned(octets.split_off(size))),
    }
}

/// Octets before the IP packet: none for a bare packet; `None` when there is no packet.
fn tunnel_header(octets: &[u8]) -> Option<usize> {
    let first = *octets.first()?;
    let is_packet = |at: usize| octets.get(at).is_some_and(|first| matches!(first >> 4, 4 | 6));
    if first >> 5 != 1 {
        return is_packet(0).then_some(0);
    }
    // Version 1, GTP and not GTP', a T-PDU.
    if first & 0x10 == 0 || octets.get(1) != Some(&0xff) {
        return None;
    }
    let mut size = 8_usize;
    if first & 0x07 != 0 {
        size = 12;
        let mut next = if first & 0x04 == 0 { 0 } else { *octets.get(11)? };
        while next != 0 {
            let units = usize::from(*octets.get(size)?);
            if units == 0 {
                return None;
            }
            size = size.checked_add(units.checked_mul(4)?)?;
            next = *octets.get(size.checked_sub(1)?)?;
        }
    }
    is_packet(size).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IP: [u8; 20] = [0x45, 0, 0, 20, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7];

    #[test]
    fn a_tunnels_header_is_taken_off_with_all_its_extensions() {
        for header in [
            &[][..],
            &[0x30, 0xff, 0, 20, 0, 0, 0, 1],
            &[0x32, 0xff, 0, 24, 0, 0, 0, 1, 0, 7, 0, 0],
            &[0x34, 0xff, 0, 28, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0x10, 9, 0],
            &[0x34, 0xff, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0x40, 1, 0, 0, 0],
        ] {
            let octets = [header, &IP].concat();
            assert_eq!(tunnelled(Cow::Borrowed(&octets)), Content::Packet(Cow::Borrowed(&IP)));
        }
    }

    #[test]
    fn what_holds_no_packet_is_kept_whole() {
        for octets in [
            &[][..],
            &[0x30, 0xff],
            &[0x30, 0x01, 0, 0, 0, 0, 0, 0],
            &[0x20, 0xff, 0, 1, 0, 0, 0, 1, 0x45],
            &[0x34, 0xff, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0, 0, 0],
            &[0x34, 0xff, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x85, 0xff],
            &[0xff; 40],
        ] {
            assert_eq!(
                tunnelled(Cow::Borrowed(octets)),
                Content::Unstructured(Cow::Borrowed(octets))
            );
        }
    }
}
