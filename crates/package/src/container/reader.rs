//! Reads a container strictly: bounded, and every header compared with the one we would write.
//!
//! Stored only, so nothing grows on reading; entries must lie back to back, so nothing overlaps
//! and nothing hides. A fault is an answer, not an error: the reader goes on where it can.
use super::{Entry, header};
use crate::layout;
use lacre_proof::hash::Sha256Stream;
use lacre_term::Digest;
use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

/// What is wrong with a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not end as a container of ours ends.
    End,
    /// The directory cannot be read from this entry on.
    Directory { entry: u64 },
    /// An entry's headers are not what we would write, or it is not where it should be.
    Header { name: String },
    /// A name that no package has.
    Name { name: String, why: &'static str },
    /// Two entries whose names differ at most in case.
    Twice { name: String },
    /// Octets that belong to no entry.
    Hidden { at: u64 },
    /// The content does not match the checksum in the headers.
    Checksum { name: String },
}

/// An open container.
pub(crate) struct Container<R> {
    reader: R,
    pub(crate) entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    directory_at: u64,
}

fn le(octets: Option<&[u8]>) -> Option<u64> {
    octets.map(|octets| {
        octets.iter().rev().fold(0, |sum: u64, octet| sum.wrapping_shl(8) | u64::from(*octet))
    })
}

impl<R: Read + Seek> Container<R> {
    /// Reads the directory. `None` when there is none that can be followed.
    pub(crate) fn open(mut reader: R, faults: &mut Vec<Fault>) -> io::Result<Option<Self>> {
        let length = reader.seek(SeekFrom::End(0))?;
        let Some((count, size, offset)) = read_end(&mut reader, length)? else {
            faults.push(Fault::End);
            return Ok(None);
        };
        if count > layout::ENTRIES_MAX {
            faults.push(Fault::End);
            return Ok(None);
        }
        reader.seek(SeekFrom::Start(offset))?;
        let mut directory = BufReader::with_capacity(1 << 16, (&mut reader).take(size));
        let mut entries = vec![];
        for number in 0..count {
            let Some((entry, exact)) = read_central(&mut directory)? else {
                faults.push(Fault::Directory { entry: number });
                return Ok(None);
            };
            if !exact {
                faults.push(Fault::Header { name: entry.name.clone() });
            }
            entries.push(entry);
        }
        if !directory.fill_buf()?.is_empty() {
            faults.push(Fault::Hidden { at: offset });
        }
        drop(directory);
        let by_name =
            entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect();
        let container = Self { reader, entries, by_name, directory_at: offset };
        container.check_names(faults);
        Ok(Some(container))
    }

    fn check_names(&self, faults: &mut Vec<Fault>) {
        let mut seen = HashSet::new();
        for Entry { name, .. } in &self.entries {
            if let Some(why) = layout::name_fault(name) {
                faults.push(Fault::Name { name: name.clone(), why });
            }
            if !seen.insert(name.to_ascii_lowercase()) {
                faults.push(Fault::Twice { name: name.clone() });
            }
        }
    }

    /// Reads every octet from the first to the directory: headers compared, contents hashed.
    /// `None` for an entry that cannot be read where the directory says.
    pub(crate) fn digests(&mut self, faults: &mut Vec<Fault>) -> io::Result<Vec<Option<Digest>>> {
        let mut digests = vec![];
        let mut expected_at = 0;
        for entry in &self.entries {
            if entry.offset != expected_at || entry.end() > self.directory_at {
                faults.push(Fault::Header { name: entry.name.clone() });
                digests.push(None);
                // One wrong offset is one fault; what follows may still be where it says.
                expected_at = entry.end();
                continue;
            }
            expected_at = entry.end();
            self.reader.seek(SeekFrom::Start(entry.offset))?;
            let wanted = header::local(entry);
            let mut found = vec![0; wanted.len()];
            self.reader.read_exact(&mut found)?;
            if found != wanted {
                faults.push(Fault::Header { name: entry.name.clone() });
            }
            let (digest, crc) = hash(&mut self.reader, entry.size)?;
            if crc != entry.crc {
                faults.push(Fault::Checksum { name: entry.name.clone() });
            }
            digests.push(Some(digest));
        }
        if expected_at != self.directory_at {
            faults.push(Fault::Hidden { at: expected_at });
        }
        Ok(digests)
    }

