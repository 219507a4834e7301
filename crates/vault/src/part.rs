//! A part's keys: one data key and one salt key, made in memory and sealed to the vault.
//!
//! Promises: a number is encrypted once with a key, and never after a restart (keys that were
//! opened only read); a record opens only at its own vault, part and number.
//!
//! Rules: DESIGN.md decisions 6 and 7; `spec/key-hierarchy.md` sections "Part keys" and "Record".
use crate::{
    envelope,
    error::KeyError,
    octets::{Cursor, len16},
    provider::{Aead, Mac, SUITE_1, random_secret},
    site::{VaultPrivate, VaultPublic},
};
use lacre_term::{Micros, PartId, Secret, VaultId};
use zeroize::Zeroizing;

const LABEL: &str = "lacre/part-keys/1";
const WHAT: &str = "a part's keys";
/// `received_at i64 ‖ flags u32 ‖ peer length u16` at the end of every clear record.
const TAIL_OCTETS: usize = 14;

/// The keys of one part.
pub struct PartKeys {
    vault: VaultId,
    part: PartId,
    data: Secret,
    salt: Secret,
    aead: Aead,
    salts: Mac,
    /// The lowest number not encrypted yet; `None` for keys that were opened: they only read.
    next: Option<u64>,
}

/// What is kept of one PDU, in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordClear<'a> {
    /// When it was received.
    pub received_at: Micros,
    /// Name of the peer that delivered it, at most 65,535 octets.
    pub peer: &'a str,
    /// What was odd about it.
    pub flags: u32,
    /// The PS-PDU, octet by octet as received.
    pub octets: &'a [u8],
}

/// [`RecordClear`] out of its ciphertext; its octets are wiped when dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordClearOwned {
    /// When it was received.
    pub received_at: Micros,
    /// Name of the peer that delivered it.
    pub peer: String,
    /// What was odd about it.
    pub flags: u32,
    /// The PS-PDU, octet by octet as received.
    pub octets: Zeroizing<Vec<u8>>,
}

