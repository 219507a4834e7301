//! XML of a stranger as a small tree.
//!
//! Promises: nothing is fetched and no entity expanded but the five predefined and characters, for
//! nothing here knows how; size, depth, elements and attributes are bounded while reading; text
//! beside elements, unknown attributes and processing instructions are refused.
//!
//! Rules: XML 1.0 and Namespaces in XML 1.0 (W3C); TS 103 120 clause 9 (parse without DTD).
use super::MESSAGE_OCTETS_MAX;
use super::error::ReadError;
use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};

const DEPTH_MAX: usize = 32;
const ELEMENTS_MAX: usize = 100_000;
const ATTRIBUTES_MAX: usize = 64;
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The namespaces a message is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Core,
    Common,
    Authorisation,
    Document,
    Task,
    Notification,
    Delivery,
    TrafficPolicy,
    /// Types of TS 103 280.
    Types,
    /// Signatures (W3C), which are not verified.
    Signature,
    Other,
}

/// Namespace, and the prefix it is written with; none for the core.
pub(super) const SPACES: [(Space, &str, &str); 10] = [
    (Space::Core, "", "http://uri.etsi.org/03120/common/2019/10/Core"),
    (Space::Common, "common", "http://uri.etsi.org/03120/common/2016/02/Common"),
    (Space::Authorisation, "auth", "http://uri.etsi.org/03120/common/2020/09/Authorisation"),
    (Space::Document, "doc", "http://uri.etsi.org/03120/common/2020/09/Document"),
    (Space::Task, "task", "http://uri.etsi.org/03120/common/2020/09/Task"),
    (Space::Notification, "notif", "http://uri.etsi.org/03120/common/2016/02/Notification"),
    (Space::Types, "etsi", "http://uri.etsi.org/03280/common/2017/07"),
    (Space::Delivery, "delivery", "http://uri.etsi.org/03120/common/2019/10/Delivery"),
    (Space::TrafficPolicy, "policy", "http://uri.etsi.org/03120/common/2022/07/TrafficPolicy"),
    (Space::Signature, "ds", "http://www.w3.org/2000/09/xmldsig#"),
];

impl Space {
    fn of(uri: &str) -> Self {
        let known = SPACES.iter().find(|(_, _, known)| *known == uri);
        known.map_or(Self::Other, |(space, _, _)| *space)
    }
}

