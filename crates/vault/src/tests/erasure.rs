//! Erasing: what is erased opens with no key that remains, and nothing else is lost.
use super::*;
use crate::{KeyError, Keyring, KeyringError, VaultReader, segment::cut};
use lacre_store::{
    Head,
    faults::{Failure, Operation},
};
use std::collections::BTreeMap;

/// Three parts in segments, and the reader over them.
fn stored(node: &Node) -> VaultReader {
    node.site.create_vault(VAULT).unwrap();
    node.site.create_vault(OTHER_VAULT).unwrap();
    let mut journal = node.journal();
    for number in 1..=3 {
        node.fill(&mut journal, VAULT, part(number), 2);
    }
    journal.commit(b"").unwrap();
    journal.roll().unwrap();
    let file = journal.closed_files().remove(0);
    cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
    VaultReader::open(&node.engine, VAULT).unwrap()
}

fn keyring(node: &Node) -> Keyring {
    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    Keyring::open(node.engine.heads.clone(), &private).unwrap()
}

fn reads_back(keyring: &mut Keyring, reader: &VaultReader, part: PartId) {
    let keys = keyring.get(part).unwrap();
    for record in reader.records(part, 0).unwrap() {
        let (number, sealed) = record.unwrap();
        assert_eq!(keys.decrypt(number, &sealed).unwrap().octets.as_slice(), words(part, number));
    }
}

fn heads(node: &Node) -> BTreeMap<String, Head> {
    let names = node.engine.heads.list("").unwrap();
    names.into_iter().map(|n| (n.clone(), node.engine.heads.read(&n).unwrap().unwrap())).collect()
}

#[test]
fn keys_move_from_envelopes_to_pages_and_read_back_after_reopening() {
    let node = node();
    let reader = stored(&node);
    let mut ring = keyring(&node);
    assert!(matches!(ring.get(part(1)), Err(KeyringError::Unknown { .. })));
    assert_eq!(ring.file_missing(&reader).unwrap(), 3);
    assert_eq!(ring.file_missing(&reader).unwrap(), 0, "filing is done once");
    reads_back(&mut ring, &reader, part(1));

    let mut again = keyring(&node);
    assert_eq!(again.count(), 3);
    reads_back(&mut again, &reader, part(3));
}

#[test]
fn two_who_file_at_the_same_time_both_get_through() {
    let node = node();
    let reader = stored(&node);
    let (mut one, mut two) = (keyring(&node), keyring(&node));
    one.file(part(1), &reader.sealed_keys(part(1)).unwrap()).unwrap();
    two.file(part(2), &reader.sealed_keys(part(2)).unwrap()).unwrap();
    reads_back(&mut one, &reader, part(2));
    one.file(part(3), &reader.sealed_keys(part(3)).unwrap()).unwrap();
    reads_back(&mut two, &reader, part(1));
    let mut ring = keyring(&node);
    for number in 1..=3 {
        reads_back(&mut ring, &reader, part(number));
    }
}

/// The story of decision 8. The thief has every share, the machine's key, the new erasure key, the
/// segments, a copy of all heads from before, and the vault's private keys to come.
#[test]
fn an_erased_part_opens_with_no_key_that_remains_and_the_others_read_back() {
    let node = node();
    let reader = stored(&node);
    let mut ring = keyring(&node);
    ring.file_missing(&reader).unwrap();
    let before = heads(&node);
    let old_file = node.engine.keys.list().unwrap();
    let old_private = node.site.open_vault(&node.root, VAULT).unwrap();
    let old_catalogue = old_private.catalogue_key().unwrap();
    drop(old_private);

    let mut erasure = ring.erase(&node.site, &[part(2)], &reader).unwrap();

    assert_eq!(erasure.erased, [part(2)]);
    assert_ne!(erasure.erasure_key_before, erasure.erasure_key_after);
    let gone = erasure.keyring.get(part(2));
    assert!(matches!(gone, Err(KeyringError::Erased { part: named }) if named == part(2)));
    for number in [1, 3] {
        reads_back(&mut erasure.keyring, &reader, part(number));
        reads_back(&mut keyring(&node), &reader, part(number));
    }
    // The envelope in the segment names a key pair that is gone.
    let sealed = reader.sealed_keys(part(2)).unwrap();
    let opened = PartKeys::open(&erasure.private, VAULT, part(2), &sealed);
    assert!(matches!(opened, Err(KeyError::Generation { sealed: 1, held: 2 })));
    assert_ne!(erasure.private.catalogue_key().unwrap(), old_catalogue);
    // The old erasure key's file is gone; so the old heads, put back, open nothing.
    let files = node.engine.keys.list().unwrap();
    assert!(old_file.iter().filter(|name| name.starts_with("erasure")).all(|n| !files.contains(n)));
    for (name, head) in &before {
        let now = node.engine.heads.read(name).unwrap().unwrap();
        node.engine.heads.swap(name, Some(now.version), &head.value).unwrap();
    }
    assert!(matches!(SiteKeys::load(&node.engine), Err(KeyError::Missing { .. })));
    assert!(node.site.open_vault(&node.root, VAULT).is_err());
}

#[test]
fn every_other_vault_lives_through_an_erasure() {
    let node = node();
    let reader = stored(&node);
    let other = node.site.open_vault(&node.root, OTHER_VAULT).unwrap();
    let mut ring = keyring(&node);
    ring.file_missing(&reader).unwrap();
    ring.erase(&node.site, &[part(1), part(3)], &reader).unwrap();

    let after = node.site.open_vault(&node.root, OTHER_VAULT).unwrap();
    assert_eq!(after.public(), other.public());
    assert_eq!(node.site.vault_public(VAULT).unwrap().generation, 2);
    let loaded = SiteKeys::load(&node.engine).unwrap();
    assert_eq!(loaded.open_vault(&node.root, VAULT).unwrap().generation(), 2);
}

