use deskwire_wire::{
    mqtt::{
        ConnackCode, Connect, Decoder, Delivery, Disconnect, Encoder, Limits, Login as Credentials, Packet, PacketId,
        PublishHead, QoS, Role, SubackCode, Subscribe, Text, TopicFilter,
    },
    ws::Opcode,
};

use super::{ClientError, Event, Login, output::Output};

/// WebSocket subprotocol.
pub(super) const SUBPROTOCOL: &str = "mqtt";

/// Longer than a run, so that nobody needs to ping; rumqttd wants one.
const KEEP_ALIVE_S: u16 = 900;
const MAX_PACKET: usize = 16 * 1024 * 1024;
const LIMITS: Limits = Limits {
    max_packet: MAX_PACKET,
    max_filters: 1,
    max_properties: MAX_PACKET,
    max_user_properties: 1024,
    max_topic_alias: 0,
};

/// The client's side of MQTT 3.1.1.
#[derive(Debug)]
pub(super) struct Session {
    encoder: Encoder,
    decoder: Decoder,
    qos: QoS,
    /// The packet that is being written.
    packet: Vec<u8>,
    last_id: u16,
    /// Publications of ours without PUBACK or PUBCOMP. Servers acknowledge in order [MQTT-4.6.0-2], so that their
    /// identifiers are the last ones.
    unacknowledged: u16,
}

impl Session {
    /// Begins with CONNECT; a `durable` session does not end with its connection.
    pub(super) fn connect(output: &mut Output, qos: QoS, durable: bool, login: Login<'_>) -> Result<Self, ClientError> {
        let text = |value: &str| Text::new(value).map_err(|error| ClientError::Name(error.to_string()));
        let mut connect = Connect::new(text(login.client_id)?);
        connect.clean_start = !durable;
        connect.keep_alive = KEEP_ALIVE_S;
        if let Some(name) = login.name {
            let password = login.secret.map(|secret| secret.as_bytes().to_vec().into());
            connect.login = Some(Credentials { username: Some(text(name)?), password });
        }
        let mut session = Self {
            encoder: Encoder::default(),
            decoder: Decoder::new(Role::Client, LIMITS),
            qos,
            packet: Vec::new(),
            last_id: 0,
            unacknowledged: 0,
        };
        session.encoder.put_connect(&mut session.packet, &connect)?;
        session.put(output)?;
        Ok(session)
    }

    /// Adds SUBSCRIBE.
    pub(super) fn subscribe(&mut self, output: &mut Output, filter: &str) -> Result<(), ClientError> {
        let filter = TopicFilter::new(filter).map_err(|error| ClientError::Name(error.to_string()))?;
        let id = self.next_id();
        self.encoder.put_subscribe(&mut self.packet, &Subscribe::new(id, vec![(filter, self.qos.into())]))?;
        self.put(output)
    }

    /// Adds PUBLISH.
    pub(super) fn publish(&mut self, output: &mut Output, topic: &str, body: &[u8]) -> Result<(), ClientError> {
        let delivery = match self.qos {
            QoS::AtMostOnce => Delivery::AtMostOnce,
            QoS::AtLeastOnce => Delivery::AtLeastOnce(self.unacknowledged_id()?),
            QoS::ExactlyOnce => Delivery::ExactlyOnce(self.unacknowledged_id()?),
        };
        self.encoder.put_publish(&mut self.packet, PublishHead::new(delivery, topic), body)?;
        self.put(output)
    }

    /// Adds DISCONNECT.
    pub(super) fn disconnect(&mut self, output: &mut Output) -> Result<(), ClientError> {
        self.encoder.put_disconnect(&mut self.packet, &Disconnect::default())?;
        self.put(output)
    }

    /// Reads on and acknowledges.
    pub(super) fn receive(
        &mut self,
        mut bytes: &[u8],
        output: &mut Output,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), ClientError> {
        while let Some(packet) = self.decoder.decode(&mut bytes)? {
            match packet {
                Packet::Publish(publish) => {
                    on_event(Event::Message { topic: publish.topic.as_str(), body: &publish.payload, seq: None });
                    match publish.delivery {
                        Delivery::AtMostOnce => continue,
                        Delivery::AtLeastOnce(id) => self.encoder.put_puback(&mut self.packet, id),
                        Delivery::ExactlyOnce(id) => self.encoder.put_pubrec(&mut self.packet, id),
                    }
                    self.put(output)?;
                }
                Packet::Pubrel(pubrel) => {
                    self.encoder.put_pubcomp(&mut self.packet, pubrel.packet_id);
                    self.put(output)?;
                }
                Packet::Pubrec(pubrec) => {
                    self.encoder.put_pubrel(&mut self.packet, pubrec.packet_id);
                    self.put(output)?;
                }
                Packet::Puback(_) | Packet::Pubcomp(_) => {
                    self.unacknowledged = self.unacknowledged.saturating_sub(1);
                    on_event(Event::Published);
                }
                Packet::Connack(connack) if connack.code == ConnackCode::Success => on_event(Event::Connected),
                Packet::Suback(suback) if !suback.codes.contains(&SubackCode::Failure) => on_event(Event::Subscribed),
                Packet::Pingresp => {}
                other => return Err(ClientError::Refused(format!("{other:?}"))),
            }
        }
        Ok(())
    }

    fn put(&mut self, output: &mut Output) -> Result<(), ClientError> {
        let framed = output.frame(Opcode::Binary, &self.packet);
        self.packet.clear();
        framed
    }

    /// The identifier of a publication that is to be acknowledged.
    fn unacknowledged_id(&mut self) -> Result<PacketId, ClientError> {
        self.unacknowledged = self.unacknowledged.checked_add(1).ok_or(ClientError::Congested)?;
        Ok(self.next_id())
    }

    fn next_id(&mut self) -> PacketId {
        self.last_id = self.last_id.wrapping_add(1);
        PacketId::new(self.last_id).unwrap_or_else(|| {
            self.last_id = 1;
            PacketId::MIN
        })
    }
}
