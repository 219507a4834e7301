//! HTTP/1.1 over TLS: bounded connections, bounded waits, an orderly stop.
//!
//! Rules: DESIGN decisions 18, 21.
use crate::routes::routes;
use crate::view::StatusSource;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

const CONNECTIONS_MAX: usize = 128;
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
const HEADERS_WAIT: Duration = Duration::from_secs(10);
/// A connection's whole life; a browser simply opens another.
const LIFE_MAX: Duration = Duration::from_secs(300);

/// The certificate and key the pages are served with.
pub struct WebIdentity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// The pages are not served; nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No certificate in the PEM text.
    #[error("no certificate found: give the pages' certificate in PEM")]
    Certificate,
    /// No private key in the PEM text.
    #[error("no private key found: give the certificate's key in PEM (PKCS #8)")]
    Key,
    /// They do not belong together, or TLS cannot use them.
    #[error("certificate and key cannot be used for TLS: make sure they belong together")]
    Refused {
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// The address cannot be listened on.
    #[error("could not listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl WebIdentity {
    /// Reads a certificate chain and its key from PEM.
    ///
    /// # Errors
    /// [`StartError::Certificate`] or [`StartError::Key`] when either is missing.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, StartError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
        let chain = chain.map_err(|_| StartError::Certificate)?;
        if chain.is_empty() {
            return Err(StartError::Certificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| StartError::Key)?;
        Ok(Self { chain, key })
    }
}

/// The pages, being served. Dropping it stops nothing: call [`Web::stop`].
pub struct Web {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Web {
    /// Serves the status page on `address` (port 0 takes any free one), within a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`]; nothing listens then.
    pub async fn start(
        address: SocketAddr,
        identity: WebIdentity,
        source: StatusSource,
    ) -> Result<Self, StartError> {
        let refused = |source| StartError::Refused { source };
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
                .map_err(refused)?
                .with_no_client_auth()
                .with_single_cert(identity.chain, identity.key)
                .map_err(refused)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let bind = |source| StartError::Bind { address, source };
        let socket = TcpListener::bind(address).await.map_err(bind)?;
        let address = socket.local_addr().map_err(bind)?;
        let (stop, stopping) = watch::channel(false);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let accepting = tokio::spawn(accept(socket, acceptor, routes(source), stopping));
        Ok(Self { address, stop, accepting })
    }

    /// The address listened on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Finishes the requests at hand and stops listening.
    pub async fn stop(self) {
        // Nobody hears it when the loop has ended already.
        let _ = self.stop.send(true);
        let _ = self.accepting.await;
    }
}

async fn accept(
    socket: TcpListener,
    acceptor: TlsAcceptor,
    routes: Router,
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
                let (acceptor, routes, stop) = (acceptor.clone(), routes.clone(), stop.clone());
                served.spawn(serve(tcp, place, acceptor, routes, stop));
            }
            // Over the bound: the visitor tries again.
            (Ok(_), Err(_)) => {}
            // Out of descriptors, most likely: connections that end will free some.
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
    routes: Router,
    mut stop: watch::Receiver<bool>,
) {
    // Without it small answers are only slower.
    let _ = tcp.set_nodelay(true);
    let Ok(Ok(stream)) = timeout(HANDSHAKE_WAIT, acceptor.accept(tcp)).await else { return };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WAIT)
        .max_buf_size(32 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stop| *stop) => {}
        () = sleep(LIFE_MAX) => {}
    }
    connection.as_mut().graceful_shutdown();
    // A visitor that does not finish is left.
    let _ = timeout(Duration::from_secs(2), connection).await;
}
