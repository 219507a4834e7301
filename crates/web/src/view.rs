//! What the status page says, as the binary supplies it.
//!
//! Figures and names of peers; nothing here can hold a LIID, a person or content.
//!
//! Rules: DESIGN decisions 1 (every PDU ends in one class), 21.
use lacre_term::Micros;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Asked for the state of the site at each request; must not wait for a disk.
pub type StatusSource = Arc<dyn Fn() -> StatusView + Send + Sync>;

/// The state of a site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StatusView {
    /// The site's name.
    pub site: String,
    /// A site without ceremony, for development: marked loudly.
    pub dev: bool,
    /// Everything on it is invented.
    pub synthetic: bool,
    /// Shares given: reading is possible.
    pub unsealed: bool,
    /// When this was true.
    #[serde(serialize_with = "time")]
    pub at: Micros,
    /// Orders in the register.
    pub orders: u64,
    /// Measures in force now.
    pub measures: u64,
    /// Peers, connected or not.
    pub peers: Vec<PeerView>,
    /// What came in.
    pub intake: IntakeView,
    /// Quarantined PDUs by reason, as the reason is coded.
    pub quarantine: Vec<QuarantineView>,
    /// Communications by medium.
    pub communications: Vec<MediumView>,
    /// The log.
    pub ledger: LedgerView,
    /// What needs someone now, one sentence each, in no language of ours: codes and figures.
    pub alarms: Vec<String>,
}

/// One peer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PeerView {
    /// Its name in the register.
    pub name: String,
    /// Connections open now.
    pub connections: u64,
    /// False when any of them is plain: known by its address only.
    pub authenticated: bool,
    /// Since when the oldest is open.
    #[serde(serialize_with = "maybe_time")]
    pub since: Option<Micros>,
    /// PDUs on the connections open now.
    pub pdus: u64,
    /// Octets on the connections open now.
    pub octets: u64,
}

/// Every PDU received, in exactly one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct IntakeView {
    /// PDUs received, and runs without framing.
    pub received: u64,
    /// Kept under an order.
    pub stored: u64,
    /// Kept before, octet for octet.
    pub duplicates: u64,
    /// Same number, other octets; kept.
    pub conflicts: u64,
    /// No order covers them; closed to keys not held here.
    pub quarantined: u64,
    /// Transport messages of the delivery session.
    pub control: u64,
    /// Runs without PDU framing; in quarantine.
    pub rejected: u64,
    /// Octets received.
    pub octets: u64,
}

impl IntakeView {
    /// Whether every PDU is in one class and none is missing.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let classes = [
            self.stored,
            self.duplicates,
            self.conflicts,
            self.quarantined,
            self.control,
            self.rejected,
        ];
        classes.into_iter().try_fold(0u64, u64::checked_add) == Some(self.received)
    }
}

/// Quarantined PDUs of one reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct QuarantineView {
    /// The reason's word (`term::Reason::word`), such as `unknown_liid`.
    pub reason: String,
    /// PDUs.
    pub pdus: u64,
}

/// Communications of one medium.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct MediumView {
    /// `voice`, `message`, `email`, `ip`, `event` or `other`.
    pub medium: String,
    /// With a part still open.
    pub open: u64,
    /// With every part sealed.
    pub sealed: u64,
}

/// The site's transparency log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LedgerView {
    /// Origin line of the checkpoint.
    pub origin: String,
    /// Leaves in the published checkpoint.
    pub size: u64,
    /// Root of the published checkpoint, as its note writes it.
    pub root: String,
    /// When it was signed.
    #[serde(serialize_with = "maybe_time")]
    pub checkpoint_at: Option<Micros>,
}

fn time<S: Serializer>(at: &Micros, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.rfc3339())
}

fn maybe_time<S: Serializer>(at: &Option<Micros>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => time(at, to),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_add_up_or_the_page_says_so() {
        let whole = IntakeView { received: 5, stored: 3, control: 2, ..IntakeView::default() };
        assert!(whole.adds_up());
        assert!(!IntakeView { received: 6, ..whole }.adds_up());
        assert!(!IntakeView { stored: u64::MAX, ..whole }.adds_up());
    }
}
