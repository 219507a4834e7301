//! HI1 notices compared with the register: what an operator says it switched on or off, against
//! what was ordered. A notice is kept or quarantined as any PDU is; this only adds the alarm.
//!
//! An alarm is told once an hour for each line and kind, and for at most [`SAID_MAX`] of them: a
//! flood of notices costs counts, not acts.
//!
//! Rules: DESIGN decisions 1 and 20; TS 102 232-1 (`payload` 3, 5, 7); `spec/line-health.md`.
use super::{Intake, Tag};
use crate::door::Delivery;
use lacre_handover::ps_pdu::Pdu;
use lacre_handover::service::hi1_notice::{Told, notices};
use lacre_term::{Micros, PayloadClass};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Alarms told in one hour, whatever comes.
pub const SAID_MAX: usize = 256;

/// What a notice says that the register does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Switched on without a measure of ours in force.
    ActivatedNotOrdered,
    /// Changed without a measure of ours in force.
    ModifiedNotOrdered,
    /// Switched off while our measure is in force.
    DeactivatedInForce,
    /// The operator's own alarm.
    OperatorAlarm,
}

impl Finding {
    /// What `told` means while a measure is `in_force` or is not; `None` when it is as ordered.
    #[must_use]
    pub fn of(told: Told, in_force: bool) -> Option<Self> {
        match (told, in_force) {
            (Told::Activated, false) => Some(Self::ActivatedNotOrdered),
            (Told::Modified, false) => Some(Self::ModifiedNotOrdered),
            (Told::Deactivated, true) => Some(Self::DeactivatedInForce),
            (Told::Alarm, _) => Some(Self::OperatorAlarm),
            (Told::Activated | Told::Modified, true) | (Told::Deactivated, false) => None,
        }
    }

    /// The kind of its act.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ActivatedNotOrdered => "activated_not_ordered",
            Self::ModifiedNotOrdered => "modified_not_ordered",
            Self::DeactivatedInForce => "deactivated_in_force",
            Self::OperatorAlarm => "operator_alarm",
        }
    }
}

/// An alarm to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// What was found.
    pub finding: Finding,
    /// Who delivered the notice.
    pub peer: Arc<str>,
    /// Whose peer it is.
    pub operator: String,
    /// The order whose measure is in force.
    pub order: Option<String>,
    /// LIID and operator, keyed.
    pub line: Tag,
}

/// Alarms told lately, and those to be entered.
#[derive(Debug, Default)]
pub struct Notices {
    said: BTreeMap<(Tag, Finding), i64>,
    due: Vec<Noticed>,
}

impl Notices {
    /// True once in an hour for each line and finding.
    fn is_first(&mut self, line: Tag, finding: Finding, at: Micros) -> bool {
        let (name, hour) = ((line, finding), at.seconds().div_euclid(3_600));
        if self.said.get(&name) == Some(&hour) {
            return false;
        }
        if self.said.len() >= SAID_MAX {
            self.said.retain(|_, said| *said == hour);
        }
        if self.said.len() >= SAID_MAX {
            return false;
        }
        self.said.insert(name, hour);
        true
    }
}

impl Intake {
    /// Compares what an HI1 or HI4 PDU tells with the register, at its own time or, without one,
    /// at its receipt.
    pub(super) fn compare(&mut self, pdu: &Pdu<'_>, delivery: &Delivery) {
        if !matches!(pdu.class, PayloadClass::Hi1 | PayloadClass::Hi4) {
            return;
        }
        let table = Arc::clone(&self.table);
        let Some(peer) = table.peer(&delivery.peer) else { return };
        let heading = pdu.heading();
        let at = heading.intercepted_at.unwrap_or(delivery.received_at);
        for notice in notices(pdu) {
            let liid = notice.liid.unwrap_or(heading.liid);
            let ours = table
                .rows_of(liid)
                .iter()
                .find(|row| row.operator == peer.operator && (row.from..row.until).contains(&at));
            let Some(finding) = Finding::of(notice.told, ours.is_some()) else { continue };
            self.health.notice(&peer.operator, finding.word());
            let line = self.site.machine.fingerprint("line", &[liid, peer.operator.as_bytes()]);
            if self.notices.is_first(line, finding, delivery.received_at)
                && self.notices.due.len() < SAID_MAX
            {
                self.notices.due.push(Noticed {
                    finding,
                    peer: Arc::clone(&delivery.peer),
                    operator: peer.operator.clone(),
                    order: ours.map(|row| row.order.clone()),
                    line,
                });
            }
        }
    }

    /// Alarms to be entered since it was asked last.
    #[must_use]
    pub fn take_noticed(&mut self) -> Vec<Noticed> {
        std::mem::take(&mut self.notices.due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_ordered_is_found() {
        let found = |told| [true, false].map(|in_force| Finding::of(told, in_force));
        assert_eq!(found(Told::Activated), [None, Some(Finding::ActivatedNotOrdered)]);
        assert_eq!(found(Told::Modified), [None, Some(Finding::ModifiedNotOrdered)]);
        assert_eq!(found(Told::Deactivated), [Some(Finding::DeactivatedInForce), None]);
        assert_eq!(found(Told::Alarm), [Some(Finding::OperatorAlarm); 2]);
    }

    #[test]
    fn an_alarm_is_told_once_an_hour_and_a_flood_fills_nothing() {
        let mut notices = Notices::default();
        let (found, hour) = (Finding::ActivatedNotOrdered, Micros(3_600_000_000));
        assert!(notices.is_first([1; 16], found, Micros(0)));
        assert!(!notices.is_first([1; 16], found, Micros(1)));
        assert!(notices.is_first([1; 16], Finding::OperatorAlarm, Micros(1)), "another kind");
        assert!(notices.is_first([1; 16], found, hour), "another hour");
        let tags = (0..10_000u128).map(|at| at.to_be_bytes());
        let told = tags.filter(|tag| notices.is_first(*tag, found, hour)).count();
        assert!(told < SAID_MAX && notices.said.len() <= SAID_MAX, "{told}");
        assert!(notices.is_first([9; 16], found, Micros(2 * hour.0)), "the next hour begins anew");
    }
}
