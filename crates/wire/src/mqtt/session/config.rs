use std::num::NonZeroU16;

use crate::mqtt::{Limits, ProtocolVersion};

/// What a server grants the connections of one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionConfig {
    /// The highest version that is spoken; later ones are refused.
    pub highest_version: ProtocolVersion,
    /// Limits of the packets that follow CONNECT. Clients of MQTT 5.0 are told those of packets and topic aliases.
    pub limits: Limits,
    /// Limits of CONNECT itself: at that time nobody knows who is asking.
    pub connect_limits: Limits,
    /// Milliseconds from the opening of the connection within which CONNECT has to be complete (3.1.4).
    pub connect_deadline_ms: u64,
    /// QoS 1 and 2 messages to the client that may wait for an acknowledgement. A client of MQTT 5.0 may take fewer.
    pub max_inflight: u16,
    /// QoS 2 messages from the client that may wait for its PUBREL, those of earlier connections included.
    pub max_inbound_qos2: u16,
    /// QoS 1 and 2 messages of one connection that a client of MQTT 5.0 may leave without PUBACK or PUBCOMP; it is told so.
    /// Clients of MQTT 3 cannot be told and have the other two bounds.
    pub receive_maximum: NonZeroU16,
    /// Answers to the client that may wait for a commit.
    pub max_unanswered: usize,
    /// Topics that get an alias towards a client of MQTT 5.0 that takes them: the first ones that are longer than an alias.
    pub max_topic_aliases: u16,
    /// The longest session expiry interval in seconds that a client of MQTT 5.0 is granted.
    pub session_expiry_max: u32,
    /// Keep alive in seconds for clients that ask for none; 0 lets them be silent forever.
    pub keep_alive_default: u16,
    /// The longest keep alive in seconds that is granted; 0 grants any. A client of MQTT 5.0 is told; an earlier one that is
    /// silent for longer than half as long again is cut whatever it asked for, which 3.1.2.10 of MQTT 3.1.1 allows.
    pub keep_alive_max: u16,
}

impl SessionConfig {
    /// The keep alive in seconds for a client that asked for `asked`; 0 for none.
    pub(super) fn keep_alive(&self, asked: u16) -> u16 {
        let wanted = if asked == 0 { self.keep_alive_default } else { asked };
        match (wanted, self.keep_alive_max) {
            (0, max) => max,
            (wanted, 0) => wanted,
            (wanted, max) => wanted.min(max),
        }
    }
}
