//! RFC 3161: a TimeStampResp over the octets of the `.p7s`.
//!
//! Granted, version 1, no nonce, no accuracy, no ordering: one form, so that nothing can be added.
//! The serial number is a hash of what is stamped and when, hence unique without a counter.
use super::{
    Fault,
    certificate::Read,
    key::Key,
    signed_data::{self, Content, Signed},
};
use crate::asn1::{self, Walk};
use lacre_proof::hash::sha256;
use lacre_term::{Digest, Micros};

/// Policy of a site's own authority: 2.25 and a number of 128 bits drawn once for Lacre
/// (210662402002264494967165526400301767940), which promises nothing but the site's clock.
const POLICY: [u8; 20] = [
    0x69, 0x82, 0xbc, 0xfc, 0x8d, 0x94, 0xc7, 0xb8, 0xea, 0xbc, 0x8d, 0xa1, 0xeb, 0xd7, 0x85, 0xf8,
    0xf3, 0xae, 0xba, 0x04,
];

/// Stamps `octets` at `at`.
pub(crate) fn stamp(octets: &[u8], signer: &Read, key: &Key, at: Micros) -> Vec<u8> {
    let digest = sha256(octets);
    let info = info(&digest, at);
    let token = signed_data::sign(Content::StampInfo(&info), signer, key, at);
    response(&token)
}

fn info(digest: &Digest, at: Micros) -> Vec<u8> {
    let time = asn1::generalized_time(at);
    let serial = sha256(&[&digest.0[..], &time].concat());
    let serial = serial.0.first_chunk::<16>().copied().unwrap_or_default();
    asn1::sequence(&[
        &asn1::unsigned(&[1]),
        &asn1::tlv(asn1::OBJECT_IDENTIFIER, &POLICY),
        &asn1::sequence(&[&asn1::algorithm(asn1::SHA256), &asn1::octets(&digest.0)]),
        &asn1::unsigned(&serial),
        &time,
    ])
}

fn response(token: &[u8]) -> Vec<u8> {
    asn1::sequence(&[&asn1::sequence(&[&asn1::unsigned(&[0])]), token])
}

/// Checks `response` over `octets`; says nothing about the certificate. The signing time of the
/// answer is the stamp's own time.
pub(crate) fn check(found: &[u8], octets: &[u8]) -> Result<Signed, Fault> {
    let digest = sha256(octets);
    let mut parts = Walk::new(found).enter(asn1::SEQUENCE).ok_or(Fault::Shape)?;
    parts.content(asn1::SEQUENCE).ok_or(Fault::Shape)?;
    let (_, _, token) = parts.element().ok_or(Fault::Shape)?;
    if response(token) != found {
        return Err(Fault::Shape);
    }
    let inside = signed_data::inside(token).ok_or(Fault::Shape)?;
    let (imprint, at) = read_info(inside).ok_or(Fault::Shape)?;
    if imprint != digest.0 {
        return Err(Fault::Signature);
    }
    if info(&digest, at) != inside {
        return Err(Fault::Shape);
    }
    let signed = signed_data::check(token, Content::StampInfo(inside))?;
    if signed.signing_time != at { Err(Fault::Shape) } else { Ok(signed) }
}

fn read_info(octets: &[u8]) -> Option<(&[u8], Micros)> {
    let mut info = Walk::new(octets).enter(asn1::SEQUENCE)?;
    info.content(asn1::INTEGER)?;
    info.content(asn1::OBJECT_IDENTIFIER)?;
    let mut imprint = info.enter(asn1::SEQUENCE)?;
    imprint.content(asn1::SEQUENCE)?;
    let digest = imprint.content(asn1::OCTET_STRING)?;
    info.content(asn1::INTEGER)?;
    let at = asn1::read_time(asn1::GENERALIZED_TIME, info.content(asn1::GENERALIZED_TIME)?)?;
    Some((digest, at))
}
