//! Quarantine as intake sees it: one bag a peer and minute, sealed to the court's keys.
use crate::error::CustodyError;
use lacre_term::{Micros, Reason};
use lacre_vault::{Journal, MachineKey, Record, quarantine};
use std::collections::HashMap;
use std::sync::Arc;

/// The bags open now, one a peer.
#[derive(Default)]
pub struct Bags {
    open: HashMap<Arc<str>, (i64, quarantine::Bag, u64)>,
}

/// What one delivery brings into quarantine.
pub struct Closing<'a> {
    /// Who delivered it.
    pub peer: &'a Arc<str>,
    /// Why it is not kept under an order.
    pub reason: Reason,
    /// When it was read.
    pub received_at: Micros,
    /// The octets.
    pub octets: &'a [u8],
}

impl Bags {
    /// Puts one PDU in the peer's bag of the minute, opening a new bag when the minute is over.
    ///
    /// # Errors
    /// The vault's refusal.
    pub fn close(
        &mut self,
        closing: &Closing<'_>,
        courts: &[quarantine::CourtPublic; 2],
        machine: &MachineKey,
        journal: &mut Journal,
    ) -> Result<(), CustodyError> {
        let minute = closing.received_at.seconds().div_euclid(60);
        let fresh = self.open.get(closing.peer).is_none_or(|(of, _, _)| *of != minute);
        if fresh {
            let bag = quarantine::Bag::new(courts, machine, closing.peer, minute)?;
            journal.append(Record::BagOpen {
                bag: bag.id(),
                peer_tag: bag.peer_tag(),
                minute,
                sealed_keys: bag.sealed_keys(),
            })?;
            self.open.insert(closing.peer.clone(), (minute, bag, 0));
        }
        let Some((_, bag, next)) = self.open.get_mut(closing.peer) else {
            return Err(CustodyError::Broken("a bag just opened is not there".into()));
        };
        let sealed = bag.encrypt(*next, closing.reason, closing.received_at, closing.octets)?;
        journal.append(Record::Quarantined {
            bag: bag.id(),
            number: *next,
            reason: closing.reason,
            sealed: &sealed,
        })?;
        *next = next.saturating_add(1);
        Ok(())
    }
}
