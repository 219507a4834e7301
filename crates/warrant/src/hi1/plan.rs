//! From a request to register changes and one answer.
//!
//! Promises: the changes planned apply to the register as it was given, in their order; an action
//! that is refused leaves none; every message has exactly one answer with its transaction.
//!
//! Rules: TS 103 120 clauses 6.3, 6.4; DESIGN decision 2 (terms, documents, cessation).
use super::draft::Drafts;
use super::error::{ErrorInformation, code};
use super::message::{Action, ActionRequest, ActionResponse, Header, Message, Outcome, Payload};
use super::object::{Authorisation, Body, Common, Document, ListRecord, Object, Task};
use super::order::{self, Parts};
use super::state::{Hi1Role, Hi1Taken, Kept};
use super::value::{EndpointId, Entry, Uuid};
use crate::change::{Attached, Change, OrderAdded, OrderCeased, OrderDocumented, OrderExtended};
use crate::register::{MeasureState, Order, Register, RegisterError};
use lacre_term::{Digest, Liid, Micros, VaultId};
use std::collections::{BTreeMap, BTreeSet};

/// What planning needs beside the message.
pub struct Desk<'d> {
    /// The register: with identities, or its working copy when `sealed`.
    pub register: &'d Register,
    /// True when identities are not at hand: then no object is told.
    pub sealed: bool,
    /// What the sender may do.
    pub role: Hi1Role,
    /// Now.
    pub now: Micros,
    /// SHA-256.
    pub hash: &'d dyn Fn(&[u8]) -> Digest,
    /// A name for a new vault.
    pub vault: &'d dyn Fn() -> Option<VaultId>,
}

/// What is to be done, and what is then answered.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Judges' files to keep before the changes: name and octets.
    pub files: Vec<(String, Vec<u8>)>,
    /// Changes, in order.
    pub changes: Vec<Change>,
    /// The answer, true once the changes are made.
    pub answer: Message,
}

type Judged<T> = Result<T, ErrorInformation>;

/// The answer to a message that is refused as a whole.
#[must_use]
pub fn refusal(header: Option<&Header>, now: Micros, error: &ErrorInformation) -> Message {
    let nobody = || EndpointId { country: "XX".into(), identifier: "unknown".into() };
    let header = match header {
        Some(header) => answered(header, now),
        None => Header {
            sender: nobody(),
            receiver: nobody(),
            transaction: Uuid([0; 16]),
            at: now,
            version: super::ETSI_VERSION.into(),
            profile_owner: "XX".into(),
            profile_version: "0".into(),
        },
    };
    Message { header, payload: Payload::Refused(error.clone()) }
}

fn answered(header: &Header, now: Micros) -> Header {
    Header {
        sender: header.receiver.clone(),
        receiver: header.sender.clone(),
        at: now,
        version: super::ETSI_VERSION.into(),
        ..header.clone()
    }
}

/// Plans what a message asks for.
#[must_use]
pub fn plan(message: &Message, desk: &Desk<'_>) -> Planned {
    let whole = |error: ErrorInformation| {
        let answer = refusal(Some(&message.header), desk.now, &error);
        Planned { files: Vec::new(), changes: Vec::new(), answer }
    };
    let Payload::Requests(requests) = &message.payload else {
        let text = "an answer came where a request is due: nothing was asked of anybody here";
        return whole(ErrorInformation::new(code::GENERAL, text));
    };
    if let Err(error) = numbered(requests) {
        return whole(error);
    }
    let mut work = Work {
        header: &message.header,
        desk,
        next: desk.register.clone(),
        drafts: Drafts::new(desk.register, &message.header.sender, desk.sealed, desk.now),
        refused: BTreeMap::new(),
        changes: Vec::new(),
    };
    for (at, request) in requests.iter().enumerate() {
        let judged = match &request.action {
            Action::Create(_) | Action::Update(_) if desk.role == Hi1Role::Operator => {
                let text = "an operator delivers notifications: it neither creates nor updates";
                Err(ErrorInformation::new(code::UNSUPPORTED, text))
            }
            Action::Create(object) => work.drafts.create(at, object, desk.hash),
            Action::Update(object) => work.drafts.update(at, object, desk.hash),
            Action::Deliver { id, object } => work.drafts.deliver(at, *id, object),
            Action::Get(id) => Ok(*id),
            Action::List { .. } => continue,
        };
        if let Err(error) = judged {
            work.refused.insert(at, error);
        }
    }
    work.settle_all();
    let files = work.keep();
    let responses = requests.iter().enumerate().map(|(at, request)| ActionResponse {
        id: request.id,
        outcome: work.outcome(at, &request.action),
    });
    let payload = Payload::Responses(responses.collect());
    let answer = Message { header: answered(&message.header, desk.now), payload };
    Planned { files, changes: work.changes, answer }
}

