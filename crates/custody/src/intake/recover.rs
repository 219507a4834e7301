//! Opening intake: what the journal holds is taken up, what was open is sealed without any key,
//! what was sealed but not entered is entered, and the journal's files become segments.
//!
//! Rules: DESIGN decisions 6, 7, 16 (what is stored and not entered is entered at start-up).
use super::bag::Bags;
use super::cutter::Cutter;
use super::health::{self, Replay};
use super::intervals::Intervals;
use super::part::{Ending, PartMeta, PartState};
use super::resets::Resets;
use super::route::Routes;
use super::seal::{Closing, counted, end_contexts, seal_all};
use super::sights::{self, SightFiles};
use super::{Batch, Contexts, Intake, Replayed, Tag, Totals, recall, sidecar};
use crate::chain;
use crate::error::CustodyError;
use crate::filing;
use crate::site::Site;
use crate::state;
use lacre_term::{Micros, PartId, VaultId};
use lacre_vault::{Journal, JournalFile, OwnedRecord, ReplayedBlock};
use lacre_warrant::BindingTable;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What opening found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Journal blocks replayed.
    pub blocks: u64,
    /// Parts sealed because they were open when the process ended.
    pub sealed: usize,
    /// Seals found beyond their chain, entered now.
    pub completed: usize,
}

/// What survives the retirement of every journal file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledgerbook {
    totals: Totals,
    numbers: BTreeMap<String, u64>,
    resets: Resets,
    #[serde(default)]
    closed: super::Closed,
    #[serde(default)]
    health: health::Written,
}

/// A journal file is in memory twice while it becomes objects, whoever filled it: with its last
/// block, two times this and two of the largest PDUs must fit what a server may take (200 MB).
const ROLL_OCTETS: u64 = 32 << 20;

/// Closed journal files that may wait for the cutter before intake waits for it as well.
const CLOSED_MAX: usize = 4;

const BOOK: &str = "intake/book";

impl Intake {
    /// Opens the journal and brings the site to a state in which nothing is half done.
    ///
    /// # Errors
    /// Damage in the journal, or an engine's refusal. Nothing is lost by trying again.
    pub fn open(
        site: Arc<Site>,
        table: Arc<BindingTable>,
        now: Micros,
    ) -> Result<(Self, Recovered), CustodyError> {
        match site.enter_queued(now) {
            // A ledger that cannot take entries does not stop receiving (decision 12).
            Ok(()) | Err(CustodyError::Ledger(_)) => {}
            Err(error) => return Err(error),
        }
        let (mut journal, replay) = Journal::open(Arc::clone(&site.engine.journal), &site.machine)?;
        journal.set_roll_octets(ROLL_OCTETS);
        let mut book = read_book(&site)?;
        let not_hex = || CustodyError::Damaged { key: BOOK.into(), what: "names a LIID wrongly" };
        let mut lines = Replay::begin(std::mem::take(&mut book.health)).ok_or_else(not_hex)?;
        let mut states = Replayed::new();
        let mut blocks = 0u64;
        for block in replay {
            replay_block(&block?, &mut book, &mut states, &mut lines)?;
            blocks = blocks.saturating_add(1);
        }
        let (sealed, completed) = finish(&site, states, now)?;
        sights::remove_all(site.engine.journal.as_ref())?;
        let mut intake = Self {
            site,
            journal,
            table,
            contexts: Contexts::default(),
            routes: Routes::default(),
            parts: HashMap::default(),
            sight_files: SightFiles::default(),
            cutter: Cutter::default(),
            bags: Bags::default(),
            numbers: book.numbers,
            numbers_changed: BTreeSet::new(),
            resets: book.resets,
            resets_changed: false,
            closed: book.closed,
            closed_changed: false,
            health: lines.end(),
            notices: super::notice::Notices::default(),
            totals_durable: book.totals.clone(),
            totals: book.totals,
            held: Vec::new(),
            batch: Batch::default(),
            snapshot_due: false,
            touched: HashSet::default(),
            entered_at: Micros(0),
            entry: None,
        };
        intake.cut(now)?;
        Ok((intake, Recovered { blocks, sealed, completed }))
    }

