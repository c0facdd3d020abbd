//! Whoever listens to its notices ends up with what is there, whatever happened in whatever order.

use std::{future::poll_fn, sync::Arc, time::Duration};

use deskwire_broker::{Delivered, Dialect, Hub, Log, LogLimits, Outbox, Subscriber};
use deskwire_cluster::Bus;
use deskwire_desk::{NoticeBoard, NoticeDraft, NoticeLimits};
use deskwire_model::{
    AgentProfile, AgentStatus, NoticeContent, NoticeId, NoticesRead, Principal, Profile, Role, SessionId, TopicFilter,
    dialect::Renderer,
};
use deskwire_store::{NoticeAllowance, NoticeAudience, NoticeChanged, NoticeName, SqliteOptions, Store};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Map, Value};

use crate::office::{NOW, agent, principal, read, uid};

/// Far longer than anything takes; only a failing test gets there.
const PATIENCE: Duration = Duration::from_secs(30);
const DEVICES: usize = 3;

/// A board with the agents ann and bob.
struct Office {
    board: NoticeBoard,
    hub: Arc<Hub>,
    renderer: Arc<Renderer>,
    folder: tempfile::TempDir,
}

async fn store(folder: &tempfile::TempDir) -> Store {
    Store::open_sqlite(&folder.path().join("desk.db"), SqliteOptions::default()).await.unwrap()
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        store.create_organisation(&uid("acme"), "acme").await.unwrap();
        for name in ["ann", "bob"] {
            let agent = AgentProfile {
                uid: uid(name),
                org: uid("acme"),
                username: name.to_owned(),
                profile: Profile::default(),
                status: AgentStatus::Available,
                capacity: 1,
                role: Role::Agent,
            };
            store.create_agent(&agent, "").await.unwrap();
        }
        Self::over(store, folder)
    }

    fn over(store: Store, folder: tempfile::TempDir) -> Self {
        let (hub, renderer) = (Arc::new(Hub::default()), Arc::new(Renderer::new("UTC").unwrap()));
        let limits = LogLimits { queue: 64, batch: 16, cursor_delay: Duration::from_millis(1) };
        let log = Log::start(store.clone(), Arc::clone(&hub), limits);
        let allowance = NoticeAllowance { recipients: 2, kept: 5 };
        let limits = NoticeLimits { allowance, listed: 3, kept_ms: i64::MAX };
        let board = NoticeBoard::start(store, log, Bus::local().0, Arc::clone(&renderer), || NOW, limits);
        Self { board, hub, renderer, folder }
    }

    /// The same after a restart: everybody has to come back.
    async fn restarted(self) -> Self {
        let Self { board, folder, .. } = self;
        drop(board);
        Self::over(store(&folder).await, folder)
    }

    fn listen(&self, user: &Principal) -> Device {
        let (outbox, session) = (Outbox::new(1 << 20), SessionId::random());
        let filter = TopicFilter::from(&NoticeBoard::topic(&user.uid));
        self.hub.subscribe(&filter, Subscriber::new(&outbox, 1));
        self.board.connected(user);
        self.board.listen(session, user);
        Device { outbox, session, shown: Map::new() }
    }

    fn leave(&self, user: &Principal, device: &Device) {
        let filter = TopicFilter::from(&NoticeBoard::topic(&user.uid));
        self.hub.unsubscribe(&filter, &Subscriber::new(&device.outbox, 1));
        self.board.disconnected(device.session, user);
    }

    async fn post(&self, audience: NoticeAudience, name: Option<&str>) -> Option<NoticeId> {
        let content = NoticeContent { title: "t".into(), ..NoticeContent::default() };
        let draft = NoticeDraft { business: name.map(Into::into), audience, expires: None, content };
        match self.board.post(&agent("oa"), draft).await {
            Ok(NoticeChanged::Posted { id, .. }) => Some(id),
            Ok(other) => panic!("{other:?}"),
            Err(_) => None,
        }
    }
}

/// A page that shows what it was told last.
struct Device {
    outbox: Arc<Outbox>,
    session: SessionId,
    shown: Map<String, Value>,
}

