//! Values by topic, found by filter.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, btree_map::Entry},
    ops::Bound,
};

use deskwire_model::TopicFilter;
use smallvec::SmallVec;

/// The segments of a name; more than eight are rare.
type Segments<'a> = SmallVec<[&'a str; 8]>;

/// A name, ordered segment by segment: what is below a topic stands right behind it, so that a search can step over it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place(Box<str>);

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.split('/').cmp(other.0.split('/'))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One value for each topic that has one.
#[derive(Debug)]
pub(super) struct Places<T>(BTreeMap<Place, T>);

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// How a search goes on from a name.
enum Step {
    /// The filter matches it.
    Match,
    /// No name before this one matches.
    Seek(Bound<Place>),
    /// No name behind it matches.
    End,
}

impl<T> Places<T> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, topic: &str) -> Option<&T> {
        self.0.get(&Place(topic.into()))
    }

    /// Changes the value of a topic, made if there is none, which stays if `change` says so.
    pub(super) fn change(&mut self, topic: &str, change: impl FnOnce(&mut T) -> bool)
    where
        T: Default,
    {
        match self.0.entry(Place(topic.into())) {
            Entry::Occupied(mut entry) => {
                if !change(entry.get_mut()) {
                    entry.remove();
                }
            }
            Entry::Vacant(entry) => {
                let mut value = T::default();
                if change(&mut value) {
                    entry.insert(value);
                }
            }
        }
    }

    /// Keeps those values that `keep` says.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        self.0.retain(|_, value| keep(value));
    }

    /// The value of the first topic behind `after`, or of all, that `filter` matches ([`TopicFilter::matches`]) and
    /// `choose` wants. What is below a segment that does not match is stepped over.
    pub(super) fn next(&self, filter: &TopicFilter, after: Option<&str>, choose: impl Fn(&T) -> bool) -> Option<&T> {
        let filter: Segments<'_> = filter.as_str().split('/').collect();
        let mut from = after.map_or(Bound::Unbounded, |topic| Bound::Excluded(Place(topic.into())));
        loop {
            let (place, value) = self.0.range((from, Bound::Unbounded)).next()?;
            from = match step(&filter, &place.0) {
                Step::Match if choose(value) => return Some(value),
                Step::Match => Bound::Excluded(place.clone()),
                Step::Seek(bound) => bound,
                Step::End => return None,
            };
        }
    }
}

fn step(filter: &[&str], place: &str) -> Step {
    let names: Segments<'_> = place.split('/').collect();
    // A leading wildcard does not match `$`-topics `[MQTT-4.7.2-1]`; `%` is the character behind `$`.
    if place.starts_with('$') && matches!(filter.first(), Some(&("+" | "#"))) {
        return Step::Seek(Bound::Included(Place("%".into())));
    }
    for (depth, wanted) in filter.iter().copied().enumerate() {
        if wanted == "#" {
            return Step::Match;
        }
        match names.get(depth).copied() {
            None if wanted == "+" => return Step::Seek(Bound::Excluded(Place(place.into()))),
            None => return Step::Seek(Bound::Included(below(&names, wanted))),
            Some(name) if wanted == "+" || name == wanted => {}
            Some(name) if name < wanted => return Step::Seek(Bound::Included(below(&names[..depth], wanted))),
            Some(_) => return behind(&names[..depth]),
        }
    }
    if names.len() == filter.len() { Step::Match } else { behind(&names[..filter.len()]) }
}

/// The place called `name` under `parents`.
fn below(parents: &[&str], name: &str) -> Place {
    let mut place = parents.join("/");
    if !parents.is_empty() {
        place.push('/');
    }
    place.push_str(name);
    Place(place.into())
}

/// On to what stands behind everything under `names`: NUL, which no topic has, makes the next segment there can be.
fn behind(names: &[&str]) -> Step {
    if names.is_empty() {
        return Step::End;
    }
    Step::Seek(Bound::Included(Place(format!("{}\0", names.join("/")).into())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(places: &mut Places<String>, topic: &str) {
        places.change(topic, |value| {
            topic.clone_into(value);
            true
        });
    }

    fn found(places: &Places<String>, filter: &TopicFilter) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        while let Some(topic) = places.next(filter, found.last().map(String::as_str), |_| true) {
            found.push(topic.clone());
        }
        found
    }

    proptest! {
        /// A search that goes on from topic to topic finds exactly those that match one by one, each once.
        #[test]
        fn the_search_agrees_with_the_rule(
            topics in proptest::collection::btree_set("[ab$!]{0,2}(/[ab$!]{0,2}){0,3}", 0..40),
            removed in proptest::collection::vec(any::<bool>(), 40),
            pattern in "([ab$!]{0,2}|\\+)(/([ab$!]{0,2}|\\+)){0,3}(/#)?|#",
        ) {
            prop_assume!(!pattern.is_empty());
            let filter = TopicFilter::new(&pattern).unwrap();
            let mut places = Places::default();
            for topic in &topics {
                put(&mut places, topic);
            }
            for (topic, _) in topics.iter().zip(&removed).filter(|(_, gone)| **gone) {
                places.change(topic, |_| false);
            }
            let kept = topics.iter().zip(&removed).filter(|(_, gone)| !**gone).map(|(topic, _)| topic);
            let mut expected: Vec<_> = kept.filter(|topic| filter.matches(topic)).cloned().collect();
            expected.sort_by_key(|topic| Place(topic.as_str().into()));
            prop_assert_eq!(found(&places, &filter), expected);
        }
    }

    #[test]
    fn a_search_steps_over_what_cannot_match() {
        let mut places = Places::default();
        for topic in (0..1000).flat_map(|n| [format!("a/{n}/x"), format!("b/{n}")]).chain(["c/d/y".to_owned()]) {
            put(&mut places, &topic);
        }
        let (mut from, mut steps) = (Bound::Unbounded, 0);
        let filter = ["c", "+", "y"];
        let last = loop {
            let (place, _) = places.0.range((from, Bound::Unbounded)).next().unwrap();
            steps += 1;
            match step(&filter, &place.0) {
                Step::Seek(bound) => from = bound,
                Step::Match => break place.0.clone(),
                Step::End => panic!("{place:?}"),
            }
        };
        assert_eq!((&*last, steps), ("c/d/y", 2));
    }
}
