//! A committer over a database in a folder of its own, and short words for what the cases say to it.

use std::{future::poll_fn, sync::Arc, time::Duration};

use deskwire_broker::{
    Announce, Content, Delivered, Delivery, Hub, Job, Log, LogLimits, Outbox, Publication, Reply, Subscriber,
};
use deskwire_model::{
    Conversation, LogId, MessageType, MessageUid, Payload, Profile, Seq, ThreadType, Timestamp, Topic, TopicFilter, Uid,
};
use deskwire_store::{NewConversation, NewEntry, SqliteOptions, Store, Write, Written};

/// Cursors are not written by themselves with this delay: only along with another write.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);

pub(crate) const ROOMY: LogLimits = LogLimits { queue: 1024, batch: 128, cursor_delay: NEVER };

pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) hub: Arc<Hub>,
    pub(crate) log: Log,
    folder: Arc<tempfile::TempDir>,
}

impl Desk {
    pub(crate) async fn new(limits: LogLimits) -> Self {
        let desk = Self::at(Arc::new(tempfile::tempdir().unwrap()), limits).await;
        desk.store.create_organisation(&uid("acme"), "Acme").await.unwrap();
        desk
    }

    /// What the next process finds.
    pub(crate) async fn restart(self) -> Self {
        self.log.flush().await.unwrap();
        Self::at(self.folder, ROOMY).await
    }

    /// Another node on the same database.
    pub(crate) fn beside(&self) -> Self {
        Self::over(self.store.clone(), Arc::clone(&self.folder), ROOMY)
    }

    async fn at(folder: Arc<tempfile::TempDir>, limits: LogLimits) -> Self {
        Self::over(open(&folder).await, folder, limits)
    }

    fn over(store: Store, folder: Arc<tempfile::TempDir>, limits: LogLimits) -> Self {
        let hub = Arc::new(Hub::default());
        let log = Log::start(store.clone(), Arc::clone(&hub), limits);
        Self { store, hub, log, folder }
    }

    /// The same file, opened by somebody else: it shows what is on disk and nothing else.
    pub(crate) async fn another_store(&self) -> Store {
        open(&self.folder).await
    }

    pub(crate) async fn conversation(&self, visitor: &str) -> Conversation {
        let new = NewConversation {
            uid: uid(&format!("thread-{visitor}")),
            org: uid("acme"),
            topic: ThreadType::Workgroup.topic(&uid("sales"), &uid(visitor)),
            kind: ThreadType::Workgroup,
            service: uid("sales"),
            visitor: uid(visitor),
            visitor_profile: Profile::default(),
            channel: String::new(),
            participants: vec![uid(visitor)],
        };
        match self.log.commit(Write::CreateConversation(new), Announce::Nobody).await.unwrap() {
            Written::Conversation { conversation, .. } => *conversation,
            other => panic!("a conversation was expected, not {other:?}"),
        }
    }

    /// Has `outbox` hear what is said in `conversation`, under `key`.
    pub(crate) fn listen(&self, conversation: &Conversation, outbox: &Arc<Outbox>, key: u32) {
        let filter = TopicFilter::from(&conversation.topic);
        self.hub.subscribe(&filter, Subscriber::new(outbox, key));
    }

    pub(crate) async fn say(&self, conversation: &Conversation, name: &str) -> Written {
        let announce = Announce::Entry(conversation.topic.clone());
        self.log.commit(append(conversation.id, name), announce).await.unwrap()
    }

    /// Hands over an append without waiting for it.
    pub(crate) async fn submit(&self, conversation: &Conversation, name: &str, reply: Reply) {
        let announce = Announce::Entry(conversation.topic.clone());
        self.log.submit(Job::Write { write: append(conversation.id, name), announce, reply }).await.unwrap();
    }
}

async fn open(folder: &tempfile::TempDir) -> Store {
    Store::open_sqlite(&folder.path().join("desk.db"), SqliteOptions::default()).await.unwrap()
}

pub(crate) fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

pub(crate) fn entry(log: LogId, sender: &str, name: &str) -> NewEntry {
    NewEntry {
        log,
        sender: uid(sender),
        uid: MessageUid::new(name).unwrap(),
        kind: MessageType::text(),
        payload: Payload::Json(format!(r#"{{"uid":"{name}"}}"#).into_bytes().into()),
        hides: None,
    }
}

pub(crate) fn append(log: LogId, name: &str) -> Write {
    Write::Append(entry(log, "somebody", name))
}

/// Something that is handed on and forgotten, as TYPING.
pub(crate) fn relayed(topic: Topic, log: LogId) -> Publication {
    let payload = Payload::Json(bytes::Bytes::from_static(b"{}"));
    Publication::new(topic, Content::Message { log, seq: None, at: Timestamp(0), recalled: false, payload })
}

/// What was said, of a delivery that no queue made.
pub(crate) fn said(delivery: &Delivery) -> &Publication {
    match &delivery.delivered {
        Delivered::Said(publication) => publication,
        other => panic!("{other:?}"),
    }
}

/// The positions of what is in an outbox now; none for what is relayed.
pub(crate) fn heard(outbox: &Outbox) -> Vec<Option<u64>> {
    outbox.take_deliveries().0.iter().map(|delivery| said(delivery).seq().map(|Seq(seq)| seq)).collect()
}

/// As [`heard`], for `count` deliveries that may still be on their way.
pub(crate) async fn hear(outbox: &Outbox, count: usize) -> Vec<Option<u64>> {
    let mut positions = Vec::new();
    while positions.len() < count {
        poll_fn(|cx| outbox.poll_ready(cx, true, false)).await;
        positions.extend(heard(outbox));
    }
    positions
}
