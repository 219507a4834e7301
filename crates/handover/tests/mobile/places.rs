//! Places: cells, points, areas and addresses of every module, and when they were known.
use crate::build::{c, circuit, detail, eps, etsi, p, packet, u, utc};
use lacre_handover::record::{Cell, Point};
use lacre_term::Micros;

fn cell(kind: &'static str, area: Option<u32>, cell: Option<u64>) -> Option<Cell> {
    Some(Cell { kind, plmn: "214-99".to_owned(), area, cell })
}

fn point(field: Vec<u8>) -> (Option<Point>, Option<String>) {
    let record = circuit(3, &[utc(3), c(8, &[field])]);
    assert_eq!(record.places.len(), 1, "{record:?}");
    let place = record.places.first().unwrap();
    (place.point, place.civic.clone())
}

#[test]
fn every_form_of_cell_is_a_place_and_the_one_before_is_a_detail() {
    let fields = [
        p(2, b"\x12\xf4\x99\x00\x01\x00\x02"),
        p(4, b"\x12\xf4\x99\x00\x03\x04"),
        p(7, b"\x12\xf4\x99\x00\x05\x00\x06"),
        p(8, b"\x12\xf4\x99\x00\x07\x08"),
        p(9, b"\x05\x12\xf4\x99\x00\x09"),
        p(10, b"\x07\x12\xf4\x99\x00\x00\x00\x0a"),
    ];
    for record in [circuit(3, &[utc(3), c(8, &fields)]), etsi(3, &[utc(3), c(8, &fields)])] {
        let cells: Vec<_> = record.places.iter().map(|place| place.cell.clone()).collect();
        assert_eq!(
            cells,
            [
                cell("cgi", Some(1), Some(2)),
                cell("rai", Some(3), Some(4)),
                cell("sai", Some(5), Some(6)),
                cell("tai", Some(9), None),
                cell("ecgi", None, Some(10)),
            ]
        );
        assert_eq!(detail(&record, "previous area"), Some("rai 214-99 7 8"));
        assert!(record.places.iter().all(|place| place.of == "target" && place.at == record.at));
        assert!(!record.unknown);
    }
    let record = circuit(3, &[utc(3), c(8, &[p(2, b"\x12\xf4")])]);
    assert!(record.places.is_empty() && record.unknown, "cut short: no cell");
}

#[test]
fn a_place_has_its_own_time_when_the_network_gives_one() {
    let time = c(13, &[c(0, &[p(1, b"260314080000Z")])]);
    let place = c(8, &[p(7, b"\x12\xf4\x99\x00\x05\x00\x06"), time]);
    let record = circuit(3, &[utc(3), place]);
    assert_eq!(record.places[0].at, Micros::parse_rfc3339("2026-03-14T08:00:00Z"));
    let place = c(8, &[p(7, b"\x12\xf4\x99\x00\x05\x00\x06"), c(13, &[p(1, b"")])]);
    let record = circuit(3, &[utc(3), place]);
    assert_eq!(record.places[0].at, record.at, "not known: the record's");
}

#[test]
fn points_are_read_in_every_notation() {
    let degrees = |latitude: &[u8], longitude: &[u8], rest: &[Vec<u8>]| {
        c(5, &[c(1, &[&[p(1, latitude), p(2, longitude)], rest].concat())])
    };
    let read = point(degrees(b"N402500.00", b"W0034200.0", &[])).0.unwrap();
    assert_eq!((read.latitude_e7, read.longitude_e7), (404_166_666, -37_000_000));
    let (none, text) = point(degrees(b"N402500", b"W0034200", &[p(3, &[2])]));
    assert_eq!((none, text.as_deref()), (None, Some("N402500 W0034200 (eD50)")));
    let (none, text) = point(degrees(b"40.4166", b"-3.7", &[]));
    assert_eq!((none, text.as_deref()), (None, Some("40.4166 -3.7")), "kept as sent");
    let utm = c(5, &[c(2, &[p(1, b"30T0440291"), p(2, b"4474255"), p(4, &[90])])]);
    assert!(point(utm).0.is_some_and(|at| (404_000_000..404_400_000).contains(&at.latitude_e7)));
    let grid = c(5, &[c(3, &[u(19, b"32UPU91294045"), u(10, &[0])])]);
    assert_eq!(point(grid).0.unwrap().uncertainty_m, Some(10));
    let circle = c(5, &[p(4, b"\x10\x40\x00\x00\x20\x00\x00\x0a")]);
    assert_eq!(point(circle).0.unwrap().uncertainty_m, Some(16));
    let record =
        circuit(3, &[utc(3), c(8, &[degrees(b"N402500", b"W0034200", &[p(4, &[0, 0xb4])])])]);
    assert_eq!(detail(&record, "azimuth"), Some("180"));
}