    /// The whole content of a file in memory; `None` when it is not there or larger than `most`.
    pub(crate) fn octets(&mut self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(entry) = self.entry(name).filter(|entry| entry.size <= most) else {
            return Ok(None);
        };
        let (at, size) = (entry.content(), entry.size);
        self.reader.seek(SeekFrom::Start(at))?;
        let mut octets = vec![];
        (&mut self.reader).take(size).read_to_end(&mut octets)?;
        Ok(Some(octets))
    }

    /// The entry of that name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).and_then(|at| self.entries.get(*at))
    }

    /// A place to read a file from, piece by piece, beside others.
    pub(crate) fn cursor(&self, name: &str) -> Option<Cursor> {
        let entry = self.entry(name)?;
        let left = entry.size.min(self.directory_at.saturating_sub(entry.content()));
        Some(Cursor { at: entry.content(), left, buffer: vec![], used: 0 })
    }

    pub(crate) fn reader(&mut self) -> &mut R {
        &mut self.reader
    }
}

fn hash<R: Read>(reader: &mut R, size: u64) -> io::Result<(Digest, u32)> {
    let (mut digest, mut crc) = (Sha256Stream::new(), crc32fast::Hasher::new());
    // Most files are small: a buffer no larger than the file, so that a million of them stay cheap.
    let mut buffer = vec![0; usize::try_from(size.clamp(1, 1 << 18)).unwrap_or(1 << 18)];
    let mut source = reader.take(size);
    loop {
        let got = source.read(&mut buffer)?;
        let Some(octets) = buffer.get(..got).filter(|octets| !octets.is_empty()) else { break };
        digest.update(octets);
        crc.update(octets);
    }
    Ok((digest.finish(), crc.finalize()))
}

