//! The seam: two ports and a disk, a memory engine, the suite that holds engines to their promises.
//!
//! Everything above this crate keeps its state through [`Objects`] (put once), [`Heads`]
//! (compare-and-swap) and [`Disk`] (the node's own folders), and nothing else. An engine is
//! whatever stands behind these traits and passes [`conformance`]; it sees ciphertext, random
//! names and versions, never a LIID, a case or a date.
//!
//! Rules: DESIGN.md decisions 14 to 17; ARCHITECTURE.md section 5 (the seam).

pub mod conformance;
pub mod faults;
pub mod memory;

mod disk;
mod heads;
mod name;
mod objects;

pub use disk::{Disk, DiskError, DiskFile};
pub use heads::{Head, HeadError, Heads, Swap, SwapError, VALUE_OCTETS_MAX};
pub use name::{NAME_OCTETS_MAX, is_name};
pub use objects::{DeleteError, GetError, ListError, Objects, PutError};

use std::sync::Arc;

/// The ports one node works with. A struct, so that parts may be mixed (files with PostgreSQL).
#[derive(Clone)]
pub struct Engine {
    /// Put once, never overwritten: segments, quarantine, acts, ledger bundles.
    pub objects: Arc<dyn Objects>,
    /// Small versioned values: keyring pages, sequencer, chain heads.
    pub heads: Arc<dyn Heads>,
    /// The node's own folder `journal/`.
    pub journal: Arc<dyn Disk>,
    /// The node's own folder `keys/`, readable by its owner alone.
    pub keys: Arc<dyn Disk>,
    /// The published folder `log/`.
    pub log: Arc<dyn Disk>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}
