use std::num::{NonZeroU16, NonZeroU32};

use bytes::Bytes;

use super::{ConnackCode, QoS, UserProperties};
use crate::mqtt::Text;

/// CONNACK: the answer to CONNECT (MQTT 5.0, 3.2; MQTT 3.1.1, 3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connack {
    /// Whether the server has kept a session of this client [MQTT-3.2.2-3]; never with a refusal [MQTT-3.2.2-6].
    pub session_present: bool,
    /// Accepted, or why not.
    pub code: ConnackCode,
    /// What the server grants and announces (MQTT 5.0).
    pub properties: ConnackProperties,
}

/// The properties of CONNACK (MQTT 5.0, 3.2.2.3). Absent means what the comment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnackProperties {
    /// Seconds that the session outlives its connection: those that the client asked for.
    pub session_expiry: Option<u32>,
    /// QoS 1 and 2 messages that the server takes at a time: 65,535.
    pub receive_maximum: Option<NonZeroU16>,
    /// The highest QoS the server takes: 2, which has no form on the wire and is left out.
    pub maximum_qos: Option<QoS>,
    /// Whether the server retains messages: yes.
    pub retain_available: Option<bool>,
    /// Bytes of the largest packet the server takes: as many as a packet can have.
    pub maximum_packet_size: Option<NonZeroU32>,
    /// The name the server gives to a client that came without one.
    pub assigned_client_id: Option<Text>,
    /// The highest topic alias the server takes: 0, so none.
    pub topic_alias_maximum: Option<u16>,
    /// For people who look for what went wrong.
    pub reason_string: Option<Text>,
    /// More of the kind.
    pub user: UserProperties,
    /// Whether filters may have wildcards: yes.
    pub wildcard_subscription_available: Option<bool>,
    /// Whether subscriptions may have identifiers: yes.
    pub subscription_ids_available: Option<bool>,
    /// Whether there are shared subscriptions: yes.
    pub shared_subscription_available: Option<bool>,
    /// The keep alive in seconds that the client has to use: the one of its CONNECT.
    pub server_keep_alive: Option<u16>,
    /// Where the client may expect answers, as both ends define it (4.10.1).
    pub response_information: Option<Text>,
    /// Another server that may be used (4.11).
    pub server_reference: Option<Text>,
    /// The method of an authentication that takes several steps.
    pub authentication_method: Option<Text>,
    /// What that method exchanges.
    pub authentication_data: Option<Bytes>,
}

impl Connack {
    /// The answer that accepts a client.
    #[must_use]
    pub fn accepted(session_present: bool) -> Self {
        Self { session_present, ..Self::default() }
    }

    /// The answer with `code`, without a session.
    #[must_use]
    pub fn without_session(code: ConnackCode) -> Self {
        Self { code, ..Self::default() }
    }
}
