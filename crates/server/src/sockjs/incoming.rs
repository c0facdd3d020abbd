//! What a client has sent and the server's end of the session has not taken.

use std::collections::VecDeque;

use deskwire_wire::sockjs::Messages;

/// Bytes that a message or a request takes beside its text.
const OVERHEAD: usize = 32;

/// The inbox of a session. It is read either as a stream of bytes or message by message, never both.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    requests: VecDeque<Messages>,
    /// Bytes of all requests, with what they take beside their text.
    size: usize,
    /// Bytes, or messages, that were taken of the first request.
    taken: usize,
}

impl Incoming {
    /// Whether `messages` may be added: never beyond `limit` bytes, but a request alone always fits, as it is bounded
    /// itself.
    pub(super) fn has_room(&self, messages: &Messages, limit: usize) -> bool {
        self.size == 0 || self.size + cost(messages) <= limit
    }

    pub(super) fn push(&mut self, messages: Messages) {
        if !messages.is_empty() {
            self.size += cost(&messages);
            self.requests.push_back(messages);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Takes up to `room` bytes, as `take` sees them piece by piece. Nothing is taken of an empty inbox.
    pub(super) fn read(&mut self, mut room: usize, mut take: impl FnMut(&[u8])) {
        while let Some(first) = self.requests.front() {
            let rest = &first.joined().as_bytes()[self.taken..];
            let piece = &rest[..rest.len().min(room)];
            take(piece);
            self.taken += piece.len();
            room -= piece.len();
            if self.taken < first.joined().len() {
                return;
            }
            self.drop_first();
        }
    }

    pub(super) fn next_message(&mut self) -> Option<String> {
        let first = self.requests.front()?;
        let message = first.get(self.taken).map(str::to_owned);
        self.taken += 1;
        if self.taken >= first.len() {
            self.drop_first();
        }
        message
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn drop_first(&mut self) {
        self.taken = 0;
        if let Some(first) = self.requests.pop_front() {
            self.size -= cost(&first);
        }
    }
}

fn cost(messages: &Messages) -> usize {
    messages.joined().len() + OVERHEAD * (1 + messages.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn messages(texts: &[String]) -> Messages {
        let json = serde_json::to_vec(texts).unwrap();
        Messages::from_request(&json, usize::MAX).unwrap()
    }

    fn requests() -> impl Strategy<Value = Vec<Vec<String>>> {
        prop::collection::vec(prop::collection::vec(".{0,6}", 0..4), 0..6)
    }

    proptest! {
        #[test]
        fn the_bytes_come_in_order_whatever_is_taken_at_a_time(requests in requests(), room in 1..9_usize) {
            let (mut incoming, mut read) = (Incoming::default(), Vec::new());
            for request in &requests {
                incoming.push(messages(request));
                incoming.read(room, |piece| read.extend_from_slice(piece));
            }
            for _ in 0..1000 {
                incoming.read(room, |piece| read.extend_from_slice(piece));
            }
            prop_assert_eq!(String::from_utf8(read).unwrap(), requests.concat().concat());
            prop_assert_eq!(incoming.size, 0);
        }

        #[test]
        fn messages_come_one_by_one(requests in requests()) {
            let mut incoming = Incoming::default();
            requests.iter().for_each(|request| incoming.push(messages(request)));
            let read: Vec<String> = std::iter::from_fn(|| incoming.next_message()).collect();
            prop_assert_eq!(read, requests.concat());
            prop_assert_eq!(incoming.size, 0);
        }
    }

    #[test]
    fn the_limit_holds_for_what_is_not_taken() {
        let mut incoming = Incoming::default();
        let large = messages(&["x".repeat(100)]);
        let small = messages(&["x".to_owned()]);
        assert!(incoming.has_room(&large, 10), "alone it fits");
        incoming.push(large);
        assert!(!incoming.has_room(&small, 10));
        assert!(incoming.has_room(&small, 1000));
        incoming.read(50, |_| {});
        assert!(!incoming.has_room(&small, 10), "half of a request still holds all of it");
        incoming.read(50, |_| {});
        assert!(incoming.has_room(&small, 10));
    }
}
