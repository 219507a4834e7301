//! Heads in SQLite: one table, one connection, every swap in an immediate transaction.
//!
//! Write-ahead log with a full sync at each commit; deleted octets are overwritten in the database
//! file. An I/O error at a commit closes the heads to writing until they are reopened, because a
//! sync that failed once must not be tried again.
//!
//! Rules: ARCHITECTURE.md section 5 (compare-and-swap, never back); DESIGN.md decision 16.

use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lacre_store::{Head, HeadError, Heads, Swap, SwapError, VALUE_OCTETS_MAX, is_name};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params,
};

use super::OpenError;

/// How long to wait for another process in the middle of its swap.
const BUSY_MAX: Duration = Duration::from_secs(10);
const FORMAT: i64 = 1;
/// `LACR`, so that file(1) and a stranger can tell what the file is.
const APPLICATION_ID: i64 = 0x4c41_4352;
const TABLE: &str = "CREATE TABLE IF NOT EXISTS heads (
    name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL) STRICT";

pub(super) struct SqliteHeads(Mutex<Store>);

struct Store {
    connection: Connection,
    /// An earlier commit failed in a way that leaves the disk unknown.
    closed: bool,
}

/// What stopped a run of swaps: the caller's fault, or the storage's.
enum Stopped {
    Refused(SwapError),
    Storage(rusqlite::Error),
}

impl From<rusqlite::Error> for Stopped {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

impl SqliteHeads {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Heads { path: path.to_owned(), source: cause(error) };
        let connection = Connection::open(path).map_err(failed)?;
        let found = prepare(&connection).map_err(failed)?;
        if found != FORMAT {
            return Err(OpenError::Format { path: path.to_owned(), found });
        }
        Ok(Self(Mutex::new(Store { connection, closed: false })))
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does all swaps or none; the version the last one gave.
    fn commit<'s>(
        &self,
        swaps: impl Iterator<Item = (&'s str, Option<u64>, &'s [u8])>,
    ) -> Result<u64, Stopped> {
        let mut store = self.store();
        if store.closed {
            let gone = io::Error::other("closed after a failed commit: stop, reopen and recover");
            return Err(Stopped::Storage(rusqlite::Error::ToSqlConversionFailure(gone.into())));
        }
        let done = commit_to(&mut store.connection, swaps);
        if let Err(Stopped::Storage(rusqlite::Error::SqliteFailure(error, _))) = &done {
            store.closed = error.code == ErrorCode::SystemIoFailure;
        }
        done
    }
}

impl Heads for SqliteHeads {
    fn read(&self, name: &str) -> Result<Option<Head>, HeadError> {
        read(&self.store().connection, name)
            .map_err(|error| HeadError::Failed { name: name.to_owned(), source: cause(error) })
    }

    fn swap(&self, name: &str, expected: Option<u64>, value: &[u8]) -> Result<u64, SwapError> {
        self.commit([(name, expected, value)].into_iter()).map_err(|stopped| told(stopped, name))
    }

    fn swap_all(&self, swaps: &[Swap]) -> Result<(), SwapError> {
        let Some(first) = swaps.first() else {
            return Ok(());
        };
        let each = swaps.iter().map(|swap| {
            let Swap { name, expected, value } = swap;
            (name.as_str(), *expected, value.as_slice())
        });
        self.commit(each).map(drop).map_err(|stopped| told(stopped, &first.name))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, HeadError> {
        list(&self.store().connection, prefix)
            .map_err(|error| HeadError::Failed { name: prefix.to_owned(), source: cause(error) })
    }
}

/// Sets the connection up; the format found, after a new file got ours.
fn prepare(connection: &Connection) -> rusqlite::Result<i64> {
    connection.busy_timeout(BUSY_MAX)?;
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > FORMAT {
        return Ok(found);
    }
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    if found == 0 {
        connection.execute(TABLE, [])?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", FORMAT)?;
    }
    // Old values leave the write-ahead log too; if another process is busy, it will do this.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(FORMAT)
}

fn commit_to<'s>(
    connection: &mut Connection,
    swaps: impl Iterator<Item = (&'s str, Option<u64>, &'s [u8])>,
) -> Result<u64, Stopped> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut last = 0;
    for (name, expected, value) in swaps {
        last = step(&transaction, name, expected, value)?;
    }
    transaction.commit()?;
    Ok(last)
}

