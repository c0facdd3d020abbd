//! Carrying out a [`Decision`]: in one transaction under the fence of its conversation (invariant I10).

use deskwire_model::{Conversation, LogId, Seq, ThreadStatus, ThreadType, Uid};

use super::{
    assignment, cards, columns, commit::Commit, conversations, episodes, reports, retention, timers, webhooks,
};
use crate::{
    Decision, Placement, Refusal, Store, Written,
    engine::{Db, Error, OptionalExtension as _, Result, params},
};

/// Makes all of `decision` happen, or refuses it before anything has.
pub(super) fn decide(commit: &mut Commit<'_>, decision: &Decision) -> Result<Written> {
    let db = commit.db;
    if let Some(first) = decision.entries.first()
        && let Some(duplicate) = commit.first(first)?
    {
        return Ok(duplicate);
    }
    let before = match assignment::fenced(db, decision.log, decision.fence)? {
        Ok(conversation) => conversation,
        Err(refusal) => return Ok(Written::Refused(refusal)),
    };
    if let Some(refusal) = refuse(db, decision, &before)? {
        return Ok(Written::Refused(refusal));
    }
    if let Some(timer) = decision.consumes {
        timers::consume(db, timer)?;
    }
    let head_before = commit.head(decision.log)?.map_or(Seq::ZERO, |head| head.seq);
    if decision.to.is_some() && before.status == ThreadStatus::Closed && retention::is_emptied(db, decision.log)? {
        begin_again(db, &before, head_before)?;
        commit.heads.remove(decision.log);
    }
    place(db, decision, head_before)?;
    attend(db, decision, head_before)?;
    if before.status == ThreadStatus::Roboting && decision.to.as_ref().is_some_and(|to| to.status != before.status) {
        webhooks::silence_bots(db, decision.log)?;
    }
    let mut entries = Vec::with_capacity(decision.entries.len());
    for entry in &decision.entries {
        match commit.append(entry)? {
            Written::Appended { seq, at } | Written::Duplicate { seq, at } => entries.push((seq, at)),
            // The log exists, and decisions recall nothing.
            _ => return Err(Error::NoRow),
        }
    }
    timers::change(db, decision.log, &decision.timers)?;
    episodes::note(db, &mut commit.tally, decision.log, &decision.facts, head_before, commit.now)?;
    if let Some(change) = &decision.card {
        cards::change(db, &before.org, decision.log, entries.first().map(|(seq, _)| *seq), change)?;
    }
    if decision.to.as_ref().is_some_and(|to| reports::misses(before.status, to.status)) {
        reports::missed(db, &mut commit.tally, decision.log, commit.now)?;
    }
    let conversation = Box::new(conversations::existing(db, decision.log)?);
    Ok(Written::Decided { conversation, entries })
}

/// Why `decision` about `before` is not carried out, if it is not.
fn refuse(db: &Db<'_>, decision: &Decision, before: &Conversation) -> Result<Option<Refusal>> {
    if let Some(timer) = decision.consumes
        && !timers::exists(db, timer, decision.log)?
    {
        return Ok(Some(Refusal::TimerGone));
    }
    if let Some(change) = &decision.card
        && cards::is_taken(db, &before.org, change)?
    {
        return Ok(Some(Refusal::CardTaken));
    }
    let agent = decision.to.as_ref().and_then(|to| to.agent.as_ref());
    let service = decision.to.as_ref().and_then(|to| to.service.as_ref()).map(|(_, service)| service);
    let joins = decision.joins.iter().map(|attendant| &attendant.user);
    for user in agent.into_iter().chain(service).chain(joins) {
        if assignment::is_foreign(db, user, &before.org)? {
            return Ok(Some(Refusal::ForeignOrganisation));
        }
    }
    if let Some(Placement { status: ThreadStatus::Chatting, agent: Some(agent), capacity: Some(capacity), .. }) =
        &decision.to
        && assignment::others_chatting(db, agent, decision.log)? >= u64::from(*capacity)
    {
        return Ok(Some(Refusal::AtCapacity));
    }
    Ok(None)
}

