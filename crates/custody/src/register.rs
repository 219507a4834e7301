//! The register as custody keeps it: each change an act, a sealed document, and a working copy
//! without identities that intake can read unattended.
//!
//! `register/<number>` holds the change as made, closed to the root; `binding/<number>` holds all
//! changes so far without what names a person, wrapped to the machine; the head `register` says
//! how many there are. A change takes effect when the head moves.
//!
//! Rules: DESIGN decisions 2, 6, 12, 15, 20; `spec/key-hierarchy.md`.
use crate::act::{self, Act};
use crate::chain::{self, Chain};
use crate::error::CustodyError;
use crate::filing::{self, Document};
use crate::site::Site;
use lacre_store::PutError;
use lacre_term::{Digest, Micros, hex};
use lacre_vault::Drawer;
use lacre_warrant::{Attached, BindingTable, Change, Entry, Particular, Register};
use std::sync::Arc;

/// The register in memory, with the entries its working copy is made of.
pub struct Book {
    register: Register,
    entries: Vec<Entry>,
    table: Arc<BindingTable>,
}

/// Who makes a change and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The person.
    pub person: String,
    /// Their role's word.
    pub role: String,
    /// The reason given, if any.
    pub reason: Option<String>,
}

const HEAD: &str = "register";

fn document_key(number: u64) -> String {
    format!("register/{number:016x}")
}

fn working_key(count: u64) -> String {
    format!("binding/{count:016x}")
}

fn file_key(site: &Site, sha256: &Digest) -> String {
    let name = site.machine.fingerprint("register/file", &[&sha256.0]);
    format!("register/file/{}", hex::encode(&name))
}

fn broken<E: std::fmt::Display>(error: E) -> CustodyError {
    CustodyError::Broken(error.to_string())
}

impl Book {
    /// The register.
    #[must_use]
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// What intake binds by.
    #[must_use]
    pub fn table(&self) -> Arc<BindingTable> {
        Arc::clone(&self.table)
    }

    /// Takes the register up from its working copy, finishing a change that a crash cut short.
    ///
    /// # Errors
    /// Damage by name, or the engine's refusal.
    pub fn load(site: &Site, now: Micros) -> Result<Self, CustodyError> {
        let mut count = read_count(site)?.0;
        if has_object(site, &document_key(count))? {
            finish(site, count, now)?;
            count = count.saturating_add(1);
        }
        let entries = read_entries(site, count)?;
        let mut register = if site.is_dev() { Register::for_dev() } else { Register::new() };
        for entry in &entries {
            register.replay(entry)?;
        }
        let table = Arc::new(register.binding_table());
        Ok(Self { register, entries, table })
    }

    /// Makes a change: checked, entered as an act, filed, then in effect.
    ///
    /// # Errors
    /// The register's refusal with its rule; nothing was changed. Else the engine's.
    pub fn change(
        &mut self,
        site: &Site,
        change: Change,
        author: &Author,
        now: Micros,
    ) -> Result<(), CustodyError> {
        let mut next = self.register.clone();
        next.apply(&change)?;
        let (count, version) = read_count(site)?;
        // A change that failed half way is finished at the next opening. Until then this copy may
        // be behind, and another change would take the place of that one.
        if u64::try_from(self.entries.len()) != Ok(count) || has_object(site, &document_key(count))?
        {
            return Err(CustodyError::Broken("a change before this one is half made".into()));
        }
        act::enter(
            site,
            &Act {
                person: author.person.clone(),
                role: author.role.clone(),
                kind: kind_of(&change),
                object: serde_json::json!({ "register": count }),
                reason: author.reason.clone(),
            },
            now,
        )?;
        let entry = Entry::new(count, now, &author.person, change);
        let mut entries = self.entries.clone();
        entries.push(without_identities(entry.clone()));
        write_entries(site, &entries)?;
        if let Change::OrderAdded(added) = &entry.change {
            site.keys.create_vault(added.vault)?;
        }
        let document = Document { octets: entry.to_json().map_err(broken)?, salt: fresh_salt()? };
        let slip = site.file(Drawer::Register, &document_key(count), &document)?;
        site.enter(&[slip.commitment], now)?;
        if let Change::OrderAdded(added) = &entry.change {
            chain::create(&site.engine, &site.machine, added.vault, &Chain::begin(slip.sha256))?;
        }
        move_count(site, version, count)?;
        self.register = next;
        self.entries = entries;
        self.table = Arc::new(self.register.binding_table());
        Ok(())
    }

