//! Heads in memory: one lock makes every swap, and every run of swaps, whole.
//!
//! Rule: ARCHITECTURE.md section 5.

use std::collections::BTreeMap;

use super::Handle;
use crate::{Head, HeadError, Heads, Swap, SwapError, VALUE_OCTETS_MAX};

pub(super) struct MemoryHeads(pub(super) Handle);

impl Heads for MemoryHeads {
    fn read(&self, name: &str) -> Result<Option<Head>, HeadError> {
        let failed = |source| HeadError::Failed { name: name.to_owned(), source };
        Ok(self.0.enter().map_err(failed)?.heads.get(name).cloned())
    }

    fn swap(&self, name: &str, expected: Option<u64>, value: &[u8]) -> Result<u64, SwapError> {
        let failed = |source| SwapError::Failed { name: name.to_owned(), source };
        let mut state = self.0.enter().map_err(failed)?;
        let next = judge(&state.heads, name, expected, value)?;
        state.heads.insert(name.to_owned(), Head { version: next, value: value.to_vec() });
        Ok(next)
    }

    fn swap_all(&self, swaps: &[Swap]) -> Result<(), SwapError> {
        let first = swaps.first().map(|swap| swap.name.clone()).unwrap_or_default();
        let failed = |source| SwapError::Failed { name: first, source };
        let mut state = self.0.enter().map_err(failed)?;
        let mut planned = BTreeMap::new();
        for swap in swaps {
            // Later swaps see earlier ones of the same call: look at the plan before the heads.
            let seen = if planned.contains_key(&swap.name) { &planned } else { &state.heads };
            let version = judge(seen, &swap.name, swap.expected, &swap.value)?;
            planned.insert(swap.name.clone(), Head { version, value: swap.value.clone() });
        }
        state.heads.extend(planned);
        Ok(())
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, HeadError> {
        let failed = |source| HeadError::Failed { name: prefix.to_owned(), source };
        let state = self.0.enter().map_err(failed)?;
        Ok(state.heads.keys().filter(|name| name.starts_with(prefix)).cloned().collect())
    }
}

/// The version the swap would give, or why it may not be.
fn judge(
    heads: &BTreeMap<String, Head>,
    name: &str,
    expected: Option<u64>,
    value: &[u8],
) -> Result<u64, SwapError> {
    let name_owned = || name.to_owned();
    if !crate::is_name(name) {
        return Err(SwapError::BadName { name: name_owned() });
    }
    if value.len() > VALUE_OCTETS_MAX {
        return Err(SwapError::TooLarge { name: name_owned(), octets: value.len() });
    }
    let found = heads.get(name).map(|head| head.version);
    if found != expected {
        return Err(SwapError::Conflict { name: name_owned(), expected, found });
    }
    Ok(found.unwrap_or(0).saturating_add(1))
}
