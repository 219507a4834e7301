//! What can go wrong between the rooms, one variant per decision the caller can take.
use lacre_store::{DiskError, GetError, HeadError, ListError, PutError, SwapError};

/// Custody could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// Refused: exit 5. Who asks lacks an order, a role, a reason or the shares.
    #[error("{what}: {why}; {remedy}")]
    Refused {
        /// What was refused.
        what: String,
        /// Why.
        why: String,
        /// What to do about it.
        remedy: String,
    },
    /// The input is wrong: exit 2.
    #[error("{0}")]
    Input(String),
    /// An object could not be put.
    #[error("could not put object {key}")]
    Put {
        /// Its key.
        key: String,
        /// The engine's word.
        #[source]
        source: PutError,
    },
    /// An object could not be read.
    #[error("could not read object {key}")]
    Get {
        /// Its key.
        key: String,
        /// The engine's word.
        #[source]
        source: GetError,
    },
    /// Objects could not be listed.
    #[error("could not list objects")]
    List(#[from] ListError),
    /// A head could not be read.
    #[error("could not read a head")]
    Head(#[from] HeadError),
    /// A head could not be moved.
    #[error("could not move head {name}")]
    Swap {
        /// Its name.
        name: String,
        /// The engine's word.
        #[source]
        source: SwapError,
    },
    /// The node's disk refused.
    #[error("the node's disk refused")]
    Disk(#[from] DiskError),
    /// Something kept is not what was put there.
    #[error("{key} {what}: restore it from a replica, then run `lacre ledger audit`")]
    Damaged {
        /// What it is.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A key could not be used.
    #[error("a key could not be used")]
    Key(#[from] lacre_vault::KeyError),
    /// A journal file could not become segments; it stays, nothing was lost.
    #[error("could not cut a journal file into segments; it stays, and is cut at the next start")]
    Cut(#[from] lacre_vault::segment::CutError),
    /// Something stored could not be read back.
    #[error("something stored could not be read back")]
    Read(#[from] lacre_vault::ReadError),
    /// The keyring refused.
    #[error("the keyring refused")]
    Keyring(#[from] lacre_vault::KeyringError),
    /// Quarantine could not be read.
    #[error("quarantine could not be read")]
    Quarantine(#[from] lacre_vault::quarantine::QuarantineError),
    /// The journal refused: stop intake, reopen, recover.
    #[error("the journal refused")]
    Journal(#[from] lacre_vault::JournalError),
    /// The ledger refused.
    #[error("the ledger refused")]
    Ledger(#[from] lacre_ledger::LedgerError),
    /// The register refused the change.
    #[error("the register refused the change")]
    Register(#[from] lacre_warrant::RegisterError),
    /// The order document is wrong.
    #[error("the order is not valid")]
    Order(#[from] lacre_warrant::OrderError),
    /// The catalogue refused.
    #[error("the catalogue refused")]
    Catalogue(#[from] lacre_catalogue::CatalogueError),
    /// The package could not be made.
    #[error("the package could not be made: {0}")]
    Package(String),
    /// The counts do not add up.
    #[error(transparent)]
    Unbalanced(#[from] crate::intake::Unbalanced),
    /// A broken invariant: stop, reopen, recover.
    #[error("broken invariant: {0}; stop this process and open the site again")]
    Broken(String),
}

impl CustodyError {
    /// Exit code of the command line (ux/DESIGN section 8).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 5,
            Self::Input(_) | Self::Order(_) | Self::Register(_) => 2,
            Self::Damaged { .. } => 3,
            Self::Put { .. } | Self::Get { .. } | Self::List(_) | Self::Head(_) | Self::Disk(_) => {
                6
            }
            _ => 1,
        }
    }
}
