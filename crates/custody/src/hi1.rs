//! HI1 as custody takes it: one message in, its changes made as acts, one message out.
//!
//! Promises: every message has one answer, refused or not; nothing is answered as done before it
//! is durable; no object is told and no order written out before the act of telling is entered.
//!
//! Rules: TS 103 120 clauses 6 and 9; DESIGN decisions 2, 12, 20; `spec/hi1.md`.
use crate::act::{self, Act};
use crate::error::CustodyError;
use crate::house::{House, lock};
use crate::register::{Author, Book, new_vault};
use lacre_term::Micros;
use lacre_warrant::hi1::{
    Action, Desk, EndpointId, ErrorInformation, Exported, Hi1Role, Hi1Sender, Hi1Taken, Message,
    Outcome, Payload, Planned, Taken, Uuid, code, export, plan, refusal,
};
use lacre_warrant::{Change, Register};

/// The answer to a message, and what came of it.
#[derive(Debug)]
pub struct Answer {
    /// The answer, XML in UTF-8.
    pub octets: Vec<u8>,
    /// The answer as a message.
    pub message: Message,
    /// Register changes made.
    pub changes: usize,
    /// Why the engine could not do what was planned; the answer then says to try again.
    pub failure: Option<CustodyError>,
}

impl Answer {
    fn of(message: Message, changes: usize, failure: Option<CustodyError>) -> Self {
        Self { octets: message.write(), message, changes, failure }
    }

    /// True when the message or an action of it was refused.
    #[must_use]
    pub fn refuses(&self) -> bool {
        match &self.message.payload {
            Payload::Responses(responses) => {
                responses.iter().any(|it| matches!(it.outcome, Outcome::Refused(_)))
            }
            Payload::Refused(_) | Payload::Requests(_) => true,
        }
    }
}

impl House {
    /// The authority whose registered certificate has this SHA-256.
    #[must_use]
    pub fn hi1_sender(&self, certificate_sha256: &lacre_term::Digest) -> Option<Hi1Sender> {
        self.with_book(|book, _| book.register().hi1().sender_of(certificate_sha256).cloned())
    }

    /// Answers the message in `octets`, brought by `author`. `known` is the authority at the other
    /// end of a connection: only it can be the message's sender then.
    pub fn answer_hi1(
        &self,
        octets: &[u8],
        author: &Author,
        known: Option<&Hi1Sender>,
        now: Micros,
    ) -> Answer {
        let message = match Message::read(octets) {
            Ok(message) => message,
            Err(error) => {
                let header = Message::read_header(octets);
                let answer = refusal(header.as_ref(), now, &error.information());
                return Answer::of(answer, 0, None);
            }
        };
        if known.is_some_and(|known| known.endpoint != message.header.sender) {
            let text = "SenderIdentifier is not that of the certificate: send under your own";
            let error = ErrorInformation::new(code::GENERAL, text);
            return Answer::of(refusal(Some(&message.header), now, &error), 0, None);
        }
        let mut book = lock(&self.book);
        let mut changes = 0;
        // Whoever brings a file acts in their own name.
        let role = known.map_or(Hi1Role::Authority, |known| known.role);
        let answered = self.hi1_planned(&book, &message, role, now).and_then(|planned| {
            self.hi1_told(&planned, author, now)?;
            for (name, octets) in &planned.files {
                book.attach(&self.site, name, octets)?;
            }
            for change in planned.changes {
                book.change(&self.site, change, author, now)?;
                changes += 1;
            }
            Ok(planned.answer)
        });
        if changes > 0 {
            self.rebind(&book);
        }
        match answered {
            Ok(answer) => Answer::of(answer, changes, None),
            Err(failure) => {
                let text = "the message could not be taken now: send it again later";
                let error = ErrorInformation::new(code::TRANSIENT, text);
                Answer::of(refusal(Some(&message.header), now, &error), changes, Some(failure))
            }
        }
    }

    fn hi1_planned(
        &self,
        book: &Book,
        message: &Message,
        role: Hi1Role,
        now: Micros,
    ) -> Result<Planned, CustodyError> {
        let sealed = !self.site.is_unsealed();
        let full: Register;
        let register = if sealed {
            book.register()
        } else {
            full = book.full(&self.site)?;
            &full
        };
        let vault = || new_vault().ok();
        let hash = &lacre_proof::hash::sha256;
        Ok(plan(message, &Desk { register, sealed, role, now, hash, vault: &vault }))
    }

    /// Enters that objects are told, before they are.
    fn hi1_told(
        &self,
        planned: &Planned,
        author: &Author,
        now: Micros,
    ) -> Result<(), CustodyError> {
        let Payload::Responses(responses) = &planned.answer.payload else { return Ok(()) };
        let told: Vec<String> = responses
            .iter()
            .filter_map(|response| match &response.outcome {
                Outcome::Got(object) => Some(object.common.id.to_string()),
                _ => None,
            })
            .collect();
        if told.is_empty() {
            return Ok(());
        }
        let transaction = planned.answer.header.transaction.to_string();
        let object = serde_json::json!({ "transaction": transaction, "objects": told });
        self.hi1_act("hi1_told", object, author, now)
    }

    fn hi1_act(
        &self,
        kind: &str,
        object: serde_json::Value,
        author: &Author,
        now: Micros,
    ) -> Result<(), CustodyError> {
        let Author { person, role, reason } = author.clone();
        let act = Act { person, role, kind: kind.to_owned(), object, reason };
        act::enter(&self.site, &act, now).map(|_| ())
    }

    /// Writes the measures that one operator has under `order` as the message its system imports;
    /// an act. The objects are kept, so that what the operator tells of them is understood.
    ///
    /// # Errors
    /// [`CustodyError::Refused`] while sealed; [`CustodyError::Input`] for an unknown order or
    /// operator.
    pub fn export_hi1(
        &self,
        order: &str,
        operator: Option<&str>,
        sender: &EndpointId,
        author: &Author,
        now: Micros,
    ) -> Result<Exported, CustodyError> {
        let mut book = lock(&self.book);
        let register = book.full(&self.site)?;
        let found = register.order(order).ok_or_else(|| {
            CustodyError::Input(format!("there is no order {order}: see `lacre order list`"))
        })?;
        let transaction = Uuid::random(lacre_vault::provider::random()?);
        let header = (sender.clone(), transaction, now);
        let exported = export(found, operator, header, &lacre_proof::hash::sha256)
            .map_err(|error| CustodyError::Input(error.to_string()))?;
        let object = serde_json::json!({
            "order": order, "operator": exported.operator, "transaction": transaction.to_string(),
        });
        self.hi1_act("hi1_exported", object, author, now)?;
        let objects = fresh(&exported.message, &register, order, now);
        if !objects.is_empty() {
            let taken = Hi1Taken { transaction, sender: sender.clone(), objects };
            book.change(&self.site, Change::Hi1Taken(Box::new(taken)), author, now)?;
            self.rebind(&book);
        }
        Ok(exported)
    }
}

/// The objects of an exported message that the register does not keep yet.
fn fresh(message: &Message, register: &Register, order: &str, now: Micros) -> Vec<Taken> {
    let Payload::Requests(requests) = &message.payload else { return Vec::new() };
    let object = |action: &Action| match action {
        Action::Create(object) if register.hi1().get(&object.common.id).is_none() => {
            let mut object = object.as_ref().clone();
            object.common.generation = Some(1);
            object.common.last_changed = Some(now);
            Some(Taken { object, order: Some(order.to_owned()) })
        }
        _ => None,
    };
    requests.iter().filter_map(|request| object(&request.action)).collect()
}
