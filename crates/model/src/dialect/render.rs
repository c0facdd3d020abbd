//! From a stamped payload to the bytes a reader gets.

use bytes::Bytes;
use jiff::tz::TimeZone;
use prost::Message as _;

use super::{
    DialectError, Notification, json,
    object::Object,
    protobuf,
    session::{self, Place},
};
use crate::{
    entry::{Entry, Payload},
    ids::{LogId, Seq, Timestamp},
    proto,
};

/// What rendering adds to a stamped JSON message, about, in bytes: time and position.
const POSITION_SIZE: usize = 96;

/// Something to be rendered: an entry, or a message that is relayed without becoming one.
#[derive(Clone, Copy, Debug)]
pub struct Rendition<'a> {
    /// The stamped message.
    pub payload: &'a Payload,
    /// Its position; none for what is not logged.
    pub seq: Option<Seq>,
    /// When the server took it.
    pub at: Timestamp,
    /// Whether its content has been withdrawn.
    pub recalled: bool,
}

impl<'a> From<&'a Entry> for Rendition<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self { payload: &entry.payload, seq: Some(entry.seq), at: entry.at, recalled: entry.recalled }
    }
}

/// Renders messages; knows the time zone in which `createdAt` is written.
#[derive(Clone, Debug)]
pub struct Renderer {
    time_zone: TimeZone,
}

impl Renderer {
    /// A renderer for the time zone with the IANA name `time_zone`.
    ///
    /// # Errors
    /// [`jiff::Error`] when there is no such zone.
    pub fn new(time_zone: &str) -> Result<Self, jiff::Error> {
        Ok(Self { time_zone: TimeZone::get(time_zone)? })
    }

    /// The `message-json` look.
    ///
    /// # Errors
    /// [`DialectError`] when the payload was not made by [`super::stamp`].
    pub fn json(&self, message: Rendition<'_>) -> Result<Bytes, DialectError> {
        let mut object = match message.payload {
            payload if message.recalled => json::from_proto(&withdrawn(payload)?),
            Payload::Json(stamped) => Object::reopen(stamped, POSITION_SIZE),
            Payload::Protobuf(stamped) => json::from_proto(&protobuf::decode(stamped)?),
        };
        object.text("createdAt", &self.local_time(message.at));
        object.number("timestamp", message.at.0);
        if let Some(seq) = message.seq {
            object.number("seq", seq.0);
        }
        Ok(object.into_bytes().into())
    }

    /// The `message-protobuf` look.
    ///
    /// # Errors
    /// [`DialectError`] when the payload was not made by [`super::stamp`].
    pub fn protobuf(&self, message: Rendition<'_>) -> Result<Bytes, DialectError> {
        let position = protobuf::position(self.local_time(message.at), message.at, message.seq);
        if message.recalled {
            return Ok(protobuf::append(&withdrawn(message.payload)?.encode_to_vec(), &position));
        }
        match message.payload {
            Payload::Json(stamped) => Ok(protobuf::append(&json::to_proto(stamped)?.encode_to_vec(), &position)),
            Payload::Protobuf(stamped) => Ok(protobuf::append(stamped, &position)),
        }
    }

    /// The `session-json` look of what is said in the conversation numbered `log`. `about` is the position of the entry
    /// that a receipt names.
    ///
    /// # Errors
    /// [`DialectError`] when the payload was not made by [`super::stamp`].
    pub fn session(&self, message: Rendition<'_>, log: LogId, about: Option<Seq>) -> Result<Bytes, DialectError> {
        let time = self.local_time(message.at);
        let place = Place { log, seq: message.seq, time: &time, recalled: message.recalled, about };
        Ok(session::render(&shown(message)?, &place))
    }

    /// What those who take part in the conversation numbered `log` are told of a message on their own (seed 002,
    /// `/user/queue/notify`); none where it is no news.
    ///
    /// # Errors
    /// [`DialectError`] when the payload was not made by [`super::stamp`].
    pub fn notification(&self, message: Rendition<'_>, log: LogId) -> Result<Option<Notification>, DialectError> {
        let time = self.local_time(message.at);
        let place = Place { log, seq: message.seq, time: &time, recalled: message.recalled, about: None };
        Ok(session::notification(&shown(message)?, &place))
    }

    /// What one user alone is told about the conversation numbered `log`, in the words of sessions (seed 002,
    /// `/user/queue/notify`).
    ///
    /// # Errors
    /// [`DialectError`] when the payload was not made by [`super::stamp`].
    pub fn reminder(&self, message: Rendition<'_>, log: LogId) -> Result<Bytes, DialectError> {
        let time = self.local_time(message.at);
        let place = Place { log, seq: None, time: &time, recalled: false, about: None };
        Ok(session::reminder(&shown(message)?, &place))
    }

    /// The time that [`Self::local_time`] writes as `text`, if it is one.
    #[must_use]
    pub fn parse_local_time(&self, text: &str) -> Option<Timestamp> {
        let local = jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?;
        let instant = local.to_zoned(self.time_zone.clone()).ok()?.timestamp();
        Some(Timestamp(instant.as_millisecond()))
    }

    /// `yyyy-MM-dd HH:mm:ss` in the renderer's time zone (`spec/bytedesk.md` §3).
    #[must_use]
    pub fn local_time(&self, at: Timestamp) -> String {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let local = self.time_zone.to_datetime(instant);
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            local.year(),
            local.month(),
            local.day(),
            local.hour(),
            local.minute(),
            local.second()
        )
    }
}

/// A message as its reader may see it.
fn shown(message: Rendition<'_>) -> Result<proto::Message, DialectError> {
    match message.payload {
        payload if message.recalled => withdrawn(payload),
        Payload::Json(stamped) => json::to_proto(stamped),
        Payload::Protobuf(stamped) => protobuf::decode(stamped),
    }
}

/// What is left of a message that its writer took back: that it was, from whom and where, but not what it said.
fn withdrawn(payload: &Payload) -> Result<proto::Message, DialectError> {
    let message = match payload {
        Payload::Json(stamped) => json::to_proto(stamped)?,
        Payload::Protobuf(stamped) => protobuf::decode(stamped)?,
    };
    Ok(proto::Message { content: String::new(), extra: String::new(), status: "RECALL".to_owned(), ..message })
}
