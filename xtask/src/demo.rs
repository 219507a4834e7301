//! `cargo xtask demo`: what a newcomer types first.

use crate::process::{self, Failure, Workspace, say};
use crate::setup;

/// Builds and starts `lacre demo`; the terminal is the demo's, so Ctrl-C reaches it.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<(), Failure> {
    setup::to_build(workspace)?;
    let optimised = args.first().is_some_and(|arg| arg == "--release");
    let demo_args = args.get(usize::from(optimised)..).unwrap_or_default();
    say("building (the first time takes some minutes)");
    let mut cargo =
        workspace.cargo(["run", "--quiet", "--locked", "-p", "lacre", "--bin", "lacre"]);
    if optimised {
        cargo.arg("--release");
    }
    cargo.args(["--", "demo"]).args(demo_args).stdin(std::process::Stdio::inherit());
    process::run(&mut cargo)
}
