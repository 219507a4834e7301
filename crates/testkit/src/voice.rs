//! Voices of nobody: deterministic, speech-like sound at 8,000 samples a second, and A-law.
//!
//! A pulse train through two resonances, opened and closed in syllables with pauses between
//! phrases, so that speech detection and waveforms have something to find. No recording of a
//! person is used.
//!
//! Rules: ITU-T G.711 (A-law).

/// Samples a second.
pub const RATE: usize = 8000;

/// Repeatable numbers (SplitMix64): the same seed gives the same run.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Starts from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw().checked_rem(bound).unwrap_or(0)
    }

    /// A number from 0.0 up to 1.0.
    fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.draw() >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

#[expect(clippy::as_conversions, reason = "a clamped float has no other way to an integer")]
fn sample(value: f64) -> i16 {
    value.clamp(-32_000.0, 32_000.0) as i16
}

/// A resonance of second order.
struct Resonance {
    gain: f64,
    near: f64,
    far: f64,
    last: (f64, f64),
}

impl Resonance {
    fn new(hertz: f64, width: f64) -> Self {
        let radius = (-std::f64::consts::PI * width / 8000.0).exp();
        let angle = std::f64::consts::TAU * hertz / 8000.0;
        Self {
            gain: 1.0 - radius,
            near: 2.0 * radius * angle.cos(),
            far: -radius * radius,
            last: (0.0, 0.0),
        }
    }

    fn pass(&mut self, input: f64) -> f64 {
        let output = self.gain * input + self.near * self.last.0 + self.far * self.last.1;
        self.last = (output, self.last.0);
        output
    }
}

/// Vowels: first and second resonance in hertz.
const VOWELS: [(f64, f64); 5] =
    [(730.0, 1150.0), (480.0, 1900.0), (300.0, 2300.0), (480.0, 900.0), (320.0, 800.0)];

/// `samples` samples of a voice; even seeds are lower than odd ones.
#[must_use]
pub fn speech(seed: u64, samples: usize) -> Vec<i16> {
    let mut chance = Chance::new(seed);
    let pitch = if seed.is_multiple_of(2) { 112.0 } else { 196.0 } * (0.95 + 0.1 * chance.unit());
    let mut out = Vec::with_capacity(samples);
    let mut phase = 0.0;
    while out.len() < samples {
        let pause = chance.below(7) == 0;
        let length =
            usize::try_from(if pause { 3200 } else { 1000 + chance.below(1000) }).unwrap_or(1000);
        if pause {
            out.resize(out.len().saturating_add(length), 0);
            continue;
        }
        let at = usize::try_from(chance.below(5)).unwrap_or(0);
        let (low, high) = VOWELS.get(at).copied().unwrap_or((500.0, 1500.0));
        let (mut first, mut second) = (Resonance::new(low, 80.0), Resonance::new(high, 120.0));
        let bend = 0.9 + 0.2 * chance.unit();
        let span = f64::from(u32::try_from(length).unwrap_or(1));
        for step in 0..u32::try_from(length).unwrap_or(0) {
            let share = f64::from(step) / span;
            phase += pitch * (bend + 0.05 * (share * 6.0).sin()) / 8000.0;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.02 * (chance.unit() - 0.5) };
            phase = phase.fract();
            let opening = (std::f64::consts::PI * share).sin();
            let voiced = first.pass(pulse) * 60_000.0 + second.pass(pulse) * 30_000.0;
            out.push(sample(voiced * opening));
        }
    }
    out.truncate(samples);
    out
}

/// One sample as A-law.
#[must_use]
pub fn alaw(sample: i16) -> u8 {
    let (sign, magnitude) =
        if sample >= 0 { (0x80u8, sample >> 3) } else { (0x00, (!sample) >> 3) };
    let magnitude = magnitude.unsigned_abs();
    let exponent = 16u32.saturating_sub(magnitude.leading_zeros()).saturating_sub(5);
    let mantissa = magnitude >> exponent.max(1);
    let code =
        (u8::try_from(exponent & 7).unwrap_or(0) << 4) | u8::try_from(mantissa & 0x0f).unwrap_or(0);
    (code | sign) ^ 0x55
}

/// `samples` samples of a voice as A-law octets.
#[must_use]
pub fn speech_alaw(seed: u64, samples: usize) -> Vec<u8> {
    speech(seed, samples).into_iter().map(alaw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Corner values of the G.711 table: zero, one step, full scale.
    #[test]
    fn known_samples_have_their_known_codes() {
        for (sample, code) in [(0, 0xd5), (-1, 0x55), (8, 0xd5), (16, 0xd4), (32_767, 0xaa)] {
            assert_eq!(alaw(sample), code, "{sample}");
        }
        assert_eq!((alaw(-32_768), alaw(1000), alaw(-1000)), (0x2a, 0xfa, 0x7a));
    }

    #[test]
    fn one_seed_is_one_voice() {
        assert_eq!(speech_alaw(3, 4000), speech_alaw(3, 4000));
        assert_ne!(speech_alaw(3, 4000), speech_alaw(4, 4000));
    }

    #[test]
    fn a_voice_is_loud_enough_to_hear_and_never_clips() {
        let heard = speech(1, 8000 * 3);
        let loudest = heard.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((4000..32_000).contains(&loudest), "{loudest}");
    }
}
