//! Work queues that several nodes share.
//!
//! ```text
//! said ─┬─ a consumer here has room, nothing waits before it ─▶ stored at home here ─▶ handed out
//!       └─ else ─▶ stored for anybody ─ hint ─▶ nodes with consumers that have room: claim ─▶ at home there ─▶ handed out
//! a consumer leaves, or has no room ─▶ back to the store, for anybody
//! ```
//!
//! The store has what waits; a node has in memory what it hands out, and claims the oldest by compare and set, as much as its
//! consumers have room for. Hints make it fast: each node looks by itself every second too (`looking`). Each queue is served by one task at
//! a time, so that what goes back is back before something is claimed.

use std::{sync::Arc, time::Duration};

use deskwire_model::Topic;
use deskwire_store::{QueuedId, ReturnedWork, StoreError, WaitingWork};
use tokio::{runtime::Handle, time::sleep};

use super::{PAGE, Queues, fence::Fence, message::Message, queue::Queue};
use crate::{
    clock,
    publication::{Content, Publication},
};

/// Pages that are looked through at a time for what somebody here wants.
const PAGES: usize = 16;
/// For how long others are not told again that something waits.
const QUIET: Duration = Duration::from_millis(10);

/// A message that waits in the store, as a publication.
struct Offered {
    id: QueuedId,
    publication: Arc<Publication>,
    refusals: Option<u32>,
}

impl From<WaitingWork> for Offered {
    fn from(WaitingWork { queued, refusals }: WaitingWork) -> Self {
        let content = Content::Opaque(queued.message.into());
        Self { id: queued.id, publication: Arc::new(Publication::new(queued.topic, content)), refusals }
    }
}

impl Queues {
    /// Serves a queue, if there is something to do for it.
    pub(super) fn serve(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) {
        let Some(fence) = &queue.fence else { return };
        let begins = {
            let mut state = queue.lock();
            let begins = !state.beyond.is_served && is_needed(&state);
            state.beyond.is_served |= begins;
            begins
        };
        if !begins {
            return;
        }
        // Outside a runtime everything has ended.
        let Ok(runtime) = Handle::try_current() else { return };
        let (queues, queue, fence, name) = (Arc::clone(self), Arc::clone(queue), Arc::clone(fence), name.clone());
        runtime.spawn(async move {
            loop {
                let served = queues.serve_once(&queue, &fence, &name).await;
                if let Err(error) = &served {
                    // The next look tries again.
                    tracing::debug!(%error, queue = %name, "what waits in a queue could not be looked up");
                }
                let mut state = queue.lock();
                if served.is_err() || !fence.holds() || !is_needed(&state) {
                    state.beyond.is_served = false;
                    break;
                }
            }
            queues.retire(&name);
        });
    }

    async fn serve_once(self: &Arc<Self>, queue: &Arc<Queue>, fence: &Fence, name: &Topic) -> Result<(), StoreError> {
        self.bring_back(queue, name).await?;
        let room = {
            let mut state = queue.lock();
            let room = if fence.holds() { state.room() } else { 0 };
            state.beyond.look &= room == 0;
            room
        };
        if room > 0 {
            let looked = self.claim(queue, fence, name).await;
            if looked.is_err() {
                queue.lock().beyond.look_again();
            }
            looked?;
        }
        Ok(())
    }

    /// Brings back to the store what nobody here has room for.
    async fn bring_back(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) -> Result<(), StoreError> {
        let returning = std::mem::take(&mut queue.lock().beyond.returning);
        let mut left = returning.as_slice();
        while let Some((home, _)) = left.first() {
            let count = left.iter().take_while(|(other, _)| other == home).count();
            let messages = left[..count].iter().map(|(_, returned)| *returned).collect();
            if let Err(error) = self.store.return_work(messages, home).await {
                queue.lock().beyond.returning.splice(0..0, left.iter().cloned());
                return Err(error);
            }
            left = &left[count..];
        }
        if !returning.is_empty() {
            queue.lock().beyond.look_again();
            self.tell(queue, name);
        }
        Ok(())
    }

    /// Claims the oldest of what waits that consumers here have room for.
    async fn claim(&self, queue: &Queue, fence: &Fence, name: &Topic) -> Result<(), StoreError> {
        let (entered, mut after) = {
            let state = queue.lock();
            (state.beyond.entered, state.beyond.after)
        };
        let (begins_at, mut is_all_taken) = (after, true);
        for _ in 0..PAGES {
            let page = self.store.waiting_work(name, after, clock::now(), PAGE).await?;
            let (is_last, found) = (page.len() < PAGE, page.len());
            let Some(newest) = page.last().map(|waiting| waiting.queued.id) else {
                caught_up(queue, entered, is_all_taken && begins_at == QueuedId::default());
                return Ok(());
            };
            let offered = page.into_iter().map(Offered::from).collect();
            let chosen =
                self.within_bounds(queue.lock().choose_from(offered, |offered: &Offered| &offered.publication));
            let count = chosen.len();
            self.take_home(queue, fence, name, chosen).await?;
            is_all_taken &= count == found;
            if queue.lock().room() == 0 {
                // There may be more for when there is room again.
                queue.lock().beyond.look_again();
                return Ok(());
            }
            if is_last {
                caught_up(queue, entered, is_all_taken && begins_at == QueuedId::default());
                return Ok(());
            }
            after = newest;
            queue.lock().beyond.after = after;
        }
        Ok(())
    }

