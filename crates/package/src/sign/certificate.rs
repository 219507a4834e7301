//! X.509 certificates: writing the four of a site, and judging one against its CA.
//!
//! Rules: RFC 5280; RFC 3161 section 2.3 (time-stamping certificates); no revocation: a package is
//! judged offline, at the time of its stamp.
use super::{Fault, key, key::Key};
use crate::asn1;
use der::{Decode, Encode, asn1::ObjectIdentifier};
use lacre_proof::hash::sha256;
use lacre_term::Micros;
use x509_cert::{
    Certificate,
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage},
};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SUBJECT_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const AUTHORITY_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Ca,
    Seal,
    Stamp,
}

/// The encoded name of a holder.
pub(crate) fn name(country: &str, organisation: &str, common: &str) -> Vec<u8> {
    let attribute = |id, tag: u8, text: &str| {
        let pair = asn1::sequence(&[&asn1::oid(id), &asn1::tlv(tag, text.as_bytes())]);
        asn1::tlv(asn1::SET, &pair)
    };
    asn1::sequence(&[
        &attribute(COUNTRY, 0x13, country),
        &attribute(ORGANISATION, 0x0c, organisation),
        &attribute(COMMON_NAME, 0x0c, common),
    ])
}

/// What goes into one certificate.
pub(crate) struct Order<'a> {
    pub(crate) subject: &'a [u8],
    pub(crate) point: &'a [u8],
    pub(crate) issuer: &'a [u8],
    pub(crate) issuer_point: &'a [u8],
    pub(crate) from: Micros,
    pub(crate) until: Micros,
    pub(crate) usage: Use,
}

/// Writes a certificate and signs it with the issuer's key.
pub(crate) fn issue(order: &Order<'_>, issuer: &Key) -> Vec<u8> {
    let key_info = asn1::sequence(&[
        &asn1::sequence(&[&asn1::oid(EC_PUBLIC_KEY), &asn1::oid(P256)]),
        &asn1::bits(order.point),
    ]);
    // Unique for a subject and its key, which is all a serial number has to be.
    let serial = sha256(&[order.subject, order.point].concat());
    let serial = serial.0.first_chunk::<15>().copied().unwrap_or_default();
    let body = asn1::sequence(&[
        &asn1::tlv(asn1::CONTEXT_0, &asn1::unsigned(&[2])),
        &asn1::unsigned(&serial),
        &asn1::algorithm(asn1::ECDSA_WITH_SHA256),
        order.issuer,
        &asn1::sequence(&[&asn1::time(order.from), &asn1::time(order.until)]),
        order.subject,
        &key_info,
        &asn1::tlv(0xa3, &extensions(order)),
    ]);
    let signature = issuer.sign(&body);
    asn1::sequence(&[&body, &asn1::algorithm(asn1::ECDSA_WITH_SHA256), &asn1::bits(&signature)])
}

fn extensions(order: &Order<'_>) -> Vec<u8> {
    let extension = |id, critical: bool, value: &[u8]| {
        let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
        asn1::sequence(&[&asn1::oid(id), critical, &asn1::octets(value)])
    };
    let key_id = |point: &[u8]| sha256(point).0.first_chunk::<20>().copied().unwrap_or_default();
    let own = extension(SUBJECT_KEY_ID, false, &asn1::octets(&key_id(order.point)));
    let issuer_id = asn1::tlv(0x80, &key_id(order.issuer_point));
    let issuer = extension(AUTHORITY_KEY_ID, false, &asn1::sequence(&[&issuer_id]));
    // KeyUsage counts bits from the left: 0 digitalSignature, 1 contentCommitment, 5 keyCertSign,
    // 6 cRLSign.
    let bits = |unused: u8, bits: u8| asn1::tlv(asn1::BIT_STRING, &[unused, bits]);
    match order.usage {
        Use::Ca => {
            let limits = asn1::sequence(&[&[0x01, 0x01, 0xff], &asn1::unsigned(&[0])]);
            asn1::sequence(&[
                &extension(BASIC_CONSTRAINTS, true, &limits),
                &extension(KEY_USAGE, true, &bits(1, 0b0000_0110)),
                &own,
            ])
        }
        Use::Seal => {
            asn1::sequence(&[&extension(KEY_USAGE, true, &bits(6, 0b1100_0000)), &own, &issuer])
        }
        Use::Stamp => {
            let purposes = asn1::sequence(&[&asn1::oid(TIME_STAMPING)]);
            asn1::sequence(&[
                &extension(KEY_USAGE, true, &bits(7, 0b1000_0000)),
                &extension(EXTENDED_KEY_USAGE, true, &purposes),
                &own,
                &issuer,
            ])
        }
    }
}

