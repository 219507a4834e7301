//! A connection: nothing is lost, and nothing is sent that was not asked for.
#![no_main]
use lacre_fuzz::pieces;
use lacre_handover::frame::{Limits, Run, runs};
use lacre_handover::ps_pdu;
use lacre_handover::session::{Event, Session};
use lacre_term::{Micros, PayloadClass};
use libfuzzer_sys::fuzz_target;

const NOW: Micros = Micros(1_795_457_522_000_000);

fuzz_target!(|data: &[u8]| {
    let mut session = Session::new(Limits { pdu_octets_max: 1 << 16, ..Limits::default() });
    let (mut kept, mut fed) = (0, 0);
    let (mut keep_alives, mut requests) = (0u64, 0u64);
    let (mut ended, mut answered) = (false, Vec::new());
    for piece in pieces(data) {
        session.feed(piece);
        fed += piece.len();
        while let Some(event) = session.poll(NOW) {
            match event {
                Event::Pdu { pdu, .. } => {
                    kept += pdu.octets.len();
                    keep_alives += u64::from(pdu.class == PayloadClass::KeepAlive);
                    requests += u64::from(pdu.class == PayloadClass::AckRequest);
                }
                Event::Malformed { octets, .. } => kept += octets.len(),
                Event::Broken { octets, .. } => {
                    kept += octets.len();
                    ended = true;
                }
            }
        }
        if ended {
            break;
        }
        // Every second piece, disk catches up.
        if piece.first().is_some_and(|octet| octet % 2 == 0) {
            session.durable(session.given(), NOW);
        }
        answered.extend(session.take_answers());
    }
    session.durable(session.given(), NOW);
    answered.extend(session.take_answers());
    kept += session.close().map_or(0, |(rest, _)| rest.len());
    assert_eq!(kept, fed, "every octet read is given out once");

    let (mut alive, mut acknowledged) = (0u64, 0u64);
    for run in runs(&answered, &Limits::default()) {
        let Run::Pdu { octets, .. } = run else { panic!("an answer is a PDU") };
        match ps_pdu::parse(octets).expect("an answer can be read").class {
            PayloadClass::KeepAliveResponse => alive += 1,
            PayloadClass::AckResponse => acknowledged += 1,
            other => panic!("{other:?} was not asked for"),
        }
    }
    assert_eq!(alive, keep_alives);
    assert!(acknowledged <= requests);
});
