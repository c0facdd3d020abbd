//! What MQTT 5 says about a message, and what all protocols have in common.

use bytes::Bytes;
use deskwire_broker::{Assurance, Opaque};
use deskwire_model::Timestamp;
use deskwire_wire::mqtt::{MessageProperties, PayloadFormat, Publish, QoS, Text, TopicName, UserProperties, Will};

const MS_PER_SECOND: i64 = 1000;

/// What a client publishes at the time that `clock` shows, but for who it is.
pub(super) fn opaque(publish: &Publish, clock: impl FnOnce() -> Timestamp) -> Opaque {
    let Publish { payload, delivery, retain, message_expiry, properties, .. } = publish;
    said(payload, delivery.qos(), *retain, expires(*message_expiry, clock), properties)
}

/// What a client leaves to be published, when that is done at the time `now`.
pub(super) fn opaque_will(will: &Will, now: Timestamp) -> Opaque {
    let Will { payload, qos, retain, message_expiry, properties, .. } = will;
    said(payload, *qos, *retain, expires(*message_expiry, || now), properties)
}

/// When it expires; the clock is only looked at for a message that does.
fn expires(seconds: Option<u32>, clock: impl FnOnce() -> Timestamp) -> Option<Timestamp> {
    seconds.map(|seconds| Timestamp(clock().0.saturating_add(i64::from(seconds) * MS_PER_SECOND)))
}

fn said(payload: &Bytes, qos: QoS, retain: bool, expires: Option<Timestamp>, properties: &MessageProperties) -> Opaque {
    let headers = properties.user.iter().map(|(name, value)| (owned(name), owned(value))).collect();
    let response_topic = properties.response_topic.as_ref().map(|topic| topic.as_str().into());
    let mut said = Opaque::new(payload.clone(), properties.content_type.as_ref().map(owned), headers)
        .assured(Assurance::from_level(qos as u8))
        .answering(response_topic, properties.correlation_data.clone());
    if let Some(time) = expires {
        said = said.expiring(time);
    }
    if retain {
        said = said.retained();
    }
    if properties.payload_format == Some(PayloadFormat::Utf8) {
        said = said.declared_text();
    }
    said
}

/// A copy, so that it does not keep the packet that it came in.
fn owned(text: &Text) -> Box<str> {
    text.as_str().into()
}

/// What a receiver is told about a message; none if there is nothing to tell. What MQTT has no form for, such as a header
/// of more than 65,535 bytes, is left out.
pub(super) fn properties(said: &Opaque) -> Option<MessageProperties> {
    let mut properties = MessageProperties::NONE;
    properties.payload_format = said.is_declared_text().then_some(PayloadFormat::Utf8);
    properties.content_type = said.content_type().and_then(|text| Text::new(text).ok());
    properties.response_topic = said.response_topic().and_then(|topic| TopicName::new(topic).ok());
    properties.correlation_data = said.correlation().filter(|data| data.len() <= usize::from(u16::MAX)).cloned();
    properties.user = user(said);
    (properties != MessageProperties::NONE).then_some(properties)
}

fn user(said: &Opaque) -> UserProperties {
    said.headers().filter_map(|(name, value)| Some((Text::new(name).ok()?, Text::new(value).ok()?))).collect()
}

