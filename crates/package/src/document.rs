//! The documents that commitments are made to, and the trust sheet.
//!
//! JSON text in UTF-8, compact, one object, fields in the order of the struct. The octets as
//! written are the truth: hashes are over the octets kept, nothing is serialised again to check it.
//! Reading is strict: an unknown field, a field twice or another schema is refused.
//!
//! Rules: `spec/seal-and-chain.md`, `spec/trust-sheet.md`; decisions 4, 5, 13.
use crate::document::text::{at, digest, part, part_option, vault};
use lacre_term::{Digest, Micros, PartId, VaultId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;

mod text;
pub(crate) use text::{digest as digest_text, part as part_text, vault as vault_text};

/// Why a document is refused.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not the JSON this schema asks for.
    #[error(
        "{schema} document cannot be read: {reason}; ask whoever made it for the original file"
    )]
    Unreadable {
        /// The schema that was expected.
        schema: &'static str,
        /// What the JSON reader said.
        reason: String,
    },
    /// JSON of another schema or version.
    #[error("expected a {schema} document, found {found}; use a version of Lacre that knows it")]
    OtherSchema {
        /// The schema that was expected.
        schema: &'static str,
        /// The schema it names.
        found: String,
    },
    /// Could not be written as JSON.
    #[error("{schema} document cannot be written: {reason}")]
    Unwritable {
        /// The schema being written.
        schema: &'static str,
        /// What the JSON writer said.
        reason: String,
    },
}

/// A gap in the sequence numbers of one payload class of a part, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Payload class whose numbers are missing: `iri`, `cc`, …
    pub class: String,
    /// First missing sequence number.
    pub from: u64,
    /// Last missing sequence number.
    pub to: u64,
}

/// The seal of one part: what was stored, how much, when, and the seal before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Always [`Seal::SCHEMA`].
    pub schema: String,
    /// The order's vault.
    #[serde(with = "vault")]
    pub vault: VaultId,
    /// The node that received the part; each node has a chain of its own.
    pub node: String,
    /// Place in the chain of this vault and node, from 0, dense.
    pub number: u64,
    /// SHA-256 of the previous seal's octets; for number 0, of the registration's document.
    #[serde(with = "digest")]
    pub before: Digest,
    /// The case (pieza).
    pub case: String,
    /// `n` of the communication within its case.
    pub communication: u64,
    /// The part.
    #[serde(with = "part")]
    pub part: PartId,
    /// Place of the part within its communication, from 1, dense.
    pub part_index: u64,
    /// The part before it, of the same communication; none for the first.
    #[serde(with = "part_option")]
    pub part_before: Option<PartId>,
    /// PDUs in the part.
    pub pdus: u64,
    /// Merkle root over the PDU leaves.
    #[serde(with = "digest")]
    pub root: Digest,
    /// Octets of all its PDUs together.
    pub octets: u64,
    /// Earliest interception time (the operator's word).
    #[serde(with = "at")]
    pub first_at: Micros,
    /// Latest interception time (the operator's word).
    #[serde(with = "at")]
    pub last_at: Micros,
    /// Smallest receipt time.
    #[serde(with = "at")]
    pub received_first: Micros,
    /// Largest receipt time.
    #[serde(with = "at")]
    pub received_last: Micros,
    /// Gaps in sequence numbers.
    pub gaps: Vec<Gap>,
    /// PDUs kept as conflicts.
    pub conflicts: u64,
    /// Why the part ended: `iri_end`, `idle`, `intake_end`, `restart`, …
    pub reason: String,
    /// When it was sealed.
    #[serde(with = "at")]
    pub sealed_at: Micros,
}

impl Seal {
    /// Schema and version.
    pub const SCHEMA: &'static str = "lacre.seal/1";

    /// # Errors
    /// [`DocumentError`] when `octets` are not one seal of this version.
    pub fn parse(octets: &[u8]) -> Result<Self, DocumentError> {
        parse(octets, Self::SCHEMA)
    }

