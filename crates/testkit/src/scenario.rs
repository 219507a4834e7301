//! Scripts of what an operator delivers: calls, messages, e-mails, IP sessions, in their time.
//!
//! A script knows no clock. [`Scenario::pdus`] places it at a time of day; a mediation function
//! delivers it live, a test writes it to a file.
//!
//! Rules: TS 102 232-1 clause 5.2.5 (numbers per context), -2, -3, -5 (what each service sends).
use crate::ber::{Element, Lengths};
use crate::contents::{self, Email, EmailEvent, IpEvent, IpSession};
use crate::packet;
use crate::pdu::{self, Direction, Header};
use crate::sms;
use crate::voice::{Chance, speech_alaw};
use lacre_term::{IriType, Micros};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

mod parts;
use parts::{dialogue, ends, ip_packet, smtp, uri};

/// The connection a PDU goes out on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interface {
    /// IRI and administrative messages.
    Hi2,
    /// Content.
    Hi3,
}

/// One intercepted line as its operator delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// LIID of the measure.
    pub liid: Vec<u8>,
    /// Operator identifier.
    pub operator: Vec<u8>,
    /// Network element identifier.
    pub network_element: Vec<u8>,
    /// The target's number, digits only.
    pub number: String,
    /// The target's address on the operator's network.
    pub address: Ipv4Addr,
    /// How this operator writes lengths.
    pub lengths: Lengths,
}

impl Line {
    /// A line of `operator` under `liid` for the target with `number`.
    #[must_use]
    pub fn new(liid: &str, operator: &str, number: &str) -> Self {
        Self {
            liid: liid.as_bytes().to_vec(),
            operator: operator.as_bytes().to_vec(),
            network_element: b"MF-1".to_vec(),
            number: number.to_owned(),
            address: Ipv4Addr::new(192, 0, 2, 10),
            lengths: Lengths::Minimal,
        }
    }

    /// The target's SIP URI.
    #[must_use]
    pub fn uri(&self) -> String {
        uri(&self.number)
    }

    fn header(&self, cin: u32, number: u32, at: Micros) -> Header {
        Header::new(&self.liid, &self.operator)
            .network_element(&self.network_element)
            .cin(cin)
            .seq(number)
            .at(at)
            .lengths(self.lengths)
    }
}

/// One call of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The other party's number, digits only.
    pub other: String,
    /// True when the target is called.
    pub incoming: bool,
    /// From answer to hang-up; whole 20 ms frames are sent.
    pub length: Duration,
    /// Seeds both voices.
    pub seed: u64,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageForm {
    /// SIP `MESSAGE` with plain text.
    Text,
    /// SIP `MESSAGE` with a short message inside.
    Sms,
}

/// What was sent, for tests to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// LIID of the line.
    pub liid: Vec<u8>,
    /// CIN of the communication.
    pub cin: u32,
    /// IRI records.
    pub iri: u32,
    /// CC PDUs.
    pub cc: u32,
    /// A call's A-law octets from and to the target.
    pub voices: Option<(Vec<u8>, Vec<u8>)>,
}

#[derive(Debug, Clone)]
enum Payload {
    Iri(IriType, Element),
    IpIri(IriType, IpEvent, IpSession),
    Cc(Direction, Element),
    CinReset,
}

#[derive(Debug, Clone)]
struct Step {
    after: Duration,
    line: usize,
    cin: u32,
    number: u32,
    payload: Payload,
}

/// One PDU of a script, placed in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// Since the script's start.
    pub after: Duration,
    /// Which connection it goes out on.
    pub interface: Interface,
    /// The PDU.
    pub octets: Vec<u8>,
}

/// A script in the making. Lines are added first, then what happens on them.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    lines: Vec<Line>,
    steps: Vec<Step>,
    numbers: BTreeMap<(usize, u32, Interface), u32>,
    sent: Vec<Sent>,
}

const FRAME: Duration = Duration::from_millis(20);
const FRAME_OCTETS: usize = 160;

impl Scenario {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line and gives its handle.
    pub fn line(&mut self, line: Line) -> usize {
        self.lines.push(line);
        self.lines.len().saturating_sub(1)
    }

