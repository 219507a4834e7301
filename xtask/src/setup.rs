//! What building and testing need beside the Rust toolchain: Debian packages and Python tools.
//!
//! Each need is proved by using it, not by a package list. As root on a Debian what lacks is
//! installed; anyone else is told exactly what lacks and how to install it.

use std::path::{Path, PathBuf};

use crate::process::{Failure, Workspace, capture, run, say, works};

/// A need: the Debian package that meets it, and how it shows that it is met.
struct Need {
    package: &'static str,
    shown_by: Proof,
}

enum Proof {
    Runs(&'static [&'static str]),
    IsThere(&'static str),
    RunsOrIsThere(&'static [&'static str], &'static str),
}

const fn runs(package: &'static str, words: &'static [&'static str]) -> Need {
    Need { package, shown_by: Proof::Runs(words) }
}

/// To build: SQLCipher links Debian's libcrypto.
const BUILD: [Need; 2] = [
    runs("pkg-config", &["pkg-config", "--version"]),
    Need {
        package: "libssl-dev",
        // The header tells where pkg-config itself is what lacks.
        shown_by: Proof::RunsOrIsThere(
            &["pkg-config", "--exists", "libcrypto"],
            "/usr/include/openssl/crypto.h",
        ),
    },
];

/// To test: the strangers who verify a package without anything of ours.
const TEST: [Need; 8] = [
    runs("golang-go", &["go", "version"]),
    Need {
        package: "golang-golang-x-mod-dev",
        shown_by: Proof::IsThere("/usr/share/gocode/src/golang.org/x/mod/sumdb/note"),
    },
    runs("libxml2-utils", &["xmllint", "--version"]),
    runs("unzip", &["unzip", "-v"]),
    runs("zip", &["zip", "-v"]),
    runs("openssl", &["openssl", "version"]),
    runs("util-linux", &["unshare", "--version"]),
    runs("python3-venv", &["python3", "-c", "import ensurepip, venv"]),
];

/// Enough to build and start the binary.
pub(crate) fn to_build(workspace: &Workspace) -> Result<(), Failure> {
    packages(workspace, &BUILD)
}

/// Enough for every test.
pub(crate) fn everything(workspace: &Workspace) -> Result<(), Failure> {
    say("setup: Debian packages, Python tools");
    let needs: Vec<&Need> = BUILD.iter().chain(&TEST).collect();
    packages(workspace, needs)?;
    python_tools(workspace)?;
    no_network(workspace)
}

fn packages<'n>(
    workspace: &Workspace,
    needs: impl IntoIterator<Item = &'n Need>,
) -> Result<(), Failure> {
    let lacking: Vec<&Need> = needs.into_iter().filter(|need| !need.is_met(workspace)).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = lacking.iter().map(|need| need.package).collect();
    let names = names.join(" ");
    if !may_install(workspace) {
        return Err(Failure::new(format!(
            "these Debian packages are missing: {names}\n  why    building or testing uses them; \
             nothing is skipped\n  to do  as root: apt-get install --no-install-recommends {names}"
        )));
    }
    say(&format!("installing {names}"));
    let apt = |words: &[&str]| {
        let mut command = workspace.command("apt-get", words);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut command)
    };
    apt(&["update", "--quiet"])?;
    let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    install.extend(lacking.iter().map(|need| need.package));
    apt(&install)?;
    let still: Vec<&str> =
        lacking.iter().filter(|n| !n.is_met(workspace)).map(|n| n.package).collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("installed, but still not usable: {}", still.join(" "))))
}

impl Need {
    fn is_met(&self, workspace: &Workspace) -> bool {
        let there = |path: &str| Path::new(path).exists();
        let runs = |words: &[&str]| {
            words
                .split_first()
                .is_some_and(|(program, args)| works(&mut workspace.command(program, args)))
        };
        match self.shown_by {
            Proof::IsThere(path) => there(path),
            Proof::Runs(words) => runs(words),
            Proof::RunsOrIsThere(words, path) => runs(words) || there(path),
        }
    }
}

/// Root on a system with apt.
fn may_install(workspace: &Workspace) -> bool {
    let root = capture(&mut workspace.command("id", ["-u"])).is_ok_and(|id| id.trim() == "0");
    root && works(&mut workspace.command("apt-get", ["--version"]))
}

/// Always below the tree itself, where the tests look for it, whatever the build's folder is.
fn venv(workspace: &Workspace) -> PathBuf {
    workspace.at("target/venv")
}

/// The pinned tools of `xtask/python-tools.txt`, in an environment of their own.
fn python_tools(workspace: &Workspace) -> Result<(), Failure> {
    let list = workspace.at("xtask/python-tools.txt");
    let text = std::fs::read_to_string(&list)
        .map_err(|e| Failure::new(format!("could not read {}: {e}", list.display())))?;
    let venv = venv(workspace);
    let python = venv.join("bin/python");
    let are_there = || {
        pinned(&text).all(|(name, version)| {
            let ask = format!("import importlib.metadata as m; print(m.version('{name}'))");
            capture(&mut workspace.command(&python, ["-c", &ask]))
                .is_ok_and(|found| found.trim() == version)
        })
    };
    if are_there() {
        return Ok(());
    }
    say("making target/venv with the tools of xtask/python-tools.txt");
    let mut make = workspace.command("python3", ["-m", "venv", "--clear"]);
    run(make.arg(&venv))?;
    let mut install = workspace.command(&python, ["-m", "pip", "install", "--quiet"]);
    // Only what the list pins: none of it needs anything else for what is used here.
    install.args(["--disable-pip-version-check", "--no-deps", "--requirement"]).arg(&list);
    run(&mut install).map_err(|failure| {
        Failure::new(format!("{failure}\n  to do  allow pip to reach its index once, then again"))
    })?;
    if are_there() { Ok(()) } else { Err(Failure::new("target/venv lacks a tool after pip ran")) }
}

/// `name==version` lines.
fn pinned(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once("=="))
}

/// Strangers verify with the network taken away; that must be possible here.
fn no_network(workspace: &Workspace) -> Result<(), Failure> {
    let direct = works(&mut workspace.command("unshare", ["-n", "true"]));
    if direct || works(&mut workspace.command("unshare", ["-r", "-n", "true"])) {
        return Ok(());
    }
    Err(Failure::new(
        "`unshare -n` is not allowed here\n  why    the tests verify packages with no network\n  \
         to do  run as root, or allow user namespaces (kernel.unprivileged_userns_clone=1)",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_python_tools_is_pinned_to_versions() {
        let list = "# why\nbagit==1.8.1\nsetuptools==78.1.1\n";
        let tools: Vec<_> = pinned(list).collect();
        assert_eq!(tools, [("bagit", "1.8.1"), ("setuptools", "78.1.1")]);
    }

    #[test]
    fn a_need_that_is_not_there_is_not_met() {
        let workspace = Workspace::find().unwrap();
        assert!(!runs("x", &["no-such-program-as-this"]).is_met(&workspace));
        assert!(!runs("x", &["false"]).is_met(&workspace));
        assert!(runs("x", &["true"]).is_met(&workspace));
    }
}
