//! A reference that answers as every engine must: any run of steps, the same answers.
//!
//! The reference knows no files, no locks and no transactions, only maps; it is small enough to
//! be right at a glance. Steps are made of numbers, so that a property test can shrink them.
//!
//! Rules: ARCHITECTURE.md section 5; the promises in the documentation of the ports.

use std::collections::{BTreeMap, BTreeSet};

use super::{Broken, Kept, Site, same};
use crate::{
    DeleteError, Disk, DiskError, Engine, GetError, Head, HeadError, ListError, PutError, Swap,
    SwapError, VALUE_OCTETS_MAX, is_name,
};

/// Names the steps choose from: neighbours in order, folders of each other, and none at all.
const NAMES: [&str; 12] =
    ["a", "a/b", "a/b/c", "a-b", "b/1", "b/2", "b/10", "b", "c.d", "../a", "B", "b/"];

/// One call, made of numbers; see [`Step::from_numbers`].
#[derive(Debug, Clone)]
pub struct Step {
    call: Call,
    name: &'static str,
    octets: Vec<u8>,
    from: u64,
    len: u64,
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Reopen,
    Put,
    Get,
    GetRange,
    Size,
    ListObjects,
    Delete,
    ReadHead,
    Swap,
    SwapTwo,
    ListHeads,
    Create,
    Append,
    Truncate,
    ReadFile,
    ReadFileRange,
    FileSize,
    ListFiles,
    Remove,
    Replace,
    Publish,
}

const CALLS: [Call; 21] = [
    Call::Reopen,
    Call::Put,
    Call::Get,
    Call::GetRange,
    Call::Size,
    Call::ListObjects,
    Call::Delete,
    Call::ReadHead,
    Call::Swap,
    Call::SwapTwo,
    Call::ListHeads,
    Call::Create,
    Call::Append,
    Call::Truncate,
    Call::ReadFile,
    Call::ReadFileRange,
    Call::FileSize,
    Call::ListFiles,
    Call::Remove,
    Call::Replace,
    Call::Publish,
];

impl Step {
    /// The step that four numbers stand for; every choice of numbers is a step.
    #[must_use]
    pub fn from_numbers(call: u8, name: u8, from: u8, len: u8) -> Self {
        let pick = |number: u8, of: usize| usize::from(number).checked_rem(of).unwrap_or(0);
        let large = usize::from(len == u8::MAX).saturating_mul(VALUE_OCTETS_MAX);
        Self {
            call: CALLS.get(pick(call, CALLS.len())).copied().unwrap_or(Call::Reopen),
            name: NAMES.get(pick(name, NAMES.len())).copied().unwrap_or_default(),
            octets: super::pattern(from, usize::from(len).saturating_add(large)),
            from: u64::from(from),
            len: u64::from(len),
        }
    }
}

/// What a step is answered with.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Number(u64),
    Octets(Vec<u8>),
    Names(Vec<String>),
    Head(Option<Head>),
    Exists,
    Missing,
    Bad,
    TooLarge,
    Conflict(Option<u64>),
    Failed(String),
}

/// Follows `steps` on `site` and on the reference side by side.
///
/// # Errors
/// [`Broken`] at the first step that is answered differently.
pub fn follow(site: &dyn Site, steps: &[Step]) -> Kept {
    let mut engine = site.open();
    let mut model = Model::default();
    for (number, step) in steps.iter().enumerate() {
        if matches!(step.call, Call::Reopen) {
            drop(engine);
            engine = site.open();
            continue;
        }
        let (got, wanted) = (ask(&engine, &model, step), model.answer(step));
        same("engine and reference answer alike", &got, &wanted).map_err(|broken| Broken {
            found: format!("step {number} {:?} {}: {}", step.call, step.name, broken.found),
            ..broken
        })?;
    }
    Ok(())
}

/// Versions step through right and wrong: mostly the one that stands.
fn expected(model: &Model, step: &Step) -> Option<u64> {
    match step.from {
        0..=9 => None,
        10..=19 => Some(step.from),
        _ => model.heads.get(step.name).map(|head| head.version),
    }
}

fn two_swaps(model: &Model, step: &Step) -> [Swap; 2] {
    let first =
        Swap { name: "a-b".to_owned(), expected: model.version("a-b"), value: step.octets.clone() };
    let name = step.name.to_owned();
    [first, Swap { name, expected: expected(model, step), value: step.octets.clone() }]
}

