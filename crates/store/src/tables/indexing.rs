//! Messages that enter the index of texts together, where statements travel.
//!
//! The logs of a step are held while it is written, and whoever wants to say something in them waits: so it is few statements,
//! each for many messages.

use std::collections::{HashMap, HashSet};

use deskwire_model::{LogId, Seq};

use super::{
    columns,
    index::{self, Message},
    rows,
};
use crate::engine::{Db, Result, ToSql, texts};

/// What became of a message since it was read; nothing if it is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    Nothing,
    Recalled,
    Edited,
}

/// Puts `messages`, which are in the order of their times and not in the index, into it.
pub(super) fn enter(db: &Db<'_>, messages: &[&Message]) -> Result<()> {
    let mut since = HashMap::with_capacity(messages.len());
    for part in rows::parts(messages) {
        look_at(db, part, &mut since)?;
    }
    let of = |message: &Message| since.get(&(message.log, message.seq)).copied();
    let as_read = messages.iter().filter(|message| of(message) == Some(Since::Nothing) && !message.text.is_empty());
    let placed = places(as_read.copied());
    for part in rows::parts(&placed) {
        let taken = take(db, part)?;
        let (entered, elsewhere): (Vec<_>, Vec<_>) = part.iter().partition(|(place, _)| taken.contains(place));
        let entered: Vec<_> =
            entered.iter().map(|(place, message)| (*place, &*message.text, &*message.scope)).collect();
        for part in rows::parts(&entered) {
            texts::enter_all(db, part)?;
        }
        // Others were at their places.
        elsewhere.into_iter().try_for_each(|(_, message)| index::enter(db, message))?;
    }
    let edited = messages.iter().filter(|message| of(message) == Some(Since::Edited));
    edited.copied().try_for_each(|message| index::enter_again(db, message.log, message.seq))
}

/// What became of `messages`; those that are gone are not in `since` afterwards.
fn look_at(db: &Db<'_>, messages: &[&Message], since: &mut HashMap<(LogId, Seq), Since>) -> Result<()> {
    let mut select = db.prepare_cached(&format!(
        "SELECT e.log, e.seq, e.recalled, EXISTS (SELECT 1 FROM edit WHERE log = e.log AND target = e.seq)
           FROM (VALUES {}) AS asked (log, seq)
           JOIN entry e ON e.log = asked.log AND e.seq = asked.seq",
        rows::parameters(messages.len(), &["BIGINT", "BIGINT"])
    ))?;
    let names: Vec<_> = messages.iter().map(|message| (message.log.0, columns::position(message.seq))).collect();
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(names.len() * 2);
    for (log, seq) in &names {
        parameters.extend([log as &dyn ToSql, seq]);
    }
    let found = select.query_map(&parameters, |row| {
        let what = match (row.get(2)?, row.get(3)?) {
            (true, _) => Since::Recalled,
            (false, true) => Since::Edited,
            (false, false) => Since::Nothing,
        };
        Ok(((LogId(row.get(0)?), columns::seq(row, 1)?), what))
    })?;
    for row in found {
        let (name, what) = row?;
        since.insert(name, what);
    }
    Ok(())
}

/// A place for each of `messages` at its time, or soon after it. Logs begin at different places of a time, so that nodes
/// that write messages of one moment seldom meet.
fn places<'a>(messages: impl Iterator<Item = &'a Message>) -> Vec<(i64, &'a Message)> {
    let mut taken = HashSet::new();
    let mut placed: Vec<(i64, &Message)> = messages
        .map(|message| {
            let mut place = index::place_of(message.at) | (message.log.0 & index::LAST_OF_A_TIME);
            while !taken.insert(place) {
                place += 1;
            }
            (place, message)
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed
}

/// Takes places that are free; which of them were.
fn take(db: &Db<'_>, placed: &[(i64, &Message)]) -> Result<HashSet<i64>> {
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO search_message (id, log, seq) VALUES {} ON CONFLICT (id) DO NOTHING RETURNING id",
        rows::parameters(placed.len(), &["BIGINT", "BIGINT", "BIGINT"])
    ))?;
    let seqs: Vec<_> = placed.iter().map(|(_, message)| columns::position(message.seq)).collect();
    let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(placed.len() * 3);
    for ((place, message), seq) in placed.iter().zip(&seqs) {
        parameters.extend([place as &dyn ToSql, &message.log.0, seq]);
    }
    insert.query_map(&parameters, |row| row.get(0))?.collect()
}

/// Notes how far logs were looked at.
pub(super) fn note(db: &Db<'_>, positions: &[(LogId, Seq)]) -> Result<()> {
    for part in rows::parts(positions) {
        let mut insert = db.prepare_cached(&format!(
            "INSERT INTO search_position (log, seq) VALUES {} ON CONFLICT (log) DO UPDATE SET seq = excluded.seq",
            rows::parameters(part.len(), &["BIGINT", "BIGINT"])
        ))?;
        let seqs: Vec<_> = part.iter().map(|(_, seq)| columns::position(*seq)).collect();
        let mut parameters: Vec<&dyn ToSql> = Vec::with_capacity(part.len() * 2);
        for ((log, _), seq) in part.iter().zip(&seqs) {
            parameters.extend([&log.0 as &dyn ToSql, seq]);
        }
        insert.execute(&parameters)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use deskwire_model::Timestamp;

    use super::*;

    #[test]
    fn each_message_has_a_place_of_its_own_at_its_time() {
        let message = |log: i64, seq: u64, at: i64| Message {
            log: LogId(log),
            seq: Seq(seq),
            at: Timestamp(at),
            text: "a".into(),
            scope: String::new(),
        };
        let messages =
            [message(5, 1, 9), message(5, 2, 9), message(6, 1, 9), message(1_023, 1, 9), message(2_047, 1, 9)];
        let first = index::place_of(Timestamp(9));
        let placed: Vec<_> = places(messages.iter()).iter().map(|(place, _)| place - first).collect();
        assert_eq!(placed, [5, 6, 7, 1_023, 1_024], "rising, and the last one soon after its time");
    }
}
