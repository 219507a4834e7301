//! Taking a recorded handover: one thread reads, frames and digests, another keeps.
//!
//! Promises: what the last mark says is durable, and the rest can be taken again without storing
//! anything twice; whatever follows lost framing is kept closed, in pieces, exactly as it came.
//! While one block is synced the next is filled.
//!
//! Rules: DESIGN decisions 1, 3 and 16.
use crate::clock;
use crate::door::Delivery;
use crate::error::CustodyError;
use crate::house::House;
use crate::intake::{Intake, Mark};
use bytes::Bytes;
use lacre_handover::Limits;
use lacre_handover::frame::{Framed, next};
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// From a recorded file a batch may be larger; the first ones are small, so that a mark comes soon.
const FILE_OCTETS_FIRST: usize = 64 << 10;
const FILE_OCTETS_MAX: usize = 8 << 20;
/// Octets read in one go. Smaller than a processor's cache, so that what was read is still near
/// when it is digested.
const CHUNK_OCTETS: usize = 512 << 10;
/// What follows lost framing is kept in pieces of so many octets.
const PIECE_OCTETS: usize = 1 << 20;
/// Chunks read and not asked for yet; one more is being read, one being kept.
const AHEAD: usize = 1;
/// PDUs handed over at once.
const HANDED_MAX: usize = 4096;

/// How far a file has become durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMark {
    /// Everything before this offset of the file is durable.
    pub offset: u64,
    /// What became durable.
    pub mark: Mark,
}

/// What the reading thread hands to the keeping one.
type Handed = Result<Vec<Delivery>, std::io::Error>;

/// How far a file has been taken.
struct Progress {
    taken: u64,
    batch_octets_max: usize,
    /// Handed to the disk, true once the next one is.
    behind: Option<FileMark>,
}

impl House {
    /// Takes a recorded handover from `reader`, calling `durable` at each mark.
    ///
    /// # Errors
    /// A reader's failure, or intake's: what the last mark says is durable, the rest can be taken
    /// again without storing anything twice.
    pub fn take_file(
        &self,
        reader: &mut (dyn Read + Send),
        peer: &Arc<str>,
        durable: &mut dyn FnMut(&FileMark),
    ) -> Result<(), CustodyError> {
        let (to, from) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            let reading = move || Reading { reader, peer, to }.run();
            let begun = std::thread::Builder::new().name("reader".into());
            begun.spawn_scoped(scope, reading).map_err(|error| {
                CustodyError::Input(format!("no thread to read the file with: {error}"))
            })?;
            // Given away: when keeping fails, nobody listens any more and the reader ends.
            self.keep_file(from, durable)
        })
    }

    /// Intake is lent for a chunk at a time: connections go on; and a mark is told when it is
    /// given back, as whoever listens may be slow.
    fn keep_file(
        &self,
        from: Receiver<Handed>,
        durable: &mut dyn FnMut(&FileMark),
    ) -> Result<(), CustodyError> {
        let mut progress = Progress { taken: 0, batch_octets_max: FILE_OCTETS_FIRST, behind: None };
        // The sender is gone once the file is at its end.
        while let Ok(handed) = from.recv() {
            let deliveries = handed.map_err(|error| {
                CustodyError::Input(format!(
                    "the file could not be read after octet {}: {error}; take it again, nothing \
                     is stored twice",
                    progress.taken
                ))
            })?;
            let marks = self.with_intake(|intake| progress.keep(intake, deliveries))?;
            marks.iter().for_each(&mut *durable);
        }
        let last = self.with_intake(|intake| progress.end(intake))?;
        last.iter().for_each(durable);
        Ok(())
    }
}

impl Progress {
    fn keep(
        &mut self,
        intake: &mut Intake,
        deliveries: Vec<Delivery>,
    ) -> Result<Vec<FileMark>, CustodyError> {
        let mut marks = Vec::new();
        for mut delivery in deliveries {
            // What may be a restart waits from here on, however long it waited to be looked at.
            delivery.received_at = clock::now();
            let octets = u64::try_from(delivery.octets().len()).unwrap_or(u64::MAX);
            self.taken = self.taken.saturating_add(octets);
            intake.take(delivery, false)?;
            let pending = intake.pending_octets();
            let full = pending >= self.batch_octets_max;
            // A PDU that may be a restart is better decided by its follower than by a batch's
            // end.
            if full && (intake.held() == 0 || pending >= 2 * self.batch_octets_max) {
                let now = clock::now();
                let begun = intake.commit_behind(now)?;
                // The one before is durable once the next was begun.
                marks.extend(self.behind.take());
                let offset = self.taken;
                self.behind = begun.map(|mark| FileMark { offset, mark });
                intake.enter_batches(now)?;
                intake.cut_closed(now)?;
                self.batch_octets_max = (self.batch_octets_max * 2).min(FILE_OCTETS_MAX);
            }
        }
        Ok(marks)
    }

    fn end(&mut self, intake: &mut Intake) -> Result<Vec<FileMark>, CustodyError> {
        let now = clock::now();
        let last = intake.commit(now, true)?;
        let mut marks: Vec<FileMark> = self.behind.take().into_iter().collect();
        marks.extend(last.map(|mark| FileMark { offset: self.taken, mark }));
        intake.enter_batches(now)?;
        intake.cut_closed(now)?;
        Ok(marks)
    }
}

