//! The machine key: what lets a node restart unattended, and nothing that was sealed.
//!
//! It wraps what intake needs (binding rows, log keys, journal sidecars) and makes keyed
//! fingerprints. It opens no part, no vault, no bag.
//!
//! Rules: DESIGN.md decision 6; `spec/key-hierarchy.md` section "Machine key".
use crate::{
    error::KeyError,
    octets::{len32, tuple},
    provider::{self, Mac, random_secret, sha256},
};
use lacre_store::Disk;
use lacre_term::{Secret, hex};
use zeroize::Zeroizing;

const FILE: &str = "machine.key";
const WHAT: &str = "the machine key";
const HEADER: &str = "lacre-machine-key-1";

/// One node's own key, 32 octets in `keys/machine.key`.
#[derive(Clone)]
pub struct MachineKey {
    key: Secret,
    fingerprints: Mac,
}

impl MachineKey {
    /// Makes the node's key and writes it to `keys`.
    ///
    /// # Errors
    /// [`KeyError::Exists`] when there is one, which is left alone; [`KeyError::Disk`].
    pub fn create(keys: &dyn Disk) -> Result<Self, KeyError> {
        let key = random_secret()?;
        create_key_file(keys, FILE, HEADER, &key, WHAT)?;
        Self::of(key)
    }

    /// Reads the node's key.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Malformed`], [`KeyError::Disk`].
    pub fn load(keys: &dyn Disk) -> Result<Self, KeyError> {
        Self::of(read_key_file(keys, FILE, HEADER, WHAT)?)
    }

    fn of(key: Secret) -> Result<Self, KeyError> {
        let fingerprints = Mac::new(&provider::hkdf(&key, &[], &[b"lacre/fingerprint/1"])?);
        Ok(Self { key, fingerprints })
    }

    /// Wraps `clear` for the place called `label`.
    ///
    /// # Errors
    /// [`KeyError::Random`], [`KeyError::TooLarge`].
    pub fn wrap(&self, label: &str, clear: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.wrap_at(label, &[], clear)
    }

    /// Opens what [`wrap`](Self::wrap) made under the same `label`.
    ///
    /// # Errors
    /// [`KeyError::Closed`], [`KeyError::Malformed`].
    pub fn unwrap(&self, label: &str, wrapped: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.unwrap_at(label, &[], wrapped, "what was wrapped to this machine")
    }

    pub(crate) fn wrap_at(
        &self,
        label: &str,
        bound: &[&[u8]],
        clear: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        provider::wrap(&self.key, &format!("machine/{label}"), bound, clear)
    }

    pub(crate) fn unwrap_at(
        &self,
        label: &str,
        bound: &[&[u8]],
        wrapped: &[u8],
        what: &'static str,
    ) -> Result<Vec<u8>, KeyError> {
        provider::unwrap(&self.key, &format!("machine/{label}"), bound, wrapped, what)
    }

    /// A keyed fingerprint of `parts` for the use `label`: equal lists give equal fingerprints on
    /// this machine, and without its key nothing can be looked up.
    #[must_use]
    pub fn fingerprint(&self, label: &str, parts: &[&[u8]]) -> [u8; 16] {
        let lengths: Vec<[u8; 4]> =
            parts.iter().map(|part| len32(part).unwrap_or([0xff; 4])).collect();
        let label = tuple(&[label.as_bytes()]);
        let mut pieces: Vec<&[u8]> = vec![&label];
        for (length, part) in lengths.iter().zip(parts) {
            pieces.push(length);
            pieces.push(part);
        }
        self.fingerprints.sign(&pieces)
    }
}

impl std::fmt::Debug for MachineKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MachineKey(..)")
    }
}

/// Text of a key: `HEADER:64 hex digits:8 hex digits of SHA-256 over what stands before`.
pub(crate) fn key_text(header: &str, key: &[u8]) -> Zeroizing<String> {
    let digits = Zeroizing::new(hex::encode(key));
    let body = Zeroizing::new(format!("{header}:{}", digits.as_str()));
    let sum = checksum(&body);
    Zeroizing::new(format!("{}:{sum}", body.as_str()))
}

/// Reads [`key_text`]; `None` when the header, a digit or the checksum is not right.
pub(crate) fn read_key_text(header: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (body, sum) = text.trim().rsplit_once(':')?;
    let digits = body.strip_prefix(header)?.strip_prefix(':')?;
    (checksum(body) == sum).then(|| hex::decode(digits).map(Zeroizing::new))?
}

/// Eight hex digits against slips of the pen; not against malice.
pub(crate) fn checksum(body: &str) -> String {
    let [a, b, c, d, ..] = sha256(body.as_bytes()).0;
    hex::encode(&[a, b, c, d])
}

pub(crate) fn create_key_file(
    keys: &dyn Disk,
    name: &str,
    header: &str,
    key: &Secret,
    what: &'static str,
) -> Result<(), KeyError> {
    let mut file = keys.create(name).map_err(KeyError::disk(what))?;
    let line = Zeroizing::new(format!("{}\n", key_text(header, key.expose()).as_str()));
    file.append(line.as_bytes()).map_err(KeyError::disk(what))?;
    file.sync().map_err(KeyError::disk(what))
}

pub(crate) fn read_key_file(
    keys: &dyn Disk,
    name: &str,
    header: &str,
    what: &'static str,
) -> Result<Secret, KeyError> {
    let octets = Zeroizing::new(keys.read(name).map_err(KeyError::disk(what))?);
    std::str::from_utf8(&octets)
        .ok()
        .and_then(|text| read_key_text(header, text))
        .and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok())
        .map(Secret::new)
        .ok_or(KeyError::Malformed { what })
}
