//! Place: cells, areas and shapes of a location.
//!
//! A point beside a cell is the cell's site; a point alone is where the network put the phone. A
//! cell that the sender says to ignore is no place. Lists of areas a phone may be paged in are no
//! whereabouts: they are details.
//!
//! Rules: TS 33.128 annex A (`Location`); TS 29.571 clause 5.4.4; TS 29.572 clause 6.1.6;
//! TS 23.032.
use super::tables::Leaf;
use super::values;
use super::walk::{Spot, Walk};
use crate::ber::Tlv;
use crate::record::{Cell, ITEMS_MAX, Place, Point, VALUE_OCTETS_MAX};
use crate::service::cells;
use lacre_term::Micros;

/// What one location type has said so far.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// The location's own time.
    pub(super) at: Option<Micros>,
    area: Option<Cell>,
    cells: Vec<Cell>,
    site: Option<Point>,
    without_area: bool,
    without_cell: bool,
}

impl Frame {
    /// True for types that say where something was, once.
    pub(super) fn is(owner: &str) -> bool {
        matches!(
            owner,
            "NRLocation"
                | "EUTRALocation"
                | "N3GALocation"
                | "UTRALocation"
                | "GERALocation"
                | "MMELocationInformation"
                | "SGSNLocationInformation"
                | "CellInformation"
                | "LocationData"
                | "FourGPositioningInfo"
                | "ESMLCCellInfo"
        )
    }

    /// True for types that [`Walk::part`] reads.
    pub(super) fn is_part(owner: &str) -> bool {
        matches!(
            owner,
            "TAI"
                | "NCGI"
                | "ECGI"
                | "CGI"
                | "SAI"
                | "LAI"
                | "RAI"
                | "GlobalRANNodeID"
                | "GeographicalCoordinates"
                | "CivicAddress"
        )
    }

    /// The sender's word on whether an area or cell counts.
    pub(super) fn ignore(&mut self, name: &str, value: bool) {
        match name {
            "ignoreTAI" => self.without_area = value,
            "ignoreECGI" | "ignoreNCGI" => self.without_cell = value,
            _ => {}
        }
    }

    /// An access point, by its hardware address.
    pub(super) fn wireless(&mut self, text: &str) {
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        let address = values::unhex(&digits).filter(|octets| octets.len() == 6);
        if let Some(octets) = address {
            let cell = Some(values::number(&octets));
            self.push(Cell { kind: "wlan", plmn: String::new(), area: None, cell });
        }
    }

    fn push(&mut self, cell: Cell) {
        if self.cells.len() < ITEMS_MAX {
            self.cells.push(cell);
        }
    }

    /// The places: each cell with its area, or the area alone.
    pub(super) fn places(mut self) -> Vec<Place> {
        if self.without_cell {
            self.cells.retain(|cell| !matches!(cell.kind, "ecgi" | "ncgi"));
        }
        let area = self.area.filter(|_| !self.without_area);
        let mut placed = false;
        for cell in &mut self.cells {
            if let Some(area) = &area
                && matches!(cell.kind, "ecgi" | "ncgi")
                && cell.plmn == area.plmn
            {
                cell.area = area.area;
                placed = true;
            }
        }
        if !placed {
            self.cells.extend(area);
        }
        let (at, site) = (self.at, self.site);
        if self.cells.is_empty() && site.is_some() {
            let civic = Some("cell site".to_owned());
            return vec![Place { at, of: "target", point: site, civic, ..Place::default() }];
        }
        let place = |cell| Place { at, of: "target", cell: Some(cell), point: site, civic: None };
        self.cells.into_iter().map(place).collect()
    }
}

/// Points and radius of a shape.
#[derive(Debug, Default)]
pub(super) struct Shape {
    points: Vec<Point>,
    coded: Option<u32>,
    metres: Option<u32>,
    /// Inner radius of an arc, in metres.
    pub(super) inner: Option<u32>,
}

