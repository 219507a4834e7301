//! ILHI: what one centre hands over to another, a PDU within a PDU.
//!
//! The inner PDU is read once and not descended into again; the outer one is the original. An
//! inner payload under another identifier than that of TS 102 232-1 is unknown here.
//!
//! Rules: TS 103 462 clause 8 and annex A (`ILHIPayload`, `MappingInfo`).
use crate::Pdu;
use crate::ber::Tlv;
use crate::record::{ITEMS_MAX, Place, Record};
use crate::service::location::point_of;
use lacre_term::PayloadClass;
use std::borrow::Cow;

/// The identifier of TS 102 232-1's header, without its version: 0.4.0.2.2.5.1.
const HEADER: [u8; 6] = [4, 0, 2, 2, 5, 1];

fn handed<'a>(pdu: &Pdu<'a>) -> Vec<Tlv<'a>> {
    if pdu.class != PayloadClass::Ilhi {
        return Vec::new();
    }
    pdu.alternative().children().take(ITEMS_MAX).collect()
}

/// The PS-PDUs within a PDU of inter-LEMF handover, as octets; none in any other.
#[must_use]
pub fn inner<'a>(pdu: &Pdu<'a>) -> Vec<Cow<'a, [u8]>> {
    let octets = |payload: &Tlv<'a>| {
        let result = payload.context(1)?;
        if !is_header(&result) {
            return None;
        }
        result.context(1)?.string()
    };
    handed(pdu).iter().filter_map(octets).collect()
}

fn is_header(payload: &Tlv<'_>) -> bool {
    payload.context(0).is_some_and(|identifier| identifier.content.starts_with(&HEADER))
}

/// What the handing centre itself says: which times and places it mapped to which.
#[must_use]
pub fn observe(pdu: &Pdu<'_>) -> Vec<Record> {
    handed(pdu).iter().map(one).collect()
}

fn one(payload: &Tlv<'_>) -> Record {
    let mut record = Record::default();
    for field in payload.children() {
        match field.tag.number {
            0 => {}
            1 => record.unknown |= !is_header(&field),
            2 => mapping(&mut record, &field),
            // What the result was made of stays in the octets.
            3 => record.detail("original payload", Some("delivered")),
            _ => record.unknown = true,
        }
    }
    record
}

fn mapping(record: &mut Record, info: &Tlv<'_>) {
    for field in info.children() {
        match field.tag.number {
            0 => field.children().take(ITEMS_MAX).for_each(|map| moment(record, &map)),
            1 => field.children().take(ITEMS_MAX).for_each(|map| spot(record, &map)),
            _ => record.unknown = true,
        }
    }
}

fn moment(record: &mut Record, map: &Tlv<'_>) {
    let chosen = |tag| map.context(tag).and_then(|choice: Tlv<'_>| choice.children().next());
    let text = |choice: Option<Tlv<'_>>| choice.filter(|c| !c.tag.constructed)?.text();
    let (from, to) = (text(chosen(0)), text(chosen(1)));
    if let (Some(from), Some(to)) = (from, to) {
        record.detail("mapped time", Some(format!("{from} > {to}")));
    }
}

fn spot(record: &mut Record, map: &Tlv<'_>) {
    let normal = map.context(1);
    let choice = normal.and_then(|data| data.context(0)?.children().next());
    let point = choice.and_then(|choice| match choice.tag.number {
        1 => point_of(&choice, true),
        2 => point_of(&choice, false),
        _ => None,
    });
    record.unknown |= point.is_none();
    record.place(Place { of: "target", point, ..Place::default() });
    let azimuth = normal.and_then(|data| data.context(1)?.context(0)?.unsigned());
    record.detail("azimuth", azimuth.map(|degrees| degrees.to_string()));
}
