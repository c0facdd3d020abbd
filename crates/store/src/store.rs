//! The port: every operation, whatever the back end. [`care`] has what is known of visitors, [`channels`] how they come,
//! [`desk`] what the service desk remembers, [`people`] who there is, [`files`] what was uploaded, [`webhooks`] who is told,
//! [`reports`] what was counted, [`moderation`] who and what is not heard, [`tokens`] who may sign in,
//! [`service_keys`] which programs may, [`operation`] what those
//! who run the service look at.

mod care;
mod channels;
mod desk;
mod files;
mod history;
mod moderation;
mod notices;
mod operation;
mod people;
mod reports;
mod retention;
mod service;
mod service_keys;
mod tokens;
mod webhooks;

use std::path::Path;

use deskwire_model::{Conversation, Entry, LogId, MessageUid, Seq, ThreadStatus, Topic, TopicFilter, Uid};

use crate::{
    DurableId, DurableSubscription, EntryPage, MqttSessionId, MqttSubscription, Participant, QueuePlace, Queued,
    QueuedId, ReadPosition, Retained, Sqlite, SqliteOptions, StoreError, StoredMqttSession, Write, Written,
};

/// A database. Cheap to clone; all clones are the same database, which is closed with the last of them.
///
/// Every operation fails with [`StoreError::Backend`] when the database does, [`StoreError::Damaged`] when it finds
/// damage and [`StoreError::Closed`] when the threads behind it have died; only further errors are named below. What
/// an operation has begun to write is written even if its future is dropped.
///
/// Uids of agents, visitors and workgroups are unique across organisations and conversations take in only users of
/// their own, so that a list by uid never crosses tenants (invariant I9).
#[derive(Clone, Debug)]
pub enum Store {
    /// A file on this node.
    Sqlite(Sqlite),
}

/// Opening and committing.
impl Store {
    /// Opens the SQLite file at `path`, creates it if there is none, reads all of its pages to check them and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], [`StoreError::NewerSchema`] or [`StoreError::Migration`].
    pub async fn open_sqlite(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        Sqlite::open(path, options).await.map(Self::Sqlite)
    }

    /// Applies `batch` in order, in one transaction that is on disk when this returns (invariant I1). The answers are
    /// in the order of the batch.
    ///
    /// # Errors
    /// On any error nothing of the batch was written. A write that only was refused is no error:
    /// [`Written::Refused`].
    pub async fn commit(&self, batch: Vec<Write>) -> Result<Vec<Written>, StoreError> {
        match self {
            Self::Sqlite(db) => db.commit(batch).await,
        }
    }

    /// Brings the database into the form in which its file can be copied: to be called when nothing writes any more.
    ///
    /// # Errors
    /// [`StoreError::Backend`]; nothing is lost then.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.checkpoint().await,
        }
    }
}

