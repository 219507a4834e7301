//! Routes: from a heading to the context and the line it belongs to.
//!
//! A PDU of a communication that delivers finds its key without making one: nothing is allocated
//! and nothing is keyed for it. What is not found here is looked up the long way, so that two
//! headings that fall on one place only cost time.
//!
//! Rules: DESIGN decision 2 (what makes one communication).
use super::Tag;
use lacre_term::{CommunicationKey, Heading};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// A communication key and the tag of its context.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// What makes the communication.
    pub key: CommunicationKey,
    /// Its (LIID, CIN and extension), keyed.
    pub tag: Tag,
}

/// Routes of the communications that deliver now.
#[derive(Default)]
pub struct Routes {
    known: HashMap<CommunicationKey, Arc<Route>>,
    recent: Vec<Option<Arc<Route>>>,
}

/// Places for recent routes: a power of two above the lines of a large site.
const RECENT: usize = 1 << 13;

impl Routes {
    /// The route a recent heading with the same fields had.
    #[must_use]
    pub fn recent(&self, heading: &Heading<'_>) -> Option<&Arc<Route>> {
        let route = self.recent.get(place(heading))?.as_ref()?;
        route.key.is_of(heading).then_some(route)
    }

    /// The route of `key`, if it is known.
    #[must_use]
    pub fn of(&self, key: &CommunicationKey) -> Option<&Arc<Route>> {
        self.known.get(key)
    }

    /// Remembers `route`.
    pub fn learn(&mut self, route: &Arc<Route>) {
        self.known.insert(route.key.clone(), Arc::clone(route));
    }

    /// Remembers that `heading` led to `route`.
    pub fn lead(&mut self, heading: &Heading<'_>, route: &Arc<Route>) {
        if self.recent.is_empty() {
            self.recent.resize(RECENT, None);
        }
        if let Some(recent) = self.recent.get_mut(place(heading)) {
            *recent = Some(Arc::clone(route));
        }
    }

    /// Forgets every route but those that `is_needed`.
    pub fn retain(&mut self, is_needed: impl Fn(&Route) -> bool) {
        self.known.retain(|_, route| is_needed(route));
        for recent in &mut self.recent {
            if recent.as_ref().is_some_and(|route| !is_needed(route)) {
                *recent = None;
            }
        }
    }

    /// Every route known.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.known.values().map(Arc::as_ref)
    }
}

/// The place of a heading among recent routes.
fn place(heading: &Heading<'_>) -> usize {
    let mut mix = u64::from(heading.cin.unwrap_or(u32::MAX));
    let element = heading.network_element.unwrap_or_default();
    for piece in heading.liid.chunks(8).chain(element.chunks(8)) {
        let mut octets = [0; 8];
        for (to, from) in octets.iter_mut().zip(piece) {
            *to = *from;
        }
        mix = (mix ^ u64::from_le_bytes(octets)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    usize::try_from(mix >> 51).unwrap_or(0)
}

/// Hashes what is random or keyed already (tags, fingerprints, names of parts) by its own octets:
/// nobody outside can choose them.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlreadyRandom(u64);

impl Hasher for AlreadyRandom {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        if let Some(first) = octets.first_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*first);
        }
    }
}

/// For maps and sets whose keys are [already random](AlreadyRandom).
pub type Random = BuildHasherDefault<AlreadyRandom>;

#[cfg(test)]
mod tests {
    use super::*;
    use lacre_term::{Liid, PayloadClass};

    fn heading(liid: &'static [u8], cin: u32, element: &'static [u8]) -> Heading<'static> {
        Heading {
            liid,
            authorization_country: None,
            operator: b"OP",
            network_element: Some(element),
            cin: Some(cin),
            cin_extension: None,
            delivery_country: None,
            sequence_number: 0,
            intercepted_at: None,
            class: PayloadClass::Cc,
            iri_type: None,
        }
    }

    fn route(heading: &Heading<'_>, tag: u8) -> Arc<Route> {
        let liid = Liid::parse(heading.liid).unwrap();
        Arc::new(Route { key: CommunicationKey::of(&liid, heading), tag: [tag; 16] })
    }

    #[test]
    fn a_heading_leads_to_its_own_route_and_to_no_other() {
        let (one, other) = (heading(b"LI-1", 7, b"MF-1"), heading(b"LI-1", 7, b"MF-2"));
        let mut routes = Routes::default();
        assert!(routes.recent(&one).is_none());
        routes.lead(&one, &route(&one, 1));
        assert_eq!(routes.recent(&one).map(|it| it.tag), Some([1; 16]));
        assert!(routes.recent(&other).is_none());
        let unlike = Heading { delivery_country: Some(b"ES"), ..one };
        assert!(routes.recent(&unlike).is_none(), "the same place, another communication");
    }

    #[test]
    fn what_is_not_needed_is_forgotten_everywhere() {
        let one = heading(b"LI-1", 7, b"MF-1");
        let (mut routes, known) = (Routes::default(), route(&one, 1));
        routes.learn(&known);
        routes.lead(&one, &known);
        routes.retain(|route| route.tag != [1; 16]);
        assert!(routes.recent(&one).is_none() && routes.of(&known.key).is_none());
    }
}
