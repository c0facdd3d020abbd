//! What back ends send to whoever is connected: `/api/v1/push/…`. The words of Spring for it are `convertAndSend` and
//! `convertAndSendToUser` (`spec/stomp-sockjs.md` §2.3, §2.6).

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
};
use bytes::Bytes;
use deskwire_broker::{Content, Opaque, Publication};
use deskwire_model::{Destination, ErrorCode, InvalidTopic, Topic, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    ApiState,
    caller::{ServiceCaller, may_send},
};
use crate::{
    cluster::visitors::{self, Place},
    gateway::{Identity, QueueRoute, unheard},
    http::{AppError, JsonBody, Routes, Success},
    listener::Peer,
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Pushing")
        .post("/api/v1/push/broadcast", broadcast, "Sends to whoever listens to a live topic, or into a queue.")
        .post("/api/v1/push/users/{uid}", to_user, "Sends to a user's sessions.")
}

#[derive(Debug, Deserialize, JsonSchema)]
struct PushRequest {
    destination: String,
    payload: Box<RawValue>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Pushed {
    /// Connections that listen there now, on all nodes that answer within a second; none for a queue, in which the message may
    /// wait for one. MQTT sessions that keep what is said on a topic are counted on the node that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<usize>,
}

impl Pushed {
    const fn to(sessions: usize) -> Success<Self> {
        Success::new(Self { sessions: Some(sessions) })
    }
}

impl PushRequest {
    /// Text goes as it is, everything else as JSON.
    fn content(&self) -> Opaque {
        let json = self.payload.get();
        let (body, content_type) = match serde_json::from_str::<String>(json) {
            Ok(text) => (text, "text/plain;charset=UTF-8"),
            Err(_) => (json.to_owned(), "application/json"),
        };
        Opaque::new(Bytes::from(body), Some(content_type.into()), Vec::new())
    }
}

/// To everybody who listens to a live topic, or into a queue.
async fn broadcast(
    State(state): State<ApiState>,
    ServiceCaller(account): ServiceCaller,
    Extension(peer): Extension<Peer>,
    JsonBody(request): JsonBody<PushRequest>,
) -> Result<Success<Pushed>, AppError> {
    let gateway = &state.gateway;
    let content = request.content();
    may_send(&state, (&account.principal, &peer), &request.destination, content.body())?;
    let caller = Identity::program(account);
    let no_right = |place: &Topic| AppError::Forbidden(format!("no right to send to {place}"));
    let topic = match gateway.destination(&request.destination)? {
        Destination::Topic(filter) => filter.exact().ok_or(InvalidTopic::Wildcard)?,
        Destination::Queue(name) => match gateway.route_enqueue(&caller, &name).map_err(|_| no_right(&name))? {
            QueueRoute::Everyone(topic) => topic,
            QueueRoute::Shared(queue) => {
                let message = Publication::new(queue, Content::Opaque(content));
                gateway
                    .queues
                    .admit(message)
                    .map_err(|full| AppError::Named(ErrorCode::Full, full.to_string()))?
                    .push();
                return Ok(Success::new(Pushed { sessions: None }));
            }
        },
        _ => return Err(AppError::Refused("destination must begin with /topic/ or /queue/".into())),
    };
    if !gateway.may_publish_live(&caller, &topic) {
        return Err(no_right(&topic));
    }
    let place = Place::Topic(topic.as_str().to_owned());
    let publication = Publication::new(topic, Content::Opaque(content));
    let here = gateway.hub.publish_counting(&Arc::new(publication));
    Ok(Pushed::to(here + visitors::listeners_elsewhere(gateway, place).await))
}

/// To all sessions of a user that listen to their own place.
async fn to_user(
    State(state): State<ApiState>,
    ServiceCaller(account): ServiceCaller,
    Extension(peer): Extension<Peer>,
    Path(user): Path<String>,
    JsonBody(request): JsonBody<PushRequest>,
) -> Result<Success<Pushed>, AppError> {
    // With or without the prefix, which Spring's own method leaves out.
    let place = request.destination.strip_prefix("/user").unwrap_or(&request.destination);
    let topic = match state.gateway.destination(&format!("/user{place}"))? {
        Destination::Own(topic) => topic,
        _ => return Err(AppError::Refused("destination must begin with /queue/ or /topic/".into())),
    };
    // A name that holds what stands for a slash would be another name in a destination.
    if user.to_ascii_lowercase().contains("%2f") {
        return Err(AppError::Refused("a user name must not contain %2F".into()));
    }
    let user = Uid::new(&user).map_err(|error| AppError::Refused(error.to_string()))?;
    if !account.may_push(&user, &topic) {
        return Err(AppError::Forbidden(format!("no right to send to user/{user}/{topic}")));
    }
    let content = request.content();
    may_send(&state, (&account.principal, &peer), &format!("/user/{user}/{topic}"), content.body())?;
    let here = state.gateway.tell_user(&account, &user, &topic, &content);
    let place = Place::User { user, org: account.confines().cloned(), topic: topic.as_str().to_owned() };
    let sessions = here + visitors::listeners_elsewhere(&state.gateway, place).await;
    if sessions == 0 {
        unheard();
    }
    Ok(Pushed::to(sessions))
}

impl From<InvalidTopic> for AppError {
    fn from(error: InvalidTopic) -> Self {
        Self::Named(ErrorCode::InvalidTopic, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_as_it_is_and_everything_else_as_json() {
        for (payload, body, content_type) in [
            (r#""a \"word\" \u00e9""#, "a \"word\" \u{e9}", "text/plain;charset=UTF-8"),
            (r#"{"a":[1,2.50]}"#, r#"{"a":[1,2.50]}"#, "application/json"),
            ("7", "7", "application/json"),
            ("null", "null", "application/json"),
        ] {
            let request = format!(r#"{{"destination":"/topic/a","payload":{payload}}}"#);
            let content = serde_json::from_str::<PushRequest>(&request).unwrap().content();
            assert_eq!(content.body(), body.as_bytes(), "{payload}");
            assert_eq!(content.content_type(), Some(content_type), "{payload}");
        }
    }
}
