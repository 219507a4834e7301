//! The long runs: random kills, mutation of hostile inputs, benchmarks; and, by name only, for it
//! needs modules that are not ours to keep, decoding compared with an independent decoder.
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
        Some("differential") => differential(workspace),
        Some(other) => {
            let known = "kills, fuzz, bench or differential";
            Err(Failure::new(format!("no soak `{other}`; {known}")))
        }
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

/// 5,000 random PDUs of every part, read by us and by pycrate; LACRE_DIFFERENTIAL_SEED for others.
fn differential(workspace: &Workspace) -> Result<(), Failure> {
    if std::env::var_os("LACRE_ASN1_MODULES").is_none() {
        return Err(Failure::new(
            "no ASN.1 modules to make PDUs from\n  why    the published modules are not part of \
             this repository\n  to do  set LACRE_ASN1_MODULES to a folder of them",
        ));
    }
    say("soak: 5,000 random PDUs against an independent decoder");
    let mut cargo = workspace.cargo(["test", "--release", "--locked", "-p", "lacre-handover"]);
    cargo.args(["--test", "differential", "--", "--ignored", "--nocapture", "soak_differential"]);
    tests(&mut cargo)
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
