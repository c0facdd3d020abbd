//! The order of what one connection says, stored or not, while others keep the disk busy.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use deskwire_wire::stomp::client::Send;

use crate::{server::Server, stomp_client::Stomp};

const ROUNDS: usize = 100;
const PERSISTENT: &[(&str, &str)] = &[("persistent", "true")];

/// Says a persistent message and a transient one, which has to wait for it; and another transient one as soon as the first
/// is answered, when nothing of this connection is being written any more.
fn say_rounds(sender: &mut Stomp, destination: &str) {
    for round in 0..ROUNDS {
        let (first, second, third) = (format!("{round} a"), format!("{round} b"), format!("{round} c"));
        sender.post(destination, &first, PERSISTENT);
        sender.send(Send { destination, body: second.as_bytes(), ..Default::default() });
        sender.receipt(&first);
        sender.send(Send { destination, body: third.as_bytes(), ..Default::default() });
    }
}

fn hears_rounds(reader: &mut Stomp) {
    for round in 0..ROUNDS {
        for part in ["a", "b", "c"] {
            assert_eq!(String::from_utf8_lossy(reader.message().body()), format!("{round} {part}"));
        }
    }
}

/// Says when the others may stop, also in a test that fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn nothing_overtakes_what_waits_for_its_turn() {
    let server = Server::start(&[]);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        for busy in ["/queue/busy.a", "/queue/busy.b"] {
            let (mut other, stop) = (Stomp::service(&server), &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    other.posted(busy, "x", &[("persistent", "true"), ("expires", "1")]);
                }
            });
        }
        let (mut reader, mut sender) = (Stomp::service(&server), Stomp::service(&server));
        let durable = &[("durable", "true"), ("auto-delete", "false")];
        for (destination, headers) in [("/queue/work", &[][..]), ("/topic/news", durable)] {
            reader.subscribed(destination, destination, headers);
            say_rounds(&mut sender, destination);
            hears_rounds(&mut reader);
        }
    });
}
