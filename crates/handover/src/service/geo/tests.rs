//! Coordinates: each form against points known from elsewhere, and what is no point.
use super::*;

fn near(point: Option<Point>, latitude: f64, longitude: f64, degrees: f64) -> bool {
    let Some(point) = point else { return false };
    (f64::from(point.latitude_e7) / 1e7 - latitude).abs() < degrees
        && (f64::from(point.longitude_e7) / 1e7 - longitude).abs() < degrees
}

#[test]
fn degrees_minutes_and_seconds_are_read_short_and_long() {
    let point = geodetic("N502312", "E1122312.18").unwrap();
    assert_eq!((point.latitude_e7, point.longitude_e7), (503_866_666, 1_123_867_166));
    let point = geodetic("S333000", "W0701500").unwrap();
    assert_eq!((point.latitude_e7, point.longitude_e7), (-335_000_000, -702_500_000));
}

#[test]
fn what_breaks_the_form_is_no_point() {
    for (latitude, longitude) in [
        ("502312", "E1122312"),
        ("N506012", "E1122312"),
        ("N50231", "E1122312"),
        ("N502312", "E122312"),
        ("N952312", "E1122312"),
        ("E0502312", "N502312"),
        ("", ""),
        ("Ñ502312", "E1122312"),
    ] {
        assert_eq!(geodetic(latitude, longitude), None, "{latitude} {longitude}");
    }
}

#[test]
fn utm_gives_the_point_that_the_projection_had() {
    // The central meridian of zone 31 is 3 degrees east; 500 km is on it.
    assert!(near(utm("31N0500000", "0000000"), 0.0, 3.0, 1e-6));
    // Madrid's Puerta del Sol, in zone 30: known in both forms.
    assert!(near(utm("30T0440291", "4474255"), 40.416_9, -3.703_5, 2e-3));
    assert!(near(utm("32U0439955", "5540736"), 50.014, 8.162, 5e-3));
    assert!(near(utm("19H0346000", "6296000"), -33.46, -70.66, 2e-2), "southern hemisphere");
    for (east, north) in
        [("61U0439955", "5540736"), ("32I0439955", "5540736"), ("32U", ""), ("", "")]
    {
        assert_eq!(utm(east, north), None, "{east} {north}");
    }
}

#[test]
fn a_grid_reference_names_the_square_that_utm_does() {
    let point = grid_reference("32UPU91294045").unwrap();
    let same = utm("32U0691295", "5340455").unwrap();
    assert_eq!((point.latitude_e7, point.longitude_e7), (same.latitude_e7, same.longitude_e7));
    assert_eq!(point.uncertainty_m, Some(10));
    for text in ["32UPU9129404", "32UAU91294045", "32UPU", "99UPU91294045", "32UPUabcdefgh"] {
        assert_eq!(grid_reference(text), None, "{text}");
    }
}

#[test]
fn steps_of_the_globe_become_degrees() {
    let point = steps(true, 4_194_304, -8_388_608).unwrap();
    assert_eq!((point.latitude_e7, point.longitude_e7), (-450_000_000, -1_800_000_000));
    assert_eq!(steps(false, 0, 0).unwrap().latitude_e7, 0);
}

#[test]
fn the_uncertainty_code_grows_by_a_tenth() {
    assert_eq!((uncertainty(0), uncertainty(1), uncertainty(10)), (0, 1, 16));
    // 10 × (1.1^127 − 1) is 1,800 km.
    assert!((1_800_000..1_810_000).contains(&uncertainty(127)), "{}", uncertainty(127));
    assert_eq!(uncertainty(200), uncertainty(127));
}

#[test]
fn shapes_give_a_point_and_what_may_be_wrong_with_it() {
    let at = b"\x40\x00\x00\x20\x00\x00";
    let shaped = |kind: u8, rest: &[u8]| shape(&[&[kind], &at[..], rest].concat());
    for (found, uncertainty_m) in [
        (shaped(0x00, b""), None),
        (shaped(0x10, b"\x0a"), Some(16)),
        (shaped(0x30, b"\x0a\x01\x00\x44"), Some(16)),
        (shaped(0x80, b"\x00\x10"), None),
        (shaped(0x90, b"\x00\x10\x01\x0a\x00\x05\x44"), Some(16)),
        (shaped(0xa0, b"\x00\x02\x0a\x00\x10\x44"), Some(26)),
    ] {
        let found = found.unwrap();
        assert_eq!((found.latitude_e7, found.longitude_e7), (450_000_000, 450_000_000));
        assert_eq!(found.uncertainty_m, uncertainty_m);
    }
    let corners = [&b"\x52"[..], at, b"\x40\x10\x00\x20\x00\x00"].concat();
    let found = shape(&corners).unwrap();
    assert!(
        found.uncertainty_m.is_some_and(|radius| (2_000..3_000).contains(&radius)),
        "{found:?}"
    );
    for cut in [&b""[..], b"\x10", b"\x10\x40\x00\x00\x20\x00\x00", b"\x50", b"\xf0\0\0\0\0\0\0"] {
        assert_eq!(shape(cut), None, "{cut:?}");
    }
}
