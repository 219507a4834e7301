//! Conventions: what the standard leaves to agreement, as one operator does it.
//!
//! Plain values without keys or files; `spec/operator-profile.md` gives each its word in a
//! profile. The default is what the standard says where it says anything.
//!
//! Rules: TS 102 232-1 clauses 5.2.6 (local time), 7.2 (integrity), annexes G and J.

pub mod zone;

pub use zone::{Local, Zone};

/// An enumeration each value of which has one word, in profiles and in what is printed.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])* $value,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The value's word.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }

            /// Reads [`Self::word`].
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

words! {
    /// A hash function of integrity checks.
    HashAlgorithm {
        /// 160 bits; collisions can be made, so a match alone proves little.
        Sha1 = "sha-1",
        /// 256 bits.
        Sha256 = "sha-256",
        /// 384 bits.
        Sha384 = "sha-384",
        /// 512 bits.
        Sha512 = "sha-512",
    }
}

impl HashAlgorithm {
    /// Reads `hashAlgorithm` of an integrity check.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Sha1),
            2 => Some(Self::Sha256),
            3 => Some(Self::Sha384),
            4 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// True when other octets with the same hash can be made (SHA-1).
    #[must_use]
    pub fn is_weak(self) -> bool {
        self == Self::Sha1
    }
}

words! {
    /// What of each PDU goes into a hash.
    HashInput {
        /// The octets as they came, encrypted or not.
        AsReceived = "as-received",
        /// As they came, but encrypted ones as they were before: decrypted in place, padding
        /// kept, encryptionType 1 (annex G).
        BeforeEncryption = "before-encryption",
        /// The same with every length definite and minimal: operators that hash DER and send BER.
        BeforeEncryptionDer = "before-encryption-der",
    }
}

words! {
    /// What a signature is over. Annex J says only that it is over the hashes.
    SignatureInput {
        /// The integrityCheck element of the signature PDU itself, with a checkValue of no
        /// octets. It names the hash PDUs and does not bind what they say (OpenLI 1.1).
        OwnNumbers = "own-numbers",
        /// The integrityCheck elements of the hash PDUs, one after the other.
        HashChecks = "hash-checks",
        /// The checkValue octets of the hash PDUs, one after the other.
        HashValues = "hash-values",
        /// The hash PDUs whole, one after the other.
        HashPdus = "hash-pdus",
    }
}

impl SignatureInput {
    /// True when a valid signature shows that the hash values are the operator's. Without it, a
    /// signature shows only which hash PDUs there were.
    #[must_use]
    pub fn binds_hashes(self) -> bool {
        self != Self::OwnNumbers
    }
}

words! {
    /// How an RSA signature is padded.
    RsaPadding {
        /// RSASSA-PKCS1-v1_5.
        Pkcs1 = "pkcs1",
        /// RSASSA-PSS, salt as long as the hash.
        Pss = "pss",
    }
}

words! {
    /// Initial vector of an encrypted PDU.
    IvConvention {
        /// The sequence number, four octets, repeated to a block (annex G; OpenLI).
        SequenceNumber = "sequence-number",
        /// All octets zero.
        Zero = "zero",
    }
}

words! {
    /// Whose side the directions of CC payloads are told from.
    DirectionOf {
        /// The target's, as the standard says.
        Target = "target",
        /// The caller's, whoever is the target (OpenLI's SIP and RTP).
        Caller = "caller",
    }
}

/// One operator's conventions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conventions {
    /// Zone of local times without one; `None`: such times have no value.
    pub zone: Option<Zone>,
    /// Whose directions CC payloads tell.
    pub direction_of: DirectionOf,
    /// Hash function of a check that names none; `None`: such a check is not verified.
    pub hash_algorithm: Option<HashAlgorithm>,
    /// Hash inputs that are tried, in this order.
    pub hash_inputs: Vec<HashInput>,
    /// Signature inputs that are tried, in this order.
    pub signature_inputs: Vec<SignatureInput>,
    /// Hash function inside signatures; `None`: the one that goes with the key (SHA-256 for RSA
    /// and P-256, SHA-384 for P-384, SHA-512 for P-521).
    pub signature_hash: Option<HashAlgorithm>,
    /// Padding of RSA signatures.
    pub rsa_padding: RsaPadding,
    /// Initial vector of encrypted PDUs.
    pub iv: IvConvention,
}

impl Default for Conventions {
    fn default() -> Self {
        Self {
            zone: None,
            direction_of: DirectionOf::Target,
            hash_algorithm: None,
            hash_inputs: HashInput::ALL.to_vec(),
            signature_inputs: vec![
                SignatureInput::HashChecks,
                SignatureInput::HashValues,
                SignatureInput::HashPdus,
            ],
            signature_hash: None,
            rsa_padding: RsaPadding::Pkcs1,
            iv: IvConvention::SequenceNumber,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_another_word_is_none() {
        for input in SignatureInput::ALL {
            assert_eq!(SignatureInput::from_word(input.word()), Some(*input));
        }
        assert_eq!(HashInput::from_word("as-received"), Some(HashInput::AsReceived));
        assert_eq!(HashInput::from_word("As-Received"), None);
        assert_eq!(HashAlgorithm::from_word("md5"), None);
    }

    /// What does not bind the hashes is tried only where a profile says so.
    #[test]
    fn the_default_accepts_no_signature_that_leaves_the_hashes_open() {
        let inputs = Conventions::default().signature_inputs;
        assert!(inputs.iter().all(|input| input.binds_hashes()));
        assert!(!SignatureInput::OwnNumbers.binds_hashes());
    }
}
