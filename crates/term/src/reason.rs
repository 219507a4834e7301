//! Why a PDU was quarantined: a closed list.
use std::fmt;

/// The reason for which a PDU has no order to be stored under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// No measure names this LIID.
    UnknownLiid,
    /// Intercepted outside `[from, until)` of every measure that names this LIID.
    OutsideValidity,
    /// Delivered by a peer that does not belong to the measure's operator.
    WrongOperator,
    /// Content under a measure without content.
    OutOfScope,
    /// Intercepted later than received plus skew, or older than the operator's buffer can explain.
    ImplausibleTime,
    /// Framed, but its header cannot be attributed to anything.
    Malformed,
    /// Octets without PDU framing, kept whole.
    Unframed,
}

impl Reason {
    /// Every reason, in code order.
    pub const ALL: [Self; 7] = [
        Self::UnknownLiid,
        Self::OutsideValidity,
        Self::WrongOperator,
        Self::OutOfScope,
        Self::ImplausibleTime,
        Self::Malformed,
        Self::Unframed,
    ];

    /// One octet on disk, never reused for another reason.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::UnknownLiid => 1,
            Self::OutsideValidity => 2,
            Self::WrongOperator => 3,
            Self::OutOfScope => 4,
            Self::ImplausibleTime => 5,
            Self::Malformed => 6,
            Self::Unframed => 7,
        }
    }

    /// Reads [`Self::code`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The word in JSON and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownLiid => "unknown_liid",
            Self::OutsideValidity => "outside_validity",
            Self::WrongOperator => "wrong_operator",
            Self::OutOfScope => "out_of_scope",
            Self::ImplausibleTime => "implausible_time",
            Self::Malformed => "malformed",
            Self::Unframed => "unframed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
