//! The rules of MQTT for one session, as far as a client can see them.

use std::collections::BTreeMap;

use deskwire_model::{Topic, TopicFilter};
use deskwire_wire::mqtt::{QoS, SubscribeOptions};

/// The publisher that is none of the sessions.
pub(crate) const NOBODY: usize = usize::MAX;

/// A message that was published, under a number of its own.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) number: u32,
    pub(crate) topic: &'static str,
    pub(crate) qos: QoS,
    /// Which of the sessions said it.
    pub(crate) publisher: usize,
}

/// How far a message is on its way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has to come, or to come again.
    Due,
    /// It may come.
    Possible,
    /// The client has it and has not acknowledged it (QoS 1).
    Held,
    /// The client has it for good, or never gets it.
    Over,
}

#[derive(Clone, Debug)]
struct Way {
    message: Message,
    /// What it is delivered with.
    qos: QoS,
    stage: Stage,
    /// Whether a crash has moved it from QoS 1 to QoS 2, where others may be ahead of it.
    is_moved: bool,
}

/// How far the client is with a QoS 2 message that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exactly {
    /// It has said nothing.
    Came,
    /// It has said PUBREC, and PUBREL has not come.
    Received,
    /// PUBREL has come, and it has not said PUBCOMP.
    Released,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming {
    pub(crate) number: u32,
    pub(crate) exactly: Exactly,
    /// Whether the present connection has heard of it.
    pub(crate) heard: bool,
}

/// One session and its client.
#[derive(Debug, Default)]
pub(crate) struct Model {
    name: usize,
    pub(crate) exists: bool,
    connected: bool,
    /// Whether the session outlives the connection.
    pub(crate) lasting: bool,
    subscriptions: BTreeMap<&'static str, SubscribeOptions>,
    ways: Vec<Way>,
    /// QoS 2 messages on their way to the client, by their identifiers.
    pub(crate) incoming: BTreeMap<u16, Incoming>,
    /// QoS 1 messages that the client has and has not acknowledged, by their identifiers, in the order they came.
    pub(crate) held: Vec<(u16, u32)>,
}

/// Whether a message has been published once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    Surely,
    /// When the client has said it again: to whom it goes with QoS 0 it may have gone before.
    AtLast,
    /// Perhaps; or once more.
    Perhaps,
}

impl Model {
    pub(crate) fn new(name: usize) -> Self {
        Self { name, ..Self::default() }
    }

    /// Returns whether the server has to know the session.
    pub(crate) fn connects(&mut self, clean_start: bool, expiry_s: u32) -> bool {
        self.loses_connection();
        if clean_start {
            self.ends();
        }
        let existed = self.exists;
        (self.exists, self.connected, self.lasting) = (true, true, expiry_s > 0);
        existed
    }

    fn ends(&mut self) {
        *self = Self::new(self.name);
    }

    pub(crate) fn loses_connection(&mut self) {
        if !std::mem::take(&mut self.connected) {
            return;
        }
        if !self.lasting {
            return self.ends();
        }
        self.held.clear();
        self.incoming.values_mut().for_each(|incoming| incoming.heard = false);
        for way in &mut self.ways {
            match (way.stage, way.qos) {
                (Stage::Held, _) => way.stage = Stage::Due,
                (_, QoS::AtMostOnce) => way.stage = Stage::Over,
                _ => {}
            }
        }
    }

    /// The server was killed. What came with QoS 1 may come again, and what was not acknowledged comes as the subscriptions
    /// are now, as only QoS 2 is known to have been sent. Nor is it known who said it.
    pub(crate) fn server_dies(&mut self) {
        self.loses_connection();
        let subscriptions = std::mem::take(&mut self.subscriptions);
        for way in self.ways.iter_mut().filter(|way| way.qos == QoS::AtLeastOnce) {
            let anonymous = Message { publisher: NOBODY, ..way.message.clone() };
            match granted(&subscriptions, self.name, &anonymous) {
                Some(qos) if way.stage == Stage::Due && qos > QoS::AtMostOnce => {
                    way.qos = qos.min(way.message.qos);
                    way.is_moved = way.qos == QoS::ExactlyOnce;
                }
                _ => way.stage = Stage::Possible,
            }
        }
        self.subscriptions = subscriptions;
    }

