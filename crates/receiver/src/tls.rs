//! Mutual TLS: a mediation function is its registered certificate.
//!
//! The certificate's SHA-256 must be in the book of peers; the handshake signature proves that the
//! peer holds its key. No chain, name or date is looked at: registration by fingerprint, an
//! entered act, replaces them, and removal from the book ends them. Sessions are never resumed, as
//! a resumed one would skip the book.
//!
//! Rules: RFC 8446, RFC 5246, RFC 7525; DESIGN decision 20.
use lacre_custody::door::PeerBook;
use lacre_term::Digest;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme, client::danger::HandshakeSignatureValid,
};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// The certificate and key this site shows to mediation functions.
pub struct ServerIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// The site's own certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No certificate in the PEM text.
    #[error("no certificate found: give the site's certificate in PEM")]
    Certificate,
    /// No private key in the PEM text.
    #[error("no private key found: give the certificate's key in PEM (PKCS #8)")]
    Key,
    /// They do not belong together, or TLS cannot use them.
    #[error("certificate and key cannot be used for TLS: make sure they belong together")]
    Refused {
        /// Why.
        #[source]
        source: Error,
    },
}

impl ServerIdentity {
    /// Reads a certificate chain and its key from PEM.
    ///
    /// # Errors
    /// [`IdentityError`] when either is missing.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
        let chain = chain.map_err(|_| IdentityError::Certificate)?;
        if chain.is_empty() {
            return Err(IdentityError::Certificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| IdentityError::Key)?;
        Ok(Self { chain, key })
    }
}

/// What identifies a certificate.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> Digest {
    Digest(Sha256::digest(certificate).into())
}

/// A TLS 1.3 and 1.2 server that talks to the peers in `book` only.
pub(crate) fn server_config(
    identity: ServerIdentity,
    book: Arc<dyn PeerBook>,
) -> Result<Arc<ServerConfig>, IdentityError> {
    let refused = |source| IdentityError::Refused { source };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(Registered { book, provider: Arc::clone(&provider) });
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(refused)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(identity.chain, identity.key)
        .map_err(refused)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

struct Registered {
    book: Arc<dyn PeerBook>,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registered(..)")
    }
}

impl ClientCertVerifier for Registered {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // Whose certificates we know is nobody's business.
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match self.book.by_certificate(&fingerprint(end_entity)) {
            Some(_) => Ok(ClientCertVerified::assertion()),
            None => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
