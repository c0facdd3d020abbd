//! Where a subscription or a message goes.

use std::sync::Arc;

use deskwire_broker::{CommitError, DurableError, InvalidSelector, QueueError, RetainError};
use deskwire_desk::DeskError;
use deskwire_model::{Conversation, ErrorCode, InvalidTopic, Principal, Topic, TopicFilter};

use super::{Gateway, Identity, Veto};

/// What a topic turned out to be; `L` is a [`Topic`] to publish on or a [`TopicFilter`] to subscribe to.
#[derive(Clone, Debug)]
pub enum Route<L> {
    /// A conversation in which the principal takes part.
    Conversation(Arc<Conversation>),
    /// A live topic, or a filter over live topics.
    Live(L),
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
    /// A topic that is kept back from a client whose suite wants to see a subscription fail.
    #[error("not this topic")]
    Withheld,
    /// More of something than one connection may have.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// A message that should name its conversation does not.
    #[error("the message names no conversation: topic, thread.topic, sessionNo, sessionId or toUserId is missing")]
    NotAddressed,
    /// A subscription is called like a temporary queue, whose answers would be taken for its messages.
    #[error("the id of a subscription must not begin with /temp-queue/")]
    SubscriptionId,
    /// An interceptor says no.
    #[error(transparent)]
    Vetoed(#[from] Veto),
    /// A selector that is not understood.
    #[error(transparent)]
    Selector(#[from] InvalidSelector),
    /// A selector on a conversation.
    #[error("a conversation cannot be chosen from: selectors are for live topics and queues")]
    SelectorOnConversation,
    /// A durable subscription of a user.
    #[error("durable subscriptions are for service accounts")]
    DurableForUsers,
    /// A durable subscription by its `id`, and there is none.
    #[error("a durable subscription needs an id")]
    DurableWithoutId,
    /// A queue takes no more.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// A durable subscription cannot be had.
    #[error(transparent)]
    Durable(#[from] DurableError),
    /// There is no room to retain the message.
    #[error(transparent)]
    Retain(#[from] RetainError),
    /// The message could not be stored.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The desk says no.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl Refused {
    /// Its stable name, the same on every protocol.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Topic(_) => ErrorCode::InvalidTopic,
            Self::NotAllowed(_) | Self::Withheld | Self::DurableForUsers => ErrorCode::NoRight,
            Self::TooMany(_) | Self::Durable(DurableError::TooManyOfOwner | DurableError::InUse) => ErrorCode::TooMany,
            Self::NotAddressed => ErrorCode::NotAddressed,
            Self::SubscriptionId | Self::DurableWithoutId => ErrorCode::SubscriptionId,
            Self::Vetoed(_) => ErrorCode::Vetoed,
            Self::Selector(_) | Self::SelectorOnConversation => ErrorCode::InvalidSelector,
            Self::Queue(_) | Self::Retain(_) | Self::Durable(DurableError::Queue(_)) => ErrorCode::Full,
            Self::Commit(_) | Self::Durable(DurableError::Store(_)) => ErrorCode::Busy,
            Self::Desk(error) => error.code(),
        }
    }

    /// The status of a message that is refused for this (`spec/bytedesk.md` §2.2).
    #[must_use]
    pub const fn message_status(&self) -> &'static str {
        match self {
            Self::Desk(error) => error.message_status(),
            _ => "ERROR",
        }
    }
}

/// Topics below these are the server's: conversations and the users' own. Nobody publishes opaque bytes there, and a
/// service account does not listen there (invariant I9).
fn is_reserved(topic_or_filter: &str) -> bool {
    matches!(topic_or_filter.split('/').next(), Some("org" | "user"))
}

/// Whether `filter` is one of the topics on which the server tells a user something (`spec/bytedesk.md` §5, default
/// subscriptions).
fn is_own(principal: &Principal, filter: &TopicFilter) -> bool {
    let mut segments = filter.as_str().split('/');
    match (segments.next(), segments.next(), segments.next(), segments.next()) {
        (Some("user"), Some(uid), _, _) => uid == principal.uid.as_str(),
        (Some("org"), Some(org), None, None) => principal.role.is_staff() && org == principal.org.as_str(),
        (Some("org"), Some("agent" | "queue"), Some(uid), None) => {
            principal.role.is_staff() && uid == principal.uid.as_str()
        }
        _ => false,
    }
}

/// What all users of an organisation listen to, and nobody sends to: the state of the seats (seed 002).
const SHARED: &str = "seat/status";

/// The topic of its own organisation that a user means by `filter`, if that is [`SHARED`]. Programs mean a live topic.
#[must_use]
pub fn shared_topic(identity: &Identity, filter: &TopicFilter) -> Option<TopicFilter> {
    let org = (identity.account.is_none() && filter.as_str() == SHARED).then_some(&identity.principal.org)?;
    TopicFilter::new(&format!("org/{org}/{SHARED}")).ok()
}

impl Gateway {
    /// What `identity` gets when it subscribes to the canonical `filter`.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn route_subscribe(
        &self,
        identity: &Identity,
        filter: TopicFilter,
    ) -> Result<Route<TopicFilter>, Refused> {
        match &identity.account {
            Some(account) if account.may_subscribe(&filter) && !is_reserved(filter.as_str()) => Ok(Route::Live(filter)),
            Some(account) if account.is_withheld(&filter) => Err(Refused::Withheld),
            Some(_) => Err(Refused::NotAllowed(filter.as_str().into())),
            None if is_own(&identity.principal, &filter) => Ok(Route::Live(filter)),
            None => {
                let Some(topic) = filter.exact() else { return Err(Refused::NotAllowed(filter.as_str().into())) };
                self.own_conversation(identity, &topic).await.map(Route::Conversation)
            }
        }
    }

