//! What the application answers with.

use crate::mqtt::{ConnackCode, Text, UserProperties};

/// Lets a client in. Made with [`new`](Self::new) and then adjusted.
///
/// What the configuration says (receive maximum, maximum packet size, topic alias maximum, keep alive, session expiry) the
/// session tells the client by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acceptance {
    /// Whether the client finds the session it left [MQTT-3.2.2-2], [MQTT-3.2.2-3].
    pub session_present: bool,
    /// Whether the application keeps the session where it survives the process. Then no PUBREL leaves before
    /// [`Event::Received`](super::Event::Received) and no PUBCOMP before [`Event::Released`](super::Event::Released) has been
    /// stored, so that a crash in between doubles or loses no message with QoS 2.
    pub durable: bool,
    /// The name of a client that came with an empty one, which MQTT 5.0 wants to be told [MQTT-3.2.2-16].
    pub assigned_client_id: Option<Text>,
    /// Where the client may expect answers; it is told if it asked [MQTT-3.1.2-28].
    pub response_information: Option<Text>,
    /// Whatever the application defines (MQTT 5.0).
    pub user: UserProperties,
}

/// Sends a client away. Made from a [`ConnackCode`] and then adjusted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// Why; any code but [`ConnackCode::Success`].
    pub code: ConnackCode,
    /// The same for people (MQTT 5.0).
    pub reason_string: Option<Text>,
    /// Another server that may be used, with [`ConnackCode::UseAnotherServer`] and [`ConnackCode::ServerMoved`] (MQTT 5.0).
    pub server_reference: Option<Text>,
}

impl Acceptance {
    /// Lets a client in, whose session lives no longer than the process.
    #[must_use]
    pub fn new(session_present: bool) -> Self {
        Self { session_present, ..Self::default() }
    }
}

impl From<ConnackCode> for Refusal {
    fn from(code: ConnackCode) -> Self {
        Self { code, reason_string: None, server_reference: None }
    }
}
