//! Loads an operator profile: its words become the conventions the decoder goes by, its key files
//! keys. Also holds the profiles that are shipped.
//!
//! A profile is loaded whole or not at all: a word the decoder does not know, a key it cannot use,
//! a file that is not there are refused by name, before anything is judged by it.
//!
//! Rules: `spec/operator-profile.md`; TS 102 232-1 clause 7.2, annexes G and J.
use lacre_handover::integrity::{KeyError, OperatorKey};
use lacre_handover::profile::{
    Conventions, DirectionOf, HashAlgorithm, HashInput, IvConvention, RsaPadding, SignatureInput,
    Zone,
};
use lacre_warrant::operator_profile::{OperatorProfile, ProfileError};

/// Names, texts and key files of the profiles that are shipped.
const SHIPPED: [(&str, &str); 3] = [
    ("default", include_str!("../../../profiles/operators/default.toml")),
    ("es-lab", include_str!("../../../profiles/operators/es-lab.toml")),
    ("openli", include_str!("../../../profiles/operators/openli.toml")),
];
const SHIPPED_KEYS: [(&str, &[u8]); 2] = [
    ("es-lab.pem", include_bytes!("../../../profiles/operators/es-lab.pem")),
    ("openli-lab.pem", include_bytes!("../../../profiles/operators/openli-lab.pem")),
];

/// A profile, ready to be gone by.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// As it was written.
    pub profile: OperatorProfile,
    /// What the decoder goes by.
    pub conventions: Conventions,
    /// Public keys of its signatures, in its order.
    pub keys: Vec<OperatorKey>,
}

/// The profile cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Correct the file.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Use one of the words named.
    #[error("{field} cannot be {word:?}: {expected}")]
    Word {
        /// The field.
        field: &'static str,
        /// What it holds.
        word: String,
        /// What it may hold.
        expected: String,
    },
    /// Put the file beside the profile.
    #[error("key file {file} of profile {profile} cannot be read; put it beside the profile")]
    KeyFile {
        /// The profile.
        profile: String,
        /// The file.
        file: String,
    },
    /// Ask the operator for another key.
    #[error("key file {file} of profile {profile} cannot be used: {source}")]
    Key {
        /// The profile.
        profile: String,
        /// The file.
        file: String,
        /// Why.
        source: KeyError,
    },
    /// Use one of the names, or a file.
    #[error("no profile {name:?} is shipped; there are default, es-lab and openli, or give a file")]
    NotShipped {
        /// The name given.
        name: String,
    },
}