    fn target(&self, line: usize) -> (String, IpAddr) {
        self.lines.get(line).map_or_else(
            || (uri("340000000"), Ipv4Addr::LOCALHOST.into()),
            |line| (line.number.clone(), line.address.into()),
        )
    }

    fn step(&mut self, line: usize, cin: u32, after: Duration, payload: Payload) {
        let interface = interface(&payload);
        if matches!(payload, Payload::CinReset) {
            self.numbers.retain(|(of, _, _), _| *of != line);
            self.steps.push(Step { after, line, cin, number: 0, payload });
            return;
        }
        let next = self.numbers.entry((line, cin, interface)).or_insert(0);
        let number = *next;
        *next = next.wrapping_add(1);
        self.steps.push(Step { after, line, cin, number, payload });
        if let Some(sent) = self.sent.iter_mut().rev().find(|sent| sent.cin == cin) {
            match interface {
                Interface::Hi2 => sent.iri = sent.iri.saturating_add(1),
                Interface::Hi3 => sent.cc = sent.cc.saturating_add(1),
            }
        }
    }

    fn open(&mut self, line: usize, cin: u32) {
        let liid = self.lines.get(line).map(|line| line.liid.clone()).unwrap_or_default();
        self.sent.push(Sent { liid, cin, iri: 0, cc: 0, voices: None });
    }

    /// A call with two voices, from `start`: six IRI records, one CC PDU per frame and side.
    pub fn call(&mut self, line: usize, cin: u32, start: Duration, call: &Call) {
        self.open(line, cin);
        let (number, home) = self.target(line);
        let away: IpAddr = Ipv4Addr::new(198, 51, 100, 20).into();
        let (caller, callee) = ends(call.incoming, (&number, home), (&call.other, away));
        let dialogue = dialogue(caller, callee, cin);
        let (from, to) = (dialogue.caller_at, dialogue.callee_at);
        let media = |at: IpAddr| SocketAddr::new(at, if at == home { 40_000 } else { 50_000 });
        let answered = start.saturating_add(Duration::from_millis(900));
        let ended = answered.saturating_add(call.length);
        let late = |after: Duration, ms: u64| after.saturating_add(Duration::from_millis(ms));
        for (after, kind, content) in [
            (start, IriType::Begin, contents::sip(from, to, &dialogue.invite(media(from)))),
            (late(start, 120), IriType::Continue, contents::sip(to, from, &dialogue.ringing())),
            (answered, IriType::Continue, contents::sip(to, from, &dialogue.answered(media(to)))),
            (
                late(answered, 15),
                IriType::Continue,
                contents::sip(from, to, &dialogue.acknowledged()),
            ),
            (ended, IriType::Continue, contents::sip(from, to, &dialogue.bye())),
            (late(ended, 30), IriType::End, contents::sip(to, from, &dialogue.bye_ok())),
        ] {
            self.step(line, cin, after, Payload::Iri(kind, content));
        }
        self.voices(line, cin, answered, call, (media(home), media(away)));
    }

    fn voices(
        &mut self,
        line: usize,
        cin: u32,
        answered: Duration,
        call: &Call,
        (home, away): (SocketAddr, SocketAddr),
    ) {
        let frames = usize::try_from(call.length.as_millis() / FRAME.as_millis()).unwrap_or(0);
        let samples = frames.saturating_mul(FRAME_OCTETS);
        let near = speech_alaw(call.seed.wrapping_mul(2), samples);
        let far = speech_alaw(call.seed.wrapping_mul(2).wrapping_add(1), samples);
        let mut after = answered.saturating_add(Duration::from_millis(40));
        let both = near.chunks(FRAME_OCTETS).zip(far.chunks(FRAME_OCTETS));
        for (count, (mine, theirs)) in both.enumerate() {
            let count = u16::try_from(count & 0xffff).unwrap_or(0);
            let clock = u32::from(count).wrapping_mul(160);
            let out = packet::rtp(count, clock, cin ^ 0x5a5a, mine);
            let back = packet::rtp(count, clock, cin ^ 0xa5a5, theirs);
            let out = packet::udp(home, away, count, &out);
            let back = packet::udp(away, home, count, &back);
            let out = Payload::Cc(Direction::FromTarget, contents::rtp_packet(&out));
            let back = Payload::Cc(Direction::ToTarget, contents::rtp_packet(&back));
            self.step(line, cin, after, out);
            self.step(line, cin, after.saturating_add(Duration::from_millis(7)), back);
            after = after.saturating_add(FRAME);
        }
        if let Some(sent) = self.sent.last_mut() {
            sent.voices = Some((near, far));
        }
    }

