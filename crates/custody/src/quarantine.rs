//! Quarantine: counted without a key, opened with one of the court's, released under an order or
//! destroyed. Each is an act before it takes effect.
//!
//! A release binds every PDU again under the orders registered now. What an order covers is stored
//! as a new part; the rest stays closed. The bag stays until it is destroyed.
//!
//! Rules: DESIGN decisions 1, 10, 12; `spec/quarantine.md`.
use crate::clock;
use crate::door::Delivery;
use crate::error::CustodyError;
use crate::house::{House, lock};
use crate::intake::Totals;
use crate::register::Author;
use lacre_term::{BagId, Micros, Reason};
use lacre_vault::{BagKeys, CourtKeyPair, QuarantineReader};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Octets released before they are made durable.
const RELEASE_OCTETS_MAX: usize = 4 << 20;

/// One bag as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BagLine {
    /// Always `lacre.quarantine-bag/1`.
    pub schema: &'static str,
    /// Its id.
    pub bag: String,
    /// The peer, while it is registered.
    pub peer: Option<String>,
    /// The minute it was filled in.
    pub minute: String,
    /// Records by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Octets of ciphertext.
    pub octets: u64,
}

/// What a release did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Released {
    /// Always `lacre.quarantine-release/1`.
    pub schema: &'static str,
    /// What was added to the counts.
    pub totals: Totals,
    /// Records that no order covers still.
    pub still_closed: u64,
    /// Parts sealed.
    pub parts_sealed: usize,
}

impl House {
    /// Every bag, with its counts. No key is needed.
    ///
    /// # Errors
    /// Damage by name, or the engine's refusal.
    pub fn quarantine(&self) -> Result<Vec<BagLine>, CustodyError> {
        let reader = QuarantineReader::open(&self.site.engine)?;
        let names: BTreeMap<[u8; 16], String> = lock(&self.book)
            .register()
            .peers()
            .map(|peer| (self.tag_of_peer(&peer.name), peer.name.clone()))
            .collect();
        Ok(reader
            .bags()
            .map(|(bag, summary)| BagLine {
                schema: "lacre.quarantine-bag/1",
                bag: bag.to_hex(),
                peer: names.get(&summary.peer_tag).cloned(),
                minute: Micros::from_seconds(summary.minute.saturating_mul(60)).rfc3339(),
                reasons: summary
                    .counts
                    .iter()
                    .map(|(reason, count)| (reason.word().to_owned(), *count))
                    .collect(),
                octets: summary.octets,
            })
            .collect())
    }

    fn tag_of_peer(&self, name: &str) -> [u8; 16] {
        self.site.machine.fingerprint("quarantine-peer", &[name.as_bytes()])
    }

