//! The `lacre` command: configuration, composition, subcommands.
//!
//! stdout is data, stderr is people. Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 not intact,
//! 4 a check could not be made, 5 refused, 6 not reachable, 7 needs a second person.
#![forbid(unsafe_code)]

mod cli;
mod command;
mod compose;
mod context;
mod failure;
mod running;
mod socket;

use clap::Parser;
use std::process::ExitCode;

/// Plaintext passes through buffers of many owners (TLS, queues, decoders) before it is encrypted.
/// Wiping what is freed is the one place that forgets for all of them (decision 6).
#[global_allocator]
static FORGETFUL: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _printed_or_nobody_reads = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    ExitCode::from(command::dispatch(cli, &mut out, &mut err))
}
