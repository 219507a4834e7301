//! The writer: the file blocks are appended to, and the one write that may go on behind.
//!
//! Promises: writes happen one after the other, each synced before the next begins; a failed one is
//! reported once, by the next call, and nothing is written after it.
//!
//! Rules: DESIGN.md decision 16 (one write, one sync; a failed sync is final).
use lacre_store::{DiskError, DiskFile};
use std::io;
use std::thread::JoinHandle;

/// Room of a block's buffer kept for the next.
const SPARE_OCTETS_MAX: usize = 12 << 20;

type Done = (Box<dyn DiskFile>, Vec<u8>, Result<(), DiskError>);

pub(super) struct Writer {
    /// Here unless a write goes on behind.
    file: Option<Box<dyn DiskFile>>,
    behind: Option<JoinHandle<Done>>,
    octets: u64,
    spare: Vec<u8>,
}

impl Writer {
    pub(super) fn new(file: Box<dyn DiskFile>) -> Self {
        let octets = file.len();
        Self { file: Some(file), behind: None, octets, spare: Vec::new() }
    }

    /// Octets in the file, those under way included.
    pub(super) fn len(&self) -> u64 {
        self.octets
    }

    /// An empty buffer with room, when there is one.
    pub(super) fn spare(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.spare)
    }

    pub(super) fn write(&mut self, block: &[u8]) -> Result<(), DiskError> {
        self.settle()?;
        let file = self.file.as_mut().ok_or_else(lost)?;
        let written = write(file.as_mut(), block);
        self.octets = file.len();
        written
    }

    /// Begins to write `block`; the one before is settled first.
    pub(super) fn write_behind(&mut self, block: Vec<u8>) -> Result<(), DiskError> {
        self.settle()?;
        let mut file = self.file.take().ok_or_else(lost)?;
        let octets = crate::octets::wide(block.len());
        self.octets = self.octets.saturating_add(octets);
        let work = move || {
            let written = write(file.as_mut(), &block);
            (file, block, written)
        };
        let begun = std::thread::Builder::new().name("journal".into()).spawn(work);
        let failed = |source| DiskError::Failed { name: "journal".into(), source };
        self.behind = Some(begun.map_err(failed)?);
        Ok(())
    }

    /// Waits for the write that goes on behind.
    pub(super) fn settle(&mut self) -> Result<(), DiskError> {
        let Some(behind) = self.behind.take() else { return Ok(()) };
        let (file, mut block, written) = behind.join().map_err(|_| lost())?;
        self.file = Some(file);
        if block.capacity() <= SPARE_OCTETS_MAX {
            block.clear();
            self.spare = block;
        }
        written
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Whoever opens the journal next must not meet a write that still goes on. Its outcome is
        // nobody's any more: the block was never said to be durable.
        let _unsaid = self.settle();
    }
}

fn write(file: &mut dyn DiskFile, block: &[u8]) -> Result<(), DiskError> {
    file.append(block).and_then(|()| file.sync())
}

/// The thread that had the file did not give it back.
fn lost() -> DiskError {
    let source = io::Error::other("the writing thread ended");
    DiskError::Sync { name: "journal".into(), source }
}
