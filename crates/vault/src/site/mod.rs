//! The site's keys: public keys anyone seals to, vault key pairs, and the erasure key over them.
//!
//! Promises: sealing needs no secret; opening a vault needs the root *and* the erasure key; a
//! public key that the heads were made to lie about is noticed, not used.
//!
//! Rules: DESIGN.md decisions 6 and 8; `spec/key-hierarchy.md`.
mod erasure;
mod vault_key;

pub(crate) use erasure::Rotation;
pub(crate) use vault_key::Wrapped;
pub use vault_key::{VaultPrivate, VaultPublic};

use crate::{
    envelope::{self, KeyPair, PUBLIC_OCTETS, PublicKey},
    error::KeyError,
    provider::random,
    root::{Root, Share, ShareError},
};
use lacre_store::{Disk, Engine, Heads};
use lacre_term::{VaultId, hex};
use std::sync::Arc;

const FILE: &str = "site.json";
const HEAD: &str = "keyring/site";
const WHAT: &str = "the site's public keys";

/// The site's three sealing keys; the private halves come from the root alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// Vault private keys.
    Vaults,
    /// Register documents.
    Register,
    /// Act register documents.
    Acts,
}

impl Drawer {
    /// Every drawer.
    pub const ALL: [Self; 3] = [Self::Vaults, Self::Register, Self::Acts];

    /// The label in derivations and documents.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Vaults => "vaults",
            Self::Register => "register",
            Self::Acts => "acts",
        }
    }
}

/// `keys/site.json` and the head `keyring/site`: nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteDocument {
    schema: String,
    site: String,
    check: String,
    vaults: String,
    register: String,
    acts: String,
}

/// What a node holds of the site's keys while it is sealed, and the way to the rest.
#[derive(Clone)]
pub struct SiteKeys {
    heads: Arc<dyn Heads>,
    keys: Arc<dyn Disk>,
    site: [u8; 16],
    check: [u8; 32],
    publics: [PublicKey; 3],
}

impl SiteKeys {
    /// Makes the site's keys of `root`: public keys into `keys/` and heads, and an erasure key.
    ///
    /// # Errors
    /// [`KeyError::Exists`] when the site has keys; they are left alone.
    pub fn create(engine: &Engine, root: &Root) -> Result<Self, KeyError> {
        let public = |drawer: Drawer| drawer_pair(root, drawer).map(|pair| *pair.public());
        let publics = [public(Drawer::Vaults)?, public(Drawer::Register)?, public(Drawer::Acts)?];
        let this = Self {
            heads: Arc::clone(&engine.heads),
            keys: Arc::clone(&engine.keys),
            site: random()?,
            check: root.check()?,
            publics,
        };
        let text = this.document()?;
        let mut file = this.keys.create(FILE).map_err(KeyError::disk(WHAT))?;
        file.append(&text).map_err(KeyError::disk(WHAT))?;
        file.sync().map_err(KeyError::disk(WHAT))?;
        this.first_erasure_key()?;
        this.heads.swap(HEAD, None, &text).map_err(KeyError::swap(WHAT))?;
        Ok(this)
    }

    /// Reads the site's keys and finishes an erasure that was cut short.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Malformed`]; [`KeyError::Altered`] when heads and the
    /// node's own folder disagree.
    pub fn load(engine: &Engine) -> Result<Self, KeyError> {
        let octets = engine.keys.read(FILE).map_err(KeyError::disk(WHAT))?;
        let head = engine.heads.read(HEAD).map_err(KeyError::heads(WHAT))?;
        if head.ok_or(KeyError::Missing { what: WHAT })?.value != octets {
            return Err(KeyError::Altered);
        }
        let malformed = KeyError::Malformed { what: WHAT };
        let document: SiteDocument =
            serde_json::from_slice(&octets).map_err(|_| KeyError::Malformed { what: WHAT })?;
        let point = |text: &str| hex::decode_array::<PUBLIC_OCTETS>(text).map(PublicKey);
        let read = || {
            Some(Self {
                heads: Arc::clone(&engine.heads),
                keys: Arc::clone(&engine.keys),
                site: hex::decode_array(&document.site)?,
                check: hex::decode_array(&document.check)?,
                publics: [
                    point(&document.vaults)?,
                    point(&document.register)?,
                    point(&document.acts)?,
                ],
            })
        };
        if document.schema != "lacre/site-keys/1" {
            return Err(malformed);
        }
        let this = read().ok_or(malformed)?;
        this.settle_erasure()?;
        Ok(this)
    }

    fn document(&self) -> Result<Vec<u8>, KeyError> {
        let [vaults, register, acts] = self.publics.map(|key| hex::encode(&key.0));
        let document = SiteDocument {
            schema: "lacre/site-keys/1".into(),
            site: hex::encode(&self.site),
            check: hex::encode(&self.check),
            vaults,
            register,
            acts,
        };
        serde_json::to_vec(&document).map_err(|_| KeyError::Malformed { what: WHAT })
    }

    /// The site's random name.
    #[must_use]
    pub fn site(&self) -> [u8; 16] {
        self.site
    }

