//! Reads any node of the tree: from memory, from the published tiles, or from the entries.
use crate::{
    edges::{Edges, FullTile},
    error::LedgerError,
    names::Names,
    state::{BUNDLE, Closed, Entry},
};
use lacre_proof::{
    merkle,
    tile::{self, NodePlace, WIDTH},
};
use lacre_store::{DiskError, Engine, Objects};
use lacre_term::Digest;
use std::{collections::BTreeMap, ops::Range};

/// One reading of the tree; remembers the tiles it read.
pub(crate) struct View<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) names: &'a Names,
    pub(crate) closed: &'a Closed,
    /// Full tiles no file holds yet.
    pub(crate) unpublished: &'a [FullTile],
    /// The published files are in doubt: compute from the entries alone.
    pub(crate) from_entries: bool,
    pub(crate) read: BTreeMap<(u8, u64), Vec<Digest>>,
}

impl View<'_> {
    fn edges(&self) -> &Edges {
        &self.closed.edges
    }

    /// Root over a range that an inclusion or consistency path names, or over the first leaves.
    pub(crate) fn range_root(&mut self, range: &Range<u64>) -> Result<Digest, LedgerError> {
        merkle::range_root(range, |height, index| {
            let beyond = LedgerError::damaged("tree", "a node beyond its edge was asked for");
            let place = tile::node_place(height, index).ok_or(beyond)?;
            self.node(place)
        })
    }

    fn node(&mut self, place: NodePlace) -> Result<Digest, LedgerError> {
        if let Some(hashes) = self.edges().below(place) {
            return Ok(merkle::root(hashes));
        }
        let key = (place.level, place.tile);
        if !self.read.contains_key(&key) {
            let hashes = self.full_tile(place.level, place.tile)?;
            self.read.insert(key, hashes);
        }
        let hashes = self.read.get(&key).map(Vec::as_slice).unwrap_or_default();
        let end = place.first.saturating_add(place.count);
        let hashes = hashes.get(place.first..end);
        hashes.map(merkle::root).ok_or(LedgerError::damaged("tree", "a tile is too short"))
    }

    /// The hashes of a full tile.
    pub(crate) fn full_tile(&self, level: u8, index: u64) -> Result<Vec<Digest>, LedgerError> {
        let waiting = self.unpublished.iter();
        if let Some(tile) = waiting.clone().find(|t| (t.level, t.index) == (level, index)) {
            return Ok(tile.hashes.clone());
        }
        if !self.from_entries {
            let path = tile::tile_path(level, index, WIDTH);
            match self.engine.log.read(&path) {
                Ok(octets) => {
                    let hashes = tile::decode_hashes(&octets, WIDTH);
                    return hashes.map_err(|_| LedgerError::damaged(path, "not 256 hashes long"));
                }
                Err(DiskError::NotFound { .. }) => {}
                Err(error) => return Err(LedgerError::storage("read a tile")(error)),
            }
        }
        let Some(below) = level.checked_sub(1) else {
            let entries = self.bundle(index)?;
            return Ok(entries.iter().map(|entry| merkle::leaf_hash(entry)).collect());
        };
        let first = index.saturating_mul(u64::from(WIDTH));
        let tiles = first..first.saturating_add(u64::from(WIDTH));
        tiles.map(|tile| Ok(merkle::root(&self.full_tile(below, tile)?))).collect()
    }

    /// The entries of a full bundle.
    pub(crate) fn bundle(&self, index: u64) -> Result<Vec<Entry>, LedgerError> {
        let (held, _) = Closed::bundle_of(self.closed.entries_from());
        if held == index && self.closed.entries.len() == BUNDLE {
            return Ok(self.closed.entries.clone());
        }
        read_bundle(self.engine.objects.as_ref(), &self.names.entries(index))
    }

    /// The entry of a leaf.
    pub(crate) fn entry(&self, leaf: u64) -> Result<Entry, LedgerError> {
        let none = || LedgerError::damaged("entries", "a leaf is missing");
        let (entries, first) = match leaf.checked_sub(self.closed.entries_from()) {
            Some(at) => return self.closed.entries.get(index(at)).copied().ok_or_else(none),
            None => Closed::bundle_of(leaf),
        };
        self.bundle(entries)?.get(index(first)).copied().ok_or_else(none)
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Reads the 256 entries of a bundle object.
pub(crate) fn read_bundle(objects: &dyn Objects, name: &str) -> Result<Vec<Entry>, LedgerError> {
    let octets = objects.get(name).map_err(LedgerError::storage("read entries"))?;
    let damaged = || LedgerError::damaged(name, "not 256 entries of 41 octets");
    let entries = tile::decode_bundle(&octets, WIDTH).map_err(|_| damaged())?;
    entries.into_iter().map(|entry| Entry::try_from(entry).map_err(|_| damaged())).collect()
}
