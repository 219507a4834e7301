//! The journal's octets: file header, blocks, records.
//!
//! Promises: what is read was whole (CRC-32C over number, length and body); a bad block at the end
//! is a torn write, a bad block with good ones after it is damage; every length is checked.
//!
//! Rules: DESIGN.md decision 16; `spec/journal.md`.
use crate::octets::{Cursor, len16, len32, wide};
use lacre_term::{BagId, PartId, Reason, VaultId};
use std::ops::Range;

/// `magic[16] ‖ journal[8] ‖ first u64 ‖ epoch u32 ‖ crc u32`.
pub(crate) const FILE_HEADER_OCTETS: usize = 40;
/// Header and blocks begin at multiples of this, zeros between: a write never touches a page that
/// was synced before, and may go past the page cache.
pub(crate) const PAGE_OCTETS: usize = 4096;
/// `magic[4] ‖ number u64 ‖ body length u32 ‖ crc u32`.
pub(crate) const BLOCK_HEADER_OCTETS: usize = 20;
/// Largest body of a block, and so of what may be pending: 64 MiB.
pub const BLOCK_OCTETS_MAX: usize = 64 << 20;
const FILE_MAGIC: &[u8; 16] = b"lacre/journal/1\n";
const BLOCK_MAGIC: &[u8; 4] = b"LJBK";

/// The kinds of records, one octet each.
pub(crate) const PART_OPEN: u8 = 1;
pub(crate) const PDU: u8 = 2;
pub(crate) const BAG_OPEN: u8 = 3;
pub(crate) const QUARANTINED: u8 = 4;
pub(crate) const SIDECAR: u8 = 5;

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileHeader {
    /// The journal's random name: segments of a journal begun anew cannot collide.
    pub(crate) journal: [u8; 8],
    /// The number of the first block in it; older files end before it.
    pub(crate) first: u64,
    /// Counts files; the file of the higher epoch is right about its numbers.
    pub(crate) epoch: u32,
}

impl FileHeader {
    pub(crate) fn name(&self) -> String {
        format!("{:016x}-{:08x}.journal", self.first, self.epoch)
    }

    /// First block and epoch, when the name is a journal file's.
    pub(crate) fn parse_name(name: &str) -> Option<(u64, u32)> {
        let (first, epoch) = name.strip_suffix(".journal")?.split_once('-')?;
        let sized = first.len() == 16 && epoch.len() == 8;
        let first = u64::from_str_radix(first, 16).ok()?;
        let epoch = u32::from_str_radix(epoch, 16).ok()?;
        sized.then_some((first, epoch))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = FILE_MAGIC.to_vec();
        out.extend_from_slice(&self.journal);
        out.extend_from_slice(&self.first.to_be_bytes());
        out.extend_from_slice(&self.epoch.to_be_bytes());
        out.extend_from_slice(&crc32c::crc32c(&out).to_be_bytes());
        pad(&mut out);
        out
    }

    pub(crate) fn decode(octets: &[u8]) -> Option<Self> {
        let whole = octets.get(..FILE_HEADER_OCTETS)?;
        let (checked, sum) = whole.split_at_checked(36)?;
        let mut cursor = Cursor::new(checked);
        cursor.literal(FILE_MAGIC)?;
        let header = Self { journal: cursor.array()?, first: cursor.u64()?, epoch: cursor.u32()? };
        (Cursor::new(sum).u32()? == crc32c::crc32c(checked)).then_some(header)
    }
}

/// Zeros up to the next page.
pub(crate) fn pad(octets: &mut Vec<u8>) {
    octets.resize(page_end(octets.len()), 0);
}

/// The first multiple of [`PAGE_OCTETS`] at or after `offset`.
fn page_end(offset: usize) -> usize {
    offset.checked_next_multiple_of(PAGE_OCTETS).unwrap_or(offset)
}

