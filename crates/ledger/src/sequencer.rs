//! Gives each commitment its place, closes seconds, and moves the heads; publishes nothing itself.
//!
//! Order of every step: objects that the new head leaves to them are put and read back, then the
//! heads move by compare-and-swap. What fails before the swap changes nothing; a swap whose outcome
//! is unknown stops the sequencer, and opening the log again finds out.
//!
//! Rules: DESIGN.md decision 11; `spec/ledger-entry.md`, "Seconds" and "Heads".
use crate::{
    chunk,
    edges::FullTile,
    error::LedgerError,
    inner,
    ledger::Request,
    names::Names,
    publish::Published,
    state::{
        BUNDLE, CLOSED_MAX, Closed, ClosedSecond, Entry, PENDING_MAX, Pending, Run, SECOND_MAX,
        Spill,
    },
};
use lacre_proof::{LogKey, SecondEntry, hash::sha256, merkle, tile};
use lacre_store::{Engine, PutError, Swap, SwapError};
use lacre_term::{Digest, Micros, Secret};
use std::sync::Arc;

/// Longest run of seconds filled with empty leaves when no call came for a while. A longer gap is a
/// suspended machine or a clock set right; it shows as a gap in the seconds.
pub(crate) const FILL_SECONDS_MAX: u64 = 600;

/// The sequencer's time: follows the clock, never goes back. After the clock was set back it runs
/// at half speed until the clock has caught up, so that leaves go on and no second comes twice.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    seen: Option<i64>,
    at: i64,
}

impl Clock {
    /// Time goes on from the start of `second`.
    pub(crate) fn from_second(second: u64) -> Self {
        let at = i64::try_from(second).unwrap_or(0).saturating_mul(Micros::PER_SECOND);
        Self { seen: None, at }
    }

    pub(crate) fn second(&mut self, now: Micros) -> u64 {
        let seen = self.seen.unwrap_or(now.0);
        let half = now.0.saturating_sub(seen).max(0) / 2;
        self.seen = Some(seen.saturating_add(half.saturating_mul(2)).min(now.0));
        self.at = self.at.saturating_add(half).max(now.0);
        u64::try_from(self.at.div_euclid(Micros::PER_SECOND)).unwrap_or(0)
    }
}

/// Everything one open log holds, behind one lock.
pub(crate) struct Core {
    pub(crate) engine: Engine,
    pub(crate) names: Names,
    pub(crate) key: LogKey,
    pub(crate) closed: Closed,
    pub(crate) pending: Pending,
    pub(crate) published: Published,
    pub(crate) pad_key: Secret,
    pub(crate) closed_version: u64,
    pub(crate) pending_version: u64,
    pub(crate) clock: Clock,
    /// Whether a call of this opening set the time before: only then is a gap one in open time.
    pub(crate) filling: bool,
    pub(crate) stopped: bool,
}

/// What a step moved from the head into objects.
struct Settled {
    anchor: Digest,
    bundle_is_full: bool,
    spills: Vec<Spill>,
}

impl Core {
    /// Enters each request whole or not at all, in order; one write of the head for all.
    pub(crate) fn enter(&mut self, requests: &[Request]) {
        let placed = self.place(requests);
        for (at, request) in requests.iter().enumerate() {
            request.answer(match &placed {
                Err(error) => Err(error.clone()),
                Ok((leaf, first)) => match first.get(at).copied().flatten() {
                    Some(first) => Ok((*leaf, first)),
                    None => Err(LedgerError::SecondFull { entered: self.pending.run.all.len() }),
                },
            });
        }
    }

    fn place(&mut self, requests: &[Request]) -> Result<(u64, Vec<Option<usize>>), LedgerError> {
        let now = requests.iter().map(|request| request.now).max().unwrap_or_default();
        self.advance(now)?;
        let mut inline = self.pending.run.inline().to_vec();
        let mut count = self.pending.run.all.len();
        let mut first = Vec::with_capacity(requests.len());
        let mut fresh = Vec::new();
        for request in requests {
            let after = count.saturating_add(request.commitments.len());
            if after > SECOND_MAX {
                first.push(None);
                continue;
            }
            first.push(Some(count));
            fresh.extend_from_slice(&request.commitments);
            count = after;
        }
        if fresh.is_empty() {
            return Ok((self.pending.leaf, first));
        }
        inline.extend_from_slice(&fresh);
        let mut spills = self.pending.run.spills.clone();
        if inline.len() > PENDING_MAX {
            let octets = tile::encode_hashes(&inline);
            let spill = Spill { digest: sha256(&octets), count: inline.len() };
            self.put(&self.names.spill(&spill.digest), &octets)?;
            spills.push(spill);
            inline.clear();
        }
        let value = self.pending.encode_with(&spills, &inline);
        let expected = Some(self.pending_version);
        let swapped = self.engine.heads.swap(&self.names.pending(), expected, &value);
        self.pending_version = swapped.map_err(|error| self.stop(error))?;
        self.pending.run.spills = spills;
        self.pending.run.all.append(&mut fresh);
        Ok((self.pending.leaf, first))
    }

    /// Closes every second before that of `now`.
    pub(crate) fn advance(&mut self, now: Micros) -> Result<(), LedgerError> {
        if self.stopped {
            return Err(LedgerError::Stopped);
        }
        let target = self.clock.second(now);
        loop {
            match self.pending.second {
                // Nothing was entered yet, so nothing has to be kept of this.
                None => self.pending.second = Some(target),
                Some(pending) if pending >= target => {
                    self.filling = true;
                    return Ok(());
                }
                Some(pending) => self.step(pending, target)?,
            }
        }
    }

