//! One message's objects before they are kept: each action judged by itself.
//!
//! Promises: nothing here changes the register; a refused action leaves no draft.
//!
//! Rules: TS 103 120 clauses 6.4 (actions), 7.1 (what the receiver alone sets), annex D.
use super::error::{ErrorInformation, code};
use super::object::{Authorisation, Body, Document, Object, Task};
use super::state::{Kept, Taken};
use super::value::{EndpointId, Entry, Uuid, fits};
use crate::register::Register;
use lacre_term::{Digest, Micros};
use std::collections::BTreeMap;

type Judged<T> = Result<T, ErrorInformation>;

/// An object that an action creates or changes.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// As the action gave it, with its generation.
    pub(super) taken: Taken,
    /// As it will be.
    pub(super) after: Object,
    /// As it was.
    pub(super) before: Option<Kept>,
    /// Which action of the message.
    pub(super) action: usize,
    /// True when it is to end.
    pub(super) cancels: bool,
}

/// The drafts of one message over what the register holds.
pub(super) struct Drafts<'r> {
    register: &'r Register,
    sender: &'r EndpointId,
    sealed: bool,
    now: Micros,
    pub(super) map: BTreeMap<Uuid, Draft>,
}

fn refuse<T>(code: u64, text: impl AsRef<str>) -> Judged<T> {
    Err(ErrorInformation::new(code, text))
}

impl<'r> Drafts<'r> {
    pub(super) fn new(
        register: &'r Register,
        sender: &'r EndpointId,
        sealed: bool,
        now: Micros,
    ) -> Self {
        Self { register, sender, sealed, now, map: BTreeMap::new() }
    }

    /// The object as it will be, if the sender may know of it.
    pub(super) fn object(&self, id: &Uuid) -> Option<&Object> {
        let kept = || self.kept(id).map(|kept| &kept.object);
        self.map.get(id).map(|draft| &draft.after).or_else(kept)
    }

