//! What the public conformance suites ask of a server: `deskwire serve --conformance-services`.
//!
//! Nothing of it is there without the flag, which only the command line can give, and only to a server that listens on
//! the loopback address alone: [`Conformance`] is the proof of both. [`profile`] opens the door to guests and sets the
//! bounds that the suites count on. [`wsecho`] sends back what a WebSocket brings, [`sockjs`] are the services of SockJS;
//! both talk over a [`websocket`].

mod profile;
mod sockjs;
mod websocket;
mod wsecho;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::{any, get},
};
use deskwire_model::TopicFilter;

pub(crate) use self::profile::Exposed;
use crate::{
    auth::service::ServiceAccounts, config::Config, connection::Endpoints, gateway::Gateway, http::api::ApiState,
    shutdown::Shutdown, sockjs::WebSocketFraming,
};

/// The topic to which the MQTT suites expect a SUBSCRIBE to fail.
const WITHHELD: &str = "test/nosubscribe";

/// The conformance services of a server that only this machine can reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conformance(());

impl Conformance {
    /// Changes `config` to what the suites expect: see [`profile`].
    ///
    /// # Errors
    /// [`Exposed`] when another machine could connect.
    pub(crate) fn open(config: &mut Config) -> Result<Self, Exposed> {
        profile::check(config)?;
        profile::apply(config);
        Ok(Self(()))
    }

    /// Lets MQTT clients without credentials in, as guests.
    pub(crate) fn admit_anonymous(self, services: ServiceAccounts) -> ServiceAccounts {
        let withheld = TopicFilter::new(WITHHELD).expect("a topic without wildcards is a filter");
        services.admit_anonymous(profile::GUEST, withheld)
    }

    /// The services.
    pub(crate) fn routes(self, gateway: &Gateway, shutdown: &Shutdown) -> Router<ApiState> {
        let echo_shutdown = shutdown.clone();
        let echo = async move |request: Request| websocket::upgrade(request, wsecho::Echo, echo_shutdown);
        Router::new().route("/wsecho", get(echo)).route("/ws", any(stomp)).merge(sockjs::routes(
            &gateway.config,
            &gateway.metrics,
            shutdown,
        ))
    }
}

/// `GET /ws`: STOMP over WebSocket, where stock brokers have it.
async fn stomp(State(endpoints): State<Endpoints>, request: Request) -> Response {
    endpoints.stomp_websocket(request, WebSocketFraming::Raw)
}
