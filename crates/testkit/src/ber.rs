//! A BER writer, independent of the reader under test.
//!
//! Writes any tree with minimal, wide or indefinite lengths: real senders use all three.
//!
//! Rules: X.690 clause 8.

/// How lengths are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lengths {
    /// As short as possible.
    #[default]
    Minimal,
    /// Long form with two octets wherever a constructed value is written, even where one would do.
    Wide,
    /// Indefinite for constructed values.
    Indefinite,
}

/// One element of a tree: a tag with octets or with elements inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    class: u8,
    number: u32,
    inside: Inside,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Inside {
    Octets(Vec<u8>),
    Elements(Vec<Element>),
}

const UNIVERSAL: u8 = 0x00;
const CONTEXT: u8 = 0x80;
const CONSTRUCTED: u8 = 0x20;

/// Context tag `number` with octets inside.
#[must_use]
pub fn octets(number: u32, octets: &[u8]) -> Element {
    Element { class: CONTEXT, number, inside: Inside::Octets(octets.to_vec()) }
}

/// Context tag `number` with text inside.
#[must_use]
pub fn text(number: u32, text: &str) -> Element {
    octets(number, text.as_bytes())
}

/// Context tag `number` with nothing inside.
#[must_use]
pub fn null(number: u32) -> Element {
    octets(number, &[])
}

/// Context tag `number` with elements inside.
#[must_use]
pub fn group(number: u32, elements: Vec<Element>) -> Element {
    Element { class: CONTEXT, number, inside: Inside::Elements(elements) }
}

/// Universal SEQUENCE.
#[must_use]
pub fn sequence(elements: Vec<Element>) -> Element {
    Element { class: UNIVERSAL, number: 16, inside: Inside::Elements(elements) }
}

/// Universal INTEGER.
#[must_use]
pub fn universal_integer(value: u64) -> Element {
    Element { class: UNIVERSAL, number: 2, inside: Inside::Octets(integer_octets(value)) }
}

/// Universal UTF8String.
#[must_use]
pub fn utf8(text: &str) -> Element {
    Element { class: UNIVERSAL, number: 12, inside: Inside::Octets(text.as_bytes().to_vec()) }
}

/// Context tag `number` with a non-negative INTEGER or ENUMERATED inside.
#[must_use]
pub fn integer(number: u32, value: u64) -> Element {
    Element { class: CONTEXT, number, inside: Inside::Octets(integer_octets(value)) }
}

/// The two's complement octets of a non-negative integer, as few as possible.
fn integer_octets(value: u64) -> Vec<u8> {
    let octets = value.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count().min(7);
    let mut kept: Vec<u8> = octets.into_iter().skip(zeros).collect();
    if kept.first().is_some_and(|first| *first >= 0x80) {
        kept.insert(0, 0);
    }
    kept
}

impl Element {
    /// The element's octets.
    #[must_use]
    pub fn encode(&self, lengths: Lengths) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(lengths, &mut out);
        out
    }

    fn write(&self, lengths: Lengths, out: &mut Vec<u8>) {
        match &self.inside {
            Inside::Octets(octets) => {
                write_tag(self.class, self.number, out);
                write_length(octets.len(), out);
                out.extend_from_slice(octets);
            }
            Inside::Elements(elements) => {
                write_tag(self.class | CONSTRUCTED, self.number, out);
                if lengths == Lengths::Indefinite {
                    out.push(0x80);
                    elements.iter().for_each(|element| element.write(lengths, out));
                    out.extend_from_slice(&[0, 0]);
                    return;
                }
                let mut body = Vec::new();
                elements.iter().for_each(|element| element.write(lengths, &mut body));
                match u16::try_from(body.len()) {
                    Ok(short) if lengths == Lengths::Wide => {
                        out.push(0x82);
                        out.extend_from_slice(&short.to_be_bytes());
                    }
                    _ => write_length(body.len(), out),
                }
                out.extend_from_slice(&body);
            }
        }
    }
}

fn write_tag(leading: u8, number: u32, out: &mut Vec<u8>) {
    if let Some(low) = u8::try_from(number).ok().filter(|low| *low < 31) {
        out.push(leading | low);
        return;
    }
    out.push(leading | 31);
    let mut groups: Vec<u8> = Vec::new();
    let mut rest = number;
    loop {
        groups.push(u8::try_from(rest & 0x7f).unwrap_or(0));
        rest >>= 7;
        if rest == 0 {
            break;
        }
    }
    for (left, group) in groups.iter().enumerate().rev() {
        out.push(if left == 0 { *group } else { *group | 0x80 });
    }
}

fn write_length(length: usize, out: &mut Vec<u8>) {
    if let Some(short) = u8::try_from(length).ok().filter(|short| *short < 0x80) {
        out.push(short);
        return;
    }
    let octets = length.to_be_bytes();
    let kept: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
    out.push(0x80 | u8::try_from(kept.len()).unwrap_or(0));
    out.extend_from_slice(&kept);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_as_few_octets_as_their_sign_allows() {
        assert_eq!(integer_octets(0), [0]);
        assert_eq!(integer_octets(127), [0x7f]);
        assert_eq!(integer_octets(128), [0, 0x80]);
        assert_eq!(integer_octets(u64::MAX).len(), 9);
    }

    #[test]
    fn one_tree_is_written_three_ways() {
        let tree = sequence(vec![group(1, vec![integer(4, 5)])]);
        assert_eq!(tree.encode(Lengths::Minimal), [0x30, 5, 0xa1, 3, 0x84, 1, 5]);
        assert_eq!(tree.encode(Lengths::Wide), [0x30, 0x82, 0, 7, 0xa1, 0x82, 0, 3, 0x84, 1, 5]);
        assert_eq!(
            tree.encode(Lengths::Indefinite),
            [0x30, 0x80, 0xa1, 0x80, 0x84, 1, 5, 0, 0, 0, 0]
        );
    }

    #[test]
    fn tag_numbers_above_thirty_take_more_octets() {
        assert_eq!(null(31).encode(Lengths::Minimal), [0x9f, 31, 0]);
        assert_eq!(null(255).encode(Lengths::Minimal), [0x9f, 0x81, 0x7f, 0]);
    }
}
