//! Enter, tick, prove: what a caller relies on, and its forbidden sides.
#![expect(clippy::unwrap_used, reason = "helpers of tests: what fails here fails the test")]
mod common;

use common::{ORIGIN, START, at, commitment, commitments, create, grown, key, known, memory, open};
use lacre_ledger::{Ledger, LedgerError, Position, audit};
use lacre_proof::{LogKey, SecondEntry, checkpoint, merkle};
use lacre_store::VALUE_OCTETS_MAX;
use lacre_term::Secret;

fn size_and_root(note: &str) -> (u64, lacre_term::Digest) {
    let opened = checkpoint::open(note, &known()).unwrap();
    (opened.size, opened.root)
}

#[test]
fn a_new_log_publishes_its_key_and_the_empty_checkpoint() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    assert_eq!(size_and_root(&ledger.checkpoint()), (0, merkle::empty_root()));
    let vkey = String::from_utf8(engine.log.read("log.vkey").unwrap()).unwrap();
    assert_eq!(vkey, format!("{}\n", ledger.vkey()));
    assert_eq!(engine.log.read("checkpoint").unwrap(), ledger.checkpoint().into_bytes());
}

#[test]
fn a_log_is_made_once_and_only_by_its_own_key() {
    let (_, engine) = memory();
    assert!(matches!(open(&engine), Err(LedgerError::Missing { .. })));
    drop(create(&engine));
    let again = Ledger::create(&engine, ORIGIN, key(), common::pad_key());
    assert!(matches!(again, Err(LedgerError::Exists { .. })));
    let stranger = LogKey::new("lacre.example/x/node-1", &Secret::new([9; 32])).unwrap();
    let opened = Ledger::open(&engine, ORIGIN, stranger, common::pad_key());
    assert!(matches!(opened, Err(LedgerError::WrongKey { .. })));
}

#[test]
fn what_was_entered_is_proven_by_the_next_checkpoint_and_not_before() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    let entered = ledger.enter(&commitments(0..3), at(0)).unwrap();
    assert_eq!(
        entered.iter().map(|e| (e.leaf(), e.position())).collect::<Vec<_>>(),
        [(0, 0), (0, 1), (0, 2)]
    );
    let early = ledger.prove(&commitment(1), entered[1].at());
    assert!(matches!(early, Err(LedgerError::NotYetPublished { leaf: 0, published: 0 })));
    ledger.tick(at(0)).unwrap();
    assert_eq!(ledger.size(), 0, "the second is not over");
    ledger.tick(at(1)).unwrap();
    let proof = ledger.prove(&commitment(1), entered[1].at()).unwrap();
    let (entry, checkpoint) = proof.verify(&commitment(1), &known()).unwrap();
    assert_eq!((entry.second, checkpoint.size), (u64::try_from(START).unwrap(), 1));
    assert_eq!(proof.second_size, 64);
    assert!(proof.verify(&commitment(2), &known()).is_err());
    assert!(proof.tlog.to_text().len() < 4_096);
}

#[test]
fn a_commitment_that_is_not_there_gets_no_proof() {
    let (_, engine) = memory();
    let (ledger, entered) = grown(&engine, 4);
    let elsewhere = Position { leaf: 1, position: 0 };
    let refused = ledger.prove(&entered[0].commitment(), elsewhere);
    assert!(matches!(refused, Err(LedgerError::NotThere { leaf: 1, position: 0 })));
    let refused = ledger.prove(&commitment(999), entered[0].at());
    assert!(matches!(refused, Err(LedgerError::NotThere { .. })));
}

#[test]
fn every_second_has_a_leaf_whether_or_not_something_was_entered() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    ledger.tick(at(0)).unwrap();
    ledger.tick(at(10)).unwrap();
    assert_eq!(ledger.size(), 10);
    ledger.enter(&[commitment(1)], at(12)).unwrap();
    ledger.tick(at(13)).unwrap();
    assert_eq!(ledger.size(), 13);
    assert!(audit::audit(&engine, ledger.vkey()).is_whole());
}

#[test]
fn a_suspended_machine_leaves_a_gap_in_the_seconds_and_no_flood_of_leaves() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    ledger.tick(at(0)).unwrap();
    ledger.tick(at(1)).unwrap();
    ledger.tick(at(86_401)).unwrap();
    assert_eq!(ledger.size(), 2);
    ledger.tick(at(86_403)).unwrap();
    assert_eq!(ledger.size(), 4);
    assert!(audit::audit(&engine, ledger.vkey()).is_whole());
}

#[test]
fn no_second_comes_twice_when_the_clock_steps_back() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    ledger.tick(at(100)).unwrap();
    ledger.enter(&[commitment(1)], at(101)).unwrap();
    let back = ledger.enter(&[commitment(2)], at(40)).unwrap();
    assert_eq!((back[0].leaf(), back[0].position()), (1, 1), "the same second goes on");
    for second in 41..60 {
        ledger.tick(at(second)).unwrap();
    }
    assert!(ledger.size() > 2, "leaves go on while the clock is behind");
    let report = audit::audit(&engine, ledger.vkey());
    assert_eq!(report.findings, [], "seconds increase");
}

#[test]
fn old_and_new_commitments_are_found_and_proven_across_bundles() {
    let (_, engine) = memory();
    let (ledger, entered) = grown(&engine, 600);
    for number in [0, 1, 84, 85, 86, 170, 171, 190, 199] {
        let entered = entered[number];
        let second = u64::try_from(START).unwrap() + entered.leaf();
        let found = ledger.locate(&entered.commitment(), second).unwrap();
        assert_eq!(found, Some(entered.at()));
        let proof = ledger.prove(&entered.commitment(), entered.at()).unwrap();
        let (entry, _) = proof.verify(&entered.commitment(), &known()).unwrap();
        assert_eq!(entry.second, second);
    }
    assert_eq!(ledger.locate(&commitment(99_999), 0).unwrap(), None);
    let late = u64::try_from(START).unwrap() + 599;
    assert_eq!(ledger.locate(&entered[0].commitment(), late).unwrap(), None);
}

