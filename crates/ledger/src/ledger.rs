//! The log of one node, as the rest of the house sees it: enter, tick, prove.
//!
//! Callers that enter at the same time share one write of the head. Time is an argument: whoever
//! owns the clock calls [`Ledger::tick`] at least once a second.
//!
//! Rules: DESIGN.md decisions 11 and 12; `spec/ledger-entry.md`.
use crate::{
    chunk,
    error::LedgerError,
    inner,
    names::Names,
    publish::Published,
    sequencer::{Clock, Core},
    state::{Closed, ClosedSecond, Pending, Run},
    view::read_bundle,
};
use lacre_proof::{
    CommitmentProof, LogKey, LogVkey, SecondEntry, TlogProof, hash::sha256, merkle, tile::WIDTH,
};
use lacre_store::{Engine, Swap, SwapError};
use lacre_term::{Digest, Micros, Secret};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a commitment is: leaf of the log, place among its second's commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Number of the leaf.
    pub leaf: u64,
    /// Place in the second.
    pub position: u32,
}

/// A published checkpoint: its size and its signed note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCheckpoint {
    size: u64,
    checkpoint: String,
}

/// A commitment that is durable in the sequencer and keeps its place. Only [`Ledger::enter`] makes
/// one: whoever holds it may let the act take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    at: Position,
    commitment: Digest,
}

impl Entered {
    /// Number of the leaf.
    #[must_use]
    pub fn leaf(&self) -> u64 {
        self.at.leaf
    }

    /// Place among the second's commitments.
    #[must_use]
    pub fn position(&self) -> u32 {
        self.at.position
    }

    /// Both, as [`Ledger::prove`] takes them.
    #[must_use]
    pub fn at(&self) -> Position {
        self.at
    }

    /// What was entered.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        self.commitment
    }
}

/// Leaf and position of the first commitment.
type Placed = Result<(u64, usize), LedgerError>;

/// One caller's commitments and where its answer goes.
pub(crate) struct Request {
    pub(crate) commitments: Vec<Digest>,
    pub(crate) now: Micros,
    answer: Arc<Mutex<Option<Placed>>>,
}

impl Request {
    pub(crate) fn answer(&self, placed: Placed) {
        *lock(&self.answer) = Some(placed);
    }
}

/// The open log of one node. One process holds it; threads share it.
pub struct Ledger {
    engine: Engine,
    names: Names,
    vkey: LogVkey,
    queue: Mutex<Vec<Request>>,
    core: Mutex<Core>,
    newest: Mutex<(u64, String)>,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("origin", &self.origin()).finish_non_exhaustive()
    }
}

