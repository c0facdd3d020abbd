//! What is inside a packet: variable header and payload (MQTT 5.0, chapter 3).

use bytes::Bytes;

use super::aliases::Aliases;
use super::fields::Fields;
use super::properties::{self, Message, MessageKind, Other};
use super::{DecodeError, Limits, Role, connect, subscribe};
use crate::mqtt::{
    Ack, Auth, AuthCode, Delivery, Disconnect, DisconnectCode, Packet, PacketId, PacketType, PropertyId,
    ProtocolVersion, PubackCode, Publish, PubrelCode, QoS, TopicName,
};

/// A complete body, wherever it is.
pub(super) enum Body<'input> {
    InInput(&'input [u8]),
    Collected(Vec<u8>),
}

/// What the decoder knows about the connection when it reads a body.
pub(super) struct Reader<'decoder> {
    pub(super) role: Role,
    pub(super) limits: &'decoder Limits,
    pub(super) highest: ProtocolVersion,
    pub(super) version: &'decoder mut ProtocolVersion,
    pub(super) aliases: &'decoder mut Aliases,
}

impl Body<'_> {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::InInput(bytes) => bytes,
            Self::Collected(bytes) => bytes,
        }
    }

    /// Fields that are slices of one allocation: a copy of the input, or what was collected.
    fn into_fields(self) -> Fields {
        Fields::new(match self {
            Self::InInput(bytes) => Bytes::copy_from_slice(bytes),
            Self::Collected(bytes) => Bytes::from(bytes),
        })
    }
}

