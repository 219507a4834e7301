//! What a peer says beside its deliveries, as it is entered: operator messages, options.
//!
//! Reading never waits for it: notices are gathered, and entered in batches at most every ten
//! seconds, from another thread. A batch is bounded; what does not fit is counted in it. An entry
//! holds no text of an operator, which may name a target: only its length, its SHA-256, and the
//! SHA-256 of the PDU, by which custody keeps it, under its order or closed in quarantine.
//!
//! Rules: TS 102 232-1 clause 6.2 (options), annex A (`OperatorLeaMessage`); DESIGN decision 6.
use lacre_custody::door::PeerBook;
use lacre_handover::session::Agreed;
use lacre_handover::{Pdu, tri};
use lacre_term::Digest;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// Notices of one batch.
const BATCH_MAX: usize = 8;
/// Between two batches.
const EVERY: Duration = Duration::from_secs(10);
/// For the ledger, when the connection ends.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// The notices of one connection.
pub(crate) struct Notices {
    book: Arc<dyn PeerBook>,
    peer: Arc<str>,
    told: Agreed,
    gathered: Vec<String>,
    beyond: u64,
    entered_at: Option<Instant>,
    entering: Option<JoinHandle<()>>,
}

impl Notices {
    pub(crate) fn new(book: Arc<dyn PeerBook>, peer: Arc<str>) -> Self {
        Self {
            book,
            peer,
            told: Agreed::default(),
            gathered: Vec::new(),
            beyond: 0,
            entered_at: None,
            entering: None,
        }
    }

    /// Takes note of an operator message.
    pub(crate) fn message(&mut self, pdu: &Pdu<'_>) {
        let sha256 = |octets: &[u8]| Digest(Sha256::digest(octets).into()).to_hex();
        if !self.has_room() {
            return;
        }
        let pdu_sha256 = sha256(pdu.octets);
        self.gathered.push(match tri::operator_message(pdu) {
            Some(said) => format!(
                "operator message, {}, {} octets, SHA-256 {}, PDU {pdu_sha256}",
                said.priority_word(),
                said.message.len(),
                sha256(&said.message),
            ),
            None => format!("operator message that cannot be read, PDU {pdu_sha256}"),
        });
    }

    /// Takes note of what was negotiated since the last call.
    pub(crate) fn options(&mut self, agreed: Agreed) {
        let told = std::mem::replace(&mut self.told, agreed);
        let since = |now: u64, then: u64| now.saturating_sub(then);
        let mut words = Vec::new();
        if since(agreed.completed, told.completed) > 0 {
            let options = if agreed.acknowledgement { "PDU acknowledgement" } else { "none" };
            words.push(format!("options agreed: {options}"));
        }
        for (count, what) in [
            (since(agreed.declined, told.declined), "options declined: not known here"),
            (since(agreed.unread, told.unread), "option requests not answered: unreadable"),
            (since(agreed.unasked, told.unasked), "option responses or completions unasked for"),
        ] {
            if count > 0 {
                words.push(format!("{count} {what}"));
            }
        }
        if !words.is_empty() && self.has_room() {
            self.gathered.push(words.join(", "));
        }
    }

    fn has_room(&mut self) -> bool {
        let room = self.gathered.len() < BATCH_MAX;
        if !room {
            self.beyond = self.beyond.saturating_add(1);
        }
        room
    }

    /// Begins to enter what was gathered, when it is time and the last batch is entered.
    pub(crate) fn enter(&mut self) {
        let early = self.entered_at.is_some_and(|at| at.elapsed() < EVERY);
        let busy = self.entering.as_ref().is_some_and(|entering| !entering.is_finished());
        if !early && !busy {
            self.begin();
        }
    }

    fn begin(&mut self) {
        if self.gathered.is_empty() {
            return;
        }
        let mut event = std::mem::take(&mut self.gathered).join("; ");
        let beyond = std::mem::take(&mut self.beyond);
        if beyond > 0 {
            event = format!("{event}; and {beyond} more");
        }
        let (book, peer) = (Arc::clone(&self.book), Arc::clone(&self.peer));
        self.entered_at = Some(Instant::now());
        self.entering =
            Some(tokio::task::spawn_blocking(move || book.session(Some(&peer), &event)));
    }

    /// Enters what is left, after the batch before it, and waits a little for both.
    pub(crate) async fn finish(&mut self) {
        self.entered().await;
        self.begin();
        self.entered().await;
    }

    async fn entered(&mut self) {
        if let Some(entering) = self.entering.take() {
            // A book that does not enter now goes on by itself; the octets are kept anyway.
            let _ = timeout(LAST_WAIT, entering).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, SocketAddr};
    use std::sync::Mutex;

    #[derive(Default)]
    struct Book(Mutex<Vec<String>>);

    impl PeerBook for Book {
        fn by_certificate(&self, _: &Digest) -> Option<Arc<str>> {
            None
        }

        fn by_plain(&self, _: SocketAddr, _: IpAddr) -> Option<Arc<str>> {
            None
        }

        fn session(&self, _: Option<&str>, event: &str) {
            self.0.lock().unwrap().push(event.to_owned());
        }
    }

    #[tokio::test]
    async fn a_flood_of_notices_is_one_bounded_entry_now_and_one_at_the_end() {
        let book = Arc::new(Book::default());
        let mut notices = Notices::new(Arc::<Book>::clone(&book), "OP-A".into());
        for unasked in 1..=1000 {
            notices.options(Agreed { unasked, ..Agreed::default() });
        }
        notices.enter();
        for unread in 1..=1000 {
            notices.options(Agreed { unread, unasked: 1000, ..Agreed::default() });
            notices.enter();
        }
        notices.finish().await;
        let entered = book.0.lock().unwrap().clone();
        assert_eq!(entered.len(), 2, "{entered:?}");
        assert!(entered.iter().all(|event| event.ends_with("; and 992 more")), "{entered:?}");
        assert!(entered.iter().all(|event| event.len() < 2000));
    }
}