    /// The object as it is, if the sender may know of it.
    pub(super) fn kept(&self, id: &Uuid) -> Option<&'r Kept> {
        self.register.hi1().get(id).filter(|kept| kept.sender == *self.sender)
    }

    /// The authorisations among the objects that `object` belongs to.
    pub(super) fn authorisations<'o>(
        &'o self,
        object: &'o Object,
    ) -> impl Iterator<Item = Uuid> + 'o {
        let is =
            |id: &Uuid| self.object(id).is_some_and(|it| matches!(it.body, Body::Authorisation(_)));
        object.associated().filter(is)
    }

    /// Judges a CREATE.
    pub(super) fn create(
        &mut self,
        action: usize,
        object: &Object,
        hash: &dyn Fn(&[u8]) -> Digest,
    ) -> Judged<Uuid> {
        let id = object.common.id;
        if self.register.hi1().get(&id).is_some() || self.map.contains_key(&id) {
            return refuse(code::EXISTS, format!("object {id} exists: update it"));
        }
        set_by_receiver(object, code::VALUE)?;
        self.check_associated(object)?;
        let mut object = object.clone();
        match &mut object.body {
            Body::Authorisation(it) => new_authorisation(it)?,
            Body::Document(it) => take_contents(it, hash)?,
            Body::Task(it) => new_task(it)?,
            Body::Notification(_) => {
                return refuse(code::UNSUPPORTED, "a notification is delivered, not created");
            }
            Body::Unsupported { name } => return unsupported(name),
        }
        if matches!(object.body, Body::Task(_)) && self.authorisations(&object).count() != 1 {
            let text = "a task belongs to exactly one authorisation: name it in AssociatedObjects";
            return refuse(code::ASSOCIATION, text);
        }
        self.keep(action, object, None, false);
        Ok(id)
    }

    /// Judges a DELIVER: notifications about what is known here.
    pub(super) fn deliver(&mut self, action: usize, id: Uuid, object: &Object) -> Judged<Uuid> {
        match &object.body {
            Body::Notification(_) => {}
            Body::Unsupported { name } => return unsupported(name),
            _ => return refuse(code::UNSUPPORTED, "only notifications are delivered here"),
        }
        if object.common.id != id {
            return refuse(code::VALUE, "Identifier is not that of the object");
        }
        if self.register.hi1().get(&id).is_some() || self.map.contains_key(&id) {
            return refuse(code::EXISTS, format!("object {id} exists"));
        }
        let unknown = object.associated().find(|it| self.register.hi1().get(it).is_none());
        if let Some(unknown) = unknown {
            return refuse(code::ASSOCIATION, format!("associated object {unknown} is unknown"));
        }
        let mut object = object.clone();
        object.common.generation = None;
        self.keep(action, object, None, false);
        Ok(id)
    }

    /// Judges an UPDATE; cancelling is one.
    pub(super) fn update(
        &mut self,
        action: usize,
        update: &Object,
        hash: &dyn Fn(&[u8]) -> Digest,
    ) -> Judged<Uuid> {
        let id = update.common.id;
        if let Body::Unsupported { name } = &update.body {
            return unsupported(name);
        }
        if self.map.contains_key(&id) {
            let text = format!("object {id} comes twice in the message: send one action for it");
            return refuse(code::GENERAL, text);
        }
        let cancels = desired(&update.body, code::CHANGED_VALUE)?;
        let Some(kept) = self.kept(&id) else {
            let code = if cancels { code::CANCEL_MISSING } else { code::UPDATE_MISSING };
            return refuse(code, format!("object {id} does not exist here: create it"));
        };
        let held = kept.object.common.generation.unwrap_or(0);
        if let Some(sent) = update.common.generation
            && sent != held
        {
            let text = format!(
                "Generation mismatch: the object is at {held}, the update was made for {sent}; \
                 get it, and decide again"
            );
            return refuse(code::CHANGE_NOT_ALLOWED, text);
        }
        let mut update = update.clone();
        update.common.generation = None;
        set_by_receiver(&update, code::CHANGE_NOT_ALLOWED)?;
        self.check_associated(&update)?;
        if let Body::Document(document) = &mut update.body {
            take_contents(document, hash)?;
        }
        self.fixed(&kept.object, &update)?;
        let Some(after) = kept.object.updated(&update) else {
            return refuse(code::CHANGE_NOT_ALLOWED, format!("object {id} is of another kind"));
        };
        if let Body::Authorisation(it) = &after.body {
            bounded(it)?;
        }
        self.keep(action, update, Some((kept.clone(), after)), cancels);
        Ok(id)
    }

    fn keep(
        &mut self,
        action: usize,
        mut taken: Object,
        over: Option<(Kept, Object)>,
        cancels: bool,
    ) {
        let (before, after) = over.unzip();
        let held = before.as_ref().and_then(|kept| kept.object.common.generation).unwrap_or(0);
        let mut after = after.unwrap_or_else(|| taken.clone());
        for object in [&mut taken, &mut after] {
            object.common.generation = held.checked_add(1);
            object.common.last_changed = Some(self.now);
        }
        let id = taken.common.id;
        let taken = Taken { object: taken, order: None };
        self.map.insert(id, Draft { taken, after, before, action, cancels });
    }

    fn check_associated(&self, object: &Object) -> Judged<()> {
        let count = object.common.associated.as_ref().map_or(0, Vec::len);
        if count > super::ACTIONS_MAX {
            return refuse(code::ASSOCIATION, "an object belongs to at most 1000 others");
        }
        match object.associated().find(|id| self.object(id).is_none()) {
            None => Ok(()),
            Some(id) => {
                let text = format!("associated object {id} is unknown: create it before");
                refuse(code::ASSOCIATION, text)
            }
        }
    }

    /// What a judge granted is not changed by an update: a new target needs a new task.
    fn fixed(&self, kept: &Object, update: &Object) -> Judged<()> {
        fn changes<T: PartialEq>(old: &Option<T>, new: &Option<T>) -> bool {
            new.is_some() && new != old
        }
        let (what, changed) = match (&kept.body, &update.body) {
            (Body::Task(old), Body::Task(new)) => {
                if self.sealed && !new.targets.is_empty() {
                    return refuse(
                        code::TRANSIENT,
                        "the site is sealed: unseal it, then send again",
                    );
                }
                let target = !new.targets.is_empty() && new.targets != old.targets;
                let authorisation = update.common.associated.is_some()
                    && self.authorisations(kept).ne(self.authorisations(update));
                let changed = target
                    || authorisation
                    || changes(&old.reference, &new.reference)
                    || changes(&old.delivery_type, &new.delivery_type)
                    || changes(&old.handling, &new.handling)
                    || changes(&old.operator, &new.operator)
                    || start_moves(old.timespan, new.timespan);
                ("Reference, target, delivery type, operator, begin or authorisation", changed)
            }
            (Body::Authorisation(old), Body::Authorisation(new)) => {
                let changed = changes(&old.reference, &new.reference)
                    || changes(&old.legal_entity, &new.legal_entity)
                    || start_moves(old.timespan, new.timespan);
                ("reference, court or begin", changed)
            }
            (Body::Document(old), Body::Document(new)) => {
                let held = old.contents.as_ref().is_some_and(|it| it.sha256.is_some());
                ("file", held && changes(&old.contents, &new.contents))
            }
            _ => return Ok(()),
        };
        if changed {
            let text = format!("{what} cannot be changed: create a new object");
            return refuse(code::CHANGE_NOT_ALLOWED, text);
        }
        Ok(())
    }
}

