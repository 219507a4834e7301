//! The erasure key: a file of the node's own that no backup, snapshot or replica holds.
//!
//! Every vault key lies wrapped under it. To erase, all vault keys are wrapped again under a new
//! one and the old file is overwritten and removed: every older copy of the heads is then waste
//! paper, whoever holds the shares. The new file stands before the heads change, the old one goes
//! after; whichever generation the heads name is the true one, so a crash between loses nothing.
//!
//! Rules: DESIGN.md decision 8; `spec/key-hierarchy.md` section "Erasure".
use super::{SiteKeys, Wrapped, vault_key};
use crate::{
    error::KeyError,
    machine::{create_key_file, read_key_file},
    provider::{hkdf, random_secret},
};
use lacre_store::{Head, Swap, SwapError};
use lacre_term::{Secret, VaultId, hex};
use std::collections::BTreeMap;

const HEAD: &str = "keyring/erasure";
const HEADER: &str = "lacre-erasure-key-1";
const WHAT: &str = "the erasure key";

/// What names an erasure key on a certificate; it opens nothing.
pub(crate) type Fingerprint = [u8; 16];

/// What one rotation changes beside the wrapping.
#[derive(Default)]
pub(crate) struct Rotation {
    /// Vaults whose key is another one from now on; `None`: erased.
    pub(crate) vaults: BTreeMap<VaultId, Option<Wrapped>>,
    /// Heads to change in the same breath.
    pub(crate) swaps: Vec<Swap>,
}

impl SiteKeys {
    pub(super) fn first_erasure_key(&self) -> Result<(), KeyError> {
        let key = random_secret()?;
        create_key_file(self.keys.as_ref(), &file_name(1), HEADER, &key, WHAT)?;
        let value = head_value(1, &key)?;
        self.heads.swap(HEAD, None, &value).map_err(KeyError::swap(WHAT))?;
        Ok(())
    }

    /// The erasure key in force: its generation, itself, and its head as read.
    pub(super) fn erasure_key(&self) -> Result<(u32, Secret, Head), KeyError> {
        let head = self.heads.read(HEAD).map_err(KeyError::heads(WHAT))?;
        let head = head.ok_or(KeyError::Missing { what: WHAT })?;
        let (generation, fingerprint) =
            read_head(&head.value).ok_or(KeyError::Malformed { what: WHAT })?;
        let key = read_key_file(self.keys.as_ref(), &file_name(generation), HEADER, WHAT)?;
        if self::fingerprint(&key)? != fingerprint {
            return Err(KeyError::Closed { what: WHAT });
        }
        Ok((generation, key, head))
    }

    /// Writes a head only if the erasure key is still the one `guard` says.
    pub(super) fn swap_guarded(
        &self,
        name: &str,
        expected: Option<u64>,
        value: Vec<u8>,
        guard: Head,
    ) -> Result<(), KeyError> {
        let swaps = [
            Swap { name: HEAD.into(), expected: Some(guard.version), value: guard.value },
            Swap { name: name.into(), expected, value },
        ];
        self.heads.swap_all(&swaps).map_err(KeyError::swap("the vault's key"))
    }

    pub(crate) fn wrapped(&self, vault: VaultId) -> Result<Wrapped, KeyError> {
        let what = "the vault's key";
        let (generation, key, _) = self.erasure_key()?;
        let name = vault_key::head_name(vault);
        let head = self.heads.read(&name).map_err(KeyError::heads(what))?;
        let value = head.ok_or(KeyError::Missing { what })?.value;
        Wrapped::from_head(vault, &value, generation, &key)
    }

