//! This node among others (DESIGN §5): it hears what they say and tells what it says itself.
//!
//! The database has the truth, the bus has hints. [`hearing`] takes what comes by the bus to where it belongs; when
//! something may have been lost, or the bus is away, [`looking`] finds in the database what it would have told. [`sessions`] has
//! what waits be in the memory of one node, its home; [`questions`] is what nodes ask each other, [`visitors`] what they
//! ask about people. [`lease`] is how work that one node does for all finds its node.

mod hearing;
mod lease;
mod looking;
pub(crate) mod questions;
pub(crate) mod sessions;
pub(crate) mod visitors;

use std::{sync::Arc, time::Duration};

use deskwire_cluster::{Bus, Inbox};
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval},
};

pub(crate) use self::lease::Lease;
use crate::{gateway::Gateway, ops::ThisNode, sockjs::Home};

/// How often a node looks into the database while somebody may say what it does not hear.
const LOOK: Duration = Duration::from_secs(1);
/// For how long after a node was lost that may be so: it may be cut off from the bus and go on.
const DOUBT: Duration = Duration::from_secs(60);
/// Every so many turns it looks in any case, and tells its staff to the others, so that each knows it who has missed a word.
const LONG: u32 = 10;

/// What this node does for being one of several. Nothing, on a node that is alone.
#[derive(Debug)]
pub(crate) struct Neighbourhood {
    gateway: Arc<Gateway>,
    /// What other nodes may look at.
    node: ThisNode,
    bus: Bus,
    inbox: Inbox,
    /// Where the courier of webhooks is prompted.
    courier: Arc<Notify>,
    looked: looking::Looked,
    homes: sessions::Homes,
    /// When a node was lost last.
    lost: Option<Instant>,
    /// Answers for the SockJS sessions of this node.
    sockjs: Arc<Home>,
}

impl Neighbourhood {
    pub(crate) fn new(node: ThisNode, inbox: Inbox, courier: Arc<Notify>, sockjs: Arc<Home>) -> Self {
        let gateway = Arc::clone(&node.gateway);
        let bus = gateway.bus.clone();
        let (looked, homes) = (looking::Looked::default(), sessions::Homes::default());
        Self { gateway, node, bus, inbox, courier, looked, homes, lost: None, sockjs }
    }

    /// Hears and looks, as long as the server runs: connections that are ended last still hear.
    pub(crate) async fn keep(mut self) {
        if !self.bus.is_shared() {
            return;
        }
        let (mut ticks, mut turn) = (interval(LOOK), 0_u32);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                heard = self.inbox.next() => match heard {
                    Some(heard) => self.hear(heard).await,
                    None => return,
                },
                () = self.gateway.hub.shared_changed() => self.tell_shared(),
                _ = ticks.tick() => {
                    turn = (turn + 1) % LONG;
                    if turn == 0 {
                        self.gateway.desk.tell_staff();
                        self.gateway.notices.tell_online();
                        self.tell_shared();
                    }
                    self.look_after_homes();
                    if !self.bus.is_up() {
                        self.look_around().await;
                    } else if turn == 0 || self.lost.is_some_and(|lost| lost.elapsed() < DOUBT) {
                        self.look_at_logs().await;
                    }
                }
            }
        }
    }
}
