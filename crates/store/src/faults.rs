//! Faults: lets any engine fail on command, each failure in both forms.
//!
//! A failed write may or may not have been kept, and its caller cannot know; stories must hold
//! either way. [`around`] puts [`Switches`] between an engine and its users: one operation can be
//! made to fail, or the power be cut at the n-th write, after which nothing answers any more.
//!
//! Rules: ARCHITECTURE.md section 5 (each failure in two forms); DESIGN.md decision 16.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    DeleteError, Disk, DiskError, DiskFile, Engine, GetError, Head, HeadError, Heads, ListError,
    Objects, PutError, Swap, SwapError,
};

/// What can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Any reading of an object, a head or a file, listing included.
    Read,
    /// [`Objects::put`].
    Put,
    /// [`Objects::delete`].
    Delete,
    /// [`Heads::swap`] and [`Heads::swap_all`].
    Swap,
    /// [`Disk::create`].
    Create,
    /// [`DiskFile::append`].
    Append,
    /// [`DiskFile::sync`].
    Sync,
    /// [`DiskFile::truncate`].
    Truncate,
    /// [`Disk::remove`].
    Remove,
    /// [`Disk::replace`].
    Replace,
    /// [`Disk::publish`].
    Publish,
}

/// The two forms of a failure; the caller gets the same error for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Failed, and nothing was kept.
    NotPersisted,
    /// Failed, but it was kept (the answer was lost, not the write).
    Persisted,
}

impl Failure {
    /// Both forms, for stories that must hold under either.
    pub const BOTH: [Self; 2] = [Self::NotPersisted, Self::Persisted];

    fn cause(self) -> io::Error {
        match self {
            Self::NotPersisted => io::Error::new(io::ErrorKind::StorageFull, "no space (switched)"),
            Self::Persisted => io::Error::new(io::ErrorKind::TimedOut, "no answer (switched)"),
        }
    }
}

/// Which of an engine's folders a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// `journal/`.
    Journal,
    /// `keys/`.
    Keys,
    /// `log/`.
    Log,
}

/// Told when a sync was made to fail without persisting; see [`Switches::on_lost_sync`].
type LostSync = Arc<dyn Fn(Folder, &str) + Send + Sync>;

#[derive(Default)]
struct Board {
    planned: Vec<(Operation, u64, Failure)>,
    cut: Option<(u64, Failure)>,
    out: bool,
    writes: u64,
    lost_sync: Option<LostSync>,
}

/// The switches of one engine; clones share them.
#[derive(Clone, Default)]
pub struct Switches(Arc<Mutex<Board>>);

impl std::fmt::Debug for Switches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switches").field("writes", &self.writes()).finish_non_exhaustive()
    }
}

impl Switches {
    /// Switches that are all off.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next `operation` fail, once.
    pub fn fail_next(&self, operation: Operation, failure: Failure) {
        self.fail_after(operation, 0, failure);
    }

    /// Lets `skip` more of `operation` succeed, then makes one fail.
    pub fn fail_after(&self, operation: Operation, skip: u64, failure: Failure) {
        self.board().planned.push((operation, skip, failure));
    }

    /// Lets `skip` more writes of any kind succeed, then cuts the power during the next one, which
    /// takes the form `failure`. From then on every call fails until [`reset`](Self::reset).
    pub fn cut_power_after(&self, skip: u64, failure: Failure) {
        self.board().cut = Some((skip, failure));
    }

    /// Whether the power was cut.
    #[must_use]
    pub fn power_is_out(&self) -> bool {
        self.board().out
    }

