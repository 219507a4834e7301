//! Objects of a message: what an order is made of, and what is told about it.
//!
//! Promises: an absent field is `None` or an empty list, so that an UPDATE can be laid over what
//! is kept; `Debug` prints no target.
//!
//! Rules: TS 103 120 clauses 7.1 (common fields), 7.2 (authorisation), 7.3 (document),
//! 7.4 (notification), 8.2 (task).
use super::value::{Address, Approval, EndpointId, Entry, TargetValue, Timespan, Uuid};
use crate::text;
use lacre_term::{Digest, Micros};
use serde::{Deserialize, Serialize};

/// An object with its common fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// What every object has.
    pub common: Common,
    /// What it is.
    pub body: Body,
}

/// What every object has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// Its identifier, for good.
    pub id: Uuid,
    /// Country of its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How often it changed, from 1; set by the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// A name it has elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
    /// Objects it belongs to; absent is unchanged, empty is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub associated: Option<Vec<Uuid>>,
    /// When it last changed; set by the receiver.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub last_changed: Option<Micros>,
}

impl Common {
    /// A new object's.
    #[must_use]
    pub fn of(id: Uuid) -> Self {
        let (country, owner, generation, external) = (None, None, None, None);
        Self { id, country, owner, generation, external, associated: None, last_changed: None }
    }
}

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
pub enum Body {
    /// The authority to intercept.
    Authorisation(Box<Authorisation>),
    /// A document, such as the judge's order.
    Document(Box<Document>),
    /// One interception at one operator.
    Task(Box<Task>),
    /// Something told.
    Notification(Notification),
    /// An object that is named and not taken: retained data, preservation, deliveries, policies.
    Unsupported {
        /// Its type, as the schema names it.
        name: String,
    },
}

impl Body {
    /// Its word in ETSI's dictionary `ObjectType`.
    #[must_use]
    pub fn object_type(&self) -> &str {
        match self {
            Self::Authorisation(_) => "Authorisation",
            Self::Document(_) => "Document",
            Self::Task(_) => "Task",
            Self::Notification(_) => "Notification",
            Self::Unsupported { name } => name,
        }
    }
}

/// The authority to intercept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct Authorisation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_type: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_status: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timespan: Option<Timespan>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<EndpointId>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub created_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub served_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub terminated_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_information: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_of_case: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_entity: Option<String>,
}

/// A document, such as the judge's order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_status: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timespan: Option<Timespan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents: Option<Contents>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Approval>,
}

/// A property of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct Property {
    pub kind: Entry,
    pub value: String,
}

/// The file of a document. Kept, it is its hash; the octets lie sealed beside the register.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The octets, in a message; never in a register change.
    #[serde(skip)]
    pub octets: Option<Vec<u8>>,
    /// SHA-256 of the octets, once they were taken.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "sha256_text")]
    pub sha256: Option<Digest>,
    /// Media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Checksum, as the message gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// Kind of the checksum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum_kind: Option<String>,
}

/// One interception at one operator.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct Task {
    /// The LIID: printable ASCII of 1 to 25 octets, or 26 to 50 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_status: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timespan: Option<Timespan>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub termination: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub provisioned_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub deprovisioned_at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_type: Option<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<Destination>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<EndpointId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Entry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Entry>,
}

/// Where one kind of product is to be delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct Destination {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Entry>,
}

/// Something told about objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct Notification {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_new: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::time_text::optional")]
    pub at: Option<Micros>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<ObjectStatus>,
}

/// The status of one object, as a notification tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the schema's, without its prefix")]
pub struct ObjectStatus {
    pub object: Uuid,
    pub status: Entry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// One line of the answer to LIST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRecord {
    /// Its type, a word of ETSI's dictionary `ObjectType`.
    pub object_type: Entry,
    /// The object's common fields; its associations are not told.
    pub common: Common,
}

/// Replaces `old` by `new` where the update says something.
fn lay<T: Clone>(old: &mut Option<T>, new: &Option<T>) {
    if new.is_some() {
        old.clone_from(new);
    }
}

fn lay_list<T: Clone>(old: &mut Vec<T>, new: &[T]) {
    if !new.is_empty() {
        old.clear();
        old.extend_from_slice(new);
    }
}

fn lay_span(old: &mut Option<Timespan>, new: Option<Timespan>) {
    let Some(new) = new else { return };
    let span = old.get_or_insert_default();
    lay(&mut span.start, &new.start);
    lay(&mut span.end, &new.end);
}

