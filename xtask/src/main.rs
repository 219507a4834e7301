//! Tooling of the workspace: setup, demo, tidy, arch, ci, soak. Rust, not shell.
//!
//! A missing tool fails and is named; no check is ever skipped for want of one.
//!
//! Rules: `CONTRIBUTING.md`; the floors are those of `docs/decisions/0001-floors-and-rooms.md`.
#![expect(clippy::print_stderr, reason = "this program speaks to the person who runs it")]

mod arch;
mod ci;
mod demo;
mod files;
mod licences;
mod metadata;
mod process;
mod setup;
mod soak;
mod style_page;
mod tables;
mod tidy;

use std::process::ExitCode;

use process::{Failure, Workspace};

const USAGE: &str = "usage: cargo xtask COMMAND
  setup            install what building and testing need, or name what is missing
  demo [ARGS]      build and start `lacre demo ARGS` (first ARG --release: optimised)
  tidy             headers, sizes, words, duties, the examples of STYLE.md
  arch             floors, rooms, what each crate links, licences
  ci               every check; the last lines are the test runner's own count
  soak [PART]      the long runs: kills, fuzz or bench; without PART all three; or differential";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    match run(&command, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask {command}: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, rest: &[String]) -> Result<(), Failure> {
    let workspace = Workspace::find()?;
    match (command, rest) {
        ("setup", []) => setup::everything(&workspace),
        ("demo", args) => demo::run(&workspace, args),
        ("tidy", []) => tidy::run(&workspace),
        ("arch", []) => arch::run(&workspace),
        ("ci", []) => ci::run(&workspace),
        ("soak", []) => soak::run(&workspace, None),
        ("soak", [part]) => soak::run(&workspace, Some(part)),
        _ => Err(Failure::new(USAGE)),
    }
}
