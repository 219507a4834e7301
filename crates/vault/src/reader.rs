//! Reading a vault: its segments by their footers, and what is still in the journal.
//!
//! Promises: opening reads footers and the journal, no ciphertext of a segment; a record that is in
//! both is given once; a damaged object is named, never passed over; nothing is believed that the
//! footer's checksum, the object's key and its size do not agree on.
//!
//! Rules: DESIGN.md decisions 15 and 16; `spec/segment.md` section "Reading".
use crate::{
    journal::{JournalError, Raw, records, survey},
    octets::wide,
    segment::{
        format::{Footer, KeysAt, Run, TRAILER_OCTETS, Trailer, read_footer, read_lengths},
        object_key,
    },
};
use lacre_store::{Disk, DiskError, Engine, GetError, ListError, Objects};
use lacre_term::{PartId, VaultId};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// No segment is larger than a journal file and its footer: 256 MiB.
const SEGMENT_OCTETS_MAX: u64 = 256 << 20;
/// Read at an object's end in one go; most footers fit.
const TAIL_OCTETS: u64 = 64 << 10;
/// Read of a run in one go.
const CHUNK_OCTETS: u64 = 1 << 20;

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The object is not what was written.
    #[error("segment {key} is damaged ({what}): restore it from a copy")]
    Damaged {
        /// The object.
        key: String,
        /// Which part of it.
        what: &'static str,
    },
    /// The vault holds no such part.
    #[error("part {part} is not in this vault's segments or journal")]
    UnknownPart {
        /// The part.
        part: PartId,
    },
    /// The part is there, the record is not.
    #[error("part {part} has no record {number}")]
    UnknownRecord {
        /// The part.
        part: PartId,
        /// The number.
        number: u64,
    },
    /// PDUs of the part are there, its sealed keys are not.
    #[error("the sealed keys of part {part} are missing: a segment was lost; restore it")]
    NoKeys {
        /// The part.
        part: PartId,
    },
    /// The journal file was cut and retired after this reader was opened.
    #[error("journal file {file} was retired meanwhile: open the reader again")]
    Retired {
        /// The file.
        file: String,
    },
    /// The journal is damaged or cannot be read.
    #[error("the journal could not be read")]
    Journal(#[source] JournalError),
    /// The object store failed.
    #[error("segment {key} could not be read: check the storage and try again")]
    Get {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: GetError,
    },
    /// The object store could not list.
    #[error("the segments of vault {vault} could not be listed: check the storage and try again")]
    List {
        /// The vault.
        vault: VaultId,
        /// Why.
        #[source]
        source: ListError,
    },
}

/// A record in a journal file: file, offset, octets.
type InJournal = (Arc<str>, u64, u64);

enum KeysPlace {
    Journal(Vec<u8>),
    Segment(Arc<str>, KeysAt),
}

#[derive(Default)]
struct PartIndex {
    keys: Option<KeysPlace>,
    runs: Vec<(Arc<str>, Run)>,
    in_journal: BTreeMap<u64, InJournal>,
}

impl PartIndex {
    fn run_with(&self, number: u64) -> Option<&(Arc<str>, Run)> {
        let before = self.runs.partition_point(|(_, run)| run.first <= number);
        let runs = self.runs.get(..before)?;
        runs.iter().rev().find(|(_, run)| number < end(run))
    }

    /// The lowest number at or after `number` that is there.
    fn next_from(&self, number: u64) -> Option<u64> {
        if self.run_with(number).is_some() {
            return Some(number);
        }
        let run = self.runs.iter().map(|(_, run)| run.first).find(|first| *first >= number);
        let journal = self.in_journal.range(number..).next().map(|(number, _)| *number);
        run.into_iter().chain(journal).min()
    }

    fn count(&self) -> u64 {
        let (mut count, mut covered) = (wide(self.in_journal.len()), 0);
        for (_, run) in &self.runs {
            let new = end(run).saturating_sub(run.first.max(covered));
            count = new.saturating_add(count);
            covered = end(run).max(covered);
        }
        count
    }
}

fn end(run: &Run) -> u64 {
    run.first.saturating_add(u64::from(run.count))
}

