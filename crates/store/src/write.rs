//! What can be written in one transaction, and what comes of it.

use std::sync::Arc;

use bytes::Bytes;
use deskwire_model::{
    Conversation, ErrorCode, LogId, MessageType, MessageUid, Payload, Profile, Seq, ThreadStatus, ThreadType,
    Timestamp, Topic, Uid,
};

use crate::{
    Amendment, Decision, DurableId, Fact, Inflight, MqttSessionId, NewTabooHits, NoticeChange, NoticeChanged, QueuedId,
    Received, TimerChange,
};

/// One change to a conversation, its log, its cursors, to what waits in a queue or is retained, to how far an MQTT
/// session is, to notices, or to what is noted of words that
/// are not to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Adds an entry to a log; answered by [`Written::Appended`] or, for a repeat, [`Written::Duplicate`].
    Append(NewEntry),
    /// Moves the delivered cursor of one device; answered by [`Written::Cursor`].
    Delivered {
        /// The log.
        log: LogId,
        /// The device's user.
        user: Uid,
        /// The device; empty for the user's default device.
        device: Box<str>,
        /// What has arrived; a position behind the head means the head.
        seq: Seq,
    },
    /// Moves a user's read cursor and, as what was read has arrived, the delivered cursor of the device it read on;
    /// answered by [`Written::Cursor`] with the move of the read cursor.
    Read {
        /// The log.
        log: LogId,
        /// The reader.
        user: Uid,
        /// The device it read on, empty for its default device; none if the device is not remembered.
        device: Option<Box<str>>,
        /// The last entry read; a message that is not there moves nothing.
        upto: Upto,
    },
    /// Creates a conversation unless its topic has one; answered by [`Written::Conversation`].
    CreateConversation(NewConversation),
    /// Creates the log of notes about a conversation unless there is one; its owner and attendants take part in it.
    /// Answered by [`Written::Conversation`].
    CreateNotes {
        /// The conversation.
        of: LogId,
        /// The uid of the new one.
        uid: Uid,
        /// Its topic.
        topic: Topic,
    },
    /// Changes a conversation; answered by [`Written::Decided`] or, if its first entry was said before, by
    /// [`Written::Duplicate`] of that entry.
    Decide(Box<Decision>),
    /// As `Append`, with what depends on the entry; a repeat changes nothing. Answered as `Append`.
    Say(Box<Saying>),
    /// Adds an entry that changes what another one shows, and changes that; a repeat changes nothing. Answered as
    /// `Append`.
    Amend(Box<Amendment>),
    /// Keeps a message until it is consumed; answered by [`Written::Queued`].
    Enqueue(NewQueued),
    /// Forgets messages that are consumed; ones that are gone already change nothing. Answered by
    /// [`Written::Consumed`].
    Consume(Vec<QueuedId>),
    /// Forgets consumed messages of work queues whose home is still this one. Answered by [`Written::Settled`].
    Settle {
        /// The home that handed them out.
        home: Arc<str>,
        /// The messages.
        messages: Vec<QueuedId>,
    },
    /// Keeps a message as the one that is retained on its topic or, if it has no body, takes away what is retained
    /// there; it also waits in the queues it names. Answered by [`Written::Queued`].
    Retain(NewQueued),
    /// Takes away what is retained and not to be delivered any more at this time; answered by [`Written::Forgotten`].
    ForgetExpired(Timestamp),
    /// Notes how far messages to MQTT clients are; nothing for those that are gone. Answered by [`Written::Noted`].
    Inflight(Vec<Inflight>),
    /// Forgets a packet id that its client has released, if it is there; answered by [`Written::Noted`].
    Release(Received),
    /// Notes that the connection of an MQTT session has ended, if the session is there and has this home; answered by
    /// [`Written::Noted`].
    LeaveSession {
        /// The session.
        session: MqttSessionId,
        /// The node that says so, as the session's home; none for one that is alone.
        home: Option<Box<str>>,
        /// When the connection ended.
        at: Timestamp,
        /// Seconds that the session outlives it; [`u32::MAX`] for ever.
        expiry_s: u32,
    },
    /// Changes the notices of users; answered by [`Written::Notices`].
    Notices(Box<NoticeChange>),
    /// Notes words that a message says, whatever becomes of the message; answered by [`Written::Noted`].
    TabooHits(Box<NewTabooHits>),
    /// Rewrites a row of its own, to prove that the data path commits; answered by [`Written::Probed`].
    Probe,
}

