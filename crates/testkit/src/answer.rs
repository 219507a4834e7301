//! What comes back from the receiver, read with no help from the reader under test.
//!
//! Only definite lengths: a sender looks at the kind and the number and at nothing else.
//!
//! Rules: TS 102 232-1 clauses 6.2 (options), 6.2.4 (keep-alive), 6.2.7 (acknowledgement).

/// One answer of the LEMF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Kind of TRI: 4 keep-alive response, 10 option response, 11 option complete, 13
    /// acknowledgement response, and so on.
    pub kind: u8,
    /// Sequence number.
    pub sequence_number: u32,
    /// The whole PDU.
    pub octets: Vec<u8>,
}

impl Answer {
    /// The tag numbers of the options accepted and of those declined; `None` when this is no
    /// option response.
    #[must_use]
    pub fn options(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let whole = element(&self.octets).ok()??;
        let header = element(whole.inside).ok()??;
        let payload = element(header.after).ok()??;
        let tri = element(payload.inside).ok()??;
        let response = element(tri.inside).ok()?.filter(|response| response.tag == 0xaa)?;
        let accepted = element(response.inside).ok()?.filter(|list| list.tag == 0xa0)?;
        let declined = element(accepted.after).ok()?.filter(|list| list.tag == 0xa1)?;
        Some((numbers(accepted.inside)?, numbers(declined.inside)?))
    }
}

fn numbers(mut list: &[u8]) -> Option<Vec<u8>> {
    let mut numbers = Vec::new();
    while !list.is_empty() {
        let option = element(list).ok()??;
        numbers.push(option.tag & 0x1f);
        list = option.after;
    }
    Some(numbers)
}

/// Answers are PDUs with a TRI payload and definite lengths; this was something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the receiver sent octets that are no answer")]
pub struct NotAnAnswer;

/// Reads one answer from the front of `octets` with the octets it took; `None` while incomplete.
///
/// # Errors
/// [`NotAnAnswer`] when the octets cannot become one.
pub fn read(octets: &[u8]) -> Result<Option<(Answer, usize)>, NotAnAnswer> {
    let Some(whole) = element(octets)? else {
        return Ok(None);
    };
    if whole.tag != 0x30 {
        return Err(NotAnAnswer);
    }
    let header = element(whole.inside)?.ok_or(NotAnAnswer)?;
    let payload = element(header.after)?.ok_or(NotAnAnswer)?;
    let tri = element(payload.inside)?.ok_or(NotAnAnswer)?;
    let message = element(tri.inside)?.ok_or(NotAnAnswer)?;
    if (header.tag, payload.tag, tri.tag) != (0xa1, 0xa2, 0xa2) {
        return Err(NotAnAnswer);
    }
    let mut fields = header.inside;
    while let Some(field) = element(fields)? {
        if field.tag == 0x84 {
            let sequence_number =
                field.inside.iter().fold(0, |sum: u32, octet| (sum << 8) | u32::from(*octet));
            let taken = octets.len().saturating_sub(whole.after.len());
            let octets = octets.get(..taken).ok_or(NotAnAnswer)?.to_vec();
            return Ok(Some((Answer { kind: message.tag & 0x1f, sequence_number, octets }, taken)));
        }
        fields = field.after;
    }
    Err(NotAnAnswer)
}

struct Found<'a> {
    tag: u8,
    inside: &'a [u8],
    after: &'a [u8],
}

fn element(octets: &[u8]) -> Result<Option<Found<'_>>, NotAnAnswer> {
    let Some((tag, rest)) = octets.split_first() else {
        return Ok(None);
    };
    let Some((first, rest)) = rest.split_first() else {
        return Ok(None);
    };
    let (length, rest) = match first {
        ..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let more = usize::from(first & 0x7f);
            let Some((length, rest)) = rest.split_at_checked(more) else {
                return Ok(None);
            };
            (length.iter().fold(0, |sum, octet| (sum << 8) | usize::from(*octet)), rest)
        }
        _ => return Err(NotAnAnswer),
    };
    Ok(rest.split_at_checked(length).map(|(inside, after)| Found { tag: *tag, inside, after }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{Header, keep_alive};

    #[test]
    fn an_answer_is_read_only_when_it_is_whole() {
        let sent = keep_alive(&Header::new(b"-", b"OP").seq(70_000));
        assert_eq!(read(&sent[..sent.len() - 1]), Ok(None));
        let (answer, taken) = read(&sent).unwrap().unwrap();
        assert_eq!((answer.kind, answer.sequence_number, taken), (3, 70_000, sent.len()));
    }

    #[test]
    fn an_option_response_says_what_is_accepted_and_what_is_not() {
        let sent = crate::pdu::option_response(&Header::new(b"-", b"OP"));
        let (answer, _) = read(&sent).unwrap().unwrap();
        assert_eq!(answer.options(), Some((vec![0], vec![])));
        let (answer, _) = read(&keep_alive(&Header::new(b"-", b"OP"))).unwrap().unwrap();
        assert_eq!(answer.options(), None);
    }

    #[test]
    fn anything_else_is_no_answer() {
        assert_eq!(read(b"\x31\x00"), Err(NotAnAnswer));
        assert_eq!(read(b"\x30\xff"), Err(NotAnAnswer));
    }
}
