//! The reader: elements matched with the parts of their type.
//!
//! It recurses by field, never deeper than its bound, and copies nothing except strings that
//! came in segments.
//!
//! Rules: X.690 clauses 8.9 to 8.14; X.680 clauses 25, 27, 29, 31.
use super::value::{Value, plain};
use super::{Bounds, Field, FieldTree, Name};
use crate::ber::{Elements, Tlv, check};
use crate::schema::{Held, Kind, Part, Schema, TypeId};
use std::borrow::Cow;

pub(super) struct Reader<'a> {
    schema: &'static Schema,
    bounds: Bounds,
    fields: Vec<Field<'a>>,
    cut: Option<usize>,
    /// Level of the next field.
    depth: usize,
    /// Octet strings around what is being read.
    held: usize,
    /// Octets before what is being read.
    base: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(schema: &'static Schema, bounds: &Bounds) -> Self {
        let (fields, cut) = (Vec::new(), None);
        Self { schema, bounds: *bounds, fields, cut, depth: 0, held: 0, base: 0 }
    }

    pub(super) fn finish(self) -> FieldTree<'a> {
        FieldTree { fields: self.fields, cut: self.cut }
    }

    /// A value that stands alone: its tag is its type's own.
    pub(super) fn whole(&mut self, name: Name, of: TypeId, tlv: &Tlv<'a>) {
        let own = match &self.schema.base(of).kind {
            Kind::Sequence(_) => tlv.tag.is_sequence(),
            Kind::Choice(parts) => parts.iter().any(|part| self.schema.starts(part, tlv.tag)),
            _ => true,
        };
        if own {
            self.value(name, of, tlv, Some(tlv), tlv, None);
        } else {
            self.unknown(tlv);
        }
    }

    /// Octets that are no element.
    pub(super) fn rest(&mut self, octets: &'a [u8], at: usize) {
        let value = Value::Unread(Cow::Borrowed(octets), "octets that are no element");
        self.push(Name::Rest, "", at, octets.len(), value);
    }

    /// False when the bound on fields is reached.
    fn push(
        &mut self,
        name: Name,
        type_name: &'static str,
        at: usize,
        octets: usize,
        value: Value<'a>,
    ) -> bool {
        let offset = self.base.saturating_add(at);
        if self.cut.is_some() || self.fields.len() >= self.bounds.fields_max {
            self.cut = self.cut.or(Some(offset));
            return false;
        }
        self.fields.push(Field { depth: self.depth, name, type_name, offset, octets, value });
        true
    }

    fn unknown(&mut self, tlv: &Tlv<'a>) {
        let value = Value::Unknown(Cow::Borrowed(tlv.whole));
        self.push(Name::Unknown(tlv.tag), "", tlv.at, tlv.whole.len(), value);
    }

    /// An element whose first tag is that of `part`.
    fn part(&mut self, name: Name, part: &'static Part, tlv: &Tlv<'a>) {
        let mut inner = *tlv;
        for tag in part.tags.iter().skip(1) {
            let mut children = inner.children();
            match (children.next(), children.next()) {
                (Some(child), None) if (child.tag.class, child.tag.number) == *tag => inner = child,
                _ => return self.unread(name, part.of, tlv, "explicit tag without its element"),
            }
        }
        let choice = if part.tags.is_empty() { Some(*tlv) } else { inner.children().next() };
        self.value(name, part.of, tlv, choice.as_ref(), &inner, part.held.as_ref());
    }

    fn unread(&mut self, name: Name, of: TypeId, tlv: &Tlv<'a>, why: &'static str) {
        let value = Value::Unread(Cow::Borrowed(tlv.whole), why);
        self.push(name, self.schema.get(of).name, tlv.at, tlv.whole.len(), value);
    }

    /// `whole` with all its tags; `inner` with the last of them; `choice` is the alternative's
    /// element, should the type be a CHOICE.
    fn value(
        &mut self,
        name: Name,
        of: TypeId,
        whole: &Tlv<'a>,
        choice: Option<&Tlv<'a>>,
        inner: &Tlv<'a>,
        held: Option<&'static Held>,
    ) {
        if self.depth >= self.bounds.depth_max {
            return self.unread(name, of, whole, "deeper than is followed");
        }
        let (at, octets) = (whole.at, whole.whole.len());
        let type_name = self.schema.get(of).name;
        let base = self.schema.base(of);
        let value = match &base.kind {
            Kind::Sequence(_) | Kind::Set(_) => Value::Fields,
            Kind::ListOf(_) => Value::List,
            Kind::Choice(_) => Value::Choice,
            kind => {
                let value = plain(kind, inner, whole.whole);
                let string = match (&value, held) {
                    (Value::Octets(string), Some(held)) => Some((string.clone(), held)),
                    _ => None,
                };
                if self.push(name, type_name, at, octets, value)
                    && let Some((string, held)) = string
                {
                    self.inside(held, string, inner);
                }
                return;
            }
        };
        match (&base.kind, choice) {
            (Kind::Choice(_), None) => {
                return self.unread(name, of, whole, "a choice without an alternative");
            }
            (Kind::Choice(_), _) => {}
            _ if !inner.tag.constructed => {
                return self.unread(name, of, whole, "primitive where fields are required");
            }
            _ => {}
        }
        if !self.push(name, type_name, at, octets, value) {
            return;
        }
        self.depth = self.depth.saturating_add(1);
        match (&base.kind, choice) {
            (Kind::Choice(parts), Some(choice)) => {
                self.alternative(parts, choice);
                // Beside the alternative, in the tag around it, nothing belongs.
                if choice.at != whole.at {
                    inner.children().skip(1).for_each(|more| self.unknown(&more));
                }
            }
            (Kind::Sequence(parts), _) => self.components(parts, inner, true),
            (Kind::Set(parts), _) => self.components(parts, inner, false),
            (Kind::ListOf(part), _) => self.items(part, inner),
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn alternative(&mut self, parts: &'static [Part], tlv: &Tlv<'a>) {
        match parts.iter().find(|part| self.schema.starts(part, tlv.tag)) {
            Some(part) => self.part(Name::Named(part.name), part, tlv),
            None => self.unknown(tlv),
        }
    }

    /// Each element goes to the first part of its tag that has none yet, in order where the
    /// standard orders them, and else wherever it fits: an expert wants its name all the same.
    fn components(&mut self, parts: &'static [Part], outer: &Tlv<'a>, ordered: bool) {
        let mut taken = vec![false; parts.len()];
        let mut next = 0_usize;
        let mut end = outer.content_at();
        for child in outer.children() {
            if self.cut.is_some() {
                return;
            }
            end = child.at.saturating_add(child.whole.len());
            let fits = |index: &usize| {
                taken.get(*index) == Some(&false)
                    && parts.get(*index).is_some_and(|part| self.schema.starts(part, child.tag))
            };
            let from = if ordered { next } else { 0 };
            let found = (from..parts.len()).find(fits).or_else(|| (0..from).find(fits));
            let part = found.and_then(|index| Some((index, parts.get(index)?)));
            let Some((index, part)) = part else {
                self.unknown(&child);
                continue;
            };
            if let Some(slot) = taken.get_mut(index) {
                *slot = true;
            }
            next = index.saturating_add(1);
            self.part(Name::Named(part.name), part, &child);
        }
        self.leftover(outer, end);
    }

    fn items(&mut self, part: &'static Part, outer: &Tlv<'a>) {
        let mut end = outer.content_at();
        for (number, child) in outer.children().enumerate() {
            if self.cut.is_some() {
                return;
            }
            end = child.at.saturating_add(child.whole.len());
            if self.schema.starts(part, child.tag) {
                self.part(Name::Item(number), part, &child);
            } else {
                self.unknown(&child);
            }
        }
        self.leftover(outer, end);
    }

    /// Contents after the last element that could be read.
    fn leftover(&mut self, outer: &Tlv<'a>, end: usize) {
        let read = end.saturating_sub(outer.content_at());
        match outer.content.get(read..) {
            Some(rest) if !rest.is_empty() => self.rest(rest, end),
            _ => {}
        }
    }

    /// What an octet string holds by definition, if it does hold it.
    fn inside(&mut self, held: &'static Held, string: Cow<'a, [u8]>, inner: &Tlv<'a>) {
        if self.held >= self.bounds.held_max || !self.says(held.when) {
            return;
        }
        match string {
            Cow::Borrowed(octets) => {
                let base = self.base;
                self.base = base.saturating_add(inner.content_at());
                self.read_held(held.of, octets);
                self.base = base;
            }
            Cow::Owned(octets) => {
                let mut apart = Reader::new(self.schema, &self.bounds);
                apart.bounds.fields_max = self.bounds.fields_max.saturating_sub(self.fields.len());
                (apart.depth, apart.held) = (self.depth, self.held);
                apart.read_held(held.of, &octets);
                let offset = self.base.saturating_add(inner.at);
                self.cut = apart.cut.map(|_| offset);
                let own = apart.fields.into_iter().map(|field| Field {
                    value: field.value.into_owned(),
                    offset,
                    ..field
                });
                self.fields.extend(own);
            }
        }
    }

    fn read_held(&mut self, of: TypeId, octets: &'a [u8]) {
        let Some(tlv) = Elements::new(octets).next() else {
            return;
        };
        let sequence = matches!(self.schema.base(of).kind, Kind::Sequence(_));
        if sequence != tlv.tag.is_sequence() || check(tlv.whole, self.bounds.depth_max).is_err() {
            return;
        }
        self.held = self.held.saturating_add(1);
        self.depth = self.depth.saturating_add(1);
        self.whole(Name::Held, of, &tlv);
        self.depth = self.depth.saturating_sub(1);
        self.held = self.held.saturating_sub(1);
    }

    /// True when the field beside the last one says what it must.
    fn says(&self, when: Option<(&'static str, &'static str)>) -> bool {
        let Some((name, wanted)) = when else {
            return true;
        };
        let around = self.fields.iter().rev().take_while(|field| field.depth >= self.depth);
        let beside = around.filter(|field| field.depth == self.depth);
        beside.filter(|field| field.name == Name::Named(name)).any(|field| {
            let said = field.value.to_string();
            match wanted.strip_suffix('*') {
                Some(prefix) => said.starts_with(prefix),
                None => said == wanted,
            }
        })
    }
}
