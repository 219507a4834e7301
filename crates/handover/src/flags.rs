//! Flags: what is odd about a PDU that is nevertheless accepted.
//!
//! A flag never loses a PDU; it is kept with the record and shown. Bits are ours and stable:
//! they are stored, so a bit is never given a new meaning.
//!
//! Rules: TS 102 232-1 clause 5.2; `spec/quarantine.md`.

/// A set of oddities, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(u32);

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal, $word:literal, $text:literal;)*) => {
        impl Flags {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*

            const NAMED: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$name, $word, $text)),*];
        }
    };
}

flags! {
    /// A length had more than eight octets (legal, never needed).
    LONG_LENGTH = 0, "long_length", "a length has more than eight octets";
    /// An INTEGER was padded with zero octets.
    PADDED_INTEGER = 1, "padded_integer", "an integer is padded with zero octets";
    /// LIID longer than 25 octets: no registered LIID can be meant.
    LIID_SIZE = 2, "liid_size", "the LIID is longer than 25 octets";
    /// A country code is not two upper-case letters.
    COUNTRY_CODE = 3, "country_code", "a country code is not two upper-case letters";
    /// Operator or network element identifier not 1 to 16 octets.
    NETWORK_IDENTIFIER_SIZE = 4, "network_identifier_size",
        "an operator or network element identifier is not 1 to 16 octets";
    /// Interception point or network function identifier of a forbidden size or alphabet.
    INTERCEPTION_POINT = 5, "interception_point",
        "an interception point or network function identifier breaks its constraint";
    /// A time that cannot be read.
    TIME_UNUSABLE = 6, "time_unusable", "a time cannot be read";
    /// Local time without a zone.
    TIME_WITHOUT_ZONE = 7, "time_without_zone", "a time has no zone";
    /// A time without seconds.
    TIME_COARSE = 8, "time_coarse", "a time has no seconds";
    /// A year before 2000 or after 2100.
    TIME_IMPLAUSIBLE = 9, "time_implausible", "a time is before 2000 or after 2100";
    /// timeStamp and microSecondTimeStamp differ by more than a second.
    TIMES_DISAGREE = 10, "times_disagree", "the two times of the header disagree";
    /// IRI or CC without any time.
    TIME_ABSENT = 11, "time_absent", "there is no time";
    /// timeStampQualifier of an unknown value.
    QUALIFIER_UNKNOWN = 12, "qualifier_unknown", "a time stamp qualifier is unknown";
    /// IRI or CC without CIN and without CIN extension.
    CIN_ABSENT = 13, "cin_absent", "there is neither a CIN nor a CIN extension";
    /// li-psDomainId of version 0.
    VERSION = 14, "version", "the module version is not 1 or higher";
    /// More elements after the payload.
    EXTRA_ELEMENT = 15, "extra_element", "an element follows the payload";
    /// Payload alternative this version does not know; kept whole.
    PAYLOAD_UNKNOWN = 16, "payload_unknown", "the payload alternative is unknown";
    /// A payload sequence without elements.
    PAYLOAD_EMPTY = 17, "payload_empty", "the payload sequence is empty";
    /// A payload element that is not of the shape the standard gives it.
    PAYLOAD_SHAPE = 18, "payload_shape", "a payload element has a shape of its own";
    /// iRIType of an unknown value.
    IRI_TYPE_UNKNOWN = 19, "iri_type_unknown", "an IRI type is unknown";
    /// A direction of an unknown value.
    DIRECTION_UNKNOWN = 20, "direction_unknown", "a direction is unknown";
    /// Contents alternative this version does not know; kept whole.
    CONTENTS_UNKNOWN = 21, "contents_unknown", "a contents alternative is unknown";
    /// Contents alternative that was withdrawn; kept whole.
    CONTENTS_DEPRECATED = 22, "contents_deprecated", "a contents alternative is deprecated";
    /// Integrity check of an unknown kind.
    CHECK_TYPE_UNKNOWN = 23, "check_type_unknown", "an integrity check has an unknown type";
    /// Encryption container of an unknown kind; kept whole.
    ENCRYPTION_UNKNOWN = 24, "encryption_unknown", "an encryption type is unknown";
    /// Container said to be in clear, without a readable payload.
    ENCRYPTION_UNREADABLE = 25, "encryption_unreadable",
        "a container said to be in clear holds no payload";
    /// Service object identifier that is not the service's.
    SERVICE_OID = 26, "service_oid", "a service object identifier is not the service's";
    /// Mandatory field of the service missing.
    SERVICE_FIELD_MISSING = 27, "service_field_missing",
        "a mandatory field of the service is missing";
    /// Contents inside an octet string cannot be read as what they should be.
    SERVICE_UNREADABLE = 28, "service_unreadable", "the service contents cannot be read";
}

impl Flags {
    /// No oddity.
    pub const NONE: Self = Self(0);

    /// The bits, as stored.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From stored bits; unknown bits are kept.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// True when nothing is odd.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True when every bit of `other` is set.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Adds the bits of `other`.
    pub fn insert(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Adds `other` when `condition` holds.
    pub fn insert_if(&mut self, condition: bool, other: Self) {
        if condition {
            self.insert(other);
        }
    }

    /// The word of each flag set, for JSON and tables.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED.iter().filter(move |(flag, ..)| self.contains(*flag)).map(|(_, word, _)| *word)
    }

    /// A sentence part for each flag set, for people.
    pub fn reasons(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED.iter().filter(move |(flag, ..)| self.contains(*flag)).map(|(_, _, text)| *text)
    }
}

impl std::ops::BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
