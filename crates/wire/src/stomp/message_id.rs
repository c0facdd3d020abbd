//! Identifiers that the server puts into MESSAGE and gets back in ACK and NACK. They consist of digits and hyphens, so
//! that clients which escape wrongly, or not at all, return them unharmed.

use std::fmt;

/// A subscription's place among all that its connection ever made: 0, 1, 2 … A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionKey(pub u32);

/// The `message-id` header: `source-number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// What numbers the messages, such as a log or a queue.
    pub source: u64,
    /// The message's number in its source.
    pub number: u64,
}

/// The `ack` header: `source-number-subscription`. With the subscription as a small number, the frames for the first
/// subscription of many connections are the same and can share their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AckId {
    /// The message to be acknowledged.
    pub message: MessageId,
    /// The subscription that it was delivered to.
    pub subscription: SubscriptionKey,
}

impl MessageId {
    /// Reads what [`Display`](fmt::Display) wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (source, number) = text.split_once('-')?;
        Some(Self { source: decimal(source)?, number: decimal(number)? })
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        write_decimal(out, self.source);
        out.push(b'-');
        write_decimal(out, self.number);
    }
}

impl AckId {
    /// Reads what [`Display`](fmt::Display) wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (message, subscription) = text.rsplit_once('-')?;
        Some(Self {
            message: MessageId::parse(message)?,
            subscription: SubscriptionKey(u32::try_from(decimal(subscription)?).ok()?),
        })
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        self.message.write(out);
        out.push(b'-');
        write_decimal(out, u64::from(self.subscription.0));
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source, self.number)
    }
}

impl fmt::Display for AckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.message, self.subscription.0)
    }
}

/// `str::parse` would also take a plus sign.
fn decimal(text: &str) -> Option<u64> {
    if !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Appends a number without going through `fmt`.
pub(super) fn write_decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_survive_their_text_form() {
        for (source, number) in [(0, 0), (7, 10), (u64::MAX, u64::MAX)] {
            let message = MessageId { source, number };
            let mut out = Vec::new();
            message.write(&mut out);
            assert_eq!(out, message.to_string().into_bytes());
            assert_eq!(MessageId::parse(&message.to_string()), Some(message));

            let ack = AckId { message, subscription: SubscriptionKey(u32::MAX) };
            out.clear();
            ack.write(&mut out);
            assert_eq!(out, ack.to_string().into_bytes());
            assert_eq!(AckId::parse(&ack.to_string()), Some(ack));
        }
    }

    #[test]
    fn other_texts_are_no_identifiers() {
        for text in ["", "-", "1", "1-", "-1", "+1-2", "1-2-3", "a-b", "undefined", "99999999999999999999-1"] {
            assert_eq!(MessageId::parse(text), None, "{text}");
        }
        for text in ["", "1-2", "1-2-", "1-2-4294967296", "1-2-3-4"] {
            assert_eq!(AckId::parse(text), None, "{text}");
        }
    }
}
