//! An MQTT client on a WebSocket.

use std::{collections::VecDeque, net::TcpStream};

use bytes::Bytes;
use deskwire_wire::{
    mqtt::{
        ConnackCode, Connect, Decoder, Delivery, Encoder, Limits, Login, Packet, PacketId, Publish, QoS, Role,
        Subscribe, Text, TopicFilter, TopicName, Will,
    },
    ws::Opcode,
};

use crate::{
    server::{AGENT, SERVICE, Server},
    websocket::{Heard, WebSocket},
};

pub(crate) struct Mqtt {
    pub(crate) socket: WebSocket,
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
            max_topic_alias: 0,
        };
        Self { socket, decoder: Decoder::new(Role::Client, limits), heard: VecDeque::new() }
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
        let mut connect = Connect::new(text(client_id));
        connect.clean_start = false;
        connect.will = will;
        connect.login = Some(Login { username: Some(text(username)), password: Some(password.to_owned().into()) });
        self.say(&Packet::Connect(Box::new(connect)));
        match self.packet() {
            Packet::Connack(connack) => connack.code,
            other => panic!("a CONNACK was expected: {other:?}"),
        }
    }

    pub(crate) fn say(&mut self, packet: &Packet) {
        let mut bytes = Vec::new();
        Encoder::default().put(&mut bytes, packet).unwrap();
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

    fn subscribe_with(&mut self, qos: QoS, packet_id: u16, filters: &[&str]) {
        let filters = filters.iter().map(|filter| (TopicFilter::new(filter).unwrap(), qos.into())).collect();
        self.say(&Packet::Subscribe(Subscribe::new(id(packet_id), filters)));
    }

    /// Publishes with QoS 1.
    pub(crate) fn publish(&mut self, packet_id: u16, topic: &str, payload: impl Into<Bytes>) {
        let delivery = Delivery::AtLeastOnce(id(packet_id));
        self.say(&Packet::Publish(Publish::new(delivery, TopicName::new(topic).unwrap(), payload.into())));
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
