//! The house: a site with its register and its intake, as commands and doors use it.
//!
//! One process owns a site. Recorded files and live connections go through the same intake; what
//! differs is only how late they may be.
//!
//! Rules: DESIGN decisions 1, 4, 16, 18; ARCHITECTURE, section 2.
use crate::clock;
use crate::door::{Delivery, Receipt, Request};
use crate::error::CustodyError;
use crate::intake::part::Ending;
use crate::intake::{Intake, Mark, Recovered, Totals};
use crate::register::{Author, Book};
use crate::site::Site;
use lacre_handover::Limits;
use lacre_handover::frame::FrameReader;
use lacre_term::Micros;
use lacre_warrant::{Change, Transport};
use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Octets read but not durable from a live peer that never asks: at most so many, or so long.
const LIVE_OCTETS_MAX: usize = 1 << 20;
const LIVE_MICROS_MAX: i64 = 50_000;
/// From a recorded file a batch may be larger; the first ones are small, so that a mark comes soon.
const FILE_OCTETS_FIRST: usize = 64 << 10;
const FILE_OCTETS_MAX: usize = 4 << 20;
/// Longest a journal file waits before it becomes segments, in seconds.
const CUT_SECONDS: i64 = 300;

/// An open house.
pub struct House {
    pub(crate) site: Arc<Site>,
    pub(crate) book: Mutex<Book>,
    pub(crate) intake: Mutex<Intake>,
    pub(crate) catalogues: PathBuf,
    recovered: Recovered,
}

/// How far a file has become durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMark {
    /// Everything before this offset of the file is durable.
    pub offset: u64,
    /// What became durable.
    pub mark: Mark,
}

/// How far a file has been taken.
struct Progress {
    taken: u64,
    batch_octets_max: usize,
}

impl Progress {
    fn count(&mut self, octets: usize) {
        self.taken = self.taken.saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl House {
    /// Opens the house: register, then intake, which finishes what a crash left half done.
    ///
    /// # Errors
    /// Damage by name, or the engine's refusal.
    pub fn open(site: Site, catalogues: PathBuf, now: Micros) -> Result<Self, CustodyError> {
        std::fs::create_dir_all(&catalogues).map_err(|error| {
            CustodyError::Input(format!("could not make {}: {error}", catalogues.display()))
        })?;
        let site = Arc::new(site);
        let book = Book::load(&site, now)?;
        let (intake, recovered) = Intake::open(Arc::clone(&site), book.table(), now)?;
        if recovered.sealed > 0 || recovered.completed > 0 {
            let facts = serde_json::json!({
                "parts_sealed": recovered.sealed,
                "seals_completed": recovered.completed,
            });
            site.note("restarted", &facts, now)?;
        }
        let (book, intake) = (Mutex::new(book), Mutex::new(intake));
        Ok(Self { site, book, intake, catalogues, recovered })
    }

    /// The site.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// What opening found.
    #[must_use]
    pub fn recovered(&self) -> Recovered {
        self.recovered
    }

    /// Lends the register.
    pub fn with_book<T>(&self, look: impl FnOnce(&Book, &Site) -> T) -> T {
        look(&lock(&self.book), &self.site)
    }

    /// Counts since the site was made.
    #[must_use]
    pub fn totals(&self) -> Totals {
        lock(&self.intake).totals().clone()
    }

    /// Changes the register and gives intake its new table.
    ///
    /// # Errors
    /// As [`Book::change`].
    pub fn change(&self, change: Change, author: &Author, now: Micros) -> Result<(), CustodyError> {
        let mut book = lock(&self.book);
        book.change(&self.site, change, author, now)?;
        lock(&self.intake).rebind(book.table());
        Ok(())
    }

    /// Communications with an open part now.
    #[must_use]
    pub fn open_parts(&self) -> usize {
        lock(&self.intake).open_parts()
    }

    /// Takes a recorded handover from `reader`, calling `durable` at each mark.
    ///
    /// # Errors
    /// A reader's failure, or intake's: what the last mark says is durable, the rest can be taken
    /// again without storing anything twice.
    pub fn take_file(
        &self,
        reader: &mut dyn Read,
        peer: &Arc<str>,
        durable: &mut dyn FnMut(&FileMark),
    ) -> Result<(), CustodyError> {
        let mut frames = FrameReader::new(Limits::default());
        let mut chunk = vec![0u8; 1 << 18];
        let mut progress = Progress { taken: 0, batch_octets_max: FILE_OCTETS_FIRST };
        loop {
            let read = match reader.read(&mut chunk) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(CustodyError::Input(format!(
                        "the file could not be read after octet {}: {error}; \
                         take it again, nothing is stored twice",
                        progress.taken
                    )));
                }
            };
            if read == 0 {
                break;
            }
            frames.push(chunk.get(..read).unwrap_or_default());
            self.take_frames(&mut frames, peer, &mut progress, durable)?;
            if frames.broken().is_some() {
                break;
            }
        }
        let mut rest = frames.rest().to_vec();
        reader
            .read_to_end(&mut rest)
            .map_err(|error| CustodyError::Input(format!("the file could not be read: {error}")))?;
        let mut intake = lock(&self.intake);
        if !rest.is_empty() {
            progress.count(rest.len());
            let received_at = clock::now();
            let peer = Arc::clone(peer);
            intake.take(Delivery { peer, octets: rest, received_at, unframed: true }, false)?;
        }
        commit_file(&mut intake, progress.taken, durable)
    }