    /// Writes asked for since the switches were made or reset: the range for
    /// [`cut_power_after`](Self::cut_power_after) when a story walks through all of them.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.board().writes
    }

    /// All switches off, power on, count at zero.
    pub fn reset(&self) {
        let mut board = self.board();
        *board = Board { lost_sync: board.lost_sync.take(), ..Board::default() };
    }

    /// Calls `told` for each sync that is made to fail without persisting, so that an engine can
    /// model what Linux does then: the octets stay readable and never reach the disk.
    pub fn on_lost_sync(&self, told: impl Fn(Folder, &str) + Send + Sync + 'static) {
        self.board().lost_sync = Some(Arc::new(told));
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lost_sync(&self, folder: Folder, name: &str) {
        let told = self.board().lost_sync.clone();
        if let Some(told) = told {
            told(folder, name);
        }
    }

    /// Counts the call and says whether and how it must fail.
    fn verdict(&self, operation: Operation) -> Option<Failure> {
        let mut board = self.board();
        if board.out {
            return Some(Failure::NotPersisted);
        }
        if operation != Operation::Read {
            board.writes = board.writes.saturating_add(1);
            match board.cut {
                Some((0, failure)) => {
                    board.out = true;
                    return Some(failure);
                }
                Some((skip, failure)) => board.cut = Some((skip.saturating_sub(1), failure)),
                None => {}
            }
        }
        let at = board.planned.iter().position(|(planned, ..)| *planned == operation)?;
        let (_, skip, failure) = board.planned.get_mut(at)?;
        if *skip > 0 {
            *skip = skip.saturating_sub(1);
            return None;
        }
        let failure = *failure;
        board.planned.remove(at);
        Some(failure)
    }

    /// Runs `work` unless the switches say otherwise; `failed` makes the caller's error.
    fn run<T, E>(
        &self,
        operation: Operation,
        work: impl FnOnce() -> Result<T, E>,
        failed: impl FnOnce(io::Error) -> E,
    ) -> Result<T, E> {
        match self.verdict(operation) {
            None => work(),
            Some(Failure::NotPersisted) => Err(failed(Failure::NotPersisted.cause())),
            Some(Failure::Persisted) => {
                work()?;
                Err(failed(Failure::Persisted.cause()))
            }
        }
    }
}

/// The same engine behind `switches`. With all switches off it answers as `engine` does.
#[must_use]
pub fn around(engine: Engine, switches: &Switches) -> Engine {
    let disk = |inner: Arc<dyn Disk>, folder: Folder| -> Arc<dyn Disk> {
        Arc::new(Faulty { inner, folder, switches: switches.clone() })
    };
    Engine {
        objects: Arc::new(FaultyObjects { inner: engine.objects, switches: switches.clone() }),
        heads: Arc::new(FaultyHeads { inner: engine.heads, switches: switches.clone() }),
        journal: disk(engine.journal, Folder::Journal),
        keys: disk(engine.keys, Folder::Keys),
        log: disk(engine.log, Folder::Log),
    }
}

struct FaultyObjects {
    inner: Arc<dyn Objects>,
    switches: Switches,
}

impl FaultyObjects {
    fn reading<T>(
        &self,
        key: &str,
        work: impl FnOnce() -> Result<T, GetError>,
    ) -> Result<T, GetError> {
        let failed = |source| GetError::Failed { key: key.to_owned(), source };
        self.switches.run(Operation::Read, work, failed)
    }
}

impl Objects for FaultyObjects {
    fn put(&self, key: &str, octets: &[u8]) -> Result<(), PutError> {
        let failed = |source| PutError::Failed { key: key.to_owned(), source };
        self.switches.run(Operation::Put, || self.inner.put(key, octets), failed)
    }

    // `put_all` is the port's own: each of them may fail, and those before it are there.

    fn get(&self, key: &str) -> Result<Vec<u8>, GetError> {
        self.reading(key, || self.inner.get(key))
    }

    fn get_range(&self, key: &str, offset: u64, len: u64) -> Result<Vec<u8>, GetError> {
        self.reading(key, || self.inner.get_range(key, offset, len))
    }

    fn size(&self, key: &str) -> Result<u64, GetError> {
        self.reading(key, || self.inner.size(key))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ListError> {
        let failed = |source| ListError::Failed { prefix: prefix.to_owned(), source };
        self.switches.run(Operation::Read, || self.inner.list(prefix), failed)
    }

    fn delete(&self, key: &str) -> Result<(), DeleteError> {
        let failed = |source| DeleteError::Failed { key: key.to_owned(), source };
        self.switches.run(Operation::Delete, || self.inner.delete(key), failed)
    }
}

struct FaultyHeads {
    inner: Arc<dyn Heads>,
    switches: Switches,
}

impl Heads for FaultyHeads {
    fn read(&self, name: &str) -> Result<Option<Head>, HeadError> {
        let failed = |source| HeadError::Failed { name: name.to_owned(), source };
        self.switches.run(Operation::Read, || self.inner.read(name), failed)
    }

