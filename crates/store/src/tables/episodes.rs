//! Services of visitors, one after the other, and what routing knows of agents from them.

use deskwire_model::{LogId, Seq, Timestamp, Uid};

use super::{columns, faqs, labels, leave_messages, reports, reports::Tally, visitor_info};
use crate::{
    Closer, Episode, Fact, Rating, Store, StoreError, Workload,
    engine::{Db, Error, OptionalExtension as _, Result, Row, params},
};

/// Episodes of an agent that its mean response time is taken from.
const REMEMBERED: u32 = 20;

/// Notes `facts` of the conversation `log`, as it is now, with its last episode; `before` is the last entry before them.
pub(super) fn note(
    db: &Db<'_>,
    tally: &mut Tally,
    log: LogId,
    facts: &[Fact],
    before: Seq,
    now: Timestamp,
) -> Result<()> {
    for fact in facts {
        reports::count(db, tally, log, fact, now)?;
        match fact {
            Fact::Opened => open(db, log, before, now)?,
            Fact::Queued => update(db, log, "queued_at = COALESCE(e.queued_at, ?2)", now)?,
            Fact::Assigned => update(db, log, "assigned_at = ?2", now)?,
            Fact::Responded => update(
                db,
                log,
                "responded_at = COALESCE(e.responded_at, ?2),
                 response_ms = COALESCE(e.response_ms, CASE WHEN ?2 > COALESCE(e.assigned_at, e.opened_at) THEN ?2 - COALESCE(e.assigned_at, e.opened_at) ELSE 0 END)",
                now,
            )?,
            Fact::Closed(closer) => db
                .prepare_cached(
                    "UPDATE episode SET closed_at = ?2, closed_by = ?3
                      WHERE id = (SELECT episode FROM conversation WHERE id = ?1) AND closed_at IS NULL",
                )?
                .execute(params![log.0, now.0, closer.as_str()])
                .map(drop)?,
            Fact::Rated { score, resolved, comment } => db
                .prepare_cached(
                    "UPDATE episode SET score = ?2, resolved = ?3, comment = ?4, rated_at = COALESCE(rated_at, ?5)
                      WHERE id = (SELECT episode FROM conversation WHERE id = ?1)",
                )?
                .execute(params![log.0, score, resolved, comment, now.0])
                .map(drop)?,
            Fact::Left { uid, form } => leave_messages::enter(db, log, uid, form, now)?,
            Fact::LeaveChanged(change) => leave_messages::change(db, log, change, now)?,
            Fact::Labelled(change) => labels::change(db, change)?,
            Fact::VisitorCorrected(correction) => visitor_info::correct(db, correction, now)?,
            Fact::Asked { faq } => faqs::asked(db, faq)?,
            Fact::Judged { answer, faq, helpful } => faqs::judged(db, (log, *answer), faq.as_ref(), *helpful)?,
        }
    }
    Ok(())
}

fn open(db: &Db<'_>, log: LogId, before: Seq, now: Timestamp) -> Result<()> {
    let opened = db
        .prepare_cached(
            "INSERT INTO episode (log, org, service, agent, opened_at, opened_seq)
             SELECT c.id, c.org, c.service, c.agent, ?2, ?3 FROM conversation c
              WHERE c.id = ?1
                AND NOT EXISTS (SELECT 1 FROM episode e WHERE e.id = c.episode AND e.closed_at IS NULL)
             RETURNING id",
        )?
        .query_row(params![log.0, now.0, columns::position(before)], |row| row.get::<i64>(0))
        .optional()?;
    if let Some(episode) = opened {
        db.prepare_cached("UPDATE conversation SET episode = ?2 WHERE id = ?1")?.execute(params![log.0, episode])?;
    }
    Ok(())
}

/// Sets columns of the open episode, and in it who serves the conversation now.
fn update(db: &Db<'_>, log: LogId, set: &'static str, now: Timestamp) -> Result<()> {
    db.prepare_cached(&format!(
        "UPDATE episode AS e SET {set}, service = c.service, agent = COALESCE(c.agent, e.agent)
           FROM conversation c WHERE c.id = ?1 AND e.id = c.episode AND e.closed_at IS NULL"
    ))?
    .execute(params![log.0, now.0])?;
    Ok(())
}

