//! What is known of visitors.

use deskwire_model::{LogId, Profile, Timestamp, Uid};

use super::{columns, locks};
use crate::{
    Store, StoreError, Visitor, VisitorCorrection, VisitorInfo, VisitorTold,
    engine::{Db, OptionalExtension as _, Result, params},
};

fn known(db: &Db<'_>, uid: &Uid) -> Result<Option<VisitorInfo>> {
    db.prepare_cached(
        "SELECT v.org, v.nickname, v.avatar, v.channel, i.mobile, i.email, i.note, i.tags, i.told, i.first_seen, i.last_seen
           FROM visitor v LEFT JOIN visitor_info i ON i.visitor = v.uid WHERE v.uid = ?1",
    )?
    .query_row(params![uid.as_str()], |row| {
        let profile = Profile { nickname: row.get(1)?, avatar: row.get(2)? };
        let visitor = Visitor { uid: uid.clone(), org: columns::uid(row, 0)?, profile, channel: row.get(3)? };
        let seen = match (row.get(9)?, row.get(10)?) {
            (Some(first), Some(last)) => Some((Timestamp(first), Timestamp(last))),
            _ => None,
        };
        if seen.is_none() {
            let empty = String::new;
            let told = VisitorTold::default();
            let (mobile, email, note) = (empty(), empty(), empty());
            return Ok(VisitorInfo { visitor, mobile, email, note, tags: Vec::new(), told, seen });
        }
        Ok(VisitorInfo {
            visitor,
            mobile: row.get(4)?,
            email: row.get(5)?,
            note: row.get(6)?,
            tags: columns::json(row, 7)?,
            told: columns::json(row, 8)?,
            seen,
        })
    })
    .optional()
}

/// The language that the client of a conversation's visitor told last; empty if it told none.
fn language(db: &Db<'_>, log: LogId) -> Result<String> {
    let told = db
        .prepare_cached(
            "SELECT i.told FROM conversation c JOIN visitor_info i ON i.visitor = c.visitor WHERE c.id = ?1",
        )?
        .query_row(params![log.0], |row| columns::json::<VisitorTold>(row, 0))
        .optional()?;
    Ok(told.unwrap_or_default().lang)
}

fn keep(db: &Db<'_>, info: &VisitorInfo, (first_seen, last_seen): (Timestamp, Timestamp)) -> Result<()> {
    db.prepare_cached("UPDATE visitor SET nickname = ?2, avatar = ?3 WHERE uid = ?1")?.execute(params![
        info.visitor.uid.as_str(),
        info.visitor.profile.nickname,
        info.visitor.profile.avatar,
    ])?;
    db.prepare_cached(
        "INSERT INTO visitor_info (visitor, mobile, email, note, tags, told, first_seen, last_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (visitor) DO UPDATE
            SET mobile = excluded.mobile, email = excluded.email, note = excluded.note, tags = excluded.tags,
                told = excluded.told, first_seen = excluded.first_seen, last_seen = excluded.last_seen",
    )?
    .execute(params![
        info.visitor.uid.as_str(),
        info.mobile,
        info.email,
        info.note,
        serde_json::to_string(&info.tags)?,
        serde_json::to_string(&info.told)?,
        first_seen.0,
        last_seen.0,
    ])?;
    Ok(())
}

/// Enters `visitor`, unless it is known, with what its client tells of it; the visitor as it is then.
pub(super) fn enter(
    db: &Db<'_>,
    visitor: Visitor,
    told: VisitorTold,
    now: Timestamp,
) -> std::result::Result<Visitor, StoreError> {
    // Two of its tabs may introduce it at once, on two nodes.
    locks::names(db, [format!("visitor {}", visitor.uid.as_str()).as_str()])?;
    let mut info = match known(db, &visitor.uid)? {
        // Another organisation's visitor has this uid: it is neither shown nor changed.
        Some(known) if known.visitor.org != visitor.org => return Err(StoreError::Exists),
        Some(known) => known,
        None => {
            db.prepare_cached("INSERT INTO visitor (uid, org, nickname, avatar, channel) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    visitor.uid.as_str(),
                    visitor.org.as_str(),
                    visitor.profile.nickname,
                    visitor.profile.avatar,
                    visitor.channel,
                ])?;
            let (told, empty) = (VisitorTold::default(), String::new);
            let (mobile, email, note) = (empty(), empty(), empty());
            VisitorInfo { visitor, mobile, email, note, tags: Vec::new(), told, seen: None }
        }
    };
    info.hear(told);
    keep(db, &info, (info.seen.map_or(now, |(first, _)| first), now))?;
    Ok(info.visitor)
}

/// Corrects what is known of a visitor; its name also in its conversations, which are other ones then for whoever decides
/// about them.
pub(super) fn correct(db: &Db<'_>, correction: &VisitorCorrection, now: Timestamp) -> Result<()> {
    let VisitorCorrection { visitor, nickname, mobile, email, note, tags } = correction;
    locks::names(db, [format!("visitor {}", visitor.as_str()).as_str()])?;
    let Some(mut info) = known(db, visitor)? else { return Ok(()) };
    for (current, corrected) in [
        (&mut info.visitor.profile.nickname, nickname),
        (&mut info.mobile, mobile),
        (&mut info.email, email),
        (&mut info.note, note),
    ] {
        if let Some(corrected) = corrected {
            current.clone_from(corrected);
        }
    }
    if let Some(tags) = tags {
        info.tags.clone_from(tags);
    }
    keep(db, &info, info.seen.unwrap_or((now, now)))?;
    if let Some(nickname) = nickname {
        db.prepare_cached(
            "UPDATE conversation SET visitor_nickname = ?2, fence = fence + 1
              WHERE visitor = ?1 AND org = ?3 AND visitor_nickname <> ?2",
        )?
        .execute(params![visitor.as_str(), nickname, info.visitor.org.as_str()])?;
    }
    Ok(())
}

/// Visitors as the desk knows them.
impl Store {
    /// What is known of the visitor called `uid`.
    pub async fn visitor_info(&self, uid: &Uid) -> std::result::Result<Option<VisitorInfo>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| known(db, &uid)).await
    }

    /// The languages that the clients of the visitors of `logs` told last, in the order of `logs`; empty where none was told.
    pub async fn visitor_languages(&self, logs: Vec<LogId>) -> std::result::Result<Vec<String>, StoreError> {
        self.read(move |db| logs.iter().map(|log| language(db, *log)).collect()).await
    }

    /// Enters `visitor`, unless it is known, with what its client tells of it at `now`; the visitor as it is then.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for the uid of another organisation's visitor, [`StoreError::Missing`] for an unknown
    /// organisation.
    pub async fn introduce_visitor(
        &self,
        visitor: &Visitor,
        told: VisitorTold,
        now: Timestamp,
    ) -> std::result::Result<Visitor, StoreError> {
        let visitor = visitor.clone();
        self.write(move |db| enter(db, visitor.clone(), told.clone(), now)).await
    }

    /// Corrects what is known of a visitor who has no conversation where that could be told:
    /// [`crate::Fact::VisitorCorrected`] is for the others.
    pub async fn correct_visitor(
        &self,
        correction: &VisitorCorrection,
        now: Timestamp,
    ) -> std::result::Result<(), StoreError> {
        let correction = correction.clone();
        self.write(move |db| Ok(correct(db, &correction, now)?)).await
    }
}
