//! Places: where SIP and the operator say a phone was.
//!
//! `P-Access-Network-Info` and its kin name a cell, access point or line; a location document
//! names a point or an address. A value whose length fits none of the forms names no cell and
//! stays in the record as sent.
//!
//! Rules: TS 24.229 clause 7.2A.4 (`P-Access-Network-Info`), 7.2.15 (`Cellular-Network-Info`);
//! RFC 4119, 5139, 5491 (PIDF-LO); RFC 5870 (geo URI).
use crate::record::{Cell, Place, Point};
use crate::service::sip::uri::{self, unquoted};

/// The cell in one value of `P-Access-Network-Info` or `Cellular-Network-Info`.
#[must_use]
pub fn access_network(value: &str) -> Option<Cell> {
    let (access, parameters) = value.split_once(';').unwrap_or((value, ""));
    let access = access.trim().to_ascii_uppercase();
    let text = |name: &str| uri::parameter(parameters, name).filter(|text| !text.is_empty());
    if let Some(cgi) = text("cgi-3gpp") {
        return cell("cgi", &cgi, 4, 4);
    }
    if let Some(sai) = text("utran-sai-3gpp") {
        return cell("sai", &sai, 4, 4);
    }
    if let Some(id) = text("utran-cell-id-3gpp") {
        return match () {
            () if access.contains("NR") => cell("ncgi", &id, 6, 9),
            () if access.contains("E-UTRAN") => cell("ecgi", &id, 4, 7),
            () => cell("cgi", &id, 4, 7),
        };
    }
    let wireless = access.starts_with("IEEE-802.11") || access.contains("WLAN");
    if let Some(node) = text("i-wlan-node-id") {
        let digits: String = node.chars().filter(char::is_ascii_hexdigit).collect();
        let cell = u64::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 12);
        return Some(Cell { kind: "wlan", plmn: String::new(), area: None, cell });
    }
    let line = ["dsl-location", "eth-location", "fiber-location", "gstn-location", "line-id"];
    let kind = match () {
        () if line.iter().any(|name| text(name).is_some()) => "wireline",
        () if wireless => "wlan",
        () => return None,
    };
    Some(Cell { kind, plmn: String::new(), area: None, cell: None })
}

/// Country (3 digits), network (2 or 3), area and cell in hexadecimal digits.
fn cell(kind: &'static str, text: &str, area_digits: usize, cell_digits: usize) -> Option<Cell> {
    let text = text.trim();
    let plmn_digits = text.len().checked_sub(area_digits.checked_add(cell_digits)?)?;
    let (plmn, rest) = text.split_at_checked(plmn_digits)?;
    let (area, cell) = rest.split_at_checked(area_digits)?;
    let hexadecimal = rest.bytes().all(|octet| octet.is_ascii_hexdigit());
    let digits = plmn.bytes().all(|octet| octet.is_ascii_digit());
    if !matches!(plmn_digits, 5 | 6) || !digits || !hexadecimal {
        return None;
    }
    let (country, network) = plmn.split_at_checked(3)?;
    Some(Cell {
        kind,
        plmn: format!("{country}-{network}"),
        area: u32::from_str_radix(area, 16).ok(),
        cell: u64::from_str_radix(cell, 16).ok(),
    })
}

/// What a line or access point is called in such a value, when it names one.
#[must_use]
pub fn line_name(value: &str) -> Option<String> {
    let parameters = value.split_once(';')?.1;
    let names = ["dsl-location", "eth-location", "fiber-location", "gstn-location", "line-id"];
    names.iter().find_map(|name| uri::parameter(parameters, name)).filter(|name| !name.is_empty())
}

/// Most elements of a location document.
const NODES_MAX: u32 = 2048;

/// Most octets of a location document.
const DOCUMENT_OCTETS_MAX: usize = 64 * 1024;

