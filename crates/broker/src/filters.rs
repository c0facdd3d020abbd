//! Who listens, by filter: exact ones by their topic, those with wildcards as a tree of topic segments.

use std::collections::HashMap;

use deskwire_model::{Topic, TopicFilter};
use smallvec::SmallVec;

/// Nearly every filter has one or two listeners.
type Listeners<T> = SmallVec<[T; 2]>;

/// Whoever listens, `T`, by filter.
#[derive(Debug)]
pub(crate) struct Filters<T> {
    /// Those without wildcards, so that a publication need not walk the tree for them.
    exact: HashMap<Topic, Listeners<T>>,
    wildcards: Node<T>,
}

/// A place in the tree.
#[derive(Debug)]
struct Node<T> {
    children: HashMap<Box<str>, Node<T>>,
    /// Listeners whose filter ends here.
    here: Listeners<T>,
}

impl<T> Default for Filters<T> {
    fn default() -> Self {
        Self { exact: HashMap::new(), wildcards: Node::default() }
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { children: HashMap::new(), here: SmallVec::new() }
    }
}

impl<T> Filters<T> {
    pub(crate) fn insert(&mut self, filter: &TopicFilter, listener: T) {
        match filter.exact() {
            Some(topic) => self.exact.entry(topic).or_default().push(listener),
            None => self.wildcards.insert(filter, listener),
        }
    }

    /// Those that have exactly this filter.
    pub(crate) fn at(&mut self, filter: &TopicFilter) -> &mut [T] {
        match filter.exact() {
            Some(topic) => self.exact.get_mut(&topic).map_or(&mut [], |listeners| listeners),
            None => self.wildcards.at(filter),
        }
    }

    /// Removes one of those that have this filter and that `is_it` knows; returns whether there was one.
    pub(crate) fn remove(&mut self, filter: &TopicFilter, is_it: impl Fn(&T) -> bool) -> bool {
        let Some(topic) = filter.exact() else {
            return self.wildcards.remove(filter.as_str().split('/'), &is_it);
        };
        let Some(listeners) = self.exact.get_mut(&topic) else { return false };
        let removed = remove(listeners, &is_it);
        if listeners.is_empty() {
            self.exact.remove(&topic);
        }
        removed
    }

    /// Calls `found` for each listener whose filter matches `topic` ([`TopicFilter::matches`]).
    pub(crate) fn matching<'a>(&'a self, topic: &str, found: &mut impl FnMut(&'a T)) {
        if !self.exact.is_empty() {
            self.exact.get(topic).into_iter().flatten().for_each(&mut *found);
        }
        if !self.wildcards.children.is_empty() {
            self.wildcards.matching(Some(topic), topic.starts_with('$'), found);
        }
    }
}

fn remove<T>(listeners: &mut Listeners<T>, is_it: &impl Fn(&T) -> bool) -> bool {
    let found = listeners.iter().position(is_it);
    found.map(|index| listeners.swap_remove(index)).is_some()
}

impl<T> Node<T> {
    fn insert(&mut self, filter: &TopicFilter, listener: T) {
        let mut node = self;
        for segment in filter.as_str().split('/') {
            node = node.children.entry(segment.into()).or_default();
        }
        node.here.push(listener);
    }

    fn at(&mut self, filter: &TopicFilter) -> &mut [T] {
        let mut node = self;
        for segment in filter.as_str().split('/') {
            match node.children.get_mut(segment) {
                Some(child) => node = child,
                None => return &mut [],
            }
        }
        &mut node.here
    }

    fn remove<'a>(&mut self, mut segments: impl Iterator<Item = &'a str>, is_it: &impl Fn(&T) -> bool) -> bool {
        let Some(segment) = segments.next() else { return remove(&mut self.here, is_it) };
        let Some(child) = self.children.get_mut(segment) else { return false };
        let removed = child.remove(segments, is_it);
        if child.children.is_empty() && child.here.is_empty() {
            self.children.remove(segment);
        }
        removed
    }

    fn matching<'a>(&'a self, rest: Option<&str>, reserved: bool, found: &mut impl FnMut(&'a T)) {
        if let Some(any) = self.children.get("#").filter(|_| !reserved) {
            any.here.iter().for_each(&mut *found);
        }
        let Some(rest) = rest else { return self.here.iter().for_each(found) };
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        if let Some(child) = self.children.get(segment) {
            child.matching(rest, false, found);
        }
        if let Some(child) = self.children.get("+").filter(|_| !reserved) {
            child.matching(rest, false, found);
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
                    prop_assert!(tree.remove(filter, |other| *other == key));
                    prop_assert!(!tree.remove(filter, |other| *other == key));
                }
                prop_assert_eq!(tree.at(filter).contains(&key), !gone);
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