/// Raises the fence and, if the conversation goes somewhere, puts it there.
fn place(db: &Db<'_>, decision: &Decision, joined: Seq) -> Result<()> {
    let log = decision.log;
    let Some(Placement { status, agent, service, .. }) = &decision.to else {
        db.prepare_cached("UPDATE conversation SET fence = fence + 1 WHERE id = ?1")?.execute(params![log.0])?;
        return Ok(());
    };
    if let Some(agent) = agent {
        let joined = if assignment::was_assigned(db, log)? { joined } else { Seq::ZERO };
        join(db, log, agent, joined)?;
    }
    db.prepare_cached(
        "UPDATE conversation
            SET status = ?2, agent = ?3, fence = fence + 1,
                was_assigned = CASE WHEN CAST(?3 AS TEXT) IS NULL THEN was_assigned ELSE 1 END,
                kind = COALESCE(?4, kind), service = COALESCE(?5, service),
                emptied_at = NULL,
                ticket = CASE WHEN ?2 = 'QUEUING' THEN COALESCE(ticket, (SELECT COALESCE(MAX(ticket), 0) + 1 FROM conversation
                                                                WHERE ticket IS NOT NULL)) END
          WHERE id = ?1",
    )?
    .execute(params![
        log.0,
        status.as_str(),
        agent.as_ref().map(Uid::as_str),
        service.as_ref().map(|(kind, _)| kind.number()),
        service.as_ref().map(|(_, service)| service.as_str()),
    ])?;
    Ok(())
}

/// Who is there from the beginning takes part in what begins again behind what was deleted.
fn begin_again(db: &Db<'_>, before: &Conversation, joined: Seq) -> Result<()> {
    assignment::join(db, before.id, &before.visitor, joined)?;
    if before.kind == ThreadType::Agent {
        assignment::join(db, before.id, &before.service, joined)?;
    }
    Ok(())
}

/// Who attends the conversation, and who does no more.
fn attend(db: &Db<'_>, decision: &Decision, joined: Seq) -> Result<()> {
    for user in &decision.leaves {
        db.prepare_cached("DELETE FROM attendant WHERE log = ?1 AND user_uid = ?2")?
            .execute(params![decision.log.0, user.as_str()])?;
    }
    for attendant in &decision.joins {
        join(db, decision.log, &attendant.user, joined)?;
        db.prepare_cached(
            "INSERT INTO attendant (log, user_uid, part) VALUES (?1, ?2, ?3)
                 ON CONFLICT (log, user_uid) DO UPDATE SET part = excluded.part",
        )?
        .execute(params![decision.log.0, attendant.user.as_str(), attendant.part.as_str()])?;
    }
    Ok(())
}

/// `user` takes part in `log`, and in the notes about it from their first one on.
fn join(db: &Db<'_>, log: LogId, user: &Uid, joined: Seq) -> Result<()> {
    assignment::join(db, log, user, joined)?;
    let notes = db
        .prepare_cached("SELECT id FROM conversation WHERE notes_of = ?1")?
        .query_row(params![log.0], |row| row.get(0))
        .optional()?;
    notes.map_or(Ok(()), |notes| assignment::join(db, LogId(notes), user, Seq::ZERO))
}

/// Conversations.
impl Store {
    /// The conversations that wait for each of `services`, those that wait longest first; at most `limit` of each.
    pub async fn waiting(
        &self,
        services: &[Uid],
        limit: usize,
    ) -> std::result::Result<Vec<Conversation>, crate::StoreError> {
        let services = services.to_vec();
        self.read(move |db| {
            let mut select = db.prepare_cached(columns::select_conversation!(
                "FROM conversation c WHERE c.service = ?1 AND c.status = 'QUEUING' ORDER BY c.ticket LIMIT ?2"
            ))?;
            let mut waiting = Vec::new();
            for service in &services {
                let rows = select.query_map(params![service.as_str(), columns::limit(limit)], columns::conversation)?;
                for row in rows {
                    waiting.push(row?);
                }
            }
            Ok(waiting)
        })
        .await
    }

    /// The agents and workgroups that somebody waits for.
    pub async fn services_with_queues(&self) -> std::result::Result<Vec<Uid>, crate::StoreError> {
        self.read(|db| {
            db.prepare_cached("SELECT DISTINCT service FROM conversation WHERE status = 'QUEUING'")?
                .query_map(params![], |row| columns::uid(row, 0))?
                .collect()
        })
        .await
    }

    /// The conversations of an organisation in `status`, or all that are not closed, the newest first; at most `limit`.
    pub async fn conversations_of_organisation(
        &self,
        org: &Uid,
        status: Option<ThreadStatus>,
        limit: usize,
    ) -> std::result::Result<Vec<Conversation>, crate::StoreError> {
        let org = org.clone();
        self.read(move |db| {
            db.prepare_cached(columns::select_conversation!(
                "FROM conversation c WHERE c.org = ?1 AND c.notes_of IS NULL AND c.emptied_at IS NULL
                   AND CASE WHEN CAST(?2 AS TEXT) IS NULL THEN c.status <> 'CLOSED' ELSE c.status = ?2 END ORDER BY c.id DESC LIMIT ?3"
            ))?
            .query_map(
                params![org.as_str(), status.map(ThreadStatus::as_str), columns::limit(limit)],
                columns::conversation,
            )?
            .collect()
        })
        .await
    }
}
