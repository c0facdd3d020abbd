//! What becomes of messages after they were said. The entry that tells it and the message that it changes are written in one
//! step, so that whoever reads the message sees the same as who has followed the entries.

use std::collections::BTreeMap;

use deskwire_model::{
    Entry, LogId, Payload, Seq, Timestamp,
    dialect::{self, DialectError},
};
use serde_json::{Map, Value, json};

use super::{
    columns::{self, select_entry},
    commit::Commit,
    cursors, index,
};
use crate::{
    Amendment, AmendmentChange, Refusal, Written,
    engine::{Db, Result, params},
};

/// Different signs that one message may have.
const MOST_SIGNS: usize = 20;
/// Users that a message names for each of its signs; all are counted.
const MOST_NAMED: usize = 50;
/// Types that stay as they are: entries that say only what has become of others, and cards, whose own changes are made from
/// what they showed before.
const FIXED: [&str; 4] = ["EDIT", "ORDER_CARD", "REACTION", "RECALL"];

/// Carries out `amendment`, or nothing of it.
pub(super) fn amend(commit: &mut Commit<'_>, amendment: &Amendment) -> Result<Written> {
    let Amendment { entry, target, change } = amendment;
    let Some(head) = commit.head(entry.log)? else { return Ok(Written::Refused(Refusal::UnknownLog)) };
    // A repeat gets its first answer, whatever it names now.
    if let Some(first) = commit.first(entry)? {
        return Ok(first);
    }
    let found = match change {
        AmendmentChange::Text(_) => commit.own_entry(entry.log, &entry.sender, target)?,
        AmendmentChange::React(_) | AmendmentChange::Unreact(_) => {
            cursors::seq_of(commit.db, entry.log, target)?.ok_or(Refusal::UnknownMessage)
        }
    };
    let at = head.after(commit.now);
    let amended = match found {
        Ok(seq) => amended(commit.db, amendment, entry_at(commit.db, entry.log, seq)?, (at.seq, at.at))?,
        Err(refusal) => Err(refusal),
    };
    let (before, after) = match amended {
        Ok(amended) => amended,
        Err(refusal) => return Ok(Written::Refused(refusal)),
    };
    let written = commit.append(entry)?;
    if let Written::Appended { seq, .. } = written {
        note(commit.db, amendment, &before, seq)?;
        show(commit.db, &before, &after)?;
        if let AmendmentChange::Text(_) = change {
            index::renew(commit.db, before.log, before.seq)?;
        }
    }
    Ok(written)
}

/// Whether the entry at `seq` says only what has become of another one by EDIT or REACTION: it cannot be taken back
/// by itself.
pub(super) fn is_amendment(db: &Db<'_>, log: LogId, seq: Seq) -> Result<bool> {
    db.prepare_cached("SELECT kind IN ('EDIT', 'REACTION') FROM entry WHERE log = ?1 AND seq = ?2")?
        .query_row(params![log.0, columns::position(seq)], |row| row.get(0))
}

/// Hides what the entry at `seq` was edited to, in the entries that have told it.
pub(super) fn hide(db: &Db<'_>, log: LogId, seq: Seq) -> Result<()> {
    db.prepare_cached(
        "UPDATE entry SET recalled = 1
          WHERE log = ?1 AND seq IN (SELECT seq FROM edit WHERE log = ?1 AND target = ?2)",
    )?
    .execute(params![log.0, columns::position(seq)])?;
    Ok(())
}

fn entry_at(db: &Db<'_>, log: LogId, seq: Seq) -> Result<Entry> {
    db.prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.seq = ?2"))?
        .query_row(params![log.0, columns::position(seq)], columns::entry)
}

/// A message before and after a change, or why it is not changed.
type Amended = std::result::Result<(Entry, Payload), Refusal>;

