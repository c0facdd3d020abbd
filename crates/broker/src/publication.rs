//! Something said on a topic, on its way to everybody who listens.

use std::sync::OnceLock;

use bytes::Bytes;
use deskwire_model::{
    Entry, LogId, Payload, Seq, Timestamp, Topic,
    dialect::{DialectError, Renderer, Rendition},
};

/// How the content of a message looks (DESIGN §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// JSON, on STOMP and HTTP.
    MessageJson,
    /// Protobuf, on MQTT.
    MessageProtobuf,
}

/// Bytes that we pass on as they are.
#[derive(Clone, Debug, Default)]
pub struct Opaque {
    /// The body.
    pub body: Bytes,
    /// Its media type, if its publisher named one.
    pub content_type: Option<Box<str>>,
    /// The publisher's own headers.
    pub headers: Vec<(Box<str>, Box<str>)>,
}

/// What is said.
#[derive(Debug)]
pub enum Content {
    /// Bytes on a live topic.
    Opaque(Opaque),
    /// A message on a logged topic; it has a position if it is an entry, none if it is relayed and forgotten.
    Message {
        /// The log of the topic.
        log: LogId,
        /// The position of an entry.
        seq: Option<Seq>,
        /// When the server took it.
        at: Timestamp,
        /// Whether its content has been withdrawn.
        recalled: bool,
        /// The stamped message.
        payload: Payload,
    },
}

/// A content on a topic, shared by all who get it; rendered at most once per dialect.
#[derive(Debug)]
pub struct Publication {
    topic: Topic,
    content: Content,
    json: OnceLock<Bytes>,
    protobuf: OnceLock<Bytes>,
}

impl Publication {
    /// `content` on `topic`.
    #[must_use]
    pub const fn new(topic: Topic, content: Content) -> Self {
        Self { topic, content, json: OnceLock::new(), protobuf: OnceLock::new() }
    }

    /// A committed entry of the log behind `topic`.
    #[must_use]
    pub fn entry(topic: Topic, entry: Entry) -> Self {
        let Entry { log, seq, at, recalled, payload, .. } = entry;
        Self::new(topic, Content::Message { log, seq: Some(seq), at, recalled, payload })
    }

    /// Where it is said.
    #[must_use]
    pub const fn topic(&self) -> &Topic {
        &self.topic
    }

    /// What is said.
    #[must_use]
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// Its position in a log; none for what is not logged.
    #[must_use]
    pub const fn seq(&self) -> Option<Seq> {
        match &self.content {
            Content::Message { seq, .. } => *seq,
            Content::Opaque(_) => None,
        }
    }

    /// Roughly how many bytes it will be on the wire: what it counts for in an outbox.
    #[must_use]
    pub fn weight(&self) -> usize {
        // Heads, and what stamping adds when it is rendered.
        const OVERHEAD: usize = 160;
        let body = match &self.content {
            Content::Opaque(opaque) => opaque.body.len(),
            Content::Message { payload, .. } => payload.bytes().len(),
        };
        body + self.topic.as_str().len() + OVERHEAD
    }

    /// The body in `dialect`; opaque bytes have no dialect and come as they are.
    ///
    /// # Errors
    /// [`DialectError`] when a stored payload is damaged.
    pub fn body(&self, dialect: Dialect, renderer: &Renderer) -> Result<&Bytes, DialectError> {
        let (seq, at, recalled, payload) = match &self.content {
            Content::Opaque(opaque) => return Ok(&opaque.body),
            Content::Message { seq, at, recalled, payload, .. } => (*seq, *at, *recalled, payload),
        };
        let rendition = Rendition { payload, seq, at, recalled };
        let cell = match dialect {
            Dialect::MessageJson => &self.json,
            Dialect::MessageProtobuf => &self.protobuf,
        };
        if let Some(body) = cell.get() {
            return Ok(body);
        }
        let body = match dialect {
            Dialect::MessageJson => renderer.json(rendition)?,
            Dialect::MessageProtobuf => renderer.protobuf(rendition)?,
        };
        Ok(cell.get_or_init(|| body))
    }
}
