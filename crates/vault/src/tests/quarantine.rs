//! Quarantine: counted without a key, opened with either of the court's, by nobody here.
use super::*;
use crate::{
    Bag, BagKeys, CourtKeyPair, CourtPublic, QuarantineReader, quarantine::QuarantineError,
    segment::cut,
};
use lacre_term::{BagId, Reason};

const MINUTE: i64 = 29_924_367;

struct Court {
    one: CourtKeyPair,
    two: CourtKeyPair,
}

fn court() -> Court {
    Court { one: CourtKeyPair::generate().unwrap(), two: CourtKeyPair::generate().unwrap() }
}

impl Court {
    fn publics(&self) -> [CourtPublic; 2] {
        [self.one.public(), self.two.public()]
    }
}

/// A bag of five records in the journal, in two files when `rolled`.
fn bagged(node: &Node, court: &Court, rolled: bool) -> (Journal, BagId) {
    let mut journal = node.journal();
    let mut bag = Bag::new(&court.publics(), &node.machine, PEER, MINUTE).unwrap();
    let open = Record::BagOpen {
        bag: bag.id(),
        peer_tag: bag.peer_tag(),
        minute: bag.minute(),
        sealed_keys: bag.sealed_keys(),
    };
    journal.append(open).unwrap();
    for number in 0..5 {
        let reason = if number < 3 { Reason::UnknownLiid } else { Reason::Unframed };
        let octets = words(part(7), number);
        let sealed = bag.encrypt(number, reason, clear(b"").received_at, &octets).unwrap();
        let record = Record::Quarantined { bag: bag.id(), number, reason, sealed: &sealed };
        journal.append(record).unwrap();
        journal.commit(b"").unwrap();
        if rolled && number == 2 {
            journal.roll().unwrap();
        }
    }
    (journal, bag.id())
}

fn opens(reader: &QuarantineReader, bag: BagId, key: &CourtKeyPair) {
    let (_, summary) = reader.bags().find(|(id, _)| *id == bag).unwrap();
    let keys =
        BagKeys::open(key, bag, summary.peer_tag, summary.minute, &summary.sealed_keys).unwrap();
    let mut next = 0;
    for record in reader.records(bag).unwrap() {
        let (number, reason, sealed) = record.unwrap();
        let clear = keys.decrypt(number, reason, &sealed).unwrap();
        assert_eq!(clear.octets.as_slice(), words(part(7), next));
        assert_eq!((number, clear.peer.as_str()), (next, PEER));
        assert!(keys.decrypt(number + 1, reason, &sealed).is_err());
        assert!(keys.decrypt(number, Reason::Malformed, &sealed).is_err());
        next += 1;
    }
    assert_eq!(next, 5);
}

#[test]
fn a_bag_is_counted_without_a_key_and_opens_with_either_court_key() {
    let (node, court) = (node(), court());
    let (mut journal, bag) = bagged(&node, &court, true);
    // All in the journal, then half, then all in objects: the same bag throughout.
    for _ in 0..3 {
        let reader = QuarantineReader::open(&node.engine).unwrap();
        let counts: Vec<_> = reader.counts().into_iter().collect();
        assert_eq!(counts, [(Reason::UnknownLiid, 3), (Reason::Unframed, 2)]);
        opens(&reader, bag, &court.one);
        opens(&reader, bag, &court.two);
        journal.roll().unwrap();
        if let Some(file) = journal.closed_files().first().cloned() {
            cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
            let both = QuarantineReader::open(&node.engine).unwrap();
            assert_eq!(both.counts().values().sum::<u64>(), 5, "counted once");
            journal.retire(&file).unwrap();
        }
    }
}

/// The twin: no other key opens it, the site's own root included.
#[test]
fn a_bag_opens_with_no_key_of_the_site() {
    let (node, court) = (node(), court());
    let (_journal, bag) = bagged(&node, &court, false);
    let reader = QuarantineReader::open(&node.engine).unwrap();
    let (_, summary) = reader.bags().next().unwrap();
    let open = |key: &CourtKeyPair, bag, minute| {
        BagKeys::open(key, bag, summary.peer_tag, minute, &summary.sealed_keys)
    };
    assert!(open(&CourtKeyPair::generate().unwrap(), bag, MINUTE).is_err());
    assert!(open(&court.one, BagId([0; 16]), MINUTE).is_err(), "another bag");
    assert!(open(&court.one, bag, MINUTE + 1).is_err(), "another minute");
    assert!(node.machine.unwrap("bag", &summary.sealed_keys).is_err());
    for (name, octets) in node.everything() {
        assert!(!contains(&octets, b"what was said"), "{name}");
        assert!(!contains(&octets, PEER.as_bytes()), "{name}");
        assert!(!contains(&octets, court.one.private_text()[18..82].as_bytes()), "{name}");
    }
}

#[test]
fn court_keys_are_written_out_and_read_back() {
    let court = court();
    let text = court.one.private_text();
    let again = CourtKeyPair::from_private_text(&format!("{}\n", text.as_str())).unwrap();
    assert_eq!(again.public(), court.one.public());
    assert_eq!(CourtPublic::parse(&court.two.public().to_text()).unwrap(), court.two.public());
    let wrong = text.replace(':', ";");
    assert!(CourtKeyPair::from_private_text(&wrong).is_err());
    assert!(CourtPublic::parse(&text).is_err());
    assert!(!format!("{:?}", court.one).contains(&text[18..82]));
}

#[test]
fn a_bag_is_destroyed_once_it_left_the_journal() {
    let (node, court) = (node(), court());
    let (mut journal, bag) = bagged(&node, &court, false);
    let reader = QuarantineReader::open(&node.engine).unwrap();
    assert!(matches!(reader.destroy(bag), Err(QuarantineError::InJournal { .. })));

    journal.roll().unwrap();
    let file = journal.closed_files().remove(0);
    cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
    journal.retire(&file).unwrap();
    QuarantineReader::open(&node.engine).unwrap().destroy(bag).unwrap();
    let after = QuarantineReader::open(&node.engine).unwrap();
    assert!(matches!(after.destroy(bag), Err(QuarantineError::Unknown { .. })));
    assert!(after.counts().is_empty());
}

#[test]
fn a_quarantined_number_is_encrypted_once() {
    let (node, court) = (node(), court());
    let mut bag = Bag::new(&court.publics(), &node.machine, PEER, MINUTE).unwrap();
    let at = clear(b"").received_at;
    bag.encrypt(0, Reason::Unframed, at, b"a").unwrap();
    assert!(bag.encrypt(0, Reason::Unframed, at, b"b").is_err());
    assert_eq!(bag.next_number(), 1);
}
