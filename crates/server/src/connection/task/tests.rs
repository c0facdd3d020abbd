//! The loop with a protocol that says nothing, on a socket of its own and a clock that is turned by hand.

use std::{future, time::Duration};

use deskwire_broker::{Answer, Session, Sessions, SubscriptionKey};
use deskwire_desk::Presence;
use deskwire_model::{SessionId, Uid};
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
        registry::{Connections, Description},
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

    fn transmit(&mut self, _: &mut Frames<'_>, _: Tick) {}

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

#[tokio::test(start_paused = true)]
async fn who_says_nothing_on_tcp_keeps_its_user_online_for_one_lease() {
    let config = Config::default();
    let lease = config.presence.lease_s.duration();
    let sessions = Arc::new(Sessions::default());
    let presence = Arc::new(Presence::new(Arc::clone(&sessions)));
    let settings = Arc::new(Settings::new(&config, Arc::new(Metrics::register()), Arc::clone(&presence)));
    let (mut client, server) = sockets().await;
    let (outbox, user) = (Outbox::new(1), Uid::new("u").unwrap());
    sessions.enter(Session { id: SessionId::random(), user: Some(&user), outbox: &outbox });
    let registered = Arc::new(Connections::default()).enter(&outbox, metrics::Gauge::noop());
    let carrier = Carrier::Socket(Io::Tcp(server));
    let connection = Connection::new(carrier, Framing::Stream, Mute, Arc::clone(&outbox), registered, settings);
    let running = task::spawn(connection.run(Bytes::new()));

    sleep(lease).await;
    assert!(presence.is_online(&user));
    sleep(Duration::from_secs(1)).await;
    assert!(!presence.is_online(&user) && !running.is_finished(), "its socket is open all the same");
    sleep(10 * lease).await;
    assert!(!presence.is_online(&user));
    client.write_all(&[0]).await.unwrap();
    // The clock stands still while there is something to do.
    while !presence.is_online(&user) {
        task::yield_now().await;
    }
    sleep(lease + Duration::from_secs(1)).await;
    assert!(!presence.is_online(&user));
    drop(client);
    running.await.unwrap();
}
