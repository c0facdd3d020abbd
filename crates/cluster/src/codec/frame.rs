//! One frame: who sent it, when, and what.

use bytes::Bytes;
use deskwire_model::Timestamp;

use super::{
    Damaged,
    fields::{Reader, Writer},
    hints,
};
use crate::{hint::Hint, node::NodeId};

/// How frames are laid out.
const VERSION: u8 = 1;

const BEACON: u64 = 64;
const GOODBYE: u64 = 65;
const ASK: u64 = 66;
const ANSWER: u64 = 67;

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Letter {
    /// For whoever uses the bus.
    Hint(Hint),
    /// The sender is there.
    Beacon(Beacon),
    /// The sender leaves.
    Goodbye,
    /// The sender wants to be answered.
    Ask { id: u64, request: Bytes },
    /// The sender answers.
    Answer { id: u64, answer: Answer },
}

/// What a node tells of itself every now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beacon {
    /// Counts the sender's beacons from 0: where a number is missing, other frames may be too.
    pub(crate) number: u64,
    /// How many hints the sender could not publish since it started.
    pub(crate) dropped: u64,
    /// When the sender started.
    pub(crate) since: Timestamp,
    /// The sender wants to hear the beacons of all others now.
    pub(crate) is_greeting: bool,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is answered.
    Given(Bytes),
    /// Nobody answers it.
    Refused,
}

/// Who sent a frame, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) from: NodeId,
    pub(crate) sent: Timestamp,
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) heading: Heading,
    pub(crate) letter: Letter,
}

impl Frame {
    /// As bytes.
    pub(crate) fn encode(from: &NodeId, sent: Timestamp, letter: &Letter) -> Bytes {
        let mut body = Writer::default();
        let kind = match letter {
            Letter::Hint(hint) => {
                hints::put(hint, &mut body);
                hints::kind(hint)
            }
            Letter::Beacon(beacon) => {
                body.number(beacon.number);
                body.number(beacon.dropped);
                body.time(beacon.since);
                body.byte(u8::from(beacon.is_greeting));
                BEACON
            }
            Letter::Goodbye => GOODBYE,
            Letter::Ask { id, request } => {
                body.number(*id);
                body.bytes(request);
                ASK
            }
            Letter::Answer { id, answer } => {
                body.number(*id);
                match answer {
                    Answer::Given(bytes) => body.optional(Some(bytes), |to, bytes| to.bytes(bytes)),
                    Answer::Refused => body.optional(None::<()>, |_, ()| {}),
                }
                ANSWER
            }
        };
        let body = body.finish();
        let mut frame = Writer::with_capacity(body.len() + from.as_str().len() + 24);
        frame.byte(VERSION);
        frame.text(from.as_str());
        frame.time(sent);
        frame.number(kind);
        frame.bytes(&body);
        frame.finish()
    }
}

/// A frame of which the heading has been read.
#[derive(Debug)]
pub(crate) struct Peek {
    pub(crate) heading: Heading,
    pub(super) kind: u64,
    pub(super) body: Bytes,
}

impl Peek {
    /// Reads the heading; none if the frame is laid out in a way that is not known here.
    ///
    /// # Errors
    /// [`Damaged`] when the bytes are no frame.
    pub(crate) fn read(frame: Bytes) -> Result<Option<Self>, Damaged> {
        let mut reader = Reader::new(frame);
        if reader.byte()? != VERSION {
            return Ok(None);
        }
        let heading = Heading { from: reader.text(NodeId::parse)?, sent: reader.time()? };
        let kind = reader.number()?;
        let body = reader.bytes()?;
        if reader.is_empty() { Ok(Some(Self { heading, kind, body })) } else { Err(Damaged::Long) }
    }

    /// Whether it is a beacon.
    pub(crate) const fn is_beacon(&self) -> bool {
        self.kind == BEACON
    }

    /// Reads the rest; none if it is of a kind that is not known here.
    ///
    /// # Errors
    /// [`Damaged`] when a field is cut off or holds what it must not.
    pub(crate) fn open(self) -> Result<Option<Frame>, Damaged> {
        let Self { heading, kind, body } = self;
        let mut body = Reader::new(body);
        let letter = match kind {
            BEACON => Letter::Beacon(Beacon {
                number: body.number()?,
                dropped: body.number()?,
                since: body.time()?,
                is_greeting: body.byte()? != 0,
            }),
            GOODBYE => Letter::Goodbye,
            ASK => Letter::Ask { id: body.number()?, request: body.bytes()? },
            ANSWER => {
                let id = body.number()?;
                let answer = body.optional(Reader::bytes)?.map_or(Answer::Refused, Answer::Given);
                Letter::Answer { id, answer }
            }
            _ => match hints::take(kind, &mut body)? {
                Some(hint) => Letter::Hint(hint),
                None => return Ok(None),
            },
        };
        Ok(Some(Frame { heading, letter }))
    }
}