fn ask(engine: &Engine, model: &Model, step: &Step) -> Answer {
    let Step { call, name, octets, from, len } = step;
    let (objects, heads) = (&engine.objects, &engine.heads);
    let disk = engine.journal.as_ref();
    match call {
        Call::Reopen => Answer::Done,
        Call::Put => told(objects.put(name, octets), |()| Answer::Done),
        Call::Get => told(objects.get(name), Answer::Octets),
        Call::GetRange => told(objects.get_range(name, *from, *len), Answer::Octets),
        Call::Size => told(objects.size(name), Answer::Number),
        Call::ListObjects => told(objects.list(name), Answer::Names),
        Call::Delete => told(objects.delete(name), |()| Answer::Done),
        Call::ReadHead => told(heads.read(name), Answer::Head),
        Call::Swap => told(heads.swap(name, expected(model, step), octets), Answer::Number),
        Call::SwapTwo => told(heads.swap_all(&two_swaps(model, step)), |()| Answer::Done),
        Call::ListHeads => told(heads.list(name), Answer::Names),
        Call::Create => told(disk.create(name), |_| Answer::Done),
        Call::Append => told(append(disk, name, octets), Answer::Number),
        Call::Truncate => told(truncate(disk, name, *len), Answer::Number),
        Call::ReadFile => told(disk.read(name), Answer::Octets),
        Call::ReadFileRange => told(disk.read_range(name, *from, *len), Answer::Octets),
        Call::FileSize => told(disk.size(name), Answer::Number),
        Call::ListFiles => told(disk.list(), Answer::Names),
        Call::Remove => told(disk.remove(name), |()| Answer::Done),
        Call::Replace => told(disk.replace(name, octets), |()| Answer::Done),
        Call::Publish => told(disk.publish(name, octets), |()| Answer::Done),
    }
}

fn append(disk: &dyn Disk, name: &str, octets: &[u8]) -> Result<u64, DiskError> {
    let mut file = disk.append_to(name)?;
    file.append(octets)?;
    file.sync()?;
    Ok(file.len())
}

fn truncate(disk: &dyn Disk, name: &str, len: u64) -> Result<u64, DiskError> {
    let mut file = disk.append_to(name)?;
    file.truncate(len)?;
    Ok(file.len())
}

fn told<T, E: Into<Answer>>(result: Result<T, E>, answer: impl FnOnce(T) -> Answer) -> Answer {
    result.map_or_else(Into::into, answer)
}

impl From<PutError> for Answer {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Exists { .. } => Self::Exists,
            PutError::BadKey { .. } => Self::Bad,
            PutError::Failed { source, .. } => Self::Failed(source.to_string()),
        }
    }
}

impl From<GetError> for Answer {
    fn from(error: GetError) -> Self {
        match error {
            GetError::NotFound { .. } => Self::Missing,
            GetError::Failed { source, .. } => Self::Failed(source.to_string()),
        }
    }
}

impl From<ListError> for Answer {
    fn from(error: ListError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<DeleteError> for Answer {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound { .. } => Self::Missing,
            DeleteError::Failed { source, .. } => Self::Failed(source.to_string()),
        }
    }
}

