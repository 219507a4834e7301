//! RFC 6962 Merkle trees: hashing, roots, inclusion and consistency, and a frontier that grows.
//!
//! Promises: a verifier here accepts exactly the paths RFC 9162 accepts, reads each hash of a path
//! once, and works on sizes up to 2^64 - 1 without overflow.
//!
//! Rules: RFC 6962 section 2.1; RFC 9162 sections 2.1.3.2 and 2.1.4.2 (verification).
use crate::{error::ProofError, hash::sha256_of};
use lacre_term::Digest;
use std::ops::Range;

/// Hash of a leaf: SHA-256(0x00, data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Digest {
    sha256_of(&[&[0x00], data])
}

/// Hash of a node: SHA-256(0x01, left, right).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    sha256_of(&[&[0x01], &left.0, &right.0])
}

/// Root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Digest {
    sha256_of(&[])
}

/// The right edge of a tree: enough to append leaves and to know the root, in at most 64 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    count: u64,
    /// Roots of the complete subtrees, from the largest (left) to the smallest.
    complete: Vec<Digest>,
}

impl Frontier {
    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf_hash: Digest) {
        let (mut right, mut sizes) = (leaf_hash, self.count);
        // Each trailing one of the count is a complete subtree as large as the one in hand.
        while sizes & 1 == 1 {
            let Some(left) = self.complete.pop() else {
                break;
            };
            right = node_hash(&left, &right);
            sizes >>= 1;
        }
        self.complete.push(right);
        self.count = self.count.saturating_add(1);
    }

    /// Leaves so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Root over the leaves so far.
    #[must_use]
    pub fn root(&self) -> Digest {
        fold(&self.complete)
    }

    /// Count (big-endian), then the hashes: what travels with each batch, so that a part open at a
    /// crash can be sealed without any key.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut octets = self.count.to_be_bytes().to_vec();
        for hash in &self.complete {
            octets.extend_from_slice(&hash.0);
        }
        octets
    }

    /// Reads [`Self::encode`].
    ///
    /// # Errors
    /// [`ProofError::Format`] when the number of hashes is not the one its count requires.
    pub fn decode(octets: &[u8]) -> Result<Self, ProofError> {
        let refused = |rule| ProofError::format("frontier", rule);
        let (count, hashes) =
            octets.split_first_chunk().ok_or(refused("it must start with its count"))?;
        let count = u64::from_be_bytes(*count);
        let (hashes, rest) = hashes.as_chunks::<32>();
        if !rest.is_empty() || u32::try_from(hashes.len()) != Ok(count.count_ones()) {
            return Err(refused("it must hold one hash for each complete subtree of its count"));
        }
        Ok(Self { count, complete: hashes.iter().copied().map(Digest).collect() })
    }
}

