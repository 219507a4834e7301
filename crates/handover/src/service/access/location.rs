//! Location: the common `Location` of TS 102 232-1, as the fixed services carry it.
//!
//! What was delivered and cannot be read is still a place, of kind `other`: an order that grants no
//! location must not be shown that there was none.
//!
//! Rules: TS 102 232-1 clause 4.5 and annex A (`Location`); TS 33.108 annex B (`UmtsHI2Location`,
//! `EPSLocation`); TS 29.274 clause 8.21 (ULI); TS 103 280 (`WGS84Coordinate`, `GeoShape`).
use super::{instant, mac};
use crate::ber::Tlv;
use crate::record::{Cell, Place, Point, Record};
use lacre_term::Micros;

/// Octets of each part of a ULI, in the order of its flags: CGI, SAI, RAI, TAI, ECGI, LAI.
const ULI: [(&str, usize); 6] =
    [("cgi", 7), ("sai", 7), ("rai", 7), ("tai", 5), ("ecgi", 7), ("lai", 5)];

/// Adds every place of a `Location`.
pub(in crate::service) fn location(record: &mut Record, tlv: &Tlv<'_>) {
    let before = record.places.len();
    for field in tlv.children() {
        match field.tag.number {
            0 | 3 => umts(record, &field),
            1 => eps(record, &field),
            2 => {
                let name = field.context(0).and_then(|name| mac(&name.string()?));
                let cell = Some(plain("wlan"));
                record.place(Place { of: "target", cell, civic: name, ..Place::default() });
            }
            4 => {}
            5 => cpe(record, &field),
            _ => record.unknown = true,
        }
    }
    if record.places.len() == before {
        let cell = Some(plain("other"));
        record.place(Place { of: "target", cell, ..Place::default() });
    }
}

fn plain(kind: &'static str) -> Cell {
    Cell { kind, plmn: String::new(), area: None, cell: None }
}

fn seen(record: &mut Record, cell: Option<Cell>, at: Option<Micros>) {
    record.place(Place { at, of: "target", cell, ..Place::default() });
}

/// When the network saw the target there.
fn stamp(record: &mut Record, of: Option<Tlv<'_>>) -> Option<Micros> {
    let stamp = of?.context(0)?;
    // A TimeStamp is a choice of local and universal time.
    let universal = stamp.context(1)?;
    instant(record, "location time", &universal)
}

/// `UmtsHI2Location`, and the `Location` of TS 101 671, which numbers the same.
fn umts(record: &mut Record, tlv: &Tlv<'_>) {
    let at = stamp(record, tlv.context(13));
    for field in tlv.children() {
        let octets = field.string().unwrap_or_default();
        match field.tag.number {
            1 => {
                let number = octets.get(2..).map(crate::service::sms::semi_octets);
                let cell = Some(plain("wireline"));
                record.place(Place { at, of: "target", cell, point: None, civic: number });
            }
            2 => seen(record, cell("cgi", &octets), at),
            4 => seen(record, cell("rai", &octets), at),
            7 => seen(record, cell("sai", &octets), at),
            // The element's length octet comes before these two.
            9 => seen(record, cell("tai", octets.get(1..).unwrap_or_default()), at),
            10 => seen(record, cell("ecgi", octets.get(1..).unwrap_or_default()), at),
            5 | 6 => shape(record, at),
            _ => {}
        }
    }
}

fn eps(record: &mut Record, tlv: &Tlv<'_>) {
    let at = stamp(record, tlv.context(10));
    for field in tlv.children() {
        let octets = field.string().unwrap_or_default();
        match field.tag.number {
            1 => user_location(record, &octets, at),
            5 => seen(record, cell("tai", &octets), at),
            2 | 3 => shape(record, at),
            _ => {}
        }
    }
}

/// A shape of the mobile network: said to be there.
fn shape(record: &mut Record, at: Option<Micros>) {
    seen(record, Some(plain("other")), at);
}

