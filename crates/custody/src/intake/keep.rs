//! Keeping what an order covers: duplicates, restarts, conflicts, parts, and the commit that makes
//! a batch durable.
//!
//! Rules: DESIGN decisions 1, 3, 7, 16; `spec/seal-and-chain.md` (PDU leaf).
use super::context::{Known, Sighting};
use super::health::Marks;
use super::part::{OpenPart, PartMeta, PartState};
use super::route::Route;
use super::sidecar::{self, Row, SnapshotPart};
use super::{Held, Intake, Mark, Tag, Totals};
use crate::door::Delivery;
use crate::error::CustodyError;
use lacre_handover::flags::Flags;
use lacre_handover::ps_pdu::Pdu;
use lacre_proof::pdu as leaf;
use lacre_term::{IriType, Micros, PartId, PayloadClass, hex};
use lacre_vault::{PartKeys, Record, RecordClear, provider};
use lacre_warrant::BindingRow;
use std::sync::Arc;

/// Longest a PDU that may be a restart waits for its successor while live, in microseconds.
const HOLD_MICROS: i64 = 20_000;

/// PDUs that may be held back at once; the oldest is settled before another is.
const HELD_MAX: usize = 256;

/// Flags of a PDU whose payload nobody here can read.
const NOT_UNDERSTOOD: Flags = Flags::from_bits(
    Flags::PAYLOAD_UNKNOWN.bits()
        | Flags::CONTENTS_UNKNOWN.bits()
        | Flags::ENCRYPTION_UNKNOWN.bits()
        | Flags::ENCRYPTION_UNREADABLE.bits()
        | Flags::SERVICE_OID.bits()
        | Flags::SERVICE_UNREADABLE.bits(),
);

/// A larger block is not written behind intake's back but waited for.
const BEHIND_OCTETS_MAX: usize = 12 << 20;

/// Record flags, as in `spec/intake.md`; bits 30 and 31 are binding's.
pub mod flag {
    /// Other octets under a number already used.
    pub const CONFLICT: u32 = 1 << 28;
    /// First of an epoch that was inferred from a restart.
    pub const INFERRED_RESTART: u32 = 1 << 29;
}

/// An order's PDU with everything keeping it needs.
pub(super) struct Warranted {
    pub(super) route: Arc<Route>,
    row: Arc<BindingRow>,
    pub(super) class: PayloadClass,
    pub(super) number: u32,
    pub(super) at: Micros,
    pub(super) usable_at: Option<Micros>,
    iri_type: Option<IriType>,
    is_ip: bool,
    marks: Marks,
    flags: u32,
}

impl Warranted {
    pub(super) fn of(
        row: Arc<BindingRow>,
        flags: u32,
        route: Arc<Route>,
        pdu: &Pdu<'_>,
        delivery: &Delivery,
        context_time: Option<Micros>,
        live: bool,
    ) -> Self {
        let heading = &pdu.heading();
        Self {
            route,
            row,
            class: heading.class,
            number: heading.sequence_number,
            at: heading.intercepted_at.or(context_time).unwrap_or(delivery.received_at),
            usable_at: heading.intercepted_at,
            iri_type: heading.iri_type,
            is_ip: is_ip_access(pdu),
            marks: Marks::default()
                .with_if(live, Marks::LIVE)
                .with_if(!pdu.flags.is_empty(), Marks::FLAGGED)
                .with_if(pdu.flags.bits() & NOT_UNDERSTOOD.bits() != 0, Marks::NOT_UNDERSTOOD),
            flags,
        }
    }

    /// Idle time-out of its kind, in seconds (decision 4).
    fn idle_seconds(&self) -> i64 {
        if self.is_ip {
            24 * 3600
        } else if self.iri_type == Some(IriType::Report) || self.class == PayloadClass::Hi1 {
            10
        } else {
            300
        }
    }
}