impl Object {
    /// This object with `update` laid over it: absent fields stay, a list replaces the list.
    /// `None` when they are of different kinds.
    #[must_use]
    pub fn updated(&self, update: &Self) -> Option<Self> {
        let mut next = self.clone();
        match (&mut next.body, &update.body) {
            (Body::Authorisation(old), Body::Authorisation(new)) => old.lay_over(new),
            (Body::Document(old), Body::Document(new)) => old.lay_over(new),
            (Body::Task(old), Body::Task(new)) => old.lay_over(new),
            (Body::Notification(old), Body::Notification(new)) => {
                lay(&mut old.details, &new.details);
                lay(&mut old.kind, &new.kind);
                lay(&mut old.is_new, &new.is_new);
                lay(&mut old.at, &new.at);
                lay_list(&mut old.statuses, &new.statuses);
            }
            _ => return None,
        }
        lay(&mut next.common.country, &update.common.country);
        lay(&mut next.common.owner, &update.common.owner);
        lay(&mut next.common.generation, &update.common.generation);
        lay(&mut next.common.external, &update.common.external);
        lay(&mut next.common.associated, &update.common.associated);
        lay(&mut next.common.last_changed, &update.common.last_changed);
        Some(next)
    }

    /// Objects it belongs to.
    pub fn associated(&self) -> impl Iterator<Item = Uuid> + '_ {
        self.common.associated.iter().flatten().copied()
    }

    /// Takes out what names a person: what the working copy of the register keeps of it.
    pub fn seal_identities(&mut self) {
        let sealed = || "(sealed)".to_owned();
        let close = |approvals: &mut Vec<Approval>| {
            for approval in approvals {
                approval.description = None;
                if let Some(approver) = &mut approval.approver {
                    approver.name = None;
                    approver.contacts.clear();
                }
            }
        };
        self.common.external = None;
        match &mut self.body {
            Body::Authorisation(it) => {
                it.manual_information = it.manual_information.as_ref().map(|_| sealed());
                close(&mut it.approvals);
            }
            Body::Document(it) => {
                it.name = it.name.as_ref().map(|_| sealed());
                it.properties.clear();
                close(&mut it.signatures);
            }
            Body::Task(it) => {
                it.targets.iter_mut().for_each(|target| target.value = sealed());
                close(&mut it.approvals);
            }
            Body::Notification(it) => {
                it.details = it.details.as_ref().map(|_| sealed());
                it.statuses.iter_mut().for_each(|status| status.details = None);
            }
            Body::Unsupported { .. } => {}
        }
    }
}

impl Authorisation {
    fn lay_over(&mut self, new: &Self) {
        lay(&mut self.reference, &new.reference);
        lay(&mut self.legal_type, &new.legal_type);
        lay(&mut self.priority, &new.priority);
        lay(&mut self.status, &new.status);
        lay(&mut self.desired_status, &new.desired_status);
        lay_span(&mut self.timespan, new.timespan);
        lay_list(&mut self.operators, &new.operators);
        lay(&mut self.created_at, &new.created_at);
        lay(&mut self.served_at, &new.served_at);
        lay(&mut self.terminated_at, &new.terminated_at);
        lay_list(&mut self.approvals, &new.approvals);
        lay_list(&mut self.flags, &new.flags);
        lay(&mut self.manual_information, &new.manual_information);
        lay(&mut self.jurisdiction, &new.jurisdiction);
        lay(&mut self.type_of_case, &new.type_of_case);
        lay(&mut self.legal_entity, &new.legal_entity);
    }
}

impl Document {
    fn lay_over(&mut self, new: &Self) {
        lay(&mut self.reference, &new.reference);
        lay(&mut self.name, &new.name);
        lay(&mut self.status, &new.status);
        lay(&mut self.desired_status, &new.desired_status);
        lay_span(&mut self.timespan, new.timespan);
        lay(&mut self.kind, &new.kind);
        lay_list(&mut self.properties, &new.properties);
        lay(&mut self.contents, &new.contents);
        lay_list(&mut self.signatures, &new.signatures);
    }
}

impl Task {
    fn lay_over(&mut self, new: &Self) {
        lay(&mut self.reference, &new.reference);
        lay(&mut self.status, &new.status);
        lay(&mut self.desired_status, &new.desired_status);
        lay_span(&mut self.timespan, new.timespan);
        lay(&mut self.termination, &new.termination);
        lay(&mut self.provisioned_at, &new.provisioned_at);
        lay(&mut self.deprovisioned_at, &new.deprovisioned_at);
        lay_list(&mut self.targets, &new.targets);
        lay(&mut self.service, &new.service);
        lay(&mut self.delivery_type, &new.delivery_type);
        lay_list(&mut self.destinations, &new.destinations);
        lay_list(&mut self.approvals, &new.approvals);
        lay(&mut self.operator, &new.operator);
        lay(&mut self.handling, &new.handling);
        lay_list(&mut self.flags, &new.flags);
    }
}

/// A hash that may be absent.
mod sha256_text {
    use lacre_term::Digest;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(it: &Option<Digest>, to: S) -> Result<S::Ok, S::Error> {
        it.as_ref().map(Digest::to_hex).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Digest>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| {
            Digest::from_hex(&text).ok_or_else(|| D::Error::custom("a hash is 64 digits"))
        })
        .transpose()
    }
}
