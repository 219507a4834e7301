//! The embedded engine keeps every promise, and what only files can show.
//!
//! Rules: ARCHITECTURE.md sections 5 and 6; DESIGN.md decisions 8, 15 and 16.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::thread;

use lacre_store::conformance::model::{Step, follow};
use lacre_store::conformance::{self, Site};
use lacre_store::{DiskError, PutError, SwapError};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

use super::*;

struct TempSite(TempDir);

impl TempSite {
    fn new() -> Self {
        Self(tempdir().unwrap())
    }
}

impl Site for TempSite {
    fn open(&self) -> Engine {
        open(self.0.path()).unwrap()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_embedded_engine_keeps_every_promise() {
    let broken = conformance::broken(&|| Box::new(TempSite::new()));
    assert_eq!(broken, Vec::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_embedded_engine_answers_as_the_reference(
        numbers in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..150)
    ) {
        let step = |(call, name, from, len)| Step::from_numbers(call, name, from, len);
        let steps: Vec<Step> = numbers.into_iter().map(step).collect();
        prop_assert_eq!(follow(&TempSite::new(), &steps), Ok(()));
    }
}

#[test]
fn objects_cannot_be_written_and_keys_cannot_be_read_by_others() {
    let site = TempSite::new();
    let engine = site.open();
    engine.objects.put("segment/v/0", b"1").unwrap();
    engine.keys.replace("machine.key", b"1").unwrap();
    engine.keys.create("deep/grown.key").unwrap();
    engine.log.publish("checkpoint", b"1").unwrap();
    let at = |name: &str| mode(&site.0.path().join(name));
    assert_eq!(at("objects/segment/v/0"), 0o444);
    assert_eq!(at("keys"), 0o700);
    assert_eq!((at("keys/machine.key"), at("keys/deep/grown.key")), (0o600, 0o600));
    assert_eq!((at("keys/deep"), at("keys/.incoming")), (0o700, 0o700));
    assert_eq!(at("log/checkpoint"), 0o644);
}

#[test]
fn a_keys_folder_that_was_opened_to_others_is_closed_again() {
    let site = TempSite::new();
    drop(site.open());
    let keys = site.0.path().join("keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o755)).unwrap();
    drop(site.open());
    assert_eq!(mode(&keys), 0o700);
}

#[test]
fn leftovers_of_a_crash_are_cleared_at_the_next_open() {
    let site = TempSite::new();
    drop(site.open());
    let left = site.0.path().join("objects/.incoming/1-0");
    File::create(&left).unwrap();
    let engine = site.open();
    assert!(!left.exists());
    assert_eq!(engine.objects.list("").unwrap(), Vec::<String>::new());
}

/// A command that only reads must not take the ground from under a server that writes.
#[test]
fn what_another_opening_is_writing_is_not_cleared() {
    let site = TempSite::new();
    let _working = site.open();
    let written = site.0.path().join("objects/.incoming/1-0");
    File::create(&written).unwrap();
    drop(site.open());
    assert!(written.exists());
}

#[test]
fn a_put_object_has_one_name_and_leaves_nothing_aside() {
    let site = TempSite::new();
    let engine = site.open();
    engine.objects.put("a/b", b"1").unwrap();
    engine.objects.put("a/b", b"2").unwrap_err();
    engine.journal.replace("c", b"1").unwrap();
    let root = site.0.path();
    assert_eq!(fs::metadata(root.join("objects/a/b")).unwrap().nlink(), 1);
    for incoming in ["objects/.incoming", "journal/.incoming"] {
        let names = fs::read_dir(root.join(incoming)).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["in-use"]);
    }
}

/// What is in a file after the engine removed or replaced it, seen through an older handle.
fn left_after(disk: &dyn lacre_store::Disk, path: &Path, remove: bool) -> Vec<u8> {
    disk.replace("k", b"secret octets").unwrap();
    let mut old = File::open(path).unwrap();
    if remove {
        disk.remove("k").unwrap()
    } else {
        disk.replace("k", b"new").unwrap()
    }
    let mut left = Vec::new();
    old.read_to_end(&mut left).unwrap();
    left
}

#[test]
fn an_old_key_is_overwritten_when_it_is_replaced_or_removed() {
    let site = TempSite::new();
    let (engine, path) = (site.open(), site.0.path().join("keys/k"));
    assert_eq!(left_after(engine.keys.as_ref(), &path, false), [0; 13]);
    assert_eq!(engine.keys.read("k").unwrap(), b"new");
    assert_eq!(left_after(engine.keys.as_ref(), &path, true), [0; 13]);
}

#[test]
fn a_published_file_is_not_overwritten_under_its_readers() {
    let site = TempSite::new();
    let (engine, path) = (site.open(), site.0.path().join("log/k"));
    assert_eq!(left_after(engine.log.as_ref(), &path, false), b"secret octets");
    assert_eq!(left_after(engine.log.as_ref(), &path, true), b"secret octets");
}

#[test]
fn an_old_value_of_a_head_is_nowhere_once_the_site_is_closed() {
    // Given a value that was written and then written over
    let site = TempSite::new();
    let engine = site.open();
    let secret = b"a page key that was erased".repeat(300);
    engine.heads.swap("page", None, &secret).unwrap();
    engine.heads.swap("page", Some(1), b"erased").unwrap();
    // when the site is closed, then no file of the heads holds it.
    drop(engine);
    for entry in fs::read_dir(site.0.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let octets = fs::read(&path).unwrap();
            let needle = b"a page key that was erased";
            let found = octets.windows(needle.len()).any(|window| window == needle);
            assert!(!found, "{}", path.display());
        }
    }
}

/// `/dev/full` answers every write as a disk without space does.
#[test]
fn a_full_disk_is_told_as_such() {
    let file = fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    let mut open = disk::FileDisk::open("full", file, Path::new("/dev/full"), 0);
    let failed = open.append(b"octets").unwrap_err();
    let DiskError::Failed { source, .. } = &failed else { panic!("{failed:?}") };
    assert_eq!(source.kind(), io::ErrorKind::StorageFull);
    assert!(failed.source().is_some() && failed.to_string().contains("free space"), "{failed}");
    assert!(matches!(open.append(b"more"), Err(DiskError::Poisoned { .. })));
}

#[test]
fn a_failing_storage_keeps_its_cause() {
    // Given a site whose folder for incoming files went away
    let site = TempSite::new();
    let engine = site.open();
    for folder in ["objects", "journal"] {
        fs::remove_dir_all(site.0.path().join(folder).join(".incoming")).unwrap();
    }
    // when something is written, then it failed, with the cause, and is not `not found`.
    let put = engine.objects.put("o", b"1").unwrap_err();
    assert!(matches!(put, PutError::Failed { .. }) && put.source().is_some(), "{put:?}");
    let replaced = engine.journal.replace("f", b"1").unwrap_err();
    assert!(matches!(replaced, DiskError::Failed { .. }), "{replaced:?}");
}

/// Two openings stand for two processes: each has its own connection and its own locks.
#[test]
fn two_openings_of_a_site_lose_no_update_and_overwrite_nothing() {
    let site = TempSite::new();
    let (one, two) = (site.open(), site.open());
    one.heads.swap("n", None, b"").unwrap();
    let work = |engine: &Engine, mark: u8| {
        let mut won = 0;
        for round in 0..20 {
            won += u32::from(engine.objects.put(&format!("o/{round}"), &[mark; 500]).is_ok());
            loop {
                let head = engine.heads.read("n").unwrap().unwrap();
                match engine.heads.swap("n", Some(head.version), &[mark]) {
                    Ok(_) => break,
                    Err(SwapError::Conflict { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
        won
    };
    let won: u32 = thread::scope(|scope| {
        let racers = [scope.spawn(|| work(&one, 1)), scope.spawn(|| work(&two, 2))];
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });
    assert_eq!((won, one.heads.read("n").unwrap().unwrap().version), (20, 41));
    assert_eq!(two.objects.list("o/").unwrap().len(), 20);
}

#[test]
fn a_missing_folder_is_no_site_until_it_is_opened() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("new/site");
    assert!(!is_site(&path));
    drop(open(&path).unwrap());
    assert!(is_site(&path));
}

#[test]
fn a_site_that_cannot_be_opened_says_which_part() {
    let dir = tempdir().unwrap();
    File::create(dir.path().join("objects")).unwrap();
    let refused = open(dir.path()).unwrap_err();
    assert!(matches!(&refused, OpenError::Folder { path, .. } if path.ends_with("objects")));
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("heads.db")).unwrap();
    let refused = open(dir.path()).unwrap_err();
    assert!(matches!(refused, OpenError::Heads { .. }) && refused.source().is_some());
}

#[test]
fn a_stranger_among_the_files_is_not_listed() {
    let site = TempSite::new();
    let engine = site.open();
    engine.objects.put("a/b", b"1").unwrap();
    File::create(site.0.path().join("objects/a/NOT-OURS")).unwrap();
    File::create(site.0.path().join("objects/a/.hidden")).unwrap();
    assert_eq!(engine.objects.list("").unwrap(), ["a/b"]);
}
