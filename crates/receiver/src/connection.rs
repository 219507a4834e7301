//! One connection, from the first octet to a clean end.
//!
//! Drives a [`Session`]: octets in, PDUs to custody, answers back. Everything read is handed over
//! in order. However it ends, our side is closed with FIN and what the peer still sends is read
//! for a short while: a reset in mid-send makes some mediation functions give up for good.
//!
//! Rules: TS 102 232-1 clause 6; DESIGN decisions 16 and 19.
use crate::counts::{Counted, Seen, Tally};
use crate::hand::{Hand, HandError, Marked};
use crate::listener::Clock;
use crate::notices::Notices;
use crate::settings::Limits;
use bytes::Bytes;
use lacre_custody::door::{Delivery, IntakeDoor, PeerBook};
use lacre_handover::session::{Breach, Event, Session};
use lacre_term::{Digest, PayloadClass};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout, timeout_at};

/// What every connection of a port shares.
pub(crate) struct Context {
    pub(crate) door: IntakeDoor,
    pub(crate) book: Arc<dyn PeerBook>,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) tally: Tally,
}

/// How the peer of a connection was recognised.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    Certificate(Digest),
    Plain(SocketAddr),
}

/// Why a connection ended, as it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Closed,
    Lost,
    Stopping,
    Idle,
    Slow,
    Unregistered,
    NotTaken,
    Broken,
    Stalled,
    IntakeStopped,
    NoRoom,
    Negotiation(Breach),
}

impl Ended {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Closed => "closed by the peer",
            Self::Lost => "lost",
            Self::Stopping => "closed: the port is stopping",
            Self::Idle => "closed: silent for too long",
            Self::Slow => "closed: a PDU took too long to arrive",
            Self::Unregistered => "closed: the peer is no longer registered",
            Self::NotTaken => "closed: the peer does not take our answers",
            Self::Broken => "closed: octets without PDU framing",
            Self::Stalled => "closed: intake did not keep up",
            Self::IntakeStopped => "closed: intake has stopped",
            Self::NoRoom => "closed: no room for more parts of PDUs",
            Self::Negotiation(Breach::Interrupted) => {
                "closed: another message within an option negotiation"
            }
            Self::Negotiation(Breach::Unread) => {
                "closed: unreadable request within an option negotiation"
            }
            Self::Negotiation(Breach::TooMany) => "closed: option requests without end",
        }
    }
}

const READ_OCTETS: usize = 64 * 1024;
/// Parts of PDUs up to this size need no share of the common room.
const SMALL_PART: usize = READ_OCTETS;

struct Conversation<'c, S> {
    stream: S,
    seen: &'c Seen,
    known: Known,
    context: &'c Context,
    stop: watch::Receiver<bool>,
    session: Session,
    hand: Hand,
    piece: Vec<u8>,
    /// Octets fed and not yet given back as a PDU.
    part: usize,
    part_since: Option<Instant>,
    held: usize,
    read_at: Instant,
    shut_since: Option<Instant>,
    tick: Interval,
    run: Option<Vec<u8>>,
    notices: Notices,
    closing: bool,
}

