//! Packets to bytes: the fixed header here, bodies and properties in modules of their own.

mod body;
mod properties;
mod sink;

use std::num::NonZeroU16;

use super::{
    Ack, Auth, Connack, Connect, Delivery, Disconnect, MessageProperties, Packet, PacketId, PacketType,
    ProtocolVersion, PubackCode, Publish, PubrelCode, QoS, Suback, Subscribe, SubscriptionId, Unsuback, Unsubscribe,
};
use body::{AckFields, Body};
use sink::{Encode, Measure, Sink};

/// The most that the four bytes of a remaining length can say (MQTT 5.0, 2.1.4).
const MAX_REMAINING: usize = 268_435_455;

/// Why a packet has no form on the wire. Nothing has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The packet is longer than its remaining length can say (2.1.4).
    #[error("packet body of {0} bytes does not fit its four-byte length")]
    PacketTooLong(usize),
    /// A topic, password, will or binary property is longer than its two-byte length can say (1.5.4, 1.5.6).
    #[error("field of {0} bytes does not fit its two-byte length")]
    FieldTooLong(usize),
    /// SUBSCRIBE, UNSUBSCRIBE and SUBACK have at least one entry, and UNSUBACK in MQTT 5.0 [MQTT-3.8.3-2],
    /// [MQTT-3.10.3-2].
    #[error("packet has no entries")]
    NoEntries,
    /// A password without a user name before MQTT 5.0 [MQTT-3.1.2-22 of 3.1.1].
    #[error("password comes without a user name")]
    PasswordWithoutUsername,
    /// The version has no such packet: AUTH before MQTT 5.0.
    #[error("packet does not exist in this version")]
    Version,
}

/// Writes packets in the form of one protocol version, always at the end of `out`.
///
/// What the version does not have is left out. A [`Connect`] says itself which version it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoder {
    version: ProtocolVersion,
}

/// What stands before the payload of a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishHead<'a> {
    /// Whether this is a repeat; the encoder drops it with QoS 0 [MQTT-3.3.1-2].
    pub dup: bool,
    /// QoS and packet identifier.
    pub delivery: Delivery,
    /// Towards a client: the message is a retained one.
    pub retain: bool,
    /// A valid topic name; empty if the other end knows it by its alias.
    pub topic: &'a str,
    /// The number of the topic (MQTT 5.0).
    pub topic_alias: Option<NonZeroU16>,
    /// Seconds that the message is still worth something (MQTT 5.0).
    pub message_expiry: Option<u32>,
    /// Towards a client: its subscriptions that the message belongs to (MQTT 5.0).
    pub subscription_ids: &'a [SubscriptionId],
    /// What is the same for every receiver (MQTT 5.0).
    pub properties: Option<&'a MessageProperties>,
}

impl Encoder {
    /// An encoder for a connection that speaks `version`.
    #[must_use]
    pub const fn new(version: ProtocolVersion) -> Self {
        Self { version }
    }

    /// The version it writes.
    #[must_use]
    pub const fn version(self) -> ProtocolVersion {
        self.version
    }

    /// Writes any packet.
    ///
    /// # Errors
    /// Every [`EncodeError`].
    pub fn put(self, out: &mut Vec<u8>, packet: &Packet) -> Result<(), EncodeError> {
        match packet {
            Packet::Connect(connect) => self.put_connect(out, connect),
            Packet::Connack(connack) => self.put_connack(out, connack),
            Packet::Publish(publish) => self.put_publish(out, publish.head(), &publish.payload),
            Packet::Puback(ack) => self.put_ack(out, PacketType::Puback, ack, PubackCode::to_byte),
            Packet::Pubrec(ack) => self.put_ack(out, PacketType::Pubrec, ack, PubackCode::to_byte),
            Packet::Pubrel(ack) => self.put_ack(out, PacketType::Pubrel, ack, PubrelCode::to_byte),
            Packet::Pubcomp(ack) => self.put_ack(out, PacketType::Pubcomp, ack, PubrelCode::to_byte),
            Packet::Subscribe(subscribe) => self.put_subscribe(out, subscribe),
            Packet::Suback(suback) => self.put_suback(out, suback),
            Packet::Unsubscribe(unsubscribe) => self.put_unsubscribe(out, unsubscribe),
            Packet::Unsuback(unsuback) => self.put_unsuback(out, unsuback),
            Packet::Pingreq => {
                self.put_pingreq(out);
                Ok(())
            }
            Packet::Pingresp => {
                self.put_pingresp(out);
                Ok(())
            }
            Packet::Disconnect(disconnect) => self.put_disconnect(out, disconnect),
            Packet::Auth(auth) => self.put_auth(out, auth),
        }
    }

