//! Notices: posted once, had by many, counted from what is there.

use deskwire_model::{Notice, NoticeContent, NoticeFeed, NoticeId, NoticesRead, Seq, Timestamp, Uid};

use super::columns;
use crate::{
    NewNotice, NoticeAudience, NoticeChange, NoticeChanged, NoticeFilter, NoticeName, Refusal, Store, StoreError,
    Written,
    engine::{Db, OptionalExtension as _, Result, Row, ToSql, params},
};

/// Whether a notice `n` counts at the time `?3`.
macro_rules! counts {
    () => {
        "n.withdrawn = 0 AND (n.expires IS NULL OR n.expires > ?3)"
    };
}

/// The columns that [`notice`] reads, from the notices of the user `?2` of `?1`, in front of the rest of a query.
macro_rules! select_notice {
    ($($rest:expr),+) => {
        concat!(
            "SELECT n.id, c.seq, c.user_uid, n.business, n.at, n.expires, c.read_at, n.menu, n.title, n.text, n.link, ",
            "n.metadata FROM notice_copy c JOIN notice n ON n.id = c.notice WHERE c.org = ?1 AND c.user_uid = ?2 ",
            $($rest),+
        )
    };
}

/// Makes a change. `now` is the time of the commit.
pub(super) fn change(db: &Db<'_>, change: &NoticeChange, now: Timestamp) -> Result<Written> {
    match change {
        NoticeChange::Post(new) => post(db, new, now),
        NoticeChange::Withdraw { org, sender, notice } => withdraw(db, org, sender, notice),
        NoticeChange::Read { org, user, which } => read(db, org, user, which, now),
    }
}

fn post(db: &Db<'_>, new: &NewNotice, now: Timestamp) -> Result<Written> {
    if let Some(first) = first(db, new)? {
        return Ok(Written::Notices(first));
    }
    if new.expires.is_some_and(|time| time <= now) {
        return Ok(Written::Refused(Refusal::ExpiredAlready));
    }
    let users = audience(db, new)?;
    if users.is_empty() {
        return Ok(Written::Refused(Refusal::NobodyMeant));
    }
    if users.len() > new.allowance.recipients {
        return Ok(Written::Refused(Refusal::TooManyRecipients));
    }
    let recipients = users.len() as u64;
    let id = insert(db, new, now, recipients)?;
    for user in &users {
        give(db, new, user, id)?;
    }
    Ok(Written::Notices(NoticeChanged::Posted { id, at: now, recipients, users, repeated: false }))
}

/// What the first was answered that its sender gave this name.
fn first(db: &Db<'_>, new: &NewNotice) -> Result<Option<NoticeChanged>> {
    let Some(business) = &new.business else { return Ok(None) };
    db.prepare_cached("SELECT id, at, recipients FROM notice WHERE org = ?1 AND sender = ?2 AND business = ?3")?
        .query_row(params![new.org.as_str(), new.sender.as_str(), business], |row| {
            let (id, at, recipients) = (NoticeId(row.get(0)?), Timestamp(row.get(1)?), columns::number(row, 2)?);
            Ok(NoticeChanged::Posted { id, at, recipients, users: Vec::new(), repeated: true })
        })
        .optional()
}

