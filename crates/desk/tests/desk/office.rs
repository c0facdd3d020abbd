//! An organisation with agents and a workgroup, and short words for what the cases do there.

use std::{future::poll_fn, sync::Arc, time::Duration};

use bytes::Bytes;
use deskwire_broker::{
    Delivered, Dialect, Hub, Log, LogLimits, Outbox, Reply, Session, Sessions, Subscriber, SubscriptionKey,
};
use deskwire_desk::{
    Command, Decided, Desk, DeskConfig, DeskError, DeskTexts, Greeting, ModerationLimits, PollingLimits, Sender,
    Submitted, ThreadRequest,
};
use deskwire_model::{
    AgentProfile, AgentStatus, Conversation, Draft, MessageUid, Principal, Profile, Role, Seq, SessionId, ThreadType,
    Timestamp, TopicFilter, Uid,
    dialect::{self, Renderer},
};
use deskwire_store::{SqliteOptions, Store, Visitor, VisitorTold, Written};
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// The organisation `acme`: the workgroup `sales` has all its agents. The organisation `other` has the agent `spy`.
pub(crate) struct Office {
    pub(crate) store: Store,
    pub(crate) desk: Desk,
    hub: Arc<Hub>,
    sessions: Arc<Sessions>,
    folder: Arc<tempfile::TempDir>,
}

fn texts() -> DeskTexts {
    DeskTexts {
        welcome: "welcome".into(),
        queue: "please wait".into(),
        leave_message: "nobody is there".into(),
        resume: "welcome back".into(),
    }
}

impl Office {
    /// An office whose agents each take `capacity` conversations; nobody is connected.
    pub(crate) async fn new(agents: &[&str], capacity: u32) -> Self {
        Self::saying(texts(), agents, capacity).await
    }

    /// The same office at another node, of which the first one hears nothing; nobody is connected there.
    pub(crate) fn beside(&self) -> Self {
        Self::at(self.store.clone(), Arc::clone(&self.folder), texts())
    }

    /// The same, which says `texts`.
    pub(crate) async fn saying(texts: DeskTexts, agents: &[&str], capacity: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(&folder.path().join("desk.db"), SqliteOptions::default()).await.unwrap();
        for org in ["acme", "other"] {
            store.create_organisation(&uid(org), org).await.unwrap();
        }
        for (name, org) in agents.iter().map(|name| (*name, "acme")).chain([("spy", "other")]) {
            let profile = Profile { nickname: name.to_uppercase(), avatar: String::new() };
            let (username, status) = (name.to_owned(), AgentStatus::Available);
            let agent =
                AgentProfile { uid: uid(name), org: uid(org), username, profile, status, capacity, role: Role::Agent };
            store.create_agent(&agent, "").await.unwrap();
        }
        let members: Vec<Uid> = agents.iter().map(|name| uid(name)).collect();
        store.create_workgroup(&uid("sales"), &uid("acme"), "Sales", &members).await.unwrap();
        Self::at(store, Arc::new(folder), texts)
    }

    fn at(store: Store, folder: Arc<tempfile::TempDir>, texts: DeskTexts) -> Self {
        let (hub, sessions) = (Arc::new(Hub::default()), Arc::new(Sessions::default()));
        let limits = LogLimits { queue: 1024, batch: 64, cursor_delay: Duration::from_millis(1) };
        let log = Log::start(store.clone(), Arc::clone(&hub), limits);
        let moderation = ModerationLimits {
            words: 4,
            word_chars: 8,
            hits: 100,
            hits_kept_ms: 1000,
            blocks: 3,
            blocks_kept_ms: 1000,
        };
        let config = DeskConfig {
            texts,
            cached: 100,
            open_per_agent: 100,
            time_zone: jiff::tz::TimeZone::UTC,
            moderation,
            polling: PollingLimits { lease: Duration::from_secs(30), devices: 2 },
            least_retention_days: 2,
        };
        let renderer = Arc::new(Renderer::new("UTC").unwrap());
        let desk = Desk::new(store.clone(), log, Arc::clone(&sessions), renderer, config);
        Self { store, desk, hub, sessions, folder }
    }

    /// Connects a user; its connection hears through the outbox.
    pub(crate) fn connect(&self, user: &str) -> Arc<Outbox> {
        let outbox = Outbox::new(1 << 20);
        let user = uid(user);
        let id = SessionId::random();
        self.sessions.enter(Session { id, user: Some(&user), org: &uid("acme"), outbox: &outbox });
        outbox
    }

    pub(crate) async fn ask(&self, visitor: &str, kind: ThreadType, service: &str) -> Result<Greeting, DeskError> {
        let visitor = visitor_of("acme", visitor);
        self.desk.introduce(&visitor, VisitorTold::default(), NOW).await.unwrap();
        let request = ThreadRequest { visitor, kind, service: uid(service), channel: "WEB".to_owned() };
        self.desk.request_thread(request, NOW).await
    }

    /// The conversation between a visitor and an agent who is connected.
    pub(crate) async fn direct(&self, visitor: &str, agent: &str) -> Arc<Conversation> {
        self.ask(visitor, ThreadType::Agent, agent).await.unwrap().conversation
    }

    /// An outbox that hears what is said in `conversation`.
    pub(crate) fn listen(&self, conversation: &Conversation) -> Arc<Outbox> {
        const KEY: SubscriptionKey = 1;
        let outbox = Outbox::new(1 << 20);
        let subscriber = Subscriber::new(&outbox, KEY);
        self.hub.subscribe(&TopicFilter::from(&conversation.topic), subscriber);
        outbox
    }

