//! Every field of the modules: records with one field each, written by another encoder from the
//! schemas, and content headers likewise. None of their fields is unknown here.
use crate::build::{c, iri, p};
use lacre_handover::ber::{Elements, Tlv};
use lacre_handover::ps_pdu::Contents;
use lacre_handover::service::observe;
use std::path::PathBuf;

fn octets_of(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/mobile");
    std::fs::read(folder.join(format!("{name}.ber"))).unwrap()
}

/// Alternative of IRIContents, file, and how many records it has.
const FILES: [(u32, &str, usize); 7] = [
    (4, "circuit", 143),
    (4, "packet", 258),
    (5, "etsi", 146),
    (15, "eps", 418),
    (16, "conference", 108),
    (17, "proximity", 11),
    (18, "group", 114),
];

#[test]
fn every_field_that_the_schemas_name_is_named_here() {
    for (tag, name, count) in FILES {
        let octets = octets_of(name);
        let choices: Vec<Tlv<'_>> = Elements::new(&octets).collect();
        assert_eq!(choices.len(), count, "{name}");
        for choice in choices {
            let found = iri(tag, &[choice.whole.to_vec()]);
            assert_eq!(found.len(), 1, "{name} at {}", choice.at);
            assert!(!found[0].unknown, "{name} at {}: {:?}", choice.at, found[0]);
        }
    }
}

#[test]
fn one_field_more_is_noticed_in_every_record() {
    for (tag, name, _) in FILES {
        let octets = octets_of(name);
        for choice in Elements::new(&octets) {
            let more = [choice.content, &p(200, b"later")].concat();
            let found = iri(tag, &[c(choice.tag.number, &[more])]);
            assert!(found.len() == 1 && found[0].unknown, "{name} at {}", choice.at);
        }
    }
}

#[test]
fn every_field_of_content_headers_is_named_here() {
    let octets = octets_of("content");
    let mut count = 0;
    for tlv in Elements::new(&octets) {
        let contents = Contents { iri: false, tag: tlv.tag.number, kind: "", tlv };
        let found = observe(&contents);
        assert!(found.len() == 1 && !found[0].unknown, "at {}: {found:?}", tlv.at);
        count += 1;
    }
    assert_eq!(count, 53);
}
