//! What a node does for work queues without being asked: it holds the lease on what it hands out, and looks for what it was not
//! told of.

use std::{sync::Arc, time::Duration};

use deskwire_model::Topic;
use deskwire_store::StoreError;
use tokio::time::{MissedTickBehavior, interval};

use super::{Queues, fence::Renewed, queue::Queue};
use crate::{clock, log::Reply, loss::Loss, outbox::CloseReason};

/// How often a node looks for what it was not told of.
const LOOK: Duration = Duration::from_secs(1);
/// Every so many looks it looks at what changes slowly.
const LONG: u32 = 10;
/// Work queues that are asked for at a time.
const NAMES: usize = 1000;
/// When more than so many wait, they are not counted with each look.
const MANY: usize = 20_000;
/// Messages that expired, of which so many are forgotten at a time.
const EXPIRED: usize = 1000;

/// What other nodes say, and what is found without them.
impl Queues {
    /// Another node says that something waits in the queue called `name`.
    pub fn hear_work(self: &Arc<Self>, name: &Topic) {
        let queue = self.lock().get(name).map(Arc::clone);
        if let Some(queue) = queue {
            queue.lock().beyond.look_again();
            self.serve(&queue, name);
        }
    }

    /// Keeps what is at home here, and looks for what waits elsewhere, for as long as the server runs; nothing, on a node that is alone.
    pub async fn keep_sharing(self: Arc<Self>) {
        let Some(fence) = self.fence.clone() else { return };
        let holding = async {
            let mut ticks = interval(fence.renewal().max(Duration::from_millis(1)));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if let Err(error) = self.renew_home().await {
                    tracing::warn!(%error, "the lease on what is handed out here could not be renewed");
                }
            }
        };
        let looking = async {
            let (mut ticks, mut turn) = (interval(LOOK), 0_u32);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                turn = (turn + 1) % LONG;
                if let Err(error) = self.look_for_work(turn == 0).await {
                    tracing::debug!(%error, "what waits in queues could not be looked up");
                }
            }
        };
        tokio::join!(holding, looking);
    }

    /// Renews the lease on what is at home here. If it is lost, what was handed out is given up, and the connections that have
    /// some of it are ended: what they say of it would be of no effect.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_home(self: &Arc<Self>) -> Result<(), StoreError> {
        let Some(fence) = &self.fence else { return Ok(()) };
        let renewed = fence.renew().await?;
        if renewed == Renewed::Held {
            return Ok(());
        }
        let home = fence.home();
        for (name, queue) in self.work_queues() {
            let ended = queue.change(|state| {
                let had: Vec<_> =
                    state.abandon_but(&home).into_iter().map(|(id, to)| (id, Arc::clone(&to.outbox))).collect();
                for (id, outbox) in &had {
                    state.leave(*id);
                    outbox.close(CloseReason::WorkTaken);
                }
                had.len()
            });
            if ended > 0 {
                tracing::warn!(queue = %name, consumers = ended, "other nodes have taken what consumers here had");
            }
            queue.begin();
            self.look_into(&queue, &name);
        }
        Ok(())
    }

    /// Looks for what waits in the queues that have consumers with room here, sends back what nobody here has room for, and has
    /// what a lost node had wait for others; with `all`, also at what changes slowly.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look_for_work(self: &Arc<Self>, all: bool) -> Result<(), StoreError> {
        let Some(fence) = &self.fence else { return Ok(()) };
        let released = self.store.release_lost_work().await?;
        if released > 0 {
            tracing::info!(messages = released, "what nodes that are gone had of queues waits for others");
        }
        let mut hungry = Vec::new();
        for (name, queue) in self.work_queues() {
            self.send_back(&queue, &name);
            if queue.lock().room() > 0 {
                hungry.push(name);
            }
        }
        for names in hungry.chunks(NAMES) {
            for name in self.store.work_waits_in(names.to_vec()).await? {
                self.hear_work(&name);
            }
        }
        if all {
            while self.forget_expired_work().await? == EXPIRED {}
        }
        let is_many = self.elsewhere.total().messages > MANY;
        if all || (!is_many && self.elsewhere.take_changed()) {
            self.elsewhere.is(self.store.work_elsewhere(&fence.home()).await?);
        }
        Ok(())
    }

    async fn forget_expired_work(&self) -> Result<usize, StoreError> {
        let forgotten = self.store.forget_expired_work(clock::now(), EXPIRED).await?;
        (0..forgotten).for_each(|_| Loss::Expired.count());
        Ok(forgotten)
    }

    /// Gives up what is at home here, so that other nodes need not wait for it; to be called when the server stops.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stop_sharing(&self) -> Result<(), StoreError> {
        match &self.fence {
            Some(fence) => fence.end().await,
            None => Ok(()),
        }
    }

    fn work_queues(&self) -> Vec<(Topic, Arc<Queue>)> {
        self.lock().iter().map(|(name, queue)| (name.clone(), Arc::clone(queue))).collect()
    }
}

/// What a connection asks about what it has acknowledged.
impl Queues {
    /// To be asked before something is settled, for [`Self::when_forgotten`].
    #[must_use]
    pub fn settled_mark(&self) -> u64 {
        self.log.consumed().lost()
    }

    /// Tells `reply` when everything that was settled before is out of the store, so that it is never delivered again;
    /// [`CommitError::Taken`](crate::CommitError) if something that was settled since `mark` may be another node's.
    pub fn when_forgotten(&self, mark: u64, reply: Reply) {
        self.log.consumed().when_forgotten(mark, reply);
    }
}
