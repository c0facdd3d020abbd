//! A client's connection, which says and hears single packets of MQTT 5.0.

use std::{
    collections::VecDeque,
    io::{Read, Write},
    net::TcpStream,
};

use deskwire_wire::mqtt::{
    Connack, ConnackCode, Connect, Decoder, Encoder, Limits, Login, Packet, PacketId, ProtocolVersion, Role, Text,
};

use crate::server::{SERVICE, Server};

pub(crate) struct Connection {
    stream: TcpStream,
    decoder: Decoder,
    heard: VecDeque<Packet>,
}

impl Connection {
    /// Connects, and is let in.
    pub(crate) fn open(server: &Server, client_id: &str, clean_start: bool, expiry_s: u32) -> (Self, Connack) {
        let limits = Limits {
            max_packet: 1 << 20,
            max_filters: 8,
            max_properties: 1 << 16,
            max_user_properties: 8,
            max_topic_alias: 0,
        };
        let decoder = Decoder::new(Role::Client, limits).speaking(ProtocolVersion::V5);
        let mut connection = Self { stream: server.connect(), decoder, heard: VecDeque::new() };
        let mut connect = Connect::new(text(client_id));
        connect.protocol = ProtocolVersion::V5;
        connect.clean_start = clean_start;
        connect.properties.session_expiry = Some(expiry_s);
        connect.login = Some(Login { username: Some(text(SERVICE.0)), password: Some(SERVICE.1.into()) });
        connection.say(&Packet::Connect(Box::new(connect)));
        let Some(Packet::Connack(connack)) = connection.hear() else { panic!("a CONNACK was expected") };
        assert_eq!(connack.code, ConnackCode::Success);
        (connection, *connack)
    }

    /// Says a packet. That the server is gone is found out by hearing.
    pub(crate) fn say(&mut self, packet: &Packet) {
        let mut bytes = Vec::new();
        Encoder::new(ProtocolVersion::V5).put(&mut bytes, packet).unwrap();
        let _ = self.stream.write_all(&bytes);
    }

    /// The next packet; none at the end of the connection.
    pub(crate) fn hear(&mut self) -> Option<Packet> {
        loop {
            if let Some(packet) = self.heard.pop_front() {
                return Some(packet);
            }
            let mut bytes = [0; 16 * 1024];
            let count = match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("nothing came: {error}"),
            };
            let mut input = &bytes[..count];
            while let Some(packet) = self.decoder.decode(&mut input).unwrap() {
                self.heard.push_back(packet);
            }
        }
    }
}

pub(crate) fn id(packet_id: u16) -> PacketId {
    PacketId::new(packet_id).unwrap()
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
