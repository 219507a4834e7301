//! Option negotiation, as a mediation function begins it: before anything else is sent.
//!
//! Request and keep-alive go out together. A receiver that answers the keep-alive first is without
//! support, which ends the negotiation without harm; any other answer out of place is wrong.
//!
//! Rules: TS 102 232-1 clause 6.2 (options).
use super::tally::Tallied;
use super::{State, Writer};
use crate::answer::Answer;
use crate::pdu;
use std::io::{Error, ErrorKind};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Wait for each answer, when none is set for keep-alives.
const WAIT: Duration = Duration::from_secs(5);

impl State {
    /// Asks for PDU acknowledgement, hears the answers, completes.
    pub(super) async fn negotiate(
        &mut self,
        writer: &mut Writer,
        answers: &mut mpsc::Receiver<Answer>,
    ) -> std::io::Result<()> {
        if !self.settings.negotiate {
            return Ok(());
        }
        let number = self.next_keep_alive;
        self.write(&pdu::option_request(&self.header(number)), writer).await?;
        self.keep_alive(writer).await?;
        let wait = self.settings.keep_alive_wait;
        let wait = if wait.is_zero() { WAIT } else { wait };
        let mut answered = false;
        loop {
            let answer = timeout(wait, answers.recv()).await.map_err(|_| ErrorKind::TimedOut)?;
            let answer = answer.ok_or(ErrorKind::ConnectionReset)?;
            match (answer.kind, answered) {
                (10, false) if answer.sequence_number == number => {
                    answered = answer.options() == Some((vec![0], Vec::new()));
                    if !answered {
                        return self.wrong();
                    }
                }
                (4, _) => {
                    self.hear(&answer)?;
                    if !answered {
                        return Ok(());
                    }
                }
                (11, true) => {
                    self.write(&pdu::option_complete(&self.header(number)), writer).await?;
                    self.tally.one(Tallied::Negotiated);
                    return Ok(());
                }
                _ => return self.wrong(),
            }
        }
    }

    fn wrong(&self) -> std::io::Result<()> {
        self.tally.one(Tallied::Wrong);
        Err(Error::from(ErrorKind::InvalidData))
    }
}
