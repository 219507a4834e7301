//! The four certificates and keys of a site, made once by `lacre init`.
//!
//! The secret octets leave this module only to be wrapped by whoever keeps them; they print
//! nowhere and are wiped when dropped. Names are whatever the site calls itself.
use super::{
    SignError, cades,
    certificate::{self, Order, Read, Use},
    key::Key,
    stamp,
};
use crate::{
    asn1::{self, Walk},
    document::{TrustSheet, TrustedLog, TrustedTsa},
    pem,
};
use lacre_proof::hash::sha256;
use lacre_term::{Digest, Micros};
use std::fmt;
use zeroize::Zeroizing;

/// What the certificates call the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Two letters, ISO 3166-1.
    pub country: String,
    /// Who runs the site, 1 to 64 characters.
    pub organisation: String,
    /// The site's name, 1 to 40 characters.
    pub site: String,
}

/// From when until when the certificates are valid, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from: Micros,
    /// Last moment.
    pub until: Micros,
}

struct Holder {
    key: Key,
    certificate: Read,
}

/// The site's keys of evidence: seal CA and seal, TSA CA and time stamp.
pub struct SiteIdentity {
    seal_ca: Holder,
    seal: Holder,
    tsa_ca: Holder,
    tsa: Holder,
}

impl fmt::Debug for SiteIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteIdentity").finish_non_exhaustive()
    }
}

