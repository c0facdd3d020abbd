//! Variable header and payload of each packet (MQTT 5.0, chapter 3).

use super::PublishHead;
use super::sink::{Encode, Sink};
use crate::mqtt::{
    Ack, Auth, AuthCode, Connack, Connect, Disconnect, DisconnectCode, ProtocolVersion, Suback, SubackCode, Subscribe,
    Unsuback, Unsubscribe,
};

/// The body of a packet in the form of `version`.
pub(super) struct Body<'a, T> {
    pub(super) of: &'a T,
    pub(super) version: ProtocolVersion,
}

impl<T> Body<'_, T> {
    fn is_v5(&self) -> bool {
        self.version == ProtocolVersion::V5
    }

    fn properties(&self, sink: &mut (impl Sink + ?Sized), properties: &impl Encode) {
        if self.is_v5() {
            sink.properties(properties);
        }
    }
}

impl Encode for Body<'_, PublishHead<'_>> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.field(self.of.topic.as_bytes());
        if let Some(id) = self.of.delivery.packet_id() {
            sink.integer(id.get());
        }
        self.properties(sink, self.of);
    }
}

impl Encode for Body<'_, Connect> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        let connect = self.of;
        let (name, level) = connect.protocol.name_and_level();
        let login = connect.login.as_ref();
        let username = login.and_then(|login| login.username.as_ref());
        let password = login.and_then(|login| login.password.as_ref());
        let mut flags =
            u8::from(connect.clean_start) << 1 | u8::from(username.is_some()) << 7 | u8::from(password.is_some()) << 6;
        if let Some(will) = &connect.will {
            flags |= 1 << 2 | (will.qos as u8) << 3 | u8::from(will.retain) << 5;
        }
        sink.field(name.as_bytes());
        sink.bytes(&[level, flags]);
        sink.integer(connect.keep_alive);
        self.properties(sink, &connect.properties);
        sink.field(connect.client_id.as_bytes());
        if let Some(will) = &connect.will {
            self.properties(sink, will);
            sink.field(will.topic.as_bytes());
            sink.field(&will.payload);
        }
        if let Some(username) = username {
            sink.field(username.as_bytes());
        }
        if let Some(password) = password {
            sink.field(password);
        }
    }
}

impl Encode for Body<'_, Connack> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        let code = self.of.code;
        let code = if self.is_v5() { code.to_byte() } else { code.return_code() };
        sink.bytes(&[u8::from(self.of.session_present), code]);
        self.properties(sink, &self.of.properties);
    }
}

/// An acknowledgement with the number of its code.
pub(super) struct AckFields<'a, Code> {
    pub(super) ack: &'a Ack<Code>,
    pub(super) code: u8,
}

impl<Code> Encode for Body<'_, AckFields<'_, Code>> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        let AckFields { ack, code } = self.of;
        sink.integer(ack.packet_id.get());
        let has_properties = !ack.properties.is_empty();
        if self.is_v5() && (*code != 0 || has_properties) {
            sink.byte(*code);
            if has_properties {
                sink.properties(&ack.properties);
            }
        }
    }
}

impl Encode for Body<'_, Subscribe> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.integer(self.of.packet_id.get());
        self.properties(sink, self.of);
        for (filter, options) in &self.of.filters {
            sink.field(filter.as_bytes());
            sink.byte(if self.is_v5() { options.to_byte() } else { options.qos as u8 });
        }
    }
}

impl Encode for Body<'_, Unsubscribe> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.integer(self.of.packet_id.get());
        self.properties(sink, self.of);
        for filter in &self.of.filters {
            sink.field(filter.as_bytes());
        }
    }
}

impl Encode for Body<'_, Suback> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.integer(self.of.packet_id.get());
        self.properties(sink, &self.of.properties);
        for code in &self.of.codes {
            let refused = !matches!(code, SubackCode::Granted(_));
            sink.byte(if refused && !self.is_v5() { SubackCode::Failure } else { *code }.to_byte());
        }
    }
}

impl Encode for Body<'_, Unsuback> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        sink.integer(self.of.packet_id.get());
        if self.is_v5() {
            sink.properties(&self.of.properties);
            for code in &self.of.codes {
                sink.byte(code.to_byte());
            }
        }
    }
}

impl Encode for Body<'_, Disconnect> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        let Disconnect { code, .. } = self.of;
        let has_properties = self.of.has_properties();
        if self.is_v5() && (*code != DisconnectCode::Normal || has_properties) {
            sink.byte(code.to_byte());
            if has_properties {
                sink.properties(self.of);
            }
        }
    }
}

impl Encode for Body<'_, Auth> {
    fn put(&self, sink: &mut (impl Sink + ?Sized)) {
        let Auth { code, .. } = self.of;
        if *code != AuthCode::Success || self.of.has_properties() {
            sink.byte(code.to_byte());
            sink.properties(self.of);
        }
    }
}