    /// As many of the messages, the oldest first, as memory may hold; one in any case.
    fn within_bounds(&self, chosen: Vec<Offered>) -> Vec<Offered> {
        let mut room = self.account.room();
        let fits = |(index, offered): &(usize, Offered)| {
            let weight = offered.publication.weight();
            let fits = *index == 0 || weight <= room;
            room = room.saturating_sub(weight);
            fits
        };
        chosen.into_iter().enumerate().take_while(fits).map(|(_, offered)| offered).collect()
    }

    /// Makes this node the home of messages, as far as no other is, and hands them out.
    async fn take_home(
        &self,
        queue: &Queue,
        fence: &Fence,
        name: &Topic,
        chosen: Vec<Offered>,
    ) -> Result<(), StoreError> {
        if chosen.is_empty() {
            return Ok(());
        }
        let home = fence.home();
        let claimed = match self.store.claim_work(chosen.iter().map(|offered| offered.id).collect(), &home).await {
            Ok(claimed) => claimed,
            Err(error) => {
                // Some of it may be here now for all that is known.
                let back = |Offered { id, refusals, .. }: &Offered| {
                    (Arc::clone(&home), ReturnedWork { id: *id, refusals: *refusals })
                };
                queue.lock().beyond.returning.extend(chosen.iter().map(back));
                return Err(error);
            }
        };
        queue.turn(|state| {
            if *fence.home() != *home {
                return;
            }
            for Offered { id, publication, refusals } in
                chosen.into_iter().filter(|offered| claimed.contains(&offered.id))
            {
                self.elsewhere.remove(name, publication.weight());
                state.reserve_anyway(publication.weight());
                state.push(Message::at_home(Arc::clone(&home), publication, id, refusals));
            }
        });
        Ok(())
    }

    /// Sends back what nobody here has room for.
    pub(super) fn send_back(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) {
        if queue.fence.is_some() {
            let weights = queue.change(|state| {
                // When a consumer goes others may want what it did not.
                state.beyond.after = QueuedId::default();
                state.give_back()
            });
            weights.into_iter().for_each(|weight| self.elsewhere.add(name, weight));
            self.serve(queue, name);
        }
    }

    /// Something waits in the store now.
    pub(super) fn entered(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) {
        {
            let mut state = queue.lock();
            state.beyond.entering -= 1;
            state.beyond.look = true;
        }
        self.tell(queue, name);
        self.serve(queue, name);
        self.retire(name);
    }

    /// Tells other nodes that something waits, not too often.
    fn tell(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) {
        if !self.hub.neighbours.are_there() {
            return;
        }
        {
            let mut state = queue.lock();
            state.beyond.is_untold = true;
            if std::mem::replace(&mut state.beyond.is_told, true) {
                return;
            }
        }
        let (queues, queue, name) = (Arc::clone(self), Arc::clone(queue), name.clone());
        tokio::spawn(async move {
            while std::mem::take(&mut queue.lock().beyond.is_untold) {
                queues.hub.neighbours.tell_work(&name);
                sleep(QUIET).await;
            }
            queue.lock().beyond.is_told = false;
            queues.retire(&name);
        });
    }

    /// Hears what other nodes say of a queue with consumers here.
    pub(super) fn attend(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) {
        if queue.fence.is_none() {
            return;
        }
        let heard = self.hub.neighbours.hear_work(name);
        self.look_into(queue, name);
        let (queues, queue, name) = (Arc::clone(self), Arc::clone(queue), name.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                heard.await;
                queues.look_into(&queue, &name);
            });
        }
    }

    pub(super) fn look_into(self: &Arc<Self>, queue: &Arc<Queue>, name: &Topic) {
        {
            let mut state = queue.lock();
            state.beyond.after = QueuedId::default();
            state.beyond.look_again();
        }
        self.serve(queue, name);
    }
}

fn is_needed(state: &super::queue::WorkState) -> bool {
    !state.beyond.returning.is_empty() || (state.beyond.look && state.room() > 0)
}

/// All that waits was looked at: if all of it was claimed and nothing has come since, nothing is before what is said now.
fn caught_up(queue: &Queue, entered: u64, is_all_taken: bool) {
    let mut state = queue.lock();
    state.beyond.after = QueuedId::default();
    let is_known = state.beyond.entering == 0 && state.beyond.entered == entered && !state.beyond.look;
    if is_all_taken && is_known && state.beyond.returning.is_empty() {
        state.beyond.is_behind = false;
    }
}
