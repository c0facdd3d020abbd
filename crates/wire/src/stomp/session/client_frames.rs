//! What each frame of a client does to the session.

use std::mem;

use super::{
    AckMode, DurableName, Phase, Refusal, Session,
    event::{Connect, Disconnect, Event, Forget, Send, Settlement, Subscribe, Unsubscribe},
    heart_beats::HeartBeats,
    subscriptions::Name,
    transactions::Transactions,
};
use crate::stomp::{Command, Frame, HeartBeat, SubscriptionKey, Version};

/// A refusal together with the `receipt` of the frame it is about, which ERROR repeats.
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    pub(super) receipt: Option<Box<str>>,
}

impl Refused {
    fn new(refusal: Refusal, frame: &Frame) -> Self {
        Self { refusal, receipt: receipt(frame) }
    }
}

impl Session {
    /// Takes one frame in. A refusal ends the session.
    pub(super) fn take(&mut self, frame: Frame) -> Result<(), Refused> {
        let command = frame.command();
        self.hold(&frame)?;
        match (self.phase, command) {
            (Phase::Unconnected, Command::Connect | Command::Stomp) => self.connect(frame),
            (Phase::Unconnected, _) => Err(Refused::new(Refusal::NotConnected { command }, &frame)),
            (_, Command::Connect | Command::Stomp) => Err(Refused::new(Refusal::AlreadyConnected, &frame)),
            (_, Command::Send | Command::Ack | Command::Nack) => self.act_or_buffer(frame),
            (_, Command::Subscribe) => self.subscribe(frame),
            (_, Command::Unsubscribe) => self.unsubscribe(frame),
            (_, Command::Begin) => self.begin(&frame),
            (_, Command::Commit) => self.commit(&frame),
            (_, Command::Abort) => self.abort(&frame),
            (_, Command::Disconnect) => {
                self.disconnect(frame);
                Ok(())
            }
            (_, Command::Connected | Command::Message | Command::Receipt | Command::Error) => {
                Err(Refused::new(Refusal::ServerCommand { command }, &frame))
            }
        }
    }

    /// Until the client is accepted there is no one to take what it sends, so all of it may only be as much as one frame.
    fn hold(&mut self, frame: &Frame) -> Result<(), Refused> {
        if self.phase == Phase::Connecting {
            self.held_bytes += frame.size() + mem::size_of::<Event>();
            if self.held_bytes > self.config.connect_limits.max_frame as usize {
                return Err(Refused::new(Refusal::TooMuchBeforeAcceptance, frame));
            }
        }
        Ok(())
    }

    fn connect(&mut self, frame: Frame) -> Result<(), Refused> {
        // `host` is required by the specification and sent by hardly anyone.
        let version = Version::negotiate(frame.header("accept-version"))
            .ok_or_else(|| Refused::new(Refusal::NoCommonVersion, &frame))?;
        self.version = version;
        self.decoder.set_version(version);
        let proposal = frame.header("heart-beat").map(HeartBeat::parse).unwrap_or_default();
        self.heart_beats = HeartBeats::negotiate(version, proposal, &self.config);
        self.events.push_back(Event::Connect(Connect { version, frame }));
        self.phase = Phase::Connecting;
        Ok(())
    }

    fn subscribe(&mut self, frame: Frame) -> Result<(), Refused> {
        let (subscription, ack) = self.add_subscription(&frame).map_err(|refusal| Refused::new(refusal, &frame))?;
        self.events.push_back(Event::Subscribe(Subscribe { subscription, ack, frame }));
        Ok(())
    }

    fn add_subscription(&mut self, frame: &Frame) -> Result<(SubscriptionKey, AckMode), Refusal> {
        let destination = required(frame, "destination")?;
        let name = match frame.header("id") {
            Some(id) => Name::Id(id),
            None if self.version == Version::V10 => Name::Destination(destination),
            None => return Err(missing(frame, "id")),
        };
        let ack = AckMode::from_header(frame.header("ack"))?;
        let window = frame
            .header("prefetch-count")
            .and_then(|count| count.trim().parse::<usize>().ok())
            .filter(|count| *count > 0)
            .map_or(self.config.max_unacked, |count| count.min(self.config.max_unacked));
        let key = self.subscriptions.add(name, ack, window, self.config.max_subscriptions)?;
        Ok((key, ack))
    }

