//! Something said on a topic, on its way to everybody who listens.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use bytes::Bytes;
use deskwire_cluster::NodeId;
use deskwire_model::{
    Entry, LogId, Payload, Seq, SessionId, Timestamp, Topic,
    dialect::{DialectError, Notification, Renderer, Rendition},
};

/// How the content of a message looks (DESIGN §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// JSON, on STOMP and HTTP.
    MessageJson,
    /// Protobuf, on MQTT.
    MessageProtobuf,
    /// JSON in the words of a session, on STOMP under `/topic/session/` (seed 002).
    SessionJson,
}

/// How surely its publisher wants a message to arrive: the quality of service of MQTT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assurance {
    /// Nobody acknowledges it.
    AtMostOnce = 0,
    /// It may come twice.
    AtLeastOnce = 1,
    /// As surely as each reader wants.
    #[default]
    ExactlyOnce = 2,
}

impl Assurance {
    /// The one that MQTT numbers `level`; what is beyond is the highest.
    #[must_use]
    pub const fn from_level(level: u8) -> Self {
        match level {
            0 => Self::AtMostOnce,
            1 => Self::AtLeastOnce,
            _ => Self::ExactlyOnce,
        }
    }
}

/// Bytes that we pass on as they are.
#[derive(Clone, Debug, Default)]
pub struct Opaque {
    body: Bytes,
    content_type: Option<Box<str>>,
    headers: Vec<(Box<str>, Box<str>)>,
    expires: Option<Timestamp>,
    origin: Option<SessionId>,
    is_text: bool,
    is_declared_text: bool,
    is_retained: bool,
    is_confined: bool,
    stays_here: bool,
    assurance: Assurance,
    /// Apart, as most messages ask for no answer.
    answer: Option<Box<Answer>>,
}

/// What a publisher asks of those who answer a message.
#[derive(Clone, Debug)]
struct Answer {
    topic: Option<Box<str>>,
    correlation: Option<Bytes>,
}

impl Opaque {
    /// A body, its media type if its publisher named one, and the publisher's own headers.
    #[must_use]
    pub fn new(body: Bytes, content_type: Option<Box<str>>, headers: Vec<(Box<str>, Box<str>)>) -> Self {
        let declared_binary = content_type.as_deref() == Some("application/octet-stream");
        let is_text = !declared_binary && std::str::from_utf8(&body).is_ok();
        Self { body, content_type, headers, is_text, ..Self::default() }
    }

    /// The same, not to be delivered from `time` on.
    #[must_use]
    pub fn expiring(self, time: Timestamp) -> Self {
        Self { expires: Some(time), ..self }
    }

    /// The same, as the words of a session that may not want to hear them itself.
    #[must_use]
    pub fn said_by(self, session: SessionId) -> Self {
        Self { origin: Some(session), ..self }
    }

    /// The same, to arrive no more surely than this.
    #[must_use]
    pub fn assured(self, assurance: Assurance) -> Self {
        Self { assurance, ..self }
    }

    /// The same, published to be retained.
    #[must_use]
    pub fn retained(self) -> Self {
        Self { is_retained: true, ..self }
    }

    /// The same, for those alone who listen to exactly its topic: no filter with wildcards, durable subscription or mailbox
    /// gets it, whatever it matches (invariant I9).
    #[must_use]
    pub fn confined(self) -> Self {
        Self { is_confined: true, ..self }
    }

    /// The same, for this node alone: the others say it themselves.
    #[must_use]
    pub fn staying_here(self) -> Self {
        Self { stays_here: true, ..self }
    }

    /// The same, of which its publisher declares that it is UTF-8 (MQTT 5.0, 3.3.2.3.2).
    #[must_use]
    pub fn declared_text(self) -> Self {
        Self { is_declared_text: true, ..self }
    }

