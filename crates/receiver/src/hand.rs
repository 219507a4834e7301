//! Handing over: from a connection into custody's bounded queue, in order.
//!
//! Each connection has a window of octets handed over and not yet durable. Marks in the queue
//! report durability and open the window again; while it is shut the connection is not read, and
//! the sender's own TCP window closes.
//!
//! Rules: DESIGN decision 16.
use lacre_custody::door::{Delivery, DoorError, IntakeDoor};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

/// Why handing over ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandError {
    /// The queue stayed full for too long.
    Stalled,
    /// Custody takes nothing more.
    Stopped,
}

/// Custody's word about one mark: everything up to `ordinal` is durable, or never will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marked {
    pub(crate) ordinal: u64,
    pub(crate) durable: bool,
}

/// Reports when it is dropped, so that a mark custody forgot is not waited for.
struct Report {
    to: mpsc::UnboundedSender<Marked>,
    ordinal: u64,
    durable: bool,
}

impl Report {
    fn say(mut self, durable: bool) {
        self.durable = durable;
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        // Nobody listens once the connection is gone.
        let _ = self.to.send(Marked { ordinal: self.ordinal, durable: self.durable });
    }
}

/// One connection's end of the queue.
pub(crate) struct Hand {
    door: IntakeDoor,
    slot: Arc<OwnedSemaphorePermit>,
    report: mpsc::UnboundedSender<Marked>,
    marks: mpsc::UnboundedReceiver<Marked>,
    /// Octets under each mark that is out.
    out: VecDeque<usize>,
    in_flight: usize,
    unmarked: usize,
    window: usize,
}

impl Hand {
    /// `slot` is held until nothing of this connection waits for the queue any more.
    pub(crate) fn new(door: IntakeDoor, slot: OwnedSemaphorePermit, window: usize) -> Self {
        let (report, marks) = mpsc::unbounded_channel();
        let (slot, out) = (Arc::new(slot), VecDeque::new());
        Self { door, slot, report, marks, out, in_flight: 0, unmarked: 0, window }
    }

    /// Whether more may be read now.
    pub(crate) fn is_open(&self) -> bool {
        self.in_flight < self.window
    }

    /// Octets handed over and not durable beyond the window: of a PDU larger than it.
    pub(crate) fn beyond(&self) -> usize {
        self.in_flight.saturating_sub(self.window)
    }

    /// Whether a mark is out.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.out.is_empty()
    }

    /// Hands `batch` over and, when `asked` or when a quarter of the window is unmarked, a mark
    /// for everything up to `ordinal`. Waits up to `wait` for room in the queue.
    pub(crate) async fn over(
        &mut self,
        batch: Vec<Delivery>,
        ordinal: u64,
        asked: bool,
        wait: Duration,
    ) -> Result<(), HandError> {
        let octets = batch.iter().map(|delivery| delivery.octets().len()).sum::<usize>();
        self.in_flight = self.in_flight.saturating_add(octets);
        self.unmarked = self.unmarked.saturating_add(octets);
        let mark = asked || self.unmarked >= self.window / 4;
        let mut rest = batch.into_iter();
        let mut first = None;
        for delivery in rest.by_ref() {
            match self.door.try_deliver(delivery) {
                Ok(()) => {}
                Err((_, DoorError::Stopped)) => return Err(HandError::Stopped),
                Err((back, DoorError::Full)) => {
                    first = Some(back);
                    break;
                }
            }
        }
        if first.is_none() && !mark {
            return Ok(());
        }
        let report = mark.then(|| {
            self.out.push_back(std::mem::take(&mut self.unmarked));
            Report { to: self.report.clone(), ordinal, durable: false }
        });
        let (door, slot) = (self.door.clone(), Arc::clone(&self.slot));
        let blocking = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            for delivery in first.into_iter().chain(rest) {
                door.deliver(delivery)?;
            }
            match report {
                None => Ok(()),
                Some(report) => door.when_durable(Box::new(move |durable| report.say(durable))),
            }
        });
        match timeout(wait, blocking).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(_)) | Err(_)) => Err(HandError::Stopped),
            Err(_) => Err(HandError::Stalled),
        }
    }

    /// Custody's next word. Cancel safe; never ends while the connection lives.
    pub(crate) async fn marked(&mut self) -> Marked {
        match self.marks.recv().await {
            Some(marked) => {
                let octets = self.out.pop_front().unwrap_or(0);
                self.in_flight = self.in_flight.saturating_sub(octets);
                marked
            }
            // Not reached: this struct holds a sender itself.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_custody::door::{Request, door};
    use lacre_term::Micros;
    use tokio::sync::Semaphore;

    fn delivery(octets: usize) -> Delivery {
        Delivery::of_pdu("OP".into(), vec![0; octets].into(), Micros(0))
    }

    async fn hand(door: IntakeDoor, window: usize) -> Hand {
        let slots = Arc::new(Semaphore::new(1));
        Hand::new(door, slots.acquire_owned().await.unwrap(), window)
    }

    #[tokio::test]
    async fn the_window_shuts_when_full_and_opens_when_durable() {
        let (door, queue) = door(10);
        let mut hand = hand(door, 100).await;
        hand.over(vec![delivery(100)], 1, false, Duration::from_secs(5)).await.unwrap();
        assert!(!hand.is_open());
        assert!(matches!(queue.recv(), Ok(Request::Deliver(_))));
        let Ok(Request::Mark(receipt)) = queue.recv() else { panic!("a mark follows") };
        receipt(true);
        assert_eq!(hand.marked().await, Marked { ordinal: 1, durable: true });
        assert!(hand.is_open() && !hand.is_waiting());
    }

    #[tokio::test]
    async fn a_queue_that_stays_full_is_given_up_on() {
        let (door, _queue) = door(1);
        let mut hand = hand(door, 1000).await;
        let both = vec![delivery(1), delivery(1)];
        let given_up = hand.over(both, 2, false, Duration::from_millis(50)).await;
        assert_eq!(given_up, Err(HandError::Stalled));
    }

    #[tokio::test]
    async fn a_mark_that_custody_drops_is_reported_as_not_durable() {
        let (door, queue) = door(4);
        let mut hand = hand(door, 100).await;
        hand.over(vec![delivery(1)], 1, true, Duration::from_secs(5)).await.unwrap();
        drop(queue);
        assert_eq!(hand.marked().await, Marked { ordinal: 1, durable: false });
    }
}
