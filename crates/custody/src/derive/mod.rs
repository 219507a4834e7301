//! Derivatives: what can be heard, opened in a packet analyser, or read. Made from the originals,
//! again and again the same; never evidence themselves (DESIGN decision 1).
mod pcapng;

use crate::error::CustodyError;
use lacre_handover::extract::{Facts, Summary};
use lacre_handover::media::{
    Audio, AudioBuilder, CapturedPacket, Text, Track, WavInput, packets, wav_input,
};
use lacre_handover::ps_pdu::Pdu;
use std::fmt::Write as _;
use std::io::Cursor;

/// Octets of packets kept for one communication's capture file; beyond it the file says so by
/// being named incomplete.
const PACKET_OCTETS_MAX: usize = 1 << 30;

/// Folds the PDUs of one communication, in stored order.
pub struct Folder {
    summary: Summary,
    audio: AudioBuilder,
    packets: Vec<CapturedPacket>,
    packet_octets: usize,
    cut: bool,
}

/// Everything derived of one communication.
pub struct Derived {
    /// What it was.
    pub facts: Facts,
    /// What can be heard.
    pub audio: Audio,
    /// Its packets, in stored order.
    pub packets: Vec<CapturedPacket>,
    /// True when there were more packets than are kept.
    pub packets_cut: bool,
}

impl Folder {
    /// Nothing folded yet; `targets` are the measure's identities.
    #[must_use]
    pub fn new(targets: &[String]) -> Self {
        Self {
            summary: Summary::for_targets(targets),
            audio: AudioBuilder::new(),
            packets: Vec::new(),
            packet_octets: 0,
            cut: false,
        }
    }

    /// Takes one PDU.
    pub fn add(&mut self, pdu: &Pdu<'_>) {
        self.summary.add(pdu);
        self.audio.add(pdu);
        for packet in packets(pdu) {
            self.packet_octets = self.packet_octets.saturating_add(packet.octets.len());
            if self.packet_octets > PACKET_OCTETS_MAX {
                self.cut = true;
                return;
            }
            self.packets.push(packet);
        }
    }

    /// What was derived.
    #[must_use]
    pub fn finish(self) -> Derived {
        Derived {
            facts: self.summary.finish(),
            audio: self.audio.finish(),
            packets: self.packets,
            packets_cut: self.cut,
        }
    }
}

impl Derived {
    /// Both call sides on one time line; `None` when nothing of a codec we decode was delivered.
    #[must_use]
    pub fn sound(&self) -> Option<WavInput> {
        let input = wav_input(&self.audio);
        let silent =
            [&input.from_target, &input.to_target, &input.other].into_iter().all(Track::is_empty);
        (!silent).then_some(input)
    }

    /// A capture file; `None` without packets.
    #[must_use]
    pub fn capture(&self) -> Option<Vec<u8>> {
        (!self.packets.is_empty()).then(|| pcapng::write(&self.packets))
    }

    /// The texts, for reading; `None` without any.
    #[must_use]
    pub fn reading(&self) -> Option<String> {
        (!self.facts.texts.is_empty()).then(|| read_texts(&self.facts.texts))
    }
}

/// Samples a WAV made in memory may have, all channels together: 37 hours of one side at 8 kHz.
pub(crate) const SAMPLES_MAX: u64 = 1 << 30;

/// A WAV of 16-bit PCM with one channel for each of `tracks`.
///
/// # Errors
/// [`CustodyError::Input`] when the sound is longer than a WAV made in memory may be.
pub fn wav(tracks: &[&Track], sample_rate: u32) -> Result<Vec<u8>, CustodyError> {
    let broken = |error: hound::Error| CustodyError::Broken(format!("no WAV: {error}"));
    let spec = hound::WavSpec {
        channels: u16::try_from(tracks.len()).unwrap_or(1),
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut octets = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut octets, spec).map_err(broken)?;
    each_frame(tracks, |frame| {
        frame.iter().try_for_each(|sample| writer.write_sample(*sample)).map_err(broken)
    })?;
    writer.finalize().map_err(broken)?;
    Ok(octets.into_inner())
}

/// A WAV of one channel with all of `tracks` added up.
///
/// # Errors
/// As [`wav`].
pub fn mixed_wav(tracks: &[&Track], sample_rate: u32) -> Result<Vec<u8>, CustodyError> {
    let broken = |error: hound::Error| CustodyError::Broken(format!("no WAV: {error}"));
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut octets = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut octets, spec).map_err(broken)?;
    each_frame(tracks, |frame| {
        let sum = frame.iter().fold(0i16, |sum, sample| sum.saturating_add(*sample));
        writer.write_sample(sum).map_err(broken)
    })?;
    writer.finalize().map_err(broken)?;
    Ok(octets.into_inner())
}

/// Calls `take` with one sample of every track at a time, rendering a second at once.
fn each_frame(
    tracks: &[&Track],
    mut take: impl FnMut(&[i16]) -> Result<(), CustodyError>,
) -> Result<(), CustodyError> {
    const STEP: usize = 8000;
    let samples = tracks.iter().map(|track| track.samples()).max().unwrap_or(0);
    let channels = u64::try_from(tracks.len()).unwrap_or(u64::MAX);
    if samples.saturating_mul(channels) > SAMPLES_MAX {
        return Err(CustodyError::Input(
            "the sound is longer than a WAV made here may be: open it as originals".into(),
        ));
    }
    let mut rendered = vec![[0i16; STEP]; tracks.len()];
    let mut frame = vec![0i16; tracks.len()];
    let mut from = 0u64;
    while from < samples {
        for (track, out) in tracks.iter().zip(&mut rendered) {
            track.render(from, out.as_mut_slice());
        }
        let left = usize::try_from(samples.saturating_sub(from)).unwrap_or(STEP).min(STEP);
        for at in 0..left {
            for (slot, track) in frame.iter_mut().zip(&rendered) {
                *slot = track.get(at).copied().unwrap_or(0);
            }
            take(&frame)?;
        }
        from = from.saturating_add(8000);
    }
    Ok(())
}

fn read_texts(texts: &[Text]) -> String {
    let mut reading = String::new();
    for text in texts {
        let at = text.at.map_or_else(|| "-".to_owned(), |at| at.rfc3339());
        let from = text.from.as_deref().unwrap_or("-");
        // Writing to a String cannot fail.
        let _written =
            writeln!(reading, "{at}  {}  {from} -> {}", text.kind.word(), text.to.join(", "));
        if let Some(subject) = &text.subject {
            let _written = writeln!(reading, "Subject: {subject}");
        }
        for name in &text.attachments {
            let _written = writeln!(reading, "Attachment: {name}");
        }
        if let Some((reference, parts, part)) = text.part {
            let _written = writeln!(reading, "Part {part} of {parts} (reference {reference})");
        }
        reading.push_str(&text.body);
        reading.push_str("\n\n");
    }
    reading
}
