//! Certificates of machines that do not exist, made anew for each run.
//!
//! Either side is recognised by its certificate's SHA-256 and nothing else, as a registered
//! mediation function is; the handshake signature is still checked.
//!
//! Rules: TLS 1.3 (RFC 8446), 1.2 (RFC 5246); DESIGN decision 20.
use lacre_term::Digest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, ServerConfig, SignatureScheme,
    SupportedProtocolVersion,
};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// A self-signed certificate and its key.
pub struct Identity {
    /// Certificate, DER.
    pub certificate: CertificateDer<'static>,
    /// Certificate, PEM.
    pub certificate_pem: String,
    /// Private key, PKCS #8 PEM.
    pub key_pem: String,
    key: Vec<u8>,
}

/// Making a certificate, or a configuration with it, failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The certificate could not be made.
    #[error("could not make a certificate for {name}")]
    Certificate {
        /// The name asked for.
        name: String,
        /// Why.
        #[source]
        source: rcgen::Error,
    },
    /// TLS refused the certificate or the key.
    #[error("could not set up TLS with this certificate")]
    Tls {
        /// Why.
        #[source]
        source: Error,
    },
}

impl Identity {
    /// A certificate for `name` (also valid for `localhost` and `127.0.0.1`), ECDSA P-256.
    ///
    /// # Errors
    /// [`IdentityError::Certificate`] when `name` cannot stand in a certificate.
    pub fn generate(name: &str) -> Result<Self, IdentityError> {
        let names = [name, "localhost", "127.0.0.1"].map(str::to_owned).to_vec();
        let made = rcgen::generate_simple_self_signed(names)
            .map_err(|source| IdentityError::Certificate { name: name.to_owned(), source })?;
        Ok(Self {
            certificate: made.cert.der().clone(),
            certificate_pem: made.cert.pem(),
            key_pem: made.signing_key.serialize_pem(),
            key: made.signing_key.serialize_der(),
        })
    }

    /// SHA-256 of the certificate, as a peer is registered.
    #[must_use]
    pub fn sha256(&self) -> Digest {
        Digest(Sha256::digest(&self.certificate).into())
    }

    /// The private key, for TLS.
    #[must_use]
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.clone()).into()
    }

    /// A TLS client that shows this certificate and accepts only the server with `server`.
    ///
    /// # Errors
    /// [`IdentityError::Tls`] when TLS refuses the key.
    pub fn client(&self, server: Digest) -> Result<Arc<ClientConfig>, IdentityError> {
        self.client_of(server, rustls::DEFAULT_VERSIONS)
    }

    /// [`Self::client`] that speaks only `versions` of TLS.
    ///
    /// # Errors
    /// [`IdentityError::Tls`] when TLS refuses the key or the versions.
    pub fn client_of(
        &self,
        server: Digest,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<Arc<ClientConfig>, IdentityError> {
        let tls = |source| IdentityError::Tls { source };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Pinned { server, provider: Arc::clone(&provider) });
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(tls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_auth_cert(vec![self.certificate.clone()], self.key())
            .map_err(tls)?;
        Ok(Arc::new(config))
    }

    /// A TLS server that shows this certificate and asks for none.
    ///
    /// # Errors
    /// [`IdentityError::Tls`] when TLS refuses the key.
    pub fn server(&self) -> Result<Arc<ServerConfig>, IdentityError> {
        let tls = |source| IdentityError::Tls { source };
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], self.key())
            .map_err(tls)?;
        Ok(Arc::new(config))
    }
}

/// A TLS client without a certificate that accepts only the server with `server`: a browser of
/// someone who was given the fingerprint.
///
/// # Errors
/// [`IdentityError::Tls`] when the provider lacks what TLS needs.
pub fn anonymous_client(server: Digest) -> Result<Arc<ClientConfig>, IdentityError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(Pinned { server, provider: Arc::clone(&provider) });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| IdentityError::Tls { source })?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Accepts one server certificate.
#[derive(Debug)]
struct Pinned {
    server: Digest,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if Digest(Sha256::digest(end_entity).into()) == self.server {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
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
