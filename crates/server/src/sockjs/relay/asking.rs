//! Finding the home of a session, and asking it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use deskwire_cluster::{AskError, Bus, Claim, Claimed, Claims, NodeId};
use metrics::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    Relayed,
    opening::{Opening, Openings},
    words::{self, Answer, Question},
};
use crate::{
    shutdown::{self, Shutdown, ShutdownTrigger},
    sockjs::{Owner, Settings, sessions::PARTING, settings::RelaySettings},
    telemetry::metrics::{Limit, Metrics},
};

/// How often a session may change its home while it is looked for.
const MOVES: usize = 3;
/// What a home needs beside waiting for room: until the messages are acted on.
const ACTING: Duration = Duration::from_secs(1);

/// Where a request to receive from a session that is not here belongs.
#[derive(Debug)]
pub(in crate::sockjs) enum Elsewhere {
    /// Here: it is to be opened.
    Here(Claim),
    /// There, and this receives from it.
    There(Relayed),
    /// There, and another request receives.
    Busy,
    /// There, and it is somebody else's.
    Foreign,
    /// This node relays as many requests as it may.
    Full,
    /// It was there, and nobody can ask for it.
    Lost,
}

/// Why messages did not get to a session elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::sockjs) enum DeliveryError {
    /// There is no such session, it is somebody else's, or nobody can ask for it.
    #[error("the session is not found")]
    Unknown,
    /// It takes no more messages.
    #[error("the session takes no more messages")]
    Full,
}

/// What this node asks others about sessions.
#[derive(Debug)]
pub(in crate::sockjs) struct Relays {
    bus: Bus,
    claims: Claims,
    openings: Arc<Openings>,
    settings: RelaySettings,
    post_wait: Duration,
    disconnect_delay: Duration,
    room: Arc<Semaphore>,
    tickets: AtomicU64,
    stop: (ShutdownTrigger, Shutdown),
    metrics: Arc<Metrics>,
}

/// A request that is relayed counts as one as long as this lives.
#[derive(Debug)]
pub(in crate::sockjs) struct Relaying {
    _room: OwnedSemaphorePermit,
    relaying: Gauge,
}

impl Drop for Relaying {
    fn drop(&mut self) {
        self.relaying.decrement(1);
    }
}

impl Relays {
    /// None on a node that is alone.
    pub(in crate::sockjs) fn new(
        bus: &Bus,
        openings: Arc<Openings>,
        settings: &Settings,
        metrics: &Arc<Metrics>,
    ) -> Option<Arc<Self>> {
        bus.is_shared().then(|| {
            Arc::new(Self {
                bus: bus.clone(),
                claims: bus.claims(),
                openings,
                settings: settings.relays,
                post_wait: settings.session.post_wait,
                disconnect_delay: settings.session.disconnect_delay,
                room: Arc::new(Semaphore::new(settings.relays.most)),
                tickets: AtomicU64::new(0),
                stop: shutdown::channel(),
                metrics: Arc::clone(metrics),
            })
        })
    }

    /// To be held from before [`Self::receive`] until what it says is here has been opened.
    pub(in crate::sockjs) fn opening(&self, name: &str) -> Opening {
        self.openings.begin(name)
    }

    /// Begins to receive from a session that is not here. One round trip to Redis for a new session, and another one to
    /// its home for one that is elsewhere.
    pub(in crate::sockjs) async fn receive(self: &Arc<Self>, name: &str, owner: &Owner) -> Elsewhere {
        for _ in 0..MOVES {
            let home = match self.claims.claim(name).await {
                Ok(Claimed::Here(claim)) => return Elsewhere::Here(claim),
                Ok(Claimed::At(home)) => home,
                // New ones must be opened; whoever had another one is told by the open frame that it is lost.
                Err(_) => return Elsewhere::Here(self.claims.hold(name)),
            };
            let Some(relaying) = self.relay() else { return Elsewhere::Full };
            self.metrics.relayed_receives.increment(1);
            let mut relayed = Relayed::new(Arc::clone(self), home.clone(), relaying);
            match relayed.begin(name, owner).await {
                Ok(Answer::Frame { .. } | Answer::Nothing) => return Elsewhere::There(relayed),
                Ok(Answer::Busy) => return Elsewhere::Busy,
                Ok(Answer::Foreign) => return Elsewhere::Foreign,
                Ok(Answer::Unknown) => match self.claims.take_over(name, &home).await {
                    Ok(Some(claim)) => return Elsewhere::Here(claim),
                    Ok(None) => {}
                    Err(_) => return Elsewhere::Here(self.claims.hold(name)),
                },
                Ok(Answer::Taken | Answer::Full) => break,
                Err(error) => {
                    tracing::debug!(%home, %error, "the home of a session does not answer");
                    self.forget(name, &home, error).await;
                    break;
                }
            }
        }
        self.metrics.relays_lost.increment(1);
        Elsewhere::Lost
    }

