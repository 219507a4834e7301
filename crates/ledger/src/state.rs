//! What the sequencer knows, and how its two heads hold it.
//!
//! *Closed* is rewritten once a second: the edge of the tree, the entries of the unfinished bundle
//! and the commitments not yet in an object. *Pending* is rewritten by each group of entries: the
//! second still open. Both stay below 256 KiB whatever the rate, because what would not fit is put
//! into objects first (`spec/ledger-entry.md`, "Heads").
use crate::{
    edges::Edges,
    inner,
    octets::{Reader, Writer},
};
use lacre_proof::{SecondEntry, merkle, tile::WIDTH};
use lacre_term::Digest;

const CLOSED: &[u8] = b"lacre/ledger-closed/1";
const PENDING: &[u8] = b"lacre/ledger-pending/1";
/// Entries of a bundle.
pub(crate) const BUNDLE: usize = 256;
/// Most commitments the pending head holds itself.
pub(crate) const PENDING_MAX: usize = 2_048;
/// Commitments and cover hashes in the closed head above which they go to an object.
pub(crate) const CLOSED_MAX: usize = 3_072;
/// Most commitments of one second.
pub(crate) const SECOND_MAX: usize = 1 << 20;

/// Octets of one entry.
pub(crate) type Entry = [u8; SecondEntry::OCTETS];

/// Commitments that lie in an object of their own until their second is in a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spill {
    pub(crate) digest: Digest,
    pub(crate) count: usize,
}

/// The real commitments of one second in order: the spilled ones first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) spills: Vec<Spill>,
    pub(crate) all: Vec<Digest>,
}

impl Run {
    /// Those no spill holds.
    pub(crate) fn inline(&self) -> &[Digest] {
        let spilled = self.spills.iter().map(|spill| spill.count).sum();
        self.all.get(spilled..).unwrap_or_default()
    }

    fn write(to: &mut Writer, spills: &[Spill], inline: &[Digest]) {
        to.u16(spills.len());
        for spill in spills {
            to.digests(&[spill.digest]);
            to.u32(spill.count);
        }
        to.u32(inline.len());
        to.digests(inline);
    }

    /// Reads all but what the spills hold.
    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut spills = Vec::new();
        for _ in 0..from.u16()? {
            spills.push(Spill { digest: Digest(from.array()?), count: from.u32()? });
        }
        let inline = from.u32()?;
        Some(Self { spills, all: from.digests(inline)? })
    }

    /// How many there are, before and after the spills are loaded.
    fn count(spills: &[Spill], inline: usize) -> usize {
        spills.iter().map(|spill| spill.count).sum::<usize>().saturating_add(inline)
    }
}

/// A closed second: its real commitments and, when there are any, the cover of its padding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClosedSecond {
    pub(crate) run: Run,
    pub(crate) cover: Vec<Digest>,
}

/// Every second up to the last closed one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) edges: Edges,
    /// The last closed second; 0 when there is none.
    pub(crate) second: u64,
    /// The last entries, none of which is in an object yet: 0 to 256.
    pub(crate) entries: Vec<Entry>,
    /// Leaves whose commitments are in objects.
    pub(crate) settled: u64,
    /// The leaves after them.
    pub(crate) seconds: Vec<ClosedSecond>,
}

impl Closed {
    /// Leaf of the first of [`Self::entries`].
    pub(crate) fn entries_from(&self) -> u64 {
        self.edges.size.saturating_sub(u64::try_from(self.entries.len()).unwrap_or(0))
    }

    /// Number of the bundle a leaf is in, and its place there.
    pub(crate) fn bundle_of(leaf: u64) -> (u64, u64) {
        (leaf / u64::from(WIDTH), leaf % u64::from(WIDTH))
    }

    /// Hashes the head holds for seconds that are not settled.
    pub(crate) fn hashes(&self) -> usize {
        self.seconds.iter().map(|s| s.run.inline().len().saturating_add(s.cover.len())).sum()
    }

    /// The value of the head.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new(CLOSED);
        to.u64(self.edges.size);
        to.u64(self.second);
        to.u64(self.settled);
        // Level 0 is the hashes of the entries.
        let levels = self.edges.levels.get(1..).unwrap_or_default();
        to.u16(levels.len());
        for level in levels {
            to.u16(level.len());
            to.digests(level);
        }
        to.u16(self.entries.len());
        for entry in &self.entries {
            to.0.extend_from_slice(entry);
        }
        to.u16(self.seconds.len());
        for second in &self.seconds {
            Run::write(&mut to, &second.run.spills, second.run.inline());
            to.digests(&second.cover);
        }
        to.0
    }

    /// Reads [`Self::encode`], hashing the entries again; spilled commitments are to be loaded.
    pub(crate) fn decode(value: &[u8]) -> Option<Self> {
        let mut from = Reader::new(value, CLOSED)?;
        let (size, second, settled) = (from.u64()?, from.u64()?, from.u64()?);
        let mut levels = vec![Vec::new()];
        for _ in 0..from.u16()? {
            let width = from.u16()?;
            levels.push(from.digests(width)?);
        }
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..from.u16()? {
            entries.push(from.array()?);
        }
        let mut seconds = Vec::new();
        for _ in 0..from.u16()? {
            let run = Run::read(&mut from)?;
            let real = Run::count(&run.spills, run.all.len());
            let cover = if real == 0 { 0 } else { inner::cover_len(real) };
            seconds.push(ClosedSecond { run, cover: from.digests(cover)? });
        }
        from.end()?;
        let leaves: Vec<_> = entries.iter().map(|entry| merkle::leaf_hash(entry)).collect();
        if leaves.len() >= BUNDLE {
            let above = levels.get(1).and_then(|level| level.last());
            let folded = above.is_some_and(|above| *above != merkle::root(&leaves));
            if folded || leaves.len() > BUNDLE {
                return None;
            }
        } else if let Some(level) = levels.first_mut() {
            *level = leaves;
        }
        if size == 0 {
            levels.clear();
        }
        let closed = Self { edges: Edges { size, levels }, second, entries, settled, seconds };
        let last = closed.entries.last().map(|entry| SecondEntry::decode(entry));
        let sound = closed.edges.is_sound()
            && last.is_none_or(|last| last.is_ok_and(|last| last.second == second))
            && u64::try_from(closed.seconds.len()).ok() == size.checked_sub(settled)
            && (settled >= closed.entries_from());
        sound.then_some(closed)
    }
}

