//! Webhooks, and what they are still to be told. That an entry is to be told is part of its commit.

use deskwire_model::{LogId, Timestamp, Uid};

use super::Store;
use crate::{DeadLetter, HookEvent, HookId, HookOutcome, HooksDue, NewWebhook, StoreError, Webhook};

/// Webhooks.
impl Store {
    /// Makes a webhook; it hears of what happens from now on.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if its uid is taken or its workgroup has a bot, [`StoreError::Missing`] without its
    /// organisation.
    pub async fn create_webhook(&self, new: &NewWebhook) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.create_webhook(new).await,
        }
    }

    /// The webhooks of an organisation, or of all, the oldest first.
    pub async fn webhooks(&self, org: Option<&Uid>) -> Result<Vec<Webhook>, StoreError> {
        match self {
            Self::Sqlite(db) => db.webhooks(org).await,
        }
    }

    /// The active bot of a workgroup, if it has one.
    pub async fn bot_of(&self, workgroup: &Uid) -> Result<Option<Webhook>, StoreError> {
        match self {
            Self::Sqlite(db) => db.bot_of(workgroup).await,
        }
    }

    /// Forgets a webhook with everything that it was to be told.
    pub async fn drop_webhook(&self, id: HookId) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.drop_webhook(id).await,
        }
    }

    /// Has a webhook be told of what happens from now on, or not; what waits already waits on.
    pub async fn set_webhook_active(&self, id: HookId, active: bool) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_webhook_active(id, active).await,
        }
    }

    /// What is to be told at `now`: at most `per_hook` events of a hook, those of `busy` conversations included, which
    /// are left out as an event of theirs is being told.
    pub async fn webhooks_due(
        &self,
        now: Timestamp,
        per_hook: usize,
        busy: &[(HookId, LogId)],
    ) -> Result<HooksDue, StoreError> {
        match self {
            Self::Sqlite(db) => db.webhooks_due(now, per_hook, busy).await,
        }
    }

    /// Whether the event of this number is still to be told.
    pub async fn is_to_be_told(&self, event: i64) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(db) => db.is_to_be_told(event).await,
        }
    }

    /// Notes what came of telling events; nothing for those that are not to be told any more.
    pub async fn settle_webhooks(&self, outcomes: Vec<(HookEvent, HookOutcome)>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.settle_webhooks(outcomes).await,
        }
    }

    /// The events of a hook that were given up, the newest first, before the event of this number; at most `limit`.
    pub async fn dead_letters(
        &self,
        hook: HookId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        match self {
            Self::Sqlite(db) => db.dead_letters(hook, before, limit).await,
        }
    }

    /// Has an event that was given up, or all of a hook, be told again, before what waits of their conversations; how
    /// many there were.
    pub async fn replay_dead_letters(
        &self,
        hook: HookId,
        event: Option<i64>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(db) => db.replay_dead_letters(hook, event, now).await,
        }
    }

    /// Waits until there may be something new to tell since the last call; for one waiter.
    pub async fn webhooks_raised(&self) {
        match self {
            Self::Sqlite(db) => db.webhooks_raised().await,
        }
    }
}
