//! Why a message or an action of it is refused, in the standard's numbers.
//!
//! Rules: TS 103 120 annex D (codes), clause 6.4 (a message that fails the schema is answered at
//! its top, and nothing of it is processed).
use super::{ACTIONS_MAX, MESSAGE_OCTETS_MAX};

/// Codes of annex D.
pub mod code {
    /// Business logic, or none that fits better.
    pub const GENERAL: u64 = 3000;
    /// The receiver does not do this.
    pub const UNSUPPORTED: u64 = 3001;
    /// Two actions of a message have one number.
    pub const DUPLICATE_ACTION: u64 = 3002;
    /// Try again later.
    pub const TRANSIENT: u64 = 3003;
    /// A field that must be there is missing.
    pub const MISSING: u64 = 3005;
    /// The object cannot change so.
    pub const CHANGE_NOT_ALLOWED: u64 = 3006;
    /// The value of a field is improper.
    pub const VALUE: u64 = 3007;
    /// The value a field is to be changed to is improper.
    pub const CHANGED_VALUE: u64 = 3008;
    /// CREATE of what exists.
    pub const EXISTS: u64 = 3010;
    /// UPDATE of what does not exist.
    pub const UPDATE_MISSING: u64 = 3011;
    /// UPDATE of what has ended.
    pub const UPDATE_ENDED: u64 = 3012;
    /// Cancelling what does not exist.
    pub const CANCEL_MISSING: u64 = 3013;
    /// GET of what does not exist.
    pub const GET_MISSING: u64 = 3014;
    /// An associated object is missing, or of the wrong kind.
    pub const ASSOCIATION: u64 = 3016;
}

/// Characters of a description that are answered.
const DESCRIPTION_CHARS_MAX: usize = 1000;

/// What a refusal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorInformation {
    /// Code of annex D.
    pub code: u64,
    /// What, why, what to do.
    pub description: String,
}

impl ErrorInformation {
    /// A refusal; a description longer than 1,000 characters is cut.
    #[must_use]
    pub fn new(code: u64, description: impl AsRef<str>) -> Self {
        let description = description.as_ref().chars().take(DESCRIPTION_CHARS_MAX).collect();
        Self { code, description }
    }
}

/// The octets are no HI1 message. Nothing of them is processed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Send less at once.
    #[error("message has {octets} octets, at most {MESSAGE_OCTETS_MAX} are read")]
    TooLarge {
        /// Octets of the message.
        octets: usize,
    },
    /// Write UTF-8.
    #[error("message is not UTF-8 after octet {after}: write XML 1.0 in UTF-8")]
    NotUtf8 {
        /// Octets that are.
        after: usize,
    },
    /// Write UTF-8.
    #[error("message declares {found:?}: write XML 1.0 in UTF-8")]
    Declared {
        /// Version or encoding found.
        found: String,
    },
    /// Take the DTD out.
    #[error("message has a document type declaration: none is read, take it out")]
    Doctype,
    /// Write the character.
    #[error("message refers to entity {name:?}: only amp, lt, gt, apos, quot and characters are")]
    Entity {
        /// Its name.
        name: String,
    },
    /// Take it out.
    #[error("message has a processing instruction: none is read, take it out")]
    Instruction,
    /// Nest less.
    #[error("message nests elements deeper than {max}")]
    TooDeep {
        /// Levels read.
        max: usize,
    },
    /// Send less at once.
    #[error("message has more than {max} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many are read.
        max: usize,
    },
    /// Correct the XML.
    #[error("message is not well-formed XML at octet {at}: {what}")]
    IllFormed {
        /// Where.
        at: u64,
        /// What stands there.
        what: String,
    },
    /// Leave the element out: an object that has it is refused, and the rest of the message stands.
    #[error("{element} is not taken here, and nothing is dropped unread: leave it out")]
    NotTaken {
        /// Its name.
        element: &'static str,
    },
    /// Correct the element: it breaks the schema.
    #[error("element {element}: {what}")]
    Structure {
        /// Its name.
        element: String,
        /// What is wrong with it.
        what: String,
    },
}

impl ReadError {
    /// The element `element` breaks the schema.
    pub(super) fn structure(element: &str, what: impl Into<String>) -> Self {
        let element = element.chars().take(64).collect();
        Self::Structure { element, what: what.into() }
    }

    /// As the message's answer says it.
    #[must_use]
    pub fn information(&self) -> ErrorInformation {
        ErrorInformation::new(code::GENERAL, self.to_string())
    }

    pub(super) fn too_many_actions() -> Self {
        Self::TooMany { what: "actions", max: ACTIONS_MAX }
    }
}
