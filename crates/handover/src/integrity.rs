//! Integrity checks: whether an operator's hashes and signatures hold over what was kept.
//!
//! Lazy and sans-I/O: a check is planned from its PDU alone, says which PDUs it wants in which
//! order, and is given them one at a time, read again from wherever they are kept; only digests
//! stay. Hash PDUs overtake what they cover, so nothing is judged on arrival. A verdict is only
//! said, never acted upon: evidence whose check fails stays evidence, with its verdict beside it.
//!
//! Rules: TS 102 232-1 clause 7.2, annex A (`IntegrityCheck`), annex G step 5, annex J.
use crate::ber::write::element;
use crate::encryption_container::{ContainerKey, open, with_minimal_lengths};
use crate::profile::{Conventions, HashAlgorithm, HashInput, SignatureInput};
use crate::ps_pdu::Pdu;
use aws_lc_rs::digest;
use lacre_term::PayloadClass;
use std::collections::BTreeSet;

pub mod key;
pub mod shelf;

pub use key::{KeyError, KeyKind, OperatorKey};
pub use shelf::Shelf;

/// Most PDUs that one check may cover. The standard's own count is 1,000 data PDUs or 15 hashes.
pub const INCLUDED_MAX: usize = 65_536;

/// Most octets that a signature may be over.
const SIGNED_OCTETS_MAX: usize = 16 * 1024 * 1024;

/// Which PDUs a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataType {
    /// 1.
    Iri,
    /// 2.
    Cc,
    /// 3: inter-LEMF.
    Ilhi,
}

impl DataType {
    /// Reads the enumeration's number.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Iri),
            2 => Some(Self::Cc),
            3 => Some(Self::Ilhi),
            _ => None,
        }
    }

    /// The class whose PDUs are meant.
    #[must_use]
    pub fn class(self) -> PayloadClass {
        match self {
            Self::Iri => PayloadClass::Iri,
            Self::Cc => PayloadClass::Cc,
            Self::Ilhi => PayloadClass::Ilhi,
        }
    }

    /// The standard's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Iri => "iRI",
            Self::Cc => "cC",
            Self::Ilhi => "iLHI",
        }
    }
}

/// What a check says of what it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The hash is that of the PDUs kept.
    Matches {
        /// What went into it.
        input: HashInput,
    },
    /// All PDUs are there, and their hash is another under every convention of the profile.
    Differs {
        /// checkValue, as the operator sent it.
        sent: Vec<u8>,
        /// The hash found under the profile's first convention.
        found: Vec<u8>,
    },
    /// PDUs that the operator counted are not there. They are in `Finding::missing`.
    MissingPdus,
    /// Encrypted PDUs could not be opened, and nothing else matched.
    NotOpened {
        /// Their numbers.
        numbers: Vec<u32>,
    },
    /// The signature is of one of the operator's keys.
    SignatureValid {
        /// What it is over.
        input: SignatureInput,
        /// Name of the key.
        key: String,
    },
    /// It is of none of the operator's keys under any convention of the profile.
    SignatureInvalid,
    /// The profile has no key of the kind that the signature needs.
    NoKey,
    /// The algorithm is not named by the check or by the profile, or has an unknown number.
    UnknownAlgorithm {
        /// The number, when there is one.
        number: Option<u64>,
    },
    /// The algorithm is known and not supported.
    UnsupportedAlgorithm {
        /// Its name.
        name: &'static str,
    },
    /// The check itself cannot be read.
    Unreadable {
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Verdict {
    /// The word in tables and JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Matches { .. } => "matches",
            Self::Differs { .. } => "differs",
            Self::MissingPdus => "missing-pdus",
            Self::NotOpened { .. } => "not-opened",
            Self::SignatureValid { .. } => "signature-valid",
            Self::SignatureInvalid => "signature-invalid",
            Self::NoKey => "no-key",
            Self::UnknownAlgorithm { .. } => "unknown-algorithm",
            Self::UnsupportedAlgorithm { .. } => "unsupported-algorithm",
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// True when the operator's check holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self, Self::Matches { .. } | Self::SignatureValid { .. })
    }
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Sequence number of the check's PDU, in a chain of its own.
    pub sequence_number: u32,
    /// True for a signature, false for a hash.
    pub signature: bool,
    /// What kind of PDUs the chain is about.
    pub data: Option<DataType>,
    /// Numbers covered, in hashing order: of data PDUs for a hash, of hash PDUs for a signature.
    pub numbers: Vec<u32>,
    /// Those of them that were not there.
    pub missing: Vec<u32>,
    /// Hash function of a hash.
    pub hash: Option<HashAlgorithm>,
    /// What came of it.
    pub verdict: Verdict,
}

