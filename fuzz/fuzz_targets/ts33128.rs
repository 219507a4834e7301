//! TS 33.128: the octets as an IRI, as a CC and as a notification, each by all its readers. What
//! is told stays within a record's bounds, and what is handed on is no longer than what came.
#![no_main]
use lacre_handover::ber::Elements;
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::ps_pdu::{self, Contents};
use lacre_handover::record::{ITEMS_MAX, Record, VALUE_OCTETS_MAX};
use lacre_handover::service::{observe, ts33128};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for (iri, tag, first) in [(true, 19, 0x93), (false, 23, 0x97)] {
        let octets = element(first, data);
        let Some(tlv) = Elements::new(&octets).next() else { return };
        let contents = Contents { iri, tag, kind: "", tlv };
        observe(&contents).iter().for_each(within);
        let _ = ts33128::event_word(&contents);
        for sdp in ts33128::descriptions(&contents) {
            assert!(sdp.codecs.len() <= ITEMS_MAX && sdp.media.len() <= ITEMS_MAX);
        }
        assert!(ts33128::ims_sip(&contents).is_none_or(|sip| iri && sip.len() <= data.len()));
        assert!(ts33128::packet(&contents).is_none_or(|ip| !iri && ip.len() <= data.len()));
        let _ = ts33128::content(&contents);
    }
    let payload = element(0xa7, &element(0xa1, data));
    let composer = Composer::new(b"LI-7", b"OPLAB-ES", None);
    let notice = composer.pdu(7, Stamp::Absent, &Body::Raw(&payload));
    if let Ok(pdu) = ps_pdu::parse(&notice) {
        ts33128::notifications(&pdu).iter().for_each(within);
    }
});

fn element(first: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![first, 0x83];
    out.extend_from_slice(&(content.len() as u32).to_be_bytes()[1..]);
    out.extend_from_slice(content);
    out
}

fn within(record: &Record) {
    assert!(record.parties.len() <= ITEMS_MAX && record.details.len() <= ITEMS_MAX);
    assert!(record.places.len() <= ITEMS_MAX && record.messages.len() <= ITEMS_MAX);
    let values = record.details.iter().map(|(_, value)| value);
    let values = values.chain(record.parties.iter().map(|party| &party.value));
    let written = record.places.iter().filter_map(|place| place.civic.as_ref());
    assert!(values.chain(written).all(|value| value.len() <= VALUE_OCTETS_MAX));
}
