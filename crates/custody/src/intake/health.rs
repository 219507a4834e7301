//! Line health: how well each line (one LIID at one operator) delivers, counted as PDUs are taken.
//!
//! Pure: no I/O, no clock. A line is an index that an open part holds, so that a stored PDU costs a
//! few additions: nothing is hashed, looked up or allocated for it. What the rows of a sidecar say
//! is counted from them again after a crash; the rest travels in the sidecar's head. Memory is
//! bounded by the measures registered: only a LIID that the register names at that operator has a
//! line.
//!
//! Rules: issue 3 (line health); TS 102 232-1 clauses 5.2.5 (numbers) and 5.2.6 (time);
//! `spec/line-health.md`.
use super::sidecar::Row;
use lacre_term::{Micros, PayloadClass, Reason, hex};
use lacre_warrant::BindingTable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod alarm;
mod skew;

pub use alarm::{Alarm, Silence};
pub use skew::Skew;

/// What is said of a stored PDU beside its numbers: the higher bits of the octet whose lowest says
/// that it conflicts. Stored, so a bit is never given a new meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(pub u8);

impl Marks {
    /// It came over a connection, so that its delay says something of the clocks.
    pub const LIVE: Self = Self(1 << 1);
    /// Something about it is odd (`lacre decode` says what).
    pub const FLAGGED: Self = Self(1 << 2);
    /// What it carries is nothing this version reads.
    pub const NOT_UNDERSTOOD: Self = Self(1 << 3);

    /// These marks, and those of `other` when `condition` holds.
    #[must_use]
    pub fn with_if(self, condition: bool, other: Self) -> Self {
        if condition { Self(self.0 | other.0) } else { self }
    }

    /// True when every mark of `other` is set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a line is asked about apart: one place of its counts each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Intercept related information.
    Iri,
    /// Content of communication.
    Cc,
    /// HI1 notifications.
    Hi1,
    /// Everything else: control, integrity, encrypted, HI4.
    Other,
}

impl Kind {
    /// Every kind, by its place.
    pub const ALL: [Self; 4] = [Self::Iri, Self::Cc, Self::Hi1, Self::Other];

    fn of(class: PayloadClass) -> Self {
        match class {
            PayloadClass::Iri => Self::Iri,
            PayloadClass::Cc => Self::Cc,
            PayloadClass::Hi1 => Self::Hi1,
            _ => Self::Other,
        }
    }

    /// The word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Iri => "iri",
            Self::Cc => "cc",
            Self::Hi1 => "hi1",
            Self::Other => "other",
        }
    }
}

/// PDUs of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Came {
    /// How many were kept: stored, in conflict, or control.
    pub pdus: u64,
    /// When the last octet of the last was read, in microseconds since 1970.
    pub last: Option<i64>,
}

impl Came {
    fn take(&mut self, received_at: Micros) {
        self.pdus = self.pdus.saturating_add(1);
        self.last = self.last.max(Some(received_at.0));
    }
}

/// What the rows of stored PDUs do not say: written into the sidecar when it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aside {
    /// PDUs whose octets were stored before.
    pub duplicates: u64,
    /// Sequence numbers missing now between the lowest and the highest of each communication.
    pub missing: u64,
    /// When a number was last missed, by the receipt of the PDU after it.
    pub missed_at: Option<i64>,
    /// PDUs in quarantine that name its LIID, by reason.
    pub closed: BTreeMap<String, u64>,
    /// When the last of them came.
    pub closed_at: Option<i64>,
    /// True once its silence was told, until it is heard again.
    pub silent: bool,
}

/// One LIID at one operator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// By kind: IRI, CC, HI1, other.
    pub came: [Came; 4],
    /// Latest interception time.
    pub intercepted_at: Option<i64>,
    /// PDUs under a number already used with other octets.
    pub conflicts: u64,
    /// When the last of them came.
    pub conflict_at: Option<i64>,
    /// PDUs with something odd about them.
    pub flagged: u64,
    /// PDUs that carry nothing this version reads.
    pub not_understood: u64,
    /// When the last of either came.
    pub odd_at: Option<i64>,
    /// Between interception and arrival, of live deliveries.
    pub skew: Skew,
    /// What rows do not say.
    pub aside: Aside,
}