/// Whom a notice is for; one more at most than it may be.
fn audience(db: &Db<'_>, new: &NewNotice) -> Result<Vec<Uid>> {
    const USER: &str = "SELECT uid FROM agent WHERE uid = ?3 AND org = ?1
                  UNION SELECT uid FROM visitor WHERE uid = ?3 AND org = ?1 LIMIT ?2";
    const AGENTS: &str = "SELECT uid FROM agent WHERE org = ?1 LIMIT ?2";
    const SUPERVISORS: &str = "SELECT uid FROM agent WHERE org = ?1 AND role IN ('SUPERVISOR', 'ADMIN') LIMIT ?2";
    const ADMINS: &str = "SELECT uid FROM agent WHERE org = ?1 AND role = 'ADMIN' LIMIT ?2";
    const VISITORS: &str = "SELECT uid FROM visitor WHERE org = ?1 LIMIT ?2";
    // Whoever is in both tables gets it once; neither is read on when there are too many.
    const EVERYBODY: &str = "SELECT uid FROM (SELECT uid FROM agent WHERE org = ?1 LIMIT ?2) a
                       UNION SELECT uid FROM (SELECT uid FROM visitor WHERE org = ?1 LIMIT ?2) v LIMIT ?2";
    let (org, most) = (new.org.as_str(), columns::limit(new.allowance.recipients.saturating_add(1)));
    let list = |query: &str, params: &[&dyn ToSql]| -> Result<Vec<Uid>> {
        db.prepare_cached(query)?.query_map(params, |row| columns::uid(row, 0))?.collect()
    };
    match &new.audience {
        NoticeAudience::User(user) => list(USER, params![org, most, user.as_str()]),
        NoticeAudience::Agents => list(AGENTS, params![org, most]),
        NoticeAudience::Supervisors => list(SUPERVISORS, params![org, most]),
        NoticeAudience::Admins => list(ADMINS, params![org, most]),
        NoticeAudience::Visitors => list(VISITORS, params![org, most]),
        NoticeAudience::Everybody => list(EVERYBODY, params![org, most]),
    }
}

fn insert(db: &Db<'_>, new: &NewNotice, now: Timestamp, recipients: u64) -> Result<NoticeId> {
    let NoticeContent { menu, title, text, link, metadata } = &new.content;
    let parameters = params![
        new.org.as_str(),
        new.sender.as_str(),
        new.business,
        now.0,
        new.expires.map(|time| time.0),
        columns::position(Seq(recipients)),
        menu,
        title,
        text,
        link,
        metadata,
    ];
    db.prepare_cached(
        "INSERT INTO notice (org, sender, business, at, expires, recipients, menu, title, text, link, metadata)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         RETURNING id",
    )?
    .query_row(parameters, |row| row.get(0).map(NoticeId))
}

