//! What payloads hold, each reader alone: the first octet chooses which.
#![no_main]
use lacre_handover::service::{mail, multimedia, packet, rtp, sip, sms};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((which, octets)) = data.split_first() else { return };
    match which % 7 {
        0 => sip_message(octets),
        1 => {
            let text = String::from_utf8_lossy(octets);
            let sdp = sip::Sdp::read(&text);
            assert!(sdp.codecs.len() <= 64 && sdp.media.len() <= 64);
            let _ = sip::identity(&text);
        }
        2 => {
            let _ = (mail::read(octets), mail::messages(octets));
        }
        3 => {
            if let Some(packet) = packet::Packet::read(octets) {
                assert!(packet.payload().len() <= octets.len());
                let _ = packet.ends();
            }
        }
        4 => {
            let _ = (sms::read_rp(octets), sms::read_tpdu(octets, true));
            let _ = (sms::read_tpdu(octets, false), sms::semi_octets(octets));
        }
        5 => {
            if let Some(rtp) = rtp::Rtp::read(octets) {
                assert!(rtp.payload.len() <= octets.len());
            }
        }
        _ => {
            let _ = multimedia::msrp_send(octets);
        }
    }
});

fn sip_message(octets: &[u8]) {
    let Some(sip) = sip::Sip::read(octets) else { return };
    assert!(sip.body.len() <= octets.len());
    let _ = (sip.method(), sip.status(), sip.call_id(), sip.from(), sip.to());
    let _ = (sip.asserted().count(), sip.content_type());
    if let Some(sdp) = sip.sdp() {
        assert!(sdp.codecs.len() <= 64 && sdp.media.len() <= 64);
    }
}
