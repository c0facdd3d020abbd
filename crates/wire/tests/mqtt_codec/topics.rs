//! Topic names, topic filters and which matches which (MQTT 3.1.1, 4.7).

use deskwire_wire::mqtt::{TextError, TopicError, TopicFilter, TopicName, matches};
use proptest::prelude::*;

#[test]
fn names() {
    for name in ["/", "a", "a/b", "/a", "a/", "a//b", "$SYS/x", "Accounts payable", "客服/1"] {
        assert_eq!(TopicName::new(name).unwrap().as_str(), name);
    }
    for (name, error) in [
        ("", TopicError::Empty),
        ("+", TopicError::Wildcard),
        ("a/#", TopicError::Wildcard),
        ("a+b", TopicError::Wildcard),
        ("a\0", TopicError::Text(TextError::Nul)),
    ] {
        assert_eq!(TopicName::new(name), Err(error), "{name:?}");
    }
    assert!(TopicName::new(&"x".repeat(65_535)).is_ok());
    assert_eq!(TopicName::new(&"x".repeat(65_536)), Err(TopicError::Text(TextError::TooLong(65_536))));
}

#[test]
fn filters() {
    for filter in ["#", "+", "/", "a/#", "+/#", "a/+/b", "/+", "+/", "a//#", "+/+/+", "$SYS/#"] {
        assert_eq!(TopicFilter::new(filter).unwrap().as_str(), filter);
    }
    for filter in ["a#", "#/a", "a/#/b", "##", "a+", "+a", "a/b+/c", "a/#b", "#/", "#/#", "++"] {
        assert_eq!(TopicFilter::new(filter), Err(TopicError::MisplacedWildcard), "{filter:?}");
    }
    assert_eq!(TopicFilter::new(""), Err(TopicError::Empty));
    assert_eq!(TopicFilter::new("\0"), Err(TopicError::Text(TextError::Nul)));
}

/// [MQTT-4.8.2-1], [MQTT-4.8.2-2]
#[test]
fn shared_subscriptions() {
    for (filter, shared) in [
        ("$share/group/a/+", Ok(Some(("group", "a/+")))),
        ("$share/g//", Ok(Some(("g", "/")))),
        ("$share", Ok(None)),
        ("$shared/g/a", Ok(None)),
        ("a/$share/g", Ok(None)),
        ("$share/", Err(TopicError::Share)),
        ("$share/g", Err(TopicError::Share)),
        ("$share/g/", Err(TopicError::Share)),
        ("$share//a", Err(TopicError::Share)),
        ("$share/+/a", Err(TopicError::Share)),
    ] {
        assert_eq!(TopicFilter::new(filter).unwrap().shared(), shared, "{filter}");
    }
}

#[test]
fn matching() {
    for (filter, topic, expected) in [
        ("a", "a", true),
        ("a", "b", false),
        ("a", "A", false),
        ("a", "a/", false),
        ("a/", "a", false),
        ("/a", "a", false),
        ("a/b", "a/b", true),
        ("sport/tennis/player1/#", "sport/tennis/player1", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
        ("sport/tennis/player1/#", "sport/tennis/player10", false),
        ("sport/#", "sport", true),
        ("sport/#", "sports", false),
        ("#", "a/b/c", true),
        ("#", "/", true),
        ("sport/tennis/+", "sport/tennis/player1", true),
        ("sport/tennis/+", "sport/tennis/player1/ranking", false),
        ("sport/+", "sport", false),
        ("sport/+", "sport/", true),
        ("+/+", "/finance", true),
        ("/+", "/finance", true),
        ("+", "/finance", false),
        ("+/b/#", "a/b", true),
        ("+/b/#", "a/c", false),
        ("a/+/c", "a//c", true),
        ("#", "$SYS/monitor", false),
        ("+/monitor/Clients", "$SYS/monitor/Clients", false),
        ("+", "$SYS", false),
        ("$SYS/#", "$SYS/monitor/Clients", true),
        ("$SYS/#", "$SYS", true),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", true),
        ("a/#", "a/$b", true),
    ] {
        assert_eq!(matches(filter, topic), expected, "{filter} on {topic}");
        let (filter, topic) = (TopicFilter::new(filter).unwrap(), TopicName::new(topic).unwrap());
        assert_eq!(filter.matches(&topic), expected);
    }
}

proptest! {
    #[test]
    fn a_name_matches_itself_and_its_generalisations(levels in prop::collection::vec("[a-c]{0,2}", 2..6), at in any::<prop::sample::Index>()) {
        let topic = levels.join("/");
        prop_assert!(matches(&topic, &topic));

        let at = at.index(levels.len());
        let mut one_wild = levels.clone();
        one_wild[at] = "+".to_owned();
        prop_assert!(matches(&one_wild.join("/"), &topic));

        let mut rest_wild = levels[..at].to_vec();
        rest_wild.push("#".to_owned());
        prop_assert!(matches(&rest_wild.join("/"), &topic));
    }

    #[test]
    fn filters_without_wildcards_match_only_themselves(filter in "[ab/$]{1,6}", topic in "[ab/$]{1,6}") {
        prop_assert_eq!(matches(&filter, &topic), filter == topic);
    }
}