/// A PDU that is not the one a check wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the check wants PDU {wanted:?} next, not {got}; give it what `wanted` says")]
pub struct NotWanted {
    /// The number wanted; `None` when the check has all.
    pub wanted: Option<u32>,
    /// The number given.
    pub got: u32,
}

/// Keys of an operator.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// That verify its signatures, newest first.
    pub signature: Vec<OperatorKey>,
    /// That open its encrypted PDUs, newest first.
    pub encryption: Vec<ContainerKey>,
}

/// What one convention has taken in so far.
enum Intake {
    Hash(HashInput, Box<digest::Context>),
    Signed(SignatureInput, Vec<u8>),
}

/// A check under way.
pub struct Check<'k> {
    finding: Finding,
    value: Vec<u8>,
    algorithm: Option<u64>,
    next: usize,
    intakes: Vec<Intake>,
    not_opened: Vec<u32>,
    settled: bool,
    conventions: &'k Conventions,
    keys: &'k Keys,
}

impl<'k> Check<'k> {
    /// Plans the check that `pdu` carries; `None` when it carries none. `interface` says what kind
    /// of PDUs a check is about that does not say so itself: IRI on HI2, CC on HI3.
    #[must_use]
    pub fn plan(
        pdu: &Pdu<'_>,
        interface: Option<DataType>,
        conventions: &'k Conventions,
        keys: &'k Keys,
    ) -> Option<Self> {
        let signature = match pdu.class {
            PayloadClass::IntegrityHash => false,
            PayloadClass::IntegritySignature => true,
            _ => return None,
        };
        let finding = Finding {
            sequence_number: pdu.heading().sequence_number,
            signature,
            data: interface,
            numbers: Vec::new(),
            missing: Vec::new(),
            hash: None,
            verdict: Verdict::Unreadable { why: "no integrityCheck element" },
        };
        let mut check = Self {
            finding,
            value: Vec::new(),
            algorithm: None,
            next: 0,
            intakes: Vec::new(),
            not_opened: Vec::new(),
            settled: false,
            conventions,
            keys,
        };
        let started = check.read(pdu).and_then(|()| check.start(pdu));
        if let Err(verdict) = started {
            (check.finding.verdict, check.settled) = (verdict, true);
        }
        Some(check)
    }

    fn read(&mut self, pdu: &Pdu<'_>) -> Result<(), Verdict> {
        let unreadable = |why| Verdict::Unreadable { why };
        let check = pdu.tri().filter(|tri| tri.is_context(0));
        let check = check.ok_or(unreadable("no integrityCheck element"))?;
        if let Some(field) = check.context(2) {
            self.finding.data = field.unsigned().and_then(DataType::from_number);
        }
        let included = check.context(0).filter(|field| field.tag.constructed);
        let included = included.ok_or(unreadable("includedSequenceNumbers is missing"))?;
        for number in included.children() {
            if self.finding.numbers.len() >= INCLUDED_MAX {
                return Err(unreadable("more PDUs than one check may cover"));
            }
            let number = number.unsigned().and_then(|number| u32::try_from(number).ok());
            let number = number.ok_or(unreadable("a number covered is no sequence number"))?;
            self.finding.numbers.push(number);
        }
        let distinct: BTreeSet<u32> = self.finding.numbers.iter().copied().collect();
        if distinct.is_empty() {
            return Err(unreadable("it covers no PDU"));
        }
        if distinct.len() != self.finding.numbers.len() {
            return Err(unreadable("it covers a number twice"));
        }
        let value = check.context(3).and_then(|field| Some(field.string()?.into_owned()));
        self.value = value.ok_or(unreadable("checkValue is missing"))?;
        self.algorithm = check
            .context(if self.finding.signature { 5 } else { 4 })
            .map(|field| field.unsigned().unwrap_or(u64::MAX));
        if self.finding.data.is_none() {
            return Err(unreadable("it does not say whether it is about IRI or CC"));
        }
        Ok(())
    }

