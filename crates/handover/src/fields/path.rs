//! Paths: where each field is, by names.
//!
//! A path names the same field in every PDU of its kind; items carry their number.
//!
//! Rules: X.680 (identifiers); the notation is ours.
use super::{Field, Name};
use std::fmt::Write as _;

/// Each field with its path and its place in the tree.
#[derive(Debug)]
pub struct Paths<'t, 'a> {
    fields: &'t [Field<'a>],
    at: usize,
    path: String,
    /// Octets of the path that each level leaves.
    ends: Vec<usize>,
}

impl<'t, 'a> Paths<'t, 'a> {
    pub(super) fn new(fields: &'t [Field<'a>]) -> Self {
        Self { fields, at: 0, path: String::new(), ends: Vec::new() }
    }

    fn enter(&mut self, field: &Field<'_>) {
        self.ends.truncate(field.depth);
        self.path.truncate(self.ends.last().copied().unwrap_or(0));
        let dot = if self.path.is_empty() || self.path.ends_with('/') { "" } else { "." };
        // Writing to a string cannot fail.
        let _ = match field.name {
            Name::Root => Ok(()),
            Name::Named(name) => write!(self.path, "{dot}{name}"),
            Name::Item(number) => write!(self.path, "[{number}]"),
            Name::Held => self.path.write_char('/'),
            Name::Unknown(tag) => write!(self.path, "{dot}?{}", tag.shown()),
            Name::Rest => write!(self.path, "{dot}?"),
        };
        self.ends.push(self.path.len());
    }
}

impl<'t, 'a> Iterator for Paths<'t, 'a> {
    type Item = (String, usize, &'t Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, field) = (self.at, self.fields.get(self.at)?);
        self.at = self.at.saturating_add(1);
        self.enter(field);
        Some((self.path.clone(), index, field))
    }
}
