//! How a message may be lost on purpose.

/// Why a message leaves a queue or a mailbox unconsumed, as a label of the metric that counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It was too late.
    Expired,
    /// It was refused too often.
    Refused,
    /// There was no room.
    Overflow,
}

impl Loss {
    const fn label(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Overflow => "overflow",
        }
    }

    pub(crate) fn count(self) {
        metrics::counter!("deskwire_queue_messages_dropped_total", "reason" => self.label()).increment(1);
    }
}
