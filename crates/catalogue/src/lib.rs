//! From entered to catalogued, searchable; all of it may be deleted and rebuilt.
//!
//! One SQLCipher file per vault: a row for each communication, the words of its texts, and how far
//! each part has been read. The catalogue is derived: it decides nothing, and removing the file and
//! filling it again gives the same rows.
//!
//! Rules: DESIGN decisions 9 (raw key), 14, 17 and 23; `spec/catalogue.md`.
#![forbid(unsafe_code)]

pub mod communication;
pub mod error;
pub mod extract;
pub mod query;
pub mod sealed_db;

pub use communication::{Direction, Ground, Medium, Party, Progress, Row, Schema, State};
pub use error::CatalogueError;
pub use query::Filter;
pub use sealed_db::Catalogue;
