//! Every PDU is accepted without a remark, and says what was put into it.
//!
//! Rules: TS 102 232-1, -2, -3, -5.
use lacre_handover::extract::{Medium, Summary};
use lacre_handover::inspect::inspect_framed;
use lacre_handover::media::audio::AudioBuilder;
use lacre_handover::ps_pdu::parse;
use lacre_handover::{FrameReader, Limits, Verdict};
use lacre_term::{Micros, PayloadClass};
use lacre_testkit::ber::Lengths;
use lacre_testkit::flood::{Flood, Mix};
use lacre_testkit::scenario::{Call, MessageForm};
use lacre_testkit::{Header, Line, Scenario, pdu};
use std::time::Duration;

const NOW: Micros = Micros(1_795_462_020_000_123);

fn scenario(lengths: Lengths) -> Scenario {
    let mut scenario = Scenario::new();
    let mut line = Line::new("DEMO-0001", "OP-A", "34000000001");
    line.lengths = lengths;
    let line = scenario.line(line);
    let length = Duration::from_secs(2);
    let call = Call { other: "34000000002".into(), incoming: false, length, seed: 1 };
    scenario.call(line, 1, Duration::ZERO, &call);
    let start = Duration::from_secs(1);
    for (cin, form, incoming, text) in [
        (2, MessageForm::Text, false, "A las ocho, ¿vale?"),
        (3, MessageForm::Sms, false, "Ring me at nine"),
        (4, MessageForm::Sms, true, "Mañana a las ocho"),
    ] {
        scenario.message(line, cin, start, ("34000000002", incoming), (form, text));
    }
    let ends = ("ana@mail.example", "luis@mail.example", false);
    scenario.email(line, 5, start, ends, ("Cita", "Nos vemos en el muelle."));
    scenario.ip_session(line, 6, Duration::ZERO, (length, 40, 5));
    scenario.cin_reset(line, Duration::from_secs(5));
    scenario
}

fn facts(scenario: &Scenario, cin: u32) -> lacre_handover::extract::Facts {
    let mut summary = Summary::new();
    for timed in scenario.pdus(NOW) {
        let read = parse(&timed.octets).unwrap();
        if read.heading().cin == Some(cin) {
            summary.add(&read);
        }
    }
    summary.finish()
}

#[test]
fn every_pdu_of_a_scenario_is_accepted_without_a_remark() {
    for lengths in [Lengths::Minimal, Lengths::Wide, Lengths::Indefinite] {
        for timed in scenario(lengths).pdus(NOW) {
            let found = inspect_framed(&timed.octets);
            assert_eq!(found.verdict, Verdict::Accept, "{lengths:?} {:?}", found.reasons);
            let read = found.pdu.unwrap();
            let heading = read.heading();
            assert_eq!((heading.liid, heading.operator), (&b"DEMO-0001"[..], &b"OP-A"[..]));
            let after = i64::try_from(timed.after.as_micros()).unwrap();
            assert_eq!(heading.intercepted_at, Some(Micros(NOW.0 + after)));
        }
    }
}

#[test]
fn a_scenario_is_one_stream_that_cuts_into_its_pdus() {
    let scenario = scenario(Lengths::Minimal);
    for interface in [lacre_testkit::Interface::Hi2, lacre_testkit::Interface::Hi3] {
        let mut reader = FrameReader::new(Limits::default());
        reader.push(&scenario.stream(interface, NOW));
        let mut count = 0;
        while let Some(framed) = reader.next() {
            framed.unwrap();
            count += 1;
        }
        let of_it = scenario.pdus(NOW).iter().filter(|timed| timed.interface == interface).count();
        assert_eq!((count, reader.rest()), (of_it, &[][..]));
    }
}

#[test]
fn each_side_of_a_call_sounds_as_it_was_spoken() {
    let scenario = scenario(Lengths::Wide);
    let mut audio = AudioBuilder::new();
    for timed in scenario.pdus(NOW) {
        let read = parse(&timed.octets).unwrap();
        if read.heading().cin == Some(1) {
            audio.add(&read);
        }
    }
    let audio = audio.finish();
    let (near, far) = scenario.sent()[0].voices.clone().unwrap();
    assert!(audio.from_target.payload() == near && audio.to_target.payload() == far);
    assert_eq!(near.len(), 16_000);
}

#[test]
fn media_counts_and_words_come_back() {
    let scenario = scenario(Lengths::Minimal);
    let media = [
        (1, Medium::Voice),
        (2, Medium::Message),
        (3, Medium::Message),
        (4, Medium::Message),
        (5, Medium::Email),
        (6, Medium::Ip),
    ];
    for ((cin, medium), sent) in media.into_iter().zip(scenario.sent()) {
        let facts = facts(&scenario, cin);
        assert_eq!(facts.medium, medium, "CIN {cin}");
        assert_eq!(facts.pdus_iri, u64::from(sent.iri), "CIN {cin}");
        assert_eq!(facts.pdus_cc, u64::from(sent.cc), "CIN {cin}");
        assert!(!facts.parties.is_empty(), "CIN {cin}");
    }
    for (cin, words) in
        [(2, "A las ocho, ¿vale?"), (3, "Ring me at nine"), (4, "Mañana a las ocho")]
    {
        let texts = facts(&scenario, cin).texts;
        assert_eq!(texts.iter().map(|text| text.body.as_str()).collect::<Vec<_>>(), [words]);
    }
    let mail = facts(&scenario, 5).texts.remove(0);
    assert_eq!(mail.subject.as_deref(), Some("Cita"));
    assert!(mail.body.starts_with("Nos vemos en el muelle."));
}

#[test]
fn floods_are_accepted_too() {
    for mix in [Mix::OneLine, Mix::OneCall, Mix::Lines { lines: 20 }] {
        for pdu in Flood::new(&mix, "OP-A", NOW).octets(200_000) {
            let found = inspect_framed(&pdu);
            assert_eq!(found.verdict, Verdict::Accept, "{mix:?} {:?}", found.reasons);
        }
    }
}

#[test]
fn every_message_of_the_session_is_known_by_its_class() {
    let header = Header::new(b"DEMO-0001", b"OP-A").at(NOW);
    for (built, class) in [
        (pdu::test(&header), PayloadClass::Test),
        (pdu::padding(&header, 100), PayloadClass::Padding),
        (pdu::keep_alive(&header), PayloadClass::KeepAlive),
        (pdu::first_segment(&header), PayloadClass::FirstSegment),
        (pdu::last_segment(&header), PayloadClass::LastSegment),
        (pdu::cin_reset(&header), PayloadClass::CinReset),
        (pdu::operator_message(&header, "hello"), PayloadClass::OperatorMessage),
        (pdu::option_request(&header), PayloadClass::OptionRequest),
        (pdu::option_complete(&header), PayloadClass::OptionComplete),
        (pdu::ack_request(&header), PayloadClass::AckRequest),
        (pdu::integrity_hash(&header, &[1, 2], true, &[0; 32]), PayloadClass::IntegrityHash),
        (pdu::hi1_notice(&header, 1), PayloadClass::Hi1),
    ] {
        let found = inspect_framed(&built);
        assert_eq!(found.verdict, Verdict::Accept, "{class:?} {:?}", found.reasons);
        assert_eq!(found.pdu.unwrap().class, class);
    }
}
