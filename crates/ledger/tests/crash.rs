//! A crash at any point, a failure of any kind: nothing entered is lost, nothing published is
//! contradicted, and a head rolled back is refused.
#![expect(clippy::unwrap_used, reason = "helpers of tests: what fails here fails the test")]
mod common;

use common::{at, commitment, create, grown, known, memory, open};
use lacre_ledger::{Entered, Ledger, LedgerError, audit};
use lacre_proof::{Checkpoint, checkpoint, merkle};
use lacre_store::{
    Engine, Swap,
    faults::{Failure, Operation},
    memory::MemoryEngine,
};

/// What the world outside has seen: it must stay true whatever happens to the log.
#[derive(Default)]
struct Witness {
    entered: Vec<Entered>,
    checkpoints: Vec<Checkpoint>,
}

impl Witness {
    fn sees(&mut self, note: &str) {
        let seen = checkpoint::open(note, &known()).unwrap();
        if self.checkpoints.last() != Some(&seen) {
            self.checkpoints.push(seen);
        }
    }

    /// Reads what is published right now, as anybody may.
    fn looks_at(&mut self, engine: &Engine) {
        if let Ok(note) = engine.log.read("checkpoint") {
            self.sees(&String::from_utf8(note).unwrap());
        }
    }

    /// Everything entered is proven, every checkpoint seen is the start of the newest.
    fn is_content_with(&self, ledger: &Ledger, engine: &Engine) {
        for entered in &self.entered {
            let proof = ledger.prove(&entered.commitment(), entered.at()).unwrap();
            proof.verify(&entered.commitment(), &known()).unwrap();
        }
        let newest = checkpoint::open(&ledger.checkpoint(), &known()).unwrap();
        for seen in &self.checkpoints {
            let (_, path) = ledger.consistency(seen.size).unwrap();
            let (new, root) = (newest.size, &newest.root);
            merkle::verify_consistency(seen.size, &seen.root, new, root, &path).unwrap();
        }
        let report = audit::audit(engine, ledger.vkey());
        assert_eq!(report.findings, []);
    }
}

/// A few seconds of life over the end of a bundle, with a spill in it. Stops at the first error.
fn live(ledger: &Ledger, from: i64, seen: &mut Witness) -> Result<(), LedgerError> {
    for second in from..from + 5 {
        let number = u64::try_from(second).unwrap() * 10_000;
        seen.entered.extend(ledger.enter(&[commitment(number)], at(second))?);
        if second == from + 1 {
            let many: Vec<_> = (number + 1..number + 2_100).map(commitment).collect();
            seen.entered.extend(ledger.enter(&many, at(second))?.first());
        }
        ledger.tick(at(second + 1))?;
        seen.sees(&ledger.checkpoint());
    }
    Ok(())
}

/// A log that stands `short` leaves before the end of its first bundle.
fn near_the_end_of_a_bundle(short: i64) -> (MemoryEngine, Witness, i64) {
    let (memory, engine) = memory();
    let ledger = create(&engine);
    let mut seen = Witness::default();
    ledger.tick(at(0)).unwrap();
    seen.entered.extend(ledger.enter(&[commitment(1)], at(0)).unwrap());
    ledger.tick(at(256 - short)).unwrap();
    seen.sees(&ledger.checkpoint());
    (memory, seen, 256 - short)
}

/// Walks the power cut through every write of that life, in both forms.
#[test]
fn power_lost_at_any_write_loses_nothing_entered_and_contradicts_nothing_published() {
    let (memory, mut seen, from) = near_the_end_of_a_bundle(3);
    memory.switches().reset();
    live(&open(&memory.engine()).unwrap(), from, &mut seen).unwrap();
    let writes = memory.switches().writes();
    assert!(writes > 30, "{writes}");
    for cut in 0..writes {
        for form in Failure::BOTH {
            let (memory, mut seen, from) = near_the_end_of_a_bundle(3);
            let engine = memory.engine();
            memory.switches().reset();
            memory.switches().cut_power_after(cut, form);
            let lived = open(&engine).and_then(|ledger| live(&ledger, from, &mut seen));
            assert!(lived.is_err(), "the power was cut at write {cut}");
            memory.crash(cut * 2 + u64::from(form == Failure::Persisted));
            let engine = memory.engine();
            seen.looks_at(&engine);
            let ledger = open(&engine).unwrap();
            assert_eq!(audit::audit(&engine, ledger.vkey()).findings, [], "at once");
            live(&ledger, from + 10, &mut seen).unwrap();
            seen.is_content_with(&ledger, &engine);
        }
    }
}

#[test]
fn a_write_that_fails_once_is_made_up_for_without_reopening_or_by_reopening() {
    let kinds = [Operation::Put, Operation::Swap, Operation::Replace, Operation::Publish];
    for kind in kinds.into_iter().chain([Operation::Remove, Operation::Delete]) {
        for form in Failure::BOTH {
            for skip in 0..4 {
                let (memory, mut seen, from) = near_the_end_of_a_bundle(3);
                let engine = memory.engine();
                let mut ledger = open(&engine).unwrap();
                memory.switches().fail_after(kind, skip, form);
                let mut second = from;
                while second < from + 40 {
                    match live(&ledger, second, &mut seen) {
                        Ok(()) => {}
                        // Nothing was entered, or publishing goes on at the next tick.
                        Err(LedgerError::Storage { .. }) => {}
                        Err(_) => ledger = open(&engine).unwrap(),
                    }
                    second += 10;
                }
                seen.is_content_with(&ledger, &engine);
            }
        }
    }
}