/// Gives a notice to a user, behind those it has; the oldest goes if it has too many.
fn give(db: &Db<'_>, new: &NewNotice, user: &Uid, id: NoticeId) -> Result<()> {
    let (org, user) = (new.org.as_str(), user.as_str());
    let seq: i64 = db
        .prepare_cached(
            "INSERT INTO notice_reader (org, user_uid, head) VALUES (?1, ?2, 1)
                 ON CONFLICT (org, user_uid) DO UPDATE SET head = notice_reader.head + 1 RETURNING head",
        )?
        .query_row(params![org, user], |row| row.get(0))?;
    db.prepare_cached("INSERT INTO notice_copy (org, user_uid, seq, notice) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![org, user, seq, id.0])?;
    let oldest = seq.saturating_sub(i64::try_from(new.allowance.kept).unwrap_or(i64::MAX));
    if oldest > 0 {
        db.prepare_cached("DELETE FROM notice_copy WHERE org = ?1 AND user_uid = ?2 AND seq <= ?3")?
            .execute(params![org, user, oldest])?;
    }
    Ok(())
}

fn withdraw(db: &Db<'_>, org: &Uid, sender: &Uid, notice: &NoticeName) -> Result<Written> {
    let (query, name): (_, &dyn ToSql) = match notice {
        NoticeName::Id(NoticeId(id)) => ("SELECT id FROM notice WHERE id = ?3 AND org = ?1 AND sender = ?2", id),
        NoticeName::Business(name) => ("SELECT id FROM notice WHERE org = ?1 AND sender = ?2 AND business = ?3", name),
    };
    let id: Option<i64> = db
        .prepare_cached(query)?
        .query_row(params![org.as_str(), sender.as_str(), name], |row| row.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(Written::Refused(Refusal::UnknownNotice)) };
    let withdrawn =
        db.prepare_cached("UPDATE notice SET withdrawn = 1 WHERE id = ?1 AND withdrawn = 0")?.execute(params![id])?;
    let users = if withdrawn == 0 { Vec::new() } else { unread_by(db, id)? };
    Ok(Written::Notices(NoticeChanged::Withdrawn { users }))
}

fn unread_by(db: &Db<'_>, id: i64) -> Result<Vec<Uid>> {
    db.prepare_cached("SELECT user_uid FROM notice_copy WHERE notice = ?1 AND read_at IS NULL")?
        .query_map(params![id], |row| columns::uid(row, 0))?
        .collect()
}

fn read(db: &Db<'_>, org: &Uid, user: &Uid, which: &NoticesRead, now: Timestamp) -> Result<Written> {
    let (org, user) = (org.as_str(), user.as_str());
    let mut changed = 0;
    match which {
        NoticesRead::Named(ids) => {
            let mut named = db.prepare_cached(
                "UPDATE notice_copy SET read_at = ?4
                  WHERE notice = ?1 AND org = ?2 AND user_uid = ?3 AND read_at IS NULL",
            )?;
            for NoticeId(id) in ids {
                changed += named.execute(params![id, org, user, now.0])?;
            }
        }
        NoticesRead::All { menu, upto } => {
            changed = db
                .prepare_cached(
                    "UPDATE notice_copy SET read_at = ?4
                      WHERE org = ?1 AND user_uid = ?2 AND read_at IS NULL AND seq <= ?3
                        AND (CAST(?5 AS TEXT) IS NULL OR (SELECT n.menu FROM notice n WHERE n.id = notice_copy.notice) = ?5)",
                )?
                .execute(params![org, user, upto.map_or(i64::MAX, columns::position), now.0, menu])?;
        }
    }
    Ok(Written::Notices(NoticeChanged::Read(changed as u64)))
}

/// Notices.
impl Store {
    /// What each of `readers`, given by organisation and uid, has to see at the time `now`, with at most `listed`
    /// notices; in their order.
    pub async fn notice_feeds(
        &self,
        readers: &[(Uid, Uid)],
        now: Timestamp,
        listed: usize,
    ) -> Result<Vec<NoticeFeed>, StoreError> {
        let readers = readers.to_vec();
        self.read(move |db| {
            // List and numbers are of one moment.
            db.snapshot(|| readers.iter().map(|(org, user)| feed(db, org, user, now, listed)).collect())
        })
        .await
    }

    /// The notices of `user` that `filter` lets through and that were not withdrawn, newest first; at most `limit`.
    pub async fn notices(
        &self,
        org: &Uid,
        user: &Uid,
        filter: &NoticeFilter,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        let (org, user, filter) = (org.clone(), user.clone(), filter.clone());
        self.read(move |db| {
            db.prepare_cached(select_notice!(
                "AND c.seq < ?4 AND n.withdrawn = 0 AND (CAST(?5 AS TEXT) IS NULL OR n.menu = ?5)
                 AND (?6 = 0 OR (c.read_at IS NULL AND ",
                counts!(),
                ")) ORDER BY c.seq DESC LIMIT ?7"
            ))?
            .query_map(
                params![
                    org.as_str(),
                    user.as_str(),
                    now.0,
                    filter.before.map_or(i64::MAX, columns::position),
                    filter.menu,
                    filter.unread,
                    columns::limit(limit),
                ],
                notice,
            )?
            .collect()
        })
        .await
    }

    /// Forgets what was posted before `time`, the oldest first, about `most` rows of it at a time. Returns the users, by
    /// organisation and uid, who had not read something of it; and whether there may be more to forget.
    pub async fn forget_notices(&self, time: Timestamp, most: usize) -> Result<(Vec<(Uid, Uid)>, bool), StoreError> {
        let old = "SELECT EXISTS (SELECT 1 FROM notice WHERE at < ?1)";
        let is_old = move |db: &Db<'_>| db.prepare_cached(old)?.query_row(params![time.0], |row| row.get(0));
        // The writer is not disturbed for nothing.
        if !self.read(is_old).await? {
            return Ok((Vec::new(), false));
        }
        self.write(move |db| Ok(forget(db, time, most)?)).await
    }
}

/// Forgets copies and notices together, about `most` rows.
fn forget(db: &Db<'_>, time: Timestamp, most: usize) -> Result<(Vec<(Uid, Uid)>, bool)> {
    let mut users = Vec::new();
    let mut forgotten = 0;
    while forgotten < most {
        let oldest: Option<i64> = db
            .prepare_cached("SELECT id FROM notice WHERE at < ?1 ORDER BY at LIMIT 1")?
            .query_row(params![time.0], |row| row.get(0))
            .optional()?;
        let Some(id) = oldest else { return Ok((users, false)) };
        let copies = db
            .prepare_cached(
                "DELETE FROM notice_copy
                  WHERE (org, user_uid, seq) IN (SELECT org, user_uid, seq FROM notice_copy WHERE notice = ?1 LIMIT ?2)
              RETURNING org, user_uid, read_at IS NULL",
            )?
            .query_map(params![id, columns::limit(most - forgotten)], |row| {
                Ok((columns::uid(row, 0)?, columns::uid(row, 1)?, row.get::<bool>(2)?))
            })?
            .collect::<Result<Vec<_>>>()?;
        forgotten += copies.len() + 1;
        users.extend(copies.into_iter().filter(|(_, _, unread)| *unread).map(|(org, user, _)| (org, user)));
        db.prepare_cached(
            "DELETE FROM notice WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM notice_copy WHERE notice = ?1)",
        )?
        .execute(params![id])?;
    }
    Ok((users, true))
}

fn feed(db: &Db<'_>, org: &Uid, user: &Uid, now: Timestamp, listed: usize) -> Result<NoticeFeed> {
    let (org, user) = (org.as_str(), user.as_str());
    let listed = db
        .prepare_cached(select_notice!("AND c.read_at IS NULL AND ", counts!(), " ORDER BY c.seq DESC LIMIT ?4"))?
        .query_map(params![org, user, now.0, columns::limit(listed)], notice)?
        .collect::<Result<_>>()?;
    let mut feed = NoticeFeed { listed, ..NoticeFeed::default() };
    let mut numbers = db.prepare_cached(concat!(
        "SELECT n.menu, COUNT(*), MIN(n.expires) FROM notice_copy c JOIN notice n ON n.id = c.notice
          WHERE c.org = ?1 AND c.user_uid = ?2 AND c.read_at IS NULL AND ",
        counts!(),
        " GROUP BY n.menu ORDER BY n.menu"
    ))?;
    let rows = numbers.query_map(params![org, user, now.0], |row| {
        Ok(((row.get(0)?, columns::number(row, 1)?), row.get::<Option<i64>>(2)?.map(Timestamp)))
    })?;
    for row in rows {
        let (unread, expiry) = row?;
        feed.unread.push(unread);
        feed.next_expiry = feed.next_expiry.into_iter().chain(expiry).min();
    }
    Ok(feed)
}

fn notice(row: &Row<'_>) -> Result<Notice> {
    Ok(Notice {
        id: NoticeId(row.get(0)?),
        seq: columns::seq(row, 1)?,
        user: columns::uid(row, 2)?,
        business: row.get(3)?,
        at: Timestamp(row.get(4)?),
        expires: row.get::<Option<i64>>(5)?.map(Timestamp),
        read_at: row.get::<Option<i64>>(6)?.map(Timestamp),
        content: NoticeContent {
            menu: row.get(7)?,
            title: row.get(8)?,
            text: row.get(9)?,
            link: row.get(10)?,
            metadata: row.get(11)?,
        },
    })
}
