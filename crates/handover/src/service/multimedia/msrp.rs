//! MSRP: chat over a connection of its own, in chunks that may come in any order.
//!
//! A buffer of a connection is cut into its messages; chunks are joined by message and byte
//! range. Bounded: what does not fit is left out and said so.
//!
//! Rules: RFC 4975 sections 5, 7.1 (framing, SEND, REPORT, Byte-Range, continuation flags).
use crate::service::sip::body::{self, Part};
use crate::service::sip::split_head;

/// One MSRP SEND.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Msrp {
    /// From-Path.
    pub from: Option<String>,
    /// To-Path.
    pub to: Option<String>,
    /// Message-ID: what its chunks share.
    pub message_id: Option<String>,
    /// First octet's number, from 1, and the number of octets of the whole message where told.
    pub range: Option<(u64, Option<u64>)>,
    /// Content-Type with its parameters, as sent.
    pub content: Option<String>,
    /// Content-Type, lower case, without parameters.
    pub content_type: Option<String>,
    /// Body, without the end line.
    pub body: Vec<u8>,
    /// How it ends: `$` the message is whole, `+` more follows, `#` given up; `None` cut short.
    pub flag: Option<char>,
}

impl Msrp {
    /// The parts of its body, envelopes opened.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        self.content.as_deref().map(|kind| body::parts(kind, &self.body)).unwrap_or_default()
    }

    /// True when the message is in this one chunk.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.flag != Some('+') && self.flag != Some('#') && !matches!(self.range, Some((2.., _)))
    }
}

/// The first MSRP message in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The message, end line included.
    pub octets: &'a [u8],
    /// What comes after it.
    pub rest: &'a [u8],
}

/// Cuts the first message off `octets`; `None` when it is not there to its end.
#[must_use]
pub fn frame(octets: &[u8]) -> Option<Frame<'_>> {
    let line_end = octets.iter().position(|octet| *octet == b'\n')?;
    let line = std::str::from_utf8(octets.get(..line_end)?).ok()?;
    let transaction = line.strip_prefix("MSRP ")?.split(' ').next()?;
    let mark = [b"\r\n-------", transaction.as_bytes()].concat();
    let mut from = 0_usize;
    loop {
        let found = octets.get(from..)?.windows(mark.len()).position(|window| window == mark)?;
        let at = from.saturating_add(found).saturating_add(mark.len());
        if let [b'$' | b'+' | b'#', b'\r', b'\n', ..] = octets.get(at..)? {
            let (octets, rest) = octets.split_at_checked(at.saturating_add(3))?;
            return Some(Frame { octets, rest });
        }
        from = at;
    }
}

/// Reads one MSRP request; `None` unless it is a SEND.
#[must_use]
pub fn msrp_send(octets: &[u8]) -> Option<Msrp> {
    let (head, body) = split_head(octets);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (mark, transaction, method) = (words.next()?, words.next()?, words.next()?);
    if mark != "MSRP" || method.trim_end() != "SEND" {
        return None;
    }
    let mut read = Msrp::default();
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim().to_owned();
        match name.trim().to_ascii_lowercase().as_str() {
            "from-path" => read.from = Some(value),
            "to-path" => read.to = Some(value),
            "message-id" => read.message_id = Some(value),
            "byte-range" => read.range = range(&value),
            "content-type" => {
                let kind = value.split(';').next().unwrap_or_default().trim();
                read.content_type = Some(kind.to_ascii_lowercase());
                read.content = Some(value);
            }
            _ => {}
        }
    }
    let end_line = format!("\r\n-------{transaction}").into_bytes();
    let end = body.windows(end_line.len()).position(|window| window == end_line);
    let flag = end.and_then(|end| body.get(end.saturating_add(end_line.len())));
    read.flag = flag.map(|flag| char::from(*flag)).filter(|flag| "$+#".contains(*flag));
    read.body = body.get(..end.unwrap_or(body.len())).unwrap_or_default().to_vec();
    Some(read)
}

/// `1-39/39`, `1-*/*`.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (first, rest) = text.split_once('-')?;
    let total = rest.split_once('/')?.1;
    Some((first.trim().parse().ok()?, total.trim().parse().ok()))
}