/// One record to be appended, borrowed.
#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    /// A part opens; stands before its first PDU.
    PartOpen {
        /// The vault.
        vault: VaultId,
        /// The part.
        part: PartId,
        /// [`PartKeys::sealed_to`](crate::PartKeys::sealed_to).
        sealed_keys: &'a [u8],
        /// What a restart must know of the part, in clear; the journal wraps it to the machine.
        meta: &'a [u8],
    },
    /// One stored PDU.
    Pdu {
        /// The vault.
        vault: VaultId,
        /// The part.
        part: PartId,
        /// Counts from 0 in its part.
        number: u64,
        /// [`PartKeys::encrypt`](crate::PartKeys::encrypt).
        sealed: &'a [u8],
    },
    /// A quarantine bag opens; stands before its first record.
    BagOpen {
        /// The bag.
        bag: BagId,
        /// [`Bag::peer_tag`](crate::Bag::peer_tag).
        peer_tag: [u8; 16],
        /// Minutes since 1970.
        minute: i64,
        /// [`Bag::sealed_keys`](crate::Bag::sealed_keys).
        sealed_keys: &'a [u8],
    },
    /// One quarantined run of octets.
    Quarantined {
        /// The bag.
        bag: BagId,
        /// Counts from 0 in its bag.
        number: u64,
        /// Why.
        reason: Reason,
        /// [`Bag::encrypt`](crate::Bag::encrypt).
        sealed: &'a [u8],
    },
}

/// A record read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnedRecord {
    /// See [`Record::PartOpen`]; `meta` is unwrapped again.
    PartOpen {
        /// The vault.
        vault: VaultId,
        /// The part.
        part: PartId,
        /// The keys, sealed to the vault.
        sealed_keys: Vec<u8>,
        /// What a restart must know, in clear.
        meta: Vec<u8>,
    },
    /// See [`Record::Pdu`].
    Pdu {
        /// The vault.
        vault: VaultId,
        /// The part.
        part: PartId,
        /// Counts from 0 in its part.
        number: u64,
        /// The ciphertext.
        sealed: Vec<u8>,
    },
    /// See [`Record::BagOpen`].
    BagOpen {
        /// The bag.
        bag: BagId,
        /// Keyed fingerprint of the peer's name.
        peer_tag: [u8; 16],
        /// Minutes since 1970.
        minute: i64,
        /// The key, sealed to the court's two keys.
        sealed_keys: Vec<u8>,
    },
    /// See [`Record::Quarantined`].
    Quarantined {
        /// The bag.
        bag: BagId,
        /// Counts from 0 in its bag.
        number: u64,
        /// Why.
        reason: Reason,
        /// The ciphertext.
        sealed: Vec<u8>,
    },
}

