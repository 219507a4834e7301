//! Files of sights: what parts still open have seen, once the journal file that said so is cut.
//!
//! One file a cut, whole or absent, for all open parts together; it goes when the last of them is
//! sealed, as its seal's context object says the same. Wrapped to the machine.
//!
//! Rules: DESIGN decisions 3 and 7; `spec/journal.md` section "Sights".
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

/// The files that stand, and the open parts each is still needed for.
#[derive(Default)]
pub(super) struct SightFiles(Vec<(String, HashSet<PartId, Random>)>);

impl SightFiles {
    /// Writes down what `parts` have seen and no file says yet.
    pub(super) fn write<'a>(
        &mut self,
        disk: &dyn Disk,
        machine: &MachineKey,
        block: u64,
        parts: impl Iterator<Item = &'a mut OpenPart>,
    ) -> Result<(), CustodyError> {
        let (mut clear, mut named) = (Vec::new(), HashSet::default());
        let mut written = Vec::new();
        for part in parts {
            let state = &mut part.state;
            let rows = state.sights.get(state.sights_written..).unwrap_or_default();
            if rows.is_empty() {
                continue;
            }
            let count = u32::try_from(rows.len())
                .map_err(|_| CustodyError::Broken("more sights than a file can hold".into()))?;
            clear.extend_from_slice(&state.part.0);
            clear.extend_from_slice(&count.to_be_bytes());
            rows.iter().for_each(|sight| put_sight(sight, &mut clear));
            named.insert(state.part);
            written.push((state.sights.len(), &mut state.sights_written));
        }
        if named.is_empty() {
            return Ok(());
        }
        let name = format!("{block:016x}{SUFFIX}");
        disk.replace(&name, &machine.wrap(LABEL, &clear)?)?;
        for (count, of_part) in written {
            *of_part = count;
        }
        self.0.push((name, named));
        Ok(())
    }

    /// `part` is sealed: its context object says what these files said of it.
    pub(super) fn sealed(&mut self, disk: &dyn Disk, part: PartId) -> Result<(), CustodyError> {
        for (name, named) in &mut self.0 {
            if named.remove(&part) && named.is_empty() {
                disk.remove(name)?;
            }
        }
        self.0.retain(|(_, named)| !named.is_empty());
        Ok(())
    }
}

/// What the files say, by part.
pub(super) fn read_all(
    disk: &dyn Disk,
    machine: &MachineKey,
) -> Result<BTreeMap<PartId, Vec<Sight>>, CustodyError> {
    let mut all: BTreeMap<PartId, Vec<Sight>> = BTreeMap::new();
    for name in disk.list()?.into_iter().filter(|name| name.ends_with(SUFFIX)) {
        let clear = machine.unwrap(LABEL, &disk.read(&name)?)?;
        let damaged = CustodyError::Damaged { key: name, what: "is not a file of sights" };
        take_up(&clear, &mut all).ok_or(damaged)?;
    }
    Ok(all)
}

fn take_up(mut rest: &[u8], all: &mut BTreeMap<PartId, Vec<Sight>>) -> Option<()> {
    while !rest.is_empty() {
        let (part, after) = rest.split_first_chunk::<16>()?;
        let (count, after) = after.split_first_chunk::<4>()?;
        let octets = usize::try_from(u32::from_be_bytes(*count)).ok()?.checked_mul(SIGHT_OCTETS)?;
        let (rows, after) = after.split_at_checked(octets)?;
        all.entry(PartId(*part)).or_default().extend(read_sights(rows)?);
        rest = after;
    }
    Some(())
}

/// Removes every file: no part is open.
pub(super) fn remove_all(disk: &dyn Disk) -> Result<(), CustodyError> {
    for name in disk.list()?.into_iter().filter(|name| name.ends_with(SUFFIX)) {
        disk.remove(&name)?;
    }
    Ok(())
}
