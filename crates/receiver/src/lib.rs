//! The LEMF's HI2 and HI3 port: TCP, TLS, keep-alives, back-pressure.
//!
//! Promises: only a registered mediation function gets as far as an octet of ours; every octet
//! read is handed to custody in order, as PDUs or as a run without framing, or counted as
//! discarded when custody takes nothing more; an acknowledgement is answered only after custody
//! said *durable*; memory is bounded whatever a peer sends; a live connection is closed with FIN
//! after a short drain, never left unread.
//!
//! Rules: TS 102 232-1 clause 6; DESIGN decisions 16, 18, 20.
#![forbid(unsafe_code)]

mod connection;
mod counts;
mod hand;
mod listener;
mod notices;
mod settings;
mod tls;

pub use counts::{ConnectionView, Counts};
pub use listener::{Clock, Receiver, StartError};
pub use settings::{FenceError, Limits, Listener, Settings};
pub use tls::{IdentityError, ServerIdentity};