    /// Wraps every vault key anew, does `rotation` in the same breath, and destroys the old
    /// erasure key. Returns the fingerprints of the old and the new one.
    pub(crate) fn rotate_erasure_key(
        &self,
        rotation: &Rotation,
    ) -> Result<(Fingerprint, Fingerprint), KeyError> {
        self.settle_erasure()?;
        let (generation, old, guard) = self.erasure_key()?;
        // A file left behind by a rotation cut short, or under way elsewhere, keeps its number.
        let taken = self.generations()?.into_iter().max().unwrap_or(0).max(generation);
        let next = taken.saturating_add(1);
        let new = random_secret()?;
        let mut swaps = vec![Swap {
            name: HEAD.into(),
            expected: Some(guard.version),
            value: head_value(next, &new)?,
        }];
        let what = "the vaults' keys";
        for name in self.heads.list("keyring/").map_err(KeyError::heads(what))? {
            let Some(vault) = vault_key::vault_of(&name) else {
                continue;
            };
            let head = self.heads.read(&name).map_err(KeyError::heads(what))?;
            let head = head.ok_or(KeyError::Missing { what })?;
            let value = match rotation.vaults.get(&vault) {
                Some(Some(wrapped)) => wrapped.to_head(vault, next, &new)?,
                Some(None) => vault_key::erased_value(),
                None => match Wrapped::from_head(vault, &head.value, generation, &old) {
                    Ok(wrapped) => wrapped.to_head(vault, next, &new)?,
                    Err(KeyError::Erased) => continue,
                    Err(error) => return Err(error),
                },
            };
            swaps.push(Swap { name, expected: Some(head.version), value });
        }
        swaps.extend(rotation.swaps.iter().cloned());
        create_key_file(self.keys.as_ref(), &file_name(next), HEADER, &new, WHAT)?;
        if let Err(error) = self.heads.swap_all(&swaps) {
            // After a failure of the storage the heads may name either key: keep both files.
            if !matches!(error, SwapError::Failed { .. }) {
                self.keys.remove(&file_name(next)).map_err(KeyError::disk(WHAT))?;
            }
            return Err(KeyError::swap(what)(error));
        }
        self.settle_erasure()?;
        Ok((fingerprint(&old)?, fingerprint(&new)?))
    }

    /// Destroys every erasure key older than the one in force. The one in force was read and
    /// checked first, so heads that lie destroy nothing.
    pub(super) fn settle_erasure(&self) -> Result<(), KeyError> {
        let (in_force, ..) = self.erasure_key()?;
        for generation in self.generations()? {
            if generation < in_force {
                self.keys.remove(&file_name(generation)).map_err(KeyError::disk(WHAT))?;
            }
        }
        Ok(())
    }

    /// Generations of which there is a key file, whole or not.
    fn generations(&self) -> Result<Vec<u32>, KeyError> {
        let names = self.keys.list().map_err(KeyError::disk(WHAT))?;
        let generation = |name: &String| {
            let digits = name.strip_prefix("erasure-")?.strip_suffix(".key")?;
            u32::from_str_radix(digits, 16).ok()
        };
        Ok(names.iter().filter_map(generation).collect())
    }

    /// Erases a whole vault: its keys are gone with the old erasure key. The segments are waste
    /// and may be deleted. Returns the fingerprints of the destroyed and the new erasure key.
    ///
    /// # Errors
    /// [`KeyError`]; after a failure of the storage, load the keys again: either all or nothing
    /// was done.
    pub fn erase_vault(&self, vault: VaultId) -> Result<([u8; 16], [u8; 16]), KeyError> {
        self.wrapped(vault)?;
        let vaults = BTreeMap::from([(vault, None)]);
        self.rotate_erasure_key(&Rotation { vaults, swaps: Vec::new() })
    }
}

fn file_name(generation: u32) -> String {
    format!("erasure-{generation:08x}.key")
}

fn fingerprint(key: &Secret) -> Result<Fingerprint, KeyError> {
    let whole = hkdf(key, &[], &[b"lacre/erasure/1", b"fingerprint"])?;
    let mut cut = [0; 16];
    for (to, from) in cut.iter_mut().zip(whole.expose()) {
        *to = *from;
    }
    Ok(cut)
}

fn head_value(generation: u32, key: &Secret) -> Result<Vec<u8>, KeyError> {
    let print = hex::encode(&fingerprint(key)?);
    Ok(format!("lacre/erasure/1 {generation} {print}\n").into_bytes())
}

fn read_head(value: &[u8]) -> Option<(u32, Fingerprint)> {
    let text = std::str::from_utf8(value).ok()?.strip_prefix("lacre/erasure/1 ")?;
    let (generation, print) = text.trim_end().split_once(' ')?;
    Some((generation.parse().ok()?, hex::decode_array(print)?))
}
