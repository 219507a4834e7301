//! A house with its doors open: receiver, intake thread, status page. Started and stopped in the
//! one order that loses nothing: doors close before intake, intake before the ledger.
use crate::failure::Failure;
use lacre_custody::intake::Mark;
use lacre_custody::register::Author;
use lacre_custody::{House, certificate, clock, door};
use lacre_receiver::{ConnectionView, Listener, Receiver, ServerIdentity, Settings};
use lacre_web::{
    Answering, Hi1Door, IntakeView, Known, LedgerView, MediumView, PeerView, QuarantineView,
    StatusSource, StatusView, Web, WebIdentity,
};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Deliveries that may wait for intake.
const QUEUE: usize = 4096;

/// What to open.
pub(crate) struct Doors {
    /// Handover ports.
    pub listeners: Vec<Listener>,
    /// Certificate chain and key (PEM); else the site's own.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The status page.
    pub web: Option<SocketAddr>,
    /// Where authorities send HI1 messages.
    pub hi1: Option<SocketAddr>,
    /// True for the demo: said on the page.
    pub synthetic: bool,
}

/// Counts of communications by medium: open, sealed. Filled by whoever may read.
pub(crate) type Media = Arc<Mutex<BTreeMap<String, (u64, u64)>>>;

/// Log lines that may wait for a slow reader before they are dropped.
const LOG_LINES: usize = 1024;

/// Open doors.
pub(crate) struct Running {
    receiver: Receiver,
    web: Option<Web>,
    hi1: Option<Hi1Door>,
    intake: JoinHandle<Result<(), lacre_custody::CustodyError>>,
    ended: Option<tokio::sync::oneshot::Receiver<()>>,
    certificate: Option<PathBuf>,
    /// What the status page shows of communications.
    pub media: Media,
}

impl Running {
    /// Opens the doors. `log` gets a JSON line for each durable mark.
    ///
    /// # Errors
    /// An address in use, a certificate that does not fit its key.
    pub(crate) async fn start(
        dir: &Path,
        house: Arc<House>,
        doors: Doors,
        mut log: impl FnMut(&serde_json::Value) + Send + 'static,
    ) -> Result<Self, Failure> {
        let unable = |error: &dyn std::fmt::Display| Failure::with(6, error.to_string());
        let (intake_door, queue) = door::door(QUEUE);
        let mut certificate = None;
        let (chain, key) = match doors.identity {
            Some(given) => given,
            None => {
                let (chain, key) = own_identity(&house)?;
                let path = dir.join("handover-port.pem");
                std::fs::File::create(&path)
                    .and_then(|mut file| std::io::Write::write_all(&mut file, &chain))
                    .map_err(|error| Failure::file("write", &path, &error))?;
                certificate = Some(path);
                (chain, key)
            }
        };
        let identity = ServerIdentity::from_pem(&chain, &key).map_err(|error| unable(&error))?;
        let settings = Settings { listeners: doors.listeners, ..Settings::default() };
        let book: Arc<dyn door::PeerBook> = house.clone();
        let receiver = Receiver::start(settings, Some(identity), intake_door, book, clock::now)
            .await
            .map_err(|error| unable(&error))?;
        let media: Media = Arc::default();
        let web = match doors.web {
            Some(address) => {
                let source = status(&house, &receiver, &media, doors.synthetic);
                let identity =
                    WebIdentity::from_pem(&chain, &key).map_err(|error| unable(&error))?;
                let web = Web::start(address, identity, source).await;
                Some(web.map_err(|error| unable(&error))?)
            }
            None => None,
        };
        let hi1 = match doors.hi1 {
            Some(address) => {
                let identity =
                    WebIdentity::from_pem(&chain, &key).map_err(|error| unable(&error))?;
                let (known, answering) = hi1_desk(&house);
                let door = Hi1Door::start(address, identity, known, answering).await;
                Some(door.map_err(|error| unable(&error))?)
            }
            None => None,
        };
        // A log that nobody reads must not stop receiving: what does not fit is dropped.
        let (lines, to_write) = std::sync::mpsc::sync_channel::<serde_json::Value>(LOG_LINES);
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || to_write.iter().for_each(|line| log(&line)))
            .map_err(|error| unable(&error))?;
        let (tell_ended, ended) = tokio::sync::oneshot::channel();
        let intake = std::thread::Builder::new()
            .name("intake".into())
            .spawn(move || {
                let ran = house.run(&queue, &mut |mark| {
                    let _dropped = lines.try_send(line_of(mark));
                });
                let _nobody_waits = tell_ended.send(());
                ran
            })
            .map_err(|error| unable(&error))?;
        let ended = Some(ended);
        Ok(Self { receiver, web, hi1, intake, ended, certificate, media })
    }

    /// Waits until intake has ended by itself: it failed. Pending for ever while it runs.
    pub(crate) async fn ended(&mut self) {
        match self.ended.take() {
            Some(ended) => {
                let _sent_or_gone = ended.await;
            }
            None => std::future::pending().await,
        }
    }

    /// Where the handover ports listen.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        self.receiver.addresses()
    }

    /// Where the status page is.
    pub(crate) fn web_address(&self) -> Option<SocketAddr> {
        self.web.as_ref().map(Web::address)
    }

    /// Where HI1 messages are taken.
    pub(crate) fn hi1_address(&self) -> Option<SocketAddr> {
        self.hi1.as_ref().map(Hi1Door::address)
    }

    /// The certificate of the port, when the site made it.
    pub(crate) fn certificate(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// Closes everything in order.
    ///
    /// # Errors
    /// What stopped intake.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.receiver.stop().await;
        if let Some(hi1) = self.hi1 {
            hi1.stop().await;
        }
        if let Some(web) = self.web {
            web.stop().await;
        }
        let intake = self.intake;
        let ended = tokio::task::spawn_blocking(move || intake.join()).await;
        match ended {
            Ok(Ok(result)) => Ok(result?),
            _ => Err(Failure::with(1, "intake ended badly: open the site again, it recovers")),
        }
    }
}