impl Shape {
    /// True for the shapes of an estimate.
    pub(super) fn is(owner: &str) -> bool {
        matches!(
            owner,
            "Point"
                | "PointUncertaintyCircle"
                | "PointUncertaintyEllipse"
                | "Polygon"
                | "PointAltitude"
                | "PointAltitudeUncertainty"
                | "EllipsoidArc"
        )
    }

    /// Takes the radius, as a code or in metres; the height's is none.
    pub(super) fn uncertainty(&mut self, tlv: &Tlv<'_>, leaf: Leaf, name: &str) {
        match (leaf, name) {
            (Leaf::Uncertainty, "uncertainty" | "semiMajor" | "uncertaintyRadius") => {
                let code = tlv.unsigned().and_then(|code| u8::try_from(code).ok());
                self.coded = code.map(values::uncertainty);
            }
            (
                Leaf::UncertaintyMetres,
                "uncertaintySBI" | "semiMajorSBI" | "uncertaintyRadiusSBI",
            ) => {
                let tenths = tlv.text().and_then(|text| values::decimal(&text, 1));
                let metres = tenths.and_then(|tenths| u64::try_from(tenths).ok());
                self.metres = metres.and_then(|tenths| u32::try_from(tenths.div_ceil(10)).ok());
            }
            _ => {}
        }
    }

    /// The point, with the radius that covers the shape; of a polygon the middle of its corners.
    pub(super) fn point(&self) -> Option<Point> {
        if let [corner, _, ..] = self.points.as_slice() {
            let (mut low, mut high) = (*corner, *corner);
            for point in &self.points {
                low.latitude_e7 = low.latitude_e7.min(point.latitude_e7);
                low.longitude_e7 = low.longitude_e7.min(point.longitude_e7);
                high.latitude_e7 = high.latitude_e7.max(point.latitude_e7);
                high.longitude_e7 = high.longitude_e7.max(point.longitude_e7);
            }
            let half = |low: i32, high: i32| high.abs_diff(low).div_ceil(2);
            let height = half(low.latitude_e7, high.latitude_e7);
            let width = half(low.longitude_e7, high.longitude_e7);
            return Some(Point {
                latitude_e7: low.latitude_e7.midpoint(high.latitude_e7),
                longitude_e7: low.longitude_e7.midpoint(high.longitude_e7),
                uncertainty_m: Some(radius(height, width)),
            });
        }
        let point = *self.points.first()?;
        let radius = self.metres.or(self.coded);
        let uncertainty_m = match (self.inner, radius) {
            (Some(inner), radius) => Some(inner.saturating_add(radius.unwrap_or(0))),
            (None, radius) => radius,
        };
        Some(Point { uncertainty_m, ..point })
    }

    /// The corners of a polygon, as decimal degrees.
    pub(super) fn corners(&self) -> Option<String> {
        if self.points.len() < 2 {
            return None;
        }
        let words: Vec<String> = self
            .points
            .iter()
            .map(|p| format!("{} {}", decimal(p.latitude_e7), decimal(p.longitude_e7)))
            .collect();
        Some(words.join(", "))
    }
}

/// Metres that so many ten-millionths of a degree span at most (at the equator).
fn radius(height: u32, width: u32) -> u32 {
    let square = |side: u32| u64::from(side).saturating_mul(u64::from(side));
    let side = square(height).saturating_add(square(width)).isqrt().saturating_add(1);
    let metres = side.saturating_mul(111_320).div_ceil(10_000_000);
    u32::try_from(metres).unwrap_or(u32::MAX)
}

fn decimal(e7: i32) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let size = e7.unsigned_abs();
    let (whole, rest) = (size.checked_div(10_000_000), size.checked_rem(10_000_000));
    format!("{sign}{}.{:07}", whole.unwrap_or(0), rest.unwrap_or(0))
}

