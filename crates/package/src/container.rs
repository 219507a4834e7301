//! The container: ZIP, stored only, written in exactly one way.
//!
//! No compression, no comments, no extra fields but ZIP64's where a size needs it, one fixed date,
//! entries back to back from the first octet to the directory. Reading is writing again: every
//! header is made anew from name, size, checksum and offset and compared octet by octet.
//!
//! Rules: `spec/package.md`, "Container"; ZIP application note 6.3, ASiC-E (EN 319 162-1).
pub(crate) mod header;
pub(crate) mod reader;
pub(crate) mod writer;

/// One file in the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) crc: u32,
    /// Where its local header starts.
    pub(crate) offset: u64,
}

impl Entry {
    /// Where its content starts.
    pub(crate) fn content(&self) -> u64 {
        self.offset.saturating_add(header::local_size(self))
    }

    /// Where the next header starts.
    pub(crate) fn end(&self) -> u64 {
        self.content().saturating_add(self.size)
    }
}
