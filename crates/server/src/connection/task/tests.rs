//! The loop with a protocol that says nothing, on a socket of its own.

use std::{future, time::Duration};

use deskwire_broker::{Answer, Session, Sessions, SubscriptionKey};
use deskwire_desk::Presence;
use deskwire_model::{SessionId, Timestamp, Uid};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    task,
    time::sleep,
};

use super::*;
use crate::{
    config::Config,
    connection::{
        framing::Frames,
        registry::{Connections, Description, Link, Transport},
    },
    listener::Io,
    telemetry::metrics::{Metrics, Protocol as Name},
};

/// A protocol that takes everything and does nothing.
struct Mute;

impl Protocol for Mute {
    fn name(&self) -> Name {
        Name::Mqtt
    }

    fn describe(&self) -> Description {
        Description { session: None, principal: None, protocol: Name::Mqtt, address: None, subscriptions: Vec::new() }
    }

    fn receive(&mut self, _: &[u8], _: Tick) {}

    fn alive(&mut self, _: Tick) {}

    fn wants_input(&self) -> bool {
        true
    }

    fn has_work(&mut self) -> bool {
        false
    }

    fn work(&mut self, _: Tick) -> impl Future<Output = ()> + Send {
        future::ready(())
    }

    fn pending_bytes(&self) -> usize {
        0
    }

    fn transmit(&mut self, _: &mut Frames<'_>, _: Tick) -> bool {
        false
    }

    fn answer(&mut self, _: Answer) {}

    fn deliver(&mut self, _: &mut Delivery, _: &mut Frames<'_>) -> bool {
        true
    }

    fn lagging(&mut self, _: SubscriptionKey) {}

    fn next_page(&mut self) -> Option<Reading> {
        None
    }

    fn page(&mut self, _: &mut Page, _: &mut Frames<'_>) {}

    fn probe(&mut self, _: Tick) -> Option<u64> {
        None
    }

    fn probe_due(&self) -> Option<Tick> {
        None
    }

    fn proved(&mut self, _: u64) {}

    fn deadline(&self) -> Option<Tick> {
        None
    }

    fn timeout(&mut self, _: Tick) {}

    fn may_stay(&self) -> bool {
        true
    }

    fn end(&mut self, _: CloseReason) {}

    fn is_settled(&self) -> bool {
        true
    }

    fn ending(&self) -> Option<Ending> {
        None
    }

    fn rest(&mut self) {}
}

async fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (client, accepted) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
    (client.unwrap(), accepted.unwrap().0)
}

#[tokio::test]
async fn who_says_nothing_on_tcp_keeps_its_user_online_for_one_lease() {
    let sessions = Arc::new(Sessions::default());
    let presence = Arc::new(Presence::new(Arc::clone(&sessions)));
    let settings = Settings::new(&Config::default(), Arc::new(Metrics::register()), Arc::clone(&presence));
    let settings = Arc::new(Settings { lease_ms: 1, ..settings });
    let (mut client, server) = sockets().await;
    let (outbox, user, org) = (Outbox::new(1), Uid::new("u").unwrap(), Uid::new("o").unwrap());
    sessions.enter(Session { id: SessionId::random(), user: Some(&user), org: &org, outbox: &outbox });
    let link = Link {
        protocol: Name::Mqtt,
        transport: Transport::Tcp,
        is_tls: false,
        address: None,
        since: Timestamp::default(),
    };
    let registered = Arc::new(Connections::default()).enter(&outbox, link, metrics::Gauge::noop());
    let carrier = Carrier::Socket(Io::Tcp(server));
    let connection = Connection::new(carrier, Framing::Stream, Mute, Arc::clone(&outbox), registered, settings);
    assert!(presence.is_online(&user));
    let running = task::spawn(connection.run(Bytes::new()));
    for _ in 0..2 {
        while presence.is_online(&user) {
            sleep(Duration::from_millis(1)).await;
        }
        assert!(!running.is_finished(), "its socket is open all the same");
        while !presence.is_online(&user) {
            client.write_all(&[0]).await.unwrap();
            task::yield_now().await;
        }
    }
    drop(client);
    running.await.unwrap();
    assert!(presence.is_online(&user), "the session is left by its protocol, and no lapse stays behind");
}
