//! PDUs per second of the walk: (1) framed, header and kind read, every length checked, the first
//! payload's content found; (2) beside that every payload read, its contents located and checked
//! to the bottom again on its own.
//!
//! Method: one thread; a recorded RTP stream repeated, and numbered 1,500-octet IP packets, 16 MiB
//! each; N runs by wall clock, N the first argument or 20. A run is cut into laps of 1,024 PDUs;
//! the figure is the sum of each lap's best, so that another process that takes the core for a
//! while does not count. Each line is measured in turn with the careful path alone: the ratio
//! holds on a busy machine too.
use lacre_handover::compose::{Body, Composer, Stamp, ip_cc};
use lacre_handover::{Direction, Framed, Limits, Malformed, Pdu, ber, frame, ps_pdu};
use lacre_term::{Micros, PayloadClass};
use std::error::Error;
use std::time::Instant;

const RTP: &[u8] = include_bytes!("../../../vectors/handover/openli/openli-voip-hi3.ber");
const OCTETS: usize = 16 * 1024 * 1024;
const LAP: u32 = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let runs = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(20);
    let rtp = RTP.repeat(OCTETS / RTP.len());
    let at = Micros(1_795_457_522_000_000);
    let ip = ip_stream(Stamp::Micro(at));
    let timed = ip_stream(Stamp::Generalized(at));
    for (name, octets) in [
        ("recorded RTP, 342 octets a PDU", &rtp),
        ("IP packets of 1,500 octets", &ip),
        ("IP packets with a textual time", &timed),
    ] {
        compare(name, octets, runs)?;
    }
    Ok(())
}

/// IP packets of 1,500 octets with sequence numbers from 0: PDUs of several lengths, so that they
/// do not all start at the same place of a cache line.
fn ip_stream(stamp: Stamp) -> Vec<u8> {
    let composer = Composer::new(b"ES-2026-000123", b"21499", Some(1));
    let contents = ip_cc(&[0x45; 1500]);
    let body = Body::Cc { direction: Direction::FromTarget, contents: &contents };
    let mut octets = Vec::with_capacity(OCTETS);
    for sequence in 0.. {
        if octets.len() >= OCTETS {
            break;
        }
        octets.extend(composer.pdu(sequence, stamp, &body));
    }
    octets
}

/// Seconds of the best run of each lap, and what the last run counted.
#[derive(Default)]
struct Best {
    laps: Vec<f64>,
    pdus: u32,
    found: u64,
}

impl Best {
    fn seconds(&self) -> f64 {
        self.laps.iter().sum()
    }
}

fn compare(name: &str, octets: &[u8], runs: u32) -> Result<(), Box<dyn Error>> {
    for deep in [false, true] {
        let (mut walk, mut careful) = (Best::default(), Best::default());
        for _ in 0..runs {
            run(&mut walk, octets, ps_pdu::parse_framed, deep)?;
            run(&mut careful, octets, ps_pdu::parse_careful, deep)?;
        }
        if walk.found != careful.found {
            return Err("the two paths find different content".into());
        }
        let what = if deep { "contents checked" } else { "header and kind" };
        let (pdus, seconds) = (f64::from(walk.pdus), walk.seconds());
        let line = format!(
            "{name}, {what}: {:.2} M PDU/s, {:.2} GB/s ({} PDUs, best of {runs}; {:.2} x the \
             careful path's {:.2} M PDU/s)\n",
            pdus / seconds / 1e6,
            f64::from(u32::try_from(octets.len())?) / seconds / 1e9,
            walk.pdus,
            careful.seconds() / seconds,
            pdus / careful.seconds() / 1e6,
        );
        std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes())?;
    }
    Ok(())
}

fn run<P>(best: &mut Best, octets: &[u8], parse: P, deep: bool) -> Result<(), Box<dyn Error>>
where
    P: for<'a> Fn(&'a [u8]) -> Result<Pdu<'a>, Malformed>,
{
    let limits = Limits::default();
    let (mut pdus, mut found, mut lap) = (0_u32, 0_u64, 0_usize);
    let mut started = Instant::now();
    let mut end = |lap: &mut usize| {
        let now = Instant::now();
        let seconds = now.duration_since(started).as_secs_f64();
        match best.laps.get_mut(*lap) {
            Some(least) => *least = least.min(seconds),
            None => best.laps.push(seconds),
        }
        (*lap, started) = (*lap + 1, now);
    };
    let mut rest = octets;
    while let Framed::Pdu(whole) = frame::next(rest, &limits) {
        rest = rest.get(whole.len()..).ok_or("a PDU longer than its stream")?;
        let pdu = parse(whole)?;
        let heading = pdu.heading();
        found = found.wrapping_add(u64::from(heading.sequence_number));
        found = found.wrapping_add(u64::from(heading.class == PayloadClass::Cc));
        if let Some(contents) = pdu.contents() {
            found = found.wrapping_add(u64::try_from(contents.tlv.content.len())?);
        }
        if deep {
            for payload in pdu.payloads() {
                let contents = payload.contents.ok_or("a payload without contents")?;
                ber::check(contents.tlv.whole, ber::DEPTH_MAX)?;
                found = found.wrapping_add(u64::try_from(contents.tlv.whole.len())?);
            }
        }
        pdus += 1;
        if pdus.is_multiple_of(LAP) {
            end(&mut lap);
        }
    }
    end(&mut lap);
    (best.pdus, best.found) = (pdus, std::hint::black_box(found));
    Ok(())
}