/// Serves a recognised peer to the end of its connection. `slot` is its place among connections.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    (seen, known): (&Seen, Known),
    context: &Context,
    stop: watch::Receiver<bool>,
    slot: OwnedSemaphorePermit,
) -> Ended {
    let limits = lacre_handover::Limits {
        pdu_octets_max: context.limits.pdu_octets_max,
        ..lacre_handover::Limits::default()
    };
    let mut tick = interval(Duration::from_millis(500));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let window = context.limits.unsynced_octets_max;
    let mut conversation = Conversation {
        stream,
        seen,
        known,
        context,
        stop,
        session: Session::new(limits),
        hand: Hand::new(context.door.clone(), slot, window),
        piece: vec![0; READ_OCTETS],
        part: 0,
        part_since: None,
        held: 0,
        read_at: Instant::now(),
        shut_since: None,
        tick,
        run: None,
        notices: Notices::new(Arc::clone(&context.book), Arc::clone(&seen.peer)),
        closing: false,
    };
    let ended = conversation.live().await;
    conversation.end(ended).await;
    ended
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<'_, S> {
    async fn live(&mut self) -> Ended {
        loop {
            let open = self.hand.is_open();
            let step = tokio::select! {
                biased;
                () = stopping(&mut self.stop) => Err(Ended::Stopping),
                marked = self.hand.marked() => self.marked(marked).await,
                _ = self.tick.tick() => self.look_around(),
                read = self.stream.read(&mut self.piece), if open => self.took(read).await,
            };
            self.shut_since = match (self.hand.is_open(), self.shut_since) {
                (true, _) => None,
                (false, since) => since.or_else(|| Some(Instant::now())),
            };
            if let Err(ended) = step {
                return ended;
            }
        }
    }

    /// Custody's word on a mark: answers what waited for it.
    async fn marked(&mut self, marked: Marked) -> Result<(), Ended> {
        if !marked.durable {
            return Err(Ended::IntakeStopped);
        }
        self.session.durable(marked.ordinal, (self.context.clock)());
        self.hold()?;
        self.answer().await
    }

    fn look_around(&mut self) -> Result<(), Ended> {
        self.notices.enter();
        let limits = &self.context.limits;
        let passed = |since: Instant, wait| since.elapsed() >= wait;
        if self.shut_since.is_some_and(|since| passed(since, limits.stall_wait)) {
            return Err(Ended::Stalled);
        }
        if self.part_since.is_some_and(|since| passed(since, limits.pdu_wait)) {
            return Err(Ended::Slow);
        }
        if self.shut_since.is_none() && passed(self.read_at, limits.idle_wait) {
            return Err(Ended::Idle);
        }
        let book = &self.context.book;
        let now = match self.known {
            Known::Certificate(sha256) => book.by_certificate(&sha256),
            Known::Plain(listener) => book.by_plain(listener, self.seen.address.ip()),
        };
        if now.as_deref() == Some(&*self.seen.peer) { Ok(()) } else { Err(Ended::Unregistered) }
    }

    /// Takes what a read gave: answers, then hands over.
    async fn took(&mut self, read: io::Result<usize>) -> Result<(), Ended> {
        let size = match read {
            Ok(0) => return Err(Ended::Closed),
            Ok(size) => size,
            // A TLS peer that leaves without saying so.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(Ended::Closed);
            }
            Err(_) => return Err(Ended::Lost),
        };
        let now = (self.context.clock)();
        self.read_at = Instant::now();
        if let Some(read) = self.piece.get_mut(..size) {
            self.session.feed(read);
            // A later and smaller read would leave it here for as long as the connection lasts.
            read.fill(0);
        }
        self.part = self.part.saturating_add(size);
        let (mut batch, mut asked) = (Vec::new(), false);
        while let Some(event) = self.session.poll(now) {
            let octets = match event {
                Event::Pdu { pdu, .. } => {
                    asked |= pdu.class == PayloadClass::AckRequest;
                    if pdu.class == PayloadClass::OperatorMessage {
                        self.notices.message(&pdu);
                    }
                    pdu.octets
                }
                Event::Malformed { octets, .. } => octets,
                Event::Broken { octets, .. } => {
                    self.run = Some(octets.to_vec());
                    break;
                }
            };
            self.part = self.part.saturating_sub(octets.len());
            let octets = Bytes::copy_from_slice(octets);
            batch.push(Delivery::of_pdu(Arc::clone(&self.seen.peer), octets, now));
        }
        self.session.settle();
        self.notices.options(self.session.agreed());
        self.context.tally.read(self.seen, size, batch.len());
        self.part_since = match (self.part, batch.is_empty(), self.part_since) {
            (0, _, _) => None,
            (_, true, Some(since)) => Some(since),
            _ => Some(self.read_at),
        };
        // A peer that takes no answers has still delivered: hand over first, then say so.
        let answered = self.answer().await;
        if !batch.is_empty() {
            let (ordinal, wait) = (self.session.given(), self.context.limits.stall_wait);
            self.hand.over(batch, ordinal, asked, wait).await.map_err(|error| match error {
                HandError::Stalled => Ended::Stalled,
                HandError::Stopped => Ended::IntakeStopped,
            })?;
        }
        answered?;
        if self.run.is_some() {
            return Err(Ended::Broken);
        }
        self.hold()?;
        match self.session.breach() {
            // While it is being closed for that already, what still comes is taken as before.
            Some(breach) if !self.closing => Err(Ended::Negotiation(breach)),
            _ => Ok(()),
        }
    }

    /// Takes its share of the room for parts of PDUs, and for large ones not durable yet.
    fn hold(&mut self) -> Result<(), Ended> {
        let part = if self.part > SMALL_PART { self.part } else { 0 };
        let part = part.saturating_add(self.hand.beyond());
        if !self.context.tally.hold(self.held, part, self.context.limits.held_octets_max) {
            return Err(Ended::NoRoom);
        }
        self.held = part;
        Ok(())
    }

    async fn answer(&mut self) -> Result<(), Ended> {
        let answers = self.session.take_answers();
        if answers.is_empty() {
            return Ok(());
        }
        let write = async {
            self.stream.write_all(&answers).await?;
            self.stream.flush().await
        };
        match timeout(self.context.limits.write_wait, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::Lost),
            Err(_) => Err(Ended::NotTaken),
        }
    }

    /// Closes our side, reads what still comes, and hands over what is left.
    async fn end(&mut self, ended: Ended) {
        let deadline = Instant::now() + self.context.limits.close_wait;
        self.closing = true;
        let taking = match ended {
            Ended::Closed | Ended::Lost => true,
            Ended::Stopping
            | Ended::Idle
            | Ended::Slow
            | Ended::Unregistered
            | Ended::Negotiation(_) => {
                self.shut().await;
                self.drain(deadline).await
            }
            Ended::NotTaken => self.drain(deadline).await,
            Ended::Broken => {
                self.shut().await;
                self.keep_run(deadline).await
            }
            Ended::Stalled | Ended::IntakeStopped => {
                self.shut().await;
                self.discard(deadline).await;
                false
            }
            Ended::NoRoom => {
                self.shut().await;
                self.discard(deadline).await;
                true
            }
        };
        if ended == Ended::Closed {
            // A peer may close its side only and wait for the acknowledgement it asked for.
            self.last_answers(deadline).await;
        }
        self.half(taking).await;
        if self.hand.beyond() > 0 {
            self.until_durable().await;
        }
        self.context.tally.hold(self.held, 0, 0);
        self.shut().await;
        self.notices.finish().await;
    }

    async fn shut(&mut self) {
        // A peer that is gone needs no FIN.
        let _ = timeout(self.context.limits.close_wait, self.stream.shutdown()).await;
    }

    /// Goes on as before until the peer closes; true when custody still takes what comes.
    async fn drain(&mut self, deadline: Instant) -> bool {
        loop {
            let open = self.hand.is_open();
            let step = timeout_at(deadline, async {
                tokio::select! {
                    biased;
                    marked = self.hand.marked() => self.marked(marked).await,
                    read = self.stream.read(&mut self.piece), if open => self.took(read).await,
                }
            });
            match step.await {
                // Our answers no longer go out; what the peer sent still counts.
                Ok(Ok(()) | Err(Ended::NotTaken)) => {}
                Ok(Err(Ended::Broken)) => return self.keep_run(deadline).await,
                Ok(Err(Ended::Stalled | Ended::IntakeStopped)) => return false,
                Ok(Err(_)) | Err(_) => return true,
            }
        }
    }

    /// Keeps a run without framing up to its bound, reads and discards what follows.
    async fn keep_run(&mut self, deadline: Instant) -> bool {
        let max = self.context.limits.unframed_octets_max;
        let mut run = self.run.take().unwrap_or_default();
        self.part = 0;
        while run.len() < max {
            match timeout_at(deadline, self.stream.read(&mut self.piece)).await {
                Ok(Ok(size @ 1..)) => {
                    self.context.tally.read(self.seen, size, 0);
                    if let Some(read) = self.piece.get_mut(..size) {
                        run.extend_from_slice(read);
                        read.fill(0);
                    }
                }
                _ => return self.unframed(run).await,
            }
        }
        let taken = self.unframed(run).await;
        self.discard(deadline).await;
        taken
    }

    async fn unframed(&mut self, octets: Vec<u8>) -> bool {
        let size = octets.len();
        let (peer, now) = (Arc::clone(&self.seen.peer), (self.context.clock)());
        let delivery = Delivery::of_run(peer, octets.into(), now);
        let (ordinal, wait) = (self.session.given(), self.context.limits.stall_wait);
        let mark = size > SMALL_PART;
        let taken = self.hand.over(vec![delivery], ordinal, mark, wait).await.is_ok();
        let counted = if taken { Counted::UnframedOctets } else { Counted::DiscardedOctets };
        self.context.tally.add(counted, size);
        taken
    }

    async fn discard(&mut self, deadline: Instant) {
        while let Ok(Ok(size @ 1..)) = timeout_at(deadline, self.stream.read(&mut self.piece)).await
        {
            self.context.tally.read(self.seen, size, 0);
            self.context.tally.add(Counted::DiscardedOctets, size);
        }
    }

    async fn last_answers(&mut self, deadline: Instant) {
        while self.hand.is_waiting() {
            match timeout_at(deadline, self.hand.marked()).await {
                Ok(marked) if self.marked(marked).await.is_ok() => {}
                _ => return,
            }
        }
    }

    /// Waits until custody has put down what it took: its share of the common room is given back
    /// only then, or the queue would hold more than the room.
    async fn until_durable(&mut self) {
        let deadline = Instant::now() + self.context.limits.stall_wait;
        while self.hand.is_waiting() {
            match timeout_at(deadline, self.hand.marked()).await {
                Ok(marked) if marked.durable => {}
                _ => return,
            }
        }
    }

    /// Hands over the start of a PDU that never came whole.
    async fn half(&mut self, taking: bool) {
        let ended = std::mem::replace(&mut self.session, Session::new(Default::default()));
        let Some((octets, _)) = ended.close() else {
            return;
        };
        self.context.tally.add(Counted::Halves, 1);
        if taking {
            self.unframed(octets).await;
        } else {
            self.context.tally.add(Counted::DiscardedOctets, octets.len());
        }
    }
}

async fn stopping(stop: &mut watch::Receiver<bool>) {
    // A port that is gone has stopped too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What is entered when a connection has ended.
pub(crate) fn summary(ended: Ended, seen: &Seen) -> String {
    let (pdus, octets) = seen.figures();
    format!("{}; {pdus} PDUs, {octets} octets", ended.words())
}
