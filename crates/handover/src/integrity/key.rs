//! Public keys of operators: read from a profile's files, and asked about signatures.
//!
//! A certificate is only a container of its key here: that the key is the operator's, and since
//! when, is what the person who put it into the profile vouches for. RSA under 2048 bits, DSA
//! and SHA-1 are refused by name.
//!
//! Rules: RFC 5280 clause 4.1 (`Certificate`, `SubjectPublicKeyInfo`); RFC 3279 clause 2.2
//! (`Dss-Sig-Value`, `ECDSA-Sig-Value`); RFC 7468 (PEM).
use crate::ber::write::{element, wrap};
use crate::ber::{self, Class, Elements, Tlv, check};
use crate::profile::{Conventions, HashAlgorithm, RsaPadding};
use aws_lc_rs::signature as lc;
use lacre_term::hex;

/// Shortest RSA modulus that is accepted.
const RSA_BITS_MIN: usize = 2048;

const OID_EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const OID_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const OID_P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
const OID_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const OID_ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const OID_DSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on P-256.
    EcdsaP256,
    /// ECDSA on P-384.
    EcdsaP384,
    /// ECDSA on P-521.
    EcdsaP521,
    /// RSA of at least 2048 bits.
    Rsa,
    /// EdDSA on Curve25519.
    Ed25519,
}

/// The key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Export it again.
    #[error("it is no PEM or DER of a public key or a certificate; export it as PEM")]
    Unreadable,
    /// Ask the operator for an ECDSA key.
    #[error("DSA keys are not supported; agree on ECDSA P-256 with the operator")]
    Dsa,
    /// Ask the operator for another kind.
    #[error("keys of this kind are not supported; agree on ECDSA P-256 with the operator")]
    Unsupported,
    /// Ask the operator for a longer one.
    #[error("an RSA key of {bits} bits is too short; at least {RSA_BITS_MIN} are needed")]
    TooShort {
        /// Bits of the modulus.
        bits: usize,
    },
}

/// A public key under the name that its verdicts give.
#[derive(Debug, Clone)]
pub struct OperatorKey {
    /// Its name in the profile.
    pub name: String,
    kind: KeyKind,
    spki: Vec<u8>,
}

impl OperatorKey {
    /// Reads a `SubjectPublicKeyInfo` or an X.509 certificate, as PEM (the first block) or DER.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(name: &str, octets: &[u8]) -> Result<Self, KeyError> {
        let der = if octets.first() == Some(&0x30) { octets.to_vec() } else { pem(octets)? };
        let spki = public_key_info(&der).ok_or(KeyError::Unreadable)?;
        let kind = kind(&spki)?;
        Ok(Self { name: name.to_owned(), kind, spki: spki.whole.to_vec() })
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// True when a signature that names algorithm `number` (2 ECDSA, 3 EdDSA) can be of this key;
    /// any can when it names none, which is all that RSA can do.
    #[must_use]
    pub fn can_be(&self, number: Option<u64>) -> bool {
        match number {
            None => true,
            Some(2) => {
                matches!(self.kind, KeyKind::EcdsaP256 | KeyKind::EcdsaP384 | KeyKind::EcdsaP521)
            }
            Some(3) => self.kind == KeyKind::Ed25519,
            Some(_) => false,
        }
    }

