//! Development only: what the other side of the handover would send, and how it would behave.
//!
//! Builds its PDUs with a BER writer of its own, so that a fault in our reader cannot hide behind
//! the same fault in our writer. All people, numbers, voices and lines are invented. Nothing here
//! is part of a site that keeps evidence.
//!
//! Rules: TS 102 232-1 to -5 (PDUs); behaviour measured on a recorded mediation function.
#![forbid(unsafe_code)]

pub mod answer;
pub mod ber;
pub mod contents;
pub mod flood;
pub mod identity;
pub mod mediation;
pub mod packet;
pub mod pdu;
pub mod scenario;
pub mod sip;
pub mod sms;
pub mod voice;

pub use identity::Identity;
pub use mediation::{Mediation, MediationSettings};
pub use pdu::Header;
pub use scenario::{Interface, Line, Scenario};
