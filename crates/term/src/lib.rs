//! The words of Lacre: identifiers, times, digests, headings.
//!
//! Types that cannot hold a wrong value; no verb but `parse`. Nothing here opens a file, a socket
//! or a runtime. One word per thing, the standard's word (`docs/terms.md`).
//!
//! Rules: TS 102 232-1 clause 5.2 (header fields), TS 103 280 (LIID); `spec/` for our own formats.
#![forbid(unsafe_code)]

pub mod digest;
pub mod heading;
pub mod hex;
pub mod ids;
pub mod liid;
pub mod reason;
pub mod scope;
pub mod secret;
pub mod time;

pub use digest::Digest;
pub use heading::{CommunicationKey, Heading, IriType, PayloadClass};
pub use ids::{BagId, PartId, VaultId};
pub use liid::{Liid, LiidError};
pub use reason::Reason;
pub use scope::Scope;
pub use secret::Secret;
pub use time::Micros;
