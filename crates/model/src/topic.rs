//! Topics and destinations.
//!
//! A [`Topic`] is canonical: the MQTT form, segments joined by `/`. STOMP clients spell the same topic with dots or
//! slashes behind a prefix; [`Destination`] is what they meant by it (DESIGN §3).

use std::{borrow::Borrow, fmt, sync::Arc};

/// Longest accepted topic or filter, in bytes.
pub const MAX_TOPIC_LEN: usize = 1024;
/// Most segments of a topic or filter.
pub const MAX_TOPIC_DEPTH: usize = 32;

/// Why a string is no topic, filter or destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopic {
    /// Nothing is named.
    #[error("the topic is empty")]
    Empty,
    /// Longer than [`MAX_TOPIC_LEN`] bytes.
    #[error("the topic is longer than {MAX_TOPIC_LEN} bytes")]
    TooLong,
    /// More than [`MAX_TOPIC_DEPTH`] segments.
    #[error("the topic has more than {MAX_TOPIC_DEPTH} segments")]
    TooDeep,
    /// A wildcard where one topic must be named, or one that does not fill its segment.
    #[error("the topic has a wildcard where none may stand")]
    Wildcard,
    /// A control character.
    #[error("the topic has a control character")]
    Character,
    /// A destination whose prefix nobody serves.
    #[error("the destination must begin with /topic/, /app/ or /user/queue/")]
    Prefix,
}

/// The rules for topics and filters alike.
fn check(text: &str) -> Result<(), InvalidTopic> {
    if text.is_empty() {
        return Err(InvalidTopic::Empty);
    }
    if text.len() > MAX_TOPIC_LEN {
        return Err(InvalidTopic::TooLong);
    }
    if text.bytes().filter(|b| *b == b'/').count() >= MAX_TOPIC_DEPTH {
        return Err(InvalidTopic::TooDeep);
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidTopic::Character);
    }
    Ok(())
}

/// A canonical topic name, without wildcards. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(Arc<str>);

impl Topic {
    /// Checks a name in MQTT form.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn new(text: &str) -> Result<Self, InvalidTopic> {
        check(text)?;
        if text.contains(['+', '#', '*']) {
            return Err(InvalidTopic::Wildcard);
        }
        Ok(Self(text.into()))
    }

    /// The topic of `segments` that need no check: short words of ours and [`crate::Uid`]s.
    pub(crate) fn from_segments(segments: &[&str]) -> Self {
        Self(segments.join("/").into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with dots, as STOMP clients of Bytedesk spell it.
    #[must_use]
    pub fn dotted(&self) -> String {
        self.0.replace('/', ".")
    }
}

impl Borrow<str> for Topic {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A canonical topic filter: `+` stands for one segment, a last `#` for any number of them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TopicFilter(Arc<str>);

impl TopicFilter {
    /// Checks a filter in MQTT form.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn new(text: &str) -> Result<Self, InvalidTopic> {
        check(text)?;
        let mut segments = text.split('/').peekable();
        while let Some(segment) = segments.next() {
            let last = segments.peek().is_none();
            let whole = matches!(segment, "+") || (segment == "#" && last);
            if !whole && segment.contains(['+', '#', '*']) {
                return Err(InvalidTopic::Wildcard);
            }
        }
        Ok(Self(text.into()))
    }

    /// The filter as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The one topic it names, if it has no wildcard.
    #[must_use]
    pub fn exact(&self) -> Option<Topic> {
        (!self.0.contains(['+', '#'])).then(|| Topic(Arc::clone(&self.0)))
    }

    /// Whether it matches `topic`, by the rules of MQTT: a leading wildcard does not match `$`-topics
    /// `[MQTT-4.7.2-1]`.
    #[must_use]
    pub fn matches(&self, topic: &str) -> bool {
        if topic.starts_with('$') && self.0.starts_with(['+', '#']) {
            return false;
        }
        let mut names = topic.split('/');
        for segment in self.0.split('/') {
            if segment == "#" {
                return true;
            }
            match names.next() {
                Some(name) if segment == "+" || segment == name => {}
                _ => return false,
            }
        }
        names.next().is_none()
    }

    /// Whether every topic that `other` matches is matched by `self` too: what a pattern of rights must say of a
    /// filter before it is granted (invariant I9).
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if other.0.starts_with('$') && self.0.starts_with(['+', '#']) {
            return false;
        }
        let mut others = other.0.split('/');
        for segment in self.0.split('/') {
            if segment == "#" {
                return true;
            }
            match others.next() {
                Some(name) if segment == name => {}
                Some(name) if segment == "+" && name != "#" => {}
                _ => return false,
            }
        }
        others.next().is_none()
    }
}

