//! What can be wrong with a proof: one variant per thing a verifier has to tell a reader.
use crate::note::NoteError;

/// Why a proof, a checkpoint, a tile or an entry is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf's number is not below the size of the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    OutsideTree {
        /// Number of the leaf.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// A log only grows: the older tree must not be the larger one.
    #[error("a tree of {old} leaves cannot grow into one of {new}")]
    Shrunk {
        /// Leaves in the older tree.
        old: u64,
        /// Leaves in the newer tree.
        new: u64,
    },
    /// The path has too many or too few hashes for these sizes.
    #[error("the path has {got} hashes, which is not what leaf numbers and sizes require")]
    PathLength {
        /// Hashes in the path.
        got: usize,
    },
    /// The path leads to another root: leaf, path or root was altered.
    #[error("the path does not lead to the root: the leaf, the path or the root was altered")]
    WrongRoot,
    /// The path does not lead from the older root: the older tree is not the start of the newer.
    #[error("the older root is not the start of the newer tree: history was rewritten")]
    WrongOldRoot,
    /// The octets are not of the format; says which rule they break.
    #[error("not a {what}: {rule}")]
    Format {
        /// What was expected.
        what: &'static str,
        /// The rule that is broken.
        rule: &'static str,
    },
    /// The checkpoint names a log other than the one whose key signed it.
    #[error("the checkpoint is of log {origin:?}, which none of the keys that signed it is named")]
    WrongOrigin {
        /// First line of the checkpoint.
        origin: String,
    },
    /// The note around a checkpoint is not accepted.
    #[error("the checkpoint's note is not accepted")]
    Note(#[from] NoteError),
}

impl ProofError {
    pub(crate) fn format(what: &'static str, rule: &'static str) -> Self {
        Self::Format { what, rule }
    }
}
