//! What intake remembers of one (LIID, CIN): which octets came, under which numbers, in which
//! epochs.
//!
//! Octets first: what was stored before under the same (LIID, CIN), in any epoch, is a duplicate.
//! The same number with other octets is an inferred restart when it is the context's first number
//! and its successors follow, otherwise a conflict (DESIGN decision 3). Pure: no I/O, no clock.
//!
//! Rules: TS 102 232-1 clause 5.2.5 and table 1A; `spec/journal.md` (what is written down).
use super::intervals::Intervals;
use super::route::Random;
use lacre_term::{CommunicationKey, Micros, PartId, PayloadClass};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Keyed fingerprint of a PDU's octets within one (LIID, CIN).
pub type Fingerprint = [u8; 16];

/// Where an epoch of a communication begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    /// The epoch's number within its communication key; 0 is before any boundary.
    pub epoch: u32,
    /// PDUs intercepted at or after this time belong to it.
    pub from: Micros,
    /// The one class it was inferred for, or `None` after a cINReset, which names all.
    pub class: Option<PayloadClass>,
}

/// What is known of one communication key's epochs and numbers.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Boundaries, in the order they were found.
    pub boundaries: Vec<Boundary>,
    /// Numbers seen, per epoch and class.
    pub seen: BTreeMap<(u32, PayloadClass), Intervals>,
    /// Latest usable interception time.
    pub last_at: Option<Micros>,
    /// Communications already numbered: per epoch, n and the last part.
    pub communications: BTreeMap<u32, Known>,
    /// Parts open now, per epoch.
    pub open: BTreeMap<u32, PartId>,
    /// First number of a context whose repetition was kept as a conflict: if its successor
    /// repeats too, it was a restart after all.
    pub restart_watch: BTreeMap<(u32, PayloadClass), u32>,
}

/// A communication that has a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its number within the case.
    pub n: u64,
    /// Parts begun so far.
    pub parts: u32,
    /// The last part begun.
    pub last_part: Option<PartId>,
}

/// Everything remembered of one (LIID, CIN and CIN extension).
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// Fingerprints of all octets stored, in any epoch, from any network element.
    pub stored: HashSet<Fingerprint, Random>,
    /// One line per communication key.
    pub lines: BTreeMap<CommunicationKey, Line>,
}

/// What a PDU is, seen against what came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// New octets under a new number.
    New {
        /// Its epoch.
        epoch: u32,
    },
    /// These octets were stored before.
    Duplicate,
    /// Other octets under a number already seen.
    Conflict {
        /// Its epoch.
        epoch: u32,
    },
    /// The context's first number again with other octets: wait for what follows it.
    PerhapsRestart {
        /// The epoch whose first number repeats.
        epoch: u32,
    },
    /// The successor of a repeated first number repeats too: the sender began anew.
    Restarted {
        /// The epoch that ended.
        epoch: u32,
    },
}

impl Context {
    /// A reset names every line of its (LIID, CIN), whichever network element sent it: what one
    /// line was told of a reset, all are, also those first seen later or taken up after a crash.
    pub fn share_resets(&mut self) {
        let resets: BTreeSet<Micros> = self
            .lines
            .values()
            .flat_map(|line| &line.boundaries)
            .filter(|boundary| boundary.class.is_none())
            .map(|boundary| boundary.from)
            .collect();
        self.reset(resets);
    }

    /// Opens the epochs that these resets begin, in every line.
    pub fn reset(&mut self, resets: impl IntoIterator<Item = Micros>) {
        for at in resets {
            for line in self.lines.values_mut() {
                line.open_epoch(at, None);
            }
        }
    }
}

