//! What is inside a packet: variable header and payload (MQTT 3.1.1, chapter 3).

use bytes::Bytes;

use super::DecodeError;
use super::fields::Fields;
use crate::mqtt::{
    Connack, Connect, ConnectReturnCode, Delivery, Login, Packet, PacketId, PacketType, ProtocolVersion, Publish, QoS,
    Suback, SubackCode, Subscribe, TopicFilter, TopicName, Unsubscribe, Will,
};

/// A complete body, wherever it is.
pub(super) enum Body<'input> {
    InInput(&'input [u8]),
    Collected(Vec<u8>),
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

/// The packet of type `packet` with a complete `body`; `flags` are valid unless it is a PUBLISH.
pub(super) fn packet(packet: PacketType, flags: u8, body: Body<'_>, max_filters: usize) -> Result<Packet, DecodeError> {
    Ok(match packet {
        PacketType::Connect => Packet::Connect(Box::new(connect(body.into_fields())?)),
        PacketType::Connack => Packet::Connack(connack(body.as_slice())?),
        PacketType::Publish => Packet::Publish(publish(flags, body.into_fields())?),
        PacketType::Puback => Packet::Puback(packet_id(body.as_slice())?),
        PacketType::Pubrec => Packet::Pubrec(packet_id(body.as_slice())?),
        PacketType::Pubrel => Packet::Pubrel(packet_id(body.as_slice())?),
        PacketType::Pubcomp => Packet::Pubcomp(packet_id(body.as_slice())?),
        PacketType::Subscribe => Packet::Subscribe(subscribe(body.into_fields(), max_filters)?),
        PacketType::Suback => Packet::Suback(suback(body.into_fields())?),
        PacketType::Unsubscribe => Packet::Unsubscribe(unsubscribe(body.into_fields(), max_filters)?),
        PacketType::Unsuback => Packet::Unsuback(packet_id(body.as_slice())?),
        PacketType::Pingreq => empty(&body, Packet::Pingreq)?,
        PacketType::Pingresp => empty(&body, Packet::Pingresp)?,
        PacketType::Disconnect => empty(&body, Packet::Disconnect)?,
    })
}

fn empty(body: &Body<'_>, packet: Packet) -> Result<Packet, DecodeError> {
    if body.as_slice().is_empty() { Ok(packet) } else { Err(DecodeError::TrailingBytes) }
}

/// A body that is a packet identifier and nothing else; read in place, because acknowledgements are frequent.
fn packet_id(body: &[u8]) -> Result<PacketId, DecodeError> {
    match *body {
        [high, low] => PacketId::new(u16::from_be_bytes([high, low])).ok_or(DecodeError::ZeroPacketId),
        [] | [_] => Err(DecodeError::Truncated),
        _ => Err(DecodeError::TrailingBytes),
    }
}

fn connect(mut fields: Fields) -> Result<Connect, DecodeError> {
    let protocol = protocol(&mut fields)?;
    let flags = ConnectFlags::new(fields.byte()?)?;
    let keep_alive = fields.integer()?;
    let client_id = fields.text()?;
    let will = match flags.will {
        Some((qos, retain)) => {
            let topic = TopicName::try_from(fields.text()?).map_err(DecodeError::TopicName)?;
            Some(Will { topic, payload: fields.binary()?, qos, retain })
        }
        None => None,
    };
    let login = if flags.username {
        let username = fields.text()?;
        let password = if flags.password { Some(fields.binary()?) } else { None };
        Some(Login { username, password })
    } else {
        None
    };
    fields.finish()?;
    Ok(Connect { protocol, client_id, clean_session: flags.clean_session, keep_alive, will, login })
}

/// An unknown level is reported before anything behind it is looked at: another version has another layout.
fn protocol(fields: &mut Fields) -> Result<ProtocolVersion, DecodeError> {
    let name = fields.binary()?;
    let level = fields.byte()?;
    let versions = [ProtocolVersion::V3_1_1, ProtocolVersion::V3_1];
    if !versions.iter().any(|version| version.name_and_level().0.as_bytes() == &*name) {
        return Err(DecodeError::ProtocolName);
    }
    versions
        .into_iter()
        .find(|version| {
            let (known_name, known_level) = version.name_and_level();
            known_name.as_bytes() == &*name && known_level == level
        })
        .ok_or(DecodeError::ProtocolLevel(level))
}

/// The connect flags (MQTT 3.1.1, 3.1.2.3).
struct ConnectFlags {
    clean_session: bool,
    will: Option<(QoS, bool)>,
    username: bool,
    password: bool,
}

impl ConnectFlags {
    fn new(byte: u8) -> Result<Self, DecodeError> {
        let is_set = |bit: u8| byte & (1 << bit) != 0;
        if is_set(0) {
            return Err(DecodeError::ConnectFlag);
        }
        let (will_qos, will_retain) = ((byte >> 3) & 0b11, is_set(5));
        let will = if is_set(2) {
            Some((QoS::from_byte(will_qos).ok_or(DecodeError::QoS(will_qos))?, will_retain))
        } else if will_qos == 0 && !will_retain {
            None
        } else {
            return Err(DecodeError::WillFlags);
        };
        let (username, password) = (is_set(7), is_set(6));
        if password && !username {
            return Err(DecodeError::PasswordWithoutUsername);
        }
        Ok(Self { clean_session: is_set(1), will, username, password })
    }
}

fn connack(body: &[u8]) -> Result<Connack, DecodeError> {
    let [flags, code] = *body else {
        return Err(if body.len() < 2 { DecodeError::Truncated } else { DecodeError::TrailingBytes });
    };
    let session_present = flags == 1;
    let code = ConnectReturnCode::from_byte(code).ok_or(DecodeError::ReturnCode(code))?;
    if flags > 1 || (session_present && code != ConnectReturnCode::Accepted) {
        return Err(DecodeError::ConnackFlags(flags));
    }
    Ok(Connack { session_present, code })
}

fn publish(flags: u8, mut fields: Fields) -> Result<Publish, DecodeError> {
    let (dup, qos, retain) = (flags & 0b1000 != 0, (flags >> 1) & 0b11, flags & 0b0001 != 0);
    let qos = QoS::from_byte(qos).ok_or(DecodeError::QoS(qos))?;
    if dup && qos == QoS::AtMostOnce {
        return Err(DecodeError::DupWithoutQoS);
    }
    let topic = TopicName::try_from(fields.text()?).map_err(DecodeError::TopicName)?;
    let delivery = match qos {
        QoS::AtMostOnce => Delivery::AtMostOnce,
        QoS::AtLeastOnce => Delivery::AtLeastOnce(fields.packet_id()?),
        QoS::ExactlyOnce => Delivery::ExactlyOnce(fields.packet_id()?),
    };
    Ok(Publish { dup, delivery, retain, topic, payload: fields.remainder() })
}

fn subscribe(mut fields: Fields, max_filters: usize) -> Result<Subscribe, DecodeError> {
    let packet_id = fields.packet_id()?;
    let filters = filters(fields, max_filters, |fields| Ok((filter(fields)?, fields.qos()?)))?;
    Ok(Subscribe { packet_id, filters })
}

fn unsubscribe(mut fields: Fields, max_filters: usize) -> Result<Unsubscribe, DecodeError> {
    let packet_id = fields.packet_id()?;
    Ok(Unsubscribe { packet_id, filters: filters(fields, max_filters, filter)? })
}

/// One or more items up to the end of the packet.
fn filters<T>(
    mut fields: Fields,
    max_filters: usize,
    item: impl Fn(&mut Fields) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut filters = Vec::new();
    while !fields.is_empty() {
        if filters.len() == max_filters {
            return Err(DecodeError::TooManyFilters(max_filters));
        }
        filters.push(item(&mut fields)?);
    }
    if filters.is_empty() { Err(DecodeError::NoFilters) } else { Ok(filters) }
}

fn filter(fields: &mut Fields) -> Result<TopicFilter, DecodeError> {
    TopicFilter::try_from(fields.text()?).map_err(DecodeError::TopicFilter)
}

fn suback(mut fields: Fields) -> Result<Suback, DecodeError> {
    let packet_id = fields.packet_id()?;
    let codes = fields
        .remainder()
        .iter()
        .map(|&byte| SubackCode::from_byte(byte).ok_or(DecodeError::ReturnCode(byte)))
        .collect::<Result<Vec<_>, _>>()?;
    if codes.is_empty() { Err(DecodeError::Truncated) } else { Ok(Suback { packet_id, codes }) }
}