    /// True when `signature` over `message` is this key's, under the operator's conventions.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8], conventions: &Conventions) -> bool {
        let Some(algorithm) = self.algorithm(conventions) else {
            return false;
        };
        let signature = match self.kind {
            KeyKind::EcdsaP256 | KeyKind::EcdsaP384 | KeyKind::EcdsaP521 => {
                match der_signature(signature) {
                    Some(signature) => signature,
                    None => return false,
                }
            }
            KeyKind::Rsa | KeyKind::Ed25519 => signature.to_vec(),
        };
        lc::UnparsedPublicKey::new(algorithm, &self.spki).verify(message, &signature).is_ok()
    }

    fn algorithm(
        &self,
        conventions: &Conventions,
    ) -> Option<&'static dyn lc::VerificationAlgorithm> {
        use HashAlgorithm::{Sha1, Sha256, Sha384, Sha512};
        let hash = conventions.signature_hash.unwrap_or(match self.kind {
            KeyKind::EcdsaP256 | KeyKind::Rsa => Sha256,
            KeyKind::EcdsaP384 => Sha384,
            KeyKind::EcdsaP521 | KeyKind::Ed25519 => Sha512,
        });
        Some(match (self.kind, hash, conventions.rsa_padding) {
            (KeyKind::Ed25519, ..) => &lc::ED25519,
            (_, Sha1, _) => return None,
            (KeyKind::EcdsaP256, Sha256, _) => &lc::ECDSA_P256_SHA256_ASN1,
            (KeyKind::EcdsaP256, Sha384, _) => &lc::ECDSA_P256_SHA384_ASN1,
            (KeyKind::EcdsaP256, Sha512, _) => &lc::ECDSA_P256_SHA512_ASN1,
            (KeyKind::EcdsaP384, Sha256, _) => &lc::ECDSA_P384_SHA256_ASN1,
            (KeyKind::EcdsaP384, Sha384, _) => &lc::ECDSA_P384_SHA384_ASN1,
            (KeyKind::EcdsaP384, Sha512, _) => &lc::ECDSA_P384_SHA512_ASN1,
            (KeyKind::EcdsaP521, Sha256, _) => &lc::ECDSA_P521_SHA256_ASN1,
            (KeyKind::EcdsaP521, Sha384, _) => &lc::ECDSA_P521_SHA384_ASN1,
            (KeyKind::EcdsaP521, Sha512, _) => &lc::ECDSA_P521_SHA512_ASN1,
            (KeyKind::Rsa, Sha256, RsaPadding::Pkcs1) => &lc::RSA_PKCS1_2048_8192_SHA256,
            (KeyKind::Rsa, Sha384, RsaPadding::Pkcs1) => &lc::RSA_PKCS1_2048_8192_SHA384,
            (KeyKind::Rsa, Sha512, RsaPadding::Pkcs1) => &lc::RSA_PKCS1_2048_8192_SHA512,
            (KeyKind::Rsa, Sha256, RsaPadding::Pss) => &lc::RSA_PSS_2048_8192_SHA256,
            (KeyKind::Rsa, Sha384, RsaPadding::Pss) => &lc::RSA_PSS_2048_8192_SHA384,
            (KeyKind::Rsa, Sha512, RsaPadding::Pss) => &lc::RSA_PSS_2048_8192_SHA512,
        })
    }
}

/// The octets of the first PEM block.
fn pem(octets: &[u8]) -> Result<Vec<u8>, KeyError> {
    let text = std::str::from_utf8(octets).map_err(|_| KeyError::Unreadable)?;
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| line.starts_with("-----BEGIN ")).ok_or(KeyError::Unreadable)?;
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with("-----END ")).collect();
    hex::from_base64(&body.concat()).ok_or(KeyError::Unreadable)
}

/// The `SubjectPublicKeyInfo` in a DER file that is one, or in a certificate.
fn public_key_info(der: &[u8]) -> Option<Tlv<'_>> {
    check(der, ber::DEPTH_MAX).ok()?;
    let outer = Elements::new(der).next().filter(|outer| outer.tag.is_sequence())?;
    let first = outer.children().next().filter(|first| first.tag.is_sequence())?;
    if first.children().next().is_some_and(|id| is_universal(&id, 6)) {
        return Some(outer);
    }
    // version [0]?, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    let mut fields = first.children().skip_while(|field| field.tag.class == Class::Context);
    fields.nth(5).filter(|info| info.tag.is_sequence())
}

fn is_universal(tlv: &Tlv<'_>, number: u32) -> bool {
    tlv.tag.class == Class::Universal && tlv.tag.number == number
}

