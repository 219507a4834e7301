//! The right edge of the tile tree: what has to be in memory to append a leaf in constant time.
//!
//! Rules: C2SP tlog-tiles, "Merkle Tree" and "Partial Tiles".
use lacre_proof::{
    merkle,
    tile::{self, NodePlace, TileId, WIDTH},
};
use lacre_term::Digest;

/// A tile that will not change any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FullTile {
    pub(crate) level: u8,
    pub(crate) index: u64,
    pub(crate) hashes: Vec<Digest>,
}

/// The unfinished tile of each level, from level 0 up; each holds 0 to 255 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edges {
    pub(crate) size: u64,
    pub(crate) levels: Vec<Vec<Digest>>,
}

impl Edges {
    /// Appends a leaf hash; gives the tiles it completes.
    pub(crate) fn push(&mut self, leaf_hash: Digest) -> Vec<FullTile> {
        let (mut full, mut hash) = (Vec::new(), leaf_hash);
        for level in 0..=tile::LEVEL_MAX {
            let at = usize::from(level);
            if self.levels.len() <= at {
                self.levels.push(Vec::new());
            }
            let Some(edge) = self.levels.get_mut(at) else {
                break;
            };
            edge.push(hash);
            if edge.len() < usize::from(WIDTH) {
                break;
            }
            let hashes = std::mem::take(edge);
            hash = merkle::root(&hashes);
            let index = tile::level_count(level, self.size) / u64::from(WIDTH);
            full.push(FullTile { level, index, hashes });
        }
        self.size = self.size.saturating_add(1);
        full
    }

    /// Hashes of the unfinished tile of `level`.
    pub(crate) fn edge(&self, level: u8) -> &[Digest] {
        self.levels.get(usize::from(level)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Number of the unfinished tile of `level`.
    pub(crate) fn edge_index(&self, level: u8) -> u64 {
        tile::level_count(level, self.size) / u64::from(WIDTH)
    }

    /// Hashes below a node, when they lie in an unfinished tile.
    pub(crate) fn below(&self, place: NodePlace) -> Option<&[Digest]> {
        if place.tile != self.edge_index(place.level) {
            return None;
        }
        self.edge(place.level).get(place.first..place.first.checked_add(place.count)?)
    }

    /// Root over all leaves.
    pub(crate) fn root(&self) -> Option<Digest> {
        let node = |height, index| {
            let place = tile::node_place(height, index).ok_or(())?;
            self.below(place).map(merkle::root).ok_or(())
        };
        merkle::range_root(&(0..self.size), node).ok()
    }

    /// The unfinished tiles with something in them.
    pub(crate) fn partial(&self) -> impl Iterator<Item = (TileId, &[Digest])> {
        tile::partial_tiles(self.size).map(|id| (id, self.edge(id.level)))
    }

    /// Whether each level holds as many hashes as the size requires.
    pub(crate) fn is_sound(&self) -> bool {
        (0..=tile::LEVEL_MAX).all(|level| {
            let width = tile::partial_tile(level, self.size).map_or(0, |tile| tile.width);
            self.edge(level).len() == usize::from(width)
        }) && self.levels.len() <= usize::from(tile::LEVEL_MAX) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_gives_the_root_of_all_leaves_and_each_full_tile_once() {
        let (mut edges, mut leaves, mut full) = (Edges::default(), Vec::new(), Vec::new());
        for number in 0_u32..66_000 {
            let leaf = merkle::leaf_hash(&number.to_be_bytes());
            leaves.push(leaf);
            full.extend(edges.push(leaf));
            if number % 8_191 == 0 || (number + 2) % 256 < 3 && number < 600 {
                assert_eq!(edges.root().unwrap(), merkle::root(&leaves), "{number}");
                assert!(edges.is_sound());
            }
        }
        let paths: Vec<_> = full.iter().map(|tile| (tile.level, tile.index)).collect();
        assert_eq!(paths.len(), 257 + 1);
        assert_eq!(paths.last(), Some(&(0, 256)));
        assert!(paths.contains(&(1, 0)));
        for tile in full.iter().filter(|tile| tile.level == 0) {
            let from = usize::try_from(tile.index).unwrap() * 256;
            assert_eq!(tile.hashes, leaves[from..from + 256]);
        }
    }

    #[test]
    fn the_empty_edge_has_the_root_of_nothing() {
        assert_eq!(Edges::default().root(), Some(merkle::empty_root()));
    }
}
