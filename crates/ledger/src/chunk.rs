//! The object that keeps the commitments of closed seconds for good.
//!
//! Its SHA-256 is itself entered, as the last commitment of the second closed next, so that an
//! auditor sees an object that was altered or swapped without holding any key.
//!
//! Rules: `spec/ledger-entry.md`, "Commitments object".
use crate::{
    error::LedgerError,
    inner,
    names::Names,
    octets::{Reader, Writer},
    state::{Closed, ClosedSecond, Run},
};
use lacre_store::Objects;

const LABEL: &[u8] = b"lacre/commitments/1";
/// Label, first leaf, count of seconds.
const HEAD_OCTETS: u64 = 29;

/// Commitments of the seconds from leaf `first` on, all of one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) first: u64,
    pub(crate) seconds: Vec<ClosedSecond>,
}

/// The octets of the object.
pub(crate) fn encode(first: u64, seconds: &[ClosedSecond]) -> Vec<u8> {
    let mut to = Writer::new(LABEL);
    to.u64(first);
    to.u16(seconds.len());
    for second in seconds {
        to.u32(second.run.all.len());
        to.digests(&second.run.all);
        to.digests(&second.cover);
    }
    to.0
}

/// Reads [`encode`].
pub(crate) fn decode(octets: &[u8]) -> Option<Chunk> {
    let mut from = Reader::new(octets, LABEL)?;
    let (first, mut seconds) = (from.u64()?, Vec::new());
    for _ in 0..from.u16()? {
        let real = from.u32()?;
        let all = from.digests(real)?;
        let cover = if real == 0 { 0 } else { inner::cover_len(real) };
        let run = Run { spills: Vec::new(), all };
        seconds.push(ClosedSecond { run, cover: from.digests(cover)? });
    }
    from.end()?;
    (!seconds.is_empty()).then_some(Chunk { first, seconds })
}

/// The settled second of `leaf`: goes from chunk to chunk of its bundle by their heads.
pub(crate) fn find(
    objects: &dyn Objects,
    names: &Names,
    leaf: u64,
) -> Result<ClosedSecond, LedgerError> {
    let reading = LedgerError::storage("read commitments");
    let (bundle, wanted) = Closed::bundle_of(leaf);
    let mut at = 0;
    loop {
        let name = names.chunk(bundle, at);
        let damaged = |fault| LedgerError::damaged(&name, fault);
        let head = objects.get_range(&name, 0, HEAD_OCTETS).map_err(&reading)?;
        let mut from = Reader::new(&head, LABEL).ok_or(damaged("not a commitments object"))?;
        let head = from.u64().zip(from.u16());
        let (_, count) = head.ok_or(damaged("its head is cut off"))?;
        let next = u64::try_from(count).ok().and_then(|count| count.checked_add(at));
        let next = next.filter(|next| *next > at).ok_or(damaged("it holds no seconds"))?;
        if wanted < next {
            let octets = objects.get(&name).map_err(&reading)?;
            let chunk = decode(&octets).ok_or(damaged("it cannot be read"))?;
            let place = usize::try_from(wanted.saturating_sub(at)).ok();
            let second = place.and_then(|place| chunk.seconds.into_iter().nth(place));
            return second.ok_or(damaged("it does not hold the seconds its head names"));
        }
        at = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_proof::merkle;
    use lacre_term::Digest;

    #[test]
    fn a_chunk_reads_back_and_is_refused_when_cut_or_lengthened() {
        let real: Vec<Digest> = (0_u8..5).map(|n| merkle::leaf_hash(&[n])).collect();
        let run = Run { spills: Vec::new(), all: real };
        let cover = vec![Digest([1; 32]); inner::cover_len(5)];
        let seconds = vec![ClosedSecond { run, cover }, ClosedSecond::default()];
        let octets = encode(512, &seconds);
        assert_eq!(decode(&octets), Some(Chunk { first: 512, seconds }));
        assert_eq!(decode(&octets[..octets.len() - 1]), None);
        assert_eq!(decode(&[octets.as_slice(), &[0]].concat()), None);
        assert_eq!(decode(&encode(0, &[])), None);
    }
}