    /// Settles what is due, closes the pending second and, up to the end of a bundle, the empty
    /// ones before `target`; then moves both heads at once.
    fn step(&mut self, pending: u64, target: u64) -> Result<(), LedgerError> {
        let settled = self.settle()?;
        let run = &mut self.pending.run;
        let spills = match settled {
            None => Vec::new(),
            Some(settled) => {
                run.all.push(settled.anchor);
                self.closed.seconds.clear();
                self.closed.settled = self.closed.edges.size;
                if settled.bundle_is_full {
                    self.closed.entries.clear();
                }
                settled.spills
            }
        };
        let gap = target.saturating_sub(pending);
        let fill = self.filling && gap <= FILL_SECONDS_MAX;
        let mut next = pending.saturating_add(1);
        let run = std::mem::take(run);
        self.close(pending, run);
        while fill && next < target && self.closed.entries.len() < BUNDLE {
            self.close(next, Run::default());
            next = next.saturating_add(1);
        }
        self.pending.leaf = self.closed.edges.size;
        self.pending.second = Some(if fill { next } else { target });
        self.move_heads()?;
        for spill in spills {
            // Retired: its commitments are in the chunk. What stays behind is removed on opening.
            self.engine.objects.delete(&self.names.spill(&spill.digest)).ok();
        }
        Ok(())
    }

    /// Puts the commitments of closed seconds into their object when the bundle is full or the head
    /// would grow too large, and the entries of a full bundle into theirs. All of these seconds are
    /// in the durable head, so that trying again puts the same octets.
    fn settle(&self) -> Result<Option<Settled>, LedgerError> {
        let closed = &self.closed;
        let runs = closed.seconds.iter().map(|second| &second.run);
        let spills: Vec<_> = runs.flat_map(|run| run.spills.iter().cloned()).collect();
        let bundle_is_full = closed.entries.len() >= BUNDLE;
        let due = bundle_is_full || !spills.is_empty() || closed.hashes() > CLOSED_MAX;
        if closed.seconds.is_empty() || !due {
            return Ok(None);
        }
        let (bundle, first) = Closed::bundle_of(closed.settled);
        let octets = chunk::encode(closed.settled, &closed.seconds);
        self.put(&self.names.chunk(bundle, first), &octets)?;
        if bundle_is_full {
            self.put(&self.names.entries(bundle), &bundle_octets(&closed.entries)?)?;
        }
        Ok(Some(Settled { anchor: sha256(&octets), bundle_is_full, spills }))
    }

    /// Closes one second in memory.
    fn close(&mut self, second: u64, run: Run) {
        let leaf = self.closed.edges.size;
        let inner = inner::close(&self.pad_key, leaf, &run.all);
        let entry = SecondEntry { second, root: inner.root }.encode();
        // The root of an empty second is its cover; there is nothing to keep.
        let cover = if run.all.is_empty() { Vec::new() } else { inner.cover };
        self.closed.seconds.push(ClosedSecond { run, cover });
        self.closed.second = second;
        self.closed.entries.push(entry);
        let full: Vec<FullTile> = self.closed.edges.push(merkle::leaf_hash(&entry));
        self.published.add(full, &self.closed.entries);
    }

    fn move_heads(&mut self) -> Result<(), LedgerError> {
        let swap = |name, version, value| Swap { name, expected: Some(version), value };
        let swaps = [
            swap(self.names.closed(), self.closed_version, self.closed.encode()),
            swap(self.names.pending(), self.pending_version, self.pending.encode()),
        ];
        self.engine.heads.swap_all(&swaps).map_err(|error| self.stop(error))?;
        self.closed_version = self.closed_version.saturating_add(1);
        self.pending_version = self.pending_version.saturating_add(1);
        Ok(())
    }

    /// Memory and head may differ now: nothing more until the log is opened again.
    fn stop(&mut self, error: SwapError) -> LedgerError {
        self.stopped = true;
        let fenced = matches!(error, SwapError::Conflict { .. });
        let source = Arc::new(error);
        if fenced { LedgerError::Fenced { source } } else { LedgerError::Unknown { source } }
    }

    /// Puts an object, or finds it put before, and reads it back.
    fn put(&self, name: &str, octets: &[u8]) -> Result<(), LedgerError> {
        match self.engine.objects.put(name, octets) {
            Ok(()) | Err(PutError::Exists { .. }) => {}
            Err(error) => return Err(LedgerError::storage("put an object")(error)),
        }
        let reading = LedgerError::storage("read an object back");
        if self.engine.objects.get(name).map_err(reading)? == octets {
            Ok(())
        } else {
            Err(LedgerError::damaged(name, "it does not hold what was put"))
        }
    }
}

/// The octets of an entry bundle.
pub(crate) fn bundle_octets(entries: &[Entry]) -> Result<Vec<u8>, LedgerError> {
    tile::encode_bundle(entries).map_err(|_| LedgerError::damaged("entry", "it is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Micros {
        Micros::from_seconds(seconds)
    }

    #[test]
    fn time_follows_the_clock_and_after_a_step_back_goes_on_at_half_speed() {
        let mut clock = Clock::default();
        assert_eq!(clock.second(at(100)), 100);
        assert_eq!(clock.second(at(101)), 101);
        // One minute back: no second is given twice and time does not stand still.
        assert_eq!(clock.second(at(41)), 101);
        assert_eq!(clock.second(at(61)), 111);
        assert_eq!(clock.second(at(161)), 161, "the clock has caught up");
        assert_eq!(clock.second(at(162)), 162);
    }

    #[test]
    fn many_small_steps_are_not_lost_to_rounding() {
        let mut clock = Clock::from_second(1_000);
        clock.second(Micros(0));
        for micros in 1..=4_000_001_i64 / 3 {
            clock.second(Micros(micros * 3));
        }
        assert_eq!(clock.second(at(4)), 1_002);
    }
}
