//! Envelopes: what anyone can seal to a public key and only the private key opens (HPKE).
//!
//! Base mode: an envelope says nothing about who sealed it; authenticity comes from the ledger.
//! Info and associated data bind the label and the place, so an envelope cannot be moved.
//!
//! Rules: RFC 9180, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; DESIGN.md decision 6.
use crate::{
    error::KeyError,
    octets::tuple,
    provider::{random_secret, sha256},
};
use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::DhP256HkdfSha256,
};
use lacre_term::Secret;
use zeroize::Zeroize;

type Kem = DhP256HkdfSha256;
/// Octets of an uncompressed P-256 point.
pub const PUBLIC_OCTETS: usize = 65;

/// A P-256 public key, uncompressed; checked to be on the curve when used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; PUBLIC_OCTETS]);

impl PublicKey {
    /// The first eight octets of the key's SHA-256: enough to find the envelope meant for it.
    #[must_use]
    pub fn id(&self) -> [u8; 8] {
        let mut id = [0; 8];
        for (to, from) in id.iter_mut().zip(sha256(&self.0).0) {
            *to = from;
        }
        id
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", lacre_term::hex::encode(&self.id()))
    }
}

/// A P-256 key pair.
#[derive(Clone)]
pub struct KeyPair {
    private: Secret,
    public: PublicKey,
}

impl KeyPair {
    /// The pair RFC 9180 `DeriveKeyPair` makes of `seed`.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] never for P-256; the library's answer is passed on.
    pub fn derive(seed: &Secret) -> Result<Self, KeyError> {
        let (private, public) = Kem::derive_keypair(seed.expose());
        Self::of(&private, &public)
    }

    /// A fresh pair.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        Self::derive(&random_secret()?)
    }

    /// The pair of a private key's 32 octets.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when they are not a scalar of the curve.
    pub fn from_private(private: &Secret) -> Result<Self, KeyError> {
        let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(private.expose())
            .map_err(|_| KeyError::Malformed { what: "a private key" })?;
        let public = Kem::sk_to_pk(&private);
        Self::of(&private, &public)
    }

    fn of(
        private: &<Kem as hpke::Kem>::PrivateKey,
        public: &<Kem as hpke::Kem>::PublicKey,
    ) -> Result<Self, KeyError> {
        let mut octets = [0; 32];
        private.write_exact(&mut octets);
        let private = Secret::new(octets);
        octets.zeroize();
        let mut point = [0; PUBLIC_OCTETS];
        public.write_exact(&mut point);
        Ok(Self { private, public: PublicKey(point) })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The private half.
    #[must_use]
    pub fn private(&self) -> &Secret {
        &self.private
    }
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyPair({:?})", self.public)
    }
}

/// Seals `clear` to `public`: `encapsulated key[65] ‖ ciphertext ‖ tag[16]`.
///
/// # Errors
/// [`KeyError::Malformed`] when `public` is no point of the curve, [`KeyError::TooLarge`].
pub fn seal(
    public: &PublicKey,
    label: &str,
    bound: &[&[u8]],
    clear: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&public.0)
        .map_err(|_| KeyError::Malformed { what: "a public key" })?;
    let (encapsulated, ciphertext) = hpke::single_shot_seal::<AesGcm256, HkdfSha256, Kem>(
        &OpModeS::Base,
        &key,
        label.as_bytes(),
        clear,
        &tuple(bound),
    )
    .map_err(|_| KeyError::TooLarge { what: "an envelope" })?;
    let encapsulated = encapsulated.to_bytes();
    let mut out = Vec::with_capacity(PUBLIC_OCTETS.saturating_add(ciphertext.len()));
    out.extend_from_slice(&encapsulated);
    out.extend_from_slice(&ciphertext);
    Ok(out)
}

/// Opens what [`seal`] made with the same `label` and `bound`.
///
/// # Errors
/// [`KeyError::Closed`] naming `what`.
pub fn open(
    pair: &KeyPair,
    label: &str,
    bound: &[&[u8]],
    sealed: &[u8],
    what: &'static str,
) -> Result<Vec<u8>, KeyError> {
    let closed = |_| KeyError::Closed { what };
    let (encapsulated, ciphertext) =
        sealed.split_at_checked(PUBLIC_OCTETS).ok_or(KeyError::Malformed { what })?;
    let private =
        <Kem as hpke::Kem>::PrivateKey::from_bytes(pair.private.expose()).map_err(closed)?;
    let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).map_err(closed)?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        label.as_bytes(),
        ciphertext,
        &tuple(bound),
    )
    .map_err(closed)
}