impl Walk<'_> {
    /// Reads an area, a cell, coordinates or an address, into the location it is in.
    pub(super) fn part(&mut self, tlv: &Tlv<'_>, owner: &'static str, spot: Spot) {
        match owner {
            "GeographicalCoordinates" => self.coordinates(tlv),
            "CivicAddress" => {
                let words: Vec<String> =
                    tlv.children().take(ITEMS_MAX).filter_map(|field| field.text()).collect();
                self.written(words.join(", "));
            }
            "GlobalRANNodeID" => self.node(tlv, spot),
            _ => {
                let Some(cell) = cell(tlv, owner) else { return };
                match self.frame.as_mut() {
                    Some(frame) if cell.kind == "tai" => frame.area = Some(cell),
                    Some(frame) => frame.push(cell),
                    None => self.detail(spot.name, Some(words(&cell))),
                }
            }
        }
    }

    fn coordinates(&mut self, tlv: &Tlv<'_>) {
        let text = |tag| tlv.context(tag).and_then(|field| field.text());
        let degrees = |tag, most| text(tag).and_then(|text| values::degrees(&text, most));
        let (Some(latitude_e7), Some(longitude_e7)) = (degrees(1, 90), degrees(2, 180)) else {
            let both = format!("{} {}", text(1).unwrap_or_default(), text(2).unwrap_or_default());
            return self.detail("geographicalCoordinates", Some(both));
        };
        self.detail("mapDatumInformation", text(3));
        let point = Point { latitude_e7, longitude_e7, uncertainty_m: None };
        if let Some(shape) = self.shape.as_mut() {
            if shape.points.len() < ITEMS_MAX {
                shape.points.push(point);
            }
        } else if let Some(frame) = self.frame.as_mut() {
            frame.site = Some(point);
        } else {
            self.estimate(Some(point));
        }
    }

    /// A base station: its network in a place, its number in a detail.
    fn node(&mut self, tlv: &Tlv<'_>, spot: Spot) {
        let plmn = tlv.context(1).and_then(|plmn| values::plmn(&plmn));
        let Some(mut choice) = tlv.context(2).and_then(|node| node.children().next()) else {
            return;
        };
        let (gateway, node) = (choice.tag.number, choice.tag.number == 2);
        // An eNB's number is one of several lengths: a choice again.
        if matches!(gateway, 3 | 4) {
            let Some(inside) = choice.children().next() else { return };
            choice = inside;
        }
        let number = values::bits(&choice).filter(|_| node || matches!(gateway, 3 | 4));
        let word = match number {
            Some(number) => Some(format!("{number:x}")),
            None => choice.text(),
        };
        let plmn = plmn.unwrap_or_default();
        self.detail(spot.name, word.map(|word| format!("{plmn} {word}")));
        if let (Some(frame), Some(number)) = (self.frame.as_mut(), number) {
            frame.push(Cell { kind: "other", plmn, area: None, cell: Some(number) });
        }
    }

    /// A location in the octets of TS 23.032 or Q.763.
    pub(super) fn binary(&mut self, tlv: &Tlv<'_>, leaf: Leaf) {
        let Some(octets) = tlv.string() else { return };
        self.estimate(match leaf {
            Leaf::Geographical => values::geographical(&octets),
            _ => values::geodetic(&octets),
        });
    }

    /// The cells and areas in user location information of GTP.
    pub(super) fn user_location(&mut self, tlv: &Tlv<'_>) {
        let (cells, _) = cells::user_location(&tlv.string().unwrap_or_default());
        let at = self.frame.as_ref().and_then(|frame| frame.at);
        let place = |cell| Place { at, of: "target", cell: Some(cell), ..Place::default() };
        self.places(cells.into_iter().map(place).collect());
    }

    pub(super) fn estimate(&mut self, point: Option<Point>) {
        let at = self.frame.as_ref().and_then(|frame| frame.at);
        self.places(vec![Place { at, of: "target", point, ..Place::default() }]);
    }

    /// The raw answer of a location server: kept as text, its first coordinates as a point.
    pub(super) fn mlp(&mut self, text: &str) {
        let inside = |open: &str, close: &str| {
            text.split_once(open).and_then(|(_, rest)| rest.split_once(close)).map(|found| found.0)
        };
        let degrees = |inside: Option<&str>, most| values::degrees(inside?, most);
        let x = degrees(inside("<X>", "</X>"), 90);
        let y = degrees(inside("<Y>", "</Y>"), 180);
        if let (Some(latitude_e7), Some(longitude_e7)) = (x, y) {
            self.estimate(Some(Point { latitude_e7, longitude_e7, uncertainty_m: None }));
        }
        self.written(text.to_owned());
    }

    fn written(&mut self, mut text: String) {
        text.truncate(text.floor_char_boundary(VALUE_OCTETS_MAX));
        let civic = Some(text).filter(|text| !text.is_empty());
        self.places(vec![Place { of: "target", civic, ..Place::default() }]);
    }
}

