//! Reading conversations and who takes part in them.

use deskwire_model::{Conversation, LogId, Topic, Uid};

use super::columns::{self, select_conversation};
use crate::{
    Participant, QueuePlace, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, params},
};

/// The conversations of a participant `p`, the one with the newest entry first; at most `?2`.
macro_rules! newest_first {
    ($condition:literal) => {
        select_conversation!(concat!(
            "FROM participant p JOIN conversation c ON c.id = p.log ",
            $condition,
            " ORDER BY COALESCE((SELECT at FROM entry WHERE log = c.id ORDER BY seq DESC LIMIT 1), c.created_at) DESC,
                       c.id DESC
              LIMIT ?2"
        ))
    };
}

pub(super) fn by_topic(db: &Db<'_>, topic: &Topic) -> Result<Option<Conversation>> {
    db.prepare_cached(select_conversation!("FROM conversation c WHERE c.topic = ?1"))?
        .query_row(params![topic.as_str()], columns::conversation)
        .optional()
}

pub(super) fn by_id(db: &Db<'_>, log: LogId) -> Result<Option<Conversation>> {
    existing(db, log).optional()
}

/// The conversation of a row that is known to be there.
pub(super) fn existing(db: &Db<'_>, log: LogId) -> Result<Conversation> {
    db.prepare_cached(select_conversation!("FROM conversation c WHERE c.id = ?1"))?
        .query_row(params![log.0], columns::conversation)
}

/// Conversations.
impl Store {
    /// The conversation on `topic`. Its organisation is for the caller to compare.
    pub async fn conversation_by_topic(&self, topic: &Topic) -> Result<Option<Conversation>, StoreError> {
        let topic = topic.clone();
        self.read(move |db| by_topic(db, &topic)).await
    }

    /// The conversation with the number `log`. Its organisation is for the caller to compare.
    pub async fn conversation(&self, log: LogId) -> Result<Option<Conversation>, StoreError> {
        self.read(move |db| by_id(db, log)).await
    }

    /// The conversation that has the uid `uid`. Its organisation is for the caller to compare.
    pub async fn conversation_by_uid(&self, uid: &Uid) -> Result<Option<Conversation>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(select_conversation!("FROM conversation c WHERE c.uid = ?1"))?
                .query_row(params![uid.as_str()], columns::conversation)
                .optional()
        })
        .await
    }

    /// The conversation that is called `session_no`. Its organisation is for the caller to compare.
    pub async fn conversation_by_number(&self, session_no: &str) -> Result<Option<Conversation>, StoreError> {
        let session_no = session_no.to_owned();
        self.read(move |db| {
            db.prepare_cached(select_conversation!("FROM conversation c WHERE c.session_no = ?1"))?
                .query_row(params![session_no], columns::conversation)
                .optional()
        })
        .await
    }

    /// The conversations that are not closed and that `user` takes part in, the one with the newest entry first; at
    /// most `limit`.
    pub async fn conversations_of(&self, user: &Uid, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        let user = user.clone();
        self.read(move |db| {
            db.prepare_cached(newest_first!("WHERE p.user_uid = ?1 AND c.status <> 'CLOSED'"))?
                .query_map(params![user.as_str(), columns::limit(limit)], columns::conversation)?
                .collect()
        })
        .await
    }

    /// The closed conversations of `user` whose newest entries were not delivered to `device`, the one with the newest entry
    /// first; at most `limit`.
    pub async fn closed_behind(&self, user: &Uid, device: &str, limit: usize) -> Result<Vec<Conversation>, StoreError> {
        let (user, device) = (user.clone(), device.to_owned());
        self.read(move |db| {
            db.prepare_cached(newest_first!(
                "JOIN delivered d ON d.log = c.id AND d.user_uid = p.user_uid
                 WHERE p.user_uid = ?1 AND d.device = ?3 AND c.status = 'CLOSED'
                   AND d.seq < (SELECT MAX(seq) FROM entry WHERE log = c.id)"
            ))?
            .query_map(params![user.as_str(), columns::limit(limit), device], columns::conversation)?
            .collect()
        })
        .await
    }

    /// Those of [`Self::conversations_of`] `user` that `other` takes part in too, or that are addressed to the workgroup
    /// `other`.
    pub async fn conversations_between(
        &self,
        user: &Uid,
        other: &Uid,
        limit: usize,
    ) -> Result<Vec<Conversation>, StoreError> {
        let (user, other) = (user.clone(), other.clone());
        self.read(move |db| {
            db.prepare_cached(newest_first!(
                "WHERE p.user_uid = ?1 AND c.status <> 'CLOSED' AND c.notes_of IS NULL AND (c.service = ?3
                    OR EXISTS (SELECT 1 FROM participant o WHERE o.log = c.id AND o.user_uid = ?3))"
            ))?
            .query_map(params![user.as_str(), columns::limit(limit), other.as_str()], columns::conversation)?
            .collect()
        })
        .await
    }

    /// Who takes part in a conversation, the first to join first.
    pub async fn participants(&self, log: LogId) -> Result<Vec<Participant>, StoreError> {
        self.read(move |db| {
            db.prepare_cached("SELECT user_uid, joined FROM participant WHERE log = ?1 ORDER BY joined, user_uid")?
                .query_map(params![log.0], |row| {
                    Ok(Participant { user: columns::uid(row, 0)?, joined: columns::seq(row, 1)? })
                })?
                .collect()
        })
        .await
    }

    /// How many conversations each of `agents` has in
    /// [`ThreadStatus::Chatting`](deskwire_model::ThreadStatus::Chatting), in their order.
    pub async fn chatting_counts(&self, agents: &[Uid]) -> Result<Vec<u32>, StoreError> {
        let agents = agents.to_vec();
        self.read(move |db| {
            let mut count =
                db.prepare_cached("SELECT COUNT(*) FROM conversation WHERE status = 'CHATTING' AND agent = ?1")?;
            agents.iter().map(|agent| count.query_row(params![agent.as_str()], |row| row.get(0))).collect()
        })
        .await
    }

    /// The place of a conversation among those that wait for `service` in
    /// [`ThreadStatus::Queuing`](deskwire_model::ThreadStatus::Queuing), the first to wait first.
    pub async fn queue_place(&self, service: &Uid, log: LogId) -> Result<QueuePlace, StoreError> {
        let service = service.clone();
        self.read(move |db| {
            db.prepare_cached(
                "SELECT COUNT(*) FILTER (WHERE ticket <= (SELECT ticket FROM conversation WHERE id = ?2)), COUNT(*)
                   FROM conversation WHERE service = ?1 AND status = 'QUEUING'",
            )?
            .query_row(params![service.as_str(), log.0], |row| {
                Ok(QueuePlace { position: columns::number(row, 0)?, size: columns::number(row, 1)? })
            })
        })
        .await
    }
}
