//! Location: the common `Location` of TS 102 232-1, whichever service carries it.
//!
//! Each alternative is read by the service whose own form it is. What was delivered and cannot be
//! read is still a place, of kind `other`: an order that grants no location must not be shown that
//! there was none.
//!
//! Rules: TS 102 232-1 clause 4.5 and annex A (`Location`); TS 33.108 annex B (`UmtsHI2Location`,
//! `EPSLocation`); TS 101 671 annex D.5 (`ETSI671HI2Location`); TS 33.128 annex A
//! (`UserLocation`); TS 103 280 (`WGS84Coordinate`, `GeoShape`).
use super::{mobile, ts33128};
use crate::ber::Tlv;
use crate::record::{Cell, Place, Point, Record};

/// Adds every place of a `Location`.
pub(super) fn location(record: &mut Record, tlv: &Tlv<'_>) {
    let before = record.places.len();
    for field in tlv.children() {
        match field.tag.number {
            0 => mobile::location(record, &field, false),
            1 => mobile::eps_location(record, &field),
            2 => wireless(record, &field),
            3 => mobile::location(record, &field, true),
            4 => ts33128::user_location(record, &field),
            5 => cpe(record, &field),
            _ => record.unknown = true,
        }
    }
    if record.places.len() == before {
        let cell = Some(Cell { kind: "other", plmn: String::new(), area: None, cell: None });
        record.place(Place { of: "target", cell, ..Place::default() });
    }
}

/// `WlanLocationAttributes`: an access point, by its hardware address.
fn wireless(record: &mut Record, tlv: &Tlv<'_>) {
    let address = tlv.context(0).and_then(|field| field.string());
    let Some(octets) = address.filter(|octets| octets.len() == 6) else {
        record.unknown = true;
        return;
    };
    let address = octets.iter().fold(0_u64, |all, one| (all << 8) | u64::from(*one));
    let cell = Some(Cell { kind: "wlan", plmn: String::new(), area: None, cell: Some(address) });
    record.place(Place { of: "target", cell, ..Place::default() });
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
