//! Publishes what the heads hold: full tiles, partial tiles, then the checkpoint over them.
//!
//! A checkpoint is signed only after the head was read back and its entries were hashed again, and
//! is written only after everything it covers. Partial tiles stay until the full tile is out, so
//! that whoever holds an earlier checkpoint can still fetch what it needs.
//!
//! Rules: C2SP tlog-tiles and tlog-checkpoint; DESIGN.md decision 11.
use crate::{
    edges::FullTile,
    error::LedgerError,
    names::{CHECKPOINT, VKEY},
    sequencer::{Core, bundle_octets},
    state::{Closed, Entry},
    view::View,
};
use lacre_proof::{
    Checkpoint, checkpoint, merkle,
    tile::{self, TileId, WIDTH},
};
use lacre_store::DiskError;
use lacre_term::Digest;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Old partial files removed at one tick: two a second become old.
const REMOVED_AT_ONCE: usize = 8;

/// What is out and what waits to go out.
#[derive(Default)]
pub(crate) struct Published {
    /// The newest checkpoint and its note; `None` before the first.
    pub(crate) checkpoint: Option<(Checkpoint, String)>,
    /// Full tiles no file holds yet.
    pub(crate) tiles: Vec<FullTile>,
    /// Full bundles no file holds yet.
    bundles: Vec<(u64, Vec<Entry>)>,
    /// Partial tiles that are out.
    partial: BTreeSet<TileId>,
    /// Partial files whose full file is out.
    old: VecDeque<String>,
}

impl Published {
    /// Takes up tiles completed by the last of `entries`.
    pub(crate) fn add(&mut self, full: Vec<FullTile>, entries: &[Entry]) {
        for tile in &full {
            if tile.level == 0 {
                self.bundles.push((tile.index, entries.to_vec()));
            }
        }
        self.tiles.extend(full);
    }

    /// Leaves under the newest checkpoint.
    pub(crate) fn size(&self) -> u64 {
        self.checkpoint.as_ref().map_or(0, |(checkpoint, _)| checkpoint.size)
    }

    fn retire(&mut self, level: u8, index: u64) {
        let of_tile = |tile: &&TileId| (tile.level, tile.index) == (level, index);
        let old: Vec<TileId> = self.partial.iter().filter(of_tile).copied().collect();
        for tile in old {
            self.partial.remove(&tile);
            self.old.push_back(tile.path());
            if level == 0 {
                self.old.push_back(tile::entries_path(index, tile.width));
            }
        }
    }
}

impl Core {
    /// Publishes everything up to the closed seconds and removes some old partial files.
    pub(crate) fn publish(&mut self) -> Result<(), LedgerError> {
        let size = self.closed.edges.size;
        if self.published.checkpoint.is_none() || self.published.size() < size {
            let root = self.read_back()?;
            self.publish_full()?;
            self.publish_partial(false)?;
            let origin = self.key.vkey().name().to_owned();
            let checkpoint = Checkpoint { origin, size, root };
            let signed = self.key.sign(&checkpoint.to_text());
            let note = signed.map_err(|_| LedgerError::damaged(CHECKPOINT, "cannot be signed"))?;
            // Synced: it is what a head that was rolled back is recognised by.
            self.write(CHECKPOINT, note.as_bytes())?;
            self.published.checkpoint = Some((checkpoint, note));
            for tile in std::mem::take(&mut self.published.tiles) {
                self.published.retire(tile.level, tile.index);
            }
        }
        for _ in 0..REMOVED_AT_ONCE {
            let Some(name) = self.published.old.pop_front() else {
                break;
            };
            match self.engine.log.remove(&name) {
                Ok(()) | Err(DiskError::NotFound { .. }) => {}
                Err(_) => {
                    // Harmless where it is: its hashes stay true. Tried again at the next tick.
                    self.published.old.push_back(name);
                    break;
                }
            }
        }
        Ok(())
    }

    /// The root of the head as it lies in the engine, its entries hashed again.
    fn read_back(&self) -> Result<Digest, LedgerError> {
        let name = self.names.closed();
        let head = self.engine.heads.read(&name);
        let head = head.map_err(LedgerError::storage("read its head back"))?;
        let damaged = |fault| LedgerError::damaged(&name, fault);
        let head = head.ok_or(damaged("it is gone"))?;
        let kept = Closed::decode(&head.value).ok_or(damaged("it cannot be read"))?;
        let (kept, ours) = (&kept.edges, &self.closed.edges);
        let root = kept.root().filter(|root| kept.size == ours.size && ours.root() == Some(*root));
        root.ok_or(damaged("it does not hold what was written"))
    }

    fn publish_full(&mut self) -> Result<(), LedgerError> {
        for (index, entries) in &self.published.bundles {
            let octets = bundle_octets(entries)?;
            self.write(&tile::entries_path(*index, WIDTH), &octets)?;
        }
        for tile in &self.published.tiles {
            let octets = tile::encode_hashes(&tile.hashes);
            self.write(&tile::tile_path(tile.level, tile.index, WIDTH), &octets)?;
        }
        self.published.bundles.clear();
        Ok(())
    }

