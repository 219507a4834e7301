//! Dialogue: what a call was, out of its SIP messages in the order they were intercepted.
//!
//! How it is used: `Dialogue::for_targets(&numbers)` (or `new()`), then
//! `add(&sip, intercepted_at, direction)` for each message of one communication, where
//! `direction` is the IRI's `sessionDirection` (never its `payloadDirection`: an answer goes the
//! other way), then `finish() -> Call`. `Call::parties` has the roles that single messages cannot
//! tell: only the request that began the call names caller and called, whoever sent what follows.
//!
//! Sans-I/O and bounded: a message that says nothing changes nothing, what comes twice counts
//! once, and messages of another call in the same communication are a leg of their own.
//!
//! Rules: RFC 3261 sections 12 to 17, 22.2 (credentials); RFC 3264 section 8.4 (hold); RFC 3515
//! and 3891 (transfer); RFC 5806, RFC 7044 (diversion); RFC 3326 (Reason).
use super::sip::{Identity, MediaLine, Sip, identity};
use crate::extract::{Course, Party};
use crate::ps_pdu::Direction;
use lacre_term::Micros;

/// Most legs (Call-IDs) followed in one communication.
pub const LEGS_MAX: usize = 32;

/// Most parties, holds, transfers, branches and streams kept of one call.
pub const ITEMS_MAX: usize = 64;

/// A time on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// When the other side was put on hold.
    pub from: Option<Micros>,
    /// When it was taken back; `None` when the call ended before.
    pub to: Option<Micros>,
}

/// What a call (or a message, a registration) was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Call {
    /// Method of the request that began it: `INVITE`, `MESSAGE`, `REGISTER` …
    pub method: Option<String>,
    /// Who began it, seen from the target; `None` when neither operator nor names tell.
    pub course: Option<Course>,
    /// Roles `caller`, `called`, `forwarded-to` (for MESSAGE `sender`, `recipient`; `user` for
    /// everything that is neither).
    pub parties: Vec<Party>,
    /// When the first request came.
    pub began_at: Option<Micros>,
    /// When it first rang (180).
    pub ringing_at: Option<Micros>,
    /// When it was first answered (2xx to INVITE).
    pub answered_at: Option<Micros>,
    /// When the last leg ended: BYE, CANCEL, or final failure. `None` while one is open.
    pub ended_at: Option<Micros>,
    /// From answer to end, in whole seconds; `None` when one of them is not known.
    pub duration_s: Option<u64>,
    /// Why it ended: `Q.850 16`, `SIP 486 Busy Here`, `BYE`, `CANCEL`.
    pub cause: Option<String>,
    /// Who sent the BYE: `caller` or `called`.
    pub ended_by: Option<&'static str>,
    /// Times on hold.
    pub holds: Vec<Hold>,
    /// To whom it was transferred (REFER), and when that was asked for.
    pub transfers: Vec<(Option<Micros>, Identity)>,
    /// Phones that rang or answered: more than one when the call forked.
    pub branches: usize,
    /// Times the network asked for credentials; the request that followed is the same call.
    pub challenges: usize,
    /// Streams of the last description of each side, caller's first.
    pub media: Vec<MediaLine>,
    /// Call-IDs, in order.
    pub call_ids: Vec<String>,
    /// True when legs or items were left out because of their number.
    pub cut: bool,
}

/// Gathers a call message by message.
#[derive(Debug, Clone, Default)]
pub struct Dialogue {
    targets: Vec<String>,
    legs: Vec<Leg>,
    way: Option<Direction>,
    cut: bool,
}

/// One Call-ID.
#[derive(Debug, Clone, Default)]
struct Leg {
    call_id: String,
    method: String,
    /// Tag of who began it: who sent a later request is told by it.
    caller_tag: Option<String>,
    /// Tags of those who rang or answered.
    branches: Vec<String>,
    /// Tags of those who answered and have not ended: a fork answered twice ends once.
    answered: Vec<String>,
    confirmed: bool,
    /// Highest CSeq of an INVITE before the answer: responses to older ones are no failure.
    sequence: u32,
    call: Call,
    offers: [Vec<MediaLine>; 2],
    held: [bool; 2],
}

impl Dialogue {
    /// Nothing known yet, nor who the target is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// As [`Self::new`], with the target's numbers and addresses.
    #[must_use]
    pub fn for_targets(targets: &[String]) -> Self {
        Self { targets: targets.to_vec(), ..Self::default() }
    }

