//! Operator profiles: what an operator and we agreed, and what its equipment is known to do.
//!
//! Data and no code: a TOML file that a person writes and another can check. A field this version
//! does not know is refused with its line, not dropped. Words for conventions of the wire are
//! names here; what each means is for the reader of the wire to say, who refuses those it does
//! not know.
//!
//! Rules: `spec/operator-profile.md`; TS 102 232-1 clauses 5.2.2, 5.2.3, 7.2, annexes G and J.
use crate::text::{self, TextError};
use lacre_term::{Liid, LiidError, hex};
use serde::Deserialize;

/// The schema this version reads.
pub const SCHEMA: &str = "lacre.operator-profile/1";

const FILE_OCTETS_MAX: usize = 65_536;
const NAME_OCTETS_MAX: usize = 64;
const TEXT_OCTETS_MAX: usize = 400;
const OPERATOR_ID_OCTETS_MAX: usize = 16;
/// Most entries of any list.
const ENTRIES_MAX: usize = 64;

/// The profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// Split it, or take comments out.
    #[error("the profile has {got} octets, at most {FILE_OCTETS_MAX} are read")]
    TooLong {
        /// Octets found.
        got: usize,
    },
    /// Correct the line named.
    #[error("the profile cannot be read: {why}")]
    Syntax {
        /// The reader's words, with line and column.
        why: String,
    },
    /// Use a profile of this version.
    #[error("profile schema {got:?} is unknown; this version reads {SCHEMA}")]
    Schema {
        /// The schema named.
        got: String,
    },
    /// Correct the field named.
    #[error("{field} cannot be {value:?}: {source}")]
    Text {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
        /// The rule it breaks.
        source: TextError,
    },
    /// Write 1 to 16 octets.
    #[error("{field} holds {value:?}: write 1 to 16 octets as text, or 0x and hexadecimal")]
    OperatorId {
        /// The field.
        field: &'static str,
        /// The entry.
        value: String,
    },
    /// List fewer.
    #[error("{field} has {count} entries, at most {ENTRIES_MAX} are kept")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many there are.
        count: usize,
    },
}

/// One operator's profile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorProfile {
    /// [`SCHEMA`].
    pub schema: String,
    /// Its name: `[A-Za-z0-9._-]`, 1 to 64 octets.
    pub name: String,
    /// What it is of, for people: at most 400 octets on one line.
    #[serde(default)]
    pub about: Option<String>,
    /// Whose headers it is about.
    #[serde(default)]
    pub operator: OperatorIds,
    /// Times.
    #[serde(default)]
    pub time: Times,
    /// How LIIDs are written.
    #[serde(default)]
    pub liid: LiidRule,
    /// Directions of CC.
    #[serde(default)]
    pub direction: Directions,
    /// Integrity checks.
    #[serde(default)]
    pub integrity: Integrity,
    /// Encrypted PDUs.
    #[serde(default)]
    pub encryption: Encryption,
    /// What its equipment is known to do, for those who read its evidence.
    #[serde(default)]
    pub quirks: Vec<Quirk>,
}

/// Identifiers in its headers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorIds {
    /// operatorIdentifier of its headers, as text or `0x` and hexadecimal, 1 to 16 octets each.
    #[serde(default)]
    pub ids: Vec<String>,
    /// What its HI1 notifications carry instead: TS 101 671 has room for 5 octets.
    #[serde(default)]
    pub hi1_ids: Vec<String>,
}

/// Times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Zone of local times that come without one; without it they have no value.
    #[serde(default)]
    pub zone: Option<String>,
}

/// How LIIDs are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiidRule {
    /// How a written LIID becomes octets.
    #[serde(default)]
    pub form: LiidForm,
    /// What its written LIIDs look like: `#` is a digit, `?` any character, `*` any run of them.
    #[serde(default)]
    pub pattern: Option<String>,
}

/// How a written LIID becomes octets on the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiidForm {
    /// Its characters.
    #[default]
    Text,
    /// Hexadecimal digits, two to an octet.
    Binary,
    /// Decimal digits, two to an octet, the first in the high half, an odd one followed by F.
    Bcd,
}

/// Directions of CC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directions {
    /// Whose side `fromTarget` and `toTarget` are told from.
    #[serde(default)]
    pub of: Option<String>,
}

