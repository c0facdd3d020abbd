//! A client with its session's model beside it: whatever it hears must be what the model says.

use deskwire_wire::mqtt::{
    Delivery, Packet, Publish, QoS, Suback, SubackCode, Subscribe, SubscribeOptions, TopicFilter, TopicName,
    UnsubackCode, Unsubscribe,
};
use rand::{RngExt as _, rngs::SmallRng};

use crate::{
    connection::{Connection, id},
    model::{Exactly, Incoming, Message, Model},
    server::Server,
};

/// The identifier of SUBSCRIBE and UNSUBSCRIBE, which no message has.
const REQUEST: u16 = u16::MAX;

/// How far the client is with a message of its own.
#[derive(Clone, Debug)]
enum Outgoing {
    /// PUBLISH was said.
    Said(Message),
    /// PUBREL was said (QoS 2).
    Released,
}

pub(crate) struct Client {
    name: String,
    pub(crate) model: Model,
    connection: Option<Connection>,
    /// The one message that the client has on the way to the server, with its identifier.
    outgoing: Option<(u16, Outgoing)>,
    last_id: u16,
}

impl Client {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            name: format!("walker-{number}"),
            model: Model::new(number),
            connection: None,
            outgoing: None,
            last_id: 0,
        }
    }

    pub(crate) const fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Connects, in place of the connection that there is, and goes on with the message on the way.
    pub(crate) fn connect(&mut self, server: &Server, clean_start: bool, expiry_s: u32, rng: &mut SmallRng) {
        let (connection, connack) = Connection::open(server, &self.name, clean_start, expiry_s);
        let existed = self.model.connects(clean_start, expiry_s);
        assert_eq!(connack.session_present, existed, "{}", self.name);
        self.connection = Some(connection);
        if !existed {
            self.outgoing = None;
        }
        match self.outgoing.clone() {
            Some((packet_id, Outgoing::Said(message))) => self.say_publish(&message, packet_id, true),
            Some((packet_id, Outgoing::Released)) => self.say(&Packet::Pubrel(id(packet_id).into())),
            None => {}
        }
        while self.advance(rng) {}
    }

    /// The connection is gone, without a word.
    pub(crate) fn vanish(&mut self) {
        self.connection = None;
        self.model.loses_connection();
        self.forget_with_session();
    }

    pub(crate) fn server_dies(&mut self) {
        self.connection = None;
        self.model.server_dies();
        self.forget_with_session();
    }

    fn forget_with_session(&mut self) {
        if !self.model.exists {
            self.outgoing = None;
        }
    }

    fn say(&mut self, packet: &Packet) {
        self.connection.as_mut().unwrap().say(packet);
    }

    fn hear(&mut self) -> Packet {
        let packet = self.connection.as_mut().unwrap().hear();
        packet.unwrap_or_else(|| panic!("the connection of {} ended", self.name))
    }

    pub(crate) fn subscribe(&mut self, filter: &'static str, options: SubscribeOptions, rng: &mut SmallRng) {
        let subscribe = Subscribe::new(id(REQUEST), vec![(TopicFilter::new(filter).unwrap(), options)]);
        self.say(&Packet::Subscribe(subscribe));
        match self.answer(rng) {
            Packet::Suback(Suback { codes, .. }) => assert_eq!(codes, [SubackCode::Granted(options.qos)]),
            other => panic!("a SUBACK was expected: {other:?}"),
        }
        self.model.subscribes(filter, options);
    }

    pub(crate) fn unsubscribe(&mut self, filter: &'static str, rng: &mut SmallRng) {
        self.say(&Packet::Unsubscribe(Unsubscribe::new(id(REQUEST), vec![TopicFilter::new(filter).unwrap()])));
        let existed = match self.answer(rng) {
            Packet::Unsuback(unsuback) => unsuback.codes == [UnsubackCode::Success],
            other => panic!("an UNSUBACK was expected: {other:?}"),
        };
        assert_eq!(existed, self.model.unsubscribes(filter), "{filter}");
    }

    /// Says a message.
    pub(crate) fn publish(&mut self, message: &Message) {
        self.last_id = self.last_id % (REQUEST - 1) + 1;
        self.say_publish(message, self.last_id, false);
        if message.qos != QoS::AtMostOnce {
            self.outgoing = Some((self.last_id, Outgoing::Said(message.clone())));
        }
    }

    fn say_publish(&mut self, message: &Message, packet_id: u16, dup: bool) {
        let delivery = match message.qos {
            QoS::AtMostOnce => Delivery::AtMostOnce,
            QoS::AtLeastOnce => Delivery::AtLeastOnce(id(packet_id)),
            QoS::ExactlyOnce => Delivery::ExactlyOnce(id(packet_id)),
        };
        let topic = TopicName::new(message.topic).unwrap();
        let mut publish = Publish::new(delivery, topic, message.number.to_string().into());
        publish.dup = dup;
        self.say(&Packet::Publish(publish));
    }

    /// Hears the server's next answer to the message on the way, and goes on with it; returns whether there is more to do.
    pub(crate) fn advance(&mut self, rng: &mut SmallRng) -> bool {
        if self.outgoing.is_none() {
            return false;
        }
        let answer = self.answer(rng);
        let (packet_id, step) = self.outgoing.take().unwrap();
        let (acknowledged, more) = match (answer, step) {
            (Packet::Puback(puback), Outgoing::Said(message)) if message.qos == QoS::AtLeastOnce => {
                (puback.packet_id, false)
            }
            (Packet::Pubrec(pubrec), Outgoing::Said(_)) => {
                self.outgoing = Some((packet_id, Outgoing::Released));
                self.say(&Packet::Pubrel(pubrec.packet_id.into()));
                (pubrec.packet_id, true)
            }
            (Packet::Pubcomp(pubcomp), Outgoing::Released) => (pubcomp.packet_id, false),
            (answer, step) => panic!("{answer:?} is no answer to {step:?}"),
        };
        assert_eq!(acknowledged.get(), packet_id);
        more
    }

    /// The next packet that is no part of a message to the client.
    fn answer(&mut self, rng: &mut SmallRng) -> Packet {
        loop {
            match self.hear() {
                Packet::Publish(publish) => self.came(&publish, rng),
                Packet::Pubrel(pubrel) => self.released(pubrel.packet_id.get(), rng),
                packet => return packet,
            }
        }
    }

    /// Hears everything that has to come.
    pub(crate) fn settle(&mut self, rng: &mut SmallRng) {
        while self.model.is_owed() {
            match self.hear() {
                Packet::Publish(publish) => self.came(&publish, rng),
                Packet::Pubrel(pubrel) => self.released(pubrel.packet_id.get(), rng),
                packet => panic!("{packet:?} was not asked for"),
            }
        }
    }

    fn came(&mut self, publish: &Publish, rng: &mut SmallRng) {
        let number: u32 = std::str::from_utf8(&publish.payload).unwrap().parse().unwrap();
        match publish.delivery {
            Delivery::AtMostOnce => self.model.comes(number, QoS::AtMostOnce),
            Delivery::AtLeastOnce(packet_id) => {
                self.model.comes(number, QoS::AtLeastOnce);
                self.model.held.push((packet_id.get(), number));
            }
            Delivery::ExactlyOnce(packet_id) => {
                let packet_id = packet_id.get();
                match self.model.incoming.get_mut(&packet_id) {
                    Some(known) => {
                        assert!(publish.dup && !known.heard && known.exactly != Exactly::Released, "{publish:?}");
                        assert_eq!(known.number, number);
                        known.heard = true;
                        // It has not heard our PUBREC.
                        if known.exactly == Exactly::Received {
                            self.say(&Packet::Pubrec(id(packet_id).into()));
                        }
                    }
                    None => {
                        self.model.comes(number, QoS::ExactlyOnce);
                        let new = Incoming { number, exactly: Exactly::Came, heard: true };
                        self.model.incoming.insert(packet_id, new);
                    }
                }
            }
        }
        if rng.random_ratio(1, 2) {
            self.acknowledge(rng);
        }
    }

    fn released(&mut self, packet_id: u16, rng: &mut SmallRng) {
        match self.model.incoming.get_mut(&packet_id) {
            Some(incoming) => {
                assert_ne!(incoming.exactly, Exactly::Came, "PUBREL for what was not acknowledged");
                (incoming.exactly, incoming.heard) = (Exactly::Released, true);
                if rng.random_ratio(1, 2) {
                    self.complete(packet_id);
                }
            }
            // It had not stored that it was over.
            None => self.say(&Packet::Pubcomp(id(packet_id).into())),
        }
    }

    fn complete(&mut self, packet_id: u16) {
        self.model.incoming.remove(&packet_id);
        self.say(&Packet::Pubcomp(id(packet_id).into()));
    }

    /// Says one acknowledgement that the client owes, the oldest of its kind.
    pub(crate) fn acknowledge(&mut self, rng: &mut SmallRng) {
        let step = |exactly| move |(_, incoming): &(&u16, &mut Incoming)| incoming.heard && incoming.exactly == exactly;
        match rng.random_range(0..3) {
            0 if !self.model.held.is_empty() => {
                let (packet_id, number) = self.model.held.remove(0);
                self.model.acknowledges(number);
                self.say(&Packet::Puback(id(packet_id).into()));
            }
            1 => {
                if let Some((packet_id, incoming)) = self.model.incoming.iter_mut().find(step(Exactly::Came)) {
                    incoming.exactly = Exactly::Received;
                    let packet_id = *packet_id;
                    self.say(&Packet::Pubrec(id(packet_id).into()));
                }
            }
            _ => {
                let released = self.model.incoming.iter_mut().find(step(Exactly::Released));
                if let Some(packet_id) = released.map(|(packet_id, _)| *packet_id) {
                    self.complete(packet_id);
                }
            }
        }
    }

    /// Waits until the server has read everything that was said.
    pub(crate) fn ping(&mut self, rng: &mut SmallRng) {
        self.say(&Packet::Pingreq);
        let answer = self.answer(rng);
        assert_eq!(answer, Packet::Pingresp);
    }
}
