//! The house: a site with its register and its intake, as commands and doors use it.
//!
//! One process owns a site. Recorded files and live connections go through the same intake; what
//! differs is only how late they may be.
//!
//! Rules: DESIGN decisions 1, 4, 16, 18; ARCHITECTURE, section 2.
use crate::clock;
use crate::error::CustodyError;
use crate::intake::part::Ending;
use crate::intake::{Intake, Recovered, Totals};
use crate::register::{Author, Book};
use crate::site::Site;
use lacre_term::Micros;
use lacre_warrant::{BindingTable, Change, Transport};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// An open house.
pub struct House {
    pub(crate) site: Arc<Site>,
    pub(crate) book: Mutex<Book>,
    pub(crate) intake: Mutex<Intake>,
    pub(crate) catalogues: PathBuf,
    recovered: Recovered,
    /// What doors bind by, readable while a change is being made.
    table: RwLock<Arc<BindingTable>>,
    /// Set by the first failure of intake: nothing is taken any more in this process.
    broken: AtomicBool,
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
            match site.note("restarted", &facts, now) {
                // A ledger that cannot take entries does not stop receiving (decision 12); the
                // act is filed, and entered before the next one.
                Ok(()) | Err(CustodyError::Ledger(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let table = RwLock::new(book.table());
        let (book, intake) = (Mutex::new(book), Mutex::new(intake));
        let broken = AtomicBool::new(false);
        Ok(Self { site, book, intake, catalogues, recovered, table, broken })
    }

    /// Lends intake for one piece of work. The first failure is the last: memory and disk may
    /// disagree from then on, and only opening the site again, which recovers, is safe.
    pub(crate) fn with_intake<T>(
        &self,
        work: impl FnOnce(&mut Intake) -> Result<T, CustodyError>,
    ) -> Result<T, CustodyError> {
        let mut intake = lock(&self.intake);
        if self.broken.load(Ordering::Relaxed) {
            return Err(CustodyError::Broken("intake stopped after a failure".into()));
        }
        let done = work(&mut intake);
        if done.is_err() {
            self.broken.store(true, Ordering::Relaxed);
        }
        done
    }

    /// The site.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    pub(crate) fn binding_table(&self) -> Arc<BindingTable> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
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
        self.rebind(&book);
        Ok(())
    }

    /// Gives doors and intake the register's new table.
    pub(crate) fn rebind(&self, book: &Book) {
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = book.table();
        lock(&self.intake).rebind(book.table());
    }

    /// Communications with an open part now.
    #[must_use]
    pub fn open_parts(&self) -> usize {
        lock(&self.intake).open_parts()
    }

    /// Enters that files are about to be taken in the name of `peer`.
    ///
    /// # Errors
    /// The engine's or the ledger's refusal: then nothing is taken.
    pub fn begin_files(
        &self,
        peer: &str,
        files: usize,
        author: &Author,
        now: Micros,
    ) -> Result<(), CustodyError> {
        let object = serde_json::json!({ "peer": peer, "files": files });
        self.act("files_taken", object, author, now).map(|_| ())
    }

    /// Ends an `intake` command: seals what is idle, which is everything, and cuts segments.
    ///
    /// # Errors
    /// As intake's.
    pub fn end_intake(&self, now: Micros) -> Result<usize, CustodyError> {
        self.enter_noticed(now)?;
        self.with_intake(|intake| {
            let sealed = intake.seal_open(Ending::IntakeEnd, now)?;
            intake.enter_batches(now)?;
            intake.cut(now)?;
            self.site.tick(now);
            Ok(sealed)
        })
    }
}

impl crate::door::PeerBook for House {
    fn by_certificate(&self, sha256: &lacre_term::Digest) -> Option<Arc<str>> {
        let table = self.binding_table();
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
        let table = self.binding_table();
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