impl From<HeadError> for Answer {
    fn from(error: HeadError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<SwapError> for Answer {
    fn from(error: SwapError) -> Self {
        match error {
            SwapError::Conflict { found, .. } => Self::Conflict(found),
            SwapError::TooLarge { .. } => Self::TooLarge,
            SwapError::BadName { .. } => Self::Bad,
            SwapError::Failed { source, .. } => Self::Failed(source.to_string()),
        }
    }
}

impl From<DiskError> for Answer {
    fn from(error: DiskError) -> Self {
        match error {
            DiskError::Exists { .. } => Self::Exists,
            DiskError::NotFound { .. } => Self::Missing,
            DiskError::BadName { .. } => Self::Bad,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// The reference.
#[derive(Default)]
struct Model {
    objects: Names,
    heads: BTreeMap<String, Head>,
    files: Names,
}

impl Model {
    fn version(&self, name: &str) -> Option<u64> {
        self.heads.get(name).map(|head| head.version)
    }

    fn answer(&mut self, step: &Step) -> Answer {
        let Step { call, name, octets, from, len } = step;
        match call {
            Call::Reopen => Answer::Done,
            Call::Put | Call::Create if self.names(*call).items.contains_key(*name) => {
                Answer::Exists
            }
            Call::Put => self.objects.set(name, octets),
            Call::Create => self.files.set(name, &[]),
            Call::Replace | Call::Publish => self.files.set(name, octets),
            Call::Get | Call::ReadFile => {
                self.names(*call).with(name, |octets| Answer::Octets(octets.clone()))
            }
            Call::GetRange | Call::ReadFileRange => self.names(*call).with(name, |octets| {
                let at = |at: u64| usize::try_from(at).unwrap_or(0);
                Answer::Octets(octets.iter().skip(at(*from)).take(at(*len)).copied().collect())
            }),
            Call::Size | Call::FileSize => self.names(*call).with(name, |octets| length(octets)),
            Call::ListObjects => Answer::Names(self.objects.list(name)),
            Call::ListFiles => Answer::Names(self.files.list("")),
            Call::Delete | Call::Remove => {
                let gone = self.names(*call).items.remove(*name);
                gone.map_or(Answer::Missing, |_| Answer::Done)
            }
            Call::Append => self.files.with(name, |file| {
                file.extend_from_slice(octets);
                length(file)
            }),
            Call::Truncate => self.files.with(name, |file| {
                file.truncate(usize::try_from(*len).unwrap_or(0));
                length(file)
            }),
            Call::ReadHead => Answer::Head(self.heads.get(*name).cloned()),
            Call::ListHeads => {
                let names = self.heads.keys().filter(|head| head.starts_with(name));
                Answer::Names(names.cloned().collect())
            }
            Call::Swap => {
                let swap = (*name, expected(self, step), octets.as_slice());
                self.swap(swap).unwrap_or_else(|refused| refused)
            }
            Call::SwapTwo => self.swap_two(&two_swaps(self, step)),
        }
    }

    fn names(&mut self, call: Call) -> &mut Names {
        match call {
            Call::Put | Call::Get | Call::GetRange | Call::Size | Call::Delete => &mut self.objects,
            _ => &mut self.files,
        }
    }

    fn swap(&mut self, swap: (&str, Option<u64>, &[u8])) -> Result<Answer, Answer> {
        let (name, expected, value) = swap;
        let found = self.version(name);
        if !is_name(name) {
            Err(Answer::Bad)
        } else if value.len() > VALUE_OCTETS_MAX {
            Err(Answer::TooLarge)
        } else if found != expected {
            Err(Answer::Conflict(found))
        } else {
            let version = found.unwrap_or(0).saturating_add(1);
            self.heads.insert(name.to_owned(), Head { version, value: value.to_vec() });
            Ok(Answer::Number(version))
        }
    }

    fn swap_two(&mut self, swaps: &[Swap]) -> Answer {
        let before = self.heads.clone();
        for Swap { name, expected, value } in swaps {
            if let Err(refused) = self.swap((name, *expected, value)) {
                self.heads = before;
                return refused;
            }
        }
        Answer::Done
    }
}

/// Names with octets; a name that is or was a folder of another is refused, as is one in a file.
#[derive(Default)]
struct Names {
    items: BTreeMap<String, Vec<u8>>,
    folders: BTreeSet<String>,
}

impl Names {
    fn set(&mut self, name: &str, octets: &[u8]) -> Answer {
        let parents: Vec<String> = name
            .match_indices('/')
            .filter_map(|(at, _)| name.get(..at))
            .map(str::to_owned)
            .collect();
        let below_file = parents.iter().any(|parent| self.items.contains_key(parent));
        if !is_name(name) || self.folders.contains(name) || below_file {
            return Answer::Bad;
        }
        self.folders.extend(parents);
        self.items.insert(name.to_owned(), octets.to_vec());
        Answer::Done
    }

    fn with(&mut self, name: &str, work: impl FnOnce(&mut Vec<u8>) -> Answer) -> Answer {
        self.items.get_mut(name).map_or(Answer::Missing, work)
    }

    fn list(&self, prefix: &str) -> Vec<String> {
        self.items.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}

fn length(octets: &[u8]) -> Answer {
    Answer::Number(u64::try_from(octets.len()).unwrap_or(u64::MAX))
}
