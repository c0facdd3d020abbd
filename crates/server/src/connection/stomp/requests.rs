//! What a STOMP client asks for, one event at a time: each kind of request has a file.

use deskwire_wire::{
    Tick,
    stomp::{DecodeError, Refusal, event::Event},
};

use super::Stomp;
use crate::{connection::pace::Request, gateway::Refused, telemetry::metrics::Limit};

impl Stomp {
    pub(super) async fn act(&mut self, event: Event, now: Tick) {
        if request(&event).is_some_and(|request| self.pace.spend(request, now)) {
            self.gateway.metrics.limit_hits(Limit::Rate).increment(1);
        }
        match event {
            Event::Connect(connect) => self.connect(connect, now).await,
            Event::Subscribe(subscribe) => {
                if let Err(refused) = self.subscribe(&subscribe).await {
                    self.refuse(&refused, subscribe.destination(), subscribe.receipt());
                }
            }
            Event::Unsubscribe(unsubscribe) => {
                if let Err(refused) = self.stop_consuming(&unsubscribe).await {
                    return self.refuse(&refused, "", unsubscribe.receipt());
                }
                self.unsubscribe(&unsubscribe);
            }
            Event::Forget(forget) => match self.forget_durable(forget.durable()).await {
                Ok(()) => forget.receipt().into_iter().for_each(|receipt| self.session.receipt(receipt)),
                Err(refused) => self.refuse(&refused, "", forget.receipt()),
            },
            Event::Send(send) => {
                self.gateway.metrics.messages_in(self.protocol).increment(1);
                if let Err(refused) = self.send(&send).await {
                    self.refuse(&refused, send.destination(), send.receipt());
                }
            }
            Event::Ack(settlement) => {
                self.consume_settled(&settlement);
                self.settle(&settlement);
            }
            Event::Nack(settlement) => {
                self.give_back(&settlement);
                // A log has one reader per feed: what it refuses has arrived all the same.
                self.settle(&settlement);
            }
            Event::Receipt { id } => self.session.receipt(&id),
            Event::Disconnect(disconnect) => {
                self.disconnected = true;
                // What it has of queues goes to others without waiting for the socket to close.
                self.consumed.clear();
                self.session.finish(&disconnect);
            }
        }
    }

    fn refuse(&mut self, refused: &Refused, destination: &str, receipt: Option<&str>) {
        if let Refused::TooMany(_) = refused {
            self.gateway.metrics.limit_hits(Limit::Subscriptions).increment(1);
        }
        self.session.error(refused.code().as_str(), &refused.to_string(), destination, receipt);
    }

    /// When the client may ask for this, if it may not now.
    pub(super) fn due(&self, event: &Event) -> Option<Tick> {
        self.pace.due(request(event)?)
    }
}

/// As what an event is accounted for; none for what a frame brings along that has been accounted for.
const fn request(event: &Event) -> Option<Request> {
    match event {
        Event::Send(_) | Event::Subscribe(_) => Some(Request::Message),
        Event::Receipt { .. } => None,
        _ => Some(Request::Other),
    }
}

/// The bound that a client broke with what the session refused.
pub(super) const fn limit(refusal: Refusal) -> Option<Limit> {
    match refusal {
        Refusal::Decode(
            DecodeError::FrameTooLarge { .. }
            | DecodeError::HeaderLineTooLong { .. }
            | DecodeError::TooManyHeaders { .. },
        )
        | Refusal::TooMuchBeforeAcceptance => Some(Limit::Size),
        Refusal::ConnectTimeout => Some(Limit::ConnectDeadline),
        Refusal::TooManySubscriptions { .. } => Some(Limit::Subscriptions),
        Refusal::TooManyTransactions { .. } | Refusal::TransactionTooLarge => Some(Limit::Transactions),
        _ => None,
    }
}
