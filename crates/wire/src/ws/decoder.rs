use std::mem;

use smallvec::SmallVec;

use super::{
    CloseFrame, Control, Error, Event, MessageKind, Role,
    head::{ControlKind, FrameKind, MAX_MASKED_HEAD, ReceivedHead},
    mask::Mask,
    utf8::Utf8Validator,
};

/// What a peer may send.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Payload bytes of one message, all its fragments together. Refused at the head of the frame that exceeds it.
    pub max_message: usize,
}

/// The bytes that one peer sends, turned into events.
#[derive(Debug)]
pub struct Decoder {
    role: Role,
    limits: Limits,
    state: State,
    /// The message that the next continuation frame belongs to. Control frames may come before it.
    fragmented: Option<Message>,
}

#[derive(Debug)]
enum State {
    /// In front of or inside a frame head, of which these bytes were there.
    Head(SmallVec<[u8; MAX_MASKED_HEAD]>),
    Data {
        payload: Payload,
        message: Message,
        /// Last frame of the message.
        last: bool,
    },
    Control {
        kind: ControlKind,
        payload: Payload,
        received: Control,
    },
    /// Behind the peer's close frame.
    Closed,
    Failed(Error),
}

/// The message of which a frame is being read.
#[derive(Clone, Copy, Debug)]
struct Message {
    kind: MessageKind,
    /// Payload bytes of its frames so far, the current one included.
    announced: usize,
    /// Stays untouched in a binary message.
    text: Utf8Validator,
}

/// What is still to come of a frame's payload.
#[derive(Debug)]
struct Payload {
    remaining: usize,
    mask: Option<Mask>,
}

impl Decoder {
    /// A decoder for what the peer of `role` sends after the opening handshake.
    #[must_use]
    pub fn new(role: Role, limits: Limits) -> Self {
        Self { role, limits, state: State::Head(SmallVec::new()), fragmented: None }
    }

    /// Finds the next event and moves `input` behind it; `None` when `input` is used up.
    ///
    /// Any split of the input into calls gives the same messages, control events and error; only the chunks of
    /// [`Event::Data`] are cut differently. Input behind the peer's close frame is skipped (RFC 6455 §5.5.1).
    ///
    /// # Errors
    ///
    /// The first violation of RFC 6455 or of the limits, and the same again from then on. An unfinished message is void
    /// then.
    pub fn decode<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Event<'a>>, Error> {
        let outcome = self.advance(input);
        if let Err(error) = outcome {
            self.state = State::Failed(error);
        }
        outcome
    }

    fn advance<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Event<'a>>, Error> {
        loop {
            match &mut self.state {
                State::Head(partial) => {
                    let Some(head) = take_head(partial, input, self.role)? else {
                        return Ok(None);
                    };
                    self.state = self.begin_frame(head)?;
                }
                State::Data { payload, message, last } => {
                    let chunk = payload.take(input);
                    let frame_ends = payload.remaining == 0;
                    let end = frame_ends && *last;
                    let kind = message.kind;
                    if kind == MessageKind::Text {
                        message.text.push(chunk)?;
                        if end {
                            message.text.finish()?;
                        }
                    }
                    if frame_ends {
                        self.fragmented = (!end).then_some(*message);
                        self.state = State::between_frames();
                    }
                    if end || !chunk.is_empty() {
                        return Ok(Some(Event::Data { kind, payload: chunk, end }));
                    }
                    if !frame_ends {
                        return Ok(None);
                    }
                }
                State::Control { kind, payload, received } => {
                    received.extend(payload.take(input));
                    if payload.remaining > 0 {
                        return Ok(None);
                    }
                    let (kind, received) = (*kind, mem::take(received));
                    return self.end_control(kind, received).map(Some);
                }
                State::Closed => {
                    *input = &mut [];
                    return Ok(None);
                }
                State::Failed(error) => return Err(*error),
            }
        }
    }

    /// Checks the frame against what came before it.
    fn begin_frame(&mut self, head: ReceivedHead) -> Result<State, Error> {
        let mut message = match (head.kind, self.fragmented) {
            (FrameKind::Control(kind), _) => {
                let payload = Payload::new(&head).ok_or(Error::ControlTooLong)?;
                return Ok(State::Control { kind, payload, received: Control::default() });
            }
            (FrameKind::Start(kind), None) => Message { kind, announced: 0, text: Utf8Validator::default() },
            (FrameKind::Continuation, Some(message)) => message,
            (FrameKind::Start(_), Some(_)) => return Err(Error::MessageUnfinished),
            (FrameKind::Continuation, None) => return Err(Error::NothingToContinue),
        };
        let limit = self.limits.max_message;
        let payload = Payload::new(&head)
            .filter(|payload| payload.remaining <= limit.saturating_sub(message.announced))
            .ok_or(Error::MessageTooLong { limit })?;
        message.announced += payload.remaining;
        Ok(State::Data { payload, message, last: head.last })
    }

    fn end_control(&mut self, kind: ControlKind, payload: Control) -> Result<Event<'static>, Error> {
        self.state = State::between_frames();
        match kind {
            ControlKind::Ping => Ok(Event::Ping(payload)),
            ControlKind::Pong => Ok(Event::Pong(payload)),
            ControlKind::Close => {
                let close = CloseFrame::parse(payload.as_ref())?;
                self.state = State::Closed;
                Ok(Event::Close(close))
            }
        }
    }
}

impl State {
    fn between_frames() -> Self {
        Self::Head(SmallVec::new())
    }
}

impl Payload {
    /// `None` if the payload cannot be addressed on this machine.
    fn new(head: &ReceivedHead) -> Option<Self> {
        let remaining = usize::try_from(head.payload_len).ok()?;
        Some(Self { remaining, mask: head.mask.map(Mask::new) })
    }

    /// Takes what `input` has of this payload, unmasked.
    fn take<'a>(&mut self, input: &mut &'a mut [u8]) -> &'a [u8] {
        let len = self.remaining.min(input.len());
        let (chunk, rest) = mem::take(input).split_at_mut(len);
        *input = rest;
        self.remaining -= len;
        if let Some(mask) = &mut self.mask {
            mask.apply(chunk);
        }
        chunk
    }
}

/// Takes the rest of a frame head from `input`; `None` when `input` ends before it.
fn take_head(
    partial: &mut SmallVec<[u8; MAX_MASKED_HEAD]>,
    input: &mut &mut [u8],
    role: Role,
) -> Result<Option<ReceivedHead>, Error> {
    if partial.is_empty() {
        let parsed = ReceivedHead::parse(input, role)?;
        let len = parsed.map_or(input.len(), |(_, len)| len);
        let (bytes, rest) = mem::take(input).split_at_mut(len);
        *input = rest;
        if parsed.is_none() {
            partial.extend_from_slice(bytes);
        }
        return Ok(parsed.map(|(head, _)| head));
    }
    while let Some((byte, rest)) = mem::take(input).split_first_mut() {
        *input = rest;
        partial.push(*byte);
        if let Some((head, _)) = ReceivedHead::parse(partial, role)? {
            return Ok(Some(head));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_little_per_connection() {
        assert!(size_of::<Decoder>() <= 96, "{} bytes", size_of::<Decoder>());
    }
}
