//! Fields: every field of a PDU by its standard name, with its place and value.
//!
//! Reads BER over the tables of [`crate::schema`]. What the tables do not know, or what is not
//! as its type says, stays in the tree as the octets that came, marked; nothing is left out up to
//! the bound on fields, and a tree cut there says so. No octets panic; depth, fields and memory
//! are bounded. Values are as delivered: a time without zone gets none here.
//!
//! Rules: X.690 clauses 8.1 to 8.23; TS 102 232-1 to -7 and what they carry.
use crate::ber::{Elements, Tag, Tlv};
use crate::schema::schema;

mod path;
mod reader;
mod value;

pub use path::Paths;
pub use value::Value;

/// How far reading goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most fields of a tree; what comes after is cut.
    pub fields_max: usize,
    /// Deepest field; what lies deeper stays octets.
    pub depth_max: usize,
    /// Octet strings in octet strings that are read as what they hold.
    pub held_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { fields_max: 20_000, depth_max: 96, held_max: 4 }
    }
}

/// What a field is called where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The whole.
    Root,
    /// A field or alternative by its standard name.
    Named(&'static str),
    /// An item of a list, counted from 0.
    Item(usize),
    /// What the octet string around it holds.
    Held,
    /// No name: the tables have none for this tag here.
    Unknown(Tag),
    /// Octets that are no element at all.
    Rest,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Levels below the root.
    pub depth: usize,
    /// Its name.
    pub name: Name,
    /// The standard name of its type; empty when unknown.
    pub type_name: &'static str,
    /// Octets from the start of what was read to the element's first. What lies inside a string
    /// sent in segments has the place of that string.
    pub offset: usize,
    /// Octets of the whole element.
    pub octets: usize,
    /// What it says.
    pub value: Value<'a>,
}

/// All fields in the order of the octets, each before those inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTree<'a> {
    /// The fields. The first is the whole, unless there are no octets.
    pub fields: Vec<Field<'a>>,
    /// Where reading stopped, when it stopped at a bound: octets from the start.
    pub cut: Option<usize>,
}

impl<'a> FieldTree<'a> {
    /// The fields directly inside the field at `index`, with their own index.
    pub fn inside(&self, index: usize) -> impl Iterator<Item = (usize, &Field<'a>)> {
        let depth = self.fields.get(index).map_or(usize::MAX, |field| field.depth);
        let after = index.saturating_add(1);
        let rest = self.fields.iter().enumerate().skip(after);
        rest.take_while(move |(_, field)| field.depth > depth)
            .filter(move |(_, field)| field.depth == depth.saturating_add(1))
    }

    /// Each field with its path, such as `payload.iRIPayloadSequence[0].iRIType`, and its index.
    /// Inside an octet string read as what it holds the path goes on after `/`; a field without
    /// a name is `?` and its tag.
    #[must_use]
    pub fn paths(&self) -> Paths<'_, 'a> {
        Paths::new(&self.fields)
    }

    /// Each field that says something itself, with its path: all but those that only hold
    /// others, which are here when they are empty.
    pub fn leaves(&self) -> impl Iterator<Item = (String, &Field<'a>)> {
        let holds = |index: usize, field: &Field<'_>| {
            let next = self.fields.get(index.saturating_add(1));
            field.value.is_outer() && next.is_some_and(|next| next.depth > field.depth)
        };
        let leaves = self.paths().filter(move |(_, index, field)| !holds(*index, field));
        leaves.map(|(path, _, field)| (path, field))
    }
}

/// Reads one PS-PDU (TS 102 232-1) at the start of `octets`. O(octets · depth).
#[must_use]
pub fn fields<'a>(octets: &'a [u8], bounds: &Bounds) -> FieldTree<'a> {
    fields_of("LI-PS-PDU", "PS-PDU", octets, bounds)
}

/// Reads one value of the type `name` of `module` at the start of `octets`. A type that the
/// tables do not have, or octets that are no such element, give one field of raw octets.
#[must_use]
pub fn fields_of<'a>(module: &str, name: &str, octets: &'a [u8], bounds: &Bounds) -> FieldTree<'a> {
    let mut reader = reader::Reader::new(schema(), bounds);
    let element: Option<Tlv<'a>> = Elements::new(octets).next();
    match (schema().find(module, name), element) {
        (Some(of), Some(tlv)) => reader.whole(Name::Root, of, &tlv),
        _ => reader.rest(octets, 0),
    }
    reader.finish()
}

#[cfg(test)]
mod tests;
