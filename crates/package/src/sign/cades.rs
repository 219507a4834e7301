//! CAdES-B over `META-INF/ASiCManifest.xml`, detached.
//!
//! Rules: ETSI EN 319 122-1 (baseline B), EN 319 162-1 (ASiC-E with CAdES).
use super::{
    Fault,
    certificate::Read,
    key::Key,
    signed_data::{self, Content, Signed},
};
use lacre_proof::hash::sha256;
use lacre_term::Micros;

/// Signs `manifest`.
pub(crate) fn sign(manifest: &[u8], signer: &Read, key: &Key, at: Micros) -> Vec<u8> {
    signed_data::sign(Content::Beside(sha256(manifest)), signer, key, at)
}

/// Checks `p7s` over `manifest`; says nothing about the certificate.
pub(crate) fn check(p7s: &[u8], manifest: &[u8]) -> Result<Signed, Fault> {
    signed_data::check(p7s, Content::Beside(sha256(manifest)))
}
