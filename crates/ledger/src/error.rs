//! Why the ledger did not do what was asked: one variant per decision of the caller.
use lacre_proof::ProofError;
use lacre_store::{DiskError, GetError, HeadError, PutError, SwapError};
use std::sync::Arc;

/// Why an entry was not made, a checkpoint not published or a proof not given.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LedgerError {
    /// Choose another origin.
    #[error("origin {origin:?} does not end in a node name of 1 to 64 of a-z 0-9 _ - . after a /")]
    Origin {
        /// The origin asked for.
        origin: String,
    },
    /// Give the key that belongs to the log.
    #[error("the key is named {key:?}, the log is {origin:?}: a log is signed by its own key")]
    WrongKey {
        /// Name of the key.
        key: String,
        /// Origin of the log.
        origin: String,
    },
    /// Open it instead.
    #[error("log {origin:?} exists already: open it")]
    Exists {
        /// Origin of the log.
        origin: String,
    },
    /// Create it, or look for what was lost.
    #[error("there is no log {origin:?} in this engine: create it, or restore what was lost")]
    Missing {
        /// Origin of the log.
        origin: String,
    },
    /// Nothing was entered. Try again when the storage answers; the ledger goes on.
    #[error("the ledger could not {doing}: nothing was entered, try again")]
    Storage {
        /// What was being done.
        doing: &'static str,
        /// What the engine said.
        #[source]
        source: StorageError,
    },
    /// Whether the entries were kept is unknown. Open the ledger again, then enter again.
    #[error("the ledger's head could not be written: what was kept is unknown, open it again")]
    Unknown {
        /// What the engine said.
        #[source]
        source: Arc<SwapError>,
    },
    /// Another process writes this log. Stop this one.
    #[error("another writer changed the head of this log: stop, one process owns a site")]
    Fenced {
        /// What the engine said.
        #[source]
        source: Arc<SwapError>,
    },
    /// An earlier call failed as [`Self::Unknown`] or [`Self::Fenced`]. Open the ledger again.
    #[error("the ledger stopped after a failed write: open it again")]
    Stopped,
    /// What lies in the engine is not what was written. Stop and audit.
    #[error("{name} is damaged: {fault}; run the audit")]
    Damaged {
        /// Object, head or file.
        name: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The head is older than what was published: an engine was rolled back. Nothing is entered.
    #[error(
        "the head has {head} leaves, the published checkpoint {published}: the storage was rolled \
         back, restore the newer head or start another log"
    )]
    RolledBack {
        /// Leaves in the head.
        head: u64,
        /// Leaves in the published checkpoint.
        published: u64,
    },
    /// The head leads to another root than the one published. Nothing is entered.
    #[error(
        "the head contradicts the published checkpoint of {size} leaves: history was rewritten, \
         stop and audit"
    )]
    Contradicted {
        /// Leaves in the published checkpoint.
        size: u64,
    },
    /// The published checkpoint is not one of this log's key.
    #[error(
        "the published checkpoint is not of this log: restore it or remove it to publish again"
    )]
    ForeignCheckpoint {
        /// What is wrong with it.
        #[source]
        source: ProofError,
    },
    /// A second takes 1,048,576 commitments. Enter again in the next one.
    #[error("this second already holds {entered} commitments: enter again in the next one")]
    SecondFull {
        /// Commitments entered in this second.
        entered: usize,
    },
    /// Wait for the next checkpoint.
    #[error("leaf {leaf} is not under a checkpoint yet, {published} leaves are: wait a second")]
    NotYetPublished {
        /// Leaf asked for.
        leaf: u64,
        /// Leaves under the newest checkpoint.
        published: u64,
    },
    /// Look for the commitment elsewhere.
    #[error("leaf {leaf} does not hold this commitment at position {position}")]
    NotThere {
        /// Leaf asked for.
        leaf: u64,
        /// Position asked for.
        position: u32,
    },
}

/// What an engine's port said.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// An object was not put.
    #[error(transparent)]
    Put(Arc<PutError>),
    /// An object was not read.
    #[error(transparent)]
    Get(Arc<GetError>),
    /// A head was not read.
    #[error(transparent)]
    Head(Arc<HeadError>),
    /// A file of the published folder was not written or read.
    #[error(transparent)]
    Disk(Arc<DiskError>),
}

impl LedgerError {
    pub(crate) fn damaged(name: impl Into<String>, fault: &'static str) -> Self {
        Self::Damaged { name: name.into(), fault }
    }

    /// For `map_err`: says what was being done.
    pub(crate) fn storage<E>(doing: &'static str) -> impl Fn(E) -> Self
    where
        StorageError: From<E>,
    {
        move |error| Self::Storage { doing, source: error.into() }
    }
}

impl From<PutError> for StorageError {
    fn from(error: PutError) -> Self {
        Self::Put(Arc::new(error))
    }
}

impl From<GetError> for StorageError {
    fn from(error: GetError) -> Self {
        Self::Get(Arc::new(error))
    }
}

impl From<HeadError> for StorageError {
    fn from(error: HeadError) -> Self {
        Self::Head(Arc::new(error))
    }
}

impl From<DiskError> for StorageError {
    fn from(error: DiskError) -> Self {
        Self::Disk(Arc::new(error))
    }
}