/// One vault as it stands when opened: an index of ciphertexts, no key.
pub struct VaultReader {
    vault: VaultId,
    objects: Arc<dyn Objects>,
    journal: Arc<dyn Disk>,
    parts: BTreeMap<PartId, PartIndex>,
}

impl VaultReader {
    /// Reads the index of `vault`.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::Damaged`] names the segment whose footer cannot be believed.
    pub fn open(engine: &Engine, vault: VaultId) -> Result<Self, ReadError> {
        let (this, mut damage) = Self::open_despite_damage(engine, vault)?;
        match damage.pop() {
            Some(error) => Err(error),
            None => Ok(this),
        }
    }

    /// As [`open`](Self::open), but with what is left when segments are damaged, and what is
    /// damaged. Parts may be missing or short; say so to whoever reads them.
    ///
    /// # Errors
    /// [`ReadError`] when the journal or the store cannot be read at all.
    pub fn open_despite_damage(
        engine: &Engine,
        vault: VaultId,
    ) -> Result<(Self, Vec<ReadError>), ReadError> {
        let mut this = Self {
            vault,
            objects: Arc::clone(&engine.objects),
            journal: Arc::clone(&engine.journal),
            parts: BTreeMap::new(),
        };
        // The journal first: a file retired meanwhile has its segments put before.
        this.index_journal().map_err(ReadError::Journal)?;
        let mut damage = Vec::new();
        let keys = this.objects.list(&format!("segment/{vault}/"));
        for key in keys.map_err(|source| ReadError::List { vault, source })? {
            match this.footer(&key) {
                Ok(footer) => this.index_segment(&key, footer),
                Err(error @ ReadError::Damaged { .. }) => damage.push(error),
                Err(error) => return Err(error),
            }
        }
        for part in this.parts.values_mut() {
            part.runs.sort_by_key(|(_, run)| (run.first, run.count));
            let runs = std::mem::take(&mut part.runs);
            let covered = PartIndex { runs, ..PartIndex::default() };
            part.in_journal.retain(|number, _| covered.run_with(*number).is_none());
            part.runs = covered.runs;
        }
        Ok((this, damage))
    }

    fn index_journal(&mut self) -> Result<(), JournalError> {
        let (vault, parts) = (self.vault, &mut self.parts);
        journal_records(self.journal.as_ref(), |file, raw, end| match raw {
            Raw::PartOpen { vault: of, part, sealed_keys, .. } if of == vault => {
                let keys = KeysPlace::Journal(sealed_keys.to_vec());
                parts.entry(part).or_default().keys = Some(keys);
            }
            Raw::Pdu { vault: of, part, number, sealed } if of == vault => {
                let octets = wide(sealed.len());
                let place = (Arc::clone(file), end.saturating_sub(octets), octets);
                parts.entry(part).or_default().in_journal.insert(number, place);
            }
            _ => {}
        })
    }

    fn footer(&self, key: &str) -> Result<Footer, ReadError> {
        let damaged = |what| ReadError::Damaged { key: key.to_owned(), what };
        let failed = |source| ReadError::Get { key: key.to_owned(), source };
        let size = self.objects.size(key).map_err(failed)?;
        if size > SEGMENT_OCTETS_MAX {
            return Err(damaged("its size"));
        }
        let tail_at = size.saturating_sub(TAIL_OCTETS);
        let tail = self.objects.get_range(key, tail_at, TAIL_OCTETS).map_err(failed)?;
        let split = tail.len().checked_sub(TRAILER_OCTETS);
        let (front, trailer) =
            split.and_then(|at| tail.split_at_checked(at)).ok_or(damaged("its size"))?;
        let trailer = Trailer::decode(trailer, size).ok_or(damaged("its trailer"))?;
        let footer_at =
            size.saturating_sub(wide(TRAILER_OCTETS)).saturating_sub(wide(trailer.footer_octets));
        let whole;
        let octets = match front.len().checked_sub(trailer.footer_octets) {
            Some(at) => front.get(at..).unwrap_or_default(),
            None => {
                let len = wide(trailer.footer_octets);
                whole = self.objects.get_range(key, footer_at, len).map_err(failed)?;
                whole.as_slice()
            }
        };
        let footer = read_footer(octets, trailer, footer_at).ok_or(damaged("its footer"))?;
        let named =
            object_key("segment", &footer.vault.to_hex(), footer.journal, footer.first_block);
        if named == key { Ok(footer) } else { Err(damaged("its name")) }
    }

