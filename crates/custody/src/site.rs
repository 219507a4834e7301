//! A site: its engine, its keys, its ledger, and whether it is unsealed.
//!
//! What receiving needs is wrapped to the machine and opens by itself; the root, which reads the
//! past, is only here after k of n people brought their shares (a `--dev` site keeps its one share
//! inside, and says so everywhere).
//!
//! Rules: DESIGN decisions 6, 8, 10, 12, 13; `spec/key-hierarchy.md`, `spec/trust-sheet.md`.
use crate::clock;
use crate::error::CustodyError;
use crate::filing::{self, Document};
use lacre_ledger::Ledger;
use lacre_package::document::{TrustSheet, TrustedLog, TrustedTsa};
use lacre_package::sign::{Names, SiteIdentity, Validity};
use lacre_proof::note::LogKey;
use lacre_store::Engine;
use lacre_term::{Digest, Micros, Secret, VaultId};
use lacre_vault::{
    CourtKeyPair, CourtPublic, Drawer, MachineKey, Root, Share, SiteKeys, VaultPublic, provider,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What is said of the site in the head `site`; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Always `lacre.site/1`.
    pub schema: String,
    /// True when the site's one share lies inside it.
    pub dev: bool,
    /// Node name, part of the log's origin.
    pub node: String,
    /// Origin of the node's log.
    pub origin: String,
    /// When it was made.
    pub created_at: String,
    /// Shares made, and how many unseal.
    pub shares: u8,
    /// Shares needed.
    pub threshold: u8,
    /// The court's two public quarantine keys, as text.
    pub courts: [String; 2],
}

/// How to make a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Name in certificates and in the log's origin: `[a-z0-9.-]`, 1 to 60 octets.
    pub name: String,
    /// A site for trying things out: its share stays inside.
    pub dev: bool,
    /// Shares to make.
    pub shares: u8,
    /// Shares needed to unseal.
    pub threshold: u8,
}

/// What leaves the house when a site is made, and is kept nowhere in it.
pub struct Handover {
    /// The shares of the root, one a person; empty for a `--dev` site.
    pub shares: Vec<String>,
    /// The court's two quarantine keys.
    pub court_keys: [String; 2],
    /// The trust sheet, to be lodged with the court.
    pub trust: Vec<u8>,
}

/// An open site.
pub struct Site {
    /// The ports it stands on.
    pub engine: Engine,
    pub(crate) machine: MachineKey,
    pub(crate) keys: SiteKeys,
    pub(crate) ledger: Ledger,
    pub(crate) courts: [CourtPublic; 2],
    facts: Facts,
    root: RwLock<Option<Arc<Root>>>,
    publics: Mutex<HashMap<VaultId, VaultPublic>>,
    /// When the log last published a checkpoint, in microseconds; 0 before the first.
    published_at: AtomicI64,
    /// True when something may wait to be entered.
    queued: AtomicBool,
    /// One act at a time: their numbers are dense.
    pub(crate) acts: Mutex<()>,
}

const SITE: &str = "site";
const TRUST: &str = "trust";
const LOG_KEY: &str = "log.key";
const PAD_KEY: &str = "pad.key";
const IDENTITY: &str = "identity.sealed";
const QUEUED: &str = "unentered/";
const DEV_SHARE: &str = "dev.share";
/// Certificates of a site are good for ten years; renewal is a new trust sheet.
const VALID_DAYS: i64 = 3652;

fn broken<E: std::fmt::Display>(error: E) -> CustodyError {
    CustodyError::Broken(error.to_string())
}

