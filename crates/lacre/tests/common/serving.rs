//! `lacre serve` as a child process: where it listens, what it logs, and a clean end.
use super::{Ran, Site, json_lines, number};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest a story waits for anything to happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server of a site; killed when dropped.
pub struct Serving<'s> {
    site: &'s Site,
    child: Child,
    log: Arc<Mutex<Vec<Value>>>,
    out: Option<JoinHandle<()>>,
    err: Option<JoinHandle<String>>,
}

/// How a server ended.
pub struct Served {
    pub code: Option<i32>,
    pub log: Vec<Value>,
    pub stderr: String,
}

impl<'s> Serving<'s> {
    /// Starts `lacre serve --json` with `args` and waits until `listeners` ports are open.
    #[track_caller]
    pub fn start(site: &'s Site, args: &[&str], listeners: usize) -> Self {
        let mut command = site.command();
        command.args(["serve", "--json"]).args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let log: Arc<Mutex<Vec<Value>>> = Arc::default();
        let lines = Arc::clone(&log);
        let out = std::thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n') {
                lines.lock().unwrap().extend(json_lines(&line.unwrap()));
            }
        });
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut serving = Self { site, child, log, out: Some(out), err: Some(err) };
        let since = Instant::now();
        while serving.addresses().len() < listeners {
            let ended = serving.child.try_wait().unwrap();
            if ended.is_some() || since.elapsed() > PATIENCE {
                let served = serving.end();
                panic!("serve did not open: {:?} {}", served.code, served.stderr);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        serving
    }

    /// Starts a `--dev` site's server with one TLS port.
    #[track_caller]
    pub fn dev(site: &'s Site) -> Self {
        Self::start(site, &["--dev", "--listen", "127.0.0.1:0"], 1)
    }

    /// Where it listens, in the order it said.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let log = self.log.lock().unwrap();
        let said = log.iter().filter(|line| line["schema"] == "lacre.listening/1");
        said.map(|line| line["address"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// SHA-256 of the port's certificate.
    pub fn certificate(&self) -> lacre_term::Digest {
        let pem = std::fs::read(self.site.dir.join("handover-port.pem")).unwrap();
        lacre_custody::certificate::fingerprint(&pem).unwrap()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The site's counts, asked through the socket.
    #[track_caller]
    pub fn status(&self) -> Value {
        self.site.run(&["intake", "status", "--json"]).ok().last()
    }

    /// Waits until so many PDUs were received, and gives the counts.
    #[track_caller]
    pub fn received(&self, pdus: u64) -> Value {
        let since = Instant::now();
        loop {
            let status = self.status();
            if number(&status, "received") >= pdus {
                super::assert_balanced(&status);
                assert_eq!(number(&status, "received"), pdus, "{status}");
                return status;
            }
            assert!(since.elapsed() < PATIENCE, "still {status} instead of {pdus}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGTERM, and how it ended.
    #[track_caller]
    pub fn stop(mut self) -> Served {
        let kill = Command::new("kill").args(["-TERM", &self.pid().to_string()]).output().unwrap();
        Ran::of(kill).ok();
        let since = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(since.elapsed() < PATIENCE, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.end()
    }

    fn end(&mut self) -> Served {
        let _gone_already = self.child.kill();
        let code = self.child.wait().unwrap().code();
        self.out.take().unwrap().join().unwrap();
        let stderr = self.err.take().unwrap().join().unwrap();
        Served { code, log: self.log.lock().unwrap().clone(), stderr }
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _gone_already = self.child.wait();
    }
}
