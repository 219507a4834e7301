//! The file: one SQLCipher database per vault, opened with the vault's key as it is.
//!
//! Promises: no octet of a value is in the file, its write-ahead log or a temporary file in clear;
//! a wrong key opens nothing; a row, its text and the progress of its part are kept together or
//! not at all ([`Catalogue::in_one`]).
//!
//! Rules: DESIGN decisions 9 and 17; `spec/catalogue.md`.
use crate::communication::{Direction, Medium, Party, Place, Progress, Row, Schema, State};
use crate::{CatalogueError, Filter};
use lacre_term::{Digest, Micros, PartId, Secret, VaultId, hex};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const LAYOUT: i64 = 2;
const NUMBERS_NAMED_MAX: usize = 100;

const TABLES: &str = "
CREATE TABLE communications (
    n INTEGER PRIMARY KEY, case_name TEXT NOT NULL, order_name TEXT NOT NULL, vault BLOB NOT NULL,
    liid TEXT NOT NULL, cin INTEGER, operator TEXT NOT NULL, network_element TEXT,
    medium TEXT NOT NULL, direction TEXT, parties TEXT NOT NULL,
    started_at INTEGER, ended_at INTEGER,
    pdus_iri INTEGER NOT NULL, pdus_cc INTEGER NOT NULL, octets INTEGER NOT NULL,
    gaps INTEGER NOT NULL, conflicts INTEGER NOT NULL, flags TEXT NOT NULL,
    state TEXT NOT NULL, parts INTEGER NOT NULL, root BLOB, leaf INTEGER,
    answered_at INTEGER, duration_s INTEGER, cause TEXT,
    services TEXT NOT NULL, places TEXT NOT NULL, digits TEXT NOT NULL
) STRICT;
CREATE INDEX communications_by_start ON communications (started_at);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = \"unicode61 remove_diacritics 2\");
CREATE TABLE parts (part BLOB PRIMARY KEY, pdus INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta (name, value) VALUES ('ledger_size', 0);
PRAGMA user_version = 2;
";

const COLUMNS: &str = "n, case_name, order_name, vault, liid, cin, operator, network_element, \
    medium, direction, parties, started_at, ended_at, pdus_iri, pdus_cc, octets, gaps, conflicts, \
    flags, state, parts, root, leaf, answered_at, duration_s, cause, services, places, digits";

/// A vault's catalogue, open.
#[derive(Debug)]
pub struct Catalogue {
    connection: Connection,
}

impl Catalogue {
    /// Makes an empty catalogue at `path`, readable by its owner alone.
    ///
    /// # Errors
    /// [`CatalogueError::Exists`], [`CatalogueError::File`] or [`CatalogueError::Engine`].
    pub fn create(path: &Path, key: &Secret) -> Result<Self, CatalogueError> {
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        if let Err(source) = made {
            let path = path.to_owned();
            return Err(match source.kind() {
                io::ErrorKind::AlreadyExists => CatalogueError::Exists { path },
                _ => CatalogueError::File { path, source },
            });
        }
        let catalogue = Self::unlock(path, key)?;
        catalogue.in_one(|c| c.run("make the tables", TABLES))?;
        Ok(catalogue)
    }

    /// Opens the catalogue at `path`.
    ///
    /// # Errors
    /// [`CatalogueError::Missing`], [`CatalogueError::WrongKey`], [`CatalogueError::Layout`] or
    /// [`CatalogueError::Engine`].
    pub fn open(path: &Path, key: &Secret) -> Result<Self, CatalogueError> {
        if !path.exists() {
            return Err(CatalogueError::Missing { path: path.to_owned() });
        }
        let catalogue = Self::unlock(path, key)?;
        let found = catalogue
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(engine("read the layout"))?;
        if found != LAYOUT {
            let path = path.to_owned();
            return Err(CatalogueError::Layout { path, found, expected: LAYOUT });
        }
        Ok(catalogue)
    }

    /// Opens the catalogue at `path`, or makes it.
    ///
    /// # Errors
    /// Those of [`Self::open`] and [`Self::create`].
    pub fn open_or_create(path: &Path, key: &Secret) -> Result<Self, CatalogueError> {
        match Self::open(path, key) {
            Err(CatalogueError::Missing { .. }) => Self::create(path, key),
            other => other,
        }
    }

    /// Removes the catalogue at `path` with its logs; one that is not there is removed already.
    ///
    /// # Errors
    /// [`CatalogueError::File`] when a file stays.
    pub fn remove(path: &Path) -> Result<(), CatalogueError> {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            let file = PathBuf::from(name);
            match fs::remove_file(&file) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(CatalogueError::File { path: file, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn unlock(path: &Path, key: &Secret) -> Result<Self, CatalogueError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(engine("open"))?;
        let catalogue = Self { connection };
        let digits = Zeroizing::new(hex::encode(key.expose()));
        // A raw key in this form skips SQLCipher's PBKDF2; its own words on errors stay off stderr.
        let unlock = Zeroizing::new(format!(
            "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{}'\"; \
             PRAGMA cipher_compatibility = 4; PRAGMA cipher_plaintext_header_size = 0; \
             PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
            digits.as_str()
        ));
        catalogue.run("take the key", &unlock)?;
        let tables = "SELECT count(*) FROM sqlite_master";
        let opened = catalogue.connection.query_row(tables, [], |row| row.get::<_, i64>(0));
        match opened {
            Ok(_) => {}
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == ErrorCode::NotADatabase =>
            {
                return Err(CatalogueError::WrongKey { path: path.to_owned() });
            }
            Err(source) => {
                return Err(CatalogueError::Engine { doing: "read", source });
            }
        }
        // Derived: what a power loss takes is read again from the segments.
        let settle = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";
        catalogue.run("set its journal", settle)?;
        Ok(catalogue)
    }

    fn run(&self, doing: &'static str, sql: &str) -> Result<(), CatalogueError> {
        self.connection.execute_batch(sql).map_err(engine(doing))
    }

    /// Does `work` in one transaction: all of it is kept, or, when it fails, none.
    ///
    /// # Errors
    /// Those of `work`, and [`CatalogueError::Engine`].
    pub fn in_one<T, E: From<CatalogueError>>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.run("begin", "BEGIN IMMEDIATE")?;
        let kept = work(self).and_then(|value| Ok(self.run("commit", "COMMIT").map(|()| value)?));
        if kept.is_err() && !self.connection.is_autocommit() {
            self.run("take back", "ROLLBACK")?;
        }
        kept
    }

    /// Writes a row and its text in the place of what stands there under its number.
    ///
    /// # Errors
    /// [`CatalogueError::Beyond`] or [`CatalogueError::Engine`]; nothing of it was kept then.
    pub fn upsert(&self, row: &Row, text: &str) -> Result<(), CatalogueError> {
        self.run("begin a row", "SAVEPOINT row")?;
        let written = self.write_row(row).and_then(|()| self.set_text(row.n, text));
        let end = if written.is_ok() { "RELEASE row" } else { "ROLLBACK TO row; RELEASE row" };
        self.run("end a row", end)?;
        written
    }

    fn write_row(&self, row: &Row) -> Result<(), CatalogueError> {
        let sql = format!(
            "INSERT OR REPLACE INTO communications ({COLUMNS}) VALUES \
             (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(engine("write a row"))?;
        let n = signed("communication", row.n)?;
        let json = |field: &'static str, text: Result<String, serde_json::Error>| {
            text.map_err(|_| CatalogueError::Field { n: row.n, field })
        };
        let leaf = row.leaf.map(|leaf| signed("leaf", leaf)).transpose()?;
        statement
            .execute(params![
                n,
                row.case,
                row.order,
                row.vault.0,
                row.liid,
                row.cin,
                row.operator,
                row.network_element,
                row.medium.word(),
                row.direction.map(Direction::word),
                json("parties", serde_json::to_string(&row.parties))?,
                row.started_at.map(|at| at.0),
                row.ended_at.map(|at| at.0),
                signed("pdus_iri", row.pdus_iri)?,
                signed("pdus_cc", row.pdus_cc)?,
                signed("octets", row.octets)?,
                signed("gaps", row.gaps)?,
                signed("conflicts", row.conflicts)?,
                json("flags", serde_json::to_string(&row.flags))?,
                row.state.word(),
                signed("parts", row.parts)?,
                row.root.map(|root| root.0),
                leaf,
                row.answered_at.map(|at| at.0),
                row.duration_s.map(|seconds| signed("duration_s", seconds)).transpose()?,
                row.cause,
                json("services", serde_json::to_string(&row.services))?,
                json("places", Place::write(&row.places))?,
                json("digits", serde_json::to_string(&row.digits))?,
            ])
            .map_err(engine("write a row"))?;
        Ok(())
    }

    fn set_text(&self, n: u64, text: &str) -> Result<(), CatalogueError> {
        let doing = engine("write a text");
        let n = signed("communication", n)?;
        let connection = &self.connection;
        connection
            .prepare_cached("DELETE FROM words WHERE rowid = ?")
            .and_then(|mut old| old.execute([n]))
            .and_then(|_| match text.is_empty() {
                true => Ok(0),
                false => connection
                    .prepare_cached("INSERT INTO words (rowid, text) VALUES (?, ?)")?
                    .execute(params![n, text]),
            })
            .map(drop)
            .map_err(doing)
    }

    /// The text kept beside communication `n`; empty when there is none.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn text(&self, n: u64) -> Result<String, CatalogueError> {
        let n = signed("communication", n)?;
        self.connection
            .query_row("SELECT text FROM words WHERE rowid = ?", [n], |row| row.get(0))
            .optional()
            .map(Option::unwrap_or_default)
            .map_err(engine("read a text"))
    }

    /// The rows `filter` lets through, by number.
    ///
    /// # Errors
    /// [`CatalogueError::Field`] or [`CatalogueError::Engine`].
    pub fn rows(&self, filter: &Filter) -> Result<Vec<Row>, CatalogueError> {
        let (clauses, values) = filter.clauses();
        let doing = || engine("read rows");
        let sql = format!("SELECT {COLUMNS} FROM communications{clauses}");
        let mut statement = self.connection.prepare_cached(&sql).map_err(doing())?;
        let mut found = statement.query(rusqlite::params_from_iter(values)).map_err(doing())?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(doing())? {
            rows.push(read_row(row)?);
        }
        Ok(rows)
    }

    /// The row of communication `n`.
    ///
    /// # Errors
    /// [`CatalogueError::Field`] or [`CatalogueError::Engine`].
    pub fn row(&self, n: u64) -> Result<Option<Row>, CatalogueError> {
        let sql = format!("SELECT {COLUMNS} FROM communications WHERE n = ?");
        let doing = || engine("read a row");
        let mut statement = self.connection.prepare_cached(&sql).map_err(doing())?;
        let mut found = statement.query([signed("communication", n)?]).map_err(doing())?;
        found.next().map_err(doing())?.map(read_row).transpose()
    }

    /// How many PDUs of `part` the catalogue has read; 0 for a part it has not met.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn progress(&self, part: PartId) -> Result<u64, CatalogueError> {
        let read: Option<i64> = self
            .connection
            .prepare_cached("SELECT pdus FROM parts WHERE part = ?")
            .and_then(|mut find| find.query_row([part.0], |row| row.get(0)).optional())
            .map_err(engine("read a part's progress"))?;
        Ok(read.and_then(|pdus| u64::try_from(pdus).ok()).unwrap_or(0))
    }

    /// Notes that the first `pdus` PDUs of `part` are in the rows.
    ///
    /// # Errors
    /// [`CatalogueError::Beyond`] or [`CatalogueError::Engine`].
    pub fn set_progress(&self, part: PartId, pdus: u64) -> Result<(), CatalogueError> {
        let pdus = signed("PDUs", pdus)?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO parts (part, pdus) VALUES (?, ?)")
            .and_then(|mut put| put.execute(params![part.0, pdus]))
            .map(drop)
            .map_err(engine("write a part's progress"))
    }

    /// Every part's progress, by part.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn parts(&self) -> Result<Vec<Progress>, CatalogueError> {
        let doing = || engine("read the parts' progress");
        let sql = "SELECT part, pdus FROM parts ORDER BY part";
        let mut statement = self.connection.prepare_cached(sql).map_err(doing())?;
        let read = |row: &rusqlite::Row<'_>| {
            let pdus: i64 = row.get(1)?;
            Ok(Progress { part: PartId(row.get(0)?), pdus: u64::try_from(pdus).unwrap_or(0) })
        };
        let found = statement.query_map([], read).map_err(doing())?;
        found.collect::<Result<_, _>>().map_err(doing())
    }

    /// Names the ledger size the rows reflect.
    ///
    /// # Errors
    /// [`CatalogueError::Beyond`] or [`CatalogueError::Engine`].
    pub fn reflect(&self, ledger_size: u64) -> Result<(), CatalogueError> {
        let size = signed("ledger size", ledger_size)?;
        self.connection
            .execute("UPDATE meta SET value = ? WHERE name = 'ledger_size'", [size])
            .map(drop)
            .map_err(engine("write the ledger size"))
    }

    /// The ledger size the rows reflect.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn reflects(&self) -> Result<u64, CatalogueError> {
        let sql = "SELECT value FROM meta WHERE name = 'ledger_size'";
        let size: i64 = self
            .connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(engine("read the ledger size"))?;
        Ok(u64::try_from(size).unwrap_or(0))
    }

    /// How many communications it shows.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn count(&self) -> Result<u64, CatalogueError> {
        let sql = "SELECT count(*) FROM communications";
        let count: i64 =
            self.connection.query_row(sql, [], |row| row.get(0)).map_err(engine("count rows"))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Compares the count with the vault head's.
    ///
    /// # Errors
    /// [`CatalogueError::Count`] when they differ.
    pub fn check_count(&self, expected: u64) -> Result<(), CatalogueError> {
        match self.count()? {
            found if found == expected => Ok(()),
            found => Err(CatalogueError::Count { expected, found }),
        }
    }

    /// Compares the numbers shown with those kept.
    ///
    /// # Errors
    /// [`CatalogueError::Numbers`] naming what is hidden and what is invented.
    pub fn check_numbers(&self, kept: &BTreeSet<u64>) -> Result<(), CatalogueError> {
        let doing = || engine("read numbers");
        let sql = "SELECT n FROM communications ORDER BY n";
        let mut statement = self.connection.prepare_cached(sql).map_err(doing())?;
        let found = statement.query_map([], |row| row.get::<_, i64>(0)).map_err(doing())?;
        let mut shown = BTreeSet::new();
        for n in found {
            shown.insert(u64::try_from(n.map_err(doing())?).unwrap_or(u64::MAX));
        }
        let first = |a: &BTreeSet<u64>, b: &BTreeSet<u64>| -> Vec<u64> {
            a.difference(b).copied().take(NUMBERS_NAMED_MAX).collect()
        };
        let (missing, surplus) = (first(kept, &shown), first(&shown, kept));
        if missing.is_empty() && surplus.is_empty() {
            return Ok(());
        }
        Err(CatalogueError::Numbers { missing, surplus })
    }

    /// Everything derived, as JSON lines in one order: rows with their texts by number, then the
    /// parts' progress. Two catalogues of the same ground give the same octets.
    ///
    /// # Errors
    /// [`CatalogueError::Field`] or [`CatalogueError::Engine`].
    pub fn dump(&self) -> Result<String, CatalogueError> {
        let mut lines = String::new();
        for row in self.rows(&Filter::default())? {
            let unwritable = |_| CatalogueError::Field { n: row.n, field: "row" };
            let text = serde_json::to_string(&self.text(row.n)?).map_err(unwritable)?;
            let row = serde_json::to_string(&row).map_err(unwritable)?;
            lines.push_str(&format!("{{\"row\":{row},\"text\":{text}}}\n"));
        }
        for Progress { part, pdus } in self.parts()? {
            lines.push_str(&format!("{{\"part\":\"{part}\",\"pdus\":{pdus}}}\n"));
        }
        Ok(lines)
    }
}