/// Integrity checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integrity {
    /// Hash function of a check that names none.
    #[serde(default)]
    pub hash_algorithm: Option<String>,
    /// What goes into a hash; tried in this order.
    #[serde(default)]
    pub hash_inputs: Vec<String>,
    /// What a signature is over; tried in this order.
    #[serde(default)]
    pub signature_inputs: Vec<String>,
    /// Hash function inside signatures.
    #[serde(default)]
    pub signature_hash: Option<String>,
    /// Padding of RSA signatures.
    #[serde(default)]
    pub rsa_padding: Option<String>,
    /// Files beside the profile with the operator's public keys or certificates, newest first.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// Encrypted PDUs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// Initial vector.
    #[serde(default)]
    pub iv: Option<String>,
}

/// Something its equipment is known to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quirk {
    /// Its name: `[A-Za-z0-9._-]`, 1 to 64 octets.
    pub name: String,
    /// What it does and what that means for its evidence: at most 400 octets on one line.
    pub meaning: String,
}

impl OperatorProfile {
    /// Reads a profile and checks every rule it must keep by itself.
    ///
    /// # Errors
    /// [`ProfileError`] with the first rule broken.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        if text.len() > FILE_OCTETS_MAX {
            return Err(ProfileError::TooLong { got: text.len() });
        }
        let profile: Self = toml::from_str(text)
            .map_err(|error| ProfileError::Syntax { why: error.to_string() })?;
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), ProfileError> {
        if self.schema != SCHEMA {
            return Err(ProfileError::Schema { got: self.schema.clone() });
        }
        named("name", &self.name)?;
        if let Some(about) = &self.about {
            lined("about", about)?;
        }
        for (field, ids) in
            [("operator.ids", &self.operator.ids), ("operator.hi1_ids", &self.operator.hi1_ids)]
        {
            few(field, ids.len())?;
            for id in ids {
                if !(1..=OPERATOR_ID_OCTETS_MAX).contains(&crate::peer::id_octets(id).len()) {
                    return Err(ProfileError::OperatorId { field, value: id.clone() });
                }
            }
        }
        if let Some(pattern) = &self.liid.pattern {
            lined("liid.pattern", pattern)?;
        }
        for (field, words) in [
            ("integrity.hash_inputs", &self.integrity.hash_inputs),
            ("integrity.signature_inputs", &self.integrity.signature_inputs),
            ("integrity.keys", &self.integrity.keys),
        ] {
            few(field, words.len())?;
            words.iter().try_for_each(|word| named(field, word))?;
        }
        few("quirks", self.quirks.len())?;
        for quirk in &self.quirks {
            named("quirks.name", &quirk.name)?;
            lined("quirks.meaning", &quirk.meaning)?;
        }
        Ok(())
    }

    /// The octets on the wire of an LIID as people write it.
    ///
    /// # Errors
    /// [`WrittenLiid`] when it is not of the profile's form or pattern, or not 1 to 25 octets.
    pub fn liid(&self, written: &str) -> Result<Liid, WrittenLiid> {
        if let Some(pattern) = &self.liid.pattern
            && !looks_like(pattern, written)
        {
            return Err(WrittenLiid::Pattern { pattern: pattern.clone() });
        }
        let octets = match self.liid.form {
            LiidForm::Text => Some(written.as_bytes().to_vec()),
            LiidForm::Binary => hex::decode(&written.to_ascii_lowercase()),
            LiidForm::Bcd => {
                let digits = !written.is_empty() && written.bytes().all(|it| it.is_ascii_digit());
                let filler = if written.len().is_multiple_of(2) { "" } else { "f" };
                digits.then(|| hex::decode(&format!("{written}{filler}"))).flatten()
            }
        };
        let octets = octets.ok_or(WrittenLiid::Form { form: self.liid.form })?;
        Liid::parse(&octets).map_err(WrittenLiid::Liid)
    }
}

/// A written LIID is not one of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrittenLiid {
    /// Compare it with the order.
    #[error("LIIDs of this operator look like {pattern}; compare it with the order")]
    Pattern {
        /// The profile's pattern.
        pattern: String,
    },
    /// Write it in the form named.
    #[error("LIIDs of this operator are written in the form {form:?}")]
    Form {
        /// The profile's form.
        form: LiidForm,
    },
    /// Shorten it.
    #[error(transparent)]
    Liid(LiidError),
}

fn named(field: &'static str, value: &str) -> Result<(), ProfileError> {
    text::name(value, NAME_OCTETS_MAX).map_err(|source| ProfileError::Text {
        field,
        value: value.to_owned(),
        source,
    })
}

fn lined(field: &'static str, value: &str) -> Result<(), ProfileError> {
    text::line(value, TEXT_OCTETS_MAX).map_err(|source| ProfileError::Text {
        field,
        value: value.to_owned(),
        source,
    })
}

