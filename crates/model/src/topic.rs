//! Topics and filters in canonical form: the MQTT form, segments joined by `/` (DESIGN §3).

use std::{borrow::Borrow, fmt, sync::Arc};

use crate::ids::{SessionId, Uid};

/// Longest accepted topic or filter, in bytes.
pub const MAX_TOPIC_LEN: usize = 1024;
/// Most levels of a topic or filter, those that are stored included. What clients may use is bounded below it.
pub const MAX_TOPIC_LEVELS: usize = 128;

/// How private topics begin.
const PRIVATE: &str = "$\u{1}";

/// Why a string is no topic, filter or destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopic {
    /// Nothing is named.
    #[error("the topic is empty")]
    Empty,
    /// Longer than [`MAX_TOPIC_LEN`] bytes.
    #[error("the topic is longer than {MAX_TOPIC_LEN} bytes")]
    TooLong,
    /// More levels than [`MAX_TOPIC_LEVELS`], or than clients may use.
    #[error("the topic has too many levels")]
    TooDeep,
    /// A wildcard where one topic must be named, or one that does not fill its segment.
    #[error("the topic has a wildcard where none may stand")]
    Wildcard,
    /// A control character.
    #[error("the topic has a control character")]
    Character,
    /// A destination whose prefix nobody serves.
    #[error("the destination must begin with /topic/, /queue/, /app/, /user/, /temp-queue/ or /reply-queue/")]
    Prefix,
}

fn levels(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'/').count() + 1
}

/// The rules for topics and filters alike.
fn check(text: &str) -> Result<(), InvalidTopic> {
    if text.is_empty() {
        return Err(InvalidTopic::Empty);
    }
    if text.len() > MAX_TOPIC_LEN {
        return Err(InvalidTopic::TooLong);
    }
    if levels(text) > MAX_TOPIC_LEVELS {
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

    /// Checks a name that another node has told, which may be private.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn told(text: &str) -> Result<Self, InvalidTopic> {
        match text.strip_prefix(PRIVATE) {
            Some(rest) => Self::new(rest).map(|_| Self(text.into())),
            None => Self::new(text),
        }
    }

    /// The topic of `segments` that need no check: short words of ours and [`crate::Uid`]s.
    pub(crate) fn from_segments(segments: &[&str]) -> Self {
        Self(segments.join("/").into())
    }

    /// The topic that is called as this one with `suffix` behind it, a short word of ours.
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        Self(format!("{}{suffix}", self.0).into())
    }

    /// Where `session` alone listens for what is sent to its `rest` (`spec/stomp-sockjs.md` §2.6).
    #[must_use]
    pub fn of_session(session: SessionId, rest: &Self) -> Self {
        Self::private(&session, rest)
    }

    /// Where the answers to the requests of one temporary queue go: to whoever knows its token.
    #[must_use]
    pub fn of_reply(token: &Uid) -> Self {
        Self::private(&"reply", token)
    }

    /// Where all devices of `user` are told of its notices.
    #[must_use]
    pub fn of_notices(user: &Uid) -> Self {
        Self::from_segments(&["user", user.as_str(), "notices"])
    }

    /// A name that no client can spell, since it has a control character, and that no filter of a client matches, since
    /// a filter has its first segment either literally or as a wildcard, which keeps off `$` `[MQTT-4.7.2-1]`.
    fn private(owner: &dyn fmt::Display, rest: &dyn fmt::Display) -> Self {
        Self(format!("{PRIVATE}{owner}/{rest}").into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many segments it has.
    #[must_use]
    pub fn levels(&self) -> usize {
        levels(&self.0)
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

    /// How many segments it has.
    #[must_use]
    pub fn levels(&self) -> usize {
        levels(&self.0)
    }

    /// The one topic it names, if it has no wildcard.
    #[must_use]
    pub fn exact(&self) -> Option<Topic> {
        (!self.0.contains(['+', '#'])).then(|| Topic(Arc::clone(&self.0)))
    }

    /// Whether it names a topic of one session or temporary queue, which no client can spell.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.0.starts_with(PRIVATE)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::new(text).unwrap()
    }

    #[test]
    fn bad_topics_are_refused() {
        for (text, reason) in [
            ("", InvalidTopic::Empty),
            ("a/+", InvalidTopic::Wildcard),
            ("a*", InvalidTopic::Wildcard),
            ("a\u{1}", InvalidTopic::Character),
            (&"a".repeat(MAX_TOPIC_LEN + 1), InvalidTopic::TooLong),
            (&("a/".repeat(MAX_TOPIC_LEVELS) + "a"), InvalidTopic::TooDeep),
        ] {
            assert_eq!(Topic::new(text), Err(reason), "{text}");
        }
        let deepest = "a/".repeat(MAX_TOPIC_LEVELS - 1) + "a";
        assert_eq!(Topic::new(&deepest).map(|topic| topic.levels()), Ok(MAX_TOPIC_LEVELS));
    }

    #[test]
    fn private_topics_cannot_be_spelled_or_matched() {
        let session = SessionId::random();
        let inbox = Topic::of_session(session, &Topic::new("queue/x").unwrap());
        let reply = Topic::of_reply(&Uid::random());
        assert!(TopicFilter::from(&inbox).is_private() && TopicFilter::from(&reply).is_private());
        assert!(!filter("$SYS/x").is_private());
        for private in [inbox.as_str(), reply.as_str()] {
            assert_eq!(Topic::told(private).as_ref().map(Topic::as_str), Ok(private));
            assert_eq!(Topic::new(private), Err(InvalidTopic::Character));
            assert_eq!(TopicFilter::new(private), Err(InvalidTopic::Character));
            for pattern in ["#", "+/#", "+/+/+", "$/#", "$+"] {
                let matched = TopicFilter::new(pattern).is_ok_and(|filter| filter.matches(private));
                assert!(!matched, "{pattern} matches {private:?}");
            }
        }
        assert_ne!(inbox, Topic::of_session(SessionId::random(), &Topic::new("queue/x").unwrap()));
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