/// A record where it lies; `meta` and sidecar are still wrapped.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Raw<'a> {
    PartOpen { vault: VaultId, part: PartId, sealed_keys: &'a [u8], meta: &'a [u8] },
    Pdu { vault: VaultId, part: PartId, number: u64, sealed: &'a [u8] },
    BagOpen { bag: BagId, peer_tag: [u8; 16], minute: i64, sealed_keys: &'a [u8] },
    Quarantined { bag: BagId, number: u64, reason: Reason, sealed: &'a [u8] },
    Sidecar(&'a [u8]),
}

impl<'a> Raw<'a> {
    /// `None` when the octets are not a record of this version.
    pub(crate) fn decode(kind: u8, octets: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(octets);
        Some(match kind {
            PART_OPEN => {
                let (vault, part) = (VaultId(cursor.array()?), PartId(cursor.array()?));
                let sealed_keys = cursor.short()?;
                Self::PartOpen { vault, part, sealed_keys, meta: cursor.rest() }
            }
            PDU => {
                let (vault, part) = (VaultId(cursor.array()?), PartId(cursor.array()?));
                Self::Pdu { vault, part, number: cursor.u64()?, sealed: cursor.rest() }
            }
            BAG_OPEN => Self::BagOpen {
                bag: BagId(cursor.array()?),
                peer_tag: cursor.array()?,
                minute: cursor.i64()?,
                sealed_keys: cursor.rest(),
            },
            QUARANTINED => Self::Quarantined {
                bag: BagId(cursor.array()?),
                number: cursor.u64()?,
                reason: Reason::from_code(cursor.u8()?)?,
                sealed: cursor.rest(),
            },
            SIDECAR => Self::Sidecar(octets),
            _ => return None,
        })
    }
}

/// The fixed fields of a record, before its last, open-ended field; `None` past a length's range.
pub(crate) fn record_fields(record: &Record<'_>, out: &mut Vec<u8>) -> Option<()> {
    match record {
        Record::PartOpen { vault, part, sealed_keys, .. } => {
            out.extend_from_slice(&vault.0);
            out.extend_from_slice(&part.0);
            out.extend_from_slice(&len16(sealed_keys)?);
            out.extend_from_slice(sealed_keys);
        }
        Record::Pdu { vault, part, number, sealed: _ } => {
            out.extend_from_slice(&vault.0);
            out.extend_from_slice(&part.0);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Record::BagOpen { bag, peer_tag, minute, sealed_keys: _ } => {
            out.extend_from_slice(&bag.0);
            out.extend_from_slice(peer_tag);
            out.extend_from_slice(&minute.to_be_bytes());
        }
        Record::Quarantined { bag, number, reason, sealed: _ } => {
            out.extend_from_slice(&bag.0);
            out.extend_from_slice(&number.to_be_bytes());
            out.push(reason.code());
        }
    }
    Some(())
}

/// Writes the block header into the room kept for it at the front of `block`.
pub(crate) fn finish_block(block: &mut [u8], number: u64) -> Option<()> {
    let (header, body) = block.split_at_mut_checked(BLOCK_HEADER_OCTETS)?;
    let mut checked = BLOCK_MAGIC.to_vec();
    checked.extend_from_slice(&number.to_be_bytes());
    checked.extend_from_slice(&len32(body)?);
    let sum = crc32c::crc32c_append(crc32c::crc32c(&checked), body);
    checked.extend_from_slice(&sum.to_be_bytes());
    header.copy_from_slice(&checked);
    Some(())
}

/// Where a whole block lies in its file.
#[derive(Debug, Clone)]
pub(crate) struct BlockAt {
    pub(crate) number: u64,
    /// Header and body.
    pub(crate) whole: Range<usize>,
    pub(crate) body: Range<usize>,
}

/// The block at `offset`, if it is whole.
fn block_at(octets: &[u8], offset: usize) -> Option<BlockAt> {
    let header_end = offset.checked_add(BLOCK_HEADER_OCTETS)?;
    let (checked, sum) = octets.get(offset..header_end)?.split_at_checked(16)?;
    let mut cursor = Cursor::new(checked);
    cursor.literal(BLOCK_MAGIC)?;
    let number = cursor.u64()?;
    let len = usize::try_from(cursor.u32()?).ok().filter(|len| *len <= BLOCK_OCTETS_MAX)?;
    let end = header_end.checked_add(len)?;
    let body = octets.get(header_end..end)?;
    let found = crc32c::crc32c_append(crc32c::crc32c(checked), body);
    (Cursor::new(sum).u32()? == found).then_some(BlockAt {
        number,
        whole: offset..end,
        body: header_end..end,
    })
}

/// What stands behind the last whole block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Nothing.
    Clean,
    /// A write cut short, from `offset` on.
    Torn { offset: u64 },
    /// A bad block at `offset`, and whole ones after it.
    Damage { offset: u64 },
}

/// The whole blocks of a file from its start on, numbers dense from `first`.
pub(crate) fn scan(octets: &[u8], first: u64) -> (Vec<BlockAt>, Tail) {
    let mut blocks = Vec::new();
    let (mut end, mut expected) = (FILE_HEADER_OCTETS, first);
    let mut offset = page_end(end);
    while offset < octets.len() {
        match block_at(octets, offset).filter(|block| block.number == expected) {
            // What stands between blocks is written with them, and is nothing.
            Some(_) if octets.get(end..offset).is_none_or(|gap| gap.iter().any(|it| *it != 0)) => {
                return (blocks, Tail::Damage { offset: wide(end) });
            }
            Some(block) => {
                end = block.whole.end;
                offset = page_end(end);
                expected = expected.saturating_add(1);
                blocks.push(block);
            }
            None if good_block_after(octets, offset, expected) => {
                return (blocks, Tail::Damage { offset: wide(offset) });
            }
            None => {
                return (blocks, Tail::Torn { offset: wide(offset) });
            }
        }
    }
    (blocks, Tail::Clean)
}

/// Whether a whole block of a number not seen yet lies anywhere at or after `bad`.
fn good_block_after(octets: &[u8], bad: usize, expected: u64) -> bool {
    let Some(rest) = octets.get(bad..) else {
        return false;
    };
    rest.windows(BLOCK_MAGIC.len()).enumerate().any(|(at, window)| {
        window == BLOCK_MAGIC
            && block_at(octets, bad.saturating_add(at))
                .is_some_and(|block| block.number >= expected)
    })
}

/// Calls `each` for every record of a block's body, with where the record ends in it; `None` when
/// the body is not well formed.
pub(crate) fn records<'a>(
    body: &'a [u8],
    mut each: impl FnMut(Raw<'a>, usize) -> Option<()>,
) -> Option<()> {
    let mut cursor = Cursor::new(body);
    while cursor.end().is_none() {
        let kind = cursor.u8()?;
        let octets = cursor.long()?;
        let end = body.len().checked_sub(cursor.rest().len())?;
        each(Raw::decode(kind, octets)?, end)?;
    }
    Some(())
}
