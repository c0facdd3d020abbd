use crate::mqtt::{
    ConnackCode, Connect, DecodeError, Disconnect, DisconnectCode, PacketId, PubackCode, Publish, Subscribe,
    Unsubscribe,
};

/// What a client wants of the application, in the order in which it asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Answer with [`accept`](super::Session::accept) or [`refuse`](super::Session::refuse); nothing else comes before.
    Connect(Box<Connect>),
    /// A message. With a ticket it has QoS 1 or 2, and [`published`](super::Session::published) is due once it is
    /// committed. A durable session commits the identifier of a QoS 2 message together with it.
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
    /// The client does not want the message that was delivered with this token, and it is not to be sent again: PUBACK or
    /// PUBREC came with a refusal (MQTT 5.0).
    Rejected {
        /// As given to [`deliver`](super::Session::deliver).
        token: u64,
        /// Why.
        code: PubackCode,
    },
    /// In a [durable](super::Acceptance::durable) session: PUBREC came. Store that the message waits for PUBCOMP, then
    /// [`release`](super::Session::release) it.
    Received {
        /// As given to [`deliver`](super::Session::deliver).
        token: u64,
        /// The identifier of the message.
        packet_id: PacketId,
    },
    /// In a [durable](super::Acceptance::durable) session: PUBREL came. Store that the identifier is free, then call
    /// [`published`](super::Session::published).
    Released {
        /// An identifier that came with a QoS 2 message.
        packet_id: PacketId,
        /// Names the PUBREL towards the session.
        ticket: Ticket,
    },
    /// The client leaves. Unless the packet [keeps the will](Disconnect::keeps_will), that must be discarded
    /// [MQTT-3.14.4-3]. The last event of a session; without it the will is due when the connection ends, whatever ended it
    /// [MQTT-3.1.2-8].
    Disconnect(Disconnect),
}

/// A packet of the client that waits for a commit: a QoS 1 or 2 message, or the PUBREL of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

/// Why a session is over. What [`poll_transmit`](super::Session::poll_transmit) still has may be sent, then the
/// connection is to be closed. A client of MQTT 5.0 that has been accepted is told with DISCONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// DISCONNECT came.
    #[error("client disconnected")]
    Disconnected,
    /// [`disconnect`](super::Session::disconnect) was called.
    #[error("server disconnected: {}", .0.name())]
    Dismissed(DisconnectCode),
    /// CONNECT has been answered with this code [MQTT-3.2.2-7].
    #[error("connection refused: {}", .0.name())]
    Refused(ConnackCode),
    /// What came is not MQTT, or breaks its rules [MQTT-4.13.1-1].
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// No complete CONNECT in time.
    #[error("no CONNECT in time")]
    ConnectTimeout,
    /// Silence for one and a half times the keep alive [MQTT-3.1.2-22].
    #[error("client fell silent")]
    KeepAliveTimeout,
    /// The client sent more before its CONNECT was answered than one packet may hold.
    #[error("too many bytes before CONNECT was answered")]
    TooEager,
    /// More messages without acknowledgement than [`SessionConfig::receive_maximum`](super::SessionConfig)
    /// [MQTT-3.3.4-7].
    #[error("more messages at a time than the receive maximum")]
    ReceiveMaximumExceeded,
    /// More QoS 2 messages without PUBREL than [`SessionConfig::max_inbound_qos2`](super::SessionConfig).
    #[error("too many messages that wait for PUBREL")]
    TooManyUnreleased,
    /// More messages without an answer than [`SessionConfig::max_unanswered`](super::SessionConfig).
    #[error("too many messages that wait for an answer")]
    TooManyUnanswered,
    /// AUTH came, although no method has been agreed on [MQTT-4.12.0-7].
    #[error("AUTH without an authentication method")]
    NotAuthenticating,
    /// DISCONNECT prolongs a session that was to end with its connection (3.14.2.2.2). The will is due.
    #[error("DISCONNECT prolongs a session that has no expiry interval")]
    SessionProlonged,
    /// The client takes no packet that is large enough to answer it [MQTT-3.1.2-24].
    #[error("client takes no packet as large as the answer")]
    AnswerTooLarge,
}

impl CloseReason {
    /// What an accepted client of MQTT 5.0 is told, if it is told anything (4.13).
    pub(super) const fn disconnect_code(self) -> Option<DisconnectCode> {
        Some(match self {
            Self::Disconnected | Self::Dismissed(_) | Self::Refused(_) | Self::ConnectTimeout => return None,
            Self::Malformed(error) => error.disconnect_code(),
            Self::KeepAliveTimeout => DisconnectCode::KeepAliveTimeout,
            Self::ReceiveMaximumExceeded => DisconnectCode::ReceiveMaximumExceeded,
            Self::TooEager | Self::TooManyUnreleased | Self::TooManyUnanswered => DisconnectCode::QuotaExceeded,
            Self::NotAuthenticating | Self::SessionProlonged => DisconnectCode::ProtocolError,
            Self::AnswerTooLarge => DisconnectCode::PacketTooLarge,
        })
    }
}
