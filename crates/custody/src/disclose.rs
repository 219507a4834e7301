//! Disclose: the court's package of an order, and the vault head handed to the court.
//!
//! The act is entered first; what is open is sealed up to the cut; the vault head is entered; then
//! everything is written, and verified before it leaves.
//!
//! Rules: DESIGN decisions 5, 12, 13, 26; `spec/package.md`.
use crate::browse::{Folded, beyond_scope, scope_of};
use crate::chain;
use crate::derive;
use crate::error::CustodyError;
use crate::filing::Document;
use crate::house::{House, lock};
use crate::intake::part::Ending;
use crate::opened::{OpenVault, PartView};
use crate::register::Author;
use crate::site::Site;
use lacre_ledger::PublishedCheckpoint;
use lacre_package::document::{TrustSheet, VaultHead};
use lacre_package::write::{
    ChainLink, Communication, Contents, Derivative, OrderDocument, Part, Record, Records,
    Registration, SourceError, Stub,
};
use lacre_package::{Committed, Package};
use lacre_term::{Digest, Micros, VaultId};
use lacre_vault::{Drawer, PartKeys};
use lacre_warrant::{Change, Order, Register};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, Write};
use std::rc::Rc;

impl House {
    /// Writes the package of `order` into an empty file and verifies it.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed or outside `--dev`; [`CustodyError::Package`] when it
    /// could not be made whole: the file is then to be thrown away.
    pub fn make_package<F: Read + Write + Seek>(
        &self,
        order: &str,
        file: F,
        author: &Author,
        now: Micros,
    ) -> Result<Package, CustodyError> {
        let root = self.refuse_outside_dev()?;
        let object = serde_json::json!({ "order": order });
        self.act("package_made", object, author, now)?;
        let head = self.enter_head(order, Ending::Cut, now)?;
        self.site.settle_ledger()?;
        let register = self.full_register()?;
        let order = register
            .order(order)
            .ok_or_else(|| CustodyError::Broken("an order just seen is not there".into()))?;
        let mut vault = self.open_vault(&root, order)?;
        // What came after the cut is another package's.
        vault.keep_sealed_before(head.0.seals);
        let identity = self.site.identity()?;
        let trust = TrustSheet::parse(&self.site.trust_sheet()?)
            .map_err(|error| CustodyError::Package(error.to_string()))?;
        let under = self.site.ledger.published();
        let making = Making { house: self, order, vault: &vault, register: &register, under };
        let contents = making.contents(head, !register.is_marked(order), now)?;
        lacre_package::make(file, contents, &identity, &trust)
            .map_err(|error| CustodyError::Package(chain_of(&error)))
    }

    /// Enters a vault head of `order` for the court: an act, then the head.
    ///
    /// # Errors
    /// As [`House::enter_head`].
    pub fn disclose_head(
        &self,
        order: &str,
        author: &Author,
        now: Micros,
    ) -> Result<(VaultHead, Document), CustodyError> {
        let object = serde_json::json!({ "order": order });
        self.act("head_disclosed", object, author, now)?;
        self.enter_head(order, Ending::Idle, now)
    }

    /// Enters a vault head of `order` now, sealing what is open before when a package is cut.
    ///
    /// # Errors
    /// [`CustodyError::Input`] for an unknown order; the engine's or the ledger's refusal.
    pub fn enter_head(
        &self,
        order: &str,
        ending: Ending,
        now: Micros,
    ) -> Result<(VaultHead, Document), CustodyError> {
        let (vault, case) = {
            let book = lock(&self.book);
            let order = book.register().order(order).ok_or_else(|| {
                CustodyError::Input(format!("there is no order {order}: see `lacre order list`"))
            })?;
            (order.vault, order.document.case.clone())
        };
        // The intake's lock is the chains' lock too: sealing moves them.
        let (number, head) = self.with_intake(|intake| {
            if ending == Ending::Cut {
                intake.seal_vault(vault, ending, now)?;
            }
            let quarantined = intake.quarantined_of(order);
            self.next_head(vault, (case, order.to_owned()), quarantined, now)
        })?;
        let site = &self.site;
        let document = Document::of(&head)?;
        let key = format!("head/{vault}/{number:016x}");
        let slip = site.file(Drawer::Register, &key, &document)?;
        site.enter(&[slip.commitment], now)?;
        Ok((head, document))
    }

