//! Who hears a conversation no more: its subscriptions stay, but nothing that is said later comes to them (invariant I9).

use std::sync::Arc;

use deskwire_model::{Conversation, LogId, Seq, ThreadStatus, Uid};
use moka::{ops::compute::Op, sync::Cache};

use crate::{Desk, DeskError, deciding::Decided, nodes::Word};

/// Where users have left logs. Bounded; who joins again is taken out.
#[derive(Clone, Debug)]
pub(crate) struct Departures(Cache<(LogId, Uid), Seq>);

impl Departures {
    pub(crate) fn new(capacity: u64) -> Self {
        Self(Cache::new(capacity))
    }

    pub(crate) fn forget(&self, log: LogId, user: &Uid) {
        self.0.invalidate(&(log, user.clone()));
    }

    fn left_at(&self, log: LogId, user: &Uid) -> Option<Seq> {
        self.0.get(&(log, user.clone()))
    }

    /// Forgets that `user` left at `last`, unless it has left again since.
    fn forget_at(&self, log: LogId, user: &Uid, last: Seq) {
        self.0.entry((log, user.clone())).and_compute_with(|found| match found {
            Some(found) if *found.value() == last => Op::Remove,
            _ => Op::Nop,
        });
    }

    /// `user` hears nothing of `log` behind `last`.
    pub(crate) fn note(&self, log: LogId, user: Uid, last: Seq) {
        self.0.insert((log, user), last);
    }
}

/// A reader's right to go on hearing a log that it was let into.
#[derive(Clone, Debug)]
pub struct Membership {
    departures: Departures,
    place: Arc<(LogId, Uid)>,
}

impl Membership {
    /// Whether the reader may have what was said at `seq`, or what is relayed now.
    #[must_use]
    pub fn covers(&self, seq: Option<Seq>) -> bool {
        match self.departures.0.get(&*self.place) {
            None => true,
            Some(last) => seq.is_some_and(|seq| seq <= last),
        }
    }
}

impl Desk {
    pub(crate) fn membership(&self, log: LogId, user: &Uid) -> Membership {
        Membership { departures: self.departures.clone(), place: Arc::new((log, user.clone())) }
    }

    /// Notes who has no part in a conversation any more behind the entries of the decision, which they still hear.
    pub(crate) async fn note_departures(&self, before: &Conversation, decided: &Decided) -> Result<(), DeskError> {
        let now = &decided.conversation;
        let had = before.agent.iter().chain(before.attendants.iter().map(|attendant| &attendant.user));
        for user in had.filter(|user| !hears(now, user)) {
            if self.store.agent(user).await?.is_some_and(|agent| agent.role.supervises()) {
                continue;
            }
            let last = match decided.said.last() {
                Some(said) => said.seq,
                None => self.store.head(now.id).await?,
            };
            self.departed(now.id, user, last);
            if let Some(notes) = self.store.conversation_by_topic(&now.notes_topic()).await? {
                self.departed(notes.id, user, self.store.head(notes.id).await?);
            }
        }
        let joined = now.agent.iter().chain(now.attendants.iter().map(|attendant| &attendant.user));
        let joined: Vec<&Uid> = joined.filter(|user| before.agent.as_ref() != Some(*user)).collect();
        if !joined.is_empty()
            && let Some(notes) = self.store.conversation_by_topic(&now.notes_topic()).await?
        {
            joined.iter().for_each(|user| self.departures.forget(notes.id, user));
            let users = joined.into_iter().cloned().collect();
            self.tell_nodes(&Word::Hears { log: notes.id.0, users });
        }
        Ok(())
    }

    /// Forgets that `user` has left a conversation where the database says that it takes part in it again: another node may have
    /// decided that, and its word been lost.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub(crate) async fn recheck_departure(&self, log: LogId, user: &Uid) -> Result<(), DeskError> {
        let Some(last) = self.departures.left_at(log, user) else { return Ok(()) };
        // Before it is read who takes part: what is behind `last` by then was said after the departure.
        if self.store.head(log).await? <= last {
            return Ok(());
        }
        if self.store.conversation(log).await?.is_some_and(|conversation| hears(&conversation, user)) {
            self.departures.forget_at(log, user, last);
        }
        Ok(())
    }

    fn departed(&self, log: LogId, user: &Uid, last: Seq) {
        self.departures.note(log, user.clone(), last);
        self.tell_nodes(&Word::Departed { log: log.0, user: user.clone(), last: last.0 });
    }
}

/// Whether what is said in a conversation comes to `user` for the part it has in it.
fn hears(conversation: &Conversation, user: &Uid) -> bool {
    // Who owned what is closed may read on in it.
    let owns = conversation.agent.as_ref() == Some(user) && conversation.status != ThreadStatus::New;
    owns || conversation.service == *user || conversation.part_of(user).is_some()
}
