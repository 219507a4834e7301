//! Audio: RTP of a communication, put in order per direction and source.
//!
//! Order is the RTP sequence number with its wrap, not arrival; a packet that comes twice counts
//! once. Both sides are aligned by interception time and RTP time stamp, gaps are silence, and no
//! time stamp a sender may invent makes memory grow: silence is rendered, never stored.
//!
//! Rules: RFC 3550 sections 5.1, A.1; RFC 3551 (static payload types).
use super::g711;
use crate::Pdu;
use crate::ps_pdu::{Contents, Direction};
use crate::service::sip::{self, Sdp};
use crate::service::{multimedia, rtp::Rtp, ts33128};
use lacre_term::Micros;
use std::collections::HashMap;

/// A sequence number further away than this starts the source anew (RFC 3550, `MAX_DROPOUT`).
const DROPOUT_MAX: i64 = 3000;

/// Longest track rendered: a day is when parts end.
const TRACK_SECONDS_MAX: u64 = 24 * 3600;

/// How the samples are coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codec {
    /// G.711 A-law.
    Pcma,
    /// G.711 mu-law.
    Pcmu,
    /// Another codec, by its SDP name, or `PT n` when no description named it. Not rendered.
    Other(String),
}

impl Codec {
    /// The encoding name (RFC 4855), such as `PCMA` or `AMR-WB`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
            Self::Other(name) => name,
        }
    }
}

/// One RTP source in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Synchronisation source.
    pub ssrc: u32,
    /// Codec of most of its packets.
    pub codec: Codec,
    /// Samples per second.
    pub sample_rate: u32,
    /// Interception time of the first packet that came.
    pub started_at: Option<Micros>,
    /// Packets kept, duplicates not counted.
    pub packets: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Sequence numbers between first and last that never came.
    pub missing: u64,
    /// Packets that share the sequence but hold no samples: tones, comfort noise.
    pub other_packets: u64,
    /// The sender's own clock, in microseconds since 1970, and the RTP time stamp it stood for,
    /// from its last sender report.
    pub sender_clock: Option<(i64, u32)>,
    /// Coded samples in sequence order, without gaps.
    pub payload: Vec<u8>,
    pieces: Vec<Piece>,
}

/// One packet's place: where its octets are, and when they sound.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    sequence: i64,
    timestamp: u32,
    at: Option<Micros>,
    payload_type: u8,
    start: usize,
    length: usize,
}

/// All sources of one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// In order of their first packet.
    pub streams: Vec<Stream>,
}

impl Side {
    /// Coded samples of all sources, one after the other.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        self.streams.iter().flat_map(|stream| stream.payload.iter().copied()).collect()
    }

    /// Packets missing in all sources.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.streams.iter().fold(0, |sum, stream| sum.saturating_add(stream.missing))
    }

    /// True when nothing was heard.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }
}

/// The audio of a communication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audio {
    /// What the operator marked as from the target.
    pub from_target: Side,
    /// What the operator marked as to the target.
    pub to_target: Side,
    /// Combined, indeterminate or unmarked.
    pub other: Side,
    /// Interception time of the first packet of all.
    pub started_at: Option<Micros>,
}

/// Collects audio PDU by PDU, in the order they were stored.
#[derive(Debug, Clone, Default)]
pub struct AudioBuilder {
    growing: Vec<Growing>,
    latest: HashMap<(u8, u32), usize>,
    codecs: Codecs,
    clocks: HashMap<(u8, u32), (i64, u32)>,
}

/// What descriptions call the payload types.
#[derive(Debug, Clone, Default)]
struct Codecs {
    named: HashMap<u8, (String, u32)>,
    /// The first format of the first audio stream described: what frames without headers hold.
    preferred: Option<u8>,
}

/// Payload type of audio delivered without RTP header; no RTP packet can have it.
const BARE: u8 = u8::MAX;

/// Most sender reports' sources kept.
const CLOCKS_MAX: usize = 1024;

#[derive(Debug, Clone)]
struct Growing {
    side: u8,
    ssrc: u32,
    last: i64,
    octets: Vec<u8>,
    pieces: Vec<Piece>,
}

impl AudioBuilder {
    /// Nothing heard yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the media of a CC, and the codecs a session description in an IRI names.
    pub fn add(&mut self, pdu: &Pdu<'_>) {
        let header_time = pdu.heading().intercepted_at;
        for payload in pdu.payloads() {
            let Some(contents) = payload.contents else {
                continue;
            };
            if contents.iri {
                self.describe(&contents);
                self.describe_33128(&contents);
                continue;
            }
            self.describe_33128(&contents);
            if let Some(line) = payload_description(&contents) {
                self.codec(&line);
            }
            let Some(media) = multimedia::media(&contents) else {
                continue;
            };
            let at = payload.intercepted_at.or(header_time);
            if let Some(rtp) = media.rtp() {
                self.packet(payload.direction, at, &rtp);
            } else if media.frame_type == Some(3) {
                self.bare(payload.direction, at, &media.octets);
            } else if let Some(rtcp) = media.rtcp()
                && let Some(clock) = rtcp.clock
                && self.clocks.len() < CLOCKS_MAX
            {
                self.clocks.insert((side(payload.direction), rtcp.ssrc), clock);
            }
        }
    }

