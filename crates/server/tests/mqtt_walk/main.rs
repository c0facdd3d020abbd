//! A random walk of two MQTT sessions on the real binary, beside a simple model of the rules: connect, clean or to stay,
//! vanish, be taken over, subscribe, unsubscribe, publish with each QoS and perhaps lose the connection or the server at any
//! step of it, acknowledge or not. What comes must come as the model says: with QoS 2 once, with QoS 1 at least once and
//! more often only where an acknowledgement may have been lost, and each in its order.
//!
//! A failing walk is repeated with the seed it prints: `DESKWIRE_WALK_SEED=…`.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod client;
mod connection;
mod model;
mod server;

use std::{
    env,
    hash::{BuildHasher, RandomState},
};

use deskwire_wire::mqtt::{QoS, SubscribeOptions};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng, seq::IndexedRandom as _};

use self::{
    client::Client,
    model::{Message, NOBODY, Published},
    server::Server,
};

const STEPS: usize = 1200;
const TOPICS: [&str; 3] = ["a/1", "a/2", "b"];
const FILTERS: [&str; 6] = ["a/1", "a/+", "a/#", "b", "+", "#"];
const LEVELS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];
/// Seconds that a session to stay outlives its connection: longer than the walk.
const STAYS: u32 = 3600;

struct Walk {
    server: Server,
    clients: [Client; 2],
    rng: SmallRng,
    published: u32,
}

impl Walk {
    fn step(&mut self) {
        let who = self.rng.random_range(0..2);
        if !self.clients[who].is_connected() {
            let (clean, expiry_s) = (self.rng.random_ratio(1, 12), if self.rng.random_ratio(1, 8) { 0 } else { STAYS });
            return self.connect(who, clean, expiry_s);
        }
        match self.rng.random_range(0..40) {
            0..8 => self.subscribe(who),
            8..10 => {
                let filter = FILTERS.choose(&mut self.rng).unwrap();
                self.clients[who].unsubscribe(filter, &mut self.rng);
            }
            10..24 => self.publish(who),
            24..34 => self.clients[who].acknowledge(&mut self.rng),
            34..36 => self.clients[who].vanish(),
            36 => {
                self.clients[who].ping(&mut self.rng);
                self.clients[who].vanish();
            }
            37..39 => self.connect(who, false, STAYS),
            _ => self.crash(),
        }
    }

    fn connect(&mut self, who: usize, clean: bool, expiry_s: u32) {
        self.clients[who].connect(&self.server, clean, expiry_s, &mut self.rng);
    }

    fn subscribe(&mut self, who: usize) {
        let mut options = SubscribeOptions::with_qos(*LEVELS.choose(&mut self.rng).unwrap());
        options.no_local = self.rng.random_ratio(1, 4);
        let filter = FILTERS.choose(&mut self.rng).unwrap();
        self.clients[who].subscribe(filter, options, &mut self.rng);
    }

    /// Publishes; sometimes the connection or the server is lost somewhere on the way.
    fn publish(&mut self, who: usize) {
        self.published += 1;
        let (topic, qos) = (*TOPICS.choose(&mut self.rng).unwrap(), *LEVELS.choose(&mut self.rng).unwrap());
        let message = Message { number: self.published, topic, qos, publisher: who };
        // The answers that are heard before the connection is lost. A client that forgets would leave it open what became of
        // its message, and when.
        let forgets = !self.clients[who].model.lasting && qos != QoS::AtMostOnce;
        let lost_after = if !forgets && self.rng.random_ratio(1, 6) { Some(self.rng.random_range(0..2)) } else { None };
        self.clients[who].publish(&message);
        if lost_after == Some(0) {
            self.lose(who);
            // With QoS 1 it may have been published already, and is published once more.
            let published = match qos {
                QoS::AtMostOnce => &[Published::Perhaps][..],
                QoS::AtLeastOnce => &[Published::AtLast, Published::Perhaps],
                QoS::ExactlyOnce => &[Published::AtLast],
            };
            self.is_published(&message, published);
            // When it is let in, what its lost connection said has been heard.
            return self.connect(who, false, STAYS);
        }
        self.is_published(&message, &[Published::Surely]);
        if qos == QoS::AtMostOnce {
            // Before anybody else does anything.
            return self.clients[who].ping(&mut self.rng);
        }
        let mut answers = 0;
        while self.clients[who].advance(&mut self.rng) {
            answers += 1;
            if lost_after == Some(answers) {
                return self.lose(who);
            }
        }
    }

    fn is_published(&mut self, message: &Message, published: &[Published]) {
        for client in &mut self.clients {
            published.iter().for_each(|published| client.model.is_published(message, *published));
        }
    }

    fn lose(&mut self, who: usize) {
        if self.rng.random_ratio(1, 3) { self.crash() } else { self.clients[who].vanish() }
    }

    fn crash(&mut self) {
        self.server.crash();
        self.clients.iter_mut().for_each(Client::server_dies);
    }

    /// Hears what is due, and nothing else.
    fn settle(&mut self) {
        self.clients.iter_mut().for_each(|client| client.settle(&mut self.rng));
    }

    /// Whatever is still on its way comes before the last words of each QoS.
    fn end(&mut self) {
        for who in 0..2 {
            self.connect(who, false, STAYS);
            self.clients[who].subscribe("#", SubscribeOptions::with_qos(QoS::ExactlyOnce), &mut self.rng);
        }
        for qos in LEVELS {
            self.published += 1;
            let message = Message { number: self.published, topic: "end", qos, publisher: NOBODY };
            self.is_published(&message, &[Published::Surely]);
            self.clients[0].publish(&message);
            while self.clients[0].advance(&mut self.rng) {}
            self.settle();
        }
    }
}

#[test]
fn a_random_walk_of_two_sessions_agrees_with_the_model() {
    let seed = env::var("DESKWIRE_WALK_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one("seed"));
    eprintln!("DESKWIRE_WALK_SEED={seed}");
    let clients = [Client::new(0), Client::new(1)];
    let mut walk = Walk { server: Server::start(), clients, rng: SmallRng::seed_from_u64(seed), published: 0 };
    for _ in 0..STEPS {
        walk.step();
        walk.settle();
    }
    walk.end();
}
