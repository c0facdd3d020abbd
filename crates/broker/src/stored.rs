//! What is said on live topics and in queues, as the store keeps it: all of it but who said it.

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
        said
    }
}
