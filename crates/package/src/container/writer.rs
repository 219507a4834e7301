//! Writes a container front to back; large files need only have their size known beforehand.
use super::{Entry, header};
use lacre_proof::hash::{Sha256Stream, sha256};
use lacre_term::Digest;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

/// A file that has been written, for the manifests.
#[derive(Debug, Clone)]
pub(crate) struct Filed {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) digest: Digest,
}

pub(crate) struct Writer<W: Write + Seek> {
    out: BufWriter<W>,
    at: u64,
    entries: Vec<Entry>,
    pub(crate) filed: Vec<Filed>,
}

impl<W: Write + Seek> Writer<W> {
    pub(crate) fn new(out: W) -> Self {
        let out = BufWriter::with_capacity(1 << 20, out);
        Self { out, at: 0, entries: vec![], filed: vec![] }
    }

    /// Writes a file that is in memory.
    pub(crate) fn octets(&mut self, name: &str, octets: &[u8]) -> io::Result<Digest> {
        let size = u64::try_from(octets.len()).map_err(io::Error::other)?;
        let entry =
            Entry { name: name.into(), size, crc: crc32fast::hash(octets), offset: self.at };
        self.out.write_all(&header::local(&entry))?;
        self.out.write_all(octets)?;
        self.file(entry, sha256(octets))
    }

    /// Writes a file of exactly `size` octets from `source`.
    pub(crate) fn stream(
        &mut self,
        name: &str,
        size: u64,
        source: &mut dyn Read,
    ) -> io::Result<Option<Digest>> {
        let mut open = self.open(name, size)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let got = source.read(&mut buffer)?;
            let Some(octets) = buffer.get(..got).filter(|octets| !octets.is_empty()) else { break };
            if !open.push(octets)? {
                return Ok(None);
            }
        }
        open.close()
    }

    /// Starts a file of `size` octets that come piece by piece.
    pub(crate) fn open(&mut self, name: &str, size: u64) -> io::Result<Open<'_, W>> {
        let entry = Entry { name: name.into(), size, crc: 0, offset: self.at };
        self.out.write_all(&header::local(&entry))?;
        Ok(Open {
            writer: self,
            entry,
            left: size,
            crc: crc32fast::Hasher::new(),
            hash: Sha256Stream::new(),
        })
    }

    fn file(&mut self, entry: Entry, digest: Digest) -> io::Result<Digest> {
        self.at = entry.end();
        self.filed.push(Filed { name: entry.name.clone(), size: entry.size, digest });
        self.entries.push(entry);
        Ok(digest)
    }

    /// Writes the directory; gives the size of the whole container.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        let mut size = 0_u64;
        for entry in &self.entries {
            let octets = header::central(entry);
            self.out.write_all(&octets)?;
            size = size.saturating_add(u64::try_from(octets.len()).map_err(io::Error::other)?);
        }
        let count = u64::try_from(self.entries.len()).map_err(io::Error::other)?;
        let end = header::end(count, size, self.at);
        self.out.write_all(&end)?;
        self.out.flush()?;
        let end = u64::try_from(end.len()).map_err(io::Error::other)?;
        Ok(self.at.saturating_add(size).saturating_add(end))
    }
}

/// A file being written.
pub(crate) struct Open<'w, W: Write + Seek> {
    writer: &'w mut Writer<W>,
    entry: Entry,
    left: u64,
    crc: crc32fast::Hasher,
    hash: Sha256Stream,
}

impl<W: Write + Seek> Open<'_, W> {
    /// Writes the next octets; `false` when they are more than the size said.
    pub(crate) fn push(&mut self, octets: &[u8]) -> io::Result<bool> {
        let count = u64::try_from(octets.len()).map_err(io::Error::other)?;
        let Some(left) = self.left.checked_sub(count) else { return Ok(false) };
        self.left = left;
        self.crc.update(octets);
        self.hash.update(octets);
        self.writer.out.write_all(octets)?;
        Ok(true)
    }

    /// Goes back to write the checksum; `None` when octets are still missing.
    pub(crate) fn close(self) -> io::Result<Option<Digest>> {
        let Self { writer, mut entry, left, crc, hash } = self;
        if left != 0 {
            return Ok(None);
        }
        entry.crc = crc.finalize();
        let at = entry.offset.saturating_add(header::CRC_AT);
        writer.out.seek(SeekFrom::Start(at))?;
        writer.out.write_all(&entry.crc.to_le_bytes())?;
        writer.out.seek(SeekFrom::Start(entry.end()))?;
        writer.file(entry, hash.finish()).map(Some)
    }
}
