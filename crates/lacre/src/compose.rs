//! The one place where engine, rooms and doors meet.
use crate::failure::Failure;
use lacre_custody::{House, Site, clock};
use lacre_engine::embedded;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A house and the lock that says this process owns its site.
pub(crate) struct Owned {
    /// The house.
    pub house: Arc<House>,
    _lock: embedded::SiteLock,
}

/// Where the server of a site listens for commands.
pub(crate) fn socket_path(site: &Path) -> PathBuf {
    site.join("lacre.sock")
}

/// Opens the site in `dir`, or says that another process owns it.
///
/// # Errors
/// `Ok(None)` when the site is in use; a [`Failure`] for everything else.
pub(crate) fn open(dir: &Path) -> Result<Option<Owned>, Failure> {
    if !embedded::is_site(dir) {
        return Err(Failure::usage(format!(
            "there is no site in {}: make one with `lacre init {}`",
            dir.display(),
            dir.display()
        )));
    }
    let lock = match embedded::lock(dir) {
        Ok(lock) => lock,
        Err(embedded::Locked::InUse { .. }) => return Ok(None),
        Err(error) => return Err(Failure::with(6, error.to_string())),
    };
    let engine = embedded::open(dir)
        .map_err(|error| Failure::with(6, format!("{}: {error}", dir.display())))?;
    let site = Site::open(engine)?;
    let house = House::open(site, dir.join("catalogue"), clock::now())?;
    Ok(Some(Owned { house: Arc::new(house), _lock: lock }))
}
