//! What is said on live topics and in queues, as the store keeps it.

use deskwire_model::SessionId;
use deskwire_store::QueuedMessage;

use crate::publication::{Assurance, Opaque};

impl From<&Opaque> for QueuedMessage {
    fn from(said: &Opaque) -> Self {
        Self {
            content_type: said.content_type().map(Into::into),
            headers: said.headers().map(|(name, value)| (name.into(), value.into())).collect(),
            expires: said.expires(),
            body: said.body().clone(),
            qos: said.assurance() as u8,
            retained: said.is_retained(),
            is_text: said.is_declared_text(),
            response_topic: said.response_topic().map(Into::into),
            correlation: said.correlation().cloned(),
            origin: said.origin().map(SessionId::number),
        }
    }
}

impl From<QueuedMessage> for Opaque {
    fn from(stored: QueuedMessage) -> Self {
        let mut said = Self::new(stored.body, stored.content_type, stored.headers)
            .assured(Assurance::from_level(stored.qos))
            .answering(stored.response_topic, stored.correlation);
        if let Some(time) = stored.expires {
            said = said.expiring(time);
        }
        if stored.retained {
            said = said.retained();
        }
        if stored.is_text {
            said = said.declared_text();
        }
        if let Some(origin) = stored.origin {
            said = said.said_by(SessionId::from_number(origin));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use deskwire_model::Timestamp;
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn data() -> impl Strategy<Value = Bytes> {
        vec(any::<u8>(), 0..9).prop_map(Bytes::from)
    }

    fn text() -> impl Strategy<Value = Box<str>> {
        any::<String>().prop_map(Into::into)
    }

    fn any_message() -> impl Strategy<Value = QueuedMessage> {
        let said = (data(), option::of(text()), vec((text(), text()), 0..4));
        let answer = (option::of(text()), option::of(data()));
        let rest = (option::of(any::<i64>()), 0..3_u8, any::<bool>(), any::<bool>(), option::of(any::<u64>()));
        (said, answer, rest).prop_map(
            |(
                (body, content_type, headers),
                (response_topic, correlation),
                (expires, qos, retained, is_text, origin),
            )| {
                let expires = expires.map(Timestamp);
                QueuedMessage {
                    content_type,
                    headers,
                    expires,
                    body,
                    qos,
                    retained,
                    is_text,
                    response_topic,
                    correlation,
                    origin,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_message_comes_back_from_the_store_as_it_was_said(stored in any_message()) {
            let said = Opaque::from(stored.clone());
            prop_assert_eq!(said.body(), &stored.body);
            prop_assert_eq!(said.content_type(), stored.content_type.as_deref());
            prop_assert_eq!(said.expires(), stored.expires);
            prop_assert_eq!(said.assurance(), Assurance::from_level(stored.qos));
            prop_assert_eq!((said.is_retained(), said.is_declared_text()), (stored.retained, stored.is_text));
            prop_assert_eq!(said.response_topic(), stored.response_topic.as_deref());
            prop_assert_eq!(said.correlation(), stored.correlation.as_ref());
            prop_assert_eq!(QueuedMessage::from(&said), stored);
        }
    }

    #[test]
    fn a_message_is_small_as_long_as_nobody_is_to_answer_it() {
        assert!(size_of::<Opaque>() <= 128, "{}", size_of::<Opaque>());
    }
}
