//! Cells: identities of cells and areas in the octet forms of mobile signalling.
//!
//! A form that is cut short or whose network code holds no digits is no cell; nothing is guessed.
//!
//! Rules: TS 24.008 clauses 10.5.1.3 (LAI) and 10.5.5.15 (RAI); TS 25.413 clause 9.2.3.9 (SAI);
//! TS 29.002 (`CellGlobalIdOrServiceAreaIdFixedLength`); TS 29.118 clauses 9.4.3a, 9.4.21a;
//! TS 29.274 clauses 8.21 and 8.21.1 to 8.21.8 (ULI); TS 24.301 clause 9.9.3.33 (TAI list).
use crate::record::Cell;

/// Most areas taken out of one list; a TAI list holds 16.
const AREAS_MAX: usize = 16;

/// `214-99` out of the three octets of a network code.
#[must_use]
pub fn plmn(octets: &[u8]) -> Option<String> {
    let [first, second, third] = *octets else {
        return None;
    };
    let country = [first & 0x0f, first >> 4, second & 0x0f];
    let (network, third_digit) = ([third & 0x0f, third >> 4], second >> 4);
    let known = country.iter().chain(&network).all(|digit| *digit <= 9);
    if !known || (10..15).contains(&third_digit) {
        return None;
    }
    let digit = |digit: u8| char::from_digit(u32::from(digit), 10);
    let mut text: String = country.into_iter().filter_map(digit).collect();
    text.push('-');
    text.extend(network.into_iter().chain([third_digit]).filter_map(digit));
    Some(text)
}

/// A number of up to eight octets, the most significant first.
fn number(octets: &[u8]) -> u64 {
    octets.iter().take(8).fold(0, |value, octet| (value << 8) | u64::from(*octet))
}

/// Network code, `area_octets` of area, and the rest as the cell.
fn split(kind: &'static str, octets: &[u8], area_octets: usize) -> Option<Cell> {
    let (code, rest) = octets.split_at_checked(3)?;
    let (area, cell) = rest.split_at_checked(area_octets)?;
    Some(Cell {
        kind,
        plmn: plmn(code)?,
        area: u32::try_from(number(area)).ok(),
        cell: (!cell.is_empty()).then(|| number(cell)),
    })
}

/// Cell global identity (7 octets), or the location area alone (5 octets).
#[must_use]
pub fn cgi(octets: &[u8]) -> Option<Cell> {
    match octets.len() {
        7 => split("cgi", octets, 2),
        5 => lai(octets),
        _ => None,
    }
}

/// Service area identity: 7 octets.
#[must_use]
pub fn sai(octets: &[u8]) -> Option<Cell> {
    (octets.len() == 7).then(|| split("sai", octets, 2))?
}

/// Location area identity: 5 octets.
#[must_use]
pub fn lai(octets: &[u8]) -> Option<Cell> {
    (octets.len() == 5).then(|| split("lai", octets, 2))?
}

/// Routing area identity: 6 octets; 7 in the GTP form, whose last octet is then filled with ones.
/// The routing area code is given as the cell.
#[must_use]
pub fn rai(octets: &[u8]) -> Option<Cell> {
    let octets = match octets {
        [head @ .., 0xff] if octets.len() == 7 => head,
        _ => octets,
    };
    (6..=7).contains(&octets.len()).then(|| split("rai", octets, 2))?
}

/// Tracking area identity: 5 octets, or 6 with the length before them.
#[must_use]
pub fn tai(octets: &[u8]) -> Option<Cell> {
    match octets {
        [5, rest @ ..] if octets.len() == 6 => split("tai", rest, 2),
        _ if octets.len() == 5 => split("tai", octets, 2),
        _ => None,
    }
}

/// E-UTRAN cell global identity: 7 octets, or 8 with the length before them. The cell has 28 bits;
/// the four above are spare.
#[must_use]
pub fn ecgi(octets: &[u8]) -> Option<Cell> {
    let octets = match octets {
        [7, rest @ ..] if octets.len() == 8 => rest,
        _ if octets.len() == 7 => octets,
        _ => return None,
    };
    let (code, cell) = octets.split_at_checked(3)?;
    let cell = Some(number(cell) & 0x0fff_ffff);
    Some(Cell { kind: "ecgi", plmn: plmn(code)?, area: None, cell })
}