/// A message before it waits in its queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewQueued {
    /// Where it was said; in a work queue the queue's name.
    pub topic: Topic,
    /// The queues it waits in; perhaps none, if its packet id is all there is to keep.
    pub queues: Vec<QueueRef>,
    /// What was said.
    pub message: QueuedMessage,
    /// For a QoS 2 message of a client whose session outlives the connection: what tells a repeat.
    pub received: Option<Received>,
}

/// A queue that messages are kept in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QueueRef {
    /// The work queue that is called as the message's topic.
    Work,
    /// The same on one of several nodes: the message is at this home, or waits for consumers on any node. It is read as
    /// [`QueueRef::Work`].
    WorkAt(Option<Arc<str>>),
    /// A durable subscription's.
    Durable(DurableId),
    /// An MQTT session's.
    Session {
        /// The session.
        id: MqttSessionId,
        /// The shared subscription that the message comes by, as subscribed; none if it comes by others.
        via: Option<Arc<str>>,
    },
}

/// A message that is kept as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Its media type, if its sender named one.
    pub content_type: Option<Box<str>>,
    /// Its sender's headers, in their order.
    pub headers: Vec<(Box<str>, Box<str>)>,
    /// From when on it is not to be delivered.
    pub expires: Option<Timestamp>,
    /// Its body.
    pub body: Bytes,
    /// The highest MQTT quality of service to deliver it with: 0, 1 or 2.
    pub qos: u8,
    /// Whether it was published to be retained.
    pub retained: bool,
    /// Whether its sender declared that the body is UTF-8 (MQTT 5.0, 3.3.2.3.2).
    pub is_text: bool,
    /// Where its sender expects an answer.
    pub response_topic: Option<Box<str>>,
    /// How its sender knows what is being answered.
    pub correlation: Option<Bytes>,
    /// The session that said it; kept in work queues of several nodes alone.
    pub origin: Option<u64>,
}

/// An entry before it has a position and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// The log it goes into.
    pub log: LogId,
    /// Who wrote it, as authenticated.
    pub sender: Uid,
    /// The name its writer gave it; unique per log and sender (invariant I3).
    pub uid: MessageUid,
    /// Its message type.
    pub kind: MessageType,
    /// What was said.
    pub payload: Payload,
    /// The sender's own entry that this one recalls, if it is a RECALL.
    pub hides: Option<MessageUid>,
}

/// An entry with what depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// The entry.
    pub entry: NewEntry,
    /// The status for which the rest was thought of: the rest is left out if the conversation has another when this is
    /// committed. None if it holds in any.
    pub status: Option<ThreadStatus>,
    /// What becomes of the timers of its conversation.
    pub timers: Vec<TimerChange>,
    /// What the episode is to know.
    pub facts: Vec<Fact>,
}

/// How far a user has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upto {
    /// Up to a position; one behind the head means the head.
    Seq(Seq),
    /// Up to the message of this name, whoever wrote it; the oldest if several writers chose the same name.
    Message(MessageUid),
}

/// A conversation before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConversation {
    /// Bytedesk `thread.uid`.
    pub uid: Uid,
    /// The organisation it belongs to.
    pub org: Uid,
    /// The canonical topic; names the existing conversation if there is one.
    pub topic: Topic,
    /// What is served.
    pub kind: ThreadType,
    /// The agent or workgroup the visitor asked for.
    pub service: Uid,
    /// The visitor.
    pub visitor: Uid,
    /// How the visitor shows itself.
    pub visitor_profile: Profile,
    /// The channel the visitor came by.
    pub channel: String,
    /// Who takes part from the first entry on.
    pub participants: Vec<Uid>,
}

