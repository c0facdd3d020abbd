//! Filling the index of texts, behind the commits.
//!
//! A step reads some entries on the thread that searches, makes tokens of them there, and writes them with the positions of
//! their logs in one transaction. So the writer is kept for the insert only, and whatever ends in between is done again.

use std::collections::HashMap;

use deskwire_model::{Entry, LogId, MessageType, Seq, Timestamp, Uid, dialect};

use super::{
    behind::Work,
    columns::{self, select_entry},
    indexing, locks,
};
use crate::{
    Indexed, Store, StoreError,
    engine::{Db, OptionalExtension as _, Result, params, texts},
    search,
};

/// Bits of a place in the index below its time.
const TIME_SHIFT: u32 = 10;
/// The last place of a time, from its first on.
pub(super) const LAST_OF_A_TIME: i64 = (1 << TIME_SHIFT) - 1;
/// How far behind its time a message may stand that found its millisecond full, in milliseconds.
const CROWDED_MS: i64 = 1000;
/// Bytes of payloads that one step reads at most, but for one entry.
const STEP_BYTES: usize = 1 << 20;

/// The first place of a time.
pub(crate) fn place_of(at: Timestamp) -> i64 {
    // Times that the shift would push out of range stand at its ends.
    at.0.clamp(0, (i64::MAX >> TIME_SHIFT) - CROWDED_MS) << TIME_SHIFT
}

/// Names by which a search is narrowed. They consist of letters and digits of ASCII and `_`.
pub(crate) fn organisation_name(org: &Uid) -> String {
    let mut name = String::with_capacity(1 + org.as_str().len() * 2);
    name.push('o');
    for byte in org.as_str().bytes() {
        name.push_str(&format!("{byte:02x}"));
    }
    name
}

/// As [`organisation_name`].
pub(crate) fn conversation_name(log: LogId) -> String {
    format!("c{}", log.0)
}

/// As [`organisation_name`].
pub(crate) fn kind_name(kind: &MessageType) -> String {
    format!("k{}", kind.as_str())
}

/// What was read for a step.
#[derive(Default)]
struct Step {
    messages: Vec<Message>,
    /// How far each log was read.
    read: Vec<(LogId, Seq)>,
    entries: usize,
    bytes: usize,
    /// Logs that were not read to their end.
    unfinished: Vec<LogId>,
}

/// A message for the index.
pub(super) struct Message {
    /// Its log.
    pub(super) log: LogId,
    /// Its position there.
    pub(super) seq: Seq,
    /// Its time.
    pub(super) at: Timestamp,
    /// Its tokens; empty if there is nothing to find.
    pub(super) text: String,
    /// The names by which searches are narrowed.
    pub(super) scope: String,
}

impl Message {
    /// What is to be found of an entry of the organisation named `org`.
    fn of(org: &str, entry: &Entry) -> Self {
        // A payload that nobody can render says nothing that could be found.
        let text = search::indexed(&dialect::shown(&entry.kind, &entry.payload).unwrap_or_default());
        let scope = format!("{org} {} {}", conversation_name(entry.log), kind_name(&entry.kind));
        Self { log: entry.log, seq: entry.seq, at: entry.at, text, scope }
    }
}

/// Search. None of these waits for, or holds up, other reading.
impl Store {
    /// Waits until the index may be behind the logs. For one caller at a time.
    pub async fn behind(&self) {
        self.behind.wait().await;
    }

    /// Brings the index forward by at most `limit` entries, in a transaction of its own. For one caller at a time.
    pub async fn index(&self, limit: usize) -> std::result::Result<Indexed, StoreError> {
        let Some(work) = self.behind.take(limit) else { return Ok(Indexed::default()) };
        let step = self.step(work.clone(), limit).await;
        if step.is_err()
            && let Work::Grown(logs) = work
        {
            self.behind.note(logs);
        }
        step
    }