impl Site {
    /// Makes a site on an empty engine.
    ///
    /// # Errors
    /// [`CustodyError::Input`] for a bad plan; [`CustodyError::Key`] when a site is already there.
    pub fn create(
        engine: Engine,
        plan: &Plan,
        now: Micros,
    ) -> Result<(Self, Handover), CustodyError> {
        check_plan(plan)?;
        if engine.heads.read(SITE)?.is_some() {
            return Err(CustodyError::Input(
                "there is a site here already: choose an empty folder; nothing was changed".into(),
            ));
        }
        let machine = MachineKey::create(engine.keys.as_ref())?;
        let root = Root::generate()?;
        let keys = SiteKeys::create(&engine, &root)?;
        let shares = root.split(plan.shares, plan.threshold).map_err(broken)?;
        let texts: Vec<String> = shares.iter().map(|share| share.to_text().to_string()).collect();
        let [first, second] = [CourtKeyPair::generate()?, CourtKeyPair::generate()?];
        let node = "node-1".to_owned();
        let origin = format!("{}/{node}", plan.name);
        let names = Names {
            country: "ES".into(),
            organisation: "Lacre".into(),
            site: plan.name.chars().take(40).collect(),
        };
        let validity =
            Validity { from: now.plus_seconds(-60), until: now.plus_seconds(VALID_DAYS * 86_400) };
        let identity = SiteIdentity::generate(&names, validity).map_err(broken)?;
        let seed = provider::random_secret()?;
        let pad = provider::random_secret()?;
        put_secret(&engine, &machine, LOG_KEY, &seed)?;
        put_secret(&engine, &machine, PAD_KEY, &pad)?;
        let sealed = keys.seal(Drawer::Register, IDENTITY, &identity.to_secret_octets())?;
        engine.keys.replace(IDENTITY, &sealed)?;
        if plan.dev {
            engine.keys.replace(DEV_SHARE, texts.join("\n").as_bytes())?;
        }
        let key = LogKey::new(&origin, &seed).map_err(broken)?;
        let vkey = key.vkey().to_string();
        let ledger = Ledger::create(&engine, &origin, key, pad)?;
        let facts = Facts {
            schema: "lacre.site/1".into(),
            dev: plan.dev,
            node,
            origin: origin.clone(),
            created_at: now.rfc3339(),
            shares: plan.shares,
            threshold: plan.threshold,
            courts: [first.public().to_text(), second.public().to_text()],
        };
        let trust = TrustSheet {
            schema: TrustSheet::SCHEMA.to_owned(),
            site: plan.name.clone(),
            logs: vec![TrustedLog { origin, vkey }],
            seal_cas: vec![identity.seal_ca_pem()],
            tsa_cas: vec![TrustedTsa { pem: identity.tsa_ca_pem(), self_asserted: true }],
            witnesses: Vec::new(),
            quorum: 0,
        };
        let trust = trust.to_octets().map_err(broken)?;
        put_head(&engine, TRUST, &trust)?;
        put_head(&engine, SITE, &serde_json::to_vec(&facts).map_err(broken)?)?;
        let publics = [first.public(), second.public()];
        let handover = Handover {
            shares: if plan.dev { Vec::new() } else { texts },
            court_keys: [first.private_text().to_string(), second.private_text().to_string()],
            trust,
        };
        let site = Self::assemble(engine, machine, keys, ledger, publics, facts);
        if plan.dev {
            *site.root.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(root));
        }
        site.note("site_made", &serde_json::json!({"dev": plan.dev}), now)?;
        Ok((site, handover))
    }

    /// Opens a site. A `--dev` site is unsealed by its own share.
    ///
    /// # Errors
    /// [`CustodyError::Input`] when there is no site; damage and key errors by name.
    pub fn open(engine: Engine) -> Result<Self, CustodyError> {
        let head = engine.heads.read(SITE)?.ok_or_else(|| {
            CustodyError::Input("there is no site here: make one with `lacre init DIR`".into())
        })?;
        let facts: Facts = serde_json::from_slice(&head.value).map_err(|_| {
            CustodyError::Damaged { key: SITE.into(), what: "is not a site's facts" }
        })?;
        let machine = MachineKey::load(engine.keys.as_ref())?;
        let keys = SiteKeys::load(&engine)?;
        let seed = get_secret(&engine, &machine, LOG_KEY)?;
        let pad = get_secret(&engine, &machine, PAD_KEY)?;
        let key = LogKey::new(&facts.origin, &seed).map_err(broken)?;
        let ledger = Ledger::open(&engine, &facts.origin, key, pad)?;
        let court = |text: &String| {
            CourtPublic::parse(text).map_err(|_| CustodyError::Damaged {
                key: SITE.into(),
                what: "names a court key that is not one",
            })
        };
        let [first, second] = &facts.courts;
        let courts = [court(first)?, court(second)?];
        let site = Self::assemble(engine, machine, keys, ledger, courts, facts);
        if site.facts.dev {
            let text = site.engine.keys.read(DEV_SHARE)?;
            let text = String::from_utf8(text).map_err(broken)?;
            let root = site.combine(&text.lines().map(str::to_owned).collect::<Vec<_>>())?;
            *site.root.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(root));
        }
        Ok(site)
    }

    fn assemble(
        engine: Engine,
        machine: MachineKey,
        keys: SiteKeys,
        ledger: Ledger,
        courts: [CourtPublic; 2],
        facts: Facts,
    ) -> Self {
        let publics = Mutex::new(HashMap::new());
        let (root, acts) = (RwLock::new(None), Mutex::new(()));
        // At opening something may wait from the run before.
        let (published_at, queued) = (AtomicI64::new(0), AtomicBool::new(true));
        Self {
            engine,
            machine,
            keys,
            ledger,
            courts,
            facts,
            root,
            publics,
            published_at,
            queued,
            acts,
        }
    }

    /// What is said of the site.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// This node's name.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.facts.node
    }

    /// True for a site that unseals itself.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.facts.dev
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The trust sheet, as lodged with the court.
    ///
    /// # Errors
    /// The engine's refusal.
    pub fn trust_sheet(&self) -> Result<Vec<u8>, CustodyError> {
        let head = self.engine.heads.read(TRUST)?;
        head.map(|head| head.value)
            .ok_or(CustodyError::Damaged { key: TRUST.into(), what: "is missing" })
    }

    /// Puts shares together, enters that it was done, and keeps the root while this process lives.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] when they are too few, wrong or another site's.
    pub fn unseal(&self, shares: &[String], now: Micros) -> Result<(), CustodyError> {
        let root = self.combine(shares)?;
        self.note("unsealed", &serde_json::json!({ "shares": shares.len() }), now)?;
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(root));
        Ok(())
    }

    fn combine(&self, shares: &[String]) -> Result<Root, CustodyError> {
        let refused = |why: String| CustodyError::Refused {
            what: "the site stays sealed".into(),
            why,
            remedy: format!("bring {} different shares of this site", self.facts.threshold),
        };
        let parsed: Vec<Share> = shares
            .iter()
            .map(|text| Share::parse(text.trim()))
            .collect::<Result<_, _>>()
            .map_err(|error| refused(error.to_string()))?;
        self.keys.unseal(&parsed).map_err(|error| refused(error.to_string()))
    }

    /// Forgets the root: the site receives and refuses every read.
    pub fn seal(&self) {
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// True when reading is possible.
    #[must_use]
    pub fn is_unsealed(&self) -> bool {
        self.root.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The root, lent for one call.
    pub(crate) fn root(&self) -> Result<Arc<Root>, CustodyError> {
        let root = self.root.read().unwrap_or_else(PoisonError::into_inner).clone();
        root.ok_or_else(|| CustodyError::Refused {
            what: "nothing is read".into(),
            why: "the site is sealed".into(),
            remedy: format!(
                "unseal it with {} of its {} shares: `lacre unseal`",
                self.facts.threshold, self.facts.shares
            ),
        })
    }

    /// The signing identity, opened with the root.
    pub(crate) fn identity(&self) -> Result<SiteIdentity, CustodyError> {
        let root = self.root()?;
        let sealed = self.engine.keys.read(IDENTITY)?;
        let octets = self.keys.open(&root, Drawer::Register, IDENTITY, &sealed)?;
        SiteIdentity::from_secret_octets(&octets).map_err(broken)
    }

    /// The public key of `vault`, remembered: intake asks for each new part.
    pub(crate) fn vault_public(&self, vault: VaultId) -> Result<VaultPublic, CustodyError> {
        let mut publics = self.publics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(public) = publics.get(&vault) {
            return Ok(*public);
        }
        let public = self.keys.vault_public(vault)?;
        publics.insert(vault, public);
        Ok(public)
    }

    /// Enters commitments; they are durable in the sequencer when this returns.
    pub(crate) fn enter(&self, commitments: &[Digest], now: Micros) -> Result<(), CustodyError> {
        if !commitments.is_empty() {
            self.ledger.enter(commitments, now)?;
        }
        Ok(())
    }

    /// Enters commitments, or, while the ledger is unable, keeps them as an object that
    /// [`Site::enter_queued`] takes up, now or after a restart (decision 12).
    pub(crate) fn enter_or_queue(
        &self,
        commitments: &[Digest],
        now: Micros,
    ) -> Result<(), CustodyError> {
        match self.enter(commitments, now) {
            Ok(()) => Ok(()),
            Err(_) => self.queue(commitments),
        }
    }

    /// Keeps commitments for later.
    pub(crate) fn queue(&self, commitments: &[Digest]) -> Result<(), CustodyError> {
        if commitments.is_empty() {
            return Ok(());
        }
        let octets: Vec<u8> = commitments.iter().flat_map(|digest| digest.0).collect();
        // Later names sort later: what waited longest goes first.
        let key = format!("{QUEUED}{:016x}-{}", clock::now().0, Digest(provider::random()?));
        self.queued.store(true, Ordering::Relaxed);
        let put = self.engine.objects.put(&key, &octets);
        put.map_err(|source| CustodyError::Put { key, source })
    }

    /// Enters what waited, and that it waited.
    pub(crate) fn enter_queued(&self, now: Micros) -> Result<(), CustodyError> {
        if !self.queued.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        for key in self.engine.objects.list(QUEUED)? {
            let got = self.engine.objects.get(&key);
            let octets = got.map_err(|source| CustodyError::Get { key: key.clone(), source })?;
            let mut commitments: Vec<Digest> =
                octets.as_chunks::<32>().0.iter().copied().map(Digest).collect();
            let waited =
                serde_json::json!({"schema": "lacre.delay/1", "entries": commitments.len()});
            commitments.push(Document::of(&waited)?.commitment());
            if let Err(error) = self.enter(&commitments, now) {
                self.queued.store(true, Ordering::Relaxed);
                return Err(error);
            }
            // Entered twice after a crash here is harmless: the commitment is the same.
            self.engine.objects.delete(&key).map_err(broken)?;
        }
        Ok(())
    }

    /// True when the ledger holds `commitment`, in a leaf not before `since`.
    pub(crate) fn is_entered(
        &self,
        commitment: &Digest,
        since: Micros,
    ) -> Result<bool, CustodyError> {
        let second = u64::try_from(since.seconds().saturating_sub(2)).unwrap_or(0);
        Ok(self.ledger.locate(commitment, second)?.is_some())
    }

    /// Lets the ledger close its seconds; a failure shows at the next entry.
    pub fn tick(&self, now: Micros) {
        if self.ledger.tick(now).is_ok() {
            self.published_at.store(now.0, Ordering::Relaxed);
        }
    }

    /// A secret of this machine kept in `keys/`, made by `make` the first time: the handover
    /// port's own TLS key.
    ///
    /// # Errors
    /// The engine's refusal, or what `make` says.
    pub fn machine_secret<E: Into<CustodyError>>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, CustodyError> {
        match self.engine.keys.read(name) {
            Ok(wrapped) => Ok(self.machine.unwrap(name, &wrapped)?),
            Err(lacre_store::DiskError::NotFound { .. }) => {
                let secret = make().map_err(Into::into)?;
                self.engine.keys.replace(name, &self.machine.wrap(name, &secret)?)?;
                Ok(secret)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// When this process last published a checkpoint.
    #[must_use]
    pub fn published_at(&self) -> Option<Micros> {
        let at = self.published_at.load(Ordering::Relaxed);
        (at != 0).then_some(Micros(at))
    }

    /// Waits for the running second to end, at most a second, so that everything entered is under
    /// a checkpoint: what a proof needs.
    ///
    /// # Errors
    /// The ledger's refusal.
    pub fn settle_ledger(&self) -> Result<(), CustodyError> {
        let begun = clock::now();
        let next = Micros::from_seconds(begun.seconds().saturating_add(1));
        while clock::now() < next {
            let left = u64::try_from(next.0.saturating_sub(clock::now().0)).unwrap_or(0);
            std::thread::sleep(std::time::Duration::from_micros(left.min(1_000_000)));
        }
        Ok(self.ledger.tick(clock::now())?)
    }

    /// The proof that `commitment` was entered, or `None` when the log does not hold it.
    ///
    /// # Errors
    /// The ledger's refusal.
    pub fn prove(
        &self,
        commitment: &Digest,
    ) -> Result<Option<lacre_proof::CommitmentProof>, CustodyError> {
        match self.ledger.locate(commitment, 0)? {
            Some(at) => Ok(Some(self.ledger.prove(commitment, at)?)),
            None => Ok(None),
        }
    }

    /// Derives the whole log again from its entries and compares.
    #[must_use]
    pub fn audit(&self) -> lacre_ledger::audit::AuditReport {
        lacre_ledger::audit::audit(&self.engine, self.ledger.vkey())
    }

    /// Enters an administrative event: a start, a stop, a refused session.
    ///
    /// # Errors
    /// As [`filing::file`]; no entry, no effect.
    pub fn note(
        &self,
        event: &str,
        facts: &serde_json::Value,
        now: Micros,
    ) -> Result<(), CustodyError> {
        crate::act::enter(
            self,
            &crate::act::Act {
                person: "site".into(),
                role: "site".into(),
                kind: event.to_owned(),
                object: facts.clone(),
                reason: None,
            },
            now,
        )
        .map(|_| ())
    }

    pub(crate) fn file(
        &self,
        drawer: Drawer,
        key: &str,
        document: &Document,
    ) -> Result<filing::Slip, CustodyError> {
        filing::file(&self.engine, &self.machine, &self.keys, drawer, key, [0; 16], document)
    }
}

fn check_plan(plan: &Plan) -> Result<(), CustodyError> {
    let good_name = (1..=60).contains(&plan.name.len())
        && plan.name.bytes().all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'/'));
    if !good_name {
        return Err(CustodyError::Input(format!(
            "site name {:?} must be 1 to 60 of a-z, 0-9, dot, hyphen, slash",
            plan.name
        )));
    }
    if plan.threshold == 0 || plan.threshold > plan.shares {
        return Err(CustodyError::Input(format!(
            "{} of {} shares cannot unseal: choose a threshold from 1 to the number of shares",
            plan.threshold, plan.shares
        )));
    }
    if !plan.dev && plan.threshold < 2 {
        return Err(CustodyError::Input(
            "one share must not unseal alone: choose a threshold of 2 or more, or --dev".into(),
        ));
    }
    Ok(())
}

fn put_secret(
    engine: &Engine,
    machine: &MachineKey,
    name: &str,
    secret: &Secret,
) -> Result<(), CustodyError> {
    let wrapped = machine.wrap(name, secret.expose())?;
    Ok(engine.keys.replace(name, &wrapped)?)
}

fn get_secret(engine: &Engine, machine: &MachineKey, name: &str) -> Result<Secret, CustodyError> {
    let wrapped = engine.keys.read(name)?;
    let octets = machine.unwrap(name, &wrapped)?;
    let octets: [u8; 32] = octets
        .try_into()
        .map_err(|_| CustodyError::Damaged { key: name.into(), what: "is not a key" })?;
    Ok(Secret::new(octets))
}

fn put_head(engine: &Engine, name: &str, value: &[u8]) -> Result<(), CustodyError> {
    engine
        .heads
        .swap(name, None, value)
        .map(|_| ())
        .map_err(|source| CustodyError::Swap { name: name.into(), source })
}
