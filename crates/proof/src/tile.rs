//! Tiles and entry bundles: how a log lies in a folder that anyone can fetch.
//!
//! Pure functions from numbers to paths and from octets to hashes; nothing is read or written.
//!
//! Rules: C2SP tlog-tiles.
use crate::error::ProofError;
use lacre_term::Digest;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u16 = 256;
const WIDTH_64: u64 = 256;
/// Tree levels in one tile.
pub const HEIGHT: u32 = 8;
/// Highest tile level a tree of 2^64 - 1 leaves has.
pub const LEVEL_MAX: u8 = 7;

/// One tile: level, number within the level, and how many hashes it holds (1 to 256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// 0 for leaf hashes, 1 for roots of level 0 tiles, and so on.
    pub level: u8,
    /// Number of the tile within its level.
    pub index: u64,
    /// Hashes in it; 256 for a full tile.
    pub width: u16,
}

impl TileId {
    /// `tile/<level>/<index>[.p/<width>]`.
    #[must_use]
    pub fn path(&self) -> String {
        tile_path(self.level, self.index, self.width)
    }

    /// Whether it holds all its hashes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width >= WIDTH
    }
}

/// Path of a tile below the log's folder.
#[must_use]
pub fn tile_path(level: u8, index: u64, width: u16) -> String {
    format!("tile/{level}/{}{}", index_path(index), partial(width))
}

/// Path of an entry bundle below the log's folder.
#[must_use]
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}{}", index_path(index), partial(width))
}

fn partial(width: u16) -> String {
    if width < WIDTH { format!(".p/{width}") } else { String::new() }
}

/// Three digits an element, all but the last with an `x` before: 1234067 is `x001/x234/067`.
fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// Complete nodes of tile level `level` in a tree of `size` leaves.
#[must_use]
pub fn level_count(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(HEIGHT)).unwrap_or(0)
}

/// The rightmost tile of `level` when it is partial, as a tree of `size` leaves has it.
#[must_use]
pub fn partial_tile(level: u8, size: u64) -> Option<TileId> {
    let count = level_count(level, size);
    let width = u16::try_from(count % WIDTH_64).unwrap_or(0);
    (width > 0).then_some(TileId { level, index: count / WIDTH_64, width })
}

/// The partial tiles of a tree of `size` leaves, from level 0 up.
pub fn partial_tiles(size: u64) -> impl Iterator<Item = TileId> {
    (0..=LEVEL_MAX).filter_map(move |level| partial_tile(level, size))
}

/// Where the root over leaves `[index << height, (index + 1) << height)` is found: the tile, the
/// first hash in it and how many hashes below the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodePlace {
    /// Level of the tile.
    pub level: u8,
    /// Number of the tile within its level.
    pub tile: u64,
    /// First hash of the node in the tile.
    pub first: usize,
    /// Hashes under the node: 1 to 128.
    pub count: usize,
}

/// The place of a node. `None` for a node no tree of 2^64 - 1 leaves has.
#[must_use]
pub fn node_place(height: u32, index: u64) -> Option<NodePlace> {
    let level = u8::try_from(height / HEIGHT).ok().filter(|level| *level <= LEVEL_MAX)?;
    let below = height % HEIGHT;
    let count = 1_u64.checked_shl(below)?;
    let hash = index.checked_mul(count)?;
    let (tile, first) = (hash / WIDTH_64, usize::try_from(hash % WIDTH_64).ok()?);
    Some(NodePlace { level, tile, first, count: usize::try_from(count).ok()? })
}

/// The octets of a tile.
#[must_use]
pub fn encode_hashes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads a tile of exactly `width` hashes.
///
/// # Errors
/// [`ProofError::Format`] for another length.
pub fn decode_hashes(octets: &[u8], width: u16) -> Result<Vec<Digest>, ProofError> {
    let (hashes, rest) = octets.as_chunks::<32>();
    if !rest.is_empty() || hashes.len() != usize::from(width) {
        return Err(ProofError::format("tile", "it must hold as many hashes as its name says"));
    }
    Ok(hashes.iter().copied().map(Digest).collect())
}

