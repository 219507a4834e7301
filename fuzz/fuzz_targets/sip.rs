//! SIP and all that is in it: messages one after the other, as one communication brings them.
//! A line of NULs parts them; the first octet of each says when it came and which way.
#![no_main]
use lacre_handover::Direction;
use lacre_handover::record::{ITEMS_MAX, Record};
use lacre_handover::service::dialogue::{self, Dialogue};
use lacre_handover::service::dtmf::Digits;
use lacre_handover::service::multimedia::{self, msrp, place};
use lacre_handover::service::sip::{Sdp, Sip, identity};
use lacre_term::Micros;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (mut dialogue, mut digits) = (Dialogue::new(), Digits::new());
    let mut chunks = msrp::Chunks::default();
    for message in data.split(|octet| *octet == 0).take(64) {
        let Some((&first, octets)) = message.split_first() else { continue };
        let at = Some(Micros(i64::from(first >> 3)));
        let direction = Direction::from_number(u64::from(first & 7));
        texts(octets);
        let mut rest = octets;
        while let Some(frame) = msrp::frame(rest) {
            assert!(frame.rest.len() < rest.len());
            if let Some(send) = multimedia::msrp_send(frame.octets) {
                let _ = chunks.add(send);
            }
            rest = frame.rest;
        }
        let Some(sip) = Sip::read(octets) else { continue };
        assert!(sip.body.len() <= octets.len());
        let mut record = Record::default();
        multimedia::say(&sip, &mut record);
        assert!(record.parties.len() <= ITEMS_MAX && record.places.len() <= ITEMS_MAX);
        assert!(record.texts.len() <= ITEMS_MAX && record.digits.len() <= ITEMS_MAX);
        dialogue.add(&sip, at, direction);
        digits.message(&sip, direction, at);
    }
    let call = dialogue.finish();
    assert!(call.parties.len() <= dialogue::ITEMS_MAX && call.media.len() <= dialogue::ITEMS_MAX);
    assert!(call.call_ids.len() <= dialogue::LEGS_MAX);
    let _ = (digits.finish(), chunks.finish());
});

fn texts(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let sdp = Sdp::read(&text);
    assert!(sdp.codecs.len() <= Sdp::ITEMS_MAX && sdp.media.len() <= Sdp::ITEMS_MAX);
    let _ = (identity(&text), place::access_network(&text), place::geo(&text));
    assert!(place::presence(octets, "caller").len() <= 8);
}