impl Line {
    /// The epoch of a PDU of `class` intercepted at `at`: that of the latest boundary not after it.
    /// Control speaks of the data around it and follows a restart inferred for any class.
    #[must_use]
    pub fn epoch_at(&self, class: PayloadClass, at: Micros) -> u32 {
        let names = |boundary: &&Boundary| {
            boundary.class.is_none_or(|it| it == class || class.is_control())
        };
        self.boundaries
            .iter()
            .filter(|boundary| boundary.from <= at)
            .filter(names)
            .max_by_key(|boundary| (boundary.from, boundary.epoch))
            .map_or(0, |boundary| boundary.epoch)
    }

    /// Opens an epoch from `from`, for `class` alone or, after a cINReset, for all. A reset that
    /// explains a restart already inferred (nothing was intercepted between) joins it.
    pub fn open_epoch(&mut self, from: Micros, class: Option<PayloadClass>) -> u32 {
        if class.is_none() {
            if let Some(same) =
                self.boundaries.iter().find(|it| it.class.is_none() && it.from == from)
            {
                return same.epoch;
            }
            let latest =
                self.boundaries.iter_mut().filter(|it| it.from >= from).min_by_key(|it| it.from);
            if let Some(inferred) = latest.filter(|it| it.class.is_some()) {
                inferred.from = from;
                inferred.class = None;
                return inferred.epoch;
            }
        }
        let epoch = self.boundaries.iter().map(|it| it.epoch).max().unwrap_or(0).saturating_add(1);
        self.boundaries.push(Boundary { epoch, from, class });
        epoch
    }

    /// Gaps of one epoch, per class.
    pub fn gaps(&self, epoch: u32) -> impl Iterator<Item = (PayloadClass, u32, u32)> + '_ {
        self.seen
            .iter()
            .filter(move |((of, class), _)| *of == epoch && counts_up(*class))
            .flat_map(|((_, class), seen)| seen.gaps().map(move |(from, to)| (*class, from, to)))
    }

    /// What a PDU with new octets is, by its number.
    #[must_use]
    pub fn sight(&self, class: PayloadClass, number: u32, at: Micros) -> Sighting {
        let epoch = self.epoch_at(class, at);
        let Some(seen) = self.seen.get(&(epoch, class)) else { return Sighting::New { epoch } };
        // Control repeats numbers by nature: integrity checks of HI2 and of HI3 count apart and say
        // so only inside, a segment's flag has the number of a segment.
        if class.is_control() || !seen.contains(number) {
            return Sighting::New { epoch };
        }
        let watched = self.restart_watch.get(&(epoch, class)).copied();
        if watched.and_then(|first| first.checked_add(1)) == Some(number) {
            return Sighting::Restarted { epoch };
        }
        if seen.first() == Some(number) {
            return Sighting::PerhapsRestart { epoch };
        }
        Sighting::Conflict { epoch }
    }

    /// Writes down that `number` of `class` came in `epoch`. Gives how many more numbers are
    /// missing now than before, of classes that count up.
    pub fn note(
        &mut self,
        epoch: u32,
        class: PayloadClass,
        number: u32,
        at: Option<Micros>,
    ) -> i64 {
        let missed = self.seen.entry((epoch, class)).or_default().insert(number);
        self.last_at = self.last_at.max(at);
        if counts_up(class) { missed } else { 0 }
    }
}