    /// The octets to keep, hash and commit to.
    ///
    /// # Errors
    /// [`DocumentError::Unwritable`], which no value of this type causes.
    pub fn to_octets(&self) -> Result<Vec<u8>, DocumentError> {
        write(self, Self::SCHEMA)
    }
}

/// What one measure has been delivered, in total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureTotals {
    /// The LIID as text, or `hex:` and its octets where it is not text.
    pub liid: String,
    /// Communications opened.
    pub communications: u64,
    /// Parts sealed.
    pub parts: u64,
    /// PDUs stored.
    pub pdus: u64,
    /// Octets stored.
    pub octets: u64,
    /// Gaps recorded.
    pub gaps: u64,
    /// Conflicts kept.
    pub conflicts: u64,
}

/// What one vault and node held when it was entered; handed to the court (decision 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultHead {
    /// Always [`VaultHead::SCHEMA`].
    pub schema: String,
    /// The order's vault.
    #[serde(with = "vault")]
    pub vault: VaultId,
    /// The case (pieza).
    pub case: String,
    /// The order (auto).
    pub order: String,
    /// The node whose chain this is.
    pub node: String,
    /// Origin of that node's log.
    pub origin: String,
    /// Seals in the chain.
    pub seals: u64,
    /// SHA-256 of the last seal's octets; of the registration's document while there is none.
    #[serde(with = "digest")]
    pub last_seal: Digest,
    /// Ranges of `n` that have a seal, both ends included, in order.
    pub communications: Vec<[u64; 2]>,
    /// Totals per measure.
    pub measures: Vec<MeasureTotals>,
    /// Gaps recorded.
    pub gaps: u64,
    /// PDUs in quarantine that name a LIID of this order, by reason.
    pub quarantined: BTreeMap<String, u64>,
    /// Communications excluded by the court.
    pub excluded: u64,
    /// When it was entered.
    #[serde(with = "at")]
    pub entered_at: Micros,
    /// The log's newest checkpoint when it was made, when there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checkpoint: Option<String>,
}

impl VaultHead {
    /// Schema and version.
    pub const SCHEMA: &'static str = "lacre.vault-head/1";

    /// # Errors
    /// [`DocumentError`] when `octets` are not one vault head of this version.
    pub fn parse(octets: &[u8]) -> Result<Self, DocumentError> {
        parse(octets, Self::SCHEMA)
    }

    /// The octets to keep, hash and commit to.
    ///
    /// # Errors
    /// [`DocumentError::Unwritable`], which no value of this type causes.
    pub fn to_octets(&self) -> Result<Vec<u8>, DocumentError> {
        write(self, Self::SCHEMA)
    }

    /// How many communications the ranges name; saturates.
    #[must_use]
    pub fn communication_count(&self) -> u64 {
        self.communications.iter().fold(0, |sum, [from, to]| {
            sum.saturating_add(to.checked_sub(*from).map_or(0, |more| more.saturating_add(1)))
        })
    }

    /// Whether the ranges name `n`.
    #[must_use]
    pub fn names(&self, n: u64) -> bool {
        self.communications.iter().any(|[from, to]| (*from..=*to).contains(&n))
    }
}

/// A log that the trust sheet names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedLog {
    /// Origin line of its checkpoints.
    pub origin: String,
    /// Its key, as signed notes write it.
    pub vkey: String,
}

/// A time-stamping authority that the trust sheet names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedTsa {
    /// Its CA certificate.
    pub pem: String,
    /// Whether the site itself runs it: then its stamps are the site's word only.
    pub self_asserted: bool,
}

/// The trust sheet, lodged with the court when the site is made (decision 13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustSheet {
    /// Always [`TrustSheet::SCHEMA`].
    pub schema: String,
    /// The site's name.
    pub site: String,
    /// Logs, one per node.
    pub logs: Vec<TrustedLog>,
    /// CA certificates of seals, PEM.
    pub seal_cas: Vec<String>,
    /// Time-stamping authorities.
    pub tsa_cas: Vec<TrustedTsa>,
    /// Keys of witnesses, as signed notes write them.
    pub witnesses: Vec<String>,
    /// How many witnesses must have signed a checkpoint.
    pub quorum: u64,
}

