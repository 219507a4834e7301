//! `leaves.csv`: what a stranger needs beside the octets to recompute every leaf of a part.
//!
//! One spelling of each row; RFC 4180, lines end with LF.
use lacre_term::{Digest, Micros, hex};

pub(crate) const HEADER: &str = "number,offset,length,received_at_us,peer,salt,sha256\n";
/// Longest line: five numbers, a quoted peer, salt and hash.
pub(crate) const LINE_OCTETS_MAX: usize = 1024;
/// Longest name of a peer, octets.
pub(crate) const PEER_OCTETS_MAX: usize = 255;

/// One PDU of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) number: u64,
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) received_at: Micros,
    pub(crate) peer: String,
    pub(crate) salt: [u8; 16],
    pub(crate) sha256: Digest,
}

impl Leaf {
    /// The row, its line end included.
    pub(crate) fn line(&self) -> String {
        let Self { number, offset, length, received_at, peer, salt, sha256 } = self;
        format!(
            "{number},{offset},{length},{},{},{},{sha256}\n",
            received_at.0,
            quoted(peer),
            hex::encode(salt)
        )
    }

    /// Reads a row, without its line end, in its one spelling.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut head = line.splitn(5, ',');
        let mut next = || head.next();
        let (number, offset, length) =
            (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
        let received_at = Micros(next()?.parse().ok()?);
        let mut tail = next()?.rsplitn(3, ',');
        let sha256 = Digest::from_hex(tail.next()?)?;
        let salt = hex::decode_array(tail.next()?)?;
        let peer = unquoted(tail.next()?)?;
        let leaf = Self { number, offset, length, received_at, peer, salt, sha256 };
        (leaf.line().strip_suffix('\n') == Some(line)).then_some(leaf)
    }
}

/// Whether a peer's name can stand in a row.
pub(crate) fn is_peer(name: &str) -> bool {
    name.len() <= PEER_OCTETS_MAX && !name.chars().any(char::is_control)
}

/// A field as RFC 4180 writes it.
pub(crate) fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn unquoted(field: &str) -> Option<String> {
    match field.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').map(|inner| inner.replace("\"\"", "\"")),
        None => Some(field.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(peer: &str) -> Leaf {
        Leaf {
            number: 3,
            offset: 100,
            length: 20,
            received_at: Micros(-5),
            peer: peer.into(),
            salt: [1; 16],
            sha256: Digest([2; 32]),
        }
    }

    #[test]
    fn a_row_reads_back_whatever_the_peer_is_called() {
        for peer in ["oplab-es", "", "a,b", "say \"x\"", "ñandú, \"1\",2"] {
            let line = leaf(peer).line();
            assert_eq!(Leaf::parse(line.trim_end_matches('\n')), Some(leaf(peer)), "{line}");
        }
    }

    #[test]
    fn another_spelling_of_a_row_is_refused() {
        let line = leaf("p").line();
        let line = line.trim_end();
        for bad in [
            line.replacen('3', "03", 1),
            line.replace("0101", "0101 "),
            line.replace(",p,", ",\"p\","),
            line.replace(",-5,", ",-05,"),
            format!("+{line}"),
            String::new(),
        ] {
            assert_eq!(Leaf::parse(&bad), None, "{bad}");
        }
    }
}
