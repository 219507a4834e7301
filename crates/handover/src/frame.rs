//! Frame: cuts a stream of octets into PS-PDUs under a length limit.
//!
//! There is no framing besides BER: PDUs follow each other, each starts with 0x30. A length over
//! the limit, a foreign first octet or a forbidden length octet is broken at once, before
//! anything is waited for; lost framing cannot be found again. Memory held is at most one PDU
//! under the limit and the last push.
//!
//! Rules: TS 102 232-1 clause 6 (transport); X.690 clause 8.1.3.
use crate::ber::{DEPTH_MAX, HeadFault, Length, head};
use crate::malformed::{Fault, Malformed};
use std::ops::Range;

/// What a sender may ask of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most octets one PDU may have.
    pub pdu_octets_max: usize,
    /// Deepest nesting followed, at most 64.
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pdu_octets_max: 16 * 1024 * 1024, depth_max: DEPTH_MAX }
    }
}

/// The answer to "what is at the start of this buffer".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed<'a> {
    /// One whole PDU.
    Pdu(&'a [u8]),
    /// The start of a PDU.
    Incomplete {
        /// The buffer must be at least this long before anything more can be said.
        need_at_least: usize,
    },
    /// Not a PDU, whatever follows.
    Broken(Malformed),
}

/// What is at the start of `buffer`.
#[must_use]
pub fn next<'a>(buffer: &'a [u8], limits: &Limits) -> Framed<'a> {
    match Scan::default().advance(buffer, limits) {
        Step::Whole(length) => Framed::Pdu(buffer.get(..length).unwrap_or_default()),
        Step::Need(need_at_least) => Framed::Incomplete { need_at_least },
        Step::Broken(malformed) => Framed::Broken(malformed),
    }
}

enum Step {
    Whole(usize),
    Need(usize),
    Broken(Malformed),
}

/// How far the end of the PDU at hand has been looked for. Kept between pushes, so that octets
/// are looked at once however small the pushes are.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    at: usize,
    /// Indefinite lengths open; zero before the outermost identifier was read.
    open: usize,
}

impl Scan {
    #[inline]
    fn advance(&mut self, buffer: &[u8], limits: &Limits) -> Step {
        let limit = limits.pdu_octets_max;
        if self.open == 0 {
            match self.outermost(buffer, limit) {
                Ok(Some(total)) if total <= buffer.len() => return Step::Whole(total),
                Ok(Some(total)) => return Step::Need(total),
                Ok(None) => {}
                Err(step) => return step,
            }
        }
        loop {
            if self.at > limit {
                return Step::Broken(Malformed::unframed(self.at, Fault::TooLong { limit }));
            }
            let rest = buffer.get(self.at..).unwrap_or_default();
            if rest.starts_with(&[0, 0]) {
                self.open = self.open.saturating_sub(1);
                self.at = self.at.saturating_add(2);
                if self.open == 0 && self.at <= limit {
                    return Step::Whole(self.at);
                }
                // The end itself may be beyond the limit; then the loop's first line refuses it.
                continue;
            }
            match head(rest, limit.saturating_sub(self.at)) {
                Err(HeadFault::Incomplete(need)) => {
                    return Step::Need(self.at.saturating_add(need));
                }
                Err(HeadFault::Fault(Fault::TooLong { .. })) => {
                    return Step::Broken(Malformed::unframed(self.at, Fault::TooLong { limit }));
                }
                Err(HeadFault::Fault(fault)) => {
                    return Step::Broken(Malformed::unframed(self.at, fault));
                }
                Ok(found) => {
                    if rest.first() == Some(&0) {
                        let fault = Fault::StrayEndOfContents;
                        return Step::Broken(Malformed::unframed(self.at, fault));
                    }
                    self.at = self.at.saturating_add(found.size);
                    match found.length {
                        Length::Definite(length) => self.at = self.at.saturating_add(length),
                        Length::Indefinite => self.open = self.open.saturating_add(1),
                    }
                }
            }
            if self.open > limits.depth_max {
                let fault = Fault::TooDeep { limit: limits.depth_max };
                return Step::Broken(Malformed::unframed(self.at, fault));
            }
        }
    }

