//! The headers of subscriptions that go on while their client is away.

use crate::stomp::Frame;

/// What a client calls a subscription that is to be kept while it is away (`spec/stomp-sockjs.md` §5.1, §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurableName<'a> {
    /// The `id` of its SUBSCRIBE, as clients of RabbitMQ do; `None` on 1.0 for one without.
    Id(Option<&'a str>),
    /// A name of its own, as clients of Artemis do.
    Name(&'a str),
}

/// The headers that give a name of its own, oldest last.
const NAMES: [&str; 3] = ["durable-subscription-name", "durable-subscriber-name", "activemq.subscriptionName"];

impl<'a> DurableName<'a> {
    /// What a SUBSCRIBE says. With `durable:true` alone RabbitMQ's queue goes with its consumer, so that is no durable
    /// subscription.
    pub(super) fn of_subscribe(frame: &'a Frame) -> Option<Self> {
        let kept = is(frame, "durable", "true") && is(frame, "auto-delete", "false");
        Self::named(frame).or_else(|| (kept || is(frame, "persistent", "true")).then(|| Self::Id(frame.header("id"))))
    }

    /// What an UNSUBSCRIBE says that wants the subscription to be forgotten.
    pub(super) fn of_unsubscribe(frame: &'a Frame) -> Option<Self> {
        let kept = is(frame, "durable", "true") || is(frame, "persistent", "true");
        Self::named(frame).or_else(|| kept.then(|| Self::Id(frame.header("id"))))
    }

    fn named(frame: &'a Frame) -> Option<Self> {
        let name = NAMES.iter().find_map(|header| frame.header(header));
        name.filter(|name| !name.is_empty()).map(Self::Name)
    }
}

fn is(frame: &Frame, header: &str, value: &str) -> bool {
    frame.header(header).is_some_and(|own| own.trim().eq_ignore_ascii_case(value))
}
