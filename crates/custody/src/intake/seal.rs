//! Sealing: what a part was, said once, chained, committed to.
//!
//! Order of writes: seals put, commitments entered, contexts ended, chain moved. A crash between
//! any two is taken up by [`recover`](super::recover), which finds seals beyond the chain.
//!
//! Rules: DESIGN decisions 4, 5, 11; `spec/seal-and-chain.md`.
use super::context::Context;
use super::part::{Ending, PartState};
use super::{Contexts, Intake, Tag, recall, sights};
use crate::chain::{self, Counted, Versioned};
use crate::error::CustodyError;
use crate::filing::{self, Document};
use crate::site::Site;
use lacre_package::document::{Gap, Seal};
use lacre_store::GetError;
use lacre_term::{Digest, Micros, PartId, PayloadClass, VaultId, hex};
use lacre_vault::Drawer;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A part about to be sealed.
pub(super) struct Closing {
    pub(super) state: PartState,
    pub(super) tag: Tag,
    pub(super) ending: Ending,
}

/// What the ledger is told once a second of the parts still open.
#[derive(Debug, Serialize)]
struct BatchEntry {
    schema: &'static str,
    node: String,
    parts: Vec<(String, u64, String)>,
}

/// Word of a payload class in gaps.
fn class_word(class: PayloadClass) -> String {
    match class {
        PayloadClass::Iri => "iri".into(),
        PayloadClass::Cc => "cc".into(),
        PayloadClass::Hi1 => "hi1".into(),
        PayloadClass::Hi4 => "hi4".into(),
        PayloadClass::Encrypted => "encrypted".into(),
        PayloadClass::Ilhi => "ilhi".into(),
        PayloadClass::IntegrityHash => "integrity_hash".into(),
        PayloadClass::IntegritySignature => "integrity_signature".into(),
        other => format!("class_{}", other.code()),
    }
}

fn gaps(context: Option<&Context>, state: &PartState) -> Vec<Gap> {
    let Some(line) = state.meta.key().and_then(|key| context?.lines.get(&key)) else {
        return Vec::new();
    };
    line.gaps(state.meta.epoch)
        .map(|(class, from, to)| Gap {
            class: class_word(class),
            from: u64::from(from),
            to: u64::from(to),
        })
        .collect()
}

/// What `state` adds to its measure's totals.
pub(super) fn counted(state: &PartState, context: Option<&Context>) -> Counted {
    let liid = hex::decode(&state.meta.liid).unwrap_or_default();
    Counted {
        liid: lacre_term::liid::shown(&liid),
        n: state.meta.n,
        pdus: state.frontier.count(),
        octets: state.octets,
        gaps: u64::try_from(gaps(context, state).len()).unwrap_or(u64::MAX),
        conflicts: state.conflicts,
    }
}

fn describe(
    site: &Site,
    closing: &Closing,
    context: Option<&Context>,
    versioned: &Versioned,
    now: Micros,
) -> Result<Seal, CustodyError> {
    let state = &closing.state;
    let before = Digest::from_hex(&versioned.chain.last)
        .ok_or_else(|| CustodyError::Broken("the chain's last hash is not one".into()))?;
    let (received_first, received_last) = state.received.unwrap_or((now, now));
    let (first_at, last_at) = state.intercepted.unwrap_or((received_first, received_last));
    Ok(Seal {
        schema: Seal::SCHEMA.to_owned(),
        vault: state.vault,
        node: site.node().to_owned(),
        number: versioned.chain.next,
        before,
        case: state.meta.case.clone(),
        communication: state.meta.n,
        part: state.part,
        part_index: u64::from(state.meta.part_index).saturating_add(1),
        part_before: state.meta.part_before.as_deref().and_then(lacre_term::PartId::from_hex),
        pdus: state.frontier.count(),
        root: state.frontier.root(),
        octets: state.octets,
        first_at,
        last_at,
        received_first,
        received_last,
        gaps: gaps(context, state),
        conflicts: state.conflicts,
        reason: closing.ending.word().to_owned(),
        sealed_at: now,
    })
}