impl Intake {
    pub(super) fn keep(
        &mut self,
        delivery: Delivery,
        warranted: Warranted,
    ) -> Result<(), CustodyError> {
        let tag = warranted.route.tag;
        let fingerprint = self.site.machine.fingerprint("octets", &[&tag, &delivery.sha256().0]);
        let stored = self.contexts.get(&tag).is_some_and(|it| it.stored.contains(&fingerprint));
        if stored || self.held.iter().any(|it| it.fingerprint == fingerprint) {
            self.totals.duplicates = self.totals.duplicates.saturating_add(1);
            let line =
                self.health.place(warranted.route.key.liid.octets(), &warranted.row.operator);
            self.health.duplicate(line);
            return Ok(());
        }
        self.settle_held(&warranted)?;
        if warranted.class == PayloadClass::CinReset {
            self.reset(&warranted);
        }
        let Some(line) =
            self.contexts.get_mut(&tag).and_then(|it| it.lines.get_mut(&warranted.route.key))
        else {
            return Err(CustodyError::Broken("a context just loaded is not there".into()));
        };
        let mut flags = warranted.flags;
        let epoch = match line.sight(warranted.class, warranted.number, warranted.at) {
            Sighting::New { epoch } => epoch,
            Sighting::Duplicate => return Err(CustodyError::Broken("duplicate twice".into())),
            Sighting::Conflict { epoch } => {
                flags |= flag::CONFLICT;
                epoch
            }
            Sighting::PerhapsRestart { epoch } => {
                if self.held.len() >= HELD_MAX {
                    let oldest = self.held.remove(0);
                    self.release_held(oldest, false)?;
                }
                let since = delivery.received_at;
                self.held.push(Held { delivery, warranted, fingerprint, epoch, since });
                return Ok(());
            }
            Sighting::Restarted { epoch } => {
                line.restart_watch.remove(&(epoch, warranted.class));
                flags |= flag::INFERRED_RESTART;
                line.open_epoch(warranted.at, Some(warranted.class))
            }
        };
        self.store(&delivery, &warranted, &Placed { epoch, flags, fingerprint })
    }

    /// Decides on a PDU held back in the same context, now that its follower is here.
    fn settle_held(&mut self, follower: &Warranted) -> Result<(), CustodyError> {
        let same = |held: &Held| {
            held.warranted.class == follower.class && held.warranted.route == follower.route
        };
        let Some(at) = self.held.iter().position(same) else { return Ok(()) };
        let held = self.held.remove(at);
        let Route { key, tag } = &*held.warranted.route;
        let follows = held.warranted.number.checked_add(1) == Some(follower.number)
            && self
                .contexts
                .get(tag)
                .and_then(|it| it.lines.get(key))
                .and_then(|it| it.seen.get(&(held.epoch, held.warranted.class)))
                .is_some_and(|seen| seen.contains(follower.number));
        self.release_held(held, follows)
    }

    fn release_held(&mut self, held: Held, restart: bool) -> Result<(), CustodyError> {
        let Held { delivery, warranted, fingerprint, epoch, .. } = held;
        let mut flags = warranted.flags;
        let mut into = epoch;
        let Route { key, tag } = &*warranted.route;
        if let Some(line) = self.contexts.get_mut(tag).and_then(|it| it.lines.get_mut(key)) {
            if restart {
                flags |= flag::INFERRED_RESTART;
                into = line.open_epoch(warranted.at, Some(warranted.class));
            } else {
                flags |= flag::CONFLICT;
                line.restart_watch.insert((epoch, warranted.class), warranted.number);
            }
        }
        let placed = Placed { epoch: into, flags, fingerprint };
        self.store(&delivery, &warranted, &placed)
    }

    fn reset(&mut self, warranted: &Warranted) {
        let Route { key, tag } = &*warranted.route;
        let whole_liid = key.cin.is_none_or(|cin| cin == 0);
        if whole_liid {
            self.resets.of_liid(key.liid.octets(), warranted.at);
            self.resets_changed = true;
            let of_liid = self.routes.iter().filter(|route| route.key.liid == key.liid);
            let named: Vec<Tag> = of_liid.map(|route| route.tag).collect();
            for tag in named {
                self.open_epochs(&tag, warranted.at);
            }
        } else {
            self.open_epochs(tag, warranted.at);
        }
    }

    fn open_epochs(&mut self, tag: &Tag, at: Micros) {
        if let Some(context) = self.contexts.get_mut(tag) {
            for line in context.lines.values_mut() {
                line.open_epoch(at, None);
            }
        }
    }

