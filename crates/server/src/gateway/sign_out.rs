//! Tokens that end before their time, and the connections and polling devices that they have let in.

use deskwire_desk::{DeskError, PollingDevice, TokensEnded};
use deskwire_model::{Principal, Timestamp, Uid};
use deskwire_store::{EndedToken, TokensFrom};

use super::{Gateway, SignedIn};
use crate::connection::timestamp;

impl Gateway {
    /// Learns which tokens have ended while another process was at work.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn recall_ended_tokens(&self, now: Timestamp) -> Result<(), DeskError> {
        let (tokens, users) = self.desk.ended_tokens(now).await?;
        let ended = self.tokens.ended();
        users.into_iter().for_each(|before| ended.end_before(before));
        tokens.into_iter().for_each(|token| ended.end(token));
        Ok(())
    }

    /// Ends the token of `user`, and its connections. From the answer on it lets nobody in, after a crash either.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn sign_out(&self, user: &Uid, signed_in: &SignedIn) -> Result<(), DeskError> {
        let SignedIn { token, expires } = signed_in.clone();
        match self.desk.end_token(EndedToken { token, user: user.clone(), expires }, timestamp()).await? {
            TokensEnded::One(token) => self.tokens.ended().end(token),
            TokensEnded::All(before) => self.tokens.ended().end_before(before),
        }
        self.reconsider(user).await
    }

    /// Gives an agent the password of this hash. All of its tokens end, but for the one `kept` by which it has asked for that.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn change_password(
        &self,
        user: &Uid,
        password_hash: &str,
        kept: Option<&SignedIn>,
    ) -> Result<(), DeskError> {
        let kept = kept.map(|signed_in| signed_in.token.id.clone());
        let before = TokensFrom { user: user.clone(), from: timestamp(), kept };
        self.desk.set_password(&before, password_hash).await?;
        self.have_ended(before).await
    }

    /// Says whether an agent may sign in. All of its tokens end.
    ///
    /// # Errors
    /// As `Desk::set_enabled`.
    pub async fn set_enabled(&self, by: &Principal, user: &Uid, is_enabled: bool) -> Result<(), DeskError> {
        let now = timestamp();
        let before = TokensFrom { user: user.clone(), from: now, kept: None };
        self.desk.set_enabled(by, &before, is_enabled, now).await?;
        self.have_ended(before).await
    }

    async fn have_ended(&self, before: TokensFrom) -> Result<(), DeskError> {
        let user = before.user.clone();
        self.tokens.ended().end_before(before);
        self.reconsider(&user).await
    }

    /// Another node has ended tokens of `user`.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn hear_tokens_ended(&self, user: &Uid) -> Result<(), DeskError> {
        self.recall_ended_tokens(timestamp()).await?;
        self.reconsider_here(user).await
    }

    /// Other nodes may have ended tokens of anybody.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn hear_all_tokens_ended(&self) -> Result<(), DeskError> {
        self.recall_ended_tokens(timestamp()).await?;
        self.sessions.outboxes().iter().for_each(|outbox| outbox.reconsider());
        Ok(())
    }

    /// Forgets tokens that would have ended by themselves by now.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn forget_ended_tokens(&self) -> Result<(), DeskError> {
        let now = timestamp();
        match self.tokens.ended().forget_expired(now) {
            0 => Ok(()),
            _ => self.desk.forget_ended_tokens(now).await,
        }
    }

    /// Has the connections of `user`, on every node, look again at what has let them in, and ends what polls by a token that
    /// has ended.
    async fn reconsider(&self, user: &Uid) -> Result<(), DeskError> {
        self.desk.tell_tokens_ended(user);
        self.reconsider_here(user).await
    }

    async fn reconsider_here(&self, user: &Uid) -> Result<(), DeskError> {
        for (_, outbox) in self.sessions.of(user) {
            outbox.reconsider();
        }
        let has_ended = |device: &PollingDevice| self.tokens.ended().covers(user, &device.token);
        self.desk.end_polling(user, has_ended, timestamp()).await
    }
}
