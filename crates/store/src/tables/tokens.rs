//! Who may sign in, and which access tokens have ended before their time.

use deskwire_model::{Timestamp, Uid};

use super::columns;
use crate::{
    EndedToken, Store, StoreError, TokenName, TokensFrom,
    engine::{Db, OptionalExtension as _, Result, Row, params},
};

fn ended_token(row: &Row<'_>) -> Result<EndedToken> {
    let token = TokenName { id: row.get(0)?, issued: Timestamp(row.get(2)?) };
    Ok(EndedToken { token, user: columns::uid(row, 1)?, expires: Timestamp(row.get(3)?) })
}

fn tokens_from(row: &Row<'_>) -> Result<TokensFrom> {
    Ok(TokensFrom { user: columns::uid(row, 0)?, from: Timestamp(row.get(1)?), kept: row.get(2)? })
}

fn end_before(db: &Db<'_>, before: &TokensFrom) -> Result<(), StoreError> {
    let user = before.user.as_str();
    let changed = db
        .prepare_cached("UPDATE agent SET tokens_from = ?2, kept_token = ?3 WHERE uid = ?1")?
        .execute(params![user, before.from.0, before.kept])?;
    if changed != 1 {
        return Err(StoreError::Missing);
    }
    // They have ended without being named; the one that is kept has not ended, or its holder could not have kept it.
    db.prepare_cached("DELETE FROM ended_token WHERE user_uid = ?1 AND issued < ?2")?
        .execute(params![user, before.from.0])?;
    Ok(())
}

/// Access tokens and agents who sign in.
impl Store {
    /// The tokens that have ended and would not have by themselves at `now`, and the agents of whom all have ended that were
    /// issued before a time.
    pub async fn ended_tokens(&self, now: Timestamp) -> Result<(Vec<EndedToken>, Vec<TokensFrom>), StoreError> {
        self.read(move |db| {
            let tokens = db
                .prepare_cached("SELECT id, user_uid, issued, expires FROM ended_token WHERE expires > ?1")?
                .query_map(params![now.0], ended_token)?
                .collect::<Result<_>>()?;
            let from = db
                .prepare_cached("SELECT uid, tokens_from, kept_token FROM agent WHERE tokens_from > 0")?
                .query_map(params![], tokens_from)?
                .collect::<Result<_>>()?;
            Ok((tokens, from))
        })
        .await
    }

    /// Ends a token; one that has ended stays so.
    ///
    /// # Errors
    /// [`StoreError::Full`] when `most` tokens of its user have ended and are not forgotten.
    pub async fn end_token(&self, ended: &EndedToken, most: usize) -> Result<(), StoreError> {
        let ended = ended.clone();
        self.write(move |db| {
            let EndedToken { token, user, expires } = &ended;
            if db.prepare_cached("SELECT 1 FROM ended_token WHERE id = ?1")?.exists(params![token.id])? {
                return Ok(());
            }
            let known: u64 = db
                .prepare_cached("SELECT COUNT(*) FROM ended_token WHERE user_uid = ?1")?
                .query_row(params![user.as_str()], |row| columns::number(row, 0))?;
            if known >= most as u64 {
                return Err(StoreError::Full);
            }
            db.prepare_cached(
                "INSERT INTO ended_token (id, user_uid, issued, expires) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
            )?
            .execute(params![token.id, user.as_str(), token.issued.0, expires.0])?;
            Ok(())
        })
        .await
    }

    /// Ends the tokens of an agent that were issued before a time.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such agent.
    pub async fn end_tokens_before(&self, before: &TokensFrom) -> Result<(), StoreError> {
        let before = before.clone();
        self.write(move |db| end_before(db, &before)).await
    }

    /// Replaces the password hash of an agent, and ends its tokens in the same step.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn change_agent_password(&self, before: &TokensFrom, password_hash: &str) -> Result<(), StoreError> {
        let (before, password_hash) = (before.clone(), password_hash.to_owned());
        self.write(move |db| {
            end_before(db, &before)?;
            db.prepare_cached("UPDATE agent SET password_hash = ?2 WHERE uid = ?1")?
                .execute(params![before.user.as_str(), password_hash])?;
            Ok(())
        })
        .await
    }

    /// Says whether an agent may sign in, and ends its tokens in the same step. Who may not is unknown to
    /// [`Self::agent_by_username`].
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_enabled(&self, before: &TokensFrom, is_enabled: bool) -> Result<(), StoreError> {
        let before = before.clone();
        self.write(move |db| {
            end_before(db, &before)?;
            db.prepare_cached("UPDATE agent SET enabled = ?2 WHERE uid = ?1")?
                .execute(params![before.user.as_str(), is_enabled])?;
            Ok(())
        })
        .await
    }

    /// Whether the agent called `uid` may sign in; none if there is no such agent.
    pub async fn is_agent_enabled(&self, uid: &Uid) -> Result<Option<bool>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT enabled FROM agent WHERE uid = ?1")?
                .query_row(params![uid.as_str()], |row| row.get(0))
                .optional()
        })
        .await
    }

    /// Forgets tokens that would have ended by themselves at `now`.
    pub async fn forget_ended_tokens(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |db| {
            db.prepare_cached("DELETE FROM ended_token WHERE expires <= ?1")?.execute(params![now.0])?;
            Ok(())
        })
        .await
    }
}
