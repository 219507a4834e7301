//! How the words of `lacre-term` are written in our JSON, and what a short text may hold.
//!
//! Promises: each form reads back to the same value; a text that passes is one line, bounded, and
//! without characters that reorder or hide what a person sees.
//!
//! Rules: `spec/register.md`.
use lacre_term::{Liid, Scope};
use serde::{Deserialize, Serialize};

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Write something.
    #[error("it is empty")]
    Empty,
    /// Shorten it.
    #[error("it has {got} octets, at most {max} fit")]
    TooLong {
        /// Octets found.
        got: usize,
        /// Octets that fit.
        max: usize,
    },
    /// Take the character out.
    #[error("it holds the character U+{code:04X}, which a reader would not see")]
    Hidden {
        /// The character's code point.
        code: u32,
    },
    /// Trim it.
    #[error("it begins or ends with a space")]
    Untrimmed,
    /// Use the letters that names may have.
    #[error(
        "it holds {found:?}; only letters a to z and A to Z, digits, `-`, `.` and `_` are names"
    )]
    NotName {
        /// The first character that is none of these.
        found: char,
    },
}

/// Accepts one line of at most `octets_max` octets: no control characters, no direction marks, no
/// space at either end.
///
/// # Errors
/// [`TextError`] with the first rule broken; nothing is trimmed to fit.
pub fn line(text: &str, octets_max: usize) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.len() > octets_max {
        return Err(TextError::TooLong { got: text.len(), max: octets_max });
    }
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c)) {
        return Err(TextError::Hidden { code: u32::from(hidden) });
    }
    if text.trim() != text {
        return Err(TextError::Untrimmed);
    }
    Ok(())
}

/// Accepts a name that is also safe in a file name and on a command line: `[A-Za-z0-9._-]`, not
/// beginning with `-` or `.`.
///
/// # Errors
/// [`TextError`] with the first rule broken.
pub fn name(text: &str, octets_max: usize) -> Result<(), TextError> {
    line(text, octets_max)?;
    let wrong = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    if let Some(found) = text.chars().find(wrong) {
        return Err(TextError::NotName { found });
    }
    match text.chars().next() {
        Some(found @ ('-' | '.')) => Err(TextError::NotName { found }),
        _ => Ok(()),
    }
}

/// Control characters, and the marks that reorder or hide text on a screen.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

/// Times as RFC 3339 in UTC, `2026-11-23T19:27:00.000000Z`.
pub mod time_text {
    use lacre_term::Micros;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the time.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(at: &Micros, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&at.rfc3339())
    }

    /// Reads the time.
    ///
    /// # Errors
    /// When the text is not RFC 3339 with an offset.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Micros, D::Error> {
        let text = String::deserialize(from)?;
        Micros::parse_rfc3339(&text)
            .ok_or_else(|| Error::custom(format!("{text:?} is not a time such as {EXAMPLE}")))
    }

    const EXAMPLE: &str = "2026-11-23T19:27:00Z";

    /// The same for a time that may be absent.
    pub mod optional {
        use super::{Deserialize, Deserializer, Error, Micros, Serializer};

        /// Writes the time, or null.
        ///
        /// # Errors
        /// Those of the serializer.
        pub fn serialize<S: Serializer>(at: &Option<Micros>, to: S) -> Result<S::Ok, S::Error> {
            match at {
                Some(at) => to.serialize_some(&at.rfc3339()),
                None => to.serialize_none(),
            }
        }

        /// Reads the time, or null.
        ///
        /// # Errors
        /// When a text is there and is not RFC 3339 with an offset.
        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Micros>, D::Error> {
            let Some(text) = Option::<String>::deserialize(from)? else {
                return Ok(None);
            };
            Micros::parse_rfc3339(&text)
                .map(Some)
                .ok_or_else(|| Error::custom(format!("{text:?} is not a time")))
        }
    }
}

/// 64 lower-case hexadecimal digits.
pub mod digest_text {
    use lacre_term::Digest;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the digest.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&digest.to_hex())
    }

    /// Reads the digest.
    ///
    /// # Errors
    /// When the text is not 64 lower-case hexadecimal digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(from)?;
        Digest::from_hex(&text)
            .ok_or_else(|| Error::custom("a SHA-256 is 64 lower-case hexadecimal digits"))
    }
}

/// 32 lower-case hexadecimal digits.
pub mod vault_text {
    use lacre_term::VaultId;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the vault's name.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(vault: &VaultId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&vault.to_hex())
    }

    /// Reads the vault's name.
    ///
    /// # Errors
    /// When the text is not 32 lower-case hexadecimal digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<VaultId, D::Error> {
        let text = String::deserialize(from)?;
        VaultId::from_hex(&text)
            .ok_or_else(|| Error::custom("a vault is named by 32 lower-case hexadecimal digits"))
    }
}

