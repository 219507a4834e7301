//! A folder in memory that knows which octets a sync covered.
//!
//! A crash keeps what was synced; of the rest it keeps a run of octets from the front, sometimes
//! with a sector of zeros in it. Octets under a sync that failed without persisting stay readable
//! until the crash and are zeros after it, even if a later sync succeeded: Linux marks such pages
//! clean and never writes them.
//!
//! Rule: DESIGN.md decision 16 (a failed sync is final).

use std::io;
use std::ops::Range;

use super::{Dice, Handle, Tree, octets_of, range};
use crate::faults::Folder;
use crate::{Disk, DiskError, DiskFile};

const SECTOR_OCTETS: usize = 512;

#[derive(Default)]
pub(super) struct MemoryFolder {
    tree: Tree<MemoryFile>,
    born: u64,
}

/// One file: what readers see, and how much of it is on the platter.
struct MemoryFile {
    id: u64,
    octets: Vec<u8>,
    synced: usize,
    lost: Vec<Range<usize>>,
    /// Set by an unsynced publication: what a power loss may bring back.
    before: Option<Option<Vec<u8>>>,
}

impl MemoryFolder {
    fn id(&mut self) -> u64 {
        self.born = self.born.saturating_add(1);
        self.born
    }

    /// A sync of `name` failed and the octets it should have covered will never be written.
    pub(super) fn lose(&mut self, name: &str) {
        if let Some(file) = self.tree.items.get_mut(name) {
            file.lost.push(file.synced..file.octets.len());
        }
    }

    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.tree.items.retain(|_, file| file.crash(dice));
    }

    /// Puts a whole new file under `name`; `synced` tells replacing from publishing.
    fn put_whole(&mut self, name: &str, octets: &[u8], synced: bool) {
        let old = self.tree.items.remove(name);
        let before = match (synced, old) {
            (true, _) => None,
            (false, None) => Some(None),
            (false, Some(old)) => Some(old.before.unwrap_or(Some(old.octets))),
        };
        let id = self.id();
        let octets = octets.to_vec();
        let file = MemoryFile { id, synced: octets.len(), octets, lost: Vec::new(), before };
        self.tree.insert(name, file);
    }
}

impl MemoryFile {
    /// Whether the file is still there after the power loss.
    fn crash(&mut self, dice: &mut Dice) -> bool {
        if let Some(before) = self.before.take() {
            match (dice.up_to(2), before) {
                (0, None) => return false,
                (0, Some(old)) => self.octets = old,
                (1, _) => self.octets.clear(),
                _ => {}
            }
        } else {
            self.tear(dice);
        }
        self.synced = self.octets.len();
        self.lost.clear();
        true
    }

    fn tear(&mut self, dice: &mut Dice) {
        for lost in &self.lost {
            if let Some(octets) = self.octets.get_mut(lost.clone()) {
                octets.fill(0);
            }
        }
        let open = self.octets.len().saturating_sub(self.synced);
        let kept = dice.up_to(open);
        self.octets.truncate(self.synced.saturating_add(kept));
        if kept > 0 && dice.up_to(1) == 1 {
            let from = self.synced.saturating_add(dice.up_to(kept.saturating_sub(1)));
            let to = from.saturating_add(SECTOR_OCTETS).min(self.octets.len());
            if let Some(hole) = self.octets.get_mut(from..to) {
                hole.fill(0);
            }
        }
    }

    fn cut(&mut self, len: usize) {
        self.octets.truncate(len);
        self.synced = self.octets.len();
        for lost in &mut self.lost {
            *lost = lost.start.min(len)..lost.end.min(len);
        }
    }
}

pub(super) struct MemoryDisk {
    handle: Handle,
    folder: Folder,
}

impl MemoryDisk {
    pub(super) fn new(handle: Handle, folder: Folder) -> Self {
        Self { handle, folder }
    }

    fn with<T>(
        &self,
        name: &str,
        work: impl FnOnce(&mut MemoryFolder) -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        let failed = |source| DiskError::Failed { name: name.to_owned(), source };
        let mut state = self.handle.enter().map_err(failed)?;
        work(state.folder(self.folder))
    }

