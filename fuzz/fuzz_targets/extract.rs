//! A communication out of a stream of PDUs: facts, sound, packets, texts.
#![no_main]
use lacre_fuzz::Derived;
use lacre_handover::frame::{Limits, Run, runs};
use lacre_handover::ps_pdu;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut derived = Derived::default();
    for run in runs(data, &Limits::default()) {
        if let Run::Pdu { octets, .. } = run
            && let Ok(pdu) = ps_pdu::parse_framed(octets)
        {
            derived.add(&pdu);
        }
    }
    derived.finish();
});
