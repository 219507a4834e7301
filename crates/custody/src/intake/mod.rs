//! Intake: steps 2 to 5 of the journey, one delivery at a time, durable batch by batch.
//!
//! Holds no key that reads the past: a part's keys are made here, sealed to the vault's public key
//! and forgotten when the part ends. Total: every delivery ends in exactly one class, and the sum
//! is checked at every commit (decision 1).
//!
//! Rules: DESIGN decisions 1 to 4, 6, 7, 16; TS 102 232-1 clause 5.2.
pub mod bag;
pub mod context;
mod cutter;
pub mod health;
pub mod intervals;
mod keep;
pub mod notice;
pub mod part;
pub mod recall;
mod recover;
pub mod resets;
pub mod route;
mod seal;
pub mod sidecar;
mod sights;
mod totals;

pub use keep::flag;
pub use recover::Recovered;
pub use totals::{Totals, Unbalanced};

use crate::door::Delivery;
use crate::error::CustodyError;
use crate::filing::Document;
use crate::site::Site;
use bag::{Bags, Closing};
use context::{Context, Fingerprint};
use cutter::Cutter;
use health::Health;
use keep::Warranted;
use lacre_handover::ps_pdu::{self, Pdu};
use lacre_term::{CommunicationKey, Heading, Liid, Micros, PartId, PayloadClass, Reason};
use lacre_vault::Journal;
use lacre_warrant::{Arrival, Binding, BindingTable, bind};
use part::{OpenPart, PartState};
use resets::Resets;
use route::{Random, Route, Routes};
use sights::SightFiles;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Name of a (LIID, CIN and extension), keyed.
pub type Tag = [u8; 16];

/// Contexts in memory, by their keyed tags.
pub(crate) type Contexts = HashMap<Tag, Context, Random>;

/// A PDU that may be the first of a restarted sequence: waits for what follows it.
struct Held {
    delivery: Delivery,
    warranted: Warranted,
    fingerprint: Fingerprint,
    epoch: u32,
    since: Micros,
}

/// The block being filled.
#[derive(Default)]
struct Batch {
    parts: Vec<PartId>,
    index: HashMap<PartId, u16, Random>,
    rows: Vec<sidecar::Row>,
}

/// What became durable, printed by `intake` and logged by the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Journal block that holds it.
    pub block: u64,
    /// Counts of the site after it.
    pub totals: Totals,
    /// PDUs in it.
    pub pdus: u64,
}

/// An open part, as reading needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenState {
    /// The part.
    pub part: PartId,
    /// Number of its communication.
    pub n: u64,
    /// Place within the communication, from 1.
    pub index: u64,
    /// Durable PDUs.
    pub pdus: u64,
}

/// The intake of one node.
pub struct Intake {
    site: Arc<Site>,
    journal: Journal,
    table: Arc<BindingTable>,
    contexts: Contexts,
    routes: Routes,
    parts: HashMap<PartId, OpenPart, Random>,
    sight_files: SightFiles,
    cutter: Cutter,
    bags: Bags,
    numbers: BTreeMap<String, u64>,
    numbers_changed: BTreeSet<String>,
    resets: Resets,
    resets_changed: bool,
    closed: Closed,
    closed_changed: bool,
    health: Health,
    notices: notice::Notices,
    totals: Totals,
    totals_durable: Totals,
    held: Vec<Held>,
    batch: Batch,
    snapshot_due: bool,
    touched: HashSet<PartId, Random>,
    entered_at: Micros,
    /// The batch entry of the last second, until a block carries it.
    entry: Option<Document>,
}

impl Intake {
    /// PDUs held back because they may be a restart; they are not durable yet.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Octets taken and not yet durable.
    #[must_use]
    pub fn pending_octets(&self) -> usize {
        let held: usize = self.held.iter().map(|held| held.delivery.octets().len()).sum();
        self.journal.pending_octets().saturating_add(held)
    }