impl SiteIdentity {
    /// Makes fresh keys and certificates.
    ///
    /// # Errors
    /// [`SignError::BadRequest`] for names or times no certificate can carry,
    /// [`SignError::NoRandomness`] when the system gives none.
    pub fn generate(names: &Names, validity: Validity) -> Result<Self, SignError> {
        let country = names.country.len() == 2
            && names.country.bytes().all(|octet| octet.is_ascii_uppercase());
        if !country {
            return Err(SignError::BadRequest { why: "the country is two capital letters" });
        }
        let fits = |text: &str, most: usize| {
            (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !fits(&names.organisation, 64) || !fits(&names.site, 40) {
            return Err(SignError::BadRequest { why: "a name is empty or too long" });
        }
        if validity.until < validity.from {
            return Err(SignError::BadRequest { why: "the validity ends before it starts" });
        }
        let seal_ca = authority(names, "seal CA", validity)?;
        let seal = holder(names, "seal", validity, Use::Seal, &seal_ca)?;
        let tsa_ca = authority(names, "time-stamp CA", validity)?;
        let tsa = holder(names, "time stamp", validity, Use::Stamp, &tsa_ca)?;
        Ok(Self { seal_ca, seal, tsa_ca, tsa })
    }

    /// The whole identity with its private keys, in DER, for a key store to wrap.
    #[must_use]
    pub fn to_secret_octets(&self) -> Zeroizing<Vec<u8>> {
        let mut body = Zeroizing::new(asn1::unsigned(&[1]));
        for holder in [&self.seal_ca, &self.seal, &self.tsa_ca, &self.tsa] {
            let key = Zeroizing::new(asn1::octets(&holder.key.to_octets()));
            body.extend_from_slice(&key);
            body.extend_from_slice(&holder.certificate.octets);
        }
        Zeroizing::new(asn1::tlv(asn1::SEQUENCE, &body))
    }

    /// Reads [`Self::to_secret_octets`] back.
    ///
    /// # Errors
    /// [`SignError::Damaged`] when a field cannot be read or a key is not its certificate's.
    pub fn from_secret_octets(octets: &[u8]) -> Result<Self, SignError> {
        let damaged = |what| SignError::Damaged { what };
        let mut body = Walk::new(octets).enter(asn1::SEQUENCE).ok_or(damaged("its frame"))?;
        if body.content(asn1::INTEGER) != Some(&[1]) {
            return Err(damaged("its version"));
        }
        let mut next = |what| -> Result<Holder, SignError> {
            let key = body.content(asn1::OCTET_STRING).and_then(Key::from_octets);
            let certificate = body.element().and_then(|(_, _, whole)| Read::parse(whole).ok());
            match (key, certificate) {
                (Some(key), Some(certificate)) if key.public_point() == certificate.point => {
                    Ok(Holder { key, certificate })
                }
                _ => Err(damaged(what)),
            }
        };
        Ok(Self {
            seal_ca: next("the seal CA")?,
            seal: next("the seal")?,
            tsa_ca: next("the time-stamp CA")?,
            tsa: next("the time stamp")?,
        })
    }

    /// The seal CA's certificate.
    #[must_use]
    pub fn seal_ca_pem(&self) -> String {
        pem::write(&self.seal_ca.certificate.octets)
    }

    /// The time-stamp CA's certificate.
    #[must_use]
    pub fn tsa_ca_pem(&self) -> String {
        pem::write(&self.tsa_ca.certificate.octets)
    }

    /// SHA-256 of the seal CA's certificate and of the time-stamp CA's, as `openssl x509
    /// -fingerprint -sha256` prints them.
    #[must_use]
    pub fn fingerprints(&self) -> [Digest; 2] {
        [sha256(&self.seal_ca.certificate.octets), sha256(&self.tsa_ca.certificate.octets)]
    }

    /// The trust sheet to be lodged with the court: these CAs, the TSA marked as self-asserted, no
    /// witnesses yet.
    #[must_use]
    pub fn trust_sheet(&self, site: &str, logs: Vec<TrustedLog>) -> TrustSheet {
        TrustSheet {
            schema: TrustSheet::SCHEMA.into(),
            site: site.into(),
            logs,
            seal_cas: vec![self.seal_ca_pem()],
            tsa_cas: vec![TrustedTsa { pem: self.tsa_ca_pem(), self_asserted: true }],
            witnesses: vec![],
            quorum: 0,
        }
    }

    /// CAdES-B over a manifest beside it, in DER.
    ///
    /// # Errors
    /// [`SignError::OutsideValidity`] when the seal certificate is not valid at `at`.
    pub fn sign(&self, manifest: &[u8], at: Micros) -> Result<Vec<u8>, SignError> {
        let Holder { key, certificate } = &self.seal;
        if !certificate.valid_at(at) {
            return Err(SignError::OutsideValidity { which: "seal", at });
        }
        Ok(cades::sign(manifest, certificate, key, at))
    }

    /// An RFC 3161 response over `octets` by the site's own authority, in DER.
    ///
    /// # Errors
    /// [`SignError::OutsideValidity`] when the time-stamping certificate is not valid at `at`.
    pub fn stamp(&self, octets: &[u8], at: Micros) -> Result<Vec<u8>, SignError> {
        let Holder { key, certificate } = &self.tsa;
        if !certificate.valid_at(at) {
            return Err(SignError::OutsideValidity { which: "time-stamping", at });
        }
        Ok(stamp::stamp(octets, certificate, key, at))
    }
}

fn subject(names: &Names, role: &str) -> Vec<u8> {
    let common = format!("{} {role}", names.site);
    certificate::name(&names.country, &names.organisation, &common)
}

fn authority(names: &Names, role: &str, validity: Validity) -> Result<Holder, SignError> {
    let key = Key::generate()?;
    let (subject, point) = (subject(names, role), key.public_point());
    let order = Order {
        subject: &subject,
        point: &point,
        issuer: &subject,
        issuer_point: &point,
        from: validity.from,
        until: validity.until,
        usage: Use::Ca,
    };
    let octets = certificate::issue(&order, &key);
    finish(key, &octets)
}

fn holder(
    names: &Names,
    role: &str,
    validity: Validity,
    usage: Use,
    ca: &Holder,
) -> Result<Holder, SignError> {
    let key = Key::generate()?;
    let order = Order {
        subject: &subject(names, role),
        point: &key.public_point(),
        issuer: &ca.certificate.issuer,
        issuer_point: &ca.certificate.point,
        from: validity.from,
        until: validity.until,
        usage,
    };
    let octets = certificate::issue(&order, &ca.key);
    finish(key, &octets)
}

/// Reads back what was written: a certificate that we could not judge is never kept.
fn finish(key: Key, octets: &[u8]) -> Result<Holder, SignError> {
    let certificate = Read::parse(octets)
        .map_err(|_| SignError::BadRequest { why: "the certificate does not read back" })?;
    Ok(Holder { key, certificate })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Fault;

    fn names() -> Names {
        Names { country: "ES".into(), organisation: "Sitio de ejemplo".into(), site: "s-1".into() }
    }

    fn identity() -> SiteIdentity {
        let validity = Validity { from: at(0), until: at(3_000_000_000) };
        SiteIdentity::generate(&names(), validity).unwrap()
    }

    fn at(seconds: i64) -> Micros {
        Micros::from_seconds(seconds)
    }

    #[test]
    fn an_identity_kept_and_read_back_signs_what_its_own_ca_vouches_for() {
        let made = identity();
        let again = SiteIdentity::from_secret_octets(&made.to_secret_octets()).unwrap();
        let now = at(1_800_000_000);
        let signature = again.sign(b"manifest", now).unwrap();
        let signed = cades::check(&signature, b"manifest").unwrap();
        assert_eq!(signed.signing_time, now);
        let ca = Read::parse(&pem::read(&made.seal_ca_pem()).unwrap()).unwrap();
        assert_eq!(signed.signer.check(&ca, Use::Seal, now), Ok(()));
        assert_eq!(signed.signer.check(&ca, Use::Stamp, now), Err(Fault::Usage));
        assert_eq!(
            signed.signer.check(&ca, Use::Seal, at(3_100_000_000)),
            Err(Fault::OutsideValidity)
        );
    }

    #[test]
    fn another_sites_ca_does_not_vouch() {
        let (ours, theirs) = (identity(), identity());
        let now = at(1_800_000_000);
        let stamp = ours.stamp(b"octets", now).unwrap();
        let signed = stamp::check(&stamp, b"octets").unwrap();
        let ca = |identity: &SiteIdentity| {
            Read::parse(&pem::read(&identity.tsa_ca_pem()).unwrap()).unwrap()
        };
        assert_eq!(signed.signer.check(&ca(&ours), Use::Stamp, now), Ok(()));
        assert_eq!(signed.signer.check(&ca(&theirs), Use::Stamp, now), Err(Fault::Issuer));
    }

    #[test]
    fn every_bit_of_a_signature_and_of_a_stamp_matters() {
        let identity = identity();
        let now = at(1_800_000_000);
        let mut signature = identity.sign(b"manifest", now).unwrap();
        for bit in 0..signature.len() * 8 {
            signature[bit / 8] ^= 1 << (bit % 8);
            let verdict = cades::check(&signature, b"manifest");
            let ca = Read::parse(&identity.seal_ca.certificate.octets).unwrap();
            let held = verdict.and_then(|signed| signed.signer.check(&ca, Use::Seal, now));
            assert!(held.is_err(), "bit {bit} of the signature");
            signature[bit / 8] ^= 1 << (bit % 8);
        }
        let mut stamped = identity.stamp(b"octets", now).unwrap();
        for bit in 0..stamped.len() * 8 {
            stamped[bit / 8] ^= 1 << (bit % 8);
            assert!(stamp::check(&stamped, b"octets").is_err(), "bit {bit} of the stamp");
            stamped[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(stamp::check(&stamped, b"octets").is_ok());
        assert_eq!(stamp::check(&stamped, b"others").unwrap_err(), Fault::Signature);
    }

    #[test]
    fn nothing_is_signed_outside_the_certificates_validity() {
        let late = at(3_100_000_000);
        assert!(matches!(
            identity().sign(b"m", late),
            Err(SignError::OutsideValidity { which: "seal", .. })
        ));
    }

    #[test]
    fn damaged_secret_octets_are_refused() {
        let mut octets = identity().to_secret_octets();
        octets[10] ^= 1;
        assert!(SiteIdentity::from_secret_octets(&octets).is_err());
        assert!(SiteIdentity::from_secret_octets(&[]).is_err());
    }
}
