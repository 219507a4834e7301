//! The files of the tree: found by walking, read as text, sorted so that findings are stable.

use std::fs;
use std::path::Path;

use crate::process::{Failure, Workspace};

/// One text file: its path from the root with `/`, and its text.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e == extension)
}

/// Extensions of files that people write here; vectors and pictures are not text of ours.
const WRITTEN: [&str; 10] = ["rs", "md", "toml", "txt", "html", "css", "js", "mjs", "sh", "go"];
/// Folders that hold no source of ours.
const PASSED_OVER: [&str; 4] = ["target", ".git", "node_modules", "venv"];

/// Every written file of the workspace, except `Cargo.lock`, the licence and what `vectors/` holds
/// beside its own pages.
pub(crate) fn written(workspace: &Workspace) -> Result<Vec<Source>, Failure> {
    let mut found = Vec::new();
    walk(workspace.root(), "", &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    for entry in entries {
        let entry = entry.map_err(|e| unreadable(folder, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let kind = entry.file_type().map_err(|e| unreadable(&entry.path(), &e))?;
        if kind.is_dir() {
            if !PASSED_OVER.contains(&name.as_str()) {
                walk(&entry.path(), &path, found)?;
            }
        } else if kind.is_file() && is_written(&path) {
            let octets = fs::read(entry.path()).map_err(|e| unreadable(&entry.path(), &e))?;
            let text = String::from_utf8(octets)
                .map_err(|_| Failure::new(format!("{path} is not UTF-8; save it as UTF-8")))?;
            found.push(Source { path, text });
        }
    }
    Ok(())
}

fn is_written(path: &str) -> bool {
    let vector = path.starts_with("vectors/") && !has_extension(path, "md");
    !vector && (path == ".ci/run" || WRITTEN.iter().any(|e| has_extension(path, e)))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not read {}: {error}", path.display()))
}
