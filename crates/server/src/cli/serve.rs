//! `deskwire serve`: from the configuration to the last closed connection.

use std::{io, process::ExitCode, sync::Arc, time::Duration};

use axum::middleware;
use deskwire_broker::{
    Hub, Log, LogLimits, MailboxLimits, Mailboxes, QueueLimits, Queues, Retained, RetainedLimits, Sessions,
};
use deskwire_cluster::{Bus, InvalidNodeName, NodeId, OptionsError};
use deskwire_desk::{Desk, DeskConfig, DeskError, DeskTexts, NoticeBoard, NoticeLimits, PollingLimits};
use deskwire_model::{InvalidUid, dialect::Renderer};
use deskwire_store::{NoticeAllowance, SqliteOptions, Store, StoreError};
use jiff::tz::TimeZone;
use metrics_exporter_prometheus::{BuildError, PrometheusHandle};
use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_rustls::TlsAcceptor;

use super::{ServeArgs, failure, greeting::Greeting, upkeep};
use crate::{
    auth::{
        lockout::Lockout,
        password::{PasswordError, Passwords},
        service::ServiceAccounts,
        service_key::ServiceKeys,
        token::Tokens,
    },
    cluster::{Lease, Neighbourhood},
    config::{Config, ConfigError, Flags, ListenUrl, NoticesSection},
    conformance::{Conformance, Exposed},
    connection::{Endpoints, timestamp},
    data_folder::{DataFolder, DataFolderError, SecretKey},
    files::{Files, FilesError},
    first_start::{self, FirstStartError, NewLogin},
    gateway::{Extensions, Gateway, KeyHolders, NoticeWatch, SeatWatch, Wills},
    http::{
        self, Auditing, Repeats,
        api::{self, ApiState, NoticeRates, VisitorRates},
    },
    listener::{BindError, Listeners, tls},
    ops::{Database, LocalPass, Ops, Running, Trail, keep_course},
    shutdown::{self, Shutdown},
    sockjs::{self, Stomp},
    telemetry::{
        logging::{self, LoggingError},
        metrics::{self, Metrics},
        readings::Readings,
    },
    webhooks::{Courier, CourierError},
};

/// The database in the data folder.
const DATABASE: &str = "deskwire.db";

/// How long what a node hands out of queues stays its own when the database does not hear of it: others wait for so long.
const WORK_LEASE: Duration = Duration::from_secs(5);

/// What renders the metrics, and what is read of them.
type Measured = (PrometheusHandle, Arc<Readings>);

