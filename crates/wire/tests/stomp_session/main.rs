//! A server's STOMP session, driven with bytes and virtual ticks.

mod acknowledgement;
mod connecting;
mod frames;
mod heart_beats;
mod robustness;
mod subscriptions;
mod transactions;

use std::sync::Arc;

use deskwire_wire::{
    Tick,
    stomp::{MessageId, Session, SessionConfig, SubscriptionKey, event::Event},
};

const START: Tick = Tick::from_millis(1_000_000);
const FIRST: SubscriptionKey = SubscriptionKey(0);
const SECOND: SubscriptionKey = SubscriptionKey(1);

fn config() -> SessionConfig {
    SessionConfig { server: "test/1", ..SessionConfig::default() }
}

fn session_with(config: SessionConfig) -> Session {
    Session::new(Arc::new(config), START)
}

/// A frame as a client writes it: lines and body, with the NUL added.
fn feed(session: &mut Session, frames: &[&str]) {
    for frame in frames {
        session.receive(format!("{frame}\0").as_bytes(), START);
    }
}

fn connected_with(config: SessionConfig, version: &str) -> Session {
    let mut session = session_with(config);
    feed(&mut session, &[&format!("CONNECT\naccept-version:{version}\n\n")]);
    assert!(matches!(session.poll_event(), Some(Event::Connect(_))));
    session.accept(None, "s", START);
    assert!(next_frame(&mut session).starts_with("CONNECTED\n"));
    session
}

fn connected() -> Session {
    connected_with(config(), "1.2")
}

fn next_frame(session: &mut Session) -> String {
    let frame = session.poll_transmit().expect("a frame for the client");
    String::from_utf8(frame.to_vec()).expect("frames of text only")
}

/// The ERROR that ends the session, as its header lines.
fn final_error(session: &mut Session) -> String {
    assert!(session.is_closing(), "session goes on");
    let mut last = next_frame(session);
    while let Some(frame) = session.poll_transmit() {
        last = String::from_utf8_lossy(&frame).into_owned();
    }
    assert!(last.starts_with("ERROR\nmessage:"), "{last:?}");
    last
}

/// What a client's frames become, one short word each.
fn events(session: &mut Session) -> Vec<String> {
    std::iter::from_fn(|| session.poll_event())
        .map(|event| match event {
            Event::Connect(connect) => format!("connect {}", connect.version),
            Event::Subscribe(subscribe) => {
                format!("subscribe {} {}", subscribe.subscription.0, subscribe.destination())
            }
            Event::Unsubscribe(unsubscribe) => {
                format!("unsubscribe {} {:?}", unsubscribe.subscription.0, unsubscribe.receipt())
            }
            Event::Forget(forget) => format!("forget {:?} {:?}", forget.durable(), forget.receipt()),
            Event::Send(send) => format!("send {} {:?}", String::from_utf8_lossy(send.frame.body()), send.receipt()),
            Event::Ack(ack) => format!("ack {} {}", ack.subscription.0, numbers(&ack.settled)),
            Event::Nack(nack) => format!("nack {} {}", nack.subscription.0, numbers(&nack.settled)),
            Event::Receipt { id } => format!("receipt {id}"),
            Event::Disconnect(disconnect) => format!("disconnect {:?}", disconnect.receipt()),
        })
        .collect()
}

fn numbers(messages: &[MessageId]) -> String {
    let numbers: Vec<_> = messages.iter().map(|id| id.number.to_string()).collect();
    numbers.join(",")
}

const fn message(number: u64) -> MessageId {
    MessageId { source: 9, number }
}

/// A session with subscriptions `s0`, `s1` … of these modes and a window of five messages.
fn subscribed(version: &str, modes: &[&str]) -> Session {
    let mut session = connected_with(SessionConfig { max_unacked: 5, ..config() }, version);
    for (number, mode) in modes.iter().enumerate() {
        feed(&mut session, &[&format!("SUBSCRIBE\nid:s{number}\ndestination:/a\nack:{mode}\n\n")]);
    }
    assert_eq!(events(&mut session).len(), modes.len());
    session
}
