//! Stories of failing, each in both forms: failed and not kept, failed but kept.
//!
//! Whatever the form, a reader finds the old state or the new one whole, a writer can go on from
//! what it reads, and everything that was acknowledged is there after a power cut at any write.
//!
//! Rules: ARCHITECTURE.md section 5; DESIGN.md decision 16 (a failed sync is final).

use super::{Kept, Site, Story, hold, same, works};
use crate::faults::{Failure, Operation, Switches, around};
use crate::{DiskError, Engine, GetError, PutError, Swap, SwapError};

pub(super) const STORIES: &[Story] = &[
    Story { name: "a_failed_put_is_whole_or_absent", tell: puts },
    Story { name: "a_failed_swap_is_old_or_new", tell: swaps },
    Story { name: "a_failed_replacement_is_old_or_new", tell: replacements },
    Story { name: "a_file_is_closed_by_its_first_failed_write", tell: poison },
    Story { name: "what_was_acknowledged_survives_a_power_cut_at_every_write", tell: every_write },
];

fn puts(site: &dyn Site) -> Kept {
    for (failure, key) in Failure::BOTH.into_iter().zip(["lost", "kept"]) {
        let switches = Switches::new();
        let objects = around(site.open(), &switches).objects;
        switches.fail_next(Operation::Put, failure);
        let put = objects.put(key, b"octets");
        hold(matches!(put, Err(PutError::Failed { .. })), "a failed put says failed", put)?;
        let again = objects.put(key, b"octets");
        let right = match failure {
            Failure::NotPersisted => again.is_ok(),
            Failure::Persisted => matches!(again, Err(PutError::Exists { .. })),
        };
        hold(right, "a failed put can be done again or is there", (failure, again))?;
        let got = works("the object is got", objects.get(key))?;
        same("the object is whole", &got, &b"octets".to_vec())?;
        switches.fail_next(Operation::Read, failure);
        let got = objects.get(key);
        hold(matches!(got, Err(GetError::Failed { .. })), "a failed get is not absence", got)?;
    }
    Ok(())
}

fn swaps(site: &dyn Site) -> Kept {
    for (failure, name) in Failure::BOTH.into_iter().zip(["lost", "kept"]) {
        let switches = Switches::new();
        let heads = around(site.open(), &switches).heads;
        let other = format!("{name}/other");
        works("a new head is written", heads.swap(name, None, b"old"))?;
        switches.fail_next(Operation::Swap, failure);
        let run = [
            Swap { name: name.to_owned(), expected: Some(1), value: b"new".to_vec() },
            Swap { name: other.clone(), expected: None, value: b"new".to_vec() },
        ];
        let swapped = heads.swap_all(&run);
        hold(matches!(swapped, Err(SwapError::Failed { .. })), "a failed run says so", swapped)?;
        let first = works("a head is read", heads.read(name))?;
        let second = works("a head is read", heads.read(&other))?;
        let seen = (first.as_ref().map(|head| head.version), second.map(|head| head.version));
        let wanted = match failure {
            Failure::NotPersisted => (Some(1), None),
            Failure::Persisted => (Some(2), Some(1)),
        };
        same("a failed run is done wholly or not at all", &seen, &wanted)?;
        let version = first.map(|head| head.version);
        works("a writer goes on from what it reads", heads.swap(name, version, b"next"))?;
    }
    Ok(())
}

fn replacements(site: &dyn Site) -> Kept {
    for failure in Failure::BOTH {
        let switches = Switches::new();
        let keys = around(site.open(), &switches).keys;
        works("a file is put whole", keys.replace("k", b"old"))?;
        switches.fail_next(Operation::Replace, failure);
        let replaced = keys.replace("k", b"new");
        hold(replaced.is_err(), "a failed replacement says so", &replaced)?;
        let got = works("a file is read", keys.read("k"))?;
        let whole = got == b"old" || got == b"new";
        hold(whole, "a failed replacement is old or new", got)?;
    }
    Ok(())
}

fn poison(site: &dyn Site) -> Kept {
    let operations = [Operation::Append, Operation::Sync, Operation::Truncate];
    let cases = operations.into_iter().flat_map(|operation| Failure::BOTH.map(|f| (operation, f)));
    for (number, (operation, failure)) in cases.enumerate() {
        let switches = Switches::new();
        let journal = around(site.open(), &switches).journal;
        let name = format!("f{number}");
        let mut file = works("a new file is created", journal.create(&name))?;
        works("octets are appended", file.append(b"first "))?;
        works("a file is synced", file.sync())?;
        switches.fail_next(operation, failure);
        let failed = match operation {
            Operation::Append => file.append(b"second"),
            Operation::Sync => file.append(b"second").and_then(|()| file.sync()),
            _ => file.truncate(6),
        };
        let right = match operation {
            Operation::Sync => matches!(failed, Err(DiskError::Sync { .. })),
            _ => matches!(failed, Err(DiskError::Failed { .. })),
        };
        hold(right, "a failed write says which", (operation, failed))?;
        for later in [file.append(b"x"), file.sync(), file.truncate(0)] {
            let closed = matches!(later, Err(DiskError::Poisoned { .. }));
            hold(closed, "a file is closed by a failed write", (operation, later))?;
        }
        drop(file);
        let mut file = works("a file is opened again", journal.append_to(&name))?;
        works("a file is cut to what was synced", file.truncate(6))?;
        works("octets are appended", file.append(b"again"))?;
        works("a file is synced", file.sync())?;
        let got = works("a file is read", journal.read(&name))?;
        same("a writer recovers by reopening", &got, &b"first again".to_vec())?;
    }
    Ok(())
}

