//! Segments: immutable objects cut from a closed journal file, one vault each.
//!
//! Promises: cutting the same file again gives the same keys and octets, so a cut may be repeated
//! after any failure; an object that stands under such a key with other octets is reported, never
//! overwritten; ciphertexts are copied, never made.
//!
//! Rules: DESIGN.md decisions 7 and 16; `spec/segment.md`, `spec/quarantine.md`.
pub(crate) mod format;

use crate::{
    journal::{JournalError, JournalFile, Raw, records},
    octets::wide,
    quarantine::{BagObject, BagRecord, write_bag},
};
use format::PartRecords;
use lacre_store::{Disk, GetError, Objects, PutError};
use lacre_term::{BagId, PartId, VaultId, hex};
use std::collections::{BTreeMap, HashMap};

/// What a cut put, or found put before.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CutReport {
    /// One object a vault.
    pub segments: Vec<CutSegment>,
    /// One object a bag.
    pub bags: Vec<CutBag>,
}

/// One segment.
#[derive(Debug, PartialEq, Eq)]
pub struct CutSegment {
    /// The vault.
    pub vault: VaultId,
    /// Its key in `Objects`.
    pub key: String,
    /// Its size.
    pub octets: u64,
    /// Parts with records in it.
    pub parts: usize,
    /// PDUs in it.
    pub pdus: u64,
    /// Whether an earlier cut had put it.
    pub stood_already: bool,
}

/// One run of a quarantine bag.
#[derive(Debug, PartialEq, Eq)]
pub struct CutBag {
    /// The bag.
    pub bag: BagId,
    /// Its key in `Objects`.
    pub key: String,
    /// Records in it.
    pub records: usize,
    /// Whether an earlier cut had put it.
    pub stood_already: bool,
}

/// Why a file was not cut. What was put stays; cut again.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// The journal file cannot be read or is damaged: do not retire it.
    #[error("journal file {file} could not be cut: keep it")]
    Journal {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: JournalError,
    },
    /// A record in a whole block is not of this version: do not retire the file.
    #[error(
        "journal file {file} holds a record this version does not know: keep it, and cut it \
             with the version that wrote it"
    )]
    Record {
        /// The file.
        file: String,
    },
    /// Something else stands under the key: do not retire the file.
    #[error(
        "object {key} stands already and differs from what journal file {file} holds: keep \
             the file; someone wrote under this vault"
    )]
    Differs {
        /// The journal file.
        file: String,
        /// The object.
        key: String,
    },
    /// The object store failed: cut again.
    #[error("object {key} could not be put: cut the file again when the store works")]
    Put {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: PutError,
    },
    /// The object that stands could not be compared: cut again.
    #[error("object {key} stands already and could not be compared: cut the file again")]
    Compare {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: GetError,
    },
}

#[derive(Default)]
struct Gathered<'a> {
    vaults: BTreeMap<VaultId, Parts<'a>>,
    bags: BTreeMap<BagId, BagObject<'a>>,
}

/// A vault's parts in order of appearance.
#[derive(Default)]
struct Parts<'a> {
    order: Vec<(PartId, PartRecords<'a>)>,
    places: HashMap<PartId, usize>,
}

impl<'a> Parts<'a> {
    fn of(&mut self, part: PartId) -> Option<&mut PartRecords<'a>> {
        let place = *self.places.entry(part).or_insert_with(|| {
            self.order.push((part, PartRecords::default()));
            self.order.len().saturating_sub(1)
        });
        self.order.get_mut(place).map(|(_, records)| records)
    }
}

impl<'a> Gathered<'a> {
    fn add(&mut self, raw: Raw<'a>) -> Option<()> {
        match raw {
            Raw::PartOpen { vault, part, sealed_keys, .. } => {
                self.vaults.entry(vault).or_default().of(part)?.sealed_keys = Some(sealed_keys);
            }
            Raw::Pdu { vault, part, number, sealed } => {
                let records = self.vaults.entry(vault).or_default().of(part)?;
                records.pdus.push((number, sealed));
            }
            Raw::BagOpen { bag, peer_tag, minute, sealed_keys } => {
                let open = self.bags.entry(bag).or_default();
                open.opening = Some((peer_tag, minute, sealed_keys));
            }
            Raw::Quarantined { bag, number, reason, sealed } => {
                let records = &mut self.bags.entry(bag).or_default().records;
                records.push(BagRecord { number, reason, sealed });
            }
            Raw::Sidecar(_) => {}
        }
        Some(())
    }
}

/// Cuts a closed journal file into one segment a vault and one object a quarantine bag. Only when
/// this returned `Ok` may the file be [retired](crate::Journal::retire).
///
/// # Errors
/// [`CutError`]; cut again, it is the same cut.
pub fn cut(
    disk: &dyn Disk,
    file: &JournalFile,
    objects: &dyn Objects,
) -> Result<CutReport, CutError> {
    let named = |source| CutError::Journal { file: file.name().to_owned(), source };
    let unknown = || CutError::Record { file: file.name().to_owned() };
    let (octets, blocks) = file.blocks(disk).map_err(named)?;
    let mut gathered = Gathered::default();
    for block in &blocks {
        let body = octets.get(block.body.clone()).ok_or_else(unknown)?;
        records(body, |raw, _| gathered.add(raw)).ok_or_else(unknown)?;
    }
    let mut report = CutReport::default();
    let range = (file.first(), file.until());
    for (vault, parts) in &gathered.vaults {
        let key = object_key("segment", &vault.to_hex(), file.journal(), file.first());
        let segment =
            format::write(*vault, file.journal(), range, &parts.order).ok_or_else(unknown)?;
        let stood_already = put_once(file, objects, &key, &segment)?;
        report.segments.push(CutSegment {
            vault: *vault,
            key,
            octets: wide(segment.len()),
            parts: parts.order.len(),
            pdus: parts.order.iter().map(|(_, records)| wide(records.pdus.len())).sum(),
            stood_already,
        });
    }
    for (bag, content) in &gathered.bags {
        let key = object_key("quarantine", &bag.to_hex(), file.journal(), file.first());
        let object = write_bag(*bag, content).ok_or_else(unknown)?;
        let stood_already = put_once(file, objects, &key, &object)?;
        let records = content.records.len();
        report.bags.push(CutBag { bag: *bag, key, records, stood_already });
    }
    Ok(report)
}

/// `<kind>/<vault or bag>/<journal>-<first block>`: the same cut, the same key.
pub(crate) fn object_key(kind: &str, owner: &str, journal: [u8; 8], first_block: u64) -> String {
    format!("{kind}/{owner}/{}-{first_block:016x}", hex::encode(&journal))
}

/// Puts `octets`, or finds exactly them there: whether they stood already.
fn put_once(
    file: &JournalFile,
    objects: &dyn Objects,
    key: &str,
    octets: &[u8],
) -> Result<bool, CutError> {
    match objects.put(key, octets) {
        Ok(()) => Ok(false),
        Err(PutError::Exists { .. }) => {
            let stood = objects
                .get(key)
                .map_err(|source| CutError::Compare { key: key.to_owned(), source })?;
            if stood == octets {
                Ok(true)
            } else {
                Err(CutError::Differs { file: file.name().to_owned(), key: key.to_owned() })
            }
        }
        Err(source) => Err(CutError::Put { key: key.to_owned(), source }),
    }
}
