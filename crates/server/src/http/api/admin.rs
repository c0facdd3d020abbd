//! Who is connected: `/api/v1/admin/sessions`. Spring's word for it is the user registry (`spec/stomp-sockjs.md` §2.9).

use std::{net::IpAddr, sync::Arc};

use axum::extract::State;
use deskwire_broker::Outbox;
use deskwire_model::{Role, TopicFilter, Uid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ApiState,
    caller::ServiceCaller,
    page::{Page, PageRequest},
};
use crate::{
    connection::Description,
    http::{AppError, QueryParams, Routes, Success},
};

/// The right that a service account needs for it. A visitor's uid opens its conversations, so that a right to all
/// topics is not enough; `#` does not match it.
const RIGHT: &str = "$SYS/sessions";

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Operation").get("/api/v1/admin/sessions", sessions, "Lists who is connected to this node.")
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SessionsRequest {
    /// Sessions of this user only.
    user: Option<Uid>,
    page_number: Option<u32>,
    page_size: Option<u32>,
}

/// A session, or a connection whose client has not been let in.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SessionRow {
    session_id: Option<String>,
    user: Option<String>,
    role: Option<Role>,
    protocol: &'static str,
    address: Option<IpAddr>,
    subscriptions: Vec<SubscriptionRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SubscriptionRow {
    id: Option<Box<str>>,
    topic: String,
}

impl From<Description> for SessionRow {
    fn from(description: Description) -> Self {
        let Description { session, principal, protocol, address, subscriptions } = description;
        Self {
            session_id: session.map(|session| session.to_string()),
            user: principal.as_ref().map(|principal| principal.uid.to_string()),
            role: principal.map(|principal| principal.role),
            protocol: protocol.label(),
            address,
            subscriptions: subscriptions
                .into_iter()
                .map(|listening| SubscriptionRow { id: listening.id, topic: listening.topic })
                .collect(),
        }
    }
}

/// The connections of this node, oldest first.
async fn sessions(
    State(state): State<ApiState>,
    ServiceCaller(account): ServiceCaller,
    QueryParams(request): QueryParams<SessionsRequest>,
) -> Result<Success<Page<SessionRow>>, AppError> {
    let right = TopicFilter::new(RIGHT).map_err(AppError::internal)?;
    if !account.may_subscribe(&right) {
        return Err(AppError::Forbidden(format!("no right to subscribe to {RIGHT}")));
    }
    let connections = &state.endpoints.connections;
    let page = PageRequest::new(
        request.page_number.unwrap_or_default(),
        request.page_size.unwrap_or(PageRequest::DEFAULT_SIZE),
    );
    let size = page.size() as usize;
    let skipped = (page.number() as usize).saturating_mul(size);
    let (described, total) = match request.user {
        Some(user) => {
            let of_user = state.gateway.sessions.of(&user);
            let is_theirs = |outbox: &Arc<Outbox>| of_user.iter().any(|(_, theirs)| Arc::ptr_eq(theirs, outbox));
            (connections.describe(is_theirs, skipped, size).await, of_user.len())
        }
        None => (connections.describe(|_| true, skipped, size).await, connections.count()),
    };
    Ok(Success::new(Page::new(described.into_iter().map(SessionRow::from).collect(), page, total as u64)))
}
