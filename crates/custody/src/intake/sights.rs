//! Files of sights: what parts still open have seen, once the journal file that said so is cut.
//!
//! One file a cut, whole or absent, for all open parts together. When a part is sealed, what these
//! files say of it becomes context objects; a file goes with the last part it names. Wrapped to the
//! machine.
//!
//! Rules: DESIGN decisions 3 and 7; `spec/intake.md` section "Files of sights".
use super::part::{OpenPart, Sight};
use super::recall::{SIGHT_OCTETS, put_sight, read_sights};
use super::route::Random;
use crate::error::CustodyError;
use lacre_store::Disk;
use lacre_term::PartId;
use lacre_vault::MachineKey;
use std::collections::{BTreeMap, HashSet};

const SUFFIX: &str = ".sights";
const LABEL: &str = "sights";

/// Names of the parts in a file.
type Named = HashSet<PartId, Random>;

/// What one file says, by part.
pub(super) type Seen = BTreeMap<PartId, Vec<Sight>>;

/// The files that stand, and the open parts each is still needed for.
#[derive(Default)]
pub(super) struct SightFiles(Vec<(String, Named)>);

impl SightFiles {
    /// Writes down what `parts` have seen and no file says yet.
    pub(super) fn write<'a>(
        &mut self,
        disk: &dyn Disk,
        machine: &MachineKey,
        block: u64,
        parts: impl Iterator<Item = &'a mut OpenPart>,
    ) -> Result<(), CustodyError> {
        let (mut clear, mut named) = (Vec::new(), Named::default());
        let mut written = Vec::new();
        for part in parts {
            let state = &mut part.state;
            if state.sights.is_empty() {
                continue;
            }
            let count = u32::try_from(state.sights.len())
                .map_err(|_| CustodyError::Broken("more sights than a file can hold".into()))?;
            clear.extend_from_slice(&state.part.0);
            clear.extend_from_slice(&count.to_be_bytes());
            state.sights.iter().for_each(|sight| put_sight(sight, &mut clear));
            named.insert(state.part);
            written.push(&mut state.sights);
        }
        if named.is_empty() {
            return Ok(());
        }
        let name = format!("{block:016x}{SUFFIX}");
        disk.replace(&name, &machine.wrap(LABEL, &clear)?)?;
        for sights in written {
            sights.clear();
            sights.shrink_to(0);
        }
        self.0.push((name, named));
        Ok(())
    }

    /// The files that name one of `parts`, oldest first.
    pub(super) fn naming(&self, parts: &[PartId]) -> Vec<String> {
        let names = |named: &Named| parts.iter().any(|part| named.contains(part));
        self.0.iter().filter(|(_, named)| names(named)).map(|(name, _)| name.clone()).collect()
    }

    /// `parts` are sealed: their context objects say what these files said of them.
    pub(super) fn sealed(&mut self, disk: &dyn Disk, parts: &[PartId]) -> Result<(), CustodyError> {
        for (name, named) in &mut self.0 {
            for part in parts {
                named.remove(part);
            }
            if named.is_empty() {
                disk.remove(name)?;
            }
        }
        self.0.retain(|(_, named)| !named.is_empty());
        Ok(())
    }
}

/// The names of the files there are, oldest first.
pub(super) fn list(disk: &dyn Disk) -> Result<Vec<String>, CustodyError> {
    Ok(disk.list()?.into_iter().filter(|name| name.ends_with(SUFFIX)).collect())
}

/// What one file says.
pub(super) fn read(
    disk: &dyn Disk,
    machine: &MachineKey,
    name: &str,
) -> Result<Seen, CustodyError> {
    let clear = machine.unwrap(LABEL, &disk.read(name)?)?;
    let damaged = CustodyError::Damaged { key: name.to_owned(), what: "is not a file of sights" };
    take_up(&clear).ok_or(damaged)
}

fn take_up(mut rest: &[u8]) -> Option<Seen> {
    let mut seen = Seen::new();
    while !rest.is_empty() {
        let (part, after) = rest.split_first_chunk::<16>()?;
        let (count, after) = after.split_first_chunk::<4>()?;
        let octets = usize::try_from(u32::from_be_bytes(*count)).ok()?.checked_mul(SIGHT_OCTETS)?;
        let (rows, after) = after.split_at_checked(octets)?;
        seen.entry(PartId(*part)).or_default().extend(read_sights(rows)?);
        rest = after;
    }
    Some(seen)
}

/// Removes every file: no part is open.
pub(super) fn remove_all(disk: &dyn Disk) -> Result<(), CustodyError> {
    list(disk)?.iter().try_for_each(|name| Ok(disk.remove(name)?))
}
