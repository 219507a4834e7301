//! Binding: finds the order under which a PDU may be kept.
//!
//! Total and pure: an answer for every heading, no I/O, no clock of its own, no allocation. A PDU
//! without an order is never dropped; it is quarantined with a reason. The tests come in this
//! order: control, LIID, operator, plausible time, validity, scope.
//!
//! Rules: DESIGN decisions 1, 2 and 20; TS 102 232-1 clauses 5.2.2 (LIID), 5.2.6 (time).
use crate::table::{BindingRow, BindingTable, KnownPeer};
use lacre_term::{Heading, Liid, Micros, PayloadClass, Reason, Scope, VaultId};
use std::sync::Arc;

/// How and when a PDU came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// The delivering peer's name in the register.
    pub peer: &'a str,
    /// When its last octet was read.
    pub received_at: Micros,
    /// True on a connection; false for a recorded file, which is late by nature.
    pub live: bool,
    /// Last usable interception time of the same context, when one was seen.
    pub context_time: Option<Micros>,
    /// Seconds by which an operator's clock may be ahead of ours.
    pub skew_s: u32,
    /// Seconds for which an operator may have buffered what it delivers live.
    pub buffer_s: u32,
}

impl<'a> Arrival<'a> {
    /// Five minutes.
    pub const SKEW_S: u32 = 300;
    /// Seven days.
    pub const BUFFER_S: u32 = 7 * 86_400;

    /// Octets from a live connection, with the default bounds and no time of the context.
    #[must_use]
    pub fn live(peer: &'a str, received_at: Micros) -> Self {
        let (skew_s, buffer_s) = (Self::SKEW_S, Self::BUFFER_S);
        Self { peer, received_at, live: true, context_time: None, skew_s, buffer_s }
    }

    /// Octets from a recorded file, with the default bounds and no time of the context.
    #[must_use]
    pub fn recorded(peer: &'a str, received_at: Micros) -> Self {
        Self { live: false, ..Self::live(peer, received_at) }
    }
}

/// What binding noticed and did not refuse. The two highest bits, so that they fit beside the
/// header's oddities in one value; stored, so a bit is never given a new meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct BindFlags(pub u32);

impl BindFlags {
    /// Nothing to notice.
    pub const NONE: Self = Self(0);
    /// The PDU had no usable time; its context's last time, or its arrival, was judged instead.
    pub const NO_USABLE_TIME: Self = Self(1 << 30);
    /// The header's operator identifier is not in the peer's list.
    pub const OPERATOR_ID_MISMATCH: Self = Self(1 << 31);

    /// Both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when every flag of `other` is set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The words of the flags set, as rows and exports show them.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        [
            (Self::NO_USABLE_TIME, "no_usable_time"),
            (Self::OPERATOR_ID_MISMATCH, "operator_id_mismatch"),
        ]
        .into_iter()
        .filter(move |(flag, _)| self.has(*flag))
        .map(|(_, word)| word)
    }
}

/// A PDU some order covers. Private fields: [`bind()`] is the only way to hold one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorised<'t> {
    row: &'t Arc<BindingRow>,
    judged_at: Micros,
    flags: BindFlags,
}

impl<'t> Authorised<'t> {
    /// The measure's row, shared with the table.
    #[must_use]
    pub fn row(&self) -> &'t Arc<BindingRow> {
        self.row
    }

    /// The vault to store it in.
    #[must_use]
    pub fn vault(&self) -> VaultId {
        self.row.vault
    }

    /// The order.
    #[must_use]
    pub fn order(&self) -> &'t str {
        &self.row.order
    }

    /// The case.
    #[must_use]
    pub fn case(&self) -> &'t str {
        &self.row.case
    }

    /// The registered LIID.
    #[must_use]
    pub fn liid(&self) -> &'t Liid {
        &self.row.liid
    }

    /// The measure's operator.
    #[must_use]
    pub fn operator(&self) -> &'t str {
        &self.row.operator
    }

    /// What the measure authorises.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.row.scope
    }

    /// First moment no longer authorised.
    #[must_use]
    pub fn until(&self) -> Micros {
        self.row.until
    }

    /// True while the order lacks its document or the court's confirmation.
    #[must_use]
    pub fn not_accredited(&self) -> bool {
        self.row.not_accredited
    }

    /// The time the validity was judged at: interception, else the context's last, else arrival.
    #[must_use]
    pub fn judged_at(&self) -> Micros {
        self.judged_at
    }

    /// What was noticed.
    #[must_use]
    pub fn flags(&self) -> BindFlags {
        self.flags
    }
}

