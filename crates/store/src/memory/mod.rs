//! The memory engine: every promise of the ports, and every way to break, without a disk.
//!
//! For the tests of every room. It keeps apart what was synced from what was only written, so a
//! seeded [`MemoryEngine::crash`] takes back or tears what no sync covered, as a power loss does;
//! its [`Switches`] make single operations fail in both forms.
//!
//! Rules: ARCHITECTURE.md section 5; DESIGN.md decision 16.

mod disk;
mod heads;
mod objects;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::faults::{self, Folder, Switches};
use crate::{Engine, Head};

use disk::{MemoryDisk, MemoryFolder};
use heads::MemoryHeads;
use objects::MemoryObjects;

/// An engine in memory; clones share what it holds.
#[derive(Clone, Default)]
pub struct MemoryEngine {
    core: Core,
    switches: Switches,
}

impl std::fmt::Debug for MemoryEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryEngine").finish_non_exhaustive()
    }
}

impl MemoryEngine {
    /// An empty engine.
    #[must_use]
    pub fn new() -> Self {
        let engine = Self::default();
        let core = engine.core.clone();
        engine.switches.on_lost_sync(move |folder, name| core.lock().folder(folder).lose(name));
        engine
    }

    /// Opens the engine; what it gives out works until the next [`crash`](Self::crash).
    #[must_use]
    pub fn engine(&self) -> Engine {
        let born = self.core.lock().generation;
        let handle = || Handle { core: self.core.clone(), born };
        let plain = Engine {
            objects: Arc::new(MemoryObjects(handle())),
            heads: Arc::new(MemoryHeads(handle())),
            journal: Arc::new(MemoryDisk::new(handle(), Folder::Journal)),
            keys: Arc::new(MemoryDisk::new(handle(), Folder::Keys)),
            log: Arc::new(MemoryDisk::new(handle(), Folder::Log)),
        };
        faults::around(plain, &self.switches)
    }

    /// The switches that make this engine fail.
    #[must_use]
    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    /// Power loss and restart: objects, heads and synced octets stay; each file loses what no sync
    /// covered, wholly, from some octet on, or with a hole in it, as `seed` decides; published
    /// files are the new, the old or an empty one. Every handle given out before is dead. All
    /// switches are off afterwards.
    pub fn crash(&self, seed: u64) {
        let mut state = self.core.lock();
        let mut dice = Dice(seed);
        state.generation = state.generation.saturating_add(1);
        for folder in &mut state.folders {
            folder.crash(&mut dice);
        }
        drop(state);
        self.switches.reset();
    }
}

/// What the engine holds, behind one lock.
#[derive(Clone, Default)]
struct Core(Arc<Mutex<State>>);

impl Core {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    generation: u64,
    objects: Tree<Vec<u8>>,
    heads: BTreeMap<String, Head>,
    folders: [MemoryFolder; 3],
}

impl State {
    fn folder(&mut self, folder: Folder) -> &mut MemoryFolder {
        let [journal, keys, log] = &mut self.folders;
        match folder {
            Folder::Journal => journal,
            Folder::Keys => keys,
            Folder::Log => log,
        }
    }
}

/// One opening of the engine.
#[derive(Clone)]
struct Handle {
    core: Core,
    born: u64,
}

impl Handle {
    fn enter(&self) -> Result<MutexGuard<'_, State>, io::Error> {
        let state = self.core.lock();
        if state.generation == self.born {
            Ok(state)
        } else {
            Err(io::Error::other("this handle is from before the crash"))
        }
    }
}

/// Names with what they hold. As on a file system, a name is never a folder of another.
struct Tree<T> {
    items: BTreeMap<String, T>,
    folders: BTreeSet<String>,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { items: BTreeMap::new(), folders: BTreeSet::new() }
    }
}

impl<T> Tree<T> {
    /// Whether `name` may stand here: allowed, no folder itself, and below no file.
    fn admits(&self, name: &str) -> bool {
        crate::is_name(name)
            && !self.folders.contains(name)
            && parents(name).all(|parent| !self.items.contains_key(parent))
    }

    fn insert(&mut self, name: &str, item: T) {
        self.folders.extend(parents(name).map(str::to_owned));
        self.items.insert(name.to_owned(), item);
    }

    fn list(&self, prefix: &str) -> Vec<String> {
        self.items.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}

/// `a/b/c` is in `a` and in `a/b`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| name.get(..at))
}

/// The octets `[offset, offset + len)`, cut at the end.
fn range(octets: &[u8], offset: u64, len: u64) -> Vec<u8> {
    let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(octets.len());
    let (from, to) = (within(offset), within(offset.saturating_add(len)));
    octets.get(from..to).map(<[u8]>::to_vec).unwrap_or_default()
}

/// A length as a number of octets; no length here exceeds it.
fn octets_of(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// SplitMix64: the same seed tears the same octets on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `most`, both possible.
    fn up_to(&mut self, most: usize) -> usize {
        let sides = octets_of(most).saturating_add(1);
        let rolled = self.roll().checked_rem(sides).unwrap_or(0);
        usize::try_from(rolled).unwrap_or(0)
    }
}