    /// Step 4: the octets, encrypted once, go to the journal; everything else follows from them.
    fn store(
        &mut self,
        delivery: &Delivery,
        warranted: &Warranted,
        placed: &Placed,
    ) -> Result<(), CustodyError> {
        let Route { key, tag } = &*warranted.route;
        let open = self.contexts.get(tag).and_then(|it| it.lines.get(key));
        let id = match open.and_then(|line| line.open.get(&placed.epoch)) {
            Some(id) => *id,
            None => self.begin_part(warranted, placed)?,
        };
        let Some(part) = self.parts.get_mut(&id) else {
            return Err(CustodyError::Broken("a part just begun is not there".into()));
        };
        let number = part.state.frontier.count();
        let clear = RecordClear {
            received_at: delivery.received_at,
            peer: &delivery.peer,
            flags: placed.flags,
            octets: delivery.octets(),
        };
        self.journal.append_clear(&mut part.keys, number, &clear)?;
        let salt = part.keys.salt(number);
        let row = Row {
            part: index_of(&mut self.batch, part.state.part)?,
            number,
            class: warranted.class,
            sequence_number: warranted.number,
            intercepted_at: warranted.usable_at,
            received_at: delivery.received_at,
            octets: u32::try_from(delivery.octets().len()).unwrap_or(u32::MAX),
            conflict: placed.flags & flag::CONFLICT != 0,
            marks: warranted.marks,
            fingerprint: placed.fingerprint,
            leaf: leaf::leaf(
                &salt,
                number,
                delivery.received_at,
                &delivery.peer,
                &delivery.sha256(),
            ),
        };
        part.state.take(&row);
        part.live |= warranted.marks.has(Marks::LIVE);
        part.last_received = delivery.received_at;
        part.idle_seconds = part.idle_seconds.max(warranted.idle_seconds());
        if warranted.iri_type == Some(IriType::End) {
            part.ended_at = Some(delivery.received_at);
        }
        let health = part.line;
        self.health.take(health, &row);
        self.touched.insert(id);
        self.batch.rows.push(row);
        if let Some(context) = self.contexts.get_mut(tag) {
            context.stored.insert(placed.fingerprint);
            if let Some(line) = context.lines.get_mut(key) {
                let (class, number) = (warranted.class, warranted.number);
                let missed = line.note(placed.epoch, class, number, warranted.usable_at);
                self.health.miss(health, missed, delivery.received_at);
            }
        }
        self.count(warranted.class, placed.flags);
        Ok(())
    }

    fn count(&mut self, class: PayloadClass, flags: u32) {
        let count = if class.is_control() {
            &mut self.totals.control
        } else if flags & flag::CONFLICT != 0 {
            &mut self.totals.conflicts
        } else {
            &mut self.totals.stored
        };
        *count = count.saturating_add(1);
    }

    fn begin_part(
        &mut self,
        warranted: &Warranted,
        placed: &Placed,
    ) -> Result<PartId, CustodyError> {
        let part = PartId(provider::random()?);
        let Route { key, tag } = &*warranted.route;
        let line = self.contexts.get_mut(tag).and_then(|it| it.lines.get_mut(key));
        let Some(line) = line else {
            return Err(CustodyError::Broken("a line just seen is not there".into()));
        };
        let epoch_from = line
            .boundaries
            .iter()
            .find(|it| it.epoch == placed.epoch)
            .map(|it| (it.from.0, it.class.map(PayloadClass::code)));
        let known = line.communications.get(&placed.epoch).copied().unwrap_or_else(|| {
            let next = self.numbers.entry(warranted.row.case.clone()).or_insert(1);
            let n = *next;
            *next = next.saturating_add(1);
            self.numbers_changed.insert(warranted.row.case.clone());
            Known { n, parts: 0, last_part: None }
        });
        let meta = PartMeta {
            case: warranted.row.case.clone(),
            order: warranted.row.order.clone(),
            n: known.n,
            part_index: known.parts,
            part_before: known.last_part.map(|it| it.to_hex()),
            liid: hex::encode(key.liid.octets()),
            cin: key.cin,
            cin_extension: key.cin_extension.as_deref().map(hex::encode),
            operator: hex::encode(&key.operator),
            network_element: key.network_element.as_deref().map(hex::encode),
            delivery_country: key.delivery_country.as_deref().map(hex::encode),
            epoch: placed.epoch,
            epoch_from,
            measure_operator: warranted.row.operator.clone(),
        };
        let parts = known.parts.saturating_add(1);
        line.communications
            .insert(placed.epoch, Known { n: known.n, parts, last_part: Some(part) });
        line.open.insert(placed.epoch, part);
        let vault = warranted.row.vault;
        let keys = PartKeys::generate(vault, part)?;
        let public = self.site.vault_public(vault)?;
        let text = serde_json::to_vec(&meta)
            .map_err(|error| CustodyError::Broken(format!("part meta is not JSON: {error}")))?;
        self.journal.append(Record::PartOpen {
            vault,
            part,
            sealed_keys: &keys.sealed_to(&public)?,
            meta: &text,
        })?;
        let open = OpenPart {
            state: PartState::new(vault, part, meta),
            keys,
            route: Arc::clone(&warranted.route),
            line: self.health.place(key.liid.octets(), &warranted.row.operator),
            last_received: warranted.at,
            ended_at: None,
            idle_seconds: 0,
            live: false,
        };
        self.parts.insert(part, open);
        Ok(part)
    }

    /// Makes everything taken durable: one write and one sync. PDUs that may be a restart wait for
    /// their successor up to 20 ms more, unless `settle` says that nothing follows.
    ///
    /// # Errors
    /// A failed sync is final: stop, reopen, recover.
    pub fn commit(&mut self, now: Micros, settle: bool) -> Result<Option<Mark>, CustodyError> {
        let Some((sidecar, totals, pdus)) = self.begin_commit(now, settle)? else {
            self.journal.settle()?;
            return Ok(None);
        };
        let block = self.journal.commit(&sidecar)?;
        Ok(Some(self.committed(block.0, totals, pdus)))
    }

