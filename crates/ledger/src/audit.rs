//! Audit: derives the whole log again from its entries and names whatever does not agree.
//!
//! Needs no secret: the verifier key, the engine to read, and time. Walks the bundles once, so
//! memory does not grow with the log. May run beside the open ledger.
//!
//! Rules: DESIGN.md decision 11; `spec/ledger-entry.md`, "Audit".
use crate::{
    chunk,
    edges::Edges,
    inner,
    ledger::load_spills,
    names::{CHECKPOINT, Names, VKEY},
    sequencer::bundle_octets,
    state::{Closed, ClosedSecond, Entry, Pending},
    view::read_bundle,
};
use lacre_proof::{
    Checkpoint, LogVkey, SecondEntry, checkpoint,
    hash::sha256,
    merkle,
    tile::{self, WIDTH},
};
use lacre_store::{DiskError, Engine, GetError};
use lacre_term::Digest;

/// Most findings listed; a log with more is rotten throughout.
pub const FINDINGS_MAX: usize = 1_000;

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Which log; empty when not even that could be read.
    pub origin: String,
    /// Leaves under the published checkpoint.
    pub published: u64,
    /// Leaves derived again.
    pub leaves: u64,
    /// Real commitments checked against the roots of their seconds.
    pub commitments: u64,
    /// First and last second.
    pub seconds: Option<(u64, u64)>,
    /// Everything that does not agree, in the order of the log, at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
}

impl AuditReport {
    /// Whether everything agrees.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty()
    }

    fn add(&mut self, name: impl Into<String>, fault: Fault) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { name: name.into(), fault });
        }
    }
}

/// One thing that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {fault}")]
pub struct Finding {
    /// Object, head or published file.
    pub name: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not there.
    #[error("missing")]
    Missing,
    /// The storage did not answer.
    #[error("could not be read")]
    Unreadable,
    /// Its octets are not of the format.
    #[error("not of its format")]
    Malformed,
    /// It is not signed by the log's key, or names another log.
    #[error("not signed by this log")]
    Signature,
    /// A published file differs from what the entries make.
    #[error("not what the entries make")]
    NotOfTheEntries,
    /// The entries lead to another root than the one signed.
    #[error("the entries lead to another root")]
    WrongRoot,
    /// The head has fewer leaves than were published.
    #[error("behind the published checkpoint")]
    BehindCheckpoint,
    /// A leaf's second is not after the one before.
    #[error("the second of leaf {leaf} is not after the one before")]
    SecondNotAfter {
        /// The leaf.
        leaf: u64,
    },
    /// The kept commitments of a second do not make its root.
    #[error("the commitments of leaf {leaf} do not make its root")]
    WrongCommitments {
        /// The leaf.
        leaf: u64,
    },
    /// The next leaf does not hold the hash of this object.
    #[error("its hash is not entered in leaf {leaf}")]
    NotAnchored {
        /// The leaf that should hold it.
        leaf: u64,
    },
}

fn fault_of(error: &GetError) -> Fault {
    match error {
        GetError::NotFound { .. } => Fault::Missing,
        GetError::Failed { .. } => Fault::Unreadable,
    }
}

/// Derives the log of `vkey` again from `engine`, and reports everything that does not agree.
#[must_use]
pub fn audit(engine: &Engine, vkey: &LogVkey) -> AuditReport {
    let mut report = AuditReport { origin: vkey.name().to_owned(), ..AuditReport::default() };
    let Ok(names) = Names::of(vkey.name()) else {
        report.add(VKEY, Fault::Malformed);
        return report;
    };
    if engine.log.read(VKEY).ok() != Some(format!("{vkey}\n").into_bytes()) {
        report.add(VKEY, Fault::NotOfTheEntries);
    }
    // Before the head, so that the head of a running ledger is never behind it.
    let published = read_checkpoint(engine, vkey, &mut report);
    let Some(closed) = read_closed(engine, &names, &mut report) else {
        return report;
    };
    report.published = published.as_ref().map_or(0, |published| published.size);
    if closed.edges.size < report.published {
        report.add(names.closed(), Fault::BehindCheckpoint);
    }
    let names = &names;
    let (edges, derived) = (Edges::default(), true);
    let mut walk = Walk { engine, names, published, edges, derived, anchor: None, report };
    walk.check_root();
    let bundles = Closed::bundle_of(closed.entries_from()).0;
    for bundle in 0..bundles {
        walk.bundle(bundle, None);
    }
    if !closed.entries.is_empty() {
        walk.bundle(bundles, Some(&closed));
    }
    if walk.derived && walk.edges.root() != closed.edges.root() {
        walk.report.add(names.closed(), Fault::WrongRoot);
    }
    walk.pending(closed.edges.size);
    walk.report.leaves = walk.edges.size;
    walk.report
}

