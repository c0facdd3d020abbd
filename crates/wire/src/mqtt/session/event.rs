use crate::mqtt::{Connect, ConnectReturnCode, DecodeError, Publish, Subscribe, Unsubscribe};

/// What a client wants of the application, in the order in which it asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Answer with [`accept`](super::Session::accept) or [`refuse`](super::Session::refuse); nothing else comes before.
    Connect(Box<Connect>),
    /// A message. With a ticket it has QoS 1 or 2, and [`published`](super::Session::published) is due once it is
    /// committed.
    Publish {
        /// The message.
        publish: Publish,
        /// Names the message towards the session; `None` with QoS 0.
        ticket: Option<Ticket>,
    },
    /// Answer with [`suback`](super::Session::suback).
    Subscribe(Subscribe),
    /// Answer with [`unsuback`](super::Session::unsuback).
    Unsubscribe(Unsubscribe),
    /// The client has taken over the message that was delivered with this token: PUBACK or PUBCOMP came.
    Settled {
        /// As given to [`deliver`](super::Session::deliver).
        token: u64,
    },
    /// The client leaves in peace: its will must be discarded [MQTT-3.14.4-3]. The last event of a session; without it
    /// the will is due when the connection ends, whatever ended it [MQTT-3.1.2-8].
    Disconnect,
}

/// A QoS 1 or 2 message of the client that waits for its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

/// Why a session is over. What [`poll_transmit`](super::Session::poll_transmit) still has may be sent, then the
/// connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// DISCONNECT came.
    #[error("client disconnected")]
    Disconnected,
    /// CONNECT has been answered with this code [MQTT-3.2.2-5].
    #[error("connection refused: {0:?}")]
    Refused(ConnectReturnCode),
    /// What came is not MQTT, or breaks its rules [MQTT-4.8.0-1].
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// No complete CONNECT in time.
    #[error("no CONNECT in time")]
    ConnectTimeout,
    /// Silence for one and a half times the keep alive [MQTT-3.1.2-24].
    #[error("client fell silent")]
    KeepAliveTimeout,
    /// The client sent more before its CONNECT was answered than one packet may hold.
    #[error("too many bytes before CONNECT was answered")]
    TooEager,
    /// More QoS 2 messages without PUBREL than [`SessionConfig::max_inbound_qos2`](super::SessionConfig).
    #[error("too many messages that wait for PUBREL")]
    TooManyUnreleased,
    /// More messages without an answer than [`SessionConfig::max_unanswered`](super::SessionConfig).
    #[error("too many messages that wait for an answer")]
    TooManyUnanswered,
}
