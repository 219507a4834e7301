//! What can go wrong with a catalogue. It is derived: every remedy ends in `lacre rebuild`.
use std::{io, path::PathBuf};

/// One variant for each decision the caller can take.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Open it instead, or remove it first.
    #[error("catalogue {path} is there already: open it, or remove it and create it anew")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Create it and fill it.
    #[error("catalogue {path} is not there: run `lacre rebuild`")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The key belongs to another vault or generation, or the file is damaged; both look the same.
    #[error(
        "catalogue {path} does not open with this vault's key: it is another generation's, or it \
         is damaged; remove it and run `lacre rebuild`"
    )]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// Remove it and rebuild.
    #[error(
        "catalogue {path} has layout {found}, this version reads {expected}: run `lacre rebuild`"
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// The layout found; 0 when its creation was cut short.
        found: i64,
        /// The layout this version reads.
        expected: i64,
    },
    /// Rows were hidden or invented: alarm, then rebuild.
    #[error(
        "catalogue shows {found} communications where {expected} are kept: run `lacre rebuild`"
    )]
    Count {
        /// What the vault's head says.
        expected: u64,
        /// What the catalogue shows.
        found: u64,
    },
    /// These were hidden or invented: alarm, then rebuild.
    #[error("catalogue hides {missing:?} and invents {surplus:?}: run `lacre rebuild`")]
    Numbers {
        /// Kept, not shown; the first hundred.
        missing: Vec<u64>,
        /// Shown, not kept; the first hundred.
        surplus: Vec<u64>,
    },
    /// A value read back is none this version writes: rebuild.
    #[error("catalogue field `{field}` of communication {n} cannot be read: run `lacre rebuild`")]
    Field {
        /// The communication.
        n: u64,
        /// The field.
        field: &'static str,
    },
    /// A number that no count reaches.
    #[error("{what} {value} is beyond what a catalogue counts")]
    Beyond {
        /// What was counted.
        what: &'static str,
        /// Its value.
        value: u64,
    },
    /// The text has no row to stand beside.
    #[error("communication {n} is not in the catalogue")]
    NoRow {
        /// The communication.
        n: u64,
    },
    /// The folder cannot be written.
    #[error("could not make catalogue {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file could not be read or written; nothing of the statement was kept.
    #[error("catalogue failed to {doing}")]
    Engine {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}