#[test]
fn after_a_swap_of_unknown_outcome_the_ledger_refuses_until_it_is_opened_again() {
    for form in Failure::BOTH {
        let (memory, engine) = memory();
        let ledger = create(&engine);
        memory.switches().fail_next(Operation::Swap, form);
        let failed = ledger.enter(&[commitment(1)], at(0));
        assert!(matches!(failed, Err(LedgerError::Unknown { .. })));
        let refused = ledger.enter(&[commitment(2)], at(0));
        assert!(matches!(refused, Err(LedgerError::Stopped)));
        assert!(matches!(ledger.tick(at(1)), Err(LedgerError::Stopped)));
        let again = open(&engine).unwrap();
        let entered = again.enter(&[commitment(2)], at(0)).unwrap();
        again.tick(at(1)).unwrap();
        let position = u32::from(form == Failure::Persisted);
        assert_eq!(entered.first().unwrap().position(), position);
        again.prove(&commitment(2), entered.first().unwrap().at()).unwrap();
    }
}

#[test]
fn of_two_processes_that_open_one_log_the_slower_is_fenced_off() {
    let (_, engine) = memory();
    let (first, second) = (create(&engine), open(&engine).unwrap());
    first.enter(&[commitment(1)], at(0)).unwrap();
    let refused = second.enter(&[commitment(2)], at(0));
    assert!(matches!(refused, Err(LedgerError::Fenced { .. })));
    first.enter(&[commitment(3)], at(0)).unwrap();
}

#[test]
fn a_head_rolled_back_behind_the_published_checkpoint_is_refused() {
    let (_, engine) = memory();
    let (ledger, _) = grown(&engine, 5);
    let heads = ["ledger/node-1/closed", "ledger/node-1/pending"];
    let old = heads.map(|name| engine.heads.read(name).unwrap().unwrap());
    ledger.tick(at(6)).unwrap();
    drop(ledger);
    for (name, old) in heads.iter().zip(old) {
        let version = engine.heads.read(name).unwrap().unwrap().version;
        engine.heads.swap(name, Some(version), &old.value).unwrap();
    }
    let refused = open(&engine).unwrap_err();
    assert!(matches!(refused, LedgerError::RolledBack { head: 5, published: 6 }), "{refused}");
}

#[test]
fn a_head_that_tells_another_history_is_refused() {
    let (_, engine) = memory();
    let (ledger, _) = grown(&engine, 5);
    drop(ledger);
    // The same log lived otherwise: as many leaves, other commitments.
    let (_, other) = memory();
    let ledger = create(&other);
    for second in 0..5 {
        ledger.enter(&[commitment(77)], at(second)).unwrap();
        ledger.tick(at(second + 1)).unwrap();
    }
    let swaps = ["ledger/node-1/closed", "ledger/node-1/pending"].map(|name| Swap {
        name: name.to_owned(),
        expected: Some(engine.heads.read(name).unwrap().unwrap().version),
        value: other.heads.read(name).unwrap().unwrap().value,
    });
    engine.heads.swap_all(&swaps).unwrap();
    assert!(matches!(open(&engine), Err(LedgerError::Contradicted { size: 5 })));
}

#[test]
fn a_published_checkpoint_of_another_key_is_refused() {
    let (_, engine) = memory();
    drop(grown(&engine, 3));
    engine.log.replace("checkpoint", b"lacre.example/other\n3\nAAAA\n\n").unwrap();
    assert!(matches!(open(&engine), Err(LedgerError::ForeignCheckpoint { .. })));
}

#[test]
fn a_lost_published_folder_is_published_again_octet_for_octet() {
    let (_, engine) = memory();
    let (ledger, entered) = grown(&engine, 600);
    drop(ledger);
    // Opened again first, so that the same partial tiles are due.
    let names = engine.log.list().unwrap().into_iter();
    let partial_of_earlier = |name: &str| name.contains(".p/") && !name.ends_with("/88");
    let files: Vec<_> = names
        .filter(|name| !partial_of_earlier(name) || name.starts_with("tile/1"))
        .map(|name| (engine.log.read(&name).unwrap(), name))
        .collect();
    for name in engine.log.list().unwrap() {
        engine.log.remove(&name).unwrap();
    }
    let again = open(&engine).unwrap();
    for (octets, name) in files {
        if name != "tile/1/000.p/1" {
            assert_eq!(engine.log.read(&name).unwrap(), octets, "{name}");
        }
    }
    for entered in entered.iter().step_by(20) {
        again.prove(&entered.commitment(), entered.at()).unwrap();
    }
    assert!(audit::audit(&engine, again.vkey()).is_whole());
}

#[test]
fn the_time_a_log_was_not_open_has_no_leaves() {
    let (_, engine) = memory();
    let (ledger, _) = grown(&engine, 5);
    drop(ledger);
    let again = open(&engine).unwrap();
    again.tick(at(3_600)).unwrap();
    assert_eq!(again.size(), 6, "the second open at the stop is closed, the hour is not filled");
    assert!(audit::audit(&engine, again.vkey()).is_whole());
}