    async fn step(&self, work: Work, limit: usize) -> std::result::Result<Indexed, StoreError> {
        let (sweeps, logs) = match work {
            Work::Grown(logs) => (false, logs),
            Work::After(log) => {
                let logs = self.look_up(move |db| behind_after(db, log, limit)).await?;
                if logs.is_empty() {
                    self.behind.swept(None);
                }
                (true, logs)
            }
        };
        let swept = logs.last().copied().filter(|_| sweeps);
        let mut step = self.look_up(move |db| read(db, &logs, limit)).await?;
        // Rising places keep the index from flushing what it has in memory.
        step.messages.sort_by_key(|message| message.at);
        let (entries, unfinished) = (step.entries, step.unfinished.clone());
        if !step.read.is_empty() {
            self.write(move |db| Ok(write(db, &step)?)).await?;
        }
        // What is left of these logs comes first.
        self.behind.note(unfinished);
        if swept.is_some() {
            self.behind.swept(swept);
        }
        Ok(Indexed { entries, more: self.behind.is_known() })
    }
}

/// Takes a message out of the index, if it is in there.
pub(crate) fn forget(db: &Db<'_>, log: LogId, seq: Seq) -> Result<()> {
    let at = db
        .prepare_cached("SELECT at FROM entry WHERE log = ?1 AND seq = ?2")?
        .query_row(params![log.0, columns::position(seq)], |row| row.get(0).map(Timestamp))?;
    let (from, to) = (place_of(at), place_of(Timestamp(at.0.saturating_add(CROWDED_MS))));
    let id: Option<i64> = db
        .prepare_cached("SELECT id FROM search_message WHERE id >= ?1 AND id < ?2 AND log = ?3 AND seq = ?4")?
        .query_row(params![from, to, log.0, columns::position(seq)], |row| row.get(0))
        .optional()?;
    if let Some(id) = id {
        texts::forget(db, id)?;
        db.prepare_cached("DELETE FROM search_message WHERE id = ?1")?.execute(params![id])?;
    }
    Ok(())
}

/// Has a message found by what it says now and no more by what it said, if it was looked at already.
pub(crate) fn renew(db: &Db<'_>, log: LogId, seq: Seq) -> Result<()> {
    let looked_at: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM search_position WHERE log = ?1 AND seq >= ?2)")?
        .query_row(params![log.0, columns::position(seq)], |row| row.get(0))?;
    if !looked_at {
        return Ok(());
    }
    forget(db, log, seq)?;
    enter_again(db, log, seq)
}

/// Puts a message that is not in the index into it as it is now.
pub(super) fn enter_again(db: &Db<'_>, log: LogId, seq: Seq) -> Result<()> {
    let Some(org) = organisation_of(db, log)? else { return Ok(()) };
    let entry = db
        .prepare_cached(select_entry!("FROM entry e WHERE e.log = ?1 AND e.seq = ?2"))?
        .query_row(params![log.0, columns::position(seq)], columns::entry)?;
    enter(db, &Message::of(&org, &entry))
}

/// Puts a message that is not in the index into it.
pub(super) fn enter(db: &Db<'_>, message: &Message) -> Result<()> {
    if message.text.is_empty() {
        return Ok(());
    }
    let place = take_place(db, message)?;
    texts::enter(db, place, &message.text, &message.scope)
}

/// By what name the organisation of a conversation is found, if there is one.
fn organisation_of(db: &Db<'_>, log: LogId) -> Result<Option<String>> {
    let org: Option<Uid> = db
        .prepare_cached("SELECT org FROM conversation WHERE id = ?1")?
        .query_row(params![log.0], |row| columns::uid(row, 0))
        .optional()?;
    Ok(org.as_ref().map(organisation_name))
}

/// The logs behind `log` with entries that were not looked at, at most `limit`.
fn behind_after(db: &Db<'_>, log: LogId, limit: usize) -> Result<Vec<LogId>> {
    db.prepare_cached(
        "SELECT c.id FROM conversation c LEFT JOIN search_position p ON p.log = c.id
          WHERE c.id > ?1 AND COALESCE(p.seq, 0) < (SELECT MAX(seq) FROM entry WHERE log = c.id)
          ORDER BY c.id LIMIT ?2",
    )?
    .query_map(params![log.0, columns::limit(limit)], |row| row.get(0).map(LogId))?
    .collect()
}

/// Reads at most `limit` entries of `logs`.
fn read(db: &Db<'_>, logs: &[LogId], limit: usize) -> Result<Step> {
    let mut step = Step::default();
    for &log in logs {
        if step.entries >= limit || step.bytes >= STEP_BYTES {
            step.unfinished.push(log);
        } else {
            read_log(db, log, limit, &mut step)?;
        }
    }
    Ok(step)
}

