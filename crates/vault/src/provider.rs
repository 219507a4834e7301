//! The primitives, in one place: random numbers, SHA-256, HMAC, HKDF, AES-256-GCM (aws-lc-rs).
//!
//! Promises: key schedules are made once per key value; a wrapped text never uses a (key, nonce)
//! pair twice, because each is wrapped under a key derived for it alone.
//!
//! Rules: DESIGN.md decision 9 (suites); RFC 5869; NIST SP 800-38D; `spec/key-hierarchy.md`.
use crate::{
    error::KeyError,
    octets::{Cursor, tuple},
};
use aws_lc_rs::{aead, digest, hkdf as lc_hkdf, hmac, rand};
use lacre_term::{Digest, Secret};
use zeroize::{Zeroize, Zeroizing};

/// Suite 1: AES-256-GCM, HKDF-SHA-256, HPKE with DHKEM P-256.
pub const SUITE_1: u8 = 1;
/// Octets of an AES-GCM tag.
pub const TAG_OCTETS: usize = 16;
const SALT_OCTETS: usize = 16;

/// `N` random octets.
///
/// # Errors
/// [`KeyError::Random`] when the operating system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut octets = [0; N];
    rand::fill(&mut octets).map_err(|_| KeyError::Random)?;
    Ok(octets)
}

/// A random 32-octet key.
///
/// # Errors
/// [`KeyError::Random`].
pub fn random_secret() -> Result<Secret, KeyError> {
    let mut octets = random::<32>()?;
    let secret = Secret::new(octets);
    octets.zeroize();
    Ok(secret)
}

/// SHA-256 of `octets`.
#[must_use]
pub fn sha256(octets: &[u8]) -> Digest {
    let mut out = Digest::default();
    for (to, from) in out.0.iter_mut().zip(digest::digest(&digest::SHA256, octets).as_ref()) {
        *to = *from;
    }
    out
}

/// HKDF-SHA-256 to 32 octets; `info` is the list of parts, each with its length.
///
/// # Errors
/// [`KeyError::TooLarge`] never for the parts used here; the primitive's answer is passed on.
pub fn hkdf(key: &Secret, salt: &[u8], info: &[&[u8]]) -> Result<Secret, KeyError> {
    let what = "a key to derive";
    let mut out = Zeroizing::new([0; 32]);
    let info = tuple(info);
    lc_hkdf::Salt::new(lc_hkdf::HKDF_SHA256, salt)
        .extract(key.expose())
        .expand(&[&info], lc_hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(out.as_mut_slice()))
        .map_err(|_| KeyError::TooLarge { what })?;
    Ok(Secret::new(*out))
}

/// HMAC-SHA-256 with its key prepared once.
#[derive(Clone)]
pub struct Mac(hmac::Key);

impl Mac {
    /// Prepares `key`.
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// The code over the concatenation of `parts`, cut to `N` ≤ 32 octets.
    #[must_use]
    pub fn sign<const N: usize>(&self, parts: &[&[u8]]) -> [u8; N] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        let mut out = [0; N];
        for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        out
    }
}

impl std::fmt::Debug for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mac(..)")
    }
}

/// AES-256-GCM with its key schedule made once.
pub struct Aead(aead::LessSafeKey);

impl Aead {
    /// Prepares `key`.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] never for 32 octets; the primitive's answer is passed on.
    pub fn new(key: &Secret) -> Result<Self, KeyError> {
        aead::UnboundKey::new(&aead::AES_256_GCM, key.expose())
            .map(|key| Self(aead::LessSafeKey::new(key)))
            .map_err(|_| KeyError::Malformed { what: "a data key" })
    }

    /// Encrypts `clear ‖ trailer` straight onto the end of `out`, tag last. On an error `out` is
    /// as it was. The caller answers for never using `nonce` twice.
    ///
    /// # Errors
    /// [`KeyError::TooLarge`] past the 64 GiB of one GCM message.
    pub fn seal_onto(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        clear: &[u8],
        trailer: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        let start = out.len();
        let extra = trailer.len().saturating_add(TAG_OCTETS);
        out.resize(start.saturating_add(clear.len()).saturating_add(extra), 0);
        let sealed = out
            .get_mut(start..)
            .and_then(|tail| tail.split_at_mut_checked(clear.len()))
            .and_then(|(body, end)| {
                let nonce = aead::Nonce::assume_unique_for_key(nonce);
                let aad = aead::Aad::from(aad);
                self.0.seal_out_of_place_scatter(nonce, aad, clear, body, trailer, end).ok()
            });
        if sealed.is_none() {
            out.truncate(start);
            return Err(KeyError::TooLarge { what: "a record" });
        }
        Ok(())
    }

    /// Opens `sealed` in its own buffer and cuts the tag off. On an error nothing is given.
    ///
    /// # Errors
    /// [`KeyError::Closed`] naming `what`.
    pub fn open(
        &self,
        nonce: [u8; 12],
        aad: &[u8],
        mut sealed: Vec<u8>,
        what: &'static str,
    ) -> Result<Vec<u8>, KeyError> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let clear = self
            .0
            .open_in_place(nonce, aead::Aad::from(aad), &mut sealed)
            .map(|clear| clear.len())
            .map_err(|_| KeyError::Closed { what })?;
        sealed.truncate(clear);
        Ok(sealed)
    }
}

impl std::fmt::Debug for Aead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aead(..)")
    }
}

/// Wraps `clear` under `key` for the place `label`, `bound` names:
/// `suite ‖ salt[16] ‖ AES-256-GCM(HKDF(key, salt, label), nonce 0, aad = bound)`.
///
/// # Errors
/// [`KeyError::Random`], [`KeyError::TooLarge`].
pub fn wrap(key: &Secret, label: &str, bound: &[&[u8]], clear: &[u8]) -> Result<Vec<u8>, KeyError> {
    let salt = random::<SALT_OCTETS>()?;
    let once = Aead::new(&hkdf(key, &salt, &[b"lacre/wrap/1", label.as_bytes()])?)?;
    let overhead = SALT_OCTETS.saturating_add(TAG_OCTETS).saturating_add(1);
    let mut out = Vec::with_capacity(clear.len().saturating_add(overhead));
    out.push(SUITE_1);
    out.extend_from_slice(&salt);
    once.seal_onto([0; 12], &tuple(bound), clear, &[], &mut out)?;
    Ok(out)
}

/// Opens what [`wrap`] made for the same `key`, `label` and `bound`.
///
/// # Errors
/// [`KeyError::Closed`] or [`KeyError::Malformed`], naming `what`.
pub fn unwrap(
    key: &Secret,
    label: &str,
    bound: &[&[u8]],
    wrapped: &[u8],
    what: &'static str,
) -> Result<Vec<u8>, KeyError> {
    let mut cursor = Cursor::new(wrapped);
    let salt = (cursor.u8() == Some(SUITE_1))
        .then(|| cursor.array::<SALT_OCTETS>())
        .flatten()
        .ok_or(KeyError::Malformed { what })?;
    let once = Aead::new(&hkdf(key, &salt, &[b"lacre/wrap/1", label.as_bytes()])?)?;
    once.open([0; 12], &tuple(bound), cursor.rest().to_vec(), what)
}
