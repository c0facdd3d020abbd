use std::num::{NonZeroU16, NonZeroU32};

use bytes::Bytes;

use super::{MessageProperties, QoS, UserProperties};
use crate::mqtt::{Text, TopicName};

/// The version of the protocol that a CONNECT chooses for its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProtocolVersion {
    /// MQTT 3.1: protocol name `MQIsdp`, level 3.
    V3_1,
    /// MQTT 3.1.1: protocol name `MQTT`, level 4.
    #[default]
    V3_1_1,
    /// MQTT 5.0: protocol name `MQTT`, level 5.
    V5,
}

/// CONNECT: the first packet of a client (MQTT 5.0, 3.1; MQTT 3.1.1, 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connect {
    /// The version the client speaks.
    pub protocol: ProtocolVersion,
    /// Who the client is; may be empty, and then the server chooses (3.1.3.1).
    pub client_id: Text,
    /// Whether the session begins empty; before MQTT 5.0, where it is "clean session", it also ends with the connection
    /// (3.1.2.4).
    pub clean_start: bool,
    /// Seconds within which the client promises a packet; 0 is no promise (3.1.2.10).
    pub keep_alive: u16,
    /// What to publish if the client goes without DISCONNECT.
    pub will: Option<Will>,
    /// User name and password.
    pub login: Option<Login>,
    /// What the client asks for and can take (MQTT 5.0).
    pub properties: ConnectProperties,
}

/// The properties of CONNECT (MQTT 5.0, 3.1.2.11). Absent means what the comment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectProperties {
    /// Seconds that the session outlives its connection: 0; [`SESSION_NEVER_EXPIRES`] is for ever.
    pub session_expiry: Option<u32>,
    /// QoS 1 and 2 messages that the client takes at a time: 65,535.
    pub receive_maximum: Option<NonZeroU16>,
    /// Bytes of the largest packet the client takes: as many as a packet can have.
    pub maximum_packet_size: Option<NonZeroU32>,
    /// The highest topic alias the client takes: 0, so none.
    pub topic_alias_maximum: Option<u16>,
    /// Whether CONNACK may carry response information: no.
    pub request_response_information: Option<bool>,
    /// Whether any packet may carry a reason string and user properties: yes.
    pub request_problem_information: Option<bool>,
    /// Whatever the application defines.
    pub user: UserProperties,
    /// The method of an authentication that takes several steps: none.
    pub authentication_method: Option<Text>,
    /// What that method exchanges.
    pub authentication_data: Option<Bytes>,
}

/// The session expiry interval of a session that never expires (MQTT 5.0, 3.1.2.11.2).
pub const SESSION_NEVER_EXPIRES: u32 = u32::MAX;

/// Credentials of a CONNECT. Before MQTT 5.0 a password comes only with a user name [MQTT-3.1.2-22 of 3.1.1].
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name (3.1.3.4).
    pub username: Option<Text>,
    /// The password, any bytes (3.1.3.5).
    pub password: Option<Bytes>,
}

/// A message that the server publishes when the connection ends without DISCONNECT (3.1.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Will {
    /// Where to publish it.
    pub topic: TopicName,
    /// What to publish; at most 65,535 bytes.
    pub payload: Bytes,
    /// The QoS to publish it with.
    pub qos: QoS,
    /// Whether to retain it.
    pub retain: bool,
    /// Seconds to wait, as long as the session lives, for the client to come back (MQTT 5.0, 3.1.3.2.2).
    pub delay: Option<u32>,
    /// Seconds from its publication until the message is worth nothing (MQTT 5.0, 3.1.3.2.4).
    pub message_expiry: Option<u32>,
    /// What every receiver gets unaltered (MQTT 5.0).
    pub properties: MessageProperties,
}

impl ProtocolVersion {
    pub(in crate::mqtt) const ALL: [Self; 3] = [Self::V3_1, Self::V3_1_1, Self::V5];

    /// Protocol name and level as CONNECT carries them (3.1.2.1, 3.1.2.2).
    #[must_use]
    pub const fn name_and_level(self) -> (&'static str, u8) {
        match self {
            Self::V3_1 => ("MQIsdp", 3),
            Self::V3_1_1 => ("MQTT", 4),
            Self::V5 => ("MQTT", 5),
        }
    }
}

impl Connect {
    /// A CONNECT of MQTT 3.1.1 with a clean session, no keep alive, no will and no login.
    #[must_use]
    pub fn new(client_id: Text) -> Self {
        Self {
            protocol: ProtocolVersion::V3_1_1,
            client_id,
            clean_start: true,
            keep_alive: 0,
            will: None,
            login: None,
            properties: ConnectProperties::default(),
        }
    }

    /// Seconds that the session is to outlive its connection, in any version.
    #[must_use]
    pub fn session_expiry(&self) -> u32 {
        match self.protocol {
            ProtocolVersion::V5 => self.properties.session_expiry.unwrap_or(0),
            _ if self.clean_start => 0,
            _ => SESSION_NEVER_EXPIRES,
        }
    }
}

impl Will {
    /// A will with QoS 0 that is not retained and not delayed.
    #[must_use]
    pub const fn new(topic: TopicName, payload: Bytes) -> Self {
        Self {
            topic,
            payload,
            qos: QoS::AtMostOnce,
            retain: false,
            delay: None,
            message_expiry: None,
            properties: MessageProperties::NONE,
        }
    }
}

/// Shows the user name and hides the password: packets end up in logs.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("username", &self.username).finish_non_exhaustive()
    }
}
