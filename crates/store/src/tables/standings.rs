//! How the conversations of a batch stand, as far as what is said in them depends on it.
//!
//! Where other nodes write too, each look at a conversation is a way to the server and back, once for every message. Under the
//! locks of the batch nobody else changes what is looked at, so it is read for all conversations at once.

use std::collections::HashMap;

use deskwire_model::{LogId, ThreadStatus};

use super::assignment;
use crate::{
    Fact, Write,
    engine::{Db, Result, params},
};

/// How the conversations stand that were looked at; others are asked for when they are needed.
#[derive(Debug, Default)]
pub(super) struct Standings(HashMap<LogId, Standing>);

#[derive(Debug)]
struct Standing {
    status: String,
    /// Whether its episode is over, or knows its first answer and who serves it now.
    is_answered: bool,
}

impl Standings {
    /// How those stand in which `batch` says something, which are held.
    pub(super) fn of(db: &Db<'_>, batch: &[Write]) -> Result<Self> {
        if !db.is_shared() {
            return Ok(Self::default());
        }
        let said = batch.iter().filter_map(|write| match write {
            Write::Say(saying) => Some(saying.entry.log.0),
            _ => None,
        });
        let logs: std::collections::BTreeSet<i64> = said.collect();
        if logs.is_empty() {
            return Ok(Self::default());
        }
        let mut select = db.prepare_cached(
            "SELECT c.id, c.status,
                    e.id IS NULL OR e.closed_at IS NOT NULL
                        OR (e.responded_at IS NOT NULL AND e.response_ms IS NOT NULL AND e.service = c.service
                            AND (c.agent IS NULL OR COALESCE(e.agent, '') = c.agent))
               FROM conversation c LEFT JOIN episode e ON e.id = c.episode
              WHERE c.id IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))",
        )?;
        let rows = select.query_map(params![serde_json::to_string(&logs)?], |row| {
            Ok((LogId(row.get(0)?), Standing { status: row.get(1)?, is_answered: row.get(2)? }))
        })?;
        Ok(Self(rows.collect::<Result<_>>()?))
    }

    /// Whether a conversation has this status; always without one.
    pub(super) fn is_still(&self, db: &Db<'_>, log: LogId, status: Option<ThreadStatus>) -> Result<bool> {
        match (self.0.get(&log), status) {
            (Some(standing), Some(status)) => Ok(standing.status == status.as_str()),
            _ => assignment::is_still(db, log, status),
        }
    }

    /// Whether `facts` of a conversation are known already, so that noting them changes nothing.
    pub(super) fn knows(&self, log: LogId, facts: &[Fact]) -> bool {
        let is_answered = self.0.get(&log).is_some_and(|standing| standing.is_answered);
        facts.iter().all(|fact| is_answered && *fact == Fact::Responded)
    }

    /// Takes in that `facts` were noted of a conversation.
    pub(super) fn noted(&mut self, log: LogId, facts: &[Fact]) {
        if facts.iter().any(|fact| *fact != Fact::Responded) {
            self.forget(log);
        } else if !facts.is_empty()
            && let Some(standing) = self.0.get_mut(&log)
        {
            standing.is_answered = true;
        }
    }

    /// Has a conversation asked for again, as something else may have changed.
    pub(super) fn forget(&mut self, log: LogId) {
        self.0.remove(&log);
    }

    /// Has all of them asked for again.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_news_once() {
        let (log, other) = (LogId(1), LogId(2));
        let standing = || Standing { status: "CHATTING".to_owned(), is_answered: false };
        let mut standings = Standings(HashMap::from([(log, standing()), (other, standing())]));
        assert!(standings.knows(log, &[]));
        assert!(!standings.knows(log, &[Fact::Responded]));
        standings.noted(log, &[Fact::Responded]);
        assert!(standings.knows(log, &[Fact::Responded]) && !standings.knows(other, &[Fact::Responded]));
        assert!(!standings.knows(log, &[Fact::Responded, Fact::Assigned]));
        standings.noted(log, &[Fact::Assigned]);
        assert!(!standings.knows(log, &[Fact::Responded]), "whoever has it now has not answered");
    }
}