    /// Writes a PUBLISH.
    ///
    /// # Errors
    /// [`EncodeError::FieldTooLong`] for the topic and the correlation data, [`EncodeError::PacketTooLong`].
    pub fn put_publish(self, out: &mut Vec<u8>, head: PublishHead<'_>, payload: &[u8]) -> Result<(), EncodeError> {
        out.reserve(16 + head.topic.len() + payload.len());
        self.put_publish_head(out, head, payload.len())?;
        out.extend_from_slice(payload);
        Ok(())
    }

    /// Writes a PUBLISH up to its payload, which the caller sends behind it without copying it here.
    ///
    /// # Errors
    /// As [`put_publish`](Self::put_publish).
    pub fn put_publish_head(
        self,
        out: &mut Vec<u8>,
        head: PublishHead<'_>,
        payload_length: usize,
    ) -> Result<(), EncodeError> {
        let qos = head.delivery.qos();
        let dup = head.dup && qos != QoS::AtMostOnce;
        let flags = u8::from(dup) << 3 | (qos as u8) << 1 | u8::from(head.retain);
        put_packet(out, PacketType::Publish, flags, payload_length, &Body { of: &head, version: self.version })
    }

    /// Writes a CONNECT in the form of `connect.protocol`.
    ///
    /// # Errors
    /// [`EncodeError::FieldTooLong`] for the payload of the will, the password and binary properties,
    /// [`EncodeError::PasswordWithoutUsername`].
    pub fn put_connect(self, out: &mut Vec<u8>, connect: &Connect) -> Result<(), EncodeError> {
        let version = connect.protocol;
        let without_username =
            connect.login.as_ref().is_some_and(|login| login.username.is_none() && login.password.is_some());
        if without_username && version != ProtocolVersion::V5 {
            return Err(EncodeError::PasswordWithoutUsername);
        }
        Self { version }.put_body(out, PacketType::Connect, connect)
    }

    /// Writes a CONNACK; before MQTT 5.0 with the [return code](super::ConnackCode::return_code).
    ///
    /// # Errors
    /// [`EncodeError::FieldTooLong`] for authentication data, [`EncodeError::PacketTooLong`].
    pub fn put_connack(self, out: &mut Vec<u8>, connack: &Connack) -> Result<(), EncodeError> {
        self.put_body(out, PacketType::Connack, connack)
    }

    /// Writes a SUBSCRIBE.
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_subscribe(self, out: &mut Vec<u8>, subscribe: &Subscribe) -> Result<(), EncodeError> {
        not_empty(&subscribe.filters)?;
        self.put_body(out, PacketType::Subscribe, subscribe)
    }

    /// Writes an UNSUBSCRIBE.
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_unsubscribe(self, out: &mut Vec<u8>, unsubscribe: &Unsubscribe) -> Result<(), EncodeError> {
        not_empty(&unsubscribe.filters)?;
        self.put_body(out, PacketType::Unsubscribe, unsubscribe)
    }

    /// Writes a SUBACK with one code for each filter of the SUBSCRIBE, in its order [MQTT-3.9.3-1].
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_suback(self, out: &mut Vec<u8>, suback: &Suback) -> Result<(), EncodeError> {
        not_empty(&suback.codes)?;
        self.put_body(out, PacketType::Suback, suback)
    }

