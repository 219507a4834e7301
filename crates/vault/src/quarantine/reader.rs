//! Counting quarantine, and giving its ciphertexts to who has the court's key.
//!
//! Promises: what is cut and what is still in the journal are counted once; counting needs no key
//! and reads no ciphertext of what is cut; a damaged object is named.
//!
//! Rules: DESIGN.md decision 10; `spec/quarantine.md`.
use super::format::{Front, START_OCTETS, front_octets, read_bodies, read_front};
use crate::{
    journal::{JournalError, Raw},
    octets::wide,
    reader::journal_records,
};
use lacre_store::{DeleteError, Engine, GetError, ListError, Objects};
use lacre_term::{BagId, Reason};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// No object of quarantine is larger than a journal file: 256 MiB.
const OBJECT_OCTETS_MAX: u64 = 256 << 20;

/// What is known of a bag without any key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BagSummary {
    /// Keyed fingerprint of the peer's name.
    pub peer_tag: [u8; 16],
    /// Minutes since 1970.
    pub minute: i64,
    /// The key, sealed to the court's two keys.
    pub sealed_keys: Vec<u8>,
    /// Records by reason.
    pub counts: BTreeMap<Reason, u64>,
    /// Octets of ciphertext.
    pub octets: u64,
}

/// Why quarantine was not read or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum QuarantineError {
    /// The object is not what was written.
    #[error("quarantine object {key} is damaged: restore it from a copy")]
    Damaged {
        /// The object.
        key: String,
    },
    /// No such bag.
    #[error("there is no quarantine bag {bag}")]
    Unknown {
        /// The bag.
        bag: BagId,
    },
    /// Some of the bag is in the journal only.
    #[error("bag {bag} is still in the journal: roll and cut the journal, then destroy it")]
    InJournal {
        /// The bag.
        bag: BagId,
    },
    /// The journal could not be read.
    #[error("the journal could not be read")]
    Journal(#[source] JournalError),
    /// The object store failed.
    #[error("quarantine object {key} could not be read: check the storage and try again")]
    Get {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: GetError,
    },
    /// The object store could not list.
    #[error("quarantine could not be listed: check the storage and try again")]
    List(#[source] ListError),
    /// An object was not deleted: destroy again.
    #[error("quarantine object {key} could not be deleted: destroy the bag again")]
    Delete {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: DeleteError,
    },
}

type Sealed = (u64, Reason, Vec<u8>);

#[derive(Default)]
struct Held {
    summary: BagSummary,
    opened: bool,
    keys: Vec<String>,
    in_journal: Vec<Sealed>,
}

/// Quarantine as it stands when opened.
pub struct QuarantineReader {
    objects: Arc<dyn Objects>,
    bags: BTreeMap<BagId, Held>,
}

impl QuarantineReader {
    /// Reads what is in the journal and the fronts of all objects.
    ///
    /// # Errors
    /// [`QuarantineError`]; a damaged object is named.
    pub fn open(engine: &Engine) -> Result<Self, QuarantineError> {
        // The journal first: a file retired meanwhile has its objects put before.
        let mut bags: BTreeMap<BagId, Held> = BTreeMap::new();
        journal_records(engine.journal.as_ref(), |_, raw, _| match raw {
            Raw::BagOpen { bag, peer_tag, minute, sealed_keys } => {
                bags.entry(bag).or_default().open((peer_tag, minute, sealed_keys.to_vec()));
            }
            Raw::Quarantined { bag, number, reason, sealed } => {
                let held = bags.entry(bag).or_default();
                held.in_journal.push((number, reason, sealed.to_vec()));
            }
            _ => {}
        })
        .map_err(QuarantineError::Journal)?;
        let objects = Arc::clone(&engine.objects);
        for key in objects.list("quarantine/").map_err(QuarantineError::List)? {
            let bag = key.split('/').nth(1).and_then(BagId::from_hex);
            let bag = bag.ok_or_else(|| QuarantineError::Damaged { key: key.clone() })?;
            let front = load_front(objects.as_ref(), bag, &key)?;
            bags.entry(bag).or_default().add_object(key, front);
        }
        for held in bags.values_mut() {
            held.count_journal();
        }
        Ok(Self { objects, bags })
    }

    /// Every bag and what is known of it.
    pub fn bags(&self) -> impl Iterator<Item = (BagId, &BagSummary)> {
        self.bags.iter().map(|(bag, held)| (*bag, &held.summary))
    }

    /// Records by reason, over all bags.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Reason, u64> {
        let mut counts = BTreeMap::new();
        for (reason, count) in self.bags.values().flat_map(|held| &held.summary.counts) {
            let sum: &mut u64 = counts.entry(*reason).or_default();
            *sum = sum.saturating_add(*count);
        }
        counts
    }

    /// The records of `bag`, still sealed, in number order of each object.
    ///
    /// # Errors
    /// [`QuarantineError::Unknown`].
    pub fn records(&self, bag: BagId) -> Result<BagRecords<'_>, QuarantineError> {
        let held = self.bags.get(&bag).ok_or(QuarantineError::Unknown { bag })?;
        Ok(BagRecords {
            reader: self,
            bag,
            keys: held.keys.iter().collect(),
            ready: VecDeque::new(),
            in_journal: Some(&held.in_journal),
        })
    }

    /// Deletes all objects of `bag`: nothing else ever held its key.
    ///
    /// # Errors
    /// [`QuarantineError::InJournal`], [`QuarantineError::Unknown`], [`QuarantineError::Delete`]:
    /// destroy again, what is deleted already does not hinder.
    pub fn destroy(&self, bag: BagId) -> Result<(), QuarantineError> {
        let held = self.bags.get(&bag).ok_or(QuarantineError::Unknown { bag })?;
        if !held.in_journal.is_empty() || held.keys.is_empty() {
            return Err(QuarantineError::InJournal { bag });
        }
        for key in &held.keys {
            match self.objects.delete(key) {
                Ok(()) | Err(DeleteError::NotFound { .. }) => {}
                Err(source) => {
                    return Err(QuarantineError::Delete { key: key.clone(), source });
                }
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for QuarantineReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QuarantineReader({} bags)", self.bags.len())
    }
}

impl Held {
    fn open(&mut self, (peer_tag, minute, sealed_keys): ([u8; 16], i64, Vec<u8>)) {
        if !self.opened {
            self.opened = true;
            self.summary.peer_tag = peer_tag;
            self.summary.minute = minute;
            self.summary.sealed_keys = sealed_keys;
        }
    }

    fn count(&mut self, reason: Reason, octets: u64) {
        let count = self.summary.counts.entry(reason).or_default();
        *count = count.saturating_add(1);
        self.summary.octets = self.summary.octets.saturating_add(octets);
    }

    fn add_object(&mut self, key: String, front: Front) {
        if let Some(opening) = front.opening {
            self.open(opening);
        }
        let numbers = front.rows.first().zip(front.rows.last());
        if let Some(((first, ..), (last, ..))) = numbers {
            // Numbers go up, so an object covers all between its first and its last.
            self.in_journal.retain(|(number, ..)| !(*first..=*last).contains(number));
        }
        for (_, reason, octets) in &front.rows {
            self.count(*reason, u64::from(*octets));
        }
        self.keys.push(key);
    }

    fn count_journal(&mut self) {
        let rows: Vec<_> = self
            .in_journal
            .iter()
            .map(|(_, reason, sealed)| (*reason, wide(sealed.len())))
            .collect();
        for (reason, octets) in rows {
            self.count(reason, octets);
        }
    }
}

fn load_front(objects: &dyn Objects, bag: BagId, key: &str) -> Result<Front, QuarantineError> {
    let failed = |source| QuarantineError::Get { key: key.to_owned(), source };
    let damaged = || QuarantineError::Damaged { key: key.to_owned() };
    let size = objects.size(key).map_err(failed)?;
    if size > OBJECT_OCTETS_MAX {
        return Err(damaged());
    }
    let start = objects.get_range(key, 0, START_OCTETS).map_err(failed)?;
    let front = front_octets(&start).map(wide).filter(|front| *front <= size);
    let octets = objects.get_range(key, 0, front.ok_or_else(damaged)?).map_err(failed)?;
    read_front(bag, &octets, size).ok_or_else(damaged)
}

/// Iterates over a bag's sealed records, one object in memory at a time.
pub struct BagRecords<'a> {
    reader: &'a QuarantineReader,
    bag: BagId,
    keys: VecDeque<&'a String>,
    ready: VecDeque<Sealed>,
    in_journal: Option<&'a Vec<Sealed>>,
}

impl BagRecords<'_> {
    fn load(&self, key: &str) -> Result<Vec<Sealed>, QuarantineError> {
        let front = load_front(self.reader.objects.as_ref(), self.bag, key)?;
        let octets = self
            .reader
            .objects
            .get(key)
            .map_err(|source| QuarantineError::Get { key: key.to_owned(), source })?;
        read_bodies(&octets, &front).ok_or_else(|| QuarantineError::Damaged { key: key.to_owned() })
    }
}

impl Iterator for BagRecords<'_> {
    type Item = Result<Sealed, QuarantineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            match self.keys.pop_front() {
                Some(key) => match self.load(key) {
                    Ok(records) => self.ready = records.into(),
                    Err(error) => {
                        self.keys.clear();
                        self.in_journal = None;
                        return Some(Err(error));
                    }
                },
                None => self.ready = self.in_journal.take()?.clone().into(),
            }
        }
    }
}

impl std::fmt::Debug for BagRecords<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BagRecords({})", self.bag)
    }
}
