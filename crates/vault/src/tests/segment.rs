//! From journal to segment: the same ciphertext, the same cut twice, nothing in clear.
use super::*;
use crate::{
    JournalFile, KeyError, OwnedRecord, ReadError, VaultReader,
    segment::{CutError, cut},
};
use lacre_store::faults::{Failure, Operation};
use std::collections::BTreeMap;

/// Two vaults, parts across three files; returns the ciphertexts as the journal holds them.
fn filled(node: &Node) -> (Journal, BTreeMap<(PartId, u64), Vec<u8>>) {
    node.site.create_vault(VAULT).unwrap();
    node.site.create_vault(OTHER_VAULT).unwrap();
    let mut journal = node.journal();
    for file in 0..3_u8 {
        node.fill(&mut journal, VAULT, part(10 + file), 3);
        node.fill(&mut journal, OTHER_VAULT, part(20 + file), 2);
        journal.commit(b"").unwrap();
        journal.roll().unwrap();
    }
    drop(journal);
    let (journal, replay) = Journal::open(node.engine.journal.clone(), &node.machine).unwrap();
    let mut held = BTreeMap::new();
    for record in replay.flat_map(|block| block.unwrap().records) {
        if let OwnedRecord::Pdu { part, number, sealed, .. } = record {
            held.insert((part, number), sealed);
        }
    }
    (journal, held)
}

fn cut_all(node: &Node, journal: &mut Journal) {
    journal.roll().unwrap();
    for file in journal.closed_files() {
        cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
        journal.retire(&file).unwrap();
    }
}

fn read_all(node: &Node) -> BTreeMap<(PartId, u64), Vec<u8>> {
    let mut held = BTreeMap::new();
    for vault in [VAULT, OTHER_VAULT] {
        let reader = VaultReader::open(&node.engine, vault).unwrap();
        for part in reader.parts() {
            let count = reader.count(part);
            let records = reader.records(part, 0).unwrap();
            let before = held.len();
            held.extend(records.map(|record| record.unwrap()).map(|(n, s)| ((part, n), s)));
            assert_eq!(u64::try_from(held.len() - before).unwrap(), count);
        }
    }
    held
}

#[test]
fn journal_and_segment_carry_the_same_ciphertext_and_each_record_is_read_once() {
    let node = node();
    let (mut journal, held) = filled(&node);
    assert_eq!(held.len(), 15);
    assert_eq!(read_all(&node), held, "from the journal");

    let first = journal.closed_files().remove(0);
    cut(node.engine.journal.as_ref(), &first, node.engine.objects.as_ref()).unwrap();
    assert_eq!(read_all(&node), held, "in both");
    journal.retire(&first).unwrap();
    assert_eq!(read_all(&node), held, "some here, some there");
    cut_all(&node, &mut journal);
    assert!(journal.closed_files().is_empty());
    assert_eq!(read_all(&node), held, "from segments");

    let root = node.root.clone();
    let private = node.site.open_vault(&root, VAULT).unwrap();
    let reader = VaultReader::open(&node.engine, VAULT).unwrap();
    let sealed = reader.sealed_keys(part(11)).unwrap();
    let keys = PartKeys::open(&private, VAULT, part(11), &sealed).unwrap();
    let record = reader.record(part(11), 2).unwrap();
    assert_eq!(keys.decrypt(2, &record).unwrap().octets.as_slice(), words(part(11), 2));
    let missing = reader.record(part(11), 3);
    assert!(matches!(missing, Err(ReadError::UnknownRecord { number: 3, .. })));
    assert!(matches!(reader.record(part(20), 0), Err(ReadError::UnknownPart { .. })));
}

#[test]
fn a_part_over_several_files_reads_as_one_run_from_any_number() {
    let node = node();
    let public = node.site.create_vault(VAULT).unwrap();
    let mut journal = node.journal();
    let mut keys = PartKeys::generate(VAULT, part(1)).unwrap();
    let sealed_keys = keys.sealed_to(&public).unwrap();
    let open =
        Record::PartOpen { vault: VAULT, part: part(1), sealed_keys: &sealed_keys, meta: b"" };
    journal.append(open).unwrap();
    for number in 0..30 {
        let octets = words(part(1), number);
        journal.append_clear(&mut keys, number, &clear(&octets)).unwrap();
        journal.commit(b"").unwrap();
        if number % 10 == 9 {
            journal.roll().unwrap();
        }
        if number == 19 {
            for file in journal.closed_files() {
                cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
                journal.retire(&file).unwrap();
            }
        }
    }
    let reader = VaultReader::open(&node.engine, VAULT).unwrap();
    assert_eq!(reader.count(part(1)), 30);
    for from in [0, 1, 9, 10, 19, 20, 29, 30] {
        let numbers: Vec<u64> =
            reader.records(part(1), from).unwrap().map(|record| record.unwrap().0).collect();
        assert_eq!(numbers, (from..30).collect::<Vec<u64>>());
    }
    let file: JournalFile = journal.closed_files().remove(0);
    cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
    journal.retire(&file).unwrap();
    let retired = reader.record(part(1), 25);
    assert!(matches!(retired, Err(ReadError::Retired { .. })), "it says to open again");
}

/// A cut may be cut short anywhere and done again; the second gives what the first gave.
#[test]
fn a_cut_is_the_same_cut_however_often_it_failed() {
    for failure in Failure::BOTH {
        let mut node = node();
        let (journal, held) = filled(&node);
        let file = journal.closed_files().remove(0);
        node.memory.switches().fail_after(Operation::Put, 1, failure);
        let failed = cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref());
        assert!(matches!(failed, Err(CutError::Put { .. })));
        drop(journal);
        node.crash(7);

        let mut journal = node.journal();
        let report =
            cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
        assert_eq!(report.segments.len(), 2);
        assert!(report.segments[0].stood_already);
        assert_eq!(report.segments[1].stood_already, failure == Failure::Persisted);
        assert_eq!(report.segments[0].pdus + report.segments[1].pdus, 5);
        cut_all(&node, &mut journal);
        assert_eq!(read_all(&node), held);
    }
}