/// The rating in the columns 10 to 13 of a row of [`Store::episodes`].
fn rating(row: &Row<'_>) -> Result<Option<Rating>> {
    let (Some(score), Some(first_at)) = (row.get(10)?, row.get::<Option<i64>>(13)?) else { return Ok(None) };
    let comment = row.get::<Option<String>>(12)?.unwrap_or_default().into();
    Ok(Some(Rating { score, resolved: row.get(11)?, comment, first_at: Timestamp(first_at) }))
}

fn workload(db: &Db<'_>, agent: &Uid) -> Result<Workload> {
    let chatting = db
        .prepare_cached("SELECT COUNT(*) FROM conversation WHERE status = 'CHATTING' AND agent = ?1")?
        .query_row(params![agent.as_str()], |row| row.get(0))?;
    let last_assigned = db
        .prepare_cached("SELECT MAX(assigned_at) FROM episode INDEXED BY episode_assigned WHERE agent = ?1 AND assigned_at IS NOT NULL")?
        .query_row(params![agent.as_str()], |row| row.get::<Option<i64>>(0))?;
    let response_ms: Option<f64> = db
        .prepare_cached(
            "SELECT CAST(AVG(response_ms) AS DOUBLE PRECISION) FROM (SELECT response_ms FROM episode
              WHERE agent = ?1 AND responded_at IS NOT NULL ORDER BY responded_at DESC LIMIT ?2) last",
        )?
        .query_row(params![agent.as_str(), REMEMBERED], |row| row.get(0))?;
    // The mean of what is not negative is not negative.
    let response_ms = response_ms.map(|mean| mean.round() as u64);
    Ok(Workload { chatting, last_assigned: last_assigned.map(Timestamp), response_ms })
}

/// Timers, episodes and what is known of agents from them.
impl Store {
    /// What is known of the work of each of `agents`, in their order.
    pub async fn workloads(&self, agents: &[Uid]) -> std::result::Result<Vec<Workload>, StoreError> {
        let agents = agents.to_vec();
        self.read(move |db| agents.iter().map(|agent| workload(db, agent)).collect()).await
    }

    /// The episodes of a conversation, the last first; at most `limit`.
    pub async fn episodes(&self, log: LogId, limit: usize) -> std::result::Result<Vec<Episode>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, log, service, agent, opened_at, queued_at, assigned_at, responded_at, closed_at, closed_by,
                        score, resolved, comment, rated_at, opened_seq
                   FROM episode WHERE log = ?1 ORDER BY id DESC LIMIT ?2",
            )?
            .query_map(params![log.0, columns::limit(limit)], |row| {
                let time = |column| Ok::<_, Error>(row.get::<Option<i64>>(column)?.map(Timestamp));
                let closer = row.get::<Option<String>>(9)?.and_then(|name| Closer::from_name(&name));
                Ok(Episode {
                    id: row.get(0)?,
                    log: LogId(row.get(1)?),
                    service: columns::uid(row, 2)?,
                    agent: columns::optional_uid(row, 3)?,
                    opened_at: Timestamp(row.get(4)?),
                    opened_behind: columns::seq(row, 14)?,
                    queued_at: time(5)?,
                    assigned_at: time(6)?,
                    responded_at: time(7)?,
                    closed: time(8)?.zip(closer),
                    rating: rating(row)?,
                })
            })?
            .collect()
        })
        .await
    }

    /// The agent who had a conversation last, now or in an earlier episode.
    pub async fn last_agent(&self, log: LogId) -> std::result::Result<Option<Uid>, StoreError> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT agent FROM episode WHERE log = ?1 AND agent IS NOT NULL ORDER BY id DESC LIMIT 1",
            )?
            .query_row(params![log.0], |row| columns::uid(row, 0))
            .optional()
        })
        .await
    }
}
