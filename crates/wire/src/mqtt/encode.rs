use super::{
    Connack, Connect, Delivery, Packet, PacketId, PacketType, ProtocolVersion, Publish, QoS, SubackCode, TopicFilter,
};

/// The most that the four bytes of a remaining length can say (MQTT 3.1.1, 2.2.3).
const MAX_REMAINING: usize = 268_435_455;

/// Why a packet has no form on the wire. Nothing has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The packet is longer than its remaining length can say (2.2.3).
    #[error("packet body of {0} bytes does not fit its four-byte length")]
    PacketTooLong(usize),
    /// A topic, password or will is longer than its two-byte length can say (1.5.3).
    #[error("field of {0} bytes does not fit its two-byte length")]
    FieldTooLong(usize),
    /// SUBSCRIBE, UNSUBSCRIBE and SUBACK have at least one entry [MQTT-3.8.3-3], [MQTT-3.10.3-2].
    #[error("packet has no entries")]
    NoEntries,
}

/// Writes packets in the form of one protocol version, always at the end of `out`.
///
/// MQTT 3.1 and 3.1.1 differ in CONNECT alone, and a [`Connect`] says itself which one it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoder {
    version: ProtocolVersion,
}

/// What stands before the payload of a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishHead<'a> {
    /// Whether this is a repeat; the encoder drops it with QoS 0 [MQTT-3.3.1-2].
    pub dup: bool,
    /// QoS and packet identifier.
    pub delivery: Delivery,
    /// Towards a client: the message is a retained one.
    pub retain: bool,
    /// A valid topic name.
    pub topic: &'a str,
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
            Packet::Connect(connect) => self.put_connect(out, connect)?,
            Packet::Connack(connack) => self.put_connack(out, *connack),
            Packet::Publish(publish) => self.put_publish(out, publish.head(), &publish.payload)?,
            Packet::Puback(id) => self.put_puback(out, *id),
            Packet::Pubrec(id) => self.put_pubrec(out, *id),
            Packet::Pubrel(id) => self.put_pubrel(out, *id),
            Packet::Pubcomp(id) => self.put_pubcomp(out, *id),
            Packet::Subscribe(subscribe) => {
                self.put_subscribe(out, subscribe.packet_id, &subscribe.filters)?;
            }
            Packet::Suback(suback) => self.put_suback(out, suback.packet_id, &suback.codes)?,
            Packet::Unsubscribe(unsubscribe) => {
                self.put_unsubscribe(out, unsubscribe.packet_id, &unsubscribe.filters)?;
            }
            Packet::Unsuback(id) => self.put_unsuback(out, *id),
            Packet::Pingreq => self.put_pingreq(out),
            Packet::Pingresp => self.put_pingresp(out),
            Packet::Disconnect => self.put_disconnect(out),
        }
        Ok(())
    }

    /// Writes a PUBLISH.
    ///
    /// # Errors
    /// [`EncodeError::FieldTooLong`] for the topic, [`EncodeError::PacketTooLong`].
    pub fn put_publish(self, out: &mut Vec<u8>, head: PublishHead<'_>, payload: &[u8]) -> Result<(), EncodeError> {
        out.reserve(9 + head.topic.len() + payload.len());
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
        let topic_length = field_length(head.topic.as_bytes())?;
        let qos = head.delivery.qos();
        let packet_id = head.delivery.packet_id();
        let dup = head.dup && qos != QoS::AtMostOnce;
        let flags = u8::from(dup) << 3 | (qos as u8) << 1 | u8::from(head.retain);
        let remaining = 2 + head.topic.len() + packet_id.map_or(0, |_| 2) + payload_length;
        put_header(out, PacketType::Publish, flags, remaining)?;
        out.extend_from_slice(&topic_length.to_be_bytes());
        out.extend_from_slice(head.topic.as_bytes());
        if let Some(id) = packet_id {
            out.extend_from_slice(&id.get().to_be_bytes());
        }
        Ok(())
    }

    /// Writes a CONNECT in the form of `connect.protocol`.
    ///
    /// # Errors
    /// [`EncodeError::FieldTooLong`] for the payload of the will and the password.
    pub fn put_connect(self, out: &mut Vec<u8>, connect: &Connect) -> Result<(), EncodeError> {
        let (name, level) = connect.protocol.name_and_level();
        let mut flags = u8::from(connect.clean_session) << 1;
        let mut payload = vec![connect.client_id.as_bytes()];
        if let Some(will) = &connect.will {
            flags |= 1 << 2 | (will.qos as u8) << 3 | u8::from(will.retain) << 5;
            payload.extend([will.topic.as_bytes(), &will.payload]);
        }
        if let Some(login) = &connect.login {
            flags |= 1 << 7 | u8::from(login.password.is_some()) << 6;
            payload.push(login.username.as_bytes());
            payload.extend(login.password.as_deref());
        }
        let mut remaining = 2 + name.len() + 4;
        for field in &payload {
            remaining += 2 + usize::from(field_length(field)?);
        }
        put_header(out, PacketType::Connect, PacketType::Connect.flags(), remaining)?;
        put_field(out, name.as_bytes())?;
        out.extend_from_slice(&[level, flags]);
        out.extend_from_slice(&connect.keep_alive.to_be_bytes());
        payload.into_iter().try_for_each(|field| put_field(out, field))
    }

    /// Writes a SUBSCRIBE.
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_subscribe(
        self,
        out: &mut Vec<u8>,
        packet_id: PacketId,
        filters: &[(TopicFilter, QoS)],
    ) -> Result<(), EncodeError> {
        let length = filters.iter().map(|(filter, _)| 3 + filter.as_bytes().len()).sum();
        put_list_head(out, PacketType::Subscribe, packet_id, length)?;
        for (filter, qos) in filters {
            put_field(out, filter.as_bytes())?;
            out.push(*qos as u8);
        }
        Ok(())
    }

    /// Writes an UNSUBSCRIBE.
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_unsubscribe(
        self,
        out: &mut Vec<u8>,
        packet_id: PacketId,
        filters: &[TopicFilter],
    ) -> Result<(), EncodeError> {
        let length = filters.iter().map(|filter| 2 + filter.as_bytes().len()).sum();
        put_list_head(out, PacketType::Unsubscribe, packet_id, length)?;
        filters.iter().try_for_each(|filter| put_field(out, filter.as_bytes()))
    }

    /// Writes a SUBACK with one code for each filter of the SUBSCRIBE, in its order [MQTT-3.9.3-1].
    ///
    /// # Errors
    /// [`EncodeError::NoEntries`], [`EncodeError::PacketTooLong`].
    pub fn put_suback(self, out: &mut Vec<u8>, packet_id: PacketId, codes: &[SubackCode]) -> Result<(), EncodeError> {
        put_list_head(out, PacketType::Suback, packet_id, codes.len())?;
        out.extend(codes.iter().map(|code| code.to_byte()));
        Ok(())
    }

    /// Writes a CONNACK.
    pub fn put_connack(self, out: &mut Vec<u8>, connack: Connack) {
        out.extend_from_slice(&[0x20, 2, u8::from(connack.session_present), connack.code as u8]);
    }

    /// Writes a PUBACK.
    pub fn put_puback(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_packet_id(out, PacketType::Puback, packet_id);
    }

    /// Writes a PUBREC.
    pub fn put_pubrec(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_packet_id(out, PacketType::Pubrec, packet_id);
    }

    /// Writes a PUBREL.
    pub fn put_pubrel(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_packet_id(out, PacketType::Pubrel, packet_id);
    }

    /// Writes a PUBCOMP.
    pub fn put_pubcomp(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_packet_id(out, PacketType::Pubcomp, packet_id);
    }

    /// Writes an UNSUBACK.
    pub fn put_unsuback(self, out: &mut Vec<u8>, packet_id: PacketId) {
        put_packet_id(out, PacketType::Unsuback, packet_id);
    }

    /// Writes a PINGREQ.
    pub fn put_pingreq(self, out: &mut Vec<u8>) {
        put_bare(out, PacketType::Pingreq);
    }

    /// Writes a PINGRESP.
    pub fn put_pingresp(self, out: &mut Vec<u8>) {
        put_bare(out, PacketType::Pingresp);
    }

    /// Writes a DISCONNECT.
    pub fn put_disconnect(self, out: &mut Vec<u8>) {
        put_bare(out, PacketType::Disconnect);
    }
}

