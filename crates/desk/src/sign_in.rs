//! Who may sign in: passwords of agents, and access tokens that have ended before their time.

use deskwire_model::{AgentProfile, AgentStatus, Principal, Role, Timestamp, Uid};
use deskwire_store::{EndedToken, StoreError, TokensFrom};

use crate::{Desk, DeskError, commands::Target};

/// Most tokens of one user that have ended one by one and are remembered. One more ends all tokens of the user: a program that
/// signs in and out without end is not to fill the memory.
const MAX_ENDED: usize = 1000;

/// What has become of a wish to end a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokensEnded {
    /// It has ended.
    One(EndedToken),
    /// So many have ended before that all of the user have now.
    All(TokensFrom),
}

impl Desk {
    /// The agent with this user name and its password hash, if there is one who may sign in.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn agent_login(&self, username: &str) -> Result<Option<(AgentProfile, String)>, DeskError> {
        Ok(self.store.agent_by_username(None, username).await?)
    }

    /// The password hash of an agent who may sign in.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn password_of(&self, agent: &AgentProfile) -> Result<Option<String>, DeskError> {
        let found = self.store.agent_by_username(Some(&agent.org), &agent.username).await?;
        Ok(found.map(|(_, hash)| hash))
    }

    /// The tokens that have ended before their time and would not have by themselves at `now`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn ended_tokens(&self, now: Timestamp) -> Result<(Vec<EndedToken>, Vec<TokensFrom>), DeskError> {
        Ok(self.store.ended_tokens(now).await?)
    }

    /// Ends a token at `now`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn end_token(&self, ended: EndedToken, now: Timestamp) -> Result<TokensEnded, DeskError> {
        match self.store.end_token(&ended, MAX_ENDED).await {
            Ok(()) => Ok(TokensEnded::One(ended)),
            Err(StoreError::Full) => {
                let before = TokensFrom { user: ended.user, from: now, kept: None };
                self.store.end_tokens_before(&before).await?;
                Ok(TokensEnded::All(before))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets tokens that would have ended by themselves at `now`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn forget_ended_tokens(&self, now: Timestamp) -> Result<(), DeskError> {
        Ok(self.store.forget_ended_tokens(now).await?)
    }

    /// Whether `by` may decide how the agent called `uid` signs in: an administrator of its organisation.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownService`], [`DeskError::Store`].
    pub async fn may_set_sign_in(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        if by.role != Role::Admin {
            return Err(DeskError::NotAllowed);
        }
        match self.target(by, uid).await? {
            Target::Agent(_) => Ok(()),
            Target::Workgroup(_) => Err(DeskError::UnknownService),
        }
    }

    /// Gives an agent the password of this hash, and ends its tokens with that. Whoever asks has shown the old one, or
    /// [may](Self::may_set_sign_in).
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn set_password(&self, before: &TokensFrom, password_hash: &str) -> Result<(), DeskError> {
        Ok(self.store.change_agent_password(before, password_hash).await?)
    }

    /// Says whether an agent may sign in, for an administrator; its tokens end with that. Who may not takes no conversations
    /// any more; what it has is passed on or taken over by supervisors.
    ///
    /// # Errors
    /// As [`Self::may_set_sign_in`]; [`DeskError::NotAllowed`] also for oneself, so that an organisation keeps an
    /// administrator; [`DeskError::Commit`].
    pub async fn set_enabled(
        &self,
        by: &Principal,
        before: &TokensFrom,
        is_enabled: bool,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        self.may_set_sign_in(by, &before.user).await?;
        if by.uid == before.user {
            return Err(DeskError::NotAllowed);
        }
        self.store.set_agent_enabled(before, is_enabled).await?;
        if is_enabled { Ok(()) } else { self.set_agent_status(&before.user, AgentStatus::Offline, now).await }
    }
}
