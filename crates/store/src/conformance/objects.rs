//! Stories of [`Objects`](crate::Objects): put once, read any part, listed in order.
//!
//! Rule: ARCHITECTURE.md section 5.

use std::thread;

use super::{BAD_NAMES, Broken, Kept, Site, Story, hold, pattern, same, works};
use crate::{DeleteError, GetError, NAME_OCTETS_MAX, Objects, PutError};

pub(super) const STORIES: &[Story] = &[
    Story { name: "what_was_put_is_got_after_reopening", tell: kept },
    Story { name: "a_second_put_is_refused_and_touches_nothing", tell: put_once },
    Story { name: "several_are_put_in_order_up_to_the_one_refused", tell: several },
    Story { name: "of_many_puts_at_once_one_wins_whole", tell: one_wins },
    Story { name: "a_key_cannot_leave_its_folder", tell: hygiene },
    Story { name: "keys_are_listed_in_octet_order_below_their_prefix", tell: listing },
    Story { name: "a_range_is_cut_at_the_end", tell: ranges },
    Story { name: "a_deleted_object_is_gone_and_only_that", tell: deletion },
];

fn kept(site: &dyn Site) -> Kept {
    let large = pattern(3, 3_000_000);
    let cases: [(&str, &[u8]); 3] =
        [("segment/v1/0", b"octets"), ("segment/v1/empty", b""), ("large", &large)];
    let objects = site.open().objects;
    for (key, octets) in cases {
        works("a new object is put", objects.put(key, octets))?;
    }
    drop(objects);
    let objects = site.open().objects;
    for (key, octets) in cases {
        let got = works("a put object is got", objects.get(key))?;
        same("an object is what was put", &got.as_slice(), &octets)?;
        let size = works("a put object has a size", objects.size(key))?;
        same("size is the number of octets", &usize::try_from(size).ok(), &Some(octets.len()))?;
    }
    Ok(())
}

fn put_once(site: &dyn Site) -> Kept {
    let objects = site.open().objects;
    works("a new object is put", objects.put("a", b"first"))?;
    for again in [b"first".as_slice(), b"second"] {
        let put = objects.put("a", again);
        hold(matches!(put, Err(PutError::Exists { .. })), "a second put says exists", put)?;
    }
    let got = works("the first object is got", objects.get("a"))?;
    same("the first put stays", &got.as_slice(), &b"first".as_slice())
}

fn several(site: &dyn Site) -> Kept {
    let named = |names: &[&str]| -> Vec<(String, Vec<u8>)> {
        names.iter().map(|name| ((*name).to_owned(), name.as_bytes().to_vec())).collect()
    };
    let objects = site.open().objects;
    works("nothing is put", objects.put_all(&[]))?;
    // More than a process may have files open by default.
    let all: Vec<String> = (0..1100).map(|n| format!("several/{}/{n:04}", n % 3)).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    works("several are put", objects.put_all(&named(&all)))?;
    let again = objects.put_all(&named(&["new/1", "several/0/0000", "new/2"]));
    hold(matches!(again, Err(PutError::Exists { .. })), "one that stands is refused", again)?;
    drop(objects);
    let objects = site.open().objects;
    for name in all {
        let got = works("each is got", objects.get(name))?;
        same("each is what was put", &got.as_slice(), &name.as_bytes())?;
    }
    works("the one before the refused is there", objects.get("new/1"))?;
    let after = objects.get("new/2");
    hold(matches!(after, Err(GetError::NotFound { .. })), "the one after it is not", after)
}

fn one_wins(site: &dyn Site) -> Kept {
    let engine = site.open();
    for round in 0..10 {
        let key = format!("race/{round}");
        let put = |mark: u8| (mark, engine.objects.put(&key, &pattern(mark, 10_000)));
        let put = &put;
        let results: Vec<_> = thread::scope(|scope| {
            let racers: Vec<_> = (0..8).map(|mark| scope.spawn(move || put(mark))).collect();
            racers.into_iter().filter_map(|racer| racer.join().ok()).collect()
        });
        let won: Vec<u8> =
            results.iter().filter(|(_, put)| put.is_ok()).map(|(mark, _)| *mark).collect();
        hold(won.len() == 1, "exactly one put wins", &won)?;
        let lost = |put: &Result<(), PutError>| matches!(put, Err(PutError::Exists { .. }));
        let others = results.iter().filter(|(_, put)| lost(put)).count();
        same("every other put says exists", &others, &7)?;
        let got = works("the winner is got", engine.objects.get(&key))?;
        let whole = won.first().map(|mark| pattern(*mark, 10_000));
        same("the object is wholly the winner's", &Some(got), &whole)?;
    }
    Ok(())
}