/// Who may send HI1 messages, and who answers them: in the sender's name, role `hi1`.
fn hi1_desk(house: &Arc<House>) -> (Known, Answering) {
    let (book, house) = (Arc::clone(house), Arc::clone(house));
    let known = move |der: &[u8]| book.hi1_sender(&certificate::sha256(der)).is_some();
    let answering = move |der: &[u8], message: &[u8]| {
        let sender = house.hi1_sender(&certificate::sha256(der))?;
        let (person, role) = (sender.name.clone(), "hi1".to_owned());
        let author = Author { person, role, reason: None };
        Some(house.answer_hi1(message, &author, Some(&sender), clock::now()).octets)
    };
    (Arc::new(known), Arc::new(answering))
}

fn line_of(mark: &Mark) -> serde_json::Value {
    let mut line = serde_json::json!({
        "schema": "lacre.mark/1", "block": mark.block, "pdus": mark.pdus,
    });
    let totals = serde_json::to_value(&mark.totals).unwrap_or_default();
    if let (Some(line), Some(totals)) = (line.as_object_mut(), totals.as_object()) {
        line.extend(totals.iter().map(|(name, it)| (name.clone(), it.clone())));
    }
    line
}

/// The port's own certificate and key, made once, the key wrapped to the machine.
fn own_identity(house: &House) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let pem = house.site().machine_secret("handover-port.key", || {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        rcgen::generate_simple_self_signed(names)
            .map(|made| format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem()))
            .map(String::into_bytes)
            .map_err(|error| lacre_custody::CustodyError::Broken(error.to_string()))
    })?;
    let text = String::from_utf8(pem).map_err(|_| Failure::with(1, "the port's key is damaged"))?;
    let at = text.find("-----BEGIN PRIVATE KEY-----").unwrap_or(text.len());
    let (chain, key) = text.split_at(at);
    Ok((chain.as_bytes().to_vec(), key.as_bytes().to_vec()))
}

fn peer_view(name: &str, connections: &[ConnectionView]) -> PeerView {
    let own: Vec<&ConnectionView> =
        connections.iter().filter(|connection| &*connection.peer == name).collect();
    PeerView {
        name: name.to_owned(),
        connections: u64::try_from(own.len()).unwrap_or(u64::MAX),
        authenticated: own.iter().all(|connection| connection.authenticated),
        since: own.iter().map(|connection| connection.opened_at).min(),
        pdus: own.iter().map(|connection| connection.pdus).sum(),
        octets: own.iter().map(|connection| connection.octets).sum(),
    }
}

fn status(house: &Arc<House>, receiver: &Receiver, media: &Media, synthetic: bool) -> StatusSource {
    let view = receiver.view();
    let (house, media) = (Arc::clone(house), Arc::clone(media));
    Arc::new(move || {
        let (_, connections) = view();
        let site = house.site();
        let totals = house.totals();
        let (orders, measures, known) = house.with_book(|book, _| {
            let register = book.register();
            let known: Vec<_> = register.peers().cloned().collect();
            (register.orders().count(), register.measures().count(), known)
        });
        let peers = known.iter().map(|peer| peer_view(&peer.name, &connections)).collect();
        let counts = media.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let checkpoint = site.ledger().checkpoint();
        StatusView {
            site: site.facts().origin.clone(),
            dev: site.is_dev(),
            synthetic,
            unsealed: site.is_unsealed(),
            at: clock::now(),
            orders: u64::try_from(orders).unwrap_or(u64::MAX),
            measures: u64::try_from(measures).unwrap_or(u64::MAX),
            peers,
            intake: IntakeView {
                received: totals.received,
                stored: totals.stored,
                duplicates: totals.duplicates,
                conflicts: totals.conflicts,
                quarantined: totals.quarantined_total(),
                control: totals.control,
                rejected: totals.rejected,
                octets: totals.octets,
            },
            quarantine: totals
                .quarantined
                .iter()
                .map(|(reason, pdus)| QuarantineView { reason: reason.clone(), pdus: *pdus })
                .collect(),
            communications: counts
                .into_iter()
                .map(|(medium, (open, sealed))| MediumView { medium, open, sealed })
                .collect(),
            ledger: LedgerView {
                origin: site.facts().origin.clone(),
                size: site.ledger().size(),
                root: checkpoint.lines().nth(2).unwrap_or_default().to_owned(),
                checkpoint_at: site.published_at(),
            },
            alarms: Vec::new(),
        }
    })
}
