//! What is said on a live topic, and who has it in the store.

use std::sync::Arc;

use deskwire_store::{DurableId, NewQueued, QueueRef, QueuedId, Received};

use crate::{
    mailboxes::{Mailbox, Turn},
    publication::{Content, Publication},
};

/// Those for whom a publication is stored before it is handed on, and who was chosen among those who share a subscription.
/// Without any of them it holds no memory.
#[derive(Debug, Default)]
pub(crate) struct Collectors {
    pub(crate) durables: Vec<(DurableId, Option<QueuedId>)>,
    /// Mailboxes in the order of their addresses.
    pub(crate) sessions: Vec<(Arc<Mailbox>, Option<QueuedId>)>,
    pub(crate) turns: Vec<Turn>,
}

/// A publication on its way through the store to those who listen.
#[derive(Debug)]
pub struct Collected {
    pub(crate) publication: Arc<Publication>,
    pub(crate) collectors: Collectors,
    /// Whether another node has said it, which has told the others.
    pub(crate) is_heard: bool,
}

impl Collectors {
    /// Whether anybody has to have it in the store.
    pub(crate) fn are_some(&self) -> bool {
        !self.durables.is_empty() || !self.sessions.is_empty() || self.turns.iter().any(|turn| turn.is_stored)
    }

    /// The queues that have it in the store, in the order of [`Self::number`].
    fn queues(&self) -> Vec<QueueRef> {
        let session = |mailbox: &Mailbox, via| mailbox.durable().map(|id| QueueRef::Session { id, via });
        let durables = self.durables.iter().map(|(id, _)| QueueRef::Durable(*id));
        let sessions = self.sessions.iter().filter_map(|(mailbox, _)| session(mailbox, None));
        let turns = self.turns.iter().filter(|turn| turn.is_stored);
        let turns = turns.filter_map(|turn| session(&turn.member, Some(Arc::clone(turn.group.name()))));
        durables.chain(sessions).chain(turns).collect()
    }

    /// Takes note of the numbers that the store gave; none where it no longer knows the queue.
    pub(crate) fn number(&mut self, ids: &[Option<QueuedId>]) {
        let durables = self.durables.iter_mut().map(|(_, id)| id);
        let sessions = self.sessions.iter_mut().map(|(_, id)| id);
        let turns = self.turns.iter_mut().filter(|turn| turn.is_stored).map(|turn| &mut turn.stored);
        for (id, given) in durables.chain(sessions).chain(turns).zip(ids) {
            *id = *given;
        }
    }

    /// Has the store forget what came to nobody: its session has given up the subscription meanwhile.
    pub(crate) fn give_back(&mut self) {
        let sessions = self.sessions.drain(..);
        let turns = self.turns.drain(..).map(|turn| (turn.member, turn.stored));
        for (mailbox, id) in sessions.chain(turns) {
            id.into_iter().for_each(|id| mailbox.give_back(id));
        }
    }
}

impl Collected {
    /// A publication that nobody has to have in the store.
    pub(crate) fn by_nobody(publication: Publication) -> Self {
        Self { publication: Arc::new(publication), collectors: Collectors::default(), is_heard: false }
    }

    /// What the store is to keep, with the identifier of the client that said it; only opaque publications are kept.
    pub(crate) fn to_store(&self, received: Option<Received>) -> Option<NewQueued> {
        let Content::Opaque(opaque) = self.publication.content() else { return None };
        let (topic, queues) = (self.publication.topic().clone(), self.collectors.queues());
        Some(NewQueued { topic, queues, message: opaque.into(), received })
    }
}
