use std::collections::BTreeMap;
use std::num::NonZeroU16;

/// A topic shorter than the property that would stand for it has no alias.
const ALIAS_BYTES: usize = 3;

/// The numbers of topics towards the client (MQTT 5.0, 3.3.2.3.4), first come, first served.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<Box<str>, NonZeroU16>);

/// How a PUBLISH names its topic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Naming<'a> {
    pub(super) topic: &'a str,
    pub(super) alias: Option<NonZeroU16>,
}

impl Aliases {
    /// Names `topic`, of at most `max` that get a number.
    pub(super) fn naming<'a>(&self, topic: &'a str, max: u16) -> Naming<'a> {
        if max == 0 || topic.len() <= ALIAS_BYTES {
            return Naming { topic, alias: None };
        }
        match self.0.get(topic) {
            Some(alias) => Naming { topic: "", alias: Some(*alias) },
            None => {
                let next = u16::try_from(self.0.len()).ok().filter(|given| *given < max);
                Naming { topic, alias: next.and_then(|given| NonZeroU16::new(given + 1)) }
            }
        }
    }

    /// A PUBLISH with `naming` has been written.
    pub(super) fn told(&mut self, naming: Naming<'_>) {
        if let (Some(alias), false) = (naming.alias, naming.topic.is_empty()) {
            self.0.insert(naming.topic.into(), alias);
        }
    }
}
