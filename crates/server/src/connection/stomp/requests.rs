//! What a STOMP client asks for, one event at a time: each kind of request has a file.

use deskwire_wire::{Tick, stomp::event::Event};

use super::Stomp;
use crate::telemetry::metrics::{Limit, Protocol};

impl Stomp {
    pub(super) async fn act(&mut self, event: Event, now: Tick) {
        match event {
            Event::Connect(connect) => self.connect(connect, now).await,
            Event::Subscribe(subscribe) => {
                if let Err(refused) = self.subscribe(&subscribe, now).await {
                    self.session.error(&refused.to_string(), subscribe.destination(), subscribe.receipt());
                }
            }
            Event::Unsubscribe(unsubscribe) => self.unsubscribe(&unsubscribe),
            Event::Send(send) => {
                self.count(now);
                if let Err(refused) = self.send(&send).await {
                    self.session.error(&refused.to_string(), send.destination(), send.receipt());
                }
            }
            // A log has one reader per feed: what it refuses has arrived all the same.
            Event::Ack(settlement) | Event::Nack(settlement) => self.settle(&settlement),
            Event::Receipt { id } => self.session.receipt(&id),
            Event::Disconnect(disconnect) => {
                self.disconnected = true;
                self.session.finish(&disconnect);
            }
        }
    }

    /// Accounts for a request that takes its turn at the client's pace.
    pub(super) fn count(&mut self, now: Tick) {
        let metrics = &self.gateway.metrics;
        metrics.messages_in(Protocol::Stomp).increment(1);
        if self.pace.spend(now) {
            metrics.limit_hits(Limit::Rate).increment(1);
        }
    }
}