/// A panic aborts the process, so a poisoned lock cannot be seen; this only avoids saying so.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    /// Makes the log `origin`, signed by the `key` of that name, and publishes its empty
    /// checkpoint and `log.vkey`. `pad_key` makes the padding and is to be kept as secret as `key`.
    ///
    /// # Errors
    /// [`LedgerError`]: `Origin`, `WrongKey`, `Exists`, `Unknown` or `Storage`.
    pub fn create(
        engine: &Engine,
        origin: &str,
        key: LogKey,
        pad_key: Secret,
    ) -> Result<Self, LedgerError> {
        let names = names_of(origin, &key)?;
        let swap = |name, value| Swap { name, expected: None, value };
        let heads = [
            swap(names.closed(), Closed::default().encode()),
            swap(names.pending(), Pending::default().encode()),
        ];
        engine.heads.swap_all(&heads).map_err(|error| match error {
            SwapError::Conflict { .. } => LedgerError::Exists { origin: origin.to_owned() },
            error => LedgerError::Unknown { source: Arc::new(error) },
        })?;
        Self::open(engine, origin, key, pad_key)
    }

    /// Opens the log as its heads say, checks them against what is published and publishes what
    /// is missing. The second that was open goes on or is closed at the first tick; the time the
    /// log was not open has no leaves.
    ///
    /// # Errors
    /// [`LedgerError`]: `Missing`, `Damaged`, `RolledBack`, `Contradicted`, `ForeignCheckpoint`,
    /// `Origin`, `WrongKey` or `Storage`.
    pub fn open(
        engine: &Engine,
        origin: &str,
        key: LogKey,
        pad_key: Secret,
    ) -> Result<Self, LedgerError> {
        let names = names_of(origin, &key)?;
        let head = |name: &str| {
            let head = engine.heads.read(name).map_err(LedgerError::storage("read its head"))?;
            head.ok_or(LedgerError::Missing { origin: origin.to_owned() })
        };
        let (closed_head, pending_head) = (head(&names.closed())?, head(&names.pending())?);
        let damaged = |name| LedgerError::damaged(name, "it cannot be read or does not add up");
        let mut closed =
            Closed::decode(&closed_head.value).ok_or_else(|| damaged(names.closed()))?;
        let mut pending = Pending::decode(&pending_head.value)
            .filter(|pending| pending.leaf == closed.edges.size)
            .ok_or_else(|| damaged(names.pending()))?;
        load_spills(engine, &names, &mut pending.run)?;
        for second in &mut closed.seconds {
            load_spills(engine, &names, &mut second.run)?;
        }
        let mut core = Core {
            engine: engine.clone(),
            names: names.clone(),
            clock: Clock::from_second(pending.second.unwrap_or(0)),
            closed,
            pending,
            pad_key,
            published: Published::default(),
            closed_version: closed_head.version,
            pending_version: pending_head.version,
            filling: false,
            stopped: false,
            key,
        };
        core.recover()?;
        core.remove_orphans();
        let (vkey, newest) = (core.key.vkey().clone(), newest(&core));
        let (queue, core, newest) = (Mutex::default(), Mutex::new(core), Mutex::new(newest));
        Ok(Self { engine: engine.clone(), names, vkey, queue, core, newest })
    }

    /// Enters the commitments, in order, into the second of `now` (or a later one when the clock
    /// went back). They are durable and keep their place when this returns. All of one call share
    /// a second.
    ///
    /// # Errors
    /// [`LedgerError`]: after `Storage` and `SecondFull` nothing of this call was entered; after
    /// `Unknown` it may have been: open the log again and enter again.
    pub fn enter(&self, commitments: &[Digest], now: Micros) -> Result<Vec<Entered>, LedgerError> {
        if commitments.is_empty() {
            return Ok(Vec::new());
        }
        let answer = Arc::new(Mutex::new(None));
        let request =
            Request { commitments: commitments.to_vec(), now, answer: Arc::clone(&answer) };
        lock(&self.queue).push(request);
        // Whoever gets the lock first enters for all who wait; the others find their answer.
        let mut core = lock(&self.core);
        if lock(&answer).is_none() {
            let requests = std::mem::take(&mut *lock(&self.queue));
            core.enter(&requests);
        }
        drop(core);
        let (leaf, first) = lock(&answer).take().unwrap_or(Err(LedgerError::Stopped))?;
        let entered = commitments.iter().zip(first..).map(|(commitment, position)| {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            Entered { at: Position { leaf, position }, commitment: *commitment }
        });
        Ok(entered.collect())
    }

    /// Closes every second before that of `now`, one leaf each, and publishes tiles and checkpoint.
    ///
    /// # Errors
    /// [`LedgerError`]: after `Storage` the next tick goes on where this one stopped.
    pub fn tick(&self, now: Micros) -> Result<(), LedgerError> {
        let mut core = lock(&self.core);
        core.advance(now)?;
        core.publish()?;
        let newest = newest(&core);
        drop(core);
        *lock(&self.newest) = newest;
        Ok(())
    }

    /// The newest published checkpoint, a signed note.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        lock(&self.newest).1.clone()
    }

    /// Leaves under the newest published checkpoint.
    #[must_use]
    pub fn size(&self) -> u64 {
        lock(&self.newest).0
    }

    /// Which log this is.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.vkey.name()
    }

    /// What others need to verify it.
    #[must_use]
    pub fn vkey(&self) -> &LogVkey {
        &self.vkey
    }

    /// Looks for a commitment in the seconds from `not_before_second` on. Reads every commitments
    /// object from there, so a close bound is worth having.
    ///
    /// # Errors
    /// [`LedgerError`]: `Storage` or `Damaged`.
    pub fn locate(
        &self,
        commitment: &Digest,
        not_before_second: u64,
    ) -> Result<Option<Position>, LedgerError> {
        let core = lock(&self.core);
        let in_memory = find_in(&core.closed.seconds, core.closed.settled, commitment)
            .or_else(|| find_in_run(&core.pending.run, core.pending.leaf, commitment));
        let (settled, bundles) =
            (core.closed.settled, Closed::bundle_of(core.closed.entries_from()).0);
        drop(core);
        let mut leaf = self.first_bundle(not_before_second, bundles)? * u64::from(WIDTH);
        while leaf < settled {
            let (bundle, first) = Closed::bundle_of(leaf);
            let name = self.names.chunk(bundle, first);
            let reading = LedgerError::storage("read commitments");
            let octets = self.engine.objects.get(&name).map_err(reading)?;
            let chunk = chunk::decode(&octets).filter(|chunk| chunk.first == leaf);
            let chunk = chunk.ok_or(LedgerError::damaged(name, "it cannot be read"))?;
            if let Some(found) = find_in(&chunk.seconds, leaf, commitment) {
                return Ok(Some(found));
            }
            leaf = leaf.saturating_add(u64::try_from(chunk.seconds.len()).unwrap_or(u64::MAX));
        }
        Ok(in_memory)
    }

    /// First bundle whose last second is not before `second`, by halves.
    fn first_bundle(&self, second: u64, bundles: u64) -> Result<u64, LedgerError> {
        let (mut low, mut high) = (0, bundles);
        while low < high {
            let middle = low.midpoint(high);
            let name = self.names.entries(middle);
            let entries = read_bundle(self.engine.objects.as_ref(), &name)?;
            let last = entries.last().and_then(|entry| SecondEntry::decode(entry).ok());
            let last = last.ok_or(LedgerError::damaged(name, "its last entry cannot be read"))?;
            if last.second < second { low = middle.saturating_add(1) } else { high = middle }
        }
        Ok(low)
    }

    /// The newest published checkpoint, to prove several commitments under one and the same.
    #[must_use]
    pub fn published(&self) -> PublishedCheckpoint {
        let (size, checkpoint) = lock(&self.newest).clone();
        PublishedCheckpoint { size, checkpoint }
    }

    /// The proof of a commitment, from its second up to the newest published checkpoint.
    ///
    /// # Errors
    /// [`LedgerError`]: `NotYetPublished` (tick first), `NotThere`, `Damaged` or `Storage`.
    pub fn prove(&self, commitment: &Digest, at: Position) -> Result<CommitmentProof, LedgerError> {
        self.prove_under(commitment, at, &self.published())
    }

    /// As [`Ledger::prove`], up to the checkpoint `under`, which later ones do not change.
    ///
    /// # Errors
    /// As [`Ledger::prove`].
    pub fn prove_under(
        &self,
        commitment: &Digest,
        at: Position,
        under: &PublishedCheckpoint,
    ) -> Result<CommitmentProof, LedgerError> {
        let Position { leaf, position } = at;
        let core = lock(&self.core);
        if leaf >= under.size {
            return Err(LedgerError::NotYetPublished { leaf, published: under.size });
        }
        let in_memory = leaf.checked_sub(core.closed.settled).map(|place| {
            let place = usize::try_from(place).ok();
            place.and_then(|place| core.closed.seconds.get(place)).cloned().unwrap_or_default()
        });
        let entry = core.view(false).entry(leaf)?;
        let tlog = prove_leaf(&core, leaf, &merkle::leaf_hash(&entry), under)?;
        drop(core);
        let second = match in_memory {
            Some(second) => second,
            None => chunk::find(self.engine.objects.as_ref(), &self.names, leaf)?,
        };
        let real = &second.run.all;
        let held = usize::try_from(position).ok().and_then(|position| real.get(position));
        if held != Some(commitment) {
            return Err(LedgerError::NotThere { leaf, position });
        }
        let index_in_second = u64::from(position);
        let path = inner::Tree::new(real, &second.cover).and_then(|t| t.path(index_in_second));
        let damaged = || LedgerError::damaged(format!("second of leaf {leaf}"), "wrong padding");
        let second_path = path.ok_or_else(damaged)?;
        let second_size = inner::width(real.len());
        let proof = CommitmentProof { entry, index_in_second, second_size, second_path, tlog };
        // Nobody is given a proof that does not hold.
        let known = [self.vkey.clone()];
        proof.verify(commitment, &known).map_err(|_| damaged())?;
        Ok(proof)
    }

    /// The newest checkpoint and the path that proves that the tree of `old_size` leaves is its
    /// start: what a witness asks for.
    ///
    /// # Errors
    /// [`LedgerError`]: `NotYetPublished` when `old_size` is larger, `Damaged` or `Storage`.
    pub fn consistency(&self, old_size: u64) -> Result<(String, Vec<Digest>), LedgerError> {
        let core = lock(&self.core);
        let published = core.published.size();
        let ranges = merkle::consistency_ranges(old_size, published)
            .ok_or(LedgerError::NotYetPublished { leaf: old_size, published })?;
        let mut view = core.view(false);
        let path = ranges.iter().map(|range| view.range_root(range)).collect::<Result<_, _>>()?;
        Ok((newest(&core).1, path))
    }
}

