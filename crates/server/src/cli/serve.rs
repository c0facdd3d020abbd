//! `deskwire serve`: from the configuration to the last closed connection.

use std::{io, process::ExitCode, sync::Arc, time::Duration};

use axum::Router;
use metrics_exporter_prometheus::{BuildError, PrometheusHandle};
use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_rustls::TlsAcceptor;

use super::{Greeting, ServeArgs, failure};
use crate::{
    config::{Config, ConfigError, Flags, ListenUrl},
    data_folder::{DataFolder, DataFolderError},
    http,
    listener::{BindError, Listeners, tls},
    shutdown::{self, Shutdown},
    telemetry::{
        logging::{self, LoggingError},
        metrics::{self, Metrics},
    },
};

/// How often histograms are folded together between two scrapes.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    #[error("cannot listen for signals: {0}")]
    Signals(#[source] io::Error),
}

/// How a server that had started came to its end.
enum Ending {
    /// All connections ended, or their time was over.
    Stopped,
    /// A second signal did not want to wait.
    Forced,
}

pub(super) fn run(args: ServeArgs) -> ExitCode {
    match start(args) {
        Ok(Ending::Stopped) => ExitCode::SUCCESS,
        Ok(Ending::Forced) => ExitCode::FAILURE,
        Err(error) => failure(&error),
    }
}

fn start(args: ServeArgs) -> Result<Ending, StartError> {
    let flags = Flags { data: args.data, listen: args.listen };
    let config = Config::load(args.config.path.as_deref(), std::env::vars_os(), &flags)?;
    logging::install(&config.log)?;
    let prometheus = metrics::install()?;
    let runtime = runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::Runtime)?;
    let ending = runtime.block_on(serve(&config, prometheus));
    // Whoever has not ended by now was given its time.
    runtime.shutdown_background();
    ending
}

async fn serve(config: &Config, prometheus: PrometheusHandle) -> Result<Ending, StartError> {
    // First of all: a signal during the start must not be lost.
    let mut signals = StopSignals::new().map_err(StartError::Signals)?;
    let data = DataFolder::open(&config.server.data)?;
    let listeners = Listeners::bind(&config.server.listen, tls_acceptor(config)?)?;
    let urls: Vec<ListenUrl> = listeners.urls().collect();
    let (trigger, shutdown) = shutdown::channel();
    let metrics = Arc::new(Metrics::register());
    tokio::spawn(keep_up(prometheus.clone(), shutdown.clone()));

    let router = router(config, prometheus);
    let serving = listeners.serve(router, &config.limits, metrics, shutdown);
    for url in &urls {
        tracing::info!(%url, "listening");
    }
    Greeting { urls: &urls, data: data.path(), first_login: None }.print();

    let stop = async {
        tracing::info!(signal = signals.next().await, "stopping");
        trigger.request();
        signals.next().await
    };
    tokio::select! {
        drained = serving => {
            tracing::info!(abandoned = drained.abandoned, "stopped");
            Ok(Ending::Stopped)
        }
        signal = stop => {
            tracing::warn!(signal, "stopping at once");
            Ok(Ending::Forced)
        }
    }
}

fn router(config: &Config, prometheus: PrometheusHandle) -> Router {
    http::finish(http::base_routes().with_state(prometheus), &config.limits)
}

fn tls_acceptor(config: &Config) -> Result<Option<TlsAcceptor>, tls::TlsError> {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => tls::acceptor(certificate, key).map(Some),
        _ => Ok(None),
    }
}

async fn keep_up(prometheus: PrometheusHandle, mut shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(METRICS_UPKEEP);
    loop {
        tokio::select! {
            () = shutdown.requested() => return,
            _ = ticks.tick() => prometheus.run_upkeep(),
        }
    }
}

struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
