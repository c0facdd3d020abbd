//! An MQTT client on a WebSocket.

use std::{collections::VecDeque, net::TcpStream};

use bytes::Bytes;
use deskwire_wire::{
    mqtt::{
        Connack, ConnackCode, Connect, Decoder, Delivery, Disconnect, DisconnectCode, Encoder, Limits, Login, Packet,
        PacketId, ProtocolVersion, Publish, QoS, Role, Subscribe, Text, TopicFilter, TopicName, Will,
    },
    ws::Opcode,
};

use crate::{
    server::{AGENT, SERVICE, Server},
    websocket::{Heard, WebSocket},
};

pub(crate) struct Mqtt {
    pub(crate) socket: WebSocket,
    version: ProtocolVersion,
    decoder: Decoder,
    heard: VecDeque<Packet>,
}

impl Mqtt {
    /// A connection on which nothing has been said.
    pub(crate) fn open(server: &Server) -> Self {
        Self::over(server.connect())
    }

    /// As [`Self::open`], at one of the paths that speak MQTT.
    pub(crate) fn open_at(server: &Server, path: &str) -> Self {
        Self::on(WebSocket::open(server, path, "mqtt"))
    }

    pub(crate) fn over(stream: TcpStream) -> Self {
        Self::on(WebSocket::over(stream, "/websocket", "mqtt"))
    }

    fn on(socket: WebSocket) -> Self {
        let limits = Limits {
            max_packet: 1 << 28,
            max_filters: 1 << 16,
            max_properties: 1 << 28,
            max_user_properties: 1 << 16,
            max_topic_alias: 1 << 10,
        };
        let (version, decoder) = (ProtocolVersion::V3_1_1, Decoder::new(Role::Client, limits));
        Self { socket, version, decoder, heard: VecDeque::new() }
    }

    /// The same connection, on which MQTT 5.0 will be spoken.
    pub(crate) fn v5(self) -> Self {
        let version = ProtocolVersion::V5;
        Self { version, decoder: self.decoder.speaking(version), ..self }
    }

    /// The service account, which uses live topics.
    pub(crate) fn service(server: &Server) -> Self {
        Self::open(server).connected("bench", SERVICE.0, SERVICE.1)
    }

    /// The demo agent, in a session that is remembered.
    pub(crate) fn agent(server: &Server) -> Self {
        Self::open(server).connected(&format!("{}/web/1", AGENT.0), "agent", &server.agent_token())
    }

    pub(crate) fn connected(self, client_id: &str, username: &str, password: &str) -> Self {
        self.connected_with_will(client_id, username, password, None)
    }

    pub(crate) fn connected_with_will(
        mut self,
        client_id: &str,
        username: &str,
        password: &str,
        will: Option<Will>,
    ) -> Self {
        let code = self.connect(client_id, username, password, will);
        assert_eq!(code, ConnackCode::Success);
        self
    }

    /// Says CONNECT; the server's answer.
    pub(crate) fn connect(
        &mut self,
        client_id: &str,
        username: &str,
        password: &str,
        will: Option<Will>,
    ) -> ConnackCode {
        let login = Login { username: Some(text(username)), password: Some(password.to_owned().into()) };
        self.connect_with(client_id, |connect| (connect.will, connect.login) = (will, Some(login))).code
    }

    /// Says CONNECT for the service account with a session that is to be kept, after a `change`; the server's answer.
    pub(crate) fn connect_with(&mut self, client_id: &str, change: impl FnOnce(&mut Connect)) -> Connack {
        let mut connect = Connect::new(text(client_id));
        connect.protocol = self.version;
        connect.clean_start = false;
        let (username, password) = (Some(text(SERVICE.0)), Some(SERVICE.1.into()));
        connect.login = Some(Login { username, password });
        change(&mut connect);
        self.say(&Packet::Connect(Box::new(connect)));
        match self.packet() {
            Packet::Connack(connack) => *connack,
            other => panic!("a CONNACK was expected: {other:?}"),
        }
    }