fn kind(spki: &Tlv<'_>) -> Result<KeyKind, KeyError> {
    let mut parts = spki.children();
    let (Some(algorithm), Some(bits)) = (parts.next(), parts.next()) else {
        return Err(KeyError::Unreadable);
    };
    let mut fields = algorithm.children();
    let oid = fields.next().filter(|oid| is_universal(oid, 6)).ok_or(KeyError::Unreadable)?;
    match oid.content {
        OID_EC => match fields.next().map(|curve| curve.content) {
            Some(OID_P256) => Ok(KeyKind::EcdsaP256),
            Some(OID_P384) => Ok(KeyKind::EcdsaP384),
            Some(OID_P521) => Ok(KeyKind::EcdsaP521),
            _ => Err(KeyError::Unsupported),
        },
        OID_RSA => match modulus_bits(&bits).ok_or(KeyError::Unreadable)? {
            bits if bits < RSA_BITS_MIN => Err(KeyError::TooShort { bits }),
            _ => Ok(KeyKind::Rsa),
        },
        OID_ED25519 => Ok(KeyKind::Ed25519),
        OID_DSA => Err(KeyError::Dsa),
        _ => Err(KeyError::Unsupported),
    }
}

fn modulus_bits(bits: &Tlv<'_>) -> Option<usize> {
    let (0, key) = bits.content.split_first()? else {
        return None;
    };
    check(key, ber::DEPTH_MAX).ok()?;
    let modulus = Elements::new(key).next()?.children().next()?;
    let zeros = modulus.content.iter().take_while(|octet| **octet == 0).count();
    let rest = modulus.content.get(zeros..)?;
    let unused = usize::try_from(rest.first()?.leading_zeros()).ok()?;
    rest.len().checked_mul(8)?.checked_sub(unused)
}

/// The same two integers in DER: senders may write the signature's structure in BER (annex A).
/// `None` when it is no sequence of two positive integers.
fn der_signature(signature: &[u8]) -> Option<Vec<u8>> {
    check(signature, ber::DEPTH_MAX).ok()?;
    let outer = Elements::new(signature).next().filter(|outer| outer.tag.is_sequence())?;
    let mut integers = outer.children();
    let (r, s) = (integer(&integers.next()?)?, integer(&integers.next()?)?);
    if integers.next().is_some() {
        return None;
    }
    let mut out = Vec::with_capacity(signature.len());
    wrap(&mut out, 0x30, &[&r, &s]);
    Some(out)
}

