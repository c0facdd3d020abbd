//! How long conversations are kept after they were closed, and deleting those that are not.
//!
//! What is deleted is decided by the store, in each of its steps anew: a conversation that goes on while it is being deleted
//! keeps what is left of it.

use deskwire_model::{Principal, Role, Timestamp, Uid};
use deskwire_store::ClosedSearch;

use crate::{Desk, DeskError};

/// Most days: who wants more keeps all.
const MOST_DAYS: u32 = 36_500;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Conversations that are looked up at a time.
const PAGE: usize = 100;
/// Conversations that are counted at most.
const COUNTED: usize = 10_000;

/// What an organisation keeps of what was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionState {
    /// How many days; none for ever.
    pub days: Option<u32>,
    /// The least days that it may keep.
    pub least: u32,
    /// The most.
    pub most: u32,
    /// Conversations that are to be deleted now.
    pub due: usize,
    /// Whether these are only as many as are counted.
    pub has_more: bool,
}

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweptConversations {
    /// Conversations of which nothing is left.
    pub conversations: usize,
    /// Their entries, and those of conversations of which a part is left.
    pub entries: usize,
    /// Files that nobody can read any more; their bytes are to be removed.
    pub files: usize,
}

impl Desk {
    /// How long the administrator's organisation keeps what was closed, and how many conversations are to be deleted at
    /// `now`: with so many `days`, or else with those that are set.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Settings`] for days that cannot be set,
    /// [`DeskError::Store`].
    pub async fn retention(
        &self,
        by: &Principal,
        days: Option<u32>,
        now: Timestamp,
    ) -> Result<RetentionState, DeskError> {
        administers(by)?;
        self.check_days(days)?;
        let set = self.store.retention(&by.org).await?;
        let due = match days.or(set) {
            None => 0,
            Some(days) => {
                let search = ClosedSearch { org: by.org.clone(), before: before(days, now), after: None };
                self.store.closed_conversations(search, COUNTED + 1).await?.len()
            }
        };
        Ok(RetentionState {
            days: set,
            least: self.config.least_retention_days,
            most: MOST_DAYS,
            due: due.min(COUNTED),
            has_more: due > COUNTED,
        })
    }

    /// Sets how many days the administrator's organisation keeps what was closed; none for ever.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Settings`] for days that cannot be set,
    /// [`DeskError::Store`].
    pub async fn set_retention(&self, by: &Principal, days: Option<u32>) -> Result<(), DeskError> {
        administers(by)?;
        self.check_days(days)?;
        Ok(self.store.save_retention(&by.org, days).await?)
    }

    fn check_days(&self, days: Option<u32>) -> Result<(), DeskError> {
        let least = self.config.least_retention_days;
        match days {
            Some(days) if !(least..=MOST_DAYS).contains(&days) => Err(DeskError::Settings(format!(
                "closed conversations are kept for {least} to {MOST_DAYS} days, or for ever without a number"
            ))),
            _ => Ok(()),
        }
    }

    /// Deletes what every organisation does not want to keep at `now`, `batch` entries in a commit, until there is no more
    /// of it or the server stops. `noted` hears of each commit.
    ///
    /// # Errors
    /// [`DeskError::Store`]; what was not deleted still is to be.
    pub async fn sweep_retention(
        &self,
        now: Timestamp,
        batch: usize,
        mut noted: impl FnMut(SweptConversations) + Send,
    ) -> Result<(), DeskError> {
        for (org, days) in self.store.retentions().await? {
            // The bound may have been raised since.
            let days = days.max(self.config.least_retention_days);
            self.sweep_organisation(org, before(days, now), (now, batch), &mut noted).await?;
        }
        Ok(())
    }

    async fn sweep_organisation(
        &self,
        org: Uid,
        before: Timestamp,
        (now, batch): (Timestamp, usize),
        noted: &mut (impl FnMut(SweptConversations) + Send),
    ) -> Result<(), DeskError> {
        let mut search = ClosedSearch { org, before, after: None };
        loop {
            let closed = self.store.closed_conversations(search.clone(), PAGE).await?;
            for conversation in &closed {
                let mut more = true;
                while more {
                    if self.wakes.is_stopping() {
                        return Ok(());
                    }
                    let swept = self.store.sweep_conversation(conversation.log, before, now, batch).await?;
                    more = swept.more;
                    noted(SweptConversations {
                        conversations: usize::from(swept.emptied.is_some()),
                        entries: swept.entries,
                        files: swept.files,
                    });
                    if let Some(emptied) = swept.emptied {
                        self.remember(*emptied);
                    }
                }
            }
            search.after = closed.last().copied();
            if closed.len() < PAGE {
                return Ok(());
            }
        }
    }
}

/// What was closed before then is kept no more.
fn before(days: u32, now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::from(days) * DAY_MS))
}

fn administers(by: &Principal) -> Result<(), DeskError> {
    if by.role == Role::Admin { Ok(()) } else { Err(DeskError::NotAllowed) }
}