    /// Takes the PDUs framed so far. Intake is lent for a chunk at a time: connections go on.
    fn take_frames(
        &self,
        frames: &mut FrameReader,
        peer: &Arc<str>,
        progress: &mut Progress,
        durable: &mut dyn FnMut(&FileMark),
    ) -> Result<(), CustodyError> {
        let mut intake = lock(&self.intake);
        while let Some(Ok(range)) = frames.next_range() {
            let octets = frames.octets(range).to_vec();
            progress.count(octets.len());
            let received_at = clock::now();
            let delivery =
                Delivery { peer: Arc::clone(peer), octets, received_at, unframed: false };
            intake.take(delivery, false)?;
            let pending = intake.pending_octets();
            let full = pending >= progress.batch_octets_max;
            // A PDU that may be a restart is better decided by its follower than by a batch's end.
            if full && (intake.held() == 0 || pending >= 2 * progress.batch_octets_max) {
                commit_file(&mut intake, progress.taken, durable)?;
                progress.batch_octets_max = (progress.batch_octets_max * 2).min(FILE_OCTETS_MAX);
            }
        }
        Ok(())
    }

    /// Ends an `intake` command: seals what is idle, which is everything, and cuts segments.
    ///
    /// # Errors
    /// As intake's.
    pub fn end_intake(&self, now: Micros) -> Result<usize, CustodyError> {
        let mut intake = lock(&self.intake);
        let sealed = intake.seal_open(Ending::IntakeEnd, now)?;
        intake.enter_batches(now)?;
        intake.cut(now)?;
        self.site.tick(now);
        Ok(sealed)
    }

    /// Seals every part open now: a package's cut.
    ///
    /// # Errors
    /// As intake's.
    pub fn seal_open(&self, ending: Ending, now: Micros) -> Result<usize, CustodyError> {
        lock(&self.intake).seal_open(ending, now)
    }

    /// Enters a vault head of every order: once a day and at each start (decision 5).
    fn enter_heads(&self, now: Micros) -> Result<(), CustodyError> {
        let orders: Vec<String> = lock(&self.book)
            .register()
            .orders()
            .map(|order| order.document.order.clone())
            .collect();
        for order in orders {
            self.enter_head(&order, Ending::Idle, now)?;
        }
        Ok(())
    }

    /// Runs the intake of live connections until every door is gone. Blocks; give it a thread.
    ///
    /// # Errors
    /// What stopped it. Receipts not yet given are answered `false`.
    pub fn run(
        &self,
        queue: &Receiver<Request>,
        durable: &mut dyn FnMut(&Mark),
    ) -> Result<(), CustodyError> {
        let mut waiting: Vec<Receipt> = Vec::new();
        let ran = self.run_until_closed(queue, durable, &mut waiting);
        for receipt in waiting {
            receipt(false);
        }
        ran
    }

