//! Listening, and recognising who connects.
//!
//! A stranger gets a TLS alert and no octet of ours; floods are bounded per address, per peer and
//! in all. Each session's opening, end and refusal goes to the book of peers, which enters it.
//!
//! Rules: DESIGN decisions 16, 20.
use crate::connection::{Context, Known, serve, summary};
use crate::counts::{ConnectionView, Counted, Counts, Seen, Tally};
use crate::settings::{FenceError, Listener, Settings, fence};
use crate::tls::{IdentityError, ServerIdentity, fingerprint, server_config};
use lacre_custody::door::{IntakeDoor, PeerBook};
use lacre_term::Micros;
use rustls::CertificateError;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

/// Gives the time octets are stamped with on receipt.
pub type Clock = fn() -> Micros;

/// The port did not open; nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A TLS listener was asked for without a certificate.
    #[error("TLS listener {address} needs the site's certificate and key")]
    NoIdentity {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The site's certificate or key cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A plain listener stands outside its fence.
    #[error(transparent)]
    Fence(#[from] FenceError),
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

/// The open port. Dropping it stops nothing: call [`Receiver::stop`].
pub struct Receiver {
    shared: Arc<Shared>,
    addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

struct Shared {
    context: Context,
    connections: Arc<Semaphore>,
    handshakes: Arc<Semaphore>,
    shaking: Mutex<BTreeMap<IpAddr, usize>>,
    refusals: Mutex<(Option<Instant>, u64)>,
}

impl Receiver {
    /// Opens every listener of `settings` and starts serving, within a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`]; no listener stays open.
    pub async fn start(
        settings: Settings,
        identity: Option<ServerIdentity>,
        door: IntakeDoor,
        book: Arc<dyn PeerBook>,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let acceptor = match identity {
            Some(identity) => Some(TlsAcceptor::from(server_config(identity, Arc::clone(&book))?)),
            None => None,
        };
        let mut bound = Vec::new();
        for listener in &settings.listeners {
            let tls = match listener {
                Listener::Plain { address, tunnel } => {
                    fence(*address, tunnel.as_deref())?;
                    None
                }
                Listener::Tls { address } => {
                    let missing = StartError::NoIdentity { address: *address };
                    Some(acceptor.clone().ok_or(missing)?)
                }
            };
            let opened = open(listener);
            let address = listener.address();
            let (socket, local) = opened.map_err(|source| StartError::Bind { address, source })?;
            bound.push((socket, local, tls));
        }
        let limits = settings.limits;
        let shared = Arc::new(Shared {
            connections: Arc::new(Semaphore::new(limits.connections_max)),
            handshakes: Arc::new(Semaphore::new(limits.handshakes_max)),
            shaking: Mutex::default(),
            refusals: Mutex::default(),
            context: Context { door, book, clock, limits, tally: Tally::default() },
        });
        let (stop, stopping) = watch::channel(false);
        let addresses = bound.iter().map(|(_, local, _)| *local).collect();
        let loops = bound
            .into_iter()
            .map(|(socket, _, tls)| {
                tokio::spawn(accept(socket, tls, Arc::clone(&shared), stopping.clone()))
            })
            .collect();
        Ok(Self { shared, addresses, stop, loops })
    }

    /// The addresses listened on, in the order of the settings.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Totals since the port opened.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.context.tally.counts()
    }

    /// The connections open now.
    #[must_use]
    pub fn connections(&self) -> Vec<ConnectionView> {
        self.shared.context.tally.open()
    }

    /// A handle that answers [`Self::counts`] and [`Self::connections`] from elsewhere.
    pub fn view(&self) -> impl Fn() -> (Counts, Vec<ConnectionView>) + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || (shared.context.tally.counts(), shared.context.tally.open())
    }

    /// Closes every connection in order and stops listening. Stop intake only afterwards: what
    /// peers send until they close is still handed over.
    pub async fn stop(self) -> Counts {
        // Without listeners nobody hears this.
        let _ = self.stop.send(true);
        for accepting in self.loops {
            let _ = accepting.await;
        }
        self.shared.context.tally.counts()
    }
}

fn open(listener: &Listener) -> io::Result<(TcpListener, SocketAddr)> {
    let address = listener.address();
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart must not wait for connections of the last run to fade.
    socket.set_reuseaddr(true)?;
    if let Listener::Plain { tunnel: Some(tunnel), .. } = listener {
        socket.bind_device(Some(tunnel.as_bytes()))?;
    }
    socket.bind(address)?;
    let socket = socket.listen(128)?;
    let local = socket.local_addr()?;
    Ok((socket, local))
}

async fn accept(
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) {
    let Ok(local) = socket.local_addr() else {
        return;
    };
    let mut served = JoinSet::new();
    loop {
        let came = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = served.join_next() => continue,
            came = socket.accept() => came,
        };
        match came {
            Ok((tcp, from)) => {
                let (shared, tls, stop) = (Arc::clone(&shared), tls.clone(), stop.clone());
                served.spawn(async move { shared.welcome(tcp, (local, from), tls, stop).await });
            }
            // Out of descriptors, most likely: connections that end will free some.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
    drop(socket);
    let limits = &shared.context.limits;
    let wait = limits.close_wait.saturating_mul(3).saturating_add(limits.stall_wait);
    let all = async { while served.join_next().await.is_some() {} };
    if timeout(wait, all).await.is_err() {
        served.shutdown().await;
    }
}

/// One address's place among handshakes, given back when dropped.
struct Shaking<'s>(&'s Shared, IpAddr);

impl Drop for Shaking<'_> {
    fn drop(&mut self) {
        let mut shaking = self.0.shaking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = shaking.get_mut(&self.1) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                shaking.remove(&self.1);
            }
        }
    }
}

