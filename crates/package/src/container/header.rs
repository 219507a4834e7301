//! The octets of ZIP headers, as functions of an entry.
use super::Entry;

pub(crate) const LOCAL: [u8; 4] = *b"PK\x03\x04";
pub(crate) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
pub(crate) const END: [u8; 4] = *b"PK\x05\x06";
pub(crate) const END_64: [u8; 4] = *b"PK\x06\x06";
pub(crate) const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
/// Octets of a central header before its name.
pub(crate) const CENTRAL_FIXED: usize = 46;
/// Octets of the last record.
pub(crate) const END_OCTETS: usize = 22;
/// Octets of the ZIP64 end record and its locator together.
pub(crate) const END_64_OCTETS: usize = 76;
/// Where the checksum stands in a local header.
pub(crate) const CRC_AT: u64 = 14;
/// From here on a size or offset does not fit 32 bits: the value itself says "see ZIP64".
pub(crate) const FULL_32: u64 = 0xffff_ffff;
/// The same for counts in 16 bits.
pub(crate) const FULL_16: u64 = 0xffff;

const STORED_VERSION: u16 = 10;
const ZIP64_VERSION: u16 = 45;
/// 1980-01-01, the zero of the format: times are in the documents, not in the container.
const DATE: u16 = 0x0021;

fn in_32(value: u64) -> [u8; 4] {
    u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes()
}

fn in_16(value: u64) -> [u8; 2] {
    u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes()
}

fn length_16(octets: &[u8]) -> [u8; 2] {
    u16::try_from(octets.len()).unwrap_or(u16::MAX).to_le_bytes()
}

/// A ZIP64 extra field holding `values`, nothing when there are none.
fn extra(values: &[u64]) -> Vec<u8> {
    if values.is_empty() {
        return vec![];
    }
    let body: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    [&[1, 0][..], &length_16(&body), &body].concat()
}

fn local_extra(entry: &Entry) -> Vec<u8> {
    if entry.size >= FULL_32 { extra(&[entry.size, entry.size]) } else { vec![] }
}

/// Octets of the local header.
pub(crate) fn local_size(entry: &Entry) -> u64 {
    let octets = entry.name.len().saturating_add(local_extra(entry).len()).saturating_add(30);
    u64::try_from(octets).unwrap_or(u64::MAX)
}

/// What stands in both headers: version, flags, method, time, date, checksum, sizes.
fn common(entry: &Entry, version: u16) -> Vec<u8> {
    let mut out = vec![];
    out.extend(version.to_le_bytes());
    out.extend([0; 6]); // no flags, stored, midnight
    out.extend(DATE.to_le_bytes());
    out.extend(entry.crc.to_le_bytes());
    out.extend(in_32(entry.size));
    out.extend(in_32(entry.size));
    out.extend(length_16(entry.name.as_bytes()));
    out
}

/// The local header of `entry`.
pub(crate) fn local(entry: &Entry) -> Vec<u8> {
    let extra = local_extra(entry);
    let version = if extra.is_empty() { STORED_VERSION } else { ZIP64_VERSION };
    let mut out = LOCAL.to_vec();
    out.extend(common(entry, version));
    out.extend(length_16(&extra));
    out.extend(entry.name.as_bytes());
    out.extend(extra);
    out
}

/// The header of `entry` in the central directory.
pub(crate) fn central(entry: &Entry) -> Vec<u8> {
    let mut large = vec![];
    if entry.size >= FULL_32 {
        large.extend([entry.size, entry.size]);
    }
    if entry.offset >= FULL_32 {
        large.push(entry.offset);
    }
    let extra = extra(&large);
    let version = if extra.is_empty() { STORED_VERSION } else { ZIP64_VERSION };
    let mut out = CENTRAL.to_vec();
    out.extend(version.to_le_bytes());
    out.extend(common(entry, version));
    out.extend(length_16(&extra));
    out.extend([0; 10]); // no comment, disk 0, no attributes
    out.extend(in_32(entry.offset));
    out.extend(entry.name.as_bytes());
    out.extend(extra);
    out
}

/// What ends a container whose directory has `count` entries, `size` octets and starts at
/// `offset`.
pub(crate) fn end(count: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut out = vec![];
    if count >= FULL_16 || size >= FULL_32 || offset >= FULL_32 {
        out.extend(END_64);
        out.extend(44_u64.to_le_bytes());
        out.extend(ZIP64_VERSION.to_le_bytes());
        out.extend(ZIP64_VERSION.to_le_bytes());
        out.extend([0; 8]);
        for value in [count, count, size, offset] {
            out.extend(value.to_le_bytes());
        }
        out.extend(LOCATOR_64);
        out.extend([0; 4]);
        out.extend(offset.saturating_add(size).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    out.extend(END);
    out.extend([0; 4]);
    out.extend(in_16(count));
    out.extend(in_16(count));
    out.extend(in_32(size));
    out.extend(in_32(offset));
    out.extend([0; 2]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(size: u64, offset: u64) -> Entry {
        Entry { name: "data/x".into(), size, crc: 7, offset }
    }

    #[test]
    fn zip64_appears_exactly_where_a_value_needs_it() {
        assert_eq!(local(&entry(FULL_32 - 1, 0)).len(), 30 + 6);
        assert_eq!(local(&entry(FULL_32, 0)).len(), 30 + 6 + 20);
        assert_eq!(local_size(&entry(FULL_32, 0)), 56);
        assert_eq!(central(&entry(1, FULL_32 - 1)).len(), CENTRAL_FIXED + 6);
        assert_eq!(central(&entry(1, FULL_32)).len(), CENTRAL_FIXED + 6 + 12);
        assert_eq!(central(&entry(FULL_32, FULL_32)).len(), CENTRAL_FIXED + 6 + 28);
        assert_eq!(end(FULL_16 - 1, 9, 9).len(), END_OCTETS);
        assert_eq!(end(FULL_16, 9, 9).len(), END_OCTETS + END_64_OCTETS);
    }

    #[test]
    fn the_first_entrys_content_is_where_asic_looks_for_the_media_type() {
        let first = Entry { name: "mimetype".into(), size: 31, crc: 0, offset: 0 };
        assert_eq!(first.content(), 38);
    }
}