    /// Writes an UNSUBACK, in MQTT 5.0 with one code for each filter of the UNSUBSCRIBE, in its order [MQTT-3.11.3-1].
    ///
    /// # Errors
    /// In MQTT 5.0 [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_unsuback(self, out: &mut Vec<u8>, unsuback: &Unsuback) -> Result<(), EncodeError> {
        if self.version == ProtocolVersion::V5 {
            not_empty(&unsuback.codes)?;
        }
        self.put_body(out, PacketType::Unsuback, unsuback)
    }

    /// Writes a PUBACK that says success.
    pub fn put_puback(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_success(out, PacketType::Puback, packet_id);
    }

    /// Writes a PUBREC that says success.
    pub fn put_pubrec(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_success(out, PacketType::Pubrec, packet_id);
    }

    /// Writes a PUBREL that says success.
    pub fn put_pubrel(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_success(out, PacketType::Pubrel, packet_id);
    }

    /// Writes a PUBCOMP that says success.
    pub fn put_pubcomp(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_success(out, PacketType::Pubcomp, packet_id);
    }

    /// Writes a PINGREQ.
    pub fn put_pingreq(self, out: &mut Vec<u8>) {
        put_bare(out, PacketType::Pingreq);
    }

    /// Writes a PINGRESP.
    pub fn put_pingresp(self, out: &mut Vec<u8>) {
        put_bare(out, PacketType::Pingresp);
    }

    /// Writes a DISCONNECT, in its shortest form.
    ///
    /// # Errors
    /// [`EncodeError::PacketTooLong`].
    pub fn put_disconnect(self, out: &mut Vec<u8>, disconnect: &Disconnect) -> Result<(), EncodeError> {
        self.put_body(out, PacketType::Disconnect, disconnect)
    }

    /// Writes an AUTH, in its shortest form.
    ///
    /// # Errors
    /// [`EncodeError::FieldTooLong`] for the data, [`EncodeError::PacketTooLong`], [`EncodeError::Version`].
    pub fn put_auth(self, out: &mut Vec<u8>, auth: &Auth) -> Result<(), EncodeError> {
        if self.version != ProtocolVersion::V5 {
            return Err(EncodeError::Version);
        }
        self.put_body(out, PacketType::Auth, auth)
    }

    /// Writes a PUBACK, PUBREC, PUBREL or PUBCOMP, in its shortest form.
    pub(super) fn put_ack<Code: Copy>(
        self,
        out: &mut Vec<u8>,
        packet: PacketType,
        ack: &Ack<Code>,
        to_byte: impl Fn(Code) -> u8,
    ) -> Result<(), EncodeError> {
        let fields = AckFields { ack, code: to_byte(ack.code) };
        self.put_body(out, packet, &fields)
    }

    fn put_body<T>(self, out: &mut Vec<u8>, packet: PacketType, of: &T) -> Result<(), EncodeError>
    where
        for<'a> Body<'a, T>: Encode,
    {
        put_packet(out, packet, packet.flags(), 0, &Body { of, version: self.version })
    }
}

impl<'a> PublishHead<'a> {
    /// A message that is neither a repeat nor retained and has no properties.
    #[must_use]
    pub const fn new(delivery: Delivery, topic: &'a str) -> Self {
        Self {
            dup: false,
            delivery,
            retain: false,
            topic,
            topic_alias: None,
            message_expiry: None,
            subscription_ids: &[],
            properties: None,
        }
    }
}

impl Publish {
    /// Everything but the payload, as the encoder takes it.
    #[must_use]
    pub fn head(&self) -> PublishHead<'_> {
        PublishHead {
            dup: self.dup,
            delivery: self.delivery,
            retain: self.retain,
            topic: self.topic.as_str(),
            topic_alias: self.topic_alias,
            message_expiry: self.message_expiry,
            subscription_ids: &self.subscription_ids,
            properties: Some(&self.properties),
        }
    }
}

/// Writes fixed header and body; `behind` bytes follow that are not written here.
fn put_packet(
    out: &mut Vec<u8>,
    packet: PacketType,
    flags: u8,
    behind: usize,
    body: &impl Encode,
) -> Result<(), EncodeError> {
    let mut measure = Measure::default();
    body.put(&mut measure);
    let remaining = measure.finish()? + behind;
    if remaining > MAX_REMAINING {
        return Err(EncodeError::PacketTooLong(remaining));
    }
    out.push(first_byte(packet, flags));
    out.variable_integer(remaining);
    body.put(out);
    Ok(())
}

fn first_byte(packet: PacketType, flags: u8) -> u8 {
    (packet as u8) << 4 | flags
}

/// An acknowledgement that is its packet identifier alone.
fn put_success(out: &mut Vec<u8>, packet: PacketType, packet_id: PacketId) {
    let [high, low] = packet_id.get().to_be_bytes();
    out.extend_from_slice(&[first_byte(packet, packet.flags()), 2, high, low]);
}

fn put_bare(out: &mut Vec<u8>, packet: PacketType) {
    out.extend_from_slice(&[first_byte(packet, packet.flags()), 0]);
}

fn not_empty<T>(entries: &[T]) -> Result<(), EncodeError> {
    if entries.is_empty() { Err(EncodeError::NoEntries) } else { Ok(()) }
}