impl Line {
    /// Counts of one kind.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &Came {
        let [iri, cc, hi1, other] = &self.came;
        match kind {
            Kind::Iri => iri,
            Kind::Cc => cc,
            Kind::Hi1 => hi1,
            Kind::Other => other,
        }
    }

    /// PDUs kept.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.came.iter().map(|came| came.pdus).sum()
    }

    /// PDUs in quarantine that name its LIID.
    #[must_use]
    pub fn closed(&self) -> u64 {
        self.aside.closed.values().sum()
    }

    /// PDUs nobody can make sense of: quarantined or not understood, of all that came, in
    /// thousandths, rounded down.
    #[must_use]
    pub fn undecodable_permille(&self) -> u64 {
        let bad = self.closed().saturating_add(self.not_understood);
        let all = self.kept().saturating_add(self.closed());
        bad.saturating_mul(1000).checked_div(all).unwrap_or(0)
    }

    fn take(&mut self, row: &Row) {
        let [iri, cc, hi1, other] = &mut self.came;
        let came = match Kind::of(row.class) {
            Kind::Iri => iri,
            Kind::Cc => cc,
            Kind::Hi1 => hi1,
            Kind::Other => other,
        };
        came.take(row.received_at);
        let at = Some(row.received_at.0);
        if row.conflict {
            self.conflicts = self.conflicts.saturating_add(1);
            self.conflict_at = self.conflict_at.max(at);
        }
        if row.marks.has(Marks::FLAGGED) {
            self.flagged = self.flagged.saturating_add(1);
            self.odd_at = self.odd_at.max(at);
        }
        if row.marks.has(Marks::NOT_UNDERSTOOD) {
            self.not_understood = self.not_understood.saturating_add(1);
            self.odd_at = self.odd_at.max(at);
        }
        if let Some(intercepted_at) = row.intercepted_at {
            self.intercepted_at = self.intercepted_at.max(Some(intercepted_at.0));
            if row.marks.has(Marks::LIVE) && !row.class.is_control() {
                self.skew.take(row.received_at, intercepted_at);
            }
        }
    }
}

/// Counts by operator, then by word.
type Counted = BTreeMap<String, BTreeMap<String, u64>>;

/// Where a line stands among the lines: what an open part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(usize);

/// A line with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    liid: Box<[u8]>,
    operator: String,
    line: Line,
    changed: bool,
}

/// The lines of a site.
#[derive(Debug, Clone, Default)]
pub struct Health {
    lines: Vec<Named>,
    places: BTreeMap<Box<[u8]>, Vec<Place>>,
    changed: Vec<Place>,
    malformed: BTreeMap<String, u64>,
    notices: Counted,
    operators_changed: bool,
}

/// The lines of a site, whole, as the book holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Number of the first journal block that is not in these counts.
    next_block: u64,
    /// LIID in hexadecimal, operator, counts.
    lines: Vec<(String, String, Line)>,
    malformed: BTreeMap<String, u64>,
    notices: Counted,
}

/// What changed beside the rows of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delta {
    /// LIID in hexadecimal, operator, what is true after the block.
    lines: Vec<(String, String, Aside)>,
    malformed: Option<BTreeMap<String, u64>>,
    notices: Option<Counted>,
}

impl Health {
    /// The place of the line of `liid` at `operator`, made when there is none.
    pub fn place(&mut self, liid: &[u8], operator: &str) -> Place {
        if let Some(place) = self.known(liid, operator) {
            return place;
        }
        let place = Place(self.lines.len());
        let (liid, operator) = (Box::<[u8]>::from(liid), operator.to_owned());
        self.places.entry(liid.clone()).or_default().push(place);
        self.lines.push(Named { liid, operator, line: Line::default(), changed: false });
        place
    }

