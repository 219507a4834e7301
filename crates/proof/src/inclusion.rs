//! Proofs that travel: one text file that proves a leaf without asking anybody.
//!
//! Rules: C2SP tlog-proof (`c2sp.org/tlog-proof@v1`); `spec/ledger-entry.md`, "Proof of a
//! commitment".
use crate::{
    checkpoint::{self, Checkpoint, decimal},
    error::ProofError,
    merkle,
    note::LogVkey,
    second::{COMMITMENTS_MIN, SecondEntry},
};
use lacre_term::{Digest, hex};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// Longest path: a tree of 2^64 - 1 leaves has 64 levels.
const PATH_MAX: usize = 64;

/// That one leaf is in a log: its number, the path, and the signed checkpoint it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Number of the leaf.
    pub index: u64,
    /// From the leaf's sibling up.
    pub path: Vec<Digest>,
    /// The signed note, as the log published it.
    pub checkpoint: String,
    /// Octets for the reader's use. Nothing protects them.
    pub extra: Option<Vec<u8>>,
}

impl TlogProof {
    /// The text of a `.tlog-proof` file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", hex::base64(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.path {
            text.push_str(&hex::base64(&hash.0));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads [`Self::to_text`]. The checkpoint is not opened; [`Self::verify`] does that.
    ///
    /// # Errors
    /// [`ProofError::Format`] names the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let refused = |rule| ProofError::format("tlog-proof", rule);
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(refused("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(refused("its first line must be c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.peek().and_then(|line| line.strip_prefix("extra "));
        let extra = match extra {
            Some(base64) => {
                lines.next();
                Some(hex::from_base64(base64).ok_or(refused("its extra line must be base64"))?)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(refused("it must state its index as a plain decimal number"))?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() >= PATH_MAX {
                return Err(refused("its path has more than 64 hashes"));
            }
            let hash = hex::from_base64(line).and_then(|hash| hash.try_into().ok());
            path.push(Digest(hash.ok_or(refused("a hash must be 32 octets in base64"))?));
        }
        Ok(Self { index, path, checkpoint: checkpoint.to_owned(), extra })
    }

    /// The checkpoint, when a known log signed it and the leaf is in its tree.
    ///
    /// # Errors
    /// As [`checkpoint::open`] and [`merkle::verify_inclusion`].
    pub fn verify(&self, leaf: &Digest, known: &[LogVkey]) -> Result<Checkpoint, ProofError> {
        let checkpoint = checkpoint::open(&self.checkpoint, known)?;
        let (size, root) = (checkpoint.size, &checkpoint.root);
        merkle::verify_inclusion(leaf, self.index, size, &self.path, root)?;
        Ok(checkpoint)
    }
}

/// That one commitment was entered in one second: the inner path to the second's root, the entry
/// that holds the root, and the proof that the entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentProof {
    /// The leaf's data ([`SecondEntry`]).
    pub entry: [u8; SecondEntry::OCTETS],
    /// Place among the second's commitments.
    pub index_in_second: u64,
    /// Commitments of the second, padding included.
    pub second_size: u64,
    /// From the commitment's sibling up to the second's root.
    pub second_path: Vec<Digest>,
    /// That the entry is in the log.
    pub tlog: TlogProof,
}

impl CommitmentProof {
    /// The second `commitment` was entered in and the checkpoint that covers it.
    ///
    /// # Errors
    /// [`ProofError`] names the step that does not hold.
    pub fn verify(
        &self,
        commitment: &Digest,
        known: &[LogVkey],
    ) -> Result<(SecondEntry, Checkpoint), ProofError> {
        let entry = SecondEntry::decode(&self.entry)?;
        if !self.second_size.is_power_of_two() || self.second_size < COMMITMENTS_MIN {
            let rule = "a second holds a power of two of commitments, 64 or more";
            return Err(ProofError::format("commitment proof", rule));
        }
        let (index, size) = (self.index_in_second, self.second_size);
        let inner = merkle::leaf_hash(&commitment.0);
        merkle::verify_inclusion(&inner, index, size, &self.second_path, &entry.root)?;
        let checkpoint = self.tlog.verify(&merkle::leaf_hash(&self.entry), known)?;
        Ok((entry, checkpoint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::LogKey;
    use lacre_term::Secret;

    fn log() -> (LogKey, Vec<Digest>, TlogProof) {
        let key = LogKey::new("lacre.example/a", &Secret::new([1; 32])).unwrap();
        let leaves: Vec<_> = (0_u8..7).map(|n| merkle::leaf_hash(&[n])).collect();
        let (origin, root) = ("lacre.example/a".to_owned(), merkle::root(&leaves));
        let checkpoint = key.sign(&Checkpoint { origin, size: 7, root }.to_text()).unwrap();
        let path = merkle::inclusion_path(&leaves, 4).unwrap();
        (key, leaves, TlogProof { index: 4, path, checkpoint, extra: None })
    }

    #[test]
    fn a_proof_reads_back_from_its_text_and_holds() {
        let (key, leaves, proof) = log();
        let read = TlogProof::parse(&proof.to_text()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(&leaves[4], &[key.vkey().clone()]).unwrap().size, 7);
        let with_extra = TlogProof { extra: Some(b"octets".to_vec()), ..proof };
        assert_eq!(TlogProof::parse(&with_extra.to_text()).unwrap(), with_extra);
    }

    #[test]
    fn another_leaf_another_index_and_another_log_are_refused() {
        let (key, leaves, proof) = log();
        let known = [key.vkey().clone()];
        assert_eq!(proof.verify(&leaves[5], &known), Err(ProofError::WrongRoot));
        let moved = TlogProof { index: 5, ..proof.clone() };
        assert!(moved.verify(&leaves[4], &known).is_err());
        let other = LogKey::new("lacre.example/a", &Secret::new([2; 32])).unwrap();
        assert!(proof.verify(&leaves[4], &[other.vkey().clone()]).is_err());
    }

    #[test]
    fn every_single_flipped_bit_of_a_proof_is_refused() {
        let (key, leaves, proof) = log();
        let known = [key.vkey().clone()];
        let text = proof.to_text();
        for bit in 0..text.len() * 8 {
            let mut octets = text.clone().into_bytes();
            octets[bit / 8] ^= 1 << (bit % 8);
            let Ok(altered) = String::from_utf8(octets) else {
                continue;
            };
            let verdict = TlogProof::parse(&altered).and_then(|p| p.verify(&leaves[4], &known));
            assert!(verdict.is_err(), "bit {bit}: {altered}");
        }
    }

    #[test]
    fn a_proof_of_the_wrong_form_is_refused() {
        let (_, _, proof) = log();
        let good = proof.to_text();
        for bad in [
            good.replace("@v1", "@v2"),
            good.replace("index 4", "index 04"),
            good.replace("index 4\n", ""),
            good.replace("index 4", "extra !\nindex 4"),
            good.replacen("\n\n", "\n", 2),
            good.replace("index 4\n", &format!("index 4\n{}", "A\n".repeat(65))),
            String::new(),
        ] {
            assert!(TlogProof::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_commitment_is_proven_through_its_second_and_a_neighbour_is_not() {
        let (key, _, _) = log();
        let commitments: Vec<_> = (0_u8..64).map(|n| Digest([n; 32])).collect();
        let inner: Vec<_> = commitments.iter().map(|c| merkle::leaf_hash(&c.0)).collect();
        let entry = SecondEntry { second: 9, root: merkle::root(&inner) };
        let leaf = merkle::leaf_hash(&entry.encode());
        let head = Checkpoint { origin: "lacre.example/a".into(), size: 1, root: leaf };
        let checkpoint = key.sign(&head.to_text()).unwrap();
        let proof = CommitmentProof {
            entry: entry.encode(),
            index_in_second: 3,
            second_size: 64,
            second_path: merkle::inclusion_path(&inner, 3).unwrap(),
            tlog: TlogProof { index: 0, path: vec![], checkpoint, extra: None },
        };
        let known = [key.vkey().clone()];
        assert_eq!(proof.verify(&commitments[3], &known), Ok((entry, head)));
        assert!(proof.verify(&commitments[4], &known).is_err());
        let small = CommitmentProof { second_size: 32, ..proof };
        assert!(small.verify(&commitments[3], &known).is_err());
    }
}
