//! The properties of packets (MQTT 5.0, 2.2.2): which are allowed where, and how often.

use std::num::{NonZeroU16, NonZeroU32};

use bytes::Bytes;

use super::fields::Fields;
use super::{DecodeError, Limits};
use crate::mqtt::{
    AckProperties, ConnackProperties, ConnectProperties, MessageProperties, PayloadFormat, PropertyId, QoS,
    SubscriptionId, Text, TopicName, UserProperties,
};

/// One property with its value.
enum Property {
    PayloadFormat(PayloadFormat),
    MessageExpiry(u32),
    ContentType(Text),
    ResponseTopic(TopicName),
    CorrelationData(Bytes),
    SubscriptionId(SubscriptionId),
    SessionExpiry(u32),
    AssignedClientId(Text),
    ServerKeepAlive(u16),
    AuthenticationMethod(Text),
    AuthenticationData(Bytes),
    RequestProblemInformation(bool),
    WillDelay(u32),
    RequestResponseInformation(bool),
    ResponseInformation(Text),
    ServerReference(Text),
    ReasonString(Text),
    ReceiveMaximum(NonZeroU16),
    TopicAliasMaximum(u16),
    TopicAlias(NonZeroU16),
    MaximumQos(QoS),
    RetainAvailable(bool),
    User(Text, Text),
    MaximumPacketSize(NonZeroU32),
    WildcardSubscriptionAvailable(bool),
    SubscriptionIdsAvailable(bool),
    SharedSubscriptionAvailable(bool),
}

/// Reads the properties of one packet or will.
struct Properties {
    fields: Fields,
    /// One bit for each number that has come.
    seen: u64,
    users: usize,
    max_users: usize,
    /// The property that has come last, for the one who finds that it does not belong here.
    last: PropertyId,
}

impl Properties {
    fn new(fields: &mut Fields, limits: &Limits) -> Result<Self, DecodeError> {
        let length = fields.variable_integer()? as usize;
        if length > limits.max_properties {
            return Err(DecodeError::PropertiesTooLong { length, limit: limits.max_properties });
        }
        Ok(Self {
            fields: Fields::new(fields.bytes(length)?),
            seen: 0,
            users: 0,
            max_users: limits.max_user_properties,
            last: PropertyId::UserProperty,
        })
    }

    fn next(&mut self) -> Result<Option<Property>, DecodeError> {
        if self.fields.is_empty() {
            return Ok(None);
        }
        let number = self.fields.variable_integer()?;
        let id = PropertyId::from_number(number).ok_or(DecodeError::UnknownProperty(number))?;
        self.count(id)?;
        self.last = id;
        self.value(id).map(Some)
    }

    fn count(&mut self, id: PropertyId) -> Result<(), DecodeError> {
        match id {
            PropertyId::UserProperty if self.users == self.max_users => {
                return Err(DecodeError::TooManyUserProperties(self.max_users));
            }
            PropertyId::UserProperty => self.users += 1,
            // Only in a PUBLISH from a server may it come more than once; who reads the others looks after that.
            PropertyId::SubscriptionIdentifier => {}
            _ if self.seen & (1 << id as u8) != 0 => return Err(DecodeError::RepeatedProperty(id)),
            _ => self.seen |= 1 << id as u8,
        }
        Ok(())
    }

