//! A part while it is open: its keys, its frontier, what its seal will say.
//!
//! The data key lives here and nowhere else; it is gone when the part is dropped. Everything a
//! seal needs except keys can be written down ([`PartState`]) and taken up after a crash.
//!
//! Rules: DESIGN decisions 4, 6, 7; `spec/seal-and-chain.md`.
use super::health::Place;
use super::route::Route;
use lacre_proof::merkle::Frontier;
use lacre_term::{CommunicationKey, Liid, Micros, PartId, PayloadClass, VaultId, hex};
use lacre_vault::PartKeys;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What every part says of itself in the journal and in segments, machine-wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartMeta {
    /// Case the communication is numbered in.
    pub case: String,
    /// Order it is kept under.
    pub order: String,
    /// Number within the case.
    pub n: u64,
    /// 0 for the first part of the communication.
    pub part_index: u32,
    /// The part before, in hexadecimal.
    pub part_before: Option<String>,
    /// LIID octets in hexadecimal.
    pub liid: String,
    /// Communication identity number.
    pub cin: Option<u32>,
    /// CIN extension octets in hexadecimal.
    pub cin_extension: Option<String>,
    /// Operator identifier octets in hexadecimal.
    pub operator: String,
    /// Network element identifier octets in hexadecimal.
    pub network_element: Option<String>,
    /// Delivery country octets in hexadecimal.
    pub delivery_country: Option<String>,
    /// Epoch within the communication key.
    pub epoch: u32,
    /// Where the epoch begins: interception time in microseconds, and the class it was inferred
    /// for (`None` after a cINReset). Absent in epoch 0.
    pub epoch_from: Option<(i64, Option<u8>)>,
    /// The measure's operator, as the register names it.
    pub measure_operator: String,
}

impl PartMeta {
    /// The communication key written in this meta; `None` when the text was damaged.
    #[must_use]
    pub fn key(&self) -> Option<CommunicationKey> {
        let octets = |text: &Option<String>| -> Option<Option<Box<[u8]>>> {
            match text {
                None => Some(None),
                Some(text) => Some(Some(hex::decode(text)?.into())),
            }
        };
        Some(CommunicationKey {
            liid: Liid::parse(&hex::decode(&self.liid)?).ok()?,
            cin: self.cin,
            cin_extension: octets(&self.cin_extension)?,
            operator: hex::decode(&self.operator)?.into(),
            network_element: octets(&self.network_element)?,
            delivery_country: octets(&self.delivery_country)?,
        })
    }
}

/// What a seal will say of a part, kept without any key.
#[derive(Debug, Clone)]
pub struct PartState {
    /// Its vault.
    pub vault: VaultId,
    /// Its name.
    pub part: PartId,
    /// What it says of itself.
    pub meta: PartMeta,
    /// Merkle frontier over its PDU leaves.
    pub frontier: Frontier,
    /// Octets of its PDUs.
    pub octets: u64,
    /// Conflicts among them.
    pub conflicts: u64,
    /// First and last interception time.
    pub intercepted: Option<(Micros, Micros)>,
    /// First and last receipt time.
    pub received: Option<(Micros, Micros)>,
    /// Fingerprints and numbers of the PDUs that no file of sights names yet.
    pub sights: Vec<Sight>,
    /// Lowest number that came again with other octets, per class: if it is the context's first,
    /// its successor may show that the sender had begun anew.
    pub repeated: BTreeMap<PayloadClass, u32>,
    /// Interception times of the CIN resets among them: a boundary may say less of a reset that
    /// explained a restart inferred before.
    pub resets: Vec<Micros>,
}

/// One PDU as a context remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// Class of its sequence number.
    pub class: PayloadClass,
    /// Its sequence number.
    pub number: u32,
    /// Keyed fingerprint of its octets.
    pub fingerprint: [u8; 16],
}

impl PartState {
    /// A part with nothing in it yet.
    #[must_use]
    pub fn new(vault: VaultId, part: PartId, meta: PartMeta) -> Self {
        Self {
            vault,
            part,
            meta,
            frontier: Frontier::default(),
            octets: 0,
            conflicts: 0,
            intercepted: None,
            received: None,
            sights: Vec::new(),
            repeated: BTreeMap::new(),
            resets: Vec::new(),
        }
    }

    /// Takes one PDU into the account; its number is the frontier's count before the call.
    pub fn take(&mut self, row: &super::sidecar::Row) {
        self.frontier.push(row.leaf);
        self.octets = self.octets.saturating_add(u64::from(row.octets));
        if row.conflict {
            self.conflicts = self.conflicts.saturating_add(1);
            let lowest = self.repeated.entry(row.class).or_insert(row.sequence_number);
            *lowest = (*lowest).min(row.sequence_number);
        }
        if let Some(at) = row.intercepted_at {
            self.intercepted = Some(widen(self.intercepted, at));
            if row.class == PayloadClass::CinReset {
                self.resets.push(at);
            }
        }
        self.received = Some(widen(self.received, row.received_at));
        self.sights.push(Sight {
            class: row.class,
            number: row.sequence_number,
            fingerprint: row.fingerprint,
        });
    }
}

fn widen(span: Option<(Micros, Micros)>, at: Micros) -> (Micros, Micros) {
    span.map_or((at, at), |(first, last)| (first.min(at), last.max(at)))
}

/// Why and when a part should be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// An IRI-END came; sealed after a short grace for content still under way.
    IriEnd,
    /// Nothing came for the time-out of its kind.
    Idle,
    /// Its order or measure ceased.
    Cease,
    /// The `intake` command that took it is over.
    IntakeEnd,
    /// The node restarted: its keys are gone.
    Restart,
    /// A package was cut here.
    Cut,
}

impl Ending {
    /// The word in the seal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::IriEnd => "iri_end",
            Self::Idle => "idle",
            Self::Cease => "cease",
            Self::IntakeEnd => "intake_end",
            Self::Restart => "restart",
            Self::Cut => "cut",
        }
    }
}

/// A part that is being written: the state and the keys.
pub struct OpenPart {
    /// What its seal will say.
    pub state: PartState,
    /// Its data and salt keys, in memory only.
    pub keys: PartKeys,
    /// The communication it belongs to.
    pub route: Arc<Route>,
    /// The line whose health its PDUs tell.
    pub line: Place,
    /// When the last PDU came, by our clock.
    pub last_received: Micros,
    /// When an IRI-END came.
    pub ended_at: Option<Micros>,
    /// Time-out of its kind, in seconds.
    pub idle_seconds: i64,
    /// True when any of its PDUs came over a connection.
    pub live: bool,
}

impl OpenPart {
    /// The ending due at `now`, if any.
    #[must_use]
    pub fn due(&self, now: Micros) -> Option<Ending> {
        const GRACE_SECONDS: i64 = 3;
        if self.ended_at.is_some_and(|at| at.plus_seconds(GRACE_SECONDS) <= now) {
            return Some(Ending::IriEnd);
        }
        (self.last_received.plus_seconds(self.idle_seconds) <= now).then_some(Ending::Idle)
    }
}
