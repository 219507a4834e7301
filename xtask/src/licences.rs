//! Licences: every package's SPDX expression must be met by the allow list of `deny.toml`.
//!
//! `A OR B` is met by one side, `A AND B` by both; the old `A/B` is read as `A OR B`.

use crate::metadata::Metadata;
use crate::process::Failure;

/// The `allow` list under `[licenses]`.
pub(crate) fn allowed(deny_toml: &str) -> Result<Vec<String>, Failure> {
    let list = deny_toml
        .split_once("[licenses]")
        .and_then(|(_, rest)| rest.split_once("allow = ["))
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(list, _)| list)
        .ok_or_else(|| Failure::new("deny.toml has no `allow = [` under [licenses]; restore it"))?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// One sentence per package whose licence we may not use.
pub(crate) fn refused(metadata: &Metadata, allowed: &[String]) -> Vec<String> {
    let mut refused = Vec::new();
    for package in metadata.packages() {
        let Some(licence) = &package.license else {
            refused.push(format!("{} {} states no licence", package.name, package.version));
            continue;
        };
        if !is_met(licence, allowed) {
            refused.push(format!(
                "{} {} is under `{licence}`, which deny.toml does not allow",
                package.name, package.version
            ));
        }
    }
    refused
}

fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let met = reader.any();
    met && reader.words.is_empty()
}

/// Reads the expression from the left; what it cannot read is not met.
struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl<'a> Reader<'a> {
    fn take(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn take_if(&mut self, word: &str) -> bool {
        let next = self.words.first() == Some(&word);
        if next {
            self.take();
        }
        next
    }

    fn any(&mut self) -> bool {
        let mut met = self.all();
        while self.take_if("OR") {
            // Both sides are read even when the first is met.
            let other = self.all();
            met = met || other;
        }
        met
    }

    fn all(&mut self) -> bool {
        let mut met = self.one();
        while self.take_if("AND") {
            let other = self.one();
            met = met && other;
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.take_if("(") {
            let met = self.any();
            return self.take_if(")") && met;
        }
        let Some(name) = self.take() else {
            return false;
        };
        let full = if self.take_if("WITH") {
            format!("{name} WITH {}", self.take().unwrap_or_default())
        } else {
            name.to_owned()
        };
        self.allowed.contains(&full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expression: &str) -> bool {
        is_met(expression, &["MIT".into(), "ISC".into(), "Apache-2.0 WITH LLVM-exception".into()])
    }

    #[test]
    fn an_expression_is_met_by_one_side_of_or_and_both_of_and() {
        assert!(met("MIT"));
        assert!(met("GPL-3.0-only OR MIT"));
        assert!(met("MIT/Apache-2.0"));
        assert!(met("ISC AND (GPL-2.0-only OR MIT)"));
        assert!(met("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only"));
    }

    /// The forbidden side, and what cannot be read is forbidden too.
    #[test]
    fn an_expression_that_needs_another_licence_is_refused() {
        assert!(!met("GPL-3.0-only"));
        assert!(!met("MIT AND GPL-3.0-only"));
        assert!(!met("Apache-2.0"));
        assert!(!met("(MIT"));
        assert!(!met("MIT MIT"));
        assert!(!met(""));
    }

    #[test]
    fn the_allow_list_is_the_one_under_licenses() {
        let page = "[bans]\nallow = [\"x\"]\n[licenses]\n# why\nallow = [\n \"MIT\",\n \"ISC\"]\n";
        assert_eq!(allowed(page).unwrap(), ["MIT", "ISC"]);
        assert!(allowed("[bans]\n").is_err());
    }
}
