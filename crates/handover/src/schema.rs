//! Schema: what each field of each payload is called and of what type, as data.
//!
//! Tables of names, tags and types, one line a type, in `crates/handover/schema/*.txt`; a script
//! (`tools/schema-tables.py`) writes them from the published modules. They are read once, when
//! first asked for. A reference that leads nowhere is an open type, never a panic; a test holds
//! that there is none.
//!
//! Rules: X.680 (types, tags); TS 102 232-1 to -7, TS 101 671, TS 33.108, TS 33.128, TS 103 462.
use crate::ber::{Class, Tag};
use std::collections::HashMap;
use std::sync::OnceLock;

mod read;

/// The tables' texts, one a module.
const TEXTS: &[&str] = &[
    include_str!("../schema/CONF-HI3-IMS.txt"),
    include_str!("../schema/CONFHI2Operations.txt"),
    include_str!("../schema/CSvoice-HI3-IP.txt"),
    include_str!("../schema/Common-Parameters.txt"),
    include_str!("../schema/EN301040.txt"),
    include_str!("../schema/EmailPDU.txt"),
    include_str!("../schema/Eps-HI3-PS.txt"),
    include_str!("../schema/EpsHI2Operations.txt"),
    include_str!("../schema/GCSE-HI3.txt"),
    include_str!("../schema/GCSEHI2Operations.txt"),
    include_str!("../schema/HI1NotificationOperations.txt"),
    include_str!("../schema/HI2Operations.txt"),
    include_str!("../schema/ILHIPDU.txt"),
    include_str!("../schema/IPAccessPDU.txt"),
    include_str!("../schema/IPMultimediaPDU.txt"),
    include_str!("../schema/L2AccessPDU.txt"),
    include_str!("../schema/LI-PS-PDU.txt"),
    include_str!("../schema/PCESP.txt"),
    include_str!("../schema/ProSeHI2Operations.txt"),
    include_str!("../schema/PstnIsdnPDU.txt"),
    include_str!("../schema/TS101909201.txt"),
    include_str!("../schema/TS101909202.txt"),
    include_str!("../schema/TS33128Payloads.txt"),
    include_str!("../schema/ThreeGPP-HI1NotificationOperations.txt"),
    include_str!("../schema/Umts-HI3-PS.txt"),
    include_str!("../schema/UmtsCS-HI2Operations.txt"),
    include_str!("../schema/UmtsHI2Operations.txt"),
    include_str!("../schema/VoIP-HI3-IMS.txt"),
];

/// Aliases followed before a type counts as open.
const ALIASES_MAX: usize = 16;

/// Choices in choices without a tag of their own.
const UNTAGGED_MAX: usize = 16;

/// A type, by its place in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeId(usize);

/// One type: its standard name, and what it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Type {
    /// The module that defines it; empty for the types of ASN.1 itself.
    pub module: &'static str,
    /// Its name there. A type without one has that of its owner and field, as `IPAddress/iP-type`.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
}

/// What a type is (X.680).
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// SEQUENCE: fields in order.
    Sequence(Vec<Part>),
    /// SET: fields in any order.
    Set(Vec<Part>),
    /// CHOICE: one of these.
    Choice(Vec<Part>),
    /// SEQUENCE OF or SET OF: any number of the one part.
    ListOf(Box<Part>),
    /// ENUMERATED: numbers and their words.
    Enumerated(Vec<(i64, &'static str)>),
    /// BOOLEAN.
    Boolean,
    /// INTEGER, of any size.
    Integer,
    /// NULL.
    Null,
    /// OCTET STRING.
    Octets,
    /// BIT STRING.
    Bits,
    /// OBJECT IDENTIFIER.
    Oid,
    /// RELATIVE-OID.
    RelativeOid,
    /// A character string that is UTF-8 or a part of it.
    Text,
    /// GeneralizedTime or UTCTime.
    Time,
    /// Another name of that type.
    Same(TypeId),
    /// Not known.
    Open,
}

/// A field of a SEQUENCE or SET, an alternative of a CHOICE, or an item of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name; empty for items.
    pub name: &'static str,
    /// Tags on the wire, the outermost first; more than one where tagging is explicit, none for
    /// a CHOICE that has no tag of its own.
    pub tags: Vec<(Class, u32)>,
    /// Its type.
    pub of: TypeId,
    /// The encoding that an octet string holds by definition.
    pub held: Option<Held>,
}

