//! What one connection of a mediation function has done so far.
//!
//! Counters only grow; they say what was sent and answered, never what it held.
//!
//! Rules: TS 102 232-1 clause 6.
use std::sync::atomic::{AtomicU64, Ordering};

/// What a connection has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections made.
    pub connections: u64,
    /// Attempts that failed, or connections lost.
    pub lost: u64,
    /// PDUs written for the first time.
    pub sent: u64,
    /// PDUs written again after a reconnect.
    pub resent: u64,
    /// Keep-alives written.
    pub keep_alives: u64,
    /// Keep-alives answered with the right number.
    pub keep_alives_answered: u64,
    /// Acknowledgements asked for.
    pub acknowledgements_asked: u64,
    /// Acknowledgements received.
    pub acknowledged: u64,
    /// Option negotiations that both sides completed.
    pub negotiated: u64,
    /// Answers with a wrong number or of a wrong kind.
    pub wrong_answers: u64,
}

#[derive(Default)]
pub(super) struct Tally([AtomicU64; 10]);

#[derive(Clone, Copy)]
pub(super) enum Tallied {
    Connections,
    Lost,
    Sent,
    Resent,
    KeepAlives,
    KeepAlivesAnswered,
    Asked,
    Acknowledged,
    Negotiated,
    Wrong,
}

impl Tally {
    fn cell(&self, what: Tallied) -> &AtomicU64 {
        let [connections, lost, sent, resent, alive, answered, asked, acknowledged, agreed, wrong] =
            &self.0;
        match what {
            Tallied::Connections => connections,
            Tallied::Lost => lost,
            Tallied::Sent => sent,
            Tallied::Resent => resent,
            Tallied::KeepAlives => alive,
            Tallied::KeepAlivesAnswered => answered,
            Tallied::Asked => asked,
            Tallied::Acknowledged => acknowledged,
            Tallied::Negotiated => agreed,
            Tallied::Wrong => wrong,
        }
    }

    pub(super) fn one(&self, what: Tallied) {
        self.cell(what).fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        let of = |what| self.cell(what).load(Ordering::Relaxed);
        Counts {
            connections: of(Tallied::Connections),
            lost: of(Tallied::Lost),
            sent: of(Tallied::Sent),
            resent: of(Tallied::Resent),
            keep_alives: of(Tallied::KeepAlives),
            keep_alives_answered: of(Tallied::KeepAlivesAnswered),
            acknowledgements_asked: of(Tallied::Asked),
            acknowledged: of(Tallied::Acknowledged),
            negotiated: of(Tallied::Negotiated),
            wrong_answers: of(Tallied::Wrong),
        }
    }
}
