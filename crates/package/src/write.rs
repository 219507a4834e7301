//! Writes a package: originals first, then what describes them, then what signs it.
//!
//! Streaming: communications and PDUs come from iterators and go straight out; what stays in
//! memory is the index, the chain and a hash per file. The output is a function of the contents
//! and the signing keys: the same twice gives the same octets but for the signatures.
//!
//! Rules: `spec/package.md`; decisions 13, 26.
use crate::{
    committed::{self, Committed},
    container::writer::Writer,
    document::{DocumentError, Seal, VaultHead},
    index::{self, Header, PartRow, Row, StubRow, StubSeal},
    layout,
    manifest::{self, File},
    sign::{SignError, SiteIdentity},
};
use lacre_proof::LogVkey;
use lacre_term::{Digest, Micros};
use std::io::{self, Read, Seek, Write};

mod pages;
mod part;

/// Whatever went wrong where contents come from.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;
/// One PDU after another, in number order from 0.
pub type Records<'a> = Box<dyn Iterator<Item = Result<Record, SourceError>> + 'a>;

/// What a package is made of.
pub struct Contents<'a> {
    /// When it is made: signing time and stamp time.
    pub made_at: Micros,
    /// Whether a court role has confirmed the order; otherwise it is marked *not accredited*.
    pub accredited: bool,
    /// The vault head entered for this package ([`VaultHead`]); names case, order, vault, node.
    pub head: Committed,
    /// The document that registered the order: what seal number 0 follows.
    pub registration: Registration,
    /// The order's JSON as it was registered.
    pub order: Vec<u8>,
    /// The judge's signed file, when there is one.
    pub order_document: Option<OrderDocument>,
    /// Key of the log of this node.
    pub log_vkey: LogVkey,
    /// Every seal of the chain, in order, number 0 first.
    pub chain: Box<dyn Iterator<Item = Result<ChainLink, SourceError>> + 'a>,
    /// Communications in order of `n`.
    pub communications: Box<dyn Iterator<Item = Result<Communication<'a>, SourceError>> + 'a>,
    /// Communications withheld, in order of `n`.
    pub stubs: Vec<Stub>,
}

/// The registration of the order.
pub struct Registration {
    /// The document's octets.
    pub octets: Vec<u8>,
    /// Its salt and proof, when the register entry is to be shown in the ledger as well.
    pub entered: Option<([u8; 32], lacre_proof::CommitmentProof)>,
}

/// The judge's document.
pub struct OrderDocument {
    /// Extension of the file: `pdf`, `xsig`, …; letters and digits.
    pub extension: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

/// One seal of the chain.
pub enum ChainLink {
    /// Its document.
    Shown(Vec<u8>),
    /// Its number and the hash of its document, which is withheld.
    Withheld {
        /// Its number.
        number: u64,
        /// SHA-256 of the document.
        hash: Digest,
    },
}

/// One communication.
pub struct Communication<'a> {
    /// Its number within the case.
    pub n: u64,
    /// The row as `lacre communications --json` gives it: a JSON object.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Its parts, in order.
    pub parts: Vec<Part<'a>>,
    /// Playable derivatives.
    pub derivatives: Vec<Derivative<'a>>,
}

/// One part.
pub struct Part<'a> {
    /// Its seal ([`Seal`]).
    pub seal: Committed,
    /// Its PDUs. Called twice, and must give the same both times.
    pub records: Box<dyn FnMut() -> Result<Records<'a>, SourceError> + 'a>,
}

/// One PDU as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number within the part.
    pub number: u64,
    /// When we received it.
    pub received_at: Micros,
    /// Which peer delivered it, as in the leaf.
    pub peer: String,
    /// The leaf's salt.
    pub salt: [u8; 16],
    /// The PS-PDU, bit for bit.
    pub octets: Vec<u8>,
}

