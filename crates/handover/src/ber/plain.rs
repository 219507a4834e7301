//! Plain elements: definite lengths that fit, read without asking why others do not.
//!
//! What this reads, the careful reader of [`super`] reads alike; where this gives nothing the
//! careful reader must be asked, which alone names faults and their octets. So that a hostile
//! sender gains nothing: one pass, no allocation, bounded nesting.
//!
//! Rules: X.690 clauses 8.1.2 (identifier), 8.1.3.3 to 8.1.3.5 (definite lengths).
use super::{Class, Length, head};

/// Nesting that [`sound`] follows; deeper elements are the careful reader's.
pub(crate) const DEPTH: usize = 16;

/// Takes the first element of `rest`: the first identifier octet and the contents. `None` when
/// it is not plain: indefinite, of more than eight length octets, cut short, or no element.
#[inline(always)]
pub(crate) fn take<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let [first, length, after @ ..] = *rest else {
        return None;
    };
    let (first, length) = (*first, *length);
    // Neither a tag of several octets nor the end-of-contents.
    if first & 0x1f == 0x1f || first & 0xdf == 0 {
        return unusual(rest);
    }
    let (length, after) = match (length, after) {
        (0..=0x7f, _) => (usize::from(length), after),
        (0x82, [a, b, after @ ..]) => (usize::from(u16::from_be_bytes([*a, *b])), after),
        (0x81, [a, after @ ..]) => (usize::from(*a), after),
        _ => return unusual(rest),
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some((first, content))
}

/// [`take`] of tags and lengths in more octets.
#[cold]
#[inline(never)]
fn unusual<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let found = head(rest, rest.len()).ok().filter(|found| !found.long)?;
    let Length::Definite(length) = found.length else {
        return None;
    };
    if found.tag.class == Class::Universal && found.tag.number == 0 {
        return None;
    }
    let (content, after) = rest.get(found.size..)?.split_at_checked(length)?;
    let first = *rest.first()?;
    *rest = after;
    Some((first, content))
}

/// True when `octets` are plain elements one after the other, to the bottom and to the last
/// octet. False says nothing: the careful reader decides.
#[inline]
pub(crate) fn sound(octets: &[u8]) -> bool {
    // Without constructed elements, as most contents are, there is nothing to remember.
    let mut rest = octets;
    while !rest.is_empty() {
        match take(&mut rest) {
            Some((first, _)) if first & 0x20 == 0 => {}
            Some((_, content)) => return nested(content, rest),
            None => return false,
        }
    }
    true
}

/// [`sound`] of `content` and of what follows it, `after`.
fn nested(content: &[u8], after: &[u8]) -> bool {
    // What follows each open element inside the one around it.
    let mut follows: [&[u8]; DEPTH] = [&[]; DEPTH];
    let mut depth = 0_usize;
    let (mut rest, mut next) = (content, after);
    loop {
        let Some(slot) = follows.get_mut(depth) else {
            return false;
        };
        *slot = next;
        depth = depth.saturating_add(1);
        loop {
            while rest.is_empty() {
                let Some(above) = depth.checked_sub(1) else {
                    return true;
                };
                depth = above;
                rest = follows.get(depth).copied().unwrap_or_default();
            }
            let Some((first, content)) = take(&mut rest) else {
                return false;
            };
            if first & 0x20 != 0 {
                (next, rest) = (rest, content);
                break;
            }
        }
    }
}
