//! Coordinates: the forms in which mobile networks write points, read to degrees of WGS 84.
//!
//! Coordinates of another datum are not moved to ours: they are given as text. Radii of areas are
//! rounded up, so that a circle drawn with them holds what the network meant.
//!
//! Rules: TS 101 671 annex D.5 and TS 33.108 annex B.3 (`GSMLocation`, `UMTSLocation`);
//! TS 23.032 clauses 6 and 7.3 (shapes, uncertainty code).
use crate::record::Point;

mod grid;

pub use grid::{grid_reference, utm};

/// Ten-millionths in a degree.
const E7: i64 = 10_000_000;

fn point(latitude: i64, longitude: i64, uncertainty_m: Option<u32>) -> Option<Point> {
    let fits =
        (-90 * E7..=90 * E7).contains(&latitude) && (-180 * E7..=180 * E7).contains(&longitude);
    let latitude_e7 = i32::try_from(latitude).ok()?;
    let longitude_e7 = i32::try_from(longitude).ok()?;
    fits.then_some(Point { latitude_e7, longitude_e7, uncertainty_m })
}

/// A point out of `N502312.18` and `E1122312.18`: hemisphere, degrees, minutes, seconds.
#[must_use]
pub fn geodetic(latitude: &str, longitude: &str) -> Option<Point> {
    point(sexagesimal(latitude, 2, ('N', 'S'))?, sexagesimal(longitude, 3, ('E', 'W'))?, None)
}

fn sexagesimal(text: &str, degree_digits: usize, marks: (char, char)) -> Option<i64> {
    let mark = text.chars().next()?.to_ascii_uppercase();
    let sign = match mark {
        _ if mark == marks.0 => 1,
        _ if mark == marks.1 => -1,
        _ => return None,
    };
    let rest = text.get(1..)?;
    let (whole, fraction) = rest.split_once(['.', ',']).unwrap_or((rest, ""));
    let all_digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if whole.len() != degree_digits.checked_add(4)? || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let (degrees, rest) = whole.split_at_checked(degree_digits)?;
    let (minutes, seconds) = rest.split_at_checked(2)?;
    let number = |text: &str| text.parse::<i64>().ok();
    let (minutes, seconds) = (number(minutes)?, number(seconds)?);
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let micros = number(&format!("{:0<6.6}", fraction))?;
    let seconds = number(degrees)?
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)?;
    let micros = seconds.checked_mul(1_000_000)?.checked_add(micros)?;
    // Micro-arc-seconds times ten, over 3600, are ten-millionths of a degree.
    micros.checked_mul(10)?.checked_div(3600)?.checked_mul(sign)
}

/// A point out of the integers of `GeographicalCoordinates`: 2^23 steps to the pole, 2^24 around.
#[must_use]
pub fn steps(south: bool, latitude: u32, longitude: i32) -> Option<Point> {
    let north = i64::from(latitude).checked_mul(90 * E7)? >> 23;
    let east = i64::from(longitude).checked_mul(360 * E7)? >> 24;
    point(if south { north.checked_neg()? } else { north }, east, None)
}

/// Metres of an uncertainty code: 10 × (1.1^code − 1), rounded up.
#[must_use]
pub fn uncertainty(code: u8) -> u32 {
    let mut micrometres = 10_000_000_u64;
    for _ in 0..code.min(127) {
        micrometres = micrometres.saturating_mul(11) / 10;
    }
    let metres = micrometres.saturating_sub(10_000_000).div_ceil(1_000_000);
    u32::try_from(metres).unwrap_or(u32::MAX)
}

/// A shape of TS 23.032 in octets: point, circle, ellipse, arc, polygon; altitude is left out.
#[must_use]
pub fn shape(octets: &[u8]) -> Option<Point> {
    let (&first, rest) = octets.split_first()?;
    let at = |place: usize| rest.get(place).map(|octet| octet & 0x7f);
    match first >> 4 {
        0 | 8 => corner(rest),
        1 => Some(Point { uncertainty_m: Some(uncertainty(at(6)?)), ..corner(rest)? }),
        3 => {
            let axes = (uncertainty(at(6)?), uncertainty(at(7)?));
            Some(Point { uncertainty_m: Some(axes.0.max(axes.1)), ..corner(rest)? })
        }
        9 => {
            let axes = (uncertainty(at(8)?), uncertainty(at(9)?));
            Some(Point { uncertainty_m: Some(axes.0.max(axes.1)), ..corner(rest)? })
        }
        10 => {
            // Inner radius in steps of five metres, then the radius' own uncertainty.
            let inner = u32::from(u16::from_be_bytes([*rest.get(6)?, *rest.get(7)?]));
            let radius = inner.saturating_mul(5).saturating_add(uncertainty(at(8)?));
            Some(Point { uncertainty_m: Some(radius), ..corner(rest)? })
        }
        5 => {
            let count = usize::from(first & 0x0f);
            let corners =
                rest.chunks_exact(6).take(count).map(corner).collect::<Option<Vec<_>>>()?;
            polygon(&corners)
        }
        _ => None,
    }
}

/// Six octets: sign and 23 bits of latitude, 24 bits of longitude in two's complement.
fn corner(octets: &[u8]) -> Option<Point> {
    let octets = octets.get(..6)?;
    let [a, b, c, d, e, f] = *octets else {
        return None;
    };
    let latitude = u32::from_be_bytes([0, a & 0x7f, b, c]);
    let longitude = i32::from_be_bytes([d, e, f, 0]) >> 8;
    steps(a & 0x80 != 0, latitude, longitude)
}

/// The middle of the corners, and the distance to the farthest of them.
#[must_use]
pub fn polygon(corners: &[Point]) -> Option<Point> {
    let count = i64::try_from(corners.len()).ok()?;
    let mean = |value: fn(&Point) -> i32| {
        let sum = corners.iter().fold(0_i64, |sum, at| sum.saturating_add(i64::from(value(at))));
        sum.checked_div(count)
    };
    let middle = point(mean(|at| at.latitude_e7)?, mean(|at| at.longitude_e7)?, None)?;
    let radius = corners.iter().map(|corner| metres_between(&middle, corner)).max()?;
    Some(Point { uncertainty_m: Some(radius), ..middle })
}

/// Metres between two points near each other, on a sphere, rounded up.
fn metres_between(from: &Point, to: &Point) -> u32 {
    let radians = |e7: i32| (f64::from(e7) / 1e7).to_radians();
    let middle = f64::midpoint(radians(from.latitude_e7), radians(to.latitude_e7));
    let north = radians(to.latitude_e7) - radians(from.latitude_e7);
    let east = (radians(to.longitude_e7) - radians(from.longitude_e7)) * middle.cos();
    let metres = 6_371_008.8 * north.hypot(east);
    format!("{:.0}", metres.ceil()).parse().unwrap_or(u32::MAX)
}

/// Degrees as ten-millionths, rounded.
fn degrees_e7(degrees: f64) -> Option<i64> {
    // Formatting rounds; a conversion by cast would hide what does not fit.
    format!("{:.0}", degrees * 1e7).parse().ok()
}

#[cfg(test)]
mod tests;