impl Reader<'_> {
    /// The packet of type `packet` with a complete `body`; `flags` are valid unless it is a PUBLISH.
    pub(super) fn packet(mut self, packet: PacketType, flags: u8, body: Body<'_>) -> Result<Packet, DecodeError> {
        let (limits, version) = (self.limits, *self.version);
        Ok(match packet {
            PacketType::Connect => {
                let connect = connect::connect(body.into_fields(), limits, self.highest, self.version)?;
                Packet::Connect(Box::new(connect))
            }
            PacketType::Connack => Packet::Connack(Box::new(connect::connack(body.into_fields(), limits, version)?)),
            PacketType::Publish => Packet::Publish(self.publish(flags, body.into_fields())?),
            PacketType::Puback => Packet::Puback(self.ack(body, PubackCode::from_byte)?),
            PacketType::Pubrec => Packet::Pubrec(self.ack(body, PubackCode::from_byte)?),
            PacketType::Pubrel => Packet::Pubrel(self.ack(body, PubrelCode::from_byte)?),
            PacketType::Pubcomp => Packet::Pubcomp(self.ack(body, PubrelCode::from_byte)?),
            PacketType::Subscribe => Packet::Subscribe(subscribe::subscribe(body.into_fields(), limits, version)?),
            PacketType::Suback => Packet::Suback(subscribe::suback(body.into_fields(), limits, version)?),
            PacketType::Unsubscribe => {
                Packet::Unsubscribe(subscribe::unsubscribe(body.into_fields(), limits, version)?)
            }
            PacketType::Unsuback => Packet::Unsuback(subscribe::unsuback(body.into_fields(), limits, version)?),
            PacketType::Pingreq => empty(&body, Packet::Pingreq)?,
            PacketType::Pingresp => empty(&body, Packet::Pingresp)?,
            PacketType::Disconnect => Packet::Disconnect(self.disconnect(body)?),
            PacketType::Auth => Packet::Auth(self.auth(body)?),
        })
    }

    fn publish(&mut self, flags: u8, mut fields: Fields) -> Result<Publish, DecodeError> {
        let (dup, qos, retain) = (flags & 0b1000 != 0, (flags >> 1) & 0b11, flags & 0b0001 != 0);
        let qos = QoS::from_byte(qos).ok_or(DecodeError::QoS(qos))?;
        if dup && qos == QoS::AtMostOnce {
            return Err(DecodeError::DupWithoutQoS);
        }
        let topic = fields.text()?;
        let delivery = match qos {
            QoS::AtMostOnce => Delivery::AtMostOnce,
            QoS::AtLeastOnce => Delivery::AtLeastOnce(fields.packet_id()?),
            QoS::ExactlyOnce => Delivery::ExactlyOnce(fields.packet_id()?),
        };
        if *self.version != ProtocolVersion::V5 {
            let topic = TopicName::try_from(topic).map_err(DecodeError::TopicName)?;
            return Ok(Publish { dup, retain, ..Publish::new(delivery, topic, fields.remainder()) });
        }
        let kind = match self.role {
            Role::Server => MessageKind::FromClient,
            Role::Client => MessageKind::FromServer,
        };
        let Message { topic_alias, message_expiry, subscription_ids, properties, .. } =
            properties::message(&mut fields, self.limits, kind)?;
        let topic = self.aliases.resolve(topic, topic_alias, self.limits.max_topic_alias)?;
        let payload = fields.remainder();
        Ok(Publish { dup, delivery, retain, topic, payload, topic_alias, message_expiry, subscription_ids, properties })
    }

    /// An acknowledgement that may end behind its packet identifier or behind its code. The short form is read in place,
    /// because acknowledgements are frequent.
    fn ack<Code: Default>(&self, body: Body<'_>, code: impl Fn(u8) -> Option<Code>) -> Result<Ack<Code>, DecodeError> {
        let (id, rest) = match body.as_slice() {
            [high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
            _ => return Err(DecodeError::Truncated),
        };
        let packet_id = PacketId::new(id).ok_or(DecodeError::ZeroPacketId)?;
        match rest {
            [] => return Ok(Ack::success(packet_id)),
            _ if *self.version != ProtocolVersion::V5 => return Err(DecodeError::TrailingBytes),
            _ => {}
        }
        let mut fields = body.into_fields();
        fields.packet_id()?;
        let byte = fields.byte()?;
        let code = code(byte).ok_or(DecodeError::ReasonCode(byte))?;
        let mut ack = Ack::new(packet_id, code);
        if !fields.is_empty() {
            ack.properties = properties::ack(&mut fields, self.limits)?;
            fields.finish()?;
        }
        Ok(ack)
    }

    fn disconnect(&self, body: Body<'_>) -> Result<Disconnect, DecodeError> {
        let expiry_or_reference = match self.role {
            Role::Server => PropertyId::SessionExpiryInterval,
            Role::Client => PropertyId::ServerReference,
        };
        let allowed = [expiry_or_reference, PropertyId::ReasonString, PropertyId::UserProperty];
        let (code, Other { session_expiry, reason_string, user, server_reference, .. }) =
            self.code_and_properties(body, DisconnectCode::from_byte, &allowed)?;
        Ok(Disconnect { code, session_expiry, reason_string, user, server_reference })
    }

    fn auth(&self, body: Body<'_>) -> Result<Auth, DecodeError> {
        // Unlike in DISCONNECT, only a body without anything may leave out the length of its properties (3.15.2.1).
        if body.as_slice().len() == 1 {
            return Err(DecodeError::Truncated);
        }
        let allowed = [
            PropertyId::AuthenticationMethod,
            PropertyId::AuthenticationData,
            PropertyId::ReasonString,
            PropertyId::UserProperty,
        ];
        let (code, Other { authentication_method: method, authentication_data: data, reason_string, user, .. }) =
            self.code_and_properties(body, AuthCode::from_byte, &allowed)?;
        Ok(Auth { code, method, data, reason_string, user })
    }

    /// A body that may be empty or end behind its code.
    fn code_and_properties<Code: Default>(
        &self,
        body: Body<'_>,
        code: impl Fn(u8) -> Option<Code>,
        allowed: &[PropertyId],
    ) -> Result<(Code, Other), DecodeError> {
        if body.as_slice().is_empty() {
            return Ok((Code::default(), Other::default()));
        }
        if *self.version != ProtocolVersion::V5 {
            return Err(DecodeError::TrailingBytes);
        }
        let mut fields = body.into_fields();
        let byte = fields.byte()?;
        let code = code(byte).ok_or(DecodeError::ReasonCode(byte))?;
        if fields.is_empty() {
            return Ok((code, Other::default()));
        }
        let properties = properties::other(&mut fields, self.limits, allowed)?;
        fields.finish()?;
        Ok((code, properties))
    }
}

fn empty(body: &Body<'_>, packet: Packet) -> Result<Packet, DecodeError> {
    if body.as_slice().is_empty() { Ok(packet) } else { Err(DecodeError::TrailingBytes) }
}
