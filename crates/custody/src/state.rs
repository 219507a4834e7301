//! Machine-wrapped state under a head, of any size: inline while it fits a head, else as an object
//! that the head names.
//!
//! The head is what counts: an object it does not name is left over and harmless.
//!
//! Rules: DESIGN decision 15 (a head holds at most 256 KiB); `spec/intake.md`.
use crate::error::CustodyError;
use lacre_store::Engine;
use lacre_term::Digest;
use lacre_vault::{MachineKey, provider};

const INLINE: u8 = 0;
const SPILLED: u8 = 1;
/// Octets above which state becomes an object; a head takes 262,144.
const INLINE_OCTETS_MAX: usize = 200_000;

/// State as read, with the version of its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) text: Vec<u8>,
    pub(crate) version: u64,
}

/// Reads the state under `name`; `None` when there is none yet.
pub(crate) fn read(
    engine: &Engine,
    machine: &MachineKey,
    name: &str,
) -> Result<Option<Kept>, CustodyError> {
    let Some(head) = engine.heads.read(name)? else { return Ok(None) };
    let version = head.version;
    let damaged = || CustodyError::Damaged { key: name.to_owned(), what: "is not state" };
    let (kind, value) = head.value.split_first().ok_or_else(damaged)?;
    let wrapped = match *kind {
        INLINE => value.to_vec(),
        SPILLED => {
            let key = String::from_utf8(value.to_vec()).map_err(|_| damaged())?;
            let got = engine.objects.get(&key);
            got.map_err(|source| CustodyError::Get { key, source })?
        }
        _ => return Err(damaged()),
    };
    Ok(Some(Kept { text: machine.unwrap(name, &wrapped)?, version }))
}

/// Writes the state under `name` in the place of version `expected`; gives the new version.
pub(crate) fn write(
    engine: &Engine,
    machine: &MachineKey,
    name: &str,
    expected: Option<u64>,
    text: &[u8],
) -> Result<u64, CustodyError> {
    let before = match engine.heads.read(name)? {
        Some(head) if head.value.first() == Some(&SPILLED) => {
            String::from_utf8(head.value.get(1..).unwrap_or_default().to_vec()).ok()
        }
        _ => None,
    };
    let wrapped = machine.wrap(name, text)?;
    let value = if wrapped.len() <= INLINE_OCTETS_MAX {
        [&[INLINE], wrapped.as_slice()].concat()
    } else {
        let key = format!("state/{name}/{}", Digest(provider::random()?));
        let put = engine.objects.put(&key, &wrapped);
        put.map_err(|source| CustodyError::Put { key: key.clone(), source })?;
        [&[SPILLED], key.as_bytes()].concat()
    };
    let swapped = engine.heads.swap(name, expected, &value);
    let version = swapped.map_err(|source| CustodyError::Swap { name: name.to_owned(), source })?;
    if let Some(key) = before {
        // What the head no longer names is left over; one that stays costs space, nothing else.
        let _stays = engine.objects.delete(&key);
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_store::memory::MemoryEngine;

    #[test]
    fn state_larger_than_a_head_is_kept_and_read_back_and_what_it_replaced_goes() {
        let engine = MemoryEngine::new().engine();
        let machine = MachineKey::create(engine.keys.as_ref()).unwrap();
        let (small, large) = (vec![1u8; 1_000], vec![2u8; 600_000]);
        let mut version = None;
        for text in [&small, &large, &large, &small] {
            version = Some(write(&engine, &machine, "intake/book", version, text).unwrap());
            let kept = read(&engine, &machine, "intake/book").unwrap().unwrap();
            assert_eq!((&kept.text, Some(kept.version)), (text, version));
        }
        assert!(engine.objects.list("state/").unwrap().is_empty());
    }

    #[test]
    fn a_writer_that_comes_late_is_refused() {
        let engine = MemoryEngine::new().engine();
        let machine = MachineKey::create(engine.keys.as_ref()).unwrap();
        let first = write(&engine, &machine, "x", None, b"a").unwrap();
        write(&engine, &machine, "x", Some(first), b"b").unwrap();
        assert!(write(&engine, &machine, "x", Some(first), b"c").is_err());
    }
}
