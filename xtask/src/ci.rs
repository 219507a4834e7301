//! `cargo xtask ci`: every check, cheapest first, the tests last.
//!
//! The last lines printed are the test runner's own count. Honours `CARGO_TARGET_DIR`.
#![expect(clippy::print_stderr, reason = "the runner's count is the last word to the person")]

use crate::process::{self, Failure, Workspace, run_keeping, say, works};
use crate::{arch, setup, tidy};

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    setup::everything(workspace)?;
    let step = |what: &str, args: &[&str]| {
        say(what);
        process::run(&mut workspace.cargo(args))
    };
    step("format", &["fmt", "--all", "--", "--check"])?;
    arch::run(workspace)?;
    if works(&mut workspace.cargo(["deny", "--version"])) {
        step("deny", &["deny", "--locked", "check", "bans", "licenses", "sources"])?;
    }
    tidy::run(workspace)?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    step("clippy", &clippy)?;
    say("documentation");
    let doc = ["doc", "--workspace", "--no-deps", "--locked", "--quiet"];
    process::run(workspace.cargo(doc).env("RUSTDOCFLAGS", "-D warnings"))?;
    // Tests of the binary start `lacre` and `lacre-verify` as a stranger would.
    step("binaries", &["build", "--workspace", "--bins", "--locked"])?;
    tests(workspace)
}

/// Seconds of seeded mutation for each decoder; `soak` runs the long form.
const MUTATION_SECONDS: &str = "10";

/// Examples in doc comments first, for nextest does not run them; then everything else.
fn tests(workspace: &Workspace) -> Result<(), Failure> {
    let doctests = ["test", "--workspace", "--doc", "--locked", "--quiet"];
    if works(&mut workspace.cargo(["nextest", "--version"])) {
        say("examples in the documentation");
        run_keeping(&mut workspace.cargo(doctests), is_result)?;
        say("tests");
        let nextest = ["nextest", "run", "--workspace", "--locked", "--no-fail-fast"];
        let mut cargo = workspace.cargo(nextest);
        return process::run(cargo.env("LACRE_MUTATION_SECONDS", MUTATION_SECONDS));
    }
    say("tests, with cargo test (cargo-nextest is not installed)");
    let all = ["test", "--workspace", "--locked", "--no-fail-fast"];
    let mut cargo = workspace.cargo(all);
    cargo.env("LACRE_MUTATION_SECONDS", MUTATION_SECONDS);
    let results = run_keeping(&mut cargo, is_result)?;
    let passed: u64 = results.iter().filter_map(|line| passed(line)).sum();
    say(&format!("{} test programs, {passed} tests passed; their own counts:", results.len()));
    for line in results {
        eprintln!("{line}");
    }
    Ok(())
}

/// A line in which libtest counts.
pub(crate) fn is_result(line: &str) -> bool {
    line.starts_with("test result:")
}

/// The number before `passed` in libtest's count.
pub(crate) fn passed(line: &str) -> Option<u64> {
    let (before, _) = line.split_once(" passed")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_the_runners_own_line() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        assert!(is_result(line));
        assert_eq!(passed(line), Some(12));
        assert_eq!(passed("running 3 tests"), None);
    }
}
