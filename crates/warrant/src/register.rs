//! The register: cases, orders, measures, peers and people, as their changes leave them.
//!
//! Promises: [`Register::apply`] either applies a change whole or changes nothing and says why; the
//! same changes in the same order give the same register; nothing is ever removed from an order.
//!
//! Rules: DESIGN decisions 2, 14, 20, 28; LECrim 588 ter g and h (terms and prórrogas).
use crate::change::{Attached, CaseAdded, Change, Entry};
use crate::hi1::Objects;
use crate::order::{Measure, NAME_OCTETS_MAX, OrderDocument};
use crate::peer::{Peer, Transport};
use crate::person::{Role, USER_OCTETS_MAX, User};
use crate::table::{BindingRow, BindingTable};
use crate::text;
use lacre_term::{Micros, VaultId};
use std::collections::BTreeMap;

mod error;
mod orders;
pub use error::RegisterError;

/// A case and the orders in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub case: String,
    /// The court that conducts it, when known.
    pub court: Option<String>,
    /// Its orders, in the order they were entered.
    pub orders: Vec<String>,
}

/// A prórroga, as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The end it gave.
    pub until: Micros,
    /// When it was granted, if it says so.
    pub granted_at: Option<Micros>,
    /// The judge's file.
    pub document: Option<Attached>,
}

/// Who of the court confirmed an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The person.
    pub person: String,
    /// The role held then.
    pub role: Role,
    /// When.
    pub at: Micros,
}

/// A measure with its present end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasureState {
    /// The measure as the order granted it.
    pub granted: Measure,
    /// First moment no longer authorised, extensions and cessation applied.
    pub until: Micros,
    /// When it ceased before its time, if it did.
    pub ceased_at: Option<Micros>,
}

/// An order with all that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order as entered.
    pub document: OrderDocument,
    /// Its vault, for good.
    pub vault: VaultId,
    /// The judge's file.
    pub attached: Option<Attached>,
    /// Its measures.
    pub measures: Vec<MeasureState>,
    /// Its prórrogas, in order.
    pub extensions: Vec<Extension>,
    /// The court's confirmation of all that is entered; a later document or extension clears it.
    pub confirmation: Option<Confirmation>,
}

impl Order {
    /// True when the order and every extension have their document and the court confirmed them.
    #[must_use]
    pub fn is_accredited(&self) -> bool {
        self.attached.is_some()
            && self.extensions.iter().all(|extension| extension.document.is_some())
            && self.confirmation.is_some()
    }

    /// The end of the last measure.
    #[must_use]
    pub fn until(&self) -> Option<Micros> {
        self.measures.iter().map(|measure| measure.until).max()
    }
}

/// The register in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    dev: bool,
    changes: u64,
    cases: BTreeMap<String, Case>,
    orders: BTreeMap<String, Order>,
    peers: BTreeMap<String, Peer>,
    users: BTreeMap<String, User>,
    hi1: Objects,
}

impl Register {
    /// An empty register.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty register of a `--dev` site, where no order is marked *not accredited*.
    #[must_use]
    pub fn for_dev() -> Self {
        Self { dev: true, ..Self::default() }
    }