/// Classes whose missing numbers mean that something is missing: data and integrity checks. Flags,
/// resets and messages carry a number that is not theirs.
fn counts_up(class: PayloadClass) -> bool {
    !class.is_control()
        || matches!(class, PayloadClass::IntegrityHash | PayloadClass::IntegritySignature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CC: PayloadClass = PayloadClass::Cc;
    const IRI: PayloadClass = PayloadClass::Iri;

    fn line_with(numbers: &[u32]) -> Line {
        let mut line = Line::default();
        for number in numbers {
            line.note(0, CC, *number, Some(Micros(i64::from(*number))));
        }
        line
    }

    #[test]
    fn a_repeated_first_number_may_be_a_restart_and_a_middle_one_is_a_conflict() {
        let line = line_with(&[0, 1, 2, 3]);
        let later = Micros(100);
        assert_eq!(line.sight(CC, 0, later), Sighting::PerhapsRestart { epoch: 0 });
        assert_eq!(line.sight(CC, 2, later), Sighting::Conflict { epoch: 0 });
        assert_eq!(line.sight(CC, 4, later), Sighting::New { epoch: 0 });
    }

    #[test]
    fn classes_count_apart() {
        let line = line_with(&[0, 1, 2]);
        assert_eq!(line.sight(IRI, 0, Micros(9)), Sighting::New { epoch: 0 });
    }

    #[test]
    fn control_repeats_its_numbers_and_only_checks_of_integrity_show_gaps() {
        let mut line = Line::default();
        for class in [PayloadClass::IntegrityHash, PayloadClass::LastSegment] {
            line.note(0, class, 1, Some(Micros(1)));
            line.note(0, class, 4, Some(Micros(2)));
            assert_eq!(line.sight(class, 1, Micros(3)), Sighting::New { epoch: 0 });
            assert_eq!(line.sight(class, 4, Micros(3)), Sighting::New { epoch: 0 });
        }
        let gaps: Vec<_> = line.gaps(0).collect();
        assert_eq!(gaps, [(PayloadClass::IntegrityHash, 2, 3)]);
    }

    #[test]
    fn a_late_decision_is_still_a_restart() {
        let mut line = line_with(&[0, 1, 2]);
        line.restart_watch.insert((0, CC), 0);
        assert_eq!(line.sight(CC, 1, Micros(50)), Sighting::Restarted { epoch: 0 });
    }

    #[test]
    fn an_inferred_restart_is_of_its_class_and_a_reset_of_all() {
        let mut line = line_with(&[0, 1, 2]);
        let inferred = line.open_epoch(Micros(50), Some(CC));
        assert_eq!(line.epoch_at(CC, Micros(50)), inferred);
        assert_eq!(line.epoch_at(IRI, Micros(50)), 0);
        assert_eq!(line.epoch_at(PayloadClass::IntegrityHash, Micros(50)), inferred);
        assert_eq!(line.epoch_at(CC, Micros(49)), 0);
        let reset = line.open_epoch(Micros(40), None);
        assert_eq!(reset, inferred, "the reset explains the restart");
        assert_eq!(line.epoch_at(IRI, Micros(41)), inferred);
    }

    /// The other network element of a call may have said nothing since the reset.
    #[test]
    fn a_reset_one_line_was_told_of_is_one_of_every_line_and_a_restart_is_not() {
        let key = |element: &[u8]| CommunicationKey {
            liid: lacre_term::Liid::parse(b"LI-7").unwrap(),
            cin: Some(9),
            cin_extension: None,
            operator: b"OP".as_slice().into(),
            network_element: Some(element.into()),
            delivery_country: None,
        };
        let mut context = Context::default();
        let (mut told, untold) = (line_with(&[0, 1]), line_with(&[0]));
        let inferred = told.open_epoch(Micros(20), Some(CC));
        let reset = told.open_epoch(Micros(40), None);
        context.lines.extend([(key(b"A"), told), (key(b"B"), untold)]);
        context.share_resets();
        context.share_resets();
        let [a, b] = [b"A", b"B"].map(|element| &context.lines[&key(element)]);
        assert_eq!((a.epoch_at(CC, Micros(20)), a.epoch_at(CC, Micros(40))), (inferred, reset));
        assert_eq!((b.epoch_at(CC, Micros(20)), b.epoch_at(CC, Micros(40))), (0, 1));
        assert_eq!((a.boundaries.len(), b.boundaries.len()), (2, 1));
    }

    #[test]
    fn a_reset_delivered_twice_opens_one_epoch() {
        let mut line = line_with(&[0]);
        let first = line.open_epoch(Micros(40), None);
        assert_eq!(line.open_epoch(Micros(40), None), first);
        assert_ne!(line.open_epoch(Micros(60), None), first);
    }
}
