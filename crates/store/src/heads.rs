//! Heads: compare-and-swap of small versioned values; they never go back.
//!
//! A vandal of this port can roll it back and fork the log; witnesses show it.
//! Names follow [`is_name`](crate::is_name).
//!
//! Rules: ARCHITECTURE.md section 5; DESIGN.md decisions 8 and 11.

use std::io;

/// Largest value of a head in octets (256 KiB).
pub const VALUE_OCTETS_MAX: usize = 262_144;

/// The port for what changes. All calls may come from several threads and processes at a time.
pub trait Heads: Send + Sync {
    /// The head as it stands, `None` when it was never written.
    ///
    /// # Errors
    /// [`HeadError`] when the storage failed.
    fn read(&self, name: &str) -> Result<Option<Head>, HeadError>;

    /// Writes `value` if the head still has the version `expected` (`None`: does not exist yet);
    /// durable when it returns the new version: 1 for a new head, else one more than before.
    ///
    /// # Errors
    /// [`SwapError`]; after `Failed` it is unknown whether the value was kept: read the head.
    fn swap(&self, name: &str, expected: Option<u64>, value: &[u8]) -> Result<u64, SwapError>;

    /// Does every swap in order or none, with one sync; durable when it returns.
    ///
    /// # Errors
    /// [`SwapError`] of the first swap that cannot be; after `Failed` all or none were kept.
    fn swap_all(&self, swaps: &[Swap]) -> Result<(), SwapError>;

    /// All names that begin with `prefix`, in octet order; the empty prefix lists everything.
    ///
    /// # Errors
    /// [`HeadError`] when the storage failed.
    fn list(&self, prefix: &str) -> Result<Vec<String>, HeadError>;
}

/// One head as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Counts from 1; pass it as `expected` to the next swap.
    pub version: u64,
    /// At most [`VALUE_OCTETS_MAX`] octets.
    pub value: Vec<u8>,
}

/// One step of [`Heads::swap_all`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// The head's name.
    pub name: String,
    /// The version it must have; `None` when it must not exist yet.
    pub expected: Option<u64>,
    /// The new value.
    pub value: Vec<u8>,
}

/// Why a head could not be read or heads not listed.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The storage failed; the head may well be there.
    #[error("could not read head {name:?}: check the storage and try again")]
    Failed {
        /// The name or prefix asked for.
        name: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
}

/// Why a head was not written.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// Somebody else wrote first. Nothing was written: read the head and decide again.
    #[error(
        "head {name} was changed by another writer: expected version {expected:?}, \
             found {found:?}; read it and try again"
    )]
    Conflict {
        /// The head's name.
        name: String,
        /// The version asked for.
        expected: Option<u64>,
        /// The version that stands, `None` when the head does not exist.
        found: Option<u64>,
    },
    /// Nothing was written: split the value over several heads.
    #[error("value of head {name} is {octets} octets, the limit is 262144: split it")]
    TooLarge {
        /// The head's name.
        name: String,
        /// The size of the refused value.
        octets: usize,
    },
    /// The name breaks the naming rule. Nothing was written.
    #[error("head name {name:?} is not allowed: use 1 to 200 of a-z 0-9 / _ . - without `..`")]
    BadName {
        /// The name.
        name: String,
    },
    /// Unknown whether the value was kept: read the head before anything else.
    #[error("could not write head {name}: free space or repair the storage, then read it back")]
    Failed {
        /// The name of the (first) head.
        name: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
}