fn few(field: &'static str, count: usize) -> Result<(), ProfileError> {
    if count > ENTRIES_MAX { Err(ProfileError::TooMany { field, count }) } else { Ok(()) }
}

/// True when `written` fits `pattern`, in at most the product of their lengths: only the last `*`
/// met is ever widened, as the shortest run of an earlier one leaves the most to those after it.
fn looks_like(pattern: &str, written: &str) -> bool {
    let (pattern, written): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), written.chars().collect());
    let one = |mark: char, letter: char| match mark {
        '#' => letter.is_ascii_digit(),
        '?' => true,
        other => other == letter,
    };
    // Where the last `*` is, and how far its run has been tried.
    let (mut at, mut read, mut star) = (0, 0, None);
    while let Some(letter) = written.get(read) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(mark) if one(*mark, *letter) => (at, read) = (at + 1, read + 1),
            _ => match star {
                Some((mark, run)) => {
                    star = Some((mark, run + 1));
                    (at, read) = (mark + 1, run + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|mark| *mark == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "schema = \"lacre.operator-profile/1\"\nname = \"x\"\n";

    #[test]
    fn the_least_profile_has_a_name_and_leaves_all_to_the_standard() {
        let profile = OperatorProfile::parse(LEAST).unwrap();
        assert_eq!((profile.name.as_str(), profile.time.zone), ("x", None));
        assert!(profile.integrity.keys.is_empty() && profile.quirks.is_empty());
    }

    #[test]
    fn a_field_this_version_does_not_know_is_refused_with_its_line() {
        for text in ["zone = \"UTC\"\n", "[time]\nzones = \"UTC\"\n", "[[quirks]]\nname = \"a\"\n"]
        {
            let refused = OperatorProfile::parse(&format!("{LEAST}{text}"));
            let Err(ProfileError::Syntax { why }) = refused else { panic!("{text}: {refused:?}") };
            assert!(why.contains("line "), "{why}");
        }
        let other = LEAST.replace("profile/1", "profile/2");
        assert!(matches!(OperatorProfile::parse(&other), Err(ProfileError::Schema { .. })));
    }

    #[test]
    fn values_that_break_a_rule_are_refused_by_the_name_of_their_field() {
        for (text, field) in [
            ("[integrity]\nkeys = [\"../secret.pem\"]\n", "integrity.keys"),
            ("[integrity]\nhash_inputs = [\"a b\"]\n", "integrity.hash_inputs"),
            ("[operator]\nids = [\"12345678901234567\"]\n", "operator.ids"),
            ("[operator]\nhi1_ids = [\"\"]\n", "operator.hi1_ids"),
            ("[[quirks]]\nname = \"a\"\nmeaning = \"b\\nc\"\n", "quirks.meaning"),
        ] {
            let refused = OperatorProfile::parse(&format!("{LEAST}{text}")).unwrap_err();
            assert!(refused.to_string().contains(field), "{refused}");
        }
        let long = "# ".repeat(FILE_OCTETS_MAX);
        assert!(matches!(OperatorProfile::parse(&long), Err(ProfileError::TooLong { .. })));
    }

    fn with(liid: &str) -> OperatorProfile {
        OperatorProfile::parse(&format!("{LEAST}[liid]\n{liid}\n")).unwrap()
    }

    #[test]
    fn a_written_liid_becomes_the_operators_octets() {
        let liid = |profile: &OperatorProfile, text: &str| profile.liid(text).unwrap();
        let octets = |octets: &[u8]| Liid::parse(octets).unwrap();
        assert_eq!(liid(&with("form = \"text\""), "ES-7"), octets(b"ES-7"));
        assert_eq!(liid(&with("form = \"binary\""), "00Ff"), octets(&[0, 255]));
        assert_eq!(liid(&with("form = \"bcd\""), "12345"), octets(&[0x12, 0x34, 0x5f]));
        assert!(with("form = \"bcd\"").liid("12a").is_err());
        assert!(with("form = \"binary\"").liid("123").is_err());
        assert!(with("form = \"text\"").liid("").is_err());
    }

    #[test]
    fn a_written_liid_that_does_not_look_like_the_operators_is_refused() {
        let profile = with("pattern = \"ES-*-####-##\"");
        assert!(profile.liid("ES-VOIP-2026-01").is_ok());
        assert!(profile.liid("ES-A-2025-B-2026-01").is_ok(), "the run may hold what follows it");
        for bad in ["ES-VOIP-2026-0", "ES-VOIP-2026-0x", "FR-VOIP-2026-01", "ES-2026-01", ""] {
            assert!(matches!(profile.liid(bad), Err(WrittenLiid::Pattern { .. })), "{bad}");
        }
    }
}