    fn run_until_closed(
        &self,
        queue: &Receiver<Request>,
        durable: &mut dyn FnMut(&Mark),
        waiting: &mut Vec<Receipt>,
    ) -> Result<(), CustodyError> {
        let mut oldest: Option<Micros> = None;
        let mut kept_at = Micros(0);
        let mut cut_at = clock::now();
        let mut headed_on: Option<i64> = None;
        loop {
            let first = queue.recv_timeout(Duration::from_millis(10));
            let closed = matches!(first, Err(RecvTimeoutError::Disconnected));
            let mut intake = lock(&self.intake);
            let mut next = first.ok();
            while let Some(request) = next {
                match request {
                    Request::Deliver(delivery) => {
                        oldest.get_or_insert(delivery.received_at);
                        intake.take(delivery, true)?;
                    }
                    Request::Mark(receipt) => waiting.push(receipt),
                }
                if intake.pending_octets() >= LIVE_OCTETS_MAX {
                    break;
                }
                next = queue.try_recv().ok();
            }
            let now = clock::now();
            let late =
                oldest.is_some_and(|since| since.0.saturating_add(LIVE_MICROS_MAX / 2) <= now.0);
            if closed || late || !waiting.is_empty() || intake.pending_octets() >= LIVE_OCTETS_MAX {
                let settle = closed || !waiting.is_empty();
                if let Some(mark) = intake.commit(now, settle)? {
                    durable(&mark);
                }
                oldest = (intake.held() > 0).then_some(now);
                for receipt in waiting.drain(..) {
                    receipt(true);
                }
            }
            if now.seconds() > kept_at.seconds() {
                kept_at = now;
                intake.enter_batches(now)?;
                intake.seal_due(now)?;
                intake.cut_closed(now)?;
                if cut_at.plus_seconds(CUT_SECONDS) <= now {
                    cut_at = now;
                    intake.cut(now)?;
                }
            }
            let today = now.seconds().div_euclid(86_400);
            if headed_on != Some(today) && !closed {
                headed_on = Some(today);
                drop(intake);
                match self.enter_heads(now) {
                    // A ledger that cannot take entries does not stop receiving (decision 12).
                    Ok(()) | Err(CustodyError::Ledger(_)) => {}
                    Err(error) => return Err(error),
                }
                continue;
            }
            if closed {
                intake.seal_open(Ending::Restart, now)?;
                intake.enter_batches(now.plus_seconds(1))?;
                intake.cut(now)?;
                self.site.note("stopped", &serde_json::json!({}), now)?;
                return self.site.settle_ledger();
            }
        }
    }
}

fn commit_file(
    intake: &mut Intake,
    offset: u64,
    durable: &mut dyn FnMut(&FileMark),
) -> Result<(), CustodyError> {
    let now = clock::now();
    if let Some(mark) = intake.commit(now, true)? {
        durable(&FileMark { offset, mark });
    }
    intake.enter_batches(now)?;
    intake.cut_closed(now)
}

impl crate::door::PeerBook for House {
    fn by_certificate(&self, sha256: &lacre_term::Digest) -> Option<Arc<str>> {
        let table = lock(&self.book).table();
        let found = table.peers().into_iter().find(|peer| {
            matches!(&peer.transport,
                Transport::Tls { certificate_sha256 } if certificate_sha256 == sha256)
        });
        found.map(|peer| Arc::from(peer.name.as_str()))
    }

    fn by_plain(
        &self,
        listener: std::net::SocketAddr,
        _address: std::net::IpAddr,
    ) -> Option<Arc<str>> {
        let table = lock(&self.book).table();
        let found = table.peers().into_iter().find(|peer| {
            matches!(&peer.transport, Transport::Plain { address, .. }
                if address.ip() == listener.ip()
                    && (address.port() == listener.port() || address.port() == 0))
        });
        found.map(|peer| Arc::from(peer.name.as_str()))
    }

    fn session(&self, peer: Option<&str>, event: &str) {
        let facts = serde_json::json!({ "peer": peer, "event": event });
        // A ledger that cannot take entries stops reading, not receiving (decision 12).
        let _entered_or_ledger_unable = self.site.note("peer_session", &facts, clock::now());
    }
}