    /// What the chain of `vault` says now, as its next head; moves the chain's count of heads.
    fn next_head(
        &self,
        vault: VaultId,
        (case, order): (String, String),
        quarantined: BTreeMap<String, u64>,
        now: Micros,
    ) -> Result<(u64, VaultHead), CustodyError> {
        let site = &self.site;
        let mut versioned = chain::read(&site.engine, &site.machine, vault)?;
        let chain = &versioned.chain;
        let measures: Vec<_> = chain.measures.values().cloned().collect();
        let head = VaultHead {
            schema: VaultHead::SCHEMA.to_owned(),
            vault,
            case,
            order,
            node: site.node().to_owned(),
            origin: site.facts().origin.clone(),
            seals: chain.next,
            last_seal: Digest::from_hex(&chain.last)
                .ok_or_else(|| CustodyError::Broken("the chain's last hash is not one".into()))?,
            communications: chain.communications.clone(),
            gaps: measures.iter().map(|measure| measure.gaps).sum(),
            measures,
            quarantined,
            excluded: 0,
            entered_at: now,
            checkpoint: Some(site.ledger.checkpoint()),
        };
        let number = chain.heads;
        versioned.chain.heads = number.saturating_add(1);
        chain::write(&site.engine, &site.machine, vault, &mut versioned)?;
        Ok((number, head))
    }
}

impl House {
    /// The acts that made packages, oldest first.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed or outside `--dev`.
    pub fn packages_made(&self) -> Result<Vec<crate::act::Filed>, CustodyError> {
        self.refuse_outside_dev()?;
        let acts = crate::act::read(&self.site)?;
        Ok(acts.into_iter().filter(|act| act.kind == "package_made").collect())
    }
}

/// What a package is made from.
struct Making<'a> {
    house: &'a House,
    order: &'a Order,
    vault: &'a OpenVault,
    register: &'a Register,
    /// Every proof leads to this one checkpoint.
    under: PublishedCheckpoint,
}

impl<'a> Making<'a> {
    fn contents(
        &self,
        (head, head_document): (VaultHead, Document),
        accredited: bool,
        now: Micros,
    ) -> Result<Contents<'a>, CustodyError> {
        let site: &'a Site = &self.house.site;
        let (entry, registration) =
            lock(&self.house.book).registration(site, &self.order.document.order)?;
        let proof = prove(site, &registration.commitment(), entry.at, &self.under)?;
        let order = match &entry.change {
            Change::OrderAdded(added) => serde_json::to_vec(&added.order)
                .map_err(|error| CustodyError::Broken(error.to_string()))?,
            _ => return Err(CustodyError::Broken("the registration is not an order".into())),
        };
        let order_document = match &self.order.attached {
            Some(attached) => Some(OrderDocument {
                extension: extension_of(&attached.name),
                octets: lock(&self.house.book).attached(site, &attached.sha256)?,
            }),
            None => None,
        };
        let withheld = self.withheld()?;
        let stubs = self.stubs(&withheld)?;
        let (chain, communications) =
            (self.chain(&withheld), self.communications(withheld.clone()));
        Ok(Contents {
            made_at: now,
            accredited,
            head: committed(site, &head_document, head.entered_at, &self.under)?,
            registration: Registration {
                octets: registration.octets,
                entered: Some((registration.salt, proof)),
            },
            order,
            order_document,
            log_vkey: site.ledger.vkey().clone(),
            chain,
            communications,
            stubs,
        })
    }

    /// Communications that hold what the measure's scope does not grant: only the judge sees them.
    fn withheld(&self) -> Result<BTreeSet<u64>, CustodyError> {
        let mut withheld = BTreeSet::new();
        let all =
            |scope: &lacre_term::Scope| scope.content && scope.origin_destination && scope.location;
        if self.order.measures.iter().all(|measure| all(&measure.granted.scope)) {
            return Ok(withheld);
        }
        for (n, parts) in &self.vault.communications {
            let folded = self.house.fold(self.vault, parts)?;
            let scope = folded
                .key
                .as_ref()
                .map(|key| scope_of(self.order, &key.liid, &folded.derived.facts));
            if scope.is_some_and(|scope| beyond_scope(&scope, &folded.derived.facts)) {
                withheld.insert(*n);
            }
        }
        Ok(withheld)
    }

    fn stubs(&self, withheld: &BTreeSet<u64>) -> Result<Vec<Stub>, CustodyError> {
        let mut stubs = Vec::new();
        for (n, parts) in &self.vault.communications {
            if withheld.contains(n) {
                let seals = parts
                    .iter()
                    .filter_map(|view| view.sealed.as_ref())
                    .map(|(seal, document)| (seal.number, document.sha256(), document.commitment()))
                    .collect();
                stubs.push(Stub { n: *n, reason: "out_of_scope".into(), seals });
            }
        }
        Ok(stubs)
    }

    fn chain(
        &self,
        withheld: &BTreeSet<u64>,
    ) -> Box<dyn Iterator<Item = Result<ChainLink, SourceError>> + 'a> {
        let mut links: Vec<(u64, ChainLink)> = Vec::new();
        for (seal, document) in
            self.vault.communications.values().flatten().filter_map(|view| view.sealed.as_ref())
        {
            let link = if withheld.contains(&seal.communication) {
                ChainLink::Withheld { number: seal.number, hash: document.sha256() }
            } else {
                ChainLink::Shown(document.octets.clone())
            };
            links.push((seal.number, link));
        }
        links.sort_by_key(|(number, _)| *number);
        Box::new(links.into_iter().map(|(_, link)| Ok(link)))
    }

    fn communications(
        &self,
        withheld: BTreeSet<u64>,
    ) -> Box<dyn Iterator<Item = Result<Communication<'a>, SourceError>> + 'a> {
        let (house, vault, register) = (self.house, self.vault, self.register);
        let under = self.under.clone();
        let shown = vault.communications.iter().filter(move |(n, _)| !withheld.contains(n));
        Box::new(shown.map(move |(n, parts)| {
            communication(house, vault, register, (*n, parts), &under).map_err(SourceError::from)
        }))
    }
}