/// The message `before`, and what it says after `amendment`, which is told at `told`.
fn amended(db: &Db<'_>, amendment: &Amendment, before: Entry, told: (Seq, Timestamp)) -> Result<Amended> {
    if before.recalled {
        return Ok(Err(Refusal::Recalled));
    }
    if FIXED.contains(&before.kind.as_str()) {
        return Ok(Err(Refusal::NotAmendable));
    }
    let after = match &amendment.change {
        AmendmentChange::Text(text) => {
            let mark = json!({ "at": told.1.0, "seq": told.0.0 });
            dialect::with_text(&before.kind, &before.payload, text)
                .and_then(|payload| payload.map(|payload| marked(&payload, "edited", mark)).transpose())
        }
        AmendmentChange::React(name) | AmendmentChange::Unreact(name) => {
            let mut signs = signs(db, before.log, before.seq)?;
            let users = signs.entry(name.to_string()).or_default();
            let user = amendment.entry.sender.as_str();
            let gives = matches!(amendment.change, AmendmentChange::React(_));
            match users.iter().position(|given| given == user) {
                Some(place) if !gives => drop(users.remove(place)),
                None if gives => users.push(user.to_owned()),
                _ => {}
            }
            signs.retain(|_, users| !users.is_empty());
            if signs.len() > MOST_SIGNS {
                return Ok(Err(Refusal::TooManyReactions));
            }
            marked(&before.payload, "reactions", counted(&signs)).map(Some)
        }
    };
    // A payload that nobody can read is not changed either.
    Ok(after.ok().flatten().map(|after| (before, after)).ok_or(Refusal::NotAmendable))
}

fn marked(payload: &Payload, name: &str, mark: Value) -> std::result::Result<Payload, DialectError> {
    dialect::marked(payload, Map::from_iter([(name.to_owned(), mark)]))
}

/// The users who have given each sign to a message, who gave it first in front.
fn signs(db: &Db<'_>, log: LogId, target: Seq) -> Result<BTreeMap<String, Vec<String>>> {
    let mut signs = BTreeMap::<String, Vec<String>>::new();
    let mut select = db.prepare_cached(
        "SELECT name, user_uid FROM reaction WHERE log = ?1 AND target = ?2 ORDER BY seq, name, user_uid",
    )?;
    let rows = select.query_map(params![log.0, columns::position(target)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (name, user) = row?;
        signs.entry(name).or_default().push(user);
    }
    Ok(signs)
}

/// How a message shows its signs.
fn counted(signs: &BTreeMap<String, Vec<String>>) -> Value {
    let one = |(name, users): (&String, &Vec<String>)| {
        let named = &users[..users.len().min(MOST_NAMED)];
        json!({ "emoji": name, "count": users.len(), "users": named })
    };
    signs.iter().map(one).collect()
}

/// Notes what the entry at `seq` has changed of `before`.
fn note(db: &Db<'_>, amendment: &Amendment, before: &Entry, seq: Seq) -> Result<()> {
    let (log, target, seq) = (before.log.0, columns::position(before.seq), columns::position(seq));
    let user = amendment.entry.sender.as_str();
    match &amendment.change {
        AmendmentChange::Text(_) => {
            let (dialect, payload) = (columns::dialect(&before.payload), before.payload.bytes().as_ref());
            db.prepare_cached(
                "INSERT INTO original (log, seq, dialect, payload) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?
            .execute(params![log, target, dialect, payload])?;
            db.prepare_cached("INSERT INTO edit (log, target, seq) VALUES (?1, ?2, ?3)")?
                .execute(params![log, target, seq])?;
        }
        AmendmentChange::React(name) => {
            db.prepare_cached(
                "INSERT INTO reaction (log, target, name, user_uid, seq) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO NOTHING",
            )?
            .execute(params![log, target, name, user, seq])?;
        }
        AmendmentChange::Unreact(name) => {
            db.prepare_cached("DELETE FROM reaction WHERE log = ?1 AND target = ?2 AND name = ?3 AND user_uid = ?4")?
                .execute(params![log, target, name, user])?;
        }
    }
    Ok(())
}

fn show(db: &Db<'_>, before: &Entry, after: &Payload) -> Result<()> {
    db.prepare_cached("UPDATE entry SET dialect = ?3, payload = ?4 WHERE log = ?1 AND seq = ?2")?.execute(params![
        before.log.0,
        columns::position(before.seq),
        columns::dialect(after),
        after.bytes().as_ref(),
    ])?;
    Ok(())
}