    /// Takes one message, intercepted at `at`. `direction` is the session's, where the operator
    /// gives one; the first that says something is believed.
    pub fn add(&mut self, sip: &Sip<'_>, at: Option<Micros>, direction: Option<Direction>) {
        if let Some(way @ (Direction::FromTarget | Direction::ToTarget)) = direction {
            self.way.get_or_insert(way);
        }
        let Some(method) = sip.method() else { return };
        let call_id = sip.call_id().unwrap_or_default();
        let known = self.legs.iter().position(|leg| leg.call_id == call_id);
        let index = match known {
            Some(index) => index,
            None if self.legs.len() >= LEGS_MAX => {
                self.cut = true;
                return;
            }
            None => {
                self.legs.push(Leg::begun(sip, method, at));
                self.legs.len().saturating_sub(1)
            }
        };
        if let Some(leg) = self.legs.get_mut(index) {
            leg.take(sip, method, at);
        }
    }

    /// What the call was.
    #[must_use]
    pub fn finish(self) -> Call {
        // A call with a registration or an OPTIONS in it is a call.
        let is_call = |leg: &&Leg| leg.method == "INVITE";
        let of_calls = self.legs.iter().any(|leg| is_call(&leg));
        let mut whole = Call { cut: self.cut, ..Call::default() };
        let mut open = false;
        for leg in self.legs.iter().filter(|leg| !of_calls || is_call(leg)) {
            open |= leg.call.ended_at.is_none();
            whole.join(leg);
        }
        if open {
            whole.ended_at = None;
        }
        if let (Some(from), Some(to)) = (whole.answered_at, whole.ended_at) {
            let micros = u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0);
            whole.duration_s = micros.checked_div(1_000_000);
        }
        whole.course = match self.way {
            Some(Direction::FromTarget) => Some(Course::Outgoing),
            Some(Direction::ToTarget) => Some(Course::Incoming),
            _ => whole.course_for(&self.targets),
        };
        whole
    }
}

impl Call {
    fn join(&mut self, leg: &Leg) {
        let call = &leg.call;
        let earliest = |a: Option<Micros>, b: Option<Micros>| a.into_iter().chain(b).min();
        self.method.get_or_insert_with(|| leg.method.clone());
        self.began_at = earliest(self.began_at, call.began_at);
        self.ringing_at = earliest(self.ringing_at, call.ringing_at);
        self.answered_at = earliest(self.answered_at, call.answered_at);
        if call.ended_at >= self.ended_at {
            self.ended_at = call.ended_at;
            self.cause = call.cause.clone().or_else(|| self.cause.take());
            self.ended_by = call.ended_by;
        }
        self.branches = self.branches.saturating_add(leg.branches.len());
        self.challenges = self.challenges.saturating_add(call.challenges);
        self.cut |= call.cut;
        for party in &call.parties {
            push(&mut self.parties, party.clone(), &mut self.cut);
        }
        for hold in &call.holds {
            push(&mut self.holds, *hold, &mut self.cut);
        }
        for transfer in &call.transfers {
            push(&mut self.transfers, transfer.clone(), &mut self.cut);
        }
        for line in leg.offers.iter().flatten() {
            push(&mut self.media, line.clone(), &mut self.cut);
        }
        if !leg.call_id.is_empty() {
            push(&mut self.call_ids, leg.call_id.clone(), &mut self.cut);
        }
    }

    fn course_for(&self, targets: &[String]) -> Option<Course> {
        let is_target = |roles: &[&str]| {
            let named = self.parties.iter().filter(|party| roles.contains(&party.role));
            named.into_iter().any(|party| targets.contains(&party.value))
        };
        match (is_target(&["caller", "sender"]), is_target(&["called", "recipient"])) {
            (true, _) => Some(Course::Outgoing),
            (false, true) => Some(Course::Incoming),
            (false, false) => None,
        }
    }
}

/// Adds what is new, within [`ITEMS_MAX`].
fn push<T: PartialEq>(items: &mut Vec<T>, item: T, cut: &mut bool) {
    if items.contains(&item) {
        return;
    }
    if items.len() < ITEMS_MAX {
        items.push(item);
    } else {
        *cut = true;
    }
}

impl Leg {
    fn begun(sip: &Sip<'_>, method: &str, at: Option<Micros>) -> Self {
        let mut leg = Self {
            call_id: sip.call_id().unwrap_or_default().to_owned(),
            method: method.to_owned(),
            ..Self::default()
        };
        leg.call.began_at = at;
        // Who joins in the middle of a call sees a request inside it first: nobody is named
        // caller by that.
        let inside = sip.status().is_none() && sip.tag("To").is_some();
        let of_call = matches!(method, "INVITE" | "REFER" | "INFO");
        let inside_call = matches!(method, "BYE" | "CANCEL" | "ACK" | "PRACK" | "UPDATE");
        if inside_call || inside && of_call {
            leg.method = "INVITE".to_owned();
            leg.confirmed = of_call || method == "BYE";
            leg.call.began_at = None;
            for identity in [sip.from(), sip.to()].into_iter().flatten() {
                leg.party("party", identity);
            }
            return leg;
        }
        leg.caller_tag = sip.tag("From");
        let (caller, called) = roles(method);
        let asserted: Vec<Identity> = match sip.status() {
            None => sip.asserted().collect(),
            Some(_) => Vec::new(),
        };
        for identity in sip.from().into_iter().chain(asserted) {
            leg.party(caller, identity);
        }
        for identity in sip.to().into_iter().chain(sip.identities("P-Called-Party-ID")) {
            leg.party(called, identity);
        }
        leg
    }

