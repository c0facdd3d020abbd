//! Subscriptions with wildcards, as a tree of topic segments.

use std::collections::HashMap;

use deskwire_model::TopicFilter;

use crate::hub::{Subscriber, Subscribers, remove};

#[derive(Debug, Default)]
pub(crate) struct Filters {
    children: HashMap<Box<str>, Filters>,
    /// Subscriptions whose filter ends here.
    here: Subscribers,
}

impl Filters {
    pub(crate) fn insert(&mut self, filter: &TopicFilter, subscriber: Subscriber) {
        let mut node = self;
        for segment in filter.as_str().split('/') {
            node = node.children.entry(segment.into()).or_default();
        }
        node.here.push(subscriber);
    }

    pub(crate) fn remove(&mut self, filter: &TopicFilter, subscriber: &Subscriber) {
        self.remove_below(filter.as_str().split('/'), subscriber);
    }

    fn remove_below<'a>(&mut self, mut segments: impl Iterator<Item = &'a str>, subscriber: &Subscriber) {
        let Some(segment) = segments.next() else { return remove(&mut self.here, subscriber) };
        if let Some(child) = self.children.get_mut(segment) {
            child.remove_below(segments, subscriber);
            if child.children.is_empty() && child.here.is_empty() {
                self.children.remove(segment);
            }
        }
    }

    /// Calls `found` for each subscription whose filter matches `topic` ([`TopicFilter::matches`]).
    pub(crate) fn matching(&self, topic: &str, found: &mut impl FnMut(&Subscriber)) {
        if !self.children.is_empty() {
            self.matching_below(Some(topic), topic.starts_with('$'), found);
        }
    }

    fn matching_below(&self, rest: Option<&str>, reserved: bool, found: &mut impl FnMut(&Subscriber)) {
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
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::outbox::Outbox;

    proptest! {
        /// The tree finds exactly the filters that match one by one, also after removals.
        #[test]
        fn the_tree_agrees_with_the_rule(
            patterns in proptest::collection::vec("([ab$]|\\+)?(/([ab]|\\+)){0,2}(/#)?", 1..12),
            removed in proptest::collection::vec(any::<bool>(), 12),
            topic in "[ab$](/[ab]){0,3}",
        ) {
            let outbox = Outbox::new(1);
            let filters: Vec<_> = patterns.iter().filter_map(|p| TopicFilter::new(p).ok()).collect();
            let mut tree = Filters::default();
            let subscriber = |key| Subscriber { outbox: Arc::clone(&outbox), key };
            for (key, filter) in (0..).zip(&filters) {
                tree.insert(filter, subscriber(key));
            }
            for ((key, filter), gone) in (0..).zip(&filters).zip(&removed) {
                if *gone {
                    tree.remove(filter, &subscriber(key));
                }
            }
            let mut found = Vec::new();
            tree.matching(&topic, &mut |subscriber| found.push(subscriber.key));
            found.sort_unstable();
            let expected: Vec<_> = (0..).zip(&filters).zip(&removed)
                .filter(|((_, filter), gone)| !**gone && filter.matches(&topic))
                .map(|((key, _), _)| key)
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