fn hygiene(site: &dyn Site) -> Kept {
    let objects = site.open().objects;
    let long = "k".repeat(NAME_OCTETS_MAX);
    works("the longest key is put", objects.put(&long, b"1"))?;
    let too_long = format!("{long}k");
    let bad = BAD_NAMES.into_iter().chain([too_long.as_str()]);
    for key in bad {
        let put = objects.put(key, b"1");
        hold(matches!(put, Err(PutError::BadKey { .. })), "a bad key is refused", (key, put))?;
        let got = objects.get(key);
        let missing = matches!(got, Err(GetError::NotFound { .. }));
        hold(missing, "a bad key is not found", (key, got))?;
        let deleted = objects.delete(key);
        let missing = matches!(deleted, Err(DeleteError::NotFound { .. }));
        hold(missing, "a bad key cannot be deleted", (key, deleted))?;
    }
    for prefix in ["..", "../", "/", "a/../../", "./"] {
        let listed = works("a prefix of no key lists nothing", objects.list(prefix))?;
        same("a prefix of no key lists nothing", &listed, &Vec::new())?;
    }
    let listed = works("keys are listed", objects.list(""))?;
    same("a refused put leaves nothing behind", &listed, &vec![long])
}

fn listing(site: &dyn Site) -> Kept {
    let objects = site.open().objects;
    same("an empty store lists nothing", &list(&*objects, "")?, &Vec::new())?;
    // In octets `-` and `.` come before `/`, which comes before letters.
    let keys = ["a-b/x", "a.b", "a/b/1", "a/b/10", "a/b/2", "a/c", "ab", "b/a"];
    for key in keys.iter().rev() {
        works("a new object is put", objects.put(key, b"1"))?;
    }
    let cases: [(&str, &[&str]); 8] = [
        ("", &keys),
        ("a/", &["a/b/1", "a/b/10", "a/b/2", "a/c"]),
        ("a/b/1", &["a/b/1", "a/b/10"]),
        ("a/b/", &["a/b/1", "a/b/10", "a/b/2"]),
        ("a", &["a-b/x", "a.b", "a/b/1", "a/b/10", "a/b/2", "a/c", "ab"]),
        ("b/a", &["b/a"]),
        ("b/a/", &[]),
        ("c/", &[]),
    ];
    for (prefix, wanted) in cases {
        same("a list is complete and in octet order", &list(&*objects, prefix)?, &owned(wanted))?;
    }
    Ok(())
}

fn ranges(site: &dyn Site) -> Kept {
    let objects = site.open().objects;
    works("a new object is put", objects.put("r", b"0123456789"))?;
    works("an empty object is put", objects.put("e", b""))?;
    let cases: [(&str, u64, u64, &[u8]); 11] = [
        ("r", 0, 10, b"0123456789"),
        ("r", 0, 0, b""),
        ("r", 0, 1, b"0"),
        ("r", 9, 1, b"9"),
        ("r", 3, 4, b"3456"),
        ("r", 8, 100, b"89"),
        ("r", 10, 1, b""),
        ("r", 11, 1, b""),
        ("r", u64::MAX, u64::MAX, b""),
        ("r", 1, u64::MAX, b"123456789"),
        ("e", 0, 1, b""),
    ];
    for (key, offset, len, wanted) in cases {
        let got = works("a range is got", objects.get_range(key, offset, len))?;
        same("a range holds these octets", &(offset, len, got.as_slice()), &(offset, len, wanted))?;
    }
    let got = objects.get_range("missing", 0, 0);
    hold(matches!(got, Err(GetError::NotFound { .. })), "no object, no range", got)?;
    let size = objects.size("missing");
    hold(matches!(size, Err(GetError::NotFound { .. })), "no object, no size", size)
}

fn deletion(site: &dyn Site) -> Kept {
    let objects = site.open().objects;
    for key in ["d/1", "d/2"] {
        works("a new object is put", objects.put(key, b"1"))?;
    }
    works("an object is deleted", objects.delete("d/1"))?;
    let again = objects.delete("d/1");
    let missing = matches!(again, Err(DeleteError::NotFound { .. }));
    hold(missing, "a deleted object cannot be deleted", again)?;
    let folder = objects.delete("d");
    let missing = matches!(folder, Err(DeleteError::NotFound { .. }));
    hold(missing, "a folder cannot be deleted", folder)?;
    let got = objects.get("d/1");
    hold(matches!(got, Err(GetError::NotFound { .. })), "a deleted object is gone", got)?;
    drop(objects);
    let left = list(&*site.open().objects, "")?;
    same("only the deleted object is gone", &left, &owned(&["d/2"]))
}

fn list(objects: &dyn Objects, prefix: &str) -> Result<Vec<String>, Broken> {
    works("keys are listed", objects.list(prefix))
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
