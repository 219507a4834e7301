//! What the keyring's heads hold: a table of page keys, and pages of part keys.
//!
//! Promises: a page opens only with its own key and at its own place; counts and lengths are
//! checked before anything is believed.
//!
//! Rules: DESIGN.md decision 8; `spec/key-hierarchy.md` section "Keyring".
use crate::{
    error::KeyError,
    octets::{Cursor, wide},
    part::PartKeys,
    provider,
    site::VaultPrivate,
};
use lacre_term::{PartId, Secret, VaultId};
use zeroize::Zeroizing;

/// Entries of one page: 81 octets each, so that a page fits a head of 256 KiB.
pub(crate) const ENTRIES_MAX: usize = 3000;
/// Pages of one vault: 36 octets each, so that the table fits a head.
pub(crate) const PAGES_MAX: usize = 7000;
const TABLE_MAGIC: &[u8] = b"lacre/keyring-table/1\n";
const PAGE_MAGIC: &[u8] = b"lacre/keyring-page/1\n";

/// One part's keys, or the place where they were.
#[derive(Clone)]
pub(crate) enum Entry {
    Held { part: PartId, data: Secret, salt: Secret },
    Erased { part: PartId },
}

impl Entry {
    pub(crate) fn of(keys: &PartKeys) -> Self {
        let (data, salt) = keys.secrets();
        Self::Held { part: keys.part(), data: data.clone(), salt: salt.clone() }
    }

    pub(crate) fn part(&self) -> PartId {
        match self {
            Self::Held { part, .. } | Self::Erased { part } => *part,
        }
    }
}

/// The key of one page and how many entries it has: an older copy of the page is noticed.
#[derive(Clone)]
pub(crate) struct PageKey {
    pub(crate) key: Secret,
    pub(crate) count: u32,
}

pub(crate) fn table_name(vault: VaultId) -> String {
    format!("keyring/{vault}/table")
}

pub(crate) fn page_name(vault: VaultId, page: usize) -> String {
    format!("keyring/{vault}/page/{page}")
}

/// `magic ‖ generation u32 ‖ wrapped(count u32 ‖ (key[32] ‖ count u32)…)`.
pub(crate) fn seal_table(private: &VaultPrivate, table: &[PageKey]) -> Result<Vec<u8>, KeyError> {
    let mut clear = Zeroizing::new(Vec::with_capacity(table.len().saturating_mul(36)));
    clear.extend_from_slice(&u32::try_from(table.len()).unwrap_or(u32::MAX).to_be_bytes());
    for page in table {
        clear.extend_from_slice(page.key.expose());
        clear.extend_from_slice(&page.count.to_be_bytes());
    }
    let generation = private.generation().to_be_bytes();
    let key = private.derive("keyring-table")?;
    let bound: [&[u8]; 2] = [&private.vault().0, &generation];
    let wrapped = provider::wrap(&key, "keyring-table", &bound, &clear)?;
    Ok([TABLE_MAGIC, &generation, &wrapped].concat())
}

/// Reads [`seal_table`].
pub(crate) fn open_table(private: &VaultPrivate, value: &[u8]) -> Result<Vec<PageKey>, KeyError> {
    let what = "the keyring's table";
    let mut cursor = Cursor::new(value);
    let generation = cursor.literal(TABLE_MAGIC).and_then(|()| cursor.u32());
    let sealed = generation.ok_or(KeyError::Malformed { what })?;
    let held = private.generation();
    if sealed != held {
        return Err(KeyError::Generation { sealed, held });
    }
    let key = private.derive("keyring-table")?;
    let bound: [&[u8]; 2] = [&private.vault().0, &held.to_be_bytes()];
    let clear = provider::unwrap(&key, "keyring-table", &bound, cursor.rest(), what)?;
    let clear = Zeroizing::new(clear);
    read_table(&clear).ok_or(KeyError::Malformed { what })
}

fn read_table(clear: &[u8]) -> Option<Vec<PageKey>> {
    let mut cursor = Cursor::new(clear);
    let pages = usize::try_from(cursor.u32()?).ok().filter(|pages| *pages <= PAGES_MAX)?;
    let mut table = Vec::with_capacity(pages);
    for _ in 0..pages {
        table.push(PageKey { key: Secret::new(cursor.array()?), count: cursor.u32()? });
    }
    cursor.end().map(|()| table)
}

/// `magic ‖ wrapped(count u32 ‖ (part[16] ‖ state ‖ data key[32] ‖ salt key[32])…)`.
pub(crate) fn seal_page(
    vault: VaultId,
    page: usize,
    key: &Secret,
    entries: &[Entry],
) -> Result<Vec<u8>, KeyError> {
    let mut clear = Zeroizing::new(Vec::with_capacity(entries.len().saturating_mul(81)));
    clear.extend_from_slice(&u32::try_from(entries.len()).unwrap_or(u32::MAX).to_be_bytes());
    for entry in entries {
        clear.extend_from_slice(&entry.part().0);
        match entry {
            Entry::Held { data, salt, .. } => {
                clear.push(1);
                clear.extend_from_slice(data.expose());
                clear.extend_from_slice(salt.expose());
            }
            Entry::Erased { .. } => {
                clear.push(0);
                clear.extend_from_slice(&[0; 64]);
            }
        }
    }
    let bound: [&[u8]; 2] = [&vault.0, &wide(page).to_be_bytes()];
    Ok([PAGE_MAGIC, &provider::wrap(key, "keyring-page", &bound, &clear)?].concat())
}

/// Reads [`seal_page`]; the table says how many entries there must be.
pub(crate) fn open_page(
    vault: VaultId,
    page: usize,
    key: &PageKey,
    value: &[u8],
) -> Result<Vec<Entry>, KeyError> {
    let what = "a keyring page";
    let mut cursor = Cursor::new(value);
    cursor.literal(PAGE_MAGIC).ok_or(KeyError::Malformed { what })?;
    let bound: [&[u8]; 2] = [&vault.0, &wide(page).to_be_bytes()];
    let clear = provider::unwrap(&key.key, "keyring-page", &bound, cursor.rest(), what)?;
    let entries = read_page(&Zeroizing::new(clear)).ok_or(KeyError::Malformed { what })?;
    if wide(entries.len()) == u64::from(key.count) {
        Ok(entries)
    } else {
        // An engine gave back a page older than its table.
        Err(KeyError::Closed { what })
    }
}

fn read_page(clear: &[u8]) -> Option<Vec<Entry>> {
    let mut cursor = Cursor::new(clear);
    let count = usize::try_from(cursor.u32()?).ok().filter(|count| *count <= ENTRIES_MAX)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let part = PartId(cursor.array()?);
        let state = cursor.u8()?;
        let (data, salt) = (Secret::new(cursor.array()?), Secret::new(cursor.array()?));
        entries.push(match state {
            1 => Entry::Held { part, data, salt },
            0 => Entry::Erased { part },
            _ => return None,
        });
    }
    cursor.end().map(|()| entries)
}
