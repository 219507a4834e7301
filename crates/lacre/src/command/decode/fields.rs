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
    /// The PS-PDU: names and values, nested as its types are; null when it is none.
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
    let is_pdu = tree.fields.first().is_some_and(|root| root.value.is_outer());
    let fields = if is_pdu { json(&tree, 0) } else { Json::Null };
    Fields { fields, held, unknown, unread, cut: tree.cut }
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
            Name::Unknown(tag) => format!("?{}", tag.shown()),
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
            format!(
                "{}… ({} characters)",
                text.get(..end).unwrap_or_default(),
                text.chars().count()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// LIID, sequence number, a qualifier no table has a word for and a field none has at all,
    /// then a TS 33.128 payload whose event no table has.
    const PDU: &[u8] = b"\x30\x2c\xa1\x10\x81\x01L\x84\x05\x00\xff\xff\xff\xff\x88\x01\x09\
        \x9f\x63\x00\xa2\x18\xa0\x16\x30\x14\x80\x01\x04\xa2\x0f\x93\x0d\x30\x0b\
        \x81\x05\x04\x13\x11\x0f\x03\xa2\x02\xde\x00";

    #[test]
    fn fields_have_the_shape_of_their_types_and_the_rest_is_beside_them() {
        let shown = serde_json::to_value(fields_of(PDU)).unwrap();
        let held = "300b81050413110f03a202de00";
        let item = json!({
            "iRIType": "iRI-Report",
            "iRIContents": { "threeGPP33128DefinedIRI": held },
        });
        let header = json!({
            "lawfulInterceptionIdentifier": "4c",
            "sequenceNumber": 4_294_967_295_u32,
            "timeStampQualifier": "_ext_9",
        });
        let payload = json!({ "iRIPayloadSequence": [item] });
        assert_eq!(shown["fields"], json!({ "pSHeader": header, "payload": payload }));
        let path = "payload.iRIPayloadSequence[0].iRIContents.threeGPP33128DefinedIRI";
        let inner = &shown["held"][0];
        assert_eq!((&inner["path"], &inner["offset"]), (&json!(path), &json!(33)));
        assert_eq!(inner["fields"], json!({ "iRIPayloadOID": "4.19.17.15.3", "event": {} }));
        let unknown: Vec<_> = shown["unknown"].as_array().unwrap().iter().collect();
        assert_eq!(unknown.len(), 2);
        assert_eq!(
            (&unknown[0]["path"], &unknown[0]["hex"]),
            (&json!("pSHeader.?99"), &json!("9f6300"))
        );
        assert_eq!(unknown[1]["path"], json!(format!("{path}/event.?p30")));
        assert_eq!((&shown["unread"], &shown["cut"]), (&json!([]), &Json::Null));
    }

    #[test]
    fn octets_that_are_no_pdu_have_no_fields_and_are_all_there() {
        let shown = serde_json::to_value(fields_of(b"no PDU")).unwrap();
        assert_eq!(shown["unread"][0]["octets"], json!(6));
        assert_eq!((&shown["fields"], &shown["held"]), (&Json::Null, &json!([])));
    }

    #[test]
    fn a_long_value_is_shortened_and_says_so() {
        let short = Value::Text("x".repeat(SHOWN_MAX).into());
        assert_eq!(shown(&short).len(), SHOWN_MAX);
        let long = Value::Text("ñ".repeat(SHOWN_MAX + 1).into());
        assert!(shown(&long).ends_with("… (161 characters)"), "{}", shown(&long));
    }
}
