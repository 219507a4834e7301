//! The LEMF's side of option negotiation, octet by octet, and what may not happen in it.
//!
//! Rules: TS 102 232-1 clause 6.2, annex A; DESIGN decision 16.
use super::*;
use crate::Limits;
use crate::ber::write::{element, wrap};
use crate::compose::{Composer, Stamp};
use crate::frame::{Framed, next};
use crate::ps_pdu::parse;
use crate::session::{Event, Session};
use crate::tri::option_request;
use proptest::prelude::*;

const NOW: Micros = Micros(1_795_457_522_000_000);

fn raw(sequence: u32, payload: &[u8]) -> Vec<u8> {
    let composer = Composer::new(b"-", b"OPLAB-ES", None);
    composer.pdu(sequence, Stamp::Absent, &Body::Raw(payload))
}

fn null(number: u8, sequence: u32) -> Vec<u8> {
    Composer::new(b"-", b"OPLAB-ES", None).pdu(sequence, Stamp::Absent, &Body::TriNull(number))
}

/// A request for the options in `options`, elements one after the other.
fn asking(sequence: u32, options: &[u8]) -> Vec<u8> {
    let (mut request, mut tri, mut out) = (Vec::new(), Vec::new(), Vec::new());
    element(&mut request, 0xa0, options);
    wrap(&mut tri, 0xa9, &[&request]);
    element(&mut out, 0xa2, &tri);
    raw(sequence, &out)
}

fn request(sequence: u32) -> Vec<u8> {
    raw(sequence, &option_request())
}

fn keep_alive(sequence: u32) -> Vec<u8> {
    null(3, sequence)
}

fn complete(sequence: u32) -> Vec<u8> {
    null(11, sequence)
}

/// What the session answers to `octets`: TRI number and sequence number of each answer.
fn heard(session: &mut Session, octets: &[u8]) -> Vec<(u32, u32)> {
    session.feed(octets);
    while session.poll(NOW).is_some() {}
    read(&session.take_answers()).into_iter().map(|(answer, number, _)| (answer, number)).collect()
}

fn read(mut octets: &[u8]) -> Vec<(u32, u32, Vec<u8>)> {
    let mut answers = Vec::new();
    while let Framed::Pdu(whole) = next(octets, &Limits::default()) {
        let pdu = parse(whole).unwrap();
        let tri = pdu.tri().unwrap();
        answers.push((tri.tag.number, pdu.heading().sequence_number, tri.content.to_vec()));
        octets = &octets[whole.len()..];
    }
    assert!(octets.is_empty(), "answers are whole PDUs");
    answers
}

#[test]
fn response_then_keep_alive_then_completion_and_the_peers_completion_agrees() {
    let mut session = Session::new(Limits::default());
    let asked = [request(5), keep_alive(6)].concat();
    assert_eq!(heard(&mut session, &asked), [(10, 5), (4, 6), (11, 5)]);
    assert_eq!(session.agreed(), Agreed::default(), "the peer has not completed");
    assert_eq!(heard(&mut session, &complete(7)), []);
    let agreed = Agreed { acknowledgement: true, completed: 1, ..Agreed::default() };
    assert_eq!((session.agreed(), session.breach()), (agreed, None));
}

#[test]
fn a_peer_that_completes_before_its_keep_alive_gets_one_completion() {
    let mut session = Session::new(Limits::default());
    assert_eq!(heard(&mut session, &[request(5), complete(6)].concat()), [(10, 5), (11, 5)]);
    assert_eq!(heard(&mut session, &keep_alive(7)), [(4, 7)]);
    assert!(session.agreed().acknowledgement);
}

#[test]
fn what_is_not_known_is_declined_by_the_octets_that_named_it() {
    let mut session = Session::new(Limits::default());
    // Acknowledgement, an option of a later version, acknowledgement with a content it cannot have.
    let options = [&[0x80, 0][..], &[0x87, 1, 9], &[0x80, 2, 0xff, 0xff]].concat();
    session.feed(&asking(1, &options));
    while session.poll(NOW).is_some() {}
    let [(10, 1, content)] = &read(&session.take_answers())[..] else { panic!("one response") };
    assert_eq!(content[..], [&[0xa0, 2, 0x80, 0, 0xa1, 7][..], &options[2..]].concat());
    heard(&mut session, &[keep_alive(2), complete(3)].concat());
    assert_eq!((session.agreed().acknowledgement, session.agreed().declined), (true, 2));
}

#[test]
fn asking_again_replaces_what_was_agreed_only_when_both_have_completed() {
    let mut session = Session::new(Limits::default());
    heard(&mut session, &[request(1), keep_alive(1), complete(1)].concat());
    assert_eq!(heard(&mut session, &asking(2, &[])), [(10, 2)]);
    assert!(session.agreed().acknowledgement, "the old agreement holds until completion");
    assert_eq!(heard(&mut session, &[keep_alive(3), complete(3)].concat()), [(4, 3), (11, 2)]);
    assert_eq!((session.agreed().acknowledgement, session.agreed().completed), (false, 2));
}

