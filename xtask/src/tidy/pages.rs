//! Pages named in code and in other pages exist: a reader who follows a reference arrives.
//!
//! A name is sought from the root, from the folder of the file that names it, and from that
//! folder's parents.

use std::collections::BTreeSet;

use super::Finding;
use crate::files::Source;

/// The tests of tidy itself name pages that are not there.
const INVENTS_PAGES: &str = "xtask/src/tidy";

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let there: BTreeSet<&str> = sources.iter().map(|s| s.path.as_str()).collect();
    let mut findings = Vec::new();
    for source in sources.iter().filter(|s| !s.path.starts_with(INVENTS_PAGES)) {
        for (at, line) in source.text.lines().enumerate() {
            for page in named(line) {
                if !exists(page, &source.path, &there) {
                    let words = format!("names {page}, which does not exist");
                    findings.push(Finding::new(&source.path, at.saturating_add(1), words));
                }
            }
        }
    }
    findings
}

/// Words that end in `.md` and are not addresses elsewhere.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_alphanumeric() || "_-./:".contains(c);
    line.split(move |c| !part(c))
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| word.ends_with(".md") && !word.contains("://"))
        .filter(|word| word.split('/').next().is_some_and(|first| !first.ends_with(".org")))
        .filter(|word| word.len() > ".md".len())
}

fn exists(page: &str, named_by: &str, there: &BTreeSet<&str>) -> bool {
    let mut folder = named_by.rsplit_once('/').map(|(folder, _)| folder);
    let plain = page.trim_start_matches("./").trim_start_matches("../");
    loop {
        match folder {
            Some(name) if there.contains(format!("{name}/{plain}").as_str()) => return true,
            Some(name) => folder = name.rsplit_once('/').map(|(parent, _)| parent),
            None => return there.contains(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(text: &str) -> Vec<Source> {
        let file = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
        vec![file("docs/a.md", ""), file("crates/x/src/y.rs", text), file("STYLE.md", "")]
    }

    #[test]
    fn a_page_that_exists_may_be_named_from_anywhere() {
        assert_eq!(check(&sources("//! `docs/a.md`, STYLE.md. https://c2sp.org/x.md\n")), []);
        assert_eq!(check(&sources("//! c2sp.org/tlog.md and glob *.md\n")), []);
    }

    #[test]
    fn a_page_that_does_not_exist_is_found_with_its_line() {
        let found = check(&sources("//! fine\n//! `docs/b.md`\n"));
        let words = "names docs/b.md, which does not exist";
        assert_eq!(found, [Finding::new("crates/x/src/y.rs", 2, words)]);
    }
}
