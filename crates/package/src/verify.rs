//! Verifies a package: offline, with no site, from the octets up to the signed checkpoint.
//!
//! Every bit matters: the container is compared with the one this crate would write, signatures
//! and stamps with the only way of writing them, lists with those the files make. What is
//! recomputed: octets and salts → leaves → seal root → commitment → second's root → ledger entry →
//! checkpoint; the chain of seals; parts; the index; the vault head.
//!
//! Whatever the file holds, the answer is a [`Report`]; memory is bounded by the lists inside.
//! No clock is read: validity is judged at the time of signature and stamp.
//!
//! Rules: `spec/package.md`; decisions 5, 11, 13, 26.
use crate::{
    container::reader::{Container, Fault},
    document::{DocumentError, TrustSheet, VaultHead},
    index::Index,
    layout,
    manifest::File,
    report::{About, Code, Counts, Findings, Fingerprint, Report},
};
use lacre_proof::LogVkey;
use lacre_term::{Digest, Micros};
use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
};

mod coverage;
mod evidence;
mod files;
mod part;
mod signature;

/// What the verifier is told from outside.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The trust sheet that the court holds. Without it the best verdict is *origin not checked*.
    pub trust: Option<TrustSheet>,
    /// A vault head that the court holds: the octets of its document.
    pub head: Option<Vec<u8>>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file could not be read: says nothing about the package.
    #[error("the package could not be read; see that the medium is whole and try again")]
    Unreadable(#[source] io::Error),
    /// What was given as head is none.
    #[error("what was given as vault head is none")]
    Head(#[source] DocumentError),
}

/// Verifies the package in `reader`.
///
/// # Errors
/// [`VerifyError::Unreadable`] when reading fails; [`VerifyError::Head`] when `options.head` is not
/// a vault head. Everything wrong with the package itself is in the report.
pub fn verify<R: Read + Seek>(mut reader: R, options: &Options) -> Result<Report, VerifyError> {
    let court = options.head.as_deref().map(VaultHead::parse).transpose();
    let court = court.map_err(VerifyError::Head)?;
    let length = reader.seek(SeekFrom::End(0)).map_err(VerifyError::Unreadable)?;
    let mut findings = Findings::default();
    let mut faults = vec![];
    let opened = Container::open(reader, &mut faults).map_err(VerifyError::Unreadable)?;
    for fault in faults {
        files::report(&fault, &mut findings);
    }
    let counts = Counts { container_octets: length, ..Counts::default() };
    let Some(container) = opened else { return Ok(findings.close(None, counts, vec![])) };
    let mut checker = Checker::new(container, findings, counts);
    checker.run(options, court.as_ref()).map_err(VerifyError::Unreadable)?;
    Ok(checker.close())
}

/// One seal of the chain.
#[derive(Debug, Clone)]
struct Link {
    hash: Digest,
    /// The communication of its document; none when the document is withheld.
    communication: Option<u64>,
    /// Whether a part or a stub has claimed it.
    claimed: bool,
}

/// The state of one verification.
struct Checker<R> {
    container: Container<R>,
    findings: Findings,
    counts: Counts,
    about: Option<About>,
    fingerprints: Vec<Fingerprint>,
    digests: Vec<Option<Digest>>,
    /// The log key in the package, when it reads.
    vkeys: Vec<LogVkey>,
    chain: Vec<Link>,
    /// Checkpoints that proofs lead to: root by size.
    checkpoints: BTreeMap<u64, Digest>,
    /// Signing time and stamp time, when they hold.
    signed_at: Option<Micros>,
    stamped_at: Option<Micros>,
}

impl<R: Read + Seek> Checker<R> {
    fn new(container: Container<R>, findings: Findings, counts: Counts) -> Self {
        Self {
            container,
            findings,
            counts,
            about: None,
            fingerprints: vec![],
            digests: vec![],
            vkeys: vec![],
            chain: vec![],
            checkpoints: BTreeMap::new(),
            signed_at: None,
            stamped_at: None,
        }
    }

    fn run(&mut self, options: &Options, court: Option<&VaultHead>) -> io::Result<()> {
        let mut faults: Vec<Fault> = vec![];
        self.digests = self.container.digests(&mut faults)?;
        for fault in &faults {
            files::report(fault, &mut self.findings);
        }
        self.counts.files = u64::try_from(self.container.entries.len()).unwrap_or(u64::MAX);
        self.signed_list()?;
        let index = self.index()?;
        if let Some(index) = &index {
            self.sequence(index);
            self.bag_lists(index)?;
        }
        self.signature(index.as_ref())?;
        self.keys(options.trust.as_ref())?;
        let Some(index) = index else { return Ok(()) };
        let head = self.head(&index)?;
        let registration = self.registration(&index)?;
        self.chain(head.as_ref(), registration)?;
        for row in &index.communications {
            self.communication(&index, row)?;
        }
        self.stubs(&index);
        if let Some(head) = &head {
            self.coverage(&index, head);
        }
        if let Some(court) = court {
            self.court_head(&index, court, registration);
        }
        self.notes(&index);
        Ok(())
    }

    fn index(&mut self) -> io::Result<Option<Index>> {
        let Some(octets) = self.file(layout::INDEX_JSON, layout::LIST_OCTETS_MAX)? else {
            return Ok(None);
        };
        match Index::parse(&octets) {
            Ok(index) => {
                self.about = Some(About {
                    case: index.case.clone(),
                    order: index.order.clone(),
                    vault: index.vault.to_hex(),
                    node: index.node.clone(),
                    origin: index.origin.clone(),
                    made_at: index.made_at.clone(),
                    accredited: index.accredited,
                    ..About::default()
                });
                Ok(Some(index))
            }
            Err(why) => {
                self.findings.add(Code::Unreadable, layout::INDEX_JSON, &[&why]);
                Ok(None)
            }
        }
    }

    /// A file in memory; says so when it is missing or too large for its kind.
    fn file(&mut self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let octets = self.container.octets(name, most)?;
        if octets.is_none() {
            if self.container.entry(name).is_some() {
                self.findings.add(Code::Unreadable, name, &["too large"]);
            } else {
                self.missing(name);
            }
        }
        Ok(octets)
    }

    fn missing(&mut self, name: &str) {
        if !self.findings.names(name) {
            self.findings.add(Code::Missing, name, &[]);
        }
    }

    /// The files as they are, in their places; those that could not be read are left out.
    fn files(&self) -> impl Iterator<Item = File<'_>> {
        self.container.entries.iter().zip(&self.digests).filter_map(|(entry, digest)| {
            Some(File { name: &entry.name, size: entry.size, digest: (*digest)? })
        })
    }

    fn digest(&self, name: &str) -> Option<Digest> {
        self.files().find(|file| file.name == name).map(|file| file.digest)
    }

    fn notes(&mut self, index: &Index) {
        if !index.accredited {
            self.findings.add(Code::NotAccredited, "", &[]);
        }
        if self.counts.derivatives > 0 {
            let count = self.counts.derivatives.to_string();
            self.findings.add(Code::Derivatives, "", &[&count]);
        }
        if self.checkpoints.len() > 1 {
            let count = self.checkpoints.len().to_string();
            self.findings.add(Code::ManyCheckpoints, "", &[&count]);
        }
        self.findings.add(Code::FirstBatch, "", &[]);
    }

    fn close(mut self) -> Report {
        if let Some(about) = &mut self.about {
            about.signed_at = self.signed_at.map(Micros::rfc3339);
            about.stamped_at = self.stamped_at.map(Micros::rfc3339);
            let points = self.checkpoints.iter();
            about.checkpoints = points.map(|(size, root)| format!("{size} {root}")).collect();
        }
        self.findings.close(self.about, self.counts, self.fingerprints)
    }
}
