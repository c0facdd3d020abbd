use crate::mqtt::Limits;

/// What a server grants the connections of one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionConfig {
    /// Limits of the packets that follow CONNECT.
    pub limits: Limits,
    /// Limits of CONNECT itself: at that time nobody knows who is asking.
    pub connect_limits: Limits,
    /// Milliseconds from the opening of the connection within which CONNECT has to be complete (3.1.4).
    pub connect_deadline_ms: u64,
    /// QoS 1 and 2 messages to the client that may wait for an acknowledgement.
    pub max_inflight: u16,
    /// QoS 2 messages from the client that may wait for its PUBREL.
    pub max_inbound_qos2: u16,
    /// Answers to the client that may wait for a commit.
    pub max_unanswered: usize,
    /// Keep alive in seconds for clients that ask for none; 0 lets them be silent forever.
    pub keep_alive_default: u16,
    /// The longest keep alive in seconds that is granted; 0 grants any. A client that is silent for longer than half as
    /// long again is cut whatever it asked for, which 3.1.2.10 allows.
    pub keep_alive_max: u16,
}

impl SessionConfig {
    /// Milliseconds of silence after which a client that asked for `keep_alive` seconds is gone [MQTT-3.1.2-24].
    pub(super) fn silence_ms(&self, keep_alive: u16) -> Option<u64> {
        let asked = if keep_alive == 0 { self.keep_alive_default } else { keep_alive };
        let granted = match (asked, self.keep_alive_max) {
            (0, max) => max,
            (asked, 0) => asked,
            (asked, max) => asked.min(max),
        };
        (granted != 0).then(|| u64::from(granted) * 1500)
    }
}
