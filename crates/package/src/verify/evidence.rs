//! The documents that were entered: vault head, registration, chain of seals.
use super::{Checker, Link, signature::SKEW_S};
use crate::{
    committed::{self, Committed},
    document::{Seal, VaultHead},
    index::Index,
    layout,
    report::Code,
    write::withheld_line,
};
use lacre_proof::{SecondEntry, commit::commitment, hash::sha256};
use lacre_term::Digest;
use serde::Deserialize;
use serde_json::Value;
use std::io::{self, Read, Seek};

/// Longest line of the chain: one seal with all its gaps.
const LINE_OCTETS_MAX: usize = 16 << 20;

impl<R: Read + Seek> Checker<R> {
    /// Reads a committed document and proves it down to the checkpoint. None when it does not
    /// read; what does not hold is a finding.
    pub(super) fn committed(
        &mut self,
        place: layout::Committed<'_>,
    ) -> io::Result<Option<Committed>> {
        let mut read = |name: String| self.file(&name, layout::DOCUMENT_OCTETS_MAX);
        let files = (
            read(place.document())?,
            read(place.salt())?,
            read(place.inner())?,
            read(place.tlog_proof())?,
        );
        let (Some(octets), Some(salt), Some(inner), Some(tlog)) = files else { return Ok(None) };
        match committed::read(octets, &salt, &inner, &tlog) {
            Ok(document) => {
                self.prove(&place.document(), &document);
                Ok(Some(document))
            }
            Err(why) => {
                self.findings.add(Code::Unreadable, place.document(), &[why]);
                Ok(None)
            }
        }
    }

    /// The second it was entered in, when the proof holds.
    fn prove(&mut self, place: &str, document: &Committed) -> Option<SecondEntry> {
        let commitment = commitment(&document.salt, &document.octets);
        match document.proof.verify(&commitment, &self.vkeys) {
            Ok((entry, checkpoint)) => {
                let root = *self.checkpoints.entry(checkpoint.size).or_insert(checkpoint.root);
                if root != checkpoint.root {
                    let size = checkpoint.size.to_string();
                    self.findings.add(Code::SplitView, place, &[&size]);
                }
                Some(entry)
            }
            Err(error) => {
                self.findings.add(Code::Ledger, place, &[&error.to_string()]);
                None
            }
        }
    }

    /// The vault head of the package: entered, and of this index.
    pub(super) fn head(&mut self, index: &Index) -> io::Result<Option<VaultHead>> {
        let Some(document) = self.committed(layout::HEAD)? else { return Ok(None) };
        let place = layout::HEAD.document();
        let head = match VaultHead::parse(&document.octets) {
            Ok(head) => head,
            Err(error) => {
                self.findings.add(Code::Unreadable, place, &[&error.to_string()]);
                return Ok(None);
            }
        };
        let same = [
            ("case", head.case == index.case),
            ("order", head.order == index.order),
            ("vault", head.vault == index.vault),
            ("node", head.node == index.node),
            ("origin", head.origin == index.origin),
            ("log key", self.vkeys.iter().all(|vkey| vkey.name() == head.origin)),
        ];
        for (what, _) in same.into_iter().filter(|(_, same)| !same) {
            self.findings.add(Code::HeadDiffers, &place, &[what]);
        }
        let mut last = 0;
        for [from, to] in &head.communications {
            if from > to || *from <= last {
                self.findings.add(Code::HeadDiffers, &place, &["communications"]);
                return Ok(None);
            }
            last = *to;
        }
        if let Some(stamped) = self.stamped_at
            && stamped.plus_seconds(SKEW_S) < head.entered_at
        {
            let (stamped, entered) = (stamped.rfc3339(), head.entered_at.rfc3339());
            self.findings.add(Code::StampTime, layout::STAMP, &[&stamped, &entered]);
        }
        self.counts.communications_in_head = head.communication_count();
        Ok(Some(head))
    }

    /// The registration of the order: its hash is what seal number 0 follows.
    pub(super) fn registration(&mut self, index: &Index) -> io::Result<Option<Digest>> {
        let place = layout::REGISTRATION.document();
        let octets = if index.registration_entered {
            self.committed(layout::REGISTRATION)?.map(|document| document.octets)
        } else {
            self.file(&place, layout::DOCUMENT_OCTETS_MAX)?
        };
        let Some(octets) = octets else { return Ok(None) };
        self.order(index, &octets)?;
        Ok(Some(sha256(&octets)))
    }

