//! Objects in memory: a put is kept at once and survives every crash.
//!
//! Rule: ARCHITECTURE.md section 5.

use super::{Handle, octets_of, range};
use crate::{DeleteError, GetError, ListError, Objects, PutError};

pub(super) struct MemoryObjects(pub(super) Handle);

impl MemoryObjects {
    fn with<T>(&self, key: &str, work: impl FnOnce(&[u8]) -> T) -> Result<T, GetError> {
        let failed = |source| GetError::Failed { key: key.to_owned(), source };
        let state = self.0.enter().map_err(failed)?;
        match state.objects.items.get(key) {
            Some(octets) => Ok(work(octets)),
            None => Err(GetError::NotFound { key: key.to_owned() }),
        }
    }
}

impl Objects for MemoryObjects {
    fn put(&self, key: &str, octets: &[u8]) -> Result<(), PutError> {
        let failed = |source| PutError::Failed { key: key.to_owned(), source };
        let mut state = self.0.enter().map_err(failed)?;
        if state.objects.items.contains_key(key) {
            return Err(PutError::Exists { key: key.to_owned() });
        }
        if !state.objects.admits(key) {
            return Err(PutError::BadKey { key: key.to_owned() });
        }
        state.objects.insert(key, octets.to_vec());
        Ok(())
    }

    fn get(&self, key: &str) -> Result<Vec<u8>, GetError> {
        self.with(key, <[u8]>::to_vec)
    }

    fn get_range(&self, key: &str, offset: u64, len: u64) -> Result<Vec<u8>, GetError> {
        self.with(key, |octets| range(octets, offset, len))
    }

    fn size(&self, key: &str) -> Result<u64, GetError> {
        self.with(key, |octets| octets_of(octets.len()))
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, ListError> {
        let failed = |source| ListError::Failed { prefix: prefix.to_owned(), source };
        Ok(self.0.enter().map_err(failed)?.objects.list(prefix))
    }

    fn delete(&self, key: &str) -> Result<(), DeleteError> {
        let failed = |source| DeleteError::Failed { key: key.to_owned(), source };
        let mut state = self.0.enter().map_err(failed)?;
        match state.objects.items.remove(key) {
            Some(_) => Ok(()),
            None => Err(DeleteError::NotFound { key: key.to_owned() }),
        }
    }
}