    /// Keeps the judge's signed file, sealed; gives what the change says of it.
    ///
    /// # Errors
    /// The engine's refusal.
    pub fn attach(&self, site: &Site, name: &str, octets: &[u8]) -> Result<Attached, CustodyError> {
        let sha256 = lacre_proof::hash::sha256(octets);
        let key = file_key(site, &sha256);
        let sealed = site.keys.seal(Drawer::Register, &key, octets)?;
        match site.engine.objects.put(&key, &sealed) {
            Ok(()) | Err(PutError::Exists { .. }) => {}
            Err(source) => return Err(CustodyError::Put { key, source }),
        }
        Ok(Attached { name: name.to_owned(), sha256 })
    }

    /// The judge's signed file with this hash.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed; damage when the hash does not hold.
    pub fn attached(&self, site: &Site, sha256: &Digest) -> Result<Vec<u8>, CustodyError> {
        let root = site.root()?;
        let key = file_key(site, sha256);
        let sealed = site
            .engine
            .objects
            .get(&key)
            .map_err(|source| CustodyError::Get { key: key.clone(), source })?;
        let octets = site.keys.open(&root, Drawer::Register, &key, &sealed)?;
        if lacre_proof::hash::sha256(&octets) == *sha256 {
            Ok(octets)
        } else {
            Err(CustodyError::Damaged { key, what: "does not have its hash" })
        }
    }

    /// The register as entered, identities included; needs the root.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed, or damage by name.
    pub fn full(&self, site: &Site) -> Result<Register, CustodyError> {
        let mut register = if site.is_dev() { Register::for_dev() } else { Register::new() };
        for number in 0..self.register.changes() {
            let entry = read_entry(site, number)?.0;
            register.replay(&entry)?;
        }
        Ok(register)
    }

    /// The document that registered `order`, with its salt: where the chain of its vault begins.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed; [`CustodyError::Input`] for an unknown order.
    pub fn registration(
        &self,
        site: &Site,
        order: &str,
    ) -> Result<(Entry, Document), CustodyError> {
        let of_order = |entry: &&Entry| match &entry.change {
            Change::OrderAdded(added) => added.order.order == order,
            _ => false,
        };
        let entry = self.entries.iter().find(of_order).ok_or_else(|| {
            CustodyError::Input(format!("there is no order {order}: see `lacre order list`"))
        })?;
        read_entry(site, entry.number)
    }
}

fn read_entry(site: &Site, number: u64) -> Result<(Entry, Document), CustodyError> {
    let root = site.root()?;
    let key = document_key(number);
    let document = filing::open(&site.engine, &site.keys, &root, Drawer::Register, &key)?;
    let entry = Entry::parse(&document.octets).map_err(broken)?;
    Ok((entry, document))
}

fn kind_of(change: &Change) -> String {
    match change {
        Change::PeerAdded(_) => "peer_added",
        Change::PeerRemoved(_) => "peer_removed",
        Change::UserAdded(_) => "user_added",
        Change::UserRemoved(_) => "user_removed",
        Change::CaseAdded(_) => "case_added",
        Change::OrderAdded(_) => "order_added",
        Change::OrderDocumented(_) => "order_documented",
        Change::OrderExtended(_) => "order_extended",
        Change::OrderCeased(_) => "order_ceased",
        Change::OrderConfirmed(_) => "order_confirmed",
        Change::Hi1SenderAdded(_) => "hi1_sender_added",
        Change::Hi1SenderRemoved(_) => "hi1_sender_removed",
        Change::Hi1Taken(_) => "hi1_taken",
    }
    .to_owned()
}

