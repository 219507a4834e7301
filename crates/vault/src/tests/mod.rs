//! Stories of the vault, told with the memory engine; each rule beside its forbidden side.
mod erasure;
mod hostile;
mod journal;
mod keys;
mod known;
mod quarantine;
mod segment;

use crate::{Journal, MachineKey, PartKeys, Record, RecordClear, Root, SiteKeys};
use lacre_store::{Engine, memory::MemoryEngine};
use lacre_term::{Micros, PartId, VaultId};

/// A node with all its keys, and its shares at hand.
struct Node {
    memory: MemoryEngine,
    engine: Engine,
    machine: MachineKey,
    root: Root,
    site: SiteKeys,
}

const VAULT: VaultId = VaultId([0xa1; 16]);
const OTHER_VAULT: VaultId = VaultId([0xa2; 16]);
const PEER: &str = "operator-north";

fn part(number: u8) -> PartId {
    PartId([number; 16])
}

fn node() -> Node {
    let memory = MemoryEngine::new();
    let engine = memory.engine();
    let machine = MachineKey::create(engine.keys.as_ref()).unwrap();
    let root = Root::generate().unwrap();
    let site = SiteKeys::create(&engine, &root).unwrap();
    Node { memory, engine, machine, root, site }
}

impl Node {
    fn journal(&self) -> Journal {
        Journal::open(self.engine.journal.clone(), &self.machine).unwrap().0
    }

    /// After a power loss: nothing given out before works any more.
    fn crash(&mut self, seed: u64) {
        self.memory.crash(seed);
        self.restart();
    }

    fn restart(&mut self) {
        self.engine = self.memory.engine();
        self.machine = MachineKey::load(self.engine.keys.as_ref()).unwrap();
        self.site = SiteKeys::load(&self.engine).unwrap();
    }

    /// Opens a part in the journal and stores `count` PDUs in it, uncommitted.
    fn fill(&self, journal: &mut Journal, vault: VaultId, part: PartId, count: u64) {
        let public = self.site.vault_public(vault).unwrap();
        let mut keys = PartKeys::generate(vault, part).unwrap();
        let sealed_keys = keys.sealed_to(&public).unwrap();
        let meta = b"LIID and CIN of the part";
        journal.append(Record::PartOpen { vault, part, sealed_keys: &sealed_keys, meta }).unwrap();
        for number in 0..count {
            let octets = words(part, number);
            journal.append_clear(&mut keys, number, &clear(&octets)).unwrap();
        }
    }

    /// Every octet under the site: objects, heads, files.
    fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let mut all = Vec::new();
        for key in self.engine.objects.list("").unwrap() {
            all.push((key.clone(), self.engine.objects.get(&key).unwrap()));
        }
        for name in self.engine.heads.list("").unwrap() {
            all.push((name.clone(), self.engine.heads.read(&name).unwrap().unwrap().value));
        }
        for disk in [&self.engine.journal, &self.engine.keys, &self.engine.log] {
            for name in disk.list().unwrap() {
                all.push((name.clone(), disk.read(&name).unwrap()));
            }
        }
        all
    }
}

fn words(part: PartId, number: u64) -> Vec<u8> {
    format!("what was said in {part}, sentence {number}").into_bytes()
}

fn clear(octets: &[u8]) -> RecordClear<'_> {
    RecordClear { received_at: Micros(1_795_462_020_000_000), peer: PEER, flags: 3, octets }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