    fn index_segment(&mut self, key: &str, footer: Footer) {
        let key: Arc<str> = key.into();
        for at in footer.keys {
            let part = self.parts.entry(at.part).or_default();
            part.keys = Some(KeysPlace::Segment(Arc::clone(&key), at));
        }
        for run in footer.runs {
            self.parts.entry(run.part).or_default().runs.push((Arc::clone(&key), run));
        }
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> VaultId {
        self.vault
    }

    /// Every part, in the order of their random names.
    #[must_use]
    pub fn parts(&self) -> Vec<PartId> {
        self.parts.keys().copied().collect()
    }

    fn part(&self, part: PartId) -> Result<&PartIndex, ReadError> {
        self.parts.get(&part).ok_or(ReadError::UnknownPart { part })
    }

    /// The part's keys, sealed to the vault (to a generation of its key that may be gone).
    ///
    /// # Errors
    /// [`ReadError::UnknownPart`], [`ReadError::NoKeys`], [`ReadError::Get`].
    pub fn sealed_keys(&self, part: PartId) -> Result<Vec<u8>, ReadError> {
        match &self.part(part)?.keys {
            None => Err(ReadError::NoKeys { part }),
            Some(KeysPlace::Journal(sealed)) => Ok(sealed.clone()),
            Some(KeysPlace::Segment(key, at)) => {
                let octets = u64::from(at.octets);
                let sealed = self.range(key, at.offset, octets)?;
                (wide(sealed.len()) == octets).then_some(sealed).ok_or_else(|| cut_short(key))
            }
        }
    }

    /// How many records of the part are there; 0 for a part that is not.
    #[must_use]
    pub fn count(&self, part: PartId) -> u64 {
        self.parts.get(&part).map_or(0, PartIndex::count)
    }

    /// The part's records from number `from` on, still encrypted, in number order. A number that
    /// is not there is passed over: compare with the seal's count.
    ///
    /// # Errors
    /// [`ReadError::UnknownPart`].
    pub fn records(&self, part: PartId, from: u64) -> Result<Records<'_>, ReadError> {
        Ok(Records {
            reader: self,
            part: self.part(part)?,
            next: Some(from),
            lengths: None,
            ready: VecDeque::new(),
            chunk_octets: CHUNK_OCTETS,
        })
    }

    /// One record, still encrypted.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::UnknownRecord`].
    pub fn record(&self, part: PartId, number: u64) -> Result<Vec<u8>, ReadError> {
        let mut records = self.records(part, number)?;
        records.chunk_octets = 0;
        match records.next() {
            Some(Ok((found, sealed))) if found == number => Ok(sealed),
            Some(Err(error)) => Err(error),
            _ => Err(ReadError::UnknownRecord { part, number }),
        }
    }

    fn range(&self, key: &str, offset: u64, len: u64) -> Result<Vec<u8>, ReadError> {
        self.objects
            .get_range(key, offset, len)
            .map_err(|source| ReadError::Get { key: key.to_owned(), source })
    }
}

fn cut_short(key: &str) -> ReadError {
    ReadError::Damaged { key: key.to_owned(), what: "it ends too early" }
}

impl std::fmt::Debug for VaultReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VaultReader({}, {} parts)", self.vault, self.parts.len())
    }
}

/// Iterates over a part's encrypted records; after an error it ends.
pub struct Records<'a> {
    reader: &'a VaultReader,
    part: &'a PartIndex,
    next: Option<u64>,
    /// The run under way: its segment, itself, its lengths.
    lengths: Option<(Arc<str>, Run, Vec<u32>)>,
    ready: VecDeque<(u64, Vec<u8>)>,
    /// Records of a run are read together up to this; at least one is.
    chunk_octets: u64,
}

