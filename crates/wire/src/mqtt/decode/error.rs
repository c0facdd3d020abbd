use crate::mqtt::{ConnackCode, DisconnectCode, PacketType, PropertyId, TextError, TopicError};

/// Why bytes are not MQTT, or not MQTT that this end accepts. The stream cannot be decoded any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The packet type is 0, or before MQTT 5.0 15 (2.1.2).
    #[error("packet type {0} is reserved")]
    ReservedType(u8),
    /// The flags are not those of the packet's type [MQTT-2.1.3-1].
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
    /// The remaining length has more than four bytes (2.1.4).
    #[error("remaining length has more than four bytes")]
    RemainingLength,
    /// An integer within the packet has more than four bytes (MQTT 5.0, 1.5.5).
    #[error("variable byte integer has more than four bytes")]
    VariableInteger,
    /// An integer takes more bytes than it needs [MQTT-1.5.5-1]. Before MQTT 5.0 that is allowed, and so it is for CONNECT,
    /// whose length comes before its version.
    #[error("variable byte integer is longer than necessary")]
    PaddedInteger,
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
    /// The topic in a Response Topic property is not a topic name [MQTT-3.3.2-14].
    #[error("response topic: {0}")]
    ResponseTopic(TopicError),
    /// The packet identifier is 0 [MQTT-2.2.1-3].
    #[error("packet identifier is 0")]
    ZeroPacketId,
    /// QoS 3 in a PUBLISH [MQTT-3.3.1-4], a will [MQTT-3.1.2-12] or a SUBSCRIBE (3.8.3.1).
    #[error("{0} is not a quality of service")]
    QoS(u8),
    /// DUP is set on a PUBLISH with QoS 0 [MQTT-3.3.1-2].
    #[error("message with QoS 0 claims to be a repeat")]
    DupWithoutQoS,
    /// CONNECT names a protocol other than `MQTT` or `MQIsdp` [MQTT-3.1.2-1].
    #[error("protocol name is not MQTT")]
    ProtocolName,
    /// CONNECT asks for a level that is not spoken here [MQTT-3.1.2-2].
    #[error("protocol level {0} is not supported")]
    ProtocolLevel(u8),
    /// The reserved flag of CONNECT is set [MQTT-3.1.2-3].
    #[error("reserved connect flag is set")]
    ConnectFlag,
    /// Will QoS or Will Retain without a will [MQTT-3.1.2-11], [MQTT-3.1.2-13].
    #[error("will flags are set without a will")]
    WillFlags,
    /// A password without a user name before MQTT 5.0 [MQTT-3.1.2-22 of 3.1.1].
    #[error("password comes without a user name")]
    PasswordWithoutUsername,
    /// A SUBSCRIBE [MQTT-3.8.3-2] or UNSUBSCRIBE [MQTT-3.10.3-2] without a filter.
    #[error("no topic filter")]
    NoFilters,
    /// More filters than [`Limits::max_filters`](super::Limits::max_filters).
    #[error("more than {0} topic filters")]
    TooManyFilters(usize),
    /// The acknowledge flags of CONNACK are not 0 or 1, or promise a session with a refusal [MQTT-3.2.2-6].
    #[error("acknowledge flags {0:#010b} are not valid")]
    ConnackFlags(u8),
    /// The packet carries a code that it may not carry (2.4).
    #[error("reason code {0:#04x} is not valid here")]
    ReasonCode(u8),
    /// There is no property with this number (MQTT 5.0, 2.2.2.2).
    #[error("property {0:#x} is unknown")]
    UnknownProperty(u32),
    /// The property does not belong into this packet (MQTT 5.0, 2.2.2.2).
    #[error("{0:?} does not belong into this packet")]
    MisplacedProperty(PropertyId),
    /// The property came twice, which only user properties may, and the subscription identifiers of a message.
    #[error("{0:?} came twice")]
    RepeatedProperty(PropertyId),
    /// The property has a value that it cannot have.
    #[error("value of {0:?} is not valid")]
    PropertyValue(PropertyId),
    /// The properties of a packet are longer than [`Limits::max_properties`](super::Limits::max_properties).
    #[error("properties of {length} bytes exceed the limit of {limit}")]
    PropertiesTooLong {
        /// Bytes of the properties.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// More user properties than [`Limits::max_user_properties`](super::Limits::max_user_properties).
    #[error("more than {0} user properties")]
    TooManyUserProperties(usize),
    /// Authentication data without the method they belong to (MQTT 5.0, 3.1.2.11.10).
    #[error("authentication data come without a method")]
    AuthenticationWithoutMethod,
    /// A client sent a subscription identifier with a message [MQTT-3.3.4-6].
    #[error("message of a client has a subscription identifier")]
    SubscriptionIdFromClient,
    /// The topic alias is 0 [MQTT-3.3.2-8] or above [`Limits::max_topic_alias`](super::Limits::max_topic_alias)
    /// [MQTT-3.3.2-9].
    #[error("topic alias {0} is not valid")]
    TopicAlias(u16),
    /// A message has only an alias, for which no topic has come (MQTT 5.0, 3.3.2.3.4).
    #[error("topic alias {0} stands for no topic")]
    UnknownTopicAlias(u16),
    /// The reserved bits of the subscribe options are set [MQTT-3.8.3-5].
    #[error("subscribe options {0:#010b} have reserved bits")]
    SubscribeOptions(u8),
    /// The retain handling is 3 (MQTT 5.0, 3.8.3.1).
    #[error("retain handling 3 is not valid")]
    RetainHandling,
    /// No Local with a shared subscription [MQTT-3.8.3-4].
    #[error("shared subscription is not to be local")]
    NoLocalShared,
}

impl DecodeError {
    /// What DISCONNECT tells the other end about it (MQTT 5.0, 4.13.1). What cannot be parsed is malformed; what can be, and
    /// is not allowed, is a protocol error.
    #[must_use]
    pub const fn disconnect_code(self) -> DisconnectCode {
        match self {
            Self::TooLarge { .. } => DisconnectCode::PacketTooLarge,
            Self::TooManyFilters(_) | Self::PropertiesTooLong { .. } | Self::TooManyUserProperties(_) => {
                DisconnectCode::QuotaExceeded
            }
            Self::TopicAlias(_) => DisconnectCode::TopicAliasInvalid,
            Self::Direction(_)
            | Self::FirstPacket(_)
            | Self::Repeated(_)
            | Self::RepeatedProperty(_)
            | Self::PropertyValue(_)
            | Self::NoFilters
            | Self::NoLocalShared
            | Self::RetainHandling
            | Self::AuthenticationWithoutMethod
            | Self::SubscriptionIdFromClient
            | Self::UnknownTopicAlias(_)
            | Self::TopicName(TopicError::Empty)
            | Self::ResponseTopic(TopicError::Wildcard | TopicError::Empty) => DisconnectCode::ProtocolError,
            _ => DisconnectCode::MalformedPacket,
        }
    }

    /// What CONNACK tells a client about its CONNECT (MQTT 5.0, 4.13.1).
    #[must_use]
    pub const fn connack_code(self) -> ConnackCode {
        match self {
            Self::ProtocolLevel(_) => ConnackCode::UnsupportedProtocolVersion,
            Self::TopicName(_) => ConnackCode::TopicNameInvalid,
            _ => match self.disconnect_code() {
                DisconnectCode::PacketTooLarge => ConnackCode::PacketTooLarge,
                DisconnectCode::QuotaExceeded => ConnackCode::QuotaExceeded,
                DisconnectCode::ProtocolError => ConnackCode::ProtocolError,
                _ => ConnackCode::MalformedPacket,
            },
        }
    }
}
