//! Objects as files, 0444: written aside, synced, linked to their key, folder synced.
//!
//! A hard link fails when the name is taken, so of several writers one wins and none overwrites,
//! across threads and processes.
//!
//! Rule: ARCHITECTURE.md section 5 (put once; a returned put survives power loss).

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use lacre_store::{DeleteError, GetError, ListError, Objects, PutError};

use super::files::{Folder, flat, is_misplaced, sync_folder};

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