/// User location information of GTP version 2: which identities follow is told by the first octet.
/// The flag is true when octets were left that this version does not name.
#[must_use]
pub fn user_location(octets: &[u8]) -> (Vec<Cell>, bool) {
    type Read = fn(&[u8]) -> Option<Cell>;
    const FORMS: [(u8, usize, Read); 8] = [
        (0x01, 7, cgi),
        (0x02, 7, sai),
        (0x04, 7, rai),
        (0x08, 5, tai),
        (0x10, 7, ecgi),
        (0x20, 5, lai),
        (0x40, 6, node),
        (0x80, 6, node),
    ];
    let mut found = Vec::new();
    let Some((&flags, mut rest)) = octets.split_first() else {
        return (found, false);
    };
    for (_, size, read) in FORMS.into_iter().filter(|(flag, ..)| flags & flag != 0) {
        let Some((form, after)) = rest.split_at_checked(size) else {
            return (found, true);
        };
        found.extend(read(form));
        rest = after;
    }
    (found, !rest.is_empty())
}

/// Macro eNodeB identity, plain (20 bits) or extended (18 or 21 bits): no cell, but the mast.
fn node(octets: &[u8]) -> Option<Cell> {
    let (code, node) = octets.split_at_checked(3)?;
    Some(Cell { kind: "other", plmn: plmn(code)?, area: None, cell: Some(number(node)) })
}

/// The areas of a TAI list with its length before it; the flag is true when it could not be read
/// to its end.
#[must_use]
pub fn tai_list(octets: &[u8]) -> (Vec<Cell>, bool) {
    let mut found = Vec::new();
    let Some((&length, rest)) = octets.split_first() else {
        return (found, false);
    };
    let mut rest = rest.get(..usize::from(length)).unwrap_or(rest);
    while let Some((&head, after)) = rest.split_first() {
        let Some(after) = partial_list(head, after, &mut found) else {
            return (found, true);
        };
        rest = after;
    }
    (found, false)
}

/// One partial list: same network and listed codes, same network and codes in a row, or each area
/// whole. Gives what follows it.
fn partial_list<'a>(head: u8, octets: &'a [u8], found: &mut Vec<Cell>) -> Option<&'a [u8]> {
    let count = usize::from(head & 0x1f).saturating_add(1);
    let mut push = |code: &[u8], area: u32| {
        if let (Some(plmn), true) = (plmn(code), found.len() < AREAS_MAX) {
            found.push(Cell { kind: "tai", plmn, area: Some(area), cell: None });
        }
    };
    let code_of = |octets: &[u8]| u32::try_from(number(octets)).unwrap_or(0);
    match head >> 5 & 0x03 {
        0 => {
            let (code, rest) = octets.split_at_checked(3)?;
            let (codes, rest) = rest.split_at_checked(count.saturating_mul(2))?;
            codes.chunks_exact(2).for_each(|area| push(code, code_of(area)));
            Some(rest)
        }
        1 => {
            let (code, rest) = octets.split_at_checked(3)?;
            let (first, rest) = rest.split_at_checked(2)?;
            let first = code_of(first);
            for step in 0..u32::try_from(count).unwrap_or(0) {
                push(code, first.saturating_add(step) & 0xffff);
            }
            Some(rest)
        }
        2 => {
            let (areas, rest) = octets.split_at_checked(count.saturating_mul(5))?;
            for area in areas.chunks_exact(5) {
                let (code, area) = area.split_at_checked(3)?;
                push(code, code_of(area));
            }
            Some(rest)
        }
        _ => None,
    }
}

