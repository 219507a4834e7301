//! CMS SignedData with one signer, written in exactly one way.
//!
//! Rules: RFC 5652; RFC 5035 (signing-certificate-v2); RFC 5754 (no parameters beside SHA-256).
use super::{Fault, certificate::Read, key, key::Key};
use crate::asn1::{self, Walk};
use der::asn1::ObjectIdentifier;
use lacre_proof::hash::sha256;
use lacre_term::{Digest, Micros};

pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
pub(crate) const TST_INFO: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    /// Octets beside the signature (CAdES, detached): only their hash is inside.
    Beside(Digest),
    /// A TSTInfo inside the structure (RFC 3161).
    StampInfo(&'a [u8]),
}

impl Content<'_> {
    fn kind(self) -> ObjectIdentifier {
        match self {
            Self::Beside(_) => DATA,
            Self::StampInfo(_) => TST_INFO,
        }
    }

    fn digest(self) -> Digest {
        match self {
            Self::Beside(digest) => digest,
            Self::StampInfo(octets) => sha256(octets),
        }
    }
}

/// Signs and writes the whole ContentInfo.
pub(crate) fn sign(content: Content<'_>, signer: &Read, key: &Key, at: Micros) -> Vec<u8> {
    let attributes = attributes(content, signer, at);
    let signature = key.sign(&asn1::tlv(asn1::SET, &attributes));
    write(content, signer, &attributes, &signature)
}

/// Signed attributes, without their tag: in the structure it is `[0]`, for signing it is SET.
fn attributes(content: Content<'_>, signer: &Read, at: Micros) -> Vec<u8> {
    let attribute =
        |id, value: &[u8]| asn1::sequence(&[&asn1::oid(id), &asn1::tlv(asn1::SET, value)]);
    let certificate_id = asn1::sequence(&[&asn1::octets(&sha256(&signer.octets).0)]);
    asn1::set_content(vec![
        attribute(CONTENT_TYPE, &asn1::oid(content.kind())),
        attribute(MESSAGE_DIGEST, &asn1::octets(&content.digest().0)),
        attribute(SIGNING_TIME, &asn1::time(at)),
        attribute(SIGNING_CERTIFICATE_V2, &asn1::sequence(&[&asn1::sequence(&[&certificate_id])])),
    ])
}

fn write(content: Content<'_>, signer: &Read, attributes: &[u8], signature: &[u8]) -> Vec<u8> {
    let sha256 = asn1::algorithm(asn1::SHA256);
    let (version, inside) = match content {
        Content::Beside(_) => (1, vec![]),
        Content::StampInfo(octets) => (3, asn1::tlv(asn1::CONTEXT_0, &asn1::octets(octets))),
    };
    let signer_info = asn1::sequence(&[
        &asn1::unsigned(&[1]),
        &asn1::sequence(&[&signer.issuer, &signer.serial]),
        &sha256,
        &asn1::tlv(asn1::CONTEXT_0, attributes),
        &asn1::algorithm(asn1::ECDSA_WITH_SHA256),
        &asn1::octets(signature),
    ]);
    let signed_data = asn1::sequence(&[
        &asn1::unsigned(&[version]),
        &asn1::tlv(asn1::SET, &sha256),
        &asn1::sequence(&[&asn1::oid(content.kind()), &inside]),
        &asn1::tlv(asn1::CONTEXT_0, &signer.octets),
        &asn1::tlv(asn1::SET, &signer_info),
    ]);
    asn1::sequence(&[&asn1::oid(SIGNED_DATA), &asn1::tlv(asn1::CONTEXT_0, &signed_data)])
}

/// A signature that holds: who made it and when, by its own word.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) signer: Read,
    pub(crate) signing_time: Micros,
}

/// Checks `octets` as the one way of signing `content`; says nothing about the certificate.
pub(crate) fn check(octets: &[u8], content: Content<'_>) -> Result<Signed, Fault> {
    let found = find(octets).ok_or(Fault::Shape)?;
    let signer = Read::parse(found.certificate)?;
    let attributes = attributes(content, &signer, found.signing_time);
    if write(content, &signer, &attributes, found.signature) != octets {
        // The certificate and the time are those found, so what differs is the shape or the hash.
        return Err(if found.digest == Some(content.digest()) {
            Fault::Shape
        } else {
            Fault::Signature
        });
    }
    key::check(&signer.point, &asn1::tlv(asn1::SET, &attributes), found.signature)?;
    Ok(Signed { signer, signing_time: found.signing_time })
}

struct Found<'a> {
    certificate: &'a [u8],
    signing_time: Micros,
    digest: Option<Digest>,
    signature: &'a [u8],
}

/// The values that may vary, wherever they stand.
fn find(octets: &[u8]) -> Option<Found<'_>> {
    let mut info = Walk::new(octets).enter(asn1::SEQUENCE)?;
    info.content(asn1::OBJECT_IDENTIFIER)?;
    let mut data = info.enter(asn1::CONTEXT_0)?.enter(asn1::SEQUENCE)?;
    data.content(asn1::INTEGER)?;
    data.content(asn1::SET)?;
    data.content(asn1::SEQUENCE)?;
    let certificate = data.content(asn1::CONTEXT_0)?;
    let mut signer = data.enter(asn1::SET)?.enter(asn1::SEQUENCE)?;
    signer.content(asn1::INTEGER)?;
    signer.content(asn1::SEQUENCE)?;
    signer.content(asn1::SEQUENCE)?;
    let mut attributes = signer.enter(asn1::CONTEXT_0)?;
    signer.content(asn1::SEQUENCE)?;
    let signature = signer.content(asn1::OCTET_STRING)?;
    let (mut signing_time, mut digest) = (None, None);
    while let Some(mut attribute) = attributes.enter(asn1::SEQUENCE) {
        let id = attribute.content(asn1::OBJECT_IDENTIFIER)?;
        let (tag, value, _) = attribute.enter(asn1::SET)?.element()?;
        if id == SIGNING_TIME.as_bytes() {
            signing_time = asn1::read_time(tag, value);
        }
        if id == MESSAGE_DIGEST.as_bytes() {
            digest = <[u8; 32]>::try_from(value).ok().map(Digest);
        }
    }
    Some(Found { certificate, signing_time: signing_time?, digest, signature })
}

/// The content inside a structure that has one (a TSTInfo).
pub(crate) fn inside(octets: &[u8]) -> Option<&[u8]> {
    let mut info = Walk::new(octets).enter(asn1::SEQUENCE)?;
    info.content(asn1::OBJECT_IDENTIFIER)?;
    let mut data = info.enter(asn1::CONTEXT_0)?.enter(asn1::SEQUENCE)?;
    data.content(asn1::INTEGER)?;
    data.content(asn1::SET)?;
    let mut content = data.enter(asn1::SEQUENCE)?;
    content.content(asn1::OBJECT_IDENTIFIER)?;
    content.enter(asn1::CONTEXT_0)?.content(asn1::OCTET_STRING)
}
