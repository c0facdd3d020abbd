use deskwire_wire::ws::{CloseFrame, Decoder, Error, Event, Limits, MessageKind, Role};

/// What one end of a connection said, with the chunks of each message put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Message(MessageKind, Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<CloseFrame>),
}

/// All that a decoder makes of a byte stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) said: Vec<Said>,
    pub(crate) error: Option<Error>,
}

impl Transcript {
    pub(crate) fn of(said: impl Into<Vec<Said>>) -> Self {
        Self { said: said.into(), error: None }
    }

    pub(crate) fn failed(said: impl Into<Vec<Said>>, error: Error) -> Self {
        Self { said: said.into(), error: Some(error) }
    }
}

pub(crate) fn text(text: &str) -> Said {
    Said::Message(MessageKind::Text, text.into())
}

pub(crate) fn binary(bytes: &[u8]) -> Said {
    Said::Message(MessageKind::Binary, bytes.into())
}

/// Decodes `stream`, given in pieces of the sizes in `cuts`, over and over, and checks what holds for every stream.
pub(crate) fn decode_in_pieces(role: Role, max_message: usize, stream: &[u8], cuts: &[usize]) -> Transcript {
    let mut decoder = Decoder::new(role, Limits { max_message });
    let mut stream = stream.to_vec();
    let mut rest = stream.as_mut_slice();
    let mut said = Vec::new();
    let mut unfinished: Option<(MessageKind, Vec<u8>)> = None;
    for &cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (mut piece, later) = rest.split_at_mut(cut.clamp(1, rest.len()));
        rest = later;
        loop {
            let event = match decoder.decode(&mut piece) {
                Ok(Some(event)) => event,
                Ok(None) => {
                    assert!(piece.is_empty(), "input is left");
                    break;
                }
                Err(error) => {
                    assert_eq!(decoder.decode(&mut piece), Err(error), "an error is final");
                    return Transcript::failed(said, error);
                }
            };
            match event {
                Event::Data { kind, payload, end } => {
                    assert!(end || !payload.is_empty(), "a chunk without a purpose");
                    let (started_as, bytes) = unfinished.get_or_insert_with(|| (kind, Vec::new()));
                    assert_eq!(*started_as, kind);
                    bytes.extend_from_slice(payload);
                    assert!(bytes.len() <= max_message, "the limit is exceeded");
                    if end {
                        said.extend(unfinished.take().map(|(kind, bytes)| Said::Message(kind, bytes)));
                    }
                }
                Event::Ping(payload) => said.push(Said::Ping(payload.as_ref().to_vec())),
                Event::Pong(payload) => said.push(Said::Pong(payload.as_ref().to_vec())),
                Event::Close(close) => said.push(Said::Close(close)),
            }
        }
    }
    Transcript::of(said)
}

/// Decodes `stream`, given at once.
pub(crate) fn decode(role: Role, max_message: usize, stream: &[u8]) -> Transcript {
    decode_in_pieces(role, max_message, stream, &[usize::MAX])
}
