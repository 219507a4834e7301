//! The vault: authorised octets → journal → encrypted segments; keys; closed quarantine; erasure.
//!
//! Promises: a record is encrypted once, and journal, segment and replica carry the same
//! ciphertext; what was committed is read back exactly, what is damaged is named; receiving holds
//! no key that reads the past; an erased part opens with no key that remains.
//!
//! Rules: DESIGN.md decisions 6 to 10, 14 to 16; `spec/key-hierarchy.md`, `spec/journal.md`,
//! `spec/segment.md`, `spec/quarantine.md`.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod envelope;
pub mod error;
pub mod journal;
pub mod keyring;
pub mod machine;
pub mod part;
pub mod provider;
pub mod quarantine;
pub mod reader;
pub mod root;
pub mod segment;
pub mod site;

mod octets;

#[cfg(test)]
mod tests;

pub use error::KeyError;
pub use journal::{
    BlockNumber, Journal, JournalError, JournalFile, OwnedRecord, Record, Replay, ReplayedBlock,
};
pub use keyring::{Erasure, Keyring, KeyringError};
pub use machine::MachineKey;
pub use part::{PartKeys, RecordClear, RecordClearOwned};
pub use quarantine::{Bag, BagKeys, CourtKeyPair, CourtPublic, QuarantineReader};
pub use reader::{ReadError, VaultReader};
pub use root::{Root, Share, ShareError};
pub use site::{Drawer, SiteKeys, VaultPrivate, VaultPublic};
