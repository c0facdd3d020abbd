//! Messages to the client.

use super::Session;
use super::outbound::Stage;
use super::saved::SavedInflight;
use crate::mqtt::{Delivery, EncodeError, MessageProperties, PacketId, PublishHead, QoS, SubscriptionId};

/// A message to the client. Made with [`new`](Self::new) and then adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing<'a> {
    /// A valid topic name.
    pub topic: &'a str,
    /// The message.
    pub payload: &'a [u8],
    /// The QoS of this delivery: no higher than that of the message and that of the subscription (3.8.4). A message that
    /// has an identifier already has its QoS too.
    pub qos: QoS,
    /// Whether it is sent because it is retained, to a new subscription (3.3.1.3), or was published so and the
    /// subscription wants to know [MQTT-3.3.1-13].
    pub retain: bool,
    /// Whether the client may have got it before; without meaning for QoS 0.
    pub dup: bool,
    /// What [`Event::Settled`](super::Event::Settled) will call it; without meaning for QoS 0.
    pub token: u64,
    /// Seconds that are left until it is worth nothing [MQTT-3.3.2-6] (MQTT 5.0).
    pub message_expiry: Option<u32>,
    /// The client's subscriptions that it belongs to, if they have identifiers [MQTT-3.3.4-3] (MQTT 5.0).
    pub subscription_ids: &'a [SubscriptionId],
    /// What every receiver gets unaltered (MQTT 5.0).
    pub properties: Option<&'a MessageProperties>,
}

/// Why a message cannot be delivered. Nothing has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliverError {
    /// The client is not accepted yet, or the session is closing.
    #[error("session is not open")]
    NotOpen,
    /// As many messages wait for the client as may, or one waits to be sent before.
    #[error("inflight window is full")]
    WindowFull,
    /// The message with this identifier is not the one to send next.
    #[error("packet identifier {0} is not next")]
    NotNext(PacketId),
    /// The client does not take packets of this size. The message is to be dropped [MQTT-3.1.2-25].
    #[error("packet of {length} bytes exceeds the client's limit of {limit}")]
    TooLarge {
        /// Bytes of the packet.
        length: usize,
        /// What the client takes.
        limit: u32,
    },
    /// The message has no form in MQTT.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl<'a> Outgoing<'a> {
    /// A message with QoS 0 that is neither retained nor a repeat and has no properties.
    #[must_use]
    pub const fn new(topic: &'a str, payload: &'a [u8]) -> Self {
        Self {
            topic,
            payload,
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            token: 0,
            message_expiry: None,
            subscription_ids: &[],
            properties: None,
        }
    }
}

impl Session {
    /// Appends a message to `out`, which is to be sent as a whole and in order. With QoS 1 or 2 it stays inflight until the
    /// client has acknowledged it.
    ///
    /// # Errors
    /// [`DeliverError`], but never [`DeliverError::NotNext`]. With QoS 0 the window does not matter.
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
        self.put_head(out, delivery, message.dup, &message)?;
        if let Some(stage) = stage {
            self.outbound.add_sent(message.token, stage);
        }
        Ok(())
    }

    /// Gives a message the identifier it will be sent with, so that both can be stored before: a process that is killed
    /// between sending and storing would send the message again under another identifier, which with QoS 2 doubles it. The
    /// message is then sent with [`redeliver`](Self::redeliver).
    ///
    /// # Errors
    /// [`DeliverError::NotOpen`]; [`DeliverError::WindowFull`] if as many messages are inflight as may, and for QoS 0.
    pub fn reserve(&mut self, qos: QoS, token: u64) -> Result<SavedInflight, DeliverError> {
        if !self.is_open() {
            return Err(DeliverError::NotOpen);
        }
        let Some(stage) = Stage::first(qos).filter(|_| self.has_room()) else { return Err(DeliverError::WindowFull) };
        let packet_id = self.outbound.next_packet_id();
        self.outbound.reserve(token, stage);
        Ok(SavedInflight { packet_id, token, stage })
    }

    /// The message to send next of those that have an identifier already, reserved or left over from an earlier connection;
    /// `None` if there is none or the client takes none now. Before those are sent, no new message with QoS 1 or 2 is
    /// delivered [MQTT-4.6.0-1].
    #[must_use]
    pub fn next_unsent(&self) -> Option<SavedInflight> {
        let may_send = self.is_open() && self.outbound.counted() < self.transmit.peer.receive_maximum;
        self.outbound.next_unsent().filter(|_| may_send)
    }

    /// Appends the [next unsent](Self::next_unsent) message to `out`, with its identifier, and with DUP if an earlier
    /// connection left it [MQTT-3.3.1-1], [MQTT-4.4.0-1].
    ///
    /// # Errors
    /// [`DeliverError`], but never [`DeliverError::WindowFull`]. A message that has no form, or is too large for the client,
    /// is to be [forgotten](Self::forget).
    pub fn redeliver(
        &mut self,
        out: &mut Vec<u8>,
        packet_id: PacketId,
        message: Outgoing<'_>,
    ) -> Result<(), DeliverError> {
        if !self.is_open() {
            return Err(DeliverError::NotOpen);
        }
        let next = self.next_unsent().and_then(|_| self.outbound.unsent(packet_id));
        let (delivery, repeat) = next.ok_or(DeliverError::NotNext(packet_id))?;
        self.put_head(out, delivery, repeat || message.dup, &message)?;
        out.extend_from_slice(message.payload);
        self.outbound.sent(packet_id);
        Ok(())
    }

    /// Drops a message that is no longer there to be sent; returns its token.
    pub fn forget(&mut self, packet_id: PacketId) -> Option<u64> {
        self.outbound.forget(packet_id)
    }

    /// Whether one more message with QoS 1 or 2 may be delivered.
    #[must_use]
    pub fn window_open(&self) -> bool {
        self.is_open()
            && !self.outbound.has_unsent()
            && self.has_room()
            && self.outbound.counted() < self.transmit.peer.receive_maximum
    }

    fn has_room(&self) -> bool {
        self.outbound.len() < usize::from(self.config.max_inflight)
    }

    fn put_head(
        &mut self,
        out: &mut Vec<u8>,
        delivery: Delivery,
        dup: bool,
        message: &Outgoing<'_>,
    ) -> Result<(), DeliverError> {
        let peer = self.transmit.peer;
        let naming = self.aliases.naming(message.topic, peer.topic_aliases);
        let head = PublishHead {
            dup,
            delivery,
            retain: message.retain,
            topic: naming.topic,
            topic_alias: naming.alias,
            message_expiry: message.message_expiry,
            subscription_ids: message.subscription_ids,
            properties: message.properties,
        };
        let start = out.len();
        self.transmit.encoder.put_publish_head(out, head, message.payload.len())?;
        let length = out.len() - start + message.payload.len();
        if !peer.takes(length) {
            out.truncate(start);
            return Err(DeliverError::TooLarge { length, limit: peer.max_packet });
        }
        self.aliases.told(naming);
        Ok(())
    }
}
