//! A vault's key pair: the public half intake seals to, the private half as it lies in the heads.
//!
//! Promises: the head's octets bind vault, generations and public key; a private key that does not
//! belong to its public key is refused.
//!
//! Rules: DESIGN.md decision 8; `spec/key-hierarchy.md` section "Vault key".
use crate::{
    envelope::{KeyPair, PUBLIC_OCTETS, PublicKey},
    error::KeyError,
    octets::Cursor,
    provider::{self, hkdf},
};
use lacre_term::{Secret, VaultId};
use zeroize::Zeroizing;

const MAGIC: &[u8] = b"lacre/vault-key/1\n";
const ERASED: &[u8] = b"lacre/vault-erased/1\n";
const WHAT: &str = "the vault's key";

/// What intake needs to open parts of a vault: it seals, it reads nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultPublic {
    /// The vault.
    pub vault: VaultId,
    /// Counts the vault's key pairs, from 1; a new one comes with each erasure.
    pub generation: u32,
    /// The key.
    pub key: PublicKey,
}

impl VaultPublic {
    /// Octets of [`encode`](Self::encode).
    pub const OCTETS: usize = 85;

    /// `vault[16] ‖ generation u32 ‖ point[65]`, to be wrapped to the machine.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        [&self.vault.0, self.generation.to_be_bytes().as_slice(), &self.key.0].concat()
    }

    /// Reads [`encode`](Self::encode).
    #[must_use]
    pub fn decode(octets: &[u8]) -> Option<Self> {
        let mut cursor = Cursor::new(octets);
        let vault = VaultId(cursor.array()?);
        let generation = cursor.u32()?;
        let key = PublicKey(cursor.array()?);
        cursor.end().map(|()| Self { vault, generation, key })
    }
}

/// A vault open for reading. Lent for one call, kept nowhere.
#[derive(Clone)]
pub struct VaultPrivate {
    vault: VaultId,
    generation: u32,
    pair: KeyPair,
}

impl VaultPrivate {
    pub(crate) fn of(
        vault: VaultId,
        generation: u32,
        clear: Vec<u8>,
        public: &PublicKey,
    ) -> Result<Self, KeyError> {
        let clear = Zeroizing::new(clear);
        let octets = <[u8; 32]>::try_from(clear.as_slice())
            .map_err(|_| KeyError::Malformed { what: WHAT })?;
        let pair = KeyPair::from_private(&Secret::new(octets))?;
        if pair.public() != public {
            return Err(KeyError::Closed { what: WHAT });
        }
        Ok(Self { vault, generation, pair })
    }

    pub(crate) fn fresh(vault: VaultId, generation: u32) -> Result<Self, KeyError> {
        Ok(Self { vault, generation, pair: KeyPair::generate()? })
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> VaultId {
        self.vault
    }

    /// The generation of the key pair.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VaultPublic {
        VaultPublic { vault: self.vault, generation: self.generation, key: *self.pair.public() }
    }

    pub(crate) fn pair(&self) -> &KeyPair {
        &self.pair
    }

    /// The key of this generation's catalogue file; it dies with the generation (decision 17).
    ///
    /// # Errors
    /// [`KeyError`] when a primitive fails.
    pub fn catalogue_key(&self) -> Result<Secret, KeyError> {
        self.derive("catalogue")
    }

    /// A key for another use of the vault's, named by `label`; it dies with the generation.
    ///
    /// # Errors
    /// [`KeyError`] when a primitive fails.
    pub fn derive(&self, label: &str) -> Result<Secret, KeyError> {
        let generation = self.generation.to_be_bytes();
        let info: [&[u8]; 4] = [b"lacre/vault/1", label.as_bytes(), &self.vault.0, &generation];
        hkdf(self.pair.private(), &[], &info)
    }
}

impl std::fmt::Debug for VaultPrivate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VaultPrivate({}, generation {})", self.vault, self.generation)
    }
}

/// A vault key out of its erasure wrapping: still sealed to the root.
#[derive(Debug, Clone)]
pub(crate) struct Wrapped {
    pub(crate) generation: u32,
    pub(crate) public: PublicKey,
    pub(crate) sealed: Vec<u8>,
}

impl Wrapped {
    pub(crate) fn public(&self, vault: VaultId) -> VaultPublic {
        VaultPublic { vault, generation: self.generation, key: self.public }
    }

    /// The head: `magic ‖ generation u32 ‖ erasure generation u32 ‖ public[65] ‖ wrapped`.
    pub(crate) fn to_head(
        &self,
        vault: VaultId,
        erasure: u32,
        key: &Secret,
    ) -> Result<Vec<u8>, KeyError> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.generation.to_be_bytes());
        out.extend_from_slice(&erasure.to_be_bytes());
        out.extend_from_slice(&self.public.0);
        let wrapped = {
            let bound: [&[u8]; 2] = [&vault.0, &out];
            provider::wrap(key, "vault-key", &bound, &self.sealed)?
        };
        out.extend_from_slice(&wrapped);
        Ok(out)
    }

    /// Reads [`to_head`](Self::to_head) with the erasure key of the generation the head names.
    pub(crate) fn from_head(
        vault: VaultId,
        value: &[u8],
        erasure: u32,
        key: &Secret,
    ) -> Result<Self, KeyError> {
        if value == ERASED {
            return Err(KeyError::Erased);
        }
        let malformed = KeyError::Malformed { what: WHAT };
        let (head, named) = read_head(value).ok_or(malformed)?;
        if named != erasure {
            return Err(KeyError::Closed { what: WHAT });
        }
        let (plain, wrapped) = value
            .split_at_checked(MAGIC.len().saturating_add(PUBLIC_OCTETS).saturating_add(8))
            .ok_or(KeyError::Malformed { what: WHAT })?;
        let sealed = provider::unwrap(key, "vault-key", &[&vault.0, plain], wrapped, WHAT)?;
        Ok(Self { sealed, ..head })
    }
}

fn read_head(value: &[u8]) -> Option<(Wrapped, u32)> {
    let mut cursor = Cursor::new(value);
    cursor.literal(MAGIC)?;
    let generation = cursor.u32()?;
    let erasure = cursor.u32()?;
    let public = PublicKey(cursor.array()?);
    Some((Wrapped { generation, public, sealed: Vec::new() }, erasure))
}

/// The value that stands where an erased vault's key stood.
pub(crate) fn erased_value() -> Vec<u8> {
    ERASED.to_vec()
}

pub(crate) fn head_name(vault: VaultId) -> String {
    format!("keyring/{vault}/key")
}

/// The vault a head belongs to, when it is a vault key's.
pub(crate) fn vault_of(name: &str) -> Option<VaultId> {
    VaultId::from_hex(name.strip_prefix("keyring/")?.strip_suffix("/key")?)
}
