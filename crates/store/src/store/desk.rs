//! Timers, episodes, settings: what the service desk remembers besides conversations and their logs.

use deskwire_model::{Entry, LogId, Seq, Timestamp, Uid};

use super::Store;
use crate::{CardId, Episode, StoreError, Timer, Workload};

/// Timers, episodes and what is known of agents from them.
impl Store {
    /// The timers that are due at `until`, the first first; at most `limit`.
    pub async fn timers_due(&self, until: Timestamp, limit: usize) -> Result<Vec<Timer>, StoreError> {
        match self {
            Self::Sqlite(db) => db.timers_due(until, limit).await,
        }
    }

    /// When the next timer is due, if one is set.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        match self {
            Self::Sqlite(db) => db.next_due().await,
        }
    }

    /// The timers of a conversation, by kind and key.
    pub async fn timers_of(&self, log: LogId) -> Result<Vec<Timer>, StoreError> {
        match self {
            Self::Sqlite(db) => db.timers_of(log).await,
        }
    }

    /// The entry of an order card of `org`, with the status that it has now.
    pub async fn order_card(&self, org: &Uid, card: CardId) -> Result<Option<Entry>, StoreError> {
        match self {
            Self::Sqlite(db) => db.order_card(org, card).await,
        }
    }

    /// The episodes of a conversation, the last first; at most `limit`.
    pub async fn episodes(&self, log: LogId, limit: usize) -> Result<Vec<Episode>, StoreError> {
        match self {
            Self::Sqlite(db) => db.episodes(log, limit).await,
        }
    }

    /// The agent who had a conversation last, now or in an earlier episode.
    pub async fn last_agent(&self, log: LogId) -> Result<Option<Uid>, StoreError> {
        match self {
            Self::Sqlite(db) => db.last_agent(log).await,
        }
    }

    /// What is known of the work of each of `agents`, in their order.
    pub async fn workloads(&self, agents: &[Uid]) -> Result<Vec<Workload>, StoreError> {
        match self {
            Self::Sqlite(db) => db.workloads(agents).await,
        }
    }

    /// The position of the newest entry that somebody else than `user` wrote, but for edits and reactions; [`Seq::ZERO`] if
    /// there is none.
    pub async fn newest_of_others(&self, log: LogId, user: &Uid) -> Result<Seq, StoreError> {
        match self {
            Self::Sqlite(db) => db.newest_of_others(log, user).await,
        }
    }

    /// What was set for a workgroup or an agent, as JSON; none if nothing was.
    pub async fn settings(&self, owner: &Uid) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(db) => db.settings(owner).await,
        }
    }

    /// Replaces what is set for a workgroup or an agent.
    pub async fn save_settings(&self, owner: &Uid, value: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.save_settings(owner, value).await,
        }
    }
}