    /// Puts shares together and accepts the root only if it is this site's.
    ///
    /// # Errors
    /// [`ShareError`]; [`KeyError::ForeignRoot`] inside it for another site's shares.
    pub fn unseal(&self, shares: &[Share]) -> Result<Root, ShareError> {
        let root = Root::combine(shares)?;
        self.accept(&root).map_err(ShareError::Key)?;
        Ok(root)
    }

    /// Whether `root` is this site's.
    ///
    /// # Errors
    /// [`KeyError::ForeignRoot`].
    pub fn accept(&self, root: &Root) -> Result<(), KeyError> {
        if root.check()? == self.check { Ok(()) } else { Err(KeyError::ForeignRoot) }
    }

    /// The public key of `drawer`.
    #[must_use]
    pub fn public(&self, drawer: Drawer) -> &PublicKey {
        let [vaults, register, acts] = &self.publics;
        match drawer {
            Drawer::Vaults => vaults,
            Drawer::Register => register,
            Drawer::Acts => acts,
        }
    }

    /// Seals `clear` into `drawer` for the place `bound` (say, the object's key). No secret needed.
    ///
    /// # Errors
    /// [`KeyError`] when a primitive fails.
    pub fn seal(&self, drawer: Drawer, bound: &str, clear: &[u8]) -> Result<Vec<u8>, KeyError> {
        let label = label(drawer);
        envelope::seal(self.public(drawer), &label, &[&self.site, bound.as_bytes()], clear)
    }

    /// Opens what [`seal`](Self::seal) put into `drawer` for the same `bound`.
    ///
    /// # Errors
    /// [`KeyError::ForeignRoot`], [`KeyError::Closed`].
    pub fn open(
        &self,
        root: &Root,
        drawer: Drawer,
        bound: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        self.accept(root)?;
        let pair = drawer_pair(root, drawer)?;
        let bound: [&[u8]; 2] = [&self.site, bound.as_bytes()];
        envelope::open(&pair, &label(drawer), &bound, sealed, "a sealed document")
    }

    /// Makes a vault: a fresh key pair whose private half is sealed to the root and wrapped under
    /// the erasure key, in the head `keyring/<vault>/key`.
    ///
    /// # Errors
    /// [`KeyError::Exists`] when the vault has a key.
    pub fn create_vault(&self, vault: VaultId) -> Result<VaultPublic, KeyError> {
        let what = "the vault's key";
        let pair = KeyPair::generate()?;
        let wrapped = self.seal_vault_key(vault, 1, &pair)?;
        // A rotation of the erasure key may come between reading it and writing the head.
        for _ in 0..8 {
            let (generation, key, guard) = self.erasure_key()?;
            let value = wrapped.to_head(vault, generation, &key)?;
            match self.swap_guarded(&vault_key::head_name(vault), None, value, guard) {
                Err(KeyError::Swap {
                    source: lacre_store::SwapError::Conflict { name, .. },
                    ..
                }) if name != vault_key::head_name(vault) => {}
                Err(KeyError::Swap { source: lacre_store::SwapError::Conflict { .. }, .. }) => {
                    return Err(KeyError::Exists { what });
                }
                done => return done.map(|()| wrapped.public(vault)),
            }
        }
        Err(KeyError::Missing { what: "a quiet moment between erasures" })
    }

    pub(crate) fn seal_vault_key(
        &self,
        vault: VaultId,
        generation: u32,
        pair: &KeyPair,
    ) -> Result<Wrapped, KeyError> {
        let bound: [&[u8]; 3] = [&self.site, &vault.0, &generation.to_be_bytes()];
        let to = self.public(Drawer::Vaults);
        let sealed = envelope::seal(to, VAULT_KEY, &bound, pair.private().expose())?;
        Ok(Wrapped { generation, public: *pair.public(), sealed })
    }

    /// The vault's public key, checked against the erasure key: a head that was given another
    /// public key by a thief of the storage is refused. No root needed.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Closed`], [`KeyError::Erased`].
    pub fn vault_public(&self, vault: VaultId) -> Result<VaultPublic, KeyError> {
        self.wrapped(vault).map(|wrapped| wrapped.public(vault))
    }

    /// Opens the vault for reading.
    ///
    /// # Errors
    /// [`KeyError::ForeignRoot`], [`KeyError::Missing`], [`KeyError::Closed`],
    /// [`KeyError::Erased`].
    pub fn open_vault(&self, root: &Root, vault: VaultId) -> Result<VaultPrivate, KeyError> {
        self.accept(root)?;
        let wrapped = self.wrapped(vault)?;
        let bound: [&[u8]; 3] = [&self.site, &vault.0, &wrapped.generation.to_be_bytes()];
        let pair = drawer_pair(root, Drawer::Vaults)?;
        let clear = envelope::open(&pair, VAULT_KEY, &bound, &wrapped.sealed, "the vault's key")?;
        VaultPrivate::of(vault, wrapped.generation, clear, &wrapped.public)
    }
}

const VAULT_KEY: &str = "lacre/vault-key/1";

fn label(drawer: Drawer) -> String {
    format!("lacre/site/1/{}", drawer.label())
}

fn drawer_pair(root: &Root, drawer: Drawer) -> Result<KeyPair, KeyError> {
    KeyPair::derive(&root.derive(drawer.label())?)
}

impl std::fmt::Debug for SiteKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteKeys({})", hex::encode(&self.site))
    }
}
