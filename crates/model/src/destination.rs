//! What STOMP clients mean by a `destination` (DESIGN §3).
//!
//! Everybody who decides about a destination decides about the parsed form, in which a name has one spelling: dots,
//! slashes and `%2F` separate segments alike, and an empty segment is refused. So no spelling gets around a right
//! (invariant I9).

use std::borrow::Cow;

use crate::{
    ids::Uid,
    topic::{InvalidTopic, Topic, TopicFilter},
};

/// What a STOMP `destination` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// `/topic/…`: a topic, or a filter when subscribing.
    Topic(TopicFilter),
    /// `/queue/…`: a queue, whose consumers share what comes.
    Queue(Topic),
    /// `/app/…`: a message or a question to the server itself.
    App(Topic),
    /// `/user/queue/…` and `/user/topic/…`: where the asking session alone listens. The topic begins with `queue` or
    /// `topic`.
    Own(Topic),
    /// `/user/{name}/queue/…` and `/user/{name}/topic/…`: where the sessions of somebody listen.
    User {
        /// The user, or a session; it may be nobody's name.
        name: Box<str>,
        /// As in [`Destination::Own`].
        topic: Topic,
    },
    /// `/temp-queue/…`: a queue of the asking session that goes with it.
    TempQueue(Topic),
    /// `/reply-queue/{token}`: the temporary queue of whoever asked to be answered there.
    ReplyQueue(Uid),
}

impl Destination {
    /// Reads a destination. Behind its prefix dots, slashes and `%2F` separate alike; behind `/topic/` `*` is one
    /// segment and a last `**` or `#` any number of them.
    ///
    /// # Errors
    /// [`InvalidTopic`] names the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, InvalidTopic> {
        let (prefix, rest) =
            text.strip_prefix('/').and_then(|text| text.split_once('/')).ok_or(InvalidTopic::Prefix)?;
        match prefix {
            "topic" => Ok(Self::Topic(filter(rest)?)),
            "queue" => Ok(Self::Queue(topic(rest)?)),
            "app" => Ok(Self::App(topic(rest)?)),
            "user" => user(rest),
            "temp-queue" => Ok(Self::TempQueue(topic(rest)?)),
            "reply-queue" => Uid::new(rest).map(Self::ReplyQueue).map_err(|_| InvalidTopic::Character),
            _ => Err(InvalidTopic::Prefix),
        }
    }

    /// How many levels its topic has.
    #[must_use]
    pub fn levels(&self) -> usize {
        match self {
            Self::Topic(filter) => filter.levels(),
            Self::Queue(topic)
            | Self::App(topic)
            | Self::Own(topic)
            | Self::User { topic, .. }
            | Self::TempQueue(topic) => topic.levels(),
            Self::ReplyQueue(_) => 1,
        }
    }
}

/// What stands behind `/user/`. A user called `queue` or `topic` cannot be named.
fn user(rest: &str) -> Result<Destination, InvalidTopic> {
    let (first, behind) = rest.split_once('/').ok_or(InvalidTopic::Prefix)?;
    if is_kind(first) {
        return Ok(Destination::Own(topic(rest)?));
    }
    match behind.split_once('/') {
        Some((kind, _)) if is_kind(kind) => {
            let name = slashed(first);
            if name.is_empty() {
                return Err(InvalidTopic::Empty);
            }
            Ok(Destination::User { name: name.into(), topic: topic(behind)? })
        }
        _ => Err(InvalidTopic::Prefix),
    }
}

fn is_kind(segment: &str) -> bool {
    matches!(segment, "queue" | "topic")
}

/// `%2F` is how names with a slash are written where a slash would separate (`spec/stomp-sockjs.md` §5.1).
fn slashed(text: &str) -> Cow<'_, str> {
    if text.contains('%') { text.replace("%2F", "/").replace("%2f", "/").into() } else { text.into() }
}

/// The topic that a STOMP client means by `stomp`.
fn topic(stomp: &str) -> Result<Topic, InvalidTopic> {
    filter(stomp)?.exact().ok_or(InvalidTopic::Wildcard)
}

