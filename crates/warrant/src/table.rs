//! The binding table: what intake needs of the register, and nothing else.
//!
//! Promises: it holds no identity and no person's name, so that a stolen receiver tells LIIDs and
//! windows but not who is behind them; a LIID is found in one hash look-up.
//!
//! Rules: DESIGN decisions 6 (what intake may hold) and 20; `spec/register.md`.
use crate::{peer::Peer, text};
use lacre_term::{Liid, Micros, Scope, VaultId};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One measure, as binding sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindingRow {
    /// The LIID.
    #[serde(with = "text::liid_hex")]
    pub liid: Liid,
    /// The operator that delivers.
    pub operator: String,
    /// First moment authorised.
    #[serde(with = "text::time_text")]
    pub from: Micros,
    /// First moment no longer authorised, extensions and cessation applied.
    #[serde(with = "text::time_text")]
    pub until: Micros,
    /// What may be kept.
    #[serde(with = "text::scope_flags")]
    pub scope: Scope,
    /// The case.
    pub case: String,
    /// The order.
    pub order: String,
    /// The order's vault.
    #[serde(with = "text::vault_text")]
    pub vault: VaultId,
    /// True while the order has no document, or no court role has confirmed it.
    pub not_accredited: bool,
}

/// What binding knows. Cheap to share behind an `Arc`; rebuilt at each register change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BindingTable {
    /// Number of the register changes it reflects.
    changes: u64,
    rows: HashMap<Box<[u8]>, Vec<Arc<BindingRow>>>,
    peers: HashMap<String, KnownPeer>,
}

/// A peer with its identifiers as octets, as headers carry them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownPeer {
    pub(crate) peer: Peer,
    pub(crate) operator_ids: HashSet<Box<[u8]>>,
}

/// The table's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableDocument {
    schema: String,
    changes: u64,
    rows: Vec<BindingRow>,
    peers: Vec<Peer>,
}

const SCHEMA: &str = "lacre.binding/1";

/// The table cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Unseal the site: the register writes a new table.
    #[error("binding table has schema {found:?}, this version reads {SCHEMA:?}: unseal the site")]
    Schema {
        /// The schema found.
        found: String,
    },
    /// Unseal the site: the register writes a new table.
    #[error("binding table cannot be read: {what}: unseal the site to write it anew")]
    Json {
        /// What stands where.
        what: String,
    },
}

impl BindingTable {
    /// A table of `rows` and `peers`, which reflects the first `changes` register changes.
    #[must_use]
    pub fn new(changes: u64, rows: Vec<BindingRow>, peers: Vec<Peer>) -> Self {
        let mut table = Self { changes, ..Self::default() };
        for row in rows {
            table.rows.entry(row.liid.octets().into()).or_default().push(Arc::new(row));
        }
        for measures in table.rows.values_mut() {
            measures.sort_by(|a, b| (a.from, a.until, &a.order).cmp(&(b.from, b.until, &b.order)));
        }
        for peer in peers {
            let operator_ids = peer.operator_id_octets().into_iter().collect();
            table.peers.insert(peer.name.clone(), KnownPeer { peer, operator_ids });
        }
        table
    }

    /// How many register changes it reflects.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The rows of one LIID, by time; empty when no measure names it.
    #[must_use]
    pub fn rows_of(&self, liid: &[u8]) -> &[Arc<BindingRow>] {
        self.rows.get(liid).map_or(&[], Vec::as_slice)
    }

    /// Every row, by LIID and time.
    #[must_use]
    pub fn rows(&self) -> Vec<&BindingRow> {
        let mut rows: Vec<_> = self.rows.values().flatten().map(Arc::as_ref).collect();
        rows.sort_by(|a, b| (&a.liid, a.from, &a.order).cmp(&(&b.liid, b.from, &b.order)));
        rows
    }

    /// A peer by its name.
    #[must_use]
    pub fn peer(&self, name: &str) -> Option<&Peer> {
        self.known_peer(name).map(|known| &known.peer)
    }

    /// Every peer, by name: what a receiver needs to listen.
    #[must_use]
    pub fn peers(&self) -> Vec<&Peer> {
        let mut peers: Vec<_> = self.peers.values().map(|known| &known.peer).collect();
        peers.sort_by(|a, b| a.name.cmp(&b.name));
        peers
    }

    pub(crate) fn known_peer(&self, name: &str) -> Option<&KnownPeer> {
        self.peers.get(name)
    }

    /// Compact JSON, the same octets for the same table.
    ///
    /// # Errors
    /// [`TableError::Json`] when it cannot be written, which no valid table causes.
    pub fn to_json(&self) -> Result<Vec<u8>, TableError> {
        let document = TableDocument {
            schema: SCHEMA.to_owned(),
            changes: self.changes,
            rows: self.rows().into_iter().cloned().collect(),
            peers: self.peers().into_iter().cloned().collect(),
        };
        serde_json::to_vec(&document).map_err(|error| TableError::Json { what: error.to_string() })
    }

    /// Reads [`Self::to_json`].
    ///
    /// # Errors
    /// [`TableError`] when the octets are no table of this version.
    pub fn from_json(octets: &[u8]) -> Result<Self, TableError> {
        let document: TableDocument = serde_json::from_slice(octets)
            .map_err(|error| TableError::Json { what: error.to_string() })?;
        if document.schema != SCHEMA {
            return Err(TableError::Schema { found: document.schema });
        }
        Ok(Self::new(document.changes, document.rows, document.peers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(from: i64, until: i64) -> BindingRow {
        BindingRow {
            liid: Liid::parse(&[0xff, 0x01]).unwrap(),
            operator: "OPLAB-ES".into(),
            from: Micros(from),
            until: Micros(until),
            scope: Scope {
                content: true,
                origin_destination: true,
                location: false,
                other_traffic: true,
            },
            case: "DP-1".into(),
            order: "AUTO-1".into(),
            vault: VaultId([7; 16]),
            not_accredited: true,
        }
    }

    #[test]
    fn a_table_reads_back_whole_whatever_order_it_was_filled_in() {
        let peers = || vec![Peer::of_files("b"), Peer::of_files("a")];
        let table = BindingTable::new(3, vec![row(10, 20), row(0, 10)], peers());
        let json = table.to_json().unwrap();
        assert_eq!(BindingTable::from_json(&json).unwrap(), table);
        let other = BindingTable::new(3, vec![row(0, 10), row(10, 20)], peers());
        assert_eq!(other.to_json().unwrap(), json);
        assert_eq!(table.rows_of(&[0xff, 0x01]).len(), 2);
        assert!(table.rows_of(b"other").is_empty());
    }

    #[test]
    fn a_table_of_another_version_is_refused_by_name() {
        let json = String::from_utf8(BindingTable::default().to_json().unwrap()).unwrap();
        let other = json.replace("lacre.binding/1", "lacre.binding/2");
        let refused = BindingTable::from_json(other.as_bytes());
        assert_eq!(refused, Err(TableError::Schema { found: "lacre.binding/2".into() }));
    }
}
