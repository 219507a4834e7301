//! Quarantine: what came without an order, sealed to the court's two keys and to no key of ours.
//!
//! Promises: one data key per peer and minute, forgotten when the minute ends; either court key
//! opens a bag, nothing on this site does; counts by reason need no key; a record opens only at its
//! own bag and number and with its own reason.
//!
//! Rules: DESIGN.md decision 10; `spec/quarantine.md`.
mod format;
mod reader;

pub(crate) use format::{BagObject, BagRecord, write_bag};
pub use reader::{BagRecords, BagSummary, QuarantineError, QuarantineReader};

use crate::{
    envelope::{self, KeyPair, PUBLIC_OCTETS, PublicKey},
    error::KeyError,
    machine::{MachineKey, checksum, key_text, read_key_text},
    octets::{Cursor, len16, tuple},
    part::nonce,
    provider::{Aead, SUITE_1, random, random_secret},
};
use lacre_term::{BagId, Micros, Reason, Secret, hex};
use zeroize::Zeroizing;

const PRIVATE_HEADER: &str = "lacre-court-key-1";
const PUBLIC_HEADER: &str = "lacre-court-public-1";
const LABEL: &str = "lacre/bag/1";
const WHAT: &str = "a quarantine bag";
/// `received_at i64 ‖ peer length u16` at the end of every clear record.
const TAIL_OCTETS: usize = 10;
/// An envelope of one 32-octet key.
const ENVELOPE_OCTETS: usize = 113;

/// A key pair of the court's, made by `lacre init`, written out and forgotten.
#[derive(Debug, Clone)]
pub struct CourtKeyPair(KeyPair);

/// The public half: what bags are sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CourtPublic(PublicKey);

impl CourtKeyPair {
    /// A fresh pair.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        KeyPair::generate().map(Self)
    }

    /// `lacre-court-key-1:<64 hex>:<checksum>`, to be written out for the court.
    #[must_use]
    pub fn private_text(&self) -> Zeroizing<String> {
        key_text(PRIVATE_HEADER, self.0.private().expose())
    }

    /// Reads [`private_text`](Self::private_text).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when it is not one, or was copied wrongly.
    pub fn from_private_text(text: &str) -> Result<Self, KeyError> {
        let what = "the court's key";
        let octets = read_key_text(PRIVATE_HEADER, text).ok_or(KeyError::Malformed { what })?;
        let octets =
            <[u8; 32]>::try_from(octets.as_slice()).map_err(|_| KeyError::Malformed { what })?;
        KeyPair::from_private(&Secret::new(octets)).map(Self)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> CourtPublic {
        CourtPublic(*self.0.public())
    }
}

impl CourtPublic {
    /// `lacre-court-public-1:<130 hex>:<checksum>`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let body = format!("{PUBLIC_HEADER}:{}", hex::encode(&self.0.0));
        format!("{body}:{}", checksum(&body))
    }

    /// Reads [`to_text`](Self::to_text).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when it is not one, or was copied wrongly.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        read_key_text(PUBLIC_HEADER, text)
            .and_then(|octets| <[u8; PUBLIC_OCTETS]>::try_from(octets.as_slice()).ok())
            .map(|octets| Self(PublicKey(octets)))
            .ok_or(KeyError::Malformed { what: "the court's public key" })
    }
}

/// A bag open for filling: one peer, one minute.
pub struct Bag {
    id: BagId,
    peer: String,
    peer_tag: [u8; 16],
    minute: i64,
    sealed_keys: Vec<u8>,
    aead: Aead,
    next: u64,
}

impl Bag {
    /// A fresh bag for what `peer` delivers in `minute` (minutes since 1970).
    ///
    /// # Errors
    /// [`KeyError`] when a primitive fails or a public key is no key.
    pub fn new(
        publics: &[CourtPublic; 2],
        machine: &MachineKey,
        peer: &str,
        minute: i64,
    ) -> Result<Self, KeyError> {
        let id = BagId(random()?);
        let peer_tag = machine.fingerprint("quarantine-peer", &[peer.as_bytes()]);
        let key = random_secret()?;
        let mut sealed_keys = vec![SUITE_1];
        for CourtPublic(public) in publics {
            let bound: [&[u8]; 3] = [&id.0, &peer_tag, &minute.to_be_bytes()];
            sealed_keys.extend_from_slice(&public.id());
            sealed_keys.extend_from_slice(&envelope::seal(public, LABEL, &bound, key.expose())?);
        }
        let aead = Aead::new(&key)?;
        let peer = peer.to_owned();
        Ok(Self { id, peer, peer_tag, minute, sealed_keys, aead, next: 0 })
    }

    /// The bag's random name.
    #[must_use]
    pub fn id(&self) -> BagId {
        self.id
    }