#[test]
fn an_acknowledgement_waits_for_durability_whatever_was_negotiated() {
    for negotiated in [true, false] {
        let mut session = Session::new(Limits::default());
        if negotiated {
            heard(&mut session, &[request(1), keep_alive(1), complete(1)].concat());
        }
        let given = session.given();
        assert_eq!(heard(&mut session, &[null(1, 0), null(12, 9)].concat()), []);
        session.durable(given, NOW);
        assert!(session.take_answers().is_empty(), "the test PDU is not durable yet");
        session.durable(given + 1, NOW);
        assert_eq!(read(&session.take_answers())[0].0, 13);
    }
}

#[test]
fn another_message_before_completion_breaks_it_and_nothing_more_is_answered() {
    let hurt = [0x30, 0x02, 0xa1, 0x00];
    for other in [null(1, 0), null(12, 2), raw(1, &tri::option_response(true, &[])), hurt.into()] {
        let mut session = Session::new(Limits::default());
        let begun = [null(1, 0), null(12, 7), request(1)].concat();
        assert_eq!(heard(&mut session, &begun), [(10, 1)], "the acknowledgement waits");
        assert_eq!(heard(&mut session, &other), []);
        assert_eq!(session.breach(), Some(Breach::Interrupted));
        let later = [keep_alive(2), request(3), complete(4), null(12, 5)].concat();
        assert_eq!(heard(&mut session, &later), []);
        session.durable(u64::MAX, NOW);
        assert!(session.take_answers().is_empty(), "not even what waited before");
        assert_eq!(session.given(), 8, "and every PDU was still given");
    }
}

#[test]
fn completions_and_responses_that_nobody_asked_for_are_counted_and_not_answered() {
    let mut session = Session::new(Limits::default());
    let response = raw(1, &tri::option_response(true, &[]));
    assert_eq!(heard(&mut session, &[complete(1), response].concat()), []);
    assert_eq!((session.agreed().unasked, session.breach()), (2, None));
    assert!(!session.agreed().acknowledgement, "an agreement has two sides");
    assert_eq!(heard(&mut session, &keep_alive(2)), [(4, 2)]);
}

#[test]
fn an_absurd_request_is_not_answered_and_breaks_only_a_negotiation() {
    let many = [0x81, 0].repeat(17);
    let long = [&[0x9f, 0x81, 0x00, 63][..], &[0; 63]].concat();
    let absurd = [
        asking(1, &many),
        asking(1, &long),
        asking(1, &[&[0x80, 0][..], &vec![0x85; 4000]].concat()),
        raw(1, &[0xa2, 2, 0xa9, 0]),
        raw(1, &[0xa2, 2, 0x89, 0]),
        raw(1, &[0xa2, 4, 0xa9, 2, 0x80, 0]),
    ];
    for absurd in absurd {
        let mut session = Session::new(Limits::default());
        assert_eq!(heard(&mut session, &absurd), [], "{absurd:02x?}");
        assert_eq!(heard(&mut session, &keep_alive(2)), [(4, 2)]);
        assert_eq!(session.breach(), None);
        heard(&mut session, &request(3));
        assert_eq!(heard(&mut session, &absurd), []);
        assert!(session.breach().is_some());
    }
}

#[test]
fn a_flood_of_requests_ends_the_negotiation() {
    let mut session = Session::new(Limits::default());
    let flood: Vec<u8> = (0..1000).flat_map(request).collect();
    assert_eq!(heard(&mut session, &flood).len(), 8);
    assert_eq!((session.breach(), session.given()), (Some(Breach::TooMany), 1000));
}

/// The pieces a hostile peer would send, and noise.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(request(1)),
        Just(keep_alive(2)),
        Just(complete(3)),
        Just(raw(4, &tri::option_response(true, &[]))),
        Just(null(12, 5)),
        Just(null(1, 6)),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|options| asking(7, &options)),
        prop::collection::vec(any::<u8>(), 0..60).prop_map(|payload| raw(8, &payload)),
        prop::collection::vec(any::<u8>(), 0..60),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None,
        ..ProptestConfig::default() })]

    /// Whatever comes: no panic, no more answers than questions, and each is one of our four.
    #[test]
    fn any_octets_are_taken_and_nothing_unsolicited_is_sent(
        pieces in prop::collection::vec(piece(), 0..40),
    ) {
        let mut session = Session::new(Limits::default());
        let (mut asked, mut answers) = (Vec::new(), Vec::new());
        for piece in pieces {
            session.feed(&piece);
            while let Some(event) = session.poll(NOW) {
                if let Event::Pdu { pdu, .. } = event {
                    asked.push(pdu.class);
                }
            }
            session.durable(session.given(), NOW);
            answers.extend(read(&session.take_answers()));
        }
        let of = |kind| answers.iter().filter(|answer| answer.0 == kind).count();
        let to = |class| asked.iter().filter(|asked| **asked == class).count();
        prop_assert!(of(10) <= to(PayloadClass::OptionRequest) && of(11) <= of(10));
        prop_assert!(of(4) <= to(PayloadClass::KeepAlive));
        prop_assert!(of(13) <= to(PayloadClass::AckRequest));
        prop_assert!(answers.iter().all(|answer| [4, 10, 11, 13].contains(&answer.0)));
        let completed = usize::try_from(session.agreed().completed).unwrap();
        prop_assert!(completed <= of(11), "agreed only with our own completion");
        prop_assert!(session.agreed().acknowledgement <= (completed > 0));
    }
}