impl TrustSheet {
    /// Schema and version.
    pub const SCHEMA: &'static str = "lacre.trust/1";

    /// # Errors
    /// [`DocumentError`] when `octets` are not one trust sheet of this version.
    pub fn parse(octets: &[u8]) -> Result<Self, DocumentError> {
        parse(octets, Self::SCHEMA)
    }

    /// The sheet as a file: indented, because people read it, and with a final newline.
    ///
    /// # Errors
    /// [`DocumentError::Unwritable`], which no value of this type causes.
    pub fn to_octets(&self) -> Result<Vec<u8>, DocumentError> {
        let mut octets = serde_json::to_vec_pretty(self).map_err(|error| {
            DocumentError::Unwritable { schema: Self::SCHEMA, reason: error.to_string() }
        })?;
        octets.push(b'\n');
        Ok(octets)
    }
}

/// Reads one JSON object whose `schema` is `schema`.
fn parse<T: DeserializeOwned>(octets: &[u8], schema: &'static str) -> Result<T, DocumentError> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }
    let unreadable =
        |error: serde_json::Error| DocumentError::Unreadable { schema, reason: error.to_string() };
    let named: Named = serde_json::from_slice(octets).map_err(unreadable)?;
    if named.schema != schema {
        return Err(DocumentError::OtherSchema { schema, found: named.schema });
    }
    serde_json::from_slice(octets).map_err(unreadable)
}

fn write<T: Serialize>(value: &T, schema: &'static str) -> Result<Vec<u8>, DocumentError> {
    serde_json::to_vec(value)
        .map_err(|error| DocumentError::Unwritable { schema, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> TrustSheet {
        TrustSheet {
            schema: TrustSheet::SCHEMA.into(),
            site: "lacre.example/site-1".into(),
            logs: vec![],
            seal_cas: vec![],
            tsa_cas: vec![],
            witnesses: vec![],
            quorum: 0,
        }
    }

    #[test]
    fn a_sheet_reads_back_and_an_unknown_field_is_refused() {
        let octets = sheet().to_octets().unwrap();
        assert_eq!(TrustSheet::parse(&octets).unwrap(), sheet());
        let text = String::from_utf8(octets).unwrap().replacen('{', "{\"more\":1,", 1);
        assert!(matches!(
            TrustSheet::parse(text.as_bytes()),
            Err(DocumentError::Unreadable { .. })
        ));
    }

    #[test]
    fn another_schema_is_named() {
        let mut other = sheet();
        other.schema = "lacre.trust/9".into();
        let octets = other.to_octets().unwrap();
        let error = TrustSheet::parse(&octets).unwrap_err();
        assert!(error.to_string().contains("found lacre.trust/9"), "{error}");
    }

    #[test]
    fn ranges_of_a_head_count_and_name_both_ends() {
        let head = VaultHead {
            schema: VaultHead::SCHEMA.into(),
            vault: VaultId([1; 16]),
            case: "DP-1-2026".into(),
            order: "AUTO-1".into(),
            node: "node-1".into(),
            origin: "lacre.example/site-1/node-1".into(),
            seals: 4,
            last_seal: Digest([2; 32]),
            communications: vec![[1, 2], [5, 5]],
            measures: vec![],
            gaps: 0,
            quarantined: BTreeMap::new(),
            excluded: 0,
            entered_at: Micros(0),
            checkpoint: None,
        };
        assert_eq!(head.communication_count(), 3);
        assert!(head.names(1) && head.names(5) && !head.names(3) && !head.names(0));
        assert_eq!(VaultHead::parse(&head.to_octets().unwrap()).unwrap(), head);
    }
}
