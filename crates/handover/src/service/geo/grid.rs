//! Grids: UTM coordinates and grid references, to degrees of WGS 84.
//!
//! The inverse of the transverse Mercator projection by its series, to well under a metre inside
//! the zones; outside of what the grid defines there is no point.
//!
//! Rules: TS 101 671 annex D.5 (`utmCoordinates`, `utmRefCoordinates`).
use super::{degrees_e7, point};
use crate::record::Point;

/// Latitude bands from 80° south, eight degrees each.
const BANDS: &str = "CDEFGHJKLMNPQRSTUVWX";

/// Letters of the 100 km rows, which repeat every 2,000 km.
const ROWS: &str = "ABCDEFGHJKLMNPQRSTUV";

/// Letters of the 100 km columns, eight to a zone, which repeat every three zones.
const COLUMNS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Least northing of each band in steps of 100 km, as the grid's tables round it.
const BAND_NORTHING: [u32; 20] =
    [11, 20, 28, 37, 46, 55, 64, 73, 82, 91, 0, 8, 17, 26, 35, 44, 53, 62, 70, 79];

fn place_of(letters: &str, letter: char) -> Option<u32> {
    let place = letters.chars().position(|known| known == letter.to_ascii_uppercase())?;
    u32::try_from(place).ok()
}

/// Zone and band of `32U…`, and what follows.
fn zone_and_band(text: &str) -> Option<(u32, u32, &str)> {
    let (zone, rest) = text.split_at_checked(2)?;
    let zone = zone.parse::<u32>().ok().filter(|zone| (1..=60).contains(zone))?;
    let band = place_of(BANDS, rest.chars().next()?)?;
    Some((zone, band, rest.get(1..)?))
}

/// A point out of `32U0439955` and `5540736`: zone, band and easting; northing.
#[must_use]
pub fn utm(east: &str, north: &str) -> Option<Point> {
    let (zone, band, easting) = zone_and_band(east.trim())?;
    let metres = |text: &str| text.trim().parse::<u32>().ok().map(f64::from);
    inverse(zone, band >= 10, metres(easting)?, metres(north)?)
}

/// The middle of the square that a reference such as `32UPU91294045` names.
#[must_use]
pub fn grid_reference(text: &str) -> Option<Point> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (zone, band, rest) = zone_and_band(&text)?;
    let mut letters = rest.chars();
    let column = place_of(COLUMNS, letters.next()?)?;
    let row = place_of(ROWS, letters.next()?)?;
    let digits = letters.as_str();
    let half = digits.len().checked_div(2).filter(|half| (1..=5).contains(half))?;
    if digits.len() != half.checked_mul(2)? || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let (east, north) = digits.split_at_checked(half)?;
    let side = 10_u32.checked_pow(5_u32.checked_sub(u32::try_from(half).ok()?)?)?;
    let metres = |text: &str| text.parse::<u32>().ok()?.checked_mul(side);
    // Columns of a zone start at A, J or S; rows of even zones start five letters on.
    let first = zone.checked_sub(1)?.checked_rem(3)?.checked_mul(8)?;
    let column = column.checked_sub(first).filter(|column| *column < 8)?.checked_add(1)?;
    let shift = if zone & 1 == 0 { 15 } else { 0 };
    let row = row.checked_add(shift)?.checked_rem(20)?;
    let least = *BAND_NORTHING.get(usize::try_from(band).ok()?)?;
    let turns = least.saturating_sub(row).div_ceil(20);
    let hundreds = turns.checked_mul(20)?.checked_add(row)?;
    let middle = f64::from(side) / 2.0;
    let easting = column.checked_mul(100_000)?.checked_add(metres(east)?)?;
    let northing = hundreds.checked_mul(100_000)?.checked_add(metres(north)?)?;
    let at = inverse(zone, band >= 10, f64::from(easting) + middle, f64::from(northing) + middle)?;
    Some(Point { uncertainty_m: Some(side), ..at })
}

/// Latitude and longitude of metres in a zone, on the WGS 84 ellipsoid.
fn inverse(zone: u32, north: bool, easting: f64, northing: f64) -> Option<Point> {
    const AXIS: f64 = 6_378_137.0;
    const FLATTENING: f64 = 1.0 / 298.257_223_563;
    const SCALE: f64 = 0.9996;
    if !(100_000.0..=1_000_000.0).contains(&easting) || !(0.0..=10_000_000.0).contains(&northing) {
        return None;
    }
    let n = FLATTENING / (2.0 - FLATTENING);
    let radius = AXIS / (1.0 + n) * (1.0 + n.powi(2) / 4.0 + n.powi(4) / 64.0);
    let northing = if north { northing } else { northing - 10_000_000.0 };
    let xi = northing / (SCALE * radius);
    let eta = (easting - 500_000.0) / (SCALE * radius);
    let beta = [
        n / 2.0 - 2.0 / 3.0 * n.powi(2) + 37.0 / 96.0 * n.powi(3),
        n.powi(2) / 48.0 + n.powi(3) / 15.0,
        17.0 / 480.0 * n.powi(3),
    ];
    let delta = [
        2.0 * n - 2.0 / 3.0 * n.powi(2) - 2.0 * n.powi(3),
        7.0 / 3.0 * n.powi(2) - 8.0 / 5.0 * n.powi(3),
        56.0 / 15.0 * n.powi(3),
    ];
    let (mut xi_1, mut eta_1) = (xi, eta);
    for (order, beta) in [2.0, 4.0, 6.0].into_iter().zip(beta) {
        xi_1 -= beta * (order * xi).sin() * (order * eta).cosh();
        eta_1 -= beta * (order * xi).cos() * (order * eta).sinh();
    }
    let chi = (xi_1.sin() / eta_1.cosh()).asin();
    let mut latitude = chi;
    for (order, delta) in [2.0, 4.0, 6.0].into_iter().zip(delta) {
        latitude += delta * (order * chi).sin();
    }
    let meridian = f64::from(zone) * 6.0 - 183.0;
    let longitude = meridian + eta_1.sinh().atan2(xi_1.cos()).to_degrees();
    point(degrees_e7(latitude.to_degrees())?, degrees_e7(longitude)?, None)
}
