//! How long a client may be silent: after a while it is asked for a sign of life, after as long again it is gone.

use deskwire_wire::Tick;

/// What is to be done about a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing yet.
    Bearable,
    /// Ask for a sign of life, once.
    Ask,
    /// End the connection.
    Gone,
}

/// The silence of one client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence {
    since: Tick,
    /// Milliseconds that are borne, before and again after the question; without end where nothing can be asked.
    limit_ms: Option<u64>,
    asked: bool,
}

impl Silence {
    pub(super) const fn new(now: Tick, limit_ms: Option<u64>) -> Self {
        Self { since: now, limit_ms, asked: false }
    }

    /// When the client was last heard.
    pub(super) const fn since(&self) -> Tick {
        self.since
    }

    /// The client was heard.
    pub(super) const fn end(&mut self, now: Tick) {
        (self.since, self.asked) = (now, false);
    }

    pub(super) fn judge(&mut self, now: Tick) -> Verdict {
        if self.due().is_none_or(|due| now < due) {
            return Verdict::Bearable;
        }
        if std::mem::replace(&mut self.asked, true) { Verdict::Gone } else { Verdict::Ask }
    }

    /// When [`Self::judge`] will have something to say, if ever.
    pub(super) fn due(&self) -> Option<Tick> {
        self.limit_ms.map(|limit| self.since.after(limit * if self.asked { 2 } else { 1 } + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_client_is_asked_once_and_then_gone() {
        let at = Tick::from_millis;
        let mut silence = Silence::new(at(0), Some(10));
        for (now, verdict) in [
            (10, Verdict::Bearable),
            (11, Verdict::Ask),
            (12, Verdict::Bearable),
            (20, Verdict::Bearable),
            (21, Verdict::Gone),
        ] {
            assert_eq!(silence.judge(at(now)), verdict, "at {now}");
        }
        silence.end(at(21));
        assert_eq!(silence.due(), Some(at(32)));
        assert_eq!(silence.judge(at(32)), Verdict::Ask, "a sign of life begins it anew");
        assert_eq!(Silence::new(at(0), None).judge(at(1_000_000_000)), Verdict::Bearable, "who cannot be asked");
    }
}