    fn describe(&mut self, contents: &Contents<'_>) {
        multimedia::each_sip(contents, None, |sip, _| {
            if let Some(sdp) = sip.sdp() {
                self.description(sdp);
            }
        });
    }

    fn description(&mut self, sdp: Sdp) {
        let audio = sdp.media.iter().find(|line| line.kind == "audio");
        let first = audio.and_then(|line| line.formats.first());
        self.codecs.preferred = first.map(|format| format.payload_type).or(self.codecs.preferred);
        for (number, name, rate) in sdp.codecs {
            self.codecs.name(number, name, rate);
        }
    }

    fn describe_33128(&mut self, contents: &Contents<'_>) {
        for sdp in ts33128::descriptions(contents) {
            self.description(sdp);
        }
    }

    fn codec(&mut self, line: &str) {
        let named = line.split("rtpmap:").nth(1).and_then(sip::rtpmap);
        if let Some((number, name, rate)) = named {
            self.codecs.name(number, name, rate);
        }
    }

    /// Takes audio without RTP header: it follows what came before.
    fn bare(&mut self, direction: Option<Direction>, at: Option<Micros>, octets: &[u8]) {
        let last = self.latest.get(&(side(direction), 0)).and_then(|at| self.growing.get(*at));
        let last = last.and_then(|stream| stream.pieces.last());
        let (sequence, timestamp) = last.map_or((0, 0), |piece| {
            let played = u32::try_from(piece.length).unwrap_or(0);
            (low_16(piece.sequence).wrapping_add(1), piece.timestamp.wrapping_add(played))
        });
        let (payload_type, marker, ssrc) = (BARE, false, 0);
        let rtp = Rtp { payload_type, marker, sequence, timestamp, ssrc, payload: octets };
        self.packet(direction, at, &rtp);
    }

    fn packet(&mut self, direction: Option<Direction>, at: Option<Micros>, rtp: &Rtp<'_>) {
        let side = side(direction);
        let key = (side, rtp.ssrc);
        let near = self.latest.get(&key).and_then(|index| {
            let stream = self.growing.get(*index)?;
            let ahead = rtp.sequence.wrapping_sub(low_16(stream.last));
            // Half the number space is behind: the wrap of RFC 3550.
            let ahead = i64::from(i16::from_ne_bytes(ahead.to_ne_bytes()));
            (ahead.abs() <= DROPOUT_MAX).then(|| (*index, stream.last.saturating_add(ahead)))
        });
        let (index, sequence) = near.unwrap_or_else(|| {
            self.latest.insert(key, self.growing.len());
            let sequence = i64::from(rtp.sequence);
            self.growing.push(Growing {
                side,
                ssrc: rtp.ssrc,
                last: sequence,
                octets: Vec::new(),
                pieces: Vec::new(),
            });
            (self.growing.len().saturating_sub(1), sequence)
        });
        let Some(stream) = self.growing.get_mut(index) else {
            return;
        };
        stream.last = stream.last.max(sequence);
        stream.pieces.push(Piece {
            sequence,
            timestamp: rtp.timestamp,
            at,
            payload_type: rtp.payload_type,
            start: stream.octets.len(),
            length: rtp.payload.len(),
        });
        stream.octets.extend_from_slice(rtp.payload);
    }

    /// The audio collected.
    #[must_use]
    pub fn finish(self) -> Audio {
        let mut audio = Audio::default();
        for growing in self.growing {
            let side = growing.side;
            let clock = self.clocks.get(&(side, growing.ssrc)).copied();
            let Some(stream) = growing.settle(&self.codecs, clock) else {
                continue;
            };
            let earlier = [audio.started_at, stream.started_at].into_iter().flatten().min();
            audio.started_at = earlier;
            match side {
                0 => audio.from_target.streams.push(stream),
                1 => audio.to_target.streams.push(stream),
                _ => audio.other.streams.push(stream),
            }
        }
        audio
    }
}

fn side(direction: Option<Direction>) -> u8 {
    match direction {
        Some(Direction::FromTarget) => 0,
        Some(Direction::ToTarget) => 1,
        _ => 2,
    }
}

