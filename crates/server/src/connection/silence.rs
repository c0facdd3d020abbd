//! How long a client may be silent. One that can be asked is asked for a sign of life after a while, and gone after as long
//! again; one that cannot no longer keeps its user online.

use deskwire_wire::Tick;

/// What is done about a client that is silent, after how many milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Patience {
    /// It is asked, and cut when it is silent for as long again.
    Asks(u64),
    /// Its lease is over.
    Leases(u64),
}

/// What is to be done about a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing yet.
    Bearable,
    /// Ask for a sign of life, once.
    Ask,
    /// End the connection.
    Gone,
    /// Count its user as absent, once.
    Absent,
}

/// The silence of one client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence {
    since: Tick,
    patience: Patience,
    /// Whether it has come to a verdict.
    judged: bool,
}

impl Silence {
    pub(super) const fn new(now: Tick, patience: Patience) -> Self {
        Self { since: now, patience, judged: false }
    }

    /// When the client was last heard.
    pub(super) const fn since(&self) -> Tick {
        self.since
    }

    /// The client was heard.
    pub(super) const fn end(&mut self, now: Tick) {
        (self.since, self.judged) = (now, false);
    }

    /// The client was not listened to for so many milliseconds, which do not count.
    pub(super) fn excuse(&mut self, millis: u64) {
        self.since = self.since.after(millis);
    }

    pub(super) fn judge(&mut self, now: Tick) -> Verdict {
        if self.due().is_none_or(|due| now < due) {
            return Verdict::Bearable;
        }
        match (self.patience, std::mem::replace(&mut self.judged, true)) {
            (Patience::Asks(_), false) => Verdict::Ask,
            (Patience::Asks(_), true) => Verdict::Gone,
            (Patience::Leases(_), _) => Verdict::Absent,
        }
    }

    /// When [`Self::judge`] will have something to say, if ever.
    pub(super) fn due(&self) -> Option<Tick> {
        let limit = match (self.patience, self.judged) {
            (Patience::Asks(limit), false) | (Patience::Leases(limit), false) => limit,
            (Patience::Asks(limit), true) => limit * 2,
            (Patience::Leases(_), true) => return None,
        };
        Some(self.since.after(limit + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Tick {
        Tick::from_millis(millis)
    }

    #[test]
    fn a_silent_client_is_asked_once_and_then_gone() {
        let mut silence = Silence::new(at(0), Patience::Asks(10));
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
    }

    #[test]
    fn who_cannot_be_asked_is_absent_once_and_never_gone() {
        let mut silence = Silence::new(at(0), Patience::Leases(10));
        assert_eq!((silence.judge(at(10)), silence.due()), (Verdict::Bearable, Some(at(11))));
        assert_eq!((silence.judge(at(11)), silence.due()), (Verdict::Absent, None));
        assert_eq!(silence.judge(at(1_000_000_000)), Verdict::Bearable);
        silence.end(at(20));
        assert_eq!((silence.judge(at(30)), silence.judge(at(31))), (Verdict::Bearable, Verdict::Absent));
    }

    #[test]
    fn time_in_which_nobody_listened_does_not_count() {
        let mut silence = Silence::new(at(0), Patience::Leases(10));
        silence.excuse(5);
        assert_eq!((silence.judge(at(15)), silence.judge(at(16))), (Verdict::Bearable, Verdict::Absent));
        silence.excuse(5);
        assert_eq!(silence.due(), None, "what we do meanwhile is no sign of the client's life");
    }
}