/// A 5G cell: country and network digits, and the 36 bits of the identity as a BIT STRING has
/// them: one octet of unused bits, then the bits.
#[must_use]
pub fn ncgi(country: &str, network: &str, bits: &[u8]) -> Option<Cell> {
    let digits = |text: &str, sizes: std::ops::RangeInclusive<usize>| {
        sizes.contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit())
    };
    let (&unused, identity) = bits.split_first()?;
    if !digits(country, 3..=3) || !digits(network, 2..=3) || unused > 7 || identity.len() > 8 {
        return None;
    }
    let cell = Some(number(identity) >> unused);
    Some(Cell { kind: "ncgi", plmn: format!("{country}-{network}"), area: None, cell })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(kind: &'static str, area: Option<u32>, cell: Option<u64>) -> Cell {
        Cell { kind, plmn: "214-99".to_owned(), area, cell }
    }

    #[test]
    fn each_identity_is_read_at_its_length_and_at_no_other() {
        assert_eq!(
            cgi(b"\x12\xf4\x99\x0a\x0b\x1c\x2d"),
            Some(cell("cgi", Some(0x0a0b), Some(0x1c2d)))
        );
        assert_eq!(cgi(b"\x12\xf4\x99\x0a\x0b"), Some(cell("lai", Some(0x0a0b), None)));
        assert_eq!(
            sai(b"\x12\xf4\x99\x0a\x0b\x1c\x2d"),
            Some(cell("sai", Some(0x0a0b), Some(0x1c2d)))
        );
        assert_eq!(rai(b"\x12\xf4\x99\x0a\x0b\x07"), Some(cell("rai", Some(0x0a0b), Some(7))));
        assert_eq!(rai(b"\x12\xf4\x99\x0a\x0b\x07\xff"), Some(cell("rai", Some(0x0a0b), Some(7))));
        assert_eq!(tai(b"\x05\x12\xf4\x99\x00\x01"), Some(cell("tai", Some(1), None)));
        assert_eq!(
            ecgi(b"\x07\x12\xf4\x99\xf0\x12\x34\x56"),
            Some(cell("ecgi", None, Some(0x12_3456)))
        );
        for wrong in [&b""[..], b"\x12\xf4", b"\x12\xf4\x99\x0a\x0b\x1c\x2d\x00\x00"] {
            let read = [cgi(wrong), sai(wrong), rai(wrong), tai(wrong), ecgi(wrong), lai(wrong)];
            assert!(read.iter().all(Option::is_none), "{wrong:?}");
        }
    }

    #[test]
    fn a_network_code_of_two_or_three_digits_is_read_and_one_of_none_is_not() {
        assert_eq!(plmn(b"\x13\x00\x14").as_deref(), Some("310-410"));
        assert_eq!(plmn(b"\x12\xf4\x99").as_deref(), Some("214-99"));
        assert_eq!(plmn(b"\xff\xff\xff"), None);
    }

    #[test]
    fn user_location_gives_what_its_flags_announce() {
        let (found, left) = user_location(b"\x18\x12\xf4\x99\x1a\x2b\x12\xf4\x99\x00\x12\x34\x56");
        assert_eq!(found, [cell("tai", Some(0x1a2b), None), cell("ecgi", None, Some(0x12_3456))]);
        assert!(!left);
        let (found, left) = user_location(b"\x18\x12\xf4\x99\x1a\x2b\x12");
        assert_eq!((found.len(), left), (1, true), "cut: the first is kept");
        assert_eq!(user_location(b""), (Vec::new(), false));
    }

    #[test]
    fn a_list_of_areas_is_read_in_its_three_forms() {
        let listed = b"\x07\x01\x12\xf4\x99\x00\x01\x00\x05";
        assert_eq!(
            tai_list(&[&[8], &listed[1..]].concat()).0,
            [cell("tai", Some(1), None), cell("tai", Some(5), None)]
        );
        let row = b"\x06\x22\x12\xf4\x99\x00\x01";
        assert_eq!(tai_list(row).0.len(), 3);
        let whole = b"\x06\x40\x12\xf4\x99\x00\x09";
        assert_eq!(tai_list(whole), (vec![cell("tai", Some(9), None)], false));
        assert!(tai_list(b"\x03\x1f\x12\xf4").1, "cut");
    }

    #[test]
    fn a_5g_cell_has_36_bits() {
        let found = ncgi("214", "99", b"\x04\x00\x00\x12\x34\x50").unwrap();
        assert_eq!(found, cell("ncgi", None, Some(0x1_2345)));
        assert_eq!(ncgi("21", "99", b"\x04\x00"), None);
    }
}