/// A LIID as hexadecimal of its octets.
pub mod liid_hex {
    use lacre_term::{Liid, hex};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the octets.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(liid: &Liid, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(liid.octets()))
    }

    /// Reads the octets.
    ///
    /// # Errors
    /// When the text is not lower-case hexadecimal of 1 to 25 octets.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Liid, D::Error> {
        let text = String::deserialize(from)?;
        super::liid_of_hex(&text)
            .map_err(|_| Error::custom("a LIID is 1 to 25 octets in hexadecimal"))
    }

    /// The same for a list.
    pub mod list {
        use super::{Deserialize, Deserializer, Error, Liid, Serializer, hex};

        /// Writes each LIID.
        ///
        /// # Errors
        /// Those of the serializer.
        pub fn serialize<S: Serializer>(liids: &[Liid], to: S) -> Result<S::Ok, S::Error> {
            to.collect_seq(liids.iter().map(|liid| hex::encode(liid.octets())))
        }

        /// Reads each LIID.
        ///
        /// # Errors
        /// When one is not lower-case hexadecimal of 1 to 25 octets.
        pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Liid>, D::Error> {
            let texts = Vec::<String>::deserialize(from)?;
            let read = |text: &String| super::super::liid_of_hex(text);
            texts
                .iter()
                .map(read)
                .collect::<Result<_, _>>()
                .map_err(|()| Error::custom("a LIID is 1 to 25 octets in hexadecimal"))
        }
    }
}

pub(crate) fn liid_of_hex(text: &str) -> Result<Liid, ()> {
    let octets = lacre_term::hex::decode(&text.to_ascii_lowercase()).ok_or(())?;
    Liid::parse(&octets).map_err(|_| ())
}

/// A LIID as a person types it: text when it is printable ASCII, `0x` and hexadecimal otherwise.
#[must_use]
pub fn parse_liid(typed: &str) -> Option<Liid> {
    match typed.strip_prefix("0x") {
        Some(digits) => liid_of_hex(digits).ok(),
        None => Liid::parse(lacre_term::liid::text_form(typed.as_bytes())?.as_bytes()).ok(),
    }
}

/// The four flags, each of which the order must state.
pub mod scope_flags {
    use super::{Deserialize, ScopeFlags, Serialize};
    use lacre_term::Scope;
    use serde::{Deserializer, Serializer};

    /// Writes the flags.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(scope: &Scope, to: S) -> Result<S::Ok, S::Error> {
        ScopeFlags::from(*scope).serialize(to)
    }

    /// Reads the flags.
    ///
    /// # Errors
    /// When one is missing, or another is there.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Scope, D::Error> {
        ScopeFlags::deserialize(from).map(Scope::from)
    }
}

/// JSON form of a scope.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeFlags {
    content: bool,
    origin_destination: bool,
    location: bool,
    other_traffic: bool,
}

impl From<Scope> for ScopeFlags {
    fn from(scope: Scope) -> Self {
        let Scope { content, origin_destination, location, other_traffic } = scope;
        Self { content, origin_destination, location, other_traffic }
    }
}

impl From<ScopeFlags> for Scope {
    fn from(flags: ScopeFlags) -> Self {
        let ScopeFlags { content, origin_destination, location, other_traffic } = flags;
        Self { content, origin_destination, location, other_traffic }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_that_shows_all_it_holds() {
        assert_eq!(line("DP 412/2026 — Ñ", 64), Ok(()));
        assert_eq!(line("", 64), Err(TextError::Empty));
        assert_eq!(line("abc", 2), Err(TextError::TooLong { got: 3, max: 2 }));
        assert_eq!(line("a\nb", 64), Err(TextError::Hidden { code: 10 }));
        assert_eq!(line("a\u{202e}b", 64), Err(TextError::Hidden { code: 0x202e }));
        assert_eq!(line("a ", 64), Err(TextError::Untrimmed));
    }

    #[test]
    fn a_name_cannot_climb_out_of_a_folder_or_look_like_an_option() {
        assert_eq!(name("OPLAB-ES_2.b", 64), Ok(()));
        for (bad, found) in [("../x", '/'), ("a b", ' '), ("-x", '-'), ("..", '.'), ("ñ", 'ñ')] {
            assert_eq!(name(bad, 64), Err(TextError::NotName { found }), "{bad}");
        }
    }

    #[test]
    fn a_liid_is_typed_as_text_or_as_hexadecimal() {
        assert_eq!(parse_liid("LI-7"), Liid::parse(b"LI-7").ok());
        assert_eq!(parse_liid("0xFF00"), Liid::parse(&[0xff, 0]).ok());
        assert_eq!(parse_liid("LI 7"), None);
        assert_eq!(parse_liid("0x"), None);
    }
}
