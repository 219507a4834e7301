//! Certificates of peers: their fingerprint is what the register knows them by.
use lacre_term::Digest;
use lacre_term::hex;

/// The file is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Neither PEM nor DER.
    #[error("it is no certificate in PEM or DER: bring the peer's X.509 certificate")]
    NotOne,
}

/// SHA-256 of any octets.
#[must_use]
pub fn sha256(octets: &[u8]) -> Digest {
    lacre_proof::hash::sha256(octets)
}

/// SHA-256 of the DER of the first certificate in `octets`, PEM or DER.
///
/// # Errors
/// [`CertificateError::NotOne`].
pub fn fingerprint(octets: &[u8]) -> Result<Digest, CertificateError> {
    let der = match std::str::from_utf8(octets) {
        Ok(text) if text.contains("-----BEGIN") => {
            from_pem(text).ok_or(CertificateError::NotOne)?
        }
        _ => octets.to_vec(),
    };
    // A DER SEQUENCE of definite length that covers the file.
    if der.first() == Some(&0x30) && der.len() > 64 {
        Ok(sha256(&der))
    } else {
        Err(CertificateError::NotOne)
    }
}

fn from_pem(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let joined: String = body.split_whitespace().collect();
    hex::from_base64(&joined)
}