impl Codecs {
    /// Both sides describe what they want to receive, under the same numbers or not: a codec is
    /// believed over tones and comfort noise, for speech is what streams are made of.
    fn name(&mut self, number: u8, name: String, rate: u32) {
        let is_speech = |name: &str| !matches!(name, "TELEPHONE-EVENT" | "CN" | "RED" | "TONE");
        let known = self.named.get(&number).is_some_and(|(known, _)| is_speech(known));
        if is_speech(&name) || !known {
            self.named.insert(number, (name, rate));
        }
    }
}

fn low_16(sequence: i64) -> u16 {
    u16::try_from(sequence & 0xffff).unwrap_or(0)
}

/// The rtpmap line that 33.108 voice content carries (`payload-description`).
fn payload_description(contents: &Contents<'_>) -> Option<String> {
    let (header, field) = match contents.tag {
        20 => (1, 9),
        22 => (0, 8),
        _ => return None,
    };
    contents.tlv.context(header)?.context(field)?.context(3)?.text()
}

impl Growing {
    fn settle(mut self, codecs: &Codecs, sender_clock: Option<(i64, u32)>) -> Option<Stream> {
        let started_at = self.pieces.iter().find_map(|piece| piece.at);
        self.pieces.sort_by_key(|piece| piece.sequence);
        let came = self.pieces.len();
        self.pieces.dedup_by_key(|piece| piece.sequence);
        let kept = self.pieces.len();
        let (first, last) = (self.pieces.first()?.sequence, self.pieces.last()?.sequence);
        let spanned = last.saturating_sub(first).saturating_add(1);
        let main = self.main_payload_type()?;
        let (codec, sample_rate) = codec_of(main, codecs);
        // Tones and comfort noise share the sequence but are no samples of the codec.
        self.pieces.retain(|piece| piece.payload_type == main);
        let samples = self.pieces.len();
        let mut payload = Vec::with_capacity(self.octets.len());
        for piece in &mut self.pieces {
            let end = piece.start.saturating_add(piece.length);
            let octets = self.octets.get(piece.start..end).unwrap_or_default();
            piece.start = payload.len();
            payload.extend_from_slice(octets);
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Some(Stream {
            ssrc: self.ssrc,
            codec,
            sample_rate,
            started_at,
            packets: count(kept),
            duplicates: count(came.saturating_sub(kept)),
            missing: u64::try_from(spanned).unwrap_or(0).saturating_sub(count(kept)),
            other_packets: count(kept.saturating_sub(samples)),
            sender_clock,
            payload,
            pieces: self.pieces,
        })
    }

    fn main_payload_type(&self) -> Option<u8> {
        let mut octets = HashMap::<u8, usize>::new();
        for piece in &self.pieces {
            let sum = octets.entry(piece.payload_type).or_default();
            *sum = sum.saturating_add(piece.length);
        }
        octets
            .into_iter()
            .max_by_key(|(kind, sum)| (*sum, u8::MAX.saturating_sub(*kind)))
            .map(|x| x.0)
    }
}

/// Clock rates that media has; another one in an SDP is not believed.
const RATES: [u32; 9] = [8_000, 11_025, 12_000, 16_000, 24_000, 32_000, 44_100, 48_000, 90_000];

fn codec_of(payload_type: u8, codecs: &Codecs) -> (Codec, u32) {
    let payload_type = match (payload_type, codecs.preferred) {
        (BARE, Some(preferred)) => preferred,
        (BARE, None) => return (Codec::Other("audio frame".to_owned()), 8000),
        _ => payload_type,
    };
    let fixed = sip::sdp::well_known(payload_type);
    let known = codecs.named.get(&payload_type).map(|(name, rate)| (name.as_str(), *rate));
    let believed = |rate: u32| RATES.contains(&rate);
    match known {
        _ if payload_type == 0 => (Codec::Pcmu, 8000),
        _ if payload_type == 8 => (Codec::Pcma, 8000),
        Some(("PCMA", rate)) if believed(rate) => (Codec::Pcma, rate),
        Some(("PCMU", rate)) if believed(rate) => (Codec::Pcmu, rate),
        Some((name, rate)) => {
            let rate = if believed(rate) { rate } else { 8000 };
            (Codec::Other(name.to_owned()), rate)
        }
        None => match fixed {
            Some((name, rate)) => (Codec::Other(name.to_owned()), rate),
            None => (Codec::Other(format!("PT {payload_type}")), 8000),
        },
    }
}

/// Both sides as linear samples on one time line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WavInput {
    /// Samples per second of every track.
    pub sample_rate: u32,
    /// Interception time of sample 0.
    pub started_at: Option<Micros>,
    /// From the target.
    pub from_target: Track,
    /// To the target.
    pub to_target: Track,
    /// Combined or unmarked content.
    pub other: Track,
}

/// One side on the time line: coded chunks with their places, rendered on demand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Track {
    chunks: Vec<Chunk>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Chunk {
    start: u64,
    a_law: bool,
    octets: Vec<u8>,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.start.saturating_add(u64::try_from(self.octets.len()).unwrap_or(u64::MAX))
    }
}

