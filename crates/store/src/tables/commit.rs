//! Applying one [`Write`] inside the transaction of its batch.
//!
//! A write is refused before it changes anything, so that the rest of the batch stands. An error is the database's
//! and fails the batch.

use std::{
    cell::{RefCell, RefMut},
    mem,
    num::NonZeroUsize,
    sync::Arc,
};

use deskwire_model::{LogId, MessageUid, Seq, Timestamp, Uid};

use super::{
    amendments,
    appends::Appends,
    assignment, columns, cursors, decisions, episodes, files,
    heads::{Head, Heads},
    index, locks, notices, queues,
    reports::Tally,
    retained, retention, sessions,
    standings::Standings,
    taboo,
    timer_changes::TimerChanges,
    webhooks,
};
use crate::{
    Moved, NewEntry, Refusal, Saying, Store, StoreError, Upto, Write, Written,
    engine::{self, Db, Error, OptionalExtension as _, Result, params},
};

/// A batch on its way.
pub(super) struct Commit<'a> {
    pub(super) db: &'a Db<'a>,
    pub(super) heads: RefMut<'a, Heads>,
    appends: Appends,
    standings: Standings,
    timers: TimerChanges,
    /// Whether webhooks may hear of its entries.
    is_heard: bool,
    /// Logs that have got an entry.
    pub(super) grown: Vec<LogId>,
    /// The wall clock when the batch began.
    pub(super) now: Timestamp,
    /// What was said in it, for the reports.
    pub(super) tally: Tally,
    /// Whether webhooks are to be told of it.
    pub(super) is_raised: bool,
}

/// What a batch has done.
struct Done {
    written: Vec<Written>,
    /// Logs that have got an entry.
    grown: Vec<LogId>,
    /// Whether webhooks are to be told of it.
    is_raised: bool,
}

/// Committing.
impl Store {
    /// Applies `batch` in order, in one transaction that is on disk when this returns (invariant I1). The answers are
    /// in the order of the batch.
    ///
    /// # Errors
    /// On any error nothing of the batch was written. A write that only was refused is no error:
    /// [`Written::Refused`].
    pub async fn commit(&self, batch: Vec<Write>) -> Result<Vec<Written>, StoreError> {
        let (behind, raised) = (Arc::clone(&self.behind), Arc::clone(&self.raised));
        let tell = move |done: &mut Done| {
            behind.note(mem::take(&mut done.grown));
            if done.is_raised {
                raised.notify_one();
            }
        };
        Ok(self.write_and(move |db| Ok(commit(db, &batch)?), tell).await?.written)
    }
}

fn commit(db: &Db<'_>, batch: &[Write]) -> Result<Done> {
    // Where others write too, the heads are known only for as long as their logs are locked.
    let own = RefCell::new(Heads::new(NonZeroUsize::MAX));
    let mut heads = db.heads().unwrap_or(&own).borrow_mut();
    let is_heard = hold(db, &mut heads, batch)?;
    let appends = Appends::of(db, batch)?;
    let standings = Standings::of(db, batch)?;
    let (timers, grown, tally, is_raised) = (TimerChanges::default(), Vec::new(), Tally::default(), false);
    let mut commit =
        Commit { db, heads, appends, standings, timers, is_heard, grown, now: engine::now(), tally, is_raised };
    let written = batch.iter().map(|write| commit.apply(write)).collect::<Result<_>>()?;
    commit.appends.insert(db)?;
    commit.timers.write(db)?;
    let grown = mem::take(&mut commit.grown);
    let is_raised = commit.finish()?;
    Ok(Done { written, grown, is_raised })
}

/// Holds what `batch` decides about, where others might change it; whether webhooks may hear of its entries.
fn hold(db: &Db<'_>, heads: &mut Heads, batch: &[Write]) -> Result<bool> {
    if !db.is_shared() {
        return Ok(true);
    }
    let held = locks::batch(db, batch)?;
    let is_heard = heads.load(db, &held.looked_at())?;
    if is_heard {
        locks::webhooks(db, &held.appended_to())?;
    }
    // Of those that begin with this batch it is not known yet.
    let creates = |write: &Write| matches!(write, Write::CreateConversation(_) | Write::CreateNotes { .. });
    Ok(is_heard || batch.iter().any(creates))
}

