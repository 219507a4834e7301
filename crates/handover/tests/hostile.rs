//! Hostile senders: bombs of length and depth, octets of any value, streams in any pieces.
#![allow(clippy::unwrap_used, reason = "helpers of stories may panic: that is how a story fails")]
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::extract::Summary;
use lacre_handover::frame::{FrameReader, Framed, Run, next, runs};
use lacre_handover::inspect::inspect;
use lacre_handover::media::{AudioBuilder, TextBuilder, packets, wav_input};
use lacre_handover::ps_pdu::parse;
use lacre_handover::{Fault, Flags, Limits, Malformed, Verdict};
use lacre_term::Micros;
use proptest::prelude::*;

fn composed(sequence: u32) -> Vec<u8> {
    let composer = Composer::new(b"LI-7", b"21499", Some(9));
    composer.pdu(sequence, Stamp::Micro(Micros(1_795_457_522_000_000)), &Body::TriNull(1))
}

#[test]
fn a_gigabyte_announced_is_refused_at_the_first_octets_that_show_it() {
    let limits = Limits::default();
    for head in [
        &[0x30, 0x84, 0x40][..],
        &[0x30, 0x84, 0x40, 0, 0, 0],
        &[0x30, 0x88, 0x7f],
        &[0x30, 0x80, 0xa1, 0x84, 0x40, 0, 0, 0],
        &[0x30, 0xfe, 0, 0, 0, 1],
    ] {
        let Framed::Broken(malformed) = next(head, &limits) else { panic!("{head:02x?}") };
        assert!(matches!(malformed.fault, Fault::TooLong { .. }), "{head:02x?}");
    }
    let mut reader = FrameReader::new(limits);
    reader.push(&[0x30, 0x84, 0x40, 0, 0, 0]);
    assert!(matches!(reader.next(), Some(Err(_))));
    assert!(reader.next().is_none());
}

#[test]
fn a_length_under_the_limit_waits_and_leading_zeros_are_legal() {
    let limits = Limits { pdu_octets_max: 100, ..Limits::default() };
    assert_eq!(next(&[0x30, 0x62], &limits), Framed::Incomplete { need_at_least: 100 });
    assert!(matches!(next(&[0x30, 0x63], &limits), Framed::Broken(_)));
    let zeros = [&[0x30, 0x8f][..], &[0; 15]].concat();
    assert!(matches!(next(&zeros, &limits), Framed::Pdu(_)));
    assert_eq!(next(&zeros[..9], &limits), Framed::Incomplete { need_at_least: 17 });
}

/// A payload nested 70 deep inside a whole PDU: framed, but nothing follows it down.
#[test]
fn depth_is_bounded_inside_a_framed_pdu() {
    let nested = |depth: usize| {
        let mut inner = vec![0x82, 0x00];
        for _ in 0..depth {
            let [high, low] = u16::try_from(inner.len()).unwrap().to_be_bytes();
            let mut outer = vec![0xa8, 0x82, high, low];
            outer.append(&mut inner);
            inner = outer;
        }
        let composer = Composer::new(b"LI-7", b"21499", Some(9));
        composer.pdu(1, Stamp::Absent, &Body::Raw(&inner))
    };
    assert!(parse(&nested(60)).is_ok());
    let malformed = parse(&nested(70)).unwrap_err();
    assert_eq!((malformed.fault, malformed.framed), (Fault::TooDeep { limit: 64 }, true));
}

#[test]
fn memory_of_a_reader_is_bounded_by_the_limit() {
    let limits = Limits { pdu_octets_max: 1000, ..Limits::default() };
    let mut reader = FrameReader::new(limits);
    reader.push(&[0x30, 0x80]);
    // An endless indefinite PDU of small elements is refused when it passes the limit.
    for pushed in 0.. {
        reader.push(&[0x82, 0x00]);
        if let Some(result) = reader.next() {
            assert!(matches!(result.unwrap_err().fault, Fault::TooLong { limit: 1000 }));
            assert!(reader.rest().len() <= 1004, "{pushed}");
            break;
        }
    }
}

/// A PDU of indefinite length whose last octet is the limit's, and one octet more.
#[test]
fn an_indefinite_length_ends_within_the_limit_to_the_octet() {
    let limits = Limits { pdu_octets_max: 100, ..Limits::default() };
    // 2 octets of head, 2 of a primitive's, its contents, 4 of both ends.
    let of = |octets: usize| {
        let content = vec![0x5a; octets - 10];
        let length = u8::try_from(content.len()).unwrap();
        [&[0x30, 0x80, 0xa1, 0x80, 0x82, length][..], &content, &[0; 4]].concat()
    };
    assert_eq!(next(&of(100), &limits), Framed::Pdu(&of(100)));
    for octets in [101, 102, 103, 104] {
        let Framed::Broken(malformed) = next(&of(octets), &limits) else { panic!("{octets}") };
        assert_eq!(malformed.fault, Fault::TooLong { limit: 100 }, "{octets}");
        assert!(!malformed.framed);
        // However it comes, and with whatever follows.
        let stream = [&of(octets)[..], &[0x30, 0]].concat();
        let mut reader = FrameReader::new(limits);
        let refused = stream.iter().any(|octet| {
            reader.push(&[*octet]);
            matches!(reader.next(), Some(Err(_)))
        });
        assert!(refused, "{octets}");
    }
}