    /// Where a message of `identity` to the canonical `topic` goes.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn route_publish(&self, identity: &Identity, topic: Topic) -> Result<Route<Topic>, Refused> {
        if self.may_publish_live(identity, &topic) {
            return Ok(Route::Live(topic));
        }
        self.own_conversation(identity, &topic).await.map(Route::Conversation)
    }

    /// Whether `identity` may publish opaque bytes on `topic`.
    #[must_use]
    pub fn may_publish_live(&self, identity: &Identity, topic: &Topic) -> bool {
        let right = identity.account.as_ref().is_some_and(|account| account.may_publish(topic));
        right && !is_reserved(topic.as_str())
    }

    async fn own_conversation(&self, identity: &Identity, topic: &Topic) -> Result<Arc<Conversation>, Refused> {
        match self.desk.own_conversation(&identity.principal, topic.as_str()).await {
            Err(DeskError::NotYours) => Err(Refused::NotAllowed(topic.as_str().into())),
            other => Ok(other?),
        }
    }
}

/// A user's own topic, where the server tells it what it must know.
#[must_use]
pub fn user_topic(identity: &Identity) -> Option<Topic> {
    Topic::new(&format!("user/{}", identity.principal.uid)).ok()
}

#[cfg(test)]
mod tests {
    use deskwire_model::{Role, Uid};

    use super::*;

    #[test]
    fn what_is_shared_is_shared_in_an_organisation() {
        let uid = |text| Uid::new(text).unwrap();
        let filter = |text: &str| TopicFilter::new(text).unwrap();
        for role in [Role::Agent, Role::Visitor] {
            for org in ["o", "p"] {
                let principal = Principal { org: uid(org), uid: uid("u"), role };
                let user = Identity { principal, account: None, token: None };
                let topic = shared_topic(&user, &filter("seat/status"));
                assert_eq!(topic, Some(filter(&format!("org/{org}/seat/status"))));
                assert!(topic.is_some_and(|topic| is_reserved(topic.as_str())), "nobody sends to it");
                for other in ["seat", "seat/+", "seat/#", "seat/status/x", "org/o/seat/status"] {
                    assert_eq!(shared_topic(&user, &filter(other)), None, "{other}");
                }
            }
        }
    }

    #[test]
    fn own_topics_are_ones_own() {
        let uid = |text| Uid::new(text).unwrap();
        let agent = Principal { org: uid("o"), uid: uid("a"), role: Role::Agent };
        let visitor = Principal { org: uid("o"), uid: uid("v"), role: Role::Visitor };
        for (filter, for_agent, for_visitor) in [
            ("user/a", true, false),
            ("user/a/messages", true, false),
            ("user/+/messages", false, false),
            ("user/v", false, true),
            ("org/o", true, false),
            ("org/agent/a", true, false),
            ("org/agent/b", false, false),
            ("org/agent/a/v", false, false),
            ("org/agent/a/#", false, false),
            ("#", false, false),
        ] {
            let filter = TopicFilter::new(filter).unwrap();
            assert_eq!(is_own(&agent, &filter), for_agent, "{filter} for the agent");
            assert_eq!(is_own(&visitor, &filter), for_visitor, "{filter} for the visitor");
        }
    }
}
