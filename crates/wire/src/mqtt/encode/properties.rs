//! The properties of each packet (MQTT 5.0, 2.2.2).

use super::PublishHead;
use super::sink::{Encode, Sink};
use crate::mqtt::{
    AckProperties, Auth, ConnackProperties, ConnectProperties, Disconnect, MessageProperties, PropertyId as Id, QoS,
    Subscribe, Text, TopicName, Unsubscribe, Will,
};

impl Encode for ConnectProperties {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.long_property(Id::SessionExpiryInterval, self.session_expiry);
        sink.integer_property(Id::ReceiveMaximum, self.receive_maximum.map(Into::into));
        sink.long_property(Id::MaximumPacketSize, self.maximum_packet_size.map(Into::into));
        sink.integer_property(Id::TopicAliasMaximum, self.topic_alias_maximum);
        sink.byte_property(Id::RequestResponseInformation, self.request_response_information.map(u8::from));
        sink.byte_property(Id::RequestProblemInformation, self.request_problem_information.map(u8::from));
        sink.field_property(Id::AuthenticationMethod, self.authentication_method.as_ref().map(Text::as_bytes));
        sink.field_property(Id::AuthenticationData, self.authentication_data.as_deref());
        sink.user_properties(&self.user);
    }
}

impl Encode for ConnackProperties {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.long_property(Id::SessionExpiryInterval, self.session_expiry);
        sink.integer_property(Id::ReceiveMaximum, self.receive_maximum.map(Into::into));
        let maximum_qos = self.maximum_qos.filter(|qos| *qos != QoS::ExactlyOnce);
        sink.byte_property(Id::MaximumQos, maximum_qos.map(|qos| qos as u8));
        sink.byte_property(Id::RetainAvailable, self.retain_available.map(u8::from));
        sink.long_property(Id::MaximumPacketSize, self.maximum_packet_size.map(Into::into));
        sink.field_property(Id::AssignedClientIdentifier, self.assigned_client_id.as_ref().map(Text::as_bytes));
        sink.integer_property(Id::TopicAliasMaximum, self.topic_alias_maximum);
        sink.field_property(Id::ReasonString, self.reason_string.as_ref().map(Text::as_bytes));
        sink.byte_property(Id::WildcardSubscriptionAvailable, self.wildcard_subscription_available.map(u8::from));
        sink.byte_property(Id::SubscriptionIdentifierAvailable, self.subscription_ids_available.map(u8::from));
        sink.byte_property(Id::SharedSubscriptionAvailable, self.shared_subscription_available.map(u8::from));
        sink.integer_property(Id::ServerKeepAlive, self.server_keep_alive);
        sink.field_property(Id::ResponseInformation, self.response_information.as_ref().map(Text::as_bytes));
        sink.field_property(Id::ServerReference, self.server_reference.as_ref().map(Text::as_bytes));
        sink.field_property(Id::AuthenticationMethod, self.authentication_method.as_ref().map(Text::as_bytes));
        sink.field_property(Id::AuthenticationData, self.authentication_data.as_deref());
        sink.user_properties(&self.user);
    }
}

impl Encode for MessageProperties {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.byte_property(Id::PayloadFormatIndicator, self.payload_format.map(|format| format as u8));
        sink.field_property(Id::ContentType, self.content_type.as_ref().map(Text::as_bytes));
        sink.field_property(Id::ResponseTopic, self.response_topic.as_ref().map(TopicName::as_bytes));
        sink.field_property(Id::CorrelationData, self.correlation_data.as_deref());
        sink.user_properties(&self.user);
    }
}

/// The properties of a PUBLISH.
impl Encode for PublishHead<'_> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.integer_property(Id::TopicAlias, self.topic_alias.map(Into::into));
        sink.long_property(Id::MessageExpiryInterval, self.message_expiry);
        for id in self.subscription_ids {
            sink.byte(Id::SubscriptionIdentifier as u8);
            sink.variable_integer(id.get() as usize);
        }
        if let Some(properties) = self.properties {
            properties.put(sink);
        }
    }
}

/// The properties of a will.
impl Encode for Will {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.long_property(Id::WillDelayInterval, self.delay);
        sink.long_property(Id::MessageExpiryInterval, self.message_expiry);
        self.properties.put(sink);
    }
}

impl Encode for AckProperties {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.field_property(Id::ReasonString, self.reason_string.as_ref().map(Text::as_bytes));
        sink.user_properties(&self.user);
    }
}

/// The properties of a SUBSCRIBE.
impl Encode for Subscribe {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        if let Some(id) = self.subscription_id {
            sink.byte(Id::SubscriptionIdentifier as u8);
            sink.variable_integer(id.get() as usize);
        }
        sink.user_properties(&self.user);
    }
}

/// The properties of an UNSUBSCRIBE.
impl Encode for Unsubscribe {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.user_properties(&self.user);
    }
}

/// The properties of a DISCONNECT.
impl Encode for Disconnect {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.long_property(Id::SessionExpiryInterval, self.session_expiry);
        sink.field_property(Id::ReasonString, self.reason_string.as_ref().map(Text::as_bytes));
        sink.field_property(Id::ServerReference, self.server_reference.as_ref().map(Text::as_bytes));
        sink.user_properties(&self.user);
    }
}

/// The properties of an AUTH.
impl Encode for Auth {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.field_property(Id::AuthenticationMethod, self.method.as_ref().map(Text::as_bytes));
        sink.field_property(Id::AuthenticationData, self.data.as_deref());
        sink.field_property(Id::ReasonString, self.reason_string.as_ref().map(Text::as_bytes));
        sink.user_properties(&self.user);
    }
}