    /// Closes the journal's file when it holds anything, turns closed files into segments and
    /// quarantine objects, and retires them.
    ///
    /// # Errors
    /// The engine's refusal; nothing is retired before its segments are durable.
    pub fn cut(&mut self, now: Micros) -> Result<(), CustodyError> {
        self.commit(now, true)?;
        // A bag whose opening record leaves the journal takes nothing more.
        self.bags = Bags::default();
        self.journal.roll()?;
        self.retire_cut()?;
        let files = self.journal.closed_files();
        if files.is_empty() {
            return Ok(());
        }
        self.before_cutting(now)?;
        let cut = Cutter::cut(&self.site.engine, files)?;
        self.retire(&cut)
    }

    /// Begins to cut the files the journal closed by itself, by size; intake goes on meanwhile,
    /// unless so many wait that the disk would fill faster than it is emptied.
    ///
    /// # Errors
    /// As [`Intake::cut`]; the failure of a cut is told by the next call.
    pub fn cut_closed(&mut self, now: Micros) -> Result<(), CustodyError> {
        let closed = self.journal.closed_files().len();
        if closed == 0 || (self.cutter.is_busy() && closed <= CLOSED_MAX) {
            return Ok(());
        }
        self.retire_cut()?;
        let files = self.journal.closed_files();
        if files.is_empty() {
            return Ok(());
        }
        self.before_cutting(now)?;
        self.cutter.begin(&self.site.engine, files)
    }

    /// Retires what the cutter has cut; waits for it.
    fn retire_cut(&mut self) -> Result<(), CustodyError> {
        let cut = self.cutter.wait()?;
        self.retire(&cut)
    }

    fn retire(&mut self, cut: &[JournalFile]) -> Result<(), CustodyError> {
        cut.iter().try_for_each(|file| Ok(self.journal.retire(file)?))
    }

    /// Writes down elsewhere what only the closed files say.
    fn before_cutting(&mut self, now: Micros) -> Result<(), CustodyError> {
        // What a context says is durable already: nothing is pending, nothing is held.
        self.commit(now, true)?;
        // Then everything those files alone say of open parts is written down elsewhere.
        let (disk, machine) = (self.site.engine.journal.as_ref(), &self.site.machine);
        self.sight_files.write(
            disk,
            machine,
            self.journal.next_block(),
            self.parts.values_mut(),
        )?;
        if !self.parts.is_empty() {
            self.snapshot_due = true;
            self.commit(now, false)?;
        }
        self.write_book()
    }

    fn write_book(&self) -> Result<(), CustodyError> {
        let book = Ledgerbook {
            totals: self.totals_durable.clone(),
            numbers: self.numbers.clone(),
            resets: self.resets.clone(),
            closed: self.closed.clone(),
            health: self.health.write(self.journal.next_block()),
        };
        let text = serde_json::to_vec(&book)
            .map_err(|error| CustodyError::Broken(format!("book is not JSON: {error}")))?;
        let site = &self.site;
        let version = state::read(&site.engine, &site.machine, BOOK)?.map(|kept| kept.version);
        state::write(&site.engine, &site.machine, BOOK, version, &text).map(|_| ())
    }
}

fn read_book(site: &Site) -> Result<Ledgerbook, CustodyError> {
    let Some(kept) = state::read(&site.engine, &site.machine, BOOK)? else {
        return Ok(Ledgerbook::default());
    };
    serde_json::from_slice(&kept.text)
        .map_err(|_| CustodyError::Damaged { key: BOOK.into(), what: "is not the intake's book" })
}

