//! Reads the tables' notation.
//!
//! `module M` opens a module; every other line is `Name KIND` and its words. A field is
//! `name=tags,Type`: tags are numbers joined by dots, outermost first, with `u`, `a` or `p` before
//! the number where the class is universal, application or private, and `-` for none; a type of
//! another module is `Module.Name`; `>Held` says what an octet string holds, `?field=value` when.
//! An item of a list has no name. A word of an enumeration is `word=number`.
//!
//! Rules: X.680 clauses 8.6, 20, 25 to 31 (what a line states).
use super::{Held, Kind, Part, Schema, Type, TypeId};
use crate::ber::Class;
use std::collections::HashMap;

/// A type that needs no line: the word in a table, the name shown, the kind.
type Plain = (&'static str, &'static str, fn() -> Kind);

const PLAIN: &[Plain] = &[
    ("BOOLEAN", "BOOLEAN", || Kind::Boolean),
    ("INTEGER", "INTEGER", || Kind::Integer),
    ("NULL", "NULL", || Kind::Null),
    ("OCTETS", "OCTET STRING", || Kind::Octets),
    ("BITS", "BIT STRING", || Kind::Bits),
    ("OID", "OBJECT IDENTIFIER", || Kind::Oid),
    ("RELOID", "RELATIVE-OID", || Kind::RelativeOid),
    ("UTF8", "UTF8String", || Kind::Text),
    ("PRINTABLE", "PrintableString", || Kind::Text),
    ("IA5", "IA5String", || Kind::Text),
    ("VISIBLE", "VisibleString", || Kind::Text),
    ("NUMERIC", "NumericString", || Kind::Text),
    ("GTIME", "GeneralizedTime", || Kind::Time),
    ("UTCTIME", "UTCTime", || Kind::Time),
];

type Names = HashMap<(&'static str, &'static str), TypeId>;

/// Reads all texts; what cannot be read is a fault and an open type.
pub(super) fn read(texts: &[&'static str]) -> Schema {
    let mut names = Names::new();
    let mut lines = Vec::new();
    for (word, ..) in PLAIN {
        let id = TypeId(names.len());
        names.insert(("", word), id);
    }
    for text in texts {
        let mut module = "";
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("module", name)) => module = name,
                Some((name, body)) => {
                    let id = TypeId(PLAIN.len().saturating_add(lines.len()));
                    names.insert((module, name), id);
                    lines.push((module, name, body));
                }
                None => {}
            }
        }
    }
    let plain =
        |(_, name, kind): &(_, &'static str, fn() -> Kind)| Type { module: "", name, kind: kind() };
    let mut types: Vec<Type> = PLAIN.iter().map(plain).collect();
    let mut reader = Reader { names: &names, module: "", name: "", faults: Vec::new() };
    for (module, name, body) in lines {
        (reader.module, reader.name) = (module, name);
        types.push(Type { module, name, kind: reader.kind(body) });
    }
    let faults = reader.faults;
    Schema { types, names, faults }
}

struct Reader<'n> {
    names: &'n Names,
    module: &'static str,
    name: &'static str,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn fault(&mut self, what: &str) {
        self.faults.push(format!("{}.{}: {what}", self.module, self.name));
    }

    fn kind(&mut self, body: &'static str) -> Kind {
        let (word, rest) = body.split_once(' ').unwrap_or((body, ""));
        match word {
            "SEQ" => Kind::Sequence(self.parts(rest)),
            "SET" => Kind::Set(self.parts(rest)),
            "CHOICE" => Kind::Choice(self.parts(rest)),
            "SEQOF" | "SETOF" => match self.parts(rest).pop() {
                Some(part) => Kind::ListOf(Box::new(part)),
                None => Kind::Open,
            },
            "ENUM" => Kind::Enumerated(self.words(rest)),
            "SAME" => self.find(rest).map_or(Kind::Open, Kind::Same),
            _ => self.find(word).map_or(Kind::Open, Kind::Same),
        }
    }

    fn words(&mut self, rest: &'static str) -> Vec<(i64, &'static str)> {
        let mut words = Vec::new();
        for word in rest.split_ascii_whitespace() {
            match word.split_once('=').and_then(|(word, n)| Some((n.parse().ok()?, word))) {
                Some(pair) => words.push(pair),
                None => self.fault(word),
            }
        }
        words
    }

    fn parts(&mut self, rest: &'static str) -> Vec<Part> {
        let mut parts = Vec::new();
        for word in rest.split_ascii_whitespace() {
            match self.part(word) {
                Some(part) => parts.push(part),
                None => self.fault(word),
            }
        }
        parts
    }

    fn part(&mut self, word: &'static str) -> Option<Part> {
        let (name, rest) = word.split_once('=')?;
        let (tags, of) = rest.split_once(',')?;
        let (of, held) = match of.split_once('>') {
            None => (of, None),
            Some((of, held)) => {
                let (held, when) = match held.split_once('?') {
                    None => (held, None),
                    Some((held, when)) => (held, Some(when.split_once('=')?)),
                };
                (of, self.find(held).map(|of| Held { of, when }))
            }
        };
        let tags = match tags {
            "-" => Vec::new(),
            _ => tags.split('.').map(tag).collect::<Option<_>>()?,
        };
        // A type that is missing is a fault of its own; the part stays, of a type not known.
        let of = self.find(of).unwrap_or(TypeId(usize::MAX));
        Some(Part { name, tags, of, held })
    }

    /// A plain type, one of this module, or `Module.Name`.
    fn find(&mut self, word: &'static str) -> Option<TypeId> {
        let own = self.names.get(&("", word)).or_else(|| self.names.get(&(self.module, word)));
        let found = own.or_else(|| self.names.get(&word.split_once('.')?)).copied();
        if found.is_none() {
            self.fault(&format!("no type {word}"));
        }
        found
    }
}

fn tag(word: &str) -> Option<(Class, u32)> {
    let (class, number) = match word.split_at_checked(1)? {
        ("u", number) => (Class::Universal, number),
        ("a", number) => (Class::Application, number),
        ("p", number) => (Class::Private, number),
        _ => (Class::Context, word),
    };
    Some((class, number.parse().ok()?))
}
