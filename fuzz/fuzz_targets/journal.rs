//! Journal files written by a vandal who makes the checksums fit: opening names the damage or gives
//! sidecars this machine wrote, and a journal that opened goes on.
#![no_main]
use lacre_fuzz::edited;
use lacre_store::memory::MemoryEngine;
use lacre_term::{PartId, VaultId};
use lacre_vault::{Journal, MachineKey, QuarantineReader, Record, VaultReader};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const VAULT: VaultId = VaultId([0xa1; 16]);
const HEADER_OCTETS: usize = 40;

struct Base {
    machine: MachineKey,
    files: Vec<(String, Vec<u8>)>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| base().expect("a sound journal"));

fn base() -> Result<Base, Box<dyn std::error::Error>> {
    let engine = MemoryEngine::new().engine();
    let machine = MachineKey::create(engine.keys.as_ref())?;
    let (mut journal, _) = Journal::open(engine.journal.clone(), &machine)?;
    for round in 0..2u8 {
        let part = PartId([round; 16]);
        let sealed_keys = [7; 40];
        let meta = b"meta of ours";
        journal.append(Record::PartOpen { vault: VAULT, part, sealed_keys: &sealed_keys, meta })?;
        journal.append(Record::Pdu { vault: VAULT, part, number: 0, sealed: &[9; 30] })?;
        journal.commit(b"sidecar of ours")?;
        journal.append(Record::Pdu { vault: VAULT, part, number: 1, sealed: &[9; 30] })?;
        journal.commit(b"sidecar of ours")?;
        journal.roll()?;
    }
    let mut files = Vec::new();
    for name in engine.journal.list()? {
        files.push((name.clone(), engine.journal.read(&name)?));
    }
    Ok(Base { machine, files })
}

/// Header and blocks get the checksums of what they hold now.
fn made_to_fit(octets: &mut [u8]) {
    if let Some(header) = octets.get(..36) {
        let sum = crc32c::crc32c(header).to_be_bytes();
        if let Some(place) = octets.get_mut(36..HEADER_OCTETS) {
            place.copy_from_slice(&sum);
        }
    }
    let mut at = HEADER_OCTETS;
    while let Some(length) = octets.get(at + 12..at + 16).and_then(|it| it.try_into().ok()) {
        let length = u32::from_be_bytes(length) as usize;
        let (head, body) = (octets.get(at..at + 16), octets.get(at + 20..at + 20 + length));
        let (Some(head), Some(body)) = (head, body) else { return };
        let sum = crc32c::crc32c_append(crc32c::crc32c(head), body).to_be_bytes();
        octets[at + 16..at + 20].copy_from_slice(&sum);
        at += 20 + length;
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(([which, mode], script)) = data.split_first_chunk::<2>() else { return };
    let engine = MemoryEngine::new().engine();
    for (at, (name, sound)) in BASE.files.iter().enumerate() {
        let chosen = usize::from(*which) % BASE.files.len() == at;
        if chosen && mode & 4 != 0 {
            continue;
        }
        let mut octets = if chosen { edited(sound, script) } else { sound.clone() };
        if mode & 1 == 0 {
            made_to_fit(&mut octets);
        }
        let mut file = engine.journal.create(name).expect("memory takes it");
        file.append(&octets).and_then(|()| file.sync()).expect("memory takes it");
    }
    let _ = VaultReader::open(&engine, VAULT).map(|reader| {
        reader.parts().into_iter().for_each(|part| drop(reader.record(part, 0)));
    });
    let _ = QuarantineReader::open(&engine).map(|reader| reader.counts());
    let Ok((mut journal, replay)) = Journal::open(engine.journal.clone(), &BASE.machine) else {
        return;
    };
    for block in replay {
        let Ok(block) = block else { return };
        assert_eq!(block.sidecar, b"sidecar of ours", "another sidecar was unwrapped");
    }
    journal.commit(b"sidecar of ours").expect("a journal that opened goes on");
    drop(journal);
    let again = Journal::open(engine.journal.clone(), &BASE.machine).map(|(_, replay)| {
        assert!(replay.last().is_some_and(|block| block.is_ok()));
    });
    assert!(again.is_ok(), "a journal that went on opens again");
});