    /// How many changes it holds; the next [`Entry`] has this number.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Every case, by name.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.values()
    }

    /// Every order, by name.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// An order by name.
    #[must_use]
    pub fn order(&self, order: &str) -> Option<&Order> {
        self.orders.get(order)
    }

    /// The order that owns `vault`.
    #[must_use]
    pub fn order_of_vault(&self, vault: &VaultId) -> Option<&Order> {
        self.orders.values().find(|order| order.vault == *vault)
    }

    /// Every measure with its order, by order.
    pub fn measures(&self) -> impl Iterator<Item = (&Order, &MeasureState)> {
        self.orders.values().flat_map(|order| order.measures.iter().map(move |m| (order, m)))
    }

    /// Every peer, by name.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// A peer by name, or the only one of the operator that `name` names.
    #[must_use]
    pub fn peer(&self, name: &str) -> Option<&Peer> {
        self.peers.get(name).or_else(|| {
            let mut of_operator = self.peers.values().filter(|peer| peer.operator == name);
            of_operator.next().filter(|_| of_operator.next().is_none())
        })
    }

    /// Every person, by name.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// A person by name.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    /// Objects and senders of messages of TS 103 120.
    #[must_use]
    pub fn hi1(&self) -> &Objects {
        &self.hi1
    }

    /// True when views, exports and packages must mark the order *not accredited*.
    #[must_use]
    pub fn is_marked(&self, order: &Order) -> bool {
        !self.dev && !order.is_accredited()
    }

    /// What intake needs, and nothing else.
    #[must_use]
    pub fn binding_table(&self) -> BindingTable {
        let row = |(order, measure): (&Order, &MeasureState)| BindingRow {
            liid: measure.granted.liid.clone(),
            operator: measure.granted.operator.clone(),
            from: measure.granted.from,
            until: measure.until,
            scope: measure.granted.scope,
            case: order.document.case.clone(),
            order: order.document.order.clone(),
            vault: order.vault,
            not_accredited: self.is_marked(order),
        };
        let peers = self.peers.values().cloned().collect();
        BindingTable::new(self.changes, self.measures().map(row).collect(), peers)
    }

    /// Applies the next entry of a replay.
    ///
    /// # Errors
    /// [`RegisterError::Number`] when one is missing or comes twice; else those of [`Self::apply`].
    pub fn replay(&mut self, entry: &Entry) -> Result<(), RegisterError> {
        if entry.number != self.changes {
            let (found, expected) = (entry.number, self.changes);
            return Err(RegisterError::Number { found, expected });
        }
        self.apply(&entry.change)
    }

    /// Applies one change, or none of it.
    ///
    /// # Errors
    /// [`RegisterError`] with the rule it breaks and what to do.
    pub fn apply(&mut self, change: &Change) -> Result<(), RegisterError> {
        match change {
            Change::PeerAdded(peer) => self.add_peer(peer)?,
            Change::PeerRemoved(gone) => {
                let gone = self.peers.remove(&gone.name).map(drop);
                gone.ok_or_else(|| unknown("peer", change_name(change)))?;
            }
            Change::UserAdded(user) => self.add_user(user)?,
            Change::UserRemoved(gone) => {
                let gone = self.users.remove(&gone.name).map(drop);
                gone.ok_or_else(|| unknown("user", change_name(change)))?;
            }
            Change::CaseAdded(case) => self.add_case(case)?,
            Change::OrderAdded(added) => self.add_order(added)?,
            Change::OrderDocumented(brought) => self.document(brought)?,
            Change::OrderExtended(extended) => self.extend(extended)?,
            Change::OrderCeased(ceased) => self.cease(ceased)?,
            Change::OrderConfirmed(confirmed) => self.confirm(confirmed)?,
            Change::Hi1SenderAdded(sender) => self.hi1.add_sender(sender)?,
            Change::Hi1SenderRemoved(gone) => self.hi1.remove_sender(gone)?,
            Change::Hi1Taken(taken) => self.hi1.take(taken)?,
        }
        self.changes = self.changes.saturating_add(1);
        Ok(())
    }

    fn add_peer(&mut self, peer: &Peer) -> Result<(), RegisterError> {
        peer.check()?;
        if self.peers.contains_key(&peer.name) {
            return Err(duplicate("peer", &peer.name));
        }
        let same = |other: &&Peer| match (&other.transport, &peer.transport) {
            (
                Transport::Tls { certificate_sha256: a },
                Transport::Tls { certificate_sha256: b },
            ) => a == b,
            (Transport::Plain { address: a, .. }, Transport::Plain { address: b, .. }) => {
                a == b && a.port() != 0
            }
            _ => false,
        };
        if let Some(other) = self.peers.values().find(same) {
            let (peer, other) = (peer.name.clone(), other.name.clone());
            return Err(RegisterError::SamePeer { peer, other });
        }
        self.peers.insert(peer.name.clone(), peer.clone());
        Ok(())
    }

    fn add_user(&mut self, user: &User) -> Result<(), RegisterError> {
        check_line("user", &user.name, USER_OCTETS_MAX)?;
        if self.users.contains_key(&user.name) {
            return Err(duplicate("user", &user.name));
        }
        self.users.insert(user.name.clone(), user.clone());
        Ok(())
    }

    fn add_case(&mut self, added: &CaseAdded) -> Result<(), RegisterError> {
        check_line("case", &added.case, NAME_OCTETS_MAX)?;
        if let Some(court) = &added.court {
            check_line("court", court, 200)?;
        }
        if self.cases.contains_key(&added.case) {
            return Err(duplicate("case", &added.case));
        }
        let (case, court) = (added.case.clone(), added.court.clone());
        self.cases.insert(case.clone(), Case { case, court, orders: Vec::new() });
        Ok(())
    }
}

fn check_line(what: &'static str, value: &str, octets_max: usize) -> Result<(), RegisterError> {
    text::line(value, octets_max).map_err(|source| RegisterError::Text { what, source })
}

fn check_attached(attached: Option<&Attached>) -> Result<(), RegisterError> {
    match attached {
        Some(attached) if attached.name.contains(['/', '\\']) => {
            Err(RegisterError::Folder { name: attached.name.clone() })
        }
        Some(attached) => check_line("document name", &attached.name, 255),
        None => Ok(()),
    }
}

fn change_name(change: &Change) -> &str {
    match change {
        Change::PeerRemoved(gone) => &gone.name,
        Change::UserRemoved(gone) => &gone.name,
        _ => "",
    }
}

fn duplicate(what: &'static str, name: &str) -> RegisterError {
    RegisterError::Duplicate { what, name: name.to_owned() }
}

fn unknown(what: &'static str, name: &str) -> RegisterError {
    RegisterError::Unknown { what, name: name.to_owned() }
}

#[cfg(test)]
mod tests;
