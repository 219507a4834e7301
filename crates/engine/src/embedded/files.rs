//! Folders and files as the embedded engine needs them: whole files that appear at once, entries
//! that survive power loss, names that cannot leave their folder.
//!
//! Every file is written under `.incoming/` first and only then gets its name. A lock in there,
//! shared by everyone who has the folder open, tells leftovers of a crash from work going on.
//!
//! Rules: ARCHITECTURE.md (file and folder synced; names, access).

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use lacre_store::is_name;

use super::direct::{self, Direct};

const INCOMING: &str = ".incoming";
const INCOMING_LOCK: &str = "in-use";
const ZEROS: [u8; 4096] = [0; 4096];

/// Distinguishes the incoming files of one process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Who may do what with the files of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// 0444: nobody writes again, by accident.
    ReadOnly,
    /// 0644.
    Common,
    /// Folder 0700, files 0600, overwritten before they go.
    Private,
}

impl Access {
    pub(super) fn file_mode(self) -> u32 {
        match self {
            Self::ReadOnly => 0o444,
            Self::Common => 0o644,
            Self::Private => 0o600,
        }
    }

    fn folder_mode(self) -> u32 {
        match self {
            Self::ReadOnly | Self::Common => 0o755,
            Self::Private => 0o700,
        }
    }
}

/// One folder of the site.
pub(super) struct Folder {
    root: PathBuf,
    access: Access,
    /// Folders below whose entry is known to be on disk.
    durable: Mutex<BTreeSet<PathBuf>>,
    /// Held shared as long as the folder is open.
    _in_use: File,
}

impl Folder {
    /// Opens the folder, makes it if missing, clears what a crash left in it.
    pub(super) fn open(root: &Path, access: Access) -> io::Result<Self> {
        make_folder(root, access)?;
        if access == Access::Private {
            fs::set_permissions(root, Permissions::from_mode(access.folder_mode()))?;
        }
        let incoming = root.join(INCOMING);
        make_folder(&incoming, access)?;
        let lock_path = incoming.join(INCOMING_LOCK);
        let in_use = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(access.file_mode() | 0o200)
            .open(lock_path)?;
        match in_use.try_lock() {
            Ok(()) => {
                clear(&incoming)?;
                in_use.unlock()?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(source),
        }
        in_use.lock_shared()?;
        // What a process killed between a rename and its sync left visible becomes durable here.
        sync_folder(root)?;
        let durable = Mutex::new(BTreeSet::new());
        Ok(Self { root: root.to_owned(), access, durable, _in_use: in_use })
    }

    pub(super) fn access(&self) -> Access {
        self.access
    }

    /// Where `name` is, `None` when it is no name.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        is_name(name).then(|| self.root.join(name))
    }

    /// Makes the folders `path` is in and syncs each entry that may not be on disk yet.
    pub(super) fn make_parents(&self, path: &Path) -> io::Result<()> {
        let Some(parent) = path.parent() else {
            return Ok(());
        };
        if parent == self.root || self.is_durable(parent) {
            return Ok(());
        }
        self.make_parents(parent)?;
        make_folder(parent, self.access)?;
        if let Some(above) = parent.parent() {
            sync_folder(above)?;
        }
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        durable.insert(parent.to_owned());
        Ok(())
    }

    /// Makes the folders `path` is in and syncs nothing.
    pub(super) fn make_parents_unsynced(&self, path: &Path) -> io::Result<()> {
        let Some(parent) = path.parent() else {
            return Ok(());
        };
        if parent.is_dir() {
            return Ok(());
        }
        self.make_parents_unsynced(parent)?;
        make_folder(parent, self.access)
    }

