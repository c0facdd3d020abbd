//! What an acknowledgement is about.

use deskwire_broker::SubscriptionKey;
use deskwire_model::Seq;

/// The key under which what waits in the mailbox is delivered; subscriptions are numbered from 1.
pub(super) const MAILBOX: SubscriptionKey = 0;

/// The subscription in the upper 24 bits, the position in its log or the number in the mailbox in the lower 40 (0 in a log
/// for what is not in it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Token(u64);

/// What is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acknowledged {
    /// The message with this number in the mailbox.
    Posted(u64),
    /// An entry of the log that a subscription follows.
    Entry(SubscriptionKey, Seq),
    /// A message that nobody remembers.
    Nothing,
}

impl Token {
    const NUMBER_BITS: u32 = 40;
    /// Subscriptions a connection can make in its life.
    pub(super) const MAX_KEY: SubscriptionKey = (1 << (u64::BITS - Self::NUMBER_BITS)) - 1;

    const fn new(key: SubscriptionKey, number: u64) -> Self {
        Self((key as u64) << Self::NUMBER_BITS | number & ((1 << Self::NUMBER_BITS) - 1))
    }

    /// A message in the mailbox.
    pub(super) const fn of_post(number: u64) -> Self {
        Self::new(MAILBOX, number)
    }

    /// What was said on a subscription, at a position if it is in a log.
    pub(super) fn of_entry(key: SubscriptionKey, seq: Option<Seq>) -> Self {
        Self::new(key, seq.unwrap_or_default().0)
    }

    pub(super) const fn from_acknowledged(token: u64) -> Self {
        Self(token)
    }

    pub(super) const fn get(self) -> u64 {
        self.0
    }

    pub(super) fn acknowledged(self) -> Acknowledged {
        let key = SubscriptionKey::try_from(self.0 >> Self::NUMBER_BITS).expect("24 bits fit");
        match (key, self.0 & ((1 << Self::NUMBER_BITS) - 1)) {
            (MAILBOX, number) => Acknowledged::Posted(number),
            (_, 0) => Acknowledged::Nothing,
            (key, seq) => Acknowledged::Entry(key, Seq(seq)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_subscription_and_position() {
        let highest = (1 << 40) - 1;
        for (token, acknowledged) in [
            (Token::of_entry(1, None), Acknowledged::Nothing),
            (Token::of_entry(7, Some(Seq(1))), Acknowledged::Entry(7, Seq(1))),
            (Token::of_entry(Token::MAX_KEY, Some(Seq(highest))), Acknowledged::Entry(Token::MAX_KEY, Seq(highest))),
            (Token::of_post(0), Acknowledged::Posted(0)),
            (Token::of_post(highest), Acknowledged::Posted(highest)),
        ] {
            assert_eq!(Token::from_acknowledged(token.get()).acknowledged(), acknowledged);
        }
    }
}
