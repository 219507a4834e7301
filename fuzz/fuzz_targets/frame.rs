//! Framing: however a stream is cut, the same PDUs come out, and every octet is accounted for.
#![no_main]
use lacre_fuzz::pieces;
use lacre_handover::frame::{FrameReader, Limits, Run, runs};
use libfuzzer_sys::fuzz_target;

/// Identifier and length octets of one element that is read before it is refused.
const HEAD_OCTETS_MAX: usize = 160;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { pdu_octets_max: 4096, ..Limits::default() };
    let whole = data.get(1..).unwrap_or_default();
    let mut expected = Vec::new();
    let mut covered = 0;
    let mut lost = None;
    for run in runs(whole, &limits) {
        match run {
            Run::Pdu { offset, octets } => {
                assert_eq!(offset, covered);
                covered += octets.len();
                expected.push(octets.to_vec());
            }
            Run::Unframed { offset, octets, .. } => {
                assert_eq!((offset, lost), (covered, None));
                lost = Some(octets.len());
            }
        }
    }
    assert_eq!(covered + lost.unwrap_or(0), whole.len());

    let mut reader = FrameReader::new(limits);
    let (mut found, mut pushed) = (Vec::new(), 0);
    for piece in pieces(data) {
        if reader.broken().is_some() {
            break;
        }
        reader.push(piece);
        pushed += piece.len();
        while let Some(Ok(octets)) = reader.next() {
            found.push(octets.to_vec());
        }
        assert!(reader.rest().len() <= limits.pdu_octets_max + HEAD_OCTETS_MAX + piece.len());
    }
    assert_eq!(found, expected);
    assert_eq!(reader.rest(), &whole[covered..pushed]);
});
