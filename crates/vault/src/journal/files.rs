//! The journal's files on disk: which there are, which blocks of each count.
//!
//! A file is right about every number from its first on; what an older file holds from there on is
//! superseded. So a torn tail needs no cutting: the next file simply begins at its number.
//!
//! Rules: `spec/journal.md` section "Files".
use super::{
    JournalError,
    format::{BlockAt, FILE_HEADER_OCTETS, FileHeader, Tail, scan},
};
use crate::octets::wide;
use lacre_store::{Disk, DiskError};

/// A journal file and the blocks of it that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalFile {
    pub(super) name: String,
    pub(super) journal: [u8; 8],
    pub(super) first: u64,
    pub(super) until: u64,
}

impl JournalFile {
    /// The file's name on the journal disk.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first block that counts.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// One past the last block that counts.
    #[must_use]
    pub fn until(&self) -> u64 {
        self.until
    }

    pub(crate) fn journal(&self) -> [u8; 8] {
        self.journal
    }

    /// The file's octets and the blocks of it that count.
    ///
    /// # Errors
    /// [`JournalError::Disk`], [`JournalError::Damaged`] when one of them is not whole.
    pub(crate) fn blocks(&self, disk: &dyn Disk) -> Result<(Vec<u8>, Vec<BlockAt>), JournalError> {
        let octets = disk.read(&self.name).map_err(|source| JournalError::Disk { source })?;
        let damaged = |offset| JournalError::Damaged { file: self.name.clone(), offset };
        let header = FileHeader::decode(&octets).ok_or_else(|| damaged(0))?;
        if header.first != self.first || header.journal != self.journal {
            return Err(damaged(0));
        }
        let (mut blocks, tail) = scan(&octets, self.first);
        blocks.retain(|block| block.number < self.until);
        if wide(blocks.len()) == self.until.saturating_sub(self.first) {
            return Ok((octets, blocks));
        }
        match tail {
            Tail::Torn { offset } | Tail::Damage { offset } => Err(damaged(offset)),
            Tail::Clean => Err(damaged(wide(octets.len()))),
        }
    }
}

/// What lies on the disk.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Files with blocks that count, oldest first.
    pub(crate) files: Vec<JournalFile>,
    /// Files of which nothing counts: begun and never used, or wholly superseded.
    pub(crate) void: Vec<String>,
    /// Void files that a crash left half begun: no header, or a carried block that never came
    /// whole. They go before the next file is begun, so that there is never more than one, and
    /// it is the newest.
    pub(crate) unfinished: Vec<String>,
    /// The number the next block has, the epoch the next file has.
    pub(crate) next: u64,
    pub(crate) next_epoch: u32,
    pub(crate) journal: Option<[u8; 8]>,
    /// The last block, whole, as it lies: its sync may have failed.
    pub(crate) last_block: Vec<u8>,
    /// Where a torn write was found, for the record.
    pub(crate) torn: Option<(String, u64)>,
}

/// Looks at every file. Blocks of closed files are not read here but for the last's.
///
/// # Errors
/// [`JournalError::Damaged`], [`JournalError::Missing`], [`JournalError::Disk`].
pub(crate) fn survey(disk: &dyn Disk) -> Result<Survey, JournalError> {
    let failed = |source| JournalError::Disk { source };
    let mut found: Vec<(u32, u64, String)> = disk
        .list()
        .map_err(failed)?
        .into_iter()
        .filter_map(|name| FileHeader::parse_name(&name).map(|(first, epoch)| (epoch, first, name)))
        .collect();
    found.sort();
    let mut out = Survey {
        next_epoch: found.last().map_or(0, |(epoch, ..)| epoch.saturating_add(1)),
        ..Survey::default()
    };
    let mut headers: Vec<(FileHeader, String)> = Vec::new();
    let count = found.len();
    for (at, (_, _, name)) in found.into_iter().enumerate() {
        let octets = match disk.read_range(&name, 0, wide(FILE_HEADER_OCTETS)) {
            Ok(octets) => octets,
            // Retired since the listing: its segments are there.
            Err(DiskError::NotFound { .. }) => continue,
            Err(source) => return Err(failed(source)),
        };
        match FileHeader::decode(&octets).filter(|header| header.name() == name) {
            Some(header) => headers.push((header, name)),
            // Only the newest file can have been begun and not finished.
            None if at.saturating_add(1) == count => out.unfinished.push(name),
            None => {
                return Err(JournalError::Damaged { file: name, offset: 0 });
            }
        }
    }
    settle(disk, headers, &mut out)?;
    Ok(out)
}

