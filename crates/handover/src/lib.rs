//! Octets to PDU: ETSI TS 102 232 decoding, hostile input, sans-I/O.
//!
//! Promises: no octet sequence panics, loops or takes more memory than its own length; the
//! original octets are never re-encoded; a framed PDU is never dropped, only flagged or refused
//! with a reason that names the octet. Nothing here opens a file or a socket or reads a clock.
//!
//! Rules: TS 102 232-1 clauses 5 and 6; X.690 clauses 8.1, 8.3, 8.7, 8.8, 8.19.
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects)]

pub mod ber;
pub mod compose;
pub mod encryption_container;
pub mod extract;
pub mod fields;
pub mod flags;
pub mod frame;
mod header;
pub mod inspect;
pub mod integrity;
pub mod malformed;
pub mod media;
pub mod profile;
pub mod ps_pdu;
pub mod record;
pub mod schema;
pub mod service;
pub mod session;
pub mod time;
pub mod tri;

pub use flags::Flags;
pub use frame::{FrameReader, Framed, Limits};
pub use inspect::Verdict;
pub use malformed::{Fault, Malformed};
pub use ps_pdu::{Direction, Payload, Pdu};
