//! Connections to the server under test: MQTT or STOMP in a WebSocket, STOMP inside SockJS or straight on TCP.
//!
//! A [`Client`] opens and subscribes with `async` calls. Under load it is polled by its task: [`Client::poll_receive`]
//! takes what one read brings, [`Client::publish`] only collects, and [`Client::poll_flush`] writes all of it at once.

mod endpoint;
mod error;
mod input;
mod link;
mod mqtt;
mod nodes;
mod output;
mod stomp;

use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use clap::ValueEnum;
use serde::Serialize;

pub(crate) use endpoint::Endpoint;
pub(crate) use error::ClientError;
pub(crate) use nodes::Nodes;

use link::Link;

/// How long a server may take for an answer while a connection is set up.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// STOMP 1.2 over WebSocket.
    StompWs,
    /// STOMP 1.2 over SockJS, whose transport is a WebSocket.
    StompSockjs,
    /// STOMP 1.2 over TCP.
    StompTcp,
    /// MQTT 3.1.1 over WebSocket.
    MqttWs,
    /// MQTT 3.1.1 over TCP.
    MqttTcp,
}

/// Where and how clients connect: one node.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Host and port.
    pub(crate) endpoint: Endpoint,
    /// Host and port of STOMP over TCP.
    pub(crate) stomp_tcp: Endpoint,
    /// Host and port of MQTT over TCP.
    pub(crate) mqtt_tcp: Endpoint,
    /// Path of STOMP over WebSocket, and below it SockJS.
    pub(crate) stomp_path: String,
    /// Path of MQTT over WebSocket.
    pub(crate) mqtt_path: String,
    /// QoS of MQTT publications and subscriptions.
    pub(crate) qos: deskwire_wire::mqtt::QoS,
    /// Whether MQTT sessions outlive their connections.
    pub(crate) durable: bool,
}

/// Who connects.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Login<'a> {
    /// MQTT client id; STOMP has no such thing.
    pub(crate) client_id: &'a str,
    /// User name.
    pub(crate) name: Option<&'a str>,
    /// Password.
    pub(crate) secret: Option<&'a str>,
}

/// What a server says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event<'a> {
    /// The login is accepted.
    Connected,
    /// The subscription is active.
    Subscribed,
    /// A publication of ours is acknowledged (MQTT, QoS 1 and 2).
    Published,
    /// A message.
    Message {
        /// The topic, as the protocol spells it.
        topic: &'a str,
        /// What was published.
        body: &'a [u8],
        /// The header `seq` of STOMP.
        seq: Option<u64>,
    },
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    link: Link,
    session: Session,
}

#[derive(Debug)]
enum Session {
    Stomp(stomp::Session),
    Mqtt(mqtt::Session),
}

impl Protocol {
    /// How the protocol spells the topic `a/b/c`.
    pub(crate) fn topic(self, canonical: &str) -> String {
        match self {
            Self::StompWs | Self::StompSockjs | Self::StompTcp => format!("/topic/{}", canonical.replace('/', ".")),
            Self::MqttWs | Self::MqttTcp => canonical.to_owned(),
        }
    }
}

impl Client {
    /// Connects and logs in.
    ///
    /// # Errors
    /// Every [`ClientError`].
    pub(crate) async fn connect(server: &Server, protocol: Protocol, login: Login<'_>) -> Result<Self, ClientError> {
        let opening = async {
            match protocol {
                Protocol::StompWs => Link::websocket(&server.endpoint, &server.stomp_path, stomp::SUBPROTOCOL).await,
                Protocol::StompSockjs => Link::sockjs(&server.endpoint, &server.stomp_path).await,
                Protocol::StompTcp => Link::stream(&server.stomp_tcp).await,
                Protocol::MqttWs => Link::websocket(&server.endpoint, &server.mqtt_path, mqtt::SUBPROTOCOL).await,
                Protocol::MqttTcp => Link::stream(&server.mqtt_tcp).await,
            }
        };
        let mut link = tokio::time::timeout(ANSWER_TIME, opening).await.map_err(|_| ClientError::NoAnswer)??;
        let output = link.output();
        let session = match protocol {
            Protocol::StompWs | Protocol::StompSockjs | Protocol::StompTcp => {
                Session::Stomp(stomp::Session::connect(output, server.endpoint.host(), login)?)
            }
            Protocol::MqttWs | Protocol::MqttTcp => {
                Session::Mqtt(mqtt::Session::connect(output, server.qos, server.durable, login)?)
            }
        };
        let mut client = Self { link, session };
        client.wait_for(|event| matches!(event, Event::Connected)).await?;
        Ok(client)
    }