    /// Opens bags (all, or those named) with a court key and binds their PDUs again.
    ///
    /// # Errors
    /// [`CustodyError::Input`] for a key or bag that is not one; damage by name.
    pub fn release(
        &self,
        court_key: &str,
        bags: &[String],
        author: &Author,
        now: Micros,
    ) -> Result<Released, CustodyError> {
        let court = CourtKeyPair::from_private_text(court_key).map_err(|error| {
            CustodyError::Input(format!("the court key cannot be used: {error}"))
        })?;
        let reader = QuarantineReader::open(&self.site.engine)?;
        let chosen = chosen(&reader, bags)?;
        let object = serde_json::json!({
            "bags": chosen.iter().map(BagId::to_hex).collect::<Vec<_>>(),
        });
        self.act("quarantine_released", object, author, now)?;
        let before = self.totals();
        let mut still_closed = 0u64;
        for bag in chosen {
            let Some((_, summary)) = reader.bags().find(|(id, _)| *id == bag) else { continue };
            let (peer_tag, minute) = (summary.peer_tag, summary.minute);
            let keys = BagKeys::open(&court, bag, peer_tag, minute, &summary.sealed_keys)
                .map_err(|error| stays_closed(bag, &error))?;
            let mut batch: Vec<(Delivery, Reason)> = Vec::new();
            let mut octets = 0usize;
            for record in reader.records(bag)? {
                let (number, reason, sealed) = record?;
                let clear = keys.decrypt(number, reason, &sealed)?;
                octets = octets.saturating_add(clear.octets.len());
                let of = match reason {
                    Reason::Unframed => Delivery::of_run,
                    _ => Delivery::of_pdu,
                };
                let peer = Arc::from(clear.peer.as_str());
                let delivery = of(peer, clear.octets.to_vec().into(), clear.received_at);
                batch.push((delivery, reason));
                if octets >= RELEASE_OCTETS_MAX {
                    still_closed = still_closed.saturating_add(self.release_batch(&mut batch)?);
                    octets = 0;
                }
            }
            still_closed = still_closed.saturating_add(self.release_batch(&mut batch)?);
        }
        let now = clock::now();
        let parts_sealed = self.with_intake(|intake| {
            let sealed = intake.seal_open(crate::intake::part::Ending::IntakeEnd, now)?;
            intake.cut(now)?;
            Ok(sealed)
        })?;
        let totals = self.totals().since(&before);
        self.site.tick(now);
        Ok(Released { schema: "lacre.quarantine-release/1", totals, still_closed, parts_sealed })
    }

    /// Binds a batch again and makes it durable; gives how many no order covers still.
    fn release_batch(&self, batch: &mut Vec<(Delivery, Reason)>) -> Result<u64, CustodyError> {
        self.with_intake(|intake| {
            let mut still_closed = 0u64;
            for (delivery, reason) in batch.drain(..) {
                if !intake.release(delivery, reason)? {
                    still_closed = still_closed.saturating_add(1);
                }
            }
            intake.commit(clock::now(), true)?;
            Ok(still_closed)
        })
    }

    /// Destroys the bags named: nothing else ever held their keys. Gives how many records went.
    ///
    /// # Errors
    /// [`CustodyError::Input`] for a bag that is not one; the engine's refusal.
    pub fn destroy_quarantine(
        &self,
        bags: &[String],
        author: &Author,
        now: Micros,
    ) -> Result<u64, CustodyError> {
        self.with_intake(|intake| intake.cut(now))?;
        let reader = QuarantineReader::open(&self.site.engine)?;
        let chosen = chosen(&reader, bags)?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (bag, summary) in reader.bags() {
            if chosen.contains(&bag) {
                for (reason, count) in &summary.counts {
                    let sum = counts.entry(reason.word().to_owned()).or_default();
                    *sum = sum.saturating_add(*count);
                }
            }
        }
        let object = serde_json::json!({
            "bags": chosen.iter().map(BagId::to_hex).collect::<Vec<_>>(),
            "records": counts,
        });
        self.act("quarantine_destroyed", object, author, now)?;
        // Destruction waits for the checkpoint over its act (decision 12).
        self.site.settle_ledger()?;
        for bag in chosen {
            reader.destroy(bag)?;
        }
        self.site.tick(now);
        Ok(counts.values().sum())
    }
}

/// The key given is none of those the bag was closed to.
fn stays_closed(bag: BagId, error: &dyn std::error::Error) -> CustodyError {
    CustodyError::Refused {
        what: format!("bag {} stays closed", bag.to_hex()),
        why: error.to_string(),
        remedy: "bring one of the two court keys that `lacre init` wrote out for this site".into(),
    }
}

fn chosen(reader: &QuarantineReader, bags: &[String]) -> Result<Vec<BagId>, CustodyError> {
    let all: Vec<BagId> = reader.bags().map(|(bag, _)| bag).collect();
    if bags.is_empty() {
        return Ok(all);
    }
    bags.iter()
        .map(|text| {
            BagId::from_hex(text).filter(|bag| all.contains(bag)).ok_or_else(|| {
                CustodyError::Input(format!(
                    "there is no bag {text}: see `lacre intake quarantine list`"
                ))
            })
        })
        .collect()
}
