//! The intake of live connections: one thread, one loop, until every door is gone.
//!
//! Takes what the doors hand in, makes it durable within 50 ms or 1 MiB, answers receipts only
//! then, and once a second enters batches, seals what ended, cuts what the journal closed.
//!
//! Rules: DESIGN decisions 4, 5, 12, 16.
use crate::clock;
use crate::door::{Receipt, Request};
use crate::error::CustodyError;
use crate::house::{House, lock};
use crate::intake::part::Ending;
use crate::intake::{Intake, Mark};
use lacre_term::Micros;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Octets read but not durable from a live peer that never asks: at most so many, or so long.
const OCTETS_MAX: usize = 1 << 20;
const MICROS_MAX: i64 = 25_000;
/// Longest a journal file waits before it becomes segments, in seconds.
const CUT_SECONDS: i64 = 300;

/// What the loop remembers between turns.
struct Live {
    waiting: Vec<Receipt>,
    oldest: Option<Micros>,
    kept_at: Micros,
    cut_at: Micros,
    /// Minutes since 1970 when lines were last watched.
    watched: i64,
    /// Day the vault heads were last begun, and the orders still to come.
    headed_on: Option<i64>,
    heads: VecDeque<String>,
}

impl House {
    /// Runs the intake of live connections until every door is gone. Blocks; give it a thread.
    ///
    /// # Errors
    /// What stopped it. Receipts not yet given are answered `false`.
    pub fn run(
        &self,
        queue: &Receiver<Request>,
        durable: &mut dyn FnMut(&Mark),
    ) -> Result<(), CustodyError> {
        let mut live = Live {
            waiting: Vec::new(),
            oldest: None,
            kept_at: Micros(0),
            cut_at: clock::now(),
            watched: 0,
            headed_on: None,
            heads: VecDeque::new(),
        };
        let ran = loop {
            match self.turn(&mut live, queue, durable) {
                Ok(false) => {}
                Ok(true) => break self.close(),
                Err(error) => break Err(error),
            }
        };
        for receipt in live.waiting {
            receipt(false);
        }
        ran
    }

    /// One turn; true when every door is gone and everything taken is durable.
    fn turn(
        &self,
        live: &mut Live,
        queue: &Receiver<Request>,
        durable: &mut dyn FnMut(&Mark),
    ) -> Result<bool, CustodyError> {
        let first = queue.recv_timeout(Duration::from_millis(10));
        let closed = matches!(first, Err(RecvTimeoutError::Disconnected));
        let mut ready = Vec::new();
        let mark = self.with_intake(|intake| {
            live.gather(intake, first.ok(), queue)?;
            let mark = live.commit(intake, closed)?;
            if intake.held() == 0 || closed {
                ready.append(&mut live.waiting);
            }
            live.keep(intake)?;
            Ok(mark)
        })?;
        // Told with intake given back: whoever listens may be slow.
        if let Some(mark) = mark {
            durable(&mark);
        }
        for receipt in ready {
            receipt(true);
        }
        let now = clock::now();
        self.enter_noticed(now)?;
        let minute = now.seconds().div_euclid(60);
        // Once a minute: silence is a matter of hours.
        if live.watched != minute {
            live.watched = minute;
            self.watch_lines(now)?;
        }
        self.enter_next_head(live)?;
        Ok(closed)
    }

    /// Enters the vault heads of a day, and of each start, one order a turn (decision 5).
    fn enter_next_head(&self, live: &mut Live) -> Result<(), CustodyError> {
        let now = clock::now();
        let today = now.seconds().div_euclid(86_400);
        if live.headed_on != Some(today) {
            live.headed_on = Some(today);
            let book = lock(&self.book);
            let orders = book.register().orders();
            live.heads = orders.map(|order| order.document.order.clone()).collect();
        }
        let Some(order) = live.heads.pop_front() else { return Ok(()) };
        match self.enter_head(&order, Ending::Idle, now) {
            // A ledger that cannot take entries does not stop receiving (decision 12).
            Ok(_) | Err(CustodyError::Ledger(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Every door is gone: what is open is sealed, since its keys end here.
    fn close(&self) -> Result<(), CustodyError> {
        let now = clock::now();
        self.with_intake(|intake| {
            intake.seal_open(Ending::Restart, now)?;
            intake.enter_batches(now.plus_seconds(1))?;
            intake.cut(now)
        })?;
        self.site.note("stopped", &serde_json::json!({}), now)?;
        self.site.settle_ledger()
    }
}

impl Live {
    /// Takes what is in the queue, up to the octets that may stand undurable.
    fn gather(
        &mut self,
        intake: &mut Intake,
        first: Option<Request>,
        queue: &Receiver<Request>,
    ) -> Result<(), CustodyError> {
        let mut next = first;
        while let Some(request) = next {
            match request {
                Request::Deliver(delivery) => {
                    self.oldest.get_or_insert(delivery.received_at);
                    intake.take(delivery, true)?;
                }
                Request::Mark(receipt) => self.waiting.push(receipt),
            }
            if intake.pending_octets() >= OCTETS_MAX {
                return Ok(());
            }
            next = queue.try_recv().ok();
        }
        Ok(())
    }

    /// Makes the batch durable when it is large, old or asked for. A receipt waits for a PDU held
    /// back as a possible restart, 20 ms at most, and does not decide on it.
    fn commit(&mut self, intake: &mut Intake, closed: bool) -> Result<Option<Mark>, CustodyError> {
        let now = clock::now();
        let late = self.oldest.is_some_and(|since| {
            // A clock set back must not keep octets waiting.
            since.0.saturating_add(MICROS_MAX) <= now.0 || since > now
        });
        let large = intake.pending_octets() >= OCTETS_MAX;
        if !(closed || late || large || !self.waiting.is_empty()) {
            return Ok(None);
        }
        let mark = intake.commit(now, closed)?;
        self.oldest = (intake.held() > 0).then_some(now);
        Ok(mark)
    }

    /// Once a second: batches entered, ended parts sealed, closed journal files cut.
    fn keep(&mut self, intake: &mut Intake) -> Result<(), CustodyError> {
        let now = clock::now();
        // A clock set back must not stop seals: any other second will do.
        if now.seconds() == self.kept_at.seconds() {
            return Ok(());
        }
        self.kept_at = now;
        intake.enter_batches(now)?;
        intake.seal_due(now)?;
        intake.cut_closed(now)?;
        if self.cut_at.plus_seconds(CUT_SECONDS) <= now || self.cut_at > now {
            self.cut_at = now;
            intake.cut(now)?;
        }
        Ok(())
    }
}
