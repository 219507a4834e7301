//! What was said in the recorded calls comes out of the store sample for sample: the voices that
//! were played are known by their hash, and G.711 is decoded here a second time.
//!
//! Rules: ITU-T G.711 (A-law); the truth is `vectors/handover/openli/openli-voip.audio-truth.json`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
mod common;

use common::{Site, number, sha256, text, vector};
use serde_json::Value;
use std::collections::HashMap;
use std::io::Cursor;

/// The 16-bit sample of each A-law octet, written from the tables of G.711 and from no other code:
/// sign, segment, step, each on even bits inverted.
fn alaw_samples() -> [i16; 256] {
    let mut samples = [0; 256];
    for (octet, sample) in samples.iter_mut().enumerate() {
        let code = octet ^ 0x55;
        let (segment, step) = ((code >> 4) & 7, i16::try_from(code & 15).unwrap());
        let middle = step * 16 + 8;
        let magnitude = match segment {
            0 => middle,
            segment => (middle + 256) << (segment - 1),
        };
        *sample = if code & 0x80 == 0 { -magnitude } else { magnitude };
    }
    samples
}

/// A-law octets of a channel without its silence. No A-law octet decodes to 0, so that what the
/// command put where nobody spoke is told from the quietest sound.
fn alaw_of(channel: &[i16]) -> Vec<u8> {
    let samples = alaw_samples();
    let octet_of: HashMap<i16, u8> = samples.iter().copied().zip(0u8..=255).collect();
    assert_eq!(octet_of.len(), 256, "A-law can be inverted");
    let spoken = channel.iter().filter(|sample| **sample != 0);
    spoken.map(|sample| *octet_of.get(sample).unwrap_or_else(|| panic!("{sample}"))).collect()
}

/// Both channels of a WAV file: 16-bit PCM, 8,000 Hz.
fn channels(wav: Vec<u8>) -> (Vec<i16>, Vec<i16>) {
    let mut reader = hound::WavReader::new(Cursor::new(wav)).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 8_000, 16));
    assert_eq!(spec.sample_format, hound::SampleFormat::Int);
    let samples: Vec<i16> = reader.samples::<i16>().map(Result::unwrap).collect();
    samples.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip()
}

fn truth() -> Vec<Value> {
    let path = vector("handover/openli/openli-voip.audio-truth.json");
    let truth: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    truth["audio"].as_array().unwrap().clone()
}

fn spoken<'t>(truth: &'t [Value], cin: u64, direction: &str) -> &'t Value {
    let found = truth.iter().find(|it| number(it, "cin") == cin && it["direction"] == direction);
    found.unwrap_or_else(|| panic!("{cin} {direction}"))
}

fn site_with_calls(files: &[&str]) -> Site {
    let site = Site::dev_with_openli_order();
    site.intake_streams(files);
    site
}

#[test]
fn each_side_of_each_call_is_what_was_played() {
    let site = site_with_calls(&["openli-voip-hi3", "openli-voip-hi2"]);
    let truth = truth();
    let mut heard = 0;
    for row in site.communications().iter().filter(|row| row["medium"] == "voice") {
        let cin = number(row, "cin");
        let (from_target, to_target) = channels(site.content(number(row, "n"), "wav"));
        let (from_target, to_target) = (alaw_of(&from_target), alaw_of(&to_target));
        for (alaw, direction) in [(from_target, "fromTarget"), (to_target, "toTarget")] {
            let played = spoken(&truth, cin, direction);
            let octets = number(played, "alawBytes");
            assert_eq!(u64::try_from(alaw.len()).unwrap(), octets, "{cin} {direction}");
            assert_eq!(sha256(&alaw), text(played, "alawSha256"), "{cin} {direction}");
            heard += 1;
        }
    }
    assert_eq!(heard, truth.len(), "every side of every call");
}

#[test]
fn the_audio_is_whole_when_content_came_without_signalling() {
    let site = site_with_calls(&["openli-voip-hi3"]);
    let truth = truth();
    let rows = site.communications();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let (from_target, _) = channels(site.content(number(&row, "n"), "wav"));
        let played = spoken(&truth, number(&row, "cin"), "fromTarget");
        assert_eq!(sha256(&alaw_of(&from_target)), text(played, "alawSha256"));
    }
}

#[test]
fn a_communication_without_a_voice_gives_no_wav_and_says_so() {
    let site = site_with_calls(&["openli-voip-hi2", "openli-ip-hi3"]);
    let rows = site.communications();
    let ip = rows.iter().find(|row| row["medium"] == "ip").unwrap();
    let n = number(ip, "n").to_string();
    let refused = site.run(&["communications", "content", &n, "--as", "wav", "--out", "x.wav"]);
    assert_ne!(refused.code, 0, "{}", refused.stderr);
    assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
    assert!(!site.file("x.wav").exists(), "no empty file is left");
}

#[test]
fn content_opens_only_for_a_reason_and_never_over_a_file() {
    let site = site_with_calls(&["openli-voip-hi3"]);
    let content = ["communications", "content", "1", "--as", "wav", "--out", "1.wav"];
    let mut without = site.command();
    without.env_remove("LACRE_REASON").args(content);
    let refused = common::Ran::of(without.output().unwrap()).code(5);
    assert!(refused.stderr.contains("reason"), "{}", refused.stderr);
    assert!(!site.file("1.wav").exists());
    site.write("1.wav", b"mine");
    let refused = site.run(&content).code(2);
    assert!(refused.stderr.contains("choose another name"), "{}", refused.stderr);
    assert_eq!(std::fs::read(site.file("1.wav")).unwrap(), b"mine");
}

#[test]
fn a_call_of_ours_between_two_synthetic_voices_comes_back_the_same() {
    use lacre_testkit::scenario::Call;
    use lacre_testkit::{Interface, Line, Scenario};
    use std::time::Duration;
    let mut scenario = Scenario::new();
    let line = scenario.line(Line::new("LI-1", "OP", "34600000001"));
    let (other, seed) = ("34600000002".to_owned(), 5);
    let call = Call { other, incoming: true, length: Duration::from_secs(3), seed };
    scenario.call(line, 77, Duration::ZERO, &call);
    let (from, to) = scenario.sent()[0].voices.clone().unwrap();
    let base = lacre_custody::clock::now().plus_seconds(-3_600);
    let site = Site::dev();
    site.add_order("O-1", &[common::Measure::always("LI-1", "OP")]);
    let hi3 = site.write("hi3.ber", scenario.stream(Interface::Hi3, base));
    let hi2 = site.write("hi2.ber", scenario.stream(Interface::Hi2, base));
    site.intake_from(&[hi2, hi3], "OP");
    let rows = site.communications();
    assert_eq!((rows.len(), text(&rows[0], "direction")), (1, "in"));
    let (from_target, to_target) = channels(site.content(1, "wav"));
    assert_eq!((alaw_of(&from_target), alaw_of(&to_target)), (from, to));
}
