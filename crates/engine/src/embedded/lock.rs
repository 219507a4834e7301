//! The site lock: one process at a time changes a site, and a refused one says who has it.
//!
//! The lock is the operating system's and goes with the process, however it ends; the number in
//! the file only names the holder.
//!
//! Rule: DESIGN.md decision 17 (a node writes its own parts and log, alone).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const LOCK: &str = "site.lock";
/// More than any process number has digits.
const NUMBER_OCTETS_MAX: u64 = 20;

/// Holds the site until dropped.
#[derive(Debug)]
pub struct SiteLock {
    file: File,
}

/// Why the site was not locked.
#[derive(Debug, thiserror::Error)]
pub enum Locked {
    /// Another process, or another part of this one, holds it.
    #[error("site is in use by {}: stop it first, or name another site", holder(*process))]
    InUse {
        /// The holder's process number, `None` when it has not written it yet.
        process: Option<u32>,
    },
    /// The lock file could not be opened, locked or written.
    #[error("could not lock site {}: check that it exists and this user may write", path.display())]
    Failed {
        /// The site's folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Takes the lock of the site in `dir`, which must exist; never waits.
///
/// # Errors
/// [`Locked`].
pub fn lock(dir: &Path) -> Result<SiteLock, Locked> {
    let failed = |source| Locked::Failed { path: dir.to_owned(), source };
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
    let mut file = options.open(dir.join(LOCK)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Locked::InUse { process: read_number(&mut file) });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    write_number(&mut file).map_err(failed)?;
    Ok(SiteLock { file })
}

impl Drop for SiteLock {
    fn drop(&mut self) {
        // The lock goes with the file; an old number left behind is never read as a holder.
        drop(self.file.set_len(0));
    }
}

fn write_number(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    writeln!(file, "{}", std::process::id())
}

fn read_number(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(NUMBER_OCTETS_MAX).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn holder(process: Option<u32>) -> String {
    process.map_or_else(|| "another process".to_owned(), |number| format!("process {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn a_site_in_use_names_the_process_that_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let held = lock(dir.path()).unwrap();
        let refused = lock(dir.path()).unwrap_err().to_string();
        let process = std::process::id();
        assert!(refused.starts_with(&format!("site is in use by process {process}:")), "{refused}");
        drop(held);
        lock(dir.path()).unwrap();
    }

    #[test]
    fn a_number_left_by_a_killed_process_is_no_holder() {
        // Given the lock file of a process that is gone: longer than ours, to be cut
        let dir = tempfile::tempdir().unwrap();
        let mut left = File::create(dir.path().join(LOCK)).unwrap();
        left.write_all(b"999999999999\n").unwrap();
        drop(left);
        // when the site is locked, then it is free, and the next one sees our number only.
        let _held = lock(dir.path()).unwrap();
        let process = std::process::id();
        let refused = lock(dir.path());
        let right = matches!(refused, Err(Locked::InUse { process: Some(p) }) if p == process);
        assert!(right, "{refused:?}");
    }

    #[test]
    fn a_site_that_does_not_exist_is_not_made_by_locking_it() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing");
        let refused = lock(&missing).unwrap_err();
        assert!(refused.source().is_some(), "the cause is kept: {refused}");
        assert!(!missing.exists());
    }
}