/// The places in a location document; none when it is not well formed or has a DTD.
#[must_use]
pub fn presence(octets: &[u8], of: &'static str) -> Vec<Place> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..roxmltree::ParsingOptions::default()
    };
    let text = std::str::from_utf8(octets).ok().filter(|t| t.len() <= DOCUMENT_OCTETS_MAX);
    let document =
        text.and_then(|text| roxmltree::Document::parse_with_options(text, options).ok());
    let Some(document) = document else {
        return Vec::new();
    };
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let of_location = elements.filter(|node| node.tag_name().name() == "location-info");
    of_location.take(8).map(|node| location_info(&node, of)).collect()
}

fn location_info(info: &roxmltree::Node<'_, '_>, of: &'static str) -> Place {
    let named = |name: &str| {
        info.descendants().find(|node| node.is_element() && node.tag_name().name() == name)
    };
    let text = |name: &str| named(name).and_then(|node| node.text());
    let mut numbers = text("pos").unwrap_or_default().split_whitespace();
    let mut next = || numbers.next().and_then(degrees);
    let radius = text("radius").and_then(metres);
    let point = next()
        .zip(next())
        .and_then(|(latitude_e7, longitude_e7)| point(latitude_e7, longitude_e7, radius));
    let civic = named("civicAddress").map(|address| {
        let lines = address.children().filter(roxmltree::Node::is_element).filter_map(|line| {
            let value = line.text()?.trim();
            (!value.is_empty()).then(|| format!("{} {value}", line.tag_name().name()))
        });
        lines.take(32).collect::<Vec<_>>().join(", ")
    });
    Place { at: None, of, cell: None, point, civic: civic.filter(|civic| !civic.is_empty()) }
}

fn point(latitude_e7: i32, longitude_e7: i32, uncertainty_m: Option<u32>) -> Option<Point> {
    let on_earth =
        latitude_e7.unsigned_abs() <= 900_000_000 && longitude_e7.unsigned_abs() <= 1_800_000_000;
    on_earth.then_some(Point { latitude_e7, longitude_e7, uncertainty_m })
}

/// Decimal degrees as ten-millionths, without floating point; further digits are cut.
fn degrees(text: &str) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || !plain(whole) || !plain(fraction) {
        return None;
    }
    let fraction: String = fraction.chars().chain("0000000".chars()).take(7).collect();
    let value = format!("{whole}{fraction}").parse::<i32>().ok()?;
    if negative { value.checked_neg() } else { Some(value) }
}

/// Metres, the next whole number up.
fn metres(text: &str) -> Option<u32> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let metres: u32 = whole.parse().ok()?;
    let more = fraction.bytes().any(|octet| (b'1'..=b'9').contains(&octet));
    metres.checked_add(u32::from(more))
}