/// A certificate that was read: the values a check needs.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) octets: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) point: Vec<u8>,
    subject: Vec<u8>,
    body: Vec<u8>,
    signature: Vec<u8>,
    from: Micros,
    until: Micros,
    uses: Vec<Use>,
}

impl Read {
    /// Reads DER strictly; P-256 with SHA-256 only.
    pub(crate) fn parse(octets: &[u8]) -> Result<Self, Fault> {
        let certificate = Certificate::from_der(octets).map_err(|_| Fault::Certificate)?;
        Self::of(&certificate, octets).ok_or(Fault::Certificate)
    }

    fn of(certificate: &Certificate, octets: &[u8]) -> Option<Self> {
        let body = certificate.tbs_certificate();
        let algorithm = certificate.signature_algorithm();
        let same = algorithm == body.signature() && algorithm.oid == asn1::ECDSA_WITH_SHA256;
        if !same || algorithm.parameters.is_some() {
            return None;
        }
        let micros = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            Some(Micros::from_seconds(seconds))
        };
        let key = body.subject_public_key_info();
        Some(Self {
            octets: octets.to_vec(),
            issuer: body.issuer().to_der().ok()?,
            serial: body.serial_number().to_der().ok()?,
            point: key.subject_public_key.as_bytes()?.to_vec(),
            subject: body.subject().to_der().ok()?,
            body: body.to_der().ok()?,
            signature: certificate.signature().as_bytes()?.to_vec(),
            from: micros(body.validity().not_before)?,
            until: micros(body.validity().not_after)?,
            uses: uses(certificate)?,
        })
    }

    /// Whether it may be used so.
    pub(crate) fn allows(&self, usage: Use) -> bool {
        self.uses.contains(&usage)
    }

    /// Whether `at` is within its validity, both ends included.
    pub(crate) fn valid_at(&self, at: Micros) -> bool {
        (self.from..=self.until).contains(&at)
    }

    /// Judges it as issued by `ca`, for `usage`, at `at`.
    pub(crate) fn check(&self, ca: &Self, usage: Use, at: Micros) -> Result<(), Fault> {
        if self.issuer != ca.subject || !ca.allows(Use::Ca) {
            return Err(Fault::Issuer);
        }
        key::check_any_form(&ca.point, &self.body, &self.signature).map_err(|_| Fault::Issuer)?;
        if !self.allows(usage) {
            return Err(Fault::Usage);
        }
        if !self.valid_at(at) || !ca.valid_at(at) {
            return Err(Fault::OutsideValidity);
        }
        Ok(())
    }
}

/// What the extensions allow. A critical extension that this code does not know forbids all.
fn uses(certificate: &Certificate) -> Option<Vec<Use>> {
    let body = certificate.tbs_certificate();
    for extension in body.extensions().into_iter().flatten() {
        let known = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE].contains(&extension.extn_id);
        if extension.critical && !known {
            return Some(vec![]);
        }
    }
    let ca = body.get_extension::<BasicConstraints>().ok()?.is_some_and(|(_, limits)| limits.ca);
    let keys = body.get_extension::<KeyUsage>().ok()?;
    let may = |bit: fn(&KeyUsage) -> bool| keys.as_ref().is_none_or(|(_, usage)| bit(usage));
    let purposes = body.get_extension::<ExtendedKeyUsage>().ok()?;
    let mut uses = vec![];
    if ca && may(KeyUsage::key_cert_sign) {
        uses.push(Use::Ca);
    }
    if !ca && may(KeyUsage::digital_signature) {
        match purposes {
            // RFC 3161 section 2.3: critical, and no other purpose.
            Some((true, only)) if only.0 == [TIME_STAMPING] => uses.push(Use::Stamp),
            None => uses.push(Use::Seal),
            Some(_) => {}
        }
    }
    Some(uses)
}
