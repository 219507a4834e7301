//! What the targets share: pieces of a stream, edits of a sound file, and what is folded of a
//! communication.
#![forbid(unsafe_code)]

use lacre_handover::Pdu;
use lacre_handover::extract::Summary;
use lacre_handover::media::{AudioBuilder, TextBuilder, packets, wav_input};

/// Octets and the way they are cut: the first octet of `data` chooses the size of the pieces.
pub fn pieces(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (size, octets) = match data.split_first() {
        Some((size, octets)) => (usize::from(*size).pow(2).max(1), octets),
        None => (1, data),
    };
    octets.chunks(size)
}

/// `sound` with the edits that `script` describes, six octets each: where (u32 BE, wrapped to the
/// length), what (0: overwrite, 1: flip, 2: insert, 3: remove, 4: cut the end off), octet.
#[must_use]
pub fn edited(sound: &[u8], script: &[u8]) -> Vec<u8> {
    let mut octets = sound.to_vec();
    for edit in script.as_chunks::<6>().0.iter().take(64) {
        let [a, b, c, d, what, octet] = *edit;
        let Some(at) = usize::try_from(u32::from_be_bytes([a, b, c, d]))
            .ok()
            .and_then(|at| at.checked_rem(octets.len()))
        else {
            break;
        };
        match what % 5 {
            0 => octets.iter_mut().skip(at).take(1).for_each(|old| *old = octet),
            1 => octets.iter_mut().skip(at).take(1).for_each(|old| *old ^= octet),
            2 => octets.insert(at, octet),
            3 => drop(octets.remove(at)),
            _ => octets.truncate(at),
        }
    }
    octets
}

/// Everything derived of one communication, as the desk and the package derive it.
#[derive(Default)]
pub struct Derived {
    summary: Summary,
    audio: AudioBuilder,
    texts: TextBuilder,
    octets: u64,
}

impl Derived {
    /// Folds one PDU.
    pub fn add(&mut self, pdu: &Pdu<'_>) {
        self.octets += pdu.octets.len() as u64;
        self.summary.add(pdu);
        self.audio.add(pdu);
        self.texts.add(pdu);
        let captured: usize = packets(pdu).iter().map(|packet| packet.octets.len()).sum();
        assert!(captured <= pdu.octets.len(), "a PDU holds no more packets than octets");
    }

    /// Ends the communication: nothing derived is longer than a day of sound.
    pub fn finish(self) {
        let facts = self.summary.finish();
        assert_eq!(facts.octets, self.octets, "every octet is counted");
        assert!(facts.started_at <= facts.ended_at);
        let (texts, _) = self.texts.finish();
        assert!(texts.len() <= 1 << 20);
        let sound = wav_input(&self.audio.finish());
        for track in [&sound.from_target, &sound.to_target, &sound.other] {
            let day = 24 * 3600 * 48_000;
            assert!(track.samples() <= day + self.octets, "{} samples", track.samples());
            let mut second = [0i16; 8000];
            track.render(0, &mut second);
            track.render(track.samples().saturating_sub(100), &mut second);
        }
    }
}
