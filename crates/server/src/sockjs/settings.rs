//! The settings of a SockJS service.

use std::time::Duration;

use crate::config::Config;

/// How a service is offered, and its bounds.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether clients may use WebSocket.
    pub websocket: bool,
    /// Whether load balancers need the cookie `JSESSIONID`.
    pub cookie_needed: bool,
    /// URL of the SockJS client that the iframe page loads. Without one there is no such page, and clients go on to a
    /// transport that needs none.
    pub client_url: Option<String>,
    /// Sessions over HTTP at a time.
    pub sessions: usize,
    /// The same for one address.
    pub sessions_per_address: usize,
    /// Bytes of a request that brings messages.
    pub post_bytes: usize,
    /// Of each session.
    pub session: SessionSettings,
    /// Of requests whose session is on another node.
    pub relays: RelaySettings,
}

/// The times and bounds of requests whose session is on another node.
#[derive(Clone, Copy, Debug)]
pub struct RelaySettings {
    /// Such requests at a time.
    pub most: usize,
    /// Bytes of one that brings messages.
    pub post_bytes: usize,
    /// How long the other node may take to answer, beside what it waits for.
    pub wait: Duration,
    /// A streaming response ends when it has so many bytes.
    pub response_bytes: usize,
}

/// The times and bounds of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionSettings {
    /// A receiver that has heard nothing for so long gets `h`.
    pub heartbeat: Duration,
    /// A session without receiver lives for so long.
    pub disconnect_delay: Duration,
    /// A streaming response ends when it has so many bytes.
    pub response_bytes: usize,
    /// Bytes that may wait in each direction.
    pub waiting_bytes: usize,
    /// How long a request may take that brings messages, waiting for room included.
    pub post_wait: Duration,
}

impl Settings {
    /// The settings of the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let (limits, sockjs) = (&config.limits, &config.sockjs);
        Self {
            websocket: true,
            cookie_needed: sockjs.cookie_needed,
            client_url: Some(sockjs.client_url.clone()).filter(|url| !url.is_empty()),
            sessions: limits.max_connections,
            sessions_per_address: limits.sockjs_sessions_per_address,
            post_bytes: limits.sockjs_post_bytes,
            session: SessionSettings {
                heartbeat: sockjs.heartbeat_ms.duration(),
                disconnect_delay: sockjs.disconnect_ms.duration(),
                response_bytes: sockjs.response_bytes,
                waiting_bytes: limits.sockjs_waiting_bytes,
                post_wait: limits.sockjs_post_wait_ms.duration(),
            },
            relays: RelaySettings {
                most: limits.sockjs_relayed,
                post_bytes: limits.sockjs_relayed_bytes.min(limits.sockjs_post_bytes),
                wait: limits.sockjs_relay_wait_ms.duration(),
                response_bytes: sockjs.response_bytes,
            },
        }
    }
}
