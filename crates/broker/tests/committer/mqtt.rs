//! MQTT sessions over a real store, and short words for what the cases say to them.

use std::{future::poll_fn, sync::Arc};

use bytes::Bytes;
use deskwire_broker::{
    Answer, Assurance, Attached, CloseReason, Content, Delivered, EnterError, Entered, Entering, Handed, MailboxLimits,
    Mailboxes, Moving, Opaque, Outbox, Publication, Publishing, QueueLimits, Queues, Reply, SavedMailbox, Ticket,
};
use deskwire_cluster::NodeId;
use deskwire_model::{SessionId, Timestamp, Topic};
use deskwire_store::{MqttSubscription, QueuedId, Written};

use crate::desk::{Desk, ROOMY, uid};

pub(crate) const LIMITS: MailboxLimits =
    MailboxLimits { messages: 1000, bytes: 1 << 20, total_bytes: 1 << 20, sessions: 10 };

const QUEUES: QueueLimits = QueueLimits {
    queues: 10,
    messages: 10,
    bytes: 1 << 20,
    total_bytes: 1 << 20,
    deliveries: 9,
    durable_per_owner: 9,
    lease: std::time::Duration::from_secs(3600),
};

pub(crate) const STORED: Publishing = Publishing { stored: true, durables: false, received: None, in_turn: false };

/// How long sessions of the cases outlive their connections.
pub(crate) const FOR_EVER: u32 = u32::MAX;

pub(crate) struct Node {
    pub(crate) desk: Desk,
    pub(crate) queues: Arc<Queues>,
    pub(crate) mailboxes: Arc<Mailboxes>,
}

impl Node {
    pub(crate) async fn new(limits: MailboxLimits) -> Self {
        Self::of(Desk::new(ROOMY).await, limits).await
    }

    async fn of(desk: Desk, limits: MailboxLimits) -> Self {
        Self::at_home(desk, limits, None).await
    }

    /// One of several nodes, the first one.
    pub(crate) async fn first(home: &NodeId) -> Self {
        Self::at_home(Desk::new(ROOMY).await, LIMITS, Some(home)).await
    }

    /// Another node on the same database.
    pub(crate) async fn beside(&self, home: &NodeId) -> Self {
        Self::at_home(self.desk.beside(), LIMITS, Some(home)).await
    }

    async fn at_home(desk: Desk, limits: MailboxLimits, home: Option<&NodeId>) -> Self {
        let (store, log, hub) = (&desk.store, &desk.log, &desk.hub);
        let queues = Queues::open(store.clone(), log.clone(), Arc::clone(hub), QUEUES, home).await.unwrap();
        let mailboxes = Mailboxes::open(store.clone(), log.clone(), Arc::clone(hub), limits, home).await.unwrap();
        Self { desk, queues, mailboxes }
    }

    pub(crate) async fn restart(self) -> Self {
        Self::of(self.desk.restart().await, LIMITS).await
    }

    pub(crate) async fn try_enter(
        &self,
        client_id: &str,
        change: impl FnOnce(&mut Entering<'_>),
    ) -> Result<Client, EnterError> {
        let (client_id, user, session, outbox) =
            (client_id.into(), uid("ann"), SessionId::random(), Outbox::new(1 << 20));
        let mut entering = Entering {
            client_id: &client_id,
            user: &user,
            session,
            arrival: self.mailboxes.arrival(),
            outbox: &outbox,
            clean_start: false,
            expiry_s: FOR_EVER,
            window: 100,
        };
        change(&mut entering);
        let Entered { existed, origin, subscriptions, saved, mailbox } = self.mailboxes.enter(entering).await?;
        Ok(Client { existed, origin, subscriptions, saved, mailbox, outbox })
    }

    /// A session that a connection here brings from elsewhere.
    pub(crate) async fn elsewhere(&self, client_id: &Arc<str>) -> Result<Option<Moving>, EnterError> {
        self.mailboxes.elsewhere(client_id, self.mailboxes.arrival()).await
    }

    /// A connection of a durable session that takes what comes.
    pub(crate) async fn enter(&self, client_id: &str) -> Client {
        let client = self.try_enter(client_id, |_| ()).await.unwrap();
        client.mailbox.begin(|| ());
        client
    }

    /// A connection whose session ends with it.
    pub(crate) async fn visit(&self, client_id: &str) -> Client {
        let client = self.try_enter(client_id, |entering| entering.expiry_s = 0).await.unwrap();
        client.mailbox.begin(|| ());
        client
    }

    /// Publishes, and waits until it is published; says whether it was stored.
    pub(crate) async fn publish(&self, said: Publication, how: Publishing) -> bool {
        let outbox = Outbox::new(1);
        let ticket = Ticket { outbox: Arc::clone(&outbox), number: 1 };
        if !self.queues.publish(said, how, ticket).await.unwrap() {
            return false;
        }
        matches!(answer(&outbox).await, Answer::Committed { outcome: Ok(Written::Queued(_)), .. })
    }

    /// Publishes to be stored, with QoS 2.
    pub(crate) async fn say(&self, topic: &str, text: &str) {
        self.publish(saying(topic, text, Assurance::ExactlyOnce), STORED).await;
    }

    /// Messages that are on disk.
    pub(crate) async fn stored(&self) -> usize {
        self.desk.log.flush().await.unwrap();
        let store = self.desk.another_store().await;
        store.queued_after(QueuedId::default(), usize::MAX).await.unwrap().len()
    }
}

async fn answer(outbox: &Outbox) -> Answer {
    poll_fn(|cx| outbox.poll_ready(cx, false, true)).await;
    outbox.take_answers().pop_front().unwrap()
}

pub(crate) struct Client {
    pub(crate) existed: bool,
    pub(crate) subscriptions: Vec<MqttSubscription>,
    pub(crate) saved: SavedMailbox,
    pub(crate) mailbox: Attached,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) origin: SessionId,
}

