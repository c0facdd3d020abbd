//! What a request says, and the signature by which its receiver knows that we say it: that of Standard Webhooks 1.0
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature`), for which there are libraries.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use deskwire_model::{Conversation, MessageType, Timestamp, Uid};
use deskwire_store::HookEvent;
use serde::Serialize;
use serde_json::value::RawValue;

/// Names the webhook that a request is for. A request that bears it is not let in anywhere, so that webhooks that lead to
/// a Deskwire cannot feed each other.
pub(crate) const HOOK_HEADER: &str = "deskwire-webhook";

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// The key of a webhook's signatures, as its receiver is told it: `whsec_` and Base64.
#[derive(Debug)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// A new random key.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; KEY_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.into()))
    }

    /// The key itself.
    #[must_use]
    pub fn into_bytes(self) -> Box<[u8]> {
        self.0
    }

    /// How its receiver is told it.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }
}

/// The body of a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: &'a str,
    r#type: &'static str,
    message_type: &'a str,
    org_uid: &'a str,
    thread_uid: &'a str,
    topic: &'a str,
    visitor_uid: &'a str,
    seq: u64,
    timestamp: i64,
    message: &'a RawValue,
}

/// The id of an event for one webhook: the same however often it is told.
pub(super) fn id(hook: &Uid, event: &HookEvent) -> String {
    format!("{hook}-{}", event.id)
}

/// The body that tells `event`, whose message is `message` in the `message-json` dialect.
pub(super) fn body(
    id: &str,
    event: &HookEvent,
    conversation: &Conversation,
    kind: &MessageType,
    message: &[u8],
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body {
        id,
        r#type: event.topic.as_str(),
        message_type: kind.as_str(),
        org_uid: conversation.org.as_str(),
        thread_uid: conversation.uid.as_str(),
        topic: conversation.topic.as_str(),
        visitor_uid: conversation.visitor.as_str(),
        seq: event.seq.0,
        timestamp: event.at.0,
        message: serde_json::from_slice(message)?,
    })
}

/// `webhook-timestamp` and `webhook-signature` of a request that is sent `now`.
pub(super) fn signature(key: &[u8], id: &str, now: Timestamp, body: &[u8]) -> (String, String) {
    let seconds = now.0.div_euclid(1000).to_string();
    let mut signing = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        signing.update(part);
    }
    let signature = format!("v1,{}", STANDARD.encode(signing.sign()));
    (seconds, signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification of Standard Webhooks.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, now) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp(1_614_265_330_999));
        let (seconds, signature) = signature(&key, id, now, br#"{"test": 2432232314}"#);
        assert_eq!(seconds, "1614265330");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn keys_differ_and_are_told_in_base64() {
        let (first, second) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(first.to_text(), second.to_text());
        let text = first.to_text();
        assert_eq!(STANDARD.decode(text.strip_prefix("whsec_").unwrap()).unwrap(), first.into_bytes().as_ref());
    }
}