    /// A message: IRI begin and end.
    pub fn message(
        &mut self,
        line: usize,
        cin: u32,
        start: Duration,
        (other, incoming): (&str, bool),
        (form, text): (MessageForm, &str),
    ) {
        self.open(line, cin);
        let (number, home) = self.target(line);
        let away: IpAddr = Ipv4Addr::new(198, 51, 100, 30).into();
        let (caller, callee) = ends(incoming, (&number, home), (other, away));
        let dialogue = dialogue(caller, callee, cin);
        let reference = u8::try_from(cin & 0xff).unwrap_or(0);
        let (kind, body) = match (form, incoming) {
            (MessageForm::Text, _) => ("text/plain;charset=utf-8", text.as_bytes().to_vec()),
            (MessageForm::Sms, true) => {
                ("application/vnd.3gpp.sms", sms::deliver(reference, other, text))
            }
            (MessageForm::Sms, false) => {
                ("application/vnd.3gpp.sms", sms::submit(reference, other, text))
            }
        };
        let (from, to) = (dialogue.caller_at, dialogue.callee_at);
        let first = contents::sip(from, to, &dialogue.message(kind, &body));
        let last = contents::sip(to, from, &dialogue.message_accepted());
        self.step(line, cin, start, Payload::Iri(IriType::Begin, first));
        let later = start.saturating_add(Duration::from_millis(80));
        self.step(line, cin, later, Payload::Iri(IriType::End, last));
    }

    /// An e-mail the target sends (`incoming` false) or receives: one IRI report and the SMTP
    /// dialogue as CC.
    pub fn email(
        &mut self,
        line: usize,
        cin: u32,
        start: Duration,
        (sender, recipient, incoming): (&str, &str, bool),
        (subject, text): (&str, &str),
    ) {
        self.open(line, cin);
        let (_, home) = self.target(line);
        let server: IpAddr = Ipv4Addr::new(198, 51, 100, 25).into();
        let message_id = format!("<{cin}@mail.example>");
        let body = format!(
            "From: {sender}\r\nTo: {recipient}\r\nSubject: {subject}\r\n\
             Date: Mon, 23 Nov 2026 19:30:00 +0000\r\nMessage-ID: {message_id}\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n.\r\n"
        );
        let turns = smtp(sender, recipient, &body);
        let spoken = |client: bool| {
            turns.iter().filter(|(of, _)| *of == client).map(|(_, text)| text.len()).sum::<usize>()
        };
        let octets = (u64::try_from(spoken(false)), u64::try_from(spoken(true)));
        let email = Email {
            client: (home, 51_000),
            server: (server, 587),
            octets: (octets.0.unwrap_or(0), octets.1.unwrap_or(0)),
            sender: sender.to_owned(),
            recipients: vec![recipient.to_owned()],
            message_id,
        };
        let event = if incoming { EmailEvent::Receive } else { EmailEvent::Send };
        let mut after = start;
        for (client, said) in turns {
            let outward = client != incoming;
            let way = if outward { Direction::FromTarget } else { Direction::ToTarget };
            self.step(line, cin, after, Payload::Cc(way, contents::email_cc(said.as_bytes())));
            after = after.saturating_add(Duration::from_millis(25));
        }
        let report = contents::email_iri(event, &email);
        self.step(line, cin, after, Payload::Iri(IriType::Report, report));
    }