    /// How well each line delivers, pending PDUs included.
    #[must_use]
    pub fn health(&self) -> &Health {
        &self.health
    }

    pub(crate) fn health_mut(&mut self) -> &mut Health {
        &mut self.health
    }

    /// Counts since the site was made, pending ones included.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The open parts of `vault`, as far as they are durable.
    ///
    /// # Errors
    /// A block handed to the disk before did not become durable: stop intake, reopen, recover.
    pub fn open_states(
        &mut self,
        vault: lacre_term::VaultId,
    ) -> Result<Vec<OpenState>, CustodyError> {
        self.journal.settle()?;
        let of_vault = |part: &&OpenPart| part.state.vault == vault;
        let mut states: Vec<OpenState> = self
            .parts
            .values()
            .filter(of_vault)
            .map(|part| OpenState {
                part: part.state.part,
                n: part.state.meta.n,
                index: u64::from(part.state.meta.part_index).saturating_add(1),
                pdus: part.state.frontier.count().saturating_sub(self.pending_of(part.state.part)),
            })
            .collect();
        states.sort_by_key(|state| (state.n, state.index));
        Ok(states)
    }

    /// PDUs of `part` taken and not yet durable.
    fn pending_of(&self, part: PartId) -> u64 {
        let Some(index) = self.batch.index.get(&part) else { return 0 };
        let rows = self.batch.rows.iter().filter(|row| row.part == *index).count();
        u64::try_from(rows).unwrap_or(u64::MAX)
    }

    /// Communications with an open part.
    #[must_use]
    pub fn open_parts(&self) -> usize {
        self.parts.len()
    }

    /// Takes one delivery: decodes, binds, keeps, quarantines or counts it. Durable only after
    /// [`Intake::commit`].
    ///
    /// `live` is true for a connection, false for a recorded file (which is late by nature).
    ///
    /// # Errors
    /// A broken journal, disk or invariant: stop intake, reopen, recover. Never for what the peer
    /// sent.
    pub fn take(&mut self, delivery: Delivery, live: bool) -> Result<(), CustodyError> {
        self.totals.received = self.totals.received.saturating_add(1);
        let octets = u64::try_from(delivery.octets().len()).unwrap_or(u64::MAX);
        self.totals.octets = self.totals.octets.saturating_add(octets);
        if delivery.is_unframed() {
            self.totals.rejected = self.totals.rejected.saturating_add(1);
            self.health.undecodable(&self.table, &delivery.peer);
            return self.put_in_bag(&delivery, Reason::Unframed);
        }
        // Shared, not copied: what was parsed is lent to binding while the delivery moves on.
        let octets = delivery.octets().clone();
        match ps_pdu::parse_framed(&octets) {
            Ok(pdu) => match self.bound(&pdu, &delivery, live)? {
                Bound::Keep(warranted) => {
                    self.compare(&pdu, &delivery);
                    self.keep(delivery, warranted)
                }
                Bound::Quarantine(reason) => {
                    self.totals.quarantine(reason);
                    self.compare(&pdu, &delivery);
                    let (liid, at) = (pdu.heading().liid, delivery.received_at);
                    self.note_closed(liid, reason);
                    self.health.close(&self.table, &delivery.peer, liid, reason, at);
                    self.put_in_bag(&delivery, reason)
                }
                Bound::Control => {
                    self.totals.control = self.totals.control.saturating_add(1);
                    Ok(())
                }
            },
            Err(_) => {
                self.totals.quarantine(Reason::Malformed);
                self.health.undecodable(&self.table, &delivery.peer);
                self.put_in_bag(&delivery, Reason::Malformed)
            }
        }
    }

    /// PDUs in quarantine that name a LIID of `order`, by reason.
    #[must_use]
    pub fn quarantined_of(&self, order: &str) -> BTreeMap<String, u64> {
        self.closed.get(order).cloned().unwrap_or_default()
    }

