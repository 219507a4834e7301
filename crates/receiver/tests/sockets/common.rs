//! A site for socket tests: a book of peers, an intake that can be held back, and the port.
//!
//! Intake keeps what it is given in memory and says *durable* only when the test lets it.
//!
//! Rules: DESIGN decisions 16, 20.
use lacre_custody::door::{Delivery, PeerBook, Request, door};
use lacre_receiver::{Limits, Listener, Receiver, ServerIdentity, Settings};
use lacre_term::{Digest, Micros};
use lacre_testkit::{Identity, MediationSettings};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub(crate) const NOW: Micros = Micros(1_795_462_020_000_000);

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) certificates: Mutex<BTreeMap<Digest, Arc<str>>>,
    pub(crate) plain: Mutex<Option<Arc<str>>>,
    pub(crate) events: Mutex<Vec<String>>,
}

impl PeerBook for Book {
    fn by_certificate(&self, sha256: &Digest) -> Option<Arc<str>> {
        self.certificates.lock().unwrap().get(sha256).cloned()
    }

    fn by_plain(&self, _listener: SocketAddr, _address: IpAddr) -> Option<Arc<str>> {
        self.plain.lock().unwrap().clone()
    }

    fn session(&self, peer: Option<&str>, event: &str) {
        self.events.lock().unwrap().push(format!("{}: {event}", peer.unwrap_or("-")));
    }
}

#[derive(Default)]
pub(crate) struct Intake {
    pub(crate) kept: Mutex<Vec<Delivery>>,
    held: Mutex<(bool, bool)>,
    changed: Condvar,
}

impl Intake {
    /// Takes nothing from the queue until let go.
    pub(crate) fn hold(&self, taking: bool, durable: bool) {
        *self.held.lock().unwrap() = (taking, durable);
        self.changed.notify_all();
    }

    pub(crate) fn octets(&self) -> Vec<Vec<u8>> {
        self.kept.lock().unwrap().iter().map(|delivery| delivery.octets().to_vec()).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.kept.lock().unwrap().len()
    }

    fn run(&self, queue: &std::sync::mpsc::Receiver<Request>) {
        let wait = |which: fn(&(bool, bool)) -> bool| {
            let held = self.held.lock().unwrap();
            drop(self.changed.wait_while(held, |held| which(held)).unwrap());
        };
        loop {
            wait(|held| held.0);
            let Ok(request) = queue.recv() else { return };
            wait(|held| held.0);
            match request {
                Request::Deliver(delivery) => self.kept.lock().unwrap().push(delivery),
                Request::Mark(receipt) => {
                    wait(|held| held.1);
                    receipt(true);
                }
            }
        }
    }
}

pub(crate) struct Site {
    pub(crate) receiver: Receiver,
    pub(crate) book: Arc<Book>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) server: Identity,
    pub(crate) peer: Identity,
}

fn now() -> Micros {
    NOW
}

/// Waits that make a failing test quick.
pub(crate) fn quick() -> Limits {
    Limits {
        stall_wait: Duration::from_secs(2),
        close_wait: Duration::from_secs(1),
        ..Limits::default()
    }
}

impl Site {
    /// A TLS listener and a plain one on loopback; `OP-A` is registered for both.
    pub(crate) async fn open(limits: Limits, deliveries_max: usize) -> Self {
        let (door, queue) = door(deliveries_max);
        let (book, intake) = (Arc::new(Book::default()), Arc::new(Intake::default()));
        let (server, peer) = (
            Identity::generate("lemf.example").unwrap(),
            Identity::generate("mf.example").unwrap(),
        );
        book.certificates.lock().unwrap().insert(peer.sha256(), "OP-A".into());
        *book.plain.lock().unwrap() = Some("OP-P".into());
        let taking = Arc::clone(&intake);
        std::thread::spawn(move || taking.run(&queue));
        let pem = (server.certificate_pem.as_bytes(), server.key_pem.as_bytes());
        let identity = ServerIdentity::from_pem(pem.0, pem.1).unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let plain = Listener::Plain { address: any, tunnel: None };
        let listeners = vec![Listener::Tls { address: any }, plain];
        let settings = Settings { listeners, limits };
        let known: Arc<dyn PeerBook> = Arc::<Book>::clone(&book);
        let receiver = Receiver::start(settings, Some(identity), door, known, now).await.unwrap();
        Self { receiver, book, intake, server, peer }
    }

    pub(crate) fn tls(&self) -> SocketAddr {
        self.receiver.addresses()[0]
    }

    pub(crate) fn plain(&self) -> SocketAddr {
        self.receiver.addresses()[1]
    }

    /// The registered peer's settings, over TLS, quick to reconnect.
    pub(crate) fn operator(&self) -> MediationSettings {
        let tls = self.peer.client(self.server.sha256()).unwrap();
        let mut settings = MediationSettings::new("OP-A", self.tls(), Some(tls));
        settings.reconnect_after = Duration::from_millis(20);
        settings
    }

    pub(crate) fn events(&self) -> Vec<String> {
        self.book.events.lock().unwrap().clone()
    }

    /// Waits until intake has `count` deliveries.
    pub(crate) async fn has(&self, count: usize) {
        until(|| self.intake.count() >= count).await;
        assert_eq!(self.intake.count(), count);
    }
}

/// Waits up to ten seconds for `done`.
pub(crate) async fn until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "waited for ten seconds in vain");
        sleep(Duration::from_millis(5)).await;
    }
}
