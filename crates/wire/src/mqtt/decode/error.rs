use crate::mqtt::{PacketType, TextError, TopicError};

/// Why bytes are not MQTT, or not MQTT that this end accepts. The stream cannot be decoded any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The packet type is 0 or 15 (MQTT 3.1.1, 2.2.1).
    #[error("packet type {0} is reserved")]
    ReservedType(u8),
    /// The flags are not those of the packet's type [MQTT-2.2.2-2].
    #[error("flags {flags:#06b} are not valid for {packet:?}")]
    Flags {
        /// Type of the packet.
        packet: PacketType,
        /// The lower half of its first byte.
        flags: u8,
    },
    /// The other end may not send this type of packet.
    #[error("{0:?} does not travel in this direction")]
    Direction(PacketType),
    /// The first packet is not CONNECT [MQTT-3.1.0-1], or towards a client not CONNACK [MQTT-3.2.0-1].
    #[error("connection begins with {0:?}")]
    FirstPacket(PacketType),
    /// A second CONNECT [MQTT-3.1.0-2] or CONNACK.
    #[error("{0:?} came twice")]
    Repeated(PacketType),
    /// The remaining length has more than four bytes (2.2.3).
    #[error("remaining length has more than four bytes")]
    RemainingLength,
    /// The packet is longer than [`Limits::max_packet`](super::Limits::max_packet).
    #[error("packet of {length} bytes exceeds the limit of {limit}")]
    TooLarge {
        /// Bytes of the packet, fixed header included.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// A field ends behind the packet.
    #[error("packet ends within a field")]
    Truncated,
    /// The packet goes on behind its last field.
    #[error("packet has bytes behind its last field")]
    TrailingBytes,
    /// A string is not an MQTT string.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The topic of a PUBLISH or of a will is not a topic name.
    #[error("topic name: {0}")]
    TopicName(TopicError),
    /// What a SUBSCRIBE or UNSUBSCRIBE names is not a topic filter.
    #[error("topic filter: {0}")]
    TopicFilter(TopicError),
    /// The packet identifier is 0 [MQTT-2.3.1-1].
    #[error("packet identifier is 0")]
    ZeroPacketId,
    /// QoS 3 in a PUBLISH [MQTT-3.3.1-4], a will [MQTT-3.1.2-14] or a SUBSCRIBE [MQTT-3.8.3-4].
    #[error("{0} is not a quality of service")]
    QoS(u8),
    /// DUP is set on a PUBLISH with QoS 0 [MQTT-3.3.1-2].
    #[error("message with QoS 0 claims to be a repeat")]
    DupWithoutQoS,
    /// CONNECT names a protocol other than `MQTT` or `MQIsdp` [MQTT-3.1.2-1].
    #[error("protocol name is not MQTT")]
    ProtocolName,
    /// CONNECT asks for a level that is not spoken here; the answer is return code 1 [MQTT-3.1.2-2].
    #[error("protocol level {0} is not supported")]
    ProtocolLevel(u8),
    /// The reserved flag of CONNECT is set [MQTT-3.1.2-3].
    #[error("reserved connect flag is set")]
    ConnectFlag,
    /// Will QoS or Will Retain without a will [MQTT-3.1.2-13], [MQTT-3.1.2-15].
    #[error("will flags are set without a will")]
    WillFlags,
    /// A password without a user name [MQTT-3.1.2-22].
    #[error("password comes without a user name")]
    PasswordWithoutUsername,
    /// A SUBSCRIBE [MQTT-3.8.3-3] or UNSUBSCRIBE [MQTT-3.10.3-2] without a filter.
    #[error("no topic filter")]
    NoFilters,
    /// More filters than [`Limits::max_filters`](super::Limits::max_filters).
    #[error("more than {0} topic filters")]
    TooManyFilters(usize),
    /// The acknowledge flags of CONNACK are not 0 or 1, or promise a session with a refusal [MQTT-3.2.2-4].
    #[error("acknowledge flags {0:#010b} are not valid")]
    ConnackFlags(u8),
    /// The return code of CONNACK or SUBACK is reserved [MQTT-3.9.3-2].
    #[error("return code {0} is reserved")]
    ReturnCode(u8),
}