    /// As [`Intake::commit`], settling what is held; but the mark is true only once the next commit
    /// of either kind has returned: while the block is synced the next one is filled.
    ///
    /// # Errors
    /// As [`Intake::commit`], for this block or the one before.
    pub fn commit_behind(&mut self, now: Micros) -> Result<Option<Mark>, CustodyError> {
        let Some((sidecar, totals, pdus)) = self.begin_commit(now, true)? else {
            self.journal.settle()?;
            return Ok(None);
        };
        // Two blocks of the largest PDUs would be in memory at the same time.
        let block = if self.journal.pending_octets() > BEHIND_OCTETS_MAX {
            self.journal.commit(&sidecar)?
        } else {
            self.journal.commit_behind(&sidecar)?
        };
        Ok(Some(self.committed(block.0, totals, pdus)))
    }

    fn committed(&mut self, block: u64, totals: Totals, pdus: u64) -> Mark {
        self.numbers_changed.clear();
        self.resets_changed = false;
        self.closed_changed = false;
        self.health.written();
        self.snapshot_due = false;
        self.totals_durable = totals.clone();
        Mark { block, totals, pdus }
    }

    /// The sidecar of the block under way, its counts and its PDUs; `None` when nothing is to be
    /// written.
    fn begin_commit(
        &mut self,
        now: Micros,
        settle: bool,
    ) -> Result<Option<(Vec<u8>, Totals, u64)>, CustodyError> {
        let due = |held: &Held| settle || held.since.0.saturating_add(HOLD_MICROS) <= now.0;
        while let Some(at) = self.held.iter().position(due) {
            let held = self.held.remove(at);
            self.release_held(held, false)?;
        }
        self.totals.balance(u64::try_from(self.held.len()).unwrap_or(u64::MAX))?;
        // At an end, counts alone are worth a block: duplicates and keep-alives leave nothing else.
        let counted = settle && (self.totals != self.totals_durable || self.health.has_delta());
        if self.journal.pending_octets() == 0 && !self.snapshot_due && !counted {
            return Ok(None);
        }
        let batch = std::mem::take(&mut self.batch);
        let mut totals = self.totals.clone();
        // What is held is not in this block, nor in its counts.
        totals.received = totals.received.saturating_sub(self.held.len().try_into().unwrap_or(0));
        let head = sidecar::Head {
            totals: totals.clone(),
            parts: batch.parts.iter().map(PartId::to_hex).collect(),
            numbers: self.numbers_to_write(),
            resets: (self.resets_changed || self.snapshot_due).then(|| self.resets.clone()),
            closed: (self.closed_changed || self.snapshot_due).then(|| self.closed.clone()),
            health: self.health.delta(),
            entry: self.entry.take().map(|entry| {
                let text = String::from_utf8_lossy(&entry.octets).into_owned();
                (hex::encode(&entry.salt), text)
            }),
            snapshot: self
                .snapshot_due
                .then(|| self.parts.values().map(|part| SnapshotPart::of(&part.state)).collect()),
        };
        let text = sidecar::encode(&head, &batch.rows)
            .map_err(|error| CustodyError::Broken(error.to_string()))?;
        let pdus = u64::try_from(batch.rows.len()).unwrap_or(u64::MAX);
        Ok(Some((text, totals, pdus)))
    }

    fn numbers_to_write(&self) -> std::collections::BTreeMap<String, u64> {
        self.numbers
            .iter()
            .filter(|(case, _)| self.snapshot_due || self.numbers_changed.contains(*case))
            .map(|(case, next)| (case.clone(), *next))
            .collect()
    }
}

/// True for IP access content and records (TS 102 232-3): contents 2, 3 and 20.
fn is_ip_access(pdu: &Pdu<'_>) -> bool {
    pdu.payloads().next().and_then(|payload| payload.contents).is_some_and(|contents| {
        matches!((contents.iri, contents.tag), (true, 2 | 3 | 20) | (false, 2))
    })
}

/// Where a PDU is kept and how it is known.
pub(super) struct Placed {
    epoch: u32,
    flags: u32,
    fingerprint: [u8; 16],
}

fn index_of(batch: &mut super::Batch, part: PartId) -> Result<u16, CustodyError> {
    if let Some(index) = batch.index.get(&part) {
        return Ok(*index);
    }
    let index = u16::try_from(batch.parts.len())
        .map_err(|_| CustodyError::Broken("more than 65,535 parts in one block".into()))?;
    batch.parts.push(part);
    batch.index.insert(part, index);
    Ok(index)
}