    fn party(&mut self, role: &'static str, identity: Identity) {
        let party = Party { role, kind: identity.kind, value: identity.value };
        push(&mut self.call.parties, party, &mut self.call.cut);
    }

    /// 0 when the sender of the request is who began the call, else 1.
    fn sender(&self, sip: &Sip<'_>) -> usize {
        usize::from(self.caller_tag.is_some() && sip.tag("From") != self.caller_tag)
    }

    fn take(&mut self, sip: &Sip<'_>, method: &str, at: Option<Micros>) {
        match (sip.status(), method) {
            (None, "INVITE") => self.invite(sip),
            (None, "BYE") => self.bye(sip, at),
            (None, "CANCEL") if !self.confirmed => {
                self.end(at, || sip.cause().unwrap_or_else(|| "CANCEL".to_owned()));
            }
            (None, "REFER") => {
                if let Some(to) = sip.header("Refer-To").and_then(identity)
                    && !self.call.transfers.iter().any(|(_, known)| *known == to)
                {
                    push(&mut self.call.transfers, (at, to), &mut self.call.cut);
                }
            }
            (Some(status), "INVITE") => self.response(sip, status, at),
            (Some(status @ 200..), _) if self.method != "INVITE" => {
                self.other_response(sip, status, method, at);
            }
            _ => {}
        }
        if matches!(method, "INVITE" | "ACK" | "UPDATE" | "PRACK") {
            self.describe(sip, at);
        }
    }

    fn invite(&mut self, sip: &Sip<'_>) {
        let sequence = sip.sequence().unwrap_or(0);
        let again = self.sequence > 0 && sequence <= self.sequence;
        if sip.tag("To").is_some() || again {
            return;
        }
        self.sequence = sequence;
        // A new attempt after a challenge or redirection: the end before it was none.
        if !self.confirmed {
            (self.call.ended_at, self.call.cause) = (None, None);
            self.caller_tag = sip.tag("From").or_else(|| self.caller_tag.take());
        }
        self.diversion(sip);
    }

    /// Who was called first, and to whom it was forwarded then.
    fn diversion(&mut self, sip: &Sip<'_>) {
        let uri = sip.request_uri().and_then(identity);
        let diverted: Vec<Identity> = sip.identities("Diversion").collect();
        let mut history: Vec<Identity> = Vec::new();
        for identity in sip.identities("History-Info") {
            push(&mut history, identity, &mut self.call.cut);
        }
        if !diverted.is_empty() {
            for identity in diverted {
                self.party("called", identity);
            }
            if let Some(uri) = uri {
                self.party("forwarded-to", uri);
            }
        } else if history.len() > 1 {
            let mut history = history.into_iter();
            if let Some(first) = history.next() {
                self.party("called", first);
            }
            for identity in history {
                self.party("forwarded-to", identity);
            }
        } else if let Some(uri) = uri {
            // The proxies' own names in the Request-URI say nobody's.
            if uri.kind == "tel" || uri.value.contains('@') || uri.value.starts_with("urn:") {
                self.party("called", uri);
            }
        }
    }

