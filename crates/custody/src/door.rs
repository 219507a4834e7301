//! What doors hand in, and the receipt they wait for.
//!
//! A delivery is one PDU (or one run of octets without framing) from a peer known by name. The
//! queue is bounded: a full queue makes the door wait, and the sender's TCP window closes. A ticket
//! resolves only when the octets are durable (decision 16), which is when an acknowledgement may
//! be answered.
//!
//! Rules: DESIGN decisions 16 and 20; TS 102 232-1 clause 6 (acknowledgement).
use bytes::Bytes;
use lacre_proof::hash;
use lacre_term::{Digest, Micros};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// One PDU as received, or a run of octets in which no PDU could be framed.
///
/// The octets are shared, not copied, with whoever read them, and never change; their digest is
/// computed where the delivery is made, which is on the door's thread and not on intake's.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The peer's name in the register.
    pub peer: Arc<str>,
    /// When the last of the octets was read.
    pub received_at: Micros,
    octets: Bytes,
    sha256: Digest,
    unframed: bool,
}

impl Delivery {
    /// One framed PDU, exactly as received.
    #[must_use]
    pub fn of_pdu(peer: Arc<str>, octets: Bytes, received_at: Micros) -> Self {
        let sha256 = hash::sha256(&octets);
        Self { peer, received_at, octets, sha256, unframed: false }
    }

    /// A run of octets without PDU framing, to be kept in quarantine.
    #[must_use]
    pub fn of_run(peer: Arc<str>, octets: Bytes, received_at: Micros) -> Self {
        Self { unframed: true, ..Self::of_pdu(peer, octets, received_at) }
    }

    /// The octets, exactly as received.
    #[must_use]
    pub fn octets(&self) -> &Bytes {
        &self.octets
    }

    /// SHA-256 of the octets.
    #[must_use]
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    /// True for a run without PDU framing.
    #[must_use]
    pub fn is_unframed(&self) -> bool {
        self.unframed
    }
}

/// What the intake thread takes from the queue.
pub enum Request {
    /// Octets to keep.
    Deliver(Delivery),
    /// Call `Receipt` once everything delivered before is durable.
    Mark(Receipt),
}

/// Called once: with `true` when everything delivered before is durable, with `false` when intake
/// stopped.
pub type Receipt = Box<dyn FnOnce(bool) + Send>;

/// The door's end of the bounded queue into custody. Cheap to clone, one per connection.
#[derive(Clone)]
pub struct IntakeDoor {
    queue: SyncSender<Request>,
}

/// Intake no longer takes anything: a disk failed, or the site is stopping.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DoorError {
    /// The queue is full: wait and try again; nothing was taken.
    #[error("intake queue is full, wait and try again")]
    Full,
    /// Nothing more will be taken: close the connection cleanly so that the peer keeps its buffer.
    #[error("intake has stopped: close the connection, the peer keeps its buffer")]
    Stopped,
}

/// A door and the queue behind it, holding at most `deliveries_max` deliveries.
#[must_use]
pub fn door(deliveries_max: usize) -> (IntakeDoor, Receiver<Request>) {
    let (queue, behind) = sync_channel(deliveries_max);
    (IntakeDoor { queue }, behind)
}

impl IntakeDoor {
    /// Hands `delivery` in, blocking while the queue is full.
    ///
    /// # Errors
    /// [`DoorError::Stopped`] when intake takes nothing more.
    pub fn deliver(&self, delivery: Delivery) -> Result<(), DoorError> {
        self.queue.send(Request::Deliver(delivery)).map_err(|_| DoorError::Stopped)
    }

    /// Hands `delivery` in without blocking; gives it back when the queue is full.
    ///
    /// # Errors
    /// The delivery with [`DoorError::Full`] or [`DoorError::Stopped`].
    pub fn try_deliver(&self, delivery: Delivery) -> Result<(), (Delivery, DoorError)> {
        match self.queue.try_send(Request::Deliver(delivery)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(Request::Deliver(back))) => Err((back, DoorError::Full)),
            Err(TrySendError::Disconnected(Request::Deliver(back))) => {
                Err((back, DoorError::Stopped))
            }
            Err(
                TrySendError::Full(Request::Mark(_)) | TrySendError::Disconnected(Request::Mark(_)),
            ) => Ok(()),
        }
    }

    /// Asks to be called once all delivered before is durable. Blocks while the queue is full.
    ///
    /// # Errors
    /// [`DoorError::Stopped`] when intake takes nothing more; `receipt` is then dropped uncalled.
    pub fn when_durable(&self, receipt: Receipt) -> Result<(), DoorError> {
        self.queue.send(Request::Mark(receipt)).map_err(|_| DoorError::Stopped)
    }
}

/// How a connecting mediation function is recognised (decision 20).
pub trait PeerBook: Send + Sync {
    /// The peer whose registered certificate has this SHA-256, if any.
    fn by_certificate(&self, sha256: &lacre_term::Digest) -> Option<Arc<str>>;
    /// The peer registered for a plain listener bound to `listener`, connecting from `address`.
    fn by_plain(
        &self,
        listener: std::net::SocketAddr,
        address: std::net::IpAddr,
    ) -> Option<Arc<str>>;
    /// Entered in the ledger: a session opened, closed, refused.
    fn session(&self, peer: Option<&str>, event: &str);
}