#[test]
fn empty_liid_and_twenty_six_octets_part_ways() {
    let with = |liid: &[u8]| {
        let composer = Composer::new(liid, b"21499", Some(9));
        composer.pdu(1, Stamp::Micro(Micros(1_795_457_522_000_000)), &Body::TriNull(1))
    };
    assert_eq!(parse(&with(b"")).unwrap_err().fault, Fault::EmptyLiid);
    assert_eq!(parse(&with(&[b'A'; 25])).unwrap().flags, Flags::NONE);
    assert_eq!(parse(&with(&[b'A'; 26])).unwrap().flags, Flags::LIID_SIZE);
}

/// Everything that reads `octets`, to show that none of it panics.
fn read_all(octets: &[u8]) {
    let limits = Limits::default();
    let mut covered = 0;
    let (mut summary, mut audio, mut text) =
        (Summary::new(), AudioBuilder::new(), TextBuilder::new());
    for run in runs(octets, &limits) {
        match run {
            Run::Pdu { offset, octets } => {
                assert_eq!(offset, covered);
                covered += octets.len();
                let finding = inspect(octets, &limits);
                assert_eq!(finding.verdict == Verdict::Reject, finding.pdu.is_none());
                if let Some(pdu) = finding.pdu {
                    summary.add(&pdu);
                    audio.add(&pdu);
                    text.add(&pdu);
                    let _ = packets(&pdu);
                }
            }
            Run::Unframed { offset, octets, .. } => {
                assert_eq!(offset, covered);
                covered += octets.len();
            }
        }
    }
    assert_eq!(covered, octets.len(), "every octet is in one run");
    let _ = (summary.finish(), text.finish());
    let wav = wav_input(&audio.finish());
    let mut window = [0; 160];
    wav.from_target.render(wav.from_target.samples().saturating_sub(80), &mut window);
}

/// All frames of a reader, the fault that ended it, and the octets left.
type Frames = (Vec<Vec<u8>>, Option<Malformed>, Vec<u8>);

/// The frames of a reader into which `pieces` are pushed until it is broken.
fn frames(pieces: &[&[u8]]) -> Frames {
    let mut reader = FrameReader::new(Limits::default());
    let mut found = Vec::new();
    for piece in pieces {
        reader.push(piece);
        while let Some(Ok(pdu)) = reader.next() {
            found.push(pdu.to_vec());
        }
        if reader.broken().is_some() {
            break;
        }
    }
    (found, reader.broken(), reader.into_rest())
}

/// As [`frames`], borrowed from `pieces`; and how many PDUs were not copied.
fn borrowed_frames(pieces: &[&[u8]]) -> (Frames, usize) {
    let mut reader = FrameReader::new(Limits::default());
    let (mut found, mut borrowed) = (Vec::new(), 0);
    for piece in pieces {
        let mut rest = *piece;
        while let Some(Ok(pdu)) = reader.next_from(&mut rest) {
            borrowed += usize::from(piece.as_ptr_range().contains(&pdu.as_ptr()));
            found.push(pdu.to_vec());
        }
        assert!(rest.is_empty(), "a piece is used up");
        if reader.broken().is_some() {
            assert!(reader.next_from(&mut rest).is_none(), "nothing follows lost framing");
            break;
        }
    }
    ((found, reader.broken(), reader.into_rest()), borrowed)
}

/// One PDU in each piece is borrowed; a PDU cut by the end of a piece is copied, and it alone.
#[test]
fn only_a_pdu_cut_between_pieces_is_copied() {
    let stream = [composed(1), composed(2), composed(3)].concat();
    let length = composed(1).len();
    assert_eq!(borrowed_frames(&[&stream]).1, 3);
    let cut = borrowed_frames(&[&stream[..length + 5], &stream[length + 5..]]);
    assert_eq!((cut.0.0.len(), cut.1), (3, 2));
    let octets: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!((borrowed_frames(&octets).0.0.len(), borrowed_frames(&octets).1), (3, 0));
}

proptest! {
    #[test]
    fn random_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..2000)) {
        read_all(&octets);
        read_all(&[&[0x30, 0x80][..], &octets].concat());
    }

    #[test]
    fn a_changed_octet_never_panics(at in 0_usize..80, value in any::<u8>()) {
        let mut octets = composed(300);
        if let Some(octet) = octets.get_mut(at) {
            *octet = value;
        }
        read_all(&octets);
    }

    #[test]
    fn pieces_of_any_size_frame_alike(
        count in 1_u32..8,
        tail in proptest::collection::vec(any::<u8>(), 0..40),
        indefinite in any::<bool>(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
    ) {
        let mut octets = Vec::new();
        for sequence in 0..count {
            let pdu = composed(sequence);
            if indefinite {
                octets.extend_from_slice(&[0x30, 0x80]);
                octets.extend_from_slice(&pdu[2..]);
                octets.extend_from_slice(&[0, 0]);
            } else {
                octets.extend_from_slice(&pdu);
            }
        }
        octets.extend_from_slice(&tail);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
        at.extend([0, octets.len()]);
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &octets[pair[0]..pair[1]]).collect();
        let (whole, broken, _) = frames(&[&octets]);
        prop_assert!(whole.len() >= usize::try_from(count).unwrap());
        let pushed = frames(&pieces);
        prop_assert_eq!((&pushed.0, pushed.1), (&whole, broken));
        // What is left is what the pieces up to the fault hold, or all of it.
        prop_assert_eq!(&borrowed_frames(&pieces).0, &pushed);
    }
}
