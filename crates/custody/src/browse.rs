//! Browse: rows of the catalogue, and content out of the vault, each look an act before it.
//!
//! The catalogue is derived: it is brought up to the ground whenever it is asked, and may be
//! deleted. Content opens only on a `--dev` site until people and roles are there (decision 27).
//!
//! Rules: DESIGN decisions 12, 14, 17, 27.
use crate::act::{self, Act};
use crate::chain;
use crate::derive::{Derived, Folder};
use crate::error::CustodyError;
use crate::house::{House, lock};
use crate::intake::flag;
use crate::opened::{OpenVault, PartView};
use crate::register::Author;
use lacre_catalogue::{Catalogue, Filter, Ground, Row, State, extract};
use lacre_handover::extract::Facts;
use lacre_handover::ps_pdu;
use lacre_package::document::MeasureTotals;
use lacre_term::{CommunicationKey, Liid, Micros, Scope, VaultId};
use lacre_vault::Root;
use lacre_warrant::{BindFlags, Order, Register};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which rows a person asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Of this case.
    pub case: Option<String>,
    /// Under this order.
    pub order: Option<String>,
    /// Within a vault.
    pub filter: Filter,
}

/// The form content is opened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Originals, back to back.
    Raw,
    /// WAV, one channel per call side.
    Wav,
    /// Capture file.
    Pcap,
    /// Text.
    Text,
}

impl Form {
    /// The word in acts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Wav => "wav",
            Self::Pcap => "pcap",
            Self::Text => "text",
        }
    }
}

impl House {
    pub(crate) fn refuse_outside_dev(&self) -> Result<Arc<Root>, CustodyError> {
        let root = self.site.root()?;
        if self.site.is_dev() {
            Ok(root)
        } else {
            Err(CustodyError::Refused {
                what: "nothing is shown".into(),
                why: "this version opens content on a --dev site only".into(),
                remedy: "wait for the version with people and roles; receiving goes on".into(),
            })
        }
    }

    pub(crate) fn open_vault(
        &self,
        root: &Arc<Root>,
        order: &Order,
    ) -> Result<OpenVault, CustodyError> {
        OpenVault::open(self, root, order)
    }

    pub(crate) fn full_register(&self) -> Result<Register, CustodyError> {
        lock(&self.book).full(&self.site)
    }

    /// The rows asked for, of every vault they are in, by case and number. Listing is an act.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed or outside `--dev`; damage by name.
    pub fn communications(
        &self,
        asked: &Asked,
        author: &Author,
        now: Micros,
    ) -> Result<Vec<Row>, CustodyError> {
        let root = self.refuse_outside_dev()?;
        let object = serde_json::json!({ "case": asked.case, "order": asked.order });
        self.act("communications_listed", object, author, now)?;
        let register = self.full_register()?;
        let mut rows = Vec::new();
        for order in register.orders() {
            let document = &order.document;
            let wanted = asked.case.as_ref().is_none_or(|case| *case == document.case)
                && asked.order.as_ref().is_none_or(|name| *name == document.order);
            if wanted {
                let vault = self.open_vault(&root, order)?;
                let catalogue = self.refresh(&vault, &register)?;
                rows.extend(catalogue.rows(&asked.filter)?);
            }
        }
        rows.sort_by(|a, b| (&a.case, a.n).cmp(&(&b.case, b.n)));
        Ok(rows)
    }

    /// Deletes every catalogue and makes it again from the ground. Gives the number of rows.
    ///
    /// # Errors
    /// As [`House::communications`].
    pub fn rebuild(&self, author: &Author, now: Micros) -> Result<u64, CustodyError> {
        let root = self.refuse_outside_dev()?;
        self.act("rebuilt", serde_json::json!({}), author, now)?;
        let register = self.full_register()?;
        let mut rows = 0u64;
        for order in register.orders() {
            Catalogue::remove(&self.catalogue_path(order.vault))?;
            let vault = self.open_vault(&root, order)?;
            rows = rows.saturating_add(self.refresh(&vault, &register)?.count()?);
        }
        Ok(rows)
    }

    pub(crate) fn act(
        &self,
        kind: &str,
        object: serde_json::Value,
        author: &Author,
        now: Micros,
    ) -> Result<act::Entered, CustodyError> {
        let act = Act {
            person: author.person.clone(),
            role: author.role.clone(),
            kind: kind.to_owned(),
            object,
            reason: author.reason.clone(),
        };
        act::enter(&self.site, &act, now)
    }

    fn catalogue_path(&self, vault: VaultId) -> std::path::PathBuf {
        self.catalogues.join(format!("{vault}.db"))
    }