fn read_checkpoint(
    engine: &Engine,
    vkey: &LogVkey,
    report: &mut AuditReport,
) -> Option<Checkpoint> {
    let note = match engine.log.read(CHECKPOINT) {
        Ok(octets) => String::from_utf8(octets).unwrap_or_default(),
        Err(DiskError::NotFound { .. }) => {
            report.add(CHECKPOINT, Fault::Missing);
            return None;
        }
        Err(_) => {
            report.add(CHECKPOINT, Fault::Unreadable);
            return None;
        }
    };
    let opened = checkpoint::open(&note, std::slice::from_ref(vkey));
    if opened.is_err() {
        report.add(CHECKPOINT, Fault::Signature);
    }
    opened.ok()
}

fn read_closed(engine: &Engine, names: &Names, report: &mut AuditReport) -> Option<Closed> {
    let name = names.closed();
    let fault = match engine.heads.read(&name) {
        Err(_) => Fault::Unreadable,
        Ok(None) => Fault::Missing,
        Ok(Some(head)) => match Closed::decode(&head.value) {
            Some(closed) => return Some(closed),
            None => Fault::Malformed,
        },
    };
    report.add(name, fault);
    None
}

struct Walk<'a> {
    engine: &'a Engine,
    names: &'a Names,
    published: Option<Checkpoint>,
    edges: Edges,
    /// Whether every entry so far could be read.
    derived: bool,
    /// Name and hash of the commitments object the next leaf must hold.
    anchor: Option<(String, Digest)>,
    report: AuditReport,
}

