//! Places: the location fields of mobile records, into cells, points and civic addresses.
//!
//! Where the target was before is a detail and no place: a map must not show it as where it is.
//!
//! Rules: TS 33.108 annexes B.3 (`UmtsHI2Location`), B.9 (`Location`, `EPSLocation`); TS 101 671
//! annex D.5 (`ETSI671HI2Location`); TS 29.274 clauses 8.21 and 8.101 (ULI and its time stamp).
use super::stamp;
use crate::ber::{Class, Tlv};
use crate::record::{Cell, ITEMS_MAX, Place, Point, Record, bounded};
use crate::service::number::{hex, isup, text_or_hex};
use crate::service::{cells, geo};
use lacre_term::Micros;

/// Which module's location it is: they share tags up to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// TS 33.108, circuit and packet domain of UMTS.
    Umts,
    /// TS 33.108, `Location` of the EPS module.
    Eps,
    /// TS 101 671.
    Etsi,
}

/// Seconds from 1900 to 1970.
const ERA: i64 = 2_208_988_800;

fn at_cell(record: &mut Record, at: Option<Micros>, cell: Option<Cell>) {
    match cell {
        Some(cell) => {
            record.place(Place { at, of: "target", cell: Some(cell), ..Place::default() })
        }
        None => record.unknown = true,
    }
}

fn at_point(record: &mut Record, at: Option<Micros>, point: Point) {
    record.place(Place { at, of: "target", point: Some(point), ..Place::default() });
}

fn at_civic(record: &mut Record, at: Option<Micros>, civic: String) {
    let civic = (!civic.is_empty()).then(|| bounded(civic));
    record.place(Place { at, of: "target", civic, ..Place::default() });
}

/// `cgi 214-99 2571 7213`, for details.
pub(super) fn text_of(cell: &Cell) -> String {
    let mut text = format!("{} {}", cell.kind, cell.plmn);
    for part in [cell.area.map(u64::from), cell.cell].into_iter().flatten() {
        text.push(' ');
        text.push_str(&part.to_string());
    }
    text
}

fn earlier(record: &mut Record, name: &'static str, cell: Option<Cell>) {
    record.unknown |= cell.is_none();
    record.detail(name, cell.map(|cell| text_of(&cell)));
}

/// Octets of a field, empty when it is no string.
fn octets<'a>(tlv: &Tlv<'a>) -> std::borrow::Cow<'a, [u8]> {
    tlv.string().unwrap_or_default()
}

/// Reads `locationOfTheTarget`.
pub(super) fn location(record: &mut Record, tlv: &Tlv<'_>, form: Form) {
    let time_tag = match form {
        Form::Umts => Some(13),
        Form::Eps => Some(11),
        Form::Etsi => None,
    };
    let at = time_tag.and_then(|tag| location_time(record, &tlv.context(tag)?));
    for field in tlv.children().take(ITEMS_MAX) {
        if field.tag.class != Class::Context {
            record.unknown = true;
            continue;
        }
        let octets = octets(&field);
        match (field.tag.number, form) {
            (1, _) => record.detail("location number", isup(&octets).map(|number| number.digits)),
            (2, _) => at_cell(record, at, cells::cgi(&octets)),
            (3, Form::Etsi) => tetra(record, &field),
            (4, _) => at_cell(record, at, cells::rai(&octets)),
            (5, _) => gsm(record, at, &field),
            (6, _) => umts(record, at, &field),
            (7, _) => at_cell(record, at, cells::sai(&octets)),
            (8, _) => earlier(record, "previous area", cells::rai(&octets)),
            (9, Form::Umts | Form::Etsi) => at_cell(record, at, cells::tai(&octets)),
            (10, Form::Umts | Form::Etsi) => at_cell(record, at, cells::ecgi(&octets)),
            (11, Form::Umts) | (9, Form::Eps) => civic(record, at, &field),
            (12, Form::Umts) | (10, Form::Eps) => {
                record.detail("operator's location", Some(text_or_hex(&octets)));
            }
            (13, Form::Umts) | (11, Form::Eps) => {}
            _ => record.unknown = true,
        }
    }
}

