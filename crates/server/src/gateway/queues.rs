//! Who may use which queue.

use deskwire_model::{Topic, TopicFilter};

use super::{Gateway, Identity, Refused};

/// What a queue does with its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueRoute {
    /// Its consumers share them, and they wait for consumers.
    Shared(Topic),
    /// Everybody who is subscribed gets them, as on a live topic (`queues.fanout`).
    Everyone(Topic),
}

impl Gateway {
    /// The queue `name` for `identity` to consume from. Users consume from none.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn route_consume(&self, identity: &Identity, name: &Topic) -> Result<QueueRoute, Refused> {
        let queue = canonical(name)?;
        match &identity.account {
            Some(account) if account.may_subscribe(&TopicFilter::from(&queue)) => Ok(self.queue_route(queue)),
            _ => Err(Refused::NotAllowed(queue.as_str().into())),
        }
    }

    /// The queue `name` for `identity` to send to. Users send to none.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn route_enqueue(&self, identity: &Identity, name: &Topic) -> Result<QueueRoute, Refused> {
        let queue = canonical(name)?;
        match &identity.account {
            Some(account) if account.may_publish(&queue) => Ok(self.queue_route(queue)),
            _ => Err(Refused::NotAllowed(queue.as_str().into())),
        }
    }

    fn queue_route(&self, queue: Topic) -> QueueRoute {
        let everyone = self.config.queues.fanout.iter().any(|filter| filter.matches(queue.as_str()));
        if everyone { QueueRoute::Everyone(queue) } else { QueueRoute::Shared(queue) }
    }
}

/// The name under which rights and `queues.fanout` know a queue.
fn canonical(name: &Topic) -> Result<Topic, Refused> {
    Ok(Topic::new(&format!("queue/{name}"))?)
}
