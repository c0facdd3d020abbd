//! The audit log of an organisation.

use axum::extract::State;
use deskwire_model::{Timestamp, Uid};
use deskwire_store::{AuditEntry, AuditFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ADMINS, Administrator};
use crate::http::{
    AppError, QueryParams, Routes, Success,
    api::{
        ApiState,
        page::{PageRequest, bounded_size},
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Administration")
        .get("/api/v1/audit/query", query, "Lists who did what to the service, or was refused, the newest first.")
        .only_for(&ADMINS)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct AuditQuery {
    /// Of this person only.
    actor: Option<Uid>,
    /// This action, or all of a kind: `webhook` is also `webhook.create`.
    action: Option<String>,
    /// Only what was done (true) or refused (false).
    done: Option<bool>,
    /// Not before this time, in milliseconds since 1970.
    from: Option<i64>,
    /// Before this time.
    to: Option<i64>,
    /// Only entries before the one of this number.
    before: Option<i64>,
    /// Entries of the page, at most 100.
    size: Option<u32>,
}

/// Entries, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
struct AuditPage {
    content: Vec<AuditRow>,
    /// `before` of the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct AuditRow {
    id: i64,
    at: i64,
    /// Who; missing for somebody who did not sign in.
    actor: Option<Uid>,
    /// What, as `webhook.create`.
    action: Box<str>,
    /// What it was done to; empty for nothing in particular.
    target: Box<str>,
    /// `done`, or the name of the error.
    outcome: Box<str>,
    /// Where the client was.
    address: Box<str>,
    /// What was asked for, without secrets.
    details: Map<String, Value>,
}

impl From<AuditEntry> for AuditRow {
    fn from(AuditEntry { id, entry }: AuditEntry) -> Self {
        Self {
            id,
            at: entry.at.0,
            actor: entry.actor,
            action: entry.action,
            target: entry.target,
            outcome: entry.outcome,
            address: entry.address,
            // It was written as an object.
            details: serde_json::from_str(&entry.details).unwrap_or_default(),
        }
    }
}

async fn query(
    State(state): State<ApiState>,
    Administrator(principal): Administrator,
    QueryParams(request): QueryParams<AuditQuery>,
) -> Result<Success<AuditPage>, AppError> {
    let filter = AuditFilter {
        actor: request.actor,
        action: request.action.filter(|action| !action.is_empty()),
        done: request.done,
        from: request.from.map(Timestamp),
        until: request.to.map(Timestamp),
    };
    let size = bounded_size(request.size.unwrap_or(PageRequest::DEFAULT_SIZE)) as usize;
    let entries = state.gateway.desk.audit(&principal, filter, request.before, size).await?;
    let next = entries.last().filter(|_| entries.len() == size).map(|last| last.id);
    Ok(Success::new(AuditPage { content: entries.into_iter().map(AuditRow::from).collect(), next }))
}