/// Reads `EPSLocation`.
pub(super) fn eps(record: &mut Record, tlv: &Tlv<'_>, stamped: Option<Micros>) {
    let at = tlv.context(10).and_then(|time| location_time(record, &time)).or(stamped);
    for field in tlv.children().take(ITEMS_MAX) {
        let octets = octets(&field);
        match field.tag.number {
            1 => {
                let (found, left) = cells::user_location(&octets);
                record.unknown |= left;
                for cell in found {
                    at_cell(record, at, Some(cell));
                }
            }
            2 => gsm(record, at, &field),
            3 => umts(record, at, &field),
            4 => {
                for cell in cells::user_location(&octets).0 {
                    earlier(record, "previous area", Some(cell));
                }
            }
            5 => earlier(record, "last visited area", cells::tai(&octets)),
            6 => {
                let (areas, left) = cells::tai_list(&octets);
                record.unknown |= left;
                for area in areas {
                    earlier(record, "tracking area list", Some(area));
                }
            }
            7 => record.detail("3GPP2 BSID", Some(text_or_hex(&octets))),
            8 => civic(record, at, &field),
            9 => record.detail("operator's location", Some(text_or_hex(&octets))),
            10 => {}
            _ => record.unknown = true,
        }
    }
}

/// `uELocationTimestamp`: a time stamp, or that none is known.
fn location_time(record: &mut Record, tlv: &Tlv<'_>) -> Option<Micros> {
    let choice = tlv.children().next()?;
    match choice.tag.number {
        0 => {
            let read = stamp::read(&choice);
            record.detail("location's local time", read.local);
            read.at
        }
        1 => None,
        _ => {
            record.unknown = true;
            None
        }
    }
}

/// A ULI time stamp: seconds since 1900 in its first four octets, the era by its high bit
/// (RFC 5905 has the next begin in 2036).
pub(super) fn uli_time(octets: &[u8]) -> Option<Micros> {
    let seconds = u32::from_be_bytes(octets.get(..4)?.try_into().ok()?);
    let era = if seconds & 0x8000_0000 == 0 { 1_i64 << 32 } else { 0 };
    let since = i64::from(seconds).checked_add(era)?.checked_sub(ERA)?;
    (seconds != 0).then(|| Micros::from_seconds(since))
}

/// `additionalCellIDs`: 5G cells beside the one that serves.
pub(super) fn additional(record: &mut Record, list: &Tlv<'_>) {
    for entry in list.children().take(ITEMS_MAX) {
        let time = entry.context(4).and_then(|at| at.string());
        let at = time.and_then(|at| crate::time::generalized(&at).0);
        for field in entry.children().take(ITEMS_MAX) {
            match field.tag.number {
                1 => at_cell(record, at, ncgi(&field)),
                2 => gsm(record, at, &field),
                3 => umts(record, at, &field),
                4 => {}
                _ => record.unknown = true,
            }
        }
    }
}

fn ncgi(tlv: &Tlv<'_>) -> Option<Cell> {
    let network = tlv.context(1)?;
    let (country, code) = (network.context(1)?.text()?, network.context(2)?.text()?);
    cells::ncgi(&country, &code, &tlv.context(2)?.string()?)
}

fn tetra(record: &mut Record, tlv: &Tlv<'_>) {
    let Some(choice) = tlv.children().next() else {
        return;
    };
    let number = |tag| choice.context(tag).and_then(|field| field.unsigned());
    if choice.tag.number != 1 {
        let area = choice.unsigned().map(|area| area.to_string());
        return record.detail("TETRA location", area);
    }
    let (Some(country), Some(network)) = (number(1), number(2)) else {
        return;
    };
    let area = number(3).and_then(|area| u32::try_from(area).ok());
    let plmn = format!("{country:03}-{network}");
    at_cell(record, None, Some(Cell { kind: "other", plmn, area, cell: number(4) }));
}

