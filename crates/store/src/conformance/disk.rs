//! Stories of [`Disk`](crate::Disk), told on each of the node's folders.
//!
//! Rule: DESIGN.md decision 16.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{BAD_NAMES, Broken, Kept, Site, Story, hold, pattern, same, works};
use crate::{Disk, DiskError, Engine};

pub(super) const STORIES: &[Story] = &[
    Story { name: "a_file_is_created_once", tell: created_once },
    Story { name: "appended_octets_follow_each_other_after_reopening", tell: appending },
    Story { name: "a_file_is_read_in_ranges_cut_at_the_end", tell: ranges },
    Story { name: "a_truncated_file_goes_on_from_its_new_end", tell: truncation },
    Story { name: "a_replaced_file_is_old_or_new_to_every_reader", tell: replacing },
    Story { name: "a_published_file_is_old_or_new_to_every_reader", tell: publishing },
    Story { name: "a_removed_file_is_gone_and_only_that", tell: removal },
    Story { name: "a_file_name_cannot_leave_its_folder", tell: hygiene },
    Story { name: "the_folders_of_a_node_are_apart", tell: apart },
    Story { name: "synced_octets_survive_power_loss", tell: power_loss },
];

type Folder = fn(&Engine) -> &Arc<dyn Disk>;

const FOLDERS: [Folder; 3] = [|e| &e.journal, |e| &e.keys, |e| &e.log];

fn on_each(site: &dyn Site, story: fn(&dyn Disk) -> Kept) -> Kept {
    let engine = site.open();
    FOLDERS.iter().try_for_each(|folder| story(folder(&engine).as_ref()))
}

fn created_once(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        let file = works("a new file is created", disk.create("f"))?;
        hold(file.is_empty(), "a new file is empty", file.len())?;
        drop(file);
        write(disk, "f", b"octets")?;
        let again = disk.create("f").map(drop);
        let exists = matches!(again, Err(DiskError::Exists { .. }));
        hold(exists, "an existing file is not created again", again)?;
        same("it is left alone", &read(disk, "f")?, &b"octets".to_vec())
    })
}

fn appending(site: &dyn Site) -> Kept {
    for folder in FOLDERS {
        let engine = site.open();
        let disk = folder(&engine).as_ref();
        let missing = disk.append_to("f").map(drop);
        let not_found = matches!(missing, Err(DiskError::NotFound { .. }));
        hold(not_found, "a missing file is not opened", missing)?;
        same("a missing file is not made", &list(disk)?, &Vec::new())?;
        let mut file = works("a new file is created", disk.create("f"))?;
        works("octets are appended", file.append(b"one "))?;
        works("nothing is appended", file.append(b""))?;
        works("octets are appended", file.append(b"two "))?;
        same("the length counts what is not synced", &file.len(), &8)?;
        same("readers see what is not synced", &read(disk, "f")?, &b"one two ".to_vec())?;
        works("a file is synced", file.sync())?;
        works("a file is synced twice", file.sync())?;
        drop((file, engine));
        let engine = site.open();
        let disk = folder(&engine).as_ref();
        let mut file = works("a file is opened again", disk.append_to("f"))?;
        same("its length is known", &file.len(), &8)?;
        works("octets are appended", file.append(b"three"))?;
        works("a file is synced", file.sync())?;
        same("octets follow each other", &read(disk, "f")?, &b"one two three".to_vec())?;
        same("size is the length", &works("a file has a size", disk.size("f"))?, &file.len())?;
    }
    Ok(())
}

fn ranges(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        drop(works("a new file is created", disk.create("r"))?);
        write(disk, "r", b"0123456789")?;
        let cases: [(u64, u64, &[u8]); 7] = [
            (0, 10, b"0123456789"),
            (0, 0, b""),
            (9, 1, b"9"),
            (8, 100, b"89"),
            (10, 1, b""),
            (u64::MAX, u64::MAX, b""),
            (1, u64::MAX, b"123456789"),
        ];
        for (offset, len, wanted) in cases {
            let got = works("a range is read", disk.read_range("r", offset, len))?;
            same(
                "a range holds these octets",
                &(offset, len, got.as_slice()),
                &(offset, len, wanted),
            )?;
        }
        let got = disk.read_range("missing", 0, 1);
        hold(matches!(got, Err(DiskError::NotFound { .. })), "no file, no range", got)?;
        let size = disk.size("missing");
        hold(matches!(size, Err(DiskError::NotFound { .. })), "no file, no size", size)
    })
}

fn truncation(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        let mut file = works("a new file is created", disk.create("t"))?;
        works("octets are appended", file.append(b"whole torn"))?;
        works("a length past the end changes nothing", file.truncate(11))?;
        works("a length at the end changes nothing", file.truncate(10))?;
        same("a longer length changes nothing", &read(disk, "t")?, &b"whole torn".to_vec())?;
        works("a file is truncated", file.truncate(6))?;
        same("the length follows", &file.len(), &6)?;
        works("octets are appended", file.append(b"again"))?;
        works("a file is synced", file.sync())?;
        same("a file goes on from its new end", &read(disk, "t")?, &b"whole again".to_vec())?;
        works("a file is truncated to nothing", file.truncate(0))?;
        same("nothing is left", &read(disk, "t")?, &Vec::new())
    })
}

fn replacing(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        works("a new file is put whole", disk.replace("keys/k", b"old"))?;
        same("it holds what was put", &read(disk, "keys/k")?, &b"old".to_vec())?;
        whole_to_readers(disk, |disk, octets| disk.replace("keys/k", octets), "keys/k")?;
        same("nothing else is left behind", &list(disk)?, &vec!["keys/k".to_owned()])
    })
}