/// The reading thread's work.
struct Reading<'a> {
    reader: &'a mut (dyn Read + Send),
    peer: &'a Arc<str>,
    to: SyncSender<Handed>,
}

impl Reading<'_> {
    fn run(mut self) {
        if let Err(error) = self.read_all() {
            // Nobody listens when keeping has failed; its error is the one that is told.
            let _ = self.to.send(Err(error));
        }
    }

    /// Reads and frames until the end, or until nobody listens any more.
    fn read_all(&mut self) -> std::io::Result<()> {
        let limits = Limits::default();
        let mut rest: Bytes = Bytes::new();
        let mut room = CHUNK_OCTETS;
        loop {
            let before = rest.len();
            let chunk = self.fill(&rest, room)?;
            let ended = chunk.len() == before;
            let Some((at, wanted)) = self.frame(&chunk, &limits) else { return Ok(()) };
            rest = chunk.slice(at..);
            let Some(wanted) = wanted.filter(|_| !ended) else {
                return self.unframed(&rest);
            };
            // A PDU larger than what was read: read what it says it has, or half as much again,
            // before looking at it again.
            room = wanted.saturating_sub(rest.len()).max(rest.len() / 2).max(CHUNK_OCTETS);
        }
    }

    /// `rest` and up to `room` octets more; no more than `rest` at the end of the file.
    fn fill(&mut self, rest: &[u8], room: usize) -> std::io::Result<Bytes> {
        let mut chunk = Vec::with_capacity(rest.len().saturating_add(room));
        chunk.extend_from_slice(rest);
        let most = u64::try_from(room).unwrap_or(u64::MAX);
        Read::take(&mut *self.reader, most).read_to_end(&mut chunk)?;
        Ok(chunk.into())
    }

    /// Hands over the PDUs at the front of `chunk`: where they end, and how many octets the next
    /// one needs at least, or nothing when framing is lost there. `None` when nobody listens.
    fn frame(&self, chunk: &Bytes, limits: &Limits) -> Option<(usize, Option<usize>)> {
        let (mut deliveries, mut at, now) = (Vec::new(), 0, clock::now());
        let wanted = loop {
            // The smallest PDUs are smaller than what is written down of them.
            if deliveries.len() >= HANDED_MAX {
                self.to.send(Ok(std::mem::take(&mut deliveries))).ok()?;
            }
            match next(chunk.get(at..).unwrap_or_default(), limits) {
                Framed::Pdu(whole) => {
                    let end = at.saturating_add(whole.len());
                    let octets = chunk.slice(at..end);
                    deliveries.push(Delivery::of_pdu(Arc::clone(self.peer), octets, now));
                    at = end;
                }
                Framed::Incomplete { need_at_least } => break Some(need_at_least),
                Framed::Broken(_) => break None,
            }
        };
        if !deliveries.is_empty() {
            self.to.send(Ok(deliveries)).ok()?;
        }
        Some((at, wanted))
    }

    /// What is no PDU, up to the end of the file, each piece a run of its own.
    fn unframed(&mut self, rest: &Bytes) -> std::io::Result<()> {
        let mut piece = rest.clone();
        loop {
            let room = PIECE_OCTETS.saturating_sub(piece.len());
            piece = self.fill(&piece, room)?;
            let (now, last) = (clock::now(), piece.len() < PIECE_OCTETS);
            if !piece.is_empty() {
                let run = Delivery::of_run(Arc::clone(self.peer), piece, now);
                if self.to.send(Ok(vec![run])).is_err() {
                    return Ok(());
                }
            }
            if last {
                return Ok(());
            }
            piece = Bytes::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    struct Interrupted(u8);

    impl Read for Interrupted {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => Err(ErrorKind::Interrupted.into()),
                2 => {
                    into[..3].copy_from_slice(b"abc");
                    Ok(3)
                }
                _ => Ok(0),
            }
        }
    }

    fn pieces(mut reader: impl Read + Send) -> Vec<Vec<u8>> {
        let (to, from) = sync_channel(64);
        let peer: Arc<str> = "OP".into();
        Reading { reader: &mut reader, peer: &peer, to }.run();
        from.iter().flat_map(|handed| handed.unwrap()).map(|it| it.octets().to_vec()).collect()
    }

    #[test]
    fn a_read_that_was_interrupted_loses_nothing() {
        assert_eq!(pieces(Interrupted(0)), [b"abc".to_vec()]);
    }

    #[test]
    fn pdus_across_chunks_and_what_is_none_arrive_octet_for_octet() {
        let pdu = |size: usize| {
            let mut pdu = vec![0x30, 0x84];
            pdu.extend_from_slice(&u32::try_from(size).unwrap().to_be_bytes());
            pdu.resize(size + 6, 0x55);
            pdu
        };
        let mut sent: Vec<Vec<u8>> = (0..400).map(|n| pdu(5_000 + n)).collect();
        sent.push(pdu(3 << 20));
        sent.push(b"no PDU".to_vec());
        assert_eq!(pieces(sent.concat().as_slice()), sent);
        let long = vec![0x11; 2 * PIECE_OCTETS + 5];
        let cut: Vec<usize> = pieces(long.as_slice()).iter().map(Vec::len).collect();
        assert_eq!(cut, [PIECE_OCTETS, PIECE_OCTETS, 5]);
    }
}
