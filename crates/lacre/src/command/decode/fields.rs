//! `lacre decode --fields`: every field of a PDU by its standard name.
//!
//! As JSON the fields have the shape of their types; what the names do not cover is beside them,
//! so that nothing which came is left out. Values are as delivered.
//!
//! Rules: TS 102 232-1 to -7 and what they carry (names); X.697 (shape of the JSON).
use crate::context::Context;
use crate::failure::Failure;
use lacre_handover::fields::{Bounds, FieldTree, Name, Value, fields};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// Characters of a value shown in a listing; `--json` has it whole.
const SHOWN_MAX: usize = 160;

/// The fields of one PDU.
#[derive(Debug, Serialize)]
pub(super) struct Fields {
    /// The PS-PDU: names and values, nested as its types are.
    fields: Json,
    /// What octet strings hold by definition.
    held: Vec<Held>,
    /// Elements that the tables do not know.
    unknown: Vec<Odd>,
    /// Elements that are not as their type says.
    unread: Vec<Odd>,
    /// Octets from the PDU's start to where reading stopped at a bound.
    cut: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Held {
    path: String,
    #[serde(rename = "type")]
    type_name: &'static str,
    offset: usize,
    octets: usize,
    fields: Json,
}

#[derive(Debug, Serialize)]
struct Odd {
    path: String,
    offset: usize,
    octets: usize,
    hex: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

/// Reads the PDU `octets`.
pub(super) fn fields_of(octets: &[u8]) -> Fields {
    let tree = fields(octets, &Bounds::default());
    let (mut held, mut unknown, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for (path, index, field) in tree.paths() {
        let (offset, octets, hex) = (field.offset, field.octets, || field.value.to_string());
        let path = path.trim_end_matches('/').to_owned();
        match &field.value {
            Value::Unknown(_) => unknown.push(Odd { path, offset, octets, hex: hex(), why: None }),
            Value::Unread(_, why) => {
                unread.push(Odd { path, offset, octets, hex: hex(), why: Some(why) });
            }
            _ if field.name == Name::Held => {
                let (type_name, fields) = (field.type_name, json(&tree, index));
                held.push(Held { path, type_name, offset, octets, fields });
            }
            _ => {}
        }
    }
    Fields { fields: json(&tree, 0), held, unknown, unread, cut: tree.cut }
}

/// The field at `index` and all inside it. Nesting is bounded by the tree's.
fn json(tree: &FieldTree<'_>, index: usize) -> Json {
    let Some(field) = tree.fields.get(index) else {
        return Json::Null;
    };
    match &field.value {
        Value::Fields | Value::Choice => {
            let named = tree.inside(index).filter_map(|(at, part)| match part.name {
                Name::Named(name) => Some((name.to_owned(), json(tree, at))),
                _ => None,
            });
            Json::Object(named.collect::<Map<_, _>>())
        }
        Value::List => {
            let items = tree.inside(index).filter(|(_, part)| matches!(part.name, Name::Item(_)));
            Json::Array(items.map(|(at, _)| json(tree, at)).collect())
        }
        Value::Integer(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            _ => value.to_string().into(),
        },
        Value::Text(text) | Value::Time(text) => text.as_ref().into(),
        Value::Bits(octets, _) => Value::Octets(octets.clone()).to_string().into(),
        Value::Boolean(value) => (*value).into(),
        Value::Null => Json::Null,
        other => other.to_string().into(),
    }
}

/// The fields of the PDU at `start` of the file, one a line: offset in the file, octets, name,
/// value, type.
pub(super) fn list(octets: &[u8], start: usize, context: &mut Context<'_>) -> Result<(), Failure> {
    let tree = fields(octets, &Bounds::default());
    for field in &tree.fields {
        let value = match &field.value {
            outer if outer.is_outer() => String::new(),
            Value::Unknown(_) => format!("= {} (unknown)", shown(&field.value)),
            Value::Unread(_, why) => format!("= {} (unread: {why})", shown(&field.value)),
            value => format!("= {}", shown(value)),
        };
        let name = match field.name {
            Name::Root => String::new(),
            Name::Named(name) => name.to_owned(),
            Name::Item(number) => format!("[{number}]"),
            Name::Held => "holds".to_owned(),
            Name::Unknown(tag) => format!("?{}", tag.number),
            Name::Rest => "?".to_owned(),
        };
        let indent = "  ".repeat(field.depth);
        let offset = start.saturating_add(field.offset);
        let text = format!(
            "{offset:>10} {:>8}    {indent}{name} {} {value}",
            field.octets, field.type_name
        );
        context.line(text.trim_end())?;
    }
    match tree.cut {
        Some(at) => {
            let offset = start.saturating_add(at);
            context.line(&format!("{offset:>10}    cut here: more fields than are shown"))
        }
        None => Ok(()),
    }
}

fn shown(value: &Value<'_>) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        None => text,
        Some((end, _)) => {
            format!("{}… ({} characters)", text.get(..end).unwrap_or_default(), text.len())
        }
    }
}
