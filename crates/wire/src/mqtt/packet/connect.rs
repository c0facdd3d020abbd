use bytes::Bytes;

use super::QoS;
use crate::mqtt::{Text, TopicName};

/// The version of the protocol that a CONNECT chooses for its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProtocolVersion {
    /// MQTT 3.1: protocol name `MQIsdp`, level 3.
    V3_1,
    /// MQTT 3.1.1: protocol name `MQTT`, level 4.
    #[default]
    V3_1_1,
}

/// CONNECT: the first packet of a client (MQTT 3.1.1, 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connect {
    /// The version the client speaks.
    pub protocol: ProtocolVersion,
    /// Who the client is; may be empty, and then the server chooses [MQTT-3.1.3-6].
    pub client_id: Text,
    /// Whether the session begins empty and ends with the connection (3.1.2.4).
    pub clean_session: bool,
    /// Seconds within which the client promises a packet; 0 is no promise (3.1.2.10).
    pub keep_alive: u16,
    /// What to publish if the client goes without DISCONNECT.
    pub will: Option<Will>,
    /// User name and password.
    pub login: Option<Login>,
}

/// Credentials of a CONNECT. A password comes only with a user name [MQTT-3.1.2-22].
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user name (3.1.3.4).
    pub username: Text,
    /// The password, any bytes (3.1.3.5).
    pub password: Option<Bytes>,
}

/// A message that the server publishes when the connection ends without DISCONNECT (MQTT 3.1.1, 3.1.2.5).
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
}

/// CONNACK: the answer to CONNECT (MQTT 3.1.1, 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connack {
    /// Whether the server has kept a session of this client [MQTT-3.2.2-2]; never with a refusal [MQTT-3.2.2-4].
    pub session_present: bool,
    /// Accepted, or why not.
    pub code: ConnectReturnCode,
}

/// What CONNACK says (MQTT 3.1.1, table 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectReturnCode {
    /// The connection is accepted.
    Accepted = 0,
    /// The server does not speak the level the client asked for [MQTT-3.1.2-2].
    UnacceptableProtocolVersion = 1,
    /// The client identifier is correct UTF-8 but not allowed [MQTT-3.1.3-9].
    IdentifierRejected = 2,
    /// The service is not available now.
    ServerUnavailable = 3,
    /// User name or password is malformed or wrong.
    BadUserNameOrPassword = 4,
    /// The client may not connect.
    NotAuthorized = 5,
}

impl ProtocolVersion {
    /// Protocol name and level as CONNECT carries them (3.1.2.1, 3.1.2.2).
    #[must_use]
    pub const fn name_and_level(self) -> (&'static str, u8) {
        match self {
            Self::V3_1 => ("MQIsdp", 3),
            Self::V3_1_1 => ("MQTT", 4),
        }
    }
}

impl Connect {
    /// A CONNECT of MQTT 3.1.1 with a clean session, no keep alive, no will and no login.
    #[must_use]
    pub const fn new(client_id: Text) -> Self {
        Self {
            protocol: ProtocolVersion::V3_1_1,
            client_id,
            clean_session: true,
            keep_alive: 0,
            will: None,
            login: None,
        }
    }
}

impl Will {
    /// A will with QoS 0 that is not retained.
    #[must_use]
    pub const fn new(topic: TopicName, payload: Bytes) -> Self {
        Self { topic, payload, qos: QoS::AtMostOnce, retain: false }
    }
}

impl Connack {
    /// The answer that accepts a client.
    #[must_use]
    pub const fn accepted(session_present: bool) -> Self {
        Self { session_present, code: ConnectReturnCode::Accepted }
    }

    /// The answer with `code`, without a session.
    #[must_use]
    pub const fn without_session(code: ConnectReturnCode) -> Self {
        Self { session_present: false, code }
    }
}

impl ConnectReturnCode {
    /// The code that `byte` stands for; 6 to 255 are reserved.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Accepted,
            1 => Self::UnacceptableProtocolVersion,
            2 => Self::IdentifierRejected,
            3 => Self::ServerUnavailable,
            4 => Self::BadUserNameOrPassword,
            5 => Self::NotAuthorized,
            _ => return None,
        })
    }
}

/// Shows the user name and hides the password: packets end up in logs.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("username", &self.username).finish_non_exhaustive()
    }
}