impl Commit<'_> {
    /// Adds what belongs to the batch as a whole; whether webhooks are to be told of it.
    pub(super) fn finish(self) -> Result<bool> {
        self.tally.note(self.db, self.now)?;
        Ok(self.is_raised)
    }

    pub(super) fn apply(&mut self, write: &Write) -> Result<Written> {
        if !matches!(write, Write::Append(_) | Write::Say(_) | Write::Delivered { .. }) {
            self.appends.insert(self.db)?;
        }
        if !matches!(write, Write::Append(_) | Write::Say(_) | Write::Delivered { .. } | Write::Read { .. }) {
            self.timers.write(self.db)?;
            self.standings.forget_all();
        }
        match write {
            Write::Append(entry) => self.append(entry),
            Write::Delivered { log, user, device, seq } => self.delivered(*log, user, device, *seq),
            Write::Read { log, user, device, upto } => self.read(*log, user, device.as_deref(), upto),
            Write::CreateConversation(new) => assignment::create(self, new),
            Write::CreateNotes { of, uid, topic } => assignment::create_notes(self, *of, uid, topic),
            Write::Decide(decision) => decisions::decide(self, decision),
            Write::Say(saying) => self.say(saying),
            Write::Amend(amendment) => amendments::amend(self, amendment),
            Write::Enqueue(new) => queues::enqueue(self.db, new),
            Write::Consume(ids) => queues::consume(self.db, ids),
            Write::Retain(new) => {
                retained::retain(self.db, new)?;
                queues::enqueue(self.db, new)
            }
            Write::ForgetExpired(now) => retained::forget_expired(self.db, *now),
            Write::Inflight(messages) => queues::send(self.db, messages),
            Write::Release(received) => sessions::release(self.db, *received),
            Write::LeaveSession { session, at, expiry_s } => sessions::leave(self.db, *session, *at, *expiry_s),
            Write::Notices(change) => notices::change(self.db, change, self.now),
            Write::TabooHits(hits) => taboo::note(self.db, hits, self.now),
            Write::Probe => self.probe(),
        }
    }

    pub(super) fn head(&mut self, log: LogId) -> Result<Option<Head>> {
        self.heads.get(self.db, log)
    }

    fn say(&mut self, saying: &Saying) -> Result<Written> {
        let Saying { entry, status, timers, facts } = saying;
        let written = self.append(entry)?;
        if let Written::Appended { seq, .. } = written
            && self.standings.is_still(self.db, entry.log, *status)?
        {
            self.timers.make(self.db, entry.log, timers)?;
            if !self.standings.knows(entry.log, facts) {
                let before = Seq(seq.0.saturating_sub(1));
                episodes::note(self.db, &mut self.tally, entry.log, facts, before, self.now)?;
                self.standings.noted(entry.log, facts);
            }
        }
        Ok(written)
    }

    pub(super) fn append(&mut self, entry: &NewEntry) -> Result<Written> {
        let Some(head) = self.head(entry.log)? else { return Ok(Written::Refused(Refusal::UnknownLog)) };
        let place = self.appends.place(entry);
        if let Some(Some((seq, at))) = place {
            return Ok(Written::Duplicate { seq, at });
        }
        let hidden = match &entry.hides {
            None => None,
            Some(target) => {
                self.appends.insert(self.db)?;
                // A repeated recall gets its first answer, whatever it names now.
                if let Some(first) = self.first(entry)? {
                    return Ok(first);
                }
                match self.own_entry(entry.log, &entry.sender, target)? {
                    Ok(seq) if amendments::is_amendment(self.db, entry.log, seq)? => {
                        return Ok(Written::Refused(Refusal::NotAmendable));
                    }
                    Ok(seq) => Some(seq),
                    Err(refusal) => return Ok(Written::Refused(refusal)),
                }
            }
        };
        let grown = head.after(self.now);
        let Head { seq, at, .. } = grown;
        if place.is_some() {
            self.appends.add(entry, seq, at);
        } else if self.insert(entry, seq, at)? {
            self.appends.note(entry, seq, at);
        } else {
            // The one key that may exist is the sender's uid, so there is a first.
            return self.first(entry)?.ok_or(Error::NoRow);
        }
        if let Some(hidden) = hidden {
            self.db
                .prepare_cached("UPDATE entry SET recalled = 1 WHERE log = ?1 AND seq = ?2")?
                .execute(params![entry.log.0, columns::position(hidden)])?;
            amendments::hide(self.db, entry.log, hidden)?;
            index::forget(self.db, entry.log, hidden)?;
        }
        files::share(self.db, entry)?;
        if self.is_heard {
            self.is_raised |= webhooks::raise(self.db, entry, seq, at)?;
        }
        self.tally.said(entry);
        if head.is_emptied {
            retention::close_again(self.db, entry.log, seq, at)?;
            self.standings.forget(entry.log);
        }
        self.heads.set(entry.log, grown);
        self.grown.push(entry.log);
        Ok(Written::Appended { seq, at })
    }

    /// Inserts `entry` unless its sender has used its uid in this log before.
    fn insert(&self, entry: &NewEntry, seq: Seq, at: Timestamp) -> Result<bool> {
        let rows = self
            .db
            .prepare_cached(
                "INSERT INTO entry (log, seq, at, sender, uid, kind, dialect, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (log, uid, sender) DO NOTHING",
            )?
            .execute(params![
                entry.log.0,
                columns::position(seq),
                at.0,
                entry.sender.as_str(),
                entry.uid.as_str(),
                entry.kind.as_str(),
                columns::dialect(&entry.payload),
                entry.payload.bytes().as_ref(),
            ])?;
        Ok(rows == 1)
    }

    /// The answer that `entry` got when it was first appended, if it was.
    pub(super) fn first(&self, entry: &NewEntry) -> Result<Option<Written>> {
        self.db
            .prepare_cached("SELECT seq, at FROM entry WHERE log = ?1 AND uid = ?2 AND sender = ?3")?
            .query_row(params![entry.log.0, entry.uid.as_str(), entry.sender.as_str()], |row| {
                Ok(Written::Duplicate { seq: columns::seq(row, 0)?, at: Timestamp(row.get(1)?) })
            })
            .optional()
    }

    /// The position of `sender`'s entry called `uid`.
    pub(super) fn own_entry(
        &self,
        log: LogId,
        sender: &Uid,
        uid: &MessageUid,
    ) -> Result<std::result::Result<Seq, Refusal>> {
        let own = self
            .db
            .prepare_cached("SELECT seq FROM entry WHERE log = ?1 AND uid = ?2 AND sender = ?3")?
            .query_row(params![log.0, uid.as_str(), sender.as_str()], |row| columns::seq(row, 0))
            .optional()?;
        Ok(match own {
            Some(seq) => Ok(seq),
            None if cursors::seq_of(self.db, log, uid)?.is_some() => Err(Refusal::NotTheSender),
            None => Err(Refusal::UnknownMessage),
        })
    }

    fn delivered(&mut self, log: LogId, user: &Uid, device: &str, seq: Seq) -> Result<Written> {
        let Some(head) = self.head(log)? else { return Ok(Written::Refused(Refusal::UnknownLog)) };
        let seq = seq.min(head.seq);
        let moved = cursors::move_delivered(self.db, log, user, device, seq)?;
        match self.appends.waiting(log, seq) {
            Some(uid) if moved => Ok(Written::Cursor(Some(Moved { seq, uid: uid.clone() }))),
            _ => cursors::written(self.db, log, seq, moved),
        }
    }

    fn read(&mut self, log: LogId, user: &Uid, device: Option<&str>, upto: &Upto) -> Result<Written> {
        let Some(head) = self.head(log)? else { return Ok(Written::Refused(Refusal::UnknownLog)) };
        let seq = match upto {
            Upto::Seq(seq) => head.seq.min(*seq),
            Upto::Message(uid) => match cursors::seq_of(self.db, log, uid)? {
                Some(seq) => seq,
                None => return Ok(Written::Cursor(None)),
            },
        };
        if let Some(device) = device {
            cursors::move_delivered(self.db, log, user, device, seq)?;
        }
        let moved = cursors::move_read(self.db, log, user, seq)?;
        cursors::written(self.db, log, seq, moved)
    }

    fn probe(&self) -> Result<Written> {
        self.db
            .prepare_cached(
                "INSERT INTO probe (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
            )?
            .execute(params![self.now.0])?;
        Ok(Written::Probed)
    }
}
