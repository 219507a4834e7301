//! The embedded engine: one folder on one machine, files and SQLite.
//!
//! ```text
//! objects/    put once, 0444        journal/   files that grow at the end
//! heads.db    versioned heads       keys/      0700, files 0600, overwritten when removed
//! site.lock   who is using it       log/       published folder
//! ```
//!
//! Promises what the ports promise, on a file system that keeps its own promises: fsync of a file
//! and of a folder, hard links that never overwrite, renames that are atomic.
//!
//! Rules: DESIGN.md decisions 15 and 16; ARCHITECTURE.md sections 5 and 6.

mod direct;
mod disk;
mod files;
mod heads;
mod lock;
mod objects;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lacre_store::Engine;

pub use lock::{Locked, SiteLock, lock};

use disk::FileDisk;
use files::{Access, Folder};
use heads::SqliteHeads;
use objects::FileObjects;

/// Why a site could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A folder could not be made, read or synced.
    #[error("could not open site folder {}: give this user access to it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The heads could not be opened.
    #[error("could not open heads {}: give this user access to it, or restore it", path.display())]
    Heads {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        #[source]
        source: io::Error,
    },
    /// The heads were written by a later version of Lacre. Nothing was changed.
    #[error("heads {} have format {found}, this version reads format 1: use a newer lacre",
            path.display())]
    Format {
        /// The database file.
        path: PathBuf,
        /// The format found.
        found: i64,
    },
}

/// Opens the site in `dir`, and makes whatever part of it is missing, `dir` included; ask
/// [`is_site`] first where a mistyped name must not become a site. Leftovers of writes that a
/// crash cut short are removed unless another process has the site open.
///
/// # Errors
/// [`OpenError`]; what was made stays.
pub fn open(dir: &Path) -> Result<Engine, OpenError> {
    make_site(dir).map_err(|source| OpenError::Folder { path: dir.to_owned(), source })?;
    let folder = |name: &str, access: Access| {
        let path = dir.join(name);
        Folder::open(&path, access).map_err(|source| OpenError::Folder { path, source })
    };
    let engine = Engine {
        objects: Arc::new(FileObjects::new(folder("objects", Access::ReadOnly)?)),
        journal: Arc::new(FileDisk::new(folder("journal", Access::Common)?)),
        keys: Arc::new(FileDisk::new(folder("keys", Access::Private)?)),
        log: Arc::new(FileDisk::new(folder("log", Access::Common)?)),
        heads: Arc::new(SqliteHeads::open(&heads_path(dir))?),
    };
    files::sync_folder(dir).map_err(|source| OpenError::Folder { path: dir.to_owned(), source })?;
    Ok(engine)
}

/// Whether `dir` holds a site, whole or in part.
#[must_use]
pub fn is_site(dir: &Path) -> bool {
    heads_path(dir).is_file()
}

fn make_site(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(dir)?;
    // The last folder's own entry; those above it belong to whoever lays out the machine.
    match dir.parent() {
        Some(above) if above != Path::new("") => files::sync_folder(above),
        _ => files::sync_folder(Path::new(".")),
    }
}

fn heads_path(dir: &Path) -> PathBuf {
    dir.join("heads.db")
}