fn read_log(db: &Db<'_>, log: LogId, limit: usize, step: &mut Step) -> Result<()> {
    let Some(org) = organisation_of(db, log)? else { return Ok(()) };
    let mut select = db.prepare_cached(select_entry!(
        "FROM entry e WHERE e.log = ?1
            AND e.seq > COALESCE((SELECT seq FROM search_position WHERE log = ?1), 0)
          ORDER BY e.seq LIMIT ?2"
    ))?;
    let mut rows = select.query_map(params![log.0, columns::limit(limit.saturating_add(1))], columns::entry)?;
    let mut last = None;
    while let Some(entry) = rows.next().transpose()? {
        if step.entries >= limit || step.bytes >= STEP_BYTES {
            step.unfinished.push(log);
            break;
        }
        step.entries += 1;
        step.bytes += entry.payload.bytes().len();
        last = Some(entry.seq);
        if entry.recalled {
            continue;
        }
        step.messages.push(Message::of(&org, &entry));
    }
    step.read.extend(last.map(|seq| (log, seq)));
    Ok(())
}

fn write(db: &Db<'_>, step: &Step) -> Result<()> {
    // Another node may have looked at these logs at the same time.
    locks::logs(db, step.read.iter().map(|(log, _)| *log))?;
    let known = positions(db, step)?;
    if db.is_shared() {
        let is_new = |log: &LogId, seq: &Seq| known.get(log).is_none_or(|known| seq > known);
        let messages: Vec<&Message> =
            step.messages.iter().filter(|message| is_new(&message.log, &message.seq)).collect();
        indexing::enter(db, &messages)?;
        let read: Vec<_> = step.read.iter().copied().filter(|(log, seq)| is_new(log, seq)).collect();
        return indexing::note(db, &read);
    }
    for message in &step.messages {
        if known.get(&message.log).is_some_and(|seq| message.seq <= *seq) {
            continue;
        }
        // Somebody may have recalled, edited or deleted it since it was read.
        let found: Option<(bool, bool)> = db
            .prepare_cached(
                "SELECT recalled, EXISTS (SELECT 1 FROM edit WHERE log = ?1 AND target = ?2)
                   FROM entry WHERE log = ?1 AND seq = ?2",
            )?
            .query_row(params![message.log.0, columns::position(message.seq)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match found {
            None | Some((true, _)) => {}
            Some((false, true)) => enter_again(db, message.log, message.seq)?,
            Some((false, false)) => enter(db, message)?,
        }
    }
    for (log, seq) in &step.read {
        if known.get(log).is_some_and(|known| seq <= known) {
            continue;
        }
        db.prepare_cached(
            "INSERT INTO search_position (log, seq) VALUES (?1, ?2) ON CONFLICT (log) DO UPDATE SET seq = excluded.seq",
        )?
        .execute(params![log.0, columns::position(*seq)])?;
    }
    Ok(())
}

/// How far the logs of a step were looked at.
fn positions(db: &Db<'_>, step: &Step) -> Result<HashMap<LogId, Seq>> {
    let logs: Vec<i64> = step.read.iter().map(|(log, _)| log.0).collect();
    db.prepare_cached(
        "SELECT log, seq FROM search_position WHERE log IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))",
    )?
    .query_map(params![serde_json::to_string(&logs)?], |row| Ok((LogId(row.get(0)?), columns::seq(row, 1)?)))?
    .collect()
}

/// Takes the first place at the time `at` that is free, or soon after it.
fn take_place(db: &Db<'_>, message: &Message) -> Result<i64> {
    let mut last = db.prepare_cached("SELECT MAX(id) FROM search_message WHERE id >= ?1 AND id < ?2")?;
    let mut take =
        db.prepare_cached("INSERT INTO search_message (id, log, seq) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING")?;
    let mut from = place_of(message.at);
    let mut to = from + (1 << TIME_SHIFT);
    loop {
        match last.query_row(params![from, to], |row| row.get::<Option<i64>>(0))? {
            Some(last) if last + 1 == to => {
                from = to;
                to += 1 << TIME_SHIFT;
                continue;
            }
            Some(last) => from = last + 1,
            None => {}
        }
        // Another node may have taken it meanwhile.
        if take.execute(params![from, message.log.0, columns::position(message.seq)])? == 1 {
            return Ok(from);
        }
    }
}