/// One element with what it holds: text, or elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) space: Space,
    pub(super) name: String,
    /// `xsi:type`, resolved.
    pub(super) kind: Option<(Space, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

/// Reads a document to its root element.
pub(super) fn parse(octets: &[u8]) -> Result<Element, ReadError> {
    if octets.len() > MESSAGE_OCTETS_MAX {
        return Err(ReadError::TooLarge { octets: octets.len() });
    }
    let octets = octets.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(octets);
    let text = std::str::from_utf8(octets)
        .map_err(|error| ReadError::NotUtf8 { after: error.valid_up_to() })?;
    if let Some((at, odd)) = text.char_indices().find(|(_, c)| !is_char(*c)) {
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        let what = format!("character U+{:04X} is not allowed", u32::from(odd));
        return Err(ReadError::IllFormed { at, what });
    }
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.enable_all_checks(true);
    config.expand_empty_elements = true;
    let mut tree = Tree { open: Vec::new(), root: None, elements: 0 };
    let mut begun = false;
    loop {
        let at = reader.buffer_position();
        let event = reader
            .read_event()
            .map_err(|error| ReadError::IllFormed { at, what: short(&error.to_string()) })?;
        match event {
            Event::Start(start) => tree.start(&reader, &start, at)?,
            Event::End(_) => tree.end(at)?,
            Event::Empty(_) => return Err(ill(at, "empty element")),
            Event::Text(text) => tree.text(&text.xml10_content(), at)?,
            Event::CData(text) => tree.text(&text.xml10_content(), at)?,
            Event::GeneralRef(entity) => tree.text(&character(&entity, at)?, at)?,
            Event::Comment(_) => {}
            Event::Decl(declared) if !begun => {
                let version = declared.version().map_err(|error| ill(at, &error.to_string()))?;
                let encoding = declared.encoding().transpose();
                let encoding = encoding.map_err(|error| ill(at, &error.to_string()))?;
                let encoding = encoding.unwrap_or("utf-8".into());
                if version != "1.0" || !encoding.eq_ignore_ascii_case("utf-8") {
                    let found = short(&format!("version {version}, encoding {encoding}"));
                    return Err(ReadError::Declared { found });
                }
            }
            Event::Decl(_) | Event::PI(_) => return Err(ReadError::Instruction),
            Event::DocType(_) => return Err(ReadError::Doctype),
            Event::Eof => break,
        }
        begun = true;
    }
    match (tree.root, tree.open.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err(ill(reader.buffer_position(), "it ends before its root element does")),
    }
}

/// What has been read so far.
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn start(
        &mut self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
        at: u64,
    ) -> Result<(), ReadError> {
        self.elements = self.elements.saturating_add(1);
        if self.elements > ELEMENTS_MAX {
            return Err(ReadError::TooMany { what: "elements", max: ELEMENTS_MAX });
        }
        if self.open.len() >= DEPTH_MAX {
            return Err(ReadError::TooDeep { max: DEPTH_MAX });
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(ill(at, "a second root element"));
        }
        if let Some(parent) = self.open.last_mut() {
            if !is_blank(&parent.text) {
                return Err(ill(at, "an element beside text"));
            }
            // Looked at once and not again at every further child.
            parent.text.clear();
        }
        let (space, name) = resolved(reader, start.name(), false, at)?;
        let kind = attributes(reader, start, space, at)?;
        self.open.push(Element { space, name, kind, children: Vec::new(), text: String::new() });
        Ok(())
    }

    fn end(&mut self, at: u64) -> Result<(), ReadError> {
        let Some(done) = self.open.pop() else { return Err(ill(at, "an end without begin")) };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
        Ok(())
    }

    fn text(&mut self, text: &str, at: u64) -> Result<(), ReadError> {
        if text.contains("]]>") {
            return Err(ill(at, "]]> in text"));
        }
        match self.open.last_mut() {
            Some(open) if open.children.is_empty() => open.text.push_str(text),
            _ if is_blank(text) => {}
            _ => return Err(ill(at, "text beside elements")),
        }
        Ok(())
    }
}

/// The name with its namespace.
fn resolved(
    reader: &NsReader<&[u8]>,
    name: QName<'_>,
    attribute: bool,
    at: u64,
) -> Result<(Space, String), ReadError> {
    let (space, local) = reader.resolver().resolve(name, !attribute);
    let local = local.into_inner();
    let odd = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if local.is_empty() || local.len() > 128 || local.contains(odd) {
        return Err(ill(at, "a name that is none"));
    }
    let space = match space {
        ResolveResult::Bound(uri) => Space::of(uri.0),
        ResolveResult::Unbound => Space::Other,
        ResolveResult::Unknown(prefix) => {
            return Err(ill(at, &format!("prefix {prefix:?} has no namespace")));
        }
    };
    Ok((space, local.to_owned()))
}

/// Checks the attributes and gives `xsi:type`.
fn attributes(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    space: Space,
    at: u64,
) -> Result<Option<(Space, String)>, ReadError> {
    let mut kind = None;
    // The iterator looks for doubles among those before: the bound keeps that small.
    for (count, attribute) in start.attributes().enumerate() {
        if count >= ATTRIBUTES_MAX {
            return Err(ReadError::TooMany {
                what: "attributes of an element",
                max: ATTRIBUTES_MAX,
            });
        }
        let attribute = attribute.map_err(|error| ill(at, &error.to_string()))?;
        if attribute.value.contains('<') {
            return Err(ill(at, "< in an attribute"));
        }
        if matches!(
            attribute.key.as_namespace_binding(),
            Some(PrefixDeclaration::Default | PrefixDeclaration::Named(_))
        ) || matches!(space, Space::Signature | Space::Other)
        {
            continue;
        }
        let (bound, local) = reader.resolver().resolve_attribute(attribute.key);
        let local = local.into_inner();
        let instance = matches!(bound, ResolveResult::Bound(uri) if uri.0 == SCHEMA_INSTANCE);
        match local {
            "type" if instance && kind.is_some() => return Err(ill(at, "two types")),
            "type" if instance => {
                let value = attribute.value.trim();
                kind = Some(resolved(reader, QName(value), false, at)?);
            }
            // A hint where a schema lies: never followed.
            "schemaLocation" | "noNamespaceSchemaLocation" if instance => {}
            _ => return Err(ReadError::structure(local, "is no attribute of the schema")),
        }
    }
    Ok(kind)
}

