//! Commands while a server owns the site: they go through its Unix socket and run there.
//!
//! Request: one line of JSON. Answer: frames of one kind octet (1 stdout, 2 stderr, 3 exit code),
//! a length (u32 BE) and that many octets. The socket is the owner's alone (0600), and whoever can
//! open it could read the site's files as well.
//!
//! Rules: DESIGN decision 18.
use crate::cli::Cli;
use crate::command;
use crate::context::SharedHouse;
use crate::failure::Failure;
use clap::Parser;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const REQUEST_OCTETS_MAX: u64 = 1 << 20;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const EXIT: u8 = 3;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    args: Vec<String>,
    cwd: PathBuf,
    person: Option<String>,
    reason: Option<String>,
    spanish: bool,
}

/// Lends the command line to the server that owns the site, and copies its answer.
///
/// # Errors
/// [`Failure`] with code 6 when the server does not answer.
pub(crate) fn forward(
    socket: &Path,
    cli: &Cli,
    spanish: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<u8, Failure> {
    let unreachable = |error: io::Error| {
        Failure::with(
            6,
            format!(
                "the site is in use and its server does not answer at {}: {error}; \
             wait for the other command to end, or start `lacre serve`",
                socket.display()
            ),
        )
    };
    let mut stream = UnixStream::connect(socket).map_err(unreachable)?;
    let request = Request {
        args: std::env::args().collect(),
        cwd: std::env::current_dir().map_err(unreachable)?,
        person: cli.common.person.clone(),
        reason: cli.common.reason.clone(),
        spanish,
    };
    let mut line = serde_json::to_vec(&request)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(unreachable)?;
    loop {
        let mut head = [0u8; 5];
        stream.read_exact(&mut head).map_err(unreachable)?;
        let [kind, a, b, c, d] = head;
        let length = u64::from(u32::from_be_bytes([a, b, c, d]));
        let mut body = Vec::new();
        Read::by_ref(&mut stream).take(length).read_to_end(&mut body).map_err(unreachable)?;
        match kind {
            STDOUT => {
                out.write_all(&body)?;
                out.flush()?;
            }
            STDERR => err.write_all(&body)?,
            EXIT => return Ok(body.first().copied().unwrap_or(1)),
            _ => return Err(Failure::with(1, "the server's answer makes no sense: same version?")),
        }
    }
}

/// One side of the answer.
struct Frames {
    stream: Arc<Mutex<UnixStream>>,
    kind: u8,
}

impl Write for Frames {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let part = octets.get(..octets.len().min(1 << 20)).unwrap_or_default();
        let length = u32::try_from(part.len()).unwrap_or(0);
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(&[self.kind])?;
        stream.write_all(&length.to_be_bytes())?;
        stream.write_all(part)?;
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Listens for commands in a thread of its own, for as long as the process lives.
///
/// # Errors
/// The socket could not be made.
pub(crate) fn listen(path: &Path, house: SharedHouse) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    std::thread::Builder::new().name("commands".into()).spawn(move || {
        for stream in listener.incoming().flatten() {
            let house = Arc::clone(&house);
            let spawned = std::thread::Builder::new().name("command".into()).spawn(move || {
                let _client_gone = answer(stream, &house);
            });
            if spawned.is_err() {
                continue;
            }
        }
    })?;
    Ok(())
}

fn answer(stream: UnixStream, house: &SharedHouse) -> io::Result<()> {
    let mut line = Vec::new();
    BufReader::new(stream.try_clone()?.take(REQUEST_OCTETS_MAX)).read_until(b'\n', &mut line)?;
    // A client that stops reading must not hold up the server.
    stream.set_write_timeout(Some(std::time::Duration::from_secs(10)))?;
    let stream = Arc::new(Mutex::new(stream));
    let mut out = Frames { stream: Arc::clone(&stream), kind: STDOUT };
    let mut err = Frames { stream: Arc::clone(&stream), kind: STDERR };
    let code = match serde_json::from_slice::<Request>(&line).map(|request| {
        let parsed = Cli::try_parse_from(&request.args);
        (request, parsed)
    }) {
        Ok((request, Ok(mut cli))) => {
            cli.common.person = request.person;
            cli.common.reason = request.reason;
            if cli.common.lang.is_none() && request.spanish {
                cli.common.lang = Some(crate::cli::Lang::Es);
            }
            command::run_in(house, cli, request.cwd, &mut out, &mut err)
        }
        _ => {
            writeln!(err, "error: the request cannot be read: same version of lacre?")?;
            2
        }
    };
    Frames { stream, kind: EXIT }.write_all(&[code])
}
