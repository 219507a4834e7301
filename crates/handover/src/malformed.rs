//! Malformed: why a run of octets is not a PDU that can be attributed, and at which octet.
//!
//! `framed` tells the two classes apart: a framed PDU whose header or encoding is unusable is
//! kept in quarantine as it is; octets without framing end the connection and are kept as a run.
//!
//! Rules: X.690 clause 8; TS 102 232-1 clause 5.2; decision 1 (every octet ends in one class).

/// What is wrong. One variant per rule that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The outermost element is not a SEQUENCE.
    #[error("a PS-PDU starts with octet 0x30, got {got:#04x}; resend from a PDU boundary")]
    NotSequence {
        /// The first octet.
        got: u8,
    },
    /// The PDU is longer than the receiver takes.
    #[error("length is over the limit of {limit} octets; raise the limit or send smaller PDUs")]
    TooLong {
        /// Most octets a PDU may have.
        limit: usize,
    },
    /// Octets ended inside an element.
    #[error("octets end inside an element; send the PDU whole")]
    Truncated,
    /// An element reaches beyond the one it is part of.
    #[error("an element is longer than the element that holds it (X.690 8.1.3)")]
    Overrun,
    /// First length octet 0xFF.
    #[error("length octet 0xff is reserved (X.690 8.1.3.5 c)")]
    ReservedLength,
    /// Indefinite length on a primitive element.
    #[error("a primitive element has indefinite length (X.690 8.1.3.2 a)")]
    IndefinitePrimitive,
    /// An end-of-contents where none is open.
    #[error("end-of-contents octets where no indefinite length is open (X.690 8.1.5)")]
    StrayEndOfContents,
    /// An indefinite length that nothing closes.
    #[error("an indefinite length is not closed (X.690 8.1.3.6)")]
    Unclosed,
    /// More nesting than the receiver follows.
    #[error("elements are nested deeper than {limit}")]
    TooDeep {
        /// Deepest nesting followed.
        limit: usize,
    },
    /// Identifier octets that X.690 forbids, or a tag number beyond 32 bits.
    #[error("identifier octets are not allowed (X.690 8.1.2.4)")]
    BadTag,
    /// `pSHeader` or `payload` is not there.
    #[error("mandatory {field} is missing (TS 102 232-1)")]
    Missing {
        /// The field, as the standard names it.
        field: &'static str,
    },
    /// A header element out of order, doubled, or of a foreign tag class.
    #[error("header element {field} is out of order, doubled or foreign (X.680 25.6)")]
    Order {
        /// The structure the element is in.
        field: &'static str,
    },
    /// Constructed where primitive is required, or the reverse.
    #[error("{field} has the wrong form, primitive or constructed (X.690 8.1.2.5)")]
    Form {
        /// The field, as the standard names it.
        field: &'static str,
    },
    /// li-psDomainId is not an object identifier.
    #[error("li-psDomainId is not an object identifier (X.690 8.19)")]
    BadOid,
    /// li-psDomainId is not that of TS 102 232-1.
    #[error("li-psDomainId is not under 0.4.0.2.2.5.1: not a PS-PDU of TS 102 232-1")]
    ForeignOid,
    /// An integer that no number of this field can be.
    #[error("{field} is not an integer from 0 to 4294967295")]
    BadInteger {
        /// The field, as the standard names it.
        field: &'static str,
    },
    /// LIID without octets.
    #[error("LIID is empty: nothing to attribute the PDU to (TS 102 232-1, 5.2.2)")]
    EmptyLiid,
    /// A NULL with content octets.
    #[error("a NULL has content octets (X.690 8.8.2)")]
    NullWithContent,
    /// More than one alternative in a CHOICE.
    #[error("payload holds more than one alternative")]
    TwoAlternatives,
}

/// A run of octets that is not an attributable PDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault}, at octet {offset}")]
pub struct Malformed {
    /// Octets from the start of the run to where the fault was seen.
    pub offset: usize,
    /// The rule that was broken.
    pub fault: Fault,
    /// True when the octets are one whole BER element of a PDU's shape: quarantined as
    /// *malformed*. False when framing itself is lost: *unframed*, and the connection closes.
    pub framed: bool,
}

impl Malformed {
    pub(crate) fn unframed(offset: usize, fault: Fault) -> Self {
        Self { offset, fault, framed: false }
    }

    pub(crate) fn framed(offset: usize, fault: Fault) -> Self {
        Self { offset, fault, framed: true }
    }
}