    fn response(&mut self, sip: &Sip<'_>, status: u16, at: Option<Micros>) {
        let old = sip.sequence().is_some_and(|sequence| sequence < self.sequence);
        if status > 100
            && status < 300
            && let Some(tag) = sip.tag("To")
            && Some(&tag) != self.caller_tag.as_ref()
        {
            push(&mut self.branches, tag, &mut self.call.cut);
        }
        match status {
            100 => {}
            101..=199 => {
                if status == 180 {
                    self.call.ringing_at = self.call.ringing_at.or(at);
                }
                if status == 181 {
                    let forwarded: Vec<Identity> = sip.identities("History-Info").skip(1).collect();
                    for identity in forwarded {
                        self.party("forwarded-to", identity);
                    }
                }
            }
            200..=299 => {
                if let Some(tag) = sip.tag("To")
                    && Some(&tag) != self.caller_tag.as_ref()
                    && self.call.ended_at.is_none()
                {
                    push(&mut self.answered, tag, &mut self.call.cut);
                }
                if !self.confirmed {
                    // The network's word on the answer is about who answers.
                    let asserted: Vec<Identity> = sip.asserted().collect();
                    for identity in asserted {
                        self.party("called", identity);
                    }
                    self.call.answered_at = self.call.answered_at.or(at);
                    self.confirmed = true;
                    // Forks that failed before are no end.
                    (self.call.ended_at, self.call.cause) = (None, None);
                }
            }
            401 | 407 if !self.confirmed && !old => {
                self.call.challenges = self.call.challenges.saturating_add(1);
                self.end(at, || format!("SIP {status}"));
            }
            // A refused re-INVITE leaves the call as it was.
            _ if self.confirmed || old => {}
            300..=399 => {
                let contacts: Vec<Identity> = sip.identities("Contact").collect();
                for identity in contacts {
                    self.party("forwarded-to", identity);
                }
                self.end(at, || sip.cause().unwrap_or_default());
            }
            _ => {
                // After a CANCEL the 487 tells nothing that the CANCEL did not.
                let said = self.call.cause.is_some() && status == 487;
                if !said {
                    self.end(at, || sip.cause().unwrap_or_default());
                }
            }
        }
    }

    /// A final response to what is no call: a message, a registration.
    fn other_response(&mut self, sip: &Sip<'_>, status: u16, method: &str, at: Option<Micros>) {
        if method != self.method {
            return;
        }
        if matches!(status, 401 | 407) {
            self.call.challenges = self.call.challenges.saturating_add(1);
        }
        self.call.ended_at = self.call.ended_at.max(at);
        self.call.cause = sip.cause();
    }

    fn bye(&mut self, sip: &Sip<'_>, at: Option<Micros>) {
        let ends = [sip.tag("From"), sip.tag("To")];
        let before = self.answered.len();
        self.answered.retain(|tag| !ends.iter().flatten().any(|end| end == tag));
        // The caller ends the branches of a fork that it did not take.
        if before > self.answered.len() && !self.answered.is_empty() {
            return;
        }
        if self.caller_tag.is_some() && self.call.ended_at.is_none() {
            let sides = ["caller", "called"];
            self.call.ended_by = sides.get(self.sender(sip)).copied();
        }
        self.end(at, || sip.cause().unwrap_or_else(|| "BYE".to_owned()));
    }

    fn end(&mut self, at: Option<Micros>, cause: impl FnOnce() -> String) {
        // A retransmitted BYE does not lengthen a call.
        if self.call.ended_at.is_none() || self.call.cause.is_none() {
            self.call.ended_at = self.call.ended_at.or(at);
            self.call.cause = Some(cause()).filter(|cause| !cause.is_empty());
        }
        if let Some(hold) = self.call.holds.last_mut().filter(|hold| hold.to.is_none()) {
            hold.to = at;
        }
        self.held = [false; 2];
    }

    /// Streams, and who holds whom.
    fn describe(&mut self, sip: &Sip<'_>, at: Option<Micros>) {
        let answer = sip.status().is_some();
        if sip.status().is_some_and(|status| status >= 300) {
            return;
        }
        let Some(sdp) = sip.sdp().filter(|sdp| !sdp.media.is_empty()) else {
            return;
        };
        // A response has the request's From: the other side sends it.
        let sender = self.sender(sip) ^ usize::from(answer);
        let holds = sdp.media.iter().any(MediaLine::holds)
            && sdp.media.iter().filter(|line| line.port != 0).all(MediaLine::holds);
        if let Some(offer) = self.offers.get_mut(sender) {
            *offer = sdp.media;
            offer.truncate(ITEMS_MAX);
        }
        // The answer to a hold mirrors it and holds nobody of its own; an offer in the first
        // INVITE is no hold, but a call that begins without media (preconditions).
        if answer || !self.confirmed {
            return;
        }
        let before = self.held.contains(&true);
        if let Some(held) = self.held.get_mut(sender) {
            *held = holds;
        }
        match (before, self.held.contains(&true)) {
            (false, true) => {
                push(&mut self.call.holds, Hold { from: at, to: None }, &mut self.call.cut);
            }
            (true, false) => {
                if let Some(hold) = self.call.holds.last_mut() {
                    hold.to = at;
                }
            }
            _ => {}
        }
    }
}

/// Roles of From and To in a request that begins something.
#[must_use]
pub fn roles(method: &str) -> (&'static str, &'static str) {
    match method {
        "INVITE" => ("caller", "called"),
        "MESSAGE" => ("sender", "recipient"),
        _ => ("user", "user"),
    }
}

#[cfg(test)]
mod tests;