/// A derivative: made from the octets, can be made again.
pub struct Derivative<'a> {
    /// Its file name: `audio.wav`, `packets.pcapng`, `text.txt`.
    pub name: String,
    /// Octets it has.
    pub size: u64,
    /// Where they come from.
    pub octets: Box<dyn Read + 'a>,
}

impl Derivative<'_> {
    /// A derivative that is in memory.
    #[must_use]
    pub fn of(name: &str, octets: Vec<u8>) -> Self {
        let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        Self { name: name.into(), size, octets: Box::new(io::Cursor::new(octets)) }
    }
}

/// A communication that is withheld, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// Its number within the case.
    pub n: u64,
    /// `privileged`, `out_of_scope`, `excluded`, …
    pub reason: String,
    /// Number in the chain, hash of the seal's document and commitment of each of its parts.
    pub seals: Vec<(u64, Digest, Digest)>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Octets of the container.
    pub octets: u64,
    /// Files in it.
    pub files: u64,
    /// Communications in it, not counting those withheld.
    pub communications: u64,
    /// Communications withheld.
    pub withheld: u64,
    /// Parts in it.
    pub parts: u64,
    /// PDUs in it.
    pub pdus: u64,
}

/// Why no package was written. What stands in the output then is not a package.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The output failed.
    #[error("could not write the package; see that there is room and write again")]
    Output(#[source] io::Error),
    /// A source of contents failed.
    #[error("could not get {what}; nothing was packaged")]
    Source {
        /// What was being read.
        what: String,
        /// Its error.
        #[source]
        source: SourceError,
    },
    /// A document does not read.
    #[error("a document does not read; nothing was packaged")]
    Document(#[from] DocumentError),
    /// A list could not be written as JSON.
    #[error("the index cannot be written as JSON")]
    Index(#[from] serde_json::Error),
    /// Contents contradict each other.
    #[error("{place}: {why}; nothing was packaged")]
    Contradiction {
        /// Where.
        place: String,
        /// What does not fit.
        why: &'static str,
    },
    /// Could not be signed.
    #[error("the package could not be signed")]
    Sign(#[from] SignError),
}

impl WriteError {
    fn contradiction(place: impl Into<String>, why: &'static str) -> Self {
        Self::Contradiction { place: place.into(), why }
    }

    fn source(what: impl Into<String>) -> impl FnOnce(SourceError) -> Self {
        let what = what.into();
        |source| Self::Source { what, source }
    }
}

/// Writes a package from its first octet on. Whoever wants it to leave uses [`crate::make`], which
/// also verifies it.
///
/// # Errors
/// [`WriteError`]; the output is then to be thrown away.
pub fn write<W: Write + Seek>(
    out: W,
    contents: Contents<'_>,
    identity: &SiteIdentity,
) -> Result<Written, WriteError> {
    let head = VaultHead::parse(&contents.head.octets)?;
    for (what, text) in [("case", &head.case), ("order", &head.order), ("node", &head.node)] {
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(WriteError::contradiction(what, "empty or with control characters"));
        }
    }
    let mut out = Out { writer: Writer::new(out), pdus: 0, parts: 0 };
    out.file(layout::MIMETYPE, layout::MIMETYPE_TEXT.as_bytes())?;
    let mut rows: Vec<Row> = vec![];
    for communication in contents.communications {
        let communication = communication.map_err(WriteError::source("a communication"))?;
        if rows.last().is_some_and(|last| last.n >= communication.n) {
            let place = format!("communication {}", communication.n);
            return Err(WriteError::contradiction(place, "communications come in order of n"));
        }
        rows.push(out.communication(communication)?);
    }
    let stubs: Vec<_> = contents.stubs.into_iter().map(stub_row).collect();
    let document = contents.order_document.as_ref().map(|file| {
        let name = format!("document.{}", file.extension);
        layout::is_plain_file(&name).then_some(name).ok_or_else(|| {
            WriteError::contradiction("the order's document", "its extension is not plain")
        })
    });
    let document = document.transpose()?;
    let agent = concat!("lacre ", env!("CARGO_PKG_VERSION"));
    let header = Header {
        schema: index::SCHEMA,
        case: &head.case,
        order: &head.order,
        vault: head.vault,
        node: &head.node,
        origin: &head.origin,
        made_at: contents.made_at.rfc3339(),
        agent,
        accredited: contents.accredited,
        order_document: document.as_deref(),
        registration_entered: contents.registration.entered.is_some(),
    };
    out.file(layout::INDEX_JSON, &index::write(&header, &rows, &stubs)?)?;
    out.file(layout::INDEX_CSV, index::table(&rows, &stubs).as_bytes())?;
    out.chain(contents.chain)?;
    out.committed(layout::HEAD, &contents.head)?;
    out.file(layout::ORDER, &contents.order)?;
    out.registration(contents.registration)?;
    if let (Some(name), Some(file)) = (&document, &contents.order_document) {
        out.file(&format!("data/order/{name}"), &file.octets)?;
    }
    out.file(layout::VKEY, format!("{}\n", contents.log_vkey).as_bytes())?;
    out.file(layout::SEAL_CA, identity.seal_ca_pem().as_bytes())?;
    out.file(layout::TSA_CA, identity.tsa_ca_pem().as_bytes())?;
    let facts = pages::Facts {
        head: &head,
        made_at: contents.made_at,
        accredited: contents.accredited,
        communications: rows.len(),
        withheld: stubs.len(),
        parts: out.parts,
        pdus: out.pdus,
        fingerprints: identity.fingerprints(),
    };
    out.bag(&header, contents.made_at, &facts)?;
    out.sign(identity, contents.made_at)?;
    out.finish(rows.len(), stubs.len())
}

fn stub_row(stub: Stub) -> StubRow {
    let seals = stub.seals.into_iter();
    StubRow {
        n: stub.n,
        reason: stub.reason,
        seals: seals
            .map(|(number, seal, commitment)| StubSeal { number, seal, commitment })
            .collect(),
    }
}

/// The package being written.
struct Out<W: Write + Seek> {
    writer: Writer<W>,
    parts: u64,
    pdus: u64,
}

impl<W: Write + Seek> Out<W> {
    fn file(&mut self, name: &str, octets: &[u8]) -> Result<Digest, WriteError> {
        if let Some(why) = layout::name_fault(name) {
            return Err(WriteError::contradiction(name, why));
        }
        self.writer.octets(name, octets).map_err(WriteError::Output)
    }

    fn committed(
        &mut self,
        place: layout::Committed<'_>,
        document: &Committed,
    ) -> Result<Digest, WriteError> {
        let digest = self.file(&place.document(), &document.octets)?;
        self.proof(place, &document.salt, &document.proof)?;
        Ok(digest)
    }

    fn proof(
        &mut self,
        place: layout::Committed<'_>,
        salt: &[u8; 32],
        proof: &lacre_proof::CommitmentProof,
    ) -> Result<(), WriteError> {
        self.file(&place.salt(), committed::salt_text(salt).as_bytes())?;
        self.file(&place.inner(), committed::inner_text(proof)?.as_bytes())?;
        self.file(&place.tlog_proof(), proof.tlog.to_text().as_bytes())?;
        Ok(())
    }

    fn communication(&mut self, communication: Communication<'_>) -> Result<Row, WriteError> {
        let n = communication.n;
        let mut parts: Vec<PartRow> = vec![];
        for (at, part) in (1_u64..).zip(communication.parts) {
            parts.push(self.part(n, at, part)?);
        }
        let directory = layout::communication(n);
        let mut derivatives = vec![];
        for mut derivative in communication.derivatives {
            let place = format!("{directory}/{}", derivative.name);
            if !layout::is_plain_file(&derivative.name) {
                return Err(WriteError::contradiction(place, "its name is not a plain file name"));
            }
            let whole = self
                .writer
                .stream(&place, derivative.size, &mut derivative.octets)
                .map_err(WriteError::Output)?;
            if whole.is_none() {
                return Err(WriteError::contradiction(place, "it has not the size it said"));
            }
            derivatives.push(derivative.name);
        }
        Ok(Row { n, parts, derivatives, facts: communication.facts })
    }

    fn chain(
        &mut self,
        links: Box<dyn Iterator<Item = Result<ChainLink, SourceError>> + '_>,
    ) -> Result<(), WriteError> {
        let mut text = vec![];
        for link in links {
            match link.map_err(WriteError::source("a seal of the chain"))? {
                ChainLink::Shown(octets) => {
                    Seal::parse(&octets)?;
                    if octets.contains(&b'\n') {
                        let why = "a seal's document is one line";
                        return Err(WriteError::contradiction(layout::CHAIN, why));
                    }
                    text.extend_from_slice(&octets);
                }
                ChainLink::Withheld { number, hash } => {
                    text.extend_from_slice(withheld_line(number, &hash).as_bytes());
                }
            }
            text.push(b'\n');
        }
        self.file(layout::CHAIN, &text)?;
        Ok(())
    }

    fn registration(&mut self, registration: Registration) -> Result<(), WriteError> {
        self.file(&layout::REGISTRATION.document(), &registration.octets)?;
        if let Some((salt, proof)) = &registration.entered {
            self.proof(layout::REGISTRATION, salt, proof)?;
        }
        Ok(())
    }

    /// BagIt's files and the pages for people.
    fn bag(
        &mut self,
        header: &Header<'_>,
        made_at: Micros,
        facts: &pages::Facts<'_>,
    ) -> Result<(), WriteError> {
        self.file(layout::BAGIT, layout::BAGIT_TEXT.as_bytes())?;
        let info = manifest::info(self.files(), made_at, header.agent, header.order);
        self.file(layout::BAG_INFO, info.as_bytes())?;
        let payload = manifest::payload(self.files());
        self.file(layout::MANIFEST, payload.as_bytes())?;
        self.file(layout::LEEME, pages::spanish(facts).as_bytes())?;
        self.file(layout::README, pages::english(facts).as_bytes())?;
        let tags = manifest::tags(self.files());
        self.file(layout::TAG_MANIFEST, tags.as_bytes())?;
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = File<'_>> {
        let filed = self.writer.filed.iter();
        filed.map(|file| File { name: &file.name, size: file.size, digest: file.digest })
    }

    fn sign(&mut self, identity: &SiteIdentity, at: Micros) -> Result<(), WriteError> {
        let manifest = manifest::asic(self.files());
        let signature = identity.sign(manifest.as_bytes(), at)?;
        let stamp = identity.stamp(&signature, at)?;
        self.file(layout::ASIC_MANIFEST, manifest.as_bytes())?;
        self.file(layout::SIGNATURE, &signature)?;
        self.file(layout::STAMP, &stamp)?;
        Ok(())
    }

    fn finish(self, communications: usize, withheld: usize) -> Result<Written, WriteError> {
        let count = |of: usize| u64::try_from(of).unwrap_or(u64::MAX);
        let files = count(self.writer.filed.len());
        if files > layout::ENTRIES_MAX {
            let why = "more than 4,000,000 files; package fewer communications at a time";
            return Err(WriteError::contradiction("the package", why));
        }
        Ok(Written {
            files,
            communications: count(communications),
            withheld: count(withheld),
            parts: self.parts,
            pdus: self.pdus,
            octets: self.writer.finish().map_err(WriteError::Output)?,
        })
    }
}

/// The line of a seal that is withheld.
pub(crate) fn withheld_line(number: u64, hash: &Digest) -> String {
    format!("{{\"number\":{number},\"hash\":\"{hash}\"}}")
}