    fn is_durable(&self, folder: &Path) -> bool {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner).contains(folder)
    }

    /// Writes `octets` to a nameless file, not synced yet.
    pub(super) fn incoming(&self, octets: &[u8]) -> io::Result<Incoming> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", std::process::id());
        let path = self.root.join(INCOMING).join(name);
        // Its own access once it is whole: who may only read could not open it again.
        let file = new_file(&path, 0o600)?;
        let mut incoming = Incoming { path, file, kept: false };
        // What is large goes past the page cache, up to its last page.
        let (pages, rest) = direct::pages(octets);
        match Direct::open(&incoming.path).filter(|_| direct::takes(0, pages)) {
            Some(mut direct) => {
                direct.write(0, pages)?;
                incoming.file.write_all(rest)?;
            }
            None => incoming.file.write_all(octets)?,
        }
        let mode = Permissions::from_mode(self.access.file_mode());
        incoming.file.set_permissions(mode)?;
        Ok(incoming)
    }

    /// A new file with this folder's access, whatever the umask.
    pub(super) fn new_file(&self, path: &Path) -> io::Result<File> {
        new_file(path, self.access.file_mode())
    }

    pub(super) fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        self.open_file(name)?.read_to_end(&mut octets)?;
        Ok(octets)
    }

    pub(super) fn read_range(&self, name: &str, offset: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut file = self.open_file(name)?;
        let rest = file.metadata()?.len().saturating_sub(offset).min(len);
        let mut octets = Vec::with_capacity(usize::try_from(rest).map_err(io::Error::other)?);
        if rest > 0 {
            file.seek(SeekFrom::Start(offset))?;
            file.take(rest).read_to_end(&mut octets)?;
        }
        Ok(octets)
    }

    pub(super) fn size(&self, name: &str) -> io::Result<u64> {
        Ok(self.open_file(name)?.metadata()?.len())
    }

    /// Opens a file to read it; whatever is not a file is not found.
    fn open_file(&self, name: &str) -> io::Result<File> {
        let path = self.path(name).ok_or_else(not_found)?;
        let file = File::open(path).map_err(flat)?;
        if file.metadata()?.is_file() { Ok(file) } else { Err(not_found()) }
    }

    /// All names that begin with `prefix`, in octet order.
    pub(super) fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        let (from, above) = match prefix.rsplit_once('/') {
            None => (self.root.clone(), String::new()),
            Some((folder, _)) => match self.path(folder) {
                None => return Ok(Vec::new()),
                Some(path) => (path, format!("{folder}/")),
            },
        };
        let mut names = Vec::new();
        walk(&from, &above, prefix, &mut names)?;
        names.sort_unstable();
        Ok(names)
    }
}

fn new_file(path: &Path, mode: u32) -> io::Result<File> {
    let file = OpenOptions::new().append(true).create_new(true).mode(mode).open(path)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}

/// A written file without a name yet; removed when dropped.
pub(super) struct Incoming {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Incoming {
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Gives the file its name unless the name is taken.
    pub(super) fn link(self, to: &Path) -> io::Result<()> {
        fs::hard_link(&self.path, to)
    }

    /// Gives the file its name; whatever had it is gone.
    pub(super) fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            // A leftover is harmless and is cleared at the next open.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Overwrites a file with zeros and syncs it. What flash and virtual disks keep of the old octets
/// is beyond reach and is said so on the certificate of an erasure.
pub(super) fn wipe(file: &mut File) -> io::Result<()> {
    let mut rest = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    while rest > 0 {
        let len = usize::try_from(rest).unwrap_or(ZEROS.len()).min(ZEROS.len());
        file.write_all(ZEROS.get(..len).unwrap_or(&ZEROS))?;
        rest = rest.saturating_sub(u64::try_from(len).unwrap_or(rest));
    }
    file.sync_all()
}

/// Syncs the folder, so that names made or removed in it survive power loss.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Whether a name cannot be made because a file is where a folder must be, or the reverse.
pub(super) fn is_misplaced(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotADirectory | ErrorKind::IsADirectory)
}

/// A path through a file leads nowhere: not found, like any other name that does not exist.
pub(super) fn flat(error: io::Error) -> io::Error {
    if is_misplaced(&error) { not_found() } else { error }
}

fn not_found() -> io::Error {
    io::Error::from(ErrorKind::NotFound)
}

fn make_folder(path: &Path, access: Access) -> io::Result<()> {
    match DirBuilder::new().mode(access.folder_mode()).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if path.is_dir() {
                Ok(())
            } else {
                Err(io::Error::from(ErrorKind::NotADirectory))
            }
        }
        other => other,
    }
}

fn clear(incoming: &Path) -> io::Result<()> {
    for entry in fs::read_dir(incoming)? {
        let entry = entry?;
        if entry.file_name() != INCOMING_LOCK {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn walk(folder: &Path, above: &str, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder).map_err(flat) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        // What is no name was not put here by this engine: not ours to show.
        let Ok(own) = entry.file_name().into_string() else {
            continue;
        };
        let name = format!("{above}{own}");
        if !is_name(&name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            let below = format!("{name}/");
            if below.starts_with(prefix) || prefix.starts_with(&below) {
                walk(&entry.path(), &below, prefix, names)?;
            }
        } else if name.starts_with(prefix) {
            names.push(name);
        }
    }
    Ok(())
}
