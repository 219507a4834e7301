//! One segment's octets: one vault's records of one journal file, grouped by part.
//!
//! Promises: the ciphertexts are the journal's, octet for octet; the footer alone says what is
//! where; nothing in a footer is believed before its checksum, its lengths and its vault agree.
//!
//! Rules: DESIGN.md decisions 7 and 16; `spec/segment.md`.
use crate::octets::{Cursor, len16, len32, wide};
use lacre_term::{PartId, VaultId};

pub(crate) const MAGIC: &[u8; 16] = b"lacre/segment/1\n";
/// `footer length u32 ‖ footer crc u32 ‖ size u64 ‖ magic[8]`.
pub(crate) const TRAILER_OCTETS: usize = 24;
const TRAILER_MAGIC: &[u8; 8] = b"LACRSEG1";
/// Largest footer believed: 48 octets a run, so 1.4 million runs.
const FOOTER_OCTETS_MAX: usize = 64 << 20;

/// A run of records of one part, dense numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) part: PartId,
    pub(crate) first: u64,
    pub(crate) count: u32,
    /// Where the run's table of lengths begins; the ciphertexts follow it.
    pub(crate) offset: u64,
    /// Octets of the ciphertexts.
    pub(crate) octets: u64,
    /// CRC-32C over lengths and ciphertexts.
    pub(crate) crc: u32,
}

impl Run {
    /// Where the ciphertexts begin.
    pub(crate) fn data(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.count).saturating_mul(4))
    }

    fn end(&self) -> Option<u64> {
        let lengths = u64::from(self.count).checked_mul(4)?;
        self.offset.checked_add(lengths)?.checked_add(self.octets)
    }
}

/// Where a part's sealed keys lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeysAt {
    pub(crate) part: PartId,
    pub(crate) offset: u64,
    pub(crate) octets: u16,
}

/// What a segment says it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) vault: VaultId,
    pub(crate) journal: [u8; 8],
    pub(crate) first_block: u64,
    pub(crate) until_block: u64,
    pub(crate) keys: Vec<KeysAt>,
    pub(crate) runs: Vec<Run>,
}

/// One part's records of a journal file, borrowed from it.
#[derive(Default)]
pub(crate) struct PartRecords<'a> {
    pub(crate) sealed_keys: Option<&'a [u8]>,
    /// Number and ciphertext, in the order of the journal.
    pub(crate) pdus: Vec<(u64, &'a [u8])>,
}

