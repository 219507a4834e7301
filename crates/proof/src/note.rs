//! Signed notes: text, an empty line, one line per signature.
//!
//! Written and read as Go's `golang.org/x/mod/sumdb/note` does, so that anyone's tool opens ours.
//! A signature of a known key that does not verify spoils the whole note; unknown keys are skipped.
//!
//! Rules: C2SP signed-note, signature type 0x01 (Ed25519) alone.
use crate::hash::sha256_of;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use lacre_term::{Secret, hex};
use std::fmt;

const ED25519: u8 = 0x01;
const MARK: &str = "\u{2014} ";
/// Longest note read, in octets: a hundred post-quantum cosignatures fit.
pub const NOTE_OCTETS_MAX: usize = 1 << 20;
/// Most signature lines read in one note.
pub const SIGNATURES_MAX: usize = 100;

/// Why a note, a key name or a verifier key is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A name must be text without spaces and plus signs.
    #[error("key name {name:?} must be text without spaces, plus signs or control characters")]
    Name {
        /// The name.
        name: String,
    },
    /// The text to sign is not what a note can carry.
    #[error("the text of a note must end in a newline and hold no other control characters")]
    Text,
    /// Not of the form `name+hash+base64`, or the hash is of another name or key.
    #[error("not a verifier key: {rule}")]
    Vkey {
        /// The rule that is broken.
        rule: &'static str,
    },
    /// Not of the form of a signed note.
    #[error("not a signed note: {rule}")]
    Form {
        /// The rule that is broken.
        rule: &'static str,
    },
    /// A key we know did not make the signature in its name: text or signature was altered.
    #[error("the signature of {name} is wrong: the text or the signature was altered")]
    WrongSignature {
        /// Name of the key.
        name: String,
    },
    /// Nobody we know signed.
    #[error("none of the {known} known keys signed this note")]
    Unsigned {
        /// Keys given by the caller.
        known: usize,
    },
}

fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = |c: char| c.is_whitespace() || c == '+' || c.is_control();
    if name.is_empty() || name.contains(bad) {
        return Err(NoteError::Name { name: name.to_owned() });
    }
    Ok(())
}

fn text_is_fit(text: &str) -> bool {
    text.ends_with('\n') && !text.contains(|c: char| c < ' ' && c != '\n')
}

/// The key that signs a log's checkpoints. `Debug` names it and shows nothing of it.
pub struct LogKey {
    signing: SigningKey,
    vkey: LogVkey,
}

impl LogKey {
    /// The Ed25519 key of `seed` under `name`, which for a log is its origin.
    ///
    /// # Errors
    /// [`NoteError::Name`] for a name no note can carry.
    pub fn new(name: &str, seed: &Secret) -> Result<Self, NoteError> {
        check_name(name)?;
        let signing = SigningKey::from_bytes(seed.expose());
        let vkey = LogVkey { name: name.to_owned(), key: signing.verifying_key() };
        Ok(Self { signing, vkey })
    }

    /// What others need to verify.
    #[must_use]
    pub fn vkey(&self) -> &LogVkey {
        &self.vkey
    }

    /// The note: `text`, an empty line, the signature line.
    ///
    /// # Errors
    /// [`NoteError::Text`] for a text no note can carry.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        if !text_is_fit(text) {
            return Err(NoteError::Text);
        }
        let mut octets = self.vkey.key_id().to_vec();
        octets.extend_from_slice(&self.signing.sign(text.as_bytes()).to_bytes());
        Ok(format!("{text}\n{MARK}{} {}\n", self.vkey.name, hex::base64(&octets)))
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.vkey.name)
    }
}

/// Public key of a log. Its text form is `name+hash+base64`, as in `log.vkey`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVkey {
    name: String,
    key: VerifyingKey,
}

impl LogVkey {
    /// Reads the text form; surrounding white space is not part of it and is refused.
    ///
    /// # Errors
    /// [`NoteError::Vkey`] or [`NoteError::Name`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let refused = |rule| NoteError::Vkey { rule };
        let form = refused("it must be name+hash+base64");
        let (name, rest) = text.split_once('+').ok_or(form.clone())?;
        let (hash, key) = rest.split_once('+').ok_or(form)?;
        check_name(name)?;
        let octets = hex::from_base64(key).ok_or(refused("its key must be base64"))?;
        let (kind, key) = octets.split_first().ok_or(refused("its key must not be empty"))?;
        if *kind != ED25519 {
            return Err(refused("only keys of type 1 (Ed25519) are known"));
        }
        let key = key.try_into().map_err(|_| refused("an Ed25519 key has 32 octets"))?;
        let key = VerifyingKey::from_bytes(key).ok().filter(|key| !key.is_weak());
        let key = key.ok_or(refused("the key is not a point that can verify anything"))?;
        let vkey = Self { name: name.to_owned(), key };
        if hex::decode_array(hash) == Some(vkey.key_id()) {
            Ok(vkey)
        } else {
            Err(refused("its hash is not that of its name and key"))
        }
    }

    /// Name of the key; for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 octets of the key.
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// First four octets of SHA-256(name, newline, type, key): finds a key, proves nothing.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        let hash = sha256_of(&[self.name.as_bytes(), b"\n", &[ED25519], self.key.as_bytes()]);
        let [a, b, c, d, ..] = hash.0;
        [a, b, c, d]
    }
}

impl fmt::Display for LogVkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut octets = vec![ED25519];
        octets.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(&self.key_id()), hex::base64(&octets))
    }
}

/// Text of a note and the known keys that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened<'n, 'k> {
    /// The text, its final newline included.
    pub text: &'n str,
    /// Keys whose signatures verified, at least one.
    pub signers: Vec<&'k LogVkey>,
}