    fn known(&self, liid: &[u8], operator: &str) -> Option<Place> {
        let is_it = |place: &&Place| {
            self.lines.get(place.0).is_some_and(|named| named.operator == operator)
        };
        self.places.get(liid)?.iter().find(is_it).copied()
    }

    /// The line of `liid` at `operator`, if anything named it.
    #[must_use]
    pub fn line(&self, liid: &[u8], operator: &str) -> Option<&Line> {
        let place = self.known(liid, operator)?;
        self.lines.get(place.0).map(|named| &named.line)
    }

    /// PDUs and runs without framing that no LIID could be read from, by the operator of their
    /// peer.
    #[must_use]
    pub fn malformed(&self, operator: &str) -> u64 {
        self.malformed.get(operator).copied().unwrap_or(0)
    }

    /// Counts a PDU that is kept.
    pub fn take(&mut self, place: Place, row: &Row) {
        if let Some(named) = self.lines.get_mut(place.0) {
            named.line.take(row);
        }
    }

    /// `change` more numbers are missing (fewer when negative) since the PDU received at `at`.
    pub fn miss(&mut self, place: Place, change: i64, at: Micros) {
        if change == 0 {
            return;
        }
        if let Some(aside) = self.aside(place) {
            aside.missing = aside.missing.saturating_add_signed(change);
            if change > 0 {
                aside.missed_at = aside.missed_at.max(Some(at.0));
            }
        }
    }

    /// Counts a duplicate, which is not kept.
    pub fn duplicate(&mut self, place: Place) {
        if let Some(aside) = self.aside(place) {
            aside.duplicates = aside.duplicates.saturating_add(1);
        }
    }

    /// Counts what no line can be named for: framing lost, or a PDU that does not parse. Counted
    /// only for an operator that the register knows.
    pub fn undecodable(&mut self, table: &BindingTable, peer: &str) {
        if let Some(peer) = table.peer(peer) {
            let count = self.malformed.entry(peer.operator.clone()).or_default();
            *count = count.saturating_add(1);
            self.operators_changed = true;
        }
    }

    /// Counts an HI1 notice that is not as ordered, by the operator that told it.
    pub fn notice(&mut self, operator: &str, word: &'static str) {
        let of_operator = self.notices.entry(operator.to_owned()).or_default();
        let count = of_operator.entry(word.to_owned()).or_default();
        *count = count.saturating_add(1);
        self.operators_changed = true;
    }

    /// HI1 notices of `operator` that were not as ordered, by the word of their alarm.
    #[must_use]
    pub fn notices(&self, operator: &str) -> BTreeMap<String, u64> {
        self.notices.get(operator).cloned().unwrap_or_default()
    }

    /// Counts a quarantined PDU that names `liid`: at the peer's operator, else (it delivers for
    /// another) at every operator with a measure of it.
    pub fn close(
        &mut self,
        table: &BindingTable,
        peer: &str,
        liid: &[u8],
        reason: Reason,
        at: Micros,
    ) {
        for place in self.named_by(table, peer, liid) {
            if let Some(aside) = self.aside(place) {
                let count = aside.closed.entry(reason.word().to_owned()).or_default();
                *count = count.saturating_add(1);
                aside.closed_at = aside.closed_at.max(Some(at.0));
            }
        }
    }

    /// Takes back [`Health::close`]: the PDU was released.
    pub fn release(&mut self, table: &BindingTable, peer: &str, liid: &[u8], reason: Reason) {
        for place in self.named_by(table, peer, liid) {
            let counted = self.aside(place).and_then(|it| it.closed.get_mut(reason.word()));
            if let Some(count) = counted {
                *count = count.saturating_sub(1);
            }
        }
    }

    fn named_by(&mut self, table: &BindingTable, peer: &str, liid: &[u8]) -> Vec<Place> {
        let rows = table.rows_of(liid);
        let own = table.peer(peer).map(|peer| peer.operator.as_str());
        let own = own.filter(|own| rows.iter().any(|row| row.operator == *own));
        let operators: std::collections::BTreeSet<&str> =
            rows.iter().map(|row| row.operator.as_str()).collect();
        let named = |operator: &&str| own.is_none_or(|own| own == *operator);
        operators.into_iter().filter(named).map(|operator| self.place(liid, operator)).collect()
    }