    pub(crate) fn subscribes(&mut self, filter: &'static str, options: SubscribeOptions) {
        self.subscriptions.insert(filter, options);
    }

    /// Returns whether there was such a subscription.
    pub(crate) fn unsubscribes(&mut self, filter: &str) -> bool {
        self.subscriptions.remove(filter).is_some()
    }

    pub(crate) fn is_published(&mut self, message: &Message, published: Published) {
        let Some(qos) = granted(&self.subscriptions, self.name, message) else { return };
        let qos = qos.min(message.qos);
        let is_sure = published == Published::Surely || (published == Published::AtLast && qos > QoS::AtMostOnce);
        if !self.exists || (is_sure && !self.connected && qos == QoS::AtMostOnce) {
            return;
        }
        let stage = if is_sure { Stage::Due } else { Stage::Possible };
        self.ways.push(Way { message: message.clone(), qos, stage, is_moved: false });
    }

    /// A message came with QoS 0 or 1, or with QoS 2 for the first time. Messages of one QoS come in the order they were
    /// published (4.6), so nothing before it may be due.
    pub(crate) fn comes(&mut self, number: u32, qos: QoS) {
        let may_come = |way: &Way| matches!(way.stage, Stage::Due | Stage::Possible);
        // A crash may change the QoS of what may come.
        let fits = |way: &Way| way.qos == qos || way.stage == Stage::Possible;
        let is_it = |way: &Way| way.message.number == number && may_come(way) && fits(way);
        let due = self.ways.iter().position(|way| is_it(way) && way.stage == Stage::Due);
        let Some(index) = due.or_else(|| self.ways.iter().position(is_it)) else {
            panic!("{number} came with {qos:?} to {self:?}")
        };
        let context = format!("{self:?}");
        for way in &mut self.ways[..index] {
            assert!(
                way.qos != qos || way.stage != Stage::Due || way.is_moved,
                "{number} came before {way:?} in {context}"
            );
            if way.qos == qos && way.stage == Stage::Possible && way.message.number != number {
                way.stage = Stage::Over;
            }
        }
        let way = &mut self.ways[index];
        (way.qos, way.stage) = (qos, if qos == QoS::AtLeastOnce { Stage::Held } else { Stage::Over });
    }

    /// PUBACK was said for the oldest message that the client holds, and has arrived.
    pub(crate) fn acknowledges(&mut self, number: u32) {
        let held = self.ways.iter_mut().find(|way| way.message.number == number && way.stage == Stage::Held);
        held.unwrap().stage = Stage::Over;
    }

    /// Whether something still has to come on this connection.
    pub(crate) fn is_owed(&self) -> bool {
        let unheard = |incoming: &Incoming| !incoming.heard || incoming.exactly == Exactly::Received;
        self.connected && (self.ways.iter().any(|way| way.stage == Stage::Due) || self.incoming.values().any(unheard))
    }
}

/// The highest QoS that a message is wanted with; none if nothing wants it.
fn granted(subscriptions: &BTreeMap<&'static str, SubscribeOptions>, name: usize, message: &Message) -> Option<QoS> {
    let topic = Topic::new(message.topic).unwrap();
    let wants = |filter: &str, options: &SubscribeOptions| {
        TopicFilter::new(filter).unwrap().matches(topic.as_str()) && !(options.no_local && message.publisher == name)
    };
    let matching = subscriptions.iter().filter(|(filter, options)| wants(filter, options));
    matching.map(|(_, options)| options.qos).max()
}