fn names_of(origin: &str, key: &LogKey) -> Result<Names, LedgerError> {
    if key.vkey().name() != origin {
        let key = key.vkey().name().to_owned();
        return Err(LedgerError::WrongKey { key, origin: origin.to_owned() });
    }
    Names::of(origin)
}

fn newest(core: &Core) -> (u64, String) {
    let newest = core.published.checkpoint.as_ref();
    newest.map(|(checkpoint, note)| (checkpoint.size, note.clone())).unwrap_or_default()
}

/// Reads the spilled commitments of a run back.
pub(crate) fn load_spills(
    engine: &Engine,
    names: &Names,
    run: &mut Run,
) -> Result<(), LedgerError> {
    let mut all = Vec::new();
    for spill in &run.spills {
        let name = names.spill(&spill.digest);
        let reading = LedgerError::storage("read spilled commitments");
        let octets = engine.objects.get(&name).map_err(reading)?;
        let (digests, rest) = octets.as_chunks::<32>();
        if sha256(&octets) != spill.digest || !rest.is_empty() || digests.len() != spill.count {
            return Err(LedgerError::damaged(name, "it does not hold what was put"));
        }
        all.extend(digests.iter().copied().map(Digest));
    }
    all.append(&mut run.all);
    run.all = all;
    Ok(())
}

