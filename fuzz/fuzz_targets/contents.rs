//! Service contents inside a sound PDU: the first octet chooses the service, the rest is its
//! element's content, so that no luck with outer lengths is needed.
#![no_main]
use lacre_fuzz::Derived;
use lacre_handover::compose::{Body, Composer, Stamp};
use lacre_handover::inspect::inspect_framed;
use lacre_handover::{Direction, Verdict, ps_pdu};
use lacre_term::{IriType, Micros};
use libfuzzer_sys::fuzz_target;

/// Tag numbers are below 31 here; lengths are written long where they must be.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![0xa0 | (tag & 0x1f), 0x83];
    out.extend_from_slice(&(content.len() as u32).to_be_bytes()[1..]);
    out.extend_from_slice(content);
    out
}

fuzz_target!(|data: &[u8]| {
    let Some((service, content)) = data.split_first() else { return };
    let contents = element(service & 0x3f, content);
    let composer = Composer::new(b"LI-7", b"OPLAB-ES", Some(1));
    let at = Stamp::Micro(Micros(1_795_457_522_000_000));
    let body = if service & 0x80 == 0 {
        let session_direction = Some(Direction::FromTarget);
        Body::Iri { kind: IriType::Begin, session_direction, contents: &contents }
    } else {
        Body::Cc { direction: Direction::ToTarget, contents: &contents }
    };
    let octets = composer.pdu(7, at, &body);
    let finding = inspect_framed(&octets);
    let Ok(pdu) = ps_pdu::parse_framed(&octets) else {
        assert_eq!(finding.verdict, Verdict::Reject);
        return;
    };
    let mut derived = Derived::default();
    derived.add(&pdu);
    derived.add(&pdu);
    derived.finish();
});