/// What came: the text, its number, and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) text: String,
    /// None for what came straight from the hub.
    pub(crate) number: Option<u64>,
    pub(crate) redelivered: bool,
    pub(crate) stored: bool,
    pub(crate) via: Option<String>,
}

impl Client {
    /// Subscribes with `options`, and has it stored.
    pub(crate) async fn subscribe(&self, filter: &str, options: u8) {
        let subscription = subscription(filter, options);
        self.mailbox.subscribe(&subscription, 1);
        self.mailbox.save(&subscription).await.unwrap();
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        let (deliveries, _) = self.outbox.take_deliveries();
        let came = deliveries.into_iter().map(|delivery| match delivery.delivered {
            Delivered::Posted(post) => {
                assert_eq!(delivery.subscription, deskwire_broker::mailboxes::MAILBOX);
                Came {
                    text: text(&post.publication),
                    number: Some(post.number),
                    redelivered: post.redelivered,
                    stored: post.stored,
                    via: post.via.as_deref().map(Into::into),
                }
            }
            Delivered::Said(said) => {
                Came { text: text(&said), number: None, redelivered: false, stored: false, via: None }
            }
            other => panic!("{other:?}"),
        });
        came.collect()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.came().into_iter().map(|came| came.text).collect()
    }

    /// Leaves as the protocol says, for the next connection.
    pub(crate) fn leave(self, inflight: Vec<Handed>) {
        self.mailbox.leave(SavedMailbox { inflight, ..SavedMailbox::default() }, FOR_EVER, Timestamp(0));
    }

    pub(crate) fn closed(&self) -> Option<CloseReason> {
        self.outbox.take_orders().close
    }
}

pub(crate) fn subscription(filter: &str, options: u8) -> MqttSubscription {
    MqttSubscription { filter: filter.into(), options, subscription_id: Some(7) }
}

fn text(publication: &Publication) -> String {
    let Content::Opaque(said) = publication.content() else { panic!("{publication:?}") };
    String::from_utf8(said.body().to_vec()).unwrap()
}

pub(crate) fn opaque(text: &str, assurance: Assurance) -> Opaque {
    Opaque::new(Bytes::copy_from_slice(text.as_bytes()), None, Vec::new()).assured(assurance)
}

pub(crate) fn saying(topic: &str, text: &str, assurance: Assurance) -> Publication {
    Publication::new(Topic::new(topic).unwrap(), Content::Opaque(opaque(text, assurance)))
}

/// Waits for the answer to a write of `mailbox`.
pub(crate) async fn noted<F>(write: impl FnOnce(Reply) -> F) -> bool
where
    F: Future<Output = Result<bool, deskwire_broker::CommitError>>,
{
    let outbox = Outbox::new(1);
    let submitted = write(Reply::Outbox(Arc::clone(&outbox), 1)).await.unwrap();
    if submitted {
        let answer = answer(&outbox).await;
        assert!(matches!(answer, Answer::Committed { outcome: Ok(Written::Noted), .. }), "{answer:?}");
    }
    submitted
}
