use bytes::Bytes;

use super::{AuthCode, DisconnectCode, UserProperties};
use crate::mqtt::Text;

/// DISCONNECT (MQTT 5.0, 3.14). Before MQTT 5.0 only clients send it, with nothing inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Disconnect {
    /// Why.
    pub code: DisconnectCode,
    /// From a client: seconds that the session goes on, instead of those of CONNECT (3.14.2.2.2).
    pub session_expiry: Option<u32>,
    /// For people who look for what went wrong.
    pub reason_string: Option<Text>,
    /// More of the kind.
    pub user: UserProperties,
    /// From a server: another one that may be used (4.11).
    pub server_reference: Option<Text>,
}

/// AUTH: a step of an authentication that takes several (MQTT 5.0, 3.15).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Auth {
    /// Which step.
    pub code: AuthCode,
    /// The name of the method.
    pub method: Option<Text>,
    /// What the method exchanges.
    pub data: Option<Bytes>,
    /// For people who look for what went wrong.
    pub reason_string: Option<Text>,
    /// More of the kind.
    pub user: UserProperties,
}

impl Disconnect {
    /// A DISCONNECT that says `code` and nothing else.
    #[must_use]
    pub fn new(code: DisconnectCode) -> Self {
        Self { code, ..Self::default() }
    }

    /// From a client: whether its will is to be published as if the connection had been lost [MQTT-3.14.4-3].
    #[must_use]
    pub fn keeps_will(&self) -> bool {
        self.code != DisconnectCode::Normal
    }

    pub(in crate::mqtt) fn has_properties(&self) -> bool {
        self.session_expiry.is_some()
            || self.reason_string.is_some()
            || !self.user.is_empty()
            || self.server_reference.is_some()
    }
}

impl Auth {
    /// An AUTH without properties.
    #[must_use]
    pub fn new(code: AuthCode) -> Self {
        Self { code, ..Self::default() }
    }

    pub(in crate::mqtt) fn has_properties(&self) -> bool {
        self.method.is_some() || self.data.is_some() || self.reason_string.is_some() || !self.user.is_empty()
    }
}
