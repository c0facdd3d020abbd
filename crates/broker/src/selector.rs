//! Which messages of a live topic or queue a subscription wants.

use deskwire_model::{SessionId, Timestamp};

use crate::publication::{Content, Opaque, Publication};

/// Why a text is no selector that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a selector is name = 'value' or name = number, and several of them joined by AND")]
pub struct InvalidSelector;

/// Headers that a message must have: the part of the selectors of JMS that compares for equality
/// (`spec/stomp-sockjs.md` §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    terms: Box<[(Box<str>, Box<str>)]>,
}

impl Selector {
    /// Reads `name = 'value' AND other = 5`. Within quotes `''` is a quote; numbers are compared as text.
    ///
    /// # Errors
    /// [`InvalidSelector`] for everything else that selectors can say elsewhere.
    pub fn parse(text: &str) -> Result<Self, InvalidSelector> {
        let (mut terms, mut rest) = (Vec::new(), text);
        loop {
            let (name, behind) = name(rest.trim_start())?;
            let behind = behind.trim_start().strip_prefix('=').ok_or(InvalidSelector)?;
            let (value, behind) = value(behind.trim_start())?;
            terms.push((name.into(), value));
            if behind.trim().is_empty() {
                return Ok(Self { terms: terms.into() });
            }
            rest = and(behind)?;
        }
    }

    /// Whether a message has all the headers; of several with one name the first counts.
    #[must_use]
    pub fn matches(&self, message: &Opaque) -> bool {
        self.terms.iter().all(|(name, value)| has(message, name, value))
    }
}

/// Whether the header `name` of a message has this value. Some are no headers but in STOMP.
fn has(message: &Opaque, name: &str, value: &str) -> bool {
    match (name, message.response_topic(), message.correlation(), message.expires()) {
        ("content-type", ..) => message.content_type() == Some(value),
        ("reply-to", Some(topic), ..) => value.strip_prefix("/topic/") == Some(topic),
        ("correlation-id", _, Some(correlation), _) => correlation == value.as_bytes(),
        ("expires", .., Some(Timestamp(time))) => value.parse() == Ok(time),
        _ => message.headers().find(|(own, _)| *own == name).map(|(_, value)| value) == Some(value),
    }
}

fn name(text: &str) -> Result<(&str, &str), InvalidSelector> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let begins_well = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'));
    if begins_well { Ok(text.split_at(end)) } else { Err(InvalidSelector) }
}

fn value(text: &str) -> Result<(Box<str>, &str), InvalidSelector> {
    let Some(mut rest) = text.strip_prefix('\'') else { return number(text) };
    let mut value = String::new();
    loop {
        let (part, behind) = rest.split_once('\'').ok_or(InvalidSelector)?;
        value.push_str(part);
        match behind.strip_prefix('\'') {
            Some(behind) => {
                value.push('\'');
                rest = behind;
            }
            None => return Ok((value.into(), behind)),
        }
    }
}

fn number(text: &str) -> Result<(Box<str>, &str), InvalidSelector> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (number, behind) = text.split_at(end);
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.')
        && digits.bytes().filter(|octet| *octet == b'.').count() < 2;
    if is_number { Ok((number.into(), behind)) } else { Err(InvalidSelector) }
}

/// What stands behind a word AND with blanks around it.
fn and(text: &str) -> Result<&str, InvalidSelector> {
    let word = text.trim_start();
    let (and, behind) = word.split_at_checked(3).ok_or(InvalidSelector)?;
    let stands_alone = word.len() < text.len() && behind.starts_with(char::is_whitespace);
    if stands_alone && and.eq_ignore_ascii_case("and") { Ok(behind) } else { Err(InvalidSelector) }
}

/// What a subscription wants of what is said where it listens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Only messages with these headers.
    pub selector: Option<Selector>,
    /// Nothing that this session said itself.
    pub not_from: Option<SessionId>,
}

impl Wants {
    /// Whether a subscription is to get `publication`. Only opaque messages are chosen from: a log has no holes.
    #[must_use]
    pub fn accepts(&self, publication: &Publication) -> bool {
        let Content::Opaque(message) = publication.content() else { return true };
        let own = self.not_from.is_some() && message.origin() == self.not_from;
        !own && self.selector.as_ref().is_none_or(|selector| selector.matches(message))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use deskwire_model::Topic;

    use super::*;

    fn message(headers: &[(&str, &str)]) -> Opaque {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Opaque::new(Bytes::new(), Some("text/plain".into()), headers)
    }

    #[test]
    fn all_terms_must_be_equal() {
        let red = message(&[("color", "red"), ("size", "5"), ("color", "blue"), ("note", "it's")]);
        for (selector, expected) in [
            ("color = 'red'", true),
            ("color='red'", true),
            ("color = 'Red'", false),
            ("color = 'blue'", false),
            ("size = 5", true),
            ("size = '5'", true),
            ("size = 5.0", false),
            ("color = 'red' AND size = 5", true),
            ("color='red' and size = 6", false),
            ("missing = ''", false),
            ("note = 'it''s'", true),
            ("content-type = 'text/plain'", true),
            (" color = 'red'  AND\tsize = 5 ", true),
        ] {
            assert_eq!(Selector::parse(selector).unwrap().matches(&red), expected, "{selector}");
        }
    }

    #[test]
    fn headers_that_all_protocols_know_are_headers_too() {
        let plain = message(&[("reply-to", "/queue/a"), ("correlation-id", "7"), ("expires", "0")]);
        let correlation = Some(Bytes::from_static(b"8"));
        let known = message(&[]).answering(Some("a/b".into()), correlation).expiring(Timestamp(12));
        for (selector, expected) in [
            ("reply-to = '/queue/a' AND correlation-id = 7 AND expires = 0", (true, false)),
            ("reply-to = '/topic/a/b'", (false, true)),
            ("reply-to = 'a/b'", (false, false)),
            ("correlation-id = '8'", (false, true)),
            ("expires = 12", (false, true)),
            ("expires = 'soon'", (false, false)),
        ] {
            let selector = Selector::parse(selector).unwrap();
            assert_eq!((selector.matches(&plain), selector.matches(&known)), expected, "{selector:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "color",
            "color =",
            "color = red",
            "color = 'red",
            "color <> 'red'",
            "size > 5",
            "color = 'red' OR size = 5",
            "color = 'red'ANDsize = 5",
            "color = 'red' AND",
            "NOT color = 'red'",
            "color = 'red') AND (size = 5",
            "color LIKE 'r%'",
            "size = 5.",
            "size = 1.2.3",
            "5 = 5",
            "size = 5AND color = 'red'",
            "ä = 'é' x",
            "a = 'b' äöü",
        ] {
            assert_eq!(Selector::parse(text), Err(InvalidSelector), "{text}");
        }
    }

    #[test]
    fn ones_own_messages_are_known_by_their_session() {
        let (own, other) = (SessionId::random(), SessionId::random());
        let from = |session: Option<SessionId>| {
            let opaque = session.map_or_else(Opaque::default, |session| Opaque::default().said_by(session));
            Publication::new(Topic::new("t").unwrap(), Content::Opaque(opaque))
        };
        let wants = Wants { selector: None, not_from: Some(own) };
        assert!(!wants.accepts(&from(Some(own))));
        assert!(wants.accepts(&from(Some(other))));
        assert!(wants.accepts(&from(None)));
        assert!(Wants::default().accepts(&from(Some(own))));
    }
}