/// Writes the segment of `parts`. `None` when a length fits no field, which blocks rule out.
pub(crate) fn write(
    vault: VaultId,
    journal: [u8; 8],
    blocks: (u64, u64),
    parts: &[(PartId, PartRecords<'_>)],
) -> Option<Vec<u8>> {
    let body: usize = parts
        .iter()
        .flat_map(|(_, part)| &part.pdus)
        .map(|(_, sealed)| sealed.len().saturating_add(4))
        .sum();
    let mut out = Vec::with_capacity(body.saturating_add(parts.len().saturating_mul(300)));
    out.extend_from_slice(MAGIC);
    let (mut keys, mut runs) = (Vec::new(), Vec::new());
    for (part, records) in parts {
        if let Some(sealed) = records.sealed_keys {
            let octets = u16::from_be_bytes(len16(sealed)?);
            keys.push(KeysAt { part: *part, offset: wide(out.len()), octets });
            out.extend_from_slice(sealed);
        }
        for run in records.pdus.chunk_by(|(a, _), (b, _)| a.checked_add(1) == Some(*b)) {
            runs.push(write_run(*part, run, &mut out)?);
        }
    }
    let footer = encode_footer(vault, journal, blocks, &keys, &runs)?;
    out.extend_from_slice(&footer);
    out.extend_from_slice(&len32(&footer)?);
    out.extend_from_slice(&crc32c::crc32c(&footer).to_be_bytes());
    let size = wide(out.len()).checked_add(16)?;
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(TRAILER_MAGIC);
    Some(out)
}

fn write_run(part: PartId, run: &[(u64, &[u8])], out: &mut Vec<u8>) -> Option<Run> {
    let start = out.len();
    for (_, sealed) in run {
        out.extend_from_slice(&len32(sealed)?);
    }
    let data = out.len();
    for (_, sealed) in run {
        out.extend_from_slice(sealed);
    }
    let (first, _) = run.first()?;
    Some(Run {
        part,
        first: *first,
        count: u32::try_from(run.len()).ok()?,
        offset: wide(start),
        octets: wide(out.len().checked_sub(data)?),
        crc: crc32c::crc32c(out.get(start..)?),
    })
}

fn encode_footer(
    vault: VaultId,
    journal: [u8; 8],
    (first, until): (u64, u64),
    keys: &[KeysAt],
    runs: &[Run],
) -> Option<Vec<u8>> {
    let mut out = vault.0.to_vec();
    out.extend_from_slice(&journal);
    out.extend_from_slice(&first.to_be_bytes());
    out.extend_from_slice(&until.to_be_bytes());
    out.extend_from_slice(&u32::try_from(keys.len()).ok()?.to_be_bytes());
    out.extend_from_slice(&u32::try_from(runs.len()).ok()?.to_be_bytes());
    for at in keys {
        out.extend_from_slice(&at.part.0);
        out.extend_from_slice(&at.offset.to_be_bytes());
        out.extend_from_slice(&at.octets.to_be_bytes());
    }
    for run in runs {
        out.extend_from_slice(&run.part.0);
        out.extend_from_slice(&run.first.to_be_bytes());
        out.extend_from_slice(&run.count.to_be_bytes());
        out.extend_from_slice(&run.offset.to_be_bytes());
        out.extend_from_slice(&run.octets.to_be_bytes());
        out.extend_from_slice(&run.crc.to_be_bytes());
    }
    Some(out)
}

/// What a trailer says: the footer's length and checksum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trailer {
    pub(crate) footer_octets: usize,
    crc: u32,
}

impl Trailer {
    /// Reads the last [`TRAILER_OCTETS`] of an object of `size` octets.
    pub(crate) fn decode(octets: &[u8], size: u64) -> Option<Self> {
        let mut cursor = Cursor::new(octets);
        let footer_octets = usize::try_from(cursor.u32()?).ok()?;
        let crc = cursor.u32()?;
        let named = cursor.u64()?;
        cursor.literal(TRAILER_MAGIC)?;
        cursor.end()?;
        let fits = footer_octets <= FOOTER_OCTETS_MAX
            && wide(footer_octets.checked_add(TRAILER_OCTETS)?.checked_add(MAGIC.len())?) <= size;
        (named == size && fits).then_some(Self { footer_octets, crc })
    }
}

/// Reads a footer that ends at `footer_end` of its object; every run and key must lie before it.
pub(crate) fn read_footer(octets: &[u8], trailer: Trailer, footer_start: u64) -> Option<Footer> {
    if octets.len() != trailer.footer_octets || crc32c::crc32c(octets) != trailer.crc {
        return None;
    }
    let mut cursor = Cursor::new(octets);
    let vault = VaultId(cursor.array()?);
    let journal = cursor.array()?;
    let (first_block, until_block) = (cursor.u64()?, cursor.u64()?);
    let (key_count, run_count) = (cursor.u32()?, cursor.u32()?);
    let (mut keys, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..key_count {
        let at =
            KeysAt { part: PartId(cursor.array()?), offset: cursor.u64()?, octets: cursor.u16()? };
        (at.offset.checked_add(u64::from(at.octets))? <= footer_start).then_some(())?;
        keys.push(at);
    }
    for _ in 0..run_count {
        let run = Run {
            part: PartId(cursor.array()?),
            first: cursor.u64()?,
            count: cursor.u32()?,
            offset: cursor.u64()?,
            octets: cursor.u64()?,
            crc: cursor.u32()?,
        };
        (run.end()? <= footer_start && run.count > 0).then_some(())?;
        run.first.checked_add(u64::from(run.count))?;
        runs.push(run);
    }
    cursor.end()?;
    Some(Footer { vault, journal, first_block, until_block, keys, runs })
}

/// Reads a run's table of lengths; `None` when it does not add up to the run.
pub(crate) fn read_lengths(octets: &[u8], run: &Run) -> Option<Vec<u32>> {
    let mut cursor = Cursor::new(octets);
    let mut lengths = Vec::with_capacity(octets.len() / 4);
    let mut sum = 0_u64;
    for _ in 0..run.count {
        let length = cursor.u32()?;
        sum = sum.checked_add(u64::from(length))?;
        lengths.push(length);
    }
    cursor.end()?;
    (sum == run.octets).then_some(lengths)
}
