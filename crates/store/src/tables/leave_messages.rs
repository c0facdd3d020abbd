//! Left messages.

use deskwire_model::{LogId, Timestamp, Uid};

use super::columns;
use crate::{
    LeaveChange, LeaveForm, LeaveInbox, LeaveMessage, LeaveStatus, Store, StoreError,
    engine::{Db, Error, OptionalExtension as _, Result, Row, params},
};

/// Enters a message that the visitor of `log` has left.
pub(super) fn enter(db: &Db<'_>, log: LogId, uid: &Uid, form: &LeaveForm, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO leave_message
             (uid, log, org, visitor, service, nickname, contact, content, kind, images, status, created_at, updated_at)
         SELECT ?2, c.id, c.org, c.visitor, c.service, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9
           FROM conversation c WHERE c.id = ?1",
    )?
    .execute(params![
        log.0,
        uid.as_str(),
        form.nickname,
        form.contact,
        form.content,
        form.kind,
        serde_json::json!(form.images).to_string(),
        LeaveStatus::Submitted.as_str(),
        now.0,
    ])?;
    Ok(())
}

/// Changes a message that was left in `log`.
pub(super) fn change(db: &Db<'_>, log: LogId, change: &LeaveChange, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "UPDATE leave_message
            SET status = ?3, service = COALESCE(?4, service), agent = COALESCE(?5, agent), reply = COALESCE(?6, reply),
                updated_at = ?7
          WHERE uid = ?1 AND log = ?2",
    )?
    .execute(params![
        change.uid.as_str(),
        log.0,
        change.status.as_str(),
        change.service.as_ref().map(Uid::as_str),
        change.agent.as_ref().map(Uid::as_str),
        change.reply,
        now.0,
    ])?;
    Ok(())
}

/// The columns that [`leave_message`] reads.
const SELECT: &str = "SELECT uid, log, org, visitor, service, agent, nickname, contact, content, kind, images, status,
                             reply, created_at, updated_at FROM leave_message";
/// Which of them: ?1 the organisation or null, ?2 services as JSON or null for all, ?3 the agent, ?4 the visitor or null,
/// ?5 whether only those that wait for an answer, ?6 the status or null.
const WHERE: &str = "WHERE (CAST(?1 AS TEXT) IS NULL OR org = ?1)
                       AND (CAST(?2 AS TEXT) IS NULL OR agent = ?3 OR service IN (SELECT value FROM json_each(?2)))
                       AND (CAST(?4 AS TEXT) IS NULL OR visitor = ?4)
                       AND (?5 = 0 OR status IN ('LEAVE_MSG_SUBMIT', 'LEAVE_MSG_READ', 'LEAVE_MSG_TRANSFERRED',
                                                 'LEAVE_MSG_REJECTED'))
                       AND (CAST(?6 AS TEXT) IS NULL OR status = ?6)";

fn leave_message(row: &Row<'_>) -> Result<LeaveMessage> {
    let images = serde_json::from_str(row.get_ref(10)?.as_str()?)
        .map_err(|error| Error::Column { column: 10, source: Box::new(error) })?;
    let status = LeaveStatus::from_name(row.get_ref(11)?.as_str()?).ok_or_else(|| columns::unknown(11))?;
    Ok(LeaveMessage {
        uid: columns::uid(row, 0)?,
        log: LogId(row.get(1)?),
        org: columns::uid(row, 2)?,
        visitor: columns::uid(row, 3)?,
        service: columns::uid(row, 4)?,
        agent: columns::optional_uid(row, 5)?,
        form: LeaveForm {
            nickname: row.get(6)?,
            contact: row.get(7)?,
            content: row.get(8)?,
            kind: row.get(9)?,
            images,
        },
        status,
        reply: row.get(12)?,
        created_at: Timestamp(row.get(13)?),
        updated_at: Timestamp(row.get(14)?),
    })
}

/// An inbox as the parameters of [`WHERE`] say it.
#[derive(Debug, Default)]
struct Whose {
    org: Option<String>,
    services: Option<String>,
    agent: Option<String>,
    visitor: Option<String>,
}

impl From<&LeaveInbox> for Whose {
    fn from(inbox: &LeaveInbox) -> Self {
        let text = |uid: &Uid| Some(uid.as_str().to_owned());
        match inbox {
            LeaveInbox::Organisation(org) => Self { org: text(org), ..Self::default() },
            LeaveInbox::Services { org, agent, services } => {
                let names: Vec<&str> = services.iter().map(Uid::as_str).collect();
                let services = Some(serde_json::json!(names).to_string());
                Self { org: text(org), services, agent: text(agent), visitor: None }
            }
            LeaveInbox::Visitor(visitor) => Self { visitor: text(visitor), ..Self::default() },
        }
    }
}

/// Left messages. What becomes of them is a [`crate::Fact`].
impl Store {
    /// The left message called `uid`.
    pub async fn leave_message(&self, uid: &Uid) -> std::result::Result<Option<LeaveMessage>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(&format!("{SELECT} WHERE uid = ?1"))?
                .query_row(params![uid.as_str()], leave_message)
                .optional()
        })
        .await
    }

    /// The left messages of an inbox, of one status or of all, the newest first; `limit` of them behind the first `skip`.
    pub async fn leave_messages(
        &self,
        inbox: &LeaveInbox,
        status: Option<LeaveStatus>,
        skip: u64,
        limit: usize,
    ) -> std::result::Result<Vec<LeaveMessage>, StoreError> {
        let whose = Whose::from(inbox);
        self.read(move |db| {
            let Whose { org, services, agent, visitor } = &whose;
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            let status = status.map(LeaveStatus::as_str);
            db.prepare_cached(&format!("{SELECT} {WHERE} ORDER BY created_at DESC, uid LIMIT ?7 OFFSET ?8"))?
                .query_map(
                    params![org, services, agent, visitor, false, status, columns::limit(limit), skip],
                    leave_message,
                )?
                .collect()
        })
        .await
    }

    /// How many left messages an inbox has, of one status or of all; with `pending`, only those that wait for an answer.
    pub async fn count_leave_messages(
        &self,
        inbox: &LeaveInbox,
        status: Option<LeaveStatus>,
        pending: bool,
    ) -> std::result::Result<u64, StoreError> {
        let whose = Whose::from(inbox);
        self.read(move |db| {
            let Whose { org, services, agent, visitor } = &whose;
            let status = status.map(LeaveStatus::as_str);
            db.prepare_cached(&format!("SELECT COUNT(*) FROM leave_message {WHERE}"))?
                .query_row(params![org, services, agent, visitor, pending, status], |row| columns::number(row, 0))
        })
        .await
    }
}