/// Actions are numbered from 0 without holes.
fn numbered(requests: &[ActionRequest]) -> Judged<()> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = requests.iter().find(|request| !seen.insert(request.id)) {
        let text = format!("ActionIdentifier {} comes twice", twice.id);
        return Err(ErrorInformation::new(code::DUPLICATE_ACTION, text));
    }
    match (0u64..).zip(requests).find(|(due, request)| *due != request.id) {
        None => Ok(()),
        Some((due, request)) => {
            let text = format!("ActionIdentifier {} comes where {due} is due", request.id);
            Err(ErrorInformation::new(code::GENERAL, text))
        }
    }
}

struct Work<'w> {
    header: &'w Header,
    desk: &'w Desk<'w>,
    next: Register,
    drafts: Drafts<'w>,
    refused: BTreeMap<usize, ErrorInformation>,
    changes: Vec<Change>,
}

/// An authorisation with what stands under it, before and after the message.
struct Standing<'s> {
    order: Option<&'s Order>,
    before: Option<&'s Authorisation>,
    after: &'s Authorisation,
    cancels: bool,
    documents: Vec<&'s Document>,
    fresh: Vec<&'s Document>,
    tasks: Vec<Standee<'s>>,
}

struct Standee<'s> {
    before: Option<&'s Task>,
    after: &'s Task,
    is_new: bool,
    cancels: bool,
}