/// What came of a [`Write`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The entry is in the log.
    Appended {
        /// Its position.
        seq: Seq,
        /// When it was committed.
        at: Timestamp,
    },
    /// The sender's entry of this name was in the log already; nothing changed.
    Duplicate {
        /// The position of the first.
        seq: Seq,
        /// When the first was committed.
        at: Timestamp,
    },
    /// Where the cursor stands now, if it moved.
    Cursor(Option<Moved>),
    /// The conversation as it is now.
    Conversation {
        /// All of it.
        conversation: Box<Conversation>,
        /// Whether this write created it.
        created: bool,
    },
    /// The decision is carried out.
    Decided {
        /// The conversation as it is now.
        conversation: Box<Conversation>,
        /// Position and time of each of its entries.
        entries: Vec<(Seq, Timestamp)>,
    },
    /// The message waits: its number in each queue, in the order they were named; none where the durable subscription
    /// or the session is gone.
    Queued(Vec<Option<QueuedId>>),
    /// The messages are forgotten.
    Consumed,
    /// The messages are forgotten, but for those that have another home by now.
    Settled {
        /// How many have.
        lost: usize,
    },
    /// What has expired is forgotten.
    Forgotten,
    /// The MQTT session has it, or it is noted elsewhere.
    Noted,
    /// What became of the notices.
    Notices(NoticeChanged),
    /// The probe is committed.
    Probed,
    /// The write was not made; the rest of its batch was.
    Refused(Refusal),
}

/// A cursor's new place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its position.
    pub seq: Seq,
    /// The name of the message at that position.
    pub uid: MessageUid,
}

/// Why one write of a batch was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No conversation has this number.
    #[error("there is no such conversation")]
    UnknownLog,
    /// The log has no message of this name.
    #[error("the conversation has no such message")]
    UnknownMessage,
    /// A recall or a change of what somebody else wrote.
    #[error("only its sender may recall or change a message")]
    NotTheSender,
    /// The message has been recalled.
    #[error("the message has been recalled")]
    Recalled,
    /// Messages of this type stay as they are.
    #[error("messages of this type cannot be changed in this way")]
    NotAmendable,
    /// The message has as many different signs as one may have.
    #[error("the message has too many different reactions")]
    TooManyReactions,
    /// The agent has all the conversations it can take.
    #[error("the agent has no capacity left")]
    AtCapacity,
    /// Owner or status changed since the decision was made.
    #[error("the conversation has changed meanwhile")]
    Fenced,
    /// The timer that the decision answers was answered already, or set anew.
    #[error("it has been decided already")]
    TimerGone,
    /// Another order card of the organisation has this number.
    #[error("the order card's number is taken")]
    CardTaken,
    /// A different conversation has this uid.
    #[error("the conversation's uid is taken")]
    UidTaken,
    /// The topic, a participant or the agent belongs to another organisation (invariant I9).
    #[error("that belongs to another organisation")]
    ForeignOrganisation,
    /// The organisation has nobody whom the notice is for (invariant I9).
    #[error("nobody of this organisation is meant")]
    NobodyMeant,
    /// The notice is for more users than one may be for.
    #[error("that is for more users than one notice may be for")]
    TooManyRecipients,
    /// The notice would not count from the beginning.
    #[error("the notice would have expired already")]
    ExpiredAlready,
    /// The sender has posted no such notice.
    #[error("there is no such notice")]
    UnknownNotice,
}

impl Refusal {
    /// Its stable name, the same on every protocol.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownLog => ErrorCode::UnknownConversation,
            Self::UnknownMessage => ErrorCode::UnknownMessage,
            Self::NotTheSender => ErrorCode::NotTheSender,
            Self::Recalled => ErrorCode::Recalled,
            Self::NotAmendable => ErrorCode::NotAmendable,
            Self::TooManyReactions => ErrorCode::TooManyReactions,
            Self::AtCapacity => ErrorCode::AtCapacity,
            Self::Fenced => ErrorCode::ChangedMeanwhile,
            Self::TimerGone => ErrorCode::DecidedAlready,
            Self::CardTaken => ErrorCode::CardTaken,
            Self::UidTaken => ErrorCode::UidTaken,
            Self::ForeignOrganisation => ErrorCode::ForeignOrganisation,
            Self::NobodyMeant => ErrorCode::NobodyMeant,
            Self::TooManyRecipients => ErrorCode::TooManyRecipients,
            Self::ExpiredAlready => ErrorCode::ExpiredAlready,
            Self::UnknownNotice => ErrorCode::UnknownNotice,
        }
    }
}
