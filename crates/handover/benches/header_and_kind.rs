//! PDUs per second for framing, header and payload kind, fully checked.
//!
//! Method: one thread; a recorded RTP stream and 1,500-octet IP packets, each repeated to 16 MiB;
//! every PDU is framed, visited to its last element, its heading read and its class counted; best
//! of twenty runs by wall clock.
use lacre_handover::compose::{Body, Composer, Stamp, ip_cc};
use lacre_handover::{Direction, Framed, Limits, frame, ps_pdu};
use lacre_term::{Micros, PayloadClass};
use std::error::Error;
use std::time::Instant;

const RTP: &[u8] = include_bytes!("../../../vectors/handover/openli/openli-voip-hi3.ber");
const OCTETS: usize = 16 * 1024 * 1024;
const RUNS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let rtp = RTP.repeat(OCTETS / RTP.len());
    measure("recorded RTP, 342 octets a PDU", &rtp)?;
    let composer = Composer::new(b"ES-2026-000123", b"21499", Some(1));
    let contents = ip_cc(&[0x45; 1500]);
    let body = Body::Cc { direction: Direction::FromTarget, contents: &contents };
    let one = composer.pdu(1, Stamp::Micro(Micros(1_795_457_522_000_000)), &body);
    measure("IP packets of 1,500 octets", &one.repeat(OCTETS / one.len()))
}

fn measure(name: &str, octets: &[u8]) -> Result<(), Box<dyn Error>> {
    let limits = Limits::default();
    let (mut best, mut pdus, mut cc) = (f64::INFINITY, 0_u32, 0_u32);
    for _ in 0..RUNS {
        (pdus, cc) = (0, 0);
        let mut numbers = 0_u64;
        let started = Instant::now();
        let mut rest = octets;
        while let Framed::Pdu(whole) = frame::next(rest, &limits) {
            rest = rest.get(whole.len()..).ok_or("a PDU longer than its stream")?;
            let pdu = ps_pdu::parse_framed(whole)?;
            let heading = pdu.heading();
            numbers = numbers.wrapping_add(u64::from(heading.sequence_number));
            pdus += 1;
            cc += u32::from(heading.class == PayloadClass::Cc);
        }
        best = best.min(started.elapsed().as_secs_f64());
        std::hint::black_box(numbers);
    }
    let octets = f64::from(u32::try_from(octets.len())?);
    let line = format!(
        "{name}: {:.2} M PDU/s, {:.0} MB/s ({pdus} PDUs, {cc} CC, best of {RUNS})\n",
        f64::from(pdus) / best / 1e6,
        octets / best / 1e6,
    );
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes())?;
    Ok(())
}
