//! The keyring: part keys on pages, each page under its own key, the page keys in one table.
//!
//! Promises: a part's key moves from its envelope to a page once; erasing rewrites its page under
//! a new key, the table under a new vault key, and destroys the old erasure key, all or nothing;
//! erasing waits until every other part of the vault is on a page, so that nothing else is lost.
//!
//! Rules: DESIGN.md decision 8; `spec/key-hierarchy.md` sections "Keyring" and "Erasure".
mod page;

use crate::{
    error::KeyError,
    part::PartKeys,
    provider::random_secret,
    reader::VaultReader,
    site::{Rotation, SiteKeys, VaultPrivate},
};
use lacre_store::{Head, Heads, Swap, SwapError};
use lacre_term::{PartId, VaultId};
use page::{ENTRIES_MAX, Entry, PAGES_MAX, PageKey};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

const PAGES_CACHED: usize = 4;
const TRIES: usize = 8;

/// One vault's keyring, open.
pub struct Keyring {
    heads: Arc<dyn Heads>,
    private: VaultPrivate,
    table: Vec<PageKey>,
    table_version: Option<u64>,
    index: HashMap<PartId, u32>,
    cached: Vec<(usize, Arc<Vec<Entry>>)>,
}

/// What an erasure did, for its certificate and for who goes on working with the vault.
#[derive(Debug)]
pub struct Erasure {
    /// The vault's new private key; the old one opens nothing any more.
    pub private: VaultPrivate,
    /// The keyring under the new key.
    pub keyring: Keyring,
    /// Parts erased now; those erased before are not named again.
    pub erased: Vec<PartId>,
    /// Pages that were rewritten.
    pub pages: Vec<u32>,
    /// Fingerprint of the destroyed erasure key.
    pub erasure_key_before: [u8; 16],
    /// Fingerprint of the erasure key in force.
    pub erasure_key_after: [u8; 16],
}

/// Why the keyring did not do it.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The part is not on any page: file it from its segment's envelope.
    #[error("part {part} is not in the keyring: file its sealed keys first")]
    Unknown {
        /// The part.
        part: PartId,
    },
    /// The part was erased.
    #[error("part {part} was erased on order: its keys are destroyed")]
    Erased {
        /// The part.
        part: PartId,
    },
    /// Erasing now would lose these parts too. Nothing was done: file them first.
    #[error("{count} parts are not in the keyring yet ({first} first): file them before erasing")]
    Unfiled {
        /// How many.
        count: usize,
        /// One of them.
        first: PartId,
    },
    /// The reader is of another vault.
    #[error("the reader is open on vault {reader}, the keyring on {keyring}")]
    OtherVault {
        /// The reader's vault.
        reader: VaultId,
        /// The keyring's.
        keyring: VaultId,
    },
    /// The vault has as many parts as a keyring holds (21 million).
    #[error("the keyring of vault {vault} is full: register a new order for what follows")]
    Full {
        /// The vault.
        vault: VaultId,
    },
    /// Other writers changed the keyring all the time. Try again.
    #[error("the keyring of vault {vault} was changed by others again and again: try again")]
    Busy {
        /// The vault.
        vault: VaultId,
    },
    /// A segment could not say what is in it.
    #[error("the sealed keys of part {part} could not be read")]
    Read {
        /// The part.
        part: PartId,
        /// Why.
        #[source]
        source: crate::reader::ReadError,
    },
    /// A key could not be opened, or the heads failed.
    #[error("the keyring could not be read or written")]
    Key(#[source] KeyError),
}

impl Keyring {
    /// Opens the keyring of the vault `private` opens; a vault without one has an empty one.
    ///
    /// # Errors
    /// [`KeyringError::Key`]: a table of another generation, altered or old pages.
    pub fn open(heads: Arc<dyn Heads>, private: &VaultPrivate) -> Result<Self, KeyringError> {
        let mut this = Self {
            heads,
            private: private.clone(),
            table: Vec::new(),
            table_version: None,
            index: HashMap::new(),
            cached: Vec::new(),
        };
        this.load()?;
        Ok(this)
    }

    fn vault(&self) -> VaultId {
        self.private.vault()
    }

