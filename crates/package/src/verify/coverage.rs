//! Nothing missing, nothing too many: index, stubs, chain, vault head and the court's head.
use super::Checker;
use crate::{
    document::VaultHead,
    index::Index,
    layout,
    report::{Code, FINDINGS_MAX},
};
use lacre_term::Digest;
use std::{
    collections::BTreeSet,
    io::{Read, Seek},
};

impl<R: Read + Seek> Checker<R> {
    /// Every withheld seal is counted by exactly one stub, every shown one has its part.
    pub(super) fn stubs(&mut self, index: &Index) {
        for stub in &index.stubs {
            let place = format!("{}, n {}", layout::INDEX_JSON, stub.n);
            if stub.seals.is_empty() {
                self.findings.add(Code::NotCounted, &place, &["-"]);
            }
            for seal in &stub.seals {
                let at = usize::try_from(seal.number).unwrap_or(usize::MAX);
                match self.chain.get_mut(at) {
                    Some(link)
                        if link.hash == seal.seal
                            && link.communication.is_none()
                            && !link.claimed =>
                    {
                        link.claimed = true;
                    }
                    _ => self.findings.add(Code::NotCounted, &place, &[&seal.number.to_string()]),
                }
            }
        }
        self.counts.withheld = u64::try_from(index.stubs.len()).unwrap_or(u64::MAX);
        if self.counts.withheld > 0 {
            let count = self.counts.withheld.to_string();
            self.findings.add(Code::Withheld, layout::INDEX_JSON, &[&count]);
        }
        for (number, link) in self.chain.iter().enumerate().filter(|(_, link)| !link.claimed) {
            let number = number.to_string();
            match link.communication {
                Some(n) => {
                    let n = n.to_string();
                    self.findings.add(Code::NotInPackage, layout::CHAIN, &[&number, &n]);
                }
                None => self.findings.add(Code::NotCounted, layout::CHAIN, &[&number]),
            }
        }
    }

    /// The package has or counts every communication that its vault head names, and no other.
    pub(super) fn coverage(&mut self, index: &Index, head: &VaultHead) {
        let present = self.present(index);
        for n in present.iter().filter(|n| !head.names(**n)) {
            self.findings.add(
                Code::CommunicationAdded,
                layout::communication(*n),
                &[&n.to_string()],
            );
        }
        let total = head.communication_count().to_string();
        for n in missing(head, &present) {
            let place = layout::communication(n);
            self.findings.add(Code::CommunicationMissing, place, &[&n.to_string(), &total]);
        }
    }

    /// Every `n` in the index; a number that comes twice or out of order is a finding.
    fn present(&mut self, index: &Index) -> BTreeSet<u64> {
        let mut present = BTreeSet::new();
        let rows: Vec<u64> = index.communications.iter().map(|row| row.n).collect();
        let stubs: Vec<u64> = index.stubs.iter().map(|stub| stub.n).collect();
        for list in [rows, stubs] {
            if !list.is_sorted() {
                self.findings.add(Code::IndexDiffers, layout::INDEX_JSON, &["order of n"]);
            }
            for n in list {
                if !present.insert(n) {
                    let what = format!("n {n} twice");
                    self.findings.add(Code::IndexDiffers, layout::INDEX_JSON, &[&what]);
                }
            }
        }
        present
    }

    /// The package extends the head that the court holds.
    pub(super) fn court_head(
        &mut self,
        index: &Index,
        court: &VaultHead,
        registration: Option<Digest>,
    ) {
        let (case, order) = (&index.case, &index.order);
        let own = (index.vault, case, order, &index.node);
        if own != (court.vault, &court.case, &court.order, &court.node) {
            let what = format!("{} {} {} {}", court.case, court.order, court.vault, court.node);
            self.findings.add(Code::CourtHeadOther, "--head", &[&what]);
        }
        let present: BTreeSet<u64> = index
            .communications
            .iter()
            .map(|row| row.n)
            .chain(index.stubs.iter().map(|stub| stub.n))
            .collect();
        for n in missing(court, &present) {
            let place = layout::communication(n);
            self.findings.add(Code::CourtHeadMissing, place, &[&n.to_string()]);
        }
        let at = court.seals.checked_sub(1);
        let number = at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        let link = |at: u64| usize::try_from(at).ok().and_then(|at| self.chain.get(at));
        let found = at.map_or(registration, |at| link(at).map(|link| link.hash));
        if found != Some(court.last_seal) {
            self.findings.add(Code::CourtHeadNotExtended, layout::CHAIN, &[&number]);
            return;
        }
        let withheld =
            |at: Option<u64>| at.and_then(link).is_some_and(|link| link.communication.is_none());
        if withheld(at) && withheld(at.and_then(|at| at.checked_add(1))) {
            self.findings.add(Code::CourtHeadWithheld, layout::CHAIN, &[&number]);
        }
    }
}

/// What a head names and the package does not have: the first ones, a report has room for no more.
fn missing(head: &VaultHead, present: &BTreeSet<u64>) -> Vec<u64> {
    let mut missing = vec![];
    for [from, to] in &head.communications {
        // Each turn either finds one that is missing or one that is present: both are bounded.
        for n in *from..=*to {
            if missing.len() > FINDINGS_MAX {
                return missing;
            }
            if !present.contains(&n) {
                missing.push(n);
            }
        }
    }
    missing
}