/// Conversations.
impl Store {
    /// The conversation on `topic`. Its organisation is for the caller to compare.
    pub async fn conversation_by_topic(&self, topic: &Topic) -> Result<Option<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversation_by_topic(topic).await,
        }
    }

    /// The conversation with the number `log`. Its organisation is for the caller to compare.
    pub async fn conversation(&self, log: LogId) -> Result<Option<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversation(log).await,
        }
    }

    /// The conversation that has the uid `uid`. Its organisation is for the caller to compare.
    pub async fn conversation_by_uid(&self, uid: &Uid) -> Result<Option<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversation_by_uid(uid).await,
        }
    }

    /// The conversation that is called `session_no`. Its organisation is for the caller to compare.
    pub async fn conversation_by_number(&self, session_no: &str) -> Result<Option<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversation_by_number(session_no).await,
        }
    }

    /// The conversations that are not closed and that `user` takes part in, the one with the newest entry first; at
    /// most `limit`.
    pub async fn conversations_of(&self, user: &Uid, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversations_of(user, limit).await,
        }
    }

    /// The closed conversations of `user` whose newest entries were not delivered to `device`, the one with the newest entry
    /// first; at most `limit`.
    pub async fn closed_behind(&self, user: &Uid, device: &str, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.closed_behind(user, device, limit).await,
        }
    }

    /// Those of [`Self::conversations_of`] `user` that `other` takes part in too, or that are addressed to the workgroup
    /// `other`.
    pub async fn conversations_between(
        &self,
        user: &Uid,
        other: &Uid,
        limit: usize,
    ) -> Result<Vec<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversations_between(user, other, limit).await,
        }
    }

    /// Who takes part in a conversation, the first to join first.
    pub async fn participants(&self, log: LogId) -> Result<Vec<Participant>, StoreError> {
        match self {
            Self::Sqlite(db) => db.participants(log).await,
        }
    }

    /// The conversations that wait for each of `services`, those that wait longest first; at most `limit` of each.
    pub async fn waiting(&self, services: &[Uid], limit: usize) -> Result<Vec<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.waiting(services, limit).await,
        }
    }

    /// The agents and workgroups that somebody waits for.
    pub async fn services_with_queues(&self) -> Result<Vec<Uid>, StoreError> {
        match self {
            Self::Sqlite(db) => db.services_with_queues().await,
        }
    }

    /// The conversations of an organisation in `status`, or all that are not closed, the newest first; at most `limit`.
    pub async fn conversations_of_organisation(
        &self,
        org: &Uid,
        status: Option<ThreadStatus>,
        limit: usize,
    ) -> Result<Vec<Conversation>, StoreError> {
        match self {
            Self::Sqlite(db) => db.conversations_of_organisation(org, status, limit).await,
        }
    }

    /// How many conversations each of `agents` has in
    /// [`ThreadStatus::Chatting`](deskwire_model::ThreadStatus::Chatting), in their order.
    pub async fn chatting_counts(&self, agents: &[Uid]) -> Result<Vec<u32>, StoreError> {
        match self {
            Self::Sqlite(db) => db.chatting_counts(agents).await,
        }
    }

    /// The place of a conversation among those that wait for `service` in
    /// [`ThreadStatus::Queuing`](deskwire_model::ThreadStatus::Queuing), the first to wait first.
    pub async fn queue_place(&self, service: &Uid, log: LogId) -> Result<QueuePlace, StoreError> {
        match self {
            Self::Sqlite(db) => db.queue_place(service, log).await,
        }
    }
}

/// The log.
impl Store {
    /// The entries behind `seq`, oldest first; at most `limit`.
    pub async fn entries_after(&self, log: LogId, seq: Seq, limit: usize) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.entries_after(log, seq, limit).await,
        }
    }

    /// The entries behind `seq`, oldest first; at most `entries`, and none more once their payloads have `bytes` bytes.
    pub async fn page_after(
        &self,
        log: LogId,
        seq: Seq,
        entries: usize,
        bytes: usize,
    ) -> Result<EntryPage, StoreError> {
        match self {
            Self::Sqlite(db) => db.page_after(log, seq, entries, bytes).await,
        }
    }

    /// The entries before `seq`, or all of them, newest first; at most `limit`.
    pub async fn entries_before(&self, log: LogId, seq: Option<Seq>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.entries_before(log, seq, limit).await,
        }
    }

    /// The entry called `uid`, whoever wrote it; the oldest if several writers chose the same name.
    pub async fn entry_by_uid(&self, log: LogId, uid: &MessageUid) -> Result<Option<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.entry_by_uid(log, uid).await,
        }
    }

    /// The entry that `sender` has called `uid`.
    pub async fn entry_of(&self, log: LogId, sender: &Uid, uid: &MessageUid) -> Result<Option<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.entry_of(log, sender, uid).await,
        }
    }

    /// The position of the last entry, deleted or not; [`Seq::ZERO`] for a log that is empty or unknown.
    pub async fn head(&self, log: LogId) -> Result<Seq, StoreError> {
        match self {
            Self::Sqlite(db) => db.head(log).await,
        }
    }

    /// The position up to which entries were deleted; [`Seq::ZERO`] if none were.
    pub async fn deleted_up_to(&self, log: LogId) -> Result<Seq, StoreError> {
        match self {
            Self::Sqlite(db) => db.deleted_up_to(log).await,
        }
    }
}

/// Cursors (invariant I4).
impl Store {
    /// What has arrived at a device; at one that is not known, what lay before its user joined. `None` if the user
    /// neither takes part nor has a cursor.
    pub async fn delivered(&self, log: LogId, user: &Uid, device: &str) -> Result<Option<Seq>, StoreError> {
        match self {
            Self::Sqlite(db) => db.delivered(log, user, device).await,
        }
    }

