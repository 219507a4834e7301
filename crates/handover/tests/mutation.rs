//! Mutated vectors against every decoder, for as long as `LACRE_MUTATION_SECONDS` says (2 s when
//! unset). The seed is fixed, so that a failure comes again.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of stories may panic: that is how a story fails"
)]
use lacre_handover::ber::{self, Elements};
use lacre_handover::extract::Summary;
use lacre_handover::fields::{Bounds, fields};
use lacre_handover::frame::{Run, runs};
use lacre_handover::inspect::inspect;
use lacre_handover::media::{AudioBuilder, TextBuilder, packets, wav_input};
use lacre_handover::service::{mail, packet, rtp, sip, sms};
use lacre_handover::session::Session;
use lacre_handover::{Limits, ps_pdu, time, tri};
use lacre_term::Micros;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// xorshift64*: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % bound.max(1)
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../vectors/handover");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "ber"));
    paths.sort();
    let seeds = paths.iter().map(|path| std::fs::read(path).unwrap());
    seeds.filter(|octets| octets.len() <= 8192).collect()
}

fn mutate(octets: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(octets.len());
        match random.below(6) {
            0 if at < octets.len() => octets[at] ^= 1 << random.below(8),
            1 if at < octets.len() => octets[at] = u8::try_from(random.below(256)).unwrap(),
            2 => octets.truncate(at),
            3 => octets.insert(at, [0, 0x30, 0x80, 0xff][random.below(4)]),
            4 if at < octets.len() => {
                octets.remove(at);
            }
            _ => {
                let from = random.below(octets.len());
                let piece: Vec<u8> =
                    octets[from..].iter().take(random.below(40)).copied().collect();
                let at = at.min(octets.len());
                octets.splice(at..at, piece);
            }
        }
    }
}

/// Tries mutations of the vectors on `decoder` until the time is over.
fn run(name: &str, decoder: fn(&[u8])) {
    let seconds = std::env::var("LACRE_MUTATION_SECONDS").ok();
    let seconds: u64 = seconds.and_then(|text| text.parse().ok()).unwrap_or(2);
    let seeds = seeds();
    let mut random = Random(0x1acc_e000_0000_0001);
    let (started, mut tried) = (Instant::now(), 0_u64);
    while started.elapsed() < Duration::from_secs(seconds) {
        let mut octets = seeds[random.below(seeds.len())].clone();
        if name == "protocols" {
            // The protocols start at their own first octet, somewhere in the payload.
            let skip = random.below(octets.len());
            octets.drain(..skip);
        }
        mutate(&mut octets, &mut random);
        decoder(&octets);
        tried += 1;
    }
    assert!(tried > 100, "{name}: only {tried} mutations were tried");
}

#[test]
fn mutations_do_not_stop_the_ber_reader() {
    run("ber", |octets| {
        let _ = ber::check(octets, ber::DEPTH_MAX);
        for element in Elements::new(octets).take(100) {
            let _ = (element.string(), element.unsigned(), element.children().count());
        }
    });
}

/// Nor does the walk read any of them otherwise than the careful path.
#[test]
fn mutations_do_not_stop_framing_and_header() {
    run("header", |octets| {
        for run in runs(octets, &Limits::default()) {
            let Run::Pdu { octets, .. } = run else {
                continue;
            };
            assert_eq!(ps_pdu::parse_framed(octets), ps_pdu::parse_careful(octets));
            if let Some(pdu) = &inspect(octets, &Limits::default()).pdu {
                let _ = (tri::integrity_check(pdu), tri::asked_options(pdu));
                if let Some(said) = tri::operator_message(pdu) {
                    assert!(said.text().chars().count() <= 500);
                }
            }
        }
    });
}

#[test]
fn mutations_do_not_stop_the_reader_of_fields() {
    run("fields", |octets| {
        let bounds = Bounds { fields_max: 500, ..Bounds::default() };
        let tree = fields(octets, &bounds);
        assert!(tree.fields.len() <= bounds.fields_max);
        for (path, field) in tree.leaves() {
            assert!(field.offset <= octets.len(), "{path} at {}", field.offset);
            let _ = field.value.to_string();
        }
    });
}

#[test]
fn mutations_do_not_stop_a_session() {
    run("session", |octets| {
        let mut session = Session::new(Limits::default());
        for piece in octets.chunks(97) {
            session.feed(piece);
            while session.poll(Micros(0)).is_some() {}
        }
        session.durable(u64::MAX, Micros(0));
        let _ = (session.take_answers(), session.close());
    });
}

#[test]
fn mutations_do_not_stop_the_services() {
    run("services", |octets| {
        let (mut summary, mut audio, mut text) =
            (Summary::new(), AudioBuilder::new(), TextBuilder::new());
        for run in runs(octets, &Limits::default()) {
            let Run::Pdu { octets, .. } = run else {
                continue;
            };
            let Some(pdu) = inspect(octets, &Limits::default()).pdu else {
                continue;
            };
            summary.add(&pdu);
            audio.add(&pdu);
            text.add(&pdu);
            let _ = packets(&pdu);
        }
        let _ = (summary.finish(), text.finish(), wav_input(&audio.finish()));
    });
}

#[test]
fn mutations_do_not_stop_the_protocols_inside() {
    run("protocols", |octets| {
        if let Some(sip) = sip::Sip::read(octets) {
            let _ = (sip.from(), sip.to(), sip.asserted().count(), sip.sdp());
        }
        let _ = (packet::Packet::read(octets), rtp::Rtp::read(octets));
        let _ = (sms::read_rp(octets), sms::read_tpdu(octets, true));
        let _ = (mail::messages(octets), time::generalized(octets), time::utc(octets));
    });
}
