//! One part: its octets back to back, a row for each, and its seal.
//!
//! Two passes over the PDUs, so that neither octets nor rows wait in memory: the first writes the
//! octets and measures the rows, the second writes the rows.
use super::{Out, Part, Record, SourceError, WriteError};
use crate::{
    document::Seal,
    index::PartRow,
    layout,
    leaves::{self, Leaf},
};
use lacre_proof::hash::sha256;
use std::io::{Seek, Write};

impl<W: Write + Seek> Out<W> {
    /// Writes part `at` (from 1) of communication `n`.
    pub(super) fn part(
        &mut self,
        n: u64,
        at: u64,
        mut part: Part<'_>,
    ) -> Result<PartRow, WriteError> {
        let seal = Seal::parse(&part.seal.octets)?;
        let directory = layout::part(n, at);
        let wrong = |why| WriteError::contradiction(&directory, why);
        if seal.communication != n || seal.part_index != at {
            return Err(wrong("its seal is of another communication or part"));
        }
        let size = self.originals(&directory, &seal, &mut part)?;
        self.rows(&directory, size, &mut part)?;
        let digest = self.committed(layout::Committed::seal(&directory), &part.seal)?;
        self.parts = self.parts.saturating_add(1);
        self.pdus = self.pdus.saturating_add(seal.pdus);
        Ok(PartRow {
            index: at,
            part: seal.part,
            number: seal.number,
            seal: digest,
            root: seal.root,
            pdus: seal.pdus,
            octets: seal.octets,
        })
    }

    /// Writes `pdus.ber`; gives the size of `leaves.csv`.
    fn originals(
        &mut self,
        directory: &str,
        seal: &Seal,
        part: &mut Part<'_>,
    ) -> Result<u64, WriteError> {
        let wrong = |why| WriteError::contradiction(directory, why);
        let mut size = length(leaves::HEADER.as_bytes());
        let mut file =
            self.writer.open(&layout::pdus(directory), seal.octets).map_err(WriteError::Output)?;
        let mut offset = 0_u64;
        let mut count = 0_u64;
        for record in (part.records)().map_err(WriteError::source(directory))? {
            let (record, leaf) = leaf(directory, count, offset, record)?;
            if !file.push(&record.octets).map_err(WriteError::Output)? {
                return Err(wrong("it has more octets than its seal says"));
            }
            offset = offset.saturating_add(leaf.length);
            count = count.saturating_add(1);
            size = size.saturating_add(length(leaf.line().as_bytes()));
        }
        if file.close().map_err(WriteError::Output)?.is_none() {
            return Err(wrong("it has fewer octets than its seal says"));
        }
        if count != seal.pdus {
            return Err(wrong("it has another number of PDUs than its seal says"));
        }
        Ok(size)
    }

    /// Writes `leaves.csv`.
    fn rows(&mut self, directory: &str, size: u64, part: &mut Part<'_>) -> Result<(), WriteError> {
        let changed = || WriteError::contradiction(directory, "its PDUs changed while packaged");
        let place = layout::leaves(directory);
        let mut file = self.writer.open(&place, size).map_err(WriteError::Output)?;
        let mut offset = 0_u64;
        let mut whole = file.push(leaves::HEADER.as_bytes()).map_err(WriteError::Output)?;
        let records = (part.records)().map_err(WriteError::source(directory))?;
        for (count, record) in (0_u64..).zip(records) {
            let (_, leaf) = leaf(directory, count, offset, record)?;
            offset = offset.saturating_add(leaf.length);
            whole &= file.push(leaf.line().as_bytes()).map_err(WriteError::Output)?;
        }
        match file.close().map_err(WriteError::Output)? {
            Some(_) if whole => Ok(()),
            _ => Err(changed()),
        }
    }
}

fn leaf(
    directory: &str,
    number: u64,
    offset: u64,
    record: Result<Record, SourceError>,
) -> Result<(Record, Leaf), WriteError> {
    let record = record.map_err(WriteError::source(directory))?;
    let wrong = |why| WriteError::contradiction(format!("{directory}, PDU {number}"), why);
    if record.number != number {
        return Err(wrong("numbers are not dense from 0"));
    }
    if !leaves::is_peer(&record.peer) {
        return Err(wrong("the peer's name is too long or has control characters"));
    }
    let leaf = Leaf {
        number,
        offset,
        length: length(&record.octets),
        received_at: record.received_at,
        peer: record.peer.clone(),
        salt: record.salt,
        sha256: sha256(&record.octets),
    };
    Ok((record, leaf))
}

fn length(octets: &[u8]) -> u64 {
    u64::try_from(octets.len()).unwrap_or(u64::MAX)
}