    /// Reads table and pages; again when another writer came between them.
    fn load(&mut self) -> Result<(), KeyringError> {
        let mut tries = TRIES;
        loop {
            let error = match self.load_once() {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            tries = tries.saturating_sub(1);
            if tries == 0 || self.is_current().map_err(KeyringError::Key)? {
                return Err(KeyringError::Key(error));
            }
        }
    }

    fn load_once(&mut self) -> Result<(), KeyError> {
        self.cached.clear();
        self.index.clear();
        self.table.clear();
        let head = self.table_head()?;
        self.table_version = head.as_ref().map(|head| head.version);
        if let Some(head) = head {
            self.table = page::open_table(&self.private, &head.value)?;
        }
        for number in 0..self.table.len() {
            let (entries, _) = self.read_page(number)?;
            let page = u32::try_from(number).unwrap_or(u32::MAX);
            self.index.extend(entries.iter().map(|entry| (entry.part(), page)));
        }
        Ok(())
    }

    fn table_head(&self) -> Result<Option<Head>, KeyError> {
        let name = page::table_name(self.vault());
        self.heads.read(&name).map_err(KeyError::heads("the keyring's table"))
    }

    /// Whether nobody has written since the table was read.
    fn is_current(&self) -> Result<bool, KeyError> {
        Ok(self.table_head()?.map(|head| head.version) == self.table_version)
    }

    fn refresh(&mut self) -> Result<(), KeyringError> {
        if self.is_current().map_err(KeyringError::Key)? { Ok(()) } else { self.load() }
    }

    /// One page and the version of its head.
    fn read_page(&self, number: usize) -> Result<(Vec<Entry>, u64), KeyError> {
        let what = "a keyring page";
        let name = page::page_name(self.vault(), number);
        let head = self.heads.read(&name).map_err(KeyError::heads(what))?;
        let head = head.ok_or(KeyError::Missing { what })?;
        let key = self.table.get(number).ok_or(KeyError::Missing { what })?;
        Ok((page::open_page(self.vault(), number, key, &head.value)?, head.version))
    }

    fn cached_page(&mut self, number: usize) -> Result<Arc<Vec<Entry>>, KeyError> {
        if let Some((_, entries)) = self.cached.iter().find(|(at, _)| *at == number) {
            return Ok(Arc::clone(entries));
        }
        let entries = Arc::new(self.read_page(number)?.0);
        self.cached.truncate(PAGES_CACHED.saturating_sub(1));
        self.cached.insert(0, (number, Arc::clone(&entries)));
        Ok(entries)
    }

    /// Whether the part is on a page, erased or not.
    #[must_use]
    pub fn holds(&self, part: PartId) -> bool {
        self.index.contains_key(&part)
    }

    /// How many parts are on pages, erased ones included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.index.len()
    }

    /// The keys of `part`; they only read.
    ///
    /// # Errors
    /// [`KeyringError::Unknown`], [`KeyringError::Erased`], [`KeyringError::Key`].
    pub fn get(&mut self, part: PartId) -> Result<PartKeys, KeyringError> {
        match self.get_once(part) {
            // Another writer may have filed it, or changed its page, since the table was read.
            Err(KeyringError::Unknown { .. } | KeyringError::Key(_)) => {
                self.refresh()?;
                self.get_once(part)
            }
            got => got,
        }
    }

    fn get_once(&mut self, part: PartId) -> Result<PartKeys, KeyringError> {
        let page = *self.index.get(&part).ok_or(KeyringError::Unknown { part })?;
        let page = usize::try_from(page).map_err(|_| KeyringError::Unknown { part })?;
        let entries = self.cached_page(page).map_err(KeyringError::Key)?;
        match entries.iter().find(|entry| entry.part() == part) {
            Some(Entry::Held { data, salt, .. }) => {
                PartKeys::of(self.vault(), part, data.clone(), salt.clone(), None)
                    .map_err(KeyringError::Key)
            }
            Some(Entry::Erased { .. }) => Err(KeyringError::Erased { part }),
            None => Err(KeyringError::Unknown { part }),
        }
    }

    /// Moves one part's keys from its envelope to a page; nothing happens when they are there.
    ///
    /// # Errors
    /// As [`file_all`](Self::file_all).
    pub fn file(&mut self, part: PartId, sealed: &[u8]) -> Result<(), KeyringError> {
        self.file_all(&[(part, sealed.to_vec())]).map(|_| ())
    }

