//! The journal: the first and only synchronous write, many vaults in one file.
//!
//! Promises: a commit is one write and one sync, and what it returned for survives; numbers are
//! dense; replay gives exactly the committed blocks, perhaps followed by one whose commit did not
//! return; after a failed write or sync every call refuses, until the journal is opened anew.
//!
//! Rules: DESIGN.md decisions 7 and 16; `spec/journal.md`.
mod files;
mod format;
mod replay;
mod writer;

pub use files::JournalFile;
pub(crate) use files::survey;
pub use format::{BLOCK_OCTETS_MAX, OwnedRecord, Record};
pub(crate) use format::{Raw, records};
pub use replay::{Replay, ReplayedBlock};

use crate::{
    error::KeyError,
    machine::MachineKey,
    octets::len32,
    part::{PartKeys, RecordClear},
    provider::random,
};
use files::Survey;
use format::{BLOCK_HEADER_OCTETS, FileHeader, SIDECAR, finish_block, pad, record_fields};
use lacre_store::{Disk, DiskError, DiskFile};
use std::sync::Arc;
use writer::Writer;

/// A file is rolled once it is this large: 64 MiB.
pub const ROLL_OCTETS: u64 = 64 << 20;
/// Room kept between commits; what a burst needed beyond it is given back.
const BUFFER_KEPT: usize = 8 << 20;

/// The number of a committed block; dense from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockNumber(pub u64);

/// Why the journal did not do it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// An earlier write failed; what is on disk is unknown. Stop, reopen, recover.
    #[error("the journal is closed after a failed write: stop, reopen and recover")]
    Poisoned,
    /// The record does not fit beside what is pending. Commit, then append it again.
    #[error("{pending} octets are pending and the record has {record}: commit first")]
    BlockFull {
        /// Octets pending.
        pending: usize,
        /// Octets of the record.
        record: usize,
    },
    /// The record fits no block, or a field of it is too long. Nothing was appended.
    #[error("a record of {record} octets fits no block: split it, or refuse it")]
    RecordTooLarge {
        /// Octets of the record.
        record: usize,
    },
    /// The record could not be encrypted, or wrapped to the machine. Nothing was appended.
    #[error("the record could not be encrypted")]
    Encrypt {
        /// Why.
        #[source]
        source: KeyError,
    },
    /// A block that was committed is not whole any more. Nothing is skipped: stop and restore it.
    #[error(
        "journal file {file} is damaged at octet {offset} and whole blocks follow, or it \
             ends too early: stop, and restore the file from the replica"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Where.
        offset: u64,
    },
    /// The machine's key does not open a block's sidecar or a part's meta.
    #[error(
        "block {number} of the journal does not open with this machine's key: bring the \
             node's own keys/machine.key"
    )]
    OtherMachine {
        /// The block.
        number: u64,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// Only the oldest closed file can be retired, so that a lost one is noticed.
    #[error("journal file {file} is not the oldest closed one: retire files in order")]
    NotOldest {
        /// The file asked for.
        file: String,
    },
    /// No random numbers for a new journal's name.
    #[error("the journal could not be begun")]
    Begin {
        /// Why.
        #[source]
        source: KeyError,
    },
    /// The disk failed.
    #[error("the journal's disk failed: stop, repair it, reopen and recover")]
    Disk {
        /// What it said.
        #[source]
        source: DiskError,
    },
}

/// The journal, open for appending; one per node.
pub struct Journal {
    disk: Arc<dyn Disk>,
    machine: MachineKey,
    journal: [u8; 8],
    writer: Writer,
    active: FileHeader,
    epoch_next: u32,
    next: u64,
    closed: Vec<JournalFile>,
    /// Room for the block header, then records.
    block: Vec<u8>,
    roll_octets: u64,
    poisoned: bool,
}