    /// The name of a session that died with its node is free as soon as the client must have noticed.
    async fn forget(&self, name: &str, home: &NodeId, error: AskError) {
        if matches!(error, AskError::NoSuchPeer | AskError::Lost)
            && let Err(error) = self.claims.fade(name, home, self.disconnect_delay).await
        {
            tracing::debug!(%error, "the claim of a node that is gone stays until it ends by itself");
        }
    }

    /// The home of a session that is not here, if it has one. One round trip to Redis.
    pub(in crate::sockjs) async fn home(&self, name: &str) -> Option<NodeId> {
        self.claims.elsewhere(name).await.ok().flatten()
    }

    /// Room for a request that is relayed, if there is any.
    pub(in crate::sockjs) fn relay(&self) -> Option<Relaying> {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            self.metrics.limit_hits(Limit::SockJsRelayed).increment(1);
            return None;
        };
        let relaying = self.metrics.relaying.clone();
        relaying.increment(1);
        Some(Relaying { _room: room, relaying })
    }

    /// Most bytes of a request with messages that is relayed.
    pub(in crate::sockjs) const fn post_bytes(&self) -> usize {
        self.settings.post_bytes
    }

    /// Hands `messages`, an array of JSON that has been looked at, to a session elsewhere.
    ///
    /// # Errors
    /// [`DeliveryError`]; whether the messages were taken is not known if the home does not answer.
    pub(in crate::sockjs) async fn deliver(
        &self,
        home: &NodeId,
        name: &str,
        owner: &Owner,
        messages: &[u8],
    ) -> Result<(), DeliveryError> {
        self.metrics.relayed_sends.increment(1);
        let question = Question::Send { name: name.to_owned(), owner: owner.into() };
        let answer = self.ask(home, &question, messages, self.post_wait + ACTING).await;
        match answer {
            Ok((Answer::Taken, _)) => Ok(()),
            Ok((Answer::Full, _)) => Err(DeliveryError::Full),
            Ok(_) => Err(DeliveryError::Unknown),
            Err(error) => {
                tracing::debug!(%home, %error, "the home of a session does not take its messages");
                self.metrics.relays_lost.increment(1);
                Err(DeliveryError::Unknown)
            }
        }
    }

    /// Asks `home`, which may wait for so long before it answers.
    pub(super) async fn ask(
        &self,
        home: &NodeId,
        question: &Question,
        body: &[u8],
        waits: Duration,
    ) -> Result<(Answer, Bytes), AskError> {
        let request = words::put_question(question, body);
        let answer = self.bus.ask(home, request, self.settings.wait.saturating_add(waits)).await?;
        words::take_answer(&answer).ok_or(AskError::Refused)
    }

    /// How long a home may wait for the end of the response before.
    pub(super) const fn parting(&self) -> Duration {
        PARTING
    }

    /// Ends the responses that are relayed; their sessions go on.
    pub(in crate::sockjs) fn stop(&self) {
        self.stop.0.request();
    }

    /// Tells when they are to end.
    pub(super) fn stopped(&self) -> Shutdown {
        self.stop.1.clone()
    }

    pub(super) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn lost(&self) {
        self.metrics.relays_lost.increment(1);
    }

    /// Bytes after which a streaming response ends.
    pub(super) const fn response_bytes(&self) -> usize {
        self.settings.response_bytes
    }
}