impl Work<'_> {
    /// Settles every authorisation that the message touches; one refused takes its actions along.
    fn settle_all(&mut self) {
        let mut touched = BTreeSet::new();
        for (id, draft) in &self.drafts.map {
            match &draft.after.body {
                Body::Authorisation(_) => touched.extend([*id]),
                Body::Task(_) => touched.extend(self.drafts.authorisations(&draft.after)),
                _ => {}
            }
        }
        for id in touched {
            if let Err(error) = self.settle(&id) {
                let under: Vec<Uuid> = self
                    .drafts
                    .map
                    .iter()
                    .filter(|(own, draft)| {
                        **own == id
                            || matches!(draft.after.body, Body::Task(_))
                                && draft.after.associated().any(|it| it == id)
                    })
                    .map(|(own, _)| *own)
                    .collect();
                for own in under {
                    if let Some(draft) = self.drafts.map.remove(&own) {
                        self.refused.insert(draft.action, error.clone());
                    }
                }
            }
        }
    }

    fn settle(&mut self, id: &Uuid) -> Judged<()> {
        let (name, planned) = {
            let standing = self.standing(id)?;
            match (standing.order, standing.tasks.is_empty()) {
                (None, true) => return Ok(()),
                (None, false) => self.grant(&standing)?,
                (Some(order), _) => (order.document.order.clone(), self.move_on(order, &standing)?),
            }
        };
        let mut next = self.next.clone();
        for change in &planned {
            next.apply(change).map_err(|error| information(&error))?;
        }
        self.next = next;
        self.changes.extend(planned);
        for (own, draft) in &mut self.drafts.map {
            let under = draft.after.associated().any(|it| it == *id);
            let is_document = matches!(draft.after.body, Body::Document(_));
            if own == id || (under && !is_document) {
                draft.taken.order = Some(name.clone());
            }
        }
        Ok(())
    }

    fn standing(&self, id: &Uuid) -> Judged<Standing<'_>> {
        let drafts = &self.drafts;
        let draft = drafts.map.get(id);
        let Some(Object { common, body: Body::Authorisation(after) }) = drafts.object(id) else {
            return Err(ErrorInformation::new(code::ASSOCIATION, "the authorisation is unknown"));
        };
        let kept = drafts.kept(id);
        let before = kept.and_then(|kept| match &kept.object.body {
            Body::Authorisation(it) => Some(it.as_ref()),
            _ => None,
        });
        let (mut documents, mut fresh) = (Vec::new(), Vec::new());
        for of in common.associated.iter().flatten() {
            let Some(Body::Document(document)) = drafts.object(of).map(|it| &it.body) else {
                continue;
            };
            documents.push(document.as_ref());
            let was = kept.is_some_and(|kept| kept.object.associated().any(|it| it == *of));
            if !was || drafts.map.contains_key(of) {
                fresh.push(document.as_ref());
            }
        }
        let under = |object: &Object| object.associated().any(|it| it == *id);
        let ids = self.desk.register.hi1().iter().map(|kept| kept.object.common.id);
        let ids: BTreeSet<Uuid> = ids.chain(drafts.map.keys().copied()).collect();
        let tasks = ids.iter().filter_map(|own| {
            let object = drafts.object(own).filter(|object| under(object))?;
            let Body::Task(after) = &object.body else { return None };
            let before = drafts.kept(own).and_then(|kept| match &kept.object.body {
                Body::Task(it) => Some(it.as_ref()),
                _ => None,
            });
            let draft = drafts.map.get(own);
            let is_new = draft.is_some_and(|draft| draft.before.is_none());
            let cancels = draft.is_some_and(|draft| draft.cancels);
            Some(Standee { before, after, is_new, cancels })
        });
        Ok(Standing {
            order: kept.and_then(|kept| self.next.order(kept.order.as_deref()?)),
            before,
            after,
            cancels: draft.is_some_and(|draft| draft.cancels),
            documents,
            fresh,
            tasks: tasks.collect(),
        })
    }

    /// The first tasks of an authorisation make its order.
    fn grant(&self, standing: &Standing<'_>) -> Judged<(String, Vec<Change>)> {
        let parts = Parts {
            authorisation: standing.after,
            documents: standing.documents.clone(),
            tasks: standing.tasks.iter().map(|task| task.after).collect(),
            receiver: &self.header.receiver.identifier,
            profile: &self.header.profile_owner.to_ascii_lowercase(),
        };
        let order = order::document(&parts)?;
        let name = order.order.clone();
        // A run that ended between the order and its objects: the message comes again.
        if self.next.order(&name).is_some_and(|held| held.document == order)
            && self.desk.register.hi1().iter().all(|kept| kept.order.as_ref() != Some(&name))
        {
            return Ok((name, Vec::new()));
        }
        let vault = (self.desk.vault)().ok_or_else(|| {
            ErrorInformation::new(code::TRANSIENT, "no vault can be made: send it again")
        })?;
        let document = standing.documents.iter().find_map(|it| attached(it));
        let added = OrderAdded { vault, document, order };
        Ok((name, vec![Change::OrderAdded(Box::new(added))]))
    }

    /// Later ends, earlier ends, cessation and documents of an order that is there.
    fn move_on(&self, order: &Order, standing: &Standing<'_>) -> Judged<Vec<Change>> {
        if standing.tasks.iter().any(|task| task.is_new) {
            let text = "the authorisation is an order already, whose measures are fixed: create \
                        an authorisation of its own for a further target";
            return Err(ErrorInformation::new(code::CHANGE_NOT_ALLOWED, text));
        }
        let (mut later, mut sooner) = (BTreeMap::new(), BTreeMap::new());
        for task in &standing.tasks {
            let Some(liid) = task.after.reference.as_deref().and_then(order::liid) else {
                continue;
            };
            let Some(state) = last_of(order, &liid) else { continue };
            if standing.cancels || task.cancels {
                if state.ceased_at.is_none() && self.desk.now < state.until {
                    let at = self.desk.now.max(state.granted.from);
                    sooner.entry(at).or_insert_with(Vec::new).push(liid);
                } else if task.cancels {
                    let text = "the task has ended already";
                    return Err(ErrorInformation::new(code::UPDATE_ENDED, text));
                }
                continue;
            }
            let (_, until) = order::window(standing.after, task.after)?;
            let was = order::window(
                standing.before.unwrap_or(standing.after),
                task.before.unwrap_or(task.after),
            );
            if was.is_ok_and(|(_, was)| was == until) || until == state.until {
                continue;
            }
            let ends = if until > state.until { &mut later } else { &mut sooner };
            ends.entry(until).or_insert_with(Vec::new).push(liid);
        }
        Ok(self.changes_of(order, standing, later, sooner))
    }

    fn changes_of(
        &self,
        order: &Order,
        standing: &Standing<'_>,
        later: BTreeMap<Micros, Vec<Liid>>,
        sooner: BTreeMap<Micros, Vec<Liid>>,
    ) -> Vec<Change> {
        let name = || order.document.order.clone();
        let mut changes = Vec::new();
        let file = standing.fresh.iter().find_map(|it| attached(it));
        if later.is_empty() {
            let lacking = order.extensions.iter().position(|it| it.document.is_none());
            let extension = lacking.and_then(|at| u32::try_from(at).ok());
            let place = if order.attached.is_none() { Some(None) } else { extension.map(Some) };
            if let (Some(document), Some(extension)) = (file.clone(), place) {
                let brought = OrderDocumented { order: name(), extension, document };
                changes.push(Change::OrderDocumented(brought));
            }
        }
        let granted_at = order::granted_at(&Authorisation::default(), &standing.fresh);
        for (until, liids) in later {
            changes.push(Change::OrderExtended(OrderExtended {
                order: name(),
                until,
                granted_at,
                liids,
                document: file.clone(),
            }));
        }
        for (at, liids) in sooner {
            let reason = Some(format!("HI1 {}", self.header.transaction));
            changes.push(Change::OrderCeased(OrderCeased { order: name(), at, liids, reason }));
        }
        changes
    }

    /// The change that keeps the objects, and the files they bring.
    fn keep(&mut self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for draft in self.drafts.map.values_mut() {
            let Body::Document(document) = &mut draft.taken.object.body else { continue };
            let name = file_name(document);
            let octets = document.contents.as_mut().and_then(|it| it.octets.take());
            files.extend(octets.map(|octets| (name, octets)));
        }
        let objects: Vec<_> = self.drafts.map.values().map(|draft| draft.taken.clone()).collect();
        if objects.is_empty() {
            return files;
        }
        let (transaction, sender) = (self.header.transaction, self.header.sender.clone());
        let change = Change::Hi1Taken(Box::new(Hi1Taken { transaction, sender, objects }));
        match self.next.apply(&change) {
            Ok(()) => self.changes.push(change),
            Err(error) => {
                // Nothing without its objects: the message is refused action by action.
                self.changes.clear();
                self.next = self.desk.register.clone();
                let drafts = std::mem::take(&mut self.drafts.map);
                let actions = drafts.into_values().map(|draft| draft.action);
                self.refused.extend(actions.map(|at| (at, information(&error))));
                files.clear();
            }
        }
        files
    }

    fn outcome(&self, at: usize, action: &Action) -> Outcome {
        if let Some(error) = self.refused.get(&at) {
            return Outcome::Refused(error.clone());
        }
        let mine = |kept: &&Kept| kept.sender == self.header.sender;
        match action {
            Action::Create(object) => Outcome::Created(object.common.id, None),
            Action::Update(object) => Outcome::Updated(object.common.id, None),
            Action::Deliver { id, .. } => Outcome::Delivered(*id),
            Action::Get(id) => match self.next.hi1().get(id).filter(mine) {
                None => refused(code::GET_MISSING, &format!("object {id} does not exist here")),
                Some(_) if self.desk.sealed => {
                    refused(code::TRANSIENT, "the site is sealed: unseal it, then ask again")
                }
                Some(kept) => Outcome::Got(Box::new(shown(kept, &self.next, self.desk.now))),
            },
            Action::List { object_type, since } => {
                let word = match object_type.as_ref().map(|it| it.word_of("ObjectType")) {
                    None => None,
                    Some(Some(word)) => Some(word),
                    Some(None) => {
                        return refused(code::VALUE, "ObjectType is a word of ETSI's dictionary");
                    }
                };
                let fits = |kept: &&Kept| {
                    let changed = kept.object.common.last_changed;
                    word.is_none_or(|word| word == kept.object.body.object_type())
                        && since.is_none_or(|since| changed.is_some_and(|at| at >= since))
                };
                let record = |kept: &Kept| ListRecord {
                    object_type: Entry::etsi("ObjectType", kept.object.body.object_type()),
                    common: Common { associated: None, ..kept.object.common.clone() },
                };
                let every = self.next.hi1().iter().filter(mine).filter(fits);
                Outcome::Listed(every.map(record).collect())
            }
        }
    }
}