    fn value(&mut self, id: PropertyId) -> Result<Property, DecodeError> {
        use Property as P;
        let fields = &mut self.fields;
        let invalid = DecodeError::PropertyValue(id);
        let yes_or_no = |byte| match byte {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(invalid),
        };
        Ok(match id {
            PropertyId::PayloadFormatIndicator => P::PayloadFormat(match fields.byte()? {
                0 => PayloadFormat::Bytes,
                1 => PayloadFormat::Utf8,
                _ => return Err(invalid),
            }),
            PropertyId::MessageExpiryInterval => P::MessageExpiry(fields.long_integer()?),
            PropertyId::ContentType => P::ContentType(fields.text()?),
            PropertyId::ResponseTopic => {
                P::ResponseTopic(TopicName::try_from(fields.text()?).map_err(DecodeError::ResponseTopic)?)
            }
            PropertyId::CorrelationData => P::CorrelationData(fields.binary()?),
            PropertyId::SubscriptionIdentifier => {
                P::SubscriptionId(SubscriptionId::new(fields.variable_integer()?).ok_or(invalid)?)
            }
            PropertyId::SessionExpiryInterval => P::SessionExpiry(fields.long_integer()?),
            PropertyId::AssignedClientIdentifier => P::AssignedClientId(fields.text()?),
            PropertyId::ServerKeepAlive => P::ServerKeepAlive(fields.integer()?),
            PropertyId::AuthenticationMethod => P::AuthenticationMethod(fields.text()?),
            PropertyId::AuthenticationData => P::AuthenticationData(fields.binary()?),
            PropertyId::RequestProblemInformation => P::RequestProblemInformation(yes_or_no(fields.byte()?)?),
            PropertyId::WillDelayInterval => P::WillDelay(fields.long_integer()?),
            PropertyId::RequestResponseInformation => P::RequestResponseInformation(yes_or_no(fields.byte()?)?),
            PropertyId::ResponseInformation => P::ResponseInformation(fields.text()?),
            PropertyId::ServerReference => P::ServerReference(fields.text()?),
            PropertyId::ReasonString => P::ReasonString(fields.text()?),
            PropertyId::ReceiveMaximum => P::ReceiveMaximum(NonZeroU16::new(fields.integer()?).ok_or(invalid)?),
            PropertyId::TopicAliasMaximum => P::TopicAliasMaximum(fields.integer()?),
            PropertyId::TopicAlias => {
                P::TopicAlias(NonZeroU16::new(fields.integer()?).ok_or(DecodeError::TopicAlias(0))?)
            }
            PropertyId::MaximumQos => match fields.byte()? {
                0 => P::MaximumQos(QoS::AtMostOnce),
                1 => P::MaximumQos(QoS::AtLeastOnce),
                _ => return Err(invalid),
            },
            PropertyId::RetainAvailable => P::RetainAvailable(yes_or_no(fields.byte()?)?),
            PropertyId::UserProperty => P::User(fields.text()?, fields.text()?),
            PropertyId::MaximumPacketSize => {
                P::MaximumPacketSize(NonZeroU32::new(fields.long_integer()?).ok_or(invalid)?)
            }
            PropertyId::WildcardSubscriptionAvailable => P::WildcardSubscriptionAvailable(yes_or_no(fields.byte()?)?),
            PropertyId::SubscriptionIdentifierAvailable => P::SubscriptionIdsAvailable(yes_or_no(fields.byte()?)?),
            PropertyId::SharedSubscriptionAvailable => P::SharedSubscriptionAvailable(yes_or_no(fields.byte()?)?),
        })
    }

    /// The property that has come last does not belong into this packet.
    fn misplaced<T>(&self) -> Result<T, DecodeError> {
        Err(DecodeError::MisplacedProperty(self.last))
    }
}

pub(super) fn connect(fields: &mut Fields, limits: &Limits) -> Result<ConnectProperties, DecodeError> {
    let mut reader = Properties::new(fields, limits)?;
    let mut found = ConnectProperties::default();
    while let Some(property) = reader.next()? {
        match property {
            Property::SessionExpiry(seconds) => found.session_expiry = Some(seconds),
            Property::ReceiveMaximum(maximum) => found.receive_maximum = Some(maximum),
            Property::MaximumPacketSize(bytes) => found.maximum_packet_size = Some(bytes),
            Property::TopicAliasMaximum(maximum) => found.topic_alias_maximum = Some(maximum),
            Property::RequestResponseInformation(wanted) => found.request_response_information = Some(wanted),
            Property::RequestProblemInformation(wanted) => found.request_problem_information = Some(wanted),
            Property::User(name, value) => found.user.push((name, value)),
            Property::AuthenticationMethod(method) => found.authentication_method = Some(method),
            Property::AuthenticationData(data) => found.authentication_data = Some(data),
            _ => return reader.misplaced(),
        }
    }
    if found.authentication_data.is_some() && found.authentication_method.is_none() {
        return Err(DecodeError::AuthenticationWithoutMethod);
    }
    Ok(found)
}

