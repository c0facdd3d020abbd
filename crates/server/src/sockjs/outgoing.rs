//! What a session has to say to its client, and how much of it is known to have arrived.

use std::collections::VecDeque;

use deskwire_wire::sockjs;

/// Marks that are told apart; more are merged into the last, which delays their proof and loses none.
const MOST_MARKS: usize = 64;

/// What was written for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A frame that others may follow.
    Frame,
    /// The close frame.
    Last,
}

/// How a session ends, in the words of its close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goodbye {
    pub(super) code: u16,
    pub(super) reason: String,
}

/// A number to report once everything before `position` has arrived.
#[derive(Clone, Copy, Debug)]
struct Mark {
    position: u64,
    number: u64,
}

/// The outgoing side of a session. Positions count the octets of elements since its beginning.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    opened: bool,
    /// Elements, each with a comma behind it.
    waiting: Vec<u8>,
    goodbye: Option<Goodbye>,
    written: u64,
    /// What was in responses that have ended in the ordinary way.
    answered: u64,
    /// What the client had when it came back for more.
    arrived: u64,
    marks: VecDeque<Mark>,
    proved: Option<u64>,
}

impl Outgoing {
    /// Octets of elements since the beginning.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Octets that wait for a receiver.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn push(&mut self, elements: &[u8]) {
        self.waiting.extend_from_slice(elements);
        self.written += elements.len() as u64;
    }

    /// Ends the session; only the first goodbye counts.
    pub(super) fn close(&mut self, goodbye: Goodbye) {
        self.goodbye.get_or_insert(goodbye);
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.goodbye.is_some()
    }

    /// Appends the next frame, if one is due. The close frame is repeated for ever
    /// (`spec/stomp-sockjs.md` rule 30).
    pub(super) fn next_frame(&mut self, out: &mut Vec<u8>) -> Option<Said> {
        if !std::mem::replace(&mut self.opened, true) {
            sockjs::put_open(out);
            return Some(Said::Frame);
        }
        if !self.waiting.is_empty() {
            sockjs::put_array(out, &std::mem::take(&mut self.waiting));
            return Some(Said::Frame);
        }
        let goodbye = self.goodbye.as_ref()?;
        sockjs::put_close(out, goodbye.code, &goodbye.reason);
        Some(Said::Last)
    }

    /// A response has ended in the ordinary way.
    pub(super) fn answer_ended(&mut self) {
        self.answered = self.written - self.waiting.len() as u64;
    }

    /// A receiver came: the client has what the responses before it said (DESIGN §1, cursor rules).
    pub(super) fn receiver_came(&mut self) {
        self.arrived = self.answered;
        while let Some(mark) = self.marks.front()
            && mark.position <= self.arrived
        {
            self.proved = self.proved.max(Some(mark.number));
            self.marks.pop_front();
        }
    }

    /// Asks for `number` to be reported once everything before `position` has arrived.
    pub(super) fn mark(&mut self, position: u64, number: u64) {
        if position <= self.arrived {
            self.proved = self.proved.max(Some(number));
            return;
        }
        if self.marks.len() == MOST_MARKS {
            self.marks.pop_back();
        }
        self.marks.push_back(Mark { position, number });
    }

    /// The highest number proved since this was asked last.
    pub(super) const fn take_proved(&mut self) -> Option<u64> {
        self.proved.take()
    }

    pub(super) const fn has_proved(&self) -> bool {
        self.proved.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(outgoing: &mut Outgoing) -> Option<(String, Said)> {
        let mut out = Vec::new();
        let said = outgoing.next_frame(&mut out)?;
        Some((String::from_utf8(out).unwrap(), said))
    }

    fn frame(text: &str) -> Option<(String, Said)> {
        Some((text.to_owned(), Said::Frame))
    }

    #[test]
    fn what_waits_is_said_together_and_the_end_again_and_again() {
        let mut outgoing = Outgoing::default();
        assert_eq!(next(&mut outgoing), frame("o"));
        assert_eq!(next(&mut outgoing), None);
        outgoing.push(b"\"a\",");
        outgoing.push(b"\"b\",\"c\",");
        outgoing.close(Goodbye { code: 3000, reason: "Go away!".to_owned() });
        outgoing.close(Goodbye { code: 1000, reason: String::new() });
        assert_eq!(next(&mut outgoing), frame("a[\"a\",\"b\",\"c\"]"));
        for _ in 0..2 {
            assert_eq!(next(&mut outgoing), Some(("c[3000,\"Go away!\"]".to_owned(), Said::Last)));
        }
    }

    #[test]
    fn only_a_client_that_comes_back_proves_anything() {
        let mut outgoing = Outgoing::default();
        outgoing.receiver_came();
        outgoing.push(b"\"a\",");
        outgoing.mark(outgoing.written(), 7);
        next(&mut outgoing);
        next(&mut outgoing);
        assert!(!outgoing.has_proved(), "said is not heard");
        outgoing.answer_ended();
        assert!(!outgoing.has_proved(), "answered is not heard");
        outgoing.push(b"\"b\",");
        outgoing.mark(outgoing.written(), 8);
        outgoing.receiver_came();
        assert_eq!(outgoing.take_proved(), Some(7));
        assert_eq!(outgoing.take_proved(), None);
        outgoing.mark(4, 9);
        assert_eq!(outgoing.take_proved(), Some(9), "what has arrived needs no new proof");
        next(&mut outgoing);
        outgoing.answer_ended();
        outgoing.receiver_came();
        assert_eq!(outgoing.take_proved(), Some(8));
    }

    #[test]
    fn marks_are_bounded_and_the_last_is_kept() {
        let mut outgoing = Outgoing::default();
        for number in 0..1000 {
            outgoing.push(b"\"\",");
            outgoing.mark(outgoing.written(), number);
        }
        assert_eq!(outgoing.marks.len(), MOST_MARKS);
        while next(&mut outgoing).is_some() {}
        outgoing.answer_ended();
        outgoing.receiver_came();
        assert_eq!(outgoing.take_proved(), Some(999));
    }
}
