//! Rows to domain types and back. A value that the domain would refuse means that the file is damaged.

use std::error::Error as StdError;

use deskwire_model::{
    AgentProfile, AgentStatus, Attendant, Conversation, Entry, LogId, MessageType, MessageUid, Part, Payload, Profile,
    Role, Seq, ThreadStatus, ThreadType, Timestamp, Topic, Uid,
};

use crate::engine::{Error, Result, Row};

/// `entry.dialect` of [`Payload::Json`].
const JSON: i64 = 0;
/// `entry.dialect` of [`Payload::Protobuf`].
const PROTOBUF: i64 = 1;

/// The columns that [`entry`] reads, in front of the rest of a query on `entry e`.
macro_rules! select_entry {
    ($rest:literal) => {
        concat!("SELECT e.log, e.seq, e.at, e.sender, e.uid, e.kind, e.recalled, e.dialect, e.payload ", $rest)
    };
}
pub(super) use select_entry;

/// The columns that [`conversation`] reads, in front of the rest of a query on `conversation c`.
macro_rules! select_conversation {
    ($rest:expr) => {
        concat!(
            "SELECT c.id, c.uid, c.session_no, c.org, c.topic, ",
            $crate::tables::columns::of_both!("kind"),
            $crate::tables::columns::of_both!("service"),
            "c.visitor, c.visitor_nickname, c.visitor_avatar, c.status, ",
            $crate::tables::columns::of_both!("agent"),
            "c.fence, c.channel, c.created_at, ",
            "(SELECT string_agg(a.user_uid || ' ' || a.part, ' ' ORDER BY a.user_uid) FROM attendant a ",
            "WHERE a.log = COALESCE(c.notes_of, c.id)), c.notes_of ",
            $rest
        )
    };
}
pub(super) use select_conversation;

/// A column that notes share with what they are about: whoever serves, owns or attends that has its notes.
macro_rules! of_both {
    ($column:literal) => {
        concat!(
            "CASE WHEN c.notes_of IS NULL THEN c.",
            $column,
            " ELSE (SELECT n.",
            $column,
            " FROM conversation n WHERE n.id = c.notes_of) END, "
        )
    };
}
pub(super) use of_both;

/// The columns that [`agent`] reads, in front of the rest of a query on `agent a`; more may follow.
macro_rules! select_agent {
    ($rest:literal) => {
        concat!("SELECT a.uid, a.org, a.username, a.nickname, a.avatar, a.status, a.capacity, a.role ", $rest)
    };
}
pub(super) use select_agent;

pub(crate) fn entry(row: &Row<'_>) -> Result<Entry> {
    let bytes = row.get::<Vec<u8>>(8)?.into();
    Ok(Entry {
        log: LogId(row.get(0)?),
        seq: seq(row, 1)?,
        at: Timestamp(row.get(2)?),
        sender: uid(row, 3)?,
        uid: message_uid(row, 4)?,
        kind: text(row, 5, MessageType::new)?,
        recalled: row.get(6)?,
        payload: match row.get(7)? {
            JSON => Payload::Json(bytes),
            PROTOBUF => Payload::Protobuf(bytes),
            _ => return Err(unknown(7)),
        },
    })
}

pub(crate) fn conversation(row: &Row<'_>) -> Result<Conversation> {
    Ok(Conversation {
        id: LogId(row.get(0)?),
        uid: uid(row, 1)?,
        session_no: row.get(2)?,
        org: uid(row, 3)?,
        topic: text(row, 4, Topic::new)?,
        kind: ThreadType::from_number(row.get(5)?).ok_or_else(|| unknown(5))?,
        service: uid(row, 6)?,
        visitor: uid(row, 7)?,
        visitor_profile: Profile { nickname: row.get(8)?, avatar: row.get(9)? },
        status: ThreadStatus::from_name(row.get_ref(10)?.as_str()?).ok_or_else(|| unknown(10))?,
        agent: optional_uid(row, 11)?,
        fence: number(row, 12)?,
        channel: row.get(13)?,
        created_at: Timestamp(row.get(14)?),
        attendants: attendants(row, 15)?,
        notes_of: row.get::<Option<i64>>(16)?.map(LogId),
    })
}

/// Pairs of user and part; neither has a blank in it.
fn attendants(row: &Row<'_>, column: usize) -> Result<Vec<Attendant>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else { return Ok(Vec::new()) };
    let mut words = text.split(' ');
    let mut attendants = Vec::new();
    while let (Some(user), Some(part)) = (words.next(), words.next()) {
        let user = checked(column, Uid::new(user))?;
        let part = Part::from_name(part).ok_or_else(|| unknown(column))?;
        attendants.push(Attendant { user, part });
    }
    Ok(attendants)
}

pub(crate) fn agent(row: &Row<'_>) -> Result<AgentProfile> {
    Ok(AgentProfile {
        uid: uid(row, 0)?,
        org: uid(row, 1)?,
        username: row.get(2)?,
        profile: Profile { nickname: row.get(3)?, avatar: row.get(4)? },
        status: AgentStatus::from_name(row.get_ref(5)?.as_str()?).ok_or_else(|| unknown(5))?,
        capacity: row.get(6)?,
        role: Role::staff_from_name(row.get_ref(7)?.as_str()?).ok_or_else(|| unknown(7))?,
    })
}

/// `entry.dialect` of a payload.
pub(crate) const fn dialect(payload: &Payload) -> i64 {
    match payload {
        Payload::Json(_) => JSON,
        Payload::Protobuf(_) => PROTOBUF,
    }
}

/// A position as SQL compares it: one that no log can reach stays out of reach.
pub(crate) fn position(seq: Seq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

/// The `LIMIT` of a page.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

pub(crate) fn seq(row: &Row<'_>, column: usize) -> Result<Seq> {
    number(row, column).map(Seq)
}

pub(crate) fn uid(row: &Row<'_>, column: usize) -> Result<Uid> {
    text(row, column, Uid::new)
}

pub(crate) fn optional_uid(row: &Row<'_>, column: usize) -> Result<Option<Uid>> {
    row.get_ref(column)?.as_str_or_null()?.map(|text| checked(column, Uid::new(text))).transpose()
}

pub(crate) fn message_uid(row: &Row<'_>, column: usize) -> Result<MessageUid> {
    text(row, column, MessageUid::new)
}

/// Reads a text column with a type's own constructor.
pub(crate) fn text<T, E: StdError + Send + Sync + 'static>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> std::result::Result<T, E>,
) -> Result<T> {
    checked(column, parse(row.get_ref(column)?.as_str()?))
}

/// Reads a JSON document.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    text(row, column, |document| serde_json::from_str(document))
}

/// Reads a column that counts something.
pub(crate) fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    checked(column, u64::try_from(row.get::<i64>(column)?))
}

fn checked<T, E: StdError + Send + Sync + 'static>(column: usize, value: std::result::Result<T, E>) -> Result<T> {
    value.map_err(|error| Error::Column { column, source: Box::new(error) })
}

/// The column names none of the domain's variants.
pub(crate) fn unknown(column: usize) -> Error {
    Error::Column { column, source: "a name that no release has written".into() }
}