    fn unsubscribe(&mut self, frame: Frame) -> Result<(), Refused> {
        let is_durable = DurableName::of_unsubscribe(&frame).is_some();
        let name = match (frame.header("id"), frame.header("destination")) {
            (Some(id), _) => Ok(Some(Name::Id(id))),
            (None, Some(destination)) if self.version == Version::V10 => Ok(Some(Name::Destination(destination))),
            (None, _) if is_durable => Ok(None),
            (None, _) if self.version == Version::V10 => Err(missing(&frame, "destination")),
            (None, _) => Err(missing(&frame, "id")),
        }
        .map_err(|refusal| Refused::new(refusal, &frame))?;
        let Some(subscription) = name.and_then(|name| self.subscriptions.find(name)) else {
            if is_durable {
                self.events.push_back(Event::Forget(Forget { frame }));
            } else {
                self.push_receipt(&frame);
            }
            return Ok(());
        };
        let unsettled = self.subscriptions.remove(subscription);
        self.events.push_back(Event::Unsubscribe(Unsubscribe { subscription, unsettled, frame }));
        Ok(())
    }

    /// SEND, ACK and NACK: at once, or with the COMMIT of their transaction.
    fn act_or_buffer(&mut self, frame: Frame) -> Result<(), Refused> {
        self.check(&frame).map_err(|refusal| Refused::new(refusal, &frame))?;
        let Some(transaction) = frame.header("transaction") else {
            self.act(frame, true);
            return Ok(());
        };
        let position = self
            .transactions
            .room_for(transaction, frame.size(), &self.config)
            .map_err(|refusal| Refused::new(refusal, &frame))?;
        self.push_receipt(&frame);
        self.transactions.add(position, frame);
        Ok(())
    }

    fn check(&self, frame: &Frame) -> Result<(), Refusal> {
        if frame.command() == Command::Send {
            required(frame, "destination")?;
        } else if acknowledged_id(frame).is_none() {
            let name = match self.version {
                Version::V12 => "id",
                Version::V10 | Version::V11 => "message-id",
            };
            return Err(missing(frame, name));
        }
        Ok(())
    }

    fn act(&mut self, frame: Frame, receipt_due: bool) {
        let command = frame.command();
        if command == Command::Send {
            self.events.push_back(Event::Send(Send { frame, receipt_due }));
            return;
        }
        let settled =
            acknowledged_id(&frame).and_then(|id| self.subscriptions.settle(id, frame.header("subscription")));
        if let Some((subscription, settled)) = settled {
            let settlement = Settlement { subscription, settled, frame, receipt_due };
            self.events.push_back(match command {
                Command::Ack => Event::Ack(settlement),
                _ => Event::Nack(settlement),
            });
        } else if receipt_due {
            self.push_receipt(&frame);
        }
    }

    fn begin(&mut self, frame: &Frame) -> Result<(), Refused> {
        required(frame, "transaction")
            .and_then(|id| self.transactions.begin(id, &self.config))
            .map_err(|refusal| Refused::new(refusal, frame))?;
        self.push_receipt(frame);
        Ok(())
    }

    fn commit(&mut self, frame: &Frame) -> Result<(), Refused> {
        for buffered in self.end_transaction(frame)? {
            self.act(buffered, false);
        }
        self.push_receipt(frame);
        Ok(())
    }

    fn abort(&mut self, frame: &Frame) -> Result<(), Refused> {
        self.end_transaction(frame)?;
        self.push_receipt(frame);
        Ok(())
    }

    fn end_transaction(&mut self, frame: &Frame) -> Result<Vec<Frame>, Refused> {
        required(frame, "transaction")
            .and_then(|id| self.transactions.end(id))
            .map_err(|refusal| Refused::new(refusal, frame))
    }

    fn disconnect(&mut self, frame: Frame) {
        self.transactions = Transactions::default();
        self.events.push_back(Event::Disconnect(Disconnect { frame }));
        self.input_ended = true;
    }

    /// Asks the application for the frame's receipt, if the frame wants one.
    fn push_receipt(&mut self, frame: &Frame) {
        if let Some(id) = receipt(frame) {
            self.events.push_back(Event::Receipt { id });
        }
    }
}

fn receipt(frame: &Frame) -> Option<Box<str>> {
    frame.header("receipt").map(Box::from)
}

fn missing(frame: &Frame, name: &'static str) -> Refusal {
    Refusal::MissingHeader { command: frame.command(), name }
}

fn required<'a>(frame: &'a Frame, name: &'static str) -> Result<&'a str, Refusal> {
    frame.header(name).filter(|value| !value.is_empty()).ok_or_else(|| missing(frame, name))
}

/// Clients send `id` and `message-id` regardless of the version.
fn acknowledged_id(frame: &Frame) -> Option<&str> {
    frame.header("id").or_else(|| frame.header("message-id"))
}