    /// The length of the whole PDU, or `None` when it is indefinite and must be searched for.
    #[inline]
    fn outermost(&mut self, buffer: &[u8], limit: usize) -> Result<Option<usize>, Step> {
        match buffer.first() {
            None => return Err(Step::Need(2)),
            Some(0x30) => {}
            Some(&got) => {
                return Err(Step::Broken(Malformed::unframed(0, Fault::NotSequence { got })));
            }
        }
        let too_long = Step::Broken(Malformed::unframed(0, Fault::TooLong { limit }));
        match head(buffer, limit) {
            Err(HeadFault::Incomplete(need)) => Err(Step::Need(need)),
            Err(HeadFault::Fault(Fault::TooLong { .. })) => Err(too_long),
            Err(HeadFault::Fault(fault)) => Err(Step::Broken(Malformed::unframed(0, fault))),
            Ok(found) => match found.length {
                Length::Definite(length) => {
                    let total = found.size.saturating_add(length);
                    if total > limit { Err(too_long) } else { Ok(Some(total)) }
                }
                Length::Indefinite => {
                    (self.at, self.open) = (found.size, 1);
                    Ok(None)
                }
            },
        }
    }
}

/// Frames a stream that comes in pieces of any size.
#[derive(Debug, Clone, Default)]
pub struct FrameReader {
    limits: Limits,
    buffer: Vec<u8>,
    start: usize,
    scan: Scan,
    broken: Option<Malformed>,
}

impl FrameReader {
    /// An empty reader.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes octets from the stream. Take every PDU out with [`Self::next`] between pushes, to
    /// keep the memory bound. After an error nothing more is taken: what [`Self::rest`] holds is
    /// the run to keep, and the connection is to be closed.
    pub fn push(&mut self, octets: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        self.forget();
        self.buffer.extend_from_slice(octets);
    }

    /// Forgets what was taken out: what lay there is overwritten, as a later and smaller read would
    /// leave it in place for as long as the connection lasts.
    fn forget(&mut self) {
        let start = self.start.min(self.buffer.len());
        if start == 0 {
            return;
        }
        self.buffer.copy_within(start.., 0);
        let kept = self.buffer.len().saturating_sub(start);
        if let Some(left) = self.buffer.get_mut(kept..) {
            left.fill(0);
        }
        self.buffer.truncate(kept);
        self.start = 0;
    }

    /// The next whole PDU; `None` when more octets are needed, and for ever after an error.
    #[expect(clippy::should_implement_trait, reason = "what it returns borrows from the reader")]
    pub fn next(&mut self) -> Option<Result<&[u8], Malformed>> {
        match self.next_range()? {
            Ok(range) => Some(Ok(self.octets(range))),
            Err(malformed) => Some(Err(malformed)),
        }
    }