/// Why the server does not start, or does not end well.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Conformance(#[from] Exposed),
    #[error(transparent)]
    Logging(#[from] LoggingError),
    #[error("cannot begin to measure: {0}")]
    Metrics(#[from] BuildError),
    #[error(transparent)]
    Data(#[from] DataFolderError),
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error("cannot start the runtime: {0}")]
    Runtime(#[source] io::Error),
    #[error("cannot draw random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("cannot note in the data folder where the server listens: {0}")]
    Running(#[source] io::Error),
    #[error("cannot listen for signals: {0}")]
    Signals(#[source] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Webhooks(#[from] CourierError),
    #[error(transparent)]
    FirstStart(#[from] FirstStartError),
    #[error("not everything could be stored: {0}")]
    Close(#[source] DeskError),
    #[error("cannot learn which tokens have ended: {0}")]
    EndedTokens(#[source] DeskError),
    #[error("cannot learn which service keys there are: {0}")]
    ServiceKeys(#[source] DeskError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("cannot read the certificates that vouch for Redis: {0}")]
    BusCertificates(#[source] io::Error),
    #[error(transparent)]
    Bus(#[from] OptionsError),
    #[error(transparent)]
    NodeName(#[from] InvalidNodeName),
    #[error("cannot use the time zone: {0}")]
    TimeZone(#[from] jiff::Error),
    #[error(transparent)]
    Uid(#[from] InvalidUid),
}

/// How a server that had started came to its end.
enum Ending {
    /// All connections ended, or their time was over.
    Stopped,
    /// A second signal did not want to wait.
    Forced,
}

pub(super) fn run(args: ServeArgs, extensions: Extensions) -> ExitCode {
    match start(args, extensions) {
        Ok(Ending::Stopped) => ExitCode::SUCCESS,
        Ok(Ending::Forced) => ExitCode::FAILURE,
        Err(error) => failure(&error),
    }
}

fn start(args: ServeArgs, extensions: Extensions) -> Result<Ending, StartError> {
    let flags = Flags { data: args.data, listen: args.listen };
    let mut config = Config::load(args.config.path.as_deref(), std::env::vars_os(), &flags)?;
    let conformance = args.conformance_services.then(|| Conformance::open(&mut config)).transpose()?;
    logging::install(&config.log)?;
    let measured = metrics::install()?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::Runtime)?;
    let ending = runtime.block_on(serve(Arc::new(config), conformance, extensions, measured));
    // Whoever has not ended by now was given its time.
    runtime.shutdown_background();
    ending
}

async fn serve(
    config: Arc<Config>,
    conformance: Option<Conformance>,
    extensions: Extensions,
    measured: Measured,
) -> Result<Ending, StartError> {
    // First of all: a signal during the start must not be lost.
    let mut signals = StopSignals::new().map_err(StartError::Signals)?;
    let mut data = DataFolder::open(&config.server.data)?;
    let listeners = Listeners::bind(&config.server.listen, tls_acceptor(&config)?)?;
    let listeners = listeners.behind(&config.server.trusted_proxies);
    let urls: Vec<ListenUrl> = listeners.urls().collect();
    let Opened { state, stomp, courier, neighbourhood, retention, new_logins } =
        open(&config, conformance, &mut data, extensions, &urls, measured).await?;
    let (ops, bus) = (Arc::clone(&state.ops), state.gateway.bus.clone());

    let (trigger, shutdown) = shutdown::channel();
    tokio::spawn(upkeep::keep_up(state.clone(), shutdown.clone()));
    tokio::spawn(upkeep::keep_key_uses(state.clone(), shutdown.clone()));
    tokio::spawn(upkeep::keep_audit(state.clone(), shutdown.clone()));
    tokio::spawn(neighbourhood.keep());
    tokio::spawn(Arc::clone(&state.gateway.queues).keep_sharing());
    tokio::spawn(upkeep::keep_retention(state.clone(), retention, shutdown.clone()));
    tokio::spawn(observe(&state, shutdown.clone()));
    tokio::spawn(Arc::clone(&state.files).keep_swept(shutdown.clone()));
    tokio::spawn(state.gateway.desk.clone().work(timestamp));
    tokio::spawn(courier.work(shutdown.clone()));
    tokio::spawn(state.gateway.desk.clone().keep_searchable(config.search.delay_ms.duration()));
    let endpoints = state.endpoints.clone();
    let connections = Arc::clone(&endpoints.connections);
    let (desk, metrics) = (state.gateway.desk.clone(), Arc::clone(&state.gateway.metrics));
    let (wills, queues) = (state.gateway.wills.clone(), Arc::clone(&state.gateway.queues));
    let (described, uploads) = (http::base_routes().merge(api::routes()), api::upload_routes());
    let document = http::Document::about(&described, &uploads);
    let once = middleware::from_fn_with_state(state.clone(), http::once);
    let auditing = Auditing { state: state.clone(), audits: Arc::new(described.audits()) };
    let audited = middleware::from_fn_with_state(auditing, http::audited);
    // What comes again under its key is not done again, nor noted.
    let mut routes = described.into_router().layer(audited).layer(once).merge(http::document_routes(&document));
    routes = routes.merge(http::web_routes()).merge(api::socket_routes()).merge(stomp.routes());
    if let Some(conformance) = conformance {
        tracing::warn!("conformance services are on: every program on this machine may use all live topics");
        routes = routes.merge(conformance.routes(&state.gateway, &shutdown));
    }
    let uploads = uploads.into_router().with_state(state.clone());
    let router = http::finish(routes.with_state(state), uploads, &config.limits);
    let serving = listeners.serve(router, endpoints, &config.limits, metrics, shutdown);
    for url in &urls {
        tracing::info!(%url, "listening");
    }
    let running = Running { listeners: urls.clone(), pass: ops.pass.clone() };
    running.write(data.path()).map_err(StartError::Running)?;
    Greeting { urls: &urls, data: data.path(), new_logins: &new_logins }.print();

    let (notice, spread) = (config.limits.drain_notice_ms.duration(), config.limits.drain_spread_ms.duration());
    let stop = async {
        let signal = signals.next().await;
        tracing::info!(signal, "stopping");
        ops.drain();
        let leaving = async {
            tokio::time::sleep(notice).await;
            connections.stop(spread).await;
            stomp.stop();
            // Not before: a balancer whose checks are refused would cut those who are still there.
            trigger.request();
            std::future::pending().await
        };
        tokio::select! {
            signal = leaving => signal,
            signal = signals.next() => signal,
        }
    };
    let ending = tokio::select! {
        drained = serving => {
            wills.publish_all();
            desk.close().await.map_err(StartError::Close)?;
            if let Err(error) = queues.stop_sharing().await {
                tracing::warn!(%error, "other nodes wait for the end of the lease on what was handed out here");
            }
            // The others need not wait until they miss this node: what waits for its clients lives with them at once.
            bus.leave().await;
            tracing::info!(abandoned = drained.abandoned, "stopped");
            Ending::Stopped
        }
        signal = stop => {
            tracing::warn!(signal, "stopping at once");
            Ending::Forced
        }
    };
    Running::remove(data.path());
    Ok(ending)
}

/// What works on the data folder.
struct Opened {
    state: ApiState,
    stomp: Stomp,
    courier: Courier,
    neighbourhood: Neighbourhood,
    /// On deleting what is not kept any more.
    retention: Lease,
    /// At the first start: those of the demo organisation.
    new_logins: Vec<NewLogin>,
}

/// Opens what is in the data folder, with all that works on it.
async fn open(
    config: &Arc<Config>,
    conformance: Option<Conformance>,
    data: &mut DataFolder,
    extensions: Extensions,
    listeners: &[ListenUrl],
    (prometheus, readings): Measured,
) -> Result<Opened, StartError> {
    let (store, database) = match config.store.postgres() {
        Some(server) => {
            let store = Store::open_postgres(&server).await?;
            data.agree(&store).await?;
            (store.clone(), Database::Postgres(store))
        }
        None => {
            let file = data.path().join(DATABASE);
            (Store::open_sqlite(&file, SqliteOptions::default()).await?, Database::Sqlite(file))
        }
    };
    let passwords = Arc::new(Passwords::new(config.limits.login_concurrency)?);
    let new_logins = first_start::prepare(&store, &passwords, config.desk.agent_capacity).await?;
    let files = Arc::new(Files::open(config, store.clone(), data)?);
    let (bus, inbox) = match config.cluster.redis().map_err(StartError::BusCertificates)? {
        Some(mut redis) => {
            // Each of them waits for an answer, and must not take the room of other questions.
            redis.max_asks = redis.max_asks.saturating_add(config.limits.sockjs_relayed);
            Bus::connect(redis, NodeId::starting(&config.cluster.node.0)?)?
        }
        None => Bus::local(),
    };
    let holder: Option<Box<str>> = bus.node().map(|node| node.as_str().into());
    let lease = |name| Lease::new(store.clone(), name, holder.clone());
    let gateway = gateway(config, conformance, (store.clone(), bus), data.secret_key()).await?;
    gateway.recall_ended_tokens(timestamp()).await.map_err(StartError::EndedTokens)?;
    gateway.recall_service_keys().await.map_err(StartError::ServiceKeys)?;
    let courier = Courier::new(store.clone(), gateway.desk.clone(), &config.webhooks, lease("webhooks"))?;
    let retention = lease("retention");
    let extensions =
        extensions.listener(NoticeWatch::of(gateway.notices.clone())).listener(SeatWatch::of(gateway.desk.clone()));
    let gateway = Arc::new(Gateway { extensions, ..gateway });
    let endpoints = Endpoints::new(Arc::clone(&gateway));
    let stomp = sockjs::stomp(&endpoints);
    let state = ApiState {
        endpoints,
        gateway,
        passwords,
        rates: Arc::new(VisitorRates::new(&config.limits)),
        files,
        notice_rates: Arc::new(NoticeRates::new(&config.notices)),
        repeats: Arc::new(Repeats::new(&config.limits)),
        prometheus,
        ops: Arc::new(Ops::new(readings, listeners.to_vec(), LocalPass::draw()?, database)),
    };
    let neighbourhood = Neighbourhood::new(state.this_node(), inbox, courier.prompt(), stomp.home());
    Ok(Opened { state, stomp, courier, neighbourhood, retention, new_logins })
}

/// Puts the parts together: committer, hub, queues, what is retained and desk over the store, and the gateway in front of them.
async fn gateway(
    config: &Arc<Config>,
    conformance: Option<Conformance>,
    (store, bus): (Store, Bus),
    key: &SecretKey,
) -> Result<Gateway, StartError> {
    let (hub, sessions) = (Arc::new(Hub::among(bus.clone())), Arc::new(Sessions::among(bus.clone())));
    let limits = LogLimits {
        queue: config.limits.commit_queue,
        batch: config.limits.commit_batch,
        cursor_delay: config.limits.cursor_delay_ms.duration(),
    };
    let log = Log::start(store.clone(), Arc::clone(&hub), limits);
    let queues = QueueLimits {
        queues: config.queues.max_queues,
        messages: config.queues.messages,
        bytes: config.queues.bytes,
        total_bytes: config.queues.total_bytes,
        deliveries: config.queues.max_deliveries,
        durable_per_owner: config.queues.durable_per_account,
        lease: WORK_LEASE,
    };
    let queues = Queues::open(store.clone(), log.clone(), Arc::clone(&hub), queues, bus.node()).await?;
    let retained = RetainedLimits { topics: config.limits.retained_topics, bytes: config.limits.retained_bytes };
    let retained = Retained::open(&store, log.clone(), Arc::clone(&hub), retained).await?;
    let mailboxes = MailboxLimits {
        messages: config.limits.mqtt_queued_messages,
        bytes: config.limits.mqtt_queued_bytes,
        total_bytes: config.limits.mqtt_queued_total_bytes,
        sessions: config.limits.mqtt_sessions,
    };
    let mailboxes = Mailboxes::open(store.clone(), log.clone(), Arc::clone(&hub), mailboxes, bus.node()).await?;
    let renderer = Arc::new(Renderer::new(&config.desk.time_zone)?);
    let desk = DeskConfig {
        texts: DeskTexts {
            welcome: config.desk.welcome.clone(),
            queue: config.desk.queue.clone(),
            leave_message: config.desk.leave_message.clone(),
            resume: config.desk.resume.clone(),
        },
        cached: config.desk.cached,
        open_per_agent: config.desk.open_per_agent,
        time_zone: TimeZone::get(&config.desk.time_zone)?,
        moderation: config.moderation.limits(),
        polling: PollingLimits {
            lease: config.presence.polling_lease_s.duration(),
            devices: config.presence.polling_devices,
        },
        least_retention_days: config.retention.least_days,
    };
    let notices = NoticeBoard::start(
        store.clone(),
        log.clone(),
        bus.clone(),
        Arc::clone(&renderer),
        timestamp,
        notice_limits(&config.notices),
    );
    let home = first_start::organisation()?;
    let services = ServiceAccounts::new(&config.service_accounts, &home);
    Ok(Gateway {
        desk: Desk::new(store, log, Arc::clone(&sessions), renderer, desk).among(bus.clone()),
        notices,
        hub,
        queues,
        retained,
        mailboxes,
        wills: Wills::default(),
        bus,
        sessions,
        tokens: Tokens::new(key),
        services: match conformance {
            Some(conformance) => conformance.admit_anonymous(services),
            None => services,
        },
        service_keys: ServiceKeys::new(home),
        key_holders: KeyHolders::default(),
        lockout: Lockout::new(&config.limits),
        config: Arc::clone(config),
        metrics: Arc::new(Metrics::register()),
        trail: Trail::new(config.ops.remembered_messages, config.ops.remembered_deliveries),
        extensions: Extensions::default(),
    })
}

fn notice_limits(config: &NoticesSection) -> NoticeLimits {
    NoticeLimits {
        allowance: NoticeAllowance { recipients: config.recipients, kept: config.per_user },
        listed: config.listed,
        kept_ms: i64::try_from(config.keep_s.duration().as_millis()).unwrap_or(i64::MAX),
    }
}

fn tls_acceptor(config: &Config) -> Result<Option<TlsAcceptor>, tls::TlsError> {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => tls::acceptor(certificate, key).map(Some),
        _ => Ok(None),
    }
}

/// Takes samples of how the server is.
fn observe(state: &ApiState, shutdown: Shutdown) -> impl Future<Output = ()> + use<> {
    let (course, readings) = (Arc::clone(&state.ops.course), Arc::clone(&state.ops.readings));
    keep_course(course, readings, Arc::clone(&state.endpoints.connections), shutdown)
}

/// The signals that ask a server to stop.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next one; returns its name. Cancel safe.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
