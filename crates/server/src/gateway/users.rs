//! What is sent to users and sessions rather than to topics (`spec/stomp-sockjs.md` §2.6).

use std::sync::Arc;

use deskwire_broker::{Content, Opaque, Publication, tell_user_elsewhere};
use deskwire_model::{SessionId, Topic, Uid};

use super::{Gateway, Identity, Refused};
use crate::auth::service::ServiceAccount;

impl Gateway {
    /// Hands `content` to `session`, if it listens to its own `topic`; returns whether it does.
    pub fn tell_session(&self, session: SessionId, topic: &Topic, content: Opaque) -> bool {
        let publication = Publication::new(Topic::of_session(session, topic), Content::Opaque(content.confined()));
        self.hub.publish_counting(&Arc::new(publication)) > 0
    }

    /// Hands `content` of `sender` to those sessions of `user` that listen to their own `topic`; returns how many there are on this
    /// node.
    /// For a sender that is confined to its organisation users of others are not there.
    pub fn tell_user(&self, sender: &ServiceAccount, user: &Uid, topic: &Topic, content: &Opaque) -> usize {
        let sessions = match sender.confines() {
            Some(org) => self.sessions.of_member(user, org),
            None => self.sessions.of(user),
        };
        tell_user_elsewhere(&self.bus, user, sender.confines(), topic, content);
        sessions.iter().filter(|(session, _)| self.tell_session(*session, topic, content.clone())).count()
    }

    /// Sends `content` from `session` of `sender` to whoever `name` is: to itself if it names itself, else to all sessions
    /// of a user, for which the sender needs a right. A name that is nobody's is no error.
    ///
    /// # Errors
    /// [`Refused::NotAllowed`].
    pub fn send_to_user(
        &self,
        (sender, session): (&Identity, SessionId),
        name: &str,
        topic: &Topic,
        content: Opaque,
    ) -> Result<(), Refused> {
        if name == sender.principal.uid.as_str() || name == session.to_string() {
            if !self.tell_session(session, topic, content) {
                unheard();
            }
            return Ok(());
        }
        let account = sender.account.as_ref().ok_or_else(|| Refused::NotAllowed(name.into()))?;
        let Ok(user) = Uid::new(name) else {
            unheard();
            return Ok(());
        };
        if !account.may_push(&user, topic) {
            return Err(Refused::NotAllowed(name.into()));
        }
        if self.tell_user(account, &user, topic, &content) == 0 {
            unheard();
        }
        Ok(())
    }
}

/// Counts a message to a user, a session or a temporary queue that reached nobody.
pub fn unheard() {
    metrics::counter!("deskwire_messages_unheard_total").increment(1);
}
