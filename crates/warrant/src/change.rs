//! Register changes: what a person did to the register, one JSON document each.
//!
//! Promises: a change reads back to the same change; an unknown field or kind is refused, so that
//! no later version's rule is silently dropped. The register is its changes, replayed in order.
//!
//! Rules: DESIGN decisions 2, 14, 20; `spec/register.md`.
use crate::hi1::{Hi1Sender, Hi1SenderRemoved, Hi1Taken};
use crate::{order::OrderDocument, peer::Peer, person::User, text};
use lacre_term::{Digest, Liid, Micros, VaultId};
use serde::{Deserialize, Serialize};

/// One change. In JSON, the field `kind` names what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// A mediation function may deliver.
    PeerAdded(Peer),
    /// It may no longer.
    PeerRemoved(PeerRemoved),
    /// A person may act.
    UserAdded(User),
    /// The person may no longer.
    UserRemoved(UserRemoved),
    /// A case was opened before its first order.
    CaseAdded(CaseAdded),
    /// An order with its measures; opens its case when it is the first.
    OrderAdded(Box<OrderAdded>),
    /// The judge's signed file of an order or of an extension, brought later.
    OrderDocumented(OrderDocumented),
    /// A prórroga: later ends, same vault.
    OrderExtended(OrderExtended),
    /// Measures end before their time.
    OrderCeased(OrderCeased),
    /// A court role confirmed what was entered about an order so far.
    OrderConfirmed(OrderConfirmed),
    /// An authority may send messages of TS 103 120.
    Hi1SenderAdded(Hi1Sender),
    /// It may no longer.
    Hi1SenderRemoved(Hi1SenderRemoved),
    /// Objects that such a message left.
    Hi1Taken(Box<Hi1Taken>),
}

/// A peer that may no longer deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerRemoved {
    /// The peer's name.
    pub name: String,
}

/// A person who may no longer act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRemoved {
    /// The person's name.
    pub name: String,
}

/// A case opened by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseAdded {
    /// The case.
    pub case: String,
    /// The court that conducts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub court: Option<String>,
}

/// The judge's signed file, kept by the caller under its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attached {
    /// The file's name, without folders.
    pub name: String,
    /// SHA-256 of its octets.
    #[serde(with = "text::digest_text")]
    pub sha256: Digest,
}

/// An order entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderAdded {
    /// The vault for everything under it.
    #[serde(with = "text::vault_text")]
    pub vault: VaultId,
    /// The judge's file, when it came with the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attached>,
    /// The order.
    pub order: OrderDocument,
}

/// A judge's file brought after its order or extension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderDocumented {
    /// The order.
    pub order: String,
    /// Which extension it belongs to, counted from 0; absent for the order itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<u32>,
    /// The judge's file.
    pub document: Attached,
}

/// A prórroga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderExtended {
    /// The order.
    pub order: String,
    /// The new end, excluded; later than the present one.
    #[serde(with = "text::time_text")]
    pub until: Micros,
    /// When it was granted. One granted after the measures had ended extends nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub granted_at: Option<Micros>,
    /// The measures' LIIDs in hexadecimal; empty for every measure that has not ceased.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "text::liid_hex::list")]
    pub liids: Vec<Liid>,
    /// The judge's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attached>,
}

/// A cessation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderCeased {
    /// The order.
    pub order: String,
    /// First moment no longer authorised.
    #[serde(with = "text::time_text")]
    pub at: Micros,
    /// The measures' LIIDs in hexadecimal; empty for every measure not yet over at that moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "text::liid_hex::list")]
    pub liids: Vec<Liid>,
    /// Why, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A confirmation by the court.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderConfirmed {
    /// The order.
    pub order: String,
    /// Who confirmed: a registered person with a court role.
    pub person: String,
    /// When.
    #[serde(with = "text::time_text")]
    pub at: Micros,
}

/// A change as it is kept: numbered, dated, with who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Always [`Entry::SCHEMA`].
    pub schema: String,
    /// Place among the changes of the site, from 0, without holes.
    pub number: u64,
    /// When it was made.
    #[serde(with = "text::time_text")]
    pub at: Micros,
    /// Who made it.
    pub person: String,
    /// What was done.
    pub change: Change,
}

/// A document is no register change of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Use the version that wrote it.
    #[error("register change has schema {found:?}, this version reads {:?}", Entry::SCHEMA)]
    Schema {
        /// The schema found.
        found: String,
    },
    /// The document is damaged, or another's: stop.
    #[error("register change cannot be read: {what}")]
    Json {
        /// What stands where.
        what: String,
    },
}

impl Entry {
    /// The schema this version writes and reads.
    pub const SCHEMA: &'static str = "lacre.register/1";

    /// Numbers and dates a change.
    #[must_use]
    pub fn new(number: u64, at: Micros, person: &str, change: Change) -> Self {
        Self { schema: Self::SCHEMA.to_owned(), number, at, person: person.to_owned(), change }
    }

    /// The octets to keep and to hash: compact JSON, fields in the order above.
    ///
    /// # Errors
    /// [`EntryError::Json`] when the change cannot be written, which no valid change causes.
    pub fn to_json(&self) -> Result<Vec<u8>, EntryError> {
        serde_json::to_vec(self).map_err(|error| EntryError::Json { what: error.to_string() })
    }

    /// Reads the octets kept.
    ///
    /// # Errors
    /// [`EntryError`] when they are no change of this version.
    pub fn parse(octets: &[u8]) -> Result<Self, EntryError> {
        let entry: Self = serde_json::from_slice(octets)
            .map_err(|error| EntryError::Json { what: error.to_string() })?;
        if entry.schema == Self::SCHEMA {
            Ok(entry)
        } else {
            Err(EntryError::Schema { found: entry.schema })
        }
    }
}