    /// The same, to be answered on `response_topic`, naming `correlation` (MQTT 5.0, 4.10).
    #[must_use]
    pub fn answering(self, response_topic: Option<Box<str>>, correlation: Option<Bytes>) -> Self {
        let asks = response_topic.is_some() || correlation.is_some();
        let answer = asks.then(|| Box::new(Answer { topic: response_topic, correlation }));
        Self { answer, ..self }
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Its media type, if its publisher named one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The publisher's own headers.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// From when on it is not to be delivered, if ever.
    #[must_use]
    pub const fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// The session that said it, if that is known.
    #[must_use]
    pub const fn origin(&self) -> Option<SessionId> {
        self.origin
    }

    /// How surely it is to arrive at most, whatever its readers asked for.
    #[must_use]
    pub const fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// Whether the body is UTF-8 and not declared otherwise (`spec/stomp-sockjs.md` rule 7).
    #[must_use]
    pub const fn is_text(&self) -> bool {
        self.is_text
    }

    /// Whether it is for those alone who listen to exactly its topic.
    pub(crate) const fn is_confined(&self) -> bool {
        self.is_confined
    }

    /// Whether its publisher declared that the body is UTF-8, which nobody has checked.
    #[must_use]
    pub const fn is_declared_text(&self) -> bool {
        self.is_declared_text
    }

    /// Whether it was published to be retained.
    #[must_use]
    pub const fn is_retained(&self) -> bool {
        self.is_retained
    }

    /// The topic its publisher expects an answer on, as the publisher wrote it.
    #[must_use]
    pub fn response_topic(&self) -> Option<&str> {
        self.answer.as_ref()?.topic.as_deref()
    }

    /// How its publisher knows what is being answered.
    #[must_use]
    pub fn correlation(&self) -> Option<&Bytes> {
        self.answer.as_ref()?.correlation.as_ref()
    }

    /// How many bytes it is, roughly.
    fn weight(&self) -> usize {
        let headers = self.headers().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let answer = self.response_topic().map_or(0, str::len) + self.correlation().map_or(0, Bytes::len);
        self.body.len() + self.content_type().map_or(0, str::len) + headers + answer
    }
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
    session: OnceLock<Bytes>,
    notification: OnceLock<Option<Notification>>,
    /// The entry that a receipt names, once that is known.
    about: OnceLock<Seq>,
    /// When the server took it in, if it was said since the server runs.
    taken_in: Option<Instant>,
    /// On which other nodes those members of shared subscriptions are that have it, as the node where it was said decides.
    pub(crate) shares: OnceLock<Box<[Share]>>,
    /// Whether it was said on another node.
    pub(crate) is_heard: bool,
}

/// The group of a shared subscription, and the node one of whose members has a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) group: Arc<str>,
    pub(crate) node: NodeId,
}

impl Publication {
    /// What another node has said, which has decided who shares it.
    pub(crate) fn said_elsewhere(topic: Topic, content: Content, shares: Box<[Share]>) -> Self {
        Self { is_heard: true, shares: OnceLock::from(shares), ..Self::new(topic, content) }
    }

    /// `content` on `topic`.
    #[must_use]
    pub const fn new(topic: Topic, content: Content) -> Self {
        Self {
            topic,
            content,
            json: OnceLock::new(),
            protobuf: OnceLock::new(),
            session: OnceLock::new(),
            notification: OnceLock::new(),
            about: OnceLock::new(),
            taken_in: None,
            shares: OnceLock::new(),
            is_heard: false,
        }
    }

    /// The same, taken in at `time`.
    #[must_use]
    pub fn taken_in_at(self, time: Instant) -> Self {
        Self { taken_in: Some(time), ..self }
    }

