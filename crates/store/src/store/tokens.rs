//! Who may sign in, and which access tokens have ended before their time.

use deskwire_model::{Timestamp, Uid};

use super::Store;
use crate::{EndedToken, StoreError, TokensFrom};

/// Access tokens and agents who sign in.
impl Store {
    /// The tokens that have ended and would not have by themselves at `now`, and the agents of whom all have ended that were
    /// issued before a time.
    pub async fn ended_tokens(&self, now: Timestamp) -> Result<(Vec<EndedToken>, Vec<TokensFrom>), StoreError> {
        match self {
            Self::Sqlite(db) => db.ended_tokens(now).await,
        }
    }

    /// Ends a token; one that has ended stays so.
    ///
    /// # Errors
    /// [`StoreError::Full`] when `most` tokens of its user have ended and are not forgotten.
    pub async fn end_token(&self, ended: &EndedToken, most: usize) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.end_token(ended, most).await,
        }
    }

    /// Ends the tokens of an agent that were issued before a time.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such agent.
    pub async fn end_tokens_before(&self, before: &TokensFrom) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.end_tokens_before(before).await,
        }
    }

    /// Replaces the password hash of an agent, and ends its tokens in the same step.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn change_agent_password(&self, before: &TokensFrom, password_hash: &str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.change_agent_password(before, password_hash).await,
        }
    }

    /// Says whether an agent may sign in, and ends its tokens in the same step. Who may not is unknown to
    /// [`Self::agent_by_username`].
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_enabled(&self, before: &TokensFrom, is_enabled: bool) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.set_agent_enabled(before, is_enabled).await,
        }
    }

    /// Whether the agent called `uid` may sign in; none if there is no such agent.
    pub async fn is_agent_enabled(&self, uid: &Uid) -> Result<Option<bool>, StoreError> {
        match self {
            Self::Sqlite(db) => db.is_agent_enabled(uid).await,
        }
    }

    /// Forgets tokens that would have ended by themselves at `now`.
    pub async fn forget_ended_tokens(&self, now: Timestamp) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(db) => db.forget_ended_tokens(now).await,
        }
    }
}
