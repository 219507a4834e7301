//! Messages: those of every source brought together, each once, long ones whole.
//!
//! A message may come as a field of an IRI and in the signalling that carried it: of each text a
//! communication has as many as the source that delivered most of it. What one source delivered
//! twice at two times was said twice.
//!
//! Rules: TS 23.040 clause 9.2.3.24.1 (concatenation); TS 102 232-5, -7.
use crate::media::{Text, TextKind};
use std::collections::{BTreeMap, HashMap};

/// What makes two deliveries the same message.
type Key = (bool, Option<(u16, u8, u8)>, String);

fn key(text: &Text) -> Key {
    (text.kind == TextKind::Email, text.part, text.body.trim().to_owned())
}

/// The texts of all sources, in the order of their times when there were several.
pub(super) fn merged(sources: Vec<Vec<Text>>) -> Vec<Text> {
    let several = sources.iter().filter(|source| !source.is_empty()).count() > 1;
    let mut all: Vec<Text> = Vec::new();
    let mut places: HashMap<Key, Vec<usize>> = HashMap::new();
    for source in sources {
        let mut taken: HashMap<Key, usize> = HashMap::new();
        let mut times: HashMap<Key, Vec<_>> = HashMap::new();
        for text in source {
            let key = key(&text);
            let moments = times.entry(key.clone()).or_default();
            // Email sessions have one time for all their messages.
            if text.at.is_some() && moments.contains(&text.at) && text.kind != TextKind::Email {
                continue;
            }
            moments.push(text.at);
            let taken = taken.entry(key.clone()).or_default();
            let known = places.entry(key).or_default();
            let place = known.get(*taken).and_then(|place| all.get_mut(*place));
            *taken = taken.saturating_add(1);
            match place {
                Some(copy) => complete(copy, text),
                None => {
                    known.push(all.len());
                    all.push(text);
                }
            }
        }
    }
    if several {
        all.sort_by_key(|text| text.at);
    }
    joined(all)
}

/// Adds to a message what only its copy says.
fn complete(known: &mut Text, copy: Text) {
    known.at = known.at.or(copy.at);
    known.from = known.from.take().or(copy.from);
    known.subject = known.subject.take().or(copy.subject);
    if known.to.is_empty() {
        known.to = copy.to;
    }
    if known.attachments.is_empty() {
        known.attachments = copy.attachments;
    }
}

enum Slot {
    Whole(Text),
    Parts(u8, BTreeMap<u8, Text>),
}

/// Long messages made whole, wherever and in whatever order their parts came; parts of one that
/// is not complete stand together in their order.
fn joined(texts: Vec<Text>) -> Vec<Text> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut open: HashMap<(u16, u8, Option<String>, Vec<String>), usize> = HashMap::new();
    for text in texts {
        let Some((reference, of, number)) = text.part.filter(|(_, of, n)| *of > 1 && *n <= *of)
        else {
            slots.push(Slot::Whole(text));
            continue;
        };
        let name = (reference, of, text.from.clone(), text.to.clone());
        let begun = open.get(&name).and_then(|at| slots.get_mut(*at));
        if let Some(Slot::Parts(_, parts)) = begun
            && !parts.contains_key(&number)
        {
            parts.insert(number, text);
            continue;
        }
        open.insert(name, slots.len());
        slots.push(Slot::Parts(of, BTreeMap::from([(number, text)])));
    }
    let mut all = Vec::new();
    for slot in slots {
        match slot {
            Slot::Whole(text) => all.push(text),
            Slot::Parts(of, parts) if parts.len() == usize::from(of) => all.extend(whole(parts)),
            Slot::Parts(_, parts) => all.extend(parts.into_values()),
        }
    }
    all
}

fn whole(parts: BTreeMap<u8, Text>) -> Option<Text> {
    let mut parts = parts.into_values();
    let mut text = parts.next()?;
    for part in parts {
        text.body.push_str(&part.body);
        text.at = [text.at, part.at].into_iter().flatten().min();
    }
    text.part = None;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_term::Micros;

    fn text(at: i64, body: &str, part: Option<(u16, u8, u8)>) -> Text {
        Text {
            kind: TextKind::Sms,
            at: Some(Micros(at)),
            from: Some("+34000555031".into()),
            to: vec!["+34000555032".into()],
            subject: None,
            body: body.into(),
            attachments: Vec::new(),
            part,
        }
    }

    fn bodies(texts: &[Text]) -> Vec<&str> {
        texts.iter().map(|text| text.body.as_str()).collect()
    }

    #[test]
    fn parts_of_a_long_message_are_joined_in_any_order() {
        let parts = [(3, "fin"), (1, "uno "), (2, "dos ")];
        let source = parts.map(|(n, body)| text(n.into(), body, Some((9, 3, n)))).to_vec();
        let found = merged(vec![source]);
        assert_eq!(bodies(&found), ["uno dos fin"]);
        assert_eq!((found[0].part, found[0].at), (None, Some(Micros(1))));
    }

    #[test]
    fn a_part_that_never_came_leaves_the_others_apart_and_in_order() {
        let source = vec![text(1, "c", Some((9, 3, 3))), text(2, "a", Some((9, 3, 1)))];
        let found = merged(vec![source]);
        assert_eq!(bodies(&found), ["a", "c"]);
        assert!(found.iter().all(|part| part.part.is_some()));
    }

    #[test]
    fn a_reference_used_again_begins_another_message() {
        let round = |at| [text(at, "x", Some((9, 2, 1))), text(at + 1, "y", Some((9, 2, 2)))];
        let found = merged(vec![[round(1), round(10)].concat()]);
        assert_eq!(bodies(&found), ["xy", "xy"]);
    }

    #[test]
    fn the_copy_in_the_signalling_is_not_a_second_message() {
        let nameless = Text { from: None, ..text(5, "nos vemos", None) };
        let found = merged(vec![vec![nameless], vec![text(7, "nos vemos", None)]]);
        assert_eq!(bodies(&found), ["nos vemos"]);
        assert_eq!(found[0].from.as_deref(), Some("+34000555031"), "the copy says who");
    }

    #[test]
    fn what_was_said_twice_stays_twice() {
        let twice = || vec![text(5, "ok", None), text(60, "ok", None)];
        assert_eq!(bodies(&merged(vec![twice(), twice()])), ["ok", "ok"]);
        let same_moment = vec![text(5, "ok", None), text(5, "ok", None)];
        assert_eq!(bodies(&merged(vec![same_moment])), ["ok"]);
    }
}