    /// Brings the catalogue of `vault` up to the ground: what changed is folded anew.
    pub(crate) fn refresh(
        &self,
        vault: &OpenVault,
        register: &Register,
    ) -> Result<Catalogue, CustodyError> {
        let path = self.catalogue_path(vault.order.vault);
        let catalogue = match Catalogue::open_or_create(&path, &vault.catalogue_key) {
            Ok(catalogue) => catalogue,
            // Derived: a damaged or foreign file is made again.
            Err(_) => {
                Catalogue::remove(&path)?;
                Catalogue::create(&path, &vault.catalogue_key)?
            }
        };
        let marked = register.is_marked(&vault.order);
        let numbers: Vec<u64> = vault.communications.keys().copied().collect();
        for n in numbers {
            let parts = vault.communications.get(&n).cloned().unwrap_or_default();
            if !self.is_current(&catalogue, n, &parts, marked)? {
                self.fold_into(&catalogue, vault, register, n, &parts)?;
            }
        }
        let kept: BTreeSet<u64> = vault.communications.keys().copied().collect();
        catalogue.check_numbers(&kept)?;
        catalogue.reflect(self.site.ledger.size())?;
        Ok(catalogue)
    }

    fn is_current(
        &self,
        catalogue: &Catalogue,
        n: u64,
        parts: &[PartView],
        marked: bool,
    ) -> Result<bool, CustodyError> {
        for view in parts {
            if catalogue.progress(view.part)? != view.pdus {
                return Ok(false);
            }
        }
        let Some(row) = catalogue.row(n)? else { return Ok(false) };
        if row.flags.iter().any(|flag| flag == "not_accredited") != marked {
            return Ok(false);
        }
        let sealed = parts.iter().all(|view| view.sealed.is_some());
        Ok(sealed == (row.state == State::Sealed) && (!sealed || row.leaf.is_some()))
    }

    fn fold_into(
        &self,
        catalogue: &Catalogue,
        vault: &OpenVault,
        register: &Register,
        n: u64,
        parts: &[PartView],
    ) -> Result<(), CustodyError> {
        let Some((row, words, _)) = self.row_of(vault, register, n, parts)? else {
            return Ok(());
        };
        catalogue.in_one(|catalogue| {
            catalogue.upsert(&row, &words)?;
            for view in parts {
                catalogue.set_progress(view.part, view.pdus)?;
            }
            Ok::<_, CustodyError>(())
        })
    }

    /// The row of communication `n` made of `parts`, its words, and what was folded; `None` while
    /// nothing of it is durable.
    pub(crate) fn row_of(
        &self,
        vault: &OpenVault,
        register: &Register,
        n: u64,
        parts: &[PartView],
    ) -> Result<Option<(Row, String, Folded)>, CustodyError> {
        let folded = self.fold(vault, parts)?;
        let Some(key) = &folded.key else { return Ok(None) };
        let ground = Ground {
            case: vault.order.document.case.clone(),
            order: vault.order.document.order.clone(),
            vault: vault.order.vault,
            n,
            key: key.clone(),
        };
        let mut row = Row::from_ground(&ground);
        let scope = scope_of(&vault.order, &key.liid, &folded.derived.facts);
        extract::fold(&mut row, &folded.derived.facts, &scope);
        self.mark(&mut row, &folded, register, &vault.order, parts)?;
        let words = extract::words(&folded.derived.facts, &scope);
        Ok(Some((row, words, folded)))
    }

    /// What the ground alone says of a row: gaps, conflicts, state, root, leaf, flags.
    fn mark(
        &self,
        row: &mut Row,
        folded: &Folded,
        register: &Register,
        order: &Order,
        parts: &[PartView],
    ) -> Result<(), CustodyError> {
        row.octets = folded.octets;
        row.conflicts = folded.conflicts;
        row.parts = u64::try_from(parts.len()).unwrap_or(u64::MAX);
        if folded.flags & flag::INFERRED_RESTART != 0 {
            row.flag("inferred_restart");
        }
        for word in BindFlags(folded.flags).words() {
            row.flag(word);
        }
        if register.is_marked(order) {
            row.flag("not_accredited");
        }
        let last = parts.last().and_then(|view| view.sealed.as_ref());
        if let Some((seal, document)) = last {
            row.gaps =
                seal.gaps.iter().map(|gap| gap.to.saturating_sub(gap.from).saturating_add(1)).sum();
            row.root = Some(seal.root);
            let second = u64::try_from(seal.sealed_at.seconds().saturating_sub(2)).unwrap_or(0);
            let at = self.site.ledger.locate(&document.commitment(), second)?;
            row.leaf = at.map(|at| at.leaf);
        }
        let sealed = parts.iter().all(|view| view.sealed.is_some());
        row.state = if sealed { State::Sealed } else { State::Open };
        Ok(())
    }

