//! Subscriptions with wildcards, as a tree of topic segments.

use std::collections::HashMap;

use deskwire_model::TopicFilter;
use smallvec::SmallVec;

/// Whoever listens, `T`, by filter.
#[derive(Debug)]
pub(crate) struct Filters<T> {
    children: HashMap<Box<str>, Filters<T>>,
    /// Subscriptions whose filter ends here.
    here: SmallVec<[T; 2]>,
}

impl<T> Default for Filters<T> {
    fn default() -> Self {
        Self { children: HashMap::new(), here: SmallVec::new() }
    }
}

impl<T> Filters<T> {
    pub(crate) fn insert(&mut self, filter: &TopicFilter, subscriber: T) {
        let mut node = self;
        for segment in filter.as_str().split('/') {
            node = node.children.entry(segment.into()).or_default();
        }
        node.here.push(subscriber);
    }

    /// Those that have exactly this filter.
    pub(crate) fn at(&mut self, filter: &TopicFilter) -> &mut [T] {
        let mut node = self;
        for segment in filter.as_str().split('/') {
            match node.children.get_mut(segment) {
                Some(child) => node = child,
                None => return &mut [],
            }
        }
        &mut node.here
    }

    /// Removes one of those that have this filter and that `is_it` knows; returns whether there was one.
    pub(crate) fn remove(&mut self, filter: &TopicFilter, is_it: impl Fn(&T) -> bool) -> bool {
        self.remove_below(filter.as_str().split('/'), &is_it)
    }

    fn remove_below<'a>(&mut self, mut segments: impl Iterator<Item = &'a str>, is_it: &impl Fn(&T) -> bool) -> bool {
        let Some(segment) = segments.next() else {
            let found = self.here.iter().position(is_it);
            return found.map(|index| self.here.swap_remove(index)).is_some();
        };
        let Some(child) = self.children.get_mut(segment) else { return false };
        let removed = child.remove_below(segments, is_it);
        if child.children.is_empty() && child.here.is_empty() {
            self.children.remove(segment);
        }
        removed
    }

    /// Calls `found` for each subscription whose filter matches `topic` ([`TopicFilter::matches`]).
    pub(crate) fn matching<'a>(&'a self, topic: &str, found: &mut impl FnMut(&'a T)) {
        if !self.children.is_empty() {
            self.matching_below(Some(topic), topic.starts_with('$'), found);
        }
    }

    fn matching_below<'a>(&'a self, rest: Option<&str>, reserved: bool, found: &mut impl FnMut(&'a T)) {
        if let Some(any) = self.children.get("#").filter(|_| !reserved) {
            any.here.iter().for_each(&mut *found);
        }
        let Some(rest) = rest else { return self.here.iter().for_each(found) };
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        if let Some(child) = self.children.get(segment) {
            child.matching_below(rest, false, found);
        }
        if let Some(child) = self.children.get("+").filter(|_| !reserved) {
            child.matching_below(rest, false, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The tree finds exactly the filters that match one by one, also after removals.
        #[test]
        fn the_tree_agrees_with_the_rule(
            patterns in proptest::collection::vec("([ab$]|\\+)?(/([ab]|\\+)){0,2}(/#)?", 1..12),
            removed in proptest::collection::vec(any::<bool>(), 12),
            topic in "[ab$](/[ab]){0,3}",
        ) {
            let filters: Vec<_> = patterns.iter().filter_map(|p| TopicFilter::new(p).ok()).collect();
            let mut tree = Filters::default();
            for (key, filter) in (0..).zip(&filters) {
                tree.insert(filter, key);
            }
            for ((key, filter), gone) in (0..).zip(&filters).zip(&removed) {
                if *gone {
                    tree.remove(filter, |other| *other == key);
                }
            }
            let mut found = Vec::new();
            tree.matching(&topic, &mut |key| found.push(*key));
            found.sort_unstable();
            let expected: Vec<_> = (0..).zip(&filters).zip(&removed)
                .filter(|((_, filter), gone)| !**gone && filter.matches(&topic))
                .map(|((key, _), _)| key)
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
