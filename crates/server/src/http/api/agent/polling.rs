//! An agent whose network lets neither WebSocket nor SockJS through: it asks for what is new, and says that it is there.
//!
//! Reading alone keeps nobody online: programs read in the name of agents too.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::{
    AppError, JsonBody, Routes, Success,
    api::{ApiState, caller::TokenCaller},
};

/// The longest name of a device, in bytes.
const NAME_BYTES: usize = 128;

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Agents")
        .post(
            "/api/v1/connection/polling/renew",
            renew,
            "Says that a device without a connection is there, which keeps its agent online for a while.",
        )
        .post("/api/v1/connection/polling/end", end, "Says that a device without a connection is there no more.")
}

/// A device without a connection.
#[derive(Debug, Deserialize, JsonSchema)]
struct PollingRequest {
    /// What it calls itself, other than all others of the agent: 1 to 128 bytes.
    device: Box<str>,
}

impl PollingRequest {
    fn device(self) -> Result<Box<str>, AppError> {
        if self.device.is_empty() || self.device.len() > NAME_BYTES {
            return Err(AppError::Refused(format!("device must have 1 to {NAME_BYTES} bytes")));
        }
        Ok(self.device)
    }
}

/// How long a device without a connection keeps its agent online.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PollingLease {
    /// Seconds until its agent is no longer online by it, unless it says again that it is there.
    lease_s: u64,
}

async fn renew(
    State(state): State<ApiState>,
    caller: TokenCaller,
    JsonBody(request): JsonBody<PollingRequest>,
) -> Result<Success<PollingLease>, AppError> {
    let kept = state.gateway.keep_online(&caller.principal, &caller.signed_in, request.device()?).await;
    let lease = kept.map_err(|error| AppError::Named(error.code(), error.to_string()))?;
    Ok(Success::new(PollingLease { lease_s: lease.as_secs() }))
}

async fn end(
    State(state): State<ApiState>,
    caller: TokenCaller,
    JsonBody(request): JsonBody<PollingRequest>,
) -> Result<Success<bool>, AppError> {
    state.gateway.leave_online(&caller.principal.uid, &request.device()?).await?;
    Ok(Success::new(true))
}