/// Where a PDU goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding<'t> {
    /// Into the vault of an order.
    Authorised(Authorised<'t>),
    /// Into quarantine.
    Quarantined(Reason),
    /// Nowhere: the session counts it, and a CIN reset of the whole mediation function still opens
    /// an epoch for all it names.
    Control,
}

/// Binds a PDU to the measure its LIID names, judged at interception time and not at arrival:
/// delivery may lag, interception may not. One hash look-up for the LIID, one for the peer, then
/// linear in the measures of that LIID, which are few.
#[must_use]
pub fn bind<'t>(
    heading: &Heading<'_>,
    arrival: &Arrival<'_>,
    table: &'t BindingTable,
) -> Binding<'t> {
    let class = heading.class;
    if class.is_control() && !class.is_kept_control() {
        return Binding::Control;
    }
    let measures = table.rows_of(heading.liid);
    if measures.is_empty() {
        // Kept control is evidence only beside what it speaks of; but what an operator had to say
        // to us is not lost because it names no order, and may say what nobody here may read.
        let counts_only = class.is_control() && class != PayloadClass::OperatorMessage;
        return match counts_only {
            true => Binding::Control,
            false => Binding::Quarantined(Reason::UnknownLiid),
        };
    }
    let Some(peer) = table.known_peer(arrival.peer) else {
        return Binding::Quarantined(Reason::WrongOperator);
    };
    let of_operator = || measures.iter().filter(|row| row.operator == peer.peer.operator);
    if of_operator().next().is_none() {
        return Binding::Quarantined(Reason::WrongOperator);
    }
    if heading.intercepted_at.is_some_and(|at| is_implausible(at, arrival)) {
        return Binding::Quarantined(Reason::ImplausibleTime);
    }
    let judged_at = heading.intercepted_at.or(arrival.context_time).unwrap_or(arrival.received_at);
    let Some(row) = of_operator().find(|row| (row.from..row.until).contains(&judged_at)) else {
        return Binding::Quarantined(Reason::OutsideValidity);
    };
    if !row.scope.content && may_carry_content(class) {
        return Binding::Quarantined(Reason::OutOfScope);
    }
    Binding::Authorised(Authorised { row, judged_at, flags: flags(heading, peer) })
}

/// Later than arrival plus skew; on a connection also older than the operator's buffer explains.
fn is_implausible(intercepted_at: Micros, arrival: &Arrival<'_>) -> bool {
    let latest = arrival.received_at.plus_seconds(i64::from(arrival.skew_s));
    let oldest = arrival.received_at.plus_seconds(-i64::from(arrival.buffer_s));
    intercepted_at > latest || (arrival.live && intercepted_at < oldest)
}

/// Content, and what nobody can tell from content without a key or a decoder we lack: a measure
/// without content does not authorise keeping it, and quarantine loses nothing.
fn may_carry_content(class: PayloadClass) -> bool {
    matches!(
        class,
        PayloadClass::Cc | PayloadClass::Encrypted | PayloadClass::Ilhi | PayloadClass::Other
    )
}

fn flags(heading: &Heading<'_>, peer: &KnownPeer) -> BindFlags {
    let mut flags = BindFlags::NONE;
    if heading.intercepted_at.is_none() {
        flags = flags.with(BindFlags::NO_USABLE_TIME);
    }
    let listed = peer.operator_ids.contains(heading.operator)
        || (heading.class == PayloadClass::Hi1 && is_short_form(heading.operator, peer));
    if !listed {
        flags = flags.with(BindFlags::OPERATOR_ID_MISMATCH);
    }
    flags
}

/// HI1 notifications carry the operator's name cut to the few octets their field holds.
fn is_short_form(operator: &[u8], peer: &KnownPeer) -> bool {
    !operator.is_empty() && peer.operator_ids.iter().any(|id| id.starts_with(operator))
}

#[cfg(test)]
mod tests;
