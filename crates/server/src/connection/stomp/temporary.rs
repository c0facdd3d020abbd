//! Temporary queues: where a session is answered by those whom it asked (`spec/stomp-sockjs.md` §5.1).
//!
//! A queue has a name, which only its session knows it by, and a token, which the others know it by. It is made by a
//! SUBSCRIBE to it, or by a SEND that wants to be answered there, and goes with its subscription or with the session.

use std::sync::Arc;

use deskwire_broker::{Content, Dialect, Opaque, Publication, SubscriptionKey};
use deskwire_model::{Destination, Topic, TopicFilter, Uid};
use deskwire_wire::stomp::{
    AckMode,
    event::{Send, Subscribe},
    server::is_reserved,
};

use super::{
    Look, Stomp, Subscribed,
    messages::is_ours,
    properties::{Properties, REPLY_TO},
};
use crate::gateway::{Refused, unheard};

/// How the destinations of temporary queues begin.
pub(super) const PREFIX: &str = "/temp-queue/";

/// A temporary queue of the connection.
#[derive(Debug)]
pub(super) struct TemporaryQueue {
    name: Topic,
    token: Uid,
    key: SubscriptionKey,
}

impl Stomp {
    fn temporary_queue(&self, name: &Topic) -> Option<&TemporaryQueue> {
        self.temporary_queues.iter().find(|queue| queue.name == *name)
    }

    /// SUBSCRIBE to a temporary queue. Where the queue was made by a SEND, it goes on under its token.
    pub(super) fn open_temporary_queue(&mut self, subscribe: &Subscribe, name: Topic) -> Result<(), Refused> {
        let token = self.temporary_queue(&name).map_or_else(Uid::random, |queue| queue.token.clone());
        let wants = self.wants(subscribe)?.map(Arc::new);
        let subscribed = Subscribed { wants, ..Subscribed::to(subscribe) };
        let key = self.listen_to((&Topic::of_reply(&token)).into(), subscribed)?;
        match self.temporary_queues.iter_mut().find(|queue| queue.name == name) {
            Some(queue) => {
                let old = std::mem::replace(&mut queue.key, key);
                if self.subscriptions.get(old).is_some_and(|old| old.protocol.wire.is_none()) {
                    self.subscriptions.remove(old);
                }
            }
            None => self.temporary_queues.push(TemporaryQueue { name, token, key }),
        }
        Ok(())
    }

    /// When its subscription has ended, a temporary queue goes on with another one to it, or ends.
    pub(super) fn leave_temporary_queue(&mut self, ended: SubscriptionKey) {
        let subscriptions = &self.subscriptions;
        self.temporary_queues.retain_mut(|queue| {
            if queue.key != ended {
                return true;
            }
            let other = subscriptions.find(&TopicFilter::from(&Topic::of_reply(&queue.token)));
            queue.key = other.map_or(ended, |other| other.key());
            other.is_some()
        });
    }

    /// What a SEND says, with an address for the answer that others can use in place of `/temp-queue/…`.
    pub(super) fn opaque(&mut self, send: &Send) -> Result<Opaque, Refused> {
        let properties = Properties::read(|name| send.frame.header(name));
        let headers: Result<_, Refused> = send
            .frame
            .headers()
            .filter(|(name, _)| !is_reserved(name) && !is_ours(name) && !properties.cover(name))
            .map(|(name, value)| {
                let value = if name == REPLY_TO { self.reply_address(value)? } else { value.into() };
                Ok((name.into(), value))
            })
            .collect();
        let content_type = send.frame.header("content-type").map(Into::into);
        let said = properties.of(Opaque::new(send.frame.body_bytes(), content_type, headers?));
        Ok(self.qualified(said, send))
    }

    fn reply_address(&mut self, destination: &str) -> Result<Box<str>, Refused> {
        if !destination.starts_with(PREFIX) {
            return Ok(destination.into());
        }
        let Destination::TempQueue(name) = self.gateway.destination(destination)? else {
            return Err(Refused::NotAllowed(destination.into()));
        };
        let token = match self.temporary_queue(&name) {
            Some(queue) => queue.token.clone(),
            None => self.make_temporary_queue(destination, name)?,
        };
        Ok(format!("/reply-queue/{token}").into())
    }

    /// Makes a queue that nobody subscribed to: its messages come under its name.
    fn make_temporary_queue(&mut self, destination: &str, name: Topic) -> Result<Uid, Refused> {
        let unasked = self.subscriptions.iter().filter(|subscription| subscription.protocol.wire.is_none()).count();
        if unasked >= self.gateway.config.limits.temporary_queues_per_connection {
            return Err(Refused::TooMany("temporary queues"));
        }
        let token = Uid::random();
        let subscribed = Subscribed {
            wire: None,
            destination: Some(destination.into()),
            dotted: false,
            ack: AckMode::Auto,
            inbox: false,
            wants: None,
            look: Look::In(Dialect::MessageJson),
        };
        let key = self.listen_to(TopicFilter::from(&Topic::of_reply(&token)), subscribed)?;
        self.temporary_queues.push(TemporaryQueue { name, token: token.clone(), key });
        Ok(token)
    }

    /// SEND to a temporary queue of one's own.
    pub(super) fn send_to_temporary_queue(&mut self, send: &Send, name: &Topic) -> Result<(), Refused> {
        match self.temporary_queue(name).map(|queue| queue.token.clone()) {
            Some(token) => self.answer_request(send, &token),
            None => {
                unheard();
                Ok(())
            }
        }
    }

    /// SEND to whoever gave out `token`, which is all the right it takes.
    pub(super) fn answer_request(&mut self, send: &Send, token: &Uid) -> Result<(), Refused> {
        let answer = Publication::new(Topic::of_reply(token), Content::Opaque(self.opaque(send)?.confined()));
        if self.gateway.hub.publish_counting(&Arc::new(answer)) == 0 {
            unheard();
        }
        Ok(())
    }
}