    /// Says DISCONNECT and waits until the server has let go of the session.
    pub(crate) fn leave(mut self) {
        self.say(&Packet::Disconnect(Disconnect::new(DisconnectCode::Normal)));
        while let Heard::Said(_) = self.hear() {}
    }

    pub(crate) fn say(&mut self, packet: &Packet) {
        self.say_all(std::slice::from_ref(packet));
    }

    /// Says several things at once.
    pub(crate) fn say_all(&mut self, packets: &[Packet]) {
        let mut bytes = Vec::new();
        packets.iter().for_each(|packet| Encoder::new(self.version).put(&mut bytes, packet).unwrap());
        self.socket.send(Opcode::Binary, &bytes);
    }

    /// Subscribes with QoS 1.
    pub(crate) fn subscribe(&mut self, packet_id: u16, filters: &[&str]) {
        self.subscribe_with(QoS::AtLeastOnce, packet_id, filters);
    }

    /// Subscribes with QoS 0.
    pub(crate) fn subscribe_unacknowledged(&mut self, packet_id: u16, filter: &str) {
        self.subscribe_with(QoS::AtMostOnce, packet_id, &[filter]);
    }

    pub(crate) fn subscribe_with(&mut self, qos: QoS, packet_id: u16, filters: &[&str]) {
        let filters = filters.iter().map(|filter| (TopicFilter::new(filter).unwrap(), qos.into())).collect();
        self.say(&Packet::Subscribe(Subscribe::new(id(packet_id), filters)));
    }

    /// Publishes with QoS 1.
    pub(crate) fn publish(&mut self, packet_id: u16, topic: &str, payload: impl Into<Bytes>) {
        let delivery = Delivery::AtLeastOnce(id(packet_id));
        self.say(&Packet::Publish(Publish::new(delivery, TopicName::new(topic).unwrap(), payload.into())));
    }

    /// Subscribes and waits until that is granted.
    pub(crate) fn subscribed(&mut self, qos: QoS, filter: &str) {
        self.subscribe_with(qos, 1, &[filter]);
        let packet = self.packet();
        assert!(matches!(packet, Packet::Suback(_)), "{packet:?}");
    }

    /// Publishes with QoS 1 and waits for the answer.
    pub(crate) fn published(&mut self, topic: &str, payload: impl Into<Bytes>) {
        self.publish(1, topic, payload);
        let packet = self.packet();
        assert!(matches!(packet, Packet::Puback(_)), "{packet:?}");
    }

    pub(crate) fn hear(&mut self) -> Heard<Packet> {
        loop {
            if let Some(packet) = self.heard.pop_front() {
                return Heard::Said(packet);
            }
            match self.socket.hear() {
                Heard::Said(bytes) => self.decode(&bytes),
                Heard::Closed(code) => return Heard::Closed(code),
                Heard::Gone => return Heard::Gone,
            }
        }
    }

    fn decode(&mut self, mut bytes: &[u8]) {
        while let Some(packet) = self.decoder.decode(&mut bytes).unwrap() {
            self.heard.push_back(packet);
        }
    }

    /// The next packet.
    pub(crate) fn packet(&mut self) -> Packet {
        self.hear().said()
    }

    /// The next packet, which must be a PUBLISH.
    pub(crate) fn publication(&mut self) -> Publish {
        match self.packet() {
            Packet::Publish(publish) => publish,
            other => panic!("a PUBLISH was expected: {other:?}"),
        }
    }

    /// Acknowledges a message that came with QoS 1.
    pub(crate) fn acknowledge(&mut self, delivery: Delivery) {
        let Delivery::AtLeastOnce(packet_id) = delivery else { panic!("{delivery:?} is not for PUBACK") };
        self.say(&Packet::Puback(packet_id.into()));
    }

    /// Nothing is on its way to us: the answer to a ping comes first.
    pub(crate) fn hears_nothing(&mut self) {
        self.say(&Packet::Pingreq);
        let packet = self.packet();
        assert!(matches!(packet, Packet::Pingresp), "{packet:?}");
    }
}

pub(crate) fn id(packet_id: u16) -> PacketId {
    PacketId::new(packet_id).unwrap()
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
