//! The Rust examples of STYLE.md compile: together they are one file, tests included.
//!
//! They are checked as a package of their own below the target folder, with the versions of our
//! `Cargo.lock`, so that an example cannot teach what the compiler refuses.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::process::{Failure, Workspace, capture};

const MANIFEST: &str = "[package]\nname = \"style-page\"\nversion = \"0.0.0\"\n\
    edition = \"2024\"\npublish = false\n\n[dependencies]\nthiserror = \"2\"\n\n[workspace]\n";

pub(crate) fn compile(workspace: &Workspace, page: &str) -> Result<(), Failure> {
    let folder = workspace.target().join("style-page");
    let source = folder.join("src");
    fs::create_dir_all(&source).map_err(|e| unwritable(&source, &e))?;
    let lock = fs::read(workspace.at("Cargo.lock"))
        .map_err(|e| Failure::new(format!("could not read Cargo.lock: {e}")))?;
    write(&folder.join("Cargo.toml"), MANIFEST.as_bytes())?;
    write(&folder.join("Cargo.lock"), &lock)?;
    write(&source.join("lib.rs"), examples(page).as_bytes())?;
    let mut cargo = workspace.cargo(["check", "--quiet", "--tests", "--offline"]);
    cargo.arg("--manifest-path").arg(folder.join("Cargo.toml"));
    cargo.env("CARGO_TARGET_DIR", folder.join("target"));
    match capture(&mut cargo) {
        Ok(_) => Ok(()),
        Err(failure) => Err(Failure::new(format!("STYLE.md does not compile: {failure}"))),
    }
}

/// The text of every block marked `rust`, in order.
fn examples(page: &str) -> String {
    let mut examples = String::new();
    let mut inside = false;
    for line in page.lines() {
        match line {
            "```rust" => inside = true,
            "```" => inside = false,
            _ if inside => {
                examples.push_str(line);
                examples.push('\n');
            }
            _ => {}
        }
    }
    examples
}

/// Written only when different, so that an unchanged page is not compiled again.
fn write(path: &Path, octets: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|there| there == octets) {
        return Ok(());
    }
    let mut file = fs::File::create(path).map_err(|e| unwritable(path, &e))?;
    file.write_all(octets).map_err(|e| unwritable(path, &e))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_the_rust_blocks_in_order() {
        let page = "text\n```rust\nfn a() {}\n```\n```toml\nx = 1\n```\n```rust\nfn b() {}\n```\n";
        assert_eq!(examples(page), "fn a() {}\nfn b() {}\n");
    }
}
