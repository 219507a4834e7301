//! HI1 objects as the register keeps them, and who may send messages.
//!
//! Promises: an object's generation grows by one with each change and never otherwise; what was
//! taken is applied whole or not at all; nothing is removed.
//!
//! Rules: TS 103 120 clause 7.1 (Generation, LastChanged); DESIGN decision 20.
use super::object::{Body, Object};
use super::value::{EndpointId, Uuid, is_country};
use crate::register::RegisterError;
use crate::text;
use lacre_term::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Objects of the largest register; a real one has a few for each order.
const OBJECTS_MAX: usize = 1_000_000;

/// What a sender may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hi1Role {
    /// Create and change orders, and ask for its own.
    Authority,
    /// Deliver notifications, and ask for its own: who is ordered does not order.
    Operator,
}

/// Who may send messages, known by its certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hi1Sender {
    /// Its name here: `[A-Za-z0-9._-]`, unique.
    pub name: String,
    /// As its messages name it.
    pub endpoint: EndpointId,
    /// What it may do.
    pub role: Hi1Role,
    /// SHA-256 of its certificate's DER.
    #[serde(with = "text::digest_text")]
    pub certificate_sha256: Digest,
}

/// A sender that may no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hi1SenderRemoved {
    /// Its name.
    pub name: String,
}

/// What one message left: its new and changed objects, as it gave them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hi1Taken {
    /// The message's transaction.
    pub transaction: Uuid,
    /// Who sent it, as it says.
    pub sender: EndpointId,
    /// The objects, at most 1,000.
    pub objects: Vec<Taken>,
}

/// One object as a message gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// New, or laid over what is kept; with its generation and the time it was taken.
    pub object: Object,
    /// The order it became part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
}

/// An object kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The object, every update laid over it.
    pub object: Object,
    /// Who created it: nobody else is told of it.
    pub sender: EndpointId,
    /// The order it is part of.
    pub order: Option<String>,
}

/// The objects and senders of a register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objects {
    kept: BTreeMap<Uuid, Kept>,
    senders: BTreeMap<String, Hi1Sender>,
}

impl Objects {
    /// An object by its identifier.
    #[must_use]
    pub fn get(&self, id: &Uuid) -> Option<&Kept> {
        self.kept.get(id)
    }

    /// Every object, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Kept> {
        self.kept.values()
    }

    /// Every sender, by name.
    pub fn senders(&self) -> impl Iterator<Item = &Hi1Sender> {
        self.senders.values()
    }

    /// The sender with that certificate.
    #[must_use]
    pub fn sender_of(&self, certificate_sha256: &Digest) -> Option<&Hi1Sender> {
        self.senders.values().find(|sender| sender.certificate_sha256 == *certificate_sha256)
    }

    pub(crate) fn take(&mut self, taken: &Hi1Taken) -> Result<(), RegisterError> {
        let unfit = |id: Uuid, what: &'static str| RegisterError::Hi1Object { id, what };
        let mut next = BTreeMap::new();
        for Taken { object, order } in &taken.objects {
            let id = object.common.id;
            let held = self.kept.get(&id);
            let due = held.and_then(|kept| kept.object.common.generation).unwrap_or(0);
            if object.common.generation != due.checked_add(1) {
                return Err(unfit(id, "has another generation than is due"));
            }
            if matches!(object.body, Body::Unsupported { .. }) {
                return Err(unfit(id, "is of a kind that is not kept"));
            }
            let kept = match held {
                None => Kept {
                    object: object.clone(),
                    sender: taken.sender.clone(),
                    order: order.clone(),
                },
                Some(kept) => Kept {
                    object: kept
                        .object
                        .updated(object)
                        .ok_or_else(|| unfit(id, "is of another kind"))?,
                    sender: kept.sender.clone(),
                    order: order.clone().or_else(|| kept.order.clone()),
                },
            };
            if next.insert(id, kept).is_some() {
                return Err(unfit(id, "comes twice"));
            }
        }
        if self.kept.len().saturating_add(next.len()) > OBJECTS_MAX {
            return Err(RegisterError::Hi1Full { max: OBJECTS_MAX });
        }
        self.kept.append(&mut next);
        Ok(())
    }

    pub(crate) fn add_sender(&mut self, sender: &Hi1Sender) -> Result<(), RegisterError> {
        text::name(&sender.name, 64)
            .map_err(|source| RegisterError::Text { what: "sender", source })?;
        text::line(&sender.endpoint.identifier, super::value::SHORT)
            .map_err(|source| RegisterError::Text { what: "sender's identifier", source })?;
        if !is_country(&sender.endpoint.country) {
            let source = text::TextError::NotName { found: '-' };
            return Err(RegisterError::Text { what: "sender's country", source });
        }
        if self.senders.contains_key(&sender.name) {
            let name = sender.name.clone();
            return Err(RegisterError::Duplicate { what: "sender", name });
        }
        if let Some(other) = self.sender_of(&sender.certificate_sha256) {
            let (peer, other) = (sender.name.clone(), other.name.clone());
            return Err(RegisterError::SamePeer { peer, other });
        }
        self.senders.insert(sender.name.clone(), sender.clone());
        Ok(())
    }

    pub(crate) fn remove_sender(&mut self, gone: &Hi1SenderRemoved) -> Result<(), RegisterError> {
        let name = gone.name.clone();
        let gone = self.senders.remove(&gone.name);
        gone.map(drop).ok_or(RegisterError::Unknown { what: "sender", name })
    }
}