fn every_write(site: &dyn Site) -> Kept {
    let switches = Switches::new();
    let mut done = Vec::new();
    program(&around(site.open(), &switches), "rehearsal", &mut done);
    let writes = switches.writes();
    hold(done.len() > 5 && writes > 8, "the rehearsal goes through", (done.len(), writes))?;
    for write in 0..writes {
        for failure in Failure::BOTH {
            let switches = Switches::new();
            switches.cut_power_after(write, failure);
            let place =
                format!("cut{write}{}", if failure == Failure::Persisted { "k" } else { "l" });
            let mut done = Vec::new();
            program(&around(site.open(), &switches), &place, &mut done);
            hold(switches.power_is_out(), "the power was cut", write)?;
            site.lose_power(write);
            let engine = site.open();
            for fact in &done {
                fact.check(&engine, &place)?;
            }
        }
    }
    Ok(())
}

/// What was acknowledged, and must be there for ever.
#[derive(Debug)]
enum Fact {
    Object,
    Head(u64),
    Journal(usize),
    Key(&'static [u8]),
    Removed,
}

impl Fact {
    fn check(&self, engine: &Engine, place: &str) -> Kept {
        let promise = "what was acknowledged is there";
        match self {
            Self::Object => {
                let got = works(promise, engine.objects.get(&format!("{place}/o")))?;
                same(promise, &got, &b"object".to_vec())
            }
            Self::Head(version) => {
                let head = works(promise, engine.heads.read(place))?;
                let found = head.map(|head| head.version);
                hold(found >= Some(*version), "a head never goes back", (found, version))
            }
            Self::Journal(len) => {
                let got = works(promise, engine.journal.read(place))?;
                let wanted = b"block one block two".get(..*len).unwrap_or_default();
                hold(got.starts_with(wanted), promise, (got.len(), len))
            }
            Self::Key(octets) => self.check_key(engine, place, octets),
            Self::Removed => {
                let got = engine.objects.get(&format!("{place}/old"));
                let gone = matches!(got, Err(GetError::NotFound { .. }));
                hold(gone, "what was deleted stays deleted", got)
            }
        }
    }

    fn check_key(&self, engine: &Engine, place: &str, octets: &[u8]) -> Kept {
        let got = works("a key file is there", engine.keys.read(place))?;
        let whole = got == octets || got == b"second key";
        hold(whole, "a key file is a whole one", got)
    }
}

/// A little of everything, up to the first failure; what was acknowledged goes to `done`.
fn program(engine: &Engine, place: &str, done: &mut Vec<Fact>) {
    // The failure itself is expected: the story looks at what was acknowledged before it.
    drop(try_program(engine, place, done));
}

fn try_program(engine: &Engine, place: &str, done: &mut Vec<Fact>) -> Kept {
    let step = "a step is done unless the power fails";
    works(step, engine.keys.replace(place, b"first key"))?;
    done.push(Fact::Key(b"first key"));
    let mut file = works(step, engine.journal.create(place))?;
    works(step, file.append(b"block one "))?;
    works(step, file.sync())?;
    done.push(Fact::Journal(10));
    works(step, engine.heads.swap(place, None, b"1"))?;
    done.push(Fact::Head(1));
    works(step, file.append(b"block two"))?;
    works(step, file.sync())?;
    done.push(Fact::Journal(19));
    works(step, engine.objects.put(&format!("{place}/o"), b"object"))?;
    done.push(Fact::Object);
    let next = Swap { name: place.to_owned(), expected: Some(1), value: b"2".to_vec() };
    works(step, engine.heads.swap_all(&[next]))?;
    done.push(Fact::Head(2));
    let old = format!("{place}/old");
    works(step, engine.keys.replace(place, b"second key"))?;
    done.retain(|fact| !matches!(fact, Fact::Key(_)));
    done.push(Fact::Key(b"second key"));
    works(step, engine.log.publish(&format!("{place}/tile"), b"tile"))?;
    works(step, engine.objects.put(&old, b"derived"))?;
    works(step, engine.objects.delete(&old))?;
    done.push(Fact::Removed);
    Ok(())
}
