//! Call: what the SIP messages of a communication say together, and the digits keyed in it.
//!
//! Only the whole dialogue tells who called whom, whether it was answered, and what ended it;
//! where it says nothing the records' own words stay.
//!
//! Rules: RFC 3261 sections 12 to 17; RFC 4733 section 2.5.
use super::{ITEMS_MAX, Summary};
use crate::service::dtmf;

impl Summary {
    /// Adds to the facts what the dialogue and the digits say.
    pub(super) fn call(&mut self) {
        let (presses, _) = std::mem::take(&mut self.digits).finish();
        let room = ITEMS_MAX.saturating_sub(self.facts.digits.len());
        let keyed = dtmf::strings(&presses).into_iter().map(|(.., digits)| digits);
        self.facts.digits.extend(keyed.take(room));
        let call = std::mem::take(&mut self.dialogue).finish();
        let Some(method) = call.method else { return };
        let facts = &mut self.facts;
        let is_call = method == "INVITE";
        if is_call {
            facts.began_at = facts.began_at.into_iter().chain(call.began_at).min();
            facts.answered_at = facts.answered_at.into_iter().chain(call.answered_at).min();
            facts.over_at = facts.over_at.max(call.ended_at);
            facts.duration_s = facts.duration_s.or(call.duration_s);
            facts.cause = call.cause.or_else(|| facts.cause.take());
        }
        self.course = self.course.or(call.course);
        // A single message inside a call names its parties without a role.
        let known = |value: &str| call.parties.iter().any(|party| party.value == value);
        self.facts.parties.retain(|party| party.role != "party" || !known(&party.value));
        for party in call.parties {
            self.party(party.role, party.kind, party.value);
        }
        self.detail("method", Some(method));
        self.detail("ended by", call.ended_by.map(str::to_owned));
        for hold in call.holds {
            let second =
                |at: Option<lacre_term::Micros>| at.map_or_else(String::new, |at| at.0.to_string());
            self.detail("hold", Some(format!("{}-{}", second(hold.from), second(hold.to))));
        }
        for (_, to) in call.transfers {
            self.detail("transfer to", Some(to.value));
        }
    }
}