/// Joins chunks to messages.
#[derive(Debug, Clone, Default)]
pub struct Chunks {
    open: Vec<Growing>,
    octets: usize,
}

#[derive(Debug, Clone)]
struct Growing {
    first: Msrp,
    /// (first octet, from 0; octets), as they came.
    pieces: Vec<(u64, Vec<u8>)>,
    total: Option<u64>,
    last_seen: bool,
}

impl Chunks {
    /// Most messages open at a time.
    const OPEN_MAX: usize = 64;

    /// Most octets held.
    const OCTETS_MAX: usize = 8 * 1024 * 1024;

    /// Most chunks of one message.
    const PIECES_MAX: usize = 2048;

    /// Takes a chunk; gives the message when it is whole with it. `Err` with the chunk when there
    /// is no room to wait for the rest.
    ///
    /// # Errors
    /// The chunk itself, when too many messages or octets wait already.
    pub fn add(&mut self, chunk: Msrp) -> Result<Option<Msrp>, Box<Msrp>> {
        if chunk.flag == Some('#') {
            self.take(&chunk);
            return Ok(None);
        }
        let Some(id) = chunk.message_id.clone().filter(|_| !self.alone(&chunk)) else {
            return Ok(Some(chunk));
        };
        let known = self.open.iter().position(|g| g.first.message_id.as_ref() == Some(&id));
        let octets = self.octets.saturating_add(chunk.body.len());
        if octets > Self::OCTETS_MAX || known.is_none() && self.open.len() >= Self::OPEN_MAX {
            return Err(Box::new(chunk));
        }
        let index = known.unwrap_or(self.open.len());
        if known.is_none() {
            let first = Msrp { body: Vec::new(), ..chunk.clone() };
            self.open.push(Growing { first, pieces: Vec::new(), total: None, last_seen: false });
        }
        let Some(growing) = self.open.get_mut(index) else {
            return Ok(None);
        };
        self.octets = self.octets.saturating_add(growing.take(chunk));
        let Some(body) = growing.joined() else {
            return Ok(None);
        };
        let growing = self.open.swap_remove(index);
        self.octets = self.octets.saturating_sub(growing.octets());
        Ok(Some(Msrp { body, flag: Some('$'), range: None, ..growing.first }))
    }

    /// True when the chunk is a whole message and nothing waits for it.
    fn alone(&self, chunk: &Msrp) -> bool {
        let waited = self.open.iter().any(|growing| growing.first.message_id == chunk.message_id);
        chunk.is_whole() && !waited
    }

    fn take(&mut self, chunk: &Msrp) {
        let given_up = |growing: &Growing| growing.first.message_id == chunk.message_id;
        if let Some(index) = self.open.iter().position(given_up) {
            let growing = self.open.swap_remove(index);
            self.octets = self.octets.saturating_sub(growing.octets());
        }
    }

    /// What is left of messages whose rest never came, in pieces as far as they go.
    #[must_use]
    pub fn finish(self) -> Vec<Msrp> {
        let left = self.open.into_iter().map(|growing| {
            let body = growing.ordered().into_iter().flat_map(|(_, o)| o).copied().collect();
            Msrp { body, flag: None, range: None, ..growing.first }
        });
        left.collect()
    }
}

impl Growing {
    /// Takes a chunk; gives the octets that are new.
    fn take(&mut self, chunk: Msrp) -> usize {
        let (first, total) = chunk.range.unwrap_or((1, None));
        self.total = self.total.or(total);
        self.last_seen |= chunk.flag == Some('$');
        if self.first.content.is_none() {
            (self.first.content, self.first.content_type) = (chunk.content, chunk.content_type);
        }
        let at = first.saturating_sub(1);
        if self.pieces.iter().any(|(known, octets)| *known == at && *octets == chunk.body) {
            return 0;
        }
        let octets = chunk.body.len();
        if self.pieces.len() >= Chunks::PIECES_MAX {
            return 0;
        }
        self.pieces.push((at, chunk.body));
        octets
    }

    fn octets(&self) -> usize {
        self.pieces.iter().fold(0, |sum, (_, octets)| sum.saturating_add(octets.len()))
    }

