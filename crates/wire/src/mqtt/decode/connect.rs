//! CONNECT and CONNACK (MQTT 5.0, 3.1 and 3.2).

use super::fields::Fields;
use super::properties::{self, Message, MessageKind};
use super::{DecodeError, Limits};
use crate::mqtt::{
    Connack, ConnackCode, ConnackProperties, Connect, ConnectProperties, Login, ProtocolVersion, QoS, TopicName, Will,
};

/// A CONNECT of any version up to `highest`; notes its version as soon as it is known.
pub(super) fn connect(
    mut fields: Fields,
    limits: &Limits,
    highest: ProtocolVersion,
    version: &mut ProtocolVersion,
) -> Result<Connect, DecodeError> {
    let protocol = protocol(&mut fields, highest)?;
    *version = protocol;
    let flags = ConnectFlags::new(fields.byte()?, protocol)?;
    let keep_alive = fields.integer()?;
    let properties = match protocol {
        ProtocolVersion::V5 => properties::connect(&mut fields, limits)?,
        _ => ConnectProperties::default(),
    };
    let client_id = fields.text()?;
    let will = match flags.will {
        Some((qos, retain)) => Some(will(&mut fields, limits, protocol, qos, retain)?),
        None => None,
    };
    let username = if flags.username { Some(fields.text()?) } else { None };
    let password = if flags.password { Some(fields.binary()?) } else { None };
    let login = (flags.username || flags.password).then_some(Login { username, password });
    fields.finish()?;
    Ok(Connect { protocol, client_id, clean_start: flags.clean_start, keep_alive, will, login, properties })
}

/// An unknown level is reported before anything behind it is looked at: another version has another layout.
fn protocol(fields: &mut Fields, highest: ProtocolVersion) -> Result<ProtocolVersion, DecodeError> {
    let name = fields.binary()?;
    let level = fields.byte()?;
    let mut named =
        ProtocolVersion::ALL.into_iter().filter(|version| version.name_and_level().0.as_bytes() == &*name).peekable();
    if named.peek().is_none() {
        return Err(DecodeError::ProtocolName);
    }
    named
        .find(|version| version.name_and_level().1 == level && *version <= highest)
        .ok_or(DecodeError::ProtocolLevel(level))
}

fn will(
    fields: &mut Fields,
    limits: &Limits,
    protocol: ProtocolVersion,
    qos: QoS,
    retain: bool,
) -> Result<Will, DecodeError> {
    let Message { will_delay, message_expiry, properties, .. } = match protocol {
        ProtocolVersion::V5 => properties::message(fields, limits, MessageKind::Will)?,
        _ => Message::default(),
    };
    let topic = TopicName::try_from(fields.text()?).map_err(DecodeError::TopicName)?;
    let payload = fields.binary()?;
    Ok(Will { topic, payload, qos, retain, delay: will_delay, message_expiry, properties })
}

/// The connect flags (3.1.2.3).
struct ConnectFlags {
    clean_start: bool,
    will: Option<(QoS, bool)>,
    username: bool,
    password: bool,
}

impl ConnectFlags {
    fn new(byte: u8, protocol: ProtocolVersion) -> Result<Self, DecodeError> {
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
        if password && !username && protocol != ProtocolVersion::V5 {
            return Err(DecodeError::PasswordWithoutUsername);
        }
        Ok(Self { clean_start: is_set(1), will, username, password })
    }
}

pub(super) fn connack(mut fields: Fields, limits: &Limits, version: ProtocolVersion) -> Result<Connack, DecodeError> {
    let flags = fields.byte()?;
    let byte = fields.byte()?;
    let code = match version {
        ProtocolVersion::V5 => ConnackCode::from_byte(byte),
        _ => ConnackCode::from_return_code(byte),
    }
    .ok_or(DecodeError::ReasonCode(byte))?;
    let session_present = flags == 1;
    if flags > 1 || (session_present && code != ConnackCode::Success) {
        return Err(DecodeError::ConnackFlags(flags));
    }
    let properties = match version {
        ProtocolVersion::V5 => properties::connack(&mut fields, limits)?,
        _ => ConnackProperties::default(),
    };
    fields.finish()?;
    Ok(Connack { session_present, code, properties })
}
