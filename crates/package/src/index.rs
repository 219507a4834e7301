//! The index: what is in a package, for machines (`index.json`) and for people (`index.csv`).
//!
//! The index is not evidence: it is signed with the package but no ledger entry proves it. What it
//! says of seals, counts and parts is compared with the evidence; facts about a communication are
//! derived from the octets and can be derived again.
use crate::{
    document::{digest_text, part_text, vault_text},
    leaves::quoted,
};
use lacre_term::{Digest, Micros, PartId, VaultId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) const SCHEMA: &str = "lacre.package/1";

/// The fields before the lists.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Header<'a> {
    pub(crate) schema: &'a str,
    pub(crate) case: &'a str,
    pub(crate) order: &'a str,
    #[serde(with = "vault_text")]
    pub(crate) vault: VaultId,
    pub(crate) node: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) made_at: String,
    pub(crate) agent: &'a str,
    pub(crate) accredited: bool,
    pub(crate) order_document: Option<&'a str>,
    pub(crate) registration_entered: bool,
}

/// The whole index, read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    pub(crate) schema: String,
    pub(crate) case: String,
    pub(crate) order: String,
    #[serde(with = "vault_text")]
    pub(crate) vault: VaultId,
    pub(crate) node: String,
    pub(crate) origin: String,
    pub(crate) made_at: String,
    pub(crate) agent: String,
    pub(crate) accredited: bool,
    pub(crate) order_document: Option<String>,
    pub(crate) registration_entered: bool,
    pub(crate) communications: Vec<Row>,
    pub(crate) stubs: Vec<StubRow>,
}

/// One communication in the package.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) n: u64,
    pub(crate) parts: Vec<PartRow>,
    /// Names of files in the communication's directory.
    pub(crate) derivatives: Vec<String>,
    pub(crate) facts: Map<String, Value>,
}

/// One part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartRow {
    pub(crate) index: u64,
    #[serde(with = "part_text")]
    pub(crate) part: PartId,
    /// Number of its seal in the chain.
    pub(crate) number: u64,
    /// SHA-256 of the seal's octets.
    #[serde(with = "digest_text")]
    pub(crate) seal: Digest,
    #[serde(with = "digest_text")]
    pub(crate) root: Digest,
    pub(crate) pdus: u64,
    pub(crate) octets: u64,
}

/// One communication withheld, counted all the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StubRow {
    pub(crate) n: u64,
    pub(crate) reason: String,
    pub(crate) seals: Vec<StubSeal>,
}

/// A seal whose document is withheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StubSeal {
    pub(crate) number: u64,
    /// SHA-256 of the seal's octets.
    #[serde(with = "digest_text")]
    pub(crate) seal: Digest,
    /// What was entered for it.
    #[serde(with = "digest_text")]
    pub(crate) commitment: Digest,
}

/// Writes the index: one JSON object, one communication a line.
pub(crate) fn write(
    header: &Header<'_>,
    rows: &[Row],
    stubs: &[StubRow],
) -> serde_json::Result<Vec<u8>> {
    let mut out = serde_json::to_vec(header)?;
    out.pop(); // the closing brace: the lists come before it
    out.extend_from_slice(b",\n\"communications\":[");
    lines(&mut out, rows)?;
    out.extend_from_slice(b"],\n\"stubs\":[");
    lines(&mut out, stubs)?;
    out.extend_from_slice(b"]}\n");
    Ok(out)
}

fn lines<T: Serialize>(out: &mut Vec<u8>, items: &[T]) -> serde_json::Result<()> {
    for (at, item) in items.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        out.extend_from_slice(&serde_json::to_vec(item)?);
    }
    out.push(b'\n');
    Ok(())
}

impl Index {
    pub(crate) fn parse(octets: &[u8]) -> Result<Self, String> {
        let index: Self = serde_json::from_slice(octets).map_err(|error| error.to_string())?;
        if index.schema != SCHEMA {
            return Err(format!("its schema is {}, not {SCHEMA}", index.schema));
        }
        Ok(index)
    }

