//! Replay: what the journal holds, block by block, one file in memory at a time.
//!
//! Promises: blocks come in number order, without a gap; a block that does not open or parse is an
//! error, never left out.
//!
//! Rules: DESIGN.md decision 7 (replay copies, never encrypts); `spec/journal.md`.
use super::{
    BlockNumber, JournalError, JournalFile, OwnedRecord,
    format::{BlockAt, Raw, records},
};
use crate::{machine::MachineKey, octets::wide};
use lacre_store::Disk;
use std::{collections::VecDeque, sync::Arc};

pub(super) const META: &str = "journal/part-open";
pub(super) const SIDECAR_LABEL: &str = "journal/sidecar";

/// One committed block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedBlock {
    /// Its number.
    pub number: BlockNumber,
    /// The sidecar given to its commit, in clear.
    pub sidecar: Vec<u8>,
    /// Its records, in order.
    pub records: Vec<OwnedRecord>,
}

/// Iterates over everything the journal held when it was opened.
pub struct Replay {
    disk: Arc<dyn Disk>,
    machine: MachineKey,
    files: VecDeque<JournalFile>,
    current: Option<(JournalFile, Vec<u8>, VecDeque<BlockAt>)>,
    torn: Option<(String, u64)>,
}

impl Replay {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        machine: MachineKey,
        files: Vec<JournalFile>,
        torn: Option<(String, u64)>,
    ) -> Self {
        Self { disk, machine, files: files.into(), current: None, torn }
    }

    /// The file and octet from which a write was cut short, when there was one.
    #[must_use]
    pub fn torn(&self) -> Option<(&str, u64)> {
        self.torn.as_ref().map(|(file, offset)| (file.as_str(), *offset))
    }

    fn step(&mut self) -> Result<Option<ReplayedBlock>, JournalError> {
        loop {
            if let Some((file, octets, blocks)) = &mut self.current
                && let Some(block) = blocks.pop_front()
            {
                return open_block(&self.machine, file, octets, &block).map(Some);
            }
            let Some(file) = self.files.pop_front() else {
                self.current = None;
                return Ok(None);
            };
            let (octets, blocks) = file.blocks(self.disk.as_ref())?;
            self.current = Some((file, octets, blocks.into()));
        }
    }
}

impl Iterator for Replay {
    type Item = Result<ReplayedBlock, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            // After an error nothing more is given: a caller that goes on would miss blocks.
            self.files.clear();
            self.current = None;
        }
        step.transpose()
    }
}

fn open_block(
    machine: &MachineKey,
    file: &JournalFile,
    octets: &[u8],
    block: &BlockAt,
) -> Result<ReplayedBlock, JournalError> {
    let damaged =
        || JournalError::Damaged { file: file.name.clone(), offset: wide(block.whole.start) };
    let body = octets.get(block.body.clone()).ok_or_else(damaged)?;
    let mut raws = Vec::new();
    let parsed = records(body, |raw, _| {
        raws.push(raw);
        Some(())
    });
    let Some((Raw::Sidecar(wrapped), rest)) = parsed.and_then(|()| raws.split_last()) else {
        return Err(damaged());
    };
    let other = |source| JournalError::OtherMachine { number: block.number, source };
    let bound: [&[u8]; 2] = [&file.journal, &block.number.to_be_bytes()];
    let what = "a block's sidecar";
    let sidecar = machine.unwrap_at(SIDECAR_LABEL, &bound, wrapped, what).map_err(other)?;
    let mut owned = Vec::with_capacity(rest.len());
    for raw in rest {
        owned.push(match *raw {
            Raw::PartOpen { vault, part, sealed_keys, meta } => {
                let bound: [&[u8]; 3] = [&file.journal, &vault.0, &part.0];
                let meta = machine.unwrap_at(META, &bound, meta, "a part's meta").map_err(other)?;
                OwnedRecord::PartOpen { vault, part, sealed_keys: sealed_keys.to_vec(), meta }
            }
            Raw::Pdu { vault, part, number, sealed } => {
                OwnedRecord::Pdu { vault, part, number, sealed: sealed.to_vec() }
            }
            Raw::BagOpen { bag, peer_tag, minute, sealed_keys } => {
                OwnedRecord::BagOpen { bag, peer_tag, minute, sealed_keys: sealed_keys.to_vec() }
            }
            Raw::Quarantined { bag, number, reason, sealed } => {
                OwnedRecord::Quarantined { bag, number, reason, sealed: sealed.to_vec() }
            }
            Raw::Sidecar(_) => return Err(damaged()),
        });
    }
    Ok(ReplayedBlock { number: BlockNumber(block.number), sidecar, records: owned })
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replay({} files to come)", self.files.len())
    }
}
