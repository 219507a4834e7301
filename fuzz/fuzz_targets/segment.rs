//! Segments and quarantine objects written by a vandal who makes the checksums fit: what opens is
//! what was stored, the rest is named.
#![no_main]
use lacre_fuzz::edited;
use lacre_store::{Engine, memory::MemoryEngine};
use lacre_term::{Micros, PartId, Reason, VaultId};
use lacre_vault::{
    Bag, CourtKeyPair, Journal, MachineKey, PartKeys, QuarantineReader, Record, RecordClear, Root,
    SiteKeys, VaultReader, segment,
};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

const VAULT: VaultId = VaultId([0xa1; 16]);
const TRAILER_OCTETS: usize = 24;

struct Base {
    keys: Vec<PartKeys>,
    /// Name and octets of the segment and of the quarantine object.
    segment: (String, Vec<u8>),
    bag: (String, Vec<u8>),
}

fn octets_of(part: PartId, number: u64) -> Vec<u8> {
    format!("sentence {number} of {part}").into_bytes()
}

static BASE: LazyLock<Base> = LazyLock::new(|| base().expect("a sound vault"));

fn base() -> Result<Base, Box<dyn std::error::Error>> {
    let engine = MemoryEngine::new().engine();
    let machine = MachineKey::create(engine.keys.as_ref())?;
    let site = SiteKeys::create(&engine, &Root::generate()?)?;
    let public = site.create_vault(VAULT)?;
    let (mut journal, _) = Journal::open(engine.journal.clone(), &machine)?;
    let mut keys = Vec::new();
    for id in 1..=2u8 {
        let part = PartId([id; 16]);
        let mut part_keys = PartKeys::generate(VAULT, part)?;
        let sealed_keys = part_keys.sealed_to(&public)?;
        let record = Record::PartOpen { vault: VAULT, part, sealed_keys: &sealed_keys, meta: b"" };
        journal.append(record)?;
        for number in 0..3 {
            let octets = octets_of(part, number);
            let received_at = Micros(1);
            let clear = RecordClear { received_at, peer: "p", flags: 0, octets: &octets };
            let sealed = part_keys.encrypt(number, &clear)?;
            journal.append(Record::Pdu { vault: VAULT, part, number, sealed: &sealed })?;
        }
        keys.push(part_keys);
    }
    let courts = [CourtKeyPair::generate()?.public(), CourtKeyPair::generate()?.public()];
    let mut bag = Bag::new(&courts, &machine, "p", 7)?;
    let (id, peer_tag) = (bag.id(), bag.peer_tag());
    let sealed_keys = bag.sealed_keys().to_vec();
    let record = Record::BagOpen { bag: id, peer_tag, minute: 7, sealed_keys: &sealed_keys };
    journal.append(record)?;
    for number in 0..3 {
        let sealed = bag.encrypt(number, Reason::UnknownLiid, Micros(1), b"octets")?;
        let reason = Reason::UnknownLiid;
        journal.append(Record::Quarantined { bag: id, number, reason, sealed: &sealed })?;
    }
    journal.commit(b"")?;
    journal.roll()?;
    for file in journal.closed_files() {
        segment::cut(engine.journal.as_ref(), &file, engine.objects.as_ref())?;
    }
    let only = |prefix: &str| -> Result<(String, Vec<u8>), Box<dyn std::error::Error>> {
        let key = engine.objects.list(prefix)?.pop().ok_or("nothing was cut")?;
        let octets = engine.objects.get(&key)?;
        Ok((key, octets))
    };
    Ok(Base { keys, segment: only("segment/")?, bag: only("quarantine/")? })
}

/// The footer's checksum and the size fit what the vandal wrote.
fn made_to_fit(octets: &mut [u8]) {
    let size = octets.len() as u64;
    let Some(trailer) = octets.len().checked_sub(TRAILER_OCTETS) else { return };
    let length = octets.get(trailer..trailer + 4).and_then(|it| it.try_into().ok());
    let length = length.map_or(0, |it| u32::from_be_bytes(it) as usize);
    let Some(footer) = trailer.checked_sub(length).and_then(|at| octets.get(at..trailer)) else {
        return;
    };
    let sum = crc32c::crc32c(footer);
    octets[trailer + 4..trailer + 8].copy_from_slice(&sum.to_be_bytes());
    octets[trailer + 8..trailer + 16].copy_from_slice(&size.to_be_bytes());
}

fn front_made_to_fit(octets: &mut [u8]) {
    let length = octets.get(28..32).and_then(|it| it.try_into().ok());
    let Some(end) = length.map(|it| (u32::from_be_bytes(it) as usize).saturating_add(32)) else {
        return;
    };
    let Some(front) = octets.get(..end) else { return };
    let sum = crc32c::crc32c(front).to_be_bytes();
    if let Some(place) = octets.get_mut(end..end.saturating_add(4)) {
        place.copy_from_slice(&sum);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((mode, script)) = data.split_first() else { return };
    let engine = MemoryEngine::new().engine();
    let (key, sound) = if mode & 1 == 0 { &BASE.segment } else { &BASE.bag };
    let mut octets = edited(sound, script);
    if mode & 2 == 0 {
        made_to_fit(&mut octets);
        front_made_to_fit(&mut octets);
    }
    engine.objects.put(key, &octets).expect("memory takes it");
    read_vault(&engine);
    read_quarantine(&engine);
});

fn read_vault(engine: &Engine) {
    let Ok(reader) = VaultReader::open(engine, VAULT) else { return };
    for part in reader.parts() {
        let _ = (reader.sealed_keys(part), reader.count(part), reader.record(part, 1));
        let Ok(records) = reader.records(part, 0) else { continue };
        for record in records.take(100) {
            let Ok((number, sealed)) = record else { break };
            let keys = BASE.keys.iter().find(|keys| keys.part() == part);
            if let Some(Ok(clear)) = keys.map(|keys| keys.decrypt(number, &sealed)) {
                assert_eq!(clear.octets[..], octets_of(part, number), "another PDU was opened");
            }
        }
    }
}

fn read_quarantine(engine: &Engine) {
    let Ok(reader) = QuarantineReader::open(engine) else { return };
    let _ = reader.counts();
    for (bag, _) in reader.bags() {
        if let Ok(records) = reader.records(bag) {
            let _ = records.take(100).filter(Result::is_ok).count();
        }
    }
}