fn communication<'a>(
    house: &'a House,
    vault: &'a OpenVault,
    register: &Register,
    (n, views): (u64, &'a [PartView]),
    under: &PublishedCheckpoint,
) -> Result<Communication<'a>, CustodyError> {
    let site: &'a Site = &house.site;
    let (row, _, folded) = house
        .row_of(vault, register, n, views)?
        .ok_or_else(|| CustodyError::Broken(format!("communication {n} has no row")))?;
    let facts = match serde_json::to_value(&row) {
        Ok(serde_json::Value::Object(facts)) => facts,
        _ => return Err(CustodyError::Broken("a row is not a JSON object".into())),
    };
    let mut parts = Vec::with_capacity(views.len());
    for view in views {
        let Some((seal, document)) = &view.sealed else {
            return Err(CustodyError::Broken(format!("a part of communication {n} is open")));
        };
        let keys = Rc::new(vault.keys(site, view.part)?);
        parts.push(Part {
            seal: committed(site, document, seal.sealed_at, under)?,
            records: Box::new(move || records(vault, view, &keys)),
        });
    }
    let derivatives = derivatives(&folded)?;
    Ok(Communication { n, facts, parts, derivatives })
}

fn records<'a>(
    vault: &'a OpenVault,
    view: &'a PartView,
    keys: &Rc<PartKeys>,
) -> Result<Records<'a>, SourceError> {
    let keys = Rc::clone(keys);
    let limit = usize::try_from(view.pdus).unwrap_or(usize::MAX);
    let records = vault.reader.records(view.part, 0)?.take(limit);
    Ok(Box::new(records.map(move |record| {
        let (number, sealed) = record?;
        let clear = keys.decrypt(number, &sealed)?;
        Ok(Record {
            number,
            received_at: clear.received_at,
            peer: clear.peer.clone(),
            salt: keys.salt(number),
            octets: clear.octets.to_vec(),
        })
    })))
}

fn derivatives<'a>(folded: &Folded) -> Result<Vec<Derivative<'a>>, CustodyError> {
    let derived = &folded.derived;
    let mut derivatives = Vec::new();
    if let Some(sound) = derived.sound() {
        let rate = sound.sample_rate;
        let sides = [
            ("audio-from-target.wav", &sound.from_target),
            ("audio-to-target.wav", &sound.to_target),
            ("audio-other.wav", &sound.other),
        ];
        let mut heard = Vec::new();
        for (name, track) in sides {
            if !track.is_empty() && track.samples() <= derive::SAMPLES_MAX {
                derivatives.push(Derivative::of(name, derive::wav(&[track], rate)?));
                heard.push(track);
            }
        }
        // What is too long for one WAV in memory is left to be made from the originals.
        if let Ok(mixed) = derive::mixed_wav(&heard, rate) {
            derivatives.push(Derivative::of("audio-mixed.wav", mixed));
        }
    }
    if let Some(capture) = derived.capture() {
        derivatives.push(Derivative::of("packets.pcapng", capture));
    }
    if let Some(reading) = derived.reading() {
        derivatives.push(Derivative::of("text.txt", reading.into_bytes()));
    }
    Ok(derivatives)
}

/// The document with the proof that its commitment was entered at or after `entered_at`.
fn committed(
    site: &Site,
    document: &Document,
    entered_at: Micros,
    under: &PublishedCheckpoint,
) -> Result<Committed, CustodyError> {
    let proof = prove(site, &document.commitment(), entered_at, under)?;
    Ok(Committed { octets: document.octets.clone(), salt: document.salt, proof })
}

fn prove(
    site: &Site,
    commitment: &Digest,
    entered_at: Micros,
    under: &PublishedCheckpoint,
) -> Result<lacre_proof::CommitmentProof, CustodyError> {
    let second = u64::try_from(entered_at.seconds().saturating_sub(2)).unwrap_or(0);
    let at = site.ledger.locate(commitment, second)?.ok_or(CustodyError::Damaged {
        key: format!("commitment {commitment}"),
        what: "is not in the ledger",
    })?;
    Ok(site.ledger.prove_under(commitment, at, under)?)
}

fn extension_of(name: &str) -> String {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let good = (1..=8).contains(&extension.len())
        && extension.bytes().all(|octet| octet.is_ascii_alphanumeric());
    if good { extension.to_ascii_lowercase() } else { "bin".to_owned() }
}

fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
