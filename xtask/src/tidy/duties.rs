//! Duties: every row of `docs/duties.md` names code that exists and a test that runs in `ci`.
//!
//! A test that is ignored does not keep a duty.

use super::Finding;
use crate::files::Source;
use crate::process::Failure;
use crate::tables;

const PAGE: &str = "docs/duties.md";
const HEADING: [&str; 4] = ["Duty", "Rule", "Code", "Test"];

pub(super) fn check(sources: &[Source], duties: &str) -> Result<Vec<Finding>, Failure> {
    let rows = tables::rows(duties, &HEADING);
    if rows.is_empty() {
        let heading = HEADING.join(" | ");
        return Err(Failure::new(format!("{PAGE} has no table `{heading}`; restore it")));
    }
    let mut findings = Vec::new();
    for row in &rows {
        let mut report = |words: String| findings.push(Finding::new(PAGE, row.line, words));
        let code = tables::quoted(row.cell(2));
        let tests = tables::quoted(row.cell(3));
        if code.is_empty() || tests.is_empty() {
            report("names no code or no test; a duty without both belongs below the tables".into());
        }
        for path in code.iter().filter(|p| !sources.iter().any(|s| s.path == **p)) {
            report(format!("there is no file {path}"));
        }
        for test in tests {
            if let Err(words) = exists(sources, test) {
                report(words);
            }
        }
    }
    Ok(findings)
}

/// `path/to/file.rs::name_of_the_test`.
fn exists(sources: &[Source], test: &str) -> Result<(), String> {
    let Some((path, name)) = test.split_once("::") else {
        return Err(format!("`{test}` is not `file.rs::test`"));
    };
    let Some(source) = sources.iter().find(|s| s.path == path) else {
        return Err(format!("there is no file {path}"));
    };
    let opening = format!("fn {name}(");
    let lines: Vec<&str> = source.text.lines().collect();
    let Some(at) = lines.iter().position(|line| line.contains(&opening)) else {
        return Err(format!("{path} has no test {name}"));
    };
    let attributes: Vec<&&str> = lines
        .iter()
        .take(at)
        .rev()
        .take_while(|line| {
            line.trim_start().starts_with('#') || line.trim_start().starts_with("//")
        })
        .collect();
    if !attributes.iter().any(|line| line.contains("test]") || line.contains("test(")) {
        return Err(format!("{name} in {path} is not a test"));
    }
    if attributes.iter().any(|line| line.trim_start().starts_with("#[ignore")) {
        return Err(format!("{name} in {path} is ignored; a duty needs a test that runs"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "//! A.\n#[test]\n/// Why.\nfn it_holds() {}\n\nfn helper() {}\n\n\
        #[test]\n#[ignore = \"long\"]\nfn soak() {}\n";

    fn found(code: &str, test: &str) -> Vec<String> {
        let page = format!(
            "| Duty | Rule | Code | Test |\n|---|---|---|---|\n| d | r | {code} | {test} |\n"
        );
        let sources = [Source { path: "a.rs".into(), text: CODE.into() }];
        check(&sources, &page).unwrap().into_iter().map(|f| f.words).collect()
    }

    #[test]
    fn a_row_whose_code_and_test_exist_is_kept() {
        assert_eq!(found("`a.rs`", "`a.rs::it_holds`"), Vec::<String>::new());
    }

    #[test]
    fn a_row_that_names_what_is_not_there_is_found() {
        assert_eq!(found("`b.rs`", "`a.rs::it_holds`"), ["there is no file b.rs"]);
        assert_eq!(found("`a.rs`", "`a.rs::gone`"), ["a.rs has no test gone"]);
        assert_eq!(found("`a.rs`", "`a.rs::helper`"), ["helper in a.rs is not a test"]);
        assert_eq!(found("`a.rs`", "soon").len(), 1);
    }

    #[test]
    fn an_ignored_test_keeps_no_duty() {
        let words = found("`a.rs`", "`a.rs::soak`");
        assert_eq!(words, ["soak in a.rs is ignored; a duty needs a test that runs"]);
    }
}