    pub(crate) fn made_at(&self) -> Option<Micros> {
        Micros::parse_rfc3339(&self.made_at)
    }
}

/// Facts that have a column of their own.
const COLUMNS: [&str; 9] = [
    "liid",
    "cin",
    "operator",
    "medium",
    "direction",
    "parties",
    "started_at",
    "ended_at",
    "flags",
];

/// The table for people, made from the index alone.
pub(crate) fn table(rows: &[Row], stubs: &[StubRow]) -> String {
    let mut out = format!("n,{},parts,pdus,octets,withheld\n", COLUMNS.join(","));
    let sum = |parts: &[PartRow], of: fn(&PartRow) -> u64| {
        parts.iter().map(of).fold(0, u64::saturating_add)
    };
    for Row { n, parts, facts, .. } in rows {
        out.push_str(&n.to_string());
        for column in COLUMNS {
            out.push(',');
            out.push_str(&quoted(&harmless(plain(facts.get(column).unwrap_or(&Value::Null)))));
        }
        let (pdus, octets) = (sum(parts, |part| part.pdus), sum(parts, |part| part.octets));
        out.push_str(&format!(",{},{pdus},{octets},\n", parts.len()));
    }
    for StubRow { n, reason, seals } in stubs {
        let empty = ",".repeat(COLUMNS.len());
        let reason = quoted(&harmless(reason.clone()));
        out.push_str(&format!("{n}{empty},{},,,{reason}\n", seals.len()));
    }
    out
}

/// A JSON value as one line of text, the same whatever order a map keeps.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.replace(char::is_control, " "),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| key.as_str());
            let pairs: Vec<_> =
                pairs.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
            pairs.join(" ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A cell that no spreadsheet takes for a formula: addresses are written by strangers.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(facts: Value) -> Row {
        let Value::Object(facts) = facts else { panic!("facts are an object") };
        let part = PartRow {
            index: 1,
            part: PartId([1; 16]),
            number: 0,
            seal: Digest([2; 32]),
            root: Digest([3; 32]),
            pdus: 4,
            octets: 50,
        };
        Row { n: 7, parts: vec![part], derivatives: vec!["audio.wav".into()], facts }
    }

    #[test]
    fn the_index_reads_back_and_refuses_what_it_does_not_know() {
        let header = Header {
            schema: SCHEMA,
            case: "DP-1-2026",
            order: "AUTO-1",
            vault: VaultId([9; 16]),
            node: "node-1",
            origin: "lacre.example/s/node-1",
            made_at: Micros(0).rfc3339(),
            agent: "lacre 0.1.0",
            accredited: false,
            order_document: None,
            registration_entered: true,
        };
        let octets = write(&header, &[row(json!({"medium": "voice"}))], &[]).unwrap();
        let index = Index::parse(&octets).unwrap();
        assert_eq!((index.communications.len(), index.made_at()), (1, Some(Micros(0))));
        let more = String::from_utf8(octets).unwrap().replacen('{', "{\"hidden\":1,", 1);
        assert!(Index::parse(more.as_bytes()).is_err());
    }

    #[test]
    fn a_cell_is_never_a_formula_and_never_breaks_a_line() {
        let facts = json!({"medium": "=1+1", "direction": "a\nb", "parties": [{"b": 1, "a": "x"}]});
        let table = table(&[row(facts)], &[]);
        assert!(table.contains("7,,,,'=1+1,a b,a=x b=1,,,,1,4,50,\n"), "{table}");
    }

    #[test]
    fn what_is_withheld_is_a_row_of_its_own() {
        let seal = StubSeal { number: 3, seal: Digest([1; 32]), commitment: Digest([2; 32]) };
        let stub = StubRow { n: 9, reason: "privileged".into(), seals: vec![seal] };
        let table = table(&[], &[stub]);
        assert!(table.ends_with("9,,,,,,,,,,1,,,privileged\n"), "{table}");
        let commas = |line: &str| line.matches(',').count();
        assert!(table.lines().all(|line| commas(line) == 13), "{table}");
    }
}
