//! What waits for a client is in the memory of one node, its home, and comes along when the client goes to another.
//!
//! A node asks the home to let go, and takes what is not let go of from a home that is gone. Whoever was taken for gone and
//! is not looks, and ends what it has lost.

use std::{sync::Arc, time::Duration};

use deskwire_broker::{EnterError, Entered, Entering};
use deskwire_cluster::{AskError, NodeId};
use deskwire_model::Uid;
use deskwire_store::StoreError;

use super::{
    Neighbourhood,
    questions::{self, Question},
};
use crate::gateway::Gateway;

/// How long a node may take to let go of a session: it waits for a connection to end, and for the disk.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a client that comes while its session moves is let try.
const ATTEMPTS: u32 = 5;
/// How long it may take in all: less than clients wait, so that they come back to an answer, and not to what they gave up.
const LONGEST: Duration = Duration::from_secs(20);
/// Looks between two at the homes of what waits, while the bus is there.
const LOOKS_PER_RECHECK: u32 = 60;
/// The same while it is away, when others take what this node does not let go of.
const LOOKS_PER_RECHECK_ALONE: u32 = 5;
/// Looks after which every other node must have been heard, so that homes that are none of them are gone.
const LOOKS_UNTIL_ALL_HEARD: u32 = 30;

/// How long homes were not looked at.
#[derive(Debug, Default)]
pub(super) struct Homes {
    looks: u32,
    /// Since when the bus is there, in looks.
    up: u32,
}

/// Has `node` do something; whether it has done it.
async fn ask(gateway: &Gateway, node: &NodeId, question: &Question) -> Result<(), AskError> {
    questions::ask(gateway, node, question, PATIENCE).await
}

/// Enters the session of a client, which is brought here first if it is elsewhere.
///
/// # Errors
/// [`EnterError`]; [`EnterError::Busy`] after [`LONGEST`] at the latest. The session stays where it was.
pub(crate) async fn enter(gateway: &Arc<Gateway>, entering: Entering<'_>) -> Result<Entered, EnterError> {
    let attempts = async {
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            match try_enter(gateway, entering).await {
                Err(EnterError::Moved) if left > 0 => {}
                entered => return entered,
            }
        }
    };
    tokio::time::timeout(LONGEST, attempts).await.unwrap_or(Err(EnterError::Busy))
}

async fn try_enter(gateway: &Arc<Gateway>, entering: Entering<'_>) -> Result<Entered, EnterError> {
    bring_home(gateway, entering).await?;
    let entered = gateway.mailboxes.enter(entering).await?;
    tell_elsewhere(gateway, entering.client_id);
    Ok(entered)
}

async fn bring_home(gateway: &Gateway, entering: Entering<'_>) -> Result<(), EnterError> {
    let Entering { client_id, arrival, clean_start, .. } = entering;
    let Some(moving) = gateway.mailboxes.elsewhere(client_id, arrival).await? else { return Ok(()) };
    if let Some(home) = moving.home().and_then(|home| NodeId::parse(home).ok()) {
        let question = Question::LetGo { client_id: client_id.as_ref().into(), resumes: !clean_start };
        let answer = tokio::select! {
            answer = ask(gateway, &home, &question) => answer,
            () = moving.passed_on() => return Err(EnterError::Moved),
        };
        match answer {
            Ok(()) => {}
            // It is gone, or nobody can ask it: it finds out.
            Err(AskError::NoSuchPeer | AskError::Down | AskError::Lost) => {
                tracing::info!(%home, "a session is taken from a node that does not answer");
            }
            Err(AskError::TimedOut | AskError::Refused | AskError::Full) => return Err(EnterError::Busy),
        }
    }
    moving.arrive().await
}

/// Brings a durable subscription to this node, if it is elsewhere.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn bring_durable_home(gateway: &Gateway, owner: &Uid, name: &str) -> Result<(), StoreError> {
    let Some(moving) = gateway.queues.durable_elsewhere(owner, name).await? else { return Ok(()) };
    if let Some(home) = moving.home().and_then(|home| NodeId::parse(home).ok()) {
        let question = Question::LetGoDurable { owner: owner.clone(), name: name.into() };
        if let Err(error) = ask(gateway, &home, &question).await {
            tracing::info!(%home, %error, "a durable subscription is taken from a node that does not answer");
        }
    }
    moving.arrive().await
}

/// Has other nodes end their connection of a client that is connected here now `[MQTT-3.1.4-3]`. Not waited for.
fn tell_elsewhere(gateway: &Arc<Gateway>, client_id: &Arc<str>) {
    for peer in gateway.bus.peers() {
        let (gateway, client_id) = (Arc::clone(gateway), client_id.as_ref().to_owned());
        tokio::spawn(async move {
            if let Err(error) = ask(&gateway, &peer.id, &Question::End { client_id }).await {
                tracing::debug!(node = %peer.id, %error, "a node could not be told who is connected here");
            }
        });
    }
}

