//! Ratings, for those at the desk (`spec/bytedesk.md` §7.3, `thread/rating/…`): reading them, and asking for one by GET as stock
//! clients do.

use axum::extract::State;
use deskwire_desk::Command;
use deskwire_model::Uid;
use deskwire_store::Episode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{IdempotencyKey, ThreadName};
use crate::{
    connection::timestamp,
    http::{
        AppError, QueryParams, Routes, Success,
        api::{ApiState, caller::AgentCaller, message, shapes::MessageJson},
    },
};

pub(super) fn routes() -> Routes<ApiState> {
    Routes::about("Conversations")
        .get(
            "/api/v1/thread/rating/query/thread/uid",
            ratings,
            "Lists the ratings of a conversation, the newest first.",
        )
        .get("/api/v1/thread/rating/invite", invite, "Asks the visitor for a rating.")
}

/// Which conversation.
#[derive(Deserialize, JsonSchema)]
struct RatingsQuery {
    #[serde(flatten)]
    thread: ThreadName,
    /// The conversation's uid.
    uid: Option<String>,
}

/// What a visitor has said about one service.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RatingRow {
    /// From 1 to 5.
    score: u8,
    /// Whether its question was answered, if it said.
    resolved: Option<bool>,
    content: String,
    status: &'static str,
    agent_uid: Option<Uid>,
    service_uid: Uid,
    thread_uid: Uid,
    thread_topic: String,
    /// When the service began.
    opened_at: String,
    /// When the visitor first rated it.
    created_at: String,
}

/// The ratings of a conversation, the newest first.
async fn ratings(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    QueryParams(request): QueryParams<RatingsQuery>,
) -> Result<Success<Vec<RatingRow>>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let time = |at| desk.renderer().local_time(at);
    let rated = |episode: Episode| {
        let rating = episode.rating?;
        Some(RatingRow {
            score: rating.score,
            resolved: rating.resolved,
            content: rating.comment.into(),
            status: "RATE_SUBMIT",
            agent_uid: episode.agent,
            service_uid: episode.service,
            thread_uid: conversation.uid.clone(),
            thread_topic: conversation.topic.to_string(),
            opened_at: time(episode.opened_at),
            created_at: time(rating.first_at),
        })
    };
    let episodes = desk.ratings(&principal, &conversation).await?;
    Ok(Success::new(episodes.into_iter().filter_map(rated).collect()))
}

/// Asks the visitor for a rating.
async fn invite(
    State(state): State<ApiState>,
    AgentCaller(principal): AgentCaller,
    key: IdempotencyKey,
    QueryParams(request): QueryParams<RatingsQuery>,
) -> Result<Success<MessageJson>, AppError> {
    let desk = &state.gateway.desk;
    let conversation = request.thread.find_or(&state, &principal, request.uid.as_deref()).await?;
    let asked = (key.into_uid(), &Value::Null);
    let topic = conversation.topic.as_str();
    let decided = desk.command(&principal, topic, Command::InviteRating, asked, timestamp()).await?;
    message::told(&state, &decided).await
}
