//! Messages to the client.

use super::outbound::{Outstanding, Stage};
use super::{Phase, Session};
use crate::mqtt::{Delivery, EncodeError, PacketId, PublishHead, QoS};

/// A message to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// A valid topic name.
    pub topic: &'a str,
    /// The message.
    pub payload: &'a [u8],
    /// The QoS of this delivery: no higher than that of the message and that of the subscription (3.8.4).
    pub qos: QoS,
    /// Whether it is sent because it is retained, to a new subscription [MQTT-3.3.1-8].
    pub retain: bool,
    /// Whether the client may have got it before; without meaning for QoS 0.
    pub dup: bool,
    /// What [`Event::Settled`](super::Event::Settled) will call it; without meaning for QoS 0.
    pub token: u64,
}

/// Why a message cannot be delivered. Nothing has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliverError {
    /// The client is not accepted yet, or the session is closing.
    #[error("session is not open")]
    NotOpen,
    /// As many messages wait for the client as may.
    #[error("inflight window is full")]
    WindowFull,
    /// No message with this identifier waits to be repeated.
    #[error("packet identifier {0} is not inflight")]
    NotInflight(PacketId),
    /// The message has no form in MQTT.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl Session {
    /// Appends a message to `out`. With QoS 1 or 2 it stays inflight until the client has acknowledged it.
    ///
    /// # Errors
    /// [`DeliverError`], but never [`DeliverError::NotInflight`]. With QoS 0 the window does not matter.
    pub fn deliver(&mut self, out: &mut Vec<u8>, message: Outgoing<'_>) -> Result<(), DeliverError> {
        self.deliver_head(out, message)?;
        out.extend_from_slice(message.payload);
        Ok(())
    }

    /// Like [`deliver`](Self::deliver), but leaves the payload to the caller, who sends it behind `out` from where it is.
    ///
    /// # Errors
    /// As [`deliver`](Self::deliver).
    pub fn deliver_head(&mut self, out: &mut Vec<u8>, message: Outgoing<'_>) -> Result<(), DeliverError> {
        if !self.is_open() {
            return Err(DeliverError::NotOpen);
        }
        let stage = Stage::first(message.qos);
        if stage.is_some() && !self.window_open() {
            return Err(DeliverError::WindowFull);
        }
        let delivery = match message.qos {
            QoS::AtMostOnce => Delivery::AtMostOnce,
            QoS::AtLeastOnce => Delivery::AtLeastOnce(self.outbound.next_packet_id()),
            QoS::ExactlyOnce => Delivery::ExactlyOnce(self.outbound.next_packet_id()),
        };
        let Outgoing { dup, retain, topic, .. } = message;
        let head = PublishHead { dup, delivery, retain, topic };
        self.encoder.put_publish_head(out, head, message.payload.len())?;
        if let Some(stage) = stage {
            self.outbound.add(message.token, stage);
        }
        Ok(())
    }

    /// Appends the message `packet_id` of a resumed session to `out` once more, with its identifier and DUP
    /// [MQTT-3.3.1-1], [MQTT-4.4.0-1]. To be called in the order of [`inflight`](Self::inflight), before any new message.
    ///
    /// # Errors
    /// [`DeliverError`], but never [`DeliverError::WindowFull`].
    pub fn redeliver(
        &mut self,
        out: &mut Vec<u8>,
        packet_id: PacketId,
        topic: &str,
        payload: &[u8],
        retain: bool,
    ) -> Result<(), DeliverError> {
        if !self.is_open() {
            return Err(DeliverError::NotOpen);
        }
        let delivery = self.outbound.repeat(packet_id).ok_or(DeliverError::NotInflight(packet_id))?;
        let head = PublishHead { dup: true, delivery, retain, topic };
        self.encoder.put_publish(out, head, payload)?;
        Ok(())
    }

    /// Drops a message of a resumed session that is no longer there to be repeated; returns its token.
    pub fn forget(&mut self, packet_id: PacketId) -> Option<u64> {
        self.outbound.forget(packet_id)
    }

    /// Whether one more message with QoS 1 or 2 may be delivered.
    #[must_use]
    pub fn window_open(&self) -> bool {
        self.is_open() && self.outbound.len() < usize::from(self.config.max_inflight)
    }

    /// Messages that wait for the client, in the order they were sent: what a persistent session keeps (3.1.2.4).
    pub fn inflight(&self) -> impl Iterator<Item = Outstanding> + '_ {
        self.outbound.iter()
    }

    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open) && self.closing.is_none()
    }
}