#[test]
fn growth_is_proven_from_every_earlier_size() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    let mut earlier = vec![size_and_root(&ledger.checkpoint())];
    for second in 0..520 {
        ledger.tick(at(second)).unwrap();
        earlier.push(size_and_root(&ledger.checkpoint()));
    }
    let (size, root) = *earlier.last().unwrap();
    for (old_size, old_root) in earlier {
        let (note, path) = ledger.consistency(old_size).unwrap();
        assert_eq!(note, ledger.checkpoint());
        merkle::verify_consistency(old_size, &old_root, size, &root, &path).unwrap();
    }
    assert!(ledger.consistency(size + 1).is_err());
}

#[test]
fn partial_tiles_stay_until_the_full_tile_is_out_and_then_go() {
    let (_, engine) = memory();
    let (ledger, _) = grown(&engine, 256);
    assert_eq!(ledger.size(), 256);
    assert!(engine.log.read("tile/0/000").is_ok());
    assert!(engine.log.read("tile/entries/000").is_ok());
    for second in 257..400 {
        ledger.tick(at(second)).unwrap();
    }
    let names = engine.log.list().unwrap();
    let partial = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
    assert_eq!((partial("tile/0/000.p/"), partial("tile/entries/000.p/")), (0, 0));
    assert_eq!((partial("tile/0/001.p/"), partial("tile/entries/001.p/")), (143, 143));
}

/// Rate and size of the published log do not tell whether a line was active.
#[test]
fn a_busy_log_and_a_quiet_one_publish_files_of_the_same_names_and_sizes() {
    let shape = |busy: bool| {
        let (_, engine) = memory();
        let ledger = create(&engine);
        for second in 0..40 {
            if busy {
                ledger.enter(&commitments(0..50), at(second)).unwrap();
            }
            ledger.tick(at(second)).unwrap();
        }
        let names = engine.log.list().unwrap().into_iter();
        names.map(|name| (engine.log.size(&name).unwrap(), name)).collect::<Vec<_>>()
    };
    assert_eq!(shape(true), shape(false));
}

#[test]
fn a_flood_of_25_000_a_second_is_entered_proven_and_fits_the_heads() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    let mut kept = Vec::new();
    for second in 0..2_i64 {
        for group in 0..250 {
            let first = u64::try_from(second).unwrap() * 25_000 + group * 100;
            let entered = ledger.enter(&commitments(first..first + 100), at(second)).unwrap();
            kept.push(entered[7]);
        }
        ledger.tick(at(second)).unwrap();
        for head in engine.heads.list("").unwrap() {
            let head = engine.heads.read(&head).unwrap().unwrap();
            assert!(head.value.len() <= VALUE_OCTETS_MAX);
        }
    }
    let again = open(&engine).unwrap();
    again.tick(at(2)).unwrap();
    again.tick(at(4)).unwrap();
    for entered in kept.iter().step_by(101) {
        let proof = again.prove(&entered.commitment(), entered.at()).unwrap();
        proof.verify(&entered.commitment(), &known()).unwrap();
        assert_eq!(proof.second_size, 32_768);
    }
    let report = audit::audit(&engine, again.vkey());
    assert_eq!(report.findings, []);
    assert!(report.commitments >= 50_000);
    assert_eq!(engine.objects.list("ledger/node-1/spill/").unwrap(), Vec::<String>::new());
}

#[test]
fn a_second_that_is_full_refuses_whole_calls_and_the_next_one_takes_them() {
    let (_, engine) = memory();
    let ledger = create(&engine);
    ledger.enter(&commitments(0..1 << 20), at(0)).unwrap();
    let refused = ledger.enter(&[commitment(7)], at(0));
    assert!(matches!(refused, Err(LedgerError::SecondFull { entered: 1_048_576 })));
    assert_eq!(ledger.enter(&[commitment(7)], at(1)).unwrap()[0].leaf(), 1);
}

#[test]
fn callers_at_the_same_time_share_writes_and_each_gets_its_own_place() {
    let (memory, engine) = memory();
    let ledger = create(&engine);
    let before = memory.switches().writes();
    let mut places: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..8_u64)
            .map(|caller| {
                let ledger = &ledger;
                scope.spawn(move || {
                    let numbers = (caller * 50)..(caller * 50 + 50);
                    let enter = |n| ledger.enter(&[commitment(n)], at(0)).unwrap()[0];
                    numbers.map(enter).collect::<Vec<_>>()
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    assert!(memory.switches().writes() - before <= 400);
    places.sort_by_key(|entered| entered.at());
    let positions: Vec<_> = places.iter().map(|entered| entered.position()).collect();
    assert_eq!(positions, (0..400).collect::<Vec<_>>());
    ledger.tick(at(1)).unwrap();
    for entered in places {
        ledger.prove(&entered.commitment(), entered.at()).unwrap();
    }
}

#[test]
fn the_entries_are_those_of_the_format() {
    let (_, engine) = memory();
    let (ledger, _) = grown(&engine, 3);
    let width = ledger.size();
    let bundle = engine.log.read(&format!("tile/entries/000.p/{width}")).unwrap();
    let entries = lacre_proof::tile::decode_bundle(&bundle, u16::try_from(width).unwrap());
    for (second, entry) in (START..).zip(entries.unwrap()) {
        let entry = SecondEntry::decode(entry).unwrap();
        assert_eq!(entry.second, u64::try_from(second).unwrap());
    }
}
