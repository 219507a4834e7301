//! Running other programs from the workspace's root, and failing with their name and exit code.
//!
//! What `cargo run` put into this process's environment about `xtask` itself is not handed on:
//! it would make nested builds think that something changed.

use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task stopped, in words for the person who ran it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The root of the checked-out tree; everything runs from there.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The folder above `xtask/`: where cargo found this package, else above the current folder.
    pub(crate) fn find() -> Result<Self, Failure> {
        let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::current_dir()
                .map_err(|e| Failure::new(format!("no current folder: {e}")))?,
        };
        start
            .ancestors()
            .find(|folder| folder.join("xtask/Cargo.toml").is_file())
            .map(|root| Self { root: root.to_path_buf() })
            .ok_or_else(|| {
                Failure::new("not inside the workspace; run `cargo xtask` from its root")
            })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn at(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where builds go: `CARGO_TARGET_DIR` when set, `target/` otherwise.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.at("target"),
        }
    }

    /// A program, to be run at the root without input and without our own cargo variables.
    pub(crate) fn command<I, S>(&self, program: impl AsRef<OsStr>, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let ours = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"];
            let text = name.to_string_lossy();
            if text == "CARGO_PRIMARY_PACKAGE" || ours.iter().any(|p| text.starts_with(p)) {
                command.env_remove(&name);
            }
        }
        command
    }

    pub(crate) fn cargo<I, S>(&self, args: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command("cargo", args)
    }
}

/// Says on one line what is about to run.
pub(crate) fn say(what: &str) {
    eprintln!("── {what}");
}

/// Runs to the end with output shown; any exit but 0 is a failure that names the command.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    let status = command.status().map_err(|e| not_started(&shown, &e))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{shown}` failed: {status}"))) }
}

/// Runs to the end and returns stdout; stderr is part of the failure.
pub(crate) fn capture(command: &mut Command) -> Result<String, Failure> {
    let shown = shown(command);
    let output = command.output().map_err(|e| not_started(&shown, &e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{shown}` failed: {}\n{}", output.status, told.trim_end())))
}

/// Runs with output shown line by line, and keeps the lines of stdout that `keep` wants.
pub(crate) fn run_keeping(
    command: &mut Command,
    keep: fn(&str) -> bool,
) -> Result<Vec<String>, Failure> {
    let shown = shown(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| not_started(&shown, &e))?;
    let mut kept = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let mut out = std::io::stdout().lock();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // A closed pipe must not end the tests; their exit code is what counts.
            let _ = writeln!(out, "{line}");
            if keep(&line) {
                kept.push(line);
            }
        }
    }
    let status = child.wait().map_err(|e| not_started(&shown, &e))?;
    if status.success() {
        Ok(kept)
    } else {
        Err(Failure::new(format!("`{shown}` failed: {status}\n{}", kept.join("\n"))))
    }
}

/// Whether a program starts and exits 0; its output is not shown.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

fn not_started(shown: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{shown}` could not start: {error}; install it, nothing is skipped"))
}