    /// When the server took it in; none for what was read from the store, and for what is not stored.
    #[must_use]
    pub const fn taken_in(&self) -> Option<Instant> {
        self.taken_in
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

    /// From when on it is not to be delivered, if ever.
    #[must_use]
    pub const fn expires(&self) -> Option<Timestamp> {
        match &self.content {
            Content::Opaque(opaque) => opaque.expires,
            Content::Message { .. } => None,
        }
    }

    /// Whether it is to wait for readers that are away or slow: it is opaque and not said with
    /// [`Assurance::AtMostOnce`].
    #[must_use]
    pub fn is_assured(&self) -> bool {
        matches!(&self.content, Content::Opaque(opaque) if opaque.assurance != Assurance::AtMostOnce)
    }

    /// Whether it is only for those who listen to exactly its topic. So is every message of a log: a feed belongs to one
    /// topic.
    #[must_use]
    pub const fn is_confined(&self) -> bool {
        match &self.content {
            Content::Opaque(opaque) => opaque.is_confined,
            Content::Message { .. } => true,
        }
    }

    /// Whether other nodes say it themselves.
    pub(crate) const fn stays_here(&self) -> bool {
        matches!(&self.content, Content::Opaque(opaque) if opaque.stays_here)
    }

    /// The entry that this receipt names, if it is one and that is known.
    pub(crate) fn about(&self) -> Option<Seq> {
        self.about.get().copied()
    }

    /// The session that said it, if that is known.
    #[must_use]
    pub const fn origin(&self) -> Option<SessionId> {
        match &self.content {
            Content::Opaque(opaque) => opaque.origin,
            Content::Message { .. } => None,
        }
    }

    /// Its position in a log; none for what is not logged.
    #[must_use]
    pub const fn seq(&self) -> Option<Seq> {
        match &self.content {
            Content::Message { seq, .. } => *seq,
            Content::Opaque(_) => None,
        }
    }

    /// Its log and position, for the server's own log: a topic names a visitor, whose uid is a secret.
    #[must_use]
    pub const fn place(&self) -> Option<(LogId, Seq)> {
        match &self.content {
            Content::Message { log, seq: Some(seq), .. } => Some((*log, *seq)),
            _ => None,
        }
    }

    /// Roughly how many bytes it will be on the wire: what it counts for in an outbox.
    #[must_use]
    pub fn weight(&self) -> usize {
        // Heads, and what stamping adds when it is rendered.
        const OVERHEAD: usize = 160;
        let body = match &self.content {
            Content::Opaque(opaque) => opaque.weight(),
            Content::Message { payload, .. } => payload.bytes().len(),
        };
        body + self.topic.as_str().len() + OVERHEAD
    }

    /// The body in `dialect`; opaque bytes have no dialect and come as they are.
    ///
    /// # Errors
    /// [`DialectError`] when a stored payload is damaged.
    pub fn body(&self, dialect: Dialect, renderer: &Renderer) -> Result<&Bytes, DialectError> {
        let (log, rendition) = match self.rendition() {
            Ok(rendition) => rendition,
            Err(opaque) => return Ok(&opaque.body),
        };
        let rendered = match dialect {
            Dialect::MessageJson => &self.json,
            Dialect::MessageProtobuf => &self.protobuf,
            Dialect::SessionJson => &self.session,
        };
        if let Some(body) = rendered.get() {
            return Ok(body);
        }
        let body = match dialect {
            Dialect::MessageJson => renderer.json(rendition)?,
            Dialect::MessageProtobuf => renderer.protobuf(rendition)?,
            Dialect::SessionJson => renderer.session(rendition, log, self.about.get().copied())?,
        };
        Ok(rendered.get_or_init(|| body))
    }

    /// What those who take part are told of it on their own; none where it is no news.
    ///
    /// # Errors
    /// [`DialectError`] when a stored payload is damaged.
    pub fn notification(&self, renderer: &Renderer) -> Result<Option<&Notification>, DialectError> {
        let Ok((log, rendition)) = self.rendition() else { return Ok(None) };
        if let Some(notice) = self.notification.get() {
            return Ok(notice.as_ref());
        }
        let notice = renderer.notification(rendition, log)?;
        Ok(self.notification.get_or_init(|| notice).as_ref())
    }

    /// Says which entry this receipt names; the first word counts.
    pub fn is_about(&self, seq: Seq) {
        self.about.get_or_init(|| seq);
    }

    /// The message with its log; bytes that have no look are the other case.
    fn rendition(&self) -> Result<(LogId, Rendition<'_>), &Opaque> {
        match &self.content {
            Content::Opaque(opaque) => Err(opaque),
            Content::Message { log, seq, at, recalled, payload } => {
                Ok((*log, Rendition { payload, seq: *seq, at: *at, recalled: *recalled }))
            }
        }
    }
}
