//! What can go wrong with keys, one variant per decision the caller can take.
//!
//! Promises: no message holds a key, a name of a person or content.
use lacre_store::{DiskError, HeadError, SwapError};

/// Why a key was not made, found, opened or stored.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The operating system gave no random numbers: stop.
    #[error("no random numbers from the operating system: stop and repair the machine")]
    Random,
    /// A primitive refused its input (a message of tens of gigabytes).
    #[error("could not encrypt {what}: it is too large for one message")]
    TooLarge {
        /// What was to be encrypted.
        what: &'static str,
    },
    /// Wrong key, moved from its place, or altered: which of them cannot be told.
    #[error("could not open {what}: the key is another one, or its octets were altered or moved")]
    Closed {
        /// What was to be opened.
        what: &'static str,
    },
    /// The octets are not of a form this version reads.
    #[error("{what} is damaged or of another version: restore it from a copy")]
    Malformed {
        /// What was to be read.
        what: &'static str,
    },
    /// Nothing there.
    #[error("{what} does not exist: run `lacre init`, or restore it")]
    Missing {
        /// What was looked for.
        what: &'static str,
    },
    /// There already; nothing was overwritten.
    #[error("{what} exists already and was left alone")]
    Exists {
        /// What was to be made.
        what: &'static str,
    },
    /// The root put together is not this site's.
    #[error("these shares belong to another site or another ceremony: bring this site's shares")]
    ForeignRoot,
    /// The copy in the heads is not the one in the node's own folder.
    #[error(
        "the site's public keys in heads differ from keys/site.json: do not receive; compare \
             both with the trust sheet"
    )]
    Altered,
    /// Sealed to a vault key pair that is gone (or not yet known here).
    #[error(
        "sealed to generation {sealed} of the vault's key, but generation {held} is held: \
             read the key from the keyring, or open the vault again"
    )]
    Generation {
        /// The generation named in the sealed octets.
        sealed: u32,
        /// The generation held.
        held: u32,
    },
    /// The vault was erased on order.
    #[error("this vault was erased: its keys are destroyed")]
    Erased,
    /// A number encrypted before, or keys that only read: one number is encrypted once.
    #[error("number {number} cannot be encrypted with these keys: the next free one is {next:?}")]
    NumberUsed {
        /// The number asked for.
        number: u64,
        /// The lowest that may be used; `None` for keys that only read.
        next: Option<u64>,
    },
    /// The node's key folder failed.
    #[error("could not read or write {what} in the key folder")]
    Disk {
        /// The thing.
        what: &'static str,
        /// What the folder said.
        #[source]
        source: DiskError,
    },
    /// The heads could not be read.
    #[error("could not read {what} from heads")]
    Heads {
        /// The thing.
        what: &'static str,
        /// What the heads said.
        #[source]
        source: HeadError,
    },
    /// The heads were not written; after a failure of the storage this is unknown: load again.
    #[error("could not write {what} to heads")]
    Swap {
        /// The thing.
        what: &'static str,
        /// What the heads said.
        #[source]
        source: SwapError,
    },
}

impl KeyError {
    pub(crate) fn disk(what: &'static str) -> impl FnOnce(DiskError) -> Self {
        move |source| match source {
            DiskError::NotFound { .. } => Self::Missing { what },
            DiskError::Exists { .. } => Self::Exists { what },
            source => Self::Disk { what, source },
        }
    }

    pub(crate) fn heads(what: &'static str) -> impl FnOnce(HeadError) -> Self {
        move |source| Self::Heads { what, source }
    }

    pub(crate) fn swap(what: &'static str) -> impl FnOnce(SwapError) -> Self {
        move |source| Self::Swap { what, source }
    }
}