/// The twin: parts whose keys lie in envelopes only would die with the vault's key.
#[test]
fn an_erasure_that_would_lose_another_part_is_refused() {
    let node = node();
    let reader = stored(&node);
    let mut ring = keyring(&node);
    ring.file(part(2), &reader.sealed_keys(part(2)).unwrap()).unwrap();
    let refused = ring.erase(&node.site, &[part(2)], &reader).unwrap_err();
    assert!(matches!(refused, KeyringError::Unfiled { count: 2, .. }));
    reads_back(&mut keyring(&node), &reader, part(2));

    let mut ring = keyring(&node);
    ring.file_missing(&reader).unwrap();
    let unknown = ring.erase(&node.site, &[part(77)], &reader).unwrap_err();
    assert!(matches!(unknown, KeyringError::Unknown { .. }));
    let other = VaultReader::open(&node.engine, OTHER_VAULT).unwrap();
    let refused = keyring(&node).erase(&node.site, &[part(2)], &other).unwrap_err();
    assert!(matches!(refused, KeyringError::OtherVault { .. }));
}

/// Power loss at every write of an erasure: afterwards it was done wholly or not at all.
#[test]
fn an_erasure_cut_short_is_done_or_not_done() {
    for failure in Failure::BOTH {
        let mut done = 0;
        for cut_at in 0..8 {
            let mut node = node();
            let reader = stored(&node);
            let mut ring = keyring(&node);
            ring.file_missing(&reader).unwrap();
            node.memory.switches().reset();
            node.memory.switches().cut_power_after(cut_at, failure);
            let whole = ring.erase(&node.site, &[part(2)], &reader).is_ok();
            node.crash(cut_at);

            let reader = VaultReader::open(&node.engine, VAULT).unwrap();
            let mut ring = keyring(&node);
            reads_back(&mut ring, &reader, part(1));
            reads_back(&mut ring, &reader, part(3));
            node.site.open_vault(&node.root, OTHER_VAULT).unwrap();
            let erased = matches!(ring.get(part(2)), Err(KeyringError::Erased { .. }));
            assert!(erased || !whole);
            if erased {
                done += 1;
                let old = node.engine.keys.list().unwrap();
                assert!(!old.contains(&"erasure-00000001.key".to_owned()));
            } else {
                reads_back(&mut ring, &reader, part(2));
                let again = ring.erase(&node.site, &[part(2)], &reader).unwrap();
                assert_eq!(again.erased, [part(2)]);
            }
        }
        assert!(done > 0 && done < 8, "the story saw both ends");
    }
}

#[test]
fn a_failed_answer_from_the_heads_loses_no_vault() {
    for failure in Failure::BOTH {
        let mut node = node();
        let reader = stored(&node);
        let mut ring = keyring(&node);
        ring.file_missing(&reader).unwrap();
        node.memory.switches().fail_next(Operation::Swap, failure);
        assert!(ring.erase(&node.site, &[part(2)], &reader).is_err());
        node.restart();
        let mut ring = keyring(&node);
        reads_back(&mut ring, &reader, part(1));
        let erased = matches!(ring.get(part(2)), Err(KeyringError::Erased { .. }));
        assert_eq!(erased, failure == Failure::Persisted);
        node.site.open_vault(&node.root, OTHER_VAULT).unwrap();
    }
}

#[test]
fn a_whole_vault_is_erased_and_its_name_says_so() {
    let node = node();
    stored(&node);
    node.site.erase_vault(VAULT).unwrap();
    assert!(matches!(node.site.open_vault(&node.root, VAULT), Err(KeyError::Erased)));
    assert!(matches!(node.site.vault_public(VAULT), Err(KeyError::Erased)));
    assert!(matches!(node.site.erase_vault(VAULT), Err(KeyError::Erased)));
    assert!(matches!(node.site.create_vault(VAULT), Err(KeyError::Exists { .. })));
    node.site.erase_vault(OTHER_VAULT).unwrap();
}

/// An engine that gives back a page from before is noticed by its count or its key.
#[test]
fn an_older_page_under_a_newer_table_is_refused() {
    let node = node();
    let reader = stored(&node);
    let mut ring = keyring(&node);
    ring.file(part(1), &reader.sealed_keys(part(1)).unwrap()).unwrap();
    let name = format!("keyring/{VAULT}/page/0");
    let old = node.engine.heads.read(&name).unwrap().unwrap();
    ring.file(part(2), &reader.sealed_keys(part(2)).unwrap()).unwrap();
    let now = node.engine.heads.read(&name).unwrap().unwrap();
    node.engine.heads.swap(&name, Some(now.version), &old.value).unwrap();

    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    let refused = Keyring::open(node.engine.heads.clone(), &private).unwrap_err();
    assert!(matches!(refused, KeyringError::Key(KeyError::Closed { .. })));
}

#[test]
fn pages_fill_up_and_the_next_one_begins() {
    let node = node();
    let public = node.site.create_vault(VAULT).unwrap();
    let mut ring = keyring(&node);
    // One envelope opens at one place only, so a few thousand parts are put on a page by hand.
    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    ring.fill_for_test(&private, 2_999);
    for number in 1..=3 {
        let keys = PartKeys::generate(VAULT, part(number)).unwrap();
        ring.file(part(number), &keys.sealed_to(&public).unwrap()).unwrap();
    }
    let mut ring = keyring(&node);
    assert_eq!(ring.count(), 3_002);
    for number in 1..=3 {
        ring.get(part(number)).unwrap();
    }
    assert!(node.engine.heads.read(&format!("keyring/{VAULT}/page/1")).unwrap().is_some());
}