fn integer(tlv: &Tlv<'_>) -> Option<Vec<u8>> {
    if !is_universal(tlv, 2) || tlv.tag.constructed || tlv.content.first()? & 0x80 != 0 {
        return None;
    }
    let zeros = tlv.content.iter().take_while(|octet| **octet == 0).count();
    let digits = tlv.content.get(zeros..)?;
    let mut value = Vec::with_capacity(digits.len().saturating_add(1));
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        value.push(0);
    }
    value.extend_from_slice(digits);
    let mut out = Vec::new();
    element(&mut out, 0x02, &value);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
    use lc::{EcdsaKeyPair, Ed25519KeyPair, KeyPair};

    const MESSAGE: &[u8] = b"hash PDUs";

    fn file(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/handover/keys");
        std::fs::read(format!("{folder}/{name}")).unwrap()
    }

    fn p384() -> (OperatorKey, Vec<u8>) {
        let pair = EcdsaKeyPair::generate(&lc::ECDSA_P384_SHA384_ASN1_SIGNING).unwrap();
        let signature = pair.sign(&SystemRandom::new(), MESSAGE).unwrap();
        let spki = pair.public_key().as_der().unwrap();
        (OperatorKey::read("p384", spki.as_ref()).unwrap(), signature.as_ref().to_vec())
    }

    #[test]
    fn keys_of_every_kind_verify_their_signatures_and_nothing_else() {
        let conventions = Conventions::default();
        let (key, signature) = p384();
        assert_eq!(key.kind(), KeyKind::EcdsaP384);
        assert!(key.verifies(MESSAGE, &signature, &conventions));
        assert!(!key.verifies(b"other", &signature, &conventions));
        let hash = Some(HashAlgorithm::Sha256);
        let other = Conventions { signature_hash: hash, ..Conventions::default() };
        assert!(!key.verifies(MESSAGE, &signature, &other), "another hash inside");
        let (another, _) = p384();
        assert!(!another.verifies(MESSAGE, &signature, &conventions), "another key");

        let pair = Ed25519KeyPair::generate().unwrap();
        let spki = pair.public_key().as_der().unwrap();
        let key = OperatorKey::read("ed", spki.as_ref()).unwrap();
        let signature = pair.sign(MESSAGE);
        assert!(key.verifies(MESSAGE, signature.as_ref(), &conventions));
        assert!(key.can_be(Some(3)) && !key.can_be(Some(2)) && !key.can_be(Some(1)));
    }

    #[test]
    fn rsa_verifies_under_its_own_padding_only() {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let spki = pair.public_key().as_der().unwrap();
        let key = OperatorKey::read("rsa", spki.as_ref()).unwrap();
        assert_eq!(key.kind(), KeyKind::Rsa);
        assert!(key.can_be(None) && !key.can_be(Some(2)), "RSA has no number of its own");
        let pkcs1 = Conventions::default();
        let pss = Conventions { rsa_padding: RsaPadding::Pss, ..Conventions::default() };
        for (encoding, own, other) in
            [(&lc::RSA_PKCS1_SHA256, &pkcs1, &pss), (&lc::RSA_PSS_SHA256, &pss, &pkcs1)]
        {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), MESSAGE, &mut signature).unwrap();
            assert!(key.verifies(MESSAGE, &signature, own));
            assert!(!key.verifies(MESSAGE, &signature, other));
        }
    }

    /// Two octets of length where one would do, and an integer padded: legal BER (annex A).
    #[test]
    fn a_signature_in_ber_is_read_and_a_negative_one_is_not() {
        let (key, signature) = p384();
        let mut ber = vec![0x30, 0x82, 0];
        ber.extend_from_slice(&signature[1..]);
        assert!(key.verifies(MESSAGE, &ber, &Conventions::default()));
        for bad in [&b"\x30\x06\x02\x01\xff\x02\x01\x01"[..], b"\x30\x03\x02\x01\x01", b"", b"\x04"]
        {
            assert!(!key.verifies(MESSAGE, bad, &Conventions::default()));
        }
    }

    #[test]
    fn a_certificate_gives_the_key_it_is_of() {
        let certificate = OperatorKey::read("c", &file("certificate.pem")).unwrap();
        let plain = OperatorKey::read("p", &file("ec-of-certificate.pem")).unwrap();
        assert_eq!(certificate.spki, plain.spki);
        assert_eq!(certificate.kind(), KeyKind::EcdsaP256);
        let der = pem(&file("certificate.pem")).unwrap();
        assert_eq!(OperatorKey::read("d", &der).unwrap().spki, plain.spki);
    }

    #[test]
    fn keys_that_prove_little_are_refused_by_name() {
        for (name, expected) in [
            ("dsa.pem", KeyError::Dsa),
            ("rsa-1024.pem", KeyError::TooShort { bits: 1024 }),
            ("secp256k1.pem", KeyError::Unsupported),
        ] {
            assert_eq!(OperatorKey::read(name, &file(name)).unwrap_err(), expected, "{name}");
        }
        for bad in [&b""[..], b"-----BEGIN PUBLIC KEY-----\n!\n", b"\x30\x00", b"\x30\x03\x30\x01"]
        {
            assert_eq!(OperatorKey::read("bad", bad).unwrap_err(), KeyError::Unreadable);
        }
    }
}
