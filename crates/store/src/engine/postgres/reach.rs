//! How the server is reached, and whether it is.
//!
//! All connections of a process share what is known: while the server cannot be reached, one of them tries again now and then
//! and the others fail at once, so that nobody waits in line for a server that is not there. An outage is logged when it begins
//! and when it ends.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_postgres::{Client, Config, Connection, NoTls, Socket, tls::TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Error, error::Kind};

/// How long to wait between two attempts at first, and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The way to a server.
pub(super) struct Reach {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    connect_timeout: Duration,
    statement_timeout: Duration,
    /// What each connection is told first.
    settings: String,
    outage: Mutex<Option<Outage>>,
}

/// A time without the server.
#[derive(Clone, Copy, Debug)]
struct Outage {
    since: Instant,
    back_off: Duration,
    next_attempt: Instant,
}

impl Reach {
    pub(super) fn new(
        config: Config,
        tls: Option<MakeRustlsConnect>,
        (connect, statement, lock): (Duration, Duration, Duration),
    ) -> Self {
        let (statement_ms, lock_ms) = (statement.as_millis(), lock.as_millis());
        // A transaction that lies idle belongs to a node that has died with its socket open.
        let settings = format!(
            "SET statement_timeout = {statement_ms}; SET lock_timeout = {lock_ms}; \
             SET idle_in_transaction_session_timeout = {statement_ms}; \
             SET default_transaction_isolation = 'read committed'; SET standard_conforming_strings = on; \
             SET client_min_messages = warning"
        );
        let outage = Mutex::default();
        Self { config, tls, connect_timeout: connect, statement_timeout: statement, settings, outage }
    }

    /// After how long the server ends a statement.
    pub(super) const fn statement_timeout(&self) -> Duration {
        self.statement_timeout
    }

    /// A new connection, which `runtime` drives while it waits for something.
    ///
    /// # Errors
    /// [`Kind::Lost`] at once while the server is known not to be there.
    pub(super) fn connect(&self, runtime: &Runtime) -> Result<(Client, JoinHandle<()>), Error> {
        self.may_try()?;
        let connected = runtime.block_on(async {
            match tokio::time::timeout(self.connect_timeout, self.try_connect(runtime)).await {
                Ok(connected) => connected,
                Err(elapsed) => Err(Error::new(Kind::Lost, elapsed)),
            }
        });
        // Whatever it is, as a password that is wrong: there is no server for us.
        let connected = connected.map_err(|error| error.with_kind(Kind::Lost));
        self.note(connected.as_ref().err());
        connected
    }

    async fn try_connect(&self, runtime: &Runtime) -> Result<(Client, JoinHandle<()>), Error> {
        let (client, task) = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                (client, runtime.spawn(served(connection)))
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                (client, runtime.spawn(served(connection)))
            }
        };
        client.batch_execute(&self.settings).await?;
        Ok((client, task))
    }

    /// Fails while nobody should try.
    fn may_try(&self) -> Result<(), Error> {
        let mut outage = self.outage();
        let Some(outage) = &mut *outage else { return Ok(()) };
        let now = Instant::now();
        if now < outage.next_attempt {
            return Err(Error::new(Kind::Lost, "it is tried again soon"));
        }
        // Whoever comes meanwhile does not wait for this attempt.
        outage.next_attempt = now + self.connect_timeout.max(outage.back_off);
        Ok(())
    }

    /// Notes how an attempt ended.
    fn note(&self, error: Option<&Error>) {
        let mut outage = self.outage();
        let now = Instant::now();
        metrics::gauge!("deskwire_store_up").set(if error.is_none() { 1.0 } else { 0.0 });
        match (error, *outage) {
            (None, None) => {}
            (None, Some(Outage { since, .. })) => {
                *outage = None;
                tracing::info!(seconds = (now - since).as_secs(), "PostgreSQL is there again");
            }
            (Some(error), None) => {
                *outage = Some(Outage { since: now, back_off: BACK_OFF.0, next_attempt: now + BACK_OFF.0 });
                tracing::error!(%error, "PostgreSQL cannot be reached");
            }
            (Some(_), Some(Outage { since, back_off, .. })) => {
                let back_off = (back_off * 2).min(BACK_OFF.1);
                *outage = Some(Outage { since, back_off, next_attempt: now + back_off });
            }
        }
    }

    fn outage(&self) -> MutexGuard<'_, Option<Outage>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Speaks with the server until there is no client any more. How it fails the client tells whoever asks it something.
async fn served<S>(connection: Connection<Socket, S>)
where
    S: TlsStream + Unpin,
{
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection to PostgreSQL has ended");
    }
}
