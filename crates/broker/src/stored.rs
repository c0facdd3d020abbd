//! What is said on live topics and in queues, as the store keeps it.

use deskwire_store::QueuedMessage;

use crate::publication::Opaque;

impl From<&Opaque> for QueuedMessage {
    fn from(said: &Opaque) -> Self {
        Self {
            content_type: said.content_type().map(Into::into),
            headers: said.headers().map(|(name, value)| (name.into(), value.into())).collect(),
            expires: said.expires(),
            body: said.body().clone(),
        }
    }
}

impl From<QueuedMessage> for Opaque {
    fn from(QueuedMessage { content_type, headers, expires, body }: QueuedMessage) -> Self {
        let said = Self::new(body, content_type, headers);
        match expires {
            Some(time) => said.expiring(time),
            None => said,
        }
    }
}
