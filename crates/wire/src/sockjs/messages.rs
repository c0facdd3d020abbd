use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use smallvec::SmallVec;

/// Why what a client sent is not messages. Nothing of it has been taken, and the session may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Nothing, or JSON that is no array of strings.
    #[error("an array of strings was expected")]
    Missing,
    /// Not JSON.
    #[error("broken json encoding")]
    Broken,
    /// A message with more bytes than its limit.
    #[error("message is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
}

impl PayloadError {
    /// The body of the answer to a request (`spec/stomp-sockjs.md` §3.7).
    #[must_use]
    pub const fn body(self) -> &'static str {
        match self {
            Self::Missing => "Payload expected.",
            Self::Broken => "Broken JSON encoding.",
            Self::TooLong { .. } => "Message too long.",
        }
    }
}

/// The messages of one request or of one WebSocket message, in order. A lone surrogate, which JSON can spell and UTF-8
/// cannot, has become U+FFFD (`spec/stomp-sockjs.md` rule 32).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// All messages, one behind the other.
    text: String,
    /// Where each of them ends.
    ends: SmallVec<[usize; 4]>,
}

impl Messages {
    /// Reads the body of `xhr_send`, or the field `d` of `jsonp_send`: an array of strings. It is the caller who bounds
    /// the body; what is kept of it is bounded by that.
    ///
    /// # Errors
    /// [`PayloadError`]; [`PayloadError::TooLong`] for a message above `max_message` bytes.
    pub fn from_request(body: &[u8], max_message: usize) -> Result<Self, PayloadError> {
        if body.is_empty() {
            return Err(PayloadError::Missing);
        }
        Self::read(body, max_message, false).map_err(|error| match error {
            PayloadError::Broken if is_json(body) => PayloadError::Missing,
            error => error,
        })
    }

    /// Reads a WebSocket message: an array of strings, one string, or nothing (`spec/stomp-sockjs.md` §3.6).
    ///
    /// # Errors
    /// [`PayloadError::Broken`] and [`PayloadError::TooLong`], see [`Self::from_request`].
    pub fn from_websocket(message: &[u8], max_message: usize) -> Result<Self, PayloadError> {
        if message.is_empty() {
            return Ok(Self::default());
        }
        let single = message.trim_ascii_start().starts_with(b"\"");
        Self::read(message, max_message, single)
    }

    /// Reads an array of strings, or a `single` one.
    fn read(json: &[u8], max_message: usize, single: bool) -> Result<Self, PayloadError> {
        // A body that is no text is not to be mended: what cannot be read twice in the same way is broken.
        if std::str::from_utf8(json).is_err() {
            return Err(PayloadError::Broken);
        }
        let mut messages = Self::default();
        let mut reader = serde_json::Deserializer::from_slice(json);
        let read = if single {
            OneString(&mut messages).deserialize(&mut reader)
        } else {
            reader.deserialize_seq(Strings(&mut messages))
        };
        read.and_then(|()| reader.end()).map_err(|_| PayloadError::Broken)?;
        if messages.iter().any(|message| message.len() > max_message) {
            return Err(PayloadError::TooLong { limit: max_message });
        }
        Ok(messages)
    }

    /// The messages.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The message at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none, as in `[]`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All messages, one behind the other, for protocols that are streams of bytes (`spec/stomp-sockjs.md` §3.10).
    #[must_use]
    pub fn joined(&self) -> &str {
        &self.text
    }

    /// Adds a message that may hold surrogates, as WTF-8; everything else in it is UTF-8.
    fn push(&mut self, message: &[u8]) {
        match std::str::from_utf8(message) {
            Ok(text) => self.text.push_str(text),
            Err(_) => self.push_mended(message),
        }
        self.ends.push(self.text.len());
    }

    fn push_mended(&mut self, message: &[u8]) {
        for chunk in message.utf8_chunks() {
            self.text.push_str(chunk.valid());
            // A surrogate is three bytes here, each an invalid chunk of its own; only the first counts.
            if chunk.invalid().first().is_some_and(|byte| *byte >= 0xc0) {
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}

fn is_json(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|body| serde_json::from_str::<IgnoredAny>(body).is_ok())
}

/// Reads an array of strings.
struct Strings<'a>(&'a mut Messages);

impl<'de> Visitor<'de> for Strings<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while array.next_element_seed(OneString(self.0))?.is_some() {}
        Ok(())
    }
}

/// Reads one string, as bytes: only so does serde_json let lone surrogates pass.
struct OneString<'a>(&'a mut Messages);

impl<'de> DeserializeSeed<'de> for OneString<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for OneString<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, message: &[u8]) -> Result<(), E> {
        self.0.push(message);
        Ok(())
    }
}
