//! Packages: garbage is not intact, and neither is a sound package with anything changed.
#![no_main]
#[path = "../../crates/package/tests/sample/mod.rs"]
mod sample;

use lacre_fuzz::edited;
use lacre_package::{
    Options, Verdict,
    report::{Lang, render},
    verify,
};
use libfuzzer_sys::fuzz_target;
use sample::{Built, Plan, Site, build};
use std::io::Cursor;
use std::sync::LazyLock;

static BUILT: LazyLock<Built> = LazyLock::new(|| {
    let plan = Plan { communications: vec![1, 2], pdus: 2, ..Plan::default() };
    build(&Site::new(1), &plan)
});

fuzz_target!(|data: &[u8]| {
    let Some((mode, script)) = data.split_first() else { return };
    let options = Options { trust: Some(BUILT.sheet.clone()), head: Some(BUILT.head.clone()) };
    let octets = match mode % 3 {
        0 => script.to_vec(),
        1 => edited(&BUILT.file, script),
        _ => rewritten(script),
    };
    let report = verify(Cursor::new(&octets), &options).expect("octets in memory can be read");
    let intact = matches!(report.verdict, Verdict::Intact | Verdict::IntactWithGaps);
    assert_eq!(intact, octets == BUILT.file, "{:?}", report.findings);
    let _ = (render(&report, Lang::Es), render(&report, Lang::En));
    if mode % 3 == 0 {
        let unheld = verify(Cursor::new(&octets), &Options::default());
        assert!(unheld.is_ok_and(|report| report.verdict != Verdict::Intact));
    }
});

/// One file inside is edited and the container made anew around it, so that the fault is met by
/// what reads the file and not by what reads the container.
fn rewritten(script: &[u8]) -> Vec<u8> {
    let Some((which, script)) = script.split_first() else { return Vec::new() };
    let mut files = sample::forge::unpack(&BUILT.file);
    let at = usize::from(*which) % files.len();
    if let Some((_, octets)) = files.get_mut(at) {
        *octets = edited(octets, script);
    }
    sample::forge::pack(&files)
}
