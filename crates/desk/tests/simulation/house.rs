//! The desk on its store, from opening the file to being killed: everything in it dies at once, and what was on its way
//! with it.
//!
//! Time is the runtime's, which stands still but when the walk lets it go on.

use std::{path::Path, sync::Arc, sync::mpsc, time::Duration};

use deskwire_broker::{Hub, Log, LogLimits, Outbox, Session, Sessions, Subscriber};
use deskwire_desk::{Desk, DeskConfig, DeskTexts, ModerationLimits, PollingLimits};
use deskwire_model::{Principal, SessionId, Timestamp, TopicFilter, dialect::Renderer};
use deskwire_store::{SqliteOptions, Store};
use jiff::tz::TimeZone;
use tokio::{runtime::Runtime, time::Instant};

use crate::cast::Organisation;

/// When the walk begins: a Tuesday, 22:13:20 UTC.
pub(crate) const BEGINNING: Timestamp = Timestamp(1_700_000_000_000);

/// What the clock of an incarnation shows.
#[derive(Clone, Copy, Debug)]
struct Clock {
    base: Timestamp,
    start: Instant,
}

impl Clock {
    fn now(self) -> Timestamp {
        Timestamp(self.base.0 + i64::try_from(self.start.elapsed().as_millis()).unwrap())
    }
}

/// A connection of an agent.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) user: Principal,
    id: SessionId,
    outbox: Arc<Outbox>,
}

/// One incarnation.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) desk: Desk,
    clock: Clock,
    /// Hears everything that is said in conversations, in the order of the commits.
    pub(crate) witness: Arc<Outbox>,
    pub(crate) connections: Vec<Connection>,
    sessions: Arc<Sessions>,
    /// While this is there the runtime's time does not go on by itself when everybody waits for the disk.
    _still: mpsc::Sender<()>,
    /// Ends last.
    pub(crate) runtime: Runtime,
}

impl House {
    /// Opens the store at `path` when it is `base`.
    pub(crate) fn open(path: &Path, base: Timestamp, cast: &[Organisation]) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (still, ends) = mpsc::channel::<()>();
        // The runtime does not skip time while a blocking task runs.
        runtime.spawn_blocking(move || ends.recv());
        let (store, desk, clock, witness, sessions) = runtime.block_on(async {
            let store = Store::open_sqlite(path, SqliteOptions::default()).await.unwrap();
            let (hub, sessions) = (Arc::new(Hub::default()), Arc::new(Sessions::default()));
            let witness = Outbox::new(1 << 30);
            for topic in cast.iter().flat_map(Organisation::topics) {
                hub.subscribe(&TopicFilter::from(&topic), Subscriber::new(&witness, 1));
            }
            let limits = LogLimits { queue: 1024, batch: 64, cursor_delay: Duration::from_millis(1) };
            let log = Log::start(store.clone(), hub, limits);
            let renderer = Arc::new(Renderer::new("UTC").unwrap());
            let desk = Desk::new(store.clone(), log, Arc::clone(&sessions), renderer, config());
            let clock = Clock { base, start: Instant::now() };
            tokio::spawn(desk.clone().work(move || clock.now()));
            (store, desk, clock, witness, sessions)
        });
        Self { store, desk, clock, witness, connections: Vec::new(), sessions, _still: still, runtime }
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        // Outside of its runtime time goes on.
        let _inside = self.runtime.enter();
        self.clock.now()
    }

    /// A device of `user` connects.
    pub(crate) async fn connect(&mut self, user: &Principal) {
        let connection = Connection { user: user.clone(), id: SessionId::random(), outbox: Outbox::new(1 << 20) };
        self.sessions.enter(Session {
            id: connection.id,
            user: Some(&user.uid),
            org: &user.org,
            outbox: &connection.outbox,
        });
        self.connections.push(connection);
        self.desk.presence_changed(user, self.now()).await.unwrap();
    }

    /// One of the connections, whichever `number` says, is lost.
    pub(crate) async fn disconnect(&mut self, number: usize) {
        let connection = self.connections.swap_remove(number);
        let user = connection.user;
        self.sessions.leave(Session {
            id: connection.id,
            user: Some(&user.uid),
            org: &user.org,
            outbox: &connection.outbox,
        });
        self.desk.presence_changed(&user, self.now()).await.unwrap();
    }

    /// Dies with all tasks, wherever they are. What the writing thread has begun it ends, as a disk does.
    pub(crate) fn kill(self) {
        let Self { _still: still, runtime, store, desk, .. } = self;
        drop(still);
        drop(runtime);
        drop((store, desk));
    }
}

fn config() -> DeskConfig {
    let texts = DeskTexts {
        welcome: "welcome".into(),
        queue: "please wait".into(),
        leave_message: "nobody is there".into(),
        resume: "welcome back".into(),
    };
    let moderation =
        ModerationLimits { words: 10, word_chars: 10, hits: 10, hits_kept_ms: 1000, blocks: 10, blocks_kept_ms: 1000 };
    DeskConfig {
        texts,
        cached: 1000,
        open_per_agent: 1000,
        time_zone: TimeZone::UTC,
        moderation,
        polling: PollingLimits { lease: Duration::from_secs(30), devices: 2 },
        least_retention_days: 1,
    }
}