/// Seconds that are left of a message at the time `now`, if it expires: those it came with without the whole ones it has
/// waited [MQTT-3.3.2-6]; 0 if it is too late.
pub(super) fn seconds_left(said: &Opaque, now: Timestamp) -> Option<u32> {
    let Timestamp(expires) = said.expires()?;
    let left = expires.saturating_sub(now.0).max(0);
    let seconds = left / MS_PER_SECOND + i64::from(left % MS_PER_SECOND != 0);
    Some(u32::try_from(seconds).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use deskwire_wire::mqtt::Delivery;
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_123);

    fn text(text: &str) -> Text {
        Text::new(text).unwrap()
    }

    fn publish(properties: MessageProperties) -> Publish {
        let topic = TopicName::new("a/b").unwrap();
        let mut publish = Publish::new(Delivery::AtMostOnce, topic, Bytes::from_static(b"said"));
        publish.properties = properties;
        publish
    }

    fn with(change: impl FnOnce(&mut MessageProperties)) -> MessageProperties {
        let mut properties = MessageProperties::NONE;
        change(&mut properties);
        properties
    }

    #[test]
    fn what_stomp_says_has_a_form_in_mqtt() {
        let plain = || Opaque::new(Bytes::from_static(b"said"), None, Vec::new());
        let headers = |pairs: &[(&str, &str)]| {
            let owned = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            Opaque::new(Bytes::new(), None, owned)
        };
        let user = |pairs: &[(&str, &str)]| {
            with(|all| all.user = pairs.iter().map(|(name, value)| (text(name), text(value))).collect())
        };
        let (fits, long) = ("x".repeat(65_535), "x".repeat(65_536));
        let long_data = Bytes::from(vec![0; 65_536]);
        for (said, expected, what) in [
            (plain(), MessageProperties::NONE, "nothing"),
            (plain().declared_text(), with(|all| all.payload_format = Some(PayloadFormat::Utf8)), "text"),
            (
                Opaque::new(Bytes::new(), Some("text/plain".into()), Vec::new()),
                with(|all| all.content_type = Some(text("text/plain"))),
                "a media type",
            ),
            (Opaque::new(Bytes::new(), Some("a\0".into()), Vec::new()), MessageProperties::NONE, "no media type"),
            (
                plain().answering(Some("c/d".into()), Some(Bytes::from_static(&[0xff]))),
                with(|all| {
                    all.response_topic = Some(TopicName::new("c/d").unwrap());
                    all.correlation_data = Some(Bytes::from_static(&[0xff]));
                }),
                "an answer",
            ),
            (plain().answering(Some("c/#".into()), Some(long_data)), MessageProperties::NONE, "no topic, too long"),
            (
                headers(&[("b", "1"), ("a", ""), ("b", "2")]),
                user(&[("b", "1"), ("a", ""), ("b", "2")]),
                "headers in their order",
            ),
            (headers(&[("a", "b\0"), ("c\0", "d"), ("e", "f")]), user(&[("e", "f")]), "U+0000"),
            (headers(&[("a", &long), (&long, "b"), (&fits, &fits)]), user(&[(&fits, &fits)]), "long headers"),
        ] {
            assert_eq!(properties(&said).unwrap_or_default(), expected, "{what}");
            assert_eq!(properties(&said).is_none(), expected == MessageProperties::NONE, "{what}");
        }
    }

    #[test]
    fn a_message_counts_down_in_whole_seconds() {
        let expiring = |at: i64| Opaque::default().expiring(Timestamp(at));
        for (said, left) in [
            (Opaque::default(), None),
            (expiring(NOW.0), Some(0)),
            (expiring(NOW.0 - 1), Some(0)),
            (expiring(i64::MIN), Some(0)),
            (expiring(NOW.0 + 1), Some(1)),
            (expiring(NOW.0 + 1000), Some(1)),
            (expiring(NOW.0 + 1001), Some(2)),
            (expiring(i64::MAX), Some(u32::MAX)),
        ] {
            assert_eq!(seconds_left(&said, NOW), left, "{said:?}");
        }
    }

    #[test]
    fn the_head_of_a_publish_is_kept() {
        let id = NonZeroU16::MIN;
        for (delivery, assurance) in [
            (Delivery::AtMostOnce, Assurance::AtMostOnce),
            (Delivery::AtLeastOnce(id), Assurance::AtLeastOnce),
            (Delivery::ExactlyOnce(id), Assurance::ExactlyOnce),
        ] {
            for retain in [false, true] {
                let mut publish = publish(MessageProperties::NONE);
                (publish.delivery, publish.retain) = (delivery, retain);
                let said = opaque(&publish, || NOW);
                assert_eq!((said.assurance(), said.is_retained()), (assurance, retain));
                assert_eq!((&said.body()[..], said.expires(), said.origin()), (&b"said"[..], None, None));
            }
        }
    }

    /// Any properties. A payload format of 0 says as much as none.
    fn any_properties() -> impl Strategy<Value = MessageProperties> {
        let text = || "[^\0]{0,9}".prop_map(|any| text(&any));
        let topic = "[^\0+#]{1,9}".prop_map(|any| TopicName::new(&any).unwrap());
        let data = vec(any::<u8>(), 0..9).prop_map(Bytes::from);
        let user = vec((text(), text()), 0..4);
        (any::<bool>(), option::of(text()), option::of(topic), option::of(data), user).prop_map(
            |(is_text, content_type, response_topic, correlation_data, user)| {
                with(|all| {
                    all.payload_format = is_text.then_some(PayloadFormat::Utf8);
                    all.content_type = content_type;
                    all.response_topic = response_topic;
                    all.correlation_data = correlation_data;
                    all.user = user;
                })
            },
        )
    }

    proptest! {
        #[test]
        fn every_receiver_gets_the_properties_of_the_publisher(
            all in any_properties(),
            expiry in option::of(any::<u32>()),
        ) {
            let mut publish = publish(all.clone());
            publish.message_expiry = expiry;
            let said = opaque(&publish, || NOW);
            prop_assert_eq!(properties(&said).unwrap_or_default(), all);
            prop_assert_eq!(seconds_left(&said, NOW), expiry);
        }
    }
}