    /// The machine's keyed fingerprint of the peer's name.
    #[must_use]
    pub fn peer_tag(&self) -> [u8; 16] {
        self.peer_tag
    }

    /// The minute.
    #[must_use]
    pub fn minute(&self) -> i64 {
        self.minute
    }

    /// The data key, sealed to each of the court's keys.
    #[must_use]
    pub fn sealed_keys(&self) -> &[u8] {
        &self.sealed_keys
    }

    /// The number the next record has.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.next
    }

    /// Encrypts record `number`. Numbers go up; each is encrypted once.
    ///
    /// # Errors
    /// [`KeyError::NumberUsed`], [`KeyError::TooLarge`].
    pub fn encrypt(
        &mut self,
        number: u64,
        reason: Reason,
        received_at: Micros,
        octets: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        if number < self.next || number == u64::MAX {
            return Err(KeyError::NumberUsed { number, next: Some(self.next) });
        }
        let peer = self.peer.as_bytes();
        let peer_len = len16(peer).ok_or(KeyError::TooLarge { what: "a peer's name" })?;
        let trailer = [peer, &received_at.0.to_be_bytes(), &peer_len].concat();
        self.next = number.saturating_add(1);
        let overhead = trailer.len().saturating_add(16);
        let mut out = Vec::with_capacity(octets.len().saturating_add(overhead));
        let aad = aad(self.id, number, reason);
        self.aead.seal_onto(nonce(number), &aad, octets, &trailer, &mut out)?;
        Ok(out)
    }
}

impl std::fmt::Debug for Bag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bag({}, minute {})", self.id, self.minute)
    }
}

/// A bag's key, open on the court's machine.
pub struct BagKeys {
    bag: BagId,
    aead: Aead,
}

/// One quarantined run of octets, in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantinedClear {
    /// When it was received.
    pub received_at: Micros,
    /// Name of the peer that delivered it.
    pub peer: String,
    /// The octets as received.
    pub octets: Zeroizing<Vec<u8>>,
}

impl BagKeys {
    /// Opens a bag with one of the court's keys.
    ///
    /// # Errors
    /// [`KeyError::Closed`] when the bag is not sealed to this key, or was altered.
    pub fn open(
        court: &CourtKeyPair,
        bag: BagId,
        peer_tag: [u8; 16],
        minute: i64,
        sealed_keys: &[u8],
    ) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed { what: WHAT };
        let mut cursor = Cursor::new(sealed_keys);
        cursor.literal(&[SUITE_1]).ok_or_else(malformed)?;
        let id = court.0.public().id();
        while cursor.end().is_none() {
            let named: [u8; 8] = cursor.array().ok_or_else(malformed)?;
            let sealed = cursor.take(ENVELOPE_OCTETS).ok_or_else(malformed)?;
            if named != id {
                continue;
            }
            let bound: [&[u8]; 3] = [&bag.0, &peer_tag, &minute.to_be_bytes()];
            let key = Zeroizing::new(envelope::open(&court.0, LABEL, &bound, sealed, WHAT)?);
            let key = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| malformed())?;
            return Ok(Self { bag, aead: Aead::new(&Secret::new(key))? });
        }
        Err(KeyError::Closed { what: WHAT })
    }

    /// Opens record `number`, quarantined for `reason`.
    ///
    /// # Errors
    /// [`KeyError::Closed`] when number, reason, bag or octets are not the record's.
    pub fn decrypt(
        &self,
        number: u64,
        reason: Reason,
        sealed: &[u8],
    ) -> Result<QuarantinedClear, KeyError> {
        let what = "a quarantined record";
        let aad = aad(self.bag, number, reason);
        let clear = self.aead.open(nonce(number), &aad, sealed.to_vec(), what)?;
        split_clear(clear).ok_or(KeyError::Malformed { what })
    }
}

impl std::fmt::Debug for BagKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BagKeys({})", self.bag)
    }
}

fn aad(bag: BagId, number: u64, reason: Reason) -> Vec<u8> {
    let (number, fixed) = (number.to_be_bytes(), [SUITE_1, reason.code()]);
    tuple(&[b"lacre/quarantined/1", &fixed, &bag.0, &number])
}

fn split_clear(mut clear: Vec<u8>) -> Option<QuarantinedClear> {
    let tail = clear.len().checked_sub(TAIL_OCTETS)?;
    let mut cursor = Cursor::new(clear.get(tail..)?);
    let received_at = Micros(cursor.i64()?);
    let octets = tail.checked_sub(usize::from(cursor.u16()?))?;
    let peer = std::str::from_utf8(clear.get(octets..tail)?).ok()?.to_owned();
    clear.truncate(octets);
    Some(QuarantinedClear { received_at, peer, octets: Zeroizing::new(clear) })
}