fn find_in_run(run: &Run, leaf: u64, commitment: &Digest) -> Option<Position> {
    let position = run.all.iter().position(|held| held == commitment)?;
    Some(Position { leaf, position: u32::try_from(position).ok()? })
}

fn find_in(seconds: &[ClosedSecond], first: u64, commitment: &Digest) -> Option<Position> {
    let mut seconds = (first..).zip(seconds);
    seconds.find_map(|(leaf, second)| find_in_run(&second.run, leaf, commitment))
}

/// The leaf under the checkpoint `under`.
fn prove_leaf(
    core: &Core,
    index: u64,
    leaf: &Digest,
    under: &PublishedCheckpoint,
) -> Result<TlogProof, LedgerError> {
    let PublishedCheckpoint { size, checkpoint } = under;
    let size = *size;
    let ranges = merkle::inclusion_ranges(index, size)
        .ok_or(LedgerError::NotYetPublished { leaf: index, published: size })?;
    let known = [core.key.vkey().clone()];
    let attempt = |from_entries| {
        let mut view = core.view(from_entries);
        let path = ranges.iter().map(|range| view.range_root(range)).collect::<Result<_, _>>()?;
        let proof = TlogProof { index, path, checkpoint: checkpoint.clone(), extra: None };
        let wrong = |_| LedgerError::damaged("tile", "a published tile is not what was published");
        proof.verify(leaf, &known).map(|_| proof).map_err(wrong)
    };
    // A damaged tile does not stand between anybody and a proof: the entries do as well.
    attempt(false).or_else(|_: LedgerError| attempt(true))
}

impl Core {
    /// Removes spills no head names: left by a crash between put and swap, or swap and retirement.
    fn remove_orphans(&self) {
        let named = self.closed.seconds.iter().map(|second| &second.run);
        let named = named.chain([&self.pending.run]).flat_map(|run| &run.spills);
        let named: Vec<_> = named.map(|spill| self.names.spill(&spill.digest)).collect();
        for name in self.engine.objects.list(&self.names.spills()).unwrap_or_default() {
            if !named.contains(&name) {
                // One that stays costs space, nothing else.
                self.engine.objects.delete(&name).ok();
            }
        }
    }
}