    /// The order and its document are those that were registered for this vault.
    fn order(&mut self, index: &Index, registration: &[u8]) -> io::Result<()> {
        let Some(order) = self.file(layout::ORDER, layout::DOCUMENT_OCTETS_MAX)? else {
            return Ok(());
        };
        let registration: Value = serde_json::from_slice(registration).unwrap_or_default();
        let order: Option<Value> = serde_json::from_slice(&order).ok();
        let text = |path| registration.pointer(path).and_then(Value::as_str);
        let same =
            registration.pointer("/change/order").is_some_and(|it| Some(it) == order.as_ref())
                && text("/change/order/order") == Some(&index.order)
                && text("/change/order/case") == Some(&index.case)
                && text("/change/vault") == Some(&index.vault.to_hex());
        if !same {
            self.findings.add(Code::OrderDiffers, layout::ORDER, &[]);
        }
        // A document that was brought later is in no registration: then only the package names it.
        let registered = text("/change/document/sha256");
        let file = index.order_document.as_ref().map(|name| format!("data/order/{name}"));
        if let (Some(registered), Some(file)) = (registered, file)
            && self.digest(&file).is_some_and(|digest| digest.to_hex() != registered)
        {
            self.findings.add(Code::OrderDocument, file, &[]);
        }
        Ok(())
    }

    /// Every seal follows the one before, from the registration to the vault head.
    pub(super) fn chain(
        &mut self,
        head: Option<&VaultHead>,
        registration: Option<Digest>,
    ) -> io::Result<()> {
        let Some(mut cursor) = self.container.cursor(layout::CHAIN) else { return Ok(()) };
        let mut before = registration;
        let mut number = 0_u64;
        let mut runs = 0_u64;
        while let Some(line) = cursor.line(self.container.reader(), LINE_OCTETS_MAX)? {
            let Some((link, seal)) = link(&line, number) else {
                let number = number.to_string();
                self.findings.add(Code::Chain, layout::CHAIN, &[&number]);
                return Ok(());
            };
            if let Some(seal) = &seal {
                let follows = before.is_none_or(|before| seal.before == before)
                    && head.is_none_or(|head| {
                        (seal.vault, &seal.node, &seal.case) == (head.vault, &head.node, &head.case)
                    });
                if !follows || seal.number != number {
                    let number = number.to_string();
                    self.findings.add(Code::Chain, layout::CHAIN, &[&number]);
                }
            } else if self.chain.last().is_some_and(|last| last.communication.is_none()) {
                runs = runs.saturating_add(1);
            }
            before = Some(link.hash);
            self.chain.push(link);
            number = number.saturating_add(1);
        }
        if cursor.remaining() > 0 {
            self.findings.add(Code::Unreadable, layout::CHAIN, &["a line is too long or unended"]);
        }
        self.counts.seals = number;
        if runs > 0 {
            self.findings.add(Code::WithheldRun, layout::CHAIN, &[&runs.to_string()]);
        }
        let Some(head) = head else { return Ok(()) };
        let place = layout::HEAD.document();
        if head.seals != number {
            self.findings.add(Code::HeadDiffers, &place, &["seals"]);
        }
        if before.is_some_and(|before| head.last_seal != before) {
            self.findings.add(Code::HeadDiffers, &place, &["last_seal"]);
        }
        Ok(())
    }
}

/// A line of the chain: the link, and the seal when its document is shown.
fn link(line: &[u8], number: u64) -> Option<(Link, Option<Seal>)> {
    #[derive(Deserialize)]
    struct Withheld {
        number: u64,
        hash: String,
    }
    if let Ok(withheld) = serde_json::from_slice::<Withheld>(line) {
        let hash = Digest::from_hex(&withheld.hash)?;
        let exact = withheld_line(number, &hash).as_bytes() == line && withheld.number == number;
        return exact.then_some((Link { hash, communication: None, claimed: false }, None));
    }
    let seal = Seal::parse(line).ok()?;
    let communication = Some(seal.communication);
    Some((Link { hash: sha256(line), communication, claimed: false }, Some(seal)))
}