/// Root over subtrees given from left (largest) to right.
fn fold(complete: &[Digest]) -> Digest {
    let from_right = complete.iter().rev().copied();
    from_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

/// Root over the leaf hashes.
#[must_use]
pub fn root(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// Largest power of two below `size`, where RFC 6962 splits a tree. `size` must be 2 or more.
fn split(size: u64) -> u64 {
    match size.checked_sub(1).and_then(u64::checked_ilog2) {
        Some(log) => 1_u64.wrapping_shl(log),
        None => 0,
    }
}

/// The leaves under each hash of the inclusion path of leaf `index`, from the leaf up: whoever
/// holds the tree in another form (tiles) computes the path from these. `None` when the leaf is not
/// in the tree.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    let mut at = (index < size).then_some(0..size)?;
    let mut ranges = Vec::new();
    while at.end.saturating_sub(at.start) > 1 {
        let middle = at.start.saturating_add(split(at.end.saturating_sub(at.start)));
        if index < middle {
            ranges.push(middle..at.end);
            at = at.start..middle;
        } else {
            ranges.push(at.start..middle);
            at = middle..at.end;
        }
    }
    ranges.reverse();
    Some(ranges)
}

/// The leaves under each hash of the consistency path from `old_size` to `new_size`. `None` when
/// the tree would shrink. Empty for equal sizes and from the empty tree.
#[must_use]
pub fn consistency_ranges(old_size: u64, new_size: u64) -> Option<Vec<Range<u64>>> {
    if old_size > new_size {
        return None;
    }
    if old_size == 0 || old_size == new_size {
        return Some(Vec::new());
    }
    let (mut at, mut ranges) = (0..new_size, Vec::new());
    // RFC 6962, SUBPROOF: go down to the right edge of the older tree.
    while at.end != old_size {
        let middle = at.start.saturating_add(split(at.end.saturating_sub(at.start)));
        if old_size <= middle {
            ranges.push(middle..at.end);
            at = at.start..middle;
        } else {
            ranges.push(at.start..middle);
            at = middle..at.end;
        }
    }
    // The verifier knows the older root, so that subtree is left out when it is the whole of it.
    if at.start != 0 {
        ranges.push(at);
    }
    ranges.reverse();
    Some(ranges)
}

/// Root over a range that [`inclusion_ranges`] or [`consistency_ranges`] named, from complete
/// subtrees: `node(height, index)` is the root over leaves `[index << height, (index + 1) <<
/// height)`.
///
/// # Errors
/// What `node` returns.
pub fn range_root<E>(
    range: &Range<u64>,
    mut node: impl FnMut(u32, u64) -> Result<Digest, E>,
) -> Result<Digest, E> {
    let (mut start, mut complete) = (range.start, Vec::new());
    while let Some(log) = range.end.saturating_sub(start).checked_ilog2() {
        // Such a range starts at a multiple of the largest power of two in it.
        complete.push(node(log, start.wrapping_shr(log))?);
        start = start.saturating_add(1_u64.wrapping_shl(log));
    }
    Ok(fold(&complete))
}

fn path_of(leaves: &[Digest], ranges: &[Range<u64>]) -> Option<Vec<Digest>> {
    let of = |range: &Range<u64>| {
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        Some(root(leaves.get(range)?))
    };
    ranges.iter().map(of).collect()
}

/// Inclusion path of leaf `index`, from its sibling up. `None` when there is no such leaf.
#[must_use]
pub fn inclusion_path(leaves: &[Digest], index: u64) -> Option<Vec<Digest>> {
    path_of(leaves, &inclusion_ranges(index, u64::try_from(leaves.len()).ok()?)?)
}

/// Consistency path from the first `old_size` leaves to all of them. `None` when there are fewer.
#[must_use]
pub fn consistency_path(leaves: &[Digest], old_size: u64) -> Option<Vec<Digest>> {
    path_of(leaves, &consistency_ranges(old_size, u64::try_from(leaves.len()).ok()?)?)
}

/// Checks that `leaf` is leaf number `index` of the tree of `size` leaves whose root is `root`.
///
/// # Errors
/// [`ProofError::OutsideTree`], [`ProofError::PathLength`] or [`ProofError::WrongRoot`].
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    path: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutsideTree { index, size });
    }
    let wrong_length = ProofError::PathLength { got: path.len() };
    let (mut first, mut last, mut hash) = (index, size.saturating_sub(1), *leaf);
    for step in path {
        if last == 0 {
            return Err(wrong_length);
        }
        if first & 1 == 1 || first == last {
            hash = node_hash(step, &hash);
            while first & 1 == 0 && first != 0 {
                (first, last) = (first >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, step);
        }
        (first, last) = (first >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// Checks that the tree of `old_size` leaves with `old_root` is the start of the tree of
/// `new_size` leaves with `new_root`.
///
/// # Errors
/// [`ProofError::Shrunk`], [`ProofError::PathLength`], [`ProofError::WrongOldRoot`] or
/// [`ProofError::WrongRoot`].
pub fn verify_consistency(
    old_size: u64,
    old_root: &Digest,
    new_size: u64,
    new_root: &Digest,
    path: &[Digest],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shrunk { old: old_size, new: new_size });
    }
    let wrong_length = ProofError::PathLength { got: path.len() };
    if old_size == 0 || old_size == new_size {
        let expected = if old_size == 0 { &empty_root() } else { new_root };
        let empty_is_whole = old_size != new_size || expected == new_root;
        return match (path.is_empty(), old_root == expected && empty_is_whole) {
            (false, _) => Err(wrong_length),
            (true, false) => Err(ProofError::WrongOldRoot),
            (true, true) => Ok(()),
        };
    }
    let mut steps = path.iter();
    // An older tree that is a complete subtree is not repeated in the path.
    let seed = if old_size.is_power_of_two() { Some(old_root) } else { steps.next() };
    let seed = *seed.ok_or(wrong_length.clone())?;
    let (mut first, mut last) = (old_size.saturating_sub(1), new_size.saturating_sub(1));
    while first & 1 == 1 {
        (first, last) = (first >> 1, last >> 1);
    }
    let (mut old_hash, mut new_hash) = (seed, seed);
    for step in steps {
        if last == 0 {
            return Err(wrong_length);
        }
        if first & 1 == 1 || first == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            while first & 1 == 0 && first != 0 {
                (first, last) = (first >> 1, last >> 1);
            }
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        (first, last) = (first >> 1, last >> 1);
    }
    match (last == 0, old_hash == *old_root, new_hash == *new_root) {
        (false, _, _) => Err(wrong_length),
        (true, false, _) => Err(ProofError::WrongOldRoot),
        (true, true, false) => Err(ProofError::WrongRoot),
        (true, true, true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 6962, 2.1, as its recursive definition reads.
    fn naive_root(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let mut middle = 1;
                while middle * 2 < leaves.len() {
                    middle *= 2;
                }
                node_hash(&naive_root(&leaves[..middle]), &naive_root(&leaves[middle..]))
            }
        }
    }

    /// RFC 6962, 2.1.1, as its recursive definition reads.
    fn naive_path(leaves: &[Digest], index: usize) -> Vec<Digest> {
        if leaves.len() <= 1 {
            return Vec::new();
        }
        let mut middle = 1;
        while middle * 2 < leaves.len() {
            middle *= 2;
        }
        let (left, right) = leaves.split_at(middle);
        let (mut path, sibling) = if index < middle {
            (naive_path(left, index), naive_root(right))
        } else {
            (naive_path(right, index - middle), naive_root(left))
        };
        path.push(sibling);
        path
    }

    fn leaves(count: u64) -> Vec<Digest> {
        (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
    }

    fn flipped(hash: &Digest, bit: usize) -> Digest {
        let mut hash = *hash;
        hash.0[bit / 8 % 32] ^= 1 << (bit % 8);
        hash
    }

    proptest! {
        #[test]
        fn roots_and_paths_are_those_of_the_definition(count in 1_u64..300, at in 0_u64..300) {
            let (all, index) = (leaves(count), at % count);
            prop_assert_eq!(root(&all), naive_root(&all));
            let path = inclusion_path(&all, index).unwrap();
            prop_assert_eq!(&path, &naive_path(&all, usize::try_from(index).unwrap()));
            let leaf = all[usize::try_from(index).unwrap()];
            prop_assert_eq!(verify_inclusion(&leaf, index, count, &path, &root(&all)), Ok(()));
        }

        #[test]
        fn an_inclusion_with_one_bit_wrong_is_refused(
            count in 2_u64..300, at in 0_u64..300, bit in 0_usize..256, step in 0_usize..9
        ) {
            let (all, index) = (leaves(count), at % count);
            let (root, leaf) = (root(&all), all[usize::try_from(index).unwrap()]);
            let path = inclusion_path(&all, index).unwrap();
            let refused = Err(ProofError::WrongRoot);
            prop_assert_eq!(
                verify_inclusion(&flipped(&leaf, bit), index, count, &path, &root), refused.clone()
            );
            prop_assert_eq!(
                verify_inclusion(&leaf, index, count, &path, &flipped(&root, bit)), refused.clone()
            );
            let mut wrong = path.clone();
            let step = step % wrong.len();
            wrong[step] = flipped(&wrong[step], bit);
            prop_assert_eq!(verify_inclusion(&leaf, index, count, &wrong, &root), refused);
            let neighbour = if index == 0 { 1 } else { index - 1 };
            prop_assert!(verify_inclusion(&leaf, neighbour, count, &path, &root).is_err());
            prop_assert!(verify_inclusion(&leaf, index, count, &path[1..], &root).is_err());
            let longer = [path.as_slice(), &[root]].concat();
            prop_assert!(verify_inclusion(&leaf, index, count, &longer, &root).is_err());
        }

        #[test]
        fn growth_is_proven_and_one_wrong_bit_is_refused(
            new in 2_u64..300, at in 1_u64..300, bit in 0_usize..256, step in 0_usize..10
        ) {
            let old = 1 + at % (new - 1);
            let all = leaves(new);
            let old_root = root(&all[..usize::try_from(old).unwrap()]);
            let (new_root, path) = (root(&all), consistency_path(&all, old).unwrap());
            prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &path), Ok(()));
            let bad = flipped(&old_root, bit);
            prop_assert!(verify_consistency(old, &bad, new, &new_root, &path).is_err());
            let bad = flipped(&new_root, bit);
            prop_assert!(verify_consistency(old, &old_root, new, &bad, &path).is_err());
            let mut wrong = path.clone();
            let step = step % wrong.len();
            wrong[step] = flipped(&wrong[step], bit);
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &wrong).is_err());
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &path[1..]).is_err());
            let longer = [path.as_slice(), &[new_root]].concat();
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &longer).is_err());
        }

        #[test]
        fn a_frontier_reads_back_and_goes_on_as_if_never_written(count in 0_u64..300) {
            let mut kept = Frontier::default();
            leaves(count).into_iter().for_each(|leaf| kept.push(leaf));
            let mut read = Frontier::decode(&kept.encode()).unwrap();
            prop_assert_eq!(&read, &kept);
            read.push(leaf_hash(b"next"));
            kept.push(leaf_hash(b"next"));
            prop_assert_eq!(read.root(), kept.root());
        }

        #[test]
        fn hostile_numbers_are_refused_without_overflow(
            a in any::<u64>(), b in any::<u64>(), hashes in 0_usize..70
        ) {
            let (hash, path) = (leaf_hash(b"x"), vec![leaf_hash(b"y"); hashes]);
            prop_assert!(verify_inclusion(&hash, a, b, &path, &hash).is_err());
            prop_assert!(verify_consistency(a, &hash, b, &empty_root(), &path).is_err());
            for size in [b, u64::MAX] {
                if let Some(ranges) = inclusion_ranges(a, size) {
                    prop_assert!(ranges.len() <= 64);
                }
                if let Some(ranges) = consistency_ranges(a, size) {
                    prop_assert!(ranges.len() <= 65);
                }
            }
        }
    }

    #[test]
    fn a_frontier_with_a_hash_too_few_or_too_many_is_refused() {
        let mut frontier = Frontier::default();
        leaves(5).into_iter().for_each(|leaf| frontier.push(leaf));
        let octets = frontier.encode();
        assert!(Frontier::decode(&octets[..octets.len() - 1]).is_err());
        assert!(Frontier::decode(&octets[..octets.len() - 32]).is_err());
        assert!(Frontier::decode(&[octets.as_slice(), &[0; 32]].concat()).is_err());
        assert!(Frontier::decode(&octets[..7]).is_err());
    }

    #[test]
    fn equal_sizes_need_equal_roots_and_nothing_grows_out_of_a_wrong_empty_tree() {
        let (one, two) = (leaf_hash(b"1"), leaf_hash(b"2"));
        assert_eq!(verify_consistency(7, &one, 7, &one, &[]), Ok(()));
        assert_eq!(verify_consistency(7, &one, 7, &two, &[]), Err(ProofError::WrongOldRoot));
        assert!(verify_consistency(7, &one, 7, &one, &[two]).is_err());
        assert_eq!(verify_consistency(0, &empty_root(), 9, &one, &[]), Ok(()));
        assert!(verify_consistency(0, &empty_root(), 0, &one, &[]).is_err());
        assert!(verify_consistency(0, &one, 9, &two, &[]).is_err());
        let shrunk = Err(ProofError::Shrunk { old: 8, new: 7 });
        assert_eq!(verify_consistency(8, &one, 7, &two, &[]), shrunk);
    }
}
