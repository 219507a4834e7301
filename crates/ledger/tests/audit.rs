//! The audit names what is wrong: one bit flipped anywhere, one object lost or swapped.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: what fails here fails the test"
)]
mod common;

use common::{ORIGIN, at, commitment, create, known, memory};
use lacre_ledger::audit::{AuditReport, Fault, audit};
use lacre_proof::LogKey;
use lacre_store::Engine;
use lacre_term::Secret;

/// A log of 600 leaves with a busy stretch, so that a bundle has several commitments objects.
fn log() -> Engine {
    let (_, engine) = memory();
    let ledger = create(&engine);
    ledger.tick(at(0)).unwrap();
    for second in 0..12 {
        let numbers = second * 1_000..second * 1_000 + 900;
        let many: Vec<_> = numbers.map(commitment).collect();
        ledger.enter(&many, at(i64::try_from(second).unwrap())).unwrap();
    }
    for second in (20..=600).step_by(20) {
        let one = [commitment(u64::try_from(second).unwrap() + 1_000_000)];
        ledger.enter(&one, at(second)).unwrap();
        ledger.tick(at(second)).unwrap();
    }
    engine
}

fn report(engine: &Engine) -> AuditReport {
    audit(engine, &known()[0])
}

fn flip(octets: &mut [u8], seed: usize) {
    let bit = seed.wrapping_mul(7_919) % (octets.len() * 8);
    octets[bit / 8] ^= 1 << (bit % 8);
}

#[test]
fn a_whole_log_has_no_findings() {
    let engine = log();
    let report = report(&engine);
    assert_eq!(report.findings, []);
    assert_eq!((report.published, report.leaves), (600, 600));
    assert_eq!(report.origin, ORIGIN);
    assert!(report.commitments > 10_800);
    let (first, last) = report.seconds.unwrap();
    assert_eq!(last - first, 599);
}

#[test]
fn one_bit_flipped_in_any_published_file_names_that_file() {
    let engine = log();
    let partial_of_the_past = |name: &str| name.contains(".p/") && !name.ends_with("/88");
    let names = engine.log.list().unwrap().into_iter();
    let names: Vec<_> =
        names.filter(|name| !partial_of_the_past(name) || name == "tile/1/000.p/2").collect();
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        let good = engine.log.read(&name).unwrap();
        for seed in 1..6 {
            let mut bad = good.clone();
            flip(&mut bad, seed);
            engine.log.replace(&name, &bad).unwrap();
            let found = report(&engine).findings;
            assert!(found.iter().any(|finding| finding.name == name), "{name}: {found:?}");
        }
        engine.log.replace(&name, &good).unwrap();
    }
    assert!(report(&engine).is_whole());
}

#[test]
fn one_bit_flipped_in_any_object_names_that_object() {
    let engine = log();
    let names = engine.objects.list("ledger/").unwrap();
    let chunks = names.iter().filter(|name| name.contains("/commitments/")).count();
    assert!(chunks >= 4 && names.len() >= chunks + 2, "{names:?}");
    for name in names {
        let good = engine.objects.get(&name).unwrap();
        for seed in 1..40 {
            let mut bad = good.clone();
            flip(&mut bad, seed);
            engine.objects.delete(&name).unwrap();
            engine.objects.put(&name, &bad).unwrap();
            let found = report(&engine).findings;
            let expected = |finding: &lacre_ledger::audit::Finding| {
                finding.name == name || (name.contains("/entries/") && finding.name == "checkpoint")
            };
            assert!(found.iter().any(expected), "{name} {seed}: {found:?}");
        }
        engine.objects.delete(&name).unwrap();
        let found = report(&engine).findings;
        let missing = |finding: &lacre_ledger::audit::Finding| {
            finding.name == name && finding.fault == Fault::Missing
        };
        assert!(found.iter().any(missing), "{name}: {found:?}");
        engine.objects.put(&name, &good).unwrap();
    }
    assert!(report(&engine).is_whole());
}

#[test]
fn one_bit_flipped_in_a_head_is_noticed() {
    let engine = log();
    let name = "ledger/node-1/closed";
    let mut head = engine.heads.read(name).unwrap().unwrap();
    for seed in 1..60 {
        let mut bad = head.value.clone();
        flip(&mut bad, seed);
        head.version = engine.heads.swap(name, Some(head.version), &bad).unwrap();
        assert!(!report(&engine).is_whole(), "{seed}");
    }
}

/// A storage that hides that something was entered in a second, and does it well: the object is of
/// the format and every root it gives is right.
#[test]
fn an_object_that_hides_a_busy_second_is_not_anchored() {
    let engine = log();
    let names = engine.objects.list("ledger/node-1/commitments/").unwrap();
    let name = names.first().unwrap();
    let good = engine.objects.get(name).unwrap();
    let (first, count) = (&good[19..27], u16::from_be_bytes([good[27], good[28]]));
    let mut hiding = [b"lacre/commitments/1".as_slice(), first, &count.to_be_bytes()].concat();
    hiding.extend(std::iter::repeat_n(0, usize::from(count) * 4));
    engine.objects.delete(name).unwrap();
    engine.objects.put(name, &hiding).unwrap();
    let found = report(&engine).findings;
    let not_anchored = |finding: &lacre_ledger::audit::Finding| {
        finding.name == *name && matches!(finding.fault, Fault::NotAnchored { .. })
    };
    assert!(found.iter().any(not_anchored), "{found:?}");
}

#[test]
fn a_log_signed_by_somebody_else_is_not_this_log() {
    let engine = log();
    let other = LogKey::new(ORIGIN, &Secret::new([9; 32])).unwrap();
    let found = audit(&engine, other.vkey()).findings;
    assert!(found.iter().any(|finding| finding.fault == Fault::Signature), "{found:?}");
}

#[test]
fn a_checkpoint_that_is_gone_is_named() {
    let engine = log();
    engine.log.remove("checkpoint").unwrap();
    let found = report(&engine).findings;
    let missing =
        |f: &lacre_ledger::audit::Finding| f.name == "checkpoint" && f.fault == Fault::Missing;
    assert!(found.iter().any(missing), "{found:?}");
}
