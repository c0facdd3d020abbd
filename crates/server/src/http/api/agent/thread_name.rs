//! How a request names the conversation that it is about, and itself.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use deskwire_desk::DeskError;
use deskwire_model::{Conversation, MessageUid, Principal, Uid};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::http::{AppError, Description, IDEMPOTENCY_KEY, Input, api::ApiState, uid_from_key};

/// A conversation by its topic or uid, as clients of different years spell it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::http::api) struct ThreadName {
    topic: Option<String>,
    thread_topic: Option<String>,
    thread_uid: Option<String>,
    thread: Option<Named>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
struct Named {
    topic: Option<String>,
    uid: Option<String>,
}

impl ThreadName {
    /// What a request says that is read otherwise too.
    pub(in crate::http::api) fn read(request: &Value) -> Result<Self, AppError> {
        Self::deserialize(request).map_err(|error| AppError::Refused(error.to_string()))
    }

    /// The conversation, or the one called `uid` if the request does not say otherwise; within the organisation of `by`,
    /// whoever has it.
    pub(in crate::http::api) async fn find_or(
        &self,
        state: &ApiState,
        by: &Principal,
        uid: Option<&str>,
    ) -> Result<Arc<Conversation>, AppError> {
        let desk = &state.gateway.desk;
        let inner = self.thread.as_ref();
        let topic = self.topic.as_deref().or(self.thread_topic.as_deref());
        if let Some(topic) = topic.or(inner.and_then(|thread| thread.topic.as_deref())) {
            let found = desk.conversation(&topic.replace('.', "/")).await?;
            return Ok(found.filter(|found| found.org == by.org).ok_or(DeskError::NotYours)?);
        }
        let uid = self.thread_uid.as_deref().or(inner.and_then(|thread| thread.uid.as_deref())).or(uid);
        let uid = uid.ok_or_else(|| AppError::Refused("topic or threadUid is missing".into()))?;
        let uid = Uid::new(uid).map_err(|_| AppError::from(DeskError::NotYours))?;
        Ok(desk.conversation_called(by, &uid).await?)
    }

    /// The conversation; within the organisation of `by`, whoever has it.
    pub(in crate::http::api) async fn find(
        &self,
        state: &ApiState,
        by: &Principal,
    ) -> Result<Arc<Conversation>, AppError> {
        self.find_or(state, by, None).await
    }
}

/// The header `Idempotency-Key`: a request that is sent again under the same key does what it does once.
#[derive(Clone, Debug)]
pub(in crate::http::api) struct IdempotencyKey(Option<MessageUid>);

impl IdempotencyKey {
    /// The name of the message that the request becomes.
    pub(in crate::http::api) fn into_uid(self) -> MessageUid {
        self.0.unwrap_or_else(MessageUid::random)
    }

    /// The uid of what `maker` makes by the request: the one it names, or the one that follows from the key.
    pub(in crate::http::api) fn names(&self, maker: &Principal, named: Option<Uid>) -> Uid {
        let from_key = || uid_from_key(&maker.uid, self.0.as_ref()?.as_str());
        named.or_else(from_key).unwrap_or_else(Uid::random)
    }

    /// The uid of the visitor whom the request introduces to `org`. It is the visitor's secret
    /// ([ADR 6](../../../../../../docs/adr/0006-visitor-uid-as-bearer-secret.md)), so only a key that nobody can guess leads
    /// to one: a UUID.
    pub(in crate::http::api) fn visitor(&self, org: &Uid) -> Uid {
        let secret = self.0.as_ref().map(MessageUid::as_str).filter(|key| uuid::Uuid::try_parse(key).is_ok());
        secret.and_then(|key| uid_from_key(org, key)).unwrap_or_else(Uid::random)
    }

    /// Whether the request has a key, so that what is there already may be its own doing.
    pub(in crate::http::api) const fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// The same, or `uid` if there is no header and `uid` can be a name.
    pub(in crate::http::api) fn or(self, uid: Option<&str>) -> Self {
        Self(self.0.or_else(|| MessageUid::new(uid?).ok()))
    }
}

impl Input for IdempotencyKey {
    fn describe(description: &mut Description<'_>) {
        description.named_by_key();
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let key = parts.headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok());
        Ok(Self(key.and_then(|key| MessageUid::new(key).ok())))
    }
}
