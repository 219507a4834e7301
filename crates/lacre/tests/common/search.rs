//! Searching octets for many needles at once: what must not be found, and, on the other side of
//! each story, where it must be.
use std::collections::HashMap;

/// Needles of at least eight octets, indexed by their beginning.
pub struct Needles {
    by_head: HashMap<[u8; 8], Vec<Vec<u8>>>,
    /// A bit for each beginning of three octets, so that most places cost one look.
    perhaps: Vec<u64>,
}

impl Needles {
    /// Of these; shorter ones than eight octets are left out, chance finds them anywhere.
    pub fn new(needles: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut made = Self { by_head: HashMap::new(), perhaps: vec![0; 1 << 18] };
        for needle in needles {
            let Some(head) = needle.first_chunk::<8>() else { continue };
            let (word, bit) = place(*head);
            made.perhaps[word] |= bit;
            let same = made.by_head.entry(*head).or_default();
            if !same.contains(&needle) {
                same.push(needle);
            }
        }
        made
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_head.values().map(Vec::len).sum()
    }

    /// The needles found in `octets`, each once, in the order of where they stand.
    pub fn found_in(&self, octets: &[u8]) -> Vec<&[u8]> {
        let mut found: Vec<&[u8]> = Vec::new();
        for (at, head) in octets.windows(8).enumerate() {
            let head: [u8; 8] =
                [head[0], head[1], head[2], head[3], head[4], head[5], head[6], head[7]];
            let (word, bit) = place(head);
            if self.perhaps[word] & bit == 0 {
                continue;
            }
            for needle in self.by_head.get(&head).into_iter().flatten() {
                if octets[at..].starts_with(needle) && !found.contains(&needle.as_slice()) {
                    found.push(needle);
                }
            }
        }
        found
    }
}

fn place(head: [u8; 8]) -> (usize, u64) {
    let index = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    (index >> 6, 1 << (index & 63))
}

/// A needle as people read it.
pub fn shown(needle: &[u8]) -> String {
    match std::str::from_utf8(needle) {
        Ok(text) => text.to_owned(),
        Err(_) => needle.iter().map(|octet| format!("{octet:02x}")).collect(),
    }
}
