//! Orders over the electronic interface for warrants: messages of TS 103 120 read, written, and
//! turned into register changes.
//!
//! Promises: what [`Message::read`] accepts has the structure of the standard's schema and is
//! bounded in size, depth and count, and no octet of it makes the reader fetch, expand or panic;
//! what [`Message::write`] writes has that structure as well; [`plan()`] opens no file and no clock
//! and answers every request with one message.
//!
//! Rules: TS 103 120 clauses 6 to 8 (messages, objects), annex D (error codes); TS 103 280
//! (formats); DESIGN decision 2; `spec/hi1.md`.
mod draft;
pub mod error;
pub mod export;
pub mod message;
pub mod object;
mod order;
pub mod plan;
mod read;
pub mod state;
pub mod value;
mod write;
mod xml;

pub use error::{ErrorInformation, ReadError, code};
pub use export::{ExportError, Exported, export};
pub use message::{Action, ActionRequest, ActionResponse, Header, Message, Outcome, Payload};
pub use object::{
    Authorisation, Body, Common, Destination, Document, ListRecord, Notification, Object, Task,
};
pub use plan::{Desk, Planned, plan, refusal};
pub use state::{Hi1Role, Hi1Sender, Hi1SenderRemoved, Hi1Taken, Kept, Objects, Taken};
pub use value::{EndpointId, Uuid};

/// Octets of the largest message.
pub const MESSAGE_OCTETS_MAX: usize = 16 * 1024 * 1024;
/// Actions of the largest request.
pub const ACTIONS_MAX: usize = 1000;
/// Version of TS 103 120 that is written, and the newest whose schema was read.
pub const ETSI_VERSION: &str = "V1.15.1";
