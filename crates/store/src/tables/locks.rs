//! What a transaction holds where other nodes write at the same time, so that what it reads is still so when it commits.
//!
//! SQLite has one writer: there is nothing to hold. On PostgreSQL a transaction sees with each statement what was committed
//! before it (READ COMMITTED), so whoever reads to decide locks first. All lock in one order, so that hardly two wait for
//! each other; those that do are told, and begin again:
//!
//! 1. conversations that get entries or change, by their numbers: positions (invariant I2), repeats (I3) and fences (I10) are
//!    decided under their rows. Cursors need no lock: each moves in one statement, forward only;
//! 2. agents that get a conversation, by their uids: their load is counted under their rows (I10);
//! 3. what has no row of its own or none yet, by its name: topics of new conversations, the turn of those who wait, lists that
//!    are numbered;
//! 4. webhooks that hear of the entries, by their numbers, as they count what waits for them.

use std::collections::BTreeSet;

use deskwire_model::{LogId, ThreadStatus, Uid};

use crate::{
    CardChange, Decision, HookId, NoticeChange, Placement, Write,
    engine::{Db, Result, params},
};

/// What a batch holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Conversations.
    logs: BTreeSet<LogId>,
    /// Conversations that are only read.
    read: BTreeSet<LogId>,
    agents: BTreeSet<Uid>,
    names: BTreeSet<String>,
}

impl Held {
    /// The logs that the batch looks at.
    pub(super) fn looked_at(&self) -> Vec<LogId> {
        self.logs.union(&self.read).copied().collect()
    }

    /// Those of them that may get entries.
    pub(super) fn appended_to(&self) -> Vec<LogId> {
        self.logs.iter().copied().collect()
    }

    fn add(&mut self, write: &Write) {
        match write {
            Write::Append(entry) => self.add_log(entry.log),
            Write::Say(saying) => self.add_log(saying.entry.log),
            Write::Amend(amendment) => self.add_log(amendment.entry.log),
            Write::CreateConversation(new) => self.add_name(format!("topic {}", new.topic)),
            Write::CreateNotes { of, topic, .. } => {
                self.add_log(*of);
                self.add_name(format!("topic {topic}"));
            }
            Write::Decide(decision) => self.add_decision(decision),
            Write::TabooHits(hits) => self.add_name(format!("taboo hits of {}", hits.org.as_str())),
            Write::Notices(change) => {
                let org = match &**change {
                    NoticeChange::Post(new) => &new.org,
                    NoticeChange::Withdraw { org, .. } | NoticeChange::Read { org, .. } => org,
                };
                self.add_name(format!("notices of {}", org.as_str()));
            }
            Write::Delivered { log, .. } | Write::Read { log, .. } => {
                self.read.insert(*log);
            }
            Write::Enqueue(_)
            | Write::Consume(_)
            | Write::Settle { .. }
            | Write::Retain(_)
            | Write::ForgetExpired(_)
            | Write::Inflight(_)
            | Write::Release(_)
            | Write::LeaveSession { .. }
            | Write::Probe => {}
        }
    }

    fn add_decision(&mut self, decision: &Decision) {
        self.add_log(decision.log);
        self.logs.extend(decision.entries.iter().map(|entry| entry.log));
        if let Some(Placement { status, agent, capacity, .. }) = &decision.to {
            if let (Some(agent), Some(_)) = (agent, capacity) {
                self.agents.insert(agent.clone());
            }
            if *status == ThreadStatus::Queuing {
                self.add_name("turns".to_owned());
            }
        }
        if let Some(CardChange::Offer(card)) = &decision.card {
            self.add_name(format!("card {}", card.0));
        }
    }

    fn add_log(&mut self, log: LogId) {
        self.logs.insert(log);
    }

    fn add_name(&mut self, name: String) {
        self.names.insert(name);
    }
}

/// Holds what `batch` decides about.
pub(super) fn batch(db: &Db<'_>, batch: &[Write]) -> Result<Held> {
    let mut held = Held::default();
    batch.iter().for_each(|write| held.add(write));
    logs(db, held.logs.iter().copied())?;
    if !held.agents.is_empty() {
        let agents: Vec<&str> = held.agents.iter().map(Uid::as_str).collect();
        db.prepare_cached(
            "SELECT uid FROM agent WHERE uid IN (SELECT value FROM json_each(?1)) ORDER BY uid FOR NO KEY UPDATE",
        )?
        .execute(params![serde_json::to_string(&agents)?])?;
    }
    names(db, held.names.iter().map(String::as_str))?;
    Ok(held)
}

/// Holds conversations.
pub(super) fn logs(db: &Db<'_>, logs: impl IntoIterator<Item = LogId>) -> Result<()> {
    if !db.is_shared() {
        return Ok(());
    }
    let logs: Vec<i64> = logs.into_iter().map(|log| log.0).collect();
    if logs.is_empty() {
        return Ok(());
    }
    db.prepare_cached(
        "SELECT id FROM conversation WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))
          ORDER BY id FOR NO KEY UPDATE",
    )?
    .execute(params![serde_json::to_string(&logs)?])?;
    Ok(())
}

/// Holds what has no row of its own; `names` are in order.
pub(super) fn names<'a>(db: &Db<'_>, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
    if !db.is_shared() {
        return Ok(());
    }
    for name in names {
        db.prepare_cached("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(?1, 0))")?.exists(params![name])?;
    }
    Ok(())
}

/// Holds the webhooks of the organisations of `logs`.
pub(super) fn webhooks(db: &Db<'_>, logs: &[LogId]) -> Result<()> {
    if !db.is_shared() || logs.is_empty() {
        return Ok(());
    }
    let logs: Vec<i64> = logs.iter().map(|log| log.0).collect();
    db.prepare_cached(
        "SELECT id FROM webhook
          WHERE org IN (SELECT org FROM conversation WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)))
          ORDER BY id FOR NO KEY UPDATE",
    )?
    .execute(params![serde_json::to_string(&logs)?])?;
    Ok(())
}

/// Holds webhooks.
pub(super) fn hooks(db: &Db<'_>, hooks: impl IntoIterator<Item = HookId>) -> Result<()> {
    if !db.is_shared() {
        return Ok(());
    }
    let hooks: BTreeSet<i64> = hooks.into_iter().map(|hook| hook.0).collect();
    db.prepare_cached(
        "SELECT id FROM webhook WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))
          ORDER BY id FOR NO KEY UPDATE",
    )?
    .execute(params![serde_json::to_string(&hooks)?])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use deskwire_model::{MessageType, MessageUid, Payload, Seq};

    use super::*;
    use crate::NewEntry;

    fn entry(log: i64) -> NewEntry {
        NewEntry {
            log: LogId(log),
            sender: Uid::new("ann").unwrap(),
            uid: MessageUid::new("m").unwrap(),
            kind: MessageType::text(),
            payload: Payload::Json("{}".into()),
            hides: None,
        }
    }

    #[test]
    fn a_batch_holds_what_it_decides_about_in_one_order() {
        let mut held = Held::default();
        let user = Uid::new("ann").unwrap();
        for write in [
            Write::Append(entry(9)),
            Write::Delivered { log: LogId(5), user, device: "".into(), seq: Seq(1) },
            Write::Append(entry(3)),
            Write::Append(entry(9)),
        ] {
            held.add(&write);
        }
        assert_eq!(held.logs.into_iter().collect::<Vec<_>>(), [LogId(3), LogId(9)], "cursors move without");
        assert!(held.agents.is_empty() && held.names.is_empty());
    }
}
