//! Where a subscription or a message goes.

use std::sync::Arc;

use deskwire_desk::DeskError;
use deskwire_model::{Conversation, Destination, InvalidTopic, Topic, TopicFilter};

use super::{Gateway, Identity};

/// What a topic turned out to be.
#[derive(Clone, Debug)]
pub enum Route {
    /// A conversation in which the principal takes part.
    Conversation(Arc<Conversation>),
    /// A live topic, or a filter over live topics.
    Live(TopicFilter),
}

/// Why a subscription or message is refused. The text is made for the client's eyes.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The name is malformed.
    #[error("{0}")]
    Topic(#[from] InvalidTopic),
    /// No right to it.
    #[error("not allowed: {0}")]
    NotAllowed(Box<str>),
    /// The desk says no.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// Topics below these are the server's: conversations and the users' own. Nobody publishes opaque bytes there, and a
/// pattern does not reach into them (invariant I9).
fn is_reserved(filter: &TopicFilter) -> bool {
    matches!(filter.as_str().split('/').next(), Some("org" | "user"))
}

impl Gateway {
    /// What `identity` gets when it subscribes to the canonical `filter`.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn route_subscribe(&self, identity: &Identity, filter: TopicFilter) -> Result<Route, Refused> {
        if identity.subscribe.iter().any(|right| right.covers(&filter)) && self.is_open(identity, &filter) {
            return Ok(Route::Live(filter));
        }
        self.route_conversation(identity, &filter).await
    }

    /// Where a message of `identity` to the canonical topic `filter` goes.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn route_publish(&self, identity: &Identity, filter: TopicFilter) -> Result<Route, Refused> {
        if filter.exact().is_none() {
            return Err(InvalidTopic::Wildcard.into());
        }
        if identity.publish.iter().any(|right| right.covers(&filter)) && !is_reserved(&filter) {
            return Ok(Route::Live(filter));
        }
        self.route_conversation(identity, &filter).await
    }

    /// Own topics are open to their user; everything else that is reserved is not a live topic.
    fn is_open(&self, identity: &Identity, filter: &TopicFilter) -> bool {
        !is_reserved(filter) || identity.principal.role != deskwire_model::Role::Service
    }

    async fn route_conversation(&self, identity: &Identity, filter: &TopicFilter) -> Result<Route, Refused> {
        let Some(topic) = filter.exact() else { return Err(Refused::NotAllowed(filter.as_str().into())) };
        match self.desk.own_conversation(&identity.principal, topic.as_str()).await {
            Ok(conversation) => Ok(Route::Conversation(conversation)),
            Err(DeskError::NotYours) => Err(Refused::NotAllowed(filter.as_str().into())),
            Err(error) => Err(error.into()),
        }
    }

    /// The canonical filter of a STOMP SUBSCRIBE.
    ///
    /// # Errors
    /// [`Refused`] when the destination is malformed or cannot be subscribed to.
    pub fn subscribe_destination(destination: &str) -> Result<TopicFilter, Refused> {
        match Destination::parse(destination)? {
            Destination::Topic(filter) => Ok(filter),
            Destination::App(_) | Destination::UserQueue(_) => Err(Refused::NotAllowed(destination.into())),
        }
    }

    /// The canonical topic of a STOMP SEND: `/app/org.agent.A.V` and `/topic/org.agent.A.V` mean the same
    /// conversation.
    ///
    /// # Errors
    /// [`Refused`] when the destination is malformed or cannot be sent to.
    pub fn send_destination(destination: &str) -> Result<TopicFilter, Refused> {
        match Destination::parse(destination)? {
            Destination::Topic(filter) | Destination::App(filter) => Ok(filter),
            Destination::UserQueue(_) => Err(Refused::NotAllowed(destination.into())),
        }
    }
}

/// A user's own topic, where the server tells it what it must know.
#[must_use]
pub fn user_topic(identity: &Identity) -> Option<Topic> {
    Topic::new(&format!("user/{}", identity.principal.uid)).ok()
}
