//! What the port has done, for the status page and the ledger's session entries.
//!
//! Counters only grow; nothing here names a LIID.
//!
//! Rules: DESIGN decisions 1, 21.
use lacre_term::Micros;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Totals since the port opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections of registered peers.
    pub opened: u64,
    /// Connections refused: unknown certificate or address, failed handshake, too many.
    pub refused: u64,
    /// PDUs handed over.
    pub pdus: u64,
    /// Octets read.
    pub octets: u64,
    /// Octets handed over as runs without framing.
    pub unframed_octets: u64,
    /// Connections that ended inside a PDU.
    pub halves: u64,
    /// Octets read while closing a connection whose octets custody no longer takes.
    pub discarded_octets: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    Opened,
    Refused,
    Pdus,
    Octets,
    UnframedOctets,
    Halves,
    DiscardedOctets,
}

/// One connection that is open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionView {
    /// The peer's name in the register.
    pub peer: Arc<str>,
    /// Where it connects from.
    pub address: SocketAddr,
    /// False on a plain listener: the peer is known by its address only.
    pub authenticated: bool,
    /// Since when.
    pub opened_at: Micros,
    /// PDUs handed over on this connection.
    pub pdus: u64,
    /// Octets read on this connection.
    pub octets: u64,
}

#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) peer: Arc<str>,
    pub(crate) address: SocketAddr,
    pub(crate) authenticated: bool,
    pub(crate) opened_at: Micros,
    pdus: AtomicU64,
    octets: AtomicU64,
}

impl Seen {
    pub(crate) fn new(
        peer: Arc<str>,
        address: SocketAddr,
        authenticated: bool,
        opened_at: Micros,
    ) -> Self {
        let (pdus, octets) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { peer, address, authenticated, opened_at, pdus, octets }
    }

    /// PDUs handed over and octets read so far.
    pub(crate) fn figures(&self) -> (u64, u64) {
        (self.pdus.load(Ordering::Relaxed), self.octets.load(Ordering::Relaxed))
    }
}

/// Counters and the connections open now.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    cells: [AtomicU64; 7],
    held: AtomicUsize,
    next: AtomicU64,
    open: Mutex<BTreeMap<u64, Arc<Seen>>>,
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Tally {
    fn cell(&self, what: Counted) -> &AtomicU64 {
        let [opened, refused, pdus, octets, unframed, halves, discarded] = &self.cells;
        match what {
            Counted::Opened => opened,
            Counted::Refused => refused,
            Counted::Pdus => pdus,
            Counted::Octets => octets,
            Counted::UnframedOctets => unframed,
            Counted::Halves => halves,
            Counted::DiscardedOctets => discarded,
        }
    }

    pub(crate) fn add(&self, what: Counted, count: usize) {
        self.cell(what).fetch_add(wide(count), Ordering::Relaxed);
    }

    /// Adds to the totals and to the connection's own figures.
    pub(crate) fn read(&self, seen: &Seen, octets: usize, pdus: usize) {
        self.add(Counted::Octets, octets);
        self.add(Counted::Pdus, pdus);
        seen.octets.fetch_add(wide(octets), Ordering::Relaxed);
        seen.pdus.fetch_add(wide(pdus), Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        let of = |what| self.cell(what).load(Ordering::Relaxed);
        Counts {
            opened: of(Counted::Opened),
            refused: of(Counted::Refused),
            pdus: of(Counted::Pdus),
            octets: of(Counted::Octets),
            unframed_octets: of(Counted::UnframedOctets),
            halves: of(Counted::Halves),
            discarded_octets: of(Counted::DiscardedOctets),
        }
    }

    /// Lists `seen` as open until the returned number is given to [`Self::left`]; `None` when
    /// `max` connections of its peer are open already.
    pub(crate) fn entered(&self, seen: &Arc<Seen>, max: usize) -> Option<u64> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().filter(|other| other.peer == seen.peer).count() >= max {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        open.insert(number, Arc::clone(seen));
        Some(number)
    }

    pub(crate) fn left(&self, number: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
    }

    pub(crate) fn open(&self) -> Vec<ConnectionView> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.values()
            .map(|seen| {
                let (pdus, octets) = seen.figures();
                ConnectionView {
                    peer: Arc::clone(&seen.peer),
                    address: seen.address,
                    authenticated: seen.authenticated,
                    opened_at: seen.opened_at,
                    pdus,
                    octets,
                }
            })
            .collect()
    }

    /// Changes what one connection holds of the shared room for parts of PDUs from `old` to `new`
    /// octets; false, with nothing changed, when that is more than `max` in all.
    pub(crate) fn hold(&self, old: usize, new: usize, max: usize) -> bool {
        if new <= old {
            self.held.fetch_sub(old.saturating_sub(new), Ordering::Relaxed);
            return true;
        }
        let more = new.saturating_sub(old);
        let taken = self.held.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        if taken > max {
            self.held.fetch_sub(more, Ordering::Relaxed);
        }
        taken <= max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_for_parts_of_pdus_is_shared_and_given_back() {
        let tally = Tally::default();
        assert!(tally.hold(0, 60, 100));
        assert!(!tally.hold(0, 41, 100), "another connection finds only 40 left");
        assert!(tally.hold(60, 0, 100));
        assert!(tally.hold(0, 41, 100));
    }

    #[test]
    fn a_peer_has_so_many_connections_and_no_more() {
        let tally = Tally::default();
        let address = "127.0.0.1:1".parse().unwrap();
        let seen = |name: &str| Arc::new(Seen::new(name.into(), address, true, Micros(0)));
        let first = tally.entered(&seen("A"), 1).unwrap();
        assert!(tally.entered(&seen("A"), 1).is_none());
        assert!(tally.entered(&seen("B"), 1).is_some());
        tally.left(first);
        assert!(tally.entered(&seen("A"), 1).is_some());
    }
}
