//! Reading and writing octets of fixed layouts: big-endian, every length checked.
//!
//! Promises: no read past the end, no arithmetic that wraps; `None` says the octets are too short.

/// Reads from the front of a slice.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[octet]: [u8; 1]| octet)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// Takes `u16 length ‖ octets`.
    pub(crate) fn short(&mut self) -> Option<&'a [u8]> {
        let len = self.u16()?;
        self.take(usize::from(len))
    }

    /// Takes `u32 length ‖ octets`.
    pub(crate) fn long(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.u32()?).ok()?;
        self.take(len)
    }

    /// Takes `expected`, and nothing when something else stands there.
    pub(crate) fn literal(&mut self, expected: &[u8]) -> Option<()> {
        let mut ahead = *self;
        if ahead.take(expected.len())? != expected {
            return None;
        }
        *self = ahead;
        Some(())
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// `Some` when nothing is left over.
    pub(crate) fn end(self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}

/// The length of `octets` as u16, or `None` when it does not fit.
pub(crate) fn len16(octets: &[u8]) -> Option<[u8; 2]> {
    u16::try_from(octets.len()).ok().map(u16::to_be_bytes)
}

/// The length of `octets` as u32, or `None` when it does not fit.
pub(crate) fn len32(octets: &[u8]) -> Option<[u8; 4]> {
    u32::try_from(octets.len()).ok().map(u32::to_be_bytes)
}

/// A count in memory as u64; usize is at most 64 bits wide on every platform Rust knows.
pub(crate) fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

/// `count ‖ (length ‖ octets)…`, all u32: no two lists of parts give the same octets.
pub(crate) fn tuple(parts: &[&[u8]]) -> Vec<u8> {
    let octets = parts.iter().map(|part| part.len().saturating_add(4)).sum::<usize>();
    let mut out = Vec::with_capacity(octets.saturating_add(4));
    out.extend_from_slice(&u32::try_from(parts.len()).unwrap_or(u32::MAX).to_be_bytes());
    for part in parts {
        // Parts are labels, ids and numbers of ours; one of 4 GiB cannot come into being.
        out.extend_from_slice(&len32(part).unwrap_or([0xff; 4]));
        out.extend_from_slice(part);
    }
    out
}