/// What an octet string holds.
#[derive(Debug, PartialEq, Eq)]
pub struct Held {
    /// The type of what is held.
    pub of: TypeId,
    /// Only when this field beside it says this: a word, or an object identifier whose last
    /// component may be `*`.
    pub when: Option<(&'static str, &'static str)>,
}

/// All tables.
#[derive(Debug)]
pub struct Schema {
    types: Vec<Type>,
    names: HashMap<(&'static str, &'static str), TypeId>,
    faults: Vec<String>,
}

static OPEN: Type = Type { module: "", name: "open type", kind: Kind::Open };

/// The tables, read at the first call.
#[must_use]
pub fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| read::read(TEXTS))
}

impl Schema {
    /// The type `name` of `module`; `None` when the tables do not have it.
    #[must_use]
    pub fn find(&self, module: &str, name: &str) -> Option<TypeId> {
        self.names.get(&(module, name)).copied()
    }

    /// The type as declared.
    #[must_use]
    pub fn get(&self, id: TypeId) -> &Type {
        self.types.get(id.0).unwrap_or(&OPEN)
    }

    /// The type behind other names.
    #[must_use]
    pub fn base(&self, id: TypeId) -> &Type {
        let mut found = self.get(id);
        for _ in 0..ALIASES_MAX {
            match found.kind {
                Kind::Same(next) => found = self.get(next),
                _ => return found,
            }
        }
        &OPEN
    }

    /// All types.
    pub fn types(&self) -> impl Iterator<Item = &Type> {
        self.types.iter()
    }

    /// What is wrong in the tables; empty, which a test holds.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// True when an element with this tag can be this part.
    #[must_use]
    pub fn starts(&self, part: &Part, tag: Tag) -> bool {
        self.starts_within(part, tag, UNTAGGED_MAX)
    }

    fn starts_within(&self, part: &Part, tag: Tag, depth: usize) -> bool {
        if let Some(first) = part.tags.first() {
            return *first == (tag.class, tag.number);
        }
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        match &self.base(part.of).kind {
            Kind::Choice(parts) => parts.iter().any(|it| self.starts_within(it, tag, depth)),
            Kind::Open => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_in_the_tables_leads_to_a_type() {
        let schema = schema();
        assert_eq!(schema.faults(), [""; 0]);
        assert!(schema.types().count() > 1_400);
        let broken = read::read(&["module M\nA SEQ b=0,Missing\n"]);
        assert_eq!(broken.faults(), ["M.A: no type Missing"]);
    }

    /// What the reader relies on: a part without tag is a CHOICE, for its tag must tell it.
    #[test]
    fn a_part_without_a_tag_is_a_choice() {
        let schema = schema();
        for kind in schema.types() {
            let parts: Vec<&Part> = match &kind.kind {
                Kind::Sequence(parts) | Kind::Set(parts) | Kind::Choice(parts) => {
                    parts.iter().collect()
                }
                Kind::ListOf(part) => vec![part],
                _ => Vec::new(),
            };
            for part in parts.iter().filter(|part| part.tags.is_empty()) {
                let base = schema.base(part.of);
                assert!(matches!(base.kind, Kind::Choice(_)), "{}: {}", kind.name, part.name);
            }
        }
    }

    #[test]
    fn names_are_found_through_aliases_and_foreign_modules() {
        let schema = schema();
        let id = schema.find("LI-PS-PDU", "LawfulInterceptionIdentifier").unwrap();
        assert_eq!(schema.get(id).name, "LawfulInterceptionIdentifier");
        assert_eq!(schema.base(id).kind, Kind::Octets);
        assert_eq!(schema.find("LI-PS-PDU", "LIID"), None, "it is another module's");
    }
}
