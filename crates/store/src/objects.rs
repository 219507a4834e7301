//! Objects: put once, never overwritten, durable when the put returns.
//!
//! A thief or vandal of this port sees ciphertext and can lose data; fixity and the ledger show
//! the loss. Keys follow [`is_name`](crate::is_name).
//!
//! Rules: ARCHITECTURE.md section 5; DESIGN.md decision 14.

use std::io;

/// The port for what is written once. All calls may come from several threads at a time.
pub trait Objects: Send + Sync {
    /// Puts `octets` under `key` and returns when they survive power loss. Of several puts of one
    /// key, even at the same time, exactly one returns `Ok`.
    ///
    /// # Errors
    /// [`PutError`]; after `Failed` it is unknown whether the object was kept.
    fn put(&self, key: &str, octets: &[u8]) -> Result<(), PutError>;

    /// Puts several, in this order, and returns when all survive power loss. An engine may write
    /// them at the same time, but none is there without all before it, whatever happens.
    ///
    /// # Errors
    /// As [`put`](Self::put), for the first that failed: those before it may be there.
    fn put_all(&self, objects: &[(String, Vec<u8>)]) -> Result<(), PutError> {
        objects.iter().try_for_each(|(key, octets)| self.put(key, octets))
    }

    /// The whole object.
    ///
    /// # Errors
    /// [`GetError`]; a key that cannot be put is `NotFound`.
    fn get(&self, key: &str) -> Result<Vec<u8>, GetError>;

    /// The octets `[offset, offset + len)`, cut at the object's end: a range that reaches past it
    /// is shorter, one that starts at or past it is empty.
    ///
    /// # Errors
    /// [`GetError`] as for [`get`](Self::get).
    fn get_range(&self, key: &str, offset: u64, len: u64) -> Result<Vec<u8>, GetError>;

    /// The object's size in octets.
    ///
    /// # Errors
    /// [`GetError`] as for [`get`](Self::get).
    fn size(&self, key: &str) -> Result<u64, GetError>;

    /// All keys that begin with `prefix`, in octet order; the empty prefix lists everything. End
    /// the prefix with `/` to stay inside one folder.
    ///
    /// # Errors
    /// [`ListError`] when the engine cannot read its own index.
    fn list(&self, prefix: &str) -> Result<Vec<String>, ListError>;

    /// Removes the object for good; for erasure and for retiring derived objects only.
    ///
    /// # Errors
    /// [`DeleteError`]; after `Failed` it is unknown whether the object is still there.
    fn delete(&self, key: &str) -> Result<(), DeleteError>;
}

/// Why an object was not put.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The key is taken; what it holds was not touched. Compare it if you may have put it before.
    #[error("object {key} exists already and is never overwritten")]
    Exists {
        /// The key.
        key: String,
    },
    /// The key breaks the naming rule, or is the folder of another key. Nothing was written.
    #[error("object key {key:?} is not allowed: use 1 to 200 of a-z 0-9 / _ . - without `..`")]
    BadKey {
        /// The key.
        key: String,
    },
    /// Unknown whether the object was kept: read it back, or put it under a new key.
    #[error("could not put object {key}: free space or repair the storage, then read it back")]
    Failed {
        /// The key.
        key: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
}

/// Why an object was not read.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// No such object.
    #[error("object {key} does not exist")]
    NotFound {
        /// The key.
        key: String,
    },
    /// The storage failed; the object may well be there.
    #[error("could not read object {key}: check the storage and try again")]
    Failed {
        /// The key.
        key: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
}

/// Why keys were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The storage failed; no part of the list is given.
    #[error("could not list objects below {prefix:?}: check the storage and try again")]
    Failed {
        /// The prefix asked for.
        prefix: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
}

/// Why an object was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// No such object; an erasure that was cut short may take this for done.
    #[error("object {key} does not exist")]
    NotFound {
        /// The key.
        key: String,
    },
    /// Unknown whether the object is still there: delete it again.
    #[error("could not delete object {key}: repair the storage, then delete it again")]
    Failed {
        /// The key.
        key: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
}