/// The filter that a STOMP client means by `stomp`, which stands behind the prefix.
fn filter(stomp: &str) -> Result<TopicFilter, InvalidTopic> {
    let mut canonical = String::with_capacity(stomp.len());
    for segment in slashed(stomp).split(['.', '/']) {
        let segment = match segment {
            "" => return Err(InvalidTopic::Empty),
            "*" => "+",
            "**" => "#",
            other => other,
        };
        if !canonical.is_empty() {
            canonical.push('/');
        }
        canonical.push_str(segment);
    }
    TopicFilter::new(&canonical)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Topic {
        Topic::new(text).unwrap()
    }

    #[test]
    fn dots_slashes_and_their_escapes_name_the_same_topic() {
        let dotted = Destination::parse("/topic/org.agent.A.V").unwrap();
        assert_eq!(dotted, Destination::Topic(TopicFilter::new("org/agent/A/V").unwrap()));
        for spelling in ["/topic/org/agent/A/V", "/topic/org%2Fagent%2fA.V", "/topic/org.agent/A.V"] {
            assert_eq!(Destination::parse(spelling).as_ref(), Ok(&dotted), "{spelling}");
        }
        assert_eq!(name("org/agent/A/V").dotted(), "org.agent.A.V");
    }

    #[test]
    fn both_wildcard_styles_are_one() {
        assert_eq!(Destination::parse("/topic/a.*.#"), Destination::parse("/topic/a/*/**"));
        assert_eq!(Destination::parse("/topic/a*"), Err(InvalidTopic::Wildcard));
        assert_eq!(Destination::parse("/topic/**/a"), Err(InvalidTopic::Wildcard));
    }

    #[test]
    fn each_prefix_has_its_meaning() {
        let user = |name: &str, topic: &str| Destination::User { name: name.into(), topic: self::name(topic) };
        for (text, expected) in [
            ("/queue/a/b", Ok(Destination::Queue(name("a/b")))),
            ("/queue/a.*", Err(InvalidTopic::Wildcard)),
            ("/app/send", Ok(Destination::App(name("send")))),
            ("/app/**", Err(InvalidTopic::Wildcard)),
            ("/user/queue/x", Ok(Destination::Own(name("queue/x")))),
            ("/user/queue/x.y", Ok(Destination::Own(name("queue/x/y")))),
            ("/user/topic/all", Ok(Destination::Own(name("topic/all")))),
            ("/user/queue/*", Err(InvalidTopic::Wildcard)),
            ("/user/queue/", Err(InvalidTopic::Empty)),
            ("/user/joe/queue/x", Ok(user("joe", "queue/x"))),
            ("/user/joe/topic/x", Ok(user("joe", "topic/x"))),
            ("/user/a%2Fb/queue/x", Ok(user("a/b", "queue/x"))),
            ("/user/a.b/queue/x", Ok(user("a.b", "queue/x"))),
            ("/user/joe/queue", Err(InvalidTopic::Prefix)),
            ("/user/joe/other/x", Err(InvalidTopic::Prefix)),
            ("/user//queue/x", Err(InvalidTopic::Empty)),
            ("/user/joe//queue/x", Err(InvalidTopic::Prefix)),
            ("/user/queue", Err(InvalidTopic::Prefix)),
            ("/temp-queue/answers", Ok(Destination::TempQueue(name("answers")))),
            ("/reply-queue/0a1b", Ok(Destination::ReplyQueue(Uid::new("0a1b").unwrap()))),
            ("/reply-queue/a/b", Err(InvalidTopic::Character)),
            ("/nowhere/a", Err(InvalidTopic::Prefix)),
            ("/topicX", Err(InvalidTopic::Prefix)),
            ("/topicX/a", Err(InvalidTopic::Prefix)),
            ("//topic/a", Err(InvalidTopic::Prefix)),
            ("topic/a", Err(InvalidTopic::Prefix)),
            ("/topic/a//b", Err(InvalidTopic::Empty)),
            ("/topic/a%2F%2Fb", Err(InvalidTopic::Empty)),
            ("/topic/a../b", Err(InvalidTopic::Empty)),
            ("/topic/a/", Err(InvalidTopic::Empty)),
            ("/topic/", Err(InvalidTopic::Empty)),
            ("", Err(InvalidTopic::Prefix)),
        ] {
            assert_eq!(Destination::parse(text), expected, "{text}");
        }
    }

    proptest! {
        /// However it is spelled, a destination means what its canonical spelling means, or nothing.
        #[test]
        fn a_name_has_one_meaning(
            prefix in "/(topic|queue|app|user/queue|user/joe/topic|temp-queue)/",
            segments in proptest::collection::vec("[a-z$\u{1}]{0,3}|\\*|\\*\\*|#|\\+", 1..6),
            separators in proptest::collection::vec(prop_oneof![Just("."), Just("/"), Just("%2F"), Just("%2f")], 6),
        ) {
            let spelled: String = prefix.clone()
                + &segments.iter().zip(&separators).map(|(a, b)| [a.as_str(), b].concat()).collect::<String>();
            let spelled = spelled.strip_suffix(separators[segments.len() - 1]).unwrap();
            prop_assert_eq!(Destination::parse(spelled), Destination::parse(&(prefix + &segments.join("/"))));
        }
    }
}