/// The working copy of an entry: what intake binds by, and nothing that names the person.
fn without_identities(mut entry: Entry) -> Entry {
    match &mut entry.change {
        Change::OrderCeased(ceased) => ceased.reason = None,
        Change::Hi1Taken(taken) => {
            taken.objects.iter_mut().for_each(|taken| taken.object.seal_identities());
        }
        Change::OrderDocumented(brought) => brought.document.name = "(sealed)".into(),
        Change::OrderExtended(extended) => {
            if let Some(document) = &mut extended.document {
                document.name = "(sealed)".into();
            }
        }
        _ => {}
    }
    if let Change::OrderAdded(added) = &mut entry.change {
        if let Some(document) = &mut added.document {
            document.name = "(sealed)".into();
        }
        let order = &mut added.order;
        for measure in &mut order.measures {
            measure.identity.value = "(sealed)".into();
        }
        let sealed = |it: &Option<Particular>| it.as_ref().map(|_| Particular::text("(sealed)"));
        order.person = sealed(&order.person);
        order.offence = sealed(&order.offence);
        order.unit = sealed(&order.unit);
        order.obliged_party = sealed(&order.obliged_party);
        order.reporting = sealed(&order.reporting);
        order.form = sealed(&order.form);
    }
    entry
}

fn fresh_salt() -> Result<[u8; 32], CustodyError> {
    Ok(lacre_vault::provider::random()?)
}

fn has_object(site: &Site, key: &str) -> Result<bool, CustodyError> {
    match site.engine.objects.size(key) {
        Ok(_) => Ok(true),
        Err(lacre_store::GetError::NotFound { .. }) => Ok(false),
        Err(source) => Err(CustodyError::Get { key: key.to_owned(), source }),
    }
}

fn read_count(site: &Site) -> Result<(u64, Option<u64>), CustodyError> {
    let Some(head) = site.engine.heads.read(HEAD)? else { return Ok((0, None)) };
    let octets: [u8; 8] = head
        .value
        .try_into()
        .map_err(|_| CustodyError::Damaged { key: HEAD.into(), what: "is not a count" })?;
    Ok((u64::from_be_bytes(octets), Some(head.version)))
}

fn move_count(site: &Site, version: Option<u64>, count: u64) -> Result<(), CustodyError> {
    site.engine
        .heads
        .swap(HEAD, version, &count.saturating_add(1).to_be_bytes())
        .map_err(|source| CustodyError::Swap { name: HEAD.into(), source })?;
    // The working copy before this one is derived and holds nothing more.
    let _left_for_the_next_time = site.engine.objects.delete(&working_key(count));
    Ok(())
}

fn read_entries(site: &Site, count: u64) -> Result<Vec<Entry>, CustodyError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let key = working_key(count);
    let wrapped = site
        .engine
        .objects
        .get(&key)
        .map_err(|source| CustodyError::Get { key: key.clone(), source })?;
    let text = site.machine.unwrap("binding", &wrapped)?;
    serde_json::from_slice(&text)
        .map_err(|_| CustodyError::Damaged { key, what: "is not a list of register changes" })
}

fn write_entries(site: &Site, entries: &[Entry]) -> Result<(), CustodyError> {
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let key = working_key(count);
    let text = serde_json::to_vec(entries).map_err(broken)?;
    let wrapped = site.machine.wrap("binding", &text)?;
    match site.engine.objects.put(&key, &wrapped) {
        Ok(()) => Ok(()),
        Err(PutError::Exists { .. }) => {
            // Left by a change that never took effect: its document was not filed.
            site.engine.objects.delete(&key).map_err(broken)?;
            let put = site.engine.objects.put(&key, &wrapped);
            put.map_err(|source| CustodyError::Put { key, source })
        }
        Err(source) => Err(CustodyError::Put { key, source }),
    }
}

/// A document was filed and its head not moved: everything after the filing is done again.
fn finish(site: &Site, count: u64, now: Micros) -> Result<(), CustodyError> {
    let slip = filing::slip(&site.engine, &site.machine, &document_key(count))?;
    let entries = read_entries(site, count.saturating_add(1))?;
    site.enter(&[slip.commitment], now)?;
    if let Some(Change::OrderAdded(added)) = entries.last().map(|entry| &entry.change)
        && chain::read(&site.engine, &site.machine, added.vault).is_err()
    {
        chain::create(&site.engine, &site.machine, added.vault, &Chain::begin(slip.sha256))?;
    }
    let (_, version) = read_count(site)?;
    move_count(site, version, count)
}

/// A name for a new vault.
///
/// # Errors
/// [`CustodyError::Key`] when the system gives no random numbers.
pub fn new_vault() -> Result<lacre_term::VaultId, CustodyError> {
    Ok(lacre_term::VaultId(lacre_vault::provider::random()?))
}
