//! A mediation function that behaves on the wire like one that was recorded.
//!
//! One per connection (an operator has two, for HI2 and HI3). It connects, keeps alive with
//! numbers and waits for the answer, negotiates options when it is told to, buffers, and after a
//! lost connection sends what it buffered again before anything new. It can be told to misbehave:
//! odd chunks, a cut in mid-PDU.
//!
//! Rules: TS 102 232-1 clause 6 (options, keep-alive, acknowledgement, buffering).
use crate::answer::{self, Answer};
use crate::pdu::{self, Header};
use crate::scenario::{Interface, Scenario};
use crate::voice::Chance;
use lacre_term::Micros;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_rustls::TlsConnector;

mod options;
mod tally;
pub use tally::Counts;
use tally::{Tallied, Tally};

/// In what pieces octets are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Chunks {
    /// PDU by PDU.
    #[default]
    Whole,
    /// Pieces of 1 to `octets_max` octets, by chance from `seed`.
    Random {
        /// Repeats the same cuts.
        seed: u64,
        /// Largest piece.
        octets_max: u16,
    },
}

/// How one connection behaves.
#[derive(Clone)]
pub struct MediationSettings {
    /// Operator identifier in headers of its own.
    pub operator: String,
    /// Where the receiver listens.
    pub address: SocketAddr,
    /// TLS, or plain TCP.
    pub tls: Option<Arc<ClientConfig>>,
    /// Silence before a keep-alive (TIME1).
    pub keep_alive_every: Duration,
    /// Wait for its answer before closing (TIME3); zero asks for none.
    pub keep_alive_wait: Duration,
    /// Octets of PDUs sent that are sent again after a reconnect (without acknowledgements).
    pub resend_octets: usize,
    /// Ask for an acknowledgement after this many PDUs; what is not acknowledged is sent again.
    pub acknowledge_every: Option<u32>,
    /// Negotiate PDU acknowledgement on every connection before anything else is sent; a receiver
    /// without support is taken as it is.
    pub negotiate: bool,
    /// In what pieces octets go out.
    pub chunks: Chunks,
    /// Wait before connecting again.
    pub reconnect_after: Duration,
}

impl MediationSettings {
    /// What the recorded mediation function does: keep-alive after 10 s, 5 s for the answer, no
    /// acknowledgements, 64 kB sent again, half a second before it connects again.
    #[must_use]
    pub fn new(operator: &str, address: SocketAddr, tls: Option<Arc<ClientConfig>>) -> Self {
        Self {
            operator: operator.to_owned(),
            address,
            tls,
            keep_alive_every: Duration::from_secs(10),
            keep_alive_wait: Duration::from_secs(5),
            resend_octets: 65_536,
            acknowledge_every: None,
            negotiate: false,
            chunks: Chunks::Whole,
            reconnect_after: Duration::from_millis(500),
        }
    }
}

/// The connection's task has ended and takes nothing more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mediation function has stopped")]
pub struct Stopped;

enum Command {
    Send(Vec<u8>),
    Cut(Option<Vec<u8>>),
    Flush(oneshot::Sender<()>),
    Close,
}

/// A running connection of a mediation function.
pub struct Mediation {
    commands: mpsc::Sender<Command>,
    tally: Arc<Tally>,
    task: JoinHandle<()>,
}

impl Mediation {
    /// Starts connecting to the receiver; runs until [`Mediation::close`].
    #[must_use]
    pub fn start(settings: MediationSettings) -> Self {
        let (commands, inbox) = mpsc::channel(1024);
        let tally = Arc::new(Tally::default());
        let state = State::new(settings, Arc::clone(&tally));
        Self { commands, tally, task: tokio::spawn(state.run(inbox)) }
    }

    /// Queues one PDU; waits while 1,024 are queued.
    ///
    /// # Errors
    /// [`Stopped`] after [`Mediation::close`].
    pub async fn send(&self, pdu: Vec<u8>) -> Result<(), Stopped> {
        self.commands.send(Command::Send(pdu)).await.map_err(|_| Stopped)
    }

    /// Waits until everything queued was taken by the receiver: acknowledged when this function
    /// asks for acknowledgements, else followed by a keep-alive that was answered.
    ///
    /// # Errors
    /// [`Stopped`] after [`Mediation::close`].
    pub async fn flush(&self) -> Result<(), Stopped> {
        let (done, wait) = oneshot::channel();
        self.commands.send(Command::Flush(done)).await.map_err(|_| Stopped)?;
        wait.await.map_err(|_| Stopped)
    }

