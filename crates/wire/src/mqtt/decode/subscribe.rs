//! SUBSCRIBE, UNSUBSCRIBE and their answers (MQTT 5.0, 3.8 to 3.11).

use super::fields::Fields;
use super::properties::{self, Other};
use super::{DecodeError, Limits};
use crate::mqtt::{
    AckProperties, PropertyId, ProtocolVersion, QoS, RetainHandling, Suback, SubackCode, Subscribe, SubscribeOptions,
    TopicFilter, Unsuback, UnsubackCode, Unsubscribe,
};

pub(super) fn subscribe(
    mut fields: Fields,
    limits: &Limits,
    version: ProtocolVersion,
) -> Result<Subscribe, DecodeError> {
    let packet_id = fields.packet_id()?;
    let Other { subscription_id, user, .. } = match version {
        ProtocolVersion::V5 => {
            let allowed = [PropertyId::SubscriptionIdentifier, PropertyId::UserProperty];
            properties::other(&mut fields, limits, &allowed)?
        }
        _ => Other::default(),
    };
    let filters = filters(fields, limits.max_filters, |fields| {
        let filter = filter(fields, version)?;
        let options = options(fields.byte()?, version)?;
        let shared = version == ProtocolVersion::V5 && matches!(filter.shared(), Ok(Some(_)));
        if shared && options.no_local { Err(DecodeError::NoLocalShared) } else { Ok((filter, options)) }
    })?;
    Ok(Subscribe { packet_id, filters, subscription_id, user })
}

pub(super) fn unsubscribe(
    mut fields: Fields,
    limits: &Limits,
    version: ProtocolVersion,
) -> Result<Unsubscribe, DecodeError> {
    let packet_id = fields.packet_id()?;
    let user = match version {
        ProtocolVersion::V5 => properties::other(&mut fields, limits, &[PropertyId::UserProperty])?.user,
        _ => Vec::new(),
    };
    let filters = filters(fields, limits.max_filters, |fields| filter(fields, version))?;
    Ok(Unsubscribe { packet_id, filters, user })
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

fn filter(fields: &mut Fields, version: ProtocolVersion) -> Result<TopicFilter, DecodeError> {
    let filter = TopicFilter::try_from(fields.text()?).map_err(DecodeError::TopicFilter)?;
    if version == ProtocolVersion::V5 {
        filter.shared().map_err(DecodeError::TopicFilter)?;
    }
    Ok(filter)
}

fn options(byte: u8, version: ProtocolVersion) -> Result<SubscribeOptions, DecodeError> {
    let qos = |bits| QoS::from_byte(bits).ok_or(DecodeError::QoS(bits));
    if version != ProtocolVersion::V5 {
        return Ok(qos(byte)?.into());
    }
    if byte & 0b1100_0000 != 0 {
        return Err(DecodeError::SubscribeOptions(byte));
    }
    Ok(SubscribeOptions {
        qos: qos(byte & 0b11)?,
        no_local: byte & 0b0000_0100 != 0,
        retain_as_published: byte & 0b0000_1000 != 0,
        retain_handling: RetainHandling::from_byte(byte >> 4).ok_or(DecodeError::RetainHandling)?,
    })
}

pub(super) fn suback(mut fields: Fields, limits: &Limits, version: ProtocolVersion) -> Result<Suback, DecodeError> {
    let packet_id = fields.packet_id()?;
    let properties = match version {
        ProtocolVersion::V5 => properties::ack(&mut fields, limits)?,
        _ => AckProperties::NONE,
    };
    let code = |byte| match SubackCode::from_byte(byte) {
        Some(code @ (SubackCode::Granted(_) | SubackCode::Failure)) => Some(code),
        Some(code) if version == ProtocolVersion::V5 => Some(code),
        _ => None,
    };
    Ok(Suback { packet_id, codes: codes(fields, code)?, properties })
}

pub(super) fn unsuback(mut fields: Fields, limits: &Limits, version: ProtocolVersion) -> Result<Unsuback, DecodeError> {
    let packet_id = fields.packet_id()?;
    if version != ProtocolVersion::V5 {
        fields.finish()?;
        return Ok(Unsuback::new(packet_id, Vec::new()));
    }
    let properties = properties::ack(&mut fields, limits)?;
    Ok(Unsuback { packet_id, codes: codes(fields, UnsubackCode::from_byte)?, properties })
}

/// One or more codes up to the end of the packet.
fn codes<Code>(fields: Fields, code: impl Fn(u8) -> Option<Code>) -> Result<Vec<Code>, DecodeError> {
    let bytes = fields.remainder();
    if bytes.is_empty() {
        return Err(DecodeError::Truncated);
    }
    bytes.iter().map(|&byte| code(byte).ok_or(DecodeError::ReasonCode(byte))).collect()
}