    fn with_file<T>(
        &self,
        name: &str,
        work: impl FnOnce(&MemoryFile) -> T,
    ) -> Result<T, DiskError> {
        self.with(name, |folder| match folder.tree.items.get(name) {
            Some(file) => Ok(work(file)),
            None => Err(DiskError::NotFound { name: name.to_owned() }),
        })
    }

    fn put_whole(&self, name: &str, octets: &[u8], synced: bool) -> Result<(), DiskError> {
        self.with(name, |folder| {
            if !folder.tree.admits(name) {
                return Err(DiskError::BadName { name: name.to_owned() });
            }
            folder.put_whole(name, octets, synced);
            Ok(())
        })
    }

    fn open(&self, name: &str, id: u64, len: usize) -> Box<dyn DiskFile> {
        let (handle, folder, name) = (self.handle.clone(), self.folder, name.to_owned());
        Box::new(OpenFile { handle, folder, name, id, len: octets_of(len), poisoned: false })
    }
}

impl Disk for MemoryDisk {
    fn create(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
        let id = self.with(name, |folder| {
            if folder.tree.items.contains_key(name) {
                return Err(DiskError::Exists { name: name.to_owned() });
            }
            if !folder.tree.admits(name) {
                return Err(DiskError::BadName { name: name.to_owned() });
            }
            folder.put_whole(name, &[], true);
            Ok(folder.born)
        })?;
        Ok(self.open(name, id, 0))
    }

    fn append_to(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
        let (id, len) = self.with(name, |folder| match folder.tree.items.get_mut(name) {
            Some(file) => {
                file.synced = file.octets.len();
                Ok((file.id, file.synced))
            }
            None => Err(DiskError::NotFound { name: name.to_owned() }),
        })?;
        Ok(self.open(name, id, len))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, DiskError> {
        self.with_file(name, |file| file.octets.clone())
    }

    fn read_range(&self, name: &str, offset: u64, len: u64) -> Result<Vec<u8>, DiskError> {
        self.with_file(name, |file| range(&file.octets, offset, len))
    }

    fn size(&self, name: &str) -> Result<u64, DiskError> {
        self.with_file(name, |file| octets_of(file.octets.len()))
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        self.with("", |folder| Ok(folder.tree.list("")))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        self.with(name, |folder| match folder.tree.items.remove(name) {
            Some(_) => Ok(()),
            None => Err(DiskError::NotFound { name: name.to_owned() }),
        })
    }

    fn replace(&self, name: &str, octets: &[u8]) -> Result<(), DiskError> {
        self.put_whole(name, octets, true)
    }

    fn publish(&self, name: &str, octets: &[u8]) -> Result<(), DiskError> {
        self.put_whole(name, octets, false)
    }
}

struct OpenFile {
    handle: Handle,
    folder: Folder,
    name: String,
    id: u64,
    len: u64,
    poisoned: bool,
}

impl OpenFile {
    fn with(&mut self, work: impl FnOnce(&mut MemoryFile)) -> Result<(), DiskError> {
        let name = || self.name.clone();
        if self.poisoned {
            return Err(DiskError::Poisoned { name: name() });
        }
        let done = self.handle.enter().and_then(|mut state| {
            let file = state.folder(self.folder).tree.items.get_mut(&self.name);
            match file.filter(|file| file.id == self.id) {
                Some(file) => {
                    work(file);
                    Ok(octets_of(file.octets.len()))
                }
                None => Err(io::Error::other("the file was removed or replaced while open")),
            }
        });
        match done {
            Ok(len) => {
                self.len = len;
                Ok(())
            }
            Err(source) => {
                let failed = DiskError::Failed { name: name(), source };
                self.poisoned = true;
                Err(failed)
            }
        }
    }
}

impl DiskFile for OpenFile {
    fn append(&mut self, octets: &[u8]) -> Result<(), DiskError> {
        self.with(|file| file.octets.extend_from_slice(octets))
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.with(|file| file.synced = file.octets.len())
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn truncate(&mut self, len: u64) -> Result<(), DiskError> {
        self.with(|file| file.cut(usize::try_from(len).unwrap_or(usize::MAX)))
    }
}