impl Journal {
    /// Opens the journal, or begins one, and gives back what is in it. What a crash left torn is
    /// cut; the last whole block is written again, because its sync may have been the one that
    /// failed.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Disk`], [`JournalError::Begin`].
    pub fn open(disk: Arc<dyn Disk>, machine: &MachineKey) -> Result<(Self, Replay), JournalError> {
        let Survey { mut files, void, unfinished, next, next_epoch, journal, last_block, torn } =
            survey(disk.as_ref())?;
        for file in &files {
            file.blocks(disk.as_ref())?;
        }
        let journal = match journal {
            Some(journal) => journal,
            None => random().map_err(|source| JournalError::Begin { source })?,
        };
        let carried = u64::from(!last_block.is_empty());
        let active = FileHeader { journal, first: next.saturating_sub(carried), epoch: next_epoch };
        // Before the next is begun: were that one torn too, it would seem to have been begun by a
        // roll where this one begins, and the block both were to carry would be passed over.
        for name in &unfinished {
            disk.remove(name).map_err(|source| JournalError::Disk { source })?;
        }
        let file = begin_file(disk.as_ref(), &active, &last_block)?;
        for name in &void {
            disk.remove(name).map_err(|source| JournalError::Disk { source })?;
        }
        for file in &mut files {
            file.until = file.until.min(active.first);
        }
        // A file of which only the carried block counted is superseded whole.
        for file in files.iter().filter(|file| file.first >= file.until) {
            disk.remove(&file.name).map_err(|source| JournalError::Disk { source })?;
        }
        files.retain(|file| file.first < file.until);
        let this = Self {
            disk: Arc::clone(&disk),
            machine: machine.clone(),
            journal,
            writer: Writer::new(file),
            epoch_next: next_epoch.saturating_add(1),
            next,
            closed: files,
            block: empty_block(),
            roll_octets: ROLL_OCTETS,
            poisoned: false,
            active,
        };
        let replay = Replay::new(disk, machine.clone(), this.all_files(), torn);
        Ok((this, replay))
    }

    /// Rolls at another size than [`ROLL_OCTETS`].
    pub fn set_roll_octets(&mut self, octets: u64) {
        self.roll_octets = octets;
    }

    fn all_files(&self) -> Vec<JournalFile> {
        let active = JournalFile {
            name: self.active.name(),
            journal: self.journal,
            first: self.active.first,
            until: self.next,
        };
        self.closed.iter().cloned().chain([active]).collect()
    }

    /// Appends a record to the block under way; nothing is on disk before
    /// [`commit`](Self::commit).
    ///
    /// # Errors
    /// [`JournalError::BlockFull`], [`JournalError::RecordTooLarge`], [`JournalError::Encrypt`],
    /// [`JournalError::Poisoned`]. The block under way stays as it was.
    pub fn append(&mut self, record: Record<'_>) -> Result<(), JournalError> {
        let wrapped;
        let (kind, open_ended) = match record {
            Record::PartOpen { vault, part, meta, .. } => {
                let bound: [&[u8]; 3] = [&self.journal, &vault.0, &part.0];
                wrapped = self
                    .machine
                    .wrap_at(replay::META, &bound, meta)
                    .map_err(|source| JournalError::Encrypt { source })?;
                (format::PART_OPEN, wrapped.as_slice())
            }
            Record::Pdu { sealed, .. } => (format::PDU, sealed),
            Record::BagOpen { sealed_keys, .. } => (format::BAG_OPEN, sealed_keys),
            Record::Quarantined { sealed, .. } => (format::QUARANTINED, sealed),
        };
        let octets = open_ended.len();
        self.append_with(kind, octets, |block| {
            record_fields(&record, block).ok_or(JournalError::RecordTooLarge { record: octets })?;
            block.extend_from_slice(open_ended);
            Ok(())
        })
    }