/// The character or predefined entity that `entity` stands for.
fn character(entity: &BytesRef<'_>, at: u64) -> Result<String, ReadError> {
    let resolved = entity.resolve_char_ref().map_err(|error| ill(at, &error.to_string()))?;
    if let Some(c) = resolved {
        let fault = || ill(at, &format!("character U+{:04X} is not allowed", u32::from(c)));
        return if is_char(c) { Ok(c.to_string()) } else { Err(fault()) };
    }
    let name = entity.xml10_content();
    let known = match name.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "apos" => "'",
        "quot" => "\"",
        other => return Err(ReadError::Entity { name: short(other) }),
    };
    Ok(known.to_owned())
}

/// Characters of XML 1.0.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|octet| matches!(octet, b' ' | b'\t' | b'\n' | b'\r'))
}

fn ill(at: u64, what: &str) -> ReadError {
    ReadError::IllFormed { at, what: short(what) }
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

/// The children of an element, taken in the schema's order.
pub(super) struct Fields<'e> {
    of: &'e Element,
    next: usize,
}

impl<'e> Fields<'e> {
    /// The children of `of`, which must be elements.
    pub(super) fn of(of: &'e Element) -> Result<Self, ReadError> {
        if of.children.is_empty() && !is_blank(&of.text) {
            return Err(ReadError::structure(&of.name, "holds text where elements are due"));
        }
        Ok(Self { of, next: 0 })
    }

    /// The next child when it is `name`.
    pub(super) fn maybe(&mut self, space: Space, name: &str) -> Option<&'e Element> {
        let child = self.of.children.get(self.next)?;
        if child.space != space || child.name != name {
            return None;
        }
        self.next = self.next.saturating_add(1);
        Some(child)
    }

    /// The next child, which must be `name`.
    pub(super) fn must(&mut self, space: Space, name: &str) -> Result<&'e Element, ReadError> {
        self.maybe(space, name).ok_or_else(|| {
            ReadError::structure(&self.of.name, format!("{name} is missing or out of place"))
        })
    }

    /// Every next child that is `name`.
    pub(super) fn every(&mut self, space: Space, name: &str) -> Vec<&'e Element> {
        std::iter::from_fn(|| self.maybe(space, name)).collect()
    }

    /// The text of the next child when it is `name`.
    pub(super) fn text(
        &mut self,
        space: Space,
        name: &str,
        chars_max: usize,
    ) -> Result<Option<String>, ReadError> {
        self.maybe(space, name).map(|child| leaf(child, chars_max)).transpose()
    }

    /// Everything that is left, unread.
    pub(super) fn skip(&mut self) -> &'e [Element] {
        let left = self.of.children.get(self.next..).unwrap_or_default();
        self.next = self.of.children.len();
        left
    }

    /// No child may be left.
    pub(super) fn end(self) -> Result<(), ReadError> {
        match self.of.children.get(self.next) {
            None => Ok(()),
            Some(left) => {
                let what = format!("{} is unknown there, doubled or out of order", left.name);
                Err(ReadError::structure(&self.of.name, what))
            }
        }
    }
}

/// The text of an element without children.
pub(super) fn leaf(element: &Element, chars_max: usize) -> Result<String, ReadError> {
    if !element.children.is_empty() {
        return Err(ReadError::structure(&element.name, "holds elements where text is due"));
    }
    if element.text.len() > chars_max && element.text.chars().count() > chars_max {
        return Err(ReadError::structure(
            &element.name,
            format!("has more than {chars_max} characters"),
        ));
    }
    Ok(element.text.clone())
}
