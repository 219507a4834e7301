//! Disk: one folder of the node's own; files that grow at the end, and small files replaced whole.
//!
//! What [`DiskFile::sync`] returned `Ok` for survives power loss; octets appended after it may
//! survive whole, torn or not at all. Names follow [`is_name`](crate::is_name) and may use `/`;
//! folders come into being with the first file in them.
//!
//! Rule: DESIGN.md decision 16 (group commit; a failed sync is never tried again).

use std::io;

/// One folder. All calls may come from several threads at a time; a file has one writer.
pub trait Disk: Send + Sync {
    /// Makes the new, empty file `name`; its entry in the folder is durable on return.
    ///
    /// # Errors
    /// [`DiskError`]: `Exists` when there is one already, which is left alone.
    fn create(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError>;

    /// Opens the existing file `name` to append at its end; what it holds by then is synced, so a
    /// process that was killed before its sync finds here what is durable.
    ///
    /// # Errors
    /// [`DiskError`]: `NotFound` when there is none; nothing is made.
    fn append_to(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError>;

    /// The whole file, what is not synced yet included.
    ///
    /// # Errors
    /// [`DiskError`].
    fn read(&self, name: &str) -> Result<Vec<u8>, DiskError>;

    /// The octets `[offset, offset + len)`, cut at the file's end as in
    /// [`Objects::get_range`](crate::Objects::get_range).
    ///
    /// # Errors
    /// [`DiskError`].
    fn read_range(&self, name: &str, offset: u64, len: u64) -> Result<Vec<u8>, DiskError>;

    /// The file's size in octets.
    ///
    /// # Errors
    /// [`DiskError`].
    fn size(&self, name: &str) -> Result<u64, DiskError>;

    /// All names in this folder and below, in octet order.
    ///
    /// # Errors
    /// [`DiskError`], with an empty name.
    fn list(&self) -> Result<Vec<String>, DiskError>;

    /// Removes the file; durable on return. In `keys/` its octets are overwritten first.
    ///
    /// # Errors
    /// [`DiskError`]: `NotFound` when there is none.
    fn remove(&self, name: &str) -> Result<(), DiskError>;

    /// Makes `name` hold exactly `octets`, whether it existed or not: after a power loss the file
    /// is wholly the old one or wholly the new one, and the new one once this returned.
    ///
    /// # Errors
    /// [`DiskError`]; after `Failed` or `Sync` the file is wholly the old or wholly the new one.
    fn replace(&self, name: &str, octets: &[u8]) -> Result<(), DiskError>;

    /// As [`replace`](Self::replace) but without any sync: readers see the old file or the new
    /// one; a power loss may leave the old, the new or a damaged one, so publish again on start.
    ///
    /// # Errors
    /// [`DiskError`].
    fn publish(&self, name: &str, octets: &[u8]) -> Result<(), DiskError>;
}

/// A file open for appending. After a failed append, sync or truncate its state on disk is
/// unknown and every later call answers [`DiskError::Poisoned`]: drop it, reopen, recover.
pub trait DiskFile: Send {
    /// Appends `octets`; durable only after the next [`sync`](Self::sync).
    ///
    /// # Errors
    /// [`DiskError`]; after `Failed` any prefix of `octets` may be in the file.
    fn append(&mut self, octets: &[u8]) -> Result<(), DiskError>;

    /// Returns when everything appended survives power loss.
    ///
    /// # Errors
    /// [`DiskError::Sync`]: what was appended since the last sync may or may not survive.
    fn sync(&mut self) -> Result<(), DiskError>;

    /// Size in octets, what is not synced yet included.
    fn len(&self) -> u64;

    /// Whether the file is empty.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Cuts the file to `len` octets and syncs it; a `len` at or past the end changes nothing.
    ///
    /// # Errors
    /// [`DiskError`].
    fn truncate(&mut self, len: u64) -> Result<(), DiskError>;
}

/// Why a file was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The file is there already and was left alone.
    #[error("file {name} exists already: open it to append, or choose another name")]
    Exists {
        /// The file.
        name: String,
    },
    /// No such file.
    #[error("file {name} does not exist")]
    NotFound {
        /// The file.
        name: String,
    },
    /// The name breaks the naming rule, or is the folder of another file. Nothing was written.
    #[error("file name {name:?} is not allowed: use 1 to 200 of a-z 0-9 / _ . - without `..`")]
    BadName {
        /// The name.
        name: String,
    },
    /// The storage failed. After a write it is unknown how much of it is in the file.
    #[error("could not read or write file {name}: free space or repair the storage, then reopen")]
    Failed {
        /// The file.
        name: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
    /// State on disk unknown: stop, reopen, recover. Never retry a sync.
    #[error("could not sync file {name}: what is on disk is unknown; stop, reopen and recover")]
    Sync {
        /// The file.
        name: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
    /// An earlier write or sync through this handle failed.
    #[error("file {name} is closed after a failed write: stop, reopen and recover")]
    Poisoned {
        /// The file.
        name: String,
    },
}