/// The point of a `geo:` URI, in brackets or not.
#[must_use]
pub fn geo(value: &str) -> Option<Point> {
    let text = value.trim().trim_start_matches('<').split('>').next()?;
    let (scheme, rest) = text.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("geo") {
        return None;
    }
    let (coordinates, parameters) = rest.split_once(';').unwrap_or((rest, ""));
    let mut numbers = coordinates.split(',').map(|number| degrees(number.trim()));
    let uncertainty = uri::parameter(parameters, "u").and_then(|text| metres(&unquoted(&text)));
    point(numbers.next()??, numbers.next()??, uncertainty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(value: &str) -> Option<(&'static str, String, Option<u32>, Option<u64>)> {
        access_network(value).map(|cell| (cell.kind, cell.plmn, cell.area, cell.cell))
    }

    #[test]
    fn cells_of_every_access_are_named() {
        for (value, kind, plmn, area, cell) in [
            ("3GPP-GERAN; cgi-3gpp=2149900a10b0c", "cgi", "214-99", 0x00a1, 0x0b0c),
            ("3GPP-UTRAN-FDD;utran-sai-3gpp=2149900a10b0c", "sai", "214-99", 0x00a1, 0x0b0c),
            (
                "3GPP-UTRAN-TDD;utran-cell-id-3gpp=2149900a10b0c0d0",
                "cgi",
                "214-99",
                0xa1,
                0x0b0_c0d0,
            ),
            (
                "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=214010A1B0C0D0E0",
                "ecgi",
                "214-01",
                0x0a1b,
                0x0c0_d0e0,
            ),
            (
                "3gpp-e-utran;utran-cell-id-3gpp=\"3104100A1B0C0D0E0\"",
                "ecgi",
                "310-410",
                0x0a1b,
                0x0c0_d0e0,
            ),
            (
                "3GPP-NR-FDD;utran-cell-id-3gpp=21499000a1b00c0d0e01;np",
                "ncgi",
                "214-99",
                0x0a1b,
                0x0c0d_0e01,
            ),
        ] {
            assert_eq!(
                named(value),
                Some((kind, plmn.to_owned(), Some(area), Some(cell))),
                "{value}"
            );
        }
        let wlan = "IEEE-802.11;i-wlan-node-id=0200aabbccdd";
        assert_eq!(named(wlan), Some(("wlan", String::new(), None, Some(0x0200_aabb_ccdd))));
        let line = "ADSL;dsl-location=\"slot 4; port 7\"";
        assert_eq!(named(line).unwrap().0, "wireline");
        assert_eq!(line_name(line).as_deref(), Some("slot 4; port 7"));
    }

    #[test]
    fn a_value_of_no_known_length_names_no_cell() {
        for value in [
            "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=2149",
            "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=214990A1B0C0D0E0FFFF",
            "3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=21x990A1B0C0D0E0",
            "3GPP-GERAN;cgi-3gpp=21499ñññ",
            "3GPP-E-UTRAN-FDD",
            "",
        ] {
            assert_eq!(access_network(value), None, "{value}");
        }
    }

    const PIDF: &str = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
        xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" xmlns:gs=\"urn:x\"><tuple><status>\
        <gp:geopriv><gp:location-info><gs:Circle><gs:pos>43.2630126 -2.9349852</gs:pos>\
        <gs:radius uom=\"x\">25.2</gs:radius></gs:Circle><c:civicAddress xmlns:c=\"urn:c\">\
        <c:country>ES</c:country><c:A3>Bilbao</c:A3></c:civicAddress></gp:location-info>\
        </gp:geopriv></status></tuple></presence>";

    #[test]
    fn a_location_document_gives_point_and_address() {
        let [place] = &presence(PIDF.as_bytes(), "caller")[..] else { panic!() };
        let point = place.point.unwrap();
        assert_eq!((point.latitude_e7, point.longitude_e7), (432_630_126, -29_349_852));
        assert_eq!((point.uncertainty_m, place.of), (Some(26), "caller"));
        assert_eq!(place.civic.as_deref(), Some("country ES, A3 Bilbao"));
    }

    #[test]
    fn a_document_with_a_dtd_or_out_of_shape_gives_nothing() {
        let bomb = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", &PIDF[21..]);
        assert!(presence(bomb.as_bytes(), "caller").is_empty());
        assert!(presence(&PIDF.as_bytes()[..PIDF.len() - 3], "caller").is_empty());
        assert!(presence("<a>".repeat(10_000).as_bytes(), "caller").is_empty());
        let far = PIDF.replace("43.2630126", "97");
        assert_eq!(presence(far.as_bytes(), "caller")[0].point, None, "not on earth");
    }

    #[test]
    fn a_geo_uri_is_a_point_and_words_are_none() {
        let point = geo("<geo:43.5,-2.25,10;u=30>").unwrap();
        assert_eq!((point.latitude_e7, point.longitude_e7), (435_000_000, -22_500_000));
        assert_eq!(point.uncertainty_m, Some(30));
        for bad in ["geo:", "geo:1", "geo:a,b", "geo:200,1", "sip:1,2", "geo:1.5.5,2"] {
            assert_eq!(geo(bad), None, "{bad}");
        }
    }
}