#[test]
fn shapes_of_the_schema_are_points_with_their_error() {
    let corner = |latitude: &[u8], longitude: &[u8]| {
        u(16, &[u(10, &[0]), u(2, latitude), u(2, longitude)].concat())
    };
    let (latitude, longitude) = (b"\x40\x00\x00", b"\xe0\x00\x00");
    let read = point(c(6, &[c(1, &[corner(latitude, longitude)])])).0.unwrap();
    assert_eq!((read.latitude_e7, read.longitude_e7), (450_000_000, -450_000_000));
    let circle = c(6, &[c(2, &[corner(latitude, longitude), u(2, &[1])])]);
    assert_eq!(point(circle).0.unwrap().uncertainty_m, Some(1));
    let corners = [u(16, &corner(latitude, longitude)), u(16, &corner(b"\x40\x10\x00", longitude))];
    let polygon = point(c(6, &[c(3, &corners)])).0.unwrap();
    assert!(polygon.uncertainty_m.is_some_and(|radius| (2_000..3_000).contains(&radius)));
}

#[test]
fn a_civic_address_is_its_words_or_its_xml() {
    let detailed = u(16, &[p(3, b"office"), p(17, b"Calle Mayor"), p(27, b"ES")].concat());
    let record = circuit(3, &[utc(3), c(8, &[c(11, &[u(17, &detailed)])])]);
    assert_eq!(record.places[0].civic.as_deref(), Some("office, Calle Mayor, ES"));
    let record = eps(3, &[utc(3), c(8, &[c(9, &[u(12, b"<civicAddress/>")])])]);
    assert_eq!(record.places[0].civic.as_deref(), Some("<civicAddress/>"));
}

#[test]
fn an_eps_record_tells_cells_of_now_before_and_beside() {
    let list = b"\x06\x00\x12\xf4\x99\x00\x09";
    let location = c(
        23,
        &[
            p(1, b"\x10\x12\xf4\x99\x00\x00\x00\x0a"),
            p(4, b"\x10\x12\xf4\x99\x00\x00\x00\x0b"),
            p(5, b"\x12\xf4\x99\x00\x08"),
            p(6, list),
            c(10, &[c(0, &[p(1, b"260314080000Z")])]),
        ],
    );
    let network = c(1, &[p(1, b"214"), p(2, b"99")]);
    let beside = c(
        80,
        &[u(
            16,
            &[c(1, &[network, p(2, b"\x04\x00\x00\x12\x34\x50")]), p(4, b"20260314081500Z")]
                .concat(),
        )],
    );
    let record = eps(3, &[utc(3), p(20, &[25]), c(36, &[location]), beside]);
    assert_eq!(record.event.as_deref(), Some("trackingAreaEpsLocationUpdate"));
    let places: Vec<_> = record.places.iter().map(|place| (place.cell.clone(), place.at)).collect();
    let time = Micros::parse_rfc3339;
    assert_eq!(
        places,
        [
            (cell("ecgi", None, Some(10)), time("2026-03-14T08:00:00Z")),
            (cell("ncgi", None, Some(0x1_2345)), time("2026-03-14T08:15:00Z")),
        ]
    );
    assert_eq!(detail(&record, "previous area"), Some("ecgi 214-99 11"));
    assert_eq!(detail(&record, "tracking area list"), Some("tai 214-99 9"));
    assert!(!record.unknown, "{record:?}");
}

#[test]
fn a_time_of_user_location_counts_from_1900() {
    let seconds = 3_982_284_600_u32; // 2026-03-12T06:10:00Z
    let stamp = [&seconds.to_be_bytes()[..], &[0; 4]].concat();
    let record = packet(3, &[utc(3), p(42, &stamp)]);
    assert_eq!(detail(&record, "location time"), Some("2026-03-12T06:10:00.000000Z"));
}

#[test]
fn what_an_access_network_header_said_is_a_place_too() {
    let raw = b"3GPP-E-UTRAN-FDD; utran-cell-id-3gpp=2149900090123456";
    let location = c(4, &[p(1, raw), c(2, &[p(7, b"\x12\xf4\x99\x00\x05\x00\x06")])]);
    let header = c(45, &[u(16, &[p(1, b"3GPP-E-UTRAN-FDD"), p(3, b""), location].concat())]);
    let record = packet(4, &[utc(3), header]);
    assert_eq!(record.places.len(), 2);
    assert_eq!(record.places[1].cell, cell("sai", Some(5), Some(6)));
    assert_eq!(detail(&record, "access network given by"), Some("network"));
}

#[test]
fn a_tetra_cell_is_kept_under_its_numbers() {
    let place = c(3, &[c(1, &[p(1, b"\x00\xd6"), p(2, &[7]), p(3, &[9]), p(4, &[5])])]);
    let record = etsi(4, &[utc(3), c(8, &[place])]);
    let plmn = "214-7".to_owned();
    let tetra = Cell { kind: "other", plmn, area: Some(9), cell: Some(5) };
    assert_eq!(record.places[0].cell, Some(tetra));
}
