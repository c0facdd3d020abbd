use crate::mqtt::{Connect, SessionConfig};

/// What the client takes and wants to be told (MQTT 5.0, 3.1.2.11). Clients of MQTT 3 take everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    /// Bytes of the largest packet.
    pub(super) max_packet: u32,
    /// QoS 1 and 2 messages at a time.
    pub(super) receive_maximum: u16,
    /// Topic aliases that are made for it.
    pub(super) topic_aliases: u16,
    /// Whether answers may explain themselves.
    pub(super) problem_information: bool,
    /// Whether CONNACK may carry response information.
    pub(super) response_information: bool,
}

impl Default for Peer {
    fn default() -> Self {
        Self {
            max_packet: u32::MAX,
            receive_maximum: u16::MAX,
            topic_aliases: 0,
            problem_information: true,
            response_information: false,
        }
    }
}

impl Peer {
    pub(super) fn new(connect: &Connect, config: &SessionConfig) -> Self {
        let properties = &connect.properties;
        Self {
            max_packet: properties.maximum_packet_size.map_or(u32::MAX, Into::into),
            receive_maximum: properties.receive_maximum.map_or(u16::MAX, Into::into),
            topic_aliases: properties.topic_alias_maximum.unwrap_or(0).min(config.max_topic_aliases),
            problem_information: properties.request_problem_information.unwrap_or(true),
            response_information: properties.request_response_information.unwrap_or(false),
        }
    }

    /// Whether a packet of `length` bytes may be sent [MQTT-3.1.2-24].
    pub(super) fn takes(&self, length: usize) -> bool {
        u32::try_from(length).is_ok_and(|length| length <= self.max_packet)
    }
}