    /// Whether a device has a delivered cursor of its own in a log.
    pub async fn has_delivered(&self, log: LogId, user: &Uid, device: &str) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(db) => db.has_delivered(log, user, device).await,
        }
    }

    /// How far each user has read who has read anything since it joined.
    pub async fn read_positions(&self, log: LogId) -> Result<Vec<ReadPosition>, StoreError> {
        match self {
            Self::Sqlite(db) => db.read_positions(log).await,
        }
    }

    /// The number of entries behind `user`'s read cursor that others wrote and did not recall.
    pub async fn unread(&self, log: LogId, user: &Uid) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(db) => db.unread(log, user).await,
        }
    }

    /// The sum of [`Self::unread`] over all conversations that `user` takes part in.
    pub async fn unread_total(&self, user: &Uid) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(db) => db.unread_total(user).await,
        }
    }
}

/// MQTT sessions that outlive their connection. A session's device is its client id. How far they are is a [`Write`].
impl Store {
    /// All sessions, the oldest first.
    pub async fn mqtt_sessions(&self) -> Result<Vec<StoredMqttSession>, StoreError> {
        match self {
            Self::Sqlite(db) => db.mqtt_sessions().await,
        }
    }

    /// Creates a session. One of this client id is dropped first, with all it has. The new one starts now: in the same
    /// transaction the device's delivered cursor is set to the head of each open conversation that the user takes part
    /// in.
    pub async fn create_mqtt_session(
        &self,
        client_id: &str,
        user: &Uid,
        expiry_s: u32,
    ) -> Result<MqttSessionId, StoreError> {
        match self {
            Self::Sqlite(db) => db.create_mqtt_session(client_id, user, expiry_s).await,
        }
    }

    /// Notes that a session is connected again, to outlive this connection by `expiry_s` seconds. Returns the packet ids
    /// of its client's QoS 2 messages that are stored and not released, rising.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn resume_mqtt_session(&self, id: MqttSessionId, expiry_s: u32) -> Result<Vec<u16>, StoreError> {
        match self {
            Self::Sqlite(db) => db.resume_mqtt_session(id, expiry_s).await,
        }
    }

    /// Forgets a session with its subscriptions, messages, packet ids and its device's cursors, if it is there.
    pub async fn drop_mqtt_session(&self, id: MqttSessionId) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_mqtt_session(id).await,
        }
    }

    /// Adds a subscription to a session, or replaces the one of the same filter.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such session.
    pub async fn save_mqtt_subscription(
        &self,
        id: MqttSessionId,
        subscription: &MqttSubscription,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.save_mqtt_subscription(id, subscription).await,
        }
    }

    /// Removes the subscription of this filter from a session, if it is there.
    pub async fn drop_mqtt_subscription(&self, id: MqttSessionId, filter: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_mqtt_subscription(id, filter).await,
        }
    }
}

/// Queues: what waits, and for which durable subscriptions it is kept. What comes and goes is a [`Write`].
impl Store {
    /// The messages behind `id` in all queues, in the order they were committed; at most `limit`.
    pub async fn queued_after(&self, id: QueuedId, limit: usize) -> Result<Vec<Queued>, StoreError> {
        match self {
            Self::Sqlite(db) => db.queued_after(id, limit).await,
        }
    }

    /// All durable subscriptions, the oldest first.
    pub async fn durable_subscriptions(&self) -> Result<Vec<DurableSubscription>, StoreError> {
        match self {
            Self::Sqlite(db) => db.durable_subscriptions().await,
        }
    }

    /// Creates a durable subscription. One that its owner has under this name is dropped first, with its messages.
    pub async fn create_durable_subscription(
        &self,
        owner: &Uid,
        name: &str,
        filter: &TopicFilter,
        selector: &str,
    ) -> Result<DurableId, StoreError> {
        match self {
            Self::Sqlite(db) => db.create_durable_subscription(owner, name, filter, selector).await,
        }
    }

    /// Forgets a durable subscription with its messages, if it is there.
    pub async fn drop_durable_subscription(&self, id: DurableId) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_durable_subscription(id).await,
        }
    }
}

/// What is retained on live topics. What comes and goes is a [`Write`].
impl Store {
    /// The retained messages on the topics behind `topic`, or on all, in the order of the topics' bytes; at most `limit`.
    pub async fn retained_after(&self, topic: Option<&Topic>, limit: usize) -> Result<Vec<Retained>, StoreError> {
        match self {
            Self::Sqlite(db) => db.retained_after(topic, limit).await,
        }
    }
}