    /// Subscribes to `topic`, as the protocol spells it, and waits until the server has confirmed it.
    ///
    /// # Errors
    /// Every [`ClientError`].
    pub(crate) async fn subscribe(&mut self, topic: &str) -> Result<(), ClientError> {
        match &mut self.session {
            Session::Stomp(session) => session.subscribe(self.link.output(), topic)?,
            Session::Mqtt(session) => session.subscribe(self.link.output(), topic)?,
        }
        self.wait_for(|event| matches!(event, Event::Subscribed)).await
    }

    /// Adds a publication to what is to be written.
    ///
    /// # Errors
    /// [`ClientError::Congested`] when the server does not read or does not acknowledge, [`ClientError::Encode`].
    pub(crate) fn publish(&mut self, topic: &str, body: &[u8]) -> Result<(), ClientError> {
        match &mut self.session {
            Session::Stomp(session) => session.publish(self.link.output(), topic, body),
            Session::Mqtt(session) => session.publish(self.link.output(), topic, body),
        }
    }

    /// Reads once and hands on what came; what has to be acknowledged at once is added to what is to be written.
    ///
    /// # Errors
    /// Every [`ClientError`]; the connection is over.
    pub(crate) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
        mut on_event: impl FnMut(Event<'_>),
    ) -> Poll<Result<(), ClientError>> {
        match &mut self.session {
            Session::Stomp(session) => self.link.poll_read(context, |bytes, _| session.receive(bytes, &mut on_event)),
            Session::Mqtt(session) => {
                self.link.poll_read(context, |bytes, output| session.receive(bytes, output, &mut on_event))
            }
        }
    }

    /// Writes what was collected, as far as the socket takes it.
    ///
    /// # Errors
    /// [`ClientError::Io`].
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        self.link.poll_flush(context)
    }

    /// Writes all that was collected.
    ///
    /// # Errors
    /// [`ClientError::Io`].
    pub(crate) async fn flush(&mut self) -> Result<(), ClientError> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// Reads until an event for which `is_wanted` holds.
    ///
    /// # Errors
    /// Every [`ClientError`].
    pub(crate) async fn wait_for(&mut self, mut is_wanted: impl FnMut(&Event<'_>) -> bool) -> Result<(), ClientError> {
        let answer = async {
            let mut found = false;
            while !found {
                self.flush().await?;
                poll_fn(|context| self.poll_receive(context, |event| found |= is_wanted(&event))).await?;
            }
            self.flush().await
        };
        tokio::time::timeout(ANSWER_TIME, answer).await.map_err(|_| ClientError::NoAnswer)?
    }

    /// Answers the server until the connection fails, as a client that only listens.
    pub(crate) async fn listen(mut self, mut on_event: impl FnMut(Event<'_>)) -> ClientError {
        let failure = poll_fn(|context| -> Poll<Result<(), ClientError>> {
            while let Poll::Ready(received) = self.poll_receive(context, &mut on_event) {
                received?;
            }
            if let Poll::Ready(Err(error)) = self.poll_flush(context) {
                return Poll::Ready(Err(error));
            }
            Poll::Pending
        });
        failure.await.err().unwrap_or(ClientError::NoAnswer)
    }

    /// Takes leave of the server and closes the connection.
    ///
    /// # Errors
    /// [`ClientError::Io`].
    pub(crate) async fn disconnect(mut self) -> Result<(), ClientError> {
        match &mut self.session {
            Session::Stomp(session) => session.disconnect(self.link.output())?,
            Session::Mqtt(session) => session.disconnect(self.link.output())?,
        }
        self.link.output().close();
        self.flush().await
    }
}
