//! Messages: a header and requests, or a header and answers.
//!
//! Promises: [`Message::read`] gives what [`Message::write`] wrote; nothing of a message that
//! breaks the schema is given.
//!
//! Rules: TS 103 120 clauses 6.2 to 6.4.
use super::error::{ErrorInformation, ReadError};
use super::object::{ListRecord, Object};
use super::value::{EndpointId, Entry, Uuid};
use super::{read, write, xml};
use lacre_term::Micros;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From whom, to whom, which transaction.
    pub header: Header,
    /// What it says.
    pub payload: Payload,
}

/// From whom, to whom, which transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Who sends.
    pub sender: EndpointId,
    /// To whom.
    pub receiver: EndpointId,
    /// The transaction: the same in a request and its answer.
    pub transaction: Uuid,
    /// When it was made.
    pub at: Micros,
    /// Version of TS 103 120, such as `V1.15.1`.
    pub version: String,
    /// Who owns the national profile.
    pub profile_owner: String,
    /// Version of the national profile.
    pub profile_version: String,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Something is asked.
    Requests(Vec<ActionRequest>),
    /// Each request is answered.
    Responses(Vec<ActionResponse>),
    /// The message as a whole was refused.
    Refused(ErrorInformation),
}

/// One thing asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRequest {
    /// Its number in the message, from 0.
    pub id: u64,
    /// What is asked.
    pub action: Action,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Tell an object.
    Get(Uuid),
    /// Take a new object.
    Create(Box<Object>),
    /// Change an object.
    Update(Box<Object>),
    /// Tell which objects there are.
    List {
        /// Only of this type.
        object_type: Option<Entry>,
        /// Only those changed then or later.
        since: Option<Micros>,
    },
    /// Take what is told about an object.
    Deliver {
        /// The object delivered.
        id: Uuid,
        /// The object itself.
        object: Box<Object>,
    },
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResponse {
    /// The request's number.
    pub id: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The object asked for.
    Got(Box<Object>),
    /// It was created.
    Created(Uuid, Option<Box<Object>>),
    /// It was changed.
    Updated(Uuid, Option<Box<Object>>),
    /// The objects there are.
    Listed(Vec<ListRecord>),
    /// It was delivered.
    Delivered(Uuid),
    /// It was refused; nothing of it was done.
    Refused(ErrorInformation),
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`ReadError`] with the first thing that breaks XML, the bounds or the schema.
    pub fn read(octets: &[u8]) -> Result<Self, ReadError> {
        read::message(&xml::parse(octets)?)
    }

    /// Reads as much of a header as there is, to answer a message that cannot be read whole.
    #[must_use]
    pub fn read_header(octets: &[u8]) -> Option<Header> {
        read::header_of(&xml::parse(octets).ok()?)
    }

    /// Writes the message: XML 1.0 in UTF-8.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        write::message(self)
    }
}
