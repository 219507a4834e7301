//! Writing past the page cache: whole pages, from memory to the disk, nothing copied in between.
//!
//! What is written once and read much later only pushes out of the cache what is needed sooner.
//! Where a file system cannot do it (memory, some networks), the ordinary way is taken.
//!
//! Rules: DESIGN.md decision 16; open(2), O_DIRECT (offset, length and memory aligned).
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// What disks align to; none asks for more.
const PAGE: usize = 4096;
/// Smaller writes gain nothing.
const OCTETS_MIN: usize = 256 << 10;
/// Written in pieces of so many octets, so that the memory for alignment stays small.
const PIECE: usize = 4 << 20;

/// A file opened a second time, for whole pages.
pub(super) struct Direct {
    file: File,
    /// Room for one piece and for aligning it.
    room: Vec<u8>,
}

impl Direct {
    /// `None` where the file system cannot, or the file may not be written by its owner any more.
    pub(super) fn open(path: &Path) -> Option<Self> {
        let opened = OpenOptions::new().write(true).custom_flags(libc::O_DIRECT).open(path);
        opened.ok().map(|file| Self { file, room: Vec::new() })
    }

    /// Writes whole pages at `offset`.
    pub(super) fn write(&mut self, mut offset: u64, octets: &[u8]) -> io::Result<()> {
        if self.room.is_empty() {
            self.room = vec![0; PIECE + PAGE];
        }
        let start = self.room.as_ptr().align_offset(PAGE);
        for piece in octets.chunks(PIECE) {
            let room = self.room.get_mut(start..).and_then(|room| room.get_mut(..piece.len()));
            let room = room.ok_or_else(|| io::Error::other("no aligned memory"))?;
            room.copy_from_slice(piece);
            self.file.write_all_at(room, offset)?;
            offset = offset.saturating_add(u64::try_from(piece.len()).map_err(io::Error::other)?);
        }
        Ok(())
    }
}

/// Whether `octets` at `offset` are whole pages, and enough of them.
pub(super) fn takes(offset: u64, octets: &[u8]) -> bool {
    octets.len() >= OCTETS_MIN && octets.len().is_multiple_of(PAGE) && offset.is_multiple_of(4096)
}

/// `octets` up to their last whole page, and the rest.
pub(super) fn pages(octets: &[u8]) -> (&[u8], &[u8]) {
    octets.split_at(octets.len() - octets.len() % PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pages_arrive_where_they_belong_and_the_rest_goes_the_ordinary_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        File::create(&path).unwrap();
        let octets: Vec<u8> = (0..=250).cycle().take(PIECE * 2 + PAGE * 3 + 5).collect();
        let (pages, rest) = pages(&octets);
        assert_eq!((rest.len(), takes(0, pages)), (5, true));
        assert!(!takes(1, pages) && !takes(0, rest) && !takes(0, &pages[..PAGE]));
        // A file system that cannot says so at opening; nothing is lost by asking.
        let Some(mut direct) = Direct::open(&path) else { return };
        direct.write(0, &pages[..PIECE]).unwrap();
        direct.write(PIECE.try_into().unwrap(), &pages[PIECE..]).unwrap();
        assert!(std::fs::read(&path).unwrap() == pages);
    }
}