    /// Encrypts record `number` of `keys`' part straight into the block under way: as
    /// [`PartKeys::encrypt`] and [`append`](Self::append), without a copy between them.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_clear(
        &mut self,
        keys: &mut PartKeys,
        number: u64,
        record: &RecordClear<'_>,
    ) -> Result<(), JournalError> {
        let (vault, part) = (keys.vault(), keys.part());
        self.append_with(format::PDU, record.octets.len(), |block| {
            let head = Record::Pdu { vault, part, number, sealed: &[] };
            record_fields(&head, block).ok_or(JournalError::RecordTooLarge { record: 0 })?;
            keys.encrypt_onto(number, record, block)
                .map_err(|source| JournalError::Encrypt { source })
        })
    }

    /// `kind ‖ length u32 ‖ what fill writes`; undone when it fails.
    fn append_with(
        &mut self,
        kind: u8,
        octets: usize,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        // Every record's fixed fields, the peer's name, the tag and the sidecar fit the margin.
        const MARGIN: usize = 1 << 18;
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        if octets.saturating_add(MARGIN) > BLOCK_OCTETS_MAX {
            return Err(JournalError::RecordTooLarge { record: octets });
        }
        let start = self.block.len();
        if start.saturating_add(octets).saturating_add(MARGIN) > BLOCK_OCTETS_MAX {
            let pending = self.pending_octets();
            return Err(JournalError::BlockFull { pending, record: octets });
        }
        self.block.extend_from_slice(&[kind, 0, 0, 0, 0]);
        let filled = fill(&mut self.block);
        if filled.is_err() {
            self.block.truncate(start);
        } else {
            patch_length(&mut self.block, start);
        }
        filled
    }

    /// The number the block under way will have.
    #[must_use]
    pub fn next_block(&self) -> u64 {
        self.next
    }

    /// Octets appended and not committed.
    #[must_use]
    pub fn pending_octets(&self) -> usize {
        self.block.len().saturating_sub(BLOCK_HEADER_OCTETS)
    }

    /// Writes the block under way with `sidecar` (machine-wrapped) and syncs: one write, one sync.
    /// An empty block may be committed for its sidecar's sake.
    ///
    /// # Errors
    /// [`JournalError::RecordTooLarge`], [`JournalError::Encrypt`]: nothing was written.
    /// [`JournalError::Disk`]: unknown what was; the journal is [`JournalError::Poisoned`] now.
    pub fn commit(&mut self, sidecar: &[u8]) -> Result<BlockNumber, JournalError> {
        let number = self.finish(sidecar)?;
        let written = self.writer.write(&self.block);
        self.block.truncate(BLOCK_HEADER_OCTETS);
        self.block.shrink_to(BUFFER_KEPT);
        self.written(written)?;
        Ok(number)
    }

    /// As [`commit`](Self::commit), but the write and the sync go on behind the caller's back: the
    /// block is durable once [`settle`](Self::settle), or the next commit of either kind, returns
    /// `Ok`. At most one block is under way; the one before is waited for first.
    ///
    /// # Errors
    /// As [`commit`](Self::commit), for this block or the one before.
    pub fn commit_behind(&mut self, sidecar: &[u8]) -> Result<BlockNumber, JournalError> {
        let number = self.finish(sidecar)?;
        let spare = self.writer.spare();
        let block = std::mem::replace(&mut self.block, spare);
        self.block.clear();
        self.block.resize(BLOCK_HEADER_OCTETS, 0);
        let begun = self.writer.write_behind(block);
        self.written(begun)?;
        Ok(number)
    }

    /// Waits until every block handed over is durable.
    ///
    /// # Errors
    /// [`JournalError::Disk`]: unknown what was written; the journal is poisoned then.
    pub fn settle(&mut self) -> Result<(), JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        let settled = self.writer.settle();
        self.written(settled)
    }

    fn written(&mut self, outcome: Result<(), DiskError>) -> Result<(), JournalError> {
        outcome.map_err(|source| {
            self.poisoned = true;
            JournalError::Disk { source }
        })
    }

    /// Finishes the block under way, with every block before it durable.
    fn finish(&mut self, sidecar: &[u8]) -> Result<BlockNumber, JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        let number = self.next;
        let bound: [&[u8]; 2] = [&self.journal, &number.to_be_bytes()];
        let wrapped = self
            .machine
            .wrap_at(replay::SIDECAR_LABEL, &bound, sidecar)
            .map_err(|source| JournalError::Encrypt { source })?;
        let whole = self.pending_octets().saturating_add(wrapped.len()).saturating_add(5);
        let too_large = JournalError::RecordTooLarge { record: wrapped.len() };
        if whole > BLOCK_OCTETS_MAX {
            return Err(too_large);
        }
        self.settle()?;
        if self.writer.len() >= self.roll_octets {
            self.roll()?;
        }
        let start = self.block.len();
        self.block.extend_from_slice(&[SIDECAR, 0, 0, 0, 0]);
        self.block.extend_from_slice(&wrapped);
        patch_length(&mut self.block, start);
        finish_block(&mut self.block, number).ok_or(too_large)?;
        pad(&mut self.block);
        self.next = self.next.saturating_add(1);
        Ok(BlockNumber(number))
    }

    /// Closes the file under way, if it has a block, and begins the next. What is pending stays
    /// pending.
    ///
    /// # Errors
    /// [`JournalError::Disk`]; the journal is poisoned then.
    pub fn roll(&mut self) -> Result<(), JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        self.settle()?;
        if self.active.first == self.next {
            return Ok(());
        }
        let header = FileHeader { journal: self.journal, first: self.next, epoch: self.epoch_next };
        match begin_file(self.disk.as_ref(), &header, &[]) {
            Ok(file) => self.writer = Writer::new(file),
            Err(error) => {
                self.poisoned = true;
                return Err(error);
            }
        }
        self.closed = self.all_files();
        self.active = header;
        self.epoch_next = self.epoch_next.saturating_add(1);
        Ok(())
    }

    /// Files no block is appended to any more, oldest first: cut them, then retire them.
    #[must_use]
    pub fn closed_files(&self) -> Vec<JournalFile> {
        self.closed.clone()
    }

    /// Removes the oldest closed file, once segments hold what it holds.
    ///
    /// # Errors
    /// [`JournalError::NotOldest`], [`JournalError::Disk`].
    pub fn retire(&mut self, file: &JournalFile) -> Result<(), JournalError> {
        if self.closed.first() != Some(file) {
            return Err(JournalError::NotOldest { file: file.name.clone() });
        }
        match self.disk.remove(&file.name) {
            Ok(()) | Err(DiskError::NotFound { .. }) => {}
            Err(source) => return Err(JournalError::Disk { source }),
        }
        self.closed.remove(0);
        Ok(())
    }
}

fn empty_block() -> Vec<u8> {
    vec![0; BLOCK_HEADER_OCTETS]
}

fn patch_length(block: &mut [u8], start: usize) {
    let body = block.get(start.saturating_add(5)..).unwrap_or_default();
    // A body is bounded by BLOCK_OCTETS_MAX, which fits.
    let len = len32(body).unwrap_or([0xff; 4]);
    if let Some(place) = block.get_mut(start.saturating_add(1)..start.saturating_add(5)) {
        place.copy_from_slice(&len);
    }
}

fn begin_file(
    disk: &dyn Disk,
    header: &FileHeader,
    carried: &[u8],
) -> Result<Box<dyn DiskFile>, JournalError> {
    let failed = |source| JournalError::Disk { source };
    let mut file = disk.create(&header.name()).map_err(failed)?;
    let mut octets = header.encode();
    octets.extend_from_slice(carried);
    pad(&mut octets);
    file.append(&octets).map_err(failed)?;
    file.sync().map_err(failed)?;
    Ok(file)
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Journal(next block {}, {} files closed)", self.next, self.closed.len())
    }
}