impl Walk<'_> {
    /// One bundle: its entries, what is published of it, its commitments. `closed` gives the
    /// entries and commitments no object holds yet.
    fn bundle(&mut self, bundle: u64, closed: Option<&Closed>) {
        let entries = match closed {
            Some(closed) => closed.entries.clone(),
            None => {
                let Some(entries) = self.entries(bundle) else {
                    // Nothing after it can be derived; the rest is still looked at.
                    (self.derived, self.anchor) = (false, None);
                    return;
                };
                entries
            }
        };
        let first = bundle.saturating_mul(u64::from(WIDTH));
        for (leaf, entry) in (first..).zip(&entries) {
            self.leaf(leaf, entry);
        }
        self.published_entries(bundle, &entries);
        self.commitments(first, &entries, closed);
    }

    /// The second still open: readable, and the one after the closed ones.
    fn pending(&mut self, leaf: u64) {
        let name = self.names.pending();
        let fault = match self.engine.heads.read(&name) {
            Err(_) => Fault::Unreadable,
            Ok(None) => Fault::Missing,
            Ok(Some(head)) => match Pending::decode(&head.value) {
                // A running ledger may have closed it since.
                Some(pending) if pending.leaf >= leaf => return,
                _ => Fault::Malformed,
            },
        };
        self.report.add(name, fault);
    }

    fn entries(&mut self, bundle: u64) -> Option<Vec<Entry>> {
        let name = self.names.entries(bundle);
        let objects = self.engine.objects.as_ref();
        let fault = match objects.size(&name) {
            Err(error) => fault_of(&error),
            Ok(_) => match read_bundle(objects, &name) {
                Ok(entries) => return Some(entries),
                Err(_) => Fault::Malformed,
            },
        };
        self.report.add(name, fault);
        None
    }

    fn leaf(&mut self, leaf: u64, entry: &Entry) {
        let name = || self.names.entries(Closed::bundle_of(leaf).0);
        match SecondEntry::decode(entry) {
            Err(_) => self.report.add(name(), Fault::Malformed),
            Ok(entry) => {
                let (first, last) = self.report.seconds.unwrap_or((entry.second, 0));
                let after = self.report.seconds.is_none() || entry.second > last;
                self.report.seconds = Some((first, last.max(entry.second)));
                if !after {
                    self.report.add(name(), Fault::SecondNotAfter { leaf });
                }
            }
        }
        if !self.derived {
            return;
        }
        for full in self.edges.push(merkle::leaf_hash(entry)) {
            self.published_tile(full.level, full.index, &full.hashes);
        }
        self.check_root();
        if self.report.published == self.edges.size {
            let partial =
                self.edges.partial().map(|(id, hashes)| (id, tile::encode_hashes(hashes)));
            for (id, octets) in partial.collect::<Vec<_>>() {
                self.compare(id.path(), tile::tile_path(id.level, id.index, WIDTH), &octets);
            }
        }
    }

    /// The root at the size of the checkpoint must be the one signed.
    fn check_root(&mut self) {
        let at = self.published.as_ref().filter(|published| published.size == self.edges.size);
        if at.is_some_and(|published| self.edges.root() != Some(published.root)) {
            self.report.add(CHECKPOINT, Fault::WrongRoot);
        }
    }

    /// Compares a published file with what the entries make. A partial file may have given way to
    /// the `full` one since the checkpoint was read.
    fn compare(&mut self, path: String, full: String, expected: &[u8]) {
        let log = &self.engine.log;
        let fault = match log.read(&path) {
            Ok(octets) if octets == expected => return,
            Ok(_) => Fault::NotOfTheEntries,
            Err(DiskError::NotFound { .. }) if full != path && log.size(&full).is_ok() => return,
            Err(DiskError::NotFound { .. }) => Fault::Missing,
            Err(_) => Fault::Unreadable,
        };
        self.report.add(path, fault);
    }

    /// A full tile, when the checkpoint covers it.
    fn published_tile(&mut self, level: u8, index: u64, hashes: &[Digest]) {
        if index < tile::level_count(level, self.report.published) / u64::from(WIDTH) {
            let path = tile::tile_path(level, index, WIDTH);
            self.compare(path.clone(), path, &tile::encode_hashes(hashes));
        }
    }

    /// The entries of a bundle as far as the checkpoint covers them.
    fn published_entries(&mut self, bundle: u64, entries: &[Entry]) {
        let first = bundle.saturating_mul(u64::from(WIDTH));
        let width = self.report.published.saturating_sub(first).min(u64::from(WIDTH));
        let covered = usize::try_from(width).ok().and_then(|width| entries.get(..width));
        let Some((covered, width)) = covered.zip(u16::try_from(width).ok()) else {
            return;
        };
        if width > 0 {
            let octets = bundle_octets(covered).unwrap_or_default();
            let full = tile::entries_path(bundle, WIDTH);
            self.compare(tile::entries_path(bundle, width), full, &octets);
        }
    }

    /// The commitments of one bundle's leaves.
    fn commitments(&mut self, first: u64, entries: &[Entry], closed: Option<&Closed>) {
        let mut at = first;
        let end = first.saturating_add(u64::try_from(entries.len()).unwrap_or(0));
        let settled = closed.map_or(end, |closed| closed.settled);
        while at < settled {
            let Some(next) = self.chunk(at, settled, first, entries) else {
                return;
            };
            at = next;
        }
        let Some(closed) = closed else { return };
        for (leaf, second) in (closed.settled..).zip(&closed.seconds) {
            let mut second = second.clone();
            let name = self.names.closed();
            match load_spills(self.engine, self.names, &mut second.run) {
                Ok(()) => self.second(&name, leaf, &second, first, entries),
                Err(_) => self.report.add(name, Fault::WrongCommitments { leaf }),
            }
        }
    }

    /// One commitments object; gives the leaf after it.
    fn chunk(&mut self, at: u64, settled: u64, first: u64, entries: &[Entry]) -> Option<u64> {
        let (bundle, place) = Closed::bundle_of(at);
        let name = self.names.chunk(bundle, place);
        let octets = match self.engine.objects.get(&name) {
            Ok(octets) => octets,
            Err(error) => {
                self.report.add(name, fault_of(&error));
                self.anchor = None;
                return None;
            }
        };
        let chunk = chunk::decode(&octets).filter(|chunk| chunk.first == at);
        let next = chunk.as_ref().and_then(|chunk| {
            let count = u64::try_from(chunk.seconds.len()).ok()?;
            at.checked_add(count).filter(|next| *next <= settled)
        });
        let Some((chunk, next)) = chunk.zip(next) else {
            self.report.add(name, Fault::Malformed);
            self.anchor = None;
            return None;
        };
        for (leaf, second) in (at..).zip(&chunk.seconds) {
            self.second(&name, leaf, second, first, entries);
        }
        self.anchor = Some((name, sha256(&octets)));
        Some(next)
    }

    /// One second: its commitments make its root, and the first after an object anchors it.
    fn second(
        &mut self,
        name: &str,
        leaf: u64,
        second: &ClosedSecond,
        first: u64,
        entries: &[Entry],
    ) {
        if let Some((object, hash)) = self.anchor.take()
            && second.run.all.last() != Some(&hash)
        {
            self.report.add(object, Fault::NotAnchored { leaf });
        }
        if second.run.all.is_empty() {
            return;
        }
        let place = usize::try_from(leaf.saturating_sub(first)).ok();
        let entry = place.and_then(|place| entries.get(place));
        let entry = entry.and_then(|entry| SecondEntry::decode(entry).ok());
        let tree = inner::Tree::new(&second.run.all, &second.cover);
        let root = tree.and_then(|tree| tree.root());
        if root.is_none() || root != entry.map(|entry| entry.root) {
            self.report.add(name, Fault::WrongCommitments { leaf });
        }
        let count = u64::try_from(second.run.all.len()).unwrap_or(0);
        self.report.commitments = self.report.commitments.saturating_add(count);
    }
}
