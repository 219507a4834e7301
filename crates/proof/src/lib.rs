//! Hash to proof: Merkle trees, signed notes, checkpoints, inclusion proofs.
//!
//! Everything here is a pure function of octets, so that a stranger's verifier needs this crate
//! and nothing else of ours: no files, no sockets, no clock, no random numbers, no panic on
//! hostile input.
//!
//! Rules: RFC 6962 section 2.1 and RFC 9162 section 2.1 (trees), C2SP signed-note, tlog-checkpoint,
//! tlog-tiles, tlog-proof; `spec/ledger-entry.md` for our own formats.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod checkpoint;
pub mod commit;
pub mod error;
pub mod hash;
pub mod inclusion;
pub mod merkle;
pub mod note;
pub mod pdu;
pub mod second;
pub mod tile;

pub use checkpoint::Checkpoint;
pub use error::ProofError;
pub use inclusion::{CommitmentProof, TlogProof};
pub use merkle::Frontier;
pub use note::{LogKey, LogVkey, NoteError};
pub use second::SecondEntry;