fn replay_block(
    block: &ReplayedBlock,
    book: &mut Ledgerbook,
    states: &mut Replayed,
    lines: &mut Replay,
) -> Result<(), CustodyError> {
    let damaged =
        |what| CustodyError::Damaged { key: format!("journal block {}", block.number.0), what };
    let (head, rows) =
        sidecar::decode(&block.sidecar).map_err(|_| damaged("has a damaged sidecar"))?;
    // The book may be younger than a block of a file not yet retired.
    if head.totals.received >= book.totals.received {
        book.totals = head.totals;
    }
    for (case, next) in head.numbers {
        let known = book.numbers.entry(case).or_insert(1);
        *known = (*known).max(next);
    }
    if let Some(resets) = head.resets {
        book.resets = resets;
    }
    if let Some(closed) = head.closed {
        book.closed = closed;
    }
    if let Some(delta) = head.health {
        lines.delta(block.number.0, delta).ok_or(damaged("names a LIID wrongly"))?;
    }
    for part in head.snapshot.into_iter().flatten() {
        let state = part.state().map_err(|_| damaged("has a damaged snapshot"))?;
        states.entry(state.part).or_insert(state);
    }
    for record in &block.records {
        if let OwnedRecord::PartOpen { vault, part, meta, .. } = record {
            let meta: PartMeta =
                serde_json::from_slice(meta).map_err(|_| damaged("opens a part without meta"))?;
            let next = book.numbers.entry(meta.case.clone()).or_insert(1);
            *next = (*next).max(meta.n.saturating_add(1));
            states.entry(*part).or_insert_with(|| PartState::new(*vault, *part, meta));
        }
    }
    let parts: Vec<PartId> = head
        .parts
        .iter()
        .map(|text| PartId::from_hex(text).ok_or(damaged("names a part that is not one")))
        .collect::<Result<_, _>>()?;
    for row in rows {
        let part = parts.get(usize::from(row.part)).ok_or(damaged("has a row without a part"))?;
        // A part opened in a retired file and sealed since is no longer of interest.
        let Some(state) = states.get_mut(part) else { continue };
        let meta = &state.meta;
        lines
            .row(block.number.0, &meta.liid, &meta.measure_operator, &row)
            .ok_or(damaged("names a LIID wrongly"))?;
        if row.number == state.frontier.count() {
            state.take(&row);
        }
    }
    Ok(())
}

/// A part the journal holds and whose chain may not name it yet.
struct Left {
    state: PartState,
    tag: Tag,
    /// Its end object stands: sealed, though the run may have ended before the chain moved.
    ended: bool,
}

/// Seals what was open, completes what was begun. Gives the counts of both.
fn finish(site: &Arc<Site>, states: Replayed, now: Micros) -> Result<(usize, usize), CustodyError> {
    let mut vaults: BTreeSet<VaultId> = BTreeSet::new();
    let mut left: Vec<Left> = Vec::new();
    for (_, state) in states {
        let key = state.meta.key().ok_or(CustodyError::Damaged {
            key: format!("part {}", state.part),
            what: "has a damaged communication key",
        })?;
        let tag = recall::tag_of(&site.machine, &key);
        vaults.insert(state.vault);
        if state.frontier.count() > 0 {
            let ended = recall::is_ended(&site.engine, &tag, &state.part)?;
            left.push(Left { state, tag, ended });
        }
    }
    let mut contexts = Contexts::default();
    for Left { state, tag, .. } in left.iter().filter(|it| !it.ended) {
        if !contexts.contains_key(tag) {
            contexts.insert(*tag, recall::load(&site.engine, &site.machine, tag)?);
        }
        if let Some(context) = contexts.get_mut(tag) {
            recall::absorb(context, &state.meta, state.part, &state.sights);
        }
    }
    let files = sights::list(site.engine.journal.as_ref())?;
    absorb_files(site, &files, &left, &mut contexts)?;
    remember_lines(&left, &mut contexts);
    // Once every line is there: a reset names all lines of its (LIID, CIN).
    for Left { state, tag, .. } in left.iter().filter(|it| !it.ended) {
        if let Some(context) = contexts.get_mut(tag) {
            context.reset(state.resets.iter().copied());
            context.share_resets();
        }
    }
    let mut completed = 0usize;
    for vault in vaults {
        let done = complete(site, vault, &mut contexts, &files, &mut left, now)?;
        completed = completed.saturating_add(done);
    }
    let closings: Vec<Closing> = left
        .into_iter()
        .filter(|it| !it.ended)
        .map(|it| Closing { state: it.state, tag: it.tag, ending: Ending::Restart })
        .collect();
    let sealed = closings.len();
    seal_all(site, &contexts, &files, closings, now)?;
    Ok((sealed, completed))
}