    fn start(&mut self, pdu: &Pdu<'_>) -> Result<(), Verdict> {
        if self.finding.signature {
            return self.start_signature(pdu);
        }
        let hash = match self.algorithm {
            Some(number) => HashAlgorithm::from_number(number),
            None => self.conventions.hash_algorithm,
        };
        let hash = hash.ok_or(Verdict::UnknownAlgorithm { number: self.algorithm })?;
        self.finding.hash = Some(hash);
        let algorithm = match hash {
            HashAlgorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            HashAlgorithm::Sha256 => &digest::SHA256,
            HashAlgorithm::Sha384 => &digest::SHA384,
            HashAlgorithm::Sha512 => &digest::SHA512,
        };
        let context = || Box::new(digest::Context::new(algorithm));
        let inputs = self.conventions.hash_inputs.iter();
        self.intakes = inputs.map(|input| Intake::Hash(*input, context())).collect();
        Ok(())
    }

    fn start_signature(&mut self, pdu: &Pdu<'_>) -> Result<(), Verdict> {
        match self.algorithm {
            None | Some(2 | 3) => {}
            Some(1) => return Err(Verdict::UnsupportedAlgorithm { name: "DSA" }),
            number => return Err(Verdict::UnknownAlgorithm { number }),
        }
        if self.conventions.signature_hash.is_some_and(HashAlgorithm::is_weak) {
            return Err(Verdict::UnsupportedAlgorithm { name: "SHA-1 in a signature" });
        }
        if !self.keys.signature.iter().any(|key| key.can_be(self.algorithm)) {
            return Err(Verdict::NoKey);
        }
        let inputs = self.conventions.signature_inputs.iter();
        self.intakes = inputs
            .map(|input| {
                let own = *input == SignatureInput::OwnNumbers;
                Intake::Signed(*input, if own { without_value(pdu) } else { Vec::new() })
            })
            .collect();
        Ok(())
    }

    /// The class and number of the PDU to give next; `None` when the check needs no more. A
    /// signature wants the hash PDUs of its own data type.
    #[must_use]
    pub fn wanted(&self) -> Option<(PayloadClass, u32)> {
        if self.settled {
            return None;
        }
        let class = match self.finding.data {
            _ if self.finding.signature => PayloadClass::IntegrityHash,
            Some(data) => data.class(),
            None => return None,
        };
        self.finding.numbers.get(self.next).map(|number| (class, *number))
    }

    /// The kind of PDUs the check is about.
    #[must_use]
    pub fn data(&self) -> Option<DataType> {
        self.finding.data
    }

    /// Takes the PDU that [`Self::wanted`] names, from the same context and epoch as the check.
    /// Its octets are read and let go. An encrypted PDU is taken for IRI, CC or inter-LEMF.
    ///
    /// # Errors
    /// [`NotWanted`] when it is another PDU; the check stays as it was.
    pub fn feed(&mut self, pdu: &Pdu<'_>) -> Result<(), NotWanted> {
        let got = pdu.heading().sequence_number;
        let wanted = self.wanted();
        let about = pdu.tri().filter(|_| self.finding.signature).and_then(|check| check.context(2));
        let about = about.and_then(|field| DataType::from_number(field.unsigned()?));
        let other_chain = about.is_some() && about != self.finding.data;
        let fits = |class| {
            let closed = !self.finding.signature && pdu.class == PayloadClass::Encrypted;
            (pdu.class == class && !other_chain) || closed
        };
        if !wanted.is_some_and(|(class, number)| number == got && fits(class)) {
            return Err(NotWanted { wanted: wanted.map(|(_, number)| number), got });
        }
        self.next = self.next.saturating_add(1);
        if self.finding.signature {
            self.feed_signed(pdu)
        } else {
            self.feed_hash(pdu)
        }
        Ok(())
    }

    /// Notes that the PDU [`Self::wanted`] names is not there.
    pub fn absent(&mut self) {
        if let Some((_, number)) = self.wanted() {
            self.finding.missing.push(number);
            self.next = self.next.saturating_add(1);
        }
    }