    /// Moves the keys of many parts to pages, one write per page touched; returns how many were
    /// not there yet. Durable when it returns.
    ///
    /// # Errors
    /// [`KeyringError::Key`] when an envelope does not open (none of its page is filed then),
    /// [`KeyringError::Full`], [`KeyringError::Busy`].
    pub fn file_all(&mut self, parts: &[(PartId, Vec<u8>)]) -> Result<usize, KeyringError> {
        let mut filed = 0_usize;
        let mut rest: BTreeMap<PartId, &[u8]> =
            parts.iter().map(|(part, sealed)| (*part, sealed.as_slice())).collect();
        for _ in 0..TRIES.saturating_add(parts.len()) {
            self.refresh()?;
            rest.retain(|part, _| !self.index.contains_key(part));
            if rest.is_empty() {
                return Ok(filed);
            }
            match self.file_some(&rest) {
                Ok(count) => filed = filed.saturating_add(count),
                // Others wrote between: look again.
                Err(KeyringError::Key(KeyError::Swap {
                    source: SwapError::Conflict { .. },
                    ..
                })) => {}
                Err(error) => match self.is_current() {
                    Ok(false) => {}
                    _ => return Err(error),
                },
            }
        }
        Err(KeyringError::Busy { vault: self.vault() })
    }

    /// Fills the last page, or a new one, with as many of `parts` as fit.
    fn file_some(&mut self, parts: &BTreeMap<PartId, &[u8]>) -> Result<usize, KeyringError> {
        let vault = self.vault();
        let last = self.table.len().checked_sub(1);
        let open = match last {
            Some(last) => {
                let (entries, version) = self.read_page(last).map_err(KeyringError::Key)?;
                (entries.len() < ENTRIES_MAX).then_some((last, entries, Some(version)))
            }
            None => None,
        };
        let (number, mut entries, version) =
            open.unwrap_or_else(|| (self.table.len(), Vec::new(), None));
        if number >= PAGES_MAX {
            return Err(KeyringError::Full { vault });
        }
        let room = ENTRIES_MAX.saturating_sub(entries.len());
        let chosen: Vec<_> = parts.iter().take(room).collect();
        for (part, sealed) in &chosen {
            let keys =
                PartKeys::open(&self.private, vault, **part, sealed).map_err(KeyringError::Key)?;
            entries.push(Entry::of(&keys));
        }
        let key = match version.and(self.table.get(number)) {
            Some(page) => page.key.clone(),
            None => random_secret().map_err(KeyringError::Key)?,
        };
        let mut table = self.table.clone();
        table.truncate(number);
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        table.push(PageKey { key: key.clone(), count });
        let page_value = page::seal_page(vault, number, &key, &entries);
        let table_value = page::seal_table(&self.private, &table);
        let swaps = [
            Swap {
                name: page::page_name(vault, number),
                expected: version,
                value: page_value.map_err(KeyringError::Key)?,
            },
            Swap {
                name: page::table_name(vault),
                expected: self.table_version,
                value: table_value.map_err(KeyringError::Key)?,
            },
        ];
        self.heads
            .swap_all(&swaps)
            .map_err(|error| KeyringError::Key(KeyError::swap("the keyring")(error)))?;
        self.table = table;
        self.table_version = Some(self.table_version.unwrap_or(0).saturating_add(1));
        self.cached.retain(|(at, _)| *at != number);
        let page = u32::try_from(number).unwrap_or(u32::MAX);
        self.index.extend(chosen.iter().map(|(part, _)| (**part, page)));
        Ok(chosen.len())
    }

    /// Files every part `reader` knows that is not on a page yet; returns how many.
    ///
    /// # Errors
    /// As [`file_all`](Self::file_all), and [`KeyringError::Read`].
    pub fn file_missing(&mut self, reader: &VaultReader) -> Result<usize, KeyringError> {
        self.same_vault(reader)?;
        let mut parts = Vec::new();
        for part in reader.parts().into_iter().filter(|part| !self.holds(*part)) {
            let sealed =
                reader.sealed_keys(part).map_err(|source| KeyringError::Read { part, source })?;
            parts.push((part, sealed));
        }
        self.file_all(&parts)
    }

    fn same_vault(&self, reader: &VaultReader) -> Result<(), KeyringError> {
        let (reader, keyring) = (reader.vault(), self.vault());
        if reader == keyring { Ok(()) } else { Err(KeyringError::OtherVault { reader, keyring }) }
    }