fn start_moves(old: Option<super::value::Timespan>, new: Option<super::value::Timespan>) -> bool {
    let start = new.and_then(|it| it.start);
    start.is_some() && start != old.and_then(|it| it.start)
}

fn unsupported<T>(name: &str) -> Judged<T> {
    refuse(code::UNSUPPORTED, format!("{name} is not taken here"))
}

/// Generation, time of change and status are the receiver's.
fn set_by_receiver(object: &Object, code: u64) -> Judged<()> {
    let status = match &object.body {
        Body::Authorisation(it) => it.status.is_some(),
        Body::Document(it) => it.status.is_some(),
        Body::Task(it) => {
            it.status.is_some() || it.provisioned_at.is_some() || it.deprovisioned_at.is_some()
        }
        Body::Notification(_) | Body::Unsupported { .. } => false,
    };
    if status || object.common.generation.is_some() || object.common.last_changed.is_some() {
        return refuse(code, "Generation, LastChanged and Status are set by the receiver alone");
    }
    Ok(())
}

/// Whether the desired status ends the object; refuses what no order can be.
fn desired(body: &Body, code: u64) -> Judged<bool> {
    let (dictionary, status): (_, Option<&Entry>) = match body {
        Body::Authorisation(it) => ("AuthorisationDesiredStatus", it.desired_status.as_ref()),
        Body::Document(it) => ("DocumentDesiredStatus", it.desired_status.as_ref()),
        Body::Task(it) => ("TaskDesiredStatus", it.desired_status.as_ref()),
        Body::Notification(_) | Body::Unsupported { .. } => return Ok(false),
    };
    let Some(status) = status else { return Ok(false) };
    match (status.word_of(dictionary), body) {
        (Some("Cancelled"), Body::Authorisation(_) | Body::Task(_)) => Ok(true),
        (Some("Approved" | "EmergencyApproval"), Body::Authorisation(_) | Body::Document(_))
        | (Some("Active" | "AwaitingProvisioning"), Body::Task(_))
        | (Some("AwaitingApproval"), _) => Ok(false),
        (Some("Suspended" | "Cancelled"), _) => {
            refuse(code::UNSUPPORTED, "that status is not kept here: cancel the task instead")
        }
        _ => refuse(code, format!("the desired status is none of {dictionary} that can be had")),
    }
}

fn new_desired(body: &Body) -> Judged<()> {
    match desired(body, code::VALUE)? {
        false => Ok(()),
        true => refuse(code::VALUE, "a new object cannot be cancelled"),
    }
}

fn bounded(it: &Authorisation) -> Judged<()> {
    let span = it.timespan.unwrap_or_default();
    match (span.start, span.end) {
        (Some(start), Some(end)) if start < end => Ok(()),
        (Some(_), Some(_)) => refuse(code::VALUE, "EndTime is not after StartTime"),
        _ => refuse(code::MISSING, "AuthorisationTimespan needs StartTime and EndTime"),
    }
}

fn new_authorisation(it: &Authorisation) -> Judged<()> {
    if it.reference.is_none() {
        return refuse(code::MISSING, "AuthorisationReference is missing: it names the case");
    }
    bounded(it)?;
    new_desired(&Body::Authorisation(Box::new(it.clone())))
}

fn new_task(it: &Task) -> Judged<()> {
    let missing = |what: &str| refuse(code::MISSING, format!("{what} is missing: a task has one"));
    if it.reference.is_none() {
        return missing("Reference");
    }
    if it.targets.is_empty() {
        return missing("TargetIdentifierValue");
    }
    if it.delivery_type.is_none() {
        return missing("DeliveryType");
    }
    if let Some(target) = it.targets.iter().find(|target| !fits(target)) {
        let text = format!("a value does not fit its format, {}:{}", target.owner, target.format);
        return refuse(code::VALUE, text);
    }
    new_desired(&Body::Task(Box::new(it.clone())))
}

/// Gives the file its hash, compared with the checksum where that is SHA-256.
fn take_contents(it: &mut Document, hash: &dyn Fn(&[u8]) -> Digest) -> Judged<()> {
    desired(&Body::Document(Box::new(it.clone())), code::VALUE)?;
    let Some(contents) = &mut it.contents else { return Ok(()) };
    let Some(octets) = &contents.octets else { return Ok(()) };
    let sha256 = hash(octets);
    let kind = contents.checksum_kind.as_deref().unwrap_or_default().to_ascii_uppercase();
    if let Some(checksum) = &contents.checksum
        && matches!(kind.as_str(), "SHA-256" | "SHA256")
        && !checksum.eq_ignore_ascii_case(&sha256.to_hex())
    {
        return refuse(code::VALUE, "Checksum is not the SHA-256 of Contents: send it again");
    }
    contents.sha256 = Some(sha256);
    Ok(())
}