impl Device {
    /// Waits until the page shows `expected`.
    async fn shows(&mut self, expected: &Value, renderer: &Renderer) {
        while expected.as_object().unwrap().iter().any(|(key, value)| self.shown.get(key) != Some(value)) {
            tokio::time::timeout(PATIENCE, poll_fn(|cx| self.outbox.poll_ready(cx, true, false)))
                .await
                .unwrap_or_else(|_| panic!("{expected} is never shown, but {:?}", self.shown));
            for delivery in self.outbox.take_deliveries().0 {
                let Delivered::Said(frame) = delivery.delivered else { panic!("{delivery:?}") };
                let frame = read(frame.body(Dialect::MessageJson, renderer).unwrap());
                let changed = frame["data"].as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
                self.shown.extend(changed.map(|(key, value)| (key.clone(), value.clone())));
            }
        }
    }
}

#[tokio::test]
async fn a_notice_is_for_whom_the_organisation_has() {
    let office = Office::new().await;
    let ann = agent("ann");
    assert_eq!(office.post(NoticeAudience::User(uid("nobody")), None).await, None);
    assert_eq!(office.post(NoticeAudience::Visitors, None).await, None, "there are none");
    assert!(office.post(NoticeAudience::Agents, None).await.is_some());
    assert_eq!(office.board.feed(&ann).await.unwrap().total(), 1);
    let namesake = principal("other", "ann", ann.role);
    assert_eq!(office.board.feed(&namesake).await.unwrap().total(), 0, "of another organisation");
}

#[derive(Clone, Debug)]
enum Step {
    Post(Option<&'static str>),
    Read(usize),
    ReadAll,
    Withdraw(&'static str),
    Listen(usize),
    Leave(usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let name = || prop::sample::select(&["n0", "n1"][..]);
    prop_oneof![
        4 => prop::option::of(name()).prop_map(Step::Post),
        2 => (0..8_usize).prop_map(Step::Read),
        1 => Just(Step::ReadAll),
        1 => name().prop_map(Step::Withdraw),
        3 => (0..DEVICES).prop_map(Step::Listen),
        2 => (0..DEVICES).prop_map(Step::Leave),
        1 => Just(Step::Restart),
    ]
}

async fn run(steps: Vec<Step>) {
    let (mut office, ann) = (Office::new().await, agent("ann"));
    let mut devices: [Option<Device>; DEVICES] = Default::default();
    let mut posted = Vec::new();
    for step in steps {
        match step {
            Step::Post(name) => posted.extend(office.post(NoticeAudience::Agents, name).await),
            Step::Read(index) => {
                let which = NoticesRead::Named(posted.get(index).copied().into_iter().collect());
                office.board.read(&ann, which).await.unwrap();
            }
            Step::ReadAll => drop(office.board.read(&ann, NoticesRead::All { menu: None, upto: None }).await.unwrap()),
            Step::Withdraw(name) => {
                // What was not posted is refused.
                let _ = office.board.withdraw(&agent("oa"), NoticeName::Business(name.into())).await;
            }
            Step::Listen(index) => drop(devices[index].get_or_insert_with(|| office.listen(&ann)).session),
            Step::Leave(index) => devices[index].take().into_iter().for_each(|device| office.leave(&ann, &device)),
            Step::Restart => {
                devices = Default::default();
                office = office.restarted().await;
            }
        }
    }
    let online = usize::from(devices.iter().any(Option::is_some));
    assert_eq!(office.board.online(&ann), online, "users are counted, not connections");
    let feed = office.board.feed(&ann).await.unwrap();
    let mut expected = read(&office.renderer.notice_feed(&feed, Some(online)));
    let mut expected = expected["data"].take();
    expected.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    for device in devices.iter_mut().flatten() {
        device.shows(&expected, &office.renderer).await;
    }
}

#[test]
fn all_devices_end_up_with_what_is_there() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(step(), 1..30), |steps| {
        runtime.block_on(run(steps));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