fn refused(code: u64, text: &str) -> Outcome {
    Outcome::Refused(ErrorInformation::new(code, text))
}

/// The object as it is told: with the status the register gives it now.
fn shown(kept: &Kept, register: &Register, now: Micros) -> Object {
    let mut object = kept.object.clone();
    let order = kept.order.as_deref().and_then(|name| register.order(name));
    let marked = order.is_none_or(|order| register.is_marked(order));
    match &mut object.body {
        Body::Authorisation(it) => {
            let end = it.timespan.and_then(|span| span.end);
            let over = order.is_some_and(|it| it.measures.iter().all(|m| m.ceased_at.is_some()));
            let word = match (over, end.is_some_and(|end| end <= now), marked) {
                (true, ..) => "Cancelled",
                (_, true, _) => "Expired",
                (_, _, true) => "AwaitingApproval",
                _ => "Approved",
            };
            it.status = Some(Entry::etsi("AuthorisationStatus", word));
        }
        Body::Task(it) => {
            let liid = it.reference.as_deref().and_then(order::liid);
            let state = order.zip(liid).and_then(|(order, liid)| last_of(order, &liid));
            let word = match state {
                None => "AwaitingApproval",
                Some(state) if state.ceased_at.is_some() => "Cancelled",
                Some(state) if state.until <= now => "Expired",
                Some(_) if marked => "AwaitingApproval",
                Some(state) if now < state.granted.from => "AwaitingProvisioning",
                Some(_) => "Active",
            };
            it.status = Some(Entry::etsi("TaskStatus", word));
        }
        Body::Document(_) | Body::Notification(_) | Body::Unsupported { .. } => {}
    }
    object
}