    /// Reads every PDU of `parts` and folds it.
    pub(crate) fn fold(
        &self,
        vault: &OpenVault,
        parts: &[PartView],
    ) -> Result<Folded, CustodyError> {
        let mut folded = Folded::default();
        let mut folder: Option<Folder> = None;
        let order = vault.order.clone();
        for view in parts {
            vault.each(&self.site, view, |_, record| {
                let octets = u64::try_from(record.octets.len()).unwrap_or(u64::MAX);
                folded.octets = folded.octets.saturating_add(octets);
                folded.flags |= record.flags;
                if record.flags & flag::CONFLICT != 0 {
                    folded.conflicts = folded.conflicts.saturating_add(1);
                }
                // What was stored was read once; reading it again cannot fail but by damage.
                let Ok(pdu) = ps_pdu::parse_framed(&record.octets) else {
                    return Err(CustodyError::Damaged {
                        key: format!("part {}", view.part),
                        what: "holds octets that do not read as stored",
                    });
                };
                let heading = pdu.heading();
                if folded.key.is_none() {
                    folded.key = Liid::parse(heading.liid)
                        .ok()
                        .map(|liid| CommunicationKey::of(&liid, &heading));
                }
                let targets = || match &folded.key {
                    Some(key) => identities(&order, &key.liid),
                    None => Vec::new(),
                };
                folder.get_or_insert_with(|| Folder::new(&targets())).add(&pdu);
                Ok(())
            })?;
        }
        folded.derived = folder.unwrap_or_else(|| Folder::new(&[])).finish();
        Ok(folded)
    }

    /// Opens the content of communication `n` in `form`, after entering that it is opened.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] without a reason, while sealed, outside `--dev`;
    /// [`CustodyError::Input`] when there is no such communication or no such form of it.
    pub fn content(
        &self,
        case: Option<&str>,
        n: u64,
        form: Form,
        author: &Author,
        now: Micros,
    ) -> Result<Vec<u8>, CustodyError> {
        let root = self.refuse_outside_dev()?;
        if author.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(CustodyError::Refused {
                what: "content stays closed".into(),
                why: "no reason was given".into(),
                remedy: "say why with --reason TEXT or LACRE_REASON; it is entered".into(),
            });
        }
        let register = self.full_register()?;
        let mut found: Vec<&Order> = Vec::new();
        for order in register.orders() {
            let in_case = case.is_none_or(|case| case == order.document.case);
            if in_case && self.open_vault(&root, order)?.communications.contains_key(&n) {
                found.push(order);
            }
        }
        let order = match found.as_slice() {
            [order] => *order,
            [] => {
                return Err(CustodyError::Input(format!(
                    "there is no communication {n}: see `lacre communications`"
                )));
            }
            _ => {
                return Err(CustodyError::Input(format!(
                    "several cases have a communication {n}: name one with --of-case CASE"
                )));
            }
        };
        let object = serde_json::json!({
            "case": order.document.case,
            "order": order.document.order,
            "communication": n,
            "form": form.word(),
        });
        self.act("content_opened", object, author, now)?;
        let vault = self.open_vault(&root, order)?;
        let parts = vault.communications.get(&n).cloned().unwrap_or_default();
        if form == Form::Raw {
            refuse_beyond_scope(order, &self.fold(&vault, &parts)?, n, form)?;
            let mut raw = Vec::new();
            for view in &parts {
                vault.each(&self.site, view, |_, record| {
                    raw.extend_from_slice(&record.octets);
                    Ok(())
                })?;
            }
            return Ok(raw);
        }
        let folded = self.fold(&vault, &parts)?;
        refuse_beyond_scope(order, &folded, n, form)?;
        rendered(&folded.derived, n, form)
    }

    /// Totals of every measure with something sealed, by order. Needs no root.
    ///
    /// # Errors
    /// The engine's refusal.
    pub fn measure_totals(&self) -> Result<Vec<(String, MeasureTotals)>, CustodyError> {
        let book = lock(&self.book);
        let mut totals = Vec::new();
        for order in book.register().orders() {
            let chain = chain::read(&self.site.engine, &self.site.machine, order.vault)?.chain;
            let name = &order.document.order;
            totals.extend(chain.measures.into_values().map(|measure| (name.clone(), measure)));
        }
        Ok(totals)
    }
}

