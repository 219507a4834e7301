//! Short messages, numbers, cells and coordinates: any octets to each reader.
#![no_main]
use lacre_handover::service::{cells, geo, number, sms};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, octets)) = data.split_first() else { return };
    match which % 4 {
        0 => {
            for from_phone in [true, false] {
                let Some(sms) = sms::read_any(octets, from_phone) else { continue };
                assert!(sms.text.chars().count() <= 255 && sms.data.len() <= 255);
            }
            let _ = sms::read_rp(octets);
        }
        1 => {
            let text = sms::unpack(octets, octets.len());
            if let Some((packed, septets)) = sms::pack(&text) {
                assert_eq!(sms::unpack(&packed, septets), text);
            }
        }
        2 => {
            let _ = (number::isup(octets), number::dss1(octets), number::map(octets));
            let _ = (cells::user_location(octets), cells::tai_list(octets), geo::shape(octets));
        }
        _ => {
            let text = String::from_utf8_lossy(octets);
            let (first, second) = text.split_once(' ').unwrap_or((&text, ""));
            let _ = (geo::geodetic(first, second), geo::utm(first, second));
            let _ = geo::grid_reference(&text);
        }
    }
});
