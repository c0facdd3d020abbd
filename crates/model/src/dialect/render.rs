//! From a stamped payload to the bytes a reader gets.

use bytes::Bytes;
use jiff::tz::TimeZone;

use super::{DialectError, json, protobuf};
use crate::{
    entry::{Entry, Payload},
    ids::{Seq, Timestamp},
    proto,
};

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
        let mut object = if message.recalled {
            json::Object::reopen(json::from_proto(&withdrawn(message.payload)?).as_bytes(), 96)
        } else {
            match message.payload {
                Payload::Json(stamped) => json::Object::reopen(stamped, 96),
                Payload::Protobuf(stamped) => {
                    json::Object::reopen(json::from_proto(&protobuf::decode(stamped)?).as_bytes(), 96)
                }
            }
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
            return Ok(protobuf::append(&encode(&withdrawn(message.payload)?), &position));
        }
        match message.payload {
            Payload::Json(stamped) => Ok(protobuf::append(&encode(&json::to_proto(stamped)?), &position)),
            Payload::Protobuf(stamped) => Ok(protobuf::append(stamped, &position)),
        }
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

fn encode(message: &proto::Message) -> Vec<u8> {
    prost::Message::encode_to_vec(message)
}

/// What is left of a message that its writer took back: that it was, from whom and where, but not what it said.
fn withdrawn(payload: &Payload) -> Result<proto::Message, DialectError> {
    let message = match payload {
        Payload::Json(stamped) => json::to_proto(stamped)?,
        Payload::Protobuf(stamped) => protobuf::decode(stamped)?,
    };
    Ok(proto::Message { content: String::new(), extra: String::new(), status: "RECALL".to_owned(), ..message })
}
