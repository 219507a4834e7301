//! One ECDSA P-256 key: signing and checking with SHA-256, low `s` only.
//!
//! Every ECDSA signature has a twin `(r, n − s)` that verifies as well. We sign with the low one
//! and refuse the high one in what a package carries, so that a signature has one form.
use super::{Fault, SignError};
use crate::asn1;
use p256::{
    SecretKey,
    ecdsa::{
        DerSignature, Signature, SigningKey, VerifyingKey,
        signature::{Signer, Verifier},
    },
    elliptic_curve::Generate,
};
use zeroize::Zeroizing;

pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn generate() -> Result<Self, SignError> {
        let secret = SecretKey::try_generate().map_err(|_| SignError::NoRandomness)?;
        Ok(Self(SigningKey::from(&secret)))
    }

    pub(crate) fn from_octets(octets: &[u8]) -> Option<Self> {
        SigningKey::from_slice(octets).ok().map(Self)
    }

    pub(crate) fn to_octets(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_bytes().to_vec())
    }

    /// The uncompressed point, as certificates carry it.
    pub(crate) fn public_point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    /// DER of the signature over `octets`.
    pub(crate) fn sign(&self, octets: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(octets);
        let (r, s) = signature.normalize_s().split_bytes();
        asn1::sequence(&[&asn1::unsigned(&r), &asn1::unsigned(&s)])
    }
}

/// Checks a signature of a package: DER, low `s`, by the key at `point`.
pub(crate) fn check(point: &[u8], octets: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let parsed = Signature::from_der(signature).map_err(|_| Fault::Signature)?;
    if parsed.normalize_s() != parsed {
        return Err(Fault::Signature);
    }
    check_any_form(point, octets, signature)
}

/// Checks a certificate's signature, whose form its issuer chose.
pub(crate) fn check_any_form(point: &[u8], octets: &[u8], signature: &[u8]) -> Result<(), Fault> {
    let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| Fault::Certificate)?;
    let signature = DerSignature::try_from(signature).map_err(|_| Fault::Signature)?;
    key.verify(octets, &signature).map_err(|_| Fault::Signature)
}
