//! A document that was committed to in the ledger, with its salt and its proof: as a value and as
//! four files.
//!
//! Rules: `spec/package.md`, "A committed document".
use lacre_proof::{CommitmentProof, SecondEntry, TlogProof};
use lacre_term::{Digest, hex};
use serde::{Deserialize, Serialize};

/// A document, the salt of its commitment, and the proof that the commitment was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The document's octets as they were written.
    pub octets: Vec<u8>,
    /// The salt of its commitment.
    pub salt: [u8; 32],
    /// That the commitment is in the ledger.
    pub proof: CommitmentProof,
}

const SCHEMA: &str = "lacre.inner/1";

/// `inner.json`: from the commitment to the second's entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    schema: String,
    /// The ledger leaf's data, hexadecimal.
    entry: String,
    index: u64,
    size: u64,
    /// Hexadecimal, from the sibling up.
    path: Vec<String>,
}

/// `*.salt`.
pub(crate) fn salt_text(salt: &[u8; 32]) -> String {
    format!("{}\n", hex::encode(salt))
}

/// `inner.json`.
pub(crate) fn inner_text(proof: &CommitmentProof) -> serde_json::Result<String> {
    let inner = Inner {
        schema: SCHEMA.into(),
        entry: hex::encode(&proof.entry),
        index: proof.index_in_second,
        size: proof.second_size,
        path: proof.second_path.iter().map(Digest::to_hex).collect(),
    };
    Ok(format!("{}\n", serde_json::to_string(&inner)?))
}

/// Reads the three files beside a document; the reason when one cannot be read.
pub(crate) fn read(
    octets: Vec<u8>,
    salt: &[u8],
    inner: &[u8],
    tlog: &[u8],
) -> Result<Committed, &'static str> {
    let text = |octets| std::str::from_utf8(octets).ok();
    let salt_value = text(salt)
        .and_then(|salt| salt.strip_suffix('\n'))
        .and_then(hex::decode_array)
        .ok_or("the salt is not 64 hexadecimal digits on one line")?;
    let path_error = "inner.json is not a path of this version";
    let parsed: Inner = serde_json::from_slice(inner).map_err(|_| path_error)?;
    let path: Option<Vec<_>> = parsed.path.iter().map(|hash| Digest::from_hex(hash)).collect();
    let entry: Option<[u8; SecondEntry::OCTETS]> = hex::decode_array(&parsed.entry);
    let tlog = text(tlog)
        .and_then(|text| TlogProof::parse(text).ok())
        .filter(|proof| proof.extra.is_none())
        .ok_or("proof.tlog-proof is not in the c2sp.org/tlog-proof@v1 format")?;
    let proof = CommitmentProof {
        entry: entry.ok_or(path_error)?,
        index_in_second: parsed.index,
        second_size: parsed.size,
        second_path: path.ok_or(path_error)?,
        tlog,
    };
    // One spelling: what we would write is what must stand there.
    let same = inner_text(&proof).is_ok_and(|text| text.as_bytes() == inner);
    if !same || parsed.schema != SCHEMA {
        return Err(path_error);
    }
    Ok(Committed { octets, salt: salt_value, proof })
}
