//! Words: one per thing, none that means unfinished work, no place that exists on one machine only.
//!
//! The table of words not to write is in `docs/terms.md`, where people read it.
//! This file and that page name the words, so they are the two files not searched for them.

use super::Finding;
use crate::files::Source;
use crate::process::Failure;
use crate::tables;

const HEADING: [&str; 3] = ["Do not write", "Write", "Where"];
const NAMES_THE_WORDS: [&str; 2] = ["docs/terms.md", "xtask/src/tidy/words.rs"];

/// Words of unfinished work, as people write them.
const UNFINISHED: [&str; 4] = ["FIXME", "TODO", "XXX", "HACK"];
/// Folders of one person's or one machine's disk.
const ONE_MACHINE: [&str; 4] = ["/home/", "/root/", "/work/", "/Users/"];
/// Hosts of package registries: a build names packages, never hosts.
const REGISTRIES: [&str; 6] = [
    "crates.io",
    "registry.npmjs.org",
    "pypi.org",
    "files.pythonhosted.org",
    "proxy.golang.org",
    "deb.debian.org",
];

/// Words not to write, and what to write instead.
struct Rule {
    words: Vec<String>,
    instead: String,
    in_code: bool,
    in_pages: bool,
}

pub(super) fn check(sources: &[Source], terms: &str) -> Result<Vec<Finding>, Failure> {
    let rules = rules(terms)?;
    let mut findings = Vec::new();
    for source in sources {
        if !NAMES_THE_WORDS.contains(&source.path.as_str()) {
            for (at, line) in source.text.lines().enumerate() {
                check_line(source, line, &rules, &mut |words| {
                    findings.push(Finding::new(&source.path, at.saturating_add(1), words));
                });
            }
        }
    }
    Ok(findings)
}

fn check_line(source: &Source, line: &str, rules: &[Rule], report: &mut dyn FnMut(String)) {
    for word in UNFINISHED.iter().filter(|w| has_word(line, w)) {
        report(format!("`{word}`: finish it, or say in the change that it is not done"));
    }
    for path in ONE_MACHINE.iter().filter(|p| has_path(line, p)) {
        report(format!("`{path}…` exists on one machine only; write a path from the root"));
    }
    for host in REGISTRIES.iter().filter(|h| line.contains(*h)) {
        report(format!("`{host}`: name the package, not a registry's host"));
    }
    let lower = line.to_lowercase();
    for rule in rules {
        let searched = if source.is_rust() { rule.in_code } else { rule.in_pages };
        for word in rule.words.iter().filter(|w| searched && has_word(&lower, w)) {
            report(format!("`{word}`: write {} (docs/terms.md)", rule.instead));
        }
    }
}

fn rules(terms: &str) -> Result<Vec<Rule>, Failure> {
    let rows = tables::rows(terms, &HEADING);
    if rows.is_empty() {
        let heading = HEADING.join(" | ");
        return Err(Failure::new(format!("docs/terms.md has no table `{heading}`; restore it")));
    }
    let rule = |row: &tables::Row| Rule {
        words: tables::quoted(row.cell(0)).iter().map(|w| w.to_lowercase()).collect(),
        instead: row.cell(1).to_owned(),
        in_code: row.cell(2) != "pages",
        in_pages: row.cell(2) != "code",
    };
    Ok(rows.iter().map(rule).collect())
}

/// Whether `word` stands in `line` with no letter, digit or underscore on either side.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, found)| {
        let before = line.get(..at).and_then(|s| s.chars().next_back());
        let after = line.get(at.saturating_add(found.len())..).and_then(|s| s.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

/// Whether an absolute path begins in `line` with `start`; `docs/work/` is not one.
fn has_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line.get(..at).and_then(|s| s.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-~*}".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: &str = "| Do not write | Write | Where |\n|---|---|---|\n\
        | `intercept_id`, `tap` | `Liid` | code |\n| `blacklist` | block list | all |\n";

    fn found(path: &str, text: &str) -> Vec<Finding> {
        check(&[Source { path: path.into(), text: text.into() }], TERMS).unwrap()
    }

    #[test]
    fn a_forbidden_synonym_is_found_where_its_row_says_and_only_there() {
        assert_eq!(found("a.rs", "let intercept_id = 1; // A tap.\n").len(), 2);
        assert_eq!(found("a.md", "the tap drips; a Blacklist\n").len(), 1);
        assert_eq!(found("a.rs", "tapestry, my_tap\n"), []);
    }

    #[test]
    fn unfinished_work_is_found_in_any_file() {
        assert_eq!(found("a.toml", "# TODO: more\n").len(), 1);
        assert_eq!(found("a.toml", "# todos are words\n"), []);
    }

    #[test]
    fn a_place_on_one_machine_is_found_and_a_path_from_the_root_is_not() {
        assert_eq!(found("a.md", "see `/home/ana/x`\n").len(), 1);
        assert_eq!(found("a.md", "see docs/home/x and ~/work/x\n"), []);
        assert_eq!(found("a.rs", "\"https://pypi.org/x\"\n").len(), 1);
    }

    #[test]
    fn without_its_table_the_check_fails_and_does_not_pass() {
        assert!(check(&[], "# Terms\n").is_err());
    }
}
