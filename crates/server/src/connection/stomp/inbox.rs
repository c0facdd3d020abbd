//! All conversations of a user on one subscription: `/user/queue/messages` has what is said there (seed 003),
//! `/user/queue/notify` tells that something was (seed 002).
//!
//! Each conversation is a log that is followed by itself, from where the device stands, under a key of its own; the client
//! sees one subscription. What is sent to this place of the user comes on it too.

use std::sync::Arc;

use deskwire_broker::Dialect;
use deskwire_desk::access::takes_part;
use deskwire_model::{Conversation, LogId, Seq, Topic};
use deskwire_wire::stomp::{SubscriptionKey as WireKey, event::Subscribe};

use super::{Look, Stomp, Subscribed};
use crate::gateway::Refused;

/// Such subscriptions of one connection: each follows all conversations of its user.
const MOST: usize = 4;

/// How conversations look at a place behind `/user/` where all of them are followed; none at others.
pub(super) fn look(place: &Topic) -> Option<Look> {
    match place.as_str() {
        "queue/messages" => Some(Look::In(Dialect::MessageJson)),
        "queue/notify" => Some(Look::Notices),
        _ => None,
    }
}

impl Stomp {
    /// Follows everything the user takes part in, and what it joins later ([`Self::join`]).
    pub(super) async fn open_inbox(&mut self, subscribe: &Subscribe, topic: &Topic) -> Result<(), Refused> {
        if subscribe.frame.header("selector").is_some() {
            return Err(Refused::SelectorOnConversation);
        }
        if self.subscriptions.iter().filter(|subscription| subscription.protocol.inbox).count() >= MOST {
            return Err(Refused::TooMany("subscriptions to all conversations"));
        }
        let Some(client) = &self.client else { return Ok(()) };
        let conversations = self.gateway.desk.followed_by_device(&client.identity.principal, &client.device).await?;
        let place = Topic::of_session(client.session, topic);
        let subscribed = Subscribed::to(subscribe);
        let subscribed = Subscribed { look: look(topic).unwrap_or(subscribed.look), ..subscribed };
        // What was said before is no news.
        let after = (subscribed.look == Look::Notices).then_some(Seq(u64::MAX));
        self.listen_to((&place).into(), Subscribed { inbox: true, ..subscribed.clone() })?;
        for conversation in conversations {
            self.follow_log(conversation, subscribed.clone(), after).await?;
        }
        Ok(())
    }

    /// Follows a conversation that the user takes part in from now on, where all of them are followed.
    pub(super) async fn join(&mut self, conversation: Arc<Conversation>) {
        let belongs = |client: &super::Client| takes_part(&client.identity.principal, &conversation);
        if !self.client.as_deref().is_some_and(belongs) {
            return;
        }
        self.subscriptions.rejoined(conversation.id);
        let inboxes: Vec<_> =
            self.subscriptions.iter().map(|subscription| &subscription.protocol).filter(|s| s.inbox).cloned().collect();
        for inbox in inboxes {
            if self.follows(inbox.wire, conversation.id) {
                continue;
            }
            let subscribed = Subscribed { inbox: false, ..inbox };
            if let Err(refused) = self.follow_log(Arc::clone(&conversation), subscribed, None).await {
                self.session.error(refused.code().as_str(), &refused.to_string(), "", None);
            }
        }
    }

    /// Whether anybody would hear of a conversation that the user joins.
    pub(super) fn has_inbox(&self) -> bool {
        self.subscriptions.iter().any(|subscription| subscription.protocol.inbox)
    }

    fn follows(&self, wire: Option<WireKey>, log: LogId) -> bool {
        self.subscriptions.iter().any(|subscription| {
            subscription.protocol.wire == wire && subscription.handed_on().is_some_and(|(followed, _)| followed == log)
        })
    }
}
