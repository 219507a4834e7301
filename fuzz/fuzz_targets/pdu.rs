//! One PDU: parsing, the full check and the answers agree with each other.
#![no_main]
use lacre_handover::frame::{Framed, Limits, next};
use lacre_handover::inspect::{inspect, inspect_framed};
use lacre_handover::{Verdict, ps_pdu, tri};
use lacre_term::Micros;
use libfuzzer_sys::fuzz_target;

const NOW: Micros = Micros(1_795_457_522_000_000);

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let finding = inspect(data, &limits);
    assert!(finding.consumed <= data.len());
    assert_eq!(finding.verdict == Verdict::Reject, finding.malformed.is_some());
    assert_eq!(finding.verdict == Verdict::Accept, finding.reasons.is_empty());
    let Framed::Pdu(octets) = next(data, &limits) else {
        assert_eq!(finding.verdict, Verdict::Reject);
        return;
    };
    let again = inspect_framed(octets);
    assert_eq!((again.verdict, again.consumed), (finding.verdict, octets.len()));
    let parsed = ps_pdu::parse_framed(octets);
    assert_eq!(parsed.is_err(), finding.verdict == Verdict::Reject);
    let Ok(pdu) = parsed else { return };
    assert_eq!(pdu.octets, octets, "the octets are the evidence");
    assert_eq!(ps_pdu::parse(octets).map(|same| same.class), Ok(pdu.class));
    for payload in pdu.payloads() {
        if let Some(contents) = payload.contents {
            assert!(contents.tlv.whole.len() <= octets.len());
        }
    }
    let _ = (tri::integrity_check(&pdu), tri::operator_message(&pdu));
    for answer in [tri::keep_alive_response(&pdu, NOW), tri::ack_response(&pdu, NOW)] {
        let read = ps_pdu::parse(&answer).expect("what we send can be read");
        assert_eq!(read.heading().sequence_number, pdu.heading().sequence_number);
        assert_eq!(read.heading().liid, pdu.heading().liid);
    }
});