impl From<&Topic> for TopicFilter {
    fn from(topic: &Topic) -> Self {
        Self(Arc::clone(&topic.0))
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What a STOMP `destination` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// `/topic/…`: a topic, or a filter when subscribing.
    Topic(TopicFilter),
    /// `/app/…`: a message to the server itself; the rest in canonical form.
    App(TopicFilter),
    /// `/user/queue/…`: the private queue of whoever asks; the rest in canonical form.
    UserQueue(TopicFilter),
}

impl Destination {
    /// Reads a destination. Behind its prefix dots and slashes separate alike, `*` is one segment and a last `**`
    /// or `#` any number of them.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, InvalidTopic> {
        if let Some(rest) = text.strip_prefix("/topic/") {
            Ok(Self::Topic(canonical(rest)?))
        } else if let Some(rest) = text.strip_prefix("/app/") {
            Ok(Self::App(canonical(rest)?))
        } else if let Some(rest) = text.strip_prefix("/user/queue/") {
            Ok(Self::UserQueue(canonical(rest)?))
        } else {
            Err(InvalidTopic::Prefix)
        }
    }
}

/// The filter that a STOMP client means by `stomp`, which stands behind the prefix.
fn canonical(stomp: &str) -> Result<TopicFilter, InvalidTopic> {
    let slashed = stomp.replace('.', "/");
    let segments: Vec<&str> = slashed
        .split('/')
        .map(|segment| match segment {
            "*" => "+",
            "**" => "#",
            other => other,
        })
        .collect();
    if segments.iter().any(|segment| segment.is_empty()) {
        return Err(InvalidTopic::Empty);
    }
    TopicFilter::new(&segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::new(text).unwrap()
    }

    #[test]
    fn dots_and_slashes_name_the_same_topic() {
        let dotted = Destination::parse("/topic/org.agent.A.V").unwrap();
        assert_eq!(dotted, Destination::parse("/topic/org/agent/A/V").unwrap());
        assert_eq!(dotted, Destination::Topic(filter("org/agent/A/V")));
        assert_eq!(Topic::new("org/agent/A/V").unwrap().dotted(), "org.agent.A.V");
    }

    #[test]
    fn both_wildcard_styles_are_one() {
        assert_eq!(Destination::parse("/topic/a.*.#"), Destination::parse("/topic/a/*/**"));
        assert_eq!(Destination::parse("/topic/a*"), Err(InvalidTopic::Wildcard));
        assert_eq!(Destination::parse("/topic/**/a"), Err(InvalidTopic::Wildcard));
    }

    #[test]
    fn bad_destinations_are_refused() {
        assert_eq!(Destination::parse("/nowhere/a"), Err(InvalidTopic::Prefix));
        assert_eq!(Destination::parse("/topicX"), Err(InvalidTopic::Prefix));
        assert_eq!(Destination::parse("/topic/a//b"), Err(InvalidTopic::Empty));
        assert_eq!(Destination::parse("/topic/"), Err(InvalidTopic::Empty));
        let deep = "a/".repeat(40) + "a";
        assert_eq!(Topic::new(&deep), Err(InvalidTopic::TooDeep));
    }

    #[test]
    fn filters_match_as_mqtt_says() {
        for (pattern, topic, expected) in [
            ("a/b", "a/b", true),
            ("a/+", "a/b", true),
            ("a/+", "a", false),
            ("a/+", "a/b/c", false),
            ("a/#", "a", true),
            ("a/#", "a/b/c", true),
            ("#", "a/b", true),
            ("#", "$SYS/x", false),
            ("+/x", "$SYS/x", false),
            ("$SYS/#", "$SYS/x", true),
            ("+/+", "/a", true),
        ] {
            assert_eq!(filter(pattern).matches(topic), expected, "{pattern} against {topic}");
        }
    }

    #[test]
    fn a_right_covers_only_narrower_filters() {
        for (right, asked, expected) in [
            ("bench/#", "bench/a/b", true),
            ("bench/#", "bench/+/b", true),
            ("bench/#", "#", false),
            ("bench/+", "bench/#", false),
            ("bench/+", "bench/+", true),
            ("#", "a/#", true),
            ("#", "$SYS/#", false),
            ("a/b", "a/+", false),
        ] {
            assert_eq!(filter(right).covers(&filter(asked)), expected, "{right} covers {asked}");
        }
    }
}