/// What reading the parts of a communication gave.
pub(crate) struct Folded {
    pub(crate) key: Option<CommunicationKey>,
    pub(crate) octets: u64,
    pub(crate) conflicts: u64,
    pub(crate) flags: u32,
    pub(crate) derived: Derived,
}

impl Default for Folded {
    fn default() -> Self {
        let derived = Folder::new(&[]).finish();
        Self { key: None, octets: 0, conflicts: 0, flags: 0, derived }
    }
}

fn rendered(derived: &Derived, n: u64, form: Form) -> Result<Vec<u8>, CustodyError> {
    let none = |what: &str| CustodyError::Input(format!("communication {n} has no {what}"));
    match form {
        Form::Wav => {
            let sound = derived.sound().ok_or_else(|| none("sound of a codec decoded here"))?;
            let mut tracks = vec![&sound.from_target, &sound.to_target];
            if !sound.other.is_empty() {
                tracks.push(&sound.other);
            }
            crate::derive::wav(&tracks, sound.sample_rate)
        }
        Form::Pcap => derived.capture().ok_or_else(|| none("IP packets")),
        Form::Text => derived.reading().map(String::into_bytes).ok_or_else(|| none("text")),
        Form::Raw => Err(CustodyError::Broken("originals are not rendered".into())),
    }
}

/// What the order grants for a communication: what every measure of its LIID in force between its
/// first and last moment grants, and nothing when none was.
pub(crate) fn scope_of(order: &Order, liid: &Liid, facts: &Facts) -> Scope {
    let in_force = |measure: &&lacre_warrant::MeasureState| {
        let began = facts.ended_at.is_none_or(|ended| measure.granted.from <= ended);
        let over = facts.started_at.is_some_and(|started| measure.until <= started);
        measure.granted.liid == *liid && began && !over
    };
    let scopes = order.measures.iter().filter(in_force).map(|measure| measure.granted.scope);
    let least = scopes.reduce(|a, b| Scope {
        content: a.content && b.content,
        origin_destination: a.origin_destination && b.origin_destination,
        location: a.location && b.location,
        other_traffic: a.other_traffic && b.other_traffic,
    });
    least.unwrap_or(Scope {
        content: false,
        origin_destination: false,
        location: false,
        other_traffic: false,
    })
}

/// True when what was delivered holds more than the measure's scope grants: a location, parties,
/// digits, or words of a message in an IRI. It is kept whole and withheld (decision 2).
pub(crate) fn beyond_scope(scope: &Scope, facts: &Facts) -> bool {
    (!scope.location && facts.has_location)
        || (!scope.origin_destination && !facts.parties.is_empty())
        || (!scope.content && !facts.texts.is_empty())
        || !(facts.digits.is_empty() || scope.content && scope.origin_destination)
}

fn refuse_beyond_scope(
    order: &Order,
    folded: &Folded,
    n: u64,
    form: Form,
) -> Result<(), CustodyError> {
    let scope = folded.key.as_ref().map(|key| scope_of(order, &key.liid, &folded.derived.facts));
    // A WAV holds sound alone, which is stored only where content is granted.
    let beyond = scope.is_some_and(|scope| beyond_scope(&scope, &folded.derived.facts));
    if beyond && form != Form::Wav {
        return Err(CustodyError::Refused {
            what: format!("communication {n} stays closed in this form"),
            why: "it holds more than the order's scope grants".into(),
            remedy: "only the judge may see it; its seal and its number stay".into(),
        });
    }
    Ok(())
}

/// An identity as signalling may spell it: whole, without its scheme, without its domain.
fn spellings(value: &str) -> Vec<String> {
    let bare = ["sips:", "sip:", "tel:", "mailto:"]
        .into_iter()
        .find_map(|scheme| value.strip_prefix(scheme))
        .unwrap_or(value);
    let bare = bare.split(';').next().unwrap_or(bare);
    let mut spellings = BTreeSet::from([value.to_owned(), bare.to_owned()]);
    // Only a number stands for itself without its domain: a mailbox name does not.
    let user = bare.split('@').next().unwrap_or(bare);
    if user.trim_start_matches('+').bytes().all(|octet| octet.is_ascii_digit()) {
        spellings.insert(user.to_owned());
    }
    spellings.into_iter().collect()
}

fn identities(order: &Order, liid: &Liid) -> Vec<String> {
    order
        .measures
        .iter()
        .filter(|measure| measure.granted.liid == *liid)
        .flat_map(|measure| spellings(&measure.granted.identity.value))
        .collect()
}
