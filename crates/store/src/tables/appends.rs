//! Entries of a batch that are inserted together.
//!
//! To SQLite a statement costs next to nothing: entries are inserted as they come. To PostgreSQL each is a way there and back,
//! and how many there are of them is what a batch costs. So it is asked first, for all entries of the batch at once, which of
//! them it has already; the others get their positions here, under the locks of their logs, and are inserted together, before
//! anything else of the batch might look at them.

use std::collections::HashMap;

use deskwire_model::{LogId, MessageUid, Seq, Timestamp, Uid};

use super::{columns, rows};
use crate::{
    NewEntry, Write,
    engine::{Db, Result, ToSql},
};

/// What a sender has called an entry of a log; unique (invariant I3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Name {
    log: LogId,
    uid: MessageUid,
    sender: Uid,
}

impl Name {
    fn of(entry: &NewEntry) -> Self {
        Self { log: entry.log, uid: entry.uid.clone(), sender: entry.sender.clone() }
    }
}

/// The entries of a batch that were asked for.
#[derive(Debug, Default)]
pub(super) struct Appends {
    /// Where each is, if it is anywhere.
    known: HashMap<Name, Option<(Seq, Timestamp)>>,
    /// Those that have a position and are to be inserted.
    waiting: Vec<(NewEntry, Seq, Timestamp)>,
}

impl Appends {
    /// Asks for the entries that `batch` appends, if they are to be inserted together.
    pub(super) fn of(db: &Db<'_>, batch: &[Write]) -> Result<Self> {
        let mut appends = Self::default();
        if !db.is_shared() {
            return Ok(appends);
        }
        for write in batch {
            match write {
                Write::Append(entry) if entry.hides.is_none() => appends.known.insert(Name::of(entry), None),
                Write::Say(saying) if saying.entry.hides.is_none() => {
                    appends.known.insert(Name::of(&saying.entry), None)
                }
                _ => None,
            };
        }
        let names: Vec<Name> = appends.known.keys().cloned().collect();
        for part in rows::parts(&names) {
            appends.ask(db, part)?;
        }
        Ok(appends)
    }

    fn ask(&mut self, db: &Db<'_>, names: &[Name]) -> Result<()> {
        let mut select = db.prepare_cached(&format!(
            "SELECT e.log, e.uid, e.sender, e.seq, e.at
               FROM (VALUES {}) AS asked (log, uid, sender)
               JOIN entry e ON e.log = asked.log AND e.uid = asked.uid AND e.sender = asked.sender",
            rows::parameters(names.len(), &["BIGINT", "TEXT", "TEXT"])
        ))?;
        let texts: Vec<_> = names.iter().map(|name| (name.uid.as_str(), name.sender.as_str())).collect();
        let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(names.len() * 3);
        for (name, (uid, sender)) in names.iter().zip(&texts) {
            parameters.extend([&name.log.0 as &dyn ToSql, uid, sender]);
        }
        let found = select.query_map(&parameters, |row| {
            let name =
                Name { log: LogId(row.get(0)?), uid: columns::message_uid(row, 1)?, sender: columns::uid(row, 2)? };
            Ok((name, (columns::seq(row, 3)?, Timestamp(row.get(4)?))))
        })?;
        for row in found {
            let (name, place) = row?;
            self.known.insert(name, Some(place));
        }
        Ok(())
    }

    /// Where `entry` is, if it was asked for; within, none if it is nowhere.
    pub(super) fn place(&self, entry: &NewEntry) -> Option<Option<(Seq, Timestamp)>> {
        if self.known.is_empty() { None } else { self.known.get(&Name::of(entry)).copied() }
    }

    /// Has `entry`, which is nowhere, inserted with the others.
    pub(super) fn add(&mut self, entry: &NewEntry, seq: Seq, at: Timestamp) {
        self.note(entry, seq, at);
        self.waiting.push((entry.clone(), seq, at));
    }

    /// Notes where `entry` was inserted, if it was asked for.
    pub(super) fn note(&mut self, entry: &NewEntry, seq: Seq, at: Timestamp) {
        if !self.known.is_empty()
            && let Some(place) = self.known.get_mut(&Name::of(entry))
        {
            *place = Some((seq, at));
        }
    }

    /// What the entry at `seq` of `log` is called, if it is one of those that wait.
    pub(super) fn waiting(&self, log: LogId, seq: Seq) -> Option<&MessageUid> {
        let waiting = self.waiting.iter().find(|(entry, at, _)| entry.log == log && *at == seq);
        waiting.map(|(entry, _, _)| &entry.uid)
    }

    /// Inserts what waits.
    pub(super) fn insert(&mut self, db: &Db<'_>) -> Result<()> {
        for part in rows::parts(&self.waiting) {
            insert(db, part)?;
        }
        self.waiting.clear();
        Ok(())
    }
}

fn insert(db: &Db<'_>, entries: &[(NewEntry, Seq, Timestamp)]) -> Result<()> {
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO entry (log, seq, at, sender, uid, kind, dialect, payload) VALUES {}",
        rows::parameters(entries.len(), &["BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BYTEA"])
    ))?;
    let values: Vec<_> = entries
        .iter()
        .map(|(entry, seq, _)| {
            (
                columns::position(*seq),
                entry.sender.as_str(),
                entry.uid.as_str(),
                entry.kind.as_str(),
                columns::dialect(&entry.payload),
                entry.payload.bytes().as_ref(),
            )
        })
        .collect();
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(entries.len() * 8);
    for ((entry, _, at), (seq, sender, uid, kind, dialect, payload)) in entries.iter().zip(&values) {
        parameters.extend([&entry.log.0 as &dyn ToSql, seq, &at.0, sender, uid, kind, dialect, payload]);
    }
    insert.execute(&parameters)?;
    Ok(())
}
