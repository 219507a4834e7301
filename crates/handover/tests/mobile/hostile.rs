//! Hostile records: octets of any kind are read without panic, within the bounds of a record.
use crate::build::{c, eps, etsi, packet, vector, with_content};
use lacre_handover::ber::Elements;
use lacre_handover::ps_pdu::{Contents, parse};
use lacre_handover::record::{ITEMS_MAX, Record, VALUE_OCTETS_MAX};
use lacre_handover::service::{mobile, observe};
use proptest::prelude::*;

fn bounded(records: &[Record]) {
    assert!(records.len() <= ITEMS_MAX);
    for record in records {
        let counts = [
            record.parties.len(),
            record.details.len(),
            record.services.len(),
            record.places.len(),
            record.messages.len(),
            record.digits.len(),
        ];
        assert!(counts.iter().all(|count| *count <= ITEMS_MAX), "{counts:?}");
        assert!(record.details.iter().all(|(_, value)| value.len() <= VALUE_OCTETS_MAX));
        assert!(record.digits.iter().all(|value| value.len() <= VALUE_OCTETS_MAX));
    }
}

fn read(iri: bool, tag: u32, octets: &[u8]) {
    let Some(tlv) = Elements::new(octets).next() else {
        return;
    };
    let contents = Contents { iri, tag, kind: "", tlv };
    bounded(&observe(&contents));
    let _ = mobile::short_messages(&contents);
    let _ = (mobile::packet(&contents), mobile::direction(&contents));
}

const VECTORS: [&str; 8] = [
    "v036-671-iri-sequence",
    "v041-cs-iri-report-sms-mt",
    "v044-umts-iri-begin-pdp",
    "v048-umts-cc-pdu",
    "v050-eps-iri-begin-bearer",
    "v053-eps-iri-report-attach",
    "v054-eps-iri-report-sms-hightags",
    "v057-csvoice-cc-pdu",
];

#[test]
fn a_record_with_more_than_anyone_needs_is_cut_and_not_refused() {
    let many: Vec<Vec<u8>> = (0..500).map(|_| crate::build::p(200, b"x")).collect();
    for record in [eps(1, &many), etsi(1, &many), packet(1, &many)] {
        assert!(record.unknown);
    }
    let places: Vec<Vec<u8>> =
        (0..=255).map(|n| crate::build::p(7, &[0x12, 0xf4, 0x99, 0, 1, 0, n])).collect();
    let record = packet(1, &[c(8, &places)]);
    assert_eq!(record.places.len(), ITEMS_MAX);
}

#[test]
fn nesting_without_end_ends() {
    let mut octets = Vec::new();
    for _ in 0..60 {
        octets = c(1, &[octets]);
    }
    for tag in [4, 5, 15, 16, 17, 18] {
        read(true, tag, &octets);
    }
    with_content(16, &octets, |contents| bounded(&observe(contents)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn octets_of_any_kind_stop_no_reader(
        octets in proptest::collection::vec(any::<u8>(), 0..400), tag in 0_u32..24, iri: bool
    ) {
        read(iri, tag, &octets);
    }

    #[test]
    fn elements_of_any_kind_under_a_record_stop_no_reader(
        fields in proptest::collection::vec(
            (0_u32..90, proptest::collection::vec(any::<u8>(), 0..40), any::<bool>()), 0..40
        ),
        choice in 0_u32..4, kind in 1_u32..5
    ) {
        let fields: Vec<Vec<u8>> = fields
            .iter()
            .map(|(tag, content, constructed)| {
                if *constructed {
                    let inside = c(1, std::slice::from_ref(content));
                    c(*tag, &[crate::build::p(tag % 12, content), inside])
                } else {
                    crate::build::p(*tag, content)
                }
            })
            .collect();
        let record = c(kind, &[&[crate::build::head()], &fields[..]].concat());
        for tag in [4, 5, 15, 16, 17, 18] {
            read(true, tag, &c(tag, &[c(choice, std::slice::from_ref(&record))]));
        }
    }

    #[test]
    fn mutated_vectors_stop_no_reader(
        which in 0..VECTORS.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)
    ) {
        let mut octets = vector(VECTORS[which]);
        for (place, value) in &changes {
            let place = place.index(octets.len());
            octets[place] = *value;
        }
        let Ok(pdu) = parse(&octets) else { return Ok(()) };
        for payload in pdu.payloads().take(100) {
            let Some(contents) = payload.contents else { continue };
            bounded(&observe(&contents));
        }
        let _ = lacre_handover::media::texts(&pdu);
        let _ = lacre_handover::media::packets(&pdu);
    }
}