    /// An IP session with `packets` packets: IRI begin, one interim, end; CC for each packet.
    pub fn ip_session(
        &mut self,
        line: usize,
        cin: u32,
        start: Duration,
        (length, packets, seed): (Duration, u32, u64),
    ) {
        self.open(line, cin);
        let (number, home) = self.target(line);
        let mut chance = Chance::new(seed);
        let session = IpSession {
            username: format!("line-{number}@isp.example"),
            address: home,
            started_at: Micros::default(),
            ended_at: None,
            octets_received: 0,
            octets_transmitted: 0,
        };
        let begin = Payload::IpIri(IriType::Begin, IpEvent::Start, session.clone());
        self.step(line, cin, start, begin);
        let mut totals = (0u64, 0u64);
        let gap = length.checked_div(packets.saturating_add(1)).unwrap_or_default();
        for count in 0..packets {
            let after = start.saturating_add(gap.saturating_mul(count.saturating_add(1)));
            let (outward, octets) = ip_packet(home, count, &mut chance);
            let size = u64::try_from(octets.len()).unwrap_or(0);
            let (way, total) = if outward {
                (Direction::FromTarget, &mut totals.1)
            } else {
                (Direction::ToTarget, &mut totals.0)
            };
            *total = total.saturating_add(size);
            self.step(line, cin, after, Payload::Cc(way, contents::ip_packet(&octets)));
            if count == packets / 2 {
                let counted = counted(&session, totals);
                let interim = Payload::IpIri(IriType::Continue, IpEvent::Interim, counted);
                self.step(line, cin, after, interim);
            }
        }
        let end = Payload::IpIri(IriType::End, IpEvent::End, counted(&session, totals));
        self.step(line, cin, start.saturating_add(length), end);
    }

    /// A CIN reset of the line: its numbering starts again.
    pub fn cin_reset(&mut self, line: usize, after: Duration) {
        self.step(line, 0, after, Payload::CinReset);
    }

    /// Every PDU with the script's start at `base`, in order of time.
    #[must_use]
    pub fn pdus(&self, base: Micros) -> Vec<Timed> {
        let mut order: Vec<&Step> = self.steps.iter().collect();
        order.sort_by_key(|step| step.after);
        order.into_iter().filter_map(|step| self.place(step, base)).collect()
    }

    fn place(&self, step: &Step, base: Micros) -> Option<Timed> {
        let line = self.lines.get(step.line)?;
        let at = later(base, step.after);
        let header = line.header(step.cin, step.number, at);
        let octets = match &step.payload {
            Payload::Iri(kind, content) => pdu::iri(&header, *kind, content.clone()),
            Payload::IpIri(kind, event, session) => {
                let mut session = session.clone();
                let begun = self
                    .steps
                    .iter()
                    .find(|other| other.line == step.line && other.cin == step.cin)?;
                session.started_at = later(base, begun.after);
                session.ended_at = (*event == IpEvent::End).then_some(at);
                pdu::iri(&header, *kind, contents::ip_iri(*event, &session))
            }
            Payload::Cc(way, content) => pdu::cc(&header, *way, content.clone()),
            Payload::CinReset => pdu::cin_reset(&header),
        };
        Some(Timed { after: step.after, interface: interface(&step.payload), octets })
    }

    /// Everything of one interface as one run of octets, as a file or a connection carries it.
    #[must_use]
    pub fn stream(&self, interface: Interface, base: Micros) -> Vec<u8> {
        let of_it = self.pdus(base).into_iter().filter(|timed| timed.interface == interface);
        of_it.flat_map(|timed| timed.octets).collect()
    }

    /// What was scripted, communication by communication.
    #[must_use]
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// From start to last PDU.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.steps.iter().map(|step| step.after).max().unwrap_or_default()
    }
}

fn interface(payload: &Payload) -> Interface {
    match payload {
        Payload::Cc(..) => Interface::Hi3,
        Payload::Iri(..) | Payload::IpIri(..) | Payload::CinReset => Interface::Hi2,
    }
}

fn later(base: Micros, after: Duration) -> Micros {
    Micros(base.0.saturating_add(i64::try_from(after.as_micros()).unwrap_or(0)))
}

fn counted(session: &IpSession, (received, transmitted): (u64, u64)) -> IpSession {
    IpSession { octets_received: received, octets_transmitted: transmitted, ..session.clone() }
}