impl PartKeys {
    /// Fresh keys of a part that opens now.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate(vault: VaultId, part: PartId) -> Result<Self, KeyError> {
        Self::of(vault, part, random_secret()?, random_secret()?, Some(0))
    }

    pub(crate) fn of(
        vault: VaultId,
        part: PartId,
        data: Secret,
        salt: Secret,
        next: Option<u64>,
    ) -> Result<Self, KeyError> {
        let (aead, salts) = (Aead::new(&data)?, Mac::new(&salt));
        Ok(Self { vault, part, data, salt, aead, salts, next })
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> VaultId {
        self.vault
    }

    /// The part.
    #[must_use]
    pub fn part(&self) -> PartId {
        self.part
    }

    pub(crate) fn secrets(&self) -> (&Secret, &Secret) {
        (&self.data, &self.salt)
    }

    /// The keys sealed to the vault: `suite ‖ generation u32 ‖ HPKE envelope`.
    ///
    /// # Errors
    /// [`KeyError::Closed`] when `public` is another vault's.
    pub fn sealed_to(&self, public: &VaultPublic) -> Result<Vec<u8>, KeyError> {
        if public.vault != self.vault {
            return Err(KeyError::Closed { what: WHAT });
        }
        let mut out = vec![SUITE_1];
        out.extend_from_slice(&public.generation.to_be_bytes());
        let clear = Zeroizing::new([*self.data.expose(), *self.salt.expose()].concat());
        let bound: [&[u8]; 3] = [&self.vault.0, &self.part.0, &out];
        let envelope = envelope::seal(&public.key, LABEL, &bound, &clear)?;
        out.extend_from_slice(&envelope);
        Ok(out)
    }

    /// Opens what [`sealed_to`](Self::sealed_to) made; the keys only read.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the vault's key is no longer the one it was sealed to,
    /// [`KeyError::Closed`] for another vault, part or altered octets, [`KeyError::Malformed`].
    pub fn open(
        private: &VaultPrivate,
        vault: VaultId,
        part: PartId,
        sealed: &[u8],
    ) -> Result<Self, KeyError> {
        let malformed = KeyError::Malformed { what: WHAT };
        let (head, envelope) = sealed.split_at_checked(5).ok_or(malformed)?;
        let mut cursor = Cursor::new(head);
        let suite = cursor.u8();
        let generation = cursor.u32().filter(|_| suite == Some(SUITE_1));
        let generation = generation.ok_or(KeyError::Malformed { what: WHAT })?;
        if vault != private.vault() {
            return Err(KeyError::Closed { what: WHAT });
        }
        if generation != private.generation() {
            let held = private.generation();
            return Err(KeyError::Generation { sealed: generation, held });
        }
        let bound: [&[u8]; 3] = [&vault.0, &part.0, head];
        let clear = envelope::open(private.pair(), LABEL, &bound, envelope, WHAT)?;
        let clear = Zeroizing::new(clear);
        let mut cursor = Cursor::new(&clear);
        let data = cursor.array().map(Secret::new);
        let salt = cursor.array().map(Secret::new);
        match (data, salt, cursor.end()) {
            (Some(data), Some(salt), Some(())) => Self::of(vault, part, data, salt, None),
            _ => Err(KeyError::Malformed { what: WHAT }),
        }
    }

    /// The salt of PDU `number`: the first 16 octets of HMAC-SHA-256(salt key, number).
    #[must_use]
    pub fn salt(&self, number: u64) -> [u8; 16] {
        self.salts.sign(&[&number.to_be_bytes()])
    }

    /// Encrypts record `number`. Numbers go up; each is encrypted once.
    ///
    /// # Errors
    /// [`KeyError::NumberUsed`], also for keys that were opened; [`KeyError::TooLarge`].
    pub fn encrypt(&mut self, number: u64, record: &RecordClear<'_>) -> Result<Vec<u8>, KeyError> {
        let overhead = TAIL_OCTETS.saturating_add(record.peer.len()).saturating_add(16);
        let mut out = Vec::with_capacity(record.octets.len().saturating_add(overhead));
        self.encrypt_onto(number, record, &mut out)?;
        Ok(out)
    }

    /// As [`encrypt`](Self::encrypt), straight onto the end of `out`: the clear octets are read
    /// once and copied nowhere. On an error `out` is as it was.
    ///
    /// # Errors
    /// As [`encrypt`](Self::encrypt).
    pub fn encrypt_onto(
        &mut self,
        number: u64,
        record: &RecordClear<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        let free = self.next.filter(|next| number >= *next && number < u64::MAX);
        if free.is_none() {
            return Err(KeyError::NumberUsed { number, next: self.next });
        }
        let peer = record.peer.as_bytes();
        let peer_len = len16(peer).ok_or(KeyError::TooLarge { what: "a peer's name" })?;
        let mut trailer = Vec::with_capacity(peer.len().saturating_add(TAIL_OCTETS));
        trailer.extend_from_slice(peer);
        trailer.extend_from_slice(&record.received_at.0.to_be_bytes());
        trailer.extend_from_slice(&record.flags.to_be_bytes());
        trailer.extend_from_slice(&peer_len);
        self.next = number.checked_add(1);
        let aad = self.aad(number);
        self.aead.seal_onto(nonce(number), &aad, record.octets, &trailer, out)
    }

    /// Opens record `number`.
    ///
    /// # Errors
    /// [`KeyError::Closed`] when it is not this vault's, part's and number's, or was altered.
    pub fn decrypt(&self, number: u64, sealed: &[u8]) -> Result<RecordClearOwned, KeyError> {
        let what = "a record";
        let clear = self.aead.open(nonce(number), &self.aad(number), sealed.to_vec(), what)?;
        split_clear(clear).ok_or(KeyError::Malformed { what })
    }

    /// `"lacre/record/1" ‖ suite ‖ vault ‖ part ‖ number`.
    fn aad(&self, number: u64) -> [u8; 55] {
        let mut aad = [0; 55];
        let fields = b"lacre/record/1"
            .iter()
            .chain([SUITE_1].iter())
            .chain(self.vault.0.iter())
            .chain(self.part.0.iter());
        let number = number.to_be_bytes();
        for (to, from) in aad.iter_mut().zip(fields.chain(number.iter())) {
            *to = *from;
        }
        aad
    }
}

fn split_clear(mut clear: Vec<u8>) -> Option<RecordClearOwned> {
    let tail = clear.len().checked_sub(TAIL_OCTETS)?;
    let mut cursor = Cursor::new(clear.get(tail..)?);
    let received_at = Micros(cursor.i64()?);
    let flags = cursor.u32()?;
    let peer_len = usize::from(cursor.u16()?);
    let octets = tail.checked_sub(peer_len)?;
    let peer = std::str::from_utf8(clear.get(octets..tail)?).ok()?.to_owned();
    clear.truncate(octets);
    Some(RecordClearOwned { received_at, peer, flags, octets: Zeroizing::new(clear) })
}

/// Four zero octets and the number: unique, because a number is encrypted once.
pub(crate) fn nonce(number: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
        *to = from;
    }
    nonce
}

impl std::fmt::Debug for PartKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartKeys({})", self.part)
    }
}
