//! The promises of the ports as stories; an engine that breaks one is not an engine.
//!
//! Each story gets a site of its own and tells which promise was broken instead of panicking, so
//! that `lacre doctor` can run them against a live storage as well as a test can. [`model`] holds
//! engines against a reference by arbitrary runs of steps.
//!
//! Rules: ARCHITECTURE.md section 5 (the seam) and section 7 (conformance).

mod disk;
mod failures;
mod heads;
pub mod model;
mod objects;

use std::error::Error;
use std::fmt::Debug;

use crate::Engine;
use crate::memory::MemoryEngine;

/// Somewhere an engine can be opened, again and again, empty at first.
pub trait Site {
    /// Opens the engine on what is there.
    fn open(&self) -> Engine;

    /// Takes away what a power loss takes; an engine that cannot do this on command does nothing,
    /// which is what a killed process sees.
    fn lose_power(&self, seed: u64) {
        let _ = seed;
    }
}

impl Site for MemoryEngine {
    fn open(&self) -> Engine {
        self.engine()
    }

    fn lose_power(&self, seed: u64) {
        self.crash(seed);
    }
}

/// A promise that an engine did not keep.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{story}: {promise}: {found}; do not keep evidence on this storage")]
pub struct Broken {
    /// The story in which it showed; empty within [`model`].
    pub story: &'static str,
    /// The promise, in words.
    pub promise: &'static str,
    /// What was found instead.
    pub found: String,
}

/// What a story ends with.
pub type Kept = Result<(), Broken>;

/// One story.
#[derive(Clone, Copy)]
pub struct Story {
    /// The claim, as a test's name.
    pub name: &'static str,
    /// Tells the story on a fresh site.
    pub tell: fn(&dyn Site) -> Kept,
}

impl Debug for Story {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All stories, those of [`Objects`](crate::Objects) first.
pub fn stories() -> impl Iterator<Item = Story> {
    [objects::STORIES, heads::STORIES, disk::STORIES, failures::STORIES]
        .into_iter()
        .flatten()
        .copied()
}

/// Tells every story on a fresh site each and gives back the promises broken, none if all is well.
pub fn broken(fresh: &dyn Fn() -> Box<dyn Site>) -> Vec<Broken> {
    let tell = |story: Story| {
        let told = (story.tell)(fresh().as_ref());
        told.err().map(|broken| Broken { story: story.name, ..broken })
    };
    stories().filter_map(tell).collect()
}

fn hold(kept: bool, promise: &'static str, found: impl Debug) -> Kept {
    if kept { Ok(()) } else { Err(Broken { story: "", promise, found: format!("{found:?}") }) }
}

fn same<T: Debug + PartialEq>(promise: &'static str, found: &T, wanted: &T) -> Kept {
    let short = |value: &T| format!("{value:?}").chars().take(200).collect::<String>();
    let told = || format!("found {}, wanted {}", short(found), short(wanted));
    if found == wanted { Ok(()) } else { Err(Broken { story: "", promise, found: told() }) }
}

fn works<T, E: Error>(promise: &'static str, result: Result<T, E>) -> Result<T, Broken> {
    result.map_err(|error| {
        let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        Broken { story: "", promise, found: format!("{error}{why}") }
    })
}

/// Names that no port may accept.
const BAD_NAMES: [&str; 16] = [
    "",
    "/",
    "/etc/passwd",
    "..",
    "../heads.db",
    "a/../../b",
    "a..b",
    "a//b",
    "a/",
    ".",
    "./a",
    ".incoming/a",
    "a/.b",
    "LI-7",
    "a b",
    "a\0b",
];

/// `len` octets that differ from place to place and from `mark` to `mark`.
fn pattern(mark: u8, len: usize) -> Vec<u8> {
    (0..=250_u8).cycle().map(|octet| octet ^ mark).take(len).collect()
}
