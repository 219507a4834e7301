//! One part: octets and salts → leaves → root → seal → ledger.
use super::Checker;
use crate::{
    document::Seal,
    index::{Index, PartRow, Row},
    layout,
    leaves::{self, Leaf},
    report::Code,
};
use lacre_proof::{Frontier, hash::sha256, pdu};
use lacre_term::{Digest, Micros, PartId};
use std::io::{self, Read, Seek};

/// What the octets of a part make.
#[derive(Debug, Default)]
struct Made {
    frontier: Frontier,
    octets: u64,
    received: Option<(Micros, Micros)>,
    /// A row or a PDU was already named: the root differs for that reason.
    named: bool,
}

impl<R: Read + Seek> Checker<R> {
    /// The parts of one communication, in order.
    pub(super) fn communication(&mut self, index: &Index, row: &Row) -> io::Result<()> {
        self.counts.communications = self.counts.communications.saturating_add(1);
        let derivatives = u64::try_from(row.derivatives.len()).unwrap_or(u64::MAX);
        self.counts.derivatives = self.counts.derivatives.saturating_add(derivatives);
        let mut before = None;
        for (at, part) in (1_u64..).zip(&row.parts) {
            let directory = layout::part(row.n, part.index);
            if part.index != at {
                self.findings.add(Code::PartSequence, &directory, &[]);
            }
            before = self.part(index, row.n, part, &directory, before)?;
        }
        if row.parts.is_empty() {
            let place = layout::communication(row.n);
            self.findings.add(Code::IndexDiffers, place, &["no part"]);
        }
        Ok(())
    }

    /// One part; gives its identifier.
    fn part(
        &mut self,
        index: &Index,
        n: u64,
        row: &PartRow,
        directory: &str,
        before: Option<PartId>,
    ) -> io::Result<Option<PartId>> {
        let place = layout::Committed::seal(directory);
        let Some(document) = self.committed(place)? else { return Ok(None) };
        let seal = match Seal::parse(&document.octets) {
            Ok(seal) => seal,
            Err(error) => {
                self.findings.add(Code::Unreadable, place.document(), &[&error.to_string()]);
                return Ok(None);
            }
        };
        let hash = sha256(&document.octets);
        self.claim(seal.number, hash, directory);
        if (seal.communication, seal.part_index, seal.part_before) != (n, row.index, before) {
            self.findings.add(Code::PartSequence, directory, &[]);
        }
        let says = PartRow {
            index: seal.part_index,
            part: seal.part,
            number: seal.number,
            seal: hash,
            root: seal.root,
            pdus: seal.pdus,
            octets: seal.octets,
        };
        if says != *row || seal.vault != index.vault || seal.case != index.case {
            self.findings.add(Code::IndexDiffers, directory, &["part"]);
        }
        for gap in &seal.gaps {
            let (from, to) = (gap.from.to_string(), gap.to.to_string());
            self.findings.add(Code::GapDeclared, directory, &[&gap.class, &from, &to]);
        }
        if seal.conflicts > 0 {
            let count = seal.conflicts.to_string();
            self.findings.add(Code::ConflictDeclared, directory, &[&count]);
        }
        let gaps = u64::try_from(seal.gaps.len()).unwrap_or(u64::MAX);
        self.counts.gaps = self.counts.gaps.saturating_add(gaps);
        self.counts.conflicts = self.counts.conflicts.saturating_add(seal.conflicts);
        if let Some(made) = self.leaves(directory)? {
            self.compare(directory, &seal, &made);
        }
        Ok(Some(seal.part))
    }

    /// The seal of a part stands in the chain, once.
    fn claim(&mut self, number: u64, hash: Digest, directory: &str) {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        match self.chain.get_mut(at) {
            Some(link) if link.hash == hash && link.communication.is_some() && !link.claimed => {
                link.claimed = true;
            }
            _ => self.findings.add(Code::NotInChain, directory, &[]),
        }
    }

    /// Reads rows and octets side by side. None when one of the files is not there.
    fn leaves(&mut self, directory: &str) -> io::Result<Option<Made>> {
        let (rows_at, pdus_at) = (layout::leaves(directory), layout::pdus(directory));
        let cursors = (self.container.cursor(&rows_at), self.container.cursor(&pdus_at));
        let (Some(mut rows), Some(mut pdus)) = cursors else { return Ok(None) };
        let mut made = Made::default();
        let header = rows.line(self.container.reader(), leaves::LINE_OCTETS_MAX)?;
        if header.as_deref() != leaves::HEADER.strip_suffix('\n').map(str::as_bytes) {
            self.findings.add(Code::Row, &rows_at, &["1"]);
            made.named = true;
        }
        let mut number = 0_u64;
        while let Some(line) = rows.line(self.container.reader(), leaves::LINE_OCTETS_MAX)? {
            let leaf = std::str::from_utf8(&line).ok().and_then(Leaf::parse);
            let leaf = leaf.filter(|leaf| leaf.number == number && leaf.offset == made.octets);
            let row = number.saturating_add(2).to_string();
            let Some(leaf) = leaf else {
                self.findings.add(Code::Row, &rows_at, &[&row]);
                return Ok(None);
            };
            let Some(digest) = pdus.hash(self.container.reader(), leaf.length)? else {
                self.findings.add(Code::Row, &rows_at, &[&row]);
                return Ok(None);
            };
            if digest != leaf.sha256 {
                self.findings.add(Code::Pdu, &pdus_at, &[&number.to_string()]);
                made.named = true;
            }
            made.add(&leaf, &digest);
            number = number.saturating_add(1);
        }
        if rows.remaining() > 0 || pdus.remaining() > 0 {
            let row = number.saturating_add(2).to_string();
            self.findings.add(Code::Row, &rows_at, &[&row]);
            made.named = true;
        }
        Ok(Some(made))
    }

    /// The seal says what the octets make.
    fn compare(&mut self, directory: &str, seal: &Seal, made: &Made) {
        let place = layout::Committed::seal(directory).document();
        let pdus = made.frontier.count();
        let totals = [("PDUs", seal.pdus, pdus), ("octets", seal.octets, made.octets)];
        for (what, says, is) in totals {
            if says != is {
                let (says, is) = (format!("{says} {what}"), is.to_string());
                self.findings.add(Code::SealTotals, &place, &[&says, &is]);
            }
        }
        if let Some((first, last)) = made.received
            && (first, last) != (seal.received_first, seal.received_last)
        {
            let says = format!("{} – {}", seal.received_first, seal.received_last);
            let is = format!("{first} – {last}");
            self.findings.add(Code::SealTotals, &place, &[&says, &is]);
        }
        if made.frontier.root() != seal.root && !made.named {
            self.findings.add(Code::Root, directory, &[]);
        }
        self.counts.parts = self.counts.parts.saturating_add(1);
        self.counts.pdus = self.counts.pdus.saturating_add(pdus);
        self.counts.pdu_octets = self.counts.pdu_octets.saturating_add(made.octets);
    }
}

impl Made {
    fn add(&mut self, leaf: &Leaf, digest: &Digest) {
        let hash = pdu::leaf(&leaf.salt, leaf.number, leaf.received_at, &leaf.peer, digest);
        self.frontier.push(hash);
        self.octets = self.octets.saturating_add(leaf.length);
        let at = leaf.received_at;
        self.received =
            Some(self.received.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
    }
}
