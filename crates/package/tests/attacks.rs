//! What an attacker may do to a package, and how the verifier answers.
mod sample;

use lacre_package::{Options, Report, Verdict, report::Code, verify};
use sample::{Built, Plan, Site, build};
use std::io::Cursor;

fn check(file: &[u8], options: &Options) -> Report {
    verify(Cursor::new(file), options).unwrap()
}

fn trusted(built: &Built) -> Options {
    Options { trust: Some(built.sheet.clone()), head: None }
}

#[test]
fn a_good_package_is_intact_with_the_sheet_and_of_unchecked_origin_without() {
    let built = build(&Site::new(1), &Plan::default());
    let with = check(&built.file, &trusted(&built));
    eprintln!("{}", lacre_package::report::render(&with, lacre_package::report::Lang::Es));
    assert_eq!((with.verdict, with.exit_code), (Verdict::Intact, 0), "{:?}", with.findings);
    assert_eq!((with.counts.parts, with.counts.pdus), (4, 20));
    assert!(with.findings.iter().any(|one| one.code == Code::SelfAsserted));
    let without = check(&built.file, &Options::default());
    eprintln!("{}", lacre_package::report::render(&without, lacre_package::report::Lang::En));
    assert_eq!((without.verdict, without.exit_code), (Verdict::OriginNotChecked, 4));
    let t = std::time::Instant::now();
    for _ in 0..10 { check(&built.file, &trusted(&built)); }
    eprintln!("{:?} each, {} octets", t.elapsed() / 10, built.file.len());
}