/// Seals `closings`, vault by vault, in order of their communications.
pub(super) fn seal_all(
    site: &Site,
    contexts: &Contexts,
    files: &[String],
    mut closings: Vec<Closing>,
    now: Micros,
) -> Result<(), CustodyError> {
    closings.sort_by_key(|it| (it.state.vault, it.state.meta.n, it.state.meta.part_index));
    let mut chains: BTreeMap<VaultId, Versioned> = BTreeMap::new();
    let mut commitments = Vec::with_capacity(closings.len());
    let mut seals = Vec::with_capacity(closings.len());
    for closing in &closings {
        let vault = closing.state.vault;
        let versioned = match chains.entry(vault) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(chain::read(&site.engine, &site.machine, vault)?),
        };
        let seal = describe(site, closing, contexts.get(&closing.tag), versioned, now)?;
        let document = Document::of(&seal)?;
        let key = chain::seal_key(vault, seal.number, &closing.state.part.to_hex());
        let tag = closing.state.part.0;
        let (slip, object) =
            filing::object(&site.machine, &site.keys, Drawer::Register, &key, tag, &document)?;
        seals.push((key, object));
        let counted = counted(&closing.state, contexts.get(&closing.tag));
        versioned.chain.take(seal.number, slip.sha256, &counted);
        commitments.push(slip.commitment);
    }
    // All of a run together: each by itself would cost two syncs of its own.
    put_all(site, &seals)?;
    site.enter_or_queue(&commitments, now)?;
    let ended: Vec<_> = closings.iter().map(|closing| (closing.tag, &closing.state)).collect();
    end_contexts(site, contexts, files, &ended)?;
    for (vault, versioned) in &mut chains {
        chain::write(&site.engine, &site.machine, *vault, versioned)?;
    }
    Ok(())
}

/// Writes down what sealed parts have seen: what `files` of sights say of them, then their ends.
pub(super) fn end_contexts(
    site: &Site,
    contexts: &Contexts,
    files: &[String],
    parts: &[(Tag, &PartState)],
) -> Result<(), CustodyError> {
    let machine = &site.machine;
    for name in files {
        let seen = sights::read(site.engine.journal.as_ref(), machine, name)?;
        let mut stretches = Vec::new();
        for (tag, state) in parts {
            let Some(rows) = seen.get(&state.part) else { continue };
            let (context, what) = (contexts.get(tag), (name.as_str(), rows.as_slice()));
            let (key, octets) = recall::stretch(machine, tag, context, state, what)?;
            // A crash may have come between this and the end.
            match site.engine.objects.size(&key) {
                Ok(_) => {}
                Err(GetError::NotFound { .. }) => stretches.push((key, octets)),
                Err(source) => return Err(CustodyError::Get { key, source }),
            }
        }
        put_all(site, &stretches)?;
    }
    // In groups: what a busy part has seen is large.
    for group in parts.chunks(ENDINGS) {
        let endings: Result<Vec<_>, _> = group
            .iter()
            .map(|(tag, state)| recall::ending(machine, tag, contexts.get(tag), state))
            .collect();
        put_all(site, &endings?)?;
    }
    Ok(())
}

/// Context objects made before they are put.
const ENDINGS: usize = 128;

fn put_all(site: &Site, objects: &[(String, Vec<u8>)]) -> Result<(), CustodyError> {
    let key = || objects.first().map(|(key, _)| key.clone()).unwrap_or_default();
    let put = site.engine.objects.put_all(objects);
    put.map_err(|source| CustodyError::Put { key: key(), source })
}

impl Intake {
    /// Parts whose end has come: after IRI-END, idle, or ceased.
    ///
    /// # Errors
    /// As [`Intake::commit`].
    pub fn seal_due(&mut self, now: Micros) -> Result<usize, CustodyError> {
        let table = self.table.clone();
        let due: Vec<(PartId, Ending)> = self
            .parts
            .iter()
            .filter_map(|(id, part)| {
                let ceased = table
                    .rows_of(part.route.key.liid.octets())
                    .iter()
                    .filter(|row| row.vault == part.state.vault)
                    .all(|row| row.until <= now);
                let ending = if ceased && part.last_received.plus_seconds(60) <= now {
                    Some(Ending::Cease)
                } else {
                    part.due(now)
                };
                ending.map(|ending| (*id, ending))
            })
            .collect();
        self.seal_parts(due, now)
    }

