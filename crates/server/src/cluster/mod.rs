//! This node among others (DESIGN §5): it hears what they say and tells what it says itself.
//!
//! The database has the truth, the bus has hints. [`hearing`] takes what comes by the bus to where it belongs; when
//! something may have been lost, or the bus is away, [`looking`] finds in the database what it would have told. [`sessions`] has
//! what waits be in the memory of one node, its home. [`lease`] is how work that one node does for all finds its node.

mod hearing;
mod lease;
mod looking;
pub(crate) mod sessions;

use std::{sync::Arc, time::Duration};

use deskwire_cluster::{Bus, Inbox};
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval},
};

pub(crate) use self::lease::Lease;
use crate::gateway::Gateway;

/// How often a node looks into the database while it hears nothing.
const LOOK: Duration = Duration::from_secs(1);
/// Every so many looks the staff of this node is told to the others, so that each knows it who has missed a word.
const LOOKS_PER_TELLING: u32 = 10;

/// What this node does for being one of several. Nothing, on a node that is alone.
#[derive(Debug)]
pub(crate) struct Neighbourhood {
    gateway: Arc<Gateway>,
    bus: Bus,
    inbox: Inbox,
    /// Where the courier of webhooks is prompted.
    courier: Arc<Notify>,
    looked: looking::Looked,
    homes: sessions::Homes,
}

impl Neighbourhood {
    pub(crate) fn new(gateway: Arc<Gateway>, inbox: Inbox, courier: Arc<Notify>) -> Self {
        let bus = gateway.bus.clone();
        Self { gateway, bus, inbox, courier, looked: looking::Looked::default(), homes: sessions::Homes::default() }
    }

    /// Hears and looks, as long as the server runs: connections that are ended last still hear.
    pub(crate) async fn keep(mut self) {
        if !self.bus.is_shared() {
            return;
        }
        let (mut ticks, mut told) = (interval(LOOK), 0);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                heard = self.inbox.next() => match heard {
                    Some(heard) => self.hear(heard).await,
                    None => return,
                },
                _ = ticks.tick() => {
                    if !self.bus.is_up() {
                        self.look().await;
                    }
                    if told % LOOKS_PER_TELLING == 0 {
                        self.gateway.desk.tell_staff();
                    }
                    told = told.wrapping_add(1);
                    self.look_after_homes();
                }
            }
        }
    }
}