/// Loads a profile from its text; `key_file` gives the octets of a file beside it.
///
/// # Errors
/// [`LoadError`] with the first rule broken.
pub fn load(
    text: &str,
    mut key_file: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Loaded, LoadError> {
    let profile = OperatorProfile::parse(text)?;
    let conventions = conventions(&profile)?;
    let mut keys = Vec::new();
    for file in &profile.integrity.keys {
        let (name, file) = (profile.name.clone(), file.clone());
        let Some(octets) = key_file(&file) else {
            return Err(LoadError::KeyFile { profile: name, file });
        };
        match OperatorKey::read(&file, &octets) {
            Ok(key) => keys.push(key),
            Err(source) => return Err(LoadError::Key { profile: name, file, source }),
        }
    }
    Ok(Loaded { profile, conventions, keys })
}

/// Loads a profile that is shipped, by name.
///
/// # Errors
/// [`LoadError::NotShipped`] when there is none of that name.
pub fn shipped(name: &str) -> Result<Loaded, LoadError> {
    let found = SHIPPED.iter().find(|(other, _)| *other == name);
    let (_, text) = found.ok_or_else(|| LoadError::NotShipped { name: name.to_owned() })?;
    load(text, |file| {
        SHIPPED_KEYS.iter().find(|(other, _)| *other == file).map(|(_, octets)| octets.to_vec())
    })
}

fn conventions(profile: &OperatorProfile) -> Result<Conventions, LoadError> {
    let mut conventions = Conventions::default();
    let integrity = &profile.integrity;
    if let Some(word) = &profile.time.zone {
        let expected = || "UTC, an offset such as +01:00, Europe/Madrid or Atlantic/Canary".into();
        conventions.zone = Some(one("time.zone", word, Zone::from_word, expected)?);
    }
    if let Some(word) = &profile.direction.of {
        let expected = || among(DirectionOf::ALL.iter().map(|it| it.word()));
        conventions.direction_of = one("direction.of", word, DirectionOf::from_word, expected)?;
    }
    let hashes = || among(HashAlgorithm::ALL.iter().map(|it| it.word()));
    if let Some(word) = &integrity.hash_algorithm {
        let read = HashAlgorithm::from_word;
        conventions.hash_algorithm = Some(one("integrity.hash_algorithm", word, read, hashes)?);
    }
    if let Some(word) = &integrity.signature_hash {
        let read = |word: &str| HashAlgorithm::from_word(word).filter(|hash| !hash.is_weak());
        let strong = || among(["sha-256", "sha-384", "sha-512"].into_iter());
        conventions.signature_hash = Some(one("integrity.signature_hash", word, read, strong)?);
    }
    if let Some(word) = &integrity.rsa_padding {
        let expected = || among(RsaPadding::ALL.iter().map(|it| it.word()));
        let read = RsaPadding::from_word;
        conventions.rsa_padding = one("integrity.rsa_padding", word, read, expected)?;
    }
    if !integrity.hash_inputs.is_empty() {
        let expected = || among(HashInput::ALL.iter().map(|it| it.word()));
        let read =
            |word: &String| one("integrity.hash_inputs", word, HashInput::from_word, expected);
        let inputs = integrity.hash_inputs.iter().map(read);
        conventions.hash_inputs = inputs.collect::<Result<_, _>>()?;
    }
    if !integrity.signature_inputs.is_empty() {
        let expected = || among(SignatureInput::ALL.iter().map(|it| it.word()));
        let field = "integrity.signature_inputs";
        let read = |word: &String| one(field, word, SignatureInput::from_word, expected);
        let inputs = integrity.signature_inputs.iter().map(read);
        conventions.signature_inputs = inputs.collect::<Result<_, _>>()?;
    }
    if let Some(word) = &profile.encryption.iv {
        let expected = || among(IvConvention::ALL.iter().map(|it| it.word()));
        conventions.iv = one("encryption.iv", word, IvConvention::from_word, expected)?;
    }
    Ok(conventions)
}

fn one<T>(
    field: &'static str,
    word: &str,
    read: impl Fn(&str) -> Option<T>,
    expected: impl Fn() -> String,
) -> Result<T, LoadError> {
    let unknown = || LoadError::Word { field, word: word.to_owned(), expected: expected() };
    read(word).ok_or_else(unknown)
}

fn among(words: impl Iterator<Item = &'static str>) -> String {
    format!("write one of {}", words.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_handover::Limits;
    use lacre_handover::frame::{Run, runs};
    use lacre_handover::integrity::{Keys, Shelf};

    #[test]
    fn every_profile_that_is_shipped_loads_under_its_own_name() {
        for (name, _) in SHIPPED {
            assert_eq!(shipped(name).unwrap().profile.name, name);
        }
        assert!(matches!(shipped("other"), Err(LoadError::NotShipped { .. })));
    }

    /// The default profile is the decoder's own default, word for word.
    #[test]
    fn the_default_profile_is_the_default() {
        let loaded = shipped("default").unwrap();
        assert_eq!(loaded.conventions, Conventions::default());
        assert!(loaded.keys.is_empty());
        let openli = shipped("openli").unwrap();
        assert_eq!(openli.conventions.signature_inputs, [SignatureInput::OwnNumbers]);
        assert_eq!(openli.conventions.direction_of, DirectionOf::Caller);
        assert_eq!(openli.keys.len(), 1);
    }

    /// The shipped profile makes the recorded streams verify as an independent verifier says.
    #[test]
    fn by_openlis_profile_its_recorded_checks_hold() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/handover/openli");
        let loaded = shipped("openli").unwrap();
        let keys = Keys { signature: loaded.keys.clone(), encryption: Vec::new() };
        let expected = std::fs::read_to_string(format!("{folder}/openli-integrity.tsv")).unwrap();
        for name in ["openli-integ-hi2", "openli-integ-hi3"] {
            let octets = std::fs::read(format!("{folder}/{name}.ber")).unwrap();
            let limits = Limits::default();
            let mut shelf = Shelf::new(&loaded.conventions, &keys, None);
            for run in runs(&octets, &limits) {
                let Run::Pdu { octets, .. } = run else { panic!("{run:?}") };
                shelf.put(octets).unwrap();
            }
            let holds = shelf.findings().filter(|(_, it)| it.verdict.holds()).count();
            let rows = expected.lines().filter(|row| row.starts_with(name));
            assert_eq!(holds, rows.filter(|row| row.ends_with("true")).count(), "{name}");
            assert!(holds > 0);
        }
    }

    #[test]
    fn an_unknown_word_names_its_field_and_those_it_may_be() {
        for (text, field, hint) in [
            ("[time]\nzone = \"Europe/Nowhere\"\n", "time.zone", "Europe/Madrid"),
            ("[direction]\nof = \"callee\"\n", "direction.of", "target, caller"),
            ("[integrity]\nhash_algorithm = \"md5\"\n", "integrity.hash_algorithm", "sha-512"),
            ("[integrity]\nsignature_hash = \"sha-1\"\n", "integrity.signature_hash", "sha-256"),
            ("[integrity]\nsignature_inputs = [\"all\"]\n", "signature_inputs", "own-numbers"),
            ("[integrity]\nhash_inputs = [\"all\"]\n", "hash_inputs", "before-encryption"),
            ("[integrity]\nrsa_padding = \"none\"\n", "rsa_padding", "pss"),
            ("[encryption]\niv = \"random\"\n", "encryption.iv", "zero"),
        ] {
            let text = format!("schema = \"lacre.operator-profile/1\"\nname = \"x\"\n{text}");
            let refused = load(&text, |_| None).unwrap_err().to_string();
            assert!(refused.contains(field) && refused.contains(hint), "{refused}");
        }
    }

    #[test]
    fn a_key_file_that_is_not_there_or_no_key_is_refused_by_name() {
        let text = "schema = \"lacre.operator-profile/1\"\nname = \"x\"\n\
                    [integrity]\nkeys = [\"a.pem\"]\n";
        assert!(matches!(load(text, |_| None), Err(LoadError::KeyFile { .. })));
        let refused = load(text, |_| Some(b"no key".to_vec())).unwrap_err();
        assert!(matches!(refused, LoadError::Key { source: KeyError::Unreadable, .. }));
    }
}
