//! Creating conversations, and what decisions about who owns them ask (invariant I10).

use deskwire_model::{Conversation, LogId, Seq, ThreadStatus, Timestamp, Topic, Uid};

use super::{columns, commit::Commit, conversations, heads::Head, retention};
use crate::{
    NewConversation, Refusal, Written,
    engine::{Db, OptionalExtension as _, Result, params},
};

pub(super) fn create(commit: &mut Commit<'_>, new: &NewConversation) -> Result<Written> {
    let db = commit.db;
    if let Some(existing) = conversations::by_topic(db, &new.topic)? {
        return Ok(if existing.org == new.org {
            answer(existing, false)
        } else {
            Written::Refused(Refusal::ForeignOrganisation)
        });
    }
    if uid_taken(db, &new.uid)? {
        return Ok(Written::Refused(Refusal::UidTaken));
    }
    for user in [&new.visitor, &new.service].into_iter().chain(&new.participants) {
        if is_foreign(db, user, &new.org)? {
            return Ok(Written::Refused(Refusal::ForeignOrganisation));
        }
    }
    let Some(log) = insert(db, new, commit.now)? else { return Ok(Written::Refused(Refusal::UidTaken)) };
    for user in &new.participants {
        join(db, log, user, Seq::ZERO)?;
    }
    commit.heads.set(log, Head { seq: Seq::ZERO, at: commit.now, is_emptied: false });
    Ok(answer(conversations::existing(db, log)?, true))
}

/// The log of notes about a conversation, created if there is none.
pub(super) fn create_notes(commit: &mut Commit<'_>, of: LogId, uid: &Uid, topic: &Topic) -> Result<Written> {
    let db = commit.db;
    if let Some(existing) = conversations::by_topic(db, topic)? {
        return Ok(answer(existing, false));
    }
    let Some(about) = conversations::by_id(db, of)? else { return Ok(Written::Refused(Refusal::UnknownLog)) };
    if uid_taken(db, uid)? {
        return Ok(Written::Refused(Refusal::UidTaken));
    }
    let attendants = about.attendants.into_iter().map(|attendant| attendant.user);
    let participants: Vec<Uid> = about.agent.into_iter().chain(attendants).collect();
    let new = NewConversation {
        uid: uid.clone(),
        org: about.org,
        topic: topic.clone(),
        kind: about.kind,
        service: about.service,
        visitor: about.visitor,
        visitor_profile: about.visitor_profile,
        channel: about.channel,
        participants: participants.clone(),
    };
    let Some(log) = insert(db, &new, commit.now)? else { return Ok(Written::Refused(Refusal::UidTaken)) };
    // Notes about what was deleted begin as if they had been deleted with it: the first one closes it again.
    let is_emptied = retention::is_emptied(db, of)?;
    db.prepare_cached("UPDATE conversation SET notes_of = ?2, emptied_at = ?3 WHERE id = ?1")?.execute(params![
        log.0,
        of.0,
        is_emptied.then_some(commit.now.0)
    ])?;
    for user in &participants {
        join(db, log, user, Seq::ZERO)?;
    }
    commit.heads.set(log, Head { seq: Seq::ZERO, at: commit.now, is_emptied });
    Ok(answer(conversations::existing(db, log)?, true))
}

fn answer(conversation: Conversation, created: bool) -> Written {
    Written::Conversation { conversation: Box::new(conversation), created }
}

/// The conversation, if it still is what the decision was based on.
pub(super) fn fenced(db: &Db<'_>, log: LogId, fence: u64) -> Result<std::result::Result<Conversation, Refusal>> {
    Ok(match conversations::by_id(db, log)? {
        None => Err(Refusal::UnknownLog),
        Some(conversation) if conversation.fence != fence => Err(Refusal::Fenced),
        Some(conversation) => Ok(conversation),
    })
}

/// None if its uid is taken, which another node may have done just now.
fn insert(db: &Db<'_>, new: &NewConversation, now: Timestamp) -> Result<Option<LogId>> {
    let log = db
        .prepare_cached(
            "INSERT INTO conversation (uid, org, topic, kind, service, visitor, visitor_nickname, visitor_avatar,
                                       channel, status, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT DO NOTHING RETURNING id",
        )?
        .query_row(
            params![
                new.uid.as_str(),
                new.org.as_str(),
                new.topic.as_str(),
                new.kind.number(),
                new.service.as_str(),
                new.visitor.as_str(),
                new.visitor_profile.nickname,
                new.visitor_profile.avatar,
                new.channel,
                ThreadStatus::New.as_str(),
                now.0,
            ],
            |row| row.get(0).map(LogId),
        )
        .optional()?;
    let Some(log) = log else { return Ok(None) };
    db.prepare_cached("UPDATE conversation SET session_no = ?2 WHERE id = ?1")?
        .execute(params![log.0, session_no(log, now)])?;
    Ok(Some(log))
}

/// The number that people call a conversation by: the day of its beginning in UTC, and its own number.
fn session_no(log: LogId, Timestamp(at): Timestamp) -> String {
    let day = jiff::Timestamp::from_millisecond(at).unwrap_or_default().strftime("%Y%m%d");
    format!("{day}{:06}", log.0)
}

pub(super) fn join(db: &Db<'_>, log: LogId, user: &Uid, joined: Seq) -> Result<()> {
    db.prepare_cached("INSERT INTO participant (log, user_uid, joined) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute(params![log.0, user.as_str(), columns::position(joined)])?;
    Ok(())
}

fn uid_taken(db: &Db<'_>, uid: &Uid) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM conversation WHERE uid = ?1")?.exists(params![uid.as_str()])
}

/// Whether `user` is known, and to another organisation. Who is unknown was vouched for by the caller.
pub(super) fn is_foreign(db: &Db<'_>, user: &Uid, org: &Uid) -> Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM agent WHERE uid = ?1 AND org <> ?2
          UNION ALL SELECT 1 FROM visitor WHERE uid = ?1 AND org <> ?2
          UNION ALL SELECT 1 FROM workgroup WHERE uid = ?1 AND org <> ?2",
    )?
    .exists(params![user.as_str(), org.as_str()])
}

pub(super) fn others_chatting(db: &Db<'_>, agent: &Uid, log: LogId) -> Result<u64> {
    db.prepare_cached("SELECT COUNT(*) FROM conversation WHERE status = 'CHATTING' AND agent = ?1 AND id <> ?2")?
        .query_row(params![agent.as_str(), log.0], |row| columns::number(row, 0))
}

/// Whether a conversation has `status`, if that is asked for.
pub(super) fn is_still(db: &Db<'_>, log: LogId, status: Option<ThreadStatus>) -> Result<bool> {
    let Some(status) = status else { return Ok(true) };
    db.prepare_cached("SELECT 1 FROM conversation WHERE id = ?1 AND status = ?2")?
        .exists(params![log.0, status.as_str()])
}

pub(super) fn was_assigned(db: &Db<'_>, log: LogId) -> Result<bool> {
    db.prepare_cached("SELECT was_assigned FROM conversation WHERE id = ?1")?
        .query_row(params![log.0], |row| row.get(0))
        .optional()
        .map(|found| found.unwrap_or(false))
}