impl Records<'_> {
    fn fill(&mut self) -> Result<(), ReadError> {
        let Some(number) = self.next.take().and_then(|from| self.part.next_from(from)) else {
            return Ok(());
        };
        match self.part.run_with(number) {
            Some((key, run)) => self.fill_from_run(key, run, number)?,
            None => {
                let Some((file, offset, octets)) = self.part.in_journal.get(&number) else {
                    return Ok(());
                };
                let sealed = read_journal(self.reader.journal.as_ref(), file, *offset, *octets)?;
                self.ready.push_back((number, sealed));
            }
        }
        self.next = self.ready.back().and_then(|(last, _)| last.checked_add(1));
        Ok(())
    }

    fn fill_from_run(&mut self, key: &Arc<str>, run: &Run, number: u64) -> Result<(), ReadError> {
        let under_way = self.lengths.as_ref().is_some_and(|(at, of, _)| at == key && of == run);
        if !under_way {
            let octets = u64::from(run.count).saturating_mul(4);
            let table = self.reader.range(key, run.offset, octets)?;
            let lengths = read_lengths(&table, run)
                .ok_or(ReadError::Damaged { key: key.to_string(), what: "a table of lengths" })?;
            self.lengths = Some((Arc::clone(key), *run, lengths));
        }
        let Some((_, _, lengths)) = &self.lengths else {
            return Ok(());
        };
        let skip = usize::try_from(number.saturating_sub(run.first)).unwrap_or(usize::MAX);
        let before: u64 = lengths.iter().take(skip).map(|len| u64::from(*len)).sum();
        let (mut taken, mut sizes) = (0_u64, Vec::new());
        for len in lengths.iter().skip(skip) {
            let sum = taken.saturating_add(u64::from(*len));
            if !sizes.is_empty() && sum > self.chunk_octets {
                break;
            }
            taken = sum;
            sizes.push(*len);
        }
        let octets = self.reader.range(key, run.data().saturating_add(before), taken)?;
        let mut cursor = crate::octets::Cursor::new(&octets);
        for (number, len) in (number..).zip(sizes) {
            let len = usize::try_from(len).map_err(|_| cut_short(key))?;
            let sealed = cursor.take(len).ok_or_else(|| cut_short(key))?;
            self.ready.push_back((number, sealed.to_vec()));
        }
        Ok(())
    }
}

impl Iterator for Records<'_> {
    type Item = Result<(u64, Vec<u8>), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && let Err(error) = self.fill()
        {
            self.next = None;
            self.ready.clear();
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}

impl std::fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Records(next {:?})", self.next)
    }
}

fn read_journal(
    disk: &dyn Disk,
    file: &Arc<str>,
    offset: u64,
    octets: u64,
) -> Result<Vec<u8>, ReadError> {
    match disk.read_range(file, offset, octets) {
        Ok(sealed) if wide(sealed.len()) == octets => Ok(sealed),
        Ok(_) => Err(ReadError::Journal(JournalError::Damaged { file: file.to_string(), offset })),
        Err(DiskError::NotFound { .. }) => Err(ReadError::Retired { file: file.to_string() }),
        Err(source) => Err(ReadError::Journal(JournalError::Disk { source })),
    }
}

/// Calls `each` with file, record and where the record ends, for all the journal holds now.
///
/// # Errors
/// [`JournalError`] as for opening the journal.
pub(crate) fn journal_records(
    disk: &dyn Disk,
    mut each: impl FnMut(&Arc<str>, Raw<'_>, u64),
) -> Result<(), JournalError> {
    for file in survey(disk)?.files {
        let (octets, blocks) = match file.blocks(disk) {
            Ok(read) => read,
            // Retired since: what it held is in segments.
            Err(JournalError::Disk { source: DiskError::NotFound { .. } }) => continue,
            Err(error) => return Err(error),
        };
        let name: Arc<str> = file.name().into();
        for block in blocks {
            let damaged = JournalError::Damaged {
                file: file.name().to_owned(),
                offset: wide(block.whole.start),
            };
            let body = octets.get(block.body.clone());
            let read = body.and_then(|body| {
                records(body, |raw, end| {
                    each(&name, raw, wide(block.body.start.saturating_add(end)));
                    Some(())
                })
            });
            if read.is_none() {
                return Err(damaged);
            }
        }
    }
    Ok(())
}