fn step(
    transaction: &Transaction<'_>,
    name: &str,
    expected: Option<u64>,
    value: &[u8],
) -> Result<u64, Stopped> {
    let refused = |error| Err(Stopped::Refused(error));
    if !is_name(name) {
        return refused(SwapError::BadName { name: name.to_owned() });
    }
    if value.len() > VALUE_OCTETS_MAX {
        return refused(SwapError::TooLarge { name: name.to_owned(), octets: value.len() });
    }
    let mut select = transaction.prepare_cached("SELECT version FROM heads WHERE name = ?1")?;
    let found = select.query_row([name], version).optional()?;
    if found != expected {
        return refused(SwapError::Conflict { name: name.to_owned(), expected, found });
    }
    let next = found.unwrap_or(0).saturating_add(1);
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO heads (name, version, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, value = excluded.value",
    )?;
    let kept = i64::try_from(next)
        .map_err(|source| rusqlite::Error::ToSqlConversionFailure(Box::new(source)))?;
    upsert.execute(params![name, kept, value])?;
    Ok(next)
}

fn read(connection: &Connection, name: &str) -> rusqlite::Result<Option<Head>> {
    let mut select =
        connection.prepare_cached("SELECT version, value FROM heads WHERE name = ?1")?;
    let head = |row: &Row<'_>| Ok(Head { version: version(row)?, value: row.get(1)? });
    select.query_row([name], head).optional()
}

/// The first column as a version; SQLite's numbers have a sign, versions have none.
fn version(row: &Row<'_>) -> rusqlite::Result<u64> {
    let kept: i64 = row.get(0)?;
    u64::try_from(kept).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, kept))
}

fn list(connection: &Connection, prefix: &str) -> rusqlite::Result<Vec<String>> {
    // Every octet of a name is below 0x7f, so this bound closes the run of names with the prefix.
    let end = format!("{prefix}\u{7f}");
    let mut select = connection
        .prepare_cached("SELECT name FROM heads WHERE name >= ?1 AND name < ?2 ORDER BY name")?;
    let names = select.query_map([prefix, &end], |row| row.get(0))?;
    names.collect()
}

fn told(stopped: Stopped, name: &str) -> SwapError {
    match stopped {
        Stopped::Refused(error) => error,
        Stopped::Storage(error) => {
            SwapError::Failed { name: name.to_owned(), source: cause(error) }
        }
    }
}

/// SQLite's error as an I/O error, a full disk as such.
fn cause(error: rusqlite::Error) -> io::Error {
    let kind = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => io::ErrorKind::StorageFull,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => io::ErrorKind::ResourceBusy,
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => io::ErrorKind::PermissionDenied,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => io::ErrorKind::InvalidData,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(dir: &tempfile::TempDir) -> SqliteHeads {
        SqliteHeads::open(&dir.path().join("heads.db")).unwrap()
    }

    #[test]
    fn a_full_disk_is_told_as_such_and_the_old_head_stands() {
        // Given heads that may not grow any further
        let dir = tempfile::tempdir().unwrap();
        let heads = opened(&dir);
        heads.swap("h", None, b"old").unwrap();
        heads.store().connection.pragma_update(None, "max_page_count", 1).unwrap();
        // when a large value is written
        let refused = heads.swap("h", Some(1), &[1; 100_000]);
        // then the cause is there for the caller, and after room was made the head goes on.
        let Err(SwapError::Failed { source, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(source.kind(), io::ErrorKind::StorageFull);
        assert_eq!(heads.read("h").unwrap().unwrap().value, b"old");
        heads.store().connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        assert_eq!(heads.swap("h", Some(1), &[1; 100_000]).unwrap(), 2);
    }

    #[test]
    fn heads_closed_by_a_failed_commit_refuse_until_reopened() {
        let dir = tempfile::tempdir().unwrap();
        let heads = opened(&dir);
        heads.swap("h", None, b"1").unwrap();
        heads.store().closed = true;
        assert!(matches!(heads.swap("h", Some(1), b"2"), Err(SwapError::Failed { .. })));
        drop(heads);
        assert_eq!(opened(&dir).swap("h", Some(1), b"2").unwrap(), 2);
    }

    #[test]
    fn every_commit_is_synced_and_deleted_octets_are_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let heads = opened(&dir);
        let store = heads.store();
        let pragma = |name: &str| -> i64 {
            store.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap()
        };
        assert_eq!((pragma("synchronous"), pragma("secure_delete")), (2, 1));
    }

    #[test]
    fn heads_of_a_later_format_are_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        opened(&dir).store().connection.pragma_update(None, "user_version", 2).unwrap();
        let refused = SqliteHeads::open(&dir.path().join("heads.db"));
        assert!(matches!(refused, Err(OpenError::Format { found: 2, .. })));
    }
}