/// Lets go of the session of a client that another node asks for; whether the client goes on with it.
///
/// # Errors
/// [`EnterError`]; it stays here.
pub(super) async fn let_go(gateway: &Gateway, client_id: &Arc<str>, resumes: bool) -> Result<(), EnterError> {
    gateway.mailboxes.let_go(client_id).await?;
    gateway.wills.reconnected(client_id, resumes);
    Ok(())
}

impl Neighbourhood {
    /// Tells other nodes which members shared subscriptions have here.
    pub(super) fn tell_shared(&self) {
        for peer in self.bus.peers() {
            let gateway = Arc::clone(&self.gateway);
            tokio::spawn(async move {
                let members = gateway.hub.shared();
                if let Err(error) = ask(&gateway, &peer.id, &Question::Shared { members }).await {
                    tracing::debug!(node = %peer.id, %error, "a node could not be told who shares subscriptions here");
                }
            });
        }
    }

    /// Reads again what is retained.
    pub(super) fn reread_retained(&self) {
        let retained = Arc::clone(&self.gateway.retained);
        tokio::spawn(async move {
            if let Err(error) = retained.reread().await {
                tracing::error!(%error, "what is retained could not be read again");
            }
        });
    }

    /// Becomes the home of what waits at a node that is gone, unless another node was faster.
    pub(super) fn adopt(&self, gone: &NodeId) {
        let (gateway, gone) = (Arc::clone(&self.gateway), vec![gone.as_str().into()]);
        tokio::spawn(async move { adopt(&gateway, gone).await });
    }

    /// Ends what this node has and another one has taken.
    pub(super) fn recheck_homes(&self) {
        let gateway = Arc::clone(&self.gateway);
        tokio::spawn(async move {
            let subscriptions = gateway.queues.recheck().await;
            let sessions = gateway.mailboxes.recheck().await;
            match subscriptions.and_then(|subscriptions| Ok((subscriptions, sessions?))) {
                Ok((0, 0)) => {}
                Ok((subscriptions, sessions)) => {
                    tracing::warn!(sessions, subscriptions, "other nodes have taken what lived here");
                }
                Err(error) => tracing::debug!(%error, "where sessions live could not be looked up"),
            }
        });
    }

    /// To be called with each look: now and then looks whether what this node has is its own, and whether nobody has what
    /// waits at a node that is gone.
    pub(super) fn look_after_homes(&mut self) {
        let is_up = self.bus.is_up();
        self.homes.up = if is_up { self.homes.up.saturating_add(1) } else { 0 };
        self.homes.looks += 1;
        if self.homes.looks < if is_up { LOOKS_PER_RECHECK } else { LOOKS_PER_RECHECK_ALONE } {
            return;
        }
        self.homes.looks = 0;
        self.recheck_homes();
        if self.homes.up >= LOOKS_UNTIL_ALL_HEARD {
            self.adopt_what_nobody_has();
        }
    }

    fn adopt_what_nobody_has(&self) {
        let (gateway, bus) = (Arc::clone(&self.gateway), self.bus.clone());
        tokio::spawn(async move {
            match gateway.mailboxes.homes().await {
                Ok(homes) => {
                    let there: Vec<_> =
                        bus.peers().into_iter().map(|peer| peer.id).chain(bus.node().cloned()).collect();
                    let gone = homes.into_iter().filter(|home| there.iter().all(|node| node.as_str() != &**home));
                    adopt(&gateway, gone.collect()).await;
                }
                Err(error) => tracing::debug!(%error, "where sessions live could not be looked up"),
            }
        });
    }
}

/// Becomes the home of what waits at nodes that are gone, unless another node was faster.
async fn adopt(gateway: &Gateway, gone: Vec<Box<str>>) {
    for home in gone {
        match gateway.queues.adopt(&home).await {
            Ok(0) => {}
            Ok(subscriptions) => {
                tracing::info!(%home, subscriptions, "durable subscriptions of a node that is gone live here now");
            }
            Err(error) => tracing::error!(%home, %error, "the subscriptions of a node that is gone are not adopted"),
        }
        match gateway.mailboxes.adopt(&home).await {
            Ok(0) => {}
            Ok(sessions) => tracing::info!(%home, sessions, "sessions of a node that is gone live here now"),
            Err(error) => tracing::error!(%home, %error, "the sessions of a node that is gone are not adopted"),
        }
    }
}