/// Decides which file ends where, from the newest back.
fn settle(
    disk: &dyn Disk,
    mut headers: Vec<(FileHeader, String)>,
    out: &mut Survey,
) -> Result<(), JournalError> {
    out.journal = headers.last().map(|(header, _)| header.journal);
    let foreign = headers.iter().find(|(header, _)| Some(header.journal) != out.journal);
    if let Some((_, name)) = foreign {
        return Err(JournalError::Damaged { file: name.clone(), offset: 16 });
    }
    let mut until = None;
    while let Some((header, name)) = headers.pop() {
        let end = match until {
            Some(until) => until,
            None => match newest(disk, &header, &name, headers.last(), out)? {
                Some(end) => end,
                None => continue,
            },
        };
        if header.first < end {
            let (journal, first) = (header.journal, header.first);
            out.files.push(JournalFile { name, journal, first, until: end });
        } else {
            out.void.push(name);
        }
        until = Some(header.first.min(end));
    }
    out.files.reverse();
    Ok(())
}

/// Reads the newest file that may count and says where it ends; `None` when it was begun and its
/// first block never came whole, so that the file before it is the newest.
fn newest(
    disk: &dyn Disk,
    header: &FileHeader,
    name: &str,
    before: Option<&(FileHeader, String)>,
    out: &mut Survey,
) -> Result<Option<u64>, JournalError> {
    let Some((octets, blocks)) = scan_file(disk, header, name, out)? else {
        return Ok(None);
    };
    if let Some(last) = blocks.last() {
        out.next = last.number.saturating_add(1);
        out.last_block = octets.get(last.whole.clone()).unwrap_or_default().to_vec();
        return Ok(Some(out.next));
    }
    // A file begun by a roll: what stands before it was synced, ends there, and may be cut
    // already. A file begun to carry a block takes nothing over before that block is in it.
    let rolled = match before {
        None => true,
        Some((header_before, name_before)) => {
            let before = scan_file(disk, header_before, name_before, out)?;
            before.is_none_or(|(_, blocks)| {
                let end = blocks.last().map(|last| last.number.saturating_add(1));
                end.unwrap_or(header_before.first) == header.first
            })
        }
    };
    if !rolled {
        out.unfinished.push(name.to_owned());
        return Ok(None);
    }
    out.next = header.first;
    Ok(Some(header.first))
}

type Scanned = (Vec<u8>, Vec<BlockAt>);

/// The whole blocks of an open-ended file; `None` when it was retired meanwhile.
fn scan_file(
    disk: &dyn Disk,
    header: &FileHeader,
    name: &str,
    out: &mut Survey,
) -> Result<Option<Scanned>, JournalError> {
    let octets = match disk.read(name) {
        Ok(octets) => octets,
        Err(DiskError::NotFound { .. }) => return Ok(None),
        Err(source) => return Err(JournalError::Disk { source }),
    };
    let (blocks, tail) = scan(&octets, header.first);
    match tail {
        Tail::Damage { offset } => {
            return Err(JournalError::Damaged { file: name.to_owned(), offset });
        }
        Tail::Torn { offset } => out.torn = Some((name.to_owned(), offset)),
        Tail::Clean => {}
    }
    Ok(Some((octets, blocks)))
}
