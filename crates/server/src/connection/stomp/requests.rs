//! What a STOMP client asks for, one event at a time: each kind of request has a file.

use deskwire_wire::{Tick, stomp::event::Event};

use super::Stomp;
use crate::telemetry::metrics::Limit;

impl Stomp {
    pub(super) async fn act(&mut self, event: Event, now: Tick) {
        match event {
            Event::Connect(connect) => self.connect(connect, now).await,
            Event::Subscribe(subscribe) => {
                self.spend(now);
                if let Err(refused) = self.subscribe(&subscribe).await {
                    self.session.error(&refused.to_string(), subscribe.destination(), subscribe.receipt());
                }
            }
            Event::Unsubscribe(unsubscribe) => self.unsubscribe(&unsubscribe),
            Event::Send(send) => {
                self.gateway.metrics.messages_in(self.protocol).increment(1);
                self.spend(now);
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
    fn spend(&mut self, now: Tick) {
        if self.pace.spend(now) {
            self.gateway.metrics.limit_hits(Limit::Rate).increment(1);
        }
    }
}
