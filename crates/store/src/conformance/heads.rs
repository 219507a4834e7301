//! Stories of [`Heads`](crate::Heads): one writer at a time, whole, never back.
//!
//! Rule: ARCHITECTURE.md section 5.

use std::thread;

use super::{BAD_NAMES, Broken, Kept, Site, Story, hold, pattern, same, works};
use crate::{Head, Heads, Swap, SwapError, VALUE_OCTETS_MAX};

pub(super) const STORIES: &[Story] = &[
    Story { name: "versions_count_from_one_and_survive_reopening", tell: versions },
    Story { name: "a_swap_from_a_wrong_version_writes_nothing", tell: conflicts },
    Story { name: "a_value_past_the_limit_writes_nothing", tell: limits },
    Story { name: "a_run_of_swaps_is_done_wholly_or_not_at_all", tell: all_or_none },
    Story { name: "many_writers_lose_no_update", tell: no_lost_update },
    Story { name: "a_head_name_follows_the_rule_for_names", tell: hygiene },
    Story { name: "heads_are_listed_in_octet_order_below_their_prefix", tell: listing },
];

fn versions(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    same("a head not written yet is none", &read(&*heads, "h")?, &None)?;
    let mut expected = None;
    for wanted in 1..=3 {
        let value = pattern(u8::try_from(wanted).unwrap_or(0), 100);
        let version = works("a right swap is done", heads.swap("h", expected, &value))?;
        same("each swap counts one up from 1", &version, &wanted)?;
        same("a head is what was written", &read(&*heads, "h")?, &Some(Head { version, value }))?;
        expected = Some(version);
    }
    let before = read(&*heads, "h")?;
    drop(heads);
    let heads = site.open().heads;
    same("a head is the same after reopening", &read(&*heads, "h")?, &before)?;
    let version = works("counting goes on after reopening", heads.swap("h", Some(3), b""))?;
    same("counting goes on after reopening", &version, &4)
}

fn conflicts(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    works("a new head is written", heads.swap("h", None, b"1"))?;
    works("a right swap is done", heads.swap("h", Some(1), b"2"))?;
    let cases = [
        ("h", None, Some(2)),
        ("h", Some(0), Some(2)),
        ("h", Some(1), Some(2)),
        ("h", Some(3), Some(2)),
        ("h", Some(u64::MAX), Some(2)),
        ("absent", Some(0), None),
        ("absent", Some(1), None),
    ];
    for (name, expected, wanted) in cases {
        match heads.swap(name, expected, b"wrong") {
            Err(SwapError::Conflict { found, .. }) => {
                same("a conflict says what stands", &found, &wanted)?;
            }
            other => hold(false, "a wrong version is a conflict", (name, expected, other))?,
        }
    }
    let standing = Some(Head { version: 2, value: b"2".to_vec() });
    same("a conflict writes nothing", &read(&*heads, "h")?, &standing)?;
    same("a conflict makes nothing", &read(&*heads, "absent")?, &None)
}

fn limits(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    let (full, over) =
        (pattern(1, VALUE_OCTETS_MAX), pattern(1, VALUE_OCTETS_MAX.saturating_add(1)));
    works("a value at the limit is written", heads.swap("h", None, &full))?;
    let refused = heads.swap("h", Some(1), &over);
    let large = matches!(refused, Err(SwapError::TooLarge { .. }));
    hold(large, "a value past the limit is refused", refused)?;
    let swaps = [swap("other", None, b"1"), swap("h", Some(1), &over)];
    let refused = heads.swap_all(&swaps);
    let large = matches!(refused, Err(SwapError::TooLarge { .. }));
    hold(large, "a value past the limit is refused in a run", refused)?;
    same("a refused run writes nothing", &read(&*heads, "other")?, &None)?;
    let standing = Some(Head { version: 1, value: full });
    same("a refused value writes nothing", &read(&*heads, "h")?, &standing)?;
    works("an empty value is written", heads.swap("h", Some(1), b"")).map(drop)
}

