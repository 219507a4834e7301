//! SHA-256 and HMAC-SHA-256, the only hash functions a stranger needs.
//!
//! Rules: FIPS 180-4, RFC 2104.
use hmac::{Hmac, KeyInit, Mac};
use lacre_term::{Digest, Secret};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// SHA-256 of `octets`.
#[must_use]
pub fn sha256(octets: &[u8]) -> Digest {
    Digest(Sha256::digest(octets).into())
}

/// SHA-256 of the parts one after the other, without joining them in memory.
#[must_use]
pub fn sha256_of(parts: &[&[u8]]) -> Digest {
    let mut stream = Sha256Stream::new();
    for part in parts {
        stream.update(part);
    }
    stream.finish()
}

/// HMAC-SHA-256 of the parts one after the other.
#[must_use]
pub fn hmac_sha256(key: &Secret, parts: &[&[u8]]) -> Digest {
    // HMAC fills a short key with zeros to the block of 64; doing so here leaves nothing to fail.
    let mut block = Zeroizing::new([0_u8; 64]);
    for (to, from) in block.iter_mut().zip(key.expose()) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    Digest(mac.finalize().into_bytes().into())
}

/// SHA-256 of octets that come piece by piece.
#[derive(Clone, Default)]
pub struct Sha256Stream(Sha256);

impl Sha256Stream {
    /// Nothing hashed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hashes `octets` after what came before.
    pub fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    /// The hash of everything that came.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4 and RFC 4231, test case 2 with its key padded to our 32 octets by zeros, which
    /// HMAC does with short keys anyway.
    #[test]
    fn known_answers() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc").to_hex(), abc);
        assert_eq!(sha256_of(&[b"a", b"", b"bc"]).to_hex(), abc);
        let mut key = [0_u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac_sha256(&Secret::new(key), &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(
            mac.to_hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