/// The second still open; its leaf is the one after the closed ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) leaf: u64,
    /// `None` until the log's first tick or entry.
    pub(crate) second: Option<u64>,
    pub(crate) run: Run,
}

impl Pending {
    /// The value of the head.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.encode_with(&self.run.spills, self.run.inline())
    }

    /// The value of the head with other commitments.
    pub(crate) fn encode_with(&self, spills: &[Spill], inline: &[Digest]) -> Vec<u8> {
        let mut to = Writer::new(PENDING);
        to.u64(self.leaf);
        to.u16(usize::from(self.second.is_some()));
        to.u64(self.second.unwrap_or(0));
        Run::write(&mut to, spills, inline);
        to.0
    }

    /// Reads [`Self::encode`]; spilled commitments are to be loaded.
    pub(crate) fn decode(value: &[u8]) -> Option<Self> {
        let mut from = Reader::new(value, PENDING)?;
        let (leaf, known, second) = (from.u64()?, from.u16()?, from.u64()?);
        let run = Run::read(&mut from)?;
        from.end()?;
        Some(Self { leaf, second: (known == 1).then_some(second), run })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_store::VALUE_OCTETS_MAX;

    fn digests(count: usize) -> Vec<Digest> {
        (0..count).map(|n| merkle::leaf_hash(&n.to_be_bytes())).collect()
    }

    /// A state after `leaves` seconds with `real` commitments in each of the last `unsettled`.
    fn closed(leaves: u64, unsettled: usize, real: usize) -> Closed {
        let mut closed = Closed::default();
        for second in 1..=leaves {
            let entry = SecondEntry { second, root: Digest([7; 32]) }.encode();
            if closed.entries.len() == BUNDLE {
                closed.entries.clear();
            }
            closed.edges.push(merkle::leaf_hash(&entry));
            closed.entries.push(entry);
            closed.second = second;
        }
        let cover = if real == 0 { 0 } else { inner::cover_len(real) };
        let run = Run { spills: Vec::new(), all: digests(real) };
        closed.seconds = vec![ClosedSecond { run, cover: digests(cover) }; unsettled];
        closed.settled = leaves - u64::try_from(unsettled).unwrap();
        closed
    }

    #[test]
    fn both_heads_read_back() {
        for (leaves, unsettled, real) in [(0, 0, 0), (5, 5, 3), (256, 256, 1), (700, 100, 0)] {
            let closed = closed(leaves, unsettled, real);
            assert_eq!(Closed::decode(&closed.encode()).unwrap(), closed, "{leaves}");
        }
        let run = Run { spills: Vec::new(), all: digests(9) };
        let pending = Pending { leaf: 4, second: Some(11), run };
        assert_eq!(Pending::decode(&pending.encode()).unwrap(), pending);
    }

    #[test]
    fn a_head_that_was_cut_lengthened_or_does_not_add_up_is_refused() {
        let value = closed(300, 44, 2).encode();
        assert!(Closed::decode(&value[..value.len() - 1]).is_none());
        assert!(Closed::decode(&[value.as_slice(), &[0]].concat()).is_none());
        let mut other = closed(300, 44, 2);
        other.settled -= 1;
        assert!(Closed::decode(&other.encode()).is_none());
        let mut other = closed(256, 256, 0);
        other.entries[17][20] ^= 1;
        assert!(Closed::decode(&other.encode()).is_none(), "entries are hashed again");
    }

    /// The worst the limits admit: a bundle's end, all levels full, everything inline.
    #[test]
    fn the_largest_heads_stay_below_the_limit() {
        let mut closed = closed(256, 256, 0);
        closed.edges.levels = vec![digests(255); 5];
        let run = Run { spills: Vec::new(), all: digests(PENDING_MAX + 1) };
        closed.seconds[0] = ClosedSecond { run, cover: digests(20) };
        let run = Run { spills: Vec::new(), all: digests(CLOSED_MAX) };
        closed.seconds[1] = ClosedSecond { run, cover: Vec::new() };
        assert!(closed.encode().len() < VALUE_OCTETS_MAX);
        let spill = Spill { digest: Digest([1; 32]), count: 2_049 };
        let spills = vec![spill; SECOND_MAX / PENDING_MAX];
        let pending = Pending::default().encode_with(&spills, &digests(PENDING_MAX));
        assert!(pending.len() < VALUE_OCTETS_MAX);
    }
}