/// Power loss at every write on the way from journal to segment, lives after lives: what the
/// reader then finds is what was committed, once, and perhaps the record under way.
#[test]
fn whenever_the_power_goes_journal_and_segments_hold_each_record_once() {
    for failure in Failure::BOTH {
        for cut_at in 0..45 {
            let mut node = node();
            let mut committed = 0;
            for life in 0..4 {
                node.memory.switches().reset();
                node.memory.switches().cut_power_after(cut_at + life, failure);
                committed = live(&node, committed);
                node.crash(cut_at * 17 + life);
                drop(node.journal());
                let reader = VaultReader::open(&node.engine, VAULT).unwrap();
                let Ok(records) = reader.records(part(1), 0) else {
                    assert_eq!(committed, 0);
                    continue;
                };
                let held: Vec<_> = records.map(|record| record.unwrap()).collect();
                let count = u64::try_from(held.len()).unwrap();
                assert!(count == committed || count == committed + 1, "{count} of {committed}");
                for (record, number) in held.iter().zip(0..) {
                    assert_eq!(*record, (number, words(part(1), number)));
                }
                assert_eq!(reader.count(part(1)), count);
                committed = count;
            }
        }
    }
}

/// Commits, rolls, cuts and retires until the power goes; returns how many are surely committed.
fn live(node: &Node, mut committed: u64) -> u64 {
    let (disk, objects) = (node.engine.journal.clone(), node.engine.objects.clone());
    let Ok((mut journal, _)) = Journal::open(disk.clone(), &node.machine) else {
        return committed;
    };
    loop {
        for _ in 0..2 {
            let sealed = words(part(1), committed);
            let record =
                Record::Pdu { vault: VAULT, part: part(1), number: committed, sealed: &sealed };
            journal.append(record).unwrap();
            if journal.commit(b"").is_err() {
                return committed;
            }
            committed += 1;
        }
        if journal.roll().is_err() {
            return committed;
        }
        // Every other time the file waits, so that cut and uncut ones stand side by side.
        let waiting = usize::try_from(committed / 2 % 2).unwrap();
        while journal.closed_files().len() > waiting {
            let file = journal.closed_files().remove(0);
            match cut(disk.as_ref(), &file, objects.as_ref()) {
                Ok(_) => {}
                Err(CutError::Put { .. } | CutError::Journal { .. } | CutError::Compare { .. }) => {
                    return committed;
                }
                Err(error) => panic!("{error}"),
            }
            if journal.retire(&file).is_err() {
                return committed;
            }
        }
    }
}

/// The twin: something else under the key is never taken for ours.
#[test]
fn a_cut_over_a_foreign_object_is_refused_and_the_file_kept() {
    let node = node();
    let (journal, held) = filled(&node);
    let file = journal.closed_files().remove(0);
    let report = cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
    let key = &report.segments[0].key;
    let mut octets = node.engine.objects.get(key).unwrap();
    octets[60] ^= 1;
    node.engine.objects.delete(key).unwrap();
    node.engine.objects.put(key, &octets).unwrap();

    let refused = cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref());
    assert!(matches!(refused, Err(CutError::Differs { key: named, .. }) if named == *key));
    assert_eq!(journal.closed_files().first(), Some(&file));
    assert_eq!(held.len(), 15);
}

#[test]
fn nothing_in_clear_lies_anywhere_under_the_site() {
    let node = node();
    let (mut journal, _) = filled(&node);
    let search = |node: &Node| {
        for (name, octets) in node.everything() {
            for clear in [&b"what was said"[..], b"sentence", PEER.as_bytes(), b"LIID and CIN"] {
                assert!(!contains(&octets, clear), "{name}");
            }
        }
    };
    search(&node);
    cut_all(&node, &mut journal);
    search(&node);
}

/// A copy of the whole site, the machine's key and the erasure key included, opens nothing that
/// was sealed: the root is in none of it.
#[test]
fn without_shares_no_key_on_the_site_opens_a_part() {
    let node = node();
    let (mut journal, _) = filled(&node);
    cut_all(&node, &mut journal);
    let reader = VaultReader::open(&node.engine, VAULT).unwrap();
    let sealed = reader.sealed_keys(part(10)).unwrap();

    let guess = Root::generate().unwrap();
    assert!(matches!(node.site.open_vault(&guess, VAULT), Err(KeyError::ForeignRoot)));
    assert!(node.machine.unwrap("part-keys", &sealed).is_err());
    // The machine's key and the erasure key as private keys, in case one was made of the other.
    for (_, octets) in node.everything().iter().filter(|(name, _)| name.ends_with(".key")) {
        let text = std::str::from_utf8(octets).unwrap();
        let digits = text.split(':').nth(1).unwrap();
        let secret = lacre_term::Secret::new(lacre_term::hex::decode_array(digits).unwrap());
        for pair in [
            crate::envelope::KeyPair::from_private(&secret).unwrap(),
            crate::envelope::KeyPair::derive(&secret).unwrap(),
        ] {
            let bound: [&[u8]; 3] = [&VAULT.0, &part(10).0, &sealed[..5]];
            let opened =
                crate::envelope::open(&pair, "lacre/part-keys/1", &bound, &sealed[5..], "it");
            assert!(opened.is_err());
        }
    }
}
