//! What travels with each journal block so that a part open at a crash can be sealed without keys.
//!
//! A sidecar is wrapped to the machine by the journal. It holds counts, one row per stored PDU of
//! the block (leaf, fingerprint, numbers, times; never octets), and, in the first block after a
//! journal file is closed, a snapshot of every open part.
//!
//! Rules: DESIGN decision 7; `spec/journal.md`.
use super::health::Marks;
use super::part::{PartMeta, PartState};
use super::totals::Totals;
use lacre_proof::merkle::Frontier;
use lacre_term::{Digest, Micros, PartId, PayloadClass, VaultId, hex};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One stored PDU as recovery needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Index into the block's list of parts.
    pub part: u16,
    /// Its number within the part.
    pub number: u64,
    /// Class of its sequence number.
    pub class: PayloadClass,
    /// Its sequence number.
    pub sequence_number: u32,
    /// Interception time, when usable.
    pub intercepted_at: Option<Micros>,
    /// Receipt time.
    pub received_at: Micros,
    /// Length of its octets.
    pub octets: u32,
    /// True when it conflicts with an earlier PDU.
    pub conflict: bool,
    /// What else line health counts of it.
    pub marks: Marks,
    /// Keyed fingerprint of its octets.
    pub fingerprint: [u8; 16],
    /// Its PDU leaf hash.
    pub leaf: Digest,
}

/// An open part in a snapshot.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPart {
    vault: String,
    part: String,
    meta: PartMeta,
    frontier: String,
    octets: u64,
    conflicts: u64,
    intercepted: Option<(i64, i64)>,
    received: Option<(i64, i64)>,
    resets: Vec<i64>,
    repeated: Vec<(u8, u32)>,
}

/// The JSON head of a sidecar.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Counts after this block.
    pub totals: Totals,
    /// The parts the rows index, in hexadecimal.
    pub parts: Vec<String>,
    /// Next communication number per case; only those that changed, all in a snapshot.
    pub numbers: BTreeMap<String, u64>,
    /// CIN resets that name more than one context; only when they changed, and in a snapshot.
    pub resets: Option<super::resets::Resets>,
    /// Quarantined PDUs by order and reason; only when they changed, and in a snapshot.
    pub closed: Option<super::Closed>,
    /// What line health counts and rows do not say, when it changed.
    pub health: Option<super::health::Delta>,
    /// The last batch entry with its salt in hexadecimal: what its commitment opens to.
    pub entry: Option<(String, String)>,
    /// Open parts, in the first block of a journal file.
    pub snapshot: Option<Vec<SnapshotPart>>,
}

/// The sidecar is not what we wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal sidecar is damaged at octet {at}: {what}; restore the journal from its replica")]
pub struct SidecarError {
    at: usize,
    what: &'static str,
}

const ROW_OCTETS: usize = 2 + 8 + 1 + 4 + 8 + 8 + 4 + 1 + 16 + 32;

impl SnapshotPart {
    /// Writes `state` down.
    #[must_use]
    pub fn of(state: &PartState) -> Self {
        let pair = |span: Option<(Micros, Micros)>| span.map(|(first, last)| (first.0, last.0));
        Self {
            vault: state.vault.to_hex(),
            part: state.part.to_hex(),
            meta: state.meta.clone(),
            frontier: hex::encode(&state.frontier.encode()),
            octets: state.octets,
            conflicts: state.conflicts,
            intercepted: pair(state.intercepted),
            received: pair(state.received),
            resets: state.resets.iter().map(|at| at.0).collect(),
            repeated: state
                .repeated
                .iter()
                .map(|(class, number)| (class.code(), *number))
                .collect(),
        }
    }

    /// Takes the state up again.
    ///
    /// # Errors
    /// [`SidecarError`] when a field is not what we wrote.
    pub fn state(self) -> Result<PartState, SidecarError> {
        let damaged = |what| SidecarError { at: 0, what };
        let pair = |span: Option<(i64, i64)>| span.map(|(a, b)| (Micros(a), Micros(b)));
        let frontier = hex::decode(&self.frontier).ok_or(damaged("frontier is not hexadecimal"))?;
        let mut state = PartState::new(
            VaultId::from_hex(&self.vault).ok_or(damaged("vault is not an id"))?,
            PartId::from_hex(&self.part).ok_or(damaged("part is not an id"))?,
            self.meta,
        );
        state.frontier = Frontier::decode(&frontier).map_err(|_| damaged("frontier"))?;
        state.octets = self.octets;
        state.conflicts = self.conflicts;
        state.intercepted = pair(self.intercepted);
        state.received = pair(self.received);
        state.resets = self.resets.into_iter().map(Micros).collect();
        for (code, number) in self.repeated {
            let class = PayloadClass::from_code(code).ok_or(damaged("class"))?;
            state.repeated.insert(class, number);
        }
        Ok(state)
    }
}