/// Aligns the audio: each source starts at its interception time, its packets follow its RTP time
/// stamps. Sources whose codec is not G.711 are left out.
#[must_use]
pub fn wav_input(audio: &Audio) -> WavInput {
    let sides = [&audio.from_target, &audio.to_target, &audio.other];
    let streams = sides.iter().flat_map(|side| side.streams.iter());
    let heard = |stream: &&Stream| !matches!(stream.codec, Codec::Other(_));
    let mut rates = streams.filter(heard).map(|stream| stream.sample_rate);
    let sample_rate = rates.find(|rate| *rate > 0).unwrap_or(8000);
    let track = |side| Track::of(side, audio.started_at, sample_rate);
    WavInput {
        sample_rate,
        started_at: audio.started_at,
        from_target: track(&audio.from_target),
        to_target: track(&audio.to_target),
        other: track(&audio.other),
    }
}

impl Track {
    fn of(side: &Side, origin: Option<Micros>, rate: u32) -> Self {
        let mut track = Self::default();
        for stream in side.streams.iter().filter(|stream| stream.sample_rate == rate) {
            let a_law = match stream.codec {
                Codec::Pcma => true,
                Codec::Pcmu => false,
                Codec::Other(_) => continue,
            };
            track.place(stream, origin, a_law, u64::from(rate));
        }
        track.chunks.sort_by_key(|chunk| chunk.start);
        track
    }

    fn place(&mut self, stream: &Stream, origin: Option<Micros>, a_law: bool, rate: u64) {
        let last = rate.saturating_mul(TRACK_SECONDS_MAX);
        let mut end = self.samples();
        if let (Some(origin), Some(at)) = (origin, stream.started_at) {
            end = samples_between(origin, at, rate).min(last);
        }
        let mut before: Option<&Piece> = None;
        for piece in &stream.pieces {
            if let Some(before) = before {
                end = end.saturating_add(silence(before, piece, rate));
            }
            before = Some(piece);
            let octets_end = piece.start.saturating_add(piece.length);
            let octets = stream.payload.get(piece.start..octets_end).unwrap_or_default();
            match self.chunks.last_mut().filter(|chunk| chunk.end() == end && chunk.a_law == a_law)
            {
                Some(chunk) => chunk.octets.extend_from_slice(octets),
                None if end < last => {
                    self.chunks.push(Chunk { start: end, a_law, octets: octets.to_vec() });
                }
                None => return,
            }
            end = end.saturating_add(u64::try_from(octets.len()).unwrap_or(0));
        }
    }

    /// Length in samples.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.chunks.iter().map(Chunk::end).max().unwrap_or(0)
    }

    /// True when there is nothing to hear.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Fills `out` with the samples from number `from` on; silence where there are none.
    pub fn render(&self, from: u64, out: &mut [i16]) {
        out.fill(0);
        let to = from.saturating_add(u64::try_from(out.len()).unwrap_or(u64::MAX));
        for chunk in self.chunks.iter().filter(|chunk| chunk.end() > from && chunk.start < to) {
            let skip = usize::try_from(from.saturating_sub(chunk.start)).unwrap_or(usize::MAX);
            let place = usize::try_from(chunk.start.saturating_sub(from)).unwrap_or(usize::MAX);
            let octets = chunk.octets.get(skip..).unwrap_or_default();
            let samples = out.get_mut(place..).unwrap_or_default();
            for (sample, octet) in samples.iter_mut().zip(octets) {
                *sample = if chunk.a_law { g711::a_law(*octet) } else { g711::mu_law(*octet) };
            }
        }
    }

    /// All samples at once. A day at 8 kHz is 1.4 GB: long calls are rendered in ranges.
    #[must_use]
    pub fn pcm(&self) -> Vec<i16> {
        let mut samples = vec![0; usize::try_from(self.samples()).unwrap_or(0)];
        self.render(0, &mut samples);
        samples
    }
}

fn samples_between(from: Micros, to: Micros, rate: u64) -> u64 {
    let micros = u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0);
    micros.saturating_mul(rate).checked_div(1_000_000).unwrap_or(0)
}

/// Samples of silence between two pieces: what the time stamps say, but no more than the packets'
/// times of interception can explain, plus two seconds.
fn silence(before: &Piece, piece: &Piece, rate: u64) -> u64 {
    let elapsed = piece.timestamp.wrapping_sub(before.timestamp);
    let played = u32::try_from(before.length).unwrap_or(u32::MAX);
    let gap = u64::from(elapsed.saturating_sub(played));
    let explained = match (before.at, piece.at) {
        (Some(from), Some(to)) => samples_between(from, to, rate),
        _ => rate.saturating_mul(60),
    };
    if gap > explained.saturating_add(rate.saturating_mul(2)) { 0 } else { gap }
}
