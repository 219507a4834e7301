//! Sets of sequence numbers as closed intervals: what came, and so what did not.

/// Sequence numbers seen, as sorted, disjoint, non-adjacent closed intervals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intervals {
    runs: Vec<(u32, u32)>,
}

impl Intervals {
    /// Adds `number`; gives how many more numbers are missing now between the lowest and the
    /// highest (-1: one fewer). Appending to the last run, the usual case, costs nothing.
    pub fn insert(&mut self, number: u32) -> i64 {
        let Some(last) = self.runs.last_mut() else {
            self.runs.push((number, number));
            return 0;
        };
        if number > last.1 {
            let missed = i64::from(number) - i64::from(last.1) - 1;
            if missed == 0 {
                last.1 = number;
            } else {
                self.runs.push((number, number));
            }
            return missed;
        }
        self.insert_inside(number)
    }

    fn insert_inside(&mut self, number: u32) -> i64 {
        let at = self.runs.partition_point(|run| run.1 < number);
        let Some(&(from, _)) = self.runs.get(at) else { return 0 };
        if from <= number {
            return 0;
        }
        let missed = if at == 0 { i64::from(from) - i64::from(number) - 1 } else { -1 };
        let joins_before = at
            .checked_sub(1)
            .and_then(|before| self.runs.get(before))
            .is_some_and(|run| run.1.checked_add(1) == Some(number));
        let joins_after = number.checked_add(1) == Some(from);
        match (joins_before, joins_after) {
            (true, true) => {
                let (_, to) = self.runs.remove(at);
                if let Some(before) = self.runs.get_mut(at - 1) {
                    before.1 = to;
                }
            }
            (true, false) => {
                if let Some(before) = self.runs.get_mut(at - 1) {
                    before.1 = number;
                }
            }
            (false, true) => {
                if let Some(after) = self.runs.get_mut(at) {
                    after.0 = number;
                }
            }
            (false, false) => self.runs.insert(at, (number, number)),
        }
        missed
    }

    /// True when `number` was seen.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        let at = self.runs.partition_point(|run| run.1 < number);
        self.runs.get(at).is_some_and(|run| run.0 <= number)
    }

    /// The lowest number seen.
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        self.runs.first().map(|run| run.0)
    }

    /// The runs of numbers missing between the lowest and the highest seen.
    pub fn gaps(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.runs
            .iter()
            .zip(self.runs.iter().skip(1))
            .filter_map(|(before, after)| Some((before.1.checked_add(1)?, after.0.checked_sub(1)?)))
    }

    /// The runs themselves, for writing down.
    #[must_use]
    pub fn runs(&self) -> &[(u32, u32)] {
        &self.runs
    }

    /// Adds every number of `from..=to` that another part had seen.
    pub fn insert_run(&mut self, from: u32, to: u32) {
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.runs.len() + 1);
        let mut all = std::mem::take(&mut self.runs);
        all.push((from.min(to), to));
        all.sort_unstable();
        for run in all {
            match merged.last_mut() {
                Some(last) if run.0 <= last.1.saturating_add(1) => last.1 = last.1.max(run.1),
                _ => merged.push(run),
            }
        }
        self.runs = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn missing_numbers_are_named_and_a_late_arrival_closes_the_gap() {
        let mut seen = Intervals::default();
        for number in [0, 1, 2, 5, 6, 9] {
            seen.insert(number);
        }
        assert_eq!(seen.gaps().collect::<Vec<_>>(), [(3, 4), (7, 8)]);
        for late in [4, 3] {
            seen.insert(late);
        }
        assert_eq!(seen.gaps().collect::<Vec<_>>(), [(7, 8)]);
    }

    proptest! {
        /// A set of numbers and the intervals tell the same, in any order of arrival.
        #[test]
        fn intervals_agree_with_a_plain_set(numbers in proptest::collection::vec(0u32..60, 0..80)) {
            let mut seen = Intervals::default();
            let mut plain = BTreeSet::new();
            for number in numbers {
                seen.insert(number);
                plain.insert(number);
            }
            for number in 0..62 {
                prop_assert_eq!(seen.contains(number), plain.contains(&number));
            }
            let mut again = Intervals::default();
            for run in seen.runs().iter().rev() {
                again.insert_run(run.0, run.1);
            }
            prop_assert_eq!(again, seen);
        }

        #[test]
        fn the_highest_numbers_do_not_overflow(number in (u32::MAX - 3)..=u32::MAX) {
            let mut seen = Intervals::default();
            seen.insert(u32::MAX);
            seen.insert(number);
            prop_assert!(seen.contains(number));
        }
    }
}