fn cell(tlv: &Tlv<'_>, owner: &str) -> Option<Cell> {
    let code = |tlv: Option<Tlv<'_>>| {
        let octets = tlv?.string()?.into_owned();
        (1..=4).contains(&octets.len()).then(|| values::number(&octets))
    };
    let area = |tlv: Option<Tlv<'_>>| code(tlv).and_then(|code| u32::try_from(code).ok());
    let bits = || tlv.context(2).and_then(|bits| values::bits(&bits));
    let within = if owner == "CGI" { tlv.context(1)? } else { *tlv };
    let plmn = values::plmn(&within.context(1)?)?;
    let (kind, area, cell) = match owner {
        "TAI" => ("tai", Some(area(tlv.context(2))?), None),
        "NCGI" => ("ncgi", None, Some(bits()?)),
        "ECGI" => ("ecgi", None, Some(bits()?)),
        "CGI" => ("cgi", area(within.context(2)), Some(code(tlv.context(2))?)),
        "SAI" => ("sai", area(tlv.context(2)), Some(code(tlv.context(3))?)),
        "RAI" => ("rai", area(tlv.context(2)), code(tlv.context(3))),
        "LAI" => ("lai", Some(area(tlv.context(2))?), None),
        _ => return None,
    };
    Some(Cell { kind, plmn, area, cell })
}

fn words(cell: &Cell) -> String {
    let mut words = format!("{} {}", cell.kind, cell.plmn);
    for number in [cell.area.map(u64::from), cell.cell].into_iter().flatten() {
        words.push_str(&format!(" {number:x}"));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn point(latitude_e7: i32, longitude_e7: i32) -> Point {
        Point { latitude_e7, longitude_e7, uncertainty_m: None }
    }

    #[test]
    fn a_polygon_is_its_middle_with_a_circle_around_all_corners() {
        let points = vec![point(404_000_000, -37_000_000), point(404_100_000, -37_100_000)];
        let shape = Shape { points, ..Shape::default() };
        let middle = shape.point().unwrap();
        assert_eq!((middle.latitude_e7, middle.longitude_e7), (404_050_000, -37_050_000));
        assert_eq!(middle.uncertainty_m, Some(788));
        assert_eq!(shape.corners().unwrap(), "40.4000000 -3.7000000, 40.4100000 -3.7100000");
        let far = Shape {
            points: vec![point(-900_000_000, -1_800_000_000), point(900_000_000, 1_800_000_000)],
            ..Shape::default()
        };
        assert!(far.point().is_some());
    }

    #[test]
    fn metres_go_before_a_code_and_an_arc_counts_its_inner_radius() {
        let points = vec![point(1, 2)];
        let mut shape = Shape { points, coded: Some(10), metres: Some(7), ..Shape::default() };
        assert_eq!(shape.point().unwrap().uncertainty_m, Some(7));
        shape.inner = Some(500);
        assert_eq!(shape.point().unwrap().uncertainty_m, Some(507));
    }
}