impl Shared {
    fn shake(&self, from: IpAddr) -> Option<Shaking<'_>> {
        let mut shaking = self.shaking.lock().unwrap_or_else(PoisonError::into_inner);
        let count = shaking.entry(from).or_insert(0);
        if *count >= self.context.limits.handshakes_per_address_max {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Shaking(self, from))
    }

    async fn welcome(
        &self,
        tcp: TcpStream,
        (local, from): (SocketAddr, SocketAddr),
        tls: Option<TlsAcceptor>,
        stop: watch::Receiver<bool>,
    ) {
        // Small answers must not wait for each other; without it they are only slower.
        let _ = tcp.set_nodelay(true);
        let Some(acceptor) = tls else {
            match self.context.book.by_plain(local, from.ip()) {
                Some(peer) => self.serve(tcp, (peer, from), Known::Plain(local), stop).await,
                None => {
                    part(tcp).await;
                    self.refused("address not registered for this plain listener").await;
                }
            }
            return;
        };
        let shaken = {
            let Some(_place) = self.shake(from.ip()) else {
                return self.refused("too many handshakes from one address").await;
            };
            let Ok(_place_in_all) = self.handshakes.try_acquire() else {
                return self.refused("too many handshakes").await;
            };
            let shake = acceptor.accept(tcp).into_fallible();
            match timeout(self.context.limits.handshake_wait, shake).await {
                Err(_) => Err("handshake took too long"),
                Ok(Ok(stream)) => Ok(stream),
                Ok(Err((error, tcp))) => {
                    // Without this, octets left unread would turn our alert into a reset.
                    part(tcp).await;
                    Err(reason(&error))
                }
            }
        };
        match shaken {
            Err(reason) => self.refused(reason).await,
            Ok(stream) => {
                let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
                let Some(sha256) = shown.map(fingerprint) else {
                    return;
                };
                match self.context.book.by_certificate(&sha256) {
                    Some(peer) => {
                        self.serve(stream, (peer, from), Known::Certificate(sha256), stop).await;
                    }
                    None => {
                        part(stream).await;
                        self.refused("certificate not registered").await;
                    }
                }
            }
        }
    }

    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        (peer, from): (Arc<str>, SocketAddr),
        known: Known,
        stop: watch::Receiver<bool>,
    ) {
        let context = &self.context;
        let authenticated = matches!(known, Known::Certificate(_));
        let opened_at = (context.clock)();
        let seen = Arc::new(Seen::new(Arc::clone(&peer), from, authenticated, opened_at));
        let Some(number) = context.tally.entered(&seen, context.limits.per_peer_max) else {
            part(stream).await;
            return self.refused("too many connections of one peer").await;
        };
        match Arc::clone(&self.connections).try_acquire_owned() {
            Err(_) => {
                context.tally.left(number);
                part(stream).await;
                self.refused("too many connections").await;
            }
            Ok(slot) => {
                context.tally.add(Counted::Opened, 1);
                let opened = if authenticated { "session opened" } else { "session opened, plain" };
                self.enter(Some(&peer), opened.to_owned()).await;
                let ended = serve(stream, (&seen, known), context, stop, slot).await;
                context.tally.left(number);
                self.enter(Some(&peer), format!("session {}", summary(ended, &seen))).await;
            }
        }
    }

    /// Counts a refusal and enters it, at most one every ten seconds: a stranger must not be able
    /// to fill the ledger.
    async fn refused(&self, why: &str) {
        self.context.tally.add(Counted::Refused, 1);
        let more = {
            let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
            let (last, suppressed) = *refusals;
            if last.is_some_and(|last| last.elapsed() < Duration::from_secs(10)) {
                *refusals = (last, suppressed.saturating_add(1));
                return;
            }
            *refusals = (Some(Instant::now()), 0);
            suppressed
        };
        let event = match more {
            0 => format!("session refused: {why}"),
            more => format!("session refused: {why} ({more} refusals since the last entry)"),
        };
        self.enter(None, event).await;
    }

    /// Entering may wait for a disk, which tokio's threads must not.
    async fn enter(&self, peer: Option<&Arc<str>>, event: String) {
        let (book, peer) = (Arc::clone(&self.context.book), peer.map(Arc::clone));
        // A book that panics has taken the process with it.
        let _ = tokio::task::spawn_blocking(move || book.session(peer.as_deref(), &event)).await;
    }
}

fn reason(error: &io::Error) -> &'static str {
    let unknown =
        rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
    let told = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match told {
        Some(told) if *told == unknown => "certificate not registered",
        Some(rustls::Error::NoCertificatesPresented) => "no certificate shown",
        _ => "handshake failed",
    }
}

/// Closes a connection that is not served, with FIN: reads a little of what is on its way first.
async fn part(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let deadline = Instant::now() + Duration::from_secs(1);
    // Whoever is gone already needs no goodbye.
    let _ = timeout_at(deadline, stream.shutdown()).await;
    let (mut piece, mut read) = ([0; 4096], 0usize);
    while let Ok(Ok(size @ 1..)) = timeout_at(deadline, stream.read(&mut piece)).await {
        read = read.saturating_add(size);
        if read > 256 * 1024 {
            return;
        }
    }
}