fn all_or_none(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    works("no swaps at all are done", heads.swap_all(&[]))?;
    works(
        "a run of new heads is written",
        heads.swap_all(&[
            swap("a", None, b"a1"),
            swap("b", None, b"b1"),
            swap("a", Some(1), b"a2"),
        ]),
    )?;
    let (a2, b1) =
        (Head { version: 2, value: b"a2".to_vec() }, Head { version: 1, value: b"b1".to_vec() });
    same("a run is done in order", &read(&*heads, "a")?, &Some(a2.clone()))?;
    same("a run is done whole", &read(&*heads, "b")?, &Some(b1.clone()))?;
    let wrong: [&[Swap]; 3] = [
        &[swap("a", Some(2), b"a3"), swap("b", Some(7), b"b2"), swap("c", None, b"c1")],
        &[swap("c", None, b"c1"), swap("c", None, b"c2")],
        &[swap("a", Some(2), b"a3"), swap("../c", None, b"c1")],
    ];
    for swaps in wrong {
        let refused = heads.swap_all(swaps);
        hold(refused.is_err(), "a run with one wrong swap is refused", swaps)?;
        same("a refused run leaves the first", &read(&*heads, "a")?, &Some(a2.clone()))?;
        same("a refused run leaves the second", &read(&*heads, "b")?, &Some(b1.clone()))?;
        same("a refused run makes nothing", &read(&*heads, "c")?, &None)?;
    }
    Ok(())
}

fn no_lost_update(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    works("a new head is written", heads.swap("n", None, &0_u64.to_be_bytes()))?;
    let count_up = || -> Kept {
        let mut done = 0;
        while done < 10 {
            let Some(head) = read(&*heads, "n")? else {
                return hold(false, "a written head is read", "none");
            };
            let next = number(&head.value).saturating_add(1).to_be_bytes();
            match heads.swap("n", Some(head.version), &next) {
                Ok(_) => done += 1,
                Err(SwapError::Conflict { .. }) => {}
                Err(error) => works("a swap is done or a conflict", Err(error))?,
            }
        }
        Ok(())
    };
    let count_up = &count_up;
    let told: Vec<Kept> = thread::scope(|scope| {
        let writers: Vec<_> = (0..6).map(|_| scope.spawn(count_up)).collect();
        writers.into_iter().filter_map(|writer| writer.join().ok()).collect()
    });
    told.into_iter().collect::<Kept>()?;
    let head = read(&*heads, "n")?.map(|head| (head.version, number(&head.value)));
    same("no update is lost", &head, &Some((61, 60)))
}

fn hygiene(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    for name in BAD_NAMES {
        let refused = heads.swap(name, None, b"1");
        let bad = matches!(refused, Err(SwapError::BadName { .. }));
        hold(bad, "a bad name is refused", (name, refused))?;
        same("a bad name reads as none", &read(&*heads, name)?, &None)?;
    }
    same("a refused name leaves nothing", &list(&*heads, "")?, &Vec::new())
}

fn listing(site: &dyn Site) -> Kept {
    let heads = site.open().heads;
    let names = ["a-b", "a.b", "a/b", "a/c/d", "ab", "b", "z"];
    for name in names.iter().rev() {
        works("a new head is written", heads.swap(name, None, b"1"))?;
    }
    let cases: [(&str, &[&str]); 6] = [
        ("", &names),
        ("a", &["a-b", "a.b", "a/b", "a/c/d", "ab"]),
        ("a/", &["a/b", "a/c/d"]),
        ("z", &["z"]),
        ("%", &[]),
        ("_", &[]),
    ];
    for (prefix, wanted) in cases {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        same("a list is complete and in octet order", &list(&*heads, prefix)?, &wanted)?;
    }
    Ok(())
}

fn swap(name: &str, expected: Option<u64>, value: &[u8]) -> Swap {
    Swap { name: name.to_owned(), expected, value: value.to_vec() }
}

fn number(value: &[u8]) -> u64 {
    value.try_into().map(u64::from_be_bytes).unwrap_or(u64::MAX)
}

fn read(heads: &dyn Heads, name: &str) -> Result<Option<Head>, Broken> {
    works("a head is read", heads.read(name))
}

fn list(heads: &dyn Heads, prefix: &str) -> Result<Vec<String>, Broken> {
    works("heads are listed", heads.list(prefix))
}