/// Reads one file of a container forward, with a buffer of its own.
pub(crate) struct Cursor {
    at: u64,
    left: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl Cursor {
    /// Octets not yet taken.
    pub(crate) fn remaining(&self) -> u64 {
        let waiting = self.buffer.len().saturating_sub(self.used);
        self.left.saturating_add(u64::try_from(waiting).unwrap_or(u64::MAX))
    }

    /// What is buffered, filled up when there is nothing; empty at the end.
    fn fill<R: Read + Seek>(&mut self, reader: &mut R) -> io::Result<&[u8]> {
        if self.used >= self.buffer.len() {
            let step = usize::try_from(self.left.min(1 << 18)).map_err(io::Error::other)?;
            self.buffer.resize(step, 0);
            self.used = 0;
            reader.seek(SeekFrom::Start(self.at))?;
            reader.read_exact(&mut self.buffer)?;
            let step = u64::try_from(step).map_err(io::Error::other)?;
            self.at = self.at.saturating_add(step);
            self.left = self.left.saturating_sub(step);
        }
        Ok(self.buffer.get(self.used..).unwrap_or_default())
    }

    /// SHA-256 of the next `size` octets; `None` when there are fewer.
    pub(crate) fn hash<R: Read + Seek>(
        &mut self,
        reader: &mut R,
        size: u64,
    ) -> io::Result<Option<Digest>> {
        if size > self.remaining() {
            return Ok(None);
        }
        let mut digest = Sha256Stream::new();
        let mut wanted = size;
        while wanted > 0 {
            let found = self.fill(reader)?;
            let take = usize::try_from(wanted).unwrap_or(usize::MAX).min(found.len());
            let Some(octets) = found.get(..take).filter(|octets| !octets.is_empty()) else {
                return Ok(None);
            };
            digest.update(octets);
            self.used = self.used.saturating_add(take);
            wanted = wanted.saturating_sub(u64::try_from(take).map_err(io::Error::other)?);
        }
        Ok(Some(digest.finish()))
    }

    /// The next line without its end; `None` at the end, and for a line longer than `most` or
    /// without an end, which [`Self::remaining`] tells apart.
    pub(crate) fn line<R: Read + Seek>(
        &mut self,
        reader: &mut R,
        most: usize,
    ) -> io::Result<Option<Vec<u8>>> {
        let mut line = vec![];
        loop {
            let found = self.fill(reader)?;
            if found.is_empty() || line.len() > most {
                return Ok(None);
            }
            let end = found.iter().position(|octet| *octet == b'\n');
            let taken = found.get(..end.unwrap_or(found.len())).unwrap_or_default();
            line.extend_from_slice(taken);
            let step = taken.len().saturating_add(usize::from(end.is_some()));
            self.used = self.used.saturating_add(step);
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }
}

/// Count of entries, size and offset of the directory, when the file ends exactly as one of ours.
fn read_end<R: Read + Seek>(reader: &mut R, length: u64) -> io::Result<Option<(u64, u64, u64)>> {
    let most = header::END_OCTETS.saturating_add(header::END_64_OCTETS);
    let kept = usize::try_from(length).unwrap_or(usize::MAX).min(most);
    let from = length.saturating_sub(u64::try_from(kept).unwrap_or(u64::MAX));
    reader.seek(SeekFrom::Start(from))?;
    let mut tail = vec![0; kept];
    reader.read_exact(&mut tail)?;
    Ok(parse_end(&tail, length))
}

fn parse_end(tail: &[u8], length: u64) -> Option<(u64, u64, u64)> {
    let last = tail.get(tail.len().checked_sub(header::END_OCTETS)?..)?;
    let short = (le(last.get(10..12))?, le(last.get(12..16))?, le(last.get(16..20))?);
    let (count, size, offset) = match short {
        (header::FULL_16, ..) | (_, header::FULL_32, _) | (_, _, header::FULL_32) => {
            let long = tail.get(..header::END_64_OCTETS)?;
            (le(long.get(32..40))?, le(long.get(40..48))?, le(long.get(48..56))?)
        }
        short => short,
    };
    let end = header::end(count, size, offset);
    let total = offset.checked_add(size)?.checked_add(u64::try_from(end.len()).ok()?)?;
    (total == length && tail.ends_with(&end)).then_some((count, size, offset))
}

/// One entry of the directory and whether its header is exactly ours.
fn read_central(directory: &mut impl Read) -> io::Result<Option<(Entry, bool)>> {
    let mut fixed = [0; header::CENTRAL_FIXED];
    if !fill(directory, &mut fixed)? || !fixed.starts_with(&header::CENTRAL) {
        return Ok(None);
    }
    let Some(name_size) = le(fixed.get(28..30)).and_then(|size| usize::try_from(size).ok()) else {
        return Ok(None);
    };
    let Some(extra_size) = le(fixed.get(30..32)).and_then(|size| usize::try_from(size).ok()) else {
        return Ok(None);
    };
    let (mut name, mut extra) = (vec![0; name_size], vec![0; extra_size]);
    if !fill(directory, &mut name)? || !fill(directory, &mut extra)? {
        return Ok(None);
    }
    let Some(entry) = central_entry(&fixed, &name, &extra) else { return Ok(None) };
    let exact = header::central(&entry) == [&fixed[..], &name, &extra].concat();
    Ok(Some((entry, exact)))
}

fn central_entry(fixed: &[u8], name: &[u8], extra: &[u8]) -> Option<Entry> {
    let mut large = extra.get(4..).unwrap_or_default().chunks_exact(8).map(|value| le(Some(value)));
    let mut size = le(fixed.get(24..28))?;
    if size == header::FULL_32 {
        size = large.next()??;
        large.next()??;
    }
    let mut offset = le(fixed.get(42..46))?;
    if offset == header::FULL_32 {
        offset = large.next()??;
    }
    let name = String::from_utf8_lossy(name).into_owned();
    let crc = u32::try_from(le(fixed.get(16..20))?).ok()?;
    Some(Entry { name, size, crc, offset })
}

/// Fills `buffer`; `false` when the source ends before.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
