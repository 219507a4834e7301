//! Writing and reading our binary values: fixed order, big-endian, nothing left over.
use lacre_term::Digest;

/// Puts numbers and hashes one after the other.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn new(label: &[u8]) -> Self {
        Self(label.to_vec())
    }

    pub(crate) fn u16(&mut self, number: usize) {
        // Callers count seconds of a bundle, hashes of a tile or spills of a second.
        self.0.extend_from_slice(&u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes());
    }

    pub(crate) fn u32(&mut self, number: usize) {
        // Callers count commitments of a second.
        self.0.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    }

    pub(crate) fn u64(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub(crate) fn digests(&mut self, digests: &[Digest]) {
        for digest in digests {
            self.0.extend_from_slice(&digest.0);
        }
    }
}

/// Takes them off again; `None` when the octets end too soon.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(octets: &'a [u8], label: &[u8]) -> Option<Self> {
        octets.strip_prefix(label).map(Self)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(crate) fn u16(&mut self) -> Option<usize> {
        self.array().map(|octets| usize::from(u16::from_be_bytes(octets)))
    }

    pub(crate) fn u32(&mut self) -> Option<usize> {
        self.array().and_then(|octets| usize::try_from(u32::from_be_bytes(octets)).ok())
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn digests(&mut self, count: usize) -> Option<Vec<Digest>> {
        let (digests, rest) = self.0.split_at_checked(count.checked_mul(32)?)?;
        self.0 = rest;
        let (digests, _) = digests.as_chunks::<32>();
        Some(digests.iter().copied().map(Digest).collect())
    }

    /// Nothing may be left over.
    pub(crate) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