    /// An outbox that hears what is said on a live topic.
    pub(crate) fn listen_on(&self, topic: &str) -> Arc<Outbox> {
        const KEY: SubscriptionKey = 1;
        let outbox = Outbox::new(1 << 20);
        self.hub.subscribe(&TopicFilter::new(topic).unwrap(), Subscriber::new(&outbox, KEY));
        outbox
    }

    /// The next message in `outbox`, as readers of JSON get it.
    pub(crate) async fn next(&self, outbox: &Outbox) -> Value {
        loop {
            poll_fn(|cx| outbox.poll_ready(cx, true, false)).await;
            let (mut deliveries, _) = outbox.take_deliveries();
            assert!(deliveries.len() <= 1, "one thing at a time was expected: {deliveries:?}");
            if let Some(delivery) = deliveries.pop_front() {
                let Delivered::Said(publication) = delivery.delivered else { panic!("{delivery:?}") };
                return read(publication.body(Dialect::MessageJson, self.desk.renderer()).unwrap());
            }
        }
    }

    /// Submits and waits for the answer; none when none will come.
    pub(crate) async fn submit(
        &self,
        sender: Sender<'_>,
        conversation: &Arc<Conversation>,
        draft: Draft,
    ) -> Result<Option<Written>, DeskError> {
        let (waiter, answer) = oneshot::channel();
        match self.desk.submit(sender, conversation, draft, NOW, Reply::Waiter(waiter)).await? {
            Submitted::Pending => Ok(Some(answer.await.unwrap()?)),
            Submitted::Done => {
                assert!(answer.await.is_err(), "a reply came although none was announced");
                Ok(None)
            }
        }
    }

    /// A TEXT of `principal` called `name`; its position.
    pub(crate) async fn text(&self, principal: &Principal, conversation: &Arc<Conversation>, name: &str) -> u64 {
        match self.submit(default_device(principal), conversation, draft(name, "TEXT", "hello")).await.unwrap() {
            Some(Written::Appended { seq, .. }) => seq.0,
            other => panic!("{name}: {other:?}"),
        }
    }

    /// An agent comes online; its connection hears through the outbox.
    pub(crate) async fn arrive(&self, name: &str) -> Arc<Outbox> {
        let outbox = self.connect(name);
        self.desk.presence_changed(&agent(name), NOW).await.unwrap();
        outbox
    }

    /// The conversation between `visitor` and the workgroup `sales` as it is in the store.
    pub(crate) async fn of(&self, visitor: &str) -> Arc<Conversation> {
        let topic = ThreadType::Workgroup.topic(&uid("sales"), &uid(visitor));
        Arc::new(self.store.conversation_by_topic(&topic).await.unwrap().unwrap())
    }

    /// Has the desk do something with the conversation of `visitor`.
    pub(crate) async fn command(
        &self,
        by: &Principal,
        visitor: &str,
        command: Command,
        content: Value,
    ) -> Result<Decided, DeskError> {
        let topic = self.of(visitor).await.topic.clone();
        self.desk.command(by, topic.as_str(), command, (MessageUid::random(), &content), NOW).await
    }

    /// Sets settings of the workgroup `sales`.
    pub(crate) async fn set(&self, settings: Value) {
        self.desk.change_settings(&principal("acme", "admin", Role::Admin), &uid("sales"), &settings).await.unwrap();
    }

    /// Types of the entries of a conversation, and the last one as readers of JSON get it.
    pub(crate) async fn log(&self, conversation: &Conversation) -> (Vec<String>, Value) {
        let entries = self.store.entries_after(conversation.id, Seq::ZERO, 1000).await.unwrap();
        let last = entries.last().map(|entry| read(&self.desk.renderer().json(entry.into()).unwrap()));
        (entries.iter().map(|entry| entry.kind.to_string()).collect(), last.unwrap_or_default())
    }

    pub(crate) async fn head(&self, conversation: &Conversation) -> u64 {
        self.store.head(conversation.id).await.unwrap().0
    }
}

pub(crate) fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

pub(crate) fn visitor_of(org: &str, name: &str) -> Visitor {
    let profile = Profile { nickname: format!("Visitor {name}"), avatar: String::new() };
    Visitor { uid: uid(name), org: uid(org), profile, channel: "WEB".to_owned() }
}

pub(crate) fn principal(org: &str, name: &str, role: Role) -> Principal {
    Principal { org: uid(org), uid: uid(name), role }
}

pub(crate) fn visitor(name: &str) -> Principal {
    principal("acme", name, Role::Visitor)
}

pub(crate) fn agent(name: &str) -> Principal {
    principal("acme", name, Role::Agent)
}

/// The event that an entry tells.
pub(crate) fn event(message: &Value) -> Value {
    let extra: Value = serde_json::from_str(message["extra"].as_str().unwrap()).unwrap();
    extra["event"].clone()
}

/// `NOW` and some seconds.
pub(crate) fn later(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

pub(crate) fn default_device(principal: &Principal) -> Sender<'_> {
    Sender { principal, device: Some("") }
}

/// A message as a client writes it.
pub(crate) fn draft(name: &str, kind: &str, content: &str) -> Draft {
    let message = json!({ "uid": name, "type": kind, "content": content });
    dialect::parse(&Bytes::from(message.to_string())).unwrap()
}

pub(crate) fn message_uid(name: &str) -> MessageUid {
    MessageUid::new(name).unwrap()
}

pub(crate) fn read(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap()
}