    /// The part of a line that a block must say, marked as changed.
    fn aside(&mut self, place: Place) -> Option<&mut Aside> {
        let named = self.lines.get_mut(place.0)?;
        if !named.changed {
            named.changed = true;
            self.changed.push(place);
        }
        Some(&mut named.line.aside)
    }

    /// Whether the line's silence was told; true when that changes.
    pub fn tell_silent(&mut self, liid: &[u8], operator: &str, silent: bool) -> bool {
        if self.line(liid, operator).is_some_and(|line| line.aside.silent) == silent {
            return false;
        }
        let place = self.place(liid, operator);
        if let Some(aside) = self.aside(place) {
            aside.silent = silent;
        }
        true
    }

    /// True when the next block has something to say beside its rows.
    #[must_use]
    pub fn has_delta(&self) -> bool {
        self.operators_changed || !self.changed.is_empty()
    }

    /// What a block says beside its rows; `None` when that is nothing.
    #[must_use]
    pub fn delta(&self) -> Option<Delta> {
        self.has_delta().then(|| Delta {
            lines: self
                .changed
                .iter()
                .filter_map(|place| self.lines.get(place.0))
                .map(|it| (hex::encode(&it.liid), it.operator.clone(), it.line.aside.clone()))
                .collect(),
            malformed: self.operators_changed.then(|| self.malformed.clone()),
            notices: self.operators_changed.then(|| self.notices.clone()),
        })
    }

    /// The delta was written.
    pub fn written(&mut self) {
        for place in std::mem::take(&mut self.changed) {
            if let Some(named) = self.lines.get_mut(place.0) {
                named.changed = false;
            }
        }
        self.operators_changed = false;
    }

    /// Everything, as counted before journal block `next_block`.
    #[must_use]
    pub fn write(&self, next_block: u64) -> Written {
        let whole = |it: &Named| (hex::encode(&it.liid), it.operator.clone(), it.line.clone());
        Written {
            next_block,
            lines: self.lines.iter().map(whole).collect(),
            malformed: self.malformed.clone(),
            notices: self.notices.clone(),
        }
    }
}

/// Lines being taken up again, block by block.
#[derive(Debug, Default)]
pub struct Replay {
    health: Health,
    next_block: u64,
}

impl Replay {
    /// Begins with what the book holds; `None` when a LIID in it is not hexadecimal.
    #[must_use]
    pub fn begin(written: Written) -> Option<Self> {
        let (malformed, notices) = (written.malformed, written.notices);
        let mut health = Health { malformed, notices, ..Health::default() };
        for (liid, operator, line) in written.lines {
            let place = health.place(&hex::decode(&liid)?, &operator);
            health.lines.get_mut(place.0)?.line = line;
        }
        Some(Self { health, next_block: written.next_block })
    }

    /// Takes one row of block `block`, unless the book holds it already; `None` when the LIID is
    /// not hexadecimal.
    #[must_use]
    pub fn row(&mut self, block: u64, liid: &str, operator: &str, row: &Row) -> Option<()> {
        if block >= self.next_block {
            let place = self.health.place(&hex::decode(liid)?, operator);
            self.health.take(place, row);
        }
        Some(())
    }

    /// Takes what block `block` says beside its rows; `None` as [`Replay::row`].
    #[must_use]
    pub fn delta(&mut self, block: u64, delta: Delta) -> Option<()> {
        if block < self.next_block {
            return Some(());
        }
        for (liid, operator, aside) in delta.lines {
            let place = self.health.place(&hex::decode(&liid)?, &operator);
            self.health.lines.get_mut(place.0)?.line.aside = aside;
        }
        if let Some(malformed) = delta.malformed {
            self.health.malformed = malformed;
        }
        if let Some(notices) = delta.notices {
            self.health.notices = notices;
        }
        Some(())
    }

    /// What was taken up.
    #[must_use]
    pub fn end(self) -> Health {
        self.health
    }
}

#[cfg(test)]
mod tests;
