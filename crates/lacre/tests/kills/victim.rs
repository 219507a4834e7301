//! A command that will be killed, and every whole line it printed before.
use crate::common::Site;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How it ended, with the lines it printed.
pub(crate) enum End {
    /// By our signal.
    Killed(Vec<Value>),
    /// By itself, before.
    Ended(Option<i32>, Vec<Value>),
}

/// A command under way.
pub(crate) struct Victim {
    child: Child,
    lines: Vec<Value>,
    printed: Receiver<Value>,
    reading: Option<JoinHandle<()>>,
}

impl Victim {
    /// Starts the command on `site`.
    pub(crate) fn start(site: &Site, args: &[&str]) -> Self {
        let mut command = site.command();
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (print, printed) = channel();
        let reading = std::thread::spawn(move || {
            let mut line = Vec::new();
            // A line cut by the kill says nothing.
            while out.read_until(b'\n', &mut line).is_ok_and(|_| line.ends_with(b"\n")) {
                let _nobody_waits = print.send(serde_json::from_slice(&line).unwrap());
                line.clear();
            }
        });
        Self { child, lines: Vec::new(), printed, reading: Some(reading) }
    }

    /// Waits for a line; `None` when the command ends without one, or says nothing for long.
    pub(crate) fn wait_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        while let Ok(line) = self.printed.recv_timeout(Duration::from_secs(10)) {
            self.lines.push(line.clone());
            if wanted(&line) {
                return Some(line);
            }
        }
        None
    }

    /// Asks it to stop in order.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(mut self) -> (Option<i32>, Vec<Value>) {
        let status = self.child.wait().unwrap();
        (status.code(), self.drain())
    }

    /// `kill -9`, unless it ended before.
    pub(crate) fn kill(&mut self) -> End {
        let _ended_already = self.child.kill();
        let status = self.child.wait().unwrap();
        let lines = self.drain();
        if status.signal() == Some(9) {
            End::Killed(lines)
        } else {
            End::Ended(status.code(), lines)
        }
    }

    fn drain(&mut self) -> Vec<Value> {
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
        self.lines.extend(self.printed.try_iter());
        std::mem::take(&mut self.lines)
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}
