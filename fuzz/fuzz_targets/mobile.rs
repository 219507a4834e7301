//! Mobile records and content: any octets as the contents of each alternative.
#![no_main]
use lacre_handover::ber::Elements;
use lacre_handover::ps_pdu::Contents;
use lacre_handover::record::ITEMS_MAX;
use lacre_handover::service::{mobile, observe};
use libfuzzer_sys::fuzz_target;

const ALTERNATIVES: [(bool, u32); 14] = [
    (true, 4),
    (true, 5),
    (true, 15),
    (true, 16),
    (true, 17),
    (true, 18),
    (false, 4),
    (false, 15),
    (false, 16),
    (false, 17),
    (false, 19),
    (false, 20),
    (false, 21),
    (false, 22),
];

fuzz_target!(|data: &[u8]| {
    let Some((which, octets)) = data.split_first() else { return };
    let place = usize::from(*which) % ALTERNATIVES.len();
    let Some((iri, tag)) = ALTERNATIVES.get(place).copied() else { return };
    let Some(tlv) = Elements::new(octets).next() else { return };
    let contents = Contents { iri, tag, kind: "", tlv };
    let records = observe(&contents);
    assert!(records.len() <= ITEMS_MAX);
    for record in &records {
        assert!(record.parties.len() <= ITEMS_MAX && record.places.len() <= ITEMS_MAX);
        assert!(record.details.len() <= ITEMS_MAX && record.messages.len() <= ITEMS_MAX);
    }
    let _ = mobile::short_messages(&contents);
    let _ = (mobile::packet(&contents), mobile::direction(&contents));
});