/// `GSMLocation`: degrees, UTM, a grid reference, or a shape of TS 23.032.
fn gsm(record: &mut Record, at: Option<Micros>, tlv: &Tlv<'_>) {
    let Some(choice) = tlv.children().next() else {
        record.unknown = true;
        return;
    };
    let text = |tag| choice.context(tag).and_then(|field| field.text()).unwrap_or_default();
    let (point, written, datum) = match choice.tag.number {
        form @ (1 | 2) => {
            let (first, second) = (text(1), text(2));
            let point =
                if form == 1 { geo::geodetic(&first, &second) } else { geo::utm(&first, &second) };
            let azimuth = choice.context(4).and_then(|azimuth| azimuth.unsigned());
            record.detail("azimuth", azimuth.map(|azimuth| azimuth.to_string()));
            let datum = choice.context(3).and_then(|datum| datum.unsigned());
            (point, format!("{first} {second}"), datum)
        }
        3 => {
            // The reference and its datum are the one untagged pair in these modules.
            let mut parts = choice.children();
            let reference = parts.next().and_then(|part| part.text()).unwrap_or_default();
            let datum = parts.next().and_then(|part| part.unsigned());
            (geo::grid_reference(&reference), reference, datum)
        }
        4 => {
            let shape = octets(&choice);
            (geo::shape(&shape), hex(&shape), None)
        }
        _ => {
            record.unknown = true;
            return;
        }
    };
    match (point, datum) {
        (Some(point), None | Some(0)) => at_point(record, at, point),
        (_, datum) => {
            let name = match datum {
                Some(1) => " (wGS72)",
                Some(2) => " (eD50)",
                _ => "",
            };
            at_civic(record, at, format!("{}{name}", written.trim()));
        }
    }
}

/// `UMTSLocation`: a point, a circle, or a polygon of up to 15 corners.
fn umts(record: &mut Record, at: Option<Micros>, tlv: &Tlv<'_>) {
    let choice = tlv.children().next();
    let point = choice.and_then(|choice| match choice.tag.number {
        1 => corner(&choice.children().next()?),
        2 => {
            let mut parts = choice.children();
            let point = corner(&parts.next()?)?;
            let code = parts.next()?.unsigned().and_then(|code| u8::try_from(code).ok())?;
            Some(Point { uncertainty_m: Some(geo::uncertainty(code)), ..point })
        }
        3 => {
            let corners = choice.children().take(15).map(|at| corner(&at.children().next()?));
            geo::polygon(&corners.collect::<Option<Vec<_>>>()?)
        }
        _ => None,
    });
    match point {
        Some(point) => at_point(record, at, point),
        None => record.unknown = true,
    }
}

/// `GeographicalCoordinates`: side of the equator, steps of latitude, steps of longitude.
fn corner(tlv: &Tlv<'_>) -> Option<Point> {
    let mut parts = tlv.children();
    let south = parts.next()?.unsigned()? == 1;
    let latitude = u32::try_from(parts.next()?.unsigned()?).ok()?;
    let longitude = signed(parts.next()?.content)?;
    geo::steps(south, latitude, longitude)
}

/// An INTEGER of up to four octets, of either sign.
fn signed(content: &[u8]) -> Option<i32> {
    let first = content.first().filter(|_| content.len() <= 4)?;
    let fill = if first & 0x80 == 0 { 0 } else { -1_i32 };
    Some(content.iter().fold(fill, |value, octet| (value << 8) | i32::from(*octet)))
}

/// A civic address: its elements in their order, or the XML as sent.
fn civic(record: &mut Record, at: Option<Micros>, tlv: &Tlv<'_>) {
    let mut words = Vec::new();
    for choice in tlv.children().take(ITEMS_MAX) {
        if choice.tag.class == Class::Universal && choice.tag.number == 12 {
            words.extend(choice.text());
            continue;
        }
        // A SET OF addresses, each a SEQUENCE of words.
        for address in choice.children().take(ITEMS_MAX) {
            let parts = address.children().take(ITEMS_MAX);
            let spoken: Vec<String> = parts.filter_map(|part| part.text()).collect();
            words.push(spoken.join(", "));
        }
    }
    at_civic(record, at, words.join("; "));
}

/// `PANI-Header-Info`: what the P-Access-Network-Info headers said.
pub(super) fn access_network(record: &mut Record, list: &Tlv<'_>, form: Form) {
    for entry in list.children().take(ITEMS_MAX) {
        for field in entry.children().take(ITEMS_MAX) {
            match field.tag.number {
                1 | 2 => record.detail("access network", field.text()),
                3 => record.detail("access network given by", Some("network")),
                4 => pani(record, &field, form),
                _ => record.unknown = true,
            }
        }
    }
}

fn pani(record: &mut Record, tlv: &Tlv<'_>, form: Form) {
    for field in tlv.children().take(ITEMS_MAX) {
        match field.tag.number {
            1 => at_civic(record, None, field.text().unwrap_or_default()),
            2 => location(record, &field, form),
            3 => eps(record, &field, None),
            _ => record.unknown = true,
        }
    }
}