fn user_location(record: &mut Record, octets: &[u8], at: Option<Micros>) {
    let Some((&flags, mut rest)) = octets.split_first() else { return };
    for (bit, (kind, size)) in ULI.into_iter().enumerate() {
        if flags >> bit & 1 == 0 {
            continue;
        }
        let Some((own, after)) = rest.split_at_checked(size) else { return };
        seen(record, cell(kind, own), at);
        rest = after;
    }
}

/// A cell or area out of its octets: network, area of two octets, and what follows.
pub(crate) fn cell(kind: &'static str, octets: &[u8]) -> Option<Cell> {
    let (network, rest) = octets.split_first_chunk::<3>()?;
    let plmn = plmn(*network)?;
    let number = |octets: &[u8]| octets.iter().fold(0_u64, |all, one| (all << 8) | u64::from(*one));
    if kind == "ecgi" {
        let cell = number(rest.get(..4)?) & 0x0fff_ffff;
        return Some(Cell { kind, plmn, area: None, cell: Some(cell) });
    }
    let area = u16::from_be_bytes(*rest.first_chunk::<2>()?);
    let own = rest.get(2..4.min(rest.len())).filter(|own| !own.is_empty());
    Some(Cell { kind, plmn, area: Some(area.into()), cell: own.map(number) })
}

/// `214-99` or `310-410`, out of three octets of swapped digits.
pub(crate) fn plmn([first, second, third]: [u8; 3]) -> Option<String> {
    let digit = |half: u8| char::from_digit(u32::from(half), 10);
    let country = [first & 0x0f, first >> 4, second & 0x0f];
    let mut text: String = country.into_iter().map(digit).collect::<Option<_>>()?;
    text.push('-');
    text.push(digit(third & 0x0f)?);
    text.push(digit(third >> 4)?);
    if second >> 4 != 0x0f {
        text.push(digit(second >> 4)?);
    }
    Some(text)
}

/// `CPEProvidedLocationAttributes`: a coordinate, or the shape of a satellite fix.
fn cpe(record: &mut Record, tlv: &Tlv<'_>) {
    for field in tlv.children() {
        let point = match field.tag.number {
            0 => point_of(&field, true),
            1 => fix(&field),
            _ => {
                record.unknown = true;
                None
            }
        };
        record.place(Place { of: "target", point, ..Place::default() });
    }
}

/// A `GNSSLocation`: point, sphere or ellipsoid.
fn fix(tlv: &Tlv<'_>) -> Option<Point> {
    let shape = tlv.context(0)?.context(0)?.children().next()?;
    let (centre, uncertainty) = match shape.tag.number {
        0 => (shape, None),
        1 | 2 => {
            let errors = [1, 2].map(|tag| shape.context(tag).and_then(|error| error.unsigned()));
            (shape.context(0)?, errors.into_iter().flatten().max())
        }
        _ => return None,
    };
    let choice = centre.context(0)?.context(0)?.children().next()?;
    let point = point_of(&choice, choice.tag.number == 0)?;
    let uncertainty_m = uncertainty.map(|metres| u32::try_from(metres).unwrap_or(u32::MAX));
    Some(Point { uncertainty_m, ..point })
}

/// A `WGS84CoordinateDecimal` (`N40.416775`), or with `decimal` false an angular one
/// (`N402500.39`).
pub(crate) fn point_of(tlv: &Tlv<'_>, decimal_form: bool) -> Option<Point> {
    let read = |tag, degrees| {
        let text = tlv.context(tag)?.text()?;
        if decimal_form { decimal(&text) } else { angular(&text, degrees) }
    };
    let (latitude_e7, longitude_e7) = (read(0, 2)?, read(1, 3)?);
    let on_earth = latitude_e7.unsigned_abs() <= 900_000_000;
    on_earth.then_some(Point { latitude_e7, longitude_e7, uncertainty_m: None })
}

/// Ten-millionths of a degree of `N40.416775`; north and east are positive.
pub(crate) fn decimal(text: &str) -> Option<i32> {
    let (sign, rest) = hemisphere(text)?;
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let fraction: String = fraction.chars().chain("0000000".chars()).take(7).collect();
    let whole = i64::from(whole.parse::<u16>().ok()?).checked_mul(10_000_000)?;
    degrees(sign, whole.checked_add(i64::from(fraction.parse::<u32>().ok()?))?)
}