    /// Binds a PDU out of quarantine again, as a recorded one. Gives false when no order covers it
    /// still. Its count moves from quarantined to where it went; it was received once.
    ///
    /// # Errors
    /// As [`Intake::take`].
    pub fn release(&mut self, delivery: Delivery, reason: Reason) -> Result<bool, CustodyError> {
        let octets = delivery.octets().clone();
        let Ok(pdu) = ps_pdu::parse(&octets) else { return Ok(false) };
        let Bound::Keep(warranted) = self.bound(&pdu, &delivery, false)? else { return Ok(false) };
        let duplicates = self.totals.duplicates;
        let peer = Arc::clone(&delivery.peer);
        self.keep(delivery, warranted)?;
        if self.totals.duplicates > duplicates {
            // Released before: nothing moves.
            self.totals.duplicates = duplicates;
            return Ok(true);
        }
        let closed = if reason == Reason::Unframed {
            &mut self.totals.rejected
        } else {
            self.totals.quarantined.entry(reason.word().to_owned()).or_default()
        };
        *closed = closed.saturating_sub(1);
        self.note_released(pdu.heading().liid, reason);
        self.health.release(&self.table, &peer, pdu.heading().liid, reason);
        Ok(true)
    }

    fn note_released(&mut self, liid: &[u8], reason: Reason) {
        let orders: BTreeSet<&String> =
            self.table.rows_of(liid).iter().map(|row| &row.order).collect();
        for order in orders {
            let counted = self.closed.get_mut(order).and_then(|it| it.get_mut(reason.word()));
            if let Some(count) = counted {
                *count = count.saturating_sub(1);
                self.closed_changed = true;
            }
        }
    }

    fn note_closed(&mut self, liid: &[u8], reason: Reason) {
        let orders: BTreeSet<&String> =
            self.table.rows_of(liid).iter().map(|row| &row.order).collect();
        for order in orders {
            let count = self
                .closed
                .entry(order.clone())
                .or_default()
                .entry(reason.word().to_owned())
                .or_default();
            *count = count.saturating_add(1);
            self.closed_changed = true;
        }
    }

    fn put_in_bag(&mut self, delivery: &Delivery, reason: Reason) -> Result<(), CustodyError> {
        let closing = Closing {
            peer: &delivery.peer,
            reason,
            received_at: delivery.received_at,
            octets: delivery.octets(),
        };
        self.bags.close(&closing, &self.site.courts, &self.site.machine, &mut self.journal)
    }

    /// Binds a PDU, and turns what keeping it needs into owned values.
    fn bound(
        &mut self,
        pdu: &Pdu<'_>,
        delivery: &Delivery,
        live: bool,
    ) -> Result<Bound, CustodyError> {
        let heading = &pdu.heading();
        let table = Arc::clone(&self.table);
        // Only a PDU without a usable time needs its context's before it is bound.
        let context_time = match heading.intercepted_at {
            Some(_) => None,
            None => self.last_time_of(heading, &table, &delivery.peer)?,
        };
        let arrival =
            Arrival { live, context_time, ..Arrival::live(&delivery.peer, delivery.received_at) };
        let authorised = match bind(heading, &arrival, &table) {
            Binding::Authorised(authorised) => authorised,
            Binding::Quarantined(reason) => return Ok(Bound::Quarantine(reason)),
            Binding::Control => {
                if heading.class == PayloadClass::CinReset && heading.liid == b"-" {
                    let at = heading.intercepted_at.unwrap_or(delivery.received_at);
                    self.reset_peer(&delivery.peer, at);
                }
                return Ok(Bound::Control);
            }
        };
        let liid = authorised.liid();
        let route = self.route_of(liid, heading, &delivery.peer)?;
        let row = authorised.row().clone();
        let flags = authorised.flags().0;
        Ok(Bound::Keep(Warranted::of(row, flags, route, pdu, delivery, context_time, live)))
    }

