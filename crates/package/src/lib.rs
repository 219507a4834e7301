//! The court's package: how it is written, and how anybody checks it without us.
//!
//! One `.asice` holds the octets as they were received, playable derivatives, an index, and every
//! proof: seals, the chain of seals, the vault head, the paths into the ledger, a signature and a
//! time stamp. [`make`] writes one and verifies it before it leaves; [`verify`](verify::verify)
//! is what `lacre verify` and `lacre-verify` run. Keys inside a package prove only that it is
//! unbroken: trust comes from the sheet that the court holds (decision 13).
//!
//! Rules: `spec/package.md`, `spec/seal-and-chain.md`, `spec/trust-sheet.md`; decisions 4, 5, 13,
//! 26. Links only `term` and `proof` of ours, so that a court's expert can read all of it.
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects)]

mod asn1;
mod committed;
mod container;
pub mod document;
mod index;
mod layout;
mod leaves;
mod make;
mod manifest;
mod pem;
pub mod report;
pub mod sign;
pub mod verify;
pub mod write;

pub use committed::Committed;
pub use document::{Gap, MeasureTotals, Seal, TrustSheet, TrustedLog, TrustedTsa, VaultHead};
pub use make::{MakeError, Package, make};
pub use report::{Report, Verdict};
pub use sign::{SignError, SiteIdentity};
pub use verify::{Options, VerifyError, verify};
pub use write::{Contents, WriteError, Written};
