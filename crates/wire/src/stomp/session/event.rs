//! What a client wants from the application.

use smallvec::SmallVec;

use super::{AckMode, DurableName};
use crate::stomp::{Frame, MessageId, SubscriptionKey, Version};

/// One request of the client. Its order among all others is the order of the client's frames.
#[derive(Debug)]
pub enum Event {
    /// To be answered with [`Session::accept`](super::Session::accept) or [`Session::error`](super::Session::error).
    Connect(Connect),
    /// A new subscription. Its receipt goes out when it is active and before its first message.
    Subscribe(Subscribe),
    /// A subscription ends.
    Unsubscribe(Unsubscribe),
    /// A durable subscription is no longer wanted, which the connection has not subscribed to now.
    Forget(Forget),
    /// A message to a destination.
    Send(Send),
    /// Messages were consumed.
    Ack(Settlement),
    /// Messages were refused.
    Nack(Settlement),
    /// Asks for a RECEIPT, for frames that the session processes alone and for COMMIT.
    ///
    /// It is due when everything that was handed out before is done, which makes it a barrier: the frames of a
    /// transaction come out just before the receipt of their COMMIT, which tells the client that all of them are safe.
    /// Frames inside a transaction have been answered when they joined it, since a client may wait for that before it
    /// commits.
    Receipt {
        /// For [`Session::receipt`](super::Session::receipt).
        id: Box<str>,
    },
    /// The client goes. To be answered with [`Session::finish`](super::Session::finish) when everything before is done.
    Disconnect(Disconnect),
}

/// CONNECT or STOMP.
#[derive(Debug)]
pub struct Connect {
    /// The version that was chosen.
    pub version: Version,
    /// The frame, for further headers.
    pub frame: Frame,
}

impl Connect {
    /// Name of the user.
    #[must_use]
    pub fn login(&self) -> Option<&str> {
        self.frame.header("login")
    }

    /// Password of the user.
    #[must_use]
    pub fn passcode(&self) -> Option<&str> {
        self.frame.header("passcode")
    }

    /// The virtual host.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.frame.header("host")
    }

    /// A header that clients name after the one of HTTP, in any case of letters.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.frame.headers().find(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(_, value)| value)
    }
}

/// SUBSCRIBE.
#[derive(Debug)]
pub struct Subscribe {
    /// The subscription's number.
    pub subscription: SubscriptionKey,
    /// How it acknowledges.
    pub ack: AckMode,
    /// The frame, for further headers.
    pub frame: Frame,
}

impl Subscribe {
    /// The client's name for it, which each MESSAGE repeats; it may be missing on 1.0.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.frame.header("id")
    }

    /// What it subscribes to.
    #[must_use]
    pub fn destination(&self) -> &str {
        destination(&self.frame)
    }

    /// What to keep it under while the client is away, if that is wanted.
    #[must_use]
    pub fn durable(&self) -> Option<DurableName<'_>> {
        DurableName::of_subscribe(&self.frame)
    }

    /// The receipt to send, if it asks for one.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.frame.header("receipt")
    }
}

/// UNSUBSCRIBE of a live subscription.
#[derive(Debug)]
pub struct Unsubscribe {
    /// The subscription's number.
    pub subscription: SubscriptionKey,
    /// Messages that the client did not acknowledge, oldest first.
    pub unsettled: Vec<MessageId>,
    /// The frame, for further headers.
    pub frame: Frame,
}

impl Unsubscribe {
    /// The client's name for the subscription; on 1.0 it may be its destination.
    #[must_use]
    pub fn id(&self) -> &str {
        self.frame.header("id").unwrap_or_else(|| destination(&self.frame))
    }

    /// The durable subscription to forget, if that is wanted.
    #[must_use]
    pub fn durable(&self) -> Option<DurableName<'_>> {
        DurableName::of_unsubscribe(&self.frame)
    }

    /// The receipt to send, if it asks for one.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.frame.header("receipt")
    }
}

/// UNSUBSCRIBE of a durable subscription that is not live on this connection.
#[derive(Debug)]
pub struct Forget {
    /// The frame, for further headers.
    pub frame: Frame,
}

impl Forget {
    /// The durable subscription to forget.
    #[must_use]
    pub fn durable(&self) -> Option<DurableName<'_>> {
        DurableName::of_unsubscribe(&self.frame)
    }

    /// The receipt to send, if it asks for one.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.frame.header("receipt")
    }
}

/// SEND.
#[derive(Debug)]
pub struct Send {
    /// The frame, with its headers and body.
    pub frame: Frame,
    pub(super) receipt_due: bool,
}

impl Send {
    /// Where to.
    #[must_use]
    pub fn destination(&self) -> &str {
        destination(&self.frame)
    }

    /// The receipt to send, if it asks for one; `None` for a frame of a transaction.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.frame.header("receipt").filter(|_| self.receipt_due)
    }
}

/// ACK or NACK of messages that were outstanding.
#[derive(Debug)]
pub struct Settlement {
    /// The subscription's number.
    pub subscription: SubscriptionKey,
    /// The messages, oldest first; at least one.
    pub settled: SmallVec<[MessageId; 2]>,
    /// The frame, for further headers.
    pub frame: Frame,
    pub(super) receipt_due: bool,
}

impl Settlement {
    /// The receipt to send, if it asks for one; `None` for a frame of a transaction.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.frame.header("receipt").filter(|_| self.receipt_due)
    }
}

/// DISCONNECT.
#[derive(Debug)]
pub struct Disconnect {
    /// The frame, for further headers.
    pub frame: Frame,
}

impl Disconnect {
    /// The receipt that [`Session::finish`](super::Session::finish) will send.
    #[must_use]
    pub fn receipt(&self) -> Option<&str> {
        self.frame.header("receipt")
    }
}

/// The session lets no frame through that has no destination where one is needed.
fn destination(frame: &Frame) -> &str {
    frame.header("destination").unwrap_or_default()
}