/// Opens a note that at least one of `known` signed.
///
/// # Errors
/// [`NoteError::Form`], [`NoteError::WrongSignature`] or [`NoteError::Unsigned`].
pub fn open<'n, 'k>(note: &'n str, known: &'k [LogVkey]) -> Result<Opened<'n, 'k>, NoteError> {
    let refused = |rule| NoteError::Form { rule };
    if note.len() > NOTE_OCTETS_MAX {
        return Err(refused("it is longer than 1 MiB"));
    }
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(refused("it holds control characters"));
    }
    let empty_line = note.rfind("\n\n").ok_or(refused("no empty line before the signatures"))?;
    let (text, lines) = note.split_at(empty_line.saturating_add(1));
    let lines = lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
    let lines = lines.ok_or(refused("the last line does not end"))?;
    let mut signers: Vec<&LogVkey> = Vec::new();
    for (at, line) in lines.split('\n').enumerate() {
        if at >= SIGNATURES_MAX {
            return Err(refused("it has more than 100 signatures"));
        }
        let Some((name, id, signature)) = signature_line(line) else {
            return Err(refused("a signature line is not dash, name, base64"));
        };
        let known = known.iter().find(|key| key.name == name && key.key_id() == id);
        let Some(key) = known.filter(|key| !signers.contains(key)) else {
            continue;
        };
        let genuine = Signature::from_slice(&signature)
            .is_ok_and(|signature| key.key.verify_strict(text.as_bytes(), &signature).is_ok());
        if !genuine {
            return Err(NoteError::WrongSignature { name: name.to_owned() });
        }
        signers.push(key);
    }
    if signers.is_empty() {
        return Err(NoteError::Unsigned { known: known.len() });
    }
    Ok(Opened { text, signers })
}

/// Text of a note that at least one of `known` signed.
///
/// # Errors
/// As [`open`].
pub fn verify_note(note: &str, known: &[LogVkey]) -> Result<String, NoteError> {
    open(note, known).map(|opened| opened.text.to_owned())
}

/// Name, key hash and signature of one line.
fn signature_line(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, base64) = line.strip_prefix(MARK)?.split_once(' ')?;
    check_name(name).ok()?;
    let octets = hex::from_base64(base64)?;
    let (id, signature) = octets.split_first_chunk()?;
    (!signature.is_empty()).then(|| (name, *id, signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, seed: u8) -> LogKey {
        LogKey::new(name, &Secret::new([seed; 32])).unwrap()
    }

    #[test]
    fn a_note_opens_with_its_key_and_not_with_anothers() {
        let (ours, theirs) = (key("lacre.example/a", 1), key("lacre.example/b", 2));
        let note = ours.sign("one\n\ntwo\n").unwrap();
        assert_eq!(verify_note(&note, &[ours.vkey().clone()]).unwrap(), "one\n\ntwo\n");
        let refused = verify_note(&note, &[theirs.vkey().clone()]);
        assert_eq!(refused, Err(NoteError::Unsigned { known: 1 }));
        assert_eq!(verify_note(&note, &[]), Err(NoteError::Unsigned { known: 0 }));
    }

    #[test]
    fn a_known_key_with_a_wrong_signature_spoils_the_note_even_beside_a_good_one() {
        let (one, two) = (key("lacre.example/a", 1), key("lacre.example/b", 2));
        let good = one.sign("text\n").unwrap();
        let of_other_text = two.sign("other\n").unwrap();
        let stolen = of_other_text.lines().last().unwrap();
        let both = format!("{good}{stolen}\n");
        let known = [one.vkey().clone(), two.vkey().clone()];
        let refused = verify_note(&both, &known);
        assert_eq!(refused, Err(NoteError::WrongSignature { name: "lacre.example/b".into() }));
        assert!(verify_note(&both, &known[..1]).is_ok(), "an unknown key is skipped");
    }

    #[test]
    fn every_single_flipped_bit_of_a_note_is_refused() {
        let ours = key("lacre.example/a", 1);
        let (note, known) = (ours.sign("text\n").unwrap(), [ours.vkey().clone()]);
        for bit in 0..note.len() * 8 {
            let mut octets = note.clone().into_bytes();
            octets[bit / 8] ^= 1 << (bit % 8);
            let Ok(altered) = String::from_utf8(octets) else {
                continue;
            };
            assert!(verify_note(&altered, &known).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_verifier_key_reads_back_and_a_hash_of_another_name_is_refused() {
        let ours = key("lacre.example/a", 1);
        let text = ours.vkey().to_string();
        assert_eq!(&LogVkey::parse(&text).unwrap(), ours.vkey());
        for bad in [text.replace("/a+", "/b+"), format!("{text}\n"), text.replace('+', "-")] {
            assert!(LogVkey::parse(&bad).is_err(), "{bad}");
        }
        assert!(LogVkey::parse("").is_err());
    }

    #[test]
    fn texts_and_names_no_note_can_carry_are_not_signed() {
        let ours = key("lacre.example/a", 1);
        assert_eq!(ours.sign("no newline"), Err(NoteError::Text));
        assert_eq!(ours.sign("bell\u{7}\n"), Err(NoteError::Text));
        for name in ["", "a b", "a+b", "a\nb"] {
            assert!(LogKey::new(name, &Secret::new([1; 32])).is_err(), "{name:?}");
        }
    }

    #[test]
    fn debug_of_a_key_shows_its_name_alone() {
        assert_eq!(format!("{:?}", key("lacre.example/a", 1)), "LogKey(lacre.example/a)");
    }
}