/// Writes a sidecar: length of the head (u32 BE), head, rows of fixed length.
///
/// # Errors
/// [`SidecarError`] when the head cannot be written or is longer than 4 GiB.
pub fn encode(head: &Head, rows: &[Row]) -> Result<Vec<u8>, SidecarError> {
    let damaged = |what| SidecarError { at: 0, what };
    let text = serde_json::to_vec(head).map_err(|_| damaged("head is not JSON"))?;
    let length = u32::try_from(text.len()).map_err(|_| damaged("head is too long"))?;
    let mut out = Vec::with_capacity(text.len() + rows.len() * ROW_OCTETS + 4);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&text);
    for row in rows {
        out.extend_from_slice(&row.part.to_be_bytes());
        out.extend_from_slice(&row.number.to_be_bytes());
        out.push(row.class.code());
        out.extend_from_slice(&row.sequence_number.to_be_bytes());
        out.extend_from_slice(&row.intercepted_at.map_or(i64::MIN, |at| at.0).to_be_bytes());
        out.extend_from_slice(&row.received_at.0.to_be_bytes());
        out.extend_from_slice(&row.octets.to_be_bytes());
        out.push(u8::from(row.conflict) | row.marks.0);
        out.extend_from_slice(&row.fingerprint);
        out.extend_from_slice(&row.leaf.0);
    }
    Ok(out)
}

/// Reads [`encode`].
///
/// # Errors
/// [`SidecarError`] with the offset at which the octets stop making sense.
pub fn decode(octets: &[u8]) -> Result<(Head, Vec<Row>), SidecarError> {
    let mut cursor = Cursor { octets, at: 0 };
    let length = u32::from_be_bytes(cursor.take()?);
    let length = usize::try_from(length).map_err(|_| cursor.damaged("head length"))?;
    let text = cursor.slice(length)?;
    let head: Head = serde_json::from_slice(text).map_err(|_| cursor.damaged("head"))?;
    let mut rows = Vec::new();
    while cursor.at < octets.len() {
        rows.push(row(&mut cursor)?);
    }
    Ok((head, rows))
}

fn row(cursor: &mut Cursor<'_>) -> Result<Row, SidecarError> {
    let part = u16::from_be_bytes(cursor.take()?);
    let number = u64::from_be_bytes(cursor.take()?);
    let [class] = cursor.take::<1>()?;
    let class = PayloadClass::from_code(class).ok_or(cursor.damaged("class"))?;
    let sequence_number = u32::from_be_bytes(cursor.take()?);
    let intercepted = i64::from_be_bytes(cursor.take()?);
    let received_at = Micros(i64::from_be_bytes(cursor.take()?));
    let octets = u32::from_be_bytes(cursor.take()?);
    let [marks] = cursor.take::<1>()?;
    Ok(Row {
        part,
        number,
        class,
        sequence_number,
        intercepted_at: (intercepted != i64::MIN).then_some(Micros(intercepted)),
        received_at,
        octets,
        conflict: marks & 1 == 1,
        marks: Marks(marks & !1),
        fingerprint: cursor.take()?,
        leaf: Digest(cursor.take()?),
    })
}

struct Cursor<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn damaged(&self, what: &'static str) -> SidecarError {
        SidecarError { at: self.at, what }
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], SidecarError> {
        let end = self.at.checked_add(length).ok_or(self.damaged("length"))?;
        let slice = self.octets.get(self.at..end).ok_or(self.damaged("cut short"))?;
        self.at = end;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], SidecarError> {
        self.slice(N)?.try_into().map_err(|_| self.damaged("cut short"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            part: 3,
            number: 9,
            class: PayloadClass::Cc,
            sequence_number: 77,
            intercepted_at: None,
            received_at: Micros(5),
            octets: 330,
            conflict: true,
            marks: Marks::LIVE,
            fingerprint: [7; 16],
            leaf: Digest([9; 32]),
        }
    }

    #[test]
    fn a_sidecar_reads_back_and_a_cut_one_is_refused() {
        let head = Head { parts: vec!["aa".into()], ..Head::default() };
        let octets = encode(&head, &[row(), row()]).unwrap();
        let (again, rows) = decode(&octets).unwrap();
        assert_eq!((again.parts, rows), (head.parts, vec![row(), row()]));
        for length in 0..octets.len() {
            let cut_between_rows = (octets.len() - length).is_multiple_of(ROW_OCTETS)
                && octets.len() - length <= 2 * ROW_OCTETS;
            assert_eq!(decode(&octets[..length]).is_ok(), cut_between_rows, "{length}");
        }
    }
}
