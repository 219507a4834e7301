//! The long runs: random kills, mutation of hostile inputs, benchmarks.
//!
//! Not part of `ci`, which runs a short form of each.

use crate::ci::{is_result, passed};
use crate::process::{self, Failure, Workspace, run_keeping, say};
use crate::setup;

/// Runs one part by name, or all three.
pub(crate) fn run(workspace: &Workspace, part: Option<&String>) -> Result<(), Failure> {
    setup::everything(workspace)?;
    match part.map(String::as_str) {
        None => {
            kills(workspace)?;
            fuzz(workspace)?;
            bench(workspace)
        }
        Some("kills") => kills(workspace),
        Some("fuzz") => fuzz(workspace),
        Some("bench") => bench(workspace),
        Some(other) => Err(Failure::new(format!("no soak `{other}`; kills, fuzz or bench"))),
    }
}

/// Random `kill -9` of server and intake, as many as the soak asks for.
fn kills(workspace: &Workspace) -> Result<(), Failure> {
    say("soak: 200 kills");
    let mut cargo = workspace.cargo(["test", "--release", "--locked", "-p", "lacre", "--"]);
    cargo.args(["--ignored", "--nocapture", "soak_kills"]).env("LACRE_KILLS", "200");
    tests(&mut cargo)
}

/// Ten minutes of seeded mutation for each decoder.
fn fuzz(workspace: &Workspace) -> Result<(), Failure> {
    say("soak: ten minutes of mutation for each decoder");
    let mut cargo = workspace.cargo(["test", "--release", "--locked", "--workspace"]);
    cargo.args(["mutation", "--", "--nocapture", "--test-threads=1"]);
    tests(cargo.env("LACRE_MUTATION_SECONDS", "600"))
}

fn bench(workspace: &Workspace) -> Result<(), Failure> {
    say("soak: benchmarks (method and figures: docs/performance.md)");
    process::run(&mut workspace.cargo(["bench", "--locked", "--workspace", "--bench", "*"]))
}

/// Runs tests by name; none found is a failure, for then nothing was soaked.
fn tests(cargo: &mut std::process::Command) -> Result<(), Failure> {
    let results = run_keeping(cargo, is_result)?;
    if results.iter().filter_map(|line| passed(line)).sum::<u64>() > 0 {
        return Ok(());
    }
    Err(Failure::new("no test of that name ran; the soak tested nothing"))
}
