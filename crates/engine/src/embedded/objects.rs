//! Objects as files, 0444: written aside, synced, linked to their key, folder synced.
//!
//! A hard link fails when the name is taken, so of several writers one wins and none overwrites,
//! across threads and processes.
//!
//! Rule: ARCHITECTURE.md section 5 (put once; a returned put survives power loss).

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use lacre_store::{DeleteError, GetError, ListError, Objects, PutError};

use super::files::{Folder, Incoming, flat, is_misplaced, sync_folder};

/// Files written and synced at the same time: a disk joins their syncs.
const WRITERS: usize = 16;
/// Objects of one round: so many files are open at once, far below what a process may have.
const GROUP: usize = 128;

pub(super) struct FileObjects(Folder);

impl FileObjects {
    pub(super) fn new(folder: Folder) -> Self {
        Self(folder)
    }

    fn put_at(&self, path: &Path, octets: &[u8]) -> io::Result<()> {
        self.0.make_parents(path)?;
        if path.try_exists()? {
            return Err(io::Error::from(ErrorKind::AlreadyExists));
        }
        let incoming = self.0.incoming(octets)?;
        incoming.sync()?;
        incoming.link(path)?;
        sync_parent(path)
    }

    /// Writes and syncs files without names, several at a time: the disk joins their syncs.
    fn write_all(&self, objects: &[(String, Vec<u8>)]) -> io::Result<Vec<Incoming>> {
        let share = objects.len().div_ceil(WRITERS).max(1);
        std::thread::scope(|scope| {
            let write = |share: &[(String, Vec<u8>)]| -> io::Result<Vec<Incoming>> {
                let mut written = Vec::with_capacity(share.len());
                for (_, octets) in share {
                    let incoming = self.0.incoming(octets)?;
                    incoming.sync()?;
                    written.push(incoming);
                }
                Ok(written)
            };
            let mut begun = Vec::with_capacity(WRITERS);
            for share in objects.chunks(share) {
                let writer = std::thread::Builder::new();
                begun.push(writer.spawn_scoped(scope, move || write(share))?);
            }
            let mut written = Vec::with_capacity(objects.len());
            for writer in begun {
                let share = writer.join().map_err(|_| io::Error::other("a writer ended early"))?;
                written.extend(share?);
            }
            Ok(written)
        })
    }

    /// Gives written files their names, in order; a folder is synced before the next is begun, so
    /// that none has its name without all before it.
    fn link_all(
        &self,
        objects: &[(String, Vec<u8>)],
        written: Vec<Incoming>,
    ) -> Result<(), PutError> {
        let mut folder: Option<PathBuf> = None;
        for ((key, _), incoming) in objects.iter().zip(written) {
            let failed = |source| PutError::Failed { key: key.clone(), source };
            let path = self.0.path(key).ok_or_else(|| PutError::BadKey { key: key.clone() })?;
            let parent = path.parent().map(Path::to_owned);
            if folder != parent {
                if let Some(before) = folder.take() {
                    sync_folder(&before).map_err(failed)?;
                }
                self.0.make_parents(&path).map_err(failed)?;
                folder = parent;
            }
            match incoming.link(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    return self.taken(key, &path);
                }
                Err(error) if is_misplaced(&error) => {
                    return Err(PutError::BadKey { key: key.clone() });
                }
                Err(source) => return Err(failed(source)),
            }
        }
        let last = objects.last().map(|(key, _)| key.clone()).unwrap_or_default();
        folder
            .map_or(Ok(()), |folder| sync_folder(&folder))
            .map_err(|source| PutError::Failed { key: last, source })
    }

    /// The name is taken. Its entry may have been linked by a process that died before the sync;
    /// the caller will rely on it, so make it durable before saying so.
    fn taken(&self, key: &str, path: &Path) -> Result<(), PutError> {
        let key = key.to_owned();
        if path.is_dir() {
            return Err(PutError::BadKey { key });
        }
        match sync_parent(path) {
            Ok(()) => Err(PutError::Exists { key }),
            Err(source) => Err(PutError::Failed { key, source }),
        }
    }
}

impl Objects for FileObjects {
    fn put(&self, key: &str, octets: &[u8]) -> Result<(), PutError> {
        let Some(path) = self.0.path(key) else {
            return Err(PutError::BadKey { key: key.to_owned() });
        };
        match self.put_at(&path, octets) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.taken(key, &path),
            Err(error) if is_misplaced(&error) => Err(PutError::BadKey { key: key.to_owned() }),
            Err(source) => Err(PutError::Failed { key: key.to_owned(), source }),
        }
    }

    fn put_all(&self, objects: &[(String, Vec<u8>)]) -> Result<(), PutError> {
        match objects {
            [] => Ok(()),
            [(key, octets)] => self.put(key, octets),
            // Each has its file open until it is linked: no more than a few at a time.
            _ => objects.chunks(GROUP).try_for_each(|group| {
                let first = group.first().map(|(key, _)| key.clone()).unwrap_or_default();
                let failed = |source| PutError::Failed { key: first, source };
                let written = self.write_all(group).map_err(failed)?;
                self.link_all(group, written)
            }),
        }
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, GetError> {
        self.0.read(key).map_err(|source| unread(key, source))
    }

    fn get_range(&self, key: &str, offset: u64, len: u64) -> Result<Vec<u8>, GetError> {
        self.0.read_range(key, offset, len).map_err(|source| unread(key, source))
    }

    fn size(&self, key: &str) -> Result<u64, GetError> {
        self.0.size(key).map_err(|source| unread(key, source))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ListError> {
        let failed = |source| ListError::Failed { prefix: prefix.to_owned(), source };
        self.0.list(prefix).map_err(failed)
    }

    fn delete(&self, key: &str) -> Result<(), DeleteError> {
        let missing = || DeleteError::NotFound { key: key.to_owned() };
        let path = self.0.path(key).ok_or_else(missing)?;
        let removed = if path.is_dir() {
            Err(io::Error::from(ErrorKind::NotFound))
        } else {
            fs::remove_file(&path).map_err(flat)
        };
        match removed.and_then(|()| sync_parent(&path)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(missing()),
            Err(source) => Err(DeleteError::Failed { key: key.to_owned(), source }),
        }
    }
}

fn unread(key: &str, source: io::Error) -> GetError {
    let key = key.to_owned();
    match source.kind() {
        ErrorKind::NotFound => GetError::NotFound { key },
        _ => GetError::Failed { key, source },
    }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    // Sync the folder too: a bare link can vanish on power loss.
    path.parent().map_or(Ok(()), sync_folder)
}