    /// The next whole PDU of a stream whose octets to come are `piece`, which is left with what
    /// follows it. A PDU that lies in `piece` whole is borrowed from there; only one that is cut
    /// between two pieces is put together in the reader. `None` when `piece` is used up: give the
    /// next one. For ever after an error, too, and then [`Self::rest`] holds the run to keep.
    ///
    /// As [`Self::push`] and [`Self::next`], without a copy of every octet. [`runs`] cuts a file
    /// that lies in memory whole.
    pub fn next_from<'r, 'p: 'r>(
        &'r mut self,
        piece: &mut &'p [u8],
    ) -> Option<Result<&'r [u8], Malformed>> {
        if self.broken.is_some() {
            return None;
        }
        self.forget();
        if self.buffer.is_empty() {
            let step = self.scan.advance(piece, &self.limits);
            if let Step::Whole(length) = step {
                self.scan = Scan::default();
                let (pdu, after) = piece.split_at_checked(length)?;
                *piece = after;
                return Some(Ok(pdu));
            }
            self.keep(piece, usize::MAX);
            return self.stop_at(step).map(Err);
        }
        loop {
            match self.scan.advance(&self.buffer, &self.limits) {
                Step::Whole(length) => {
                    self.start = length;
                    self.scan = Scan::default();
                    return Some(Ok(self.octets(0..length)));
                }
                Step::Need(_) if piece.is_empty() => return None,
                Step::Need(need) => {
                    // At least one octet, so that this ends.
                    let missing = need.saturating_sub(self.buffer.len()).max(1);
                    self.keep(piece, missing);
                }
                broken @ Step::Broken(_) => {
                    self.keep(piece, usize::MAX);
                    return self.stop_at(broken).map(Err);
                }
            }
        }
    }

    /// Moves at most `most` octets from the start of `piece` to the end of the buffer.
    fn keep(&mut self, piece: &mut &[u8], most: usize) {
        let (kept, after) = piece.split_at_checked(most).unwrap_or((piece, &[]));
        self.buffer.extend_from_slice(kept);
        *piece = after;
    }

    /// Remembers why framing was lost, when `step` says that it was.
    fn stop_at(&mut self, step: Step) -> Option<Malformed> {
        if let Step::Broken(malformed) = step {
            self.broken = Some(malformed);
        }
        self.broken
    }

    /// Like [`Self::next`], as a range for [`Self::octets`], valid until the next push.
    #[inline]
    pub fn next_range(&mut self) -> Option<Result<Range<usize>, Malformed>> {
        if self.broken.is_some() {
            return None;
        }
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        match self.scan.advance(rest, &self.limits) {
            Step::Whole(length) => {
                let from = self.start;
                self.start = from.saturating_add(length);
                self.scan = Scan::default();
                Some(Ok(from..self.start))
            }
            Step::Need(_) => None,
            Step::Broken(malformed) => {
                self.broken = Some(malformed);
                Some(Err(malformed))
            }
        }
    }

    /// The octets of a range [`Self::next_range`] gave.
    #[must_use]
    pub fn octets(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    /// Octets that belong to no PDU yet: the start of one, or what follows lost framing.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Overwrites the PDUs already taken out, and gives their room back when it was more than most
    /// PDUs need. Ranges given before are no longer valid.
    pub fn settle(&mut self) {
        const KEPT: usize = 1 << 20;
        let taken = self.start > 0;
        self.forget();
        if taken && self.buffer.capacity() > KEPT {
            self.buffer.shrink_to(KEPT);
        }
    }

    /// Ends reading: [`Self::rest`], in the buffer it came into.
    #[must_use]
    pub fn into_rest(mut self) -> Vec<u8> {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.buffer
    }

    /// Why framing was lost, when it was.
    #[must_use]
    pub fn broken(&self) -> Option<Malformed> {
        self.broken
    }
}

/// A piece of a recorded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run<'a> {
    /// One framed PDU.
    Pdu {
        /// Where it starts in the file.
        offset: usize,
        /// Its octets.
        octets: &'a [u8],
    },
    /// All that is left, without framing. The last run.
    Unframed {
        /// Where it starts in the file.
        offset: usize,
        /// Its octets.
        octets: &'a [u8],
        /// Why.
        malformed: Malformed,
    },
}

/// Cuts a recorded file: PDUs, then perhaps one unframed run to its end.
#[derive(Debug, Clone)]
pub struct Runs<'a> {
    octets: &'a [u8],
    at: usize,
    limits: Limits,
}

/// Cuts `octets`, the whole of a recorded stream, into runs that cover every octet once.
#[must_use]
pub fn runs<'a>(octets: &'a [u8], limits: &Limits) -> Runs<'a> {
    Runs { octets, at: 0, limits: *limits }
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        let rest = self.octets.get(self.at..).filter(|rest| !rest.is_empty())?;
        let offset = self.at;
        let malformed = match next(rest, &self.limits) {
            Framed::Pdu(octets) => {
                self.at = offset.saturating_add(octets.len());
                return Some(Run::Pdu { offset, octets });
            }
            Framed::Incomplete { .. } => Malformed::unframed(rest.len(), Fault::Truncated),
            Framed::Broken(malformed) => malformed,
        };
        self.at = self.octets.len();
        Some(Run::Unframed { offset, octets: rest, malformed })
    }
}
