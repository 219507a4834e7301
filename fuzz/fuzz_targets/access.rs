//! Records of the access services: the first octet chooses the service, the rest is its element's
//! content; what is said stays within its bounds and folds.
#![no_main]
use lacre_fuzz::Derived;
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::record::{ITEMS_MAX, VALUE_OCTETS_MAX};
use lacre_handover::{Direction, ps_pdu, service};
use lacre_term::{IriType, Micros};
use libfuzzer_sys::fuzz_target;

/// IRI tags, then CC tags.
const SERVICES: [(bool, u8); 14] = [
    (true, 1),
    (true, 2),
    (true, 3),
    (true, 6),
    (true, 7),
    (true, 10),
    (true, 14),
    (true, 20),
    (false, 1),
    (false, 2),
    (false, 6),
    (false, 11),
    (false, 14),
    (false, 18),
];

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![0xa0 | tag, 0x83];
    out.extend_from_slice(&(content.len() as u32).to_be_bytes()[1..]);
    out.extend_from_slice(content);
    out
}

fuzz_target!(|data: &[u8]| {
    let Some((which, content)) = data.split_first() else { return };
    let (iri, tag) = SERVICES[usize::from(*which) % SERVICES.len()];
    let contents = element(tag, content);
    let composer = Composer::new(b"LI-7", b"OPLAB-ES", Some(1));
    let at = Stamp::Micro(Micros(1_795_457_522_000_000));
    let body = if iri {
        Body::Iri { kind: IriType::Report, session_direction: None, contents: &contents }
    } else {
        Body::Cc { direction: Direction::ToTarget, contents: &contents }
    };
    let octets = composer.pdu(7, at, &body);
    let Ok(pdu) = ps_pdu::parse_framed(&octets) else { return };
    for contents in pdu.payloads().filter_map(|payload| payload.contents) {
        let records = service::observe(&contents);
        assert!(records.len() <= 1, "one record a payload");
        for record in records {
            assert!(record.parties.len() <= ITEMS_MAX && record.details.len() <= ITEMS_MAX);
            assert!(record.places.len() <= ITEMS_MAX && record.services.len() <= ITEMS_MAX);
            assert!(record.digits.len() <= ITEMS_MAX && record.texts.len() <= 1);
            let values = record.parties.iter().map(|party| &party.value);
            let mut values = values.chain(record.details.iter().map(|(_, value)| value));
            assert!(values.all(|value| value.len() <= VALUE_OCTETS_MAX));
        }
    }
    let mut derived = Derived::default();
    derived.add(&pdu);
    derived.add(&pdu);
    derived.finish();
});
