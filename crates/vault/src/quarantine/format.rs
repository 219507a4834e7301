//! The octets of one quarantine object: one bag's records of one journal file.
//!
//! Promises: reasons and sizes stand in front, in clear, so that counting reads no ciphertext and
//! needs no key; every length is checked.
//!
//! Rules: DESIGN.md decision 10; `spec/quarantine.md` section "Object".
use crate::octets::{Cursor, len16, len32, wide};
use lacre_term::{BagId, Reason};

const MAGIC: &[u8; 12] = b"lacre/bag/1\n";
/// `number u64 ‖ reason ‖ length u32`.
const ROW_OCTETS: usize = 13;
/// `magic[12] ‖ bag[16] ‖ front length u32`.
const FRONT_OCTETS: usize = 32;

/// How a bag was opened: peer tag, minute, sealed keys.
pub(crate) type Opening<'a> = ([u8; 16], i64, &'a [u8]);

/// A bag's records of one journal file, borrowed from it.
#[derive(Default)]
pub(crate) struct BagObject<'a> {
    pub(crate) opening: Option<Opening<'a>>,
    pub(crate) records: Vec<BagRecord<'a>>,
}

/// One quarantined record, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct BagRecord<'a> {
    pub(crate) number: u64,
    pub(crate) reason: Reason,
    pub(crate) sealed: &'a [u8],
}

/// Writes the object: `magic ‖ bag ‖ front length u32 ‖ opening? ‖ rows ‖ crc ‖ ciphertexts ‖ crc`.
pub(crate) fn write_bag(bag: BagId, content: &BagObject<'_>) -> Option<Vec<u8>> {
    let body: usize = content.records.iter().map(|record| record.sealed.len()).sum();
    let rows = content.records.len().checked_mul(ROW_OCTETS)?;
    let mut front = Vec::with_capacity(rows.checked_add(300)?);
    match content.opening {
        Some((peer_tag, minute, sealed_keys)) => {
            front.push(1);
            front.extend_from_slice(&peer_tag);
            front.extend_from_slice(&minute.to_be_bytes());
            front.extend_from_slice(&len16(sealed_keys)?);
            front.extend_from_slice(sealed_keys);
        }
        None => front.push(0),
    }
    for record in &content.records {
        front.extend_from_slice(&record.number.to_be_bytes());
        front.push(record.reason.code());
        front.extend_from_slice(&len32(record.sealed)?);
    }
    let mut out = Vec::with_capacity(body.checked_add(front.len())?.checked_add(64)?);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&bag.0);
    out.extend_from_slice(&len32(&front)?);
    out.extend_from_slice(&front);
    out.extend_from_slice(&crc32c::crc32c(&out).to_be_bytes());
    let data = out.len();
    for record in &content.records {
        out.extend_from_slice(record.sealed);
    }
    let sum = crc32c::crc32c(out.get(data..)?);
    out.extend_from_slice(&sum.to_be_bytes());
    Some(out)
}

/// What stands in front of an object.
pub(crate) struct Front {
    pub(crate) opening: Option<([u8; 16], i64, Vec<u8>)>,
    /// Number, reason, octets of ciphertext.
    pub(crate) rows: Vec<(u64, Reason, u32)>,
    /// Where the ciphertexts begin.
    pub(crate) data: usize,
}

/// How many octets of the object the front and its checksum take, by its first [`START_OCTETS`].
pub(crate) fn front_octets(start: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::new(start);
    cursor.literal(MAGIC)?;
    cursor.take(16)?;
    let front = usize::try_from(cursor.u32()?).ok()?;
    front.checked_add(FRONT_OCTETS)?.checked_add(4)
}

/// Reads the front of `bag`'s object of `size` octets in all.
pub(crate) fn read_front(bag: BagId, octets: &[u8], size: u64) -> Option<Front> {
    let end = front_octets(octets)?;
    let (checked, sum) = octets.get(..end)?.split_at_checked(end.checked_sub(4)?)?;
    if Cursor::new(sum).u32()? != crc32c::crc32c(checked) {
        return None;
    }
    let mut cursor = Cursor::new(checked);
    cursor.literal(MAGIC)?;
    cursor.literal(&bag.0)?;
    cursor.u32()?;
    let opening = match cursor.u8()? {
        0 => None,
        1 => Some((cursor.array()?, cursor.i64()?, cursor.short()?.to_vec())),
        _ => return None,
    };
    let mut rows = Vec::with_capacity(cursor.rest().len() / ROW_OCTETS);
    let mut body = 0_u64;
    while cursor.end().is_none() {
        let row = (cursor.u64()?, Reason::from_code(cursor.u8()?)?, cursor.u32()?);
        body = body.checked_add(u64::from(row.2))?;
        rows.push(row);
    }
    let whole = wide(end).checked_add(body)?.checked_add(4)?;
    (whole == size).then_some(Front { opening, rows, data: end })
}

/// The ciphertexts of a whole object, row by row; `None` when their checksum is wrong.
pub(crate) fn read_bodies(octets: &[u8], front: &Front) -> Option<Vec<(u64, Reason, Vec<u8>)>> {
    let end = octets.len().checked_sub(4)?;
    let (body, sum) = octets.get(front.data..)?.split_at_checked(end.checked_sub(front.data)?)?;
    if Cursor::new(sum).u32()? != crc32c::crc32c(body) {
        return None;
    }
    let mut cursor = Cursor::new(body);
    let mut out = Vec::with_capacity(front.rows.len());
    for (number, reason, len) in &front.rows {
        out.push((*number, *reason, cursor.take(usize::try_from(*len).ok()?)?.to_vec()));
    }
    cursor.end().map(|()| out)
}

/// Octets that always suffice to call [`front_octets`].
pub(crate) const START_OCTETS: u64 = 32;