/// The last window of a LIID in an order.
fn last_of<'o>(order: &'o Order, liid: &Liid) -> Option<&'o MeasureState> {
    let of_liid = order.measures.iter().filter(|state| state.granted.liid == *liid);
    of_liid.max_by_key(|state| state.granted.from)
}

fn attached(document: &Document) -> Option<Attached> {
    let sha256 = document.contents.as_ref()?.sha256?;
    Some(Attached { name: file_name(document), sha256 })
}

/// A name for a document's file: one line, without folders.
fn file_name(document: &Document) -> String {
    let given = document.name.as_deref().or(document.reference.as_deref()).unwrap_or("document");
    let plain = |c: char| {
        if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }
    };
    let name: String = given.chars().map(plain).take(60).collect();
    let name = name.trim().to_owned();
    if name.is_empty() { "document".to_owned() } else { name }
}

/// The register's refusal in the standard's numbers.
fn information(error: &RegisterError) -> ErrorInformation {
    let code = match error {
        RegisterError::Duplicate { .. } => code::EXISTS,
        RegisterError::Ceased { .. } | RegisterError::CeaseOutside { .. } => code::UPDATE_ENDED,
        RegisterError::NotLater { .. }
        | RegisterError::GrantedTooLate { .. }
        | RegisterError::Overlap { .. } => code::CHANGED_VALUE,
        _ => code::GENERAL,
    };
    ErrorInformation::new(code, error.to_string())
}