    fn swap(&self, name: &str, expected: Option<u64>, value: &[u8]) -> Result<u64, SwapError> {
        let failed = |source| SwapError::Failed { name: name.to_owned(), source };
        self.switches.run(Operation::Swap, || self.inner.swap(name, expected, value), failed)
    }

    fn swap_all(&self, swaps: &[Swap]) -> Result<(), SwapError> {
        let name = swaps.first().map(|swap| swap.name.clone()).unwrap_or_default();
        let failed = |source| SwapError::Failed { name, source };
        self.switches.run(Operation::Swap, || self.inner.swap_all(swaps), failed)
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, HeadError> {
        let failed = |source| HeadError::Failed { name: prefix.to_owned(), source };
        self.switches.run(Operation::Read, || self.inner.list(prefix), failed)
    }
}

struct Faulty {
    inner: Arc<dyn Disk>,
    folder: Folder,
    switches: Switches,
}

impl Faulty {
    fn run<T>(
        &self,
        operation: Operation,
        name: &str,
        work: impl FnOnce() -> Result<T, DiskError>,
    ) -> Result<T, DiskError> {
        let failed = |source| DiskError::Failed { name: name.to_owned(), source };
        self.switches.run(operation, work, failed)
    }

    fn file(&self, name: &str, inner: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(FaultyFile {
            inner,
            folder: self.folder,
            name: name.to_owned(),
            switches: self.switches.clone(),
            poisoned: false,
        })
    }
}

impl Disk for Faulty {
    fn create(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
        let inner = self.run(Operation::Create, name, || self.inner.create(name))?;
        Ok(self.file(name, inner))
    }

    fn append_to(&self, name: &str) -> Result<Box<dyn DiskFile>, DiskError> {
        let inner = self.run(Operation::Read, name, || self.inner.append_to(name))?;
        Ok(self.file(name, inner))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, DiskError> {
        self.run(Operation::Read, name, || self.inner.read(name))
    }

    fn read_range(&self, name: &str, offset: u64, len: u64) -> Result<Vec<u8>, DiskError> {
        self.run(Operation::Read, name, || self.inner.read_range(name, offset, len))
    }

    fn size(&self, name: &str) -> Result<u64, DiskError> {
        self.run(Operation::Read, name, || self.inner.size(name))
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        self.run(Operation::Read, "", || self.inner.list())
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        self.run(Operation::Remove, name, || self.inner.remove(name))
    }

    fn replace(&self, name: &str, octets: &[u8]) -> Result<(), DiskError> {
        self.run(Operation::Replace, name, || self.inner.replace(name, octets))
    }

    fn publish(&self, name: &str, octets: &[u8]) -> Result<(), DiskError> {
        self.run(Operation::Publish, name, || self.inner.publish(name, octets))
    }
}

struct FaultyFile {
    inner: Box<dyn DiskFile>,
    folder: Folder,
    name: String,
    switches: Switches,
    poisoned: bool,
}

impl FaultyFile {
    fn run(
        &mut self,
        operation: Operation,
        work: impl FnOnce(&mut dyn DiskFile) -> Result<(), DiskError>,
    ) -> Result<(), DiskError> {
        let name = self.name.clone();
        if self.poisoned {
            return Err(DiskError::Poisoned { name });
        }
        let failed = |source| match operation {
            Operation::Sync => DiskError::Sync { name, source },
            _ => DiskError::Failed { name, source },
        };
        let mut reached = false;
        let inner = self.inner.as_mut();
        let done = self.switches.run(
            operation,
            || {
                reached = true;
                work(inner)
            },
            failed,
        );
        self.poisoned = done.is_err();
        let lost = self.poisoned && !reached && operation == Operation::Sync;
        if lost && !self.switches.power_is_out() {
            self.switches.lost_sync(self.folder, &self.name);
        }
        done
    }
}

impl DiskFile for FaultyFile {
    fn append(&mut self, octets: &[u8]) -> Result<(), DiskError> {
        self.run(Operation::Append, |inner| inner.append(octets))
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.run(Operation::Sync, |inner| inner.sync())
    }

    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn truncate(&mut self, len: u64) -> Result<(), DiskError> {
        self.run(Operation::Truncate, |inner| inner.truncate(len))
    }
}