    fn feed_hash(&mut self, pdu: &Pdu<'_>) {
        let (conventions, keys) = (self.conventions, self.keys);
        let encrypted = pdu.class == PayloadClass::Encrypted;
        let clear = encrypted
            .then(|| open(pdu, &keys.encryption, conventions.iv).ok()?.before_encryption(pdu))
            .flatten();
        if encrypted && clear.is_none() {
            self.not_opened.push(pdu.heading().sequence_number);
        }
        let clear = clear.as_ref().map_or(pdu.octets, |clear| clear.as_slice());
        for intake in &mut self.intakes {
            match intake {
                Intake::Hash(HashInput::AsReceived, context) => context.update(pdu.octets),
                Intake::Hash(HashInput::BeforeEncryption, context) => context.update(clear),
                Intake::Hash(HashInput::BeforeEncryptionDer, context) => {
                    let minimal = with_minimal_lengths(clear);
                    context.update(minimal.as_ref().map_or(clear, |minimal| minimal.as_slice()));
                }
                Intake::Signed(..) => {}
            }
        }
    }

    fn feed_signed(&mut self, pdu: &Pdu<'_>) {
        let check = pdu.tri().filter(|tri| tri.is_context(0));
        for intake in &mut self.intakes {
            let Intake::Signed(input, message) = intake else { continue };
            let value = check.and_then(|check| check.context(3)).and_then(|field| field.string());
            let octets = match input {
                SignatureInput::OwnNumbers => continue,
                SignatureInput::HashChecks => check.map_or(&[][..], |check| check.whole),
                SignatureInput::HashValues => value.as_deref().unwrap_or_default(),
                SignatureInput::HashPdus => pdu.octets,
            };
            if message.len().saturating_add(octets.len()) > SIGNED_OCTETS_MAX {
                let why = "the signature is over more octets than are read";
                (self.finding.verdict, self.settled) = (Verdict::Unreadable { why }, true);
                return;
            }
            message.extend_from_slice(octets);
        }
    }

    /// The verdict. PDUs that were not given count as missing.
    #[must_use]
    pub fn finish(mut self) -> Finding {
        while self.wanted().is_some() {
            self.absent();
        }
        if !self.settled {
            self.finding.verdict =
                if self.finding.signature { self.judge_signature() } else { self.judge_hash() };
        }
        self.finding
    }

    fn judge_hash(&mut self) -> Verdict {
        if !self.finding.missing.is_empty() {
            return Verdict::MissingPdus;
        }
        let mut first = None;
        for intake in std::mem::take(&mut self.intakes) {
            let Intake::Hash(input, context) = intake else { continue };
            let found = context.finish();
            if found.as_ref() == self.value {
                return Verdict::Matches { input };
            }
            first = first.or_else(|| Some(found.as_ref().to_vec()));
        }
        if self.not_opened.is_empty() {
            let sent = std::mem::take(&mut self.value);
            Verdict::Differs { sent, found: first.unwrap_or_default() }
        } else {
            Verdict::NotOpened { numbers: std::mem::take(&mut self.not_opened) }
        }
    }

    fn judge_signature(&self) -> Verdict {
        let complete = self.finding.missing.is_empty();
        for intake in &self.intakes {
            let Intake::Signed(input, message) = intake else { continue };
            if !complete && *input != SignatureInput::OwnNumbers {
                continue;
            }
            let keys = self.keys.signature.iter().filter(|key| key.can_be(self.algorithm));
            for key in keys {
                if key.verifies(message, &self.value, self.conventions) {
                    return Verdict::SignatureValid { input: *input, key: key.name.clone() };
                }
            }
        }
        // What was left out may be what it is over.
        let depends = self.conventions.signature_inputs.iter().any(|input| input.binds_hashes());
        if !complete && depends { Verdict::MissingPdus } else { Verdict::SignatureInvalid }
    }
}

/// The integrityCheck element of a PDU, with a checkValue of no octets and a minimal length.
fn without_value(pdu: &Pdu<'_>) -> Vec<u8> {
    let (mut fields, mut out) = (Vec::new(), Vec::new());
    let check = pdu.tri();
    for field in check.iter().flat_map(|check| check.children()) {
        if field.is_context(3) {
            element(&mut fields, 0x83, &[]);
        } else {
            fields.extend_from_slice(field.whole);
        }
    }
    element(&mut out, 0xa0, &fields);
    out
}
