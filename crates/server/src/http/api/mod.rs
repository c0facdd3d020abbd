//! The HTTP API under the paths of Bytedesk (`spec/bytedesk.md` §7), and the way into MQTT over WebSocket.
//!
//! Each caller's routes have a file: [`login`], [`visitor`], [`agent`], [`push`] and [`admin`] for back ends.
//! [`notices`] are posted by back ends and read by both kinds of users, [`order_card`] is for all of them. [`upload`] takes
//! files and [`download`] gives them. [`channel`] is what visitors come by, [`identity`] who they are to a shop. [`ops`] is for those
//! who run the service. [`search`], [`history`] and [`export`] read what was said. [`caller`] finds out who calls, [`base_url`] where
//! they reach the server, which [`properties`] tells them; [`moment`] reads times, [`message`] sends and lists messages for both,
//! [`page`] gives lists their shape.

mod admin;
mod agent;
mod base_url;
mod caller;
mod channel;
mod download;
mod export;
mod forms;
mod history;
mod identity;
mod introduction;
mod leave_messages;
mod login;
mod message;
mod moment;
mod notices;
mod ops;
mod order_card;
mod page;
mod properties;
mod push;
mod search;
mod shapes;
mod upload;
mod visitor;

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    routing::any,
};
use deskwire_desk::DeskError;
use deskwire_store::StoreError;
use metrics_exporter_prometheus::PrometheusHandle;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{AppError, QueryParams, Repeats, Routes};
use crate::{
    auth::password::Passwords,
    connection::{Endpoints, mqtt_endpoint},
    files::Files,
    gateway::Gateway,
    ops::{Ops, PROBE_LIMIT, ThisNode},
};
pub(crate) use agent::random_secret;
pub(in crate::http) use caller::shown_by_program;
pub use notices::NoticeRates;
pub(crate) use ops::{Node, Nodes};
pub use visitor::VisitorRates;

/// What the handlers share.
#[derive(Clone, Debug)]
pub struct ApiState {
    /// Who may do what, and the desk behind it.
    pub gateway: Arc<Gateway>,
    /// The WebSocket endpoints.
    pub endpoints: Endpoints,
    /// Checks passwords.
    pub passwords: Arc<Passwords>,
    /// Slows down visitors who are too fast.
    pub rates: Arc<VisitorRates>,
    /// Uploaded files.
    pub files: Arc<Files>,
    /// Slows down business systems that post too fast.
    pub notice_rates: Arc<NoticeRates>,
    /// Answers to requests with a key.
    pub repeats: Arc<Repeats>,
    /// Renders the metrics.
    pub prometheus: PrometheusHandle,
    /// How the server was in the last minutes.
    pub(crate) ops: Arc<Ops>,
}

impl ApiState {
    /// This node, as others look at it.
    pub(crate) fn this_node(&self) -> ThisNode {
        ThisNode {
            gateway: Arc::clone(&self.gateway),
            connections: Arc::clone(&self.endpoints.connections),
            ops: Arc::clone(&self.ops),
        }
    }
}

impl FromRef<ApiState> for Endpoints {
    fn from_ref(state: &ApiState) -> Self {
        state.endpoints.clone()
    }
}

impl FromRef<ApiState> for PrometheusHandle {
    fn from_ref(state: &ApiState) -> Self {
        state.prometheus.clone()
    }
}

/// All routes of the domain.
pub fn routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .merge(
            visitor_routes()
                .merge(forms::routes())
                .merge(leave_messages::visitor_routes())
                .merge(login::routes())
                .merge(properties::routes())
                .merge(order_card::routes())
                .for_any_origin(),
        )
        .merge(agent::routes())
        .merge(leave_messages::agent_routes())
        .merge(search::agent_routes())
        .merge(history::agent_routes())
        .merge(export::routes())
        .merge(push::routes())
        .merge(notices::routes())
        .merge(admin::routes())
        .merge(ops::routes())
        .merge(download::routes())
        .merge(upload::link_routes())
        .merge(Routes::about("Operation").get("/readyz", ready, "Says whether writes reach the disk."))
}

/// Where WebSockets begin, which OpenAPI has no words for.
pub fn socket_routes() -> Router<ApiState> {
    Router::new().route("/mqtt", any(mqtt_endpoint)).route("/websocket", any(mqtt_endpoint))
}

/// What visitors call.
fn visitor_routes() -> Routes<ApiState> {
    Routes::about("Visitors")
        .merge(visitor::routes())
        .merge(channel::routes())
        .merge(introduction::routes())
        .merge(search::visitor_routes())
        .merge(history::visitor_routes())
        .merge(notices::visitor_routes())
}

/// The routes that take files, which may last as long as the configuration of files says.
pub fn upload_routes() -> Routes<ApiState> {
    upload::routes()
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ReadyQuery {
    /// 404 for that status instead of 503 while the server stops: HAProxy then leaves it the connections that it has
    /// (`http-check disable-on-404`).
    stopping: Option<u16>,
}

/// Ready means that a write reaches the disk, not that a port is open.
async fn ready(
    State(state): State<ApiState>,
    QueryParams(request): QueryParams<ReadyQuery>,
) -> Result<&'static str, AppError> {
    // A balancer sends nobody to a node that stops, while that lets go of those it has.
    if state.ops.is_draining() {
        return Err(if request.stopping == Some(404) { AppError::NotFound } else { AppError::Busy });
    }
    match tokio::time::timeout(PROBE_LIMIT, state.gateway.desk.probe()).await {
        // Without it everything is slower, and nothing is lost: a balancer must not take all nodes out for that.
        Ok(Ok(())) if !state.gateway.bus.is_up() => Ok("ready, without Redis: what other nodes say comes late\n"),
        Ok(Ok(())) => Ok("ready\n"),
        Ok(Err(error)) => {
            error.note("not ready");
            Err(AppError::Busy)
        }
        Err(_) => Err(AppError::Busy),
    }
}

/// What the desk refuses is a business error; what it cannot do is ours.
impl From<DeskError> for AppError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Commit(_) | DeskError::Store(StoreError::Unavailable(_)) => Self::Busy,
            DeskError::Store(cause) => Self::internal(cause),
            refused => Self::Named(refused.code(), refused.to_string()),
        }
    }
}
