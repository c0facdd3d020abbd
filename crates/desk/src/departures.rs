//! Who hears a conversation no more: its subscriptions stay, but nothing that is said later comes to them (invariant I9).

use std::sync::Arc;

use deskwire_model::{Conversation, LogId, Seq, ThreadStatus, Uid};
use moka::sync::Cache;

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
        let hears = |user: &Uid| {
            // Who owned what is closed may read on in it.
            let owns = now.agent.as_ref() == Some(user) && now.status != ThreadStatus::New;
            owns || now.service == *user || now.part_of(user).is_some()
        };
        for user in had.filter(|user| !hears(user)) {
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

    fn departed(&self, log: LogId, user: &Uid, last: Seq) {
        self.departures.note(log, user.clone(), last);
        self.tell_nodes(&Word::Departed { log: log.0, user: user.clone(), last: last.0 });
    }
}
