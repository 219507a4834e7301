//! Objects, heads and journals written by a vandal: named errors, no panic, bounded memory.
use super::*;
use crate::{KeyError, QuarantineReader, ReadError, VaultReader, segment::cut};

fn segment(node: &Node) -> (String, Vec<u8>) {
    node.site.create_vault(VAULT).unwrap();
    let mut journal = node.journal();
    node.fill(&mut journal, VAULT, part(1), 3);
    node.fill(&mut journal, VAULT, part(2), 1);
    journal.commit(b"").unwrap();
    journal.roll().unwrap();
    let file = journal.closed_files().remove(0);
    cut(node.engine.journal.as_ref(), &file, node.engine.objects.as_ref()).unwrap();
    journal.retire(&file).unwrap();
    let key = node.engine.objects.list("segment/").unwrap().remove(0);
    let octets = node.engine.objects.get(&key).unwrap();
    (key, octets)
}

fn replace(node: &Node, key: &str, octets: &[u8]) {
    node.engine.objects.delete(key).unwrap();
    node.engine.objects.put(key, octets).unwrap();
}

/// One bit anywhere: either the reader names the segment, or the record does not open.
#[test]
fn one_bit_anywhere_in_a_segment_is_noticed() {
    let node = node();
    let (key, whole) = segment(&node);
    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    let read = || -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
        let reader = VaultReader::open(&node.engine, VAULT)?;
        let mut all = Vec::new();
        for part in reader.parts() {
            let keys = PartKeys::open(&private, VAULT, part, &reader.sealed_keys(part)?)?;
            for record in reader.records(part, 0)? {
                let (number, sealed) = record?;
                all.push(keys.decrypt(number, &sealed)?.octets.to_vec());
            }
        }
        Ok(all)
    };
    let sound = read().unwrap();
    assert_eq!(sound.len(), 4);
    // The first sixteen octets are the magic, which no reader needs; cut and fixity compare it.
    for at in (16..whole.len()).step_by(3) {
        let mut bent = whole.clone();
        bent[at] ^= 1 << (at % 8);
        replace(&node, &key, &bent);
        assert!(read().is_err(), "octet {at} of {}", whole.len());
    }
    for len in [0, 1, 23, 24, 40, whole.len() - 1] {
        replace(&node, &key, &whole[..len]);
        assert!(read().is_err(), "cut to {len}");
    }
    replace(&node, &key, &whole);
    assert_eq!(read().unwrap(), sound);
}

#[test]
fn a_damaged_segment_is_named_and_the_rest_can_be_read_on_purpose() {
    let node = node();
    let (key, whole) = segment(&node);
    let mut journal = node.journal();
    node.fill(&mut journal, VAULT, part(3), 1);
    journal.commit(b"").unwrap();
    replace(&node, &key, &whole[..whole.len() - 1]);

    let named = VaultReader::open(&node.engine, VAULT).unwrap_err();
    assert!(matches!(named, ReadError::Damaged { key: of, .. } if of == key));
    let (reader, damage) = VaultReader::open_despite_damage(&node.engine, VAULT).unwrap();
    assert_eq!((reader.parts(), damage.len()), (vec![part(3)], 1));
}

#[test]
fn a_segment_copied_under_another_name_or_vault_is_refused() {
    let node = node();
    let (key, whole) = segment(&node);
    for copy in [key.replace("0000000000000000", "0000000000000009"), {
        key.replace(&VAULT.to_hex(), &OTHER_VAULT.to_hex())
    }] {
        assert_ne!(copy, key);
        node.engine.objects.put(&copy, &whole).unwrap();
        let vault = VaultId::from_hex(copy.split('/').nth(1).unwrap()).unwrap();
        let refused = VaultReader::open(&node.engine, vault).unwrap_err();
        assert!(matches!(refused, ReadError::Damaged { .. }));
        node.engine.objects.delete(&copy).unwrap();
    }
}

/// Random octets and lengths of gigabytes where our formats are expected.
#[test]
fn garbage_is_refused_and_allocates_nothing_large() {
    let node = node();
    let (key, whole) = segment(&node);
    let mut dice = 7_u64;
    for round in 0..2_000_u32 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut bent = whole.clone();
        let at = usize::try_from(dice >> 33).unwrap() % bent.len();
        let end = (at + 4).min(bent.len());
        bent[at..end].fill(if round % 2 == 0 { 0xff } else { 0 });
        let trailer = bent.len() - 24;
        let footer = u32::from_be_bytes(bent[trailer..trailer + 4].try_into().unwrap());
        // Half of them with a footer checksum that fits, as a vandal would see to.
        if round % 4 < 2
            && let Some(start) = trailer.checked_sub(usize::try_from(footer).unwrap())
        {
            let sum = crc32c::crc32c(&bent[start..trailer]);
            bent[trailer + 4..trailer + 8].copy_from_slice(&sum.to_be_bytes());
        }
        replace(&node, &key, &bent);
        if let Ok(reader) = VaultReader::open(&node.engine, VAULT) {
            for part in reader.parts() {
                let _ = reader.sealed_keys(part);
                let _ = reader.records(part, 0).map(|records| records.take(10).count());
            }
        }
    }
}

#[test]
fn garbage_in_quarantine_heads_and_envelopes_is_refused() {
    let node = node();
    let public = node.site.create_vault(VAULT).unwrap();
    let private = node.site.open_vault(&node.root, VAULT).unwrap();
    let keys = PartKeys::generate(VAULT, part(1)).unwrap();
    let sealed = keys.sealed_to(&public).unwrap();
    for len in 0..sealed.len() {
        assert!(PartKeys::open(&private, VAULT, part(1), &sealed[..len]).is_err());
    }
    let name = format!("keyring/{VAULT}/key");
    let head = node.engine.heads.read(&name).unwrap().unwrap();
    for (step, len) in (0..head.value.len()).step_by(11).enumerate() {
        let version = head.version + u64::try_from(step).unwrap();
        node.engine.heads.swap(&name, Some(version), &head.value[..len]).unwrap();
        let refused = node.site.vault_public(VAULT).unwrap_err();
        let named = matches!(refused, KeyError::Malformed { .. } | KeyError::Closed { .. });
        assert!(named, "{refused}");
    }
    let bag = "quarantine/0102030405060708090a0b0c0d0e0f10/x";
    for octets in [&b""[..], b"lacre/bag/1\n", &[0xff; 400]] {
        node.engine.objects.put(bag, octets).unwrap();
        assert!(QuarantineReader::open(&node.engine).is_err());
        node.engine.objects.delete(bag).unwrap();
    }
}
