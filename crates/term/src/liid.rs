//! Lawful interception identifier: opaque octets, compared octet by octet.
//!
//! Promises: 1 to 25 octets (TS 103 280), nothing trimmed to fit. `Debug` does not print it, so
//! that a log line cannot name a line under surveillance by accident.
//!
//! Rules: TS 102 232-1 clause 5.2.2.
use std::fmt;

/// Lawful interception identifier, 1 to 25 octets, not always text: `LI-7` and `li-7` are two.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Liid(Box<[u8]>);

/// The octets cannot be a registered LIID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("LIID must be 1 to 25 octets, got {got}")]
pub struct LiidError {
    got: usize,
}

impl Liid {
    /// Longest LIID, in octets.
    pub const OCTETS_MAX: usize = 25;

    /// Parses a LIID from its octets.
    ///
    /// # Errors
    /// [`LiidError`] when `octets` is empty or longer than [`Self::OCTETS_MAX`].
    pub fn parse(octets: &[u8]) -> Result<Self, LiidError> {
        match octets.len() {
            1..=Self::OCTETS_MAX => Ok(Self(octets.into())),
            got => Err(LiidError { got }),
        }
    }

    /// The octets, as delivered.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The text form when every octet is printable ASCII `!` to `~` (TS 103 280), else `None`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        text_form(&self.0)
    }
}

/// The text form of LIID-like octets when every one is printable ASCII `!` to `~`.
#[must_use]
pub fn text_form(octets: &[u8]) -> Option<&str> {
    if octets.iter().all(|octet| (b'!'..=b'~').contains(octet)) {
        std::str::from_utf8(octets).ok()
    } else {
        None
    }
}

/// Text when printable, else `0x` and hexadecimal: how LIIDs and identifiers are shown to people.
#[must_use]
pub fn shown(octets: &[u8]) -> String {
    match text_form(octets) {
        Some(text) => text.to_owned(),
        None => format!("0x{}", crate::hex::encode(octets)),
    }
}

impl fmt::Debug for Liid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Liid({} octets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_five_octets_are_a_liid_and_twenty_six_are_not() {
        assert!(Liid::parse(&[b'x'; 25]).is_ok());
        assert_eq!(Liid::parse(&[b'x'; 26]), Err(LiidError { got: 26 }));
        assert!(Liid::parse(b"").is_err());
    }

    #[test]
    fn debug_does_not_name_the_line() {
        let liid = Liid::parse(b"LI-7").unwrap();
        assert!(!format!("{liid:?}").contains("LI-7"));
    }

    #[test]
    fn binary_identifiers_are_shown_in_hexadecimal() {
        assert_eq!(shown(b"LI-7"), "LI-7");
        assert_eq!(shown(&[0xff, 0x00]), "0xff00");
    }
}
