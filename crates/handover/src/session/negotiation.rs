//! Option negotiation, as the LEMF does it: asked, answered, completed by both sides.
//!
//! The sender begins, with an option request and a keep-alive. The request is answered at once;
//! our own completion follows the keep-alive's answer, or the sender's completion if that comes
//! first: this side asks for nothing. What was agreed before holds until both have completed, and
//! a sender may ask again at any time. Anything but a keep-alive between request and completion
//! breaks the negotiation, and with it the connection; after that nothing is answered.
//!
//! Only PDU acknowledgement is known. Every other option is declined by the octets that named it.
//! A request that cannot be read is not answered, as by a receiver without support.
//!
//! Rules: TS 102 232-1 clause 6.2, annex A (`OptionRequest`, `OptionResponse`).
use crate::Pdu;
use crate::compose::Body;
use crate::tri::{self, Answer};
use lacre_term::{Micros, PayloadClass};

/// Requests within one negotiation.
const REQUESTS_MAX: u8 = 8;

/// What both sides agreed on this connection, and what was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreed {
    /// PDU acknowledgement. Requests for one are answered once durable, agreed or not.
    pub acknowledgement: bool,
    /// Negotiations that both sides completed.
    pub completed: u64,
    /// Options declined, of all requests.
    pub declined: u64,
    /// Requests that could not be read, and were not answered.
    pub unread: u64,
    /// Responses and completions that nobody had asked for.
    pub unasked: u64,
}

/// Why a negotiation broke: the connection is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// Something came that does not belong between request and completion.
    #[error("another message came before the option negotiation was complete")]
    Interrupted,
    /// A request within the negotiation could not be read.
    #[error("an option request within the negotiation cannot be read")]
    Unread,
    /// Requests over and over, never completed.
    #[error("more than 8 option requests without completion")]
    TooMany,
}

/// A request answered and not yet completed.
#[derive(Debug, Clone)]
struct Open {
    acknowledgement: bool,
    complete: Answer,
    sent: bool,
    requests: u8,
}

/// The negotiation of one connection. At most one request is kept, within its bounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Negotiation {
    pub(super) agreed: Agreed,
    pub(super) breach: Option<Breach>,
    open: Option<Open>,
}

impl Negotiation {
    /// Hears a PDU before the session answers it; gives what has to go out now.
    pub(super) fn before(&mut self, pdu: &Pdu<'_>, now: Micros) -> Vec<u8> {
        if self.breach.is_some() {
            return Vec::new();
        }
        match (pdu.class, self.open.is_some()) {
            (PayloadClass::OptionRequest, _) => return self.request(pdu, now),
            (PayloadClass::OptionComplete, true) => return self.complete(now),
            (PayloadClass::OptionComplete | PayloadClass::OptionResponse, false) => {
                self.agreed.unasked = self.agreed.unasked.saturating_add(1);
            }
            (PayloadClass::KeepAlive, _) | (_, false) => {}
            (_, true) => self.breach = Some(Breach::Interrupted),
        }
        Vec::new()
    }

    /// Our completion, once, after a keep-alive was answered.
    pub(super) fn after_keep_alive(&mut self, now: Micros) -> Option<Vec<u8>> {
        let open = self.open.as_mut().filter(|open| !open.sent)?;
        open.sent = true;
        Some(open.complete.write(now))
    }

    /// A PDU came that says nothing readable.
    pub(super) fn malformed(&mut self) {
        if self.open.is_some() && self.breach.is_none() {
            self.breach = Some(Breach::Interrupted);
        }
    }

    fn request(&mut self, pdu: &Pdu<'_>, now: Micros) -> Vec<u8> {
        let before = self.open.as_ref().map_or(0, |open| open.requests);
        let Some(asked) = tri::asked_options(pdu) else {
            self.agreed.unread = self.agreed.unread.saturating_add(1);
            if before > 0 {
                self.breach = Some(Breach::Unread);
            }
            return Vec::new();
        };
        if before >= REQUESTS_MAX {
            self.breach = Some(Breach::TooMany);
            return Vec::new();
        }
        let declined = u64::try_from(asked.declined.len()).unwrap_or(u64::MAX);
        self.agreed.declined = self.agreed.declined.saturating_add(declined);
        self.open = Some(Open {
            acknowledgement: asked.acknowledgement,
            complete: Answer::to(pdu, PayloadClass::OptionComplete),
            sent: false,
            requests: before.saturating_add(1),
        });
        let body = tri::option_response(asked.acknowledgement, &asked.declined);
        Answer::to(pdu, PayloadClass::OptionResponse).write_body(now, &Body::Raw(&body))
    }

    fn complete(&mut self, now: Micros) -> Vec<u8> {
        let Some(open) = self.open.take() else {
            return Vec::new();
        };
        self.agreed.acknowledgement = open.acknowledgement;
        self.agreed.completed = self.agreed.completed.saturating_add(1);
        if open.sent { Vec::new() } else { open.complete.write(now) }
    }
}

#[cfg(test)]
mod tests;
