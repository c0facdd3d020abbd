//! Two clients send each other messages through a server of which connections are lost and which is killed, at any
//! instruction. At QoS 1 nothing is lost, at QoS 2 nothing comes twice either.
//!
//! Server and clients are models that do nothing but what the standard demands of them; the sessions between are real.

use std::collections::{BTreeSet, VecDeque};
use std::num::NonZeroU16;
use std::sync::Arc;

use bytes::Bytes;
use deskwire_wire::mqtt::{
    Acceptance, Ack, Decoder, Delivery, Encoder, Event, Limits, Outgoing, Packet, PacketId, ProtocolVersion, Publish,
    QoS, Role, SavedSession, Session, SessionConfig, Stage, Ticket, TopicName,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{LIMITS, START, config, connect, id};

/// Which of the two clients.
type Who = usize;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// The client has one more message for the other one.
    Publish(Who, QoS),
    /// The client reads a packet, and answers it.
    ClientReads(Who),
    /// The server reads a packet, and notes what has to be stored.
    ServerReads(Who),
    /// What the server noted first is on disk.
    Commit(Who),
    /// The server stores the identifier of the next message to the client.
    Reserve(Who),
    /// The server sends the next message that has an identifier.
    Send(Who),
    /// The connection of the client is lost, with all that is underway.
    Lose(Who),
    /// The client connects, if it is not connected.
    Connect(Who),
    /// The server is killed: what is not on disk is gone.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let qos = prop_oneof![Just(QoS::AtLeastOnce), Just(QoS::ExactlyOnce)];
    let who = 0..2usize;
    prop_oneof![
        4 => (who.clone(), qos).prop_map(|(who, qos)| Step::Publish(who, qos)),
        10 => who.clone().prop_map(Step::ClientReads),
        10 => who.clone().prop_map(Step::ServerReads),
        8 => who.clone().prop_map(Step::Commit),
        5 => who.clone().prop_map(Step::Reserve),
        5 => who.clone().prop_map(Step::Send),
        2 => who.clone().prop_map(Step::Lose),
        4 => who.prop_map(Step::Connect),
        1 => Just(Step::Kill),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Message {
    number: u64,
    qos: QoS,
}

/// A client with a memory that survives its connections.
#[derive(Debug, Default)]
struct Client {
    /// What is not acknowledged, in the order it was sent; whether PUBREC came.
    unacknowledged: Vec<(PacketId, Message, bool)>,
    last_id: u16,
    /// Identifiers of received messages with QoS 2 that are not released.
    unreleased: BTreeSet<PacketId>,
    published: Vec<Message>,
    received: Vec<u64>,
}

impl Client {
    fn publish(&mut self, message: Message) -> Packet {
        self.published.push(message);
        self.last_id += 1;
        let packet_id = id(self.last_id);
        self.unacknowledged.push((packet_id, message, false));
        packet(packet_id, message, false)
    }

    /// What the client repeats when it has connected again [MQTT-4.4.0-1].
    fn repeat(&self) -> Vec<Packet> {
        let repeat = |&(packet_id, message, received): &(PacketId, Message, bool)| match received {
            true => Packet::Pubrel(packet_id.into()),
            false => packet(packet_id, message, true),
        };
        self.unacknowledged.iter().map(repeat).collect()
    }

    fn read(&mut self, packet: Packet) -> Option<Packet> {
        match packet {
            Packet::Publish(publish) => {
                let number = u64::from_be_bytes(publish.payload.as_ref().try_into().unwrap());
                match publish.delivery {
                    Delivery::ExactlyOnce(id) => {
                        if self.unreleased.insert(id) {
                            self.received.push(number);
                        }
                        Some(Packet::Pubrec(id.into()))
                    }
                    delivery => {
                        self.received.push(number);
                        Some(Packet::Puback(delivery.packet_id().unwrap().into()))
                    }
                }
            }
            Packet::Pubrel(pubrel) => {
                self.unreleased.remove(&pubrel.packet_id);
                Some(Packet::Pubcomp(pubrel.packet_id.into()))
            }
            Packet::Pubrec(pubrec) => {
                for message in self.unacknowledged.iter_mut().filter(|(id, ..)| *id == pubrec.packet_id) {
                    message.2 = true;
                }
                Some(Packet::Pubrel(pubrec.packet_id.into()))
            }
            Packet::Puback(Ack { packet_id, .. }) | Packet::Pubcomp(Ack { packet_id, .. }) => {
                self.unacknowledged.retain(|(id, ..)| *id != packet_id);
                None
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

fn packet(packet_id: PacketId, message: Message, dup: bool) -> Packet {
    let delivery = match message.qos {
        QoS::ExactlyOnce => Delivery::ExactlyOnce(packet_id),
        _ => Delivery::AtLeastOnce(packet_id),
    };
    let payload = Bytes::copy_from_slice(&message.number.to_be_bytes());
    let mut publish = Publish::new(delivery, TopicName::new("topic").unwrap(), payload);
    publish.dup = dup;
    Packet::Publish(publish)
}

/// What the server has on disk for a client.
#[derive(Debug, Default)]
struct Disk {
    /// Messages that the client has not settled, in their order, with their tokens.
    queue: Vec<(u64, Message)>,
    saved: SavedSession,
}

/// What the server is going to store next.
#[derive(Debug)]
enum Pending {
    Published { ticket: Ticket, delivery: Delivery, message: Message },
    Received(PacketId),
    Released(PacketId, Ticket),
    Settled(u64),
}

struct Connection {
    session: Session,
    /// What the client reads with.
    decoder: Decoder,
    to_client: VecDeque<Packet>,
    to_server: VecDeque<Vec<u8>>,
    pending: VecDeque<Pending>,
}

impl Connection {
    /// What the server has written is underway.
    fn write(&mut self, bytes: &[u8]) {
        let mut input = bytes;
        while let Some(packet) = self.decoder.decode(&mut input).unwrap() {
            self.to_client.push_back(packet);
        }
    }

    fn transmit(&mut self) {
        while let Some(bytes) = self.session.poll_transmit() {
            self.write(&bytes);
        }
    }
}

struct World {
    version: ProtocolVersion,
    config: Arc<SessionConfig>,
    clients: [Client; 2],
    disks: [Disk; 2],
    connections: [Option<Connection>; 2],
    last_number: u64,
}

impl World {
    fn new(version: ProtocolVersion) -> Self {
        let config = SessionConfig {
            limits: Limits { max_packet: 1 << 16, ..LIMITS },
            max_inbound_qos2: 1_000,
            max_unanswered: 10_000,
            receive_maximum: NonZeroU16::MAX,
            ..config()
        };
        Self {
            version,
            config: Arc::new(config),
            clients: Default::default(),
            disks: Default::default(),
            connections: Default::default(),
            last_number: 0,
        }
    }

    fn encode(&self, packets: &[Packet]) -> Vec<Vec<u8>> {
        let bytes = |packet| {
            let mut out = Vec::new();
            Encoder::new(self.version).put(&mut out, packet).unwrap();
            out
        };
        packets.iter().map(bytes).collect()
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Publish(who, qos) => self.publish(who, qos),
            Step::ClientReads(who) => self.client_reads(who),
            Step::ServerReads(who) => self.server_reads(who),
            Step::Commit(who) => self.commit(who),
            Step::Reserve(who) => self.reserve(who),
            Step::Send(who) => self.send(who),
            Step::Lose(who) => {
                // The server goes on and stores what it has read.
                while self.connections[who].as_ref().is_some_and(|connection| !connection.pending.is_empty()) {
                    self.commit(who);
                }
                self.connections[who] = None;
            }
            Step::Connect(who) => self.connect(who),
            Step::Kill => self.connections = Default::default(),
        }
    }

    fn publish(&mut self, who: Who, qos: QoS) {
        self.last_number += 1;
        let packet = self.clients[who].publish(Message { number: self.last_number, qos });
        let bytes = self.encode(&[packet]);
        if let Some(connection) = &mut self.connections[who] {
            connection.to_server.extend(bytes);
        }
    }

    fn client_reads(&mut self, who: Who) {
        let Some(connection) = &mut self.connections[who] else { return };
        let Some(packet) = connection.to_client.pop_front() else { return };
        let Some(answer) = self.clients[who].read(packet) else { return };
        let bytes = self.encode(&[answer]);
        self.connections[who].as_mut().unwrap().to_server.extend(bytes);
    }

    fn server_reads(&mut self, who: Who) {
        let Some(connection) = &mut self.connections[who] else { return };
        let Some(bytes) = connection.to_server.pop_front() else { return };
        connection.session.receive(&bytes, START);
        assert_eq!(connection.session.is_closing(), None);
        while let Some(event) = connection.session.poll_event() {
            connection.pending.push_back(match event {
                Event::Publish { publish, ticket } => {
                    let number = u64::from_be_bytes(publish.payload.as_ref().try_into().unwrap());
                    let message = Message { number, qos: publish.delivery.qos() };
                    Pending::Published { ticket: ticket.unwrap(), delivery: publish.delivery, message }
                }
                Event::Received { packet_id, .. } => Pending::Received(packet_id),
                Event::Released { packet_id, ticket } => Pending::Released(packet_id, ticket),
                Event::Settled { token } => Pending::Settled(token),
                other => panic!("unexpected {other:?}"),
            });
        }
        connection.transmit();
    }

    fn commit(&mut self, who: Who) {
        let Some(connection) = &mut self.connections[who] else { return };
        match connection.pending.pop_front() {
            Some(Pending::Published { ticket, delivery, message }) => {
                // One transaction: the message in the queue of the other client, and its identifier.
                let token = message.number << 32 | self.disks[1 - who].queue.len() as u64;
                self.disks[1 - who].queue.push((token, message));
                if let Delivery::ExactlyOnce(id) = delivery {
                    self.disks[who].saved.unreleased.push(id);
                }
                connection.session.published(ticket);
            }
            Some(Pending::Received(packet_id)) => {
                for message in self.disks[who].saved.inflight.iter_mut().filter(|m| m.packet_id == packet_id) {
                    message.stage = Stage::Pubcomp;
                }
                connection.session.release(packet_id);
            }
            Some(Pending::Released(packet_id, ticket)) => {
                self.disks[who].saved.unreleased.retain(|id| *id != packet_id);
                connection.session.published(ticket);
            }
            Some(Pending::Settled(token)) => {
                self.disks[who].saved.inflight.retain(|message| message.token != token);
                self.disks[who].queue.retain(|(queued, _)| *queued != token);
            }
            None => {}
        }
        connection.transmit();
    }

    fn reserve(&mut self, who: Who) {
        let (Some(connection), disk) = (&mut self.connections[who], &mut self.disks[who]) else { return };
        let has_id = |token| disk.saved.inflight.iter().any(|message| message.token == token);
        let Some(&(token, message)) = disk.queue.iter().find(|(token, _)| !has_id(*token)) else { return };
        if let Ok(reserved) = connection.session.reserve(message.qos, token) {
            disk.saved.inflight.push(reserved);
        }
    }

    fn send(&mut self, who: Who) {
        let (Some(connection), disk) = (&mut self.connections[who], &self.disks[who]) else { return };
        let Some(next) = connection.session.next_unsent() else { return };
        let Some((_, message)) = disk.queue.iter().find(|(token, _)| *token == next.token) else { return };
        let payload = message.number.to_be_bytes();
        let mut out = Vec::new();
        connection.session.redeliver(&mut out, next.packet_id, Outgoing::new("topic", &payload)).unwrap();
        connection.write(&out);
    }

    fn connect(&mut self, who: Who) {
        if self.connections[who].is_some() {
            return;
        }
        let mut session = Session::new(Arc::clone(&self.config), START);
        let asking = connect(|connect| {
            connect.protocol = self.version;
            connect.clean_start = false;
            connect.properties.session_expiry = Some(100);
            connect.properties.receive_maximum = NonZeroU16::new(2);
            connect.properties.topic_alias_maximum = Some(1);
        });
        session.receive(&self.encode(&[asking])[0], START);
        assert!(matches!(session.poll_event(), Some(Event::Connect(_))));
        session.resume(self.disks[who].saved.clone());
        let mut acceptance = Acceptance::new(true);
        acceptance.durable = true;
        session.accept(acceptance);
        let limits = Limits { max_packet: 1 << 16, ..LIMITS };
        let mut connection = Connection {
            session,
            decoder: Decoder::new(Role::Client, limits).speaking(self.version),
            to_client: VecDeque::new(),
            to_server: self.encode(&self.clients[who].repeat()).into(),
            pending: VecDeque::new(),
        };
        connection.transmit();
        assert!(matches!(connection.to_client.pop_front(), Some(Packet::Connack(_))));
        self.connections[who] = Some(connection);
    }

    /// Both clients come back and everything is carried through.
    fn settle(&mut self) {
        for _ in 0..100 * (self.last_number + 10) {
            for who in 0..2 {
                self.connect(who);
                self.client_reads(who);
                self.server_reads(who);
                self.commit(who);
                self.reserve(who);
                self.send(who);
            }
            if self.is_settled() {
                return;
            }
        }
        panic!("messages hang: {:?} {:?}", self.clients, self.disks);
    }

    fn is_settled(&self) -> bool {
        let quiet = |connection: &Option<Connection>| {
            connection.as_ref().is_some_and(|connection| {
                connection.to_client.is_empty() && connection.to_server.is_empty() && connection.pending.is_empty()
            })
        };
        self.connections.iter().all(quiet)
            && self.disks.iter().all(|disk| disk.queue.is_empty() && disk.saved == SavedSession::default())
            && self.clients.iter().all(|client| client.unacknowledged.is_empty() && client.unreleased.is_empty())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_and_nothing_with_qos_2_doubled(
        v5 in any::<bool>(),
        steps in vec(step(), 1..400),
    ) {
        let mut world = World::new(if v5 { ProtocolVersion::V5 } else { ProtocolVersion::V3_1_1 });
        for step in steps {
            world.take(step);
        }
        world.settle();
        for who in 0..2 {
            let received = &world.clients[1 - who].received;
            let count = |number| received.iter().filter(|other| **other == number).count();
            for message in &world.clients[who].published {
                let times = count(message.number);
                prop_assert!(times >= 1, "{:?} is lost", message);
                prop_assert!(times == 1 || message.qos == QoS::AtLeastOnce, "{:?} came {} times", message, times);
            }
            let mut first = Vec::new();
            for number in received {
                if !first.contains(number) {
                    first.push(*number);
                }
            }
            prop_assert!(first.is_sorted(), "out of order: {:?}", first);
        }
    }
}
