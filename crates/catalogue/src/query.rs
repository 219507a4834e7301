//! What to list: a filter, turned into one statement with bound values only.
//!
//! Promises: nothing a person types becomes part of the statement's text; words are folded as the
//! index folds them, so `mercancia` finds `mercancía`.
//!
//! Rules: DESIGN decision 17 (FTS5 inside the vault's file).
use crate::communication::{Direction, Medium, State};
use lacre_term::Micros;
use rusqlite::types::Value;

/// Which rows to list; empty lists all. Every condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Under this LIID, as rows show it.
    pub liid: Option<String>,
    /// Of this kind.
    pub medium: Option<Medium>,
    /// In this direction.
    pub direction: Option<Direction>,
    /// Open or sealed.
    pub state: Option<State>,
    /// Naming exactly this address.
    pub party: Option<String>,
    /// Bearing this flag.
    pub flag: Option<String>,
    /// Begun at this moment or later.
    pub from: Option<Micros>,
    /// Begun before this moment.
    pub until: Option<Micros>,
    /// Whose texts hold all these words; a word ending in `*` stands for all that begin so.
    pub words: Option<String>,
    /// Numbered above this: where the page before ended.
    pub after: Option<u64>,
    /// At most so many.
    pub limit: Option<u64>,
}

impl Filter {
    /// The conditions as SQL and the values bound to them.
    pub(crate) fn clauses(&self) -> (String, Vec<Value>) {
        let mut sql = String::new();
        let mut values = Vec::new();
        let mut condition = |text: &str, value: Value| {
            sql.push_str(if values.is_empty() { " WHERE " } else { " AND " });
            sql.push_str(text);
            values.push(value);
        };
        let text = |text: &str| Value::Text(text.to_owned());
        let whole = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        if let Some(after) = self.after {
            condition("n > ?", whole(after));
        }
        if let Some(liid) = &self.liid {
            condition("liid = ?", text(liid));
        }
        if let Some(medium) = self.medium {
            condition("medium = ?", text(medium.word()));
        }
        if let Some(direction) = self.direction {
            condition("direction = ?", text(direction.word()));
        }
        if let Some(state) = self.state {
            condition("state = ?", text(state.word()));
        }
        if let Some(party) = &self.party {
            let named = "EXISTS (SELECT 1 FROM json_each(parties) \
                         WHERE json_extract(value, '$.value') = ?)";
            condition(named, text(party));
        }
        if let Some(flag) = &self.flag {
            condition("EXISTS (SELECT 1 FROM json_each(flags) WHERE value = ?)", text(flag));
        }
        if let Some(from) = self.from {
            condition("started_at >= ?", Value::Integer(from.0));
        }
        if let Some(until) = self.until {
            condition("started_at < ?", Value::Integer(until.0));
        }
        if let Some(words) = self.words.as_deref().and_then(match_expression) {
            condition("n IN (SELECT rowid FROM words WHERE words MATCH ?)", Value::Text(words));
        }
        sql.push_str(" ORDER BY n");
        if let Some(limit) = self.limit {
            sql.push_str(" LIMIT ?");
            values.push(whole(limit));
        }
        (sql, values)
    }
}

/// Each word in quotation marks, so that no operator of the index's own language is left in it;
/// `None` when nothing but spaces was typed.
fn match_expression(words: &str) -> Option<String> {
    let quoted: Vec<String> = words
        .split_whitespace()
        .map(|word| {
            let (stem, star) = match word.strip_suffix('*') {
                Some(stem) if !stem.is_empty() => (stem, "*"),
                _ => (word, ""),
            };
            format!("\"{}\"{star}", stem.replace('"', "\"\""))
        })
        .collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_never_part_of_the_statement() {
        let typed = "x' OR 1=1 --".to_owned();
        let filter = Filter { liid: Some(typed.clone()), ..Filter::default() };
        let (sql, values) = filter.clauses();
        assert_eq!(sql, " WHERE liid = ? ORDER BY n");
        assert_eq!(values, [Value::Text(typed)]);
    }

    #[test]
    fn operators_of_the_index_are_only_words() {
        let expression = match_expression("casa OR \"x NEAR( merc* *");
        let expected = "\"casa\" \"OR\" \"\"\"x\" \"NEAR(\" \"merc\"* \"*\"";
        assert_eq!(expression.as_deref(), Some(expected));
        assert_eq!(match_expression("  "), None);
    }
}
