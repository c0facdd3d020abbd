use std::fmt;

use super::{Text, TextError};

/// Why a string is neither a topic name nor a topic filter (4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopicError {
    /// Names and filters have at least one character [MQTT-4.7.3-1].
    #[error("topic is empty")]
    Empty,
    /// A topic name contains `+` or `#` [MQTT-3.3.2-2].
    #[error("topic name contains a wildcard")]
    Wildcard,
    /// `#` does not stand alone in the last level [MQTT-4.7.1-1], or `+` not alone in its level [MQTT-4.7.1-2].
    #[error("topic filter has a wildcard in the wrong place")]
    MisplacedWildcard,
    /// `$share` without a share name of at least one character [MQTT-4.8.2-1], with a wildcard in that name or without a
    /// filter behind it [MQTT-4.8.2-2]. Only MQTT 5.0 knows shared subscriptions.
    #[error("shared subscription has no valid name or no filter")]
    Share,
    /// Not an MQTT string at all [MQTT-4.7.3-2], [MQTT-4.7.3-3].
    #[error(transparent)]
    Text(#[from] TextError),
}

/// The topic of a message: at least one character and no wildcard.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(Text);

/// What a subscription asks for: a topic in which a level may be `+` and the last level may be `#`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicFilter(Text);

impl TopicName {
    /// Checks `name` and copies it.
    ///
    /// # Errors
    /// [`TopicError`], but never [`TopicError::MisplacedWildcard`] or [`TopicError::Share`].
    pub fn new(name: &str) -> Result<Self, TopicError> {
        Text::new(name)?.try_into()
    }

    /// The name itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TopicFilter {
    /// Checks `filter` and copies it.
    ///
    /// # Errors
    /// [`TopicError`], but never [`TopicError::Wildcard`] or [`TopicError::Share`].
    pub fn new(filter: &str) -> Result<Self, TopicError> {
        Text::new(filter)?.try_into()
    }

    /// The filter itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Share name and filter if this is a shared subscription of MQTT 5.0: `$share/{name}/{filter}` (4.8.2).
    ///
    /// # Errors
    /// [`TopicError::Share`] if it begins like one and is none.
    pub fn shared(&self) -> Result<Option<(&str, &str)>, TopicError> {
        let Some(rest) = self.as_str().strip_prefix("$share/") else { return Ok(None) };
        match rest.split_once('/') {
            Some((name, filter)) if !name.is_empty() && !name.contains(['+', '#']) && !filter.is_empty() => {
                Ok(Some((name, filter)))
            }
            _ => Err(TopicError::Share),
        }
    }

    /// Whether a message on `topic` belongs to this filter; see [`matches()`]. A shared subscription matches nothing: ask
    /// the filter that is [`shared`](Self::shared).
    #[must_use]
    pub fn matches(&self, topic: &TopicName) -> bool {
        matches(self.as_str(), topic.as_str())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<Text> for TopicName {
    type Error = TopicError;

    fn try_from(text: Text) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Err(TopicError::Empty);
        }
        if memchr::memchr2(b'+', b'#', text.as_bytes()).is_some() {
            return Err(TopicError::Wildcard);
        }
        Ok(Self(text))
    }
}

impl TryFrom<Text> for TopicFilter {
    type Error = TopicError;

    fn try_from(text: Text) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Err(TopicError::Empty);
        }
        let mut levels = text.as_bytes().split(|&byte| byte == b'/').peekable();
        while let Some(level) = levels.next() {
            let well_placed = match level {
                b"#" => levels.peek().is_none(),
                b"+" => true,
                _ => memchr::memchr2(b'+', b'#', level).is_none(),
            };
            if !well_placed {
                return Err(TopicError::MisplacedWildcard);
            }
        }
        Ok(Self(text))
    }
}

/// Whether the valid `filter` matches the valid `topic` (4.7).
///
/// `+` stands for exactly one level, which may be empty; a trailing `#` for any number of levels, none included, so
/// `a/#` matches `a`. A wildcard in the first level does not match a topic that begins with `$` [MQTT-4.7.2-1].
#[must_use]
pub fn matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let mut topic_levels = topic.split('/');
    for filter_level in filter.split('/') {
        if filter_level == "#" {
            return true;
        }
        match topic_levels.next() {
            Some(topic_level) if filter_level == "+" || filter_level == topic_level => {}
            _ => return false,
        }
    }
    topic_levels.next().is_none()
}

macro_rules! show_as_text {
    ($($topic:ty),+) => {$(
        impl fmt::Debug for $topic {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $topic {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )+};
}

show_as_text!(TopicName, TopicFilter);
