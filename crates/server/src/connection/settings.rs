//! The settings of connections and of the protocols on them, from the configuration.

use std::{num::NonZeroU16, sync::Arc};

use deskwire_desk::Presence;
use deskwire_wire::{mqtt, stomp};

use super::{clock::Clock, scratch};
use crate::{config::Config, telemetry::metrics::Metrics};

/// User properties of one MQTT packet.
const USER_PROPERTIES: usize = 64;
/// As many MQTT publishes as one read from the socket can hold may come before the connection stops reading.
const UNANSWERED_BEHIND_READ: usize = scratch::READ / 4;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) clock: Clock,
    /// Bytes of a WebSocket message.
    pub(super) max_message: usize,
    /// A client that leaves so many bytes unread is not listened to.
    pub(super) max_unsent: usize,
    /// A write that makes no progress for this many milliseconds ends the connection.
    pub(super) write_stall_ms: u64,
    /// A client that is silent for this many milliseconds is asked for a sign of life; after as many again it is gone.
    pub(super) idle_ping_ms: u64,
    /// A client that cannot be asked and is silent for this many milliseconds does not keep its user online.
    pub(super) lease_ms: u64,
    pub(super) presence: Arc<Presence>,
    pub(super) metrics: Arc<Metrics>,
}

impl Settings {
    /// The clock of all connections starts here.
    pub(super) fn new(config: &Config, metrics: Arc<Metrics>, presence: Arc<Presence>) -> Self {
        Self {
            clock: Clock::start(),
            max_message: config.limits.websocket_message_bytes,
            max_unsent: config.limits.outbox_bytes,
            write_stall_ms: config.limits.write_stall_ms.0,
            idle_ping_ms: config.heartbeat.idle_ping_ms.0,
            lease_ms: config.presence.lease_s.0 * 1000,
            presence,
            metrics,
        }
    }
}

pub(super) fn stomp(config: &Config) -> stomp::SessionConfig {
    let limits = &config.limits;
    let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let frame = |bytes: usize| stomp::Limits {
        max_frame: size(bytes),
        max_headers: size(limits.stomp_headers),
        max_header_line: size(limits.stomp_header_bytes),
    };
    stomp::SessionConfig {
        limits: frame(limits.stomp_frame_bytes),
        connect_limits: frame(limits.connect_bytes),
        heart_beat_send_ms: u32::try_from(config.heartbeat.send_ms.0).unwrap_or(u32::MAX),
        heart_beat_want_ms: u32::try_from(config.heartbeat.want_ms.0).unwrap_or(u32::MAX),
        connect_deadline_ms: limits.connect_deadline_ms.0,
        max_subscriptions: limits.subscriptions_per_connection,
        max_transactions: limits.transactions_per_connection,
        max_transaction_frames: limits.frames_per_transaction,
        max_transaction_bytes: limits.bytes_per_transaction,
        max_unacked: limits.unacknowledged_per_subscription,
        ..stomp::SessionConfig::default()
    }
}

pub(super) fn mqtt(config: &Config) -> mqtt::SessionConfig {
    let limits = &config.limits;
    let aliases = small(limits.mqtt_topic_aliases);
    let packet = |max_packet| mqtt::Limits {
        max_packet,
        max_filters: limits.subscriptions_per_connection,
        max_properties: max_packet,
        max_user_properties: USER_PROPERTIES,
        max_topic_alias: aliases,
    };
    mqtt::SessionConfig {
        highest_version: mqtt::ProtocolVersion::V5,
        limits: packet(limits.mqtt_packet_bytes),
        connect_limits: packet(limits.connect_bytes),
        connect_deadline_ms: limits.connect_deadline_ms.0,
        max_inflight: small(limits.mqtt_inflight),
        max_inbound_qos2: small(limits.mqtt_receive_maximum),
        receive_maximum: NonZeroU16::new(small(limits.mqtt_receive_maximum)).unwrap_or(NonZeroU16::MIN),
        max_unanswered: limits.unanswered_publishes + UNANSWERED_BEHIND_READ,
        max_topic_aliases: aliases,
        session_expiry_max: u32::try_from(limits.mqtt_session_expiry_s.0).unwrap_or(u32::MAX),
        keep_alive_default: small(limits.mqtt_keep_alive_s.0),
        keep_alive_max: small(limits.mqtt_keep_alive_s.0),
    }
}

/// A number that fits after the checks of the configuration.
fn small(number: impl TryInto<u16>) -> u16 {
    number.try_into().unwrap_or(u16::MAX)
}
