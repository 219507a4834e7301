//! Tidiness that a reader notices: headers, sizes, words, and pages that say what is true.
//!
//! Reads every written file of the tree and reports all findings at once, each with its place.
//!
//! Rules: `STYLE.md`; words by `docs/terms.md`; duties by `docs/duties.md`.
#![expect(clippy::print_stderr, reason = "findings are for the person who runs it")]

mod duties;
mod pages;
mod words;

use crate::files::{self, Source};
use crate::process::{Failure, Workspace, say};
use crate::style_page;

const LINES_MAX: usize = 600;
const COLUMNS_MAX: usize = 100;

/// Something to change, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    words: String,
}

impl Finding {
    fn new(path: &str, line: usize, words: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, words: words.into() }
    }
}

/// Runs every rule; fails with the number of findings after listing them.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    say("tidy: headers, sizes, words, duties, the examples of STYLE.md");
    let sources = files::written(workspace)?;
    let mut findings: Vec<Finding> = sources.iter().flat_map(form).collect();
    let page = |path: &str| {
        sources
            .iter()
            .find(|s| s.path == path)
            .ok_or_else(|| Failure::new(format!("{path} is missing; tidy reads its rules from it")))
    };
    findings.extend(pages::check(&sources));
    findings.extend(words::check(&sources, &page("docs/terms.md")?.text)?);
    findings.extend(duties::check(&sources, &page("docs/duties.md")?.text)?);
    for finding in &findings {
        eprintln!("{}:{}: {}", finding.path, finding.line, finding.words);
    }
    if !findings.is_empty() {
        return Err(Failure::new(format!("{} findings", findings.len())));
    }
    style_page::compile(workspace, &page("STYLE.md")?.text)
}

/// Header, length and width of a Rust file.
fn form(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.is_rust() {
        return findings;
    }
    if !source.text.starts_with("//! ") {
        let words = "opens without `//!`: say what it is, what it promises, whose rule it follows";
        findings.push(Finding::new(&source.path, 1, words));
    }
    let lines = source.text.lines().count();
    if lines > LINES_MAX {
        let words = format!("{lines} lines, {LINES_MAX} at most: split by what it is about");
        findings.push(Finding::new(&source.path, lines, words));
    }
    for (at, line) in source.text.lines().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS_MAX {
            let words = format!("{columns} columns, {COLUMNS_MAX} at most");
            findings.push(Finding::new(&source.path, at.saturating_add(1), words));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> Source {
        Source { path: "a.rs".into(), text: text.into() }
    }

    #[test]
    fn a_file_with_a_header_and_short_lines_is_in_form() {
        assert_eq!(form(&rust("//! What it is.\nfn a() {}\n")), []);
    }

    #[test]
    fn a_file_without_header_too_long_or_too_wide_is_named_with_its_line() {
        let found = form(&rust("fn a() {}\n"));
        assert_eq!(found.first().map(|f| f.line), Some(1));
        let wide = format!("//! a\n// {}\n", "x".repeat(98));
        assert_eq!(form(&rust(&wide)), [Finding::new("a.rs", 2, "101 columns, 100 at most")]);
        let long = format!("//! a\n{}", "\n".repeat(600));
        assert_eq!(form(&rust(&long)).len(), 1);
    }

    /// Pages have their own width.
    #[test]
    fn only_rust_has_a_form() {
        let page = Source { path: "a.md".into(), text: "x".repeat(200) };
        assert_eq!(form(&page), []);
    }
}