    /// Loses the connection. With a PDU, half of it is written first and the whole of it again on
    /// the next connection.
    ///
    /// # Errors
    /// [`Stopped`] after [`Mediation::close`].
    pub async fn cut(&self, half: Option<Vec<u8>>) -> Result<(), Stopped> {
        self.commands.send(Command::Cut(half)).await.map_err(|_| Stopped)
    }

    /// What has been done so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.tally.counts()
    }

    /// Ends the connection in order and gives the last counts.
    pub async fn close(self) -> Counts {
        // A task that has ended already is closed.
        let _ = self.commands.send(Command::Close).await;
        let _ = self.task.await;
        self.tally.counts()
    }
}

/// Delivers `scenario` live over the two connections of an operator, `speed` times as fast as its
/// own time (0 = as fast as it goes). The script is placed so that its last PDU is intercepted
/// when it is sent, hence never in the future. Gives the number of PDUs.
///
/// # Errors
/// [`Stopped`] when a connection was closed.
pub async fn deliver(
    scenario: &Scenario,
    speed: u32,
    (hi2, hi3): (&Mediation, &Mediation),
    clock: fn() -> Micros,
) -> Result<u64, Stopped> {
    let length = scenario.length();
    let played = length.checked_div(speed).unwrap_or_default();
    let early = i64::try_from(length.saturating_sub(played).as_micros()).unwrap_or(0);
    let (base, start) = (Micros(clock().0.saturating_sub(early)), Instant::now());
    let mut count: u64 = 0;
    for timed in scenario.pdus(base) {
        sleep_until(start + timed.after.checked_div(speed).unwrap_or_default()).await;
        match timed.interface {
            Interface::Hi2 => hi2.send(timed.octets).await?,
            Interface::Hi3 => hi3.send(timed.octets).await?,
        }
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// Plays a recorded stream over one connection of `settings`, in its pieces, then closes this side
/// and waits for the receiver to close its own. Gives the answers: a recording holds keep-alives.
///
/// # Errors
/// What connecting, writing or reading gave; a reset in place of a close is one.
pub async fn replay(settings: &MediationSettings, octets: &[u8]) -> std::io::Result<Vec<Answer>> {
    let mut state = State::new(settings.clone(), Arc::default());
    let (mut reader, mut writer) = tokio::io::split(state.connect().await?);
    let reading = tokio::spawn(async move {
        let mut heard = Vec::new();
        reader.read_to_end(&mut heard).await.map(|_| heard)
    });
    state.write(octets, &mut writer).await?;
    writer.shutdown().await?;
    let heard = reading.await.map_err(|_| std::io::ErrorKind::Other)??;
    let (mut answers, mut rest) = (Vec::new(), heard.as_slice());
    while let Ok(Some((answer, taken))) = answer::read(rest) {
        answers.push(answer);
        rest = rest.get(taken..).unwrap_or_default();
    }
    if rest.is_empty() { Ok(answers) } else { Err(std::io::ErrorKind::InvalidData.into()) }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

type Writer = tokio::io::WriteHalf<Box<dyn Wire>>;

/// Kept to be sent again: a PDU, and the request whose answer releases it.
struct Kept {
    octets: Vec<u8>,
    released_by: u32,
    sent: bool,
}

struct State {
    settings: MediationSettings,
    tally: Arc<Tally>,
    chance: Chance,
    buffer: VecDeque<Kept>,
    buffered: usize,
    next_keep_alive: u32,
    next_request: u32,
    since_request: u32,
    /// Number of the keep-alive that waits for its answer, and until when.
    waiting: Option<(u32, Instant)>,
    flushing: Vec<(Wanted, oneshot::Sender<()>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    KeepAlive(u32),
    Request(u32),
}

enum End {
    Lost,
    Closed,
}

impl State {
    fn new(settings: MediationSettings, tally: Arc<Tally>) -> Self {
        let seed = match settings.chunks {
            Chunks::Random { seed, .. } => seed,
            Chunks::Whole => 0,
        };
        Self {
            chance: Chance::new(seed),
            settings,
            tally,
            buffer: VecDeque::new(),
            buffered: 0,
            next_keep_alive: 1,
            next_request: 0,
            since_request: 0,
            waiting: None,
            flushing: Vec::new(),
        }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        loop {
            if let Ok(wire) = self.connect().await {
                self.tally.one(Tallied::Connections);
                if let End::Closed = self.serve(wire, &mut inbox).await {
                    return;
                }
            }
            self.tally.one(Tallied::Lost);
            self.waiting = None;
            let wait = self.settings.reconnect_after;
            if inbox.is_closed() && inbox.is_empty() {
                return;
            }
            sleep(wait).await;
        }
    }

    async fn connect(&self) -> std::io::Result<Box<dyn Wire>> {
        let tcp = TcpStream::connect(self.settings.address).await?;
        tcp.set_nodelay(true)?;
        match &self.settings.tls {
            None => Ok(Box::new(tcp)),
            Some(config) => {
                let name = ServerName::IpAddress(self.settings.address.ip().into());
                let connector = TlsConnector::from(Arc::clone(config));
                let shake = timeout(Duration::from_secs(10), connector.connect(name, tcp));
                Ok(Box::new(shake.await.map_err(|_| std::io::ErrorKind::TimedOut)??))
            }
        }
    }

    async fn serve(&mut self, wire: Box<dyn Wire>, inbox: &mut mpsc::Receiver<Command>) -> End {
        let (reader, mut writer) = tokio::io::split(wire);
        let (heard, mut answers) = mpsc::channel(64);
        let listening = tokio::spawn(listen(reader, heard));
        let begun = match self.negotiate(&mut writer, &mut answers).await {
            Ok(()) => self.resend(&mut writer).await,
            Err(error) => Err(error),
        };
        let end = match begun {
            Ok(()) => self.converse(&mut writer, inbox, &mut answers).await,
            Err(_) => End::Lost,
        };
        // The peer may be gone already; closing is then done.
        let _ = timeout(Duration::from_secs(1), writer.shutdown()).await;
        listening.abort();
        end
    }

    async fn converse(
        &mut self,
        writer: &mut Writer,
        inbox: &mut mpsc::Receiver<Command>,
        answers: &mut mpsc::Receiver<Answer>,
    ) -> End {
        let mut idle = Instant::now() + self.settings.keep_alive_every;
        loop {
            let deadline = self.waiting.map_or(idle, |(_, until)| until);
            let done = tokio::select! {
                biased;
                answer = answers.recv() => match answer {
                    Some(answer) => self.hear(&answer),
                    None => Err(std::io::ErrorKind::ConnectionReset.into()),
                },
                command = inbox.recv() => {
                    idle = Instant::now() + self.settings.keep_alive_every;
                    match command {
                        None | Some(Command::Close) => return End::Closed,
                        Some(command) => self.obey(command, writer).await,
                    }
                }
                () = sleep_until(deadline) => {
                    idle = Instant::now() + self.settings.keep_alive_every;
                    if self.waiting.is_some() {
                        return End::Lost;
                    }
                    self.keep_alive(writer).await.map(|_| ())
                }
            };
            if done.is_err() {
                return End::Lost;
            }
        }
    }

    async fn obey(&mut self, command: Command, writer: &mut Writer) -> std::io::Result<()> {
        match command {
            Command::Send(pdu) => self.fresh(pdu, writer).await,
            Command::Cut(None) | Command::Close => {
                Err(std::io::ErrorKind::ConnectionAborted.into())
            }
            Command::Cut(Some(pdu)) => {
                let half = pdu.get(..pdu.len() / 2).unwrap_or(&[]).to_vec();
                self.keep(pdu, false);
                self.write(&half, writer).await?;
                Err(std::io::ErrorKind::ConnectionAborted.into())
            }
            Command::Flush(done) => {
                // Kept before anything is written: a new connection asks again for whoever waits.
                if self.settings.acknowledge_every.is_some() {
                    self.flushing.push((Wanted::Request(self.next_request), done));
                    self.request(writer).await.map(|_| ())
                } else {
                    self.flushing.push((Wanted::KeepAlive(self.next_keep_alive), done));
                    self.keep_alive(writer).await.map(|_| ())
                }
            }
        }
    }

    async fn fresh(&mut self, pdu: Vec<u8>, writer: &mut Writer) -> std::io::Result<()> {
        self.keep(pdu.clone(), true);
        self.tally.one(Tallied::Sent);
        self.write(&pdu, writer).await?;
        self.since_request = self.since_request.saturating_add(1);
        if self.settings.acknowledge_every.is_some_and(|every| self.since_request >= every) {
            self.request(writer).await?;
        }
        Ok(())
    }

    fn keep(&mut self, octets: Vec<u8>, sent: bool) {
        self.buffered = self.buffered.saturating_add(octets.len());
        self.buffer.push_back(Kept { octets, released_by: self.next_request, sent });
        while self.settings.acknowledge_every.is_none()
            && self.buffered > self.settings.resend_octets
            && self.buffer.front().is_some_and(|oldest| oldest.sent)
        {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if let Some(kept) = self.buffer.pop_front() {
            self.buffered = self.buffered.saturating_sub(kept.octets.len());
        }
    }

    async fn resend(&mut self, writer: &mut Writer) -> std::io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let mut done = Ok(());
        for kept in &mut buffer {
            let tallied = if kept.sent { Tallied::Resent } else { Tallied::Sent };
            done = self.write(&kept.octets, writer).await;
            if done.is_err() {
                break;
            }
            self.tally.one(tallied);
            kept.sent = true;
            // Asked for again with the next request.
            kept.released_by = self.next_request;
        }
        self.buffer = buffer;
        done?;
        if !self.flushing.is_empty() {
            // The answers that were waited for died with the old connection: ask again.
            let wanted = if self.settings.acknowledge_every.is_some() {
                Wanted::Request(self.request(writer).await?)
            } else {
                Wanted::KeepAlive(self.keep_alive(writer).await?)
            };
            self.flushing.iter_mut().for_each(|(old, _)| *old = wanted);
        }
        Ok(())
    }

    fn header(&self, number: u32) -> Header {
        Header::new(b"mf-testkit-1", self.settings.operator.as_bytes())
            .network_element(b"med-1")
            .seq(number)
            .at(Micros::from_seconds(1_795_462_020))
    }

    async fn keep_alive(&mut self, writer: &mut Writer) -> std::io::Result<u32> {
        let number = self.next_keep_alive;
        self.next_keep_alive = number.wrapping_add(1);
        self.tally.one(Tallied::KeepAlives);
        self.write(&pdu::keep_alive(&self.header(number)), writer).await?;
        if !self.settings.keep_alive_wait.is_zero() {
            self.waiting = Some((number, Instant::now() + self.settings.keep_alive_wait));
        }
        Ok(number)
    }

    async fn request(&mut self, writer: &mut Writer) -> std::io::Result<u32> {
        let number = self.next_request;
        self.next_request = number.wrapping_add(1);
        self.since_request = 0;
        self.tally.one(Tallied::Asked);
        self.write(&pdu::ack_request(&self.header(number)), writer).await?;
        Ok(number)
    }

    fn hear(&mut self, answer: &Answer) -> std::io::Result<()> {
        let number = answer.sequence_number;
        match answer.kind {
            4 if self.waiting.is_none_or(|(wanted, _)| wanted >= number) => {
                self.tally.one(Tallied::KeepAlivesAnswered);
                if self.waiting.is_some_and(|(wanted, _)| wanted == number) {
                    self.waiting = None;
                }
                self.settle(|wanted| matches!(wanted, Wanted::KeepAlive(of) if of <= number));
                Ok(())
            }
            13 if number < self.next_request => {
                self.tally.one(Tallied::Acknowledged);
                while self.buffer.front().is_some_and(|kept| kept.released_by <= number) {
                    self.forget();
                }
                self.settle(|wanted| matches!(wanted, Wanted::Request(of) if of <= number));
                Ok(())
            }
            _ => {
                self.tally.one(Tallied::Wrong);
                Err(std::io::ErrorKind::InvalidData.into())
            }
        }
    }

    fn settle(&mut self, is_settled: impl Fn(Wanted) -> bool) {
        let (settled, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.flushing).into_iter().partition(|(of, _)| is_settled(*of));
        self.flushing = open;
        for (_, done) in settled {
            // Whoever waited may have given up.
            let _ = done.send(());
        }
    }

    async fn write(&mut self, octets: &[u8], writer: &mut Writer) -> std::io::Result<()> {
        match self.settings.chunks {
            Chunks::Whole => writer.write_all(octets).await?,
            Chunks::Random { octets_max, .. } => {
                let mut rest = octets;
                while !rest.is_empty() {
                    let size = 1 + self.chance.below(u64::from(octets_max.max(1)));
                    let size = usize::try_from(size).unwrap_or(1).min(rest.len());
                    let (piece, left) = rest.split_at(size);
                    writer.write_all(piece).await?;
                    writer.flush().await?;
                    rest = left;
                }
            }
        }
        writer.flush().await
    }
}

async fn listen(mut reader: impl AsyncRead + Unpin, heard: mpsc::Sender<Answer>) {
    let mut octets = Vec::new();
    let mut piece = vec![0; 4096];
    while let Ok(read @ 1..) = reader.read(&mut piece).await {
        octets.extend_from_slice(piece.get(..read).unwrap_or(&[]));
        loop {
            match answer::read(&octets) {
                Ok(None) => break,
                Ok(Some((answer, taken))) => {
                    octets.drain(..taken.min(octets.len()));
                    if heard.send(answer).await.is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }
}
