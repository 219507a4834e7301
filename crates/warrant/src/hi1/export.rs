//! From an order of the register to the message that an operator's system imports.
//!
//! Promises: an operator is told of its own measures alone, and of nobody's name; no task is wider
//! or longer than its measure; the same order gives the same object identifiers.
//!
//! Rules: TS 103 120 clauses 7.2, 7.3, 8.2; LECrim 588 bis d (secrecy), 588 ter e (operators).
use super::message::{Action, ActionRequest, Header, Message, Payload};
use super::object::{Authorisation, Body, Common, Contents, Document, Object, Task};
use super::order;
use super::value::{Approval, Approver, EndpointId, Entry, Timespan, Uuid, is_country};
use crate::register::{MeasureState, Order};
use lacre_term::{Digest, Micros, liid::shown};
use std::collections::BTreeSet;

/// An order as a message, and as the objects the register keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The message.
    pub message: Message,
    /// Its operator.
    pub operator: String,
}

/// The order cannot be written as a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Choose one: each is told of its own measures alone.
    #[error("order {order} has measures of {count} operators: say which with --operator")]
    Operators {
        /// The order.
        order: String,
        /// How many operators it names.
        count: usize,
    },
    /// Correct the name.
    #[error("order {order} has no measure of operator {operator} that is not over")]
    NoMeasure {
        /// The order.
        order: String,
        /// The operator asked for.
        operator: String,
    },
    /// The operator delivers under another.
    #[error(
        "LIID {liid} cannot stand in a task: it is neither printable ASCII nor 13 or more octets"
    )]
    Liid {
        /// As people write it.
        liid: String,
    },
}

/// Writes the measures of one operator under `order` as documents, authorisation and tasks.
///
/// # Errors
/// [`ExportError`] when the operator is not plain, or a LIID has no form in the schema.
pub fn export(
    order: &Order,
    operator: Option<&str>,
    header: (EndpointId, Uuid, Micros),
    hash: &dyn Fn(&[u8]) -> Digest,
) -> Result<Exported, ExportError> {
    let (sender, transaction, now) = header;
    let document = &order.document;
    let open = |state: &&MeasureState| state.ceased_at.is_none() && now < state.until;
    let operators: BTreeSet<&str> =
        order.measures.iter().map(|state| state.granted.operator.as_str()).collect();
    let operators: Vec<&str> = operators.into_iter().collect();
    let name = document.order.clone();
    let operator = match (operator, operators.as_slice()) {
        (Some(operator), _) => operator,
        (None, [only]) => only,
        (None, _) => {
            return Err(ExportError::Operators { order: name, count: operators.len() });
        }
    };
    let of_operator = order.measures.iter().filter(|it| it.granted.operator == operator);
    let measures: Vec<&MeasureState> = of_operator.filter(open).collect();
    if measures.is_empty() {
        return Err(ExportError::NoMeasure { order: name, operator: operator.to_owned() });
    }
    let upper = document.profile.to_ascii_uppercase();
    let country = if is_country(&upper) { upper } else { "XX".to_owned() };
    let receiver = EndpointId { country: country.clone(), identifier: operator.to_owned() };
    let id = |what: &str| {
        let seed = [b"lacre.hi1/1\0", &order.vault.0[..], what.as_bytes()].concat();
        let mut octets = [0u8; 16];
        octets.iter_mut().zip(hash(&seed).0).for_each(|(to, from)| *to = from);
        Uuid::random(octets)
    };
    let (paper, authority) = (id("document"), id("authorisation"));
    let objects = Objects { order, sender: &sender, country: &country };
    let mut actions = vec![
        objects.of(paper, None, Body::Document(Box::new(objects.paper()))),
        objects.of(
            authority,
            Some(vec![paper]),
            Body::Authorisation(Box::new(objects.authority(&measures, &receiver))),
        ),
    ];
    for state in measures {
        let liid = shown(state.granted.liid.octets());
        let what = format!("task {liid} {} {operator}", state.granted.from.rfc3339());
        let task = objects.task(state, &receiver).ok_or(ExportError::Liid { liid })?;
        actions.push(objects.of(id(&what), Some(vec![authority]), Body::Task(Box::new(task))));
    }
    let request = |(id, object)| ActionRequest { id, action: Action::Create(Box::new(object)) };
    let message = Message {
        header: Header {
            sender: sender.clone(),
            receiver,
            transaction,
            at: now,
            version: super::ETSI_VERSION.into(),
            profile_owner: country.clone(),
            profile_version: "lacre-1".into(),
        },
        payload: Payload::Requests((0u64..).zip(actions).map(request).collect()),
    };
    Ok(Exported { message, operator: operator.to_owned() })
}

struct Objects<'o> {
    order: &'o Order,
    sender: &'o EndpointId,
    country: &'o str,
}

impl Objects<'_> {
    fn of(&self, id: Uuid, associated: Option<Vec<Uuid>>, body: Body) -> Object {
        let mut common = Common::of(id);
        common.country = Some(self.sender.country.clone());
        common.owner = Some(self.sender.identifier.chars().take(255).collect());
        common.associated = associated;
        Object { common, body }
    }

    fn approval(&self) -> Approval {
        let document = &self.order.document;
        let role = Some(document.court.clone());
        Approval {
            approver: Some(Approver { role, ..Approver::default() }),
            at: Some(document.granted_at),
            ..Approval::default()
        }
    }

    /// The judge's order by its reference and hash; the file itself is not told.
    fn paper(&self) -> Document {
        let contents = self.order.attached.as_ref().map(|it| Contents {
            checksum: Some(it.sha256.to_hex()),
            checksum_kind: Some("SHA-256".into()),
            ..Contents::default()
        });
        Document {
            reference: Some(self.order.document.order.clone()),
            kind: Some(Entry::etsi("DocumentType", "Warrant")),
            contents,
            signatures: vec![self.approval()],
            ..Document::default()
        }
    }

    fn authority(&self, measures: &[&MeasureState], receiver: &EndpointId) -> Authorisation {
        let start = measures.iter().map(|state| up(state.granted.from)).min();
        let end = measures.iter().map(|state| down(state.until)).max();
        Authorisation {
            reference: Some(self.order.document.case.clone()),
            desired_status: Some(Entry::etsi("AuthorisationDesiredStatus", "Approved")),
            timespan: Some(Timespan { start, end }),
            operators: vec![receiver.clone()],
            approvals: vec![self.approval()],
            legal_entity: Some(self.order.document.court.clone()),
            ..Authorisation::default()
        }
    }

    fn task(&self, state: &MeasureState, receiver: &EndpointId) -> Option<Task> {
        let granted = &state.granted;
        let (delivery, handling) = order::delivery(granted.scope);
        let timespan = Timespan { start: Some(up(granted.from)), end: Some(down(state.until)) };
        let identity = &granted.identity;
        Some(Task {
            reference: Some(order::liid_text(&granted.liid)?),
            desired_status: Some(Entry::etsi("TaskDesiredStatus", "Active")),
            timespan: Some(timespan),
            targets: order::targets(self.country, &identity.kind, &identity.value),
            delivery_type: Some(delivery),
            operator: Some(receiver.clone()),
            handling,
            ..Task::default()
        })
    }
}

/// The schema has whole seconds: begins are moved later and ends sooner, never the other way.
fn up(at: Micros) -> Micros {
    let whole = down(at);
    if whole == at { at } else { whole.plus_seconds(1) }
}

fn down(at: Micros) -> Micros {
    Micros::from_seconds(at.seconds())
}