/// Ten-millionths of a degree of `N402500.39`, degrees of `digits` digits.
fn angular(text: &str, digits: usize) -> Option<i32> {
    let (sign, rest) = hemisphere(text)?;
    let two = digits.checked_add(2)?;
    let whole: i64 = rest.get(..digits)?.parse::<u16>().ok()?.into();
    let minutes: i64 = rest.get(digits..two)?.parse::<u16>().ok()?.into();
    let (seconds, fraction) = rest.get(two..)?.split_once('.').unwrap_or((rest.get(two..)?, ""));
    let hundredths: String = fraction.chars().chain("00".chars()).take(2).collect();
    let seconds = i64::from(seconds.parse::<u16>().ok()?).checked_mul(100)?;
    let seconds = seconds.checked_add(i64::from(hundredths.parse::<u16>().ok()?))?;
    let all = whole.checked_mul(360_000)?.checked_add(minutes.checked_mul(6_000)?)?;
    // 360,000 hundredths of a second are ten million ten-millionths of a degree.
    degrees(sign, all.checked_add(seconds)?.checked_mul(250)?.checked_div(9)?)
}

fn hemisphere(text: &str) -> Option<(i64, &str)> {
    let (letter, rest) = text.trim().split_at_checked(1)?;
    match letter {
        "N" | "E" => Some((1, rest)),
        "S" | "W" => Some((-1, rest)),
        _ => None,
    }
}

fn degrees(sign: i64, value: i64) -> Option<i32> {
    let value = value.checked_mul(sign).filter(|_| value <= 1_800_000_000)?;
    i32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ber::Elements;

    #[test]
    fn coordinates_of_every_hemisphere_are_read_in_both_forms() {
        assert_eq!(decimal("N40.416775"), Some(404_167_750));
        assert_eq!(decimal("W003.703790"), Some(-37_037_900));
        assert_eq!(angular("S402500.39", 2), Some(-404_167_750));
        assert_eq!(angular("E0034213.64", 3), Some(37_037_888));
        for bad in ["40.4", "X40.4", "N", "N-4.1", "E181.0", "Nñ", "N40.4x"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
        assert_eq!(angular("N40", 2), None);
    }

    #[test]
    fn a_user_location_gives_each_of_its_areas_and_a_cut_one_what_it_has() {
        let mut record = Record::default();
        let uli = b"\x18\x12\xf4\x99\x00\x2a\x12\xf4\x99\x00\x12\x34\x56";
        user_location(&mut record, uli, None);
        let cells: Vec<_> = record.places.iter().map(|place| place.cell.clone().unwrap()).collect();
        assert_eq!(
            (cells[0].kind, cells[0].plmn.as_str(), cells[0].area),
            ("tai", "214-99", Some(42))
        );
        assert_eq!((cells[1].kind, cells[1].cell), ("ecgi", Some(0x12_3456)));
        let mut cut = Record::default();
        user_location(&mut cut, &uli[..8], None);
        assert_eq!(cut.places.len(), 1);
    }

    #[test]
    fn a_location_that_cannot_be_read_is_still_said_to_be_there() {
        let mut record = Record::default();
        let tlv = Elements::new(b"\xb8\x04\xa4\x02\xa1\x00").next().unwrap();
        location(&mut record, &tlv);
        assert_eq!(record.places[0].cell.as_ref().unwrap().kind, "other");
    }

    #[test]
    fn a_point_of_the_customers_equipment_is_placed() {
        let mut octets = vec![0xb8, 29, 0xa5, 27, 0xa0, 25, 0x80, 10];
        octets.extend_from_slice(b"N40.416775");
        octets.extend_from_slice(&[0x81, 11]);
        octets.extend_from_slice(b"W003.703790");
        let mut record = Record::default();
        location(&mut record, &Elements::new(&octets).next().unwrap());
        let point = record.places[0].point.unwrap();
        assert_eq!((point.latitude_e7, point.longitude_e7), (404_167_750, -37_037_900));
    }
}
