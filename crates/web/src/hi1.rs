//! HI1 over HTTPS: authorities send messages of TS 103 120 and get the answer in the body.
//!
//! A sender is its registered certificate: nobody else gets past the handshake, and one removed
//! meanwhile gets no answer. One request is one message, of bounded size and time; the HTTP status
//! says only whether a message was taken to be answered, never what came of it.
//!
//! Rules: TS 103 120 clause 9 (POST, `text/xml`, 200 with the answer, no caching); DESIGN
//! decision 20.
use crate::serve::{StartError, WebIdentity};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Octets of the largest message.
const BODY_OCTETS_MAX: usize = 16 * 1024 * 1024;
const CONNECTIONS_MAX: usize = 32;
/// Messages being read or answered at once: what they may take of memory.
const MESSAGES_MAX: usize = 4;
const WAIT: Duration = Duration::from_secs(10);
const BODY_WAIT: Duration = Duration::from_secs(30);
const LIFE_MAX: Duration = Duration::from_secs(300);

/// True when the certificate (DER) is a registered sender's.
pub type Known = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;
/// The answer to a message from who holds that certificate (DER); `None` when it is no sender's.
pub type Answering = Arc<dyn Fn(&[u8], &[u8]) -> Option<Vec<u8>> + Send + Sync>;

/// The door, open. Dropping it stops nothing: call [`Hi1Door::stop`].
pub struct Hi1Door {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Hi1Door {
    /// Listens on `address` (port 0 takes any free one), within a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`]; nothing listens then.
    pub async fn start(
        address: SocketAddr,
        identity: WebIdentity,
        known: Known,
        answering: Answering,
    ) -> Result<Self, StartError> {
        let refused = |source| StartError::Refused { source };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(Registered { known, provider: Arc::clone(&provider) });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(refused)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(identity.chain, identity.key)
            .map_err(refused)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A resumed session would skip the register.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        let bind = |source| StartError::Bind { address, source };
        let socket = TcpListener::bind(address).await.map_err(bind)?;
        let address = socket.local_addr().map_err(bind)?;
        let (stop, stopping) = watch::channel(false);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let desk = Desk { answering, messages: Arc::new(Semaphore::new(MESSAGES_MAX)) };
        let accepting = tokio::spawn(accept(socket, acceptor, desk, stopping));
        Ok(Self { address, stop, accepting })
    }

    /// The address listened on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Finishes the messages at hand and stops listening.
    pub async fn stop(self) {
        // Nobody hears it when the loop has ended already.
        let _ = self.stop.send(true);
        let _ = self.accepting.await;
    }
}

#[derive(Clone)]
struct Desk {
    answering: Answering,
    messages: Arc<Semaphore>,
}

/// Who is at the other end, and who answers.
#[derive(Clone)]
struct Counter {
    certificate: Arc<[u8]>,
    desk: Desk,
}

async fn accept(
    socket: TcpListener,
    acceptor: TlsAcceptor,
    desk: Desk,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut served = JoinSet::new();
    loop {
        let came = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = served.join_next() => continue,
            came = socket.accept() => came,
        };
        match (came, Arc::clone(&places).try_acquire_owned()) {
            (Ok((tcp, _)), Ok(place)) => {
                served.spawn(serve(tcp, place, acceptor.clone(), desk.clone(), stop.clone()));
            }
            // Over the bound: the sender tries again.
            (Ok(_), Err(_)) => {}
            (Err(_), _) => sleep(Duration::from_millis(100)).await,
        }
    }
    drop(socket);
    let all = async { while served.join_next().await.is_some() {} };
    if timeout(Duration::from_secs(3), all).await.is_err() {
        served.shutdown().await;
    }
}

async fn serve(
    tcp: TcpStream,
    _place: OwnedSemaphorePermit,
    acceptor: TlsAcceptor,
    desk: Desk,
    mut stop: watch::Receiver<bool>,
) {
    let Ok(Ok(stream)) = timeout(WAIT, acceptor.accept(tcp)).await else { return };
    let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let Some(certificate) = certificates.first() else { return };
    let counter = Counter { certificate: certificate.as_ref().into(), desk };
    let routes = Router::new().route("/hi1", post(take)).with_state(counter);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(WAIT)
        .max_buf_size(32 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => {}
        () = sleep(LIFE_MAX) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(Duration::from_secs(2), connection).await;
}

/// Takes one message and answers it.
async fn take(State(counter): State<Counter>, headers: HeaderMap, body: Body) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("text/xml") && !kind.eq_ignore_ascii_case("application/xml") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(_turn) = Arc::clone(&counter.desk.messages).acquire_owned().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let octets = match timeout(BODY_WAIT, to_bytes(body, BODY_OCTETS_MAX)).await {
        Ok(Ok(octets)) => octets,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let answering = Arc::clone(&counter.desk.answering);
    // The register is synchronous and waits for the disk.
    let answered =
        tokio::task::spawn_blocking(move || answering(&counter.certificate, &octets)).await;
    match answered {
        Ok(Some(answer)) => {
            let head = [
                (header::CONTENT_TYPE, "text/xml; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (head, answer).into_response()
        }
        Ok(None) => StatusCode::FORBIDDEN.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

struct Registered {
    known: Known,
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
        match (self.known)(end_entity) {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
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
