//! HI1 messages with octets changed: the reader ends, and what it reads is written the same.
//!
//! Rules: DESIGN decision 19; TS 103 120 clause 9.
use lacre_warrant::hi1::Message;

const SOUND: [&str; 6] = [
    include_str!("../../../vectors/hi1/hi1-es-01-create-request.xml"),
    include_str!("../../../vectors/hi1/hi1-es-02-create-response.xml"),
    include_str!("../../../vectors/hi1/hi1-es-03-cancel-as-update-request.xml"),
    include_str!("../../../vectors/hi1/hi1-es-05-list-request.xml"),
    include_str!("../../../vectors/hi1/hi1-es-06-get-request.xml"),
    include_str!("../../../vectors/hi1/hi1-es-07-deliver-notification-request.xml"),
];

/// Sound messages with octets changed, for as long as `LACRE_MUTATION_SECONDS` says (else 2 s).
#[test]
fn mutations_do_not_stop_the_hi1_reader() {
    let seconds = std::env::var("LACRE_MUTATION_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(2);
    let (since, mut state) = (std::time::Instant::now(), 0x9e37_79b9_7f4a_7c15u64);
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap() % below
    };
    let mut read = 0u64;
    while since.elapsed().as_secs() < seconds {
        let sound = SOUND[random(SOUND.len())].as_bytes();
        let mut octets = sound.to_vec();
        for _ in 0..=random(6) {
            let place = random(octets.len());
            match random(4) {
                0 => octets[place] = u8::try_from(random(256)).unwrap(),
                1 => {
                    drop(octets.drain(place..(place + random(200)).min(sound.len() / 2).max(place)))
                }
                2 => {
                    let piece = octets[place..(place + random(300)).min(octets.len())].to_vec();
                    let to = random(octets.len());
                    octets.splice(to..to, piece);
                }
                _ => octets[place] = sound[random(sound.len())],
            }
        }
        if let Ok(message) = Message::read(&octets) {
            read += 1;
            // An object that is not taken is not written either.
            let whole = !format!("{message:?}").contains("Unsupported");
            assert!(!whole || Message::read(&message.write()) == Ok(message));
        }
    }
    assert!(read > 0, "no mutation was read: it mutates too much to test anything");
}