pub(super) fn connack(fields: &mut Fields, limits: &Limits) -> Result<ConnackProperties, DecodeError> {
    let mut reader = Properties::new(fields, limits)?;
    let mut found = ConnackProperties::default();
    while let Some(property) = reader.next()? {
        match property {
            Property::SessionExpiry(seconds) => found.session_expiry = Some(seconds),
            Property::ReceiveMaximum(maximum) => found.receive_maximum = Some(maximum),
            Property::MaximumQos(qos) => found.maximum_qos = Some(qos),
            Property::RetainAvailable(available) => found.retain_available = Some(available),
            Property::MaximumPacketSize(bytes) => found.maximum_packet_size = Some(bytes),
            Property::AssignedClientId(id) => found.assigned_client_id = Some(id),
            Property::TopicAliasMaximum(maximum) => found.topic_alias_maximum = Some(maximum),
            Property::ReasonString(reason) => found.reason_string = Some(reason),
            Property::User(name, value) => found.user.push((name, value)),
            Property::WildcardSubscriptionAvailable(available) => {
                found.wildcard_subscription_available = Some(available);
            }
            Property::SubscriptionIdsAvailable(available) => found.subscription_ids_available = Some(available),
            Property::SharedSubscriptionAvailable(available) => {
                found.shared_subscription_available = Some(available);
            }
            Property::ServerKeepAlive(seconds) => found.server_keep_alive = Some(seconds),
            Property::ResponseInformation(information) => found.response_information = Some(information),
            Property::ServerReference(reference) => found.server_reference = Some(reference),
            Property::AuthenticationMethod(method) => found.authentication_method = Some(method),
            Property::AuthenticationData(data) => found.authentication_data = Some(data),
            _ => return reader.misplaced(),
        }
    }
    Ok(found)
}

/// The properties of a will or PUBLISH.
#[derive(Default)]
pub(super) struct Message {
    pub(super) will_delay: Option<u32>,
    pub(super) topic_alias: Option<NonZeroU16>,
    pub(super) message_expiry: Option<u32>,
    pub(super) subscription_ids: Vec<SubscriptionId>,
    pub(super) properties: MessageProperties,
}

/// Whose properties [`message`] reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageKind {
    Will,
    FromClient,
    FromServer,
}

pub(super) fn message(fields: &mut Fields, limits: &Limits, kind: MessageKind) -> Result<Message, DecodeError> {
    let mut reader = Properties::new(fields, limits)?;
    let mut found = Message::default();
    while let Some(property) = reader.next()? {
        match property {
            Property::PayloadFormat(format) => found.properties.payload_format = Some(format),
            Property::MessageExpiry(seconds) => found.message_expiry = Some(seconds),
            Property::ContentType(content_type) => found.properties.content_type = Some(content_type),
            Property::ResponseTopic(topic) => found.properties.response_topic = Some(topic),
            Property::CorrelationData(data) => found.properties.correlation_data = Some(data),
            Property::User(name, value) => found.properties.user.push((name, value)),
            Property::WillDelay(seconds) if kind == MessageKind::Will => found.will_delay = Some(seconds),
            Property::TopicAlias(alias) if kind != MessageKind::Will => found.topic_alias = Some(alias),
            Property::SubscriptionId(id) if kind == MessageKind::FromServer => found.subscription_ids.push(id),
            Property::SubscriptionId(_) if kind == MessageKind::FromClient => {
                return Err(DecodeError::SubscriptionIdFromClient);
            }
            _ => return reader.misplaced(),
        }
    }
    Ok(found)
}

/// The properties of all other packets, of which each has some.
#[derive(Default)]
pub(super) struct Other {
    pub(super) subscription_id: Option<SubscriptionId>,
    pub(super) session_expiry: Option<u32>,
    pub(super) server_reference: Option<Text>,
    pub(super) authentication_method: Option<Text>,
    pub(super) authentication_data: Option<Bytes>,
    pub(super) reason_string: Option<Text>,
    pub(super) user: UserProperties,
}

pub(super) fn other(fields: &mut Fields, limits: &Limits, allowed: &[PropertyId]) -> Result<Other, DecodeError> {
    let mut reader = Properties::new(fields, limits)?;
    let mut found = Other::default();
    while let Some(property) = reader.next()? {
        if !allowed.contains(&reader.last) {
            return reader.misplaced();
        }
        match property {
            Property::SubscriptionId(_) if found.subscription_id.is_some() => {
                return Err(DecodeError::RepeatedProperty(reader.last));
            }
            Property::SubscriptionId(id) => found.subscription_id = Some(id),
            Property::SessionExpiry(seconds) => found.session_expiry = Some(seconds),
            Property::ServerReference(reference) => found.server_reference = Some(reference),
            Property::AuthenticationMethod(method) => found.authentication_method = Some(method),
            Property::AuthenticationData(data) => found.authentication_data = Some(data),
            Property::ReasonString(reason) => found.reason_string = Some(reason),
            Property::User(name, value) => found.user.push((name, value)),
            _ => return reader.misplaced(),
        }
    }
    Ok(found)
}

/// The properties of acknowledgements.
pub(super) fn ack(fields: &mut Fields, limits: &Limits) -> Result<AckProperties, DecodeError> {
    let Other { reason_string, user, .. } =
        other(fields, limits, &[PropertyId::ReasonString, PropertyId::UserProperty])?;
    Ok(AckProperties { reason_string, user })
}