    /// Seals every open part, for `ending`: the end of an `intake` command, or a package's cut.
    ///
    /// # Errors
    /// As [`Intake::commit`].
    pub fn seal_open(&mut self, ending: Ending, now: Micros) -> Result<usize, CustodyError> {
        // A command that took files does not end what connections are still delivering.
        let ends = |part: &super::part::OpenPart| ending != Ending::IntakeEnd || !part.live;
        let all =
            self.parts.iter().filter(|(_, part)| ends(part)).map(|(id, _)| (*id, ending)).collect();
        self.seal_parts(all, now)
    }

    /// Seals what is open of one vault.
    ///
    /// # Errors
    /// As [`Intake::commit`].
    pub fn seal_vault(
        &mut self,
        vault: VaultId,
        ending: Ending,
        now: Micros,
    ) -> Result<usize, CustodyError> {
        let of_vault = |(_, part): &(&PartId, &super::part::OpenPart)| part.state.vault == vault;
        let all = self.parts.iter().filter(of_vault).map(|(id, _)| (*id, ending)).collect();
        self.seal_parts(all, now)
    }

    fn seal_parts(
        &mut self,
        parts: Vec<(PartId, Ending)>,
        now: Micros,
    ) -> Result<usize, CustodyError> {
        if parts.is_empty() {
            return Ok(0);
        }
        // A seal speaks of durable PDUs only.
        self.commit(now, true)?;
        let mut closings = Vec::with_capacity(parts.len());
        let mut sealed = Vec::with_capacity(parts.len());
        for (id, ending) in parts {
            if let Some(part) = self.parts.remove(&id) {
                self.touched.remove(&id);
                sealed.push(id);
                let line = self.contexts.get_mut(&part.route.tag);
                if let Some(line) = line.and_then(|it| it.lines.get_mut(&part.route.key)) {
                    line.open.remove(&part.state.meta.epoch);
                }
                closings.push(Closing { state: part.state, tag: part.route.tag, ending });
            }
        }
        let files = self.sight_files.naming(&sealed);
        seal_all(&self.site, &self.contexts, &files, closings, now)?;
        self.sight_files.sealed(self.site.engine.journal.as_ref(), &sealed)?;
        self.forget_idle_contexts();
        Ok(sealed.len())
    }

    /// Enters, once a second, what became durable of the parts still open, and lets the ledger
    /// close its seconds. A ledger that cannot take entries does not stop intake: they queue, and
    /// the delay is entered when it can (decision 12).
    ///
    /// # Errors
    /// Only what makes the entry impossible to write down.
    pub fn enter_batches(&mut self, now: Micros) -> Result<(), CustodyError> {
        if now.seconds() == self.entered_at.seconds() {
            return Ok(());
        }
        // What is entered is durable.
        self.commit(now, false)?;
        // What waited longest is entered first.
        let waited = self.site.enter_queued(now).is_ok();
        let mut commitments = Vec::new();
        if !self.touched.is_empty() {
            let parts = self
                .parts
                .values()
                .filter(|part| self.touched.contains(&part.state.part))
                .map(|part| {
                    let frontier = &part.state.frontier;
                    (part.state.part.to_hex(), frontier.count(), frontier.root().to_hex())
                })
                .collect();
            let entry =
                BatchEntry { schema: "lacre.batch/1", node: self.site.node().to_owned(), parts };
            let document = Document::of(&entry)?;
            commitments.push(document.commitment());
            self.entry = Some(document);
        }
        self.touched.clear();
        self.entered_at = now;
        if waited {
            self.site.enter_or_queue(&commitments, now)?;
        } else {
            self.site.queue(&commitments)?;
        }
        self.site.tick(now);
        self.forget_idle_contexts();
        Ok(())
    }
}