/// The octets of a bundle: each entry after its length (two octets, big-endian).
///
/// # Errors
/// [`ProofError::Format`] for an entry of more than 65,535 octets.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, ProofError> {
    let mut octets = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| ProofError::format("entry", "it is over 65,535 octets"))?;
        octets.extend_from_slice(&length.to_be_bytes());
        octets.extend_from_slice(entry);
    }
    Ok(octets)
}

/// Reads a bundle of exactly `width` entries.
///
/// # Errors
/// [`ProofError::Format`] when a length does not fit or the count is another.
pub fn decode_bundle(octets: &[u8], width: u16) -> Result<Vec<&[u8]>, ProofError> {
    let refused = |rule| ProofError::format("entry bundle", rule);
    let (mut entries, mut rest) = (Vec::new(), octets);
    while let Some((length, after)) = rest.split_first_chunk() {
        if entries.len() >= usize::from(width) {
            return Err(refused("it holds more entries than its name says"));
        }
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) =
            after.split_at_checked(length).ok_or(refused("an entry is cut off"))?;
        entries.push(entry);
        rest = after;
    }
    match (rest.is_empty(), entries.len() == usize::from(width)) {
        (true, true) => Ok(entries),
        (true, false) => Err(refused("it holds fewer entries than its name says")),
        (false, _) => Err(refused("an entry is cut off")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(tile_path(2, 0, 1), "tile/2/000.p/1");
        assert_eq!(entries_path(273, 112), "tile/entries/273.p/112");
        assert_eq!(entries_path(1000, 256), "tile/entries/x001/000");
    }

    /// The example of the specification: 70,000 leaves, and the odd case of exactly 256.
    #[test]
    fn partial_tiles_are_those_of_the_specification() {
        let of = |size| partial_tiles(size).map(|tile| tile.path()).collect::<Vec<_>>();
        assert_eq!(of(70_000), ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert_eq!(of(256), ["tile/1/000.p/1"]);
        assert_eq!(of(0), Vec::<String>::new());
        assert_eq!(partial_tiles(u64::MAX).count(), 8);
    }

    #[test]
    fn a_node_is_found_where_its_hashes_are() {
        let leaves: Vec<_> = (0_u32..512).map(|n| merkle::leaf_hash(&n.to_be_bytes())).collect();
        let level_1: Vec<_> = leaves.chunks(256).map(merkle::root).collect();
        for (height, index) in [(0, 300), (3, 40), (7, 2), (8, 1), (9, 0)] {
            let place = node_place(height, index).unwrap();
            let hashes = if place.level == 0 { &leaves } else { &level_1 };
            let first = usize::try_from(place.tile).unwrap() * 256 + place.first;
            let from = usize::try_from(index << height).unwrap();
            let expected = merkle::root(&leaves[from..from + (1 << height)]);
            assert_eq!(merkle::root(&hashes[first..first + place.count]), expected);
        }
        assert_eq!(node_place(64, 0), None);
        assert_eq!(node_place(7, u64::MAX), None);
    }

    #[test]
    fn bundles_and_tiles_read_back_and_are_refused_when_cut_or_joined() {
        let bundle = encode_bundle(&[b"one".as_slice(), b"", b"three"]).unwrap();
        let entries = decode_bundle(&bundle, 3).unwrap();
        assert_eq!(entries, [b"one".as_slice(), b"", b"three"]);
        assert!(decode_bundle(&bundle, 2).is_err());
        assert!(decode_bundle(&bundle, 4).is_err());
        assert!(decode_bundle(&bundle[..bundle.len() - 1], 3).is_err());
        assert!(decode_bundle(&[bundle.as_slice(), &[0]].concat(), 3).is_err());
        assert!(encode_bundle(&[vec![0; 65_536]]).is_err());
        let tile = encode_hashes(&[Digest([1; 32]), Digest([2; 32])]);
        assert_eq!(decode_hashes(&tile, 2).unwrap(), [Digest([1; 32]), Digest([2; 32])]);
        assert!(decode_hashes(&tile, 1).is_err());
        assert!(decode_hashes(&tile[1..], 2).is_err());
    }
}