    /// Erases `parts`: their pages are rewritten under new keys, the table under a new vault key
    /// pair, every vault key of the site under a new erasure key, and the old one is destroyed.
    ///
    /// The caller holds back the opening of new parts of this vault from before it opened
    /// `reader` until intake has the new public key; what was sealed to the old key and is on no
    /// page is lost with it. `reader` shows what that would be, and the erasure is refused.
    ///
    /// # Errors
    /// [`KeyringError::Unfiled`], [`KeyringError::Unknown`], [`KeyringError::Key`]. All or nothing
    /// was done; after a failure of the storage open vault and keyring again to see which.
    pub fn erase(
        mut self,
        site: &SiteKeys,
        parts: &[PartId],
        reader: &VaultReader,
    ) -> Result<Erasure, KeyringError> {
        self.same_vault(reader)?;
        self.load()?;
        let unfiled: Vec<PartId> =
            reader.parts().into_iter().filter(|part| !self.holds(*part)).collect();
        if let Some(first) = unfiled.first() {
            return Err(KeyringError::Unfiled { count: unfiled.len(), first: *first });
        }
        let mut pages: BTreeMap<usize, BTreeSet<PartId>> = BTreeMap::new();
        for part in parts {
            let page = *self.index.get(part).ok_or(KeyringError::Unknown { part: *part })?;
            let page = usize::try_from(page).unwrap_or(usize::MAX);
            pages.entry(page).or_default().insert(*part);
        }
        self.rewrite(site, &pages).map_err(KeyringError::Key)
    }

    fn rewrite(
        &self,
        site: &SiteKeys,
        pages: &BTreeMap<usize, BTreeSet<PartId>>,
    ) -> Result<Erasure, KeyError> {
        let vault = self.vault();
        let (sealed, held) = (site.wrapped(vault)?.generation, self.private.generation());
        if sealed != held {
            return Err(KeyError::Generation { sealed, held });
        }
        let mut table = self.table.clone();
        let mut rotation = Rotation::default();
        let mut erased = Vec::new();
        for (number, parts) in pages {
            let (mut entries, version) = self.read_page(*number)?;
            for entry in &mut entries {
                let part = entry.part();
                if parts.contains(&part) && matches!(entry, Entry::Held { .. }) {
                    *entry = Entry::Erased { part };
                    erased.push(part);
                }
            }
            let key = random_secret()?;
            rotation.swaps.push(Swap {
                name: page::page_name(vault, *number),
                expected: Some(version),
                value: page::seal_page(vault, *number, &key, &entries)?,
            });
            if let Some(page) = table.get_mut(*number) {
                page.key = key;
            }
        }
        let generation = self.private.generation().saturating_add(1);
        let private = VaultPrivate::fresh(vault, generation)?;
        rotation.swaps.push(Swap {
            name: page::table_name(vault),
            expected: self.table_version,
            value: page::seal_table(&private, &table)?,
        });
        let wrapped = site.seal_vault_key(vault, generation, private.pair())?;
        rotation.vaults.insert(vault, Some(wrapped));
        let (before, after) = site.rotate_erasure_key(&rotation)?;
        let keyring =
            Self::open(Arc::clone(&self.heads), &private).map_err(|error| match error {
                KeyringError::Key(error) => error,
                _ => KeyError::Malformed { what: "the keyring" },
            })?;
        Ok(Erasure {
            private,
            keyring,
            erased,
            pages: pages.keys().map(|page| u32::try_from(*page).unwrap_or(u32::MAX)).collect(),
            erasure_key_before: before,
            erasure_key_after: after,
        })
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({}, {} parts)", self.vault(), self.index.len())
    }
}

#[cfg(test)]
impl Keyring {
    /// Puts `count` parts of no segment on the first page.
    pub(crate) fn fill_for_test(&mut self, private: &VaultPrivate, count: u32) {
        let vault = private.vault();
        let key = random_secret().unwrap();
        let entries: Vec<Entry> = (0..count)
            .map(|number| {
                let mut part = [0xee; 16];
                part[..4].copy_from_slice(&number.to_be_bytes());
                Entry::of(&PartKeys::generate(vault, PartId(part)).unwrap())
            })
            .collect();
        let page = page::seal_page(vault, 0, &key, &entries).unwrap();
        let table = page::seal_table(private, &[PageKey { key, count }]).unwrap();
        self.heads.swap(&page::page_name(vault, 0), None, &page).unwrap();
        self.heads.swap(&page::table_name(vault), None, &table).unwrap();
        self.load().unwrap();
    }
}
