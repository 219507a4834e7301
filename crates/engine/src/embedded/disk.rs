//! The node's own folders as files: appended and synced, or replaced whole by a rename.
//!
//! A private folder (`keys/`) overwrites what it removes or replaces; within this process nobody
//! reads a file while that happens.
//!
//! Rules: DESIGN.md decision 16 (a failed sync is final); decision 8 (old keys are destroyed).

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use lacre_store::{Disk, DiskError, DiskFile};

use super::direct::{self, Direct};
use super::files::{Access, Folder, flat, is_misplaced, sync_folder, wipe};

pub(super) struct FileDisk {
    folder: Folder,
    wiping: RwLock<()>,
}

impl FileDisk {
    pub(super) fn new(folder: Folder) -> Self {
        Self { folder, wiping: RwLock::new(()) }
    }

    fn reading<T>(
        &self,
        name: &str,
        work: impl FnOnce(&Folder) -> io::Result<T>,
    ) -> Result<T, DiskError> {
        let _quiet = self.wiping.read().unwrap_or_else(PoisonError::into_inner);
        work(&self.folder).map_err(|source| failed(name, source))
    }

    fn is_private(&self) -> bool {
        self.folder.access() == Access::Private
    }

    fn writable(&self, name: &str) -> Result<PathBuf, DiskError> {
        self.folder.path(name).ok_or_else(|| DiskError::BadName { name: name.to_owned() })
    }

    /// Where the existing file `name` is.
    fn existing(&self, name: &str) -> Result<PathBuf, DiskError> {
        match self.folder.path(name) {
            Some(path) if !path.is_dir() => Ok(path),
            _ => Err(DiskError::NotFound { name: name.to_owned() }),
        }
    }

    pub(super) fn open(name: &str, file: File, path: &Path, len: u64) -> Box<dyn DiskFile> {
        let direct = Direct::open(path);
        Box::new(OpenFile { name: name.to_owned(), file, direct, len, poisoned: false })
    }
}

impl Disk for FileDisk {
    fn create(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
        let path = self.writable(name)?;
        let made = self.folder.make_parents(&path).and_then(|()| self.folder.new_file(&path));
        let file = made.map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists if path.is_dir() => {
                DiskError::BadName { name: name.to_owned() }
            }
            ErrorKind::AlreadyExists => DiskError::Exists { name: name.to_owned() },
            _ => unmade(name, source),
        })?;
        sync_parent(name, &path)?;
        Ok(Self::open(name, file, &path, 0))
    }

    fn append_to(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
        let path = self.existing(name)?;
        let opened = OpenOptions::new().append(true).open(&path).map_err(flat);
        let file = opened.map_err(|source| failed(name, source))?;
        // A process killed before its sync left octets that only the page cache has.
        file.sync_all().map_err(|source| unsynced(name, source))?;
        let len = file.metadata().map_err(|source| failed(name, source))?.len();
        Ok(Self::open(name, file, &path, len))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, DiskError> {
        self.reading(name, |folder| folder.read(name))
    }

    fn read_range(&self, name: &str, offset: u64, len: u64) -> Result<Vec<u8>, DiskError> {
        self.reading(name, |folder| folder.read_range(name, offset, len))
    }

    fn size(&self, name: &str) -> Result<u64, DiskError> {
        self.reading(name, |folder| folder.size(name))
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        self.reading("", |folder| folder.list(""))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        let path = self.existing(name)?;
        let _alone = self.wiping.write().unwrap_or_else(PoisonError::into_inner);
        if self.is_private() {
            let opened = OpenOptions::new().write(true).open(&path).map_err(flat);
            let mut file = opened.map_err(|source| failed(name, source))?;
            wipe(&mut file).map_err(|source| unsynced(name, source))?;
        }
        fs::remove_file(&path).map_err(|source| failed(name, flat(source)))?;
        sync_parent(name, &path)
    }

    fn replace(&self, name: &str, octets: &[u8]) -> Result<(), DiskError> {
        let path = self.writable(name)?;
        self.folder.make_parents(&path).map_err(|source| unmade(name, source))?;
        let incoming = self.folder.incoming(octets).map_err(|source| unmade(name, source))?;
        incoming.sync().map_err(|source| unsynced(name, source))?;
        let _alone = self.wiping.write().unwrap_or_else(PoisonError::into_inner);
        // Opened before the rename, which leaves the old file without a name.
        let old = match OpenOptions::new().write(true).open(&path) {
            Ok(old) if self.is_private() => Some(old),
            _ => None,
        };
        incoming.rename(&path).map_err(|source| unmade(name, source))?;
        sync_parent(name, &path)?;
        match old {
            Some(mut old) => wipe(&mut old).map_err(|source| unsynced(name, source)),
            None => Ok(()),
        }
    }

    fn publish(&self, name: &str, octets: &[u8]) -> Result<(), DiskError> {
        let path = self.writable(name)?;
        self.folder.make_parents_unsynced(&path).map_err(|source| unmade(name, source))?;
        let incoming = self.folder.incoming(octets).map_err(|source| unmade(name, source))?;
        incoming.rename(&path).map_err(|source| unmade(name, source))
    }
}

struct OpenFile {
    name: String,
    file: File,
    /// Past the page cache, where the file system can.
    direct: Option<Direct>,
    len: u64,
    poisoned: bool,
}

impl OpenFile {
    fn run(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), DiskError>,
    ) -> Result<(), DiskError> {
        if self.poisoned {
            return Err(DiskError::Poisoned { name: self.name.clone() });
        }
        let done = work(self);
        self.poisoned = done.is_err();
        done
    }
}

impl DiskFile for OpenFile {
    fn append(&mut self, octets: &[u8]) -> Result<(), DiskError> {
        self.run(|open| {
            let written = match &mut open.direct {
                Some(direct) if direct::takes(open.len, octets) => direct.write(open.len, octets),
                _ => open.file.write_all(octets),
            };
            written.map_err(|source| failed(&open.name, source))?;
            let more = u64::try_from(octets.len()).map_err(io::Error::other);
            open.len = more
                .map(|more| open.len.saturating_add(more))
                .map_err(|source| failed(&open.name, source))?;
            Ok(())
        })
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        // Data and size; the times of the file are nobody's evidence.
        self.run(|open| open.file.sync_data().map_err(|source| unsynced(&open.name, source)))
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn truncate(&mut self, len: u64) -> Result<(), DiskError> {
        self.run(|open| {
            if len < open.len {
                open.file.set_len(len).map_err(|source| failed(&open.name, source))?;
                open.len = len;
            }
            open.file.sync_all().map_err(|source| unsynced(&open.name, source))
        })
    }
}

fn sync_parent(name: &str, path: &Path) -> Result<(), DiskError> {
    // Sync the folder too: a bare rename can vanish on power loss.
    path.parent().map_or(Ok(()), sync_folder).map_err(|source| unsynced(name, source))
}

fn unmade(name: &str, source: io::Error) -> DiskError {
    if is_misplaced(&source) {
        DiskError::BadName { name: name.to_owned() }
    } else {
        DiskError::Failed { name: name.to_owned(), source }
    }
}

fn failed(name: &str, source: io::Error) -> DiskError {
    let name = name.to_owned();
    match source.kind() {
        ErrorKind::NotFound => DiskError::NotFound { name },
        _ => DiskError::Failed { name, source },
    }
}

fn unsynced(name: &str, source: io::Error) -> DiskError {
    DiskError::Sync { name: name.to_owned(), source }
}