    fn ordered(&self) -> Vec<&(u64, Vec<u8>)> {
        let mut pieces: Vec<&(u64, Vec<u8>)> = self.pieces.iter().collect();
        pieces.sort_by_key(|(at, _)| *at);
        pieces
    }

    /// The whole body, when no octet is missing.
    fn joined(&self) -> Option<Vec<u8>> {
        if !self.last_seen && self.total.is_none() {
            return None;
        }
        let count = |octets: usize| u64::try_from(octets).unwrap_or(u64::MAX);
        let have = count(self.octets());
        if self.total.is_some_and(|total| have < total) {
            return None;
        }
        let mut body: Vec<u8> = Vec::new();
        for (at, octets) in self.ordered() {
            let end = count(body.len());
            // A chunk sent again with other cuts overlaps what is there.
            let known = usize::try_from(end.checked_sub(*at)?).ok()?;
            body.extend_from_slice(octets.get(known..).unwrap_or_default());
        }
        let whole = self.total.is_none_or(|total| count(body.len()) >= total);
        whole.then_some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(id: &str, range: &str, body: &str, flag: char) -> Msrp {
        let text = format!(
            "MSRP t1 SEND\r\nTo-Path: msrp://b;tcp\r\nFrom-Path: msrp://a;tcp\r\n\
             Message-ID: {id}\r\nByte-Range: {range}\r\nContent-Type: text/plain\r\n\r\n\
             {body}\r\n-------t1{flag}\r\n"
        );
        msrp_send(text.as_bytes()).unwrap()
    }

    #[test]
    fn chunks_in_any_order_and_twice_are_one_message() {
        let mut chunks = Chunks::default();
        assert_eq!(chunks.add(chunk("1", "9-12/12", " día", '$')).unwrap(), None);
        assert_eq!(chunks.add(chunk("1", "1-4/12", "muy ", '+')).unwrap(), None);
        assert_eq!(chunks.add(chunk("1", "1-4/12", "muy ", '+')).unwrap(), None);
        let other = chunks.add(chunk("2", "1-1/1", "x", '$')).unwrap().unwrap();
        assert_eq!(other.body, b"x");
        let whole = chunks.add(chunk("1", "5-8/12", "buen", '+')).unwrap().unwrap();
        assert_eq!(whole.body, "muy buen día".as_bytes());
        assert_eq!((chunks.octets, chunks.open.len()), (0, 0));
    }

    #[test]
    fn a_message_given_up_is_none_and_one_cut_short_keeps_what_came() {
        let mut chunks = Chunks::default();
        assert_eq!(chunks.add(chunk("1", "1-*/*", "hol", '+')).unwrap(), None);
        assert_eq!(chunks.add(chunk("1", "4-*/*", "", '#')).unwrap(), None);
        assert_eq!(chunks.clone().finish(), []);
        assert_eq!(chunks.add(chunk("2", "1-*/10", "cort", '+')).unwrap(), None);
        let left = chunks.finish();
        assert_eq!((left[0].body.as_slice(), left[0].flag), (&b"cort"[..], None));
    }

    #[test]
    fn messages_that_never_end_do_not_fill_memory() {
        let mut chunks = Chunks::default();
        let mut refused = 0;
        for number in 0..200 {
            refused +=
                u32::from(chunks.add(chunk(&number.to_string(), "1-*/*", "x", '+')).is_err());
        }
        assert_eq!(refused, 136);
        assert!(chunks.open.len() <= Chunks::OPEN_MAX);
    }

    #[test]
    fn a_buffer_is_cut_at_end_lines_and_at_nothing_like_them() {
        let one = b"MSRP a SEND\r\nContent-Type: text/plain\r\n\r\n\r\n-------ab\r\n-------a$\r\n";
        let two = [&one[..], b"MSRP b 200 OK\r\n-------b$\r\nMSRP c SE"].concat();
        let first = frame(&two).unwrap();
        assert_eq!(first.octets, one);
        let second = frame(first.rest).unwrap();
        assert_eq!(second.rest, b"MSRP c SE");
        assert_eq!(frame(second.rest), None);
        assert_eq!(msrp_send(second.octets), None, "a response sends nothing");
    }
}
