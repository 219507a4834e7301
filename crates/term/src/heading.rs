//! The who-and-when of a PDU: what binding, numbering and duplicate detection need, and no more.
//!
//! Borrowed from the octets, so that making one allocates nothing.
//!
//! Rules: TS 102 232-1 clauses 5.2.2 to 5.2.6; table 1A (contexts of sequence numbers).
use crate::{Liid, Micros};

/// What a PDU carries, as far as sequence numbers and scope are concerned. Each class counts its
/// own sequence numbers (TS 102 232-1, 5.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PayloadClass {
    /// Intercept related information (payload 0).
    Iri,
    /// Content of communication (payload 1).
    Cc,
    /// HI1 notification carried in band (payloads 3, 5).
    Hi1,
    /// Encrypted payload (payload 4); whether IRI or CC is not known.
    Encrypted,
    /// Inter-LEMF handover (payload 6).
    Ilhi,
    /// HI4 notification (payload 7).
    Hi4,
    /// TRI: integrity check, hashes (chain of their own).
    IntegrityHash,
    /// TRI: integrity check, signatures (chain of their own).
    IntegritySignature,
    /// TRI: test PDU.
    Test,
    /// TRI: padding.
    Padding,
    /// TRI: keep-alive.
    KeepAlive,
    /// TRI: keep-alive response.
    KeepAliveResponse,
    /// TRI: first segment flag.
    FirstSegment,
    /// TRI: last segment flag.
    LastSegment,
    /// TRI: CIN reset.
    CinReset,
    /// TRI: operator message.
    OperatorMessage,
    /// TRI: option request.
    OptionRequest,
    /// TRI: option response.
    OptionResponse,
    /// TRI: option complete.
    OptionComplete,
    /// TRI: PDU acknowledgement request.
    AckRequest,
    /// TRI: PDU acknowledgement response.
    AckResponse,
    /// TRI of a kind this version does not name.
    OtherTri,
    /// Payload of a kind this version does not name, kept whole.
    Other,
}

impl PayloadClass {
    /// Every class, in code order.
    pub const ALL: [Self; 23] = [
        Self::Iri,
        Self::Cc,
        Self::Hi1,
        Self::Encrypted,
        Self::Ilhi,
        Self::Hi4,
        Self::IntegrityHash,
        Self::IntegritySignature,
        Self::Test,
        Self::Padding,
        Self::KeepAlive,
        Self::KeepAliveResponse,
        Self::FirstSegment,
        Self::LastSegment,
        Self::CinReset,
        Self::OperatorMessage,
        Self::OptionRequest,
        Self::OptionResponse,
        Self::OptionComplete,
        Self::AckRequest,
        Self::AckResponse,
        Self::OtherTri,
        Self::Other,
    ];

    /// One octet on disk.
    #[must_use]
    pub fn code(self) -> u8 {
        Self::ALL
            .iter()
            .position(|class| *class == self)
            .and_then(|at| u8::try_from(at).ok())
            .unwrap_or(u8::MAX)
    }

    /// Reads [`Self::code`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Every TRI PDU is control (decision 1).
    #[must_use]
    pub fn is_control(self) -> bool {
        !matches!(
            self,
            Self::Iri
                | Self::Cc
                | Self::Hi1
                | Self::Encrypted
                | Self::Ilhi
                | Self::Hi4
                | Self::Other
        )
    }

    /// Control that is nevertheless kept under the order of a registered LIID: segment flags,
    /// integrity checks, CIN resets, operator messages. Of these, operator messages are quarantined
    /// when their LIID is not registered.
    #[must_use]
    pub fn is_kept_control(self) -> bool {
        matches!(
            self,
            Self::IntegrityHash
                | Self::IntegritySignature
                | Self::FirstSegment
                | Self::LastSegment
                | Self::CinReset
                | Self::OperatorMessage
        )
    }
}

/// The kind of an IRI record (TS 102 232-1, `IRIType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IriType {
    /// First record of a communication.
    Begin,
    /// Last record of a communication.
    End,
    /// A record between.
    Continue,
    /// A record of its own.
    Report,
}

/// The header of one PDU, borrowed from its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'a> {
    /// LIID octets as sent; may be of a length no registered LIID has.
    pub liid: &'a [u8],
    /// Authorization country code.
    pub authorization_country: Option<&'a [u8]>,
    /// Operator identifier, 1 to 16 octets.
    pub operator: &'a [u8],
    /// Network element identifier (tag 1), or the octets of eTSI671NEID (tag 2) when only that
    /// came.
    pub network_element: Option<&'a [u8]>,
    /// Communication identity number.
    pub cin: Option<u32>,
    /// The octets of cINExtension, when present.
    pub cin_extension: Option<&'a [u8]>,
    /// Delivery country code.
    pub delivery_country: Option<&'a [u8]>,
    /// Sequence number within the context.
    pub sequence_number: u32,
    /// Time of the header, or of the first payload when the header has none; UTC. `None` when
    /// absent or unusable.
    pub intercepted_at: Option<Micros>,
    /// What the PDU carries.
    pub class: PayloadClass,
    /// IRI type of the (first) IRI payload, when there is one.
    pub iri_type: Option<IriType>,
}

/// What makes one communication: everything of the header but the epoch, which is ours
/// (decision 2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommunicationKey {
    /// The measure's LIID.
    pub liid: Liid,
    /// CIN, `None` for HI1 and the like.
    pub cin: Option<u32>,
    /// Octets of the CIN extension.
    pub cin_extension: Option<Box<[u8]>>,
    /// Operator identifier.
    pub operator: Box<[u8]>,
    /// Network element identifier.
    pub network_element: Option<Box<[u8]>>,
    /// Delivery country code.
    pub delivery_country: Option<Box<[u8]>>,
}

impl CommunicationKey {
    /// The key of `heading` under the registered `liid`.
    #[must_use]
    pub fn of(liid: &Liid, heading: &Heading<'_>) -> Self {
        Self {
            liid: liid.clone(),
            cin: heading.cin,
            cin_extension: heading.cin_extension.map(Into::into),
            operator: heading.operator.into(),
            network_element: heading.network_element.map(Into::into),
            delivery_country: heading.delivery_country.map(Into::into),
        }
    }

    /// True when [`Self::of`] would make this key of `heading`; makes nothing.
    #[must_use]
    pub fn is_of(&self, heading: &Heading<'_>) -> bool {
        self.cin == heading.cin
            && self.liid.octets() == heading.liid
            && *self.operator == *heading.operator
            && self.network_element.as_deref() == heading.network_element
            && self.cin_extension.as_deref() == heading.cin_extension
            && self.delivery_country.as_deref() == heading.delivery_country
    }
}

impl std::fmt::Debug for CommunicationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The LIID and the CIN together name a communication: neither goes to a log.
        f.write_str("CommunicationKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_code_of_its_own_and_reads_back() {
        for class in PayloadClass::ALL {
            assert_eq!(PayloadClass::from_code(class.code()), Some(class));
        }
        assert_eq!(PayloadClass::from_code(200), None);
    }

    #[test]
    fn kept_control_is_control() {
        assert!(PayloadClass::ALL.into_iter().all(|c| !c.is_kept_control() || c.is_control()));
        assert!(!PayloadClass::KeepAlive.is_kept_control());
    }
}