fn engine(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> CatalogueError {
    move |source| CatalogueError::Engine { doing, source }
}

fn signed(what: &'static str, value: u64) -> Result<i64, CatalogueError> {
    i64::try_from(value).map_err(|_| CatalogueError::Beyond { what, value })
}

/// Reads the columns of [`COLUMNS`], in their order.
fn read_row(row: &rusqlite::Row<'_>) -> Result<Row, CatalogueError> {
    let n: i64 = row.get(0).map_err(engine("read a row"))?;
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    let field = |field: &'static str| CatalogueError::Field { n, field };
    let count = |at: usize, name: &'static str| -> Result<u64, CatalogueError> {
        let value: i64 = row.get(at).map_err(engine("read a row"))?;
        u64::try_from(value).map_err(|_| field(name))
    };
    let text =
        |at: usize| -> Result<String, CatalogueError> { row.get(at).map_err(engine("read a row")) };
    let maybe_text = |at: usize| -> Result<Option<String>, CatalogueError> {
        row.get(at).map_err(engine("read a row"))
    };
    let maybe_number = |at: usize| -> Result<Option<i64>, CatalogueError> {
        row.get(at).map_err(engine("read a row"))
    };
    let direction = match maybe_text(9)? {
        None => None,
        Some(word) => Some(Direction::from_word(&word).ok_or_else(|| field("direction"))?),
    };
    let parties: Vec<Party> = serde_json::from_str(&text(10)?).map_err(|_| field("parties"))?;
    let flags: Vec<String> = serde_json::from_str(&text(18)?).map_err(|_| field("flags"))?;
    let root: Option<[u8; 32]> = row.get(21).map_err(|_| field("root"))?;
    Ok(Row {
        schema: Schema,
        case: text(1)?,
        order: text(2)?,
        vault: VaultId(row.get(3).map_err(|_| field("vault"))?),
        n,
        liid: text(4)?,
        cin: row.get(5).map_err(|_| field("cin"))?,
        operator: text(6)?,
        network_element: maybe_text(7)?,
        medium: Medium::from_word(&text(8)?).ok_or_else(|| field("medium"))?,
        direction,
        parties,
        started_at: maybe_number(11)?.map(Micros),
        ended_at: maybe_number(12)?.map(Micros),
        pdus_iri: count(13, "pdus_iri")?,
        pdus_cc: count(14, "pdus_cc")?,
        octets: count(15, "octets")?,
        gaps: count(16, "gaps")?,
        conflicts: count(17, "conflicts")?,
        flags,
        state: State::from_word(&text(19)?).ok_or_else(|| field("state"))?,
        parts: count(20, "parts")?,
        root: root.map(Digest),
        leaf: match maybe_number(22)? {
            None => None,
            Some(leaf) => Some(u64::try_from(leaf).map_err(|_| field("leaf"))?),
        },
        answered_at: maybe_number(23)?.map(Micros),
        duration_s: match maybe_number(24)? {
            None => None,
            Some(seconds) => Some(u64::try_from(seconds).map_err(|_| field("duration_s"))?),
        },
        cause: maybe_text(25)?,
        services: serde_json::from_str(&text(26)?).map_err(|_| field("services"))?,
        places: Place::read(&text(27)?).map_err(|_| field("places"))?,
        digits: serde_json::from_str(&text(28)?).map_err(|_| field("digits"))?,
    })
}

#[cfg(test)]
mod tests;