/// Adds what files of sights say of parts left open to their contexts.
fn absorb_files(
    site: &Site,
    files: &[String],
    left: &[Left],
    contexts: &mut Contexts,
) -> Result<(), CustodyError> {
    for name in files {
        let seen = sights::read(site.engine.journal.as_ref(), &site.machine, name)?;
        for Left { state, tag, .. } in left.iter().filter(|it| !it.ended) {
            let (rows, context) = (seen.get(&state.part), contexts.get_mut(tag));
            if let (Some(rows), Some(context)) = (rows, context) {
                recall::absorb(context, &state.meta, state.part, rows);
            }
        }
    }
    Ok(())
}

/// What lines of parts left open knew besides: their last time, and the first number whose
/// repetition was kept as a conflict and may still turn out to have been a restart.
fn remember_lines(left: &[Left], contexts: &mut Contexts) {
    for Left { state, tag, .. } in left.iter().filter(|it| !it.ended) {
        let context = contexts.get_mut(tag);
        let line = state.meta.key().and_then(|key| context?.lines.get_mut(&key));
        let Some(line) = line else { continue };
        line.last_at = line.last_at.max(state.intercepted.map(|(_, last)| last));
        let epoch = state.meta.epoch;
        for (class, number) in &state.repeated {
            let first = line.seen.get(&(epoch, *class)).and_then(Intervals::first);
            let begun = line.boundaries.iter().any(|it| it.epoch > epoch && it.class.is_some());
            if first == Some(*number) && !begun {
                line.restart_watch.insert((epoch, *class), *number);
            }
        }
    }
}

/// Finds seals put beyond the chain by a run that ended there: enters them if need be, ends their
/// contexts, moves the chain. Their parts leave `left`.
fn complete(
    site: &Arc<Site>,
    vault: VaultId,
    contexts: &mut Contexts,
    files: &[String],
    left: &mut Vec<Left>,
    now: Micros,
) -> Result<usize, CustodyError> {
    let mut versioned = chain::read(&site.engine, &site.machine, vault)?;
    let mut found = 0usize;
    loop {
        let number = versioned.chain.next;
        let prefix = format!("{}{number:016x}-", chain::seal_folder(vault, number));
        let keys = site.engine.objects.list(&chain::seal_folder(vault, number))?;
        let Some(key) = keys.into_iter().find(|key| key.starts_with(&prefix)) else { break };
        let slip = filing::slip(&site.engine, &site.machine, &key)?;
        let part = PartId(slip.tag);
        let Some(at) = left.iter().position(|it| it.state.part == part) else {
            return Err(CustodyError::Damaged { key, what: "seals a part the journal lacks" });
        };
        let Left { state, tag, ended } = left.remove(at);
        let since = state.received.map_or(now, |(first, _)| first);
        if !site.is_entered(&slip.commitment, since)? {
            site.enter_or_queue(&[slip.commitment], now)?;
        }
        if ended && !contexts.contains_key(&tag) {
            contexts.insert(tag, recall::load(&site.engine, &site.machine, &tag)?);
        }
        if !ended {
            end_contexts(site, contexts, files, &[(tag, &state)])?;
        }
        versioned.chain.take(number, slip.sha256, &counted(&state, contexts.get(&tag)));
        chain::write(&site.engine, &site.machine, vault, &mut versioned)?;
        found = found.saturating_add(1);
    }
    Ok(found)
}
