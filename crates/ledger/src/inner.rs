//! The tree under one second: real commitments first, then padding up to a power of two.
//!
//! What is kept of the padding is its *cover*: the roots of the largest complete subtrees that hold
//! padding alone, at most twenty hashes. With the real commitments they give the root and every
//! path, so that proving and auditing need no padding key.
//!
//! Rules: `spec/ledger-entry.md`, "Padding".
use lacre_proof::{hash::hmac_sha256, merkle, second::padded_size};
use lacre_term::{Digest, Secret};
use std::ops::Range;

/// A closed second's root and the cover of its padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inner {
    pub(crate) root: Digest,
    pub(crate) cover: Vec<Digest>,
}

/// Commitments under a second with `real` ones.
pub(crate) fn width(real: usize) -> u64 {
    u64::try_from(real).ok().and_then(padded_size).unwrap_or(0)
}

/// Largest complete subtrees of `[real, width)`, from left to right.
fn cover_ranges(real: usize) -> Vec<Range<u64>> {
    let width = width(real);
    let (mut start, mut ranges) = (u64::try_from(real).unwrap_or(width), Vec::new());
    while start < width {
        // The largest power of two that divides the start; the whole when that is zero.
        let size = if start == 0 { width } else { start & start.wrapping_neg() };
        let end = start.saturating_add(size);
        ranges.push(start..end);
        start = end;
    }
    ranges
}

/// Hashes in the cover of a second with `real` commitments.
pub(crate) fn cover_len(real: usize) -> usize {
    cover_ranges(real).len()
}

/// A commitment nobody made.
fn padding(pad_key: &Secret, leaf: u64, position: u64) -> Digest {
    let (leaf, position) = (leaf.to_be_bytes(), position.to_be_bytes());
    hmac_sha256(pad_key, &[b"lacre/padding/1", &leaf, &position])
}

/// Closes the second of leaf number `leaf`.
pub(crate) fn close(pad_key: &Secret, leaf: u64, real: &[Digest]) -> Inner {
    let pad = |position| merkle::leaf_hash(&padding(pad_key, leaf, position).0);
    let of = |range: Range<u64>| merkle::root(&range.map(pad).collect::<Vec<_>>());
    let cover: Vec<_> = cover_ranges(real.len()).into_iter().map(of).collect();
    // Real commitments and cover make the root; the cover of an empty second is its root.
    let root = Tree::new(real, &cover).and_then(|tree| tree.root()).unwrap_or_default();
    Inner { root, cover }
}

/// One second's tree as kept: real commitments and cover.
pub(crate) struct Tree<'a> {
    leaves: Vec<Digest>,
    width: u64,
    cover: Vec<(Range<u64>, &'a Digest)>,
}

impl<'a> Tree<'a> {
    /// `None` when the cover is not that of so many commitments.
    pub(crate) fn new(real: &[Digest], cover: &'a [Digest]) -> Option<Self> {
        let ranges = cover_ranges(real.len());
        let leaves = real.iter().map(|commitment| merkle::leaf_hash(&commitment.0)).collect();
        (ranges.len() == cover.len()).then(|| Self {
            leaves,
            width: width(real.len()),
            cover: ranges.into_iter().zip(cover).collect(),
        })
    }

    /// Root over all commitments.
    pub(crate) fn root(&self) -> Option<Digest> {
        self.node(&(0..self.width))
    }

    /// Path of a real commitment.
    pub(crate) fn path(&self, position: u64) -> Option<Vec<Digest>> {
        let ranges = merkle::inclusion_ranges(position, self.width)?;
        ranges.iter().map(|range| self.node(range)).collect()
    }

    /// Root of a complete subtree: in the cover, all real, or half and half.
    fn node(&self, range: &Range<u64>) -> Option<Digest> {
        if let Some((_, hash)) = self.cover.iter().find(|(covered, _)| covered == range) {
            return Some(**hash);
        }
        let at = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        if let Some(leaves) = self.leaves.get(at) {
            return Some(merkle::root(leaves));
        }
        let half = range.end.checked_sub(range.start)?.checked_div(2).filter(|half| *half > 0)?;
        let middle = range.start.checked_add(half)?;
        let (left, right) = (self.node(&(range.start..middle))?, self.node(&(middle..range.end))?);
        Some(merkle::node_hash(&left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn real(count: usize) -> Vec<Digest> {
        (0..count).map(|n| merkle::leaf_hash(&n.to_be_bytes())).collect()
    }

    fn whole(pad_key: &Secret, leaf: u64, real: &[Digest]) -> Vec<Digest> {
        let first = u64::try_from(real.len()).unwrap();
        let padding = (first..width(real.len())).map(|at| padding(pad_key, leaf, at));
        real.iter().copied().chain(padding).map(|c| merkle::leaf_hash(&c.0)).collect()
    }

    proptest! {
        #[test]
        fn root_and_paths_are_those_of_the_whole_padded_tree(
            count in 0_usize..300, at in 0_u64..300
        ) {
            let (key, real) = (Secret::new([3; 32]), real(count));
            let (closed, whole) = (close(&key, 9, &real), whole(&key, 9, &real));
            prop_assert_eq!(closed.root, merkle::root(&whole));
            if count > 0 {
                let at = at % u64::try_from(count).unwrap();
                let tree = Tree::new(&real, &closed.cover).unwrap();
                prop_assert_eq!(tree.path(at), merkle::inclusion_path(&whole, at));
            }
        }
    }

    #[test]
    fn a_quiet_second_and_one_with_sixty_four_have_the_same_width_and_different_padding() {
        assert_eq!((width(0), width(64), width(65)), (64, 64, 128));
        let key = Secret::new([3; 32]);
        assert_ne!(close(&key, 1, &[]).root, close(&key, 2, &[]).root);
        assert_eq!(close(&key, 1, &[]).cover, [close(&key, 1, &[]).root]);
        assert_eq!(cover_len(64), 0);
    }

    #[test]
    fn a_cover_of_another_count_is_refused() {
        let closed = close(&Secret::new([3; 32]), 1, &real(5));
        assert!(Tree::new(&real(6), &closed.cover).is_none() || cover_len(6) == cover_len(5));
        assert!(Tree::new(&real(64), &closed.cover).is_none());
    }
}
