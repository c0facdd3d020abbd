//! Webhooks, as administrators see them: who is told of what happens in their organisation.

use deskwire_model::{Principal, Role, ThreadType, Timestamp, Uid};
use deskwire_store::{DeadLetter, NewWebhook, Webhook};

use crate::{Desk, DeskError, seats::taken};

/// Dead letters of one page at most.
const PAGE: usize = 100;

impl Desk {
    /// Makes a webhook of the administrator's organisation, which has at most `limit`.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators and other organisations, [`DeskError::UnknownService`] if
    /// it is the bot of a workgroup that is not there, [`DeskError::Taken`] if that has one, [`DeskError::Settings`] if there
    /// are too many, [`DeskError::Store`].
    pub async fn create_webhook(&self, by: &Principal, new: &NewWebhook, limit: usize) -> Result<Webhook, DeskError> {
        if new.org != by.org {
            return Err(DeskError::NotAllowed);
        }
        if self.webhooks(by).await?.len() >= limit {
            return Err(DeskError::Settings(format!("there are {limit} webhooks already")));
        }
        if let Some(workgroup) = &new.bot_of {
            let known = self.is_service(ThreadType::Workgroup, workgroup, &by.org).await?;
            known.then_some(()).ok_or(DeskError::UnknownService)?;
        }
        taken(self.store.create_webhook(new).await)?;
        self.webhook(by, &new.uid).await
    }

    /// The webhooks of the administrator's organisation, the oldest first.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Store`].
    pub async fn webhooks(&self, by: &Principal) -> Result<Vec<Webhook>, DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        Ok(self.store.webhooks(Some(&by.org)).await?)
    }

    /// The webhook called `uid` of the administrator's organisation.
    ///
    /// # Errors
    /// As [`Self::webhooks`], and [`DeskError::UnknownWebhook`].
    pub async fn webhook(&self, by: &Principal, uid: &Uid) -> Result<Webhook, DeskError> {
        let hooks = self.webhooks(by).await?;
        hooks.into_iter().find(|hook| hook.hook.uid == *uid).ok_or(DeskError::UnknownWebhook)
    }

    /// Forgets a webhook, with everything that it was to be told; the conversations of a robot go to people.
    ///
    /// # Errors
    /// As [`Self::webhook`], and [`DeskError::Commit`].
    pub async fn drop_webhook(&self, by: &Principal, uid: &Uid, now: Timestamp) -> Result<(), DeskError> {
        let hook = self.webhook(by, uid).await?;
        self.store.drop_webhook(hook.id).await?;
        match &hook.hook.bot_of {
            Some(workgroup) => self.dismiss_robot(&by.org, workgroup, now).await,
            None => Ok(()),
        }
    }

    /// Has a webhook hear of what happens from now on, or not; the conversations of a robot that does not go to people.
    ///
    /// # Errors
    /// As [`Self::webhook`], and [`DeskError::Commit`].
    pub async fn set_webhook_active(
        &self,
        by: &Principal,
        uid: &Uid,
        active: bool,
        now: Timestamp,
    ) -> Result<Webhook, DeskError> {
        let hook = self.webhook(by, uid).await?;
        self.store.set_webhook_active(hook.id, active).await?;
        if let Some(workgroup) = hook.hook.bot_of.as_ref().filter(|_| !active) {
            self.dismiss_robot(&by.org, workgroup, now).await?;
        }
        Ok(Webhook { active, ..hook })
    }

    /// What a webhook was told in vain and is not told any more, the newest first, before the event of this number; at
    /// most 100.
    ///
    /// # Errors
    /// As [`Self::webhook`].
    pub async fn dead_letters(
        &self,
        by: &Principal,
        uid: &Uid,
        before: Option<i64>,
    ) -> Result<Vec<DeadLetter>, DeskError> {
        let hook = self.webhook(by, uid).await?;
        Ok(self.store.dead_letters(hook.id, before, PAGE).await?)
    }

    /// Has one of the dead letters of a webhook told again, or all of them; how many there were.
    ///
    /// # Errors
    /// As [`Self::webhook`]; [`DeskError::NotAllowed`] also for a bot, whose conversations have been handed over since.
    pub async fn replay_dead_letters(
        &self,
        by: &Principal,
        uid: &Uid,
        event: Option<i64>,
        now: Timestamp,
    ) -> Result<usize, DeskError> {
        let hook = self.webhook(by, uid).await?;
        if hook.hook.bot_of.is_some() {
            return Err(DeskError::NotAllowed);
        }
        Ok(self.store.replay_dead_letters(hook.id, event, now).await?)
    }
}
