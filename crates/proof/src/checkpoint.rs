//! Checkpoints: origin, size and root of a log, in the text its key signs.
//!
//! Rules: C2SP tlog-checkpoint. Extension lines are refused: our logs write none, and what no
//! monitor can audit has no place in evidence.
use crate::{
    error::ProofError,
    note::{self, LogVkey},
};
use lacre_term::{Digest, hex};

/// The head of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
}

impl Checkpoint {
    /// The text a log signs: three lines.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, hex::base64(&self.root.0))
    }

    /// Reads [`Self::to_text`].
    ///
    /// # Errors
    /// [`ProofError::Format`] for anything but three lines of the form.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let refused = |rule| ProofError::format("checkpoint", rule);
        let lines = text.strip_suffix('\n').ok_or(refused("its last line does not end"))?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(refused("it must have exactly the lines origin, size and root"));
        };
        if origin.is_empty() {
            return Err(refused("its origin must not be empty"));
        }
        let size = decimal(size).ok_or(refused("its size must be a plain decimal number"))?;
        let root = hex::from_base64(root).and_then(|root| root.try_into().ok());
        let root = Digest(root.ok_or(refused("its root must be 32 octets in base64"))?);
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

/// A decimal number without sign or leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|octet| octet.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if plain && !leading_zero { text.parse().ok() } else { None }
}

/// The checkpoint in `note`, when one of `known` signed it and is named as its origin.
///
/// # Errors
/// [`ProofError::Note`], [`ProofError::Format`] or [`ProofError::WrongOrigin`].
pub fn open(note: &str, known: &[LogVkey]) -> Result<Checkpoint, ProofError> {
    let opened = note::open(note, known)?;
    let checkpoint = Checkpoint::parse(opened.text)?;
    if opened.signers.iter().any(|key| key.name() == checkpoint.origin) {
        Ok(checkpoint)
    } else {
        Err(ProofError::WrongOrigin { origin: checkpoint.origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::LogKey;
    use lacre_term::Secret;

    fn checkpoint(origin: &str) -> Checkpoint {
        Checkpoint { origin: origin.into(), size: 70_001, root: Digest([5; 32]) }
    }

    #[test]
    fn a_checkpoint_signed_by_its_log_opens() {
        let key = LogKey::new("lacre.example/a", &Secret::new([1; 32])).unwrap();
        let note = key.sign(&checkpoint("lacre.example/a").to_text()).unwrap();
        assert_eq!(open(&note, &[key.vkey().clone()]), Ok(checkpoint("lacre.example/a")));
    }

    #[test]
    fn a_log_cannot_speak_for_another_log() {
        let key = LogKey::new("lacre.example/a", &Secret::new([1; 32])).unwrap();
        let note = key.sign(&checkpoint("lacre.example/b").to_text()).unwrap();
        let refused = Err(ProofError::WrongOrigin { origin: "lacre.example/b".into() });
        assert_eq!(open(&note, &[key.vkey().clone()]), refused);
    }

    #[test]
    fn a_text_with_a_line_too_many_or_a_number_not_plain_is_refused() {
        let good = checkpoint("a").to_text();
        assert_eq!(Checkpoint::parse(&good), Ok(checkpoint("a")));
        for bad in [
            good.replace("70001", "070001"),
            good.replace("70001", "+70001"),
            good.replace("70001", "99999999999999999999"),
            good.replace("BQU=", "BQU"),
            format!("{good}extension\n"),
            good.trim_end().to_owned(),
            good.replacen('a', "", 1),
            String::new(),
        ] {
            assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
        }
    }
}
