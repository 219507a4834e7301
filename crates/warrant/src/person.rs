//! People and their roles: who may confirm an order, and who may only watch.
//!
//! A person has one role; an auditor can therefore hold no other.
//!
//! Rules: DESIGN section 1 (people and their job) and decision 27.
use serde::{Deserialize, Serialize};
use std::fmt;

/// Octets of a person's name.
pub const USER_OCTETS_MAX: usize = 64;

/// One person who may act here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name, as given with `--person`; unique.
    pub name: String,
    /// What the person may do.
    pub role: Role,
}

/// The one role of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Registers orders and measures, watches lines; reads no content (*agente facultado*).
    LiOperator,
    /// Leads the investigation.
    Investigator,
    /// Hears, reads, transcribes.
    Transcriber,
    /// The judge.
    Judge,
    /// The prosecutor.
    Prosecutor,
    /// The court clerk (*LAJ*).
    Clerk,
    /// Defence lawyer or court expert.
    Defence,
    /// Auditor, data-protection authority or witness.
    Auditor,
    /// Runs machines; reads nothing.
    Administrator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::LiOperator,
        Self::Investigator,
        Self::Transcriber,
        Self::Judge,
        Self::Prosecutor,
        Self::Clerk,
        Self::Defence,
        Self::Auditor,
        Self::Administrator,
    ];

    /// Judge, prosecutor or court clerk: those who may confirm an order.
    #[must_use]
    pub fn is_court(self) -> bool {
        matches!(self, Self::Judge | Self::Prosecutor | Self::Clerk)
    }

    /// The word in JSON and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LiOperator => "li_operator",
            Self::Investigator => "investigator",
            Self::Transcriber => "transcriber",
            Self::Judge => "judge",
            Self::Prosecutor => "prosecutor",
            Self::Clerk => "clerk",
            Self::Defence => "defence",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// Reads [`Self::word`]; `-` stands for `_`, as on the command line.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.replace('-', "_");
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_role_is_the_same_in_json_and_on_the_command_line() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("li-operator"), Some(Role::LiOperator));
        assert_eq!(Role::from_word("root"), None);
    }

    #[test]
    fn only_the_court_confirms() {
        let court: Vec<_> = Role::ALL.into_iter().filter(|role| role.is_court()).collect();
        assert_eq!(court, [Role::Judge, Role::Prosecutor, Role::Clerk]);
    }
}