    /// The last usable time in the context of a PDU that has none of its own.
    fn last_time_of(
        &mut self,
        heading: &Heading<'_>,
        table: &BindingTable,
        peer: &str,
    ) -> Result<Option<Micros>, CustodyError> {
        let liid = Liid::parse(heading.liid).ok();
        let Some(liid) = liid.filter(|liid| !table.rows_of(liid.octets()).is_empty()) else {
            return Ok(None);
        };
        let route = self.route_of(&liid, heading, peer)?;
        let context = self.contexts.get(&route.tag);
        Ok(context.and_then(|it| it.lines.get(&route.key)).and_then(|it| it.last_at))
    }

    /// The route of `heading` under the registered `liid`, with its context in memory.
    fn route_of(
        &mut self,
        liid: &Liid,
        heading: &Heading<'_>,
        peer: &str,
    ) -> Result<Arc<Route>, CustodyError> {
        if let Some(route) = self.routes.recent(heading)
            && self.contexts.contains_key(&route.tag)
        {
            return Ok(Arc::clone(route));
        }
        let key = CommunicationKey::of(liid, heading);
        let route = match self.routes.of(&key) {
            Some(route) => Arc::clone(route),
            None => {
                let tag = recall::tag_of(&self.site.machine, &key);
                let route = Arc::new(Route { key, tag });
                self.routes.learn(&route);
                route
            }
        };
        self.bring_context(&route, peer)?;
        self.routes.lead(heading, &route);
        Ok(route)
    }

    /// Brings the context of `route` into memory, with a line for its key.
    fn bring_context(&mut self, route: &Route, peer: &str) -> Result<(), CustodyError> {
        let (key, tag) = (&route.key, route.tag);
        if !self.contexts.contains_key(&tag) {
            let mut context = recall::load(&self.site.engine, &self.site.machine, &tag)?;
            self.resets.apply(key.liid.octets(), peer, &mut context);
            self.contexts.insert(tag, context);
        }
        if let Some(context) = self.contexts.get_mut(&tag)
            && !context.lines.contains_key(key)
        {
            context.lines.insert(key.clone(), context::Line::default());
            context.share_resets();
            self.resets.apply(key.liid.octets(), peer, context);
        }
        Ok(())
    }

    /// Forgets contexts in which nothing is open: they are written down and come back when asked.
    fn forget_idle_contexts(&mut self) {
        let mut needed: HashSet<Tag, Random> =
            self.parts.values().map(|part| part.route.tag).collect();
        needed.extend(self.held.iter().map(|held| held.warranted.route.tag));
        self.contexts.retain(|tag, _| needed.contains(tag));
        self.routes.retain(|route| needed.contains(&route.tag));
    }

    fn reset_peer(&mut self, peer: &Arc<str>, at: Micros) {
        self.resets.of_peer(peer, at);
        self.resets_changed = true;
        // Every line loaded now and named by the peer's operator begins anew; those not loaded
        // learn of it when they are.
        let operator = self.table.peer(peer).map(|peer| peer.operator.clone());
        for part in self.parts.values() {
            if Some(&part.state.meta.measure_operator) == operator.as_ref()
                && let Some(context) = self.contexts.get_mut(&part.route.tag)
            {
                for line in context.lines.values_mut() {
                    line.open_epoch(at, None);
                }
            }
        }
    }

    /// Takes a new binding table: an order was added, extended, ceased.
    pub fn rebind(&mut self, table: Arc<BindingTable>) {
        self.table = table;
    }
}

/// Where a decoded PDU goes.
enum Bound {
    Keep(Warranted),
    Quarantine(Reason),
    Control,
}

/// Quarantined PDUs that name a LIID of an order: by order, by reason.
pub(crate) type Closed = BTreeMap<String, BTreeMap<String, u64>>;

/// The state of a part taken up from the journal.
pub(crate) type Replayed = BTreeMap<PartId, PartState>;
