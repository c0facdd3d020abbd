//! The session against the simplest model of what it promises, over arbitrary orders of things.

use std::collections::HashSet;
use std::sync::Arc;

use deskwire_wire::mqtt::{
    Acceptance, Decoder, Delivery, Event, Limits, Packet, PacketId, ProtocolVersion, QoS, Role, Session, SessionConfig,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::{LIMITS, START, bytes_of, config, connect, id, open, outgoing, publish, send, sent, tickets};

fn roomy() -> SessionConfig {
    SessionConfig { max_inflight: 20, max_inbound_qos2: 1_000, max_unanswered: 10_000, ..config() }
}

fn read(bytes: &[u8]) -> Vec<Packet> {
    let mut decoder = Decoder::new(Role::Client, Limits { max_packet: 1 << 16, ..LIMITS });
    let mut input = b"\x20\x02\x00\x00".as_slice();
    decoder.decode(&mut input).unwrap();
    let mut input = bytes;
    std::iter::from_fn(|| decoder.decode(&mut input).unwrap()).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Deliver(QoS),
    /// The client answers one of the packets it has not answered.
    Answer(Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Deliver(QoS::AtLeastOnce)),
        Just(Step::Deliver(QoS::ExactlyOnce)),
        any::<Index>().prop_map(Step::Answer),
    ]
}

fn version() -> impl Strategy<Value = ProtocolVersion> {
    prop_oneof![Just(ProtocolVersion::V3_1), Just(ProtocolVersion::V3_1_1), Just(ProtocolVersion::V5)]
}

proptest! {
    /// Whatever the order of commits, answers have the order of the messages, and none comes before its commit.
    #[test]
    fn answers_are_ordered_and_late(
        messages in vec(any::<bool>(), 1..40),
        order in vec(any::<Index>(), 40),
    ) {
        let mut session = open(roomy());
        let expected: Vec<_> = messages.iter().zip(1..).map(|(&twice, value)| {
            if twice { Packet::Pubrec(id(value).into()) } else { Packet::Puback(id(value).into()) }
        }).collect();
        for (&twice, value) in messages.iter().zip(1..) {
            let delivery = if twice { Delivery::ExactlyOnce(id(value)) } else { Delivery::AtLeastOnce(id(value)) };
            send(&mut session, &[publish(delivery)]);
        }
        let mut open: Vec<_> = tickets(&mut session).into_iter().enumerate().collect();
        let mut committed = HashSet::new();
        let mut answers = Vec::new();
        for at in order {
            if open.is_empty() {
                break;
            }
            let (number, ticket) = open.swap_remove(at.index(open.len()));
            committed.insert(number);
            session.published(ticket);
            answers.extend(read(&sent(&mut session)));
            let due = (0..messages.len()).take_while(|number| committed.contains(number)).count();
            prop_assert_eq!(&answers, &expected[..due]);
        }
    }

    /// Every message is settled exactly once, its identifier is no other's meanwhile, and the window holds.
    #[test]
    fn deliveries_are_settled_once(steps in vec(step(), 1..300)) {
        let mut session = open(roomy());
        let mut client: Vec<Packet> = Vec::new();
        let mut unsettled: HashSet<u64> = HashSet::new();
        let mut tokens = 0..;
        for step in steps {
            match step {
                Step::Deliver(qos) => {
                    let mut out = Vec::new();
                    let token = tokens.next().unwrap();
                    prop_assert_eq!(session.window_open(), unsettled.len() < 20);
                    if session.deliver(&mut out, outgoing(qos, token)).is_ok() {
                        unsettled.insert(token);
                        client.extend(read(&out));
                    } else {
                        prop_assert_eq!(unsettled.len(), 20);
                    }
                }
                Step::Answer(at) if !client.is_empty() => {
                    let answer = match client.swap_remove(at.index(client.len())) {
                        Packet::Publish(message) => match message.delivery {
                            Delivery::ExactlyOnce(id) => Packet::Pubrec(id.into()),
                            delivery => Packet::Puback(delivery.packet_id().unwrap().into()),
                        },
                        Packet::Pubrel(pubrel) => Packet::Pubcomp(pubrel.packet_id.into()),
                        other => panic!("unexpected {other:?}"),
                    };
                    send(&mut session, &[answer]);
                    client.extend(read(&sent(&mut session)));
                }
                Step::Answer(_) => {}
            }
            while let Some(event) = session.poll_event() {
                let Event::Settled { token } = event else { panic!("unexpected {event:?}") };
                prop_assert!(unsettled.remove(&token));
            }
            let inflight: Vec<_> = session.inflight().collect();
            let ids: HashSet<PacketId> = inflight.iter().map(|message| message.packet_id).collect();
            prop_assert_eq!(ids.len(), inflight.len());
            let left: HashSet<u64> = inflight.iter().map(|message| message.token).collect();
            prop_assert_eq!(&left, &unsettled);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..400), version in option::of(version())) {
        let mut session = Session::new(Arc::new(config()), START);
        if let Some(version) = version {
            session.receive(&bytes_of(&[connect(|connect| connect.protocol = version)]), START);
            session.accept(Acceptance::new(false));
        }
        for piece in bytes.chunks(7) {
            session.receive(piece, START);
            session.handle_timeout(START);
            while session.poll_event().is_some() {}
            while session.poll_transmit().is_some() {}
        }
        session.shrink();
    }
}
