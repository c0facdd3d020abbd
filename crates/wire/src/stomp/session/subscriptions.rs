use std::collections::VecDeque;

use smallvec::SmallVec;
use thiserror::Error;

use super::Refusal;
use crate::stomp::{AckId, MessageId, SubscriptionKey};

/// How a subscription acknowledges (STOMP 1.2, "SUBSCRIBE ack Header").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckMode {
    /// Not at all: sent is acknowledged.
    Auto,
    /// ACK and NACK count for the message and all earlier ones of the subscription.
    Client,
    /// ACK and NACK count for one message.
    ClientIndividual,
}

impl AckMode {
    /// Reads the `ack` header; `auto` when there is none.
    pub(super) fn from_header(value: Option<&str>) -> Result<Self, Refusal> {
        match value {
            None | Some("auto") => Ok(Self::Auto),
            Some("client") => Ok(Self::Client),
            Some("client-individual") => Ok(Self::ClientIndividual),
            Some(_) => Err(Refusal::UnknownAckMode),
        }
    }
}

/// Why a message must not be sent on a subscription.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DeliverError {
    /// The client unsubscribed.
    #[error("subscription does not exist")]
    UnknownSubscription,
    /// The client has to acknowledge earlier messages first.
    #[error("too many unacknowledged messages")]
    WindowFull,
}

/// The messages that one ACK or NACK settles, oldest first.
pub(super) type Settled = SmallVec<[MessageId; 2]>;

/// What a client may call its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Id(&'a str),
    /// A subscription of 1.0 without an `id`.
    Destination(&'a str),
}

/// One live subscription.
#[derive(Debug)]
pub(super) struct Subscription {
    key: SubscriptionKey,
    name: OwnedName,
    mode: AckMode,
    window: usize,
    /// Sent and not settled, in the order of sending; always empty with [`AckMode::Auto`].
    unsettled: VecDeque<MessageId>,
}

#[derive(Debug)]
enum OwnedName {
    Id(Box<str>),
    Destination(Box<str>),
}

impl Subscription {
    pub(super) fn id(&self) -> Option<&str> {
        match &self.name {
            OwnedName::Id(id) => Some(id),
            OwnedName::Destination(_) => None,
        }
    }

    pub(super) const fn window(&self) -> usize {
        self.window
    }

    pub(super) fn window_open(&self) -> bool {
        self.unsettled.len() < self.window
    }

    pub(super) fn unsettled(&self) -> impl Iterator<Item = MessageId> + use<'_> {
        self.unsettled.iter().copied()
    }

    pub(super) fn deliver(&mut self, message: MessageId) -> Result<Option<AckId>, DeliverError> {
        if self.mode == AckMode::Auto {
            return Ok(None);
        }
        if !self.window_open() {
            return Err(DeliverError::WindowFull);
        }
        self.unsettled.push_back(message);
        Ok(Some(AckId { message, subscription: self.key }))
    }

    fn settle(&mut self, message: MessageId) -> Settled {
        let Some(position) = self.unsettled.iter().position(|sent| *sent == message) else {
            return Settled::new();
        };
        match self.mode {
            AckMode::Client => self.unsettled.drain(..=position).collect(),
            AckMode::Auto | AckMode::ClientIndividual => self.unsettled.remove(position).into_iter().collect(),
        }
    }

    fn is_called(&self, name: Name<'_>) -> bool {
        match (&self.name, name) {
            (OwnedName::Id(own), Name::Id(asked)) => **own == *asked,
            (OwnedName::Destination(own), Name::Destination(asked)) => **own == *asked,
            _ => false,
        }
    }
}

/// The live subscriptions of a connection.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    /// In ascending order of their keys.
    live: Vec<Subscription>,
    made: u32,
}

impl Subscriptions {
    pub(super) fn add(
        &mut self,
        name: Name<'_>,
        mode: AckMode,
        window: usize,
        limit: usize,
    ) -> Result<SubscriptionKey, Refusal> {
        if self.find(name).is_some() {
            return Err(Refusal::DuplicateSubscription);
        }
        // Keys are not used again, so the end of their numbers is a limit too.
        let next = self.made.checked_add(1);
        let (Some(next), true) = (next, self.live.len() < limit) else {
            return Err(Refusal::TooManySubscriptions { limit });
        };
        let key = SubscriptionKey(self.made);
        self.made = next;
        self.live.push(Subscription {
            key,
            name: match name {
                Name::Id(id) => OwnedName::Id(id.into()),
                Name::Destination(destination) => OwnedName::Destination(destination.into()),
            },
            mode,
            window,
            unsettled: VecDeque::new(),
        });
        Ok(key)
    }

    pub(super) fn find(&self, name: Name<'_>) -> Option<SubscriptionKey> {
        self.live.iter().find(|subscription| subscription.is_called(name)).map(|subscription| subscription.key)
    }

    pub(super) fn get(&self, key: SubscriptionKey) -> Option<&Subscription> {
        self.position(key).map(|position| &self.live[position])
    }

    pub(super) fn get_mut(&mut self, key: SubscriptionKey) -> Option<&mut Subscription> {
        self.position(key).map(|position| &mut self.live[position])
    }

    /// Ends a subscription and returns its unsettled messages.
    pub(super) fn remove(&mut self, key: SubscriptionKey) -> Vec<MessageId> {
        match self.position(key) {
            Some(position) => self.live.remove(position).unsettled.into(),
            None => Vec::new(),
        }
    }

    /// Settles what an ACK or NACK names, by the `ack` or the `message-id` of the MESSAGE, the latter together with the
    /// `id` of the subscription if the client gives it. An identifier that means nothing, or nothing any more, settles
    /// nothing: clients repeat themselves, and one sends `undefined`.
    pub(super) fn settle(&mut self, id: &str, subscription_id: Option<&str>) -> Option<(SubscriptionKey, Settled)> {
        let (key, message) = if let Some(ack) = AckId::parse(id) {
            (ack.subscription, ack.message)
        } else {
            let message = MessageId::parse(id)?;
            let key = match subscription_id {
                Some(id) => self.find(Name::Id(id))?,
                None => self.holder_of(message)?,
            };
            (key, message)
        };
        let settled = self.get_mut(key)?.settle(message);
        (!settled.is_empty()).then_some((key, settled))
    }

    pub(super) fn shrink(&mut self) {
        for subscription in &mut self.live {
            if subscription.unsettled.is_empty() {
                subscription.unsettled = VecDeque::new();
            }
        }
        self.live.shrink_to_fit();
    }

    fn holder_of(&self, message: MessageId) -> Option<SubscriptionKey> {
        self.live
            .iter()
            .find(|subscription| subscription.unsettled.contains(&message))
            .map(|subscription| subscription.key)
    }

    fn position(&self, key: SubscriptionKey) -> Option<usize> {
        self.live.binary_search_by_key(&key, |subscription| subscription.key).ok()
    }
}