impl Publish {
    /// Everything but the payload, as the encoder takes it.
    #[must_use]
    pub fn head(&self) -> PublishHead<'_> {
        PublishHead { dup: self.dup, delivery: self.delivery, retain: self.retain, topic: self.topic.as_str() }
    }
}

fn first_byte(packet: PacketType, flags: u8) -> u8 {
    (packet as u8) << 4 | flags
}

fn put_header(out: &mut Vec<u8>, packet: PacketType, flags: u8, remaining: usize) -> Result<(), EncodeError> {
    if remaining > MAX_REMAINING {
        return Err(EncodeError::PacketTooLong(remaining));
    }
    out.push(first_byte(packet, flags));
    let mut rest = remaining;
    while rest > 0x7F {
        out.push(0x80 | (rest & 0x7F) as u8);
        rest >>= 7;
    }
    out.push(rest as u8);
    Ok(())
}

/// The head of a packet that is a packet identifier and `length` bytes of entries.
fn put_list_head(out: &mut Vec<u8>, packet: PacketType, packet_id: PacketId, length: usize) -> Result<(), EncodeError> {
    if length == 0 {
        return Err(EncodeError::NoEntries);
    }
    put_header(out, packet, packet.flags(), 2 + length)?;
    out.extend_from_slice(&packet_id.get().to_be_bytes());
    Ok(())
}

fn put_packet_id(out: &mut Vec<u8>, packet: PacketType, packet_id: PacketId) {
    let [high, low] = packet_id.get().to_be_bytes();
    out.extend_from_slice(&[first_byte(packet, packet.flags()), 2, high, low]);
}

fn put_bare(out: &mut Vec<u8>, packet: PacketType) {
    out.extend_from_slice(&[first_byte(packet, packet.flags()), 0]);
}

fn field_length(field: &[u8]) -> Result<u16, EncodeError> {
    u16::try_from(field.len()).map_err(|_| EncodeError::FieldTooLong(field.len()))
}

fn put_field(out: &mut Vec<u8>, field: &[u8]) -> Result<(), EncodeError> {
    out.extend_from_slice(&field_length(field)?.to_be_bytes());
    out.extend_from_slice(field);
    Ok(())
}
