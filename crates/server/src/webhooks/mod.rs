//! Telling other servers of what happens, and asking robots for answers.
//!
//! The store notes what is to be told in the commit of what happened ([`deskwire_store::HookEvent`]); the [`Courier`] tells
//! it, of each conversation one event after the other, until it was heard or has been tried often enough. What it has told
//! it notes afterwards: a kill in between has it told again, under the same id.
//!
//! [`letter`] is what a request says and how it is signed, [`guard`] where requests may go, [`robot`] what robots answer,
//! [`streaming`] how they answer piece by piece.

mod guard;
mod letter;
mod robot;
mod streaming;
mod telling;

use std::{collections::HashMap, sync::Arc, time::Duration};

use deskwire_desk::Desk;
use deskwire_model::{LogId, Timestamp};
use deskwire_store::{HookEvent, HookId, HookOutcome, Store, StoreError, Webhook};
use tokio::{
    sync::Notify,
    task::{self, JoinError, JoinSet},
    time::Instant,
};

pub use self::guard::{Guard, InvalidHookUrl};
pub(crate) use self::letter::HOOK_HEADER;
pub use self::letter::Secret;
use self::telling::Teller;
use crate::{cluster::Lease, config::WebhooksSection, connection::timestamp, shutdown::Shutdown};

/// The courier looks for what is due that often at least: clocks may be set.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// How long it pauses after the store has failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Tells what is to be told. One per process; of several nodes the one that has the lease does.
#[derive(Debug)]
pub struct Courier {
    store: Store,
    desk: Desk,
    lease: Lease,
    /// Whether this node has it.
    holds: bool,
    /// Told when another node has something to be told.
    prompt: Arc<Notify>,
    teller: Arc<Teller>,
    config: WebhooksSection,
    /// What is being told now, by its task.
    told: HashMap<task::Id, HookEvent>,
    tellings: JoinSet<HookOutcome>,
}

/// The courier cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot send requests to webhooks: {0}")]
pub struct CourierError(#[from] reqwest::Error);

impl Courier {
    /// A courier who has not begun.
    ///
    /// # Errors
    /// [`CourierError`] when TLS cannot be set up.
    pub(crate) fn new(store: Store, desk: Desk, config: &WebhooksSection, lease: Lease) -> Result<Self, CourierError> {
        let teller = Arc::new(Teller::new(store.clone(), desk.clone(), config)?);
        let prompt = Arc::default();
        Ok(Self {
            store,
            desk,
            lease,
            holds: false,
            prompt,
            teller,
            config: config.clone(),
            told: HashMap::new(),
            tellings: JoinSet::new(),
        })
    }

    /// Where to say that another node has something to be told.
    pub(crate) fn prompt(&self) -> Arc<Notify> {
        Arc::clone(&self.prompt)
    }

    /// Tells what is to be told until the shutdown. What is under way then is told again after the next start.
    pub async fn work(mut self, mut shutdown: Shutdown) {
        loop {
            let sleep = match self.send_out().await {
                Ok(sleep) => sleep,
                Err(error) => {
                    error.note("webhooks could not be looked at, they are later");
                    FAILURE_PAUSE
                }
            };
            let until = Instant::now() + sleep;
            tokio::select! {
                () = shutdown.requested() => return,
                () = self.store.webhooks_raised() => if !self.holds {
                    self.desk.tell_webhooks_raised();
                },
                () = self.prompt.notified() => {}
                () = tokio::time::sleep_until(until) => {}
                Some(ended) = self.tellings.join_next_with_id() => self.settle(ended).await,
            }
        }
    }

    /// Begins to tell what is due; returns how long there is nothing else.
    async fn send_out(&mut self) -> Result<Duration, StoreError> {
        self.holds = self.lease.hold().await?;
        if !self.holds {
            return Ok(Lease::RENEWED);
        }
        let longest = LONGEST_SLEEP.min(self.lease.renewal());
        let room = self.config.requests.saturating_sub(self.told.len());
        if room == 0 {
            return Ok(longest);
        }
        let now = timestamp();
        let busy: Vec<(HookId, LogId)> = self.told.values().map(|event| (event.hook, event.log)).collect();
        let due = self.store.webhooks_due(now, self.config.requests_per_hook, &busy).await?;
        if !due.events.is_empty() {
            let hooks = self.store.webhooks(None).await?;
            let hooks: HashMap<HookId, Arc<Webhook>> =
                hooks.into_iter().map(|hook| (hook.id, Arc::new(hook))).collect();
            for event in due.events.into_iter().take(room) {
                let Some(hook) = hooks.get(&event.hook) else { continue };
                let (teller, hook, telling) = (Arc::clone(&self.teller), Arc::clone(hook), event.clone());
                let task = self.tellings.spawn(async move { teller.tell(&hook, &telling).await });
                self.told.insert(task.id(), event);
            }
        }
        let wait = due.next.map(|Timestamp(next)| u64::try_from(next.saturating_sub(now.0)).unwrap_or_default());
        Ok(wait.map_or(longest, Duration::from_millis).min(longest))
    }

    /// Notes what came of what has ended, and of all that has ended by now.
    async fn settle(&mut self, first: Result<(task::Id, HookOutcome), JoinError>) {
        let mut ended = vec![first];
        while let Some(next) = self.tellings.try_join_next_with_id() {
            ended.push(next);
        }
        let mut outcomes = Vec::with_capacity(ended.len());
        for ended in ended {
            let (id, outcome) = match ended {
                Ok((id, outcome)) => (id, outcome),
                Err(panic) => {
                    tracing::error!(error = %panic, "telling a webhook broke off");
                    let due = Timestamp(timestamp().0.saturating_add(LONGEST_SLEEP.as_secs() as i64 * 1000));
                    (panic.id(), HookOutcome::Again { due, error: "internal error".to_owned() })
                }
            };
            outcomes.extend(self.told.remove(&id).map(|event| (event, outcome)));
        }
        if let Err(error) = self.store.settle_webhooks(outcomes).await {
            tracing::error!(%error, "what webhooks were told is not noted, they are told again");
        }
    }
}
