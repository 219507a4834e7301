//! Everything done becomes an append-only, provable entry.
//!
//! One log per node, one leaf a second, always: the Merkle root over that second's salted
//! commitments, padded so that neither rate nor size tells whether a line was active. What
//! [`Ledger::enter`] returned is durable and keeps its place whatever happens next; what a
//! checkpoint says is never contradicted.
//!
//! Rules: DESIGN.md decisions 11 and 12; C2SP tlog-tiles; `spec/ledger-entry.md`.
#![forbid(unsafe_code)]

pub mod audit;
mod chunk;
mod edges;
mod error;
mod inner;
mod ledger;
mod names;
mod octets;
mod publish;
mod sequencer;
mod state;
mod view;

pub use error::{LedgerError, StorageError};
pub use lacre_proof::CommitmentProof;
pub use ledger::{Entered, Ledger, Position, PublishedCheckpoint};