    /// Writes the partial tiles of the present size. Not synced: they are written again on opening.
    fn publish_partial(&mut self, again: bool) -> Result<(), LedgerError> {
        let writing = LedgerError::storage("publish a partial tile");
        let log = &self.engine.log;
        let mut out = Vec::new();
        for (tile, hashes) in self.closed.edges.partial() {
            if self.published.partial.contains(&tile) && !again {
                continue;
            }
            log.publish(&tile.path(), &tile::encode_hashes(hashes)).map_err(&writing)?;
            if tile.level == 0 {
                let octets = bundle_octets(&self.closed.entries)?;
                log.publish(&tile::entries_path(tile.index, tile.width), &octets)
                    .map_err(&writing)?;
            }
            out.push(tile);
        }
        self.published.partial.extend(out);
        Ok(())
    }

    /// Writes a file that must survive power loss.
    fn write(&self, name: &str, octets: &[u8]) -> Result<(), LedgerError> {
        self.engine.log.replace(name, octets).map_err(LedgerError::storage("publish a file"))
    }

    /// After opening: checks what is published against the head, publishes what is missing.
    pub(crate) fn recover(&mut self) -> Result<(), LedgerError> {
        let reading = LedgerError::storage("read the published checkpoint");
        let found = match self.engine.log.read(CHECKPOINT) {
            Ok(octets) => Some(octets),
            Err(DiskError::NotFound { .. }) => None,
            Err(error) => return Err(reading(error)),
        };
        if let Some(octets) = found {
            let note = String::from_utf8(octets);
            let note = note.map_err(|_| LedgerError::damaged(CHECKPOINT, "it is not text"))?;
            let known = [self.key.vkey().clone()];
            let opened = checkpoint::open(&note, &known);
            let checkpoint = opened.map_err(|source| LedgerError::ForeignCheckpoint { source })?;
            self.check_against(&checkpoint)?;
            self.published.checkpoint = Some((checkpoint, note));
        }
        let vkey = format!("{}\n", self.key.vkey());
        if self.engine.log.read(VKEY).ok().as_deref() != Some(vkey.as_bytes()) {
            self.write(VKEY, vkey.as_bytes())?;
        }
        self.republish_full(self.published.size())?;
        self.republish_partial()?;
        self.publish()
    }

    /// The head must reach as far as the checkpoint and lead to its root.
    fn check_against(&self, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        let (head, published) = (self.closed.edges.size, checkpoint.size);
        if published > head {
            return Err(LedgerError::RolledBack { head, published });
        }
        let same = |from_entries| {
            let root = self.view(from_entries).range_root(&(0..published));
            root.map(|root| root == checkpoint.root)
        };
        // A tile that was damaged is no contradiction: the entries decide.
        if same(false).unwrap_or(false) || same(true)? {
            Ok(())
        } else {
            Err(LedgerError::Contradicted { size: published })
        }
    }

    /// Publishes the full tiles and bundles that came to be after the first `from` leaves.
    fn republish_full(&self, from: u64) -> Result<(), LedgerError> {
        for level in 0..=tile::LEVEL_MAX {
            let tiles = |size| tile::level_count(level, size) / u64::from(WIDTH);
            for index in tiles(from)..tiles(self.closed.edges.size) {
                let view = self.view(false);
                if level == 0 {
                    let octets = bundle_octets(&view.bundle(index)?)?;
                    self.write(&tile::entries_path(index, WIDTH), &octets)?;
                }
                // Lower levels are out by now, so this reads no more than 256 files.
                let hashes = if level == 0 {
                    let entries = view.bundle(index)?;
                    entries.iter().map(|entry| merkle::leaf_hash(entry)).collect()
                } else {
                    view.full_tile(level, index)?
                };
                let path = tile::tile_path(level, index, WIDTH);
                self.write(&path, &tile::encode_hashes(&hashes))?;
            }
        }
        Ok(())
    }

    /// Power loss may have damaged partial files: writes again those that are there, takes note of
    /// those whose tile is full by now.
    fn republish_partial(&mut self) -> Result<(), LedgerError> {
        let writing = LedgerError::storage("publish a partial tile");
        let log = self.engine.log.clone();
        let out = |tile: &TileId| log.size(&tile.path()).is_ok();
        for level in 0..=tile::LEVEL_MAX {
            let index = self.closed.edges.edge_index(level);
            if let Some(index) = index.checked_sub(1) {
                let old = (1..WIDTH).map(|width| TileId { level, index, width });
                self.published.partial.extend(old.filter(out));
                self.published.retire(level, index);
            }
            let hashes = self.closed.edges.edge(level);
            for (width, at) in (1..WIDTH).zip(1..=hashes.len()) {
                let tile = TileId { level, index, width };
                if !out(&tile) {
                    continue;
                }
                let hashes = hashes.get(..at).unwrap_or_default();
                log.publish(&tile.path(), &tile::encode_hashes(hashes)).map_err(&writing)?;
                if level == 0 {
                    let entries = self.closed.entries.get(..at).unwrap_or_default();
                    let octets = bundle_octets(entries)?;
                    log.publish(&tile::entries_path(index, width), &octets).map_err(&writing)?;
                }
            }
        }
        self.publish_partial(true)
    }

    /// A reading of the tree as it stands.
    pub(crate) fn view(&self, from_entries: bool) -> View<'_> {
        View {
            engine: &self.engine,
            names: &self.names,
            closed: &self.closed,
            unpublished: &self.published.tiles,
            from_entries,
            read: BTreeMap::new(),
        }
    }
}
