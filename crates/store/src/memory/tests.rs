//! The memory engine keeps every promise, and loses in a crash what no promise covers.
//!
//! Rules: ARCHITECTURE.md section 5; DESIGN.md decision 16.

use proptest::prelude::*;

use super::*;
use crate::conformance::model::{Step, follow};
use crate::conformance::{self, Site};
use crate::faults::{Failure, Operation};
use crate::{DiskError, GetError};

#[test]
fn the_memory_engine_keeps_every_promise() {
    let broken = conformance::broken(&|| Box::new(MemoryEngine::new()));
    assert_eq!(broken, Vec::new());
}

proptest! {
    #[test]
    fn the_memory_engine_answers_as_the_reference(
        numbers in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..200)
    ) {
        let step = |(call, name, from, len)| Step::from_numbers(call, name, from, len);
        let steps: Vec<Step> = numbers.into_iter().map(step).collect();
        prop_assert_eq!(follow(&MemoryEngine::new(), &steps), Ok(()));
    }
}

/// Appends `octets` to a new file whose first octets are synced, and crashes.
fn crashed(seed: u64, synced: &[u8], unsynced: &[u8]) -> Vec<u8> {
    let memory = MemoryEngine::new();
    let journal = memory.engine().journal;
    let mut file = journal.create("j").unwrap();
    file.append(synced).unwrap();
    file.sync().unwrap();
    file.append(unsynced).unwrap();
    memory.crash(seed);
    memory.engine().journal.read("j").unwrap()
}

#[test]
fn a_crash_shows_every_fate_of_unsynced_octets() {
    // Given octets that no sync covered, when the power goes at many seeds
    let (synced, unsynced) = ([1; 1_000], [2; 2_000]);
    let left: Vec<Vec<u8>> = (0..300).map(|seed| crashed(seed, &synced, &unsynced)).collect();
    // then what was synced is always there,
    assert!(left.iter().all(|octets| octets.starts_with(&synced)));
    // and the rest is cut short, or holed, or nearly whole, each at some seed.
    assert!(left.iter().any(|octets| octets.len() < 1_100));
    assert!(left.iter().any(|octets| octets.len() > 2_900));
    assert!(left.iter().any(|octets| octets.contains(&0)));
    assert!(left.iter().any(|octets| octets.len() > 1_500 && !octets.contains(&0)));
}

#[test]
fn the_same_seed_loses_the_same_octets() {
    let unsynced = [7; 5_000];
    assert_eq!(crashed(42, b"s", &unsynced), crashed(42, b"s", &unsynced));
    assert_ne!(crashed(42, b"s", &unsynced), crashed(43, b"s", &unsynced));
}

#[test]
fn a_published_file_may_be_old_new_or_empty_after_a_crash() {
    let fates: BTreeSet<Vec<u8>> = (0..50)
        .map(|seed| {
            let memory = MemoryEngine::new();
            memory.engine().log.replace("checkpoint", b"old").unwrap();
            memory.engine().log.publish("checkpoint", b"between").unwrap();
            memory.engine().log.publish("checkpoint", b"new").unwrap();
            memory.crash(seed);
            memory.engine().log.read("checkpoint").unwrap()
        })
        .collect();
    assert_eq!(fates, BTreeSet::from([b"".to_vec(), b"new".to_vec(), b"old".to_vec()]));
}

#[test]
fn a_file_published_for_the_first_time_may_be_missing_after_a_crash() {
    let missing = |seed: &u64| {
        let memory = MemoryEngine::new();
        memory.engine().log.publish("tile/0/000", b"tile").unwrap();
        memory.crash(*seed);
        matches!(memory.engine().log.read("tile/0/000"), Err(DiskError::NotFound { .. }))
    };
    let seeds = (0..50).filter(missing).count();
    assert!(seeds > 0 && seeds < 50, "{seeds} of 50");
}

/// After a failed sync Linux marks the pages clean: readable, and never written any more.
#[test]
fn octets_under_a_failed_sync_stay_readable_and_are_lost_even_after_a_later_sync() {
    // Given a sync that failed without persisting
    let memory = MemoryEngine::new();
    let journal = memory.engine().journal;
    let mut file = journal.create("j").unwrap();
    file.append(&[1; 100]).unwrap();
    file.sync().unwrap();
    file.append(&[2; 100]).unwrap();
    memory.switches().fail_next(Operation::Sync, Failure::NotPersisted);
    assert!(matches!(file.sync(), Err(DiskError::Sync { .. })));
    // when the file is reopened, trusted as it reads, extended and synced without complaint
    assert_eq!(journal.read("j").unwrap().len(), 200);
    let mut file = journal.append_to("j").unwrap();
    file.append(&[3; 100]).unwrap();
    file.sync().unwrap();
    memory.crash(1);
    // then the middle is a hole: reading back is no proof, writing again elsewhere is.
    let left = memory.engine().journal.read("j").unwrap();
    assert_eq!(
        (&left[..100], &left[100..200], &left[200..]),
        (&[1; 100][..], &[0; 100][..], &[3; 100][..])
    );
}

#[test]
fn octets_under_a_failed_sync_that_did_persist_survive() {
    let memory = MemoryEngine::new();
    let mut file = memory.engine().journal.create("j").unwrap();
    file.append(&[1; 100]).unwrap();
    memory.switches().fail_next(Operation::Sync, Failure::Persisted);
    assert!(matches!(file.sync(), Err(DiskError::Sync { .. })));
    memory.crash(1);
    assert_eq!(memory.engine().journal.read("j").unwrap(), vec![1; 100]);
}

#[test]
fn handles_from_before_a_crash_are_dead() {
    let memory = MemoryEngine::new();
    let before = memory.engine();
    let mut file = before.journal.create("j").unwrap();
    memory.crash(0);
    assert!(matches!(before.objects.get("o"), Err(GetError::Failed { .. })));
    assert!(before.heads.swap("h", None, b"1").is_err());
    assert!(file.append(b"late").is_err());
    let after = memory.engine();
    assert!(matches!(after.objects.get("o"), Err(GetError::NotFound { .. })));
    assert_eq!(after.journal.read("j").unwrap(), b"");
}

#[test]
fn nothing_answers_after_the_power_is_cut_until_the_crash_is_over() {
    let memory = MemoryEngine::new();
    let engine = memory.engine();
    memory.switches().cut_power_after(1, Failure::Persisted);
    engine.objects.put("first", b"1").unwrap();
    assert!(engine.objects.put("second", b"2").is_err());
    assert!(memory.switches().power_is_out());
    assert!(matches!(engine.objects.get("first"), Err(GetError::Failed { .. })));
    memory.crash(0);
    let engine = memory.engine();
    assert_eq!(engine.objects.list("").unwrap(), ["first", "second"]);
}

/// The suite itself must notice an engine that lies.
#[test]
fn an_engine_that_forgets_is_caught() {
    struct Forgetful;
    impl Site for Forgetful {
        fn open(&self) -> Engine {
            MemoryEngine::new().engine()
        }
    }
    let broken = conformance::broken(&|| Box::new(Forgetful));
    let stories: Vec<&str> = broken.iter().map(|broken| broken.story).collect();
    assert!(stories.contains(&"what_was_put_is_got_after_reopening"), "{stories:?}");
    assert!(stories.contains(&"versions_count_from_one_and_survive_reopening"), "{stories:?}");
    assert!(stories.contains(&"synced_octets_survive_power_loss"), "{stories:?}");
}