fn publishing(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        works("a file is published", disk.publish("tile/0/x001/067", b"1"))?;
        works("a file beside it is published", disk.publish("tile/0/x001/067.p/5", b"2"))?;
        works("a file is published", disk.publish("checkpoint", b"3"))?;
        whole_to_readers(disk, |disk, octets| disk.publish("checkpoint", octets), "checkpoint")?;
        let wanted = ["checkpoint", "tile/0/x001/067", "tile/0/x001/067.p/5"];
        same("nothing else is left behind", &list(disk)?, &wanted.map(str::to_owned).to_vec())
    })
}

/// Writes a file over and over while a reader looks; every look must show one whole version.
fn whole_to_readers(
    disk: &dyn Disk,
    put: fn(&dyn Disk, &[u8]) -> Result<(), DiskError>,
    name: &'static str,
) -> Kept {
    works("a file is put whole", put(disk, &pattern(0, 5_000)))?;
    let done = AtomicBool::new(false);
    let look = || -> Kept {
        while !done.load(Ordering::Relaxed) {
            let seen = read(disk, name)?;
            let whole = (0..30).any(|mark| seen == pattern(mark, 5_000));
            hold(whole, "a reader sees a whole version", seen.len())?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let reader = scope.spawn(look);
        let put_all = || (0..30).try_for_each(|mark| put(disk, &pattern(mark, 5_000)));
        let written = works("a file is put whole", put_all());
        done.store(true, Ordering::Relaxed);
        let seen = reader.join().unwrap_or_else(|_| hold(false, "a reader ends", "it panicked"));
        written.and(seen)
    })?;
    same("the last version stays", &read(disk, name)?, &pattern(29, 5_000))
}

fn removal(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        for name in ["d/1", "d/2"] {
            works("a file is put whole", disk.replace(name, b"octets"))?;
        }
        works("a file is removed", disk.remove("d/1"))?;
        for missing in ["d/1", "d", "d/1/x"] {
            let again = disk.remove(missing);
            let not_found = matches!(again, Err(DiskError::NotFound { .. }));
            hold(not_found, "what is no file cannot be removed", (missing, again))?;
        }
        let got = disk.read("d/1");
        hold(matches!(got, Err(DiskError::NotFound { .. })), "a removed file is gone", got)?;
        same("only that file is gone", &list(disk)?, &vec!["d/2".to_owned()])?;
        works("its name may be used again", disk.create("d/1")).map(drop)
    })
}

fn hygiene(site: &dyn Site) -> Kept {
    on_each(site, |disk| {
        for name in BAD_NAMES {
            let writes =
                [disk.create(name).map(drop), disk.replace(name, b"1"), disk.publish(name, b"1")];
            for refused in writes {
                let bad = matches!(refused, Err(DiskError::BadName { .. }));
                hold(bad, "a bad name is refused", (name, refused))?;
            }
            let others = [
                disk.append_to(name).map(drop),
                disk.read(name).map(drop),
                disk.size(name).map(drop),
                disk.remove(name),
            ];
            for refused in others {
                let missing = matches!(refused, Err(DiskError::NotFound { .. }));
                hold(missing, "a bad name is not found", (name, refused))?;
            }
        }
        same("a refused name leaves nothing", &list(disk)?, &Vec::new())
    })
}

fn apart(site: &dyn Site) -> Kept {
    let engine = site.open();
    for (folder, octets) in FOLDERS.iter().zip([b"journal".as_slice(), b"keys", b"log"]) {
        works("a file is put whole", folder(&engine).replace("same", octets))?;
    }
    for (folder, octets) in FOLDERS.iter().zip([b"journal".as_slice(), b"keys", b"log"]) {
        let got = read(folder(&engine).as_ref(), "same")?;
        same("folders are apart", &got.as_slice(), &octets)?;
    }
    works("an object has its own place", engine.objects.put("same", b"object"))
}

fn power_loss(site: &dyn Site) -> Kept {
    for (seed, folder) in (0..60).zip(FOLDERS.iter().cycle()) {
        let (grown, whole) = (format!("grown{seed}"), format!("whole{seed}"));
        let engine = site.open();
        let disk = folder(&engine).as_ref();
        let mut file = works("a new file is created", disk.create(&grown))?;
        works("octets are appended", file.append(&pattern(1, 3_000)))?;
        works("a file is synced", file.sync())?;
        works("octets are appended", file.append(&pattern(2, 3_000)))?;
        works("a file is put whole", disk.replace(&whole, b"old"))?;
        works("a file is put whole", disk.replace(&whole, b"new"))?;
        drop((file, engine));
        site.lose_power(seed);
        let engine = site.open();
        let disk = folder(&engine).as_ref();
        let left = read(disk, &grown)?;
        hold(left.starts_with(&pattern(1, 3_000)), "synced octets survive", left.len())?;
        hold(left.len() <= 6_000, "nothing grows by a power loss", left.len())?;
        same("a replaced file survives", &read(disk, &whole)?, &b"new".to_vec())?;
    }
    Ok(())
}

fn write(disk: &dyn Disk, name: &str, octets: &[u8]) -> Kept {
    let mut file = works("a file is opened to append", disk.append_to(name))?;
    works("octets are appended", file.append(octets))?;
    works("a file is synced", file.sync())
}

fn read(disk: &dyn Disk, name: &str) -> Result<Vec<u8>, Broken> {
    works("a file is read", disk.read(name))
}

fn list(disk: &dyn Disk) -> Result<Vec<String>, Broken> {
    works("files are listed", disk.list())
}
